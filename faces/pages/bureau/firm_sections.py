"""The sections of a firm's page: each reads one side of the register and says it in rows."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext as _

from appraisals.selectors import recognised_visible_to, running_tasks_of, tasks_on
from appraisals.selectors import visible_to as years_visible_to
from assignments.enums import TaskStatus
from credit.rules import label_of
from credit.selectors import event_name, events_of
from credit.selectors import visible_to as events_visible_to
from evaluators.enums import FirmStatus
from evaluators.selectors import admitted_by, carried_bars, predecessor_firms, staff_person_ids
from faces.pages.bureau.appraisal_words import PARTS, points_text
from faces.pages.shared import formats
from faces.pages.shared.credit_words import (
    LABEL_WORDS,
    end_word,
    event_state,
    ledger,
    points_word,
    reply_words,
    sanction_state,
    sanction_word,
    whose,
)
from faces.pages.shared.rating_view import Opened, how_sure
from faces.pages.shared.sections import Act, Cell, Grid, Section
from foundation.core import clock
from foundation.rulesets.selectors import rules_for
from parties.selectors import name_on, predecessors
from reviews.selectors import earlier_on
from reviews.selectors import visible_to as ratings_visible_to
from training.selectors import hours_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from django.db.models import QuerySet
    from django_stubs_ext import StrOrPromise

    from appraisals.models import FirmAppraisal, Sanction
    from assignments.models import Assignment
    from credit.models import CreditEvent
    from evaluators.models import Firm
    from faces.pages.shared.rating_view import HowSure
    from foundation.accounts.models import User
    from reviews.models import EarlierRating, QualityRating

full_day = formats.full_day


@dataclass(frozen=True, slots=True)
class Score:
    """One rated report: its points with their interval, for the picture and the table."""

    task: str
    url: str
    year: int
    points: Fraction
    grade: str
    rating: QualityRating | EarlierRating
    sure: HowSure | None


def hours_text(tenths: int) -> str:
    """Return tenths of an hour as hours."""
    return f"{tenths / 10:g}"


def scores(firm: Firm, user: User, day: date) -> Section:
    """Return every report rated by ``day`` with its interval, and the means of the years; predecessors’ among them."""
    firms = [firm.pk, *predecessor_firms([firm.pk], day, passing="scores").get(firm.pk, ())]
    rows = ratings_visible_to(user).filter(commission__firm__in=firms).select_related("task")
    is_past = day < clock.today()
    earlier = earlier_on(rows, day) if is_past else {}
    found = []
    for one in rows.order_by("-task__assessment_year", "-pk"):
        if is_past and one.pk not in earlier and (one.final_on is None or one.final_on > day):
            continue
        then: QualityRating | EarlierRating = earlier.get(one.pk, one)
        points = Fraction(then.final or then.adjusted or "0")
        sure = how_sure(Opened(then.document, {}, then.final)) if then.document else None
        url = reverse("pages:rating", args=[one.task.number])
        found.append(Score(one.task.title, url, one.task.assessment_year, points, then.grade, then, sure))
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
    """Return the credit events with their expiry and the sum that runs on ``day``, and the ledger of every day.

    What happened to a predecessor whose sanctions passed to the firm is among them (R-49).
    """
    before = predecessors([firm.organisation_id], day, passing="sanctions").get(firm.organisation_id, set())
    rows = events_of(organisation_ids={firm.organisation_id, *before})
    events = list(rows.filter(pk__in=events_visible_to(user), occurred_on__lte=day).select_related("organisation"))
    acts = (
        (
            Act(_("Record a violation"), reverse("pages:firm-violation", args=[firm.number])),
            Act(_("Record a merit"), reverse("pages:firm-merit", args=[firm.number])),
        )
        if decides
        else ()
    )
    note = _("Running on this day: %(points)d points. An event runs off by itself; its row stays.") % {"points": points}
    own = firm.organisation_id
    return event_section(events, day, acts=acts, note=note, own=own), ledger(events, firm.bureau, day)


def event_section(
    events: Sequence[CreditEvent], day: date, *, acts: tuple[Act, ...], note: str, own: int | None = None
) -> Section:
    """Return a party's events as a table, each leading to its page; ``own`` is the body whose page it is."""
    lines = [
        (
            full_day(one.occurred_on),
            Cell(f"{event_name(one)}：{whose(one, own)}{one.words}", reverse("pages:credit-event", args=[one.pk])),
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


def tasks(firm: Firm, day: date) -> Section:
    """Return the firm's tasks before acceptance, as they were on ``day``."""
    is_past = day < clock.today()

    def state(seat: Assignment) -> Cell:
        then = getattr(seat, "then", None)  # what ``tasks_on`` adds
        return Cell("", status=TaskStatus(then) if then else seat.task)

    lines = [
        (Cell(seat.task.title, reverse("pages:task", args=[seat.task.number])), seat.task.number,
         full_day(seat.assigned_on), state(seat))
        for seat in (tasks_on(firm, day) if is_past else running_tasks_of(firm))
        if seat.task
    ]  # fmt: skip
    headings = (_("Task"), _("Number"), _("Since"), _("State"))
    return Section(_("Running tasks"), grid=Grid(headings, lines), count=len(lines), empty=_("None runs."))


def years(firm: Firm, user: User, day: date) -> Section:
    """Return the yearly assessments; on a past day those confirmed by then."""
    rows = years_visible_to(user).filter(firm=firm)
    if day < clock.today():
        rows = rows.filter(confirmed_on__lte=day)
    lines = [
        (
            Cell(str(one.year), reverse("pages:appraisal", args=[one.pk])),
            one.get_standing_display(),
            points_text(one.points_hundredths),
            full_day(one.confirmed_on) if one.confirmed_on else Cell(_("not confirmed"), shape="run"),
        )
        for one in rows.order_by("-year")
    ]
    headings = (_("Year"), _("Standing"), _("Points"), _("Confirmed on"))
    return Section(
        _("Yearly assessments"),
        grid=Grid(headings, lines, frozenset({2})),
        empty=_("No year has been computed yet."),
        count=len(lines),
    )


def recognised(firm: Firm, user: User, day: date, *, edits: bool) -> Section:
    """Return the grades of other bureaus, those that count no more with the reason. Rule R-30."""
    lines = []
    for one in recognised_visible_to(user).filter(firm=firm, recognised_on__lte=day).order_by("-final_on", "-pk"):
        acts: tuple[Act, ...] = ()
        if edits and one.withdrawn_on is None:
            acts = (Act(_("Withdraw the recognition"), reverse("pages:recognition-withdraw", args=[one.pk])),)
        state = Cell(_("counts"), shape="done", acts=acts)
        if one.withdrawn_on and one.withdrawn_on <= day:
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


def sanctions(rows: QuerySet[Sanction], day: date, *, acts: tuple[Act, ...] = ()) -> Section:
    """Return the sanctions of one party's ladder; on a past day those that had begun, and whether they ran."""
    is_past = day < clock.today()
    if is_past:
        rows = rows.filter(started_on__lte=day)
    lines = [
        (
            Cell(sanction_word(one), reverse("pages:sanction", args=[one.pk])),
            full_day(one.started_on),
            end_word(one, day),
            Cell(one.reason, said=True),
            Cell("", status=sanction_state(one, day) if is_past else one),
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


def standings(firm: Firm, day: date) -> Section:
    """Return every spell of every standing that had begun by ``day``."""
    lines = [
        (
            one.get_status_display(),
            full_day(one.started_on),
            full_day(one.ended_on) if one.ended_on and one.ended_on <= day else _("this day"),
            Cell(one.reason or "—", said=bool(one.reason)),
        )
        for one in firm.standings.filter(started_on__lte=day).order_by("-started_on", "-pk")
        if one.ended_on is None or one.ended_on > one.started_on
    ]
    headings = (_("Standing"), _("From"), _("Until"), _("Reason"))
    return Section(_("Standing, day by day"), grid=Grid(headings, lines), count=len(lines), empty=_("None."))


def standing(firm: Firm, day: date, on_day: FirmStatus | None, *, points: int, term: date | None) -> Section:
    """Return whether the firm is valid on ``day``, and until when, as it was known then."""
    done = firm.undertakings.filter(year=day.year, accepted_on__lte=day).first()
    is_valid = on_day == FirmStatus.ACTIVE and (term is None or day < term)
    word = on_day.label if on_day else _("not in the register")
    cuts = rules_for(bureau=firm.bureau, on=day).value("label_points")
    label = label_of(points, cuts)
    pairs: list[tuple[StrOrPromise, Cell | object]] = [
        (full_day(day), Cell(_("valid") if is_valid else word, shape="done" if is_valid else "hold")),
        (_("Admitted on"), full_day(admitted_by(firm, day))),
        (_("Term ends on"), full_day(term)),
        (
            _("Undertaking of %(year)s") % {"year": day.year},
            full_day(done.accepted_on) if done else Cell(_("not accepted"), shape="warn"),
        ),
        (_("Running deductions"), _("%(points)d points") % {"points": points}),
    ]
    if label:
        pairs.append((_("Label"), Cell(LABEL_WORDS[label], shape="warn")))
    pairs += [
        (
            _("Carried over"),
            Cell(
                _("%(state)s at %(name)s, until %(day)s")
                % {
                    "state": bar.get_status_display(),
                    "name": name_on(bar.predecessor.organisation, day),
                    "day": full_day(bar.ends_on),
                },
                reverse("pages:firm", args=[bar.predecessor.number]),
                shape="hold",
            ),
        )
        for bar in carried_bars([firm.pk], day)
    ]
    return Section(_("Valid on a day"), pairs=pairs)


def last_year(firm: Firm, user: User, day: date) -> Section:
    """Return the newest assessment opened to its parts; on a past day the newest that was confirmed by then."""
    rows = years_visible_to(user).filter(firm=firm, year__lte=day.year)
    if day < clock.today():
        rows = rows.filter(confirmed_on__lte=day)
    row: FirmAppraisal | None = rows.order_by("-year").first()
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
        hours = hours_of(people, year, until=day)
        met = sum(hours.get(person, 0) >= needed * 10 for person in people)
        facts = {"met": met, "all": len(people), "hours": needed}
        pairs.append((str(year), _("%(met)d of %(all)d have %(hours)d hours") % facts))
    return Section(_("Training"), pairs=pairs, note=_("The last full year decides."))
