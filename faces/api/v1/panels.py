"""Re-reviews and who serves where. An outsider sees his own assignments only, once he was told."""

from typing import Any, ClassVar

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from assignments.enums import DeclineReason, PresenceState, ReReviewKind
from assignments.models import Assignment, Declaration, ReReviewTask
from assignments.selectors import assignments as seats
from assignments.selectors import tasks
from assignments.selectors.eligibility import pool_answers
from assignments.services import assignments as services
from assignments.services import re_reviews
from faces.api.serializers import (
    EVERYBODY,
    INSIDE,
    Ask,
    Choice,
    NounSerializer,
    Only,
    ReasonAsk,
    Visible,
    WordsAsk,
    phrase,
    text,
)
from faces.api.v1.calls import CallSerializer
from faces.api.v1.eligibility import ASKED, EligibilitySerializer, Pool, answered
from faces.api.views import NounView, make, verb
from foundation.accounts.enums import Capability
from foundation.accounts.models import User
from foundation.core import clock
from foundation.taxonomy import selectors as taxonomy
from reviews.services import note_member, step_back

ANSWERERS = (Capability.COMMISSION, Capability.FIRM_DESK, Capability.EXPERT_DESK)


class ReReviewSerializer(NounSerializer[ReReviewTask]):
    """A re-review; which task it is, is told with the task."""

    class Meta:
        model = ReReviewTask
        fields = (
            "id", "number", "evaluation", "kind", "panel_size", "office_members", "node", "meets_on", "place",
            "half_days", "by_correspondence", "due_on", "status",
        )  # fmt: skip


class ReReviewAsk(Ask):
    """A new re-review of a task."""

    task = Visible(tasks.visible_to)
    kind = Choice(ReReviewKind)
    panel_size = serializers.IntegerField(min_value=1, max_value=99)
    office_members = serializers.ListField(child=phrase(60), required=False, max_length=20)
    node = Visible(taxonomy.visible_to, required=False)
    due_on = serializers.DateField()
    meets_on = serializers.DateField(required=False, allow_null=True)
    place = phrase(120, required=False)
    half_days = serializers.IntegerField(min_value=1, max_value=100, required=False)
    by_correspondence = serializers.BooleanField(required=False)


class FieldAsk(Ask):
    """Which field of the specialty tree."""

    node = Visible(taxonomy.visible_to)


class ReReviewView(NounView[ReReviewTask]):
    """Re-reviews of the bureau; an expert sees those he was told of."""

    needs = EVERYBODY
    make_needs = Capability.PLAN
    serializer_class = ReReviewSerializer
    filterset_fields = ("number", "kind", "status", "evaluation")

    def rows(self, user: User) -> QuerySet[ReReviewTask]:
        """Return the re-reviews that the reader may see."""
        return seats.re_reviews_visible_to(user)

    @make(ReReviewAsk)
    def create(self, given: dict[str, Any], by: User) -> ReReviewTask:
        """Open a re-review."""
        return re_reviews.open_re_review(by=by, on=clock.today(), **given)

    @extend_schema(parameters=ASKED, responses=EligibilitySerializer, filters=False)
    @action(detail=True, methods=["get"], needs=Capability.READ_ALL, pagination_class=None, filter_backends=())
    def eligibility(self, request: Request, **_names: str) -> Response:
        """Return which experts may sit on the panel on a day, and which rule says no to the others; it is counted."""
        row = self.get_object()
        return answered(request, Pool(row, row.evaluation, row.panel_size, is_panel=True), pool_answers)

    @verb(FieldAsk, needs=Capability.COMMISSION)
    def plan_field(self, row: ReReviewTask, given: dict[str, Any], by: User) -> None:
        """Say which field the experts should know."""
        re_reviews.plan_field(re_review=row, by=by, on=clock.today(), **given)

    @verb(needs=(Capability.PLAN, Capability.COMMISSION))
    def begin(self, row: ReReviewTask, _given: dict[str, Any], by: User) -> None:
        """Begin the review."""
        re_reviews.begin(re_review=row, by=by, on=clock.today())

    @verb(ReasonAsk, needs=(Capability.PLAN, Capability.COMMISSION))
    def stop(self, row: ReReviewTask, given: dict[str, Any], by: User) -> None:
        """Stop the review for a reason."""
        re_reviews.stop(re_review=row, by=by, on=clock.today(), **given)


class AssignmentSerializer(NounSerializer[Assignment]):
    """One firm on one task, or one expert on one re-review."""

    only: ClassVar[Only] = dict.fromkeys(("reason", "position", "decline_counts", "void_words", "replaces"), INSIDE)
    task_number = text("task.number")
    firm_name = text("firm.organisation.name")
    expert_name = text("expert.person.name")

    class Meta:
        model = Assignment
        fields = (
            "id", "task", "task_number", "re_review", "firm", "firm_name", "expert", "expert_name", "draw", "origin",
            "reason", "stratum", "position", "is_leader", "status", "assigned_on", "notified_at", "answered_at",
            "decline_reason", "decline_words", "decline_counts", "void_words", "replaces",
        )  # fmt: skip


class DeclineAsk(Ask):
    """Why somebody declines."""

    reason = Choice(DeclineReason)
    words = phrase(required=False)
    act = serializers.FileField(max_length=200, required=False)


class DeclareAsk(Ask):
    """What somebody declares about interests."""

    has_conflict = serializers.BooleanField()
    words = phrase(500, required=False)
    act = serializers.FileField(max_length=200, required=False)


class RecuseAsk(WordsAsk):
    """Which conflict; a clerk adds the scan of the person's own letter."""

    act = serializers.FileField(max_length=200, required=False)


class PresenceAsk(Ask):
    """How a member came, what happened, whether it is excused; the scan of the sheet for who stayed away."""

    state = Choice(PresenceState)
    words = phrase(required=False)
    is_excused = serializers.BooleanField(required=False)
    sheet = serializers.FileField(max_length=200, required=False)


class CallAsk(Ask):
    """One telephone call; with ``gives_up`` an unanswered one is the last."""

    outcome = serializers.ChoiceField(choices=["ACCEPTED", "DECLINED", "NO_ANSWER", "CALL_BACK"])
    words = phrase(required=False)
    reason = Choice(DeclineReason, required=False, allow_null=True)
    gives_up = serializers.BooleanField(required=False)
    act = serializers.FileField(max_length=200, required=False)


def with_scan(given: dict[str, Any]) -> dict[str, Any]:
    """Return what was given with the scan as name and content."""
    file = given.get("act")
    return given | {"act": (file.name, file.read()) if file else None}


class DeclarationSerializer(NounSerializer[Declaration]):
    """What somebody declared about interests in one task; whatever the task stands in ``standing-recusals``."""

    only: ClassVar[Only] = {"entered_by_name": INSIDE}
    entered_by_name = text("entered_by.name")

    class Meta:
        model = Declaration
        fields = ("id", "assignment", "has_conflict", "words", "declared_at", "entered_by_name")


class DeclarationView(NounView[Declaration]):
    """Declarations of the bureau's assignments; an outsider sees his own. ``assignments/<id>/declare/`` makes one."""

    needs = EVERYBODY
    serializer_class = DeclarationSerializer
    filterset_fields = ("assignment", "has_conflict")

    def rows(self, user: User) -> QuerySet[Declaration]:
        """Return the declarations that the reader may see."""
        return seats.declarations_visible_to(user).select_related("entered_by")


class AssignmentView(NounView[Assignment]):
    """Assignments of the bureau; an outsider sees his own."""

    needs = EVERYBODY
    serializer_class = AssignmentSerializer
    filterset_fields = ("status", "origin", "task", "re_review", "firm", "expert", "draw")

    def rows(self, user: User) -> QuerySet[Assignment]:
        """Return the assignments that the reader may see."""
        return seats.visible_to(user).select_related("task", "firm__organisation", "expert__person")

    @verb(needs=Capability.COMMISSION)
    def notify(self, row: Assignment, _given: dict[str, Any], by: User) -> None:
        """Tell the firm or the expert."""
        services.notify(assignment=row, by=by, at=clock.now())

    @verb(CallAsk, needs=Capability.COMMISSION)
    def call(self, row: Assignment, given: dict[str, Any], by: User) -> None:
        """Write one telephone call."""
        services.log_call(assignment=row, by=by, at=clock.now(), **({"words": ""} | with_scan(given)))

    @extend_schema(responses=CallSerializer(many=True), filters=False)
    @action(detail=True, methods=["get"], needs=INSIDE, pagination_class=None)
    def calls(self, _request: Request, **_names: str) -> Response:
        """Return every call that was made, the first one first."""
        rows = self.get_object().calls.select_related("entered_by").order_by("called_at", "pk")
        return Response(CallSerializer(rows, many=True, context=self.get_serializer_context()).data)

    @verb(needs=ANSWERERS)
    def accept(self, row: Assignment, _given: dict[str, Any], by: User) -> None:
        """Accept the task."""
        services.accept(assignment=row, by=by, at=clock.now())

    @verb(DeclineAsk, needs=ANSWERERS)
    def decline(self, row: Assignment, given: dict[str, Any], by: User) -> None:
        """Decline with a coded reason."""
        services.decline(assignment=row, by=by, at=clock.now(), **({"words": ""} | with_scan(given)))

    @verb(DeclareAsk, needs=ANSWERERS)
    def declare(self, row: Assignment, given: dict[str, Any], by: User) -> None:
        """Declare interests; a conflict voids the assignment."""
        services.declare(assignment=row, by=by, at=clock.now(), **({"words": ""} | with_scan(given)))

    @verb(needs=Capability.COMMISSION)
    def no_answer(self, row: Assignment, _given: dict[str, Any], by: User) -> None:
        """Note that nobody answered two calls."""
        services.note_no_answer(assignment=row, by=by, at=clock.now())

    @verb(RecuseAsk, needs=ANSWERERS)
    def recuse(self, row: Assignment, given: dict[str, Any], by: User) -> None:
        """Step back for a conflict."""
        step_back(assignment=row, by=by, at=clock.now(), **with_scan(given))

    @verb(PresenceAsk, needs=Capability.COMMISSION)
    def note_presence(self, row: Assignment, given: dict[str, Any], by: User) -> None:
        """Note how a member came to the meeting; who stayed away leaves the seat free."""
        file = given.pop("sheet", None)
        sheet = (file.name, file.read()) if file else None
        note_member(assignment=row, by=by, at=clock.now(), sheet=sheet, **({"words": ""} | given))

    @verb(needs=Capability.COMMISSION)
    def lead(self, row: Assignment, _given: dict[str, Any], by: User) -> None:
        """Make a member the leader of his panel."""
        re_reviews.name_leader(assignment=row, by=by, on=clock.today())
