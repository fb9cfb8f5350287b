"""One box for everything the reader may see."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from desk.selectors import search
from faces.api.serializers import Ask, Needs, asked, person, phrase
from faces.api.views import HasNeeds
from foundation.accounts.enums import Capability

Q = OpenApiParameter("q", str, required=True, description="Part of a name, its initials, a number or a code.")


class SearchAsk(Ask):
    """What is looked for."""

    q = phrase(200)
    format = serializers.CharField(max_length=10, required=False)


class HitSerializer(serializers.Serializer[Any]):
    """One find: ``key`` is the number of a task, a firm or an expert, the id of a unit or a project."""

    noun = serializers.ChoiceField(choices=("task", "firm", "expert", "unit", "project"))
    key = serializers.CharField()
    title = serializers.CharField()
    text = serializers.CharField()


class SearchView(APIView):
    """Tasks, firms, experts, units and projects by name, initials, number or code."""

    needs: Needs = Capability.READ_DESK
    permission_classes = (IsAuthenticated, HasNeeds)

    @extend_schema(parameters=[Q], responses=HitSerializer(many=True))
    def get(self, request: Request) -> Response:
        """Return at most 20 finds of each noun; firms, units and experts under their former names, too."""
        given = asked(SearchAsk, request.query_params.dict(), request)
        return Response(HitSerializer(search(person(request), given["q"]), many=True).data)
