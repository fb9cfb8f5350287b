"""Rectifications, proposals, and what of them was adopted."""

from django.db import models
from django.db.models import Sum

from assignments.selectors.tasks import visible_to as visible_tasks
from foundation.accounts.enums import Capability
from foundation.accounts.models import User
from foundation.accounts.permissions import may
from foundation.bureaus.models import Bureau
from results.models import Adoption, Proposal, Rectification


def visible_to(user: User) -> models.QuerySet[Rectification]:
    """Return the rectifications of visible tasks; firms and experts see none."""
    rows = Rectification.objects.filter(task__in=visible_tasks(user))
    if may(user, Capability.READ_DESK) or may(user, Capability.UNIT_DESK):
        return rows
    return rows.none()


def proposals_visible_to(user: User) -> models.QuerySet[Proposal]:
    """Return the proposals about visible tasks, to people of the bureau only."""
    rows = Proposal.objects.filter(task__in=visible_tasks(user))
    return rows if may(user, Capability.READ_DESK) else rows.none()


def proposals_of_year(user: User, work_year: int) -> models.QuerySet[Proposal]:
    """Return the proposals that came out of the evaluations of ``work_year``, with what became of them."""
    rows = proposals_visible_to(user).filter(task__work_year=work_year)
    return rows.select_related("task__project", "adoption").order_by("pk")


def adopted_cents(bureau: Bureau, budget_year: int) -> int:
    """Return the amount adopted for a budget year; what was only proposed does not count."""
    rows = Adoption.objects.filter(proposal__task__bureau=bureau, proposal__budget_year=budget_year)
    return int(rows.aggregate(cents=Sum("amount_cents"))["cents"] or 0)
