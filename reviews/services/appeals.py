"""Appeals against one item of a rating: one round, decided by people not involved. Rule R-23."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

from django.db import transaction
from django.utils.translation import gettext as _

from assignments.selectors.assignments import panel_of
from assignments.selectors.tasks import rules_of_task
from foundation.accounts.models import User
from foundation.audit.services import record
from foundation.core.errors import DomainError, NotAllowed, Refusal
from foundation.files.services import SCANS, store
from parties.models import Membership
from reviews import scoring
from reviews.enums import AppealStatus, RatingAction, RatingStatus
from reviews.models import Appeal, QualityRating, SectionScore
from reviews.permissions import is_firm_of, may_decide_appeal
from reviews.rules import is_involved
from reviews.services.ratings import locked, sealed, state_after, write_move
from rubrics.models import RubricItem

MOST_POINTS = 100


class AppealRefused(DomainError):  # noqa: N818 - reads as a sentence
    """The appeal cannot be filed or decided."""


@transaction.atomic
def appeal(
    *,
    rating: QualityRating,
    item: RubricItem,
    ground: str,
    by: User,
    on: date,
    evidence_name: str = "",
    evidence: bytes = b"",
    new_facts: str = "",
) -> Appeal:
    """File the firm's appeal against one item within the period; a second round needs new facts.

    Raise ``AppealRefused`` after the period, without a ground, or for a second appeal without new facts.
    """
    rating = locked(rating)
    if not is_firm_of(by, rating.task):
        raise NotAllowed
    rating.status = state_after(rating, RatingAction.APPEAL)
    rules = rules_of_task(rating.task, on)
    if rating.appeal_until is None or on > rating.appeal_until:
        day = rating.appeal_until.isoformat() if rating.appeal_until else ""
        message = _("The appeal period ended on %(day)s.") % {"day": day}
        raise AppealRefused(Refusal("appeal_late", message, {}, rules.source("appeal_workdays")))
    if not ground.strip():
        raise AppealRefused(Refusal("ground_missing", _("Say why the score is wrong."), {"field": "ground"}))
    if item.version_id != rating.rubric_version_id:
        raise AppealRefused(Refusal("foreign_item", _("This item is not of the rubric."), {"field": "item"}))
    if rating.appeals.filter(round=rating.round).exists() and not new_facts.strip():
        message = _("There is one round; a second appeal needs new facts.")
        raise AppealRefused(Refusal("one_round", message, {"field": "new_facts"}))
    row = Appeal.objects.create(
        rating=rating, item=item, ground=ground.strip(), filed_by=by, filed_on=on, new_facts=new_facts.strip(),
        round=rating.round,
    )  # fmt: skip
    if evidence:
        accept = SCANS | {"docx"}
        row.evidence = store(
            bureau=rating.task.bureau, name=evidence_name, content=evidence, owner=row, by=by, accept=accept
        )
        row.save(update_fields=["evidence"])
    rating.save(update_fields=["status"])
    write_move(rating, RatingAction.APPEAL, rating.adjusted, rating.adjusted, ground, by=by)
    record(actor=by, action="reviews.appealed", subject=rating, facts={"item": item.code, "on": on})
    return row


@transaction.atomic
def waive_appeal(*, rating: QualityRating, by: User, on: date) -> QualityRating:
    """Let the firm accept its rating before the period ends; it can be made final at once."""
    rating = locked(rating)
    if not is_firm_of(by, rating.task):
        raise NotAllowed
    if rating.status != RatingStatus.TOLD or rating.moves.filter(action="WAIVE", round=rating.round).exists():
        raise AppealRefused(Refusal("nothing_to_waive", _("There is no rating that waits for your answer.")))
    write_move(rating, "WAIVE", rating.adjusted, rating.adjusted, _("The firm accepts the rating."), by=by)
    record(actor=by, action="reviews.appeal_waived", subject=rating, facts={"on": on})
    return rating


@transaction.atomic
def decide_appeal(
    *, appeal: Appeal, status: AppealStatus, decision: str, correction_hundredths: int, by: User, on: date
) -> Appeal:
    """Decide an appeal with words, and a correction of the item in hundredths (0 where it is rejected).

    Who entered, confirmed, rated, drew or filed may not decide. Raise ``AppealRefused``, ``NotAllowed``.
    """
    appeal = Appeal.objects.select_for_update(of=("self",)).select_related("rating", "item").get(pk=appeal.pk)
    rating = locked(appeal.rating)
    if not may_decide_appeal(by, rating.task):
        raise NotAllowed
    if is_involved(by.pk, involved_in(rating)):
        raise NotAllowed(_("Who took part in the rating does not decide the appeal."), code="involved")
    if appeal.status != AppealStatus.OPEN:
        raise AppealRefused(Refusal("decided", _("This appeal is decided already.")))
    if not decision.strip() or status in {AppealStatus.OPEN, AppealStatus.LAPSED}:
        raise AppealRefused(Refusal("decision_missing", _("Write the decision."), {"field": "decision"}))
    if (status == AppealStatus.REJECTED) != (correction_hundredths == 0):
        message = _("A rejected appeal changes nothing; an upheld one changes the item.")
        raise AppealRefused(Refusal("correction_does_not_fit", message, {"field": "correction"}))
    if abs(correction_hundredths) > appeal.item.weight_hundredths:
        message = _("A correction moves the item by no more than its own points, %(most)s.") % {
            "most": f"{Decimal(appeal.item.weight_hundredths) / 100:f}"
        }
        raise AppealRefused(Refusal("correction_too_large", message, {"field": "correction"}))
    before = Fraction(rating.final or rating.adjusted)
    after = min(max(before + Fraction(correction_hundredths, MOST_POINTS), Fraction(0)), Fraction(MOST_POINTS))
    appeal.status, appeal.decision = status, decision.strip()
    appeal.decided_by, appeal.decided_on = by, on
    appeal.save(update_fields=["status", "decision", "decided_by", "decided_on"])
    document = rating.document
    rating.status = state_after(rating, RatingAction.DECIDE)
    rating.final = str(after)
    if not document.get("veto"):
        rating.grade = scoring.grade_of(after, document["cuts"], document["names"])
    move = {"action": "DECIDE", "after": str(after), "before": str(before), "reason": decision.strip()}
    rating.document = sealed(document, rating, moves=[*document.get("moves", []), move])
    rating.save(update_fields=["status", "final", "grade", "document"])
    write_move(rating, RatingAction.DECIDE, str(before), str(after), decision, by=by)
    facts = {"status": status, "before": str(before), "after": str(after), "grade": rating.grade, "on": on}
    record(actor=by, action="reviews.appeal_decided", subject=rating, facts=facts)
    return appeal


def involved_in(rating: QualityRating) -> set[int | None]:
    """Return the users who took part in making a rating: scores, moves, the draw of the panel, and its members.

    Who decided an earlier appeal did not make the rating: new facts come before him again, or a bureau with one leader
    could never answer them.
    """
    people: set[int | None] = set(
        SectionScore.objects.filter(rating_task=rating.task).values_list("entered_by_id", flat=True)
    )
    moves = rating.moves.exclude(action__in=[RatingAction.APPEAL, RatingAction.DECIDE, "WAIVE"])
    people |= set(moves.values_list("moved_by_id", flat=True))
    panel = panel_of(rating.re_review)
    people |= set(panel.values_list("draw__parties__user_id", flat=True))
    members = memberships_of_persons({row.expert.person_id for row in panel if row.expert})
    return people | members


def memberships_of_persons(person_ids: set[int]) -> set[int | None]:
    """Return the users who are one of the persons."""
    return set(Membership.objects.filter(person_id__in=person_ids).values_list("user_id", flat=True))
