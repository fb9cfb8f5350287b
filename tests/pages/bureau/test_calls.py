"""The call list: who has not answered, numbers for a purpose, each call logged, the answer entered in two clicks."""

import re
from datetime import date, timedelta
from urllib.parse import unquote

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from assignments.enums import AssignmentStatus
from assignments.models import Assignment, CallAttempt
from foundation.accounts.enums import Role
from foundation.audit.models import Entry
from foundation.core import clock
from foundation.core.crypto import encrypt
from foundation.core.errors import NotAllowed
from parties.enums import ContactOf, RevealKind
from parties.models import Contact, Reveal
from parties.services import numbers_of
from tests.factories.assignments import ExpertAssignmentFactory, FirmAssignmentFactory, ReReviewFactory
from tests.factories.foundation import UserFactory

pytestmark = pytest.mark.django_db
STATUS = AssignmentStatus


@pytest.fixture
def review():
    return ReReviewFactory(meets_on=date(2020, 10, 1))


@pytest.fixture
def clerk(review):
    return UserFactory(bureau=review.bureau, role=Role.CLERK)


def seat_of(review, status=STATUS.NOTIFIED, phone="13800001234"):
    seat = ExpertAssignmentFactory(re_review=review, status=status)
    seat.expert.person.phone_sealed = encrypt(phone) if phone else ""
    seat.expert.person.save()
    return seat


def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


def page(client, **scope):
    return client.get(reverse("pages:calls"), scope).content.decode()


def test_list_holds_who_has_not_answered_and_masks_the_numbers(review, clerk):
    waits = [seat_of(review, status) for status in (STATUS.DRAWN, STATUS.NOTIFIED)]
    done = [seat_of(review, status) for status in (STATUS.ACCEPTED, STATUS.DECLINED, STATUS.NO_ANSWER, STATUS.VOID)]
    elsewhere = seat_of(ReReviewFactory())

    shown = page(signed_in(clerk))

    assert all(seat.expert.person.name in shown for seat in waits)
    assert not [seat for seat in (*done, elsewhere) if seat.expert.person.name in shown]
    assert "138****1234" in shown
    assert "13800001234" not in shown
    assert review.evaluation.title not in shown
    assert review.evaluation.unit.organisation.name not in shown


def test_list_is_narrowed_to_a_panel(review, clerk):
    other = ReReviewFactory(bureau=review.bureau, evaluation__bureau=review.bureau)
    mine, theirs = seat_of(review), seat_of(other)

    shown = page(signed_in(clerk), re_review=review.number)

    assert mine.expert.person.name in shown
    assert theirs.expert.person.name not in shown
    assert page(signed_in(clerk), draw="\x00") != ""


def test_numbers_are_opened_for_a_purpose_once_and_close_after_an_hour(review, clerk):
    seat, client = seat_of(review), signed_in(clerk)
    none = client.post(reverse("pages:calls"), {"purpose": " "})
    assert none.status_code == 422
    assert "13800001234" not in none.content.decode()

    assert client.post(reverse("pages:calls"), {"purpose": "通知复评"}).status_code == 302
    shown = page(client)
    later = seat_of(review, phone="13900009999")

    assert 'href="tel:13800001234"' in shown
    assert "13900009999" not in page(client)  # came after: its number was not opened
    row = Reveal.objects.get()
    assert (row.what, row.count, row.purpose, row.by) == (RevealKind.CALL_LIST, 1, "通知复评", clerk)
    assert Entry.objects.filter(action="parties.call_list_revealed").count() == 1
    assert "13800001234" not in page(signed_in(UserFactory(bureau=review.bureau, role=Role.CLERK)))
    assert later.expert.person.name in page(client)
    with clock.standing_at(clock.now() + timedelta(minutes=61)):
        assert "13800001234" not in page(client)
    assert seat.calls.count() == 0


def test_opened_numbers_are_those_of_one_reader_and_day(review, clerk):
    seat, client = seat_of(review), signed_in(clerk)
    client.post(reverse("pages:calls"), {"purpose": "通知"})
    row, person = Reveal.objects.get(), seat.expert.person
    given = {"reveal": row, "persons": [person], "contacts": [], "by": clerk, "on": row.revealed_on}

    assert numbers_of(**given) == ({person.pk: "13800001234"}, {})
    for wrong in (
        {"by": UserFactory(bureau=review.bureau, role=Role.CLERK)},
        {"on": row.revealed_on + timedelta(days=1)},
        {"persons": [person, person]},
    ):
        with pytest.raises(NotAllowed):
            numbers_of(**(given | wrong))


def test_two_clicks_enter_an_answer_and_lead_back_to_the_list(review, clerk):
    seat, client = seat_of(review, STATUS.DRAWN), signed_in(clerk)
    shown = page(client, re_review=review.number)
    (form,) = [one for one in re.findall(r"<form.*?</form>", shown, re.DOTALL) if 'value="ACCEPTED"' in one]
    action = re.search(r'action="([^"]+)"', form).group(1)
    fields = dict(re.findall(r'name="(\w+)" value="([^"]*)"', form))
    fields["next"] = fields["next"].replace("&amp;", "&")

    answer = client.post(action, fields)

    assert answer.status_code == 302
    assert unquote(answer.url) == f"{reverse('pages:calls')}?re_review={review.number}"
    seat.refresh_from_db()
    call = CallAttempt.objects.get()
    assert (seat.status, call.outcome, call.entered_by) == (STATUS.ACCEPTED, "ACCEPTED", clerk)
    assert seat.expert.person.name not in page(client, re_review=review.number)


def test_each_attempt_stands_in_the_list_and_a_decline_has_its_reason(review, clerk):
    seat, client = seat_of(review), signed_in(clerk)
    url = reverse("pages:call", args=[seat.pk])
    back = {"next": reverse("pages:calls")}
    client.post(url, {"outcome": "NO_ANSWER", **back})
    client.post(url, {"outcome": "CALL_BACK", "words": "下午再打", **back})

    shown = page(client)
    assert all(word in shown for word in ("无人接听", "稍后再打", "下午再打", clerk.name))

    assert client.post(url, {"outcome": "DECLINED", "reason": "ILLNESS", **back}).url == reverse("pages:calls")
    assert Assignment.objects.get(pk=seat.pk).decline_reason == "ILLNESS"
    assert "没有待联系的人" in page(client)


def test_firm_is_called_at_its_contacts(clerk, review):
    seat = FirmAssignmentFactory(bureau=review.bureau, task__bureau=review.bureau, status=STATUS.NOTIFIED)
    Contact.objects.create(
        bureau=review.bureau, of=ContactOf.FIRM, organisation=seat.firm.organisation, duty="联系人", name="李四",
        phone_sealed=encrypt("13700005678"), started_on=date(2020, 1, 1),
    )  # fmt: skip
    client = signed_in(clerk)
    assert "13700005678" not in page(client)

    client.post(reverse("pages:calls"), {"purpose": "通知"})

    shown = page(client)
    assert 'href="tel:13700005678"' in shown
    assert "李四" in shown
    assert seat.task.title not in shown


@pytest.mark.parametrize("role", [Role.SUPERVISOR, Role.EXPERT, Role.UNIT, Role.BUREAU_LEADER])
def test_who_does_not_commission_has_no_call_list(review, role):
    assert signed_in(UserFactory(bureau=review.bureau, role=role)).get(reverse("pages:calls")).status_code == 403


def test_draw_and_panel_lead_to_their_call_list(review, clerk):
    seat_of(review)

    shown = signed_in(clerk).get(reverse("pages:re-review", args=[review.number])).content.decode()

    assert f"{reverse('pages:calls')}?re_review={review.number}" in shown


@pytest.mark.parametrize("opens", [False, True])
def test_list_costs_the_same_for_one_and_for_fifty(review, clerk, opens):
    client = signed_in(clerk)
    seat_of(review)
    counts = []
    for more in (0, 9, 40):
        for _turn in range(more):
            seat_of(review)
        if opens:
            client.post(reverse("pages:calls"), {"purpose": "通知"})
        with CaptureQueriesContext(connection) as queries:
            page(client)
        counts.append(len(queries))

    assert len(set(counts)) == 1
