"""One box for everything: tasks, firms, experts, units, projects. Only over what the reader may see."""

from dataclasses import dataclass

from django.db.models import Q

from assignments.selectors.tasks import visible_to as visible_tasks
from evaluators.selectors import visible_to as visible_firms
from experts.selectors import visible_to as visible_experts
from foundation.accounts.enums import Capability
from foundation.accounts.models import User
from foundation.accounts.permissions import may
from parties.models import FormerName, FormerPersonName
from parties.selectors import units_visible_to
from projects.selectors import visible_to as visible_projects

EACH = 20
LONGEST = 60


@dataclass(frozen=True, slots=True)
class Hit:
    """One find: ``noun`` is task, firm, expert, unit or project; ``key`` is what its page is addressed by."""

    noun: str
    key: str
    title: str
    text: str


def search(user: User, text: str) -> list[Hit]:
    """Return at most 20 finds per noun for a name, a number, a code or the initials of a name; five queries.

    Firms, units and experts are found under the names that they bore before, too.
    """
    wanted = " ".join(text.split())[:LONGEST]
    if not wanted:
        return []
    once = FormerName.objects.filter(name__icontains=wanted).values("organisation_id")
    by_name = Q(organisation__name__icontains=wanted) | Q(organisation__sort_key__icontains=wanted)
    by_name |= Q(organisation__in=once)
    called = FormerPersonName.objects.filter(Q(name__icontains=wanted) | Q(sort_key__icontains=wanted))
    tasks = visible_tasks(user).filter(
        Q(number__icontains=wanted) | Q(title__icontains=wanted) | Q(unit__organisation__name__icontains=wanted)
    )
    hits = [
        Hit("task", row.number, row.title, f"{row.number} · {row.unit.organisation.name}")
        for row in tasks.select_related("unit__organisation").order_by("-work_year", "-pk")[:EACH]
    ]
    if not may(user, Capability.READ_DESK):
        return hits
    firms = visible_firms(user).filter(by_name | Q(number__icontains=wanted) | Q(organisation__uscc__icontains=wanted))
    hits += [
        Hit("firm", row.number, row.organisation.name, row.number)
        for row in firms.select_related("organisation").order_by("number", "pk")[:EACH]
    ]
    experts = visible_experts(user).filter(
        Q(person__name__icontains=wanted)
        | Q(person__sort_key__icontains=wanted)
        | Q(person__in=called.values("person_id"))
        | Q(number__icontains=wanted)
    )
    hits += [
        Hit("expert", row.number, row.person.name, f"{row.number} · {row.title}")
        for row in experts.select_related("person").order_by("number", "pk")[:EACH]
    ]
    units = units_visible_to(user).filter(by_name | Q(code__icontains=wanted))
    hits += [
        Hit("unit", str(row.pk), row.organisation.name, row.code)
        for row in units.select_related("organisation").order_by("code", "pk")[:EACH]
    ]
    projects = visible_projects(user).filter(Q(name__icontains=wanted) | Q(code__icontains=wanted))
    hits += [
        Hit("project", str(row.pk), row.name, f"{row.code} · {row.unit.organisation.name}")
        for row in projects.select_related("unit__organisation").order_by("code", "pk")[:EACH]
    ]
    return hits
