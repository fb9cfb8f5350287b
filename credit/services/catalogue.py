"""The bureau's own catalogue of codes: a line is added, changed or taken out in a coming rule set. Rule R-55."""

from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from credit.rules import CATALOGUE, MERIT, is_catalogue
from credit.services.events import CreditRefused
from foundation.accounts.models import User
from foundation.approvals.models import Approval
from foundation.approvals.services import propose_value
from foundation.core.errors import Refusal
from foundation.rulesets.enums import SourceTag
from foundation.rulesets.models import Measure, RuleSet
from foundation.rulesets.selectors import rules_of
from foundation.rulesets.services import ValueDraft

KEY = "credit_codes"


def propose_code(
    *,
    rule_set: RuleSet,
    line: dict[str, str],
    reason: str,
    by: User,
    on: date,
    tag: SourceTag = SourceTag.DEFAULT,
    measure: Measure | None = None,
    clause: str = "",
) -> Approval:
    """Propose one line of the catalogue: a new code, or other words, party or step for one that it has.

    Raise ``CreditRefused`` for a line that is not whole, else as ``propose_value``: approval puts it in.
    """
    rows = [dict(row) for row in rules_of(rule_set).value(KEY)]
    whole = {**line, "code": line["code"].strip(), "name": line["name"].strip(), "clause": line["clause"].strip()}
    if whole["kind"] == MERIT:
        whole["step"] = ""
    shipped = {row["code"] for row in CATALOGUE}
    place = next((at for at, row in enumerate(rows) if row["code"] == whole["code"]), None)
    if not whole["name"] and whole["code"] not in shipped:
        raise CreditRefused(Refusal("name_missing", _("Give a code of your own a name."), {"field": "name"}))
    if place is None:
        rows.append(whole)
    else:
        rows[place] = whole
    if not is_catalogue(rows):
        message = _("A code has letters, digits and underscores, at most 20; a violation has a step, a merit has none.")
        raise CreditRefused(Refusal("bad_code", message, {"field": "code"}))
    return _propose(rule_set, rows, reason=reason, by=by, on=on, tag=tag, measure=measure, clause=clause)


def propose_without_code(*, rule_set: RuleSet, code: str, reason: str, by: User, on: date) -> Approval:
    """Propose to take a code out of the catalogue; events that carry it keep it. Raise as ``propose_code``."""
    rows = [dict(row) for row in rules_of(rule_set).value(KEY)]
    left = [row for row in rows if row["code"] != code]
    if len(left) == len(rows):
        raise CreditRefused(Refusal("code_unknown", _("The catalogue has no such code."), {"field": "code"}))
    if not left:
        raise CreditRefused(Refusal("last_code", _("The last code stays: without any nothing could be recorded.")))
    return _propose(rule_set, left, reason=reason, by=by, on=on)


def _propose(
    rule_set: RuleSet,
    rows: list[dict[str, str]],
    *,
    reason: str,
    by: User,
    on: date,
    **where: Any,  # noqa: ANN401 - tag, measure and clause of the draft
) -> Approval:
    draft = ValueDraft(KEY, rows, **where)
    return propose_value(rule_set=rule_set, draft=draft, reason=reason, by=by, on=on)
