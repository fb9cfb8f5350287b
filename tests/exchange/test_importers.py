"""Importers: every fault at its place, all or nothing, and a second import brings up to date instead of doubling."""

from datetime import date

import pytest

from assignments.models import EvaluationTask
from evaluators.models import Firm, LeadEvaluator, Practitioner
from experts.models import Expert
from faces.exchange.demo.author import books
from faces.exchange.demo.invent import People
from faces.exchange.demo.load import ROSTERS
from faces.exchange.demo.opening import FOLDER
from faces.exchange.exporters import template_book, workbook
from faces.exchange.faults import ImportRefused
from faces.exchange.importing import NOUNS, OFFERED, Setting, dry_run, run
from faces.exchange.sheets import read
from foundation.accounts.enums import Role
from foundation.audit.models import Entry
from foundation.bureaus.services import SectionDraft, add_sections
from foundation.core.cells import neutral
from foundation.core.errors import NotAllowed
from parties.models import BudgetUnit, Employment, Organisation, Person
from projects.models import Project
from tests.factories.foundation import BureauFactory, UserFactory

pytestmark = pytest.mark.django_db
DAY = date(2020, 1, 6)


@pytest.fixture(scope="module")
def tables():
    return {book.name: {table.name: table for table in book.tables} for book in books()}


@pytest.fixture
def setting():
    bureau = BureauFactory(is_demo=True)
    clerk = UserFactory(bureau=bureau, role=Role.CLERK)
    from faces.exchange.demo.opening import DUTIES
    from faces.exchange.demo.units import SECTIONS

    add_sections(bureau=bureau, drafts=[SectionDraft(name, DUTIES[duty]) for name, duty in SECTIONS], by="system")
    return Setting(bureau=bureau, by=clerk, on=DAY)


def load(setting, *codes, until=None):
    """Import the demonstration's books in their order."""
    for code, book, day in ROSTERS:
        if codes and code not in codes:
            continue
        content = (FOLDER / book).read_bytes()
        yield run(noun=NOUNS[code], content=content, name=book, setting=Setting(setting.bureau, setting.by, day))
        if code == until:
            return


def book_of(*sheets):
    return workbook(sheets)


def faults_of(setting, code, *sheets):
    report = dry_run(noun=NOUNS[code], content=book_of(*sheets), name="a.xlsx", setting=setting)
    return [(fault.sheet, fault.row, fault.column, fault.code) for fault in report.faults]


def counts():
    return {
        model.__name__: model.objects.count()
        for model in (Organisation, Person, Employment, BudgetUnit, Firm, LeadEvaluator, Practitioner, Expert, Project)
    }


@pytest.mark.edge("E6")
def test_importing_twice_doubles_nothing(setting):
    list(load(setting))
    before = counts()

    again = list(load(setting, "specialties", "units", "firms", "experts", "projects", "chain", "training"))

    assert counts() == before
    assert sum(report.created.get("机构", 0) + report.created.get("专家", 0) for report in again) == 0
    assert EvaluationTask.objects.count() == 99


def test_importing_needs_the_capability(setting):
    stranger = Setting(setting.bureau, UserFactory(bureau=setting.bureau, role=Role.SUPERVISOR), DAY)

    with pytest.raises(NotAllowed):
        list(load(stranger, "specialties"))


def test_a_dry_run_writes_nothing(setting):
    entries = Entry.objects.count()
    content = (FOLDER / "specialties.xlsx").read_bytes()

    report = dry_run(noun=NOUNS["specialties"], content=content, name="a.xlsx", setting=setting)

    assert (report.is_clean, report.read, report.created) == (True, {"专业分类": 60}, {"专业分类": 90})
    assert Entry.objects.count() == entries


@pytest.mark.edge("E6")
def test_one_fault_on_the_last_sheet_keeps_all_rows_out(setting, tables):
    firms = tables["firms.xlsx"]
    sheets = [(name, table.headings, list(table.rows)) for name, table in firms.items()]
    sheets[-1][2][0] = ["JG999", *sheets[-1][2][0][1:]]
    entries = Entry.objects.count()

    with pytest.raises(ImportRefused) as caught:
        run(noun=NOUNS["firms"], content=book_of(*sheets), name="a.xlsx", setting=setting)

    fault = caught.value.faults[0]
    assert (len(caught.value.faults), fault.sheet, fault.row, fault.column, fault.text) == (
        1,
        "承诺书",
        2,
        "A",
        "JG999",
    )
    assert (Firm.objects.count(), Organisation.objects.count(), Entry.objects.count()) == (0, 0, entries)


def row_of(table, **changed):
    """Return the first row of a table with some cells changed, by heading."""
    return [changed.get(heading, value) for heading, value in zip(table.headings, table.rows[0], strict=True)]


@pytest.mark.parametrize(
    ("changed", "column", "code"),
    [
        ({"机构名称": ""}, "B", "empty"),
        ({"统一社会信用代码": "91310115MA1H8R7C6D"}, "C", "wrong"),
        ({"统一社会信用代码": "9.13E+17"}, "C", "digits_lost"),
        ({"机构类型": "饭店"}, "D", "not_in_list"),
        ({"成立日期": "2020.13.1"}, "I", "wrong"),
        ({"从业人数": "-3"}, "K", "wrong"),
    ],
)
def test_firms_name_the_cell_that_is_wrong(setting, tables, changed, column, code):
    table = tables["firms.xlsx"]["机构"]

    assert faults_of(setting, "firms", ("机构", table.headings, [row_of(table, **changed)])) == [
        ("机构", 2, column, code)
    ]


@pytest.mark.edge("E4")
def test_firms_refuse_numbers_and_codes_of_others(setting, tables):
    list(load(setting, "firms"))
    table = tables["firms.xlsx"]["机构"]
    other = table.rows[1]
    rows = [row_of(table, 统一社会信用代码=other[2], 机构名称=other[1]), row_of(table), row_of(table)]

    found = faults_of(setting, "firms", ("机构", table.headings, rows))

    assert ("机构", 2, "A", "number_taken") in found
    assert ("机构", 4, "C", "repeated") in found


@pytest.mark.parametrize(
    ("changed", "column", "code"),
    [
        ({"身份证号": "379999196001010011"}, "C", "wrong"),
        ({"身份证号": "3.70112E+17"}, "C", "digits_lost"),
        ({"手机号": "12"}, "D", "wrong"),
        ({"职称级别": "初级"}, "F", "not_in_list"),
        ({"专业代码": "Z9999"}, "G", "unknown"),
        ({"单位代码": "91370000000000000X"}, "I", "unknown"),
        ({"职称级别": "中级", "参加工作日期": ""}, "L", "empty"),
    ],
)
def test_experts_name_the_cell_that_is_wrong(setting, tables, changed, column, code):
    list(load(setting, "specialties"))
    bodies, table = tables["experts.xlsx"]["单位"], tables["experts.xlsx"]["专家"]
    sheets = [("单位", bodies.headings, bodies.rows), ("专家", table.headings, [row_of(table, **changed)])]

    assert faults_of(setting, "experts", *sheets) == [("专家", 2, column, code)]


def test_experts_of_other_numbers_are_recognised(setting, tables):
    list(load(setting, "specialties", "units", "firms", "experts"))
    table = tables["experts.xlsx"]["专家"]

    found = faults_of(setting, "experts", ("专家", table.headings, [row_of(table, 专家编号="ZJ9999")]))

    assert found == [("专家", 2, "C", "number_differs")]


OTHERS = [
    ("units", "预算单位", ["U1", "甲局", "", "", "机关", "U9", "无此科", "否"], "F", "unknown"),
    ("units", "预算单位", ["U1", "甲局", "", "", "机关", "U1", "", "否"], "F", "wrong"),
    ("projects", "项目", ["P1", "甲", "101001", "其他", "", "10", "9", "", "", ""], "F", "parts_do_not_add_up"),
    ("projects", "项目", ["P1", "甲", "999", "其他", "", "10", "10", "", "", ""], "C", "unknown"),
    ("chain", "自评", ["P9", "2020", "2019", "1", "96", "2020-03-01"], "A", "unknown"),
    ("chain", "自评", ["370112-2019-0001", "2020", "2019", "1", "100.01", "2020-03-01"], "E", "wrong"),
    ("chain", "部门整体试点", ["999", "2020", "2020", "2020-08-15", ""], "A", "unknown"),
    ("training", "场次", ["无此课", "2020-07-23", "历城", ""], "A", "unknown"),
    ("training", "参训", ["无此课", "2020-07-23", "甲", People("x").next().id_number, "", "6", "否"], "A", "unknown"),
    ("plan", "任务", ["1999", "", "自评复核", "甲", "101001", "第三方机构", "2020", "1"], "A", "unknown"),
]


def test_other_sheets_name_the_cell_that_is_wrong(setting, tables):
    list(load(setting, until="projects"))
    book_named = {noun: book for noun, book, _day in ROSTERS}

    for code, sheet, row, column, fault in OTHERS:
        found = faults_of(setting, code, (sheet, tables[book_named[code]][sheet].headings, [row]))

        assert (sheet, 2, column, fault) in found


def test_a_file_of_another_kind_says_which_sheets_are_asked_for(setting):
    found = faults_of(setting, "firms", ("甲", ["a"], [["1"]]), ("乙", ["b"], [["2"]]))

    assert found == [("", 0, "", "no_sheet")]


@pytest.mark.parametrize("code", OFFERED)
def test_every_empty_form_is_read_back_without_faults(setting, code):
    report = dry_run(noun=NOUNS[code], content=template_book(NOUNS[code]), name="a.xlsx", setting=setting)

    assert (report.faults, report.rows) == ([], 0)


@pytest.mark.parametrize("code", ["firms", "practitioners", "experts", "employment"])
def test_every_form_filled_in_is_imported_without_faults(setting, tables, code):
    before = {"practitioners": ("firms",), "experts": ("firms",), "employment": ("firms", "experts")}.get(code, ())
    list(load(setting, "specialties", "units", *before))
    told = tables["firms.xlsx" if code in {"firms", "practitioners"} else "experts.xlsx"]
    sheets = []
    for sheet in read(template_book(NOUNS[code]), "a.xlsx"):
        headings, table = [cell.text for cell in sheet.lines[0].cells], told[sheet.name]
        filled = [dict(zip(table.headings, row, strict=True)) for row in table.rows]
        sheets.append((sheet.name, headings, [[row.get(one.rstrip("*"), "") for one in headings] for row in filled]))

    report = run(noun=NOUNS[code], content=book_of(*sheets), name="a.xlsx", setting=setting)

    assert report.read == {name: len(rows) for name, _headings, rows in sheets}
    assert sum(report.created.values()) + sum(report.updated.values()) == report.rows > 0


@pytest.mark.parametrize(("code", "sheet"), [("practitioners", "从业人员"), ("employment", "任职经历")])
def test_the_only_sheet_of_a_file_may_bear_any_name(setting, tables, code, sheet):
    list(load(setting, "specialties", "units", "firms", *(["experts"] if code == "employment" else [])))
    table = next(found for book in tables.values() for name, found in book.items() if name == sheet)

    report = dry_run(
        noun=NOUNS[code], content=book_of(("Sheet1", table.headings, table.rows)), name="a.xlsx", setting=setting
    )

    assert (report.faults, report.read) == ([], {sheet: len(table.rows)})


@pytest.mark.edge("E4")
def test_a_code_with_another_name_is_a_question_at_the_name_and_two_spellings_are_one_name(setting, tables):
    table = tables["firms.xlsx"]["机构"]
    list(load(setting, "specialties", "units", "firms"))
    spelt = [row_of(table, 机构名称=str(table.rows[0][1]).replace("（", "(").replace("）", ")"))]
    other = [row_of(table, 机构名称="演示别名有限公司")]

    assert faults_of(setting, "firms", ("机构", table.headings, spelt)) == []
    assert faults_of(setting, "firms", ("机构", table.headings, other)) == []
    assert [(one.row, one.column, one.kind) for one in setting.questions.asked] == [(2, "B", "name")]


@pytest.mark.edge("E56")
def test_text_that_looks_like_a_formula_leaves_as_text():
    content = workbook([("表", ["名称"], [["=cmd|' /C calc'!A0"], ["-12.5"], ["+86 531"], ["@SUM"]])])

    cells = [line.at(0).text for line in read(content, "a.xlsx")[0].lines]

    assert cells == ["名称", "'=cmd|' /C calc'!A0", "-12.5", "'+86 531", "'@SUM"]
    assert neutral("济南") == "济南"
