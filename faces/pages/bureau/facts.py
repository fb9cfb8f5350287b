"""Facts of an approval or a paper in words: label and value, in both languages."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from faces.pages.shared import formats
from reviews.enums import ReportGrade

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django_stubs_ext import StrOrPromise

LABELS: Final[Mapping[str, StrOrPromise]] = {
    "task": gettext_lazy("Task"),
    "firm": gettext_lazy("Firm"),
    "firm_name": gettext_lazy("Firm"),
    "lead_evaluator": gettext_lazy("Lead evaluator"),
    "fee_cents": gettext_lazy("Fee"),
    "amount_cents": gettext_lazy("Amount"),
    "due_on": gettext_lazy("Due on"),
    "work_year": gettext_lazy("Work year"),
    "tasks": gettext_lazy("Tasks"),
    "seats": gettext_lazy("Seats"),
    "re_reviews": gettext_lazy("Re-reviews"),
    "needed": gettext_lazy("Seats needed"),
    "possible": gettext_lazy("Of these can be filled"),
    "named": gettext_lazy("Named directly"),
    "kept_away": gettext_lazy("Kept away"),
    "classified": gettext_lazy("Classified projects"),
    "reason": gettext_lazy("Reason"),
    "invoice": gettext_lazy("Invoice"),
    "grade": gettext_lazy("Grade"),
    "score": gettext_lazy("Score"),
    "rule_set": gettext_lazy("Rule set"),
    "key": gettext_lazy("Rule"),
    "before": gettext_lazy("Before"),
    "after": gettext_lazy("After"),
    "number": gettext_lazy("Number"),
    "title": gettext_lazy("Title"),
    "unit": gettext_lazy("Unit"),
    "project": gettext_lazy("Project"),
    "kind": gettext_lazy("Kind"),
    "route": gettext_lazy("Route"),
    "expert": gettext_lazy("Expert"),
    "name": gettext_lazy("Name"),
    "from": gettext_lazy("From"),
    "until": gettext_lazy("Until"),
    "address": gettext_lazy("Address"),
    "words": gettext_lazy("Words"),
    "position": gettext_lazy("Instalment"),
    "letter_number": gettext_lazy("Letter number"),
    "months": gettext_lazy("Months"),
    "to": gettext_lazy("To"),
    "basis": gettext_lazy("Basis"),
}


def fact_pairs(facts: Mapping[str, Any]) -> list[tuple[StrOrPromise, str]]:
    """Return (label, value) of the facts that have words; keys of the system (ids, hashes) are left out."""
    hidden = {"firm"} if "firm_name" in facts else set()
    return [
        (LABELS[key], value_text(key, value))
        for key, value in facts.items()
        if key in LABELS and key not in hidden and value not in (None, "", [])
    ]


def value_text(key: str, value: Any) -> str:  # noqa: ANN401 - any JSON value
    """Return a value in words: amounts with their unit, days as days, yes or no, lists with commas."""
    if key == "grade" and value in ReportGrade.values:
        return str(ReportGrade(value).label)
    if isinstance(value, bool):
        value = _("yes") if value else _("no")
    elif isinstance(value, int) and key.endswith("_cents"):
        return formats.wan_with_unit(value)
    if isinstance(value, str) and key.endswith("_on"):
        try:
            return formats.day(date.fromisoformat(value), with_year=True)
        except ValueError:
            return value
    if isinstance(value, dict):
        value = [f"{name} {value_text('', item)}" for name, item in value.items()]
    if isinstance(value, list):
        return pgettext("between items", ", ").join(value_text("", item) for item in value)
    return str(value)
