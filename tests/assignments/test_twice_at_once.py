"""What is submitted several times at once is done once: set-up, freeze, call, notice, a post with one key (PostgreSQL)."""

from collections import Counter
from datetime import UTC, date, datetime

import pytest
from django.test import Client

from assignments.enums import AssignmentStatus, DrawStatus
from assignments.models import Draw, EvaluationPlan
from assignments.services import assignments, draws
from experts.models import ExpertUndertaking
from foundation.accounts.enums import Role
from foundation.audit.models import Entry
from foundation.audit.selectors import verify_chain
from foundation.core.errors import TransitionRefused
from foundation.notices.models import Notice
from foundation.notices.services import notify
from tests.factories.assignments import (
    TODAY,
    ExpertAssignmentFactory,
    ExpertFactory,
    ReReviewFactory,
    TaskFactory,
)
from tests.factories.foundation import RuleSetFactory, RuleValueFactory, UserFactory
from tests.races import WORKERS, at_once

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]
NOW = datetime(2020, 6, 1, 2, 0, tzinfo=UTC)


@pytest.fixture
def review():
    task = TaskFactory(status="SUBMITTED")
    rules = RuleSetFactory(bureau=task.bureau)
    RuleValueFactory(rule_set=rules, key="training_hours", value=0)
    for expert in ExpertFactory.create_batch(9, bureau=task.bureau, admitted_on=date(2020, 1, 1)):
        ExpertUndertaking.objects.create(expert=expert, year=2020, text_version="1", accepted_on=TODAY)
    return ReReviewFactory(evaluation=task)


@pytest.fixture
def clerk(review):
    return UserFactory(bureau=review.bureau, role=Role.CLERK)


@pytest.fixture
def witness(review):
    return UserFactory(bureau=review.bureau, role=Role.SUPERVISOR)


def set_up(review, clerk, witness):
    seats = [draws.SeatDraft("财务", 3)]
    return draws.configure_panel_draw(re_review=review, seats=seats, witness=witness, by=clerk, on=TODAY)


@pytest.mark.rule("R-42")
def test_one_draw_is_set_up_and_frozen(review, clerk, witness):
    refused = at_once([lambda: set_up(review, clerk, witness)] * WORKERS)

    draw = Draw.objects.get()
    assert (Counter(error.refusal.code for error in refused), draw.status) == (
        {"draw_exists": WORKERS - 1},
        DrawStatus.CONFIGURED,
    )
    refused = at_once([lambda: draws.freeze(draw=draw, by=clerk, at=NOW)] * WORKERS)

    first = Draw.objects.get()
    assert Counter(type(error) for error in refused) == {TransitionRefused: WORKERS - 1}
    assert (first.status, len(first.commitment)) == (DrawStatus.FROZEN, 64)
    did = Counter(Entry.objects.filter(action__startswith="draws.").values_list("action", flat=True))
    assert did == {"draws.configured": 1, "draws.frozen": 1}
    assert verify_chain().first_bad == 0


def test_seat_is_notified_once(review, clerk):
    seat = ExpertAssignmentFactory(re_review=review, status=AssignmentStatus.DRAWN)

    refused = at_once([lambda: assignments.notify(assignment=seat, by=clerk, at=NOW)] * WORKERS)

    seat.refresh_from_db()
    assert (Counter(type(error) for error in refused), seat.status) == (
        {TransitionRefused: WORKERS - 1},
        AssignmentStatus.NOTIFIED,
    )
    assert Entry.objects.filter(action="assignments.notified").count() == 1


def test_occasion_gives_each_person_one_notice(review, clerk, witness):
    raised = at_once(
        [lambda: notify(users=[clerk, witness], code="due", facts={"days": 3}, once="task:1:due:-3")] * WORKERS
    )

    assert raised == []
    assert Counter(Notice.objects.values_list("user_id", flat=True)) == {clerk.pk: 1, witness.pk: 1}


def test_posts_with_one_key_write_one_plan(clerk):
    answers = []

    def post():
        client = Client()
        client.force_login(clerk)
        headers = {"Idempotency-Key": "one"}
        body = {"work_year": 2030}
        answers.append(client.post("/api/v1/plans/", body, content_type="application/json", headers=headers))

    raised = at_once([post] * 100)

    plan = EvaluationPlan.objects.get(work_year=2030)
    assert raised == []
    assert Counter((answer.status_code, answer.json()["id"]) for answer in answers) == {(201, plan.pk): 100}
