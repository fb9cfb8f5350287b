"""Keyset pages: forwards and back, every row once, whatever is empty or equal."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.db.models import F
from django.test.utils import CaptureQueriesContext

from faces.pages.shared.keyset import keyset_page
from foundation.accounts.models import User

pytestmark = pytest.mark.django_db
MOMENT = datetime(2020, 10, 19, tzinfo=UTC)
ORDERS = [
    ("username",),
    ("-username",),
    ("last_login",),
    ("-last_login", "name"),
    ("name", "-last_login"),
    ("-pk",),
    (),
]


@pytest.fixture
def people():
    seen = [None, 0, 0, 1, None, 2, 2]
    return [
        User.objects.create(
            username=f"u{n}",
            name="same" if n % 2 else f"n{n}",
            last_login=None if at is None else MOMENT + timedelta(days=at, microseconds=7),
        )
        for n, at in enumerate(seen)
    ]


def whole(order):
    terms = [
        F(name.lstrip("-")).desc(nulls_last=True) if name.startswith("-") else F(name).asc(nulls_last=True)
        for name in (*order, *(() if "-pk" in order else ("pk",)))
    ]
    return [user.pk for user in User.objects.order_by(*terms)]


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("size", [1, 2, 3, 10])
def test_pages_walk_every_row_once_in_order_and_back(people, order, size):
    forwards, page = [], keyset_page(User.objects.all(), order=order, size=size)
    assert page.before is None
    while True:
        forwards += [user.pk for user in page.rows]
        if page.after is None:
            break
        page = keyset_page(User.objects.all(), order=order, after=page.after, size=size)
    backwards = [user.pk for user in page.rows]
    while page.before is not None:
        page = keyset_page(User.objects.all(), order=order, before=page.before, size=size)
        backwards = [user.pk for user in page.rows] + backwards

    assert forwards == whole(order)
    assert backwards == whole(order)


@pytest.mark.parametrize("key", ["x", "!!!!", "bnVsbA", "WzEsMl0", "WyJhIiwgIngiXQ", "W251bGxd"])
def test_unreadable_key_gives_the_first_page(people, key):
    page = keyset_page(User.objects.all(), order=("username",), after=key, size=3)

    assert [user.username for user in page.rows] == ["u0", "u1", "u2"]
    assert page.before is None


def test_a_page_costs_one_query(people, django_assert_num_queries):
    with django_assert_num_queries(1):
        keyset_page(User.objects.all(), order=("username",), size=3)


def test_deep_page_begins_in_the_index_instead_of_walking_there(people):
    first = keyset_page(User.objects.all(), order=("username",), size=3)

    with CaptureQueriesContext(connection) as asked:
        keyset_page(User.objects.all(), order=("username",), after=first.after, size=3)

    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {'QUERY PLAN ' * (connection.vendor == 'sqlite')}{asked[0]['sql']}")
        plan = " ".join(str(cell) for line in cursor.fetchall() for cell in line)
    assert "username>?" in plan or "(username)::text >= 'u2'::text" in plan
