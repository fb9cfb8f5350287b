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
    Eligibility,
    counts_by_rule,
    expert_eligibility,
    firm_eligibility,
    reason_words,
    supply,
)
from assignments.selectors.tasks import rules_of_task, visible_to
from faces.pages.bureau.task_steps import address
from faces.pages.shared.actions import ActionForm
from faces.pages.shared.objects import OneObject
from foundation.accounts.enums import Capability
from foundation.accounts.permissions import may
from foundation.core.errors import Refusal
from foundation.core.numbers import id_of
from foundation.taxonomy.models import Node

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.models import QuerySet

PAGE_SIZE: Final = 50
STATES: Final = ("no", "yes")


class AskForm(ActionForm):
    """The day asked about."""

    on = forms.DateField(required=False)


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
    """Everybody in the pool with the answer of every rule; reads only, nothing is chosen here."""

    audience, needs = "bureau", Capability.READ_ALL
    template_name = "bureau/eligibility.html"
    party_page = ""

    def asked(self) -> list[Eligibility]:
        """Return the answers for everybody on ``self.day``."""
        raise NotImplementedError

    def seats(self) -> tuple[int, EvaluationTask]:
        """Return how many are to be chosen, and the task whose rules hold."""
        raise NotImplementedError

    @cached_property
    def form(self) -> AskForm:
        """What the address asks for; a day that makes no sense shows today."""
        return AskForm(self.request.GET)

    @cached_property
    def day(self) -> date:
        """The day asked about."""
        given = self.form.cleaned_data.get("on") if self.form.is_valid() else None
        return given if isinstance(given, date) else self.today

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:  # noqa: ANN401 - as in Django
        """Return the answers, narrowed and by pages, and how each rule shrinks the pool."""
        answers = self.asked()
        rules = counts_by_rule(answers)
        state = self.request.GET.get("state", "")
        state = state if state in STATES else ""
        code = self.request.GET.get("rule", "")
        code = code if any(row.code == code for row in rules) else ""
        word = self.request.GET.get("q", "").strip()
        shown = [row for row in answers if _fits(row, state=state, code=code, word=word)]
        page = self.request.GET.get("page", "1")
        last = max(1, -(-len(shown) // PAGE_SIZE))
        number = min(id_of(page) or 1, last)
        seats, task = self.seats()
        rules_in_force = rules_of_task(task, self.today)
        enough = supply(answers, seats=seats, ratio=rules_in_force.value("candidate_ratio"))
        found = {
            "title": self.title,
            "object": self.object,
            "day": self.day,
            "is_today": self.day == self.today,
            "pool": len(answers),
            "eligible": enough.eligible,
            "supply": enough,
            "blockers": [reason_words(code) for code in enough.blockers],
            "ratio_source": rules_in_force.source("candidate_ratio"),
            "rule_set": rules_in_force.rule_set,
            "rules": [(row, reason_words(row.code)) for row in rules],
            "lines": self.lines(shown[(number - 1) * PAGE_SIZE : number * PAGE_SIZE]),
            "shown": len(shown),
            "state": state,
            "rule": code,
            "rule_words": reason_words(code) if code else "",
            "q": word,
            "party_page": self.party_page,
            "page_number": number,
            "previous_page": number - 1,
            "next_page": number + 1 if number < last else 0,
            "may_draw": may(self.user, Capability.DRAW),
        }
        return super().get_context_data(**(found | kwargs))

    def lines(self, answers: Sequence[Eligibility]) -> list[Line]:
        """Return the answers as lines, with the fields of experts: one query."""
        wanted = {pk for answer in answers for pk in answer.nodes}
        names = dict(Node.objects.filter(pk__in=wanted).values_list("pk", "name")) if wanted else {}
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


def _fits(answer: Eligibility, *, state: str, code: str, word: str) -> bool:
    if state and answer.is_eligible != (state == "yes"):
        return False
    if code and all(refusal.code != code for refusal in answer.refusals):
        return False
    return not word or word in answer.name or word in str(answer.party.number)


class FirmEligibility(Explorer):
    """Which firms may take the task."""

    title, lookup, party_page = gettext_lazy("Which firms may take this task"), "number", "firm"

    def rows(self) -> QuerySet[EvaluationTask]:
        """Return the visible tasks that a firm carries out."""
        rows = visible_to(self.user).filter(executor=Executor.FIRM)
        return rows.select_related("bureau", "unit__organisation", "project")

    def asked(self) -> list[Eligibility]:
        """Return the answer for every firm of the bureau."""
        return firm_eligibility(self.object, self.day)

    def seats(self) -> tuple[int, EvaluationTask]:
        """Return one firm for the task."""
        return 1, self.object

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
            "party_word": _("Firm"),
        }
        return super().get_context_data(**(found | kwargs))


class PanelEligibility(Explorer):
    """Which experts may sit on the panel."""

    title, party_page = gettext_lazy("Which experts may sit on this panel"), "expert"

    def rows(self) -> QuerySet[ReReviewTask]:
        """Return the visible re-reviews."""
        return re_reviews_visible_to(self.user).select_related("bureau", "evaluation__unit__organisation")

    def asked(self) -> list[Eligibility]:
        """Return the answer for every expert of the bureau."""
        return expert_eligibility(self.object, self.day)

    def seats(self) -> tuple[int, EvaluationTask]:
        """Return the experts of the panel."""
        return self.object.panel_size, self.object.evaluation

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:  # noqa: ANN401 - as in Django
        """Add where to go on."""
        review: ReReviewTask = self.object
        found = {
            "crumb_url": address("re-review", [review.number]),
            "crumb": review.number,
            "about": review.evaluation.title,
            "unit": review.evaluation.unit.organisation.name,
            "draw_url": address("draw-panel", [review.pk]) if review.status == "OPEN" else "",
            "party_word": _("Expert"),
        }
        return super().get_context_data(**(found | kwargs))


urls = [
    path("tasks/<str:number>/eligible/", FirmEligibility.as_view(), name="eligibility-firm"),
    path("re-reviews/<int:pk>/eligible/", PanelEligibility.as_view(), name="eligibility-panel"),
]
