"""Notices that leave the system: queued with the act, sent after it, tried again, and silent about firms and units."""

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from django.core import mail
from django.db import transaction
from django.test import Client
from django.urls import reverse

from assignments.services.assignments import notify as notify_seat
from foundation.accounts.enums import Role
from foundation.accounts.models import User
from foundation.audit.models import Entry
from foundation.core.crypto import encrypt
from foundation.core.errors import NotAllowed, TransitionRefused
from foundation.notices.enums import MessageStatus, Way
from foundation.notices.models import Message, Notice
from foundation.notices.services import notify, send_again, send_due
from foundation.notices.services.gateways import FileGateway, GatewayError
from foundation.notices.services.outbox import PAUSES, WAYS, text_of
from tests.factories.assignments import ExpertAssignmentFactory, FirmAssignmentFactory, expert_user, firm_user
from tests.factories.foundation import UserFactory

pytestmark = pytest.mark.django_db
AT = datetime(2020, 9, 1, 2, tzinfo=UTC)
ROOT = Path(__file__).parents[3]


class BrokenGateway(FileGateway):
    """A carrier that takes nothing."""

    def send(self, *, to, text, reference):
        raise GatewayError(f"carrier is down for {reference}")


@pytest.fixture
def folder(settings, tmp_path):
    settings.SMS_FOLDER = tmp_path / "sms"
    return settings.SMS_FOLDER


@pytest.fixture
def expert(folder):
    """Give an expert with a telephone and a mail address, told of a seat."""
    seat = ExpertAssignmentFactory()
    user = expert_user(seat.expert)
    seat.expert.person.phone_sealed = encrypt("13800001234")
    seat.expert.person.email = "zhang@example.org"
    seat.expert.person.save()
    notify_seat(assignment=seat, by=UserFactory(bureau=seat.bureau, role=Role.CLERK), at=AT)
    Message.objects.update(due_at=AT)
    return user


def states():
    return dict(Message.objects.values_list("way", "status"))


def test_notice_goes_out_by_both_ways_and_keeps_no_address(expert, folder):
    assert states() == {Way.MAIL: MessageStatus.QUEUED, Way.SMS: MessageStatus.QUEUED}
    assert send_due(at=AT) == 2

    sms, letter = Message.objects.get(way=Way.SMS), Message.objects.get(way=Way.MAIL)
    (file,) = folder.iterdir()
    kept = json.loads(file.read_text(encoding="utf-8"))
    assert kept["to"] == "13800001234"
    assert kept["text"].startswith("【公评】")
    assert (sms.status, sms.sent_to, sms.sent_at, sms.receipt) == ("DELIVERED", "138****1234", AT, file.name)
    assert (letter.status, letter.sent_to) == ("DELIVERED", "z***@example.org")
    assert mail.outbox[0].to == ["zhang@example.org"]
    assert "/expert/" in mail.outbox[0].body
    assert "13800001234" not in str(list(Message.objects.values()))
    assert send_due(at=AT + timedelta(hours=1)) == 0
    assert (len(list(folder.iterdir())), len(mail.outbox)) == (1, 1)


def test_what_goes_out_names_neither_firm_nor_unit_nor_title(folder):
    seat = FirmAssignmentFactory()
    firm_user(seat.firm)
    notify_seat(assignment=seat, by=UserFactory(bureau=seat.bureau, role=Role.CLERK), at=AT)
    names = (seat.firm.organisation.name, seat.task.unit.organisation.name, seat.task.title)

    texts = [text_of(row.notice, Way(row.way)) for row in Message.objects.select_related("notice")]

    assert len(texts) == 2
    assert not [name for name in names for text in texts if name in text]


@pytest.mark.parametrize("code", sorted(WAYS))
def test_words_of_what_leaves_the_system_have_no_place_for_a_name(code):
    words = (ROOT / "templates" / "notices" / f"{code}.txt").read_text(encoding="utf-8")

    assert not [key for key in ("firm", "unit_name", "organisation", "title", "project") if f"{{{{ {key}" in words]


def test_carrier_that_fails_is_tried_again_and_given_up(expert, settings):
    settings.SMS_GATEWAY = "tests.foundation.notices.test_outbox.BrokenGateway"
    at = AT
    assert send_due(at=at) == 1  # the mail
    for pause in PAUSES:
        row = Message.objects.get(way=Way.SMS)
        assert (row.status, row.due_at) == (MessageStatus.QUEUED, at + pause)
        assert send_due(at=row.due_at - timedelta(seconds=1)) == 0
        at = row.due_at
        send_due(at=at)
    row = Message.objects.get(way=Way.SMS)
    assert (row.status, row.tries) == (MessageStatus.FAILED, len(PAUSES) + 1)
    assert row.fault == f"carrier is down for sms-{row.pk}"
    assert send_due(at=at + timedelta(days=9)) == 0


def test_who_has_no_address_is_said_and_reached_once_it_is_known(folder):
    seat = ExpertAssignmentFactory()
    user = expert_user(seat.expert)
    User.objects.filter(pk=user.pk).update(email="")
    notify_seat(assignment=seat, by=UserFactory(bureau=seat.bureau, role=Role.CLERK), at=AT)
    Message.objects.update(due_at=AT)
    admin = UserFactory(bureau=user.bureau, role=Role.ADMINISTRATOR)

    assert send_due(at=AT) == 0
    assert set(states().values()) == {MessageStatus.NO_ADDRESS}
    row = Message.objects.get(way=Way.SMS)
    seat.expert.person.phone_sealed = encrypt("139 0000 5678")
    seat.expert.person.save()
    send_again(message=row, by=admin, at=AT)
    assert send_due(at=AT) == 1
    assert json.loads(next(folder.iterdir()).read_text())["to"] == "13900005678"
    assert Entry.objects.filter(action="notices.sent_again").count() == 1
    with pytest.raises(TransitionRefused):
        send_again(message=row, by=admin, at=AT)
    for other in (UserFactory(role=Role.ADMINISTRATOR), UserFactory(bureau=user.bureau, role=Role.CLERK)):
        with pytest.raises(NotAllowed):
            send_again(message=Message.objects.get(way=Way.MAIL), by=other, at=AT)


def test_who_left_and_asked_not_to_be_shown_is_not_written_to(expert, folder):
    expert_of = Notice.objects.get(user=expert)
    assert expert_of.messages.count() == 2
    from parties.models import Person

    Person.objects.update(contact_masked_on=date(2020, 8, 1))

    assert send_due(at=AT) == 0
    assert set(states().values()) == {MessageStatus.NO_ADDRESS}


def test_act_that_is_taken_back_sends_nothing(folder):
    user = UserFactory(email="a@example.org")
    with transaction.atomic():
        notify(users=[user], code="assignment_waits")
        assert Message.objects.count() == 2
        transaction.set_rollback(True)

    assert not Message.objects.exists()


def test_notice_of_an_occasion_is_sent_once(folder):
    user = UserFactory(email="a@example.org")
    for _turn in range(2):
        notify(users=[user], code="qualification_ends", facts={"last_day": "2020-12-31"}, once="q-1-30")
    notify(users=[user], code="due", facts={})  # stays in the system

    assert Message.objects.count() == 1


def test_file_that_cannot_be_written_is_a_fault_of_the_carrier(settings, tmp_path):
    (tmp_path / "file").write_text("")
    settings.SMS_FOLDER = tmp_path / "file" / "sms"

    with pytest.raises(GatewayError):
        FileGateway().send(to="1", text="x", reference="sms-1")


def test_who_keeps_the_accounts_sees_what_failed_and_sends_it_again(expert, settings):
    settings.SMS_GATEWAY = "tests.foundation.notices.test_outbox.BrokenGateway"
    Message.objects.filter(way=Way.SMS).update(tries=len(PAUSES))
    send_due(at=AT)
    row = Message.objects.get(way=Way.SMS)
    clients = {role: Client() for role in (Role.ADMINISTRATOR, Role.CLERK)}
    for role, client in clients.items():
        client.force_login(UserFactory(bureau=expert.bureau, role=role))
    again = reverse("pages:message-again", args=[row.pk])

    page = clients[Role.ADMINISTRATOR].get(reverse("pages:outbox")).content.decode()

    assert again in page
    assert "138****1234" in page
    assert "13800001234" not in page
    assert clients[Role.CLERK].get(reverse("pages:outbox")).status_code == 403
    assert clients[Role.ADMINISTRATOR].post(again).status_code == 302
    assert Message.objects.get(pk=row.pk).status == MessageStatus.QUEUED
