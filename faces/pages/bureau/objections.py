"""Objections against admissions, as the clerk writes them down and decides them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from admissions.enums import ObjectionOutcome
from admissions.models import Objection
from admissions.selectors import objections_visible_to
from admissions.services import decide_objection, record_objection
from faces.pages.bureau.applications import ApplicationStep, application_url
from faces.pages.shared.actions import ActionForm, ActionView
from faces.pages.shared.application_words import day_or_dash
from faces.pages.shared.delivery_forms import day, textarea
from foundation.accounts.enums import Capability

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.models import QuerySet
    from django_stubs_ext import StrOrPromise


class ObjectionForm(ActionForm):
    """When it came, from whom, and what was said."""

    raised_on = forms.DateField(label=gettext_lazy("Came on"), widget=day())
    raised_by = forms.CharField(
        label=pgettext_lazy("objection", "From whom"),
        max_length=100,
        required=False,
        help_text=gettext_lazy("Stays in the bureau. Empty: it came without a name."),
    )
    words = forms.CharField(label=pgettext_lazy("objection", "What was objected"), max_length=500, widget=textarea(4))


class ObjectionAdd(ApplicationStep):
    """Write an objection down while the public notice runs."""

    title, submit_label = gettext_lazy("Record an objection"), gettext_lazy("Record it")
    form_class = ObjectionForm

    def get_initial(self) -> dict[str, Any]:
        """Begin from today."""
        return {**super().get_initial(), "raised_on": self.today}

    def consequences(self) -> Sequence[StrOrPromise]:
        """Say how long objections are taken, and what an open one does."""
        row = self.object
        return [
            _("The public notice runs from %(first)s to %(last)s.")
            % {"first": day_or_dash(row.announced_on), "last": day_or_dash(row.notice_until)},
            _("The applicant is told what was objected, never by whom. Nobody is admitted while an objection is open."),
        ]

    def act(self, form: ObjectionForm) -> str:
        """Write it."""
        record_objection(application=self.object, by=self.user, on=self.today, **form.cleaned_data)
        return _("The objection is recorded.")


class DecisionForm(ActionForm):
    """Whether it holds, and why."""

    outcome = forms.ChoiceField(
        label=gettext_lazy("Decision"),
        choices=[choice for choice in ObjectionOutcome.choices if choice[0] != ObjectionOutcome.OPEN],
        widget=forms.RadioSelect,
    )
    answer = forms.CharField(label=gettext_lazy("Reason"), max_length=300, widget=textarea(3))


class ObjectionDecide(ActionView):
    """Uphold or dismiss an objection."""

    audience, needs = "bureau", Capability.REGISTER
    title, submit_label = gettext_lazy("Decide about an objection"), gettext_lazy("Decide")
    form_class = DecisionForm

    def rows(self) -> QuerySet[Objection]:
        """Return the objections of the bureau."""
        return objections_visible_to(self.user).select_related("application")

    def object_url(self) -> str:
        """Return the application's page."""
        return application_url(self.object.application)

    def consequences(self) -> Sequence[StrOrPromise]:
        """Show what was said, and what each decision does."""
        return [
            self.object.words,
            _("Upheld: the application is returned for correction or refused. Dismissed: the admission may follow."),
        ]

    def act(self, form: DecisionForm) -> str:
        """Decide."""
        given = form.cleaned_data
        decide_objection(
            objection=self.object,
            outcome=ObjectionOutcome(given["outcome"]),
            answer=given["answer"],
            by=self.user,
            on=self.today,
        )
        return _("The objection is decided.")


urls = [
    path("applications/<int:pk>/objection/", ObjectionAdd.as_view(), name="application-objection"),
    path("objections/<int:pk>/decide/", ObjectionDecide.as_view(), name="objection-decide"),
]
