"""Columns of a list: the same ones on the page and in the export."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from django.http import HttpResponse
from django.utils.html import strip_tags
from django.utils.translation import gettext

from faces.exchange.exporters import workbook
from foundation.core.cells import kept_text, neutral

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from django_stubs_ext import StrOrPromise

XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True, slots=True)
class Column:
    """One column: heading and value (a dotted path, or a function of the row).

    ``num`` sets it right-aligned, ``key`` makes it the row's heading, ``link`` gives the address of the row's page,
    ``status`` draws a status word, ``cut`` hides it on the page (export only). ``plain`` is the export's own value.
    """

    label: StrOrPromise
    value: str | Callable[[Any], Any]
    num: bool = False
    key: bool = False
    link: Callable[[Any], str] | None = None
    status: bool = False
    cut: bool = False
    plain: Callable[[Any], Any] | None = None

    def of(self, row: Any) -> Any:  # noqa: ANN401 - any model, any value
        """Return what the cell of this row shows."""
        return _follow(row, self.value) if isinstance(self.value, str) else self.value(row)

    def text(self, row: Any) -> str:  # noqa: ANN401 - any model
        """Return the cell as plain text for an export."""
        value = self.plain(row) if self.plain else self.of(row)
        if value is None:
            return ""
        if isinstance(value, bool):
            return gettext("yes") if value else gettext("no")
        return strip_tags(str(getattr(value, "label", value)))


def _follow(row: Any, path: str) -> Any:  # noqa: ANN401 - any model, any value
    """Return the value at a dotted path; a choice field answers with its label, a method is called."""
    value = row
    for name in path.split("."):
        if value is None:
            return None
        display = getattr(value, f"get_{name}_display", None)
        value = display() if display else getattr(value, name)
        if callable(value) and not hasattr(value, "label"):
            value = value()
    return value


def csv_file(columns: Sequence[Column], rows: Iterable[Any], *, name: str) -> HttpResponse:
    """Return the rows as a CSV file that Excel and WPS open in the right encoding, and whose digits they keep."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([neutral(str(column.label)) for column in columns])
    writer.writerows([kept_text(column.text(row)) for column in columns] for row in rows)
    response = HttpResponse("\ufeff" + out.getvalue(), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


def xlsx_file(columns: Sequence[Column], rows: Iterable[Any], *, name: str) -> HttpResponse:
    """Return the rows as a workbook in which every cell is text."""
    headings = [str(column.label) for column in columns]
    content = workbook([(name, headings, ([column.text(row) for column in columns] for row in rows))])
    response = HttpResponse(content, content_type=XLSX)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.xlsx"'
    return response
