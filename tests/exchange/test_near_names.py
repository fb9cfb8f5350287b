"""Names of before and names written nearly so are among those of whom an import asks."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from desk.services import join_persons
from faces.exchange.models import RunStatus
from faces.exchange.nouns import people
from faces.exchange.runs import confirm, undo
from parties.models import FormerPersonName, Person
from parties.rules import near_name
from parties.services import rename_person
from tests.factories.questions import (
    DAY,
    ID,
    answered,
    checked,
    choices,
    clerk_of_a_bureau,
    known_person,
    people_book,
)

pytestmark = [pytest.mark.django_db, pytest.mark.edge("E5")]
A, B = "13900000002", "13900000003"


@pytest.fixture
def clerk():
    return clerk_of_a_bureau()


def named(clerk, name, *before, phone=A, id_number=""):
    """A person who bore the names ``before``."""
    first, *then = [*before, name]
    person = known_person(clerk, first, phone, id_number)
    for one in then:
        person = rename_person(person=person, name=one, reason="演示", by=clerk, on=DAY)
    return person


def test_a_name_of_before_with_another_telephone_is_asked_about_and_brings_no_name_back(clerk):
    person = named(clerk, "李四", "张三")
    content = people_book(("张三", "", B))

    run_ = checked(clerk, content)
    assert choices(run_) == [f"p{person.pk}", "new"]
    assert "张三" in run_.report["questions"][0]["choices"][0][1]
    confirm(run_=answered(clerk, run_, f"p{person.pk}"), by=clerk, on=DAY)

    person.refresh_from_db()
    assert (person.name, Person.objects.count(), FormerPersonName.objects.count()) == ("李四", 1, 1)
    assert person.employments.get().organisation.contacts.get().name == "李四"
    assert confirm(run_=checked(clerk, content), by=clerk, on=DAY).status == RunStatus.IMPORTED


def test_a_name_of_before_with_its_telephone_is_the_person(clerk):
    person = named(clerk, "李四", "张三")

    run_ = confirm(run_=checked(clerk, people_book(("张三", "", A))), by=clerk, on=DAY)

    person.refresh_from_db()
    assert (run_.report["questions"], person.name, Person.objects.count()) == ([], "李四", 1)


def test_a_name_of_before_is_asked_about_for_a_new_number_too(clerk):
    person = named(clerk, "李四", "张三")

    run_ = checked(clerk, people_book(("张三", ID, B)))

    assert choices(run_) == [f"p{person.pk}", "new"]


def test_a_name_of_before_of_a_joined_record_leads_to_the_one_that_stands(clerk):
    kept, joined = named(clerk, "李四", phone=B), named(clerk, "王五", "张三")
    join_persons(kept=kept, joined=joined, reason="演示", by=clerk, on=DAY)

    by_line = checked(clerk, people_book(("王五", "", A)))
    by_name = checked(clerk, people_book(("张三", "", "13900000009")))

    assert (by_line.status, choices(by_name)) == (RunStatus.CHECKED, [f"p{kept.pk}", "new"])
    confirm(run_=by_line, by=clerk, on=DAY)
    kept.refresh_from_db()
    assert (kept.name, Person.objects.count()) == ("李四", 2)


@pytest.mark.parametrize(("choice", "name", "count"), [("p", "王小明", 1), ("n", "王晓明", 1), ("new", "王小明", 2)])
def test_a_near_name_on_the_same_telephone_is_asked_about(clerk, choice, name, count):
    person = known_person(clerk, "王小明", A)
    content = people_book(("王晓明", "", A))
    run_ = checked(clerk, content)
    assert choices(run_) == [f"p{person.pk}", f"n{person.pk}", "new"]

    said = choice if choice == "new" else f"{choice}{person.pk}"
    run_ = confirm(run_=answered(clerk, run_, said), by=clerk, on=DAY)

    person.refresh_from_db()
    assert (person.name, Person.objects.count()) == (name, count)
    confirm(run_=checked(clerk, content), by=clerk, on=DAY)
    assert Person.objects.count() == count
    if choice == "n":
        assert [row.name for row in person.former_names.all()] == ["王小明"]


def test_the_undo_takes_back_that_somebody_is_called_otherwise(clerk):
    person = known_person(clerk, "王小明", A)
    run_ = answered(clerk, checked(clerk, people_book(("王晓明", "", A))), f"n{person.pk}")

    undo(run_=confirm(run_=run_, by=clerk, on=DAY), by=clerk, on=DAY)

    person.refresh_from_db()
    assert (person.name, FormerPersonName.objects.count()) == ("王小明", 0)


@pytest.mark.parametrize(("choice", "names"), [("row", ["王小明"]), ("new", ["王小明", "王晓明"])])
def test_a_near_name_on_the_same_telephone_of_an_earlier_row_is_asked_about(clerk, choice, names):
    content = people_book(("王小明", "", A), ("王晓明", "", A), ("王晓明", "", A), ("李四", "", B))
    run_ = checked(clerk, content)
    [asked] = run_.report["questions"]
    [earlier, fresh] = choices(run_)
    assert (asked["row"], earlier[:4], fresh, "2" in asked["choices"][0][1]) == (3, "row-", "new", True)

    confirm(run_=answered(clerk, run_, earlier if choice == "row" else fresh), by=clerk, on=DAY)

    def kept():
        return sorted(Person.objects.exclude(name="李四").values_list("name", flat=True))

    assert kept() == sorted(names)
    again = checked(clerk, content)
    assert again.status == RunStatus.CHECKED
    confirm(run_=again, by=clerk, on=DAY)
    assert kept() == sorted(names)


@pytest.mark.parametrize(("first", "second"), [(ID, ""), ("", ID)])
def test_a_near_name_in_the_file_with_one_number_is_asked_about_and_keeps_it(clerk, first, second):
    content = people_book(("王小明", first, A), ("王晓明", second, A))
    run_ = checked(clerk, content)
    [earlier, _fresh] = choices(run_)

    confirm(run_=answered(clerk, run_, earlier), by=clerk, on=DAY)

    person = Person.objects.get()
    assert (person.name, bool(person.id_index)) == ("王小明", True)
    assert confirm(run_=checked(clerk, content), by=clerk, on=DAY).status == RunStatus.IMPORTED
    assert Person.objects.count() == 1


def test_near_names_in_the_file_with_two_numbers_or_telephones_are_two_people(clerk):
    content = people_book(
        ("王小明", ID, A), ("王晓明", "11010119900307213X", A), ("张三", "", B), ("张叁", "", "13900000009"), ("李丽", "", ""),
    )  # fmt: skip

    assert checked(clerk, content).report["questions"] == []


def test_near_names_of_one_telephone_are_found_without_comparing_all_pairs(clerk, monkeypatch):
    compared = []
    monkeypatch.setattr(people, "near_name", lambda one, other: compared.append(1) or near_name(one, other))
    names = [f"{chr(0x4E00 + n)}{chr(0x5200 + n)}{chr(0x6000 + n)}" for n in range(300)]

    run_ = checked(clerk, people_book(*((name, "", A) for name in [*names, f"{names[7][:2]}䶮"])))

    assert [one["row"] for one in run_.report["questions"]] == [302]
    assert len(compared) < len(names)


def test_a_near_name_on_another_telephone_asks_nothing_alone_but_is_offered_besides(clerk):
    sounding = known_person(clerk, "张叁", A)
    alone = checked(clerk, people_book(("张三", "", B)))
    assert alone.report["questions"] == []

    same = known_person(clerk, "张三", "13900000009")

    assert choices(checked(clerk, people_book(("张三", "", B)))) == [
        f"p{same.pk}", f"p{sounding.pk}", f"n{sounding.pk}", "new",
    ]  # fmt: skip


def test_of_two_numbers_no_near_name_makes_one(clerk):
    known_person(clerk, "王小明", A, "11010119900307213X")

    assert checked(clerk, people_book(("王晓明", ID, A))).report["questions"] == []


def test_whose_number_is_known_is_asked_about_with_nobody(clerk):
    known_person(clerk, "王小明", A, ID)
    known_person(clerk, "王晓明", B)

    assert checked(clerk, people_book(("王小明", ID, B))).report["questions"] == []


def test_two_numbers_of_a_file_are_never_one_known_person(clerk):
    person = known_person(clerk)
    other = "11010119900307213X"
    run_ = checked(clerk, people_book(("张三", ID, A), ("张三", other, B)))
    assert [choices(run_, place) for place in (0, 1)] == [[f"p{person.pk}", "new"]] * 2

    run_ = answered(clerk, run_, f"p{person.pk}", f"p{person.pk}")

    assert [(one["row"], one["answer"]) for one in run_.report["questions"]] == [(3, ""), (2, f"p{person.pk}")]
    assert choices(run_) == ["new"]
    confirm(run_=answered(clerk, run_, "new", f"p{person.pk}"), by=clerk, on=DAY)
    assert Person.objects.count() == 2


def test_a_number_on_the_telephone_of_somebody_who_got_another_one_in_the_file_is_asked_about(clerk):
    person = known_person(clerk, "张三", A)
    run_ = checked(clerk, people_book(("张三", ID, B), ("张三", "11010119900307213X", A)))
    assert choices(run_) == [f"p{person.pk}", "new"]

    run_ = answered(clerk, run_, f"p{person.pk}")

    assert choices(run_) == ["new"]
    confirm(run_=answered(clerk, run_, "new", f"p{person.pk}"), by=clerk, on=DAY)
    assert Person.objects.exclude(id_index=None).count() == 2


def test_somebody_called_so_now_by_an_answer_is_found_by_it_without_a_telephone(clerk):
    person = known_person(clerk, "王小明", A)
    confirm(run_=answered(clerk, checked(clerk, people_book(("王晓明", "", A))), f"n{person.pk}"), by=clerk, on=DAY)
    rename_person(person=person, name="王三", reason="演示", by=clerk, on=DAY)

    again = checked(clerk, people_book(("王晓明", "", A)))

    assert (again.status, again.report["questions"]) == (RunStatus.CHECKED, [])


def test_candidates_of_every_kind_cost_the_same_queries_for_one_row_and_for_many(clerk):
    def queries(rows):
        with CaptureQueriesContext(connection) as seen:
            run_ = checked(clerk, people_book(*rows))
        assert len(run_.report["questions"]) == len(rows)
        return len(seen)

    for number in range(12):
        line = f"139000001{number:02d}"
        named(clerk, f"王{chr(0x4E00 + number)}明", f"李{chr(0x4E00 + number)}", phone=line)
    near = [(f"王{chr(0x4E00 + number)}鸣", "", f"139000001{number:02d}") for number in range(12)]
    former = [(f"李{chr(0x4E00 + number)}", "", f"139000002{number:02d}") for number in range(12)]

    queries([near[0], former[0]])  # what is read once is read
    assert queries([near[0], former[0]]) == queries(near + former)
