"""The official arithmetic of a report's rating, in exact fractions, and how sure it is. Loads no Django.

Points run from 0 to 100. Rubric weights and scores come in hundredths of a point. docs: ratings, paragraphs 1 and 3.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import exp, inf, lgamma, log, sqrt
from typing import Final

EXPERT: Final = "EXPERT"
SECTION: Final = "SECTION"
SYSTEM: Final = "SYSTEM"
FEWEST: Final = 3
TRIMMED_FROM: Final = 5
MEAN: Final = "gongping-rating-1/mean"
TRIMMED: Final = "gongping-rating-1/trimmed"
HUNDRED: Final = 100
DECIMALS: Final = 2
MOST_DECIMALS: Final = 6
SPELLED_DECIMALS: Final = 4
TRIM_FACTORS: Final[Mapping[int, float]] = {5: 0.4766, 6: 0.4289, 7: 0.3937, 8: 0.3660}
CLEAR_SE: Final = 1.96
BORDERLINE_SE: Final = 0.674
CONFIDENCE: Final = 0.975
SPREAD_FLOOR: Final = 15
TINY: Final = 1e-12
SPREAD_Q: Final[Mapping[int, float]] = {3: 4.17, 4: 4.46, 5: 4.67, 6: 4.83}


class ScoringError(ValueError):
    """The numbers do not make a rating; ``code`` says why."""

    def __init__(self, code: str, message: str) -> None:
        """Keep the code."""
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True)
class Item:
    """One rubric item; ``weight`` in hundredths of a point."""

    code: str
    weight: int
    scorer: str


@dataclass(frozen=True, slots=True)
class Rating:
    """What came out: each rater's part, the combined part, and the two values; ``formula`` names the arithmetic."""

    formula: str
    raters: tuple[Fraction, ...]
    expert_part: Fraction
    other_part: Fraction
    late_points: Fraction
    raw: Fraction
    adjusted: Fraction
    grade: str


def formula_for(first_size: int) -> str:
    """Return the formula that the panel's first size fixes; raise ``ScoringError`` below three."""
    if first_size < FEWEST:
        raise ScoringError("too_few", f"a grade needs at least {FEWEST} raters")
    return TRIMMED if first_size >= TRIMMED_FROM else MEAN


def rater_part(items: Sequence[Item], scores: Mapping[str, int | None]) -> Fraction:
    """Return one rater's points for the items that experts score.

    An item without a judgement (None) leaves this rater's denominator: the judged ones stand for the whole part. Raise
    ``ScoringError`` for a missing item, a score outside its weight, or nothing judged.
    """
    experts = [item for item in items if item.scorer == EXPERT]
    whole = judged = got = 0
    for item in experts:
        if item.code not in scores:
            raise ScoringError("missing_item", f"{item.code} has no score")
        value = scores[item.code]
        whole += item.weight
        if value is None:
            continue
        if not 0 <= value <= item.weight:
            raise ScoringError("out_of_range", f"{item.code}: {value} lies outside 0..{item.weight}")
        judged += item.weight
        got += value
    if not judged:
        raise ScoringError("nothing_judged", "a rater judged no item")
    return Fraction(got * whole, judged * HUNDRED)


def combined(parts: Sequence[Fraction], formula: str) -> Fraction:
    """Return the panel's value: the mean, or the mean without one highest and one lowest.

    Raise ``ScoringError`` where too few raters are left.
    """
    if len(parts) < FEWEST:
        raise ScoringError("too_few", f"a grade needs at least {FEWEST} raters")
    kept = sorted(parts)[1:-1] if formula == TRIMMED else list(parts)
    return sum(kept, Fraction(0)) / len(kept)


def next_rater_for(parts: Sequence[Fraction], formula: str, wanted: Fraction, most: Fraction) -> Fraction | None:
    """Return from how many points of one more rater the panel's value reaches ``wanted``; None where no points do.

    ``most`` is what a rater can give at most. The value only rises with those points, so one number says it all.
    """
    if combined([*parts, Fraction(0)], formula) >= wanted:
        return Fraction(0)
    if combined([*parts, most], formula) < wanted:
        return None
    if formula == TRIMMED:
        middle = sorted(parts)[1:-1]
        return wanted * (len(middle) + 1) - sum(middle, Fraction(0))
    return wanted * (len(parts) + 1) - sum(parts, Fraction(0))


def grade_of(points: Fraction, cuts: Sequence[int], names: Sequence[str]) -> str:
    """Return the band of exact ``points``: ``cuts`` descend in points, each band includes its lower end."""
    return next((name for cut, name in zip(cuts, names, strict=False) if points >= cut), names[len(cuts)])


def rate(
    *,
    items: Sequence[Item],
    raters: Sequence[Mapping[str, int | None]],
    others: Mapping[str, int],
    first_size: int,
    late_days: int,
    late_per_day: int,
    late_most: int,
    cuts: Sequence[int],
    names: Sequence[str],
    veto: str = "",
) -> Rating:
    """Return the rating; ``others`` are the hundredths for the items of section and system, before lateness.

    ``late_per_day`` and ``late_most`` are hundredths; lateness never takes more than the system item holds. A proven
    ``veto`` makes the lowest grade; the arithmetic stays. Raise ``ScoringError`` for anything that does not fit.
    """
    formula = formula_for(first_size)
    parts = tuple(rater_part(items, scores) for scores in raters)
    expert_part = combined(parts, formula)
    other, system = 0, 0
    for item in items:
        if item.scorer == EXPERT:
            continue
        value = others.get(item.code)
        if value is None:
            raise ScoringError("missing_item", f"{item.code} has no score")
        if not 0 <= value <= item.weight:
            raise ScoringError("out_of_range", f"{item.code}: {value} lies outside 0..{item.weight}")
        other += value
        system += value if item.scorer == SYSTEM else 0
    late = min(late_days * late_per_day, late_most, system)
    other_part, late_points = Fraction(other, HUNDRED), Fraction(late, HUNDRED)
    raw = expert_part + other_part
    adjusted = raw - late_points
    grade = names[len(cuts)] if veto else grade_of(adjusted, cuts, names)
    return Rating(formula, parts, expert_part, other_part, late_points, raw, adjusted, grade)


def printed(points: Fraction, cuts: Sequence[int] = (90, 80, 60)) -> str:
    """Return ``points`` half-up at two decimals; more, up to six, where rounding would cross a cut, then cut off.

    89.995 stays 89.995, 269999/3000 is 89.9997, 59.9999999 is 59.99….
    """
    for decimals in range(DECIMALS, MOST_DECIMALS + 1):
        shown = _half_up(points, decimals)
        if all((shown >= cut) == (points >= cut) for cut in cuts):
            return _text(shown, decimals)
    return _text(Fraction(int(points * HUNDRED), HUNDRED), DECIMALS) + "…"


def spelled(points: Fraction) -> str:
    """Return ``points`` exactly: up to four decimals where they do, else also as a division: 92.1666… (553 ÷ 6)."""
    for decimals in range(DECIMALS, SPELLED_DECIMALS + 1):
        if points == _half_up(points, decimals):
            return _text(points, decimals)
    return f"{_text(points, SPELLED_DECIMALS)}… ({points.numerator} ÷ {points.denominator})"


def _half_up(points: Fraction, decimals: int) -> Fraction:
    scale = 10**decimals
    return Fraction((2 * points.numerator * scale + points.denominator) // (2 * points.denominator), scale)


def _text(points: Fraction, decimals: int) -> str:
    units = int(points * 10**decimals)
    return f"{units // 10**decimals}.{units % 10**decimals:0{decimals}d}"


# How sure


@dataclass(frozen=True, slots=True)
class Interval:
    """The 95 % interval in points, and whether the grade is clear, likely or borderline."""

    low: float
    high: float
    se: float
    verdict: str


def pooled_sd(reports: Sequence[Sequence[Fraction]]) -> tuple[float, int]:
    """Return (s, ν): the pooled within-report SD of raw scores and its degrees of freedom; (0, 0) without any."""
    squares, freedom = 0.0, 0
    for scores in reports:
        if len(scores) > 1:
            mean = sum(scores, Fraction(0)) / len(scores)
            squares += float(sum(((score - mean) ** 2 for score in scores), Fraction(0)))
            freedom += len(scores) - 1
    return (sqrt(squares / freedom), freedom) if freedom else (0.0, 0)


def interval(points: Fraction, *, size: int, formula: str, sd: float, freedom: int, cuts: Sequence[int]) -> Interval:
    """Return the interval of a score by ``size`` raters; raise ``ScoringError`` without degrees of freedom."""
    if freedom < 1:
        raise ScoringError("no_freedom", "no report with two raters yet")
    factor = TRIM_FACTORS.get(size, 1 / sqrt(max(size - 2, 1))) if formula == TRIMMED else 1 / sqrt(size)
    se = sd * factor
    reach = t_quantile(CONFIDENCE, freedom) * se
    nearest = min((abs(float(points) - cut) for cut in cuts), default=inf)
    verdict = "clear" if nearest > CLEAR_SE * se else "borderline" if nearest < BORDERLINE_SE * se else "likely"
    return Interval(max(0.0, float(points) - reach), min(100.0, float(points) + reach), se, verdict)


def wants_extra_rater(
    *,
    verdict: str,
    parts: Sequence[Fraction],
    sd: float,
    items: Sequence[Item],
    raters: Sequence[Mapping[str, int | None]],
) -> bool:
    """Return whether one more rater is asked, once: borderline, a wide range, or a gap above 30 % of an item."""
    if verdict == "borderline":
        return True
    q = SPREAD_Q.get(len(parts), SPREAD_Q[6] if len(parts) > max(SPREAD_Q) else inf)
    if parts and float(max(parts) - min(parts)) > max(SPREAD_FLOOR, q * sd):
        return True
    for item in items:
        known = [value for scores in raters if (value := scores.get(item.code)) is not None]
        if known and (max(known) - min(known)) * 10 > item.weight * 3:
            return True
    return False


def t_quantile(p: float, freedom: int) -> float:
    """Return the quantile ``p`` (above one half) of Student's t by bisection over its distribution function."""
    low, high = 0.0, 1e4
    for _step in range(200):
        middle = (low + high) / 2
        if _t_cdf(middle, freedom) < p:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def _t_cdf(t: float, freedom: int) -> float:
    x = freedom / (freedom + t * t)
    return 1 - _beta(x, freedom / 2, 0.5) / 2


def _beta(x: float, a: float, b: float) -> float:
    """Return the regularised incomplete beta function by its continued fraction."""
    if x <= 0:
        return 0.0
    if x >= 1:
        return 1.0
    if x > (a + 1) / (a + b + 2):
        return 1 - _beta(1 - x, b, a)
    front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log(1 - x)) / a
    f, c, d = 1.0, 1.0, 0.0
    for step in range(300):
        m = step // 2
        if step == 0:
            numerator = 1.0
        elif step % 2 == 0:
            numerator = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        else:
            numerator = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        d = 1 / (1 + numerator * d)
        c = 1 + numerator / c
        f *= c * d
        if abs(1 - c * d) < TINY:
            break
    return front * (f - 1)
