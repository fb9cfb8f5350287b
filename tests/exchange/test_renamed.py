"""A known code under another name: renamed, the same, another known thing, or a mistake; asked and never guessed."""

import pytest
from django.urls import reverse

from evaluators.models import Firm
from faces.exchange.exporters import workbook
from faces.exchange.models import RunStatus
from faces.exchange.runs import confirm, undo
from parties.enums import OrganisationKind
from parties.models import BudgetUnit, FormerName, Organisation
from parties.services import OrganisationDraft, register_organisations, rename_organisation
from projects.models import Project
from tests.factories.assignments import ProjectFactory, UnitFactory
from tests.factories.questions import DAY, FIRMS, NEW_CODE, OLD, PROJECTS, answered, checked, choices, clerk_of_a_bureau

pytestmark = pytest.mark.django_db
UNIT = ("单位编码", "单位名称", "统一社会信用代码", "单位性质")
BODY = ("单位名称", "统一社会信用代码", "单位性质")


@pytest.fixture
def clerk():
    return clerk_of_a_bureau()


def unit_book(*rows):
    return workbook([("预算单位", UNIT, [(code, name, uscc, "机关") for code, name, uscc in rows])])


def firm_book(name, code=OLD, number="JG9"):
    return workbook([("机构", FIRMS, [(number, name, code, "咨询机构", "公司")])])


def known_body(clerk, name="演示咨询有限公司", uscc=OLD):
    draft = OrganisationDraft(name, OrganisationKind.COMPANY, uscc)
    return register_organisations(bureau=clerk.bureau, drafts=[draft], by=clerk, on=DAY)[0]


def asked(run_):
    return [(one["column"], one["kind"]) for one in run_.report["questions"]]


@pytest.mark.edge("E19")
@pytest.mark.parametrize(("choice", "name", "former"), [
    ("renamed", "演示新名有限公司", ["演示咨询有限公司"]), ("kept", "演示咨询有限公司", []),
])  # fmt: skip
def test_a_firm_of_a_known_code_with_another_name_is_renamed_or_stays_as_it_was_said(clerk, choice, name, former):
    body = known_body(clerk)
    content = firm_book("演示新名有限公司")
    run_ = checked(clerk, content, "firms")
    assert (run_.status, run_.faults, asked(run_)) == (RunStatus.FAULTY, 0, [("B", "name")])
    assert choices(run_) == ["renamed", "kept", "mistake"]

    run_ = confirm(run_=answered(clerk, run_, choice), by=clerk, on=DAY)

    body.refresh_from_db()
    assert (body.name, [row.name for row in body.former_names.all()]) == (name, former)
    assert confirm(run_=checked(clerk, content, "firms"), by=clerk, on=DAY).status == RunStatus.IMPORTED
    assert Organisation.objects.filter(uscc=OLD).count() == 1


def test_the_undo_of_a_renaming_import_gives_the_name_back(clerk):
    body = known_body(clerk)
    run_ = confirm(
        run_=answered(clerk, checked(clerk, firm_book("演示新名有限公司"), "firms"), "renamed"), by=clerk, on=DAY
    )
    assert ["机构名称", "演示咨询有限公司", "演示新名有限公司"] in [one[2:] for one in run_.report["changes"]]

    undo(run_=run_, by=clerk, on=DAY)

    body.refresh_from_db()
    assert (body.name, FormerName.objects.count()) == ("演示咨询有限公司", 0)


def test_a_row_may_be_a_known_body_whose_code_the_file_has_wrong(clerk):
    known_body(clerk)
    other = known_body(clerk, "演示别名有限公司", NEW_CODE)
    run_ = checked(clerk, firm_book("演示别名有限公司"), "firms")
    assert choices(run_) == ["renamed", "kept", f"k{other.pk}", "mistake"]

    confirm(run_=answered(clerk, run_, f"k{other.pk}"), by=clerk, on=DAY)

    assert (Firm.objects.get().organisation, Organisation.objects.get(uscc=OLD).name) == (other, "演示咨询有限公司")


def test_a_mistake_is_a_fault_at_the_code_that_names_whose_it_is(clerk):
    known_body(clerk)

    run_ = answered(clerk, checked(clerk, firm_book("演示别名有限公司"), "firms"), "mistake")

    [fault] = run_.report["faults"]
    assert (fault["column"], fault["code"]) == ("C", "name_differs")
    assert "演示咨询有限公司" in fault["message"]


def test_a_renaming_is_not_done_again_after_the_body_got_a_third_name(clerk):
    body = known_body(clerk)
    content = firm_book("演示新名有限公司")
    confirm(run_=answered(clerk, checked(clerk, content, "firms"), "renamed"), by=clerk, on=DAY)
    rename_organisation(organisation=body, name="演示第三名有限公司", by=clerk, on=DAY)

    again = checked(clerk, content, "firms")

    assert [one["answer"] for one in again.report["questions"]] == [""]


def test_an_employer_of_the_pool_is_asked_about_too(clerk):
    body = known_body(clerk)
    run_ = checked(clerk, workbook([("单位", BODY, [("演示新名大学", OLD, "高校")])]), "experts")

    confirm(run_=answered(clerk, run_, "renamed"), by=clerk, on=DAY)

    body.refresh_from_db()
    assert body.name == "演示新名大学"


@pytest.mark.parametrize("uscc", [None, OLD])
@pytest.mark.parametrize(("choice", "name"), [("renamed", "乙局"), ("kept", "甲局（本级）")])
def test_a_unit_of_a_known_code_with_another_name_is_asked_about(clerk, choice, name, uscc):
    Organisation.objects.update(uscc=uscc)
    run_ = checked(clerk, unit_book(("101", "乙局", "")))
    assert (asked(run_), choices(run_)) == ([("B", "name")], ["renamed", "kept", "mistake"])

    run_ = confirm(run_=answered(clerk, run_, choice), by=clerk, on=DAY)

    unit = BudgetUnit.objects.get()
    assert (unit.organisation.name, Organisation.objects.count()) == (name, 1)
    assert checked(clerk, unit_book(("101", "乙局", ""))).status == RunStatus.CHECKED
    undo(run_=run_, by=clerk, on=DAY)
    assert (Organisation.objects.get().name, FormerName.objects.count()) == ("甲局（本级）", 0)


def test_a_unit_may_be_the_known_one_of_the_name_whose_code_the_file_has_wrong(clerk):
    other = UnitFactory(bureau=clerk.bureau, code="102", organisation__name="乙局")
    run_ = checked(clerk, unit_book(("101", "乙局", "")))
    assert choices(run_) == ["renamed", "kept", f"k{other.pk}", "mistake"]

    run_ = confirm(run_=answered(clerk, run_, f"k{other.pk}"), by=clerk, on=DAY)

    assert sorted(BudgetUnit.objects.values_list("code", "organisation__name")) == [
        ("101", "甲局（本级）"), ("102", "乙局"),
    ]  # fmt: skip


def test_a_known_unit_gets_the_uscc_that_was_not_known_and_makes_no_second_body(clerk):
    Organisation.objects.update(uscc=None)
    for _turn in range(2):
        confirm(run_=checked(clerk, unit_book(("101", "甲局（本级）", OLD))), by=clerk, on=DAY)

    assert Organisation.objects.get().uscc == OLD


def test_a_known_unit_without_its_uscc_in_the_file_makes_no_second_body(clerk):
    Organisation.objects.update(uscc=OLD)

    confirm(run_=checked(clerk, unit_book(("101", "甲局（本级）", ""))), by=clerk, on=DAY)

    assert Organisation.objects.get().uscc == OLD


def test_a_new_unit_whose_uscc_has_another_name_is_asked_about(clerk):
    body = known_body(clerk)
    run_ = checked(clerk, unit_book(("303", "丙中心", OLD)))
    assert asked(run_) == [("B", "name")]

    confirm(run_=answered(clerk, run_, "renamed"), by=clerk, on=DAY)

    body.refresh_from_db()
    assert (body.name, body.budget_unit.code) == ("丙中心", "303")


def test_a_body_is_one_unit_only_and_a_second_code_of_it_is_a_fault(clerk):
    Organisation.objects.update(uscc=OLD)
    run_ = answered(clerk, checked(clerk, unit_book(("303", "甲局（本级）", OLD))), "new")

    assert [(one["column"], one["code"]) for one in run_.report["faults"]] == [("C", "code_taken")]


@pytest.mark.parametrize(("choice", "names"), [
    ("renamed", {"P1": "道路养护", "P2": "绿化"}), ("kept", {"P1": "污水处理", "P2": "绿化"}),
])  # fmt: skip
def test_a_project_of_a_known_code_with_another_name_is_asked_about(clerk, choice, names):
    unit = BudgetUnit.objects.get()
    for code, name in (("P1", "污水处理"), ("P2", "绿化")):
        ProjectFactory(unit=unit, code=code, name=name)
    run_ = checked(clerk, workbook([("项目", PROJECTS, [("P1", "道路养护", "101", "其他", "12")])]), "projects")
    assert (asked(run_), choices(run_)) == ([("B", "name")], ["renamed", "kept", "mistake"])

    confirm(run_=answered(clerk, run_, choice), by=clerk, on=DAY)

    assert dict(Project.objects.values_list("code", "name")) == names


def test_a_project_may_be_the_known_one_of_the_name_unless_the_file_lists_that_itself(clerk):
    unit = BudgetUnit.objects.get()
    ProjectFactory(unit=unit, code="P1", name="污水处理")
    other = ProjectFactory(unit=unit, code="P2", name="绿化")
    rows = [("P1", "绿化", "101", "其他", "12"), ("P2", "绿化", "101", "其他", "13")]

    one = checked(clerk, workbook([("项目", PROJECTS, rows[:1])]), "projects")
    both = checked(clerk, workbook([("项目", PROJECTS, rows)]), "projects")

    assert choices(one) == ["renamed", "kept", f"k{other.pk}", "mistake"]
    assert choices(both) == ["renamed", "kept", "mistake"]
    confirm(run_=answered(clerk, one, f"k{other.pk}"), by=clerk, on=DAY)
    other.refresh_from_db()
    assert other.amount_cents == 12_000_000


def test_all_that_are_left_open_may_be_said_to_be_renamed_at_once(client, clerk):
    for code, name in ((OLD, "演示甲有限公司"), (NEW_CODE, "演示乙有限公司")):
        known_body(clerk, name, code)
    rows = [("JG1", "演示丙有限公司", OLD, "咨询机构", "公司"), ("JG2", "演示丁有限公司", NEW_CODE, "咨询机构", "公司")]
    run_ = checked(clerk, workbook([("机构", FIRMS, rows)]), "firms")
    client.force_login(clerk)

    client.post(reverse("pages:import-answers", args=[run_.pk]), {"all_name": "on"})

    run_.refresh_from_db()
    assert [one["answer"] for one in run_.report["questions"]] == ["renamed", "renamed"]
