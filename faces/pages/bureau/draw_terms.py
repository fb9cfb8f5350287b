"""The terms of a draw or a batch in a form: the outside value with its fall-backs, algorithm, widening steps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assignments.draw import LARGEST_POOL
from assignments.enums import DrawProfile, SourceKind
from assignments.rules.draws import STEPS
from assignments.services import draws
from faces.pages.shared.actions import ActionForm
from faces.pages.shared.draw_words import step_words

if TYPE_CHECKING:
    from collections.abc import Sequence

SOURCES: Final = 3
MOMENT: Final = "%Y-%m-%dT%H:%M"


class MomentField(forms.DateTimeField):
    """A day and a time of day, as the browser's own control gives them."""

    def __init__(self, **kwargs: Any) -> None:  # noqa: ANN401 - Django's arguments
        """Take the control's form of a moment, and a typed one."""
        widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format=MOMENT)
        super().__init__(widget=widget, input_formats=[MOMENT, "%Y-%m-%d %H:%M"], **kwargs)


class SourcesForm(ActionForm):
    """What decides: the parties alone, or a public value with its fall-backs as well."""

    profile = forms.ChoiceField(
        label=gettext_lazy("What decides"),
        choices=[
            (DrawProfile.OUTSIDE, gettext_lazy("the parties and a public value that nobody knows yet")),
            (DrawProfile.INSIDE, gettext_lazy("the parties alone")),
        ],
        widget=forms.RadioSelect,
        initial=DrawProfile.INSIDE,
        help_text=gettext_lazy("With a public value a refused nonce stops nothing, and no collusion decides."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - Django's arguments
        """Make the lines of outside values."""
        super().__init__(*args, **kwargs)
        for n in range(1, SOURCES + 1):
            self.fields[f"source_kind_{n}"] = forms.ChoiceField(
                label=_("Public value") if n == 1 else _("Fall-back %(n)s") % {"n": n - 1},
                choices=[("", "—"), *SourceKind.choices],
                required=False,
            )
            self.fields[f"source_name_{n}"] = forms.CharField(
                label=_("Which one"),
                max_length=200,
                required=False,
                help_text=_("So that a stranger finds it: name, number or day, where it is printed.") if n == 1 else "",
            )
            self.fields[f"source_at_{n}"] = MomentField(label=_("Known at"), required=False)
            self.fields[f"source_as_drawn_{n}"] = forms.BooleanField(
                label=_("the order in which the numbers come counts"), required=False
            )

    def clean(self) -> dict[str, Any]:
        """Ask for whole lines, from the first one on, and for a value where one decides."""
        found = super().clean() or self.cleaned_data
        is_outside = found.get("profile") == DrawProfile.OUTSIDE
        for n in range(1, SOURCES + 1):
            keys = [f"source_kind_{n}", f"source_name_{n}", f"source_at_{n}"]
            given = [bool(found.get(key)) for key in keys]
            is_asked = is_outside and (n == 1 or any(given))
            if is_asked and not all(given) and not set(keys) & set(self.errors):
                self.add_error(keys[given.index(False)], _("A public value has a kind, a name and a time."))
            if not is_outside and any(given):
                self.add_error(keys[0], _("Without a public value that decides, leave this empty."))
        return found

    def sources(self) -> list[draws.SourceDraft]:
        """Return the outside values that were filled in, in order."""
        given = self.cleaned_data
        return [
            draws.SourceDraft(
                kind=SourceKind(given[f"source_kind_{n}"]),
                name=given[f"source_name_{n}"],
                at=given[f"source_at_{n}"],
                as_drawn=given[f"source_as_drawn_{n}"],
            )
            for n in range(1, SOURCES + 1)
            if given.get(f"source_kind_{n}")
        ]

    def source_lines(self) -> Sequence[Sequence[forms.BoundField]]:
        """Return the lines of outside values as the page draws them."""
        parts = ("kind", "name", "at", "as_drawn")
        return [[self[f"source_{part}_{n}"] for part in parts] for n in range(1, SOURCES + 1)]


class TermsForm(SourcesForm):
    """How the draw is made, besides its seats and parties."""

    kind: str = "firm"  # what is drawn: a firm, a panel

    algorithm = forms.ChoiceField(
        label=gettext_lazy("Algorithm"),
        choices=[(name, name) for name in reversed(tuple(LARGEST_POOL))],
        widget=forms.RadioSelect,
        initial="gongping-1",
        help_text=gettext_lazy("gongping-1 (SHA-256) unless RFC 3797 (MD5) is asked for."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - Django's arguments
        """Make the lines of widening steps."""
        super().__init__(*args, **kwargs)
        steps = STEPS[self.kind]
        for n in range(1, len(steps) + 1):
            self.fields[f"widening_{n}"] = forms.ChoiceField(
                label=_("Widening step %(n)s") % {"n": n},
                choices=[("", _("none")), *((step, step_words(step)) for step in steps)],
                required=False,
            )

    def terms(self) -> draws.Terms:
        """Return what was filled in."""
        given = self.cleaned_data
        steps = [given[f"widening_{n}"] for n in range(1, len(STEPS[self.kind]) + 1) if given.get(f"widening_{n}")]
        return draws.Terms(algorithm=given["algorithm"], sources=self.sources(), widening=steps)

    def widening_lines(self) -> Sequence[forms.BoundField]:
        """Return the widening steps as the page draws them."""
        return [self[f"widening_{n}"] for n in range(1, len(STEPS[self.kind]) + 1)]
