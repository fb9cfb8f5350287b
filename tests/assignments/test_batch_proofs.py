"""A gap that a proof leaves, and what a floor promises, are told with the figures of the run."""

import json

import pytest
from django.utils import translation

from assignments.matching import read_problem, solve
from assignments.selectors.batch_proofs import proof_left, proof_words
from assignments.services import batches
from tests.factories.assigned import TODAY, batch_office, prepared, revealed, solved
from tests.factories.batches import FLOOR_BY_CASES, TOTAL_BY_CASES, batch

M = 10**9
FLOOR = (
    "Floor: the seats of the worst fitted re-review have an expected fit of 0.500 together; "
    "a single sample may fall below it."
)


@pytest.fixture(autouse=True)
def _in_english():
    with translation.override("en"):
        yield


def left(**changes):
    solution = solve(read_problem(batch(**changes)))
    problem = solution.problem
    return proof_left(solution.certificate, expected_units=solution.expected_units, q_permille=problem.q_permille)


def test_proved_optimum_leaves_nothing_to_tell():
    assert proof_words(left()) == []


@pytest.mark.parametrize("changes", [FLOOR_BY_CASES, TOTAL_BY_CASES], ids=["floor", "total"])
def test_proof_by_cases_leaves_no_gap(changes):
    found = left(**changes)

    assert (found["gap"], found["floor_gap"], found["is_sure"]) == (0, 0, True)
    assert len(proof_words(found)) == 1
    assert "in every sample" in proof_words(found)[0]


def test_gaps_and_a_floor_under_a_probability_cap_are_told_with_their_figures():
    certificate = {"bound_units": 5 * M + M // 20, "floor_units": M // 2, "floor_bound_units": M // 2 + M // 100}

    words = proof_words(proof_left(certificate, expected_units=5 * M, q_permille=500))

    assert words == [
        "The proof leaves a gap: another assignment could have at most 0.050 more fit (1.00 %).",
        FLOOR,
        "The proof leaves a gap at the floor, too: it could be higher by at most 0.010.",
    ]


@pytest.mark.django_db
def test_floor_of_a_batch_is_kept_for_the_page_and_what_the_draw_came_to_stands_beside_it():
    desk = batch_office()
    row = prepared(desk)
    batches.choose_floor(batch=row, evens_out=True, by=desk.clerk, on=TODAY)

    row = solved(desk, row, freezes=True)

    proof = row.solved["proof"]
    assert proof["floor"] == json.loads(row.freeze_text)["certificate"]["floor_units"]
    assert (proof["is_sure"], len(proof_words(proof)) >= 1) == (False, True)
    assert proof_words(proof, record=row.record) == proof_words(proof)

    row = revealed(desk, row)

    least = f"{row.record['draw']['min_task'] / 1_000_000:.3f}"
    told = f"This draw: the seats of the worst fitted re-review had a fit of {least} together when drawn."
    assert [one for one in proof_words(proof, record=row.record) if one not in proof_words(proof)] == [told]
