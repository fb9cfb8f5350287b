"""Choices of parties."""

from typing import Final

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class OrganisationKind(TextChoices):
    """What kind of body an organisation is."""

    COMPANY = "COMPANY", _("company")
    PARTNERSHIP = "PARTNERSHIP", _("partnership")
    GOVERNMENT = "GOVERNMENT", _("government body")
    INSTITUTION = "INSTITUTION", _("public institution")
    UNIVERSITY = "UNIVERSITY", _("university")
    OTHER = "OTHER", _("other body")


class RelationshipKind(TextChoices):
    """How two organisations are related, from a day."""

    SUPERIOR = "SUPERIOR", _("is superior of")
    MERGED_INTO = "MERGED_INTO", _("merged into")
    SPLIT_FROM = "SPLIT_FROM", _("split from")
    CONVERTED_FROM = "CONVERTED_FROM", _("converted from")
    BRANCH_OF = "BRANCH_OF", _("is branch of")
    SUPPLIER_OF = "SUPPLIER_OF", _("is supplier of")
    ADVISED = "ADVISED", _("advised or audited")


SUCCESSIONS: Final = (RelationshipKind.MERGED_INTO, RelationshipKind.SPLIT_FROM, RelationshipKind.CONVERTED_FROM)


class EmploymentKind(TextChoices):
    """How a person belongs to an organisation."""

    EMPLOYEE = "EMPLOYEE", _("employee")
    OWNER = "OWNER", _("owner")
    ADVISER = "ADVISER", _("adviser")
    LEGAL_PERSON = "LEGAL_PERSON", _("legal representative")


class Sealed(TextChoices):
    """What of a person is kept sealed and can be revealed for a purpose."""

    ID_NUMBER = "ID_NUMBER", _("national ID number")
    PHONE = "PHONE", _("telephone number")
