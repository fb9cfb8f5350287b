"""Who belongs to a firm: lead evaluators, staff, and what firms report of them."""

from typing import Any, TypeVar

from django.db.models import QuerySet
from django.http import Http404
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.parsers import MultiPartParser

from evaluators import selectors as firms
from evaluators import services
from evaluators.enums import StaffRole
from evaluators.models import Firm, LeadEvaluator, Practitioner, StaffChange
from faces.api.dated import LeadsOn, PostsOn, SpellSerializer, certificate_then
from faces.api.serializers import Ask, Choice, NounSerializer, Visible, WordsAsk, phrase, text
from faces.api.v1.firms import OfFirmView, leads, scan_of
from faces.api.views import make, verb
from foundation.accounts.enums import Capability
from foundation.accounts.models import User
from foundation.core import clock
from parties.enums import SameName
from parties.services import PersonDraft

Post = TypeVar("Post", LeadEvaluator, Practitioner)


def own_firm(by: User) -> Firm:
    """Return the firm for which somebody works; raise 404 for who works for none."""
    firm = firms.firm_of(by)
    if firm is None:
        raise Http404
    return firm


def staff(user: User) -> QuerySet[Practitioner]:
    """Return the staff of the firms that somebody may see."""
    return Practitioner.objects.filter(firm__in=firms.visible_to(user))


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


class LeadEvaluatorSerializer(SpellSerializer[LeadEvaluator]):
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


class PostAsk(Ask):
    """Somebody of a firm: who it is, since when; ``same_name`` where somebody of this name is known."""

    firm = Visible(firms.visible_to)
    name = phrase(60)
    id_number = phrase(18, required=False)
    phone = phrase(20, required=False)
    same_name = Choice(SameName, required=False)
    started_on = serializers.DateField(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Give the service the person as one."""
        typed = {key: attrs.pop(key) for key in ("name", "id_number", "phone", "same_name") if key in attrs}
        return {**attrs, "person": PersonDraft(**typed, asks=True)}


class LeadPostAsk(PostAsk):
    """A lead evaluator."""

    title = phrase(60, required=False)
    certificate_number = phrase(60, required=False)
    certificate_valid_to = serializers.DateField(required=False)
    works_since = serializers.DateField()

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Give the service all it asks for."""
        return {"title": "", "certificate_number": "", **super().validate(attrs)}


class StaffPostAsk(PostAsk):
    """One of the staff."""

    duty = phrase(60, required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Give the service all it asks for."""
        return {"duty": "", **super().validate(attrs)}


class PostEndAsk(Ask):
    """The first day on which somebody has the post no more; today where none is given."""

    ended_on = serializers.DateField(required=False)


class PostView(OfFirmView[Post]):
    """A post of somebody in a visible firm."""

    filterset_fields = ("firm", "person")
    joins = ("person",)
    make_needs = Capability.REGISTER

    @verb(PostEndAsk, needs=Capability.REGISTER)
    def end(self, row: Post, given: dict[str, Any], by: User) -> None:
        """Write the end of the post; with the last one in the firm the employment by it ends, too."""
        services.end_post(post=row, by=by, on=clock.today(), **given)


class LeadEvaluatorView(PostView[LeadEvaluator]):
    """Lead evaluators of visible firms."""

    serializer_class = LeadEvaluatorSerializer
    filterset_base = LeadsOn

    @make(LeadPostAsk)
    def create(self, given: dict[str, Any], by: User) -> LeadEvaluator:
        """Enter a lead evaluator with his person (R-10, R-11)."""
        return services.register_lead(by=by, on=clock.today(), **given)


class PractitionerSerializer(SpellSerializer[Practitioner]):
    """One of a firm's staff, from a day to a day."""

    person_name = text("person.name")

    class Meta:
        model = Practitioner
        fields = ("id", "firm", "person", "person_name", "duty", "started_on", "ended_on")


class PractitionerView(PostView[Practitioner]):
    """Staff of visible firms."""

    serializer_class = PractitionerSerializer
    filterset_base = PostsOn

    @make(StaffPostAsk)
    def create(self, given: dict[str, Any], by: User) -> Practitioner:
        """Enter one of the staff with his person (R-11)."""
        return services.register_practitioner(by=by, on=clock.today(), **given)
