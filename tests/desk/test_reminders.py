"""Reminders: on the days of the rule, to who owes the thing, once; after the day also to the clerk. Rule R-22."""

from datetime import date, timedelta

import pytest
from django.utils.module_loading import import_string

from assignments.enums import AssignmentStatus, ReReviewStatus, TaskStatus
from config.management.commands.run_due import DAILY
from delivery.enums import ClockStatus
from delivery.models import ClockStop
from desk.services import remind
from foundation.notices.models import Notice
from results.models import Rectification
from tests.factories.assignments import (
    ExpertAssignmentFactory,
    ReReviewFactory,
    TaskFactory,
    expert_user,
    firm_user,
    unit_user,
)
from tests.factories.delivery import DUE, CommissionFactory
from tests.factories.foundation import RuleSetFactory, RuleValueFactory

pytestmark = [pytest.mark.django_db, pytest.mark.rule("R-22")]


def notices(user):
    return sorted(Notice.objects.filter(user=user).values_list("code", "facts__days"))


@pytest.fixture
def owed():
    """A commission with somebody of the firm who can be told."""
    row = CommissionFactory()
    return row, firm_user(row.firm)


@pytest.mark.parametrize(
    ("offset", "firm_hears", "clerk_hears"),
    [
        (-8, [], []),
        (-7, [("due", 7)], []),
        (-3, [("due", 3)], []),
        (-1, [], []),
        (0, [("due", 0)], []),
        (1, [("overdue", 1)], [("overdue_of_others", 1)]),
        (2, [], []),
        (3, [("overdue", 3)], [("overdue_of_others", 3)]),
        (4, [], []),
    ],
)
def test_report_is_reminded_of_on_the_days_of_the_rule(owed, offset, firm_hears, clerk_hears):
    row, user = owed
    other = firm_user(CommissionFactory(task__due_on=None, due_on=DUE).firm)

    remind(on=DUE + timedelta(days=offset))

    assert (notices(user), notices(row.task.clerk), notices(other)) == (firm_hears, clerk_hears, [])


def test_second_run_of_a_day_tells_nobody_twice(owed):
    _row, user = owed

    counts = [remind(on=DUE), remind(on=DUE)]

    assert (counts, notices(user)) == ([1, 0], [("due", 0)])


def test_clock_stop_moves_the_day_and_delivery_ends_the_reminders(owed):
    row, user = owed
    ClockStop.objects.create(
        task=row.task, started_on=DUE - timedelta(days=7), ended_on=DUE - timedelta(days=1), reason="单位资料未到",
        status=ClockStatus.GRANTED, asked_by=user, decided_by=row.task.clerk,
    )  # fmt: skip
    remind(on=DUE)
    assert notices(user) == [("due", 7)]

    row.task.status = TaskStatus.FINAL
    row.task.save(update_fields=["status"])

    assert sum(remind(on=DUE + timedelta(days=day)) for day in range(1, 30)) == 0


def test_bureau_chooses_its_own_days(owed):
    row, user = owed
    rules = RuleSetFactory(bureau=row.task.bureau)
    RuleValueFactory(rule_set=rules, key="reminder_days", value=[-5])

    remind(on=DUE - timedelta(days=7))
    remind(on=DUE - timedelta(days=5))

    assert notices(user) == [("due", 5)]


def test_expert_without_an_opinion_and_unit_with_a_rectification_are_reminded():
    review = ReReviewFactory(status=ReReviewStatus.REVIEWING, due_on=date(2020, 10, 30))
    seats = [ExpertAssignmentFactory(re_review=review, status=AssignmentStatus.SERVING) for _seat in range(2)]
    seats[1].status = AssignmentStatus.VOID
    seats[1].save(update_fields=["status"])
    serving, gone = (expert_user(seat.expert) for seat in seats)
    task = TaskFactory(bureau=review.bureau, plan=review.evaluation.plan, clerk=review.evaluation.clerk)
    Rectification.objects.create(
        task=task, words="补充台账", due_on=date(2020, 10, 30), asked_by=task.clerk, asked_on=date(2020, 10, 1)
    )
    unit = unit_user(task.unit)

    remind(on=date(2020, 10, 27))

    assert [notices(user) for user in (serving, gone, unit)] == [[("due", 3)], [], [("due", 3)]]


def test_no_reminder_names_a_firm_or_a_unit(owed):
    row, user = owed

    remind(on=DUE)

    notice = Notice.objects.get(user=user)
    said = f"{notice.code} {notice.facts} {notice.path}"
    assert row.firm_name not in said
    assert row.task.unit.organisation.name not in said


@pytest.mark.parametrize("name", DAILY)
def test_daily_job_can_be_called(name):
    assert import_string(name)(on=date(2020, 6, 1)) in (0, [], None)
