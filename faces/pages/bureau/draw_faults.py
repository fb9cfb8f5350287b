"""When a list runs out, or somebody was wrongly left off it: widening, the fault, the order to draw again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assignments.enums import DrawStatus
from assignments.models import DrawFault
from assignments.selectors.draws import left_out_of, visible_to
from assignments.services import draws
from faces.pages.bureau.draw_steps import DrawStep
from faces.pages.shared.actions import ActionForm, ActionView
from faces.pages.shared.draw_words import step_words
from foundation.accounts.enums import Capability
from foundation.core import clock

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.models import QuerySet
    from django_stubs_ext import StrOrPromise

    from assignments.models import Draw


class WideningForm(ActionForm):
    """Why the list must be widened."""

    reason = forms.CharField(
        label=gettext_lazy("Why the list must be widened"), max_length=300, widget=forms.Textarea(attrs={"rows": 3})
    )


class DrawWiden(DrawStep):
    """Ask for the next widening step to be approved."""

    needs, title, form_class = Capability.DRAW, gettext_lazy("Ask for the next widening step"), WideningForm
    submit_label = gettext_lazy("Submit for approval")

    def consequences(self) -> Sequence[StrOrPromise]:
        """Say which step comes next, and what it does."""
        draw: Draw = self.object
        if draw.approved_steps >= len(draw.widening):
            return [_("No widening step is left; what may be widened was fixed when the draw was set up.")]
        step = {"n": draw.approved_steps + 1, "who": step_words(draw.widening[draw.approved_steps])}
        return [
            _("Step %(n)d lets in: %(who)s.") % step,
            _("Once approved, it is opened at the next walk, if the seats cannot be filled without it."),
            _("The order stays as drawn; nobody who sits moves. The record shows the step."),
        ]

    def act(self, form: WideningForm) -> str:
        """Ask for it."""
        draws.ask_widening(draw=self.object, reason=form.cleaned_data["reason"], by=self.user, on=self.today)
        return _("The widening is under approval.")


class FaultForm(ActionForm):
    """Who was left off, and why that was wrong."""

    party = forms.ChoiceField(label=gettext_lazy("Who was wrongly left off the list"))
    words = forms.CharField(
        label=gettext_lazy("Why that was wrong"), max_length=300, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, *args: Any, left_out: Sequence[tuple[int, str]], **kwargs: Any) -> None:  # noqa: ANN401 - Django's
        """Offer those of the pool who are not on the list."""
        super().__init__(*args, **kwargs)
        choice = self.fields["party"]
        if isinstance(choice, forms.ChoiceField):
            choice.choices = [("", _("Choose")), *left_out]


class DrawNoteFault(DrawStep):
    """Note that somebody was wrongly left off the list; the draw holds all the same."""

    title, form_class = gettext_lazy("Somebody was wrongly left off the list"), FaultForm
    submit_label = gettext_lazy("Note it")

    def get_form_kwargs(self) -> dict[str, Any]:
        """Offer who is in the pool and not on the list."""
        rows = left_out_of(self.object)
        return super().get_form_kwargs() | {"left_out": [(row.pk, f"{row.number} {name}") for row, name in rows]}

    def consequences(self) -> Sequence[StrOrPromise]:
        """Say that the draw holds."""
        return [
            _("The fault is noted for good; the draw holds all the same."),
            _("Only section head and witness together may then order a new attempt, while nobody has begun to work."),
            _("Somebody who stands on the list wrongly is replaced from the same order instead."),
        ]

    def act(self, form: FaultForm) -> str:
        """Note it."""
        wanted = int(form.cleaned_data["party"])
        party = next(row for row, _name in left_out_of(self.object) if row.pk == wanted)
        words = form.cleaned_data["words"]
        draws.note_fault(draw=self.object, party=party, words=words, by=self.user, at=self.now)
        return _("The fault is noted.")


class DrawOrderAgain(ActionView):
    """Order a new attempt, one half of two: section head and witness."""

    audience, needs = "bureau", Capability.READ_DESK
    title, danger = gettext_lazy("Order a new attempt"), True
    submit_label = gettext_lazy("I order a new attempt")

    def rows(self) -> QuerySet[DrawFault]:
        """Return the faults of the visible draws."""
        return DrawFault.objects.filter(draw__in=visible_to(self.user)).select_related("draw", "head", "witness")

    def object_url(self) -> str:
        """Return the room."""
        return reverse("pages:draw", args=[self.object.draw.number])

    def consequences(self) -> Sequence[StrOrPromise]:
        """Say what both orders together do."""
        fault: DrawFault = self.object
        given = [person.name for person in (fault.head, fault.witness) if person is not None]
        lines = [
            _("With the orders of section head and witness the draw is void, and its seats are taken back."),
            _("The void attempt stays in the record, and the next one counts on."),
        ]
        return [*lines, _("Ordered already by: %(names)s.") % {"names": "、".join(given)}] if given else lines

    def act(self, _form: ActionForm) -> str:
        """Order it."""
        fault = draws.order_again(fault=self.object, by=self.user, at=clock.now())
        fault.draw.refresh_from_db(fields=["status"])
        if fault.draw.status == DrawStatus.VOID:
            return _("Both have ordered it: the draw is void, set up the next attempt.")
        return _("Your order is noted; the other one is still missing.")


urls = [
    path("draws/<str:number>/widening/", DrawWiden.as_view(), name="draw-widen"),
    path("draws/<str:number>/fault/", DrawNoteFault.as_view(), name="draw-fault"),
    path("draw-faults/<int:pk>/order/", DrawOrderAgain.as_view(), name="draw-order-again"),
]
