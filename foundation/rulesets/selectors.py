"""Which value a rule has on a day, and where it comes from."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import models

from foundation.accounts.models import User
from foundation.bureaus.models import Bureau
from foundation.rulesets.models import Measure, RuleSet, RuleValue, Wording
from foundation.rulesets.rules import registered


@dataclass(frozen=True, slots=True)
class Rules:
    """The values of one rule set over the shipped defaults."""

    rule_set: RuleSet | None
    own: dict[str, RuleValue]

    def value(self, key: str) -> Any:  # noqa: ANN401 - any JSON value
        """Return the value of ``key``; raise ``KeyError`` for a key that nobody registered."""
        if row := self.own.get(key):
            return row.value
        return registered()[key].default

    def source(self, key: str) -> str:
        """Return 文号 and clause; empty means the bureau's own setting."""
        if row := self.own.get(key):
            return " ".join(part for part in (row.measure.letter_number if row.measure else "", row.clause) if part)
        return registered()[key].source


def rules_for(*, bureau: Bureau, on: date) -> Rules:
    """Return the rules of ``bureau`` in force on ``on``; where it has no set, its superior's count."""
    owner: Bureau | None = bureau
    while owner is not None:
        found = RuleSet.objects.filter(bureau=owner).on(on).order_by("-effective_from", "-pk").first()
        if found:
            return rules_of(found)
        owner = owner.superior
    return Rules(None, {})


def rules_of(rule_set: RuleSet | None) -> Rules:
    """Return the rules of one set; of None the shipped defaults."""
    if rule_set is None:
        return Rules(None, {})
    return Rules(rule_set, {row.key: row for row in rule_set.values.select_related("measure")})


def visible_to(user: User) -> models.QuerySet[RuleSet]:
    """Return the rule sets of the reader's bureau."""
    return RuleSet.objects.filter(bureau_id=user.bureau_id or 0)


def measures_visible_to(user: User) -> models.QuerySet[Measure]:
    """Return national measures and those of the reader's bureau."""
    return Measure.objects.filter(models.Q(bureau__isnull=True) | models.Q(bureau_id=user.bureau_id or 0))


def wording_on(*, bureau: Bureau, code: str, on: date) -> Wording | None:
    """Return the text of ``code`` in force on ``on``: the bureau's, else its superior's; None for the shipped one."""
    owner: Bureau | None = bureau
    while owner is not None:
        found = Wording.objects.on(on).filter(bureau=owner, code=code).order_by("-in_force_from").first()
        if found:
            return found
        owner = owner.superior
    return None


def wordings_visible_to(user: User) -> models.QuerySet[Wording]:
    """Return the texts of the reader's bureau, past and future ones too."""
    return Wording.objects.filter(bureau_id=user.bureau_id or 0)
