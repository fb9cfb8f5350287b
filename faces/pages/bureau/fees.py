"""Feedback on experts, and what they are paid."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assignments.selectors.assignments import panel_of
from faces.pages.bureau.re_review_steps import ReReviewStep
from faces.pages.bureau.re_reviews import re_review_url
from faces.pages.bureau.seats import SeatStep
from faces.pages.shared import formats
from faces.pages.shared.actions import ActionForm, ActionView
from faces.pages.shared.delivery_forms import day, textarea
from faces.pages.shared.sections import Act, Grid, Layout, Section, SectionsPage
from foundation.accounts.enums import Capability
from reviews.models import FeeSheet
from reviews.services import (
    FeeDraft,
    draft_fees,
    give_expert_feedback,
    pay_fees,
    submit_fees,
)

if TYPE_CHECKING:
    from django.db.models import QuerySet


CENTS = 100


class FeedbackForm(ActionForm):
    """How the expert served."""

    points = forms.IntegerField(label=gettext_lazy("Points, 0 to 100"), min_value=0, max_value=100, initial=100)
    words = forms.CharField(label=gettext_lazy("What was missing"), required=False, max_length=500, widget=textarea(3))


class Feedback(SeatStep):
    """Give feedback on an expert's service. Rule R-24."""

    title, submit_label = gettext_lazy("Give feedback"), gettext_lazy("Give feedback")
    form_class = FeedbackForm

    def act(self, form: FeedbackForm) -> str:
        """Give it."""
        given = form.cleaned_data
        give_expert_feedback(
            assignment=self.object, points=given["points"], words=given["words"], by=self.user, on=self.today
        )
        return _("The feedback is given; the expert can answer it.")


class FeesForm(ActionForm):
    """Half-days and rate for everybody who signed."""

    month = forms.DateField(label=gettext_lazy("Month of payment"), widget=day())
    half_days = forms.IntegerField(label=gettext_lazy("Half-days"), min_value=1, max_value=20, initial=1)
    day_yuan = forms.DecimalField(label=gettext_lazy("Rate of a day after tax, 元"), min_value=0, decimal_places=2)
    by_letter = forms.BooleanField(label=gettext_lazy("By letter: the rate is for the whole review"), required=False)


class FeesDraft(ReReviewStep):
    """Enter the fees of a panel: one rate for all who signed. Rule R-31."""

    title, submit_label = gettext_lazy("Enter the fees"), gettext_lazy("Write the sheet")
    form_class = FeesForm

    def get_initial(self) -> dict[str, Any]:
        """Begin with this month."""
        return {"month": self.today.replace(day=1)}

    def act(self, form: FeesForm) -> str:
        """Write the sheet."""
        given = form.cleaned_data
        cents = int(given["day_yuan"] * CENTS)
        seats = panel_of(self.object).filter(status__in=["SIGNED", "EVALUATED"])
        drafts = [FeeDraft(seat, given["half_days"], cents, by_letter=given["by_letter"]) for seat in seats]
        draft_fees(re_review=self.object, month=given["month"], drafts=drafts, by=self.user, on=self.today)
        return _("The sheet is written. Submit it for approval on its page.")


class FeeSheetPage(SectionsPage):
    """评审费发放表: who gets what, before and after tax."""

    audience, needs = "bureau", Capability.READ_ALL

    def rows(self) -> QuerySet[FeeSheet]:
        """Return the sheets of the bureau."""
        rows = FeeSheet.objects.filter(re_review__bureau_id=self.user.bureau_id or 0)
        return rows.select_related("re_review__evaluation")

    def layout(self) -> Layout:
        """Return the lines and the steps."""
        sheet: FeeSheet = self.object
        fees = list(sheet.fees.select_related("assignment__expert__person").order_by("pk"))
        lines: list[tuple[str, ...]] = [
            (
                fee.assignment.expert.person.name if fee.assignment.expert else "",
                str(fee.half_days),
                formats.yuan(fee.day_cents),
                formats.yuan(fee.net_cents),
                formats.yuan(fee.tax_cents),
                formats.yuan(fee.gross_cents),
            )
            for fee in fees
        ]
        sums = [sum(getattr(fee, name) for fee in fees) for name in ("net_cents", "tax_cents", "gross_cents")]
        lines.append((_("Together"), "", "", *map(formats.yuan, sums)))
        headings = (_("Expert"), _("Half-days"), _("Rate"), _("After tax, 元"), _("Tax, 元"), _("Before tax, 元"))
        acts: tuple[Act, ...] = ()
        if sheet.paid_on is None:
            acts = (
                Act(_("Submit for approval"), reverse("pages:fee-sheet-submit", args=[sheet.pk])),
                Act(_("Note the payment"), reverse("pages:fee-sheet-pay", args=[sheet.pk])),
            )
        review = sheet.re_review
        pairs = (
            (_("Month"), f"{sheet.month:%Y-%m}"),
            (_("Paid on"), formats.day(sheet.paid_on, with_year=True) if sheet.paid_on else _("not paid yet")),
            (_("Voucher"), sheet.voucher or "—"),
        )
        return Layout(
            crumbs=((review.number, re_review_url(review)), (_("Expert fees"), "")),
            meta=(review.evaluation.title,),
            acts=acts,
            main=(Section(_("Sheet"), grid=Grid(headings, lines, frozenset(range(1, 6)))),),
            beside=(Section(_("About this"), pairs=pairs),),
        )

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:  # noqa: ANN401
        """Say the month in the title."""
        title = _("Expert fees of %(month)s") % {"month": f"{self.object.month:%Y-%m}"}
        return super().get_context_data(**({"title": title} | kwargs))


class SheetStep(ActionView):
    """A step of a fee sheet."""

    audience, needs = "bureau", Capability.COMMISSION

    def rows(self) -> QuerySet[FeeSheet]:
        """Return the sheets of the bureau."""
        return FeeSheet.objects.filter(re_review__bureau_id=self.user.bureau_id or 0)

    def object_url(self) -> str:
        """Return the sheet."""
        return reverse("pages:fee-sheet", args=[self.object.pk])


class SheetSubmit(SheetStep):
    """Submit the sheet for approval."""

    title, submit_label = gettext_lazy("Submit the fees for approval"), gettext_lazy("Submit for approval")

    def act(self, form: Any) -> str:  # noqa: ANN401, ARG002 - nothing to fill in
        """Submit."""
        submit_fees(sheet=self.object, by=self.user, on=self.today)
        return _("The fees are under approval.")


class VoucherForm(ActionForm):
    """The voucher."""

    voucher = forms.CharField(label=gettext_lazy("Voucher"), max_length=60)


class SheetPay(SheetStep):
    """Note the payment of the sheet."""

    title, submit_label = gettext_lazy("Note the payment"), gettext_lazy("Note the payment")
    form_class = VoucherForm

    def act(self, form: VoucherForm) -> str:
        """Note it."""
        pay_fees(sheet=self.object, voucher=form.cleaned_data["voucher"], by=self.user, on=self.today)
        return _("The fees are paid.")


urls = [
    path("seats/<int:pk>/feedback/", Feedback.as_view(), name="expert-feedback"),
    path("re-reviews/<str:number>/fees/", FeesDraft.as_view(), name="fees-draft"),
    path("fees/<int:pk>/", FeeSheetPage.as_view(), name="fee-sheet"),
    path("fees/<int:pk>/submit/", SheetSubmit.as_view(), name="fee-sheet-submit"),
    path("fees/<int:pk>/pay/", SheetPay.as_view(), name="fee-sheet-pay"),
]
