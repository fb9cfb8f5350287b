"""Credit events: violations and merits of a party, each with its expiry."""

from typing import Any, ClassVar

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from rest_framework import serializers

from credit import selectors as credit
from credit import services
from credit.models import CreditEvent
from faces.api.serializers import EVERYBODY, INSIDE, Ask, NounSerializer, Only, ReasonAsk, Visible, phrase, text
from faces.api.views import NounView, bureau_of, make, verb
from foundation.accounts.enums import Capability
from foundation.accounts.models import User
from foundation.core import clock
from parties import selectors as parties


class CreditEventSerializer(NounSerializer[CreditEvent]):
    """One event; ``points`` are negative for a deduction."""

    only: ClassVar[Only] = {"recorded_by": INSIDE, "evidence": INSIDE}
    recorded_by = text("recorded_by.name")

    class Meta:
        model = CreditEvent
        fields = (
            "id", "organisation", "person", "kind", "code", "points", "occurred_on", "expires_on", "words",
            "evidence", "recorded_by", "voided_on",
        )  # fmt: skip


class ViolationAsk(Ask):
    """A coded violation of one party."""

    code = phrase(20)
    words = phrase(500)
    organisation = Visible(parties.organisations_visible_to, required=False)
    person = Visible(parties.persons_visible_to, required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Ask for exactly one party."""
        if ("organisation" in attrs) == ("person" in attrs):
            raise serializers.ValidationError({"organisation": [_("Name an organisation or a person, not both.")]})
        return attrs


class CreditEventView(NounView[CreditEvent]):
    """Credit events; an outsider sees his own."""

    needs = EVERYBODY
    make_needs = Capability.REGISTER
    serializer_class = CreditEventSerializer
    filterset_fields = ("organisation", "person", "kind", "code")

    def rows(self, user: User) -> QuerySet[CreditEvent]:
        """Return the events that the reader may see."""
        return credit.visible_to(user).select_related("recorded_by")

    @make(ViolationAsk)
    def create(self, given: dict[str, Any], by: User) -> CreditEvent:
        """Write a violation; what it costs and until when follows from its code."""
        return services.record_violation(bureau=bureau_of(by), by=by, on=clock.today(), **given)

    @verb(ReasonAsk, needs=Capability.CONFIRM)
    def void(self, row: CreditEvent, given: dict[str, Any], by: User) -> None:
        """End an event that was wrong; its row stays."""
        services.void_event(event=row, by=by, on=clock.today(), **given)
