"""The pool of experts: specialties, standing recusals, days of absence, undertakings."""

from typing import Any, ClassVar, TypeVar

from django.db.models import Model, QuerySet
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.parsers import MultiPartParser

from admissions.services import move_entry, take_over_entry
from appraisals.selectors import suspensions_in_force
from experts import selectors as experts
from experts import services
from experts.enums import ExpertAction, SpecialtyChange, TitleLevel
from experts.models import (
    Expert,
    ExpertSpecialty,
    ExpertUndertaking,
    SpecialtyAsk,
    StandingRecusal,
    Unavailability,
)
from faces.api.dated import (
    NOT_KEPT,
    ExpertsOn,
    RecusalsOn,
    SpecialtiesOn,
    SpellSerializer,
    labelled,
    shown_then,
)
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
from faces.api.views import NounView, make, verb
from foundation.accounts.enums import Capability
from foundation.accounts.models import User
from foundation.core import clock
from foundation.taxonomy.enums import TreeKind
from foundation.taxonomy.models import Node
from foundation.taxonomy.selectors import visible_to as visible_nodes
from parties.models import Organisation

Row = TypeVar("Row", bound=Model)
POOL_OR_SELF = (Capability.REGISTER, Capability.EXPERT_DESK)


def bodies(user: User) -> QuerySet[Organisation]:
    """Return the bodies that somebody may name: those of the own bureau."""
    return Organisation.objects.filter(bureau_id=user.bureau_id or 0)


def nodes(user: User) -> QuerySet[Node]:
    """Return the specialties of the reader's bureau."""
    return visible_nodes(user).filter(tree=TreeKind.SPECIALTY)


class ExpertSerializer(NounSerializer[Expert]):
    """An expert of the pool."""

    only: ClassVar[Only] = {"guest_for": INSIDE, "is_civil_servant": INSIDE}
    name = text("person.name")
    deducted = serializers.IntegerField(help_text="points of the deductions that run")
    label = serializers.CharField(  # type: ignore[assignment] # DRF calls a field's own words so
        help_text="WATCH or CLOSE_WATCH by these points; empty without one (R-26)"
    )

    class Meta:
        model = Expert
        fields = (
            "id", "number", "person", "name", "source", "title", "title_level", "works_since", "status", "status_since",
            "admitted_on", "term_ends_on", "is_civil_servant", "guest_for", "deducted", "label",
        )  # fmt: skip
        extra_kwargs: ClassVar = {"is_civil_servant": NOT_KEPT, "guest_for": NOT_KEPT}

    def to_representation(self, instance: Expert) -> dict[str, Any]:
        """Return the expert, as he stood on the day that was asked about."""
        return shown_then(instance, super().to_representation(instance))


class ExpertStandingAsk(Ask):
    """What is done to a standing, and why."""

    action = Choice(ExpertAction)
    reason = phrase(required=False)

    def validate_action(self, value: ExpertAction) -> ExpertAction:
        """Refuse what is a sanction: it is told, heard and approved, and ends by its own rule."""
        if value == ExpertAction.REINSTATE:
            raise serializers.ValidationError(_("A removed party comes back by the revocation of its removal."))
        if value in {ExpertAction.SUSPEND, ExpertAction.REMOVE}:
            raise serializers.ValidationError(_("This is a sanction. Propose it at sanctions/."))
        return value


class TitleAsk(Ask):
    """The new title and its level, since when, and from what it is known."""

    title = phrase(60)
    level = Choice(TitleLevel)
    day = serializers.DateField(required=False)
    reason = phrase(200, required=False)


class ExpertView(NounView[Expert]):
    """The pool; an expert sees himself."""

    needs = EVERYBODY
    serializer_class = ExpertSerializer
    filterset_fields = ("number", "status", "source", "title_level", "person")
    filterset_base = ExpertsOn

    def rows(self, user: User) -> QuerySet[Expert]:
        """Return the experts that the reader may see."""
        return labelled(experts.visible_to(user).select_related("person"), user, clock.today(), party="person")

    @verb(ExpertStandingAsk, needs=Capability.REGISTER)
    def move(self, row: Expert, given: dict[str, Any], by: User) -> None:
        """Change the expert's standing from today."""
        if given["action"] == ExpertAction.RESTORE and suspensions_in_force(firm=None, expert=row).exists():
            raise serializers.ValidationError({"action": [_("A suspension is in force; it ends by its own rule.")]})
        move_entry(entry=row, by=by, on=clock.today(), **given)

    @verb(EarlierAsk, needs=Capability.REGISTER)
    def take_over(self, row: Expert, given: dict[str, Any], by: User) -> None:
        """Admit who stood in an earlier register or pool, from that day and without a public notice."""
        take_over_entry(entry=row, by=by, on=clock.today(), **given)

    @verb(TitleAsk, needs=Capability.REGISTER)
    def title(self, row: Expert, given: dict[str, Any], by: User) -> None:
        """Enter a new professional title; the old one answers for the days before."""
        services.change_title(expert=row, by=by, on=clock.today(), **given)


class OfExpertView(NounView[Row]):
    """Something of a visible expert."""

    needs = EVERYBODY
    joins: ClassVar[tuple[str, ...]] = ()

    def rows(self, user: User) -> QuerySet[Row]:
        """Return the rows of the experts that the reader may see."""
        model: Any = self.serializer_class.Meta.model  # type: ignore[union-attr] # every noun has a ModelSerializer
        rows: QuerySet[Row] = model.objects.filter(expert__in=experts.visible_to(user))
        return rows.select_related(*self.joins) if self.joins else rows


class ExpertSpecialtySerializer(SpellSerializer[ExpertSpecialty]):
    """A node of the specialty tree that an expert knows."""

    code = text("node.code")
    name = text("node.name")

    class Meta:
        model = ExpertSpecialty
        fields = (
            "id", "expert", "node", "code", "name", "is_main", "started_on", "ended_on", "reason", "end_reason",
            "proof", "end_proof",
        )  # fmt: skip


class SpecialtyAddAsk(Ask):
    """Which one, since when, why, and the proof."""

    expert = Visible(experts.visible_to)
    node = Visible(nodes)
    is_main = serializers.BooleanField(required=False)
    day = serializers.DateField(required=False)
    reason = phrase(200)
    proof = serializers.FileField(max_length=200, required=False)


class SpecialtyEndAsk(Ask):
    """Until when, why, and the proof."""

    day = serializers.DateField(required=False)
    reason = phrase(200)
    proof = serializers.FileField(max_length=200, required=False)


def scan_of(given: dict[str, Any]) -> services.Proof | None:
    """Take the uploaded scan out of what was given, as the services take it."""
    file = given.pop("proof", None)
    return services.Proof(file.name, file.read()) if file else None


class ExpertSpecialtyView(OfExpertView[ExpertSpecialty]):
    """Specialties of visible experts."""

    serializer_class = ExpertSpecialtySerializer
    filterset_fields = ("expert", "node", "is_main")
    filterset_base = SpecialtiesOn
    joins = ("node",)
    make_needs = Capability.REGISTER

    def get_parsers(self) -> list[Any]:
        """Take a scan with a new one, JSON with a step."""
        return [MultiPartParser()] if getattr(self, "action_map", {}).get("post") == "create" else super().get_parsers()

    @make(SpecialtyAddAsk)
    def create(self, given: dict[str, Any], by: User) -> ExpertSpecialty:
        """Add a specialty to an expert of the pool."""
        return services.add_specialty(proof=scan_of(given), by=by, on=clock.today(), **given)

    @verb(SpecialtyEndAsk, needs=Capability.REGISTER, takes_file=True)
    def end(self, row: ExpertSpecialty, given: dict[str, Any], by: User) -> None:
        """End it; the past keeps it."""
        services.end_specialty(specialty=row, proof=scan_of(given), by=by, on=clock.today(), **given)

    @verb(needs=Capability.REGISTER)
    def main(self, row: ExpertSpecialty, _given: dict[str, Any], by: User) -> None:
        """Make it the main one from today."""
        services.make_main(specialty=row, by=by, on=clock.today())


class SpecialtyAskSerializer(NounSerializer[SpecialtyAsk]):
    """What an expert asked about his specialties, and the answer."""

    code = text("node.code")
    name = text("node.name")

    class Meta:
        model = SpecialtyAsk
        fields = (
            "id", "expert", "node", "code", "name", "change", "reason", "proof", "status", "asked_on", "decided_on",
            "words",
        )  # fmt: skip


class NewSpecialtyAsk(Ask):
    """What is asked, why, and the proof."""

    expert = Visible(experts.visible_to)
    node = Visible(nodes)
    change = Choice(SpecialtyChange)
    reason = phrase(200)
    proof = serializers.FileField(max_length=200, required=False)


class SpecialtyAcceptAsk(Ask):
    """Whether an added specialty becomes the main one."""

    is_main = serializers.BooleanField(required=False)


class SpecialtyAskView(OfExpertView[SpecialtyAsk]):
    """What visible experts ask about their specialties; an expert sees and makes his own."""

    serializer_class = SpecialtyAskSerializer
    filterset_fields = ("expert", "status", "change")
    joins = ("node",)
    make_needs = Capability.EXPERT_DESK

    def get_parsers(self) -> list[Any]:
        """Take a scan with a new one, JSON with an answer."""
        return [MultiPartParser()] if getattr(self, "action_map", {}).get("post") == "create" else super().get_parsers()

    @make(NewSpecialtyAsk)
    def create(self, given: dict[str, Any], by: User) -> SpecialtyAsk:
        """Ask, as the expert himself."""
        return services.ask_specialty(proof=scan_of(given), by=by, on=clock.today(), **given)

    @verb(SpecialtyAcceptAsk, needs=Capability.REGISTER)
    def accept(self, row: SpecialtyAsk, given: dict[str, Any], by: User) -> None:
        """Do what was asked, from today."""
        services.accept_specialty_ask(ask=row, by=by, on=clock.today(), **given)

    @verb(WordsAsk, needs=Capability.REGISTER)
    def refuse(self, row: SpecialtyAsk, given: dict[str, Any], by: User) -> None:
        """Refuse it with words."""
        services.refuse_specialty_ask(ask=row, by=by, on=clock.today(), **given)

    @verb(needs=Capability.EXPERT_DESK)
    def withdraw(self, row: SpecialtyAsk, _given: dict[str, Any], by: User) -> None:
        """Take it back."""
        services.withdraw_specialty_ask(ask=row, by=by, on=clock.today())


class StandingRecusalSerializer(SpellSerializer[StandingRecusal]):
    """An organisation that an expert always steps back from."""

    organisation_name = text("organisation.name")

    class Meta:
        model = StandingRecusal
        fields = ("id", "expert", "organisation", "organisation_name", "reason", "started_on", "ended_on")


class RecusalAsk(Ask):
    """From whom an expert steps back, why, and from which day on."""

    expert = Visible(experts.visible_to)
    organisation = Visible(bodies)
    reason = phrase(200)
    started_on = serializers.DateField(required=False)


class StandingRecusalView(OfExpertView[StandingRecusal]):
    """Standing recusals of visible experts."""

    serializer_class = StandingRecusalSerializer
    filterset_fields = ("expert", "organisation")
    filterset_base = RecusalsOn
    joins = ("organisation",)
    make_needs = POOL_OR_SELF

    @make(RecusalAsk)
    def create(self, given: dict[str, Any], by: User) -> StandingRecusal:
        """Write a standing recusal, from today unless told; the expert himself or who keeps the pool."""
        return services.add_recusal(by=by, on=clock.today(), **given)

    @verb(needs=Capability.REGISTER)
    def end(self, row: StandingRecusal, _given: dict[str, Any], by: User) -> None:
        """End the recusal today."""
        services.end_recusal(recusal=row, by=by, on=clock.today())


class UnavailabilitySerializer(NounSerializer[Unavailability]):
    """Days on which an expert is not free, both ends included."""

    class Meta:
        model = Unavailability
        fields = ("id", "expert", "started_on", "ended_on", "words")


class UnavailabilityAsk(Ask):
    """The days."""

    expert = Visible(experts.visible_to)
    started_on = serializers.DateField()
    ended_on = serializers.DateField()
    words = phrase(120, required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Give the service all it asks for."""
        return {"words": "", **attrs}


class UnavailabilityView(OfExpertView[Unavailability]):
    """Absences of visible experts."""

    serializer_class = UnavailabilitySerializer
    filterset_fields = ("expert",)
    make_needs = POOL_OR_SELF

    @make(UnavailabilityAsk)
    def create(self, given: dict[str, Any], by: User) -> Unavailability:
        """Write days of absence; the expert himself or who keeps the pool."""
        return services.add_unavailability(by=by, on=clock.today(), **given)


class ExpertUndertakingSerializer(NounSerializer[ExpertUndertaking]):
    """The undertaking of a year."""

    class Meta:
        model = ExpertUndertaking
        fields = ("id", "expert", "year", "text_version", "accepted_on", "accepted_at")


class ExpertUndertakingView(OfExpertView[ExpertUndertaking]):
    """Undertakings of visible experts."""

    serializer_class = ExpertUndertakingSerializer
    filterset_fields = ("expert", "year")
