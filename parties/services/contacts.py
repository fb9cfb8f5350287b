"""Who is to be called at a unit, a firm or a section, and for what: dated, the telephone sealed."""

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
    organisation: Organisation | None = None, section: Section | None = None,
) -> Contact:  # fmt: skip
    """Name who is to be called for ``duty`` at an organisation or a section; the former contact of the duty ends.

    Who keeps the register, and a firm or unit for itself. Raise ``PartyRefused`` without a duty or a name.
    """
    whose = organisation or section
    if whose is None or not may_keep_contacts(by, whose):
        raise NotAllowed
    if not duty.strip() or not name.strip():
        field = "name" if duty.strip() else "duty"
        raise PartyRefused(Refusal("contact_unnamed", _("Name the duty and who has it."), {"field": field}))
    rows = Contact.objects.filter(organisation=organisation, section=section, duty=duty.strip(), ended_on__isnull=True)
    for former in rows.select_for_update(of=("self",)).order_by("pk"):
        former.ended_on = on
        former.save(update_fields=["ended_on"])
    row = Contact.objects.create(
        bureau_id=whose.bureau_id,
        of=_of(organisation),
        organisation=organisation,
        section=section,
        duty=duty.strip(),
        name=name.strip(),
        phone_sealed=encrypt(plain_phone(phone)),
        started_on=on,
    )
    record(actor=by, action="parties.contact_added", subject=whose, facts={"duty": row.duty, "on": on})
    return row


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
