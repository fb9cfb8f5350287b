"""Frozen published copies, as the bureau keeps them."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from disclosure import selectors as disclosure
from disclosure.models import Publication
from disclosure.services import copies as services
from faces.api.serializers import INSIDE, NounSerializer, ReasonAsk
from faces.api.views import NounView, verb
from foundation.accounts.enums import Capability
from foundation.accounts.models import User
from foundation.core import clock


class PublicationSerializer(NounSerializer[Publication]):
    """A copy by its address and digest."""

    class Meta:
        model = Publication
        fields = (
            "id", "slug", "version", "kind", "subject_kind", "subject_id", "title", "work_year", "grade",
            "unit_name", "firm_name", "sha256", "published_at", "outside_address", "withdrawn_at",
            "withdrawn_reason", "withdrawn_for", "is_demo",
        )  # fmt: skip


class PublicationView(NounView[Publication]):
    """Copies of the bureau, withdrawn ones too."""

    needs = INSIDE
    serializer_class = PublicationSerializer
    filterset_fields = ("kind", "work_year", "grade", "slug", "subject_kind", "subject_id")

    def rows(self, user: User) -> QuerySet[Publication]:
        """Return the copies that the reader may see."""
        return disclosure.visible_to(user)

    @extend_schema(responses={200: OpenApiTypes.OBJECT}, filters=False)
    @action(detail=True, methods=["get"])
    def body(self, request: Request, **_names: str) -> Response:  # noqa: ARG002 - the address names the copy
        """Return everything that strangers read of it."""
        return Response(self.get_object().body)

    @verb(ReasonAsk, needs=Capability.PUBLISH)
    def withdraw(self, row: Publication, given: dict[str, Any], by: User) -> None:
        """Withdraw the copy; its address says since when and why."""
        services.withdraw(publication=row, by=by, on=clock.today(), **given)
