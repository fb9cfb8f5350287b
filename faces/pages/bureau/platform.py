"""The file for the national credit platform: what is missing is listed before it is made."""

from __future__ import annotations

from functools import cached_property
from itertools import groupby
from typing import TYPE_CHECKING, Any

from django import forms
from django.http import Http404, HttpResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from faces.exchange.platform import gaps, in_register, platform_file
from faces.pages.shared.actions import ActionForm, FormPage
from faces.pages.shared.columns import XLSX
from foundation.accounts.enums import Capability

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django_stubs_ext import StrOrPromise

    from evaluators.models import Firm

GAPS_SHOWN = 300


class PlatformForm(ActionForm):
    """What the file is needed for."""

    purpose = forms.CharField(
        label=gettext_lazy("What the file is for"),
        max_length=200,
        initial=gettext_lazy("report to the credit platform"),
    )


class PlatformFile(FormPage):
    """Make the file, of one firm or of all in the register."""

    audience, needs = "bureau", Capability.REGISTER
    template_name = "bureau/platform.html"
    form_class = PlatformForm
    submit_label = gettext_lazy("Make the file of six sheets")
    made: bytes | None = None

    @cached_property
    def firms(self) -> list[Firm]:
        """The firms that the file is about: the one that the address names, else all in the register."""
        rows = in_register(self.user)
        if number := self.kwargs.get("number"):
            found = list(rows.filter(number=number))
            if not found:
                raise Http404
            return found
        return list(rows)

    def consequences(self) -> Sequence[StrOrPromise]:
        """Say what stands in the file, and what is written down."""
        count = len(self.firms)
        return [
            ngettext("The file holds %(n)d firm.", "The file holds %(n)d firms.", count) % {"n": count},
            _("National ID numbers and telephones stand in it in clear. Keep it no longer than you need it."),
            _("Who made it, of which firms and what for is written into the journal."),
        ]

    def act(self, form: PlatformForm) -> None:
        """Make it."""
        self.made = platform_file(firms=self.firms, purpose=form.cleaned_data["purpose"], by=self.user, on=self.today)

    def form_valid(self, form: Any) -> HttpResponse:  # noqa: ANN401 - as in Django
        """Answer with the file, or with the refusal."""
        response = super().form_valid(form)
        if self.made is None:
            return response
        answer = HttpResponse(self.made, content_type=XLSX)
        answer.headers["Content-Disposition"] = f'attachment; filename="credit-platform-{self.today.isoformat()}.xlsx"'
        answer.headers["Cache-Control"] = "no-store"
        return answer

    def get_success_url(self) -> str:
        """Return the firm's page, or the register."""
        number = self.kwargs.get("number")
        return reverse("pages:firm", args=[number]) if number else reverse("pages:firms")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:  # noqa: ANN401 - as in Django
        """Add what is missing."""
        missing = gaps(firms=self.firms, on=self.today)
        title = _("File for the national credit platform")
        if self.kwargs.get("number"):
            title = _("%(title)s: %(firm)s") % {"title": title, "firm": self.firms[0].organisation.name}
        grouped = groupby(missing, key=lambda gap: (gap.firm, gap.block, gap.who))
        rows = [(*of, "、".join(gap.heading for gap in some)) for of, some in grouped]
        found = {
            "title": title,
            "gaps": rows[:GAPS_SHOWN],
            "gap_count": len(missing),
            "more": max(0, len(rows) - GAPS_SHOWN),
        }
        return super().get_context_data(**(found | kwargs))


urls = [
    path("credit-platform/", PlatformFile.as_view(), name="platform"),
    path("credit-platform/<str:number>/", PlatformFile.as_view(), name="platform-firm"),
]
