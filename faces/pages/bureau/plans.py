"""The plan of a work year: how it stands, its totals and tasks, and every step up to issue."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, cast

from django import forms
from django.http import Http404
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic.base import TemplateView

from assignments.enums import PlanAction, PlanStatus
from assignments.models import EvaluationPlan
from assignments.permissions import may_plan
from assignments.selectors import plans
from assignments.services.plans import count_classified, move_plan, open_plan, submit_plan
from assignments.services.tasks import OPEN_FOR_TASKS
from assignments.transitions import PLAN
from faces.pages.bureau.results import decision_of
from faces.pages.bureau.year_steps import step_lines, year_end_url
from faces.pages.shared import formats
from faces.pages.shared.access import AudiencePage
from faces.pages.shared.actions import ActionForm, ActionView, FormPage
from faces.pages.shared.statuses import serve_shapes
from faces.pages.shared.steps import LogLine, Step
from faces.pages.shared.years import choose_work_year, serve_years
from foundation.accounts.enums import Capability
from foundation.approvals.selectors import agreed, running
from results.selectors import proposals_of_year

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.models import QuerySet
    from django_stubs_ext import StrOrPromise

    from foundation.bureaus.models import Bureau
    from results.models import Proposal

SHOWN = 60
HINTS = {
    PlanStatus.COLLECTING: gettext_lazy("Collect the projects that sections and units nominate, then begin drafting."),
    PlanStatus.DRAFTING: gettext_lazy("Choose what is evaluated and who does it, then send the draft for co-signing."),
    PlanStatus.CO_SIGNING: gettext_lazy("When the business sections have signed, put the plan before the committee."),
    PlanStatus.MEETING: gettext_lazy("Submit the plan for approval. Once agreed, issue it with its letter number."),
    PlanStatus.ISSUED: gettext_lazy("The plan is in force. Adjust it to add a task; close it when the year is over."),
    PlanStatus.ADJUSTING: gettext_lazy("Add or change tasks, submit the adjustment for approval, then issue it again."),
    PlanStatus.DONE: gettext_lazy("The year is closed."),
}
ACTION_WORDS = {
    PlanAction.DRAFT: gettext_lazy("Begin drafting"),
    PlanAction.CO_SIGN: gettext_lazy("Send for co-signing"),
    PlanAction.TABLE: gettext_lazy("Put before the committee"),
    PlanAction.ISSUE: gettext_lazy("Issue the plan"),
    PlanAction.ADJUST: gettext_lazy("Adjust the plan"),
    PlanAction.CLOSE: gettext_lazy("Close the year"),
}
IN_FORCE = frozenset({PlanStatus.ISSUED, PlanStatus.ADJUSTING, PlanStatus.DONE})
FORWARD = {
    PlanStatus.COLLECTING: PlanAction.DRAFT,
    PlanStatus.DRAFTING: PlanAction.CO_SIGN,
    PlanStatus.CO_SIGNING: PlanAction.TABLE,
    PlanStatus.ISSUED: PlanAction.ADJUST,
}

serve_shapes(run=("COLLECTING", "DRAFTING", "CO_SIGNING", "MEETING", "ADJUSTING"))
serve_years(lambda: list(EvaluationPlan.objects.values_list("work_year", flat=True).distinct()))


class Plan(AudiencePage, TemplateView):
    """The plan of the work year chosen in the strip; where there is none, what to do first."""

    audience, needs = "bureau", Capability.READ_DESK
    template_name = "bureau/plan.html"

    @cached_property
    def plan(self) -> EvaluationPlan | None:
        """The plan of the year, or None."""
        return plans.plan_of(self.user, self.work_year)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:  # noqa: ANN401
        """Return line, totals, tasks and the next step."""
        plan = self.plan
        found: dict[str, Any] = {"title": _("Evaluation plan %(year)s") % {"year": self.work_year}, "plan": plan}
        if plan is None:
            found["may_open"] = self.user.bureau_id is not None and self._may_open()
            return super().get_context_data(**(found | kwargs))
        totals = plans.totals_of(plan)
        subject = plans.approval_subject(plan)
        approval = running("PLAN", subject)
        is_agreed = approval is None and agreed("PLAN", subject) is not None
        writes = may_plan(self.user, plan) and approval is None
        tasks = plan.tasks.select_related("unit__organisation").order_by("pk")
        found |= {
            "steps": [self._step(plan, step) for step in plans.line_of(plan)],
            "totals": totals,
            "figures": {
                "tasks": sum(total.tasks for total in totals),
                "amount_cents": sum(total.amount_cents for total in totals),
                "by_firms": sum(total.by_firms for total in totals),
                "by_bureau": sum(total.by_bureau for total in totals),
                "by_units": sum(total.by_units for total in totals),
            },
            "tasks": list(tasks[:SHOWN]),
            "shown": SHOWN,
            "approval": approval,
            "is_agreed": is_agreed,
            "hint": _hint(plan, is_running=approval is not None, is_agreed=is_agreed),
            "may_plan": may_plan(self.user, plan),
            "may_add": writes and plan.status in OPEN_FOR_TASKS,
            "primary": _primary(plan, totals, is_agreed) if writes else None,
            "others": _others(plan) if writes else [],
            **self._from_last_year(plan),
            "next_year": plan.work_year + 1,
            "next_plan": plans.next_plan(plan),
            "is_in_force": plan.status in IN_FORCE,
            "log": [
                LogLine(move.moved_on, move.moved_by.name, move.get_status_display(), move.words)
                for move in plan.moves.select_related("moved_by").order_by("-pk")
            ],
        }
        return super().get_context_data(**(found | kwargs))

    def _from_last_year(self, plan: EvaluationPlan) -> dict[str, Any]:
        """Return what the years before left to this one: open tasks, proposals, the steps of the year's end."""
        last_year = plan.work_year - 1
        carried = plans.carried_tasks(plan.bureau, plan.work_year) if plan.status != PlanStatus.DONE else None
        proposals = proposals_of_year(self.user, last_year)[:SHOWN]
        had_plan = plans.plan_of(self.user, last_year) is not None
        return {
            "last_year": last_year,
            "carried": list(carried.select_related("unit__organisation")[:SHOWN]) if carried is not None else [],
            "carried_count": carried.count() if carried is not None else 0,
            "proposals": [(row, decision_of(row), task_add_url(row)) for row in proposals],
            "year_steps": step_lines(plan.bureau, last_year, self.user) if had_plan else [],
            "year_end_url": year_end_url(last_year),
        }

    def _may_open(self) -> bool:
        return may_plan(self.user, EvaluationPlan(bureau_id=self.user.bureau_id or 0))

    def _step(self, plan: EvaluationPlan, step: plans.PlanStep) -> Step:
        lines: list[StrOrPromise] = [formats.day(step.reached_on)] if step.reached_on else []
        if step.by:
            lines.append(step.by)
        if step.status == PlanStatus.ISSUED and plan.letter_number:
            lines.append(plan.letter_number)
        state = {"done": "done", "now": "now"}.get(step.state, "")
        return Step(label=step.status.label, lines=tuple(lines), state=cast("Any", state))


def task_add_url(proposal: Proposal) -> str:
    """Return the page that adds the project of a proposal to the plan; empty where it was about a whole unit."""
    project = proposal.task.project
    return f"{reverse('pages:task-add')}?project={project.code}" if project else ""


def _hint(plan: EvaluationPlan, *, is_running: bool, is_agreed: bool) -> StrOrPromise:
    if is_running:
        return _("The plan is under approval; it stays as it is until then.")
    if is_agreed and plan.status in {PlanStatus.MEETING, PlanStatus.ADJUSTING}:
        return _("The plan is approved. Issue it with the letter number that the office gave.")
    return HINTS[PlanStatus(plan.status)]


def _primary(plan: EvaluationPlan, totals: Sequence[object], is_agreed: bool) -> tuple[StrOrPromise, str] | None:
    """Return the one thing to do next: its word and its address."""
    if not totals and plan.status in OPEN_FOR_TASKS:
        return _("Add the first task"), reverse("pages:task-add")
    if plan.status in {PlanStatus.MEETING, PlanStatus.ADJUSTING}:
        if is_agreed:
            return ACTION_WORDS[PlanAction.ISSUE], reverse("pages:plan-issue", args=[plan.pk])
        return _("Submit for approval"), reverse("pages:plan-submit", args=[plan.pk])
    action = FORWARD.get(PlanStatus(plan.status))
    return (ACTION_WORDS[action], reverse("pages:plan-move", args=[plan.pk, action])) if action else None


def _others(plan: EvaluationPlan) -> list[tuple[StrOrPromise, str]]:
    found: list[tuple[StrOrPromise, str]] = []
    forward = FORWARD.get(PlanStatus(plan.status))
    for action in PlanAction:
        if (PlanStatus(plan.status), action) in PLAN and action not in {forward, PlanAction.ISSUE}:
            word = _("Back to drafting") if action == PlanAction.DRAFT else ACTION_WORDS[action]
            found.append((word, reverse("pages:plan-move", args=[plan.pk, action])))
    if plan.status != PlanStatus.DONE:
        found.append((_("Count classified projects"), reverse("pages:plan-classified", args=[plan.pk])))
    return found


class OpenForm(ActionForm):
    """Which year."""

    work_year = forms.IntegerField(label=gettext_lazy("Work year"))


class PlanOpen(FormPage):
    """Open the plan of a year."""

    audience, needs, title = "bureau", Capability.PLAN, gettext_lazy("Open a plan")
    form_class, submit_label = OpenForm, gettext_lazy("Open the plan")

    def get_initial(self) -> dict[str, Any]:
        """Begin with the year that the address names, else with the one chosen in the strip."""
        given = self.request.GET.get("year", "")
        return {"work_year": given if given.isdecimal() else self.work_year}

    def consequences(self) -> Sequence[StrOrPromise]:
        """Say what the new plan finds of the years before."""
        year = self.get_initial()["work_year"]
        bureau = self.user.bureau
        if bureau is None or not plans.work_years(self.user):
            return ()
        open_tasks = plans.carried_tasks(bureau, int(str(year)[:4])).count()
        return (
            _("%(n)s open tasks of earlier years go on under their own numbers and show beside the new plan.")
            % {"n": open_tasks},
            _("Caps, numbers and undertakings begin anew on 1 January; the old year is closed on its own page."),
        )

    def get_success_url(self) -> str:
        """Go to the plan."""
        return reverse("pages:plan")

    def act(self, form: OpenForm) -> str:
        """Open it and look at that year from now on."""
        bureau = cast("Bureau", self.user.bureau)
        plan = open_plan(bureau=bureau, work_year=form.cleaned_data["work_year"], by=self.user, on=self.today)
        choose_work_year(self.request, plan.work_year)
        return _("The plan of %(year)s is open.") % {"year": plan.work_year}


class PlanStep(ActionView):
    """Something done to a plan; afterwards back to it."""

    audience, needs = "bureau", Capability.PLAN

    def rows(self) -> QuerySet[EvaluationPlan]:
        """Return the plans of the bureau."""
        return plans.visible_to(self.user)

    def object_url(self) -> str:
        """Return the plan's page."""
        return reverse("pages:plan")


class WordsForm(ActionForm):
    """A few words for the history."""

    words = forms.CharField(
        label=gettext_lazy("Remark"), required=False, max_length=300, widget=forms.Textarea(attrs={"rows": 3})
    )


class PlanMovePage(PlanStep):
    """Take the plan's next step."""

    form_class = WordsForm

    @property
    def action(self) -> PlanAction:
        """The step that the address names; 404 for an unknown one and for issuing, which has its own page."""
        try:
            action = PlanAction(self.kwargs["action"])
        except ValueError as error:
            raise Http404 from error
        if action == PlanAction.ISSUE:
            raise Http404
        return action

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:  # noqa: ANN401
        """Name page and button after the step."""
        word = ACTION_WORDS[self.action]
        return super().get_context_data(**({"title": word, "submit_label": word} | kwargs))

    def consequences(self) -> Sequence[StrOrPromise]:
        """Say what closing means."""
        if self.action == PlanAction.CLOSE:
            return [_("No task can be added to this year any more. Running tasks go on.")]
        return ()

    def act(self, form: WordsForm) -> str:
        """Move the plan."""
        words = form.cleaned_data["words"]
        plan = move_plan(plan=self.object, action=self.action, by=self.user, on=self.today, words=words)
        return _("The plan is now: %(state)s.") % {"state": plan.get_status_display()}


class PlanSubmit(PlanStep):
    """Submit the plan for approval."""

    title, submit_label = gettext_lazy("Submit the plan for approval"), gettext_lazy("Submit for approval")

    def consequences(self) -> Sequence[StrOrPromise]:
        """Say to whom it goes."""
        return [
            _("The approval chain of the bureau decides; nobody approves his own entry."),
            _("Until then the plan stays as it is."),
        ]

    def act(self, _form: ActionForm) -> str:
        """Submit it."""
        submit_plan(plan=self.object, by=self.user, on=self.today)
        return _("The plan is under approval.")


class IssueForm(ActionForm):
    """The 文号 that the office gave."""

    letter_number = forms.CharField(
        label=gettext_lazy("Letter number"),
        max_length=60,
        help_text=gettext_lazy("As the office's own system gave it; it is unique."),
    )


class PlanIssue(PlanStep):
    """Issue the approved plan."""

    title, form_class, submit_label = gettext_lazy("Issue the plan"), IssueForm, gettext_lazy("Issue the plan")

    def act(self, form: IssueForm) -> str:
        """Issue it."""
        number = form.cleaned_data["letter_number"]
        move_plan(plan=self.object, action=PlanAction.ISSUE, by=self.user, on=self.today, letter_number=number)
        return _("The plan is issued as %(number)s.") % {"number": number}


class ClassifiedForm(ActionForm):
    """How many there are."""

    count = forms.IntegerField(label=gettext_lazy("Number of classified projects"), min_value=0, max_value=9999)


class PlanClassified(PlanStep):
    """Count classified projects, of which nothing else is ever entered."""

    title, form_class = gettext_lazy("Count classified projects"), ClassifiedForm

    def get_initial(self) -> dict[str, Any]:
        """Begin with the count known."""
        return {"count": self.object.classified_count}

    def consequences(self) -> Sequence[StrOrPromise]:
        """Warn."""
        return [_("Enter the number only. Names, units and amounts of classified projects never enter this system.")]

    def act(self, form: ClassifiedForm) -> str:
        """Keep the count."""
        count_classified(plan=self.object, count=form.cleaned_data["count"], by=self.user, on=self.today)
        return _("The number is kept.")


urls = [
    path("plan/", Plan.as_view(), name="plan"),
    path("plan/open/", PlanOpen.as_view(), name="plan-open"),
    path("plan/<int:pk>/submit/", PlanSubmit.as_view(), name="plan-submit"),
    path("plan/<int:pk>/issue/", PlanIssue.as_view(), name="plan-issue"),
    path("plan/<int:pk>/classified/", PlanClassified.as_view(), name="plan-classified"),
    path("plan/<int:pk>/<slug:action>/", PlanMovePage.as_view(), name="plan-move"),
]
