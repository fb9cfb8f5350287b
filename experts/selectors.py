"""The pool of experts, today and on any past day."""

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from django.db import models
from django.db.models import Q
from django.db.models.functions import Coalesce

from experts.enums import ExpertStatus
from experts.models import (
    Expert,
    ExpertSpecialty,
    ExpertStanding,
    ExpertTerm,
    ExpertUndertaking,
    FormerTitle,
    SpecialtyAsk,
    StandingRecusal,
    Unavailability,
)
from foundation.accounts.enums import Capability
from foundation.accounts.models import User
from foundation.accounts.permissions import may
from foundation.bureaus.models import Bureau
from foundation.taxonomy.models import FormerNode, Node
from foundation.taxonomy.selectors import descendants
from parties.selectors import employer_then, memberships_of, person_name_then


def visible_to(user: User) -> models.QuerySet[Expert]:
    """Return the experts of the reader's bureau; an expert sees himself."""
    rows = Expert.objects.filter(bureau_id=user.bureau_id or 0)
    if may(user, Capability.READ_ALL):
        return rows
    return rows.filter(person_id__in=memberships_of(user).values("person_id"))


def experts_named(bureau: Bureau, words: str) -> models.QuerySet[Expert]:
    """Return the experts of ``bureau`` whose name or pool number is exactly ``words``."""
    rows = Expert.objects.filter(bureau=bureau).select_related("person")
    return rows.filter(Q(person__name=words) | Q(number=words)).order_by("pk")


def expert_of(user: User) -> Expert | None:
    """Return the expert that ``user`` is."""
    mine = memberships_of(user).values("person_id")
    return Expert.objects.filter(person_id__in=mine).select_related("person").order_by("pk").first()


def standing_on(expert: Expert, day: date) -> ExpertStatus | None:
    """Return the expert's standing on ``day``; None before he applied."""
    row = ExpertStanding.objects.filter(expert=expert).on(day).order_by("-started_on", "-pk").first()
    return ExpertStatus(row.status) if row else None


class Standing(NamedTuple):
    """What somebody's standing is, None before he applied, and the day on which it ends by itself."""

    status: ExpertStatus | None
    ends_on: date | None


def not_active_on(rows: models.QuerySet[Expert], day: date) -> dict[int, Standing]:
    """Return the standing on ``day`` of each of ``rows`` who is not active then, in two queries; others: left out."""
    spells = ExpertStanding.objects.on(day)
    without = rows.filter(~models.Exists(spells.filter(expert=models.OuterRef("pk"))))
    found = dict.fromkeys(without.values_list("pk", flat=True), Standing(None, None))
    doubtful = spells.exclude(status=ExpertStatus.ACTIVE).filter(expert__in=rows)
    every = spells.filter(expert__in=doubtful.values("expert_id")).order_by("started_on", "pk")
    for pk, status, ended_on in every.values_list("expert_id", "status", "ended_on"):
        before = found.get(pk)
        found[pk] = Standing(ExpertStatus(status), ended_on or (before.ends_on if before else None))
    return {pk: one for pk, one in found.items() if one.status != ExpertStatus.ACTIVE}


def pool_on(bureau: Bureau, day: date) -> models.QuerySet[Expert]:
    """Return the experts that stood in the pool on ``day``."""
    standing = ExpertStanding.objects.on(day).filter(status=ExpertStatus.ACTIVE)
    return Expert.objects.filter(bureau=bureau, pk__in=standing.values("expert_id"))


def as_of(rows: models.QuerySet[Expert], day: date) -> models.QuerySet[Expert]:
    """Keep the experts who had a standing on ``day`` and add what was true then.

    ``status_then`` and ``since_then`` from the spells, ``term_then`` as it was given by that day, ``employer_then``
    with the name that it bore, ``person_name_then``, ``title_then`` and ``level_then``.
    """
    titles = FormerTitle.objects.filter(expert=models.OuterRef("pk"), until_on__gt=day).order_by("until_on", "pk")
    spells = ExpertStanding.objects.filter(expert=models.OuterRef("pk")).on(day).order_by("-started_on", "-pk")
    terms = ExpertTerm.objects.filter(expert=models.OuterRef("pk"), decided_on__lte=day)
    given = models.Case(models.When(admitted_on__lte=day, then=models.F("term_ends_on")))  # a row without its terms
    return rows.annotate(
        status_then=models.Subquery(spells.values("status")[:1]),
        since_then=models.Subquery(spells.values("started_on")[:1]),
        term_then=Coalesce(models.Subquery(terms.order_by("-decided_on", "-pk").values("ends_on")[:1]), given),
        employer_then=employer_then("person", day),
        person_name_then=person_name_then("person", day),
        title_then=Coalesce(models.Subquery(titles.values("title")[:1]), models.F("title")),
        level_then=Coalesce(models.Subquery(titles.values("title_level")[:1]), models.F("title_level")),
    ).filter(status_then__isnull=False)


def term_on(expert: Expert, day: date) -> date | None:
    """Return the end of the term that the expert held on ``day``, as given by then; None without one."""
    given = expert.terms.filter(decided_on__lte=day).order_by("-decided_on", "-pk").first()
    if given is not None:
        return given.ends_on
    return expert.term_ends_on if admitted_by(expert, day) == expert.admitted_on else None  # a row without its terms


def admitted_by(expert: Expert, day: date) -> date | None:
    """Return the day of the admission that held on ``day``; None where the expert was not admitted by then."""
    if expert.admitted_on is None or expert.admitted_on <= day:
        return expert.admitted_on
    spells = ExpertStanding.objects.filter(expert=expert, status=ExpertStatus.ACTIVE, started_on__lte=day)
    return spells.order_by("started_on", "pk").values_list("started_on", flat=True).first()


def specialties_of(expert_ids: Iterable[int], day: date) -> dict[int, frozenset[int]]:
    """Return the nodes that each expert had on ``day`` in one query; a merged one counts as its successor.

    Whoever has the same nodes shares the same set.
    """
    found: dict[int, frozenset[int]] = {}
    larger: dict[tuple[frozenset[int], int], frozenset[int]] = {}
    nothing: frozenset[int] = frozenset()
    rows = ExpertSpecialty.objects.filter(expert_id__in=expert_ids).on(day)
    counted = Coalesce("node__successor_id", "node_id")
    for expert_id, node_id in rows.values_list("expert_id", counted):
        step = found.get(expert_id, nothing), node_id
        if (own := larger.get(step)) is None:
            own = larger[step] = step[0] | {node_id}
        found[expert_id] = own
    return found


def experts_by_node(bureau: Bureau) -> dict[int, int]:
    """Return how many of the pool have each node or something below it, in three queries; without any: left out.

    A merged node counts as its successor; who has several nodes below one is counted there once.
    """
    rows = ExpertSpecialty.objects.filter(expert__bureau=bureau, expert__status=ExpertStatus.ACTIVE).running()
    merged = Q(node__successor__isnull=False)

    def counted(path: str) -> models.Case:
        heir = models.F(f"node__successor__{path}")
        return models.Case(models.When(merged, then=heir), default=models.F(f"node__{path}"))

    rows = rows.annotate(
        counted_level=counted("level"), own=counted("pk"), above=counted("parent"), top=counted("parent__parent")
    )
    found: dict[int, int] = {}
    for level in range(1, 4):
        steps = ("own", "above", "top")[: 4 - level]
        whens = [models.When(counted_level=level + up, then=models.F(step)) for up, step in enumerate(steps)]
        place = models.Case(*whens, default=None, output_field=models.BigIntegerField())
        groups = rows.annotate(place=place).filter(place__isnull=False).order_by().values("place")
        found |= dict(groups.annotate(n=models.Count("expert", distinct=True)).values_list("place", "n"))
    return found


def with_specialty(rows: models.QuerySet[Expert], nodes: Iterable[Node], day: date) -> models.QuerySet[Expert]:
    """Keep the experts who had one of ``nodes`` or something below it on ``day``."""
    known = ExpertSpecialty.objects.filter(node__in=descendants(nodes)).on(day)
    return rows.filter(pk__in=known.values("expert_id"))


def with_first_specialties(rows: models.QuerySet[Expert], day: date) -> models.QuerySet[Expert]:
    """Add the names of the first two specialties of ``day``, ``main_specialty`` and ``other_specialty``, to the query.

    Each under its name of that day; one that was merged by then shows the name of what took it over.
    """
    own = ExpertSpecialty.objects.filter(expert=models.OuterRef("pk")).on(day).order_by("-is_main", "pk")
    former = FormerNode.objects.filter(node=models.OuterRef("node")).after(day)
    then = models.Subquery(former.values(shown=Coalesce("merged_into__name", "name"))[:1])
    names = own.values(shown=Coalesce(then, "node__successor__name", "node__name"))
    return rows.annotate(main_specialty=models.Subquery(names[:1]), other_specialty=models.Subquery(names[1:2]))


def title_on(expert: Expert, day: date) -> tuple[str, str]:
    """Return the professional title and its level that the expert had on ``day``."""
    former = expert.former_titles.filter(until_on__gt=day).order_by("until_on", "pk").first()
    return (former.title, former.title_level) if former else (expert.title, expert.title_level)


def specialties_visible_to(user: User) -> models.QuerySet[ExpertSpecialty]:
    """Return the specialties, past ones too, of the bureau's experts, or an expert's own."""
    return ExpertSpecialty.objects.filter(expert__in=visible_to(user))


def specialty_asks_visible_to(user: User) -> models.QuerySet[SpecialtyAsk]:
    """Return what experts asked about their specialties: the bureau's, or an expert's own."""
    return SpecialtyAsk.objects.filter(expert__in=visible_to(user))


def recusals_on(expert_ids: Iterable[int], day: date) -> models.QuerySet[StandingRecusal]:
    """Return the standing recusals that run on ``day``."""
    running = Q(ended_on__isnull=True) | Q(ended_on__gt=day)
    return StandingRecusal.objects.filter(running, expert_id__in=expert_ids, started_on__lte=day)


def unavailable_on(expert_ids: Iterable[int], day: date) -> dict[int, date]:
    """Return the last day of the absence of each expert who is not free on ``day``."""
    rows = Unavailability.objects.filter(expert_id__in=expert_ids, started_on__lte=day, ended_on__gte=day)
    return dict(rows.order_by("ended_on").values_list("expert_id", "ended_on"))


def without_undertaking(rows: models.QuerySet[Expert], year: int) -> models.QuerySet[Expert]:
    """Keep who did not accept the undertaking of ``year``."""
    accepted = ExpertUndertaking.objects.filter(expert=models.OuterRef("pk"), year=year)
    return rows.filter(~models.Exists(accepted))
