"""Spreadsheets out: empty forms for every import; text stays text, nothing is a formula."""

import io
from collections.abc import Iterable, Sequence

import xlsxwriter

from faces.exchange.importing import Noun
from foundation.core.cells import neutral


def workbook(tables: Iterable[tuple[str, Sequence[str], Iterable[Sequence[object]]]]) -> bytes:
    """Return an .xlsx of (sheet name, headings, rows); every value is written as text."""
    held = io.BytesIO()
    plain = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(held, plain)  # each row goes to the disk as it is written
    head, text = book.add_format({"bold": True, "bottom": 1}), book.add_format({"num_format": "@"})
    for name, headings, rows in tables:
        sheet = book.add_worksheet(name[:31])
        for column, heading in enumerate(headings):
            sheet.write_string(0, column, heading, head)
            sheet.set_column(column, column, max(10, len(heading) * 2 + 2), text)
        for row, values in enumerate(rows, start=1):
            for column, value in enumerate(values):
                if value not in {None, ""}:
                    sheet.write_string(row, column, neutral(str(value)), text)
        sheet.freeze_panes(1, 0)
    book.close()
    return held.getvalue()


def template_book(noun: Noun) -> bytes:
    """Return the empty form of an import: its sheets with their headings; ``*`` marks what must be filled."""
    return workbook(
        (part.layout.name, [f"{column.heading}{'*' if column.required else ''}" for column in part.layout.columns], ())
        for part in noun.parts
    )
