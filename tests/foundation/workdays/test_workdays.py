"""Working days: Monday to Friday, the State Council's notice over it."""

from datetime import date

import pytest

from foundation.audit.models import Entry
from foundation.workdays import rules, selectors
from foundation.workdays.models import WorkdayOverride
from foundation.workdays.services import OverrideDraft, record_overrides
from tests.factories.foundation import UserFactory

pytestmark = pytest.mark.rule("R-39")
NATIONAL = {date(2020, 10, day): False for day in range(1, 9)} | {date(2020, 9, 27): True, date(2020, 10, 10): True}


@pytest.mark.parametrize(
    ("day", "is_one"),
    [
        (date(2020, 10, 19), True),
        (date(2020, 10, 17), False),
        (date(2020, 10, 1), False),
        (date(2020, 9, 27), True),
        (date(2020, 10, 10), True),
    ],
)
def test_is_workday(day, is_one):
    assert rules.is_workday(day, NATIONAL) is is_one


@pytest.mark.parametrize(
    ("start", "count", "end"),
    [
        (date(2020, 10, 19), 0, date(2020, 10, 19)),
        (date(2020, 10, 17), 0, date(2020, 10, 17)),
        (date(2020, 10, 16), 1, date(2020, 10, 19)),
        (date(2020, 9, 30), 1, date(2020, 10, 9)),
        (date(2020, 9, 30), 2, date(2020, 10, 10)),
        (date(2020, 10, 9), -1, date(2020, 9, 30)),
        (date(2020, 9, 25), 1, date(2020, 9, 27)),
    ],
)
def test_add_workdays(start, count, end):
    assert rules.add_workdays(start, count, NATIONAL) == end


@pytest.mark.parametrize(
    ("start", "end", "count"),
    [
        (date(2020, 10, 19), date(2020, 10, 19), 0),
        (date(2020, 10, 16), date(2020, 10, 19), 1),
        (date(2020, 9, 30), date(2020, 10, 12), 3),
        (date(2020, 10, 12), date(2020, 9, 30), -3),
    ],
)
def test_workdays_between(start, end, count):
    assert rules.workdays_between(start, end, NATIONAL) == count


@pytest.mark.django_db
def test_calendar_is_kept_replaced_and_asked():
    user = UserFactory()
    drafts = [OverrideDraft(day, is_workday=flag, name="国庆节", source="演示") for day, flag in NATIONAL.items()]

    assert record_overrides(drafts=drafts, by=user) == 10
    record_overrides(drafts=[OverrideDraft(date(2020, 10, 8), is_workday=True, name="改", source="演示")], by=user)

    assert WorkdayOverride.objects.count() == 10
    assert selectors.is_workday(date(2020, 10, 8))
    assert not selectors.is_workday(date(2020, 10, 7))
    assert selectors.add_workdays(date(2020, 9, 30), 1) == date(2020, 10, 8)
    assert selectors.workdays_between(date(2020, 9, 30), date(2020, 10, 9)) == 2


@pytest.mark.django_db
def test_empty_calendar_writes_nothing():
    assert record_overrides(drafts=[], by=UserFactory()) == 0
    assert not Entry.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("count", [1, 250])
def test_calendar_is_asked_once(count, django_assert_num_queries):
    with django_assert_num_queries(1):
        selectors.add_workdays(date(2020, 1, 1), count)
