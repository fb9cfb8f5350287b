"""Who may be drawn or asked: one pure function a rule. Each returns the first free day, or None where it says nothing.

Days are days of the calendar in Asia/Shanghai; a person is free on the returned day.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Final

from foundation.core.dates import months_after, years_after, years_before
from foundation.rulesets.rules import Rule
from foundation.workdays.rules import workdays_between

EXPERTS_LAW: Final = "财库〔2016〕198号"
RULES: Final = (
    Rule("conflict_window_years", "R-07", 3, "calendar years", "LAW", EXPERTS_LAW),
    Rule("lead_running_tasks", "R-10", 4, "running tasks", "DEFAULT"),
    Rule("panel_sizes", "R-15", [3, 5], "seats", "LAW", EXPERTS_LAW),
    Rule("candidate_ratio", "R-16", 3, "candidates for a seat", "LOCAL"),
    Rule("cool_down_days", "R-17", 90, "days", "DEFAULT"),
    Rule("expert_yearly_cap", "R-17", 12, "assignments a calendar year", "DEFAULT"),
    Rule("decline_limit", "R-18", 3, "declines a calendar year", "DEFAULT"),
    Rule("decline_suspension_months", "R-18", 3, "months", "DEFAULT"),
    Rule("same_unit_years", "R-19", 2, "work years running", "LOCAL"),
    Rule("firm_share_percent", "R-19", 30, "percent of a year's tasks below the limit", "LOCAL"),
    Rule("prior_work_window_years", "R-20", 3, "calendar years", "LOCAL"),
    Rule("plan_reviewer_rates", "R-65", default=False, unit="yes or no", tag="DEFAULT"),
    Rule("coaching_window_years", "R-65", 3, "calendar years", "DEFAULT"),
    Rule("draw_workdays_before", "R-21", 2, "working days", "LAW", EXPERTS_LAW),
    Rule("training_hours", "R-33", 20, "hours of the previous full year", "DEFAULT"),
    Rule("employer_max", "R-38", 1, "experts of one employer", "LAW", EXPERTS_LAW),
    Rule("assessment_bar_points", "R-46", 60, "points of last year's assessment; 0: no bar", "DEFAULT"),
    Rule("close_watch_bars", "R-46", default=True, unit="yes or no", tag="DEFAULT"),
    Rule("look_minutes", "R-61", 30, "minutes", "DEFAULT", "docs/draws.md"),
    Rule("undertaking_yearly", "R-41", default=True, unit="yes or no", tag="LOCAL"),
    Rule("draw_parties", "R-42", 2, "distinct persons", "DEFAULT", "docs/draws.md", is_fixed=True),
)


def conflict_free_from(ended_on: date, *, years: int) -> date:
    """Return the first day on which a spell that ended on ``ended_on`` no longer conflicts. Rule R-07.

    Free on the anniversary itself; 29 February counts as 1 March.
    """
    return years_after(ended_on, years)


def window_begins(on: date, *, years: int) -> date:
    """Return the day such that a spell that ended after it conflicts on ``on``. Rule R-07, in SQL.

    ``conflict_free_from(end) > on`` exactly where ``end > window_begins(on)``.
    """
    return years_before(on, years)


def cooled_down_on(last: date, *, days: int) -> date:
    """Return the first day on which an expert may meet the same unit again. Rule R-17."""
    return last + timedelta(days=days)


def next_year_begins(on: date) -> date:
    """Return 1 January of the year after ``on``: when yearly caps and declines start anew."""
    return date(on.year + 1, 1, 1)


def declined_out_until(days: Iterable[date], *, limit: int, months: int) -> date | None:
    """Return the day on which somebody who declined on ``days`` may be drawn again; None where the limit is not met.

    ``days`` are declines that count. The one that reaches ``limit`` in its calendar year, and each later one of that
    year, begins ``months`` anew. Rule R-18.
    """
    ordered, ends = sorted(days), []
    for place, day in enumerate(ordered):
        so_far = sum(1 for other in ordered[: place + 1] if other.year == day.year)
        if so_far >= limit:
            ends.append(months_after(day, months))
    return max(ends, default=None)


def drawn_too_early(*, on: date, meets_on: date, workdays: int, overrides: Mapping[date, bool]) -> bool:
    """Return whether more than ``workdays`` working days lie between the draw and the meeting. Rule R-21."""
    return workdays_between(on, meets_on, overrides) > workdays


def trained_enough(*, tenths: int, hours: int, entered_on: date | None, on: date) -> bool:
    """Return whether the hours of the previous full year suffice; newcomers are free. Rule R-33.

    Somebody who entered during or after the previous year is free until the end of the first full year.
    """
    if entered_on is not None and entered_on >= newcomers_since(on):
        return True
    return tenths >= hours * 10


def newcomers_since(on: date) -> date:
    """Return the first day such that who entered on it or later is free of training on ``on``. Rule R-33, in SQL."""
    return date(on.year - 1, 1, 1)


def runs_of_years(years: Iterable[int], before: int) -> int:
    """Return how many work years directly before ``before`` stand in ``years`` without a gap. Rule R-19."""
    known, count = set(years), 0
    while before - 1 - count in known:
        count += 1
    return count


def over_share(*, own: int, total: int, percent: int) -> bool:
    """Return whether one more task would give a firm more than its share of a year's tasks. Rule R-19.

    ``own`` and ``total`` count the year's tasks below the limit, ``total`` with the one to be given. Everybody may have
    one task, however few there are.
    """
    return own >= 1 and (own + 1) * 100 > percent * total


def same_look(before: datetime, at: datetime, *, minutes: int) -> bool:
    """Return whether a page opened at ``at`` still belongs to the look that began at ``before``. Rule R-61."""
    return before <= at < before + timedelta(minutes=minutes)


def together(groups: Iterable[frozenset[str]], *, most: int) -> int:
    """Return how many of the people whose ties are ``groups`` can sit on one panel. Rule R-38.

    People who share a tie, directly or through others, are one group, of which ``most`` may sit (0: no limit).
    """
    ties = list(groups)
    if not most:
        return len(ties)
    above: dict[str, str] = {}

    def top(name: str) -> str:
        while (higher := above.setdefault(name, name)) != name:
            above[name] = above[higher]
            name = higher
        return name

    for own in ties:
        first, *others = own or [""]
        for other in others:
            above[top(other)] = top(first)
    sizes = Counter(top(next(iter(own))) for own in ties if own)
    return sum(not own for own in ties) + sum(min(size, most) for size in sizes.values())


def panel_size_allowed(size: int, sizes: Sequence[int]) -> bool:
    """Return whether a panel may have ``size`` seats: one of the allowed sizes, always odd. Rule R-15."""
    return size in sizes and size % 2 == 1


def points_fall_below(cut: int, running: Iterable[tuple[int, date]]) -> date | None:
    """Return the first day on which running deductions sum to less than ``cut`` points. Rule R-46.

    ``running`` holds (points, first day free of them), deductions negative; merits that expire first can push the day
    back. None: they are below ``cut`` already.
    """
    left = sorted(running, key=lambda event: event[1])
    total = sum(points for points, _day in left)
    if -total < cut:
        return None
    free_on = None
    for points, day in left:
        total -= points
        free_on = free_on or day if -total < cut else None
    return free_on
