"""docs/edge-cases.md is the register: every case has a test that is an example of it, or stands among the open ones."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "edge-cases.md").read_text()
CASES = [f"E{number}" for number in re.findall(r"^\| E(\d+) \|", TEXT, re.MULTILINE)]
OPEN = set(re.findall(r"E\d+", TEXT.rpartition("Still without a test of their own:")[2]))
MARKED = {
    number
    for path in (ROOT / "tests").rglob("test_*.py")
    for number in re.findall(r"""mark\.edge\(["'](E\d+)["']\)""", path.read_text())
}


def test_numbers_follow_each_other():
    assert [f"E{number}" for number in range(1, 61)] == CASES


def test_marked_number_exists():
    assert MARKED - set(CASES) == set()


def test_every_case_has_a_test_or_is_open():
    assert set(CASES) - MARKED == OPEN
