"""The bureau's pages of a re-review: open, call, enter for others (代录), return, sign, fees. Others' are not there."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from assignments.enums import AssignmentStatus, ReReviewStatus, TaskStatus
from assignments.models import Assignment, ReReviewTask
from assignments.services.assignments import log_call
from foundation.accounts.enums import Role
from foundation.core import clock
from reviews.enums import OpinionStatus
from reviews.models import ExpertFeedback, FeeSheet, Opinion, PanelOpinion
from reviews.services import draft_panel_opinion
from tests.factories.assignments import (
    ExpertAssignmentFactory,
    PlanFactory,
    ReReviewFactory,
    TaskFactory,
)
from tests.factories.foundation import UserFactory, office
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


def address(name, panel, place=0):
    return reverse(f"pages:{name}", args=[panel.seats[place].pk])


def page_of(panel):
    return reverse("pages:re-review", args=[panel.review.number])


def seat_of(panel, place=0):
    return Assignment.objects.get(pk=panel.seats[place].pk)


@pytest.mark.parametrize("count", [1, 3, 60])
def test_list_costs_at_most_eight_queries(client, count, django_assert_max_num_queries):
    plan = PlanFactory()
    for _place in range(count):
        ReReviewFactory(evaluation__plan=plan)
    desk(client, office(plan.bureau)["clerk"])
    client.get(reverse("pages:re-reviews"))

    with django_assert_max_num_queries(8):
        page = client.get(reverse("pages:re-reviews"))

    assert len(page.context["object_list"]) == min(count, 50)


def test_empty_list_says_what_to_do_first(client):
    assert "组织" in text(desk(client, office()["clerk"]).get(reverse("pages:re-reviews")))


def test_the_whole_panel_is_told_in_one_step_and_once(client):
    panel = Panel(STATUS.DRAWN, ReReviewStatus.PANEL_READY)
    url = reverse("pages:re-review-notify", args=[panel.review.number])
    desk(client, panel.clerk)
    assert url in text(client.get(page_of(panel)))
    assert text(client.get(url))

    assert client.post(url).status_code == 302

    assert {seat_of(panel, place).status for place in range(len(panel.seats))} == {STATUS.NOTIFIED}
    assert url not in text(client.get(page_of(panel)))
    again = client.post(url)
    assert again.status_code == 409
    assert "均已通知" in again.content.decode()


def test_one_seat_is_told_by_who_commissions_only(client):
    panel = Panel(STATUS.DRAWN, ReReviewStatus.PANEL_READY)
    url = address("seat-notify", panel)
    leader = UserFactory(bureau=panel.review.bureau, role=Role.BUREAU_LEADER)
    assert desk(client, leader).post(url).status_code == 403
    assert seat_of(panel).status == STATUS.DRAWN
    desk(client, panel.clerk)
    assert text(client.get(url))

    assert client.post(url).status_code == 302

    assert (seat_of(panel).status, seat_of(panel, 1).status) == (STATUS.NOTIFIED, STATUS.DRAWN)
    assert client.post(url).status_code == 409


@pytest.mark.parametrize("extra", [0, 4])
def test_page_costs_the_same_for_many_calls_and_seats(client, panel, extra, django_assert_max_num_queries):
    for _place in range(extra):
        ExpertAssignmentFactory(re_review=panel.review, status=STATUS.DECLINED)
    desk(client, panel.clerk)
    client.get(page_of(panel))

    with django_assert_max_num_queries(16):
        shown = text(client.get(page_of(panel)))

    assert panel.seats[0].expert.person.name in shown


def test_review_is_opened_from_its_task(client):
    task = TaskFactory(status=TaskStatus.SUBMITTED)
    desk(client, office(task.bureau)["clerk"])
    url = reverse("pages:re-review-open", args=[task.number])
    day = (clock.today() + timedelta(days=10)).isoformat()
    assert text(client.get(url))
    given = {"kind": "REPORT", "panel_size": "3", "due_on": day, "place": "第一会议室"}
    assert client.post(url, given | {"panel_size": "4"}).status_code == 422
    assert client.post(url, given | {"due_on": "2019-01-01"}).status_code == 409
    refused = client.post(url, given | {"panel_size": "5", "office_members": "张三，李四"})
    assert (refused.status_code, list(refused.context["form"].errors)) == (409, ["office_members"])
    assert not ReReviewTask.objects.exists()

    done = client.post(url, given | {"panel_size": "5", "office_members": "张三"})

    row = ReReviewTask.objects.get()
    assert (row.panel_size, row.office_members) == (4, ["张三"])
    assert "张三" in text(client.get(done["Location"]))
    assert done["Location"] == reverse("pages:re-review", args=[row.number])
    assert "第一会议室" in text(client.get(done["Location"]))


def test_call_is_logged_and_answered_in_two_clicks(client):
    panel = Panel(STATUS.DRAWN, ReReviewStatus.PANEL_READY)
    desk(client, panel.clerk)
    assert address("call", panel) in text(client.get(page_of(panel)))

    assert client.post(address("call", panel), {"outcome": "ACCEPTED", "words": ""}).status_code == 302
    client.post(address("call", panel, 1), {"outcome": "DECLINED", "reason": "ILLNESS", "words": "住院"})

    assert (seat_of(panel).status, seat_of(panel).calls.get().entered_by) == (STATUS.ACCEPTED, panel.clerk)
    assert (seat_of(panel, 1).status, seat_of(panel, 1).decline_counts) == (STATUS.DECLINED, False)
    assert "住院" in text(client.get(page_of(panel)))


def test_giving_up_needs_two_unanswered_calls(client):
    panel = Panel(STATUS.DRAWN, ReReviewStatus.PANEL_READY)
    desk(client, panel.clerk)
    given = {"outcome": "NO_ANSWER", "words": "", "gives_up": "on"}
    assert client.post(address("call", panel), given).status_code == 409
    assert seat_of(panel).calls.count() == 0

    log_call(assignment=seat_of(panel), outcome="NO_ANSWER", words="", by=panel.clerk, at=AT)

    assert client.post(address("call", panel), given).status_code == 302
    assert seat_of(panel).status == STATUS.NO_ANSWER


def test_review_begins_when_all_have_declared(client):
    panel = Panel(STATUS.ACCEPTED, ReReviewStatus.PANEL_READY)
    desk(client, panel.clerk)
    begin = reverse("pages:re-review-begin", args=[panel.review.number])
    assert begin not in text(client.get(page_of(panel)))
    assert client.post(begin).status_code == 409
    for place in range(3):
        assert client.post(address("declare-for", panel, place), {"has_conflict": "no"}).status_code == 302

    assert begin in text(client.get(page_of(panel)))
    assert client.post(begin).status_code == 302

    panel.review.refresh_from_db()
    assert panel.review.status == ReReviewStatus.REVIEWING


def test_drafts_stay_with_their_writers(client, panel):
    row = panel.draft(0)
    desk(client, panel.clerk)

    shown = text(client.get(page_of(panel)))

    assert "结论0" not in shown
    assert reverse("pages:opinion", args=[row.pk]) not in shown
    assert client.get(reverse("pages:opinion", args=[row.pk])).status_code == 404
    done = panel.submit(0)
    assert "结论0" in text(client.get(reverse("pages:opinion", args=[done.pk])))


@pytest.mark.rule("R-36")
def test_opinion_goes_back_once_for_a_defect_of_the_list(client, panel):
    row = panel.submit(0)
    desk(client, panel.clerk)
    url = reverse("pages:opinion-return", args=[row.pk])
    assert client.post(url, {"defect": "TOO_LOW"}).status_code == 422
    assert Opinion.objects.get().status == OpinionStatus.SUBMITTED

    assert client.post(url, {"defect": "MISSING_PAGE"}).status_code == 302

    assert Opinion.objects.get().status == OpinionStatus.RETURNED
    panel.submit(0)
    assert client.post(url, {"defect": "MISSING_PAGE"}).status_code == 409
    assert url not in text(client.get(reverse("pages:opinion", args=[row.pk])))


def test_paper_opinion_is_entered_with_its_scan(client, panel):
    desk(client, panel.clerk)
    given = {"conclusion": "纸质意见", "scan": SimpleUploadedFile("意见.png", picture(), content_type="image/png")}
    for item in panel.items:
        given[f"score-{item.code}"] = str(item.weight_hundredths / 100)
    assert text(client.get(address("opinion-for", panel)))

    assert client.post(address("opinion-for", panel), given).status_code == 302

    row = Opinion.objects.get()
    assert (row.status, row.entered_by, row.conclusion) == (OpinionStatus.SUBMITTED, panel.clerk, "纸质意见")


@pytest.mark.edge("E38")
def test_recusal_frees_the_seat_and_voids_the_opinion(client, panel):
    row = panel.submit(0)
    desk(client, panel.clerk)

    assert "本人书面材料" in client.post(address("recuse", panel), {"words": "曾任该单位顾问"}).content.decode()
    letter = SimpleUploadedFile("回避申请.png", picture(), content_type="image/png")
    assert client.post(address("recuse", panel), {"words": "曾任该单位顾问", "act": letter}).status_code == 302

    row.refresh_from_db()
    assert (seat_of(panel).status, row.status) == (STATUS.VOID, OpinionStatus.VOID)
    assert "曾任该单位顾问" in text(client.get(page_of(panel)))


def test_leader_is_named(client, panel):
    desk(client, panel.clerk)
    assert address("panel-leader", panel, 1) in text(client.get(page_of(panel)))

    assert client.post(address("panel-leader", panel, 1)).status_code == 302

    assert list(Assignment.objects.filter(is_leader=True)) == [panel.seats[1]]


def test_panel_speaks_signs_is_judged_and_paid(client, panel):
    for place in range(3):
        panel.submit(place)
    desk(client, panel.clerk)
    draft = reverse("pages:panel-draft", args=[panel.review.number])
    assert draft in text(client.get(page_of(panel)))
    assert client.post(draft, {"words": "基本可用", "asked": "", "supported": ""}).status_code == 302
    for place in range(3):
        assert client.post(address("panel-sign-for", panel, place), {"agrees": "yes"}).status_code == 302
    assert client.post(address("expert-feedback", panel), {"points": "95", "words": "迟到一次"}).status_code == 302
    fees = reverse("pages:fees-draft", args=[panel.review.number])
    assert fees in text(client.get(page_of(panel)))
    given = {"month": clock.today().isoformat(), "half_days": "1", "day_yuan": "1600"}
    assert client.post(fees, given).status_code == 302

    panel.review.refresh_from_db()
    assert panel.review.status == ReReviewStatus.DONE
    assert ExpertFeedback.objects.get().points == 95
    assert text(client.get(reverse("pages:fee-sheet", args=[FeeSheet.objects.get().pk])))


@pytest.mark.parametrize("name", ["call", "declare-for", "recuse", "opinion-for", "panel-leader", "expert-feedback"])
def test_seats_of_another_bureau_are_not_there(client, panel, name):
    elsewhere = UserFactory(role=Role.CLERK)

    assert desk(client, elsewhere).get(address(name, panel)).status_code == 404
    assert desk(client, panel.users[0]).get(address(name, panel)).status_code == 403


def test_pages_of_another_bureau_are_not_there(client, panel):
    row = panel.submit(0)
    draft = {"re_review": panel.review, "words": "可用", "at": AT}
    for place in (1, 2):
        panel.submit(place)
    draft_panel_opinion(**draft, by=panel.users[0])
    desk(client, UserFactory(role=Role.CLERK))
    urls = [page_of(panel), reverse("pages:opinion", args=[row.pk]), address("panel-sign-for", panel)]
    urls += [
        reverse(f"pages:{name}", args=[panel.review.number])
        for name in ("re-review-begin", "re-review-stop", "guest-add", "panel-draft", "fees-draft")
    ]

    assert {client.get(url).status_code for url in urls} == {404}
    assert panel.review.number not in text(client.get(reverse("pages:re-reviews")))
    assert PanelOpinion.objects.count() == 1


def test_reader_without_the_right_sees_no_steps(client, panel):
    supervisor = UserFactory(bureau=panel.task.bureau, role=Role.BUSINESS_SECTION)
    answer = desk(client, supervisor).get(page_of(panel))

    assert answer.status_code in {200, 403}
    assert address("recuse", panel) not in answer.content.decode()
    assert client.post(address("recuse", panel), {"words": "无权"}).status_code == 403
    assert seat_of(panel).status == STATUS.DECLARED
