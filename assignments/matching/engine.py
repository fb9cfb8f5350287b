"""The two phases: ``solve`` finds the marginals and never sees a seed, ``sample`` draws one assignment from them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from importlib.metadata import version
from itertools import islice
from typing import Any, Final

import numpy as np

from assignments.matching.branching import no_better_total, no_higher_floor
from assignments.matching.flow import solve_flow
from assignments.matching.network import ContradictionError, Network, build_network, pin_seatings
from assignments.matching.prices import floor_bound, task_sums, total_bound
from assignments.matching.problem import MAX_MIN, UNITS, Ints, Problem, ProblemError
from assignments.matching.program import Unfilled, solve_program
from assignments.matching.reasons import Shortage, crossing_shortage, shortage
from assignments.matching.sampling import whole_units
from assignments.matching.words import Reason

OPTIMAL: Final = "optimal"
FEASIBLE: Final = "feasible"
INFEASIBLE: Final = "infeasible"
SOLVERS: Final = ("highspy", "ortools")
MOST_SEATINGS: Final = 64


@dataclass(frozen=True, slots=True, eq=False)
class Solution:
    """What phase 1 found. Units count in thousandths of a seat; ``expected_units`` is Σ units × fit, pins included.

    ``status`` is feasible where the certificate leaves a gap of a whole unit of fit or more. Infeasible: no network or
    no units, and ``reasons`` say why.
    """

    problem: Problem
    status: str
    certificate: Mapping[str, Any]
    network: Network | None = None
    pair_units: Ints = field(default_factory=lambda: np.zeros(0, np.int64))
    expected_units: int = 0
    reasons: tuple[Reason, ...] = ()

    def marginals(self) -> list[tuple[int, int, int]]:
        """Return (task, expert, units) of every pair with a chance, pins included."""
        problem, network = self.problem, self.network
        if network is None or self.status == INFEASIBLE:
            return []
        chance = np.zeros(len(problem.tasks), np.int64)
        np.add.at(chance, network.pair_edge, self.pair_units)
        chance[problem.places(problem.pins)] = UNITS
        some = np.flatnonzero(chance)
        columns = (problem.tasks[some], problem.experts[some], chance[some])
        return list(zip(*(column.tolist() for column in columns), strict=True))

    def accounting(self) -> dict[str, int]:
        """Return how many pairs of task and expert each rule removed, and how many stayed open."""
        return dict(self.network.accounting) if self.network else {}


@dataclass(frozen=True, slots=True)
class Sample:
    """One assignment: the experts of each task in ascending order, its total fit and the least of a task."""

    assignment: tuple[tuple[int, ...], ...]
    total: int
    min_task: int


def solve(problem: Problem, fields: Sequence[int] = ()) -> Solution:
    """Return the optimal marginals with a proof, or why there are none. Raise ``ProblemError`` for what is refused.

    ``fields`` (what people must know for each task whose seats are not typed) change nothing of the answer: where there
    is none they let the reasons say people of which field would do.

    Where a pin could take one of several kinds of seat the best way to seat the pins is searched for, among the first
    ``MOST_SEATINGS``; the certificate names it, and proves the optimum for it.
    """
    best = None
    for way in islice(pin_seatings(problem), MOST_SEATINGS):
        found = _solved(replace(problem, pin_strata=way), fields)
        if way:
            seating = [list(row) for row in way]
            found = replace(found, certificate={**found.certificate, "pin_strata": seating})
        if best is None or _rank(found) > _rank(best):
            best = found
    assert best is not None  # noqa: S101 - there is always a way, if only an empty one
    return best


def _rank(solution: Solution) -> tuple[bool, int, int]:
    """Return what makes a solution better than another: seats filled, the floor where one is asked for, the total."""
    network = solution.network
    if network is None or solution.status == INFEASIBLE:
        return (False, 0, 0)
    has_floor = solution.problem.floor == MAX_MIN
    floor = min(task_sums(network, solution.pair_units), default=0) if has_floor else 0
    return (True, floor, solution.expected_units)


def _solved(problem: Problem, fields: Sequence[int]) -> Solution:
    try:
        network = build_network(problem)
    except ContradictionError as error:
        return Solution(problem, INFEASIBLE, {"kind": "pins"}, reasons=error.reasons)
    if network.limits.crossing and problem.q_permille is not None:
        message = "a probability cap cannot be kept together with seats and employers that cross"
        raise ProblemError(message)
    if network.limits.crossing:
        return _by_program(network, fields)
    flow = solve_flow(network)
    if flow is None:
        return _infeasible(network, shortage(network, fields))
    if problem.floor == MAX_MIN:
        return _by_program(network, fields, flow.pair_units)
    certificate = {
        "kind": "flow",
        "potentials": flow.potentials.tolist(),
        "tie": flow.tie,
        "tie_bits": flow.tie_bits,
        "unique": flow.is_unique,
    }
    expected = sum(task_sums(network, flow.pair_units))
    return Solution(problem, OPTIMAL, certificate, network, flow.pair_units, expected)


def _by_program(network: Network, fields: Sequence[int], best_without_floor: Ints | None = None) -> Solution:
    """Return what HiGHS finds, judged by the bounds that its prices prove."""
    found = solve_program(network, best_without_floor)
    if isinstance(found, Unfilled):
        return _infeasible(network, crossing_shortage(network, found, fields))
    sums = task_sums(network, found.pair_units)
    expected, floor = sum(sums), min(sums, default=0)
    bound = total_bound(network, found.total_prices, found.scale, floor)
    certificate: dict[str, Any] = {
        "bound_units": bound,
        "kind": "program",
        "prices": found.total_prices.document(),
        "scale": found.scale,
    }
    gap = bound - expected
    if gap >= UNITS and (cases := no_better_total(found.model, expected, floor if found.floor_prices else None)):
        certificate["cases"] = [case.document() for case in cases]
        gap = 0
    if found.floor_prices:
        highest = floor_bound(network, found.floor_prices)
        certificate |= {"floor_bound_units": highest, "floor_prices": found.floor_prices.document()}
        certificate["floor_units"] = floor
        if highest - floor >= UNITS and (cases := no_higher_floor(found.model, floor)):
            certificate["floor_cases"] = [case.document() for case in cases]
        else:
            gap = max(gap, highest - floor)
    if network.limits.crossing:
        seated = np.flatnonzero(found.pair_units)
        rows = network.pair_row[seated].tolist()
        certificate["strata"] = [
            [int(network.row_task[row]), expert, network.row_stratum[row]]
            for row, expert in zip(rows, network.pair_expert[seated].tolist(), strict=True)
        ]
    status = OPTIMAL if gap < UNITS else FEASIBLE
    return Solution(network.problem, status, certificate, network, found.pair_units, expected)


def _infeasible(network: Network, short: Shortage) -> Solution:
    return Solution(network.problem, INFEASIBLE, short.certificate, network, reasons=short.reasons)


def sample(solution: Solution, seed: bytes) -> Sample:
    """Return the assignment that ``seed`` draws from the marginals; raise ``ValueError`` if there are none."""
    network, problem = solution.network, solution.problem
    if network is None or solution.status == INFEASIBLE:
        message = "there is nothing to sample from"
        raise ValueError(message)
    pairs = solution.pair_units
    if (pairs % UNITS).any():
        arcs = network.arcs()
        units = network.arc_units(pairs).tolist()
        whole = whole_units(arcs.tail.tolist(), arcs.head.tolist(), units, seed, UNITS)
        pairs = np.array(whole[network.first_pair : network.first_pair + len(pairs)], np.int64)
    seated = pairs == UNITS
    panels: list[list[int]] = [[] for _ in problem.seats]
    for task, expert in problem.pins:
        panels[task].append(expert)
    tasks = network.row_task[network.pair_row[seated]].tolist()
    for task, expert in zip(tasks, network.pair_expert[seated].tolist(), strict=True):
        panels[task].append(expert)
    sums = task_sums(network, pairs)
    return Sample(tuple(tuple(sorted(panel)) for panel in panels), sum(sums) // UNITS, min(sums, default=0) // UNITS)


def solvers() -> dict[str, str]:
    """Return the versions of the solvers."""
    return {name: version(name) for name in SOLVERS}
