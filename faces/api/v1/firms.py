"""The register of firms: standing, qualifications, lead evaluators, staff, branches, undertakings."""

from typing import Any, ClassVar, TypeVar

from django.db.models import Model, QuerySet
from django.http import Http404
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
from evaluators.enums import FirmAction, StaffRole
from evaluators.models import Branch, Firm, FirmUndertaking, LeadEvaluator, Practitioner, Qualification, StaffChange
from faces.api.dated import FirmsOn, LeadsOn, QualificationsOn, SpellsOn, certificate_then, labelled, shown_then
from faces.api.serializers import EVERYBODY, INSIDE, Ask, Choice, NounSerializer, Only, Visible, WordsAsk, phrase, text
from faces.api.v1.relations import AsideAsk, LikenessSerializer, SuccessionAsk, SuccessionSerializer
from faces.api.views import NounView, make, verb
from foundation.accounts.enums import Capability
from foundation.accounts.models import User
from foundation.core import clock
from parties.enums import INTERESTS, SameName
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

    @verb(WordsAsk, needs=Capability.REGISTER)
    def take_over(self, row: Firm, given: dict[str, Any], by: User) -> None:
        """Admit who stood in an earlier register or pool, without a public notice."""
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


def own_firm(by: User) -> Firm:
    """Return the firm for which somebody works; raise 404 for who works for none."""
    firm = firms.firm_of(by)
    if firm is None:
        raise Http404
    return firm


def scan_of(given: dict[str, Any]) -> tuple[str, bytes] | None:
    """Take the uploaded scan out of what was given, as the services take it."""
    file = given.pop("proof", None)
    return (file.name, file.read()) if file else None


def leads(user: User) -> QuerySet[LeadEvaluator]:
    """Return the lead evaluators of the firms that somebody may see."""
    return LeadEvaluator.objects.filter(firm__in=firms.visible_to(user))


def staff(user: User) -> QuerySet[Practitioner]:
    """Return the staff of the firms that somebody may see."""
    return Practitioner.objects.filter(firm__in=firms.visible_to(user))


class HandInAsk(Ask):
    """A qualification, whose it is where it is one person's, its days, its scan."""

    name = phrase(80)
    number = phrase(60)
    issuer = phrase(100)
    valid_from = serializers.DateField()
    valid_to = serializers.DateField(required=False)
    lead = Visible(leads, required=False)
    is_certificate = serializers.BooleanField(required=False)
    proof = serializers.FileField(max_length=200)


class QualificationView(OfFirmView[Qualification]):
    """Qualifications of visible firms."""

    serializer_class = QualificationSerializer
    filterset_fields = ("firm", "name", "lead", "status")
    filterset_base = QualificationsOn
    joins = ("accepted_by",)
    make_needs = Capability.FIRM_DESK

    def get_parsers(self) -> list[Any]:
        """Take a scan with a new one, JSON with a step."""
        return [MultiPartParser()] if getattr(self, "action_map", {}).get("post") == "create" else super().get_parsers()

    @make(HandInAsk)
    def create(self, given: dict[str, Any], by: User) -> Qualification:
        """Hand in a qualification of one's own firm; it counts once it is accepted."""
        proof = scan_of(given)
        draft = services.QualificationDraft(own_firm(by), **{"lead": None, "valid_to": None, **given})
        return services.hand_in_qualification(draft=draft, proof=proof, by=by, on=clock.today())

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


class StaffChangeSerializer(NounSerializer[StaffChange]):
    """What a firm reported of one of its people, and the answer. Numbers are never read."""

    firm_name = text("firm.organisation.name")

    class Meta:
        model = StaffChange
        fields = (
            "id", "firm", "firm_name", "move", "role", "lead", "practitioner", "name", "title", "certificate_number",
            "works_since", "duty", "day", "reason", "proof", "status", "reported_on", "decided_on", "words",
        )  # fmt: skip


class StaffChangeAsk(Ask):
    """Somebody who joined, with what is known of him; or, with ``lead`` or ``practitioner``, somebody who left."""

    lead = Visible(leads, required=False)
    practitioner = Visible(staff, required=False)
    role = Choice(StaffRole, required=False)
    name = phrase(60, required=False)
    id_number = phrase(18, required=False)
    phone = phrase(20, required=False)
    duty = phrase(60, required=False)
    title = phrase(60, required=False)
    certificate_number = phrase(60, required=False)
    works_since = serializers.DateField(required=False)
    day = serializers.DateField()
    reason = phrase(200, required=False)
    proof = serializers.FileField(max_length=200, required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Ask for a post that ended, or for role and name of who joined."""
        posts = {"lead", "practitioner"} & set(attrs)
        joined = {"role", "name", "id_number"}
        if len(posts) > 1 or (posts and set(attrs) - posts - {"day", "reason", "proof"}):
            message = _("Of who left give the post, the day, a reason and a proof, nothing else.")
            raise serializers.ValidationError({"lead": [message]})
        if not posts and (missing := joined - set(attrs)):
            message = _("Of who joined give role, name and ID number.")
            raise serializers.ValidationError({key: [message] for key in sorted(missing)})
        if not posts and "reason" in attrs:
            message = _("A reason belongs to who left.")
            raise serializers.ValidationError({"reason": [message]})
        return attrs


class TakeOverAsk(Ask):
    """Whether somebody of this name who is known is the same person; only where that is asked."""

    same_name = Choice(SameName, required=False)


class StaffChangeView(OfFirmView[StaffChange]):
    """What visible firms reported of their people; a firm sees and makes its own."""

    serializer_class = StaffChangeSerializer
    filterset_fields = ("firm", "status", "move", "role")
    joins = ("firm__organisation",)
    make_needs = Capability.FIRM_SIGN

    def get_parsers(self) -> list[Any]:
        """Take a scan with a new one, JSON with an answer."""
        return [MultiPartParser()] if getattr(self, "action_map", {}).get("post") == "create" else super().get_parsers()

    @make(StaffChangeAsk)
    def create(self, given: dict[str, Any], by: User) -> StaffChange:
        """Report, for one's own firm, who joined or left."""
        proof = scan_of(given)
        post = given.pop("lead", None) or given.pop("practitioner", None)
        if post is not None:
            return services.report_left(post=post, proof=proof, by=by, on=clock.today(), **given)
        draft = services.JoinedDraft(**given)
        return services.report_joined(firm=own_firm(by), draft=draft, proof=proof, by=by, on=clock.today())

    @verb(TakeOverAsk, needs=Capability.REGISTER)
    def take_over(self, row: StaffChange, given: dict[str, Any], by: User) -> None:
        """Write it into the register, from its day on."""
        services.take_over_staff_change(change=row, by=by, on=clock.today(), **given)

    @verb(WordsAsk, needs=Capability.REGISTER)
    def decline(self, row: StaffChange, given: dict[str, Any], by: User) -> None:
        """Leave the register as it is, with words."""
        services.decline_staff_change(change=row, by=by, on=clock.today(), **given)

    @verb(needs=Capability.FIRM_SIGN)
    def withdraw(self, row: StaffChange, _given: dict[str, Any], by: User) -> None:
        """Take it back."""
        services.withdraw_staff_change(change=row, by=by, on=clock.today())


class LeadEvaluatorSerializer(NounSerializer[LeadEvaluator]):
    """A lead evaluator of a firm, from a day to a day."""

    person_name = text("person.name")

    class Meta:
        model = LeadEvaluator
        fields = (
            "id", "firm", "person", "person_name", "title", "certificate_number", "certificate_valid_to",
            "works_since", "started_on", "ended_on",
        )  # fmt: skip

    def to_representation(self, instance: LeadEvaluator) -> dict[str, Any]:
        """Return him, with the certificate of the day that was asked about."""
        return certificate_then(instance, super().to_representation(instance))


class LeadEvaluatorView(OfFirmView[LeadEvaluator]):
    """Lead evaluators of visible firms."""

    serializer_class = LeadEvaluatorSerializer
    filterset_fields = ("firm", "person")
    filterset_base = LeadsOn
    joins = ("person",)


class PractitionerSerializer(NounSerializer[Practitioner]):
    """One of a firm's staff, from a day to a day."""

    person_name = text("person.name")

    class Meta:
        model = Practitioner
        fields = ("id", "firm", "person", "person_name", "duty", "started_on", "ended_on")


class PractitionerView(OfFirmView[Practitioner]):
    """Staff of visible firms."""

    serializer_class = PractitionerSerializer
    filterset_fields = ("firm", "person")
    filterset_base = SpellsOn
    joins = ("person",)


class BranchSerializer(NounSerializer[Branch]):
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
