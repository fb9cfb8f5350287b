"""The firm's year, and sanctions of firms and experts."""

from appraisals.services.conflicts import (
    ConflictRefused,
    reject_conflict,
    reply_to_conflict,
    report_conflict,
    uphold_conflict,
)
from appraisals.services.ending import end_due_sanctions
from appraisals.services.hand_overs import propose_hand_over, record_answer, send_hand_over
from appraisals.services.lifting import answer_lifting, ask_lifting, lapse_liftings
from appraisals.services.proposing import (
    answer_sanction_reply,
    choose_for_tasks,
    drop_sanction,
    propose_sanction,
    reply_to_sanction,
    submit_sanction,
)
from appraisals.services.recognition import GradeDraft, recognise_grade, withdraw_recognition
from appraisals.services.revoking import propose_revocation
from appraisals.services.sanctions import lapse_sanctions, sanction_agreed, sanction_returned
from appraisals.services.serving import record_talk, serve_paper
from appraisals.services.steps import SanctionRefused
from appraisals.services.succession import Fate, SuccessionRefused, succeed
from appraisals.services.years import compute_year, confirm_appraisal, freeze_year, give_feedback, thaw_year

__all__ = [
    "ConflictRefused",
    "Fate",
    "GradeDraft",
    "SanctionRefused",
    "SuccessionRefused",
    "answer_lifting",
    "answer_sanction_reply",
    "ask_lifting",
    "choose_for_tasks",
    "compute_year",
    "confirm_appraisal",
    "drop_sanction",
    "end_due_sanctions",
    "freeze_year",
    "give_feedback",
    "lapse_liftings",
    "lapse_sanctions",
    "propose_hand_over",
    "propose_revocation",
    "propose_sanction",
    "recognise_grade",
    "record_answer",
    "record_talk",
    "reject_conflict",
    "reply_to_conflict",
    "reply_to_sanction",
    "report_conflict",
    "sanction_agreed",
    "sanction_returned",
    "send_hand_over",
    "serve_paper",
    "submit_sanction",
    "succeed",
    "thaw_year",
    "uphold_conflict",
    "withdraw_recognition",
]
