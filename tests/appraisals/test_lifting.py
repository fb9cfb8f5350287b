"""Longer suspensions of experts end by application, the longest with a passed test."""

from datetime import date, timedelta

import pytest

from appraisals.enums import LiftingStatus, SanctionKind, SanctionPaper, SanctionStatus
from appraisals.models import LiftingApplication
from appraisals.services import (
    SanctionRefused,
    answer_lifting,
    ask_lifting,
    end_due_sanctions,
)
from experts.enums import ExpertStatus
from experts.rules import lifting_needs
from experts.selectors import standing_on
from experts.services import end_due_suspensions
from foundation.core.errors import NotAllowed, TransitionRefused
from foundation.papers.models import Paper
from tests.factories.assignments import ExpertFactory, expert_user
from tests.factories.disclosure import office
from tests.factories.sanctions import DAY, TERM, decide, propose
from tests.foundation.files.test_uploads import pdf
from training.models import Attendance, Certificate, Course, Session

pytestmark = pytest.mark.django_db
END = date(2021, 6, 20)


@pytest.fixture
def people():
    return office()


@pytest.fixture
def expert(people):
    return ExpertFactory(bureau=people["bureau"])


def suspended(people, expert, months):
    return decide(people, propose(people, SanctionKind.SUSPENSION, expert=expert, months=months))


def asking(row, by, on, **facts):
    return ask_lifting(
        **{"sanction": row, "words": "已学习，申请恢复", "accepts_undertaking": True, "by": by, "on": on} | facts
    )


def refused(call, error=SanctionRefused, **facts):
    with pytest.raises(error) as caught:
        call(**facts)
    return caught.value.refusal


def certificate(people, expert, issued_on):
    course = Course.objects.create(bureau=people["bureau"], title="复训", audience="EXPERTS", hours_tenths=80)
    session = Session.objects.create(course=course, held_on=issued_on, place="会议室")
    row = Attendance.objects.create(session=session, person=expert.person, hours_tenths=80, recorded_by=people["clerk"])
    return Certificate.objects.create(attendance=row, code=f"PX{row.pk}", issued_on=issued_on)


@pytest.mark.rule("R-57")
@pytest.mark.parametrize(
    ("months", "needs"), [(3, (False, False)), (5, (False, False)), (6, (True, False)), (12, (True, True))]
)
def test_what_a_length_needs(months, needs):
    assert lifting_needs(months, application_from=6, test_from=12) == needs


@pytest.mark.rule("R-57")
def test_short_suspension_needs_no_application(people, expert):
    row = suspended(people, expert, 3)

    found = refused(asking, row=row, by=expert_user(expert), on=DAY)

    assert (found.code, found.facts) == ("ends_by_itself", {"free_on": "2021-03-20"})


@pytest.mark.rule("R-57")
def test_six_months_end_by_application_and_undertaking_only(people, expert):
    row, user = suspended(people, expert, 6), expert_user(expert)
    assert end_due_sanctions(on=END + timedelta(days=30)) == []
    opens = END - timedelta(days=30)
    early = refused(asking, row=row, by=user, on=opens - timedelta(days=1))
    assert (early.code, early.facts) == ("lifting_too_early", {"free_on": opens.isoformat()})
    assert refused(asking, row=row, by=user, on=opens, accepts_undertaking=False).code == "undertaking_missing"
    assert refused(asking, row=row, by=user, on=opens, words=" ").code == "words_missing"
    with pytest.raises(NotAllowed):
        asking(row, expert_user(ExpertFactory(bureau=people["bureau"])), opens)
    assert not LiftingApplication.objects.exists()

    application = asking(row, user, opens)
    assert refused(asking, row=row, by=user, on=opens).code == "asked_before"
    with pytest.raises(NotAllowed):
        answer_lifting(application=application, is_granted=True, words="同意", by=people["clerk"], on=opens)
    answer_lifting(application=application, is_granted=True, words="同意", by=people["head"], on=opens)

    assert [standing_on(expert, day) for day in (END - timedelta(days=1), END)] == ["SUSPENDED", "ACTIVE"]
    assert [one.pk for one in end_due_sanctions(on=END)] == [row.pk]
    end_due_suspensions(on=END)
    expert.refresh_from_db()
    assert expert.status == ExpertStatus.ACTIVE


@pytest.mark.rule("R-57")
def test_refused_application_may_be_made_again_and_a_late_one_lifts_at_once(people, expert):
    row, user = suspended(people, expert, 6), expert_user(expert)
    first = asking(row, user, END)
    answer_lifting(application=first, is_granted=False, words="未见整改", by=people["head"], on=END)
    assert standing_on(expert, END + timedelta(days=1)) == ExpertStatus.SUSPENDED
    refused(answer_lifting, TransitionRefused, application=first, is_granted=True, words="…", by=people["head"], on=END)
    later = END + timedelta(days=10)
    assert refused(asking, row=row, by=people["clerk"], on=later).code == "scan_missing"
    second = asking(row, people["clerk"], later, file=("申请.pdf", pdf()))

    answer_lifting(application=second, is_granted=True, words="同意恢复", by=people["head"], on=later)

    row.refresh_from_db()
    expert.refresh_from_db()
    assert (row.status, row.ended_on, expert.status) == (SanctionStatus.ENDED, later, ExpertStatus.ACTIVE)
    assert [standing_on(expert, day) for day in (later - timedelta(days=1), later)] == ["SUSPENDED", "ACTIVE"]
    assert [one.status for one in LiftingApplication.objects.order_by("pk")] == ["REFUSED", LiftingStatus.GRANTED]
    assert Paper.objects.filter(kind=SanctionPaper.LIFTING).count() == 2


@pytest.mark.rule("R-57")
def test_twelve_months_need_a_test_passed_since(people, expert):
    row, user = suspended(people, expert, 12), expert_user(expert)
    end = date(2021, 12, 20)
    old = certificate(people, expert, DAY - timedelta(days=1))
    foreign = certificate(people, ExpertFactory(bureau=people["bureau"]), DAY + timedelta(days=60))
    for code in ("", old.code, foreign.code):
        assert refused(asking, row=row, by=user, on=end, certificate_code=code).code == "test_missing"
    assert not LiftingApplication.objects.exists()

    own = certificate(people, expert, date(2021, 10, 8))

    assert asking(row, user, end, certificate_code=own.code).certificate == own


@pytest.mark.rule("R-57")
def test_lifting_of_one_suspension_leaves_the_longer_one(people, expert):
    row, user = suspended(people, expert, 6), expert_user(expert)
    later = date(2021, 5, 20)
    decide(people, propose(people, SanctionKind.SUSPENSION, expert=expert, months=3, on=later - TERM), on=later)

    application = asking(row, user, END)
    answer_lifting(application=application, is_granted=True, words="同意", by=people["head"], on=END)

    assert standing_on(expert, END) == ExpertStatus.SUSPENDED
    assert [standing_on(expert, day) for day in (date(2021, 8, 19), date(2021, 8, 20))] == ["SUSPENDED", "ACTIVE"]
