"""People of a firm: who leads, who else works there, when it ended."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.db.models import QuerySet
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from desk.selectors.leads import running_commissions
from evaluators.models import LeadEvaluator, Practitioner
from evaluators.selectors import posts_of, visible_to
from evaluators.services import end_post, register_lead, register_practitioner
from faces.pages.bureau.firm_sections import full_day
from faces.pages.bureau.firm_steps import FirmStep
from faces.pages.bureau.firms import firm_url
from faces.pages.shared.actions import ActionForm, ActionView
from faces.pages.shared.delivery_forms import day, first_day
from faces.pages.shared.person_form import AskingPersonForm
from foundation.accounts.enums import Capability
from foundation.rulesets.selectors import rules_for
from parties.enums import EmploymentKind
from parties.models import Employment

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django_stubs_ext import StrOrPromise


class LeadForm(AskingPersonForm):
    """A lead evaluator."""

    title = forms.CharField(label=gettext_lazy("Professional title"), required=False, max_length=60)
    certificate_number = forms.CharField(
        label=gettext_lazy("Number of the practising certificate"), required=False, max_length=60
    )
    works_since = forms.DateField(label=gettext_lazy("At work since"), widget=day())
    started_on = first_day()


class FirmLead(FirmStep):
    """Enter a lead evaluator. Rule R-10."""

    title, submit_label, tab = gettext_lazy("Enter a lead evaluator"), gettext_lazy("Enter"), "people"
    form_class = LeadForm

    def consequences(self) -> Sequence[StrOrPromise]:
        """Say what is asked."""
        years = rules_for(bureau=self.object.bureau, on=self.today).value("lead_work_years")
        facts = {"years": years}
        return [_("A title or a practising certificate, %(years)s years of work, no other firm.") % facts]

    def act(self, form: LeadForm) -> str:
        """Enter him."""
        given = form.cleaned_data
        register_lead(
            firm=self.object,
            person=form.person(),
            title=given["title"],
            certificate_number=given["certificate_number"],
            works_since=given["works_since"],
            started_on=given["started_on"],
            by=self.user,
            on=self.today,
        )
        facts = {"name": given["name"], "day": full_day(given["started_on"] or self.today)}
        return _("%(name)s leads for this firm from %(day)s.") % facts


class StaffForm(AskingPersonForm):
    """One of the staff."""

    duty = forms.CharField(label=gettext_lazy("Duty"), required=False, max_length=60)
    started_on = first_day()


class FirmStaff(FirmStep):
    """Enter one of the staff; nobody works in two firms at once. Rule R-11."""

    title, submit_label, tab = gettext_lazy("Enter one of the staff"), gettext_lazy("Enter"), "people"
    form_class = StaffForm

    def act(self, form: StaffForm) -> str:
        """Enter him."""
        given = form.cleaned_data
        register_practitioner(
            firm=self.object,
            person=form.person(),
            duty=given["duty"],
            started_on=given["started_on"],
            by=self.user,
            on=self.today,
        )
        facts = {"name": given["name"], "day": full_day(given["started_on"] or self.today)}
        return _("%(name)s works for this firm from %(day)s.") % facts


def posts_words(posts: Sequence[LeadEvaluator | Practitioner]) -> list[StrOrPromise]:
    """Return what goes on, post by post, and is ended apart."""
    lead, staff = (
        _("The post as lead evaluator since %(day)s goes on."),
        _("The post on the staff since %(day)s goes on."),
    )
    return [(lead if isinstance(one, LeadEvaluator) else staff) % {"day": full_day(one.started_on)} for one in posts]


def led_by(row: LeadEvaluator) -> list[str]:
    """Return the numbers of the running tasks that he leads."""
    rows = running_commissions().filter(lead_evaluator=row).order_by("task__number")
    return list(rows.values_list("task__number", flat=True))


class PostEndForm(ActionForm):
    """The day."""

    ended_on = forms.DateField(label=gettext_lazy("First day on which it no longer holds"), widget=day())


class LeadEnd(ActionView):
    """End a lead evaluator's time with a firm."""

    audience, needs = "bureau", Capability.REGISTER
    title, submit_label, danger = gettext_lazy("End the time with the firm"), gettext_lazy("Write the end"), True
    form_class = PostEndForm

    def rows(self) -> QuerySet[LeadEvaluator] | QuerySet[Practitioner]:
        """Return the lead evaluators of visible firms."""
        rows = LeadEvaluator.objects.filter(firm__in=visible_to(self.user))
        return rows.select_related("firm__organisation", "person")

    def object_url(self) -> str:
        """Return the firm's people."""
        return f"{firm_url(self.object.firm)}?tab=people"

    def get_initial(self) -> dict[str, Any]:
        """Offer today."""
        return super().get_initial() | {"ended_on": self.today}

    def consequences(self) -> Sequence[StrOrPromise]:
        """Say who it is, what ends with it, what goes on, and what it opens."""
        row: LeadEvaluator | Practitioner = self.object
        body = row.firm.organisation
        others = [one for one in posts_of(row.person, body, self.today) if (type(one), one.pk) != (type(row), row.pk)]
        found: list[StrOrPromise] = []
        if others:
            found += posts_words(others)
            found.append(_("While that goes on the employment does, too, and no other firm may enter this person."))
        else:
            name = {"name": row.person.name}
            found.append(
                _("%(name)s no longer belongs to this firm from then on and may be entered by another.") % name
            )
            found += [
                _("The employment by this firm since %(day)s ends, too.") % {"day": full_day(spell.started_on)}
                for spell in Employment.objects.on(self.today).filter(
                    person=row.person, organisation=body, kind=EmploymentKind.EMPLOYEE
                )
            ]
        if isinstance(row, LeadEvaluator) and (numbers := led_by(row)):
            words = _("Running tasks keep this lead evaluator until the firm names another: %(numbers)s.")
            found.append(words % {"numbers": pgettext("between shared facts", ", ").join(numbers)})
        return found

    def act(self, form: PostEndForm) -> str:
        """End it."""
        end_post(post=self.object, ended_on=form.cleaned_data["ended_on"], by=self.user, on=self.today)
        return _("Ended; the row stays in the register.")


class StaffEnd(LeadEnd):
    """End a staff member's time with a firm."""

    def rows(self) -> QuerySet[LeadEvaluator] | QuerySet[Practitioner]:
        """Return the staff of visible firms."""
        rows = Practitioner.objects.filter(firm__in=visible_to(self.user))
        return rows.select_related("firm__organisation", "person")


urls = [
    path("firms/leads/<int:pk>/end/", LeadEnd.as_view(), name="firm-lead-end"),
    path("firms/staff/<int:pk>/end/", StaffEnd.as_view(), name="firm-staff-end"),
    path("firms/<str:number>/lead/", FirmLead.as_view(), name="firm-lead"),
    path("firms/<str:number>/staff/", FirmStaff.as_view(), name="firm-staff"),
]
