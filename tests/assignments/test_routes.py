"""The lawful route of a firm task, and the three ways a firm is chosen without a draw."""

from datetime import date

import pytest

from assignments.enums import (
    DrawStatus,
    Executor,
    FrameworkWay,
    Origin,
    PlanStatus,
    Route,
    TaskAction,
    TaskStatus,
)
from assignments.models import Assignment, Award, EvaluationTask
from assignments.rules.routes import framework_refusal, is_split, register_binds, route_refusal
from assignments.selectors.draws import live_draw_of
from assignments.selectors.routes import direct_ratio, draw_refusal, firm_refusal, route_options, splitting_of
from assignments.selectors.statistics import Ratio, draw_statistics
from assignments.services.draws import configure_firm_draw
from assignments.services.routes import (
    Outsider,
    Quote,
    RouteRefused,
    appoint_directly,
    choose_route,
    record_award,
    record_comparison,
)
from assignments.services.tasks import TaskRefused, recommission, stop_task
from evaluators.enums import FirmKind, FirmStatus
from evaluators.models import Firm
from foundation.accounts.enums import Role
from foundation.approvals.services import agree, give_back
from foundation.audit.models import Entry
from foundation.core.errors import DomainError, NotAllowed, TransitionRefused
from parties.enums import RelationshipKind
from parties.models import Relationship
from tests.factories.assignments import TODAY, DrawFactory, FirmAssignmentFactory, FirmFactory, TaskFactory, ready_firm
from tests.factories.foundation import LONG_AGO, RuleSetFactory, RuleValueFactory, UserFactory, office

pytestmark = pytest.mark.django_db
LIMIT = 50_000_000
BELOW, ABOVE = ["DRAW", "DIRECT", "FRAMEWORK"], ["FRAMEWORK", "OPEN_TENDER"]


@pytest.fixture
def desk():
    return office()


@pytest.fixture
def task(desk):
    return TaskFactory(bureau=desk["bureau"], plan__bureau=desk["bureau"], route="", clerk=desk["clerk"])


def chosen(task, desk, route, **more):
    return choose_route(task=task, route=route, by=desk["clerk"], on=TODAY, **({"reason": "理由"} | more))


@pytest.mark.rule("R-01")
@pytest.mark.parametrize(
    ("route", "fee", "code"),
    [
        ("DRAW", LIMIT - 1, None),
        ("DRAW", LIMIT, "route_needs_procurement"),
        ("DRAW", LIMIT + 1, "route_needs_procurement"),
        ("DRAW", 0, None),
        ("DRAW", None, "fee_limit_missing"),
        ("OPEN_TENDER", LIMIT, None),
        ("OPEN_TENDER", None, None),
        ("OPEN_TENDER", LIMIT - 1, "route_not_below"),
        ("FRAMEWORK", LIMIT - 1, None),
        ("FRAMEWORK", LIMIT, None),
        ("LOTTERY", 1, "route_unknown"),
    ],
)
def test_route_is_lawful_by_the_fee_limit(route, fee, code):
    refusal = route_refusal(route, fee_cents=fee, limit_cents=LIMIT, below=BELOW, above=ABOVE, source="政府采购法")

    assert (refusal.code if refusal else None) == code
    assert refusal is None or refusal.source == "政府采购法"


@pytest.mark.rule("R-01")
@pytest.mark.parametrize(
    ("route", "way", "code"),
    [
        ("FRAMEWORK", "DIRECT", None),
        ("FRAMEWORK", "SECOND_ROUND", None),
        ("FRAMEWORK", "ROTATION", None),
        ("FRAMEWORK", "", "framework_way_missing"),
        ("FRAMEWORK", "DRAW", "framework_way_missing"),
        ("DRAW", "", None),
        ("DRAW", "DIRECT", "framework_way_elsewhere"),
    ],
)
def test_framework_has_three_ways_and_no_draw(route, way, code):
    refusal = framework_refusal(route, way, source="财政部令第110号")

    assert (refusal.code if refusal else None) == code


def test_task_freed_for_a_second_firm_chooses_its_route_anew_and_may_be_drawn_again(task, desk):
    seat = FirmAssignmentFactory(
        task__plan=task.plan, task__route=Route.DRAW, task__status=TaskStatus.FIELDWORK, task__fee_limit_cents=LIMIT - 1
    )
    seat.draw = DrawFactory(task=seat.task, status=DrawStatus.DRAWN, commitment="0" * 64)
    seat.save()
    assert live_draw_of(task=seat.task) == seat.draw

    freed = recommission(task=seat.task, reason="机构退出", by=desk["clerk"], on=TODAY)

    assert live_draw_of(task=freed) is None
    freed = chosen(freed, desk, Route.DRAW)
    witness = UserFactory(bureau=task.bureau, role=Role.SUPERVISOR)
    again = configure_firm_draw(task=freed, witness=witness, by=desk["clerk"], on=TODAY)
    assert (again.attempt, live_draw_of(task=freed)) == (2, again)


@pytest.mark.parametrize("status", ["DECLINED", "NO_ANSWER", "VOID"])
def test_a_firm_that_left_by_itself_is_followed_by_the_next_of_the_same_draw(task, desk, status):
    seat = FirmAssignmentFactory(task__plan=task.plan, task__route=Route.DRAW, status=status, decline_reason="CONFLICT")
    seat.draw = DrawFactory(task=seat.task, status=DrawStatus.DRAWN, commitment="0" * 64)
    seat.save()

    assert live_draw_of(task=seat.task) == seat.draw


@pytest.mark.rule("R-02")
@pytest.mark.parametrize(
    ("fee", "others", "expected"), [(10, 39, False), (10, 40, True), (10, 41, True), (50, 1, False), (49, 0, False)]
)
def test_fees_are_split_when_they_reach_the_limit_only_together(fee, others, expected):
    assert is_split(fee_cents=fee, others_cents=others, limit_cents=50) is expected


@pytest.mark.rule("R-03")
def test_register_binds_below_the_limit_and_informs_above():
    assert [register_binds(route, above_too=False) for route in Route] == [True, True, True] + [False] * 6
    assert all(register_binds(route, above_too=True) for route in Route)


@pytest.mark.parametrize("route", Route)
def test_every_route_is_chosen_below_the_limit_and_journaled(task, desk, route):
    way = FrameworkWay.ROTATION if route == Route.FRAMEWORK else ""

    task = chosen(task, desk, route, framework_way=way)

    assert (task.route, task.framework_way, task.route_reason) == (route, way, "理由")
    assert Entry.objects.filter(action="tasks.route_chosen", subject_id=task.pk).count() == 1


@pytest.mark.parametrize("route", [Route.DRAW, Route.COMPARISON, Route.DIRECT])
def test_draw_comparison_and_appointment_are_refused_at_the_limit_and_nothing_changes(task, desk, route):
    with pytest.raises(RouteRefused) as caught:
        chosen(task, desk, route, fee_limit_cents=LIMIT)

    task.refresh_from_db()
    assert caught.value.refusal.code == "route_needs_procurement"
    assert "财政部令第110号" in caught.value.refusal.source
    assert (task.route, task.fee_limit_cents) == ("", 40_000_000)
    assert not Entry.objects.exists()


def test_limit_of_the_rule_set_in_force_decides(task, desk):
    RuleValueFactory(
        rule_set=RuleSetFactory(bureau=desk["bureau"], effective_to=date(2020, 5, 31)),
        key="procurement_limit_cents", value=30_000_000,
    )  # fmt: skip
    RuleSetFactory(bureau=desk["bureau"], effective_from=date(2020, 6, 1))

    with pytest.raises(RouteRefused):
        choose_route(task=task, route=Route.DRAW, reason="", by=desk["clerk"], on=date(2020, 5, 31))
    task = choose_route(task=task, route=Route.DRAW, reason="", by=desk["clerk"], on=date(2020, 6, 1))

    assert task.route == Route.DRAW


def test_options_say_of_every_route_whether_it_is_open(task):
    task.fee_limit_cents = LIMIT
    closed = {option.route for option in route_options(task, TODAY) if option.refusal}

    assert closed == {Route.DRAW, Route.COMPARISON, Route.DIRECT}
    assert all(option.refusal.message for option in route_options(task, TODAY) if option.refusal)


def test_route_needs_a_person_who_plans_a_firm_and_a_planned_task(task, desk):
    own = TaskFactory(plan=task.plan, executor=Executor.BUREAU, route="")
    late = TaskFactory(plan=task.plan, status=TaskStatus.SELECTED)

    with pytest.raises(NotAllowed):
        choose_route(task=task, route=Route.DRAW, reason="", by=desk["leader"], on=TODAY)
    with pytest.raises(NotAllowed):
        choose_route(task=task, route=Route.DRAW, reason="", by=UserFactory(role=Role.CLERK), on=TODAY)
    with pytest.raises(RouteRefused) as caught:
        chosen(own, desk, Route.DRAW)
    with pytest.raises(TransitionRefused):
        chosen(late, desk, Route.DRAW)

    assert caught.value.refusal.code == "no_firm"


@pytest.mark.parametrize("route", [Route.DIRECT, Route.SINGLE_SOURCE])
def test_direct_and_single_source_need_a_reason(task, desk, route):
    with pytest.raises(RouteRefused) as caught:
        chosen(task, desk, route, reason=" ")

    assert (caught.value.refusal.code, caught.value.refusal.facts) == ("reason_missing", {"field": "reason"})


def test_route_stays_while_a_draw_or_an_appointment_runs(task, desk):
    drawn = DrawFactory(task__plan=task.plan).task
    appointed = chosen(TaskFactory(plan=task.plan, route=""), desk, Route.DIRECT)
    appoint_directly(task=appointed, firm=ready_firm(task.bureau), reason="熟悉", by=desk["clerk"], on=TODAY)
    codes = []

    for each in (drawn, appointed):
        with pytest.raises(RouteRefused) as caught:
            chosen(each, desk, Route.COMPARISON)
        codes.append(caught.value.refusal.code)
    with pytest.raises(TaskRefused):
        stop_task(task=appointed, reason="取消", by=desk["clerk"], on=TODAY)

    assert codes == ["draw_runs", "already_running"]


@pytest.mark.rule("R-02")
def test_splitting_counts_the_years_own_choices_of_one_item_and_bars_nothing(task, desk):
    plan = task.plan
    kept = TaskFactory(plan=plan, fee_limit_cents=20_000_000)
    TaskFactory(plan=plan, fee_limit_cents=20_000_000, procurement_item="另一品目")
    TaskFactory(plan=plan, fee_limit_cents=20_000_000, route=Route.OPEN_TENDER)
    TaskFactory(plan=plan, fee_limit_cents=20_000_000, status=TaskStatus.STOPPED)
    TaskFactory(plan=plan, fee_limit_cents=20_000_000, executor=Executor.UNIT)

    found = splitting_of(task, route=Route.DRAW, fee_cents=30_000_000, on=TODAY)

    assert (found.others_cents, found.tasks, found.limit_cents) == (20_000_000, 1, LIMIT)
    assert found.message
    assert found.source == "政府采购法实施条例 第二十八条"
    assert splitting_of(task, route=Route.DRAW, fee_cents=29_999_999, on=TODAY) is None
    assert splitting_of(task, route=Route.OPEN_TENDER, fee_cents=30_000_000, on=TODAY) is None
    assert splitting_of(task, route=Route.DRAW, fee_cents=None, on=TODAY) is None
    assert chosen(task, desk, Route.DRAW).route == Route.DRAW
    assert '"splitting_flagged":true' in Entry.objects.get(action="tasks.route_chosen").text
    assert kept.route == Route.DRAW


@pytest.mark.rule("R-01")
@pytest.mark.parametrize("route", ["", *Route])
def test_draw_is_refused_where_the_route_is_another(task, route):
    EvaluationTask.objects.filter(pk=task.pk).update(route=route)
    task.refresh_from_db()

    refusal = draw_refusal(task, TODAY)

    wanted = {"DRAW": None, "": "no_route"}.get(route, "route_forbids_draw")
    assert (refusal.code if refusal else None) == wanted


def test_draw_is_refused_for_own_tasks_too_late_and_at_the_limit(task):
    cases = {
        "no_firm": TaskFactory(plan=task.plan, executor=Executor.UNIT),
        "wrong_state": TaskFactory(plan=task.plan, status=TaskStatus.FIELDWORK),
        "route_needs_procurement": TaskFactory(plan=task.plan, fee_limit_cents=LIMIT),
    }

    assert {code: draw_refusal(each, TODAY).code for code, each in cases.items()} == {code: code for code in cases}


@pytest.mark.parametrize(
    "route", [Route.FRAMEWORK, Route.OPEN_TENDER, Route.CONSULTATION, Route.NEGOTIATION, Route.INQUIRY]
)
def test_award_is_recorded_and_the_firm_has_the_task(task, desk, route):
    way = FrameworkWay.SECOND_ROUND if route == Route.FRAMEWORK else ""
    task = chosen(task, desk, route, framework_way=way)
    firm = FirmFactory(bureau=desk["bureau"], status=FirmStatus.SUSPENDED)

    seat = record_award(
        task=task, firm=firm, notice_number="采公〔2020〕8号", amount_cents=38_600_000, by=desk["clerk"], on=TODAY
    )

    task.refresh_from_db()
    award = Award.objects.get()
    assert (seat.origin, seat.firm, task.status) == (Origin.PROCUREMENT, firm, TaskStatus.SELECTED)
    assert (award.notice_number, award.amount_cents, award.awarded_on) == ("采公〔2020〕8号", 38_600_000, TODAY)


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"notice_number": " "}, "notice_missing"),
        ({"amount_cents": 0}, "bad_amount"),
        ({"amount_cents": 40_000_001}, "over_fee_limit"),
        ({"awarded_on": date(2020, 6, 2)}, "award_ahead"),
    ],
)
def test_award_without_sense_leaves_nothing(task, desk, facts, code):
    task = chosen(task, desk, Route.INQUIRY)
    given = {"firm": FirmFactory(bureau=desk["bureau"]), "notice_number": "采公〔2020〕8号", "amount_cents": 1}

    with pytest.raises(RouteRefused) as caught:
        record_award(task=task, by=desk["clerk"], on=TODAY, **(given | facts))

    task.refresh_from_db()
    assert (caught.value.refusal.code, task.status, Award.objects.count()) == (code, TaskStatus.PLANNED, 0)


def test_award_of_a_draw_or_to_another_bureaus_firm_is_refused(task, desk):
    given = {"notice_number": "采公〔2020〕8号", "amount_cents": 1, "by": desk["clerk"], "on": TODAY}
    codes = []

    for route, firm in ((Route.DRAW, FirmFactory(bureau=desk["bureau"])), (Route.INQUIRY, FirmFactory())):
        task = chosen(task, desk, route)
        with pytest.raises(RouteRefused) as caught:
            record_award(task=task, firm=firm, **given)
        codes.append(caught.value.refusal.code)

    assert codes == ["no_procurement", "foreign_firm"]
    assert not Assignment.objects.exists()


@pytest.mark.rule("R-03")
def test_winner_from_outside_is_registered_in_the_same_step_and_known_ones_are_found(task, desk):
    outsider = Outsider("演示外省咨询有限公司", "91110108551385082Q", FirmKind.CONSULTANCY)
    given = {"firm": outsider, "amount_cents": 1, "by": desk["clerk"], "on": TODAY}
    other = chosen(TaskFactory(plan=task.plan, route=""), desk, Route.OPEN_TENDER)

    first = record_award(task=chosen(task, desk, Route.OPEN_TENDER), notice_number="采公〔2020〕8号", **given)
    second = record_award(task=other, notice_number="采公〔2020〕9号", **given)

    assert (first.firm, first.firm.status) == (second.firm, FirmStatus.APPLIED)
    assert first.firm.organisation.uscc == "91110108551385082Q"


def test_winner_with_a_wrong_code_is_refused_and_nothing_stays(task, desk):
    task = chosen(task, desk, Route.OPEN_TENDER)
    outsider = Outsider("演示外省咨询有限公司", "91310115MA1H8R7C6D", FirmKind.CONSULTANCY)

    with pytest.raises(DomainError):
        record_award(
            task=task, firm=outsider, notice_number="采公〔2020〕8号", amount_cents=1, by=desk["clerk"], on=TODAY
        )

    assert (Firm.objects.count(), Award.objects.count(), Assignment.objects.count()) == (0, 0, 0)


def quotes_of(bureau, *fees):
    return [Quote(ready_firm(bureau), fee) for fee in fees]


def test_comparison_of_three_offers_chooses_and_keeps_them_in_the_journal(task, desk):
    task = chosen(task, desk, Route.COMPARISON)
    quotes = quotes_of(desk["bureau"], 3, 1, 2)

    seat = record_comparison(task=task, quotes=quotes, chosen=quotes[1].firm, by=desk["clerk"], on=TODAY)

    assert (seat.origin, seat.firm) == (Origin.COMPARISON, quotes[1].firm)
    assert '"fee_cents":3' in Entry.objects.get(action="tasks.compared").text


@pytest.mark.parametrize(
    ("fees", "pick", "reason", "code"),
    [
        ((1, 2), 0, "", "quotes_missing"),
        ((1, 2, 0), 0, "", "bad_amount"),
        ((1, 2, 3), 2, " ", "reason_missing"),
        ((40_000_001, 40_000_002, 40_000_003), 0, "", "over_fee_limit"),
    ],
)
def test_comparison_without_sense_leaves_nothing(task, desk, fees, pick, reason, code):
    task = chosen(task, desk, Route.COMPARISON)
    quotes = quotes_of(desk["bureau"], *fees)

    with pytest.raises(RouteRefused) as caught:
        record_comparison(task=task, quotes=quotes, chosen=quotes[pick].firm, by=desk["clerk"], on=TODAY, reason=reason)

    assert (caught.value.refusal.code, Assignment.objects.count()) == (code, 0)


def test_comparison_refuses_repeated_firms_a_stranger_a_barred_firm_and_another_route(task, desk):
    quotes = quotes_of(desk["bureau"], 1, 2, 3)
    codes = []

    def refused(task, quotes, firm):
        with pytest.raises(RouteRefused) as caught:
            record_comparison(task=task, quotes=quotes, chosen=firm, by=desk["clerk"], on=TODAY, reason="优")
        codes.append(caught.value.refusal.code)

    refused(task, quotes, quotes[0].firm)
    task = chosen(task, desk, Route.COMPARISON)
    refused(task, [*quotes[:2], quotes[0]], quotes[0].firm)
    refused(task, quotes, FirmFactory(bureau=desk["bureau"]))
    barred = [*quotes[:2], Quote(FirmFactory(bureau=desk["bureau"], status=FirmStatus.SUSPENDED), 3)]
    refused(task, barred, quotes[0].firm)

    assert codes == ["no_comparison", "quotes_missing", "quotes_missing", "not_in_register"]


def test_direct_appointment_takes_effect_when_it_is_agreed(task, desk):
    task = chosen(task, desk, Route.DIRECT)
    firm = ready_firm(desk["bureau"])

    approval = appoint_directly(task=task, firm=firm, reason="唯一熟悉", by=desk["clerk"], on=TODAY)
    agree(approval=approval, by=desk["head"], on=TODAY)
    assert not Assignment.objects.exists()
    agree(approval=approval, by=desk["leader"], on=TODAY)

    seat = Assignment.objects.get()
    assert (seat.origin, seat.firm, seat.reason, seat.task.status) == (Origin.DIRECT, firm, "唯一熟悉", "SELECTED")
    assert direct_ratio(desk["bureau"], 2020) == (1, 1)


@pytest.mark.edge("E7")
def test_usual_good_firm_needs_a_reason_two_others_who_agree_and_stands_in_the_ratio(task, desk):
    """A clerk wants one firm: not without a reason, not by himself, not where a rule says no, and it shows."""
    usual, other = ready_firm(desk["bureau"]), ready_firm(desk["bureau"])
    drawn = FirmAssignmentFactory(task__plan=task.plan, task__bureau=desk["bureau"], firm=other, origin=Origin.DRAW)
    ask = {"task": task, "firm": usual, "by": desk["clerk"], "on": TODAY}
    before = Entry.objects.count()
    codes = []
    for call in (
        lambda: choose_route(task=task, route=Route.DIRECT, reason=" ", by=desk["clerk"], on=TODAY),
        lambda: appoint_directly(**ask, reason="一直合作得好"),  # before the route says that it is no draw
    ):
        with pytest.raises(RouteRefused) as caught:
            call()
        codes.append(caught.value.refusal.code)
    assert (codes, Entry.objects.count()) == (["reason_missing", "not_direct"], before)

    ask["task"] = chosen(task, desk, Route.DIRECT, reason="比选无应答")
    approval = appoint_directly(**ask, reason="熟悉该项目")
    with pytest.raises(NotAllowed):
        agree(approval=approval, by=desk["clerk"], on=TODAY)
    agree(approval=approval, by=desk["head"], on=TODAY)
    with pytest.raises(NotAllowed):  # one person is not two
        agree(approval=approval, by=desk["head"], on=TODAY)
    assert direct_ratio(desk["bureau"], 2020) == (0, 1)
    agree(approval=approval, by=desk["leader"], on=TODAY)

    seat = Assignment.objects.get(task=task)
    assert (seat.firm, seat.origin, seat.reason) == (usual, Origin.DIRECT, "熟悉该项目")
    assert (approval.facts["reason"], [step.decided_by for step in approval.steps.order_by("position")]) == (
        "熟悉该项目",
        [desk["head"], desk["leader"]],
    )
    found = draw_statistics(desk["bureau"], 2020)
    assert found.direct_firms == Ratio(*direct_ratio(desk["bureau"], 2020)) == Ratio(1, 2)
    assert {(row.number, row.direct) for row in found.firms if row.direct} == {(usual.number, 1)}
    assert drawn.origin == Origin.DRAW
    year = {"task__plan": task.plan, "task__bureau": desk["bureau"], "firm": usual, "origin": Origin.DRAW}
    FirmAssignmentFactory(**year)
    again = TaskFactory(bureau=desk["bureau"], plan=task.plan, route="", clerk=desk["clerk"])
    again = chosen(again, desk, Route.DIRECT)
    with pytest.raises(RouteRefused) as caught:  # and its share of the year bars it as it would in a draw
        appoint_directly(task=again, firm=usual, reason="仍然熟悉", by=desk["clerk"], on=TODAY)
    assert caught.value.refusal.code == "over_share"


def test_returned_appointment_chooses_nobody_and_may_be_asked_again(task, desk):
    task = chosen(task, desk, Route.DIRECT)
    firm = ready_firm(desk["bureau"])
    approval = appoint_directly(task=task, firm=firm, reason="唯一熟悉", by=desk["clerk"], on=TODAY)

    give_back(approval=approval, by=desk["head"], on=TODAY, words="请比选")
    appoint_directly(task=task, firm=firm, reason="补充理由", by=desk["clerk"], on=TODAY)

    task.refresh_from_db()
    assert (task.status, Assignment.objects.count()) == (TaskStatus.PLANNED, 0)


def test_firm_suspended_while_the_appointment_waits_is_not_appointed(task, desk):
    task = chosen(task, desk, Route.DIRECT)
    firm = ready_firm(desk["bureau"])
    approval = appoint_directly(task=task, firm=firm, reason="唯一熟悉", by=desk["clerk"], on=TODAY)
    agree(approval=approval, by=desk["head"], on=TODAY)
    firm.standings.update(status=FirmStatus.SUSPENDED)

    with pytest.raises(RouteRefused) as caught:
        agree(approval=approval, by=desk["leader"], on=TODAY)

    approval.refresh_from_db()
    assert (caught.value.refusal.code, approval.status) == ("not_in_register", "PENDING")
    assert not Assignment.objects.exists()


def test_appointment_asks_for_its_route_a_reason_one_at_a_time_and_a_firm_of_the_register(task, desk):
    firm = ready_firm(desk["bureau"])
    outside = FirmFactory(bureau=desk["bureau"], status=FirmStatus.APPLIED, admitted_on=None, term_ends_on=None)
    codes = []

    def refused(**facts):
        with pytest.raises(RouteRefused) as caught:
            appoint_directly(**({"task": task, "firm": firm, "reason": "熟", "by": desk["clerk"], "on": TODAY} | facts))
        codes.append(caught.value.refusal.code)

    refused()
    task = chosen(task, desk, Route.DIRECT)
    refused(reason="")
    refused(firm=outside)
    appoint_directly(task=task, firm=firm, reason="熟", by=desk["clerk"], on=TODAY)
    refused()
    with pytest.raises(NotAllowed):
        appoint_directly(task=task, firm=firm, reason="熟", by=desk["leader"], on=TODAY)

    assert codes == ["not_direct", "reason_missing", "not_in_register", "already_running"]


def test_framework_is_served_directly_only_where_that_way_was_chosen(task, desk):
    firm = ready_firm(desk["bureau"])
    task = chosen(task, desk, Route.FRAMEWORK, framework_way=FrameworkWay.ROTATION)

    with pytest.raises(RouteRefused):
        appoint_directly(task=task, firm=firm, reason="熟", by=desk["clerk"], on=TODAY)
    task = chosen(task, desk, Route.FRAMEWORK, framework_way=FrameworkWay.DIRECT)

    assert appoint_directly(task=task, firm=firm, reason="熟", by=desk["clerk"], on=TODAY).kind == "APPOINTMENT"


def test_appointment_and_comparison_ask_what_a_draw_asks(task, desk):
    firm = ready_firm(desk["bureau"])
    Relationship.objects.create(
        subject=firm.organisation, other=task.unit.organisation, kind=RelationshipKind.ADVISED, started_on=LONG_AGO
    )

    refusals = []
    for route in (Route.DIRECT, Route.COMPARISON, Route.OPEN_TENDER):
        task.route = route
        refusals.append(firm_refusal(task, firm, TODAY))

    assert [each and each.code for each in refusals] == ["prior_work", "prior_work", None]
    assert refusals[0].message.startswith(firm.organisation.name)


@pytest.mark.rule("R-03")
def test_standing_of_the_day_bars_below_the_limit_and_only_informs_above(task):
    firm = ready_firm(task.bureau)
    firm.standings.update(started_on=date(2020, 6, 2))

    found = {}
    for route in (Route.DIRECT, Route.OPEN_TENDER):
        task.route = route
        found[route] = firm_refusal(task, firm, TODAY)

    assert (found[Route.DIRECT].code, found[Route.OPEN_TENDER]) == ("not_in_register", None)
    task.route = Route.DIRECT
    assert firm_refusal(task, firm, date(2020, 6, 2)) is None


def test_second_firm_is_chosen_after_the_first_only_through_a_second_commission(task, desk):
    task = chosen(task, desk, Route.INQUIRY)
    firm = ready_firm(desk["bureau"])
    given = {"task": task, "notice_number": "采公〔2020〕8号", "amount_cents": 1, "by": desk["clerk"], "on": TODAY}
    record_award(firm=firm, **given)

    with pytest.raises(TransitionRefused):
        record_award(firm=firm, **given)

    assert (Assignment.objects.count(), Award.objects.count()) == (1, 1)
    assert task.plan.status == PlanStatus.COLLECTING
    assert TaskAction.SELECT in set(task.moves.values_list("action", flat=True))
