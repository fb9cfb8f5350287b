"""A suspension is lifted: the application on paper, and the answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import forms
from django.db.models import QuerySet
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from appraisals.models import LiftingApplication
from appraisals.selectors import (
    liftings_visible_to,
)
from appraisals.services import (
    answer_lifting,
    ask_lifting,
)
from faces.pages.bureau.credit import PaperReplyForm
from faces.pages.bureau.sanctions import sanction_url
from faces.pages.shared.actions import ActionForm, ActionView
from faces.pages.shared.delivery_forms import textarea
from faces.pages.shared.formats import full_day
from foundation.accounts.enums import Capability

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django_stubs_ext import StrOrPromise

from faces.pages.bureau.sanction_steps import SanctionStep


class LiftForm(PaperReplyForm):
    """The application as it came on paper."""

    accepts_undertaking = forms.BooleanField(
        label=gettext_lazy("The paper holds the signed undertaking"), required=False
    )
    certificate_code = forms.CharField(
        label=gettext_lazy("Code of the certificate"),
        required=False,
        max_length=32,
        help_text=gettext_lazy("Where a passed test is needed."),
    )


class SanctionLift(SanctionStep):
    """Enter an expert's application for lifting that came on paper. Rule R-57."""

    title, submit_label = gettext_lazy("Enter an application on paper"), gettext_lazy("Enter it")
    form_class = LiftForm

    def act(self, form: LiftForm) -> str:
        """Enter it."""
        given = form.cleaned_data
        ask_lifting(
            sanction=self.object,
            words=given["words"],
            accepts_undertaking=given["accepts_undertaking"],
            certificate_code=given["certificate_code"],
            file=form.scan(),
            by=self.user,
            on=self.today,
        )
        return _("The application waits for its answer.")


class LiftingForm(ActionForm):
    """Granted or not, and why."""

    is_granted = forms.TypedChoiceField(
        label=gettext_lazy("Answer"),
        choices=(("yes", gettext_lazy("lift the suspension")), ("no", gettext_lazy("do not lift it"))),
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
    )
    words = forms.CharField(label=gettext_lazy("Reasons"), max_length=500, widget=textarea(4))


class LiftingAnswer(ActionView):
    """Answer an application for lifting."""

    audience, needs = "bureau", Capability.CONFIRM
    title, submit_label = gettext_lazy("Answer the application"), gettext_lazy("Answer")
    form_class = LiftingForm

    def rows(self) -> QuerySet[LiftingApplication]:
        """Return the visible applications."""
        return liftings_visible_to(self.user).select_related("sanction", "certificate")

    def object_url(self) -> str:
        """Return the sanction's page."""
        return sanction_url(self.object.sanction)

    def consequences(self) -> Sequence[StrOrPromise]:
        """Show what was asked, and from when a lifting holds."""
        row: LiftingApplication = self.object
        proof = _("Certificate: %(code)s") % {"code": row.certificate.code if row.certificate else "—"}
        return [
            row.words,
            proof,
            _("Granted, the suspension ends on %(day)s, or today where that day has passed.")
            % {"day": full_day(row.sanction.ends_on)},
            _("Refused, he may apply again."),
        ]

    def act(self, form: LiftingForm) -> str:
        """Answer."""
        given = form.cleaned_data
        answer_lifting(
            application=self.object, is_granted=given["is_granted"], words=given["words"], by=self.user, on=self.today
        )
        return _("Answered. The expert is told; the decision is drafted as a paper.")


urls = [
    path("sanctions/<int:pk>/lift/", SanctionLift.as_view(), name="sanction-lift"),
    path("sanctions/liftings/<int:pk>/", LiftingAnswer.as_view(), name="lifting-answer"),
]
