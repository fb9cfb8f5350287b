"""Who was on site: the declared team entered for the firm, the sign-in sheets, a wrong one made void. Edge case 29."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from delivery import services
from delivery.models import SiteVisit
from delivery.selectors import site_visits_visible_to
from delivery.site import typed_names
from faces.pages.bureau.commission_terms import commission_url
from faces.pages.bureau.commissions import CommissionStep
from faces.pages.shared.actions import ActionForm, ActionView
from faces.pages.shared.delivery_forms import day, textarea, upload
from faces.pages.shared.formats import full_day
from faces.pages.shared.site_form import TeamForm, team_consequences, team_text
from foundation.accounts.enums import Capability

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.models import QuerySet
    from django_stubs_ext import StrOrPromise


class CommissionTeam(CommissionStep):
    """Enter the team that the firm declared on paper."""

    title, submit_label = gettext_lazy("Enter the declared team"), gettext_lazy("Declare the team")
    form_class = TeamForm

    def get_initial(self) -> dict[str, Any]:
        """Begin with the team as it stands."""
        return {"names": team_text(self.running)}

    def object_url(self) -> str:
        """Return the tab of the team."""
        return f"{super().object_url()}?tab=site"

    def consequences(self) -> Sequence[StrOrPromise]:
        """Say what it does."""
        return team_consequences()

    def act(self, form: TeamForm) -> str:
        """Declare it."""
        services.declare_team(commission=self.running, members=form.cleaned_data["names"], by=self.user, on=self.today)
        return _("The team is declared.")


class VisitForm(ActionForm):
    """When, where, who signed, and the scan."""

    visited_on = forms.DateField(label=gettext_lazy("Day"), widget=day())
    place = forms.CharField(label=pgettext_lazy("of a visit", "Place"), required=False, max_length=120)
    names = forms.CharField(
        label=gettext_lazy("Who signed for the firm"),
        max_length=4_000,
        widget=textarea(6),
        help_text=gettext_lazy("One person on a line, as it stands on the sheet."),
    )
    sheet = forms.FileField(label=gettext_lazy("Scan of the sign-in sheet"), widget=upload(".pdf,.png,.jpg,.jpeg"))

    def clean_names(self) -> list[str]:
        """Return the names."""
        return [name for name, _duty in typed_names(self.cleaned_data["names"])]


class CommissionVisit(CommissionStep):
    """Enter a sign-in sheet."""

    title, submit_label = gettext_lazy("Enter a sign-in sheet"), gettext_lazy("Compare with the team")
    form_class = VisitForm

    def object_url(self) -> str:
        """Return the tab of the team."""
        return f"{super().object_url()}?tab=site"

    def consequences(self) -> Sequence[StrOrPromise]:
        """Say what is compared, and who is told."""
        return [
            _("The names are compared with the team as it was declared on that day."),
            _("The firm is told who signed without being declared. What follows is for you to decide."),
        ]

    def act(self, form: VisitForm) -> str:
        """Keep the sheet and say what it shows."""
        given = form.cleaned_data
        sheet = (given["sheet"].name, given["sheet"].read())
        services.record_site_visit(
            commission=self.running,
            visited_on=given["visited_on"],
            names=given["names"],
            place=given["place"],
            sheet=sheet,
            by=self.user,
            on=self.today,
        )
        return _("The sheet is on record.")


class VoidForm(ActionForm):
    """Why the sheet does not count."""

    words = forms.CharField(label=gettext_lazy("Reason"), max_length=300, widget=textarea(2))


class VisitVoid(ActionView):
    """Take a wrong entry out of the comparison."""

    audience, needs = "bureau", Capability.COMMISSION
    title, submit_label = gettext_lazy("This sheet was entered wrongly"), gettext_lazy("Make it void")
    form_class, danger = VoidForm, True

    def rows(self) -> QuerySet[SiteVisit]:
        """Return the sheets that count."""
        rows = site_visits_visible_to(self.user).filter(voided_on__isnull=True)
        return rows.select_related("commission__task")

    def object_url(self) -> str:
        """Return the tab of the team."""
        return f"{commission_url(self.object.commission.task.number)}?tab=site"

    def consequences(self) -> Sequence[StrOrPromise]:
        """Say which one, and that it stays."""
        row: SiteVisit = self.object
        return [
            _("Sheet of %(day)s: %(names)s") % {"day": full_day(row.visited_on), "names": "、".join(row.names)},
            _("It no longer counts in the comparison and stays on record with the reason."),
        ]

    def act(self, form: VoidForm) -> str:
        """Make it void."""
        services.void_site_visit(visit=self.object, words=form.cleaned_data["words"], by=self.user, on=self.today)
        return _("The sheet is void.")


urls = [
    path("tasks/<str:number>/commission/team/", CommissionTeam.as_view(), name="commission-team"),
    path("tasks/<str:number>/commission/visit/", CommissionVisit.as_view(), name="commission-visit"),
    path("site-visits/<int:pk>/void/", VisitVoid.as_view(), name="site-visit-void"),
]
