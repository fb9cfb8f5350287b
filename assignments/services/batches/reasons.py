"""Why a batch has no answer, in the words of both languages, each with the source of the rule that it names."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from assignments import matching
from assignments.models import BatchTask
from assignments.rules.batches import SOURCE
from assignments.selectors.eligibility import reason_words
from foundation.core.errors import Refusal
from foundation.rulesets.rules import registered
from foundation.taxonomy.models import Node

LANGUAGES: Final = ("en", "zh-hans")
LIMITED_BY: Final = {
    "caps": "expert_yearly_cap",
    "task_groups": "cool_down_days",
    "group_limit": "employer_max",
    "q_permille": "batch_chance_permille",
}
PLACES: Final = (0, 1)  # of the languages, here and in the reasons of the engine
SHOWN_RULES: Final = 3
CROSSING: Final = (
    (
        "Seats of two fields, employers and the greatest chance of a pair (R-48) cannot all be promised at once: "
        "somebody knows both fields, or an employer has people in both. Give these re-reviews one field, draw them one "
        "by one, or set the greatest chance to 1000 thousandths in the rule set."
    ),
    (
        "两个专业的席位、单位限制与单个组合的最大机会（R-48）无法同时保证：有人兼通两个专业，或同一单位在两个专业都有人。"
        "请改为一个专业，或逐项抽取，或在规则集中把最大机会设为千分之 1000。"
    ),
    SOURCE,
)


def names_of(
    tasks: Sequence[BatchTask], *, experts: Sequence[str], employers: Mapping[int | str, str]
) -> matching.Names:
    """Return what a page calls tasks, experts by number, employers by group and fields; one query."""
    keys = {task.node_id for task in tasks} | {seat["node"] for task in tasks for seat in task.seats}
    return matching.Names(
        tasks=[f"{task.re_review.number} {task.re_review.evaluation.title}" for task in tasks],
        experts=experts,
        employers=employers,
        strata=dict(Node.objects.filter(pk__in=keys).values_list("pk", "name")),
    )


def told_reasons(
    reasons: Sequence[matching.Reason],
    *,
    names: matching.Names,
    removed: Sequence[Counter[str]],
    unlisted: Mapping[tuple[int, int], Refusal],
    sources: Mapping[str, str],
) -> list[list[str | None]]:
    """Return [English, Chinese, source] of each reason; the source is None where no rule of a rule set is named.

    ``removed`` counts by task whom each rule kept off it, ``unlisted`` says why a named expert (task, number) may not
    sit there, ``sources`` are those of the limits. Where tasks are short it is told whom eligibility cost them most.
    """
    told: list[list[str | None]] = []
    for reason in reasons:
        pair = (reason.facts.get("task", -1), reason.facts.get("expert", -1))
        refusal = unlisted.get(pair) if reason.code == "pin_unlisted" else None
        if refusal is not None:
            told.append([*(_kept_apart(names, pair, refusal, place) for place in PLACES), refusal.source])
            continue
        told.append([*(reason.told(place, names) for place in PLACES), sources.get(reason.facts.get("rule", ""))])
        if reason.code == "tasks_short":
            lost = sum((removed[task] for task in reason.facts["tasks"]), Counter[str]())
            told += [[*(_kept_off(lost, place) for place in PLACES), None]] if lost else []
    return told


def told_lifting(rules: Sequence[tuple[str, str]], *, is_asked: bool) -> list[list[str | None]]:
    """Return [English, Chinese, source] of each rule (code, source) that would do if it alone kept nobody away.

    Where rules keep people away (``is_asked``) and none of them would do alone, that is said too.
    """
    if is_asked and not rules:
        return [[*(_no_rule_alone(place) for place in PLACES), None]]
    return [[*(_would_do(code, place) for place in PLACES), source or None] for code, source in rules]


def _would_do(code: str, place: int) -> str:
    with translation.override(LANGUAGES[place]):
        words = _("Every seat could be filled if this rule of eligibility alone kept nobody away: %(rule)s.")
        return words % {"rule": reason_words(code)}


def _no_rule_alone(place: int) -> str:
    with translation.override(LANGUAGES[place]):
        return _("No single rule of eligibility, were it lifted, would let every seat be filled.")


def _kept_apart(names: matching.Names, pair: tuple[int, int], refusal: Refusal, place: int) -> str:
    with translation.override(LANGUAGES[place]):
        words = _("%(expert)s is named for %(task)s, but may not sit there: %(rule)s.")
        rule = registered().get(refusal.facts.get("rule") or "")
        said = f"{reason_words(refusal.code)} ({rule.number})" if rule else str(reason_words(refusal.code))
        return words % {"expert": names.expert(pair[1], place), "task": names.task(pair[0], place), "rule": said}


def _kept_off(lost: Counter[str], place: int) -> str:
    with translation.override(LANGUAGES[place]):
        most = [f"{reason_words(code)} {people}" for code, people in lost.most_common(SHOWN_RULES)]
        return _("Rules that kept most people off them: %(rules)s.") % {
            "rules": pgettext("between items", ", ").join(most)
        }
