"""The sections of an expert's page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils.translation import gettext as _

from assignments.models import Assignment
from credit.rules import label_of
from credit.selectors import events_of
from credit.selectors import visible_to as events_visible_to
from experts.enums import ExpertStatus, TitleLevel
from experts.rules import age_refusal
from experts.selectors import admitted_by, title_on
from faces.pages.bureau.firm_sections import event_section, hours_text
from faces.pages.shared.as_of import end_then
from faces.pages.shared.choices import way_of
from faces.pages.shared.credit_words import LABEL_WORDS, ledger
from faces.pages.shared.entry_words import work_text
from faces.pages.shared.formats import full_day
from faces.pages.shared.sections import Act, Cell, Grid, Section
from foundation.core import clock
from foundation.rulesets.selectors import rules_for
from foundation.taxonomy.enums import TreeKind
from foundation.taxonomy.selectors import tree_on
from parties.models import Employment
from parties.selectors import masked, name_then
from training.models import Attendance
from training.selectors import hours_of

if TYPE_CHECKING:
    from datetime import date

    from django.db.models import QuerySet
    from django_stubs_ext import StrOrPromise

    from experts.models import Expert
    from foundation.accounts.models import User


def employers(expert: Expert, day: date, *, edits: bool) -> Section:
    """Return the employment begun by ``day``, newest first, who said so, and under which name it went then."""
    rows = Employment.objects.filter(person=expert.person_id, started_on__lte=day)
    rows = rows.annotate(name_then=name_then("organisation", day))
    lines = [
        (
            getattr(one, "name_then", ""),
            one.get_kind_display(),
            one.title or "—",
            full_day(one.started_on),
            end_then(one.ended_on, day, _("this day")),
            one.source or "—",
        )
        for one in rows.order_by("-started_on", "-pk")
    ]
    headings = (_("Employer"), _("Kind"), _("Position"), _("From"), _("Until"), _("Said by"))
    act = Act(_("Enter an employer"), reverse("pages:expert-employer", args=[expert.number]))
    return Section(
        _("Employment"),
        grid=Grid(headings, lines),
        empty=_("No employer is known."),
        count=len(lines),
        acts=(act,) if edits else (),
    )


def recusals(expert: Expert, day: date, *, edits: bool) -> Section:
    """Return the organisations that he always steps back from, as said by ``day``; today those to come, too."""
    lines = []
    rows: QuerySet[Any] = expert.standing_recusals.annotate(name_then=name_then("organisation", day))
    if day < clock.today():
        rows = rows.filter(started_on__lte=day)
    for one in rows.order_by("ended_on", "-started_on", "pk"):
        end = (Act(_("End"), reverse("pages:recusal-end", args=[one.pk])),) if edits and not one.ended_on else ()
        until = end_then(one.ended_on, day, _("no end"))
        said = Cell(one.reason, said=True)
        lines.append((one.name_then, said, full_day(one.started_on), until, Cell("", acts=end)))
    act = Act(_("Enter a recusal"), reverse("pages:expert-recusal", args=[expert.number]))
    return Section(
        _("Standing recusals"),
        grid=Grid((_("Organisation"), _("Reason"), _("From"), _("Until"), _("Action")), lines),
        count=len(lines),
        empty=_("He steps back from nobody for good."),
        note=_("He is never drawn for a task of such an organisation.") if lines else "",
        acts=(act,) if edits else (),
    )


def absences(expert: Expert, day: date, *, edits: bool) -> Section:
    """Return the days on which he is not free; of a past day those that had begun."""
    rows = expert.unavailabilities.order_by("-started_on", "-pk")
    if day < clock.today():  # when later ones were told is not kept
        rows = rows.filter(started_on__lte=day)
    lines = [(full_day(one.started_on), full_day(one.ended_on), one.words or "—") for one in rows[:20]]
    act = Act(_("Enter days off"), reverse("pages:expert-away", args=[expert.number]))
    return Section(
        _("Days off"),
        grid=Grid((_("First day"), _("Last day"), _("Remark")), lines),
        empty=_("He is free every day, as far as is known."),
        acts=(act,) if edits else (),
    )


def seats(expert: Expert, day: date) -> Section:
    """Return the seats on panels, given by ``day``, and where they stand today; where they stood then is not kept."""
    rows = Assignment.objects.filter(expert=expert, re_review__isnull=False, assigned_on__lte=day)
    is_past = day < clock.today()
    lines = [
        (
            Cell(seat.re_review.number, reverse("pages:re-review", args=[seat.re_review.number])),
            seat.re_review.evaluation.title,
            full_day(seat.assigned_on),
            seat.get_origin_display(),
            *(() if is_past else (Cell("", status=seat),)),
        )
        for seat in rows.select_related("re_review__evaluation").order_by("-assigned_on", "-pk")
        if seat.re_review
    ]
    headings = (_("Re-review"), _("Task"), _("Since"), _("How"), _("State"))
    return Section(
        _("Seats on panels"),
        grid=Grid(headings[:4] if is_past else headings, lines),
        empty=_("Has not been called yet."),
        count=len(lines),
        note=_("Where each stood on this day is not kept: the state stands on today’s page.") if is_past else "",
    )


def training(expert: Expert, day: date) -> Section:
    """Return the attended sessions, and whether the hours of R-33 are met."""
    rows = Attendance.objects.filter(person=expert.person_id, session__held_on__lte=day)
    rows = rows.select_related("session__course")
    lines = [
        (
            Cell(one.session.course.title, reverse("pages:course", args=[one.session.course_id])),
            full_day(one.session.held_on),
            hours_text(one.hours_tenths),
        )
        for one in rows.order_by("-session__held_on", "-pk")
    ]
    needed = int(rules_for(bureau=expert.bureau, on=day).value("training_hours"))
    facts = {
        "last": hours_text(hours_of([expert.person_id], day.year - 1).get(expert.person_id, 0)),
        "now": hours_text(hours_of([expert.person_id], day.year, until=day).get(expert.person_id, 0)),
        "year": day.year,
        "needed": needed,
    }
    note = _("%(now)s hours in %(year)d, %(last)s in the full year before; %(needed)d are needed.") % facts
    return Section(
        _("Training"),
        grid=Grid((_("Course"), _("Day"), _("Hours")), lines, frozenset({2})),
        count=len(lines),
        note=note,
        empty=_("No training is recorded yet."),
    )


def credit(expert: Expert, user: User, day: date, *, points: int, decides: bool) -> tuple[Section, Section]:
    """Return the credit events up to ``day`` with their expiry, and the running total of every day."""
    events = list(events_of(person_id=expert.person_id).filter(pk__in=events_visible_to(user), occurred_on__lte=day))
    acts = (
        (
            Act(_("Record a violation"), reverse("pages:expert-violation", args=[expert.number])),
            Act(_("Record a merit"), reverse("pages:expert-merit", args=[expert.number])),
        )
        if decides
        else ()
    )
    note = _("Running on this day: %(points)d points. An event runs off by itself; its row stays.") % {"points": points}
    return event_section(events, day, acts=acts, note=note), ledger(events, expert.bureau, day)


def standings(expert: Expert, day: date) -> Section:
    """Return every spell of every standing that had begun by ``day``."""
    lines = [
        (
            one.get_status_display(),
            full_day(one.started_on),
            full_day(one.ended_on) if one.ended_on and one.ended_on <= day else _("this day"),
            Cell(one.reason or "—", said=bool(one.reason)),
        )
        for one in expert.standings.filter(started_on__lte=day).order_by("-started_on", "-pk")
        if one.ended_on is None or one.ended_on > one.started_on
    ]
    headings = (_("Standing"), _("From"), _("Until"), _("Reason"))
    return Section(_("Standing, day by day"), grid=Grid(headings, lines), count=len(lines), empty=_("None."))


def undertakings(expert: Expert, day: date) -> Section:
    """Return the undertakings accepted by ``day``, year by year."""
    rows = expert.undertakings.filter(accepted_on__lte=day).order_by("-year")
    lines = [(str(one.year), full_day(one.accepted_on), one.text_version) for one in rows]
    return Section(
        _("Undertakings"),
        grid=Grid((_("Year"), _("Accepted on"), _("Version of the text")), lines),
        count=len(lines),
        empty=_("None is accepted yet."),
    )


def standing(expert: Expert, day: date, on_day: ExpertStatus | None, *, points: int, term: date | None) -> Section:
    """Return whether the expert stands in the pool on ``day``, and until when, as it was known then."""
    done = expert.undertakings.filter(year=day.year, accepted_on__lte=day).first()
    is_valid = on_day == ExpertStatus.ACTIVE and (term is None or day < term)
    word = on_day.label if on_day else _("not in the pool")
    rules = rules_for(bureau=expert.bureau, on=day)
    age = int(rules.value("expert_age_limit"))
    too_old = age_refusal(born_on=expert.person.born_on, on=day, age=age, source="")
    pairs: list[tuple[StrOrPromise, Cell | object]] = [
        (full_day(day), Cell(_("valid") if is_valid else word, shape="done" if is_valid else "hold")),
        (_("Admitted on"), full_day(admitted_by(expert, day))),
        (_("Term ends on"), full_day(term)),
        (
            _("Undertaking of %(year)s") % {"year": day.year},
            full_day(done.accepted_on) if done else Cell(_("not accepted"), shape="warn"),
        ),
        (_("Running deductions"), _("%(points)d points") % {"points": points}),
    ]
    if label := label_of(points, rules.value("label_points")):
        pairs.append((_("Label"), Cell(LABEL_WORDS[label], shape="warn")))
    if too_old:
        pairs.append((_("Age"), Cell(_("the limit of %(age)d is reached") % {"age": age}, shape="over")))
    return Section(_("Valid on a day"), pairs=pairs)


def specialties(expert: Expert, day: date, *, edits: bool) -> Section:
    """Return the specialties of ``day`` with the way down the tree as it stood: field, industry, specialty."""
    rows = expert.specialties.on(day).select_related("node__parent__parent").order_by("-is_main", "pk")
    then = tree_on(expert.bureau, TreeKind.SPECIALTY, day) if day < clock.today() else None
    pairs = [
        (_("main") if one.is_main else _("also"), then.way(one.node_id) if then else way_of(one.node)) for one in rows
    ]
    word = _("Add, end, history") if edits else _("History")
    return Section(
        _("Specialties"),
        pairs=pairs,
        empty=_("None is named: nobody finds him for a panel."),
        acts=(Act(word, reverse("pages:expert-specialties", args=[expert.number])),),
    )


def titles(expert: Expert, day: date) -> tuple[Section, ...]:
    """Return the professional titles that he had borne before ``day``; without any, nothing stands there."""
    rows = expert.former_titles.filter(until_on__lte=day).order_by("-until_on", "-pk")
    lines = [(one.title, one.get_title_level_display(), full_day(one.until_on), one.reason or "—") for one in rows]
    headings = (_("Professional title"), _("Level of the title"), _("Until"), _("Reason"))
    return (Section(_("Former titles"), grid=Grid(headings, lines), count=len(lines)),) if lines else ()


def person(expert: Expert, day: date, *, edits: bool) -> Section:
    """Return who he is, with the level that his title had on ``day`` and numbers masked."""
    id_number, phone = masked(expert.person)
    pairs: list[tuple[StrOrPromise, Cell | object]] = [
        (_("Level of the title"), TitleLevel(title_on(expert, day)[1]).label),
        (_("At work since"), work_text(expert, day)),
        (_("National ID number"), id_number or "—"),
    ]
    is_past = day < clock.today()
    if not is_past:
        pairs.append((_("Civil servant"), _("yes") if expert.is_civil_servant else _("no")))
        pairs.append((_("Telephone"), phone or "—"))
    note = _("Source, service as a civil servant and telephone are kept without days: they stand on today’s page only.")
    acts = (
        Act(_("Person"), reverse("pages:person", args=[expert.person_id])),
        *((Act(_("Change the title"), reverse("pages:expert-title", args=[expert.number])),) if edits else ()),
        *((Act(_("Reveal a number"), reverse("pages:person-reveal", args=[expert.person_id])),) if edits else ()),
    )
    return Section(_("Who it is"), pairs=pairs, acts=acts, note=note if is_past else "")
