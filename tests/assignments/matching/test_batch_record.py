"""The published record of a batch: the verifier accepts every honest one, and none that was touched."""

import copy
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from assignments import draw as pure
from assignments import verify_draw
from assignments.matching import (
    BatchTerms,
    ProblemError,
    freeze_document,
    read_freeze,
    read_problem,
    replace_expert,
    replacement_key,
    result_document,
    sample,
    solve,
)
from assignments.verify_draw import Difference, verify, verify_result
from foundation.core.canon import digest, dumps, sha256_hex
from tests.assignments.test_verify_draw import changed, in_browser, leaves_of, touch
from tests.factories.batches import CROSSED, FLOOR_BY_CASES, SEED, TOTAL_BY_CASES, TYPED, BatchCase, batch
from tests.factories.draws import nonce

VERIFIER = Path(verify_draw.__file__)
Record = dict[str, Any]
WIDE: Record = {
    "seats": [2, 1, 2],
    "caps": [2, 2, 1, 2, 1, 2, 2, 2, 1],
    "edges": [[t, e, (7 * t * t + 5 * e * e + t * e) % 23 + 1] for t in range(3) for e in range(9)],
    "groups": ["甲", "甲", "乙", "乙", None, 7, 7, None, None],
}
PINNED: Record = WIDE | {"pins": [[0, 1]], "forbids": [[2, 3], [1, 0]], "quotas": [["乙", 2]]}
PINNED_TYPED: Record = {
    "seats": [2, 1],
    "caps": [2, 1, 1],
    "edges": [[0, 0, 3], [0, 1, 4], [0, 2, 2], [1, 0, 5], [1, 2, 1]],
    "groups": [None, None, None],
    "q_permille": None,
    "pins": [[0, 1]],
    "seat_strata": [[[1, 1], [2, 1]], []],
    "strata": [[1], [1, 2], [1]],
}
APART: Record = WIDE | {"q_permille": 700, "task_groups": [[0, 2]]}
CROSSING: Record = {**TYPED, "groups": ["甲", "甲", "乙", None, "乙"], "caps": [2, 2, 2, 2, 2]}


def replaced() -> BatchCase:
    """Replace somebody, then who came in, then until the second tier must open."""
    case = BatchCase(WIDE | {"q_permille": 300, "caps": [3] * 9})
    case.again(0, case.panels[0][0])
    newcomer = case.steps[-1].seated[0]
    following = replace_expert(
        case.solution, case.seed.hex(), case.panels, task=0, withdrawn=[newcomer], gone=case.gone[0]
    )
    case.again(0, newcomer, late=following.seated)
    while True:
        try:
            case.again(0, case.panels[0][-1])
        except pure.InfeasibleError:
            return case.again(0, case.panels[0][-1], opened=(0, 1))


def apart() -> BatchCase:
    """Let who sits on one task of a group be passed over on the other, again and again."""
    case = BatchCase(APART | {"caps": [3] * 9})
    while not any(reason == "late" for step in case.steps for _, reason in step.skipped):
        case.again(0, case.panels[0][0])
    return case


def void(ground: str) -> Record:
    """Publish an attempt without a draw."""
    case = BatchCase()
    reveals: dict[str, Any] = {"operator": case.nonces["operator"]} if ground == "refused_reveal" else {}
    one = {"operator": case.commitments["operator"]}
    commitments = one if ground == "missing_commitment" else case.commitments
    told = pure.Void(1, ground, "监督", case.h)
    return case.record(parts=(), void=told, commitments=commitments, reveals=reveals)


RECORDS: dict[str, Callable[[], Record]] = {
    "plain": lambda: BatchCase().record(),
    "replacements": lambda: replaced().record(),
    "pins, forbids and quotas": lambda: BatchCase(PINNED).record(),
    "task groups": lambda: apart().record(),
    "task groups with a pin": lambda: BatchCase(APART | {"pins": [[0, 1]], "forbids": [[2, 3]]}).record(),
    "task groups with a floor": lambda: BatchCase(APART | {"floor": "max-min", "q_permille": None}).record(),
    "floor": lambda: BatchCase(WIDE | {"floor": "max-min", "q_permille": None}).record(),
    "floor with a cap": lambda: BatchCase(WIDE | {"floor": "max-min", "q_permille": 430}).record(),
    "crossing": lambda: BatchCase(CROSSING).again(2, 1, opened=(0, 1)).record(),
    "floor by cases": lambda: BatchCase(FLOOR_BY_CASES).record(),
    "total by cases": lambda: BatchCase(TOTAL_BY_CASES).record(),
    "a pin that could take two kinds of seat": lambda: BatchCase(PINNED_TYPED).record(),
    "opened leaf": lambda: (case := BatchCase()).record(openings=[case.opening(3)], witness=None),
    "missing commitment": lambda: void("missing_commitment"),
    "refused reveal": lambda: void("refused_reveal"),
}


@pytest.fixture(scope="module")
def records() -> dict[str, Record]:
    return {name: make() for name, make in RECORDS.items()}


def answer(record: Record) -> str:
    """Give the answer of verify_draw.py."""
    try:
        verify(json.dumps(record))
    except Difference as difference:
        return difference.english if difference.chinese else ""
    return "OK"


def compare(problem: Record, result: Record) -> str:
    """Give the answer of verify_draw.py to a result."""
    try:
        verify_result(json.dumps(problem), json.dumps(result))
    except Difference as difference:
        return difference.english
    return "OK"


@pytest.mark.parametrize("name", RECORDS)
def test_verify_accepts_every_honest_record(records, name):
    assert answer(records[name]) == "OK"


@pytest.mark.parametrize("name", [name for name in RECORDS if name not in {"missing commitment", "refused reveal"}])
def test_stored_freeze_draws_what_the_record_says(records, name):
    """Without solving again: also where somebody could take one of two kinds of seat."""
    solution, _terms = read_freeze(records[name]["freeze"])

    drawn = sample(solution, bytes.fromhex(records[name]["seed"]))

    assert [list(panel) for panel in drawn.assignment] == records[name]["draw"]["assignment"]


def test_records_tell_of_what_they_should(records):
    steps = records["replacements"]["replacements"]

    assert [step["opened"] for step in steps][-1] == [0, 1]
    assert "late" in {skip["reason"] for step in steps for skip in step["skipped"]}
    assert certificate(records["crossing"])["strata"]
    assert len(certificate(records["floor by cases"])["floor_cases"]) > 2
    assert len(certificate(records["total by cases"])["cases"]) > 2
    assert any(units not in {0, 500, 1000} for _, _, units in marginals(records["floor with a cap"]))


def certificate(record: Record) -> Record:
    return json.loads(record["freeze"])["certificate"]


def marginals(record: Record) -> list[list[int]]:
    return json.loads(record["freeze"])["marginals"]


@pytest.mark.parametrize("name", RECORDS)
def test_verify_rejects_a_change_of_any_value(records, name):
    record = records[name]
    touched = [json.loads(touch(record, path, changed)) for path in leaves_of(record)]
    touched += [json.loads(touch(record, path, lambda _: None)) for path in leaves_of(record)]
    touched += [{key: record[key] for key in record if key != gone} for gone in record]
    touched += [record | {"more": 1}]

    assert not [one for one in touched if one != record and answer(one) == "OK"]


@pytest.mark.parametrize("name", ["plain", "pins, forbids and quotas", "crossing"])
def test_verify_rejects_a_change_of_any_value_of_the_freeze_even_with_its_new_hash(records, name):
    record = records[name]
    freeze = json.loads(record["freeze"])
    touched = [json.loads(touch(freeze, path, changed)) for path in leaves_of(freeze)]

    assert not [one for one in touched if answer(refrozen(record, one)) == "OK"]


def refrozen(record: Record, freeze: Record) -> Record:
    text = json.dumps(freeze, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return resealed(record | {"freeze": text, "h": sha256_hex(text.encode())})


def resealed(record: Record) -> Record:
    whole = {key: record[key] for key in record if key != "sha256"}
    return whole | {"sha256": digest(whole)}


# --- a forger who hashes and seals anew -------------------------------------------------------------------------------


class Forger:
    """Phase 1 with a lie, and a record of it whose hashes, commitments, seed and seal all fit."""

    def __init__(self, changes: Record, lie: Callable[[Record], Any]) -> None:
        case = BatchCase(changes)
        self.freeze = freeze_document(case.solution, case.terms)
        lie(self.freeze)
        text = dumps(self.freeze).decode()
        h = sha256_hex(text.encode())
        commitments = [
            {"hash": pure.commitment(h, one, str(value)), "party": one} for one, value in case.nonces.items()
        ]
        seed = pure.seed(h, case.parts, use="batch").hex()
        self.record = resealed(case.record() | {"freeze": text, "h": h, "commitments": commitments, "seed": seed})


def better_chance(freeze: Record) -> None:
    """Give a friend the chances of somebody else."""
    row = next(row for row in freeze["marginals"] if row[0] == 1)
    row[1] = next(e for e in range(9) if e not in {e for t, e, _ in freeze["marginals"] if t == 1})
    freeze["marginals"].sort()


def unseen(freeze: Record) -> None:
    """Give a chance to somebody who is recused."""
    edge = next(edge for edge in freeze["problem"]["edges"] if [*edge[:2], 500] in freeze["marginals"])
    freeze["problem"]["edges"].remove(edge)
    for row in freeze["accounting"]:
        row["count"] -= row["rule"] == "open"
    freeze["accounting"].append({"count": 1, "rule": "unlisted"})


LIES: dict[str, tuple[Record, Callable[[Record], Any], str]] = {
    "friend": (WIDE, better_chance, "the expected total is "),
    "recused": (WIDE, unseen, "has a chance on task "),
    "order": (WIDE, lambda f: f["marginals"].reverse(), "the chances are out of order at "),
    "too likely": (WIDE, lambda f: f["marginals"][0].__setitem__(2, 700), "700 units are over the cap of 500"),
    "missing seat": (WIDE, lambda f: f["marginals"].pop(), "task 2 fills 1500 units of its 2000"),
    "load": (WIDE, lambda f: f["problem"].update(caps=[0] * 9), "is over the load cap"),
    "quota": (PINNED, lambda f: f["problem"]["quotas"][0].__setitem__(1, 0), "an employer is over its quota"),
    "employer": (
        WIDE,
        lambda f: f["problem"].update(groups=["甲"] * 9),
        "an employer is over its limit on task 0",
    ),
    "potential": (
        WIDE,
        lambda f: f["certificate"]["potentials"].__setitem__(0, -(2**40)),
        "the potentials do not prove",
    ),
    "raised potential": (
        WIDE,
        lambda f: f["certificate"]["potentials"].__setitem__(0, 2**40),
        "should take less",
    ),
    "potentials": (WIDE, lambda f: f["certificate"]["potentials"].pop(), "the potentials are malformed"),
    "unique": (WIDE, lambda f: f["certificate"].update(unique=False), "the optimum is not unique, it is unique"),
    "tie": (WIDE, lambda f: f["certificate"].update(tie="tie2"), "the potentials do not prove"),
    "fit": (WIDE, lambda f: f["problem"]["edges"][0].__setitem__(2, 99), "the potentials do not prove"),
    "total": (WIDE, lambda f: f["totals"].update(expected_units=1), "the expected total is "),
    "status": (WIDE, lambda f: f.update(status="feasible"), "the status should be optimal"),
    "accounting": (WIDE, lambda f: f["accounting"][0].update(count=26), "do not add up to 27"),
    "rule": (
        PINNED,
        lambda f: f.update(accounting=[{"count": 1, "rule": "forbidden"}, {"count": 26, "rule": "open"}]),
        "23 pairs are open, the record says 26",
    ),
    "edges": (WIDE, lambda f: f["problem"]["edges"].reverse(), "edge 1 is out of order or malformed"),
    "pin": (
        PINNED,
        lambda f: f["pins"].append({"expert": 0, "reason": "", "task": 0}),
        "2 pairs are pinned, the record says 1",
    ),
    "pin dropped": (
        PINNED,
        lambda f: f["marginals"].remove([0, 1, 1000]),
        "a pin is missing among the chances",
    ),
    "half a pin": (PINNED, lambda f: f["marginals"][0].__setitem__(2, 500), "the pin of expert 1 is not whole"),
    "bound": (
        WIDE | {"floor": "max-min"},
        lambda f: f["certificate"].update(bound_units=f["certificate"]["bound_units"] - 1),
        "bound_units is ",
    ),
    "floor": (
        WIDE | {"floor": "max-min"},
        lambda f: f["certificate"].update(floor_units=f["certificate"]["floor_units"] + 1),
        "floor_units is ",
    ),
    "price": (
        WIDE | {"floor": "max-min"},
        lambda f: f["certificate"]["prices"]["experts"].__setitem__(0, -1),
        "the prices of experts are malformed",
    ),
    "weight": (
        WIDE | {"floor": "max-min"},
        lambda f: f["certificate"]["prices"]["weights"].__setitem__(0, 0),
        "the scale is malformed",
    ),
    "case left out": (FLOOR_BY_CASES, lambda f: f["certificate"]["floor_cases"].pop(), "leave something out"),
    "same side twice": (
        TOTAL_BY_CASES,
        lambda f: f["certificate"]["cases"][0]["fixed"][0].reverse(),
        "leave something out",
    ),
    "no case": (TOTAL_BY_CASES, lambda f: f["certificate"].update(cases=[]), "leave something out"),
    "unknown pair": (
        TOTAL_BY_CASES,
        lambda f: f["certificate"]["cases"][0]["fixed"][0].__setitem__(0, 999),
        "leave something out",
    ),
    "open case": (
        TOTAL_BY_CASES,
        lambda f: f["certificate"].update(cases=[f["certificate"]["cases"][0] | {"fixed": []}]),
        "a case of the proof may hold something better",
    ),
    "open floor": (
        FLOOR_BY_CASES,
        lambda f: f["certificate"].update(floor_cases=[f["certificate"]["floor_cases"][0] | {"fixed": []}]),
        "a case of the proof may hold a higher floor",
    ),
    "apart": (
        WIDE | {"q_permille": 700},
        lambda f: f["problem"].update(task_groups=[[0, 2]]),
        "expert 6 sits on two tasks that keep apart",
    ),
    "apart dropped": (APART, lambda f: f["problem"].pop("task_groups"), "the potentials are malformed"),
    "apart in disorder": (
        APART,
        lambda f: f["problem"].update(task_groups=[[2, 0]]),
        "the groups of tasks are malformed",
    ),
    "apart alone": (APART, lambda f: f["problem"].update(task_groups=[[0]]), "the groups of tasks are malformed"),
    "pins apart": (
        WIDE | {"pins": [[0, 6], [2, 6]]},
        lambda f: f["problem"].update(task_groups=[[0, 2]]),
        "the pins contradict the limits",
    ),
    "apart price": (
        APART | {"floor": "max-min", "q_permille": None},
        lambda f: f["certificate"]["prices"].update(apart=[0]),
        "the prices of apart are malformed",
    ),
    "kind": (WIDE, lambda f: f["problem"].update(floor="max-min"), "the certificate is of the wrong kind"),
    "infeasible": (WIDE, lambda f: f.update(status="infeasible"), "an infeasible batch has chances"),
    "type": (WIDE, lambda f: f.update(type="x"), "the freeze has another type"),
}


@pytest.mark.parametrize("name", LIES)
def test_verify_names_a_lie_about_phase_one(name):
    changes, lie, says = LIES[name]

    assert says in answer(Forger(changes, lie).record)


def swap(record: Record) -> None:
    """Seat somebody else on the first task."""
    panel = record["draw"]["assignment"][0]
    panel[0] = next(e for e in range(9) if e not in panel)
    panel.sort()


def call_a_friend(record: Record) -> None:
    """Let somebody else come in."""
    step = record["replacements"][0]
    step["seated"] = [next(e for e in range(9) if e not in step["panel"] and e not in step["withdrawn"])]


RESEALED: dict[str, tuple[Callable[[Record], Any], str]] = {
    "seat": (swap, "task 0: the seed seats experts "),
    "tasks": (lambda r: r["draw"]["assignment"].pop(), "the assignment has another number of tasks"),
    "total": (lambda r: r["draw"].update(total=99), "total is "),
    "minimum": (lambda r: r["draw"].update(min_task=99), "min_task is "),
    "seed": (lambda r: r.update(seed=nonce("wish")), "the seed is "),
    "nonce": (lambda r: r["reveals"][0].update(nonce=nonce("x")), "does not match the commitment"),
    "part": (lambda r: r["parts"][0].update(value=nonce("x")), "is not the revealed nonce"),
    "commitment": (lambda r: (r["commitments"].pop(), r["reveals"].pop()), "a commitment or a reveal is missing"),
    "freeze": (lambda r: r.update(freeze=r["freeze"] + " "), "the freeze is not canonical JSON"),
    "h": (lambda r: r.update(h=nonce("h")), "phase 1 was changed"),
    "void": (lambda r: r.update(draw=None), "there is neither a draw nor a void"),
    "newcomer": (call_a_friend, "replacement 1: experts "),
    "withdrawn": (lambda r: r["replacements"][0].update(withdrawn=[8, 8]), "replacement 1: only somebody who holds"),
    "skip": (lambda r: r["replacements"][1]["skipped"].pop(), "skip "),
    "panel": (lambda r: r["replacements"][0]["panel"].reverse(), "replacement 1: the panel differs"),
    "late": (lambda r: r["replacements"][0].update(late=[3, 2]), "replacement 1: the late numbers are malformed"),
    "tier": (lambda r: r["replacements"][0].update(opened=[0, 1]), "tier 1 was opened although"),
    "tiers": (lambda r: r["replacements"][0].update(opened=[1]), "the opened tiers are malformed"),
    "exhausted": (lambda r: r["replacements"][-1].update(opened=[0]), "the seats cannot be filled"),
}


@pytest.mark.parametrize("name", RESEALED)
def test_verify_names_a_lie_about_the_draw(records, name):
    change, says = RESEALED[name]
    record = copy.deepcopy(records["replacements"])
    change(record)

    assert says in answer(resealed(record))


def test_verify_names_other_lies(records):
    opened = copy.deepcopy(records["opened leaf"])
    opened["openings"][0]["name"] = "别人"
    silent = records["missing commitment"] | {"seed": nonce("x")}

    assert answer(resealed(opened)) == "the person shown for expert 3 is not the one in the freeze"
    assert answer(resealed(silent)) == "a void attempt has no seed and no result"
    assert answer(records["plain"] | {"witness": None}).startswith("a stated fact")


# --- its twin in the browser ------------------------------------------------------------------------------------------


def browser_differs(records: list[Record]) -> list[tuple[str, str]]:
    """Give both answers where verify_draw.py and the browser do not agree; wording of what is malformed may differ."""
    texts = [json.dumps(record, ensure_ascii=False) for record in records]
    both = [(answer(record), told["message"]) for record, told in zip(records, in_browser(texts), strict=True)]
    return [
        (own, told)
        for own, told in both
        if own != told and ("OK" in (own, told) or not ("malformed (" in told or "malformed (" in own))
    ]


def test_browser_accepts_every_honest_record(records):
    told = in_browser([json.dumps(record) for record in records.values()])

    assert [(one["ok"], one["message"]) for one in told] == [(True, "OK")] * len(records)
    assert all(step["en"] and step["zh"] for one in told for step in one["steps"])


def test_browser_says_of_every_lie_what_the_program_says(records):
    lies = [Forger(changes, lie).record for changes, lie, _says in LIES.values()]
    for change, _says in RESEALED.values():
        record = copy.deepcopy(records["replacements"])
        change(record)
        lies.append(resealed(record))

    assert browser_differs(lies) == []


TOUCHED = [
    "replacements",
    "pins, forbids and quotas",
    "crossing",
    "task groups",
    "task groups with a pin",
    "opened leaf",
    "a pin that could take two kinds of seat",
]


@pytest.mark.parametrize("name", TOUCHED)
def test_browser_rejects_a_change_of_any_value_as_the_program_does(records, name):
    record = records[name]
    freeze = json.loads(record["freeze"])
    touched = [json.loads(touch(record, path, changed)) for path in leaves_of(record)]
    touched += [refrozen(record, json.loads(touch(freeze, path, changed))) for path in leaves_of(freeze)]
    touched += [{key: record[key] for key in record if key != gone} for gone in record]

    assert browser_differs([one for one in touched if one != record]) == []


@pytest.mark.parametrize("name", ["floor by cases", "total by cases", "floor with a cap"])
def test_browser_follows_the_proof_of_a_program_value_by_value(records, name):
    def differing(certificate_path):
        return lambda freeze: freeze["certificate"].update(
            json.loads(touch(freeze["certificate"], certificate_path, changed))
        )

    record = records[name]
    paths = list(leaves_of(json.loads(record["freeze"])["certificate"]))
    source = {"floor by cases": FLOOR_BY_CASES, "total by cases": TOTAL_BY_CASES}.get(
        name, WIDE | {"floor": "max-min", "q_permille": 430}
    )
    lies = [Forger(source, differing(path)).record for path in paths[:: max(1, len(paths) // 40)]]

    assert browser_differs(lies) == []


INFEASIBLE = ["apart and short", "apart and contradicting", "short", "contradiction", "typed and short", "crossed"]


@pytest.mark.parametrize("name", INFEASIBLE)
def test_browser_accepts_the_proof_that_seats_cannot_be_filled(records, name):
    """A freeze without an answer is never published by a bureau, but a record of it must be readable."""
    solution = solve(read_problem(RESULTS[name]))
    told = void_of(records["missing commitment"], freeze_document(solution, BatchCase().terms))

    assert browser_differs([told, void_of(told, touched_proof(told))]) == []
    assert answer(told) == "OK"


def touched_proof(record: Record) -> Record:
    freeze = json.loads(record["freeze"])
    freeze["certificate"]["kind"] = "oracle"
    return freeze


def void_of(record: Record, freeze: Record) -> Record:
    text = dumps(freeze).decode()
    h = sha256_hex(text.encode())
    return resealed(record | {"freeze": text, "h": h, "void": record["void"] | {"h": h}})


# --- the result of a problem file -------------------------------------------------------------------------------------


RESULTS: dict[str, Record] = {
    "capped": batch(**PINNED),
    "floor": batch(**WIDE | {"floor": "max-min", "q_permille": None}),
    "crossing": batch(**CROSSING),
    "apart": batch(**APART | {"pins": [[0, 1]]}),
    "apart and short": batch(**APART | {"caps": [0] * 5 + [1] * 4, "groups": [None] * 9, "q_permille": None}),
    "apart and contradicting": batch(**APART | {"pins": [[0, 6], [2, 6]]}),
    "short": batch(**WIDE | {"caps": [0] * 8 + [1]}),
    "contradiction": batch(**WIDE | {"pins": [[0, 1]], "forbids": [[0, 1]]}),
    "typed and short": batch(**CROSSING | {"groups": [1] * 5}),
    "crossed": batch(**CROSSED),
}


@pytest.mark.parametrize("name", RESULTS)
def test_verify_rejects_a_change_of_any_value_of_a_result_or_its_problem(name):
    problem = RESULTS[name]
    result = result_document(solve(read_problem(problem)), problem["seed"])
    assert compare(problem, result) == "OK"

    for one in (json.loads(touch(result, path, changed)) for path in leaves_of(result)):
        assert compare(problem, one) != "OK" or one == result
    for one in (json.loads(touch(problem, path, changed)) for path in leaves_of(problem)):
        assert compare(one, result) != "OK" or one == problem


FORGED: list[tuple[str, Callable[[Record], Any], str]] = [
    ("short", lambda r: r["certificate"].update(nodes=[0]), "the certificate shows room for "),
    ("short", lambda r: r["certificate"]["nodes"].append(max(r["certificate"]["nodes"]) + 99), "OK"),
    ("short", lambda r: r["certificate"].update(kind="pins"), "the pins contradict nothing"),
    ("short", lambda r: r["certificate"].update(kind="oracle"), "unknown certificate oracle"),
    ("short", lambda r: r.update(assignment=[[1]]), "an infeasible batch has an assignment"),
    ("contradiction", lambda r: r["certificate"].update(kind="cut", nodes=[]), "add up"),
    ("typed and short", lambda r: r["certificate"].update(missing_units=1), "the certificate shows room for "),
    ("typed and short", lambda r: r["certificate"]["prices"]["rows"].__setitem__(0, -1), "rows are malformed"),
    ("typed and short", lambda r: r["certificate"].update(scale=2**51), "scale is malformed"),
    ("crossed", lambda r: r["certificate"]["cases"].pop(), "leave something out"),
    (
        "crossed",
        lambda r: r["certificate"]["cases"][0]["prices"].update(rows=[0] * 5),
        "a case of the proof may hold an assignment",
    ),
    ("capped", lambda r: r.update(seed="00"), "seed, units or pins are not those of the problem"),
    ("capped", lambda r: r.update(type="x"), "this is not the result of a batch"),
]


@pytest.mark.parametrize(("name", "lie", "says"), FORGED)
def test_verify_names_a_forged_result(name, lie, says):
    problem = RESULTS[name]
    solution = solve(read_problem(problem))
    result = result_document(solution, problem["seed"])
    lie(result)
    frozen = freeze_document(solution) | {key: result[key] for key in ("certificate", "status")}

    said = compare(problem, resealed(result | {"h": hashed(frozen)}))

    assert says in said


def hashed(value: Record) -> str:
    """Give the hash without asking whether the value is canonical."""
    return sha256_hex(json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode())


def test_file_compares_problem_and_result(tmp_path):
    problem = RESULTS["capped"]
    (tmp_path / "problem.json").write_text(json.dumps(problem))
    (tmp_path / "result.json").write_bytes(dumps(result_document(solve(read_problem(problem)), problem["seed"])))

    def run(*arguments: str) -> str:
        command = [sys.executable, "-I", str(VERIFIER), *arguments]
        env = os.environ | {"PYTHONIOENCODING": "utf-8"}
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False, env=env)
        return done.stdout + done.stderr

    assert run("problem.json", "result.json") == "OK\n"
    said = run("-v", "problem.json", "result.json").splitlines()
    assert said[3] == "optimal, the only one under tie"
    assert said[-1] == "seed: stated, nobody committed to it (UNWITNESSED)"
    assert run("--zh", "problem.json", "problem.json").startswith("记录格式有误")


# --- what the record refuses ------------------------------------------------------------------------------------------


def test_replacement_goes_by_one_order_and_moves_nobody_else():
    case = BatchCase(WIDE)
    before = copy.deepcopy(case.panels)
    leaver = before[0][0]

    step = case.again(0, leaver).steps[0]

    assert case.panels[1:] == before[1:]
    assert set(before[0]) - {leaver} < set(step.panel)
    assert leaver not in step.panel
    chances = {expert for task, expert, _ in case.solution.marginals() if task == 0}
    assert set(step.seated) <= chances
    order = pure.order("gongping-1", replacement_key(case.seed.hex(), 0), 9)
    places = [order.index(expert + 1) for expert in (*[expert for expert, _ in step.skipped], *step.seated)]
    assert places == sorted(places)


def test_replacement_refuses_who_holds_no_seat_and_several_at_once_under_a_quota():
    case = BatchCase(PINNED)
    outsider = next(expert for expert in range(9) if expert not in case.panels[0])

    with pytest.raises(ValueError, match="holds a seat"):
        case.again(0, outsider)
    with pytest.raises(ValueError, match="one expert at a time"):
        replace_expert(case.solution, SEED, case.panels, task=0, withdrawn=case.panels[0])


def test_record_tells_a_draw_or_why_there_was_none():
    case = BatchCase()

    with pytest.raises(ValueError, match="tells a draw"):
        case.record(parts=())


def test_freeze_says_which_rule_removed_how_many_pairs():
    problem = read_problem(batch(**WIDE | {"edges": WIDE["edges"][:-3]}))
    terms = BatchTerms(unlisted={"cooling_off": 1, "recusal": 2})

    accounting = freeze_document(solve(problem), terms)["accounting"]

    assert accounting == [
        {"count": 1, "rule": "cooling_off"},
        {"count": 24, "rule": "open"},
        {"count": 2, "rule": "recusal"},
    ]
    with pytest.raises(ProblemError, match="not those that are unlisted"):
        freeze_document(solve(problem), BatchTerms(unlisted={"recusal": 2}))
