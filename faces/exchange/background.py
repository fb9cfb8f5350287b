"""Large files, out of the request: checked or written by a job, which can be killed and done again. Rule R-58."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from faces.exchange.faults import ImportRefused, Report
from faces.exchange.importing import NOUNS, dry_run
from faces.exchange.models import ImportRun, RunStatus
from faces.exchange.progress import Phase, Stopped, Tell, forget, tell
from faces.exchange.runs import bring, content_of, give_back, keep_check, setting_of
from faces.exchange.undoing import UndoRefused
from foundation.accounts.enums import Capability
from foundation.accounts.models import User
from foundation.accounts.permissions import require
from foundation.core.errors import DomainError


def check_sent(*, run_: ImportRun, by: User, on: date) -> ImportRun:
    """Check a file that waits for it; one that was stopped, or checked meanwhile, stays as it is."""
    require(by, Capability.IMPORT)
    row = _current(run_)
    if row.status != RunStatus.QUEUED:
        return row
    with _faulty_if_broken(row, by=by):
        setting = setting_of(bureau=row.bureau, noun=row.noun, by=by, on=on, hear=_until_stopped(row))
        try:
            report = dry_run(noun=NOUNS[row.noun], content=content_of(row), name=row.name, setting=setting)
        except Stopped:
            return _current(row)
        except DomainError as error:
            report = _refused(error)
        return _kept(row, report, by=by)


def write_sent(*, run_: ImportRun, by: User, on: date) -> ImportRun:
    """Write a file that waits for it, as a whole; where something changed since its check it has faults instead."""
    require(by, Capability.IMPORT)
    row = _current(run_)
    with _faulty_if_broken(row, by=by):
        try:
            with transaction.atomic():
                row = _current(run_, is_locked=True)
                if row.status == RunStatus.WRITING:
                    bring(row, content_of(row), by=by, on=on, hear=lambda *said: tell(row.pk, *said))
        except ImportRefused as refused:
            return _kept(row, refused.report, by=by)
        except DomainError as error:
            return _kept(row, _refused(error), by=by)
    return row


def undo_sent(*, run_: ImportRun, by: User, on: date) -> ImportRun:
    """Take back an import that waits for it; where later work rests on it, it stands, and its report says what."""
    require(by, Capability.IMPORT)
    row, said = _current(run_), _("The work broke off by an error of the system; the import stands. Try again.")
    try:
        with transaction.atomic():
            row = _current(run_, is_locked=True)
            if row.status == RunStatus.UNDOING:
                tell(row.pk, Phase.UNDOING, 0, 0)
                give_back(row, by=by, on=on)
        said = ""
    except UndoRefused as error:
        said = error.refusal.message
    finally:
        forget(row.pk)
        if said:
            _still_stands(row, said)
    return _current(row)


def _still_stands(row: ImportRun, said: str) -> None:
    with transaction.atomic():
        row = _current(row, is_locked=True)
        if row.status == RunStatus.UNDOING:
            row.status, row.report = RunStatus.IMPORTED, row.report | {"not_undone": said}
            row.save(update_fields=["status", "report"])


def _current(run_: ImportRun, *, is_locked: bool = False) -> ImportRun:
    rows = ImportRun.objects.select_related("bureau", "file")
    return (rows.select_for_update(of=("self",)) if is_locked else rows).get(pk=run_.pk)


def _kept(row: ImportRun, report: Report, *, by: User) -> ImportRun:
    """Keep what was found, unless somebody stopped the file at the last moment."""
    with transaction.atomic():
        row = _current(row, is_locked=True)
        if row.status in {RunStatus.QUEUED, RunStatus.WRITING}:
            keep_check(row, report, by=by)
    return row


def _refused(error: DomainError) -> Report:
    report = Report()
    report.refuse(error.refusal.message, error.refusal.code)
    return report


def _until_stopped(row: ImportRun) -> Tell:
    """Return a teller that raises ``Stopped`` as soon as somebody stopped the file."""

    def hear(phase: Phase, done: int, total: int) -> None:
        if ImportRun.objects.filter(pk=row.pk, status=RunStatus.STOPPED).exists():
            raise Stopped
        tell(row.pk, phase, done, total)

    return hear


@contextmanager
def _faulty_if_broken(row: ImportRun, *, by: User) -> Iterator[None]:
    """Say nothing more of how far the file is; say that the work broke off, where an error of the system ends it."""
    is_whole = False
    try:
        yield
        is_whole = True
    finally:
        forget(row.pk)
        if not is_whole:
            report = Report()
            sentence = _("The work broke off by an error of the system; nothing was written. Upload the file again.")
            report.refuse(sentence, "broken_off")
            _kept(row, report, by=by)
