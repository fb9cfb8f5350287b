"""Of many known rows only those are written that differ."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from foundation.core.held import Held
from parties.models import Organisation
from tests.factories.assignments import OrganisationFactory

pytestmark = pytest.mark.django_db


def test_rows_that_differ_are_written_with_what_they_hold_last_and_no_others():
    rows = [OrganisationFactory(phone="1", address="旧址") for _number in range(3)]
    held: Held[Organisation] = Held("phone")
    for row in (*rows, rows[0]):
        held.look(row)
    rows[0].phone, rows[1].phone, rows[2].address = "2", "3", "新址"
    held.look(rows[0])  # a second look notes nothing
    rows[1].phone = "1"

    with CaptureQueriesContext(connection) as seen:
        held.save()

    assert len(held) == 3
    assert list(Organisation.objects.order_by("pk").values_list("phone", "address")) == [
        ("2", "旧址"), ("1", "旧址"), ("1", "旧址"),
    ]  # fmt: skip
    assert sum(one["sql"].startswith("UPDATE") for one in seen.captured_queries) == 1


def test_nothing_that_differs_asks_the_database_nothing(django_assert_num_queries):
    row = OrganisationFactory()
    held: Held[Organisation] = Held("phone")
    held.look(row)

    with django_assert_num_queries(0):
        held.save()
