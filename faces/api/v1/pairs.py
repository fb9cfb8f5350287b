"""Two records that may be one person: why, and the answer, which joins them or keeps them apart."""

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from desk.services import join_persons
from faces.api.serializers import INSIDE, Ask, NounSerializer, phrase, text
from faces.api.views import NounView, bureau_of, person, verb
from foundation.accounts.enums import Capability
from foundation.accounts.models import User
from foundation.core import clock
from foundation.core.numbers import MOST_ID
from parties import selectors as parties
from parties import services
from parties.models import SuspectedPair


class SuspectedPairSerializer(NounSerializer[SuspectedPair]):
    """Two records, what is equal, and what was answered; without an answer the question waits."""

    first_name = text("first.name")
    second_name = text("second.name")
    answered_by_name = text("answered_by.name")

    class Meta:
        model = SuspectedPair
        fields = (
            "id", "first", "first_name", "second", "second_name", "ground", "found_on", "answer", "answered_on",
            "answered_by_name", "words",
        )  # fmt: skip


class ApartAsk(Ask):
    """By what they were told apart."""

    words = phrase(200)


class JoinAsk(Ask):
    """Which of the two records is kept, how it is known, and whether the ID number of the other was wrong."""

    kept = serializers.IntegerField(min_value=1, max_value=MOST_ID)
    reason = phrase(200)
    number_was_wrong = serializers.BooleanField(required=False)


class FoundSerializer(serializers.Serializer[Any]):
    """How many pairs were found that nobody was asked about before."""

    found = serializers.IntegerField()


class SuspectedPairView(NounView[SuspectedPair]):
    """Suspected pairs of the bureau, as long as both records stand for themselves."""

    needs = INSIDE
    serializer_class = SuspectedPairSerializer
    filterset_fields = ("first", "second", "ground", "answer")

    def rows(self, user: User) -> QuerySet[SuspectedPair]:
        """Return the pairs that the reader may see."""
        return parties.pairs_visible_to(user).select_related("first", "second", "answered_by")

    @verb(ApartAsk, needs=Capability.REGISTER)
    def apart(self, row: SuspectedPair, given: dict[str, Any], by: User) -> None:
        """Answer that they are two persons; nobody is asked about these two again."""
        services.keep_apart(pair=row, by=by, on=clock.today(), **given)

    @verb(JoinAsk, needs=Capability.REGISTER)
    def join(self, row: SuspectedPair, given: dict[str, Any], by: User) -> None:
        """Join the other record into the one that is kept; this cannot be taken back."""
        records = {one.pk: one for one in (row.first, row.second)}
        kept = records.pop(given.pop("kept"), None)
        if kept is None:
            raise serializers.ValidationError({"kept": [_("Name one of the two records.")]})
        (joined,) = records.values()
        join_persons(kept=kept, joined=joined, by=by, on=clock.today(), **given)

    @extend_schema(request=None, responses=FoundSerializer, filters=False)
    @action(detail=False, methods=["post"], needs=Capability.REGISTER, pagination_class=None)
    def look(self, request: Request) -> Response:
        """Look through everybody for doubles; what was answered before is not asked again."""
        by = person(request)
        return Response({"found": services.look_for_pairs(bureau=bureau_of(by), by=by, on=clock.today())})
