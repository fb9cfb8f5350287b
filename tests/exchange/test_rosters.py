"""Rosters written by other hands (``rosters/make.py``): what each must come to stands beside it."""

import io
import json
from datetime import date
from pathlib import Path

import pytest
import xlsxwriter
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from evaluators.models import Firm
from experts.models import Expert
from faces.exchange.faults import ImportRefused, Why
from faces.exchange.importing import NOUNS, Setting, dry_run, run
from faces.exchange.sheets import SheetRefused, read
from foundation.accounts.enums import Role
from foundation.core.identifiers import uscc_check_character
from foundation.taxonomy.enums import TreeKind
from foundation.taxonomy.models import Node
from foundation.taxonomy.services import NodeDraft, add_nodes
from parties.enums import OrganisationKind
from parties.models import BudgetUnit
from parties.services import OrganisationDraft, UnitDraft, register_organisations, register_units
from projects.models import Project
from tests.factories.foundation import BureauFactory, UserFactory
from training.models import Course

pytestmark = pytest.mark.django_db
FOLDER = Path(__file__).parent / "rosters"
EVERY = sorted(path for path in FOLDER.iterdir() if path.suffix in {".xlsx", ".xls", ".csv"})
ROSTERS = [path for path in EVERY if "-questions-" not in path.name]  # the others: test_question_rosters.py
DAY = date(2020, 6, 1)
TREE = (NodeDraft("A", "演示领域"), NodeDraft("A01", "演示行业", "A"), NodeDraft("A0101", "演示专业", "A01"))


def firms():
    rows = Firm.objects.select_related("organisation")
    return [
        f"{row.number} {row.organisation.name} {row.organisation.uscc} {row.organisation.founded_on}" for row in rows
    ]


def experts():
    rows = Expert.objects.select_related("person").prefetch_related("person__employments")
    return [f"{row.number} {row.person.name} {row.person.employments.get().started_on}" for row in rows]


STORED = {
    "firms": firms,
    "experts": experts,
    "specialties": lambda: [f"{row.code} {row.name}" for row in Node.objects.exclude(code__startswith="A")],
    "units": lambda: [f"{row.code} {row.organisation.name}" for row in BudgetUnit.objects.exclude(code="101001")],
    "projects": lambda: [f"{row.code} {row.name} {row.amount_cents}" for row in Project.objects.all()],
    "training": lambda: [f"{row.title} {row.hours_tenths}" for row in Course.objects.all()],
}


@pytest.fixture
def setting():
    bureau = BureauFactory(is_demo=True)
    clerk = UserFactory(bureau=bureau, role=Role.CLERK)
    add_nodes(bureau=bureau, tree=TreeKind.SPECIALTY, drafts=TREE, by=clerk, on=DAY)
    draft = OrganisationDraft("演示单位", OrganisationKind.GOVERNMENT, uscc_absent_reason="演示")
    body = register_organisations(bureau=bureau, drafts=[draft], by=clerk, on=DAY)[0]
    register_units(bureau=bureau, drafts=[UnitDraft(body, "101001")], by=clerk, on=DAY)
    return Setting(bureau=bureau, by=clerk, on=DAY)


def imported(setting, noun, path):
    """Return the report of an import, whether it was written or refused."""
    try:
        return run(noun=NOUNS[noun], content=path.read_bytes(), name=path.name, setting=setting)
    except ImportRefused as refused:
        return refused.report


def expected(path):
    return json.loads(path.with_name(f"{path.name}.json").read_text())


def is_clean(path):
    """Return whether a roster asks nothing of the reader: the form's own headings on top, nothing wrong or passed."""
    said = expected(path)
    headings = {column.heading for part in NOUNS[said["noun"]].parts for column in part.layout.columns}
    tops = [[cell.text for cell in sheet.lines[0].cells] for sheet in read(path.read_bytes(), path.name) if sheet.lines]
    return not said["faults"] and not said["skipped"] and all(set(top) <= headings for top in tops)


def test_at_least_forty_rosters_are_not_clean_and_office_programs_wrote_some():
    difficult = [path.name for path in ROSTERS if not is_clean(path)]

    assert len(difficult) >= 40
    assert {suffix for name in difficult if "libreoffice" in name for suffix in [name[-4:]]} == {".xls", "xlsx", ".csv"}


@pytest.mark.edge("E1")
def test_every_trouble_of_a_roster_occurs():
    told = [(path.name, expected(path)) for path in ROSTERS]

    assert {why for _name, said in told for _row, why in said["skipped"]} == set(Why)
    assert {code for _name, said in told for *_place, code in said["faults"]} >= {"digits_lost", "empty", "repeated"}
    for kind in ("title", "two-rows", "merged", "wide", "dates", "wrong", "numbers", "amounts"):
        assert sum(f"-{kind}" in name for name, _said in told) >= 3


@pytest.mark.edge("E1")
@pytest.mark.edge("E3")
@pytest.mark.parametrize("path", ROSTERS, ids=lambda path: path.name)
def test_roster_comes_to_what_stands_beside_it(setting, path):
    wanted = expected(path)

    report = imported(setting, wanted["noun"], path)

    assert sorted([one.row, one.column, one.code] for one in report.faults) == sorted(wanted["faults"])
    assert [[one.row, one.why] for one in report.skipped] == wanted["skipped"]
    assert report.read == wanted["read"]
    assert sorted(STORED[wanted["noun"]]()) == sorted(wanted["stored"])


@pytest.mark.parametrize("path", [path for path in ROSTERS if "-wrong" in path.name], ids=lambda path: path.name)
def test_every_fault_quotes_its_cell_and_says_what_would_be_right(setting, path):
    report = imported(setting, expected(path)["noun"], path)

    cells = {
        (sheet.name, line.number, place): cell.text
        for sheet in read(path.read_bytes(), path.name)
        for line in sheet.lines
        for place, cell in enumerate(line.cells)
    }
    for fault in report.faults:
        assert fault.text == cells[fault.sheet, fault.row, ord(fault.column) - ord("A")]
        assert fault.message


@pytest.mark.parametrize(
    "path", [path for path in ROSTERS if path.name.startswith("firms-title")], ids=lambda p: p.name
)
def test_roster_twice_doubles_nothing_and_changes_nothing(setting, path):
    imported(setting, "firms", path)

    again = dry_run(noun=NOUNS["firms"], content=path.read_bytes(), name=path.name, setting=setting)

    assert (again.created, again.updated, again.changes) == ({"机构": 0}, {"机构": 3}, [])


@settings(max_examples=25, deadline=None)
@given(
    st.sampled_from([path for path in ROSTERS if path.suffix != ".csv"]),
    st.integers(0),
    st.binary(min_size=1, max_size=8),
)
def test_a_damaged_workbook_is_read_or_refused(path, place, bytes_):
    content = bytearray(path.read_bytes())
    place %= len(content)
    content[place : place + len(bytes_)] = bytes_

    try:
        said = read(bytes(content), path.name)
    except SheetRefused as refused:
        said = refused.refusal.message

    assert said is not None


WORDS = st.one_of(
    st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=10),
    st.sampled_from(
        [
            "",
            "",
            "合计",
            "备注",
            "无",
            "演示1",
            "咨询机构",
            "公司",
            "91350100M000100Y43",
            "2020.3",
            "43891",
            "二〇二〇年三月",
        ]
    ),
)
HEADS = ("名录编号", "机构名称", "统一社会信用代码", "机构类型", "组织形式", "成立日期")


def csv_of(lines):
    return "\n".join(",".join('"' + cell.replace('"', '""') + '"' for cell in line) for line in lines).encode()


def xlsx_of(lines):
    held = io.BytesIO()
    book = xlsxwriter.Workbook(held, {"in_memory": True})
    sheet = book.add_worksheet("机构")
    for row, values in enumerate(lines):
        for column, value in enumerate(values):
            sheet.write_string(row, column, value)
    book.close()
    return held.getvalue()


@pytest.mark.parametrize(("kind", "made"), [("csv", csv_of), ("xlsx", xlsx_of)])
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    title=st.lists(WORDS, max_size=2),
    rows=st.lists(st.lists(WORDS, max_size=6), max_size=10),
    order=st.permutations(HEADS),
)
def test_rows_in_are_rows_written_and_rows_reported(setting, kind, made, title, rows, order):
    content = made([title, list(order), *rows])

    try:
        report = dry_run(noun=NOUNS["firms"], content=content, name=f"a.{kind}", setting=setting)
        sheet = read(content, f"a.{kind}")[0]
    except SheetRefused:
        return

    filled = sum(not line.is_blank for line in sheet.lines) - 1
    passed = sum(one.why != "blank" for one in report.skipped)
    written = sum(report.created.values()) + sum(report.updated.values())
    assert report.rows + passed == filled or report.faults[0].code == "no_headings"
    assert report.faults or written == report.rows
    assert not report.faults or written == 0


def reported(report, sheet):
    """Return whether every row of a sheet that holds anything is among those read or those passed over."""
    filled = sum(not line.is_blank for line in sheet.lines) - 1
    passed = sum(one.why != "blank" for one in report.skipped)
    return report.rows + passed == filled or report.faults[0].code == "no_headings"


@pytest.mark.parametrize(
    "code", ["units", "projects", "practitioners", "experts", "employment", "specialties", "training"]
)
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_of_every_kind_no_row_is_lost(setting, code, data):
    part = NOUNS[code].alone or NOUNS[code].parts[0]
    heads = data.draw(st.permutations([column.heading for column in part.layout.columns]))
    rows = data.draw(st.lists(st.lists(WORDS, max_size=len(heads)), max_size=8))
    content = csv_of([heads, *rows])

    try:
        report = dry_run(noun=NOUNS[code], content=content, name="a.csv", setting=setting)
        sheet = read(content, "a.csv")[0]
    except SheetRefused:
        return

    written = sum(report.created.values()) + sum(report.updated.values())
    assert reported(report, sheet)
    assert written == (0 if report.faults or report.questions else report.rows)


def valid(number):
    """Return a row that the register of firms takes, by the headings of ``HEADS``."""
    body = f"91379999MA{number:07d}"
    return [f"JG{number}", f"演示{number}公司", body + uscc_check_character(body), "咨询机构", "公司", "2015-03-05"]


PASSED = st.sampled_from([[""] * 6, ["合计", "", "", "", "", ""], ["备注", "以上为演示数据", "", "", "", ""]])


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    numbers=st.lists(st.integers(1, 9), max_size=6),
    tail=st.lists(PASSED, max_size=3),
    bad=st.none() | st.lists(WORDS, min_size=1, max_size=6),
)
def test_what_is_stored_is_what_the_report_says_was_written(setting, numbers, tail, bad):
    rows = [valid(number) for number in numbers] + ([bad] if bad else []) + tail
    content = xlsx_of([HEADS, *rows])
    sheet = read(content, "a.xlsx")[0]

    with transaction.atomic():
        try:
            report = run(noun=NOUNS["firms"], content=content, name="a.xlsx", setting=setting)
        except ImportRefused as refused:
            report = refused.report
        stored = set(Firm.objects.values_list("number", flat=True))
        transaction.set_rollback(True)

    assert reported(report, sheet)
    if report.is_clean:
        assert report.created.get("机构", 0) == len(stored) == report.rows
        assert stored >= {f"JG{number}" for number in numbers}
    else:
        assert stored == set()
    assert report.is_clean or len(set(numbers)) < len(numbers) or bad


@pytest.mark.edge("E1")
def test_a_sheet_of_another_name_is_told_by_its_headings(setting):
    people = "专家编号,姓名,身份证号,手机号,职称,职称级别,专业代码,单位代码,任职起始\n,,,,,,,,\n"
    bodies = "单位名称,统一社会信用代码,单位性质\n,,\n"

    read_as = [
        set(dry_run(noun=NOUNS["experts"], content=text.encode(), name="名单.csv", setting=setting).read)
        for text in (people, bodies)
    ]

    assert read_as == [{"专家"}, {"单位"}]


@pytest.mark.edge("E1")
def test_sheets_of_other_names_are_told_by_their_headings_or_none_is_taken(setting):
    def book(*sheets):
        out = io.BytesIO()
        with xlsxwriter.Workbook(out) as made:
            for place, headings in enumerate(sheets):
                made.add_worksheet(f"Sheet{place + 1}").write_row(0, 0, headings)
        return dry_run(noun=NOUNS["experts"], content=out.getvalue(), name="名单.xlsx", setting=setting)

    bodies = ("单位名称", "统一社会信用代码", "单位性质")
    people = ("专家编号", "姓名", "身份证号", "手机号", "职称", "职称级别", "专业代码", "单位代码", "任职起始")

    told, strange = book(people, bodies), book(("甲", "乙"), ("丙", "丁"))

    assert set(told.read) == {"专家", "单位"}
    assert [fault.code for fault in strange.faults] == ["no_sheet"]
