"""docs/rules.md is the register: every number has code and a test, every rule in code has its number there."""

import ast
import re
from pathlib import Path

import pytest

from faces.pages.bureau.rule_words import FIXED_BECAUSE
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
SKIPPED = {".venv", "var", "tests", "bench", "node_modules", "mutants", "migrations"}
SOURCES = {
    path.relative_to(ROOT): ast.parse(path.read_text())
    for path in sorted(ROOT.rglob("*.py"))
    if not SKIPPED & set(path.relative_to(ROOT).parts)
}


def keys_asked(trees, *methods):
    """Return the keys that are asked of a rule set: text inside a call of one of its ``methods``."""
    calls = [
        node
        for tree in trees
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in methods
    ]
    return {
        part.value
        for call in calls
        for part in ast.walk(call)
        if isinstance(part, ast.Constant) and isinstance(part.value, str)
    }


def rule_calls(trees):
    """Yield (key, names in its default) of each ``Rule(…)`` that a room lists."""
    for tree in trees:
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Rule":
                parts = [*node.args[2:3], *(word.value for word in node.keywords if word.arg == "default")]
                names = {each.id for part in parts for each in ast.walk(part) if isinstance(each, ast.Name)}
                yield node.args[0].value, names


def names_used(trees):
    """Return how often each name is read, however it got there."""
    found = {}
    for tree in trees:
        for node in ast.walk(tree):
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
                found[node.id] = found.get(node.id, 0) + 1
    return found


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


def test_value_that_a_bureau_may_change_is_read_where_something_is_decided():
    """A page that only shows a value is no reader: what a bureau sets has to act."""
    deciding = [tree for path, tree in SOURCES.items() if path.parts[:2] != ("faces", "pages")]

    changeable = {rule.key for rule in registered().values() if not rule.is_fixed}

    assert changeable - keys_asked(deciding, "value") == set()


def test_fixed_rule_is_cited_or_its_number_is_the_one_that_code_reads():
    """A fixed rule acts by a refusal that cites it, a constant that its default names, or the file it names."""
    asked, used = keys_asked(SOURCES.values(), "value", "source"), names_used(SOURCES.values())
    by_name = {key for key, names in rule_calls(SOURCES.values()) if any(used[name] > 1 for name in names)}
    rules = registered().values()
    by_file = {rule.key for rule in rules if isinstance(rule.default, str) and (ROOT / rule.default).is_file()}

    fixed = {rule.key for rule in rules if rule.is_fixed}

    assert fixed - asked - by_name - by_file == set()


def test_register_says_which_rules_are_fixed():
    said = {number for number, keys in ROWS.items() if "fixed" in keys}

    assert said == {rule.number for rule in registered().values() if rule.is_fixed}


def test_fixed_rule_says_why():
    assert {rule.key for rule in registered().values() if rule.is_fixed} == set(FIXED_BECAUSE)


def test_guard_sees_a_key_that_nobody_reads():
    tree = ast.parse('a = rules.value("read" if b else "read_too")\nlabel = {"unread": 1}\nc = rules.source("cited")')

    assert keys_asked([tree], "value") == {"read", "read_too"}
    assert keys_asked([tree], "value", "source") == {"read", "read_too", "cited"}
