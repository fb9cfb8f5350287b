"""From a firm's page: merger, split, conversion with every running task answered for; branches; likenesses."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from django.apps import apps
from django.test import Client
from django.urls import reverse

from assignments.enums import AssignmentStatus
from assignments.models import Assignment
from evaluators.enums import FirmStatus
from evaluators.models import Branch, Firm, LikenessSetAside, Practitioner
from foundation.core import clock
from parties.enums import RelationshipKind
from parties.models import Employment, Membership, Relationship
from tests.factories.assignments import (
    FirmAssignmentFactory,
    FirmFactory,
    OrganisationFactory,
    TaskFactory,
    firm_user,
    ready_firm,
)
from tests.factories.delivery import CommissionFactory
from tests.factories.foundation import UserFactory, office

pytestmark = pytest.mark.django_db
NOON = datetime(2020, 6, 1, 12, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
ON = date(2020, 6, 1)


@pytest.fixture(autouse=True)
def _today():
    with clock.standing_at(NOON):
        yield


@pytest.fixture
def people():
    return office()


@pytest.fixture
def desk(client, people):
    client.force_login(people["clerk"])
    return client


def page(name, firm, *more):
    return reverse(f"pages:{name}", args=[firm.number, *more])


def merger(heir, **more):
    return {
        "kind": "MERGED_INTO", "closes": "on", "heir_1": heir.number, "takes_scores_1": "on",
        "takes_sanctions_1": "on", **more,
    }  # fmt: skip


@pytest.mark.edge("E19")
def test_merger_is_entered_from_the_page_and_both_pages_tell_of_it(desk, people):
    old, heir = ready_firm(people["bureau"]), ready_firm(people["bureau"])
    task = TaskFactory(plan__bureau=people["bureau"], clerk=people["clerk"])
    seat = FirmAssignmentFactory(task=task, firm=old)
    address = page("firm-succeed", old)
    assert address in desk.get(page("firm", old), {"tab": "identity"}).content.decode()
    form = desk.get(address).content.decode()
    assert (task.number in form, old.organisation.name in form) == (True, True)

    missing = desk.post(address, merger(heir))
    seat.refresh_from_db()
    assert (missing.status_code, seat.status == AssignmentStatus.VOID) == (422, False)
    answer = desk.post(address, merger(heir, **{f"task_{task.pk}": "TAKE_OVER-1"}))

    assert answer.status_code == 302
    assert Firm.objects.get(pk=old.pk).status == FirmStatus.CLOSED
    assert Assignment.objects.get(task=task, status=seat.status).firm == heir
    for firm in (old, heir):
        shown = desk.get(page("firm", firm), {"tab": "identity"}).content.decode()
        assert (old.organisation.name in shown, heir.organisation.name in shown) == (True, True)
    closed = desk.get(page("firm", old)).content.decode()
    assert (page("firm-succeed", old) in closed, page("firm-move", old) in closed) == (False, False)
    then = desk.get(page("firm", old), {"on": "2020-05-31"}).content.decode()
    assert "在库" in then or "在册" in then


@pytest.mark.parametrize(
    ("change", "field"),
    [({"heir_1": "没有这家"}, "heir_1"), ({"heir_1": ""}, "heir_1"), ({"task": "TAKE_OVER-2"}, "task")],
)
def test_form_that_names_nobody_is_given_back_and_changes_nothing(desk, people, change, field):
    old, heir = ready_firm(people["bureau"]), ready_firm(people["bureau"])
    task = TaskFactory(plan__bureau=people["bureau"], clerk=people["clerk"])
    FirmAssignmentFactory(task=task, firm=old)
    answer = {f"task_{task.pk}": change.pop("task", "TAKE_OVER-1")}

    response = desk.post(page("firm-succeed", old), merger(heir, **answer) | change)

    named = f"task_{task.pk}" if field == "task" else field
    assert (response.status_code, named in response.context["form"].errors) == (422, True)
    assert (Relationship.objects.count(), Firm.objects.get(pk=old.pk).status) == (0, FirmStatus.ACTIVE)


def test_refusal_of_the_rule_is_shown_beside_the_form(desk, people):
    old, heir = ready_firm(people["bureau"]), ready_firm(people["bureau"])

    response = desk.post(page("firm-succeed", old), {"kind": "SPLIT_FROM", "closes": "on", "heir_1": heir.number})

    assert response.status_code == 409
    assert "takes_sanctions_1" in response.context["form"].errors
    assert not Relationship.objects.exists()


def test_relation_of_another_kind_offers_no_succession(desk, people):
    firm = ready_firm(people["bureau"])

    shown = desk.get(page("firm-relation", firm)).content.decode()

    assert 'value="MERGED_INTO"' not in shown
    assert 'value="SUPPLIER_OF"' in shown


@pytest.mark.edge("E21")
def test_branch_without_legal_personality_is_entered_with_its_code_and_cannot_be_registered(desk, people):
    head, code = ready_firm(people["bureau"]), "91350100M000100Y43"
    entered = desk.post(page("firm-branch", head), {"name": "甲分所", "address": "", "uscc": code, "number": ""})
    register = {"name": "甲分所", "uscc": code, "kind": "CONSULTANCY", "form": "COMPANY", "staff_count": "0"}

    refused = desk.post(reverse("pages:firm-add"), register)

    assert (entered.status_code, Branch.objects.get().uscc) == (302, code)
    assert (refused.status_code, head.organisation.name in refused.content.decode()) == (409, True)
    assert Firm.objects.count() == 1


def test_branch_is_entered_late_shown_and_ended(desk, people):
    head = ready_firm(people["bureau"])
    given = {"name": "甲分所", "address": "", "uscc": "", "number": "", "started_on": "2019-05-01"}
    desk.post(page("firm-branch", head), given)
    row = Branch.objects.get()
    address = reverse("pages:firm-branch-end", args=[row.pk])

    shown = desk.get(page("firm", head), {"tab": "people"}).content.decode()
    asked = desk.get(address).content.decode()
    early = desk.post(address, {"ended_on": "2019-04-30"})
    ended = desk.post(address, {"ended_on": "2020-05-01"})
    after = desk.get(page("firm", head), {"tab": "people"}).content.decode()

    row.refresh_from_db()
    assert (row.started_on, row.ended_on) == (date(2019, 5, 1), date(2020, 5, 1))
    assert (address in shown, address in after, "2020年5月1日" in after) == (True, False, True)
    assert "总机构" in asked
    assert (early.status_code, ended.status_code) == (409, 302)


def test_branch_of_another_bureau_cannot_be_ended(desk):
    other = office()
    head = ready_firm(other["bureau"])
    row = Branch.objects.create(firm=head, name="甲分所", started_on=date(2019, 5, 1))

    assert desk.post(reverse("pages:firm-branch-end", args=[row.pk]), {"ended_on": "2020-05-01"}).status_code == 404


@pytest.mark.edge("E36")
def test_page_says_what_goes_on_and_what_ends_with_a_post(desk, people):
    firm = ready_firm(people["bureau"])
    lead = firm.lead_evaluators.get()
    commission = CommissionFactory(
        task__plan__bureau=people["bureau"], task__clerk=people["clerk"], assignment__firm=firm, lead_evaluator=lead
    )
    staff = Practitioner.objects.create(firm=firm, person=lead.person, started_on=date(2019, 2, 1))
    spell = Employment.objects.create(person=lead.person, organisation=firm.organisation, started_on=date(2019, 1, 1))
    lead_end, staff_end = (
        reverse(f"pages:firm-{name}-end", args=[row.pk]) for name, row in (("lead", lead), ("staff", staff))
    )

    of_lead = desk.get(lead_end).content.decode()
    of_spell = desk.get(reverse("pages:spell-end", args=[spell.pk])).content.decode()
    later = desk.post(lead_end, {"ended_on": "2099-01-01"})
    desk.post(lead_end, {"ended_on": "2020-03-02"})
    of_staff = desk.get(staff_end).content.decode()

    assert "自2019年2月1日起的从业人员岗位仍在继续" in of_lead
    assert commission.task.number in of_lead
    assert "任职同时终止" not in of_lead
    assert "日期晚于今天" in later.content.decode()
    lead.refresh_from_db()
    assert lead.ended_on == date(2020, 3, 2)
    assert ("主评人岗位仍在继续" in of_spell, "从业人员岗位仍在继续" in of_spell) == (True, True)
    assert ("自2019年1月1日起在该机构的任职同时终止" in of_staff, "仍在继续" in of_staff) == (True, False)


@pytest.mark.edge("E20")
@pytest.mark.rule("R-50")
def test_likeness_is_shown_at_the_firm_and_before_its_admission_and_set_aside(desk, people):
    facts = {"bureau": people["bureau"], "legal_person": "张三", "phone": "053188880000"}
    removed = FirmFactory(bureau=people["bureau"], organisation=OrganisationFactory(**facts), status=FirmStatus.REMOVED)
    new = FirmFactory(
        bureau=people["bureau"], organisation=OrganisationFactory(**facts), status=FirmStatus.NOTICE,
        admitted_on=None, term_ends_on=None,
    )  # fmt: skip
    aside, name = page("firm-likeness", new, removed.number), removed.organisation.name

    shown = desk.get(page("firm", new)).content.decode()
    before = desk.get(page("firm-move", new)).content.decode()
    asked = desk.get(aside).content.decode()
    assert (aside in shown, name in shown, name in before, "联系电话" in asked or "电话" in asked) == (True,) * 4
    assert desk.post(aside, {"reason": ""}).status_code == 422
    assert desk.post(aside, {"reason": "同一写字楼总机"}).status_code == 302

    assert LikenessSetAside.objects.get().reason == "同一写字楼总机"
    assert aside not in desk.get(page("firm", new)).content.decode()
    assert desk.get(page("firm-likeness", new, "无此编号")).status_code == 404


def test_only_who_keeps_the_register_enters_either(client, people):
    firm, removed = ready_firm(people["bureau"]), FirmFactory(bureau=people["bureau"], status=FirmStatus.REMOVED)
    client.force_login(UserFactory(bureau=people["bureau"], role="SUPERVISOR"))

    for address in (page("firm-succeed", firm), page("firm-likeness", firm, removed.number)):
        assert (client.get(address).status_code, client.post(address, {}).status_code) == (403, 403)


def test_relations_written_before_pass_on_what_the_rule_says(people):
    from importlib import import_module

    one, other = (OrganisationFactory(bureau=people["bureau"]) for _ in range(2))
    for kind in RelationshipKind:
        Relationship.objects.create(subject=one, kind=kind, other=other, started_on=ON)

    import_module("parties.migrations.0003_successors_inherit").pass_on(apps, None)

    passing = Relationship.objects.filter(passes_scores=True, passes_sanctions=True).order_by("pk")
    assert list(passing.values_list("kind", flat=True)) == ["MERGED_INTO", "CONVERTED_FROM"]


@pytest.mark.edge("E34")
def test_each_sign_in_is_asked_about_and_goes_where_it_was_sent(desk, people):
    old, heir = ready_firm(people["bureau"]), ready_firm(people["bureau"])
    going, gone = firm_user(old), firm_user(old)
    names = [f"account_{user.pk}" for user in (going, gone)]
    text = desk.get(page("firm-succeed", old)).content.decode()
    assert [name in text for name in names] == [True, True]

    silent = desk.post(page("firm-succeed", old), merger(heir))
    staying = desk.post(page("firm-succeed", old), merger(heir, **dict.fromkeys(names, "STAY")))
    nobody = desk.post(page("firm-succeed", old), merger(heir, **dict.fromkeys(names, "MOVE-2")))
    done = desk.post(page("firm-succeed", old), merger(heir, **dict(zip(names, ("MOVE-1", "CLOSE"), strict=True))))

    assert [one.status_code for one in (silent, staying, nobody, done)] == [422, 422, 422, 302]
    assert Membership.objects.get(user=going, ended_on=None).organisation_id == heir.organisation_id
    assert not Membership.objects.filter(user=gone, ended_on=None).exists()
    client = Client()
    client.force_login(going)
    assert client.get("/firm/", follow=True).status_code == 200
    gone.refresh_from_db()
    assert not gone.is_active
