"""The plan of a year and its tasks."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assignments.enums import Executor, TaskKind
from assignments.models import EvaluationPlan, EvaluationTask
from assignments.services.plans import count_classified, open_plan
from assignments.services.tasks import TaskDraft, add_tasks
from faces.exchange import cells
from faces.exchange.faults import Fault
from faces.exchange.importing import Noun, Part, Setting, Written, register, repeated, unknown
from faces.exchange.nouns import known
from faces.exchange.tables import Column, Layout, Record

KINDS: Final = {
    "重点项目评价": TaskKind.KEY_PROJECT,
    "部门整体支出评价": TaskKind.WHOLE_DEPARTMENT,
    "政策评价": TaskKind.POLICY,
    "PPP 评价": TaskKind.PPP,
    "专项债券评价": TaskKind.SPECIAL_BOND,
    "事前绩效评估": TaskKind.EX_ANTE,
    "绩效目标审核": TaskKind.TARGET_REVIEW,
    "自评复核": TaskKind.SELF_REVIEW,
    "指标体系建设": TaskKind.INDICATORS,
    "课题研究": TaskKind.RESEARCH,
}
EXECUTORS: Final = {"第三方机构": Executor.FIRM, "财政部门": Executor.BUREAU, "预算单位": Executor.UNIT}
PLANS: Final = Layout(
    "计划",
    (
        Column("year", "工作年度", cells.year),
        Column("classified", "涉密项目数", cells.whole(0, 10_000), required=False, default=0),
    ),
)
TASKS: Final = Layout(
    "任务",
    (
        Column("year", "工作年度", cells.year),
        Column("project", "项目编码", cells.code(30), required=False, default=""),
        Column("kind", "任务类型", cells.one_of(KINDS)),
        Column("title", "任务名称", cells.text(160)),
        Column("unit", "单位编码", cells.code(20)),
        Column("executor", "实施主体", cells.one_of(EXECUTORS)),
        Column("budget_year", "预算年度", cells.year),
        Column("amount", "评价金额（万元）", cells.wan),
    ),
)


def check_plans(rows: Sequence[Record], setting: Setting) -> Iterator[Fault]:
    """Yield faults: a year twice."""
    setting.bring("plan", (str(row["year"]) for row in rows))
    yield from repeated(rows, "year")


def write_plans(rows: Sequence[Record], setting: Setting) -> Written:
    """Open the plans that are not there yet, and write how many classified projects the year has."""
    there = {plan.work_year: plan for plan in EvaluationPlan.objects.filter(bureau=setting.bureau)}
    for row in rows:
        plan = there.get(row["year"]) or open_plan(
            bureau=setting.bureau, work_year=row["year"], by=setting.by, on=setting.on
        )
        count_classified(plan=plan, count=row["classified"], by=setting.by, on=setting.on)
    created = sum(row["year"] not in there for row in rows)
    return Written(created, len(rows) - created)


def check_tasks(rows: Sequence[Record], setting: Setting) -> Iterator[Fault]:
    """Yield faults: unknown years, projects and units; a title twice; tasks that the plan has already."""
    yield from repeated(rows, "title")
    yield from unknown(rows, "project", known.projects(setting.bureau), _("There is no project %(code)s."))
    yield from unknown(rows, "unit", known.units(setting.bureau), _("There is no unit %(code)s."))
    years = EvaluationPlan.objects.filter(bureau=setting.bureau).values_list("work_year", flat=True)
    plans = {str(year) for year in years} | setting.brought.get("plan", set())
    for row in rows:
        if str(row["year"]) not in plans:
            yield row.fault("year", _("There is no plan of this year."), "unknown")
    held = EvaluationTask.objects.filter(bureau=setting.bureau)
    there = set(held.values_list("work_year", "title"))
    for row in rows:
        if (row["year"], row["title"]) in there:
            yield row.fault("title", _("The plan has this task already."), "repeated")


def write_tasks(rows: Sequence[Record], setting: Setting) -> Written:
    """Add the tasks; the importer is their clerk."""
    projects, units = known.projects(setting.bureau), known.units(setting.bureau)
    plans = {plan.work_year: plan for plan in EvaluationPlan.objects.filter(bureau=setting.bureau)}
    for year, group in groupby(sorted(rows, key=lambda row: (row["year"], row.row)), key=lambda row: row["year"]):
        drafts = [
            TaskDraft(
                kind=row["kind"],
                title=row["title"],
                executor=row["executor"],
                unit=units[row["unit"]],
                budget_year=row["budget_year"],
                amount_cents=row["amount"],
                project=projects.get(row["project"]),
                section=units[row["unit"]].section,
            )
            for row in group
        ]
        add_tasks(plan=plans[year], drafts=drafts, clerk=setting.by, by=setting.by, on=setting.on)
    return Written(len(rows))


NOUN: Final = register(
    Noun(
        "plan",
        gettext_lazy("plan and tasks"),
        (Part(PLANS, write_plans, check_plans), Part(TASKS, write_tasks, check_tasks)),
    )
)
