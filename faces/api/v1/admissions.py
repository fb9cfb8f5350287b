"""Applications for register and pool, objections, yearly confirmations, further terms, invitations, undertakings."""

from datetime import date
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from admissions import selectors as admissions
from admissions import services
from admissions.enums import ApplicationKind, ObjectionOutcome
from admissions.models import (
    Application,
    ApplicationItem,
    ApplicationPerson,
    Confirmation,
    Invitation,
    Objection,
    Renewal,
)
from evaluators.enums import FirmKind
from evaluators.models import Firm
from evaluators.selectors import firm_of
from evaluators.selectors import visible_to as firms_visible_to
from evaluators.services import UNDERTAKING as FIRM_UNDERTAKING
from experts.enums import TitleLevel
from experts.models import Expert
from experts.selectors import expert_of
from experts.selectors import visible_to as experts_visible_to
from experts.services import UNDERTAKING as EXPERT_UNDERTAKING
from faces.api.serializers import INSIDE, Ask, Choice, NounSerializer, ReasonAsk, Visible, phrase, several, text
from faces.api.views import NounView, bureau_of, make, person, verb
from foundation.accounts.enums import Capability
from foundation.accounts.models import User
from foundation.core import clock
from foundation.core.errors import DomainError, NotAllowed, Refusal
from foundation.rulesets import selectors as rulesets
from foundation.rulesets import services as texts
from foundation.rulesets.models import Wording
from foundation.taxonomy.enums import TreeKind
from foundation.taxonomy.models import Node
from foundation.taxonomy.selectors import tree
from parties.enums import OrganisationKind

OWNERS = (Capability.FIRM_SIGN, Capability.EXPERT_DESK)
READERS = (INSIDE, Capability.FIRM_DESK, Capability.EXPERT_DESK)
CODES = {ApplicationKind.FIRM: FIRM_UNDERTAKING, ApplicationKind.EXPERT: EXPERT_UNDERTAKING}


class ItemSerializer(NounSerializer[ApplicationItem]):
    """One admission item: proof, source, last day, the bureau's answer."""

    class Meta:
        model = ApplicationItem
        fields = ("code", "proof", "source", "valid_to", "is_met", "remark")


class NamedPersonSerializer(NounSerializer[ApplicationPerson]):
    """A person named in an application, without a number of hers."""

    class Meta:
        model = ApplicationPerson
        fields = ("name", "title", "works_since", "certificate_number", "certificate_valid_to")


class ApplicationSerializer(NounSerializer[Application]):
    """An application with its items and people."""

    items = ItemSerializer(many=True)
    people = NamedPersonSerializer(many=True)

    class Meta:
        model = Application
        fields = (
            "id", "kind", "status", "status_since", "title", "profile", "undertaking_version", "undertaken_on",
            "submitted_on", "announced_on", "notice_until", "firm", "expert", "items", "people",
        )  # fmt: skip


class ItemAnswerAsk(Ask):
    """Whether an item is met (null: not checked yet), and a remark for the applicant."""

    code = serializers.CharField(max_length=40)
    is_met = serializers.BooleanField(allow_null=True)
    remark = phrase(required=False)


class AnswersAsk(Ask):
    """Answers, item by item."""

    answers = several(ItemAnswerAsk(), most=40, least=1)


class ObjectionAsk(Ask):
    """When it came, from whom, and what was said."""

    raised_on = serializers.DateField()
    raised_by = phrase(100, required=False)
    words = phrase(500)


def specialties_of(user: User) -> QuerySet[Node]:
    """Return the specialties among which the reader's own application chooses."""
    if user.bureau is None:
        return Node.objects.none()
    return tree(user.bureau, TreeKind.SPECIALTY).filter(level=3)


class ProfileAsk(Ask):
    """The facts of a firm or an expert; what is left out stays as it is."""

    name = phrase(120, required=False)
    uscc = phrase(18, required=False)
    kind = Choice(FirmKind, required=False)
    form = Choice(OrganisationKind, required=False)
    legal_person = phrase(60, required=False)
    address = phrase(200, required=False)
    phone = phrase(40, required=False)
    founded_on = serializers.DateField(required=False)
    staff_count = serializers.IntegerField(required=False, min_value=0, max_value=100_000)
    title = phrase(60, required=False)
    level = Choice(TitleLevel, required=False)
    works_since = serializers.DateField(required=False)
    employer = phrase(120, required=False)
    employed_since = serializers.DateField(required=False)
    main = Visible(specialties_of, required=False)
    others = serializers.ListField(child=Visible(specialties_of), required=False, max_length=20)
    email = serializers.EmailField(required=False, max_length=120)


class NamedPersonAsk(Ask):
    """Who is named; the ID number is sealed at once."""

    name = phrase(60)
    id_number = serializers.CharField(max_length=18)
    phone = phrase(40, required=False)
    title = phrase(60, required=False)
    works_since = serializers.DateField(required=False)
    certificate_number = phrase(60, required=False)
    certificate_valid_to = serializers.DateField(required=False)


class ProofAsk(Ask):
    """The proof of one item."""

    code = serializers.CharField(max_length=40)
    file = serializers.FileField(max_length=200, required=False)
    issued_by = phrase(100)
    valid_to = serializers.DateField(required=False)


class ApplicationView(NounView[Application]):
    """Applications to the bureau; an applicant sees and fills in the own one."""

    needs = (INSIDE, Capability.APPLY)
    serializer_class = ApplicationSerializer
    filterset_fields = ("kind", "status")

    def rows(self, user: User) -> QuerySet[Application]:
        """Return what the reader may see."""
        rows = admissions.visible_to(user).select_related("bureau", "applicant")
        return rows.prefetch_related("items", "people")

    @verb(ProfileAsk, needs=Capability.APPLY)
    def profile(self, row: Application, given: dict[str, Any], by: User) -> None:
        """Keep facts of the applicant."""
        values = {name: plain(value) for name, value in given.items()}
        if values.get("uscc"):
            values["uscc"] = values["uscc"].upper()
        services.save_profile(application=row, values=values, by=by, on=clock.today())

    @verb(NamedPersonAsk, needs=Capability.APPLY, path="person")
    def name_person(self, row: Application, given: dict[str, Any], by: User) -> None:
        """Name a lead evaluator, or the expert."""
        services.add_person(application=row, person=services.PersonFacts(**given), by=by, on=clock.today())

    @verb(ProofAsk, needs=Capability.APPLY, takes_file=True)
    def proof(self, row: Application, given: dict[str, Any], by: User) -> None:
        """Keep the proof of one item."""
        file = given.get("file")
        services.save_proof(
            application=row,
            code=given["code"],
            file=(file.name, file.read()) if file else None,
            source=given["issued_by"],
            valid_to=given.get("valid_to"),
            by=by,
            on=clock.today(),
        )

    @verb(needs=Capability.APPLY)
    def undertake(self, row: Application, _given: dict[str, Any], by: User) -> None:
        """Accept the undertaking in force."""
        services.accept_undertaking(application=row, by=by, on=clock.today())

    @verb(needs=Capability.APPLY)
    def submit(self, row: Application, _given: dict[str, Any], by: User) -> None:
        """Hand the application in."""
        services.submit(application=row, by=by, on=clock.today())

    @verb(needs=Capability.APPLY)
    def withdraw(self, row: Application, _given: dict[str, Any], by: User) -> None:
        """Take it back."""
        services.withdraw(application=row, by=by, on=clock.today())

    @verb(needs=Capability.APPLY)
    def reapply(self, row: Application, _given: dict[str, Any], by: User) -> None:
        """Begin again after a refusal or a withdrawal."""
        services.reapply(application=row, by=by, on=clock.today())

    @verb(AnswersAsk, needs=Capability.REGISTER)
    def review(self, row: Application, given: dict[str, Any], by: User) -> None:
        """Answer item by item."""
        answers = {one["code"]: (one["is_met"], one.get("remark", "")) for one in given["answers"]}
        services.review_items(application=row, answers=answers, by=by, on=clock.today())

    @verb(ReasonAsk, needs=Capability.REGISTER, path="return")
    def return_(self, row: Application, given: dict[str, Any], by: User) -> None:
        """Return it for correction, with words."""
        services.return_application(application=row, by=by, on=clock.today(), **given)

    @verb(ReasonAsk, needs=Capability.REGISTER)
    def refuse(self, row: Application, given: dict[str, Any], by: User) -> None:
        """Refuse it, with words."""
        services.refuse(application=row, by=by, on=clock.today(), **given)

    @verb(needs=Capability.REGISTER)
    def announce(self, row: Application, _given: dict[str, Any], by: User) -> None:
        """Open the public notice."""
        services.announce(application=row, by=by, on=clock.today())

    @verb(needs=Capability.REGISTER)
    def admit(self, row: Application, _given: dict[str, Any], by: User) -> None:
        """Enter it into the register or the pool."""
        services.admit(application=row, by=by, on=clock.today())

    @verb(ObjectionAsk, needs=Capability.REGISTER, path="objection")
    def record_objection(self, row: Application, given: dict[str, Any], by: User) -> None:
        """Write an objection down."""
        facts = {"raised_by": "", **given}
        services.record_objection(application=row, by=by, on=clock.today(), **facts)


def plain(value: Any) -> Any:  # noqa: ANN401 - what a serializer gives
    """Return a value as the profile keeps it."""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Node):
        return value.pk
    if isinstance(value, list):
        return [plain(one) for one in value]
    return value


class ObjectionSerializer(NounSerializer[Objection]):
    """An objection and what was decided."""

    class Meta:
        model = Objection
        fields = ("id", "application", "raised_on", "raised_by", "words", "outcome", "answer", "decided_on")


class DecisionAsk(Ask):
    """Whether it holds, and why."""

    outcome = Choice(ObjectionOutcome)
    answer = phrase()


class ObjectionView(NounView[Objection]):
    """Objections against admissions: for the bureau only."""

    needs = INSIDE
    serializer_class = ObjectionSerializer
    filterset_fields = ("application", "outcome")

    def rows(self, user: User) -> QuerySet[Objection]:
        """Return the objections at the reader's bureau."""
        return admissions.objections_visible_to(user).select_related("application")

    @verb(DecisionAsk, needs=Capability.REGISTER)
    def decide(self, row: Objection, given: dict[str, Any], by: User) -> None:
        """Uphold or dismiss it."""
        services.decide_objection(objection=row, by=by, on=clock.today(), **given)


def entry_of(user: User) -> Firm | Expert:
    """Return the entry of who asks; raise ``NotAllowed`` for who has none."""
    found = firm_of(user) or expert_of(user)
    if found is None:
        raise NotAllowed
    return found


class ConfirmationSerializer(NounSerializer[Confirmation]):
    """A yearly confirmation with its declared changes."""

    class Meta:
        model = Confirmation
        fields = ("id", "firm", "expert", "year", "status", "changes", "confirmed_on", "answer", "decided_on")


class ConfirmationAsk(Ask):
    """What changed; what is left out stays as it is. A firm has the first four, an expert the last two."""

    legal_person = phrase(60, required=False)
    address = phrase(200, required=False)
    phone = phrase(40, required=False)
    staff_count = serializers.IntegerField(required=False, min_value=0, max_value=100_000)
    title = phrase(60, required=False)
    level = Choice(TitleLevel, required=False)


class SettleAsk(Ask):
    """Whether the changes are taken over, and words for the owner."""

    takes_over = serializers.BooleanField()
    words = phrase(required=False)


class ConfirmationView(NounView[Confirmation]):
    """Yearly confirmations; a firm and an expert see and make their own."""

    needs, make_needs = READERS, OWNERS
    serializer_class = ConfirmationSerializer
    filterset_fields = ("firm", "expert", "year", "status")

    def rows(self, user: User) -> QuerySet[Confirmation]:
        """Return what the reader may see."""
        return admissions.confirmations_visible_to(user).select_related("bureau", "firm__bureau", "expert__bureau")

    @make(ConfirmationAsk)
    def create(self, given: dict[str, Any], by: User) -> Confirmation:
        """Confirm this year and accept the undertaking."""
        return services.confirm_year(entry=entry_of(by), given=given, by=by, on=clock.today())

    @verb(SettleAsk, needs=Capability.REGISTER)
    def settle(self, row: Confirmation, given: dict[str, Any], by: User) -> None:
        """Take the declared changes over, or say why not."""
        services.settle_changes(confirmation=row, by=by, on=clock.today(), **{"words": "", **given})


class RenewalSerializer(NounSerializer[Renewal]):
    """An application for a further term."""

    class Meta:
        model = Renewal
        fields = ("id", "firm", "expert", "status", "words", "asked_on", "answer", "decided_on")


class RenewalAsk(Ask):
    """What the bureau should know."""

    words = phrase(required=False)


class RefusalAsk(Ask):
    """Why not."""

    answer = phrase()


class RenewalView(NounView[Renewal]):
    """Applications for a further term; a firm and an expert see and make their own."""

    needs, make_needs = READERS, OWNERS
    serializer_class = RenewalSerializer
    filterset_fields = ("firm", "expert", "status")

    def rows(self, user: User) -> QuerySet[Renewal]:
        """Return what the reader may see."""
        return admissions.renewals_visible_to(user).select_related("bureau", "firm__bureau", "expert__bureau")

    @make(RenewalAsk)
    def create(self, given: dict[str, Any], by: User) -> Renewal:
        """Apply for a further term."""
        return services.ask_renewal(entry=entry_of(by), words=given.get("words", ""), by=by, on=clock.today())

    @verb(needs=Capability.REGISTER)
    def grant(self, row: Renewal, _given: dict[str, Any], by: User) -> None:
        """Grant it."""
        services.grant_renewal(renewal=row, by=by, on=clock.today())

    @verb(RefusalAsk, needs=Capability.REGISTER)
    def refuse(self, row: Renewal, given: dict[str, Any], by: User) -> None:
        """Refuse it, with words."""
        services.refuse_renewal(renewal=row, by=by, on=clock.today(), **given)

    @verb(needs=OWNERS)
    def withdraw(self, row: Renewal, _given: dict[str, Any], by: User) -> None:
        """Take it back."""
        services.withdraw_renewal(renewal=row, by=by, on=clock.today())


class InvitationSerializer(NounSerializer[Invitation]):
    """An invitation without its secret."""

    used_by_name = text("used_by.name")

    class Meta:
        model = Invitation
        fields = ("id", "firm", "expert", "made_on", "valid_to", "used_by_name", "used_on", "ended_on")


class InvitationAsk(Ask):
    """Whose entry: a firm's or an expert's."""

    firm = Visible(firms_visible_to, required=False)
    expert = Visible(experts_visible_to, required=False)


class GivenInvitationSerializer(InvitationSerializer):
    """A new invitation with its secret: the only time it is shown."""

    secret = serializers.CharField(read_only=True)

    class Meta(InvitationSerializer.Meta):
        fields = (*InvitationSerializer.Meta.fields, "secret")  # type: ignore[assignment] # one field more


class InvitationView(NounView[Invitation]):
    """Invitations to claim an entry: for the bureau only."""

    needs, make_needs = INSIDE, Capability.REGISTER
    serializer_class = InvitationSerializer
    filterset_fields = ("firm", "expert")

    def rows(self, user: User) -> QuerySet[Invitation]:
        """Return the invitations of the reader's bureau."""
        return admissions.invitations_visible_to(user).select_related("used_by")

    @extend_schema(request=InvitationAsk, responses={201: GivenInvitationSerializer})
    def create(self, request: Request) -> Response:
        """Invite the owner of an entry; the secret is in this answer and nowhere else."""
        asked = InvitationAsk(data=request.data, context=self.get_serializer_context())
        asked.is_valid(raise_exception=True)
        entry = asked.validated_data.get("firm") or asked.validated_data.get("expert")
        if entry is None:
            raise DomainError(Refusal("entry_missing", _("Name the firm or the expert."), {"field": "firm"}))
        row, secret = services.invite(entry=entry, by=person(request), on=clock.today())
        body = {**self.get_serializer(row).data, "secret": secret}
        return Response(body, status=status.HTTP_201_CREATED)


class UndertakingTextSerializer(NounSerializer[Wording]):
    """A version of the undertaking's text."""

    version = serializers.CharField(read_only=True)

    class Meta:
        model = Wording
        fields = ("id", "code", "version", "in_force_from", "text")


class UndertakingTextAsk(Ask):
    """Who accepts it, from when, what it says."""

    kind = Choice(ApplicationKind)
    in_force_from = serializers.DateField()
    text = phrase(texts.WORDING_LONGEST)


class UndertakingTextView(NounView[Wording]):
    """The bureau's own texts of the undertaking."""

    needs, make_needs = INSIDE, Capability.EDIT_RULES
    serializer_class = UndertakingTextSerializer
    filterset_fields: ClassVar[tuple[str, ...]] = ("code", "in_force_from")

    def rows(self, user: User) -> QuerySet[Wording]:
        """Return the versions of the reader's bureau."""
        return rulesets.wordings_visible_to(user).filter(code__in=CODES.values())

    @make(UndertakingTextAsk)
    def create(self, given: dict[str, Any], by: User) -> Wording:
        """Write a new version."""
        code = CODES[given.pop("kind")]
        return texts.put_wording(bureau=bureau_of(by), code=code, by=by, on=clock.today(), **given)
