"""The file of six blocks for the national credit platform: what is missing for it, and the file."""

from typing import Any, Final

from django.http import Http404, HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from evaluators.models import Firm
from faces.api.serializers import Ask, Needs, asked, person, phrase
from faces.api.views import XLSX, HasNeeds, download
from faces.exchange.platform import gaps, in_register, platform_file
from foundation.accounts.enums import Capability
from foundation.accounts.models import User
from foundation.core import clock

FIRM: Final = OpenApiParameter("firm", str, description="The number of one firm; all in the register unless told.")


class FirmAsk(Ask):
    """Of which firm; all in the register unless told."""

    firm = serializers.CharField(max_length=40, required=False)
    format = serializers.CharField(max_length=10, required=False)


class PlatformAsk(Ask):
    """What the file is for, and of which firm."""

    purpose = phrase(200)
    firm = serializers.CharField(max_length=40, required=False)


class MissingCellSerializer(serializers.Serializer[Any]):
    """A cell that the platform asks for and the register does not have: of which firm, in which block, of whom."""

    firm = serializers.CharField(source="firm.number")
    name = serializers.CharField(source="firm.organisation.name")
    block = serializers.CharField()
    who = serializers.CharField()
    heading = serializers.CharField()


class PlatformView(APIView):
    """What firms tell the national credit platform, from the register."""

    needs: Needs = Capability.REGISTER
    permission_classes = (IsAuthenticated, HasNeeds)

    @extend_schema(parameters=[FIRM], responses=MissingCellSerializer(many=True))
    def get(self, request: Request) -> Response:
        """Return what is missing, firm by firm; nothing sealed is opened."""
        given = asked(FirmAsk, request.query_params.dict(), request)
        found = gaps(firms=firms_asked(person(request), given.get("firm", "")), on=clock.today())
        return Response(MissingCellSerializer(found, many=True).data)

    @extend_schema(request=PlatformAsk, responses={(200, XLSX): OpenApiTypes.BINARY})
    def post(self, request: Request) -> HttpResponse:
        """Return the workbook of six sheets, numbers in clear; who made it, of whom and what for is journaled."""
        given, by, on = asked(PlatformAsk, request.data, request), person(request), clock.today()
        firms = firms_asked(by, given.get("firm", ""))
        content = platform_file(firms=firms, purpose=given["purpose"], by=by, on=on)
        return download(content, name=f"credit-platform-{on.isoformat()}.xlsx", media_type=XLSX)


def firms_asked(user: User, number: str) -> list[Firm]:
    """Return the firm of that number, or all in the register; raise ``Http404`` where none has the number."""
    rows = in_register(user)
    found = list(rows.filter(number=number) if number else rows)
    if number and not found:
        raise Http404
    return found
