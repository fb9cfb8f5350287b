"""Reminders of what is due: to who owes it, and after the day also to the clerk. Rule R-22."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from django.db import transaction

from assignments.enums import ReReviewStatus
from assignments.models import Assignment, ReReviewTask
from assignments.transitions import GONE
from delivery.enums import CommissionStatus
from delivery.models import Commission
from delivery.selectors import due_net
from desk.selectors.today import BEFORE_REPORT
from foundation.accounts.models import User
from foundation.bureaus.models import Bureau
from foundation.notices.services import notify
from foundation.rulesets.selectors import rules_for
from parties.selectors import users_of_organisation, users_of_person
from results.enums import RectificationStatus
from results.models import Rectification
from reviews.enums import OpinionStatus
from reviews.models import Opinion

OWED: Final = (RectificationStatus.ASKED, RectificationStatus.RETURNED)


@dataclass(frozen=True, slots=True)
class Due:
    """Something owed by a day: its occasion, by whom, whose clerk asks after it, and the page of each."""

    occasion: str
    due_on: date
    owed_by: tuple[User, ...]
    clerk: User
    path: str
    clerk_path: str


@transaction.atomic
def remind(*, on: date) -> int:
    """Give the reminders of ``on`` and return how many; a second run on the same day gives none.

    Nothing is overdue before its day has ended: the clerk hears of it from the day after.
    """
    return sum(_remind_bureau(bureau, on) for bureau in Bureau.objects.order_by("pk"))


def _remind_bureau(bureau: Bureau, on: date) -> int:
    days = {int(day) for day in rules_for(bureau=bureau, on=on).value("reminder_days")}
    wanted = {on - timedelta(days=day): day for day in days}
    count = 0
    for due in _owed(bureau, wanted):
        day = wanted[due.due_on]
        once = f"{due.occasion}:{due.due_on.isoformat()}:{day:+d}"
        facts = {"due_on": due.due_on.isoformat(), "days": abs(day)}
        code = "overdue" if day > 0 else "due"
        count += notify(users=due.owed_by, code=code, facts=facts, path=due.path, once=once)
        if day > 0:
            count += notify(users=[due.clerk], code="overdue_of_others", facts=facts, path=due.clerk_path, once=once)
    return count


def _owed(bureau: Bureau, days: Iterable[date]) -> Iterator[Due]:
    wanted = set(days)
    yield from _reports(bureau, wanted)
    yield from _opinions(bureau, wanted)
    yield from _rectifications(bureau, wanted)


def _reports(bureau: Bureau, days: set[date]) -> Iterator[Due]:
    rows = Commission.objects.filter(
        task__bureau=bureau, task__status__in=BEFORE_REPORT, status=CommissionStatus.ACCEPTED, ended_on__isnull=True
    )
    for row in rows.select_related("task__clerk", "firm").order_by("pk"):
        day = due_net(row.task)
        if day is not None and day in days:
            number = row.task.number
            users = tuple(users_of_organisation(row.firm.organisation_id))
            yield Due(
                f"report:{row.pk}", day, users, row.task.clerk, f"/firm/tasks/{number}/", f"/bureau/tasks/{number}/"
            )


def _opinions(bureau: Bureau, days: set[date]) -> Iterator[Due]:
    reviews = ReReviewTask.objects.filter(bureau=bureau, status=ReReviewStatus.REVIEWING, due_on__in=days)
    done = Opinion.objects.filter(status=OpinionStatus.SUBMITTED).values("assignment_id")
    for review in reviews.select_related("evaluation__clerk").order_by("pk"):
        seats = Assignment.objects.filter(re_review=review).exclude(status__in=GONE).exclude(pk__in=done)
        users = [user for seat in seats.select_related("expert") if seat.expert
                 for user in users_of_person(seat.expert.person_id)]  # fmt: skip
        clerk = review.evaluation.clerk
        if users:
            path = f"/bureau/tasks/{review.evaluation.number}/"
            yield Due(f"opinion:{review.pk}", review.due_on, tuple(users), clerk, "/expert/", path)


def _rectifications(bureau: Bureau, days: set[date]) -> Iterator[Due]:
    rows = Rectification.objects.filter(task__bureau=bureau, status__in=OWED, due_on__in=days)
    for row in rows.select_related("task__clerk", "task__unit").order_by("pk"):
        users = tuple(users_of_organisation(row.task.unit.organisation_id))
        path = f"/bureau/tasks/{row.task.number}/"
        yield Due(f"rectification:{row.pk}", row.due_on, users, row.task.clerk, "/unit/", path)
