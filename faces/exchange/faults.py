"""What is wrong with a spreadsheet, by sheet, row, column and the cell's text; all of it, never the first only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db.models import TextChoices
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from foundation.core.errors import DomainError, Refusal

if TYPE_CHECKING:
    from faces.exchange.questions import Question


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault: where it stands (row from 1, 0 = the whole sheet; column as letters), what it says, what to do."""

    sheet: str
    row: int
    column: str
    heading: str
    text: str
    message: str
    code: str = "wrong"

    def plain(self) -> dict[str, Any]:
        """Return the fault as plain values."""
        return {
            "sheet": self.sheet,
            "row": self.row,
            "column": self.column,
            "heading": self.heading,
            "text": self.text,
            "message": self.message,
            "code": self.code,
        }


class Why(TextChoices):
    """Why a row was passed over."""

    TITLE = "title", gettext_lazy("stands above the headings")
    BLANK = "blank", gettext_lazy("blank")
    HIDDEN = "hidden", gettext_lazy("hidden in the spreadsheet")
    TAIL = "tail", gettext_lazy("total or remark")
    HEADINGS = "headings", gettext_lazy("the headings again")
    UNREAD = "unread", gettext_lazy("nothing in the columns that are read")


class Passed(NamedTuple):
    """A row that was passed over: where it stands, how it begins, why."""

    sheet: str
    row: int
    text: str
    why: Why


class Change(NamedTuple):
    """What an import changes in what is stored: where, of what, and from what to what."""

    sheet: str
    of: str
    heading: str
    before: str
    after: str


class Ended(TextChoices):
    """What had ended, of which a sheet that tells no end is no word that it goes on."""

    EMPLOYMENT = "employment", gettext_lazy("employment")
    POST = "post", gettext_lazy("post in the firm")
    BRANCH = "branch", gettext_lazy("branch")
    CONTACT = "contact", gettext_lazy("contact")
    RECUSAL = "recusal", gettext_lazy("standing recusal")
    STANDING = "standing", gettext_lazy("standing")


class Kept(NamedTuple):
    """An end that an import left as it was: where the row stands, of whom, what had ended and when."""

    sheet: str
    row: int
    of: str
    what: Ended
    ended_on: date

    def plain(self) -> list[Any]:
        """Return it as plain values."""
        return [self.sheet, self.row, self.of, self.what.value, self.ended_on.isoformat()]


@dataclass(slots=True)
class Report:
    """What an import did, or would do: for each sheet the rows read, written, skipped, and the faults.

    ``columns``: (sheet of the form, sheet of the file, letters, heading, key of the column or nothing).
    """

    read: dict[str, int] = field(default_factory=dict)
    created: dict[str, int] = field(default_factory=dict)
    updated: dict[str, int] = field(default_factory=dict)
    skipped: list[Passed] = field(default_factory=list)
    unknown: list[tuple[str, str]] = field(default_factory=list)
    columns: list[tuple[str, str, str, str, str]] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    kept: list[Kept] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)

    def refuse(self, message: str, code: str) -> None:
        """Say what is wrong with the file as a whole."""
        self.faults.append(Fault("", 0, "", "", "", message, code))

    @property
    def is_clean(self) -> bool:
        """Return whether nothing is wrong and nothing is open."""
        return not self.faults and not self.open_questions

    @property
    def open_questions(self) -> list[Question]:
        """Return the questions that nobody has answered."""
        return [one for one in self.questions if one.is_open]

    @property
    def rows(self) -> int:
        """Return how many rows of data were read."""
        return sum(self.read.values())

    @property
    def faulty_rows(self) -> int:
        """Return how many rows of data carry a fault."""
        return len({(fault.sheet, fault.row) for fault in self.faults if fault.row})

    def plain(self) -> dict[str, Any]:
        """Return the report as plain values."""
        return {
            "read": self.read,
            "created": self.created,
            "updated": self.updated,
            "skipped": [list(one) for one in self.skipped],
            "unknown": [list(one) for one in self.unknown],
            "columns": [list(one) for one in self.columns],
            "changes": [list(one) for one in self.changes],
            "kept": [one.plain() for one in self.kept],
            "faults": [fault.plain() for fault in self.faults],
            "questions": [one.plain() for one in self.questions],
        }


class ImportRefused(DomainError):  # noqa: N818 - reads as a sentence
    """The file has faults or open questions; nothing was written."""

    def __init__(self, report: Report) -> None:
        """Carry the report, its faults in the order of the file."""
        self.report = report
        self.faults = report.faults = sorted(report.faults, key=lambda fault: (fault.sheet, fault.row, fault.column))
        facts = {
            "faults": [fault.plain() for fault in self.faults],
            "questions": [one.plain() for one in report.open_questions],
        }
        if not self.faults:
            super().__init__(Refusal("import_questions", open_words(facts["questions"]), facts))
            return
        sentence = _(
            "The file has %(count)d faults; nothing was imported. Correct the cells named below and try again."
        )
        super().__init__(Refusal("import_faults", sentence % {"count": len(self.faults)}, facts))


def open_words(questions: Sequence[Mapping[str, Any]]) -> str:
    """Return the sentence that names the rows whose questions are open, the first twenty of them."""
    rows = "、".join(f"{one['sheet']}!{one['row']}" for one in questions[:20])
    words = _("%(count)d questions are open; nothing was imported. Answer them first: %(rows)s")
    return words % {"count": len(questions), "rows": rows + ("…" if len(questions) > 20 else "")}
