"""What a batch keeps of everybody whom a rule kept off some of its re-reviews, so that he can be told afterwards."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from django.utils.translation import gettext as _

from assignments.enums import PairKind
from assignments.models import AssignmentBatch, BatchExclusion, BatchPair
from assignments.rules.draws import SOURCE
from assignments.selectors.eligibility import Eligibility
from foundation.core.errors import Refusal

NO_SPECIALTY: Final = "no_specialty"
KEPT_AWAY: Final = "kept_away"


@dataclass(slots=True)
class Refusals:
    """Each expert's refusals by rule: how often, and the one that lasts longest."""

    found: dict[tuple[int, str], tuple[int, Refusal]] = field(default_factory=dict)

    def note(self, answer: Eligibility) -> None:
        """Count every rule that kept somebody off one re-review; without any it was the field."""
        for refusal in answer.refusals or (why_not(answer),):
            self._count(answer.party.pk, refusal)

    def keep(self, batch: AssignmentBatch, pairs: Sequence[BatchPair]) -> None:
        """Write them with the frozen batch, and whom its operator kept away, without the words that name a task."""
        for pair in pairs:
            if pair.kind == PairKind.FORBID:
                self._count(pair.expert_id, Refusal(KEPT_AWAY, "", {"free_on": None}, SOURCE))
        BatchExclusion.objects.bulk_create(
            [
                BatchExclusion(
                    batch=batch,
                    expert_id=expert,
                    code=code,
                    source=refusal.source[:120],
                    facts={**refusal.facts, "message": refusal.message},
                    free_on=_free_on(refusal),
                    tasks=count,
                )
                for (expert, code), (count, refusal) in sorted(self.found.items())
            ],
            batch_size=500,
        )

    def _count(self, expert: int, refusal: Refusal) -> None:
        count, held = self.found.get((expert, refusal.code), (0, refusal))
        later = max((held, refusal), key=lambda one: _free_on(one) or date.max)
        self.found[expert, refusal.code] = (count + 1, later)


def why_not(answer: Eligibility) -> Refusal:
    """Return the first rule that keeps somebody off a re-review; without any it is the field."""
    nobody = Refusal(NO_SPECIALTY, _("Has no specialty that is asked for."), {"free_on": None})
    return answer.refusals[0] if answer.refusals else nobody


def copy_refusals(batch: AssignmentBatch, former: AssignmentBatch) -> None:
    """Take over what was kept with the list that ``batch`` repeats."""
    rows = list(former.exclusions.order_by("pk"))
    for row in rows:
        row.pk, row.batch = None, batch
        row._state.adding = True
    BatchExclusion.objects.bulk_create(rows, batch_size=500)


def _free_on(refusal: Refusal) -> date | None:
    return date.fromisoformat(refusal.facts["free_on"]) if refusal.facts.get("free_on") else None
