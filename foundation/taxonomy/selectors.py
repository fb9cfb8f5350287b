"""Three-level trees."""

from collections.abc import Iterable

from django.db import models
from django.db.models import Q

from foundation.accounts.models import User
from foundation.bureaus.models import Bureau
from foundation.taxonomy.enums import TreeKind
from foundation.taxonomy.models import Node


def visible_to(user: User) -> models.QuerySet[Node]:
    """Return the nodes of the reader's bureau."""
    return Node.objects.filter(bureau_id=user.bureau_id or 0)


def tree(bureau: Bureau, kind: TreeKind) -> models.QuerySet[Node]:
    """Return the living nodes of a tree in the order of their paths."""
    return Node.objects.filter(bureau=bureau, tree=kind, retired_on__isnull=True).order_by("path", "pk")


def descendants(nodes: Iterable[Node]) -> models.QuerySet[Node]:
    """Return the nodes themselves and everything below them."""
    wanted = Q(pk__in=[])
    for node in nodes:
        below = Q(path__startswith=f"{node.path}/") | Q(pk=node.pk)
        wanted |= Q(bureau_id=node.bureau_id, tree=node.tree) & below
    return Node.objects.filter(wanted)
