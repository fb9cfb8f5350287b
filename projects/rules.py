"""Weights of a self-evaluation. Rule R-08."""

from typing import Final

from foundation.rulesets.rules import Rule

SOURCE: Final = "财预〔2020〕10号"
WEIGHTS: Final = {"execution": 10, "output": 50, "effect": 30, "satisfaction": 10}
WEIGHTS_WITH_COST: Final = {"cost": 20, "output": 40, "effect": 20, "satisfaction": 10, "execution": 10}
RULES: Final = (
    Rule("self_evaluation_weights", "R-08", WEIGHTS, "points of 100", "LAW", SOURCE),
    Rule("self_evaluation_weights_cost", "R-08", WEIGHTS_WITH_COST, "points of 100", "LAW", SOURCE),
)
