"""What a clerk enters late holds from its first day; branches end. What contradicts a dated fact is refused."""

from datetime import date

import pytest

from evaluators.models import Branch, LeadEvaluator, Practitioner
from evaluators.selectors import dependent_branches, heads_of, leads_running, practitioners_running
from evaluators.services import (
    FirmRefused,
    add_branch,
    end_branch,
    end_practitioner,
    register_lead,
    register_practitioner,
)
from foundation.audit.models import Entry
from foundation.core.errors import NotAllowed
from parties.models import Person
from parties.services import PersonDraft
from tests.factories.admissions import id_number
from tests.factories.assignments import FirmFactory, ready_firm
from tests.factories.foundation import office

pytestmark = pytest.mark.django_db
ON, SINCE, FOUNDED = date(2020, 6, 1), date(2019, 3, 1), date(2018, 1, 1)
WHO = PersonDraft("张演示", id_number(1))


@pytest.fixture
def people():
    found = office()
    found["firm"] = FirmFactory(bureau=found["bureau"], organisation__founded_on=FOUNDED)
    return found


def lead(people, *, firm=None, on=ON, **facts):
    given = {"title": "高级会计师", "works_since": date(2005, 7, 1), "certificate_number": ""} | facts
    return register_lead(firm=firm or people["firm"], person=WHO, by=people["clerk"], on=on, **given)


def staff(people, *, firm=None, on=ON, **facts):
    return register_practitioner(
        firm=firm or people["firm"], person=WHO, duty="助理", by=people["clerk"], on=on, **facts
    )


def branch(people, **facts):
    given = {"name": "甲分所", "address": "", "has_legal_personality": False} | facts
    return add_branch(firm=people["firm"], by=people["clerk"], on=ON, **given)


def test_people_entered_late_are_there_from_their_first_day(people):
    lead(people, started_on=SINCE)
    staff(people, started_on=SINCE)

    days = (date(2019, 2, 28), SINCE, ON)
    assert [leads_running(people["firm"], day).count() for day in days] == [0, 1, 1]
    assert [practitioners_running(people["firm"], day).count() for day in days] == [0, 1, 1]


def test_without_a_first_day_it_is_the_day_of_entry(people):
    assert (lead(people).started_on, staff(people).started_on, branch(people).started_on) == (ON, ON, ON)


WRONG_DAYS = {
    "begins_later": lambda p: (lead(p, started_on=date(2020, 6, 2)), staff(p, started_on=date(2020, 6, 2))),
    "before_founded": lambda p: staff(p, started_on=date(2017, 12, 31)),
    "before_work": lambda p: lead(p, works_since=date(2019, 3, 2), started_on=SINCE),
}


@pytest.mark.parametrize("code", WRONG_DAYS)
def test_first_day_that_cannot_be_is_refused_and_writes_nothing(people, code):
    with pytest.raises(FirmRefused) as caught:
        WRONG_DAYS[code](people)

    assert (caught.value.refusal.code, caught.value.refusal.facts["field"]) == (code, "started_on")
    assert [model.objects.exists() for model in (Person, LeadEvaluator, Practitioner)] == [False] * 3


@pytest.mark.rule("R-11")
@pytest.mark.parametrize("before", [lead, staff])
@pytest.mark.parametrize("after", [lead, staff])
def test_post_that_would_begin_before_he_left_another_firm_is_refused(people, before, after):
    other = FirmFactory(bureau=people["bureau"])
    end_practitioner(row=before(people, firm=other, on=SINCE), by=people["clerk"], on=date(2020, 1, 1))
    entries = Entry.objects.count()

    with pytest.raises(FirmRefused) as caught:
        after(people, started_on=date(2019, 12, 31))

    assert caught.value.refusal.code == "posts_overlap"
    assert caught.value.refusal.facts["free_on"] == "2020-01-01"
    assert Entry.objects.count() == entries
    assert after(people, started_on=date(2020, 1, 1)).started_on == date(2020, 1, 1)


def test_same_post_does_not_begin_before_its_earlier_spell_ended_but_another_post_may(people):
    end_practitioner(row=lead(people, started_on=SINCE), by=people["clerk"], on=date(2020, 1, 1))

    with pytest.raises(FirmRefused) as caught:
        lead(people, started_on=date(2019, 12, 1))

    assert caught.value.refusal.code == "posts_overlap"
    assert staff(people, started_on=date(2019, 12, 1)).started_on == date(2019, 12, 1)


def test_branch_is_ended_and_past_days_keep_it(people):
    row = branch(people, started_on=SINCE)

    end_branch(branch=row, ended_on=date(2020, 5, 1), by=people["clerk"], on=ON)

    days = (SINCE, date(2020, 4, 30), date(2020, 5, 1))
    assert [dependent_branches(people["bureau"], day).count() for day in days] == [1, 1, 0]
    entry = Entry.objects.get(action="evaluators.branch_ended")
    assert (entry.subject_id, "甲分所" in entry.text, "2020-05-01" in entry.text) == (people["firm"].pk, True, True)


@pytest.mark.rule("R-49")
def test_branch_with_legal_personality_goes_on_as_a_house_of_its_own(people):
    own = ready_firm(people["bureau"])
    row = branch(people, has_legal_personality=True, own_firm=own)
    assert heads_of([own.pk], ON) == {own.pk: people["firm"].pk}

    end_branch(branch=row, ended_on=ON, by=people["clerk"], on=ON)

    own.refresh_from_db()
    assert (heads_of([own.pk], ON), own.status) == ({}, "ACTIVE")


WRONG_ENDS = {
    "ends_later": date(2020, 6, 2),
    "ends_before_start": date(2019, 2, 28),
    "ended_before": date(2020, 5, 2),
}


@pytest.mark.parametrize("code", WRONG_ENDS)
def test_end_that_cannot_be_is_refused_and_changes_nothing(people, code):
    row = branch(people, started_on=SINCE)
    if code == "ended_before":
        end_branch(branch=row, ended_on=date(2020, 5, 1), by=people["clerk"], on=ON)
    before, entries = Branch.objects.get().ended_on, Entry.objects.count()

    with pytest.raises(FirmRefused) as caught:
        end_branch(branch=row, ended_on=WRONG_ENDS[code], by=people["clerk"], on=ON)

    assert caught.value.refusal.code == code
    assert (Branch.objects.get().ended_on, Entry.objects.count()) == (before, entries)


def test_only_who_keeps_the_own_register_ends_a_branch(people):
    row = branch(people)
    for stranger in (people["leader"], office()["clerk"]):
        with pytest.raises(NotAllowed):
            end_branch(branch=row, ended_on=ON, by=stranger, on=ON)

    assert Branch.objects.get().ended_on is None


def test_branch_that_runs_is_not_entered_again_and_one_that_ended_may_be(people):
    row = branch(people, started_on=SINCE)
    with pytest.raises(FirmRefused) as caught:
        branch(people)
    assert caught.value.refusal.code == "branch_stands"

    end_branch(branch=row, ended_on=date(2020, 5, 1), by=people["clerk"], on=ON)
    with pytest.raises(FirmRefused):
        branch(people, started_on=date(2020, 4, 30))

    assert branch(people, started_on=date(2020, 5, 1)).pk != row.pk


def test_one_firm_is_the_branch_of_one_head_office(people):
    own, other = ready_firm(people["bureau"]), ready_firm(people["bureau"])
    branch(people, has_legal_personality=True, own_firm=own)

    with pytest.raises(FirmRefused) as caught:
        add_branch(
            firm=other, name="另名", address="", has_legal_personality=True, own_firm=own, by=people["clerk"], on=ON
        )

    assert (caught.value.refusal.code, Branch.objects.count()) == ("branch_stands", 1)


@pytest.mark.parametrize(("day", "code"), [(date(2020, 6, 2), "begins_later"), (date(2017, 1, 1), "before_founded")])
def test_branch_begins_neither_ahead_nor_before_its_firm(people, day, code):
    with pytest.raises(FirmRefused) as caught:
        branch(people, started_on=day)

    assert (caught.value.refusal.code, Branch.objects.exists()) == (code, False)
