"""What firms report of their own people: who joined, who left; taken over into the register or declined."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from evaluators import services
from evaluators.enums import StaffChangeStatus, StaffMove, StaffRole
from evaluators.models import StaffChange
from evaluators.selectors import staff_changes_visible_to
from faces.pages.bureau.firms import firm_url
from faces.pages.shared.actions import ActionForm, ActionView
from faces.pages.shared.columns import Column
from faces.pages.shared.delivery_forms import textarea
from faces.pages.shared.facets import Facet
from faces.pages.shared.formats import full_day
from faces.pages.shared.lists import ListPage
from faces.pages.shared.objects import OneObject
from faces.pages.shared.sections import Act, Cell, Layout, Section, SectionsPage
from foundation.accounts.enums import Capability
from foundation.accounts.permissions import may
from foundation.core.crypto import decrypt
from foundation.core.identifiers import masked_id
from parties.enums import SameName

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.models import QuerySet
    from django_stubs_ext import StrOrPromise


def change_url(row: StaffChange) -> str:
    """Return the page of a reported change."""
    return reverse("pages:staff-change", args=[row.pk])


class StaffChangeList(ListPage):
    """Every reported change, newest first."""

    audience, needs = "bureau", Capability.READ_ALL
    title = gettext_lazy("Changes of firms’ people")
    columns = (
        Column(gettext_lazy("Name"), "name", key=True, link=change_url),
        Column(gettext_lazy("Firm"), "firm.organisation.name"),
        Column(gettext_lazy("Role"), "role"),
        Column(gettext_lazy("Joined or left"), "move"),
        Column(gettext_lazy("Day"), lambda row: full_day(row.day)),
        Column(gettext_lazy("Reported to the bureau on"), lambda row: full_day(row.reported_on)),
        Column(gettext_lazy("State"), "status", status=True),
    )
    facets = (
        Facet("status", gettext_lazy("State"), StaffChangeStatus.choices),
        Facet("move", gettext_lazy("Joined or left"), StaffMove.choices),
        Facet("role", gettext_lazy("Role"), StaffRole.choices),
    )
    search_fields = ("name", "firm__organisation__name", "firm__organisation__sort_key", "firm__number")
    search_hint = gettext_lazy("Person, firm, number")
    export_name = "staff-changes"
    empty_title = gettext_lazy("No firm has reported a change")
    empty_text = gettext_lazy("Firms report on their own pages who joined or left; it counts once it is taken over.")

    def rows(self) -> QuerySet[StaffChange]:
        """Return what visible firms reported."""
        return staff_changes_visible_to(self.user)


class OneChange(OneObject):
    """A change that a visible firm reported."""

    audience = "bureau"

    def rows(self) -> QuerySet[StaffChange]:
        """Return what visible firms reported."""
        joins = ("reported_by", "decided_by", "lead", "practitioner")
        return staff_changes_visible_to(self.user).select_related(*joins)


class StaffChangePage(OneChange, SectionsPage):
    """One reported change with its proof and its answer."""

    needs = Capability.READ_ALL

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:  # noqa: ANN401 - as in Django
        """Say who it is and what happened."""
        row: StaffChange = self.object
        title = f"{row.name}：{row.get_move_display()}"
        return super().get_context_data(**({"title": title} | kwargs))

    def layout(self) -> Layout:
        """Return what was reported; beside it, when and what was answered."""
        row: StaffChange = self.object
        acts: tuple[Act, ...] = ()
        if row.is_open and may(self.user, Capability.REGISTER):
            acts = (
                Act(_("Take over"), reverse("pages:staff-change-take", args=[row.pk])),
                Act(_("Do not take over"), reverse("pages:staff-change-decline", args=[row.pk])),
            )
        days = [
            (_("Reported to the bureau on"), full_day(row.reported_on)),
            (_("Reported by"), row.reported_by.name),
            (_("Decided on"), full_day(row.decided_on) if row.decided_on else "—"),
        ]
        return Layout(
            crumbs=((_("Changes of firms’ people"), reverse("pages:staff-changes")), (row.name, "")),
            meta=(row.firm.organisation.name,),
            status=row,
            acts=acts,
            main=(
                Section(_("What the firm reports"), pairs=self._pairs()),
                *([Section(_("The bureau’s words"), said=row.words)] if row.words else []),
            ),
            beside=(Section(pgettext("application", "Days"), pairs=days),),
        )

    def _pairs(self) -> list[tuple[StrOrPromise, Cell | object]]:
        row: StaffChange = self.object
        post = row.lead or row.practitioner
        name = Cell(row.name, reverse("pages:person", args=[post.person_id])) if post else row.name
        proof = Cell(_("Scan"), reverse("pages:file", args=[row.proof_id])) if row.proof_id else Cell("—")
        pairs: list[tuple[StrOrPromise, Cell | object]] = [
            (_("Firm"), Cell(row.firm.organisation.name, f"{firm_url(row.firm)}?tab=people")),
            (_("Name"), name),
            (_("Role"), row.get_role_display()),
            (_("Joined or left"), row.get_move_display()),
            (_("Day"), full_day(row.day)),
        ]
        if row.id_sealed:
            pairs.append((_("National ID number"), masked_id(decrypt(row.id_sealed))))
        if row.works_since:
            pairs += [
                (_("Professional title"), row.title or "—"),
                (_("Number of the practising certificate"), row.certificate_number or "—"),
                (_("At work since"), full_day(row.works_since)),
            ]
        if row.duty:
            pairs.append((_("Duty"), row.duty))
        if row.reason:
            pairs.append((_("Remark"), Cell(row.reason, said=True)))
        return [*pairs, (_("Scan"), proof)]


class ChangeStep(OneChange, ActionView):
    """The answer to a reported change; afterwards back to its page."""

    needs = Capability.REGISTER

    def object_url(self) -> str:
        """Return its page."""
        return change_url(self.object)


class TakeForm(ActionForm):
    """Whether somebody known is the same person."""

    same_name = forms.ChoiceField(
        label=gettext_lazy("Somebody of this name is known here"),
        required=False,
        choices=(("", gettext_lazy("not asked yet")), *SameName.choices),
        widget=forms.RadioSelect,
        help_text=gettext_lazy("Answer only when you are asked."),
    )


class ChangeTake(ChangeStep):
    """Write what a firm reported into the register."""

    title, submit_label, form_class = gettext_lazy("Take over"), gettext_lazy("Take over"), TakeForm

    def consequences(self) -> Sequence[StrOrPromise]:
        """Say what is written, from when, and who is told."""
        row: StaffChange = self.object
        facts = {"name": row.name, "firm": row.firm.organisation.name, "day": full_day(row.day)}
        words = (
            _("%(name)s belongs to %(firm)s from %(day)s; the rules of the register are asked now (R-10, R-11).")
            if row.move == StaffMove.JOINED
            else _("%(name)s no longer belongs to %(firm)s from %(day)s and may be entered by another.")
        )
        return [words % facts, _("The firm is told.")]

    def act(self, form: TakeForm) -> str:
        """Write it."""
        same_name = form.cleaned_data["same_name"]
        services.take_over_staff_change(change=self.object, same_name=same_name, by=self.user, on=self.today)
        return _("It stands in the register; the firm is told.")


class DeclineForm(ActionForm):
    """Why not."""

    words = forms.CharField(label=gettext_lazy("Reason"), max_length=300, widget=textarea(3))


class ChangeDecline(ChangeStep):
    """Say why a reported change is not written."""

    title, submit_label = gettext_lazy("Do not take over"), gettext_lazy("Tell the firm")
    form_class = DeclineForm

    def consequences(self) -> Sequence[StrOrPromise]:
        """Say what stays."""
        return [_("The register stays as it is. The firm reads the reason and may report anew.")]

    def act(self, form: DeclineForm) -> str:
        """Say it."""
        words = form.cleaned_data["words"]
        services.decline_staff_change(change=self.object, words=words, by=self.user, on=self.today)
        return _("Not taken over; the firm is told.")


urls = [
    path("staff-changes/", StaffChangeList.as_view(), name="staff-changes"),
    path("staff-changes/<int:pk>/", StaffChangePage.as_view(), name="staff-change"),
    path("staff-changes/<int:pk>/take/", ChangeTake.as_view(), name="staff-change-take"),
    path("staff-changes/<int:pk>/decline/", ChangeDecline.as_view(), name="staff-change-decline"),
]
