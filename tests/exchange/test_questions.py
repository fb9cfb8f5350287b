"""Questions of imports: asked with candidates, answered, remembered, taken back; open ones let nothing be written."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from evaluators.models import CarriedBar, Firm
from faces.exchange.exporters import workbook
from faces.exchange.models import ImportAnswer, ImportRun, RunStatus
from faces.exchange.runs import RunRefused, answer, confirm, undo
from foundation.accounts.enums import Role
from parties.enums import OrganisationKind, RelationshipKind
from parties.models import BudgetUnit, Membership, Organisation, Person, Relationship, SuspectedPair
from parties.services import OrganisationDraft, register_organisations
from projects.models import Project
from tests.factories.assignments import FirmFactory, OrganisationFactory, ProjectFactory, UnitFactory
from tests.factories.delivery import CommissionFactory
from tests.factories.foundation import UserFactory
from tests.factories.questions import (
    DAY,
    FIRMS,
    ID,
    NEW_CODE,
    OLD,
    PROJECTS,
    UNITS,
    answered,
    checked,
    choices,
    clerk_of_a_bureau,
    known_person,
    people_book,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def clerk():
    return clerk_of_a_bureau()


@pytest.mark.edge("E5")
def test_a_person_of_a_known_name_with_another_phone_is_asked_about_masked(clerk):
    person = known_person(clerk)

    run_ = checked(clerk, people_book(("张三", "", "13900000002")))

    [asked] = run_.report["questions"]
    assert (run_.status, run_.faults, choices(run_)) == (RunStatus.FAULTY, 0, [f"p{person.pk}", "new"])
    assert "138****0001" in asked["choices"][0][1]
    assert "13800000001" not in json.dumps(run_.report)
    with pytest.raises(RunRefused, match="单位人员!2"):
        confirm(run_=run_, by=clerk, on=DAY)
    assert Person.objects.count() == 1


@pytest.mark.edge("E5")
@pytest.mark.parametrize(("choice", "count"), [("same", 1), ("new", 2)])
def test_the_answer_is_written_remembered_and_doubles_nothing(clerk, choice, count):
    person = known_person(clerk)
    content = people_book(("张三", "", "13900000002"))
    run_ = answered(clerk, checked(clerk, content), f"p{person.pk}" if choice == "same" else "new")
    assert run_.status == RunStatus.CHECKED

    confirm(run_=run_, by=clerk, on=DAY)

    assert Person.objects.count() == count
    assert SuspectedPair.objects.filter(answer="").count() == 0
    again = checked(clerk, content)
    assert again.status == RunStatus.CHECKED
    confirm(run_=again, by=clerk, on=DAY)
    assert Person.objects.count() == count


@pytest.mark.edge("E5")
def test_a_number_that_is_new_is_asked_about_against_people_without_one_only(clerk):
    known_person(clerk, id_number="11010119900307213X")
    bare = known_person(clerk, phone="13800000003")

    run_ = checked(clerk, people_book(("张三", ID, "13900000002")))

    assert choices(run_) == [f"p{bare.pk}", "new"]
    confirm(run_=answered(clerk, run_, f"p{bare.pk}"), by=clerk, on=DAY)
    bare.refresh_from_db()
    assert bare.id_index
    assert checked(clerk, people_book(("张三", ID, "13900000009"))).report["questions"] == []


@pytest.mark.edge("E5")
@pytest.mark.parametrize(("choice", "count"), [("row", 1), ("new", 2)])
def test_a_pair_inside_the_file_is_asked_about(clerk, choice, count):
    content = people_book(("李四", "", "13900000001"), ("李四", "", "13900000002"))

    run_ = checked(clerk, content)
    [earlier, fresh] = choices(run_)
    assert (run_.report["questions"][0]["row"], earlier[:4], fresh) == (3, "row-", "new")
    confirm(run_=answered(clerk, run_, earlier if choice == "row" else fresh), by=clerk, on=DAY)
    assert Person.objects.count() == count

    again = checked(clerk, content)
    assert again.status == RunStatus.CHECKED
    confirm(run_=again, by=clerk, on=DAY)
    assert Person.objects.count() == count


def test_a_bare_name_may_be_somebody_known_but_nobody_new(clerk):
    person = known_person(clerk)

    run_ = checked(clerk, people_book(("张三", "", "")))

    assert choices(run_) == [f"p{person.pk}"]
    confirm(run_=answered(clerk, run_, f"p{person.pk}"), by=clerk, on=DAY)
    assert Person.objects.count() == 1


def test_undo_of_the_import_takes_back_its_answers(clerk):
    person = known_person(clerk)
    content = people_book(("张三", "", "13900000002"))
    run_ = confirm(run_=answered(clerk, checked(clerk, content), f"p{person.pk}"), by=clerk, on=DAY)

    undo(run_=run_, by=clerk, on=DAY)

    held = ImportAnswer.objects.get()
    assert (held.by, held.run_id, held.ended_on) == (clerk, run_.pk, DAY)
    assert [one["answer"] for one in checked(clerk, content).report["questions"]] == [""]


def test_a_remembered_answer_can_be_changed_and_the_old_one_stays_on_record(clerk):
    person = known_person(clerk)
    content = people_book(("张三", "", "13900000002"))
    answered(clerk, checked(clerk, content), "new")

    later = checked(clerk, content)
    assert later.report["questions"][0]["answer"] == "new"
    answered(clerk, later, f"p{person.pk}")

    assert list(ImportAnswer.objects.order_by("pk").values_list("choice", "ended_on")) == [
        ("new", DAY), (f"p{person.pk}", None),
    ]  # fmt: skip


def test_an_answer_that_was_not_asked_for_is_refused_and_not_kept(clerk):
    known_person(clerk)
    run_ = checked(clerk, people_book(("张三", "", "13900000002")))

    for answers in ({"nothing": "new"}, {run_.report["questions"][0]["id"]: "p0"}):
        with pytest.raises(RunRefused):
            answer(run_=run_, answers=answers, by=clerk, on=DAY)

    assert not ImportAnswer.objects.exists()


def test_an_answer_of_another_bureau_answers_nothing_here(clerk):
    known_person(clerk)
    content = people_book(("张三", "", "13900000002"))
    answered(clerk, checked(clerk, content), "new")
    other = UserFactory(role=Role.CLERK)
    UnitFactory(bureau=other.bureau, code="101")
    known_person(other)

    assert [one["answer"] for one in checked(other, content).report["questions"]] == [""]


@pytest.mark.parametrize("name", ["甲局（本级）", "甲局"])
def test_a_unit_without_a_code_is_asked_about(clerk, name):
    content = workbook([("预算单位", UNITS, [("", name, "机关"), ("", "无人知道", "机关")])])
    unit = BudgetUnit.objects.get()

    run_ = checked(clerk, content)

    assert choices(run_) == [f"k{unit.pk}", "mistake"]
    assert [(one["row"], one["code"]) for one in run_.report["faults"]] == [(3, "empty")]


def test_a_project_without_a_code_gets_that_of_the_one_it_was_said_to_be(clerk):
    project = ProjectFactory(unit=BudgetUnit.objects.get(), code="P1", name="污水处理")
    run_ = checked(clerk, workbook([("项目", PROJECTS, [("", "污水 处理", "101", "其他", "12")])]), "projects")

    confirm(run_=answered(clerk, run_, f"k{project.pk}"), by=clerk, on=DAY)

    assert list(Project.objects.values_list("code", "amount_cents")) == [("P1", 12_000_000)]


def test_of_several_units_of_a_name_the_answer_says_which_gets_the_code(clerk):
    other = UnitFactory(
        bureau=clerk.bureau, code="102", organisation=OrganisationFactory(bureau=clerk.bureau, name="甲局（本级）")
    )
    run_ = checked(clerk, workbook([("预算单位", UNITS, [("303", "甲局（本级）", "机关")])]))

    confirm(run_=answered(clerk, run_, f"k{other.pk}"), by=clerk, on=DAY)

    other.refresh_from_db()
    assert other.code == "303"
    assert sorted(BudgetUnit.objects.values_list("code", flat=True)) == ["101", "303"]


def firm_book(code=NEW_CODE, number="JG9"):
    return workbook([("机构", FIRMS, [(number, "演示咨询有限公司", code, "咨询机构", "公司")])])


def known_body(clerk, uscc=OLD):
    draft = OrganisationDraft("演示咨询有限公司", OrganisationKind.COMPANY, uscc, "" if uscc else "无")
    return register_organisations(bureau=clerk.bureau, drafts=[draft], by=clerk, on=DAY)[0]


@pytest.mark.parametrize("choice", ["converted", "new"])
def test_a_firm_of_a_known_name_with_a_new_code_is_asked_about(clerk, choice):
    old = known_body(clerk)
    run_ = checked(clerk, firm_book(), "firms")
    assert choices(run_) == [f"c{old.pk}", "new", "mistake"]
    before = set(Organisation.objects.values_list("pk", flat=True))

    run_ = answered(clerk, run_, f"c{old.pk}" if choice == "converted" else "new")
    confirm(run_=run_, by=clerk, on=DAY)

    links = [(row.subject, row.kind, row.other) for row in Relationship.objects.all()]
    made = Organisation.objects.get(uscc=NEW_CODE)
    assert links == ([(made, RelationshipKind.CONVERTED_FROM, old)] if choice == "converted" else [])
    again = checked(clerk, firm_book(), "firms")
    assert (again.status, again.report["questions"]) == (RunStatus.CHECKED, [])
    run_.refresh_from_db()
    undo(run_=run_, by=clerk, on=DAY)
    assert set(Organisation.objects.values_list("pk", flat=True)) == before
    assert not Relationship.objects.exists()


@pytest.mark.edge("E19")
@pytest.mark.parametrize("status", ["ACTIVE", "SUSPENDED", "REMOVED"])
def test_a_conversion_closes_the_old_record_and_carries_what_holds_against_it(clerk, status):
    old = FirmFactory(bureau=clerk.bureau, organisation=known_body(clerk), status=status, status_since=DAY)
    member = Membership.objects.create(
        user=UserFactory(bureau=clerk.bureau, role=Role.FIRM_ADMIN), organisation=old.organisation, started_on=DAY
    )

    run_ = answered(clerk, checked(clerk, firm_book(), "firms"), f"c{old.organisation_id}")
    assert [one["message"] for one in run_.report["faults"]] == []
    confirm(run_=run_, by=clerk, on=DAY)

    old.refresh_from_db()
    heir = Firm.objects.get(organisation__uscc=NEW_CODE)
    assert old.status == "CLOSED"
    assert Relationship.objects.get().kind == RelationshipKind.CONVERTED_FROM
    bars = list(CarriedBar.objects.values_list("firm_id", "predecessor_id", "status"))
    assert bars == ([] if status == "ACTIVE" else [(heir.pk, old.pk, status)])
    assert Membership.objects.get(user=member.user, ended_on__isnull=True).organisation_id == heir.organisation_id
    run_.refresh_from_db()

    undo(run_=run_, by=clerk, on=DAY)

    old.refresh_from_db()
    assert (old.status, CarriedBar.objects.count(), Relationship.objects.count()) == (status, 0, 0)
    assert not Firm.objects.filter(organisation__uscc=NEW_CODE).exists()


@pytest.mark.edge("E19")
def test_a_conversion_of_a_firm_with_running_tasks_is_entered_on_its_page(clerk):
    work = CommissionFactory(task__bureau=clerk.bureau, task__clerk=clerk)
    body = work.firm.organisation
    body.name, body.uscc = "演示咨询有限公司", OLD
    body.save()

    run_ = answered(clerk, checked(clerk, firm_book(), "firms"), f"c{body.pk}")

    [fault] = run_.report["faults"]
    assert (fault["code"], work.task.number in fault["message"]) == ("tasks_run", True)


def test_a_wrong_code_is_a_fault_that_names_the_known_one(clerk):
    known_body(clerk)

    run_ = answered(clerk, checked(clerk, firm_book(), "firms"), "mistake")

    [fault] = run_.report["faults"]
    assert (fault["column"], fault["code"]) == ("C", "code_wrong")
    assert OLD in fault["message"]


def test_a_body_whose_code_was_not_known_gets_it(clerk):
    body = known_body(clerk, None)
    run_ = checked(clerk, firm_book(), "firms")

    confirm(run_=answered(clerk, run_, f"k{body.pk}"), by=clerk, on=DAY)

    body.refresh_from_db()
    assert (body.uscc, Firm.objects.get().organisation) == (NEW_CODE, body)


def test_the_page_asks_by_radios_and_answers_all_of_a_kind(client, clerk):
    for name in ("张三", "王五"):
        known_person(clerk, name)
    run_ = checked(clerk, people_book(("张三", "", "13900000002"), ("王五", "", "13900000003")))
    client.force_login(clerk)

    shown = client.get(reverse("pages:import", args=[run_.pk])).content.decode()
    form = client.get(reverse("pages:import-answers", args=[run_.pk])).content.decode()
    assert reverse("pages:import-answers", args=[run_.pk]) in shown
    assert reverse("pages:import-confirm", args=[run_.pk]) not in shown
    assert form.count('type="radio"') >= 4
    done = client.post(reverse("pages:import-answers", args=[run_.pk]), {"all_person": "on"})

    run_.refresh_from_db()
    assert (done.status_code, run_.status) == (302, RunStatus.CHECKED)
    assert set(ImportAnswer.objects.values_list("choice", flat=True)) == {"new"}
    later = checked(clerk, people_book(("张三", "", "13900000002")))
    assert "a.xlsx" in client.get(reverse("pages:import", args=[later.pk])).content.decode()


def test_the_interface_takes_answers(client, clerk):
    known_person(clerk)
    run_ = checked(clerk, people_book(("张三", "", "13900000002")))
    client.force_login(clerk)
    asked = client.get(f"/api/v1/import-runs/{run_.pk}/").json()["report"]["questions"][0]

    said = client.post(
        f"/api/v1/import-runs/{run_.pk}/answer/",
        {"answers": [{"question": asked["id"], "choice": "new"}]},
        content_type="application/json",
    )

    assert (said.status_code, said.json()["status"]) == (200, RunStatus.CHECKED)


def test_the_command_lists_questions_and_takes_answers_from_a_file(clerk, tmp_path):
    known_person(clerk)
    path, answers, out = tmp_path / "a.xlsx", tmp_path / "answers.json", StringIO()
    path.write_bytes(people_book(("张三", "", "13900000002")))
    told = {"by": clerk.username, "format": "json", "stdout": out}

    with pytest.raises(CommandError) as caught:
        call_command("import_roster", "units", str(path), dry_run=True, **told)
    asked = json.loads(out.getvalue())["questions"][0]
    assert (caught.value.returncode, Person.objects.count()) == (1, 1)
    with pytest.raises(CommandError):
        call_command("import_roster", "units", str(path), by=clerk.username, stdout=StringIO())
    assert not ImportRun.objects.exists()
    answers.write_text(json.dumps({asked["id"]: "new"}))
    call_command("import_roster", "units", str(path), answers=answers, by=clerk.username, stdout=StringIO())

    assert (Person.objects.count(), ImportAnswer.objects.get().run) == (2, ImportRun.objects.get())


@pytest.mark.parametrize("words", ["[]", "{", '{"a": 1}'])
def test_the_command_refuses_answers_that_are_none(clerk, tmp_path, words):
    path = tmp_path / "answers.json"
    path.write_text(words)

    with pytest.raises(CommandError) as caught:
        call_command("import_roster", "units", "a.xlsx", answers=path, by=clerk.username)

    assert caught.value.returncode == 2


def test_candidates_cost_the_same_queries_for_one_row_and_for_many(clerk):
    def queries(rows):
        with CaptureQueriesContext(connection) as seen:
            checked(clerk, people_book(*rows))
        return len(seen)

    for number in range(30):
        known_person(clerk, f"张{number}")
    rows = [(f"张{number}", "", f"139000001{number:02d}") for number in range(30)]

    queries(rows[:1])  # what is read once is read
    assert queries(rows[:1]) == queries(rows)
