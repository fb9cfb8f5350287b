"""Projects with their amount and its parts by budget."""

from collections.abc import Iterator, Sequence
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from faces.exchange import cells
from faces.exchange.faults import Fault
from faces.exchange.importing import Noun, Part, Setting, Written, register, repeated, unknown
from faces.exchange.nouns import known
from faces.exchange.tables import Column, Layout, Record
from faces.exchange.traces import Touched
from foundation.core.money import wan
from projects.enums import BudgetKind, ProjectKind, SpecialForm
from projects.models import Project, ProjectBudget
from projects.services import ProjectDraft, register_projects

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
        Column("code", "项目编码", cells.code(30)),
        Column("name", "项目名称", cells.text(160)),
        Column("unit", "单位编码", cells.code(20), also=("预算单位编码",)),
        Column("kind", "项目类型", cells.one_of(KINDS)),
        Column("form", "特殊形式", cells.one_of(FORMS), required=False),
        Column("amount", "预算金额（万元）", cells.wan, also=("金额（万元）", "预算金额")),
        *(Column(key, heading, cells.wan, required=False, default=0) for key, (heading, _kind) in BUDGETS.items()),
    ),
)


def check(rows: Sequence[Record], setting: Setting) -> Iterator[Fault]:
    """Yield faults: repeated codes, unknown units, parts that do not add up."""
    yield from repeated(rows, "code")
    yield from unknown(rows, "unit", known.units(setting.bureau), _("There is no unit %(code)s."))
    for row in rows:
        parts = sum(row[key] for key in BUDGETS)
        if parts and parts != row["amount"]:
            words = _("The parts by budget add up to %(parts)s 万元, not to the amount.") % {"parts": wan(parts)}
            yield row.fault("amount", words, "parts_do_not_add_up")


def write(rows: Sequence[Record], setting: Setting) -> Written:
    """Write the projects."""
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
    projects = Project.objects.filter(bureau=setting.bureau, code__in=[row["code"] for row in rows])
    words = {"name": "项目名称", "kind": "项目类型", "special_form": "特殊形式"}
    return [Touched(projects, "code", words), Touched(ProjectBudget.objects.filter(project__in=projects))]


NOUN: Final = register(Noun("projects", gettext_lazy("projects"), (Part(PROJECTS, write, check, touched),)))
