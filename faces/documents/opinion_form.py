"""专家个人意见表: one expert's scores, findings and conclusion; empty values print a form to be filled by hand."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

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

BLANK_FINDINGS: Final = 5
BLANK_LINES: Final = "\n \n \n "


@dataclass(frozen=True, slots=True)
class ItemScore:
    """One rubric item: full points, the expert's points (empty on a blank form), the reason with its page."""

    name: str
    weight: str
    score: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class FindingLine:
    """One finding: page, rubric item, how grave, what."""

    page: str
    item: str
    severity: str
    words: str


@dataclass(frozen=True, slots=True)
class OpinionForm:
    """The facts of one opinion; ``on_behalf`` names the clerk who entered it from a signed paper (代录)."""

    bureau: str
    number: str
    project: str
    unit: str
    report_title: str
    report_version: str
    report_sha256: str
    rubric_version: str
    expert: str
    title: str
    specialty: str
    items: Sequence[ItemScore]
    total: str = ""
    total_weight: str = ""
    findings: Sequence[FindingLine] = ()
    conclusion: str = ""
    closing_question: str = ""
    submitted_on: date | None = None
    on_behalf: str = ""
    version: str = "第 1 版"


def build(form: OpinionForm) -> bytes:
    """Return the form as PDF bytes."""
    sheet = Sheet(
        title="专家个人意见表",
        number=form.number,
        owner=form.bureau,
        top=15 * mm,
        note="评审期间不得外传；提交前看不到他人意见",
    )
    findings = [[line.page, line.item, line.severity, line.words] for line in form.findings]
    submitted = in_words(form.submitted_on) if form.submitted_on else "未提交"
    story: list[Flowable] = [
        *heading(sheet, under=f"{form.version}  {submitted}"),
        facts(
            [
                ("项目", form.project),
                ("被评价单位", form.unit),
                ("评审材料", f"{form.report_title}（{form.report_version}）"),
                ("评分标准", form.rubric_version),
                ("专家", f"{form.expert}  {form.title}".strip()),
                ("专业", form.specialty),
                ("材料摘要", form.report_sha256),
            ],
            room=sheet.room,
        ),
        section("一、评分"),
        three_line(
            ["评分项", "满分", "得分", "扣分理由（注明页码）"],
            [
                *[[item.name, item.weight, item.score, item.reason] for item in form.items],
                ["合计", form.total_weight, form.total, ""],
            ],
            widths=[32, 8, 10, 50],
            align="lrrl",
            room=sheet.room,
            total=True,
        ),
        section("二、发现的问题"),
        three_line(
            ["页码", "评分项", "程度", "问题与依据"],
            findings or [["", "", "", " \n "]] * BLANK_FINDINGS,
            widths=[9, 26, 10, 55],
            room=sheet.room,
        ),
        section("三、结论与建议"),
        said(form.conclusion) if form.conclusion else Prose(BLANK_LINES, SMALL),
        Prose(f"据现在所知，是否仍会评出同样的结论：{form.closing_question or '□ 会   □ 不会'}", SMALL),
        together(
            Spacer(1, 8),
            Prose(
                "本人已作回避申报，独立作出以上意见，未受任何单位和个人干预。评分项无法判断的，填“无法判断”。", SMALL
            ),
            SignPlaces(["专家（亲笔签名）："], columns=1),
            Prose(
                f"代录：{form.on_behalf}，依据签名纸质件扫描。" if form.on_behalf else "代录：无。打字姓名不作为签名。",
                NOTE,
            ),
        ),
    ]
    return press(story, sheet)
