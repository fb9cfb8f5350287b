"""Opening re-reviews, seating, guests, begin and end."""

from collections.abc import Sequence
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from assignments.enums import (
    AssignmentStatus,
    Origin,
    ReReviewAction,
    ReReviewKind,
    ReReviewStatus,
    TaskAction,
    TaskStatus,
)
from assignments.models import Assignment, AssignmentBatch, Draw, EvaluationTask, ReReviewTask
from assignments.rules.eligibility import panel_size_allowed
from assignments.rules.people import FEWEST_RATERS, has_enough_experts
from assignments.selectors.batches import batch_refusal
from assignments.selectors.eligibility import expert_eligibility
from assignments.selectors.tasks import rules_of_task
from assignments.services.tasks import move_task
from assignments.transitions import GONE, RE_REVIEW
from experts.enums import ExpertSource
from experts.models import Expert
from experts.services import ExpertDraft, register_experts
from foundation.accounts.enums import Capability
from foundation.accounts.models import User
from foundation.accounts.permissions import may
from foundation.audit.services import record
from foundation.core.errors import DomainError, NotAllowed, Refusal, TransitionRefused
from foundation.papers.services import next_number
from foundation.rulesets.selectors import Rules
from foundation.taxonomy.enums import TreeKind
from foundation.taxonomy.models import Node
from foundation.taxonomy.selectors import retired_refusal


class ReReviewRefused(DomainError):  # noqa: N818 - reads as a sentence
    """The re-review cannot be opened or seated."""


@transaction.atomic
def open_re_review(
    *,
    task: EvaluationTask,
    kind: ReReviewKind,
    panel_size: int,
    due_on: date,
    by: User,
    on: date,
    meets_on: date | None = None,
    place: str = "",
    half_days: int = 1,
    by_correspondence: bool = False,
    office_members: Sequence[str] = (),
    node: Node | None = None,
) -> ReReviewTask:
    """Open a re-review of ``task`` by ``panel_size`` experts, and by members from offices who sit but do not score.

    Raise ``ReReviewRefused`` for an even or unusual panel or too small a share of experts (R-15), fewer experts than a
    report's grade needs, past days, or a field that is not of the bureau's living tree.
    An expert review of a report moves a submitted task to the expert review.
    """
    task = EvaluationTask.objects.select_for_update(of=("self",)).select_related("bureau").get(pk=task.pk)
    if by.bureau_id != task.bureau_id or not may(by, Capability.COMMISSION):
        raise NotAllowed
    rules = rules_of_task(task, on)
    names = list(dict.fromkeys(name.strip() for name in office_members if name.strip()))
    if refusal := _panel_refusal(rules, kind=kind, experts=panel_size, members=panel_size + len(names)):
        raise ReReviewRefused(refusal)
    if due_on < on or (meets_on is not None and meets_on < on):
        message = _("The day lies in the past.")
        raise ReReviewRefused(Refusal("day_past", message, {"field": "due_on"}))
    if node is not None:
        _refuse_field(node, task.bureau_id)
    if ReReviewTask.objects.filter(evaluation=task, kind=kind).exclude(
        status__in=[ReReviewStatus.DONE, ReReviewStatus.STOPPED]
    ):
        raise ReReviewRefused(Refusal("already_open", _("Such a re-review is open already.")))
    number = f"复{task.work_year}-{next_number(bureau=task.bureau, kind='RE_REVIEW', year=task.work_year):03d}"
    row = ReReviewTask.objects.create(
        bureau=task.bureau,
        number=number,
        evaluation=task,
        kind=kind,
        panel_size=panel_size,
        office_members=names,
        meets_on=meets_on,
        place=place,
        half_days=half_days,
        by_correspondence=by_correspondence,
        node=node,
        due_on=due_on,
        created_by=by,
    )
    record(actor=by, action="re_reviews.opened", subject=row, facts={"task": task.number, "kind": kind, "on": on})
    if kind == ReReviewKind.REPORT and task.status == TaskStatus.SUBMITTED:
        move_task(task=task, action=TaskAction.REVIEW, by=by, on=on)
    return row


@transaction.atomic
def plan_field(*, re_review: ReReviewTask, node: Node, by: User, on: date) -> ReReviewTask:
    """Say which field the experts of an open re-review should know; the plan of the pool counts its seats there.

    Raise ``ReReviewRefused`` once its panel is ready, and for a field that is not of the bureau's living tree.
    """
    rows = ReReviewTask.objects.select_for_update(of=("self",))
    re_review = rows.get(pk=re_review.pk)
    if by.bureau_id != re_review.bureau_id or not may(by, Capability.COMMISSION):
        raise NotAllowed
    if re_review.status != ReReviewStatus.OPEN:
        message = _("The re-review is in the state “%(state)s”; this step does not follow.")
        raise ReReviewRefused(Refusal("wrong_state", message % {"state": re_review.get_status_display()}))
    _refuse_field(node, re_review.bureau_id)
    re_review.node = node
    re_review.save(update_fields=["node"])
    record(actor=by, action="re_reviews.field_planned", subject=re_review, facts={"field": node.code, "on": on})
    return re_review


def _refuse_field(node: Node, bureau_id: int) -> None:
    if node.bureau_id != bureau_id or node.tree != TreeKind.SPECIALTY:
        raise ReReviewRefused(Refusal("field_unknown", _("Choose a field of the specialty tree."), {"field": "node"}))
    if refusal := retired_refusal([node]):
        raise ReReviewRefused(refusal)


@transaction.atomic
def add_guest(*, re_review: ReReviewTask, draft: ExpertDraft, by: User, on: date, reason: str) -> Assignment:
    """Ask a guest expert for this one re-review; he declares like everybody. Raise ``ReReviewRefused``."""
    re_review = _locked(re_review, by)
    if not reason.strip():
        raise ReReviewRefused(Refusal("reason_missing", _("Say why a guest is needed."), {"field": "reason"}))
    if refusal := batch_refusal(re_review):
        raise ReReviewRefused(refusal)
    if draft.source != ExpertSource.GUEST:
        raise ReReviewRefused(Refusal("not_a_guest", _("Only a guest is added this way.")))
    expert = register_experts(bureau=re_review.bureau, drafts=[draft], by=by, on=on)[0]
    answer = expert_eligibility(re_review, on, [expert])[0]
    if answer.refusals:
        raise ReReviewRefused(answer.refusals[0])
    assignment = seat(re_review=re_review, expert=expert, origin=Origin.GUEST, reason=reason, by=by, on=on)
    fill(re_review=re_review, by=by, on=on)
    return assignment


@transaction.atomic
def seat(
    *,
    re_review: ReReviewTask,
    expert: Expert,
    origin: Origin,
    by: User,
    on: date,
    reason: str = "",
    draw: Draw | None = None,
    batch: AssignmentBatch | None = None,
    stratum: str = "",
    position: int | None = None,
    replaces: Assignment | None = None,
) -> Assignment:
    """Give a seat to an expert; every way to a panel ends here. Raise ``ReReviewRefused`` for a full panel.

    Who sits while nobody leads becomes the leader: the first one, or the replacement of a leader who left.
    """
    members = list(Assignment.objects.filter(re_review=re_review).exclude(status__in=GONE))
    if len(members) >= re_review.panel_size:
        raise ReReviewRefused(Refusal("panel_full", _("Every seat of the panel is taken.")))
    row = Assignment.objects.create(
        bureau_id=re_review.bureau_id,
        re_review=re_review,
        expert=expert,
        origin=origin,
        reason=reason[:300],
        draw=draw,
        batch=batch,
        stratum=stratum,
        position=position,
        assigned_on=on,
        replaces=replaces,
        is_leader=not any(member.is_leader for member in members),
    )
    facts = {"re_review": re_review.number, "origin": origin, "on": on}
    record(actor=by, action="assignments.expert_seated", subject=row, facts=facts, private={"expert": expert.pk})
    return row


@transaction.atomic
def fill(*, re_review: ReReviewTask, by: User, on: date) -> ReReviewTask:
    """Note that the panel is seated once every seat is taken."""
    taken = Assignment.objects.filter(re_review=re_review).exclude(status__in=GONE).count()
    re_review = ReReviewTask.objects.select_for_update().get(pk=re_review.pk)
    if taken == re_review.panel_size and re_review.status == ReReviewStatus.OPEN:
        return _move(re_review, ReReviewAction.SEAT, by=by, on=on)
    return re_review


@transaction.atomic
def begin(*, re_review: ReReviewTask, by: User, on: date) -> ReReviewTask:
    """Begin the review; raise ``ReReviewRefused`` while a member has not declared his interests."""
    re_review = _locked(re_review, by)
    waiting = Assignment.objects.filter(re_review=re_review).exclude(status__in=GONE)
    waiting = waiting.filter(status__in=[AssignmentStatus.DRAWN, AssignmentStatus.NOTIFIED, AssignmentStatus.ACCEPTED])
    if count := waiting.count():
        message = _("%(count)d members have not declared their interests yet.") % {"count": count}
        raise ReReviewRefused(Refusal("declarations_missing", message, {"count": count}))
    return _move(re_review, ReReviewAction.BEGIN, by=by, on=on)


@transaction.atomic
def close(*, re_review: ReReviewTask, by: User, on: date) -> ReReviewTask:
    """End the review; called when the panel's opinion is signed."""
    return _move(_locked(re_review, by), ReReviewAction.CLOSE, by=by, on=on)


@transaction.atomic
def reopen(*, re_review: ReReviewTask, by: User, on: date) -> ReReviewTask:
    """Open a finished review again, so that the next one of the list can write; called where an opinion was voided."""
    row = ReReviewTask.objects.select_for_update(of=("self",)).get(pk=re_review.pk)
    return _move(row, ReReviewAction.REOPEN, by=by, on=on)


@transaction.atomic
def stop(*, re_review: ReReviewTask, reason: str, by: User, on: date) -> ReReviewTask:
    """Stop the review for a reason."""
    if not reason.strip():
        raise ReReviewRefused(Refusal("reason_missing", _("Say why."), {"field": "reason"}))
    return _move(_locked(re_review, by), ReReviewAction.STOP, by=by, on=on)


@transaction.atomic
def name_leader(*, assignment: Assignment, by: User, on: date) -> Assignment:
    """Make a member the leader (组长) of his panel."""
    if assignment.re_review is None or assignment.status in GONE:
        raise ReReviewRefused(Refusal("no_member", _("Only a member of the panel leads it.")))
    _locked(assignment.re_review, by)
    Assignment.objects.filter(re_review=assignment.re_review).update(is_leader=False)
    assignment.is_leader = True
    assignment.save(update_fields=["is_leader"])
    record(actor=by, action="assignments.leader_named", subject=assignment, facts={"on": on})
    return assignment


def _panel_refusal(rules: Rules, *, kind: ReReviewKind, experts: int, members: int) -> Refusal | None:
    if not panel_size_allowed(members, rules.value("panel_sizes")):
        sizes = ", ".join(str(size) for size in rules.value("panel_sizes"))
        message = _("A panel has one of these sizes: %(sizes)s.") % {"sizes": sizes}
        return Refusal("panel_size", message, {"field": "panel_size"}, rules.source("panel_sizes"))
    share = rules.value("panel_expert_share")
    if not has_enough_experts(experts=experts, members=members, share=share):
        message = _("Of a panel at least %(part)s in %(whole)s are experts.") % {"part": share[0], "whole": share[1]}
        facts = {"field": "office_members", "experts": experts, "members": members}
        return Refusal("expert_share", message, facts, rules.source("panel_expert_share"))
    if kind == ReReviewKind.REPORT and experts < FEWEST_RATERS:
        message = _("A report is graded by at least %(count)s experts.") % {"count": FEWEST_RATERS}
        return Refusal("too_few_raters", message, {"field": "office_members", "experts": experts})
    return None


def _locked(re_review: ReReviewTask, by: User) -> ReReviewTask:
    rows = ReReviewTask.objects.select_for_update(of=("self",)).select_related("bureau", "evaluation__unit")
    row = rows.get(pk=re_review.pk)
    if by.bureau_id != row.bureau_id or not may(by, Capability.COMMISSION):
        raise NotAllowed
    return row


def _move(row: ReReviewTask, action: ReReviewAction, *, by: User, on: date) -> ReReviewTask:
    after = RE_REVIEW.get((ReReviewStatus(row.status), action))
    if after is None:
        message = _("The re-review is in the state “%(state)s”; this step does not follow.") % {
            "state": row.get_status_display()
        }
        raise TransitionRefused(noun="re_review", status=row.status, action=action, message=message)
    row.status = after
    row.save(update_fields=["status"])
    record(actor=by, action="re_reviews.moved", subject=row, facts={"action": action, "status": after, "on": on})
    return row
