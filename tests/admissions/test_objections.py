"""Objections against an admission: when they count, who reads whom, and what an open or upheld one keeps back."""

from datetime import date

import pytest

from admissions.enums import ApplicationKind, ApplicationStatus, ObjectionOutcome
from admissions.models import Objection
from admissions.selectors import objections_visible_to
from admissions.services import (
    ApplicationRefused,
    admit,
    announce,
    decide_objection,
    record_objection,
    return_application,
    submit,
)
from experts.enums import ExpertStatus
from experts.models import Expert
from foundation.accounts.enums import Role
from foundation.audit.models import Entry
from foundation.core.errors import NotAllowed
from foundation.notices.models import Notice
from tests.factories.admissions import FILLED_ON, checked, handed_in, in_notice
from tests.factories.foundation import UserFactory, office

pytestmark = pytest.mark.django_db
LAST = date(2020, 6, 8)
AFTER = date(2020, 6, 9)


@pytest.fixture
def people():
    return office()


@pytest.fixture
def row(people):
    return in_notice(handed_in(people["bureau"]), people["clerk"])


def objected(row, people, **more):
    given = {
        "words": "与事实不符",
        "raised_by": "异议人",
        "raised_on": FILLED_ON,
        "by": people["clerk"],
        "on": FILLED_ON,
    }
    return record_objection(application=row, **(given | more))


def decided(made, people, outcome, on=FILLED_ON):
    return decide_objection(objection=made, outcome=outcome, answer="已核实", by=people["clerk"], on=on)


@pytest.mark.parametrize(("more", "code"), [
    ({"raised_on": date(2020, 5, 31)}, "outside_notice"),
    ({"raised_on": AFTER, "on": AFTER}, "outside_notice"),
    ({"raised_on": date(2020, 6, 2)}, "outside_notice"),
    ({"words": "  "}, "words_missing"),
])  # fmt: skip
def test_objection_outside_the_notice_or_without_words_is_refused(row, people, more, code):
    before = Entry.objects.count()

    with pytest.raises(ApplicationRefused) as caught:
        objected(row, people, **more)

    assert caught.value.refusal.code == code
    assert (Objection.objects.count(), Entry.objects.count()) == (0, before)


def test_objection_that_came_on_the_last_day_is_written_down_later(row, people):
    made = objected(row, people, raised_on=LAST, on=AFTER)

    assert (made.outcome, made.raised_on) == (ObjectionOutcome.OPEN, LAST)


def test_application_without_a_notice_takes_no_objection(people):
    with pytest.raises(ApplicationRefused) as caught:
        objected(handed_in(people["bureau"]), people)

    assert caught.value.refusal.code == "no_notice"


def test_admission_waits_until_every_objection_is_dismissed(row, people):
    first, second = objected(row, people), objected(row, people, words="另一项")
    decided(first, people, ObjectionOutcome.DISMISSED)

    with pytest.raises(ApplicationRefused) as caught:
        admit(application=row, by=people["clerk"], on=AFTER)
    assert caught.value.refusal.code == "objection_open"
    decided(second, people, ObjectionOutcome.DISMISSED)

    assert admit(application=row, by=people["clerk"], on=AFTER).status == ApplicationStatus.ADMITTED


def test_upheld_objection_leads_back_to_correction_and_a_new_notice_begins_without_it(row, people):
    decided(objected(row, people), people, ObjectionOutcome.UPHELD)
    with pytest.raises(ApplicationRefused) as caught:
        admit(application=row, by=people["clerk"], on=AFTER)
    assert caught.value.refusal.code == "objection_upheld"

    return_application(application=row, reason="请更正", by=people["clerk"], on=AFTER)
    submit(application=row, by=row.applicant, on=AFTER)
    checked(row, people["clerk"], on=AFTER)
    again = announce(application=row, by=people["clerk"], on=AFTER)

    assert again.notice_until == date(2020, 6, 16)
    assert admit(application=row, by=people["clerk"], on=date(2020, 6, 17)).status == ApplicationStatus.ADMITTED


def test_objection_is_decided_once_and_with_words(row, people):
    made = objected(row, people)
    for outcome, answer, code in (
        (ObjectionOutcome.OPEN, "已核实", "outcome_missing"),
        (ObjectionOutcome.DISMISSED, " ", "reason_missing"),
    ):
        with pytest.raises(ApplicationRefused) as caught:
            decide_objection(objection=made, outcome=outcome, answer=answer, by=people["clerk"], on=FILLED_ON)
        assert caught.value.refusal.code == code
    decided(made, people, ObjectionOutcome.DISMISSED)

    with pytest.raises(ApplicationRefused) as caught:
        decided(made, people, ObjectionOutcome.UPHELD)

    made.refresh_from_db()
    assert (caught.value.refusal.code, made.outcome, made.decided_on) == ("decided_already", "DISMISSED", FILLED_ON)


def test_only_the_bureau_writes_and_reads_objections(row, people):
    made = objected(row, people)
    for by in (row.applicant, UserFactory(role=Role.CLERK)):
        with pytest.raises(NotAllowed):
            objected(row, people, by=by)
        with pytest.raises(NotAllowed):
            decide_objection(objection=made, outcome=ObjectionOutcome.DISMISSED, answer="否", by=by, on=FILLED_ON)
        assert list(objections_visible_to(by)) == []

    assert list(objections_visible_to(people["leader"])) == [made]
    codes = Notice.objects.filter(user=row.applicant).values_list("code", flat=True)
    assert sorted(codes) == ["application_moved", "objection_recorded"]


@pytest.mark.rule("R-26")
def test_removed_expert_applies_again_after_the_years_and_only_the_bureau_reads_the_day(people):
    first = in_notice(handed_in(people["bureau"], ApplicationKind.EXPERT), people["clerk"])
    admit(application=first, by=people["clerk"], on=AFTER)
    Expert.objects.update(status=ExpertStatus.REMOVED, status_since=date(2020, 7, 1))
    soon, later = date(2023, 6, 30), date(2023, 7, 1)
    row = handed_in(people["bureau"], ApplicationKind.EXPERT, on=soon)
    checked(row, people["clerk"], on=soon)

    with pytest.raises(ApplicationRefused) as caught:
        announce(application=row, by=people["clerk"], on=soon)

    assert (caught.value.refusal.code, caught.value.refusal.facts) == (
        "removed_too_recently", {"free_on": "2023-07-01"},
    )  # fmt: skip
    assert announce(application=row, by=people["clerk"], on=later).status == ApplicationStatus.NOTICE
