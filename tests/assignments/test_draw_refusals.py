"""A draw counts as working when it refuses, too.

For every rule of eligibility: a person or firm that it keeps off the list, the first free day, and a public record that
counts it by its rule and does not name it.
"""

import json
from datetime import UTC, date, datetime, timedelta

import pytest

from assignments.enums import AssignmentStatus, DeclineReason, TaskKind
from assignments.models import Assignment
from assignments.selectors.draws import record_of
from assignments.selectors.eligibility import REASONS
from assignments.services import assignments as life
from assignments.services import draws
from credit.enums import CreditKind
from credit.models import CreditEvent
from evaluators.models import Branch, CarriedBar, FirmStanding, FirmUndertaking, LeadEvaluator
from evaluators.services import record_assessed_years
from experts.models import ExpertSpecialty, ExpertStanding, ExpertUndertaking
from parties.enums import EmploymentKind, KinKind, RelationshipKind
from parties.models import Employment, PersonTie, Relationship
from tests.factories.assignments import (
    ExpertAssignmentFactory,
    FirmAssignmentFactory,
    OrganisationFactory,
    PersonFactory,
    ProjectFactory,
    ReReviewFactory,
    TaskFactory,
    firm_user,
)
from tests.factories.draw_tables import NOW, TODAY, FirmTable, PanelTable, checked, outside
from tests.factories.draw_tables import ready_firm as another_firm

pytestmark = pytest.mark.django_db
LAST_MONTH = TODAY - timedelta(days=31)


def employ(expert, organisation, *, ended_on=None, kind=EmploymentKind.EMPLOYEE):
    Employment.objects.create(
        person=expert.person, organisation=organisation, started_on=date(2015, 1, 1), ended_on=ended_on, kind=kind
    )


def declined(seat_of):
    for day in (3, 10, 20):
        seat_of(
            status=AssignmentStatus.DECLINED, decline_reason=DeclineReason.BUSY, decline_counts=True,
            answered_at=datetime(2020, 5, day, 2, tzinfo=UTC),
        )  # fmt: skip


def sat(table, expert, **facts):
    facts = {"status": "SIGNED", "assigned_on": date(2020, 2, 1)} | facts
    review = facts.pop("re_review", None) or ReReviewFactory(evaluation__plan=table.task.plan)
    ExpertAssignmentFactory(re_review=review, expert=expert, **facts)


def save(row, **facts):
    for name, value in facts.items():
        setattr(row, name, value)
    row.save(update_fields=list(facts))


def meeting(table, expert):
    save(table.review, meets_on=TODAY + timedelta(days=2))
    expert.unavailabilities.create(started_on=TODAY, ended_on=TODAY + timedelta(days=4))


def recused(table, expert):
    facts = {"organisation": table.task.unit.organisation, "reason": "亲属", "started_on": date(2020, 1, 1)}
    expert.standing_recusals.create(**facts)


def kin_works_there(table, expert):
    kin = PersonFactory(bureau=table.task.bureau)
    Employment.objects.create(person=kin, organisation=table.task.unit.organisation, started_on=date(2015, 1, 1))
    PersonTie.objects.create(first=kin, second=expert.person, kind=KinKind.SPOUSE, started_on=date(2015, 1, 1))


def took_a_suspended_ones_place(table, firm):
    days = {"started_on": date(2020, 3, 1), "ends_on": date(2020, 9, 1)}
    CarriedBar.objects.create(firm=firm, predecessor=another_firm(table.task.bureau), status="SUSPENDED", **days)


def branch_of_another(table, firm):
    facts = {"name": "分所", "has_legal_personality": True, "started_on": date(2019, 1, 1)}
    Branch.objects.create(firm=table.firms[1], own_firm=firm, **facts)


def of_firm(table, expert):
    chosen = FirmAssignmentFactory(task=table.task, status=AssignmentStatus.DECLARED)
    employ(expert, chosen.firm.organisation, ended_on=date(2019, 1, 1))


def of_same_task(table, expert):
    sat(table, expert, re_review=ReReviewFactory(evaluation=table.task, kind="RESULT"), assigned_on=date(2019, 1, 1))


def of_plan_panel(table, expert):
    plan = ReReviewFactory(evaluation=table.task, kind="WORK_PLAN")
    sat(table, expert, re_review=plan, assigned_on=date(2019, 1, 1))


def coached(table, expert):
    review = ReReviewFactory(
        evaluation__unit=table.task.unit, evaluation__plan=table.task.plan, evaluation__kind="COACHING",
        evaluation__is_assistance=True,
    )  # fmt: skip
    sat(table, expert, re_review=review, assigned_on=date(2018, 7, 1))


def met_unit(table, expert):
    review = ReReviewFactory(evaluation__unit=table.task.unit, evaluation__plan=table.task.plan)
    sat(table, expert, re_review=review, assigned_on=date(2020, 3, 10))


def untrained(_table, expert):
    save(expert, admitted_on=date(2016, 1, 1))


def in_many_panels(table, expert):
    for _place in range(12):
        sat(table, expert)


def left_panel(table, expert):
    sat(table, expert, re_review=table.review, status=AssignmentStatus.DECLINED, assigned_on=TODAY)


UNIT_FREE = date(2021, 1, 1)
EXPERTS = {
    "died": (lambda _t, e: save(e.person, died_on=LAST_MONTH), None),
    "not_in_pool": (lambda _t, e: ExpertStanding.objects.filter(expert=e).update(status="SUSPENDED"), None),
    "term_ended": (lambda _t, e: save(e, term_ends_on=TODAY), None),
    "no_undertaking": (lambda _t, e: ExpertUndertaking.objects.filter(expert=e).delete(), None),
    "too_old": (lambda _t, e: save(e.person, born_on=date(1950, 6, 1)), None),
    "unit_employer": (lambda t, e: employ(e, t.task.unit.organisation, ended_on=date(2018, 1, 1)), UNIT_FREE),
    "firm_employer": (of_firm, date(2022, 1, 1)),
    "firm_tie": (lambda t, e: employ(e, another_firm(t.task.bureau).organisation, kind=EmploymentKind.ADVISER), None),
    "kin_tie": (kin_works_there, None),
    "standing_recusal": (recused, None),
    "same_task": (of_same_task, None),
    "reviewed_plan": (of_plan_panel, None),
    "coached_unit": (coached, date(2021, 7, 1)),
    "left_this_panel": (left_panel, None),
    "cool_down": (met_unit, date(2020, 6, 8)),
    "yearly_cap": (in_many_panels, date(2021, 1, 1)),
    "declined_often": (lambda t, e: declined(lambda **facts: sat(t, e, **facts)), date(2020, 8, 20)),
    "untrained": (untrained, date(2021, 1, 1)),
    "not_free": (meeting, date(2020, 6, 6)),
    "no_specialty": (lambda t, e: ExpertSpecialty.objects.filter(expert=e).update(node=t.beside), None),
}


def tasks_of(table, firm, count, **facts):
    made = [TaskFactory(plan=table.task.plan, bureau=table.task.bureau) for _number in range(count)]
    for task in made:
        FirmAssignmentFactory(task=task, firm=firm, **({"status": AssignmentStatus.DECLARED} | facts))


def served_unit_twice(table, firm):
    for year in (2018, 2019):
        past = {"plan__bureau": table.task.bureau, "plan__work_year": year, "work_year": year}
        FirmAssignmentFactory(task=TaskFactory(unit=table.task.unit, **past), firm=firm, status="DECLARED")


def has_its_share(table, firm):
    tasks_of(table, firm, 1)
    for _number in range(4):
        TaskFactory(plan=table.task.plan, bureau=table.task.bureau)


def leads_full(table, firm):
    for _number in range(20):
        TaskFactory(plan=table.task.plan, bureau=table.task.bureau)
    tasks_of(table, firm, 4)


def advised(table, firm):
    Relationship.objects.create(
        subject=firm.organisation, other=table.task.unit.organisation, kind=RelationshipKind.ADVISED,
        started_on=date(2016, 1, 1), ended_on=date(2018, 3, 1),
    )  # fmt: skip


def did_ex_ante(table, firm):
    save(table.task, project=ProjectFactory(bureau=table.task.bureau, unit=table.task.unit))
    past = {"plan__bureau": table.task.bureau, "plan__work_year": 2019, "work_year": 2019}
    early = TaskFactory(project=table.task.project, kind=TaskKind.EX_ANTE, **past)
    FirmAssignmentFactory(task=early, firm=firm, status="DECLARED")


def watched(table, firm):
    for expires in (date(2020, 7, 10), date(2020, 10, 1)):
        CreditEvent.objects.create(
            bureau=firm.bureau, organisation=firm.organisation, kind=CreditKind.VIOLATION, code="light", points=-15,
            occurred_on=date(2020, 4, 1), expires_on=expires, words="演示", recorded_by=table.task.clerk,
        )  # fmt: skip


def assessed_low(table, firm):
    record_assessed_years(points={firm.pk: 5900}, year=2019, by=table.task.clerk, on=date(2019, 12, 28))


def declined_tasks(table, firm):
    declined(
        lambda **facts: FirmAssignmentFactory(
            task=TaskFactory(plan=table.task.plan, bureau=table.task.bureau), firm=firm, **facts
        )
    )


def left_task(table, firm):
    FirmAssignmentFactory(task=table.task, firm=firm, status=AssignmentStatus.DECLINED)


FIRMS = {
    "not_in_register": (lambda _t, f: FirmStanding.objects.filter(firm=f).update(status="REMOVED"), None),
    "term_ended": (lambda _t, f: save(f, term_ends_on=TODAY), None),
    "no_undertaking": (lambda _t, f: FirmUndertaking.objects.filter(firm=f).delete(), None),
    "same_unit": (served_unit_twice, date(2021, 1, 1)),
    "over_share": (has_its_share, date(2021, 1, 1)),
    "prior_work": (advised, date(2021, 3, 1)),
    "did_ex_ante": (did_ex_ante, None),
    "no_lead": (lambda _t, f: LeadEvaluator.objects.filter(firm=f).delete(), None),
    "leads_full": (leads_full, None),
    "declined_often": (declined_tasks, date(2020, 8, 20)),
    "left_this_task": (left_task, None),
    "assessed_low": (assessed_low, date(2021, 1, 1)),
    "close_watch": (watched, date(2020, 7, 10)),
    "carried_bar": (took_a_suspended_ones_place, date(2020, 9, 1)),
    "one_house": (branch_of_another, None),
}


def test_every_rule_of_eligibility_stands_here():
    of_the_panel = {"one_employer"}  # said of a list as a whole, never of one person
    of_a_batch = {"kept_away", "forbidden", "employer_of_pin", "group_of_pin", "no_such_seat"}  # of pairs and seats
    assert set(EXPERTS) | set(FIRMS) == set(REASONS) - of_the_panel - of_a_batch


def assert_kept_out(table, party, name, code, free_on):
    draw = table.run(ratio_confirmed=True)

    mine = draw.exclusions.filter(firm=party) if table.draw.task_id else draw.exclusions.filter(expert=party)
    assert list(mine.values_list("code", "free_on")) == [(code, free_on)]
    seated = Assignment.objects.filter(draw=draw)
    assert party.pk not in set(seated.values_list("firm_id" if draw.task_id else "expert_id", flat=True))
    record = record_of(draw)
    text = json.dumps(record, ensure_ascii=False)
    assert name not in text
    assert f'"{party.number}"' not in text
    assert {"count": 1, "rule": code} in json.loads(record["freeze"])["excluded"]["rules"]
    assert checked(record) == "OK"


@pytest.mark.rule("R-16")
@pytest.mark.parametrize("code", EXPERTS)
def test_rule_keeps_an_expert_off_the_list_and_the_record_counts_but_does_not_name_him(code):
    table = PanelTable(experts=6)
    bar, free_on = EXPERTS[code]
    expert = table.experts[0]
    save(expert.person, name="演示不得入席者")
    bar(table, expert)
    table.set_up(counts=(2, 1))

    assert_kept_out(table, expert, "演示不得入席者", code, free_on)


@pytest.mark.parametrize("code", FIRMS)
def test_rule_keeps_a_firm_off_the_list_and_the_record_counts_but_does_not_name_it(code):
    table = FirmTable(firms=3)
    bar, free_on = FIRMS[code]
    firm = table.firms[0]
    save(firm.organisation, name="演示不得入选公司")
    bar(table, firm)
    table.set_up()

    assert_kept_out(table, firm, "演示不得入选公司", code, free_on)


@pytest.mark.edge("E28")
def test_conflict_found_after_the_award_sends_the_task_to_the_next_of_the_same_order():
    table = FirmTable()
    table.set_up()
    draw = table.run()
    first = Assignment.objects.get(draw=draw)
    advised(table, first.firm)

    life.recuse(assignment=first, words="曾为该项目做可行性研究", by=firm_user(first.firm), at=NOW)
    made = draws.replace(draw=draw, by=table.operator, at=NOW)

    draw.refresh_from_db()
    first.refresh_from_db()
    second = draw.entries.get(number=draw.order[1])
    assert (first.status, first.decline_counts, made[0].firm_id) == (AssignmentStatus.VOID, False, second.firm_id)
    assert made[0].replaces == first
    assert checked(record_of(draw)) == "OK"


@pytest.mark.edge("E42")
@pytest.mark.rule("R-38")
@pytest.mark.parametrize("first", [0, 1])
def test_exactly_one_of_two_from_one_employer_sits_and_the_other_is_skipped_by_name_of_the_rule(first):
    """The public value is one that calls both before the third: then only the rule can keep the second one out."""
    from assignments import draw as pure

    table = PanelTable(experts=6)  # three of each field; two seats of 财务
    body = OrganisationFactory(bureau=table.task.bureau)
    pair = [expert for place, expert in enumerate(table.experts) if place % 2][:2]
    third = table.experts[5]
    for expert in pair:
        employ(expert, body)
    table.set_up(sources=outside())
    table.freeze()
    table.commit_all()
    table.reveal_all()
    number_of = {entry.expert_id: entry.number for entry in table.draw.entries.all()}
    called = [number_of[expert.pk] for expert in (pair[first], pair[1 - first], third)]

    def order(value):
        nonces = [part for part in draws.parts_of(table.draw) if part["kind"] == "nonce"]
        parts = [*nonces, pure.numbers_part("value-1", [str(value)])]
        return [number for number in pure.positions(table.draw.freeze_text, parts) if number in called]

    draw = table.read(next(str(value) for value in range(2, 300) if order(value) == called))

    record = record_of(draw)
    sitting = set(Assignment.objects.filter(draw=draw, stratum="财务").values_list("expert_id", flat=True))
    assert sitting == {pair[first].pk, third.pk}
    assert {"number": called[1], "reason": "group"} in record["draw"]["skipped"]
    assert [row["number"] for row in record["draw"]["skipped"] if row["reason"] == "group"] == [called[1]]
    assert checked(record) == "OK"
