"""An expert's specialties as sections: what he has, what he had, what he asked; for the bureau and for himself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext as _

from experts.enums import AskStatus
from faces.pages.shared.choices import way_of
from faces.pages.shared.formats import full_day
from faces.pages.shared.sections import Act, Cell, Grid, Section
from faces.pages.shared.statuses import serve_shapes
from foundation.taxonomy.enums import TreeKind
from foundation.taxonomy.selectors import tree_on

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date

    from experts.models import Expert, ExpertSpecialty, SpecialtyAsk
    from foundation.files.models import StoredFile

serve_shapes(wait=("ASKED",))


def proof_cell(proof: StoredFile | None) -> Cell:
    """Return the link to a scan."""
    return Cell(_("Scan"), reverse("pages:file", args=[proof.pk])) if proof else Cell("—")


def own_specialties(
    expert: Expert,
    *,
    day: date | None = None,
    acts: Sequence[Act] = (),
    each: Callable[[ExpertSpecialty], tuple[Act, ...]] | None = None,
) -> Section:
    """Return the specialties of today with their days and proofs; ``each`` names the steps of one.

    With a past ``day`` those of that day, under the names and at the places that they had in the tree then.
    """
    found = expert.specialties.on(day) if day else expert.specialties.running()
    then = tree_on(expert.bureau, TreeKind.SPECIALTY, day) if day else None
    rows = found.select_related("node__parent__parent", "proof")
    lines = []
    for one in rows.order_by("-is_main", "node__path", "pk"):
        line: tuple[object, ...] = (
            then.way(one.node_id) if then else way_of(one.node),
            _("main") if one.is_main else _("also"),
            full_day(one.started_on) if one.started_on else _("before days were kept"),
            Cell(one.reason or "—", said=bool(one.reason)),
            proof_cell(one.proof),
        )
        lines.append((*line, Cell("", acts=each(one))) if each else line)
    headings: tuple[str, ...] = (_("Specialty"), _("Rank"), _("Since"), _("Reason"), _("Scan"))
    return Section(
        _("Specialties"),
        grid=Grid((*headings, _("Action")) if each else headings, lines),
        count=len(lines),
        acts=tuple(acts),
        empty=_("None is named: nobody finds him for a panel."),
    )


def past_specialties(expert: Expert) -> Section:
    """Return the specialties that have ended, the last one first."""
    rows = expert.specialties.filter(ended_on__isnull=False).select_related("node__parent__parent", "end_proof")
    lines = [
        (
            way_of(one.node),
            _("main") if one.is_main else _("also"),
            full_day(one.started_on) if one.started_on else _("before days were kept"),
            full_day(one.ended_on),
            Cell(one.end_reason or _("changed between main and also"), said=bool(one.end_reason)),
            proof_cell(one.end_proof),
        )
        for one in rows.order_by("-ended_on", "-pk")
    ]
    headings = (_("Specialty"), _("Rank"), _("Since"), _("Until"), _("Reason"), _("Scan"))
    return Section(
        _("Ended specialties"),
        grid=Grid(headings, lines),
        count=len(lines),
        empty=_("None has ended."),
        note=_("Draws of before are judged by what he had on their day.") if lines else "",
    )


def asks(
    expert: Expert, *, day: date | None = None, each: Callable[[SpecialtyAsk], tuple[Act, ...]] | None = None
) -> tuple[Section, ...]:
    """Return what the expert asked about his specialties; without any, nothing. ``each``: steps of an open one.

    With a past ``day`` what he had asked by then; an answer of later waits still.
    """
    rows = expert.specialty_asks.select_related("node__parent__parent", "proof", "decided_by").order_by("-pk")
    then = tree_on(expert.bureau, TreeKind.SPECIALTY, day) if day else None
    lines = []
    for one in rows.filter(asked_on__lte=day) if day else rows:
        waits = day is not None and one.decided_on is not None and one.decided_on > day
        words = "" if waits else one.words
        lines.append(
            (
                then.way(one.node_id) if then else way_of(one.node),
                one.get_change_display(),
                full_day(one.asked_on),
                Cell(one.reason, said=True),
                proof_cell(one.proof),
                Cell("", status=AskStatus.ASKED if waits else one),
                Cell(words or "—", said=bool(words)),
                Cell("", acts=each(one) if each and one.status == AskStatus.ASKED else ()),
            )
        )
    headings = (
        _("Specialty"), _("What is asked"), _("Asked on"), _("Reason"), _("Scan"), _("State"), _("Answer"), _("Action"),
    )  # fmt: skip
    return (Section(_("Asked by the expert"), grid=Grid(headings, lines), count=len(lines)),) if lines else ()
