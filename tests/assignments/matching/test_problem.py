"""The problem as values: what is added to it, what is lifted from it."""

import numpy as np
import pytest

from assignments.matching import is_fillable, lifted, read_problem
from tests.factories.batches import batch


def test_problem_takes_more_pairs_in_order_and_keeps_the_rest():
    problem = read_problem(batch(seats=[1, 1], caps=[1, 1], edges=[[0, 1, 5], [1, 0, 7]], groups=None, q_permille=None))

    wider = problem.with_edges(np.array([[1, 1, 2], [0, 0, 3]], np.int64))

    assert wider.document()["edges"] == [[0, 0, 3], [0, 1, 5], [1, 0, 7], [1, 1, 2]]
    assert problem.document()["edges"] == [[0, 1, 5], [1, 0, 7]]
    assert {key: value for key, value in wider.document().items() if key != "edges"} == {
        key: value for key, value in problem.document().items() if key != "edges"
    }


@pytest.mark.parametrize(
    ("limit", "changes"),
    [
        ("caps", {"caps": [1, 0]}),
        ("group_limit", {"groups": [1, 1], "seats": [2, 0]}),
        ("q_permille", {"q_permille": 400}),
        ("task_groups", {"caps": [2, 2], "edges": [[0, 0, 1], [1, 0, 1]], "task_groups": [[0, 1]]}),
        ("pins", {"pins": [[0, 0], [1, 0]]}),
    ],
)
def test_limit_that_is_lifted_stands_in_the_way_no_more(limit, changes):
    plain = {"seats": [1, 1], "caps": [1, 1], "edges": [[0, 0, 1], [0, 1, 1], [1, 0, 1], [1, 1, 1]]}
    problem = read_problem(batch(**plain | {"groups": None, "q_permille": None} | changes))

    assert (is_fillable(problem), is_fillable(lifted(problem, limit))) == (False, True)
