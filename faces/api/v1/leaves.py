"""The reader's own lines of frozen lists whose draws are over, opened: files for the verifier."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from assignments.selectors.eligibility import own_fact, reason_words
from assignments.selectors.exclusions import own_exclusions
from assignments.selectors.leaves import own_leaves
from faces.api.serializers import Needs, person
from faces.api.views import HasNeeds
from foundation.accounts.enums import Capability
from foundation.accounts.permissions import may


class OwnLeafSerializer(serializers.Serializer[Any]):
    """A line of a frozen list: which list, whether drawn, and the file that ``verify_draw.py --leaf`` reads."""

    h = serializers.CharField()
    frozen_at = serializers.DateTimeField(allow_null=True)
    is_seated = serializers.BooleanField()
    leaf = serializers.DictField(source="document")


class OwnExclusionSerializer(serializers.Serializer[Any]):
    """What kept the reader off a list: rule, own fact, source, first free day; no task, no unit, no draw.

    Of a batch: at ``tasks`` of its ``of`` reviews.
    """

    frozen_at = serializers.DateTimeField(allow_null=True)
    code = serializers.CharField()
    words = serializers.SerializerMethodField()
    fact = serializers.SerializerMethodField()
    citation = serializers.CharField(source="source")
    free_on = serializers.DateField(allow_null=True)
    tasks = serializers.IntegerField()
    of = serializers.IntegerField()

    def get_words(self, row: Any) -> str:  # noqa: ANN401 - an exclusion
        """Return the rule in words."""
        return str(reason_words(row.code))

    def get_fact(self, row: Any) -> str:  # noqa: ANN401 - an exclusion
        """Return the reader's own fact."""
        return str(own_fact(row.code, row.facts))


class OwnDrawsSerializer(serializers.Serializer[Any]):
    """What the draws that are over did with the reader."""

    lists = OwnLeafSerializer(many=True)
    left_out = OwnExclusionSerializer(many=True)


class OwnDrawsView(APIView):
    """The lists on which the reader, an expert or a firm, stood, and the rules that kept him off others."""

    needs: Needs = (Capability.EXPERT_DESK, Capability.FIRM_DESK)
    permission_classes = (IsAuthenticated, HasNeeds)

    @extend_schema(responses=OwnDrawsSerializer)
    def get(self, request: Request) -> Response:
        """Return them, the latest first; nothing before the review, or the firm's work, is over."""
        user = person(request)
        as_firm = not may(user, Capability.EXPERT_DESK)
        found = {
            "lists": own_leaves(user, as_firm=as_firm),
            "left_out": own_exclusions(user, as_firm=as_firm),
        }
        return Response(OwnDrawsSerializer(found).data)
