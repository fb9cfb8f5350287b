"""Keeping rule sets: a new set from a day, a value proposed and put in, the library of measures."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from foundation.accounts.enums import Capability
from foundation.accounts.models import User
from foundation.accounts.permissions import require
from foundation.audit.services import record
from foundation.bureaus.models import Bureau
from foundation.core.errors import DomainError, NotAllowed, Refusal
from foundation.rulesets.enums import ChangeStatus, SourceTag
from foundation.rulesets.models import Measure, RuleChange, RuleSet, RuleValue, Wording
from foundation.rulesets.rules import FORMER_VALUES, LIBRARY, SPLIT_ON, Rule, cited, registered, value_problem

FIRST_DAY = date(2000, 1, 1)
WORDING_LONGEST = 4_000
FORMER_NAME = "2021年1月27日以前"
PRESENT_NAME = "2021年1月28日起"
PROBLEMS = {
    "fixed": gettext_lazy("The product itself holds this rule; no rule set changes it."),
    "wrong_kind": gettext_lazy("The new value is of another kind than the rule's own."),
    "negative": gettext_lazy("The value cannot be less than zero."),
    "above_hundred": gettext_lazy("A share is at most 100 percent."),
    "wrong_part": gettext_lazy("The parts of the value do not fit the rule: same names and same kinds are needed."),
    "no_sense": gettext_lazy("The value makes no sense for this rule."),
}


class RuleSetRefused(DomainError):  # noqa: N818 - reads as a sentence
    """The rule set, the value or the measure is not taken; nothing was changed."""


@dataclass(frozen=True, slots=True)
class ValueDraft:
    """A value with where it comes from. ``measure`` and ``clause`` empty: the bureau's own setting."""

    key: str
    value: Any
    tag: SourceTag = SourceTag.DEFAULT
    measure: Measure | None = None
    clause: str = ""


@dataclass(frozen=True, slots=True)
class MeasureDraft:
    """A measure by its 文号; ``text`` may stay empty."""

    title: str
    letter_number: str
    issuer: str
    in_force_from: date
    in_force_to: date | None = None
    text: str = ""


@transaction.atomic
def create_rule_set(*, bureau: Bureau, name: str, effective_from: date, by: User, on: date, note: str = "") -> RuleSet:
    """Open the rules that hold from a day on: a copy of those before, which end on the day before.

    Raise ``RuleSetRefused`` for a day that has passed, a used name, or a day not after the last set's first day.
    """
    _require_editor(by, bureau)
    if not name.strip():
        raise RuleSetRefused(Refusal("name_missing", _("Give the rule set a name."), {"field": "name"}))
    if effective_from < on:
        words = _("Rules cannot begin on a day that has passed. Choose today or a later day.")
        raise RuleSetRefused(Refusal("day_passed", words, {"field": "effective_from"}))
    known = list(RuleSet.objects.select_for_update().filter(bureau=bureau).order_by("effective_from", "pk"))
    if any(each.name == name.strip() for each in known):
        raise RuleSetRefused(Refusal("name_taken", _("Another rule set has this name."), {"field": "name"}))
    last = known[-1] if known else None
    if last and last.effective_from >= effective_from:
        words = _("The last rule set begins on %(day)s. Choose a later day.") % {"day": last.effective_from}
        raise RuleSetRefused(Refusal("day_taken", words, {"field": "effective_from"}))
    row = RuleSet.objects.create(bureau=bureau, name=name.strip(), effective_from=effective_from, note=note)
    if last:
        last.effective_to = effective_from - timedelta(days=1)
        last.save(update_fields=["effective_to"])
        for value in last.values.order_by("pk"):
            value.pk, value.rule_set = None, row
            value.save(force_insert=True)
    record(actor=by, action="rulesets.created", subject=row, facts={"name": row.name, "from": effective_from})
    return row


@transaction.atomic
def set_value(*, rule_set: RuleSet, draft: ValueDraft, by: User, on: date) -> RuleValue:
    """Put a value into a rule set without asking anybody: for setting up. Pages propose it for approval instead.

    Raise ``RuleSetRefused`` for an unknown key, a value that does not fit, or a set that was in force before ``on``.
    """
    _require_editor(by, rule_set.bureau)
    rule_set = RuleSet.objects.select_for_update().get(pk=rule_set.pk)
    _refuse_unfit(rule_set, draft, on)
    return _write(rule_set, draft, by=by, on=on)


@transaction.atomic
def draft_change(*, rule_set: RuleSet, draft: ValueDraft, reason: str, by: User, on: date) -> RuleChange:
    """Write down the wish to change one value, raising as ``set_value``; its approval puts it in."""
    _require_editor(by, rule_set.bureau)
    if not reason.strip():
        raise RuleSetRefused(Refusal("reason_missing", _("Say why the value changes."), {"field": "reason"}))
    rule_set = RuleSet.objects.select_for_update().get(pk=rule_set.pk)
    _refuse_unfit(rule_set, draft, on)
    if rule_set.changes.filter(key=draft.key, status=ChangeStatus.PROPOSED).exists():
        raise RuleSetRefused(Refusal("already_proposed", _("A change of this rule is under approval already.")))
    return RuleChange.objects.create(
        rule_set=rule_set,
        key=draft.key,
        value=draft.value,
        tag=draft.tag,
        measure=draft.measure,
        clause=draft.clause,
        reason=reason,
        proposed_by=by,
        proposed_on=on,
    )


@transaction.atomic
def apply_change(*, change: RuleChange, by: User, on: date) -> RuleValue:
    """Put an agreed change into its rule set, even where the set began while the approval ran."""
    change = RuleChange.objects.select_for_update(of=("self",)).select_related("rule_set", "measure").get(pk=change.pk)
    change.status = ChangeStatus.APPLIED
    change.save(update_fields=["status"])
    draft = ValueDraft(change.key, change.value, SourceTag(change.tag), change.measure, change.clause)
    return _write(change.rule_set, draft, by=by, on=on)


@transaction.atomic
def refuse_change(*, change: RuleChange, by: User, on: date) -> RuleChange:
    """Close a change that was not agreed."""
    change = RuleChange.objects.select_for_update().get(pk=change.pk)
    change.status = ChangeStatus.REFUSED
    change.save(update_fields=["status"])
    record(actor=by, action="rulesets.change_refused", subject=change.rule_set, facts={"key": change.key, "on": on})
    return change


@transaction.atomic
def add_measure(*, bureau: Bureau | None, draft: MeasureDraft, by: User, on: date) -> Measure:
    """Add a measure to the library; raise ``RuleSetRefused`` for a used 文号 or days in the wrong order."""
    if bureau is not None:
        _require_editor(by, bureau)
    if Measure.objects.filter(letter_number=draft.letter_number).exists():
        words = _("The library has a measure %(number)s already.") % {"number": draft.letter_number}
        raise RuleSetRefused(Refusal("measure_known", words, {"field": "letter_number"}))
    if draft.in_force_to and draft.in_force_to < draft.in_force_from:
        words = _("The last day lies before the first.")
        raise RuleSetRefused(Refusal("days_reversed", words, {"field": "in_force_to"}))
    row = Measure.objects.create(
        bureau=bureau,
        title=draft.title,
        letter_number=draft.letter_number,
        issuer=draft.issuer,
        text=draft.text,
        in_force_from=draft.in_force_from,
        in_force_to=draft.in_force_to,
    )
    record(actor=by, action="measures.added", subject=row, facts={"letter_number": row.letter_number, "on": on})
    return row


@transaction.atomic
def end_measure(
    *, measure: Measure, in_force_to: date, by: User, on: date, replaced_by: Measure | None = None
) -> Measure:
    """Write the last day of a measure and what replaced it; national texts are the product's, not a bureau's."""
    measure = Measure.objects.select_for_update().get(pk=measure.pk)
    if measure.bureau is None:
        raise NotAllowed(_("National texts are kept by the product."))
    _require_editor(by, measure.bureau)
    if in_force_to < measure.in_force_from:
        words = _("The last day lies before the first.")
        raise RuleSetRefused(Refusal("days_reversed", words, {"field": "in_force_to"}))
    measure.in_force_to, measure.replaced_by = in_force_to, replaced_by
    measure.save(update_fields=["in_force_to", "replaced_by"])
    record(actor=by, action="measures.ended", subject=measure, facts={"to": in_force_to, "on": on})
    return measure


@transaction.atomic
def ensure_library(*, by: User) -> list[Measure]:
    """Add the national texts that rules cite and that the library lacks; return the whole national library."""
    known = set(Measure.objects.values_list("letter_number", flat=True))
    for text in LIBRARY:
        if text.letter_number not in known:
            draft = MeasureDraft(text.title, text.letter_number, text.issuer, text.in_force_from)
            add_measure(bureau=None, draft=draft, by=by, on=text.in_force_from)
    return list(Measure.objects.filter(bureau__isnull=True).order_by("in_force_from", "pk"))


@transaction.atomic
def ensure_default_rule_sets(*, bureau: Bureau, by: User) -> tuple[RuleSet, RuleSet]:
    """Give a bureau the two shipped rule sets, split at 28 January 2021 (财预〔2021〕6号); keep them where they exist.

    The former set cites nothing that came into force after its last day: such a rule is the bureau's own setting
    there, and what only the later text demands is off.
    """
    ensure_library(by=by)
    known = {row.name: row for row in RuleSet.objects.select_for_update().filter(bureau=bureau)}
    if FORMER_NAME in known and PRESENT_NAME in known:
        return known[FORMER_NAME], known[PRESENT_NAME]
    last_day = SPLIT_ON - timedelta(days=1)
    former = RuleSet.objects.create(
        bureau=bureau,
        name=FORMER_NAME,
        effective_from=FIRST_DAY,
        effective_to=last_day,
        note="只依据2020年及以前的文本",
    )
    present = RuleSet.objects.create(
        bureau=bureau, name=PRESENT_NAME, effective_from=SPLIT_ON, note="财预〔2021〕6号施行之日起"
    )
    library = {row.letter_number: row for row in Measure.objects.filter(bureau__isnull=True)}
    for rule in registered().values():
        texts = cited(rule.source)
        left = [text for text in texts if text.in_force_from <= last_day]
        if texts == left:
            continue
        RuleValue.objects.create(
            rule_set=former,
            key=rule.key,
            value=FORMER_VALUES.get(rule.key, rule.default),
            unit=rule.unit,
            tag=SourceTag.LAW if left else SourceTag.DEFAULT,
            measure=library[left[-1].letter_number] if left else None,
        )
    for row in (former, present):
        record(actor=by, action="rulesets.created", subject=row, facts={"name": row.name, "from": row.effective_from})
    return former, present


def _require_editor(by: User, bureau: Bureau) -> None:
    require(by, Capability.EDIT_RULES)
    if by.bureau_id != bureau.pk:
        raise NotAllowed


def _rule(key: str) -> Rule:
    rule = registered().get(key)
    if rule is None:
        raise RuleSetRefused(Refusal("rule_unknown", _("There is no rule %(key)s.") % {"key": key}, {"field": "key"}))
    return rule


def _refuse_unfit(rule_set: RuleSet, draft: ValueDraft, on: date) -> None:
    if rule_set.effective_from < on:
        words = _("These rules are in force since %(day)s. Open a new rule set from a later day and change it there.")
        raise RuleSetRefused(Refusal("in_force", words % {"day": rule_set.effective_from}))
    rule = _rule(draft.key)
    if problem := value_problem(rule, draft.value):
        raise RuleSetRefused(
            Refusal(problem, str(PROBLEMS[problem]), {"field": "value", "key": draft.key}, rule.source)
        )


def _write(rule_set: RuleSet, draft: ValueDraft, *, by: User, on: date) -> RuleValue:
    facts = {"value": draft.value, "tag": draft.tag, "measure": draft.measure, "clause": draft.clause}
    row, _made = RuleValue.objects.update_or_create(
        rule_set=rule_set, key=draft.key, defaults={**facts, "unit": _rule(draft.key).unit}
    )
    record(actor=by, action="rulesets.value_set", subject=rule_set, facts={"key": draft.key, "on": on, **facts})
    return row


@transaction.atomic
def put_wording(*, bureau: Bureau, code: str, text: str, in_force_from: date, by: User, on: date) -> Wording:
    """Write a new version of a text that people accept; earlier versions stay as they were accepted.

    Raise ``RuleSetRefused`` for an empty or too long text, a day that has passed, and a second text from one day.
    """
    _require_editor(by, bureau)
    words = text.strip()
    if not words or len(words) > WORDING_LONGEST:
        message = _("Write the text, of at most %(most)s characters.") % {"most": WORDING_LONGEST}
        raise RuleSetRefused(Refusal("text_length", message, {"field": "text"}))
    if in_force_from < on:
        message = _("A text cannot begin on a day that has passed. Choose today or a later day.")
        raise RuleSetRefused(Refusal("day_passed", message, {"field": "in_force_from"}))
    if Wording.objects.filter(bureau=bureau, code=code, in_force_from=in_force_from).exists():
        message = _("A text begins on this day already. Choose another day.")
        raise RuleSetRefused(Refusal("day_taken", message, {"field": "in_force_from"}))
    row = Wording.objects.create(bureau=bureau, code=code, text=words, in_force_from=in_force_from, made_by=by)
    record(actor=by, action="rulesets.wording_put", subject=row, facts={"code": code, "from": in_force_from})
    return row
