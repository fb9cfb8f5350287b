"""Infeasible: which rule, which tasks, how many more people would do, and a certificate for each."""

import json
from dataclasses import replace

import pytest
from hypothesis import given, settings

from assignments import verify_draw
from assignments.matching import UNITS, branching, read_problem, result_document, solve
from assignments.matching.words import SENTENCES, Reason, listed
from foundation.core.canon import dumps
from tests.factories.batches import CROSSED, TYPED, batch, every_assignment, problems

ALL = [[t, e, 1] for t in range(2) for e in range(4)]
PLAIN = batch(seats=[1, 1], caps=[1] * 4, edges=ALL, groups=None, q_permille=None)


def refused(problem):
    """Give the result, after the solver-free check has accepted that there is none."""
    result = result_document(solve(read_problem(problem)), problem["seed"])
    verify_draw.verify_result(json.dumps(problem), dumps(result).decode())
    assert (result["status"], result["assignment"], result["marginals"]) == ("infeasible", [], [])
    return result


@pytest.mark.parametrize(
    ("changes", "sentences"),
    [
        (
            {"caps": [1, 0, 0, 0]},
            [
                "tasks 0, 1 together need 2 seats, but the rules let at most 1 be filled: 1 missing",
                "4 experts whom these tasks share are at their load caps",
                "it would do to lift one rule: caps",
                "1 more people would do, without employer, able to take any of these tasks and 1 each",
            ],
        ),
        (
            {"seats": [2, 1], "groups": [1, 1, 1, 1]},
            [
                "tasks 0 together need 2 seats, but the rules let at most 1 be filled: 1 missing",
                "the limit of 1 per employer stops 1 employers on these tasks",
                "it would do to lift one rule: group_limit",
                "1 more people would do, without employer, able to take any of these tasks and 1 each",
            ],
        ),
        (
            {"seats": [1, 3], "q_permille": 500},
            [
                "tasks 1 together need 3 seats, but the rules let at most 2 be filled: 1 missing",
                "the probability cap of 500‰ a pair stops 4 pairs: such a task needs more candidates",
                "it would do to lift one rule: q_permille",
                "2 more people would do, without employer, able to take any of these tasks and 1 each",
            ],
        ),
        (
            {"edges": [[0, 0, 1], [1, 0, 1], [1, 1, 1]], "forbids": [[0, 0]]},
            [
                "tasks 0 together need 1 seats, but the rules let at most 0 be filled: 1 missing",
                "it would do to lift one rule: forbids",
                "1 more people would do, without employer, able to take any of these tasks and 1 each",
            ],
        ),
        (
            {"groups": ["甲"] * 4, "quotas": [["甲", 1]]},
            [
                "tasks 0, 1 together need 2 seats, but the rules let at most 1 be filled: 1 missing",
                "the quotas of 1 employers are used up",
                "it would do to lift one rule: quotas",
                "1 more people would do, without employer, able to take any of these tasks and 1 each",
            ],
        ),
        (
            {"seats": [2, 1], "edges": [[0, 0, 1], [1, 1, 1]]},
            [
                "tasks 0 together need 2 seats, but the rules let at most 1 be filled: 1 missing",
                "1 listed pairs of these tasks are used in full: nobody takes two seats of a task",
                "1 more people would do, without employer, able to take any of these tasks and 1 each",
            ],
        ),
        (
            {"edges": [[0, 0, 1], [1, 0, 1], [0, 1, 1]], "pins": [[0, 0]]},
            [
                "tasks 1 together need 1 seats, but the rules let at most 0 be filled: 1 missing",
                "1 experts whom these tasks share are at their load caps",
                "it would do to lift one rule: caps, pins",
                "1 more people would do, without employer, able to take any of these tasks and 1 each",
            ],
        ),
        (
            {"caps": [2, 0, 0, 0], "edges": [[0, 0, 1], [1, 0, 1]], "task_groups": [[0, 1]]},
            [
                "tasks 0, 1 together need 2 seats, but the rules let at most 1 be filled: 1 missing",
                "of the tasks 0, 1 nobody may take two, which stops 1 experts",
                "it would do to lift one rule: task_groups",
                "1 more people would do, without employer, able to take any of these tasks and 2 each",
            ],
        ),
        (
            {"seats": [1, 1, 1], "edges": [], "caps": [2], "task_groups": [[0, 1, 2]]},
            [
                "tasks 0, 1, 2 together need 3 seats, but the rules let at most 0 be filled: 3 missing",
                "3 more people would do, without employer, able to take any of these tasks and 2 each",
            ],
        ),
        (
            {"pins": [[0, 0], [1, 0]], "caps": [2] * 4, "task_groups": [[0, 1]]},
            ["expert 0 is pinned to the tasks 0, 1, of which nobody may take two"],
        ),
        (
            {"edges": [[1, 0, 1]], "pins": [[0, 0]]},
            ["expert 0 is pinned to task 0, but the pair is not listed (recusal or cooling-off)"],
        ),
        (
            {"pins": [[0, 0]], "forbids": [[0, 0]]},
            ["expert 0 is both pinned to and forbidden for task 0"],
        ),
        (
            {"pins": [[0, 0], [0, 1], [1, 0]]},
            [
                "task 0 has 1 seats, but 2 people are pinned to it",
                "expert 0 may take 1 tasks, but is pinned to 2",
            ],
        ),
        (
            {"seats": [2, 0], "groups": [1, 1, None, None], "pins": [[0, 0], [0, 1]]},
            ["2 people of one employer are pinned to task 0, at most 1 may sit together"],
        ),
        (
            {"groups": ["甲"] * 4, "quotas": [["甲", 0]], "pins": [[0, 0]]},
            ["employer 甲 has a quota of 0 seats, but 1 of its people are pinned"],
        ),
        (
            {"seat_strata": [[[1, 1]], []], "strata": [[2], [1], [1], [1]], "pins": [[0, 0]]},
            ["expert 0 is pinned to task 0, but has no free seat of his strata there"],
        ),
    ],
)
def test_each_rule_that_stands_in_the_way_is_named(changes, sentences):
    result = refused(PLAIN | changes)

    assert result["reasons"] == sentences
    assert len(result["reasons_zh"]) == len(result["codes"]) == len(sentences)


def test_crossing_rules_name_the_stratum_and_the_people_that_are_short():
    result = refused(TYPED | {"groups": [1, 1, 1, 1, 1], "strata": [[1, 2], [2], [2], [2], []]})

    assert result["certificate"]["kind"] == "seats"
    assert result["codes"][0] == "seats_typed"
    assert result["reasons"][-1].startswith("1 more people would do")


def test_crossing_rules_that_only_whole_seats_break_are_shown_by_cases():
    result = refused(batch(**CROSSED))

    assert list(every_assignment(batch(**CROSSED))) == []
    assert result["certificate"]["kind"] == "cases"
    assert result["reasons"] == [
        "no whole assignment holds typed seats, employer limits and load caps together",
        "it would do to lift one rule: caps, group_limit, seat_strata",
        "1 more people would do, without employer, able to take any of these tasks and 1 each",
    ]


def test_what_only_the_solver_knows_is_said_to_be_so(monkeypatch):
    monkeypatch.setattr(branching, "MOST_CASES", 0)

    result = refused(batch(**CROSSED))

    assert (result["certificate"]["kind"], result["codes"][0]) == ("solver", "not_found")


def test_as_many_people_as_were_said_would_do_and_one_less_would_not():
    problem = PLAIN | {"seats": [3, 3], "q_permille": 500}
    people = int(next(text for text in refused(problem)["reasons"] if "more people" in text).split()[0])

    def with_more(count):
        more = [[t, 4 + one, 0] for t in range(2) for one in range(count)]
        return problem | {"caps": [1] * (4 + count), "edges": ALL + more, "groups": None}

    assert solve(read_problem(with_more(people))).status == "optimal"
    assert solve(read_problem(with_more(people - 1))).status == "infeasible"


@settings(max_examples=60, deadline=None)
@given(problem=problems(caps=(None, 500)))
def test_the_cut_shows_as_many_missing_seats_as_there_are(problem):
    solution = solve(read_problem(problem))

    if solution.certificate["kind"] == "cut":
        assert solution.certificate["missing_units"] > 0
        assert problem["q_permille"] or not list(every_assignment(problem))
        lifted = replace(solution.problem, seats=(0,) * len(problem["seats"]), pins=())
        assert solve(lifted).status == "optimal"


def test_a_forged_shortage_is_found():
    feasible, short = read_problem(PLAIN), read_problem(PLAIN | {"caps": [1, 0, 0, 0]})
    forged = result_document(solve(short), PLAIN["seed"])
    assert solve(feasible).status == "optimal"

    for missing in (UNITS, 1):
        forged["certificate"]["missing_units"] = missing
        with pytest.raises(verify_draw.Difference, match="SHA-256"):
            verify_draw.verify_result(json.dumps(PLAIN), json.dumps(forged))


@pytest.mark.parametrize("code", SENTENCES)
def test_every_reason_has_the_same_facts_in_both_languages(code):
    class Any(dict):
        def __missing__(self, key):
            asked.add(key)
            return 1

    asked: set[str] = set()
    english = SENTENCES[code][0].format_map(Any()) and set(asked)
    asked.clear()
    SENTENCES[code][1].format_map(Any())

    assert english == asked


def test_a_long_list_is_shortened():
    assert Reason("would_do", {"rule": ["caps"]}).chinese.endswith("caps")
    assert listed(list(range(30))).endswith("19 … (30)")
