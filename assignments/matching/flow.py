"""Phase 1 without crossing rules: one integer min-cost flow whose optimum is unique, and the potentials that prove it.

The cost of a unit is −(fit·2^shift + tie). The shift is so large that all ties together weigh less than one unit of
fit: of all assignments with the best total one is singled out by a hash and not by the solver. Only a part of the pairs
is priced exactly: a pair that could not improve anything even with the largest tie needs no hash. Neither this nor the
solver's order can change the result, since the potentials at the end prove it for all pairs.
"""

import hashlib
from collections import Counter
from dataclasses import dataclass
from math import gcd
from typing import Final

import numpy as np
from numpy.typing import NDArray
from ortools.graph.python import min_cost_flow

from assignments.matching.network import Arcs, Network
from assignments.matching.problem import UNITS, Ints, ProblemError

TIE_BITS: Final = 16
MOST_TIES: Final = 16
LARGEST_COST: Final = 2**61  # times the nodes; of twice as much the solver says that it has no room
FEW: Final = 4


class CostRangeError(ProblemError):
    """The fits are too large for exact arithmetic."""


@dataclass(frozen=True, slots=True, eq=False)
class Flow:
    """The units of each pair, the potential of each node, and under which tie, of how many bits, it is unique."""

    pair_units: Ints
    potentials: Ints
    tie: str
    tie_bits: int
    is_unique: bool


def solve_flow(network: Network) -> Flow | None:
    """Return the best flow that fills every seat, or None if there is none. Raise ``CostRangeError`` for vast fits."""
    tie_bits, flow = _tie_bits(network), None
    for turn in range(1, MOST_TIES + 1):
        flow = _Pricing(network, "tie" if turn == 1 else f"tie{turn}", tie_bits).solve()
        if flow is None or flow.is_unique:
            return flow
    return flow


def tie_of(salt: str, task: int, expert: int) -> int:
    """Return the tie of a pair: the top 16 bits of SHA-256(salt ‖ task ‖ expert), numbers in four bytes."""
    digest = hashlib.sha256(salt.encode() + task.to_bytes(4, "big") + expert.to_bytes(4, "big")).digest()
    return int.from_bytes(digest[:2], "big")


class _Pricing:
    """The pairs at work: those that are active are priced exactly, all others as if they had the largest tie."""

    def __init__(self, network: Network, salt: str, tie_bits: int) -> None:
        self.network = network
        self.arcs = network.arcs()
        self.salt, self.tie_bits = salt, tie_bits
        self.shift = tie_bits + _steps(network).bit_length()
        self.cost: Ints = -((network.pair_fit << self.shift) + 2**tie_bits - 1)
        self.active = np.zeros(len(self.cost), bool)
        pairs = slice(network.first_pair, network.first_pair + len(self.cost))
        self.tail, self.head = self.arcs.tail[pairs], self.arcs.head[pairs]
        order = np.lexsort((-network.pair_fit, network.pair_row))
        starts = np.searchsorted(network.pair_row, np.arange(len(network.row_seats)))
        self.rank = np.empty(len(order), np.int64)
        self.rank[order] = np.arange(len(order)) - starts[network.pair_row[order]]

    def solve(self) -> Flow | None:
        """Return the flow, or None if the seats cannot be filled."""
        network = self.network
        width = 2 * (int(network.row_seats.max(initial=0)) * UNITS // network.problem.pair_units) + FEW
        while True:
            self._activate(np.flatnonzero((self.rank < width) & ~self.active))
            units = self._optimum()
            if units is None:
                if self.active.all():
                    return None
                width *= 2
            elif not self._improved_by_others(units):
                potentials = self._potentials(units)
                return Flow(units, potentials, self.salt, self.tie_bits, self._is_unique(potentials, units))

    def _activate(self, pairs: Ints) -> None:
        """Price the pairs exactly."""
        network = self.network
        edges = network.pair_edge[pairs]
        tasks, experts = network.problem.tasks[edges].tolist(), network.problem.experts[edges].tolist()
        starts = {task: self.salt.encode() + task.to_bytes(4, "big") for task in set(tasks)}
        ends = {expert: expert.to_bytes(4, "big") for expert in set(experts)}
        sha256 = hashlib.sha256
        heads = [sha256(starts[task] + ends[expert]).digest()[:2] for task, expert in zip(tasks, experts, strict=True)]
        ties = np.frombuffer(b"".join(heads), ">u2").astype(np.int64)
        self.cost[pairs] = -((network.pair_fit[pairs] << self.shift) + (ties >> (TIE_BITS - self.tie_bits)))
        self.active[pairs] = True

    def _optimum(self) -> Ints | None:
        """Return the units of each pair at the optimum over the active pairs, or None if there is none."""
        network, arcs = self.network, self.arcs
        active = np.flatnonzero(self.active)
        others = np.concatenate(
            [np.arange(network.first_pair), np.arange(network.first_pair + len(self.cost), len(arcs.tail))]
        )
        chosen = np.concatenate([network.first_pair + active, others])
        step = gcd(UNITS, network.problem.pair_units)
        solver = min_cost_flow.SimpleMinCostFlow()
        solver.add_arcs_with_capacity_and_unit_cost(
            arcs.tail[chosen],
            arcs.head[chosen],
            arcs.capacity[chosen] // step,
            np.concatenate([self.cost[active], np.zeros(len(others), np.int64)]),
        )
        supply = network.row_seats * (UNITS // step)
        solver.set_nodes_supplies(np.arange(len(supply)), supply)
        solver.set_node_supply(network.sink, -int(supply.sum()))
        status = solver.solve()
        if status == solver.INFEASIBLE:
            return None
        if status != solver.OPTIMAL:
            message = f"the fits are too large for the flow solver ({status.name})"
            raise CostRangeError(message)
        units = np.zeros(len(self.cost), np.int64)
        units[active] = solver.flows(np.arange(len(active))) * step
        return units

    def _improved_by_others(self, units: Ints) -> bool:
        """Activate the pairs that might improve the flow; say whether one of them does."""
        potentials = self._distances(units)
        held = self.network.arc_units(units)
        after_pairs = self.network.first_pair + len(units)
        first_cap = after_pairs + len(self.network.apart.expert)
        for begin, end in ((first_cap, first_cap + len(self.network.caps)), (after_pairs, first_cap)):
            arcs = np.arange(begin, end)
            free = arcs[held[arcs] < self.arcs.capacity[arcs]]
            potentials[self.arcs.tail[free]] = potentials[self.arcs.head[free]]  # as low as may be: fewer to price
        maybe = np.flatnonzero((self._reduced(potentials) < 0) & ~self.active)
        self._activate(maybe)
        return bool((self._reduced(potentials)[maybe] < 0).any())

    def _potentials(self, units: Ints) -> Ints:
        """Return the distances over the residual arcs of all pairs."""
        potentials = self._distances(units)
        while len(maybe := np.flatnonzero((self._reduced(potentials) <= 0) & ~self.active)):
            self._activate(maybe)
            potentials = self._residual(units).settle(potentials, self.tail[maybe])
        return potentials

    def _distances(self, units: Ints) -> Ints:
        """Return the distances over the residual arcs of the active pairs from a start of zero everywhere."""
        nodes = np.arange(self.network.sink + 1)
        return self._residual(units).settle(np.zeros(len(nodes), np.int64), nodes)

    def _residual(self, units: Ints) -> "_Residual":
        return _Residual(self.network, self.arcs, units, self.cost, self.active)

    def _reduced(self, potentials: Ints) -> Ints:
        return self.cost + potentials[self.tail] - potentials[self.head]

    def _is_unique(self, potentials: Ints, units: Ints) -> bool:
        """Say whether no other flow is as good: no circle over residual arcs without reduced cost."""
        network, arcs = self.network, self.arcs
        cost = np.zeros(len(arcs.tail), np.int64)
        cost[network.first_pair : network.first_pair + len(units)] = self.cost
        held = network.arc_units(units)
        tight = (cost + potentials[arcs.tail] - potentials[arcs.head] == 0) & (arcs.capacity > 0)
        both, ahead = tight & (held > 0) & (held < arcs.capacity), tight & (held == 0)
        back = tight & (held == arcs.capacity)
        return is_forest_and_acyclic(
            list(zip(arcs.tail[both].tolist(), arcs.head[both].tolist(), strict=True)),
            [
                *zip(arcs.tail[ahead].tolist(), arcs.head[ahead].tolist(), strict=True),
                *zip(arcs.head[back].tolist(), arcs.tail[back].tolist(), strict=True),
            ],
        )


class _Residual:
    """The residual arcs of a flow over the active pairs."""

    def __init__(self, network: Network, arcs: Arcs, units: Ints, pair_cost: Ints, active: NDArray[np.bool_]) -> None:
        held = network.arc_units(units)
        cost = np.zeros(len(arcs.tail), np.int64)
        usable = np.ones(len(arcs.tail), bool)
        pairs = slice(network.first_pair, network.first_pair + len(units))
        cost[pairs], usable[pairs] = pair_cost, active
        ahead, back = np.flatnonzero((held < arcs.capacity) & usable), np.flatnonzero(held > 0)
        self.tail = np.concatenate([arcs.tail[ahead], arcs.head[back]])
        self.head = np.concatenate([arcs.head[ahead], arcs.tail[back]])
        self.cost = np.concatenate([cost[ahead], -cost[back]])

    def settle(self, distance: Ints, changed: Ints) -> Ints:
        """Return the distances (Bellman–Ford), going on from the nodes that ``changed``."""
        for _ in range(len(distance) + 1):
            fresh = np.zeros(len(distance), bool)
            fresh[changed] = True
            arcs = np.flatnonzero(fresh[self.tail])
            nearer = distance.copy()
            np.minimum.at(nearer, self.head[arcs], distance[self.tail[arcs]] + self.cost[arcs])
            changed = np.flatnonzero(nearer < distance)
            distance = nearer
            if not len(changed):
                return distance
        message = "the flow of the solver is not optimal"
        raise ArithmeticError(message)


def is_forest_and_acyclic(both: list[tuple[int, int]], one_way: list[tuple[int, int]]) -> bool:
    """Say whether the two-way arcs make a forest and the one-way arcs between its trees no circle."""
    head: dict[int, int] = {}

    def find(node: int) -> int:
        while (up := head.setdefault(node, node)) != node:
            head[node] = head[up]
            node = up
        return node

    for one, other in both:
        first, second = find(one), find(other)
        if first == second:
            return False
        head[first] = second
    onward: dict[int, list[int]] = {}
    waiting: Counter[int] = Counter()
    for one, other in one_way:
        first, second = find(one), find(other)
        if first == second:
            return False
        onward.setdefault(first, []).append(second)
        waiting[second] += 1
    ready = [node for node in onward if not waiting[node]]
    left = len(one_way)
    while ready:
        for node in onward.get(ready.pop(), ()):
            left -= 1
            waiting[node] -= 1
            if not waiting[node]:
                ready.append(node)
    return left == 0


def _steps(network: Network) -> int:
    """Return how many steps of flow fill every seat: the most ties that can add up."""
    return sum(network.problem.seats) * (UNITS // gcd(UNITS, network.problem.pair_units))


def _tie_bits(network: Network) -> int:
    """Return how many bits of the hash a tie can take; raise ``CostRangeError`` where not even one has room."""
    largest, bits = int(np.abs(network.pair_fit).max(initial=0)) + 1, _steps(network).bit_length()
    for tie_bits in range(TIE_BITS, 0, -1):
        if (largest << (tie_bits + bits)) * (network.sink + 2) <= LARGEST_COST:
            return tie_bits
    message = f"fits up to {largest} on {network.sink} nodes are too large for exact arithmetic"
    raise CostRangeError(message)
