"""What those who stand in register or pool do every year, in words: confirmations, changes, further terms."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from admissions.models import Confirmation, Renewal
from admissions.selectors import facts_of, of_entry
from faces.pages.shared.application_words import CODED, FACTS, day_or_dash
from faces.pages.shared.sections import Cell, Grid, Section
from faces.pages.shared.statuses import serve_shapes

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django_stubs_ext import StrOrPromise

    from evaluators.models import Firm
    from experts.models import Expert
    from faces.pages.shared.sections import Act

serve_shapes(wait=("CHANGED",), done=("TAKEN_OVER", "GRANTED"))


def fact_text(name: str, value: object) -> str:
    """Return a fact's value in words."""
    if value in (None, ""):
        return "—"
    return str(CODED[name].get(str(value), value)) if name in CODED else str(value)


def change_pairs(changes: Mapping[str, object], entry: Firm | Expert) -> list[tuple[StrOrPromise, str, str]]:
    """Return each declared change: the fact, what stands in the register today, what was declared."""
    now = facts_of(entry)
    return [(FACTS[name], fact_text(name, now.get(name)), fact_text(name, value)) for name, value in changes.items()]


def changes_text(row: Confirmation) -> str:
    """Return which facts were declared changed, in one line."""
    if not row.changes:
        return "—"
    parts = (f"{FACTS[name]}: {fact_text(name, value)}" for name, value in row.changes.items())
    return pgettext("between parts", "; ").join(parts)


def confirmations_section(entry: Firm | Expert, *acts: Act) -> Section:
    """Return what was confirmed, year by year, and what the bureau answered."""
    versions = {one.year: one for one in entry.undertakings.all()}
    lines = []
    for row in Confirmation.objects.filter(**of_entry(entry)).order_by("-year"):
        accepted = versions.get(row.year)
        lines.append(
            (
                str(row.year),
                day_or_dash(row.confirmed_on),
                accepted.text_version if accepted else "—",
                changes_text(row),
                Cell(status=row),
                Cell(row.answer or "—", said=bool(row.answer)),
            )
        )
    headings = (
        _("Year"), _("Confirmed on"), _("Version of the undertaking"), _("Declared changes"), _("State"),
        _("The bureau’s words"),
    )  # fmt: skip
    return Section(
        _("Yearly confirmations"),
        grid=Grid(headings, lines) if lines else None,
        count=len(lines),
        empty=_("No year is confirmed on these pages yet."),
        acts=acts,
    )


def renewals_section(entry: Firm | Expert, *acts: Act) -> Section:
    """Return the applications for a further term."""
    lines = [
        (
            day_or_dash(row.asked_on),
            Cell(row.words or "—", said=bool(row.words)),
            Cell(status=row),
            day_or_dash(row.decided_on),
            Cell(row.answer or "—", said=bool(row.answer)),
        )
        for row in Renewal.objects.filter(**of_entry(entry)).order_by("-pk")
    ]
    headings = (_("Applied on"), _("Remark"), _("State"), _("Decided on"), _("The bureau’s words"))
    return Section(
        _("Further terms"),
        grid=Grid(headings, lines) if lines else None,
        count=len(lines),
        empty=_("No further term was applied for."),
        acts=acts,
    )
