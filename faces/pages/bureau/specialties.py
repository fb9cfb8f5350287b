"""The tree of specialties: folded, searched, as of any day; one node with its past and what it is used for."""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, Final

from django.http import Http404
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic.base import TemplateView

from assignments.selectors.pool_health import asked_of_pool
from experts.models import Expert
from experts.selectors import experts_by_node, with_specialty
from faces.exchange.nouns.specialties import TREE
from faces.pages.bureau.firm_sections import full_day
from faces.pages.shared.access import AudiencePage
from faces.pages.shared.columns import Column
from faces.pages.shared.lists import EXPORTS, address
from faces.pages.shared.objects import OneObject
from faces.pages.shared.sections import Act, Cell, Grid, Layout, Section, SectionsPage
from faces.pages.shared.years import day_asked
from foundation.accounts.enums import Capability
from foundation.accounts.permissions import may
from foundation.rulesets.selectors import rules_for
from foundation.taxonomy.enums import TreeKind
from foundation.taxonomy.models import FormerNode, Node
from foundation.taxonomy.permissions import may_keep
from foundation.taxonomy.selectors import TreeOn, tree_on, visible_to

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import date

    from django.db.models import QuerySet
    from django.http import HttpRequest, HttpResponse

    from foundation.bureaus.models import Bureau

LEVELS: Final = (gettext_lazy("field"), gettext_lazy("industry"), gettext_lazy("specialty"))
SHOWN: Final = 50


def node_url(node: Node) -> str:
    """Return the page of a node."""
    return reverse("pages:specialty", args=[node.pk])


@dataclass(slots=True)
class Twig:
    """A node as the page draws it: how many experts it has, how many seats the year asks of it, what is below."""

    node: Node
    url: str
    experts: int
    seats: int
    below: list[Twig] = field(default_factory=list)
    is_open: bool = False


def twigs(nodes: Iterable[Node], experts: Mapping[int, int], seats: Mapping[int, int], words: str) -> list[Twig]:
    """Return the trees of ``nodes``; of a search only what fits, open, with the way down to it."""
    rows = list(nodes)
    every = {
        node.pk: Twig(node, node_url(node), experts.get(node.pk, 0), seats.get(node.pk, 0), is_open=bool(words))
        for node in rows
    }
    kept = set(every)
    if words:
        above = {node.pk: node.parent_id for node in rows}
        kept = set()
        for node in rows:
            if words.lower() in node.name.lower() or words.lower() in node.code.lower():
                key: int | None = node.pk
                while key is not None and key in every:
                    kept.add(key)
                    key = above[key]
    roots: list[Twig] = []
    for node in rows:
        if node.pk in kept:
            (every[node.parent_id].below if node.parent_id in kept else roots).append(every[node.pk])
    return roots


def seats_by_node(nodes: Iterable[Node], asked: Mapping[int, Any]) -> dict[int, int]:
    """Return how many seats a year asks of each node and of what stands below it."""
    above = {node.pk: node.parent_id for node in nodes}
    found: dict[int, int] = {}
    for pk, one in asked.items():
        key: int | None = pk
        while key is not None:
            found[key] = found.get(key, 0) + one.seats
            key = above.get(key)
    return found


def _named(row: tuple[Node | None, ...], level: int, name: str) -> str:
    node = row[level - 1]
    return str(getattr(node, name)) if node else ""


def export_columns() -> list[Column]:
    """Return the columns of the import, so that the file can be read back."""
    names = ("code", "name")
    return [
        Column(column.heading, partial(_named, level=place // 2 + 1, name=names[place % 2]))
        for place, column in enumerate(TREE.columns)
    ]


def export_rows(nodes: Sequence[Node]) -> list[tuple[Node | None, ...]]:
    """Return one row for each node without anything below it: field, industry, specialty."""
    by_key = {node.pk: node for node in nodes}
    inner = {node.parent_id for node in nodes}
    found = []
    for node in nodes:
        if node.pk in inner:
            continue
        way: list[Node | None] = [node]
        while (above := by_key.get((way[0].parent_id if way[0] else None) or 0)) is not None:
            way.insert(0, above)
        found.append((*way, None, None)[:3])
    return found


def nodes_then(nodes: Iterable[Node], then: TreeOn) -> list[Node]:
    """Return the nodes that had not ended on a day, unsaved, under the names and at the places of then."""
    found = []
    for node in nodes:
        place = then.places[node.pk]
        if not place.has_ended:
            one = copy(node)
            one.name, one.parent_id = place.name, place.parent
            found.append(one)
    return found


class SpecialtyTree(AudiencePage, TemplateView):
    """The tree of today with its counts, or as it stood on a past day (``?on=``)."""

    audience, needs = "bureau", Capability.READ_ALL
    title = gettext_lazy("Specialties")
    template_name = "bureau/specialties.html"

    @cached_property
    def nodes(self) -> list[Node]:
        """Every node of the bureau's tree, ended ones too."""
        rows = visible_to(self.user).filter(tree=TreeKind.SPECIALTY).select_related("successor")
        return list(rows.order_by("path", "pk"))

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:  # noqa: ANN401
        """Show the tree, or hand it out as a file that the import reads back."""
        if make := EXPORTS.get(request.GET.get("export", "")):
            return self.export(make)
        return super().get(request, *args, **kwargs)

    @cached_property
    def day(self) -> date:
        """The day that is asked about."""
        return day_asked(self.request, otherwise=self.today)

    @cached_property
    def then(self) -> TreeOn:
        """The tree of the day."""
        return tree_on(self.bureau, TreeKind.SPECIALTY, self.day)

    @property
    def bureau(self) -> Bureau:
        """The reader's bureau; who has none finds no tree."""
        if self.user.bureau is None:
            raise Http404
        return self.user.bureau

    def export(self, make: Callable[..., HttpResponse]) -> HttpResponse:
        """Return the whole tree of the day, which an import reads back."""
        if self.day == self.today:
            living = [node for node in self.nodes if node.retired_on is None]
            return make(export_columns(), export_rows(living), name="specialties")
        name = f"specialties-{self.day.isoformat()}"
        return make(export_columns(), export_rows(nodes_then(self.nodes, self.then)), name=name)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:  # noqa: ANN401
        """Return the trees, what has ended, and the steps this person may take."""
        bureau, day, words = self.bureau, self.day, self.request.GET.get("q", "").strip()
        living = [node for node in self.nodes if node.retired_on is None]
        found: dict[str, Any] = {
            "title": self.title,
            "q": words,
            "asked_day": day,
            "is_past": day != self.today,
            "edits": day == self.today and may_keep(self.user, bureau),
            "imports": day == self.today and may(self.user, Capability.IMPORT),
            "year": self.work_year,
            "exports": [(f".{kind}", address(self.request, {"export": kind})) for kind in EXPORTS],
            "total": len(living),
        }
        if found["is_past"]:
            ways = [(self.then.way(place.pk), LEVELS[place.level - 1]) for place in self.then.living()]
            found["ways"] = [row for row in ways if words.lower() in row[0].lower()]
        else:
            asked = asked_of_pool(bureau, self.work_year, rules_for(bureau=bureau, on=self.today)).by_node
            seats = seats_by_node(self.nodes, asked)
            found["roots"] = twigs(living, experts_by_node(bureau), seats, words)
            found["ended"] = [
                (node, node_url(node))
                for node in self.nodes
                if node.retired_on is not None and (words.lower() in f"{node.name} {node.code}".lower())
            ]
        return super().get_context_data(**(found | kwargs))


class OneSpecialty(OneObject):
    """A node of the reader's tree of specialties."""

    audience = "bureau"

    def rows(self) -> QuerySet[Node]:
        """Return the nodes of the tree."""
        rows = visible_to(self.user).filter(tree=TreeKind.SPECIALTY)
        return rows.select_related("bureau", "parent__parent", "merged_into", "successor")


class SpecialtyPage(OneSpecialty, SectionsPage):
    """One node: where it stands, what it was, who knows it."""

    needs = Capability.READ_ALL

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:  # noqa: ANN401
        """Say the node and its state in the title."""
        node: Node = self.object
        title = node.name
        if node.retired_on is not None:
            title = _("%(name)s: ended on %(day)s") % {"name": node.name, "day": full_day(node.retired_on)}
        return super().get_context_data(**({"title": title} | kwargs))

    def layout(self) -> Layout:
        """Return the experts, what it was and what went into it; beside them where it stands."""
        node: Node = self.object
        return Layout(
            crumbs=((_("Specialties"), reverse("pages:specialties")), (node.code, "")),
            meta=(LEVELS[node.level - 1],),
            acts=tuple(self._acts()),
            main=(self._experts(), self._below(), self._past()),
            beside=(self._place(),),
        )

    def _acts(self) -> list[Act]:
        node: Node = self.object
        if not may_keep(self.user, node.bureau):
            return []
        if node.retired_on is not None:
            return [Act(_("Revive it"), reverse("pages:specialty-revive", args=[node.pk]))]
        found = [Act(_("Rename"), reverse("pages:specialty-rename", args=[node.pk]))]
        if node.level < len(LEVELS):
            found.append(Act(_("Add one below"), reverse("pages:specialty-add-below", args=[node.pk])))
        if node.level > 1:
            found.append(Act(_("Move"), reverse("pages:specialty-move", args=[node.pk])))
        found.append(Act(_("Merge into another"), reverse("pages:specialty-merge", args=[node.pk])))
        found.append(Act(_("End it"), reverse("pages:specialty-end", args=[node.pk])))
        return found

    def _experts(self) -> Section:
        pool = Expert.objects.filter(bureau=self.object.bureau).select_related("person")
        rows = with_specialty(pool, [self.object], self.today).order_by("number", "pk")
        lines = [
            (Cell(row.person.name, reverse("pages:expert", args=[row.number])), row.number, row.title,
             Cell("", status=row))
            for row in rows[: SHOWN + 1]
        ]  # fmt: skip
        note = _("The first %(n)d; the list of experts holds all.") % {"n": SHOWN} if len(lines) > SHOWN else ""
        headings = (_("Name"), _("Number"), _("Professional title"), _("State"))
        return Section(
            _("Experts who know it, or something below it"),
            grid=Grid(headings, lines[:SHOWN]),
            empty=_("Nobody."),
            note=note,
        )

    def _below(self) -> Section:
        node: Node = self.object
        below = Node.objects.filter(parent=node).order_by("path", "pk")
        lines = [
            (
                Cell(one.name, node_url(one)),
                one.code,
                Cell(_("ended on %(day)s") % {"day": full_day(one.retired_on)}, shape="void")
                if one.retired_on
                else Cell(_("in use"), shape="done"),
            )
            for one in below
        ]
        headings = (_("Name"), _("Code"), _("State"))
        return Section(_("Below it"), grid=Grid(headings, lines), count=len(lines), empty=_("Nothing stands below it."))

    def _past(self) -> Section:
        node: Node = self.object
        former = node.former.select_related("parent", "merged_into").order_by("-until_on", "-pk")
        lines = [
            (
                _("until %(day)s") % {"day": full_day(row.until_on)},
                row.name,
                row.parent.name if row.parent else "—",
                _was(row),
            )
            for row in former
        ]
        merged = Node.objects.filter(merged_into=node).order_by("-retired_on", "pk")
        said = [
            (full_day(one.retired_on), Cell(one.name, node_url(one)), "—", _("was merged into it")) for one in merged
        ]
        headings = (_("When"), _("Name"), _("Under"), _("What it was"))
        return Section(
            _("What it was before"),
            grid=Grid(headings, [*said, *lines]),
            empty=_("It always had this name and this place."),
            note=_("What was written in the past goes on showing the name of its day."),
        )

    def _place(self) -> Section:
        node: Node = self.object
        pairs: list[tuple[Any, Cell | object]] = [(_("Code"), node.code)]
        if node.parent is not None:
            pairs.append((_("Under"), Cell(node.parent.name, node_url(node.parent))))
        if node.retired_on is None:
            pairs.append((_("State"), Cell(_("in use"), shape="done")))
        else:
            pairs.append((_("Ended on"), full_day(node.retired_on)))
            if node.merged_into is not None:
                pairs.append((_("Merged into"), Cell(node.merged_into.name, node_url(node.merged_into))))
            if node.successor is not None and node.successor_id != node.merged_into_id:
                pairs.append((_("Counts today as"), Cell(node.successor.name, node_url(node.successor))))
        return Section(_("In the tree"), pairs=pairs)


def _was(row: FormerNode) -> str:
    if row.retired_on is None:
        return _("in use")
    if row.merged_into is not None:
        return _("merged into %(name)s") % {"name": row.merged_into.name}
    return _("ended on %(day)s") % {"day": full_day(row.retired_on)}


urls = [
    path("specialties/", SpecialtyTree.as_view(), name="specialties"),
    path("specialties/<int:pk>/", SpecialtyPage.as_view(), name="specialty"),
]
