"""Looking who is eligible: how each rule shrinks the pool, the one that blocks, looks that are counted."""

import json
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assignments.models import Draw, EligibilityLook
from assignments.rules.eligibility import same_look, together
from assignments.selectors.draws import looks_since, meeting_warning, meeting_warnings
from assignments.selectors.eligibility import (
    Eligibility,
    Question,
    counts_by_rule,
    expert_eligibility,
    explore,
    firm_eligibility,
    pool_answers,
    supply,
)
from assignments.services import draws
from assignments.services.looks import note_export, note_look
from foundation.accounts.enums import Role
from foundation.audit.models import Entry
from foundation.core.errors import NotAllowed, Refusal
from foundation.rulesets.models import RuleValue
from foundation.workdays.models import WorkdayOverride
from parties.models import Employment
from tests.assignments.test_eligibility import ready_expert
from tests.factories.assignments import OrganisationFactory, ReReviewFactory, TaskFactory, UnitFactory, ready_firm
from tests.factories.foundation import RuleSetFactory, UserFactory

ON, NOW = date(2020, 6, 1), datetime(2020, 6, 1, 1, tzinfo=UTC)
CODES = ("a", "b", "c")


def answer(*codes, employer="", nodes=()):
    refusals = tuple(Refusal(code, code, {}, f"source of {code}") for code in codes)
    return Eligibility(None, "甲", refusals, None, frozenset({employer} - {""}), frozenset(nodes))


POOLS = st.lists(
    st.builds(
        lambda codes, employer: answer(*codes, employer=employer),
        st.lists(st.sampled_from(CODES), unique=True),
        st.sampled_from(["", "x", "y"]),
    ),
    max_size=12,
)


@given(POOLS)
@settings(max_examples=50, deadline=None)
def test_the_rules_take_the_pool_apart_down_to_the_eligible(pool):
    rows = counts_by_rule(pool)
    eligible = sum(one.is_eligible for one in pool)

    assert [row.before - row.removed for row in rows] == [row.left for row in rows]
    assert [row.before for row in rows] == [len(pool), *(row.left for row in rows)][: len(rows)]
    assert (rows[-1].left if rows else len(pool)) == eligible
    assert all(row.alone <= row.people and row.removed <= row.people for row in rows)


@given(POOLS, st.integers(1, 4), st.integers(1, 3), st.integers(0, 2))
@settings(max_examples=50, deadline=None)
def test_a_blocking_rule_is_one_without_which_the_pool_would_do(pool, seats, ratio, most):
    found = supply(pool, seats=seats, ratio=ratio, group_max=most)

    def enough(rows):
        chosen = [one for one in rows if one.is_eligible]
        sitting = together((one.links for one in chosen), most=most)
        return sitting >= seats if found.is_short else len(chosen) >= seats * ratio

    without = {
        code: [answer(*(one.codes - {code}), employer="".join(one.links)) for one in pool]
        for code in {code for one in pool for code in one.codes}
    }
    said = set(found.blockers) - {"one_employer"}
    assert said == ({code for code, rows in without.items() if enough(rows)} if found.missing else set())
    assert (found.missing == 0) == (enough(pool) and not found.is_short)


@given(st.lists(st.frozensets(st.sampled_from("xyz"), max_size=2), max_size=8), st.integers(0, 3))
@settings(max_examples=50, deadline=None)
def test_together_counts_groups_that_hang_together(ties, most):
    left, groups = [set(own) for own in ties if own], []
    while left:
        group, size = left.pop(), 1
        while touching := [own for own in left if own & group]:
            left = [own for own in left if not own & group]
            size += len(touching)
            group = group.union(*touching)
        groups.append(size)
    alone = sum(not own for own in ties)

    assert together(ties, most=most) == (len(ties) if most == 0 else alone + sum(min(size, most) for size in groups))


@pytest.mark.edge("E8")
def test_all_of_one_employer_are_too_few_although_enough_are_eligible():
    found = supply([answer(employer="x") for _n in range(9)], seats=3, ratio=3, group_max=1)

    assert (found.eligible, found.together, found.is_short, found.missing) == (9, 1, True, 2)
    assert (found.blockers, found.ways[0].would) == (("one_employer",), 9)


@pytest.mark.edge("E8")
@pytest.mark.django_db
def test_a_field_with_two_people_for_five_seats_says_what_is_missing_and_which_rule_blocks():
    review = ReReviewFactory(panel_size=5)
    ready = [ready_expert(review) for _n in range(2)]
    late = [ready_expert(review) for _n in range(3)]
    for expert in late:
        expert.undertakings.all().delete()
    other = ready_expert(review)
    other.specialties.all().delete()
    node = ready[0].specialties.get().node

    asked = Question(nodes=frozenset({node.pk}))
    found = explore(expert_eligibility(review, ON), asked, seats=5, ratio=3, group_max=1)

    assert ([one.party for one in found.pool], len(found.shown)) == ([*ready, *late], 5)
    assert (found.supply.eligible, found.supply.missing, found.supply.blockers) == (2, 3, ("no_undertaking",))
    assert [(row.code, row.before, row.removed, row.left) for row in found.rules] == [("no_undertaking", 5, 3, 2)]


def test_explore_narrows_by_state_rule_and_word():
    pool = [answer(), answer("a"), answer("a", "b")]

    def shown(**asked):
        return explore(pool, Question(**asked), seats=1, ratio=1).shown

    assert shown(state="yes") == pool[:1]
    assert shown(state="no") == pool[1:]
    assert shown(code="b") == pool[2:]
    assert shown(code="nobody knows") == []
    assert shown(word="甲") == pool


@pytest.mark.django_db
def test_pool_answers_says_of_everybody_what_expert_eligibility_says():
    review = ReReviewFactory()
    people = [ready_expert(review) for _n in range(3)]
    people[0].undertakings.all().delete()
    body = OrganisationFactory(bureau=review.bureau)
    for expert in people[1:]:
        Employment.objects.create(person=expert.person, organisation=body, started_on=date(2015, 1, 1))
    Employment.objects.create(
        person=people[2].person, organisation=review.evaluation.unit.organisation, started_on=date(2010, 1, 1)
    )

    def facts(answers):
        return [
            (one.party.pk, one.party.number, one.name, one.refusals, one.free_on, one.links, one.nodes)
            for one in answers
        ]

    asked = facts(expert_eligibility(review, ON))
    assert facts(pool_answers(review, ON)) == asked
    assert facts(expert_eligibility(review, ON, people)) == asked
    assert [[refusal.code for refusal in line[3]] for line in asked] == [["no_undertaking"], [], ["unit_employer"]]


@pytest.mark.rule("R-61")
@pytest.mark.parametrize(("after", "same"), [(-1, False), (0, True), (29, True), (30, False)])
def test_a_look_lasts_its_minutes(after, same):
    assert same_look(NOW, NOW + timedelta(minutes=after), minutes=30) is same


@pytest.fixture
def task():
    task = TaskFactory()
    ready_firm(task.bureau)
    return task


def look(task, *, by=None, at=NOW, on=ON, by_name=True):
    answers = firm_eligibility(task, on)
    return note_look(of=task, answers=answers, asked_on=on, by_name=by_name, by=by or task.clerk, at=at)


@pytest.mark.django_db
@pytest.mark.rule("R-61")
def test_looks_are_journaled_as_counts_and_stand_in_the_next_frozen_list(task):
    assert look(task)
    assert look(task, at=NOW + timedelta(minutes=29)) is None
    assert look(task, at=NOW + timedelta(minutes=31))
    assert look(task, on=date(2020, 6, 8))
    assert look(task, by_name=False)
    assert look(task, by=UserFactory(bureau=task.bureau))

    witness = UserFactory(bureau=task.bureau, role=Role.SUPERVISOR)
    draw = draws.configure_firm_draw(task=task, witness=witness, by=task.clerk, on=ON)
    assert look(task, at=NOW + timedelta(hours=2))
    draws.preview(draw=draw, by=task.clerk, on=ON)
    frozen = draws.freeze(draw=draw, by=task.clerk, at=NOW + timedelta(hours=3), ratio_confirmed=True)

    said = [json.loads(entry.text) for entry in Entry.objects.filter(action="eligibility.looked")]
    assert (frozen.previews, '"previews":7' in frozen.freeze_text) == (7, True)
    assert len(said) == 6
    assert {tuple(sorted(body["facts"])) for body in said} == {("by_name", "eligible", "excluded", "on")}
    assert "甲" not in str(said)


@pytest.mark.django_db
@pytest.mark.rule("R-61")
@pytest.mark.edge("E7")
def test_the_next_attempt_counts_the_looks_since_the_last_frozen_list(task):
    look(task)
    witness = UserFactory(bureau=task.bureau, role=Role.SUPERVISOR)
    first = draws.configure_firm_draw(task=task, witness=witness, by=task.clerk, on=ON)
    at = NOW + timedelta(hours=1)
    draws.freeze(draw=first, by=task.clerk, at=at, ratio_confirmed=True)
    look(task, at=at + timedelta(hours=1))
    look(task, at=at + timedelta(hours=2))
    draws.void(draw=first, ground="missing_commitment", role=None, by=task.clerk, at=at + timedelta(days=2))

    again = draws.configure_firm_draw(task=task, witness=witness, by=task.clerk, on=ON)

    first.refresh_from_db()
    assert (first.previews, again.previews, again.attempt) == (1, 2, 2)
    assert looks_since(task=task) == 2


@pytest.mark.django_db
@pytest.mark.rule("R-61")
def test_a_bureau_may_set_how_long_a_look_lasts(task):
    rules = RuleSetFactory(bureau=task.bureau)
    RuleValue.objects.create(rule_set=rules, key="look_minutes", value=5)

    assert look(task)
    assert look(task, at=NOW + timedelta(minutes=4)) is None
    assert look(task, at=NOW + timedelta(minutes=5))


@pytest.mark.django_db
def test_nobody_of_another_bureau_looks_and_nothing_is_noted(task):
    with pytest.raises(NotAllowed):
        look(task, by=UserFactory())

    assert not EligibilityLook.objects.exists()
    assert not Entry.objects.exists()
    assert not Draw.objects.exists()


@pytest.mark.django_db
def test_a_file_of_the_answers_is_journaled_every_time_and_is_one_look(task):
    for _time in range(2):
        note_export(of=task, answers=firm_eligibility(task, ON), asked_on=ON, by=task.clerk, at=NOW)

    did = list(Entry.objects.order_by("pk").values_list("action", flat=True))
    assert did == ["eligibility.looked", "eligibility.exported", "eligibility.exported"]
    assert EligibilityLook.objects.get().by_name


@pytest.mark.edge("E9")
@pytest.mark.rule("R-21")
@pytest.mark.django_db
@pytest.mark.parametrize(
    ("on", "meets_on", "is_early"),
    [
        (date(2020, 10, 9), date(2020, 10, 12), False),  # Friday for Monday, and the Saturday between is worked
        (date(2020, 10, 9), date(2020, 10, 13), True),  # the Saturday counts: three working days
        (date(2020, 10, 16), date(2020, 10, 20), False),  # an ordinary weekend does not
        (date(2020, 9, 30), date(2020, 10, 10), False),  # eight days of holiday lie between
    ],
)
def test_a_draw_before_a_weekend_counts_the_working_days_of_the_notice(on, meets_on, is_early):
    holidays = [WorkdayOverride(day=date(2020, 10, day), is_workday=False, name="国庆节") for day in range(1, 9)]
    WorkdayOverride.objects.bulk_create(
        [*holidays, WorkdayOverride(day=date(2020, 10, 10), is_workday=True, name="调休上班")]
    )
    draw = Draw(re_review=ReReviewFactory(meets_on=meets_on))

    warning = meeting_warning(draw, on)

    assert (warning is not None) is is_early
    assert warning is None or warning.source == "财库〔2016〕198号"


@pytest.mark.rule("R-21")
@pytest.mark.django_db
def test_many_panels_are_asked_at_the_cost_of_one_and_letters_have_no_meeting(django_assert_num_queries):
    task = TaskFactory()
    late, by_letter, past, soon = (
        ReReviewFactory(evaluation=task, meets_on=ON + timedelta(days=days), by_correspondence=letter)
        for days, letter in ((30, False), (30, True), (-1, False), (1, False))
    )

    with django_assert_num_queries(2):  # the calendar, and the rule set of the day
        one = meeting_warnings([late], ON)
    with django_assert_num_queries(2):
        found = meeting_warnings([soon, late, by_letter, past, late], ON)

    assert [review.pk for review, _warning in one] == [late.pk]
    assert [review.pk for review, _warning in found] == [late.pk, late.pk]
    with django_assert_num_queries(0):
        assert meeting_warnings([by_letter, past], ON) == []


@pytest.mark.edge("E36")
@pytest.mark.django_db
def test_an_earlier_employer_below_the_evaluated_unit_keeps_out_who_works_elsewhere_today():
    review = ReReviewFactory()
    unit, expert = review.evaluation.unit, ready_expert(review)
    below = UnitFactory(bureau=review.bureau, superior=unit).organisation
    today = OrganisationFactory(bureau=review.bureau)
    Employment.objects.create(
        person=expert.person, organisation=below, started_on=date(2010, 1, 1), ended_on=date(2018, 5, 31)
    )
    Employment.objects.create(person=expert.person, organisation=today, started_on=date(2018, 6, 1))

    (now,) = expert_eligibility(review, ON)
    (later,) = expert_eligibility(review, date(2021, 5, 31))

    assert [(one.code, one.facts["free_on"]) for one in now.refusals] == [("unit_employer", "2021-05-31")]
    assert "unit_employer" not in later.codes
    assert now.links == {f"organisation-{today.pk}"}
