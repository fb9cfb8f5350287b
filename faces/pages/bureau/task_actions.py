"""What is done to a task by hand: add, change, move on, stop, commission again."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from django import forms
from django.http import Http404
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assignments.enums import Executor, ReportTrackAction, TaskAction, TaskKind
from assignments.models import EvaluationPlan, EvaluationTask
from assignments.selectors import plans, tasks
from assignments.services.tasks import (
    add_task,
    amend_task,
    move_by_hand,
    move_report_by_hand,
    recommission,
    stop_task,
)
from faces.pages.bureau.fields import UnitField, WanField, wan_text
from faces.pages.bureau.task_steps import HAND_WORDS, REPORT_WORDS
from faces.pages.bureau.tasks import task_url
from faces.pages.shared.actions import ActionForm, ActionView, FormPage
from foundation.accounts.enums import Capability
from foundation.core.errors import DomainError, Refusal
from parties.models import BudgetUnit
from projects.models import Project

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.models import QuerySet
    from django_stubs_ext import StrOrPromise

    from foundation.accounts.models import User

MATCHES_SHOWN = 5
NO_UNIT = BudgetUnit.objects.none()


class TaskForm(ActionForm):
    """A new task: a project or a whole unit."""

    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=TaskKind.choices)
    project_text = forms.CharField(
        label=gettext_lazy("Project"),
        required=False,
        max_length=160,
        help_text=gettext_lazy("Code, or a part of the name that fits one project. Leave empty for a whole unit."),
    )
    unit = UnitField(
        label=gettext_lazy("Unit"),
        queryset=NO_UNIT,
        required=False,
        help_text=gettext_lazy("Taken from the project where one is named."),
    )
    title = forms.CharField(
        label=gettext_lazy("Task title"),
        required=False,
        max_length=160,
        help_text=gettext_lazy("Empty: the project's name."),
    )
    executor = forms.ChoiceField(
        label=gettext_lazy("Carried out by"), choices=Executor.choices, widget=forms.RadioSelect, initial=Executor.FIRM
    )
    budget_year = forms.IntegerField(label=gettext_lazy("Budget year"), min_value=2000, max_value=2100)
    assessment_year = forms.IntegerField(
        label=gettext_lazy("Assessment year"),
        required=False,
        min_value=2000,
        max_value=2100,
        help_text=gettext_lazy("The year in which the firm is assessed for it. Empty: the work year."),
    )
    amount = WanField(
        label=gettext_lazy("Amount evaluated (万元)"),
        required=False,
        help_text=gettext_lazy("Empty: the project's amount."),
    )
    fee_limit = WanField(
        label=gettext_lazy("Fee limit (万元)"),
        required=False,
        help_text=gettext_lazy("What the firm may cost at most. The lawful routes depend on it."),
    )
    procurement_item = forms.CharField(
        label=gettext_lazy("Procurement item"),
        required=False,
        max_length=60,
        help_text=gettext_lazy("Fees of one item in one year are summed. Empty: evaluation services."),
    )
    commissioner = UnitField(
        label=gettext_lazy("Commissioner"),
        queryset=NO_UNIT,
        required=False,
        empty_label=gettext_lazy("The bureau itself"),
        help_text=gettext_lazy("Neither the evaluated unit nor one below it."),
    )
    place = forms.CharField(label=gettext_lazy("Venue"), required=False, max_length=120)
    half_days = forms.IntegerField(label=gettext_lazy("Half-days"), required=False, min_value=1, max_value=200)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:  # noqa: ANN401 - Django's arguments
        """Offer the units of the bureau."""
        super().__init__(*args, **kwargs)
        self.user = user
        units = BudgetUnit.objects.filter(bureau_id=user.bureau_id or 0).select_related("organisation").order_by("code")
        for name in ("unit", "commissioner"):
            choice = self.fields[name]
            if isinstance(choice, forms.ModelChoiceField):
                choice.queryset = units

    def clean_project_text(self) -> Project | None:
        """Return the project of this code, or the one whose name fits; say which ones when several do."""
        text = self.cleaned_data["project_text"].strip()
        if not text:
            return None
        rows = Project.objects.filter(bureau_id=self.user.bureau_id or 0).select_related("unit")
        if exact := rows.filter(code=text).first():
            return exact
        found = list(rows.filter(name__icontains=text).order_by("code")[: MATCHES_SHOWN + 1])
        if len(found) == 1:
            return found[0]
        if not found:
            raise forms.ValidationError(_("No project has this code or name."), code="unknown")
        codes = "; ".join(f"{project.code} {project.name}" for project in found[:MATCHES_SHOWN])
        raise forms.ValidationError(
            _("Several projects fit; type the code: %(codes)s"), code="several", params={"codes": codes}
        )

    def clean(self) -> dict[str, Any]:
        """Ask for a project or a unit, and for an amount where no project gives one."""
        found = super().clean() or self.cleaned_data
        if "project_text" in self.errors:
            return found
        project = found.get("project_text")
        if project is None and found.get("unit") is None and "unit" not in self.errors:
            self.add_error("unit", _("Name a project or choose a unit."))
        if project is None and not found.get("title"):
            self.add_error("title", _("Give the task a title."))
        if project is None and found.get("amount") is None and "amount" not in self.errors:
            self.add_error("amount", _("Type the amount that is evaluated."))
        return found


class TaskAdd(FormPage):
    """Add a task to the plan of the work year."""

    audience, needs, title = "bureau", Capability.PLAN, gettext_lazy("Add a task")
    template_name = "bureau/task_add.html"
    form_class, submit_label = TaskForm, gettext_lazy("Add the task")
    made: EvaluationTask | None = None

    @cached_property
    def plan(self) -> EvaluationPlan | None:
        """The plan of the year chosen in the strip."""
        return plans.plan_of(self.user, self.work_year)

    def get_form_kwargs(self) -> dict[str, Any]:
        """Give the form the person."""
        return super().get_form_kwargs() | {"user": self.user}

    def get_initial(self) -> dict[str, Any]:
        """Begin with last year's budget, and with the project that the address names."""
        found: dict[str, Any] = {"budget_year": self.work_year - 1}
        code = self.request.GET.get("project", "")
        return found | ({"project_text": code} if code else {})

    def draft_key(self) -> str:
        """Keep half-written tasks."""
        return "task-add"

    def get_success_url(self) -> str:
        """Go to the new task; before that (cancel), to the plan."""
        return task_url(self.made) if self.made else reverse("pages:plan")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:  # noqa: ANN401
        """Name the plan."""
        return super().get_context_data(**({"plan": self.plan, "year": self.work_year} | kwargs))

    def act(self, form: TaskForm) -> str:
        """Add it."""
        if self.plan is None:
            words = _("There is no plan for this year yet. Open it first.")
            raise DomainError(Refusal("no_plan", words, {"url": reverse("pages:plan-open")}))
        given = form.cleaned_data
        project: Project | None = given["project_text"]
        unit: BudgetUnit = given["unit"] or given["project_text"].unit
        amount = given["amount"]
        self.made = add_task(
            plan=self.plan,
            kind=TaskKind(given["kind"]),
            project=project,
            unit=unit,
            title=given["title"] or (project.name if project else ""),
            executor=Executor(given["executor"]),
            budget_year=given["budget_year"],
            assessment_year=given["assessment_year"],
            amount_cents=project.amount_cents if amount is None and project else amount,
            fee_limit_cents=given["fee_limit"],
            procurement_item=given["procurement_item"],
            commissioner=given["commissioner"],
            place=given["place"],
            half_days=given["half_days"],
            by=self.user,
            on=self.today,
        )
        return _("The task %(number)s is in the plan.") % {"number": self.made.number}


class TaskStep(ActionView):
    """Something done to a task; afterwards back to it."""

    audience, needs = "bureau", Capability.COMMISSION
    lookup = "number"

    def rows(self) -> QuerySet[EvaluationTask]:
        """Return the tasks of the bureau."""
        return tasks.visible_to(self.user).select_related("bureau", "plan", "unit")

    def object_url(self) -> str:
        """Return the task's page."""
        return task_url(self.object)


class EditForm(ActionForm):
    """What may still change before a firm is chosen."""

    title = forms.CharField(label=gettext_lazy("Task title"), max_length=160)
    amount = WanField(label=gettext_lazy("Amount evaluated (万元)"))
    fee_limit = WanField(label=gettext_lazy("Fee limit (万元)"), required=False)
    procurement_item = forms.CharField(label=gettext_lazy("Procurement item"), required=False, max_length=60)
    place = forms.CharField(label=gettext_lazy("Venue"), required=False, max_length=120)
    half_days = forms.IntegerField(label=gettext_lazy("Half-days"), required=False, min_value=1, max_value=200)


class TaskEdit(TaskStep):
    """Change a planned task."""

    needs, title = Capability.PLAN, gettext_lazy("Change the task")
    form_class = EditForm

    def get_initial(self) -> dict[str, Any]:
        """Begin with what stands."""
        task: EvaluationTask = self.object
        return {
            "title": task.title,
            "amount": wan_text(task.amount_cents),
            "fee_limit": wan_text(task.fee_limit_cents),
            "procurement_item": task.procurement_item,
            "place": task.place,
            "half_days": task.half_days,
        }

    def consequences(self) -> Sequence[StrOrPromise]:
        """Say what a new limit does."""
        return [_("A changed fee limit takes the chosen route back.")] if self.object.route else ()

    def act(self, form: EditForm) -> str:
        """Change it."""
        given = form.cleaned_data
        amend_task(
            task=self.object,
            title=given["title"],
            amount_cents=given["amount"],
            fee_limit_cents=given["fee_limit"],
            procurement_item=given["procurement_item"],
            place=given["place"],
            half_days=given["half_days"],
            by=self.user,
            on=self.today,
        )
        return _("The task is changed.")


class RemarkForm(ActionForm):
    """A few words for the year-line."""

    words = forms.CharField(
        label=gettext_lazy("Remark"), required=False, max_length=300, widget=forms.Textarea(attrs={"rows": 3})
    )


class TaskMovePage(TaskStep):
    """Take a step of the year-line by hand."""

    form_class = RemarkForm

    @property
    def action(self) -> TaskAction:
        """The step that the address names; 404 for one that is not taken by hand."""
        found = next((action for action in HAND_WORDS if action.value == self.kwargs["action"]), None)
        if found is None:
            raise Http404
        return found

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:  # noqa: ANN401
        """Name page and button after the step."""
        word = HAND_WORDS[self.action]
        return super().get_context_data(**({"title": word, "submit_label": word} | kwargs))

    def consequences(self) -> Sequence[StrOrPromise]:
        """Say what archiving means."""
        return [_("The archive is closed: nothing more is added to the task.")] if self.action == "ARCHIVE" else ()

    def act(self, form: RemarkForm) -> str:
        """Move the task."""
        words = form.cleaned_data["words"]
        task = move_by_hand(task=self.object, action=self.action, by=self.user, on=self.today, words=words)
        return _("The task is now: %(state)s.") % {"state": task.get_status_display()}


class TaskReport(TaskStep):
    """Take a step of the report's track."""

    form_class = RemarkForm

    @property
    def action(self) -> ReportTrackAction:
        """The step that the address names; 404 for an unknown one."""
        try:
            return ReportTrackAction(self.kwargs["action"])
        except ValueError as error:
            raise Http404 from error

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:  # noqa: ANN401
        """Name page and button after the step."""
        word = REPORT_WORDS[self.action]
        return super().get_context_data(**({"title": word, "submit_label": word} | kwargs))

    def act(self, form: RemarkForm) -> str:
        """Move the track."""
        words = form.cleaned_data["words"]
        task = move_report_by_hand(task=self.object, action=self.action, by=self.user, on=self.today, words=words)
        return _("The report is now: %(state)s.") % {"state": task.get_report_track_display()}


class ReasonForm(ActionForm):
    """Why."""

    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=300, widget=forms.Textarea(attrs={"rows": 3}))


class TaskStop(TaskStep):
    """Stop a task."""

    needs, title, danger = Capability.PLAN, gettext_lazy("Stop the task"), True
    form_class, submit_label = ReasonForm, gettext_lazy("Stop the task")

    def consequences(self) -> Sequence[StrOrPromise]:
        """Say what stays."""
        return [
            _("The task leaves the year-line where it stands. What was delivered is kept."),
            _("It no longer counts in the totals of the plan."),
        ]

    def act(self, form: ReasonForm) -> str:
        """Stop it."""
        stop_task(task=self.object, reason=form.cleaned_data["reason"], by=self.user, on=self.today)
        return _("The task is stopped.")


class TaskRecommission(TaskStep):
    """Commission a task again, to a second firm."""

    needs, title, danger = Capability.PLAN, gettext_lazy("Commission again"), True
    form_class, submit_label = ReasonForm, gettext_lazy("Free the task for a second firm")

    def consequences(self) -> Sequence[StrOrPromise]:
        """Say to whom it happens."""
        firm = tasks.current_firm(self.object)
        lines = [_("The task goes back to the plan; its route is chosen anew. What was delivered is kept.")]
        if firm:
            lines.insert(
                0, _("The assignment of %(firm)s becomes void and stays on record.") % {"firm": firm.organisation.name}
            )
        return lines

    def act(self, form: ReasonForm) -> str:
        """Free it."""
        recommission(task=self.object, reason=form.cleaned_data["reason"], by=self.user, on=self.today)
        return _("The task waits for a second firm.")


urls = [
    path("tasks/add/", TaskAdd.as_view(), name="task-add"),
    path("tasks/<str:number>/edit/", TaskEdit.as_view(), name="task-edit"),
    path("tasks/<str:number>/move/<slug:action>/", TaskMovePage.as_view(), name="task-move"),
    path("tasks/<str:number>/report/<slug:action>/", TaskReport.as_view(), name="task-report"),
    path("tasks/<str:number>/stop/", TaskStop.as_view(), name="task-stop"),
    path("tasks/<str:number>/recommission/", TaskRecommission.as_view(), name="task-recommission"),
]
