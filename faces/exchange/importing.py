"""The one way in for spreadsheets: read all, check all, then write all or nothing."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256
from typing import Any, Final

from django.db import transaction
from django.utils.translation import gettext as _
from django_stubs_ext import StrOrPromise

from faces.exchange.faults import Fault, ImportRefused, Kept, Report
from faces.exchange.memory import keep, sweep, swept_by_parcel
from faces.exchange.progress import Phase, Tell, untold
from faces.exchange.questions import Questions
from faces.exchange.sheets import Sheet, read
from faces.exchange.tables import Layout, Record, fitting, records
from faces.exchange.traces import Touched, Trace, compared, snapshot
from foundation.accounts.enums import Capability
from foundation.accounts.models import User
from foundation.accounts.permissions import require
from foundation.audit.services import record
from foundation.bureaus.models import Bureau
from foundation.core.errors import DomainError
from parties.services import Told


@dataclass(slots=True)
class Setting:
    """For whom, by whom and on which day; and the keys that sheets of this file bring, for later sheets to name.

    ``named``: by sheet of the form, the column keys that the bureau gave to headings. ``tell`` hears how far it is.
    ``questions``: what the rows leave open, and what was answered. ``file``: the one that is read.
    """

    bureau: Bureau
    by: User
    on: date
    is_demo: bool = False
    named: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    brought: dict[str, set[str]] = field(default_factory=dict)
    tell: Tell = untold
    questions: Questions = field(default_factory=Questions)
    file: Told | None = None

    def bring(self, noun: str, keys: Iterable[str]) -> None:
        """Remember keys that a sheet of this file brings."""
        self.brought.setdefault(noun, set()).update(keys)

    def knows(self, noun: str, key: str) -> bool:
        """Return whether a sheet of this file brings ``key``."""
        return key in self.brought.get(noun, set())


@dataclass(frozen=True, slots=True)
class Written:
    """How many rows were new, how many brought a known thing up to date, and which ends stayed as they were."""

    created: int = 0
    updated: int = 0
    kept: Sequence[Kept] = ()


Check = Callable[[Sequence[Record], Setting], Iterable[Fault]]
Write = Callable[[Sequence[Record], Setting], Written]
Touches = Callable[[Sequence[Record], Setting], Sequence[Touched]]
AT_ONCE: Final = 2_500  # rows of a parcel: what is held of a large file at a time while it is written


@dataclass(frozen=True, slots=True)
class Part:
    """One sheet of an import: how it is laid out, what is checked across rows and rooms, how it is written.

    ``touches``: what it may create or change; parts without it cannot be taken back. ``at_once``: so many rows are
    written at a time, for each stands by itself; 0 for rows that name each other and are written together.
    ``prepare`` completes rows right before they are written, with numbers that a check must not use up.
    """

    layout: Layout
    write: Write
    check: Check = field(default=lambda _rows, _setting: ())
    touches: Touches | None = None
    at_once: int = 0
    prepare: Callable[[Sequence[Record], Setting], None] | None = None

    def parcels(self, rows: Sequence[Record]) -> Iterator[Sequence[Record]]:
        """Yield the rows in the portions in which they are written; none for no rows."""
        size = self.at_once or max(1, len(rows))
        return (rows[start : start + size] for start in range(0, len(rows), size))


@dataclass(frozen=True, slots=True)
class Noun:
    """What one file brings: its sheets in the order in which they are written.

    A sheet of another name is told by its headings; where those say nothing, the only sheet of a file is ``alone``,
    or else the first part.
    """

    code: str
    label: StrOrPromise
    parts: Sequence[Part]
    alone: Part | None = None

    @property
    def is_traced(self) -> bool:
        """Return whether an import of it can be taken back."""
        return all(part.touches is not None for part in self.parts)


NOUNS: Final[dict[str, Noun]] = {}
# what people import on the page, in the order of its menu; the rest is read by the demonstration alone
OFFERED: Final = (
    "firms", "practitioners", "experts", "employment", "specialties", "specialties-whole", "units", "projects", "chain",
    "training",
)  # fmt: skip


def register(noun: Noun) -> Noun:
    """Make a noun importable by its code."""
    NOUNS[noun.code] = noun
    return noun


def dry_run(*, noun: Noun, content: bytes, name: str, setting: Setting) -> Report:
    """Return what ``run`` would do, every fault with its place; nothing stays written."""
    require(setting.by, Capability.IMPORT)
    with swept_by_parcel(size_bytes=len(content)):
        report, batches = _read(noun, content, name, setting)
        if report.is_clean:
            with transaction.atomic():
                _write(batches, setting, report, Trace())
                transaction.set_rollback(True)
    return report


@transaction.atomic
def run(*, noun: Noun, content: bytes, name: str, setting: Setting, trace: Trace | None = None) -> Report:
    """Import the file, or raise ``ImportRefused`` with the report and write nothing; ``trace`` keeps what was done."""
    require(setting.by, Capability.IMPORT)
    with swept_by_parcel(size_bytes=len(content)):
        report, batches = _read(noun, content, name, setting)
        if report.is_clean:
            _write(batches, setting, report, trace)
    if not report.is_clean:
        raise ImportRefused(report)
    facts = {"noun": noun.code, "rows": report.rows, "created": report.created, "updated": report.updated}
    record(actor=setting.by, action="exchange.imported", subject=setting.bureau, facts=facts)
    return report


def _read(noun: Noun, content: bytes, name: str, setting: Setting) -> tuple[Report, list[tuple[Part, list[Record]]]]:
    setting.brought.clear()
    setting.file = Told(name, sha256(content).hexdigest())
    setting.questions.asked = []
    report = Report()
    batches: list[tuple[Part, list[Record]]] = []
    setting.tell(Phase.READING, 0, 0)
    matched = _matched(noun, read(content, name), report)
    total, over = sum(len(sheet.lines) for _part, sheet in matched), 0

    def hear(row: int) -> None:
        setting.tell(Phase.READING, over + row, total)

    for part, sheet in matched:
        batches.append((part, records(sheet, part.layout, report, setting.named.get(part.layout.name), hear)))
        over += len(sheet.lines)
    order = {id(part): place for place, part in enumerate(noun.parts)}
    batches.sort(key=lambda batch: order[id(batch[0])])
    checked, total = 0, sum(len(rows) for _part, rows in batches)
    for part, rows in batches:
        setting.tell(Phase.CHECKING, checked, total)
        report.faults += part.check(rows, setting)
        checked += len(rows)
    report.questions = setting.questions.asked
    return report, batches


def _matched(noun: Noun, sheets: Sequence[Sheet], report: Report) -> list[tuple[Part, Sheet]]:
    """Return each part with its sheet: by the sheet's name; where no name is known, by the headings."""
    by_name = {said: part for part in noun.parts for said in (part.layout.name, *part.layout.also)}
    shown = [sheet for sheet in sheets if not sheet.is_hidden]
    matched = [(by_name[sheet.name.strip()], sheet) for sheet in shown if sheet.name.strip() in by_name]
    filled = [sheet for sheet in shown if any(not line.is_blank for line in sheet.lines)]
    report.unknown += [(sheet.name, "") for sheet in sheets if sheet.is_hidden]
    if not matched and len(filled) == 1:
        return [(_part_of(noun, filled[0]), filled[0])]
    if not matched:
        matched = _by_headings(noun, filled)
    if not matched:
        asked = "、".join(part.layout.name for part in noun.parts)
        sentence = _("No sheet of this file is called %(asked)s.") % {"asked": asked}
        report.faults.append(Fault("", 0, "", "", "、".join(sheet.name for sheet in sheets), sentence, "no_sheet"))
    taken = {sheet.name for _part, sheet in matched}
    report.unknown += [(sheet.name, "") for sheet in filled if sheet.name not in taken]
    return matched


def _part_of(noun: Noun, sheet: Sheet) -> Part:
    """Return the part whose headings the sheet has most of; of equal ones ``alone``, else the first."""
    usual = noun.alone or noun.parts[0]
    return max((usual, *noun.parts), key=lambda part: fitting(sheet, part.layout))


def _by_headings(noun: Noun, sheets: Sequence[Sheet]) -> list[tuple[Part, Sheet]]:
    """Return the sheets that have every heading a part asks for, each part once."""
    found: list[tuple[Part, Sheet]] = []
    for sheet in sheets:
        part = _part_of(noun, sheet)
        if fitting(sheet, part.layout)[0] and all(part is not taken for taken, _sheet in found):
            found.append((part, sheet))
    return found


def _write(
    batches: Sequence[tuple[Part, list[Record]]], setting: Setting, report: Report, trace: Trace | None = None
) -> None:
    keep()
    total, done = sum(len(rows) for _part, rows in batches), 0
    for part, rows in batches:
        name = part.layout.name
        some: Sequence[Record] = ()
        report.created.setdefault(name, 0)
        report.updated.setdefault(name, 0)
        try:
            with transaction.atomic():
                for some in part.parcels(rows):
                    setting.tell(Phase.WRITING, done, total)
                    written = _write_parcel(part, some, setting, report, trace)
                    report.created[name] += written.created
                    report.updated[name] += written.updated
                    report.kept += written.kept
                    done += len(some)
                    sweep()
        except DomainError as error:
            report.faults.append(_fault_of(error, name, some))
            return


def _write_parcel(part: Part, rows: Sequence[Record], setting: Setting, report: Report, trace: Trace | None) -> Written:
    if part.prepare is not None:
        part.prepare(rows, setting)
    touched = part.touches(rows, setting) if trace is not None and part.touches else ()
    before = [snapshot(one) for one in touched]
    written = part.write(rows, setting)
    if trace is not None:
        for one, known in zip(touched, before, strict=True):
            report.changes += compared(one, known, trace, sheet=part.layout.name)
    return written


def _fault_of(error: DomainError, sheet: str, rows: Sequence[Record]) -> Fault:
    """Return what a service refused as a fault, at its row where the refusal says which draft it was (``index``)."""
    refusal = error.refusal
    index: Any = refusal.facts.get("index")
    if isinstance(index, int) and 0 <= index < len(rows):
        return rows[index].fault(str(refusal.facts.get("field", "")), refusal.message, refusal.code)
    return Fault(sheet, 0, "", "", "", refusal.message, refusal.code)


def repeated(rows: Sequence[Record], *keys: str) -> Iterable[Fault]:
    """Yield a fault for each row whose keys repeat an earlier row's."""
    first: dict[tuple[Any, ...], int] = {}
    for row in rows:
        known = first.setdefault(tuple(row[key] for key in keys), row.row)
        if known != row.row:
            yield row.fault(keys[0], _("Row %(row)d has this already; keep one.") % {"row": known}, "repeated")


def unknown(rows: Sequence[Record], key: str, known: Iterable[str], sentence: str) -> Iterable[Fault]:
    """Yield a fault for each row whose filled ``key`` is not among ``known``."""
    there = set(known)
    for row in rows:
        wanted = row[key] if isinstance(row[key], tuple) else (row[key],)
        missing = [one for one in wanted if one and one not in there]
        if missing:
            yield row.fault(key, sentence % {"code": "、".join(missing)}, "unknown")
