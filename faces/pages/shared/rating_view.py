"""A rating opened to its parts: raters and items, the arithmetic step by step, how sure it is, what would change it."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final

from django.utils.translation import gettext as _

from faces.pages.shared import formats
from reviews import scoring
from reviews.enums import ReportGrade

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from reviews.models import Opinion

HUNDRED: Final = 100
WIDE_GAP: Final = 30  # per cent of an item's weight
LETTERS: Final = "甲乙丙丁戊己庚辛壬癸"


def points_of(value: str | Fraction, cuts: Sequence[int] = (90, 80, 60)) -> str:
    """Return an exact value as it is printed: rounding never crosses a cut."""
    return scoring.printed(Fraction(value), cuts)


def letter(place: int) -> str:
    """Return the letter that stands for a rater: 甲 or A. It tells no name and no seat."""
    return LETTERS[place % len(LETTERS)] if formats.in_chinese() else chr(ord("A") + place % len(LETTERS))


@dataclass(frozen=True, slots=True)
class GridCell:
    """One rater's points for one item, and where their reason stands."""

    text: str
    anchor: str
    is_far: bool


@dataclass(frozen=True, slots=True)
class GridRow:
    """One item: who scores it, each rater's points or the one number for all, and how far apart they lie."""

    name: str
    scorer: str
    weight: str
    cells: Sequence[GridCell]
    same: str
    spread: str
    is_wide: bool


@dataclass(frozen=True, slots=True)
class Total:
    """One rater's points for the experts' items, and what the formula does with them."""

    letter: str
    points: str
    word: str
    is_cut: bool


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the sum: what is done, a word of explanation, and what comes out."""

    words: str
    small: str
    out: str
    is_end: bool = False


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """Everything that a reader needs to do the sum by hand."""

    grid: Sequence[GridRow]
    totals: Sequence[Total]
    most: str
    spread: str
    steps: Sequence[Step]
    counted: Sequence[Fraction]
    cut: Sequence[Fraction]
    point: Fraction


@dataclass(frozen=True, slots=True)
class HowSure:
    """The interval, where it comes from, and what it means."""

    low: Fraction
    high: Fraction
    verdict: str
    word: str
    words: str
    sum: str
    asks_for_more: bool


@dataclass(frozen=True, slots=True)
class Line:
    """What one rater gave one item, where in the report, and why."""

    anchor: str
    item: str
    points: str
    page: int | None
    reason: str


@dataclass(frozen=True, slots=True)
class Voice:
    """One rater's points with their reasons; name, moment and opinion only where the reader may know them."""

    letter: str
    name: str
    when: str
    lines: Sequence[Line]


class Opened:
    """A rating document, with everything that its pages compute from it."""

    def __init__(self, document: Mapping[str, Any], names: Mapping[str, str], final: str) -> None:
        """Read ``document``; ``names`` are the items' names by code, ``final`` the value after an appeal."""
        self.document, self.names = document, names
        self.items = [scoring.Item(item["code"], item["weight"], item["scorer"]) for item in document["items"]]
        self.raters: list[Mapping[str, int | None]] = [rater["scores"] for rater in document["raters"]]
        self.parts = [scoring.rater_part(self.items, scores) for scores in self.raters]
        self.formula: str = document["formula"]
        self.cuts: Sequence[int] = document["cuts"]
        self.expert_part = scoring.combined(self.parts, self.formula)
        self.point = Fraction(final or document["adjusted"])
        self.shift = self.point - self.expert_part
        self.most = Fraction(sum(i.weight for i in self.items if i.scorer == scoring.EXPERT), HUNDRED)

    def shown(self, value: str | Fraction) -> str:
        """Return a value as it is printed."""
        return points_of(value, self.cuts)

    def name(self, item: scoring.Item) -> str:
        """Return the item's name."""
        return self.names.get(item.code, item.code)

    @property
    def dropped(self) -> tuple[int, ...]:
        """The places of the highest and the lowest where the formula drops them, in this order."""
        if self.formula != scoring.TRIMMED:
            return ()
        order = sorted(range(len(self.parts)), key=lambda place: self.parts[place])
        return order[-1], order[0]

    def late(self) -> Fraction:
        """Return the points taken off for lateness."""
        return Fraction(self.document["raw"]) - Fraction(self.document["adjusted"])


def arithmetic(opened: Opened) -> Arithmetic:
    """Return the rating document as grid and steps."""
    dropped = opened.dropped
    high = dropped[:1]
    totals = [
        Total(
            letter(place),
            formats.score(part),
            _("highest, left out") if place in high else _("lowest, left out") if place in dropped else _("counts"),
            place in dropped,
        )
        for place, part in enumerate(opened.parts)
    ]
    moved = list(enumerate(opened.parts))
    return Arithmetic(
        grid=[_row(opened, item) for item in opened.items],
        totals=totals,
        most=formats.score(opened.most),
        spread=formats.score(max(opened.parts) - min(opened.parts)),
        steps=_steps(opened),
        counted=[part + opened.shift for place, part in moved if place not in dropped],
        cut=[part + opened.shift for place, part in moved if place in dropped],
        point=opened.point,
    )


def _row(opened: Opened, item: scoring.Item) -> GridRow:
    words = {scoring.EXPERT: _("experts"), scoring.SECTION: _("section"), scoring.SYSTEM: _("section and system")}
    weight = formats.score(item.weight)
    if item.scorer != scoring.EXPERT:
        same = formats.score(opened.document["others"][item.code])
        return GridRow(opened.name(item), words[item.scorer], weight, (), same, "", is_wide=False)
    known = [value for scores in opened.raters if (value := scores[item.code]) is not None]
    gap = max(known) - min(known) if known else 0
    is_wide = gap * HUNDRED > item.weight * WIDE_GAP
    ends = {max(known), min(known)} if is_wide else set()
    cells = [
        GridCell(
            _("cannot judge") if scores[item.code] is None else formats.score(scores[item.code] or 0),
            f"{place}-{item.code}",
            scores[item.code] in ends,
        )
        for place, scores in enumerate(opened.raters)
    ]
    return GridRow(opened.name(item), words[item.scorer], weight, cells, "", formats.score(gap), is_wide)


def _steps(opened: Opened) -> list[Step]:
    document, dropped = opened.document, opened.dropped
    kept = [(letter(place), part) for place, part in enumerate(opened.parts) if place not in dropped]
    total = sum((part for _letter, part in kept), Fraction(0))
    steps = []
    if dropped:
        highest, lowest = dropped
        facts = {
            "count": len(opened.parts),
            "high": f"{letter(highest)} {formats.score(opened.parts[highest])}",
            "low": f"{letter(lowest)} {formats.score(opened.parts[lowest])}",
        }
        words = _("%(count)d raters: leave out the highest, %(high)s, and the lowest, %(low)s") % facts
        rest = _("%(count)d are left") % {"count": len(kept)}
        steps.append(Step(words, _("A panel of five or more leaves out both ends; three or four do not."), rest))
    listed = " + ".join(formats.score(part) for _letter, part in kept)
    steps.append(Step(listed, " ".join(one for one, _part in kept), formats.score(total)))
    steps.append(Step(f"{formats.score(total)} ÷ {len(kept)}", _("the panel’s value"), _exact(opened.expert_part)))
    others = [item for item in opened.items if item.scorer != scoring.EXPERT]
    if others:
        rest = " + ".join(formats.score(document["others"][item.code]) for item in others)
        named = "; ".join(opened.name(item) for item in others)
        steps.append(
            Step(f"+ {rest}", _("scored by the bureau: %(items)s") % {"items": named}, _exact(document["raw"]))
        )
    days = document["late"]["days"]
    words = _("Late by %(days)d working days") % {"days": days} if days else _("Not late")
    small = _("%(points)s for each day, %(most)s at most, never more than the item holds") % {
        "points": formats.score(document["late"]["per_day"]),
        "most": formats.score(document["late"]["most"]),
    }
    steps.append(Step(words, small, f"− {formats.score(opened.late())}"))
    for move in document.get("moves", ()):
        change = Fraction(move["after"]) - Fraction(move["before"])
        sign = "−" if change < 0 else "+"
        steps.append(Step(_("Appeal decided"), move["reason"], f"{sign} {formats.score(abs(change))}"))
    grade = str(ReportGrade(document["grade"]).label)
    small = _("The grade goes by the exact value %(value)s: %(grade)s.") % {
        "value": _exact(opened.point),
        "grade": grade,
    }
    if document.get("veto"):
        small = _("A veto is proven: the grade is the lowest, the arithmetic stays.")
    steps.append(Step(_("Score"), small, opened.shown(opened.point), is_end=True))
    return steps


def _exact(value: str | Fraction) -> str:
    """Return a value with four decimals and an ellipsis where it does not end there."""
    points = Fraction(value)
    if points * HUNDRED == int(points * HUNDRED):
        return formats.score(points)
    scale = HUNDRED * HUNDRED
    cut = Fraction(int(points * scale), scale)
    return formats.score(cut, places=4) + ("" if cut == points else "…")


def how_sure(opened: Opened) -> HowSure | None:
    """Return the interval with the s and ν that were stored with the rating; None where none were."""
    spread = opened.document.get("spread")
    if not spread or spread["freedom"] < 1:
        return None
    sd, freedom, size = float(spread["sd"]), int(spread["freedom"]), len(opened.parts)
    found = scoring.interval(opened.point, size=size, formula=opened.formula, sd=sd, freedom=freedom, cuts=opened.cuts)
    words = {
        "clear": (_("clear"), _("No cut lies within the reach of chance.")),
        "likely": (_("likely"), _("A cut lies near, but most panels would give this grade.")),
        "borderline": (_("borderline"), _("Another panel might give the next grade.")),
    }
    factor = found.se / sd if sd else 0.0
    reach = scoring.t_quantile(scoring.CONFIDENCE, freedom) * found.se
    t = scoring.t_quantile(scoring.CONFIDENCE, freedom)
    more = scoring.wants_extra_rater(
        verdict=found.verdict, parts=opened.parts, sd=sd, items=opened.items, raters=opened.raters
    )
    return HowSure(
        low=_hundredths(found.low),
        high=_hundredths(found.high),
        verdict=found.verdict,
        word=words[found.verdict][0],
        words=words[found.verdict][1],
        sum=f"{opened.shown(opened.point)} ± {t:.3f} × {sd:.2f} × {factor:.4f} = ± {reach:.2f}",
        asks_for_more=more,
    )


def _hundredths(points: float) -> Fraction:
    return Fraction(round(points * HUNDRED), HUNDRED)


def what_changes(opened: Opened, *, is_open: bool) -> list[tuple[str, str, str]]:
    """Return (condition, grade's code, words) of what would give another grade; one more rater while ``is_open``."""
    points, cuts, names = opened.point, opened.cuts, opened.document["names"]
    above = [cut for cut in cuts if cut > points]
    below = [cut for cut in cuts if cut <= points]
    found = []
    if above:
        gap = _up(min(above) - points)
        found.append(
            (_("%(points)s points more") % {"points": gap}, scoring.grade_of(Fraction(min(above)), cuts, names), "")
        )
    if below:
        gap = _up(points - max(below))
        words = _("anything more than %(points)s points less") % {"points": gap}
        found.append((words, names[list(cuts).index(max(below)) + 1], ""))
    if is_open:
        found += _next_rater(opened, above, below)
    return found


def _next_rater(opened: Opened, above: Sequence[int], below: Sequence[int]) -> list[tuple[str, str, str]]:
    cuts, names = opened.cuts, opened.document["names"]
    most = formats.score(opened.most)
    found = []
    if above:
        code = scoring.grade_of(Fraction(min(above)), cuts, names)
        least = scoring.next_rater_for(opened.parts, opened.formula, min(above) - opened.shift, opened.most)
        if least is None:
            found.append((_("one more rater, whatever the points"), code, _("out of reach")))
        else:
            facts = {"points": _up(least), "most": most}
            found.append((_("one more rater giving %(points)s of %(most)s or more") % facts, code, ""))
    if below:
        code = names[list(cuts).index(max(below)) + 1]
        least = scoring.next_rater_for(opened.parts, opened.formula, max(below) - opened.shift, opened.most)
        if least is None or least > 0:
            facts = {"points": _up(opened.most if least is None else least), "most": most}
            found.append((_("one more rater giving less than %(points)s of %(most)s") % facts, code, ""))
        else:
            found.append((_("one more rater, whatever the points"), code, _("out of reach")))
    return found


def _up(points: Fraction) -> str:
    """Return points rounded up at two decimals, so that what is said suffices."""
    return formats.score(Fraction(-((-points * HUNDRED).__floor__()), HUNDRED))


def voices(opened: Opened, opinions: Iterable[Opinion], *, named: bool) -> list[Voice]:
    """Return each rater's reasons in the order of the document; who and when only where ``named``."""
    waiting = list(opinions)
    found = []
    for place, scores in enumerate(opened.raters):
        match = next((one for one in waiting if _given(one) == scores), None)
        if match is None:
            continue
        waiting.remove(match)
        by_code = {row.item.code: row for row in match.scores.all()}
        lines = []
        for item in opened.items:
            if row := by_code.get(item.code):
                value = _("cannot judge") if row.score_hundredths is None else formats.score(row.score_hundredths)
                points = f"{value} / {formats.score(item.weight)}"
                lines.append(Line(f"{place}-{item.code}", opened.name(item), points, row.page, row.reason))
        expert = match.assignment.expert
        name = expert.person.name if named and expert else ""
        when = formats.moment(match.submitted_at) if named and match.submitted_at else ""
        found.append(Voice(letter(place), name, when, lines))
    return found


def _given(opinion: Opinion) -> dict[str, int | None]:
    return {row.item.code: row.score_hundredths for row in opinion.scores.all()}
