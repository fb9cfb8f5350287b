"""Qualifications, what of them ends soon, and undertakings."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import models
from django.db.models import Q
from django.db.models.functions import Coalesce

from evaluators.enums import FirmStatus, QualificationStatus
from evaluators.models import (
    Firm,
    FirmUndertaking,
    LeadEvaluator,
    Qualification,
)
from evaluators.selectors.register import visible_to
from foundation.accounts.models import User
from foundation.bureaus.models import Bureau
from foundation.rulesets.selectors import rules_for


def qualifications_visible_to(user: User) -> models.QuerySet[Qualification]:
    """Return the qualifications of visible firms."""
    return Qualification.objects.filter(firm__in=visible_to(user))


@dataclass(frozen=True, slots=True)
class Ending:
    """Something of a firm that has a last day: a qualification, or the certificate of a lead evaluator alone."""

    key: str
    firm: Firm
    last_day: date


def endings(bureau: Bureau, *, since: date, until: date) -> list[Ending]:
    """Return what ends between two days (both included) and was not renewed, in two queries, the first one first.

    A certificate counts for itself where no qualification stands for it. Firms out of the register are left out.
    """
    firms = Firm.objects.filter(bureau=bureau, status__in=[FirmStatus.ACTIVE, FirmStatus.SUSPENDED])
    accepted = Qualification.objects.filter(status=QualificationStatus.ACCEPTED)
    later = accepted.alias(whose=Coalesce("lead_id", 0)).filter(
        Q(valid_to__isnull=True) | Q(valid_to__gt=models.OuterRef("valid_to")),
        firm=models.OuterRef("firm"),
        name=models.OuterRef("name"),
        whose=Coalesce(models.OuterRef("lead_id"), 0),
    )
    rows = accepted.filter(firm__in=firms, valid_to__gte=since, valid_to__lte=until).exclude(lead__ended_on__lte=since)
    rows = rows.filter(~models.Exists(later)).select_related("firm")
    found = [Ending(f"qualification:{row.pk}", row.firm, row.valid_to) for row in rows if row.valid_to]
    papers = accepted.filter(lead=models.OuterRef("pk"), is_certificate=True)
    leads = LeadEvaluator.objects.filter(
        firm__in=firms, ended_on__isnull=True, certificate_valid_to__gte=since, certificate_valid_to__lte=until
    ).filter(~models.Exists(papers))
    found += [
        Ending(f"certificate:{row.pk}", row.firm, row.certificate_valid_to)
        for row in leads.select_related("firm")
        if row.certificate_valid_to
    ]
    return sorted(found, key=lambda one: (one.last_day, one.key))


def soon_until(bureau: Bureau, on: date) -> date:
    """Return the last day that is soon on ``on``: what ends by it is reminded of. One query. Rule R-53."""
    days: list[int] = rules_for(bureau=bureau, on=on).value("expiry_reminder_days")
    return on + timedelta(days=max(days))


def undertaken(firm_ids: Iterable[int], year: int) -> set[int]:
    """Return which firms accepted the undertaking of ``year``."""
    rows = FirmUndertaking.objects.filter(firm_id__in=firm_ids, year=year)
    return set(rows.values_list("firm_id", flat=True))
