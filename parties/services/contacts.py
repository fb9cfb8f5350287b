"""Who is to be called at a unit, a firm or a section, and for what: dated, the telephone sealed."""

from collections.abc import Sequence
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from foundation.accounts.models import User
from foundation.audit.services import record
from foundation.bureaus.models import Section
from foundation.core.crypto import encrypt
from foundation.core.errors import NotAllowed, Refusal
from foundation.core.identifiers import plain_phone
from parties.enums import ContactOf
from parties.models import Contact, Organisation
from parties.permissions import may_keep_contacts
from parties.services.bodies import PartyRefused


@transaction.atomic
def add_contact(
    *, duty: str, name: str, phone: str, by: User, on: date,
    organisation: Organisation | None = None, section: Section | None = None, started_on: date | None = None,
) -> Contact:  # fmt: skip
    """Name who is to be called for ``duty`` from ``started_on`` (``on`` unless told) at an organisation or a section.

    The former contact of the duty ends then; where somebody else has it since a later day, the new one ends on that.
    Who keeps the register, and a firm or unit for itself. Raise ``PartyRefused`` without a duty or a name, for a day
    after ``on``, and for one on which somebody had the duty who ended later.
    """
    since = started_on or on
    whose = organisation or section
    if whose is None or not may_keep_contacts(by, whose):
        raise NotAllowed
    if not duty.strip() or not name.strip():
        field = "name" if duty.strip() else "duty"
        raise PartyRefused(Refusal("contact_unnamed", _("Name the duty and who has it."), {"field": field}))
    rows = Contact.objects.filter(organisation=organisation, section=section, duty=duty.strip())
    held = list(rows.select_for_update(of=("self",)).order_by("started_on", "pk"))
    _refuse_day(held, since, on=on)
    for former in held:
        if former.started_on <= since and (former.ended_on is None or former.ended_on > since):
            former.ended_on = since
            former.save(update_fields=["ended_on"])
    later = [one for one in held if one.started_on > since and one.ended_on != one.started_on]
    row = Contact.objects.create(
        bureau_id=whose.bureau_id,
        of=_of(organisation),
        organisation=organisation,
        section=section,
        duty=duty.strip(),
        name=name.strip(),
        phone_sealed=encrypt(plain_phone(phone)),
        started_on=since,
        ended_on=later[0].started_on if later else None,
    )
    facts = {"duty": row.duty, "from": since, "on": on}
    record(actor=by, action="parties.contact_added", subject=whose, facts=facts)
    return row


def _refuse_day(held: Sequence[Contact], since: date, *, on: date) -> None:
    """Raise ``PartyRefused`` for a first day that lies ahead, or in the time of somebody whose end was written since.

    Who ended because another one took the duty over only held it longer than anybody knew.
    """
    if since > on:
        raise PartyRefused(Refusal("begins_later", _("The first day lies in the future."), {"field": "started_on"}))
    taken_over = {row.started_on for row in held}
    for row in held:
        if row.ended_on is None or row.ended_on in taken_over:
            continue
        if row.started_on <= since < row.ended_on:
            message = _("%(name)s had this duty until %(day)s: the first day is that day or a later one.")
            facts = {"name": row.name, "day": row.ended_on.isoformat()}
            details = {"field": "started_on", "contact": row.pk, "free_on": facts["day"]}
            raise PartyRefused(Refusal("contact_overlaps", message % facts, details))


@transaction.atomic
def end_contact(*, contact: Contact, by: User, on: date) -> Contact:
    """End a contact without a successor; the past keeps it. Raise ``PartyRefused`` where it has ended."""
    row = Contact.objects.select_for_update(of=("self",)).select_related("organisation", "section").get(pk=contact.pk)
    whose = row.organisation or row.section
    if whose is None or not may_keep_contacts(by, whose):
        raise NotAllowed
    if row.ended_on is not None:
        raise PartyRefused(Refusal("contact_ended", _("This contact has ended already.")))
    row.ended_on = max(on, row.started_on)
    row.save(update_fields=["ended_on"])
    record(actor=by, action="parties.contact_ended", subject=whose, facts={"duty": row.duty, "on": on})
    return row


def _of(organisation: Organisation | None) -> ContactOf:
    if organisation is None:
        return ContactOf.SECTION
    return ContactOf.UNIT if hasattr(organisation, "budget_unit") else ContactOf.FIRM
