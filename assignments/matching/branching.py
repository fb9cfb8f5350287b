"""A proof that no whole assignment is better, where the prices of the linear program alone leave a gap.

Cases are split on one pair after the other, seated or not, until prices show in each case that it holds nothing better.
Whoever checks needs no solver: the cases must cover everything, and each one's bound must add up.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import highspy
import numpy as np

from assignments.matching.prices import Prices, stepped, weighted
from assignments.matching.problem import UNITS
from assignments.matching.program import NEAR, Answer, Model

MOST_CASES: Final = 3_000
MOST_COLUMNS: Final = 2_000_000

Fixed = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Case:
    """Pairs that are seated (1) or not (0), and prices; ``scale`` 0 says that nothing at all is possible then."""

    fixed: Fixed
    prices: Prices
    scale: int

    def document(self) -> dict[str, Any]:
        """Return the case as JSON."""
        return {
            "fixed": [list(one) for one in self.fixed],
            "prices": self.prices.document(),
            "scale": self.scale,
        }


def no_better_total(model: Model, total_units: int, floor_units: int | None) -> tuple[Case, ...] | None:
    """Return cases that prove that nothing with this floor has a better total; None if there would be too many."""
    return _cases(model, floor_units, total_units)


def no_higher_floor(model: Model, floor_units: int) -> tuple[Case, ...] | None:
    """Return cases that prove that no floor is a step higher; None if there would be too many."""
    return _cases(model, floor_units + model.step * UNITS, None)


def no_answer(model: Model) -> tuple[Case, ...] | None:
    """Return cases that prove that the seats cannot all be filled; None if there would be too many."""
    return _cases(model, None, None)


def _cases(model: Model, floor_units: int | None, total_units: int | None) -> tuple[Case, ...] | None:
    if model.network.problem.q_permille is not None:
        return None  # there are no cases: chances are not whole
    columns = np.arange(len(model.worth))
    highs = model.program(columns, None if floor_units is None else floor_units / UNITS, raise_floor=False, whole=False)
    highs.setOptionValue("presolve", "off")
    most = min(MOST_CASES, MOST_COLUMNS // max(1, len(columns)))
    waiting: list[Fixed] = [()]
    touched: Fixed = ()
    closed: list[Case] = []
    while waiting:
        most -= 1
        if most < 0:
            return None
        fixed = waiting.pop()
        for pair, _ in touched:
            highs.changeColBounds(pair, 0.0, model.top)
        for pair, value in fixed:
            highs.changeColBounds(pair, float(value), float(value))
        touched = fixed
        highs.run()
        is_possible = highs.getModelStatus() != highspy.HighsModelStatus.kInfeasible
        answer = (model.answer(highs, columns) if is_possible else None) or _impossible(model, highs)
        scale = answer.scale()
        case = Case(fixed, answer.prices(scale), scale if is_possible else 0)
        if _is_closed(model, case, floor_units or 0, total_units):
            closed.append(case)
        elif (split := _fractional(model, answer)) is not None:
            waiting += [(*fixed, (split, 0)), (*fixed, (split, 1))]
        else:
            return None
    return tuple(closed)


def _impossible(model: Model, highs: highspy.Highs) -> Answer:
    """Return the prices that show that a case has no answer."""
    _, is_there, found = highs.getDualRay()  # type: ignore[attr-defined]  # its stubs forget it
    ray = np.array(found) if is_there else np.zeros(highs.getNumRow())
    prices, floor_prices = model.split(-ray / max(NEAR, float(np.abs(ray).max())))
    nothing = np.zeros(len(model.worth))
    return Answer(0.0, nothing, prices, floor_prices, nothing, is_floor=True)


def _fractional(model: Model, answer: Answer) -> int | None:
    """Return the pair that is closest to half a seat, None if all are whole."""
    pair = int(np.argmin(np.abs(answer.values - model.top / 2)))
    return pair if NEAR < answer.values[pair] < model.top - NEAR else None


def _is_closed(model: Model, case: Case, floor_units: int, total_units: int | None) -> bool:
    network = model.network
    fixed: Mapping[int, int] = dict(case.fixed)
    extra = sum(
        weight - case.scale for weight, seats in zip(case.prices.weights, network.problem.seats, strict=True) if seats
    )
    bound = weighted(network, case.prices, fixed) - extra * floor_units
    if not case.scale:
        return bound < 0
    return total_units is not None and stepped(network, bound // case.scale) < total_units + UNITS
