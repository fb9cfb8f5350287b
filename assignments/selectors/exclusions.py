"""Which rules kept somebody off lists that are over, for himself alone: rule, own fact, day. No task, no unit."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Count

from assignments.models import AssignmentBatch, BatchExclusion, Draw, DrawExclusion
from assignments.selectors import batches
from assignments.selectors.draws import over
from foundation.accounts.models import User
from parties.selectors import memberships_of


@dataclass(frozen=True, slots=True)
class OwnExclusion:
    """A rule that said no at a list of ``frozen_at``: at ``tasks`` of the ``of`` reviews that the list was for."""

    frozen_at: datetime | None
    code: str
    source: str
    facts: Mapping[str, Any]
    free_on: date | None
    tasks: int = 1
    of: int = 1


def own_exclusions(user: User, *, as_firm: bool = False) -> list[OwnExclusion]:
    """Return why the expert (or the firm) behind ``user`` was not on lists that are over, the latest first.

    Of draws and of batches; nobody else's, and nothing before the reviews, or the firm's work, are over. Three queries
    at most.
    """
    mine = memberships_of(user)
    if as_firm:
        organisations = mine.filter(organisation__isnull=False).values("organisation_id")
        found = _of_draws(firm__organisation_id__in=organisations)
    else:
        persons = mine.filter(person__isnull=False).values("person_id")
        found = _of_draws(expert__person_id__in=persons) + _of_batches(expert__person_id__in=persons)
    return sorted(found, key=lambda row: str(row.frozen_at), reverse=True)


def _of_draws(**whose: Any) -> list[OwnExclusion]:  # noqa: ANN401 - a filter
    rows = DrawExclusion.objects.filter(draw__in=over(Draw.objects.all()).values("pk"), **whose)
    rows = rows.select_related("draw").order_by("-draw__frozen_at", "-draw__pk", "pk")
    return [OwnExclusion(row.draw.frozen_at, row.code, row.source, row.facts, row.free_on) for row in rows]


def _of_batches(**whose: Any) -> list[OwnExclusion]:  # noqa: ANN401 - a filter
    closed = batches.over(AssignmentBatch.objects.all()).values("pk")
    rows = BatchExclusion.objects.filter(batch__in=closed, **whose)
    rows = rows.annotate(of=Count("batch__tasks")).order_by("-batch__frozen_at", "-batch_id", "pk")
    fields = rows.values_list("batch__frozen_at", "code", "source", "facts", "free_on", "tasks", "of")
    return [OwnExclusion(*row) for row in fields]
