"""Evaluation tasks: the list, the choice of the firm, the steps of the year-line."""

from typing import Any, ClassVar

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from assignments.models import Award, EvaluationTask
from assignments.selectors import tasks
from assignments.selectors.eligibility import firm_eligibility
from assignments.services import handing_over, routes
from assignments.services import tasks as services
from delivery import services as delivery
from disclosure.services.ratings import ask_publication, publish_rating
from faces.api.serializers import EVERYBODY, INSIDE, NounSerializer, Only, ReasonAsk, text
from faces.api.v1.eligibility import ASKED, EligibilitySerializer, Pool, answered
from faces.api.v1.task_asks import (
    AmendAsk,
    AppointAsk,
    AwardAsk,
    ComparisonAsk,
    HandOverAsk,
    NoteAsk,
    RouteAsk,
    SectionScoresAsk,
    TaskAsk,
    TaskMoveAsk,
)
from faces.api.views import NounView, make, verb
from foundation.accounts.enums import Capability
from foundation.accounts.models import User
from foundation.core import clock
from reviews import services as reviews


class TaskSerializer(NounSerializer[EvaluationTask]):
    """A task. How the firm is found, what it may cost and how it stands with the firm is the bureau's own."""

    only: ClassVar[Only] = dict.fromkeys(
        ("fee_limit_cents", "route", "route_reason", "framework_way", "procurement_item", "firm_track", "section",
         "clerk_name"),
        INSIDE,
    )  # fmt: skip
    unit_name = text("unit.organisation.name")
    clerk_name = text("clerk.name")

    class Meta:
        model = EvaluationTask
        fields = (
            "id", "number", "plan", "kind", "title", "executor", "unit", "unit_name", "project", "budget_year",
            "work_year", "assessment_year", "amount_cents", "fee_limit_cents", "route", "route_reason",
            "framework_way", "procurement_item", "is_assistance", "place", "half_days", "commissioner", "status",
            "report_track", "firm_track", "commissioned_on", "due_on", "section", "clerk_name", "is_demo",
        )  # fmt: skip


class TaskView(NounView[EvaluationTask]):
    """Tasks, each named by its number."""

    needs = EVERYBODY
    make_needs = Capability.PLAN
    serializer_class = TaskSerializer
    filterset_fields = (
        "number", "kind", "status", "executor", "work_year", "budget_year", "unit", "project", "plan", "route",
        "report_track", "firm_track",
    )  # fmt: skip
    lookup_field = "number"
    lookup_value_converter = "str"

    def rows(self, user: User) -> QuerySet[EvaluationTask]:
        """Return the tasks that the reader may see."""
        return tasks.visible_to(user).select_related("bureau", "unit__organisation", "clerk")

    @make(TaskAsk)
    def create(self, given: dict[str, Any], by: User) -> EvaluationTask:
        """Add a task to a plan."""
        return services.add_task(by=by, on=clock.today(), **given)

    @extend_schema(parameters=ASKED, responses=EligibilitySerializer, filters=False)
    @action(detail=True, methods=["get"], needs=Capability.READ_ALL, pagination_class=None, filter_backends=())
    def eligibility(self, request: Request, **_names: str) -> Response:
        """Return which firms may take the task on a day, and which rule says no to the others; the look is counted."""
        row = self.get_object()
        return answered(request, Pool(row, row, 1, is_panel=False), firm_eligibility)

    @verb(AmendAsk, needs=Capability.PLAN)
    def amend(self, row: EvaluationTask, given: dict[str, Any], by: User) -> None:
        """Change what a planned task says."""
        services.amend_task(task=row, by=by, on=clock.today(), **({"fee_limit_cents": None} | given))

    @verb(RouteAsk, needs=Capability.PLAN)
    def route(self, row: EvaluationTask, given: dict[str, Any], by: User) -> None:
        """Choose how the firm is found."""
        routes.choose_route(task=row, by=by, on=clock.today(), **({"reason": ""} | given))

    @verb(AwardAsk, needs=Capability.PLAN)
    def award(self, row: EvaluationTask, given: dict[str, Any], by: User) -> None:
        """Write down who won the procurement."""
        routes.record_award(task=row, by=by, on=clock.today(), **given)

    @verb(ComparisonAsk, needs=Capability.PLAN)
    def compare(self, row: EvaluationTask, given: dict[str, Any], by: User) -> None:
        """Write down the compared offers and the choice."""
        quotes = [routes.Quote(**quote) for quote in given.pop("quotes")]
        routes.record_comparison(task=row, quotes=quotes, by=by, on=clock.today(), **given)

    @verb(AppointAsk, needs=Capability.PLAN)
    def appoint(self, row: EvaluationTask, given: dict[str, Any], by: User) -> None:
        """Ask for the approval of a direct appointment."""
        routes.appoint_directly(task=row, by=by, on=clock.today(), **given)

    @verb(TaskMoveAsk, needs=(Capability.PLAN, Capability.COMMISSION))
    def move(self, row: EvaluationTask, given: dict[str, Any], by: User) -> None:
        """Take a step that needs no paper and no file."""
        services.move_by_hand(task=row, by=by, on=clock.today(), **given)

    @verb(NoteAsk, needs=Capability.COMMISSION)
    def notify_unit(self, row: EvaluationTask, given: dict[str, Any], by: User) -> None:
        """Agree to the work plan and tell the unit."""
        delivery.notify_unit(task=row, by=by, on=clock.today(), **given)

    @verb(needs=(Capability.COMMISSION, Capability.FIRM_DESK))
    def start_fieldwork(self, row: EvaluationTask, _given: dict[str, Any], by: User) -> None:
        """Begin the fieldwork."""
        delivery.start_fieldwork(task=row, by=by, on=clock.today())

    @verb(NoteAsk, needs=Capability.COMMISSION)
    def ask_comments(self, row: EvaluationTask, given: dict[str, Any], by: User) -> None:
        """Put the draft before the evaluated unit."""
        delivery.ask_comments(task=row, by=by, on=clock.today(), **given)

    @verb(NoteAsk, needs=Capability.COMMISSION)
    def accept_report(self, row: EvaluationTask, given: dict[str, Any], by: User) -> None:
        """Accept the final report, whose signature must hold."""
        delivery.accept_report(task=row, by=by, on=clock.today(), **given)

    @verb(SectionScoresAsk, needs=Capability.SCORE_SECTION)
    def section_scores(self, row: EvaluationTask, given: dict[str, Any], by: User) -> None:
        """Enter the scores of the items that the bureau scores."""
        drafts = [reviews.SectionDraft(**score) for score in given["scores"]]
        reviews.enter_section_scores(task=row, drafts=drafts, by=by, on=clock.today())

    @verb(HandOverAsk, needs=(Capability.PLAN, Capability.COMMISSION))
    def hand_over(self, row: EvaluationTask, given: dict[str, Any], by: User) -> None:
        """Give an open task to another clerk."""
        handing_over.hand_over(task=row, by=by, on=clock.today(), **given)

    @verb(ReasonAsk, needs=Capability.PLAN)
    def stop(self, row: EvaluationTask, given: dict[str, Any], by: User) -> None:
        """Stop the task for a reason."""
        services.stop_task(task=row, by=by, on=clock.today(), **given)

    @verb(ReasonAsk, needs=Capability.PLAN)
    def recommission(self, row: EvaluationTask, given: dict[str, Any], by: User) -> None:
        """Give the task free for a second firm."""
        services.recommission(task=row, by=by, on=clock.today(), **given)

    @verb(needs=Capability.PUBLISH)
    def ask_publication(self, row: EvaluationTask, _given: dict[str, Any], by: User) -> None:
        """Put the publication of the final rating on its way through the chain."""
        ask_publication(task=row, by=by, on=clock.today())

    @verb(needs=Capability.PUBLISH)
    def publish(self, row: EvaluationTask, _given: dict[str, Any], by: User) -> None:
        """Freeze and publish the final rating."""
        publish_rating(task=row, by=by, on=clock.today())


class AwardSerializer(NounSerializer[Award]):
    """A procurement award."""

    firm_name = text("firm.organisation.name")

    class Meta:
        model = Award
        fields = ("id", "task", "firm", "firm_name", "notice_number", "amount_cents", "awarded_on", "notice")


class AwardView(NounView[Award]):
    """Procurement awards, for the bureau."""

    needs = INSIDE
    serializer_class = AwardSerializer
    filterset_fields = ("task", "firm", "notice_number")

    def rows(self, user: User) -> QuerySet[Award]:
        """Return the awards that the reader may see."""
        return tasks.awards_visible_to(user).select_related("firm__organisation")
