"""Batches in public: when, what stands in the copy, names only after the reviews, a page that proves and draws again."""

import json
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from assignments.models import Assignment, AssignmentBatch, ReReviewTask
from assignments.services import batches
from assignments.verify_draw import verify
from disclosure.models import Publication
from disclosure.selectors import publishable_batches
from disclosure.services import PublicationRefused, publish_batch
from foundation.audit.models import Entry
from foundation.core import clock
from foundation.core.errors import NotAllowed
from tests.factories.assigned import NOW, TODAY, batch_office, drawn, finish, prepared, revealed, seated, solved
from tests.factories.foundation import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _in_2020():
    with clock.standing_at(NOW):
        yield


@pytest.fixture
def desk():
    return batch_office()


def published(desk):
    return publish_batch(batch=seated(desk, prepared(desk)), by=desk.people["head"], on=TODAY)


def names(desk):
    return [expert.person.name for expert in desk.experts]


def page_of(row):
    response = Client().get(reverse("pages:public-publication", args=[row.slug]))
    assert response.status_code == 200
    return response.content.decode()


def test_record_of_a_seated_batch_is_public_names_nobody_and_verifies(desk):
    row = published(desk)

    page = page_of(row)
    file = Client().get(reverse("pages:public-record", args=[row.slug])).content.decode()

    assert verify(file)
    assert row.body["record"]["h"][:8] in page
    assert "js/verify_batch.js" in page
    assert all(review.evaluation.title in page for review in desk.reviews)
    assert not [name for name in names(desk) if name in page or name in file]
    assert row.body["numbers"] == [review.number for review in desk.reviews]
    assert row.title in Client().get(reverse("pages:public-draws")).content.decode()
    assert row.title in Client().get(reverse("pages:public-home")).content.decode()


def test_public_page_counts_the_tasks_that_were_widened(desk):
    row = published(desk)
    assert "没有机会" not in page_of(row)
    step = {"late": [], "opened": [0, 1], "panel": [0, 1, 2], "seated": [0], "skipped": [], "task": 0, "withdrawn": [3]}
    row.body["record"]["replacements"] = [step, step]
    row.save()

    assert "经批准对 1 项任务纳入了冻结时没有机会的专家" in page_of(row)


def test_batch_is_not_public_before_it_is_decided(desk):
    batch = drawn(desk, prepared(desk))

    with pytest.raises(PublicationRefused) as refused:
        publish_batch(batch=batch, by=desk.people["head"], on=TODAY)

    assert refused.value.refusal.code == "not_decided"
    assert not Publication.objects.exists()
    assert not publishable_batches(desk.people["head"]).exists()


def test_void_attempt_whose_commitment_was_public_is_published_with_its_ground(desk):
    batch = solved(desk, prepared(desk), freezes=True)
    batch = batches.void(batch=batch, words="未到", by=desk.clerk, at=NOW + timedelta(hours=25))

    row = publish_batch(batch=batch, by=desk.people["head"], on=TODAY)

    assert row.body["record"]["void"]["ground"] == "missing_commitment"
    assert verify(json.dumps(row.body["record"]))
    assert "verify_batch.js" in page_of(row)


def test_names_are_opened_after_every_review_and_the_next_version_shows_them(desk):
    batch = seated(desk, prepared(desk))
    first = publish_batch(batch=batch, by=desk.people["head"], on=TODAY)
    with pytest.raises(batches.BatchRefused) as early:
        batches.open_names(batch=batch, by=desk.people["head"], on=TODAY)
    assert early.value.refusal.code == "names_too_early"
    assert not publishable_batches(desk.people["head"]).exists()
    finish(desk)

    batch = batches.open_names(batch=batch, by=desk.people["head"], on=TODAY)
    opened_twice = batches.open_names(batch=batch, by=desk.people["head"], on=TODAY)
    assert list(publishable_batches(desk.people["head"])) == [batch]
    second = publish_batch(batch=batch, by=desk.people["head"], on=TODAY)

    first.refresh_from_db()
    assert (first.withdrawn_at is not None, second.slug, second.version) == (True, first.slug, 2)
    assert verify(json.dumps(second.body["record"]))
    sat = {row.expert.person.name for row in Assignment.objects.select_related("expert__person")}
    page = page_of(second)
    assert all(name in page for name in sat)
    assert opened_twice.record == batch.record
    assert {one["name"] for one in second.body["record"]["openings"]} == sat
    assert Entry.objects.filter(action="batches.names_opened").count() == 1


def test_record_with_names_is_refused_while_a_review_runs(desk):
    batch = seated(desk, prepared(desk))
    finish(desk)
    batch = batches.open_names(batch=batch, by=desk.people["head"], on=TODAY)
    ReReviewTask.objects.filter(pk=desk.reviews[0].pk).update(status="OPEN")

    with pytest.raises(PublicationRefused) as refused:
        publish_batch(batch=batch, by=desk.people["head"], on=TODAY)

    assert refused.value.refusal.code == "names_too_early"


def test_same_record_is_published_once(desk):
    row = published(desk)

    with pytest.raises(PublicationRefused) as refused:
        publish_batch(batch=AssignmentBatch.objects.get(pk=row.subject_id), by=desk.people["head"], on=TODAY)

    assert refused.value.refusal.code == "already_published"


def test_stranger_and_another_bureau_publish_and_open_nothing(desk):
    batch = seated(desk, prepared(desk))
    finish(desk)
    for user in (desk.witness, UserFactory(role="SECTION_HEAD")):
        for act in (publish_batch, batches.open_names):
            with pytest.raises(NotAllowed):
                act(batch=batch, by=user, on=TODAY)
    with pytest.raises(NotAllowed):
        batches.open_leaves(batch=batch, by=desk.clerk)


def test_supervisor_opens_all_leaves_and_the_journal_keeps_it(desk):
    batch = seated(desk, prepared(desk))
    client = Client()
    client.force_login(desk.witness)

    response = client.post(reverse("pages:supervisor-batch-leaves", args=[batch.number]))

    lines = response.content.decode("utf-8-sig").splitlines()
    assert len(lines) == 1 + len(desk.experts)
    assert all(any(name in line for line in lines) for name in names(desk))
    assert Entry.objects.filter(action="batches.leaves_opened").count() == 1


def test_leaves_stay_closed_before_the_draw(desk):
    batch = solved(desk, prepared(desk), freezes=True)
    client = Client()
    client.force_login(desk.witness)

    assert client.post(reverse("pages:supervisor-batch-leaves", args=[batch.number])).status_code == 404
    with pytest.raises(batches.BatchRefused):
        batches.open_leaves(batch=batch, by=desk.witness)


def test_receipt_outside_makes_the_record_witnessed(desk):
    batch = solved(desk, prepared(desk), freezes=True)
    batches.note_receipt(batch=batch, words="机关纪委 李 收执 10:02", by=desk.witness, at=NOW)

    batch.refresh_from_db()
    batch = revealed(desk, batch)

    assert batch.record["witness"]["words"] == "机关纪委 李 收执 10:02"
    assert verify(json.dumps(batch.record))
    with pytest.raises(NotAllowed):
        batches.note_receipt(batch=batch, words="x", by=desk.people["leader"], at=NOW)


def test_public_page_costs_the_same_whatever_the_size():
    def cost(desk):
        row = published(desk)
        with CaptureQueriesContext(connection) as queries:
            page_of(row)
        return len(queries)

    assert cost(batch_office(reviews=1)) == cost(batch_office(reviews=3, experts=12)) <= 6
