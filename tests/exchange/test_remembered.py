"""What an answer means in a later file: the same person, the same thing, and never a second one."""

from contextlib import suppress

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from desk.services import join_persons
from faces.exchange.exporters import workbook
from faces.exchange.faults import ImportRefused
from faces.exchange.models import ImportAnswer, ImportRun, RunStatus
from faces.exchange.runs import answer, confirm, import_file, undo
from parties.models import BudgetUnit, Person
from parties.services import recode_unit, rename_person
from tests.factories.questions import (
    DAY,
    ID,
    UNITS,
    answered,
    checked,
    choices,
    clerk_of_a_bureau,
    known_person,
    people_book,
)

pytestmark = pytest.mark.django_db
OTHER_ID = "11010119900307213X"
A, B, C = "13900000002", "13900000003", "13900000004"


@pytest.fixture
def clerk():
    return clerk_of_a_bureau()


def brought(clerk, content, *given, noun="units"):
    run_ = checked(clerk, content, noun)
    return confirm(run_=answered(clerk, run_, *given) if given else run_, by=clerk, on=DAY)


def asked_of(run_):
    return [(one["row"], one["answer"]) for one in run_.report["questions"]]


@pytest.mark.edge("E5")
def test_somebody_new_stays_the_same_under_another_telephone(clerk):
    known = known_person(clerk)
    first = people_book(("张三", "", A))
    brought(clerk, first, "new")
    made = Person.objects.exclude(pk=known.pk).get()
    brought(clerk, people_book(("张三", "", B)), f"p{made.pk}")

    again = checked(clerk, first)
    confirm(run_=again, by=clerk, on=DAY)

    assert asked_of(again) == [(2, f"p{made.pk}")]
    assert set(Person.objects.values_list("pk", flat=True)) == {known.pk, made.pk}


@pytest.mark.edge("E5")
def test_somebody_new_stays_the_same_under_another_name(clerk):
    known_person(clerk)
    first = people_book(("张三", "", A))
    brought(clerk, first, "new")
    made = Person.objects.latest("pk")
    rename_person(person=made, name="张四", reason="演示", by=clerk, on=DAY)

    confirm(run_=checked(clerk, first), by=clerk, on=DAY)

    assert Person.objects.count() == 2
    made.refresh_from_db()
    assert (made.name, made.former_names.count()) == ("张四", 1)


@pytest.mark.edge("E5")
def test_a_file_that_tells_of_a_new_person_in_three_ways_makes_him_once(clerk):
    known_person(clerk)
    content = people_book(("张三", "", A), ("张三", ID, A), ("张三", ID, B))

    for answers in (("new",), ()):
        brought(clerk, content, *answers)

        assert Person.objects.count() == 2


@pytest.mark.edge("E5")
def test_the_person_of_an_earlier_row_is_not_who_stands_first_in_a_later_file(clerk):
    brought(clerk, people_book(("李四", "", A), ("李四", "", B)), *_rows_of(clerk, ("李四", "", A), ("李四", "", B)))
    person = Person.objects.get()

    later = checked(clerk, people_book(("李四", "", C), ("李四", "", B)))

    assert asked_of(later) == [(2, ""), (3, f"p{person.pk}")]


def _rows_of(clerk, *rows):
    """Return the choice that a row is the person of the first one."""
    return [next(value for value in choices(checked(clerk, people_book(*rows))) if value.startswith("row"))]


def test_an_earlier_row_that_was_meant_and_never_written_is_asked_about_anew_where_another_stands_first(clerk):
    rows = ("李四", "", A), ("李四", "", B)
    answered(clerk, checked(clerk, people_book(*rows)), *_rows_of(clerk, *rows))

    later = checked(clerk, people_book(("李四", "", C), ("李四", "", B)))

    assert asked_of(later) == [(3, "")]


@pytest.mark.edge("E5")
def test_none_of_these_is_asked_anew_once_there_are_others(clerk):
    known = known_person(clerk)
    content = people_book(("张三", "", A))
    answered(clerk, checked(clerk, content), "new")
    other = known_person(clerk, phone=B)

    later = checked(clerk, content)

    assert (asked_of(later), choices(later)) == ([(2, "")], [f"p{known.pk}", f"p{other.pk}", "new"])
    assert asked_of(answered(clerk, later, "new")) == [(2, "new")]
    assert list(ImportAnswer.objects.order_by("pk").values_list("choice", "ended_on")) == [("new", DAY), ("new", None)]


@pytest.mark.edge("E5")
def test_an_answer_leads_on_to_the_record_into_which_its_person_was_joined(clerk):
    one, two = known_person(clerk), known_person(clerk, phone=B)
    content = people_book(("张三", "", A))
    answered(clerk, checked(clerk, content), f"p{two.pk}")
    join_persons(kept=one, joined=two, reason="演示", by=clerk, on=DAY)

    later = checked(clerk, content)

    assert asked_of(later) == [(2, f"p{one.pk}")]


def test_the_telephone_of_a_joined_record_asks_nothing(clerk):
    one, two = known_person(clerk), known_person(clerk, phone=B)
    join_persons(kept=one, joined=two, reason="演示", by=clerk, on=DAY)

    run_ = checked(clerk, people_book(("张三", "", B)))

    assert (run_.status, asked_of(run_)) == (RunStatus.CHECKED, [])


def test_another_unit_of_the_name_is_not_made_again_after_its_code_changed(clerk):
    content = workbook([("预算单位", UNITS, [("202", "甲局（本级）", "机关")])])
    brought(clerk, content, "new")
    recode_unit(unit=BudgetUnit.objects.get(code="202"), code="303", by=clerk, on=DAY)

    again = checked(clerk, content)

    assert asked_of(again) == [(2, "")]
    assert len(choices(again)) == 3


def test_who_was_made_goes_with_the_import_and_is_asked_about_anew(clerk):
    known_person(clerk)
    content = people_book(("张三", "", A))
    run_ = answered(clerk, checked(clerk, content), "new")
    later = confirm(run_=checked(clerk, content), by=clerk, on=DAY)

    undo(run_=later, by=clerk, on=DAY)

    assert Person.objects.count() == 1
    assert ImportAnswer.objects.get().run == ImportRun.objects.get(pk=run_.pk)
    assert asked_of(checked(clerk, content)) == [(2, "")]


@pytest.mark.edge("E5")
def test_the_same_answers_given_twice_with_a_file_make_nobody_twice(clerk):
    known_person(clerk)
    content = people_book(("张三", "", A))
    given_ = {checked(clerk, content).report["questions"][0]["id"]: "new"}
    told = {"bureau": clerk.bureau, "noun": "units", "name": "a.xlsx", "by": clerk, "on": DAY}
    import_file(content=content, answers=given_, **told)
    made = Person.objects.latest("pk")
    brought(clerk, people_book(("张三", "", B)), f"p{made.pk}")

    import_file(content=content, answers=given_, **told)

    assert Person.objects.count() == 2


def test_of_more_questions_than_a_report_keeps_the_open_ones_are_kept(clerk, monkeypatch):
    monkeypatch.setattr("faces.exchange.runs.MOST_KEPT", 2)
    for name in ("张三", "李四", "王五"):
        known_person(clerk, name)
    content = people_book(("张三", "", A), ("李四", "", B), ("王五", "", C))
    run_ = answered(clerk, checked(clerk, content), "new", "new")

    assert asked_of(run_) == [(4, ""), (2, "new")]
    confirm(
        run_=answer(run_=run_, answers={run_.report["questions"][0]["id"]: "new"}, by=clerk, on=DAY), by=clerk, on=DAY
    )
    assert Person.objects.count() == 6


@settings(max_examples=40, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(
    files=st.lists(
        st.lists(
            st.tuples(
                st.sampled_from(["张三", "李四", "张叁"]),
                st.sampled_from(["", "", ID, OTHER_ID]),
                st.sampled_from(["", "13800000001", A, B]),
            ),
            min_size=1,
            max_size=4,
        ),
        min_size=1,
        max_size=4,
    ),
    picks=st.lists(st.integers(0, 4), min_size=8, max_size=8),
)
def test_files_one_after_the_other_are_written_or_reported_and_bring_nobody_twice(clerk, files, picks):
    with transaction.atomic():  # each example stands on the same people
        known_person(clerk)
        written = [content for rows in files if (content := _bring_answered(clerk, rows, picks)) is not None]
        count = Person.objects.count()

        for content in written:
            with suppress(ImportRefused):
                import_file(bureau=clerk.bureau, noun="units", name="a.xlsx", content=content, by=clerk, on=DAY)
            assert Person.objects.count() == count
        transaction.set_rollback(True)


def _bring_answered(clerk, rows, picks):
    """Import a file with some of its questions answered; return it if it was written, after looking at the report."""
    content = people_book(*rows)
    given_ = {}
    for asked, pick in zip(checked(clerk, content).report["questions"], picks, strict=False):
        offered = [value for value, _label in asked["choices"]]
        if not asked["answer"] and pick < len(offered):
            given_[asked["id"]] = offered[pick]
    try:
        done = import_file(
            bureau=clerk.bureau, noun="units", name="a.xlsx", content=content, by=clerk, on=DAY, answers=given_
        )
    except ImportRefused as refused:
        report = refused.report
        assert report.faults or report.open_questions
        assert sum(report.created.values()) + sum(report.updated.values()) == 0
        return None
    assert done.rows == len(rows) == sum(done.report["created"].values()) + sum(done.report["updated"].values())
    return content
