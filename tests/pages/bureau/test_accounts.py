"""Accounts: who signs in with which roles; a temporary password is shown once."""

import re

import pytest
from django.urls import reverse
from django.utils import timezone

from foundation.accounts.enums import Capability, Role
from foundation.accounts.models import RoleGrant, User
from foundation.accounts.permissions import may
from foundation.accounts.rules import CAPABILITIES
from foundation.audit.models import Entry
from parties.models import Membership
from tests.factories.assignments import ExpertFactory, FirmFactory, UnitFactory
from tests.factories.foundation import SectionFactory, UserFactory, office

pytestmark = pytest.mark.django_db


@pytest.fixture
def people():
    return office()


@pytest.fixture
def admin(people):
    return UserFactory(bureau=people["bureau"], role=Role.ADMINISTRATOR)


@pytest.fixture
def desk(client, admin):
    client.force_login(admin)
    return client


def text(response, status=200):
    assert response.status_code == status
    return response.content.decode()


@pytest.mark.parametrize("count", [1, 3, 60])
def test_list_costs_at_most_eight_queries(desk, people, count, django_assert_max_num_queries):
    for _place in range(count):
        UserFactory(bureau=people["bureau"], roles=[Role.CLERK, Role.SECTION_HEAD])
    desk.get(reverse("pages:accounts"))

    with django_assert_max_num_queries(8):
        page = desk.get(reverse("pages:accounts"))

    assert len(page.context["object_list"]) == min(count + 4, 50)


def test_list_narrows_by_role_and_state(desk, people):
    UserFactory(bureau=people["bureau"], role=Role.SUPERVISOR, is_active=False, username="gone")

    closed = desk.get(reverse("pages:accounts"), {"open": "False"}).context["object_list"]
    heads = desk.get(reverse("pages:accounts"), {"role": "SECTION_HEAD"}).context["object_list"]

    assert [row.username for row in closed] == ["gone"]
    assert [row.pk for row in heads] == [people["head"].pk]


def test_account_is_opened_and_its_password_shown_once(desk, people, client):
    section = SectionFactory(bureau=people["bureau"])
    assert text(desk.get(reverse("pages:account-open")))

    response = desk.post(
        reverse("pages:account-open"),
        {"username": "new.person", "name": "新演示", "roles": ["CLERK", "BUSINESS_SECTION"], "section": section.pk},
    )

    user = User.objects.get(username="new.person")
    password = re.search(r"[a-z2-9]{4}(?:-[a-z2-9]{4}){3}", text(response)).group()
    assert user.check_password(password)
    assert user.has_temporary_password
    assert response["Cache-Control"] == "no-store"
    assert set(user.grants.values_list("role", "section")) == {("CLERK", section.pk), ("BUSINESS_SECTION", section.pk)}
    assert password not in text(desk.get(reverse("pages:account", args=[user.pk])))
    assert not Entry.objects.filter(text__contains=password).exists()


@pytest.mark.parametrize(
    ("change", "status"),
    [({"username": "taken"}, 409), ({"username": "a"}, 422), ({"username": "x y z"}, 422), ({"roles": []}, 422),
     ({"roles": ["FIRM_ADMIN"]}, 422), ({"name": ""}, 422)],
)  # fmt: skip
def test_account_that_cannot_be_opened_writes_nothing(desk, people, change, status):
    UserFactory(bureau=people["bureau"], username="taken")
    before = (User.objects.count(), RoleGrant.objects.count(), Entry.objects.count())

    response = desk.post(
        reverse("pages:account-open"), {"username": "fresh", "name": "新演示", "roles": ["CLERK"], **change}
    )

    assert response.status_code == status
    assert (User.objects.count(), RoleGrant.objects.count(), Entry.objects.count()) == before


def outside(desk, **facts):
    return desk.post(reverse("pages:account-open-outside"), {"username": "from.outside", "name": "外演示"} | facts)


def parties_of(bureau):
    firm, expert, unit = FirmFactory(bureau=bureau), ExpertFactory(bureau=bureau), UnitFactory(bureau=bureau)
    return {
        "FIRM_ADMIN": (firm.organisation.name, {"organisation": firm.organisation}),
        "FIRM_MEMBER": (firm.number, {"organisation": firm.organisation}),
        "EXPERT": (expert.number, {"person": expert.person}),
        "UNIT": (unit.code, {"organisation": unit.organisation}),
    }


@pytest.mark.parametrize("role", ["FIRM_ADMIN", "FIRM_MEMBER", "EXPERT", "UNIT"])
def test_outside_account_is_bound_to_whom_it_is_for(desk, people, role):
    whom, bound = parties_of(people["bureau"])[role]
    assert text(desk.get(reverse("pages:account-open-outside")))

    response = outside(desk, role=role, whom=whom)

    password = re.search(r"[a-z2-9]{4}(?:-[a-z2-9]{4}){3}", text(response)).group()
    user = User.objects.get(username="from.outside")
    assert user.check_password(password)
    assert list(user.grants.values_list("role", flat=True)) == [role]
    assert Membership.objects.filter(user=user, ended_on=None, **bound).count() == 1


@pytest.mark.parametrize(
    ("facts", "status", "words"),
    [({"role": "FIRM_ADMIN", "whom": "没有这家机构"}, 409, "没有这家机构"), ({"role": "CLERK", "whom": "演示"}, 422, ""),
     ({"role": "EXPERT", "whom": ""}, 422, ""), ({"role": "UNIT", "whom": "x" * 121}, 422, "")],
)  # fmt: skip
def test_outside_account_for_nobody_writes_nothing(desk, people, facts, status, words):
    before = (User.objects.count(), Membership.objects.count(), Entry.objects.count())

    page = text(outside(desk, **facts), status)

    assert words in page
    assert (User.objects.count(), Membership.objects.count(), Entry.objects.count()) == before


def test_a_name_that_several_bear_is_not_enough(desk, people):
    first = ExpertFactory(bureau=people["bureau"], person__name="王同名（演示）")
    ExpertFactory(bureau=people["bureau"], person__name="王同名（演示）")

    assert outside(desk, role="EXPERT", whom="王同名（演示）").status_code == 409
    assert outside(desk, role="EXPERT", whom=first.number).status_code == 200


def test_an_expert_has_one_account_and_another_bureaus_firm_is_unknown(desk, people):
    expert, foreign = ExpertFactory(bureau=people["bureau"]), FirmFactory()
    assert outside(desk, role="EXPERT", whom=expert.number).status_code == 200

    assert outside(desk, role="EXPERT", whom=expert.number, username="second").status_code == 409
    assert outside(desk, role="FIRM_ADMIN", whom=foreign.organisation.name, username="third").status_code == 409
    assert not User.objects.filter(username__in=["second", "third"]).exists()


def test_password_is_reset_for_others_only(desk, people, admin):
    user = people["clerk"]
    assert text(desk.get(reverse("pages:account-reset", args=[user.pk])))

    response = desk.post(reverse("pages:account-reset", args=[user.pk]))

    password = re.search(r"[a-z2-9]{4}(?:-[a-z2-9]{4}){3}", text(response)).group()
    user.refresh_from_db()
    assert user.check_password(password)
    old = admin.password
    assert desk.post(reverse("pages:account-reset", args=[admin.pk])).status_code == 409
    admin.refresh_from_db()
    assert admin.password == old


def test_role_is_given_and_ended_with_its_day(desk, people):
    user = people["clerk"]
    assert text(desk.get(reverse("pages:account-role", args=[user.pk])))
    assert desk.post(reverse("pages:account-role", args=[user.pk]), {"role": "SUPERVISOR"}).status_code == 302
    assert desk.post(reverse("pages:account-role", args=[user.pk]), {"role": "SUPERVISOR"}).status_code == 409
    grant = user.grants.get(role=Role.SUPERVISOR)
    url = reverse("pages:account-role-end", args=[user.pk, grant.pk])

    assert text(desk.get(url))
    assert desk.post(url).status_code == 302

    grant.refresh_from_db()
    assert grant.ended_on == timezone.localdate()
    assert desk.post(url).status_code == 404
    other = people["head"].grants.get()
    assert desk.post(reverse("pages:account-role-end", args=[user.pk, other.pk])).status_code == 404
    other.refresh_from_db()
    assert other.ended_on is None


def test_last_administrator_keeps_the_role_and_nobody_serves_himself(desk, admin):
    grant = admin.grants.get()

    end = desk.post(reverse("pages:account-role-end", args=[admin.pk, grant.pk]))
    give = desk.post(reverse("pages:account-role", args=[admin.pk]), {"role": "CLERK"})
    close = desk.post(reverse("pages:account-close", args=[admin.pk]))

    grant.refresh_from_db()
    admin.refresh_from_db()
    assert (end.status_code, give.status_code, close.status_code) == (409, 409, 409)
    assert (grant.ended_on, admin.is_active, admin.grants.count()) == (None, True, 1)


def test_account_is_closed_and_reopened_without_roles(desk, people):
    user = people["clerk"]
    assert text(desk.get(reverse("pages:account-close", args=[user.pk])))
    desk.post(reverse("pages:account-close", args=[user.pk]))
    user.refresh_from_db()
    assert not user.is_active
    assert text(desk.get(reverse("pages:account-reopen", args=[user.pk])))

    desk.post(reverse("pages:account-reopen", args=[user.pk]))

    user = User.objects.get(pk=user.pk)
    assert user.is_active
    assert not may(user, Capability.READ_DESK)


def test_reopened_account_of_a_firm_gets_its_own_role_back_and_no_desk(desk, people):
    firm = FirmFactory(bureau=people["bureau"])
    outside(desk, role="FIRM_ADMIN", whom=firm.number)
    user = User.objects.get(username="from.outside")
    desk.post(reverse("pages:account-close", args=[user.pk]))
    desk.post(reverse("pages:account-reopen", args=[user.pk]))
    give = reverse("pages:account-role", args=[user.pk])

    assert desk.post(give, {"role": "CLERK"}).status_code == 422
    assert desk.post(give, {"role": "FIRM_ADMIN"}).status_code == 302

    assert may(User.objects.get(pk=user.pk), Capability.FIRM_DESK)


def test_accounts_of_another_bureau_look_like_missing_ones(desk):
    foreign = UserFactory(role=Role.CLERK)
    grant = foreign.grants.get()

    for name in ("account", "account-reset", "account-role", "account-close", "account-reopen"):
        assert desk.get(reverse(f"pages:{name}", args=[foreign.pk])).status_code == 404
    assert desk.post(reverse("pages:account-close", args=[foreign.pk])).status_code == 404
    assert desk.post(reverse("pages:account-role-end", args=[foreign.pk, grant.pk])).status_code == 404
    foreign.refresh_from_db()
    assert foreign.is_active


@pytest.mark.parametrize("who", ["clerk", "head", "leader"])
def test_who_manages_no_accounts_opens_none(client, people, who):
    client.force_login(people[who])

    for url in (
        reverse("pages:accounts"),
        reverse("pages:account-open"),
        reverse("pages:account", args=[people["clerk"].pk]),
    ):
        assert client.get(url).status_code == 403


@pytest.mark.rule("R-40")
def test_role_table_is_the_one_table_on_one_screen(client, people):
    client.force_login(people["leader"])

    response = client.get(reverse("pages:roles"))

    text(response)
    assert response.context["roles"] == [role.label for role in Role]
    shown = {(str(label), str(role)) for label, marks in response.context["lines"] for role, has in marks if has}
    assert shown == {(str(each.label), str(role.label)) for role in Role for each in CAPABILITIES[role]}
