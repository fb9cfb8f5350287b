"""The team of a task as it is typed, by the firm or for it: one person on a line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from delivery.selectors import team_of
from delivery.site import typed_names
from faces.pages.shared.actions import ActionForm
from faces.pages.shared.delivery_forms import textarea

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django_stubs_ext import StrOrPromise

    from delivery.models import Commission


class TeamForm(ActionForm):
    """Who works on the task beside the lead evaluator."""

    names = forms.CharField(
        label=gettext_lazy("Team"),
        max_length=4_000,
        widget=textarea(8),
        help_text=gettext_lazy("One person on a line: the name, a comma, what the person does."),
    )

    def clean_names(self) -> list[tuple[str, str]]:
        """Return (name, duty) of each line."""
        return typed_names(self.cleaned_data["names"])


def team_text(commission: Commission) -> str:
    """Return the team as it stands, as it would be typed."""
    return "\n".join("，".join(part for part in (row.name, row.duty) if part) for row in team_of(commission))


def team_consequences() -> Sequence[StrOrPromise]:
    """Say what a declaration does."""
    return [
        _("It holds from today: the sign-in sheets of later days on site are compared with it."),
        _("Who is no longer named leaves the team today and stays on record. The lead evaluator belongs to it anyway."),
    ]
