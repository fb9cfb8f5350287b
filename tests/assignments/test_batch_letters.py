"""One letter per expert, written in the act that tells him: all his seats, no firm, no unit, no title, nobody else."""

from datetime import date

import pytest

from assignments.enums import AssignmentStatus, DeclineReason
from assignments.models import Assignment, BatchLetter
from assignments.selectors.batches import letters_of, own_letters
from assignments.services import assignments as life
from assignments.services import batches
from foundation.audit.models import Entry
from foundation.core import clock
from tests.factories.assigned import NOW, TODAY, batch_office, prepared, seated
from tests.factories.assignments import expert_user

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _in_2020():
    with clock.standing_at(NOW):
        yield


@pytest.fixture
def desk():
    """Return a bureau with four panels for eight experts, so that somebody sits on more than one."""
    found = batch_office(reviews=4)
    first = found.reviews[0]
    first.meets_on, first.place = date(2020, 6, 10), "三楼会议室"
    first.save()
    return found


def told(desk):
    batch = seated(desk, prepared(desk))
    batches.notify(batch=batch, by=desk.clerk, at=NOW)
    batch.refresh_from_db()
    return batch


def test_each_expert_gets_one_letter_about_all_his_seats_in_the_act_that_tells_him(desk):
    batch = seated(desk, prepared(desk))
    assert not BatchLetter.objects.exists()

    batches.notify(batch=batch, by=desk.clerk, at=NOW)

    letters = list(letters_of(batch))
    seats = Assignment.objects.filter(batch=batch)
    assert sorted(letter.expert_id for letter in letters) == sorted(set(seats.values_list("expert_id", flat=True)))
    assert len(letters) < seats.count()  # somebody sits on two panels
    for letter in letters:
        own = seats.filter(expert=letter.expert).order_by("re_review__number")
        assert [seat["assignment"] for seat in letter.seats] == [row.pk for row in own]
    assert [letter.number for letter in letters] == [f"邀请〔2020〕{n}号" for n in range(1, len(letters) + 1)]
    assert {(letter.written_on, letter.contact) for letter in letters} == {(TODAY, desk.clerk.name)}
    facts = Entry.objects.get(action="batches.notified").text
    assert f'"letters":{len(letters)}' in facts


def test_letter_tells_day_and_place_and_keeps_what_it_told(desk):
    batch = told(desk)
    first = desk.reviews[0]

    def said():
        letters = letters_of(batch)
        return [seat for letter in letters for seat in letter.seats if seat["re_review"] == first.number]

    before = said()
    assert {(seat["meets_on"], seat["place"], seat["kind"]) for seat in before} == {
        ("2020-06-10", "三楼会议室", first.kind)
    }
    first.place = "改在五楼"
    first.save()
    assert said() == before


def test_letters_name_no_firm_no_unit_no_title_and_nobody_else(desk):
    batch = told(desk)

    for letter in letters_of(batch):
        words = f"{letter.seats} {letter.contact} {letter.number}"
        for review in desk.reviews:
            assert review.evaluation.title not in words
            assert review.evaluation.unit.organisation.name not in words
        assert not [row for row in desk.experts if row.person.name in words]


def test_who_is_called_later_gets_a_letter_and_nobody_a_second_one_for_the_same_seat(desk):
    batch = told(desk)
    before = list(letters_of(batch))
    gone = Assignment.objects.filter(batch=batch).order_by("pk")[0]
    life.decline(assignment=gone, reason=DeclineReason.ILLNESS, words="", by=expert_user(gone.expert), at=NOW)
    (came,) = batches.replace(batch=batch, by=desk.clerk, at=NOW)

    batches.notify(batch=batch, by=desk.clerk, at=NOW)

    (letter,) = [row for row in letters_of(batch) if row not in before]
    assert (letter.expert, [seat["assignment"] for seat in letter.seats]) == (came.expert, [came.pk])


def test_who_was_told_by_telephone_first_gets_a_letter_with_the_others(desk):
    batch = seated(desk, prepared(desk))
    first = Assignment.objects.filter(batch=batch).order_by("pk")[0]
    life.log_call(assignment=first, outcome="ACCEPTED", words="", by=desk.clerk, at=NOW)

    batches.notify(batch=batch, by=desk.clerk, at=NOW)

    first.refresh_from_db()
    assert first.status == AssignmentStatus.ACCEPTED
    told = {seat["assignment"] for letter in letters_of(batch) for seat in letter.seats}
    assert told == set(Assignment.objects.filter(batch=batch).values_list("pk", flat=True))


def test_letter_is_read_by_its_expert_alone(desk):
    batch = told(desk)
    mine, other = letters_of(batch)[:2]

    assert list(own_letters(expert_user(mine.expert))) == [mine]
    assert list(own_letters(expert_user(other.expert))) == [other]
    assert list(own_letters(desk.clerk)) == []
