"""Every notice that the code sends has words of its own."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROOMS = (
    "foundation",
    "assignments",
    "delivery",
    "reviews",
    "appraisals",
    "results",
    "disclosure",
    "desk",
    "experts",
    "admissions",
    "credit",
    "evaluators",
    "parties",
)
WORDS = ROOT / "templates" / "notices"


def codes():
    """Return {code: file} of every literal ``code=`` of a call that tells people something."""
    found = {}
    for room in ROOMS:
        for path in (ROOT / room).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                if not isinstance(node, ast.Call):
                    continue
                name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
                given = (
                    [word.value for word in node.keywords if word.arg == "code"]
                    if name in {"notify", "tell", "tell_party"}
                    else []
                )
                given += node.args[1:2] if name == "_tell" else []
                for value in given:
                    if isinstance(value, ast.Constant) and isinstance(value.value, str):
                        found[value.value] = path.relative_to(ROOT)
    return found


CODES = codes()


def test_the_walk_finds_the_notices():
    assert {"approval_waiting", "assignment_waits", "commission_sent", "rectification"} <= set(CODES)


@pytest.mark.parametrize("code", sorted(CODES))
def test_notice_has_its_words(code):
    assert (WORDS / f"{code}.txt").exists(), f"{CODES[code]} sends {code}: write templates/notices/{code}.txt"
