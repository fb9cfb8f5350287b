"""The parts of a self-evaluation: points of a part within its weight, all parts, adding up to the score. Rule R-08."""

from collections.abc import Mapping
from typing import Final

from foundation.rulesets.rules import Rule

SOURCE: Final = "财预〔2020〕10号"
WEIGHTS: Final = {"execution": 10, "output": 50, "effect": 30, "satisfaction": 10}
WEIGHTS_WITH_COST: Final = {"cost": 20, "output": 40, "effect": 20, "satisfaction": 10, "execution": 10}
FULL: Final = 100


def is_whole(weights: Mapping[str, int]) -> bool:
    """Return whether the weights of a frame make 100 points."""
    return min(weights.values()) >= 0 and sum(weights.values()) == FULL


RULES: Final = (
    Rule("self_evaluation_weights", "R-08", WEIGHTS, "points of 100", "LAW", SOURCE, check=is_whole),
    Rule("self_evaluation_weights_cost", "R-08", WEIGHTS_WITH_COST, "points of 100", "LAW", SOURCE, check=is_whole),
)


def parts_problem(parts: Mapping[str, int], *, weights: Mapping[str, int], score_hundredths: int) -> tuple[str, str]:
    """Return (code, part) of the first thing that is wrong with the parts of a self-evaluation; ("", "") if nothing.

    ``parts`` and the score are hundredths of a point, ``weights`` points. No parts at all is not wrong. Rule R-08.
    """
    if not parts:
        return "", ""
    for name, weight in weights.items():
        if name not in parts:
            return "part_missing", name
        if not 0 <= parts[name] <= weight * 100:
            return "part_above_weight", name
    return ("", "") if sum(parts.values()) == score_hundredths else ("parts_not_score", "")
