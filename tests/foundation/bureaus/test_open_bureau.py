"""Opening bureaus, sections and accounts."""

from datetime import date

import pytest

from foundation.accounts.enums import Role
from foundation.accounts.models import RoleGrant, User
from foundation.accounts.services import AccountRefused, UserDraft, add_users, end_grant, grant_role
from foundation.audit.models import Entry
from foundation.bureaus.enums import SectionKind
from foundation.bureaus.models import Bureau, Section
from foundation.bureaus.services import BureauRefused, SectionDraft, add_sections, open_bureau

pytestmark = pytest.mark.django_db
DAY = date(2020, 1, 2)


def opened():
    return open_bureau(code="370112", name="济南市历城区财政局", short_name="历城区财政局", by="system", is_demo=True)


def test_open_bureau_refuses_a_code_twice_and_changes_nothing():
    opened()
    entries = Entry.objects.count()

    with pytest.raises(BureauRefused) as caught:
        opened()

    assert caught.value.refusal.code == "bureau_code_taken"
    assert (Bureau.objects.count(), Entry.objects.count()) == (1, entries)


def test_add_sections_updates_by_name():
    bureau = opened()
    add_sections(bureau=bureau, drafts=[SectionDraft("甲科", SectionKind.BUSINESS)], by="system")

    rows = add_sections(
        bureau=bureau,
        drafts=[SectionDraft("乙科", SectionKind.LEGAL), SectionDraft("甲科", SectionKind.TREASURY)],
        by="system",
    )

    assert [(row.name, row.kind) for row in rows] == [("乙科", "LEGAL"), ("甲科", "TREASURY")]
    assert Section.objects.count() == 2


def test_add_users_opens_accounts_with_roles_and_a_password():
    drafts = [UserDraft("a", "甲", (Role.CLERK,), password="geheim-1234"), UserDraft("b", "乙")]

    users = add_users(bureau=opened(), drafts=drafts, by="system", on=DAY)

    assert [user.check_password("geheim-1234") for user in users] == [True, False]
    assert not users[1].has_usable_password()
    assert [(grant.user.username, grant.role) for grant in RoleGrant.objects.all()] == [("a", "CLERK")]
    assert all(user.is_demo for user in users)


@pytest.mark.parametrize("names", [("a", "a"), ("b", "taken")])
def test_add_users_refuses_taken_names_and_opens_none(names):
    bureau = opened()
    add_users(bureau=bureau, drafts=[UserDraft("taken", "甲")], by="system", on=DAY)

    with pytest.raises(AccountRefused):
        add_users(bureau=bureau, drafts=[UserDraft(name, name) for name in names], by="system", on=DAY)

    assert User.objects.count() == 1


def test_roles_are_given_once_and_end_once():
    user = add_users(bureau=opened(), drafts=[UserDraft("a", "甲")], by="system", on=DAY)[0]
    grant = grant_role(user=user, role=Role.CLERK, by="system", on=DAY)
    with pytest.raises(AccountRefused):
        grant_role(user=user, role=Role.CLERK, by="system", on=DAY)

    end_grant(grant=grant, by="system", on=date(2020, 2, 1))

    with pytest.raises(AccountRefused):
        end_grant(grant=grant, by="system", on=date(2020, 3, 1))
    assert grant_role(user=user, role=Role.CLERK, by="system", on=date(2020, 3, 1)).pk != grant.pk


def test_grant_role_refuses_an_account_without_a_bureau():
    user = User.objects.create(username="x")

    with pytest.raises(AccountRefused) as caught:
        grant_role(user=user, role=Role.CLERK, by="system", on=DAY)

    assert caught.value.refusal.code == "no_bureau"
