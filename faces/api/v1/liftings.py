"""解除暂停: an expert asks that a suspension ends that does not end by itself, and the bureau answers. Rule R-57."""

from typing import Any, ClassVar

from django.db.models import QuerySet
from rest_framework import serializers

from appraisals import selectors as appraisals
from appraisals import services
from appraisals.models import LiftingApplication
from faces.api.serializers import EVERYBODY, INSIDE, Ask, NounSerializer, Only, Visible, phrase, text, upload
from faces.api.views import NounView, make, verb
from foundation.accounts.enums import Capability
from foundation.accounts.models import User
from foundation.core import clock


class LiftingSerializer(NounSerializer[LiftingApplication]):
    """What was asked about which suspension, with which certificate, and what the bureau answered."""

    only: ClassVar[Only] = {"asked_by_name": INSIDE, "answered_by_name": INSIDE}
    name = serializers.SerializerMethodField()
    certificate_code = text("certificate.code")
    asked_by_name = text("asked_by.name")
    answered_by_name = text("answered_by.name")

    class Meta:
        model = LiftingApplication
        fields = (
            "id", "sanction", "name", "status", "words", "undertaking_version", "certificate_code", "file",
            "asked_by_name", "asked_on", "is_on_behalf", "answer", "answered_by_name", "answered_on",
        )  # fmt: skip

    def get_name(self, row: LiftingApplication) -> str:
        """Return the name of the expert."""
        return appraisals.party_name(row.sanction)


class LiftingAsk(Ask):
    """Which suspension and why, the undertaking, the certificate of a passed test; a clerk adds the expert's paper."""

    sanction = Visible(appraisals.sanctions_visible_to)
    words = phrase(1000)
    accepts_undertaking = serializers.BooleanField()
    certificate_code = phrase(32, required=False)
    file = serializers.FileField(max_length=200, required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Give the service all it asks for."""
        return {"certificate_code": "", **attrs, "file": upload(attrs.get("file"))}


class LiftingAnswerAsk(Ask):
    """Whether the suspension ends, and why."""

    is_granted = serializers.BooleanField()
    words = phrase(500)


class LiftingView(NounView[LiftingApplication]):
    """Applications for lifting of visible sanctions; an expert sees his own."""

    needs = EVERYBODY
    make_needs = (Capability.EXPERT_DESK, Capability.REGISTER)
    serializer_class = LiftingSerializer
    filterset_fields = ("sanction", "status")

    def rows(self, user: User) -> QuerySet[LiftingApplication]:
        """Return the applications that the reader may see."""
        joins = "sanction__firm__organisation", "sanction__expert__person", "certificate", "asked_by", "answered_by"
        return appraisals.liftings_visible_to(user).select_related(*joins)

    @make(LiftingAsk)
    def create(self, given: dict[str, Any], by: User) -> LiftingApplication:
        """Apply for the lifting of the own suspension, or enter an expert's paper with its scan."""
        return services.ask_lifting(by=by, on=clock.today(), **given)

    @verb(LiftingAnswerAsk, needs=Capability.CONFIRM)
    def answer(self, row: LiftingApplication, given: dict[str, Any], by: User) -> None:
        """Answer: granted, the suspension ends on its last day or today; refused, he may apply again."""
        services.answer_lifting(application=row, by=by, on=clock.today(), **given)
