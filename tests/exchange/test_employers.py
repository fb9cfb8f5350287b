"""A roster names employers as people do: a code is taken at once, a name is asked about once."""

from datetime import date

import pytest

from evaluators.models import Firm
from experts.models import Expert
from faces.exchange.exporters import workbook
from faces.exchange.models import RunStatus
from faces.exchange.runs import confirm, undo
from foundation.taxonomy.enums import TreeKind
from foundation.taxonomy.models import Node
from parties.models import Employment, Organisation
from parties.services import OrganisationDraft, register_organisations, rename_organisation
from tests.factories.assignments import FirmFactory
from tests.factories.questions import DAY, NEW_CODE, OLD, answered, checked, choices, clerk_of_a_bureau

pytestmark = [pytest.mark.django_db, pytest.mark.edge("E5")]
HEADINGS = ("专家编号", "姓名", "身份证号", "手机号", "职称", "职称级别", "专业代码", "工作单位", "任职起始")
IDS = ("110101199003070732", "110101198504121572")


@pytest.fixture
def clerk():
    person = clerk_of_a_bureau()
    Node.objects.create(bureau=person.bureau, tree=TreeKind.SPECIALTY, level=1, code="A", name="财务", path="A")
    drafts = [OrganisationDraft("演示大学", "UNIVERSITY", OLD), OrganisationDraft("演示大学", "OTHER", NEW_CODE)]
    register_organisations(bureau=person.bureau, drafts=drafts, by=person, on=DAY)
    return person


def book(*employers):
    rows = [
        (f"ZJ{n}", "张李"[n] + "三", IDS[n], f"1380000000{n}", "教授", "高级", "A", employer, "2015-03-01")
        for n, employer in enumerate(employers)
    ]
    return workbook([("专家", HEADINGS, rows)])


def test_a_name_is_asked_about_once_and_its_answer_is_the_code(clerk):
    run_ = checked(clerk, book("演示大学", "演示大学"), noun="experts")

    assert run_.report["faults"] == []
    assert choices(run_) == [OLD, NEW_CODE, "mistake"]
    assert len(run_.report["questions"]) == 2  # one question, told at both of its rows
    assert len({one["id"] for one in run_.report["questions"]}) == 1

    run_ = answered(clerk, run_, NEW_CODE, NEW_CODE)
    confirm(run_=run_, by=clerk, on=DAY)

    assert set(Employment.objects.values_list("organisation__uscc", flat=True)) == {NEW_CODE}
    again = checked(clerk, book("演示大学", "演示大学"), noun="experts")
    assert again.status == RunStatus.CHECKED


def test_a_name_of_before_counts_and_a_code_asks_nothing(clerk):
    body = Organisation.objects.get(uscc=OLD)
    rename_organisation(organisation=body, name="演示理工大学", by=clerk, on=date(2020, 6, 2))

    by_code = checked(clerk, book(OLD.lower(), f" {NEW_CODE}"), noun="experts")
    by_name = checked(clerk, book("演示大学", OLD), noun="experts")

    assert (by_code.report["faults"], by_code.report["questions"]) == ([], [])
    assert choices(by_name) == [NEW_CODE, OLD, "mistake"]


def test_a_name_that_nobody_bears_is_a_fault_at_its_cell(clerk):
    run_ = checked(clerk, book("查无此校", OLD), noun="experts")

    (fault,) = run_.report["faults"]
    assert (fault["row"], fault["text"], fault["code"]) == (2, "查无此校", "unknown")


def test_who_says_that_none_fits_gives_the_code(clerk):
    run_ = answered(clerk, checked(clerk, book("演示大学", OLD), noun="experts"), "mistake")

    assert [fault["code"] for fault in run_.report["faults"]] == ["empty"]


def without_numbers(clerk, *, again=False):
    rows = [("张三", IDS[0], "13800000000", "教授", "高级", "A", OLD, "2015-03-01")]
    rows += [("李四", IDS[1], "13800000001", "教授", "高级", "A", OLD, "2015-03-01")] if again else []
    return checked(clerk, workbook([("专家", HEADINGS[1:], rows)]), noun="experts")


@pytest.mark.edge("E6")
def test_experts_without_numbers_get_the_next_ones_and_keep_them(clerk):
    run_ = without_numbers(clerk)
    assert run_.report["faults"] == []
    assert not Expert.objects.exists()  # a check gives no number away
    confirm(run_=run_, by=clerk, on=DAY)
    first = Expert.objects.get()

    confirm(run_=without_numbers(clerk, again=True), by=clerk, on=DAY)

    assert Expert.objects.get(pk=first.pk).number == first.number
    assert Expert.objects.count() == 2
    assert len(set(Expert.objects.values_list("number", flat=True))) == 2


@pytest.mark.edge("E6")
def test_an_import_that_gave_numbers_can_be_taken_back(clerk):
    run_ = confirm(run_=without_numbers(clerk), by=clerk, on=DAY)

    undo(run_=run_, by=clerk, on=DAY)

    assert not Expert.objects.exists()


@pytest.mark.edge("E6")
def test_firms_without_numbers_get_the_next_ones_past_those_that_are_taken(clerk):
    headings = ("机构名称", "统一社会信用代码", "机构类型", "组织形式")
    taken = FirmFactory(bureau=clerk.bureau, number="机构001")
    rows = [("演示甲咨询有限公司", "91110108551385082Q", "咨询公司", "有限责任公司")]
    Organisation.objects.filter(uscc=NEW_CODE).delete()

    for _time in range(2):
        run_ = checked(clerk, workbook([("机构", headings, rows)]), noun="firms")
        assert run_.report["faults"] == []
        confirm(run_=run_, by=clerk, on=DAY)

    assert Firm.objects.exclude(pk=taken.pk).get().number == "机构002"
