"""What becomes of commissions, versions, clock-stops and instalments; which step of the task a version takes."""

from collections.abc import Mapping
from typing import Final

from assignments.enums import TaskAction
from delivery.enums import (
    ClockAction,
    ClockStatus,
    CommissionAction,
    CommissionStatus,
    InstalmentAction,
    InstalmentStatus,
    LeadEventAction,
    LeadEventStatus,
    VersionAction,
    VersionKind,
    VersionStatus,
)

COMMISSION: Final[Mapping[tuple[CommissionStatus, CommissionAction], CommissionStatus]] = {
    (CommissionStatus.IN_APPROVAL, CommissionAction.AGREE): CommissionStatus.AGREED,
    (CommissionStatus.IN_APPROVAL, CommissionAction.GIVE_BACK): CommissionStatus.GIVEN_BACK,
    (CommissionStatus.GIVEN_BACK, CommissionAction.REVISE): CommissionStatus.IN_APPROVAL,
    (CommissionStatus.AGREED, CommissionAction.SEND): CommissionStatus.SENT,
    (CommissionStatus.SENT, CommissionAction.ACCEPT): CommissionStatus.ACCEPTED,
    (CommissionStatus.SENT, CommissionAction.DECLINE): CommissionStatus.ENDED,
    (CommissionStatus.ACCEPTED, CommissionAction.CHANGE_LEAD): CommissionStatus.ACCEPTED,
    **{
        (status, CommissionAction.END): CommissionStatus.ENDED
        for status in CommissionStatus
        if status != CommissionStatus.ENDED
    },
}

LEAD_EVENT: Final[Mapping[tuple[LeadEventStatus, LeadEventAction], LeadEventStatus]] = {
    (LeadEventStatus.ASKED, LeadEventAction.PASS_ON): LeadEventStatus.IN_APPROVAL,
    (LeadEventStatus.ASKED, LeadEventAction.DECLINE): LeadEventStatus.DECLINED,
    (LeadEventStatus.IN_APPROVAL, LeadEventAction.AGREE): LeadEventStatus.AGREED,
    (LeadEventStatus.IN_APPROVAL, LeadEventAction.GIVE_BACK): LeadEventStatus.GIVEN_BACK,
}

VERSION: Final[Mapping[tuple[VersionStatus, VersionAction], VersionStatus]] = {
    (VersionStatus.RECEIVED, VersionAction.RETURN): VersionStatus.RETURNED,
    (VersionStatus.RECEIVED, VersionAction.SUPERSEDE): VersionStatus.SUPERSEDED,
    (VersionStatus.RECEIVED, VersionAction.ACCEPT): VersionStatus.ACCEPTED,
}

CLOCK: Final[Mapping[tuple[ClockStatus, ClockAction], ClockStatus]] = {
    (ClockStatus.ASKED, ClockAction.GRANT): ClockStatus.GRANTED,
    (ClockStatus.ASKED, ClockAction.DENY): ClockStatus.DENIED,
}

_BEFORE_REQUEST: Final = (
    InstalmentStatus.PLANNED,
    InstalmentStatus.ACCEPTED,
    InstalmentStatus.INVOICED,
    InstalmentStatus.APPROVED,
)
# RELEASE leads back to where the instalment was held; the service reads that from the row
INSTALMENT: Final[Mapping[tuple[InstalmentStatus, InstalmentAction], InstalmentStatus]] = {
    (InstalmentStatus.PLANNED, InstalmentAction.ACCEPT): InstalmentStatus.ACCEPTED,
    (InstalmentStatus.ACCEPTED, InstalmentAction.INVOICE): InstalmentStatus.INVOICED,
    (InstalmentStatus.INVOICED, InstalmentAction.APPROVE): InstalmentStatus.APPROVED,
    (InstalmentStatus.INVOICED, InstalmentAction.GIVE_BACK): InstalmentStatus.ACCEPTED,
    (InstalmentStatus.APPROVED, InstalmentAction.REQUEST): InstalmentStatus.REQUESTED,
    (InstalmentStatus.REQUESTED, InstalmentAction.PAY): InstalmentStatus.PAID,
    **{(status, InstalmentAction.HOLD): InstalmentStatus.HELD for status in _BEFORE_REQUEST},
    (InstalmentStatus.HELD, InstalmentAction.RELEASE): InstalmentStatus.PLANNED,
}

STEP_OF: Final[Mapping[VersionKind, TaskAction]] = {
    VersionKind.WORK_PLAN: TaskAction.SUBMIT_PLAN,
    VersionKind.DRAFT: TaskAction.SUBMIT_DRAFT,
    VersionKind.COMMENTS: TaskAction.ASK_COMMENTS,
    VersionKind.SUBMITTED: TaskAction.SUBMIT,
    VersionKind.FINAL: TaskAction.FINALISE,
}
