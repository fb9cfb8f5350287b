"""Projects and their chain."""

from collections.abc import Mapping

from django.db import models
from django.db.models import Q

from foundation.accounts.enums import Capability
from foundation.accounts.models import User
from foundation.accounts.permissions import may
from foundation.bureaus.models import Bureau
from foundation.rulesets.selectors import Rules
from parties.selectors import memberships_of
from projects.models import Monitoring, Project, SelfEvaluation, Target, WholeDepartmentPilot


def visible_to(user: User) -> models.QuerySet[Project]:
    """Return the projects of the reader's bureau; a unit sees its own and those of its subordinates."""
    rows = Project.objects.filter(bureau_id=user.bureau_id or 0)
    if may(user, Capability.READ_DESK):
        return rows
    mine = memberships_of(user).values("organisation_id")
    return rows.filter(Q(unit__organisation_id__in=mine) | Q(unit__superior__organisation_id__in=mine))


def self_evaluations_visible_to(user: User) -> models.QuerySet[SelfEvaluation]:
    """Return the self-evaluations of visible projects."""
    return SelfEvaluation.objects.filter(project__in=visible_to(user))


def targets_visible_to(user: User) -> models.QuerySet[Target]:
    """Return the targets of visible projects."""
    return Target.objects.filter(project__in=visible_to(user))


def monitorings_visible_to(user: User) -> models.QuerySet[Monitoring]:
    """Return the monitorings of visible projects."""
    return Monitoring.objects.filter(project__in=visible_to(user))


def pilots_visible_to(user: User) -> models.QuerySet[WholeDepartmentPilot]:
    """Return the whole-department pilots of the reader's bureau."""
    rows = WholeDepartmentPilot.objects.filter(unit__bureau_id=user.bureau_id or 0)
    if may(user, Capability.READ_DESK):
        return rows
    return rows.filter(unit__organisation_id__in=memberships_of(user).values("organisation_id"))


def weights_for(parts: Mapping[str, int], rules: Rules) -> tuple[Mapping[str, int], str]:
    """Return the weights that the parts of a self-evaluation follow, and their source: with a cost indicator or not."""
    if "cost" in parts:
        return rules.value("self_evaluation_weights_cost"), rules.source("self_evaluation_weights_cost")
    return rules.value("self_evaluation_weights"), rules.source("self_evaluation_weights")


def self_evaluations_of(bureau: Bureau, work_year: int) -> models.QuerySet[SelfEvaluation]:
    """Return the self-evaluations of a work year."""
    return SelfEvaluation.objects.filter(project__bureau=bureau, work_year=work_year)


def published_targets_of(bureau: Bureau, work_year: int) -> models.QuerySet[Target]:
    """Return the targets of a work year that were published."""
    return Target.objects.filter(project__bureau=bureau, work_year=work_year, published_on__isnull=False)


def pilots_of(bureau: Bureau, work_year: int) -> models.QuerySet[WholeDepartmentPilot]:
    """Return the whole-department pilots of a work year."""
    return WholeDepartmentPilot.objects.filter(unit__bureau=bureau, work_year=work_year)
