"""The papers of a meeting from its rows: the notice names no expert, the sheet names who sits, a batch's go together."""

from datetime import date
from io import BytesIO

import pytest
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader

from assignments.enums import AssignmentStatus
from faces.documents.meetings import batch_letters, meeting_notice, sign_in_sheet
from foundation.accounts.enums import Role
from foundation.core import clock
from tests.factories.assigned import NOW, batch_office, prepared, seated
from tests.factories.assignments import ExpertAssignmentFactory, FirmAssignmentFactory, ReReviewFactory
from tests.factories.foundation import UserFactory

pytestmark = pytest.mark.django_db
DAY = date(2020, 10, 12)


def words(content):
    return "".join(page.extract_text() for page in PdfReader(BytesIO(content)).pages).replace("\n", "")


@pytest.fixture
def review():
    row = ReReviewFactory(meets_on=date(2020, 10, 19), place="区财政局305会议室")
    FirmAssignmentFactory(task=row.evaluation, status=AssignmentStatus.DECLARED)
    return row


def test_notice_names_unit_firm_day_and_place_but_no_expert(review):
    seat = ExpertAssignmentFactory(re_review=review)

    text = words(meeting_notice(review, on=DAY))

    task = review.evaluation
    for word in (task.title, task.unit.organisation.name, "2020年10月19日", "305", task.clerk.name):
        assert word in text
    assert seat.expert.person.name not in text


def test_sign_in_sheet_names_who_sits_and_not_who_left(review):
    sits = ExpertAssignmentFactory(re_review=review, is_leader=True)
    gone = ExpertAssignmentFactory(re_review=review, status=AssignmentStatus.VOID)

    text = words(sign_in_sheet(review))

    assert sits.expert.person.name in text
    assert "专家组组长" in text
    assert gone.expert.person.name not in text


def test_notices_of_a_batch_are_one_file(review):
    other = ReReviewFactory()

    whole = batch_letters([review, other], on=DAY)

    assert len(PdfReader(BytesIO(whole)).pages) >= 2
    assert review.evaluation.title in words(whole)
    assert other.evaluation.title in words(whole)
    assert "另行通知" in words(whole)


def test_pages_hand_them_out_to_who_commissions(review):
    clerk, supervisor = Client(), Client()
    clerk.force_login(UserFactory(bureau=review.bureau, role=Role.CLERK))
    supervisor.force_login(UserFactory(bureau=review.bureau, role=Role.SUPERVISOR))
    page = clerk.get(reverse("pages:re-review", args=[review.number])).content.decode()

    for name in ("meeting-notice", "meeting-sign-in"):
        url = reverse(f"pages:{name}", args=[review.number])
        assert url in page
        assert clerk.get(url).content.startswith(b"%PDF")
        assert supervisor.get(url).status_code == 403


def test_batch_page_hands_all_out_once_it_is_approved():
    with clock.standing_at(NOW):
        desk = batch_office()
        batch = prepared(desk)
        client = Client()
        client.force_login(desk.clerk)
        url = reverse("pages:batch-letters", args=[batch.number])
        assert client.get(url).status_code == 404
        batch = seated(desk, batch)

        answer = client.get(url)

        assert url in client.get(reverse("pages:batch", args=[batch.number])).content.decode()
    text = words(answer.content)
    assert all(row.evaluation.title in text for row in desk.reviews)
    assert not [row for row in desk.experts if row.person.name in text]
