"""Runs: headings that were named, what would change, taking back, and the command line."""

import json
from datetime import date
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from evaluators.models import Firm, FirmStanding
from faces.exchange.demo.opening import FOLDER
from faces.exchange.exporters import workbook
from faces.exchange.faults import ImportRefused
from faces.exchange.models import ColumnName, ImportRun, RunStatus
from faces.exchange.runs import check_file, confirm, import_file, name_columns, undo
from faces.exchange.undoing import UndoRefused
from foundation.accounts.enums import Role
from foundation.audit.models import Entry
from foundation.core.errors import TransitionRefused
from foundation.taxonomy.models import Node
from parties.models import Employment, Organisation, Person
from parties.services import add_contact
from projects.models import Project
from tests.factories.foundation import UserFactory

pytestmark = pytest.mark.django_db
DAY = date(2020, 6, 1)
HEADINGS = ("名录编号", "机构名称", "统一社会信用代码", "机构类型", "组织形式", "地址")
FIRST = ("JG1", "演示咨询有限公司", "91350100M000100Y43", "咨询机构", "公司", "演示路1号")
SECOND = ("JG2", "演示评估有限公司", "91110108551385082Q", "其他", "公司", "演示路2号")


@pytest.fixture
def clerk():
    return UserFactory(role=Role.CLERK)


@pytest.fixture
def signed_in(client, clerk):
    client.force_login(clerk)
    return client


def book(*rows, headings=HEADINGS):
    return workbook([("机构", headings, rows)])


def bring(clerk, *rows, noun="firms", content=None):
    content = content or book(*rows)
    return import_file(bureau=clerk.bureau, noun=noun, name="名录.xlsx", content=content, by=clerk, on=DAY)


def stored():
    return {
        model.__name__: sorted(model.objects.values_list("pk", flat=True))
        for model in (Organisation, Firm, FirmStanding, Node, Person, Employment, Project)
    }


@pytest.mark.edge("E6")
def test_a_second_import_shows_what_would_change_and_confirm_changes_it(signed_in, clerk):
    bring(clerk, FIRST, SECOND)

    facts = {"bureau": clerk.bureau, "noun": "firms", "name": "a.xlsx", "by": clerk, "on": DAY}
    run = check_file(content=book((*FIRST[:5], "演示路9号"), SECOND), **facts)

    assert run.report["changes"] == [["机构", "演示咨询有限公司", "地址", "演示路1号", "演示路9号"]]
    assert Organisation.objects.get(uscc=FIRST[2]).address == "演示路1号"
    page = signed_in.get(reverse("pages:import", args=[run.pk])).content.decode()
    assert "演示路9号" in page
    confirm(run_=run, by=clerk, on=DAY)
    assert Organisation.objects.get(uscc=FIRST[2]).address == "演示路9号"


@pytest.mark.edge("E6")
def test_undo_takes_away_what_was_new_and_gives_back_what_was_changed(clerk):
    bring(clerk, FIRST)
    before = stored()
    run = bring(clerk, (*FIRST[:5], "演示路9号"), SECOND)

    undo(run_=run, by=clerk, on=DAY)

    run.refresh_from_db()
    assert (run.status, run.undone_on) == (RunStatus.UNDONE, DAY)
    assert stored() == before
    assert Organisation.objects.get(uscc=FIRST[2]).address == "演示路1号"
    with pytest.raises(TransitionRefused):
        undo(run_=run, by=clerk, on=DAY)


@pytest.mark.parametrize("act", ["contact", "later_import", "child"])
def test_undo_says_what_depends_on_the_import_and_changes_nothing(clerk, act):
    run = bring(clerk, FIRST)
    firm = Firm.objects.select_related("organisation").get()
    if act == "contact":
        add_contact(organisation=firm.organisation, duty="联络", name="甲", phone="", by=clerk, on=DAY)
    elif act == "later_import":
        bring(clerk, (*FIRST[:5], "演示路9号"))
    else:
        FirmStanding.objects.create(firm=firm, status="ACTIVE", started_on=DAY)
    before, entries = stored(), Entry.objects.count()

    with pytest.raises(UndoRefused) as caught:
        undo(run_=run, by=clerk, on=DAY)

    assert caught.value.refusal.facts["what"]
    assert (stored(), Entry.objects.count()) == (before, entries)
    run.refresh_from_db()
    assert run.status == RunStatus.IMPORTED


def test_undo_refuses_where_somebody_changed_again_what_was_changed(clerk):
    bring(clerk, FIRST)
    run = bring(clerk, (*FIRST[:5], "演示路9号"))
    Organisation.objects.filter(uscc=FIRST[2]).update(address="演示路10号")

    with pytest.raises(UndoRefused):
        undo(run_=run, by=clerk, on=DAY)


ORDER = ("specialties", "units", "firms", "experts", "projects", "training")


def test_every_book_of_the_demonstration_can_be_taken_back_last_first(clerk):
    from faces.exchange.demo.opening import DUTIES
    from faces.exchange.demo.units import SECTIONS
    from foundation.bureaus.services import SectionDraft, add_sections

    drafts = [SectionDraft(name, DUTIES[duty]) for name, duty in SECTIONS]
    add_sections(bureau=clerk.bureau, drafts=drafts, by="system")
    states, runs = [], []
    for noun in ORDER:
        states.append(stored())
        runs.append(bring(clerk, noun=noun, content=(FOLDER / f"{noun}.xlsx").read_bytes()))

    with pytest.raises(UndoRefused):
        undo(run_=runs[0], by=clerk, on=DAY)

    for run, state in zip(reversed(runs), reversed(states), strict=True):
        undo(run_=run, by=clerk, on=DAY)
        assert stored() == state


def test_named_headings_are_read_from_then_on(signed_in, clerk):
    headings = ("名录编号", "机构名称", "统一社会信用代码", "机构类型", "组织形式", "在哪里")
    facts = {"bureau": clerk.bureau, "noun": "firms", "name": "a.xlsx", "by": clerk, "on": DAY}
    run = check_file(content=book(FIRST, headings=headings), **facts)
    assert ["机构", "在哪里"] in run.report["unknown"]
    form = signed_in.get(reverse("pages:import-columns", args=[run.pk])).context["form"]
    place = next(name for name, field in form.fields.items() if field.label.endswith("在哪里"))
    chosen = {name: field.initial for name, field in form.fields.items()} | {place: "address"}

    done = signed_in.post(reverse("pages:import-columns", args=[run.pk]), chosen)

    assert done.status_code == 302
    assert list(ColumnName.objects.values_list("sheet", "heading", "key")) == [("机构", "在哪里", "address")]
    run.refresh_from_db()
    assert run.report["unknown"] == []
    bring(clerk, content=book(FIRST, headings=headings))
    assert Organisation.objects.get(uscc=FIRST[2]).address == "演示路1号"


def test_a_heading_can_be_named_not_to_be_read(clerk):
    facts = {"bureau": clerk.bureau, "noun": "firms", "name": "a.xlsx", "by": clerk, "on": DAY}
    run = check_file(content=book(FIRST), **facts)

    run = name_columns(run_=run, names={("机构", "组织形式"): ""}, by=clerk, on=DAY)

    assert (run.status, [fault["code"] for fault in run.report["faults"]]) == (RunStatus.FAULTY, ["no_column"])


def test_the_page_takes_back_and_says_what_depends(signed_in, clerk):
    run = bring(clerk, FIRST)
    url = reverse("pages:import-undo", args=[run.pk])
    body = Organisation.objects.get()
    assert signed_in.get(url).status_code == 200
    contact = add_contact(organisation=body, duty="联络", name="甲", phone="", by=clerk, on=DAY)

    refused = signed_in.post(url)

    assert refused.status_code == 409
    assert "contact" in refused.content.decode()
    assert Firm.objects.exists()
    other = bring(clerk, SECOND)
    assert signed_in.post(reverse("pages:import-undo", args=[other.pk])).status_code == 302
    assert list(Firm.objects.values_list("number", flat=True)) == ["JG1"]
    assert contact.pk


def test_import_file_keeps_nothing_of_a_file_with_faults(clerk):
    with pytest.raises(ImportRefused):
        bring(clerk, ("JG1", *FIRST[1:2], "91350100M000100Y44", *FIRST[3:]))

    assert not ImportRun.objects.exists()


def command(path, *words):
    out = StringIO()
    call_command("import_roster", "firms", str(path), *words, stdout=out)
    return out.getvalue()


def test_command_writes_and_can_be_taken_back_on_the_page(clerk, tmp_path):
    path = tmp_path / "a.xlsx"
    path.write_bytes(book(FIRST, SECOND))

    said = json.loads(command(path, "--format", "json"))

    assert (said["written"], said["read"], said["created"]) == (True, {"机构": 2}, {"机构": 2})
    assert Firm.objects.count() == 2
    assert ImportRun.objects.get().uploaded_by == clerk


def test_command_that_only_checks_writes_nothing(clerk, tmp_path):
    path = tmp_path / "a.xlsx"
    path.write_bytes(book(FIRST))
    entries = Entry.objects.count()

    said = json.loads(command(path, "--dry-run", "--format", "json", "--by", clerk.username))

    assert (said["written"], said["created"]) == (False, {"机构": 1})
    assert (Firm.objects.count(), ImportRun.objects.count(), Entry.objects.count()) == (0, 0, entries)


@pytest.mark.parametrize("words", [(), ("--dry-run",)])
def test_command_lists_every_fault_and_ends_with_one(clerk, tmp_path, words):
    path, out = tmp_path / "a.xlsx", StringIO()
    path.write_bytes(book((*FIRST[:2], "3.70112E+17", *FIRST[3:]), (*SECOND[:3], "饭店", *SECOND[4:])))

    with pytest.raises(CommandError) as caught:
        call_command("import_roster", "firms", str(path), *words, stdout=out)

    assert caught.value.returncode == 1
    assert "机构!C2" in out.getvalue()
    assert "机构!D3" in out.getvalue()
    assert (Firm.objects.count(), ImportRun.objects.count()) == (0, 0)


def test_command_names_what_is_no_spreadsheet(clerk, tmp_path):
    path, out = tmp_path / "a.xlsx", StringIO()
    path.write_bytes(b"hello")

    with pytest.raises(CommandError) as caught:
        call_command("import_roster", "firms", str(path), "--format", "json", stdout=out)

    assert caught.value.returncode == 1
    assert len(json.loads(out.getvalue())["faults"]) == 1


def test_command_needs_an_account_that_may_and_a_file(clerk, tmp_path):
    path = tmp_path / "a.xlsx"
    reader = UserFactory(bureau=clerk.bureau, role=Role.SUPERVISOR)

    for words in (("--by", reader.username), ("--by", clerk.username)):
        with pytest.raises(CommandError) as caught:
            command(path, *words)
        assert caught.value.returncode == 2
