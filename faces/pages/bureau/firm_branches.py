"""Branches of a firm: entered with their first day, and ended."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from evaluators.models import Branch
from evaluators.selectors import visible_to
from evaluators.services import add_branch, end_branch
from faces.pages.bureau.firm_sections import full_day
from faces.pages.bureau.firm_steps import FirmStep
from faces.pages.bureau.firms import firm_url
from faces.pages.shared.actions import ActionForm, ActionView
from faces.pages.shared.delivery_forms import day, first_day
from foundation.accounts.enums import Capability

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.models import QuerySet
    from django_stubs_ext import StrOrPromise


class BranchForm(ActionForm):
    """A branch."""

    name = forms.CharField(label=gettext_lazy("Branch"), max_length=120)
    address = forms.CharField(label=gettext_lazy("Address"), required=False, max_length=200)
    uscc = forms.CharField(label=gettext_lazy("Unified social credit code"), required=False, max_length=18)
    number = forms.CharField(
        label=gettext_lazy("Its own number in the register"),
        required=False,
        max_length=20,
        help_text=gettext_lazy("Only a branch with legal personality has one: it registers itself first."),
    )
    started_on = first_day()


class FirmBranch(FirmStep):
    """Add a branch."""

    title, submit_label, tab = gettext_lazy("Add a branch"), gettext_lazy("Add"), "people"
    form_class = BranchForm

    def consequences(self) -> Sequence[StrOrPromise]:
        """Say what a branch can do. Rule R-49."""
        return [
            _("Without legal personality it cannot apply, contract or be scored alone: the firm does for it."),
            _("With it, only one of the two takes part in the choice of a firm for a task."),
        ]

    def act(self, form: BranchForm) -> str:
        """Add it."""
        given = form.cleaned_data
        own = visible_to(self.user).filter(number=given["number"].strip()).first() if given["number"] else None
        add_branch(
            firm=self.object,
            name=given["name"],
            address=given["address"],
            uscc=given["uscc"].strip().upper(),
            has_legal_personality=bool(given["number"]),
            own_firm=own,
            started_on=given["started_on"],
            by=self.user,
            on=self.today,
        )
        return _("%(name)s is recorded.") % {"name": given["name"]}


class BranchEndForm(ActionForm):
    """The day."""

    ended_on = forms.DateField(label=gettext_lazy("First day on which it no longer holds"), widget=day())


class BranchEnd(ActionView):
    """End a branch: it was closed, sold, or goes on as a firm alone."""

    audience, needs = "bureau", Capability.REGISTER
    title, submit_label, danger = gettext_lazy("End the branch"), gettext_lazy("Write the end"), True
    form_class = BranchEndForm

    def rows(self) -> QuerySet[Branch]:
        """Return the branches of visible firms."""
        rows = Branch.objects.filter(firm__in=visible_to(self.user))
        return rows.select_related("firm__organisation", "own_firm__organisation")

    def object_url(self) -> str:
        """Return the firm's people and papers."""
        return f"{firm_url(self.object.firm)}?tab=people"

    def get_initial(self) -> dict[str, Any]:
        """Offer today."""
        return super().get_initial() | {"ended_on": self.today}

    def consequences(self) -> Sequence[StrOrPromise]:
        """Say which one, and what goes on without it. Rule R-49."""
        row: Branch = self.object
        facts = {"name": row.name, "head": row.firm.organisation.name, "day": full_day(row.started_on)}
        found = [_("%(name)s, a branch of %(head)s since %(day)s; the past keeps it.") % facts]
        if row.own_firm is not None:
            state = {"number": row.own_firm.number, "state": row.own_firm.get_status_display()}
            found.append(
                _("Its own record %(number)s (%(state)s) stays as it is, and both may be chosen then.") % state
            )
        else:
            found.append(_("People and tasks stand at the head office and stay there."))
        return found

    def act(self, form: BranchEndForm) -> str:
        """End it."""
        end_branch(branch=self.object, ended_on=form.cleaned_data["ended_on"], by=self.user, on=self.today)
        return _("The end is written; the row stays.")


urls = [
    path("firms/branches/<int:pk>/end/", BranchEnd.as_view(), name="firm-branch-end"),
    path("firms/<str:number>/branch/", FirmBranch.as_view(), name="firm-branch"),
]
