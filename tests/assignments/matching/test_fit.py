"""The fit of a pair: specialty, quality, turn."""

from datetime import date

import pytest

from assignments.matching.fit import Fit, FitScale, fit_of, turns_of

PAIR = {"task_path": "E/E01/E0103", "expert_paths": ["E/E01/E0103"], "scores": [], "average": 8000, "turn": 0}


def fit(**changes):
    return fit_of(**(PAIR | {"turns": 5} | changes))


def test_fit_opens_to_its_parts():
    assert fit(expert_paths=["A/A01/A0101", "E/E01/E0102"], scores=[9000, 9500], turn=2) == Fit(
        value=1_000_000 * 700 * (5 * 8000 + 9000 + 9500) * 900 // (1000 * 1000 * 10_000 * 7),
        specialty="E/E01/E0102",
        missing_levels=1,
        match_permille=700,
        quality_hundredths=8357,
        opinions=2,
        turn_permille=900,
    )


@pytest.mark.parametrize(
    ("task", "experts", "permille"),
    [
        ("E/E01/E0103", ["E/E01/E0103"], 1000),
        ("E/E01/E0103", ["E/E01"], 700),
        ("E/E01/E0103", ["E/E02/E0201"], 400),
        ("E/E01", ["E/E01/E0199"], 1000),
        ("E/E01/E0103", ["E/E02/E0201", "E/E01/E0103"], 1000),
    ],
)
def test_fit_counts_the_levels_that_are_missing(task, experts, permille):
    assert fit(task_path=task, expert_paths=experts).match_permille == permille


@pytest.mark.parametrize("experts", [[], [""], ["A/A01/A0101"]])
def test_fit_is_none_outside_the_tree(experts):
    assert fit(expert_paths=experts) is None


def test_fit_of_a_newcomer_is_the_average_and_one_opinion_moves_it_little():
    assert fit().quality_hundredths == 8000
    assert fit(scores=[10_000]).quality_hundredths == 8333
    assert fit(scores=[10_000] * 100).quality_hundredths == 9904


def test_fit_falls_from_the_longest_unused_to_the_last_used():
    assert [fit(turn=turn).turn_permille for turn in range(5)] == [1000, 950, 900, 850, 800]
    assert fit(turn=0, turns=1).turn_permille == 1000


def test_fit_keeps_to_another_scale():
    assert fit(expert_paths=["E/E02"], scale=FitScale(match_permille=(1000,))) is None
    assert fit(turn=4, scale=FitScale(turn_permille=0)).turn_permille == 1000


def test_turns_put_the_never_used_first_and_let_equal_days_share():
    used = {"a": date(2020, 5, 1), "b": None, "c": date(2020, 5, 1), "d": date(2020, 6, 1), "e": None}

    assert turns_of(used) == {"b": 0, "e": 0, "a": 1, "c": 1, "d": 2}
