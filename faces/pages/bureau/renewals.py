"""Applications for a further term in register and pool: the list, and what the bureau decides. Rule R-13."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from admissions.enums import RenewalStatus
from admissions.models import Renewal
from admissions.selectors import renewals_visible_to
from admissions.services import grant_renewal, refuse_renewal
from faces.pages.bureau.confirmations import YearlyList, entry_address, entry_kind, entry_name
from faces.pages.bureau.firm_sections import full_day
from faces.pages.shared.actions import ActionForm, ActionView
from faces.pages.shared.columns import Column
from faces.pages.shared.delivery_forms import textarea
from faces.pages.shared.facets import Facet
from faces.pages.shared.objects import OneObject
from faces.pages.shared.sections import Act, Layout, Section, SectionsPage
from foundation.accounts.enums import Capability
from foundation.accounts.permissions import may

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.models import QuerySet
    from django_stubs_ext import StrOrPromise


def renewal_url(row: Renewal) -> str:
    """Return the page of an application for a further term."""
    return reverse("pages:renewal", args=[row.pk])


class RenewalList(YearlyList):
    """Who applied for a further term."""

    title = gettext_lazy("Further terms")
    columns = (
        Column(gettext_lazy("Who"), entry_name, key=True, link=renewal_url),
        Column(gettext_lazy("As"), entry_kind),
        Column(gettext_lazy("Applied on"), lambda row: full_day(row.asked_on)),
        Column(gettext_lazy("Term ends on"), lambda row: full_day(row.entry.term_ends_on)),
        Column(gettext_lazy("State"), "status", status=True),
    )
    facets = (Facet("status", gettext_lazy("State"), RenewalStatus.choices),)
    search_fields = (
        "firm__organisation__name", "firm__organisation__sort_key", "expert__person__name", "expert__person__sort_key",
        "firm__number", "expert__number",
    )  # fmt: skip
    search_hint = gettext_lazy("Name, initials, number")
    export_name = "renewals"
    empty_title = gettext_lazy("Nobody has applied for a further term")
    empty_text = gettext_lazy("Firms and experts apply on the page of their record before their term ends.")

    def rows(self) -> QuerySet[Renewal]:
        """Return the applications to this bureau."""
        return renewals_visible_to(self.user).select_related("firm__organisation", "expert__person")


class OneRenewal(OneObject):
    """An application for a further term."""

    audience = "bureau"

    def rows(self) -> QuerySet[Renewal]:
        """Return the applications to this bureau."""
        joins = ("bureau", "firm__organisation", "firm__bureau", "expert__person", "expert__bureau", "asked_by")
        return renewals_visible_to(self.user).select_related(*joins)


class RenewalPage(OneRenewal, SectionsPage):
    """One application: whose term, since when, what was decided."""

    needs = Capability.READ_ALL

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:  # noqa: ANN401 - as in Django
        """Call the page after who applied."""
        return super().get_context_data(**({"title": entry_name(self.object)} | kwargs))

    def layout(self) -> Layout:
        """Return the words and the days."""
        row: Renewal = self.object
        acts: tuple[Act, ...] = ()
        if row.status == RenewalStatus.ASKED and may(self.user, Capability.REGISTER):
            acts = (
                Act(_("Grant the further term"), reverse("pages:renewal-grant", args=[row.pk])),
                Act(_("Refuse"), reverse("pages:renewal-refuse", args=[row.pk])),
            )
        is_confirmed = row.entry.undertakings.filter(year=self.today.year).exists()
        return Layout(
            crumbs=((_("Further terms"), reverse("pages:renewals")), (entry_name(row), "")),
            meta=(entry_kind(row), _("applied on %(day)s") % {"day": full_day(row.asked_on)}),
            status=row,
            acts=acts,
            main=(
                Section(_("Words of the applicant"), said=row.words, empty=_("There are none.")),
                Section(_("The bureau’s words"), said=row.answer, empty=_("There are none.")),
            ),
            beside=(
                Section(
                    _("The entry"),
                    pairs=(
                        (_("State"), row.entry.get_status_display()),
                        (_("Admitted on"), full_day(row.entry.admitted_on)),
                        (_("Term ends on"), full_day(row.entry.term_ends_on)),
                        (
                            _("Undertaking of %(year)s") % {"year": self.today.year},
                            _("accepted") if is_confirmed else _("not accepted"),
                        ),
                        (_("Decided on"), full_day(row.decided_on) if row.decided_on else "—"),
                    ),
                    acts=(Act(_("To the entry"), entry_address(row.entry)),),
                ),
            ),
        )


class RenewalStep(OneRenewal, ActionView):
    """A decision about a further term."""

    needs = Capability.REGISTER

    def object_url(self) -> str:
        """Return its page."""
        return renewal_url(self.object)


class RenewalGrant(RenewalStep):
    """Grant it."""

    title, submit_label = gettext_lazy("Grant the further term"), gettext_lazy("Grant the further term")

    def consequences(self) -> Sequence[StrOrPromise]:
        """Say what is asked and what follows."""
        return [
            _("The new term follows the old one. This year’s undertaking must have been accepted."),
            _("The term ends on %(day)s now.") % {"day": full_day(self.object.entry.term_ends_on)},
        ]

    def act(self, form: ActionForm) -> str:  # noqa: ARG002 - nothing to fill in
        """Grant it."""
        row = grant_renewal(renewal=self.object, by=self.user, on=self.today)
        entry = row.entry
        entry.refresh_from_db()
        return _("The term now ends on %(day)s.") % {"day": full_day(entry.term_ends_on)}


class RefuseForm(ActionForm):
    """Why not."""

    answer = forms.CharField(label=gettext_lazy("Reason"), max_length=300, widget=textarea(3))


class RenewalRefuse(RenewalStep):
    """Refuse it."""

    title, submit_label, danger = gettext_lazy("Refuse the further term"), gettext_lazy("Refuse"), True
    form_class = RefuseForm

    def consequences(self) -> Sequence[StrOrPromise]:
        """Say what stays open."""
        return [
            _("The present term runs to its end: %(day)s.") % {"day": full_day(self.object.entry.term_ends_on)},
            _("The applicant is told with your words, and may apply again."),
        ]

    def act(self, form: RefuseForm) -> str:
        """Refuse it."""
        refuse_renewal(renewal=self.object, answer=form.cleaned_data["answer"], by=self.user, on=self.today)
        return _("The further term is refused.")


urls = [
    path("renewals/", RenewalList.as_view(), name="renewals"),
    path("renewals/<int:pk>/", RenewalPage.as_view(), name="renewal"),
    path("renewals/<int:pk>/grant/", RenewalGrant.as_view(), name="renewal-grant"),
    path("renewals/<int:pk>/refuse/", RenewalRefuse.as_view(), name="renewal-refuse"),
]
