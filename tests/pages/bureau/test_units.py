"""Units and projects: lists that cost the same with every number of rows, the chain of a project, contacts."""

from datetime import date

import pytest
from django.urls import reverse

from assignments.enums import TaskKind
from foundation.accounts.enums import Role
from foundation.core.crypto import decrypt
from parties.models import Contact
from projects.enums import BudgetKind, SpecialForm
from projects.models import Monitoring, ProjectBudget, SelfEvaluation, Target
from tests.factories.assignments import PlanFactory, ProjectFactory, TaskFactory, UnitFactory
from tests.factories.foundation import SectionFactory, UserFactory, office

pytestmark = pytest.mark.django_db


@pytest.fixture
def people():
    return office()


@pytest.fixture
def desk(client, people):
    client.force_login(people["clerk"])
    return client


def text(response):
    assert response.status_code == 200
    return response.content.decode()


@pytest.mark.parametrize("count", [1, 3, 60])
@pytest.mark.parametrize("name", ["units", "projects"])
def test_list_costs_at_most_eight_queries(desk, people, name, count, django_assert_max_num_queries):
    plan = PlanFactory(bureau=people["bureau"])
    for _place in range(count):
        superior = UnitFactory(bureau=people["bureau"])
        section = SectionFactory(bureau=people["bureau"])
        unit = UnitFactory(bureau=people["bureau"], superior=superior, section=section)
        TaskFactory(plan=plan, unit=unit, project=ProjectFactory(unit=unit))
    desk.get(reverse(f"pages:{name}"))

    with django_assert_max_num_queries(8):
        page = desk.get(reverse(f"pages:{name}"))

    assert len(page.context["object_list"]) == min(count * (2 if name == "units" else 1), 50)


def test_empty_lists_say_what_to_do_first(desk, people, client):
    assert reverse("pages:import-new") in text(desk.get(reverse("pages:units")))
    assert reverse("pages:import-new") in text(desk.get(reverse("pages:projects")))

    client.force_login(people["leader"])  # who may not import is not led there
    assert reverse("pages:import-new") not in text(client.get(reverse("pages:units")))


def test_unit_page_shows_its_tasks_projects_and_units_below(desk, people):
    unit = UnitFactory(bureau=people["bureau"], code="101")
    below = UnitFactory(bureau=people["bureau"], superior=unit)
    project = ProjectFactory(unit=unit)
    task = TaskFactory(plan__bureau=people["bureau"], unit=unit, project=project)
    other = TaskFactory(plan=task.plan, unit=below)
    url = reverse("pages:unit", args=[unit.pk])

    first = text(desk.get(url))
    assert task.number in first
    assert other.number not in first
    assert project.name in text(desk.get(url + "?tab=projects"))
    assert below.organisation.name in text(desk.get(url + "?tab=below"))
    assert unit.organisation.name in text(desk.get(reverse("pages:unit", args=[below.pk])))


def test_contact_is_named_sealed_masked_and_follows_the_former(desk, people):
    unit = UnitFactory(bureau=people["bureau"])
    url = reverse("pages:unit-contact", args=[unit.pk])
    form = {"duty": "绩效联络员", "name": "周演示", "phone": "13800001111"}

    assert text(desk.get(url))
    assert desk.post(url, form).status_code == 302
    assert desk.post(url, form | {"name": "吴演示", "phone": "13900002222"}).status_code == 302

    former, now = Contact.objects.order_by("pk")
    page = text(desk.get(reverse("pages:unit", args=[unit.pk])))
    assert (former.ended_on is not None, now.ended_on) == (True, None)
    assert "13900002222" not in now.phone_sealed
    assert decrypt(now.phone_sealed) == "13900002222"
    assert "139****2222" in page
    assert "13900002222" not in page
    assert "周演示" in page


@pytest.mark.parametrize("phone", ["", "12a45678", "1", "1" * 30])
def test_a_phone_that_is_none_writes_nothing(desk, people, phone):
    unit = UnitFactory(bureau=people["bureau"])

    response = desk.post(
        reverse("pages:unit-contact", args=[unit.pk]), {"duty": "绩效联络员", "name": "周演示", "phone": phone}
    )

    assert response.status_code == 422
    assert not Contact.objects.exists()


def test_project_page_shows_budgets_and_chain(desk, people):
    unit = UnitFactory(bureau=people["bureau"])
    project = ProjectFactory(unit=unit, amount_cents=100_000_000, special_form=SpecialForm.PPP)
    ProjectBudget.objects.create(project=project, kind=BudgetKind.GENERAL, amount_cents=60_000_000)
    ProjectBudget.objects.create(project=project, kind=BudgetKind.FUND, amount_cents=40_000_000)
    facts = {"project": project, "work_year": 2020, "budget_year": 2019}
    Target.objects.create(**facts, words="建成三公里", published_on=date(2019, 3, 1))
    Monitoring.objects.create(**facts, cut_off_on=date(2019, 7, 31), spent_cents=25_000_000)
    SelfEvaluation.objects.create(
        **facts, amount_cents=100_000_000, score_hundredths=9608, submitted_on=date(2020, 3, 1)
    )
    ex_ante = TaskFactory(plan__bureau=people["bureau"], unit=unit, project=project, kind=TaskKind.EX_ANTE)
    task = TaskFactory(plan=ex_ante.plan, unit=unit, project=project)

    response = desk.get(reverse("pages:project", args=[project.pk]))

    page = text(response)
    for word in ("60 万元", "40 万元", "100 万元", "建成三公里", "2019年7月31日", "25%", "96.08", "PPP"):
        assert word in page, word
    assert [row.number for row in response.context["ex_ante"]] == [ex_ante.number]
    assert [row.number for row in response.context["tasks"]] == [task.number]
    assert f"{reverse('pages:task-add')}?project={project.code}" in page


def test_what_another_bureau_has_looks_like_what_is_missing(desk):
    foreign = UnitFactory()
    project = ProjectFactory(unit=foreign)

    for url in (
        reverse("pages:unit", args=[foreign.pk]),
        reverse("pages:unit-contact", args=[foreign.pk]),
        reverse("pages:project", args=[project.pk]),
    ):
        assert desk.get(url).status_code == 404
    assert (
        desk.post(
            reverse("pages:unit-contact", args=[foreign.pk]),
            {"duty": "绩效联络员", "name": "周", "phone": "13800001111"},
        ).status_code
        == 404
    )
    assert not Contact.objects.exists()


def test_who_keeps_no_register_names_no_contact(client, people):
    unit = UnitFactory(bureau=people["bureau"])
    client.force_login(UserFactory(bureau=people["bureau"], role=Role.SUPERVISOR))

    assert client.post(reverse("pages:unit-contact", args=[unit.pk]), {"duty": "绩效联络员"}).status_code == 403
    assert not Contact.objects.exists()
