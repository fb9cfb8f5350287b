"""Numbers and papers: a number is given once, papers are issued or void, never deleted."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import models, transaction
from django.utils.translation import gettext as _

from foundation.accounts.models import User
from foundation.audit.services import record
from foundation.bureaus.models import Bureau
from foundation.core.errors import DomainError, Refusal, TransitionRefused
from foundation.files.models import StoredFile
from foundation.files.services import store_made
from foundation.papers.enums import DeliveryWay, PaperStatus
from foundation.papers.models import NumberSeries, Paper, PaperDelivery


class PaperRefused(DomainError):  # noqa: N818 - reads as a sentence
    """The paper cannot be written, issued, voided or delivered."""


@transaction.atomic
def next_numbers(*, bureau: Bureau, kind: str, year: int, count: int) -> range:
    """Return the next ``count`` numbers of ``kind`` in ``year``, from 1 on; the series is locked until the commit."""
    NumberSeries.objects.get_or_create(bureau=bureau, kind=kind, year=year)
    series = NumberSeries.objects.select_for_update().get(bureau=bureau, kind=kind, year=year)
    series.last_number += count
    series.save(update_fields=["last_number"])
    return range(series.last_number - count + 1, series.last_number + 1)


def next_number(*, bureau: Bureau, kind: str, year: int) -> int:
    """Return the next number of ``kind`` in ``year`` as ``next_numbers`` does."""
    return next_numbers(bureau=bureau, kind=kind, year=year, count=1)[0]


@transaction.atomic
def draft_paper(
    *,
    bureau: Bureau,
    kind: str,
    title: str,
    addressee: str,
    subject: models.Model,
    facts: Mapping[str, Any],
    by: User,
    on: date,
    signer: str = "",
    letter_number: str = "",
) -> Paper:
    """Enter a paper about ``subject`` with the next number of its kind; raise ``PaperRefused`` for a used 文号."""
    if letter_number and Paper.objects.filter(bureau=bureau, letter_number=letter_number).exists():
        words = _("The letter number %(number)s is taken.") % {"number": letter_number}
        raise PaperRefused(Refusal("letter_number_taken", words, {"field": "letter_number"}))
    paper = Paper.objects.create(
        bureau=bureau,
        kind=kind,
        year=on.year,
        number=next_number(bureau=bureau, kind=kind, year=on.year),
        letter_number=letter_number,
        title=title,
        addressee=addressee,
        signer=signer,
        written_on=on,
        subject_kind=subject._meta.label_lower,
        subject_id=subject.pk,
        facts=dict(facts),
        created_by=by,
    )
    record(actor=by, action="papers.drafted", subject=paper, facts={"kind": kind, "number": paper.number})
    return paper


@transaction.atomic
def issue_paper(*, paper: Paper, content: bytes, by: User, on: date, signer: str = "") -> Paper:
    """Issue the draft as the PDF ``content`` on ``on``; raise ``TransitionRefused`` where it is no draft."""
    paper = _locked(paper, wanted=PaperStatus.DRAFT, action="issue")
    name = f"{paper.kind.lower()}-{paper.year}-{paper.number}.pdf"
    paper.file = store_made(bureau=paper.bureau, name=name, content=content, owner=paper, by=by)
    paper.status = PaperStatus.ISSUED
    paper.written_on = on
    paper.signer = signer or paper.signer
    paper.save(update_fields=["file", "status", "written_on", "signer"])
    facts = {"kind": paper.kind, "number": paper.number, "sha256": paper.file.sha256}
    record(actor=by, action="papers.issued", subject=paper, facts=facts)
    return paper


@transaction.atomic
def void_paper(*, paper: Paper, reason: str, by: User, on: date) -> Paper:
    """Void a paper: its number stays used and shows as 作废. Raise ``PaperRefused`` without a reason."""
    if not reason.strip():
        raise PaperRefused(Refusal("reason_missing", _("Say why the paper is void."), {"field": "reason"}))
    paper = Paper.objects.select_for_update().get(pk=paper.pk)
    if paper.status == PaperStatus.VOID:
        raise _wrong_state(paper, "void")
    paper.status, paper.void_reason = PaperStatus.VOID, reason
    paper.save(update_fields=["status", "void_reason"])
    record(actor=by, action="papers.voided", subject=paper, facts={"reason": reason, "on": on})
    return paper


@transaction.atomic
def record_delivery(
    *, paper: Paper, way: DeliveryWay, to: str, on: date, by: User, proof: StoredFile | None = None
) -> PaperDelivery:
    """Write down how an issued paper reached its addressee; raise ``TransitionRefused`` before it is issued."""
    paper = _locked(paper, wanted=PaperStatus.ISSUED, action="deliver")
    row = PaperDelivery.objects.create(
        paper=paper, way=way, delivered_on=on, delivered_to=to, delivered_by=by, proof=proof
    )
    record(actor=by, action="papers.delivered", subject=paper, facts={"way": way, "on": on})
    return row


def _locked(paper: Paper, *, wanted: PaperStatus, action: str) -> Paper:
    paper = Paper.objects.select_for_update().get(pk=paper.pk)
    if paper.status != wanted:
        raise _wrong_state(paper, action)
    return paper


def _wrong_state(paper: Paper, action: str) -> TransitionRefused:
    words = _("The paper is in the state “%(state)s”; this cannot be done now.") % {"state": paper.get_status_display()}
    return TransitionRefused(noun="paper", status=paper.status, action=action, message=words)
