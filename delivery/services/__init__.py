"""Writes of delivery, one file per noun."""

from delivery.services.acceptance import accept_report, is_signed, sign_off
from delivery.services.clock import ask_clock_stop, deny_clock_stop, grant_clock_stop
from delivery.services.comments import answer_comment, comment
from delivery.services.commissions import (
    accept_commission,
    commission,
    decline_commission,
    end_commission,
    letter_agreed,
    letter_returned,
    revise_commission,
    rubric_for,
    send_letter,
)
from delivery.services.instalments import (
    accept_instalment,
    enter_invoice,
    hold_instalment,
    pay_instalment,
    payment_agreed,
    payment_returned,
    plan_by_percent,
    plan_instalments,
    release_instalment,
    request_payment,
)
from delivery.services.leads import answer_lead_request, ask_lead_change, record_lead_absence, request_lead_change
from delivery.services.site import declare_team, record_site_visit, void_site_visit
from delivery.services.succession import carry_commission
from delivery.services.versions import (
    ask_comments,
    check_version,
    keep_earlier_report,
    notify_unit,
    return_version,
    start_fieldwork,
    submit_version,
)

__all__ = [
    "accept_commission",
    "accept_instalment",
    "accept_report",
    "answer_comment",
    "answer_lead_request",
    "ask_clock_stop",
    "ask_comments",
    "ask_lead_change",
    "carry_commission",
    "check_version",
    "comment",
    "commission",
    "declare_team",
    "decline_commission",
    "deny_clock_stop",
    "end_commission",
    "enter_invoice",
    "grant_clock_stop",
    "hold_instalment",
    "is_signed",
    "keep_earlier_report",
    "letter_agreed",
    "letter_returned",
    "notify_unit",
    "pay_instalment",
    "payment_agreed",
    "payment_returned",
    "plan_by_percent",
    "plan_instalments",
    "record_lead_absence",
    "record_site_visit",
    "release_instalment",
    "request_lead_change",
    "request_payment",
    "return_version",
    "revise_commission",
    "rubric_for",
    "send_letter",
    "sign_off",
    "start_fieldwork",
    "submit_version",
    "void_site_visit",
]
