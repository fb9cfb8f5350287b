"""The pool against the plan, specialty by specialty: what is asked, who is left, which rule takes whom away."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from assignments.enums import AssignmentStatus, Origin, ReReviewStatus
from assignments.models import Assignment, ReReviewTask
from assignments.selectors.pool_health import asked_of_pool, pool_health
from assignments.services import batches, draws
from assignments.services.re_reviews import ReReviewRefused, plan_field
from experts.enums import ExpertStatus
from experts.models import ExpertSpecialty, ExpertStanding, ExpertUndertaking
from experts.selectors import experts_by_node
from foundation.core import clock
from foundation.core.errors import NotAllowed
from foundation.rulesets.selectors import rules_for
from foundation.taxonomy.enums import TreeKind
from foundation.taxonomy.models import Node
from foundation.taxonomy.services import NodeDraft, add_nodes, merge_node, retire_node
from tests.factories.assigned import NOW, TODAY, batch_office, pool_expert
from tests.factories.assignments import OrganisationFactory, ProjectFactory, ReReviewFactory, TaskFactory
from tests.factories.foundation import RuleSetFactory, RuleValueFactory, office

pytestmark = pytest.mark.django_db
TREE = [NodeDraft("A", "农业"), NodeDraft("A1", "水利", "A"), NodeDraft("A11", "灌溉", "A1"),
        NodeDraft("A12", "防汛", "A1"), NodeDraft("B", "工程")]  # fmt: skip


@pytest.fixture(autouse=True)
def _in_2020():
    with clock.standing_at(NOW):
        yield


@pytest.fixture
def desk():
    """A bureau with an open re-review of five seats for 灌溉."""
    found = batch_office(reviews=1, experts=0, seats=5)
    found.nodes = {
        node.code: node
        for node in add_nodes(bureau=found.bureau, tree=TreeKind.SPECIALTY, drafts=TREE, by=found.clerk, on=TODAY)
    }
    found.review = found.reviews[0]
    plan_field(re_review=found.review, node=found.nodes["A11"], by=found.clerk, on=TODAY)
    return found


def people(desk, count, code="A11", **facts):
    return [pool_expert(desk.bureau, desk.nodes[code], **facts) for _ in range(count)]


def health(desk, code="A11", on=TODAY):
    return next(row for row in pool_health(desk.bureau, 2020, on).rows if row.node.code == code)


def removed(row):
    return {one.code: one.people for one in row.rules}


def met(expert, unit, on):
    task = TaskFactory(bureau=expert.bureau, unit=unit)
    review = ReReviewFactory(evaluation=task, status=ReReviewStatus.DONE)
    return Assignment.objects.create(
        bureau=expert.bureau, re_review=review, expert=expert, origin=Origin.DRAW, status=AssignmentStatus.SIGNED,
        assigned_on=on,
    )  # fmt: skip


@pytest.mark.edge("E8")
def test_two_people_for_five_seats_are_three_too_few_and_no_rule_is_to_blame(desk):
    people(desk, 2)
    people(desk, 4, "A12")

    row = health(desk)

    assert (row.open_seats, row.known, row.in_pool, row.eligible, row.missing) == (5, 2, 2, 2, 3)
    assert (row.state, row.blockers, row.rules) == ("LACKING", (), ())


def test_seats_whose_panel_is_ready_are_settled_and_a_field_that_nobody_asked_for_is_idle(desk):
    people(desk, 2)
    ReReviewTask.objects.filter(pk=desk.review.pk).update(status=ReReviewStatus.PANEL_READY)

    assert (health(desk).seats, health(desk).open_seats, health(desk).state) == (5, 0, "SETTLED")
    assert health(desk, "A12").state == "IDLE"


@pytest.mark.edge("E8")
def test_people_enough_of_one_employer_are_blocked_by_that_rule(desk):
    people(desk, 15, employer=OrganisationFactory(bureau=desk.bureau))

    row = health(desk)

    assert (row.eligible, row.per_panel, row.missing) == (15, 1, 4)
    assert (row.state, row.blockers) == ("LACKING", ("employer_max",))


@pytest.mark.edge("E8")
@pytest.mark.rule("R-17")
def test_cool_down_that_empties_the_pool_is_named_with_how_many_it_removes(desk):
    for expert in people(desk, 6):
        met(expert, desk.review.evaluation.unit, TODAY - timedelta(days=10))

    row = health(desk)

    assert (row.in_pool, row.eligible, row.missing) == (6, 0, 5)
    assert (removed(row), row.blockers) == ({"cool_down": 6}, ("cool_down",))
    assert health(desk, on=TODAY + timedelta(days=80)).eligible == 6


@pytest.mark.edge("E8")
@pytest.mark.rule("R-17")
def test_who_may_still_meet_one_of_the_units_that_ask_is_not_removed(desk):
    expert = people(desk, 1)[0]
    met(expert, desk.review.evaluation.unit, TODAY - timedelta(days=10))
    other = ReReviewFactory(evaluation=TaskFactory(plan=desk.plan, clerk=desk.clerk), panel_size=3)
    assert removed(health(desk)) == {"cool_down": 1}

    plan_field(re_review=other, node=desk.nodes["A11"], by=desk.clerk, on=TODAY)

    assert removed(health(desk)) == {}


@pytest.mark.edge("E8")
def test_draw_over_the_same_pool_says_the_same(desk):
    for expert in people(desk, 6):
        met(expert, desk.review.evaluation.unit, TODAY - timedelta(days=10))
    draw = draws.configure_panel_draw(
        re_review=desk.review, seats=[draws.SeatDraft("灌溉", 5, [desk.nodes["A11"]])], witness=desk.witness,
        by=desk.clerk, on=TODAY,
    )  # fmt: skip

    assert draws.preview(draw=draw, by=desk.clerk, on=TODAY).blockers == health(desk).blockers == ("cool_down",)


RULES = {
    "not_in_pool": lambda row: ExpertStanding.objects.filter(expert=row).update(status=ExpertStatus.SUSPENDED),
    "term_ended": lambda row: type(row).objects.filter(pk=row.pk).update(term_ends_on=TODAY),
    "no_undertaking": lambda row: ExpertUndertaking.objects.filter(expert=row).delete(),
    "too_old": lambda row: type(row.person).objects.filter(pk=row.person_id).update(born_on=date(1950, 6, 1)),
    "untrained": lambda row: type(row).objects.filter(pk=row.pk).update(admitted_on=date(2018, 1, 1)),
    "died": lambda row: type(row.person).objects.filter(pk=row.person_id).update(died_on=TODAY),
}


@pytest.mark.parametrize("code", RULES)
def test_each_rule_takes_its_person_out_and_counts_him(desk, code):
    first, _second = people(desk, 2)
    RULES[code](first)

    row = health(desk)

    assert (removed(row), row.known, row.eligible) == ({code: 1}, 2, 1)
    assert row.in_pool == (1 if code in {"not_in_pool", "term_ended", "died"} else 2)


def test_yearly_cap_takes_its_person_out(desk):
    expert = people(desk, 1)[0]
    for _turn in range(12):
        met(expert, TaskFactory(bureau=desk.bureau).unit, date(2020, 1, 5))

    assert removed(health(desk)) == {"yearly_cap": 1}


def test_node_counts_what_stands_below_it_and_a_person_once(desk):
    expert = people(desk, 1)[0]
    ExpertSpecialty.objects.create(expert=expert, node=desk.nodes["A12"])
    people(desk, 1, "A1")

    found = {row.node.code: (row.known, row.open_seats) for row in pool_health(desk.bureau, 2020, TODAY).rows}

    assert found == {"01": (0, 0), "A": (2, 5), "A1": (2, 5), "A11": (1, 5), "A12": (1, 0), "B": (0, 0)}
    codes = dict(Node.objects.values_list("pk", "code"))
    assert {codes[pk]: n for pk, n in experts_by_node(desk.bureau).items()} == {"A": 2, "A1": 2, "A11": 1, "A12": 1}


@pytest.mark.edge("E55")
def test_merged_specialty_brings_its_people_and_its_seats_to_its_successor(desk):
    people(desk, 1)
    people(desk, 1, "A12")
    merge_node(node=desk.nodes["A11"], into=desk.nodes["A12"], by=desk.clerk, on=TODAY)

    row = health(desk, "A12")

    assert (row.known, row.open_seats, experts_by_node(desk.bureau)[row.node.pk]) == (2, 5, 2)


def test_draw_and_batch_say_their_own_fields_and_a_finished_panel_asks_no_more(desk):
    draw_review = desk.review
    batch_review = ReReviewFactory(evaluation=TaskFactory(plan=desk.plan, clerk=desk.clerk), panel_size=3)
    done = ReReviewFactory(
        evaluation=TaskFactory(plan=desk.plan), panel_size=7, status=ReReviewStatus.DONE, node=desk.nodes["B"]
    )
    ReReviewFactory(evaluation=TaskFactory(plan=desk.plan), panel_size=3, number="复-无")
    draws.configure_panel_draw(
        re_review=draw_review, witness=desk.witness, by=desk.clerk, on=TODAY,
        seats=[draws.SeatDraft("防汛", 2, [desk.nodes["A12"]]), draws.SeatDraft("工程", 3, [desk.nodes["B"]])],
    )  # fmt: skip
    batches.prepare(
        title="复评", fields={batch_review: desk.nodes["A11"]}, witness=desk.witness, by=desk.clerk, on=TODAY
    )

    plan = asked_of_pool(desk.bureau, 2020, rules_for(bureau=desk.bureau, on=TODAY))

    codes = dict(Node.objects.values_list("pk", "code"))
    found = {codes[pk]: (one.seats, one.open_seats) for pk, one in plan.by_node.items()}
    assert found == {"A12": (2, 2), "B": (3 + done.panel_size, 3), "A11": (3, 3)}
    assert (plan.unnamed, plan.unnamed_seats) == (["复-无"], 3)


def test_seats_of_a_draw_that_name_no_field_count_for_the_planned_one(desk):
    seats = [draws.SeatDraft("防汛", 2, [desk.nodes["A12"]]), draws.SeatDraft("不限", 2, []),
             draws.SeatDraft("灌溉", 1, [desk.nodes["A11"]])]  # fmt: skip
    draws.configure_panel_draw(re_review=desk.review, seats=seats, witness=desk.witness, by=desk.clerk, on=TODAY)

    asked = asked_of_pool(desk.bureau, 2020, rules_for(bureau=desk.bureau, on=TODAY)).by_node

    assert {key: one.open_seats for key, one in asked.items()} == {desk.nodes["A12"].pk: 2, desk.nodes["A11"].pk: 3}
    assert asked[desk.nodes["A11"].pk].panels == [3]  # one panel, whoever its seats ask for


def test_a_field_that_ended_without_a_successor_is_no_field_and_the_re_review_is_named(desk):
    for seats, code, number in ((3, "A12", "复-防"), (7, "B", "复-工")):
        ReReviewFactory(evaluation=TaskFactory(plan=desk.plan), panel_size=seats, number=number, node=desk.nodes[code])
    merge_node(node=desk.nodes["A12"], into=desk.nodes["A11"], by=desk.clerk, on=TODAY)
    retire_node(node=desk.nodes["B"], by=desk.clerk, on=TODAY)

    found = pool_health(desk.bureau, 2020, TODAY)

    assert {row.node.code: row.open_seats for row in found.rows if row.seats} == {"A": 8, "A1": 8, "A11": 8}
    assert (found.plan.unnamed, found.plan.unnamed_seats, found.plan.open_seats) == (["复-工"], 7, 15)

    for code in ("A11", "A1"):
        retire_node(node=desk.nodes[code], by=desk.clerk, on=TODAY)
    found = pool_health(desk.bureau, 2020, TODAY)
    assert not any(row.seats for row in found.rows if row.node.code != "A")
    assert (sorted(found.plan.unnamed), found.plan.unnamed_seats) == (
        sorted([desk.review.number, "复-工", "复-防"]), 15,
    )  # fmt: skip


@pytest.mark.rule("R-15")
def test_a_report_that_experts_will_review_counts_before_its_panel_is_opened(desk):
    project = ProjectFactory(bureau=desk.bureau)
    past = TaskFactory(bureau=desk.bureau, plan__bureau=desk.bureau, plan__work_year=2019, project=project)
    ReReviewFactory(evaluation=past, status=ReReviewStatus.DONE, node=desk.nodes["A12"])
    known = TaskFactory(plan=desk.plan, status="DRAFT")
    ReReviewFactory(evaluation=known, kind="WORK_PLAN", status=ReReviewStatus.DONE, node=desk.nodes["B"])
    ReReviewFactory(evaluation=known, status=ReReviewStatus.STOPPED)
    again, unknown = TaskFactory(plan=desk.plan, project=project), TaskFactory(plan=desk.plan, number="评-无")
    for facts in (
        {"status": "STOPPED"}, {"status": "FINAL"}, {"is_assistance": True}, {"executor": "UNIT"}, {"work_year": 2021},
    ):  # fmt: skip
        TaskFactory(plan=desk.plan, **facts)

    found = pool_health(desk.bureau, 2020, TODAY)

    rows = {row.node.code: (row.seats, row.open_seats, row.planned) for row in found.rows if row.seats}
    assert rows == {"A": (8, 8, 3), "A1": (8, 8, 3), "A11": (5, 5, 0), "A12": (3, 3, 3), "B": (6, 3, 3)}
    assert (found.plan.to_come, found.plan.seats_to_come, found.plan.open_seats) == ([unknown.number], 3, 14)
    assert {row.node.code for row in found.short} == {"A11", "A12", "B"}

    RuleValueFactory(rule_set=RuleSetFactory(bureau=desk.bureau, effective_from=TODAY), key="panel_sizes", value=[5, 7])
    ReReviewFactory(evaluation=again, node=desk.nodes["A12"])
    assert health(desk, "A12").open_seats == 3
    assert pool_health(desk.bureau, 2020, TODAY).plan.seats_to_come == 5


def test_field_is_planned_while_the_panel_is_open_by_who_commissions(desk):
    gone = retire_node(node=desk.nodes["B"], by=desk.clerk, on=TODAY)
    with pytest.raises(ReReviewRefused) as ended:
        plan_field(re_review=desk.review, node=gone, by=desk.clerk, on=TODAY)
    stranger = office()
    strange = add_nodes(
        bureau=stranger["bureau"], tree=TreeKind.SPECIALTY, drafts=TREE[:1], by=stranger["clerk"], on=TODAY
    )[0]
    with pytest.raises(ReReviewRefused) as foreign:
        plan_field(re_review=desk.review, node=strange, by=desk.clerk, on=TODAY)
    with pytest.raises(NotAllowed):
        plan_field(re_review=desk.review, node=desk.nodes["A"], by=stranger["clerk"], on=TODAY)
    ReReviewTask.objects.update(status=ReReviewStatus.PANEL_READY)
    with pytest.raises(ReReviewRefused) as late:
        plan_field(re_review=desk.review, node=desk.nodes["A"], by=desk.clerk, on=TODAY)

    assert [caught.value.refusal.code for caught in (ended, foreign, late)] == [
        "node_retired", "field_unknown", "wrong_state",
    ]  # fmt: skip
    assert ReReviewTask.objects.get(pk=desk.review.pk).node == desk.nodes["A11"]


def test_questions_do_not_grow_with_pool_tree_and_year(desk):
    def asked():
        with CaptureQueriesContext(
            connection,
        ) as queries:
            pool_health(desk.bureau, 2020, TODAY)
        return len(queries)

    people(desk, 1)
    before = asked()
    people(desk, 12)
    for turn in range(6):
        node = add_nodes(
            bureau=desk.bureau, tree=TreeKind.SPECIALTY, drafts=[NodeDraft(f"C{turn}", f"新{turn}")], by=desk.clerk,
            on=TODAY,
        )[0]  # fmt: skip
        ReReviewFactory(evaluation=TaskFactory(plan=desk.plan), node=node)

    assert asked() == before <= 25
