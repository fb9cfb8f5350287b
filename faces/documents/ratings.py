"""From a rating's rows to its paper: what 报告质量评分表 prints, in Chinese whatever the reader's language."""

from datetime import date
from fractions import Fraction
from typing import Any, Final

from django.utils import translation

from delivery.models import Commission
from faces.documents.dates import in_words
from faces.documents.rating_sheet import Adjustment, DeductionLine, RatingSheet, ScoreRow, build
from foundation.audit.selectors import history
from foundation.core import clock
from parties.selectors import name_on, person_name_on
from reviews import scoring
from reviews.enums import RatingStatus
from reviews.models import Opinion, QualityRating
from reviews.selectors import section_scores, submitted_opinions

CHINESE: Final = "zh-hans"
LETTERS: Final = "甲乙丙丁戊己庚辛壬癸"
SCORERS: Final = {"EXPERT": "专家", "SECTION": "科室", "SYSTEM": "科室、系统"}
GRADES: Final = {"EXCELLENT": "优秀", "GOOD": "良好", "QUALIFIED": "合格", "UNQUALIFIED": "不合格"}
VERDICTS: Final = {"clear": "等级明确", "likely": "等级较明确", "borderline": "临界"}
HUNDRED: Final = 100


def rating_sheet(rating: QualityRating, *, verify_url: str = "") -> bytes:
    """Return the sheet of a computed rating as PDF; raters by letter, neither name nor seat."""
    with translation.override(CHINESE):
        return build(_facts(rating, verify_url))


def _facts(rating: QualityRating, verify_url: str) -> RatingSheet:
    task, document, commission = rating.task, rating.document, rating.commission
    names = dict(rating.rubric_version.items.values_list("code", "name"))
    items = [scoring.Item(item["code"], item["weight"], item["scorer"]) for item in document["items"]]
    raters = [rater["scores"] for rater in document["raters"]]
    parts = [scoring.rater_part(items, scores) for scores in raters]
    point = Fraction(rating.final or rating.adjusted)
    opinions = list(submitted_opinions(rating.re_review))
    version = next((one.version for one in opinions if one.version), None)
    entry = history(rating).order_by("-pk").first()
    low, high, words, verdict = _interval(document, point, parts)
    return RatingSheet(
        bureau=task.bureau.name,
        number=task.number,
        project=task.title,
        unit=name_on(task.unit.organisation, rating.final_on or rating.told_on or clock.today()),
        firm=commission.firm_name if commission else "—",
        lead_evaluator=_lead_name(commission, rating.final_on or rating.told_on or clock.today()),
        report_version=version.get_kind_display() if version else "—",
        report_sha256=version.file.sha256 if version else "—",
        rubric_version=f"第 {rating.rubric_version.number} 版",
        formula_version="去一高一低取平均" if rating.formula == scoring.TRIMMED else "取平均",
        raters=list(LETTERS[: len(parts)]),
        rows=[_row(item, names, raters, document["others"]) for item in items],
        totals=[_two(part) for part in parts],
        total_weight=_two(sum(item.weight for item in items if item.scorer == scoring.EXPERT)),
        used=_used(parts, rating.formula),
        steps=_steps(document, parts),
        raw=scoring.printed(Fraction(rating.raw), document["cuts"]),
        adjustments=_adjustments(rating, document),
        score=scoring.printed(point, document["cuts"]),
        grade=GRADES[rating.grade],
        low=low,
        high=high,
        interval_words=words,
        standing="终局" if rating.status == RatingStatus.FINAL else verdict,
        bands=[("不合格", "0"), *zip(("合格", "良好", "优秀"), map(str, sorted(document["cuts"])), strict=True)],
        deductions=_deductions(rating, opinions),
        appeal_words=_appeal_words(rating),
        journal_position=f"第 {entry.pk} 条" if entry else "—",
        verify_url=verify_url,
        vetoes=_veto(rating),
    )


def _lead_name(commission: Commission | None, day: date) -> str:
    """Return the lead evaluator under the name of ``day``."""
    lead = commission.lead_evaluator if commission else None
    return person_name_on(lead.person, day) if lead else "—"


def _deductions(rating: QualityRating, opinions: list[Opinion]) -> list[DeductionLine]:
    """Return every reason by item and page: an order that tells no seat."""
    scores = [score for opinion in opinions for score in opinion.scores.all() if score.reason]
    scores.sort(key=lambda score: (score.item.position, score.page or 0, score.reason))
    found = [DeductionLine(one.item.name, f"第 {one.page} 页" if one.page else "", one.reason) for one in scores]
    return found + [DeductionLine(one.item.name, "", one.reason) for one in section_scores(rating.task) if one.reason]


def _two(points: Fraction | int) -> str:
    return scoring.printed(Fraction(points, HUNDRED) if isinstance(points, int) else points, ())


def _row(
    item: scoring.Item, names: dict[str, str], raters: list[dict[str, int | None]], others: dict[str, int]
) -> ScoreRow:
    name, weight, scorer = names.get(item.code, item.code), _two(item.weight), SCORERS[item.scorer]
    if item.scorer != scoring.EXPERT:
        return ScoreRow(name, weight, scorer, [_two(others[item.code])] * len(raters))
    values = [scores[item.code] for scores in raters]
    known = [value for value in values if value is not None]
    shown = ["无法判断" if value is None else _two(value) for value in values]
    return ScoreRow(name, weight, scorer, shown, _two(max(known) - min(known)) if known else "")


def _ends(parts: list[Fraction]) -> tuple[int, int]:
    order = sorted(range(len(parts)), key=lambda place: parts[place])
    return order[-1], order[0]


def _used(parts: list[Fraction], formula: str) -> list[str]:
    words = ["计入"] * len(parts)
    if formula == scoring.TRIMMED:
        high, low = _ends(parts)
        words[high], words[low] = "去最高", "去最低"
    return words


def _steps(document: dict[str, Any], parts: list[Fraction]) -> list[str]:
    kept = list(enumerate(parts))
    steps = []
    if document["formula"] == scoring.TRIMMED:
        high, low = _ends(parts)
        steps.append(f"去掉最高 {LETTERS[high]} {_two(parts[high])}、最低 {LETTERS[low]} {_two(parts[low])}")
        kept = [(place, part) for place, part in kept if place not in {high, low}]
    total = sum((part for _place, part in kept), Fraction(0))
    value = total / len(kept)
    steps.append(
        f"专家部分：({' + '.join(_two(part) for _place, part in kept)}) ÷ {len(kept)} = {scoring.spelled(value)}"
    )
    others = " + ".join(_two(value) for value in document["others"].values())
    steps.append(f"科室评分项：{others}；原始得分 {scoring.spelled(Fraction(document['raw']))}")
    cuts = document["cuts"]
    final = Fraction(document["final"])
    steps.append(f"按四舍五入打印为 {scoring.printed(final, cuts)}；等级按精确值 {scoring.spelled(final)} 判定")
    return steps


def _adjustments(rating: QualityRating, document: dict[str, Any]) -> list[Adjustment]:
    late = Fraction(rating.raw) - Fraction(rating.adjusted)
    found = [Adjustment(f"逾期 {rating.late_days} 个工作日", "", f"-{_two(late)}")] if late else []
    for move in document.get("moves", ()):
        change = Fraction(move["after"]) - Fraction(move["before"])
        found.append(Adjustment(f"申诉：{move['reason']}", "", f"{'-' if change < 0 else '+'}{_two(abs(change))}"))
    return found


def _interval(document: dict[str, Any], point: Fraction, parts: list[Fraction]) -> tuple[str, str, str, str]:
    spread, shown = document.get("spread"), scoring.printed(point, document["cuts"])
    if not spread or spread["freedom"] < 1:
        return shown, shown, "尚无区间：至少须有一份报告由两人以上评分。", "未计算区间"
    sd, freedom = float(spread["sd"]), int(spread["freedom"])
    found = scoring.interval(
        point, size=len(parts), formula=document["formula"], sd=sd, freedom=freedom, cuts=document["cuts"]
    )
    t = scoring.t_quantile(scoring.CONFIDENCE, freedom)
    words = f"{shown} ± t(0.975, {freedom}) × s × c = {t:.3f} × {sd:.2f} × {found.se / sd if sd else 0:.4f}"
    words += f" = {t * found.se:.2f}。s 为各报告组内合并标准差，自由度 {freedom}。区间从不自动改变等级。"
    return f"{found.low:.2f}", f"{found.high:.2f}", words, VERDICTS[found.verdict]


def _appeal_words(rating: QualityRating) -> str:
    if rating.told_on and rating.appeal_until:
        return (
            f"{in_words(rating.told_on)}告知；对评分有异议的，可于{in_words(rating.appeal_until)}前"
            "就具体评分项书面申诉一次，由未参与评分的人员复核。"
        )
    return "尚未告知。告知之后，可在申诉期内就具体评分项书面申诉一次，由未参与评分的人员复核。"


def _veto(rating: QualityRating) -> str:
    if not rating.veto_code:
        return "无"
    return rating.rubric_version.vetoes.get(code=rating.veto_code).name
