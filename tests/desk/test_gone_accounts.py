"""Who signs in for a firm that is gone: the door closes after the days of the rule, once nothing runs (edge case 34)."""

from datetime import date, timedelta

import pytest

from desk.services import close_gone_accounts
from evaluators.enums import FirmAction, FirmStatus
from evaluators.models import Firm
from evaluators.services import move_firms
from foundation.audit.models import Entry
from parties.models import Membership
from tests.factories.assignments import FirmAssignmentFactory, FirmFactory, UnitFactory, firm_user
from tests.factories.foundation import RuleSetFactory, RuleValueFactory, office

pytestmark = [pytest.mark.django_db, pytest.mark.rule("R-67"), pytest.mark.edge("E34")]
ON = date(2020, 6, 1)
DUE = ON + timedelta(days=30)


@pytest.fixture
def people():
    return office()


def gone_firm(people, action=FirmAction.LEAVE):
    firm = FirmFactory(bureau=people["bureau"])
    user = firm_user(firm)
    move_firms(firms=[firm], action=action, by=people["clerk"], on=ON, reason="演示")
    return firm, user


def may_enter(user):
    user.refresh_from_db()
    return user.is_active and Membership.objects.filter(user=user, ended_on=None).exists()


@pytest.mark.parametrize("action", [FirmAction.LEAVE, FirmAction.REMOVE, FirmAction.CLOSE])
def test_door_closes_on_the_day_of_the_rule_and_not_before(people, action):
    firm, user = gone_firm(people, action)
    other = firm_user(FirmFactory(bureau=people["bureau"]))

    assert (close_gone_accounts(on=DUE - timedelta(days=1)), may_enter(user)) == (0, True)
    assert (close_gone_accounts(on=DUE), may_enter(user), may_enter(other)) == (1, False, True)
    assert close_gone_accounts(on=DUE) == 0
    assert Entry.objects.get(action="desk.gone_accounts_closed").subject_id == firm.pk


def test_task_that_runs_on_keeps_the_door_open(people):
    firm, user = gone_firm(people)
    seat = FirmAssignmentFactory(firm=firm, task__plan__bureau=people["bureau"])

    assert (close_gone_accounts(on=DUE), may_enter(user)) == (0, True)
    seat.task.status = "ACCEPTED"
    seat.task.save(update_fields=["status"])
    assert (close_gone_accounts(on=DUE), may_enter(user)) == (1, False)


def test_firm_that_came_back_and_a_budget_unit_keep_their_doors(people):
    back, user = gone_firm(people)
    Firm.objects.filter(pk=back.pk).update(status=FirmStatus.APPLIED)
    both, member = gone_firm(people)
    UnitFactory(bureau=people["bureau"], organisation=both.organisation)

    assert (close_gone_accounts(on=DUE), may_enter(user), may_enter(member)) == (0, True, True)


def test_bureau_may_set_other_days(people):
    _firm, user = gone_firm(people)
    RuleValueFactory(rule_set=RuleSetFactory(bureau=people["bureau"]), key="gone_account_days", value=0)

    assert (close_gone_accounts(on=ON), may_enter(user)) == (1, False)
