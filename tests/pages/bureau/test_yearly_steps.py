"""The bureau's pages of yearly steps, invitations and undertaking texts, and the page on which an entry is claimed."""

import re
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from admissions.models import Invitation, Objection
from admissions.services import ask_renewal, confirm_year, invite
from evaluators.selectors import firm_of
from faces.pages.applicant.door import TRIES_AN_HOUR
from foundation.accounts.enums import Role
from foundation.accounts.models import User
from foundation.core import clock
from foundation.notices.models import Notice
from foundation.rulesets.models import Wording
from tests.factories.admissions import begun, handed_in, in_notice
from tests.factories.assignments import ExpertFactory, FirmFactory, expert_user, firm_user
from tests.factories.foundation import UserFactory, office

pytestmark = pytest.mark.django_db
DAY = date(2020, 6, 2)
NOON = datetime(2020, 6, 2, 12, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
ACCOUNT = {
    "name": "认领人",
    "username": "claims.it",
    "password": "correct horse battery",
    "again": "correct horse battery",
}


@pytest.fixture(autouse=True)
def _moment():
    cache.clear()
    with clock.standing_at(NOON):
        yield


@pytest.fixture
def people():
    return office()


def page(name, *args):
    return reverse(f"pages:{name}", args=args)


def signed_in(user):
    client = Client()
    client.force_login(User.objects.get(pk=user.pk))
    return client


def invited(people, firm):
    """Return the secret that the clerk reads, once."""
    response = signed_in(people["clerk"]).post(page("firm-invite", firm.number))
    assert (response.status_code, response["Cache-Control"]) == (200, "no-store")
    return re.search(r"/apply/claim/([\w-]+)/", response.content.decode()).group(1)


@pytest.mark.rule("R-60")
def test_imported_firm_is_claimed_with_the_address_that_the_clerk_read_once(people):
    firm = FirmFactory(bureau=people["bureau"])
    assert (
        page("firm-invite", firm.number) in signed_in(people["clerk"]).get(page("firm", firm.number)).content.decode()
    )
    secret = invited(people, firm)
    stranger = Client()
    shown = stranger.get(page("claim", secret)).content.decode()
    assert firm.organisation.name in shown

    response = stranger.post(page("claim", secret), ACCOUNT, follow=True)

    assert response.redirect_chain[-1][0] == page("firm-home")
    assert firm_of(User.objects.get(username="claims.it")) == firm
    assert Client().get(page("claim", secret)).status_code == 404
    assert Client().post(page("claim", secret), {**ACCOUNT, "username": "second"}).status_code == 404
    assert not User.objects.filter(username="second").exists()


def test_applicant_claims_with_a_yes(people):
    firm, row = FirmFactory(bureau=people["bureau"]), begun(people["bureau"])
    secret = invited(people, firm)
    client = signed_in(row.applicant)

    assert client.get(page("claim", secret)).status_code == 200
    response = client.post(page("claim", secret), follow=True)

    assert response.redirect_chain[-1][0] == page("firm-home")
    row.refresh_from_db()
    assert row.status == "WITHDRAWN"


def test_account_with_another_desk_is_refused_and_a_bad_password_says_where(people):
    firm = FirmFactory(bureau=people["bureau"])
    secret = invited(people, firm)

    assert signed_in(people["clerk"]).post(page("claim", secret)).status_code == 409
    short = Client().post(page("claim", secret), {**ACCOUNT, "password": "short", "again": "short"})
    assert (short.status_code, "password" in short.context["form"].errors) == (422, True)
    assert Invitation.objects.get().used_on is None


def test_claiming_is_tried_so_often_and_no_more(people):
    firm = FirmFactory(bureau=people["bureau"])
    UserFactory(username="claims.it")
    secret = invited(people, firm)

    tries = [Client().post(page("claim", secret), ACCOUNT) for _turn in range(TRIES_AN_HOUR + 1)]

    codes = [one.context["form"].refusal.code for one in tries]
    assert codes == ["username_taken"] * TRIES_AN_HOUR + ["too_often"]


def test_expert_with_an_account_is_not_invited(people):
    free, known = ExpertFactory(bureau=people["bureau"]), ExpertFactory(bureau=people["bureau"])
    expert_user(known)
    clerk = signed_in(people["clerk"])

    assert page("expert-invite", free.number) in clerk.get(page("expert", free.number)).content.decode()
    assert page("expert-invite", known.number) not in clerk.get(page("expert", known.number)).content.decode()
    assert clerk.post(page("expert-invite", known.number)).status_code == 409
    assert clerk.post(page("expert-invite", free.number)).status_code == 200


def test_clerk_reminds_the_ticked(people):
    firm, expert = FirmFactory(bureau=people["bureau"]), ExpertFactory(bureau=people["bureau"])
    users = [firm_user(firm), expert_user(expert)]
    clerk = signed_in(people["clerk"])

    clerk.post(page("unconfirmed-firms"), {"action": "remind", "row": [firm.pk]})
    clerk.post(page("unconfirmed-experts"), {"action": "remind", "row": [expert.pk]})

    assert [Notice.objects.filter(user=user, code="confirmation_due").count() for user in users] == [1, 1]
    assert "2020" in signed_in(users[0]).get(page("notices")).content.decode()


def test_head_writes_a_text_that_firms_then_read(people):
    head = signed_in(people["head"])
    firm = FirmFactory(bureau=people["bureau"])
    user = firm_user(firm)
    assert head.get(page("undertaking-text-add")).status_code == 200

    response = head.post(
        page("undertaking-text-add"), {"kind": "FIRM", "in_force_from": "2020-06-02", "text": "我单位承诺独立评价。"}
    )

    row = Wording.objects.get()
    assert response["Location"] == page("undertaking-text", row.pk)
    for address in (page("undertaking-text", row.pk), page("undertaking-texts")):
        assert "我单位承诺独立评价。" in head.get(address).content.decode()
    assert "我单位承诺独立评价。" in signed_in(user).get(page("firm-undertaking")).content.decode()
    assert (
        head.post(
            page("undertaking-text-add"), {"kind": "FIRM", "in_force_from": "2020-06-01", "text": "旧"}
        ).status_code
        == 409
    )
    assert signed_in(people["clerk"]).get(page("undertaking-text-add")).status_code == 403


def test_steps_are_not_there_for_another_bureau_nor_open_to_owners(people):
    firm = FirmFactory(bureau=people["bureau"], term_ends_on=date(2020, 7, 1))
    user = firm_user(firm)
    row = confirm_year(entry=firm, given={"address": "新址"}, by=user, on=DAY)
    asked = ask_renewal(entry=firm, words="", by=user, on=DAY)
    application = in_notice(handed_in(people["bureau"]), people["clerk"])
    objection = Objection.objects.create(
        application=application, raised_on=DAY, words="异议", recorded_by=people["clerk"]
    )
    addresses = [
        page("confirmation", row.pk), page("confirmation-take", row.pk), page("confirmation-decline", row.pk),
        page("renewal", asked.pk), page("renewal-grant", asked.pk), page("renewal-refuse", asked.pk),
        page("application-objection", application.pk), page("objection-decide", objection.pk),
        page("firm-invite", firm.number),
    ]  # fmt: skip
    readers = {"other": UserFactory(role=Role.CLERK), "owner": user, "clerk": people["clerk"]}

    found = {
        name: {signed_in(reader).get(address).status_code for address in addresses} for name, reader in readers.items()
    }

    assert found == {"other": {404}, "owner": {403}, "clerk": {200}}


def test_expert_without_entry_finds_no_step(people):
    client = signed_in(UserFactory(bureau=people["bureau"], role=Role.EXPERT))

    assert {
        client.get(page(f"expert-{step}")).status_code for step in ("undertaking", "renewal-ask", "renewal-withdraw")
    } == {404}


def test_owner_of_an_expert_with_a_running_application_takes_it_back(people):
    expert = ExpertFactory(bureau=people["bureau"], term_ends_on=date(2020, 7, 1))
    user = expert_user(expert)
    client = signed_in(user)
    assert client.post(page("expert-renewal-withdraw")).status_code == 404
    confirm_year(entry=expert, given={}, by=user, on=DAY)
    ask_renewal(entry=expert, words="", by=user, on=DAY)

    assert page("expert-renewal-withdraw") in client.get(page("expert-record")).content.decode()
    assert client.post(page("expert-renewal-withdraw")).status_code == 302
    assert page("expert-renewal-ask") in client.get(page("expert-record")).content.decode()


def test_secret_in_an_invitation_row_is_not_what_opens_it(people):
    row, secret = invite(entry=FirmFactory(bureau=people["bureau"]), by=people["clerk"], on=DAY)

    assert row.digest != secret
    assert Client().get(page("claim", row.digest)).status_code == 404
