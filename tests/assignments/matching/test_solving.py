"""Phase 1: the optimum is the one that a search through everything finds, proved, and blind to the seed."""

import json
import random
import subprocess
import sys
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from assignments import verify_draw
from assignments.matching import (
    UNITS,
    ProblemError,
    branching,
    flow,
    freeze_document,
    program,
    read_problem,
    result_document,
    sample,
    solve,
    solvers,
)
from assignments.matching.__main__ import main
from assignments.matching.flow import is_forest_and_acyclic, tie_of
from assignments.matching.network import build_network
from foundation.core.canon import dumps
from tests.factories.batches import (
    CROSSED,
    FLOOR_BY_CASES,
    SEED,
    TOTAL_BY_CASES,
    TYPED,
    batch,
    every_assignment,
    problems,
    task_fits,
)


def answered(problem):
    """Give the result, after the solver-free check has accepted it."""
    result = result_document(solve(read_problem(problem)), problem["seed"])
    verify_draw.verify_result(json.dumps(problem), dumps(result).decode())
    return result


def test_solve_finds_the_best_assignment_of_a_worked_example():
    problem = batch(
        seats=[1, 1], caps=[1, 1, 1], edges=[[0, 0, 9], [0, 1, 8], [1, 0, 7], [1, 2, 1]], groups=None, q_permille=None
    )

    result = answered(problem)

    assert result["assignment"] == [[1], [0]]
    assert (result["status"], result["total"], result["expected_total"], result["min_task"]) == ("optimal", 15, 15, 7)
    assert result["marginals"] == [[0, 1, 1000], [1, 0, 1000]]
    assert result["accounting"] == [{"count": 4, "rule": "open"}, {"count": 2, "rule": "unlisted"}]


def test_solve_keeps_every_pair_below_the_probability_cap():
    problem = batch(q_permille=500)

    result = answered(problem)

    assert all(units <= 500 for _, _, units in result["marginals"])
    assert [sum(units for t, _, units in result["marginals"] if t == task) for task in range(3)] == [2000, 1000, 2000]


def test_solve_gives_two_seeds_the_same_bytes_of_phase_one():
    first, second = (read_problem(batch(seed=seed)) for seed in ("00" * 32, "ff" * 32))

    assert dumps(freeze_document(solve(first))) == dumps(freeze_document(solve(second)))
    assert "seed" not in freeze_document(solve(first))["problem"]


def test_solve_does_not_depend_on_the_order_of_the_edges():
    problem = batch()
    turned = batch(edges=problem["edges"][::-1])

    assert dumps(answered(problem)) == dumps(answered(turned))


@pytest.mark.parametrize("floor", ["none", "max-min"])
@pytest.mark.parametrize("seats", [[], [0], [0, 0]])
def test_solve_answers_where_nothing_is_to_be_done(seats, floor):
    result = answered({"seats": seats, "caps": [1], "edges": [], "seed": "00", "floor": floor})

    assert (result["status"], result["total"], result["assignment"]) == ("optimal", 0, [[] for _ in seats])


def test_many_ties_never_outweigh_one_unit_of_fit():
    every = [[t, e, 0] for t in range(2) for e in range(4)]
    problem = {"seats": [1, 1], "caps": [0, 1, 0, 1], "edges": [*every[:7], [1, 3, 1]], "seed": "5e" * 32}

    assert answered(problem)["total"] == 1


def test_solve_names_the_versions_it_computed_with():
    assert answered(batch())["solvers"] == solvers()
    assert set(solvers()) == {"highspy", "ortools"}


@settings(max_examples=120, deadline=None)
@given(problem=problems())
def test_solve_is_the_best_of_all_assignments(problem):
    best = max((sum(task_fits(problem, panels)) for panels in every_assignment(problem)), default=None)

    result = answered(problem)

    if best is None:
        assert (result["status"], result["assignment"], bool(result["reasons"])) == ("infeasible", [], True)
    else:
        assert (result["status"], result["total"], result["expected_total"]) == ("optimal", best, best)
        assert [tuple(panel) for panel in result["assignment"]] in list(every_assignment(problem))


def test_pin_that_could_take_two_kinds_of_seat_leaves_the_one_that_another_needs():
    """Expert 1 knows both fields, expert 0 only the first: the pin must not take the only seat of expert 0."""
    problem = batch(
        seats=[2], caps=[1, 1], edges=[[0, 0, 3], [0, 1, 4]], groups=None, q_permille=None, pins=[[0, 1]],
        seat_strata=[[[1, 1], [2, 1]]], strata=[[1], [1, 2]],
    )  # fmt: skip

    result = answered(problem)

    assert (result["assignment"], result["total"]) == ([[0, 1]], 7)
    assert result["certificate"]["pin_strata"] == [[0, 1, 2]]


@pytest.mark.parametrize("seating", [[[0, 1, 1]], [[0, 0, 2]], [[0, 1, 9]]])
def test_another_seating_of_the_pins_is_not_what_the_proof_shows(seating):
    problem = batch(
        seats=[2], caps=[1, 1], edges=[[0, 0, 3], [0, 1, 4]], groups=None, q_permille=None, pins=[[0, 1]],
        seat_strata=[[[1, 1], [2, 1]]], strata=[[1], [1, 2]],
    )  # fmt: skip
    solution = solve(read_problem(problem))
    freeze = freeze_document(solution)
    freeze["certificate"] = freeze["certificate"] | {"pin_strata": seating}

    with pytest.raises(verify_draw.Difference):
        verify_draw.check_phase_one(freeze)


@settings(max_examples=60, deadline=None)
@given(problem=problems(typed=True))
def test_solve_with_typed_seats_is_the_best_of_all_assignments(problem):
    best = max((sum(task_fits(problem, panels)) for panels in every_assignment(problem)), default=None)

    result = answered(problem)

    if best is None:
        assert (result["status"], bool(result["reasons"])) == ("infeasible", True)
    else:
        assert (result["status"] != "infeasible", result["total"]) == (True, best)
        assert [tuple(panel) for panel in result["assignment"]] in list(every_assignment(problem))


@settings(max_examples=60, deadline=None)
@given(problem=problems(), typed=problems(typed=True))
def test_solve_raises_the_floor_as_high_as_any_assignment(problem, typed):
    for one in (problem, typed):
        one["floor"] = "max-min"
        ranked = [
            (min((fit for fit, seats in zip(fits, one["seats"], strict=True) if seats), default=0), sum(fits))
            for fits in (task_fits(one, panels) for panels in every_assignment(one))
        ]

        result = answered(one)

        if ranked:
            assert (result["min_task"], result["total"]) == max(ranked)
        else:
            assert result["status"] == "infeasible"


def best_expectation(network):
    """Give the optimum of the marginals by another program."""
    arcs, pairs = network.arcs(), len(network.pair_row)
    nodes = network.sink + 1
    balance = np.zeros((nodes, len(arcs.tail)))
    balance[arcs.tail, np.arange(len(arcs.tail))] += 1
    balance[arcs.head, np.arange(len(arcs.tail))] -= 1
    supply = np.zeros(nodes)
    supply[: len(network.row_seats)] = network.row_seats * UNITS
    supply[network.sink] = -supply.sum()
    cost = np.zeros(len(arcs.tail))
    cost[network.first_pair : network.first_pair + pairs] = -network.pair_fit
    answer = linprog(cost, A_eq=balance, b_eq=supply, bounds=np.column_stack([np.zeros(len(cost)), arcs.capacity]))
    return None if answer.status == 2 else -answer.fun


@settings(max_examples=80, deadline=None)
@given(problem=problems(caps=(250, 334, 500, 700, 999)))
def test_solve_with_a_probability_cap_agrees_with_a_linear_program(problem):
    result = answered(problem)

    if result["certificate"]["kind"] == "pins":
        return
    read = read_problem(problem)
    pinned = sum(fit for t, e, fit in problem["edges"] if [t, e] in problem["pins"]) * UNITS
    other = best_expectation(build_network(read))
    assert (other is None) == (result["status"] == "infeasible")
    assert other is None or result["expected_units"] == pytest.approx(other + pinned, abs=1e-3)


@settings(max_examples=40, deadline=None)
@given(problem=problems(caps=(500, 700)))
def test_solve_reports_the_floor_that_holds_for_the_expectation(problem):
    problem["floor"] = "max-min"

    result = answered(problem)

    if result["status"] != "infeasible" and any(problem["seats"]):
        fits = {(t, e): fit for t, e, fit in problem["edges"]}
        expected = [
            sum(fits[t, e] * units for t, e, units in result["marginals"] if t == task)
            for task, seats in enumerate(problem["seats"])
            if seats
        ]
        certificate = result["certificate"]
        assert certificate["floor_units"] == min(expected) <= certificate["floor_bound_units"]
        assert certificate["floor_bound_units"] - min(expected) <= 9 * len(problem["caps"])


def test_solve_lets_a_pin_exceed_the_cap_and_take_seat_load_and_employer():
    problem = batch(pins=[[0, 0]])

    result = answered(problem)

    assert result["pins"] == [[0, 0]]
    assert [0, 0, 1000] in result["marginals"]
    assert not [row for row in result["marginals"] if row[:2] == [0, 1]], "of the same employer"
    assert {"count": 1, "rule": "employer_of_pin"} in result["accounting"]
    assert 0 in result["assignment"][0]


def test_solve_never_seats_a_forbidden_pair():
    problem = batch(forbids=[[0, 2], [2, 4]])

    result = answered(problem)

    assert not [row for row in result["marginals"] if row[:2] in problem["forbids"]]


def test_solve_breaks_ties_by_hash_and_not_by_solver():
    problem = batch(seats=[1], caps=[1] * 4, edges=[[0, e, 5] for e in range(4)], groups=None, q_permille=None)
    largest = max(range(4), key=lambda expert: tie_of("tie", 0, expert))

    result = answered(problem)

    assert result["assignment"] == [[largest]]
    assert (result["certificate"]["tie"], result["certificate"]["unique"]) == ("tie", True)


def test_solve_takes_the_next_tie_when_two_pairs_have_the_same():
    ties: dict[int, int] = {}
    for expert in range(2000):
        twin = ties.setdefault(tie_of("tie", 0, expert), expert)
        if twin != expert:
            break
    edges = [[0, twin, 5], [0, expert, 5]]
    problem = batch(seats=[1], caps=[1] * 2000, edges=edges, groups=None, q_permille=None)

    result = answered(problem)

    assert (result["certificate"]["tie"], result["certificate"]["unique"]) == ("tie2", True)


def test_solve_says_so_when_no_tie_decides(monkeypatch):
    monkeypatch.setattr(flow, "MOST_TIES", 1)
    twins: dict[int, int] = {}
    expert = next(one for one in range(2000) if twins.setdefault(tie_of("tie", 0, one), one) != one)
    edges = [[0, twins[tie_of("tie", 0, expert)], 5], [0, expert, 5]]

    result = answered(batch(seats=[1], caps=[1] * 2000, edges=edges, groups=None, q_permille=None))

    assert (result["status"], result["certificate"]["unique"]) == ("optimal", False)


def test_solve_asks_for_more_candidates_when_the_best_are_not_enough():
    edges = [[t, e, 9 if e < 8 else 1] for t in range(20) for e in range(24)]

    result = answered(batch(seats=[1] * 20, caps=[1] * 24, edges=edges, groups=None, q_permille=None))

    assert (result["status"], result["total"]) == ("optimal", 8 * 9 + 12)


def test_distances_refuse_a_flow_that_is_not_the_best():
    pricing = flow._Pricing(
        build_network(read_problem(batch(seats=[1], caps=[1, 1], edges=[[0, 0, 1], [0, 1, 9]], groups=None))), "tie", 16
    )
    pricing._activate(np.arange(2))

    with pytest.raises(ArithmeticError, match="not optimal"):
        pricing._distances(np.array([500, 0]))


def test_program_keeps_what_it_has_when_the_solver_gives_up(monkeypatch):
    monkeypatch.setattr(program.Model, "whole", lambda *_: None)
    problem = batch(floor="max-min", q_permille=None)

    result = answered(problem)

    assert result["status"] in {"optimal", "feasible"}
    assert [tuple(panel) for panel in result["assignment"]] in list(every_assignment(problem))


def test_program_refuses_a_floor_that_nobody_can_hold():
    network = build_network(read_problem(batch()))

    with pytest.raises(ArithmeticError, match="no answer"):
        program.Model(network, network.pair_fit).best(10**9)


def test_program_without_an_answer_gives_none():
    network = build_network(read_problem(batch(**CROSSED)))
    model = program.Model(network, network.pair_fit)
    columns = np.arange(len(network.pair_row))

    assert model.answer(model.program(columns, None, raise_floor=False, whole=False), columns) is None
    assert model.whole_floor(1.0) is None


def test_marginals_are_rounded_within_every_limit():
    network = build_network(
        read_problem(
            batch(
                seats=[1, 1],
                caps=[1, 1],
                edges=[[t, e, 1] for t in range(2) for e in range(2)],
                groups=None,
                q_permille=None,
            )
        )
    )

    for values in ([0.3333, 0.6667, 0.6667, 0.3333], [0.25004, 0.74996, 0.74996, 0.25004], [0.1, 0.2, 0.3, 0.4]):
        units = program._rounded(network, np.array(values))
        assert (units[:2].sum(), units[2:].sum(), units[::2].sum()) == (1000, 1000, 1000)
        assert np.abs(units - np.array(values) * UNITS).max() <= (1 if sum(values) > 1 else UNITS)
    assert program._between(network, np.full(4, 900), np.full(4, 1000)) is None


def test_a_floor_with_a_cap_says_how_large_its_gap_is():
    dice = random.Random(2)
    edges = [[t, e, dice.randrange(10**6)] for t in range(4) for e in range(5)]

    result = answered(batch(seats=[2] * 4, caps=[2] * 5, edges=edges, groups=None, floor="max-min", q_permille=700))

    certificate = result["certificate"]
    assert (result["status"], "cases" in certificate) == ("feasible", False)
    assert 0 <= certificate["floor_bound_units"] - certificate["floor_units"] < 10**6
    assert 0 < certificate["bound_units"] - result["expected_units"] < 2 * 10**7


def test_a_floor_with_a_cap_is_shared_where_no_task_can_have_its_best():
    edges = [[t, e, 9 if e == 0 else 1] for t in range(2) for e in range(3)]

    result = answered(batch(seats=[1, 1], caps=[1] * 3, edges=edges, groups=None, floor="max-min", q_permille=700))

    assert result["certificate"]["floor_units"] == 500 * 9 + 500


@pytest.mark.parametrize("most", [0, 1])
def test_a_proof_that_would_take_too_long_leaves_a_gap(monkeypatch, most):
    monkeypatch.setattr(branching, "MOST_CASES", most)

    assert answered(batch(**TOTAL_BY_CASES))["status"] == "feasible"
    assert answered(batch(**FLOOR_BY_CASES))["status"] == "feasible"


def test_no_proof_by_cases_is_found_for_what_is_not_so():
    solution = solve(read_problem(batch(**TOTAL_BY_CASES)))
    network = solution.network
    model = program.Model(network, network.pair_fit)

    assert branching.no_better_total(model, solution.expected_units - 5 * UNITS, None) is None
    assert branching.no_higher_floor(model, 0) is None


def test_solve_refuses_a_probability_cap_with_crossing_rules():
    crossing = TYPED | {"groups": [1, 1, 1, 1, 1], "q_permille": 500}

    with pytest.raises(ProblemError, match="cross"):
        solve(read_problem(crossing))


def test_solve_keeps_typed_seats_and_a_probability_cap_where_they_nest():
    nested = TYPED | {"groups": None, "strata": [[1], [2], [2], [2], [1]], "q_permille": 500, "caps": [3] * 5}
    nested |= {"seats": [2, 1, 1], "seat_strata": [[[1, 1], [2, 1]], [], [[2, 1]]]}

    result = answered(nested)
    solution = solve(read_problem(nested))
    seated = [sample(solution, bytes([one])).assignment for one in range(40)]

    assert result["certificate"]["kind"] == "flow"
    assert all(len({0, 4} & set(panels[0])) == 1 and not {0, 4} & set(panels[2]) for panels in seated)


def test_solve_keeps_the_quota_of_an_employer_over_all_tasks():
    problem = batch(
        groups=["甲", "甲", "甲", None, 7], group_limit=0, quotas=[["甲", 1]], caps=[3] * 5, q_permille=None
    )

    result = answered(problem)

    assert sum(expert < 3 for panel in result["assignment"] for expert in panel) == 1


def test_solve_gives_nobody_two_tasks_of_a_group():
    """Expert 0 is the best of both; without the group he would have both."""
    edges = [[0, 0, 9], [0, 1, 8], [1, 0, 9], [1, 2, 5]]
    problem = batch(seats=[1, 1], caps=[2, 1, 1], edges=edges, groups=None, q_permille=None)

    assert answered(problem)["assignment"] == [[0], [0]]
    assert answered(problem | {"task_groups": [[1, 0]]})["assignment"] == [[1], [0]]


def test_solve_shares_the_chances_of_a_task_group_among_its_tasks():
    edges = [[t, e, 9 if e == 0 else 1] for t in range(2) for e in range(4)]
    problem = batch(seats=[1, 1], caps=[2] * 4, edges=edges, groups=None, q_permille=700, task_groups=[[0, 1]])

    result = answered(problem)

    assert sum(units for _, expert, units in result["marginals"] if expert == 0) == 1000
    assert len(result["certificate"]["potentials"]) == 2 + 4 + 4 + 1, "tasks, (expert, group), experts, sink"


def test_solve_lets_a_pin_close_the_other_tasks_of_its_group():
    result = answered(batch(task_groups=[[0, 2]], pins=[[0, 3]]))

    assert not [row for row in result["marginals"] if row[:2] == [2, 3]]
    assert {"count": 1, "rule": "group_of_pin"} in result["accounting"]


def test_solve_without_task_groups_knows_nothing_of_them():
    plain = freeze_document(solve(read_problem(batch(floor="max-min", q_permille=None))))

    assert "task_groups" not in plain["problem"]
    assert "apart" not in plain["certificate"]["prices"]
    assert plain == freeze_document(
        solve(read_problem(batch(floor="max-min", q_permille=None, task_groups=[[1], [], [0]])))
    )


def test_solve_does_not_depend_on_the_order_of_the_task_groups():
    edges = [[t, e, (7 * t + 5 * e) % 11 + 1] for t in range(4) for e in range(7)]
    problem = batch(seats=[1] * 4, caps=[2] * 7, edges=edges, groups=None, task_groups=[[0, 2], [1, 3]])

    assert dumps(answered(problem)) == dumps(answered(problem | {"task_groups": [[3, 1], [2, 0]]}))


@pytest.mark.parametrize(
    ("both", "one_way", "holds"),
    [
        ([], [], True),
        ([(0, 1), (1, 2)], [(2, 3)], True),
        ([(0, 1), (1, 2), (2, 0)], [], False),
        ([(0, 1), (1, 2)], [(0, 2)], False),
        ([], [(0, 1), (1, 2), (2, 0)], False),
        ([(0, 1)], [(1, 2), (2, 0)], False),
        ([], [(0, 1), (0, 2), (1, 2)], True),
    ],
)
def test_forest_and_acyclic_finds_every_circle(both, one_way, holds):
    assert is_forest_and_acyclic(both, one_way) is holds


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"seats": [1.5, 1, 2]}, "seats must be"),
        ({"caps": None}, "caps must be"),
        ({"edges": [[0, 9, 1]]}, "does not exist"),
        ({"edges": [[0, 1, 1], [0, 1, 2]]}, "listed twice"),
        ({"edges": [[0, 1, 0.5]]}, "whole numbers"),
        ({"edges": [[0, 1]]}, "whole numbers"),
        ({"edges": [[0, 1, 1], [0, 1]]}, "whole numbers"),
        ({"edges": [[0, 1, 10**30]]}, "whole numbers"),
        ({"edges": [[0, 1, 10**10]]}, "must lie within"),
        ({"groups": [1]}, "groups must name"),
        ({"group_limit": -1}, "group_limit must be"),
        ({"q_permille": 0}, "q_permille must be"),
        ({"floor": "high"}, "floor must be"),
        ({"pins": [[0, 99]]}, "pins must be"),
        ({"forbids": [[0, 1], [0, 1]]}, "stands twice in forbids"),
        ({"seat_strata": [[[1, 1]], [], []]}, "adding up"),
        ({"strata": [[1]]}, "strata must list"),
        ({"quotas": [["甲", 1], ["甲", 2]]}, "each employer once"),
        ({"task_groups": [[0, 1], [1, 2]]}, "each in one group at most"),
        ({"task_groups": [[0, 9]]}, "each in one group at most"),
        ({"task_groups": [0]}, "each in one group at most"),
        ({"colour": 1}, "unknown keys: colour"),
    ],
)
def test_read_problem_says_what_is_wrong(changes, says):
    with pytest.raises(ProblemError, match=says):
        read_problem(batch(**changes))


def test_ties_give_way_to_vast_fits_and_vaster_ones_are_refused(monkeypatch):
    problem = read_problem(batch(edges=[[t, e, 10**9] for t in range(3) for e in range(5)]))
    network = build_network(problem)
    assert flow._tie_bits(network) == flow.TIE_BITS

    monkeypatch.setattr(flow, "LARGEST_COST", 2**45)
    assert 0 < flow._tie_bits(network) < flow.TIE_BITS
    assert solve(problem).certificate["tie_bits"] == flow._tie_bits(network)

    monkeypatch.setattr(flow, "LARGEST_COST", 2**33)
    with pytest.raises(ProblemError, match="too large"):
        solve(problem)


def test_the_flow_solver_has_room_for_the_costs_of_a_thousand_tasks_and_ten_thousand_experts():
    """With the q-limit and employers some 14,000 nodes; fits are fine, so that the ties take all the bits there are."""
    dice = np.random.default_rng(20201221)
    edges = [
        [task, int(expert), int(fit)]
        for task in range(1_000)
        for expert, fit in zip(
            sorted(dice.choice(10_000, 50, replace=False)), dice.integers(0, 10**6, 50, endpoint=True), strict=True
        )
    ]
    groups = dice.integers(0, 400, 10_000).tolist()
    problem = read_problem(
        batch(seats=[3] * 1_000, caps=[4] * 10_000, edges=edges, groups=groups, group_limit=1, q_permille=500)
    )

    solution = solve(problem)

    assert build_network(problem).sink > 12_000
    assert solution.certificate["tie_bits"] < flow.TIE_BITS  # one bit more had no room
    document = freeze_document(solution)["problem"] | {"pins": [], "forbids": [], "seed": SEED}
    verify_draw.verify_result(json.dumps(document), dumps(result_document(solution, SEED)).decode())


def test_solve_refuses_a_pin_where_no_pair_is_listed():
    assert answered(batch(edges=[], pins=[[0, 0]]))["codes"] == ["pin_unlisted"]


@given(st.integers(0, 2**32 - 1), st.integers(0, 2**32 - 1))
def test_tie_is_the_same_in_engine_and_verifier(task, expert):
    assert tie_of("tie2", task, expert) == verify_draw.tie_of(b"tie2", task, expert)


def test_engine_loads_no_django():
    code = "import sys, assignments.matching; sys.exit('django' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


# --- the command ------------------------------------------------------------------------------------------------------


def command(problem, folder):
    (folder / "problem.json").write_text(json.dumps(problem))
    arguments = [sys.executable, "-m", "assignments.matching", "problem.json", "--out", "result.json"]
    env = {"PYTHONPATH": ":".join(sys.path)}
    return subprocess.run(arguments, cwd=folder, capture_output=True, text=True, check=False, env=env)


def test_command_writes_the_same_bytes_twice(tmp_path):
    assert command(batch(), tmp_path).returncode == 0
    first = (tmp_path / "result.json").read_bytes()
    command(batch(), tmp_path)

    assert (tmp_path / "result.json").read_bytes() == first
    assert json.loads(first) == answered(batch())


def test_command_answers_an_infeasible_problem(tmp_path):
    (tmp_path / "problem.json").write_text(json.dumps(batch(caps=[0] * 5)))

    assert main([str(tmp_path / "problem.json"), "--out", str(tmp_path / "result.json")]) == 0
    assert json.loads((tmp_path / "result.json").read_bytes())["status"] == "infeasible"


@pytest.mark.parametrize("problem", [batch(floor="x"), batch(seed="xyz"), batch(seed=""), []])
def test_command_refuses_a_malformed_problem(problem, tmp_path, capsys):
    (tmp_path / "problem.json").write_text(json.dumps(problem))

    code = main([str(tmp_path / "problem.json"), "--out", str(tmp_path / "result.json")])

    assert (code, "problem.json: " in capsys.readouterr().err) == (2, True)
    assert not (tmp_path / "result.json").exists()


def test_expected_total_is_the_floor_of_the_exact_sum():
    result = answered(batch())
    fits = {(t, e): fit for t, e, fit in batch()["edges"]}
    exact = sum(Fraction(units, UNITS) * fits[t, e] for t, e, units in result["marginals"])

    assert Fraction(result["expected_units"], UNITS) == exact
    assert result["expected_total"] == exact.__floor__()
    assert result["seed"] == SEED
