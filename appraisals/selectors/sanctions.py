"""Sanctions: who sees them, what they ask about running tasks, when they end, what the daily work finds due."""

from collections.abc import Collection, Sequence
from datetime import date, timedelta
from typing import Any

from django.db import models
from django.db.models import Q
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from appraisals.enums import HandOverStatus, SanctionKind, SanctionStatus
from appraisals.models import HandOver, HandOverAnswer, LiftingApplication, Sanction, SanctionReply, SanctionTask
from appraisals.models.sanctions import BEFORE_FORCE
from appraisals.rules import return_day
from assignments.enums import AssignmentStatus, ReReviewStatus
from assignments.models import Assignment, EvaluationTask, TaskMove
from assignments.transitions import GONE
from delivery.models import Commission
from evaluators.models import Firm
from evaluators.rules import may_reapply_from
from experts.models import Expert
from foundation.accounts.enums import Capability
from foundation.accounts.models import User
from foundation.accounts.permissions import may
from foundation.core.errors import Refusal
from foundation.papers.enums import PaperStatus
from foundation.papers.models import Paper
from foundation.rulesets.selectors import rules_for
from parties.selectors import memberships_of, name_then, person_name_then, users_of_organisation, users_of_person

DECIDED = [SanctionStatus.IN_FORCE, SanctionStatus.ENDED, SanctionStatus.REVOKED]
TASK_OVER = ("ACCEPTED", "ARCHIVED", "STOPPED")
SEAT_OVER = [*GONE, AssignmentStatus.SIGNED, AssignmentStatus.EVALUATED, AssignmentStatus.PAID]
PANEL_OVER = [ReReviewStatus.DONE, ReReviewStatus.STOPPED]


def sanctions_visible_to(user: User) -> models.QuerySet[Sanction]:
    """Return the bureau's sanctions; a firm and an expert see their own from the day they are told of them."""
    rows = Sanction.objects.filter(bureau_id=user.bureau_id or 0)
    if may(user, Capability.READ_ALL):
        return rows
    mine = memberships_of(user)
    own = Q(firm__organisation_id__in=mine.filter(organisation__isnull=False).values("organisation_id"))
    own |= Q(expert__person_id__in=mine.filter(person__isnull=False).values("person_id"))
    decided = Q(status__in=DECIDED) | Q(told_on__isnull=False)
    return rows.filter(own, decided)


def sanctions_on(rows: models.QuerySet[Sanction], day: date) -> models.QuerySet[Any]:
    """Keep the sanctions that were put forward by ``day``, with where each stood: ``status_then``; and ``party_then``.

    Whether a notice was drafted or already proposed is not kept by day: until it was told, it counts as proposed.
    """
    over = Q(ended_on__lte=day) | Q(ended_on__isnull=True, ends_on__lte=day)
    then = models.Case(
        models.When(Q(ended_on__lte=day, status=SanctionStatus.REVOKED), then=models.Value("REVOKED")),
        models.When(Q(over, started_on__lte=day), then=models.Value("ENDED")),
        models.When(started_on__lte=day, then=models.Value("IN_FORCE")),
        models.When(dropped_on__lte=day, then=models.Value("DROPPED")),
        models.When(told_on__lte=day, then=models.Value("TOLD")),
        default=models.Value("PROPOSED"),
    )
    party = Coalesce(name_then("firm__organisation", day), person_name_then("expert__person", day))
    return rows.filter(proposed_on__lte=day).annotate(status_then=then, party_then=party)


def replies_visible_to(user: User) -> models.QuerySet[SanctionReply]:
    """Return the replies to visible sanctions."""
    return SanctionReply.objects.filter(sanction__in=sanctions_visible_to(user))


def liftings_visible_to(user: User) -> models.QuerySet[LiftingApplication]:
    """Return the applications for lifting of visible sanctions."""
    return LiftingApplication.objects.filter(sanction__in=sanctions_visible_to(user))


def hand_overs_visible_to(user: User) -> models.QuerySet[HandOver]:
    """Return the bureau's hand-overs to other authorities; nobody outside reads them."""
    rows = HandOver.objects.filter(bureau_id=user.bureau_id or 0)
    return rows if may(user, Capability.READ_ALL) else rows.none()


def hand_over_answers_visible_to(user: User) -> models.QuerySet[HandOverAnswer]:
    """Return what authorities answered to the bureau's hand-overs."""
    return HandOverAnswer.objects.filter(hand_over__in=hand_overs_visible_to(user))


def unanswered_hand_overs(user: User, on: date) -> list[HandOver]:
    """Return the hand-overs that were sent so many days ago and have no answer, the oldest first. Rule R-69."""
    rows = hand_overs_visible_to(user).filter(status=HandOverStatus.SENT, answers__isnull=True)
    waiting = list(rows.select_related("firm__organisation", "expert__person", "bureau").order_by("sent_on", "pk"))
    if not waiting:
        return []
    days = int(rules_for(bureau=waiting[0].bureau, on=on).value("hand_over_answer_days"))
    until = on - timedelta(days=days)
    return [row for row in waiting if days and row.sent_on and row.sent_on <= until]


def papers_visible_to(user: User) -> models.QuerySet[Paper]:
    """Return the issued papers of visible sanctions: a party reads its own notice, decision and record."""
    label = Sanction._meta.label_lower
    rows = Paper.objects.filter(status=PaperStatus.ISSUED, subject_kind=label)
    return rows.filter(subject_id__in=sanctions_visible_to(user).values("pk"))


def party_name(row: Sanction | HandOver) -> str:
    """Return the name of the firm or the expert that a sanction or a hand-over is about."""
    if row.firm is not None:
        return row.firm.organisation.name
    return row.expert.person.name if row.expert is not None else ""


def users_of_party(row: Sanction) -> models.QuerySet[User]:
    """Return the active users of the firm or the expert behind a sanction."""
    if row.firm is not None:
        return users_of_organisation(row.firm.organisation_id)
    return users_of_person(row.expert.person_id if row.expert is not None else 0)


def running_tasks_of(firm: Firm) -> models.QuerySet[Assignment]:
    """Return the assignments of a firm on tasks before acceptance."""
    rows = Assignment.objects.filter(firm=firm, task__isnull=False).exclude(status__in=GONE)
    return rows.exclude(task__status__in=TASK_OVER).select_related("task").order_by("pk")


def tasks_on(firm: Firm, day: date) -> models.QuerySet[Assignment]:
    """Return the assignments of a firm that ran on ``day``: given, not yet left, not yet accepted."""
    over = TaskMove.objects.filter(task=models.OuterRef("task"), track="", moved_on__lte=day)
    last = over.order_by("-moved_on", "-pk").values("status")[:1]
    ended = Commission.objects.filter(assignment=models.OuterRef("pk")).order_by("-pk").values("ended_on")[:1]
    rows = Assignment.objects.filter(firm=firm, task__isnull=False, assigned_on__lte=day)
    rows = rows.annotate(then=models.Subquery(last), left_on=models.Subquery(ended))
    rows = rows.filter(models.Q(then__isnull=True) | ~models.Q(then__in=TASK_OVER))
    left = models.Q(left_on__gt=day) | models.Q(left_on__isnull=True, answered_at__date__gt=day)
    return rows.filter(~models.Q(status__in=GONE) | left).select_related("task").order_by("pk")


def running_seats_of(expert: Expert) -> models.QuerySet[Assignment]:
    """Return the seats of an expert on panels that are not over, before he has signed."""
    rows = Assignment.objects.filter(expert=expert, re_review__isnull=False).exclude(status__in=SEAT_OVER)
    rows = rows.exclude(re_review__status__in=PANEL_OVER)
    return rows.select_related("re_review__evaluation").order_by("pk")


def running_of(*, firm: Firm | None, expert: Expert | None) -> list[Assignment]:
    """Return what runs of one party: a firm's tasks, or an expert's seats."""
    if firm is not None:
        return list(running_tasks_of(firm))
    return list(running_seats_of(expert)) if expert is not None else []


def work_number(assignment: Assignment) -> str:
    """Return the number of the task or the re-review that an assignment is about."""
    if assignment.task is not None:
        return assignment.task.number
    return assignment.re_review.number if assignment.re_review is not None else ""


def work_title(assignment: Assignment) -> str:
    """Return the title of the task that an assignment is about, of a panel the evaluated one."""
    if assignment.task is not None:
        return assignment.task.title
    return assignment.re_review.evaluation.title if assignment.re_review is not None else ""


def unanswered(row: Sanction) -> list[Assignment]:
    """Return what runs of the party now and for which nothing was chosen yet; a talk asks nothing."""
    if row.kind == SanctionKind.TALK:
        return []
    known = set(row.tasks.values_list("assignment_id", flat=True))
    return [seat for seat in running_of(firm=row.firm, expert=row.expert) if seat.pk not in known]


def choices_about(task: EvaluationTask) -> models.QuerySet[SanctionTask]:
    """Return what decided sanctions have chosen for a task, and for the panels that look at it, newest first."""
    about = Q(assignment__task=task) | Q(assignment__re_review__evaluation=task)
    rows = SanctionTask.objects.filter(about, sanction__status__in=DECIDED, done_on__isnull=False)
    joins = "sanction__firm__organisation", "sanction__expert__person", "assignment__re_review"
    return rows.select_related(*joins).order_by("-done_on", "-pk")


def suspensions_in_force(*, firm: Firm | None, expert: Expert | None) -> models.QuerySet[Sanction]:
    """Return the suspensions of one party that are in force."""
    rows = Sanction.objects.filter(firm=firm, expert=expert, kind=SanctionKind.SUSPENSION)
    return rows.filter(status=SanctionStatus.IN_FORCE, ends_on__isnull=False).order_by("ends_on", "pk")


def returns_on(*, firm: Firm | None, expert: Expert | None) -> date | None:
    """Return the day on which a suspended party stands in the register again; None while a lifting is missing."""
    rows = suspensions_in_force(firm=firm, expert=expert)
    return return_day(
        [
            (row.ends_on, not row.needs_application or row.lifted_on is not None)
            for row in rows
            if row.ends_on is not None
        ]
    )


def suspension_ends(firm_ids: Sequence[int]) -> dict[int, date]:
    """Return the day on which the last suspension in force of each firm ends; without one: left out."""
    rows = Sanction.objects.filter(
        firm_id__in=firm_ids, kind=SanctionKind.SUSPENSION, status=SanctionStatus.IN_FORCE, ends_on__isnull=False
    )
    found = rows.order_by("ends_on", "pk").values_list("firm_id", "ends_on")
    return {pk: ends_on for pk, ends_on in found if pk is not None and ends_on}


def due_suspensions(on: date) -> models.QuerySet[Sanction]:
    """Return the suspensions whose last day has come and that wait for nobody."""
    itself = Q(needs_application=False) | Q(lifted_on__isnull=False)
    rows = Sanction.objects.filter(itself, kind=SanctionKind.SUSPENSION, status=SanctionStatus.IN_FORCE)
    return rows.filter(ends_on__lte=on).order_by("ends_on", "pk")


def reapplies_from(party: Firm | Expert) -> date | None:
    """Return the first day on which a removed party may apply again; None for one that is not removed. Rule R-26."""
    if party.status != "REMOVED":
        return None
    years = rules_for(bureau=party.bureau, on=party.status_since).value("removal_years")
    return may_reapply_from(party.status_since, years=years)


def standing_refusals(party: str, keys: Collection[int], action: str, on: date) -> dict[int, Refusal]:
    """Return by key why a firm or an expert may not leave, close its record, or come back; without a reason: left out.

    Nobody leaves a sanction that is on its way, or comes back while a suspension is in force (R-26, R-27, R-57). One
    query finds of whom there is a sanction at all, however many are asked about.
    """
    found: dict[int, Refusal | None] = {}
    if action in {"LEAVE", "CLOSE"}:
        found = {key: _under_way(party, key, on) for key in _with_sanction(party, keys, status__in=BEFORE_FORCE)}
        if (party, action) == ("firm", "LEAVE"):
            found |= {key: _still_working(key) for key in keys if not found.get(key)}
    elif action in {"REAPPLY", "ADMIT"}:
        suspended = _with_sanction(party, keys, kind=SanctionKind.SUSPENSION, status=SanctionStatus.IN_FORCE)
        found = {key: _still_suspended(party, key, on) for key in suspended}
    return {key: refusal for key, refusal in found.items() if refusal is not None}


def _with_sanction(party: str, keys: Collection[int], **wanted: Any) -> list[int]:  # noqa: ANN401 - lookups
    rows = Sanction.objects.filter(**{f"{party}__in": keys}, **wanted).order_by(party)
    return list(rows.values_list(f"{party}_id", flat=True).distinct())


def _under_way(party: str, pk: int, on: date) -> Refusal | None:
    row = Sanction.objects.filter(**{party: pk}, status__in=BEFORE_FORCE).select_related("bureau").first()
    if row is None:
        return None
    message = _("A sanction of this party is on its way, number %(number)s. Have it decided, or drop it, first.")
    source = rules_for(bureau=row.bureau, on=on).source("removal_years")
    facts = {"sanction": row.pk, "url": f"/bureau/sanctions/{row.pk}/"}
    return Refusal("sanction_under_way", message % {"number": row.pk}, facts, source)


def _still_working(pk: int) -> Refusal | None:
    numbers = [work_number(seat) for seat in running_tasks_of(Firm(pk=pk))]
    if not numbers:
        return None
    message = _("The firm still carries out: %(numbers)s. Let it finish, hand the tasks over or stop them first.")
    return Refusal("open_tasks", message % {"numbers": "、".join(numbers)}, {"tasks": numbers})


def _still_suspended(party: str, pk: int, on: date) -> Refusal | None:
    rows = Sanction.objects.filter(**{party: pk}, kind=SanctionKind.SUSPENSION, status=SanctionStatus.IN_FORCE)
    row = rows.filter(ends_on__isnull=False).select_related("bureau", "firm", "expert").order_by("-ends_on").first()
    if row is None:
        return None
    day = returns_on(firm=row.firm, expert=row.expert)
    if day is not None and day <= on:
        return None
    source = rules_for(bureau=row.bureau, on=row.started_on or on).source("suspension_months_most")
    if day is None:
        message = _("A suspension is in force that ends only on application; it has to be lifted first.")
        return Refusal("suspension_in_force", message, {"free_on": None, "sanction": row.pk}, source)
    message = _("A suspension is in force; this party may come back from %(day)s.") % {"day": day.isoformat()}
    return Refusal("suspension_in_force", message, {"free_on": day.isoformat(), "sanction": row.pk}, source)
