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


INTERESTS: Final = (RelationshipKind.ADVISED, RelationshipKind.SUPPLIER_OF)
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
    ACCOUNT = "ACCOUNT", _("bank account")


class RevealKind(TextChoices):
    """What was read in clear: a number of one person, the telephone of a contact, or many telephones."""

    ID_NUMBER = "ID_NUMBER", _("national ID number")
    PHONE = "PHONE", _("telephone number")
    ACCOUNT = "ACCOUNT", _("bank account")
    CONTACT = "CONTACT", _("telephone of a contact")
    DIRECTORY = "DIRECTORY", _("telephones of a directory")
    CALL_LIST = "CALL_LIST", _("telephones of a call list")


class SameName(TextChoices):
    """What is said of somebody whose name is known here already."""

    SAME = "SAME", _("the same person")
    OTHER = "OTHER", _("somebody else of that name")


class PairGround(TextChoices):
    """Why two records may be one person."""

    NAME_PHONE = "NAME_PHONE", _("same name and telephone")
    NAME_BIRTH = "NAME_BIRTH", _("same name and birthday")
    PHONE = "PHONE", _("same telephone")
    NAME = "NAME", _("same name")


class KinKind(TextChoices):
    """How two persons are related."""

    SPOUSE = "SPOUSE", _("spouse")
    PARENT_CHILD = "PARENT_CHILD", _("parent or child")
    SIBLING = "SIBLING", _("brother or sister")
    OTHER_KIN = "OTHER_KIN", _("other near relation")


class FormerFactKind(TextChoices):
    """A fact of an organisation that keeps its past."""

    LEGAL_PERSON = "LEGAL_PERSON", _("legal representative")
    ADDRESS = "ADDRESS", _("address")


class ContactOf(TextChoices):
    """Whose contact somebody is."""

    UNIT = "UNIT", _("budget unit")
    FIRM = "FIRM", _("firm")
    SECTION = "SECTION", _("section")
