"""Large files: checked and written by a job, with progress, stopped before they are written, done again when killed."""

from datetime import date, timedelta
from io import BytesIO
from zipfile import ZipFile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from evaluators.models import Firm
from faces.exchange import background, jobs
from faces.exchange.background import check_sent, write_sent
from faces.exchange.exporters import workbook
from faces.exchange.importing import dry_run
from faces.exchange.models import ImportRun, RunStatus
from faces.exchange.progress import Phase, Stopped, tell, told
from faces.exchange.rules import RULES
from faces.exchange.runs import check_file, confirm, name_columns, setting_of, stop
from foundation.accounts.enums import Role
from foundation.audit.models import Entry
from foundation.core import queue
from foundation.core.errors import TransitionRefused
from foundation.rulesets.selectors import rules_for
from parties.services import add_contact
from tests.factories.foundation import RuleSetFactory, RuleValueFactory, UserFactory

pytestmark = pytest.mark.django_db
DAY = date(2020, 6, 1)
HEADINGS = ("名录编号", "机构名称", "统一社会信用代码", "机构类型", "组织形式", "地址")
FIRST = ("JG1", "演示咨询有限公司", "91350100M000100Y43", "咨询机构", "公司", "演示路1号")
SECOND = ("JG2", "演示评估有限公司", "91110108551385082Q", "其他", "公司", "演示路2号")


@pytest.fixture
def clerk():
    return UserFactory(role=Role.CLERK)


@pytest.fixture
def waiting(settings, clerk):
    """Send every file to the background, where it waits until a test does the job."""
    settings.TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}
    rule_set = RuleSetFactory(bureau=clerk.bureau, effective_from=date(2000, 1, 1))
    RuleValueFactory(rule_set=rule_set, key="import_at_once_kb", value=0)


def book(*rows):
    return workbook([("机构", HEADINGS, rows)])


def check(clerk, *rows, content=None):
    content = content or book(*rows)
    return check_file(bureau=clerk.bureau, noun="firms", name="名录.xlsx", content=content, by=clerk, on=DAY)


def work():
    """Do what waits, as the worker does, who has a connection of his own."""
    while job := DBTaskResult.objects.filter(status="READY").order_by("enqueued_at").first():
        DBTaskResult.objects.filter(pk=job.pk).update(status="SUCCESSFUL")
        queue.run.call(*job.args_kwargs["args"])


@pytest.mark.rule("R-58")
def test_a_file_is_large_above_the_size_of_the_rule_set(clerk):
    small = check(clerk, FIRST)
    (rule,) = RULES
    rule_set = RuleSetFactory(bureau=clerk.bureau, effective_from=date(2000, 1, 1))
    RuleValueFactory(rule_set=rule_set, key="import_at_once_kb", value=small.file.size_bytes // 1024)

    assert (rule.default, small.status, Entry.objects.filter(action="exchange.checked").count()) == (128, "CHECKED", 1)
    assert rules_for(bureau=clerk.bureau, on=DAY).value("import_at_once_kb") == small.file.size_bytes // 1024
    assert [rule.check(size) for size in (-1, 0, 20_480, 20_481)] == [False, True, True, False]


@pytest.mark.usefixtures("waiting")
def test_a_large_file_is_checked_and_written_by_the_worker(clerk, client):
    client.force_login(clerk)
    upload = {"noun": "firms", "file": SimpleUploadedFile("名录.xlsx", book(FIRST, SECOND))}

    page = client.post(reverse("pages:import-new"), upload)

    run = ImportRun.objects.get()
    assert (page.status_code, run.status, told(run.pk).phase) == (302, "QUEUED", Phase.WAITING)
    shown = client.get(page.url).content.decode()
    assert "hx-get" in shown
    assert "可以离开本页" in shown
    part = client.get(reverse("pages:import-progress", args=[run.pk]))
    assert (part.status_code, "HX-Refresh" in part.headers) == (200, False)
    work()
    run.refresh_from_db()
    assert (run.status, run.rows, Firm.objects.count(), told(run.pk)) == ("CHECKED", 2, 0, None)
    assert client.get(reverse("pages:import-progress", args=[run.pk])).headers["HX-Refresh"] == "true"
    client.post(reverse("pages:import-confirm", args=[run.pk]))
    run.refresh_from_db()
    assert (run.status, Firm.objects.count()) == ("WRITING", 0)
    work()
    run.refresh_from_db()
    assert (run.status, run.imported_on is not None, Firm.objects.count()) == ("IMPORTED", True, 2)
    assert "已导入2行" in client.get(page.url).content.decode()


@pytest.mark.usefixtures("waiting")
def test_progress_counts_rows_and_the_page_shows_them(clerk, client):
    client.force_login(clerk)
    run = check(clerk, FIRST)

    tell(run.pk, Phase.CHECKING, 2_500, 10_000)

    assert (told(run.pk).percent, told(run.pk).plain()["done"]) == (25, 2_500)
    page = client.get(reverse("pages:import-progress", args=[run.pk])).content.decode()
    assert 'value="2500" max="10000"' in page
    assert "正在核对各行" in page


def test_a_dry_run_tells_every_phase_in_order(clerk):
    said = []
    setting = setting_of(bureau=clerk.bureau, noun="firms", by=clerk, on=DAY, hear=lambda *what: said.append(what))

    dry_run(noun=background.NOUNS["firms"], content=book(FIRST, SECOND), name="a.xlsx", setting=setting)

    assert said == [(Phase.READING, 0, 0), (Phase.CHECKING, 0, 2), (Phase.WRITING, 0, 2)]


@pytest.mark.usefixtures("waiting")
def test_stopping_a_file_ends_its_check_and_nothing_is_written(clerk, client):
    client.force_login(clerk)
    run = check(clerk, FIRST)

    client.post(reverse("pages:import-stop", args=[run.pk]))
    work()

    run.refresh_from_db()
    assert (run.status, run.report, Firm.objects.count()) == ("STOPPED", {}, 0)
    assert Entry.objects.filter(action="exchange.stopped", subject_id=run.pk).count() == 1
    assert "已搁置" in client.get(reverse("pages:import", args=[run.pk])).content.decode()
    assert client.post(reverse("pages:import-confirm", args=[run.pk])).status_code == 409
    assert client.post(reverse("pages:import-stop", args=[run.pk])).status_code == 409


@pytest.mark.usefixtures("waiting")
def test_a_check_hears_between_two_parcels_that_it_was_stopped(clerk):
    run = check(clerk, FIRST)
    stop(run_=run, by=clerk, on=DAY)

    with pytest.raises(Stopped):
        background._until_stopped(run)(Phase.READING, 0, 1)

    assert check_sent(run_=run, by=clerk, on=DAY).status == RunStatus.STOPPED


@pytest.mark.usefixtures("waiting")
def test_a_large_file_that_is_no_workbook_has_one_fault(clerk):
    damaged = BytesIO()
    with ZipFile(damaged, "w") as packed:
        packed.writestr("xl/workbook.xml", "<workbook/>")
        packed.writestr("[Content_Types].xml", "<Types/>")
    run = check(clerk, content=damaged.getvalue())

    work()

    run.refresh_from_db()
    assert (run.status, [fault["code"] for fault in run.report["faults"]]) == ("FAULTY", ["unreadable"])


@pytest.mark.usefixtures("waiting")
def test_what_changed_since_the_check_is_a_fault_and_nothing_is_written(clerk):
    run = check(clerk, FIRST)
    work()
    run.refresh_from_db()
    confirm(run_=run, by=clerk, on=DAY)
    other = check(clerk, ("JG1", *SECOND[1:]))
    check_sent(run_=other, by=clerk, on=DAY)
    other.refresh_from_db()
    confirm(run_=other, by=clerk, on=DAY)
    write_sent(run_=other, by=clerk, on=DAY)

    work()

    run.refresh_from_db()
    assert (run.status, [fault["code"] for fault in run.report["faults"]]) == ("FAULTY", ["number_taken"])
    assert list(Firm.objects.values_list("organisation__uscc", flat=True)) == [SECOND[2]]


@pytest.mark.usefixtures("waiting")
def test_a_killed_job_is_done_again_and_done_twice_writes_once(clerk):
    run = check(clerk, FIRST)
    work()
    confirm(run_=run, by=clerk, on=DAY)
    killed = DBTaskResult.objects.filter(status="READY")
    killed.update(status="RUNNING", started_at=timezone.now() - timedelta(hours=1))

    call_command("run_due", verbosity=0)
    work()
    jobs.write(run=run.pk, by=clerk.pk, on=DAY.isoformat())
    jobs.check(run=run.pk, by=clerk.pk, on=DAY.isoformat())

    run.refresh_from_db()
    assert (run.status, Firm.objects.count()) == ("IMPORTED", 1)
    assert Entry.objects.filter(action="exchange.confirmed", subject_id=run.pk).count() == 1


@pytest.mark.usefixtures("waiting")
def test_an_error_of_the_system_leaves_a_file_with_a_fault_and_no_progress(clerk):
    run = check(clerk, FIRST)
    run.file.content.storage.delete(run.file.content.name)

    with pytest.raises(FileNotFoundError):
        check_sent(run_=run, by=clerk, on=DAY)

    run.refresh_from_db()
    assert (run.status, [fault["code"] for fault in run.report["faults"]]) == ("FAULTY", ["broken_off"])
    assert told(run.pk) is None


@pytest.mark.usefixtures("waiting")
def test_columns_of_a_large_file_are_named_and_it_is_checked_anew(clerk):
    run = check(clerk, FIRST)
    with pytest.raises(TransitionRefused):
        name_columns(run_=run, names={("机构", "地址"): ""}, by=clerk, on=DAY)
    work()

    again = name_columns(run_=run, names={("机构", "地址"): ""}, by=clerk, on=DAY)

    assert again.status == RunStatus.QUEUED
    work()
    again.refresh_from_db()
    assert (again.status, again.report["unknown"]) == ("CHECKED", [["机构", "地址"]])


@pytest.mark.usefixtures("waiting")
def test_api_starts_polls_stops_names_columns_and_takes_back(clerk, client):
    client.force_login(clerk)

    def post(verb, run, **given):
        return client.post(f"/api/v1/import-runs/{run}/{verb}/", given, content_type="application/json")

    upload = {"noun": "firms", "file": SimpleUploadedFile("名录.xlsx", book(FIRST))}
    made = client.post("/api/v1/import-runs/", upload).json()

    assert (made["status"], made["progress"]["phase"]) == ("QUEUED", "WAITING")
    work()
    run = made["id"]
    seen = client.get(f"/api/v1/import-runs/{run}/").json()
    assert (seen["status"], seen["progress"]) == ("CHECKED", None)
    named = post("name-columns", run, columns=[{"sheet": "机构", "heading": "地址", "key": ""}])
    assert (named.status_code, named.json()["status"]) == (200, "QUEUED")
    work()
    assert post("confirm", run).json()["status"] == "WRITING"
    work()
    assert client.get(f"/api/v1/import-runs/{run}/").json()["status"] == "IMPORTED"
    assert post("stop", run).status_code == 409
    assert (post("undo", run).json()["status"], Firm.objects.count()) == ("UNDOING", 1)
    work()
    assert (client.get(f"/api/v1/import-runs/{run}/").json()["status"], Firm.objects.count()) == ("UNDONE", 0)
    assert post("name-columns", run, columns=[{"sheet": "机构", "heading": "地址", "key": "?"}]).status_code == 409


@pytest.mark.usefixtures("waiting")
def test_what_depends_on_a_large_import_stands_in_its_report(clerk, client):
    client.force_login(clerk)
    run = check(clerk, FIRST)
    work()
    confirm(run_=run, by=clerk, on=DAY)
    work()
    add_contact(organisation=Firm.objects.get().organisation, duty="联系人", name="演示甲", phone="", by=clerk, on=DAY)

    client.post(reverse("pages:import-undo", args=[run.pk]))
    run.refresh_from_db()
    assert run.status == RunStatus.UNDOING
    work()

    run.refresh_from_db()
    assert (run.status, Firm.objects.count(), told(run.pk)) == ("IMPORTED", 1, None)
    assert "联系人" in run.report["not_undone"]
    assert "未能撤回" in client.get(reverse("pages:import", args=[run.pk])).content.decode()
    jobs.undo(run=run.pk, by=clerk.pk, on=DAY.isoformat())
    run.refresh_from_db()
    assert run.status == RunStatus.IMPORTED


@pytest.mark.usefixtures("waiting")
def test_progress_of_another_bureau_is_not_there(client, clerk):
    run = check(clerk, FIRST)
    client.force_login(UserFactory(role=Role.CLERK))

    assert client.get(reverse("pages:import-progress", args=[run.pk])).status_code == 404
    assert client.post(reverse("pages:import-stop", args=[run.pk])).status_code == 404
    run.refresh_from_db()
    assert run.status == RunStatus.QUEUED
