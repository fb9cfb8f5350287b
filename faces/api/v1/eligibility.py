"""Who may take a task or sit on a panel: the answers of every rule, how each shrinks the pool, what would be enough."""

from collections.abc import Sequence
from datetime import date
from typing import Any, Final

from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from assignments.models import EvaluationTask, ReReviewTask
from assignments.selectors.eligibility import STATES, Eligibility, Question, explore, reason_words
from assignments.selectors.tasks import rules_of_task
from assignments.services.looks import note_look
from faces.api.serializers import Ask, Visible, person
from foundation.core import clock
from foundation.taxonomy import selectors as taxonomy

PAGE_SIZE: Final = 50
ASKED: Final = [
    OpenApiParameter("on", OpenApiTypes.DATE, description="The day asked about; today unless told."),
    OpenApiParameter("state", str, enum=STATES, description="Only the eligible, or only the others."),
    OpenApiParameter("rule", str, description="Only whom this rule refuses, by its code."),
    OpenApiParameter("q", str, description="Part of a name or number."),
    OpenApiParameter("field", int, description="A specialty: the pool is whoever has it, or one below it."),
    OpenApiParameter("seats", int, description="How many are to be chosen; those of the panel unless told."),
    OpenApiParameter("page", int, description="Pages of 50, from 1."),
]


class EligibilityAsk(Ask):
    """What is asked of the answers."""

    on = serializers.DateField(required=False)
    state = serializers.ChoiceField(choices=STATES, required=False)
    rule = serializers.CharField(max_length=40, required=False)
    q = serializers.CharField(max_length=60, required=False)
    field = Visible(taxonomy.visible_to, required=False)
    seats = serializers.IntegerField(min_value=1, max_value=99, required=False)
    page = serializers.IntegerField(min_value=1, max_value=1_000_000, required=False)
    format = serializers.CharField(max_length=10, required=False)


class RefusalSerializer(serializers.Serializer[Any]):
    """Why a rule says no, and the first day on which it does not."""

    code = serializers.CharField()
    message = serializers.CharField()
    citation = serializers.CharField(source="source")
    free_on = serializers.DateField(source="facts.free_on", allow_null=True)


class AnswerSerializer(serializers.Serializer[Any]):
    """Whether somebody is eligible; otherwise every rule that says no and the first free day."""

    id = serializers.IntegerField(source="party.pk")
    number = serializers.CharField(source="party.number")
    name = serializers.CharField()
    is_eligible = serializers.BooleanField()
    free_on = serializers.DateField(allow_null=True)
    refusals = RefusalSerializer(many=True)


class RuleCountSerializer(serializers.Serializer[Any]):
    """What a rule takes out of the pool: whom it refuses, alone, and first; who is there before and after it."""

    code = serializers.CharField()
    words = serializers.SerializerMethodField()
    citation = serializers.CharField(source="source")
    people = serializers.IntegerField()
    alone = serializers.IntegerField()
    before = serializers.IntegerField()
    removed = serializers.IntegerField()
    left = serializers.IntegerField()

    def get_words(self, row: Any) -> str:  # noqa: ANN401 - a count or a way out
        """Return the rule in words."""
        return str(reason_words(row.code))


class WaySerializer(serializers.Serializer[Any]):
    """How many there would be without one rule, and whether they would do."""

    code = serializers.CharField()
    would = serializers.IntegerField()
    is_enough = serializers.BooleanField()


class SupplySerializer(serializers.Serializer[Any]):
    """Whether enough are eligible, how many are missing, and what a single rule stands for."""

    eligible = serializers.IntegerField()
    together = serializers.IntegerField()
    needed = serializers.IntegerField()
    wanted = serializers.IntegerField()
    missing = serializers.IntegerField()
    ways = WaySerializer(many=True)


class EligibilitySerializer(serializers.Serializer[Any]):
    """The answers of one day."""

    on = serializers.DateField()
    pool = serializers.IntegerField()
    supply = SupplySerializer()
    rules = RuleCountSerializer(many=True)
    shown = serializers.IntegerField()
    page = serializers.IntegerField()
    pages = serializers.IntegerField()
    results = AnswerSerializer(many=True)


class Pool:
    """What a noun's view knows of its pool: everybody's answer, the seats, the most of one employer."""

    def __init__(self, of: EvaluationTask | ReReviewTask, task: EvaluationTask, seats: int, *, is_panel: bool) -> None:
        """Keep them."""
        self.of, self.task, self.seats, self.is_panel = of, task, seats, is_panel


def answered(request: Request, pool: Pool, ask: Any) -> Response:  # noqa: ANN401 - the selector of the noun
    """Return what ``ask(of, on)`` finds, as the address narrows it; the look is noted like one at a page (R-61)."""
    by = person(request)
    asked = EligibilityAsk(data=request.query_params.dict(), context={"request": request})
    asked.is_valid(raise_exception=True)
    given: dict[str, Any] = dict(asked.validated_data)
    on: date = given.get("on") or clock.today()
    answers: Sequence[Eligibility] = ask(pool.of, on)
    note_look(of=pool.of, answers=answers, asked_on=on, by_name=True, by=by, at=clock.now())
    rules = rules_of_task(pool.task, on)
    node = given.get("field")
    below = frozenset(taxonomy.descendants([node]).values_list("pk", flat=True)) if node else None
    found = explore(
        answers,
        Question(given.get("state", ""), given.get("rule", ""), given.get("q", ""), below),
        seats=given.get("seats") or pool.seats,
        ratio=rules.value("candidate_ratio"),
        group_max=int(rules.value("employer_max")) if pool.is_panel else 0,
    )
    pages = max(1, -(-len(found.shown) // PAGE_SIZE))
    page = given.get("page", 1)
    if page > pages:
        raise serializers.ValidationError({"page": [_("This is no page.")]})
    told = {
        "on": on,
        "pool": len(found.pool),
        "supply": found.supply,
        "rules": found.rules,
        "shown": len(found.shown),
        "page": page,
        "pages": pages,
        "results": found.shown[(page - 1) * PAGE_SIZE : page * PAGE_SIZE],
    }
    return Response(EligibilitySerializer(told).data)
