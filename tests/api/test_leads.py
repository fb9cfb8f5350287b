"""The firm asks over the API for another lead evaluator; the bureau passes the ask on, or declines it in words."""

import pytest

from delivery.models import LeadEvent
from foundation.accounts.enums import Role
from foundation.core import clock
from tests.factories.assignments import firm_user
from tests.factories.delivery import NOW, CommissionFactory, LeadEvaluatorFactory
from tests.factories.disclosure import make_firm
from tests.factories.foundation import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _moment():
    with clock.standing_at(NOW):
        yield


def test_firm_asks_and_the_bureau_answers(client):
    row = CommissionFactory()
    for role in (Role.SECTION_HEAD, Role.BUREAU_LEADER):
        UserFactory(bureau=row.task.bureau, role=role)
    other, path = LeadEvaluatorFactory(firm=row.firm), f"/api/v1/commissions/{row.pk}/"
    user, stranger = firm_user(row.firm), firm_user(make_firm(row.task.bureau))
    body = {"lead_evaluator": other.pk, "reason": "原主评人调离"}

    def post(by, verb, given):
        client.force_login(by)
        return client.post(f"{path}{verb}/", given, content_type="application/json")

    nothing = post(row.task.clerk, "answer-lead-request", {"is_passed_on": True})
    outside = post(stranger, "request-lead", body)
    asked = post(user, "request-lead", body)
    own = post(user, "answer-lead-request", {"is_passed_on": True})
    silent = post(row.task.clerk, "answer-lead-request", {"is_passed_on": False})
    passed = post(row.task.clerk, "answer-lead-request", {"is_passed_on": True})

    codes = [one.status_code for one in (nothing, outside, asked, own, silent, passed)]
    assert codes == [404, 404, 200, 403, 409, 200]
    assert LeadEvent.objects.get().status == "IN_APPROVAL"
