"""The call list over the API: whom to call, numbers for a purpose, each call logged; what was declared."""

from datetime import date

import pytest
from django.test import Client

from assignments.enums import AssignmentStatus
from assignments.models import CallAttempt, Declaration
from foundation.core.crypto import encrypt
from parties.models import Contact, Reveal
from tests.factories.assignments import ExpertAssignmentFactory, FirmAssignmentFactory, ReReviewFactory, expert_user
from tests.factories.foundation import UserFactory

pytestmark = pytest.mark.django_db
PLACE, PHONE, MASKED = "/api/v1/call-list/", "13800001234", "138****1234"


@pytest.fixture
def review():
    return ReReviewFactory(meets_on=date(2020, 10, 1))


@pytest.fixture
def seat(review):
    row = ExpertAssignmentFactory(re_review=review, expert__bureau=review.bureau, status=AssignmentStatus.NOTIFIED)
    row.expert.person.phone_sealed = encrypt(PHONE)
    row.expert.person.save()
    return row


@pytest.fixture
def clerk(review):
    return UserFactory(bureau=review.bureau, role="CLERK")


def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


def posted(client, path, **given):
    return client.post(path, given, content_type="application/json")


def test_list_shows_whom_to_call_masked_and_narrowed(review, seat, clerk):
    firm = FirmAssignmentFactory(task=review.evaluation, status=AssignmentStatus.NOTIFIED)
    body = firm.firm.organisation
    facts = {"bureau": body.bureau, "of": "FIRM", "organisation": body, "started_on": date(2020, 1, 1)}
    Contact.objects.create(duty="绩效联络员", name="张联络", phone_sealed=encrypt(PHONE), **facts)
    Contact.objects.create(duty="负责人", name="无号", **facts)
    ExpertAssignmentFactory(re_review=review, expert__bureau=review.bureau, status=AssignmentStatus.ACCEPTED)

    first, second = signed_in(clerk).get(PLACE).json()
    (narrowed,) = signed_in(clerk).get(PLACE, {"re_review": review.number}).json()

    assert (first["name"], first["number"], first["meets_on"]) == (seat.expert.person.name, review.number, "2020-10-01")
    assert first["phones"] == [{"contact": "", "phone": MASKED}]
    assert (second["name"], second["number"]) == (body.name, review.evaluation.number)
    assert second["phones"] == [{"contact": "绩效联络员 张联络", "phone": MASKED}]
    assert narrowed == first
    assert signed_in(clerk).get(PLACE, {"re_review": "没有"}).json() == []
    assert signed_in(clerk).get(PLACE, {"panel": "1"}).status_code == 400


@pytest.mark.rule("R-51")
def test_numbers_are_shown_for_a_purpose_and_counted_as_one_reading(seat, clerk):
    answer = posted(signed_in(clerk), PLACE, purpose="通知评审")

    assert [line["phones"] for line in answer.json()] == [[{"contact": "", "phone": PHONE}]]
    assert answer["Cache-Control"] == "private, no-store"
    reading = Reveal.objects.get()
    assert (reading.what, reading.count, reading.purpose, reading.by) == ("CALL_LIST", 1, "通知评审", clerk)
    assert posted(signed_in(clerk), PLACE).status_code == 400
    empty = posted(signed_in(clerk), PLACE, purpose="通知", batch="没有")
    assert (empty.status_code, empty.json()["code"]) == (409, "not_recorded")
    assert Reveal.objects.count() == 1


def test_call_is_logged_and_read_back_and_the_last_unanswered_one_gives_up(seat, clerk):
    desk, address = signed_in(clerk), f"/api/v1/assignments/{seat.pk}/"

    assert posted(desk, f"{address}call/", outcome="CALL_BACK", words="下午再打").json()["status"] == "NOTIFIED"
    early = posted(desk, f"{address}call/", outcome="NO_ANSWER", gives_up=True)
    assert (early.status_code, CallAttempt.objects.count()) == (409, 1)
    posted(desk, f"{address}call/", outcome="NO_ANSWER")
    calls = desk.get(f"{address}calls/").json()

    assert [(one["outcome"], one["words"]) for one in calls] == [("CALL_BACK", "下午再打"), ("NO_ANSWER", "")]
    assert {one["entered_by_name"] for one in calls} == {clerk.name}
    assert [one["outcome"] for one in desk.get(PLACE).json()[0]["calls"]] == ["CALL_BACK", "NO_ANSWER"]


def test_only_who_commissions_calls_and_only_the_bureau_reads_calls(seat, clerk):
    own = signed_in(expert_user(seat.expert))

    assert [own.get(path).status_code for path in (PLACE, f"/api/v1/assignments/{seat.pk}/calls/")] == [403, 403]
    assert posted(own, PLACE, purpose="我要").status_code == 403
    stranger = UserFactory(role="CLERK")
    assert signed_in(stranger).get(PLACE).json() == []
    assert signed_in(stranger).get(f"/api/v1/assignments/{seat.pk}/calls/").status_code == 404
    assert not Reveal.objects.exists()


def test_declaration_is_read_by_the_bureau_and_by_who_made_it(review, seat, clerk):
    other = ExpertAssignmentFactory(re_review=review, expert__bureau=review.bureau, status=AssignmentStatus.ACCEPTED)
    for one in (seat, other):
        Declaration.objects.create(
            assignment=one, has_conflict=False, words="无", declared_at="2020-09-01T00:00:00Z", entered_by=clerk
        )

    every = signed_in(clerk).get("/api/v1/declarations/").json()["results"]
    (mine,) = signed_in(expert_user(seat.expert)).get("/api/v1/declarations/").json()["results"]

    assert [row["assignment"] for row in every] == [other.pk, seat.pk]
    assert (mine["assignment"], mine["words"], "entered_by_name" in mine) == (seat.pk, "无", False)
