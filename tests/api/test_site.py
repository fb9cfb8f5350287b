"""The declared team and the days on site over the API."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from delivery.models import SiteVisit
from foundation.core import clock
from tests.factories.admissions import picture
from tests.factories.assignments import TODAY, ExpertFactory, expert_user, firm_user
from tests.factories.delivery import NOW, CommissionFactory
from tests.factories.disclosure import make_firm

pytestmark = [pytest.mark.django_db, pytest.mark.edge("E29")]


@pytest.fixture(autouse=True)
def _moment():
    with clock.standing_at(NOW):
        yield


@pytest.fixture
def row():
    return CommissionFactory()


def post(client, by, row, verb, given, **more):
    client.force_login(by)
    return client.post(f"/api/v1/commissions/{row.pk}/{verb}/", given, **more)


def sheet():
    return SimpleUploadedFile("签到.png", picture(), content_type="image/png")


def visited(client, row, by=None):
    given = {"visited_on": TODAY.isoformat(), "names": ["张三", "王麻子"], "sheet": sheet()}
    return post(client, by or row.task.clerk, row, "record-visit", given)


def team(client, row, by):
    given = {"members": [{"name": "张三", "duty": "访谈"}, {"name": "李四"}]}
    return post(client, by, row, "declare-team", given, content_type="application/json")


def test_firm_declares_clerk_enters_and_both_read_the_comparison(client, row):
    firm = firm_user(row.firm)

    assert team(client, row, firm).status_code == 200
    assert visited(client, row).status_code == 200

    for reader in (firm, row.task.clerk):
        client.force_login(reader)
        body = client.get(f"/api/v1/commissions/{row.pk}/site/").json()
        assert [(one["name"], one["duty"]) for one in body["team"]] == [("张三", "访谈"), ("李四", "")]
        (day,) = body["days"]
        assert (day["declared"], day["not_declared"], day["lead_came"]) == (["张三"], ["王麻子"], False)
        assert body["never_seen"] == [row.lead_evaluator.person.name, "李四"]
        assert (body["not_staff"], body["is_doubtful"], body["former"]) == (["张三", "李四"], True, [])


def test_sheet_is_made_void_by_the_clerk_on_its_own_commission_only(client, row):
    visited(client, row)
    other = CommissionFactory(task__plan=row.task.plan, task__bureau=row.task.bureau, task__clerk=row.task.clerk)
    given = {"visit": SiteVisit.objects.get().pk, "words": "录错任务"}
    json = {"content_type": "application/json"}

    codes = [
        post(client, row.task.clerk, other, "void-visit", given, **json).status_code,
        post(client, firm_user(row.firm), row, "void-visit", given, **json).status_code,
        post(client, row.task.clerk, row, "void-visit", given, **json).status_code,
        post(client, row.task.clerk, row, "void-visit", given, **json).status_code,
    ]

    assert codes == [404, 403, 200, 409]
    assert client.get(f"/api/v1/commissions/{row.pk}/site/").json()["days"] == []


def test_others_write_and_read_nothing(client, row):
    stranger = firm_user(make_firm(row.task.bureau))
    foreign = CommissionFactory().task.clerk

    codes = [
        team(client, row, stranger).status_code,
        visited(client, row, firm_user(row.firm)).status_code,
        visited(client, row, foreign).status_code,
    ]
    for reader in (stranger, foreign, expert_user(ExpertFactory(bureau=row.task.bureau))):
        client.force_login(reader)
        codes.append(client.get(f"/api/v1/commissions/{row.pk}/site/").status_code)

    assert codes == [404, 403, 404, 404, 404, 403]
    assert not SiteVisit.objects.exists()
    assert not row.team.exists()
