"""报告质量评分表: every number that went into a rating, and the arithmetic a clerk can redo with a pencil."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

from reportlab.lib.colors import HexColor
from reportlab.lib.units import mm
from reportlab.platypus import Flowable, Spacer

from faces.documents.kit import (
    CELL,
    HEAD_CELL,
    INK,
    NOTE,
    SMALL,
    Prose,
    Sheet,
    SignPlaces,
    Square,
    Style,
    facts,
    heading,
    press,
    section,
    three_line,
    together,
)
from faces.documents.text import INK_3, RULE, put

VERDICT: Final = Style(size=15, leading=24, voice="title", bold=True, align="left", before=4)
STEP: Final = Style(size=9.5, leading=15.5, align="left", hang=1.5)
BANDS: Final = (HexColor("#f8f4ec"), HexColor("#f0ebe0"), HexColor("#eae3d5"), HexColor("#e3dac9"))
FULL: Final = Decimal(100)


@dataclass(frozen=True, slots=True)
class ScoreRow:
    """One item: points per rater as printed or ``无法判断``; ``spread`` is empty where all agree by rule."""

    name: str
    weight: str
    scored_by: str
    scores: Sequence[str]
    spread: str = ""


@dataclass(frozen=True, slots=True)
class Adjustment:
    """One move after the arithmetic: points as printed (``-2.00``), its reason and source."""

    reason: str
    source: str
    points: str


@dataclass(frozen=True, slots=True)
class DeductionLine:
    """Why points were taken: item, page in the report, words."""

    item: str
    page: str
    reason: str


@dataclass(frozen=True, slots=True)
class RatingSheet:
    """The facts of one rating. Scores are the text to print; ``score``, ``low`` and ``high`` read as decimals."""

    bureau: str
    number: str
    project: str
    unit: str
    firm: str
    lead_evaluator: str
    report_version: str
    report_sha256: str
    rubric_version: str
    formula_version: str
    raters: Sequence[str]
    rows: Sequence[ScoreRow]
    totals: Sequence[str]
    used: Sequence[str]
    steps: Sequence[str]
    raw: str
    adjustments: Sequence[Adjustment]
    score: str
    grade: str
    low: str
    high: str
    interval_words: str
    standing: str
    bands: Sequence[tuple[str, str]]
    deductions: Sequence[DeductionLine]
    appeal_words: str
    journal_position: str
    verify_url: str = ""
    vetoes: str = "无"
    total_weight: str = "100"  # of the items that the raters score


class Scale(Flowable):
    """The score and its interval on the line from 0 to 100, with the bands named."""

    def __init__(self, sheet: RatingSheet) -> None:
        """Keep the numbers; ``bands`` run from the lowest, each with the score it begins at."""
        super().__init__()
        self.sheet = sheet

    def wrap(self, availWidth: float, availHeight: float) -> tuple[float, float]:  # noqa: N803, ARG002 - reportlab's names
        """Take the whole width."""
        self.width, self.height = availWidth, 58
        return self.width, self.height

    def draw(self) -> None:
        """Draw bands, cuts, interval and score."""
        canvas, sheet = self.canv, self.sheet

        def place(value: str | Decimal) -> float:
            return float(max(Decimal(0), min(FULL, Decimal(value))) / FULL) * self.width

        starts = [start for _, start in sheet.bands]
        ends = [*starts[1:], "100"]
        low, tall = 22, 20
        small = replace(NOTE, align="centre")
        for index, ((name, start), end) in enumerate(zip(sheet.bands, ends, strict=True)):
            left, right = place(start), place(end)
            canvas.setFillColor(BANDS[min(index, len(BANDS) - 1)])
            canvas.rect(left, low, right - left, tall, stroke=0, fill=1)
            put(canvas, name, small, (left, low - 10), right - left)
            canvas.setStrokeColor(RULE)
            canvas.setLineWidth(0.6)
            canvas.line(left, low - 3, left, low + tall)
            put(canvas, start, small, (left - 15 if index else 0, low - 21), 30 if index else 8)
        put(canvas, "100", replace(NOTE, align="right"), (self.width - 30, low - 21), 30)
        canvas.line(self.width, low - 3, self.width, low + tall)
        canvas.line(0, low, self.width, low)
        middle = low + tall / 2
        canvas.setStrokeColor(INK)
        canvas.setLineWidth(1.2)
        left, right, at = place(sheet.low), place(sheet.high), place(sheet.score)
        canvas.line(left, middle, right, middle)
        for tick in (left, right):
            canvas.line(tick, middle - 4, tick, middle + 4)
        canvas.setFillColor(INK)
        canvas.circle(at, middle, 3.2, stroke=0, fill=1)
        words = f"{sheet.score}（{sheet.low}—{sheet.high}）"
        put(canvas, words, replace(CELL, align="centre"), (min(at, self.width - 60) - 60, low + tall + 5), 120)


def build(rating: RatingSheet) -> bytes:
    """Return the sheet as PDF bytes; raters appear under the letters given, never by name."""
    sheet = Sheet(
        title="报告质量评分表",
        number=rating.number,
        owner=rating.bureau,
        note=f"评分标准 {rating.rubric_version}  公式 {rating.formula_version}  日志 {rating.journal_position}",
        top=14 * mm,
        bottom=18 * mm,
    )
    story: list[Flowable] = [
        *heading(sheet),
        facts(
            [
                ("项目", rating.project),
                ("被评价单位", rating.unit),
                ("承办机构", rating.firm),
                ("主评人", rating.lead_evaluator),
                ("评分标准", rating.rubric_version),
                ("计算公式", rating.formula_version),
                ("报告版本", f"{rating.report_version}  SHA-256 {rating.report_sha256}"),
            ],
            room=sheet.room,
        ),
        Prose(f"得分 {rating.score}，等级 {rating.grade}，{rating.standing}", VERDICT),
        Scale(rating),
        section("一、评分人与评分项"),
        _grid(rating, sheet),
        section("二、算式"),
        *[Prose(f"{index}. {words}", STEP) for index, words in enumerate(rating.steps, start=1)],
        section("三、调整"),
        _adjustments(rating, sheet),
        Prose(f"区间：{rating.interval_words}", replace(SMALL, before=2)),
        Prose(f"一票否决事项：{rating.vetoes}。", SMALL),
        *_deductions(rating, sheet),
        together(
            section("五、告知与签字"),
            Prose(rating.appeal_words, SMALL),
            SignPlaces(["经办（签字）：", "科室负责人（签字）："]),
            *_check(rating),
        ),
    ]
    return press(story, sheet)


def _grid(rating: RatingSheet, sheet: Sheet) -> Flowable:
    count = len(rating.raters)
    rows: list[list[str | Prose]] = [
        [row.name, row.scored_by, row.weight, *row.scores, row.spread] for row in rating.rows
    ]
    rows.append(["评分人合计", "", rating.total_weight, *rating.totals, ""])
    muted = replace(HEAD_CELL, align="right")
    used: list[str | Prose] = ["是否计入", "", "", *[Prose(words, muted) for words in rating.used], ""]
    return three_line(
        ["评分项", "评分方", "满分", *rating.raters, "极差"],
        [*rows, used],
        widths=[49, 13, 8, *[12.5] * count, 9],
        align="ll" + "r" * (count + 2),
        room=sheet.room,
        extra=[("LINEABOVE", (0, -2), (-1, -2), 0.6, RULE), ("TEXTCOLOR", (0, -1), (-1, -1), INK_3)],
    )


def _adjustments(rating: RatingSheet, sheet: Sheet) -> Flowable:
    rows = [["原始得分", "", rating.raw]]
    rows += [[move.reason, move.source or "本局设定", move.points] for move in rating.adjustments]
    rows += [] if rating.adjustments else [["无调整", "", "0"]]
    return three_line(
        ["事由", "来源", "分值"],
        [*rows, ["最后得分", rating.grade, rating.score]],
        widths=[50, 35, 15],
        align="llr",
        room=sheet.room,
        total=True,
    )


def _deductions(rating: RatingSheet, sheet: Sheet) -> list[Flowable]:
    rows = [[line.item, line.page, line.reason] for line in rating.deductions]
    return [
        section("四、扣分页码与理由"),
        three_line(
            ["评分项", "页码", "理由"], rows or [["无扣分", "", ""]], widths=[28, 10, 62], align="lcl", room=sheet.room
        ),
    ]


def _check(rating: RatingSheet) -> list[Flowable]:
    if not rating.verify_url:
        return []
    words = (
        f"核验页：{rating.verify_url}\n"
        "复算包含各评分人原始分、理由、评分标准与公式版本，recompute.py 离线复算可得到相同数字。"
    )
    return [Spacer(1, 6), Square(rating.verify_url, words, side=20 * mm)]
