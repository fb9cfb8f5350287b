"""Which single rule of eligibility, were it lifted, would let an infeasible batch be filled. It is told, never done."""

from array import array
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from assignments import matching
from assignments.matching.fit import Fit
from assignments.selectors.eligibility import Eligibility
from assignments.services.batches.reasons import LIMITED_BY
from foundation.core.errors import Refusal

COLUMNS: Final = 3  # of a pair: place of the re-review, key of the expert, fit


@dataclass(slots=True)
class HeldBack:
    """By rule the pairs that nothing else keeps apart, as place, key of the expert and fit one after the other.

    Facts that are no rule (a death, a seat left before) hold nobody back here: nobody can lift them.
    """

    pairs: dict[str, "array[int]"] = field(default_factory=dict)
    first: dict[str, Refusal] = field(default_factory=dict)

    def note(self, place: int, answer: Eligibility, fit: Fit | None) -> None:
        """Keep the pair of a re-review and an expert who would fit, where one rule alone keeps them apart."""
        first = next(iter(answer.refusals), None)
        if fit is None or first is None or len(answer.codes) > 1 or not first.facts.get("rule"):
            return
        self.pairs.setdefault(first.code, array("q")).extend((place, answer.party.pk, fit.value))
        self.first.setdefault(first.code, first)

    def would_do(self, problem: matching.Problem, place: Mapping[int, int]) -> list[tuple[str, str]]:
        """Return (code, source) of each rule without which every seat could be filled; ``place`` numbers the experts.

        A rule that limits the problem too (the cap of the year, the cool-down) is lifted there as well. One question of
        feasibility for each rule that holds anybody back alone, whatever the size of the pool.
        """
        found = []
        for code in sorted(self.pairs):
            table = np.array(self.pairs[code], np.int64).reshape(-1, COLUMNS)
            table[:, 1] = [place[key] for key in table[:, 1].tolist()]
            widened = problem.with_edges(table)
            for limit, key in LIMITED_BY.items():
                if key == self.first[code].facts["rule"]:
                    widened = matching.lifted(widened, limit)
            if matching.is_fillable(widened):
                found.append((code, self.first[code].source))
        return found
