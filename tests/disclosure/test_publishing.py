"""A frozen copy is published only when it may be, holds no personal data, and leaves a trace when it goes."""

import json
from datetime import date

import pytest

from assignments.enums import DrawStatus, ReReviewStatus
from disclosure.models import Publication
from disclosure.selectors import (
    certificate,
    latest,
    publishable_certificates,
    publishable_draws,
    publishable_ratings,
    versions,
    visible_to,
)
from disclosure.services import (
    PublicationRefused,
    ask_publication,
    publish_certificate,
    publish_draw,
    publish_rating,
    withdraw,
)
from foundation.accounts.enums import Role
from foundation.approvals.services import agree
from foundation.audit.models import Entry
from foundation.core.canon import digest
from foundation.core.errors import NotAllowed
from parties.models import Person
from reviews.enums import AppealStatus, RatingStatus
from reviews.models import Appeal
from tests.factories.disclosure import DAY, approve, make_draw, make_rating, make_task, office
from tests.factories.draws import DrawCase
from tests.factories.foundation import UserFactory
from training.models import Attendance, Certificate, Course, Session

pytestmark = pytest.mark.django_db


@pytest.fixture
def people():
    return office()


def refusal(call, **facts):
    with pytest.raises(PublicationRefused) as caught:
        call(**facts)
    return caught.value.refusal


def test_leader_publishes_an_approved_final_rating(people):
    rating = make_rating(people)

    row = publish_rating(task=rating.task, by=people["leader"], on=DAY)

    assert row.sha256 == digest(row.body)
    assert json.loads(row.text) == row.body
    assert row.body["report_quality"]["grade"] == "GOOD"
    assert row.body["project_performance"] is None
    assert row.firm_name in row.text
    assert Entry.objects.filter(action="disclosure.rating.published", subject_id=row.pk).exists()
    assert not publishable_ratings(people["leader"]).exists()
    assert list(visible_to(people["clerk"])) == [row]


def test_slug_counts_publications_only(people):
    first, second = make_rating(people), make_rating(people)

    later = publish_rating(task=second.task, by=people["clerk"], on=DAY)
    earlier = publish_rating(task=first.task, by=people["clerk"], on=DAY)

    assert [later.slug, earlier.slug] == [f"r-{people['bureau'].code}-2020-{n}" for n in (1, 2)]


@pytest.mark.parametrize("role", [Role.SUPERVISOR, Role.EXPERT, Role.BUSINESS_SECTION, Role.ADMINISTRATOR])
def test_others_do_not_publish(people, role):
    rating = make_rating(people)
    other = UserFactory(bureau=people["bureau"], role=role)

    with pytest.raises(NotAllowed):
        publish_rating(task=rating.task, by=other, on=DAY)
    with pytest.raises(NotAllowed):
        publish_rating(task=rating.task, by=office()["leader"], on=DAY)
    assert not Publication.objects.exists()


def test_without_rating_or_before_it_is_final(people):
    assert refusal(publish_rating, task=make_task(people), by=people["leader"], on=DAY).code == "not_rated"
    for status in set(RatingStatus) - {RatingStatus.FINAL}:
        rating = make_rating(people, status=status)
        wanted = "appeal_open" if status == RatingStatus.APPEALED else "not_final"
        assert refusal(publish_rating, task=rating.task, by=people["leader"], on=DAY).code == wanted


@pytest.mark.edge("E30")
def test_open_appeal_refuses(people):
    rating = make_rating(people)
    item = rating.rubric_version.items.first()
    appeal = Appeal.objects.create(rating=rating, item=item, ground="…", filed_by=people["clerk"], filed_on=DAY)

    assert refusal(publish_rating, task=rating.task, by=people["leader"], on=DAY).code == "appeal_open"
    assert not publishable_ratings(people["leader"]).exists()

    appeal.status = AppealStatus.REJECTED
    appeal.save()
    assert publish_rating(task=rating.task, by=people["leader"], on=DAY).body["report_quality"]["had_appeal"]


def test_needs_an_agreed_approval_which_can_be_asked_for(people):
    rating = make_rating(people, approved=False)
    assert refusal(publish_rating, task=rating.task, by=people["leader"], on=DAY).code == "not_approved"

    approval = ask_publication(task=rating.task, by=people["clerk"], on=DAY)
    agree(approval=approval, by=people["head"], on=DAY)
    assert not publishable_ratings(people["leader"]).exists()
    agree(approval=approval, by=people["leader"], on=DAY)

    assert list(publishable_ratings(people["leader"])) == [rating]
    assert publish_rating(task=rating.task, by=people["leader"], on=DAY).version == 1


@pytest.mark.edge("E16")
def test_published_once_then_withdrawn_with_trace_then_again(people):
    rating = make_rating(people)
    first = publish_rating(task=rating.task, by=people["leader"], on=DAY)
    assert refusal(publish_rating, task=rating.task, by=people["leader"], on=DAY).code == "already_published"
    assert refusal(withdraw, publication=first, reason=" ", by=people["clerk"], on=DAY).code == "reason_missing"

    withdraw(publication=first, reason="金额写错", by=people["clerk"], on=date(2020, 12, 1))

    gone = latest(first.slug)
    assert gone.withdrawn_reason == "金额写错"
    assert refusal(withdraw, publication=first, reason="x", by=people["clerk"], on=DAY).code == "already_withdrawn"
    again = publish_rating(task=rating.task, by=people["leader"], on=date(2020, 12, 2))
    assert (again.slug, again.version) == (first.slug, 2)
    assert latest(first.slug) == again
    assert [row.pk for row in versions(again)] == [first.pk]


def test_others_do_not_withdraw(people):
    row = publish_rating(task=make_rating(people).task, by=people["leader"], on=DAY)

    with pytest.raises(NotAllowed):
        withdraw(publication=row, reason="x", by=office()["leader"], on=DAY)


@pytest.mark.rule("R-45")
@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("联系 13812345678 的项目", "PHONE"),
        ("联系 138-1234-5678", "PHONE"),
        ("电话０５３１－８８８８８８８８", "PHONE"),
        ("经办 11010519491231002X 项目", "ID_NUMBER"),
    ],
)
def test_personal_data_refuses_and_names_the_place(people, title, kind):
    rating = make_rating(people, task=make_task(people, title=title))

    found = refusal(publish_rating, task=rating.task, by=people["leader"], on=DAY)

    assert (found.code, found.facts) == ("personal_data", {"place": "title", "kind": kind})
    assert "1234567" not in found.message
    assert "19491231" not in found.message
    assert not Publication.objects.exists()


def test_reported_report_moves_on_to_published(people):
    rating = make_rating(people, task=make_task(people, report_track="REPORTED"))

    publish_rating(task=rating.task, by=people["leader"], on=DAY)

    rating.task.refresh_from_db()
    assert rating.task.report_track == "PUBLISHED"


@pytest.mark.parametrize("status", sorted(set(DrawStatus) - {DrawStatus.DRAWN, DrawStatus.VOID}))
def test_draw_is_published_only_after_it_is_over(people, status):
    draw = make_draw(people, status=status)

    assert refusal(publish_draw, draw=draw, by=people["clerk"], on=DAY).code == "not_drawn"
    assert not publishable_draws(people["clerk"]).exists()


def test_draw_names_nobody_before_the_review_is_over(people):
    case = DrawCase(size=12).draw()
    named = case.record(openings=[case.opening(case.panel[0])])

    early = make_draw(people, record=named, re_review_status=ReReviewStatus.REVIEWING)
    late = make_draw(people, record=named, re_review_status=ReReviewStatus.DONE)

    assert refusal(publish_draw, draw=early, by=people["clerk"], on=DAY).code == "names_too_early"
    assert publish_draw(draw=late, by=people["clerk"], on=DAY).body["record"] == named


def test_changed_record_replaces_the_copy(people):
    case = DrawCase(size=12).draw()
    draw = make_draw(people, record=case.record())
    first = publish_draw(draw=draw, by=people["clerk"], on=DAY)
    assert refusal(publish_draw, draw=draw, by=people["clerk"], on=DAY).code == "already_published"

    draw.record = case.again(case.panel[0]).record()
    draw.save()
    second = publish_draw(draw=draw, by=people["clerk"], on=DAY)

    assert (second.slug, second.version) == (first.slug, 2)
    assert latest(first.slug) == second
    assert [row.withdrawn_at is not None for row in versions(second)] == [True]


def test_others_do_not_publish_draws(people):
    with pytest.raises(NotAllowed):
        publish_draw(draw=make_draw(people), by=office()["leader"], on=DAY)


def test_certificate_is_known_by_its_code_only_once_published(people):
    bureau = people["bureau"]
    person = Person.objects.create(bureau=bureau, name="许知远")
    course = Course.objects.create(bureau=bureau, title="绩效评价实务", audience="FIRM", hours_tenths=60)
    session = Session.objects.create(course=course, held_on=date(2020, 7, 23), place="演示会议室")
    attendance = Attendance.objects.create(session=session, person=person, hours_tenths=60, recorded_by=people["clerk"])
    issued = Certificate.objects.create(attendance=attendance, code="GP-2020-ABCD", issued_on=DAY)

    assert certificate("GP-2020-ABCD") == certificate("GP-0000-0000")
    assert list(publishable_certificates(people["clerk"])) == [issued]
    row = publish_certificate(certificate=issued, by=people["clerk"], on=DAY)

    assert certificate(" gp-2020-abcd ").is_valid
    assert "许知远" not in row.text
    assert row.body["holder"] == "许**"
    assert latest(row.slug) is None
    withdraw(publication=row, reason="签到有误", by=people["clerk"], on=DAY)
    assert (certificate("GP-2020-ABCD").is_valid, certificate("GP-2020-ABCD").withdrawn_reason) == (False, "签到有误")
    assert certificate("").publication is None
    with pytest.raises(NotAllowed):
        publish_certificate(certificate=issued, by=UserFactory(bureau=bureau, role=Role.EXPERT), on=DAY)


def test_publication_approval_also_counts(people):
    rating = make_rating(people, approved=False)
    approve(rating, people, kind="PUBLICATION")

    assert publish_rating(task=rating.task, by=people["clerk"], on=DAY)
