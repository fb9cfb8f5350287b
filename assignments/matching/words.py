"""Why a batch cannot be assigned, as a code with facts and as a sentence in both languages.

In a file tasks, experts and strata are numbers, counted from 0; ``Names`` let a page call them by name.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from assignments.matching.problem import Employer

SHOWN: Final = 20
SHOWN_NAMES: Final = 5

ENGLISH, CHINESE = 0, 1
RULES: Final[Mapping[str, tuple[str, str]]] = {
    "caps": ("the most tasks of an expert (R-17)", "每位专家的任务上限（R-17）"),
    "task_groups": ("one task of a unit for each person (R-17)", "同一单位的任务一人只承担一项（R-17）"),
    "group_limit": ("the most people of one employer on a task (R-38)", "同一单位在一项任务上的人数上限（R-38）"),
    "q_permille": ("the greatest chance of a pair (R-48)", "单个组合的最大机会（R-48）"),
    "quotas": ("the quotas of employers, set with the batch", "各单位在本批中的名额"),
    "seat_strata": ("the fields of the seats, set with the batch", "本批对席位的专业要求"),
    "forbids": ("who is kept away (R-48)", "排除的人员（R-48）"),
    "pins": ("who is named (R-48)", "指定的人员（R-48）"),
}
SENTENCES: Final[Mapping[str, tuple[str, str]]] = {
    "pin_unlisted": (
        "{expert} is named for {task}, but the rules keep the pair off the list (recusal or cooling-off)",
        "{expert}被指定到{task}，但该组合不在可选范围内（回避或冷却期）",
    ),
    "pin_forbidden": (
        "{expert} is both named for {task} and kept away from it",
        "{expert}对{task}既被指定又被排除",
    ),
    "pin_seatless": (
        "{expert} is named for {task}, but has no free seat of his fields there",
        "{expert}被指定到{task}，但该任务没有其专业的空余席位",
    ),
    "pins_over_seats": (
        "{task} has seats: {seats}; named for it are: {pins}",
        "{task}只有 {seats} 个席位，却指定了 {pins} 人",
    ),
    "pins_over_cap": (
        "{rule}: {expert} may still take {cap}, but is named for {pins}",
        "{rule}：{expert}还可承担 {cap} 项，却被指定了 {pins} 项",
    ),
    "pins_over_group": (
        "{rule} is {limit}: named for {task} are {pins} of one employer",
        "{rule}为 {limit} 人：{task}却指定了同一单位的 {pins} 人",
    ),
    "pins_over_quota": (
        "{rule}: {employer} has {quota} seats, but named are {pins} of its people",
        "{rule}：{employer}的名额为 {quota}，却指定了 {pins} 人次",
    ),
    "pins_over_task_group": (
        "{rule}: {expert} is named for {tasks}",
        "{rule}：{expert}却被指定到{tasks}",
    ),
    "tasks_short": (
        "{tasks}: seats needed {seats}, at most {filled} can be filled under all rules, {missing} missing",
        "{tasks}：共需 {seats} 个席位，在全部规则下最多可坐 {filled} 个，缺 {missing} 个",
    ),
    "rule_caps": (
        "{rule} binds: experts whom these tasks share and who can take no more: {count}",
        "{rule}起作用：这些任务共用的 {count} 位专家已达上限",
    ),
    "rule_group_limit": (
        "{rule} binds: it is {limit}; employers that could send more to these tasks: {count}",
        "{rule}起作用（至多 {limit} 人）：挡住了这些任务上的 {count} 个单位",
    ),
    "rule_q_permille": (
        "{rule} binds: it is {permille}; pairs that have it in full: {count}; such a task needs more candidates",
        "{rule}起作用（{permille}）：挡住了 {count} 个组合，这些任务需要更多候选人",
    ),
    "rule_pair": (
        "nobody takes two seats of a task: listed pairs of these tasks, all of them used: {count}",
        "一人在一项任务中只占一个席位：这些任务的 {count} 个可选组合已全部用上",
    ),
    "rule_task_groups": (
        "{rule} binds: experts who could take several of {tasks}: {count}",
        "{rule}起作用：{count} 位专家本可承担{tasks}中的多项",
    ),
    "rule_quotas": (
        "{rule} bind: {employers}",
        "{rule}起作用：{employers}已用完",
    ),
    "would_do": (
        "it would do to lift one of these rules alone: {rules}",
        "单独放开以下任何一条规则即可：{rules}",
    ),
    "people_short": (
        "it would do to have more people who can take any of these tasks, without employer and {cap} each: {people}",
        "再增加 {people} 人即可（可承担其中任何任务、无单位冲突、每人 {cap} 项）",
    ),
    "fields_short": (
        "it would do to have more people, without employer and {cap} tasks each: {fields}",
        "再增加下列人员即可（无单位冲突、每人 {cap} 项）：{fields}",
    ),
    "seats_typed": (
        "no whole assignment holds the fields of the seats, employers and load caps together: seats left {missing}",
        "席位的专业要求、单位限制与任务上限无法同时满足：至少空缺 {missing} 个席位",
    ),
    "seats_cross": (
        "no whole assignment holds the fields of the seats, employers and load caps together",
        "席位的专业要求、单位限制与任务上限无法同时满足",
    ),
    "stratum_short": (
        "{task} needs {seats} who know {stratum}; listed are {people}",
        "{task}需要{stratum}的 {seats} 人，可选 {people} 人",
    ),
    "not_found": (
        "the solver found no whole assignment within {nodes} nodes",
        "求解器在 {nodes} 个节点内未找到完整的分派",
    ),
}


@dataclass(frozen=True, slots=True)
class Names:
    """What to call tasks, experts, employers and strata; whatever has no name is called by its number."""

    tasks: Sequence[str] = ()
    experts: Sequence[str] = ()
    employers: Mapping[Employer, str] = field(default_factory=dict)
    strata: Mapping[int, str] = field(default_factory=dict)

    def task(self, number: int, language: int) -> str:
        """Return the name of a task."""
        return self.tasks[number] if self.tasks else (f"task {number}", f"任务 {number}")[language]

    def all_tasks(self, numbers: Sequence[int], language: int) -> str:
        """Return the names of tasks, the first of many and how many there are."""
        if self.tasks:
            return listed([self.tasks[number] for number in numbers], language, most=SHOWN_NAMES)
        return ("tasks ", "任务 ")[language] + listed(numbers, ENGLISH)

    def expert(self, number: int, language: int) -> str:
        """Return the name of an expert."""
        return self.experts[number] if self.experts else (f"expert {number}", f"专家 {number} ")[language]

    def stratum(self, number: int, language: int) -> str:
        """Return the name of a stratum."""
        return self.strata.get(number) or (f"stratum {number}", f"类别 {number} ")[language]

    def employer(self, name: Employer, language: int) -> str:
        """Return the name of an employer."""
        return self.employers.get(name) or (f"employer {name}", f"单位 {name} ")[language]


@dataclass(frozen=True, slots=True)
class Reason:
    """Why not: a stable code and the facts of its sentence; ``rule`` among them is the key of the rule that binds."""

    code: str
    facts: Mapping[str, Any] = field(default_factory=dict)

    @property
    def english(self) -> str:
        """Return the sentence in English, by numbers."""
        return self.told(ENGLISH)

    @property
    def chinese(self) -> str:
        """Return the sentence in Chinese, by numbers."""
        return self.told(CHINESE)

    def told(self, language: int, names: Names | None = None) -> str:
        """Return the sentence in a language, with names where there are some."""
        names = names or Names()
        facts = {
            name: show(names, value, language) if (show := SHOWERS.get(name)) else value
            for name, value in self.facts.items()
        }
        return SENTENCES[self.code][language].format(**facts)


def listed(values: Sequence[Any], language: int, *, most: int = SHOWN) -> str:
    """Return the values as text, the first of a long list and how many there are."""
    text = (", ", "、")[language].join(map(str, values[:most]))
    return text if len(values) <= most else f"{text} … ({len(values)})"


def _fields(names: Names, rows: Sequence[tuple[int | None, int]], language: int) -> str:
    said = []
    for stratum, people in rows:
        if stratum is None:
            said.append((f"{people} for seats of any field", f"可坐不限专业席位的 {people} 人")[language])
        else:
            name = names.stratum(stratum, language)
            said.append((f"{people} who know {name}", f"懂{name}的 {people} 人")[language])
    return listed(said, language)


SHOWERS: Final[Mapping[str, Callable[[Names, Any, int], str]]] = {
    "task": Names.task,
    "tasks": Names.all_tasks,
    "expert": Names.expert,
    "stratum": Names.stratum,
    "employer": Names.employer,
    "employers": lambda names, rows, language: listed([names.employer(one, language) for one in rows], language),
    "fields": _fields,
    "rule": lambda _names, rule, language: RULES[rule][language],
    "rules": lambda _names, rules, language: listed([RULES[rule][language] for rule in rules], language),
    "permille": lambda _names, permille, _language: f"{permille / 10:g}%",
}
