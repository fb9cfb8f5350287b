"""A file on its way in: checked by a dry run that changes nothing, then confirmed as a whole, or taken back as one."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from django.db import models, transaction
from django.utils.translation import gettext as _

from faces.exchange.answers import answers_of, end_answers, keep_answers, keep_outcome
from faces.exchange.faults import Report, open_words
from faces.exchange.importing import NOUNS, Noun, Setting, dry_run, run
from faces.exchange.models import ColumnName, ImportRun, RunStatus
from faces.exchange.progress import Phase, Tell, tell, untold
from faces.exchange.tables import bare
from faces.exchange.traces import Trace
from faces.exchange.undoing import take_back
from foundation.accounts.enums import Capability
from foundation.accounts.models import User
from foundation.accounts.permissions import may, require
from foundation.audit.services import record
from foundation.bureaus.models import Bureau
from foundation.core.errors import DomainError, Refusal, TransitionRefused
from foundation.core.queue import enqueue
from foundation.files.services import give_owner, store
from foundation.rulesets.selectors import rules_for

ACCEPTED: Final = frozenset({"xlsx", "xls", "csv"})
JOBS: Final = {
    RunStatus.QUEUED: "faces.exchange.jobs.check",
    RunStatus.WRITING: "faces.exchange.jobs.write",
    RunStatus.UNDOING: "faces.exchange.jobs.undo",
}
MOST_KEPT: Final = 2_000  # faults, rows passed over, changes and ends that stay that a report keeps of each


class RunRefused(DomainError):  # noqa: N818 - reads as a sentence
    """The file cannot be checked, imported or taken back."""


def visible_to(user: User) -> models.QuerySet[ImportRun]:
    """Return the imports of the reader's bureau; nothing for who may not import."""
    rows = ImportRun.objects.filter(bureau_id=user.bureau_id or 0)
    return rows if may(user, Capability.IMPORT) else rows.none()


@transaction.atomic
def check_file(*, bureau: Bureau, noun: str, name: str, content: bytes, by: User, on: date) -> ImportRun:
    """Keep the file and what a dry run says of it; raise ``SheetRefused``/``FileRefused`` where it is none.

    A large file is checked in the background (R-58): what is wrong with it then stands among its faults.
    """
    require(by, Capability.IMPORT)
    row = _begun(bureau=bureau, noun=noun, name=name, content=content, by=by)
    if is_large(row, on=on):
        send(row, RunStatus.QUEUED, by=by, on=on)
    else:
        _check(row, content, by=by, on=on)
    return row


@transaction.atomic
def confirm(*, run_: ImportRun, by: User, on: date) -> ImportRun:
    """Import a checked file as a whole; raise ``ImportRefused`` where something changed since, and write nothing.

    Raise ``RunRefused`` naming the rows whose questions are open. A large file is written in the background (R-58).
    """
    require(by, Capability.IMPORT)
    still_open = [one for one in run_.report.get("questions", ()) if not one["answer"]]
    if run_.status == RunStatus.FAULTY and still_open:
        raise RunRefused(Refusal("import_questions", open_words(still_open), {"questions": still_open}))
    row = locked(
        run_, RunStatus.CHECKED, "confirm", _("Only a file without faults that was not imported yet can be imported.")
    )
    if is_large(row, on=on):
        send(row, RunStatus.WRITING, by=by, on=on)
    else:
        bring(row, content_of(row), by=by, on=on)
    return row


@transaction.atomic
def stop(*, run_: ImportRun, by: User, on: date) -> ImportRun:
    """Put aside a file that is not written yet; its check ends where it stands. A stopped file stays as a record."""
    require(by, Capability.IMPORT)
    wanted = (RunStatus.QUEUED, RunStatus.CHECKED)
    row = locked(run_, wanted, "stop", _("Only a file that is being checked, or waits to be imported, can be stopped."))
    row.status = RunStatus.STOPPED
    row.save(update_fields=["status"])
    record(actor=by, action="exchange.stopped", subject=row, facts={"noun": row.noun, "on": on})
    return row


@transaction.atomic
def import_file(
    *,
    bureau: Bureau,
    noun: str,
    name: str,
    content: bytes,
    by: User,
    on: date,
    answers: Mapping[str, str] | None = None,
) -> ImportRun:
    """Check and import a file in one step, or raise ``ImportRefused`` with the report and keep nothing.

    ``answers``: choices by question, kept with the import. Raise ``RunRefused`` for one that this file does not ask.
    """
    require(by, Capability.IMPORT)
    row = _begun(bureau=bureau, noun=noun, name=name, content=content, by=by)
    keep_answers(row, answers or {}, by=by, on=on)
    report = bring(row, content, by=by, on=on)
    refuse_unasked(report.plain(), answers or {})
    return row


@transaction.atomic
def name_columns(*, run_: ImportRun, names: Mapping[tuple[str, str], str], by: User, on: date) -> ImportRun:
    """Keep how the bureau reads headings, by (sheet of the form, heading), and check the file anew."""
    require(by, Capability.IMPORT)
    wanted = (RunStatus.CHECKED, RunStatus.FAULTY)
    row = locked(run_, wanted, "name_columns", _("Only a file that was checked and not imported can be read anew."))
    parts = {part.layout.name: {column.key for column in part.layout.columns} for part in NOUNS[row.noun].parts}
    for (sheet, heading), key in names.items():
        if key and key not in parts.get(sheet, ()):
            raise RunRefused(Refusal("unknown_column", _("The form has no such column.")))
        ColumnName.objects.update_or_create(
            bureau=row.bureau, noun=row.noun, sheet=sheet, heading=bare(heading)[:200], defaults={"key": key}
        )
    facts = {"noun": row.noun, "names": [[*place, key] for place, key in names.items()]}
    record(actor=by, action="exchange.columns_named", subject=row, facts=facts)
    if is_large(row, on=on):
        send(row, RunStatus.QUEUED, by=by, on=on)
    else:
        _check(row, content_of(row), by=by, on=on)
    return row


@transaction.atomic
def answer(*, run_: ImportRun, answers: Mapping[str, str], by: User, on: date) -> ImportRun:
    """Keep answers (choice by question) for this file and for the same cells in later ones, and check it anew.

    Raise ``RunRefused`` for a question that the file does not ask or a choice that it does not offer.
    """
    require(by, Capability.IMPORT)
    wanted = (RunStatus.CHECKED, RunStatus.FAULTY)
    row = locked(run_, wanted, "answer", _("Only a file that was checked and not imported can be answered about."))
    refuse_unasked(row.report, answers)
    keep_answers(row, answers, by=by, on=on, asked=row.report.get("questions", ()))
    record(actor=by, action="exchange.answered", subject=row, facts={"noun": row.noun, "answers": dict(answers)})
    if is_large(row, on=on):
        send(row, RunStatus.QUEUED, by=by, on=on)
    else:
        _check(row, content_of(row), by=by, on=on)
    return row


def refuse_unasked(report: Mapping[str, Any], answers: Mapping[str, str]) -> None:
    """Raise ``RunRefused`` for an answer to nothing that was asked, or that was not offered."""
    offered = {one["id"]: {value for value, _label in one["choices"]} for one in report.get("questions", ())}
    for question, choice in answers.items():
        if choice not in offered.get(question, ()):
            words = _("This file does not ask the question %(question)s with the answer %(choice)s.")
            facts = {"question": question, "choice": choice}
            raise RunRefused(Refusal("not_asked", words % facts, facts))


@transaction.atomic
def undo(*, run_: ImportRun, by: User, on: date) -> ImportRun:
    """Take back an import as a whole; raise ``UndoRefused`` saying what depends on it, and change nothing.

    That of a large file is taken back in the background (R-58): what depends on it then stands in its report.
    """
    require(by, Capability.IMPORT)
    row = locked(run_, RunStatus.IMPORTED, "undo", _("Only an import that stands can be taken back."))
    if not NOUNS[row.noun].is_traced or "created" not in row.trace:
        raise RunRefused(Refusal("not_traced", _("Of this import it was not kept what it changed.")))
    if is_large(row, on=on):
        send(row, RunStatus.UNDOING, by=by, on=on)
    else:
        give_back(row, by=by, on=on)
    return row


def give_back(row: ImportRun, *, by: User, on: date) -> None:
    """Undo what the import wrote, or raise ``UndoRefused`` and change nothing."""
    later = ImportRun.objects.filter(
        bureau=row.bureau, status=RunStatus.IMPORTED, trace__journal__gt=row.trace["journal"]
    )
    take_back(row.trace, later=list(later.order_by("pk")))
    end_answers(row, on=on)
    row.status, row.undone_on = RunStatus.UNDONE, on
    row.save(update_fields=["status", "undone_on"])
    record(actor=by, action="exchange.undone", subject=row, facts={"noun": row.noun, "rows": row.rows, "on": on})


def setting_of(*, bureau: Bureau, noun: str, by: User, on: date, hear: Tell = untold) -> Setting:
    """Return for whom an import runs, with the names that the bureau gave to headings and its earlier answers."""
    named: dict[str, dict[str, str]] = defaultdict(dict)
    for one in ColumnName.objects.filter(bureau=bureau, noun=noun):
        named[one.sheet][one.heading] = one.key
    questions = answers_of(bureau=bureau, noun=noun)
    return Setting(bureau=bureau, by=by, on=on, named=named, tell=hear, questions=questions)


def noun_of(code: str) -> Noun:
    """Return what can be imported by its code, or raise ``RunRefused``."""
    if code not in NOUNS:
        raise RunRefused(Refusal("unknown_noun", _("Nothing of this kind can be imported."), {"field": "noun"}))
    return NOUNS[code]


def _begun(*, bureau: Bureau, noun: str, name: str, content: bytes, by: User) -> ImportRun:
    noun_of(noun)
    file = store(bureau=bureau, name=name, content=content, owner=None, by=by, accept=ACCEPTED)
    row = ImportRun.objects.create(
        bureau=bureau,
        noun=noun,
        name=file.original_name,
        file=file,
        sha256=file.sha256,
        status=RunStatus.FAULTY,
        uploaded_by=by,
    )
    give_owner(file=file, owner=row)
    return row


def _check(row: ImportRun, content: bytes, *, by: User, on: date) -> None:
    setting = setting_of(bureau=row.bureau, noun=row.noun, by=by, on=on)
    report = dry_run(noun=NOUNS[row.noun], content=content, name=row.name, setting=setting)
    keep_check(row, report, by=by)


def keep_check(row: ImportRun, report: Report, *, by: User) -> None:
    """Keep what a check found of a file."""
    row.status = RunStatus.CHECKED if report.is_clean else RunStatus.FAULTY
    _keep(row, report)
    row.save(update_fields=["status", "report", "rows", "faults"])
    record(actor=by, action="exchange.checked", subject=row, facts={"noun": row.noun, "faults": row.faults})


def bring(row: ImportRun, content: bytes, *, by: User, on: date, hear: Tell = untold) -> Report:
    """Write the file as a whole with the way back, or raise ``ImportRefused`` and write nothing."""
    setting, trace = setting_of(bureau=row.bureau, noun=row.noun, by=by, on=on, hear=hear), Trace()
    report = run(noun=NOUNS[row.noun], content=content, name=row.name, setting=setting, trace=trace)
    row.status, row.imported_on = RunStatus.IMPORTED, on
    _keep(row, report)
    entry = record(actor=by, action="exchange.confirmed", subject=row, facts={"noun": row.noun, "rows": row.rows})
    row.trace = trace.plain() | {"journal": entry.pk}
    row.save(update_fields=["status", "imported_on", "report", "rows", "faults", "trace"])
    keep_outcome(row, setting.questions)
    return report


def _keep(row: ImportRun, report: Report) -> None:
    plain: dict[str, Any] = report.plain()
    plain["questions"].sort(key=lambda one: bool(one["answer"]))  # of many the open ones are kept: they can be answered
    for name in ("faults", "skipped", "changes", "kept", "questions"):
        plain[name] = plain[name][:MOST_KEPT]
    row.report, row.rows, row.faults = plain, report.rows, len(report.faults)


def locked(run_: ImportRun, wanted: str | tuple[str, ...], action: str, message: str) -> ImportRun:
    """Return the run, locked, or raise ``TransitionRefused`` where it is not in one of the ``wanted`` states."""
    row = ImportRun.objects.select_for_update(of=("self",)).select_related("file", "bureau").get(pk=run_.pk)
    if row.status not in (wanted if isinstance(wanted, tuple) else (wanted,)) or row.file is None:
        raise TransitionRefused(noun="import_run", status=row.status, action=action, message=message)
    return row


def is_large(row: ImportRun, *, on: date) -> bool:
    """Return whether the file is checked and written in the background. Rule R-58."""
    size = row.file.size_bytes if row.file else 0
    return bool(size > rules_for(bureau=row.bureau, on=on).value("import_at_once_kb") * 1024)


def send(row: ImportRun, status: RunStatus, *, by: User, on: date) -> None:
    """Let the background do what ``status`` says."""
    row.status = status
    row.save(update_fields=["status"])
    tell(row.pk, Phase.WAITING, 0, 0)
    enqueue(JOBS[status], run=row.pk, by=by.pk, on=on.isoformat())
    row.refresh_from_db()


def content_of(row: ImportRun) -> bytes:
    """Return what stands in the file."""
    if row.file is None:
        return b""
    with row.file.content.open("rb") as held:
        return bytes(held.read())
