"""更正公告: what was published and proved wrong is taken back visibly, and the next version says what changed."""

from datetime import date
from typing import Any

from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from disclosure.enums import PublicationKind, WithdrawnFor
from disclosure.models import Publication
from disclosure.services.copies import moment_on
from foundation.accounts.models import User
from foundation.audit.services import record
from reviews.models import QualityRating


@transaction.atomic
def rating_reopened(*, rating: QualityRating, by: User, on: date) -> None:
    """Put a notice of correction in the place of the live copy of a rating that was opened again; nobody is named.

    The copy stays as it was frozen; its address says from now on that an opinion no longer counts.
    """
    live = _copies(rating).select_for_update().filter(withdrawn_at__isnull=True).first()
    if live is None:
        return
    live.withdrawn_at, live.withdrawn_for = moment_on(on), WithdrawnFor.CORRECTION
    live.withdrawn_reason = _(
        "A member of the panel was recused for a conflict that became known later. His opinion no longer counts; the "
        "grade published here no longer holds and is computed again. The next version appears at this address."
    )
    live.save(update_fields=["withdrawn_at", "withdrawn_for", "withdrawn_reason"])
    facts = {"slug": live.slug, "version": live.version, "sha256": live.sha256, "on": on}
    record(actor=by, action="disclosure.corrected", subject=live, facts=facts)


def corrections_of(rating: QualityRating) -> list[dict[str, Any]]:
    """Return what the next copy says of each one that was corrected: its hash, day, reason, grade and points."""
    rows = _copies(rating).filter(withdrawn_for=WithdrawnFor.CORRECTION).order_by("version")
    found = []
    for row in rows:
        quality = row.body["report_quality"]
        found.append(
            {
                "version": row.version,
                "sha256": row.sha256,
                "withdrawn_on": timezone.localdate(row.withdrawn_at).isoformat() if row.withdrawn_at else "",
                "reason": row.withdrawn_reason,
                "grade": quality["grade"],
                "printed": quality["printed"],
                "score": quality["score"],
            }
        )
    return found


def _copies(rating: QualityRating) -> models.QuerySet[Publication]:
    label = rating._meta.label_lower
    return Publication.objects.filter(kind=PublicationKind.RATING, subject_kind=label, subject_id=rating.pk)
