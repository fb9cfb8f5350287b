"""Keeping the register: firms, their people, their standing, their papers."""

from evaluators.services.branches import add_branch, end_branch
from evaluators.services.firms import (
    AdmissionProof,
    FirmDraft,
    FirmRefused,
    move_firms,
    next_firm_number,
    record_admission_checks,
    register_firm,
    register_firms,
    renew_firm,
)
from evaluators.services.interests import declare_interest
from evaluators.services.likeness import set_likeness_aside
from evaluators.services.papers import (
    UNDERTAKING,
    UNDERTAKING_TEXT,
    accept_undertakings,
    record_assessed_years,
    undertaking_version,
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
from evaluators.services.qualifications import (
    QualificationDraft,
    accept_qualification,
    add_qualifications,
    hand_in_qualification,
    record_qualification,
    remind_expiring,
    return_qualification,
    withdraw_qualification,
)
from evaluators.services.staff_changes import (
    JoinedDraft,
    decline_staff_change,
    report_joined,
    report_left,
    take_over_staff_change,
    withdraw_staff_change,
)
from evaluators.services.succession import Heir, lift_carried_bars, record_succession

__all__ = [
    "UNDERTAKING",
    "UNDERTAKING_TEXT",
    "AdmissionProof",
    "FirmDraft",
    "FirmRefused",
    "Heir",
    "JoinedDraft",
    "LeadDraft",
    "PractitionerDraft",
    "QualificationDraft",
    "accept_qualification",
    "accept_undertakings",
    "add_branch",
    "add_lead_evaluators",
    "add_practitioners",
    "add_qualifications",
    "declare_interest",
    "decline_staff_change",
    "end_branch",
    "end_practitioner",
    "hand_in_qualification",
    "lift_carried_bars",
    "move_firms",
    "next_firm_number",
    "record_admission_checks",
    "record_assessed_years",
    "record_qualification",
    "record_succession",
    "register_firm",
    "register_firms",
    "register_lead",
    "register_practitioner",
    "remind_expiring",
    "renew_firm",
    "report_joined",
    "report_left",
    "return_qualification",
    "set_likeness_aside",
    "take_over_staff_change",
    "undertaking_version",
    "withdraw_assessed_years",
    "withdraw_qualification",
    "withdraw_staff_change",
]
