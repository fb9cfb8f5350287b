"""The firm's own contacts: whom the bureau calls there."""

from django.urls import path

from faces.pages.shared.own_contacts import OwnContactAdd, OwnContactEnd, OwnContacts
from foundation.accounts.enums import Capability


class FirmContacts(OwnContacts):
    """Whom the bureau calls at our firm."""

    audience, needs, list_name = "firm", Capability.FIRM_DESK, "firm-contacts"


class FirmContactAdd(OwnContactAdd):
    """Name whom the bureau calls at our firm."""

    audience, needs, list_name = "firm", Capability.FIRM_SIGN, "firm-contacts"


class FirmContactEnd(OwnContactEnd):
    """End a contact of our firm."""

    audience, needs, list_name = "firm", Capability.FIRM_SIGN, "firm-contacts"


urls = [
    path("contacts/", FirmContacts.as_view(), name="firm-contacts"),
    path("contacts/new/", FirmContactAdd.as_view(), name="firm-contacts-add"),
    path("contacts/<int:pk>/end/", FirmContactEnd.as_view(), name="firm-contacts-end"),
]
