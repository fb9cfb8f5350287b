"""Applying for the register and the pool, deciding about it, and what those who stand ask for every year."""

from admissions.services.announcing import announce_entry, drop_notice, move_entry, take_over_entry
from admissions.services.checking import CheckDraft, CheckRefused, record_checks, tick_roster
from admissions.services.deciding import admit, announce, refuse, return_application, review_items
from admissions.services.filling import (
    PersonFacts,
    accept_undertaking,
    add_person,
    remove_person,
    save_profile,
    save_proof,
)
from admissions.services.inviting import InvitationRefused, claim_with_new_account, claim_with_own_account, invite
from admissions.services.moving import ApplicationRefused, reapply, submit, withdraw
from admissions.services.objections import decide_objection, record_objection
from admissions.services.opening import open_application
from admissions.services.reminding import remind_entries
from admissions.services.renewing import (
    RenewalRefused,
    ask_renewal,
    grant_renewal,
    refuse_renewal,
    renew_entry,
    withdraw_renewal,
)
from admissions.services.yearly import (
    ConfirmationRefused,
    SignedPaper,
    confirm_year,
    enter_year,
    remind_unconfirmed,
    settle_changes,
)

__all__ = [
    "ApplicationRefused",
    "CheckDraft",
    "CheckRefused",
    "ConfirmationRefused",
    "InvitationRefused",
    "PersonFacts",
    "RenewalRefused",
    "SignedPaper",
    "accept_undertaking",
    "add_person",
    "admit",
    "announce",
    "announce_entry",
    "ask_renewal",
    "claim_with_new_account",
    "claim_with_own_account",
    "confirm_year",
    "decide_objection",
    "drop_notice",
    "enter_year",
    "grant_renewal",
    "invite",
    "move_entry",
    "open_application",
    "reapply",
    "record_checks",
    "record_objection",
    "refuse",
    "refuse_renewal",
    "remind_entries",
    "remind_unconfirmed",
    "remove_person",
    "renew_entry",
    "return_application",
    "review_items",
    "save_profile",
    "save_proof",
    "settle_changes",
    "submit",
    "take_over_entry",
    "tick_roster",
    "withdraw",
    "withdraw_renewal",
]
