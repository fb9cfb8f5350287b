"""Rules in words: what each key decides, its unit, its value, and the field in which a new value is typed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext

from appraisals.enums import SanctionKind
from assignments.enums import PaperClass, Route, TaskKind
from credit.enums import CreditKind
from credit.selectors import code_name
from faces.pages.bureau.fields import WanField, wan_text
from faces.pages.shared import formats
from faces.pages.shared.application_words import ITEMS
from foundation.accounts.enums import Role
from foundation.approvals.enums import ApprovalKind
from foundation.rulesets.rules import shape_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from django_stubs_ext import StrOrPromise

    from foundation.rulesets.rules import Rule

LABELS: Final[Mapping[str, StrOrPromise]] = {
    "comparison_quotes": gettext_lazy("Offers that a comparison needs"),
    "procurement_limit_cents": gettext_lazy("Procurement limit of one item in a year"),
    "routes_above_limit": gettext_lazy("Routes allowed above the limit"),
    "routes_below_limit": gettext_lazy("Routes allowed below the limit"),
    "splitting_flag": gettext_lazy("Splitting of one item over a year is flagged"),
    "register_binds_above_limit": gettext_lazy("Register, shares and rotation bind above the limit, too"),
    "project_grade_cuts": gettext_lazy("Cuts of the project grade"),
    "report_grade_cuts": gettext_lazy("Cuts of the report grade"),
    "output_effect_share_percent": gettext_lazy("Least share of output and effect in a project’s score"),
    "conflict_window_years": gettext_lazy("Conflict window after an employment"),
    "self_evaluation_weights": gettext_lazy("Weights of a self-evaluation"),
    "self_evaluation_weights_cost": gettext_lazy("Weights of a self-evaluation with a cost indicator"),
    "commissioner_rule": gettext_lazy("Nobody commissions his own evaluation"),
    "lead_running_tasks": gettext_lazy("Most running tasks of a lead evaluator"),
    "lead_work_years": gettext_lazy("Years of work of a lead evaluator"),
    "one_firm_per_practitioner": gettext_lazy("A practitioner belongs to one active firm"),
    "firm_admission_items": gettext_lazy("Admission checklist of a firm"),
    "expert_admission_items": gettext_lazy("Admission checklist of an expert"),
    "self_registration": gettext_lazy("Firms and experts may apply by themselves"),
    "admission_notice_workdays": gettext_lazy("Public notice before an admission"),
    "lead_shared_days": gettext_lazy("Days on site that two tasks of one lead evaluator may share"),
    "expiry_reminder_days": gettext_lazy("Days before the last day of a qualification on which is reminded"),
    "renewal_window_days": gettext_lazy("Days before its end from which a term is renewed"),
    "register_term_years": gettext_lazy("Term in register and pool"),
    "expert_age_limit": gettext_lazy("Age at which an expert leaves the pool"),
    "expert_work_years": gettext_lazy("Years of work with an intermediate title"),
    "panel_expert_share": gettext_lazy("Least share of experts on a panel"),
    "panel_sizes": gettext_lazy("Sizes of a panel"),
    "candidate_ratio": gettext_lazy("Candidates for a seat, below which a warning stands"),
    "cool_down_days": gettext_lazy("Days between two assignments of an expert at one unit"),
    "expert_yearly_cap": gettext_lazy("Most assignments of an expert in a year"),
    "decline_limit": gettext_lazy("Declines without accepted reason in a year"),
    "decline_suspension_months": gettext_lazy("Time out after too many declines"),
    "firm_share_percent": gettext_lazy("Most of a year’s tasks that one firm gets"),
    "same_unit_years": gettext_lazy("Years running that a firm evaluates one unit"),
    "prior_work_window_years": gettext_lazy("Window after other work for a project"),
    "draw_workdays_before": gettext_lazy("Working days before the meeting at which a draw is held"),
    "look_minutes": gettext_lazy("Time within which pages about the eligible are one look"),
    "reminder_days": gettext_lazy("Days of the reminders"),
    "appeal_workdays": gettext_lazy("Time for an appeal"),
    "feedback_workdays": gettext_lazy("Time for feedback on an expert"),
    "archive_years": gettext_lazy("Years that papers are kept"),
    "label_points": gettext_lazy("Running deductions at which a firm is watched"),
    "credit_codes": gettext_lazy("Catalogue of codes of violations and merits"),
    "reply_workdays": gettext_lazy("Time for a party’s reply"),
    "prior_notice_kinds": gettext_lazy("Sanctions that are told beforehand"),
    "lifting_application_months": gettext_lazy("Suspension of an expert that ends on an application only, from"),
    "lifting_test_months": gettext_lazy("Suspension of an expert that needs a passed test, too, from"),
    "lifting_window_days": gettext_lazy("Days before its end from which a lifting may be asked for"),
    "removal_years": gettext_lazy("Years of a removal from the register"),
    "suspension_months_most": gettext_lazy("Longest suspension of a firm"),
    "expert_suspension_months": gettext_lazy("Suspensions of an expert"),
    "deduction_steps": gettext_lazy("Deductions and how long they run"),
    "late_point_most": gettext_lazy("Most points that lateness costs"),
    "late_point_per_day": gettext_lazy("Points that a late working day costs"),
    "appraisal_weights": gettext_lazy("Weights of a firm’s year"),
    "assessment_window_years": gettext_lazy("Years that count for a small sample"),
    "mutual_recognition": gettext_lazy("Assessments of other bureaus are recognised"),
    "small_sample": gettext_lazy("Reports below which a sample is small"),
    "fee_scale": gettext_lazy("Fees of experts"),
    "closing_warning_from": gettext_lazy("Day from which payments of the year are warned about"),
    "payment_days": gettext_lazy("Time to pay"),
    "payment_days_most": gettext_lazy("Longest time to pay that a contract may set"),
    "training_hours": gettext_lazy("Hours of training"),
    "reveals_a_day": gettext_lazy("Readings of sealed numbers in a day"),
    "idle_account_days": gettext_lazy("Days after which an unused account is listed"),
    "gone_account_days": gettext_lazy("Days after which the sign-ins of a firm that is gone close"),
    "veto_decides": gettext_lazy("A proven veto makes a report fail"),
    "assistance_kinds": gettext_lazy("Kinds of task that are assistance"),
    "opinion_returns": gettext_lazy("Times that an opinion goes back"),
    "approval_chain": gettext_lazy("Approval chains"),
    "approval_chain_large": gettext_lazy("Approval chains of large amounts"),
    "approval_large_cents": gettext_lazy("Amount above which the chain of large amounts holds"),
    "employer_max": gettext_lazy("Most experts of one employer on a panel"),
    "workday_table": gettext_lazy("Table of working days"),
    "role_table": gettext_lazy("Table of roles and capabilities"),
    "undertaking_yearly": gettext_lazy("The undertaking is accepted anew every year"),
    "draw_parties": gettext_lazy("Persons who seed a draw"),
    "draw_commit_hours": gettext_lazy("Time to hand in commitments after the freeze"),
    "draw_reveal_minutes": gettext_lazy("Time to show a nonce in one’s turn"),
    "draw_value_gap_minutes": gettext_lazy("Least time between freeze or last nonce and the public value"),
    "own_act_to_leave": gettext_lazy("Who was chosen leaves by his own act or a decision"),
    "answer_wait_hours": gettext_lazy("Time for an answer before “no answer” is noted"),
    "answer_calls": gettext_lazy("Unanswered calls before “no answer” is noted"),
    "commission_workdays": gettext_lazy("Time of a commission without another agreement"),
    "import_at_once_kb": gettext_lazy("Largest file that is checked and imported at once"),
    "copied_characters": gettext_lazy("Equal characters that are shown as copied"),
    "publication_redaction": gettext_lazy("What is never published"),
    "assessment_bar_points": gettext_lazy("Bar of last year’s assessment; 0: no bar"),
    "batch_chance_permille": gettext_lazy("Greatest chance of a pair in a batch"),
    "close_watch_bars": gettext_lazy("Close watch bars a firm from being chosen"),
    "plan_reviewer_rates": gettext_lazy("Who reviewed the work plan may rate the report"),
    "coaching_window_years": gettext_lazy("How long who coached a unit sits on none of its panels"),
    "hand_over_answer_days": gettext_lazy("Days after which a hand-over without an answer is shown"),
    "conflict_reply_workdays": gettext_lazy("Time of a party to reply to a reported conflict"),
    "successors_inherit": gettext_lazy("Who takes a firm’s place takes its scores and sanctions"),
    "one_of_a_family": gettext_lazy("Of a head office and its branches one takes part"),
    "likeness_marks": gettext_lazy("What a firm may share with a removed one before an alert"),
    "confirmation_reminder_days": gettext_lazy("Reminders of the yearly confirmation"),
    "renewal_reminder_days": gettext_lazy("Reminders of a term that ends"),
    "claim_days": gettext_lazy("How long an invitation to claim an entry can be used"),
}
FIXED_BECAUSE: Final[Mapping[str, StrOrPromise]] = {
    "one_firm_per_practitioner": gettext_lazy(
        "Every local measure says so, and a report has one firm that answers for it."
    ),
    "opinion_returns": gettext_lazy("A second return would let somebody ask until the opinion suits."),
    "workday_table": gettext_lazy(
        "The State Council decides which days are working days; its yearly notice is entered, not chosen."
    ),
    "role_table": gettext_lazy(
        "Who may do what is one table of the product; people get roles, not single capabilities."
    ),
    "idle_account_days": gettext_lazy("It only orders a list to look at; nothing is decided by it."),
    "draw_parties": gettext_lazy("A draw by one person cannot be verified by another."),
    "own_act_to_leave": gettext_lazy("Else a clerk could empty a seat until the draw suits."),
    "publication_redaction": gettext_lazy("The law protects personal data; no bureau may publish them."),
    "successors_inherit": gettext_lazy("A new code or a merger would otherwise wipe a record clean."),
}
UNITS: Final[Mapping[str, StrOrPromise]] = {
    "offers": gettext_lazy("offers"),
    "routes": "",
    "yes or no": "",
    "分": "",
    "points": gettext_lazy("points"),
    "points of 100": gettext_lazy("points of 100"),
    "percent": "%",
    "calendar years": gettext_lazy("calendar years"),
    "running tasks": gettext_lazy("running tasks"),
    "readings a reader and day": gettext_lazy("readings a reader and day"),
    "items of the checklist": "",
    "facts that are compared": "",
    "years of age": gettext_lazy("years of age"),
    "experts of members": gettext_lazy("experts of members"),
    "seats": gettext_lazy("seats"),
    "candidates for a seat": gettext_lazy("candidates for a seat"),
    "thousandths of a chance": gettext_lazy("thousandths of a chance"),
    "days": gettext_lazy("days"),
    "assignments a calendar year": gettext_lazy("assignments a calendar year"),
    "declines a calendar year": gettext_lazy("declines a calendar year"),
    "months": gettext_lazy("months"),
    "percent of a year's tasks below the limit": gettext_lazy("% of a year’s tasks below the limit"),
    "work years running": gettext_lazy("work years running"),
    "working days": gettext_lazy("working days"),
    "hours": gettext_lazy("hours"),
    "minutes": gettext_lazy("minutes"),
    "unanswered calls": gettext_lazy("unanswered calls"),
    "days from the due day": gettext_lazy("days from the due day"),
    "days after 1 January": gettext_lazy("days after 1 January"),
    "days before the end of the term": gettext_lazy("days before the end of the term"),
    "days before the last day": gettext_lazy("days before the last day"),
    "kilobytes of a file that is checked and imported at once": gettext_lazy(
        "kilobytes of a file that is checked and imported at once"
    ),
    "years": gettext_lazy("years"),
    "points running, for 关注 and 重点关注": gettext_lazy("points running, for watch and close watch"),
    "points and months": "",
    "codes of violations and merits": "",
    "kinds of sanctions": "",
    "reports": gettext_lazy("reports"),
    "分 a day after tax, percent": gettext_lazy("分 a day after tax, percent"),
    "month and day": gettext_lazy("month and day"),
    "days from acceptance": gettext_lazy("days from acceptance"),
    "days from acceptance by contract": gettext_lazy("days from acceptance by contract"),
    "hours of the previous full year": gettext_lazy("hours of the previous full year"),
    "task kinds": "",
    "times": gettext_lazy("times"),
    "roles in order": "",
    "experts of one employer": gettext_lazy("experts of one employer"),
    "table of overrides": "",
    "table": "",
    "distinct persons": gettext_lazy("distinct persons"),
    "working days from the letter to the final report": gettext_lazy(
        "working days from the letter to the final report"
    ),
    "characters equal to an earlier report": gettext_lazy("characters"),
    "kinds": "",
    "points of last year's assessment; 0: no bar": gettext_lazy("points"),
}
CODES: Final[Mapping[str, StrOrPromise]] = {
    **dict(TaskKind.choices),
    **dict(Route.choices),  # a consultation is a route wherever a rule names one
    **dict(Role.choices),
    **dict(ApprovalKind.choices),
    **dict(PaperClass.choices),
    "execution": gettext_lazy("execution of the budget"),
    "output": gettext_lazy("output"),
    "effect": gettext_lazy("effect"),
    "satisfaction": gettext_lazy("satisfaction"),
    "cost": gettext_lazy("cost"),
    **ITEMS,
    "legal_person": gettext_lazy("Legal representative"),
    "address": gettext_lazy("Address"),
    "phone": gettext_lazy("Telephone"),
    "light": gettext_lazy("light"),
    **{kind.value: kind.label for kind in SanctionKind},
    "heavy": gettext_lazy("heavy"),
    "points": gettext_lazy("points"),
    "months": gettext_lazy("months"),
    "score": gettext_lazy("report scores"),
    "compliance": gettext_lazy("compliance"),
    "training": gettext_lazy("training"),
    "feedback": gettext_lazy("feedback"),
    "SENIOR": gettext_lazy("senior title"),
    "OTHER": gettext_lazy("other titles"),
    "ACADEMICIAN_PERCENT": gettext_lazy("academician, percent"),
    "HALF_DAY_PERCENT": gettext_lazy("half a day, percent"),
    "FROM_DAY_3_PERCENT": gettext_lazy("from the third day on, percent"),
    "BY_LETTER_PERCENT": gettext_lazy("by letter, percent from and to"),
    "state_council": gettext_lazy("the State Council’s yearly notice"),
    "foundation/accounts/rules.py": gettext_lazy("the table on the page of roles"),
    "ID_NUMBER": gettext_lazy("national ID number"),
    "PHONE": gettext_lazy("telephone number"),
}


SOURCES: Final[Mapping[str, StrOrPromise]] = {
    "docs/draws.md": gettext_lazy("The protocol of the draw"),
    "docs/assignment.md": gettext_lazy("How a batch is assigned"),
}
# whose codes a list of codes is chosen from, where the rule's own default does not hold them all
FAMILIES: Final = (Route, TaskKind, Role, SanctionKind)


def label_of(key: str) -> StrOrPromise:
    """Return what the rule decides, in words."""
    return LABELS.get(key, key)


def unit_of(rule: Rule) -> StrOrPromise:
    """Return what the rule's value counts."""
    return UNITS.get(rule.unit, rule.unit)


def value_text(key: str, value: Any) -> str:  # noqa: ANN401 - any JSON value
    """Return a rule's value in words."""
    if key == "credit_codes":
        return ngettext("%(count)d code", "%(count)d codes", len(value)) % {"count": len(value)}
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, int):
        return formats.wan_with_unit(value) if key.endswith("_cents") else str(value).replace("-", "−")
    if isinstance(value, dict):
        parts = (f"{CODES.get(name, name)} {value_text('', part)}" for name, part in value.items())
        return pgettext("between parts", "; ").join(parts)
    if isinstance(value, list | tuple):
        return pgettext("between items", ", ").join(value_text("", part) for part in value)
    return str(CODES.get(value, value))


def value_lines(key: str, value: Any) -> list[tuple[StrOrPromise, str]]:  # noqa: ANN401 - any JSON value
    """Return the parts of a value that is a table, each with its word; of any other value nothing.

    Fees are kept in 分 and shown in 元.
    """
    if key == "credit_codes":
        return [(code_name(line), value_text("", line["step"]) or str(CreditKind.MERIT.label)) for line in value]
    if not isinstance(value, dict):
        return []
    is_fees = key == "fee_scale"
    return [
        (CODES.get(name, name), _fees(part) if is_fees and not name.endswith("PERCENT") else value_text("", part))
        for name, part in value.items()
    ]


def _fees(cents: list[int]) -> str:
    return "–".join(formats.yuan_with_unit(part) for part in cents)


class NumbersField(forms.CharField):
    """Whole numbers typed with commas between them."""

    def clean(self, value: Any) -> list[int]:  # noqa: ANN401 - what a browser sent
        """Return the numbers; raise ``ValidationError`` for anything else."""
        text = super().clean(value).replace("，", ",").replace("、", ",").replace("−", "-")
        try:
            return [int(part) for part in text.split(",")]
        except ValueError as error:
            raise forms.ValidationError(_("Type whole numbers with commas between them.")) from error


class YesNoField(forms.TypedChoiceField):
    """Yes or no, as two choices of which one must be taken."""

    def __init__(self, **kwargs: Any) -> None:  # noqa: ANN401 - Django's arguments
        """Offer the two."""
        choices = (("yes", gettext_lazy("yes")), ("no", gettext_lazy("no")))
        super().__init__(choices=choices, coerce=lambda text: text == "yes", widget=forms.RadioSelect, **kwargs)


def value_field(rule: Rule, value: Any) -> forms.Field:  # noqa: ANN401 - any JSON value
    """Return the field in which a new value of ``rule`` is typed, beginning with the present one."""
    label = gettext_lazy("New value")
    shape = shape_of(rule.default)
    if shape == "bool":
        return YesNoField(label=label, initial="yes" if value else "no")
    if shape == "int" and rule.key.endswith("_cents"):
        return WanField(label=gettext_lazy("New value in 万元"), initial=wan_text(value))
    if shape == "int":
        return forms.IntegerField(label=label, initial=value, help_text=str(unit_of(rule)))
    return _list_field(rule, value, label) if shape == "list" else _text_field(shape, value, label)


def _list_field(rule: Rule, value: Any, label: StrOrPromise) -> forms.Field:  # noqa: ANN401 - any JSON value
    if all(isinstance(part, int) for part in rule.default):
        shown = ", ".join(str(part) for part in value)
        return NumbersField(label=label, initial=shown, max_length=200, help_text=str(unit_of(rule)))
    if all(isinstance(part, str) for part in rule.default):
        boxes = forms.CheckboxSelectMultiple
        return forms.MultipleChoiceField(label=label, initial=value, choices=_choices(rule, value), widget=boxes)
    return _text_field("list", value, label)


def _text_field(shape: str, value: Any, label: StrOrPromise) -> forms.Field:  # noqa: ANN401 - any JSON value
    if shape == "str":
        return forms.CharField(label=label, initial=value, max_length=200)
    rows = min(20, json.dumps(value, ensure_ascii=False, indent=1).count("\n") + 2)
    words = gettext_lazy("Change only what stands between the quotation marks and the numbers.")
    return forms.JSONField(label=label, initial=value, help_text=words, widget=forms.Textarea({"rows": rows}))


def _choices(rule: Rule, value: Sequence[str]) -> list[tuple[str, StrOrPromise]]:
    """Return the codes among which a list of codes chooses, with their words."""
    for family in FAMILIES:
        if set(rule.default) <= set(family.values):
            return [(str(code), word) for code, word in family.choices]
    return [(code, CODES.get(code, code)) for code in dict.fromkeys([*rule.default, *value])]


def marks_words(marks: Sequence[str]) -> str:
    """Return what two firms share, in words. Rule R-50."""
    return pgettext("between shared facts", ", ").join(str(CODES.get(code, code)) for code in marks)
