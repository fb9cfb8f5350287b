"""Changing keys: everything sealed is under the new one, found meanwhile under either, and nothing is lost half way."""

from datetime import date
from io import StringIO

import pytest
from allauth.mfa.models import Authenticator
from django.apps import apps
from django.core.management import CommandError, call_command

from desk.services import keys
from desk.services.keys import KeysRefused, keys_in_use, rotate_keys
from foundation.accounts.enums import Role
from foundation.audit.models import Entry
from foundation.core.crypto import blind_index, decrypt, encrypt, key_id, key_of, sealed_columns
from parties.models import Person
from parties.services import PersonDraft, keep_account, register_persons
from tests.factories.assignments import DrawFactory
from tests.factories.foundation import UserFactory, office

pytestmark = pytest.mark.django_db
ON = date(2020, 6, 1)
IDS = ("11010519491231002X", "440524188001010014")
PHONES = ("13912345678", "13800001111")
ACCOUNT = "6222020200012345678"


@pytest.fixture
def people(settings):
    settings.GONGPING_FIELD_KEYS = ["old-key"]
    return office()


def two(people):
    drafts = [PersonDraft(f"演示{n}", IDS[n], PHONES[n]) for n in range(2)]
    rows = register_persons(bureau=people["bureau"], drafts=drafts, by=people["clerk"], on=ON)
    keep_account(person=rows[0], account=ACCOUNT, bank="演示银行", by=people["clerk"], on=ON)
    return rows


def prefixes():
    return {key for counts in keys_in_use().values() for key in counts}


def opened():
    rows = Person.objects.order_by("pk")
    return [(decrypt(row.id_sealed), decrypt(row.phone_sealed), decrypt(row.account_sealed)) for row in rows]


def test_everything_is_under_the_new_key_and_the_old_one_may_go(people, settings):
    two(people)
    before = opened()
    settings.GONGPING_FIELD_KEYS = ["new-key", "old-key"]

    done = {row.column: row for row in rotate_keys(on=ON)}

    settings.GONGPING_FIELD_KEYS = ["new-key"]
    assert opened() == before == [(IDS[0], PHONES[0], ACCOUNT), (IDS[1], PHONES[1], "")]
    assert [(row.id_index, row.phone_index) for row in Person.objects.order_by("pk")] == [
        (blind_index(number, use="id"), blind_index(phone, use="phone"))
        for number, phone in zip(IDS, PHONES, strict=True)
    ]
    assert prefixes() == {key_id("new-key")}
    assert (done["parties.Person.id_sealed"].resealed, done["parties.Person.id_sealed"].reindexed) == (2, 2)
    assert sum(row.left for row in done.values()) == 0
    assert list(Entry.objects.filter(action__startswith="keys.").order_by("pk").values_list("action", flat=True)) == [
        "keys.rotation_begun",
        "keys.rotated",
    ]


def test_second_run_changes_nothing(people, settings):
    two(people)
    settings.GONGPING_FIELD_KEYS = ["new-key", "old-key"]
    rotate_keys(on=ON)
    before = list(Person.objects.order_by("pk").values())

    done = rotate_keys(on=ON)

    assert {(row.resealed, row.reindexed, row.left) for row in done} == {(0, 0, 0)}
    assert list(Person.objects.order_by("pk").values()) == before


def test_interrupted_run_keeps_what_it_did_and_goes_on(people, settings, monkeypatch):
    first, second = two(people)
    settings.GONGPING_FIELD_KEYS = ["new-key", "old-key"]
    renew, calls = keys._renew, []

    def fails_at_the_second_row(column, row):
        calls.append(row.pk)
        if len(calls) > 1:
            raise KeyboardInterrupt
        return renew(column, row)

    monkeypatch.setattr(keys, "_renew", fails_at_the_second_row)
    with pytest.raises(KeyboardInterrupt):
        rotate_keys(on=ON, batch=1)
    monkeypatch.undo()

    first.refresh_from_db()
    second.refresh_from_db()
    assert (key_of(first.id_sealed), key_of(second.id_sealed)) == (key_id("new-key"), key_id("old-key"))
    drafts = [PersonDraft("改名", number) for number in IDS]
    again = register_persons(bureau=people["bureau"], drafts=drafts, by=people["clerk"], on=ON)
    assert [row.pk for row in again] == [first.pk, second.pk]  # found under either key

    done = {row.column: row for row in rotate_keys(on=ON, batch=1)}
    assert done["parties.Person.id_sealed"].resealed == 1
    assert prefixes() == {key_id("new-key")}


def test_missing_old_key_is_refused_and_nothing_changes(people, settings):
    two(people)
    before = list(Person.objects.order_by("pk").values())
    settings.GONGPING_FIELD_KEYS = ["new-key"]

    with pytest.raises(KeysRefused) as caught:
        rotate_keys(on=ON)

    assert caught.value.refusal.code == "key_missing"
    assert key_id("old-key") in caught.value.refusal.message
    assert list(Person.objects.order_by("pk").values()) == before
    assert not Entry.objects.filter(action__startswith="keys.").exists()


def test_secrets_of_draws_and_of_second_factors_are_sealed_anew(people, settings):
    draw = DrawFactory(secret_sealed=encrypt("99887"))
    user = UserFactory(bureau=people["bureau"], role=Role.CLERK)
    data = {"seed": encrypt("seed"), "used_mask": 3, "migrated_codes": [encrypt("one"), encrypt("two")]}
    factor = Authenticator.objects.create(user=user, type="recovery_codes", data=data)
    settings.GONGPING_FIELD_KEYS = ["new-key", "old-key"]

    rotate_keys(on=ON)

    settings.GONGPING_FIELD_KEYS = ["new-key"]
    draw.refresh_from_db()
    factor.refresh_from_db()
    assert decrypt(draw.secret_sealed) == "99887"
    assert [decrypt(code) for code in factor.data["migrated_codes"]] == ["one", "two"]
    assert (decrypt(factor.data["seed"]), factor.data["used_mask"]) == ("seed", 3)


def test_command_says_what_it_did_and_refuses_with_a_sentence(people, settings):
    two(people)
    settings.GONGPING_FIELD_KEYS = ["new-key", "old-key"]
    said, looked = StringIO(), StringIO()

    call_command("rotate_keys", "--check", stdout=looked)
    call_command("rotate_keys", "--batch", "1", stdout=said)

    assert f"parties.Person.id_sealed: 2 under {key_id('old-key')}" in looked.getvalue()
    assert "parties.Person.phone_sealed: 2 rows, 2 sealed anew, 2 indexed anew, 0 left" in said.getvalue()
    settings.GONGPING_FIELD_KEYS = ["third-key"]
    with pytest.raises(CommandError, match="GONGPING_FIELD_KEYS"):
        call_command("rotate_keys", stdout=said)


def test_every_sealed_column_is_reached():
    kept = {(column.model.lower(), column.column) for column in sealed_columns()}

    sealed = {
        (model._meta.label_lower, field.name)
        for model in apps.get_models()
        for field in model._meta.local_fields
        if field.name.endswith("_sealed")
    }

    assert sealed - kept == set()
