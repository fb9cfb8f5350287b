"""Credit events: violations and merits of a party, each with its expiry."""

from typing import Any, ClassVar, Final

from django.db.models import QuerySet
from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from credit import selectors as credit
from credit import services
from credit.enums import ReplyOutcome
from credit.models import CreditEvent
from credit.rules import STEPS
from credit.services.events import MOST_FILES
from faces.api.dated import EventsOn
from faces.api.serializers import (
    EVERYBODY,
    INSIDE,
    Ask,
    Choice,
    NounSerializer,
    Only,
    ReasonAsk,
    Visible,
    phrase,
    text,
    upload,
)
from faces.api.views import NounView, bureau_of, make, verb
from foundation.accounts.enums import Capability
from foundation.accounts.models import User
from foundation.core import clock
from foundation.files.models import StoredFile
from parties import selectors as parties


class CreditEventSerializer(NounSerializer[CreditEvent]):
    """One event; ``points`` are negative for a deduction."""

    only: ClassVar[Only] = {"recorded_by": INSIDE, "evidence": INSIDE}
    recorded_by = text("recorded_by.name")
    code_name = serializers.SerializerMethodField()
    reply_words = text("reply.words")
    reply_outcome = text("reply.outcome")
    reply_answer = text("reply.answer")

    class Meta:
        model = CreditEvent
        fields = (
            "id", "organisation", "person", "kind", "code", "code_name", "step", "points", "is_repeat", "occurred_on",
            "expires_on", "words", "evidence", "recorded_by", "recorded_on", "reply_until", "reply_words",
            "reply_outcome", "reply_answer", "voided_on", "void_reason",
        )  # fmt: skip

    def get_code_name(self, row: CreditEvent) -> str:
        """Return the name of the code as it was on its day."""
        return credit.event_name(row)


class EventAsk(Ask):
    """A violation or a merit of one party, by its code; a merit says until when it is shown."""

    code = phrase(20)
    words = phrase(500)
    step = serializers.ChoiceField(choices=tuple(STEPS), required=False)
    occurred_on = serializers.DateField(required=False)
    expires_on = serializers.DateField(required=False)
    organisation = Visible(parties.organisations_visible_to, required=False)
    person = Visible(parties.persons_visible_to, required=False)
    evidence = serializers.ListField(child=serializers.FileField(max_length=200), required=False, max_length=MOST_FILES)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Ask for exactly one party."""
        if ("organisation" in attrs) == ("person" in attrs):
            raise serializers.ValidationError({"organisation": [_("Name an organisation or a person, not both.")]})
        if "expires_on" in attrs and "step" in attrs:
            message = _("A merit has a day until which it is shown, and no step.")
            raise serializers.ValidationError({"expires_on": [message]})
        return attrs | {"evidence": [(file.name, file.read()) for file in attrs.get("evidence", ())]}


class EvidenceAsk(Ask):
    """More files of evidence, and what they show."""

    shows = phrase(300)
    evidence = serializers.ListField(child=serializers.FileField(max_length=200), max_length=MOST_FILES)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Give the service name and content of each file."""
        return attrs | {"evidence": [(file.name, file.read()) for file in attrs["evidence"]]}


class WordsOfReply(Ask):
    """What a party has to say; a clerk who enters its paper adds the scan."""

    words = phrase(2000)
    file = serializers.FileField(max_length=200, required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Give the service name and content of the file."""
        return attrs | {"file": upload(attrs.get("file"))}


REPLIERS: Final = (Capability.FIRM_SIGN, Capability.EXPERT_DESK, Capability.REGISTER)


class EvidenceSerializer(NounSerializer[StoredFile]):
    """A file of evidence; its bytes are read at ``files/<id>/``."""

    class Meta:
        model = StoredFile
        fields = ("id", "original_name", "media_type", "size_bytes", "sha256")


class CreditAnswerAsk(Ask):
    """What the bureau answers to a reply."""

    outcome = Choice(ReplyOutcome)
    words = phrase(1000)


class CreditEventView(NounView[CreditEvent]):
    """Credit events; an outsider sees his own."""

    needs = EVERYBODY
    make_needs = Capability.CONFIRM
    serializer_class = CreditEventSerializer
    filterset_fields = ("organisation", "person", "kind", "code", "step")
    filterset_base = EventsOn

    def rows(self, user: User) -> QuerySet[CreditEvent]:
        """Return the events that the reader may see."""
        return credit.visible_to(user).select_related("recorded_by", "reply")

    @make(EventAsk)
    def create(self, given: dict[str, Any], by: User) -> CreditEvent:
        """Write a violation, whose cost and end follow from its code, or a merit, which has ``expires_on``."""
        write = services.record_merit if "expires_on" in given else services.record_violation
        return write(bureau=bureau_of(by), by=by, on=clock.today(), **given)

    @extend_schema(responses=EvidenceSerializer(many=True), filters=False)
    @action(detail=True, methods=["get"], needs=INSIDE, pagination_class=None)
    def evidence(self, _request: Request, **_names: str) -> Response:
        """Return every file of evidence of an event."""
        row = self.get_object()
        files = credit.evidence_of([row.pk]).get(row.pk, [])
        return Response(EvidenceSerializer(files, many=True, context=self.get_serializer_context()).data)

    @verb(EvidenceAsk, needs=Capability.CONFIRM)
    def add_evidence(self, row: CreditEvent, given: dict[str, Any], by: User) -> None:
        """Add files to an event that stands; the party is told."""
        services.add_evidence(event=row, by=by, on=clock.today(), **given)

    @verb(WordsOfReply, needs=REPLIERS)
    def reply(self, row: CreditEvent, given: dict[str, Any], by: User) -> None:
        """Reply to an event, once and within the term, or enter the party's paper with its scan."""
        services.reply_to_event(event=row, by=by, on=clock.today(), **given)

    @verb(CreditAnswerAsk, needs=Capability.CONFIRM)
    def answer(self, row: CreditEvent, given: dict[str, Any], by: User) -> None:
        """Answer the party's reply; accepted, the event is void."""
        reply = credit.replies_visible_to(by).filter(event=row).first()
        if reply is None:
            raise Http404
        services.answer_reply(reply=reply, by=by, on=clock.today(), **given)

    @verb(ReasonAsk, needs=Capability.CONFIRM)
    def void(self, row: CreditEvent, given: dict[str, Any], by: User) -> None:
        """End an event that was wrong; its row stays."""
        services.void_event(event=row, by=by, on=clock.today(), **given)
