"""The journal: an entry stands or falls with its act, the chain shows every change and every hole."""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction

from foundation.audit.models import Anchor, Entry, Head, Link, Payload, Pending
from foundation.audit.rules import GENESIS, GENESIS_HASH, link_hash, payload_hash
from foundation.audit.selectors import ancestor_hash, head, history, verify_chain, visible_to
from foundation.audit.services import JournalRefused, anchor, record, seal
from tests.factories.foundation import UserFactory

ROOT = Path(__file__).parents[3]
pytestmark = pytest.mark.django_db


@pytest.fixture
def user():
    return UserFactory()


def acts(user, count=3, **facts):
    """Record ``count`` acts, seal them and return the entries."""
    made = [record(actor=user, action=f"tests.act{n}", subject=user, facts={"n": n, **facts}) for n in range(count)]
    seal()
    return made


# ---- writing


def test_hash_is_what_the_document_says():
    import hashlib

    text = '{"action":"x"}'
    body = (7).to_bytes(8, "big") + (1_600_000_000_000_000).to_bytes(8, "big")
    body += bytes.fromhex("ab" * 32) + hashlib.sha256(text.encode()).digest()

    assert hashlib.sha256(GENESIS).hexdigest() == GENESIS_HASH
    assert (
        link_hash(number=7, sealed_at_us=1_600_000_000_000_000, previous="ab" * 32, text=text)
        == hashlib.sha256(body).hexdigest()
    )


def test_entry_holds_act_actor_subject_and_plain_facts(user):
    entry = record(actor=user, action="tests.did", subject=user, facts={"who": user, "list": (1, "二"), "flag": True})

    body = json.loads(entry.text)
    assert body["action"] == "tests.did"
    assert body["actor"] == {"id": user.pk, "kind": "user", "name": user.username}
    assert body["subject"] == {"id": user.pk, "kind": "accounts.user"}
    assert body["facts"] == {"who": user.pk, "list": [1, "二"], "flag": True}
    assert entry.bureau_code == user.bureau.code
    assert list(history(user)) == [entry]


def test_system_acts_under_its_own_name(user):
    entry = record(actor="system", action="tests.did", subject=user)

    assert json.loads(entry.text)["actor"] == {"id": None, "kind": "system", "name": "system"}
    assert (entry.actor_kind, entry.actor_id) == ("system", None)


def test_private_facts_stand_in_the_payload_only(user):
    entry = record(actor=user, action="tests.did", subject=user, private={"id_number": "370102197001019876"})

    payload = Payload.objects.get(entry=entry)
    assert "370102197001019876" not in entry.text
    assert json.loads(payload.data) == {"id_number": "370102197001019876"}
    assert json.loads(entry.text)["payload"] == payload_hash(salt=payload.salt, data=payload.data)


def test_same_private_facts_have_different_hashes(user):
    first, second = (record(actor=user, action="tests.did", subject=user, private={"n": 1}) for _ in range(2))

    assert json.loads(first.text)["payload"] != json.loads(second.text)["payload"]


def test_reader_sees_the_entries_of_the_own_bureau(user):
    record(actor=user, action="tests.did", subject=user)
    foreign = UserFactory()

    assert list(visible_to(foreign)) == []
    assert visible_to(user).count() == 1


@pytest.mark.django_db(transaction=True)
def test_entry_is_rolled_back_with_its_act(user):
    Entry.objects.exists()
    before = (Entry.objects.count(), Link.objects.count(), Pending.objects.count(), head())

    def act():
        with transaction.atomic():
            user.name = "改名"
            user.save()
            record(actor=user, action="tests.renamed", subject=user, private={"x": 1})
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        act()

    user.refresh_from_db()
    assert user.name != "改名"
    assert (Entry.objects.count(), Link.objects.count(), Pending.objects.count(), head()) == before
    assert not Payload.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_commit_links_what_it_recorded_in_order(user):
    with transaction.atomic():
        made = [record(actor=user, action=f"tests.act{n}", subject=user) for n in range(3)]
        assert Pending.objects.count() == 3
        assert not Link.objects.filter(entry__in=made).exists()

    assert not Pending.objects.exists()
    assert list(Link.objects.filter(entry__in=made).order_by("number").values_list("entry_id", flat=True)) == [
        entry.pk for entry in made
    ]
    assert verify_chain().first_bad == 0


# ---- linking


def test_seal_links_everything_that_waits(user):
    made = [record(actor=user, action="tests.did", subject=user) for _ in range(3)]

    kept = seal()

    assert not Pending.objects.exists()
    assert kept.number == Link.objects.count() == 3
    assert [link.entry_id for link in Link.objects.order_by("number")] == [entry.pk for entry in made]
    assert head() == (kept.number, kept.hash)


def test_each_link_hashes_the_one_before(user):
    acts(user)
    previous = GENESIS_HASH

    for link in Link.objects.select_related("entry").order_by("number"):
        expected = link_hash(
            number=link.number, sealed_at_us=link.sealed_at_us, previous=previous, text=link.entry.text
        )
        assert link.hash == expected
        previous = expected


def test_sealing_nothing_changes_nothing(user):
    acts(user)
    before = head()

    seal()

    assert head() == before


def test_clock_that_went_back_refuses_and_links_nothing(user):
    acts(user)
    Head.objects.update(sealed_at_us=Head.objects.get().sealed_at_us + 60_000_000)
    record(actor=user, action="tests.did", subject=user)
    before = (head(), Link.objects.count(), Pending.objects.count())

    with pytest.raises(JournalRefused) as refused, transaction.atomic():
        seal()

    assert refused.value.refusal.code == "clock_went_back"
    assert (head(), Link.objects.count(), Pending.objects.count()) == before


# ---- verifying


def test_whole_chain_holds_and_counts_what_waits(user):
    acts(user, 4)
    record(actor=user, action="tests.later", subject=user)

    report = verify_chain()

    assert (report.first_bad, report.problem, report.number, report.pending) == (0, "", 4, 1)
    assert (report.number, report.hash) == head()


def text_changed(entry):
    Entry.objects.filter(pk=entry.pk).update(text=entry.text.replace('"n":1', '"n":9'))


def column_changed(entry):
    Entry.objects.filter(pk=entry.pk).update(action="tests.other")


def actor_changed(entry):
    Entry.objects.filter(pk=entry.pk).update(actor_id=entry.actor_id + 1)


def moment_changed(entry):
    Entry.objects.filter(pk=entry.pk).update(recorded_at=entry.recorded_at + timedelta(days=1))


def bureau_changed(entry):
    Entry.objects.filter(pk=entry.pk).update(bureau_code="another")


def kind_changed(entry):
    Entry.objects.filter(pk=entry.pk).update(actor_kind="system")


def time_changed(entry):
    Link.objects.filter(entry=entry).update(sealed_at_us=entry.link.sealed_at_us + 1)


def hash_changed(entry):
    Link.objects.filter(entry=entry).update(hash="0" * 64)


def payload_changed(entry):
    Payload.objects.filter(entry=entry).update(data='{"id":"another"}')


def link_removed(entry):
    Link.objects.filter(entry=entry).delete()


def entry_removed(entry):
    Payload.objects.filter(entry=entry).delete()
    Link.objects.filter(entry=entry).delete()
    Entry.objects.filter(pk=entry.pk).delete()


@pytest.mark.parametrize(
    ("tamper", "words"),
    [
        (text_changed, "was changed"),
        (column_changed, "its columns do not fit"),
        (actor_changed, "its columns do not fit"),
        (moment_changed, "its columns do not fit"),
        (bureau_changed, "its columns do not fit"),
        (kind_changed, "its columns do not fit"),
        (time_changed, "was changed"),
        (hash_changed, "was changed"),
        (payload_changed, "its private payload does not fit"),
        (link_removed, "is missing"),
        (entry_removed, "is missing"),
    ],
)
def test_first_bad_or_missing_entry_is_named(user, tamper, words):
    acts(user, 1)
    entry = record(actor=user, action="tests.act1", subject=user, facts={"n": 1}, private={"id": "one"})
    seal()
    acts(user, 2)

    tamper(entry)

    report = verify_chain()
    assert report.first_bad == 2
    assert report.problem.startswith("entry 2 ")
    assert words in report.problem
    with pytest.raises(CommandError, match="entry 2 "):
        call_command("verify_journal")


def test_two_entries_that_changed_places_are_found(user):
    _first, second, third, _last = acts(user, 4)
    numbers = {second.pk: 3, third.pk: 2}
    rows = {link.entry_id: link for link in Link.objects.filter(entry__in=[second, third])}
    Link.objects.filter(entry__in=[second, third]).delete()
    for entry_id, number in numbers.items():
        old = rows[entry_id]
        Link.objects.create(number=number, entry_id=entry_id, sealed_at_us=old.sealed_at_us, hash=old.hash)

    assert verify_chain().first_bad == 2


def test_last_entry_cut_off_is_missed_by_the_head(user):
    made = acts(user, 3)
    Link.objects.filter(entry=made[-1]).delete()
    Entry.objects.filter(pk=made[-1].pk).delete()

    report = verify_chain()

    assert report.first_bad == 3
    assert "missing" in report.problem


def test_entry_put_in_beside_the_chain_is_found(user):
    acts(user, 2)
    body = json.dumps({"action": "tests.forged"})
    Entry.objects.create(
        recorded_at="2020-01-01T00:00:00Z", actor_kind="user", action="tests.forged", subject_kind="x.y", text=body
    )

    report = verify_chain()

    assert report.first_bad == 3
    assert "stands in no chain" in report.problem


def test_erasing_a_payload_breaks_nothing(user):
    entry = record(actor=user, action="tests.did", subject=user, private={"phone": "13800001111"})
    acts(user, 1)

    Payload.objects.filter(entry=entry).delete()

    assert verify_chain().first_bad == 0


# ---- the command


def test_verify_says_ok_and_prints_the_head(user, capsys):
    acts(user, 2)

    call_command("verify_journal")

    number, digest = head()
    assert capsys.readouterr().out == f"OK 2 entries, 0 waiting, head {number}:{digest}\n"


def test_empty_chain_holds(capsys):
    call_command("verify_journal")

    assert f"head 0:{GENESIS_HASH}" in capsys.readouterr().out


def test_anchor_seals_prints_and_is_kept(user, capsys):
    record(actor=user, action="tests.did", subject=user)

    call_command("verify_journal", "--anchor")

    kept = Anchor.objects.get()
    assert capsys.readouterr().out.strip() == f"{kept.number}:{kept.hash}"
    assert (kept.number, kept.hash) == head()
    assert not Pending.objects.exists()


def test_earlier_head_is_an_ancestor_until_the_chain_is_rebuilt(user):
    acts(user, 2)
    kept = anchor(handed_to="witness")
    acts(user, 2)
    earlier = f"{kept.number}:{kept.hash}"
    call_command("verify_journal", "--against", earlier)
    call_command("verify_journal", "--against", f"0:{GENESIS_HASH}")

    first = Entry.objects.order_by("pk").first()
    Entry.objects.filter(pk=first.pk).update(text=first.text.replace('"n":0', '"n":8'))
    Link.objects.all().delete()
    Head.objects.all().delete()
    Pending.objects.bulk_create(Pending(entry=entry) for entry in Entry.objects.order_by("pk"))
    seal()  # the whole chain fits itself again

    assert verify_chain().first_bad == 0
    assert ancestor_hash(kept.number) != kept.hash
    with pytest.raises(CommandError, match="is no ancestor"):
        call_command("verify_journal", "--against", earlier)


@pytest.mark.parametrize("earlier", ["", "x", "1", "1:", "999:" + "0" * 64, "9" * 40 + ":0", "²:" + "0" * 64])
def test_what_is_no_head_is_no_ancestor(user, earlier):
    acts(user, 1)

    with pytest.raises(CommandError, match="is no ancestor"):
        call_command("verify_journal", "--against", earlier)


PREPARE = """
import django
django.setup()
from django.apps import apps
from django.conf import settings
from django.core.management import call_command
settings.MIGRATION_MODULES = dict.fromkeys(config.label for config in apps.get_app_configs())
call_command("migrate", run_syncdb=True, verbosity=0)
from tests.factories.foundation import UserFactory
from foundation.audit.services import record, seal
user = UserFactory()
for number in range(2):
    record(actor=user, action="tests.did", subject=user)
seal()
"""
SPOIL = """
import django
django.setup()
from foundation.audit.models import Link
Link.objects.filter(number=1).update(hash="0" * 64)
"""


def test_exit_code_of_the_command(tmp_path):
    """In a process and a database of its own, as an operator runs it."""
    environ = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "config.settings.dev",
        "GONGPING_VAR": str(tmp_path),
        "DATABASE_URL": f"sqlite:///{tmp_path / 'journal.sqlite3'}",
    }

    def run(*words, check=False):
        return subprocess.run(
            [sys.executable, *words], cwd=ROOT, env=environ, capture_output=True, text=True, check=check
        )

    run("-c", PREPARE, check=True)
    good = run("manage.py", "verify_journal")
    run("-c", SPOIL, check=True)
    bad = run("manage.py", "verify_journal")

    assert good.returncode == 0
    assert good.stdout.startswith("OK 2 entries")
    assert (bad.returncode, bad.stdout) == (1, "")
    assert "entry 1 was changed" in bad.stderr


AND_ANCHOR = """
from foundation.audit.services import anchor
kept = anchor(handed_to="witness")
print(f"{kept.number}:{kept.hash}")
"""
MORE = """
import django
django.setup()
from foundation.accounts.models import User
from foundation.audit.services import record
for number in range(3):
    record(actor=User.objects.get(), action="tests.after", subject=User.objects.get())
"""
LAST = """
import django
django.setup()
from foundation.audit.models import Entry
from foundation.audit.selectors import verify_chain
assert verify_chain().first_bad == 0
print(Entry.objects.order_by("pk").last().text)
"""


@pytest.mark.edge("E54")
def test_restored_backup_still_verifies_and_says_in_its_journal_what_was_lost(tmp_path):
    """The file of a database is saved, the work goes on, the disk is lost, the file comes back: each in a process."""
    live, saved = tmp_path / "journal.sqlite3", tmp_path / "backup.sqlite3"
    environ = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "config.settings.dev",
        "GONGPING_VAR": str(tmp_path),
        "DATABASE_URL": f"sqlite:///{live}",
    }

    def run(*words):
        done = subprocess.run(
            [sys.executable, *words], cwd=ROOT, env=environ, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    early = run("-c", PREPARE + AND_ANCHOR)
    with closing(sqlite3.connect(live)) as source, closing(sqlite3.connect(saved)) as copy:
        source.backup(copy)
    late = run("-c", MORE + AND_ANCHOR)
    for rest in tmp_path.glob("journal.sqlite3*"):
        rest.unlink()
    shutil.copy(saved, live)

    said = run("manage.py", "verify_journal", "--restored", "每日备份 6月1日", "--against", late)

    assert said.startswith("OK restored at entry 2, 3 lost")
    entry = json.loads(run("-c", LAST))
    facts = {"backup": "每日备份 6月1日", "head": early, "lost": 3, "outside": late}
    assert (entry["action"], entry["facts"]) == ("audit.restored", facts)


@pytest.mark.parametrize(
    ("words", "head", "said"),
    [
        (" ", None, "say which backup"),
        ("备份", "9:short", "is no head"),
        ("备份", "1:" + "0" * 64, "another chain"),
        ("备份", None, ""),
    ],
)
def test_restore_needs_words_and_a_head(user, words, head, said):
    with pytest.raises(CommandError, match="empty"):
        call_command("verify_journal", restored="备份")
    acts(user, 1)
    before = Entry.objects.count()

    if said:
        with pytest.raises(CommandError, match=said):
            call_command("verify_journal", restored=words, against=head)
    else:
        call_command("verify_journal", restored=words)

    assert Entry.objects.count() == before + (not said)
