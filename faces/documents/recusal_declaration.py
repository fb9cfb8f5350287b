"""回避申报表: what a person declares about themselves before they take part; a blank one may be filled by hand."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from reportlab.lib.units import mm
from reportlab.platypus import Flowable, Spacer

from faces.documents.dates import in_words
from faces.documents.kit import (
    NOTE,
    SMALL,
    Prose,
    Sheet,
    SignPlaces,
    facts,
    heading,
    press,
    said,
    section,
    three_line,
    together,
)


@dataclass(frozen=True, slots=True)
class QuestionLine:
    """One question; ``answer`` is true for yes, false for no, ``None`` on a blank form."""

    question: str
    answer: bool | None = None
    details: str = ""


@dataclass(frozen=True, slots=True)
class RecusalDeclaration:
    """The facts of one declaration."""

    bureau: str
    number: str
    project: str
    unit: str
    firm: str
    person: str
    role: str
    employer: str
    questions: Sequence[QuestionLine]
    rule: str
    declared_on: date | None = None
    words: str = ""
    decision: str = ""
    on_behalf: str = ""


def build(declaration: RecusalDeclaration) -> bytes:
    """Return the declaration as PDF bytes."""
    sheet = Sheet(title="回避申报表", number=declaration.number, owner=declaration.bureau, top=15 * mm)
    rows = [
        [str(index), line.question, _marks(answer=line.answer), line.details]
        for index, line in enumerate(declaration.questions, start=1)
    ]
    when = in_words(declaration.declared_on) if declaration.declared_on else "年   月   日"
    story: list[Flowable] = [
        *heading(sheet),
        facts(
            [
                ("申报人", declaration.person),
                ("身份", declaration.role),
                ("现工作单位", declaration.employer),
                ("项目", declaration.project),
                ("被评价单位", declaration.unit),
                ("承办机构", declaration.firm),
                ("申报日期", when),
                ("适用规定", declaration.rule or "本局设定"),
            ],
            room=sheet.room,
        ),
        section("一、申报事项"),
        three_line(
            ["序号", "是否存在下列情形", "回答", "说明"],
            rows,
            widths=[8, 50, 16, 26],
            align="lljl",
            room=sheet.room,
            pad=5,
        ),
        section("二、需要说明的其他情况"),
        said(declaration.words) if declaration.words else Prose("无。" if declaration.declared_on else " \n ", SMALL),
        section("三、处理意见"),
        Prose(declaration.decision or " \n ", SMALL),
        together(
            Spacer(1, 8),
            Prose("本人保证以上申报真实、完整；评审期间情形发生变化的，立即告知。", SMALL),
            SignPlaces(["申报人（签字）：", "科室负责人（签字）："]),
            Prose(
                f"代录：{declaration.on_behalf}，依据签名纸质件扫描。" if declaration.on_behalf else "代录：无。", NOTE
            ),
        ),
    ]
    return press(story, sheet)


def _marks(*, answer: bool | None) -> str:
    yes, no = ("■" if answer is wanted else "□" for wanted in (True, False))
    return f"{yes} 是  {no} 否"
