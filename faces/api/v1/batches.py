"""Batch assignments: prepare, name or keep away, look, freeze, commit, reveal, submit, tell, replace; the record."""

from typing import Any, ClassVar, Final

from django.db.models import Prefetch, QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from assignments.enums import PairKind, PartyRole
from assignments.models import AssignmentBatch, BatchPair, BatchParty, BatchTask, EvaluationTask
from assignments.rules.tasks import usual_review
from assignments.selectors import batches
from assignments.services import batches as services
from disclosure.services import publish_batch
from experts import selectors as experts
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
    several,
    text,
)
from faces.api.v1.draws import CommitAsk, ReadingAsk, ReceiptAsk, RevealAsk, SlipAsk, SourceAsk
from faces.api.v1.forecast import ForecastSerializer, forecast
from faces.api.v1.task_asks import colleagues
from faces.api.views import NounView, make, person, verb
from foundation.accounts.enums import Capability
from foundation.accounts.models import User
from foundation.core import clock
from foundation.core.errors import DomainError, Refusal
from foundation.taxonomy import selectors as taxonomy

PLACE: Final = OpenApiParameter(
    "place", int, OpenApiParameter.PATH, description="The number of the re-review in the problem."
)


class BatchPartySerializer(NounSerializer[BatchParty]):
    """A party of the seed; its nonce stands in the record alone, once the batch is drawn."""

    only: ClassVar[Only] = {"user_name": INSIDE}
    user_name = text("user.name")

    class Meta:
        model = BatchParty
        fields = ("role", "user_name", "commitment", "committed_at", "revealed_at")


class BatchTaskSerializer(NounSerializer[BatchTask]):
    """A re-review of the batch; ``place`` is its number in the problem, ``eligible`` how many experts are listed.

    ``approved_steps`` is 1 where people without a chance in the freeze may come in as replacements.
    """

    number = text("re_review.number")

    class Meta:
        model = BatchTask
        fields = ("place", "re_review", "number", "node", "seats", "eligible", "approved_steps")


class BatchSerializer(NounSerializer[AssignmentBatch]):
    """A batch; neither pool, chances, seed nor panels are read here: they stand in the record."""

    only: ClassVar[Only] = {
        "looks": INSIDE,
        "void_words": INSIDE,
        "started_at": INSIDE,
        "is_freezing": INSIDE,
        "failure": INSIDE,
        "failure_words": INSIDE,
    }
    parties = BatchPartySerializer(many=True)
    tasks = BatchTaskSerializer(many=True)

    class Meta:
        model = AssignmentBatch
        fields = (
            "id", "number", "title", "work_year", "attempt", "status", "evens_out", "employer_quota", "looks",
            "started_at", "is_freezing", "failure", "failure_words",
            "commitment", "frozen_at", "commit_until", "reveal_until", "profile", "outside_source", "drawn_at",
            "outside_receipt", "void_ground", "void_role", "void_words", "parties", "tasks",
        )  # fmt: skip


class CandidateSerializer(serializers.Serializer[Any]):
    """Somebody listed for one re-review; ``fit`` in millionths, ``quality`` a share of the full marks."""

    expert = serializers.IntegerField(source="expert.pk")
    number = serializers.CharField(source="expert.number")
    name = serializers.CharField(source="expert.person.name")
    employer = serializers.CharField()
    fit = serializers.IntegerField()
    match_permille = serializers.IntegerField()
    missing_levels = serializers.IntegerField()
    quality = serializers.FloatField()
    opinions = serializers.IntegerField()
    turn_permille = serializers.IntegerField()
    chance_permille = serializers.IntegerField(allow_null=True)


class LetterSeatSerializer(serializers.Serializer[Any]):
    """A seat as the letter told it."""

    assignment = serializers.IntegerField()
    re_review = serializers.CharField()
    kind = serializers.CharField()
    meets_on = serializers.DateField(allow_null=True)
    half_days = serializers.IntegerField()
    place = serializers.CharField(allow_blank=True)
    by_correspondence = serializers.BooleanField()
    due_on = serializers.DateField()


class BatchLetterSerializer(serializers.Serializer[Any]):
    """The invitation of one expert to all his seats; it names no firm, unit or title."""

    number = serializers.CharField()
    expert = serializers.IntegerField(source="expert_id")
    name = serializers.CharField(source="expert.person.name")
    written_on = serializers.DateField()
    seats = LetterSeatSerializer(many=True)


class ReadyTaskSerializer(serializers.Serializer[Any]):
    """A task whose review may be opened now; ``kind`` is what the review would look at."""

    task = serializers.IntegerField(source="pk")
    number = serializers.CharField()
    title = serializers.CharField()
    unit_name = serializers.CharField(source="unit.organisation.name")
    kind = serializers.SerializerMethodField()

    def get_kind(self, task: EvaluationTask) -> str:
        """Return the usual review of the task."""
        return usual_review(kind=task.kind, status=task.status)


class ReviewAsk(Ask):
    """An open re-review and the field that its experts should know."""

    re_review = Visible(batches.free_re_reviews)
    node = Visible(taxonomy.visible_to)


class OpeningAsk(Ask):
    """A task that is ready, by how many experts its review is done, and the field that they should know."""

    task = Visible(batches.ready_tasks)
    node = Visible(taxonomy.visible_to)
    panel_size = serializers.IntegerField(min_value=1, max_value=99)


class BatchAsk(Ask):
    """Re-reviews whose panels are filled at once, who takes part; with ``sources`` a public value decides, too.

    Instead of ``reviews`` that are open, ``openings`` names tasks whose reviews are opened with it, all or none, all
    with the same days and place; the facts of a refusal say of each task why.
    """

    title = phrase(120)
    reviews = several(ReviewAsk(), most=500, least=1, required=False)
    openings = several(OpeningAsk(), most=500, least=1, required=False)
    due_on = serializers.DateField(required=False)
    meets_on = serializers.DateField(required=False, allow_null=True)
    place = phrase(100, required=False)
    by_correspondence = serializers.BooleanField(required=False)
    witness = Visible(colleagues)
    third = Visible(colleagues, required=False)
    sources = several(SourceAsk(), most=4, required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Ask for open reviews or for tasks, not for both; what is opened is due some day."""
        if ("reviews" in attrs) == ("openings" in attrs):
            raise serializers.ValidationError({"reviews": [_("Name open reviews or tasks, not both.")]})
        if ("openings" in attrs) != ("due_on" in attrs):
            raise serializers.ValidationError({"due_on": [_("What is opened is due on a day; what is open has one.")]})
        return attrs


class PlaceAsk(Ask):
    """One re-review of the batch, by its number in the problem."""

    place = serializers.IntegerField(min_value=0, max_value=500)


class BatchFieldAsk(PlaceAsk):
    """The field of one re-review, perhaps with some seats for a second."""

    node = Visible(taxonomy.visible_to)
    second = Visible(taxonomy.visible_to, required=False)
    second_seats = serializers.IntegerField(min_value=1, max_value=50, required=False)


class PairAsk(PlaceAsk):
    """Whom to name for a re-review or keep from it, and why."""

    expert = Visible(experts.visible_to)
    kind = Choice(PairKind)
    reason = phrase(300)


class PairDropAsk(PlaceAsk):
    """Of whom to take back what was said."""

    expert = Visible(experts.visible_to)


class AimAsk(Ask):
    """Whether the worst fitted re-review comes before the total."""

    evens_out = serializers.BooleanField()


class QuotaAsk(Ask):
    """The most seats of one employer; null for none."""

    employer_quota = serializers.IntegerField(min_value=1, max_value=999, allow_null=True)


class BatchVoidAsk(Ask):
    """Why an attempt ends, and who failed to do the part."""

    words = phrase(300)
    role = Choice(PartyRole, required=False, allow_null=True)


def task_at(batch: AssignmentBatch, place: int) -> BatchTask:
    """Return the re-review at ``place``; raise ``DomainError`` where the batch has none there."""
    row = batch.tasks.select_related("batch__bureau", "re_review").filter(place=place).first()
    if row is None:
        message = _("The batch has no re-review with the number %(place)d.") % {"place": place}
        raise DomainError(Refusal("no_such_place", message, {"field": "place"}))
    return row


class BatchView(NounView[AssignmentBatch]):
    """Batches of the bureau; an outsider sees those in which he is a party."""

    needs = EVERYBODY
    make_needs = Capability.DRAW
    serializer_class = BatchSerializer
    filterset_fields = ("number", "status", "work_year")

    def rows(self, user: User) -> QuerySet[AssignmentBatch]:
        """Return the batches that the reader may see."""
        tasks = BatchTask.objects.defer("fits", "removed").select_related("re_review").order_by("place")
        rows = batches.visible_to(user).select_related("bureau").prefetch_related("parties__user")
        return rows.prefetch_related(Prefetch("tasks", tasks)).distinct()

    @make(BatchAsk)
    def create(self, given: dict[str, Any], by: User) -> AssignmentBatch:
        """Prepare a batch, perhaps opening its reviews."""
        given["sources"] = [services.SourceDraft(**source) for source in given.get("sources", [])]
        if "openings" in given:
            asked = given.pop("openings")
            openings = [services.Opening(**one) for one in asked]
            return services.open_batch(openings=openings, by=by, on=clock.today(), **given)
        fields = {one["re_review"]: one["node"] for one in given.pop("reviews")}
        return services.prepare(fields=fields, by=by, on=clock.today(), **given)

    @extend_schema(responses=ReadyTaskSerializer(many=True), filters=False)
    @action(detail=False, methods=["get"], needs=Capability.READ_ALL, pagination_class=None, filter_backends=())
    def ready(self, request: Request) -> Response:
        """Return the tasks whose review may be opened now, and what it would look at."""
        return Response(ReadyTaskSerializer(batches.ready_tasks(person(request)), many=True).data)

    @extend_schema(responses={200: OpenApiTypes.OBJECT}, filters=False)
    @action(detail=True, methods=["get"])
    def record(self, request: Request, **_names: str) -> Response:  # noqa: ARG002 - the address names the batch
        """Return the record that ``verify_draw.py`` reads."""
        try:
            return Response(batches.record_of(self.get_object()))
        except ValueError as error:
            raise DomainError(Refusal("no_record", _("This batch has no record yet."))) from error

    @extend_schema(parameters=[PLACE], responses=CandidateSerializer(many=True), filters=False)
    @action(detail=True, methods=["get"], needs=Capability.READ_ALL, url_path="candidates/<int:place>")
    def candidates(self, request: Request, place: int, **_names: str) -> Response:  # noqa: ARG002 - the address names both
        """Return who is listed for one re-review, the best fitted first: each fit with its parts, and the chance."""
        row = self.get_object()
        task = task_at(row, place)
        return Response(CandidateSerializer(batches.candidates_of(row, task), many=True).data)

    @extend_schema(responses=BatchLetterSerializer(many=True), filters=False)
    @action(detail=True, methods=["get"], needs=Capability.COMMISSION, pagination_class=None, filter_backends=())
    def letters(self, request: Request, **_names: str) -> Response:  # noqa: ARG002 - the address names the batch
        """Return the letters that were written when the experts were told."""
        return Response(BatchLetterSerializer(batches.letters_of(self.get_object()), many=True).data)

    @extend_schema(responses=ForecastSerializer, filters=False)
    @action(detail=True, methods=["get"], needs=Capability.READ_ALL, pagination_class=None)
    def forecast(self, request: Request, **_names: str) -> Response:  # noqa: ARG002 - the address names the batch
        """Return what the last look found: pool, limits, what each rule costs, loads, why seats cannot be filled."""
        return Response(forecast(self.get_object(), clock.today()))

    @verb(BatchFieldAsk, needs=Capability.DRAW)
    def field(self, row: AssignmentBatch, given: dict[str, Any], by: User) -> None:
        """Say which field the experts of one re-review should know."""
        task = task_at(row, given.pop("place"))
        services.ask_field(task=task, by=by, on=clock.today(), **given)

    @verb(AimAsk, needs=Capability.DRAW)
    def aim(self, row: AssignmentBatch, given: dict[str, Any], by: User) -> None:
        """Say what comes first: the worst fitted re-review, or the total."""
        services.choose_floor(batch=row, by=by, on=clock.today(), **given)

    @verb(QuotaAsk, needs=Capability.DRAW)
    def quota(self, row: AssignmentBatch, given: dict[str, Any], by: User) -> None:
        """Say how many seats of the whole batch the people of one employer take at most; null: no limit."""
        services.choose_quota(batch=row, by=by, on=clock.today(), **given)

    @verb(PairAsk, needs=Capability.DRAW)
    def pair(self, row: AssignmentBatch, given: dict[str, Any], by: User) -> None:
        """Name an expert for a re-review, or keep him from it; a naming counts as a direct appointment."""
        task = task_at(row, given.pop("place"))
        services.name_pair(task=task, by=by, on=clock.today(), **given)

    @verb(PairDropAsk, needs=Capability.DRAW)
    def pair_drop(self, row: AssignmentBatch, given: dict[str, Any], by: User) -> None:
        """Take back what was said of an expert and a re-review."""
        task = task_at(row, given["place"])
        pairs = BatchPair.objects.filter(task=task, expert=given["expert"], withdrawn_on__isnull=True)
        pair = pairs.select_related("task__batch__bureau").first()
        if pair is None:
            message = _("Nothing is said of this expert and this re-review.")
            raise DomainError(Refusal("no_such_pair", message, {"field": "expert"}))
        services.drop_pair(pair=pair, by=by, on=clock.today())

    @verb(needs=Capability.DRAW)
    def submit_pairs(self, row: AssignmentBatch, _given: dict[str, Any], by: User) -> None:
        """Put who is named and kept away before who approves; without it such a batch is not frozen."""
        services.submit_pairs(batch=row, by=by, on=clock.today())

    @verb(needs=Capability.DRAW)
    def look(self, row: AssignmentBatch, _given: dict[str, Any], by: User) -> None:
        """Solve without freezing; each look is counted and journaled."""
        services.start(batch=row, by=by, at=clock.now(), freezes=False)

    @verb(needs=Capability.DRAW)
    def freeze(self, row: AssignmentBatch, _given: dict[str, Any], by: User) -> None:
        """Solve and fix the chances, their proof and the commitment."""
        services.start(batch=row, by=by, at=clock.now(), freezes=True)

    @verb(ReceiptAsk, needs=EVERYBODY)
    def receipt(self, row: AssignmentBatch, given: dict[str, Any], by: User) -> None:
        """Write that the commitment left the machine."""
        services.note_receipt(batch=row, by=by, at=clock.now(), **given)

    @verb(CommitAsk, needs=EVERYBODY)
    def commit(self, row: AssignmentBatch, given: dict[str, Any], by: User) -> None:
        """Take the own commitment."""
        services.commit(batch=row, by=by, at=clock.now(), **given)

    @verb(RevealAsk, needs=EVERYBODY)
    def reveal(self, row: AssignmentBatch, given: dict[str, Any], by: User) -> None:
        """Take the own nonce; the last one draws."""
        services.reveal(batch=row, by=by, at=clock.now(), **given)

    @verb(SlipAsk, needs=(Capability.DRAW, Capability.WITNESS))
    def open_from_slip(self, row: AssignmentBatch, given: dict[str, Any], by: User) -> None:
        """Take a lost nonce as read from its slip; the second person's same reading shows it."""
        services.open_from_slip(batch=row, by=by, at=clock.now(), **given)

    @verb(ReadingAsk, needs=EVERYBODY)
    def type_value(self, row: AssignmentBatch, given: dict[str, Any], by: User) -> None:
        """Write what was read at the outside source; after the draw this begins a correction."""
        services.type_value(batch=row, reading=services.Reading(**given), by=by, at=clock.now())

    @verb(ReadingAsk, needs=EVERYBODY)
    def confirm_value(self, row: AssignmentBatch, given: dict[str, Any], by: User) -> None:
        """Confirm what another typed by an own reading; the value draws, or everything is computed anew."""
        services.confirm_value(batch=row, reading=services.Reading(**given), by=by, at=clock.now())

    @verb(needs=Capability.DRAW)
    def submit(self, row: AssignmentBatch, _given: dict[str, Any], by: User) -> None:
        """Put the drawn batch before who approves."""
        services.submit_batch(batch=row, by=by, on=clock.today())

    @verb(needs=Capability.COMMISSION)
    def notify(self, row: AssignmentBatch, _given: dict[str, Any], by: User) -> None:
        """Tell everybody together, and write each expert's letter."""
        services.notify(batch=row, by=by, at=clock.now())

    @verb(needs=Capability.DRAW)
    def replace(self, row: AssignmentBatch, _given: dict[str, Any], by: User) -> None:
        """Fill the seats of those who left, by the same record."""
        services.replace(batch=row, by=by, at=clock.now())

    @verb(ReasonAsk, needs=Capability.DRAW)
    def widen(self, row: AssignmentBatch, given: dict[str, Any], by: User) -> None:
        """Ask that people without a chance in the freeze may come in, where a list is exhausted."""
        services.ask_widening(batch=row, by=by, on=clock.today(), **given)

    @verb(BatchVoidAsk, needs=Capability.DRAW)
    def void(self, row: AssignmentBatch, given: dict[str, Any], by: User) -> None:
        """End the attempt; it stays in the record of the next one."""
        services.void(batch=row, by=by, at=clock.now(), **({"role": None} | given))

    @verb(WordsAsk, needs=(Capability.CONFIRM, Capability.WITNESS))
    def order_again(self, row: AssignmentBatch, given: dict[str, Any], by: User) -> None:
        """Order a new attempt of a batch that was given back: section head and witness together."""
        services.order_again(batch=row, by=by, at=clock.now(), **given)

    @verb(needs=Capability.PUBLISH)
    def names(self, row: AssignmentBatch, _given: dict[str, Any], by: User) -> None:
        """Open in the record everybody who was seated, once all reviews are over."""
        services.open_names(batch=row, by=by, on=clock.today())

    @verb(needs=Capability.PUBLISH)
    def publish(self, row: AssignmentBatch, _given: dict[str, Any], by: User) -> None:
        """Freeze and publish the record."""
        publish_batch(batch=row, by=by, on=clock.today())
