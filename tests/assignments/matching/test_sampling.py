"""Phase 2: frequencies match the marginals, and every sample keeps every limit that nests."""

import hashlib
import json
from collections import Counter

import pytest
from hypothesis import given, settings

from assignments import verify_draw
from assignments.matching import INFEASIBLE, UNITS, read_problem, result_document, sample, solve
from assignments.matching.sampling import whole_units
from foundation.core.canon import dumps
from tests.factories.batches import batch, every_assignment, problems

SAMPLES = 3000
FIXED = batch(
    seats=[2, 2, 1, 2],
    caps=[2, 2, 1, 2, 1, 2, 1],
    edges=[[t, e, (5 * t * t + 3 * e * e + 2 * t * e) % 13] for t in range(4) for e in range(7)],
    groups=["甲", "甲", "乙", "乙", "乙", None, None],
    q_permille=530,
    quotas=[["乙", 2]],
    pins=[[3, 6]],
    forbids=[[0, 5]],
)


def seeds(count):
    return [hashlib.sha256(b"sample %d" % number).digest() for number in range(count)]


@pytest.mark.parametrize("changes", [{}, {"task_groups": [[0, 1], [2, 3]]}], ids=["plain", "task groups"])
def test_sample_is_unbiased(changes):
    solution = solve(read_problem(FIXED | changes))
    chances = {(task, expert): units / UNITS for task, expert, units in solution.marginals()}
    assert len([one for one in chances.values() if one < 1]) >= 12

    seen = Counter()
    for seed in seeds(SAMPLES):
        for task, panel in enumerate(sample(solution, seed).assignment):
            seen.update((task, expert) for expert in panel)

    assert set(seen) == set(chances), "no pair without a chance, none with a chance never seen"
    off = {
        pair: (seen[pair] - SAMPLES * chance) / (SAMPLES * chance * (1 - chance)) ** 0.5
        for pair, chance in chances.items()
        if chance < 1
    }
    assert max(map(abs, off.values())) < 3.5, off
    assert sum(one * one for one in off.values()) / len(off) < 2, off
    assert all(seen[pair] == SAMPLES for pair, chance in chances.items() if chance == 1)


def test_every_sample_keeps_task_groups_apart():
    solution = solve(read_problem(FIXED | {"task_groups": [[0, 1], [2, 3]]}))
    both = [
        sum(units for task, one, units in solution.marginals() if one == expert and task in (0, 1))
        for expert in range(7)
    ]
    assert max(both) == UNITS, "somebody is certain to sit on one of the two"

    panels = [sample(solution, seed).assignment for seed in seeds(300)]

    assert not any(set(one[0]) & set(one[1]) or set(one[2]) & set(one[3]) for one in panels)


def test_sample_has_the_expected_total_on_average():
    solution = solve(read_problem(FIXED))

    totals = [sample(solution, seed).total for seed in seeds(SAMPLES)]

    assert sum(totals) / SAMPLES == pytest.approx(solution.expected_units / UNITS, rel=0.01)


@settings(max_examples=60, deadline=None)
@given(problem=problems(caps=(300, 500, 650)))
def test_every_sample_keeps_every_limit(problem):
    solution = solve(read_problem(problem))
    if solution.status == INFEASIBLE:
        return

    allowed = list(every_assignment(problem))

    assert all(list(sample(solution, seed).assignment) in allowed for seed in seeds(15))


@settings(max_examples=40, deadline=None)
@given(problem=problems(caps=(300, 500, 650)))
def test_verifier_draws_the_same(problem):
    solution = solve(read_problem(problem))

    for number in range(4):
        problem["seed"] = hashlib.sha256(b"%d" % number).hexdigest()
        result = dumps(result_document(solution, problem["seed"])).decode()
        verify_draw.verify_result(json.dumps(problem), result)


def test_sample_depends_on_the_seed_and_on_nothing_else():
    solution = solve(read_problem(FIXED))

    panels = [sample(solution, seed) for seed in seeds(20)]

    assert panels == [sample(solve(read_problem(FIXED)), seed) for seed in seeds(20)]
    assert len({one.assignment for one in panels}) > 10


def test_sample_of_a_small_cycle_by_hand():
    """Two tasks, two people, all halves: the one coin says which of the two ways."""
    seed = bytes(32)
    tail, head, units = [0, 0, 1, 1, 2, 3], [2, 3, 2, 3, 4, 4], [500, 500, 500, 500, 1000, 1000]
    ranked = sorted(range(4), key=lambda arc: hashlib.sha256(seed + b"arc" + arc.to_bytes(4, "big")).digest())
    first = next(arc for arc in ranked if tail[arc] == 0)
    coin = int.from_bytes(hashlib.sha256(seed + bytes(8)).digest(), "big") % 1000
    winner = first if coin < 500 else 1 - first

    whole = whole_units(tail, head, units, seed, UNITS)

    assert whole[:4] == ([1000, 0, 0, 1000] if winner == 0 else [0, 1000, 1000, 0])


def test_whole_units_refuses_fractions_that_do_not_add_up():
    with pytest.raises(ArithmeticError, match="add up"):
        whole_units([0, 1], [1, 2], [500, 500], bytes(32), UNITS)


def test_sample_refuses_an_infeasible_batch():
    with pytest.raises(ValueError, match="nothing to sample"):
        sample(solve(read_problem(batch(caps=[0] * 5))), bytes(32))
