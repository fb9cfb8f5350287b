"""The journal: every act in the order it was linked, and the head that can be handed outside."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from django.urls import path
from django.utils.translation import gettext_lazy

from faces.pages.shared import formats
from faces.pages.shared.columns import Column
from faces.pages.shared.facets import Facet
from faces.pages.shared.lists import ListPage
from foundation.accounts.enums import Capability
from foundation.audit.models import Entry
from foundation.audit.selectors import head, visible_to
from foundation.core.numbers import id_of

if TYPE_CHECKING:
    from django.db.models import QuerySet

ACTORS: Final = (("user", gettext_lazy("a person")), ("system", gettext_lazy("the system")))


def number_of(entry: Entry) -> str:
    """Return the entry's place in the chain; empty while it waits to be linked."""
    link = getattr(entry, "link", None)
    return f"{link.number:,}" if link else ""


def actor_of(entry: Entry) -> str:
    """Return the sign-in name, or the name of the system's part, that acted."""
    return str(json.loads(entry.text)["actor"]["name"])


def facts_of(entry: Entry) -> str:
    """Return the facts of an entry as compact text."""
    facts = json.loads(entry.text)["facts"]
    return "; ".join(f"{name}: {_plain(value)}" for name, value in facts.items() if value not in ("", None))


def _plain(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


class Journal(ListPage):
    """Entries, newest first."""

    audience, needs = "bureau", Capability.AUDIT
    template_name = "bureau/journal.html"
    title = gettext_lazy("Journal")
    columns = (
        Column(gettext_lazy("Place"), number_of, num=True),
        Column(gettext_lazy("When"), lambda e: formats.moment(e.recorded_at)),
        Column(gettext_lazy("Who"), actor_of),
        Column(gettext_lazy("Act"), "action", key=True),
        Column(gettext_lazy("About"), lambda e: f"{e.subject_kind} {e.subject_id}"),
        Column(gettext_lazy("Facts"), facts_of),
    )
    facets = (Facet("actor", gettext_lazy("Actor"), ACTORS, lookup="actor_kind"),)
    search_fields = ("action", "subject_kind")
    search_hint = gettext_lazy("Act or kind of thing, or kind and number: draws.draw 12")
    export_name = "journal"
    empty_title = gettext_lazy("No entry yet")

    def rows(self) -> QuerySet[Entry]:
        """Return the entries of the own bureau."""
        return visible_to(self.user).select_related("link")

    def search(self, rows: QuerySet[Any], text: str) -> QuerySet[Any]:
        """Keep entries by words; a number among them is the thing's own number."""
        numbers = [number for word in text.split() if (number := id_of(word))]
        words = [word for word in text.split() if not id_of(word)]
        rows = super().search(rows, " ".join(words)) if words else rows
        return rows.filter(subject_id__in=numbers) if numbers else rows

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:  # noqa: ANN401 - as in Django
        """Add the head of the chain."""
        number, digest = head()
        return super().get_context_data(**({"head_number": number, "head_hash": digest} | kwargs))


urls = [path("journal/", Journal.as_view(), name="journal")]
