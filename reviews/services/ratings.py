"""From the opinions to a final rating: computed, adjusted, confirmed, approved, told, final, each with its reason."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from assignments.enums import FirmTrack, FirmTrackAction, ReReviewKind, ReReviewStatus, TaskStatus
from assignments.models import EvaluationTask, ReReviewTask
from assignments.selectors.assignments import panel_of
from assignments.selectors.tasks import rules_of_task
from assignments.services.tasks import move_firm_track
from delivery.models import ReportVersion
from delivery.selectors import commission_of, late_days
from foundation.accounts.models import User
from foundation.approvals.models import Approval
from foundation.approvals.selectors import agreed, running
from foundation.approvals.services import submit
from foundation.audit.services import record, seal
from foundation.core import clock
from foundation.core.canon import sha256_hex
from foundation.core.errors import DomainError, NotAllowed, Refusal, TransitionRefused
from foundation.notices.services import notify
from foundation.workdays.selectors import add_workdays
from parties.selectors import users_of_organisation
from reviews import scoring
from reviews.enums import AppealStatus, ProjectGrade, RatingAction, RatingStatus
from reviews.models import ProjectResult, QualityRating, RatingMove, SectionScore
from reviews.permissions import may_confirm, may_score_section
from reviews.rules import DOCUMENT_TYPE, GRADES, PROJECT_GRADES
from reviews.selectors import pooled_sd_of, submitted_opinions
from reviews.transitions import RATING
from rubrics.enums import Scorer
from rubrics.models import RubricItem, RubricVersion
from rubrics.services import ensure_default

HUNDRED = 100


class RatingRefused(DomainError):  # noqa: N818 - reads as a sentence
    """The rating cannot take this step."""


@dataclass(frozen=True, slots=True)
class SectionDraft:
    """The section's score for one item, in hundredths, with its reason."""

    code: str
    score_hundredths: int
    reason: str = ""


def rubric_of(task: EvaluationTask, *, by: User) -> RubricVersion:
    """Return the rubric that was attached to the commission, else the one in force."""
    commission = commission_of(task)
    return commission.rubric_version if commission else ensure_default(bureau=task.bureau, by=by)


@transaction.atomic
def enter_section_scores(*, task: EvaluationTask, drafts: list[SectionDraft], by: User, on: date) -> list[SectionScore]:
    """Write the scores of the items that the bureau scores; a deduction carries a reason.

    Raise ``RatingRefused`` for an item of the experts, a score outside its weight, or once the rating is confirmed.
    """
    task = _locked_task(task)
    if not may_score_section(by, task):
        raise NotAllowed
    rating = QualityRating.objects.filter(task=task).first()
    if rating and rating.status not in {RatingStatus.RAW, RatingStatus.ADJUSTED}:
        raise RatingRefused(Refusal("confirmed", _("The rating is confirmed; its scores stand.")))
    items = {row.code: row for row in rubric_of(task, by=by).items.exclude(scorer=Scorer.EXPERT)}
    rows = []
    for draft in drafts:
        item = items.get(draft.code)
        if item is None or not 0 <= draft.score_hundredths <= item.weight_hundredths:
            message = _("%(item)s: the score lies outside its weight.") % {"item": item.name if item else draft.code}
            raise RatingRefused(Refusal("out_of_range", message, {"field": f"score-{draft.code}"}))
        if draft.score_hundredths < item.weight_hundredths and not draft.reason.strip():
            message = _("%(item)s: a deduction needs a reason.") % {"item": item.name}
            raise RatingRefused(Refusal("reason_missing", message, {"field": f"reason-{draft.code}"}))
        row, _made = SectionScore.objects.update_or_create(
            rating_task=task,
            item=item,
            defaults={
                "score_hundredths": draft.score_hundredths,
                "reason": draft.reason.strip(),
                "entered_by": by,
                "entered_at": clock.now(),
            },
        )
        rows.append(row)
    facts = {"items": {draft.code: draft.score_hundredths for draft in drafts}, "on": on}
    record(actor=by, action="reviews.section_scored", subject=task, facts=facts)
    return rows


@transaction.atomic
def compute_rating(*, task: EvaluationTask, by: User, on: date) -> QualityRating:
    """Compute the rating from what was submitted: raw, then adjusted for lateness and veto; again until confirmed.

    Raise ``RatingRefused`` while an opinion or a score of the section is missing, or a grade cannot be given.
    """
    task = _locked_task(task)
    if not may_score_section(by, task) and not may_confirm(by, task):
        raise NotAllowed
    review = _panel_for(task)
    rating = QualityRating.objects.select_for_update(of=("self",)).filter(task=task).first()
    if rating and rating.status not in {RatingStatus.RAW, RatingStatus.ADJUSTED}:
        raise RatingRefused(Refusal("confirmed", _("The rating is confirmed; it is not computed again.")))
    version = rubric_of(task, by=by)
    items = list(version.items.order_by("position"))
    if review.first_size is None:
        review.first_size = review.panel_size  # seats once drawn; who steps back changes no formula
        review.save(update_fields=["first_size"])
    document = _document(task, review, items, veto=rating.veto_code if rating else "", on=on)
    result = _rated(document)
    document["spread"] = _spread(task, document)
    if rating is None:
        commission = commission_of(task)
        rating = QualityRating(task=task, commission=commission, re_review=review, rubric_version=version)
    before = rating.adjusted
    rating.formula, rating.raw, rating.adjusted = result.formula, str(result.raw), str(result.adjusted)
    rating.grade, rating.late_days, rating.status = result.grade, document["late"]["days"], RatingStatus.ADJUSTED
    rating.document = sealed(document, rating, moves=[])
    rating.save()
    reason = _("Late by %(days)d working days.") % {"days": rating.late_days} if rating.late_days else _("Not late.")
    write_move(rating, RatingAction.ADJUST, before or rating.raw, rating.adjusted, reason, by=by)
    facts = {"raw": rating.raw, "adjusted": rating.adjusted, "grade": rating.grade, "on": on}
    record(actor=by, action="reviews.rating_computed", subject=rating, facts=facts)
    return rating


def _panel_for(task: EvaluationTask) -> ReReviewTask:
    review = (
        ReReviewTask.objects.select_for_update(of=("self",))
        .filter(evaluation=task, kind=ReReviewKind.REPORT)
        .exclude(status=ReReviewStatus.STOPPED)
        .order_by("-pk")
        .first()
    )
    if review is None:
        raise RatingRefused(Refusal("no_panel", _("No panel has reviewed this report yet.")))
    missing = panel_of(review).count() - submitted_opinions(review).count()
    if missing or not panel_of(review).exists():
        message = _("%(count)d opinions are missing.") % {"count": max(missing, 1)}
        raise RatingRefused(Refusal("opinions_missing", message, {"count": missing}))
    return review


def _document(
    task: EvaluationTask, review: ReReviewTask, items: list[RubricItem], *, veto: str, on: date
) -> dict[str, Any]:
    rules = rules_of_task(task, on)
    scores = {row.item_id: row.score_hundredths for row in SectionScore.objects.filter(rating_task=task)}
    missing = [item.name for item in items if item.scorer != Scorer.EXPERT and item.pk not in scores]
    if missing:
        message = _("The section has not scored yet: %(items)s.") % {"items": ", ".join(missing)}
        raise RatingRefused(Refusal("section_missing", message))
    raters = []
    for opinion in submitted_opinions(review):
        given = {row.item.code: row.score_hundredths for row in opinion.scores.all()}
        raters.append({"scores": given})
    raters.sort(key=canonical)  # by what was given: the place in the list must not tell the seat
    return {
        "cuts": list(rules.value("report_grade_cuts")),
        "first_size": review.first_size,
        "items": [{"code": i.code, "scorer": i.scorer, "weight": i.weight_hundredths} for i in items],
        "late": {
            "days": late_days(task, on),
            "most": rules.value("late_point_most") * HUNDRED,
            "per_day": rules.value("late_point_per_day") * HUNDRED,
        },
        "names": list(GRADES),
        "others": {item.code: scores[item.pk] for item in items if item.scorer != Scorer.EXPERT},
        "raters": raters,
        "task": task.number,
        "type": DOCUMENT_TYPE,
        "veto": veto if rules.value("veto_decides") else "",
    }


def _spread(task: EvaluationTask, document: Mapping[str, Any]) -> dict[str, Any]:
    """Return s and ν over the bureau's reports and this one, as they stood when it was computed."""
    sd, freedom = pooled_sd_of(task.bureau_id, besides=task, document=document)
    return {"freedom": freedom, "sd": f"{sd:.6f}"}


def _rated(document: Mapping[str, Any]) -> scoring.Rating:
    try:
        return scoring.rate(
            items=[scoring.Item(item["code"], item["weight"], item["scorer"]) for item in document["items"]],
            raters=[rater["scores"] for rater in document["raters"]],
            others=document["others"],
            first_size=document["first_size"],
            late_days=document["late"]["days"],
            late_per_day=document["late"]["per_day"],
            late_most=document["late"]["most"],
            cuts=document["cuts"],
            names=document["names"],
            veto=document["veto"],
        )
    except scoring.ScoringError as error:
        words = {
            "too_few": _("A grade needs at least three raters."),
            "nothing_judged": _("A rater could judge no item at all; ask the next alternate."),
        }
        raise RatingRefused(Refusal(error.code, words.get(error.code, str(error)))) from error


def sealed(document: Mapping[str, Any], rating: QualityRating, *, moves: list[dict[str, str]]) -> dict[str, Any]:
    """Return the rating document that recompute.py reads, with its own SHA-256."""
    plain = {key: value for key, value in document.items() if key != "sha256"} | {
        "adjusted": rating.adjusted,
        "final": rating.final or rating.adjusted,
        "formula": rating.formula,
        "grade": rating.grade,
        "moves": moves,
        "raw": rating.raw,
    }
    return plain | {"sha256": sha256_hex(canonical(plain).encode())}


def canonical(value: object) -> str:
    """Return ``value`` as the one JSON text that has its hash, as recompute.py writes it."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


@transaction.atomic
def prove_veto(*, rating: QualityRating, code: str, reason: str, by: User, on: date) -> QualityRating:
    """Write a proven veto (转包, 虚假, 泄密, 抄袭): the grade becomes the lowest, the arithmetic stays. Rule R-34."""
    rating = locked(rating)
    if not may_confirm(by, rating.task):
        raise NotAllowed
    if not rating.rubric_version.vetoes.filter(code=code).exists() or not reason.strip():
        raise RatingRefused(Refusal("veto_incomplete", _("Name a veto item and the proof."), {"field": "code"}))
    rating.veto_code = code
    state_after(rating, RatingAction.ADJUST)
    rating.save(update_fields=["veto_code"])
    write_move(rating, RatingAction.ADJUST, rating.adjusted, rating.adjusted, reason, by=by)
    record(actor=by, action="reviews.veto_proven", subject=rating, facts={"code": code, "on": on})
    return compute_rating(task=rating.task, by=by, on=on)


@transaction.atomic
def confirm_rating(*, rating: QualityRating, by: User, on: date) -> Approval:
    """Confirm as section head and put the rating before the bureau leader; who entered the section's scores may not.

    Raise ``TransitionRefused`` out of order, ``RatingRefused`` before the report is accepted.
    """
    rating = locked(rating)
    if not may_confirm(by, rating.task):
        raise NotAllowed
    if SectionScore.objects.filter(rating_task=rating.task, entered_by=by).exists():
        raise NotAllowed(_("Who entered the section's scores does not confirm them."), code="own_entry")
    if rating.task.status not in {TaskStatus.ACCEPTED, TaskStatus.ARCHIVED}:
        raise RatingRefused(Refusal("not_accepted", _("The final report has not been accepted yet.")))
    rating.status = state_after(rating, RatingAction.CONFIRM)
    rating.save(update_fields=["status"])
    write_move(rating, RatingAction.CONFIRM, rating.adjusted, rating.adjusted, _("Confirmed."), by=by)
    if rating.task.firm_track == FirmTrack.NONE:
        move_firm_track(task=rating.task, action=FirmTrackAction.RATE, by=by, on=on)
    record(actor=by, action="reviews.rating_confirmed", subject=rating, facts={"grade": rating.grade, "on": on})
    facts = {
        "task": rating.task.number,
        "grade": rating.grade,
        "score": scoring.printed(Fraction(rating.adjusted)),
        "formula": rating.formula,
        "late_days": rating.late_days,
    }
    title = _("Rating of the report: %(title)s") % {"title": rating.task.title}
    return submit(bureau=rating.task.bureau, kind="RATING", subject=rating, title=title, facts=facts, by=by, on=on)


def rating_returned(*, approval: Approval, by: User, on: date) -> None:
    """Take a rating that the leader gave back to where it can be computed and confirmed again."""
    rating = QualityRating.objects.select_for_update(of=("self",)).get(pk=approval.subject_id)
    if rating.status == RatingStatus.CONFIRMED:
        rating.status = RatingStatus.ADJUSTED
        rating.save(update_fields=["status"])
        words = _("Given back at the approval.")
        write_move(rating, RatingAction.ADJUST, rating.adjusted, rating.adjusted, words, by=by)
        record(actor=by, action="reviews.rating_returned", subject=rating, facts={"approval": approval.pk, "on": on})


@transaction.atomic
def tell_firm(*, rating: QualityRating, by: User, on: date) -> QualityRating:
    """Tell the firm its approved rating; the appeal period begins. Rule R-23."""
    rating = locked(rating)
    if not may_score_section(by, rating.task) and not may_confirm(by, rating.task):
        raise NotAllowed
    waits = running("RATING", rating) is not None
    if waits or agreed("RATING", rating) is None:  # one that was agreed before the rating was opened again does not do
        message = _("The rating waits for its approval.") if waits else _("The rating has not been approved.")
        raise RatingRefused(Refusal("not_approved", message))
    rating.status = state_after(rating, RatingAction.TELL)
    days = rules_of_task(rating.task, on).value("appeal_workdays")
    rating.told_on, rating.appeal_until = on, add_workdays(on, days)
    rating.save(update_fields=["status", "told_on", "appeal_until"])
    words = _("Appeal until %(day)s.") % {"day": rating.appeal_until.isoformat()}
    write_move(rating, RatingAction.TELL, rating.adjusted, rating.adjusted, words, by=by)
    if rating.task.firm_track == FirmTrack.RATED:
        move_firm_track(task=rating.task, action=FirmTrackAction.TELL, by=by, on=on)
        move_firm_track(task=rating.task, action=FirmTrackAction.OPEN_APPEAL, by=by, on=on)
    if rating.commission is not None:
        users = users_of_organisation(rating.commission.firm.organisation_id)
        notify(users=users, code="rating_told", path=f"/firm/ratings/{rating.task.number}/")
    record(actor=by, action="reviews.firm_told", subject=rating, facts={"appeal_until": rating.appeal_until})
    return rating


@transaction.atomic
def finalise(*, rating: QualityRating, by: User, on: date) -> QualityRating:
    """Make the rating final; the journal is sealed.

    Raise ``RatingRefused`` while an appeal is open or the firm could still appeal.
    """
    rating = locked(rating)
    if not may_score_section(by, rating.task) and not may_confirm(by, rating.task):
        raise NotAllowed
    after = state_after(rating, RatingAction.FINALISE)
    if rating.appeals.filter(status=AppealStatus.OPEN).exists():
        raise RatingRefused(Refusal("appeal_open", _("An appeal is open.")))
    decided = rating.appeals.filter(round=rating.round).exists()
    waived = rating.moves.filter(action="WAIVE", round=rating.round).exists()
    if rating.appeal_until and on <= rating.appeal_until and not decided and not waived:
        message = _("The firm may appeal until %(day)s.") % {"day": rating.appeal_until.isoformat()}
        raise RatingRefused(Refusal("appeal_period", message, {"free_on": rating.appeal_until.isoformat()}))
    rating.final = rating.final or rating.adjusted
    rating.status, rating.final_on = after, on
    rating.save(update_fields=["status", "final", "final_on"])
    write_move(rating, RatingAction.FINALISE, rating.adjusted, rating.final, _("Final."), by=by)
    if rating.task.firm_track == FirmTrack.APPEAL_PERIOD:
        move_firm_track(task=rating.task, action=FirmTrackAction.FINALISE, by=by, on=on)
    facts = {"final": rating.final, "grade": rating.grade, "on": on}
    record(actor=by, action="reviews.rating_final", subject=rating, facts=facts)
    seal()
    return rating


@transaction.atomic
def set_project_result(
    *,
    task: EvaluationTask,
    score: Fraction,
    version: ReportVersion | None,
    by: User,
    on: date,
    result_weight: Fraction | None = None,
    reason: str = "",
) -> ProjectResult:
    """Confirm the project's own score and grade (绩效等级) as the report gives them; never mixed with the rating.

    ``result_weight`` are the points that output and effect carry together; below the share of R-06 a reason is asked.
    """
    task = _locked_task(task)
    if not may_confirm(by, task) and not may_score_section(by, task):
        raise NotAllowed
    if version is None:
        raise RatingRefused(Refusal("no_final_report", _("The final report has not been delivered yet.")))
    if not 0 <= score <= HUNDRED or version.task_id != task.pk:
        message = _("A project's score lies between 0 and 100 and stands in a report of this task.")
        raise RatingRefused(Refusal("bad_score", message, {"field": "score"}))
    rules = rules_of_task(task, on)
    share = rules.value("output_effect_share_percent")
    if result_weight is not None and result_weight < share and not reason.strip():
        message = _("Output and effect carry less than %(share)d of 100 points. Say why that is right here.")
        source = rules.source("output_effect_share_percent")
        raise RatingRefused(Refusal("share_low", message % {"share": share}, {"field": "reason"}, source))
    cuts = rules.value("project_grade_cuts")
    grade = scoring.grade_of(score, cuts, PROJECT_GRADES)
    row, _made = ProjectResult.objects.update_or_create(
        task=task,
        defaults={
            "score": str(score),
            "grade": ProjectGrade(grade),
            "version": version,
            "confirmed_by": by,
            "confirmed_on": on,
        },
    )
    record(
        actor=by,
        action="reviews.project_graded",
        subject=task,
        facts={"score": str(score), "grade": grade, "reason": reason},
    )
    return row


def write_move(rating: QualityRating, action: str, before: str, after: str, reason: str, *, by: User) -> RatingMove:
    """Write why a rating moved from one value to the next."""
    return RatingMove.objects.create(
        rating=rating,
        action=action,
        before=before,
        after=after,
        reason=reason[:500],
        moved_by=by,
        moved_at=clock.now(),
        round=rating.round,
    )


def _locked_task(task: EvaluationTask) -> EvaluationTask:
    return EvaluationTask.objects.select_for_update(of=("self",)).select_related("bureau", "unit").get(pk=task.pk)


def locked(rating: QualityRating) -> QualityRating:
    """Return the rating locked, with what its steps read."""
    rows = QualityRating.objects.select_for_update(of=("self",))
    return rows.select_related("task__bureau", "task__unit", "commission__firm", "re_review", "rubric_version").get(
        pk=rating.pk
    )


def state_after(rating: QualityRating, action: RatingAction) -> RatingStatus:
    """Return the state after ``action``; raise ``TransitionRefused``."""
    after = RATING.get((RatingStatus(rating.status), action))
    if after is None:
        message = _("The rating is in the state “%(state)s”; this step does not follow.") % {
            "state": rating.get_status_display()
        }
        raise TransitionRefused(noun="rating", status=rating.status, action=action, message=message)
    return after
