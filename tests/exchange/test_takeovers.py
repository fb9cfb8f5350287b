"""A day of admission in a roster: only one before the import takes over from an earlier register. Rule R-47."""

from datetime import date, timedelta

import pytest

from admissions.models import Application, EntryCheck
from evaluators.models import Firm
from evaluators.rules import ADMISSION_ITEMS
from experts.models import Expert
from faces.exchange.exporters import workbook
from faces.exchange.models import ImportRun
from faces.exchange.runs import check_file, import_file, undo
from foundation.accounts.enums import Role
from foundation.taxonomy.enums import TreeKind
from foundation.taxonomy.models import Node
from tests.factories.admissions import id_number
from tests.factories.foundation import BureauFactory, UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.rule("R-47")]
DAY, CODE = date(2020, 6, 1), "91350100M000100Y43"
FIRMS = ("名录编号", "机构名称", "统一社会信用代码", "机构类型", "组织形式", "入库日期")
BODIES = ("单位名称", "统一社会信用代码", "单位性质")
EXPERTS = (
    "专家编号", "姓名", "身份证号", "手机号", "职称", "职称级别", "专业代码", "单位代码", "任职起始", "入库日期",
)  # fmt: skip
NOUNS = pytest.mark.parametrize(("noun", "model", "place"), [("firms", Firm, "F"), ("experts", Expert, "J")])


@pytest.fixture
def clerk():
    clerk = UserFactory(bureau=BureauFactory(), role=Role.CLERK)
    Node.objects.create(bureau=clerk.bureau, tree=TreeKind.SPECIALTY, level=1, code="A", name="财政", path="A")
    return clerk


def roster(noun, day):
    if noun == "firms":
        return workbook([("机构", FIRMS, [("JG1", "演示咨询有限公司", CODE, "咨询机构", "公司", day)])])
    row = ("ZJ1", "演示甲", id_number(1), "13800000001", "教授", "高级", "A", CODE, "2018-03-01", day)
    return workbook([("单位", BODIES, [("演示大学", CODE, "高校")]), ("专家", EXPERTS, [row])])


def said(clerk, noun, day, *, act=check_file, on=DAY):
    return act(bureau=clerk.bureau, noun=noun, name="名录.xlsx", content=roster(noun, day), by=clerk, on=on).report


@NOUNS
@pytest.mark.parametrize("later", [0, 1, 400])
def test_day_that_does_not_lie_before_the_import_is_a_fault_at_its_cell(clerk, noun, model, place, later):
    report = said(clerk, noun, DAY + timedelta(days=later))

    [fault] = report["faults"]
    assert (fault["row"], fault["column"], fault["heading"], fault["code"]) == (2, place, "入库日期", "not_earlier")
    assert "2020-06-01" in fault["message"]
    assert not model.objects.exists()


@NOUNS
def test_day_before_the_import_takes_over_and_none_leaves_an_applicant(clerk, noun, model, place):
    said(clerk, noun, "", act=import_file)
    assert (model.objects.get().status, model.objects.get().admitted_on) == ("APPLIED", None)
    [fault] = said(clerk, noun, DAY)["faults"]
    assert (fault["column"], fault["code"]) == (place, "not_earlier")

    said(clerk, noun, DAY - timedelta(days=1), act=import_file)

    assert (model.objects.get().status, model.objects.get().admitted_on) == ("ACTIVE", date(2020, 5, 31))


@NOUNS
def test_who_stands_already_is_not_asked_for_an_earlier_day(clerk, noun, model, place):
    said(clerk, noun, DAY - timedelta(days=1), act=import_file)
    before = model.objects.values_list("pk", "status", "admitted_on", "term_ends_on").get()

    report = said(clerk, noun, DAY, act=import_file)

    assert (report["faults"], model.objects.values_list("pk", "status", "admitted_on", "term_ends_on").get()) == (
        [],
        before,
    )


@pytest.mark.rule("R-12")
def test_what_the_earlier_register_had_looked_at_stands_as_answers_from_that_day_and_goes_with_the_import(
    clerk, client
):
    run = import_file(
        bureau=clerk.bureau,
        noun="firms",
        name="名录.xlsx",
        content=roster("firms", date(2020, 5, 31)),
        by=clerk,
        on=DAY,
    )
    client.force_login(clerk)

    told = client.get("/api/v1/admission-checks/").json()["results"]

    assert sorted(row["code"] for row in told) == sorted(ADMISSION_ITEMS)
    assert {(row["is_met"], row["checked_on"], row["remark"]) for row in told} == {(True, "2020-05-31", "随名录导入")}
    said(clerk, "firms", DAY - timedelta(days=1), act=import_file)
    assert EntryCheck.objects.count() == len(ADMISSION_ITEMS)  # brought twice, written once

    undo(run_=ImportRun.objects.order_by("-pk")[0], by=clerk, on=DAY)
    undo(run_=run, by=clerk, on=DAY)

    assert not EntryCheck.objects.exists()


@NOUNS
def test_notice_that_was_returned_ends_with_the_taking_over_and_comes_back_with_its_undoing(clerk, noun, model, place):
    said(clerk, noun, "", act=import_file)
    entry, kind = model.objects.get(), "FIRM" if noun == "firms" else "EXPERT"
    own = {"firm": entry} if noun == "firms" else {"expert": entry}
    notice = Application.objects.create(
        bureau=clerk.bureau, entered_by=clerk, kind=kind, status="TO_CORRECT", status_since=DAY, **own
    )
    other = Application.objects.create(
        bureau=clerk.bureau, applicant=UserFactory(), kind=kind, status="TO_CORRECT", status_since=DAY
    )
    day = DAY - timedelta(days=1)

    run = import_file(bureau=clerk.bureau, noun=noun, name="名录.xlsx", content=roster(noun, day), by=clerk, on=DAY)

    notice.refresh_from_db()
    other.refresh_from_db()
    assert (model.objects.get().status, notice.status, other.status) == ("ACTIVE", "WITHDRAWN", "TO_CORRECT")
    assert notice.moves.get().reason

    undo(run_=run, by=clerk, on=DAY)

    notice.refresh_from_db()
    assert (model.objects.get().status, notice.status, notice.moves.count()) == ("APPLIED", "TO_CORRECT", 0)
