"""Standing recusals: from a day on, past or coming, once for each organisation; each counts on its own days only."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assignments.selectors.eligibility import expert_eligibility
from experts.models import StandingRecusal
from experts.selectors import recusals_on
from experts.services import ExpertRefused, add_recusal, end_recusal, recuse_from
from foundation.audit.models import Entry
from foundation.core.errors import NotAllowed
from tests.factories.assigned import TODAY, batch_office
from tests.factories.assignments import ExpertFactory, OrganisationFactory, expert_user

pytestmark = pytest.mark.django_db
DAYS = st.integers(min_value=-400, max_value=366)


@pytest.fixture
def desk():
    return batch_office(reviews=1, experts=1)


def refused(desk, **facts):
    given_ = {"expert": desk.experts[0], "body": "某公司", "reason": "亲属任职", "by": desk.clerk, "on": TODAY}
    with pytest.raises(ExpertRefused) as caught:
        recuse_from(**given_ | facts)
    return caught.value.refusal.code


@settings(max_examples=40)
@given(DAYS, st.none() | st.integers(min_value=0, max_value=400), DAYS)
def test_recusal_counts_from_its_first_day_until_the_day_it_ends(begins, length, asked):
    expert = ExpertFactory()
    body = OrganisationFactory(bureau=expert.bureau)
    first, day = TODAY + timedelta(days=begins), TODAY + timedelta(days=asked)
    row = add_recusal(
        expert=expert, organisation=body, reason="旧识", by=expert_user(expert), on=TODAY, started_on=first
    )
    if length is not None:
        StandingRecusal.objects.filter(pk=row.pk).update(ended_on=first + timedelta(days=length))

    runs = recusals_on([expert.pk], day).exists()

    assert runs == (first <= day and (length is None or day < first + timedelta(days=length)))


def test_coming_recusal_keeps_nobody_from_a_panel_before_its_day(desk):
    (expert,), (review,) = desk.experts, desk.reviews
    comes = TODAY + timedelta(days=10)
    body = review.evaluation.unit.organisation
    add_recusal(expert=expert, organisation=body, reason="将任职", by=desk.clerk, on=TODAY, started_on=comes)

    codes = {day: expert_eligibility(review, day, [expert])[0].codes for day in (comes - timedelta(days=1), comes)}

    assert {day: "standing_recusal" in found for day, found in codes.items()} == {
        comes - timedelta(days=1): False,
        comes: True,
    }


def test_first_day_and_the_day_of_writing_are_both_kept(desk):
    since = date(2019, 5, 1)

    row = recuse_from(
        expert=desk.experts[0], body="某公司", reason="曾任顾问", by=desk.clerk, on=TODAY, started_on=since
    )

    told = Entry.objects.get(action="experts.recusal_added").text
    assert row.started_on == since
    assert since.isoformat() in told
    assert TODAY.isoformat() in told


def test_what_does_not_fit_is_refused_and_leaves_nothing(desk):
    assert refused(desk, started_on=TODAY + timedelta(days=367)) == "begins_too_late"
    assert refused(desk, reason=" ") == "reason_missing"
    assert refused(desk, body=" ") == "body_missing"
    with pytest.raises(NotAllowed):
        recuse_from(expert=desk.experts[0], body="某公司", reason="x", by=desk.witness, on=TODAY)
    assert not StandingRecusal.objects.exists()


def test_one_that_is_to_come_stands_already_until_it_is_ended(desk):
    comes = {"started_on": TODAY + timedelta(days=10)}
    row = recuse_from(expert=desk.experts[0], body="某公司", reason="将任职", by=desk.clerk, on=TODAY, **comes)
    assert refused(desk) == "recusal_stands"

    end_recusal(recusal=row, by=desk.clerk, on=TODAY)

    assert not recusals_on([desk.experts[0].pk], TODAY + timedelta(days=20)).exists()
    assert (
        recuse_from(expert=desk.experts[0], body="某公司", reason="亲属", by=desk.clerk, on=TODAY).started_on == TODAY
    )
