"""Whoever had no chance in the freeze comes in only by an approved widening, only where the list is exhausted."""

from types import SimpleNamespace

import pytest

from assignments.enums import AssignmentStatus, Origin
from assignments.matching import read_freeze
from assignments.models import Assignment, AssignmentBatch, BatchTask
from assignments.selectors.batches import seats_of, tasks_of, widened_tasks
from assignments.services import assignments as life
from assignments.services import batches
from experts.models import Expert, ExpertUndertaking
from foundation.accounts.enums import Role
from foundation.approvals.selectors import running
from foundation.approvals.services import agree, give_back
from foundation.audit.models import Entry
from foundation.core import clock
from foundation.core.errors import DomainError, NotAllowed, TransitionRefused
from parties.models import Employment
from tests.assignments.test_batches import approved, verified
from tests.factories.assigned import NOW, TODAY, batch_office, drawn, pool_expert, prepared, seated
from tests.factories.foundation import UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.rule("R-42")]


@pytest.fixture(autouse=True)
def _in_2020():
    with clock.standing_at(NOW):
        yield


@pytest.fixture
def desk():
    """Return a bureau with one re-review of three seats and more experts than get a chance."""
    found = batch_office(reviews=1, experts=0)
    found.experts = [pool_expert(found.bureau, found.node) for _ in range(8)]
    return found


def refused(call, **facts):
    """Return the code of the refusal, after a look that nothing was written."""
    before = Entry.objects.count()
    with pytest.raises(DomainError) as caught:
        call(**facts)
    assert Entry.objects.count() == before
    return caught.value.refusal.code


def chanced(batch):
    """Return the keys of whom the freeze gave a chance."""
    solution, _terms = read_freeze(batch.freeze_text)
    return {batch.pool[expert]["expert"] for _task, expert, _units in solution.marginals()}


def away(keys):
    ExpertUndertaking.objects.filter(expert_id__in=keys).delete()


def back(keys):
    for key in keys:
        ExpertUndertaking.objects.create(expert_id=key, year=2020, text_version="1", accepted_on=TODAY)


def lose(desk, seat):
    """Let a seated expert not answer."""
    life.log_call(assignment=seat, outcome="NO_ANSWER", words="", by=desk.clerk, at=NOW)
    Assignment.objects.filter(pk=seat.pk).update(status=AssignmentStatus.NO_ANSWER)


@pytest.fixture
def told(desk):
    """Return a told batch in which a seat is empty and nobody left who had a chance; ``spare`` are those who did."""
    batch = seated(desk, prepared(desk))
    batches.notify(batch=batch, by=desk.clerk, at=NOW)
    chances = chanced(batch)
    assert len(chances) < 8
    panel = set(Assignment.objects.filter(batch=batch).values_list("expert_id", flat=True))
    first, second, _third = seats_of(batch)
    away(chances - panel)
    lose(desk, first)
    return SimpleNamespace(desk=desk, batch=batch, chances=chances, spare=chances - panel, second=second)


def call(told):
    return batches.replace(batch=told.batch, by=told.desk.clerk, at=NOW)


def ask(told, reason="名单用尽"):
    return batches.ask_widening(batch=told.batch, reason=reason, by=told.desk.clerk, on=TODAY)


def test_nobody_without_a_chance_comes_in_before_the_widening_is_approved(told, tmp_path):
    assert refused(call, told=told) == "list_exhausted"
    with pytest.raises(DomainError, match="放宽"):
        call(told)
    approval = ask(told)
    assert refused(call, told=told) == "list_exhausted"
    assert (approval.kind, approval.facts["re_reviews"]) == ("WIDENING", [told.desk.reviews[0].number])
    assert [approval.facts[key] for key in ("tier", "needed", "possible", "reason")] == [1, 1, 0, "名单用尽"]
    assert [step.role for step in approval.steps.all()] == [Role.SECTION_HEAD]  # as a draw's
    assert refused(ask, told=told) == "already_running"

    agree(approval=approval, by=told.desk.people["head"], on=TODAY)

    assert tasks_of(told.batch)[0].approved_steps == 1
    (came,) = call(told)
    told.batch.refresh_from_db()
    assert (came.origin, came.expert_id in told.chances) == (Origin.REPLACEMENT, False)
    assert [step["opened"] for step in told.batch.record["replacements"]] == [[0, 1]]
    assert widened_tasks(told.batch.record) == {0}
    assert (answer := verified(told.batch, tmp_path)).returncode == 0, answer.stdout
    assert f'"approval":{approval.pk}' in Entry.objects.get(action="batches.widened").text


def test_tier_once_opened_stays_open_and_who_had_a_chance_comes_first(told, tmp_path):
    agree(approval=ask(told), by=told.desk.people["head"], on=TODAY)
    call(told)
    back(told.spare)
    lose(told.desk, told.second)

    (came,) = call(told)

    told.batch.refresh_from_db()
    assert came.expert_id in told.spare
    assert [step["opened"] for step in told.batch.steps] == [[0, 1], [0, 1]]
    assert verified(told.batch, tmp_path).returncode == 0


def test_approved_widening_is_not_used_where_somebody_with_a_chance_is_free_again(told, tmp_path):
    agree(approval=ask(told), by=told.desk.people["head"], on=TODAY)
    back(told.spare)

    (came,) = call(told)

    told.batch.refresh_from_db()
    assert came.expert_id in told.spare
    assert ([step["opened"] for step in told.batch.steps], widened_tasks(told.batch.record)) == ([[0]], set())
    assert verified(told.batch, tmp_path).returncode == 0


def test_widening_is_asked_for_only_where_the_list_is_exhausted_and_with_a_reason(told):
    assert refused(ask, told=told, reason=" ") == "reason_missing"
    back(told.spare)
    assert refused(ask, told=told) == "not_exhausted"
    call(told)
    assert refused(ask, told=told) == "not_exhausted"
    with pytest.raises(NotAllowed):
        batches.ask_widening(batch=told.batch, reason="用尽", by=told.desk.witness, on=TODAY)
    with pytest.raises(NotAllowed):
        batches.ask_widening(batch=told.batch, reason="用尽", by=UserFactory(role="CLERK"), on=TODAY)


def test_widening_that_was_given_back_opens_nothing_and_may_be_asked_for_again(told):
    head = told.desk.people["head"]
    give_back(approval=ask(told), by=head, on=TODAY, words="先联系备选")

    assert refused(call, told=told) == "list_exhausted"
    agree(approval=ask(told), by=head, on=TODAY)
    away(one.pk for one in told.desk.experts)
    assert refused(ask, told=told) == "no_step_left"


def test_before_the_seats_are_given_nothing_is_widened(desk):
    batch = drawn(desk, prepared(desk))

    with pytest.raises(TransitionRefused):
        batches.ask_widening(batch=batch, reason="用尽", by=desk.clerk, on=TODAY)


def test_who_became_ineligible_before_the_approval_is_not_replaced_by_somebody_without_a_chance(desk, tmp_path):
    batch = drawn(desk, prepared(desk))
    drawn_keys = {batch.pool[number]["expert"] for number in batch.panels[0]}
    away({next(iter(drawn_keys))} | (chanced(batch) - drawn_keys))

    batch = approved(desk, batch)

    assert seats_of(batch)[0].origin == Origin.BATCH
    assert (len(seats_of(batch)), batch.steps) == (2, [])
    agree(
        approval=batches.ask_widening(batch=batch, reason="用尽", by=desk.clerk, on=TODAY),
        by=desk.people["head"],
        on=TODAY,
    )
    (came,) = batches.replace(batch=batch, by=desk.clerk, at=NOW)
    batch.refresh_from_db()
    assert (came.expert_id in chanced(batch), widened_tasks(batch.record)) == (False, {0})
    assert verified(batch, tmp_path).returncode == 0


def test_only_the_exhausted_re_reviews_are_widened():
    desk = batch_office(reviews=2, experts=16)
    batch = seated(desk, prepared(desk))
    first, second = tasks_of(batch)
    solution, _terms = read_freeze(batch.freeze_text)
    spare = {batch.pool[expert]["expert"] for task, expert, _units in solution.marginals() if task == first.place}
    held = Assignment.objects.filter(batch=batch, re_review=first.re_review).values_list("expert_id", flat=True)
    unit = first.re_review.evaluation.unit.organisation
    for expert in Expert.objects.filter(pk__in=spare - set(held)):
        Employment.objects.create(person=expert.person, organisation=unit, started_on=TODAY)  # a recusal, here alone
    batches.notify(batch=batch, by=desk.clerk, at=NOW)
    for place in (first, second):
        lose(desk, Assignment.objects.filter(batch=batch, re_review=place.re_review).order_by("pk")[0])

    approval = batches.ask_widening(batch=batch, reason="用尽", by=desk.clerk, on=TODAY)
    agree(approval=approval, by=desk.people["head"], on=TODAY)

    assert approval.facts["re_reviews"] == [first.re_review.number]
    found = BatchTask.objects.filter(batch=AssignmentBatch.objects.get()).order_by("place")
    assert list(found.values_list("approved_steps", flat=True)) == [1, 0]
    assert running("WIDENING", batch) is None
