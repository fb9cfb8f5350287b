"""What chance alone gives: seats and meetings to be expected from frozen lists, and how unusual a count is."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

ODD_ONE_IN: Final = 20


@dataclass(frozen=True, slots=True)
class Listing:
    """One frozen list as chance sees it: by stratum, how many seats and how many people who may take them."""

    seats: Mapping[int, int]
    eligible: Mapping[int, int]

    def expected(self, strata: Collection[int]) -> Fraction:
        """Return the seats that somebody of ``strata`` is to expect: seats by eligible, summed over his strata.

        Over everybody on the list it sums to the seats. Limits per employer are left aside.
        """
        return sum((self._share(stratum) for stratum in strata), Fraction(0))

    def together(self, one: Collection[int], other: Collection[int]) -> Fraction:
        """Return how often two people of these strata are to be expected on seats of the same draw."""
        return sum((self._shares(first, second) for first in one for second in other), Fraction(0))

    def _share(self, stratum: int) -> Fraction:
        eligible = self.eligible.get(stratum, 0)
        return Fraction(self.seats.get(stratum, 0), eligible) if eligible else Fraction(0)

    def _shares(self, first: int, second: int) -> Fraction:
        if first != second:
            return self._share(first) * self._share(second)
        seats, eligible = self.seats.get(first, 0), self.eligible.get(first, 0)
        return Fraction(seats * (seats - 1), eligible * (eligible - 1)) if eligible > 1 else Fraction(0)


def chance_of(count: int, shares: Sequence[Fraction]) -> float:
    """Return the chance of a count as far from what is expected, or farther on the same side.

    ``shares`` holds the chance in each draw on its own (more than one counts as certain).
    """
    is_below = count <= sum(shares, Fraction(0))
    known = count + 1 if is_below else count
    below = [1.0] + [0.0] * (known - 1) if known else []
    for share in shares:
        taken = min(1.0, float(share))
        for place in range(known - 1, -1, -1):
            below[place] = below[place] * (1 - taken) + (below[place - 1] * taken if place else 0.0)
    total = min(1.0, sum(below))
    return total if is_below else 1.0 - total


def is_unusual(chance: float, *, among: int) -> bool:
    """Return whether even one such count, among so many compared, comes by chance less often than once in 20 times."""
    return chance * among * ODD_ONE_IN < 1
