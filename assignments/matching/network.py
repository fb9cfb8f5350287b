"""What remains to be decided, as a network: rows of seats, people, and the limits between them.

Units flow from the rows (a task, or the seats of one stratum of a task) over (task, employer) nodes and (expert, task
group) nodes to the experts, and from there over the employers that have a quota to the sink. Nodes are numbered in that
order, and so are arcs: row → employer node, pair, group node → expert, expert → quota or sink, quota → sink; inside
each kind ascending by row, employer, expert, task group.
"""

import itertools
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from assignments.matching.problem import UNITS, Employer, Ints, Pair, Problem
from assignments.matching.words import Reason

OPEN, FORBIDDEN, PINNED, EMPLOYER_OF_PIN, NO_SUCH_SEAT, GROUP_OF_PIN = range(6)
STATES: Final = ("open", "forbidden", "pinned", "employer_of_pin", "no_such_seat", "group_of_pin")
UNLISTED: Final = "unlisted"


class ContradictionError(ValueError):
    """The pins contradict the limits; ``reasons`` say which."""

    def __init__(self, reasons: Sequence[Reason]) -> None:
        """Keep the reasons."""
        super().__init__("; ".join(reason.english for reason in reasons))
        self.reasons = tuple(reasons)


@dataclass(frozen=True, slots=True, eq=False)
class Arcs:
    """The arcs of the network; capacities in units."""

    tail: Ints
    head: Ints
    capacity: Ints


@dataclass(frozen=True, slots=True, eq=False)
class Limits:
    """The employer limits that can bind, because an employer has more open people on a task than room.

    ``of_pair`` is the place of each pair among them, −1 for none. ``crossing`` says that they do not nest in the rows,
    so that no flow can hold them.
    """

    of_pair: Ints
    task: Ints
    group: Ints
    row: Ints
    room: Ints
    crossing: bool


@dataclass(frozen=True, slots=True, eq=False)
class Apart:
    """The experts who have several open tasks of a task group, of which they may take one.

    ``of_pair`` is the place of each pair among them, −1 for none.
    """

    of_pair: Ints
    expert: Ints
    group: Ints


@dataclass(frozen=True, slots=True, eq=False)
class Network:
    """Rows, open pairs and limits after the pins took their seats.

    A pair is an edge seen from one row.
    """

    problem: Problem
    row_task: Ints
    row_stratum: tuple[int | None, ...]
    row_seats: Ints
    pair_row: Ints
    pair_expert: Ints
    pair_fit: Ints
    pair_edge: Ints
    limits: Limits
    apart: Apart
    caps: Ints
    expert_quota: Ints
    quota_room: Ints
    pin_fits: tuple[int, ...]
    accounting: Mapping[str, int]

    @property
    def first_expert(self) -> int:
        """Return the node of expert 0."""
        return self.first_apart + len(self.apart.expert)

    @property
    def first_apart(self) -> int:
        """Return the node of the first expert and task group."""
        return len(self.row_task) + len(self.limits.row)

    @property
    def sink(self) -> int:
        """Return the last node."""
        return self.first_expert + len(self.caps) + len(self.quota_room)

    @property
    def first_pair(self) -> int:
        """Return the arc of pair 0."""
        return len(self.limits.row)

    def people_for(self, row: int) -> int:
        """Return how many people fill a row without anybody else's help."""
        return -(-int(self.row_seats[row]) * UNITS // self.problem.pair_units)

    def arcs(self) -> Arcs:
        """Return all arcs in their order."""
        rows, first_quota = len(self.row_task), self.sink - len(self.quota_room)
        limits, quotas = np.arange(len(self.limits.row)), np.arange(len(self.quota_room))
        apart = self.first_apart + np.arange(len(self.apart.expert))
        experts = np.arange(len(self.caps))
        return Arcs(
            tail=np.concatenate(
                [
                    self.limits.row,
                    np.where(self.limits.of_pair >= 0, rows + self.limits.of_pair, self.pair_row),
                    apart,
                    self.first_expert + experts,
                    first_quota + quotas,
                ]
            ),
            head=np.concatenate(
                [
                    rows + limits,
                    np.where(
                        self.apart.of_pair >= 0,
                        self.first_apart + self.apart.of_pair,
                        self.first_expert + self.pair_expert,
                    ),
                    self.first_expert + self.apart.expert,
                    np.where(self.expert_quota >= 0, first_quota + self.expert_quota, self.sink),
                    np.full(len(quotas), self.sink),
                ]
            ),
            capacity=np.concatenate(
                [
                    self.limits.room * UNITS,
                    np.full(len(self.pair_row), self.problem.pair_units),
                    np.full(len(apart), UNITS),
                    self.caps * UNITS,
                    self.quota_room * UNITS,
                ]
            ),
        )

    def arc_units(self, pair_units: Ints) -> Ints:
        """Return the units of every arc that those of the pairs make."""
        held = _sums(self.pair_expert, pair_units, len(self.caps))
        limited, counted = self.limits.of_pair >= 0, self.expert_quota >= 0
        parted = self.apart.of_pair >= 0
        return np.concatenate(
            [
                _sums(self.limits.of_pair[limited], pair_units[limited], len(self.limits.row)),
                pair_units,
                _sums(self.apart.of_pair[parted], pair_units[parted], len(self.apart.expert)),
                held,
                _sums(self.expert_quota[counted], held[counted], len(self.quota_room)),
            ]
        )


def build_network(problem: Problem) -> Network:
    """Return the network of what the pins leave open, or raise ``ContradictionError``."""
    groups = problem.group_numbers()
    pinned = _Pinned(problem, groups)
    state = np.full(len(problem.tasks), OPEN, np.int8)
    state[pinned.places] = PINNED
    forbidden = problem.places(problem.forbids)
    state[forbidden[forbidden >= 0]] = FORBIDDEN
    edge_group = groups[problem.experts] if len(groups) else problem.experts
    for task, group in pinned.full_groups:
        begin, end = np.searchsorted(problem.tasks, [task, task + 1])
        same = np.arange(begin, end)[edge_group[begin:end] == group]
        state[same[state[same] == OPEN]] = EMPLOYER_OF_PIN
    of_group = problem.task_group_numbers()[problem.tasks]
    for group, expert in pinned.by_task_group:
        own = np.flatnonzero((of_group == group) & (problem.experts == expert) & (state == OPEN))
        state[own] = GROUP_OF_PIN
    row_task, row_stratum, row_seats = _rows(problem, pinned)
    open_edges = np.flatnonzero(state == OPEN)
    pair_edge, pair_row = _pairs(problem, open_edges, row_task, row_stratum)
    state[open_edges] = NO_SUCH_SEAT
    state[pair_edge] = OPEN
    accounting = dict(zip(STATES, np.bincount(state, minlength=len(STATES)).tolist(), strict=True))
    accounting[UNLISTED] = len(problem.seats) * len(problem.caps) - len(problem.tasks)
    numbers = {name: place for place, (name, _) in enumerate(problem.quotas)}
    return Network(
        problem=problem,
        row_task=row_task,
        row_stratum=row_stratum,
        row_seats=row_seats,
        pair_row=pair_row,
        pair_expert=problem.experts[pair_edge],
        pair_fit=problem.fits[pair_edge],
        pair_edge=pair_edge,
        caps=np.array(problem.caps, np.int64) - pinned.load,
        expert_quota=np.array([-1 if name is None else numbers.get(name, -1) for name in problem.groups], np.int64)
        if numbers
        else np.full(len(problem.caps), -1, np.int64),
        quota_room=np.array(
            [most - pinned.held_by[name] for name, most in problem.quotas],
            np.int64,
        ),
        pin_fits=tuple(problem.fits[pinned.places].tolist()),
        accounting={name: count for name, count in sorted(accounting.items()) if count or name == STATES[OPEN]},
        limits=_limits(problem, pinned, edge_group, pair_edge, pair_row),
        apart=_apart(problem, of_group, pair_edge),
    )


class _Pinned:
    """What the pins have taken: seats, loads, room of employers. Raises ``ContradictionError``."""

    def __init__(self, problem: Problem, groups: Ints) -> None:
        self.places = problem.places(problem.pins)
        self.load = np.zeros(len(problem.caps), np.int64)
        self.by_group: Counter[Pair] = Counter()
        self.held_by: Counter[Employer] = Counter()
        self.by_task: dict[int, list[int]] = {}
        self.by_task_group: Counter[Pair] = Counter()
        task_groups = problem.task_group_numbers()
        for task, expert in problem.pins:
            self.load[expert] += 1
            self.by_task.setdefault(task, []).append(expert)
            if task_groups[task] >= 0:
                self.by_task_group[int(task_groups[task]), expert] += 1
            name = problem.groups[expert]
            if name is not None:
                self.by_group[task, int(groups[expert])] += 1
                self.held_by[name] += 1
        if reasons := [*self._impossible(problem), *self._over(problem), *self._apart(problem)]:
            raise ContradictionError(reasons)
        limit = problem.group_limit
        self.full_groups = sorted(key for key, count in self.by_group.items() if limit and count >= limit)

    def _impossible(self, problem: Problem) -> Iterator[Reason]:
        forbidden = set(problem.forbids)
        for pair, place in zip(problem.pins, self.places.tolist(), strict=True):
            facts = {"task": pair[0], "expert": pair[1]}
            if place < 0:
                yield Reason("pin_unlisted", facts)
            if pair in forbidden:
                yield Reason("pin_forbidden", facts)

    def _over(self, problem: Problem) -> Iterator[Reason]:
        for task, people in self.by_task.items():
            if len(people) > (seats := problem.seats[task]):
                yield Reason("pins_over_seats", {"task": task, "pins": len(people), "seats": seats})
        for expert, (load, cap) in enumerate(zip(self.load.tolist(), problem.caps, strict=True)):
            if load > cap:
                yield Reason("pins_over_cap", {"rule": "caps", "expert": expert, "pins": load, "cap": cap})
        for (task, _), count in self.by_group.items():
            if problem.group_limit and count > problem.group_limit:
                facts = {"rule": "group_limit", "task": task, "pins": count, "limit": problem.group_limit}
                yield Reason("pins_over_group", facts)
        for name, most in problem.quotas:
            if self.held_by[name] > most:
                facts = {"rule": "quotas", "employer": name, "pins": self.held_by[name], "quota": most}
                yield Reason("pins_over_quota", facts)

    def _apart(self, problem: Problem) -> Iterator[Reason]:
        for (group, expert), count in self.by_task_group.items():
            if count > 1:
                tasks = [task for task in problem.task_groups[group] if (task, expert) in problem.pins]
                yield Reason("pins_over_task_group", {"rule": "task_groups", "expert": expert, "tasks": tasks})


def _rows(problem: Problem, pinned: _Pinned) -> tuple[Ints, tuple[int | None, ...], Ints]:
    """Return task, stratum and free seats of each row; pins take the strata chosen for them, else their first."""
    chosen = {(task, expert): stratum for task, expert, stratum in problem.pin_strata}
    tasks: list[int] = []
    strata: list[int | None] = []
    seats: list[int] = []
    for task, count in enumerate(problem.seats):
        typed: Sequence[tuple[int | None, int]] = problem.seat_strata[task] if problem.seat_strata else ()
        room = dict(typed or [(None, count)])
        for expert in pinned.by_task.get(task, ()):
            mine = [one for one in room if room[one] and (one is None or one in problem.strata[expert])]
            if typed and (wanted := chosen.get((task, expert))) is not None:
                mine = [wanted] if wanted in mine else []
            if not mine:
                raise ContradictionError([Reason("pin_seatless", {"task": task, "expert": expert})])
            room[mine[0]] -= 1
        tasks += [task] * len(room)
        strata += room
        seats += room.values()
    return np.array(tasks, np.int64), tuple(strata), np.array(seats, np.int64)


def pin_seatings(problem: Problem) -> Iterator[tuple[tuple[int, int, int], ...]]:
    """Yield every way in which the pins of typed tasks can sit; one empty way where there is nothing to choose."""
    by_task: dict[int, list[int]] = {}
    for task, expert in problem.pins:
        if problem.seat_strata and problem.seat_strata[task]:
            by_task.setdefault(task, []).append(expert)
    ways = [list(_ways(problem, task, people)) for task, people in sorted(by_task.items())]
    if all(len(way) <= 1 for way in ways):
        yield ()
        return
    for way in itertools.product(*(way or [()] for way in ways)):
        yield tuple(itertools.chain.from_iterable(way))


def _ways(problem: Problem, task: int, people: Sequence[int]) -> Iterator[tuple[tuple[int, int, int], ...]]:
    room = dict(problem.seat_strata[task])
    options = [[one for one in room if one in problem.strata[expert]] for expert in people]
    for strata in itertools.product(*options):
        if all(strata.count(one) <= count for one, count in room.items()):
            yield tuple((task, expert, one) for expert, one in zip(people, strata, strict=True))


def _pairs(problem: Problem, open_edges: Ints, row_task: Ints, row_stratum: Sequence[int | None]) -> tuple[Ints, Ints]:
    """Return edge and row of each pair, ascending by row and expert."""
    if not problem.seat_strata:
        return open_edges, problem.tasks[open_edges]
    first_row = np.searchsorted(row_task, np.arange(len(problem.seats) + 1))
    found = []
    for edge in open_edges.tolist():
        task, strata = int(problem.tasks[edge]), problem.strata[int(problem.experts[edge])]
        found += [
            (row, edge)
            for row in range(first_row[task], first_row[task + 1])
            if row_stratum[row] is None or row_stratum[row] in strata
        ]
    found.sort()
    return np.array([edge for _, edge in found], np.int64), np.array([row for row, _ in found], np.int64)


def _limits(problem: Problem, pinned: _Pinned, edge_group: Ints, pair_edge: Ints, pair_row: Ints) -> Limits:
    """Return the employer limits that can bind, and whether they nest in the rows."""
    width = len(problem.caps) + 1
    pair_group = edge_group[pair_edge]
    key = np.where(pair_group >= 0, problem.tasks[pair_edge] * width + pair_group, -1)
    keys, first, inverse = np.unique(key, return_index=True, return_inverse=True)
    once = np.unique(np.stack([inverse, pair_edge]), axis=1)[0] if problem.seat_strata else inverse
    people = np.bincount(once, minlength=len(keys))
    task, group = np.divmod(keys, width)
    room = np.full(len(keys), problem.group_limit, np.int64)
    for (pinned_task, pinned_group), count in pinned.by_group.items():
        room[keys == pinned_task * width + pinned_group] -= count
    binding = (keys >= 0) & (people > room) & (problem.group_limit > 0)
    place = np.where(binding, np.cumsum(binding) - 1, -1)
    limit_row = pair_row[first]
    is_twice = len(np.unique(pair_edge)) < len(pair_edge) if problem.seat_strata else False
    spans = bool((binding[inverse] & (pair_row != limit_row[inverse])).any())
    order = np.lexsort((group[binding], limit_row[binding]))
    rank = np.empty(len(order), np.int64)
    rank[order] = np.arange(len(order))
    pair_place = place[inverse]
    return Limits(
        of_pair=np.where(pair_place >= 0, rank[pair_place], -1) if len(rank) else pair_place,
        task=task[binding][order],
        group=group[binding][order],
        row=limit_row[binding][order],
        room=room[binding][order],
        crossing=bool(is_twice or spans),
    )


def _apart(problem: Problem, of_group: Ints, pair_edge: Ints) -> Apart:
    """Return the experts with several open tasks of one group, by expert and group."""
    width = len(problem.task_groups) + 1
    group = of_group[pair_edge]
    key = np.where(group >= 0, problem.experts[pair_edge] * width + group, -1)
    keys, inverse = np.unique(key, return_inverse=True)
    once = np.unique(np.stack([inverse, pair_edge]), axis=1)[0] if problem.seat_strata else inverse
    binding = (keys >= 0) & (np.bincount(once, minlength=len(keys)) > 1)
    place = np.where(binding, np.cumsum(binding) - 1, -1)
    expert, number = np.divmod(keys[binding], width)
    return Apart(of_pair=place[inverse], expert=expert, group=number)


def _sums(places: Ints, values: Ints, size: int) -> Ints:
    """Return the exact sums of ``values`` by place."""
    sums = np.zeros(size, np.int64)
    np.add.at(sums, places, values)
    return sums
