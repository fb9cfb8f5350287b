"""What the draws of a bureau gave, against what chance would give. A constant number of queries."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import combinations
from typing import Any, Final

from django.db.models import Q

from assignments.enums import AssignmentStatus, DrawStatus, Origin
from assignments.models import Assignment, Draw, DrawEntry
from assignments.rules.chance import Listing, chance_of, is_unusual
from assignments.selectors.batch_chances import BatchPanel, batch_attempts, batch_panels
from assignments.transitions import GONE
from evaluators.models import Firm
from experts.models import Expert
from foundation.bureaus.models import Bureau

OFTEN: Final = 2


@dataclass(slots=True)
class PartyLine:
    """One firm or expert: on how many lists, drawn (first walk) and called (replacement), and what chance would give.

    Each panel of a batch is a list; its share is the chance that the freeze gave the expert.

    ``shares`` are the seats to expect of each list. ``skipped`` counts by reason how often the first walk passed the
    party over, in a batch (where nobody walks before somebody leaves) how often those of a panel's replacements did.
    ``chance`` is that of a count as far from ``expected`` as ``drawn``.
    """

    name: str
    number: str
    lists: int = 0
    drawn: int = 0
    called: int = 0
    shares: list[Fraction] = field(default_factory=list)
    skipped: Counter[str] = field(default_factory=Counter)
    declined: int = 0
    no_answer: int = 0
    direct: int = 0
    chance: float = 1.0
    is_unusual: bool = False

    @property
    def expected(self) -> Fraction:
        """The seats that chance would have given: seats by eligible, over all lists and fields."""
        return sum(self.shares, Fraction(0))


@dataclass(frozen=True, slots=True)
class PairLine:
    """Two experts drawn onto the same panels, or an expert drawn onto panels over one firm's work."""

    one: PartyLine
    other: PartyLine
    met: int
    expected: Fraction
    chance: float
    is_unusual: bool


@dataclass(frozen=True, slots=True)
class ListLine:
    """One stratum (empty: firms) of one frozen list, or one panel of a batch: what every expectation is made from."""

    draw: str
    stratum: str
    seats: int
    eligible: int


@dataclass(frozen=True, slots=True)
class AttemptLine:
    """A task, a re-review or a batch that needed more than one attempt."""

    number: str
    title: str
    attempts: int
    grounds: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Ratio:
    """Direct appointments among all who were chosen and have not left."""

    direct: int
    every: int


@dataclass(frozen=True, slots=True)
class Statistics:
    """All of it. Parties with the most unusual count come first."""

    draws: int
    batches: int
    experts: list[PartyLine]
    firms: list[PartyLine]
    panels: list[PairLine]
    reviews: list[PairLine]
    lists: list[ListLine]
    attempts: Counter[int]
    repeated: list[AttemptLine]
    direct_firms: Ratio
    direct_experts: Ratio


@dataclass(frozen=True, slots=True)
class _Seat:
    draw: int | None
    batch: str | None
    task: int | None
    evaluation: int | None
    firm: int | None
    expert: int | None
    origin: str
    status: str


@dataclass(slots=True)
class _List:
    """A drawn list: its listing, and by key who stands on it with which strata."""

    seats: dict[int, int]
    evaluation: int | None
    strata: dict[int, tuple[int, ...]] = field(default_factory=dict)
    numbers: dict[int, int] = field(default_factory=dict)
    eligible: Counter[int] = field(default_factory=Counter)

    @property
    def listing(self) -> Listing:
        return Listing(self.seats, self.eligible)


def draw_statistics(bureau: Bureau, work_year: int | None = None) -> Statistics:
    """Return the statistics of a work year's tasks, or of all years; draws that are void count as attempts only."""
    of_year = Q() if work_year is None else Q(task__work_year=work_year) | Q(re_review__evaluation__work_year=work_year)
    every = Draw.objects.filter(of_year, bureau=bureau)
    drawn = every.filter(status=DrawStatus.DRAWN)
    entries = DrawEntry.objects.filter(draw__in=drawn.values("pk"))
    seats = Assignment.objects.filter(of_year, bureau=bureau)
    rows = [
        _Seat(*row)
        for row in seats.order_by("pk").values_list(
            "draw_id",
            "batch__number",
            "task_id",
            "re_review__evaluation_id",
            "firm_id",
            "expert_id",
            "origin",
            "status",
        )
    ]
    firms = _lines(Firm, entries.values("firm_id"), seats.values("firm_id"), "organisation__name")
    panels = batch_panels(bureau, work_year)
    chosen = {key for panel in panels for key in (*panel.chances, *(key for key, _reason in panel.skipped))}
    experts = _lines(Expert, entries.values("expert_id"), seats.values("expert_id"), "person__name", more=chosen)
    lists, list_lines = _read_lists(drawn, entries, firms, experts)
    _count(rows, lists, {panel.batch for panel in panels}, firms, experts)
    list_lines += _count_panels(panels, experts)
    attempts, repeated = _attempts(every)
    for batch in batch_attempts(bureau, work_year):
        attempts[batch.attempts] += 1
        if batch.attempts > 1:
            repeated.append(AttemptLine(batch.number, batch.title, batch.attempts, batch.grounds))
    return Statistics(
        draws=len(lists),
        batches=len({panel.batch for panel in panels}),
        experts=_judged(experts),
        firms=_judged(firms),
        panels=_panels(rows, lists, panels, experts),
        reviews=_reviews(rows, lists, panels, experts, firms),
        lists=list_lines,
        attempts=attempts,
        repeated=repeated,
        direct_firms=_direct(row for row in rows if row.firm is not None),
        direct_experts=_direct(row for row in rows if row.expert is not None),
    )


def _lines(
    model: Any,  # noqa: ANN401 - Firm or Expert
    listed: Any,  # noqa: ANN401 - a queryset of keys
    seated: Any,  # noqa: ANN401
    name: str,
    more: Collection[int] = (),
) -> dict[int, PartyLine]:
    rows = model.objects.filter(Q(pk__in=listed) | Q(pk__in=seated) | Q(pk__in=more)).order_by("number", "pk")
    return {pk: PartyLine(words, number) for pk, words, number in rows.values_list("pk", name, "number")}


def _read_lists(
    drawn: Any,  # noqa: ANN401 - a queryset narrowed by values
    entries: Any,  # noqa: ANN401
    firms: Mapping[int, PartyLine],
    experts: Mapping[int, PartyLine],
) -> tuple[dict[int, _List], list[ListLine]]:
    lists: dict[int, _List] = {}
    named: dict[int, tuple[str, list[dict[str, Any]], list[dict[str, Any]]]] = {}
    found = drawn.order_by("pk").values_list(
        "pk", "number", "seats", "re_review__evaluation_id", "record__draw__skipped"
    )
    for pk, number, seats, evaluation, skipped in found:
        lists[pk] = _List({seat["stratum"]: seat["count"] for seat in seats}, evaluation)
        named[pk] = (number, seats, skipped or [])
    by_number: dict[tuple[int, int], PartyLine] = {}
    read = entries.order_by("draw_id", "number").values_list("draw_id", "number", "firm_id", "expert_id", "strata")
    for draw, number, firm, expert, strata in read.iterator():
        line = firms[firm] if firm is not None else experts[expert]
        lists[draw].strata[firm if firm is not None else expert] = tuple(strata)
        lists[draw].eligible.update(strata)
        by_number[draw, number] = line
        line.lists += 1
    for pk, one in lists.items():
        parties = firms if one.evaluation is None else experts
        listing = one.listing
        shares = {strata: listing.expected(strata) for strata in set(one.strata.values())}
        for key, strata in one.strata.items():
            parties[key].shares.append(shares[strata])
        for skip in named[pk][2]:
            by_number[pk, skip["number"]].skipped[skip["reason"]] += 1
    return lists, [
        ListLine(
            number,
            "" if lists[pk].evaluation is None else seat["name"],
            seat["count"],
            lists[pk].eligible[seat["stratum"]],
        )
        for pk, (number, seats, _skipped) in named.items()
        for seat in seats
    ]


def _count(
    rows: Iterable[_Seat],
    lists: Collection[int],
    batches: Collection[str],
    firms: Mapping[int, PartyLine],
    experts: Mapping[int, PartyLine],
) -> None:
    for row in rows:
        line = firms[row.firm] if row.firm is not None else experts[row.expert or 0]
        line.drawn += row.origin == Origin.DRAW and row.draw in lists
        line.called += row.origin == Origin.REPLACEMENT and (row.draw in lists or row.batch in batches)
        line.direct += row.origin == Origin.DIRECT and row.status not in GONE
        line.declined += row.status == AssignmentStatus.DECLINED
        line.no_answer += row.status == AssignmentStatus.NO_ANSWER


def _count_panels(panels: Iterable[BatchPanel], experts: Mapping[int, PartyLine]) -> list[ListLine]:
    """Count what batches drew; return what the expectations are made from."""
    found = []
    for panel in panels:
        for key, chance in panel.chances.items():
            experts[key].lists += 1
            experts[key].shares.append(chance)
        for key in panel.drawn:
            experts[key].drawn += 1
        for key, reason in panel.skipped:
            experts[key].skipped[reason] += 1
        found.append(ListLine(panel.batch, panel.number, panel.seats, len(panel.chances)))
    return found


def _judged(lines: Mapping[int, PartyLine]) -> list[PartyLine]:
    compared = sum(line.lists > 0 for line in lines.values())
    for line in lines.values():
        line.chance = chance_of(line.drawn, line.shares)
        line.is_unusual = line.lists > 0 and is_unusual(line.chance, among=compared)
    return sorted(lines.values(), key=lambda line: (line.chance, line.number))


def _drawn_of(rows: Iterable[_Seat], lists: Mapping[int, _List]) -> dict[int, list[int]]:
    """Return the experts whom the first walk of each panel's draw seated."""
    found: dict[int, list[int]] = defaultdict(list)
    for row in rows:
        if row.draw is not None and row.draw in lists and row.origin == Origin.DRAW and row.expert is not None:
            found[row.draw].append(row.expert)
    return found


def _panels(
    rows: Iterable[_Seat],
    lists: Mapping[int, _List],
    panels: Collection[BatchPanel],
    experts: Mapping[int, PartyLine],
) -> list[PairLine]:
    """Return the pairs who met. In a batch the share is the product of both chances: no exact one is known."""
    met: Counter[tuple[int, int]] = Counter()
    for seated in (*_drawn_of(rows, lists).values(), *(panel.drawn for panel in panels)):
        met.update(combinations(sorted(seated), 2))
    listed = sum(line.lists > 0 for line in experts.values())
    found = []
    for (one, other), count in met.items():
        if count < OFTEN:
            continue
        shares = [
            each.listing.together(each.strata[one], each.strata[other])
            for each in lists.values()
            if each.evaluation is not None and one in each.strata and other in each.strata
        ]
        shares += [
            panel.chances[one] * panel.chances[other]
            for panel in panels
            if one in panel.chances and other in panel.chances
        ]
        found.append(_pair(experts[one], experts[other], count, shares, among=listed * (listed - 1) // 2))
    return _ordered(found)


def _reviews(
    rows: Iterable[_Seat],
    lists: Mapping[int, _List],
    panels: Collection[BatchPanel],
    experts: Mapping[int, PartyLine],
    firms: Mapping[int, PartyLine],
) -> list[PairLine]:
    seats = list(rows)
    serving = [row for row in seats if row.task is not None and row.firm is not None and row.status not in GONE]
    firm_of: dict[int | None, int | None] = {row.task: row.firm for row in serving}
    met: Counter[tuple[int, int]] = Counter()
    drawn = [(lists[draw].evaluation, seated) for draw, seated in _drawn_of(seats, lists).items()]
    for evaluation, seated in (*drawn, *((panel.evaluation, panel.drawn) for panel in panels)):
        firm = firm_of.get(evaluation)
        if firm is not None:
            met.update((expert, firm) for expert in seated)
    listed = sum(line.lists > 0 for line in experts.values())
    found = []
    for (expert, firm), count in met.items():
        if count < OFTEN:
            continue
        shares = [
            each.listing.expected(each.strata[expert])
            for each in lists.values()
            if each.evaluation is not None and firm_of.get(each.evaluation) == firm and expert in each.strata
        ]
        shares += [
            panel.chances[expert]
            for panel in panels
            if firm_of.get(panel.evaluation) == firm and expert in panel.chances
        ]
        among = listed * len(set(firm_of.values()))
        found.append(_pair(experts[expert], firms[firm], count, shares, among=among))
    return _ordered(found)


def _pair(one: PartyLine, other: PartyLine, met: int, shares: list[Fraction], *, among: int) -> PairLine:
    expected, chance = sum(shares, Fraction(0)), chance_of(met, shares)
    return PairLine(one, other, met, expected, chance, met > expected and is_unusual(chance, among=among))


def _ordered(pairs: Iterable[PairLine]) -> list[PairLine]:
    return sorted(pairs, key=lambda pair: (pair.chance, pair.one.number, pair.other.number))


def _attempts(every: Any) -> tuple[Counter[int], list[AttemptLine]]:  # noqa: ANN401 - a queryset narrowed by values
    grounds: dict[tuple[str, str], list[str]] = defaultdict(list)
    columns = (
        "task__number", "task__title", "re_review__number", "re_review__evaluation__title", "status", "void_ground",
    )  # fmt: skip
    rows = every.order_by("pk").values_list(*columns)
    for task, title, review, review_title, status, ground in rows:
        grounds[task or review, title or review_title].append(ground if status == DrawStatus.VOID else "")
    counts = Counter(len(found) for found in grounds.values())
    return counts, [
        AttemptLine(number, title, len(found), tuple(ground for ground in found if ground))
        for (number, title), found in grounds.items()
        if len(found) > 1
    ]


def _direct(rows: Iterable[_Seat]) -> Ratio:
    standing = [row for row in rows if row.status not in GONE]
    return Ratio(sum(row.origin == Origin.DIRECT for row in standing), len(standing))
