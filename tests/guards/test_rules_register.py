"""docs/rules.md is the register: every number has code and a test, every rule in code has its number there."""

import re
from pathlib import Path

import pytest

from foundation.rulesets.rules import registered

ROOT = Path(__file__).parents[2]
LINES = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in (ROOT / "docs" / "rules.md").read_text().splitlines()
    if re.match(r"\| R-\d\d \|", line)
]
ROWS = {number: keys for number, _rule, keys, _tag, _source, _code in LINES}
KEYS = {(number, key) for number, keys in ROWS.items() for key in re.findall(r"`([a-z_]+)`", keys)}
MARKED = {
    number
    for path in (ROOT / "tests").rglob("test_*.py")
    for number in re.findall(r"""mark\.rule\(["'](R-\d\d)["']\)""", path.read_text())
}


def test_numbers_follow_each_other():
    assert list(ROWS) == [f"R-{number:02d}" for number in range(1, len(ROWS) + 1)]


@pytest.mark.parametrize(("number", "key"), sorted(KEYS))
def test_key_of_the_register_is_a_registered_rule(number, key):
    assert key in registered(), f"{number}: no room registers {key}"
    assert registered()[key].number == number


@pytest.mark.parametrize("number", ROWS)
def test_number_names_a_key_and_has_a_test(number):
    assert any(row == number for row, _key in KEYS), f"{number} names no key"
    assert number in MARKED, f"no test carries pytest.mark.rule({number!r})"


def test_registered_rule_stands_in_the_register():
    assert {(rule.number, rule.key) for rule in registered().values()} - KEYS == set()


def test_registered_rule_says_what_it_counts_and_where_it_comes_from():
    wrong = {
        rule.key
        for rule in registered().values()
        if not rule.unit or rule.tag not in {"LAW", "LOCAL", "DEFAULT"} or (rule.tag == "LAW" and not rule.source)
    }

    assert wrong == set()


def test_marked_number_exists():
    assert MARKED - set(ROWS) == set()
