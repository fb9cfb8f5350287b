"""Why a batch cannot be assigned: the smallest set of tasks that is short, the rules that bind there, what would do."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
from ortools.graph.python import max_flow

from assignments.matching.branching import no_answer
from assignments.matching.network import ContradictionError, Network, build_network
from assignments.matching.problem import UNITS, Ints, Problem
from assignments.matching.program import Model, Program, Unfilled, solve_program
from assignments.matching.words import Reason

LIFTED: Final[tuple[tuple[str, Callable[[Problem], bool], Callable[[Problem], Problem]], ...]] = (
    ("caps", lambda _: True, lambda problem: replace(problem, caps=(len(problem.seats),) * len(problem.caps))),
    ("group_limit", lambda problem: problem.group_limit > 0, lambda problem: replace(problem, group_limit=0)),
    ("q_permille", lambda problem: problem.q_permille is not None, lambda problem: replace(problem, q_permille=None)),
    ("quotas", lambda problem: bool(problem.quotas), lambda problem: replace(problem, quotas=())),
    ("task_groups", lambda problem: bool(problem.task_groups), lambda problem: replace(problem, task_groups=())),
    ("seat_strata", lambda problem: any(problem.seat_strata), lambda problem: replace(problem, seat_strata=())),
    ("forbids", lambda problem: bool(problem.forbids), lambda problem: replace(problem, forbids=())),
    ("pins", lambda problem: bool(problem.pins), lambda problem: replace(problem, pins=())),
)


Fields = Sequence[int]
Label = int | None


@dataclass(frozen=True, slots=True)
class Shortage:
    """The reasons, and the certificate that shows without a solver that the seats cannot be filled."""

    reasons: tuple[Reason, ...]
    certificate: dict[str, Any]


def shortage(network: Network, fields: Fields = ()) -> Shortage:
    """Return why the seats of a network whose limits nest cannot all be filled.

    ``fields`` say what people must know for each task whose seats are not typed; nothing for tasks of all kinds.
    """
    filled, inside = _smallest_cut(network)
    missing = int(network.row_seats.sum()) * UNITS - filled
    arcs = network.arcs()
    cut = np.flatnonzero(inside[arcs.tail] & ~inside[arcs.head])
    rows = np.flatnonzero(inside[: len(network.row_task)])
    tasks = sorted(set(network.row_task[rows].tolist()))
    seats = int(network.row_seats[rows].sum())
    reasons = [
        Reason(
            "tasks_short",
            {"tasks": tasks, "seats": seats, "filled": (seats * UNITS - missing) // UNITS, "missing": _seats(missing)},
        ),
        *_binding(network, cut),
        *_would_do(network.problem),
        _people(network, _by_label(network, rows.tolist(), fields)),
    ]
    certificate = {"kind": "cut", "nodes": np.flatnonzero(inside).tolist(), "missing_units": missing}
    return Shortage(tuple(reasons), certificate)


def crossing_shortage(network: Network, unfilled: Unfilled, fields: Fields = ()) -> Shortage:
    """Return why the seats of a network whose limits cross cannot all be filled; ``fields`` as of ``shortage``."""
    rows = _by_label(network, range(len(network.row_task)), fields)
    if unfilled.prices is None:
        cases = no_answer(Model(network, network.pair_fit))
        if cases is None:
            reasons = [Reason("not_found", {"nodes": unfilled.nodes}), *_would_do(network.problem)]
            return Shortage(tuple(reasons), {"kind": "solver", "nodes": unfilled.nodes})
        reasons = [Reason("seats_cross"), *_would_do(network.problem), _typed_people(network, rows)]
        return Shortage(tuple(reasons), {"kind": "cases", "cases": [case.document() for case in cases]})
    ones = np.ones(len(network.pair_row), np.int64)
    bound = unfilled.prices.bound(network, ones) // unfilled.scale
    missing = int(network.row_seats.sum()) * UNITS - bound
    short = [
        Reason("stratum_short", {"task": task, "stratum": stratum, "seats": seats, "people": people})
        if stratum is not None
        else Reason("tasks_short", {"tasks": [task], "seats": seats, "filled": people, "missing": seats - people})
        for task, stratum, seats, people in zip(
            network.row_task.tolist(),
            network.row_stratum,
            network.row_seats.tolist(),
            np.bincount(network.pair_row, minlength=len(network.row_task)).tolist(),
            strict=True,
        )
        if people < seats
    ]
    reasons = [Reason("seats_typed", {"missing": _seats(missing)}), *short, *_would_do(network.problem)]
    reasons.append(_typed_people(network, rows))
    certificate = {"kind": "seats", "prices": unfilled.prices.document(), "scale": unfilled.scale}
    return Shortage(tuple(reasons), certificate | {"missing_units": missing})


def lifted(problem: Problem, limit: str) -> Problem:
    """Return the problem without one of its limits, by the name that ``LIFTED`` gives it."""
    return next(lift(problem) for name, _holds, lift in LIFTED if name == limit)


def is_fillable(problem: Problem) -> bool:
    """Say whether every seat can be filled; no where the pins contradict the rest."""
    try:
        network = build_network(problem)
    except ContradictionError:
        return False
    if network.limits.crossing:
        return isinstance(solve_program(network), Program)
    return _smallest_cut(network)[0] == int(network.row_seats.sum()) * UNITS


def _seats(units: int) -> int:
    return -(-units // UNITS)


def _by_label(network: Network, rows: Iterable[int], fields: Fields) -> dict[Label, list[int]]:
    """Return the rows that have seats by what people must know for them: the stratum, or the field of the task."""
    found: dict[Label, list[int]] = {}
    for row in rows:
        if network.row_seats[row]:
            stratum, task = network.row_stratum[row], int(network.row_task[row])
            label = fields[task] if stratum is None and fields else stratum
            found.setdefault(label, []).append(row)
    return dict(sorted(found.items(), key=lambda item: (item[0] is None, item[0] or 0)))


def _smallest_cut(
    network: Network, more: Sequence[tuple[Sequence[int], int]] = (), cap: int = 0
) -> tuple[int, "np.ndarray[Any, np.dtype[np.bool_]]"]:
    """Return the units that can be placed, and which nodes the smallest cut keeps on the side of the seats.

    ``more`` are rows and how many people more could take them, ``cap`` each and of a group of tasks only one; those
    people stand as one node behind the sink's number, and behind it a node for each group, or task in none.
    """
    arcs, rows = network.arcs(), np.arange(len(network.row_seats))
    source = network.sink + 1
    group = network.problem.task_group_numbers()
    group = np.where(group >= 0, group, len(group) + np.arange(len(group)))[network.row_task]
    tails, heads = [arcs.tail, np.full(len(rows), source)], [arcs.head, rows]
    room = [arcs.capacity, network.row_seats * UNITS]
    free = source + 1
    for own, people in more:
        names, place = np.unique(group[list(own)], return_inverse=True)
        once = free + 1 + np.arange(len(names))
        tails += [np.array(own), once, np.array([free])]
        heads += [once[place], np.full(len(once), free), np.array([network.sink])]
        room += [
            np.full(len(own), people * network.problem.pair_units),
            np.full(len(once), people * UNITS),
            np.array([people * cap * UNITS]),
        ]
        free += 1 + len(once)
    solver = max_flow.SimpleMaxFlow()
    solver.add_arcs_with_capacity(np.concatenate(tails), np.concatenate(heads), np.concatenate(room))
    solver.solve(source, network.sink)
    inside = np.zeros(free + 1, bool)
    inside[solver.get_source_side_min_cut()] = True
    return int(solver.optimal_flow()), inside[: network.sink + 1]


def _binding(network: Network, cut: Ints) -> list[Reason]:
    """Return the rules whose limits make up the cut."""
    ends = np.cumsum([network.first_pair, len(network.pair_row), len(network.apart.expert), len(network.caps)])
    limits, pairs, apart, experts, quotas = np.split(cut, np.searchsorted(cut, ends))
    problem, reasons = network.problem, []
    if len(experts):
        reasons.append(Reason("rule_caps", {"rule": "caps", "count": len(experts)}))
    if len(limits):
        employers = len(set(network.limits.group[limits].tolist()))
        facts = {"rule": "group_limit", "limit": problem.group_limit, "count": employers}
        reasons.append(Reason("rule_group_limit", facts))
    if len(pairs) and problem.q_permille is not None:
        facts = {"rule": "q_permille", "permille": problem.q_permille, "count": len(pairs)}
        reasons.append(Reason("rule_q_permille", facts))
    elif len(pairs):
        reasons.append(Reason("rule_pair", {"count": len(pairs)}))
    for group, count in sorted(Counter(network.apart.group[apart - ends[1]].tolist()).items()):
        facts = {"rule": "task_groups", "tasks": list(problem.task_groups[group]), "count": count}
        reasons.append(Reason("rule_task_groups", facts))
    if len(quotas):
        names = [problem.quotas[place][0] for place in (quotas - ends[3]).tolist()]
        reasons.append(Reason("rule_quotas", {"rule": "quotas", "employers": names}))
    return reasons


def _would_do(problem: Problem) -> list[Reason]:
    """Return the rules of which to lift one alone would do."""
    rules = [name for name, holds, lift in LIFTED if holds(problem) and is_fillable(lift(problem))]
    return [Reason("would_do", {"rules": rules})] if rules else []


def _people(network: Network, rows: Mapping[Label, list[int]]) -> Reason:
    """Return how many more people would do at least, who can take the rows that are short."""
    cap = _cap(network.problem)
    needed = int(network.row_seats.sum()) * UNITS

    def would_do(more: Mapping[Label, int]) -> bool:
        return _smallest_cut(network, [(rows[label], people) for label, people in more.items()], cap)[0] == needed

    return _needed(network, rows, would_do)


def _typed_people(network: Network, rows: Mapping[Label, list[int]]) -> Reason:
    """Return how many more people would do where limits cross: each knows one stratum, or can take untyped tasks."""
    problem, cap = network.problem, _cap(network.problem)

    def would_do(more: Mapping[Label, int]) -> bool:
        task, expert, strata = [problem.tasks], [problem.experts], list(problem.strata)
        for label, people in more.items():
            own = np.unique(network.row_task[rows[label]])
            task.append(np.tile(own, people))
            expert.append(np.repeat(len(strata) + np.arange(people), len(own)))
            strata += [() if label is None else (label,)] * people
        tasks, experts, added = np.concatenate(task), np.concatenate(expert), len(strata) - len(problem.strata)
        fits = np.concatenate([problem.fits, np.zeros(len(tasks) - len(problem.fits), np.int64)])
        order = np.lexsort((experts, tasks))
        return is_fillable(
            replace(
                problem,
                caps=problem.caps + (cap,) * added,
                tasks=tasks[order],
                experts=experts[order],
                fits=fits[order],
                groups=problem.groups + (None,) * added,
                strata=tuple(strata),
            )
        )

    return _needed(network, rows, would_do)


def _cap(problem: Problem) -> int:
    return max(1, max(problem.caps, default=1))


def _needed(
    network: Network, rows: Mapping[Label, list[int]], would_do: Callable[[Mapping[Label, int]], bool]
) -> Reason:
    """Return how many people of each kind would do: the least of one kind after the other, beside many of the rest."""
    more = {label: sum(map(network.people_for, own)) for label, own in rows.items()}
    for label, many in list(more.items()):
        high, low = many, -1
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (low, middle) if would_do(more | {label: middle}) else (middle, high)
        more[label] = high
    if set(more) <= {None}:
        return Reason("people_short", {"people": sum(more.values()), "cap": _cap(network.problem)})
    fields = [[label, people] for label, people in more.items() if people]
    return Reason("fields_short", {"fields": fields, "cap": _cap(network.problem)})
