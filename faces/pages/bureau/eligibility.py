"""Who may take a task or sit on a panel today, who may not, by which rule, and from which day on he may."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from django import forms
from django.urls import NoReverseMatch, path, reverse
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic.base import TemplateView

from assignments.enums import Executor
from assignments.models import EvaluationTask, ReReviewTask
from assignments.selectors.assignments import re_reviews_visible_to
from assignments.selectors.eligibility import (
    STATES,
    Eligibility,
    Exploration,
    Question,
    RuleCount,
    explore,
    firm_eligibility,
    node_names,
    pool_answers,
    reason_words,
)
from assignments.selectors.tasks import rules_of_task, visible_to
from assignments.services.looks import note_export, note_look
from faces.pages.bureau.task_steps import address
from faces.pages.shared import charts
from faces.pages.shared.actions import ActionForm
from faces.pages.shared.columns import Column
from faces.pages.shared.lists import EXPORTS
from faces.pages.shared.objects import OneObject
from foundation.accounts.enums import Capability
from foundation.accounts.permissions import may
from foundation.core import clock
from foundation.core.errors import Refusal
from foundation.core.numbers import id_of
from foundation.taxonomy.enums import TreeKind
from foundation.taxonomy.models import Node
from foundation.taxonomy.selectors import descendants, tree

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.models import QuerySet
    from django.http import HttpRequest, HttpResponse

    from foundation.rulesets.selectors import Rules

PAGE_SIZE: Final = 50


class AskForm(ActionForm):
    """What is asked: the day, the state, the rule, a word, and for a panel a field with its seats."""

    on = forms.DateField(required=False)
    state = forms.ChoiceField(choices=[(name, name) for name in STATES], required=False)
    rule = forms.CharField(max_length=40, required=False)
    q = forms.CharField(max_length=60, required=False)
    field = forms.ModelChoiceField(queryset=Node.objects.none(), required=False)
    seats = forms.IntegerField(min_value=1, max_value=99, required=False)

    def said(self, name: str) -> Any:  # noqa: ANN401 - a value of any field
        """Return what the address says; None for what makes no sense."""
        self.is_valid()
        return self.cleaned_data.get(name)


@dataclass(frozen=True, slots=True)
class Line:
    """One party with its answer."""

    name: str
    number: str
    url: str
    fields: str
    answer: Eligibility

    @property
    def reasons(self) -> list[tuple[Refusal, date | None]]:
        """Every rule that says no, with the day on which it lets go (None: cannot be foreseen)."""
        return [(row, parse_date(row.facts.get("free_on") or "")) for row in self.answer.refusals]


class Explorer(OneObject, TemplateView):
    """Everybody in the pool with the answer of every rule; nothing is chosen here, and the look is counted (R-61)."""

    audience, needs = "bureau", Capability.READ_ALL
    template_name = "bureau/eligibility.html"
    party_page, party_word = "", gettext_lazy("Name")

    def asked(self) -> list[Eligibility]:
        """Return the answers for everybody on ``self.day``."""
        raise NotImplementedError

    def seats(self) -> int:
        """Return how many are to be chosen."""
        raise NotImplementedError

    @cached_property
    def task(self) -> EvaluationTask:
        """The task whose rules hold."""
        raise NotImplementedError

    def nodes(self) -> QuerySet[Node]:
        """Return the specialties that can be asked for."""
        return Node.objects.none()

    @cached_property
    def form(self) -> AskForm:
        """What the address asks for; a day that makes no sense shows today."""
        form = AskForm(self.request.GET)
        choice = form.fields["field"]
        if isinstance(choice, forms.ModelChoiceField):
            choice.queryset = self.nodes()
        return form

    @cached_property
    def day(self) -> date:
        """The day asked about."""
        return self.form.said("on") or self.today

    @cached_property
    def answers(self) -> list[Eligibility]:
        """The answers, asked once."""
        return self.asked()

    @cached_property
    def found(self) -> Exploration:
        """The answers as the address narrows them, and how each rule shrinks the pool."""
        node, say = self.form.said("field"), self.form.said
        code = say("rule") or ""
        if code and not any(code in answer.codes for answer in self.answers):
            code = ""  # a rule that says no to nobody, or that there is not, narrows nothing
        below = frozenset(descendants([node]).values_list("pk", flat=True)) if node else None
        rules = self.rules_in_force
        return explore(
            self.answers,
            Question(say("state") or "", code, say("q") or "", below),
            seats=say("seats") or self.seats(),
            ratio=rules.value("candidate_ratio"),
            group_max=self.group_max(),
        )

    def group_max(self) -> int:
        """Return how many of one employer may sit together; 0: as many as there are."""
        return 0

    @cached_property
    def rules_in_force(self) -> Rules:
        """The rules of the task."""
        return rules_of_task(self.task, self.day)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:  # noqa: ANN401
        """Show the page, or hand out what it lists as a file; either way the look is noted."""
        noted: dict[str, Any] = {"asked_on": self.day, "by": self.user, "at": clock.now()}
        if make := EXPORTS.get(request.GET.get("export", "")):
            note_export(of=self.object, answers=self.found.shown, **noted)
            return make(self.columns(), self.lines(self.found.shown), name="eligibility")
        note_look(of=self.object, answers=self.answers, by_name=True, **noted)
        return super().get(request, *args, **kwargs)

    def columns(self) -> list[Column]:
        """Return the columns of the file."""
        return [
            Column(self.party_word, "name"),
            Column(_("Number"), "number"),
            Column(_("Specialties"), "fields"),
            Column(_("Eligible or not"), lambda line: state_word(line.answer)),
            Column(_("Why"), reasons_in_words),
            Column(_("First free day"), lambda line: free_word(line.answer)),
            Column(_("Asked about the day"), lambda _line: self.day.isoformat()),
        ]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:  # noqa: ANN401 - as in Django
        """Return the answers, narrowed and by pages, and how each rule shrinks the pool."""
        found, say, rules = self.found, self.form.said, self.rules_in_force
        last = max(1, -(-len(found.shown) // PAGE_SIZE))
        number = min(id_of(self.request.GET.get("page", "1")) or 1, last)
        code = say("rule") if any(row.code == say("rule") for row in found.rules) else ""
        known = {
            "title": self.title,
            "object": self.object,
            "day": self.day,
            "is_today": self.day == self.today,
            "pool": len(found.pool),
            "eligible": found.supply.eligible,
            "supply": found.supply,
            "ways": [(way, reason_words(way.code)) for way in found.supply.ways],
            "ratio_source": rules.source("candidate_ratio"),
            "look_source": rules.source("look_minutes"),
            "rule_set": rules.rule_set,
            "rules": [(row, reason_words(row.code), bar_of(row, len(found.pool))) for row in found.rules],
            "lines": self.lines(found.shown[(number - 1) * PAGE_SIZE : number * PAGE_SIZE]),
            "shown": len(found.shown),
            "state": say("state") or "",
            "rule": code,
            "rule_words": reason_words(code) if code else "",
            "q": say("q") or "",
            "node": say("field"),
            "nodes": [(row.pk, f"{'　' * (row.level - 1)}{row.code} {row.name}") for row in self.nodes()],
            "seats": say("seats") or "",
            "party_page": self.party_page,
            "party_word": self.party_word,
            "page_number": number,
            "pages": last,
            "previous_page": number - 1,
            "next_page": number + 1 if number < last else 0,
            "exports": [(f".{kind}", kind) for kind in EXPORTS],
            "may_draw": may(self.user, Capability.DRAW),
        }
        return super().get_context_data(**(known | kwargs))

    def lines(self, answers: Sequence[Eligibility]) -> list[Line]:
        """Return the answers as lines, with the fields of experts: one query."""
        names = node_names(answers)
        return [
            Line(
                answer.name,
                answer.party.number,
                self._party_url(answer.party.number),
                "、".join(names[pk] for pk in sorted(answer.nodes) if pk in names),
                answer,
            )
            for answer in answers
        ]

    def _party_url(self, number: str) -> str:
        try:
            return reverse(f"pages:{self.party_page}", args=[number])
        except NoReverseMatch:
            return ""


def state_word(answer: Eligibility) -> str:
    """Return whether somebody is eligible, as a word."""
    return _("eligible") if answer.is_eligible else _("not eligible")


def free_word(answer: Eligibility) -> str:
    """Return the first day on which no rule says no."""
    if answer.is_eligible:
        return "—"
    return answer.free_on.isoformat() if answer.free_on else _("cannot be foreseen")


def reasons_in_words(line: Line) -> str:
    """Return every rule that says no in one cell: sentence, source, first free day."""
    return "；".join(
        " ".join(
            part
            for part in (
                refusal.message,
                refusal.source,
                _("free from %(day)s") % {"day": free_on.isoformat()} if free_on else _("cannot be foreseen"),
            )
            if part
        )
        for refusal, free_on in line.reasons
    )


def bar_of(row: RuleCount, pool: int) -> dict[str, str]:
    """Return the shares of the pool that a rule takes away and leaves, as widths of one bar."""
    return {"left": charts.per_cent(row.left, end=pool), "removed": charts.per_cent(row.removed, end=pool)}


class FirmEligibility(Explorer):
    """Which firms may take the task."""

    title, lookup, party_page = gettext_lazy("Which firms may take this task"), "number", "firm"
    party_word = gettext_lazy("Firm")

    def rows(self) -> QuerySet[EvaluationTask]:
        """Return the visible tasks that a firm carries out."""
        rows = visible_to(self.user).filter(executor=Executor.FIRM)
        return rows.select_related("bureau", "unit__organisation", "project")

    def asked(self) -> list[Eligibility]:
        """Return the answer for every firm of the bureau."""
        return firm_eligibility(self.object, self.day)

    def seats(self) -> int:
        """Return one firm."""
        return 1

    @cached_property
    def task(self) -> EvaluationTask:
        """The task itself."""
        task: EvaluationTask = self.object
        return task

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:  # noqa: ANN401 - as in Django
        """Add where to go on."""
        task: EvaluationTask = self.object
        found = {
            "crumb_url": address("task", [task.number]),
            "crumb": task.number,
            "about": task.title,
            "unit": task.unit.organisation.name,
            "draw_url": address("draw-firm", [task.number])
            if task.route == "DRAW" and task.status == "PLANNED"
            else "",
        }
        return super().get_context_data(**(found | kwargs))


class PanelEligibility(Explorer):
    """Which experts may sit on the panel."""

    title, party_page = gettext_lazy("Which experts may sit on this panel"), "expert"
    party_word = gettext_lazy("Expert")

    def rows(self) -> QuerySet[ReReviewTask]:
        """Return the visible re-reviews."""
        return re_reviews_visible_to(self.user).select_related("bureau", "evaluation__unit__organisation")

    def asked(self) -> list[Eligibility]:
        """Return the answer for every expert of the bureau."""
        return pool_answers(self.object, self.day)

    def seats(self) -> int:
        """Return the experts of the panel."""
        size: int = self.object.panel_size
        return size

    @cached_property
    def task(self) -> EvaluationTask:
        """The evaluation that is reviewed."""
        task: EvaluationTask = self.object.evaluation
        return task

    def group_max(self) -> int:
        """Return the most of one employer. Rule R-38."""
        return int(self.rules_in_force.value("employer_max"))

    def nodes(self) -> QuerySet[Node]:
        """Return the specialty tree."""
        return tree(self.object.bureau, TreeKind.SPECIALTY)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:  # noqa: ANN401 - as in Django
        """Add where to go on."""
        review: ReReviewTask = self.object
        found = {
            "crumb_url": address("re-review", [review.number]),
            "crumb": review.number,
            "about": review.evaluation.title,
            "unit": review.evaluation.unit.organisation.name,
            "draw_url": address("draw-panel", [review.pk]) if review.status == "OPEN" else "",
        }
        return super().get_context_data(**(found | kwargs))


urls = [
    path("tasks/<str:number>/eligible/", FirmEligibility.as_view(), name="eligibility-firm"),
    path("re-reviews/<int:pk>/eligible/", PanelEligibility.as_view(), name="eligibility-panel"),
]
