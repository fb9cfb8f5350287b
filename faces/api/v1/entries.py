"""What is asked of entries: checklists, yearly confirmations, further terms, invitations, undertakings."""

from typing import Any, ClassVar

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.parsers import JSONParser, MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from admissions import selectors as admissions
from admissions import services
from admissions.enums import ApplicationKind
from admissions.models import (
    Confirmation,
    EntryCheck,
    Invitation,
    Renewal,
)
from evaluators.models import Firm
from evaluators.selectors import firm_of
from evaluators.selectors import visible_to as firms_visible_to
from evaluators.services import UNDERTAKING as FIRM_UNDERTAKING
from experts.enums import TitleLevel
from experts.models import Expert
from experts.selectors import expert_of
from experts.selectors import visible_to as experts_visible_to
from experts.services import UNDERTAKING as EXPERT_UNDERTAKING
from faces.api.dated import ChecksOn
from faces.api.serializers import INSIDE, Ask, Choice, NounSerializer, Visible, phrase, text
from faces.api.views import NounView, bureau_of, make, person, verb
from foundation.accounts.enums import Capability
from foundation.accounts.models import User
from foundation.accounts.permissions import may
from foundation.core import clock
from foundation.core.errors import DomainError, NotAllowed, Refusal
from foundation.rulesets import selectors as rulesets
from foundation.rulesets import services as texts
from foundation.rulesets.models import Wording

OWNERS = (Capability.FIRM_SIGN, Capability.EXPERT_DESK)
READERS = (INSIDE, Capability.FIRM_DESK, Capability.EXPERT_DESK)
FROM_PAPER = frozenset({"firm", "expert", "paper", "signed_on", "signed_by"})
CODES = {ApplicationKind.FIRM: FIRM_UNDERTAKING, ApplicationKind.EXPERT: EXPERT_UNDERTAKING}


def entry_of(user: User) -> Firm | Expert:
    """Return the entry of who asks; raise ``NotAllowed`` for who has none."""
    found = firm_of(user) or expert_of(user)
    if found is None:
        raise NotAllowed
    return found


def entry_in(given: dict[str, Any]) -> Firm | Expert:
    """Take the firm or the expert out of what was given; raise ``DomainError`` where neither is named."""
    firm, expert = given.pop("firm", None), given.pop("expert", None)
    found: Firm | Expert | None = firm or expert
    if found is None:
        raise DomainError(Refusal("entry_missing", _("Name the firm or the expert."), {"field": "firm"}))
    return found


class EntryCheckSerializer(NounSerializer[EntryCheck]):
    """The answer to one item of an admission checklist, with its proof."""

    class Meta:
        model = EntryCheck
        fields = ("id", "firm", "expert", "code", "is_met", "proof", "source", "valid_to", "remark", "checked_on")


class EntryCheckAsk(Ask):
    """Whose, which item, what was found, and the proof."""

    firm = Visible(firms_visible_to, required=False)
    expert = Visible(experts_visible_to, required=False)
    code = serializers.CharField(max_length=40)
    is_met = serializers.BooleanField()
    file = serializers.FileField(max_length=200, required=False)
    issued_by = phrase(100, required=False)
    valid_to = serializers.DateField(required=False)
    remark = phrase(required=False)


class EntryCheckView(NounView[EntryCheck]):
    """Admission checklists, every answer with its day; a firm and an expert see their own."""

    needs, make_needs = READERS, Capability.REGISTER
    serializer_class = EntryCheckSerializer
    filterset_fields = ("firm", "expert", "code", "is_met")
    filterset_base = ChecksOn

    def get_parsers(self) -> list[Any]:
        """Take a proof with an answer, or JSON without one."""
        return [MultiPartParser(), JSONParser()]

    def rows(self, user: User) -> QuerySet[EntryCheck]:
        """Return the answers that the reader may see."""
        return admissions.checks_visible_to(user)

    @make(EntryCheckAsk)
    def create(self, given: dict[str, Any], by: User) -> EntryCheck:
        """Write what was found about one item today; the answer of before stays for its days."""
        entry, file = entry_in(given), given.get("file")
        answer = services.CheckDraft(
            is_met=given["is_met"],
            source=given.get("issued_by", ""),
            valid_to=given.get("valid_to"),
            remark=given.get("remark", ""),
            file=(file.name, file.read()) if file else None,
        )
        code = given["code"]
        return services.record_checks(entry=entry, answers={code: answer}, by=by, on=clock.today())[code]


class ConfirmationSerializer(NounSerializer[Confirmation]):
    """A yearly confirmation with its declared changes."""

    class Meta:
        model = Confirmation
        fields = (
            "id", "firm", "expert", "year", "status", "changes", "confirmed_on", "signed_by", "paper", "answer",
            "decided_on",
        )  # fmt: skip


class ConfirmationAsk(Ask):
    """What changed; what is left out stays as it is. A firm has the first four facts, an expert the last four.

    Who keeps the register names the entry, and enters a signed paper with its scan.
    """

    firm = Visible(firms_visible_to, required=False)
    expert = Visible(experts_visible_to, required=False)
    paper = serializers.FileField(max_length=200, required=False)
    signed_on = serializers.DateField(required=False)
    signed_by = phrase(60, required=False)
    legal_person = phrase(60, required=False)
    address = phrase(200, required=False)
    phone = phrase(40, required=False)
    staff_count = serializers.IntegerField(required=False, min_value=0, max_value=100_000)
    title = phrase(60, required=False)
    level = Choice(TitleLevel, required=False)
    employer = phrase(120, required=False)
    employed_since = serializers.DateField(required=False)


class SettleAsk(Ask):
    """Whether the changes are taken over, and words for the owner."""

    takes_over = serializers.BooleanField()
    words = phrase(required=False)


class ConfirmationView(NounView[Confirmation]):
    """Yearly confirmations; a firm and an expert see and make their own, the bureau enters signed papers."""

    needs, make_needs = READERS, (*OWNERS, Capability.REGISTER)
    serializer_class = ConfirmationSerializer
    filterset_fields = ("firm", "expert", "year", "status")

    def rows(self, user: User) -> QuerySet[Confirmation]:
        """Return what the reader may see."""
        return admissions.confirmations_visible_to(user).select_related("bureau", "firm__bureau", "expert__bureau")

    def get_parsers(self) -> list[Any]:
        """Take a scan, or JSON without one."""
        return [MultiPartParser(), JSONParser()]

    @make(ConfirmationAsk)
    def create(self, given: dict[str, Any], by: User) -> Confirmation:
        """Confirm this year and accept the undertaking; for the bureau: enter who did so on paper."""
        if may(by, Capability.REGISTER):
            return self._entered(given, by)
        if FROM_PAPER & set(given):
            raise NotAllowed
        return services.confirm_year(entry=entry_of(by), given=given, by=by, on=clock.today())

    def _entered(self, given: dict[str, Any], by: User) -> Confirmation:
        entry, file, signed_on = entry_in(given), given.pop("paper", None), given.pop("signed_on", None)
        if file is None or signed_on is None:
            message = _("Give the scan of the signed paper and the day that stands on it.")
            raise DomainError(Refusal("paper_missing", message, {"field": "paper"}))
        paper = services.SignedPaper(given.pop("signed_by", ""), signed_on, (file.name, file.read()))
        return services.enter_year(entry=entry, given=given, paper=paper, by=by, on=clock.today())

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
        entry = entry_in(dict(asked.validated_data))
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
