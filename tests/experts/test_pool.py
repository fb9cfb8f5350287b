"""The pool: entry, term, suspension that ends by itself, every pair of the table of standings."""

from datetime import date

import pytest

from experts.enums import ExpertAction, ExpertStatus, TitleLevel
from experts.models import Expert
from experts.rules import age_refusal, entry_refusal
from experts.selectors import standing_on
from experts.services import (
    ExpertRefused,
    accept_undertakings,
    move_experts,
    renew_expert,
)
from experts.transitions import TRANSITIONS
from foundation.core.errors import TransitionRefused
from tests.factories.assignments import ExpertFactory
from tests.factories.foundation import office

pytestmark = pytest.mark.django_db
ON = date(2020, 6, 1)
SOURCE = "财库〔2016〕198号"


@pytest.fixture
def people():
    return office()


@pytest.mark.rule("R-14")
@pytest.mark.parametrize(
    ("level", "works_since", "born_on", "code"),
    [
        (TitleLevel.SENIOR, None, date(1970, 1, 1), None),
        (TitleLevel.INTERMEDIATE, date(2012, 6, 1), date(1970, 1, 1), None),
        (TitleLevel.INTERMEDIATE, date(2012, 6, 2), date(1970, 1, 1), "expert_too_new"),
        (TitleLevel.INTERMEDIATE, None, date(1970, 1, 1), "expert_too_new"),
        (TitleLevel.ACADEMICIAN, None, date(1950, 6, 1), "expert_too_old"),
        (TitleLevel.SENIOR, None, date(1950, 6, 2), None),
    ],
)
def test_entry_asks_for_title_years_and_age(level, works_since, born_on, code):
    found = entry_refusal(level=level, works_since=works_since, born_on=born_on, on=ON, years=8, age=70, source=SOURCE)

    assert (found.code if found else None) == code
    assert age_refusal(born_on=None, on=ON, age=70, source=SOURCE) is None


@pytest.mark.rule("R-26")
def test_removed_expert_applies_again_on_the_first_day_and_not_before(people):
    expert = ExpertFactory(bureau=people["bureau"])
    move_experts(experts=[expert], action=ExpertAction.REMOVE, by=people["clerk"], on=ON, reason="请人代评")

    with pytest.raises(ExpertRefused) as caught:
        move_experts(experts=[expert], action=ExpertAction.REAPPLY, by=people["clerk"], on=date(2023, 5, 31))

    assert caught.value.refusal.facts == {"free_on": "2023-06-01"}
    assert standing_on(expert, date(2023, 5, 31)) == ExpertStatus.REMOVED
    again = move_experts(experts=[expert], action=ExpertAction.REAPPLY, by=people["clerk"], on=date(2023, 6, 1))[0]
    assert again.status == ExpertStatus.APPLIED


@pytest.mark.parametrize("status", list(ExpertStatus))
@pytest.mark.parametrize("action", list(ExpertAction))
def test_every_pair_moves_as_the_table_says(people, status, action):
    expert = ExpertFactory(bureau=people["bureau"], status=status)
    day = date(2022, 1, 1)  # the first on which somebody removed in 2019 may apply again
    given = {"experts": [expert], "action": action, "by": people["clerk"], "on": day, "reason": "演示"}

    if after := TRANSITIONS.get((status, action)):
        assert move_experts(**given)[0].status == after
    else:
        with pytest.raises(TransitionRefused):
            move_experts(**given)
        assert Expert.objects.get(pk=expert.pk).status == status


@pytest.mark.rule("R-13")
def test_term_is_renewed_in_its_window_below_the_age_limit(people):
    expert = ExpertFactory(bureau=people["bureau"], term_ends_on=date(2020, 8, 30))
    given = {"expert": expert, "by": people["clerk"]}
    codes = []
    for day in (date(2020, 5, 31), ON):
        with pytest.raises(ExpertRefused) as caught:
            renew_expert(**given, on=day)
        codes.append(caught.value.refusal.code)

    accept_undertakings(experts=[expert], year=2020, by=people["clerk"], on=ON)
    assert codes == ["renewal_too_early", "not_confirmed"]
    assert renew_expert(**given, on=ON).term_ends_on == date(2023, 8, 30)


@pytest.mark.rule("R-14")
def test_term_is_not_renewed_at_the_age_limit(people):
    expert = ExpertFactory(bureau=people["bureau"], term_ends_on=ON)
    expert.person.born_on = date(1950, 6, 1)
    expert.person.save()

    with pytest.raises(ExpertRefused) as caught:
        renew_expert(expert=expert, by=people["clerk"], on=ON)

    assert caught.value.refusal.code == "expert_too_old"


def test_only_who_stands_in_the_pool_is_renewed(people):
    expert = ExpertFactory(bureau=people["bureau"], status=ExpertStatus.SUSPENDED, term_ends_on=ON)

    with pytest.raises(ExpertRefused) as caught:
        renew_expert(expert=expert, by=people["clerk"], on=ON)

    assert caught.value.refusal.code == "not_in_register"
