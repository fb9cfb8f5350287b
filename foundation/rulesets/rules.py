"""The register of rules: what each key means, its shipped default, its unit and where it comes from.

Every room lists its own ``RULES`` and registers them at start. A bureau's dated changes stand in its rule sets.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Any, Final


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule. ``number`` is its place in docs/rules.md; ``tag`` is LAW, LOCAL or DEFAULT.

    ``source`` cites 文号 and clause of the shipped default; empty means the bureau's own setting (本局设定).
    ``is_fixed`` says that the product itself holds the rule and no rule set changes it. ``check`` answers whether a
    new value of the right kind also makes sense.
    """

    key: str
    number: str
    default: Any
    unit: str
    tag: str
    source: str = ""
    is_fixed: bool = False
    check: Callable[[Any], bool] | None = None


@dataclass(frozen=True, slots=True)
class Text:
    """A national text of the library: ``cited_as`` is how a rule's source names it, besides its 文号."""

    title: str
    letter_number: str
    issuer: str
    in_force_from: date
    cited_as: str = ""


MINISTRY: Final = "财政部"
LIBRARY: Final = (
    Text("中华人民共和国政府采购法", "主席令第68号", "全国人民代表大会常务委员会", date(2003, 1, 1), "政府采购法"),
    Text("中华人民共和国政府采购法实施条例", "国务院令第658号", "国务院", date(2015, 3, 1), "政府采购法实施条例"),
    Text("政府采购评审专家管理办法", "财库〔2016〕198号", MINISTRY, date(2017, 1, 1)),
    Text("中央财政科研项目专家咨询费管理办法", "财科教〔2017〕128号", MINISTRY, date(2017, 9, 4)),
    Text("关于促进政府采购公平竞争优化营商环境的通知", "财库〔2019〕38号", MINISTRY, date(2019, 9, 1)),
    Text("项目支出绩效评价管理办法", "财预〔2020〕10号", MINISTRY, date(2020, 2, 25)),
    Text(
        "关于进一步完善失信约束制度构建诚信建设长效机制的指导意见",
        "国办发〔2020〕49号",
        "国务院办公厅",
        date(2020, 12, 7),
    ),
    Text("关于委托第三方机构参与预算绩效管理的指导意见", "财预〔2021〕6号", MINISTRY, date(2021, 1, 28)),
    Text("政府采购框架协议采购方式管理暂行办法", "财政部令第110号", MINISTRY, date(2022, 3, 1)),
    Text("保障中小企业款项支付条例", "国务院令第802号", "国务院", date(2025, 6, 1)),
)
SPLIT_ON: Final = date(2021, 1, 28)
FORMER_VALUES: Final[Mapping[str, Any]] = {"commissioner_rule": False, "assistance_kinds": []}
PERCENT: Final = 100
RULES: Final = (Rule("role_table", "R-40", "foundation/accounts/rules.py", "table", "DEFAULT", is_fixed=True),)


class RuleClashError(ValueError):
    """Two rooms register one key with different content."""


_REGISTER: Final[dict[str, Rule]] = {}


def register(*rules: Rule) -> None:
    """Add rules to the register; raise ``RuleClashError`` where a key already means something else."""
    for rule in rules:
        known = _REGISTER.setdefault(rule.key, rule)
        if known != rule:
            raise RuleClashError(f"{rule.key} is registered twice: {known.number} and {rule.number}")


def registered() -> Mapping[str, Rule]:
    """Return every rule by key."""
    return dict(_REGISTER)


def shape_of(value: Any) -> str:  # noqa: ANN401 - any JSON value
    """Return the kind of a value: a rule's new value must have the kind of its default."""
    if isinstance(value, bool):
        return "bool"
    if isinstance(value, int):
        return "int"
    if isinstance(value, str):
        return "str"
    if isinstance(value, list | tuple):
        return "list"
    return "dict" if isinstance(value, Mapping) else "none"


def value_problem(rule: Rule, value: Any) -> str:  # noqa: ANN401 - any JSON value
    """Return a code for what is wrong with a new value of ``rule``; empty where nothing is.

    Codes: fixed, wrong_kind, negative, above_hundred, wrong_part, no_sense.
    """
    if rule.is_fixed:
        return "fixed"
    if shape_of(value) != shape_of(rule.default):
        return "wrong_kind"
    if shape_of(value) == "int":
        if value < min(0, rule.default):
            return "negative"
        if rule.key.endswith("_percent") and value > PERCENT:
            return "above_hundred"
    if _parts_differ(rule.default, value):
        return "wrong_part"
    return "no_sense" if rule.check and not rule.check(value) else ""


def _parts_differ(default: Any, value: Any) -> bool:  # noqa: ANN401 - any JSON value
    """Return whether the parts of a list are of another kind than the default's, or a table has other keys."""
    if isinstance(value, Mapping):
        return set(value) != set(default) or any(shape_of(value[key]) != shape_of(default[key]) for key in value)
    if isinstance(value, list | tuple) and default:
        return not value or {shape_of(item) for item in value} - {shape_of(item) for item in default} != set()
    return False


def is_falling(value: Any) -> bool:  # noqa: ANN401 - any JSON value
    """Return whether the numbers of a list fall: cuts of grades from the best down."""
    return all(first > second for first, second in pairwise(value))


def cited(source: str, texts: Iterable[Text] = LIBRARY) -> list[Text]:
    """Return the texts that ``source`` names, by 文号 or by title; a longer title hides the shorter one inside it."""
    found = []
    left = source
    for text in sorted(texts, key=lambda each: -len(each.cited_as or each.letter_number)):
        names = [name for name in (text.letter_number, text.cited_as) if name and name in left]
        if names:
            found.append(text)
            for name in names:
                left = left.replace(name, "")
    return sorted(found, key=lambda text: text.in_force_from)
