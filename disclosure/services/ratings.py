"""Publishing a final rating: the report's grade and the project's grade, kept apart and named apart."""

from datetime import date
from fractions import Fraction
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from assignments.enums import ReportTrack, ReportTrackAction
from assignments.models import EvaluationTask
from assignments.services.tasks import move_report_track
from delivery.enums import VersionKind, VersionStatus
from delivery.models import ReportVersion
from disclosure.enums import PublicationKind
from disclosure.models import Publication
from disclosure.permissions import may_publish
from disclosure.services.copies import Copy, PublicationRefused, freeze_copy
from disclosure.services.corrections import corrections_of
from foundation.accounts.models import User
from foundation.approvals.models import Approval
from foundation.approvals.selectors import agreed
from foundation.approvals.services import submit
from foundation.core.errors import NotAllowed, Refusal
from foundation.core.money import wan
from parties.selectors import name_on
from reviews import scoring
from reviews.enums import AppealStatus, RatingStatus
from reviews.models import ProjectResult, QualityRating

BODY_TYPE = "gongping/rating-publication/1"
CUTS = (90, 80, 60)  # of a rating computed before its document kept them


@transaction.atomic
def publish_rating(*, task: EvaluationTask, by: User, on: date, outside_address: str = "") -> Publication:
    """Freeze and publish the final rating of ``task``.

    Raise ``PublicationRefused`` before it is final, while an appeal is open, without an agreed approval, where it is
    published already, and where the text holds personal data.
    """
    task = EvaluationTask.objects.select_for_update(of=("self",)).get(pk=task.pk)
    if not may_publish(by, task.bureau):
        raise NotAllowed
    rating = _final_rating(task)
    if not approval_of(rating):
        message = _("Publication needs an agreed approval of the rating or of the publication. Ask for it first.")
        raise PublicationRefused(Refusal("not_approved", message))
    copy = Copy(
        kind=PublicationKind.RATING,
        subject=rating,
        title=task.title,
        work_year=task.work_year,
        body=rating_body(rating, on=on),
        grade=rating.grade,
        unit_name=name_on(task.unit.organisation, rating.final_on or on),
        firm_name=rating.commission.firm_name if rating.commission else "",
        is_demo=task.is_demo,
        outside_address=outside_address,
    )
    row = freeze_copy(copy, bureau=task.bureau, by=by, on=on)
    if task.report_track == ReportTrack.REPORTED:
        move_report_track(task=task, action=ReportTrackAction.PUBLISH, by=by, on=on)
    return row


@transaction.atomic
def ask_publication(*, task: EvaluationTask, by: User, on: date) -> Approval:
    """Put the publication of a final rating on its way through the chain; raise as ``publish_rating``."""
    if not may_publish(by, task.bureau):
        raise NotAllowed
    rating = _final_rating(task)
    return submit(
        bureau=task.bureau,
        kind="PUBLICATION",
        subject=rating,
        title=_("Publish the rating of %(title)s") % {"title": task.title},
        facts={"task": task.number, "grade": rating.grade, "score": rating.final},
        by=by,
        on=on,
    )


def _final_rating(task: EvaluationTask) -> QualityRating:
    rating = QualityRating.objects.select_for_update(of=("self",)).filter(task=task).first()
    if rating is None:
        raise PublicationRefused(Refusal("not_rated", _("This report has no rating.")))
    if rating.status == RatingStatus.APPEALED or rating.appeals.filter(status=AppealStatus.OPEN).exists():
        message = _("An appeal is open. Nothing is published before it is decided.")
        raise PublicationRefused(Refusal("appeal_open", message))
    if rating.status != RatingStatus.FINAL:
        message = _("The rating is not final: %(state)s.") % {"state": rating.get_status_display()}
        raise PublicationRefused(Refusal("not_final", message, {"status": rating.status}))
    return rating


def approval_of(rating: QualityRating) -> Approval | None:
    """Return the agreed approval on which the rating may be published."""
    for kind in ("PUBLICATION", "RATING"):
        for subject in (rating, rating.task):
            if found := agreed(kind, subject):
                return found
    return None


def rating_body(rating: QualityRating, *, on: date) -> dict[str, Any]:
    """Return everything that strangers will read of a rating. No expert is named, nobody's single score stands here."""
    task = rating.task
    version = (
        ReportVersion.objects.filter(task=task, kind=VersionKind.FINAL)
        .exclude(status=VersionStatus.RETURNED)
        .order_by("-number")
        .first()
    )
    return {
        "type": BODY_TYPE,
        "bureau": task.bureau.name,
        "task": task.number,
        "title": task.title,
        "kind": task.kind,
        "unit": name_on(task.unit.organisation, rating.final_on or on),
        "work_year": task.work_year,
        "budget_year": task.budget_year,
        "amount_wan": wan(task.amount_cents),
        "firm": rating.commission.firm_name if rating.commission else "",
        "report_quality": _quality(rating),
        "project_performance": _performance(task),
        "report_sha256": version.sha256 if version else "",
        "final_on": rating.final_on.isoformat() if rating.final_on else "",
        "published_on": on.isoformat(),
        **({"corrections": corrections} if (corrections := corrections_of(rating)) else {}),
    }


def _quality(rating: QualityRating) -> dict[str, Any]:
    version = rating.rubric_version
    return {
        "grade": rating.grade,
        "score": rating.final,
        "printed": scoring.printed(Fraction(rating.final), rating.document.get("cuts", CUTS)),
        "raw": rating.raw,
        "adjusted": rating.adjusted,
        "formula": rating.formula,
        "panel_size": rating.re_review.first_size or rating.re_review.panel_size,
        "late_days": rating.late_days,
        "is_vetoed": bool(rating.veto_code),
        "had_appeal": rating.appeals.exists(),
        "rubric": [
            {"code": item.code, "name": item.name, "weight": _weight(item.weight_hundredths)}
            for item in version.items.order_by("pk")
        ],
    }


def _weight(hundredths: int) -> str:
    return f"{hundredths // 100}.{hundredths % 100:02d}".removesuffix(".00")


def _performance(task: EvaluationTask) -> dict[str, str] | None:
    result = ProjectResult.objects.filter(task=task).first()
    if result is None:
        return None
    return {"grade": result.grade, "score": result.score, "printed": scoring.printed(Fraction(result.score))}
