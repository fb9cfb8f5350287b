"""Choosing the lawful route, and the firm where the route is no draw. Rules R-01 to R-03."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from assignments.enums import (
    AssignmentStatus,
    Executor,
    FrameworkWay,
    Origin,
    Route,
    TaskAction,
    TaskStatus,
)
from assignments.models import Assignment, Award, EvaluationTask
from assignments.permissions import may_commission, may_plan
from assignments.rules.routes import NEEDS_REASON, PROCUREMENT, framework_refusal
from assignments.selectors.draws import live_draw_of
from assignments.selectors.routes import firm_refusal, refusal_of, splitting_of, worded
from assignments.selectors.tasks import rules_of_task
from assignments.services.tasks import commissioner_problem, move_task
from assignments.transitions import GONE
from evaluators.enums import FirmKind
from evaluators.models import Firm
from evaluators.rules import one_of_each_family
from evaluators.selectors import heads_of
from evaluators.services import FirmDraft, register_firms
from foundation.accounts.models import User
from foundation.approvals.models import Approval
from foundation.approvals.selectors import running
from foundation.approvals.services import submit
from foundation.audit.services import record
from foundation.bureaus.models import Bureau
from foundation.core.errors import DomainError, NotAllowed, Refusal, TransitionRefused
from foundation.files.models import StoredFile
from foundation.files.services import give_owner
from foundation.rulesets.selectors import Rules
from parties.enums import OrganisationKind
from parties.models import Organisation
from parties.services import OrganisationDraft, register_organisations


class RouteRefused(DomainError):  # noqa: N818 - reads as a sentence
    """The route is not lawful, or the firm cannot be chosen this way."""


@dataclass(frozen=True, slots=True)
class Quote:
    """One firm's offer in a comparison; the fee in 分."""

    firm: Firm
    fee_cents: int
    words: str = ""


@dataclass(frozen=True, slots=True)
class Outsider:
    """A winner that is not in the register: entered in the same step, without being admitted. Rule R-03."""

    name: str
    uscc: str
    kind: FirmKind
    organisation_kind: OrganisationKind = OrganisationKind.COMPANY


@transaction.atomic
def choose_route(
    *,
    task: EvaluationTask,
    route: Route,
    reason: str,
    by: User,
    on: date,
    fee_limit_cents: int | None = None,
    framework_way: str = "",
) -> EvaluationTask:
    """Choose how the firm is found; raise ``RouteRefused`` where the rules in force on ``on`` forbid it.

    Splitting (R-02) bars nothing; the journal keeps that it was flagged.
    """
    task = _locked(task)
    if not may_plan(by, task):
        raise NotAllowed
    if task.executor != Executor.FIRM:
        raise RouteRefused(Refusal("no_firm", _("No firm carries this task out; it needs no route.")))
    if task.status != TaskStatus.PLANNED:
        raise _too_late(task)
    fee = task.fee_limit_cents if fee_limit_cents is None else fee_limit_cents
    rules = rules_of_task(task, on)
    refusal = (
        refusal_of(task, route, fee, on)
        or worded(framework_refusal(route, framework_way, source=rules.source("routes_above_limit")))
        or commissioner_problem(executor=task.executor, unit=task.unit, commissioner=task.commissioner, rules=rules)
        or _in_use(task)
    )
    if refusal:
        raise RouteRefused(refusal)
    if route in NEEDS_REASON and not reason.strip():
        raise RouteRefused(Refusal("reason_missing", _("Say why no other way serves."), {"field": "reason"}))
    split = splitting_of(task, route=route, fee_cents=fee, on=on)
    task.route, task.route_reason, task.fee_limit_cents = route, reason.strip()[:300], fee
    task.framework_way = framework_way
    task.save(update_fields=["route", "route_reason", "fee_limit_cents", "framework_way"])
    facts = {
        "route": route, "way": framework_way, "reason": reason, "fee_limit_cents": fee, "on": on,
        "rule_set": rules.rule_set.name if rules.rule_set else "", "source": rules.source("routes_above_limit"),
        "splitting_flagged": split is not None,
    }  # fmt: skip
    record(actor=by, action="tasks.route_chosen", subject=task, facts=facts)
    return task


def _in_use(task: EvaluationTask) -> Refusal | None:
    if live_draw_of(task=task) is not None:
        return Refusal("draw_runs", _("A draw runs for this task. Void it before you change the route."))
    if running("APPOINTMENT", task):
        return Refusal("already_running", _("An appointment is under approval already."))
    return None


@transaction.atomic
def record_award(
    *,
    task: EvaluationTask,
    firm: Firm | Outsider,
    notice_number: str,
    amount_cents: int,
    by: User,
    on: date,
    awarded_on: date | None = None,
    notice: StoredFile | None = None,
) -> Assignment:
    """Write down who won the procurement; raise ``RouteRefused`` where the route is no procurement.

    The register informs and bars nobody here (R-03): a winner from outside is entered in the same step.
    """
    task = _choosable(task, by)
    day = awarded_on or on
    if task.route not in PROCUREMENT:
        message = _("Only a procurement route has an award. Choose the route first.")
        raise RouteRefused(Refusal("no_procurement", message))
    if refusal := _award_refusal(task, notice_number, amount_cents, day, on):
        raise RouteRefused(refusal)
    winner = _entered(task.bureau, firm, by=by, on=on) if isinstance(firm, Outsider) else firm
    if winner.bureau_id != task.bureau_id:
        raise RouteRefused(Refusal("foreign_firm", _("The firm belongs to another bureau."), {"field": "firm"}))
    award = Award.objects.create(
        task=task, firm=winner, notice_number=notice_number.strip(), amount_cents=amount_cents, awarded_on=day,
        notice=notice,
    )  # fmt: skip
    if notice is not None:
        give_owner(file=notice, owner=award)
    facts = {"firm": winner.pk, "notice": award.notice_number, "amount_cents": amount_cents, "awarded_on": day}
    record(actor=by, action="tasks.award_recorded", subject=task, facts=facts)
    return choose_firm(task=task, firm=winner, origin=Origin.PROCUREMENT, reason=award.notice_number, by=by, on=on)


def _entered(bureau: Bureau, outsider: Outsider, *, by: User, on: date) -> Firm:
    """Return the firm of this name and code: the one that is known, or one entered now with the standing applied."""
    held = Organisation.objects.filter(bureau=bureau, uscc=outsider.uscc).first()
    kind = OrganisationKind(held.kind) if held else outsider.organisation_kind
    draft = OrganisationDraft(name=outsider.name, kind=kind, uscc=outsider.uscc)
    organisation = register_organisations(bureau=bureau, drafts=[draft], by=by, on=on)[0]
    known = Firm.objects.filter(organisation=organisation).first()
    return known or register_firms(bureau=bureau, drafts=[FirmDraft(organisation, outsider.kind)], by=by, on=on)[0]


def _award_refusal(task: EvaluationTask, number: str, amount_cents: int, day: date, on: date) -> Refusal | None:
    if not number.strip():
        return Refusal("notice_missing", _("Type the number of the award notice."), {"field": "notice_number"})
    if amount_cents <= 0:
        return Refusal("bad_amount", _("An award has an amount above zero."), {"field": "amount"})
    if task.fee_limit_cents is not None and amount_cents > task.fee_limit_cents:
        return Refusal("over_fee_limit", _("The award is higher than the fee limit of the task."), {"field": "amount"})
    if day > on:
        return Refusal("award_ahead", _("The award cannot be later than today."), {"field": "awarded_on"})
    return None


@transaction.atomic
def record_comparison(
    *, task: EvaluationTask, quotes: Sequence[Quote], chosen: Firm, by: User, on: date, reason: str = ""
) -> Assignment:
    """Write down the compared offers and the choice; the offers stay in the journal and with the assignment.

    Raise ``RouteRefused`` for too few firms, an offer above the fee limit, a firm the register bars, or where another
    than the lowest offer is chosen without a reason.
    """
    task = _choosable(task, by)
    if task.route != Route.COMPARISON:
        raise RouteRefused(Refusal("no_comparison", _("The route of this task is not a comparison.")))
    if refusal := _quotes_refusal(task, quotes, chosen, reason, on):
        raise RouteRefused(refusal)
    facts = [{"firm": q.firm.pk, "fee_cents": q.fee_cents, "words": q.words} for q in quotes]
    facts_all = {"quotes": facts, "chosen": chosen.pk, "reason": reason, "on": on}
    record(actor=by, action="tasks.compared", subject=task, facts=facts_all)
    return choose_firm(task=task, firm=chosen, origin=Origin.COMPARISON, reason=reason, by=by, on=on)


def _quotes_refusal(
    task: EvaluationTask, quotes: Sequence[Quote], chosen: Firm, reason: str, on: date
) -> Refusal | None:
    rules = rules_of_task(task, on)
    needed, firms = rules.value("comparison_quotes"), {quote.firm.pk: quote for quote in quotes}
    if len(firms) < needed or len(firms) != len(quotes) or chosen.pk not in firms:
        message = _("A comparison needs offers of %(n)s different firms, the chosen one among them.") % {"n": needed}
        return Refusal("quotes_missing", message, {"field": "quotes"}, rules.source("comparison_quotes"))
    if any(quote.fee_cents <= 0 for quote in quotes):
        return Refusal("bad_amount", _("An offer has an amount above zero."), {"field": "quotes"})
    offer, lowest = firms[chosen.pk].fee_cents, min(quote.fee_cents for quote in quotes)
    if task.fee_limit_cents is not None and offer > task.fee_limit_cents:
        return Refusal("over_fee_limit", _("The chosen offer is higher than the fee limit."), {"field": "quotes"})
    if offer > lowest and not reason.strip():
        return Refusal("reason_missing", _("Say why the lowest offer was not chosen."), {"field": "reason"})
    barred = (refusal for quote in quotes if (refusal := firm_refusal(task, quote.firm, on)))
    return _one_house_refusal([quote.firm for quote in quotes], rules, on) or next(barred, None)


def _one_house_refusal(firms: Sequence[Firm], rules: Rules, on: date) -> Refusal | None:
    """Return why these offers do not compare: a head office and its branch are one bidder (edge case 21). Rule R-49."""
    if not rules.value("one_of_a_family"):
        return None
    names = {firm.pk: firm.organisation.name for firm in firms}
    double = one_of_each_family(heads_of(names, on), list(names))
    for pk, first in double.items():
        message = _("%(one)s and %(other)s are head office and branch: only one of them may offer.") % {
            "one": names[first],
            "other": names[pk],
        }
        return Refusal("one_house", message, {"field": "quotes"}, rules.source("one_of_a_family"))
    return None


@transaction.atomic
def appoint_directly(*, task: EvaluationTask, firm: Firm, reason: str, by: User, on: date) -> Approval:
    """Ask for the approval of a direct appointment; the firm is chosen when it is agreed.

    Raise ``RouteRefused`` where the route is another, a reason is missing or one is under approval already.
    """
    task = _choosable(task, by)
    in_framework = task.route == Route.FRAMEWORK and task.framework_way == FrameworkWay.DIRECT
    if task.route != Route.DIRECT and not in_framework:
        raise RouteRefused(Refusal("not_direct", _("The route of this task is not a direct appointment.")))
    if not reason.strip():
        raise RouteRefused(Refusal("reason_missing", _("Say why this firm."), {"field": "reason"}))
    if running("APPOINTMENT", task):
        raise RouteRefused(Refusal("already_running", _("An appointment is under approval already.")))
    if refusal := firm_refusal(task, firm, on):
        raise RouteRefused(refusal)
    title = _("Direct appointment for %(title)s") % {"title": task.title}
    facts = {"task": task.number, "firm": firm.pk, "firm_name": firm.organisation.name, "reason": reason}
    return submit(bureau=task.bureau, kind="APPOINTMENT", subject=task, title=title, facts=facts, by=by, on=on)


def appointment_agreed(*, approval: Approval, by: User, on: date) -> None:
    """Choose the appointed firm; the handler of an agreed APPOINTMENT.

    Raise ``RouteRefused`` where the firm left the register meanwhile: nothing is agreed then.
    """
    task = _locked(EvaluationTask(pk=approval.subject_id))
    firm = Firm.objects.get(pk=approval.facts["firm"])
    if refusal := firm_refusal(task, firm, on):
        raise RouteRefused(refusal)
    choose_firm(task=task, firm=firm, origin=Origin.DIRECT, reason=approval.facts["reason"], by=by, on=on)


@transaction.atomic
def choose_firm(*, task: EvaluationTask, firm: Firm, origin: Origin, reason: str, by: User, on: date) -> Assignment:
    """Give the task to the firm and move it on; every way of choosing ends here.

    Raise ``RouteRefused`` where a firm is chosen already, ``TransitionRefused`` where the task is past the choice.
    """
    if Assignment.objects.filter(task=task).exclude(status__in=GONE).exists():
        raise RouteRefused(Refusal("already_chosen", _("A firm is chosen already.")))
    task = move_task(task=task, action=TaskAction.SELECT, by=by, on=on, words=str(origin.label))
    assignment = Assignment.objects.create(
        bureau=task.bureau,
        task=task,
        firm=firm,
        origin=origin,
        reason=reason[:300],
        status=AssignmentStatus.DRAWN,
        assigned_on=on,
    )
    facts = {"task": task.pk, "firm": firm.pk, "origin": origin}
    record(actor=by, action="assignments.firm_chosen", subject=assignment, facts=facts)
    return assignment


def _choosable(task: EvaluationTask, by: User) -> EvaluationTask:
    task = _locked(task)
    if not may_commission(by, task):
        raise NotAllowed
    if task.status != TaskStatus.PLANNED:
        raise _too_late(task)
    return task


def _locked(task: EvaluationTask) -> EvaluationTask:
    return EvaluationTask.objects.select_for_update(of=("self",)).select_related("bureau").get(pk=task.pk)


def _too_late(task: EvaluationTask) -> TransitionRefused:
    message = _("The firm is chosen already; the route cannot change any more.")
    return TransitionRefused(noun="task", status=task.status, action="ROUTE", message=message)
