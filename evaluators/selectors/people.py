"""Who leads and works in a firm, today and on any past day."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db import models
from django.db.models import Q

from evaluators.models import (
    Firm,
    LeadEvaluator,
    Practitioner,
    Qualification,
    StaffChange,
)
from evaluators.selectors.register import visible_to
from foundation.accounts.models import User
from parties.models import Organisation, Person
from parties.selectors import name_then, person_name_then


def staff_changes_visible_to(user: User) -> models.QuerySet[StaffChange]:
    """Return what visible firms reported of their own people."""
    return StaffChange.objects.filter(firm__in=visible_to(user)).select_related("firm__organisation")


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


def leads_running(firm: Firm, on: date) -> models.QuerySet[LeadEvaluator]:
    """Return everybody who leads for ``firm`` on ``on``, with or without a certificate that has run out."""
    running = Q(ended_on__isnull=True) | Q(ended_on__gt=on)
    return LeadEvaluator.objects.filter(running, firm=firm, started_on__lte=on).select_related("person").order_by("pk")


def posts_of(person: Person, body: Organisation, on: date) -> list[LeadEvaluator | Practitioner]:
    """Return the posts of ``person`` in the firm that ``body`` is, that run on ``on`` or begin later; leads first."""
    running = Q(ended_on__isnull=True) | Q(ended_on__gt=on)
    found: list[LeadEvaluator | Practitioner] = []
    for model in (LeadEvaluator, Practitioner):
        found += model._default_manager.filter(running, person=person, firm__organisation=body).order_by("pk")
    return found


def practitioners_running(firm: Firm, on: date) -> models.QuerySet[Practitioner]:
    """Return the staff of ``firm`` on ``on``."""
    running = Q(ended_on__isnull=True) | Q(ended_on__gt=on)
    return Practitioner.objects.filter(running, firm=firm, started_on__lte=on).select_related("person").order_by("pk")


def practitioners_on(user: User, on: date) -> models.QuerySet[Any]:
    """Return the staff of visible firms on ``on``, with ``name_then`` and ``firm_then``: the names of that day."""
    running = Q(ended_on__isnull=True) | Q(ended_on__gt=on)
    rows = Practitioner.objects.filter(running, firm__in=visible_to(user), started_on__lte=on)
    names = {"name_then": person_name_then("person", on), "firm_then": name_then("firm__organisation", on)}
    return rows.annotate(**names).select_related("firm", "person")


def with_certificates(rows: models.QuerySet[LeadEvaluator], day: date) -> models.QuerySet[LeadEvaluator]:
    """Add the practising certificate of ``day``: ``certificate_then`` its number, ``certificate_ends_then`` its end.

    Of the papers that the bureau had accepted by then, the one that lasts longest. Without any: what stands at the
    lead evaluator, unless it was taken from a paper accepted later.
    """
    papers = Qualification.objects.filter(lead=models.OuterRef("pk"), is_certificate=True)
    counted = papers.recognised_on(day).filter(valid_from__lte=day)
    longest = counted.order_by(models.F("valid_to").desc(nulls_first=True), "-valid_from", "-pk")
    later = papers.filter(number=models.OuterRef("certificate_number"), accepted_on__gt=day)
    has_paper, is_later = models.Exists(counted), models.Exists(later)
    return rows.annotate(
        certificate_then=models.Case(
            models.When(has_paper, then=models.Subquery(longest.values("number")[:1])),
            models.When(is_later, then=models.Value("")),
            default=models.F("certificate_number"),
        ),
        certificate_ends_then=models.Case(
            models.When(has_paper, then=models.Subquery(longest.values("valid_to")[:1])),
            models.When(is_later, then=models.Value(None, models.DateField())),
            default=models.F("certificate_valid_to"),
        ),
    )
