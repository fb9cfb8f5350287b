"""Conflicts of interest that others found: reported, the party heard, decided."""

from typing import Any, ClassVar

from django.db.models import QuerySet
from rest_framework import serializers
from rest_framework.parsers import MultiPartParser

from appraisals import selectors as appraisals
from appraisals import services
from appraisals.enums import ConflictOutcome
from appraisals.models import ConflictReport
from faces.api.serializers import EVERYBODY, INSIDE, Ask, NounSerializer, Only, Visible, phrase, text
from faces.api.v1.credit import WordsOfReply
from faces.api.views import NounView, make, verb
from foundation.accounts.enums import Capability
from foundation.accounts.models import User
from foundation.core import clock

REPORTERS = (
    Capability.READ_ALL, Capability.UNIT_DESK, Capability.FIRM_SIGN, Capability.EXPERT_DESK,
)  # fmt: skip


class ConflictSerializer(NounSerializer[ConflictReport]):
    """A reported conflict; who found it stays inside the bureau."""

    only: ClassVar[Only] = {
        "source": INSIDE, "letter": INSIDE, "file": INSIDE, "reported_by_name": INSIDE, "decided_by_name": INSIDE,
        "reply_words": INSIDE, "credit_event": INSIDE,
    }  # fmt: skip
    number = serializers.SerializerMethodField()
    name = serializers.SerializerMethodField()
    reported_by_name = text("reported_by.name")
    decided_by_name = text("decided_by.name")
    reply_words = text("reply.words")

    class Meta:
        model = ConflictReport
        fields = (
            "id", "assignment", "number", "name", "source", "letter", "words", "file", "status", "reported_by_name",
            "reported_on", "reply_until", "reply_words", "is_undeclared", "outcome", "reason", "decided_by_name",
            "decided_on", "credit_event",
        )  # fmt: skip

    def get_number(self, row: ConflictReport) -> str:
        """Return the number of the task or the re-review."""
        return appraisals.work_number(row.assignment)

    def get_name(self, row: ConflictReport) -> str:
        """Return the name of the firm or the expert."""
        return appraisals.conflict_party(row)


class ConflictAsk(Ask):
    """A conflict about a firm on a task or an expert on a panel, with its evidence."""

    assignment = Visible(appraisals.reportable_by)
    words = phrase(1000)
    letter = phrase(200, required=False)
    file = serializers.FileField(max_length=200, required=False)


class UpholdAsk(Ask):
    """Why there is one, what becomes of a firm's running task, whether it was kept back."""

    reason = phrase(1000)
    way = serializers.ChoiceField(choices=[ConflictOutcome.HANDED_OVER, ConflictOutcome.TASK_STOPPED], required=False)
    is_undeclared = serializers.BooleanField(required=False)


class RejectAsk(Ask):
    """Why there is none."""

    reason = phrase(1000)


class ConflictView(NounView[ConflictReport]):
    """Reported conflicts: the bureau all, a party those about it, a unit those it reported."""

    needs = EVERYBODY
    make_needs = REPORTERS
    serializer_class = ConflictSerializer
    filterset_fields = ("status", "source", "outcome", "assignment")

    def rows(self, user: User) -> QuerySet[ConflictReport]:
        """Return the reports that the reader may see."""
        joins = (
            "assignment__task", "assignment__re_review", "assignment__firm__organisation",
            "assignment__expert__person", "reported_by", "decided_by", "reply",
        )  # fmt: skip
        return appraisals.conflicts_visible_to(user).select_related(*joins)

    def get_parsers(self) -> list[Any]:
        """Read a form with a file where one is reported."""
        return [MultiPartParser()] if getattr(self, "action_map", {}).get("post") == "create" else super().get_parsers()

    @make(ConflictAsk)
    def create(self, given: dict[str, Any], by: User) -> ConflictReport:
        """Report a conflict; its party is told and may reply."""
        file = given.pop("file", None)
        proof = (file.name, file.read()) if file else None
        return services.report_conflict(by=by, on=clock.today(), file=proof, **given)

    @verb(WordsOfReply, needs=(Capability.FIRM_SIGN, Capability.EXPERT_DESK))
    def reply(self, row: ConflictReport, given: dict[str, Any], by: User) -> None:
        """Reply, once and within the term."""
        services.reply_to_conflict(report=row, by=by, on=clock.today(), **given)

    @verb(UpholdAsk, needs=Capability.CONFIRM)
    def uphold(self, row: ConflictReport, given: dict[str, Any], by: User) -> None:
        """Find that there is a conflict: the party leaves by the way that fits the moment."""
        services.uphold_conflict(report=row, by=by, on=clock.today(), **given)

    @verb(RejectAsk, needs=Capability.CONFIRM)
    def reject(self, row: ConflictReport, given: dict[str, Any], by: User) -> None:
        """Find that there is none."""
        services.reject_conflict(report=row, by=by, on=clock.today(), **given)
