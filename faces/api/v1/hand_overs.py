"""移送: facts that another law punishes, handed to the authority that decides them; the party is not told."""

from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from appraisals import selectors as appraisals
from appraisals import services
from appraisals.enums import AnswerOutcome, HandOverStatus
from appraisals.models import HandOver, HandOverAnswer
from appraisals.services.hand_overs import MOST_LINES
from evaluators import selectors as firms
from experts import selectors as experts
from faces.api.serializers import INSIDE, Ask, Choice, NounSerializer, Visible, phrase, text, upload
from faces.api.views import BINARY_PDF, PDF, NounView, download, make, verb
from faces.documents.sanctions import hand_over_letter
from foundation.accounts.enums import Capability
from foundation.accounts.models import User
from foundation.core import clock
from foundation.papers.enums import DeliveryWay


class HandOverSerializer(NounSerializer[HandOver]):
    """Which facts of one party go where, under which law, with which evidence; ``paper`` is the letter once drafted."""

    name = serializers.SerializerMethodField()
    proposed_by_name = text("proposed_by.name")

    class Meta:
        model = HandOver
        fields = (
            "id", "firm", "expert", "name", "status", "addressee", "words", "basis", "evidence", "paper",
            "proposed_by_name", "proposed_on", "sent_on",
        )  # fmt: skip

    def get_name(self, row: HandOver) -> str:
        """Return the name of the firm or the expert."""
        return appraisals.party_name(row)


class HandOverAnswerSerializer(NounSerializer[HandOverAnswer]):
    """What the authority answered, on which day, under which number; ``file`` is the scan."""

    entered_by_name = text("entered_by.name")

    class Meta:
        model = HandOverAnswer
        fields = ("id", "outcome", "words", "letter_number", "answered_on", "file", "entered_by_name", "entered_on")


class HandOverAnswerAsk(Ask):
    """What came back, on which day, under which number, and its scan."""

    outcome = Choice(AnswerOutcome)
    words = phrase(2000)
    answered_on = serializers.DateField()
    letter_number = phrase(60, required=False)
    file = serializers.FileField(max_length=200, required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Give the service name and content of the scan."""
        return attrs | {"file": upload(attrs.get("file"))}


class HandOverLetterAsk(Ask):
    """Whose facts go to which authority, under which law and clause, with which evidence, one piece a line."""

    firm = Visible(firms.visible_to, required=False)
    expert = Visible(experts.visible_to, required=False)
    addressee = phrase(120)
    words = phrase(2000)
    basis = phrase(500)
    evidence = serializers.ListField(child=phrase(300), allow_empty=False, max_length=MOST_LINES)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Ask for exactly one party."""
        if ("firm" in attrs) == ("expert" in attrs):
            raise serializers.ValidationError({"firm": [_("Name a firm or an expert, not both.")]})
        return attrs


class ServeAsk(Ask):
    """How a paper reached its addressee, who received it, and the scan that proves it."""

    way = Choice(DeliveryWay)
    to = phrase(120, required=False)
    proof = serializers.FileField(max_length=200, required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Give the service all it asks for."""
        return {"to": "", **attrs, "proof": upload(attrs.get("proof"))}


class HandOverView(NounView[HandOver]):
    """Hand-overs of the bureau; nobody outside reads them."""

    needs = INSIDE
    make_needs = Capability.REGISTER
    serializer_class = HandOverSerializer
    filterset_fields = ("firm", "expert", "status")

    def rows(self, user: User) -> QuerySet[HandOver]:
        """Return the hand-overs that the reader may see."""
        joins = "bureau", "firm__organisation", "expert__person", "proposed_by", "paper"
        return appraisals.hand_overs_visible_to(user).select_related(*joins)

    @make(HandOverLetterAsk)
    def create(self, given: dict[str, Any], by: User) -> HandOver:
        """Propose to hand facts over; the approval decides."""
        return services.propose_hand_over(by=by, on=clock.today(), **given)

    @extend_schema(responses=BINARY_PDF, filters=False)
    @action(detail=True, methods=["get"], pagination_class=None)
    def letter(self, _request: Request, **_names: str) -> HttpResponse:
        """Return what the letter looks like before it is sent, as PDF; the one that was sent is read as a paper."""
        row = self.get_object()
        if row.status == HandOverStatus.SENT:
            raise Http404
        return download(hand_over_letter(row, on=clock.today()), name="letter.pdf", media_type=PDF)

    @extend_schema(responses=HandOverAnswerSerializer(many=True), filters=False)
    @action(detail=True, methods=["get"], pagination_class=None)
    def answers(self, _request: Request, **_names: str) -> Response:
        """Return what the authority answered, the newest first."""
        rows = self.get_object().answers.select_related("entered_by").order_by("-answered_on", "-pk")
        return Response(HandOverAnswerSerializer(rows, many=True, context=self.get_serializer_context()).data)

    @verb(HandOverAnswerAsk, needs=Capability.REGISTER)
    def answer(self, row: HandOver, given: dict[str, Any], by: User) -> None:
        """Write what the authority answered; a later answer is written beside it."""
        services.record_answer(hand_over=row, by=by, on=clock.today(), **given)

    @verb(ServeAsk, needs=Capability.REGISTER)
    def send(self, row: HandOver, given: dict[str, Any], by: User) -> None:
        """Issue the agreed letter as PDF and write how it reached the authority; it cannot be changed any more."""
        content = hand_over_letter(row, on=clock.today())
        services.send_hand_over(hand_over=row, content=content, by=by, on=clock.today(), **given)
