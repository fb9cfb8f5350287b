"""The expert's pages: three accept, declare, read, write, hand in and sign by clicking; others' seats are not there."""

import io
from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

from assignments.enums import AssignmentStatus, DrawStatus, ReReviewStatus
from assignments.models import Assignment, Draw, DrawExclusion, ReReviewTask
from assignments.selectors.eligibility.words import OWN_FACTS, OWN_SENTENCES, REASONS
from experts.models import ExpertUndertaking, Unavailability
from faces.documents.dates import in_words
from foundation.accounts.enums import Role
from foundation.core import clock
from parties.models import Employment
from reviews.enums import OpinionStatus
from reviews.models import Opinion, PanelOpinion
from reviews.services import draft_panel_opinion, give_expert_feedback
from tests.factories.assignments import (
    DrawFactory,
    ExpertAssignmentFactory,
    ExpertFactory,
    PlanFactory,
    ReReviewFactory,
    expert_user,
)
from tests.factories.foundation import UserFactory
from tests.factories.panels import AT, Panel, picture

pytestmark = pytest.mark.django_db
STATUS = AssignmentStatus


@pytest.fixture
def panel():
    return Panel()


def desk(client, user):
    client.force_login(user)
    return client


def text(response, status=200):
    assert response.status_code == status
    return response.content.decode()


def home(client):
    return text(client.get(reverse("pages:expert-home")))


def address(name, panel, place=0, *more):
    return reverse(f"pages:{name}", args=[panel.seats[place].pk, *more])


def written(panel, share=0.9, **more):
    found = {"conclusion": "报告可用"}
    for item in panel.items:
        found[f"score-{item.code}"] = str(int(item.weight_hundredths * share) / 100)
        found[f"reason-{item.code}"], found[f"page-{item.code}"] = "依据不足", "2"
    found |= {"finding-page-1": "2", "finding-severity-1": "MAJOR", "finding-words-1": "表4-3数字不符"}
    return found | more


def scan():
    return SimpleUploadedFile("签名.png", picture(), content_type="image/png")


def test_three_experts_go_from_the_invitation_to_the_signature(client):
    panel = Panel(STATUS.NOTIFIED, ReReviewStatus.PANEL_READY)
    for place, user in enumerate(panel.users):
        desk(client, user)
        assert address("seat-answer", panel, place) in home(client)
        assert client.post(address("seat-answer", panel, place), {"answer": "yes"}).status_code == 302
        assert client.post(address("seat-declare", panel, place), {"has_conflict": "no"}).status_code == 302
    ReReviewTask.objects.filter(pk=panel.review.pk).update(status=ReReviewStatus.REVIEWING)
    for place, user in enumerate(panel.users):
        desk(client, user)
        assert address("reader", panel, place) in home(client)
        text(client.get(address("reader", panel, place)))
        done = client.post(address("reader", panel, place), written(panel, submit="1", scan=scan()))
        assert done.status_code == 302
    desk(client, panel.users[0])
    assert address("panel-write", panel) in home(client)
    assert client.post(address("panel-write", panel), {"words": "报告基本可用。"}).status_code == 302
    for place, user in enumerate(panel.users):
        desk(client, user)
        assert address("panel-sign", panel, place) in home(client)
        assert "报告基本可用。" in text(client.get(address("panel-sign", panel, place)))
        assert client.post(address("panel-sign", panel, place), {"agrees": "yes"}).status_code == 302

    panel.review.refresh_from_db()
    assert panel.review.status == ReReviewStatus.DONE
    assert set(Opinion.objects.values_list("status", flat=True)) == {OpinionStatus.SUBMITTED}


@pytest.mark.parametrize("status", ["NOTIFIED", "ACCEPTED"])
def test_names_follow_the_acceptance(client, status):
    panel = Panel(status, ReReviewStatus.PANEL_READY)
    desk(client, panel.users[0])
    names = (panel.task.title, panel.task.unit.organisation.name, panel.commission.firm.organisation.name)
    page = "seat-answer" if status == "NOTIFIED" else "seat-declare"

    shown = text(client.get(address(page, panel)))

    assert [name in shown for name in names] == [status == "ACCEPTED"] * 3
    assert panel.task.unit.organisation.name not in home(client)


def test_declining_needs_words_for_another_reason(client):
    panel = Panel(STATUS.NOTIFIED, ReReviewStatus.PANEL_READY)
    desk(client, panel.users[0])
    url = address("seat-answer", panel)

    assert client.post(url, {"answer": "no", "reason": "OTHER", "words": ""}).status_code == 409
    assert Assignment.objects.get(pk=panel.seats[0].pk).status == STATUS.NOTIFIED
    assert client.post(url, {"answer": "no", "reason": "ILLNESS"}).status_code == 302

    seat = Assignment.objects.get(pk=panel.seats[0].pk)
    assert (seat.status, seat.decline_counts) == (STATUS.DECLINED, False)


@pytest.mark.parametrize(
    "name", ["seat-answer", "seat-declare", "seat-recuse", "reader", "seat-report", "seat-print", "panel-sign"]
)
def test_seats_of_others_are_not_there(client, panel, name):
    for place in range(3):
        panel.submit(place)
    draft_panel_opinion(re_review=panel.review, words="可用", by=panel.users[0], at=AT)
    stranger = expert_user(ExpertAssignmentFactory(re_review=ReReviewFactory(evaluation=panel.task)).expert)
    for user in (stranger, panel.users[1]):
        assert desk(client, user).get(address(name, panel)).status_code == 404
    assert desk(client, panel.clerk).get(address(name, panel)).status_code == 403


def test_seat_that_was_not_told_is_not_there(client):
    panel = Panel(STATUS.DRAWN, ReReviewStatus.OPEN)
    desk(client, panel.users[0])

    assert client.get(address("seat-answer", panel)).status_code == 404
    assert address("seat-answer", panel) not in home(client)


def test_report_is_read_after_the_review_began(client, panel):
    ReReviewTask.objects.filter(pk=panel.review.pk).update(status=ReReviewStatus.PANEL_READY)
    desk(client, panel.users[0])

    assert client.get(address("reader", panel)).status_code == 404
    assert not Opinion.objects.exists()


def test_report_is_shown_page_by_page_and_as_the_file(client, panel):
    desk(client, panel.users[0])
    shown = text(client.get(address("reader", panel)))

    for number in (1, 2):
        assert address("seat-picture", panel, 0, number) in shown
        page = client.get(address("seat-picture", panel, 0, number))
        assert (page["Content-Type"], page.content[:3]) == ("image/jpeg", b"\xff\xd8\xff")
    assert client.get(address("seat-picture", panel, 0, 3)).status_code == 404
    assert client.get(address("seat-picture", panel, 0, 0)).status_code == 404
    assert client.get(address("seat-picture", panel, 1, 1)).status_code == 404
    report = client.get(address("seat-report", panel))
    assert b"".join(report.streaming_content).startswith(b"%PDF")


@pytest.mark.edge("E47")
def test_nothing_written_is_lost(client, panel):
    desk(client, panel.users[0])
    text(client.get(address("reader", panel)))
    first, second = panel.items[:2]
    half = {f"score-{first.code}": "3.5", f"score-{second.code}": "999", "conclusion": "写了一半"}

    kept = client.post(address("seat-keep", panel), half)

    assert kept.status_code == 422  # what is out of range stays on the page; the rest is kept
    opinion = Opinion.objects.get()
    assert (opinion.status, opinion.conclusion) == (OpinionStatus.DRAFT, "写了一半")
    assert opinion.scores.get(item=first).score_hundredths == 350
    assert opinion.scores.get(item=second).score_hundredths is None
    assert 'value="3.5"' in text(client.get(address("reader", panel)))
    good = client.post(address("seat-keep", panel), half | {f"score-{second.code}": "2"})
    assert (good.status_code, len(good.json()["saved"])) == (200, 5)

    client.logout()
    lost = client.post(address("seat-keep", panel), {"conclusion": ""})
    assert lost.status_code == 302
    opinion.refresh_from_db()
    assert opinion.conclusion == "写了一半"


def test_handing_in_says_what_is_missing_and_keeps_what_is_there(client, panel):
    desk(client, panel.users[0])
    url = address("reader", panel)
    text(client.get(url))

    assert client.post(url, written(panel, submit="1")).status_code == 422
    assert Opinion.objects.get().conclusion == "报告可用"
    missing = written(panel, submit="1", scan=scan()) | {f"score-{panel.items[0].code}": ""}
    assert client.post(url, missing).status_code == 409
    assert Opinion.objects.get().status == OpinionStatus.DRAFT
    assert client.post(url, written(panel, save="1")).status_code == 302


def test_opinion_that_is_in_shows_and_does_not_change(client, panel):
    opinion = panel.submit(0)
    desk(client, panel.users[0])

    shown = text(client.get(address("reader", panel)))
    client.post(address("reader", panel), written(panel, conclusion="改"))
    assert client.post(address("seat-keep", panel), {"conclusion": "改"}).status_code == 409

    opinion.refresh_from_db()
    assert (opinion.conclusion, "结论0" in shown, "<form" in shown) == ("结论0", True, False)
    paper = PdfReader(io.BytesIO(client.get(address("seat-print", panel)).content))
    printed = "".join(page.extract_text() for page in paper.pages)
    assert in_words(timezone.localdate(opinion.submitted_at)) in printed
    assert "未提交" not in printed


def test_home_counts_in_words_and_says_what_is_overdue(client, panel):
    client.cookies["gp_language"] = "en"
    desk(client, panel.users[0])

    with clock.standing_at(AT):
        before = home(client)
    ReReviewTask.objects.update(due_on=timezone.localdate(AT) - timedelta(days=1))
    with clock.standing_at(AT):
        after = home(client)

    assert "1 thing waits for you" in before
    assert "st-over" not in before
    assert "st-over" in after


def test_no_page_shows_another_opinion_before_the_own_one_is_in(client, panel):
    panel.submit(0)
    desk(client, panel.users[1])

    shown = home(client) + text(client.get(address("reader", panel, 1)))

    assert "结论0" not in shown
    assert "问题0" not in shown


def test_leader_is_asked_to_draft_only_when_all_are_in(client, panel):
    panel.submit(0)
    desk(client, panel.users[0])
    assert address("panel-write", panel) not in home(client)
    assert client.post(address("panel-write", panel), {"words": "可用"}).status_code == 409
    assert not PanelOpinion.objects.exists()
    assert desk(client, panel.users[1]).get(address("panel-write", panel, 1)).status_code == 404


def test_dissent_needs_words(client, panel):
    for place in range(3):
        panel.submit(place)
    row = draft_panel_opinion(re_review=panel.review, words="可用", by=panel.users[0], at=AT)
    desk(client, panel.users[1])
    url = address("panel-sign", panel, 1)

    assert client.post(url, {"agrees": "no", "dissent": ""}).status_code == 409
    assert not row.signatures.exists()
    assert client.post(url, {"agrees": "no", "dissent": "建议不具体"}).status_code == 302
    assert row.signatures.get().dissent == "建议不具体"


def test_stepping_back_voids_seat_and_opinion(client, panel):
    opinion = panel.submit(0)
    desk(client, panel.users[0])

    assert client.post(address("seat-recuse", panel), {"words": "曾任顾问"}).status_code == 302

    opinion.refresh_from_db()
    assert opinion.status == OpinionStatus.VOID
    assert client.get(address("reader", panel)).status_code == 404


@pytest.mark.rule("R-24")
def test_feedback_is_answered_by_its_expert(client, panel):
    Assignment.objects.filter(pk=panel.seats[0].pk).update(status=STATUS.SIGNED)
    seat = Assignment.objects.get(pk=panel.seats[0].pk)
    day = clock.today()
    row = give_expert_feedback(assignment=seat, points=80, words="迟到一次", by=panel.clerk, on=day)
    url = reverse("pages:feedback-answer", args=[row.pk])
    assert desk(client, panel.users[1]).get(url).status_code == 404
    desk(client, panel.users[0])
    assert url in home(client)

    assert client.post(url, {"words": "因道路封闭"}).status_code == 302

    row.refresh_from_db()
    assert (row.answer, row.answered_on) == ("因道路封闭", day)


@pytest.mark.parametrize("count", [1, 3, 9])
def test_home_costs_the_same_for_many_seats(client, count, django_assert_max_num_queries):
    expert = ExpertFactory()
    plan = PlanFactory(bureau=expert.bureau)
    for _place in range(count):
        review = ReReviewFactory(evaluation__plan=plan, status=ReReviewStatus.REVIEWING)
        ExpertAssignmentFactory(re_review=review, expert=expert, status=STATUS.DECLARED)
    desk(client, expert_user(expert))
    home(client)

    with django_assert_max_num_queries(12):
        page = client.get(reverse("pages:expert-home"))

    assert len(page.context["waiting"]) == count


def test_own_record_is_kept_by_the_expert(client):
    expert = ExpertFactory()
    user = expert_user(expert)
    desk(client, user)
    today = clock.today()
    assert expert.number in text(client.get(reverse("pages:expert-record")))

    work = {"employer": "演示设计院", "kind": "EMPLOYEE", "title": "总工", "started_on": "2015-01-01"}
    assert client.post(reverse("pages:expert-employment"), work).status_code == 302
    away = {"started_on": today.isoformat(), "ended_on": (today + timedelta(days=3)).isoformat(), "words": "出差"}
    assert client.post(reverse("pages:expert-absence"), away).status_code == 302
    assert client.post(reverse("pages:expert-undertaking")).status_code == 302
    wrong = away | {"ended_on": (today - timedelta(days=3)).isoformat()}
    assert client.post(reverse("pages:expert-absence"), wrong).status_code == 409
    future = work | {"started_on": (today + timedelta(days=3)).isoformat()}
    assert client.post(reverse("pages:expert-employment"), future).status_code == 409

    assert list(Employment.objects.values_list("organisation__name", "started_on")) == [
        ("演示设计院", date(2015, 1, 1))
    ]
    assert Unavailability.objects.get().expert == expert
    assert ExpertUndertaking.objects.get().year == today.year
    shown = text(client.get(reverse("pages:expert-record")))
    assert "演示设计院" in shown
    assert "出差" in shown


@pytest.mark.parametrize("name", ["expert-home", "expert-record", "expert-employment", "expert-left-out"])
def test_desk_is_for_experts(client, name):
    for role in (Role.CLERK, Role.FIRM_ADMIN, Role.UNIT):
        assert desk(client, UserFactory(role=role)).get(reverse(f"pages:{name}")).status_code == 403
    client.logout()
    assert client.get(reverse(f"pages:{name}")).status_code == 302


def left_out(panel, expert, code, fact, **more):
    draw = Draw.objects.filter(re_review=panel.review).first() or DrawFactory(
        task=None, re_review=panel.review, bureau=panel.task.bureau, created_by=panel.clerk, status=DrawStatus.DRAWN,
        commitment="0" * 64, frozen_at=datetime(2020, 9, 1, 2, tzinfo=UTC),
    )  # fmt: skip
    facts = {"message": fact}
    DrawExclusion.objects.create(
        draw=draw, expert=expert, code=code, facts=facts, source="济评〔2020〕3号第7条", **more
    )
    return draw


def test_expert_reads_why_he_was_not_drawn_only_when_the_review_is_over(client, panel):
    expert, other = ExpertFactory(bureau=panel.task.bureau), ExpertFactory(bureau=panel.task.bureau)
    draw = left_out(panel, expert, "cool_down", "2020年6月10日参加过该单位评审", free_on=date(2020, 9, 8))
    left_out(panel, other, "yearly_cap", "别人的事实")
    desk(client, expert_user(expert))
    address = reverse("pages:expert-left-out")
    for status in set(ReReviewStatus) - {ReReviewStatus.DONE}:
        ReReviewTask.objects.filter(pk=panel.review.pk).update(status=status)
        early = text(client.get(address))
        assert ("2020年6月10日" in early, "第7条" in early) == (False, False), status
    ReReviewTask.objects.filter(pk=panel.review.pk).update(status=ReReviewStatus.DONE)

    shown = text(client.get(address))

    assert "2020年6月10日参加过该单位评审" in shown
    assert all(word in shown for word in ("2020年9月1日", "2020年9月8日", "济评〔2020〕3号第7条"))
    assert "别人的事实" not in shown
    task = panel.task
    for word in (draw.number, panel.review.number, task.number, task.title, task.unit.organisation.name):
        assert word not in shown


@pytest.mark.parametrize(
    "code", ["unit_employer", "firm_employer", "firm_tie", "standing_recusal", "prior_work", "a_rule_of_tomorrow"]
)
def test_sentence_that_names_a_side_stays_hidden(client, panel, code):
    expert = ExpertFactory(bureau=panel.task.bureau)
    unit = panel.task.unit.organisation.name
    left_out(panel, expert, code, f"现在或曾经任职于被评价方：{unit}。", free_on=date(2023, 9, 8))
    ReReviewTask.objects.filter(pk=panel.review.pk).update(status=ReReviewStatus.DONE)

    shown = text(desk(client, expert_user(expert)).get(reverse("pages:expert-left-out")))

    assert "2023年9月8日" in shown
    assert unit not in shown


def test_every_rule_has_an_own_fact_or_a_harmless_sentence():
    impersonal = {"one_employer", "employer_of_pin", "group_of_pin", "no_such_seat", "forbidden"}  # of lists and pairs
    assert set(OWN_SENTENCES) | set(OWN_FACTS) == set(REASONS) - impersonal
    assert not set(OWN_SENTENCES) & set(OWN_FACTS)
