"""Steps that bring the year's plan from its first draft to its letter number."""

from datetime import date
from typing import Final

from assignments.enums import PlanAction
from assignments.models import EvaluationPlan
from assignments.selectors.plans import approval_subject
from assignments.services.plans import move_plan, submit_plan
from faces.exchange.demo.play.stage import Stage

STEPS: Final = {"拟定计划": PlanAction.DRAFT, "会签计划": PlanAction.CO_SIGN, "计划上会": PlanAction.TABLE}


class Planning:
    """How the plan of the story's year is drafted, co-signed, approved and issued."""

    def __init__(self, stage: Stage) -> None:
        """Know the stage."""
        self.stage = stage

    def move(self, step: str, on: date, *, words: str) -> None:
        """Take a step before the approval."""
        move_plan(plan=self._plan(on), action=STEPS[step], by=self.stage.users["clerk"], on=on, words=words)

    def submit(self, on: date) -> None:
        """Submit the plan for approval."""
        submit_plan(plan=self._plan(on), by=self.stage.users["clerk"], on=on)

    def agree(self, on: date, *, words: str) -> None:
        """Take every step of its approval."""
        approval = self.stage.waiting("PLAN", approval_subject(self._plan(on)))
        self.stage.agree_all(approval, on=on, words=words)

    def issue(self, on: date, *, number: str) -> None:
        """Issue it under the number that the office gave."""
        by = self.stage.users["clerk"]
        move_plan(plan=self._plan(on), action=PlanAction.ISSUE, by=by, on=on, letter_number=number)

    def _plan(self, on: date) -> EvaluationPlan:
        return EvaluationPlan.objects.get(bureau=self.stage.bureau, work_year=on.year)
