"""Yearly confirmations: who confirmed and what changed, who has not yet; declared changes are taken over or not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from admissions.enums import ConfirmationStatus
from admissions.models import Confirmation
from admissions.selectors import confirmations_visible_to, unconfirmed_experts, unconfirmed_firms
from admissions.services import remind_unconfirmed, settle_changes
from evaluators.enums import FirmKind
from evaluators.models import Firm
from evaluators.selectors import visible_to as firms_visible_to
from experts.enums import ExpertSource
from experts.models import Expert
from experts.selectors import visible_to as experts_visible_to
from faces.pages.bureau.firm_sections import full_day
from faces.pages.bureau.firms import firm_url
from faces.pages.shared.actions import ActionForm, ActionView
from faces.pages.shared.columns import Column
from faces.pages.shared.delivery_forms import textarea
from faces.pages.shared.entry_words import change_pairs, changes_text
from faces.pages.shared.facets import Facet
from faces.pages.shared.lists import BulkAction, ListPage, Sort
from faces.pages.shared.sections import Act, Cell, Grid, Layout, Section, SectionsPage
from foundation.accounts.enums import Capability
from foundation.accounts.permissions import may

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from django.db.models import QuerySet
    from django_stubs_ext import StrOrPromise

    from foundation.accounts.models import User


def confirmation_url(row: Confirmation) -> str:
    """Return the page of a confirmation."""
    return reverse("pages:confirmation", args=[row.pk])


def entry_name(row: Any) -> str:  # noqa: ANN401 - any row about an entry
    """Return the name of the firm or expert that a row is about."""
    return str(row.firm.organisation.name if row.firm else row.expert.person.name)


def entry_kind(row: Any) -> str:  # noqa: ANN401 - any row about an entry
    """Return as what the entry stands."""
    return _("firm of the register") if row.firm_id else _("expert of the pool")


def entry_address(entry: Firm | Expert) -> str:
    """Return the page of an entry."""
    return reverse("pages:firm" if isinstance(entry, Firm) else "pages:expert", args=[entry.number])


def years_of(rows: QuerySet[Confirmation]) -> list[tuple[str, str]]:
    """Return the years that were confirmed."""
    return [(str(year), str(year)) for year in rows.order_by("-year").values_list("year", flat=True).distinct()]


class YearlyList(ListPage):
    """A list of the yearly steps, with the way to the others."""

    audience, needs = "bureau", Capability.READ_ALL
    template_name = "bureau/yearly.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:  # noqa: ANN401 - as in Django
        """Name the other lists."""
        others = [
            (_("Yearly confirmations"), reverse("pages:confirmations")),
            (_("Firms that have not confirmed"), reverse("pages:unconfirmed-firms")),
            (_("Experts who have not confirmed"), reverse("pages:unconfirmed-experts")),
            (_("Further terms"), reverse("pages:renewals")),
            (_("Texts of the undertaking"), reverse("pages:undertaking-texts")),
        ]
        links = [(word, url) for word, url in others if url != self.request.path]
        return super().get_context_data(**({"links": links} | kwargs))


class ConfirmationList(YearlyList):
    """What firms and experts confirmed, newest first."""

    title = gettext_lazy("Yearly confirmations")
    columns = (
        Column(gettext_lazy("Who"), entry_name, key=True, link=confirmation_url),
        Column(gettext_lazy("As"), entry_kind),
        Column(gettext_lazy("Year"), "year"),
        Column(gettext_lazy("Confirmed on"), lambda row: full_day(row.confirmed_on)),
        Column(gettext_lazy("Declared changes"), changes_text),
        Column(gettext_lazy("State"), "status", status=True),
    )
    facets = (
        Facet("status", gettext_lazy("State"), ConfirmationStatus.choices),
        Facet("year", gettext_lazy("Year"), years_of),
    )
    search_fields = (
        "firm__organisation__name", "firm__organisation__sort_key", "expert__person__name", "expert__person__sort_key",
        "firm__number", "expert__number",
    )  # fmt: skip
    search_hint = gettext_lazy("Name, initials, number")
    export_name = "confirmations"
    empty_title = gettext_lazy("Nobody has confirmed a year yet")
    empty_text = gettext_lazy("Firms and experts confirm on the page of their record; they are reminded from January.")

    def rows(self) -> QuerySet[Confirmation]:
        """Return the confirmations of the bureau."""
        return confirmations_visible_to(self.user).select_related("firm__organisation", "expert__person")


class ConfirmationPage(SectionsPage):
    """One confirmation: what stood, what was declared, what the bureau answered."""

    audience, needs = "bureau", Capability.READ_ALL

    def rows(self) -> QuerySet[Confirmation]:
        """Return the confirmations of the bureau."""
        joins = ("bureau", "firm__organisation", "expert__person", "confirmed_by", "paper")
        return confirmations_visible_to(self.user).select_related(*joins)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:  # noqa: ANN401 - as in Django
        """Call the page after who confirmed."""
        return super().get_context_data(**({"title": entry_name(self.object)} | kwargs))

    def layout(self) -> Layout:
        """Return the declared changes beside what the register says."""
        row: Confirmation = self.object
        acts: tuple[Act, ...] = ()
        if row.status == ConfirmationStatus.CHANGED and may(self.user, Capability.REGISTER):
            acts = (
                Act(_("Take the changes over"), reverse("pages:confirmation-take", args=[row.pk])),
                Act(_("Do not take them over"), reverse("pages:confirmation-decline", args=[row.pk])),
            )
        lines = change_pairs(row.changes, row.entry)
        headings = (_("Fact"), _("In the register today"), pgettext("confirmation", "Declared"))
        return Layout(
            crumbs=((_("Yearly confirmations"), reverse("pages:confirmations")), (entry_name(row), "")),
            meta=(entry_kind(row), str(row.year)),
            status=row,
            acts=acts,
            main=(
                Section(
                    _("Declared changes"),
                    grid=Grid(headings, lines) if lines else None,
                    empty=_("Everything was confirmed as it stands."),
                ),
                *([Section(_("The bureau’s words"), said=row.answer)] if row.answer else []),
            ),
            beside=(
                Section(
                    pgettext("application", "Days"),
                    pairs=(
                        (_("Confirmed on"), full_day(row.confirmed_on)),
                        (_("Confirmed by"), row.confirmed_by.name),
                        *self._paper(row),
                        (_("Decided on"), full_day(row.decided_on) if row.decided_on else "—"),
                    ),
                    acts=(Act(_("To the entry"), entry_address(row.entry)),),
                ),
            ),
        )

    def _paper(self, row: Confirmation) -> tuple[tuple[StrOrPromise, Cell | str], ...]:
        """Return who signed the paper and its scan; what was confirmed on these pages has none."""
        if row.paper is None:
            return ()
        scan = Cell(row.paper.original_name, reverse("pages:file", args=[row.paper.pk]))
        return ((_("Signed by"), row.signed_by), (_("Scan of the signed paper"), scan))


class SettleForm(ActionForm):
    """Words for the owner."""

    words = forms.CharField(label=gettext_lazy("Remark"), max_length=300, required=False, widget=textarea(3))


class ConfirmationTake(ActionView):
    """Write the declared changes into the register or the pool."""

    audience, needs = "bureau", Capability.REGISTER
    title, submit_label = gettext_lazy("Take the changes over"), gettext_lazy("Take the changes over")
    form_class: type[ActionForm] = SettleForm
    takes_over = True

    def rows(self) -> QuerySet[Confirmation]:
        """Return the confirmations of the bureau."""
        joins = ("bureau", "firm__organisation", "expert__person")
        return confirmations_visible_to(self.user).select_related(*joins)

    def object_url(self) -> str:
        """Return the confirmation's page."""
        return confirmation_url(self.object)

    def consequences(self) -> Sequence[StrOrPromise]:
        """Show each change, and who is told."""
        pairs = change_pairs(self.object.changes, self.object.entry)
        return [f"{word}: {now} → {new}" for word, now, new in pairs] + [_("The owner of the entry is told.")]

    def act(self, form: ActionForm) -> str:
        """Settle them."""
        words = form.cleaned_data["words"]
        settle_changes(confirmation=self.object, takes_over=self.takes_over, words=words, by=self.user, on=self.today)
        return _("The changes stand in the register.") if self.takes_over else _("The changes are not taken over.")


class DeclineForm(ActionForm):
    """Why not."""

    words = forms.CharField(label=gettext_lazy("Reason"), max_length=300, widget=textarea(3))


class ConfirmationDecline(ConfirmationTake):
    """Say why the declared changes are not written; the owner confirms again."""

    title, submit_label = gettext_lazy("Do not take the changes over"), gettext_lazy("Tell the owner")
    form_class = DeclineForm
    takes_over = False


def remind(rows: list[Firm | Expert], user: User, day: date) -> str:
    """Remind the owners of the ticked entries."""
    told = remind_unconfirmed(entries=rows, by=user, on=day)
    return _("%(count)s accounts were reminded.") % {"count": told}


REMIND = (BulkAction("remind", gettext_lazy("Remind"), Capability.REGISTER, remind),)


class UnconfirmedFirms(YearlyList):
    """Firms of the register that have not confirmed this year: they are not drawn. Rule R-41."""

    title = gettext_lazy("Firms that have not confirmed this year")
    columns = (
        Column(gettext_lazy("Firm"), "organisation.name", key=True, link=firm_url),
        Column(gettext_lazy("Number"), "number"),
        Column(gettext_lazy("Kind"), "kind"),
        Column(gettext_lazy("Term ends on"), lambda row: full_day(row.term_ends_on)),
        Column(gettext_lazy("State"), "status", status=True),
    )
    facets = (Facet("kind", gettext_lazy("Kind"), FirmKind.choices),)
    search_fields = ("organisation__name", "organisation__uscc", "organisation__sort_key", "number")
    search_hint = gettext_lazy("Name, initials, code, number")
    sorts = (Sort("name", gettext_lazy("Name"), ("organisation__sort_key",)),)
    bulk_actions = REMIND
    export_name = "unconfirmed-firms"
    empty_title = gettext_lazy("Every firm has confirmed this year")

    def rows(self) -> QuerySet[Firm]:
        """Return the firms without this year's undertaking."""
        rows = firms_visible_to(self.user).select_related("organisation", "bureau")
        return unconfirmed_firms(rows, self.today.year)


class UnconfirmedExperts(YearlyList):
    """Experts of the pool who have not confirmed this year: they are not drawn. Rule R-41."""

    title = gettext_lazy("Experts who have not confirmed this year")
    columns = (
        Column(
            gettext_lazy("Expert"),
            "person.name",
            key=True,
            link=lambda row: reverse("pages:expert", args=[row.number]),
        ),
        Column(gettext_lazy("Number"), "number"),
        Column(gettext_lazy("Professional title"), "title"),
        Column(gettext_lazy("Term ends on"), lambda row: full_day(row.term_ends_on)),
        Column(gettext_lazy("State"), "status", status=True),
    )
    facets = (Facet("source", gettext_lazy("Source"), ExpertSource.choices),)
    search_fields = ("person__name", "person__sort_key", "number", "title")
    search_hint = gettext_lazy("Name, initials, number, title")
    sorts = (Sort("name", gettext_lazy("Name"), ("person__sort_key",)),)
    bulk_actions = REMIND
    export_name = "unconfirmed-experts"
    empty_title = gettext_lazy("Every expert has confirmed this year")

    def rows(self) -> QuerySet[Expert]:
        """Return the experts without this year's undertaking."""
        rows = experts_visible_to(self.user).select_related("person", "bureau")
        return unconfirmed_experts(rows, self.today.year)


urls = [
    path("confirmations/", ConfirmationList.as_view(), name="confirmations"),
    path("confirmations/firms/", UnconfirmedFirms.as_view(), name="unconfirmed-firms"),
    path("confirmations/experts/", UnconfirmedExperts.as_view(), name="unconfirmed-experts"),
    path("confirmations/<int:pk>/", ConfirmationPage.as_view(), name="confirmation"),
    path("confirmations/<int:pk>/take/", ConfirmationTake.as_view(), name="confirmation-take"),
    path("confirmations/<int:pk>/decline/", ConfirmationDecline.as_view(), name="confirmation-decline"),
]
