"""The register of firms, today and on any past day."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, Literal

from django.db import models
from django.db.models import Q
from django.db.models.functions import Coalesce
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from evaluators.enums import FirmStatus, QualificationStatus
from evaluators.models import (
    AssessedYear,
    Branch,
    CarriedBar,
    Firm,
    FirmStanding,
    FirmTerm,
    FirmUndertaking,
    LeadEvaluator,
    LikenessSetAside,
    Practitioner,
    Qualification,
    StaffChange,
)
from evaluators.rules import Marks, renewable_from, shared_marks
from foundation.accounts.enums import Capability
from foundation.accounts.models import User
from foundation.accounts.permissions import may
from foundation.bureaus.models import Bureau
from foundation.core.errors import Refusal
from foundation.rulesets.selectors import rules_for
from parties.enums import INTERESTS, FormerFactKind
from parties.models import Organisation, Person, Relationship
from parties.rules import same_name
from parties.selectors import fact_then, former_facts, memberships_of, name_then, person_name_then, predecessors

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


def staff_changes_visible_to(user: User) -> models.QuerySet[StaffChange]:
    """Return what visible firms reported of their own people."""
    return StaffChange.objects.filter(firm__in=visible_to(user)).select_related("firm__organisation")


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


def terms_on(firm_ids: Iterable[int], day: date) -> dict[int, date]:
    """Return the end of the term that each firm held on ``day``, as given by then; without one: left out."""
    rows = FirmTerm.objects.filter(firm_id__in=firm_ids, decided_on__lte=day).order_by("decided_on", "pk")
    return dict(rows.values_list("firm_id", "ends_on"))


def term_on(firm: Firm, day: date) -> date | None:
    """Return the end of the term that the firm held on ``day``, as given by then; None without one."""
    given = firm.term_ends_on if admitted_by(firm, day) == firm.admitted_on else None  # a row without its terms
    return terms_on([firm.pk], day).get(firm.pk, given)


def admitted_by(firm: Firm, day: date) -> date | None:
    """Return the day of the admission that held on ``day``; None where the firm was not admitted by then."""
    if firm.admitted_on is None or firm.admitted_on <= day:
        return firm.admitted_on
    spells = FirmStanding.objects.filter(firm=firm, status=FirmStatus.ACTIVE, started_on__lte=day)
    return spells.order_by("started_on", "pk").values_list("started_on", flat=True).first()


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


def branches_on(user: User, on: date) -> models.QuerySet[Any]:
    """Return the branches of visible firms that were open on ``on``, with ``firm_then``: its name of that day."""
    running = Q(ended_on__isnull=True) | Q(ended_on__gt=on)
    rows = Branch.objects.filter(running, firm__in=visible_to(user), started_on__lte=on)
    return rows.annotate(firm_then=name_then("firm__organisation", on)).select_related("firm")


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


def with_counts(rows: models.QuerySet[Firm], on: date) -> models.QuerySet[Firm]:
    """Add to each firm how many lead evaluators and staff it has on ``on``: ``leads`` and ``staff``."""
    running = Q(ended_on__isnull=True) | Q(ended_on__gt=on)
    found = {}
    for name, model in (("leads", LeadEvaluator), ("staff", Practitioner)):
        people = model._default_manager.filter(running, firm=models.OuterRef("pk"), started_on__lte=on)
        counted = people.order_by().values("firm").annotate(n=models.Count("pk")).values("n")
        found[name] = Coalesce(models.Subquery(counted), 0)
    return rows.annotate(**found)


def predecessor_firms(
    firm_ids: Iterable[int], on: date, *, passing: Literal["", "scores", "sanctions"] = ""
) -> dict[int, set[int]]:
    """Return the firms whose place each firm had taken by ``on``, directly or through others; without: left out.

    With ``passing`` only those whose scores or sanctions passed to it. Rule R-49. At most three queries.
    """
    firm_of_body = dict(Firm.objects.filter(pk__in=list(firm_ids)).values_list("organisation_id", "pk"))
    found = predecessors(firm_of_body, on, passing=passing)
    if not found:
        return {}
    bodies = {body for before in found.values() for body in before}
    earlier = dict(Firm.objects.filter(organisation_id__in=bodies).values_list("organisation_id", "pk"))
    return {firm_of_body[key]: {earlier[body] for body in before if body in earlier} for key, before in found.items()}


def carried_bars(firm_ids: Iterable[int], on: date) -> models.QuerySet[CarriedBar]:
    """Return the suspensions and removals of predecessors that hold for these firms on ``on``. Rule R-49."""
    rows = CarriedBar.objects.filter(firm_id__in=firm_ids, started_on__lte=on, ends_on__gt=on)
    return rows.select_related("predecessor__organisation").order_by("ends_on", "pk")


@dataclass(frozen=True, slots=True)
class Likeness:
    """A removed firm that shares something with another one: a hint, never an obstacle. Rule R-50."""

    removed: Firm
    marks: tuple[str, ...]


def likenesses(
    bureau: Bureau, firms: Mapping[int, Marks], on: date, *, with_set_aside: bool = False
) -> dict[int, list[Likeness]]:
    """Return the removed firms of ``bureau`` that each of ``firms`` resembles; without any: left out.

    What somebody set aside is left out until they share something more. Who took a removed firm's place and carries its
    removal, or is it, is no likeness; a link alone, along which nothing passed, hides none. At most five queries, one
    where nobody is removed.
    """
    compared = rules_for(bureau=bureau, on=on).value("likeness_marks")
    removed = {row.pk: row for row in removed_firms(bureau).select_related("organisation")}
    if not removed:
        return {}
    marks = marks_of(removed.values())
    carried = _carried_removals(removed, on)
    aside = {} if with_set_aside else _set_aside(firms)
    found: dict[int, list[Likeness]] = {}
    for key, own in firms.items():
        for pk, other in marks.items():
            shared = shared_marks(own, other, compared=compared)
            if shared and pk != key and (key, pk) not in carried and set(shared) - aside.get((key, pk), set()):
                found.setdefault(key, []).append(Likeness(removed[pk], shared))
    return found


def removed_firms(bureau: Bureau) -> models.QuerySet[Firm]:
    """Return the firms that are removed from the register, and those whose record was closed while they were."""
    until_closed = FirmStanding.objects.filter(
        firm=models.OuterRef("pk"), status=FirmStatus.REMOVED, ended_on=models.OuterRef("status_since")
    )
    was_removed = Q(status=FirmStatus.REMOVED) | Q(models.Exists(until_closed), status=FirmStatus.CLOSED)
    return Firm.objects.filter(was_removed, bureau=bureau).order_by("pk")


def marks_of(firms: Iterable[Firm]) -> dict[int, Marks]:
    """Return what is compared of each firm (with its organisation at hand): who leads or ever led is among it.

    So are the legal representatives and addresses that it had before. Two queries.
    """
    rows = {row.pk: row.organisation for row in firms}
    leads: dict[int, set[int]] = {}
    for firm_id, person_id in LeadEvaluator.objects.filter(firm__in=list(rows)).values_list("firm_id", "person_id"):
        leads.setdefault(firm_id, set()).add(person_id)
    former = former_facts([body.pk for body in rows.values()])
    return {
        pk: Marks(
            body.legal_person,
            body.address,
            body.phone,
            frozenset(leads.get(pk, ())),
            frozenset(former.get(body.pk, {}).get("legal_person", ())),
            frozenset(former.get(body.pk, {}).get("address", ())),
        )
        for pk, body in rows.items()
    }


def open_likenesses(bureau: Bureau, on: date) -> list[tuple[Firm, list[Likeness]]]:
    """Return who stands in the register or wants to and resembles a removed firm, not set aside. Rule R-50."""
    if not removed_firms(bureau).exists():
        return []
    gone = [FirmStatus.REMOVED, FirmStatus.LEFT, FirmStatus.CLOSED]
    rows = Firm.objects.filter(bureau=bureau).exclude(status__in=gone).select_related("organisation")
    firms = {row.pk: row for row in rows.order_by("pk")}
    return [(firms[pk], found) for pk, found in likenesses(bureau, marks_of(firms.values()), on).items()]


def _carried_removals(removed: Iterable[int], on: date) -> set[tuple[int, int]]:
    """Return pairs (successor, removed firm) of whom the removal passed, over by now or not. Rule R-49."""
    bars = CarriedBar.objects.filter(predecessor__in=list(removed), status=FirmStatus.REMOVED, started_on__lte=on)
    return set(bars.values_list("firm_id", "predecessor_id"))


def _set_aside(firm_ids: Iterable[int]) -> dict[tuple[int, int], set[str]]:
    found: dict[tuple[int, int], set[str]] = {}
    rows = LikenessSetAside.objects.filter(firm_id__in=list(firm_ids))
    for firm_id, removed_id, marks in rows.values_list("firm_id", "removed_id", "marks"):
        found.setdefault((firm_id, removed_id), set()).update(marks)
    return found


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


def assessed_with_predecessors(firm_ids: Iterable[int], year: int, on: date) -> dict[int, int]:
    """Return the points of each firm's confirmed assessment of ``year``, as ``assessed_points``. Rule R-49.

    A firm without a result of its own has the lowest of those whose scores passed to it.
    """
    firms = list(firm_ids)
    before = predecessor_firms(firms, on, passing="scores")
    earlier = {pk for all_ in before.values() for pk in all_}
    points = assessed_points({*firms, *earlier}, year)
    found = {pk: points[pk] for pk in firms if pk in points}
    for pk, all_ in before.items():
        if pk not in found and (known := [points[one] for one in all_ if one in points]):
            found[pk] = min(known)
    return found
