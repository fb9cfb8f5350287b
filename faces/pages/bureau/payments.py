"""Clock-stops to decide and instalments to move: the tabs of a commission that need a form each; all payments."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django import forms
from django.http import Http404
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from delivery import services
from delivery.enums import InstalmentStatus
from delivery.models import ClockStop, Instalment
from delivery.selectors import clock_stops_visible_to, due_net, instalments_visible_to
from faces.pages.bureau.commission_terms import Running, Tasks, commission_url
from faces.pages.shared import formats
from faces.pages.shared.actions import ActionForm, ActionView
from faces.pages.shared.columns import Column
from faces.pages.shared.delivery_forms import ClockForm, textarea
from faces.pages.shared.facets import Facet
from faces.pages.shared.lists import ListPage, Sort
from foundation.accounts.enums import Capability

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from django.db.models import QuerySet
    from django_stubs_ext import StrOrPromise


class DecisionForm(ActionForm):
    """Granted or not, with words."""

    decision = forms.ChoiceField(
        label=gettext_lazy("Whether it is granted"),
        choices=(("grant", gettext_lazy("grant")), ("deny", gettext_lazy("deny"))),
        widget=forms.RadioSelect,
    )
    words = forms.CharField(label=gettext_lazy("Words"), required=False, max_length=300, widget=textarea(3))


class ClockDecide(ActionView):
    """Decide a clock-stop that somebody else asked for."""

    audience, needs = "bureau", Capability.COMMISSION
    title, submit_label = gettext_lazy("Decide the clock-stop"), gettext_lazy("Decide the clock-stop")
    template_name = "bureau/clock_stop.html"
    form_class = DecisionForm

    def rows(self) -> QuerySet[ClockStop]:
        """Return the clock-stops this person may see."""
        return clock_stops_visible_to(self.user).select_related("task__bureau", "asked_by", "proof")

    def object_url(self) -> str:
        """Return the clock tab."""
        return commission_url(self.object.task.number) + "?tab=clock"

    def consequences(self) -> Sequence[StrOrPromise]:
        """Say when the report would be due."""
        day = due_net(self.object.task, granting=self.object)
        return (
            [_("Granted, the final report is due on %(day)s.") % {"day": formats.day(day, with_year=True)}]
            if day
            else []
        )

    def act(self, form: DecisionForm) -> str:
        """Grant or deny it."""
        given = form.cleaned_data
        if given["decision"] == "grant":
            services.grant_clock_stop(stop=self.object, by=self.user, on=self.today, words=given["words"])
            return _("The clock-stop is granted; its working days do not count.")
        services.deny_clock_stop(stop=self.object, by=self.user, on=self.today, words=given["words"])
        return _("The clock-stop is denied.")


class ClockAsk(Tasks, ActionView):
    """Enter a request for a clock-stop that came on paper."""

    audience, needs = "bureau", Capability.COMMISSION
    title, submit_label = gettext_lazy("Enter a clock-stop"), gettext_lazy("Enter the request")
    form_class = ClockForm

    def object_url(self) -> str:
        """Return the clock tab."""
        return commission_url(self.object.number) + "?tab=clock"

    def consequences(self) -> Sequence[StrOrPromise]:
        """Say who decides."""
        return [_("Somebody else decides it: nobody decides his own request.")]

    def act(self, form: ClockForm) -> str:
        """Ask."""
        given = form.cleaned_data
        services.ask_clock_stop(
            task=self.object,
            started_on=given["started_on"],
            ended_on=given["ended_on"],
            reason=given["reason"],
            proof_name=given["proof"].name,
            proof_content=given["proof"].read(),
            by=self.user,
            on=self.today,
        )
        return _("The request waits for a decision.")


class PercentForm(ActionForm):
    """Instalments in percent of the fee, and how long the contract lets the bureau take to pay one."""

    percents = forms.CharField(
        label=gettext_lazy("Percent of the fee"),
        max_length=60,
        help_text=gettext_lazy("For example 30 40 30. The last one is the tail, which waits for the final rating."),
    )

    payment_days = forms.IntegerField(
        label=gettext_lazy("Days to pay by the contract"),
        required=False,
        min_value=1,
        max_value=366,
        help_text=gettext_lazy("Counted from acceptance. Leave it empty where the contract says nothing."),
    )

    def clean_percents(self) -> list[int]:
        """Return the numbers; say so where something is no whole number."""
        try:
            return [int(part) for part in self.cleaned_data["percents"].replace(",", " ").replace("，", " ").split()]
        except ValueError as error:
            raise forms.ValidationError(_("Write whole numbers with blanks between them."), code="numbers") from error


class InstalmentsPlan(Running, ActionView):
    """Plan the instalments of the contract."""

    audience, needs = "bureau", Capability.COMMISSION
    title, submit_label = gettext_lazy("Plan the instalments"), gettext_lazy("Plan them")
    form_class = PercentForm

    def object_url(self) -> str:
        """Return the payments tab."""
        return commission_url(self.object.number) + "?tab=payments"

    def get_initial(self) -> dict[str, Any]:
        """Begin with a usual split."""
        return {"percents": "30 40 30", "payment_days": self.running.payment_days}

    def act(self, form: PercentForm) -> str:
        """Plan."""
        rows = services.plan_by_percent(commission=self.running, by=self.user, on=self.today, **form.cleaned_data)
        return _("%(count)s instalments are planned.") % {"count": len(rows)}


class PaymentList(ListPage):
    """What is to be paid to firms: each instalment with the last day to pay it."""

    audience, needs = "bureau", Capability.READ_ALL
    title = gettext_lazy("Payments to firms")
    columns = (
        Column(
            gettext_lazy("Task"),
            "commission.task.title",
            key=True,
            link=lambda row: commission_url(row.commission.task.number) + "?tab=payments",
        ),
        Column(gettext_lazy("Firm"), "commission.firm_name"),
        Column(gettext_lazy("Instalment"), "position", num=True),
        Column(gettext_lazy("Amount"), lambda row: formats.yuan_with_unit(row.amount_cents), num=True),
        Column(gettext_lazy("Pay by"), "due_on"),
        Column(gettext_lazy("Paid on"), "paid_on"),
        Column(gettext_lazy("State"), "status", status=True),
    )
    facets = (Facet("status", gettext_lazy("State"), InstalmentStatus.choices),)
    search_fields = ("commission__task__title", "commission__task__number", "commission__firm_name", "invoice_number")
    sorts = (
        Sort("new", gettext_lazy("Newest first"), ("-pk",)),
        Sort("old", gettext_lazy("Oldest first"), ("pk",)),
    )
    export_name = "payments"
    empty_title = gettext_lazy("No instalment is planned")
    empty_text = gettext_lazy("Instalments are planned on the commission of a task, once the firm has accepted it.")

    def rows(self) -> QuerySet[Instalment]:
        """Return the instalments this person may see."""
        return instalments_visible_to(self.user).select_related("commission__task")


class PlainForm(ActionForm):
    """Only a yes."""


class InvoiceForm(ActionForm):
    """The invoice's number."""

    text = forms.CharField(label=gettext_lazy("Invoice number"), max_length=60)


class RequestForm(ActionForm):
    """The number of the payment request."""

    text = forms.CharField(label=gettext_lazy("Number of the payment request"), max_length=60)


class HoldForm(ActionForm):
    """Why it is held."""

    text = forms.CharField(label=gettext_lazy("Reason"), max_length=300, widget=textarea(3))


STEPS: Final[Mapping[str, tuple[StrOrPromise, type[ActionForm]]]] = {
    "accept": (gettext_lazy("Accept the work paid for"), PlainForm),
    "invoice": (gettext_lazy("Enter the invoice and submit the payment"), InvoiceForm),
    "request": (gettext_lazy("Enter the payment request"), RequestForm),
    "pay": (gettext_lazy("Record the payment"), PlainForm),
    "hold": (gettext_lazy("Hold the tail"), HoldForm),
    "release": (gettext_lazy("Release the tail"), PlainForm),
}


class InstalmentStep(ActionView):
    """Move one instalment on."""

    audience, needs = "bureau", Capability.COMMISSION
    template_name = "bureau/instalment.html"

    def rows(self) -> QuerySet[Instalment]:
        """Return the instalments this person may see."""
        return instalments_visible_to(self.user).select_related("commission__task__bureau")

    @property
    def step(self) -> tuple[StrOrPromise, type[ActionForm]]:
        """The step that the address names; 404 for an unknown one."""
        found = STEPS.get(self.kwargs["step"])
        if found is None:
            raise Http404
        return found

    def get_form_class(self) -> type[ActionForm]:
        """Return the form of the step."""
        return self.step[1]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:  # noqa: ANN401
        """Name page and button after the step."""
        return super().get_context_data(**({"title": self.step[0], "submit_label": self.step[0]} | kwargs))

    def object_url(self) -> str:
        """Return the payments tab."""
        return commission_url(self.object.commission.task.number) + "?tab=payments"

    def act(self, form: ActionForm) -> str:
        """Take the step."""
        text = form.cleaned_data.get("text", "")
        at: dict[str, Any] = {"instalment": self.object, "by": self.user, "on": self.today}
        match self.kwargs["step"]:
            case "accept":
                services.accept_instalment(**at)
            case "invoice":
                services.enter_invoice(**at, invoice_number=text)
            case "request":
                services.request_payment(**at, request_number=text)
            case "pay":
                services.pay_instalment(**at)
            case "hold":
                services.hold_instalment(**at, reason=text)
            case _:
                services.release_instalment(**at)
        return _("The instalment has moved on.")


def step_url(instalment: Instalment, step: str) -> str:
    """Return the address of a step of an instalment."""
    return reverse("pages:instalment-step", args=[instalment.pk, step])


urls = [
    path("payments/", PaymentList.as_view(), name="payments"),
    path("clock-stops/<int:pk>/", ClockDecide.as_view(), name="clock-stop"),
    path("tasks/<str:number>/clock-stop/", ClockAsk.as_view(), name="clock-stop-ask"),
    path("tasks/<str:number>/instalments/", InstalmentsPlan.as_view(), name="instalments-plan"),
    path("instalments/<int:pk>/<str:step>/", InstalmentStep.as_view(), name="instalment-step"),
]
