"""The stand-alone program: it agrees with scoring on any rating, and finds any single change."""

import ast
import copy
import json
import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundation.core.canon import sha256_hex
from reviews import recompute, scoring
from reviews.rules import DOCUMENT_TYPE, GRADES
from reviews.services.ratings import canonical

PROGRAM = Path(recompute.__file__)
CUTS = [90, 80, 60]
SCORERS = ["EXPERT", "EXPERT", "EXPERT", "SECTION", "SYSTEM"]


def seal(document):
    plain = {key: value for key, value in document.items() if key != "sha256"}
    return plain | {"sha256": sha256_hex(canonical(plain).encode())}


@st.composite
def documents(draw):
    """Any rating: three to nine raters, weights that sum to 100, somebody who cannot judge, lateness, veto, appeals."""
    marks = sorted(draw(st.lists(st.integers(1, 9_999), min_size=4, max_size=4, unique=True)))
    weights = [b - a for a, b in zip([0, *marks], [*marks, 10_000], strict=True)]
    items = [scoring.Item(f"I{n}", w, s) for n, (w, s) in enumerate(zip(weights, SCORERS, strict=True))]
    raters = []
    for _rater in range(draw(st.integers(3, 9))):
        scores = {item.code: draw(st.integers(0, item.weight)) for item in items[:3]}
        if draw(st.booleans()):
            scores[draw(st.sampled_from(["I0", "I1", "I2"]))] = None
        raters.append(scores)
    others = {item.code: draw(st.integers(0, item.weight)) for item in items[3:]}
    facts = {
        "first_size": draw(st.integers(3, len(raters))),
        "veto": draw(st.sampled_from(["", "COPIED"])),
        "late": {"days": draw(st.integers(0, 15)), "per_day": 100, "most": 1_000},
    }
    found = scoring.rate(
        items=items, raters=raters, others=others, first_size=facts["first_size"], veto=facts["veto"],
        late_days=facts["late"]["days"], late_per_day=100, late_most=1_000, cuts=CUTS, names=GRADES,
    )  # fmt: skip
    final, moves = found.adjusted, []
    for change in draw(st.lists(st.integers(-300, 300), max_size=2)):
        after = min(max(final + Fraction(change, 100), Fraction(0)), Fraction(100))
        moves.append({"action": "DECIDE", "before": str(final), "after": str(after), "reason": "属实"})
        final = after
    grade = GRADES[3] if facts["veto"] else scoring.grade_of(final, CUTS, GRADES)
    return seal(
        facts
        | {
            "type": DOCUMENT_TYPE, "task": "评〔2020〕1号", "cuts": CUTS, "names": list(GRADES), "others": others,
            "items": [{"code": i.code, "weight": i.weight, "scorer": i.scorer} for i in items],
            "raters": [{"scores": scores} for scores in raters], "formula": found.formula,
            "raw": str(found.raw), "adjusted": str(found.adjusted), "final": str(final), "grade": grade, "moves": moves,
        }
    )  # fmt: skip


def leaves(value, path=()):
    """Yield the path of every single value in a document."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from leaves(inner, (*path, key))
    elif isinstance(value, list):
        for place, inner in enumerate(value):
            yield from leaves(inner, (*path, place))
    else:
        yield path


def changed(document, path):
    """Return a copy with the value at ``path`` changed."""
    copied = copy.deepcopy(document)
    holder = copied
    for step in path[:-1]:
        holder = holder[step]
    old = holder[path[-1]]
    holder[path[-1]] = 1 if old is None else old + 1 if isinstance(old, int) else f"{old}1"
    return copied


@given(documents())
def test_agrees_with_scoring(document):
    shown = scoring.printed(Fraction(document["final"]), CUTS)

    assert recompute.check(document) == f"{shown} {document['grade']}"


@given(documents(), st.data())
def test_any_single_change_is_found(document, data):
    path = data.draw(st.sampled_from(list(leaves(document))))

    with pytest.raises((recompute.Difference, KeyError, TypeError, ValueError, ZeroDivisionError, IndexError)):
        recompute.check(changed(document, path))


@pytest.mark.parametrize("key", ["raw", "adjusted", "final"])
@given(document=documents())
def test_value_that_does_not_follow_is_found_even_under_a_new_digest(key, document):
    forged = seal(document | {key: str(Fraction(document[key]) + Fraction(1, 100))})

    with pytest.raises(recompute.Difference, match=key):
        recompute.check(forged)


@given(documents(), st.data())
def test_better_grade_is_found_even_under_a_new_digest(document, data):
    grade = data.draw(st.sampled_from([name for name in GRADES if name != document["grade"]]))

    with pytest.raises(recompute.Difference, match="grade"):
        recompute.check(seal(document | {"grade": grade}))


def test_rater_left_out_is_found_even_under_a_new_digest():
    document = example()
    forged = seal(document | {"raters": document["raters"][:-1]})

    with pytest.raises(recompute.Difference):
        recompute.check(forged)


def example():
    items = [scoring.Item("A", 7_000, "EXPERT"), scoring.Item("B", 3_000, "SECTION")]
    raters = [{"A": 5_000}, {"A": 6_000}, {"A": 6_500}, {"A": 7_000}]
    found = scoring.rate(
        items=items, raters=raters, others={"B": 3_000}, first_size=3, late_days=0, late_per_day=100, late_most=1_000,
        cuts=CUTS, names=GRADES,
    )  # fmt: skip
    return seal(
        {
            "type": DOCUMENT_TYPE, "cuts": CUTS, "names": list(GRADES), "others": {"B": 3_000}, "veto": "",
            "items": [{"code": i.code, "weight": i.weight, "scorer": i.scorer} for i in items], "first_size": 3,
            "late": {"days": 0, "per_day": 100, "most": 1_000}, "raters": [{"scores": scores} for scores in raters],
            "formula": found.formula, "raw": str(found.raw), "adjusted": str(found.adjusted),
            "final": str(found.adjusted), "grade": found.grade, "moves": [],
        }
    )  # fmt: skip


def run(*words):
    return subprocess.run([sys.executable, "-I", str(PROGRAM), *words], capture_output=True, text=True, check=False)


def test_program_says_ok_and_the_digits_or_the_first_difference(tmp_path):
    document, path = example(), tmp_path / "rating.json"
    path.write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")
    good = run(str(path))
    path.write_text(json.dumps(seal(document | {"raw": "1"})), encoding="utf-8")
    bad = run(str(path))
    path.write_text('{"type": "something else"}', encoding="utf-8")
    other = run(str(path))
    path.write_text("no json", encoding="utf-8")
    unreadable = run(str(path))

    assert (good.returncode, good.stdout.strip()) == (0, "OK 91.25 EXCELLENT")
    assert (bad.returncode, bad.stdout.strip()) == (1, "DIFFERENCE raw: the document says 1, recomputed 365/4")
    assert (other.returncode, other.stdout.strip()) == (1, "DIFFERENCE this is no rating document")
    assert [unreadable.returncode, run().returncode, run("nowhere.json").returncode] == [2, 2, 2]


def test_program_needs_python_3_8_and_its_library_only():
    tree = ast.parse(PROGRAM.read_text(encoding="utf-8"), feature_version=(3, 8))
    used = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    used |= {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}

    assert used <= {"__future__", "hashlib", "json", "sys", "fractions", "pathlib", "typing"}
