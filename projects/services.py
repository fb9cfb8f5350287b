"""Writing projects and their chain; imports match on codes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from foundation.accounts.enums import Capability
from foundation.accounts.models import User
from foundation.accounts.permissions import require
from foundation.audit.services import record
from foundation.bureaus.models import Bureau
from foundation.core.errors import DomainError, NotAllowed, Refusal
from foundation.rulesets.selectors import rules_for
from parties.models import BudgetUnit
from projects.enums import BudgetKind, ProjectKind, SpecialForm
from projects.models import Monitoring, Project, ProjectBudget, SelfEvaluation, Target, WholeDepartmentPilot
from projects.rules import parts_problem
from projects.selectors import weights_for

FULL_SCORE = 10_000


class ProjectRefused(DomainError):  # noqa: N818 - reads as a sentence
    """The project or a link of its chain cannot be written."""


@dataclass(frozen=True, slots=True)
class ProjectDraft:
    """A project by its code; ``budgets`` are its parts in 分 and add up to ``amount_cents``."""

    code: str
    name: str
    unit: BudgetUnit
    kind: ProjectKind
    amount_cents: int
    budgets: Mapping[BudgetKind, int] = field(default_factory=dict)
    special_form: SpecialForm | None = None


PARTS_WORDS = {
    "part_missing": gettext_lazy("%(name)s: either every part of the self-evaluation has points, or none."),
    "part_above_weight": gettext_lazy("%(name)s: a part has more points than its weight."),
    "parts_not_score": gettext_lazy("%(name)s: the parts do not add up to the score."),
}


@dataclass(frozen=True, slots=True)
class SelfEvaluationDraft:
    """自评: amount in 分, score and its parts in hundredths of a point; ``parts`` by the names of the weights."""

    project: Project
    work_year: int
    budget_year: int
    amount_cents: int
    score_hundredths: int
    submitted_on: date
    parts: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TargetDraft:
    """绩效目标 of a budget year."""

    project: Project
    work_year: int
    budget_year: int
    words: str
    published_on: date | None


@dataclass(frozen=True, slots=True)
class PilotDraft:
    """部门整体支出 pilot."""

    unit: BudgetUnit
    work_year: int
    budget_year: int
    forms_due_on: date
    forms_received_on: date | None = None


@dataclass(frozen=True, slots=True)
class MonitoringDraft:
    """运行监控 with its cut-off day; spent in 分."""

    project: Project
    work_year: int
    budget_year: int
    cut_off_on: date
    spent_cents: int
    words: str = ""


@transaction.atomic
def register_projects(*, bureau: Bureau, drafts: Sequence[ProjectDraft], by: User, on: date) -> list[Project]:
    """Write projects in the order of ``drafts``; a known code is brought up to date.

    Raise ``ProjectRefused`` for a negative amount, and where the parts do not add up to the amount.
    """
    require(by, Capability.PLAN)
    for draft in drafts:
        _check_amounts(draft)
    rows = Project.objects.select_for_update().filter(bureau=bureau, code__in=[draft.code for draft in drafts])
    known = {row.code: row for row in rows}
    made, changed, result = [], [], []
    for draft in drafts:
        row = known.get(draft.code)
        if row is None:
            row = Project(bureau=bureau, code=draft.code, is_demo=bureau.is_demo)
            known[draft.code] = row
            made.append(row)
        elif row.pk:
            changed.append(row)
        row.name, row.unit, row.kind = draft.name, draft.unit, draft.kind
        row.amount_cents = draft.amount_cents
        row.special_form = draft.special_form or ""
        result.append(row)
    Project.objects.bulk_create(made)
    fields = ["name", "unit", "kind", "amount_cents", "special_form"]
    Project.objects.bulk_update(changed, fields, batch_size=500)
    parts = [
        ProjectBudget(project=row, kind=kind, amount_cents=cents)
        for draft, row in zip(drafts, result, strict=True)
        for kind, cents in draft.budgets.items()
    ]
    ProjectBudget.objects.bulk_create(
        parts, update_conflicts=True, unique_fields=["project", "kind"], update_fields=["amount_cents"]
    )
    facts = {"created": len(made), "updated": len(changed), "on": on}
    record(actor=by, action="projects.registered", subject=bureau, facts=facts)
    return result


@transaction.atomic
def recode_project(*, project: Project, code: str, by: User, on: date) -> Project:
    """Give a project its new code of 预算管理一体化; raise ``ProjectRefused`` for one that is taken."""
    require(by, Capability.PLAN)
    row = Project.objects.select_for_update(of=("self",)).select_related("bureau").get(pk=project.pk)
    if by.bureau_id != row.bureau_id:
        raise NotAllowed
    if Project.objects.filter(bureau=row.bureau, code=code).exclude(pk=row.pk).exists():
        message = _("The project code %(code)s is taken.") % {"code": code}
        raise ProjectRefused(Refusal("project_code_taken", message, {"field": "code", "code": code}))
    before, row.code = row.code, code
    row.save(update_fields=["code"])
    record(actor=by, action="projects.recoded", subject=row, facts={"before": before, "after": code, "on": on})
    return row


def _check_amounts(draft: ProjectDraft) -> None:
    if draft.amount_cents < 0 or any(cents < 0 for cents in draft.budgets.values()):
        message = _("%(name)s: an amount is zero or more.") % {"name": draft.name}
        raise ProjectRefused(Refusal("bad_amount", message, {"field": "amount", "code": draft.code}))
    if draft.budgets and sum(draft.budgets.values()) != draft.amount_cents:
        message = _("%(name)s: the parts by budget do not add up to the amount.") % {"name": draft.name}
        raise ProjectRefused(Refusal("parts_do_not_add_up", message, {"field": "amount", "code": draft.code}))


@transaction.atomic
def record_self_evaluations(
    *, bureau: Bureau, drafts: Sequence[SelfEvaluationDraft], by: User, on: date
) -> list[SelfEvaluation]:
    """Write self-evaluations, one per project and budget year.

    Raise ``ProjectRefused`` for a score above 100, and for parts that do not keep to their weights (rule R-08).
    """
    for draft in drafts:
        if not 0 <= draft.score_hundredths <= FULL_SCORE:
            message = _("%(name)s: a score lies between 0 and 100.") % {"name": draft.project.name}
            raise ProjectRefused(Refusal("bad_score", message, {"field": "score", "code": draft.project.code}))
    _check_parts(bureau, [draft for draft in drafts if draft.parts])
    rows = [
        SelfEvaluation(
            project=draft.project,
            work_year=draft.work_year,
            budget_year=draft.budget_year,
            amount_cents=draft.amount_cents,
            score_hundredths=draft.score_hundredths,
            parts=dict(draft.parts),
            submitted_on=draft.submitted_on,
        )
        for draft in drafts
    ]
    SelfEvaluation.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["project", "budget_year"],
        update_fields=["work_year", "amount_cents", "score_hundredths", "parts", "submitted_on"],
    )
    record(actor=by, action="projects.self_evaluated", subject=bureau, facts={"rows": len(rows), "on": on})
    return rows


def _check_parts(bureau: Bureau, drafts: Sequence[SelfEvaluationDraft]) -> None:
    frames = {day: rules_for(bureau=bureau, on=day) for day in {draft.submitted_on for draft in drafts}}
    for draft in drafts:
        weights, source = weights_for(draft.parts, frames[draft.submitted_on])
        code, part = parts_problem(draft.parts, weights=weights, score_hundredths=draft.score_hundredths)
        if code:
            message = PARTS_WORDS[code] % {"name": draft.project.name}
            facts = {"field": part or "score", "code": draft.project.code}
            raise ProjectRefused(Refusal(code, message, facts, source))


@transaction.atomic
def record_targets(*, bureau: Bureau, drafts: Sequence[TargetDraft], by: User, on: date) -> list[Target]:
    """Write targets, one per project and budget year."""
    rows = [
        Target(
            project=draft.project,
            work_year=draft.work_year,
            budget_year=draft.budget_year,
            words=draft.words,
            published_on=draft.published_on,
        )
        for draft in drafts
    ]
    Target.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["project", "budget_year"],
        update_fields=["work_year", "words", "published_on"],
    )
    record(actor=by, action="projects.targets_recorded", subject=bureau, facts={"rows": len(rows), "on": on})
    return rows


@transaction.atomic
def record_pilots(*, bureau: Bureau, drafts: Sequence[PilotDraft], by: User, on: date) -> list[WholeDepartmentPilot]:
    """Write whole-department pilots, one per unit and work year."""
    rows = [
        WholeDepartmentPilot(
            unit=draft.unit,
            work_year=draft.work_year,
            budget_year=draft.budget_year,
            forms_due_on=draft.forms_due_on,
            forms_received_on=draft.forms_received_on,
        )
        for draft in drafts
    ]
    WholeDepartmentPilot.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["unit", "work_year"],
        update_fields=["budget_year", "forms_due_on", "forms_received_on"],
    )
    record(actor=by, action="projects.pilots_recorded", subject=bureau, facts={"rows": len(rows), "on": on})
    return rows


@transaction.atomic
def record_monitorings(*, bureau: Bureau, drafts: Sequence[MonitoringDraft], by: User, on: date) -> list[Monitoring]:
    """Write monitorings, one per project, budget year and cut-off day."""
    rows = [
        Monitoring(
            project=draft.project,
            work_year=draft.work_year,
            budget_year=draft.budget_year,
            cut_off_on=draft.cut_off_on,
            spent_cents=draft.spent_cents,
            words=draft.words,
        )
        for draft in drafts
    ]
    Monitoring.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["project", "budget_year", "cut_off_on"],
        update_fields=["work_year", "spent_cents", "words"],
    )
    record(actor=by, action="projects.monitored", subject=bureau, facts={"rows": len(rows), "on": on})
    return rows
