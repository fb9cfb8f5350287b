"""Delivered versions, the unit's comments on them, clock-stops; and the one download for every stored file."""

from pathlib import PurePath
from typing import Any, ClassVar
from urllib.parse import quote

from django.db.models import QuerySet
from django.http import FileResponse, Http404
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.parsers import MultiPartParser
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.views import APIView

from assignments.selectors import tasks
from delivery import selectors as delivery
from delivery import services
from delivery.enums import SignatureWay, VersionKind
from delivery.models import ClockStop, ReportVersion, SignOff, UnitComment
from faces.api.serializers import (
    EVERYBODY,
    INSIDE,
    MAKERS,
    Ask,
    Choice,
    Needs,
    NounSerializer,
    Only,
    Visible,
    WordsAsk,
    has_one,
    person,
    phrase,
    text,
)
from faces.api.v1.task_asks import NoteAsk
from faces.api.views import HasNeeds, NounView, make, verb
from foundation.accounts.enums import Capability
from foundation.accounts.models import User
from foundation.core import clock
from foundation.core.errors import DomainError, Refusal
from foundation.files.models import StoredFile
from foundation.files.permissions import may_read

HANDERS = (Capability.COMMISSION, Capability.FIRM_DESK, Capability.UNIT_DESK)


class SignOffSerializer(NounSerializer[SignOff]):
    """The lead evaluator's signature under the bytes of a version."""

    class Meta:
        model = SignOff
        fields = ("sha256", "way", "signed_at", "is_void")


class VersionSerializer(NounSerializer[ReportVersion]):
    """A version by its digest; what the checks found and who handed it in is for the bureau and its makers."""

    only: ClassVar[Only] = dict.fromkeys(
        ("checks", "internally_reviewed_by", "submitted_by_name", "words", "return_words", "file_name", "sign_off"),
        MAKERS,
    )
    task_number = text("task.number")
    submitted_by_name = text("submitted_by.name")
    file_name = text("file.original_name")
    size_bytes = serializers.IntegerField(source="file.size_bytes", read_only=True)
    pages = serializers.IntegerField(source="file.pages", read_only=True, allow_null=True)
    sign_off = SignOffSerializer(allow_null=True)

    class Meta:
        model = ReportVersion
        fields = (
            "id", "task", "task_number", "commission", "kind", "number", "file", "file_name", "size_bytes", "pages",
            "sha256", "status", "checks", "project_score_text", "internally_reviewed_by", "submitted_by_name",
            "submitted_at", "words", "return_words", "sign_off",
        )  # fmt: skip


class VersionAsk(Ask):
    """A file and what it is."""

    task = Visible(tasks.visible_to)
    kind = Choice(VersionKind)
    file = serializers.FileField(max_length=200)
    internally_reviewed_by = phrase(60, required=False)
    words = phrase(500, required=False)


class SignAsk(Ask):
    """The signature: the digest that was signed, how, and its scan."""

    sha256 = serializers.RegexField(r"^[0-9a-f]{64}$")
    way = Choice(SignatureWay)
    scan = serializers.FileField(max_length=200)


class VersionView(NounView[ReportVersion]):
    """Versions that the reader may read; the bytes are at ``files/<file>/``."""

    needs = EVERYBODY
    make_needs = HANDERS
    serializer_class = VersionSerializer
    filterset_fields = ("task", "commission", "kind", "status", "sha256")
    parser_classes = (MultiPartParser,)

    def rows(self, user: User) -> QuerySet[ReportVersion]:
        """Return the versions that the reader may see."""
        joins = "task__bureau", "file", "submitted_by", "sign_off", "commission__lead_evaluator__person"
        return delivery.versions_visible_to(user).select_related(*joins)

    @make(VersionAsk)
    def create(self, given: dict[str, Any], by: User) -> ReportVersion:
        """Check and hand in a version."""
        file = given.pop("file")
        return services.submit_version(name=file.name, content=file.read(), by=by, at=clock.now(), **given)

    @verb(WordsAsk, needs=Capability.COMMISSION, path="return", takes_file=True)
    def return_(self, row: ReportVersion, given: dict[str, Any], by: User) -> None:
        """Return the version with words."""
        services.return_version(version=row, by=by, on=clock.today(), **given)

    @verb(SignAsk, needs=(Capability.COMMISSION, Capability.FIRM_DESK), takes_file=True)
    def sign(self, row: ReportVersion, given: dict[str, Any], by: User) -> None:
        """Bind the lead evaluator's signature to the bytes."""
        lead = row.commission.lead_evaluator if row.commission else None
        if lead is None:
            raise DomainError(Refusal("no_lead", _("No lead evaluator answers for this version.")))
        scan = given.pop("scan")
        services.sign_off(
            version=row, lead_evaluator=lead, scan_name=scan.name, scan_content=scan.read(), by=by,
            at=clock.now(), **given,
        )  # fmt: skip


class CommentSerializer(NounSerializer[UnitComment]):
    """The unit's comment on a draft and the answer to it."""

    only: ClassVar[Only] = {"entered_by_name": INSIDE}
    entered_by_name = text("entered_by.name")

    class Meta:
        model = UnitComment
        fields = ("id", "version", "words", "entered_by_name", "entered_at", "is_adopted", "reply")


class CommentAsk(Ask):
    """A comment on a draft."""

    version = Visible(delivery.versions_visible_to)
    words = phrase(5_000)


class AnswerAsk(Ask):
    """Whether a comment is adopted; what is not adopted needs a reply."""

    is_adopted = serializers.BooleanField()
    reply = phrase(500, required=False)


class CommentView(NounView[UnitComment]):
    """Comments on visible versions; experts see none."""

    needs = EVERYBODY
    make_needs = (Capability.COMMISSION, Capability.UNIT_DESK)
    serializer_class = CommentSerializer
    filterset_fields = ("version", "is_adopted")

    def rows(self, user: User) -> QuerySet[UnitComment]:
        """Return the comments that the reader may see."""
        return delivery.comments_visible_to(user).select_related("version__task", "entered_by")

    @make(CommentAsk)
    def create(self, given: dict[str, Any], by: User) -> UnitComment:
        """Comment on a draft that is out for comments."""
        return services.comment(by=by, on=clock.today(), **given)

    @verb(AnswerAsk, needs=HANDERS)
    def answer(self, row: UnitComment, given: dict[str, Any], by: User) -> None:
        """Say whether the comment is adopted."""
        services.answer_comment(comment=row, by=by, on=clock.today(), **({"reply": ""} | given))


class ClockStopSerializer(NounSerializer[ClockStop]):
    """Days that do not count."""

    class Meta:
        model = ClockStop
        fields = ("id", "task", "started_on", "ended_on", "reason", "status", "proof", "words")


class ClockStopAsk(Ask):
    """Which days, why, and the proof."""

    task = Visible(tasks.visible_to)
    started_on = serializers.DateField()
    ended_on = serializers.DateField()
    reason = phrase()
    proof = serializers.FileField(max_length=200)


class ClockStopView(NounView[ClockStop]):
    """Clock-stops of the bureau's tasks, or of those commissioned to the reader's firm."""

    needs = EVERYBODY
    make_needs = (Capability.COMMISSION, Capability.FIRM_DESK)
    serializer_class = ClockStopSerializer
    filterset_fields = ("task", "status")

    def rows(self, user: User) -> QuerySet[ClockStop]:
        """Return the clock-stops that the reader may see."""
        return delivery.clock_stops_visible_to(user)

    def get_parsers(self) -> list[Any]:
        """Take a file with a new request, JSON with a decision."""
        return [MultiPartParser()] if getattr(self, "action_map", {}).get("post") == "create" else super().get_parsers()

    @make(ClockStopAsk)
    def create(self, given: dict[str, Any], by: User) -> ClockStop:
        """Ask that days do not count."""
        proof = given.pop("proof")
        return services.ask_clock_stop(
            proof_name=proof.name, proof_content=proof.read(), by=by, on=clock.today(), **given
        )

    @verb(NoteAsk, needs=Capability.COMMISSION)
    def grant(self, row: ClockStop, given: dict[str, Any], by: User) -> None:
        """Grant it."""
        services.grant_clock_stop(stop=row, by=by, on=clock.today(), **given)

    @verb(WordsAsk, needs=Capability.COMMISSION)
    def deny(self, row: ClockStop, given: dict[str, Any], by: User) -> None:
        """Deny it with words."""
        services.deny_clock_stop(stop=row, by=by, on=clock.today(), **given)


class FileView(APIView):
    """The bytes of a stored file, for who sees what owns it."""

    needs: Needs = EVERYBODY
    permission_classes = (IsAuthenticated, HasNeeds)

    @extend_schema(responses={(200, "application/octet-stream"): OpenApiTypes.BINARY})
    def get(self, request: Request, pk: int) -> FileResponse:
        """Return the bytes as an attachment; its own name is told to the bureau and to who handed it in."""
        user = person(request)
        file = StoredFile.objects.filter(pk=pk).first()
        if file is None or not may_read(user, file):
            raise Http404
        knows = has_one(user, INSIDE) or file.uploaded_by_id == user.pk
        name = file.original_name if knows else f"file-{file.pk}{PurePath(str(file.content.name)).suffix}"
        response = FileResponse(file.content.open("rb"), content_type=file.media_type)
        response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
        response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Cache-Control"] = "private, no-store"
        response.headers["X-SHA-256"] = file.sha256
        return response
