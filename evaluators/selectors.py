"""The register of firms, today and on any past day."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final

from django.db import models
from django.db.models import Q
from django.db.models.functions import Coalesce
from django.utils.module_loading import import_string

from evaluators.enums import FirmStatus, QualificationStatus
from evaluators.models import (
    AssessedYear,
    Firm,
    FirmStanding,
    FirmUndertaking,
    LeadEvaluator,
    Practitioner,
    Qualification,
)
from evaluators.rules import renewable_from
from foundation.accounts.enums import Capability
from foundation.accounts.models import User
from foundation.accounts.permissions import may
from foundation.bureaus.models import Bureau
from foundation.rulesets.selectors import rules_for
from parties.selectors import memberships_of

_SUSPENSION_ENDS: Final[list[str]] = []


def visible_to(user: User) -> models.QuerySet[Firm]:
    """Return the firms of the reader's bureau; a firm sees itself."""
    rows = Firm.objects.filter(bureau_id=user.bureau_id or 0)
    if may(user, Capability.READ_ALL):
        return rows
    return rows.filter(organisation_id__in=memberships_of(user).values("organisation_id"))


def firms_named(bureau: Bureau, words: str) -> models.QuerySet[Firm]:
    """Return the firms of ``bureau`` whose name, register number or USCC is exactly ``words``."""
    rows = Firm.objects.filter(bureau=bureau).select_related("organisation")
    return rows.filter(Q(organisation__name=words) | Q(number=words) | Q(organisation__uscc=words)).order_by("pk")


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


def firm_of(user: User) -> Firm | None:
    """Return the firm that ``user`` works for."""
    mine = memberships_of(user).values("organisation_id")
    return Firm.objects.filter(organisation_id__in=mine).select_related("organisation").order_by("pk").first()


def is_renewable(bureau: Bureau, term_ends_on: date | None, on: date) -> bool:
    """Return whether a term in register or pool can be renewed on ``on``. Rule R-13."""
    days = rules_for(bureau=bureau, on=on).value("renewal_window_days")
    return term_ends_on is not None and on >= renewable_from(term_ends_on, days=days)


def standing_on(firm: Firm, day: date) -> FirmStatus | None:
    """Return the firm's standing on ``day``; None before it applied."""
    row = FirmStanding.objects.filter(firm=firm).on(day).order_by("-started_on", "-pk").first()
    return FirmStatus(row.status) if row else None


def standings_on(firm_ids: Iterable[int], day: date) -> dict[int, FirmStatus]:
    """Return the standing of each firm on ``day`` in one query; firms without one are left out."""
    rows = FirmStanding.objects.filter(firm_id__in=firm_ids).on(day).order_by("started_on", "pk")
    return {firm_id: FirmStatus(status) for firm_id, status in rows.values_list("firm_id", "status")}


def serve_suspension_ends(selector: str) -> None:
    """Let the dotted ``selector(firm_ids)`` of a higher room tell when running suspensions end by themselves."""
    _SUSPENSION_ENDS.append(selector)


def suspension_ends(firm_ids: Iterable[int], day: date) -> dict[int, date]:
    """Return the day on which the suspension of each firm on ``day`` ended, or ends by itself; without: left out."""
    firms = list(firm_ids)
    spells = FirmStanding.objects.filter(firm_id__in=firms, status=FirmStatus.SUSPENDED).on(day)
    known = {pk: ended_on for pk, ended_on in spells.order_by("pk").values_list("firm_id", "ended_on") if ended_on}
    foreseen: dict[int, date] = {}
    for name in _SUSPENSION_ENDS:
        foreseen |= import_string(name)(firms)
    return foreseen | known


def pool_on(bureau: Bureau, day: date) -> models.QuerySet[Firm]:
    """Return the firms that stood in the register on ``day``."""
    standing = FirmStanding.objects.on(day).filter(status=FirmStatus.ACTIVE)
    return Firm.objects.filter(bureau=bureau, pk__in=standing.values("firm_id"))


def leads_of(firm: Firm, on: date) -> models.QuerySet[LeadEvaluator]:
    """Return the lead evaluators of ``firm`` on ``on`` whose certificates have not run out."""
    valid = Q(certificate_valid_to__isnull=True) | Q(certificate_valid_to__gte=on)
    running = Q(ended_on__isnull=True) | Q(ended_on__gt=on)
    return LeadEvaluator.objects.filter(valid, running, firm=firm, started_on__lte=on)


def staff_person_ids(firm_ids: Iterable[int], on: date) -> dict[int, set[int]]:
    """Return the persons of each firm on ``on``, leads and practitioners together, in two queries."""
    firms = list(firm_ids)
    found: dict[int, set[int]] = {firm_id: set() for firm_id in firms}
    running = Q(ended_on__isnull=True) | Q(ended_on__gt=on)
    for rows in (
        LeadEvaluator.objects.filter(running, firm_id__in=firms, started_on__lte=on),
        Practitioner.objects.filter(running, firm_id__in=firms, started_on__lte=on),
    ):
        for firm_id, person_id in rows.values_list("firm_id", "person_id"):
            found[firm_id].add(person_id)
    return found


def undertaken(firm_ids: Iterable[int], year: int) -> set[int]:
    """Return which firms accepted the undertaking of ``year``."""
    rows = FirmUndertaking.objects.filter(firm_id__in=firm_ids, year=year)
    return set(rows.values_list("firm_id", flat=True))


def assessed_points(firm_ids: Iterable[int], year: int) -> dict[int, int]:
    """Return the points of each firm's confirmed assessment of ``year`` in hundredths; 未评定 is left out."""
    rows = AssessedYear.objects.filter(firm_id__in=firm_ids, year=year, points_hundredths__isnull=False)
    return {
        firm_id: points for firm_id, points in rows.values_list("firm_id", "points_hundredths") if points is not None
    }


def leads_running(firm: Firm, on: date) -> models.QuerySet[LeadEvaluator]:
    """Return everybody who leads for ``firm`` on ``on``, with or without a certificate that has run out."""
    running = Q(ended_on__isnull=True) | Q(ended_on__gt=on)
    return LeadEvaluator.objects.filter(running, firm=firm, started_on__lte=on).select_related("person").order_by("pk")


def practitioners_running(firm: Firm, on: date) -> models.QuerySet[Practitioner]:
    """Return the staff of ``firm`` on ``on``."""
    running = Q(ended_on__isnull=True) | Q(ended_on__gt=on)
    return Practitioner.objects.filter(running, firm=firm, started_on__lte=on).select_related("person").order_by("pk")


def with_counts(rows: models.QuerySet[Firm], on: date) -> models.QuerySet[Firm]:
    """Add to each firm how many lead evaluators and staff it has on ``on``: ``leads`` and ``staff``."""
    running = Q(ended_on__isnull=True) | Q(ended_on__gt=on)
    found = {}
    for name, model in (("leads", LeadEvaluator), ("staff", Practitioner)):
        people = model._default_manager.filter(running, firm=models.OuterRef("pk"), started_on__lte=on)
        counted = people.order_by().values("firm").annotate(n=models.Count("pk")).values("n")
        found[name] = Coalesce(models.Subquery(counted), 0)
    return rows.annotate(**found)
