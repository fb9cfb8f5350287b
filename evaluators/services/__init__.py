"""Keeping the register: firms, their people, their standing, their papers."""

from evaluators.services.firms import (
    FirmDraft,
    FirmRefused,
    move_firms,
    record_admission_checks,
    register_firm,
    register_firms,
    renew_firm,
)
from evaluators.services.likeness import set_likeness_aside
from evaluators.services.papers import (
    UNDERTAKING_TEXT,
    QualificationDraft,
    accept_undertakings,
    add_branch,
    add_qualifications,
    record_assessed_years,
    record_qualification,
    withdraw_assessed_years,
)
from evaluators.services.people import (
    LeadDraft,
    PractitionerDraft,
    add_lead_evaluators,
    add_practitioners,
    end_practitioner,
    register_lead,
    register_practitioner,
)
from evaluators.services.succession import Heir, record_succession

__all__ = [
    "UNDERTAKING_TEXT",
    "FirmDraft",
    "FirmRefused",
    "Heir",
    "LeadDraft",
    "PractitionerDraft",
    "QualificationDraft",
    "accept_undertakings",
    "add_branch",
    "add_lead_evaluators",
    "add_practitioners",
    "add_qualifications",
    "end_practitioner",
    "move_firms",
    "record_admission_checks",
    "record_assessed_years",
    "record_qualification",
    "record_succession",
    "register_firm",
    "register_firms",
    "register_lead",
    "register_practitioner",
    "renew_firm",
    "set_likeness_aside",
    "withdraw_assessed_years",
]
