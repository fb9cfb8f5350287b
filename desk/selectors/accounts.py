"""Sign-ins whose holder may be gone."""

from datetime import date, timedelta

from django.db import models
from django.db.models import Case, Exists, OuterRef, Q, Value, When

from desk.enums import AccountDoubt
from evaluators.enums import FirmStatus
from evaluators.models import Firm, LeadEvaluator, Practitioner
from experts.enums import ExpertStatus
from experts.models import Expert
from foundation.accounts.enums import Capability
from foundation.accounts.models import RoleGrant, User
from foundation.accounts.permissions import may
from foundation.accounts.selectors import OUTSIDE, visible_to
from parties.models import Employment, Membership
from parties.rules import IDLE_DAYS


def doubtful_accounts(user: User, on: date) -> models.QuerySet[User]:
    """Return the open accounts of the bureau whose holder may be gone, each with its first doubt (edge case 34).

    Of a firm or a unit only the name of the holder is known: somebody of that name who worked there and works there no
    more. Rule R-52 says after how many days nobody has signed in for too long.
    """
    if not may(user, Capability.MANAGE_ACCOUNTS):
        return User.objects.none()
    last = on - timedelta(days=IDLE_DAYS)
    running = Membership.objects.filter(user=OuterRef("pk"), ended_on__isnull=True)
    outside = RoleGrant.objects.filter(user=OuterRef("pk"), ended_on__isnull=True, role__in=OUTSIDE)
    firms = Firm.objects.filter(status__in=[FirmStatus.LEFT, FirmStatus.REMOVED])
    experts = Expert.objects.filter(status__in=[ExpertStatus.LEFT, ExpertStatus.REMOVED])
    closed = Q(organisation__closed_on__lte=on) | Q(organisation__in=firms.values("organisation"))
    idle = Q(last_login__date__lt=last) | Q(last_login__isnull=True, date_joined__date__lt=last)
    doubt = Case(
        When(Exists(running.filter(person__died_on__isnull=False)), then=Value(AccountDoubt.DIED)),
        When(Exists(outside) & ~Exists(running), then=Value(AccountDoubt.NOBODY)),
        When(Exists(running.filter(closed)), then=Value(AccountDoubt.BODY_LEFT)),
        When(Exists(running.filter(person__in=experts.values("person"))), then=Value(AccountDoubt.POOL_LEFT)),
        When(Exists(_gone(running, on)), then=Value(AccountDoubt.PERSON_LEFT)),
        When(idle, then=Value(AccountDoubt.IDLE)),
        default=Value(""),
        output_field=models.CharField(),
    )
    return visible_to(user).filter(is_active=True).annotate(doubt=doubt).exclude(doubt="")


def _gone(running: models.QuerySet[Membership], on: date) -> models.QuerySet[Membership]:
    """Keep the memberships of a body that somebody of the holder's name has left, and where nobody of it is now."""
    found = running.filter(organisation__isnull=False)
    spells = Employment.objects.filter(organisation=OuterRef("organisation"), person__name=OuterRef("user__name"))
    leads = LeadEvaluator.objects.filter(
        firm__organisation=OuterRef("organisation"), person__name=OuterRef("user__name")
    )
    staff = Practitioner.objects.filter(
        firm__organisation=OuterRef("organisation"), person__name=OuterRef("user__name")
    )
    here, was = Q(), Q()
    for rows in (spells, leads, staff):
        is_running = Q(ended_on__isnull=True) | Q(ended_on__gt=on)
        here |= Q(Exists(rows.filter(is_running)))
        was |= Q(Exists(rows.filter(ended_on__lte=on)))
    return found.filter(was).exclude(here)
