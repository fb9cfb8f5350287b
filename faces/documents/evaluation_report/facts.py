"""The facts a demonstration report is written from, and the faults that may be planted in it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from hashlib import sha256
from typing import Final, TypeVar

Choice = TypeVar("Choice")

HEADS: Final = (
    "一、基本情况",
    "二、绩效评价工作开展情况",
    "三、综合评价情况及评价结论（附评分表）",
    "四、绩效评价指标分析",
    "五、主要经验及做法、存在的问题及原因分析",
    "六、有关建议",
    "七、其他需要说明的问题",
)
CENT: Final = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Indicator:
    """One third-level indicator: points possible and points given, and where it stands in the frame."""

    name: str
    weight: Decimal
    score: Decimal
    group: str = ""
    frame: str = ""


@dataclass(frozen=True, slots=True)
class ReportFacts:
    """A report's facts; amounts in 万元, scores of 100. The last block plants faults and is empty in an honest report.

    ``works`` names what the project really does, in place of what its kind usually does.
    ``missing_head`` is the number (1 to 7) of a head to leave out; ``printed_total`` is printed in place of
    ``total``, ``signer`` in place of ``lead_evaluator``; ``foreign_unit`` stands where ``unit`` should;
    ``last_year_passage`` goes in word for word.
    """

    project: str
    unit: str
    firm: str
    lead_evaluator: str
    budget_year: int
    amount_wan: Decimal
    indicators: Sequence[Indicator]
    total: Decimal
    grade: str
    findings: Sequence[str] = ()
    suggestions: Sequence[str] = ()
    kind: str = "其他"
    works: Sequence[str] = ()
    bureau: str = "济南市历城区财政局"
    supervising_unit: str = ""
    project_code: str = ""
    budgets: Sequence[str] = ("一般公共预算",)
    spent_wan: Decimal | None = None
    team: Sequence[str] = ()
    dated: date | None = None
    version: str = "定稿"

    last_year_passage: str | None = None
    foreign_unit: str | None = None
    missing_head: int | None = None
    printed_total: str | None = None
    signer: str | None = None


class Dice:
    """A chooser that gives the same report the same words every time, and different reports different ones."""

    def __init__(self, seed: str) -> None:
        """Start from the seed."""
        self.seed = seed
        self.turn = 0

    def below(self, limit: int) -> int:
        """Return the next number from 0 to ``limit`` - 1."""
        self.turn += 1
        digest = sha256(f"{self.seed}|{self.turn}".encode()).digest()
        return int.from_bytes(digest[:8], "big") % limit

    def between(self, low: int, high: int) -> int:
        """Return the next number from ``low`` to ``high``, both included."""
        return low + self.below(high - low + 1)

    def pick(self, options: Sequence[Choice]) -> Choice:
        """Return one of the options."""
        return options[self.below(len(options))]

    def some(self, options: Sequence[Choice], count: int) -> list[Choice]:
        """Return ``count`` different options in a shuffled order (all of them when there are fewer)."""
        left = list(options)
        taken: list[Choice] = []
        while left and len(taken) < count:
            taken.append(left.pop(self.below(len(left))))
        return taken


FRAME: Final = (
    ("决策", "项目立项", "立项依据充分性", 3),
    ("决策", "项目立项", "立项程序规范性", 3),
    ("决策", "绩效目标", "绩效目标合理性", 4),
    ("决策", "绩效目标", "绩效指标明确性", 3),
    ("决策", "资金投入", "预算编制科学性", 4),
    ("决策", "资金投入", "资金分配合理性", 3),
    ("过程", "资金管理", "资金到位率", 3),
    ("过程", "资金管理", "预算执行率", 4),
    ("过程", "资金管理", "资金使用合规性", 5),
    ("过程", "组织实施", "管理制度健全性", 4),
    ("过程", "组织实施", "制度执行有效性", 4),
)
RESULTS: Final = {
    "工程类": (
        ("产出数量", "工程实际完成率", "配套设施完成率"),
        ("产出质量", "工程验收合格率"),
        ("产出时效", "建设完成及时性"),
        ("产出成本", "投资控制率"),
        ("项目效益", "设施使用效能", "生态环境改善程度", "长效管护机制健全性"),
        ("满意度", "周边居民满意度"),
    ),
    "设备购置类": (
        ("产出数量", "设备购置完成率", "人员培训完成率"),
        ("产出质量", "设备验收合格率"),
        ("产出时效", "采购安装及时性"),
        ("产出成本", "采购成本节约率"),
        ("项目效益", "设备利用率", "业务能力提升程度", "设备管护可持续性"),
        ("满意度", "使用人员满意度"),
    ),
    "政策类": (
        ("产出数量", "补助对象覆盖率", "补助标准执行率"),
        ("产出质量", "对象认定准确率"),
        ("产出时效", "资金发放及时率"),
        ("产出成本", "人均补助成本控制"),
        ("项目效益", "政策目标实现程度", "受益群体收入改善", "政策可持续性"),
        ("满意度", "受益对象满意度"),
    ),
    "其他": (
        ("产出数量", "服务任务完成率", "服务覆盖率"),
        ("产出质量", "服务考核达标率"),
        ("产出时效", "服务响应及时率"),
        ("产出成本", "单位服务成本控制"),
        ("项目效益", "公共服务水平提升", "社会影响程度", "服务机制可持续性"),
        ("满意度", "服务对象满意度"),
    ),
}
POINTS: Final = (6, 4, 8, 6, 6, 10, 6, 6, 8)


def indicators_for(
    project: str, kind: str, total: Decimal, *, weights_total: Decimal = Decimal(100)
) -> tuple[Indicator, ...]:
    """Return 20 indicators in the frame 决策/过程/产出/效益 whose scores add up to exactly ``total`` (two decimals).

    The weights add up to ``weights_total``: 100, or 99.99 to plant that fault (the first result indicator gives way).
    """
    dice = Dice(f"{project}|{kind}|{total}")
    places = [(frame, group, name, Decimal(points)) for frame, group, name, points in FRAME]
    points = iter(POINTS)
    for group, *names in RESULTS.get(kind, RESULTS["其他"]):
        frame = "产出" if group.startswith("产出") else "效益"
        places += [(frame, group, name, Decimal(next(points))) for name in names]
    slack = weights_total - sum(weight for *_, weight in places)
    frame, group, name, weight = places[len(FRAME)]
    places[len(FRAME)] = (frame, group, name, weight + slack)
    losses = _losses([int(weight * 100) for *_, weight in places], int((weights_total - total) / CENT), dice)
    return tuple(
        Indicator(name, weight.quantize(CENT), (weight - lost * CENT).quantize(CENT), group, frame)
        for (frame, group, name, weight), lost in zip(places, losses, strict=True)
    )


def _losses(weights: Sequence[int], lost: int, dice: Dice) -> list[int]:
    """Spread the lost hundredths over the indicators, in steps of a quarter point, none losing more than it has."""
    losses = [0] * len(weights)
    while lost > 0:
        index = dice.below(len(weights))
        step = min(lost, 25, weights[index] - losses[index])
        if step <= 0:
            continue
        losses[index] += step
        lost -= step
    return losses
