"""The sections of a firm's page: each reads one side of the register and says it in rows."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext as _

from appraisals.selectors import recognised_visible_to, running_tasks_of
from appraisals.selectors import visible_to as years_visible_to
from credit.rules import label_of
from credit.selectors import event_name, events_of
from credit.selectors import visible_to as events_visible_to
from evaluators.enums import FirmStatus
from evaluators.selectors import staff_person_ids
from faces.pages.bureau.appraisal_words import PARTS, points_text
from faces.pages.shared import formats
from faces.pages.shared.credit_words import (
    LABEL_WORDS,
    end_word,
    event_state,
    ledger,
    points_word,
    reply_words,
    sanction_word,
)
from faces.pages.shared.rating_view import Opened, how_sure
from faces.pages.shared.sections import Act, Cell, Grid, Section
from foundation.rulesets.selectors import rules_for
from reviews.selectors import visible_to as ratings_visible_to
from training.selectors import hours_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from django.db.models import QuerySet
    from django_stubs_ext import StrOrPromise

    from appraisals.models import FirmAppraisal, Sanction
    from credit.models import CreditEvent
    from evaluators.models import Firm
    from faces.pages.shared.rating_view import HowSure
    from foundation.accounts.models import User
    from reviews.models import QualityRating

full_day = formats.full_day


@dataclass(frozen=True, slots=True)
class Score:
    """One rated report: its points with their interval, for the picture and the table."""

    task: str
    url: str
    year: int
    points: Fraction
    grade: str
    rating: QualityRating
    sure: HowSure | None


def hours_text(tenths: int) -> str:
    """Return tenths of an hour as hours."""
    return f"{tenths / 10:g}"


def scores(firm: Firm, user: User) -> Section:
    """Return every rated report with its interval, and the means of the years."""
    rows = ratings_visible_to(user).filter(commission__firm=firm).select_related("task")
    found = []
    for one in rows.order_by("-task__assessment_year", "-pk"):
        points = Fraction(one.final or one.adjusted or "0")
        sure = how_sure(Opened(one.document, {}, one.final)) if one.document else None
        url = reverse("pages:rating", args=[one.task.number])
        found.append(Score(one.task.title, url, one.task.assessment_year, points, one.grade, one, sure))
    by_year: dict[int, list[Fraction]] = {}
    for score in found:
        by_year.setdefault(score.year, []).append(score.points)
    means = [(year, sum(all_, Fraction(0)) / len(all_), len(all_)) for year, all_ in sorted(by_year.items())]
    return Section(
        _("Report scores"),
        template="bureau/firm/scores.html" if found else "",
        data={"scores": found, "means": means},
        count=len(found),
        empty=_("No report of this firm is rated yet."),
    )


def credit(firm: Firm, user: User, day: date, *, points: int, decides: bool) -> tuple[Section, Section]:
    """Return the credit events with their expiry and the sum that runs on ``day``, and the ledger of every day."""
    events = list(events_of(organisation_id=firm.organisation_id).filter(pk__in=events_visible_to(user)))
    acts = (
        (
            Act(_("Record a violation"), reverse("pages:firm-violation", args=[firm.number])),
            Act(_("Record a merit"), reverse("pages:firm-merit", args=[firm.number])),
        )
        if decides
        else ()
    )
    note = _("Running on this day: %(points)d points. An event runs off by itself; its row stays.") % {"points": points}
    return event_section(events, day, acts=acts, note=note), ledger(events, firm.bureau, day)


def event_section(events: Sequence[CreditEvent], day: date, *, acts: tuple[Act, ...], note: str) -> Section:
    """Return a party's events as a table, each leading to its page."""
    lines = [
        (
            full_day(one.occurred_on),
            Cell(f"{event_name(one)}：{one.words}", reverse("pages:credit-event", args=[one.pk])),
            points_word(one),
            full_day(one.expires_on),
            event_state(one, day),
            reply_words(getattr(one, "reply", None), one.reply_until, day).text,
        )
        for one in events
    ]
    headings = (
        _("Day"),
        _("What happened"),
        _("Points"),
        _("Runs until"),
        _("On this day"),
        _("Party’s reply"),
    )
    return Section(
        _("Credit events"),
        grid=Grid(headings, lines, frozenset({2})),
        note=note,
        empty=_("None is recorded."),
        acts=acts,
        count=len(lines),
    )


def tasks(firm: Firm) -> Section:
    """Return the firm's tasks before acceptance."""
    lines = [
        (Cell(seat.task.title, reverse("pages:task", args=[seat.task.number])), seat.task.number,
         full_day(seat.assigned_on), Cell("", status=seat.task))
        for seat in running_tasks_of(firm)
        if seat.task
    ]  # fmt: skip
    headings = (_("Task"), _("Number"), _("Since"), _("State"))
    return Section(_("Running tasks"), grid=Grid(headings, lines), count=len(lines), empty=_("None runs."))


def years(firm: Firm, user: User) -> Section:
    """Return the yearly assessments."""
    lines = [
        (
            Cell(str(one.year), reverse("pages:appraisal", args=[one.pk])),
            one.get_standing_display(),
            points_text(one.points_hundredths),
            full_day(one.confirmed_on) if one.confirmed_on else Cell(_("not confirmed"), shape="run"),
        )
        for one in years_visible_to(user).filter(firm=firm).order_by("-year")
    ]
    headings = (_("Year"), _("Standing"), _("Points"), _("Confirmed on"))
    return Section(
        _("Yearly assessments"),
        grid=Grid(headings, lines, frozenset({2})),
        empty=_("No year has been computed yet."),
        count=len(lines),
    )


def recognised(firm: Firm, user: User, *, edits: bool) -> Section:
    """Return the grades of other bureaus, those that count no more with the reason. Rule R-30."""
    lines = []
    for one in recognised_visible_to(user).filter(firm=firm).order_by("-final_on", "-pk"):
        acts: tuple[Act, ...] = ()
        if edits and one.withdrawn_on is None:
            acts = (Act(_("Withdraw the recognition"), reverse("pages:recognition-withdraw", args=[one.pk])),)
        state = Cell(_("counts"), shape="done", acts=acts)
        if one.withdrawn_on:
            state = Cell(f"{full_day(one.withdrawn_on)} {one.withdrawn_reason}", said=True)
        lines.append(
            (
                one.issuer,
                Cell(one.letter_number, reverse("pages:file", args=[one.document_id])),
                one.report_title,
                points_text(one.points_hundredths),
                full_day(one.final_on),
                state,
            )
        )
    acts = (Act(_("Recognise a grade"), reverse("pages:firm-recognise", args=[firm.number])),) if edits else ()
    headings = (_("Finance bureau"), _("Document"), _("Report"), _("Points"), _("Final since"), _("State"))
    return Section(
        _("Grades of other bureaus"),
        grid=Grid(headings, lines, frozenset({3})),
        count=len(lines),
        empty=_("None counts."),
        acts=acts,
    )


def sanctions(rows: QuerySet[Sanction], *, acts: tuple[Act, ...] = ()) -> Section:
    """Return the sanctions of one party's ladder, each leading to its page."""
    lines = [
        (
            Cell(sanction_word(one), reverse("pages:sanction", args=[one.pk])),
            full_day(one.started_on),
            end_word(one),
            Cell(one.reason, said=True),
            Cell("", status=one),
        )
        for one in rows.order_by("-pk")
    ]
    headings = (_("Sanction"), _("From"), _("Until"), _("Reason"), _("State"))
    note = _("Sanctions hold on this bureau’s own register only.")
    return Section(
        _("Sanctions"),
        grid=Grid(headings, lines),
        count=len(lines),
        empty=_("None was taken."),
        note=note,
        acts=acts,
    )


def standings(firm: Firm) -> Section:
    """Return every spell of every standing."""
    lines = [
        (
            one.get_status_display(),
            full_day(one.started_on),
            full_day(one.ended_on) if one.ended_on else _("today"),
            Cell(one.reason or "—", said=bool(one.reason)),
        )
        for one in firm.standings.order_by("-started_on", "-pk")
        if one.ended_on is None or one.ended_on > one.started_on
    ]
    headings = (_("Standing"), _("From"), _("Until"), _("Reason"))
    return Section(_("Standing, day by day"), grid=Grid(headings, lines), count=len(lines), empty=_("None."))


def standing(firm: Firm, day: date, on_day: FirmStatus | None, *, points: int) -> Section:
    """Return whether the firm is valid on ``day``, and until when."""
    done = firm.undertakings.filter(year=day.year).first()
    is_valid = on_day == FirmStatus.ACTIVE and (firm.term_ends_on is None or day < firm.term_ends_on)
    word = on_day.label if on_day else _("not in the register")
    cuts = rules_for(bureau=firm.bureau, on=day).value("label_points")
    label = label_of(points, cuts)
    pairs: list[tuple[StrOrPromise, Cell | object]] = [
        (full_day(day), Cell(_("valid") if is_valid else word, shape="done" if is_valid else "hold")),
        (_("Admitted on"), full_day(firm.admitted_on)),
        (_("Term ends on"), full_day(firm.term_ends_on)),
        (
            _("Undertaking of %(year)s") % {"year": day.year},
            full_day(done.accepted_on) if done else Cell(_("not accepted"), shape="warn"),
        ),
        (_("Running deductions"), _("%(points)d points") % {"points": points}),
    ]
    if label:
        pairs.append((_("Label"), Cell(LABEL_WORDS[label], shape="warn")))
    return Section(_("Valid on a day"), pairs=pairs, template="bureau/as_of.html")


def last_year(firm: Firm, user: User, today: date) -> Section:
    """Return the newest assessment opened to its parts."""
    row: FirmAppraisal | None = years_visible_to(user).filter(firm=firm, year__lte=today.year).order_by("-year").first()
    if row is None:
        return Section(_("Yearly assessment"), empty=_("No year has been computed yet."))
    lines = [(PARTS[one["code"]], str(one["weight"] or ""), points_text(one["hundredths"])) for one in row.parts]
    lines.append((_("together"), "100", points_text(row.points_hundredths)))
    return Section(
        _("Assessment of %(year)d") % {"year": row.year},
        grid=Grid((_("Item"), _("Most"), _("Points")), lines, frozenset({1, 2})),
        note=row.get_standing_display(),
        acts=(Act(_("How it came about"), reverse("pages:appraisal", args=[row.pk])),),
    )


def training(firm: Firm, day: date) -> Section:
    """Return how many of the firm's people have the hours of R-33."""
    people = staff_person_ids([firm.pk], day)[firm.pk]
    needed = int(rules_for(bureau=firm.bureau, on=day).value("training_hours"))
    pairs = []
    for year in (day.year, day.year - 1):
        hours = hours_of(people, year)
        met = sum(hours.get(person, 0) >= needed * 10 for person in people)
        facts = {"met": met, "all": len(people), "hours": needed}
        pairs.append((str(year), _("%(met)d of %(all)d have %(hours)d hours") % facts))
    return Section(_("Training"), pairs=pairs, note=_("The last full year decides."))
