"""Projects with their amount and its parts by budget."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Final

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from faces.exchange import cells
from faces.exchange.faults import Fault
from faces.exchange.importing import Noun, Part, Setting, Written, register, repeated, unknown
from faces.exchange.nouns import asked, known, renamed
from faces.exchange.tables import Column, Layout, Record
from faces.exchange.traces import Touched
from foundation.core.money import wan
from parties.rules import same_name
from projects.enums import BudgetKind, ProjectKind, SpecialForm
from projects.models import Project, ProjectBudget
from projects.services import ProjectDraft, recode_project, register_projects

KINDS: Final = {
    "政策类": ProjectKind.POLICY,
    "工程类": ProjectKind.WORKS,
    "设备购置类": ProjectKind.EQUIPMENT,
    "其他": ProjectKind.OTHER,
}
FORMS: Final = {
    "PPP": SpecialForm.PPP,
    "专项债券": SpecialForm.SPECIAL_BOND,
    "政府购买服务": SpecialForm.PURCHASE,
}
BUDGETS: Final = {
    "general": ("一般公共预算（万元）", BudgetKind.GENERAL),
    "fund": ("政府性基金预算（万元）", BudgetKind.FUND),
    "capital": ("国有资本经营预算（万元）", BudgetKind.CAPITAL),
    "insurance": ("社会保险基金预算（万元）", BudgetKind.INSURANCE),
}
PROJECTS: Final = Layout(
    "项目",
    (
        Column("code", "项目编码", cells.code(30), required=False, default=""),
        Column("name", "项目名称", cells.text(160)),
        Column("unit", "单位编码", cells.code(20), also=("预算单位编码",)),
        Column("kind", "项目类型", cells.one_of(KINDS)),
        Column("form", "特殊形式", cells.one_of(FORMS), required=False),
        Column("amount", "预算金额（万元）", cells.wan, also=("金额（万元）", "预算金额")),
        *(Column(key, heading, cells.wan, required=False, default=0) for key, (heading, _kind) in BUDGETS.items()),
        Column("same", known.ANSWER, cells.one_of(known.ANSWERS), required=False),
    ),
)


def check(rows: Sequence[Record], setting: Setting) -> Iterator[Fault]:
    """Yield faults: repeated codes, unknown units, parts that do not add up; ask about codes of another name."""
    units = {unit.pk: code for code, unit in known.units(setting.bureau).items()}
    yield from asked.fill_codes(
        rows,
        known.projects(setting.bureau),
        lambda project: (units.get(project.unit_id), same_name(project.name)),
        lambda row: (row["unit"], same_name(row["name"])),
        setting,
    )
    yield from _ask_renamed([row for row in rows if row["code"]], setting)
    yield from repeated([row for row in rows if row["code"]], "code")
    yield from unknown(rows, "unit", known.units(setting.bureau), _("There is no unit %(code)s."))
    for row in rows:
        parts = sum(row[key] for key in BUDGETS)
        if parts and parts != row["amount"]:
            words = _("The parts by budget add up to %(parts)s 万元, not to the amount.") % {"parts": wan(parts)}
            yield row.fault("amount", words, "parts_do_not_add_up")
    sentence = _(
        "A project called %(name)s has the code %(codes)s. Is it the same? Answer 同一 or 另一 under %(column)s."
    )
    coded = [row for row in rows if row["code"]]
    asked.ask_names(coded, _twins(coded, setting), sentence, "project", setting)


def _ask_renamed(rows: Sequence[Record], setting: Setting) -> Iterator[Fault]:
    """Ask about each row whose code is of a project of another name; others of the row's unit and name are offered."""
    there = known.projects(setting.bureau)
    units = {unit.pk: code for code, unit in known.units(setting.bureau).items()}
    by_name: dict[tuple[str, str], list[tuple[int, str]]] = defaultdict(list)
    for code, one in there.items():
        by_name[units[one.unit_id], same_name(one.name)].append((one.pk, code))
    held = {code: one.name for code, one in there.items()}
    yield from renamed.ask_renamed(
        rows, "code", held, lambda row: by_name.get((row["unit"], same_name(row["name"])), ()), setting
    )


def _twins(rows: Sequence[Record], setting: Setting) -> dict[str, list[Project]]:
    """Return the projects of the same unit that have the name of a row whose code is new, by that code."""
    units = {unit.pk: code for code, unit in known.units(setting.bureau).items()}
    return known.asked_names(
        rows,
        known.projects(setting.bureau),
        lambda project: (units.get(project.unit_id), same_name(project.name)),
        lambda row: (row["unit"], same_name(row["name"])),
    )


def write(rows: Sequence[Record], setting: Setting) -> Written:
    """Write the projects; one that was said to be the same gets its new code first."""
    twins = _twins(rows, setting)
    for row in rows:
        if row["same"] == known.SAME and row["code"] in twins:
            recode_project(
                project=asked.twin_of(row, twins[row["code"]]), code=row["code"], by=setting.by, on=setting.on
            )
    before = set(known.projects(setting.bureau))
    units = known.units(setting.bureau)
    drafts = [
        ProjectDraft(
            code=row["code"],
            name=row["name"],
            unit=units[row["unit"]],
            kind=row["kind"],
            amount_cents=row["amount"],
            budgets={kind: row[key] for key, (_heading, kind) in BUDGETS.items() if row[key]},
            special_form=row["form"],
        )
        for row in rows
    ]
    register_projects(bureau=setting.bureau, drafts=drafts, by=setting.by, on=setting.on)
    created = sum(row["code"] not in before for row in rows)
    return Written(created, len(rows) - created)


def touched(rows: Sequence[Record], setting: Setting) -> list[Touched]:
    """Return the projects of the rows with their budgets."""
    same = [project.pk for found in _twins(rows, setting).values() for project in found]
    own = Q(code__in=[row["code"] for row in rows]) | Q(pk__in=same)
    projects = Project.objects.filter(own, bureau=setting.bureau)
    words = {"code": "项目编码", "name": "项目名称", "kind": "项目类型", "special_form": "特殊形式"}
    return [Touched(projects, "name", words), Touched(ProjectBudget.objects.filter(project__in=projects))]


NOUN: Final = register(Noun("projects", gettext_lazy("projects"), (Part(PROJECTS, write, check, touched),)))
