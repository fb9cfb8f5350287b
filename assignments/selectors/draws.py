"""Draws as people may see them."""

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final

from django.db import models
from django.utils.translation import gettext as _

from assignments.enums import AssignmentStatus, DeclineReason, DrawStatus, ReReviewStatus, TaskStatus
from assignments.models import (
    Assignment,
    AssignmentBatch,
    Draw,
    EligibilityLook,
    EvaluationTask,
    ReReviewTask,
)
from assignments.rules.eligibility import drawn_too_early
from assignments.selectors.seeding import ORDERED, REFUSED, turn_of_party
from assignments.selectors.tasks import rules_of_task
from assignments.transitions import GONE
from evaluators.models import Firm
from experts.models import Expert
from foundation.accounts.enums import Capability
from foundation.accounts.models import RoleGrant, User
from foundation.accounts.permissions import may
from foundation.audit.models import Entry
from foundation.core.errors import Refusal
from foundation.rulesets.selectors import Rules
from foundation.workdays.selectors import overrides

UNDER_WAY: Final = (DrawStatus.FROZEN, DrawStatus.COMMITTED, DrawStatus.REVEALED)
EDITS_DAYS: Final = 30
# Acts of other rooms that change who is eligible: their number stands in the freeze.
ELIGIBILITY_ACTS: Final = (
    "credit.recorded", "credit.voided", "evaluators.branch_added", "evaluators.firm_moved", "evaluators.firm_renewed",
    "evaluators.firms_registered", "evaluators.lead_added", "evaluators.staff_ended",
    "evaluators.undertaking_accepted", "evaluators.year_assessed", "evaluators.year_reopened",
    "experts.employment_declared", "experts.moved", "experts.specialty_added", "experts.specialty_ended",
    "experts.specialty_main", "experts.recusal_added", "experts.recusal_ended",
    "experts.registered", "experts.renewed", "experts.suspended", "experts.suspension_ended", "experts.unavailable",
    "experts.undertaking_accepted", "parties.employments_recorded", "parties.related", "training.attended",
)  # fmt: skip
COMMISSION_OVER: Final = frozenset({TaskStatus.ACCEPTED, TaskStatus.ARCHIVED})


def visible_to(user: User) -> models.QuerySet[Draw]:
    """Return the draws of the reader's bureau; an outsider sees those in which he is a party."""
    rows = Draw.objects.filter(bureau_id=user.bureau_id or 0)
    if may(user, Capability.READ_ALL):
        return rows
    return rows.filter(parties__user=user)


def live_draw_of(*, task: EvaluationTask | None = None, re_review: ReReviewTask | None = None) -> Draw | None:
    """Return the draw that holds for a task or a re-review: not void, and its firm was not set aside since.

    A task that is commissioned again (its firm's assignment void, not declined and without a conflict) begins anew;
    the record of the former draw stands.
    """
    draw = Draw.objects.filter(task=task, re_review=re_review).exclude(status=DrawStatus.VOID).order_by("-pk").first()
    if draw is None or task is None or draw.status != DrawStatus.DRAWN:
        return draw
    last = Assignment.objects.filter(draw=draw).order_by("-pk").first()
    return None if last and last.status == AssignmentStatus.VOID and not last.decline_reason else draw


def looks_since(*, task: EvaluationTask | None = None, re_review: ReReviewTask | None = None) -> int:
    """Return how often somebody looked who is eligible since the last attempt's list was frozen, or ever. Rule R-61."""
    looks = EligibilityLook.objects.filter(task=task, re_review=re_review)
    frozen = Draw.objects.filter(task=task, re_review=re_review, frozen_at__isnull=False).order_by("-frozen_at").first()
    return (looks.filter(looked_at__gt=frozen.frozen_at) if frozen else looks).count()


def lineage_of(*, task: EvaluationTask | None, re_review: ReReviewTask | None) -> models.QuerySet[Draw]:
    """Return every draw of the same project, kind and work year: starting the thing anew begins no new count."""
    if task is not None:
        same = models.Q(task=task)
        if task.project_id:
            same |= models.Q(task__project_id=task.project_id, task__kind=task.kind, task__work_year=task.work_year)
        return Draw.objects.filter(same)
    if re_review is None:
        return Draw.objects.none()
    same, base = models.Q(re_review=re_review), re_review.evaluation
    if base.project_id:
        same |= models.Q(
            re_review__kind=re_review.kind,
            re_review__evaluation__project_id=base.project_id,
            re_review__evaluation__work_year=base.work_year,
        )
    return Draw.objects.filter(same)


def was_refused(*, task: EvaluationTask | None, re_review: ReReviewTask | None) -> bool:
    """Return whether a nonce was refused in this lineage, so that only an outside value may decide from then on."""
    refused = lineage_of(task=task, re_review=re_review).filter(status=DrawStatus.VOID, void_ground=REFUSED)
    batches = AssignmentBatch.objects.filter(status=DrawStatus.VOID, void_ground=REFUSED, tasks__re_review=re_review)
    return refused.exists() or (re_review is not None and batches.exists())


def list_to_repeat(*, task: EvaluationTask | None, re_review: ReReviewTask | None) -> Draw | None:
    """Return the attempt that a refused nonce ended and whose list and seats the next attempt takes over, or None."""
    rows = Draw.objects.filter(task=task, re_review=re_review).exclude(commitment="")
    last = rows.filter(status=DrawStatus.VOID, void_ground=REFUSED).order_by("-attempt", "-pk").first()
    if last is None:
        return None
    later = rows.filter(pk__gt=last.pk)
    is_done = later.filter(models.Q(status=DrawStatus.DRAWN) | models.Q(void_ground=ORDERED)).exists()
    return None if is_done else last


def base_of(draw: Draw) -> EvaluationTask:
    """Return the task that the draw serves."""
    if draw.task is not None:
        return draw.task
    assert draw.re_review is not None  # noqa: S101 - a constraint of the table
    return draw.re_review.evaluation


def recent_edits(draw: Draw, at: datetime) -> list[dict[str, Any]]:
    """Return how often facts of eligibility were changed in the 30 days before ``at``, by act and role: two queries."""
    since = at - timedelta(days=EDITS_DAYS)
    rows = Entry.objects.filter(action__in=ELIGIBILITY_ACTS, recorded_at__gte=since, bureau_code=draw.bureau.code)
    found = list(rows.order_by().values_list("action", "actor_id", "actor_kind").annotate(models.Count("pk")))
    grants = RoleGrant.objects.filter(user_id__in={actor for _action, actor, _kind, _count in found if actor})
    roles = dict(grants.order_by("-pk").values_list("user_id", "role"))
    counts: Counter[tuple[str, str]] = Counter()
    for action, actor, kind, count in found:
        counts[action, roles.get(actor, kind).lower()] += count
    return [{"count": counts[key], "kind": key[0], "role": key[1]} for key in sorted(counts)]


def left_out_of(draw: Draw) -> list[tuple[Firm | Expert, str]]:
    """Return (party, name) of everybody in the pool who was not on the frozen list, by number."""
    if draw.task_id:
        firms = Firm.objects.filter(bureau_id=draw.bureau_id).exclude(pk__in=draw.entries.values("firm_id"))
        return [(row, row.organisation.name) for row in firms.select_related("organisation").order_by("number", "pk")]
    experts = Expert.objects.filter(bureau_id=draw.bureau_id).exclude(pk__in=draw.entries.values("expert_id"))
    return [(row, row.person.name) for row in experts.select_related("person").order_by("number", "pk")]


def left_of(draw: Draw) -> dict[str, list[dict[str, Any]]]:
    """Return for the record which drawn firm left for a conflict, by its number; nothing where none did.

    Of experts nothing is told: who left a panel stands in its walk, the ground is his own.
    """
    if draw.task_id is None:
        return {}
    rows = Assignment.objects.filter(draw=draw, status__in=GONE, decline_reason=DeclineReason.CONFLICT)
    gone = set(rows.values_list("firm_id", "expert_id"))
    entries = draw.entries.order_by("number").values_list("number", "firm_id", "expert_id") if gone else ()
    left = [{"ground": "conflict", "number": number} for number, *party in entries if tuple(party) in gone]
    return {"left": left} if left else {}


def is_over(draw: Draw) -> bool:
    """Return whether what a drawn draw served is over, so that names may be told: the review, or the firm's work."""
    if draw.status != DrawStatus.DRAWN:
        return False
    if draw.re_review is not None:
        return draw.re_review.status == ReReviewStatus.DONE
    return draw.task is not None and draw.task.status in COMMISSION_OVER


def over(rows: models.QuerySet[Draw]) -> models.QuerySet[Draw]:
    """Keep the draws of ``rows`` of which ``is_over`` holds."""
    served = models.Q(re_review__status=ReReviewStatus.DONE) | models.Q(task__status__in=COMMISSION_OVER)
    return rows.filter(served, status=DrawStatus.DRAWN)


def nameable(user: User) -> models.QuerySet[Draw]:
    """Return the draws of the reader's bureau that are over and whose record names nobody yet."""
    rows = over(Draw.objects.filter(bureau_id=user.bureau_id or 0)).exclude(secret_sealed="")
    return rows.filter(record__openings=[]) if may(user, Capability.PUBLISH) else rows.none()


def record_of(draw: Draw) -> dict[str, Any]:
    """Return the record of a drawn or void draw; raise ``ValueError`` before there is one."""
    if not draw.record or draw.status not in {DrawStatus.DRAWN, DrawStatus.VOID}:
        raise ValueError("This draw has no record yet.")
    return dict(draw.record)


def turn_of(draw: Draw, user: User) -> str:
    """Return what the draw waits for from ``user``, or nothing ("").

    That is prepare, commit, reveal, type (the public value), confirm (what another typed), or replace.
    """
    is_operator = user.bureau_id == draw.bureau_id and may(user, Capability.DRAW)
    if draw.status == DrawStatus.CONFIGURED:
        return "prepare" if is_operator else ""
    if draw.status == DrawStatus.DRAWN:
        return "replace" if is_operator and empty_seats(draw) else ""
    return turn_of_party(draw, user)


def empty_seats(draw: Draw) -> int:
    """Return how many seats of a drawn draw are held by nobody any more."""
    held = Assignment.objects.filter(draw=draw).exclude(status__in=GONE).count()
    return max(0, sum(int(seat["count"]) for seat in draw.seats) - held)


def waiting_for(user: User) -> list[Draw]:
    """Return the draws that wait for a step of ``user`` as a party, the oldest first: three queries."""
    rows = Draw.objects.filter(parties__user=user, bureau_id=user.bureau_id or 0, status__in=UNDER_WAY)
    rows = rows.select_related("task", "re_review__evaluation").prefetch_related("parties", "values").order_by("pk")
    return [draw for draw in rows if turn_of(draw, user)]


def meeting_warning(draw: Draw, on: date) -> Refusal | None:
    """Return the warning that a panel is drawn too long before it meets, or None. Rule R-21: never a bar."""
    found = meeting_warnings([draw.re_review] if draw.re_review else [], on)
    return found[0][1] if found else None


def meeting_warnings(reviews: Sequence[ReReviewTask], on: date) -> list[tuple[ReReviewTask, Refusal]]:
    """Return each panel that would be drawn too long before it meets, with the warning. Rule R-21: never a bar.

    A panel that judges by correspondence has no meeting. Asks the calendar once, the rules once for each day by which
    tasks are judged.
    """
    meetings = [
        (review, review.meets_on)
        for review in reviews
        if review.meets_on and not review.by_correspondence and review.meets_on >= on
    ]
    if not meetings:
        return []
    table = overrides(on, max(day for _review, day in meetings))
    known: dict[tuple[int | None, date], Rules] = {}
    words = _("The panel meets on %(day)s; it should be drawn at most %(days)d working days before.")
    found = []
    for review, day in meetings:
        task = review.evaluation
        judged_by = task.rule_set_id, task.commissioned_on or on
        if judged_by not in known:
            known[judged_by] = rules_of_task(task, on)
        rules = known[judged_by]
        days = rules.value("draw_workdays_before")
        if drawn_too_early(on=on, meets_on=day, workdays=days, overrides=table):
            message, facts = (
                words % {"day": day.isoformat(), "days": days},
                {"meets_on": day.isoformat(), "workdays": days},
            )
            found.append((review, Refusal("drawn_early", message, facts, rules.source("draw_workdays_before"))))
    return found
