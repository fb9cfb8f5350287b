"""The sections of a firm's own record: each says what held on the day that is asked about."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from appraisals.selectors import sanctions_visible_to
from appraisals.selectors import visible_to as years_visible_to
from credit.selectors import visible_to as events_visible_to
from desk.selectors import leads_with_load
from evaluators.selectors import (
    interests_of,
    leads_running,
    practitioners_running,
    soon_until,
    term_on,
    with_certificates,
)
from faces.pages.shared import formats
from faces.pages.shared.as_of import end_then
from faces.pages.shared.credit_words import end_word
from faces.pages.shared.formats import full_day
from faces.pages.shared.sections import Act, Cell, Grid, Section
from foundation.core import clock
from foundation.rulesets.selectors import rules_for
from parties.selectors import name_then, person_name_then
from training.selectors import hours_of

if TYPE_CHECKING:
    from datetime import date

    from django.db.models import QuerySet
    from django_stubs_ext import StrOrPromise

    from evaluators.models import Firm
    from foundation.accounts.models import User


def ends_cell(last_day: date | None, day: date, soon: date) -> Cell | str:
    """Return how near a last day is on ``day``: run out, until ``soon``, or neither."""
    if last_day is None:
        return "—"
    left = (last_day - day).days
    if left < 0:
        return Cell(_("run out"), shape="over")
    word = ngettext("%(count)d day left", "%(count)d days left", left) % {"count": left}
    return Cell(word, shape="warn" if last_day <= soon else "done")


def on_that_day(day: date) -> str:
    """Return the heading of what is told of the day."""
    return _("On this day") if day < clock.today() else _("Today")


def papers(firm: Firm, day: date, *, edits: bool) -> Section:
    """Return the qualifications; on a past day those that were accepted by then, whatever came of them later."""
    is_past, soon = day < clock.today(), soon_until(firm.bureau, day)
    held = firm.qualifications.recognised_on(day).filter(valid_from__lte=day) if is_past else firm.qualifications.all()
    found: QuerySet[Any] = held.annotate(person_then=person_name_then("lead__person", day))
    lines = [
        (
            f"{one.name}（{one.person_then}）" if one.lead_id else one.name,
            one.number,
            full_day(one.valid_to),
            ends_cell(one.valid_to, day, soon),
            *(() if is_past else (Cell("", status=one), Cell(one.words, said=True) if one.words else "—")),
        )
        for one in found.order_by("name", "-valid_from", "pk")
    ]
    headings = (_("Qualification"), _("Number"), _("Valid to"), on_that_day(day), _("State"), _("Why"))
    act = Act(_("Hand in a qualification"), reverse("pages:firm-hand-in-qualification"))
    return Section(
        _("Qualifications"),
        grid=Grid(headings[:4] if is_past else headings, lines),
        count=len(lines),
        empty=_("No qualification is recorded."),
        acts=(act,) if edits else (),
    )


def leads(firm: Firm, day: date, user: User) -> Section:
    """Return who led on ``day``, with certificate and load of then."""
    found = with_certificates(leads_with_load(user, day, is_past=day < clock.today()).filter(firm=firm), day)
    rows: QuerySet[Any] = found.annotate(name_then=person_name_then("person", day))
    most, soon = rules_for(bureau=firm.bureau, on=day).value("lead_running_tasks"), soon_until(firm.bureau, day)
    lines = [
        (
            one.name_then,
            full_day(one.certificate_ends_then),
            ends_cell(one.certificate_ends_then, day, soon),
            _("%(load)d of %(most)d") % {"load": one.load, "most": most},
        )
        for one in rows.order_by("pk")
    ]
    return Section(
        _("Lead evaluators: certificates and running tasks"),
        grid=Grid((_("Name"), _("Certificate valid to"), on_that_day(day), _("Running tasks")), lines),
        count=len(lines),
        empty=_("Nobody leads: without a lead evaluator we cannot be chosen."),
    )


def people(firm: Firm, day: date, *, edits: bool) -> Section:
    """Return our people of ``day`` and the hours of its year that they had attended by then."""
    then = person_name_then("person", day)
    rows: list[tuple[str, Any]] = [
        *((_("lead evaluator"), one) for one in leads_running(firm, day).annotate(name_then=then)),
        *((_("staff"), one) for one in practitioners_running(firm, day).annotate(name_then=then)),
    ]
    hours = hours_of([one.person_id for _word, one in rows], day.year, until=day)
    lines = [(one.name_then, word, f"{hours.get(one.person_id, 0) / 10:g}") for word, one in rows]
    act = Act(_("Changes of our people"), reverse("pages:firm-staff-changes"))
    title = _("People, and their training this year")
    if day.year < clock.today().year:
        title = _("People, and their training in %(year)s") % {"year": day.year}
    return Section(
        title,
        grid=Grid((_("Name"), _("Role"), _("Hours")), lines, frozenset({2})),
        count=len(lines),
        empty=_("Nobody is recorded."),
        acts=(act,) if edits else (),
    )


def interests(firm: Firm, day: date, *, signs: bool) -> Section:
    """Return our interests as declared, on a past day those begun by then; each keeps us from the unit (R-20)."""
    found: QuerySet[Any] = interests_of(firm).annotate(name_then=name_then("other", day))
    if day < clock.today():
        found = found.filter(started_on__lte=day)
    lines = [
        (
            one.name_then,
            one.get_kind_display(),
            full_day(one.started_on),
            end_then(one.ended_on, day, _("still")),
            Cell(one.note, said=True) if one.note else "—",
        )
        for one in found
    ]
    return Section(
        _("Declared interests"),
        grid=Grid((_("Unit"), _("What we are to it"), _("From"), _("Until"), _("Remark")), lines),
        count=len(lines),
        empty=_("None is declared. Declare whom you advised, audit or supply: you are not drawn for it, at no cost."),
        acts=(Act(_("Declare an interest"), reverse("pages:firm-interest")),) if signs else (),
    )


def events(user: User, day: date) -> Section:
    """Return our credit events; on a past day those that had happened."""
    rows = events_visible_to(user)
    if day < clock.today():
        rows = rows.filter(occurred_on__lte=day)
    lines = [
        (full_day(one.occurred_on), str(one.points), one.words, full_day(one.expires_on))
        for one in rows.order_by("-occurred_on", "-pk")
    ]
    return Section(
        _("Credit events"),
        grid=Grid((_("Day"), _("Points"), _("What happened"), _("Runs until")), lines, frozenset({1})),
        empty=_("None."),
    )


def years(user: User, day: date) -> Section:
    """Return our yearly assessments that were confirmed by ``day``."""
    lines = [
        (
            str(one.year),
            one.get_standing_display(),
            "—" if one.points_hundredths is None else formats.score(one.points_hundredths),
        )
        for one in years_visible_to(user).filter(confirmed_on__lte=day).order_by("-year")
    ]
    return Section(
        _("Yearly assessments"),
        grid=Grid((_("Year"), _("Standing"), _("Points")), lines, frozenset({2})),
        empty=_("No year has been confirmed yet."),
    )


def sanctions(user: User, day: date) -> Section:
    """Return our sanctions; on a past day those that had begun, with the end that was known then."""
    rows = sanctions_visible_to(user)
    if day < clock.today():
        rows = rows.filter(started_on__lte=day)
    lines = [
        (one.get_kind_display(), full_day(one.started_on), end_word(one, day), Cell(one.reason, said=True))
        for one in rows.order_by("-pk")
    ]
    return Section(_("Sanctions"), grid=Grid((_("Kind"), _("From"), _("Until"), _("Reason")), lines), empty=_("None."))


def in_register(firm: Firm, day: date) -> Section:
    """Return how we stand in the register; what is kept without days stands there today only."""
    is_past = day < clock.today()
    done = firm.undertakings.filter(year=day.year, accepted_on__lte=day).exists()
    missing = _("not accepted") if is_past else _("not yet accepted: without it we are not drawn")
    kind: tuple[tuple[StrOrPromise, object], ...] = ((_("Kind"), firm.get_kind_display()),)
    pairs = (
        (_("Number"), firm.number),
        (_("Code"), firm.organisation.uscc or "—"),
        *(() if is_past else kind),
        (_("Term ends on"), full_day(term_on(firm, day))),
        (_("Undertaking of %(year)s") % {"year": day.year}, _("accepted") if done else missing),
    )
    note = _("The kind is kept without days: it stands on today’s page only.") if is_past else ""
    return Section(_("In the register"), pairs=pairs, note=note)
