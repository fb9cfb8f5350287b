"""What was done about projects: self-evaluations, targets, monitoring; and the whole-department pilots."""

from collections.abc import Iterator, Sequence
from typing import Final

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from faces.exchange import cells
from faces.exchange.faults import Fault
from faces.exchange.importing import Noun, Part, Setting, Written, register, repeated, unknown
from faces.exchange.nouns import known
from faces.exchange.tables import Column, Layout, Record
from faces.exchange.traces import Touched
from foundation.rulesets.selectors import rules_for
from parties.models import BudgetUnit
from projects.models import Monitoring, Project, SelfEvaluation, Target, WholeDepartmentPilot
from projects.rules import parts_problem
from projects.selectors import weights_for
from projects.services import (
    PARTS_WORDS,
    MonitoringDraft,
    PilotDraft,
    SelfEvaluationDraft,
    TargetDraft,
    record_monitorings,
    record_pilots,
    record_self_evaluations,
    record_targets,
)

YEARS: Final = (Column("work_year", "工作年度", cells.year), Column("budget_year", "预算年度", cells.year))
PROJECT: Final = Column("project", "项目编码", cells.code(30))
PARTS: Final = {
    "execution": "预算执行率得分",
    "cost": "成本得分",
    "output": "产出得分",
    "effect": "效益得分",
    "satisfaction": "满意度得分",
}
SELF: Final = Layout(
    "自评",
    (
        PROJECT,
        *YEARS,
        Column("amount", "自评金额（万元）", cells.wan, also=("金额（万元）",)),
        Column("score", "自评得分", cells.hundredths(100)),
        Column("day", "提交日期", cells.day),
        *(Column(key, heading, cells.hundredths(100), required=False) for key, heading in PARTS.items()),
    ),
)
TARGETS: Final = Layout(
    "绩效目标",
    (
        PROJECT,
        *YEARS,
        Column("words", "绩效目标", cells.text(4000), required=False, default=""),
        Column("day", "公开日期", cells.day, required=False),
    ),
)
MONITORED: Final = Layout(
    "运行监控",
    (
        PROJECT,
        *YEARS,
        Column("day", "数据截止日", cells.day),
        Column("spent", "支出金额（万元）", cells.wan),
        Column("words", "说明", cells.text(500), required=False, default=""),
    ),
)
PILOTS: Final = Layout(
    "部门整体试点",
    (
        Column("unit", "单位编码", cells.code(20)),
        *YEARS,
        Column("due", "报送期限", cells.day),
        Column("day", "报送日期", cells.day, required=False),
    ),
)


def check_project(rows: Sequence[Record], setting: Setting) -> Iterator[Fault]:
    """Yield faults: unknown projects, a project twice for a year."""
    yield from unknown(rows, "project", known.projects(setting.bureau), _("There is no project %(code)s."))
    yield from repeated(rows, "project", "budget_year")


def check_self(rows: Sequence[Record], setting: Setting) -> Iterator[Fault]:
    """Yield faults: as of a project, and parts that do not keep to their weights."""
    yield from check_project(rows, setting)
    frames = {day: rules_for(bureau=setting.bureau, on=day) for day in {row["day"] for row in rows}}
    for row in rows:
        parts = parts_of(row)
        weights, _source = weights_for(parts, frames[row["day"]])
        code, part = parts_problem(parts, weights=weights, score_hundredths=row["score"])
        if code:
            yield row.fault(part or "score", PARTS_WORDS[code] % {"name": row["project"]}, code)


def parts_of(row: Record) -> dict[str, int]:
    """Return the parts of a self-evaluation that have points, in hundredths."""
    return {key: row[key] for key in PARTS if row[key] is not None}


def check_unit(rows: Sequence[Record], setting: Setting) -> Iterator[Fault]:
    """Yield faults: unknown units, a unit twice for a year."""
    yield from unknown(rows, "unit", known.units(setting.bureau), _("There is no unit %(code)s."))
    yield from repeated(rows, "unit", "work_year")


def write_self(rows: Sequence[Record], setting: Setting) -> Written:
    """Write the self-evaluations."""
    projects, before = known.projects(setting.bureau), SelfEvaluation.objects.count()
    drafts = [
        SelfEvaluationDraft(
            projects[row["project"]],
            row["work_year"],
            row["budget_year"],
            row["amount"],
            row["score"],
            row["day"],
            parts_of(row),
        )
        for row in rows
    ]
    record_self_evaluations(bureau=setting.bureau, drafts=drafts, by=setting.by, on=setting.on)
    return _written(rows, SelfEvaluation.objects.count() - before)


def write_targets(rows: Sequence[Record], setting: Setting) -> Written:
    """Write the targets."""
    projects, before = known.projects(setting.bureau), Target.objects.count()
    drafts = [
        TargetDraft(projects[row["project"]], row["work_year"], row["budget_year"], row["words"], row["day"])
        for row in rows
    ]
    record_targets(bureau=setting.bureau, drafts=drafts, by=setting.by, on=setting.on)
    return _written(rows, Target.objects.count() - before)


def write_monitored(rows: Sequence[Record], setting: Setting) -> Written:
    """Write the monitoring."""
    projects, before = known.projects(setting.bureau), Monitoring.objects.count()
    drafts = [
        MonitoringDraft(
            projects[row["project"]], row["work_year"], row["budget_year"], row["day"], row["spent"], row["words"]
        )
        for row in rows
    ]
    record_monitorings(bureau=setting.bureau, drafts=drafts, by=setting.by, on=setting.on)
    return _written(rows, Monitoring.objects.count() - before)


def write_pilots(rows: Sequence[Record], setting: Setting) -> Written:
    """Write the pilots."""
    units, before = known.units(setting.bureau), WholeDepartmentPilot.objects.count()
    drafts = [
        PilotDraft(units[row["unit"]], row["work_year"], row["budget_year"], row["due"], row["day"]) for row in rows
    ]
    record_pilots(bureau=setting.bureau, drafts=drafts, by=setting.by, on=setting.on)
    return _written(rows, WholeDepartmentPilot.objects.count() - before)


def _projects(rows: Sequence[Record], setting: Setting) -> QuerySet[Project]:
    return Project.objects.filter(bureau=setting.bureau, code__in=[row["project"] for row in rows])


def touched_self(rows: Sequence[Record], setting: Setting) -> list[Touched]:
    """Return the self-evaluations of the projects."""
    found = SelfEvaluation.objects.filter(project__in=_projects(rows, setting))
    return [Touched(found, "project__code", {"submitted_on": "提交日期"})]


def touched_targets(rows: Sequence[Record], setting: Setting) -> list[Touched]:
    """Return the targets of the projects."""
    found = Target.objects.filter(project__in=_projects(rows, setting))
    return [Touched(found, "project__code", {"words": "绩效目标", "published_on": "公开日期"})]


def touched_monitored(rows: Sequence[Record], setting: Setting) -> list[Touched]:
    """Return the monitoring of the projects."""
    found = Monitoring.objects.filter(project__in=_projects(rows, setting))
    return [Touched(found, "project__code", {"words": "说明"})]


def touched_pilots(rows: Sequence[Record], setting: Setting) -> list[Touched]:
    """Return the pilots of the units."""
    units = BudgetUnit.objects.filter(bureau=setting.bureau, code__in=[row["unit"] for row in rows])
    found = WholeDepartmentPilot.objects.filter(unit__in=units)
    return [Touched(found, "unit__code", {"forms_due_on": "报送期限", "forms_received_on": "报送日期"})]


def _written(rows: Sequence[Record], created: int) -> Written:
    return Written(created, len(rows) - created)


NOUN: Final = register(
    Noun(
        "chain",
        gettext_lazy("self-evaluations, targets, monitoring, pilots"),
        (
            Part(SELF, write_self, check_self, touched_self),
            Part(TARGETS, write_targets, check_project, touched_targets),
            Part(MONITORED, write_monitored, check_project, touched_monitored),
            Part(PILOTS, write_pilots, check_unit, touched_pilots),
        ),
    )
)
