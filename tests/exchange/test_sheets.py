"""Reading: what clerks really send becomes rows with places; what lost its digits is refused; nothing goes missing."""

import csv
import io
from datetime import date

import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from faces.exchange import cells
from faces.exchange.cells import CellWrong
from faces.exchange.faults import Report
from faces.exchange.sheets import Cell, SheetRefused, letters, read
from faces.exchange.tables import Column, Layout, records

ROSTER = Layout(
    "专家",
    (
        Column("number", "专家编号", cells.code(20)),
        Column("name", "姓名", cells.name),
        Column("since", "起始日期", cells.day, required=False),
        Column("amount", "金额（万元）", cells.wan, required=False),
    ),
)


def workbook(*tables):
    held = io.BytesIO()
    book = xlsxwriter.Workbook(held, {"in_memory": True})
    for name, rows in tables:
        sheet = book.add_worksheet(name)
        for row, values in enumerate(rows):
            for column, value in enumerate(values):
                if value is not None:
                    sheet.write(row, column, value)
    book.close()
    return held.getvalue()


def csv_of(rows, encoding):
    held = io.StringIO()
    csv.writer(held).writerows(rows)
    return held.getvalue().encode(encoding)


@pytest.mark.edge("E2")
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_read_keeps_rare_names_in_every_encoding(encoding):
    content = csv_of([["姓名"], ["龚䶮"], ["李㛃"], ["王𬭎"]], encoding)

    sheet = read(content, "名单.csv")[0]

    assert [line.at(0).text for line in sheet.lines] == ["姓名", "龚䶮", "李㛃", "王𬭎"]


def test_read_tells_apart_text_and_numbers_of_a_workbook():
    content = workbook(("表", [["101001", 101001, 1860.1, 37011219900101e4, "3.70112E+17"]]))

    line = read(content, "a.xlsx")[0].lines[0]

    assert [cell.text for cell in line.cells[:3]] == ["101001", "101001", "1860.1"]
    assert line.at(3).lost
    assert not line.at(4).lost


@pytest.mark.parametrize(
    ("content", "name", "code"),
    [
        (b"PK\x03\x04rubbish", "a.xlsx", "unreadable"),
        (b"\xd0\xcf\x11\xe0rubbish", "a.xls", "unreadable"),
        (b"hello", "a.xlsx", "not_a_workbook"),
        (b"<svg/>", "a.svg", "unknown_kind"),
        (b"\xff\xff\xff\x00", "a.csv", "unknown_encoding"),
        (b"a\0b", "a.csv", "unknown_kind"),
        (b'"open,1\n2', "a.csv", "unreadable"),
        (b"a" * (20 * 1024 * 1024 + 1), "a.csv", "too_large"),
    ],
)
def test_read_refuses_what_is_no_spreadsheet_and_says_why(content, name, code):
    with pytest.raises(SheetRefused) as caught:
        read(content, name)

    assert caught.value.refusal.code == code


@pytest.mark.parametrize(("column", "text"), [(0, "A"), (25, "Z"), (26, "AA"), (51, "AZ"), (52, "BA"), (701, "ZZ")])
def test_letters_are_those_of_a_spreadsheet(column, text):
    assert letters(column) == text


@pytest.mark.edge("E3")
@pytest.mark.parametrize(
    ("cell", "day"),
    [
        (Cell("2020.3.5"), date(2020, 3, 5)),
        (Cell("2020-03-05"), date(2020, 3, 5)),
        (Cell("2020/3/5"), date(2020, 3, 5)),
        (Cell("2020年3月5日"), date(2020, 3, 5)),
        (Cell("２０２０年３月５日"), date(2020, 3, 5)),
        (Cell("20200305"), date(2020, 3, 5)),
        (Cell("43895", number=True), date(2020, 3, 5)),
        (Cell("2020.3"), date(2020, 3, 1)),
        (Cell("二〇二〇年三月"), date(2020, 3, 1)),
        (Cell("二〇二〇年十二月二十一日"), date(2020, 12, 21)),
        (Cell("二○二○年十月三十日"), date(2020, 10, 30)),
        (Cell("2020-03-05 00:00:00"), date(2020, 3, 5)),
    ],
)
def test_day_reads_what_clerks_write(cell, day):
    assert cells.day(cell) == day


@pytest.mark.parametrize(
    "cell",
    [
        Cell("2020.13.1"),
        Cell("2020-02-30"),
        Cell("昨天"),
        Cell("43895"),
        Cell("2020.1", number=True),
        Cell("1066-10-14"),
    ],
)
def test_day_refuses_what_is_no_day_or_could_be_two(cell):
    with pytest.raises(CellWrong):
        cells.day(cell)


@pytest.mark.edge("E4")
@pytest.mark.parametrize(
    "text", ["91350100M000100Y43", "91110108551385082Q", "11150300011554391W", "913724394X35QDYPK0"]
)
def test_uscc_accepts_valid_codes_even_full_width_with_blanks(text):
    wide = "".join(chr(ord(char) + 0xFEE0) for char in text)

    assert cells.uscc(Cell(text)) == text
    assert cells.uscc(Cell(f" {wide[:9]} {wide[9:]}")) == text


@pytest.mark.edge("E4")
@pytest.mark.parametrize("text", ["91310115MA1H8R7C6D", "9137011", "9I350100M000100Y43", "9.13501E+17"])
def test_uscc_refuses_and_never_repairs(text):
    with pytest.raises(CellWrong):
        cells.uscc(Cell(text))


@pytest.mark.edge("E3")
@pytest.mark.parametrize("cell", [Cell("3.70112E+17"), Cell("370112E17", lost=True, number=True)])
def test_id_number_that_lost_digits_is_refused_as_such(cell):
    with pytest.raises(CellWrong) as caught:
        cells.id_number(cell)

    assert caught.value.code == "digits_lost"


@pytest.mark.edge("E3")
@pytest.mark.parametrize(
    ("text", "name"),
    [("张 三", "张三"), ("张　三", "张三"), ("阿不都•热合曼", "阿不都·热合曼"), ("龚䶮", "龚䶮"), ("王 𬭎", "王𬭎")],
)
def test_name_loses_inner_blanks_and_keeps_rare_characters(text, name):
    assert cells.name(Cell(text)) == name


@pytest.mark.parametrize(
    ("text", "cents"),
    [("37630", 37_630_000_000), ("３７６３０万元", 37_630_000_000), ("1,860.1", 1_860_100_000), ("0.000001", 1)],
)
def test_wan_reads_amounts_in_cents(text, cents):
    assert cells.wan(Cell(text)) == cents


@pytest.mark.parametrize("text", ["-1", "12元", "0.0000001", "NaN", "Infinity", "一百", "1e400"])
def test_wan_refuses_what_is_no_amount(text):
    with pytest.raises(CellWrong):
        cells.wan(Cell(text))


def test_records_find_headings_under_a_title_and_report_every_fault():
    rows = [
        ["2020年专家名单"],
        [],
        ["专家编号", "姓 名", "起始日期", "金额(万元)", "电话"],
        ["ZJ1", "张 三", "2020.3.5", 12.5, "139"],
        ["ZJ2", "", "2020.13.5", "十二", ""],
        [],
        ["合计", None, None, 12.5],
        ["备注：以上名单"],
    ]
    report = Report()

    found = records(read(workbook(("名单", rows)), "a.xlsx")[0], ROSTER, report)

    assert [(one.row, one["number"], one["name"], one["since"], one["amount"]) for one in found] == [
        (4, "ZJ1", "张三", date(2020, 3, 5), 12_500_000)
    ]
    assert [(fault.row, fault.column, fault.text) for fault in report.faults] == [
        (5, "B", ""),
        (5, "C", "2020.13.5"),
        (5, "D", "十二"),
    ]
    assert report.read == {"专家": 2}
    assert [(one.row, one.why) for one in report.skipped] == [(1, "title"), (6, "blank"), (7, "tail"), (8, "tail")]
    assert report.unknown == [("名单", "电话")]


def test_records_name_the_missing_column_and_the_missing_headings():
    bare, empty = Report(), Report()

    records(read(workbook(("名单", [["专家编号", "起始日期"], ["ZJ1", "2020.1.1"]])), "a.xlsx")[0], ROSTER, bare)
    records(read(workbook(("名单", [["a", "b"]])), "a.xlsx")[0], ROSTER, empty)

    assert [fault.code for fault in bare.faults] == ["no_column"]
    assert [fault.code for fault in empty.faults] == ["no_headings"]


values = st.one_of(
    st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=12),
    st.integers(-(10**18), 10**18),
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from(["", "合计", "ZJ1", "张三", "2020.3.5", "3.70112E+17", "12.5", "备注"]),
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.lists(values, max_size=5), max_size=12))
def test_records_lose_no_row_whatever_the_cells_hold(rows):
    content = csv_of([["专家编号", "姓名", "起始日期", "金额（万元）"], *rows], "gb18030")
    report = Report()

    sheet = read(content, "a.csv")[0]
    found = records(sheet, ROSTER, report)

    filled = sum(not line.is_blank for line in sheet.lines) - 1
    assert len(found) + report.faulty_rows == report.rows
    assert report.rows + sum(one.why != "blank" for one in report.skipped) == filled


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=30), st.booleans(), st.booleans())
def test_every_reader_returns_or_says_what_is_wrong(text, lost, number):
    cell = Cell(text, lost=lost, number=number)
    readers = [
        cells.text(), cells.name, cells.body_name, cells.code(), cells.uscc, cells.id_number, cells.phone, cells.day,
        cells.year, cells.whole(), cells.wan, cells.hundredths(), cells.tenths(), cells.yes_no, cells.codes,
        cells.one_of({"甲": 1}),
    ]  # fmt: skip

    for reader in readers:
        try:
            reader(cell)
        except CellWrong as wrong:
            message = wrong.message
        else:
            message = "read"
        assert message


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=200), st.sampled_from(["a.xlsx", "a.xls", "a.csv", "a", "a.exe"]))
def test_read_never_crashes_on_any_bytes(content, name):
    try:
        said = [sheet.name for sheet in read(content, name)]
    except SheetRefused as refused:
        said = [refused.refusal.message]

    assert said
