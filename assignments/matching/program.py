"""Phase 1 where no flow can tell: a fairness floor, or typed seats that cross with employer limits. Solved by HiGHS.

The linear program comes first; whole numbers are demanded only where its answer is fractional, and then only of the
pairs that its prices leave a chance. The answer is never taken on trust: prices in whole numbers bound the total (and
the floor) by weak duality, and anybody can add the bound up.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import gcd
from typing import Final

import highspy
import numpy as np
from numpy.typing import NDArray
from ortools.graph.python import min_cost_flow

from assignments.matching.network import Network
from assignments.matching.prices import FAMILIES, FamilyLimits, Prices, pin_fits, task_sums
from assignments.matching.problem import MAX_MIN, UNITS, Ints

MOST_NODES: Final = 2_000
PRICE_BITS: Final = 52
FINEST: Final = 40
NEAR: Final = 1e-7
ROUGH: Final = 1e-3
WIDER: Final = 8

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Program:
    """The units of each pair, and the prices that bound floor and total; ``scale`` is the weight of one."""

    pair_units: Ints
    floor_prices: Prices | None
    total_prices: Prices
    scale: int
    model: "Model"


@dataclass(frozen=True, slots=True, eq=False)
class Unfilled:
    """The seats cannot all be filled; ``prices`` bound how many can, None where only the solver says so."""

    prices: Prices | None
    scale: int
    nodes: int = 0


def solve_program(network: Network, fallback: Ints | None = None) -> Program | Unfilled:
    """Return the best assignment (or marginals) with the highest floor, or why the seats stay empty.

    ``fallback`` are units that fill the seats, for the case that the solver finds no whole answer in time.
    """
    model = Model(network, network.pair_fit)
    floor_prices = None
    has_floor = network.problem.floor == MAX_MIN and any(network.problem.seats)
    if not len(network.pair_row):
        return _pinned_only(model, has_floor=has_floor)
    if network.limits.crossing and (unfilled := _unfilled(network)):
        return unfilled
    floor: float | None = None
    if has_floor:
        floor, floor_prices, best = _highest_floor(network, model)
    else:
        best = model.best(None)
    if network.problem.q_permille is not None:
        units = _rounded(network, best.values)
    else:
        whole = model.whole(best, floor)
        while whole is None and floor is not None and (lower := model.whole_floor(floor)) is not None:
            floor = lower
            best = model.best(floor)
            whole = model.whole(best, floor)
        if whole is None and fallback is not None:
            whole = fallback
            best = model.best(min(task_sums(network, fallback)) / UNITS)
        if whole is None:
            return Unfilled(None, 1, MOST_NODES)
        units = whole
    scale = best.scale()
    return Program(units, floor_prices, best.prices(scale), scale, model)


@dataclass(frozen=True, slots=True, eq=False)
class Answer:
    """What the linear program said: values, prices of the limits and of the floor, earnings of the pairs."""

    value: float
    values: Floats
    duals: Mapping[str, Floats]
    floor_duals: Floats
    earnings: Floats
    is_floor: bool

    def scale(self) -> int:
        """Return the weight of one: the finest power of two under which all prices stay exact in JSON."""
        prices = np.concatenate([[1.0], self.floor_duals, *self.duals.values()])
        digits = int(np.ceil(np.log2(np.abs(prices).max())))
        return 1 << max(0, min(FINEST, PRICE_BITS - digits - 1))

    def prices(self, scale: int) -> Prices:
        """Return the prices in whole numbers, never below zero where a limit is from above."""
        whole = {
            family: tuple(round(price * scale) for price in duals.tolist()) for family, duals in self.duals.items()
        }
        above = {family: tuple(max(0, price) for price in whole[family]) for family in FAMILIES if family != "rows"}
        base = 0 if self.is_floor else scale
        weights = tuple(base + max(0, round(price * scale)) for price in self.floor_duals.tolist())
        return Prices(weights=weights, rows=whole["rows"], **above)


class Model:
    """The linear program of a network; ``worth`` is what a seat given to a pair counts."""

    def __init__(self, network: Network, worth: Ints, *, must_fill: bool = True) -> None:
        """Read the limits; without ``must_fill`` seats may stay empty."""
        self.network = network
        self.limits = FamilyLimits(network)
        self.must_fill = must_fill
        self.unit = float(max(1, int(np.abs(worth).max(initial=1))))
        self.worth = worth / self.unit
        pins = pin_fits(network)
        self.pins = pins / self.unit
        self.task = network.row_task[network.pair_row]
        self.seated = np.array(network.problem.seats, np.int64) > 0
        self.step = gcd(*worth.tolist(), *pins.tolist()) or 1
        self.widest = self.unit * max(network.problem.seats, default=1)
        self.top = network.problem.pair_units / UNITS

    def solve(
        self,
        *,
        floor: float | None = None,
        raise_floor: bool = False,
        columns: Ints | None = None,
        whole: bool = False,
    ) -> "Answer | None":
        """Return the best answer, None if there is none. ``floor`` in fits; ``raise_floor`` makes it the aim."""
        columns = np.arange(len(self.worth)) if columns is None else columns
        highs = self.program(columns, floor, raise_floor=raise_floor, whole=whole)
        highs.run()
        if highs.getModelStatus() == highspy.HighsModelStatus.kInfeasible:
            return None
        return self.answer(highs, columns, is_floor=raise_floor)

    def answer(self, highs: highspy.Highs, columns: Ints, *, is_floor: bool = False) -> Answer | None:
        """Return what the program over ``columns`` said, None if it has no values."""
        solution = highs.getSolution()
        if not solution.value_valid:
            return None
        values, earnings = np.zeros(len(self.worth)), np.zeros(len(self.worth))
        values[columns] = np.array(solution.col_value)[: len(columns)]
        if solution.dual_valid:
            earnings[columns] = np.array(solution.col_dual)[: len(columns)] * self.unit
        prices, floor_prices = self.split(np.array(solution.row_dual) if solution.dual_valid else np.zeros(0))
        value = highs.getInfo().objective_function_value * self.unit
        return Answer(value, values, prices, floor_prices, earnings, is_floor)

    def split(self, duals: Floats) -> tuple[dict[str, Floats], Floats]:
        """Return the duals of the program's rows by family, and those of the floor; zero where there are none."""
        by_family = {}
        begin = 0
        for family in FAMILIES:
            size = len(self.limits.rooms[family])
            by_family[family] = duals[begin : begin + size] * self.unit if len(duals) else np.zeros(size)
            begin += size
        floor_duals = -duals[begin : begin + len(self.seated)] if len(duals) > begin else np.zeros(len(self.seated))
        return by_family, floor_duals

    def best(self, floor: float | None, *, raise_floor: bool = False) -> Answer:
        """Return the best answer where there must be one."""
        answer = self.solve(floor=floor, raise_floor=raise_floor)
        if answer is None:
            message = "the solver found no answer where there is one"
            raise ArithmeticError(message)
        return answer

    def whole(self, best: Answer, floor: float | None) -> Ints | None:
        """Return the best whole assignment, knowing the fractional one; None if there is none within the node limit."""
        near = np.rint(best.values)
        if np.abs(best.values - near).max(initial=0) < NEAR:
            return near.astype(np.int64) * UNITS
        margin = NEAR * self.unit
        reach = margin
        while True:
            columns = np.flatnonzero(best.earnings >= -reach)
            answer = self.solve(floor=floor, columns=columns, whole=True)
            is_all = len(columns) == len(self.worth)
            if answer is not None and (is_all or answer.value > best.value - max(reach, self.step - margin)):
                return np.rint(answer.values).astype(np.int64) * UNITS
            if is_all:
                return None
            reach = max(WIDER * reach, float(self.step)) if reach < self.widest else float("inf")

    def whole_floor(self, above: float) -> float | None:
        """Return the highest floor of a whole assignment, below one that none has."""
        answer = self.solve(raise_floor=True, whole=True)
        if answer is None:
            return None
        sums = task_sums(self.network, np.rint(answer.values).astype(np.int64) * UNITS)
        floor = min(sums) / UNITS
        return floor if floor < above else None

    def program(self, columns: Ints, floor: float | None, *, raise_floor: bool, whole: bool) -> highspy.Highs:
        """Return the program over the ``columns``, ready to run."""
        infinity = highspy.kHighsInf
        tasks, size = len(self.seated), len(columns)
        has_floor = raise_floor or floor is not None
        lower, upper, rows = [], [], []
        begin = 0
        for family in FAMILIES:
            rooms = self.limits.rooms[family].astype(float)
            upper.append(rooms)
            lower.append(rooms if family == "rows" and self.must_fill else np.full(len(rooms), -infinity))
            places = self.limits.places[family][columns]
            rows.append(np.where(places >= 0, begin + places, -1))
            begin += len(rooms)
        values = [np.ones(size)] * len(FAMILIES)
        if has_floor:
            target = 0.0 if floor is None else floor / self.unit
            lower.append(np.where(self.seated, target - self.pins, -infinity))
            upper.append(np.full(tasks, infinity))
            rows.append(begin + self.task[columns])
            values.append(self.worth[columns])
        table, filled = np.stack(rows, 1), np.stack(values, 1)
        starts = np.concatenate([[0], np.cumsum((table >= 0).sum(1))])
        index, value = table[table >= 0], filled[table >= 0]
        cost = np.zeros(size) if raise_floor else self.worth[columns]
        column_lower, column_upper = np.zeros(size), np.full(size, self.top)
        if raise_floor:
            aimed = np.flatnonzero(self.seated)
            index, value = np.append(index, begin + aimed), np.append(value, np.full(len(aimed), -1.0))
            starts, cost = np.append(starts, len(index)), np.append(cost, 1.0)
            column_lower, column_upper = np.append(column_lower, -infinity), np.append(column_upper, infinity)
        model = highspy.HighsLp()
        model.num_col_, model.num_row_ = len(cost), begin + (tasks if has_floor else 0)
        model.col_cost_, model.col_lower_, model.col_upper_ = cost, column_lower, column_upper
        model.row_lower_, model.row_upper_ = np.concatenate(lower), np.concatenate(upper)
        model.a_matrix_.format_ = highspy.MatrixFormat.kColwise
        model.a_matrix_.start_ = starts.astype(np.int32)
        model.a_matrix_.index_ = index.astype(np.int32)
        model.a_matrix_.value_ = value
        model.sense_ = highspy.ObjSense.kMaximize
        if whole:
            kinds = [highspy.HighsVarType.kInteger] * size
            model.integrality_ = kinds + [highspy.HighsVarType.kContinuous] * (len(cost) - size)
        highs = highspy.Highs()  # type: ignore[no-untyped-call]  # its constructor says nothing
        options: dict[str, bool | float | str] = {
            "output_flag": False,
            "threads": 1,
            "parallel": "off",
            "random_seed": 0,
        }
        options |= {"mip_max_nodes": MOST_NODES, "mip_rel_gap": 0.0, "mip_abs_gap": 0.5 * self.step / self.unit}
        for name, option in options.items():
            highs.setOptionValue(name, option)
        highs.passModel(model)
        return highs


def _highest_floor(network: Network, model: Model) -> tuple[float, Prices, Answer]:
    """Return the highest floor that the linear program has, prices that bound it, and the best answer above it.

    The best seats that one task alone could have are often already the floor; then the program only confirms them.
    """
    alone, prices = _alone(network)
    if (best := model.solve(floor=alone)) is not None:
        return alone, prices, best
    raised = model.best(None, raise_floor=True)
    floor = raised.value - NEAR * model.unit
    if network.problem.q_permille is None:
        floor = float(np.floor((raised.value + NEAR * model.unit) / model.step) * model.step)
    return floor, raised.prices(raised.scale()), model.best(floor)


def _alone(network: Network) -> tuple[float, Prices]:
    """Return the lowest of the fits that each task could have if it alone chose, and prices that bound it so."""
    order = np.lexsort((-network.pair_fit, network.pair_row))
    fits, rows = network.pair_fit[order], network.pair_row[order]
    begin = np.searchsorted(rows, np.arange(len(network.row_seats) + 1))
    pins = pin_fits(network)
    sums = {task: int(pins[task]) * UNITS for task, seats in enumerate(network.problem.seats) if seats}
    last = np.zeros(len(network.row_seats), np.int64)
    for row, seats in enumerate(network.row_seats.tolist()):
        left = seats * UNITS
        mine = fits[begin[row] : begin[row + 1]].tolist()
        last[row] = mine[0] if mine else 0
        for fit in mine:
            if not left:
                break
            taken = min(left, network.problem.pair_units)
            sums[int(network.row_task[row])] += taken * fit
            last[row] = fit
            left -= taken
    task = min(sums, key=lambda one: (sums[one], one))
    limits = FamilyLimits(network).rooms
    own = network.row_task == task
    prices = Prices(
        weights=tuple(int(one == task) for one in range(len(network.problem.seats))),
        rows=tuple(np.where(own, last, 0).tolist()),
        **{family: (0,) * len(limits[family]) for family in FAMILIES if family != "rows"},
    )
    return sums[task] / UNITS, prices


def _unfilled(network: Network) -> Unfilled | None:
    """Return a bound on the seats that can be filled if it is below what is needed."""
    ones = np.ones(len(network.pair_row), np.int64)
    best = Model(network, ones, must_fill=False).solve()
    needed = int(network.row_seats.sum())
    if best is None or best.value > needed - NEAR * max(needed, 1):
        return None
    scale = best.scale()
    prices = best.prices(scale)
    return Unfilled(replace(prices, rows=tuple(max(0, price) for price in prices.rows)), scale)


def _pinned_only(model: Model, *, has_floor: bool) -> Program:
    """Return the answer where the pins have left neither seats nor pairs."""
    network = model.network
    none = {family: (0,) * len(rooms) for family, rooms in model.limits.rooms.items()}
    prices = Prices((1,) * len(network.problem.seats), **none)
    return Program(np.zeros(0, np.int64), _alone(network)[1] if has_floor else None, prices, 1, model)


def _rounded(network: Network, values: Floats) -> Ints:
    """Return the values in whole units, each rounded up or down so that every limit still holds."""
    tries = (
        _between(
            network,
            np.maximum(np.floor(values * UNITS + ROUGH).astype(np.int64) - slack, 0),
            np.minimum(np.ceil(values * UNITS - ROUGH).astype(np.int64) + slack, network.problem.pair_units),
        )
        for slack in (0, 1, UNITS)
    )
    return next(units for units in tries if units is not None)


def _between(network: Network, low: Ints, high: Ints) -> Ints | None:
    """Return the best flow within these bounds, None if there is none."""
    arcs = network.arcs()
    pairs = slice(network.first_pair, network.first_pair + len(low))
    capacity, cost = arcs.capacity - network.arc_units(low), np.zeros(len(arcs.tail), np.int64)
    capacity[pairs], cost[pairs] = high - low, -network.pair_fit
    supply = network.row_seats * UNITS
    np.subtract.at(supply, network.pair_row, low)
    if (capacity < 0).any() or (supply < 0).any():
        return None
    solver = min_cost_flow.SimpleMinCostFlow()
    solver.add_arcs_with_capacity_and_unit_cost(arcs.tail, arcs.head, capacity, cost)
    solver.set_nodes_supplies(np.arange(len(supply)), supply)
    solver.set_node_supply(network.sink, -int(supply.sum()))
    if solver.solve() != solver.OPTIMAL:
        return None
    added: Ints = solver.flows(np.arange(len(arcs.tail)))[pairs]
    return low + added
