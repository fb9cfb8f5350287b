"""The public value of a draw or a batch: one types what was read, another reads it again; a misreading is corrected."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assignments.enums import DrawStatus
from assignments.selectors.seeding import awaited_source, waiting_value
from assignments.services import batches, draws
from faces.pages.bureau.batch_steps import BatchStep
from faces.pages.bureau.draw_steps import DrawStep
from faces.pages.bureau.outside_values import source_words
from faces.pages.shared.actions import ActionForm, ActionView
from foundation.accounts.enums import Capability

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django_stubs_ext import StrOrPromise

    from assignments.selectors.seeding import Attempt


class ReadingForm(ActionForm):
    """What was read at the source, and where."""

    numbers = forms.CharField(
        label=gettext_lazy("Numbers, as printed, with blanks between them"),
        max_length=400,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "decimal", "class": "inp mono"}),
    )
    beacon_round = forms.IntegerField(label=gettext_lazy("Round of the beacon"), min_value=0, required=False)
    beacon_value = forms.CharField(
        label=gettext_lazy("Value of the beacon (hexadecimal)"),
        max_length=256,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "class": "inp mono"}),
    )
    words = forms.CharField(
        label=gettext_lazy("Where it was read"),
        max_length=300,
        help_text=gettext_lazy("Address, paper or screen, and when; where it is not to be had: how that is known."),
    )
    is_unavailable = forms.BooleanField(
        label=gettext_lazy("This value is not to be had; the next fall-back takes its place"), required=False
    )

    def __init__(self, *args: Any, source: dict[str, Any] | None, has_next: bool, **kwargs: Any) -> None:  # noqa: ANN401 - Django's
        """Ask only for what this source has."""
        super().__init__(*args, **kwargs)
        is_beacon = source is not None and source["kind"] == "beacon"
        for name in ("numbers",) if is_beacon else ("beacon_round", "beacon_value"):
            del self.fields[name]
        if not has_next:
            del self.fields["is_unavailable"]

    def reading(self) -> draws.Reading:
        """Return what was filled in."""
        given = self.cleaned_data
        return draws.Reading(
            words=given["words"],
            numbers=(given.get("numbers") or "").replace("，", " ").replace(",", " ").split(),
            beacon_round=given.get("beacon_round"),
            beacon_value=given.get("beacon_value") or "",
            is_unavailable=bool(given.get("is_unavailable")),
        )


class ReadValue(ActionView):
    """Something read at the source that is asked for, of a draw or a batch."""

    form_class, template_name = ReadingForm, "bureau/draw/value.html"

    def get_form_kwargs(self) -> dict[str, Any]:
        """Say which source is asked for, and whether one stands behind it."""
        row: Attempt = self.object
        source = awaited_source(row)
        last = (row.outside_source or {}).get("fallbacks", [])[-1:]
        has_next = row.status == DrawStatus.REVEALED and bool(source and last and last[0]["id"] != source["id"])
        return super().get_form_kwargs() | {"source": source, "has_next": has_next}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:  # noqa: ANN401 - as in Django
        """Say which value is meant."""
        source = awaited_source(self.object)
        found = {"row": self.object, "back": self.object_url(), "source": source_words(source) if source else None}
        return super().get_context_data(**(found | kwargs))


class TypeValue(ReadValue):
    """Type what was read; another confirms it. After the draw this begins a correction."""

    title, submit_label = gettext_lazy("Type the public value"), gettext_lazy("Type it")

    def consequences(self) -> Sequence[StrOrPromise]:
        """Say that another person reads it, too, and what a correction does."""
        lines: list[StrOrPromise] = [
            _("Another person reads the value again and confirms it; nothing is drawn before that.")
        ]
        if self.object.seed:
            lines += [
                _("Once confirmed, seed, order and seats are computed anew, and the misreading stays in the record."),
                _("Who is seated by both readings keeps the seat; others leave it."),
            ]
        return lines


class ConfirmValue(ReadValue):
    """Read the value again and confirm what another typed."""

    title, submit_label, danger = gettext_lazy("Confirm the public value"), gettext_lazy("Confirm it"), True

    def consequences(self) -> Sequence[StrOrPromise]:
        """Say what follows at once."""
        typed = waiting_value(self.object)
        if typed is None:
            return [_("Nobody has typed the value yet.")]
        lines = [_("Read the value at its source yourself; do not copy what %(name)s typed.")]
        follows = (
            _("If both readings are the same, the next fall-back is asked for.")
            if typed.part is None
            else _("If both readings are the same, the draw is made with it at once.")
        )
        return [lines[0] % {"name": typed.typed_by.name}, follows]


class DrawTypeValue(TypeValue, DrawStep):
    """Type the value of a draw."""

    def act(self, form: ReadingForm) -> str:
        """Type it."""
        draws.type_value(draw=self.object, reading=form.reading(), by=self.user, at=self.now)
        return _("The value is typed. Now another person confirms it.")


class DrawConfirmValue(ConfirmValue, DrawStep):
    """Confirm the value of a draw."""

    def act(self, form: ReadingForm) -> str:
        """Confirm it."""
        draw = draws.confirm_value(draw=self.object, reading=form.reading(), by=self.user, at=self.now)
        return _("The draw is made.") if draw.status == DrawStatus.DRAWN else _("The next fall-back is asked for.")


class BatchTypeValue(TypeValue, BatchStep):
    """Type the value of a batch."""

    needs = Capability.READ_DESK

    def act(self, form: ReadingForm) -> str:
        """Type it."""
        batches.type_value(batch=self.object, reading=form.reading(), by=self.user, at=self.now)
        return _("The value is typed. Now another person confirms it.")


class BatchConfirmValue(ConfirmValue, BatchStep):
    """Confirm the value of a batch."""

    needs = Capability.READ_DESK

    def act(self, form: ReadingForm) -> str:
        """Confirm it."""
        batch = batches.confirm_value(batch=self.object, reading=form.reading(), by=self.user, at=self.now)
        return _("The batch is drawn.") if batch.seed else _("The next fall-back is asked for.")


urls = [
    path("draws/<str:number>/value/", DrawTypeValue.as_view(), name="draw-value"),
    path("draws/<str:number>/value/confirm/", DrawConfirmValue.as_view(), name="draw-value-confirm"),
    path("batches/<str:number>/value/", BatchTypeValue.as_view(), name="batch-value"),
    path("batches/<str:number>/value/confirm/", BatchConfirmValue.as_view(), name="batch-value-confirm"),
]
