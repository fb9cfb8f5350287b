"""Absent, late, left early, sent somebody else: recorded by the sheet; the seat is free, and unsigned work is not paid."""

from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from assignments.enums import AssignmentStatus, PresenceState
from assignments.models import Assignment, Presence, ReReviewTask
from assignments.services.assignments import AssignmentRefused
from foundation.accounts.enums import Role
from foundation.audit.models import Entry
from foundation.core import clock
from foundation.core.errors import NotAllowed
from foundation.files.models import StoredFile
from reviews.enums import OpinionStatus
from reviews.models import Opinion
from reviews.services import FeeDraft, FeeRefused, OpinionRefused, draft_fees, note_member, open_opinion
from tests.factories.admissions import picture
from tests.factories.foundation import UserFactory
from tests.factories.panels import AT, Panel

pytestmark = pytest.mark.django_db
SHEET = ("签到表.png", picture())
STATE = PresenceState


@pytest.fixture
def panel():
    panel = Panel()
    ReReviewTask.objects.filter(pk=panel.review.pk).update(meets_on=AT.date())
    panel.review.refresh_from_db()
    with clock.standing_at(AT):
        yield panel


def noted(panel, place=0, **facts):
    given = {"state": STATE.ABSENT, "words": "未到会", "by": panel.clerk, "at": AT, "sheet": SHEET}
    return note_member(assignment=panel.seats[place], **(given | facts))


def refused(panel, **facts):
    before = Entry.objects.count(), Presence.objects.count(), StoredFile.objects.count()
    with pytest.raises((AssignmentRefused, OpinionRefused)) as caught:
        noted(panel, **facts)
    assert (Entry.objects.count(), Presence.objects.count(), StoredFile.objects.count()) == before
    return caught.value.refusal.code


@pytest.mark.edge("E40")
@pytest.mark.parametrize("state", [STATE.ABSENT, STATE.SUBSTITUTE])
@pytest.mark.parametrize("is_excused", [True, False])
def test_who_stayed_away_leaves_the_seat_by_the_sheet(panel, state, is_excused):
    open_opinion(assignment=panel.seats[0], by=panel.users[0], at=AT)

    noted(panel, state=state, words="派助手前来", is_excused=is_excused)

    seat = Assignment.objects.get(pk=panel.seats[0].pk)
    assert (seat.status, seat.decline_counts, seat.presence.state) == (AssignmentStatus.VOID, not is_excused, state)
    assert "派助手前来" in seat.void_words
    assert Opinion.objects.get(assignment=seat).status == OpinionStatus.VOID
    assert StoredFile.objects.get(owner_kind="assignments.assignment", owner_id=seat.pk).uploaded_by == panel.clerk
    assert not Assignment.objects.filter(status=AssignmentStatus.VOID).exclude(pk=seat.pk).exists()


@pytest.mark.edge("E40")
@pytest.mark.parametrize("state", [STATE.CAME, STATE.LATE, STATE.LEFT_EARLY])
def test_who_came_late_or_left_early_keeps_the_seat_and_is_paid_only_for_signed_work(panel, state):
    noted(panel, state=state, words="" if state == STATE.CAME else "九点四十到会", sheet=None)

    seat = Assignment.objects.get(pk=panel.seats[0].pk)
    assert seat.status == panel.seats[0].status
    assert seat.presence.noted_by == panel.clerk
    with pytest.raises(FeeRefused) as caught:
        draft_fees(
            re_review=panel.review,
            month=date(2020, 10, 1),
            drafts=[FeeDraft(seat, 1, 80_000)],
            by=panel.clerk,
            on=AT.date(),
        )
    assert caught.value.refusal.code == "not_signed"


@pytest.mark.rule("R-68")
def test_without_sheet_words_or_meeting_nothing_is_noted(panel):
    assert refused(panel, sheet=None) == "sheet_missing"
    assert refused(panel, words=" ") == "words_missing"
    assert refused(panel, state=STATE.LATE, words="") == "words_missing"
    assert refused(panel, at=AT - timedelta(days=1)) == "no_meeting_yet"
    ReReviewTask.objects.filter(pk=panel.review.pk).update(meets_on=None)
    assert refused(panel) == "no_meeting_yet"
    assert Assignment.objects.filter(pk=panel.seats[0].pk, status=panel.seats[0].status).exists()


def test_who_submitted_was_there(panel):
    panel.submit(0)
    count = StoredFile.objects.count()
    with pytest.raises(OpinionRefused) as caught:
        noted(panel)

    assert caught.value.refusal.code == "has_opinion"
    assert (StoredFile.objects.count(), Presence.objects.count()) == (count, 0)


def test_others_note_nothing(panel):
    for by in (panel.users[0], UserFactory(role=Role.CLERK)):
        with pytest.raises(NotAllowed):
            noted(panel, by=by)
    assert not Presence.objects.exists()


def test_note_is_made_anew_until_it_stands(panel):
    noted(panel, state=STATE.LATE, words="九点到")
    noted(panel, state=STATE.CAME, words="")

    assert Presence.objects.get().state == STATE.CAME
    assert Entry.objects.filter(action="assignments.presence_noted").count() == 2


@pytest.mark.rule("R-18")
def test_page_notes_it_and_the_panel_says_so(panel):
    client = Client()
    client.force_login(panel.clerk)
    page, url = (
        reverse("pages:re-review", args=[panel.review.number]),
        reverse("pages:note-presence", args=[panel.seats[1].pk]),
    )
    assert url in client.get(page).content.decode()
    late = {"state": "LATE", "words": "九点四十到会"}
    assert client.post(url, late).status_code == 302
    assert "九点四十到会" in client.get(page).content.decode()
    away = {"state": "ABSENT", "words": "未到会"}
    assert "签到表扫描件" in client.post(url, away).content.decode()

    sheet = SimpleUploadedFile("签到表.png", picture(), content_type="image/png")
    assert client.post(url, away | {"sheet": sheet}).status_code == 302

    shown = client.get(page).content.decode()
    assert "缺席：未到会" in shown
    assert Assignment.objects.get(pk=panel.seats[1].pk).decline_counts
