"""Today: what is dated, what waits grouped by kind, and where each line leads."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from desk.selectors import Line
from faces.pages.bureau.today_words import dated, waiting
from foundation.accounts.enums import Role
from foundation.core import clock
from tests.factories.assignments import PlanFactory, TaskFactory
from tests.factories.foundation import UserFactory, office

DAY = date(2020, 12, 21)


def test_things_of_one_kind_stand_under_one_heading_each_with_its_address():
    lines = [Line("PUBLISH_DRAW", "publish-draw", f"D{n}", f"task {n}") for n in range(5)]
    lines.insert(1, Line("CONFIRM_RATING", "rating", "T1", "one rating"))

    draws, rating = waiting(lines, year=2020)

    assert (draws["when"], draws["url"]) == (5, reverse("pages:publications-ready"))
    assert [one["url"] for one in (*draws["each"], *draws["more"])] == [
        reverse("pages:publish-draw", args=[f"D{n}"]) for n in range(5)
    ]
    assert len(draws["each"]) == 3
    assert (rating["when"], rating["step_url"]) == (1, reverse("pages:rating", args=["T1"]))


def test_approvals_of_two_kinds_keep_two_headings():
    lines = [Line("APPROVAL", "approval", str(n), "x", status=kind) for n, kind in enumerate(("LETTER", "RATING"))]

    assert [line["when"] for line in waiting(lines, year=2020)] == [1, 1]


def test_rectification_leads_to_the_page_of_its_task():
    (line,) = waiting([Line("CHECK_RECTIFICATION", "rectification", "T1", "x")], year=2020)

    assert line["step_url"] == reverse("pages:task-results", args=["T1"])


@pytest.mark.parametrize(
    ("on", "under"),
    [(DAY, "今天"), (DAY + timedelta(days=2), "星期三"), (date(2020, 9, 30), "9月"), (date(2019, 9, 3), "2019.9")],
)
def test_day_below_the_number_does_not_repeat_it(on, under):
    assert dated(Line("REPORT_DUE", "task", "T1", "x", on=on, days=(on - DAY).days), DAY, year=2020)["under"] == under


@pytest.mark.django_db
def test_page_folds_what_is_beyond_six_and_loses_nothing(client):
    people = office()
    plan = PlanFactory(bureau=people["bureau"])
    late = clock.today() - timedelta(days=30)
    tasks = [TaskFactory(plan=plan, status="FIELDWORK", due_on=late) for _turn in range(8)]
    client.force_login(people["clerk"])

    page = client.get(reverse("pages:bureau-home"))

    shown = page.content.decode()
    assert (len(page.context["overdue"]), len(page.context["overdue_more"])) == (6, 2)
    assert all(reverse("pages:task", args=[task.number]) in shown for task in tasks)
    assert page.context["title"].startswith("今日：逾期8项，待您办理")
    assert "executor=FIRM" in shown


@pytest.mark.django_db
def test_who_reads_only_his_own_units_is_led_to_their_tasks(client):
    people = office()
    PlanFactory(bureau=people["bureau"])
    client.force_login(UserFactory(bureau=people["bureau"], role=Role.BUSINESS_SECTION))

    page = client.get(reverse("pages:bureau-home")).content.decode()

    assert "查看归口单位的任务" in page
    assert "发起抽取" not in page
    assert reverse("pages:plan") in page
