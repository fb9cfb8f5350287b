"""A work year in figures."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from desk.selectors import score_gaps, year_summary
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


class ScoreGapSerializer(serializers.Serializer[Any]):
    """A unit's own score, the one of the evaluation and the difference, as exact fractions of points."""

    task = serializers.CharField(source="task.number")
    project = serializers.CharField(source="task.project.code")
    budget_year = serializers.IntegerField(source="task.budget_year")
    own = serializers.CharField()
    found = serializers.CharField()
    gap = serializers.CharField()
    is_confirmed = serializers.BooleanField()
    firm_name = serializers.CharField(allow_blank=True)


class ScoreGapsView(APIView):
    """The own scores of a work year beside those of the evaluations, the widest gap first; neither is changed."""

    needs: Needs = INSIDE
    permission_classes = (IsAuthenticated, HasNeeds)

    @extend_schema(responses=ScoreGapSerializer(many=True))
    def get(self, request: Request, year: int) -> Response:
        """Return the lines."""
        return Response(ScoreGapSerializer(score_gaps(bureau_of(person(request)), year), many=True).data)
