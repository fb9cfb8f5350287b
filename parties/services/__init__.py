"""Writing who is who. Services take many rows; the single case is a list of one."""

from parties.services.accounts import (
    OUTSIDE_ROLES,
    add_membership,
    end_membership,
    move_membership,
    open_outside_account,
)
from parties.services.bodies import (
    OrganisationDraft,
    PartyRefused,
    UnitDraft,
    body_by_name,
    change_facts,
    close_organisation,
    recode_unit,
    record_relationship,
    register_organisations,
    register_units,
    rename_organisation,
)
from parties.services.contacts import add_contact, end_contact
from parties.services.corrections import change_contact, correct_id_number
from parties.services.duplicates import find_pairs, keep_apart, look_for_pairs
from parties.services.persons import (
    PersonDraft,
    end_tie,
    keep_account,
    mask_contact,
    refuse_joined,
    register_persons,
    rename_person,
    tie_persons,
)
from parties.services.reveals import numbers_of, reveal, reveal_call_list, reveal_contact, reveal_directory
from parties.services.spells import EmploymentDraft, declare_spell, end_spell, end_staff_spells, record_employments

__all__ = [
    "OUTSIDE_ROLES",
    "EmploymentDraft",
    "OrganisationDraft",
    "PartyRefused",
    "PersonDraft",
    "UnitDraft",
    "add_contact",
    "add_membership",
    "body_by_name",
    "change_contact",
    "change_facts",
    "close_organisation",
    "correct_id_number",
    "declare_spell",
    "end_contact",
    "end_membership",
    "end_spell",
    "end_staff_spells",
    "end_tie",
    "find_pairs",
    "keep_account",
    "keep_apart",
    "look_for_pairs",
    "mask_contact",
    "move_membership",
    "numbers_of",
    "open_outside_account",
    "recode_unit",
    "record_employments",
    "record_relationship",
    "refuse_joined",
    "register_organisations",
    "register_persons",
    "register_units",
    "rename_organisation",
    "rename_person",
    "reveal",
    "reveal_call_list",
    "reveal_contact",
    "reveal_directory",
    "tie_persons",
]
