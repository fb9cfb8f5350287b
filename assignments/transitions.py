"""What becomes of plans, tasks, draws, batches, re-reviews and assignments."""

from collections.abc import Mapping
from typing import Final

from assignments.enums import (
    AssignmentAction,
    AssignmentStatus,
    BatchAction,
    BatchStatus,
    DrawAction,
    DrawStatus,
    FirmTrack,
    FirmTrackAction,
    PlanAction,
    PlanStatus,
    ReportTrack,
    ReportTrackAction,
    ReReviewAction,
    ReReviewStatus,
    TaskAction,
    TaskStatus,
)

PLAN: Final[Mapping[tuple[PlanStatus, PlanAction], PlanStatus]] = {
    (PlanStatus.COLLECTING, PlanAction.DRAFT): PlanStatus.DRAFTING,
    (PlanStatus.DRAFTING, PlanAction.CO_SIGN): PlanStatus.CO_SIGNING,
    (PlanStatus.CO_SIGNING, PlanAction.DRAFT): PlanStatus.DRAFTING,
    (PlanStatus.CO_SIGNING, PlanAction.TABLE): PlanStatus.MEETING,
    (PlanStatus.MEETING, PlanAction.DRAFT): PlanStatus.DRAFTING,
    (PlanStatus.MEETING, PlanAction.ISSUE): PlanStatus.ISSUED,
    (PlanStatus.ISSUED, PlanAction.ADJUST): PlanStatus.ADJUSTING,
    (PlanStatus.ADJUSTING, PlanAction.ISSUE): PlanStatus.ISSUED,
    (PlanStatus.ISSUED, PlanAction.CLOSE): PlanStatus.DONE,
}

_OPEN_TASK: Final = (
    TaskStatus.PLANNED, TaskStatus.SELECTED, TaskStatus.RECUSAL_CONFIRMED, TaskStatus.COMMISSIONED,
    TaskStatus.PLAN_REVIEW, TaskStatus.PLAN_RETURNED, TaskStatus.UNIT_NOTIFIED, TaskStatus.FIELDWORK, TaskStatus.DRAFT,
    TaskStatus.COMMENTS, TaskStatus.SUBMITTED, TaskStatus.EXPERT_REVIEW, TaskStatus.REVISION, TaskStatus.FINAL,
)  # fmt: skip

TASK: Final[Mapping[tuple[TaskStatus, TaskAction], TaskStatus]] = {
    (TaskStatus.PLANNED, TaskAction.SELECT): TaskStatus.SELECTED,
    (TaskStatus.SELECTED, TaskAction.SELECT): TaskStatus.SELECTED,  # the chosen firm declined, the next one comes
    (TaskStatus.SELECTED, TaskAction.CONFIRM_RECUSAL): TaskStatus.RECUSAL_CONFIRMED,
    (TaskStatus.RECUSAL_CONFIRMED, TaskAction.COMMISSION): TaskStatus.COMMISSIONED,
    (TaskStatus.COMMISSIONED, TaskAction.SUBMIT_PLAN): TaskStatus.PLAN_REVIEW,
    (TaskStatus.PLAN_REVIEW, TaskAction.RETURN_PLAN): TaskStatus.PLAN_RETURNED,
    (TaskStatus.PLAN_RETURNED, TaskAction.SUBMIT_PLAN): TaskStatus.PLAN_REVIEW,
    (TaskStatus.PLAN_REVIEW, TaskAction.NOTIFY_UNIT): TaskStatus.UNIT_NOTIFIED,
    (TaskStatus.UNIT_NOTIFIED, TaskAction.START): TaskStatus.FIELDWORK,
    (TaskStatus.FIELDWORK, TaskAction.SUBMIT_DRAFT): TaskStatus.DRAFT,
    (TaskStatus.DRAFT, TaskAction.SUBMIT_DRAFT): TaskStatus.DRAFT,
    (TaskStatus.DRAFT, TaskAction.ASK_COMMENTS): TaskStatus.COMMENTS,
    (TaskStatus.COMMENTS, TaskAction.SUBMIT): TaskStatus.SUBMITTED,
    (TaskStatus.SUBMITTED, TaskAction.REVIEW): TaskStatus.EXPERT_REVIEW,
    (TaskStatus.EXPERT_REVIEW, TaskAction.RETURN): TaskStatus.REVISION,
    (TaskStatus.REVISION, TaskAction.SUBMIT): TaskStatus.SUBMITTED,
    (TaskStatus.EXPERT_REVIEW, TaskAction.FINALISE): TaskStatus.FINAL,
    (TaskStatus.REVISION, TaskAction.FINALISE): TaskStatus.FINAL,
    (TaskStatus.FINAL, TaskAction.FINALISE): TaskStatus.FINAL,
    (TaskStatus.FINAL, TaskAction.ACCEPT): TaskStatus.ACCEPTED,
    (TaskStatus.ACCEPTED, TaskAction.ARCHIVE): TaskStatus.ARCHIVED,
    **{(status, TaskAction.STOP): TaskStatus.STOPPED for status in _OPEN_TASK},
    **{
        (status, TaskAction.RECOMMISSION): TaskStatus.PLANNED
        for status in (*_OPEN_TASK[1:], TaskStatus.STOPPED)
    },
}  # fmt: skip

# The bureau or a unit carries the task out itself: no firm is chosen, commissioned or reviewed.
OWN_TASK: Final[Mapping[tuple[TaskStatus, TaskAction], TaskStatus]] = {
    (TaskStatus.PLANNED, TaskAction.NOTIFY_UNIT): TaskStatus.UNIT_NOTIFIED,
    (TaskStatus.PLANNED, TaskAction.START): TaskStatus.FIELDWORK,
    (TaskStatus.UNIT_NOTIFIED, TaskAction.START): TaskStatus.FIELDWORK,
    (TaskStatus.FIELDWORK, TaskAction.SUBMIT_DRAFT): TaskStatus.DRAFT,
    (TaskStatus.DRAFT, TaskAction.SUBMIT_DRAFT): TaskStatus.DRAFT,
    (TaskStatus.DRAFT, TaskAction.ASK_COMMENTS): TaskStatus.COMMENTS,
    (TaskStatus.DRAFT, TaskAction.SUBMIT): TaskStatus.SUBMITTED,
    (TaskStatus.COMMENTS, TaskAction.SUBMIT): TaskStatus.SUBMITTED,
    (TaskStatus.SUBMITTED, TaskAction.REVIEW): TaskStatus.EXPERT_REVIEW,
    (TaskStatus.SUBMITTED, TaskAction.FINALISE): TaskStatus.FINAL,
    (TaskStatus.EXPERT_REVIEW, TaskAction.RETURN): TaskStatus.REVISION,
    (TaskStatus.REVISION, TaskAction.SUBMIT): TaskStatus.SUBMITTED,
    (TaskStatus.EXPERT_REVIEW, TaskAction.FINALISE): TaskStatus.FINAL,
    (TaskStatus.REVISION, TaskAction.FINALISE): TaskStatus.FINAL,
    (TaskStatus.FINAL, TaskAction.FINALISE): TaskStatus.FINAL,
    (TaskStatus.FINAL, TaskAction.ACCEPT): TaskStatus.ACCEPTED,
    (TaskStatus.ACCEPTED, TaskAction.ARCHIVE): TaskStatus.ARCHIVED,
    **{
        (status, TaskAction.STOP): TaskStatus.STOPPED
        for status in _OPEN_TASK
        if status not in {
            TaskStatus.SELECTED, TaskStatus.RECUSAL_CONFIRMED, TaskStatus.COMMISSIONED, TaskStatus.PLAN_REVIEW,
            TaskStatus.PLAN_RETURNED,
        }
    },
}  # fmt: skip

# Help with targets, monitoring or self-evaluation, coaching, consultation: no report that a firm signs.
_HELP: Final[Mapping[tuple[TaskStatus, TaskAction], TaskStatus]] = {
    (TaskStatus.FIELDWORK, TaskAction.ACCEPT): TaskStatus.ACCEPTED,
    (TaskStatus.ACCEPTED, TaskAction.ARCHIVE): TaskStatus.ARCHIVED,
    (TaskStatus.PLANNED, TaskAction.STOP): TaskStatus.STOPPED,
    (TaskStatus.FIELDWORK, TaskAction.STOP): TaskStatus.STOPPED,
}
OWN_HELP: Final[Mapping[tuple[TaskStatus, TaskAction], TaskStatus]] = {
    **_HELP,
    (TaskStatus.PLANNED, TaskAction.START): TaskStatus.FIELDWORK,
}
_CHOSEN: Final = (TaskStatus.SELECTED, TaskStatus.RECUSAL_CONFIRMED, TaskStatus.COMMISSIONED)
FIRM_HELP: Final[Mapping[tuple[TaskStatus, TaskAction], TaskStatus]] = {
    **_HELP,
    (TaskStatus.PLANNED, TaskAction.SELECT): TaskStatus.SELECTED,
    (TaskStatus.SELECTED, TaskAction.SELECT): TaskStatus.SELECTED,
    (TaskStatus.SELECTED, TaskAction.CONFIRM_RECUSAL): TaskStatus.RECUSAL_CONFIRMED,
    (TaskStatus.RECUSAL_CONFIRMED, TaskAction.COMMISSION): TaskStatus.COMMISSIONED,
    (TaskStatus.COMMISSIONED, TaskAction.START): TaskStatus.FIELDWORK,
    **{(status, TaskAction.STOP): TaskStatus.STOPPED for status in _CHOSEN},
    **{
        (status, TaskAction.RECOMMISSION): TaskStatus.PLANNED
        for status in (*_CHOSEN, TaskStatus.FIELDWORK, TaskStatus.STOPPED)
    },
}


def task_table(*, by_firm: bool, is_assistance: bool) -> Mapping[tuple[TaskStatus, TaskAction], TaskStatus]:
    """Return the table of a task: by a firm or not, with a report or only help."""
    if is_assistance:
        return FIRM_HELP if by_firm else OWN_HELP
    return TASK if by_firm else OWN_TASK


REPORT_TRACK: Final[Mapping[tuple[ReportTrack, ReportTrackAction], ReportTrack]] = {
    (ReportTrack.NONE, ReportTrackAction.CONFIRM): ReportTrack.CONFIRMED,
    (ReportTrack.CONFIRMED, ReportTrackAction.FEED_BACK): ReportTrack.FEEDBACK,
    (ReportTrack.FEEDBACK, ReportTrackAction.REPORT): ReportTrack.REPORTED,
    (ReportTrack.REPORTED, ReportTrackAction.PUBLISH): ReportTrack.PUBLISHED,
    (ReportTrack.PUBLISHED, ReportTrackAction.APPLY): ReportTrack.APPLIED,
    (ReportTrack.APPLIED, ReportTrackAction.RECTIFY): ReportTrack.RECTIFIED,
}

FIRM_TRACK: Final[Mapping[tuple[FirmTrack, FirmTrackAction], FirmTrack]] = {
    (FirmTrack.NONE, FirmTrackAction.RATE): FirmTrack.RATED,
    (FirmTrack.NONE, FirmTrackAction.SKIP): FirmTrack.SKIPPED,
    (FirmTrack.RATED, FirmTrackAction.TELL): FirmTrack.TOLD,
    (FirmTrack.TOLD, FirmTrackAction.OPEN_APPEAL): FirmTrack.APPEAL_PERIOD,
    (FirmTrack.APPEAL_PERIOD, FirmTrackAction.FINALISE): FirmTrack.FINAL,
    (FirmTrack.FINAL, FirmTrackAction.PAY_TAIL): FirmTrack.TAIL_PAID,
    **{
        (track, FirmTrackAction.REOPEN): FirmTrack.NONE  # what was paid stays paid
        for track in (FirmTrack.RATED, FirmTrack.TOLD, FirmTrack.APPEAL_PERIOD, FirmTrack.FINAL)
    },
}
REPORT_TRACK_ENDS: Final = frozenset({ReportTrack.RECTIFIED, ReportTrack.SKIPPED})
FIRM_TRACK_ENDS: Final = frozenset({FirmTrack.TAIL_PAID, FirmTrack.SKIPPED})

RE_REVIEW: Final[Mapping[tuple[ReReviewStatus, ReReviewAction], ReReviewStatus]] = {
    (ReReviewStatus.OPEN, ReReviewAction.SEAT): ReReviewStatus.PANEL_READY,
    (ReReviewStatus.PANEL_READY, ReReviewAction.SEAT): ReReviewStatus.PANEL_READY,
    (ReReviewStatus.PANEL_READY, ReReviewAction.BEGIN): ReReviewStatus.REVIEWING,
    (ReReviewStatus.REVIEWING, ReReviewAction.SEAT): ReReviewStatus.REVIEWING,
    (ReReviewStatus.REVIEWING, ReReviewAction.CLOSE): ReReviewStatus.DONE,
    (ReReviewStatus.DONE, ReReviewAction.REOPEN): ReReviewStatus.REVIEWING,  # too few are left for a grade
    (ReReviewStatus.OPEN, ReReviewAction.STOP): ReReviewStatus.STOPPED,
    (ReReviewStatus.PANEL_READY, ReReviewAction.STOP): ReReviewStatus.STOPPED,
    (ReReviewStatus.REVIEWING, ReReviewAction.STOP): ReReviewStatus.STOPPED,
}

DRAW: Final[Mapping[tuple[DrawStatus, DrawAction], DrawStatus]] = {
    (DrawStatus.CONFIGURED, DrawAction.FREEZE): DrawStatus.FROZEN,
    (DrawStatus.CONFIGURED, DrawAction.VOID): DrawStatus.VOID,
    (DrawStatus.FROZEN, DrawAction.COMMIT): DrawStatus.COMMITTED,
    (DrawStatus.FROZEN, DrawAction.VOID): DrawStatus.VOID,
    (DrawStatus.COMMITTED, DrawAction.CLOSE_REVEALS): DrawStatus.REVEALED,
    (DrawStatus.COMMITTED, DrawAction.DRAW): DrawStatus.DRAWN,
    (DrawStatus.COMMITTED, DrawAction.VOID): DrawStatus.VOID,
    (DrawStatus.REVEALED, DrawAction.DRAW): DrawStatus.DRAWN,
    (DrawStatus.DRAWN, DrawAction.CORRECT): DrawStatus.DRAWN,
    (DrawStatus.DRAWN, DrawAction.REPLACE): DrawStatus.DRAWN,
    (DrawStatus.DRAWN, DrawAction.VOID): DrawStatus.VOID,
}

BATCH: Final[Mapping[tuple[BatchStatus, BatchAction], BatchStatus]] = {
    (BatchStatus.PREPARED, BatchAction.CHANGE): BatchStatus.PREPARED,
    (BatchStatus.PREPARED, BatchAction.SOLVE): BatchStatus.SOLVING,
    (BatchStatus.PREPARED, BatchAction.VOID): BatchStatus.VOID,
    (BatchStatus.SOLVING, BatchAction.SOLVE): BatchStatus.SOLVING,  # again, where the job came to grief
    (BatchStatus.SOLVING, BatchAction.SHOW): BatchStatus.PREPARED,
    (BatchStatus.SOLVING, BatchAction.FAIL): BatchStatus.PREPARED,
    (BatchStatus.SOLVING, BatchAction.FREEZE): BatchStatus.FROZEN,
    (BatchStatus.SOLVING, BatchAction.VOID): BatchStatus.VOID,
    (BatchStatus.FROZEN, BatchAction.COMMIT): BatchStatus.COMMITTED,
    (BatchStatus.FROZEN, BatchAction.VOID): BatchStatus.VOID,
    (BatchStatus.COMMITTED, BatchAction.CLOSE_REVEALS): BatchStatus.REVEALED,
    (BatchStatus.COMMITTED, BatchAction.DRAW): BatchStatus.DRAWN,
    (BatchStatus.COMMITTED, BatchAction.VOID): BatchStatus.VOID,
    (BatchStatus.REVEALED, BatchAction.DRAW): BatchStatus.DRAWN,
    (BatchStatus.DRAWN, BatchAction.CORRECT): BatchStatus.DRAWN,
    (BatchStatus.SEATED, BatchAction.CORRECT): BatchStatus.SEATED,
    (BatchStatus.SENT, BatchAction.CORRECT): BatchStatus.SENT,
    (BatchStatus.DRAWN, BatchAction.SUBMIT): BatchStatus.SUBMITTED,
    (BatchStatus.DRAWN, BatchAction.VOID): BatchStatus.VOID,
    (BatchStatus.SUBMITTED, BatchAction.GIVE_BACK): BatchStatus.DRAWN,
    (BatchStatus.SUBMITTED, BatchAction.SEAT): BatchStatus.SEATED,
    (BatchStatus.SEATED, BatchAction.NOTIFY): BatchStatus.SENT,
    (BatchStatus.SENT, BatchAction.NOTIFY): BatchStatus.SENT,  # who came in later
    (BatchStatus.SEATED, BatchAction.REPLACE): BatchStatus.SEATED,
    (BatchStatus.SENT, BatchAction.REPLACE): BatchStatus.SENT,
}

WORKING: Final = frozenset({
    AssignmentStatus.SERVING, AssignmentStatus.SIGNED, AssignmentStatus.EVALUATED, AssignmentStatus.PAID,
})  # fmt: skip
_RUNNING: Final = (
    AssignmentStatus.DRAWN, AssignmentStatus.NOTIFIED, AssignmentStatus.ACCEPTED, AssignmentStatus.DECLARED,
    AssignmentStatus.SERVING, AssignmentStatus.SIGNED, AssignmentStatus.EVALUATED, AssignmentStatus.PAID,
)  # fmt: skip
ASSIGNMENT: Final[Mapping[tuple[AssignmentStatus, AssignmentAction], AssignmentStatus]] = {
    (AssignmentStatus.DRAWN, AssignmentAction.NOTIFY): AssignmentStatus.NOTIFIED,
    (AssignmentStatus.NOTIFIED, AssignmentAction.ACCEPT): AssignmentStatus.ACCEPTED,
    (AssignmentStatus.NOTIFIED, AssignmentAction.DECLINE): AssignmentStatus.DECLINED,
    (AssignmentStatus.NOTIFIED, AssignmentAction.GIVE_UP): AssignmentStatus.NO_ANSWER,
    (AssignmentStatus.ACCEPTED, AssignmentAction.DECLINE): AssignmentStatus.DECLINED,
    (AssignmentStatus.ACCEPTED, AssignmentAction.DECLARE): AssignmentStatus.DECLARED,
    (AssignmentStatus.DECLARED, AssignmentAction.DECLINE): AssignmentStatus.DECLINED,  # a firm that declines the letter
    (AssignmentStatus.DECLARED, AssignmentAction.SERVE): AssignmentStatus.SERVING,
    (AssignmentStatus.SERVING, AssignmentAction.SIGN): AssignmentStatus.SIGNED,
    (AssignmentStatus.SIGNED, AssignmentAction.EVALUATE): AssignmentStatus.EVALUATED,
    (AssignmentStatus.EVALUATED, AssignmentAction.PAY): AssignmentStatus.PAID,
    **{(status, AssignmentAction.VOID): AssignmentStatus.VOID for status in _RUNNING},
}
GONE: Final = frozenset({AssignmentStatus.DECLINED, AssignmentStatus.NO_ANSWER, AssignmentStatus.VOID})
