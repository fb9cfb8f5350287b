"""An expert's opinion: saved as often as one likes, submitted once, returned once for a formal defect."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assignments.enums import AssignmentStatus, PresenceState, ReReviewStatus
from assignments.models import Assignment, Presence
from assignments.services.assignments import Scan, recuse, serve
from assignments.services.presence import AWAY, note_presence
from delivery.enums import VersionKind
from delivery.selectors import commission_of, latest_version
from foundation.accounts.models import User
from foundation.audit.services import record, seal
from foundation.core.canon import dumps, sha256_hex
from foundation.core.errors import DomainError, NotAllowed, Refusal, TransitionRefused
from foundation.files.services import SCANS, store
from reviews.enums import FormalDefect, OpinionAction, OpinionStatus, Severity
from reviews.models import CriterionScore, Finding, Opinion
from reviews.permissions import is_own, may_enter_for
from reviews.rules import MOST_RETURNS, opinion_problem
from reviews.services.reopening import reopen_after_void, rests_on
from reviews.transitions import OPINION
from rubrics.enums import Scorer
from rubrics.models import RubricVersion
from rubrics.services import ensure_default

WRITABLE = frozenset({OpinionStatus.DRAFT, OpinionStatus.RETURNED})
WORDS = {
    "missing_item": gettext_lazy("%(item)s has no score yet. Score it, or say that you cannot judge it."),
    "out_of_range": gettext_lazy("%(item)s: the score lies outside its weight."),
    "reason_missing": gettext_lazy("%(item)s: a deduction, or not judging, needs a reason."),
    "missing_page": gettext_lazy("%(item)s: a deduction needs the page of the report."),
}


class OpinionRefused(DomainError):  # noqa: N818 - reads as a sentence
    """The opinion cannot be written, submitted or returned."""


@dataclass(frozen=True, slots=True)
class ScoreDraft:
    """One item's score in hundredths; None while it is not scored, or with ``cannot_judge``."""

    code: str
    score_hundredths: int | None
    cannot_judge: bool = False
    reason: str = ""
    page: int | None = None


@dataclass(frozen=True, slots=True)
class FindingDraft:
    """A finding on a page of the report."""

    page: int
    severity: Severity
    words: str
    code: str = ""


@transaction.atomic
def open_opinion(*, assignment: Assignment, by: User, at: datetime) -> Opinion:
    """Return the opinion of an expert who declared his interests, opening it on first use.

    Raise ``OpinionRefused`` before the declaration or where there is nothing to read, ``NotAllowed`` for others.
    """
    rows = Assignment.objects.select_for_update(of=("self",))
    assignment = rows.select_related("re_review__evaluation__bureau", "expert").get(pk=assignment.pk)
    if not is_own(by, assignment) and not may_enter_for(by, assignment):
        raise NotAllowed
    known = Opinion.objects.filter(assignment=assignment).first()
    if known is not None:
        return known
    review = assignment.re_review
    if review is None or assignment.status not in {AssignmentStatus.DECLARED, AssignmentStatus.SERVING}:
        message = _("First accept the task and declare your interests.")
        raise OpinionRefused(Refusal("not_declared", message, {"status": assignment.status}))
    if review.status in {ReReviewStatus.DONE, ReReviewStatus.STOPPED}:
        raise OpinionRefused(Refusal("review_closed", _("This review is closed.")))
    task = review.evaluation
    version = latest_version(task, VersionKind.SUBMITTED, VersionKind.FINAL, VersionKind.WORK_PLAN)
    commission = commission_of(task)
    rubric: RubricVersion = commission.rubric_version if commission else ensure_default(bureau=task.bureau, by=by)
    if assignment.status == AssignmentStatus.DECLARED:
        serve(assignment=assignment, by=by, at=at)
    row = Opinion.objects.create(
        re_review=review, assignment=assignment, version=version, rubric_version=rubric, entered_by=None
    )
    record(actor=by, action="reviews.opinion_opened", subject=row, facts={"version": version.pk if version else None})
    return row


@transaction.atomic
def save_opinion(
    *, opinion: Opinion, scores: Sequence[ScoreDraft], findings: Sequence[FindingDraft], conclusion: str, by: User
) -> Opinion:
    """Keep the opinion as it stands, complete or not; raise ``OpinionRefused`` for an item that is not the expert's.

    Raise ``TransitionRefused`` once it is submitted: nobody changes it then.
    """
    opinion = _locked(opinion)
    _require_writer(opinion, by)
    if opinion.status not in WRITABLE:
        raise _does_not_follow(opinion, OpinionAction.SUBMIT)
    items = {item.code: item for item in opinion.rubric_version.items.filter(scorer=Scorer.EXPERT)}
    for draft in scores:
        item = items.get(draft.code)
        value = draft.score_hundredths
        if item is None or (value is not None and not 0 <= value <= item.weight_hundredths):
            name = item.name if item else draft.code
            message = str(WORDS["out_of_range"]) % {"item": name}
            raise OpinionRefused(Refusal("out_of_range", message, {"field": f"score-{draft.code}"}))
    opinion.scores.all().delete()
    CriterionScore.objects.bulk_create(
        [
            CriterionScore(
                opinion=opinion,
                item=items[draft.code],
                score_hundredths=None if draft.cannot_judge else draft.score_hundredths,
                cannot_judge=draft.cannot_judge,
                reason=draft.reason.strip()[:500],
                page=draft.page,
            )
            for draft in scores
        ]
    )
    opinion.findings.all().delete()
    Finding.objects.bulk_create(
        [
            Finding(
                opinion=opinion,
                item=items.get(draft.code),
                page=max(draft.page, 1),
                severity=draft.severity,
                words=draft.words.strip()[:1000],
            )
            for draft in findings
            if draft.words.strip()
        ]
    )
    opinion.conclusion = conclusion
    opinion.save(update_fields=["conclusion", "saved_at"])
    return opinion


@transaction.atomic
def submit_opinion(*, opinion: Opinion, signature_name: str, signature: bytes, by: User, at: datetime) -> Opinion:
    """Submit and lock the opinion with its signature: the scan of the signed print, or a drawn signature as PNG.

    The journal is sealed before this returns. Raise ``OpinionRefused`` naming the first thing that is missing.
    """
    opinion = _locked(opinion)
    _require_writer(opinion, by)
    after = _after(opinion, OpinionAction.SUBMIT)
    _check_complete(opinion)
    text = opinion_text(opinion)
    opinion.signed_scan = store(
        bureau=opinion.re_review.bureau, name=signature_name, content=signature, owner=opinion, by=by, accept=SCANS
    )
    opinion.status, opinion.submitted_at = after, at
    opinion.submitted_sha256 = sha256_hex(text.encode())
    opinion.first_text = opinion.first_text or text
    if not is_own(by, opinion.assignment):
        opinion.entered_by = by
    opinion.save()
    facts = {
        "sha256": opinion.submitted_sha256,
        "signature": opinion.signed_scan.sha256,
        "entered_for": opinion.entered_by_id is not None,
    }
    record(actor=by, action="reviews.opinion_submitted", subject=opinion, facts=facts)
    seal()
    return opinion


def _check_complete(opinion: Opinion) -> None:
    items = list(opinion.rubric_version.items.filter(scorer=Scorer.EXPERT).order_by("position"))
    names = {item.code: item.name for item in items}
    scores = {
        row.item.code: (row.score_hundredths, row.cannot_judge, row.reason, row.page)
        for row in opinion.scores.select_related("item")
    }
    code, item = opinion_problem(weights={i.code: i.weight_hundredths for i in items}, scores=scores)
    if code:
        message = str(WORDS[code]) % {"item": names[item]}
        raise OpinionRefused(Refusal(code, message, {"field": f"score-{item}"}))
    if not opinion.conclusion.strip():
        raise OpinionRefused(Refusal("conclusion_missing", _("Write a conclusion."), {"field": "conclusion"}))


def opinion_text(opinion: Opinion) -> str:
    """Return the canonical text of an opinion: what its SHA-256 and its signature stand for."""
    scores = opinion.scores.select_related("item").order_by("item__position", "pk")
    findings = opinion.findings.select_related("item").order_by("page", "pk")
    document: dict[str, Any] = {
        "conclusion": opinion.conclusion,
        "findings": [
            {"item": row.item.code if row.item else "", "page": row.page, "severity": row.severity, "words": row.words}
            for row in findings
        ],
        "re_review": opinion.re_review.number,
        "report_sha256": opinion.version.sha256 if opinion.version else "",
        "scores": [
            {
                "cannot_judge": row.cannot_judge,
                "item": row.item.code,
                "page": row.page,
                "reason": row.reason,
                "score": row.score_hundredths,
            }
            for row in scores
        ],
        "type": "gongping/opinion/1",
    }
    return dumps(document).decode()


@transaction.atomic
def return_opinion(*, opinion: Opinion, defect: FormalDefect, by: User, at: datetime) -> Opinion:
    """Return a submitted opinion once, for a formal defect of the closed list; its first version is kept. Rule R-36."""
    opinion = _locked(opinion)
    if not may_enter_for(by, opinion.assignment):
        raise NotAllowed
    if opinion.return_count >= MOST_RETURNS:
        raise OpinionRefused(Refusal("returned_before", _("An opinion goes back once only.")))
    opinion.status = _after(opinion, OpinionAction.RETURN)
    opinion.return_defect, opinion.return_count = defect, opinion.return_count + 1
    opinion.save(update_fields=["status", "return_defect", "return_count"])
    record(actor=by, action="reviews.opinion_returned", subject=opinion, facts={"defect": defect, "at": at})
    return opinion


@transaction.atomic
def void_opinion(*, opinion: Opinion, reason: str, by: User, at: datetime) -> Opinion:
    """Void an opinion: it is kept and no longer counts; a rating computed from it is opened again."""
    if not may_enter_for(by, opinion.assignment):
        raise NotAllowed
    if not reason.strip():
        raise OpinionRefused(Refusal("reason_missing", _("Say why."), {"field": "reason"}))
    counted = opinion.status == OpinionStatus.SUBMITTED
    row = _void(opinion, reason=reason, by=by, at=at)
    if counted:
        reopen_after_void(re_review=row.re_review, reason=reason, by=by, on=timezone.localdate(at))
    return row


@transaction.atomic
def step_back(
    *,
    assignment: Assignment,
    words: str,
    by: User,
    at: datetime,
    act: Scan | None = None,
    is_decided: bool = False,
) -> Assignment:
    """Take an expert off his panel at any moment; what he wrote is kept and void with his seat.

    By himself, by a clerk with the scan of his own ``act``, or because it ``is_decided`` (R-68).

    Everybody else keeps his seat and his opinion. A rating that was computed from his opinion is kept as it stood and
    opened again; once it is confirmed the bureau takes him off, not he himself. Raise ``OpinionRefused`` then, else as
    ``recuse``.
    """
    opinion = Opinion.objects.filter(assignment=assignment).exclude(status=OpinionStatus.VOID).first()
    counted = opinion is not None and opinion.status == OpinionStatus.SUBMITTED
    if opinion is not None and counted and not may_enter_for(by, assignment) and rests_on(opinion.re_review):
        message = _("A confirmed rating rests on your opinion. Report the conflict to the bureau, which decides it.")
        raise OpinionRefused(Refusal("rating_rests_on_it", message))
    row = recuse(assignment=assignment, words=words, by=by, at=at, act=act, is_decided=is_decided)
    if opinion is not None:
        _void(opinion, reason=words, by=by, at=at)
        if counted:
            reopen_after_void(re_review=opinion.re_review, reason=words, by=by, on=timezone.localdate(at))
    return row


@transaction.atomic
def note_member(
    *,
    assignment: Assignment,
    state: PresenceState,
    words: str,
    by: User,
    at: datetime,
    is_excused: bool = False,
    sheet: Scan | None = None,
) -> Presence:
    """Note how a member came to the meeting; what somebody who stayed away had begun to write is void with his seat.

    Raise ``OpinionRefused`` where he has submitted his opinion, else as ``note_presence``.
    """
    opinion = Opinion.objects.filter(assignment=assignment).exclude(status=OpinionStatus.VOID).first()
    if state in AWAY and opinion is not None and opinion.status == OpinionStatus.SUBMITTED:
        message = _("He has submitted his opinion: note that he left early, or that he came late.")
        raise OpinionRefused(Refusal("has_opinion", message, {"field": "state"}))
    row = note_presence(
        assignment=assignment, state=state, words=words, by=by, at=at, is_excused=is_excused, sheet=sheet
    )
    if state in AWAY and opinion is not None:
        _void(opinion, reason=words, by=by, at=at)
    return row


def _void(opinion: Opinion, *, reason: str, by: User, at: datetime) -> Opinion:
    opinion = _locked(opinion)
    opinion.status = _after(opinion, OpinionAction.VOID)
    opinion.save(update_fields=["status"])
    record(actor=by, action="reviews.opinion_void", subject=opinion, facts={"reason": reason, "at": at})
    return opinion


def _locked(opinion: Opinion) -> Opinion:
    rows = Opinion.objects.select_for_update(of=("self",))
    return rows.select_related("re_review__bureau", "assignment__expert", "rubric_version", "version").get(
        pk=opinion.pk
    )


def _require_writer(opinion: Opinion, by: User) -> None:
    if not is_own(by, opinion.assignment) and not may_enter_for(by, opinion.assignment):
        raise NotAllowed
    if opinion.assignment.status not in {AssignmentStatus.SERVING, AssignmentStatus.SIGNED}:
        raise OpinionRefused(Refusal("not_serving", _("This person no longer serves on the panel.")))


def _after(opinion: Opinion, action: OpinionAction) -> OpinionStatus:
    after = OPINION.get((OpinionStatus(opinion.status), action))
    if after is None:
        raise _does_not_follow(opinion, action)
    return after


def _does_not_follow(opinion: Opinion, action: OpinionAction) -> TransitionRefused:
    message = _("The opinion is in the state “%(state)s”; it can no longer be changed.") % {
        "state": opinion.get_status_display()
    }
    return TransitionRefused(noun="opinion", status=opinion.status, action=action, message=message)
