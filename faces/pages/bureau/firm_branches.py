"""Branches of a firm: entered with their first day, and ended."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from evaluators.models import Branch
from evaluators.selectors import visible_to
from evaluators.services import FirmRefused, add_branch, change_branch, end_branch
from faces.pages.bureau.firm_sections import full_day
from faces.pages.bureau.firm_steps import FirmStep
from faces.pages.bureau.firms import firm_url
from faces.pages.shared.actions import ActionForm, ActionView
from faces.pages.shared.delivery_forms import day, first_day
from foundation.accounts.enums import Capability
from foundation.core.errors import Refusal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.models import QuerySet
    from django_stubs_ext import StrOrPromise

    from evaluators.models import Firm


BRANCH_ALONE = gettext_lazy(
    "Without legal personality it cannot apply, contract or be scored alone: the firm does for it."
)
BRANCH_OF_TWO = gettext_lazy("With it, only one of the two takes part in the choice of a firm for a task.")


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
        return [BRANCH_ALONE, BRANCH_OF_TWO]

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


class OneBranch(ActionView):
    """A branch of a visible firm."""

    audience, needs = "bureau", Capability.REGISTER

    def rows(self) -> QuerySet[Branch]:
        """Return the branches of visible firms."""
        rows = Branch.objects.filter(firm__in=visible_to(self.user))
        return rows.select_related("firm__organisation", "own_firm__organisation")

    def object_url(self) -> str:
        """Return the firm's people and papers."""
        return f"{firm_url(self.object.firm)}?tab=people"


class BranchStandingForm(ActionForm):
    """Whether it has legal personality, and its own number in the register."""

    has_legal_personality = forms.BooleanField(label=gettext_lazy("It has legal personality"), required=False)
    number = forms.CharField(
        label=gettext_lazy("Its own number in the register"),
        required=False,
        max_length=20,
        help_text=gettext_lazy("Only a branch with legal personality has one: it registers itself first."),
    )

    def own_firm(self, firms: QuerySet[Firm]) -> Firm | None:
        """Return the firm of the number; raise ``FirmRefused`` for one that nobody has."""
        number = self.cleaned_data["number"].strip()
        found = firms.filter(number=number).first() if number else None
        if number and found is None:
            raise FirmRefused(Refusal("number_unknown", _("No firm has this number."), {"field": "number"}))
        return found


class BranchStanding(OneBranch):
    """Write that a branch got or lost legal personality, and as which firm it stands in the register."""

    title, submit_label = gettext_lazy("Change the standing of the branch"), gettext_lazy("Write it down")
    form_class = BranchStandingForm

    def get_initial(self) -> dict[str, Any]:
        """Offer what is written now."""
        row: Branch = self.object
        number = row.own_firm.number if row.own_firm else ""
        return super().get_initial() | {"has_legal_personality": row.has_legal_personality, "number": number}

    def consequences(self) -> Sequence[StrOrPromise]:
        """Say which one, and what a branch can do. Rule R-49."""
        row: Branch = self.object
        facts = {"name": row.name, "head": row.firm.organisation.name, "day": full_day(row.started_on)}
        return [_("%(name)s, a branch of %(head)s since %(day)s.") % facts, BRANCH_ALONE, BRANCH_OF_TWO]

    def act(self, form: BranchStandingForm) -> str:
        """Write it."""
        change_branch(
            branch=self.object,
            has_legal_personality=form.cleaned_data["has_legal_personality"],
            own_firm=form.own_firm(visible_to(self.user)),
            by=self.user,
            on=self.today,
        )
        return _("%(name)s is recorded.") % {"name": self.object.name}


class BranchEndForm(ActionForm):
    """The day."""

    ended_on = forms.DateField(label=gettext_lazy("First day on which it no longer holds"), widget=day())


class BranchEnd(OneBranch):
    """End a branch: it was closed, sold, or goes on as a firm alone."""

    title, submit_label, danger = gettext_lazy("End the branch"), gettext_lazy("Write the end"), True
    form_class = BranchEndForm

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
    path("firms/branches/<int:pk>/standing/", BranchStanding.as_view(), name="firm-branch-standing"),
    path("firms/branches/<int:pk>/end/", BranchEnd.as_view(), name="firm-branch-end"),
    path("firms/<str:number>/branch/", FirmBranch.as_view(), name="firm-branch"),
]
