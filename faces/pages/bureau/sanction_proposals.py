"""A sanction is proposed, and asked about what runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from appraisals.enums import RunningTasks, SanctionKind
from appraisals.models import Sanction
from appraisals.selectors import (
    running_of,
    unanswered,
    work_number,
    work_title,
)
from appraisals.services import (
    choose_for_tasks,
    propose_sanction,
)
from evaluators.models import Firm
from experts.models import Expert
from faces.pages.bureau.experts import OneExpert
from faces.pages.bureau.firms import OneFirm
from faces.pages.bureau.sanctions import sanction_url
from faces.pages.shared.actions import ActionForm, ActionView
from faces.pages.shared.delivery_forms import day, textarea
from foundation.accounts.enums import Capability
from foundation.rulesets.selectors import rules_for

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django_stubs_ext import StrOrPromise

    from assignments.models import Assignment
from faces.pages.bureau.sanction_steps import SanctionStep


class TasksForm(ActionForm):
    """One question for each task that runs."""

    def __init__(self, *args: Any, running: Sequence[Assignment] = (), **kwargs: Any) -> None:  # noqa: ANN401
        """Ask for each of ``running`` what happens to it; of a panel, only what can be."""
        super().__init__(*args, **kwargs)
        self.running = running
        for seat in running:
            choices = [
                (value, label)
                for value, label in RunningTasks.choices
                if seat.task_id is not None or value != RunningTasks.STOP
            ]
            self.fields[f"task_{seat.pk}"] = forms.ChoiceField(
                label=f"{work_number(seat)} {work_title(seat)}",
                choices=choices,
                required=False,
                widget=forms.RadioSelect,
            )

    def choices(self) -> dict[int, str]:
        """Return what was chosen, by assignment."""
        given = {seat.pk: self.cleaned_data.get(f"task_{seat.pk}", "") for seat in self.running}
        return {pk: value for pk, value in given.items() if value}


class SanctionForm(TasksForm):
    """The sanction, why, and what happens to each running task."""

    kind = forms.ChoiceField(label=gettext_lazy("Sanction"), choices=SanctionKind.choices, widget=forms.RadioSelect)
    months = forms.IntegerField(
        label=gettext_lazy("Months, for a suspension"), required=False, min_value=1, max_value=24
    )
    is_grave = forms.BooleanField(label=gettext_lazy("A grave case: rungs may be skipped"), required=False)
    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=500, widget=textarea(4))
    basis = forms.CharField(
        label=gettext_lazy("Basis"),
        max_length=300,
        required=False,
        help_text=gettext_lazy("文号 and clause. Empty: the bureau’s own setting."),
    )
    talk_on = forms.DateField(label=gettext_lazy("Day of the talk"), required=False, widget=day())
    talk_place = forms.CharField(label=gettext_lazy("Place of the talk"), required=False, max_length=120)


class Propose(ActionView):
    """Propose a sanction on the bureau's own register. Rules R-26, R-27, R-56."""

    needs = Capability.REGISTER
    title, submit_label, danger = gettext_lazy("Propose a sanction"), gettext_lazy("Propose it"), True
    form_class = SanctionForm
    made: Sanction | None = None

    def party(self) -> dict[str, Any]:
        """Return the party as the service names it."""
        row: Firm | Expert = self.object
        return {"firm": row, "expert": None} if isinstance(row, Firm) else {"firm": None, "expert": row}

    def get_form_kwargs(self) -> dict[str, Any]:
        """Give the form what runs."""
        return super().get_form_kwargs() | {"running": running_of(**self.party())}

    def get_success_url(self) -> str:
        """Return the new sanction's page."""
        return sanction_url(self.made) if self.made else super().get_success_url()

    def object_url(self) -> str:
        """Return the list of sanctions, as long as there is none."""
        return reverse("pages:sanctions")

    def consequences(self) -> Sequence[StrOrPromise]:
        """Say where it holds, who is heard, and how it ends."""
        rules = rules_for(bureau=self.object.bureau, on=self.today)
        count = len(running_of(**self.party()))
        lengths = "、".join(map(str, rules.value("expert_suspension_months")))
        facts = {
            "days": rules.value("reply_workdays"),
            "most": rules.value("suspension_months_most"),
            "lengths": lengths,
            "application": rules.value("lifting_application_months"),
            "test": rules.value("lifting_test_months"),
            "years": rules.value("removal_years"),
        }
        ends = (
            _(
                "A suspension lasts 1 to %(most)s months and ends by itself; a removed firm may apply again after "
                "%(years)s years."
            )
            if isinstance(self.object, Firm)
            else _(
                "A suspension lasts %(lengths)s months. From %(application)s months on it ends on an application with "
                "the undertaking, from %(test)s on with a passed test, too."
            )
        )
        return [
            _("It holds on this bureau’s own register only, once its approval is agreed."),
            _("A suspension or a removal is told beforehand: the party has %(days)s working days to reply.") % facts,
            ends % facts,
            ngettext(
                "%(count)d task runs. For a suspension or a removal, choose what happens to it.",
                "%(count)d tasks run. For a suspension or a removal, choose what happens to each.",
                count,
            )
            % {"count": count},
        ]

    def act(self, form: SanctionForm) -> str:
        """Propose it."""
        given = form.cleaned_data
        kind = SanctionKind(given["kind"])
        self.made = propose_sanction(
            kind=kind,
            reason=given["reason"],
            choices=form.choices() if kind != SanctionKind.TALK else {},
            months=given["months"] or 0,
            is_grave=given["is_grave"],
            basis=given["basis"],
            talk_on=given["talk_on"],
            talk_place=given["talk_place"],
            by=self.user,
            on=self.today,
            **self.party(),
        )
        if self.made.status == "DRAFTED":
            return _("The notice is drafted. Serve it: the party’s term for a reply runs from that day.")
        return _("The sanction is under approval.")


class FirmSanction(OneFirm, Propose):
    """A firm's sanction."""


class ExpertSanction(OneExpert, Propose):
    """An expert's sanction."""


class ChooseTasks(SanctionStep):
    """Choose for tasks that began after the proposal."""

    title, submit_label = gettext_lazy("Choose for running tasks"), gettext_lazy("Keep the choice")
    form_class = TasksForm

    def get_form_kwargs(self) -> dict[str, Any]:
        """Give the form what nobody chose for yet."""
        return super().get_form_kwargs() | {"running": unanswered(self.object)}

    def act(self, form: TasksForm) -> str:
        """Keep it."""
        choose_for_tasks(sanction=self.object, choices=form.choices(), by=self.user, on=self.today)
        return _("Chosen for every running task.")


urls = [
    path("firms/<str:number>/sanction/", FirmSanction.as_view(), name="firm-sanction"),
    path("experts/<str:number>/sanction/", ExpertSanction.as_view(), name="expert-sanction"),
    path("sanctions/<int:pk>/tasks/", ChooseTasks.as_view(), name="sanction-tasks"),
]
