"""What is done to an expert of the pool: entry, standing, suspension, employers, recusals, days off."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.db.models import QuerySet
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from admissions.services import move_entry, renew_entry
from appraisals.selectors import suspensions_in_force
from desk.services import leave_pool
from experts.enums import ExpertAction, TitleLevel
from experts.models import Expert, StandingRecusal
from experts.selectors import visible_to
from experts.services import (
    add_unavailability,
    declare_employment,
    end_recusal,
    recuse_from,
    register_expert,
)
from experts.transitions import TRANSITIONS
from faces.pages.bureau.experts import OneExpert, expert_url
from faces.pages.bureau.firm_sections import full_day
from faces.pages.shared.actions import ActionForm, ActionView, FormPage
from faces.pages.shared.choices import NodeField, NodesField
from faces.pages.shared.delivery_forms import day, textarea
from faces.pages.shared.entry_words import notice_lines
from faces.pages.shared.leave_form import LEAVE_LINES, LeaveForm
from faces.pages.shared.person_form import AskingPersonForm
from faces.pages.shared.spell_form import SpellForm
from foundation.accounts.enums import Capability
from foundation.rulesets.selectors import rules_for
from foundation.taxonomy.enums import TreeKind
from foundation.taxonomy.models import Node
from foundation.taxonomy.selectors import tree

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django_stubs_ext import StrOrPromise


class ExpertForm(AskingPersonForm):
    """A person, title, specialties, present employer."""

    title = forms.CharField(label=gettext_lazy("Professional title"), max_length=60)
    level = forms.ChoiceField(
        label=gettext_lazy("Level of the title"), choices=TitleLevel.choices, initial=TitleLevel.SENIOR
    )
    works_since = forms.DateField(
        label=gettext_lazy("At work since"),
        required=False,
        widget=day(),
        help_text=gettext_lazy("Needed for an intermediate title."),
    )
    main = NodeField(label=gettext_lazy("Main specialty"), queryset=Node.objects.none())
    others = NodesField(label=gettext_lazy("Other specialties"), queryset=Node.objects.none(), required=False)
    employer = forms.CharField(label=gettext_lazy("Employer"), max_length=120)
    employed_since = forms.DateField(label=gettext_lazy("Employed since"), widget=day())


class ExpertAdd(FormPage):
    """Register one expert as an applicant. Rule R-14."""

    audience, needs = "bureau", Capability.REGISTER
    title, submit_label = gettext_lazy("Register an expert"), gettext_lazy("Register him as an applicant")
    form_class = ExpertForm
    made: Expert | None = None

    def get_form(self, form_class: Any = None) -> ExpertForm:  # noqa: ANN401 - Django's signature
        """Offer the specialties of the bureau's tree."""
        form: ExpertForm = super().get_form(form_class)
        if self.user.bureau is not None:
            nodes = tree(self.user.bureau, TreeKind.SPECIALTY).filter(level=3).select_related("parent__parent")
            for name in ("main", "others"):
                field = form.fields[name]
                if isinstance(field, forms.ModelChoiceField):
                    field.queryset = nodes
        return form

    def get_success_url(self) -> str:
        """Return the new expert's page, before that the list."""
        return expert_url(self.made) if self.made else reverse("pages:experts")

    def consequences(self) -> Sequence[StrOrPromise]:
        """Say who may enter, and what comes next."""
        bureau = self.user.bureau
        if bureau is None:
            return []
        rules = rules_for(bureau=bureau, on=self.today)
        facts = {"years": rules.value("expert_work_years"), "age": rules.value("expert_age_limit")}
        return [
            _("A senior title, or an intermediate one and %(years)s years of work; younger than %(age)s.") % facts,
            _("He stands as an applicant: public notice and admission follow."),
        ]

    def act(self, form: ExpertForm) -> str:
        """Register him."""
        given = form.cleaned_data
        bureau = self.user.bureau
        assert bureau is not None  # noqa: S101 - who keeps a pool has a bureau
        others = [node for node in given["others"] if node != given["main"]]
        self.made = register_expert(
            bureau=bureau,
            person=form.person(),
            title=given["title"],
            level=TitleLevel(given["level"]),
            works_since=given["works_since"],
            nodes=[given["main"], *others],
            employer=given["employer"],
            employed_since=given["employed_since"],
            by=self.user,
            on=self.today,
        )
        return _("%(name)s is registered as an applicant.") % {"name": given["name"]}


class ExpertStep(OneExpert, ActionView):
    """Something about an expert; afterwards back to the tab of his page that shows it."""

    needs = Capability.REGISTER
    tab = "ties"

    def object_url(self) -> str:
        """Return the expert's page."""
        return f"{expert_url(self.object)}?tab={self.tab}"


class MoveForm(ActionForm):
    """What is done, and why."""

    action = forms.ChoiceField(label=gettext_lazy("Step"), choices=(), widget=forms.RadioSelect)
    reason = forms.CharField(label=gettext_lazy("Reason"), required=False, max_length=300, widget=textarea(3))


class ExpertMove(ExpertStep):
    """Change the standing: only steps that follow are offered; sanctions and leaving are steps of their own."""

    title, submit_label, tab = gettext_lazy("Change the standing"), gettext_lazy("Change the standing"), "standing"
    form_class = MoveForm

    def get_form(self, form_class: Any = None) -> MoveForm:  # noqa: ANN401 - Django's signature
        """Offer the steps that follow."""
        form: MoveForm = super().get_form(form_class)
        field = form.fields["action"]
        if isinstance(field, forms.ChoiceField):
            field.choices = [(step.value, step.label) for step in self.steps()]
        return form

    def steps(self) -> list[ExpertAction]:
        """Return the steps that follow and need no sanction of their own."""
        expert: Expert = self.object
        by_sanction = {ExpertAction.SUSPEND, ExpertAction.REMOVE, ExpertAction.REINSTATE, ExpertAction.LEAVE}
        if suspensions_in_force(firm=None, expert=expert).exists():
            by_sanction.add(ExpertAction.RESTORE)
        return [action for status, action in TRANSITIONS if status == expert.status and action not in by_sanction]

    def consequences(self) -> Sequence[StrOrPromise]:
        """Say that the pool keeps the day and the reason, and where sanctions are taken."""
        return [
            _("The standing holds from today; the register keeps every earlier day."),
            _("A suspension or a removal is a sanction: it goes through approval and ends by its own rule."),
            *notice_lines(self.object, self.today),
        ]

    def act(self, form: MoveForm) -> str:
        """Move him."""
        action, reason = ExpertAction(form.cleaned_data["action"]), form.cleaned_data["reason"]
        row = move_entry(entry=self.object, action=action, reason=reason, by=self.user, on=self.today)
        return _("The standing is now: %(state)s.") % {"state": row.get_status_display()}


class ExpertRenew(ExpertStep):
    """Renew the term before it ends. Rule R-13."""

    title, submit_label, tab = gettext_lazy("Renew the term"), gettext_lazy("Renew"), "standing"

    def consequences(self) -> Sequence[StrOrPromise]:
        """Say what is asked and what follows."""
        return [
            _("The new term follows the old one. This year’s undertaking must have been accepted."),
            _("The term ends on %(day)s now.") % {"day": full_day(self.object.term_ends_on)},
        ]

    def act(self, form: Any) -> str:  # noqa: ANN401, ARG002 - nothing to fill in
        """Renew it."""
        row = renew_entry(entry=self.object, by=self.user, on=self.today)
        return _("The term now ends on %(day)s.") % {"day": full_day(row.term_ends_on)}


class ExpertLeave(ExpertStep):
    """Let an expert leave the pool, as he asked."""

    title, submit_label, danger = gettext_lazy("Leave the pool"), gettext_lazy("Let him leave today"), True
    tab, form_class = "standing", LeaveForm

    def consequences(self) -> Sequence[StrOrPromise]:
        """Say what stays."""
        return LEAVE_LINES

    def act(self, form: LeaveForm) -> str:
        """Let him leave."""
        leave_pool(expert=self.object, by=self.user, on=self.today, **form.cleaned_data)
        return _("%(name)s has left the pool; the record is kept.") % {"name": self.object.person.name}


class ExpertEmployer(ExpertStep):
    """Enter where he works or worked, or what he owns, advises or heads; a spell is ended on the person's page."""

    title, submit_label = gettext_lazy("Enter an employer"), gettext_lazy("Enter")
    form_class = SpellForm

    def consequences(self) -> Sequence[StrOrPromise]:
        """Say what it decides, and how a spell is ended."""
        years = rules_for(bureau=self.object.bureau, on=self.today).value("conflict_window_years")
        return [
            _("He reviews nothing of this employer until %(years)s years after the last day.") % {"years": years},
            _("A spell is ended on the person’s page. What he owns, advises or heads counts as well (R-07)."),
        ]

    def act(self, form: SpellForm) -> str:
        """Enter it."""
        declare_employment(expert=self.object, by=self.user, on=self.today, **form.cleaned_data)
        return _("%(name)s is entered.") % {"name": form.cleaned_data["employer"]}


class RecusalForm(ActionForm):
    """From whom, why, and from when on."""

    body = forms.CharField(label=gettext_lazy("Organisation"), max_length=120)
    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=200, widget=textarea(2))
    started_on = forms.DateField(
        label=gettext_lazy("First day"),
        required=False,
        widget=day(),
        help_text=gettext_lazy("Today unless you give another one: a coming day counts from then on."),
    )


class ExpertRecusal(ExpertStep):
    """Enter an organisation that he always steps back from."""

    title, submit_label = gettext_lazy("Enter a recusal"), gettext_lazy("Enter")
    form_class = RecusalForm

    def act(self, form: RecusalForm) -> str:
        """Enter it."""
        recuse_from(expert=self.object, by=self.user, on=self.today, **form.cleaned_data)
        return _("He is never drawn for a task of %(name)s.") % {"name": form.cleaned_data["body"]}


class RecusalEnd(ActionView):
    """End a standing recusal: only who keeps the pool may."""

    audience, needs = "bureau", Capability.REGISTER
    title, submit_label, danger = gettext_lazy("End the recusal"), gettext_lazy("End it today"), True

    def rows(self) -> QuerySet[StandingRecusal]:
        """Return the recusals of visible experts."""
        rows = StandingRecusal.objects.filter(expert__in=visible_to(self.user))
        return rows.select_related("expert__person", "organisation")

    def object_url(self) -> str:
        """Return the expert's page."""
        return expert_url(self.object.expert)

    def consequences(self) -> Sequence[StrOrPromise]:
        """Say what becomes possible."""
        facts = {"name": self.object.expert.person.name, "body": self.object.organisation.name}
        return [_("%(name)s can be drawn for tasks of %(body)s again, unless another rule says no.") % facts]

    def act(self, form: Any) -> str:  # noqa: ANN401, ARG002 - nothing to fill in
        """End it."""
        end_recusal(recusal=self.object, by=self.user, on=self.today)
        return _("The recusal ends today; the row stays.")


class AwayForm(ActionForm):
    """Days, both included."""

    started_on = forms.DateField(label=gettext_lazy("First day"), widget=day())
    ended_on = forms.DateField(label=gettext_lazy("Last day"), widget=day())
    words = forms.CharField(label=gettext_lazy("Remark"), required=False, max_length=120)


class ExpertAway(ExpertStep):
    """Enter days on which he is not free."""

    title, submit_label = gettext_lazy("Enter days off"), gettext_lazy("Enter")
    form_class = AwayForm

    def act(self, form: AwayForm) -> str:
        """Enter them."""
        row = add_unavailability(expert=self.object, by=self.user, on=self.today, **form.cleaned_data)
        facts = {"from": full_day(row.started_on), "until": full_day(row.ended_on)}
        return _("He is not free from %(from)s to %(until)s.") % facts


urls = [
    path("experts/new/", ExpertAdd.as_view(), name="expert-add"),
    path("experts/recusals/<int:pk>/end/", RecusalEnd.as_view(), name="recusal-end"),
    path("experts/<str:number>/renewal/", ExpertRenew.as_view(), name="expert-renew"),
    path("experts/<str:number>/standing/", ExpertMove.as_view(), name="expert-move"),
    path("experts/<str:number>/leave/", ExpertLeave.as_view(), name="expert-leave"),
    path("experts/<str:number>/employer/", ExpertEmployer.as_view(), name="expert-employer"),
    path("experts/<str:number>/recusal/", ExpertRecusal.as_view(), name="expert-recusal"),
    path("experts/<str:number>/away/", ExpertAway.as_view(), name="expert-away"),
]
