"""The two dated frames of a self-evaluation's weights."""

import pytest

from projects.rules import WEIGHTS, WEIGHTS_WITH_COST


@pytest.mark.rule("R-08")
@pytest.mark.parametrize(
    ("frame", "weights"),
    [
        (WEIGHTS, {"execution": 10, "output": 50, "effect": 30, "satisfaction": 10}),
        (WEIGHTS_WITH_COST, {"cost": 20, "output": 40, "effect": 20, "satisfaction": 10, "execution": 10}),
    ],
)
def test_frame_is_the_official_one_and_adds_up(frame, weights):
    assert frame == weights
    assert sum(frame.values()) == 100
