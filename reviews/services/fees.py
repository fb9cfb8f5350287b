"""After a review: feedback on each expert, and what each is paid. Rules R-24 and R-31."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.db.models import Sum
from django.utils.translation import gettext as _

from assignments.enums import AssignmentStatus
from assignments.models import Assignment, ReReviewTask
from assignments.rules.people import letter_fee_range, net_fee, pay_for
from assignments.selectors.tasks import rules_of_task
from assignments.services.assignments import evaluate, mark_paid
from experts.enums import TitleLevel
from experts.models import Expert
from experts.selectors import title_on
from foundation.accounts.models import User
from foundation.approvals.models import Approval
from foundation.approvals.selectors import agreed, running
from foundation.approvals.services import submit
from foundation.audit.services import record
from foundation.core import clock
from foundation.core.errors import DomainError, NotAllowed, Refusal
from foundation.core.money import yuan
from foundation.notices.services import notify
from foundation.rulesets.selectors import Rules
from foundation.workdays.selectors import add_workdays
from parties.selectors import users_of_person
from reviews.models import ExpertFee, ExpertFeedback, FeeSheet
from reviews.permissions import is_own, may_enter_for

FULL = 100
PAYABLE = frozenset({AssignmentStatus.SIGNED, AssignmentStatus.EVALUATED})


class FeeRefused(DomainError):  # noqa: N818 - reads as a sentence
    """The feedback or the fee cannot be written."""


@dataclass(frozen=True, slots=True)
class FeeDraft:
    """What one member is to get: half-days at a full day's rate after tax, or one review by letter at ``day_cents``."""

    assignment: Assignment
    half_days: int
    day_cents: int
    by_letter: bool = False


@transaction.atomic
def give_expert_feedback(*, assignment: Assignment, points: int, words: str, by: User, on: date) -> ExpertFeedback:
    """Say how an expert served, 0 to 100, once, after the signature; less than full marks needs words. Rule R-24.

    Late feedback is taken, and shown as late. Raise ``FeeRefused`` before the signature or a second time.
    """
    row = _locked(assignment, by)
    if row.status != AssignmentStatus.SIGNED:
        raise FeeRefused(Refusal("not_signed", _("Feedback follows the signature, once.")))
    if not 0 <= points <= FULL:
        raise FeeRefused(Refusal("out_of_range", _("Points go from 0 to 100."), {"field": "points"}))
    if points < FULL and not words.strip():
        raise FeeRefused(Refusal("words_missing", _("Say what was missing."), {"field": "words"}))
    review = _review(row)
    rules = rules_of_task(review.evaluation, on)
    ended_on = review.meets_on or review.due_on
    feedback = ExpertFeedback.objects.create(
        assignment=row,
        points=points,
        words=words.strip(),
        due_on=add_workdays(ended_on, rules.value("feedback_workdays")),
        given_by=by,
        given_on=on,
    )
    evaluate(assignment=row, by=by, at=clock.now())
    notify(users=users_of_person(_expert(row).person_id), code="feedback_given", path="/expert/")
    facts = {"points": points, "late": on > feedback.due_on, "on": on}
    record(actor=by, action="reviews.expert_feedback_given", subject=row, facts=facts)
    return feedback


@transaction.atomic
def answer_feedback(*, feedback: ExpertFeedback, words: str, by: User, on: date) -> ExpertFeedback:
    """Let the expert answer, once."""
    row = (
        ExpertFeedback.objects.select_for_update(of=("self",)).select_related("assignment__expert").get(pk=feedback.pk)
    )
    if not is_own(by, row.assignment):
        raise NotAllowed
    if row.answered_on is not None or not words.strip():
        raise FeeRefused(Refusal("answer_once", _("Write an answer; it can be given once."), {"field": "words"}))
    row.answer, row.answered_on = words.strip(), on
    row.save(update_fields=["answer", "answered_on"])
    record(actor=by, action="reviews.expert_feedback_answered", subject=row.assignment, facts={"on": on})
    return row


@transaction.atomic
def draft_fees(*, re_review: ReReviewTask, month: date, drafts: Sequence[FeeDraft], by: User, on: date) -> FeeSheet:
    """Write the sheet of a month anew: one line a member, gross and tax as one income of the item and month.

    Raise ``FeeRefused`` for who has not signed (unfinished work is not paid), a rate outside the scale, no lines, or a
    sheet that is under approval or approved.
    """
    review = ReReviewTask.objects.select_for_update(of=("self",)).select_related("evaluation").get(pk=re_review.pk)
    month = month.replace(day=1)
    sheet, _made = FeeSheet.objects.get_or_create(
        re_review=review, month=month, defaults={"drafted_by": by, "drafted_on": on}
    )
    if running("PAYMENT", sheet) or agreed("PAYMENT", sheet):
        raise FeeRefused(Refusal("sheet_closed", _("This sheet is under approval or approved; it stands.")))
    if not drafts:
        raise FeeRefused(Refusal("no_lines", _("Enter at least one member.")))
    sheet.fees.all().delete()
    rules = rules_of_task(review.evaluation, on)
    for draft in drafts:
        row = _locked(draft.assignment, by)
        if row.re_review_id != review.pk or row.status not in PAYABLE:
            message = _("%(name)s has not signed: unfinished or unsigned work is not paid.")
            raise FeeRefused(Refusal("not_signed", message % {"name": _expert(row).person.name}))
        _write_fee(sheet, row, draft, rules, on)
    sheet.drafted_by, sheet.drafted_on = by, on
    sheet.save(update_fields=["drafted_by", "drafted_on"])
    facts = {"month": month, "lines": len(drafts), "on": on}
    record(actor=by, action="reviews.fees_drafted", subject=review, facts=facts)
    return sheet


def _write_fee(sheet: FeeSheet, row: Assignment, draft: FeeDraft, rules: Rules, on: date) -> ExpertFee:
    net = _net(_expert(row), draft, rules, sheet.re_review.meets_on or on)
    before = ExpertFee.objects.filter(
        assignment__expert__person_id=_expert(row).person_id,
        sheet__re_review__evaluation_id=sheet.re_review.evaluation_id,
        sheet__month=sheet.month,
    ).aggregate(net=Sum("net_cents"), gross=Sum("gross_cents"), tax=Sum("tax_cents"))
    whole = pay_for((before["net"] or 0) + net)
    return ExpertFee.objects.create(
        sheet=sheet,
        assignment=row,
        half_days=draft.half_days,
        by_letter=draft.by_letter,
        day_cents=draft.day_cents,
        net_cents=net,
        gross_cents=whole.gross_cents - (before["gross"] or 0),
        tax_cents=whole.tax_cents - (before["tax"] or 0),
    )


def _net(expert: Expert, draft: FeeDraft, rules: Rules, day: date) -> int:
    """Return what is paid after tax, by the title that the expert had on ``day``: the meeting, by letter today."""
    _title, level = title_on(expert, day)
    scale, source = rules.value("fee_scale"), rules.source("fee_scale")
    is_senior = level in {TitleLevel.SENIOR, TitleLevel.ACADEMICIAN}
    range_of_day = scale["SENIOR" if is_senior else "OTHER"]
    low, high = letter_fee_range(day_range=range_of_day, scale=scale) if draft.by_letter else range_of_day
    if not low <= draft.day_cents <= high:
        message = _("%(name)s: the scale gives %(low)s to %(high)s yuan after tax.") % {
            "name": expert.person.name,
            "low": yuan(low),
            "high": yuan(high),
        }
        raise FeeRefused(Refusal("outside_scale", message, {"field": "day", "low": low, "high": high}, source))
    if draft.by_letter:
        return draft.day_cents
    if draft.half_days < 1:
        raise FeeRefused(Refusal("no_half_days", _("Enter how many half-days were served."), {"field": "half_days"}))
    is_academician = level == TitleLevel.ACADEMICIAN
    return net_fee(half_days=draft.half_days, day_cents=draft.day_cents, scale=scale, is_academician=is_academician)


@transaction.atomic
def submit_fees(*, sheet: FeeSheet, by: User, on: date) -> Approval:
    """Put the sheet on its way through the approval of payments."""
    row = _locked_sheet(sheet, by)
    sums = row.fees.aggregate(net=Sum("net_cents"), gross=Sum("gross_cents"), tax=Sum("tax_cents"))
    if not sums["gross"]:
        raise FeeRefused(Refusal("no_lines", _("Enter at least one member.")))
    if agreed("PAYMENT", row):
        raise FeeRefused(Refusal("sheet_closed", _("This sheet is under approval or approved; it stands.")))
    title = _("Expert fees: %(title)s") % {"title": row.re_review.evaluation.title}
    facts = {"month": row.month.isoformat()[:7]} | {f"{name}_cents": cents for name, cents in sums.items()}
    bureau = row.re_review.bureau
    return submit(
        bureau=bureau, kind="PAYMENT", subject=row, title=title, facts=facts, by=by, on=on, amount_cents=sums["gross"]
    )


@transaction.atomic
def pay_fees(*, sheet: FeeSheet, voucher: str, by: User, on: date) -> FeeSheet:
    """Note the payment of an approved sheet with its voucher; every member was evaluated before.

    Raise ``FeeRefused`` without approval, voucher or feedback, or a second time.
    """
    row = _locked_sheet(sheet, by)
    if row.paid_on is not None:
        raise FeeRefused(Refusal("paid_before", _("These fees were paid already.")))
    if not agreed("PAYMENT", row):
        raise FeeRefused(Refusal("not_approved", _("The payment has not been approved yet.")))
    if not voucher.strip():
        raise FeeRefused(Refusal("voucher_missing", _("Enter the number of the voucher."), {"field": "voucher"}))
    seats = [fee.assignment for fee in row.fees.select_related("assignment").order_by("pk")]
    if any(seat.status == AssignmentStatus.SIGNED for seat in seats):
        raise FeeRefused(Refusal("feedback_missing", _("Give feedback on every member first.")))
    for seat in seats:
        mark_paid(assignment=seat, by=by, at=clock.now())
    row.voucher, row.paid_on = voucher.strip(), on
    row.save(update_fields=["voucher", "paid_on"])
    record(actor=by, action="reviews.fees_paid", subject=row.re_review, facts={"voucher": row.voucher, "on": on})
    return row


def _locked(assignment: Assignment, by: User) -> Assignment:
    rows = Assignment.objects.select_for_update(of=("self",))
    row = rows.select_related("re_review__evaluation", "expert__person").get(pk=assignment.pk)
    if not may_enter_for(by, row):
        raise NotAllowed
    return row


def _locked_sheet(sheet: FeeSheet, by: User) -> FeeSheet:
    rows = FeeSheet.objects.select_for_update(of=("self",))
    row = rows.select_related("re_review__evaluation", "re_review__bureau").get(pk=sheet.pk)
    if not all(may_enter_for(by, fee.assignment) for fee in row.fees.select_related("assignment")):
        raise NotAllowed
    return row


def _review(row: Assignment) -> ReReviewTask:
    if row.re_review is None:
        raise NotAllowed
    return row.re_review


def _expert(row: Assignment) -> Expert:
    if row.expert is None:
        raise NotAllowed
    return row.expert
