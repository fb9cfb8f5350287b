"""What the draws of a work year gave, against what chance would give: for who witnesses draws."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from assignments.selectors.statistics import draw_statistics
from faces.api.serializers import Needs, person
from faces.api.views import HasNeeds, bureau_of
from foundation.accounts.enums import Capability


class ChanceSerializer(serializers.Serializer[Any]):
    """What chance would give: the expected count as an exact fraction, the chance of one as far from it or farther."""

    expected = serializers.CharField()
    chance = serializers.FloatField()
    is_unusual = serializers.BooleanField()


class DrawnPartySerializer(ChanceSerializer):
    """A firm or an expert: on how many lists, drawn, called, passed over by reason, left, appointed directly."""

    name = serializers.CharField()
    number = serializers.CharField()
    lists = serializers.IntegerField()
    drawn = serializers.IntegerField()
    called = serializers.IntegerField()
    skipped = serializers.DictField(child=serializers.IntegerField())
    declined = serializers.IntegerField()
    no_answer = serializers.IntegerField()
    direct = serializers.IntegerField()


class MetPairSerializer(ChanceSerializer):
    """Two experts on the same panels, or an expert on panels over one firm's work, by their numbers."""

    one = serializers.CharField(source="one.number")
    other = serializers.CharField(source="other.number")
    met = serializers.IntegerField()


class FrozenListSerializer(serializers.Serializer[Any]):
    """A frozen list, from which every expectation is computed: a stratum (empty: firms), or a re-review of a batch."""

    draw = serializers.CharField()
    stratum = serializers.CharField(allow_blank=True)
    seats = serializers.IntegerField()
    eligible = serializers.IntegerField()


class AttemptSerializer(serializers.Serializer[Any]):
    """A task or re-review that needed more than one attempt, and why the earlier ones are void."""

    number = serializers.CharField()
    title = serializers.CharField()
    attempts = serializers.IntegerField()
    grounds = serializers.ListField(child=serializers.CharField())


class DirectShareSerializer(serializers.Serializer[Any]):
    """Direct appointments among all who were chosen and have not left."""

    direct = serializers.IntegerField()
    every = serializers.IntegerField()


class StatisticsSerializer(serializers.Serializer[Any]):
    """All of it; parties and pairs with the least likely count first, attempts as {how many: how often}."""

    draws = serializers.IntegerField()
    batches = serializers.IntegerField()
    experts = DrawnPartySerializer(many=True)
    firms = DrawnPartySerializer(many=True)
    panels = MetPairSerializer(many=True)
    reviews = MetPairSerializer(many=True)
    lists = FrozenListSerializer(many=True)
    attempts = serializers.DictField(child=serializers.IntegerField())
    repeated = AttemptSerializer(many=True)
    direct_firms = DirectShareSerializer()
    direct_experts = DirectShareSerializer()


class DrawStatisticsView(APIView):
    """The draws of a work year against chance, as the supervisor's page shows them."""

    needs: Needs = Capability.WITNESS
    permission_classes = (IsAuthenticated, HasNeeds)

    @extend_schema(responses=StatisticsSerializer)
    def get(self, request: Request, year: int) -> Response:
        """Return the statistics."""
        return Response(StatisticsSerializer(draw_statistics(bureau_of(person(request)), year)).data)
