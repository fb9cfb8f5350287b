"""委托书: the letter that gives one task to one firm, in the letter form of GB/T 9704—2012 (信函格式).

The Word file a bureau edits and seals follows the standard's type; this PDF embeds a free face.
The seal's place stays empty.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, PageBreak, Spacer

from faces.documents.dates import in_words
from faces.documents.kit import (
    CELL,
    INK,
    NOTE,
    PLAIN,
    SMALL,
    VERMILION,
    Prose,
    SealPlace,
    Sheet,
    Square,
    Style,
    money,
    press,
    ten_thousands,
    three_line,
    together,
)

MAST: Final = Style(size=27, leading=36, voice="title", bold=True, align="centre", colour=VERMILION)
SUBJECT: Final = Style(size=18, leading=27, voice="title", bold=True, align="centre", before=14, after=12)
LETTER: Final = Style(size=12.5, leading=23.5, indent=2)
FLUSH: Final = replace(LETTER, indent=0)
CLAUSE: Final = replace(LETTER, bold=True)
ATTACHED: Final = Style(size=16, leading=24, voice="title", bold=True, align="centre", after=6)


@dataclass(frozen=True, slots=True)
class RubricLine:
    """One item of the rubric: full points as printed, who scores it, what is looked at."""

    name: str
    weight: str
    scored_by: str
    looks_at: str = ""


@dataclass(frozen=True, slots=True)
class CommissionLetter:
    """Everything the letter says. Amounts in 分; texts as they are to be printed."""

    bureau: str
    number: str
    addressee: str
    addressee_code: str
    project: str
    project_code: str
    unit: str
    supervising_unit: str
    task_kind: str
    budget_year: int
    budget_kinds: Sequence[str]
    project_amount_cents: int
    fee_cents: int
    route: str
    lead_evaluator: str
    lead_certificate: str
    team_size: int
    draft_due_on: date
    final_due_on: date
    rule_set: str
    basis: Sequence[str]
    rubric_name: str
    rubric_version: str
    rubric: Sequence[RubricLine]
    vetoes: Sequence[str]
    bands: Sequence[tuple[str, str]]
    signed_on: date
    contact: str
    telephone: str
    copies: Sequence[str] = ()
    attachments: Sequence[str] = ()
    requirements: Sequence[str] = ()
    contract_working_days: int = 5
    address: str = ""


SCAN: Final = "扫码进入本任务（须登录）：核对文号与期限，接受委托，提交材料。"
REQUIREMENTS: Final = (
    "独立、客观、公正开展评价，不得将受托业务转包，不得以任何形式干预或者受干预；",
    "主评人不得自行更换。确需更换的，应当书面说明理由，经我局同意后方可更换；",
    "底稿完整、证据充分，结论与证据一一对应，并对所出具报告的真实性负责；",
    "严守工作秘密和商业秘密。未经我局书面同意，不得对外提供、公开评价资料和结论；",
    "与被评价单位存在应当回避情形的，应当立即书面告知我局。",
)


def build(letter: CommissionLetter) -> bytes:
    """Return the letter with its rubric attached, as PDF bytes."""
    sheet = Sheet(
        title="委托书",
        number=letter.number,
        owner=letter.bureau,
        left=28 * mm,
        right=26 * mm,
        top=24 * mm,
        bottom=26 * mm,
        paint=_paint,
    )
    story: list[Flowable] = [
        Prose(letter.bureau, MAST),
        Spacer(1, 22),
        Prose(letter.number, replace(FLUSH, align="right", size=11)),
        Prose(f"关于委托开展“{letter.project}”{letter.task_kind}的函", SUBJECT),
        Prose(f"{letter.addressee}：", FLUSH),
        *_body(letter),
        *_close(letter, sheet),
        PageBreak(),
        *_rubric(letter, sheet),
    ]
    return press(story, sheet)


def _paint(canvas: Canvas, number: int, sheet: Sheet) -> None:
    """Draw the red double rules of the letter form: thick over thin above, thin over thick at the foot."""
    wide, tall = sheet.size
    left, right = 20 * mm, wide - 20 * mm
    canvas.setStrokeColor(VERMILION)
    if number == 1:
        high = tall - sheet.top - MAST.leading - 6
        for weight, drop in ((2.2, 0.0), (0.7, 3.2)):
            canvas.setLineWidth(weight)
            canvas.line(left, high - drop, right, high - drop)
    low = sheet.bottom - 13 * mm
    for weight, drop in ((0.7, 0.0), (2.2, 2.6)):
        canvas.setLineWidth(weight)
        canvas.line(left, low - drop, right, low - drop)


def _body(letter: CommissionLetter) -> list[Flowable]:
    basis = "、".join(letter.basis)
    opening = (
        f"根据{basis}有关规定，按照我局年度绩效评价工作安排，经{letter.route}，现委托你单位对“{letter.project}”"
        f"开展{letter.task_kind}。有关事项函告如下："
    )
    what = (
        f"评价对象为“{letter.project}”（项目编码 {letter.project_code}），项目单位为{letter.unit}，"
        f"主管部门为{letter.supervising_unit}，预算年度 {letter.budget_year} 年，"
        f"资金来源为{'、'.join(letter.budget_kinds)}，"
        f"涉及财政资金 {ten_thousands(letter.project_amount_cents)}。"
    )
    who = (
        f"你单位（统一社会信用代码 {letter.addressee_code}）指派 {letter.lead_evaluator} 担任本项目主评人"
        f"（资格或证书编号 {letter.lead_certificate}），评价工作组不少于 {letter.team_size} 人。"
        "评价报告由主评人签字，并加盖单位公章。"
    )
    when = (
        f"{in_words(letter.draft_due_on)}前提交评价报告征求意见稿，{in_words(letter.final_due_on)}前提交定稿及附件。"
        "因资料提供等非你单位原因影响进度的，应当在事由发生之日起书面申请停钟并附证明。"
    )
    fee = (
        f"委托费用为 {money(letter.fee_cents)}（含税），具体支付方式以委托合同为准。报告质量按《{letter.rubric_name}》"
        f"（{letter.rubric_version}，见附件1）评定，评定结果依合同约定与费用支付挂钩。"
    )
    parts: list[Flowable] = [Prose(opening, LETTER)]
    for head, words in (
        ("一、评价对象", what),
        ("二、人员要求", who),
        ("三、完成时限", when),
        ("四、费用与质量评定", fee),
    ):
        parts += [Prose(head, CLAUSE), Prose(words, LETTER)]
    parts.append(Prose("五、工作要求", CLAUSE))
    wanted = letter.requirements or REQUIREMENTS
    parts += [Prose(f"（{'一二三四五六七八九十'[index]}）{words}", LETTER) for index, words in enumerate(wanted)]
    parts.append(
        Prose(
            f"本项目适用规则集：{letter.rule_set}。"
            f"请于收函之日起 {letter.contract_working_days} 个工作日内与我局签订委托合同并提交工作方案。",
            LETTER,
        )
    )
    return parts


def _close(letter: CommissionLetter, sheet: Sheet) -> list[Flowable]:
    names = [f"《{letter.rubric_name}》（{letter.rubric_version}）", *letter.attachments]
    listed = [
        Prose(
            f"{'附件：' if index == 1 else ''}{index}. {name}",
            replace(LETTER, indent=2 if index == 1 else 5, hang=6, before=8 if index == 1 else 0),
        )
        for index, name in enumerate(names, start=1)
    ]
    contact = Prose(f"（联系人：{letter.contact}；联系电话：{letter.telephone}）", LETTER)
    seal = SealPlace(letter.bureau, in_words(letter.signed_on), side=36 * mm)
    copies = Prose(
        f"抄送：{'，'.join(letter.copies)}。" if letter.copies else "抄送：无。", replace(FLUSH, size=10.5, leading=18)
    )
    return [
        *listed,
        Spacer(1, 10),
        together(seal, Spacer(1, 6), contact, Spacer(1, 6), _rule(sheet), copies, _rule(sheet)),
        *([Spacer(1, 8), Square(letter.address, f"{SCAN} {letter.address}", side=18 * mm)] if letter.address else []),
    ]


def _rule(sheet: Sheet) -> Flowable:
    return _Thin(sheet.room)


class _Thin(Flowable):
    """A thin ink line across the text, as above and below 抄送."""

    def __init__(self, wide: float) -> None:
        super().__init__()
        self.width, self.height = wide, 4

    def wrap(self, availWidth: float, availHeight: float) -> tuple[float, float]:  # noqa: N803, ARG002 - reportlab's names
        return self.width, self.height

    def draw(self) -> None:
        self.canv.setStrokeColor(INK)
        self.canv.setLineWidth(0.7)
        self.canv.line(0, 2, self.width, 2)


def _rubric(letter: CommissionLetter, sheet: Sheet) -> list[Flowable]:
    rows = [[line.name, line.weight, line.scored_by, line.looks_at] for line in letter.rubric]
    bands = "；".join(f"{name} {rule}" for name, rule in letter.bands)
    return [
        Prose("附件1", replace(PLAIN, align="left", bold=True)),
        Prose(letter.rubric_name, ATTACHED),
        Prose(
            f"版本：{letter.rubric_version}。自委托之日起适用于本项目，之后的修改不追及本项目。",
            replace(SMALL, align="centre", after=6),
        ),
        three_line(
            ["评分项", "满分", "评分方", "看什么"],
            rows,
            widths=[34, 8, 13, 45],
            align="lcll",
            room=sheet.room,
            cell=replace(CELL, size=9.5, leading=15),
        ),
        Prose(f"等级：{bands}。区间含下限、不含上限，按未四舍五入的精确得分判定。", replace(SMALL, before=4)),
        Prose(f"一票否决（查实并经批准的，报告质量评为不合格，算式仍列示）：{'、'.join(letter.vetoes)}。", SMALL),
        Prose("每一处扣分均须注明页码和理由；评分人选择“无法判断”的，该项不计入其分母。", replace(NOTE, before=4)),
    ]
