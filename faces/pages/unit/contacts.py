"""The unit's own contacts: whom the bureau calls there."""

from django.urls import path

from faces.pages.shared.own_contacts import OwnContactAdd, OwnContactEnd, OwnContacts
from foundation.accounts.enums import Capability


class UnitContacts(OwnContacts):
    """Whom the bureau calls at our unit."""

    audience, needs, list_name = "unit", Capability.UNIT_DESK, "unit-contacts"


class UnitContactAdd(OwnContactAdd):
    """Name whom the bureau calls at our unit."""

    audience, needs, list_name = "unit", Capability.UNIT_DESK, "unit-contacts"


class UnitContactEnd(OwnContactEnd):
    """End a contact of our unit."""

    audience, needs, list_name = "unit", Capability.UNIT_DESK, "unit-contacts"


urls = [
    path("contacts/", UnitContacts.as_view(), name="unit-contacts"),
    path("contacts/new/", UnitContactAdd.as_view(), name="unit-contacts-add"),
    path("contacts/<int:pk>/end/", UnitContactEnd.as_view(), name="unit-contacts-end"),
]
