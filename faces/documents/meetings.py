"""From a re-review's rows to the papers of its meeting, in Chinese whatever the reader's language."""

from collections.abc import Sequence
from datetime import date
from io import BytesIO
from typing import Final

from django.utils import translation
from pypdf import PdfReader, PdfWriter

from assignments.models import Assignment, ReReviewTask
from assignments.selectors.tasks import current_firm
from assignments.transitions import GONE
from faces.documents import meeting
from faces.documents.dates import in_words
from parties.models import Employment
from parties.selectors import name_on, person_name_on

CHINESE: Final = "zh-hans"
LATER: Final = "另行通知"
MATERIAL: Final = "绩效评价报告送审稿及附件"
AGENDA: Final = (
    meeting.AgendaLine("第一项", "承办机构汇报", "主评人"),
    meeting.AgendaLine("第二项", "专家质询", "专家组组长"),
    meeting.AgendaLine("第三项", "专家独立评分、形成意见", "专家组组长"),
)
REQUIREMENTS: Final = (
    "主评人须到会汇报，不得由他人代替；",
    "参会人员凭有效证件签到；",
    "与本项目有利害关系的，应在会前声明并回避。",
)


def meeting_notice(re_review: ReReviewTask, *, on: date) -> bytes:
    """Return 评审会通知 of a panel as PDF, dated ``on``. It may go to firm and unit, so it names no expert."""
    with translation.override(CHINESE):
        return meeting.build_notice(_notice(re_review, on))


def sign_in_sheet(re_review: ReReviewTask) -> bytes:
    """Return 签到表 of a panel as PDF: who holds a seat, with his employer on that day, and empty rows."""
    task, day = re_review.evaluation, re_review.meets_on or re_review.due_on
    seats = Assignment.objects.filter(re_review=re_review).exclude(status__in=GONE).select_related("expert__person")
    people = [(seat, seat.expert.person) for seat in seats.order_by("pk") if seat.expert]
    rows = Employment.objects.filter(person__in=[person for _seat, person in people]).on(day)
    employers = {
        row.person_id: name_on(row.organisation, day) for row in rows.select_related("organisation").order_by("pk")
    }
    with translation.override(CHINESE):
        return meeting.build_sign_in(
            meeting.SignInSheet(
                bureau=re_review.bureau.name,
                number=f"签到 {re_review.number}",
                project=task.title,
                held_at=_held(re_review),
                place=re_review.place or LATER,
                attendees=[
                    meeting.Attendee(
                        person_name_on(person, day),
                        employers.get(person.pk, ""),
                        "专家组组长" if seat.is_leader else "评审专家",
                    )
                    for seat, person in people
                ],
            )
        )


def batch_letters(re_reviews: Sequence[ReReviewTask], *, on: date) -> bytes:
    """Return the notices of many panels as one PDF, in their order, so that they are printed and sent together."""
    whole = PdfWriter()
    for row in re_reviews:
        whole.append(PdfReader(BytesIO(meeting_notice(row, on=on))))
    out = BytesIO()
    whole.write(out)
    return out.getvalue()


def _notice(re_review: ReReviewTask, on: date) -> meeting.MeetingNotice:
    task = re_review.evaluation
    firm = current_firm(task)
    addressees = [name_on(task.unit.organisation, on), *([name_on(firm.organisation, on)] if firm else [])]
    return meeting.MeetingNotice(
        bureau=re_review.bureau.name,
        number=f"评审通知 {re_review.number}",
        addressees=addressees,
        project=task.title,
        material=MATERIAL,
        held_at=_held(re_review),
        place=re_review.place or LATER,
        attendees=("评审专家（名单由我局掌握）", "被评价单位绩效联络员、财务负责人", "承办机构主评人及项目组成员"),
        agenda=AGENDA,
        requirements=REQUIREMENTS,
        contact=task.clerk.name if task.clerk else LATER,
        signed_on=on,
    )


def _held(re_review: ReReviewTask) -> str:
    return in_words(re_review.meets_on) if re_review.meets_on else LATER
