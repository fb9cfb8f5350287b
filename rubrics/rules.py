"""The report-quality rubric and the indicator frame that are shipped. Weights are hundredths of a point."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from rubrics.enums import Scorer

FULL: Final = 10_000
REPORT_QUALITY: Final = "REPORT_QUALITY"
REPORT_QUALITY_NAME: Final = "评价报告质量评分标准"


@dataclass(frozen=True, slots=True)
class Item:
    """One item of a rubric. ``scorer`` SYSTEM: the section may also take off for discipline, lateness counts on top."""

    code: str
    name: str
    weight_hundredths: int
    scorer: Scorer
    guide: str


ITEMS: Final = (
    Item(
        "A1",
        "工作方案与指标体系",
        2_000,
        Scorer.EXPERT,
        "方案完整、可行；指标与绩效目标对应，权重合计 100，评分标准可操作。",
    ),
    Item(
        "A2",
        "实施与证据（底稿、现场、样本）",
        2_000,
        Scorer.SECTION,
        "工作底稿齐全，现场到位，样本量与抽样方法有依据。",
    ),
    Item("A3", "分析与结论", 2_500, Scorer.EXPERT, "逐项分析有数据支撑，评分与证据一致，结论客观。"),
    Item(
        "A4", "问题与建议的针对性、可操作性", 1_500, Scorer.EXPERT, "问题具体、有出处；建议对应问题，可落实、可检查。"
    ),
    Item("A5", "结构、数据与文字", 1_000, Scorer.EXPERT, "七部分齐全，数据前后一致，文字准确。"),
    Item(
        "A6",
        "时效与纪律",
        1_000,
        Scorer.SYSTEM,
        "逾期每个工作日扣 1 分（扣除停时），最多 10 分；违反工作纪律由科室扣分。",
    ),
)
VETOES: Final = (("V1", "转包"), ("V2", "虚假"), ("V3", "泄密"), ("V4", "抄袭"))
INDICATORS: Final = (
    ("决策", "项目立项", "立项依据充分性"),
    ("决策", "项目立项", "立项程序规范性"),
    ("决策", "绩效目标", "绩效目标合理性"),
    ("决策", "绩效目标", "绩效指标明确性"),
    ("决策", "资金投入", "预算编制科学性"),
    ("决策", "资金投入", "资金分配合理性"),
    ("过程", "资金管理", "资金到位率"),
    ("过程", "资金管理", "预算执行率"),
    ("过程", "资金管理", "资金使用合规性"),
    ("过程", "组织实施", "管理制度健全性"),
    ("过程", "组织实施", "制度执行有效性"),
    ("产出", "产出数量", "实际完成率"),
    ("产出", "产出质量", "质量达标率"),
    ("产出", "产出时效", "完成及时性"),
    ("产出", "产出成本", "成本节约率"),
    ("效益", "项目效益", "实施效益"),
    ("效益", "满意度", "满意度"),
)


def weight_problem(items: Iterable[Item]) -> str:
    """Return a code for what is wrong with the items of a rubric: their weights add up to 100 points exactly."""
    rows = list(items)
    if len({item.code for item in rows}) != len(rows):
        return "code_twice"
    if any(item.weight_hundredths <= 0 for item in rows):
        return "weight_not_positive"
    return "" if sum(item.weight_hundredths for item in rows) == FULL else "weights_not_100"
