"""The firm's year and sanctions."""

from typing import Any, ClassVar

from django.db.models import QuerySet
from rest_framework import serializers

from appraisals import selectors as appraisals
from appraisals.enums import RunningTasks, SanctionKind
from appraisals.models import FirmAppraisal, Sanction
from appraisals.services import sanctions as sanction_services
from appraisals.services import years as services
from evaluators import selectors as firms
from faces.api.serializers import EVERYBODY, INSIDE, Ask, Choice, NounSerializer, Only, Visible, phrase, text
from faces.api.views import NounView, make, verb
from foundation.accounts.enums import Capability
from foundation.accounts.models import User
from foundation.core import clock


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


class SanctionSerializer(NounSerializer[Sanction]):
    """A step of the ladder."""

    only: ClassVar[Only] = {"proposed_by_name": INSIDE, "decided_by_name": INSIDE}
    firm_name = text("firm.organisation.name")
    proposed_by_name = text("proposed_by.name")
    decided_by_name = text("decided_by.name")

    class Meta:
        model = Sanction
        fields = (
            "id", "firm", "firm_name", "kind", "status", "months", "is_grave", "started_on", "ends_on", "ended_on",
            "running_tasks", "reason", "proposed_by_name", "proposed_on", "decided_by_name",
        )  # fmt: skip


class SanctionAsk(Ask):
    """Which sanction, why, and what becomes of the running tasks."""

    firm = Visible(firms.visible_to)
    kind = Choice(SanctionKind)
    reason = phrase(500)
    running_tasks = Choice(RunningTasks)
    months = serializers.IntegerField(min_value=0, max_value=120, required=False)
    is_grave = serializers.BooleanField(required=False)


class SanctionView(NounView[Sanction]):
    """Sanctions of the bureau; a firm sees its own once in force."""

    needs = EVERYBODY
    make_needs = Capability.REGISTER
    serializer_class = SanctionSerializer
    filterset_fields = ("firm", "kind", "status")

    def rows(self, user: User) -> QuerySet[Sanction]:
        """Return the sanctions that the reader may see."""
        joins = "firm__organisation", "proposed_by", "decided_by"
        return appraisals.sanctions_visible_to(user).select_related(*joins)

    @make(SanctionAsk)
    def create(self, given: dict[str, Any], by: User) -> Sanction:
        """Propose a sanction; its approval decides."""
        return sanction_services.propose_sanction(by=by, on=clock.today(), **given)
