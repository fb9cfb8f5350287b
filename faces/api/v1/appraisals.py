"""The firm's year and sanctions."""

from typing import Any, ClassVar

from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from appraisals import selectors as appraisals
from appraisals.enums import RunningTasks, SanctionKind, SanctionPaper
from appraisals.models import FirmAppraisal, Sanction, SanctionTask
from appraisals.services import propose_revocation, record_talk, serve_paper
from appraisals.services import proposing as services_of_sanctions
from appraisals.services import years as services
from evaluators import selectors as firms
from experts import selectors as experts
from faces.api.dated import SanctionsOn, sanction_then
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
    several,
    text,
)
from faces.api.v1.credit import REPLIERS, CreditAnswerAsk, WordsOfReply
from faces.api.v1.hand_overs import ServeAsk
from faces.api.views import BINARY_PDF, PDF, NounView, download, make, verb
from faces.documents.sanctions import sanction_paper
from foundation.accounts.enums import Capability
from foundation.accounts.models import User
from foundation.core import clock
from foundation.core.numbers import MOST_ID
from foundation.papers.enums import PaperStatus
from foundation.papers.models import Paper
from foundation.papers.selectors import of_subject as papers_of

KIND = OpenApiParameter("kind", str, OpenApiParameter.PATH, enum=SanctionPaper.values)


class AppraisalSerializer(NounSerializer[FirmAppraisal]):
    """A firm's year with the parts of its points."""

    only: ClassVar[Only] = {"confirmed_by_name": INSIDE}
    firm_name = text("firm.organisation.name")
    confirmed_by_name = text("confirmed_by.name")

    class Meta:
        model = FirmAppraisal
        fields = (
            "id", "firm", "firm_name", "year", "standing", "points_hundredths", "parts", "confirmed_by_name",
            "confirmed_on",
        )  # fmt: skip


class AppraisalView(NounView[FirmAppraisal]):
    """The firms' years; a firm sees its own once confirmed."""

    needs = EVERYBODY
    serializer_class = AppraisalSerializer
    filterset_fields = ("firm", "year", "standing")

    def rows(self, user: User) -> QuerySet[FirmAppraisal]:
        """Return the years that the reader may see."""
        return appraisals.visible_to(user).select_related("bureau", "firm__organisation", "confirmed_by")

    @verb(needs=Capability.CONFIRM)
    def confirm(self, row: FirmAppraisal, _given: dict[str, Any], by: User) -> None:
        """Confirm the firm's year, which then stays."""
        services.confirm_appraisal(appraisal=row, by=by, on=clock.today())


class SanctionTaskSerializer(NounSerializer[SanctionTask]):
    """What was chosen for one running task, or one seat, and when it was done."""

    number = serializers.SerializerMethodField()

    class Meta:
        model = SanctionTask
        fields = ("assignment", "number", "choice", "done_on")

    def get_number(self, row: SanctionTask) -> str:
        """Return the number of the task or the re-review."""
        return appraisals.work_number(row.assignment)


class SanctionSerializer(NounSerializer[Sanction]):
    """A step of the ladder, with what happens to running tasks and where the party's reply stands."""

    only: ClassVar[Only] = {"proposed_by_name": INSIDE, "decided_by_name": INSIDE}
    name = serializers.SerializerMethodField()
    proposed_by_name = text("proposed_by.name")
    decided_by_name = text("decided_by.name")
    reply_words = text("reply.words")
    reply_outcome = text("reply.outcome")
    reply_answer = text("reply.answer")
    tasks = SanctionTaskSerializer(many=True, read_only=True)

    class Meta:
        model = Sanction
        fields = (
            "id", "firm", "expert", "name", "kind", "status", "months", "is_grave", "started_on", "ends_on", "ended_on",
            "reason", "basis", "proposed_by_name", "proposed_on", "told_on", "reply_until", "decided_by_name",
            "served_on", "needs_application", "needs_test", "lifted_on", "reply_words", "reply_outcome", "reply_answer",
            "tasks",
        )  # fmt: skip

    def to_representation(self, instance: Sanction) -> dict[str, Any]:
        """Return the sanction, as it stood on the day that was asked about."""
        return sanction_then(instance, super().to_representation(instance))

    def get_name(self, row: Sanction) -> str:
        """Return the name of the firm or the expert."""
        return appraisals.party_name(row)


class TaskChoice(Ask):
    """One running task, or one seat, and what happens to it."""

    assignment = serializers.IntegerField(min_value=1, max_value=MOST_ID)
    choice = Choice(RunningTasks)


class SanctionAsk(Ask):
    """Which sanction of whom, why, and what becomes of each running task."""

    firm = Visible(firms.visible_to, required=False)
    expert = Visible(experts.visible_to, required=False)
    kind = Choice(SanctionKind)
    reason = phrase(500)
    basis = phrase(300, required=False)
    tasks = several(TaskChoice(), most=100, required=False)
    months = serializers.IntegerField(min_value=0, max_value=120, required=False)
    is_grave = serializers.BooleanField(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Ask for exactly one party."""
        if ("firm" in attrs) == ("expert" in attrs):
            raise serializers.ValidationError({"firm": [_("Name a firm or an expert, not both.")]})
        return attrs


class RevocationAsk(Ask):
    """Why a decided sanction was wrong, and what says so."""

    reason = phrase(500)
    basis = phrase(300, required=False)


class ServePaperAsk(ServeAsk):
    """Which drafted paper, and how it reached the party."""

    kind = serializers.ChoiceField(choices=SanctionPaper.choices)


class TalkAsk(Ask):
    """When and where the talk was held, who was there, what was said and promised."""

    held_on = serializers.DateField()
    place = phrase(120)
    present = phrase(300)
    words = phrase(2000)
    promised = phrase(1000, required=False)


class SanctionPaperSerializer(NounSerializer[Paper]):
    """A paper of a sanction; ``file`` is there once it is issued."""

    class Meta:
        model = Paper
        fields = ("id", "kind", "year", "number", "letter_number", "title", "status", "written_on", "file")


def drafted(row: Sanction, kind: str) -> tuple[SanctionPaper, Paper]:
    """Return the paper of that kind that waits to be served; raise ``Http404`` where there is none."""
    paper = papers_of(row).filter(kind=kind, status=PaperStatus.DRAFT).first()
    if paper is None or kind not in SanctionPaper.values:
        raise Http404
    return SanctionPaper(kind), paper


class SanctionView(NounView[Sanction]):
    """Sanctions of the bureau; a firm and an expert see their own from the day they are told."""

    needs = EVERYBODY
    make_needs = Capability.REGISTER
    serializer_class = SanctionSerializer
    filterset_fields = ("firm", "expert", "kind", "status")
    filterset_base = SanctionsOn

    def rows(self, user: User) -> QuerySet[Sanction]:
        """Return the sanctions that the reader may see."""
        joins = "firm__organisation", "expert__person", "proposed_by", "decided_by", "reply"
        rows = appraisals.sanctions_visible_to(user).select_related(*joins)
        return rows.prefetch_related("tasks__assignment__task", "tasks__assignment__re_review")

    @make(SanctionAsk)
    def create(self, given: dict[str, Any], by: User) -> Sanction:
        """Propose a sanction; the party is heard where the rules ask for it, and the approval decides."""
        choices = {one["assignment"]: one["choice"] for one in given.pop("tasks", ())}
        return services_of_sanctions.propose_sanction(by=by, on=clock.today(), choices=choices, **given)

    @verb(WordsOfReply, needs=REPLIERS)
    def reply(self, row: Sanction, given: dict[str, Any], by: User) -> None:
        """Reply to what was told beforehand, once and within the term, or enter the party's paper with its scan."""
        services_of_sanctions.reply_to_sanction(sanction=row, by=by, on=clock.today(), **given)

    @verb(CreditAnswerAsk, needs=Capability.CONFIRM)
    def answer(self, row: Sanction, given: dict[str, Any], by: User) -> None:
        """Answer the party's reply; accepted, the sanction is dropped."""
        reply = appraisals.replies_visible_to(by).filter(sanction=row).first()
        if reply is None:
            raise Http404
        services_of_sanctions.answer_sanction_reply(reply=reply, by=by, on=clock.today(), **given)

    @verb(needs=Capability.REGISTER)
    def submit(self, row: Sanction, _given: dict[str, Any], by: User) -> None:
        """Submit a sanction that was told for approval."""
        services_of_sanctions.submit_sanction(sanction=row, by=by, on=clock.today())

    @verb(ReasonAsk, needs=Capability.REGISTER)
    def drop(self, row: Sanction, given: dict[str, Any], by: User) -> None:
        """Drop a sanction that is not under approval."""
        services_of_sanctions.drop_sanction(sanction=row, by=by, on=clock.today(), **given)

    @extend_schema(responses=SanctionPaperSerializer(many=True), filters=False)
    @action(detail=True, methods=["get"], needs=INSIDE, pagination_class=None)
    def papers(self, _request: Request, **_names: str) -> Response:
        """Return the papers of a sanction, the drafts too; a party reads its issued ones at ``papers/``."""
        return Response(SanctionPaperSerializer(papers_of(self.get_object()).order_by("pk"), many=True).data)

    @extend_schema(parameters=[KIND], responses=BINARY_PDF, filters=False)
    @action(detail=True, methods=["get"], needs=INSIDE, url_path="papers/<str:kind>", pagination_class=None)
    def draft(self, _request: Request, kind: str, **_names: str) -> HttpResponse:
        """Return what a drafted paper looks like, as PDF; an issued one is read as a file."""
        row = self.get_object()
        found, paper = drafted(row, kind)
        return download(sanction_paper(row, found, paper, on=clock.today()), name="paper.pdf", media_type=PDF)

    @verb(ServePaperAsk, needs=Capability.REGISTER)
    def serve(self, row: Sanction, given: dict[str, Any], by: User) -> None:
        """Issue a drafted paper as PDF and write how it reached the party; the notice opens the term for a reply."""
        kind, paper = drafted(row, given.pop("kind"))
        content = sanction_paper(row, kind, paper, on=clock.today())
        serve_paper(sanction=row, kind=kind, content=content, by=by, on=clock.today(), **given)

    @verb(TalkAsk, needs=Capability.REGISTER)
    def talk(self, row: Sanction, given: dict[str, Any], by: User) -> None:
        """Write the record of the talk that was held; it is drafted as a paper to sign."""
        record_talk(sanction=row, by=by, on=clock.today(), **given)

    @verb(RevocationAsk, needs=Capability.REGISTER)
    def revoke(self, row: Sanction, given: dict[str, Any], by: User) -> None:
        """Propose to take a decided sanction back; the approval decides (R-26)."""
        propose_revocation(sanction=row, by=by, on=clock.today(), **given)
