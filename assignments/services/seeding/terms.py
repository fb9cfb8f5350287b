"""Which outside value decides, with its fall-backs, and until when the parties act. Rules R-62, R-63."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any, Final

from django.utils import timezone
from django.utils.translation import gettext as _

from assignments import draw as pure
from assignments.enums import SourceKind
from assignments.rules import draws as rule
from assignments.rules.draws import SOURCE
from assignments.selectors.seeding import Attempt, sources_of
from foundation.core.errors import DomainError, Refusal
from foundation.rulesets.selectors import Rules

MOST_FALLBACKS: Final = 3


@dataclass(frozen=True, slots=True)
class SourceDraft:
    """A public value that is known at ``at``: which one, told so that a stranger finds it.

    ``as_drawn``: the order in which the numbers came counts; otherwise they are sorted.
    """

    kind: SourceKind
    name: str
    at: datetime
    as_drawn: bool = False


def refused_sources(drafts: Sequence[SourceDraft], *, was_refused: bool, rules: Rules) -> Refusal | None:
    """Return why these outside values cannot decide, or why none is not enough after a refused nonce; else None."""
    if not drafts and was_refused:
        message = _(
            "A nonce was refused in an earlier attempt: from now on an outside value or a public urn decides. Name one."
        )
        return Refusal("outside_value_needed", message, {"field": "source_kind_1"}, rules.source("draw_reveal_minutes"))
    if len(drafts) > MOST_FALLBACKS + 1 or any(not draft.name.strip() for draft in drafts):
        message = _("Name the outside value so that a stranger finds it, with at most %(n)d fall-backs.")
        return Refusal("source_unnamed", message % {"n": MOST_FALLBACKS}, {"field": "source_name_1"}, SOURCE)
    if any(later <= earlier for earlier, later in pairwise(draft.at for draft in drafts)):
        message = _("A fall-back is known later than what it stands in for.")
        return Refusal("fallback_too_early", message, {"field": "source_at_2"}, SOURCE)
    return None


def source_document(drafts: Sequence[SourceDraft]) -> dict[str, Any] | None:
    """Return the outside value and its fall-backs as the freeze holds them; None without any."""
    sources = [
        pure.Source(
            id=f"value-{place}",
            kind="beacon" if draft.kind == SourceKind.BEACON else "numbers",
            rule=f"{draft.kind}: {draft.name.strip()[:200]}",
            at=draft.at.isoformat(),
            as_drawn=draft.as_drawn and draft.kind != SourceKind.BEACON,
        )
        for place, draft in enumerate(drafts, 1)
    ]
    return replace(sources[0], fallbacks=tuple(sources[1:])).document() if sources else None


def times_of(attempt: Attempt, rules: Rules, at: datetime, *, refused: type[DomainError]) -> rule.Times:
    """Return until when the parties act; raise ``refused`` where the public value is known too soon. Rule R-63."""
    hours = rules.value("draw_commit_hours")
    sources = sources_of(attempt)
    if not sources:
        return rule.times_without_value(at, commit_hours=hours)
    minutes = rules.value("draw_reveal_minutes")
    gap = rules.value("draw_value_gap_minutes")
    value_at = datetime.fromisoformat(sources[0]["at"])
    times = rule.times_before(value_at, at, commit_hours=hours, reveal_minutes=minutes, gap_minutes=gap)
    if times is None:
        soonest = rule.soonest_value(at, reveal_minutes=minutes, gap_minutes=gap)
        message = _(
            "The outside value is known at %(at)s; a list that is frozen now needs one known at %(soonest)s or later: "
            "the commitment is outside for %(gap)d minutes first. Give this attempt up and name a later value."
        )
        facts = {"at": _spoken(value_at), "soonest": _spoken(soonest), "gap": gap}
        raise refused(Refusal("value_too_soon", message % facts, facts, rules.source("draw_value_gap_minutes")))
    return times


def deadlines(rules: Rules, times: rule.Times, parties: int) -> Mapping[str, Any]:
    """Return until when commitments and nonces are due; without outside value each party in turn has its minutes."""
    minutes = rules.value("draw_reveal_minutes")
    if times.reveal_until is not None:
        return {"commit": times.commit_until.isoformat(), "reveal": times.reveal_until.isoformat()}
    last = times.commit_until + timedelta(minutes=minutes * parties)
    return {"commit": times.commit_until.isoformat(), "reveal": last.isoformat(), "reveal_minutes": str(minutes)}


def _spoken(at: datetime) -> str:
    return timezone.localtime(at).strftime("%Y-%m-%d %H:%M")
