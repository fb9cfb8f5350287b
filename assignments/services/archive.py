"""The archive: from when on the papers of a task need not be kept, and the record that they were disposed of."""

from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from assignments.enums import PaperClass
from assignments.models import ArchiveTerm, EvaluationTask
from assignments.permissions import may_dispose
from assignments.rules.archive import archive_until
from assignments.selectors.tasks import rules_of_task
from foundation.accounts.models import User
from foundation.audit.services import record
from foundation.core.errors import DomainError, NotAllowed, Refusal


class DisposalRefused(DomainError):  # noqa: N818 - reads as a sentence
    """The papers have to be kept."""


def file_papers(task: EvaluationTask, *, on: date) -> list[ArchiveTerm]:
    """Write for every class of papers from when on it need not be kept; called where a task is archived. Rule R-25."""
    years = rules_of_task(task, on).value("archive_years")
    terms = (
        ArchiveTerm(task=task, kind=kind, closed_on=on, free_from=archive_until(kind=kind, closed_on=on, years=years))
        for kind in PaperClass
    )
    return ArchiveTerm.objects.bulk_create(terms)


@transaction.atomic
def dispose_papers(*, term: ArchiveTerm, document: str, by: User, on: date) -> ArchiveTerm:
    """Record that the papers of a class were destroyed by ``document``, the approved list (销毁清册); rows here stay.

    Raise ``DisposalRefused`` before the term has ended, without the document, or a second time.
    """
    row = ArchiveTerm.objects.select_for_update(of=("self",)).select_related("task__bureau").get(pk=term.pk)
    if not may_dispose(by, row.task):
        raise NotAllowed
    if row.disposed_on is not None:
        raise DisposalRefused(Refusal("disposed_before", _("This is on record already.")))
    if on < row.free_from:
        message = _("These papers are kept until the end of %(year)d.") % {"year": row.free_from.year - 1}
        source = rules_of_task(row.task, row.closed_on).source("archive_years")
        raise DisposalRefused(Refusal("still_kept", message, {"free_on": row.free_from}, source))
    if not document.strip():
        message = _("Name the document by which they were destroyed.")
        raise DisposalRefused(Refusal("document_missing", message, {"field": "document"}))
    row.disposed_on, row.disposed_by, row.disposal_document = on, by, document.strip()
    row.save(update_fields=["disposed_on", "disposed_by", "disposal_document"])
    facts = {"kind": row.kind, "document": row.disposal_document, "on": on}
    record(actor=by, action="archive.disposed", subject=row, facts=facts)
    return row
