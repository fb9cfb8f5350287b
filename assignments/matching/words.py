"""Why a batch cannot be assigned, as a code with facts and as a sentence in both languages. Numbers count from 0."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

SHOWN: Final = 20

SENTENCES: Final[Mapping[str, tuple[str, str]]] = {
    "pin_unlisted": (
        "expert {expert} is pinned to task {task}, but the pair is not listed (recusal or cooling-off)",
        "专家 {expert} 被指定到任务 {task}，但该组合不在可选范围内（回避或冷却期）",
    ),
    "pin_forbidden": (
        "expert {expert} is both pinned to and forbidden for task {task}",
        "专家 {expert} 对任务 {task} 既被指定又被禁止",
    ),
    "pin_seatless": (
        "expert {expert} is pinned to task {task}, but has no free seat of his strata there",
        "专家 {expert} 被指定到任务 {task}，但该任务没有其专业类别的空余席位",
    ),
    "pins_over_seats": (
        "task {task} has {seats} seats, but {pins} people are pinned to it",
        "任务 {task} 只有 {seats} 个席位，却指定了 {pins} 人",
    ),
    "pins_over_cap": (
        "expert {expert} may take {cap} tasks, but is pinned to {pins}",
        "专家 {expert} 最多承担 {cap} 项任务，却被指定了 {pins} 项",
    ),
    "pins_over_group": (
        "{pins} people of one employer are pinned to task {task}, at most {limit} may sit together",
        "任务 {task} 指定了同一单位的 {pins} 人，最多 {limit} 人可同组",
    ),
    "pins_over_quota": (
        "employer {employer} has a quota of {quota} seats, but {pins} of its people are pinned",
        "单位 {employer} 的名额为 {quota}，却指定了 {pins} 人次",
    ),
    "pins_over_task_group": (
        "expert {expert} is pinned to the tasks {tasks}, of which nobody may take two",
        "专家 {expert} 被指定到任务 {tasks}，这些任务一人只能承担其一",
    ),
    "tasks_short": (
        "tasks {tasks} together need {seats} seats, but the rules let at most {filled} be filled: {missing} missing",
        "任务 {tasks} 共需 {seats} 个席位，在全部规则下最多可坐 {filled} 个，缺 {missing} 个",
    ),
    "rule_caps": (
        "{count} experts whom these tasks share are at their load caps",
        "这些任务共用的 {count} 位专家已达任务上限",
    ),
    "rule_group_limit": (
        "the limit of {limit} per employer stops {count} employers on these tasks",
        "同一单位至多 {limit} 人的限制挡住了这些任务上的 {count} 个单位",
    ),
    "rule_q_permille": (
        "the probability cap of {permille}‰ a pair stops {count} pairs: such a task needs more candidates",
        "每个组合 {permille}‰ 的概率上限挡住了 {count} 个组合：这些任务需要更多候选人",
    ),
    "rule_pair": (
        "{count} listed pairs of these tasks are used in full: nobody takes two seats of a task",
        "这些任务的 {count} 个可选组合已全部用上：一人在一项任务中只占一个席位",
    ),
    "rule_quotas": (
        "the quotas of {count} employers are used up",
        "{count} 个单位的名额已用完",
    ),
    "rule_task_groups": (
        "of the tasks {tasks} nobody may take two, which stops {count} experts",
        "任务 {tasks} 中一人只能承担其一，因此挡住了 {count} 位专家",
    ),
    "would_do": (
        "it would do to lift one rule: {rule}",
        "单独放开以下一条规则即可：{rule}",
    ),
    "people_short": (
        "{people} more people would do, without employer, able to take any of these tasks and {cap} each",
        "再增加 {people} 人即可（无单位冲突、可承担其中任何任务、每人 {cap} 项）",
    ),
    "people_useless": (
        "no number of further people would do",
        "增加再多的人也不够",
    ),
    "seats_typed": (
        "no whole assignment holds typed seats, employer limits and load caps together: {missing} seats stay empty",
        "专业席位、单位限制与任务上限无法同时满足：至少空缺 {missing} 个席位",
    ),
    "seats_cross": (
        "no whole assignment holds typed seats, employer limits and load caps together",
        "专业席位、单位限制与任务上限无法同时满足",
    ),
    "stratum_short": (
        "task {task} needs {seats} people of stratum {stratum}, {people} are listed",
        "任务 {task} 需要类别 {stratum} 的 {seats} 人，可选 {people} 人",
    ),
    "not_found": (
        "the solver found no whole assignment within {nodes} nodes",
        "求解器在 {nodes} 个节点内未找到完整的分派",
    ),
}


@dataclass(frozen=True, slots=True)
class Reason:
    """Why not: a stable code and the facts of its sentence."""

    code: str
    facts: Mapping[str, Any] = field(default_factory=dict)

    @property
    def english(self) -> str:
        """Return the sentence in English."""
        return SENTENCES[self.code][0].format(**self._shown())

    @property
    def chinese(self) -> str:
        """Return the sentence in Chinese."""
        return SENTENCES[self.code][1].format(**self._shown())

    def _shown(self) -> dict[str, Any]:
        return {name: listed(value) if isinstance(value, list | tuple) else value for name, value in self.facts.items()}


def listed(values: list[Any] | tuple[Any, ...]) -> str:
    """Return the values as text, the first of a long list and how many there are."""
    text = ", ".join(map(str, values[:SHOWN]))
    return text if len(values) <= SHOWN else f"{text} … ({len(values)})"
