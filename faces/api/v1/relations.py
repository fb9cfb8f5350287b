"""How bodies are related, and who takes a firm's place: merger, split, conversion. Rule R-49."""

from typing import Any, Final

from django.db.models import QuerySet
from rest_framework import serializers

from appraisals.enums import TaskFate
from appraisals.services import Fate
from assignments.selectors import tasks
from evaluators import selectors as firms
from evaluators.services import Heir
from faces.api.dated import RelationsOn, SpellSerializer
from faces.api.serializers import EVERYBODY, Ask, Choice, Visible, phrase, several, text
from faces.api.views import NounView, make
from foundation.accounts.enums import Capability
from foundation.accounts.models import User
from foundation.core import clock
from foundation.core.numbers import MOST_ID
from parties import selectors as parties
from parties import services
from parties.enums import SUCCESSIONS, RelationshipKind
from parties.models import Relationship

PLAIN: Final = [kind.value for kind in RelationshipKind if kind not in SUCCESSIONS]


class RelationSerializer(SpellSerializer[Relationship]):
    """That one body is to another what ``kind`` says; of a succession also what passed to who takes the place."""

    subject_name = text("subject.name")
    other_name = text("other.name")

    class Meta:
        model = Relationship
        fields = (
            "id", "subject", "subject_name", "kind", "other", "other_name", "started_on", "ended_on", "note",
            "passes_scores", "passes_sanctions",
        )  # fmt: skip


class RelationAsk(Ask):
    """What one body is to another; who takes a firm's place is entered at the firm."""

    subject = Visible(parties.organisations_visible_to)
    kind = serializers.ChoiceField(choices=PLAIN)
    other = Visible(parties.organisations_visible_to)
    note = phrase(200, required=False)
    started_on = serializers.DateField(required=False)

    def validate_kind(self, value: str) -> RelationshipKind:
        """Return the member."""
        return RelationshipKind(value)


class RelationView(NounView[Relationship]):
    """Relations of the bureau's bodies, successions too; an outsider sees whom his own advised, audited or supplies."""

    needs = EVERYBODY
    make_needs = Capability.REGISTER
    serializer_class = RelationSerializer
    filterset_fields = ("subject", "kind", "other")
    filterset_base = RelationsOn

    def rows(self, user: User) -> QuerySet[Relationship]:
        """Return the relations that the reader may see."""
        return parties.relations_visible_to(user).select_related("subject", "other")

    @make(RelationAsk)
    def create(self, given: dict[str, Any], by: User) -> Relationship:
        """Enter a relation from a day, today unless told; the conflict rules find who supplied or advised a unit."""
        return services.record_relationship(by=by, on=clock.today(), **given)


class HeirAsk(Ask):
    """A firm that takes the place, and what passes to it."""

    firm = Visible(firms.visible_to)
    takes_scores = serializers.BooleanField(default=True)
    takes_sanctions = serializers.BooleanField(default=True)


class FateAsk(Ask):
    """What becomes of one running task; who takes it over is the first successor unless told."""

    task = Visible(tasks.visible_to)
    fate = Choice(TaskFate)
    heir = Visible(firms.visible_to, required=False)


class AccountMoveAsk(Ask):
    """A sign-in of the firm that goes on for a successor."""

    user = serializers.IntegerField(min_value=1, max_value=MOST_ID)
    heir = Visible(firms.visible_to)


class SuccessionAsk(Ask):
    """What happened, who takes the place, an answer for every running task; sign-ins that are not named close."""

    kind = serializers.ChoiceField(choices=[kind.value for kind in SUCCESSIONS])
    heirs = several(HeirAsk(), least=1, most=10)
    tasks = several(FateAsk(), most=200, required=False)
    accounts = several(AccountMoveAsk(), most=200, required=False)
    closes = serializers.BooleanField(default=True)
    note = phrase(200, required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Give the service what it asks for."""
        return {
            "kind": RelationshipKind(attrs["kind"]),
            "heirs": [Heir(**one) for one in attrs["heirs"]],
            "fates": {one["task"].pk: Fate(one["fate"], one.get("heir")) for one in attrs.get("tasks", ())},
            "accounts": {one["user"]: one["heir"] for one in attrs.get("accounts", ())},
            "closes": attrs["closes"],
            "note": attrs.get("note", ""),
        }


class RunningTaskSerializer(serializers.Serializer[Any]):
    """A running task that a succession has to answer for."""

    task = serializers.IntegerField(source="task.pk")
    number = serializers.CharField(source="task.number")
    title = serializers.CharField(source="task.title")


class SignInSerializer(serializers.Serializer[Any]):
    """A sign-in that goes on for a successor or closes."""

    user = serializers.IntegerField(source="user.pk")
    username = serializers.CharField(source="user.username")
    name = serializers.CharField(source="user.name")


class SuccessionSerializer(serializers.Serializer[Any]):
    """What a merger, a split or a conversion of the firm has to answer for today."""

    tasks = RunningTaskSerializer(many=True)
    accounts = SignInSerializer(many=True)


class LikenessSerializer(serializers.Serializer[Any]):
    """A removed firm, and what it shares with this one. Rule R-50."""

    removed = serializers.IntegerField(source="removed.pk")
    name = serializers.CharField(source="removed.organisation.name")
    marks = serializers.ListField(child=serializers.CharField())


class AsideAsk(Ask):
    """Which likeness means nothing, and why."""

    removed = Visible(firms.visible_to)
    reason = phrase(300)
