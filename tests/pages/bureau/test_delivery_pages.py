"""The bureau's pages of delivery: what the checks found, clock-stops that another decides, payments in their order."""

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from assignments.enums import TaskStatus
from delivery.enums import CheckCode, ClockStatus, InstalmentStatus, VersionKind, VersionStatus
from delivery.models import ClockStop, Instalment, ReportVersion
from foundation.accounts.enums import Role
from foundation.audit.models import Entry
from foundation.core import clock
from tests.delivery.test_versions import PLANTED, PNG, UNIT, hand_in, report
from tests.factories.assignments import UnitFactory, firm_user
from tests.factories.delivery import NOW, CommissionFactory
from tests.factories.foundation import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _moment():
    with clock.standing_at(NOW):
        yield


@pytest.fixture
def work():
    return CommissionFactory(
        task__plan__bureau__name="济南市历城区财政局",
        task__unit__organisation__name=UNIT,
        task__title="唐冶新区污水处理厂",
        lead_evaluator__person__name="赵䶮",
    )


@pytest.fixture
def desk(client, work):
    client.force_login(work.task.clerk)
    return client


def at(name, *args):
    return reverse(f"pages:{name}", args=args)


def text(page):
    assert page.status_code == 200, page.status_code
    return page.content.decode()


@pytest.mark.parametrize("fault", ["head", "total", "weights", "signer", "unit"])
def test_version_page_names_what_the_checks_found(desk, work, fault):
    facts, code = PLANTED[fault]
    UnitFactory(bureau=work.task.bureau, organisation__name="济南市历城区城乡水务局")
    version = hand_in(work, VersionKind.SUBMITTED, status=TaskStatus.COMMENTS, content=report(**facts))

    page = text(desk.get(at("version", version.pk)))

    assert str(code.label) in page
    assert sum(str(other.label) in page for other in CheckCode) == 1


def test_clean_version_says_so_and_leads_on(desk, work):
    plan = hand_in(work, VersionKind.WORK_PLAN, status=TaskStatus.COMMISSIONED)

    page = text(desk.get(at("version", plan.pk)))

    assert at("unit-notify", work.task.number) in page
    assert at("version-return", plan.pk) in page
    assert plan.sha256[:8] in page


def test_return_without_words_is_refused_and_half_written_words_are_kept(desk, work):
    plan = hand_in(work, VersionKind.WORK_PLAN, status=TaskStatus.COMMISSIONED)
    url = at("version-return", plan.pk)
    desk.post(at("draft", f"version-return-{plan.pk}"), {"words": "写明访谈"})
    before = Entry.objects.count()

    assert desk.post(url, {"words": ""}).status_code == 422

    plan.refresh_from_db()
    assert (plan.status, Entry.objects.count()) == (VersionStatus.RECEIVED, before)
    assert "写明访谈" in text(desk.get(url))


def test_version_and_commission_of_another_bureau_are_not_found(client, work):
    version = hand_in(work, VersionKind.WORK_PLAN, status=TaskStatus.COMMISSIONED)
    client.force_login(UserFactory(role=Role.CLERK))

    for page in (at("version", version.pk), at("commission", work.task.number), at("deliver", work.task.number)):
        assert client.get(page).status_code == 404, page
    posted = client.post(at("version-return", version.pk), {"words": "退回"})
    version.refresh_from_db()
    assert (posted.status_code, version.status) == (404, VersionStatus.RECEIVED)


def test_hostile_file_is_refused_at_the_bureau_desk_too(desk, work):
    given = {"kind": "WORK_PLAN", "file": SimpleUploadedFile("方案.pdf", b"MZ")}

    page = desk.post(at("deliver", work.task.number), given)

    assert (page.status_code, ReportVersion.objects.count()) == (409, 0)
    assert page.context["form"].errors["file"]


@pytest.mark.rule("R-29")
def test_clock_stop_of_the_firm_is_granted_and_own_request_is_not(client, work):
    days = {"started_on": "2020-06-03", "ended_on": "2020-06-05", "reason": "等资料"}
    clerk, firm = work.task.clerk, firm_user(work.firm)
    client.force_login(firm)
    client.post(at("firm-clock-stop", work.task.number), days | {"proof": SimpleUploadedFile("函.png", PNG)})
    client.force_login(clerk)
    client.post(at("clock-stop-ask", work.task.number), days | {"proof": SimpleUploadedFile("函.png", PNG)})
    theirs, own = ClockStop.objects.order_by("pk")

    tab = at("commission", work.task.number) + "?tab=clock"
    assert at("clock-stop", theirs.pk) in text(client.get(tab))
    denied = client.post(at("clock-stop", theirs.pk), {"decision": "deny", "words": ""})
    refused = client.post(at("clock-stop", own.pk), {"decision": "grant", "words": ""})
    theirs.refresh_from_db()
    own.refresh_from_db()
    assert (denied.status_code, theirs.status) == (409, ClockStatus.ASKED)
    assert (refused.status_code, own.status) == (403, ClockStatus.ASKED)

    assert client.post(at("clock-stop", theirs.pk), {"decision": "grant", "words": ""}).status_code == 302
    theirs.refresh_from_db()
    assert (theirs.status, theirs.decided_by) == (ClockStatus.GRANTED, clerk)
    assert client.post(at("clock-stop", theirs.pk), {"decision": "deny", "words": "晚了"}).status_code == 409


@pytest.mark.rule("R-32")
def test_instalments_never_exceed_the_contract_nor_skip_a_step(desk, work):
    url = at("instalments-plan", work.task.number)
    assert desk.post(url, {"percents": "60 60"}).status_code == 409
    assert desk.post(url, {"percents": "half"}).status_code == 422
    assert not Instalment.objects.exists()

    assert desk.post(url, {"percents": "70 30"}).status_code == 302
    first = Instalment.objects.get(position=1)
    skipped = desk.post(at("instalment-step", first.pk, "pay"), {})
    unknown = desk.post(at("instalment-step", first.pk, "steal"), {})

    first.refresh_from_db()
    assert (skipped.status_code, unknown.status_code, first.status) == (409, 404, InstalmentStatus.PLANNED)


def test_letter_can_be_looked_at_before_it_is_drafted_and_keeps_nothing(desk, work):
    type(work).objects.filter(pk=work.pk).update(ended_on=date(2020, 6, 1), status="ENDED")
    type(work.task).objects.filter(pk=work.task_id).update(status=TaskStatus.RECUSAL_CONFIRMED)
    url = at("commission-preview", work.task.number)
    before = Entry.objects.count()

    bare = desk.post(url)
    terms = {"lead_evaluator": work.lead_evaluator_id, "fee": "14", "due_on": "2020-09-30"}
    shown = desk.post(url, terms)

    assert bare.status_code == 422
    assert (shown.status_code, shown["Content-Type"], shown.content[:5]) == (200, "application/pdf", b"%PDF-")
    assert "no-store" in shown["Cache-Control"]
    assert Entry.objects.count() == before
