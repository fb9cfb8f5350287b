"""Codes of 预算管理一体化 decide; a known name under a new code is a question that the file or a person answers."""

from datetime import date

import pytest

from faces.exchange.exporters import workbook
from faces.exchange.importing import NOUNS, Setting, dry_run, run
from faces.exchange.traces import Trace
from foundation.audit.models import Entry
from parties.models import BudgetUnit, Organisation
from parties.services import PartyRefused, recode_unit
from projects.models import Project
from projects.services import ProjectRefused, recode_project
from tests.factories.assignments import OrganisationFactory, ProjectFactory, UnitFactory
from tests.factories.foundation import office

pytestmark = pytest.mark.django_db
ON = date(2020, 6, 1)
UNIT = ("单位编码", "单位名称", "统一社会信用代码", "单位性质", "主管部门编码", "归口科室", "是否本局", "同名答复")
PROJECT = ("项目编码", "项目名称", "单位编码", "项目类型", "特殊形式", "预算金额（万元）", "同名答复")


@pytest.fixture
def setting():
    people = office()
    return Setting(bureau=people["bureau"], by=people["clerk"], on=ON)


def file_of(sheet, headings, row):
    return workbook([(sheet, headings, [row])])


def faults(setting, code, content):
    report = dry_run(noun=NOUNS[code], content=content, name="a.xlsx", setting=setting)
    asked = [(one.column, one.kind) for one in report.open_questions]
    return [(fault.column, fault.code) for fault in report.faults] + asked


def unit_file(code, name, answer="", uscc=""):
    return file_of("预算单位", UNIT, (code, name, uscc, "机关", "", "", "否", answer))


def project_file(code, name, unit, answer=""):
    return file_of("项目", PROJECT, (code, name, unit, "其他", "", "10", answer))


def known_unit(setting, code="101"):
    body = OrganisationFactory(bureau=setting.bureau, name="甲局（本级）")
    return UnitFactory(bureau=setting.bureau, code=code, organisation=body)


def test_unit_of_a_known_code_is_the_same_without_a_question(setting):
    unit = known_unit(setting)

    run(noun=NOUNS["units"], content=unit_file("101", "甲局(本级)"), name="a.xlsx", setting=setting)

    assert BudgetUnit.objects.get().pk == unit.pk


def test_unit_of_a_known_name_under_a_new_code_is_asked_about(setting):
    known_unit(setting)

    assert faults(setting, "units", unit_file("370112101", "甲局(本级)")) == [("B", "unit")]
    assert BudgetUnit.objects.get().code == "101"


def test_the_same_unit_gets_its_new_code_and_the_journal_keeps_the_old_one(setting):
    unit = known_unit(setting)
    project = ProjectFactory(unit=unit)
    trace = Trace()

    report = run(
        noun=NOUNS["units"], content=unit_file("370112101", "甲局(本级)", "同一"), name="a.xlsx", setting=setting,
        trace=trace,
    )  # fmt: skip

    unit.refresh_from_db()
    project.refresh_from_db()
    assert (unit.code, project.unit) == ("370112101", unit)
    assert Organisation.objects.filter(name__startswith="甲局").count() == 1
    assert '"before":"101"' in Entry.objects.get(action="parties.unit_recoded").text
    assert [
        (change.heading, change.before, change.after) for change in report.changes if change.heading == "单位编码"
    ] == [("单位编码", "101", "370112101")]
    assert [keys for label, keys in trace.created if label == "parties.budgetunit"] == [[]]  # nothing new to take back


def test_another_unit_of_the_name_is_a_body_of_its_own_and_imports_twice(setting):
    known_unit(setting)
    content = unit_file("202", "甲局（本级）", "另一")

    for _turn in range(2):
        run(noun=NOUNS["units"], content=content, name="a.xlsx", setting=setting)

    assert sorted(BudgetUnit.objects.values_list("code", flat=True)) == ["101", "202"]
    assert Organisation.objects.filter(name="甲局（本级）").count() == 2


def test_of_several_units_of_a_name_the_code_must_say_which(setting):
    for code in ("101", "102"):
        known_unit(setting, code)

    assert faults(setting, "units", unit_file("303", "甲局（本级）", "同一")) == [("B", "unit")]


@pytest.mark.parametrize(("answer", "codes"), [("同一", ["N1"]), ("另一", ["N1", "P1"])])
def test_project_of_a_known_name_at_the_unit_is_asked_about(setting, answer, codes):
    unit = known_unit(setting)
    project = ProjectFactory(unit=unit, code="P1", name="污水处理")
    elsewhere = UnitFactory(bureau=setting.bureau, code="900")

    assert faults(setting, "projects", project_file("N1", "污水 处理", "101")) == [("B", "project")]
    assert faults(setting, "projects", project_file("N1", "污水处理", elsewhere.code)) == []
    run(noun=NOUNS["projects"], content=project_file("N1", "污水处理", "101", answer), name="a.xlsx", setting=setting)

    assert sorted(Project.objects.values_list("code", flat=True)) == codes
    assert Project.objects.filter(pk=project.pk).exists()


def test_a_code_that_is_taken_is_refused(setting):
    one, two = known_unit(setting), known_unit(setting, "102")
    first, second = ProjectFactory(unit=one), ProjectFactory(unit=one)

    with pytest.raises(PartyRefused):
        recode_unit(unit=one, code="102", by=setting.by, on=ON)
    with pytest.raises(ProjectRefused):
        recode_project(project=first, code=second.code, by=setting.by, on=ON)

    two.refresh_from_db()
    assert two.code == "102"
    assert not Entry.objects.filter(action__endswith="recoded").exists()
