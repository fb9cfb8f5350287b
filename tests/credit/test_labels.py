"""Labels from running deductions."""

import pytest

from credit.rules import label_of


@pytest.mark.rule("R-26")
@pytest.mark.parametrize(
    ("points", "label"), [(0, ""), (14, ""), (15, "WATCH"), (29, "WATCH"), (30, "CLOSE_WATCH"), (90, "CLOSE_WATCH")]
)
def test_label_of_running_points(points, label):
    assert label_of(points, [15, 30]) == label
