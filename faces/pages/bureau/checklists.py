"""The admission checklist of a firm and of an expert: each item with its proof, who issued it, its last day."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from admissions.selectors import checklist_items, checks_on, kind_of
from admissions.services import CheckDraft, record_checks
from faces.pages.bureau.expert_steps import ExpertStep
from faces.pages.bureau.firm_steps import FirmStep
from faces.pages.bureau.rule_words import CODES
from faces.pages.shared.actions import ActionForm
from faces.pages.shared.delivery_forms import day, upload
from foundation.core.errors import Refusal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django_stubs_ext import StrOrPromise

TITLE, SUBMIT = gettext_lazy("Admission checklist"), gettext_lazy("Save the checklist")
PARTS = ("item", "proof", "source", "until", "remark")
FIELDS = {"valid_to": "until", "file": "proof", "code": "item"}


class ChecksForm(ActionForm):
    """A tick for each item of the checklist, and its proof."""

    def refuse(self, refusal: Refusal) -> None:
        """Show a refusal beside the item that it is about."""
        item, part = refusal.facts.get("item"), FIELDS.get(refusal.facts.get("field", ""))
        facts = {**refusal.facts, "field": f"{part}-{item}"} if item and part else refusal.facts
        super().refuse(Refusal(refusal.code, refusal.message, facts, refusal.source))


class ChecksStep:
    """Fill in the admission checklist; what was found before stays for the days until today. Rules R-12, R-14."""

    def items(self: Any) -> list[str]:
        """Return the items of the checklist in force."""
        return checklist_items(self.object.bureau, kind_of(self.object), self.today)

    def get_form(self: Any, form_class: Any = None) -> ChecksForm:  # noqa: ANN401 - Django's signature
        """Offer the items of the rule in force, as they were found before."""
        form: ChecksForm = super().get_form(form_class)  # type: ignore[misc] # the page follows in the order of classes
        known = checks_on(self.object, self.today)
        for code in self.items():
            one = known.get(code)
            fields: tuple[forms.Field, ...] = (
                forms.BooleanField(label=CODES.get(code, code), required=False, initial=bool(one and one.is_met)),
                forms.FileField(
                    label=_("Proof: %(item)s") % {"item": CODES.get(code, code)},
                    required=False,
                    widget=upload(".pdf,.png,.jpg,.jpeg"),
                    help_text=_("A proof is kept already; a new one takes its place from today.")
                    if one and one.proof_id
                    else "",
                ),
                forms.CharField(
                    label=_("Issued by"), required=False, max_length=100, initial=one.source if one else ""
                ),
                forms.DateField(
                    label=_("Last day"),
                    required=False,
                    widget=day(),
                    initial=one.valid_to if one else None,
                    help_text=_("Empty: without an end."),
                ),
                forms.CharField(label=_("Remark"), required=False, max_length=300, initial=one.remark if one else ""),
            )
            form.fields |= {f"{part}-{code}": field for part, field in zip(PARTS, fields, strict=True)}
        return form

    def consequences(self) -> Sequence[StrOrPromise]:
        """Say what the checklist decides."""
        return [_("Only who meets every item, by proofs that have not run out, can be admitted.")]

    def act(self: Any, form: ChecksForm) -> str:
        """Write it."""
        given = form.cleaned_data
        answers = {}
        for code in self.items():
            is_met, file, source, until, remark = (given[f"{part}-{code}"] for part in PARTS)
            answers[code] = CheckDraft(is_met, source, until, remark, file=(file.name, file.read()) if file else None)
        record_checks(entry=self.object, answers=answers, by=self.user, on=self.today)
        if open_ := sum(not answer.is_met for answer in answers.values()):
            return _("Saved. %(count)d items are not met yet.") % {"count": open_}
        return _("Saved. Every item is met.")


class FirmChecks(ChecksStep, FirmStep):
    """The checklist of a firm. Rule R-12."""

    title, submit_label, tab, form_class = TITLE, SUBMIT, "identity", ChecksForm


class ExpertChecks(ChecksStep, ExpertStep):
    """The checklist of an expert. Rule R-14."""

    title, submit_label, tab, form_class = TITLE, SUBMIT, "standing", ChecksForm


urls = [
    path("firms/<str:number>/checklist/", FirmChecks.as_view(), name="firm-checks"),
    path("experts/<str:number>/checklist/", ExpertChecks.as_view(), name="expert-checks"),
]
