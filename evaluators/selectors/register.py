"""The register of firms: standing, term and facts, today and on any past day."""

from collections.abc import Iterable
from datetime import date
from typing import Final

from django.db import models
from django.db.models import Q
from django.db.models.functions import Coalesce
from django.utils.module_loading import import_string

from evaluators.enums import FirmStatus
from evaluators.models import (
    Firm,
    FirmStanding,
    FirmTerm,
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
from parties.enums import INTERESTS, FormerFactKind
from parties.models import Relationship
from parties.selectors import fact_then, memberships_of, name_then

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


def firm_of(user: User) -> Firm | None:
    """Return the firm that ``user`` works for."""
    mine = memberships_of(user).values("organisation_id")
    return Firm.objects.filter(organisation_id__in=mine).select_related("organisation").order_by("pk").first()


def interests_of(firm: Firm) -> models.QuerySet[Relationship]:
    """Return whom the firm advised, audited or supplies, as it or the bureau declared it, newest first."""
    rows = Relationship.objects.filter(subject_id=firm.organisation_id, kind__in=INTERESTS)
    return rows.select_related("other").order_by("-started_on", "-pk")


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


def as_of(rows: models.QuerySet[Firm], day: date) -> models.QuerySet[Firm]:
    """Keep the firms that had a standing on ``day`` and add what was true then.

    ``status_then`` and ``since_then`` from the spells, ``term_then`` as it was given by that day, ``name_then``,
    ``legal_person_then``, ``address_then``, and ``qualified``: how many qualifications held that the bureau had
    accepted.
    """
    papers = Qualification.objects.valid_on(day).filter(firm=models.OuterRef("pk")).order_by()
    papers_held = papers.values("firm").annotate(n=models.Count("pk")).values("n")
    spells = FirmStanding.objects.filter(firm=models.OuterRef("pk")).on(day).order_by("-started_on", "-pk")
    terms = FirmTerm.objects.filter(firm=models.OuterRef("pk"), decided_on__lte=day).order_by("-decided_on", "-pk")
    given = models.Case(models.When(admitted_on__lte=day, then=models.F("term_ends_on")))  # a row without its terms
    return rows.annotate(
        status_then=models.Subquery(spells.values("status")[:1]),
        since_then=models.Subquery(spells.values("started_on")[:1]),
        term_then=Coalesce(models.Subquery(terms.values("ends_on")[:1]), given),
        name_then=name_then("organisation", day),
        legal_person_then=fact_then("organisation", FormerFactKind.LEGAL_PERSON, day),
        address_then=fact_then("organisation", FormerFactKind.ADDRESS, day),
        qualified=Coalesce(models.Subquery(papers_held), 0),
    ).filter(status_then__isnull=False)


def term_on(firm: Firm, day: date) -> date | None:
    """Return the end of the term that the firm held on ``day``, as given by then; None without one."""
    given = firm.terms.filter(decided_on__lte=day).order_by("-decided_on", "-pk").first()
    if given is not None:
        return given.ends_on
    return firm.term_ends_on if admitted_by(firm, day) == firm.admitted_on else None  # a row without its terms


def admitted_by(firm: Firm, day: date) -> date | None:
    """Return the day of the admission that held on ``day``; None where the firm was not admitted by then."""
    if firm.admitted_on is None or firm.admitted_on <= day:
        return firm.admitted_on
    spells = FirmStanding.objects.filter(firm=firm, status=FirmStatus.ACTIVE, started_on__lte=day)
    return spells.order_by("started_on", "pk").values_list("started_on", flat=True).first()


def with_counts(rows: models.QuerySet[Firm], on: date) -> models.QuerySet[Firm]:
    """Add to each firm how many lead evaluators and staff it has on ``on``: ``leads`` and ``staff``."""
    running = Q(ended_on__isnull=True) | Q(ended_on__gt=on)
    found = {}
    for name, model in (("leads", LeadEvaluator), ("staff", Practitioner)):
        people = model._default_manager.filter(running, firm=models.OuterRef("pk"), started_on__lte=on)
        counted = people.order_by().values("firm").annotate(n=models.Count("pk")).values("n")
        found[name] = Coalesce(models.Subquery(counted), 0)
    return rows.annotate(**found)
