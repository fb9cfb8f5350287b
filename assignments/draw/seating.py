"""Who can sit where: seats by stratum, one limit per group, and whether a panel can still be completed.

The question is a flow source → group → person → stratum. Everybody already seated must stay, so the only free moves
are changes of stratum, and changes among those who are merely planned. ``Plan`` keeps one full panel at hand and
repairs it by a single search per candidate instead of solving the flow anew.
"""

from collections import Counter, defaultdict, deque
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

RULE_STRATUM: Final = "stratum"
RULE_GROUP: Final = "group"
THIN_RATIO: Final = 3


@dataclass(frozen=True, slots=True)
class Seat:
    """``count`` seats for one stratum (a field of expertise), numbered within the draw."""

    stratum: int
    name: str
    count: int


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the frozen list. ``group`` 0 means no group; ``tier`` 0 is drawn first."""

    number: int
    group: int
    strata: tuple[int, ...]
    tier: int = 0
    leaf: str = ""


@dataclass(frozen=True, slots=True)
class Shortfall:
    """Why the seats cannot be filled: these strata need more people than the list can seat in them.

    ``rule`` is ``group`` when the list would do without the group limit, else ``stratum``.
    """

    strata: tuple[int, ...]
    names: tuple[str, ...]
    needed: int
    possible: int
    rule: str


@dataclass(frozen=True, slots=True)
class Ratio:
    """How many candidates a stratum has for its seats; below 1:3 it is ``is_thin`` and must be confirmed."""

    stratum: int
    name: str
    seats: int
    candidates: int

    @property
    def is_thin(self) -> bool:
        """Say whether there are fewer than three candidates a seat."""
        return self.candidates < THIN_RATIO * self.seats


@dataclass(frozen=True, slots=True)
class Feasibility:
    """The answer before a freeze: what is short (None: nothing) and how many candidates stand behind each seat."""

    shortfall: Shortfall | None
    ratios: tuple[Ratio, ...]

    @property
    def is_feasible(self) -> bool:
        """Say whether every seat can be filled."""
        return self.shortfall is None


class InfeasibleError(ValueError):
    """No completion of the panel exists; ``shortfall`` says where."""

    def __init__(self, shortfall: Shortfall) -> None:
        """Keep the shortfall and put it in words."""
        super().__init__(
            f"{' + '.join(shortfall.names)}: {shortfall.needed} seats, at most {shortfall.possible} can be filled"
            + (" under the group limit" if shortfall.rule == RULE_GROUP else "")
        )
        self.shortfall = shortfall


def feasibility(seats: Sequence[Seat], group_max: int, entries: Sequence[Entry]) -> Feasibility:
    """Say whether ``entries`` can fill every seat with at most ``group_max`` per group (0: no limit), and how amply."""
    candidates = Counter(stratum for entry in entries for stratum in set(entry.strata))
    ratios = tuple(Ratio(seat.stratum, seat.name, seat.count, candidates[seat.stratum]) for seat in seats)
    try:
        Plan(seats, group_max, entries)
    except InfeasibleError as error:
        return Feasibility(error.shortfall, ratios)
    return Feasibility(None, ratios)


def feasible(seats: Sequence[Seat], group_max: int, rest: Sequence[Entry], seated: Sequence[Entry] = ()) -> bool:
    """Say whether all of ``seated`` and enough of ``rest`` fill every seat within the group limit."""
    try:
        Plan(seats, group_max, rest, seated=seated)
    except InfeasibleError:
        return False
    return True


class Plan:
    """A full panel: those ``fixed`` for good and, for the other seats, people who come later in the walk.

    ``rest`` stands in the order of the walk; ``pass_by`` takes the next one out of it.
    """

    def __init__(
        self, seats: Sequence[Seat], group_max: int, rest: Sequence[Entry], *, seated: Sequence[Entry] = ()
    ) -> None:
        """Find a full panel, or raise ``InfeasibleError``; ``ValueError`` for impossible seats or limits."""
        check_seats(seats, group_max)
        self._seats = seats
        self._max = group_max
        self._place_of = {seat.stratum: place for place, seat in enumerate(seats)}
        self._people = {entry.number: entry for entry in (*seated, *rest)}
        places = {strata: self._places(strata) for strata in {entry.strata for entry in self._people.values()}}
        self._options = {number: places[entry.strata] for number, entry in self._people.items()}
        self._rank = {entry.number: rank for rank, entry in enumerate(rest)}
        self._passed = -1
        self._alike: defaultdict[tuple[int, ...], list[int]] = defaultdict(list)
        self._members: defaultdict[int, list[int]] = defaultdict(list)
        for entry in rest:
            self._alike[self._options[entry.number]].append(entry.number)
            self._members[entry.group].append(entry.number)
        self._sitting: list[list[int]] = [[] for _ in seats]
        self._seat_of: dict[int, int] = {}
        self._in_group: Counter[int] = Counter()
        self.fixed: set[int] = set()
        self._fixed_in_group: Counter[int] = Counter()
        self._rule = RULE_STRATUM
        self._fill(seated)
        self._mark_open()

    @property
    def is_complete(self) -> bool:
        """Say whether every seat is taken for good."""
        return len(self.fixed) == len(self._seat_of)

    def pass_by(self, number: int) -> None:
        """Take ``number`` out of those who come later."""
        self._passed = self._rank[number]

    def group_is_full(self, group: int) -> bool:
        """Say whether those seated for good already fill the group's limit."""
        return bool(group and self._max) and self._fixed_in_group[group] >= self._max

    def has_seat_for(self, number: int) -> bool:
        """Say whether ``number`` can sit together with all who are seated for good."""
        return any(self._open[place] for place in self._options[number])

    def kind(self, number: int) -> tuple[tuple[int, ...], int]:
        """Return what decides whether ``number`` blocks those ahead: its places and its group."""
        return self._options[number], self._people[number].group

    def seat(self, number: int) -> bool:
        """Seat ``number`` for good if the panel can still be completed by those who come later; say whether."""
        if number not in self._seat_of and not self._search(number):
            return False
        self._fix(number)
        self._mark_open()
        return True

    def _places(self, strata: Iterable[int]) -> tuple[int, ...]:
        return tuple(sorted({self._place_of[stratum] for stratum in strata if stratum in self._place_of}))

    def _fill(self, seated: Sequence[Entry]) -> None:
        for entry in seated:
            if self.group_is_full(entry.group) or not self._search(entry.number):
                names = tuple(seat.name for seat in self._seats)
                raise InfeasibleError(Shortfall(tuple(self._place_of), names, len(seated), len(self.fixed), RULE_GROUP))
            self._fix(entry.number)
        total = sum(seat.count for seat in self._seats)
        while len(self._seat_of) < total:
            if not self._search(None):
                raise InfeasibleError(self._shortfall(seated))

    def _fix(self, number: int) -> None:
        self.fixed.add(number)
        self._fixed_in_group[self._people[number].group] += 1

    def _mark_open(self) -> None:
        """Mark the strata where those seated for good can make room by changing places among themselves."""
        held = [[number for number in sitting if number in self.fixed] for sitting in self._sitting]
        self._open = [len(numbers) < seat.count for numbers, seat in zip(held, self._seats, strict=True)]
        changed = True
        while changed:
            changed = False
            for place, numbers in enumerate(held):
                if not self._open[place] and any(self._open[other] for n in numbers for other in self._options[n]):
                    self._open[place] = changed = True

    def _shortfall(self, seated: Sequence[Entry]) -> Shortfall:
        """Name the fewest strata that are short: those with an empty seat, and those whose people could move there."""
        short = {place for place, seat in enumerate(self._seats) if len(self._sitting[place]) < seat.count}
        changed = True
        while changed:
            more = {place for place in range(len(self._seats)) if place not in short and self._feeds(place, short)}
            short |= more
            changed = bool(more)
        rest = [self._people[number] for number in self._rank]
        places = sorted(short)
        return Shortfall(
            strata=tuple(self._seats[place].stratum for place in places),
            names=tuple(self._seats[place].name for place in places),
            needed=sum(self._seats[place].count for place in places),
            possible=sum(len(self._sitting[place]) for place in places),
            rule=RULE_GROUP if self._max and feasible(self._seats, 0, rest, seated) else RULE_STRATUM,
        )

    def _feeds(self, place: int, short: set[int]) -> bool:
        """Name the fewest short strata: those with an empty seat, and those whose people could move there."""
        for number in self._sitting[place]:
            group = self._people[number].group
            others = self._later(self._members[group]) if group and number not in self.fixed else ()
            if any(short.intersection(self._options[one]) for one in (number, *others)):
                return True
        return False

    # One search serves three ends. ``_reached[place]`` tells who enters a place and why it could: from outside at the
    # start (None), from another place (its index), or instead of somebody planned who leaves (his number, negative).

    def _search(self, entrant: int | None) -> bool:
        """Bring ``entrant`` (None: anybody who comes later) into the panel, moving and swapping others; say whether."""
        self._reached: dict[int, tuple[int, int | None]] = {}
        queue: deque[int] = deque()
        if entrant is None:
            self._reach(self._free_agents(), None, queue)
            has_room, group = True, -1
        else:
            self._reach([entrant], None, queue)
            group = self._people[entrant].group
            has_room = self._has_room(group)
        asked_all, asked = entrant is None, set()
        while queue:
            place = queue.popleft()
            if has_room and len(self._sitting[place]) < self._seats[place].count:
                return self._apply(place, None)
            for number in self._sitting[place]:
                self._reach([number], place, queue)
                if number in self.fixed:
                    continue
                own = self._people[number].group
                if entrant is not None and (has_room or own == group):
                    return self._apply(place, number)
                if own and own not in asked:
                    asked.add(own)
                    self._reach(self._later(self._members[own]), -number, queue)
                if not asked_all:
                    asked_all = True
                    self._reach(self._free_agents(), -number, queue)
        return False

    def _reach(self, numbers: Iterable[int], cause: int | None, queue: deque[int]) -> None:
        for number in numbers:
            for place in self._options[number]:
                if place not in self._reached:
                    self._reached[place] = (number, cause)
                    queue.append(place)

    def _apply(self, place: int, leaver: int | None) -> bool:
        """Carry out the chain of moves that ended at ``place``, where there is room or ``leaver`` makes it."""
        if leaver is not None:
            self._stand_up(leaver)
        while True:
            number, cause = self._reached[place]
            origin = None if cause is None else cause if cause >= 0 else self._seat_of[-cause]
            if cause is None or cause < 0:
                self._in_group[self._people[number].group] += 1
                if cause is not None:
                    self._stand_up(-cause)
            else:
                self._sitting[cause].remove(number)
            self._sitting[place].append(number)
            self._seat_of[number] = place
            if origin is None:
                return True
            place = origin

    def _stand_up(self, number: int) -> None:
        self._sitting[self._seat_of.pop(number)].remove(number)
        self._in_group[self._people[number].group] -= 1

    def _has_room(self, group: int) -> bool:
        return not (group and self._max) or self._in_group[group] < self._max

    def _later(self, numbers: Sequence[int]) -> Iterator[int]:
        """Give those of ``numbers`` (in walk order) who come later and are not planned, last first."""
        for number in reversed(numbers):
            if self._rank[number] <= self._passed:
                return
            if number not in self._seat_of:
                yield number

    def _free_agents(self) -> Iterator[int]:
        """Give, for each set of strata, one person who comes later, is not planned, and whose group has room."""
        for numbers in self._alike.values():
            for number in self._later(numbers):
                if self._has_room(self._people[number].group):
                    yield number
                    break


def placing(seats: Sequence[Seat], people: Sequence[Entry]) -> tuple[int, ...]:
    """Return the stratum in which each of ``people`` sits.

    In their order, each takes the first of his strata, in the order of the seats, that leaves everybody else a seat.
    Raise ``ValueError`` if they cannot sit together.
    """
    left = {seat.stratum: seat.count for seat in seats}
    chosen: list[int] = []
    for turn, person in enumerate(people):
        others = [other.strata for other in people[turn + 1 :]]
        for stratum in [stratum for stratum in left if stratum in person.strata and left[stratum]]:
            left[stratum] -= 1
            if _fit(others, left):
                chosen.append(stratum)
                break
            left[stratum] += 1
        else:
            message = f"number {person.number} has no seat beside the others"
            raise ValueError(message)
    return tuple(chosen)


def _fit(people: Sequence[Collection[int]], room: dict[int, int]) -> bool:
    taken: dict[int, list[int]] = {stratum: [] for stratum in room}

    def sits(person: int, tried: set[int]) -> bool:
        for stratum in people[person]:
            if stratum in tried or stratum not in room:
                continue
            tried.add(stratum)
            if len(taken[stratum]) < room[stratum]:
                taken[stratum].append(person)
                return True
            for place, other in enumerate(taken[stratum]):
                if sits(other, tried):
                    taken[stratum][place] = person
                    return True
        return False

    return all(sits(person, set()) for person in range(len(people)))


def check_seats(seats: Sequence[Seat], group_max: int) -> None:
    """Raise ``ValueError`` unless there is a seat, counts are positive, strata differ and the limit is not negative."""
    if not seats or any(seat.count < 1 for seat in seats):
        message = "a draw needs at least one seat in every stratum it names"
        raise ValueError(message)
    if len({seat.stratum for seat in seats}) != len(seats):
        message = "each stratum is named once, with all its seats"
        raise ValueError(message)
    if group_max < 0:
        message = "the group limit is 0 (none) or more"
        raise ValueError(message)
