"""Three-level trees, today and on any past day."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import models
from django.db.models import Case, Exists, F, OuterRef, Q, Subquery, When
from django.db.models.functions import Cast, Coalesce
from django.utils.translation import gettext as _

from foundation.accounts.models import User
from foundation.bureaus.models import Bureau
from foundation.core.errors import Refusal
from foundation.taxonomy.enums import TreeKind
from foundation.taxonomy.models import FormerNode, Node


def visible_to(user: User) -> models.QuerySet[Node]:
    """Return the nodes of the reader's bureau."""
    return Node.objects.filter(bureau_id=user.bureau_id or 0)


def tree(bureau: Bureau, kind: TreeKind) -> models.QuerySet[Node]:
    """Return the living nodes of a tree in the order of their paths."""
    return Node.objects.filter(bureau=bureau, tree=kind, retired_on__isnull=True).order_by("path", "pk")


def descendants(nodes: Iterable[Node]) -> models.QuerySet[Node]:
    """Return the nodes themselves and everything below them; a merged one stands for its successor and with it."""
    wanted = Q(pk__in=[])
    asked = list(nodes)
    places = Node.objects.in_bulk({node.successor_id for node in asked if node.successor_id is not None})
    for node in asked:
        place = places.get(node.successor_id or 0, node)
        below = Q(path__startswith=f"{place.path}/") | Q(pk__in={place.pk, node.pk})
        wanted |= Q(bureau_id=place.bureau_id, tree=place.tree) & below
    found = Node.objects.filter(wanted)
    return Node.objects.filter(wanted | Q(successor__in=found))


def retired_refusal(nodes: Iterable[Node]) -> Refusal | None:
    """Return why one of ``nodes`` cannot be chosen anew: it has ended. The sentence names what took its place."""
    gone = next((node for node in nodes if node.retired_on is not None), None)
    if gone is None or gone.retired_on is None:
        return None
    facts = {"name": gone.name, "day": gone.retired_on.isoformat()}
    message = _("“%(name)s” ended on %(day)s and cannot be chosen any more.") % facts
    if gone.successor is not None:
        message = _("“%(name)s” was merged into “%(successor)s” on %(day)s; choose that one.") % {
            **facts,
            "successor": gone.successor.name,
        }
    return Refusal("node_retired", message, {"node": gone.pk, "field": "node", "successor": gone.successor_id})


@dataclass(frozen=True, slots=True)
class Place:
    """What a node was on a day: its name, the place above it, whether it had ended and what had taken it over."""

    pk: int
    level: int
    name: str
    parent: int | None
    has_ended: bool
    merged_into: int | None


@dataclass(frozen=True, slots=True)
class TreeOn:
    """A tree as it stood on a day."""

    places: Mapping[int, Place]

    def way(self, pk: int) -> str:
        """Return the names from the root down to a node, as they were."""
        names: list[str] = []
        key: int | None = pk
        while key is not None and (place := self.places.get(key)) and len(names) < 3:  # noqa: PLR2004 - three levels
            names.insert(0, place.name)
            key = place.parent
        return " / ".join(names)

    def living(self) -> list[Place]:
        """Return the places that had not ended, by their ways."""
        return sorted(
            (place for place in self.places.values() if not place.has_ended), key=lambda one: self.way(one.pk)
        )


def node_name_then(path: str, day: date) -> Coalesce:
    """Return an expression for the name that the node at ``path`` bore on ``day``."""
    former = FormerNode.objects.filter(node=OuterRef(path)).after(day)
    return Coalesce(Subquery(former.values("name")[:1]), F(f"{path}__name"))


def nodes_as_of(rows: models.QuerySet[Node], day: date) -> models.QuerySet[Node]:
    """Add to each node ``name_then``, ``parent_then``, ``ended_then`` and ``merged_then`` of ``day``.

    The first two are what it was called and what it stood under, the last two since when it had ended and into what it
    was merged by then. A node is taken to have been there from the beginning, as in ``tree_on``.
    """
    former = FormerNode.objects.filter(node=OuterRef("pk")).after(day)

    def then(column: str, kind: models.Field[Any, Any]) -> Case:
        was = Subquery(former.values(column)[:1], output_field=kind)
        return Case(When(Exists(former), then=was), default=Cast(column, kind), output_field=kind)

    key, day_of = models.BigIntegerField(), models.DateField()
    known = rows.annotate(
        name_then=then("name", models.CharField()),
        parent_then=then("parent_id", key),
        _ended=then("retired_on", day_of),
        _merged=then("merged_into_id", key),
    )
    return known.annotate(
        ended_then=Case(When(_ended__lte=day, then=F("_ended")), output_field=day_of),
        merged_then=Case(When(_ended__lte=day, then=F("_merged")), output_field=key),
    )


def tree_on(bureau: Bureau, kind: TreeKind, day: date) -> TreeOn:
    """Return the tree as it stood on ``day``, in two queries: names, places, mergers of that day.

    A node is taken to have been there from the beginning: what is not said is when it was first entered.
    """
    former: dict[int, FormerNode] = {}
    for row in FormerNode.objects.filter(node__bureau=bureau, node__tree=kind).after(day):
        former.setdefault(row.node_id, row)
    places = {}
    for node in Node.objects.filter(bureau=bureau, tree=kind):
        known = former.get(node.pk) or node
        merged = known.merged_into_id
        ended = known.retired_on is not None and known.retired_on <= day
        places[node.pk] = Place(node.pk, node.level, known.name, known.parent_id, ended, merged if ended else None)
    return TreeOn(places)
