"""A list page: visible rows, facets with counts, search, order, keyset pages, bulk actions, export of what is shown."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, reduce
from operator import or_
from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import HttpResponse, HttpResponseRedirect, QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic.base import TemplateView

from faces.pages.shared.access import AudiencePage
from faces.pages.shared.among import among
from faces.pages.shared.columns import Column, csv_file, xlsx_file
from faces.pages.shared.facets import Asked, Facet, FacetGroup, count_text, counted
from faces.pages.shared.keyset import PAGE_SIZE, KeysetPage, keyset_page
from foundation.accounts.permissions import may
from foundation.core.errors import DomainError
from foundation.core.numbers import id_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import date

    from django.db.models import QuerySet
    from django.http import HttpRequest
    from django_stubs_ext import StrOrPromise

    from foundation.accounts.enums import Capability
    from foundation.accounts.models import User

EXPORTS = {"xlsx": xlsx_file, "csv": csv_file}
PAGE_KEYS = ("after", "before", "export")
FOUND_LIMIT = 20_000
EXPORTED_AT_ONCE = 2_000  # rows that are held of an export; all rows of the list leave with it
BULK_LIMIT = 500


@dataclass(frozen=True, slots=True)
class Sort:
    """An order people can choose: its name in the address, its word, its columns (``-`` downwards)."""

    name: str
    label: StrOrPromise
    order: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class BulkAction:
    """Something to do to the ticked rows in one domain call that answers with a sentence."""

    name: str
    label: StrOrPromise
    needs: Capability
    run: Callable[[list[Any], User, date], str]


@dataclass(frozen=True, slots=True)
class Chip:
    """A condition in force and the address of the list without it."""

    label: str
    url: str


class ListPage(AudiencePage, TemplateView):
    """Answer ``rows()`` and name the columns; the rest comes with it. See faces/pages/README.md."""

    template_name = "shared/list.html"
    columns: ClassVar[Sequence[Column]] = ()
    facets: ClassVar[Sequence[Facet]] = ()
    search_fields: ClassVar[Sequence[str]] = ()
    search_also: ClassVar[Sequence[Callable[[str], Q]]] = ()  # what else a word may be found in
    search_hint: ClassVar[StrOrPromise] = gettext_lazy("Search this list")
    sorts: ClassVar[Sequence[Sort]] = (Sort("new", gettext_lazy("Newest first"), ("-pk",)),)
    bulk_actions: ClassVar[Sequence[BulkAction]] = ()
    kept: ClassVar[Sequence[str]] = ()  # keys of the address that narrowing leaves as they are
    page_size: ClassVar[int] = PAGE_SIZE
    export_name: ClassVar[str] = "list"
    empty_title: ClassVar[StrOrPromise] = gettext_lazy("Nothing here yet")
    empty_text: ClassVar[StrOrPromise] = ""

    def rows(self) -> QuerySet[Any]:
        """Return the rows this person may see: a selector's ``visible_to`` and nothing wider."""
        raise NotImplementedError

    @cached_property
    def seen(self) -> QuerySet[Any]:
        """``rows()``, asked once."""
        return self.rows()

    @cached_property
    def sort(self) -> Sort:
        """The order in force."""
        asked = self.request.GET.get("sort")
        return next((sort for sort in self.sorts if sort.name == asked), self.sorts[0])

    @cached_property
    def offered(self) -> Sequence[Facet]:
        """The facets of this answer: those of the list, and what a day or a reader adds."""
        return self.facets

    def search(self, rows: QuerySet[Any], text: str) -> QuerySet[Any]:
        """Keep the rows in which every word of ``text`` stands in one of the search fields."""
        for word in text.split()[:8]:
            fields = [Q(**{f"{name}__icontains": word}) for name in self.search_fields]
            rows = rows.filter(reduce(or_, [*fields, *(fits(word) for fits in self.search_also)]))
        return rows

    def wanted(self, facet: Facet) -> list[str]:
        """Return the ticked values of a facet."""
        return [value for value in self.request.GET.getlist(facet.name) if value]

    @cached_property
    def found(self) -> QuerySet[Any]:
        """``seen`` as the search leaves it: looked for once, so that page and counts go on from the keys found.

        Where more rows fit than ``FOUND_LIMIT``, every count reaches its own limit soon and may look by itself.
        """
        text = self.request.GET.get("q", "").strip()
        if not text or not self.search_fields:
            return self.seen
        rows = self.search(self.seen, text)
        keys = _keys(rows)
        return rows if keys is None else among(self.seen, keys)

    def narrowed(self, *, but: Facet | None = None) -> QuerySet[Any]:
        """Return the rows as search and facets leave them (all facets ``but`` one, to count that one)."""
        rows = self.found
        for facet in self.offered:
            if facet is not but and (wanted := self.wanted(facet)):
                keys = self.kept_by(facet) if facet.many else None
                rows = facet.narrow(rows, wanted) if keys is None else among(rows, keys)
        return rows

    def kept_by(self, facet: Facet) -> list[int] | None:
        """Return the keys of all rows that have a ticked value of a facet over many; None where they are too many."""
        if facet.name not in self._kept:
            self._kept[facet.name] = _keys(facet.narrow(self.seen, self.wanted(facet)))
        return self._kept[facet.name]

    @cached_property
    def _kept(self) -> dict[str, list[int] | None]:
        return {}

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:  # noqa: ANN401
        """Show the page, or hand out what it shows as a file."""
        if (make := EXPORTS.get(request.GET.get("export", ""))) and self.columns:
            return self.export(make)
        return super().get(request, *args, **kwargs)

    def export(self, make: Callable[..., HttpResponse]) -> HttpResponse:
        """Return every row of the list as narrowed and ordered on the page, with the same columns."""
        names = [name for name in self.sort.order if name.lstrip("-") != "pk"]
        rows = self.narrowed().order_by(*names, "-pk" if "-pk" in self.sort.order else "pk")
        return make(self.columns, rows.iterator(chunk_size=EXPORTED_AT_ONCE), name=self.file_name())

    def file_name(self) -> str:
        """Return the name of an exported file."""
        return self.export_name

    def post(self, request: HttpRequest) -> HttpResponse:
        """Do a bulk action to the ticked rows, then come back to the same view of the list."""
        action = next((each for each in self.bulk_actions if each.name == request.POST.get("action")), None)
        if action is None or not may(self.user, action.needs):
            raise PermissionDenied
        picked = [pk for text in request.POST.getlist("row") if (pk := id_of(text))][:BULK_LIMIT]
        rows = list(self.seen.filter(pk__in=picked).order_by("pk"))
        if rows:
            self._run(action, rows)
        else:
            messages.warning(request, _("Tick at least one row first."))
        return HttpResponseRedirect(request.get_full_path())

    def _run(self, action: BulkAction, rows: list[Any]) -> None:
        try:
            messages.success(self.request, action.run(rows, self.user, self.today))
        except DomainError as error:
            messages.error(self.request, error.refusal.message)

    def page(self) -> KeysetPage:
        """Return the page of rows asked for."""
        asked = self.request.GET
        return keyset_page(
            self.narrowed(),
            order=self.sort.order,
            after=asked.get("after", ""),
            before=asked.get("before", ""),
            size=self.page_size,
        )

    def asked(self) -> list[Asked]:
        """Return the facets with what each is counted over."""
        return [Asked(facet, self.narrowed(but=facet), self.wanted(facet)) for facet in self.offered]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:  # noqa: ANN401
        """Return the page, its facets, its conditions and its addresses."""
        page = self.page()
        groups, total = counted(self.asked(), seen=self.seen, shown=self.narrowed())
        asked = self.request.GET
        found: Mapping[str, Any] = {
            "title": self.title,
            "page": page,
            "object_list": page.rows,
            "kept": [(name, asked[name]) for name in self.kept if asked.get(name)],
            "clear_url": address(self.request, dict.fromkeys(set(asked) - set(self.kept))),
            "total": total,
            "total_text": count_text(total),
            "columns": [column for column in self.columns if not column.cut],
            "facets": groups,
            "chips": list(self._chips(groups)),
            "q": asked.get("q", ""),
            "searchable": bool(self.search_fields),
            "search_hint": self.search_hint,
            "sorts": self.sorts if len(self.sorts) > 1 else (),
            "sort": self.sort,
            "bulk_actions": [each for each in self.bulk_actions if may(self.user, each.needs)],
            "narrowed": any(asked.getlist(name) for name in ("q", *(facet.name for facet in self.offered))),
            "previous_url": self._address({"before": page.before}) if page.before else "",
            "next_url": self._address({"after": page.after}) if page.after else "",
            "exports": [(f".{kind}", self._address({"export": kind})) for kind in EXPORTS] if self.columns else [],
            "empty_title": self.empty_title,
            "empty_text": self.empty_text,
        }
        return super().get_context_data(**(dict(found) | kwargs))

    def _chips(self, groups: list[FacetGroup]) -> list[Chip]:
        chips = []
        if text := self.request.GET.get("q", "").strip():
            chips.append(Chip(label=text, url=self._address({"q": None})))
        for group in groups:
            for option in group.ticked:
                left = [value for value in self.request.GET.getlist(group.name) if value != option.value]
                chips.append(Chip(label=f"{group.label} {option.label}", url=self._address({group.name: left})))
        return chips

    def _address(self, change: Mapping[str, str | list[str] | None]) -> str:
        """Return this list's address with some keys changed (None or []: left out) and the page keys dropped."""
        return address(self.request, {**dict.fromkeys(PAGE_KEYS), **change})


def _keys(rows: QuerySet[Any]) -> list[int] | None:
    """Return the keys of ``rows``, asked for once; None where they are more than ``FOUND_LIMIT``."""
    keys = list(rows.order_by().values_list("pk", flat=True)[: FOUND_LIMIT + 1])
    return keys if len(keys) <= FOUND_LIMIT else None


def address(request: HttpRequest, change: Mapping[str, str | list[str] | None]) -> str:
    """Return the present address with some query keys changed; None or an empty list leaves a key out."""
    query: QueryDict = request.GET.copy()
    for key, value in change.items():
        if value:
            query.setlist(key, [value] if isinstance(value, str) else value)
        else:
            query.pop(key, None)
    return f"{request.path}?{query.urlencode()}" if query else request.path
