"""Demonstration evaluation reports: seven heads, a score table, attachments, and faults planted on purpose."""

from dataclasses import replace
from datetime import date
from typing import Final

from reportlab.lib.units import mm
from reportlab.platypus import Flowable, PageBreak, Spacer

from faces.documents.dates import in_words
from faces.documents.evaluation_report.attachments import attachments
from faces.documents.evaluation_report.chapters import TEXT, Teller, chapters, passage, wan
from faces.documents.evaluation_report.facts import HEADS, Indicator, ReportFacts, indicators_for
from faces.documents.evaluation_report.words import GOOD, SHORT
from faces.documents.kit import CELL, NOTE, Prose, Rules, SealPlace, Sheet, Style, press, together
from faces.documents.kit import facts as facts_table

COVER: Final = Style(size=26, leading=42, voice="title", bold=True, align="centre")
COVER_SMALL: Final = Style(size=15, leading=28, align="centre")


def build(facts: ReportFacts) -> bytes:
    """Return the report as PDF bytes, at least 25 pages; the same facts always give the same bytes."""
    sheet = Sheet(
        title=f"{facts.project}绩效评价报告",
        owner=facts.firm,
        note="演示数据，机构与人员均为虚构",
        left=28 * mm,
        right=26 * mm,
        top=30 * mm,
        bottom=28 * mm,
    )
    story: list[Flowable] = [
        *_cover(facts, sheet),
        PageBreak(),
        *_summary(facts),
        PageBreak(),
        *chapters(facts, sheet.room),
        *_signatures(facts),
        *attachments(facts, sheet.room),
    ]
    return press(story, sheet)


def _cover(facts: ReportFacts, sheet: Sheet) -> list[Flowable]:
    dated = facts.dated or date(facts.budget_year + 1, 10, 16)
    pairs = [
        ("项目单位", facts.unit),
        ("主管部门", facts.supervising_unit or facts.unit),
        ("委托单位", facts.bureau),
        ("评价机构", facts.firm),
        ("主评人", facts.lead_evaluator),
        ("项目编码", facts.project_code or "无"),
        ("评价金额", f"{wan(facts.amount_wan)}万元"),
        ("资金来源", "、".join(facts.budgets)),
    ]
    return [
        Spacer(1, 90),
        Prose(facts.project, COVER),
        Prose("绩效评价报告", COVER),
        Prose(f"（{facts.budget_year}年度预算  {facts.version}）", COVER_SMALL),
        Spacer(1, 60),
        Rules(),
        facts_table(pairs, room=sheet.room, columns=1, label=90, cell=replace(CELL, size=12, leading=20)),
        Spacer(1, 60),
        Prose(facts.firm, COVER_SMALL),
        Prose(in_words(dated), COVER_SMALL),
    ]


def _summary(facts: ReportFacts) -> list[Flowable]:
    teller = Teller(facts)
    teller.dice.seed += "|摘要"
    return [
        Prose("摘    要", replace(COVER, size=18, leading=40)),
        Prose(
            f"受{facts.bureau}委托，{facts.firm}对{facts.unit}实施的“{facts.project}”开展绩效评价，"
            f"评价涉及{facts.budget_year}年度财政资金{wan(facts.amount_wan)}万元。",
            TEXT,
        ),
        Prose(teller.tell(GOOD, 4, name="项目实施"), TEXT),
        Prose(teller.tell(SHORT, 3, name="项目管理"), TEXT),
    ]


def _signatures(facts: ReportFacts) -> list[Flowable]:
    dated = facts.dated or date(facts.budget_year + 1, 10, 16)
    return [
        together(
            Spacer(1, 14),
            Prose(f"主评人（签字）：{facts.signer or facts.lead_evaluator}", TEXT),
            Prose("（演示件以打印姓名代替手写签名，真实报告须亲笔签名）", NOTE),
            Spacer(1, 8),
            SealPlace(facts.firm, in_words(dated)),
        )
    ]


__all__ = ["HEADS", "Indicator", "ReportFacts", "build", "indicators_for", "passage"]
