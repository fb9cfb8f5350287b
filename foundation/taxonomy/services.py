"""Keeping trees: add, rename, move, merge, end, revive. Nothing in use disappears (edge case 55)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from foundation.accounts.models import User
from foundation.audit.services import record
from foundation.bureaus.models import Bureau
from foundation.core.errors import DomainError, NotAllowed, Refusal
from foundation.taxonomy.enums import TreeKind
from foundation.taxonomy.models import FormerNode, Node
from foundation.taxonomy.permissions import may_keep

DEEPEST = 3


class NodeRefused(DomainError):  # noqa: N818 - reads as a sentence
    """The node cannot be added, moved, ended or merged."""


@dataclass(frozen=True, slots=True)
class NodeDraft:
    """A node by its code; ``parent_code`` empty for the first level."""

    code: str
    name: str
    parent_code: str = ""


@transaction.atomic
def add_nodes(
    *, bureau: Bureau, tree: TreeKind, drafts: Iterable[NodeDraft], by: User, on: date, ends_missing: bool = False
) -> list[Node]:
    """Add nodes, parents before children; a known code gets its new name and place, one that had ended lives again.

    ``ends_missing``: what lives and is not named ends on ``on``. Raise ``NodeRefused`` for a missing parent, another
    level, and a code that was merged into another.
    """
    known = {node.code: node for node in _locked(bureau, tree)}
    made: list[Node] = []
    for draft in drafts:
        parent = _parent_of(draft, known)
        node = known.get(draft.code)
        if node is None:
            node = Node.objects.create(
                bureau=bureau, tree=tree, parent=parent, level=parent.level + 1 if parent else 1, code=draft.code,
                name=draft.name, path=_path(draft.code, parent),
            )  # fmt: skip
            known[draft.code] = node
        else:
            _bring_up_to_date(node, draft, parent, known.values(), on=on)
        made.append(node)
    ended = _end_all_but({node.pk for node in made}, list(known.values()), on=on) if ends_missing else []
    _settle(bureau, tree, on=on)
    if made:
        facts = {"tree": tree, "nodes": len(made), "ended": [node.code for node in ended], "on": on}
        record(actor=by, action="taxonomy.recorded", subject=made[0], facts=facts)
    return made


@transaction.atomic
def add_node(*, bureau: Bureau, tree: TreeKind, draft: NodeDraft, by: User, on: date) -> Node:
    """Add one node; raise ``NodeRefused`` for a code that is taken and a name that stands beside it already."""
    if not may_keep(by, bureau):
        raise NotAllowed
    rows = {node.code: node for node in _locked(bureau, tree)}
    if held := rows.get(draft.code):
        message = _("The code %(code)s belongs to “%(name)s”.") % {"code": draft.code, "name": held.name}
        raise NodeRefused(Refusal("code_taken", message, {"field": "code", "node": held.pk}))
    parent = _parent_of(draft, rows)
    if parent is not None:
        _refuse_ended(parent)
    _refuse_namesake(rows.values(), draft.name, parent, but=None)
    return add_nodes(bureau=bureau, tree=tree, drafts=[draft], by=by, on=on)[0]


@transaction.atomic
def rename_node(*, node: Node, name: str, by: User, on: date) -> Node:
    """Give a node its new name from ``on``; what was written before goes on showing the name of its day."""
    node, rows = _kept(node, by)
    _refuse_ended(node)
    name = name.strip()
    if not name or name == node.name:
        raise NodeRefused(Refusal("name_same", _("Enter another name."), {"field": "name"}))
    _refuse_namesake(rows, name, node.parent, but=node)
    before = node.name
    _remember([node], on=on)
    node.name = name
    node.save(update_fields=["name"])
    record(actor=by, action="taxonomy.renamed", subject=node, facts={"from": before, "to": name, "on": on})
    return node


@transaction.atomic
def move_node(*, node: Node, parent: Node, by: User, on: date) -> Node:
    """Put a node, with all below it, under another node of the level above; raise ``NodeRefused``."""
    node, rows = _kept(node, by)
    _refuse_ended(node)
    target = next((row for row in rows if row.pk == parent.pk), None)
    if target is None or target.level != node.level - 1:
        raise NodeRefused(Refusal("wrong_level", _("Choose a node of the level above."), {"field": "parent"}))
    _refuse_ended(target)
    if target.pk == node.parent_id:
        raise NodeRefused(Refusal("place_same", _("It stands there already."), {"field": "parent"}))
    _refuse_namesake(rows, node.name, target, but=node)
    before = node.path
    _place([node], target, rows, on=on)
    _settle(node.bureau, node.tree, on=on)
    record(actor=by, action="taxonomy.moved", subject=node, facts={"from": before, "to": node.path, "on": on})
    return node


@transaction.atomic
def retire_node(*, node: Node, by: User, on: date) -> Node:
    """End a node on ``on``; what used it keeps it, new choices do not offer it.

    Raise ``NodeRefused`` while a node below it lives.
    """
    node, rows = _kept(node, by)
    _refuse_ended(node)
    if any(row.parent_id == node.pk and row.retired_on is None for row in rows):
        raise NodeRefused(Refusal("has_children", _("First end the nodes below it.")))
    _remember([node], on=on)
    node.retired_on = on
    node.save(update_fields=["retired_on"])
    record(actor=by, action="taxonomy.retired", subject=node, facts={"on": on})
    return node


@transaction.atomic
def merge_node(*, node: Node, into: Node, by: User, on: date) -> Node:
    """End a node on ``on`` and let ``into`` count in its place; what stands below it goes over.

    Raise ``NodeRefused`` for another tree, itself, what has ended, what stands below it, and another level while
    something stands below.
    """
    node, rows = _kept(node, by)
    _refuse_ended(node)
    target = next((row for row in rows if row.pk == into.pk), None)
    if target is None or target.pk == node.pk or target.level not in {node.level, node.level - 1}:
        message = _("Choose another node of the same tree, of the same level or of the one above.")
        raise NodeRefused(Refusal("bad_merge", message, {"field": "into"}))
    _refuse_ended(target)
    below = [row for row in rows if row.parent_id == node.pk]
    if below and target.level != node.level:
        message = _("It has nodes below it: choose one of the same level, which takes them over.")
        raise NodeRefused(Refusal("has_children", message, {"field": "into"}))
    _remember([node], on=on)
    _place(below, target, rows, on=on)
    node.retired_on, node.merged_into, node.successor = on, target, target
    node.save(update_fields=["retired_on", "merged_into", "successor"])
    _settle(node.bureau, node.tree, on=on)
    node.refresh_from_db()
    facts = {"into": target.pk, "below": [row.code for row in below], "on": on}
    record(actor=by, action="taxonomy.merged", subject=node, facts=facts)
    return node


@transaction.atomic
def revive_node(*, node: Node, by: User, on: date) -> Node:
    """Let a node that had ended be chosen again from ``on``; what it was merged into keeps what came since.

    Raise ``NodeRefused`` for one that lives, below one that has ended, and beside a namesake.
    """
    node, rows = _kept(node, by)
    if node.retired_on is None:
        raise NodeRefused(Refusal("not_retired", _("It has not ended.")))
    if node.parent is not None:
        _refuse_ended(node.parent)
    _refuse_namesake(rows, node.name, node.parent, but=node)
    _revive(node, on=on)
    _settle(node.bureau, node.tree, on=on)
    record(actor=by, action="taxonomy.revived", subject=node, facts={"on": on})
    return node


def _locked(bureau: Bureau, tree: TreeKind | str) -> list[Node]:
    return list(Node.objects.select_for_update().filter(bureau=bureau, tree=tree).order_by("pk"))


def _kept(node: Node, by: User) -> tuple[Node, list[Node]]:
    """Return the node and its whole tree, locked, each row's parent at hand; raise ``NotAllowed``."""
    if not may_keep(by, node.bureau):
        raise NotAllowed
    rows = {row.pk: row for row in _locked(node.bureau, node.tree)}
    for row in rows.values():
        row.bureau = node.bureau
        if row.parent_id is not None:
            row.parent = rows[row.parent_id]
    return rows[node.pk], list(rows.values())


def _parent_of(draft: NodeDraft, known: dict[str, Node]) -> Node | None:
    if not draft.parent_code:
        return None
    parent = known.get(draft.parent_code)
    if parent is None:
        words = _("The code %(code)s of the level above is unknown.") % {"code": draft.parent_code}
        raise NodeRefused(Refusal("parent_unknown", words, {"code": draft.code}))
    if parent.level >= DEEPEST:
        raise NodeRefused(Refusal("too_deep", _("A tree has three levels."), {"code": draft.code}))
    return parent


def _bring_up_to_date(node: Node, draft: NodeDraft, parent: Node | None, rows: Iterable[Node], *, on: date) -> None:
    """Give a known node the name and place of a roster, and life where it had ended."""
    if node.merged_into_id is not None:
        message = _("“%(name)s” (%(code)s) was merged into another; revive it first, or leave the row out.") % {
            "name": node.name,
            "code": node.code,
        }
        raise NodeRefused(Refusal("node_merged", message, {"code": node.code}))
    if (parent.level + 1 if parent else 1) != node.level:
        message = _("“%(name)s” (%(code)s) stands on another level.") % {"name": node.name, "code": node.code}
        raise NodeRefused(Refusal("wrong_level", message, {"code": node.code}))
    if parent is not None and parent.pk != node.parent_id:
        _place([node], parent, rows, on=on)
    if node.retired_on is not None:
        _revive(node, on=on)
    if node.name != draft.name:
        _remember([node], on=on)
        node.name = draft.name
        node.save(update_fields=["name"])


def _end_all_but(named: set[int], rows: Sequence[Node], *, on: date) -> list[Node]:
    gone = [node for node in rows if node.retired_on is None and node.pk not in named]
    _remember(gone, on=on)
    for node in gone:
        node.retired_on = on
    Node.objects.bulk_update(gone, ["retired_on"])
    return gone


def _remember(nodes: Sequence[Node], *, on: date) -> None:
    """Keep what nodes were until ``on``."""
    FormerNode.objects.bulk_create(
        FormerNode(
            node=node, name=node.name, parent_id=node.parent_id, retired_on=node.retired_on,
            merged_into_id=node.merged_into_id, until_on=on,
        )
        for node in nodes
    )  # fmt: skip


def _place(nodes: Sequence[Node], parent: Node, rows: Iterable[Node], *, on: date) -> None:
    """Put nodes under ``parent``, with all below them."""
    _remember(nodes, on=on)
    everyone = list(rows)
    changed = []
    for node in nodes:
        before = node.path
        node.parent, node.path = parent, _path(node.code, parent)
        below = [row for row in everyone if row.path.startswith(f"{before}/")]
        for row in below:
            row.path = f"{node.path}{row.path[len(before) :]}"
        changed += [node, *below]
    Node.objects.bulk_update(changed, ["parent", "path"])


def _revive(node: Node, *, on: date) -> None:
    _remember([node], on=on)
    node.retired_on, node.merged_into, node.successor = None, None, None
    node.save(update_fields=["retired_on", "merged_into", "successor"])


def _settle(bureau: Bureau, tree: TreeKind | str, *, on: date) -> None:
    """Write what counts in the place of each merged node today, the last one of its chain, and set it beside that."""
    rows = {row.pk: row for row in Node.objects.filter(bureau=bureau, tree=tree).order_by("level", "pk")}
    into = {pk: row.merged_into_id for pk, row in rows.items() if row.merged_into_id is not None}
    changed = []
    for pk, first in into.items():
        row, last = rows[pk], first
        while last in into:
            last = into[last]
        heir = rows[last]
        parent = {0: heir.parent_id, 1: heir.pk}.get(row.level - heir.level, row.parent_id)
        path = f"{rows[parent].path}/{row.code}" if parent is not None else row.code
        if row.parent_id != parent:
            _remember([row], on=on)
        if (row.successor_id, row.parent_id, row.path) != (last, parent, path):
            row.successor_id, row.parent_id, row.path = last, parent, path
            changed.append(row)
    Node.objects.bulk_update(changed, ["successor", "parent", "path"])


def _path(code: str, parent: Node | None) -> str:
    return f"{parent.path}/{code}" if parent else code


def _refuse_ended(node: Node) -> None:
    if node.retired_on is not None:
        message = _("“%(name)s” ended on %(day)s; revive it first.") % {
            "name": node.name,
            "day": node.retired_on.isoformat(),
        }
        raise NodeRefused(Refusal("node_retired", message, {"node": node.pk}))


def _refuse_namesake(rows: Iterable[Node], name: str, parent: Node | None, *, but: Node | None) -> None:
    """Raise ``NodeRefused`` where a living node of that name stands in that place already."""
    above = parent.pk if parent else None
    for row in rows:
        if row.retired_on is None and row.parent_id == above and row.name == name and (but is None or row.pk != but.pk):
            message = _("“%(name)s” stands there already, with the code %(code)s.") % {"name": name, "code": row.code}
            raise NodeRefused(Refusal("name_taken", message, {"field": "name", "node": row.pk}))
