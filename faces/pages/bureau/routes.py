"""Choosing the lawful route, and the firm where the route is no draw."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assignments.enums import FrameworkWay, Route
from assignments.rules.routes import NEEDS_REASON
from assignments.selectors.routes import RouteOption, direct_ratio, route_options, splitting_of
from assignments.services.routes import (
    Outsider,
    Quote,
    appoint_directly,
    choose_route,
    record_award,
    record_comparison,
)
from evaluators.enums import FirmKind
from evaluators.models import Firm
from evaluators.selectors import pool_on
from faces.pages.bureau.fields import FirmField, WanField, wan_text
from faces.pages.bureau.task_actions import TaskStep
from faces.pages.shared import formats
from faces.pages.shared.actions import ActionForm
from foundation.accounts.enums import Capability
from foundation.files.services import store

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.models import QuerySet
    from django_stubs_ext import StrOrPromise

    from assignments.models import EvaluationTask
    from foundation.files.models import StoredFile

OFFERS = 5
NO_FIRM = Firm.objects.none()


def offered(form: forms.Form, name: str, rows: QuerySet[Firm]) -> None:
    """Let the field ``name`` offer these firms."""
    choice = form.fields[name]
    if isinstance(choice, forms.ModelChoiceField):
        choice.queryset = rows.select_related("organisation").order_by("number")


class RouteForm(ActionForm):
    """The route, what it may cost, and why."""

    fee_limit = WanField(
        label=gettext_lazy("Fee limit (万元)"),
        required=False,
        help_text=gettext_lazy("What the firm may cost at most. The lawful routes depend on it."),
    )
    route = forms.ChoiceField(label=gettext_lazy("Route"), choices=Route.choices, widget=forms.RadioSelect)
    framework_way = forms.ChoiceField(
        label=gettext_lazy("Way inside the framework agreement"),
        required=False,
        choices=[("", "—"), *FrameworkWay.choices],
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        required=False,
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Needed for a direct appointment and a single source."),
    )


class TaskRoute(TaskStep):
    """Choose how the firm is found."""

    needs, title = Capability.PLAN, gettext_lazy("Choose the route")
    template_name = "bureau/route.html"
    form_class, submit_label = RouteForm, gettext_lazy("Choose this route")

    @cached_property
    def every_route(self) -> list[RouteOption]:
        """Every route with why it is closed."""
        return route_options(self.object, self.today)

    def get_initial(self) -> dict[str, Any]:
        """Begin with what stands."""
        task: EvaluationTask = self.object
        return {
            "fee_limit": wan_text(task.fee_limit_cents),
            "route": task.route,
            "framework_way": task.framework_way,
            "reason": task.route_reason,
        }

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:  # noqa: ANN401
        """Return the closed routes with their reasons, the warning and the year's ratio."""
        task: EvaluationTask = self.object
        direct, every = direct_ratio(task.bureau, task.work_year)
        found = {
            "options": self.every_route,
            "split": splitting_of(task, route=Route.DRAW, fee_cents=task.fee_limit_cents, on=self.today),
            "direct": direct,
            "every": every,
            "needs_reason": NEEDS_REASON,
        }
        return super().get_context_data(**(found | kwargs))

    def act(self, form: RouteForm) -> str:
        """Choose it."""
        given = form.cleaned_data
        task = choose_route(
            task=self.object,
            route=Route(given["route"]),
            reason=given["reason"],
            fee_limit_cents=given["fee_limit"],
            framework_way=given["framework_way"],
            by=self.user,
            on=self.today,
        )
        return _("The route is chosen: %(route)s.") % {"route": task.get_route_display()}


class AppointForm(ActionForm):
    """Which firm, and why this one."""

    firm = FirmField(label=gettext_lazy("Firm"), queryset=NO_FIRM)
    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=300, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *args: Any, firms: QuerySet[Firm], **kwargs: Any) -> None:  # noqa: ANN401
        """Offer the firms of the register."""
        super().__init__(*args, **kwargs)
        offered(self, "firm", firms)


class TaskAppoint(TaskStep):
    """Ask for the approval of a direct appointment."""

    title, form_class = gettext_lazy("Appoint a firm directly"), AppointForm
    submit_label = gettext_lazy("Submit the appointment for approval")

    def get_form_kwargs(self) -> dict[str, Any]:
        """Offer who is in the register today."""
        return super().get_form_kwargs() | {"firms": pool_on(self.object.bureau, self.today)}

    def consequences(self) -> Sequence[StrOrPromise]:
        """Say what happens, and how often it happened this year."""
        direct, every = direct_ratio(self.object.bureau, self.object.work_year)
        ratio = _("Direct appointments this year: %(direct)s of %(every)s tasks with a firm.")
        return [
            _("The appointment goes through the approval chain; the firm has the task only once it is agreed."),
            ratio % {"direct": direct, "every": every},
        ]

    def act(self, form: AppointForm) -> str:
        """Submit it."""
        given = form.cleaned_data
        appoint_directly(task=self.object, firm=given["firm"], reason=given["reason"], by=self.user, on=self.today)
        return _("The appointment is under approval.")


class AwardForm(ActionForm):
    """The award of a procurement: a firm of the register, or one from outside."""

    firm = FirmField(label=gettext_lazy("Firm"), queryset=NO_FIRM, required=False)
    outside_name = forms.CharField(
        label=gettext_lazy("Winner from outside: name"),
        required=False,
        max_length=120,
        help_text=gettext_lazy("The register bars nobody here; the winner is entered in the same step."),
    )
    outside_uscc = forms.CharField(label=gettext_lazy("Unified social credit code"), required=False, max_length=18)
    outside_kind = forms.ChoiceField(
        label=gettext_lazy("Kind of firm"), required=False, choices=[("", "—"), *FirmKind.choices]
    )
    notice_number = forms.CharField(label=gettext_lazy("Number of the award notice"), max_length=60)
    amount = WanField(label=gettext_lazy("Amount of the award (万元)"))
    awarded_on = forms.DateField(
        label=gettext_lazy("Day of the award"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    notice = forms.FileField(label=gettext_lazy("Award notice (PDF)"), required=False)

    def __init__(self, *args: Any, firms: QuerySet[Firm], **kwargs: Any) -> None:  # noqa: ANN401
        """Offer every firm that is known, whatever its standing."""
        super().__init__(*args, **kwargs)
        offered(self, "firm", firms)

    def clean(self) -> dict[str, Any]:
        """Ask for one winner: a known firm, or name, code and kind of one from outside."""
        found = super().clean() or self.cleaned_data
        outside = [found.get(name) for name in ("outside_name", "outside_uscc", "outside_kind")]
        if found.get("firm") and any(outside):
            self.add_error("firm", _("Name one winner: a firm of the register or one from outside."))
        elif not found.get("firm") and not all(outside):
            self.add_error("firm", _("Choose a firm, or give name, code and kind of the winner from outside."))
        return found


class TaskAward(TaskStep):
    """Record who won a procurement."""

    title, form_class = gettext_lazy("Record the award"), AwardForm
    submit_label = gettext_lazy("Record the award")

    def get_form_kwargs(self) -> dict[str, Any]:
        """Offer every known firm of the bureau."""
        return super().get_form_kwargs() | {"firms": Firm.objects.filter(bureau_id=self.object.bureau_id)}

    def get_initial(self) -> dict[str, Any]:
        """Begin with today."""
        return {"awarded_on": self.today}

    def act(self, form: AwardForm) -> str:
        """Record it; the notice is checked and kept first, in the same transaction."""
        given = form.cleaned_data
        firm = given["firm"] or Outsider(
            given["outside_name"], given["outside_uscc"].strip().upper(), FirmKind(given["outside_kind"])
        )
        with transaction.atomic():
            seat = record_award(
                task=self.object,
                firm=firm,
                notice_number=given["notice_number"],
                amount_cents=given["amount"],
                awarded_on=given["awarded_on"],
                notice=self._kept(given["notice"]),
                by=self.user,
                on=self.today,
            )
        return _("The award is recorded; %(firm)s has the task.") % {
            "firm": seat.firm.organisation.name if seat.firm else ""
        }

    def _kept(self, upload: object) -> StoredFile | None:
        if not isinstance(upload, UploadedFile):
            return None
        return store(
            bureau=self.object.bureau,
            name=upload.name or "",
            content=upload.read(),
            owner=None,
            by=self.user,
            accept=frozenset({"pdf"}),
        )


class CompareForm(ActionForm):
    """Three to five offers, and which one is chosen."""

    chosen = forms.ChoiceField(label=gettext_lazy("Chosen offer"), choices=[(n, str(n)) for n in range(1, OFFERS + 1)])
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        required=False,
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Needed where another than the lowest offer is chosen."),
    )

    def __init__(self, *args: Any, firms: QuerySet[Firm], **kwargs: Any) -> None:  # noqa: ANN401
        """Put the offers before the choice."""
        super().__init__(*args, **kwargs)
        rows = list(firms.select_related("organisation").order_by("number"))
        choices = [("", "—"), *((firm.pk, f"{firm.organisation.name}（{firm.number}）") for firm in rows)]
        self.firms = {firm.pk: firm for firm in rows}
        for n in range(1, OFFERS + 1):
            self.fields[f"firm_{n}"] = forms.TypedChoiceField(
                label=_("Offer %(n)s: firm") % {"n": n}, choices=choices, coerce=int, empty_value=None, required=False
            )
            self.fields[f"fee_{n}"] = WanField(label=_("Offer %(n)s: fee (万元)") % {"n": n}, required=False)
        self.order_fields([*(name for n in range(1, OFFERS + 1) for name in (f"firm_{n}", f"fee_{n}")), "chosen"])

    def clean(self) -> dict[str, Any]:
        """Ask of each offer for both parts, and for a choice among the offers."""
        found = super().clean() or self.cleaned_data
        for n in range(1, OFFERS + 1):
            firm, fee = found.get(f"firm_{n}"), found.get(f"fee_{n}")
            if (firm is None) != (fee is None) and f"fee_{n}" not in self.errors:
                self.add_error(f"fee_{n}", _("An offer has a firm and a fee."))
        if found.get("chosen") and found.get(f"firm_{found['chosen']}") is None:
            self.add_error("chosen", _("There is no such offer."))
        return found


class TaskCompare(TaskStep):
    """Record a comparison of offers and the choice."""

    title, form_class = gettext_lazy("Record the comparison"), CompareForm
    submit_label = gettext_lazy("Record the comparison and choose")

    def get_form_kwargs(self) -> dict[str, Any]:
        """Offer who is in the register today."""
        return super().get_form_kwargs() | {"firms": pool_on(self.object.bureau, self.today)}

    def act(self, form: CompareForm) -> str:
        """Record it."""
        given = form.cleaned_data
        quotes = [
            Quote(form.firms[given[f"firm_{n}"]], given[f"fee_{n}"])
            for n in range(1, OFFERS + 1)
            if given.get(f"firm_{n}") is not None
        ]
        chosen = form.firms[given[f"firm_{given['chosen']}"]]
        record_comparison(
            task=self.object, quotes=quotes, chosen=chosen, reason=given["reason"], by=self.user, on=self.today
        )
        fee = next(quote.fee_cents for quote in quotes if quote.firm == chosen)
        return _("%(firm)s is chosen for %(fee)s.") % {
            "firm": chosen.organisation.name, "fee": formats.wan_with_unit(fee)
        }  # fmt: skip


urls = [
    path("tasks/<str:number>/route/", TaskRoute.as_view(), name="task-route"),
    path("tasks/<str:number>/appoint/", TaskAppoint.as_view(), name="task-appoint"),
    path("tasks/<str:number>/award/", TaskAward.as_view(), name="task-award"),
    path("tasks/<str:number>/compare/", TaskCompare.as_view(), name="task-compare"),
]
