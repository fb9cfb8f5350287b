"""The firm's year and sanctions."""

from typing import Any, ClassVar

from django.db.models import QuerySet
from django.http import Http404
from django.utils.translation import gettext as _
from rest_framework import serializers

from appraisals import selectors as appraisals
from appraisals.enums import RunningTasks, SanctionKind
from appraisals.models import FirmAppraisal, Sanction, SanctionTask
from appraisals.services import propose_revocation
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
from faces.api.v1.credit import CreditAnswerAsk, WordsOfReply
from faces.api.views import NounView, make, verb
from foundation.accounts.enums import Capability
from foundation.accounts.models import User
from foundation.core import clock
from foundation.core.numbers import MOST_ID


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

    @verb(WordsOfReply, needs=(Capability.FIRM_SIGN, Capability.EXPERT_DESK))
    def reply(self, row: Sanction, given: dict[str, Any], by: User) -> None:
        """Reply to what was told beforehand, once and within the term."""
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

    @verb(RevocationAsk, needs=Capability.REGISTER)
    def revoke(self, row: Sanction, given: dict[str, Any], by: User) -> None:
        """Propose to take a decided sanction back; the approval decides (R-26)."""
        propose_revocation(sanction=row, by=by, on=clock.today(), **given)
