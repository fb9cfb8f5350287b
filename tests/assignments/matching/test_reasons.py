"""Infeasible: which rule, which tasks, how many more people would do, and a certificate for each."""

import json
from dataclasses import replace

import pytest
from hypothesis import given, settings

from assignments import verify_draw
from assignments.matching import UNITS, Names, branching, read_problem, result_document, solve
from assignments.matching.words import CHINESE, ENGLISH, SENTENCES, Reason, listed
from foundation.core.canon import dumps
from tests.factories.batches import CROSSED, TYPED, batch, every_assignment, problems

ALL = [[t, e, 1] for t in range(2) for e in range(4)]
PLAIN = batch(seats=[1, 1], caps=[1] * 4, edges=ALL, groups=None, q_permille=None)

PEOPLE = "it would do to have more people who can take any of these tasks, without employer and"
LIFT = "it would do to lift one of these rules alone:"
CAPS = "the most tasks of an expert (R-17)"
APART = "one task of a unit for each person (R-17)"
EMPLOYER = "the most people of one employer on a task (R-38)"
CHANCE = "the greatest chance of a pair (R-48)"
QUOTA = "the quotas of employers, set with the batch"
TYPES = "the fields of the seats, set with the batch"
FIELDS = {11: "给排水", 12: "财务"}


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
                "tasks 0, 1: seats needed 2, at most 1 can be filled under all rules, 1 missing",
                f"{CAPS} binds: experts whom these tasks share and who can take no more: 4",
                f"{LIFT} {CAPS}",
                f"{PEOPLE} 1 each: 1",
            ],
        ),
        (
            {"seats": [2, 1], "groups": [1, 1, 1, 1]},
            [
                "tasks 0: seats needed 2, at most 1 can be filled under all rules, 1 missing",
                f"{EMPLOYER} binds: it is 1; employers that could send more to these tasks: 1",
                f"{LIFT} {EMPLOYER}",
                f"{PEOPLE} 1 each: 1",
            ],
        ),
        (
            {"seats": [1, 3], "q_permille": 500},
            [
                "tasks 1: seats needed 3, at most 2 can be filled under all rules, 1 missing",
                f"{CHANCE} binds: it is 50%; pairs that have it in full: 4; such a task needs more candidates",
                f"{LIFT} {CHANCE}",
                f"{PEOPLE} 1 each: 2",
            ],
        ),
        (
            {"edges": [[0, 0, 1], [1, 0, 1], [1, 1, 1]], "forbids": [[0, 0]]},
            [
                "tasks 0: seats needed 1, at most 0 can be filled under all rules, 1 missing",
                f"{LIFT} who is kept away (R-48)",
                f"{PEOPLE} 1 each: 1",
            ],
        ),
        (
            {"groups": ["甲"] * 4, "quotas": [["甲", 1]]},
            [
                "tasks 0, 1: seats needed 2, at most 1 can be filled under all rules, 1 missing",
                f"{QUOTA} bind: employer 甲",
                f"{LIFT} {QUOTA}",
                f"{PEOPLE} 1 each: 1",
            ],
        ),
        (
            {"seats": [2, 1], "edges": [[0, 0, 1], [1, 1, 1]]},
            [
                "tasks 0: seats needed 2, at most 1 can be filled under all rules, 1 missing",
                "nobody takes two seats of a task: listed pairs of these tasks, all of them used: 1",
                f"{PEOPLE} 1 each: 1",
            ],
        ),
        (
            {"edges": [[0, 0, 1], [1, 0, 1], [0, 1, 1]], "pins": [[0, 0]]},
            [
                "tasks 1: seats needed 1, at most 0 can be filled under all rules, 1 missing",
                f"{CAPS} binds: experts whom these tasks share and who can take no more: 1",
                f"{LIFT} {CAPS}, who is named (R-48)",
                f"{PEOPLE} 1 each: 1",
            ],
        ),
        (
            {"caps": [2, 0, 0, 0], "edges": [[0, 0, 1], [1, 0, 1]], "task_groups": [[0, 1]]},
            [
                "tasks 0, 1: seats needed 2, at most 1 can be filled under all rules, 1 missing",
                f"{APART} binds: experts who could take several of tasks 0, 1: 1",
                f"{LIFT} {APART}",
                f"{PEOPLE} 2 each: 1",
            ],
        ),
        (
            {"seats": [1, 1, 1], "edges": [], "caps": [2], "task_groups": [[0, 1, 2]]},
            [
                "tasks 0, 1, 2: seats needed 3, at most 0 can be filled under all rules, 3 missing",
                f"{PEOPLE} 2 each: 3",
            ],
        ),
        (
            {"pins": [[0, 0], [1, 0]], "caps": [2] * 4, "task_groups": [[0, 1]]},
            [
                f"{APART}: expert 0 is named for tasks 0, 1",
            ],
        ),
        (
            {"edges": [[1, 0, 1]], "pins": [[0, 0]]},
            [
                "expert 0 is named for task 0, but the rules keep the pair off the list (recusal or cooling-off)",
            ],
        ),
        (
            {"pins": [[0, 0]], "forbids": [[0, 0]]},
            [
                "expert 0 is both named for task 0 and kept away from it",
            ],
        ),
        (
            {"pins": [[0, 0], [0, 1], [1, 0]]},
            [
                "task 0 has seats: 1; named for it are: 2",
                f"{CAPS}: expert 0 may still take 1, but is named for 2",
            ],
        ),
        (
            {"seats": [2, 0], "groups": [1, 1, None, None], "pins": [[0, 0], [0, 1]]},
            [
                f"{EMPLOYER} is 1: named for task 0 are 2 of one employer",
            ],
        ),
        (
            {"groups": ["甲"] * 4, "quotas": [["甲", 0]], "pins": [[0, 0]]},
            [
                f"{QUOTA}: employer 甲 has 0 seats, but named are 1 of its people",
            ],
        ),
        (
            {"seat_strata": [[[1, 1]], []], "strata": [[2], [1], [1], [1]], "pins": [[0, 0]]},
            [
                "expert 0 is named for task 0, but has no free seat of his fields there",
            ],
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
    assert result["reasons"][1:] == [
        f"{LIFT} {EMPLOYER}",
        "it would do to have more people, without employer and 2 tasks each: 1 who know stratum 2",
    ]


def test_crossing_rules_that_only_whole_seats_break_are_shown_by_cases():
    result = refused(batch(**CROSSED))

    assert list(every_assignment(batch(**CROSSED))) == []
    assert result["certificate"]["kind"] == "cases"
    assert result["reasons"] == [
        "no whole assignment holds the fields of the seats, employers and load caps together",
        f"{LIFT} {CAPS}, {EMPLOYER}, {TYPES}",
        "it would do to have more people, without employer and 1 tasks each: 1 for seats of any field",
    ]


def test_what_only_the_solver_knows_is_said_to_be_so(monkeypatch):
    monkeypatch.setattr(branching, "MOST_CASES", 0)

    result = refused(batch(**CROSSED))

    assert (result["certificate"]["kind"], result["codes"][0]) == ("solver", "not_found")


def test_as_many_people_as_were_said_would_do_and_one_less_would_not():
    problem = PLAIN | {"seats": [3, 3], "q_permille": 500}
    people = int(next(text for text in refused(problem)["reasons"] if "more people" in text).rpartition(" ")[2])

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


def told(problem, fields, language):
    """Return the last reason by the names of fields."""
    return solve(read_problem(problem), fields).reasons[-1].told(language, Names(strata=FIELDS))


def test_people_are_asked_for_by_the_field_that_is_short():
    """Task 0 wants one more who knows the first field; task 1 lacks nobody."""
    problem = PLAIN | {"seats": [3, 1], "edges": [[0, 0, 1], [0, 1, 1], *([1, e, 1] for e in range(4))]}

    assert told(problem, [11, 12], ENGLISH) == (
        "it would do to have more people, without employer and 1 tasks each: 1 who know 给排水"
    )
    assert told(problem, [11, 12], CHINESE) == "再增加下列人员即可（无单位冲突、每人 1 项）：懂给排水的 1 人"


def test_people_of_two_fields_that_share_somebody_are_not_both_asked_for():
    """Expert 0 alone could sit on either: one more of either field would do."""
    problem = PLAIN | {"caps": [1], "edges": [[0, 0, 1], [1, 0, 1]]}

    assert told(problem, [11, 12], ENGLISH).endswith(": 1 who know 财务")


def test_people_of_every_field_that_is_short_are_asked_for():
    problem = PLAIN | {"seats": [2, 1], "caps": [], "edges": []}

    assert told(problem, [11, 12], CHINESE).endswith("：懂给排水的 2 人、懂财务的 1 人")


def test_people_for_typed_seats_are_told_from_those_for_the_other_tasks():
    problem = PLAIN | {"seat_strata": [[[11, 1]], []], "strata": [[]] * 4, "seats": [1, 1], "edges": []}

    assert told(problem, [], ENGLISH).endswith(": 1 who know 给排水, 1 for seats of any field")


@settings(max_examples=60, deadline=None)
@given(problem=problems(caps=(None, 500)))
def test_as_many_people_of_each_field_as_were_said_would_do_and_one_less_would_not(problem):
    fields = [11, 12, 11][: len(problem["seats"])]
    solution = solve(read_problem(problem), fields)
    if solution.certificate["kind"] != "cut":
        return
    facts = solution.reasons[-1].facts

    def with_more(rows):
        caps, edges = list(problem["caps"]), list(problem["edges"])
        for field, people in rows:
            for _ in range(people):
                edges += [[task, len(caps), 0] for task, own in enumerate(fields) if own == field]
                caps.append(facts["cap"])
        groups = problem["groups"] + [None] * (len(caps) - len(problem["groups"]))
        return problem | {"caps": caps, "edges": edges, "groups": groups}

    assert solve(read_problem(with_more(facts["fields"]))).status == "optimal"
    for place, (field, people) in enumerate(facts["fields"]):
        fewer = [*facts["fields"][:place], [field, people - 1], *facts["fields"][place + 1 :]]
        assert solve(read_problem(with_more(fewer))).status == "infeasible"


@pytest.mark.parametrize("language", [ENGLISH, CHINESE])
def test_reasons_call_everybody_by_name(language):
    names = Names(tasks=["复1 路灯", "复2 河道"], experts=["甲某"], employers={1: "某研究院"}, strata=FIELDS)
    said = [
        Reason("pin_forbidden", {"task": 1, "expert": 0}),
        Reason("tasks_short", {"tasks": [0, 1], "seats": 3, "filled": 1, "missing": 2}),
        Reason("rule_quotas", {"rule": "quotas", "employers": [1]}),
        Reason("stratum_short", {"task": 0, "stratum": 11, "seats": 2, "people": 1}),
    ]

    texts = [reason.told(language, names) for reason in said]

    expected = [("甲某", "复2 河道"), ("复1 路灯", "复2 河道"), ("某研究院",), ("复1 路灯", "给排水")]
    assert [all(word in text for word in words) for text, words in zip(texts, expected, strict=True)] == [True] * 4
    assert not any(code in text for text in texts for code in ("stratum 11", "task 0", "任务 0", "pin_", "quotas,"))


def test_reasons_of_many_tasks_name_the_first():
    names = Names(tasks=[f"复{number}" for number in range(30)])

    assert names.all_tasks(range(30), CHINESE) == "复0、复1、复2、复3、复4 … (30)"


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
    assert listed(list(range(30)), ENGLISH).endswith("19 … (30)")
