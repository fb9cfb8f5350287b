"""The past of register and pool is a replay of what was done, day by day; a renewal does not reach back."""

from datetime import date, timedelta

import pytest
from django.apps import apps
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from evaluators.enums import FirmAction, FirmStatus
from evaluators.models import Firm, FirmTerm
from evaluators.rules import ADMISSION_ITEMS
from evaluators.selectors import as_of, pool_on, standing_on, term_on
from evaluators.services import (
    FirmRefused,
    accept_undertakings,
    move_firms,
    record_admission_checks,
    renew_firm,
)
from evaluators.transitions import TRANSITIONS
from experts.enums import ExpertAction, ExpertStatus
from experts.models import Expert, ExpertTerm
from experts.selectors import as_of as experts_as_of
from experts.selectors import term_on as expert_term_on
from experts.services import accept_undertakings as experts_undertake
from experts.services import move_experts, renew_expert
from foundation.core.errors import TransitionRefused
from parties.rules import ancestors
from parties.selectors import name_on
from parties.services import rename_organisation
from tests.factories.assignments import ExpertFactory, FirmFactory
from tests.factories.foundation import office

pytestmark = pytest.mark.django_db
START = date(2020, 1, 1)
STEPS = st.lists(st.tuples(st.integers(0, 90), st.sampled_from(FirmAction)), max_size=8)


class Replay(TestCase):
    """The firm is made anew for every example."""

    @given(steps=STEPS, asked=st.integers(-5, 800))
    @settings(max_examples=40)
    def test_as_of_any_day_equals_replaying_the_moves(self, steps, asked):
        people = office()
        firm = FirmFactory(
            bureau=people["bureau"], status=FirmStatus.APPLIED, status_since=START, admitted_on=None, term_ends_on=None
        )
        met = dict.fromkeys(ADMISSION_ITEMS, True)
        record_admission_checks(firm=firm, met=met, by=people["clerk"], on=START)
        day, done = START, [(START, FirmStatus.APPLIED)]
        for gap, action in steps:
            day += timedelta(days=gap)
            try:
                move_firms(firms=[firm], action=action, by=people["clerk"], on=day, reason="演示")
            except (FirmRefused, TransitionRefused):
                continue
            done.append((day, TRANSITIONS[done[-1][1], action]))
        on = START + timedelta(days=asked)

        replayed = [status for day, status in done if day <= on]
        expected = replayed[-1] if replayed else None

        row = as_of(Firm.objects.all(), on).first()
        assert standing_on(firm, on) == expected
        assert (row.status_then if row else None) == expected
        assert pool_on(people["bureau"], on).exists() == (expected == FirmStatus.ACTIVE)

    @given(
        days=st.lists(st.integers(1, 400), max_size=4).map(lambda gaps: [sum(gaps[: n + 1]) for n in range(len(gaps))]),
        asked=st.integers(0, 1700),
    )
    @settings(max_examples=30)
    def test_name_of_any_day_equals_replaying_the_renames(self, days, asked):
        people = office()
        firm = FirmFactory(bureau=people["bureau"], status_since=START)
        names = [(START, firm.organisation.name)]
        for number, gap in enumerate(days):
            day = START + timedelta(days=gap)
            rename_organisation(organisation=firm.organisation, name=f"第{number}个名字", by=people["clerk"], on=day)
            names.append((day, f"第{number}个名字"))
        on = START + timedelta(days=asked)

        expected = [name for day, name in names if day <= on][-1]

        firm.organisation.refresh_from_db()
        assert name_on(firm.organisation, on) == expected
        assert as_of(Firm.objects.all(), on).get().name_then == expected


@given(
    links=st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), max_size=12),
    wanted=st.sets(st.integers(0, 6)),
)
@settings(max_examples=50)
def test_predecessors_are_who_is_reached_backwards(links, wanted):
    def reached(key):
        found, size = {before for before, after in links if after == key}, -1
        while len(found) > size:
            size = len(found)
            found |= {before for before, after in links if after in found}
        return found - {key}

    assert ancestors(links, wanted) == {key: reached(key) for key in wanted if reached(key)}


@pytest.mark.rule("R-13")
def test_renewal_does_not_reach_back(people):
    firm = FirmFactory(bureau=people["bureau"], admitted_on=date(2017, 7, 1), term_ends_on=date(2020, 7, 1))
    FirmTerm.objects.create(firm=firm, decided_on=date(2017, 7, 1), ends_on=date(2020, 7, 1))
    accept_undertakings(firms=[firm], year=2020, accepted_by="负责人", by=people["clerk"], on=date(2020, 8, 1))
    renew_firm(firm=firm, by=people["clerk"], on=date(2020, 8, 1))
    days = [date(2017, 6, 30), date(2020, 7, 31), date(2020, 8, 1)]

    assert [term_on(firm, day) for day in days] == [None, date(2020, 7, 1), date(2023, 8, 1)]
    assert as_of(Firm.objects.all(), days[1]).get().term_then == date(2020, 7, 1)


def test_term_of_an_expert_is_kept_with_its_admission_and_renewal(people):
    expert = ExpertFactory(
        bureau=people["bureau"], status=ExpertStatus.NOTICE, status_since=START, admitted_on=None, term_ends_on=None
    )
    move_experts(experts=[expert], action=ExpertAction.ADMIT, by=people["clerk"], on=START)
    experts_undertake(experts=[expert], year=2022, by=people["clerk"], on=date(2022, 12, 1))
    renew_expert(expert=expert, by=people["clerk"], on=date(2022, 12, 1))

    assert list(ExpertTerm.objects.order_by("pk").values_list("decided_on", "ends_on")) == [
        (START, date(2023, 1, 1)),
        (date(2022, 12, 1), date(2026, 1, 1)),
    ]
    then = experts_as_of(Expert.objects.all(), date(2022, 6, 1)).get()
    assert (then.status_then, then.since_then, then.term_then) == ("ACTIVE", START, date(2023, 1, 1))
    days = [START - timedelta(days=1), date(2022, 11, 30), date(2022, 12, 1)]
    assert [expert_term_on(expert, day) for day in days] == [None, date(2023, 1, 1), date(2026, 1, 1)]


@pytest.mark.parametrize(("make", "told"), [(FirmFactory, term_on), (ExpertFactory, expert_term_on)])
def test_term_of_a_row_without_its_terms_holds_from_the_admission_on(people, make, told):
    entry = make(bureau=people["bureau"], admitted_on=date(2019, 1, 1), term_ends_on=date(2022, 1, 1))

    assert [told(entry, date(2018, 12, 31)), told(entry, date(2019, 1, 1))] == [None, date(2022, 1, 1)]


@pytest.fixture
def people():
    return office()


@pytest.mark.parametrize("room", ["evaluators", "experts"])
def test_terms_given_before_come_from_the_row_and_from_the_journal(people, room):
    from importlib import import_module

    make, model = (FirmFactory, FirmTerm) if room == "evaluators" else (ExpertFactory, ExpertTerm)
    first = make(bureau=people["bureau"], admitted_on=date(2017, 7, 1), term_ends_on=date(2020, 7, 1))
    other = make(bureau=people["bureau"], admitted_on=date(2019, 1, 1), term_ends_on=date(2022, 1, 1))
    applicant = make(bureau=people["bureau"], status="APPLIED", admitted_on=None, term_ends_on=None)
    if room == "evaluators":
        accept_undertakings(firms=[first], year=2020, accepted_by="负责人", by=people["clerk"], on=date(2020, 6, 1))
        renew_firm(firm=first, by=people["clerk"], on=date(2020, 6, 1))
    else:
        experts_undertake(experts=[first], year=2020, by=people["clerk"], on=date(2020, 6, 1))
        renew_expert(expert=first, by=people["clerk"], on=date(2020, 6, 1))
    model.objects.all().delete()

    names = {"evaluators": "0004_terms_given_before", "experts": "0003_terms_given_before"}
    import_module(f"{room}.migrations.{names[room]}").write_terms(apps, None)

    noun = "firm" if room == "evaluators" else "expert"
    found = list(model.objects.order_by(noun, "decided_on").values_list(noun, "decided_on", "ends_on"))
    assert found == [
        (first.pk, date(2017, 7, 1), date(2020, 7, 1)),
        (first.pk, date(2020, 6, 1), date(2023, 7, 1)),
        (other.pk, date(2019, 1, 1), date(2022, 1, 1)),
    ]
    assert applicant.pk not in {row[0] for row in found}
