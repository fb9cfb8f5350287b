"""The yearly confirmation: an entry's owner says what holds and what changed, and accepts the undertaking.

Who signs on paper is entered by a clerk, with the scan.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from admissions.enums import ConfirmationStatus
from admissions.models import Confirmation
from admissions.permissions import may_keep, speaks_for
from admissions.rules import declared_changes
from admissions.selectors import STANDING, confirmation_of, employment_of, facts_of, kind_of, of_entry
from admissions.services.owners import locked_entry, owners_of, record_page
from evaluators.enums import FirmKind
from evaluators.models import Firm
from evaluators.selectors import standing_on as firm_standing_on
from evaluators.services import FirmDraft, register_firms
from evaluators.services import accept_undertakings as firms_undertake
from experts.enums import TitleLevel
from experts.models import Expert
from experts.selectors import standing_on as expert_standing_on
from experts.services import accept_undertakings as experts_undertake
from experts.services import change_title, declare_employment
from foundation.accounts.models import User
from foundation.audit.services import record
from foundation.core.errors import DomainError, NotAllowed, Refusal
from foundation.files.services import SCANS, store
from foundation.notices.services import notify
from foundation.rulesets.selectors import rules_for
from parties.enums import OrganisationKind
from parties.services import OrganisationDraft, end_spell, register_organisations


class ConfirmationRefused(DomainError):  # noqa: N818 - reads as a sentence
    """The year cannot be confirmed, or its changes cannot be settled, like this."""


@dataclass(frozen=True, slots=True)
class SignedPaper:
    """A signed yearly confirmation on paper: who signed it, the day that stands on it, its scan (name, content)."""

    signed_by: str
    signed_on: date
    scan: tuple[str, bytes]


@transaction.atomic
def confirm_year(*, entry: Firm | Expert, given: Mapping[str, Any], by: User, on: date) -> Confirmation:
    """Confirm the entry's facts for the year of ``on`` and accept the undertaking. Rules R-41, R-59.

    What differs from the present facts is declared, and written by the bureau once it has seen the proof. Raise
    ``ConfirmationRefused`` for who does not stand in the register or pool, and for a year that is confirmed already;
    only where the bureau did not take the changes over it can be confirmed again.
    """
    row = locked_entry(entry)
    if not speaks_for(by, row):
        raise NotAllowed
    made = _confirmed(row, given, signed_by=by.name, day=on, by=by)
    facts = {"year": made.year, "changed": sorted(made.changes), "on": on}
    record(actor=by, action="admissions.year_confirmed", subject=row, facts=facts)
    return made


@transaction.atomic
def enter_year(
    *, entry: Firm | Expert, given: Mapping[str, Any], paper: SignedPaper, by: User, on: date
) -> Confirmation:
    """Enter the yearly confirmation and undertaking of who signed them on paper; the scan is kept, the owner told.

    They are of the year and of the day on the paper, in the text that was in force then. Rules R-41, R-59. Raise as
    ``confirm_year``, for a paper of a day to come or that nobody signed; ``FileRefused`` for a bad scan.
    """
    if not may_keep(by, entry):
        raise NotAllowed
    row = locked_entry(entry)
    if paper.signed_on > on:
        message = _("The day on the paper lies in the future.")
        raise ConfirmationRefused(Refusal("signed_later", message, {"field": "signed_on"}))
    if not paper.signed_by.strip():
        raise ConfirmationRefused(Refusal("signer_missing", _("Say who signed it."), {"field": "signed_by"}))
    made = _confirmed(row, given, signed_by=paper.signed_by.strip()[:60], day=paper.signed_on, by=by)
    made.paper = store(bureau=row.bureau, name=paper.scan[0], content=paper.scan[1], owner=made, by=by, accept=SCANS)
    made.save(update_fields=["paper"])
    facts = {"year": made.year, "changed": sorted(made.changes), "signed_by": made.signed_by, "day": paper.signed_on}
    record(
        actor=by, action="admissions.year_entered", subject=row, facts={**facts, "sha256": made.paper.sha256, "on": on}
    )
    notify(users=owners_of([row]), code="year_entered", facts={"year": made.year}, path=record_page(row))
    return made


def _confirmed(row: Firm | Expert, given: Mapping[str, Any], *, signed_by: str, day: date, by: User) -> Confirmation:
    """Write the confirmation and the undertaking of ``day``; raise as ``confirm_year``."""
    source = rules_for(bureau=row.bureau, on=day).source("undertaking_yearly")
    stood = firm_standing_on(row, day) if isinstance(row, Firm) else expert_standing_on(row, day)
    if stood is None or stood.value not in STANDING:
        message = _("Only who stands in the register or pool confirms a year. Apply again instead.")
        raise ConfirmationRefused(Refusal("not_in_register", message, {}, source))
    known = confirmation_of(row, day.year)
    if known is not None and known.status != ConfirmationStatus.DECLINED:
        message = _("%(year)s was confirmed on %(day)s already. Tell the bureau what has changed since.") % {
            "year": day.year,
            "day": known.confirmed_on.isoformat(),
        }
        raise ConfirmationRefused(Refusal("confirmed_already", message, {"year": day.year}, source))
    made = known or Confirmation(bureau=row.bureau, year=day.year, **of_entry(row))
    made.changes = _changes(row, given, day=day)
    made.status = ConfirmationStatus.CHANGED if made.changes else ConfirmationStatus.CONFIRMED
    made.confirmed_on, made.confirmed_by, made.answer, made.decided_on = day, by, "", None
    made.signed_by, made.paper = signed_by, None
    made.save()
    if isinstance(row, Firm):
        firms_undertake(firms=[row], year=day.year, accepted_by=signed_by, by=by, on=day)
    else:
        experts_undertake(experts=[row], year=day.year, by=by, on=day)
    return made


def _changes(row: Firm | Expert, given: Mapping[str, Any], *, day: date) -> dict[str, Any]:
    """Return the declared changes; raise ``ConfirmationRefused`` for a new employer without a first day by ``day``."""
    plain = {name: value.isoformat() if isinstance(value, date) else value for name, value in given.items()}
    changes = declared_changes(kind_of(row), facts_of(row), plain)
    if "employer" not in changes:  # the day belongs to a change of the employer
        return {name: value for name, value in changes.items() if name != "employed_since"}
    if "employed_since" not in changes:
        message = _("Say since when you work for the new employer.")
        raise ConfirmationRefused(Refusal("since_missing", message, {"field": "employed_since"}))
    if date.fromisoformat(changes["employed_since"]) > day:
        message = _("The first day lies in the future.")
        raise ConfirmationRefused(Refusal("begins_later", message, {"field": "employed_since"}))
    return changes


@transaction.atomic
def settle_changes(*, confirmation: Confirmation, takes_over: bool, words: str, by: User, on: date) -> Confirmation:
    """Write the declared changes into the register or pool, or say why not; the owner is told.

    Raise ``ConfirmationRefused`` where none wait, and without words for changes that are not taken over.
    """
    if not may_keep(by, confirmation.entry):
        raise NotAllowed
    entry = locked_entry(confirmation.entry)
    row = Confirmation.objects.select_for_update(of=("self",)).get(pk=confirmation.pk)
    if row.status != ConfirmationStatus.CHANGED:
        message = _("No declared changes wait here: %(state)s.") % {"state": row.get_status_display()}
        raise ConfirmationRefused(Refusal("nothing_declared", message))
    if not takes_over and not words.strip():
        raise ConfirmationRefused(Refusal("reason_missing", _("Say why."), {"field": "words"}))
    if takes_over and isinstance(entry, Firm):
        _write_firm(entry, row.changes, by=by, on=on)
    elif takes_over and isinstance(entry, Expert):
        _write_expert(entry, row.changes, by=by, on=on)
    row.status = ConfirmationStatus.TAKEN_OVER if takes_over else ConfirmationStatus.DECLINED
    row.answer, row.decided_on = words.strip()[:300], on
    row.save(update_fields=["status", "answer", "decided_on"])
    facts = {"year": row.year, "status": row.status, "changed": sorted(row.changes), "on": on}
    record(actor=by, action="admissions.changes_settled", subject=entry, facts=facts)
    notify(users=owners_of([entry]), code="confirmation_settled", path=record_page(entry))
    return row


def _write_firm(firm: Firm, changes: Mapping[str, Any], *, by: User, on: date) -> None:
    body = firm.organisation
    draft = OrganisationDraft(
        name=body.name,
        kind=OrganisationKind(body.kind),
        uscc=body.uscc,
        uscc_absent_reason=body.uscc_absent_reason,
        legal_person=changes.get("legal_person", ""),
        address=changes.get("address", ""),
        phone=changes.get("phone", ""),
    )
    written = register_organisations(bureau=firm.bureau, drafts=[draft], by=by, on=on)[0]
    if "staff_count" in changes:
        role = FirmDraft(written, FirmKind(firm.kind), int(changes["staff_count"]))
        register_firms(bureau=firm.bureau, drafts=[role], by=by, on=on)


def _write_expert(expert: Expert, changes: Mapping[str, Any], *, by: User, on: date) -> None:
    """Write a new title, and a new employer from its day on: the employment that was asked about ends on it."""
    if {"title", "level"} & set(changes):
        now = {**facts_of(expert), **changes}
        change_title(expert=expert, title=str(now["title"]), level=TitleLevel(now["level"]), by=by, on=on)
    if "employer" in changes:
        since, job = date.fromisoformat(changes["employed_since"]), employment_of(expert)
        if job is not None:
            end_spell(spell=job, ended_on=since, by=by, on=on)
        new = {"employer": changes["employer"], "title": "", "started_on": since}
        declare_employment(expert=expert, **new, by=by, on=on)


@transaction.atomic
def remind_unconfirmed(*, entries: Sequence[Firm | Expert], by: User, on: date) -> int:
    """Remind the owners of entries of the year's confirmation and return how many; once a day. Rule R-59."""
    if any(not may_keep(by, entry) for entry in entries):
        raise NotAllowed
    told = 0
    for entry in entries:
        told += notify(
            users=owners_of([entry]), code="confirmation_due", facts={"year": on.year}, path=record_page(entry),
            once=f"confirm:{on.isoformat()}",
        )  # fmt: skip
    if entries:
        facts = {"year": on.year, "entries": len(entries), "told": told, "on": on}
        record(actor=by, action="admissions.reminded", subject=entries[0].bureau, facts=facts)
    return told
