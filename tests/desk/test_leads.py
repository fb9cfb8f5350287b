"""Edge case 22: who leads two tasks on the same days, for two firms, too many, or without what it takes."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from assignments.enums import TaskStatus
from assignments.models import TaskMove
from delivery.rules import shared_days
from desk.enums import LeadFindingCode as Code
from desk.selectors import lead_findings, leads_with_load
from evaluators.models import LeadEvaluator, Practitioner
from parties.models import Employment, Person
from tests.factories.assignments import FirmFactory, OrganisationFactory
from tests.factories.delivery import CommissionFactory, LeadEvaluatorFactory
from tests.factories.foundation import LONG_AGO, RuleSetFactory, RuleValueFactory, office

pytestmark = [pytest.mark.django_db, pytest.mark.edge("E22")]
ON = date(2020, 8, 1)


@pytest.fixture
def work():
    return CommissionFactory()


def another(work, lead=None, **facts):
    """Return another running commission of the same bureau, led by the same person unless told."""
    lead = lead or work.lead_evaluator
    return CommissionFactory(task__plan=work.task.plan, assignment__firm=lead.firm, lead_evaluator=lead, **facts)


def on_site(work, first, last=None):
    for status, day in ((TaskStatus.FIELDWORK, first), (TaskStatus.DRAFT, last)):
        if day is not None:
            TaskMove.objects.create(task=work.task, action="X", status=status, moved_on=day, moved_by=work.task.clerk)


def found(work, on=ON):
    return [(one.code, one.tasks) for one in lead_findings(work.task.bureau, on)]


def numbers(*works):
    return tuple(sorted(one.task.number for one in works))


@pytest.mark.rule("R-54")
@pytest.mark.parametrize(
    ("first", "last", "days"),
    [
        (date(2020, 7, 10), date(2020, 7, 20), 0),
        (date(2020, 7, 1), date(2020, 7, 5), 0),
        (date(2020, 7, 9), date(2020, 7, 20), 1),
        (date(2020, 7, 7), date(2020, 7, 9), 2),
        (date(2020, 7, 6), None, 4),
    ],
)
def test_two_tasks_on_site_on_the_same_days_are_shown_with_the_days(work, first, last, days):
    other = another(work)
    on_site(work, date(2020, 7, 5), date(2020, 7, 10))
    on_site(other, first, last)

    rows = lead_findings(work.task.bureau, ON)

    assert [(row.code, sorted(row.tasks), row.days) for row in rows] == (
        [(Code.SAME_DAYS, list(numbers(work, other)), days)] if days else []
    )
    if days:
        assert (rows[0].until - rows[0].since).days == days - 1


@pytest.mark.rule("R-54")
def test_bureau_says_how_many_days_two_tasks_may_share(work):
    other = another(work)
    on_site(work, date(2020, 7, 5), date(2020, 7, 10))
    on_site(other, date(2020, 7, 8), date(2020, 7, 20))
    assert len(found(work)) == 1

    rules = RuleSetFactory(bureau=work.task.bureau)
    RuleValueFactory(rule_set=rules, key="lead_shared_days", value=2)

    assert found(work) == []


@pytest.mark.rule("R-54")
@given(a=st.integers(0, 30), b=st.integers(0, 30), c=st.integers(0, 30), d=st.integers(0, 30))
def test_shared_days_are_the_days_of_both_stays(a, b, c, d):
    def stay(first, length):
        return (ON + timedelta(days=first), ON + timedelta(days=first + length))

    days = {*range(a, a + b)} & {*range(c, c + d)}

    assert shared_days(stay(a, b), stay(c, d)) == shared_days(stay(c, d), stay(a, b)) == len(days)
    assert shared_days(None, stay(a, b)) == 0


GONE = {
    Code.DIED: lambda lead: Person.objects.filter(pk=lead.person_id).update(died_on=ON),
    Code.LEFT: lambda lead: LeadEvaluator.objects.filter(pk=lead.pk).update(ended_on=ON),
    Code.EXPIRED: lambda lead: LeadEvaluator.objects.filter(pk=lead.pk).update(
        certificate_valid_to=ON - timedelta(days=1)
    ),
}


@pytest.mark.parametrize("code", GONE)
def test_who_cannot_lead_any_more_while_a_task_goes_on_is_shown_until_it_is_over(work, code):
    GONE[code](work.lead_evaluator)

    assert found(work) == [(code, (work.task.number,))]
    assert found(work, ON - timedelta(days=1)) == []
    type(work.task).objects.update(status=TaskStatus.ACCEPTED)
    assert found(work) == []


def test_who_moved_to_another_firm_in_the_middle_of_a_task_leads_for_two(work):
    old = work.lead_evaluator
    LeadEvaluator.objects.filter(pk=old.pk).update(ended_on=date(2020, 7, 1))
    new = LeadEvaluatorFactory(
        firm=FirmFactory(bureau=work.task.bureau), person=old.person, started_on=date(2020, 7, 1)
    )
    other = another(work, lead=new)

    assert sorted((code.value, tasks) for code, tasks in found(work)) == [
        ("LEFT", (work.task.number,)), ("TWO_FIRMS", numbers(work, other)),
    ]  # fmt: skip


def test_who_works_elsewhere_too_is_shown_with_the_place(work):
    lead = work.lead_evaluator
    Employment.objects.create(person=lead.person, organisation=lead.firm.organisation, started_on=LONG_AGO)
    assert found(work) == []
    place = OrganisationFactory(bureau=work.task.bureau)
    Employment.objects.create(person=lead.person, organisation=place, started_on=date(2020, 2, 1))
    firm = FirmFactory(bureau=work.task.bureau)
    Practitioner.objects.create(firm=firm, person=lead.person, started_on=date(2020, 3, 1), ended_on=date(2020, 7, 31))

    rows = lead_findings(work.task.bureau, ON)

    assert [(row.code, row.other, row.since) for row in rows] == [(Code.ELSEWHERE, place.name, date(2020, 2, 1))]
    july = {row.other for row in lead_findings(work.task.bureau, date(2020, 7, 1))}
    assert july == {place.name, firm.organisation.name}


@pytest.mark.rule("R-10")
def test_more_tasks_than_allowed_are_shown_and_every_load_is_counted_over_all_firms(work):
    works = [work, *(another(work) for _turn in range(3))]
    assert found(work) == []
    works.append(another(work))

    assert found(work) == [(Code.OVERLOADED, numbers(*works))]
    reader = work.task.clerk
    idle = LeadEvaluatorFactory(firm=work.firm)
    loads = dict(leads_with_load(reader, ON).values_list("pk", "load"))
    assert {pk: loads[pk] for pk in (work.lead_evaluator_id, idle.pk)} == {work.lead_evaluator_id: 5, idle.pk: 0}
    assert leads_with_load(office()["clerk"], ON).count() == 0


def test_questions_do_not_grow_with_firms_and_tasks(work):
    def asked():
        with CaptureQueriesContext(connection) as queries:
            lead_findings(work.task.bureau, ON)
        return len(queries)

    before = asked()
    for _turn in range(6):
        on_site(another(work), date(2020, 7, 1))

    assert asked() == before <= 10
