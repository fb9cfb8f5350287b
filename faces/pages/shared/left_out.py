"""Why somebody was not in draws that are over: rule, own fact and day; no task, no unit, no number of a draw."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext as _

from assignments.selectors.draws import own_exclusions
from assignments.selectors.eligibility import own_fact, reason_words
from faces.pages.shared import formats
from faces.pages.shared.sections import Cell, Grid, Layout, Section

if TYPE_CHECKING:
    from assignments.models import DrawExclusion
    from foundation.accounts.models import User

MOST_SHOWN: Final = 200


def left_out(user: User, *, as_firm: bool = False) -> Layout:
    """Return the page of the expert (or the firm) behind ``user``: one query."""
    rows = list(own_exclusions(user, as_firm=as_firm)[:MOST_SHOWN])
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
        ),
        beside=(Section(_("When a draw is shown here"), pairs=rules),),
    )


def _line(row: DrawExclusion) -> tuple[Cell | object, ...]:
    return (
        formats.day(row.draw.frozen_at, with_year=True) if row.draw.frozen_at else "—",
        reason_words(row.code),
        own_fact(row.code, row.facts) or "—",
        row.source or "—",
        formats.day(row.free_on, with_year=True) if row.free_on else _("cannot be foreseen"),
    )
