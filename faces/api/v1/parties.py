"""Organisations, budget units, persons and where they work or worked. Sealed numbers are read for a purpose only."""

from typing import Any, ClassVar

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from desk.services import join_persons
from faces.api.dated import (
    NOT_KEPT,
    EmploymentsOn,
    OrganisationsOn,
    PersonsOn,
    SpellSerializer,
    UnitsOn,
    facts_then,
    unit_then,
)
from faces.api.serializers import (
    EVERYBODY,
    INSIDE,
    Ask,
    Choice,
    NounSerializer,
    Only,
    Visible,
    WordsAsk,
    asked,
    person,
    phrase,
    text,
)
from faces.api.views import NounView, make, verb
from foundation.accounts.enums import Capability
from foundation.accounts.models import User
from foundation.core import clock
from parties import selectors as parties
from parties import services
from parties.enums import EmploymentKind, Sealed
from parties.models import BudgetUnit, Employment, Organisation, Person

POOL_OR_SELF = (Capability.REGISTER, Capability.EXPERT_DESK)


class OrganisationSerializer(NounSerializer[Organisation]):
    """A body, once, whatever roles it plays."""

    only: ClassVar[Only] = {"phone": INSIDE, "legal_person": INSIDE}

    class Meta:
        model = Organisation
        fields = (
            "id", "name", "kind", "uscc", "legal_person", "address", "phone", "founded_on", "closed_on", "is_demo",
        )  # fmt: skip

    def to_representation(self, instance: Organisation) -> dict[str, Any]:
        """Return the body, as it was on the day that was asked about."""
        return facts_then(instance, super().to_representation(instance))


class FactsAsk(Ask):
    """The new legal representative or address, since when, and from what it is known."""

    legal_person = phrase(60, required=False)
    address = phrase(200, required=False)
    day = serializers.DateField()
    reason = phrase(200)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Give the service all it asks for."""
        return {"legal_person": "", "address": "", **attrs}


class NameAsk(Ask):
    """The new name, and since when."""

    name = phrase(120)
    day = serializers.DateField(required=False)


class OrganisationView(NounView[Organisation]):
    """Organisations of the bureau; an outsider sees his own."""

    needs = EVERYBODY
    serializer_class = OrganisationSerializer
    filterset_fields = ("kind", "uscc", "name")
    filterset_base = OrganisationsOn

    def rows(self, user: User) -> QuerySet[Organisation]:
        """Return the organisations that the reader may see."""
        return parties.organisations_visible_to(user)

    @verb(FactsAsk, needs=Capability.REGISTER)
    def facts(self, row: Organisation, given: dict[str, Any], by: User) -> None:
        """Enter a new legal representative or address; the old one answers for the days before."""
        services.change_facts(organisation=row, by=by, on=clock.today(), **given)

    @verb(NameAsk, needs=Capability.REGISTER)
    def rename(self, row: Organisation, given: dict[str, Any], by: User) -> None:
        """Enter a new name from a day, today unless told; papers of before keep the old one."""
        services.rename_organisation(organisation=row, by=by, on=clock.today(), **given)


class BudgetUnitSerializer(NounSerializer[BudgetUnit]):
    """A budget unit with its superior."""

    name = text("organisation.name")
    superior_name = text("superior.organisation.name")
    section_name = text("section.name")

    class Meta:
        model = BudgetUnit
        fields = (
            "id", "code", "organisation", "name", "superior", "superior_name", "section", "section_name",
            "is_bureau_itself",
        )  # fmt: skip
        extra_kwargs: ClassVar = {"superior": NOT_KEPT, "section": NOT_KEPT}

    def to_representation(self, instance: BudgetUnit) -> dict[str, Any]:
        """Return the unit, as it was called on the day that was asked about."""
        return unit_then(instance, super().to_representation(instance))


class BudgetUnitView(NounView[BudgetUnit]):
    """Budget units; a unit sees itself and the units below it."""

    needs = EVERYBODY
    serializer_class = BudgetUnitSerializer
    filterset_fields = ("code", "superior", "section")
    filterset_base = UnitsOn

    def rows(self, user: User) -> QuerySet[BudgetUnit]:
        """Return the units that the reader may see."""
        return parties.units_visible_to(user).select_related("organisation", "superior__organisation", "section")


class PersonSerializer(NounSerializer[Person]):
    """A person by name."""

    only: ClassVar[Only] = {"email": INSIDE, "born_on": INSIDE}

    class Meta:
        model = Person
        fields = ("id", "name", "email", "born_on", "is_demo")

    def to_representation(self, instance: Person) -> dict[str, Any]:
        """Return the person under the name of the day that was asked about."""
        return facts_then(instance, super().to_representation(instance))


class RenameAsk(Ask):
    """The new name, since when, and why."""

    name = phrase(60)
    day = serializers.DateField(required=False)
    reason = phrase(200)


class ContactDataAsk(Ask):
    """How the person is reached: no telephone leaves the known one."""

    phone = phrase(20, required=False)
    email = serializers.EmailField(max_length=120, allow_blank=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Give the service all it asks for."""
        return {"phone": "", **attrs}


class NumberAsk(Ask):
    """The right national ID number, and by which document."""

    id_number = phrase(18)
    reason = phrase(200)


class RevealNumberAsk(Ask):
    """Which sealed number, and what it is needed for."""

    what = Choice(Sealed)
    purpose = phrase(200)


class RevealedSerializer(serializers.Serializer[Any]):
    """A sealed number in clear."""

    number = serializers.CharField()


class PersonJoinAsk(Ask):
    """Which other record is the same person, how it is known, and whether the other's ID number was wrong."""

    other = Visible(parties.persons_visible_to)
    reason = phrase(200)
    number_was_wrong = serializers.BooleanField(required=False)


class PersonView(NounView[Person]):
    """Persons the bureau knows; an outsider sees himself."""

    needs = EVERYBODY
    serializer_class = PersonSerializer
    filterset_fields = ("name",)
    filterset_base = PersonsOn

    def rows(self, user: User) -> QuerySet[Person]:
        """Return the persons that the reader may see."""
        return parties.persons_visible_to(user)

    @verb(RenameAsk, needs=Capability.REGISTER)
    def rename(self, row: Person, given: dict[str, Any], by: User) -> None:
        """Enter a new name; papers and frozen lists of before keep the old one."""
        services.rename_person(person=row, by=by, on=clock.today(), **given)

    @verb(ContactDataAsk, needs=POOL_OR_SELF)
    def contact(self, row: Person, given: dict[str, Any], by: User) -> None:
        """Write how the person is reached from now on; he himself or who keeps the register."""
        services.change_contact(person=row, by=by, on=clock.today(), **given)

    @verb(NumberAsk, needs=Capability.REGISTER)
    def correct_number(self, row: Person, given: dict[str, Any], by: User) -> None:
        """Set a wrong national ID number right; the answer does not show it."""
        services.correct_id_number(person=row, by=by, on=clock.today(), **given)

    @extend_schema(request=RevealNumberAsk, responses=RevealedSerializer, filters=False)
    @action(detail=True, methods=["post"], needs=Capability.REGISTER)
    def reveal(self, request: Request, **_names: str) -> Response:
        """Return a sealed number in clear, this once; who read it and what for is journaled and counted (R-51)."""
        given = asked(RevealNumberAsk, request.data, request)
        number = services.reveal(person=self.get_object(), by=person(request), on=clock.today(), **given)
        return Response({"number": number}, headers={"Cache-Control": "private, no-store"})

    @verb(PersonJoinAsk, needs=Capability.REGISTER)
    def join(self, row: Person, given: dict[str, Any], by: User) -> None:
        """Join the other record into this one; this cannot be taken back."""
        join_persons(kept=row, joined=given.pop("other"), by=by, on=clock.today(), **given)


class EmploymentSerializer(SpellSerializer[Employment]):
    """A dated spell of a person with an organisation."""

    only: ClassVar[Only] = {"source": INSIDE}
    person_name = text("person.name")
    organisation_name = text("organisation.name")

    class Meta:
        model = Employment
        fields = (
            "id", "person", "person_name", "organisation", "organisation_name", "kind", "title", "started_on",
            "ended_on", "source", "asked_end_on", "asked_on", "end_answer",
        )  # fmt: skip


class SpellAsk(Ask):
    """Who belongs to which body, as what, and from when until when."""

    person = Visible(parties.persons_visible_to)
    employer = phrase(120)
    kind = Choice(EmploymentKind)
    title = phrase(60, required=False)
    started_on = serializers.DateField()
    ended_on = serializers.DateField(required=False, allow_null=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Give the service all it asks for."""
        return {"title": "", **attrs}


class SpellEndAsk(Ask):
    """The first day on which it no longer holds."""

    ended_on = serializers.DateField()


class EmploymentView(NounView[Employment]):
    """Who was where, and who owns, advises or heads what; an outsider sees his own spells."""

    needs = EVERYBODY
    serializer_class = EmploymentSerializer
    filterset_fields = ("person", "organisation", "kind")
    filterset_base = EmploymentsOn
    make_needs = POOL_OR_SELF

    def rows(self, user: User) -> QuerySet[Employment]:
        """Return the spells of the persons whom the reader may see."""
        return parties.spells_visible_to(user)

    @make(SpellAsk)
    def create(self, given: dict[str, Any], by: User) -> Employment:
        """Write a tie of a person to a body; he himself or who keeps the register."""
        return services.declare_spell(by=by, on=clock.today(), **given)

    @verb(SpellEndAsk, needs=Capability.REGISTER)
    def end(self, row: Employment, given: dict[str, Any], by: User) -> None:
        """Write its end; what was there before is journaled."""
        services.end_spell(spell=row, by=by, on=clock.today(), **given)

    @verb(SpellEndAsk, needs=Capability.EXPERT_DESK)
    def ask_end(self, row: Employment, given: dict[str, Any], by: User) -> None:
        """Declare, as the person himself, that it has ended; it counts once the register has accepted it."""
        services.ask_end(spell=row, by=by, on=clock.today(), **given)

    @verb(needs=Capability.REGISTER)
    def accept_end(self, row: Employment, _given: dict[str, Any], by: User) -> None:
        """End it on the day that was asked for."""
        services.accept_end(spell=row, by=by, on=clock.today())

    @verb(WordsAsk, needs=Capability.REGISTER)
    def decline_end(self, row: Employment, given: dict[str, Any], by: User) -> None:
        """Leave it as it is, with words."""
        services.decline_end(spell=row, by=by, on=clock.today(), **given)
