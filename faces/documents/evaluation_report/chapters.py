"""Write the seven heads of a demonstration report from its facts."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Final

from reportlab.platypus import Flowable

from faces.documents.evaluation_report.facts import HEADS, Dice, Indicator, ReportFacts
from faces.documents.evaluation_report.words import (
    ADVICE,
    AIMS,
    CAUSES,
    DECIDED,
    EXPERIENCE,
    GOOD,
    GROUNDS,
    METHODS,
    OPENINGS,
    PLACES,
    SHORT,
    TRADES,
    UNDECIDED,
    WHOLE,
)
from faces.documents.kit import CELL, Heading, Prose, Style, three_line, together

TEXT: Final = Style(size=14, leading=27, indent=2)
HEAD: Final = Style(size=16, leading=30, voice="title", bold=True, align="left", indent=2, before=12)
SUB: Final = Style(size=14, leading=27, bold=True, align="left", indent=2, before=4)
TABLE: Final = replace(CELL, size=10.5, leading=16)
CAPTION: Final = Style(size=11, leading=20, bold=True, align="centre", before=6)
NUMERALS: Final = "一二三四五六七八九十"
FULL_RATE: Final = Decimal(100)
OLD_WORDS_IN: Final = 5
TALKS_NOTE: Final = (
    "评价基准日后{count}天内，{unit}补充提供了{paper}，评价组已据此更新相关数据",
    "受{party}资料保存条件限制，{year}年{month}月以前的{paper}未能全部取得，评价组以替代程序取得证据",
    "问卷样本限于{served}，结论外推时应考虑样本误差",
)


class Teller:
    """Fill sentence patterns with this project's own names and numbers."""

    def __init__(self, facts: ReportFacts) -> None:
        """Start from the project, unit and year, so each report tells its own story."""
        self.facts = facts
        self.dice = Dice(f"{facts.project}|{facts.unit}|{facts.budget_year}|{facts.firm}")
        trade = TRADES.get(facts.kind, TRADES["其他"])
        self.trade = replace(trade, works=tuple(facts.works)) if facts.works else trade

    def tell(self, patterns: Sequence[str], count: int, *, name: str = "") -> str:
        """Return ``count`` sentences made from different patterns."""
        return "。".join(self._fill(pattern, name) for pattern in self.dice.some(patterns, count)) + "。"

    def _fill(self, pattern: str, name: str) -> str:
        dice, trade, facts = self.dice, self.trade, self.facts
        count = dice.between(12, 96)
        month = dice.between(1, 8)
        return pattern.format(
            unit=facts.unit,
            project=facts.project,
            year=facts.budget_year,
            start=facts.budget_year - dice.below(3),
            month=month,
            later=month + dice.between(2, 4),
            turn=dice.between(2, 29),
            served=trade.served,
            works="、".join(dice.some(trade.works, dice.between(1, 3))),
            paper="、".join(dice.some(trade.papers, dice.between(1, 2))),
            party=dice.pick(trade.parties),
            risk=dice.pick(trade.risks),
            unit_of_work=trade.unit_of_work,
            count=count,
            okay=count - dice.below(4),
            less=dice.between(2, 9),
            digit=dice.below(10),
            percent=dice.between(86, 99),
            name=name,
        )


def wan(amount: Decimal) -> str:
    """Return an amount of 万元 as printed in reports: exact, no idle zeros."""
    return f"{amount.quantize(Decimal('0.01')):,.2f}".rstrip("0").rstrip(".")


def chapters(facts: ReportFacts, room: float) -> list[Flowable]:
    """Return the seven heads with their text, without the one to be missed."""
    teller = Teller(facts)
    writers = (_basics, _work, _conclusion, _analysis, _experience, _advice, _other)
    story: list[Flowable] = []
    for number, (head, writer) in enumerate(zip(HEADS, writers, strict=True), start=1):
        body = list(writer(teller, room))
        if number == facts.missing_head:
            continue
        story += [Heading(head, HEAD), *body]
        if facts.last_year_passage and number == (
            OLD_WORDS_IN if facts.missing_head != OLD_WORDS_IN else OLD_WORDS_IN + 1
        ):
            story.append(Prose(facts.last_year_passage, TEXT))
    return story


def passage(facts: ReportFacts) -> str:
    """Return a paragraph that this report, and only this one, carries: to be planted in a later year's report."""
    teller = Teller(facts)
    teller.dice = Dice(f"{teller.dice.seed}|passage")
    return (
        f"{facts.budget_year}年度，"
        + teller.tell(GOOD, 3, name="绩效目标完成情况")
        + teller.tell(CAUSES, 2)
        + teller.tell(ADVICE, 2)
    )


def _paragraphs(
    teller: Teller, heads: Sequence[str], patterns: Sequence[Sequence[str]], each: Sequence[int]
) -> Iterator[Flowable]:
    for index, (head, pattern, count) in enumerate(zip(heads, patterns, each, strict=True)):
        yield Heading(f"（{NUMERALS[index]}）{head}", SUB)
        yield Prose(teller.tell(pattern, count), TEXT)


def _basics(teller: Teller, room: float) -> Iterator[Flowable]:
    facts = teller.facts
    spent = facts.spent_wan if facts.spent_wan is not None else facts.amount_wan
    rate = (spent * 100 / facts.amount_wan) if facts.amount_wan else FULL_RATE
    yield from _paragraphs(teller, ("项目背景", "项目内容与目标"), (OPENINGS, AIMS), (1, 2))
    yield Prose(teller.tell(GROUNDS, 3), TEXT)
    yield Prose(teller.tell(GOOD, 3, name="任务分解"), TEXT)
    yield Heading("（三）资金投入和使用情况", SUB)
    yield Prose(
        f"{facts.budget_year}年度，{facts.project}预算安排{wan(facts.amount_wan)}万元，资金来源为{'、'.join(facts.budgets)}。"
        f"截至评价基准日，实际支出{wan(spent)}万元，预算执行率{rate:.2f}%。" + teller.tell(GOOD, 2, name="资金使用"),
        TEXT,
    )
    shares = three_line(
        ["区域", "安排", "支出", "结余", "主要内容"],
        _shares(teller, facts.amount_wan, spent),
        widths=[24, 16, 16, 14, 30],
        align="lrrrl",
        room=room,
        cell=TABLE,
    )
    yield together(Prose("表1  资金安排分镇街情况（万元）", CAPTION), shares)
    yield Heading("（四）组织管理", SUB)
    supervising = facts.supervising_unit or facts.unit
    yield Prose(f"项目主管部门为{supervising}，项目实施单位为{facts.unit}。" + teller.tell(EXPERIENCE, 2), TEXT)


def _shares(teller: Teller, planned: Decimal, spent: Decimal) -> list[list[str]]:
    """Split the money over some places; the last place takes what rounding leaves."""
    dice = teller.dice
    places = dice.some(PLACES, 8)
    parts = [dice.between(3, 20) for _ in places]
    rows, left, left_spent = [], planned, spent
    for index, (place, part) in enumerate(zip(places, parts, strict=True)):
        last = index == len(places) - 1
        plan = left if last else (planned * part / sum(parts)).quantize(Decimal("0.01"))
        used = left_spent if last else (spent * part / sum(parts)).quantize(Decimal("0.01"))
        left, left_spent = left - plan, left_spent - used
        rows.append(
            [place, f"{plan:,.2f}", f"{used:,.2f}", f"{plan - used:,.2f}", "、".join(dice.some(teller.trade.works, 2))]
        )
    return rows


def _work(teller: Teller, room: float) -> Iterator[Flowable]:  # noqa: ARG001 - all writers are called alike
    facts, dice = teller.facts, teller.dice
    heads = ("评价目的、对象和范围", "评价原则、指标体系和方法", "评价工作过程")
    yield from _paragraphs(teller, heads, (AIMS, METHODS, METHODS), (1, 2, 2))
    team = "、".join(facts.team)
    if team:
        yield Prose(
            f"评价工作组由主评人{facts.lead_evaluator}和{team}组成，{facts.firm}于报告出具前完成内部复核。", TEXT
        )
    subject = facts.foreign_unit or facts.unit
    start = dice.between(3, 9)
    yield Prose(
        f"{facts.budget_year + 1}年8月{start}日，评价组进驻{subject}，听取情况汇报并调阅资料；"
        f"8月{start + 7}日至{start + 12}日，"
        f"赴{'、'.join(dice.some(PLACES, 4))}开展现场核查；9月上旬完成底稿复核，就初步结论与{subject}交换意见。",
        TEXT,
    )
    yield Prose(teller.tell(GOOD, 3, name="资料完整性") + teller.tell(METHODS, 1), TEXT)


def _conclusion(teller: Teller, room: float) -> Iterator[Flowable]:
    facts = teller.facts
    printed = facts.printed_total or f"{facts.total:.2f}"
    weights = sum((item.weight for item in facts.indicators), Decimal(0))
    yield Prose(
        f"评价组依据确定的指标体系和评分标准，经资料审核、现场核查和综合分析，{facts.project}综合得分{printed}分，"
        f"评价等级为“{facts.grade}”。" + teller.tell(GOOD, 2, name="绩效目标"),
        TEXT,
    )
    yield Prose(f"评价等级：{facts.grade}", replace(TEXT, bold=True))
    yield Prose("表2  绩效评价评分表", CAPTION)
    rows = [[item.name, f"{item.weight:.2f}", f"{item.score:.2f}"] for item in facts.indicators]
    yield three_line(
        ["指标名称", "权重", "得分"],
        [*rows, ["合计", f"{weights:.2f}", printed]],
        widths=[60, 20, 20],
        align="lrr",
        room=room,
        cell=TABLE,
        total=True,
        pad=2.4,
    )
    frames = three_line(
        ["一级指标", "满分", "得分", "得分率", "简评"],
        _frames(teller),
        widths=[14, 13, 13, 14, 46],
        align="lrrrl",
        room=room,
        cell=TABLE,
    )
    yield together(Prose("表3  一级指标得分率", CAPTION), frames)
    yield Prose(teller.tell(GOOD, 2, name="综合绩效") + teller.tell(SHORT, 1, name="综合绩效"), TEXT)


def _frames(teller: Teller) -> list[list[str]]:
    rows = []
    for frame in dict.fromkeys(item.frame for item in teller.facts.indicators):
        items = [item for item in teller.facts.indicators if item.frame == frame]
        weight = sum((item.weight for item in items), Decimal(0))
        score = sum((item.score for item in items), Decimal(0))
        worst = min(items, key=lambda item: item.score / item.weight)
        rate = score * 100 / weight
        note = "各项均达到要求" if score == weight else f"失分集中在{worst.name}"
        rows.append([frame or "指标", f"{weight:.2f}分", f"{score:.2f}分", f"{rate:.2f}%", note])
    return rows


def _analysis(teller: Teller, room: float) -> Iterator[Flowable]:
    facts = teller.facts
    for index, frame in enumerate(dict.fromkeys(item.frame for item in facts.indicators)):
        yield Heading(f"（{NUMERALS[index]}）{frame or '指标'}情况分析", SUB)
        items = [item for item in facts.indicators if item.frame == frame]
        for number, item in enumerate(items, start=1):
            yield Heading(f"{number}. {item.name}", replace(TEXT, indent=2, align="left"))
            yield from _one(teller, item)
    rows = []
    for work in teller.trade.works:
        planned = teller.dice.between(20, 400)
        done = planned - teller.dice.below(planned // 10 + 1)
        rows.append(
            [
                work,
                f"{planned}{teller.trade.unit_of_work}",
                f"{done}{teller.trade.unit_of_work}",
                f"{done * 100 / planned:.1f}%",
            ]
        )
    outputs = three_line(
        ["任务", "计划", "实际", "完成率"], rows, widths=[40, 20, 20, 20], align="lrrr", room=room, cell=TABLE
    )
    yield together(Prose("表4  主要产出完成情况", CAPTION), outputs)


def _one(teller: Teller, item: Indicator) -> Iterator[Flowable]:
    lost = item.weight - item.score
    verdict = (
        f"该指标满分{item.weight:.2f}分，扣{lost:.2f}分，得{item.score:.2f}分。"
        if lost
        else f"该指标满分{item.weight:.2f}分，不扣分。"
    )
    good, short = (DECIDED, UNDECIDED) if item.frame == "决策" else (GOOD, SHORT)
    reason = teller.tell(short, 2, name=item.name) if lost else teller.tell(WHOLE, 1, name=item.name)
    yield Prose(teller.tell(good, 2, name=item.name) + reason + verdict, TEXT)


def _experience(teller: Teller, room: float) -> Iterator[Flowable]:  # noqa: ARG001 - all writers are called alike
    facts = teller.facts
    yield Heading("（一）主要经验及做法", SUB)
    for _ in range(3):
        yield Prose(teller.tell(EXPERIENCE, 2), TEXT)
    yield Heading("（二）存在的问题及原因分析", SUB)
    findings = facts.findings or [f"{risk}。" for risk in teller.dice.some(teller.trade.risks, 3)]
    for number, finding in enumerate(findings, start=1):
        yield Prose(f"{number}. {finding}", replace(TEXT, bold=True))
        yield Prose(teller.tell(SHORT, 2, name="该项工作") + teller.tell(CAUSES, 2), TEXT)


def _advice(teller: Teller, room: float) -> Iterator[Flowable]:  # noqa: ARG001 - all writers are called alike
    facts = teller.facts
    for number, words in enumerate(facts.suggestions, start=1):
        yield Prose(f"{number}. {words}", TEXT)
    for number in range(len(facts.suggestions) + 1, len(facts.suggestions) + 4):
        yield Prose(f"{number}. " + teller.tell(ADVICE, 2), TEXT)


def _other(teller: Teller, room: float) -> Iterator[Flowable]:  # noqa: ARG001 - all writers are called alike
    facts = teller.facts
    subject = facts.foreign_unit or facts.unit
    yield Prose(
        f"本报告所依据的资料由{subject}提供，{subject}对其真实性、完整性负责。本报告仅供预算绩效管理使用，"
        f"未经{facts.bureau}同意，不得用于其他目的。",
        TEXT,
    )
    yield Prose(teller.tell(TALKS_NOTE, 2), TEXT)
