"""Keeping the pool: experts enter, stand, and say what changes about them."""

from experts.services.declaring import (
    UNDERTAKING,
    UNDERTAKING_TEXT,
    accept_undertakings,
    add_recusal,
    add_unavailability,
    change_title,
    declare_employment,
    end_recusal,
    recuse_from,
    undertaking_version,
)
from experts.services.entering import ExpertDraft, next_expert_number, register_expert, register_experts
from experts.services.facts import WORDS, ExpertRefused
from experts.services.specialties import (
    Proof,
    accept_specialty_ask,
    add_specialty,
    ask_specialty,
    end_specialty,
    make_main,
    refuse_specialty_ask,
    withdraw_specialty_ask,
)
from experts.services.standing import end_due_suspensions, foresee_return, move_experts, renew_expert

__all__ = [
    "UNDERTAKING",
    "UNDERTAKING_TEXT",
    "WORDS",
    "ExpertDraft",
    "ExpertRefused",
    "Proof",
    "accept_specialty_ask",
    "accept_undertakings",
    "add_recusal",
    "add_specialty",
    "add_unavailability",
    "ask_specialty",
    "change_title",
    "declare_employment",
    "end_due_suspensions",
    "end_recusal",
    "end_specialty",
    "foresee_return",
    "make_main",
    "move_experts",
    "next_expert_number",
    "recuse_from",
    "refuse_specialty_ask",
    "register_expert",
    "register_experts",
    "renew_expert",
    "undertaking_version",
    "withdraw_specialty_ask",
]
