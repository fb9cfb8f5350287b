"""Keeping trees: add, rename, retire, merge. Nothing in use disappears (edge case 55)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from foundation.accounts.models import User
from foundation.audit.services import record
from foundation.bureaus.models import Bureau
from foundation.core.errors import DomainError, Refusal
from foundation.taxonomy.enums import TreeKind
from foundation.taxonomy.models import Node

DEEPEST = 3


class NodeRefused(DomainError):  # noqa: N818 - reads as a sentence
    """The node cannot be added, retired or merged."""


@dataclass(frozen=True, slots=True)
class NodeDraft:
    """A node by its code; ``parent_code`` empty for the first level."""

    code: str
    name: str
    parent_code: str = ""


@transaction.atomic
def add_nodes(*, bureau: Bureau, tree: TreeKind, drafts: Iterable[NodeDraft], by: User, on: date) -> list[Node]:
    """Add nodes, parents before children; known codes are renamed. Raise ``NodeRefused`` for a missing parent."""
    known = {node.code: node for node in Node.objects.select_for_update().filter(bureau=bureau, tree=tree)}
    made: list[Node] = []
    for draft in drafts:
        parent = known.get(draft.parent_code) if draft.parent_code else None
        if draft.parent_code and parent is None:
            words = _("The code %(code)s of the level above is unknown.") % {"code": draft.parent_code}
            raise NodeRefused(Refusal("parent_unknown", words, {"code": draft.code}))
        level = parent.level + 1 if parent else 1
        if level > DEEPEST:
            raise NodeRefused(Refusal("too_deep", _("A tree has three levels."), {"code": draft.code}))
        node = known.get(draft.code)
        if node is None:
            path = f"{parent.path}/{draft.code}" if parent else draft.code
            node = Node.objects.create(
                bureau=bureau, tree=tree, parent=parent, level=level, code=draft.code, name=draft.name, path=path
            )
        elif node.name != draft.name:
            node.name = draft.name
            node.save(update_fields=["name"])
        known[draft.code] = node
        made.append(node)
    if made:
        record(
            actor=by, action="taxonomy.recorded", subject=made[0], facts={"tree": tree, "nodes": len(made), "on": on}
        )
    return made


@transaction.atomic
def retire_node(*, node: Node, by: User, on: date, merged_into: Node | None = None) -> Node:
    """End a node on ``on``; what used it keeps it, new choices do not offer it.

    Raise ``NodeRefused`` while a node below it lives, or where it would merge into another tree or itself.
    """
    node = Node.objects.select_for_update().get(pk=node.pk)
    if node.children.filter(retired_on__isnull=True).exists():
        raise NodeRefused(Refusal("has_children", _("First end the nodes below it.")))
    if merged_into and (merged_into.pk == node.pk or merged_into.tree != node.tree):
        raise NodeRefused(Refusal("bad_merge", _("Choose another node of the same tree.")))
    node.retired_on, node.merged_into = on, merged_into
    node.save(update_fields=["retired_on", "merged_into"])
    facts = {"on": on, "merged_into": merged_into.pk if merged_into else None}
    record(actor=by, action="taxonomy.retired", subject=node, facts=facts)
    return node
