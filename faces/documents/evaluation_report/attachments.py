"""The attachments of a demonstration report: tables and records made from the project's own numbers."""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Final

from reportlab.platypus import Flowable, PageBreak

from faces.documents.evaluation_report.chapters import CAPTION, TABLE, TEXT, Teller
from faces.documents.evaluation_report.facts import ReportFacts
from faces.documents.evaluation_report.words import PLACES, ROLES, SURNAMES, TALKS
from faces.documents.kit import Prose, three_line

SMALL_TABLE: Final = replace(TABLE, size=9.5, leading=14.5)
LABEL: Final = replace(TEXT, indent=0, bold=True)
VOUCHERS: Final = 64
TALKED_WITH: Final = 12
VISITS: Final = 24


def attachments(facts: ReportFacts, room: float) -> list[Flowable]:
    """Return the six attachments, each on a new page."""
    teller = Teller(facts)
    teller.dice.seed += "|附件"
    story: list[Flowable] = []
    writers = (
        ("绩效评价指标体系及评分依据", _basis),
        ("资金支出明细表", _vouchers),
        ("满意度调查问卷及统计", _survey),
        ("访谈记录", _talks),
        ("现场核查记录", _visits),
        ("调阅资料清单", _papers),
    )
    for number, (title, writer) in enumerate(writers, start=1):
        story += [
            PageBreak(),
            Prose(f"附件{number}", LABEL),
            Prose(title, replace(CAPTION, size=15, leading=28)),
            *writer(teller, room),
        ]
    return story


def _basis(teller: Teller, room: float) -> Iterator[Flowable]:
    rows = []
    for item in teller.facts.indicators:
        paper = "、".join(teller.dice.some(teller.trade.papers, 2))
        rate = teller.dice.between(80, 98)
        step = teller.dice.between(2, 9) * 5 / 100
        rows.append([
            f"{item.frame} {item.group}".strip(),
            item.name,
            f"满分{item.weight:.2f}分；低于{rate}%的，每低1个百分点扣{step:.2f}分，扣完为止",
            f"{paper}，底稿{teller.dice.between(1, 60)}页",
        ])  # fmt: skip
    yield three_line(
        ["一、二级", "三级指标", "评分标准", "证据"], rows, widths=[20, 22, 34, 24], room=room, cell=SMALL_TABLE
    )


def _vouchers(teller: Teller, room: float) -> Iterator[Flowable]:
    facts, dice = teller.facts, teller.dice
    spent = facts.spent_wan if facts.spent_wan is not None else facts.amount_wan
    parts = [dice.between(5, 60) for _ in range(VOUCHERS)]
    left, rows = spent, []
    for number, part in enumerate(parts, start=1):
        amount = left if number == VOUCHERS else (spent * part / sum(parts)).quantize(Decimal("0.01"))
        left -= amount
        month = (number - 1) * 12 // VOUCHERS + 1
        rows.append([
            f"{facts.budget_year}-{month:02d}-{dice.between(1, 28):02d}",
            f"记-{dice.between(1, 260):04d}",
            f"支付{dice.pick(teller.trade.parties)}{dice.pick(teller.trade.works)}款",
            f"{amount:,.2f}",
            dice.pick(teller.trade.papers),
        ])  # fmt: skip
    rows.sort()
    rows.append(["以上各笔", "", "", f"{spent:,.2f}", ""])
    yield Prose("单位：万元", replace(SMALL_TABLE, align="right"))
    yield three_line(
        ["日期", "凭证号", "摘要", "金额", "附单据"],
        rows,
        widths=[16, 14, 36, 16, 18],
        align="lllrl",
        room=room,
        cell=SMALL_TABLE,
        total=True,
    )


def _survey(teller: Teller, room: float) -> Iterator[Flowable]:
    dice, trade = teller.dice, teller.trade
    sent = dice.between(120, 420)
    valid = sent - dice.between(4, 30)
    yield Prose(
        f"评价组于{teller.facts.budget_year + 1}年8月向{trade.served}发放问卷{sent}份，"
        f"收回有效问卷{valid}份，有效率{valid * 100 / sent:.1f}%。"
        f"样本按{'、'.join(dice.some(PLACES, 3))}分层，各层随机抽取。",
        TEXT,
    )
    rows = []
    for question in trade.questions:
        left, cells = valid, []
        for share in (dice.between(46, 70), dice.between(60, 85), dice.between(60, 80)):
            people = left * share // 100
            left -= people
            cells.append(people)
        satisfied = (cells[0] + cells[1]) * 100 / valid
        rows.append([question, *[f"{people}人" for people in cells], f"{left}人", f"{satisfied:.1f}%"])
    yield three_line(
        ["调查项目", "很满意", "满意", "一般", "不满意", "满意率"],
        rows,
        widths=[36, 13, 13, 12, 13, 13],
        align="lrrrrr",
        room=room,
        cell=TABLE,
    )
    yield Prose("开放题主要意见：", LABEL)
    for number in range(1, 9):
        yield Prose(f"{number}. {dice.pick(PLACES)}：" + teller.tell(TALKS, 1), TEXT)


def _talks(teller: Teller, room: float) -> Iterator[Flowable]:  # noqa: ARG001 - all writers are called alike
    dice = teller.dice
    for number in range(1, TALKED_WITH + 1):
        who = f"{SURNAMES[dice.below(len(SURNAMES))]}某（{dice.pick(ROLES)}）"
        yield Prose(f"访谈{number}  {who}  8月{dice.between(3, 28)}日", LABEL)
        yield Prose(f"问：{dice.pick(teller.trade.works)}的进展和困难有哪些？", TEXT)
        yield Prose("答：" + teller.tell(TALKS, 3), TEXT)


def _visits(teller: Teller, room: float) -> Iterator[Flowable]:
    dice = teller.dice
    seen = ("与台账一致", "已完成，运行正常", "与图纸相符", "标识齐全", *teller.trade.risks)
    rows = [
        [
            str(number),
            f"{dice.pick(PLACES)}第{dice.between(1, 30)}点位",
            "、".join(dice.some(teller.trade.works, 2)),
            dice.pick(seen),
            f"照片{dice.between(2, 9)}张",
        ]
        for number in range(1, VISITS + 1)
    ]
    yield three_line(
        ["序号", "点位", "核查内容", "核查结果", "取证"], rows, widths=[8, 26, 26, 28, 12], room=room, cell=SMALL_TABLE
    )
    yield Prose("核查人员与被核查单位人员均已在纸质记录上签字，原件存评价底稿。", TEXT)


def _papers(teller: Teller, room: float) -> Iterator[Flowable]:
    dice = teller.dice
    rows = []
    for number, paper in enumerate(
        (*teller.trade.papers, "年度预算批复", "绩效目标申报表", "单位自评报告", "内部控制制度"), start=1
    ):
        rows.append(
            [
                str(number),
                paper,
                f"{dice.between(1, 68)}份",
                dice.pick(teller.trade.parties),
                dice.pick(("复印件", "电子件", "原件核对")),
            ]
        )
    yield three_line(
        ["序号", "资料名称", "数量", "提供方", "形式"],
        rows,
        widths=[10, 40, 14, 20, 16],
        align="llrll",
        room=room,
        cell=TABLE,
    )
