"""Forms of delivery that the bureau, the firm and the unit fill in alike."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from delivery.enums import SignatureWay, VersionKind
from delivery.selectors import running_tasks_of
from evaluators.models import LeadEvaluator
from faces.pages.shared.actions import ActionForm
from foundation.core import clock


def textarea(rows: int = 4) -> forms.Textarea:
    """Return a field for words."""
    return forms.Textarea(attrs={"rows": rows})


def day() -> forms.DateInput:
    """Return a field for a day."""
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


def first_day() -> forms.DateField:
    """Return the field for the first day of something that may have begun before it is entered; empty: today."""
    return forms.DateField(
        label=_("First day"),
        required=False,
        widget=day(),
        initial=clock.today,
        help_text=_("Since when it holds; today, or the day before today on which it began."),
    )


def upload(accept: str) -> forms.ClearableFileInput:
    """Return a field for a file of these endings."""
    return forms.ClearableFileInput(attrs={"accept": accept})


class DeliverForm(ActionForm):
    """A file, what it is, and who reviewed it inside."""

    kind = forms.ChoiceField(label=_("What it is"), choices=VersionKind.choices)
    file = forms.FileField(
        label=_("File"), widget=upload(".pdf,.docx"), help_text=_("PDF or DOCX, at most 100 MB. Drop it here.")
    )
    internally_reviewed_by = forms.CharField(
        label=_("Reviewed inside by"),
        required=False,
        max_length=60,
        help_text=_("Needed for a firm’s draft: who in the firm reviewed it before it leaves."),
    )
    words = forms.CharField(label=_("Remark"), required=False, max_length=500, widget=textarea())


class SignForm(ActionForm):
    """How the lead evaluator signed, and the proof."""

    way = forms.ChoiceField(label=_("Way"), choices=SignatureWay.choices, initial=SignatureWay.WET_SCAN)
    scan = forms.FileField(
        label=_("Scan or proof"),
        widget=upload(".pdf,.png,.jpg,.jpeg"),
        help_text=_("A scan of the signed page, a certificate’s proof, or the picture of the finger’s line."),
    )


class AnswerForm(ActionForm):
    """Adopted or not, and why."""

    is_adopted = forms.TypedChoiceField(
        label=_("Adopted"),
        choices=(("yes", _("adopted")), ("no", _("not adopted"))),
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
    )
    reply = forms.CharField(label=_("Reply"), required=False, max_length=500, widget=textarea())


class ClockForm(ActionForm):
    """From when until when the work stood still, why, and the proof."""

    started_on = forms.DateField(label=_("First day"), widget=day())
    ended_on = forms.DateField(label=_("Last day"), widget=day())
    reason = forms.CharField(label=_("Reason"), max_length=300, widget=textarea(3))
    proof = forms.FileField(label=_("Proof of the reason"), widget=upload(".pdf,.docx,.png,.jpg,.jpeg"))


class LeadField(forms.ModelChoiceField[LeadEvaluator]):
    """A choice of lead evaluators with their running tasks."""

    def label_from_instance(self, obj: LeadEvaluator) -> str:
        """Show name, title and how many tasks he runs."""
        return gettext("%(name)s, %(title)s, runs %(count)s tasks") % {
            "name": obj.person.name,
            "title": obj.title or obj.certificate_number,
            "count": running_tasks_of(obj),
        }
