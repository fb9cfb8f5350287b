"""The problem as it comes in: who may sit where, how well each pair fits, and the limits. Nothing here knows a seed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

UNITS: Final = 1000
NO_FLOOR: Final = "none"
MAX_MIN: Final = "max-min"
LARGEST_FIT: Final = 10**9
LARGEST_COUNT: Final = 1_000_000

KEYS: Final = {
    *("seats", "caps", "edges", "groups", "group_limit", "q_permille", "floor", "seed", "pins", "forbids"),
    *("seat_strata", "strata", "quotas", "task_groups"),
}

Ints = NDArray[np.int64]
Pair = tuple[int, int]
Employer = int | str


class ProblemError(ValueError):
    """The problem is malformed; the sentence says where."""


@dataclass(frozen=True, slots=True, eq=False)
class Problem:
    """A batch to assign. ``tasks``, ``experts`` and ``fits`` are the listed pairs, ascending by task and expert.

    ``group_limit`` 0 is no limit; ``q_permille`` None is no probability cap. ``seat_strata`` types the seats of a task
    as (stratum, count), empty where anybody may take any seat; ``strata`` are those of each expert. ``quotas`` bound
    the seats that all people of one employer hold over all tasks. Of the tasks of one of ``task_groups`` nobody takes
    two. ``pin_strata`` says which kind of seat each pin takes where it could take several; the engine finds it and
    writes it into the certificate.
    """

    seats: tuple[int, ...]
    caps: tuple[int, ...]
    tasks: Ints
    experts: Ints
    fits: Ints
    groups: tuple[Employer | None, ...]
    group_limit: int = 1
    q_permille: int | None = None
    floor: str = NO_FLOOR
    pins: tuple[Pair, ...] = ()
    forbids: tuple[Pair, ...] = ()
    seat_strata: tuple[tuple[Pair, ...], ...] = ()
    strata: tuple[tuple[int, ...], ...] = ()
    quotas: tuple[tuple[Employer, int], ...] = ()
    task_groups: tuple[tuple[int, ...], ...] = ()
    pin_strata: tuple[tuple[int, int, int], ...] = ()

    @property
    def pair_units(self) -> int:
        """Return the most units that one pair may have."""
        return UNITS if self.q_permille is None else self.q_permille

    def group_numbers(self) -> Ints:
        """Return the number of each expert's employer, from 0 by first appearance; −1 for none."""
        numbers: dict[Employer, int] = {}
        return np.array([-1 if one is None else numbers.setdefault(one, len(numbers)) for one in self.groups], np.int64)

    def task_group_numbers(self) -> Ints:
        """Return the number of each task's group; −1 for a task that keeps nobody from another."""
        numbers = np.full(len(self.seats), -1, np.int64)
        for number, tasks in enumerate(self.task_groups):
            numbers[list(tasks)] = number
        return numbers

    def places(self, pairs: Sequence[Pair]) -> Ints:
        """Return where each pair stands in the list, −1 for a pair that is not listed."""
        keys = self.tasks * len(self.caps) + self.experts
        wanted = np.array([task * len(self.caps) + expert for task, expert in pairs], np.int64)
        if not len(keys):
            return np.full(len(wanted), -1, np.int64)
        found = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
        return np.where(keys[found] == wanted, found, -1)

    def with_edges(self, more: Ints) -> "Problem":
        """Return the problem with these pairs besides, as rows of [task, expert, fit], none of them listed yet."""
        task, expert, fit = np.vstack([np.column_stack([self.tasks, self.experts, self.fits]), more]).T
        order = np.lexsort((expert, task))
        return replace(self, tasks=task[order], experts=expert[order], fits=fit[order])

    def document(self) -> dict[str, Any]:
        """Return the problem as JSON, without seed, pins and forbids; the typed keys only where they are used."""
        document: dict[str, Any] = {
            "caps": list(self.caps),
            "edges": np.column_stack([self.tasks, self.experts, self.fits]).tolist(),
            "floor": self.floor,
            "group_limit": self.group_limit,
            "groups": list(self.groups),
            "q_permille": self.q_permille,
            "seats": list(self.seats),
        }
        if self.seat_strata:
            document["seat_strata"] = [[list(seat) for seat in seats] for seats in self.seat_strata]
            document["strata"] = [list(strata) for strata in self.strata]
        if self.quotas:
            document["quotas"] = [list(quota) for quota in self.quotas]
        if self.task_groups:
            document["task_groups"] = [list(tasks) for tasks in self.task_groups]
        return document


def read_problem(document: Mapping[str, Any]) -> Problem:
    """Return the problem of a JSON document, or raise ``ProblemError`` with what is wrong. The seed is not read."""
    _expect(isinstance(document, Mapping), "the problem is not a JSON object")
    _expect(not (unknown := sorted(set(document) - KEYS)), f"unknown keys: {', '.join(map(str, unknown))}")
    seats, caps = (_counts(document, key) for key in ("seats", "caps"))
    groups = document.get("groups")
    groups = [None] * len(caps) if groups is None else groups
    _expect(
        isinstance(groups, list)
        and len(groups) == len(caps)
        and all(one is None or isinstance(one, str) or _is_int(one) for one in groups),
        "groups must name an employer (number, text or null) for each expert",
    )
    quota = document.get("q_permille")
    _expect(quota is None or (_is_int(quota) and 1 <= quota <= UNITS), "q_permille must be null or 1 to 1000")
    limit = document.get("group_limit", 1)
    _expect(limit is None or (_is_int(limit) and limit >= 0), "group_limit must be null or a number from 0")
    floor = document.get("floor", NO_FLOOR)
    _expect(floor in (NO_FLOOR, MAX_MIN), 'floor must be "none" or "max-min"')
    tasks, experts, fits = _edges(document.get("edges"), len(seats), len(caps))
    return Problem(
        seats=seats,
        caps=caps,
        tasks=tasks,
        experts=experts,
        fits=fits,
        groups=tuple(groups),
        group_limit=limit or 0,
        q_permille=quota,
        floor=floor,
        pins=_pairs(document, "pins", len(seats), len(caps)),
        forbids=_pairs(document, "forbids", len(seats), len(caps)),
        seat_strata=_seat_strata(document, seats),
        strata=_strata(document, len(caps)),
        quotas=_quotas(document),
        task_groups=_task_groups(document, len(seats)),
    )


def _expect(holds: object, sentence: str) -> None:
    if not holds:
        raise ProblemError(sentence)


def _is_int(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _counts(document: Mapping[str, Any], key: str) -> tuple[int, ...]:
    values = document.get(key)
    _expect(
        isinstance(values, list) and all(_is_int(value) and 0 <= value <= LARGEST_COUNT for value in values),
        f"{key} must be a list of numbers from 0 to {LARGEST_COUNT}",
    )
    return tuple(values or ())


def _edges(edges: object, tasks: int, experts: int) -> tuple[Ints, Ints, Ints]:
    """Return the pairs in ascending order."""
    sentence = "each edge must be [task, expert, fit] in whole numbers"
    _expect(isinstance(edges, list), sentence)
    try:
        table = np.array(edges or np.empty((0, 3), np.int64))
    except (ValueError, OverflowError) as error:
        raise ProblemError(sentence) from error
    _expect(table.ndim == 2 and table.shape[1] == 3 and table.dtype == np.int64, sentence)
    task, expert, fit = table.T
    _expect(
        ((task >= 0) & (task < tasks) & (expert >= 0) & (expert < experts)).all(),
        "an edge names a task or an expert that does not exist",
    )
    _expect((np.abs(fit) <= LARGEST_FIT).all(), f"a fit must lie within ±{LARGEST_FIT}")
    order = np.lexsort((expert, task))
    task, expert, fit = task[order], expert[order], fit[order]
    _expect(not ((np.diff(task) == 0) & (np.diff(expert) == 0)).any(), "an edge is listed twice")
    return task, expert, fit


def _pairs(document: Mapping[str, Any], key: str, tasks: int, experts: int) -> tuple[Pair, ...]:
    pairs = document.get(key) or []
    _expect(
        isinstance(pairs, list)
        and all(
            isinstance(pair, list | tuple)
            and len(pair) == 2
            and all(map(_is_int, pair))
            and 0 <= pair[0] < tasks
            and 0 <= pair[1] < experts
            for pair in pairs
        ),
        f"{key} must be a list of [task, expert]",
    )
    listed = sorted((task, expert) for task, expert in pairs)
    _expect(len(set(listed)) == len(listed), f"a pair stands twice in {key}")
    return tuple(listed)


def _seat_strata(document: Mapping[str, Any], seats: Sequence[int]) -> tuple[tuple[Pair, ...], ...]:
    """Return the typed seats of each task; those of a task add up to its seats."""
    rows = document.get("seat_strata") or []
    _expect(
        isinstance(rows, list)
        and len(rows) in {0, len(seats)}
        and all(
            isinstance(row, list)
            and all(isinstance(seat, list) and len(seat) == 2 and all(map(_is_int, seat)) for seat in row)
            and len({seat[0] for seat in row}) == len(row)
            and all(count > 0 for _, count in row)
            and (not row or sum(count for _, count in row) == seats[task])
            for task, row in enumerate(rows)
        ),
        "seat_strata must list [stratum, count] for each task, adding up to its seats (or nothing)",
    )
    return tuple(tuple((seat[0], seat[1]) for seat in row) for row in rows)


def _strata(document: Mapping[str, Any], experts: int) -> tuple[tuple[int, ...], ...]:
    rows = document.get("strata") or [[]] * experts
    _expect(
        isinstance(rows, list)
        and len(rows) == experts
        and all(isinstance(row, list) and all(map(_is_int, row)) for row in rows),
        "strata must list the strata of each expert",
    )
    return tuple(tuple(sorted(set(row))) for row in rows)


def _quotas(document: Mapping[str, Any]) -> tuple[tuple[Employer, int], ...]:
    quotas = document.get("quotas") or []
    _expect(
        isinstance(quotas, list)
        and all(
            isinstance(quota, list)
            and len(quota) == 2
            and (isinstance(quota[0], str) or _is_int(quota[0]))
            and _is_int(quota[1])
            and quota[1] >= 0
            for quota in quotas
        )
        and len({quota[0] for quota in quotas}) == len(quotas),
        "quotas must list [employer, most seats], each employer once",
    )
    return tuple((quota[0], quota[1]) for quota in quotas)


def _task_groups(document: Mapping[str, Any], tasks: int) -> tuple[tuple[int, ...], ...]:
    """Return the groups in ascending order; a group of one task says nothing and is left out."""
    groups = document.get("task_groups") or []
    _expect(
        isinstance(groups, list)
        and all(isinstance(group, list) and all(_is_int(one) and 0 <= one < tasks for one in group) for group in groups)
        and len({one for group in groups for one in group}) == sum(map(len, groups)),
        "task_groups must list tasks, each in one group at most",
    )
    return tuple(sorted(tuple(sorted(group)) for group in groups if len(group) > 1))
