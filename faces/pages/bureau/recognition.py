"""Grades of other bureaus that count in a firm's year: entering one, taking one back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import forms
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from appraisals.selectors import recognised_visible_to
from appraisals.services import GradeDraft, recognise_grade, withdraw_recognition
from faces.pages.bureau.appraisal_words import points_text
from faces.pages.bureau.firm_sections import full_day
from faces.pages.bureau.firm_steps import FirmStep
from faces.pages.bureau.firms import firm_url
from faces.pages.shared.actions import ActionForm, ActionView
from faces.pages.shared.delivery_forms import day, textarea, upload
from foundation.accounts.enums import Capability

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.models import QuerySet
    from django_stubs_ext import StrOrPromise

    from appraisals.models import RecognisedGrade


class GradeForm(ActionForm):
    """Who gave the grade, on which report, by which document."""

    issuer = forms.CharField(label=gettext_lazy("Finance bureau that gave it"), max_length=120)
    letter_number = forms.CharField(label=gettext_lazy("Number of its document"), max_length=60)
    report_title = forms.CharField(label=gettext_lazy("Report"), max_length=160)
    points = forms.DecimalField(
        label=gettext_lazy("Points, 0 to 100"), min_value=0, max_value=100, max_digits=5, decimal_places=2
    )
    final_on = forms.DateField(label=gettext_lazy("Final since"), widget=day())
    document = forms.FileField(label=gettext_lazy("Scan of the document"), widget=upload(".pdf,.png,.jpg,.jpeg"))


class FirmRecognise(FirmStep):
    """Let another bureau's final grade count. Rule R-30."""

    title, submit_label, tab = gettext_lazy("Recognise a grade"), gettext_lazy("Let it count"), "years"
    form_class = GradeForm

    def consequences(self) -> Sequence[StrOrPromise]:
        """Say where it counts."""
        return [
            _("It counts like a report of this bureau in the year in which it became final."),
            _("Compute that year again afterwards; a confirmed year stays."),
        ]

    def act(self, form: GradeForm) -> str:
        """Keep it."""
        given = dict(form.cleaned_data)
        document, points = given.pop("document"), given.pop("points")
        draft = GradeDraft(firm=self.object, points_hundredths=int(points * 100), **given)
        recognise_grade(
            draft=draft, document_name=document.name, document_content=document.read(), by=self.user, on=self.today
        )
        return _("The grade counts once the year is computed.")


class ReasonForm(ActionForm):
    """Why."""

    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=300, widget=textarea(3))


class RecognitionWithdraw(ActionView):
    """Let a recognised grade count no more."""

    audience, needs = "bureau", Capability.REGISTER
    title, submit_label, danger = gettext_lazy("Withdraw the recognition"), gettext_lazy("Withdraw it"), True
    form_class = ReasonForm

    def rows(self) -> QuerySet[RecognisedGrade]:
        """Return the recognised grades of visible firms."""
        return recognised_visible_to(self.user).select_related("firm")

    def object_url(self) -> str:
        """Return the firm's years."""
        return f"{firm_url(self.object.firm)}?tab=years"

    def consequences(self) -> Sequence[StrOrPromise]:
        """Say which one it is."""
        row: RecognisedGrade = self.object
        facts = {"issuer": row.issuer, "number": row.letter_number, "points": points_text(row.points_hundredths)}
        return [
            _("%(issuer)s, %(number)s: %(points)s points.") % facts,
            _("Final since %(day)s. The row stays and says why it counts no more.") % {"day": full_day(row.final_on)},
        ]

    def act(self, form: ReasonForm) -> str:
        """Withdraw."""
        withdraw_recognition(grade=self.object, reason=form.cleaned_data["reason"], by=self.user, on=self.today)
        return _("It counts no more.")


urls = [
    path("firms/recognised/<int:pk>/withdraw/", RecognitionWithdraw.as_view(), name="recognition-withdraw"),
    path("firms/<str:number>/recognise/", FirmRecognise.as_view(), name="firm-recognise"),
]
