"""Rule sets, measures, specialties, approvals, papers, notices, the journal."""

from typing import Any, ClassVar

from django.db.models import QuerySet
from django_filters import rest_framework as filters
from rest_framework import serializers

from delivery import selectors as delivery
from faces.api.dated import NOT_KEPT, NodesOn, node_then
from faces.api.serializers import (
    EVERYBODY,
    INSIDE,
    Ask,
    Choice,
    NounSerializer,
    Only,
    Visible,
    WordsAsk,
    phrase,
)
from faces.api.v1.task_asks import NoteAsk
from faces.api.views import NounView, bureau_of, make, verb
from foundation.accounts.enums import Capability
from foundation.accounts.models import User
from foundation.approvals import selectors as approvals
from foundation.approvals import services as decisions
from foundation.approvals.models import Approval, ApprovalStep
from foundation.audit.models import Entry
from foundation.core import clock
from foundation.notices import selectors as notices
from foundation.notices.models import Notice
from foundation.papers.models import Paper
from foundation.rulesets import selectors as rulesets
from foundation.rulesets.models import Measure, RuleSet, RuleValue
from foundation.taxonomy import selectors as taxonomy
from foundation.taxonomy import services as trees
from foundation.taxonomy.enums import TreeKind
from foundation.taxonomy.models import Node


class RuleValueSerializer(NounSerializer[RuleValue]):
    """One value of a rule set with its source."""

    letter_number = serializers.CharField(source="measure.letter_number", default="")

    class Meta:
        model = RuleValue
        fields = ("key", "value", "unit", "tag", "letter_number", "clause")


class RuleSetSerializer(NounSerializer[RuleSet]):
    """A rule set with the values that differ from the shipped ones."""

    values = RuleValueSerializer(many=True)

    class Meta:
        model = RuleSet
        fields = ("id", "name", "effective_from", "effective_to", "note", "values")


class RuleSetView(NounView[RuleSet]):
    """Dated rule sets of the bureau."""

    needs = EVERYBODY
    serializer_class = RuleSetSerializer
    filterset_fields = ("effective_from",)

    def rows(self, user: User) -> QuerySet[RuleSet]:
        """Return the sets of the reader's bureau."""
        return rulesets.visible_to(user).prefetch_related("values__measure")


class MeasureSerializer(NounSerializer[Measure]):
    """A measure of the library."""

    class Meta:
        model = Measure
        fields = ("id", "title", "letter_number", "issuer", "in_force_from", "in_force_to", "replaced_by")


class MeasureView(NounView[Measure]):
    """The library of measures (制度库)."""

    needs = EVERYBODY
    serializer_class = MeasureSerializer
    filterset_fields = ("letter_number",)

    def rows(self, user: User) -> QuerySet[Measure]:
        """Return national measures and the bureau's own."""
        return rulesets.measures_visible_to(user)


class SpecialtySerializer(NounSerializer[Node]):
    """A node of a three-level tree."""

    class Meta:
        model = Node
        fields = ("id", "tree", "level", "code", "name", "path", "parent", "retired_on", "merged_into", "successor")
        extra_kwargs: ClassVar = {"path": NOT_KEPT}

    def to_representation(self, instance: Node) -> dict[str, Any]:
        """Return the node, as it was on the day that was asked about."""
        return node_then(instance, super().to_representation(instance))


class NodeAsk(Ask):
    """A new node; without a parent it stands on the first level."""

    tree = Choice(TreeKind)
    code = serializers.RegexField(r"^[^\s/]+$", max_length=20)
    name = phrase(60)
    under = Visible(taxonomy.visible_to, required=False)


class NodeNameAsk(Ask):
    """The new name."""

    name = phrase(60)


class NodeParentAsk(Ask):
    """Under what."""

    under = Visible(taxonomy.visible_to)


class NodeIntoAsk(Ask):
    """Into what."""

    into = Visible(taxonomy.visible_to)


class SpecialtyView(NounView[Node]):
    """Specialties and finding codes."""

    needs = EVERYBODY
    make_needs = Capability.REGISTER
    serializer_class = SpecialtySerializer
    filterset_fields = ("tree", "level", "code", "parent", "successor")
    filterset_base = NodesOn

    def rows(self, user: User) -> QuerySet[Node]:
        """Return the nodes of the reader's bureau."""
        return taxonomy.visible_to(user)

    @make(NodeAsk)
    def create(self, given: dict[str, Any], by: User) -> Node:
        """Add a node."""
        parent: Node | None = given.get("under")
        draft = trees.NodeDraft(given["code"], given["name"], parent.code if parent else "")
        return trees.add_node(bureau=bureau_of(by), tree=given["tree"], draft=draft, by=by, on=clock.today())

    @verb(NodeNameAsk, needs=Capability.REGISTER)
    def rename(self, row: Node, given: dict[str, Any], by: User) -> None:
        """Give it its new name from today."""
        trees.rename_node(node=row, by=by, on=clock.today(), **given)

    @verb(NodeParentAsk, needs=Capability.REGISTER)
    def move(self, row: Node, given: dict[str, Any], by: User) -> None:
        """Put it, with all below it, under another node of the level above."""
        trees.move_node(node=row, parent=given["under"], by=by, on=clock.today())

    @verb(NodeIntoAsk, needs=Capability.REGISTER)
    def merge(self, row: Node, given: dict[str, Any], by: User) -> None:
        """End it and let another count in its place."""
        trees.merge_node(node=row, by=by, on=clock.today(), **given)

    @verb(needs=Capability.REGISTER)
    def retire(self, row: Node, _given: dict[str, Any], by: User) -> None:
        """End it; what used it keeps it."""
        trees.retire_node(node=row, by=by, on=clock.today())

    @verb(needs=Capability.REGISTER)
    def revive(self, row: Node, _given: dict[str, Any], by: User) -> None:
        """Let it be chosen again."""
        trees.revive_node(node=row, by=by, on=clock.today())


class ApprovalStepSerializer(NounSerializer[ApprovalStep]):
    """One step: who decided what, and in whose place."""

    decided_by = serializers.CharField(source="decided_by.name", default="")
    on_behalf_of = serializers.CharField(source="on_behalf_of.name", default="")

    class Meta:
        model = ApprovalStep
        fields = ("position", "role", "status", "decided_by", "on_behalf_of", "words", "decided_at")


class ApprovalSerializer(NounSerializer[Approval]):
    """An approval with its chain."""

    entered_by = serializers.CharField(source="entered_by.name")
    steps = ApprovalStepSerializer(many=True)

    class Meta:
        model = Approval
        fields = (
            "id", "kind", "title", "subject_kind", "subject_id", "amount_cents", "status", "entered_by", "entered_at",
            "closed_at", "steps",
        )  # fmt: skip


class ApprovalView(NounView[Approval]):
    """Approvals (呈批)."""

    needs = Capability.READ_DESK
    serializer_class = ApprovalSerializer
    filterset_fields = ("kind", "status", "subject_kind", "subject_id")

    def rows(self, user: User) -> QuerySet[Approval]:
        """Return what the reader may see."""
        steps = "steps__decided_by", "steps__on_behalf_of"
        return approvals.visible_to(user).select_related("entered_by").prefetch_related(*steps)

    @verb(NoteAsk, needs=Capability.READ_DESK)
    def agree(self, row: Approval, given: dict[str, Any], by: User) -> None:
        """Take the own open step."""
        decisions.agree(approval=row, by=by, on=clock.today(), **given)

    @verb(WordsAsk, needs=Capability.READ_DESK)
    def give_back(self, row: Approval, given: dict[str, Any], by: User) -> None:
        """Return it with words."""
        decisions.give_back(approval=row, by=by, on=clock.today(), **given)

    @verb(needs=Capability.READ_DESK)
    def withdraw(self, row: Approval, _given: dict[str, Any], by: User) -> None:
        """Take the own entry back before it is decided."""
        decisions.withdraw(approval=row, by=by, on=clock.today())


class PaperSerializer(NounSerializer[Paper]):
    """A paper of the register; its bytes are at ``files/<file>/``."""

    only: ClassVar[Only] = {"void_reason": INSIDE, "subject_kind": INSIDE, "subject_id": INSIDE}

    class Meta:
        model = Paper
        fields = (
            "id", "kind", "year", "number", "letter_number", "title", "addressee", "signer", "written_on", "status",
            "void_reason", "subject_kind", "subject_id", "file",
        )  # fmt: skip


class PaperView(NounView[Paper]):
    """The register of papers (收发文登记); a firm reads the letters sent to it."""

    needs = (INSIDE, Capability.FIRM_DESK)
    serializer_class = PaperSerializer
    filterset_fields = ("kind", "year", "status")

    def rows(self, user: User) -> QuerySet[Paper]:
        """Return the papers that the reader may see."""
        return delivery.papers_visible_to(user)


class NoticeSerializer(NounSerializer[Notice]):
    """A notice by its code; texts name neither firm nor unit."""

    class Meta:
        model = Notice
        fields = ("id", "code", "path", "created_at", "read_at")


class NoticeFilter(filters.FilterSet):
    """Notices by code and whether they wait."""

    unread = filters.BooleanFilter(field_name="read_at", lookup_expr="isnull")

    class Meta:
        model = Notice
        fields = ("code",)


class NoticeView(NounView[Notice]):
    """The reader's own notices."""

    needs = EVERYBODY
    serializer_class = NoticeSerializer
    filterset_class = NoticeFilter

    def rows(self, user: User) -> QuerySet[Notice]:
        """Return the reader's own."""
        return notices.visible_to(user)


class EntrySerializer(NounSerializer[Entry]):
    """An entry of the journal with its place and hash; private payloads stay out."""

    number = serializers.IntegerField(source="link.number", default=None)
    hash = serializers.CharField(source="link.hash", default="")

    class Meta:
        model = Entry
        fields = ("id", "number", "hash", "recorded_at", "action", "subject_kind", "subject_id", "actor_kind", "text")


class EntryView(NounView[Entry]):
    """The journal, for those who audit."""

    needs = Capability.AUDIT
    serializer_class = EntrySerializer
    filterset_fields = ("action", "subject_kind", "subject_id")

    def rows(self, user: User) -> QuerySet[Entry]:
        """Return the entries of the reader's bureau."""
        code = user.bureau.code if user.bureau else ""
        return Entry.objects.filter(bureau_code=code).select_related("link")
