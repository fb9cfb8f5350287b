"""Write the spreadsheets of the demonstration year; the same bytes every time."""

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Final

import xlsxwriter

from faces.exchange.demo.accounts import accounts
from faces.exchange.demo.book import Book, Table, Value
from faces.exchange.demo.firms import firms
from faces.exchange.demo.invent import People
from faces.exchange.demo.pool import pool, specialties, units
from faces.exchange.demo.programme import Programme, chain, plan, projects
from faces.exchange.demo.schooling import schooling
from faces.exchange.demo.story import Story, tasks

FOLDER: Final = Path(__file__).parent
AUTHORED_AT: Final = datetime(2020, 12, 31, tzinfo=UTC)


def books() -> list[Book]:
    """Return every book of the year."""
    people = People("2020")
    unit_book, contacts = units(people)
    register = firms(people)
    experts = pool(people, register)
    year = Programme()
    return [
        accounts(),
        unit_book,
        specialties(),
        register.book,
        experts.book,
        projects(year),
        chain(year),
        plan(tasks(year)),
        schooling(register, experts.experts, contacts),
        Story(year, people).book(),
    ]


def write(book: Book, folder: Path = FOLDER) -> Path:
    """Write one book and return its path."""
    path = folder / book.name
    workbook = xlsxwriter.Workbook(path, {"strings_to_numbers": False, "strings_to_formulas": False})
    workbook.set_properties(
        {"created": AUTHORED_AT, "title": "公评演示数据", "comments": "演示数据，机构与人员均为虚构"}
    )
    look = {
        "title": workbook.add_format({"bold": True, "font_size": 14, "align": "center"}),
        "head": workbook.add_format({"bold": True, "bottom": 1}),
        "text": workbook.add_format({"num_format": "@"}),
    }
    for table in book.tables:
        _write_table(workbook.add_worksheet(table.name), table, look)
    workbook.close()
    return path


def _write_table(
    sheet: "xlsxwriter.workbook.Worksheet", table: Table, look: "dict[str, xlsxwriter.format.Format]"
) -> None:
    top = 0
    if table.title:
        sheet.merge_range(0, 0, 0, len(table.headings) - 1, table.title, look["title"])
        top = 1
    for column, heading in enumerate(table.headings):
        sheet.write_string(top, column, heading, look["head"])
        sheet.set_column(column, column, max(10, len(heading) * 2 + 2))
    for row, values in enumerate(table.rows, start=top + 1):
        for column, value in enumerate(values):
            _write_cell(sheet, row, column, value, look["text"])
    sheet.freeze_panes(top + 1, 0)


def _write_cell(
    sheet: "xlsxwriter.workbook.Worksheet", row: int, column: int, value: Value, text: "xlsxwriter.format.Format"
) -> None:
    if value is None or value == "":
        return
    if isinstance(value, int | Decimal):
        sheet.write_number(row, column, value)
    else:
        sheet.write_string(row, column, value, text)


def main() -> None:
    """Write all books beside this module."""
    for book in books():
        write(book)
