"""Experts' opinions and the panel's. Drafts are their writers' alone; names are the bureau's."""

from typing import Any, ClassVar

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from rest_framework import serializers

from assignments.selectors import assignments as seats
from faces.api.serializers import (
    EVERYBODY,
    INSIDE,
    Ask,
    Choice,
    NounSerializer,
    Only,
    Visible,
    cents,
    phrase,
    several,
    text,
)
from faces.api.views import NounView, make, verb
from foundation.accounts.enums import Capability
from foundation.accounts.models import User
from foundation.core import clock
from reviews import selectors as reviews
from reviews import services
from reviews.enums import FormalDefect, Severity
from reviews.models import CriterionScore, Finding, Opinion, PanelOpinion, PanelSignature

WRITERS = (Capability.COMMISSION, Capability.EXPERT_DESK)


class ScoreSerializer(NounSerializer[CriterionScore]):
    """The score of an item, in hundredths of a point."""

    code = text("item.code")

    class Meta:
        model = CriterionScore
        fields = ("code", "score_hundredths", "cannot_judge", "reason", "page")


class FindingSerializer(NounSerializer[Finding]):
    """A finding with its page."""

    code = text("item.code")

    class Meta:
        model = Finding
        fields = ("code", "page", "severity", "words")


class OpinionSerializer(NounSerializer[Opinion]):
    """An opinion with scores and findings."""

    only: ClassVar[Only] = {"expert_name": INSIDE}
    expert_name = text("assignment.expert.person.name")
    scores = ScoreSerializer(many=True)
    findings = FindingSerializer(many=True)

    class Meta:
        model = Opinion
        fields = (
            "id", "re_review", "assignment", "expert_name", "version", "rubric_version", "status", "conclusion",
            "saved_at", "submitted_at", "submitted_sha256", "return_defect", "return_count", "scores", "findings",
        )  # fmt: skip


class OpenAsk(Ask):
    """Whose opinion."""

    assignment = Visible(seats.visible_to)


class ScoreAsk(Ask):
    """The score of an item; without one say that it cannot be judged."""

    code = phrase(20)
    score_hundredths = serializers.IntegerField(min_value=0, max_value=10_000, allow_null=True)
    cannot_judge = serializers.BooleanField(required=False)
    reason = phrase(500, required=False)
    page = serializers.IntegerField(min_value=1, max_value=32_767, required=False, allow_null=True)


class FindingAsk(Ask):
    """A finding with its page."""

    page = serializers.IntegerField(min_value=1, max_value=32_767)
    severity = Choice(Severity)
    words = phrase(1_000)
    code = phrase(20, required=False)


class SaveAsk(Ask):
    """The opinion as it stands, complete or not."""

    scores = several(ScoreAsk(), most=100)
    findings = several(FindingAsk(), most=500)
    conclusion = serializers.CharField(max_length=20_000, allow_blank=True)

    def validate_scores(self, scores: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Refuse two scores for one item."""
        if len({score["code"] for score in scores}) < len(scores):
            raise serializers.ValidationError([_("An item is scored once.")])
        return scores


class SignatureAsk(Ask):
    """The scan of the signed print, or the drawn signature as PNG."""

    signature = serializers.FileField(max_length=200)


class DefectAsk(Ask):
    """The formal defect, of the closed list."""

    defect = Choice(FormalDefect)


class OpinionView(NounView[Opinion]):
    """Submitted opinions for the bureau; an expert sees his own, and his panel's once he has submitted."""

    needs = EVERYBODY
    make_needs = WRITERS
    serializer_class = OpinionSerializer
    filterset_fields = ("re_review", "assignment", "status", "version")

    def rows(self, user: User) -> QuerySet[Opinion]:
        """Return the opinions that the reader may see."""
        rows = reviews.opinions_visible_to(user).select_related("assignment__expert__person")
        return rows.prefetch_related("scores__item", "findings__item")

    @make(OpenAsk)
    def create(self, given: dict[str, Any], by: User) -> Opinion:
        """Open the opinion of an expert who declared his interests."""
        return services.open_opinion(by=by, at=clock.now(), **given)

    @verb(SaveAsk, needs=WRITERS)
    def save(self, row: Opinion, given: dict[str, Any], by: User) -> None:
        """Keep the opinion as it stands."""
        scores = [services.ScoreDraft(**score) for score in given["scores"]]
        findings = [services.FindingDraft(**finding) for finding in given["findings"]]
        services.save_opinion(opinion=row, scores=scores, findings=findings, conclusion=given["conclusion"], by=by)

    @verb(SignatureAsk, needs=WRITERS, takes_file=True)
    def submit(self, row: Opinion, given: dict[str, Any], by: User) -> None:
        """Submit and lock the opinion with its signature."""
        scan = given["signature"]
        services.submit_opinion(opinion=row, signature_name=scan.name, signature=scan.read(), by=by, at=clock.now())

    @verb(DefectAsk, needs=Capability.COMMISSION, path="return")
    def return_(self, row: Opinion, given: dict[str, Any], by: User) -> None:
        """Return it once for a formal defect."""
        services.return_opinion(opinion=row, by=by, at=clock.now(), **given)


class PanelSignatureSerializer(NounSerializer[PanelSignature]):
    """A member's signature, with dissent where there is one."""

    class Meta:
        model = PanelSignature
        fields = ("assignment", "agrees", "dissent", "signed_at")


class PanelOpinionSerializer(NounSerializer[PanelOpinion]):
    """The panel's opinion with its signatures."""

    signatures = PanelSignatureSerializer(many=True)

    class Meta:
        model = PanelOpinion
        fields = ("id", "re_review", "words", "drafted_by", "asked_cents", "supported_cents", "closed_at", "signatures")


class PanelOpinionAsk(Ask):
    """What the panel says."""

    re_review = Visible(seats.re_reviews_visible_to)
    words = phrase(20_000)
    asked_cents = cents(required=False)
    supported_cents = cents(required=False)


class PanelSignAsk(Ask):
    """Whose signature, and whether he agrees."""

    assignment = Visible(seats.visible_to)
    agrees = serializers.BooleanField()
    dissent = phrase(500, required=False)


class PanelOpinionView(NounView[PanelOpinion]):
    """Opinions of panels, for the bureau and their members."""

    needs = EVERYBODY
    make_needs = WRITERS
    serializer_class = PanelOpinionSerializer
    filterset_fields = ("re_review",)

    def rows(self, user: User) -> QuerySet[PanelOpinion]:
        """Return the panel opinions of the re-reviews that the reader may see."""
        rows = PanelOpinion.objects.filter(re_review__in=seats.re_reviews_visible_to(user))
        return rows.prefetch_related("signatures")

    @make(PanelOpinionAsk)
    def create(self, given: dict[str, Any], by: User) -> PanelOpinion:
        """Write the panel's opinion as its leader, or for him."""
        return services.draft_panel_opinion(by=by, at=clock.now(), **given)

    @verb(PanelSignAsk, needs=WRITERS)
    def sign(self, row: PanelOpinion, given: dict[str, Any], by: User) -> None:
        """Sign for one member; the last signature closes the review."""
        asked = {"dissent": ""} | given
        services.sign_panel_opinion(panel_opinion=row, by=by, at=clock.now(), **asked)
