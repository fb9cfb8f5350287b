"""The page on which a term is renewed: offered in its window only."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse

from evaluators.services import accept_undertakings as firms_undertake
from experts.services import accept_undertakings as experts_undertake
from foundation.core import clock
from tests.factories.assignments import ExpertFactory, FirmFactory
from tests.factories.foundation import office

pytestmark = pytest.mark.django_db
NOON = datetime(2020, 6, 1, 12, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
ON = date(2020, 6, 1)


def entry(noun, bureau, clerk, ends_on):
    row = (FirmFactory if noun == "firm" else ExpertFactory)(bureau=bureau, term_ends_on=ends_on)
    if noun == "firm":
        firms_undertake(firms=[row], year=2020, accepted_by="负责人", by=clerk, on=ON)
    else:
        experts_undertake(experts=[row], year=2020, by=clerk, on=ON)
    return row


@pytest.mark.parametrize("noun", ["firm", "expert"])
def test_term_is_renewed_from_its_page(client, noun):
    people = office()
    near = entry(noun, people["bureau"], people["clerk"], date(2020, 8, 30))
    far = entry(noun, people["bureau"], people["clerk"], date(2020, 8, 31))
    client.force_login(people["clerk"])
    with clock.standing_at(NOON):
        address = reverse(f"pages:{noun}-renew", args=[near.number])
        shown = client.get(reverse(f"pages:{noun}", args=[near.number])).content.decode()
        other = client.get(reverse(f"pages:{noun}", args=[far.number])).content.decode()
        asked, done = client.get(address), client.post(address)
        early = client.post(reverse(f"pages:{noun}-renew", args=[far.number]))

    near.refresh_from_db()
    assert (address in shown, "renewal" in other) == (True, False)
    assert (asked.status_code, done.status_code, early.status_code) == (200, 302, 409)
    assert near.term_ends_on == date(2023, 8, 30)
