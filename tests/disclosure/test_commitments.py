"""The commitment of a frozen list is public before anybody can know a seed, and names no project and no person."""

import pytest
from django.urls import reverse

from assignments.enums import DrawStatus
from assignments.models import AssignmentBatch, Draw
from disclosure.enums import CommitmentKind
from disclosure.models import Commitment
from disclosure.selectors import newest_commitments
from disclosure.services import publish_commitments, publish_draw
from foundation.audit.models import Entry
from foundation.core import clock
from tests.factories.assigned import batch_office, prepared, solved
from tests.factories.disclosure import DAY, make_draw, office
from tests.factories.draw_tables import NOW, FirmTable, PanelTable

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _in_2020():
    with clock.standing_at(NOW):
        yield


@pytest.mark.rule("R-42")
@pytest.mark.parametrize(("table", "kind"), [(FirmTable, CommitmentKind.FIRM), (PanelTable, CommitmentKind.PANEL)])
def test_freeze_publishes_its_commitment_in_the_same_act(client, table, kind):
    made = table()
    made.set_up()
    assert not Commitment.objects.exists()

    draw = made.freeze()

    row = Commitment.objects.get()
    assert (row.h, row.number, row.kind) == (draw.commitment, draw.number, kind)
    assert (row.frozen_at, row.commit_until, row.published_at) == (NOW, draw.commit_until, NOW)
    assert not draw.parties.exclude(commitment="").exists()
    page = client.get(reverse("pages:public-draws")).content.decode()
    assert draw.commitment in page
    assert draw.number in page
    names = [made.task.title, made.task.unit.organisation.name, made.operator.name, made.witness.name]
    assert not [name for name in names if name in page]


def test_batch_publishes_its_commitment_too(client):
    desk = batch_office()

    batch = solved(desk, prepared(desk), freezes=True)

    row = Commitment.objects.get()
    assert (row.h, row.kind) == (batch.commitment, CommitmentKind.BATCH)
    assert batch.commitment in client.get(reverse("pages:public-draws")).content.decode()
    assert batch.title not in client.get(reverse("pages:public-draws")).content.decode()


def test_each_is_published_once_however_often_the_job_runs():
    table = PanelTable()
    table.set_up()
    table.freeze()
    Commitment.objects.all().delete()

    assert (publish_commitments(at=NOW), publish_commitments(at=NOW)) == (1, 0)
    assert Entry.objects.filter(action="disclosure.commitment_published").count() == 2  # of the freeze, of the job


def test_slip_leads_to_since_when_it_stands_then_to_its_record(client):
    people = office()
    draw = make_draw(people, status=DrawStatus.FROZEN)
    url = reverse("pages:public-draw", args=[draw.commitment])
    assert client.get(url).status_code == 404
    publish_commitments(at=NOW)

    fixed = client.get(url)
    Draw.objects.filter(pk=draw.pk).update(status=DrawStatus.DRAWN)
    publication = publish_draw(draw=Draw.objects.get(pk=draw.pk), by=people["clerk"], on=DAY)

    assert fixed.status_code == 200
    assert draw.number in fixed.content.decode()
    assert client.get(url).url == reverse("pages:public-publication", args=[publication.slug])
    assert [line.slug for line in newest_commitments()] == [publication.slug]
    assert draw.commitment not in client.get(reverse("pages:public-draws")).content.decode()


def test_list_of_commitments_costs_two_queries(django_assert_num_queries):
    people = office()
    for _turn in range(5):
        make_draw(people)
    publish_commitments(at=NOW)

    with django_assert_num_queries(2):
        newest_commitments()
    assert not AssignmentBatch.objects.exists()
