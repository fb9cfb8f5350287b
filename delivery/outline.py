"""Does a report say what a report must say? Checks on plain text, page by page; no Django, no file formats.

A report is its pages as text. Lines that recur on most pages (running heads and feet) are no content. White space is
never content: a name may break over two lines or two pages.
"""

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import accumulate, pairwise
from typing import Final
from unicodedata import normalize

HEAD_MISSING: Final = "HEAD_MISSING"
WEIGHTS_NOT_100: Final = "WEIGHTS_NOT_100"
TOTAL_NOT_SUM: Final = "TOTAL_NOT_SUM"
GRADE_NOT_SCORE: Final = "GRADE_NOT_SCORE"
OTHER_UNIT: Final = "OTHER_UNIT"
WRONG_SIGNER: Final = "WRONG_SIGNER"

# head → what a heading must hold to be that head; reports of other hands number and word them a little differently
HEADS: Final[Mapping[str, tuple[str, ...]]] = {
    "一、基本情况": ("基本情况", "项目概况"),
    "二、绩效评价工作开展情况": ("评价工作开展情况", "评价工作情况"),
    "三、综合评价情况及评价结论（附评分表）": ("评价结论", "综合评价情况"),
    "四、绩效评价指标分析": ("指标分析",),
    "五、主要经验及做法、存在的问题及原因分析": ("存在的问题", "主要经验及做法"),
    "六、有关建议": ("有关建议", "意见建议", "意见和建议"),
    "七、其他需要说明的问题": ("其他需要说明", "需要说明的其他"),
}
WHOLE: Final = Decimal(100)
LONGEST_HEADING: Final = 45
EXCERPT: Final = 60
FURNITURE_PAGES: Final = 3
STRAY_LINES: Final = 4

_HEADING: Final = re.compile(r"^(?:[一二三四五六七八九十]{1,2}、|第[一二三四五六七八九十]+[章部]分?)\s*\S")
_CONTENTS_LINE: Final = re.compile(r"(?:[.…·]{3,}|\s)\s*\d+$")
_NUMBER: Final = r"(\d+(?:\.\d+)?)"
_ROW: Final = re.compile(rf"^(?P<name>.*\S)\s+{_NUMBER}\s+{_NUMBER}$")
_TOTAL: Final = re.compile(rf"^(?:合\s*计|总\s*计|总\s*分)\s+{_NUMBER}\s+{_NUMBER}$")
_TABLE_TOP: Final = re.compile(r"^(?=.*(?:权重|分值|满分|标准分))(?=.*(?:得分|评分)).*[^\d%]$")
_GRADE: Final = re.compile(r"评价等[级次](?:[：:]|为|是)\s*[“「\"]?(?P<grade>[优良中差])")
_SIGNER: Final = re.compile(
    r"主评人\s*[（(]\s*(?:签字|签名|签章|签字盖章)\s*[）)]\s*[：:]\s*(?P<name>[^\s，。；：（）()、]{2,12})"
)


@dataclass(frozen=True, slots=True)
class Finding:
    """Something wrong: its code, the page (from 1), the words there and what would be right there."""

    code: str
    page: int
    excerpt: str
    right: str

    def plain(self) -> dict[str, str | int]:
        """Return the finding as plain values."""
        return {"code": self.code, "page": self.page, "excerpt": self.excerpt, "right": self.right}


@dataclass(frozen=True, slots=True)
class Line:
    """One line of content with its page."""

    page: int
    text: str


class ReportText:
    """A report's pages as lines of content and as one run of characters, each of which knows its page."""

    def __init__(self, pages: Sequence[str]) -> None:
        """Read the pages; running heads and feet are left out."""
        split = [[_plain(line) for line in page.splitlines()] for page in pages]
        idle = _furniture(split)
        self.lines = [
            Line(number, line)
            for number, page in enumerate(split, 1)
            for line in page
            if line and _masked(line) not in idle
        ]
        parts = [re.sub(r"\s+", "", line.text) for line in self.lines]
        self.flat = "".join(parts)
        self._starts = list(accumulate((len(part) for part in parts), initial=0))[:-1]

    def page_at(self, offset: int) -> int:
        """Return the page on which the character of ``flat`` stands; 1 for an empty report."""
        if not self.lines:
            return 1
        return self.lines[max(bisect_right(self._starts, offset) - 1, 0)].page

    def excerpt_at(self, offset: int, length: int, *, around: int = 12) -> str:
        """Return the words from ``offset``, with a little before and after, at most ``EXCERPT`` characters."""
        start = max(offset - around, 0)
        return self.flat[start : max(offset + length + around, start)][:EXCERPT]


def findings(
    text: ReportText,
    *,
    grade_cuts: Sequence[tuple[str, Decimal]],
    lead_evaluator: str = "",
    own_names: Iterable[str] = (),
    other_units: Iterable[str] = (),
) -> list[Finding]:
    """Return everything wrong with the report's own words, in the order of its pages.

    ``grade_cuts`` are (word, lowest score) from the best down. ``own_names`` may stand in the report (the unit, its
    superior, the project, the commissioner); ``other_units`` may not.
    """
    found = [
        *missing_heads(text),
        *score_faults(text, grade_cuts=grade_cuts),
        *foreign_units(text, own_names=own_names, other_units=other_units),
        *wrong_signers(text, lead_evaluator=lead_evaluator),
    ]
    return sorted(found, key=lambda finding: finding.page)


def missing_heads(text: ReportText) -> list[Finding]:
    """Return one finding per head that no heading carries, on the page where the next head begins."""
    places = {head: _place_of(text, words) for head, words in HEADS.items()}
    found = []
    for position, head in enumerate(HEADS):
        if places[head] is not None:
            continue
        after = [place for later in list(HEADS)[position + 1 :] if (place := places[later]) is not None]
        line = after[0] if after else (text.lines[-1] if text.lines else Line(1, ""))
        found.append(Finding(HEAD_MISSING, line.page, line.text[:EXCERPT], head))
    return found


def _place_of(text: ReportText, words: Sequence[str]) -> Line | None:
    for line, after in pairwise([*text.lines, Line(0, "")]):
        if not _HEADING.match(line.text) or len(line.text) > LONGEST_HEADING or _CONTENTS_LINE.search(line.text):
            continue
        wrapped = line.text if _HEADING.match(after.text) else line.text + after.text[: LONGEST_HEADING // 2]
        if any(word in line.text or (word in wrapped and word not in after.text) for word in words):
            return line
    return None


@dataclass(frozen=True, slots=True)
class ScoreTable:
    """The score table: (name, weight, score) of every row, and the line of the total as printed."""

    rows: tuple[tuple[str, Decimal, Decimal], ...]
    total: Line
    printed_weights: Decimal
    printed_total: Decimal

    @property
    def weights(self) -> Decimal:
        """Return the exact sum of the weights."""
        return sum((weight for _name, weight, _score in self.rows), Decimal(0))

    @property
    def scores(self) -> Decimal:
        """Return the exact sum of the scores."""
        return sum((score for _name, _weight, score in self.rows), Decimal(0))


def score_table(text: ReportText) -> ScoreTable | None:
    """Return the first table of weights and scores that ends in a total; None where there is none."""
    rows: list[tuple[str, Decimal, Decimal]] = []
    stray, inside = 0, False
    for line in text.lines:
        if total := _TOTAL.match(line.text):
            if inside and rows:
                return ScoreTable(tuple(rows), line, Decimal(total[1]), Decimal(total[2]))
            inside = False
        elif _TABLE_TOP.match(line.text):
            rows, stray, inside = (rows if inside else []), 0, True
        elif inside and (row := _ROW.match(line.text)):
            rows.append((row["name"], Decimal(row[2]), Decimal(row[3])))
            stray = 0
        elif inside:
            stray += 1
            inside = stray <= STRAY_LINES
    return None


def score_faults(text: ReportText, *, grade_cuts: Sequence[tuple[str, Decimal]]) -> list[Finding]:
    """Return where weights, total or grade word do not follow from the rows of the score table.

    A total misprinted across a cut takes its grade word with it: that is one finding, whose ``right`` names both.
    """
    table = score_table(text)
    if table is None:
        return []
    found = []
    wrong_weights = table.weights if table.weights != WHOLE else table.printed_weights
    if wrong_weights != WHOLE:
        found.append(Finding(WEIGHTS_NOT_100, table.total.page, table.total.text[:EXCERPT], "100.00"))
    due, printed = grade_of(table.scores, grade_cuts), grade_of(table.printed_total, grade_cuts)
    if table.printed_total != table.scores:
        right = f"{table.scores:.2f}" if due == printed else f"{table.scores:.2f} {due}"
        found.append(Finding(TOTAL_NOT_SUM, table.total.page, table.total.text[:EXCERPT], right))
    for line, word in _grades(text):
        if word not in {due, printed}:
            found.append(Finding(GRADE_NOT_SCORE, line.page, line.text[:EXCERPT], due))
            break
    return found


def grade_of(score: Decimal, cuts: Sequence[tuple[str, Decimal]]) -> str:
    """Return the word whose band [cut, next cut) holds the score; the last word's band has no lower end."""
    return next((word for word, cut in cuts[:-1] if score >= cut), cuts[-1][0])


def _grades(text: ReportText) -> Iterator[tuple[Line, str]]:
    for line in text.lines:
        for match in _GRADE.finditer(line.text):
            yield line, match["grade"]


def foreign_units(text: ReportText, *, own_names: Iterable[str], other_units: Iterable[str]) -> list[Finding]:
    """Return one finding per name of another unit, where it stands first; ``right`` is the report's own unit.

    A name inside one of ``own_names`` is not foreign, and of two foreign names at one place the longer counts.
    """
    own = [re.sub(r"\s+", "", _plain(name)) for name in own_names]
    flat = text.flat
    for name in sorted(filter(None, own), key=len, reverse=True):
        flat = flat.replace(name, "\0" * len(name))
    found = []
    others = {re.sub(r"\s+", "", _plain(name)) for name in other_units} - set(own) - {""}
    for name in sorted(others, key=lambda name: (-len(name), name)):
        at = flat.find(name)
        if at >= 0:
            found.append(Finding(OTHER_UNIT, text.page_at(at), text.excerpt_at(at, len(name)), own[0] if own else ""))
            flat = flat.replace(name, "\0" * len(name))
    return found


def wrong_signers(text: ReportText, *, lead_evaluator: str) -> list[Finding]:
    """Return where another name than the lead evaluator's stands at the signature; none named, nothing to say."""
    wanted = _plain(lead_evaluator).replace(" ", "")
    found = []
    for line in text.lines:
        match = _SIGNER.search(line.text)
        if wanted and match and match["name"] != wanted:
            found.append(Finding(WRONG_SIGNER, line.page, line.text[:EXCERPT], wanted))
    return found


def _plain(line: str) -> str:
    """Return the line with one kind of blank, its compatibility characters in their usual form."""
    kept = normalize("NFC", line).replace("\u3000", " ").replace("\ufffe", "")
    return re.sub(r"[ \t\xa0]+", " ", kept).strip()


def _masked(line: str) -> str:
    return re.sub(r"\d+", "0", line)


def _furniture(pages: Sequence[Sequence[str]]) -> frozenset[str]:
    """Return the lines, numbers aside, that stand among the first or last two of more than half of the pages."""
    edges = Counter(masked for page in pages for masked in {_masked(line) for line in (*page[:2], *page[-2:]) if line})
    return frozenset(line for line, count in edges.items() if count >= FURNITURE_PAGES and count * 2 > len(pages))
