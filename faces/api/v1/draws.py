"""Draws: set up, preview, freeze, commit, reveal, replace; the record that anybody can recompute."""

from typing import Any, ClassVar

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from assignments.enums import PartyRole
from assignments.models import Draw, DrawParty
from assignments.selectors import assignments as seats
from assignments.selectors import draws
from assignments.selectors import tasks as task_rows
from assignments.selectors.eligibility import counts_by_rule
from assignments.services import draws as services
from disclosure.services.draws import publish_draw
from faces.api.serializers import (
    EVERYBODY,
    INSIDE,
    Ask,
    Choice,
    NounSerializer,
    Only,
    Visible,
    person,
    phrase,
    several,
    text,
)
from faces.api.v1.eligibility import RuleCountSerializer
from faces.api.v1.task_asks import colleagues
from faces.api.views import NounView, make, verb
from foundation.accounts.enums import Capability
from foundation.accounts.models import User
from foundation.core import clock
from foundation.core.errors import DomainError, Refusal
from foundation.taxonomy import selectors as taxonomy

HEX_64 = r"^[0-9a-f]{64}$"


class DrawPartySerializer(NounSerializer[DrawParty]):
    """A party of the seed; its nonce stands in the record alone, once the draw is made."""

    only: ClassVar[Only] = {"user_name": INSIDE}
    user_name = text("user.name")

    class Meta:
        model = DrawParty
        fields = ("role", "user_name", "commitment", "committed_at", "revealed_at")


class DrawSerializer(NounSerializer[Draw]):
    """A draw; neither secret, list, seed nor order is read here."""

    only: ClassVar[Only] = {"previews": INSIDE}
    parties = DrawPartySerializer(many=True)

    class Meta:
        model = Draw
        fields = (
            "id", "number", "task", "re_review", "attempt", "algorithm", "profile", "status", "seats", "group_max",
            "previews", "commitment", "frozen_at", "drawn_at", "void_ground", "void_role", "ratio_confirmed",
            "outside_receipt", "parties",
        )  # fmt: skip


class SeatAsk(Ask):
    """Seats of one kind on a panel, served by any of the nodes or by everybody."""

    name = phrase(60)
    count = serializers.IntegerField(min_value=1, max_value=50)
    nodes = serializers.ListField(child=Visible(taxonomy.visible_to), required=False, max_length=50)


class DrawAsk(Ask):
    """A draw of one firm for a task, or of experts for the seats of a re-review."""

    task = Visible(task_rows.visible_to, required=False)
    re_review = Visible(seats.re_reviews_visible_to, required=False)
    seats = several(SeatAsk(), most=50, required=False)
    witness = Visible(colleagues)
    third = Visible(colleagues, required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Ask for exactly one thing to draw for; seats belong to a panel."""
        if ("task" in attrs) == ("re_review" in attrs):
            raise serializers.ValidationError({"task": [_("Name a task or a re-review, not both.")]})
        if ("seats" in attrs) != ("re_review" in attrs):
            raise serializers.ValidationError({"seats": [_("A panel has seats, a task has none.")]})
        return attrs


class FreezeAsk(Ask):
    """Whether a thin list is confirmed."""

    ratio_confirmed = serializers.BooleanField(required=False)


class CommitAsk(Ask):
    """A commitment over a nonce that stays with the party."""

    commitment = serializers.RegexField(HEX_64)


class RevealAsk(Ask):
    """The nonce."""

    nonce = serializers.RegexField(HEX_64)


class VoidAsk(Ask):
    """Why an attempt ended without a draw, and who failed."""

    ground = phrase(40)
    role = Choice(PartyRole, required=False, allow_null=True)


class ReceiptAsk(Ask):
    """Who took the slip with the commitment, and when."""

    words = phrase(200)


class RatioSerializer(serializers.Serializer[Any]):
    """How amply the seats of a stratum are covered."""

    name = serializers.CharField()
    seats = serializers.IntegerField()
    candidates = serializers.IntegerField()
    is_thin = serializers.BooleanField()


class PreviewSerializer(serializers.Serializer[Any]):
    """What a freeze would hold now, in counts: a look before the freeze names nobody."""

    eligible = serializers.IntegerField()
    excluded = serializers.IntegerField()
    rules = RuleCountSerializer(many=True)
    ratios = RatioSerializer(many=True)
    short = serializers.ListField(child=serializers.CharField())
    blockers = serializers.ListField(child=serializers.CharField())


class DrawView(NounView[Draw]):
    """Draws of the bureau; an outsider sees those in which he is a party."""

    needs = EVERYBODY
    make_needs = Capability.DRAW
    serializer_class = DrawSerializer
    filterset_fields = ("number", "status", "task", "re_review")

    def rows(self, user: User) -> QuerySet[Draw]:
        """Return the draws that the reader may see."""
        return draws.visible_to(user).prefetch_related("parties__user")

    @make(DrawAsk)
    def create(self, given: dict[str, Any], by: User) -> Draw:
        """Set up a draw."""
        today = clock.today()
        if "seats" not in given:
            return services.configure_firm_draw(by=by, on=today, **given)
        asked = [services.SeatDraft(**seat) for seat in given.pop("seats")]
        return services.configure_panel_draw(seats=asked, by=by, on=today, **given)

    @extend_schema(request=None, responses=PreviewSerializer, filters=False)
    @action(detail=True, methods=["post"], needs=Capability.DRAW)
    def preview(self, request: Request, **_names: str) -> Response:
        """Return how many are eligible and how each rule shrinks the pool; each look is counted and journaled."""
        found = services.preview(draw=self.get_object(), by=person(request), on=clock.today())
        short = found.feasibility.shortfall
        counts = {
            "eligible": len(found.eligible),
            "excluded": len(found.excluded),
            "rules": counts_by_rule([*found.eligible, *found.excluded]),
            "ratios": found.feasibility.ratios,
            "short": list(short.names) if short else [],
            "blockers": found.blockers,
        }
        return Response(PreviewSerializer(counts).data)

    @extend_schema(responses={200: OpenApiTypes.OBJECT}, filters=False)
    @action(detail=True, methods=["get"])
    def record(self, request: Request, **_names: str) -> Response:  # noqa: ARG002 - the address names the draw
        """Return the record that ``verify_draw.py`` reads."""
        try:
            return Response(draws.record_of(self.get_object()))
        except ValueError as error:
            raise DomainError(Refusal("no_record", _("This draw has no record yet."))) from error

    @verb(FreezeAsk, needs=Capability.DRAW)
    def freeze(self, row: Draw, given: dict[str, Any], by: User) -> None:
        """Freeze the list and fix its fingerprint."""
        services.freeze(draw=row, by=by, at=clock.now(), **given)

    @verb(CommitAsk, needs=EVERYBODY)
    def commit(self, row: Draw, given: dict[str, Any], by: User) -> None:
        """Take the own commitment."""
        services.commit(draw=row, by=by, at=clock.now(), **given)

    @verb(RevealAsk, needs=EVERYBODY)
    def reveal(self, row: Draw, given: dict[str, Any], by: User) -> None:
        """Take the own nonce; the last one draws."""
        services.reveal(draw=row, by=by, at=clock.now(), **given)

    @verb(needs=Capability.DRAW)
    def replace(self, row: Draw, _given: dict[str, Any], by: User) -> None:
        """Fill the seats of those who left, from the same order."""
        services.replace(draw=row, by=by, at=clock.now())

    @verb(VoidAsk, needs=Capability.DRAW)
    def void(self, row: Draw, given: dict[str, Any], by: User) -> None:
        """End an attempt without a draw."""
        services.void(draw=row, by=by, on=clock.today(), **({"role": None} | given))

    @verb(ReceiptAsk, needs=Capability.DRAW)
    def receipt(self, row: Draw, given: dict[str, Any], by: User) -> None:
        """Write that the fingerprint left the machine."""
        services.note_receipt(draw=row, by=by, at=clock.now(), **given)

    @verb(needs=Capability.PUBLISH)
    def names(self, row: Draw, _given: dict[str, Any], by: User) -> None:
        """Open in the record who was seated and who was called, once the review or the firm's work is over."""
        services.open_names(draw=row, by=by, on=clock.today())

    @verb(needs=Capability.PUBLISH)
    def publish(self, row: Draw, _given: dict[str, Any], by: User) -> None:
        """Freeze and publish the record."""
        publish_draw(draw=row, by=by, on=clock.today())
