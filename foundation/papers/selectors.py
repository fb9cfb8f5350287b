"""The register of papers."""

from django.db import models

from foundation.accounts.enums import Capability
from foundation.accounts.models import User
from foundation.accounts.permissions import may
from foundation.papers.models import Paper


def visible_to(user: User) -> models.QuerySet[Paper]:
    """Return the papers of the reader's bureau."""
    rows = Paper.objects.filter(bureau_id=user.bureau_id or 0)
    return rows if may(user, Capability.READ_ALL) else rows.none()


def of_subject(subject: models.Model) -> models.QuerySet[Paper]:
    """Return the papers about ``subject``, newest first."""
    return Paper.objects.filter(subject_kind=subject._meta.label_lower, subject_id=subject.pk).order_by("-pk")
