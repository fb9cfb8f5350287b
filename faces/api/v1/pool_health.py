"""Whether the pool is enough for a work year, specialty by specialty."""

from typing import Any, Final

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from assignments.selectors.pool_health import STATES, pool_health
from faces.api.serializers import INSIDE, Ask, Needs, asked, person
from faces.api.v1.eligibility import RuleCountSerializer
from faces.api.views import HasNeeds, bureau_of
from foundation.core import clock

ASKED: Final = [
    OpenApiParameter("on", OpenApiTypes.DATE, description="The day asked about; today unless told."),
    OpenApiParameter("state", str, enum=STATES, description="Only specialties in this state."),
    OpenApiParameter("level", int, enum=(1, 2, 3), description="Only specialties of this level of the tree."),
]


class PoolHealthAsk(Ask):
    """Which day, which state, which level."""

    on = serializers.DateField(required=False)
    state = serializers.ChoiceField(choices=STATES, required=False)
    level = serializers.ChoiceField(choices=(1, 2, 3), required=False)
    format = serializers.CharField(max_length=10, required=False)


class NodeHealthSerializer(serializers.Serializer[Any]):
    """A specialty with all below it: seats asked, people there, whom the rules leave; ``blockers`` block alone."""

    node = serializers.IntegerField(source="node.pk")
    code = serializers.CharField(source="node.code")
    name = serializers.CharField(source="node.name")
    level = serializers.IntegerField(source="node.level")
    state = serializers.ChoiceField(choices=STATES)
    seats = serializers.IntegerField()
    open_seats = serializers.IntegerField()
    planned = serializers.IntegerField()
    reviews = serializers.IntegerField()
    known = serializers.IntegerField()
    in_pool = serializers.IntegerField()
    eligible = serializers.IntegerField()
    missing = serializers.IntegerField()
    largest_panel = serializers.IntegerField()
    per_panel = serializers.IntegerField()
    blockers = serializers.ListField(child=serializers.CharField())
    rules = RuleCountSerializer(many=True)


class PoolHealthSerializer(serializers.Serializer[Any]):
    """The pool of a day against a year; ``unnamed`` re-reviews name no living specialty, ``to_come`` tasks no panel.

    ``eligible`` are all whom the rules leave, ``open_seats`` all that are asked, with a specialty or without.
    """

    on = serializers.DateField()
    ratio = serializers.IntegerField()
    eligible = serializers.IntegerField()
    open_seats = serializers.IntegerField(source="plan.open_seats")
    unnamed_seats = serializers.IntegerField(source="plan.unnamed_seats")
    unnamed = serializers.ListField(child=serializers.CharField(), source="plan.unnamed")
    seats_to_come = serializers.IntegerField(source="plan.seats_to_come")
    to_come = serializers.ListField(child=serializers.CharField(), source="plan.to_come")
    rows = NodeHealthSerializer(many=True)


class PoolHealthView(APIView):
    """The pool against what a work year asks of it."""

    needs: Needs = INSIDE
    permission_classes = (IsAuthenticated, HasNeeds)

    @extend_schema(parameters=ASKED, responses=PoolHealthSerializer)
    def get(self, request: Request, year: int) -> Response:
        """Return every living specialty in the order of the tree: needed, there, left by the rules, what blocks."""
        given = asked(PoolHealthAsk, request.query_params.dict(), request)
        on = given.get("on") or clock.today()
        found = pool_health(bureau_of(person(request)), year, on)
        rows = [
            row
            for row in found.rows
            if given.get("state") in {None, row.state} and given.get("level") in {None, row.node.level}
        ]
        told = {
            "on": on,
            "ratio": found.ratio,
            "eligible": found.eligible,
            "plan": found.plan,
            "rows": rows,
        }
        return Response(PoolHealthSerializer(told).data)
