"""A firm declares its standing interests; each keeps it from the unit by the rule of earlier work."""

from datetime import date

import pytest
from django.urls import reverse

from assignments.selectors.eligibility import firm_eligibility
from evaluators.services import declare_interest
from evaluators.services.firms import FirmRefused
from foundation.core.errors import NotAllowed
from parties.models import Relationship
from tests.factories.assignments import TaskFactory, firm_user, ready_firm
from tests.factories.foundation import office

pytestmark = pytest.mark.django_db
ON = date(2020, 6, 1)


@pytest.fixture
def task():
    return TaskFactory()


def declare(task, firm, by, **facts):
    given = {"unit": task.unit.organisation.name, "kind": "SUPPLIER_OF", "started_on": date(2019, 1, 1), "on": ON}
    return declare_interest(firm=firm, by=by, **(given | facts))


@pytest.mark.rule("R-20")
def test_declared_interest_is_a_conflict_with_that_unit_until_three_years_after_its_end(task):
    firm = ready_firm(task.bureau)
    elsewhere = TaskFactory(plan=task.plan, bureau=task.bureau)
    assert firm_eligibility(task, ON, [firm])[0].is_eligible

    row = declare(task, firm, firm_user(firm), ended_on=date(2020, 5, 1), words="2019年供货")

    answer = firm_eligibility(task, ON, [firm])[0]
    assert [(one.code, answer.free_on) for one in answer.refusals] == [("prior_work", date(2023, 5, 1))]
    assert firm_eligibility(elsewhere, ON, [firm])[0].is_eligible
    assert (row.other, row.note) == (task.unit.organisation, "2019年供货")


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"unit": "不存在的单位"}, "unit_unknown"),
        ({"kind": "SUPERIOR"}, "kind_unknown"),
        ({"started_on": date(2021, 1, 1)}, "days_disordered"),
        ({"ended_on": date(2018, 1, 1)}, "days_disordered"),
    ],
)
def test_what_cannot_be_is_refused(task, facts, code):
    firm = ready_firm(task.bureau)

    with pytest.raises(FirmRefused) as caught:
        declare(task, firm, firm_user(firm), **facts)

    assert caught.value.refusal.code == code
    assert not Relationship.objects.exists()


def test_firm_and_register_declare_once_and_nobody_else(task):
    firm, other = ready_firm(task.bureau), ready_firm(task.bureau)
    people = office(task.bureau)
    for by in (firm_user(other), people["leader"], office()["clerk"]):
        with pytest.raises(NotAllowed):
            declare(task, firm, by)
    declare(task, firm, people["clerk"])
    with pytest.raises(FirmRefused) as caught:
        declare(task, firm, firm_user(firm))
    assert caught.value.refusal.code == "declared_already"


def test_page_and_api_declare(task, client):
    firm = ready_firm(task.bureau)
    client.force_login(firm_user(firm))
    page, name = reverse("pages:firm-interest"), task.unit.organisation.name
    assert page in client.get(reverse("pages:firm-record")).content.decode()
    given = {"unit": name, "kind": "ADVISED", "started_on": "2019-01-01"}
    assert client.post(page, given | {"unit": "无此单位"}).status_code == 409

    assert client.post(page, given).status_code == 302
    api = f"/api/v1/firms/{firm.pk}/declare-interest/"
    found = client.post(api, given | {"kind": "SUPPLIER_OF"}, content_type="application/json")

    assert found.status_code == 200
    assert name in client.get(reverse("pages:firm-record")).content.decode()
    assert Relationship.objects.filter(subject=firm.organisation).count() == 2
