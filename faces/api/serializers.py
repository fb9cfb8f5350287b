"""What every noun's reading and every verb's asking share: fields kept from some readers, nothing taken unknown."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, ClassVar, Final, TypeAlias, TypeVar

from django.db.models import Model, QuerySet, TextChoices
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_stubs_ext import StrPromise
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request

from foundation.accounts.enums import Capability
from foundation.accounts.models import User
from foundation.accounts.permissions import may
from foundation.core.dates import is_in_reach
from foundation.core.numbers import MOST_ID

Row = TypeVar("Row", bound=Model)
Needs: TypeAlias = Capability | tuple[Capability, ...]
Only: TypeAlias = Mapping[str, Needs]
MOST_CENTS: Final = 10**15
EVERYBODY: Final = tuple(Capability)
INSIDE: Final = Capability.READ_ALL
MAKERS: Final = (Capability.READ_ALL, Capability.FIRM_DESK)


def person(request: Request) -> User:
    """Return who asks; raise ``PermissionDenied`` for a stranger."""
    if isinstance(request.user, User):
        return request.user
    raise PermissionDenied


def has_one(user: User, needs: Needs) -> bool:
    """Return whether ``user`` has one of the capabilities."""
    return any(may(user, capability) for capability in (needs if isinstance(needs, tuple) else (needs,)))


def hidden_from(user: User, only: Only) -> set[str]:
    """Return the fields of ``only`` that ``user`` may not read."""
    return {name for name, needs in only.items() if not has_one(user, needs)}


class NounSerializer(serializers.ModelSerializer[Row]):
    """A noun as it is read. ``only`` names who reads a field; for everybody else the field is not there."""

    only: ClassVar[Only] = {}

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        """Return the fields that the reader may see, each of them read-only."""
        fields: dict[str, serializers.Field[Any, Any, Any, Any]] = super().get_fields()
        request = self.context.get("request")
        hidden = hidden_from(request.user, self.only) if request and isinstance(request.user, User) else set()
        for field in fields.values():
            field.read_only, field.required = True, False
        return {name: field for name, field in fields.items() if name not in hidden}


def text(source: str) -> serializers.CharField:
    """Return a read-only field with the words at the dotted ``source``, empty where nothing is there."""
    return serializers.CharField(source=source, read_only=True, default="")


class Ask(serializers.Serializer[Any]):
    """What a verb asks for; a key that it does not know is refused."""

    def to_internal_value(self, data: Any) -> dict[str, Any]:  # noqa: ANN401 - whatever was sent
        """Return the values; raise ``ValidationError`` naming each key that is unknown."""
        if isinstance(data, Mapping):
            unknown = sorted(str(key) for key in data if key not in self.fields)
            if unknown:
                raise serializers.ValidationError({key: [_("There is no such field.")] for key in unknown})
        found: dict[str, Any] = super().to_internal_value(data)
        far = [key for key, value in found.items() if isinstance(value, date) and not is_in_reach(value)]
        if far:
            raise serializers.ValidationError({key: [_("The year lies outside 1900 to 2100.")] for key in far})
        return found


def asked(shape: type[Ask], data: Any, request: Request) -> dict[str, Any]:  # noqa: ANN401 - whatever was sent
    """Return what ``shape`` reads of ``data``; raise ``ValidationError`` for what does not fit."""
    found = shape(data=data, context={"request": request})
    found.is_valid(raise_exception=True)
    return dict(found.validated_data)


@extend_schema_field(OpenApiTypes.INT)
class Visible(serializers.Field[Any, Any, Any, Any]):
    """The id of a row that the asking person may see; hidden and missing look alike."""

    default_error_messages: ClassVar[dict[str, str | StrPromise]] = {"missing": gettext_lazy("There is no such row.")}

    def __init__(self, selector: Callable[[User], QuerySet[Any]], **kwargs: Any) -> None:  # noqa: ANN401 - DRF's
        """Keep the selector."""
        super().__init__(**kwargs)
        self.selector = selector

    def to_internal_value(self, data: Any) -> Model:  # noqa: ANN401 - whatever was sent
        """Return the row; raise ``ValidationError`` where the person sees none."""
        pk = serializers.IntegerField(min_value=1, max_value=MOST_ID).run_validation(data)
        row: Model | None = self.selector(person(self.context["request"])).filter(pk=pk).first()
        if row is None:
            self.fail("missing")
        return row

    def to_representation(self, value: Any) -> Any:  # noqa: ANN401 - DRF's signature
        """Return the id."""
        return getattr(value, "pk", value)


class Choice(serializers.ChoiceField):
    """One of an enum's values, given to services as its member."""

    def __init__(self, enum: type[TextChoices], **kwargs: Any) -> None:  # noqa: ANN401 - DRF's
        """Offer the enum's values."""
        super().__init__(choices=enum.choices, **kwargs)
        self.enum = enum

    def to_internal_value(self, data: Any) -> str:  # noqa: ANN401 - whatever was sent
        """Return the member."""
        value = super().to_internal_value(data)
        return self.enum(value) if value else value


def cents(*, required: bool = True, least: int = 0) -> serializers.IntegerField:
    """Return a field for an amount in 分."""
    return serializers.IntegerField(min_value=least, max_value=MOST_CENTS, required=required, allow_null=not required)


def year() -> serializers.IntegerField:
    """Return a field for a year."""
    return serializers.IntegerField(min_value=2000, max_value=2100)


def phrase(most: int = 300, *, required: bool = True) -> serializers.CharField:
    """Return a field for a sentence; an unneeded one may be left out or empty."""
    if required:
        return serializers.CharField(max_length=most)
    return serializers.CharField(max_length=most, required=False, allow_blank=True)


def upload(file: Any) -> tuple[str, bytes] | None:  # noqa: ANN401 - an uploaded file, or none
    """Return name and content of an upload."""
    return (file.name, file.read()) if file else None


def several(child: Ask, *, most: int, least: int = 0, required: bool = True) -> serializers.ListSerializer[Any]:
    """Return a field for between ``least`` and ``most`` of ``child``."""
    return serializers.ListSerializer(child=child, max_length=most, allow_empty=least == 0, required=required)


class ReasonAsk(Ask):
    """Why."""

    reason = phrase()


class WordsAsk(Ask):
    """What somebody has to say."""

    words = phrase()


class EarlierAsk(WordsAsk):
    """By which document somebody stood in an earlier register or pool, and since which day, before today."""

    admitted_on = serializers.DateField()
