"""The story as it is read from its spreadsheet."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from experts.enums import TitleLevel
from faces.exchange import cells
from faces.exchange.demo.opening import sheet_of
from faces.exchange.demo.play.papers import Told
from faces.exchange.nouns.experts import LEVELS
from faces.exchange.tables import Column, Layout, Record
from reviews.enums import Severity

BOOK: Final = "story.xlsx"
ITEMS: Final = {"方案": "A1", "实施": "A2", "分析": "A3", "建议": "A4", "结构": "A5", "时效": "A6"}
SEVERITIES: Final = {"轻微": Severity.MINOR, "较重": Severity.MAJOR, "严重": Severity.GRAVE}
TASK: Final = Column("task", "任务", cells.text(160))
SEAT: Final = Column("seat", "席位", cells.whole(1, 9))
ITEM: Final = Column("item", "评分项", cells.one_of(ITEMS))
STEPS: Final = Layout(
    "经过",
    (
        Column("day", "日期", cells.day),
        Column("task", "任务", cells.text(160), required=False, default=""),
        Column("step", "步骤", cells.text(20)),
        Column("whom", "对象", cells.text(60), required=False, default=""),
        Column("number", "编号", cells.text(60), required=False, default=""),
        Column("amount", "金额（万元）", cells.wan, required=False),
        Column("words", "说明", cells.text(500), required=False, default=""),
    ),
)
REPORTS: Final = Layout(
    "报告",
    (
        TASK,
        Column("version", "版本", cells.text(20)),
        Column("score", "项目得分", cells.hundredths(100)),
        Column("grade", "绩效等级", cells.text(1)),
        Column("fault", "植入缺陷", cells.text(40), required=False, default=""),
    ),
)
SCORES: Final = Layout(
    "评分",
    (
        TASK,
        SEAT,
        ITEM,
        Column("score", "得分", cells.hundredths(100)),
        Column("page", "页码", cells.whole(1, 999)),
        Column("reason", "理由", cells.text(500), required=False, default=""),
    ),
)
FINDINGS: Final = Layout(
    "问题",
    (
        TASK,
        SEAT,
        Column("page", "页码", cells.whole(1, 999)),
        Column("severity", "严重程度", cells.one_of(SEVERITIES)),
        ITEM,
        Column("words", "内容", cells.text(1000)),
    ),
)
OPINIONS: Final = Layout("个人结论", (TASK, SEAT, Column("words", "结论", cells.text(2000))))
PANELS: Final = Layout(
    "专家组",
    (
        TASK,
        Column("words", "意见", cells.text(4000)),
        Column("asked", "申请金额（万元）", cells.wan, required=False),
        Column("supported", "支持金额（万元）", cells.wan, required=False),
        Column("dissenter", "异议席位", cells.whole(1, 9), required=False),
        Column("dissent", "异议", cells.text(500), required=False, default=""),
    ),
)
SECTION: Final = Layout(
    "科室评分",
    (TASK, ITEM, Column("score", "得分", cells.hundredths(100)), Column("reason", "理由", cells.text(500))),
)
RECTIFIED: Final = Layout(
    "整改",
    (
        TASK,
        Column("asked", "整改要求", cells.text(1000)),
        Column("due", "期限", cells.day),
        Column("told", "整改报告", cells.text(2000), required=False, default=""),
    ),
)
GUESTS: Final = Layout(
    "特邀专家",
    (
        TASK,
        SEAT,
        Column("name", "姓名", cells.name),
        Column("id_number", "身份证号", cells.id_number),
        Column("phone", "手机号", cells.phone),
        Column("title", "职称", cells.text(60)),
        Column("level", "职称级别", cells.one_of(LEVELS)),
        Column("body", "工作单位", cells.body_name),
    ),
)
Seat = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Guest:
    """Somebody of the province who is asked for one task."""

    name: str
    id_number: str
    phone: str
    title: str
    level: TitleLevel
    body: str


@dataclass(slots=True)
class Script:
    """Every sheet of the story, by task and seat."""

    steps: Sequence[Record]
    reports: dict[tuple[str, str], Told]
    scores: dict[Seat, list[Record]] = field(default_factory=lambda: defaultdict(list))
    findings: dict[Seat, list[Record]] = field(default_factory=lambda: defaultdict(list))
    opinions: dict[Seat, str] = field(default_factory=dict)
    panels: dict[str, Record] = field(default_factory=dict)
    section: dict[str, list[Record]] = field(default_factory=lambda: defaultdict(list))
    rectified: dict[str, Record] = field(default_factory=dict)
    guests: dict[str, list[Guest]] = field(default_factory=lambda: defaultdict(list))


def read_script() -> Script:
    """Read the story; raise ``ImportRefused`` where its spreadsheet has faults."""
    script = Script(
        steps=sorted(sheet_of(BOOK, STEPS), key=lambda row: (row["day"], row.row)),
        reports={
            (row["task"], row["version"]): Told(row["score"], row["grade"], row["fault"])
            for row in sheet_of(BOOK, REPORTS)
        },
    )
    for row in sheet_of(BOOK, SCORES):
        script.scores[row["task"], row["seat"]].append(row)
    for row in sheet_of(BOOK, FINDINGS):
        script.findings[row["task"], row["seat"]].append(row)
    for row in sheet_of(BOOK, OPINIONS):
        script.opinions[row["task"], row["seat"]] = row["words"]
    for row in sheet_of(BOOK, PANELS):
        script.panels[row["task"]] = row
    for row in sheet_of(BOOK, SECTION):
        script.section[row["task"]].append(row)
    for row in sheet_of(BOOK, RECTIFIED):
        script.rectified[row["task"]] = row
    for row in sheet_of(BOOK, GUESTS):
        guest = Guest(row["name"], row["id_number"], row["phone"], row["title"], row["level"], row["body"])
        script.guests[row["task"]].append(guest)
    return script
