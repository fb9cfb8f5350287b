"""Counting another bureau's final grade of a firm's report, with the document that says so (结果互认). Rule R-30."""

from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from appraisals.models import FirmAppraisal, RecognisedGrade
from appraisals.permissions import may_compute
from evaluators.models import Firm
from foundation.accounts.models import User
from foundation.audit.services import record
from foundation.core.errors import DomainError, NotAllowed, Refusal
from foundation.files.services import SCANS, give_owner, store
from foundation.rulesets.selectors import rules_for

FULL_HUNDREDTHS = 10_000


class RecognitionRefused(DomainError):  # noqa: N818 - reads as a sentence
    """The other bureau's grade does not count; nothing was stored."""


@dataclass(frozen=True, slots=True)
class GradeDraft:
    """A final grade of another bureau: who gave it, by which document, on which report, how many hundredths."""

    firm: Firm
    issuer: str
    letter_number: str
    report_title: str
    points_hundredths: int
    final_on: date


@transaction.atomic
def recognise_grade(
    *, draft: GradeDraft, document_name: str, document_content: bytes, by: User, on: date
) -> RecognisedGrade:
    """Keep the grade with its document; it counts in the firm's year in which it became final, once that is computed.

    Raise ``RecognitionRefused`` where the bureau recognises none, the grade is not whole or counted before, or the
    firm's year is confirmed; ``FileRefused`` for a bad document.
    """
    firm = Firm.objects.select_for_update(of=("self",)).select_related("bureau").get(pk=draft.firm.pk)
    if not may_compute(by, firm.bureau):
        raise NotAllowed
    if refusal := _refusal(draft, firm, on):
        raise RecognitionRefused(refusal)
    document = store(bureau=firm.bureau, name=document_name, content=document_content, owner=None, by=by, accept=SCANS)
    row = RecognisedGrade.objects.create(
        bureau=firm.bureau,
        firm=firm,
        issuer=draft.issuer.strip(),
        letter_number=draft.letter_number.strip(),
        report_title=draft.report_title.strip(),
        points_hundredths=draft.points_hundredths,
        final_on=draft.final_on,
        document=document,
        recognised_by=by,
        recognised_on=on,
    )
    give_owner(file=document, owner=row)
    facts = {"issuer": row.issuer, "letter_number": row.letter_number, "points_hundredths": row.points_hundredths}
    record(actor=by, action="appraisals.grade_recognised", subject=row, facts=facts)
    return row


@transaction.atomic
def withdraw_recognition(*, grade: RecognisedGrade, reason: str, by: User, on: date) -> RecognisedGrade:
    """Let a recognised grade count no more; the row stays. Raise as ``recognise_grade``, and without a reason."""
    row = RecognisedGrade.objects.select_for_update(of=("self",)).select_related("firm__bureau").get(pk=grade.pk)
    if not may_compute(by, row.firm.bureau):
        raise NotAllowed
    if not reason.strip():
        raise RecognitionRefused(Refusal("reason_missing", _("Say why."), {"field": "reason"}))
    if row.withdrawn_on is not None:
        raise RecognitionRefused(Refusal("withdrawn_before", _("It counts no more already.")))
    if _is_confirmed(row.firm, row.final_on.year):
        raise RecognitionRefused(_confirmed(row.final_on.year))
    row.withdrawn_on, row.withdrawn_reason = on, reason.strip()
    row.save(update_fields=["withdrawn_on", "withdrawn_reason"])
    record(actor=by, action="appraisals.recognition_withdrawn", subject=row, facts={"reason": row.withdrawn_reason})
    return row


def _refusal(draft: GradeDraft, firm: Firm, on: date) -> Refusal | None:
    rules = rules_for(bureau=firm.bureau, on=date(draft.final_on.year, 12, 31))
    if not rules.value("mutual_recognition"):
        message = _("By the rules of that year this bureau recognises no grade of another one.")
        return Refusal("recognition_off", message, {}, rules.source("mutual_recognition"))
    if refusal := _shape_refusal(draft, on):
        return refusal
    if _is_confirmed(firm, draft.final_on.year):
        return _confirmed(draft.final_on.year)
    known = RecognisedGrade.objects.filter(
        firm=firm,
        letter_number=draft.letter_number.strip(),
        report_title=draft.report_title.strip(),
        withdrawn_on__isnull=True,
    )
    if known.exists():
        return Refusal("recognised_before", _("This grade counts already."), {"field": "letter_number"})
    return None


def _shape_refusal(draft: GradeDraft, on: date) -> Refusal | None:
    for name in ("issuer", "letter_number", "report_title"):
        if not getattr(draft, name).strip():
            message = _("Name the bureau, the number of its document and the report.")
            return Refusal("incomplete", message, {"field": name})
    if not 0 <= draft.points_hundredths <= FULL_HUNDREDTHS:
        return Refusal("bad_points", _("Points lie between 0 and 100."), {"field": "points"})
    if draft.final_on > on:
        return Refusal("day_to_come", _("The grade is not final yet on that day."), {"field": "final_on"})
    return None


def _is_confirmed(firm: Firm, year: int) -> bool:
    return FirmAppraisal.objects.filter(firm=firm, year=year, confirmed_on__isnull=False).exists()


def _confirmed(year: int) -> Refusal:
    message = _("The firm’s year %(year)d is confirmed and stays as it is.") % {"year": year}
    return Refusal("year_confirmed", message, {"field": "final_on", "year": year})
