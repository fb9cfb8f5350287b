"""A work year in figures."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from desk.selectors.years import year_summary
from faces.api.serializers import INSIDE, Needs, person
from faces.api.views import HasNeeds, bureau_of


class KeySerializer(serializers.Serializer[Any]):
    """Key evaluations; the amount in 万元."""

    tasks = serializers.IntegerField()
    amount_wan = serializers.CharField()
    by_firms = serializers.IntegerField()
    by_bureau = serializers.IntegerField()


class ExAnteSerializer(serializers.Serializer[Any]):
    """Ex-ante evaluations."""

    tasks = serializers.IntegerField()
    amount_wan = serializers.CharField()
    re_reviewed = serializers.IntegerField()


class SelfSerializer(serializers.Serializer[Any]):
    """Self-evaluations; the mean is null without any."""

    projects = serializers.IntegerField()
    amount_wan = serializers.CharField()
    mean_score = serializers.CharField(allow_null=True)


class SummarySerializer(serializers.Serializer[Any]):
    """The official figures of a work year."""

    key_evaluations = KeySerializer()
    ex_ante = ExAnteSerializer()
    self_evaluations = SelfSerializer()
    targets_published = serializers.IntegerField()
    whole_department_pilots = serializers.IntegerField()


class YearSummaryView(APIView):
    """The official figures of a work year of the reader's bureau, computed from the rows."""

    needs: Needs = INSIDE
    permission_classes = (IsAuthenticated, HasNeeds)

    @extend_schema(responses=SummarySerializer)
    def get(self, request: Request, year: int) -> Response:
        """Return the figures."""
        return Response(SummarySerializer(year_summary(bureau_of(person(request)), year)).data)
