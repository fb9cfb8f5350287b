"""The files that firms hand in in the story: work plans, reports with their planted faults, signatures."""

import io
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Final

from django.utils import translation
from docx import Document
from PIL import Image, ImageDraw

from assignments.models import EvaluationTask
from faces.documents.evaluation_report import HEADS, ReportFacts, build, indicators_for, passage
from faces.documents.evaluation_report.facts import Dice
from faces.exchange.demo.words import FINDINGS, RECTIFIED
from results.models import Rectification

KINDS: Final = {"POLICY": "政策类", "WORKS": "工程类", "EQUIPMENT": "设备购置类", "OTHER": "其他"}
LAST_YEAR: Final = 2018
FOREIGN_UNIT: Final = "济南市历城区医疗保障局"
WRONG_SIGNER: Final = "孙若木"
WEIGHTS_SHORT: Final = Decimal("99.99")
MISSING_HEAD: Final = 6
SCORE_HEAD: Final = 2


@dataclass(frozen=True, slots=True)
class Told:
    """What the story says of one report: project score in hundredths, grade, planted fault."""

    hundredths: int
    grade: str
    fault: str

    @property
    def score(self) -> Decimal:
        """Return the score in points."""
        return Decimal(self.hundredths) / 100


def report_facts(task: EvaluationTask, told: Told, *, firm: str, lead: str, version: str, dated: date) -> ReportFacts:
    """Return the facts of a report, with the fault planted that the story asks for."""
    project = task.project
    name = project.name if project else task.title
    kind = KINDS[project.kind] if project else "其他"
    amount = Decimal(task.amount_cents) / 1_000_000
    with translation.override("zh-hans"):
        budgets = [str(part.get_kind_display()) for part in project.budgets.order_by("pk")] if project else []
    asked = RECTIFIED.get(name, ("", ""))[0]
    short = task.unit.organisation.name
    facts = ReportFacts(
        project=name,
        unit=short,
        firm=firm,
        lead_evaluator=lead,
        budget_year=task.budget_year,
        amount_wan=amount,
        indicators=indicators_for(name, kind, told.score),
        total=told.score,
        grade=told.grade,
        findings=[one.words for one in FINDINGS.get(name, ())[:2]] or ["绩效目标不够量化，部分指标缺少数据支撑。"],
        suggestions=[asked or "细化绩效目标，完善过程管理，下一年度预算编制时一并落实。"],
        kind=kind,
        bureau=task.bureau.name,
        supervising_unit=(task.unit.superior or task.unit).organisation.name,
        project_code=project.code if project else "",
        budgets=budgets or ("一般公共预算",),
        spent_wan=(amount * Decimal("0.96")).quantize(Decimal("0.01")),
        dated=dated,
        version=version,
    )
    return planted(facts, told.fault)


def planted(facts: ReportFacts, fault: str) -> ReportFacts:
    """Return the facts with one of the six faults; an empty word plants none."""
    faulty: dict[str, Callable[[], ReportFacts]] = {
        "": lambda: facts,
        "总分印作90.0": lambda: replace(facts, printed_total="90.0"),
        "权重合计99.99": lambda: replace(
            facts,
            indicators=indicators_for(facts.project, facts.kind, facts.total, weights_total=WEIGHTS_SHORT),
        ),
        "出现其他单位": lambda: replace(facts, foreign_unit=FOREIGN_UNIT),
        "沿用上年段落": lambda: replace(facts, last_year_passage=passage(last_year(facts))),
        "缺少一章": lambda: replace(facts, missing_head=MISSING_HEAD),
        "签字人不符": lambda: replace(facts, signer=WRONG_SIGNER),
    }
    return faulty[fault]()


def last_year(facts: ReportFacts) -> ReportFacts:
    """Return the facts of the same project's report of the year before, by another firm."""
    return replace(
        facts,
        budget_year=LAST_YEAR,
        firm="齐州财政绩效研究院（演示）",
        lead_evaluator="李㛃",
        dated=date(LAST_YEAR + 1, 10, 18),
        indicators=indicators_for(f"{facts.project}{LAST_YEAR}", facts.kind, Decimal("85.50")),
        total=Decimal("85.50"),
        grade="良",
        findings=("管护责任未落实到人。",),
        suggestions=("明确村级管水员职责。",),
        last_year_passage=None,
    )


def last_years_report(facts: ReportFacts) -> bytes:
    """Return that report of the year before, with the passage that this year's copies."""
    before = last_year(facts)
    return build(replace(before, last_year_passage=passage(before)))


def report(facts: ReportFacts) -> bytes:
    """Return the report as PDF."""
    return build(facts)


def word_report(facts: ReportFacts) -> bytes:
    """Return a short report as Word file: what units and early drafts hand in; its heads and scores are whole."""
    document = Document()
    document.add_heading(f"{facts.project}报告（{facts.version}）", level=0)
    document.add_paragraph(
        f"{facts.unit}　{facts.budget_year}年度　金额{facts.amount_wan:f}万元。演示数据，人员与项目均为虚构。"
    )
    for place, head in enumerate(HEADS):
        document.add_heading(head, level=1)
        if place == SCORE_HEAD:
            rows = [f"{one.name} {one.weight:.2f} {one.score:.2f}" for one in facts.indicators]
            for line in ("指标名称 权重 得分", *rows, f"合计 100.00 {facts.total:.2f}", f"评价等级：{facts.grade}"):
                document.add_paragraph(line)
        else:
            document.add_paragraph(_plain(facts, place))
    held = io.BytesIO()
    document.save(held)
    return held.getvalue()


def _plain(facts: ReportFacts, place: int) -> str:
    words = (
        f"{facts.project}由{facts.unit}组织实施，资金来源为{'、'.join(facts.budgets)}。",
        "工作组查阅了立项、预算、合同和支付资料，对照绩效目标逐项核实。",
        "",
        "决策、过程类指标依据充分，产出和效益类指标以申报资料和测算结果为准。",
        "".join(facts.findings),
        "".join(facts.suggestions),
        "无。",
    )
    return words[place]


def work_plan(task: EvaluationTask, *, firm: str, lead: str) -> bytes:
    """Return a work plan as Word file."""
    document = Document()
    document.add_heading(f"{task.title}工作方案", level=1)
    unit = task.unit.organisation.name
    for heading, words in (
        ("一、评价对象和范围", f"{unit}{task.budget_year}年度“{task.title}”涉及的财政资金。"),
        ("二、评价依据", "《项目支出绩效评价管理办法》（财预〔2020〕10号）、项目管理制度和绩效目标申报表。"),
        ("三、评价指标体系", "按决策、过程、产出、效益四个维度设置三级指标二十项，权重合计100分。"),
        ("四、调查方法和样本", "案卷研究、现场核查、问卷调查和访谈。现场核查资金量不低于60%。"),
        ("五、时间安排", "进点前完成资料清单，现场工作十个工作日，初稿于现场结束后二十日内提交。"),
        ("六、工作组", f"{firm}组成五人工作组，主评人{lead}。演示数据，机构与人员均为虚构。"),
    ):
        document.add_heading(heading, level=2)
        document.add_paragraph(words)
    held = io.BytesIO()
    document.save(held)
    return held.getvalue()


def signature(name: str) -> bytes:
    """Return the picture of a signature: strokes that belong to the name, and to nobody."""
    dice = Dice(f"签名|{name}")
    picture = Image.new("L", (360, 140), 255)
    pen = ImageDraw.Draw(picture)
    for char in range(len(name)):
        points = [(20 + char * 110 + dice.below(95), 15 + dice.below(110)) for _turn in range(9)]
        pen.line(points, fill=40, width=4, joint="curve")
    held = io.BytesIO()
    picture.save(held, "PNG")
    return held.getvalue()


def rectification_report(row: Rectification, told: str, *, on: date) -> bytes:
    """Return the unit's report on what it put right, as a Word file."""
    document = Document()
    document.add_heading(f"{row.task.unit.organisation.name}关于绩效评价问题整改情况的报告", level=1)
    document.add_paragraph(f"历城区财政局：你局反馈的“{row.words}”收悉，现将整改情况报告如下。")
    document.add_paragraph(told)
    document.add_paragraph(f"{row.task.unit.organisation.name}\n{on.year}年{on.month}月{on.day}日")
    held = io.BytesIO()
    document.save(held)
    return held.getvalue()
