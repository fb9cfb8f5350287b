"""Prices that bound a total by weak duality, in whole numbers: the proof that needs no solver."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import gcd
from typing import Any, Final

import numpy as np

from assignments.matching.network import Network
from assignments.matching.problem import UNITS, Ints

FAMILIES: Final = ("rows", "experts", "limits", "twice", "quotas", "apart")


class FamilyLimits:
    """Which limit of each family a pair falls under (−1: none), and its room."""

    def __init__(self, network: Network) -> None:
        """Find the limits of each pair."""
        edges, times = np.unique(network.pair_edge, return_counts=True)
        several = edges[times > 1]
        found = np.searchsorted(several, network.pair_edge)
        inside = np.minimum(found, max(len(several) - 1, 0))
        twice = np.where(several[inside] == network.pair_edge, inside, -1) if len(several) else np.full(len(found), -1)
        self.places: Mapping[str, Ints] = {
            "rows": network.pair_row,
            "experts": network.pair_expert,
            "limits": network.limits.of_pair,
            "twice": twice,
            "quotas": network.expert_quota[network.pair_expert],
            "apart": network.apart.of_pair,
        }
        self.rooms: Mapping[str, Ints] = {
            "rows": network.row_seats,
            "experts": network.caps,
            "limits": network.limits.room,
            "twice": np.ones(len(several), np.int64),
            "quotas": network.quota_room,
            "apart": np.ones(len(network.apart.expert), np.int64),
        }


@dataclass(frozen=True, slots=True)
class Prices:
    """A price for each limit, in whole numbers; ``weights`` say how much a unit of fit counts on each task.

    Under any such prices the weighted total is at most ``bound(network)``: the worth of all limits plus what pairs
    earn above their prices.
    """

    weights: tuple[int, ...]
    rows: tuple[int, ...]
    experts: tuple[int, ...]
    limits: tuple[int, ...]
    twice: tuple[int, ...]
    quotas: tuple[int, ...]
    apart: tuple[int, ...]

    def bound(self, network: Network, worth: Ints, fixed: Mapping[int, int] | None = None) -> int:
        """Return the bound on Σ weight·worth over all units of the open pairs.

        ``fixed`` are pairs of which it is given that they are not seated (0), or seated (1).
        """
        table = FamilyLimits(network)
        total: int = 0
        for family in FAMILIES:
            rooms: list[int] = table.rooms[family].tolist()
            total += UNITS * sum(room * price for room, price in zip(rooms, getattr(self, family), strict=True))
        tasks = network.row_task[network.pair_row].tolist()
        paid: list[list[int]] = [
            [0 if place < 0 else getattr(self, family)[place] for place in table.places[family].tolist()]
            for family in FAMILIES
        ]
        earned = [
            fit * self.weights[task] - sum(prices)
            for fit, task, prices in zip(worth.tolist(), tasks, zip(*paid, strict=True), strict=True)
        ]
        for pair, seated in (fixed or {}).items():
            total += UNITS * earned[pair] * seated
            earned[pair] = 0
        gain: int = sum(one for one in earned if one > 0)
        return total + network.problem.pair_units * gain

    def document(self) -> dict[str, Any]:
        """Return the prices as JSON, those of task groups only where there are some."""
        names = ("weights", *(family for family in FAMILIES if family != "apart" or self.apart))
        return {name: list(getattr(self, name)) for name in names}


def total_bound(network: Network, prices: Prices, scale: int, floor_units: int) -> int:
    """Return the most that units × fit can be while every task with seats has ``floor_units``."""
    extra = sum(weight - scale for weight, seats in zip(prices.weights, network.problem.seats, strict=True) if seats)
    return stepped(network, (weighted(network, prices) - extra * floor_units) // scale)


def floor_bound(network: Network, prices: Prices) -> int:
    """Return the most units × fit that the worst task can have."""
    return stepped(network, weighted(network, prices) // sum(prices.weights))


def weighted(network: Network, prices: Prices, fixed: Mapping[int, int] | None = None) -> int:
    """Return the bound that the prices prove on the weighted total, pins included."""
    pins: int = sum(weight * fit for weight, fit in zip(prices.weights, pin_fits(network).tolist(), strict=True))
    return prices.bound(network, network.pair_fit, fixed) + UNITS * pins


def stepped(network: Network, bound: int) -> int:
    """Return the largest total up to the bound that whole assignments can have: a multiple of all fits' divisor."""
    if network.problem.q_permille is not None:
        return bound
    step: int = UNITS * (gcd(*network.pair_fit.tolist(), *network.pin_fits) or 1)
    return bound // step * step


def pin_fits(network: Network) -> Ints:
    """Return the fits of the pins by task."""
    sums = np.zeros(len(network.problem.seats), np.int64)
    for (task, _), fit in zip(network.problem.pins, network.pin_fits, strict=True):
        sums[task] += fit
    return sums


def task_sums(network: Network, units: Ints) -> list[int]:
    """Return units × fit of each task that has seats, pins included."""
    sums = pin_fits(network) * UNITS
    np.add.at(sums, network.row_task[network.pair_row], units * network.pair_fit)
    seated: list[int] = sums[np.array(network.problem.seats) > 0].tolist()
    return seated
