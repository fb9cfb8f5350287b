"""Ratings of report quality and appeals against them. A firm reads its own once it was told."""

from typing import Any, ClassVar

from django.db.models import Prefetch, QuerySet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from assignments.selectors import tasks
from faces.api.serializers import EVERYBODY, INSIDE, Ask, Choice, NounSerializer, Only, Visible, phrase, text
from faces.api.v1.opinions import FindingSerializer
from faces.api.views import NounView, make, verb
from foundation.accounts.enums import Capability
from foundation.accounts.models import User
from foundation.core import clock
from reviews import selectors as reviews
from reviews import services
from reviews.enums import AppealStatus
from reviews.models import Appeal, EarlierRating, QualityRating
from rubrics import selectors as rubrics
from rubrics.models import RubricItem


def items(user: User) -> QuerySet[RubricItem]:
    """Return the items of the rubrics that somebody may see."""
    return RubricItem.objects.filter(version__in=rubrics.versions_visible_to(user))


class EarlierSerializer(NounSerializer[EarlierRating]):
    """A result that no longer holds, as it stood, and why it was opened again; values are exact fractions as text."""

    reopened_by_name = text("reopened_by.name")

    class Meta:
        model = EarlierRating
        fields = (
            "round", "status", "raw", "adjusted", "final", "grade", "told_on", "final_on", "reason",
            "reopened_by_name", "reopened_on",
        )  # fmt: skip


class RatingSerializer(NounSerializer[QualityRating]):
    """A rating; its values are exact fractions as text. Earlier results, the newest first, are for the bureau.

    Why one was opened again may name who had to leave the panel.
    """

    only: ClassVar[Only] = {"re_review": INSIDE, "earlier": INSIDE}
    task_number = text("task.number")
    earlier = EarlierSerializer(many=True)

    class Meta:
        model = QualityRating
        fields = (
            "id", "task", "task_number", "commission", "re_review", "rubric_version", "formula", "status", "raw",
            "adjusted", "final", "grade", "veto_code", "late_days", "told_on", "appeal_until", "final_on", "round",
            "earlier",
        )  # fmt: skip


class ComputeAsk(Ask):
    """The task whose report is rated."""

    task = Visible(tasks.visible_to)


class VetoAsk(Ask):
    """A proven veto and its reason."""

    code = phrase(20)
    reason = phrase(500)


class RatingView(NounView[QualityRating]):
    """Ratings of the bureau; a firm sees its own once it was told."""

    needs = EVERYBODY
    make_needs = (Capability.SCORE_SECTION, Capability.CONFIRM)
    serializer_class = RatingSerializer
    filterset_fields = ("task", "commission", "status", "grade")

    def rows(self, user: User) -> QuerySet[QualityRating]:
        """Return the ratings that the reader may see."""
        earlier = EarlierRating.objects.select_related("reopened_by").order_by("-round")
        return reviews.visible_to(user).select_related("task").prefetch_related(Prefetch("earlier", earlier))

    @make(ComputeAsk)
    def create(self, given: dict[str, Any], by: User) -> QualityRating:
        """Compute the rating of a task's report from what was submitted."""
        return services.compute_rating(by=by, on=clock.today(), **given)

    @extend_schema(responses={200: OpenApiTypes.OBJECT}, filters=False)
    @action(detail=True, methods=["get"], needs=INSIDE)
    def document(self, request: Request, **_names: str) -> Response:  # noqa: ARG002 - the address names the rating
        """Return the rating document that ``recompute.py`` reads."""
        return Response(self.get_object().document)

    @extend_schema(responses=FindingSerializer(many=True), filters=False)
    @action(detail=True, methods=["get"], pagination_class=None)
    def findings(self, request: Request, **_names: str) -> Response:  # noqa: ARG002 - the address names the rating
        """Return the findings behind the rating in the order of pages, without names."""
        found = reviews.findings_for_firm(self.get_object())
        return Response(FindingSerializer(found, many=True, context=self.get_serializer_context()).data)

    @verb(needs=(Capability.SCORE_SECTION, Capability.CONFIRM))
    def compute(self, row: QualityRating, _given: dict[str, Any], by: User) -> None:
        """Compute it again, until it is confirmed."""
        services.compute_rating(task=row.task, by=by, on=clock.today())

    @verb(VetoAsk, needs=Capability.CONFIRM)
    def veto(self, row: QualityRating, given: dict[str, Any], by: User) -> None:
        """Write a proven veto."""
        services.prove_veto(rating=row, by=by, on=clock.today(), **given)

    @verb(needs=Capability.CONFIRM)
    def confirm(self, row: QualityRating, _given: dict[str, Any], by: User) -> None:
        """Confirm as section head; the bureau leader approves."""
        services.confirm_rating(rating=row, by=by, on=clock.today())

    @verb(needs=(Capability.SCORE_SECTION, Capability.CONFIRM, Capability.COMMISSION))
    def tell(self, row: QualityRating, _given: dict[str, Any], by: User) -> None:
        """Tell the firm its approved rating."""
        services.tell_firm(rating=row, by=by, on=clock.today())

    @verb(needs=Capability.FIRM_SIGN)
    def waive(self, row: QualityRating, _given: dict[str, Any], by: User) -> None:
        """Accept the rating before the appeal period ends."""
        services.waive_appeal(rating=row, by=by, on=clock.today())

    @verb(needs=(Capability.SCORE_SECTION, Capability.CONFIRM))
    def finalise(self, row: QualityRating, _given: dict[str, Any], by: User) -> None:
        """Make the rating final."""
        services.finalise(rating=row, by=by, on=clock.today())


class AppealSerializer(NounSerializer[Appeal]):
    """An appeal against one item and how it was decided."""

    only: ClassVar[Only] = {"filed_by_name": INSIDE, "decided_by_name": INSIDE}
    item_code = text("item.code")
    filed_by_name = text("filed_by.name")
    decided_by_name = text("decided_by.name")

    class Meta:
        model = Appeal
        fields = (
            "id", "rating", "item", "item_code", "ground", "new_facts", "evidence", "filed_by_name", "filed_on",
            "status", "decided_by_name", "decided_on", "decision",
        )  # fmt: skip


class AppealAsk(Ask):
    """Against which item, on which ground."""

    rating = Visible(reviews.visible_to)
    item = Visible(items)
    ground = phrase(5_000)
    new_facts = phrase(5_000, required=False)
    evidence = serializers.FileField(max_length=200, required=False)


class DecideAsk(Ask):
    """How an appeal is decided, and the correction of the item in hundredths of a point."""

    status = Choice(AppealStatus)
    decision = phrase(5_000)
    correction_hundredths = serializers.IntegerField(min_value=0, max_value=10_000, required=False)


class AppealView(NounView[Appeal]):
    """Appeals against visible ratings."""

    needs = EVERYBODY
    make_needs = (Capability.FIRM_SIGN, Capability.FIRM_DESK, Capability.COMMISSION)
    serializer_class = AppealSerializer
    filterset_fields = ("rating", "status", "item")

    def rows(self, user: User) -> QuerySet[Appeal]:
        """Return the appeals that the reader may see."""
        return reviews.appeals_visible_to(user).select_related("item", "filed_by", "decided_by")

    def get_parsers(self) -> list[Any]:
        """Take a file with a new appeal, JSON with a decision."""
        return [MultiPartParser()] if getattr(self, "action_map", {}).get("post") == "create" else super().get_parsers()

    @make(AppealAsk)
    def create(self, given: dict[str, Any], by: User) -> Appeal:
        """File the firm's appeal against one item."""
        file = given.pop("evidence", None)
        if file is not None:
            given |= {"evidence_name": file.name, "evidence": file.read()}
        return services.appeal(by=by, on=clock.today(), **given)

    @verb(DecideAsk, needs=Capability.DECIDE_APPEAL)
    def decide(self, row: Appeal, given: dict[str, Any], by: User) -> None:
        """Decide the appeal with words."""
        asked = {"correction_hundredths": 0} | given
        services.decide_appeal(appeal=row, by=by, on=clock.today(), **asked)
