"""The plan of a work year and its steps."""

from typing import Any

from django.db.models import QuerySet
from rest_framework import serializers

from assignments.enums import PlanAction
from assignments.models import EvaluationPlan
from assignments.selectors import plans
from assignments.services import plans as services
from faces.api.serializers import Ask, Choice, NounSerializer, phrase, year
from faces.api.views import NounView, bureau_of, make, verb
from foundation.accounts.enums import Capability
from foundation.accounts.models import User
from foundation.core import clock


class PlanSerializer(NounSerializer[EvaluationPlan]):
    """A plan; of classified projects only their number is known."""

    class Meta:
        model = EvaluationPlan
        fields = ("id", "work_year", "status", "letter_number", "issued_on", "classified_count")


class PlanAsk(Ask):
    """The year of a new plan."""

    work_year = year()


class PlanMoveAsk(Ask):
    """The plan's next step."""

    action = Choice(PlanAction)
    letter_number = phrase(60, required=False)
    words = phrase(required=False)


class ClassifiedAsk(Ask):
    """How many classified projects the year has."""

    count = serializers.IntegerField(min_value=0, max_value=32_767)


class PlanView(NounView[EvaluationPlan]):
    """Plans of the bureau."""

    needs = Capability.READ_DESK
    make_needs = Capability.PLAN
    serializer_class = PlanSerializer
    filterset_fields = ("work_year", "status")

    def rows(self, user: User) -> QuerySet[EvaluationPlan]:
        """Return the plans that the reader may see."""
        return plans.visible_to(user)

    @make(PlanAsk)
    def create(self, given: dict[str, Any], by: User) -> EvaluationPlan:
        """Open the plan of a year."""
        return services.open_plan(bureau=bureau_of(by), by=by, on=clock.today(), **given)

    @verb(PlanMoveAsk, needs=Capability.PLAN)
    def move(self, row: EvaluationPlan, given: dict[str, Any], by: User) -> None:
        """Take the plan's next step."""
        services.move_plan(plan=row, by=by, on=clock.today(), **given)

    @verb(needs=Capability.PLAN)
    def submit(self, row: EvaluationPlan, _given: dict[str, Any], by: User) -> None:
        """Submit the plan for approval."""
        services.submit_plan(plan=row, by=by, on=clock.today())

    @verb(ClassifiedAsk, needs=Capability.PLAN)
    def count_classified(self, row: EvaluationPlan, given: dict[str, Any], by: User) -> None:
        """Write how many classified projects the year has."""
        services.count_classified(plan=row, by=by, on=clock.today(), **given)
