"""What draws that are over did with the reader: on which lists he stood, and which rules kept him off others.

What kept him off is told as rule, own fact and day; no task, no unit, no number of a draw.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from assignments.selectors.eligibility import own_fact, reason_words
from assignments.selectors.exclusions import own_exclusions
from assignments.selectors.leaves import own_leaves
from faces.pages.shared import formats
from faces.pages.shared.access import AudiencePage
from faces.pages.shared.sections import Cell, Grid, Layout, Section
from foundation.core.canon import dumps

if TYPE_CHECKING:
    from assignments.selectors.exclusions import OwnExclusion
    from assignments.selectors.leaves import OwnLeaf
    from foundation.accounts.models import User

MOST_SHOWN: Final = 200


def left_out(user: User, *, as_firm: bool = False) -> Layout:
    """Return the page of the expert (or the firm) behind ``user``."""
    rows = own_exclusions(user, as_firm=as_firm)[:MOST_SHOWN]
    headings = (_("Day of the list"), _("Rule that said no"), _("Own fact"), _("Source"), _("First free day"))
    when = _("once the firm's work is accepted") if as_firm else _("once the review is over")
    rules = ((_("From when"), when), (_("Who reads it"), _("you alone")))
    return Layout(
        main=(
            Section(
                _("Rules that kept us off a list") if as_firm else _("Rules that kept me off a list"),
                grid=Grid(headings, [_line(row) for row in rows]),
                empty=_("Nothing kept you from a draw that is over."),
                note=_("Neither task nor unit is named. Every rule that said no has a line of its own."),
                count=len(rows),
            ),
            _lists(user, as_firm=as_firm),
        ),
        beside=(Section(_("When a draw is shown here"), pairs=rules),),
    )


def _lists(user: User, *, as_firm: bool) -> Section:
    leaves = own_leaves(user, as_firm=as_firm)[:MOST_SHOWN]
    page = "pages:firm-leaf" if as_firm else "pages:expert-leaf"
    headings = (_("Day of the list"), _("Number on it"), _("Drawn"), _("Commitment"), _("Proof"))
    return Section(
        _("Lists we stood on") if as_firm else _("Lists I stood on"),
        grid=Grid(headings, [_stood(row, reverse(page, args=[row.key])) for row in leaves], numbers=frozenset({1})),
        empty=_("No list of a draw that is over."),
        note=_(
            "The proof opens one line of the frozen list, nobody else's. Beside the public record of the draw: "
            "python3 verify_draw.py record.json --leaf leaf.json"
        ),
        count=len(leaves),
    )


def _stood(row: OwnLeaf, url: str) -> tuple[Cell | object, ...]:
    return (
        formats.day(row.frozen_at, with_year=True) if row.frozen_at else "—",
        row.opening.number,
        _("yes") if row.is_seated else _("no"),
        f"{row.h[:12]}…",
        Cell(_("Download my line"), url=url),
    )


class OwnLeafFile(AudiencePage):
    """The reader's own line of a frozen list, opened: a file for the verifier."""

    as_firm = False

    def get(self, _request: HttpRequest, key: str) -> HttpResponse:
        """Hand it out; 404 for anybody else's."""
        row = next((one for one in own_leaves(self.user, as_firm=self.as_firm) if one.key == key), None)
        if row is None:
            raise Http404
        response = HttpResponse(dumps(row.document()), content_type="application/json")
        response.headers["Content-Disposition"] = 'attachment; filename="leaf.json"'
        response.headers["Cache-Control"] = "private, no-store"
        return response


def _line(row: OwnExclusion) -> tuple[Cell | object, ...]:
    fact = str(own_fact(row.code, row.facts)) or "—"
    if row.of > 1:
        fact = _("%(fact)s (at %(n)d of %(all)d reviews of a batch)") % {"fact": fact, "n": row.tasks, "all": row.of}
    return (
        formats.day(row.frozen_at, with_year=True) if row.frozen_at else "—",
        reason_words(row.code),
        fact,
        row.source or "—",
        formats.day(row.free_on, with_year=True) if row.free_on else _("cannot be foreseen"),
    )
