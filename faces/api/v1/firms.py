"""The register of firms: standing, qualifications, branches, undertakings."""

from typing import Any, ClassVar, TypeVar

from django.db.models import Model, QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from admissions.services import move_entry, take_over_entry
from appraisals.selectors import running_tasks_of, suspensions_in_force
from appraisals.services import succeed
from evaluators import selectors as firms
from evaluators import services
from evaluators.enums import FirmAction
from evaluators.models import Branch, Firm, FirmUndertaking, LeadEvaluator, Qualification
from faces.api.dated import NOT_KEPT, FirmsOn, QualificationsOn, SpellSerializer, SpellsOn, labelled, shown_then
from faces.api.serializers import (
    EVERYBODY,
    INSIDE,
    Ask,
    Choice,
    EarlierAsk,
    NounSerializer,
    Only,
    Visible,
    WordsAsk,
    phrase,
    text,
)
from faces.api.v1.relations import AsideAsk, LikenessSerializer, SuccessionAsk, SuccessionSerializer
from faces.api.views import NounView, make, verb
from foundation.accounts.enums import Capability
from foundation.accounts.models import User
from foundation.core import clock
from parties.enums import INTERESTS
from parties.selectors import members_of

Row = TypeVar("Row", bound=Model)


class FirmSerializer(NounSerializer[Firm]):
    """A firm of the register."""

    name = text("organisation.name")
    uscc = text("organisation.uscc")
    deducted = serializers.IntegerField(help_text="points of the deductions that run")
    label = serializers.CharField(  # type: ignore[assignment] # DRF calls a field's own words so
        help_text="WATCH or CLOSE_WATCH by these points; empty without one (R-26)"
    )

    class Meta:
        model = Firm
        fields = (
            "id", "number", "organisation", "name", "uscc", "kind", "status", "status_since", "admitted_on",
            "term_ends_on", "staff_count", "deducted", "label",
        )  # fmt: skip
        extra_kwargs: ClassVar = {"kind": NOT_KEPT, "staff_count": NOT_KEPT}

    def to_representation(self, instance: Firm) -> dict[str, Any]:
        """Return the firm, as it stood on the day that was asked about."""
        return shown_then(instance, super().to_representation(instance))


class FirmStandingAsk(Ask):
    """What is done to a standing, and why."""

    action = Choice(FirmAction)
    reason = phrase(required=False)

    def validate_action(self, value: FirmAction) -> FirmAction:
        """Refuse what has a way of its own: closing by a succession, sanctions by their ladder."""
        if value == FirmAction.CLOSE:
            raise serializers.ValidationError(_("A record closes by a merger, a split or a conversion: enter that."))
        if value == FirmAction.REINSTATE:
            raise serializers.ValidationError(_("A removed party comes back by the revocation of its removal."))
        if value in {FirmAction.SUSPEND, FirmAction.REMOVE}:
            raise serializers.ValidationError(_("This is a sanction. Propose it at sanctions/."))
        return value


class InterestAsk(Ask):
    """Whom a firm advised, audits or supplies, from which day."""

    unit = phrase(120)
    kind = serializers.ChoiceField(choices=[kind.value for kind in INTERESTS])
    started_on = serializers.DateField()
    ended_on = serializers.DateField(required=False)
    words = phrase(200, required=False)


class FirmView(NounView[Firm]):
    """The register; a firm sees itself."""

    needs = EVERYBODY
    serializer_class = FirmSerializer
    filterset_fields = ("number", "kind", "status", "organisation")
    filterset_base = FirmsOn

    def rows(self, user: User) -> QuerySet[Firm]:
        """Return the firms that the reader may see."""
        return labelled(firms.visible_to(user).select_related("organisation", "bureau"), user, clock.today())

    @verb(FirmStandingAsk, needs=Capability.REGISTER)
    def move(self, row: Firm, given: dict[str, Any], by: User) -> None:
        """Change the firm's standing from today."""
        if given["action"] == FirmAction.RESTORE and suspensions_in_force(firm=row, expert=None).exists():
            raise serializers.ValidationError({"action": [_("A suspension is in force; it ends by its own rule.")]})
        move_entry(entry=row, by=by, on=clock.today(), **given)

    @verb(EarlierAsk, needs=Capability.REGISTER)
    def take_over(self, row: Firm, given: dict[str, Any], by: User) -> None:
        """Admit who stood in an earlier register or pool, from that day and without a public notice."""
        take_over_entry(entry=row, by=by, on=clock.today(), **given)

    @verb(InterestAsk, needs=(Capability.FIRM_SIGN, Capability.REGISTER))
    def declare_interest(self, row: Firm, given: dict[str, Any], by: User) -> None:
        """Declare a standing interest of the firm; it is not chosen for that unit (R-20)."""
        services.declare_interest(firm=row, by=by, on=clock.today(), **given)

    @extend_schema(responses=SuccessionSerializer, filters=False)
    @action(detail=True, methods=["get"], needs=Capability.REGISTER, pagination_class=None)
    def succession(self, _request: Request, **_names: str) -> Response:
        """Return the running tasks and the sign-ins that a merger, split or conversion has to answer for."""
        row = self.get_object()
        found = {"tasks": running_tasks_of(row), "accounts": members_of(row.organisation_id)}
        return Response(SuccessionSerializer(found).data)

    @verb(SuccessionAsk, needs=Capability.REGISTER)
    def succeed(self, row: Firm, given: dict[str, Any], by: User) -> None:
        """Let other firms take the place of this one: all of it happens or nothing (R-49)."""
        succeed(predecessor=row, by=by, on=clock.today(), **given)

    @extend_schema(responses=LikenessSerializer(many=True), filters=False)
    @action(detail=True, methods=["get"], needs=INSIDE, pagination_class=None)
    def likenesses(self, _request: Request, **_names: str) -> Response:
        """Return the removed firms that this one resembles and that nobody set aside; a hint, no obstacle (R-50)."""
        row = self.get_object()
        found = firms.likenesses(row.bureau, firms.marks_of([row]), clock.today()).get(row.pk, [])
        return Response(LikenessSerializer(found, many=True).data)

    @verb(AsideAsk, needs=Capability.REGISTER)
    def set_likeness_aside(self, row: Firm, given: dict[str, Any], by: User) -> None:
        """Write why it means nothing that this firm resembles a removed one."""
        services.set_likeness_aside(firm=row, by=by, on=clock.today(), **given)


class OfFirmView(NounView[Row]):
    """Something of a visible firm."""

    needs = EVERYBODY
    joins: ClassVar[tuple[str, ...]] = ()

    def rows(self, user: User) -> QuerySet[Row]:
        """Return the rows of the firms that the reader may see."""
        model: Any = self.serializer_class.Meta.model  # type: ignore[union-attr] # every noun has a ModelSerializer
        rows: QuerySet[Row] = model.objects.filter(firm__in=firms.visible_to(user))
        return rows.select_related(*self.joins) if self.joins else rows


class QualificationSerializer(NounSerializer[Qualification]):
    """A qualification with its expiry, and who accepted it."""

    accepted_by_name = text("accepted_by.name")

    class Meta:
        model = Qualification
        fields = (
            "id", "firm", "lead", "name", "number", "issuer", "valid_from", "valid_to", "is_certificate", "proof",
            "status", "accepted_by_name", "accepted_on", "words",
        )  # fmt: skip


def scan_of(given: dict[str, Any]) -> tuple[str, bytes] | None:
    """Take the uploaded scan out of what was given, as the services take it."""
    file = given.pop("proof", None)
    return (file.name, file.read()) if file else None


def leads(user: User) -> QuerySet[LeadEvaluator]:
    """Return the lead evaluators of the firms that somebody may see."""
    return LeadEvaluator.objects.filter(firm__in=firms.visible_to(user))


class QualificationAsk(Ask):
    """A qualification, whose it is where it is one person's, its days, its scan; the bureau names the firm."""

    firm = Visible(firms.visible_to, required=False)
    name = phrase(80)
    number = phrase(60)
    issuer = phrase(100)
    valid_from = serializers.DateField()
    valid_to = serializers.DateField(required=False)
    lead = Visible(leads, required=False)
    is_certificate = serializers.BooleanField(required=False)
    proof = serializers.FileField(max_length=200, required=False)


class QualificationView(OfFirmView[Qualification]):
    """Qualifications of visible firms."""

    serializer_class = QualificationSerializer
    filterset_fields = ("firm", "name", "lead", "status")
    filterset_base = QualificationsOn
    joins = ("accepted_by",)
    make_needs = (Capability.FIRM_DESK, Capability.REGISTER)

    def get_parsers(self) -> list[Any]:
        """Take a scan with a new one, JSON with a step."""
        return [MultiPartParser()] if getattr(self, "action_map", {}).get("post") == "create" else super().get_parsers()

    @make(QualificationAsk)
    def create(self, given: dict[str, Any], by: User) -> Qualification:
        """Hand in a qualification of one's own firm, which counts once it is accepted; with ``firm``: enter it."""
        proof, entered_for = scan_of(given), given.pop("firm", None)
        firm = entered_for or firms.firm_of(by)
        if firm is None:
            raise serializers.ValidationError({"firm": [_("Name the firm.")]})
        write = services.record_qualification if entered_for else services.hand_in_qualification
        return write(draft=services.QualificationDraft(firm, **given), proof=proof, by=by, on=clock.today())

    @verb(needs=Capability.REGISTER)
    def accept(self, row: Qualification, _given: dict[str, Any], by: User) -> None:
        """Accept what the firm handed in."""
        services.accept_qualification(row=row, by=by, on=clock.today())

    @verb(WordsAsk, needs=Capability.REGISTER, path="return")
    def give_back(self, row: Qualification, given: dict[str, Any], by: User) -> None:
        """Return it with words."""
        services.return_qualification(row=row, by=by, on=clock.today(), **given)

    @verb(WordsAsk, needs=Capability.REGISTER)
    def withdraw(self, row: Qualification, given: dict[str, Any], by: User) -> None:
        """Withdraw an accepted one with words."""
        services.withdraw_qualification(row=row, by=by, on=clock.today(), **given)


class BranchSerializer(SpellSerializer[Branch]):
    """A branch of a firm."""

    class Meta:
        model = Branch
        fields = (
            "id",
            "firm",
            "name",
            "uscc",
            "has_legal_personality",
            "own_firm",
            "address",
            "started_on",
            "ended_on",
        )


class BranchAsk(Ask):
    """A branch of a firm, from when on; with legal personality it names the firm that it is itself."""

    firm = Visible(firms.visible_to)
    name = phrase(120)
    address = phrase(200, required=False)
    uscc = phrase(18, required=False)
    own_firm = Visible(firms.visible_to, required=False)
    started_on = serializers.DateField()

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Give the service all it asks for."""
        return {"address": "", "has_legal_personality": "own_firm" in attrs, **attrs}


class BranchStandingAsk(Ask):
    """Whether the branch has legal personality, and as which firm it stands in the register itself."""

    has_legal_personality = serializers.BooleanField()
    own_firm = Visible(firms.visible_to, required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Give the service all it asks for."""
        return {"own_firm": None, **attrs}


class BranchEndAsk(Ask):
    """The first day on which it is no branch any more."""

    ended_on = serializers.DateField()


class BranchView(OfFirmView[Branch]):
    """Branches of visible firms."""

    serializer_class = BranchSerializer
    filterset_fields = ("firm",)
    filterset_base = SpellsOn
    make_needs = Capability.REGISTER

    @make(BranchAsk)
    def create(self, given: dict[str, Any], by: User) -> Branch:
        """Write a branch from its first day."""
        return services.add_branch(by=by, on=clock.today(), **given)

    @verb(BranchStandingAsk, needs=Capability.REGISTER)
    def standing(self, row: Branch, given: dict[str, Any], by: User) -> None:
        """Write that it got or lost legal personality (R-49)."""
        services.change_branch(branch=row, by=by, on=clock.today(), **given)

    @verb(BranchEndAsk, needs=Capability.REGISTER)
    def end(self, row: Branch, given: dict[str, Any], by: User) -> None:
        """Write the end of a branch; the row stays."""
        services.end_branch(branch=row, by=by, on=clock.today(), **given)


class FirmUndertakingSerializer(NounSerializer[FirmUndertaking]):
    """The undertaking of a year."""

    only: ClassVar[Only] = {"accepted_by": (INSIDE, Capability.FIRM_DESK)}

    class Meta:
        model = FirmUndertaking
        fields = ("id", "firm", "year", "text_version", "accepted_on", "accepted_at", "accepted_by")


class FirmUndertakingView(OfFirmView[FirmUndertaking]):
    """Undertakings of visible firms."""

    serializer_class = FirmUndertakingSerializer
    filterset_fields = ("firm", "year")
