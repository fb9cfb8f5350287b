"""The pages of team and days on site: declared by the firm, sheets entered by the clerk, both see the comparison."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from delivery.enums import CommissionStatus
from delivery.models import Commission, SiteVisit, TeamMember
from foundation.core import clock
from tests.factories.admissions import picture
from tests.factories.assignments import TODAY, firm_user
from tests.factories.delivery import CommissionFactory

pytestmark = pytest.mark.django_db
DAY = TODAY + timedelta(days=10)


@pytest.fixture(autouse=True)
def day():
    with clock.standing_at(datetime(DAY.year, DAY.month, DAY.day, 10, tzinfo=ZoneInfo("Asia/Shanghai"))):
        yield


@pytest.fixture
def work(client):
    client.cookies["gp_language"] = "zh-hans"
    return CommissionFactory()


@pytest.fixture
def firm(work):
    return firm_user(work.firm)


def at(name, row):
    return reverse(f"pages:{name}", args=[row.task.number])


def sheet(name="签到表.png", content=None):
    return SimpleUploadedFile(name, content or picture(), content_type="image/png")


def shown(client, user, name, row):
    client.force_login(user)
    return client.get(at(name, row) + "?tab=site").content.decode()


@pytest.mark.edge("E29")
def test_firm_declares_clerk_enters_the_sheet_and_both_see_who_was_not_declared(client, work, firm):
    client.force_login(firm)
    done = client.post(at("firm-team", work), {"names": "张三，访谈\n李四，数据"})
    assert (done.status_code, done.url) == (302, at("firm-task", work) + "?tab=site")
    assert "张三，访谈" in client.get(at("firm-team", work)).content.decode()  # typed again from what stands

    client.force_login(work.task.clerk)
    given = {"visited_on": DAY.isoformat(), "place": "污水厂", "names": "张三\n王麻子", "sheet": sheet()}
    done = client.post(at("commission-visit", work), given)

    assert (done.status_code, done.url) == (302, at("commission", work) + "?tab=site")
    row = SiteVisit.objects.get()
    assert (row.names, row.place, TeamMember.objects.count()) == (["张三", "王麻子"], "污水厂", 2)
    for user, name in ((work.task.clerk, "commission"), (firm, "firm-task")):
        page = shown(client, user, name, work)
        assert all(text in page for text in ("王麻子", "未申报", "污水厂", "主评人未到场", "尚未签到")), name
        assert client.get(reverse("pages:file", args=[row.sheet_id])).status_code == 200
    assert "site-visits" not in page  # the firm makes no sheet void


@pytest.mark.edge("E29")
def test_wrong_sheet_is_made_void_with_its_reason(client, work):
    client.force_login(work.task.clerk)
    client.post(at("commission-visit", work), {"visited_on": DAY.isoformat(), "names": "王麻子", "sheet": sheet()})
    row = SiteVisit.objects.get()
    address = reverse("pages:site-visit-void", args=[row.pk])
    assert address in shown(client, work.task.clerk, "commission", work)
    assert "王麻子" in client.get(address).content.decode()

    assert client.post(address, {"words": "录错任务"}).status_code == 302

    page = shown(client, work.task.clerk, "commission", work)
    assert "录错任务" in page
    assert "王麻子" not in page
    assert client.get(address).status_code == 404


def test_clerk_enters_the_team_for_the_firm_and_a_refusal_stands_beside_its_field(client, work):
    client.force_login(work.task.clerk)

    assert client.post(at("commission-team", work), {"names": "张三"}).status_code == 302
    refused = client.post(at("commission-team", work), {"names": "很" * 61})
    bad = client.post(
        at("commission-visit", work), {"visited_on": DAY.isoformat(), "names": "甲", "sheet": sheet("a.exe")}
    )

    assert (refused.status_code, bad.status_code) == (409, 409)
    assert [row.name for row in TeamMember.objects.all()] == ["张三"]
    assert not SiteVisit.objects.exists()


def test_others_find_nothing(client, work, firm):
    other = CommissionFactory()
    client.force_login(firm)
    assert client.get(at("firm-team", other)).status_code == 404
    assert client.get(at("commission-visit", work)).status_code in {302, 403, 404}
    client.force_login(other.task.clerk)
    assert client.get(at("commission-visit", work)).status_code == 404
    Commission.objects.filter(pk=work.pk).update(status=CommissionStatus.SENT)
    client.force_login(firm)
    assert client.get(at("firm-team", work)).status_code == 404
