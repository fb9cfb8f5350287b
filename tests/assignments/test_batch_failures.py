"""A job that came to grief is told to who started it: on the page, on Today, as a notice; and it can be run again."""

from datetime import timedelta
from urllib.parse import quote

import pytest
from django.test import Client
from django.urls import reverse

from assignments import matching
from assignments.enums import BatchFailure, BatchStatus
from assignments.jobs import solve_batch
from assignments.models import AssignmentBatch
from assignments.services import batches
from assignments.services.batches.facts import BatchRefused
from desk.selectors import today
from foundation.audit.models import Entry
from foundation.core import clock
from foundation.core.errors import Refusal
from foundation.notices.models import Notice
from tests.factories.assigned import NOW, TODAY, batch_office, prepared, solved

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _in_2020():
    with clock.standing_at(NOW):
        yield


@pytest.fixture
def desk():
    return batch_office()


def breaks(monkeypatch, error):
    def solve(*_given, **_named):
        raise error

    monkeypatch.setattr(matching, "solve", solve)


def lines(user):
    found = today(user, TODAY)
    return {(line.kind, line.key) for line in (*found.overdue, *found.due, *found.soon, *found.waiting)}


@pytest.mark.parametrize("freezes", [True, False])
def test_error_of_the_job_is_kept_told_and_forgotten_when_it_runs_again(desk, monkeypatch, freezes):
    with monkeypatch.context() as patch:
        breaks(patch, MemoryError())
        batch = solved(desk, prepared(desk), freezes=freezes)

    assert (batch.status, batch.failure, batch.failure_words) == (BatchStatus.PREPARED, "ERROR", "MemoryError")
    assert (batch.started_by, batch.started_at, batch.is_freezing) == (desk.clerk, NOW, freezes)
    assert (batch.commitment, batch.looks, batch.solved) == ("", 0, None)
    notice = Notice.objects.get(user=desk.clerk)
    assert (notice.code, quote(notice.path)) == ("batch_failed", reverse("pages:batch", args=[batch.number]))
    assert '"failure":"ERROR"' in Entry.objects.get(action="batches.failed").text
    assert ("RUN_BATCH_AGAIN", batch.number) in lines(desk.clerk)
    client = Client()
    client.force_login(desk.clerk)
    page = client.get(reverse("pages:batch", args=[batch.number])).content.decode()
    again = reverse("pages:batch-freeze" if freezes else "pages:batch-look", args=[batch.number])
    assert all(words in page for words in ("后台任务失败", "MemoryError", desk.clerk.name, "重新运行", again))

    assert client.post(again).status_code == 302

    batch.refresh_from_db()
    assert (batch.failure, batch.failure_words, batch.solved["status"]) == ("", "", "optimal")
    assert batch.status == (BatchStatus.FROZEN if freezes else BatchStatus.PREPARED)
    assert ("CONTINUE_BATCH", batch.number) in lines(desk.clerk)


def test_refusal_inside_the_job_is_told_in_its_words(desk, monkeypatch):
    breaks(monkeypatch, BatchRefused(Refusal("too_late", "公共数值的时间已过。")))

    batch = solved(desk, prepared(desk), freezes=True)

    assert (batch.failure, batch.failure_words) == (BatchFailure.ERROR, "公共数值的时间已过。")


def test_job_raises_what_ended_it_so_that_the_queue_knows(desk, monkeypatch):
    batch = prepared(desk)
    AssignmentBatch.objects.filter(pk=batch.pk).update(status=BatchStatus.SOLVING)
    breaks(monkeypatch, ZeroDivisionError())

    with pytest.raises(ZeroDivisionError):
        solve_batch(batch=batch.pk, by=desk.clerk.pk, at=NOW.isoformat(), freezes=False)

    batch.refresh_from_db()
    assert (batch.status, batch.failure_words) == (BatchStatus.PREPARED, "ZeroDivisionError")
    assert not Notice.objects.exists()  # nobody is known to have started it


def test_job_that_is_silent_for_an_hour_is_given_up_once(desk, monkeypatch):
    monkeypatch.setattr("assignments.services.batches.preparing.enqueue", lambda *_names, **_facts: None)  # no worker
    batch = solved(desk, prepared(desk), freezes=True)
    hour = NOW + timedelta(hours=1)
    assert (batch.status, batches.settle_due(at=hour)) == (BatchStatus.SOLVING, 0)

    assert [batches.settle_due(at=hour + timedelta(seconds=1)) for _again in range(2)] == [1, 0]

    batch.refresh_from_db()
    assert (batch.status, batch.failure) == (BatchStatus.PREPARED, BatchFailure.NO_ANSWER)
    assert Notice.objects.filter(user=desk.clerk, code="batch_failed").count() == 1


def test_worker_that_comes_back_late_changes_nothing(desk, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr("assignments.services.batches.preparing.enqueue", lambda *_names, **_facts: None)
        batch = solved(desk, prepared(desk), freezes=True)
    batches.settle_due(at=NOW + timedelta(hours=2))

    solve_batch(batch=batch.pk, by=desk.clerk.pk, at=NOW.isoformat(), freezes=True)

    batch.refresh_from_db()
    assert (batch.status, batch.failure, batch.commitment) == (BatchStatus.PREPARED, BatchFailure.NO_ANSWER, "")


def test_failure_of_a_batch_that_is_not_being_solved_is_no_failure(desk):
    batch = prepared(desk)

    batches.note_failure(batch=batch, failure=BatchFailure.ERROR, words="x", at=NOW)

    batch.refresh_from_db()
    assert (batch.failure, batch.failure_words) == ("", "")
