"""Which approvals wait, for whom, and how they ended."""

from datetime import date

from django.db import models
from django.db.models import Q

from foundation.accounts.enums import Capability
from foundation.accounts.models import RoleGrant, User
from foundation.accounts.permissions import may, roles_of
from foundation.approvals.enums import ApprovalStatus, StepStatus
from foundation.approvals.models import Approval, ApprovalStep, Delegation


def visible_to(user: User) -> models.QuerySet[Approval]:
    """Return the approvals of the reader's bureau; who may not read all sees his own and those on his desk."""
    rows = Approval.objects.filter(bureau_id=user.bureau_id or 0)
    if may(user, Capability.READ_ALL):
        return rows
    if not may(user, Capability.READ_DESK):
        return rows.none()
    mine = Q(entered_by=user) | Q(pk__in=ApprovalStep.objects.filter(_steps_of(user)).values("approval_id"))
    return rows.filter(mine)


def _steps_of(user: User) -> Q:
    roles = [role.value for role in roles_of(user)]
    return Q(named_user=user) | Q(named_user__isnull=True, role__in=roles)


def principals_of(user: User, on: date) -> list[User]:
    """Return those in whose place ``user`` decides on ``on``."""
    running = Delegation.objects.filter(delegate=user, started_on__lte=on, ended_on__gte=on)
    return [row.principal for row in running.select_related("principal")]


def delegations_of(user: User, on: date) -> models.QuerySet[Delegation]:
    """Return the delegations that ``user`` gave or got and that have not ended on ``on``."""
    rows = Delegation.objects.filter(Q(principal=user) | Q(delegate=user), ended_on__gte=on)
    return rows.select_related("principal", "delegate").order_by("started_on", "pk")


def waiting_for(user: User, on: date) -> models.QuerySet[Approval]:
    """Return the approvals with an open step that ``user`` may decide on ``on``, in his own place or another's."""
    running_now = Delegation.objects.filter(delegate=user, started_on__lte=on, ended_on__gte=on)
    principals = running_now.values("principal")
    theirs = RoleGrant.objects.on(on).filter(user__in=principals, bureau_id=user.bureau_id or 0).values("role")
    wanted = _steps_of(user) | Q(named_user__in=principals) | Q(named_user__isnull=True, role__in=theirs)
    steps = ApprovalStep.objects.filter(wanted, status=StepStatus.OPEN)
    rows = Approval.objects.filter(bureau_id=user.bureau_id or 0, status=ApprovalStatus.PENDING)
    return rows.filter(pk__in=steps.values("approval_id")).exclude(entered_by=user)


def of_subject(subject: models.Model) -> models.QuerySet[Approval]:
    """Return every approval about ``subject``, newest first."""
    label = subject._meta.label_lower
    return Approval.objects.filter(subject_kind=label, subject_id=subject.pk).order_by("-pk")


def running(kind: str, subject: models.Model) -> Approval | None:
    """Return the approval of ``kind`` about ``subject`` that still waits."""
    return of_subject(subject).filter(kind=kind, status=ApprovalStatus.PENDING).first()


def agreed(kind: str, subject: models.Model) -> Approval | None:
    """Return the approval of ``kind`` about ``subject`` that was agreed."""
    return of_subject(subject).filter(kind=kind, status=ApprovalStatus.AGREED).first()
