"""The pages and the API of reported conflicts, from the report to the decision, for every side."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from appraisals.enums import ConflictOutcome
from appraisals.models import ConflictReport
from assignments.enums import AssignmentStatus, TaskStatus
from assignments.models import Assignment, EvaluationTask
from foundation.accounts.enums import Role
from foundation.core import clock
from parties.models import Membership
from tests.factories.foundation import LONG_AGO, UserFactory
from tests.factories.reviews import PNG, World

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    return World(shares=(1.0, 0.9, 0.8, 0.7, 0.2))


def text(response):
    assert response.status_code == 200
    return response.content.decode()


def heard(row):
    ConflictReport.objects.filter(pk=row.pk).update(reply_until=clock.today() - timedelta(days=1))


@pytest.mark.edge("E28")
def test_conflict_of_an_expert_goes_through_every_page(client, world):
    seat = world.seats[4]
    name = seat.expert.person.name
    supervisor = UserFactory(bureau=world.task.bureau, role=Role.SUPERVISOR)
    client.force_login(supervisor)
    address = reverse("pages:seat-conflict", args=[seat.pk])
    assert address in text(client.get(reverse("pages:re-review", args=[world.review.number])))
    assert name in text(client.get(address))
    given = {"words": "其配偶在被评价单位任职", "file": SimpleUploadedFile("照片.png", PNG, content_type="image/png")}

    assert client.post(address, given).status_code == 302

    row = ConflictReport.objects.get()
    assert client.post(address, {"words": "再报"}).status_code == 409
    client.force_login(world.users[4])
    shown = text(client.get(reverse("pages:expert-conflicts")))
    assert "其配偶在被评价单位任职" in shown
    assert supervisor.name not in shown
    reply = reverse("pages:expert-conflicts-reply", args=[row.pk])
    assert reply in shown
    client.force_login(world.users[0])
    assert client.get(reply).status_code == 404
    client.force_login(world.users[4])
    assert client.post(reply, {"words": "已离婚"}).status_code == 302
    assert client.post(reply, {"words": "再说"}).status_code == 409

    client.force_login(world.people["head"])
    page = reverse("pages:conflict", args=[row.pk])
    decide = reverse("pages:conflict-decide", args=[row.pk])
    shown = text(client.get(page))
    assert "已离婚" in shown
    assert decide in shown
    assert name in text(client.get(reverse("pages:conflicts")))
    assert 'name="way"' not in text(client.get(decide))
    given = {"finding": "UPHELD", "reason": "未离婚，查实", "is_undeclared": "on"}
    assert client.post(decide, given).status_code == 302

    row.refresh_from_db()
    assert row.outcome == ConflictOutcome.OPINION_VOID
    assert Assignment.objects.get(pk=seat.pk).status == AssignmentStatus.VOID
    shown = text(client.get(page))
    assert reverse("pages:credit-event", args=[row.credit_event_id]) in shown
    assert decide not in shown
    assert client.post(decide, given).status_code == 409


@pytest.mark.edge("E28")
def test_unit_reports_its_firm_and_sees_the_decision(client, world):
    EvaluationTask.objects.filter(pk=world.task.pk).update(status=TaskStatus.FIELDWORK)
    unit = UserFactory(bureau=world.task.bureau, role=Role.UNIT)
    Membership.objects.create(user=unit, organisation=world.task.unit.organisation, started_on=LONG_AGO)
    client.force_login(unit)
    address = reverse("pages:unit-conflict", args=[world.task.number])
    task = reverse("pages:unit-task", args=[world.task.number])
    assert address in text(client.get(task))
    assert text(client.get(address))

    assert client.post(address, {"words": "为我单位代理记账"}).status_code == 302

    row = ConflictReport.objects.get()
    assert "为我单位代理记账" in text(client.get(task))
    client.force_login(world.firm)
    shown = text(client.get(reverse("pages:firm-conflicts")))
    assert "为我单位代理记账" in shown
    assert unit.name not in shown
    client.force_login(world.people["clerk"])
    paper = reverse("pages:conflict-reply-for", args=[row.pk])
    assert paper in text(client.get(reverse("pages:conflict", args=[row.pk])))
    assert client.post(paper, {"words": "已终止代理"}).status_code == 409
    client.force_login(world.people["head"])
    decide = reverse("pages:conflict-decide", args=[row.pk])
    given = {"finding": "UPHELD", "reason": "查实", "way": "HANDED_OVER"}
    assert client.post(decide, given).status_code == 409
    heard(row)
    assert client.post(decide, given | {"way": ""}).status_code == 409
    assert client.post(decide, given).status_code == 302

    world.task.refresh_from_db()
    assert world.task.status == TaskStatus.PLANNED
    client.force_login(unit)
    assert "查实" in text(client.get(task))


def test_api_reports_replies_and_decides(client, world):
    seat = world.seats[4]
    client.force_login(world.people["clerk"])
    made = client.post("/api/v1/conflicts/", {"assignment": seat.pk, "words": "其配偶在被评价单位任职"})
    assert made.status_code == 201
    pk = made.json()["id"]
    assert client.post("/api/v1/conflicts/", {"assignment": seat.pk, "words": "再报"}).status_code == 409
    json = {"content_type": "application/json"}
    client.force_login(world.users[0])
    assert client.get(f"/api/v1/conflicts/{pk}/").status_code == 404
    client.force_login(world.users[4])
    own = client.get(f"/api/v1/conflicts/{pk}/").json()
    assert "reported_by_name" not in own or not own["reported_by_name"]
    assert client.post(f"/api/v1/conflicts/{pk}/reply/", {"words": "已离婚"}, **json).status_code == 200
    assert client.post(f"/api/v1/conflicts/{pk}/reject/", {"reason": "x"}, **json).status_code == 403
    client.force_login(world.people["head"])
    assert client.post(f"/api/v1/conflicts/{pk}/uphold/", {"reason": ""}, **json).status_code == 400

    found = client.post(f"/api/v1/conflicts/{pk}/uphold/", {"reason": "查实"}, **json)

    assert (found.status_code, found.json()["outcome"]) == (200, "OPINION_VOID")
    assert client.post(f"/api/v1/conflicts/{pk}/reject/", {"reason": "x"}, **json).status_code == 409
