"""What every noun's view shares: a declared capability, rows from a selector, verbs that end in a service."""

from collections.abc import Callable
from typing import Any, ClassVar, Final, TypeVar

from django.db.models import Model, QuerySet
from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.exceptions import PermissionDenied
from rest_framework.parsers import MultiPartParser
from rest_framework.permissions import BasePermission, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView
from rest_framework.viewsets import ReadOnlyModelViewSet

from faces.api.once import HEADER, once
from faces.api.serializers import Ask, Needs, has_one, hidden_from, person
from foundation.accounts.models import User
from foundation.bureaus.models import Bureau

__all__ = [
    "BINARY_PDF",
    "PDF",
    "XLSX",
    "HasNeeds",
    "Maker",
    "NounView",
    "bureau_of",
    "download",
    "make",
    "person",
    "verb",
]

Row = TypeVar("Row", bound=Model)
PDF: Final = "application/pdf"
BINARY_PDF: Final = {(200, PDF): OpenApiTypes.BINARY}
XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
KEY = OpenApiParameter(
    HEADER, str, OpenApiParameter.HEADER, description="The same key with the same words acts once, for a day."
)


class HasNeeds(BasePermission):
    """Let in who has one of the capabilities that the view's ``needs`` names; making asks for ``make_needs``."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        """Return whether the person may use the view; a view without ``needs`` lets nobody in."""
        name = "make_needs" if getattr(view, "action", "") == "create" else "needs"
        needs: Needs | None = getattr(view, name, None) or getattr(view, "needs", None)
        return needs is not None and isinstance(request.user, User) and has_one(request.user, needs)


class NounView(ReadOnlyModelViewSet[Row]):
    """List and detail of one noun: answer ``rows`` with a selector's ``visible_to``."""

    needs: ClassVar[Needs | None] = None
    make_needs: ClassVar[Needs | None] = None
    filterset_fields: ClassVar[tuple[str, ...]] = ()
    permission_classes = (IsAuthenticated, HasNeeds)
    lookup_value_converter = "int"

    def rows(self, user: User) -> QuerySet[Row]:
        """Return the rows that ``user`` may see, with what the serializer shows already joined."""
        raise NotImplementedError

    def get_queryset(self) -> QuerySet[Row]:
        """Return the rows of who asks; none while the schema is being written."""
        if getattr(self, "swagger_fake_view", False):
            model: Any = self.serializer_class.Meta.model  # type: ignore[union-attr] # every noun has a ModelSerializer
            rows: QuerySet[Row] = model.objects.none()
            return rows
        return self.rows(person(self.request))

    def hidden(self) -> set[str]:
        """Return the fields that the reader may not see: no filter tells of them either."""
        return hidden_from(person(self.request), getattr(self.serializer_class, "only", {}))

    def written(
        self, request: Request, asks: type[Ask], write: Callable[[dict[str, Any], User], Model], *, number: int
    ) -> Response:
        """Do ``write`` once with what was asked, and answer with the row as it stands; 204 where it is out of sight."""
        by = person(request)
        asked = asks(data=request.data, context=self.get_serializer_context())
        asked.is_valid(raise_exception=True)
        pk = once(request=request, by=by, write=lambda: write(dict(asked.validated_data), by))
        row = self.get_queryset().filter(pk=pk).first()
        if row is None:
            return Response(status=status.HTTP_204_NO_CONTENT)
        return Response(self.get_serializer(row).data, status=number)


Act = Callable[[Any, Any, dict[str, Any], User], Any]
Maker = Callable[[Any, dict[str, Any], User], Model]


def verb(
    asks: type[Ask] = Ask, *, needs: Needs, path: str = "", takes_file: bool = False
) -> Callable[[Act], Callable[..., Response]]:
    """Turn ``act(self, row, given, by)`` into ``POST <noun>/<row>/<verb>/`` for who has ``needs``."""

    def decorate(act: Act) -> Callable[..., Response]:
        def answer(self: NounView[Any], request: Request, **_names: str) -> Response:
            row = self.get_object()

            def write(given: dict[str, Any], by: User) -> Model:
                act(self, row, given, by)
                found: Model = row
                return found

            return self.written(request, asks, write, number=status.HTTP_200_OK)

        answer.__name__, answer.__doc__ = act.__name__, act.__doc__
        more: dict[str, Any] = {"parser_classes": (MultiPartParser,)} if takes_file else {}
        name = path or act.__name__.rstrip("_").replace("_", "-")
        post = action(detail=True, methods=["post"], url_path=name, needs=needs, **more)(answer)
        body = asks if asks is not Ask else None
        found: Callable[..., Response] = extend_schema(request=body, parameters=[KEY], filters=False)(post)
        return found

    return decorate


def make(asks: type[Ask]) -> Callable[[Maker], Callable[..., Response]]:
    """Turn ``create(self, given, by)`` into ``POST <noun>/`` for who has the view's ``make_needs``."""

    def decorate(act: Maker) -> Callable[..., Response]:
        def create(self: NounView[Any], request: Request) -> Response:
            def write(given: dict[str, Any], by: User) -> Model:
                return act(self, given, by)

            return self.written(request, asks, write, number=status.HTTP_201_CREATED)

        create.__doc__ = act.__doc__
        return extend_schema(request=asks, parameters=[KEY])(create)

    return decorate


def bureau_of(user: User) -> Bureau:
    """Return the bureau for which ``user`` acts; raise ``PermissionDenied`` for somebody of none."""
    if user.bureau is None:
        raise PermissionDenied
    return user.bureau


def download(content: bytes, *, name: str, media_type: str) -> HttpResponse:
    """Return a file that was made for this answer; ``name`` is ASCII, and nothing on the way keeps it."""
    response = HttpResponse(content, content_type=media_type)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
