"""A file on its way in: checked by a dry run that changes nothing, then confirmed as a whole."""

from datetime import date
from typing import Final

from django.db import models, transaction
from django.utils.translation import gettext as _

from faces.exchange.importing import NOUNS, Setting, dry_run, run
from faces.exchange.models import ImportRun, RunStatus
from foundation.accounts.enums import Capability
from foundation.accounts.models import User
from foundation.accounts.permissions import may, require
from foundation.audit.services import record
from foundation.bureaus.models import Bureau
from foundation.core.errors import DomainError, Refusal, TransitionRefused
from foundation.files.services import give_owner, store

ACCEPTED: Final = frozenset({"xlsx", "xls", "csv"})
MOST_FAULTS_KEPT: Final = 2_000


class RunRefused(DomainError):  # noqa: N818 - reads as a sentence
    """The file cannot be checked or imported."""


def visible_to(user: User) -> models.QuerySet[ImportRun]:
    """Return the imports of the reader's bureau; nothing for who may not import."""
    rows = ImportRun.objects.filter(bureau_id=user.bureau_id or 0)
    return rows if may(user, Capability.IMPORT) else rows.none()


@transaction.atomic
def check_file(*, bureau: Bureau, noun: str, name: str, content: bytes, by: User, on: date) -> ImportRun:
    """Keep the file and what a dry run says of it; raise ``SheetRefused``/``FileRefused`` where it is none."""
    require(by, Capability.IMPORT)
    if noun not in NOUNS:
        raise RunRefused(Refusal("unknown_noun", _("Nothing of this kind can be imported."), {"field": "noun"}))
    file = store(bureau=bureau, name=name, content=content, owner=None, by=by, accept=ACCEPTED)
    setting = Setting(bureau=bureau, by=by, on=on)
    report = dry_run(noun=NOUNS[noun], content=content, name=name, setting=setting)
    plain = report.plain()
    plain["faults"] = plain["faults"][:MOST_FAULTS_KEPT]
    row = ImportRun.objects.create(
        bureau=bureau,
        noun=noun,
        name=file.original_name,
        file=file,
        sha256=file.sha256,
        status=RunStatus.CHECKED if report.is_clean else RunStatus.FAULTY,
        report=plain,
        rows=report.rows,
        faults=len(report.faults),
        uploaded_by=by,
    )
    give_owner(file=file, owner=row)
    record(actor=by, action="exchange.checked", subject=row, facts={"noun": noun, "faults": row.faults})
    return row


@transaction.atomic
def confirm(*, run_: ImportRun, by: User, on: date) -> ImportRun:
    """Import a checked file as a whole; raise ``ImportRefused`` where something changed since, and write nothing."""
    require(by, Capability.IMPORT)
    row = ImportRun.objects.select_for_update(of=("self",)).select_related("file", "bureau").get(pk=run_.pk)
    if row.status != RunStatus.CHECKED or row.file is None:
        raise TransitionRefused(
            noun="import_run",
            status=row.status,
            action="confirm",
            message=_("Only a file without faults that was not imported yet can be imported."),
        )
    with row.file.content.open("rb") as held:
        content = held.read()
    setting = Setting(bureau=row.bureau, by=by, on=on)
    report = run(noun=NOUNS[row.noun], content=content, name=row.name, setting=setting)
    row.status, row.imported_on, row.report = RunStatus.IMPORTED, on, report.plain()
    row.save(update_fields=["status", "imported_on", "report"])
    record(actor=by, action="exchange.confirmed", subject=row, facts={"noun": row.noun, "rows": row.rows})
    return row
