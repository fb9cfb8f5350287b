"""Branches of firms, and who contracts for them. Rule R-49."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext as _

from evaluators.models import (
    Branch,
)
from evaluators.selectors.register import visible_to
from foundation.accounts.models import User
from foundation.bureaus.models import Bureau
from foundation.core.errors import Refusal
from foundation.rulesets.selectors import rules_for
from parties.rules import same_name
from parties.selectors import name_then


def branches_on(user: User, on: date) -> models.QuerySet[Any]:
    """Return the branches of visible firms that were open on ``on``, with ``firm_then``: its name of that day."""
    running = Q(ended_on__isnull=True) | Q(ended_on__gt=on)
    rows = Branch.objects.filter(running, firm__in=visible_to(user), started_on__lte=on)
    return rows.annotate(firm_then=name_then("firm__organisation", on)).select_related("firm")


def heads_of(firm_ids: Iterable[int], on: date) -> dict[int, int]:
    """Return the head office of each firm that is a branch with legal personality on ``on``; others: left out."""
    running = Q(ended_on__isnull=True) | Q(ended_on__gt=on)
    rows = Branch.objects.filter(running, own_firm_id__in=list(firm_ids), started_on__lte=on).order_by("pk")
    return {branch: head for branch, head in rows.values_list("own_firm_id", "firm_id") if branch is not None}


def dependent_branches(bureau: Bureau, on: date) -> models.QuerySet[Branch]:
    """Return the branches without legal personality: each belongs to its head office and can do nothing alone."""
    running = Q(ended_on__isnull=True) | Q(ended_on__gt=on)
    rows = Branch.objects.filter(running, firm__bureau=bureau, has_legal_personality=False)
    return rows.select_related("firm__organisation").order_by("pk")


def branch_refusal(bureau: Bureau, *, name: str, uscc: str, on: date) -> Refusal | None:
    """Return why a body cannot stand in the register alone: it is a branch without legal personality. Rule R-49."""
    for row in dependent_branches(bureau, on):
        if same_name(row.name) == same_name(name) or (uscc and row.uscc == uscc):
            message = _("%(name)s is a branch of %(head)s without legal personality: the head office contracts.") % {
                "name": name,
                "head": row.firm.organisation.name,
            }
            source = rules_for(bureau=bureau, on=on).source("one_of_a_family")
            return Refusal("dependent_branch", message, {"field": "name", "firm": row.firm_id}, source)
    return None
