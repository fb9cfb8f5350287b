"""What an answer about eligibility is, and how its refusals are collected."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final, TypeAlias

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext as _

from assignments.enums import AssignmentStatus, DrawStatus
from assignments.models import Assignment
from assignments.rules import eligibility as rule
from assignments.transitions import GONE
from foundation.core.errors import Refusal
from foundation.rulesets.selectors import Rules


@dataclass(frozen=True, slots=True)
class Eligibility:
    """One party's answer: every rule that says no, and the first day on which none does (None: not foreseeable)."""

    party: Any
    name: str
    refusals: tuple[Refusal, ...] = ()
    free_on: date | None = None
    links: frozenset[str] = frozenset()
    nodes: frozenset[int] = frozenset()

    @property
    def is_eligible(self) -> bool:
        """Say whether no rule says no."""
        return not self.refusals

    @property
    def codes(self) -> set[str]:
        """The rules that say no."""
        return {refusal.code for refusal in self.refusals}


@dataclass(slots=True)
class Case:
    """Refusals collected for one party."""

    refusals: list[Refusal] = field(default_factory=list)
    free: list[date | None] = field(default_factory=list)

    def no(self, code: str, message: str, *, rules: Rules, key: str, free_on: date | None, **facts: Any) -> None:  # noqa: ANN401
        """Add a refusal."""
        facts = {**facts, "rule": key, "free_on": free_on.isoformat() if free_on else None}
        source = rules.source(key) if key else ""
        self.refusals.append(Refusal(code, message, facts, source))
        self.free.append(free_on)

    def free_on(self) -> date | None:
        """Return the first day on which every rule has let go."""
        days = [day for day in self.free if day is not None]
        return max(days) if days and len(days) == len(self.free) else None


Cases: TypeAlias = "defaultdict[int, Case]"


def closed(case: Case | None) -> tuple[tuple[Refusal, ...], date | None]:
    """Return the refusals of a case and the first free day; of none: nobody says no."""
    return (tuple(case.refusals), case.free_on()) if case else ((), None)


def refusals_by_rule(answers: Iterable[Eligibility]) -> list[tuple[str, str, int]]:
    """Return (code, sentence, how many) of the first refusal of each, the most frequent first."""
    counts: dict[str, int] = defaultdict(int)
    words: dict[str, str] = {}
    for answer in answers:
        if answer.refusals:
            first = answer.refusals[0]
            counts[first.code] += 1
            words.setdefault(first.code, first.message)
    return sorted(((code, words[code], count) for code, count in counts.items()), key=lambda row: (-row[2], row[0]))


@dataclass(frozen=True, slots=True)
class RuleCount:
    """What one rule takes out of a pool: ``people`` it refuses, ``alone`` whom nothing else refuses.

    ``removed`` counts those it is the first to refuse, ``before`` and ``left`` who is there before and after it.
    """

    code: str
    source: str
    people: int
    alone: int
    before: int
    removed: int
    left: int


def counts_by_rule(answers: Iterable[Eligibility]) -> list[RuleCount]:
    """Return how each rule shrinks the pool, the one that removes most first."""
    pool = list(answers)
    first, every, alone = Counter[str](), Counter[str](), Counter[str]()
    sources: dict[str, str] = {}
    for answer in pool:
        if not answer.refusals:
            continue
        codes = list(dict.fromkeys(refusal.code for refusal in answer.refusals))
        every.update(codes)
        first.update(codes[:1])
        alone.update(codes if len(codes) == 1 else ())
        for refusal in answer.refusals:
            sources.setdefault(refusal.code, refusal.source)
    left, found = len(pool), []
    for code in sorted(every, key=lambda code: (-first[code], -every[code], code)):
        before, left = left, left - first[code]
        found.append(RuleCount(code, sources[code], every[code], alone[code], before, first[code], left))
    return found


ONE_EMPLOYER: Final = "one_employer"


@dataclass(frozen=True, slots=True)
class WayOut:
    """What a single rule stands for while too few remain: how many ``would`` be there without it.

    ``is_enough`` says that they would do: this rule alone stands in the way.
    """

    code: str
    would: int
    is_enough: bool


@dataclass(frozen=True, slots=True)
class Supply:
    """Whether enough are eligible: ``needed`` for the seats themselves, ``wanted`` for the ratio of R-16.

    ``together`` is how many of the eligible can sit on one panel; the ``ways`` are asked only while too few remain.
    """

    eligible: int
    together: int
    needed: int
    wanted: int
    ways: tuple[WayOut, ...] = ()

    @property
    def is_short(self) -> bool:
        """Say whether the seats cannot be filled."""
        return self.together < self.needed

    @property
    def is_thin(self) -> bool:
        """Say whether they can, but with fewer candidates than the ratio asks for."""
        return not self.is_short and self.eligible < self.wanted

    @property
    def missing(self) -> int:
        """How many more people are needed: for the seats, or else for the ratio."""
        return max(0, self.needed - self.together if self.is_short else self.wanted - self.eligible)

    @property
    def blockers(self) -> tuple[str, ...]:
        """The rules of which one alone, were it not, would let the pool reach what it misses."""
        return tuple(way.code for way in self.ways if way.is_enough)


def supply(answers: Iterable[Eligibility], *, seats: int, ratio: int, group_max: int = 0) -> Supply:
    """Return whether the eligible of ``answers`` are enough for ``seats``, and which single rule stands in the way."""
    pool = list(answers)
    chosen = [answer for answer in pool if answer.is_eligible]
    wanted, sitting = seats * ratio, rule.together((answer.links for answer in chosen), most=group_max)
    is_short = sitting < seats
    if not is_short and len(chosen) >= wanted:
        return Supply(len(chosen), sitting, seats, wanted)
    ways = []
    if is_short and len(chosen) > sitting:
        ways.append(WayOut(ONE_EMPLOYER, len(chosen), len(chosen) >= seats))
    for row in counts_by_rule(pool):
        freed = [*chosen, *(answer for answer in pool if answer.codes == {row.code})] if row.alone else []
        would = rule.together((answer.links for answer in freed), most=group_max) if is_short else len(freed)
        if would > (sitting if is_short else len(chosen)):
            ways.append(WayOut(row.code, would, would >= (seats if is_short else wanted)))
    ways.sort(key=lambda way: (-way.would, way.code))
    return Supply(len(chosen), sitting, seats, wanted, tuple(ways))


def served(bureau_id: int) -> models.QuerySet[Assignment]:
    """Return the assignments of firms that were not left or void."""
    return Assignment.objects.filter(bureau_id=bureau_id, task__isnull=False).exclude(status__in=GONE)


def who_left(rows: models.QuerySet[Assignment]) -> models.QuerySet[Assignment]:
    """Keep those who left; a seat that went back with its void draw was never left."""
    went_back = models.Q(status=AssignmentStatus.VOID, decline_reason="", draw__status=DrawStatus.VOID)
    return rows.filter(status__in=GONE).exclude(went_back)


def note_declines(cases: Cases, who: Iterable[int], party: str, rules: Rules, on: date) -> None:
    """Refuse those who declined too often of late; ``party`` is ``firm`` or ``expert``. Rule R-18."""
    limit, months = rules.value("decline_limit"), rules.value("decline_suspension_months")
    rows = Assignment.objects.filter(
        status__in=[AssignmentStatus.DECLINED, AssignmentStatus.VOID],
        decline_counts=True,
        answered_at__isnull=False,
        **{f"{party}_id__in": who},
    ).filter(answered_at__year__gte=on.year - 2)
    days: dict[int, list[date]] = defaultdict(list)
    for pk, at in rows.values_list(f"{party}_id", "answered_at"):
        if (day := timezone.localdate(at)) <= on:
            days[pk].append(day)
    for pk, known in days.items():
        until = rule.declined_out_until(known, limit=limit, months=months)
        if until is not None and on < until:
            words = _("Declined %(count)d times without an accepted reason; %(limit)d in a year are too many.") % {
                "count": len([day for day in known if day.year == max(known).year]),
                "limit": limit,
            }
            cases[pk].no("declined_often", words, rules=rules, key="decline_limit", free_on=until)
