"""The stand-alone verifier and its twin in the browser: they accept every record, and no record that was touched."""

import ast
import copy
import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, reject, settings
from hypothesis import strategies as st

from assignments import draw as pure
from assignments import verify_draw
from assignments.verify_draw import Difference, verify
from foundation.core.canon import digest, dumps, sha256_hex
from tests.factories.draws import DrawCase, nonce

ROOT = Path(__file__).resolve().parents[2]
VERIFIER = ROOT / "assignments" / "verify_draw.py"
NODE = shutil.which("node")
RUN_ALL = """
process.argv.slice(1).forEach((file) => require(file));
const texts = JSON.parse(require("fs").readFileSync(0, "utf8"));
console.log(JSON.stringify(texts.map((text) => globalThis.Gongping.verify(text))));
"""

Record = dict[str, Any]


def in_browser(texts: list[str]) -> list[dict[str, Any]]:
    """Give the answers of verify.js, with what verify_batch.js adds."""
    if NODE is None:
        pytest.skip("node is not installed")
    files = [str(ROOT / "static" / "js" / name) for name in ("verify.js", "verify_batch.js")]
    script = [NODE, "-e", RUN_ALL, *files]
    done = subprocess.run(script, input=json.dumps(texts), capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def answer(text: str) -> str:
    """Give the answer of verify_draw.py."""
    try:
        verify(text)
    except Difference as difference:
        return difference.english
    return "OK"


def withdrawn_twice(**more: Any) -> DrawCase:
    """Draw, then replace somebody, then a newcomer and another."""
    case = DrawCase(**more).draw()
    case.again(case.panel[0])
    return case.again(*case.panel[-2:])


def with_late(case: DrawCase) -> DrawCase:
    """Draw when the first two of the order had become ineligible."""
    return case.draw(late=pure.positions(case.freeze.text, case.parts)[:2])


def exhausted() -> DrawCase:
    """Draw, then replace the only accountant of tier 0, for which tier 1 is opened."""
    people = [
        pure.Candidate(f"p{n}", f"演示{n}", frozenset(), (2,) if n in {1, 5} else (1,), int(n > 3)) for n in range(8)
    ]
    case = DrawCase(candidates=people).draw()
    accountant = case.frozen.numbers["p1"]
    with pytest.raises(pure.InfeasibleError):
        case.again(accountant)
    return case.again(accountant, opened=(0, 1))


def beacon() -> DrawCase:
    """Draw with the fall-back, since the lottery failed."""
    case = DrawCase()
    case.parts[-1] = pure.beacon_part("drand-77", 77, nonce("round 77"))
    return case.draw()


def corrected() -> Record:
    """Publish after the lottery had been misread once, and everything was computed again."""
    case = DrawCase().draw()
    wrong = pure.numbers_part("ssq-2026135", ["2", "5", "8", "9", "10", "12", "33"])
    misread = pure.Finding("ssq-2026135", "大屏照片", wrong, is_wrong=True)
    return case.record(outside=[misread, *case.findings()])


def opened_leaf() -> Record:
    """Publish with the leaf of one seated person opened, and an earlier void attempt."""
    case = DrawCase().draw()
    voids = [pure.Void(1, "missing_commitment", "监督", nonce("earlier"))]
    return case.record(openings=[case.opening(case.panel[0])], voids=voids, witness=None)


def void_attempt(ground: str) -> Record:
    """Publish an attempt without a draw."""
    case = DrawCase(profile="I")
    void = pure.Void(1, ground, "监督", case.freeze.hash)
    if ground == "missing_commitment":
        return case.record(void=void, commitments={"operator": case.commitments["operator"]}, reveals={})
    return case.record(void=void, reveals={"operator": case.nonces["operator"]})


RECORDS: dict[str, Callable[[], Record]] = {
    "plain": lambda: DrawCase().draw().record(),
    "rfc3797": lambda: DrawCase(algorithm="rfc3797").draw().record(),
    "rfc3797 with decimals": lambda: DrawCase(algorithm="rfc3797", numbers=("3315.420", "7", "0.10")).draw().record(),
    "rfc3797 with a silent party": lambda: DrawCase(algorithm="rfc3797", silent=("operator",)).draw().record(),
    "inside only": lambda: DrawCase(profile="I").draw().record(),
    "silent party": lambda: DrawCase(silent=("supervisor",)).draw().record(),
    "beacon": lambda: beacon().record(),
    "value corrected": corrected,
    "replacements": lambda: withdrawn_twice().record(),
    "no group limit": lambda: withdrawn_twice(group_max=0).record(),
    "late": lambda: with_late(DrawCase()).record(),
    "tier opened": lambda: exhausted().record(),
    "leaf opened": opened_leaf,
    "missing commitment": lambda: void_attempt("missing_commitment"),
    "refused reveal": lambda: void_attempt("refused_reveal"),
    "ordered again": lambda: (
        (case := DrawCase().draw()) and case.record(void=pure.Void(1, "ordered_again", "处长", case.freeze.hash))
    ),
    "hundreds": lambda: withdrawn_twice(size=400, seats=(pure.Seat(1, "一", 6), pure.Seat(2, "二", 4))).record(),
}


@pytest.fixture(scope="module")
def texts() -> dict[str, str]:
    return {name: dumps(make()).decode() for name, make in RECORDS.items()}


@pytest.mark.parametrize("name", RECORDS)
def test_verify_accepts_every_honest_record(texts, name):
    assert answer(texts[name]) == "OK"


def test_browser_accepts_every_honest_record(texts):
    assert [(a["ok"], a["message"]) for a in in_browser(list(texts.values()))] == [(True, "OK")] * len(texts)


def test_verify_does_not_mind_how_the_record_is_laid_out(texts):
    pretty = json.dumps(json.loads(texts["replacements"]), indent=2)

    assert answer(pretty) == "OK"
    assert in_browser([pretty])[0]["ok"]


# --- any single change is found ---------------------------------------------------------------------------------------


def leaves_of(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Give the way to every scalar and every empty list."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from leaves_of(inner, (*path, key))
    elif isinstance(value, list) and value:
        for place, inner in enumerate(value):
            yield from leaves_of(inner, (*path, place))
    else:
        yield path


def changed(value: Any) -> Any:
    """Give another value of the same kind."""
    if isinstance(value, bool) or value is None:
        return not value
    if isinstance(value, int):
        return value + 1
    if isinstance(value, str):
        return ("b" if value[:1] == "a" else "a") + value[1:]
    return [1]


def touch(record: Record, path: tuple[str | int, ...], change: Callable[[Any], Any]) -> str:
    record = copy.deepcopy(record)
    holder: Any = record
    for step in path[:-1]:
        holder = holder[step]
    holder[path[-1]] = change(holder[path[-1]])
    return json.dumps(record, ensure_ascii=False)


@pytest.mark.parametrize("name", [name for name in RECORDS if name != "hundreds"])
def test_verify_and_browser_reject_a_change_of_any_value(texts, name):
    record = json.loads(texts[name])
    touched = [touch(record, path, changed) for path in leaves_of(record)]
    touched += [touch(record, path, lambda _: None) for path in leaves_of(record) if path != ("witness",)]
    touched = [text for text in touched if json.loads(text) != record]

    assert not [text for text in touched if answer(text) == "OK"]
    answers = in_browser(touched)
    assert not [text for text, browser in zip(touched, answers, strict=True) if browser["ok"]]
    plain = [(answer(text), a["message"]) for text, a in zip(touched, answers, strict=True)]
    assert not [
        pair for pair in plain if "malformed (" not in "".join(pair) and "None" not in pair[0] and len(set(pair)) > 1
    ]


@pytest.mark.parametrize("name", ["replacements", "leaf opened", "refused reveal"])
def test_verify_and_browser_reject_a_missing_or_added_key(texts, name):
    record = json.loads(texts[name])
    touched = [json.dumps({key: record[key] for key in record if key != gone}) for gone in record]
    touched.append(json.dumps(record | {"more": 1}))

    assert not [text for text in touched if answer(text) == "OK"]
    assert not [a for a in in_browser(touched) if a["ok"]]


def resealed(record: Record) -> str:
    """Give the record with a fitting seal, as a forger would."""
    whole = {key: record[key] for key in record if key != "sha256"}
    return json.dumps(whole | {"sha256": digest(whole)})


def refrozen(record: Record, change: Callable[[Record], None]) -> str:
    """Change the freeze and put its new hash into the record."""
    freeze = json.loads(record["freeze"])
    change(freeze)
    text = dumps(freeze).decode()
    return resealed(record | {"freeze": text, "h": sha256_hex(text.encode())})


def outsider(record: Record) -> int:
    """Give the number drawn last, who holds no seat."""
    return record["order"][-1]


def befriend(record: Record) -> None:
    """Put somebody else on the list, without a new hash."""
    leaf = json.loads(record["freeze"])["entries"][0]["leaf"]
    record["freeze"] = record["freeze"].replace(leaf, nonce("friend"))


def respace(record: Record) -> None:
    """Lay the freeze out in another way, hash and all."""
    record["freeze"] = record["freeze"].replace(",", ", ", 1)
    record["h"] = sha256_hex(record["freeze"].encode())


def call_a_friend(record: Record) -> None:
    """Let somebody else come in as first alternate."""
    step = record["replacements"][0]
    step["seated"][0]["number"] = step["panel"][-1]["number"] = outsider(record)


def turn_field(record: Record) -> None:
    """Seat the first in the other field."""
    record["draw"]["panel"][0]["stratum"] = 3 - record["draw"]["panel"][0]["stratum"]


VOID: Record = {"attempt": 1, "ground": "refused_reveal", "h": "", "role": "监督"}
RESEALED: dict[str, tuple[Callable[[Record], Any], str]] = {
    "seed": (lambda r: r.update(seed=nonce("wish")), "the seed is "),
    "winner": (lambda r: r["draw"]["seated"][0].update(number=outsider(r)), "the draw: seat 1 goes to number "),
    "candidate": (befriend, "the frozen list was changed"),
    "order": (lambda r: r["order"].insert(2, r["order"].pop(3)), "place 3 of the order is "),
    "lottery": (
        lambda r: r["parts"][-1].update(value=["1", "2"]),
        "what the record tells of the public value ssq-2026135 is not what the seed was made of",
    ),
    "lottery and its citation": (
        lambda r: [one.update(value=["1", "2"]) for one in (r["parts"][-1], r["outside"][-1]["part"])],
        "the seed is ",
    ),
    "no citation": (
        lambda r: r["outside"].clear(),
        "the record does not say where the public value ssq-2026135 was read",
    ),
    "empty citation": (
        lambda r: r["outside"][0].update(words=""),
        "the record does not say where the public value ssq-2026135 was read",
    ),
    "correction of nothing": (
        lambda r: r["outside"].insert(0, r["outside"][0] | {"state": "corrected"}),
        "what the record tells of the public value ssq-2026135 is not what the seed was made of",
    ),
    "another value": (
        lambda r: r["outside"].append({"id": "drand-77", "part": None, "state": "unavailable", "words": "x"}),
        "the record tells of a public value that this draw does not have",
    ),
    "fall-back without a reason": (
        lambda r: r["parts"].__setitem__(-1, pure.beacon_part("drand-77", 77, nonce("wish"))),
        "ssq-2026135 stands before drand-77, but the record does not say why it was not to be had",
    ),
    "unsorted lottery": (lambda r: r["parts"][-1]["value"].reverse(), "the public value ssq-2026135"),
    "nonce": (
        lambda r: r["reveals"][0].update(nonce=nonce("x")),
        "the nonce of operator does not match the commitment",
    ),
    "part": (lambda r: r["parts"][0].update(value=nonce("x")), "the seed part of operator is not the revealed nonce"),
    "parts": (lambda r: r["parts"].pop(), "the seed has 2 parts, the freeze names 3"),
    "skip": (lambda r: r["draw"]["skipped"].insert(0, {"number": 1, "reason": "group"}), "the draw: skip 1 is "),
    "field": (turn_field, "the draw: the panel or its fields differ"),
    "replacement": (call_a_friend, "replacement 1: seat 1 goes to number "),
    "withdrawal": (
        lambda r: r["replacements"][0].update(withdrawn=[outsider(r)]),
        "replacement 1: only somebody who holds a seat can withdraw",
    ),
    "tier": (lambda r: r["replacements"][0].update(opened=[0, 1]), "replacement 1: tier 1 was opened although"),
    "no such tier": (lambda r: r["draw"].update(opened=[0, 1, 2]), "the draw: the opened tiers are malformed"),
    "late": (lambda r: r["draw"].update(late=[3, 2]), "the draw: the late numbers are malformed"),
    "all late": (lambda r: r["draw"].update(late=sorted(r["order"])), "the draw: the seats cannot be filled"),
    "called": (lambda r: r["called"].append(outsider(r)), "the list of alternates called differs"),
    "ground": (lambda r: r["voids"].append(VOID | {"ground": "mood"}), "an attempt may not be void for mood"),
    "void": (lambda r: r.update(void=VOID), "the record does not bear out the ground refused_reveal"),
    "no draw": (lambda r: r.update(draw=None), "there is neither a draw nor a void"),
    "layout": (respace, "the freeze is not canonical JSON"),
    "reveals": (lambda r: r["reveals"].pop(), "a commitment or a reveal is missing"),
    "no commitment": (lambda r: r["commitments"].pop(), "supervisor revealed without a commitment"),
    "stranger": (
        lambda r: r["commitments"].append({"hash": nonce("x"), "party": "friend"}),
        "commitments or reveals do not follow the parties",
    ),
    "unknown type": (lambda r: r.update(type="gongping/record/2"), "this is not the record of a draw"),
}
REFROZEN: dict[str, tuple[Callable[[Record], Any], str]] = {
    "leaf and hash": (lambda f: f["entries"][0].update(leaf="00" * 32), "does not match the commitment"),
    "pool": (lambda f: f.update(pool=99), "do not add up to the pool"),
    "seats": (lambda f: f.update(seats=[]), "the seats are malformed"),
    "entries": (lambda f: f["entries"].reverse(), " of the frozen list is out of order or malformed"),
    "empty": (lambda f: f.update(entries=[]), "the list is empty or too long"),
    "algorithm": (lambda f: f.update(algorithm="md5"), "unknown algorithm md5"),
    "profile": (lambda f: f.update(profile="I"), "parties, sources and profile"),
    "open tiers": (lambda f: f.update(opened=[1]), "the open tiers are malformed"),
    "type of freeze": (lambda f: f.update(type="x"), "the freeze has another type"),
}


def forge(name: str, texts: dict[str, str]) -> tuple[str, str]:
    """Give a forged record and what must be said of it."""
    record = json.loads(texts["replacements"])
    if name in REFROZEN:
        change, says = REFROZEN[name]
        return refrozen(record, change), says
    change, says = RESEALED[name]
    change(record)
    return resealed(record), says


FORGERIES = [*RESEALED, *REFROZEN]


def test_verify_finds_a_changed_fact_by_the_seal(texts):
    record = json.loads(texts["plain"])

    assert answer(json.dumps(record | {"witness": None})).startswith("a stated fact (late, withdrawn, witness, texts)")


def test_verify_finds_another_name_behind_a_leaf(texts):
    record = json.loads(texts["leaf opened"])
    record["openings"][0]["name"] = "演示 别人"

    assert answer(resealed(record)).startswith("the person shown for number ")


def test_verify_refuses_a_key_that_stands_twice(texts):
    assert "malformed (NotCanonical" in answer('{"seed":"x",' + texts["plain"][1:])


def test_verify_refuses_a_silent_party_without_an_outside_value():
    case = DrawCase(profile="I", silent=("operator",)).draw()

    assert answer(json.dumps(case.record())) == "operator revealed nothing, so this draw would be void"


@pytest.mark.parametrize(("name", "blamed"), [("missing commitment", "operator"), ("refused reveal", "operator")])
def test_verify_and_browser_name_a_party_blamed_for_what_it_did(texts, name, blamed):
    record = json.loads(texts[name])
    record["void"]["role"] = blamed
    text, says = resealed(record), f"the record blames {blamed}, who did the part"

    assert (answer(text), in_browser([text])[0]["message"]) == (says, says)


def test_verify_refuses_a_void_attempt_with_a_result(texts):
    record = json.loads(texts["missing commitment"])

    assert answer(resealed(record | {"seed": nonce("x")})) == "a void attempt has no seed and no result"


@pytest.mark.parametrize("name", FORGERIES)
def test_verify_names_the_forgery(texts, name):
    text, says = forge(name, texts)

    assert says in answer(text)


def test_browser_names_every_forgery_in_the_same_words(texts):
    forged = [forge(name, texts)[0] for name in FORGERIES]

    answers = in_browser(forged)

    assert not any(a["ok"] for a in answers)
    told = [(a["message"], answer(text)) for a, text in zip(answers, forged, strict=True)]
    assert [pair for pair in told if len(set(pair)) > 1 and "malformed (" not in pair[0]] == []


def test_browser_and_file_say_the_same_in_chinese(texts):
    text, _ = forge("winner", texts)

    with pytest.raises(Difference) as caught:
        verify(text)

    assert in_browser([text])[0]["message_zh"] == caught.value.chinese
    assert caught.value.chinese.startswith("抽取：第 1 个席位应为")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "null",
        "[]",
        '"x"',
        "{}",
        '{"type":"gongping/record/1"}',
        '{"type":["x"]}',
        '{"type":"gongping/record/1","freeze":7}',
        '{"type":"gongping/record/1","freeze":"[]","h":""}',
        '{"type":"gongping/record/1","freeze":"\\ud800","h":""}',
        '{"type":"gongping/other/1"}',
        "[" * 100_000,
        '{"a":' * 5_000 + "1" + "}" * 5_000,
    ],
)
def test_verify_and_browser_answer_any_text(text):
    assert answer(text) != "OK"
    assert not in_browser([text])[0]["ok"]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    size=st.integers(12, 40),
    tag=st.text("abcdef", min_size=1, max_size=4),
    group_max=st.integers(0, 2),
    counts=st.tuples(st.integers(1, 2), st.integers(1, 2)),
    algorithm=st.sampled_from(["rfc3797", "gongping-1"]),
    data=st.data(),
)
def test_verify_recomputes_whatever_was_drawn(size, tag, group_max, counts, algorithm, data):
    seats = (pure.Seat(1, "一", counts[0]), pure.Seat(2, "二", counts[1]))
    try:
        case = DrawCase(size=size, tag=tag, group_max=group_max, seats=seats, algorithm=algorithm)
        case.draw(late=data.draw(st.lists(st.integers(1, size), max_size=3, unique=True)))
        for _ in range(data.draw(st.integers(0, 2))):
            gone = data.draw(st.lists(st.sampled_from(case.panel), min_size=1, max_size=2, unique=True))
            replace_widening(case, gone)
    except pure.InfeasibleError:
        reject()

    assert answer(dumps(case.record()).decode()) == "OK"


def replace_widening(case: DrawCase, gone: list[int]) -> None:
    """Replace, opening the second tier only when the first is exhausted."""
    try:
        case.again(*gone)
    except pure.InfeasibleError:
        case.again(*gone, opened=(0, 1))


# --- the file itself --------------------------------------------------------------------------------------------------


def run(*arguments: str, cwd: Path) -> tuple[int, str]:
    alone = cwd / "verify_draw.py"
    shutil.copy(VERIFIER, alone)
    done = subprocess.run(
        [sys.executable, "-I", str(alone), *arguments],
        cwd=cwd,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        env=os.environ | {"PYTHONIOENCODING": "utf-8"},
    )
    assert done.stderr == ""
    return done.returncode, done.stdout


def test_file_runs_alone_and_prints_ok(texts, tmp_path):
    (tmp_path / "record.json").write_text(texts["replacements"], encoding="utf-8")

    assert run("record.json", cwd=tmp_path) == (0, "OK\n")
    code, said = run("-v", "record.json", cwd=tmp_path)
    assert (code, said.splitlines()[0], said.splitlines()[-1]) == (0, "OK", "witness: stated")


def test_file_prints_the_first_difference(texts, tmp_path):
    text, says = forge("winner", texts)
    (tmp_path / "record.json").write_text(text, encoding="utf-8")

    code, said = run("record.json", cwd=tmp_path)
    code_zh, said_zh = run("--zh", "record.json", cwd=tmp_path)

    assert (code, said.startswith(says), said.count("\n")) == (1, True, 1)
    assert (code_zh, said_zh.startswith("抽取：第 1 个席位应为")) == (1, True)


def test_file_says_how_it_is_used_and_what_it_cannot_read(tmp_path):
    (tmp_path / "gbk.json").write_bytes("记录".encode("gb18030"))

    assert run(cwd=tmp_path)[0] == 2
    assert run("absent.json", cwd=tmp_path)[0] == 2
    assert run("gbk.json", cwd=tmp_path) == (1, "the record is not UTF-8 text\n")


def test_file_is_python_3_8_and_imports_only_the_standard_library():
    tree = ast.parse(VERIFIER.read_text(encoding="utf-8"), feature_version=(3, 8))
    modules = {
        name.split(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in ([node.module or ""] if isinstance(node, ast.ImportFrom) else [alias.name for alias in node.names])
    }

    assert modules <= sys.stdlib_module_names


def test_main_answers_in_process(texts, tmp_path, capsys):
    path = tmp_path / "record.json"
    path.write_text(texts["plain"], encoding="utf-8")

    assert verify_draw.main([str(path)]) == 0
    assert capsys.readouterr().out == "OK\n"


def test_browser_hashes_and_vectors_agree():
    if NODE is None:
        pytest.skip("node is not installed")
    code = """
    require(process.argv[1]);
    const { sha256hex, md5hex, canon, commit, order, nonce } = globalThis.Gongping;
    const sizes = [0, 1, 55, 56, 63, 64, 65, 119, 120, 1000];
    console.log(JSON.stringify({
      sha: sizes.map((n) => sha256hex("a".repeat(n))), md5: sizes.map((n) => md5hex("a".repeat(n))),
      wide: sha256hex("䶮𬭎"), canon: canon({ b: [1, true, null, "\\b\\u001f/\\u007f䶮\\u2028"], a: -1 }),
      commit: commit(process.argv[2], "operator", "00".repeat(31) + "01"),
      rfc: order("rfc3797", "9319./2.5.8.10.12./9.18.26.34.41.45./", 25).slice(0, 10),
      v1: order("gongping-1", Uint8Array.from({ length: 32 }, (_, i) => i), 10), nonce: [nonce(), nonce()],
      refused: [1.5, 2 ** 53, "\\ud800", "\\udc00x", { A: 1 }, undefined, NaN].map((value) => {
        try { return canon(value); } catch (error) { return null; }
      }),
    }));
    """
    freeze = "deecea8f300b18e7211fd45d27a7e43b40f67d71de5153fffb15bb242c550df5"
    script = [NODE, "-e", code, str(ROOT / "static" / "js" / "verify.js"), freeze]

    said = json.loads(subprocess.run(script, capture_output=True, text=True, check=True).stdout)

    sizes = (0, 1, 55, 56, 63, 64, 65, 119, 120, 1000)
    assert said["sha"] == [hashlib.sha256(b"a" * n).hexdigest() for n in sizes]
    assert said["md5"] == [hashlib.md5(b"a" * n, usedforsecurity=False).hexdigest() for n in sizes]
    assert said["wide"] == sha256_hex("䶮𬭎".encode())
    assert said["canon"].encode() == dumps({"b": [1, True, None, "\b\x1f/\x7f䶮\u2028"], "a": -1})
    assert said["commit"] == "1e2b7fe96ff374c0a92c3d9af7847d4986968754becf3a6abcade302e1f73536"
    assert said["rfc"] == [17, 7, 2, 16, 25, 23, 8, 24, 19, 13]
    assert said["v1"] == [6, 3, 9, 10, 7, 2, 5, 8, 1, 4]
    assert len(set(said["nonce"])) == 2
    assert all(len(bytes.fromhex(one)) == 32 for one in said["nonce"])
    assert said["refused"] == [None] * 7
