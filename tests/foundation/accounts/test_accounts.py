"""Accounts: opened by the administrator, roles with dates, one table of capabilities, the demonstration's panel."""

from datetime import date

import pytest
from django.urls import reverse
from django.utils import timezone

from foundation.accounts.enums import Capability, Role
from foundation.accounts.models import RoleGrant, User
from foundation.accounts.permissions import may, require, roles_of
from foundation.accounts.rules import CAPABILITIES, capabilities_of
from foundation.accounts.selectors import colleagues_of, demo_accounts, visible_to
from foundation.accounts.services import (
    AccountRefused,
    UserDraft,
    add_users,
    close_account,
    end_grant,
    grant_role,
    open_account,
    reopen_account,
    reset_password,
    temporary_password,
)
from foundation.audit.models import Entry
from foundation.core.errors import NotAllowed
from tests.factories.foundation import BureauFactory, RoleGrantFactory, UserFactory, office

pytestmark = pytest.mark.django_db
TODAY = date(2021, 3, 1)


@pytest.fixture
def admin():
    return UserFactory(role=Role.ADMINISTRATOR)


def opened(admin, **given):
    facts = {"username": "wang", "name": "王砚清", "roles": [Role.CLERK]} | given
    return open_account(bureau=admin.bureau, by=admin, on=TODAY, **facts)


def test_opened_account_has_its_role_and_a_temporary_password(admin):
    user, password = opened(admin)

    assert user.check_password(password)
    assert user.has_temporary_password
    assert roles_of(user, on=TODAY) == {Role.CLERK}
    assert not Entry.objects.filter(text__contains=password).exists()


def test_temporary_passwords_differ_and_are_long():
    words = {temporary_password() for _ in range(50)}

    assert len(words) == 50
    assert {len(word) for word in words} == {19}


@pytest.mark.parametrize("role", [role for role in Role if role != Role.ADMINISTRATOR])
def test_only_administrators_manage_accounts(admin, role):
    user = UserFactory(bureau=admin.bureau, role=role)
    other = UserFactory(bureau=admin.bureau)
    acts = (
        lambda: open_account(bureau=admin.bureau, username="x", name="x", roles=[], by=user, on=TODAY),
        lambda: grant_role(user=other, role=Role.CLERK, by=user, on=TODAY),
        lambda: end_grant(grant=admin.grants.get(), by=user, on=TODAY),
        lambda: reset_password(user=other, by=user),
        lambda: close_account(user=other, by=user, on=TODAY),
        lambda: reopen_account(user=other, by=user, on=TODAY),
    )

    for act in acts:
        with pytest.raises(NotAllowed):
            act()

    assert not Entry.objects.exists()


def test_administrator_of_another_bureau_manages_nothing_here(admin):
    foreign = UserFactory(role=Role.ADMINISTRATOR)

    with pytest.raises(NotAllowed):
        add_users(bureau=admin.bureau, drafts=[UserDraft("x", "x")], by=foreign, on=TODAY)


def test_administrator_gives_himself_nothing(admin):
    for act, code in (
        (lambda: grant_role(user=admin, role=Role.CLERK, by=admin, on=TODAY), "own_grant"),
        (lambda: reset_password(user=admin, by=admin), "own_password"),
        (lambda: close_account(user=admin, by=admin, on=TODAY), "own_account"),
        (lambda: end_grant(grant=admin.grants.get(), by=admin, on=TODAY), "last_administrator"),
    ):
        with pytest.raises(AccountRefused) as caught:
            act()
        assert caught.value.refusal.code == code

    assert roles_of(User.objects.get(pk=admin.pk), on=TODAY) == {Role.ADMINISTRATOR}


def test_second_administrator_may_end(admin):
    second = UserFactory(bureau=admin.bureau, role=Role.ADMINISTRATOR)

    assert end_grant(grant=second.grants.get(), by=admin, on=TODAY).ended_on == TODAY


def test_closed_account_holds_no_role_and_does_not_sign_in(admin, client):
    user, password = opened(admin)

    close_account(user=user, by=admin, on=date(2021, 4, 1))

    closed = User.objects.get(pk=user.pk)
    assert (closed.is_active, may(closed, Capability.READ_DESK)) == (False, False)
    assert RoleGrant.objects.get(user=user).ended_on == date(2021, 4, 1)
    client.post(reverse("account_login"), {"login": "wang", "password": password})
    assert "_auth_user_id" not in client.session
    assert reopen_account(user=closed, by=admin, on=date(2021, 5, 1)).is_active


def test_reset_password_is_temporary_again(admin):
    user, first = opened(admin)

    second = reset_password(user=user, by=admin)

    kept = User.objects.get(pk=user.pk)
    assert (kept.check_password(first), kept.check_password(second), kept.has_temporary_password) == (False, True, True)


def test_first_sign_in_leads_to_an_own_password(admin, client):
    _user, password = opened(admin)

    response = client.post(reverse("account_login"), {"login": "wang", "password": password})
    assert response["Location"] == reverse("account_change_password")
    own = "my own long words 7"
    client.post(reverse("account_change_password"), {"oldpassword": password, "password1": own, "password2": own})
    client.logout()

    assert not User.objects.get(username="wang").has_temporary_password
    response = client.post(reverse("account_login"), {"login": "wang", "password": own})
    assert response["Location"] == "/"


def test_roles_hold_from_their_first_day_to_the_day_before_the_last(admin):
    grant = RoleGrantFactory(user__bureau=admin.bureau, started_on=TODAY, ended_on=date(2021, 3, 3))

    days = [date(2021, 2, 28), TODAY, date(2021, 3, 2), date(2021, 3, 3)]

    assert [bool(roles_of(grant.user, on=day)) for day in days] == [False, True, True, False]


@pytest.mark.rule("R-40")
@pytest.mark.parametrize("role", Role)
def test_one_table_says_what_a_role_may_do(role):
    user = UserFactory(role=role)

    assert {can for can in Capability if may(user, can)} == CAPABILITIES[role]


@pytest.mark.rule("R-40")
def test_every_capability_belongs_to_some_role():
    assert capabilities_of(frozenset(Role)) == set(Capability)


@pytest.mark.rule("R-40")
def test_administrator_of_accounts_reads_no_scores():
    forbidden = {Capability.READ_ALL, Capability.READ_DESK, Capability.CONFIRM, Capability.APPROVE, Capability.AUDIT}

    assert not CAPABILITIES[Role.ADMINISTRATOR] & forbidden


def test_require_says_no():
    with pytest.raises(NotAllowed):
        require(UserFactory(role=Role.UNIT), Capability.PLAN)


def test_only_who_manages_accounts_sees_them(admin):
    people = office(admin.bureau)
    UserFactory()

    assert visible_to(admin).count() == 4
    assert list(visible_to(people["clerk"])) == [people["clerk"]]


def test_colleagues_are_the_bureaus_own_active_people(admin):
    people = office(admin.bureau)
    UserFactory(bureau=admin.bureau, role=Role.FIRM_ADMIN)
    UserFactory(bureau=admin.bureau, role=Role.CLERK, is_active=False)
    UserFactory(role=Role.CLERK)

    assert set(colleagues_of(people["clerk"], on=TODAY)) == {admin, people["head"], people["leader"]}


def test_sign_in_page_shows_demonstration_accounts_only_while_they_exist(client, settings):
    assert "demo-clerk" not in client.get(reverse("account_login")).content.decode()
    bureau = BureauFactory(is_demo=True)
    drafts = [
        UserDraft("demo-clerk", "演示经办", [Role.CLERK], password=settings.GONGPING_DEMO_PASSWORD),
        UserDraft("demo-clerk-2", "演示经办二", [Role.CLERK], password=settings.GONGPING_DEMO_PASSWORD),
        UserDraft("demo-expert", "演示专家", [Role.EXPERT], password=settings.GONGPING_DEMO_PASSWORD),
    ]
    add_users(bureau=bureau, drafts=drafts, by="system", on=TODAY)

    page = client.get(reverse("account_login")).content.decode()

    assert [account["username"] for account in demo_accounts(timezone.localdate())] == ["demo-clerk", "demo-expert"]
    assert "demo-clerk" in page
    assert "demo-clerk-2" not in page


def test_real_accounts_are_never_offered():
    UserFactory(role=Role.CLERK)
    UserFactory(role=Role.CLERK, is_demo=True)

    assert demo_accounts(TODAY) == []


def test_demo_panel_asks_twice(django_assert_num_queries):
    bureau = BureauFactory(is_demo=True)
    for role in Role:
        UserFactory(bureau=bureau, role=role, is_demo=True)

    with django_assert_num_queries(2):
        assert len(demo_accounts(TODAY)) == len(Role)
