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

from assignments.draw import LARGEST_POOL
from assignments.enums import PartyRole, SourceKind
from assignments.models import Draw, DrawParty
from assignments.selectors import assignments as seats
from assignments.selectors import draws
from assignments.selectors import tasks as task_rows
from assignments.selectors.eligibility import counts_by_rule
from assignments.services import draws as services
from disclosure.services.draws import publish_draw
from evaluators import selectors as register
from experts import selectors as pool
from faces.api.serializers import (
    EVERYBODY,
    INSIDE,
    Ask,
    Choice,
    NounSerializer,
    Only,
    ReasonAsk,
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
            "outside_receipt", "parties", "outside_source", "widening", "approved_steps", "commit_until",
            "reveal_until",
        )  # fmt: skip


class SeatAsk(Ask):
    """Seats of one kind on a panel, served by any of the nodes or by everybody."""

    name = phrase(60)
    count = serializers.IntegerField(min_value=1, max_value=50)
    nodes = serializers.ListField(child=Visible(taxonomy.visible_to), required=False, max_length=50)


class SourceAsk(Ask):
    """A public value that nobody knows before its time; those after the first are fall-backs."""

    kind = Choice(SourceKind)
    name = phrase(200)
    at = serializers.DateTimeField()
    as_drawn = serializers.BooleanField(required=False)


class DrawAsk(Ask):
    """A draw of one firm for a task, or of experts for the seats of a re-review.

    With ``sources`` a public value decides, too. ``widening`` are the steps that an approval may open later.
    """

    task = Visible(task_rows.visible_to, required=False)
    re_review = Visible(seats.re_reviews_visible_to, required=False)
    seats = several(SeatAsk(), most=50, required=False)
    witness = Visible(colleagues)
    third = Visible(colleagues, required=False)
    algorithm = serializers.ChoiceField(choices=sorted(LARGEST_POOL), required=False)
    sources = several(SourceAsk(), most=4, required=False)
    widening = serializers.ListField(child=phrase(20), required=False, max_length=3)

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


class SlipAsk(RevealAsk):
    """Whose nonce, and what its slip says."""

    role = Choice(PartyRole)


class ReadingAsk(Ask):
    """What was read at the outside source, and where; a value that is not to be had has words alone."""

    words = phrase()
    numbers = serializers.ListField(child=phrase(450), required=False, max_length=60)
    beacon_round = serializers.IntegerField(min_value=0, max_value=2**53 - 1, required=False)
    beacon_value = phrase(256, required=False)
    is_unavailable = serializers.BooleanField(required=False)


class FaultAsk(Ask):
    """Who was wrongly left off the list: a firm of the register or an expert of the pool."""

    firm = Visible(register.visible_to, required=False)
    expert = Visible(pool.visible_to, required=False)
    words = phrase()

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Ask for exactly one."""
        if ("firm" in attrs) == ("expert" in attrs):
            raise serializers.ValidationError({"firm": [_("Name a firm or an expert, not both.")]})
        return attrs


class OrderAsk(Ask):
    """Which noted fault the new attempt is ordered for."""

    fault = serializers.IntegerField(min_value=1)


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
        sources = [services.SourceDraft(**source) for source in given.pop("sources", [])]
        named = {key: given.pop(key) for key in ("algorithm", "widening") if key in given}
        given["terms"] = services.Terms(sources=sources, **named)
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

    @verb(SlipAsk, needs=(Capability.DRAW, Capability.WITNESS))
    def open_from_slip(self, row: Draw, given: dict[str, Any], by: User) -> None:
        """Take a lost nonce as read from its slip; the second person's same reading shows it."""
        services.open_from_slip(draw=row, by=by, at=clock.now(), **given)

    @verb(ReadingAsk, needs=EVERYBODY)
    def type_value(self, row: Draw, given: dict[str, Any], by: User) -> None:
        """Write what was read at the outside source; after the draw this begins a correction."""
        services.type_value(draw=row, reading=services.Reading(**given), by=by, at=clock.now())

    @verb(ReadingAsk, needs=EVERYBODY)
    def confirm_value(self, row: Draw, given: dict[str, Any], by: User) -> None:
        """Confirm what another typed by an own reading; the value draws, or everything is computed anew."""
        services.confirm_value(draw=row, reading=services.Reading(**given), by=by, at=clock.now())

    @verb(ReasonAsk, needs=Capability.DRAW)
    def widen(self, row: Draw, given: dict[str, Any], by: User) -> None:
        """Ask for the next widening step to be approved."""
        services.ask_widening(draw=row, by=by, on=clock.today(), **given)

    @verb(FaultAsk, needs=EVERYBODY)
    def fault(self, row: Draw, given: dict[str, Any], by: User) -> None:
        """Note that somebody was wrongly left off the list."""
        party = given.get("firm") or given["expert"]
        services.note_fault(draw=row, party=party, words=given["words"], by=by, at=clock.now())

    @verb(OrderAsk, needs=EVERYBODY)
    def order_again(self, row: Draw, given: dict[str, Any], by: User) -> None:
        """Order a new attempt for a noted fault, as section head or as witness; both together make the draw void."""
        fault = row.faults.filter(pk=given["fault"]).first()
        if fault is None:
            raise serializers.ValidationError({"fault": [_("There is no such row.")]})
        services.order_again(fault=fault, by=by, at=clock.now())

    @verb(needs=Capability.DRAW)
    def replace(self, row: Draw, _given: dict[str, Any], by: User) -> None:
        """Fill the seats of those who left, from the same order."""
        services.replace(draw=row, by=by, at=clock.now())

    @verb(VoidAsk, needs=Capability.DRAW)
    def void(self, row: Draw, given: dict[str, Any], by: User) -> None:
        """End an attempt without a draw."""
        services.void(draw=row, by=by, at=clock.now(), **({"role": None} | given))

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
