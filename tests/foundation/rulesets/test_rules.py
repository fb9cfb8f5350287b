"""The register of rules: one meaning per key; what a new value must look like; which texts a source names."""

import pytest

from foundation.rulesets.rules import (
    Rule,
    RuleClashError,
    cited,
    is_falling,
    register,
    registered,
    shape_of,
    value_problem,
)

DAYS = Rule("test_days", "R-00", 3, "days", "DEFAULT")


def test_register_takes_the_same_rule_twice_and_no_other_with_its_key():
    known = registered()["role_table"]

    register(known)

    with pytest.raises(RuleClashError):
        register(Rule("role_table", "R-00", 1, "", "DEFAULT"))


@pytest.mark.parametrize(
    ("value", "shape"),
    [(True, "bool"), (1, "int"), ("a", "str"), ([1], "list"), ((1,), "list"), ({"a": 1}, "dict"), (None, "none")],
)
def test_shape_of_a_value(value, shape):
    assert shape_of(value) == shape


@pytest.mark.parametrize(
    ("rule", "value", "problem"),
    [
        (DAYS, 5, ""),
        (DAYS, 0, ""),
        (DAYS, -1, "negative"),
        (DAYS, True, "wrong_kind"),
        (DAYS, "5", "wrong_kind"),
        (DAYS, None, "wrong_kind"),
        (Rule("test_percent", "R-00", 30, "%", "DEFAULT"), 100, ""),
        (Rule("test_percent", "R-00", 30, "%", "DEFAULT"), 101, "above_hundred"),
        (Rule("test_cuts", "R-00", [90, 80], "points", "DEFAULT", check=is_falling), [95, 60], ""),
        (Rule("test_cuts", "R-00", [90, 80], "points", "DEFAULT", check=is_falling), [60, 95], "no_sense"),
        (Rule("test_list", "R-00", [1], "", "DEFAULT"), ["a"], "wrong_part"),
        (Rule("test_list", "R-00", [1], "", "DEFAULT"), [], "wrong_part"),
        (Rule("test_free_list", "R-00", [], "", "DEFAULT"), ["a"], ""),
        (Rule("test_table", "R-00", {"a": 1}, "", "DEFAULT"), {"a": 2}, ""),
        (Rule("test_table", "R-00", {"a": 1}, "", "DEFAULT"), {"b": 2}, "wrong_part"),
        (Rule("test_table", "R-00", {"a": 1}, "", "DEFAULT"), {"a": "x"}, "wrong_part"),
        (Rule("test_fixed", "R-00", 1, "", "DEFAULT", is_fixed=True), 2, "fixed"),
    ],
)
def test_new_value_must_fit_its_rule(rule, value, problem):
    assert value_problem(rule, value) == problem


@pytest.mark.parametrize(
    ("source", "numbers"),
    [
        ("", []),
        ("财预〔2021〕6号 第三条", ["财预〔2021〕6号"]),
        ("《中华人民共和国政府采购法》第四十二条", ["主席令第68号"]),
        ("政府采购法实施条例 第二十八条", ["国务院令第658号"]),
        ("政府采购法；财政部令第110号；财预〔2021〕6号", ["主席令第68号", "财预〔2021〕6号", "财政部令第110号"]),
    ],
)
def test_source_names_its_texts(source, numbers):
    assert [text.letter_number for text in cited(source)] == numbers
