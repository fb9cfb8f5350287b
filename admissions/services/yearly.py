"""The yearly confirmation: an entry's owner says what holds and what changed, and accepts the undertaking."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from admissions.enums import ApplicationKind, ConfirmationStatus
from admissions.models import Confirmation
from admissions.permissions import may_keep, speaks_for
from admissions.rules import declared_changes
from admissions.selectors import STANDING, confirmation_of, facts_of, of_entry
from admissions.services.owners import locked_entry, owners_of, record_page
from evaluators.enums import FirmKind
from evaluators.models import Firm
from evaluators.services import FirmDraft, register_firms
from evaluators.services import accept_undertakings as firms_undertake
from experts.enums import TitleLevel
from experts.models import Expert
from experts.services import accept_undertakings as experts_undertake
from experts.services import change_title
from foundation.accounts.models import User
from foundation.audit.services import record
from foundation.core.errors import DomainError, NotAllowed, Refusal
from foundation.notices.services import notify
from foundation.rulesets.selectors import rules_for
from parties.enums import OrganisationKind
from parties.services import OrganisationDraft, register_organisations


class ConfirmationRefused(DomainError):  # noqa: N818 - reads as a sentence
    """The year cannot be confirmed, or its changes cannot be settled, like this."""


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
    source = rules_for(bureau=row.bureau, on=on).source("undertaking_yearly")
    if row.status not in STANDING:
        message = _("Only who stands in the register or pool confirms a year. Apply again instead.")
        raise ConfirmationRefused(Refusal("not_in_register", message, {}, source))
    known = confirmation_of(row, on.year)
    if known is not None and known.status != ConfirmationStatus.DECLINED:
        message = _("%(year)s was confirmed on %(day)s already. Tell the bureau what has changed since.") % {
            "year": on.year,
            "day": known.confirmed_on.isoformat(),
        }
        raise ConfirmationRefused(Refusal("confirmed_already", message, {"year": on.year}, source))
    kind = ApplicationKind.FIRM if isinstance(row, Firm) else ApplicationKind.EXPERT
    made = known or Confirmation(bureau=row.bureau, year=on.year, confirmed_on=on, **of_entry(row))
    made.changes = declared_changes(kind, facts_of(row), given)
    made.status = ConfirmationStatus.CHANGED if made.changes else ConfirmationStatus.CONFIRMED
    made.confirmed_on, made.confirmed_by, made.answer, made.decided_on = on, by, "", None
    made.save()
    if isinstance(row, Firm):
        firms_undertake(firms=[row], year=on.year, accepted_by=by.name, by=by, on=on)
    else:
        experts_undertake(experts=[row], year=on.year, by=by, on=on)
    facts = {"year": on.year, "changed": sorted(made.changes), "on": on}
    record(actor=by, action="admissions.year_confirmed", subject=row, facts=facts)
    return made


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
        now = {**facts_of(entry), **row.changes}
        change_title(expert=entry, title=str(now["title"]), level=TitleLevel(now["level"]), by=by, on=on)
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
