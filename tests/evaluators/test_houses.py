"""Head offices and branches: one takes part, and a branch without legal personality does nothing alone."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assignments.enums import Route
from assignments.models import Assignment
from assignments.selectors.eligibility import firm_eligibility
from assignments.services.routes import Quote, RouteRefused, record_comparison
from evaluators.enums import FirmKind
from evaluators.models import Branch, Firm
from evaluators.rules import head_of, one_of_each_family
from evaluators.services import FirmDraft, FirmRefused, add_branch, register_firms
from tests.factories.assignments import OrganisationFactory, TaskFactory, ready_firm
from tests.factories.foundation import RuleSetFactory, RuleValueFactory, office

pytestmark = [pytest.mark.django_db, pytest.mark.rule("R-49")]
ON = date(2020, 6, 1)
CODE = "91350100M000100Y43"


@pytest.fixture
def people():
    return office()


def house(people):
    """Return a head office and its branch with legal personality, both free to be chosen."""
    head, branch = ready_firm(people["bureau"]), ready_firm(people["bureau"])
    add_branch(
        firm=head, name=branch.organisation.name, address="", has_legal_personality=True, own_firm=branch,
        by=people["clerk"], on=ON,
    )  # fmt: skip
    return head, branch


def answers(people, task=None):
    task = task or TaskFactory(plan__bureau=people["bureau"])
    return {row.party: [refusal.code for refusal in row.refusals] for row in firm_eligibility(task, ON)}


@pytest.mark.edge("E21")
def test_of_a_head_office_and_its_branch_only_the_head_office_is_in_the_pool(people):
    head, branch = house(people)
    other = ready_firm(people["bureau"])

    assert answers(people) == {head: [], branch: ["one_house"], other: []}


@pytest.mark.edge("E21")
def test_branch_takes_part_where_the_head_office_cannot(people):
    head, branch = house(people)
    head.lead_evaluators.update(ended_on=ON)

    assert answers(people) == {head: ["no_lead"], branch: []}


@pytest.mark.edge("E21")
def test_branch_alone_may_be_asked_about_and_an_ended_branch_is_its_own_house(people):
    head, branch = house(people)
    task = TaskFactory(plan__bureau=people["bureau"])

    assert [row.is_eligible for row in firm_eligibility(task, ON, [branch])] == [True]
    Branch.objects.update(ended_on=ON)
    assert answers(people, task) == {head: [], branch: []}


@pytest.mark.edge("E21")
def test_head_office_and_branch_may_not_both_offer(people):
    head, branch = house(people)
    third = ready_firm(people["bureau"])
    task = TaskFactory(plan__bureau=people["bureau"], clerk=people["clerk"], route=Route.COMPARISON)
    quotes = [Quote(firm, fee) for fee, firm in enumerate((head, branch, third), 1)]

    with pytest.raises(RouteRefused) as caught:
        record_comparison(task=task, quotes=quotes, chosen=head, by=people["clerk"], on=ON)

    assert (caught.value.refusal.code, Assignment.objects.count()) == ("one_house", 0)
    others = [Quote(ready_firm(people["bureau"]), 9), *(row for row in quotes if row.firm != branch)]
    assert record_comparison(task=task, quotes=others, chosen=head, by=people["clerk"], on=ON).firm == head


def test_bureau_may_let_both_take_part(people):
    head, branch = house(people)
    rules = RuleSetFactory(bureau=people["bureau"], effective_from=date(2020, 1, 1))
    RuleValueFactory(rule_set=rules, key="one_of_a_family", value=False)

    assert answers(people) == {head: [], branch: []}


@pytest.mark.edge("E21")
@pytest.mark.parametrize("by", ["name", "code"])
def test_branch_without_legal_personality_is_never_registered_alone(people, by):
    head = ready_firm(people["bureau"])
    add_branch(
        firm=head, name="甲（济南）分所", address="", has_legal_personality=False, uscc=CODE, by=people["clerk"], on=ON
    )
    name, uscc = ("甲(济南)分所", None) if by == "name" else ("另一个名字", CODE)
    body = OrganisationFactory(bureau=people["bureau"], name=name, uscc=uscc)

    with pytest.raises(FirmRefused) as caught:
        register_firms(
            bureau=people["bureau"], drafts=[FirmDraft(body, FirmKind.CONSULTANCY)], by=people["clerk"], on=ON
        )

    assert (caught.value.refusal.code, Firm.objects.count()) == ("dependent_branch", 1)
    assert head.organisation.name in caught.value.refusal.message


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"uscc": "91310115MA1H8R7C6D"}, "uscc_wrong"),
        ({"name": "registered"}, "branch_registered"),
        ({"has_legal_personality": True}, "branch_registers_itself"),
        ({"has_legal_personality": True, "own_firm": "itself"}, "own_branch"),
    ],
)
def test_branch_that_cannot_be_one_is_refused(people, facts, code):
    head, other = ready_firm(people["bureau"]), ready_firm(people["bureau"])
    given = {"name": "甲分所", "address": "", "has_legal_personality": False} | facts
    if given["name"] == "registered":
        given["name"] = other.organisation.name
    if given.get("own_firm"):
        given["own_firm"] = head

    with pytest.raises(FirmRefused) as caught:
        add_branch(firm=head, by=people["clerk"], on=ON, **given)

    assert (caught.value.refusal.code, Branch.objects.count()) == (code, 0)


@given(
    heads=st.dictionaries(st.integers(0, 8), st.integers(0, 8), max_size=9),
    eligible=st.lists(st.integers(0, 8), unique=True),
)
@settings(max_examples=50)
def test_of_every_house_exactly_one_takes_part(heads, eligible):
    back = one_of_each_family(heads, eligible)
    stays = [key for key in eligible if key not in back]

    assert {head_of(heads, key) for key in stays} == {head_of(heads, key) for key in eligible}
    assert len(stays) == len({head_of(heads, key) for key in eligible})
    assert all(first in stays and head_of(heads, first) == head_of(heads, key) for key, first in back.items())
