"""Applications for register and pool, and objections against them."""

from datetime import date
from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from admissions import selectors as admissions
from admissions import services
from admissions.enums import ApplicationKind, ObjectionOutcome
from admissions.models import (
    Application,
    ApplicationItem,
    ApplicationPerson,
    Objection,
)
from admissions.rules import Gap
from evaluators.enums import FirmKind
from evaluators.services import UNDERTAKING as FIRM_UNDERTAKING
from experts.enums import TitleLevel
from experts.services import UNDERTAKING as EXPERT_UNDERTAKING
from faces.api.serializers import (
    EVERYBODY,
    INSIDE,
    Ask,
    Choice,
    NounSerializer,
    ReasonAsk,
    Visible,
    phrase,
    several,
    text,
)
from faces.api.views import NounView, verb
from foundation.accounts.enums import Capability
from foundation.accounts.models import User
from foundation.core import clock
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
        fields = ("id", "name", "title", "works_since", "certificate_number", "certificate_valid_to")


class ApplicationSerializer(NounSerializer[Application]):
    """An application with its items and people."""

    entered_by_name = text("entered_by.name")
    items = ItemSerializer(many=True)
    people = NamedPersonSerializer(many=True)

    class Meta:
        model = Application
        fields = (
            "id", "kind", "status", "status_since", "title", "profile", "undertaking_version", "undertaken_on",
            "submitted_on", "announced_on", "notice_until", "firm", "expert", "entered_by_name", "items",
            "people",
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


class PersonOutAsk(Ask):
    """Who is taken out, by id."""

    person = Visible(admissions.people_of)


class GapSerializer(serializers.Serializer[Gap]):
    """Something that is missing: in which part, what, and why (empty: it is not there)."""

    part = serializers.CharField()
    what = serializers.CharField()
    why = serializers.CharField()


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
        rows = admissions.visible_to(user).select_related("bureau", "applicant", "entered_by")
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

    @verb(PersonOutAsk, needs=Capability.APPLY, path="person-out")
    def take_person_out(self, _row: Application, given: dict[str, Any], by: User) -> None:
        """Take a person out of the own application."""
        services.remove_person(by=by, on=clock.today(), **given)

    @extend_schema(responses=GapSerializer(many=True))
    @action(detail=True, methods=["get"], pagination_class=None, filter_backends=())
    def gaps(self, request: Request, **_names: str) -> Response:  # noqa: ARG002 - the address names the application
        """Return what keeps it from being handed in today; nothing for an entry of the bureau's own."""
        row = self.get_object()
        found = admissions.gaps(row, clock.today()) if row.applicant_id else []
        return Response([GapSerializer(one).data for one in found])

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


class PublicNoticeSerializer(NounSerializer[Application]):
    """A running public notice: its frozen copy and its days."""

    bureau_name = text("bureau.name")

    class Meta:
        model = Application
        fields = ("id", "kind", "bureau_name", "notice", "announced_on", "notice_until")


class PublicNoticeView(NounView[Application]):
    """The public notices of admissions that run today at the reader's bureau: what everybody reads on the page."""

    needs = EVERYBODY
    serializer_class = PublicNoticeSerializer
    filterset_fields = ("kind",)

    def rows(self, user: User) -> QuerySet[Application]:
        """Return the notices of today, the last day included."""
        return admissions.announced(clock.today()).filter(bureau_id=user.bureau_id or 0)


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
