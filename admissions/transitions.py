"""What becomes of an application."""

from collections.abc import Mapping
from typing import Final

from admissions.enums import ApplicationAction, ApplicationStatus

TRANSITIONS: Final[Mapping[tuple[ApplicationStatus, ApplicationAction], ApplicationStatus]] = {
    (ApplicationStatus.DRAFT, ApplicationAction.SUBMIT): ApplicationStatus.SUBMITTED,
    (ApplicationStatus.DRAFT, ApplicationAction.WITHDRAW): ApplicationStatus.WITHDRAWN,
    (ApplicationStatus.SUBMITTED, ApplicationAction.RETURN): ApplicationStatus.TO_CORRECT,
    (ApplicationStatus.SUBMITTED, ApplicationAction.ANNOUNCE): ApplicationStatus.NOTICE,
    (ApplicationStatus.SUBMITTED, ApplicationAction.REFUSE): ApplicationStatus.REFUSED,
    (ApplicationStatus.SUBMITTED, ApplicationAction.WITHDRAW): ApplicationStatus.WITHDRAWN,
    (ApplicationStatus.TO_CORRECT, ApplicationAction.SUBMIT): ApplicationStatus.SUBMITTED,
    (ApplicationStatus.TO_CORRECT, ApplicationAction.WITHDRAW): ApplicationStatus.WITHDRAWN,
    (ApplicationStatus.NOTICE, ApplicationAction.RETURN): ApplicationStatus.TO_CORRECT,
    (ApplicationStatus.NOTICE, ApplicationAction.ADMIT): ApplicationStatus.ADMITTED,
    (ApplicationStatus.NOTICE, ApplicationAction.REFUSE): ApplicationStatus.REFUSED,
    (ApplicationStatus.NOTICE, ApplicationAction.WITHDRAW): ApplicationStatus.WITHDRAWN,
    (ApplicationStatus.REFUSED, ApplicationAction.REAPPLY): ApplicationStatus.DRAFT,
    (ApplicationStatus.WITHDRAWN, ApplicationAction.REAPPLY): ApplicationStatus.DRAFT,
}
EDITED: Final = frozenset({ApplicationStatus.DRAFT, ApplicationStatus.TO_CORRECT})
