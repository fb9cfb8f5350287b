"""The firm's year and sanctions."""

from appraisals.services.recognition import GradeDraft, recognise_grade, withdraw_recognition
from appraisals.services.sanctions import (
    end_due_sanctions,
    propose_sanction,
    sanction_agreed,
    sanction_returned,
)
from appraisals.services.succession import Fate, SuccessionRefused, succeed
from appraisals.services.years import compute_year, confirm_appraisal, freeze_year, give_feedback, thaw_year

__all__ = [
    "Fate",
    "GradeDraft",
    "SuccessionRefused",
    "compute_year",
    "confirm_appraisal",
    "end_due_sanctions",
    "freeze_year",
    "give_feedback",
    "propose_sanction",
    "recognise_grade",
    "sanction_agreed",
    "sanction_returned",
    "succeed",
    "thaw_year",
    "withdraw_recognition",
]
