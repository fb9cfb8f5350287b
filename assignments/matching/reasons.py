"""Why a batch cannot be assigned: the smallest set of tasks that is short, the rules that bind there, what would do."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
from ortools.graph.python import max_flow

from assignments.matching.branching import no_answer
from assignments.matching.network import Network, build_network
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


@dataclass(frozen=True, slots=True)
class Shortage:
    """The reasons, and the certificate that shows without a solver that the seats cannot be filled."""

    reasons: tuple[Reason, ...]
    certificate: dict[str, Any]


def shortage(network: Network) -> Shortage:
    """Return why the seats of a network whose limits nest cannot all be filled."""
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
        _people(network),
    ]
    certificate = {"kind": "cut", "nodes": np.flatnonzero(inside).tolist(), "missing_units": missing}
    return Shortage(tuple(reasons), certificate)


def crossing_shortage(network: Network, unfilled: Unfilled) -> Shortage:
    """Return why the seats of a network whose limits cross cannot all be filled."""
    if unfilled.prices is None:
        cases = no_answer(Model(network, network.pair_fit))
        if cases is None:
            reasons = [Reason("not_found", {"nodes": unfilled.nodes}), *_would_do(network.problem)]
            return Shortage(tuple(reasons), {"kind": "solver", "nodes": unfilled.nodes})
        reasons = [Reason("seats_cross"), *_would_do(network.problem), _typed_people(network)]
        return Shortage(tuple(reasons), {"kind": "cases", "cases": [case.document() for case in cases]})
    ones = np.ones(len(network.pair_row), np.int64)
    bound = unfilled.prices.bound(network, ones) // unfilled.scale
    missing = int(network.row_seats.sum()) * UNITS - bound
    short = [
        Reason("stratum_short", {"task": task, "stratum": stratum, "seats": seats, "people": people})
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
    reasons.append(_typed_people(network))
    certificate = {"kind": "seats", "prices": unfilled.prices.document(), "scale": unfilled.scale}
    return Shortage(tuple(reasons), certificate | {"missing_units": missing})


def is_fillable(problem: Problem) -> bool:
    """Say whether every seat can be filled."""
    network = build_network(problem)
    if network.limits.crossing:
        return isinstance(solve_program(network), Program)
    return _smallest_cut(network)[0] == int(network.row_seats.sum()) * UNITS


def _seats(units: int) -> int:
    return -(-units // UNITS)


def _smallest_cut(network: Network, people: int = 0, cap: int = 0) -> tuple[int, "np.ndarray[Any, np.dtype[np.bool_]]"]:
    """Return the units that can be placed, and which nodes the smallest cut keeps on the side of the seats.

    ``people`` more, who may take any task but one of a group of tasks only, and ``cap`` each, stand as one node behind
    the sink's number, and before it a node for each group, or task in none.
    """
    arcs, rows = network.arcs(), np.arange(len(network.row_seats))
    source, more = network.sink + 1, network.sink + 2
    group = network.problem.task_group_numbers()
    group = np.where(group >= 0, group, len(group) + np.arange(len(group)))[network.row_task]
    names, place = np.unique(group, return_inverse=True)
    once = more + 1 + np.arange(len(names))
    tails = [arcs.tail, np.full(len(rows), source), rows, once, np.array([more])]
    heads = [arcs.head, rows, once[place], np.full(len(once), more), np.array([network.sink])]
    room = [
        arcs.capacity,
        network.row_seats * UNITS,
        np.full(len(rows), people * network.problem.pair_units),
        np.full(len(once), people * UNITS),
        np.array([people * cap * UNITS]),
    ]
    solver = max_flow.SimpleMaxFlow()
    solver.add_arcs_with_capacity(np.concatenate(tails), np.concatenate(heads), np.concatenate(room))
    solver.solve(source, network.sink)
    inside = np.zeros(more + 1 + len(once), bool)
    inside[solver.get_source_side_min_cut()] = True
    return int(solver.optimal_flow()), inside[: network.sink + 1]


def _binding(network: Network, cut: Ints) -> list[Reason]:
    """Return the rules whose limits make up the cut."""
    ends = np.cumsum([network.first_pair, len(network.pair_row), len(network.apart.expert), len(network.caps)])
    limits, pairs, apart, experts, employers_full = np.split(cut, np.searchsorted(cut, ends))
    used, capped, quotas = len(pairs), len(experts), len(employers_full)
    problem, reasons = network.problem, []
    if capped:
        reasons.append(Reason("rule_caps", {"count": capped}))
    if len(limits):
        employers = len(set(network.limits.group[limits].tolist()))
        reasons.append(Reason("rule_group_limit", {"limit": problem.group_limit, "count": employers}))
    if used and problem.q_permille is not None:
        reasons.append(Reason("rule_q_permille", {"permille": problem.q_permille, "count": used}))
    elif used:
        reasons.append(Reason("rule_pair", {"count": used}))
    for group in sorted(set(network.apart.group[apart - ends[1]].tolist())):
        count = int((network.apart.group[apart - ends[1]] == group).sum())
        reasons.append(Reason("rule_task_groups", {"tasks": list(problem.task_groups[group]), "count": count}))
    if quotas:
        reasons.append(Reason("rule_quotas", {"count": quotas}))
    return reasons


def _would_do(problem: Problem) -> list[Reason]:
    """Return the rules of which to lift one alone would do."""
    rules = [name for name, holds, lift in LIFTED if holds(problem) and is_fillable(lift(problem))]
    return [Reason("would_do", {"rule": rules})] if rules else []


def _people(network: Network) -> Reason:
    """Return how many more people would do at least."""
    cap = max(1, max(network.problem.caps, default=1))
    needed = int(network.row_seats.sum()) * UNITS

    def would_do(people: int) -> bool:
        return _smallest_cut(network, people, cap)[0] == needed

    return Reason("people_short", {"people": _least(would_do), "cap": cap})


def _typed_people(network: Network) -> Reason:
    """Return how many more people would do who know every stratum."""
    problem = network.problem
    cap = max(1, max(problem.caps, default=1))
    every = tuple(sorted({stratum for seats in problem.seat_strata for stratum, _ in seats}))
    tasks = np.arange(len(problem.seats))

    def would_do(people: int) -> bool:
        new = np.repeat(len(problem.caps) + np.arange(people), len(tasks))
        task = np.concatenate([problem.tasks, np.tile(tasks, people)])
        expert = np.concatenate([problem.experts, new])
        order = np.lexsort((expert, task))
        return is_fillable(
            replace(
                problem,
                caps=problem.caps + (cap,) * people,
                tasks=task[order],
                experts=expert[order],
                fits=np.concatenate([problem.fits, np.zeros(len(new), np.int64)])[order],
                groups=problem.groups + (None,) * people,
                strata=problem.strata + (every,) * people,
            )
        )

    return Reason("people_short", {"people": _least(would_do), "cap": cap})


def _least(would_do: Callable[[int], bool]) -> int:
    """Return the smallest number that would do, given that every larger one does too."""
    high = 1
    while not would_do(high):
        high *= 2
    low = high // 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if would_do(middle) else (middle, high)
    return high
