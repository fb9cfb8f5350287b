"""Keeping the calendar of working days."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db import transaction

from foundation.accounts.models import User
from foundation.audit.services import record
from foundation.workdays.models import WorkdayOverride


@dataclass(frozen=True, slots=True)
class OverrideDraft:
    """One day that differs from Monday to Friday."""

    day: date
    is_workday: bool
    name: str
    source: str


@transaction.atomic
def record_overrides(*, drafts: Iterable[OverrideDraft], by: User) -> int:
    """Write the days, replacing what was known of them; return how many."""
    rows = [WorkdayOverride(day=d.day, is_workday=d.is_workday, name=d.name, source=d.source) for d in drafts]
    WorkdayOverride.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["day"], update_fields=["is_workday", "name", "source"]
    )
    if rows:
        record(
            actor=by,
            action="workdays.recorded",
            subject=by,
            facts={"days": len(rows), "from": min(r.day for r in rows)},
        )
    return len(rows)
