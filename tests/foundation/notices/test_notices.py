"""Notices: one for each active person, once where an occasion is named, read by its owner only."""

import pytest
from django.utils import timezone

from foundation.notices.models import Notice
from foundation.notices.selectors import unread, visible_to
from foundation.notices.services import mark_read, notify
from tests.factories.foundation import UserFactory

pytestmark = pytest.mark.django_db


def test_each_active_person_gets_one():
    first, second = UserFactory(), UserFactory()
    gone = UserFactory(is_active=False)

    given = notify(users=[first, second, first, gone], code="plan", facts={"n": 1}, path="/x/")

    assert given == 2
    assert set(Notice.objects.values_list("user", "code", "path")) == {
        (first.pk, "plan", "/x/"),
        (second.pk, "plan", "/x/"),
    }


def test_occasion_is_told_once_and_another_one_again():
    first, second = UserFactory(), UserFactory()
    notify(users=[first], code="due", once="task-1-due")

    assert notify(users=[first, second], code="due", once="task-1-due") == 1
    assert notify(users=[first], code="due", once="task-2-due") == 1
    assert notify(users=[first], code="due") == notify(users=[first], code="due") == 1
    assert Notice.objects.filter(user=first).count() == 4


def test_reader_sees_and_reads_the_own_ones_only():
    mine, other = UserFactory(), UserFactory()
    notify(users=[mine, mine, other], code="plan")
    notify(users=[mine], code="plan")
    row = Notice.objects.filter(user=other).get()
    at = timezone.now()

    assert visible_to(mine).count() == unread(mine).count() == 2
    assert mark_read(user=mine, at=at, pk=row.pk) == 0
    assert mark_read(user=mine, at=at, pk=unread(mine).first().pk) == 1
    assert mark_read(user=mine, at=at) == 1

    row.refresh_from_db()
    assert (row.read_at, unread(mine).count(), visible_to(mine).count()) == (None, 0, 2)
