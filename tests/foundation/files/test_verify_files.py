"""verify_files names every kept file that is not the one the journal says was taken in."""

import hashlib

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command

from foundation.audit.models import Entry
from foundation.files.models import StoredFile
from foundation.files.services import store_made
from tests.factories.foundation import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def kept():
    user = UserFactory()
    return [
        store_made(bureau=user.bureau, name=f"{n}.csv", content=b"a,b\n" * (n + 1), owner=user, by=user)
        for n in range(3)
    ]


def overwrite(row, content):
    default_storage.delete(row.content.name)
    default_storage.save(row.content.name, ContentFile(content))


def test_files_as_they_were_taken_in_are_ok(kept, capsys):
    call_command("verify_files")

    assert capsys.readouterr().out == "OK 3 files\n"


def test_store_without_a_file_is_ok(capsys):
    call_command("verify_files")

    assert capsys.readouterr().out == "OK 0 files\n"


def remove(row):
    default_storage.delete(row.content.name)


def shorten(row):
    overwrite(row, b"a,b\n")


def swap_bytes(row):
    overwrite(row, b"b,a\n" * 2)


def swap_bytes_and_row(row):
    swap_bytes(row)
    StoredFile.objects.filter(pk=row.pk).update(sha256=hashlib.sha256(b"b,a\n" * 2).hexdigest())


def drop_entry(row):
    entries = Entry.objects.filter(action="files.stored", subject_id=row.pk)
    for entry in entries:
        entry.pending.delete() if hasattr(entry, "pending") else entry.link.delete()
    entries.delete()


@pytest.mark.parametrize(
    ("tamper", "words"),
    [
        (remove, "cannot be read"),
        (shorten, "it has 4 bytes, not 8"),
        (swap_bytes, "its bytes were changed"),
        (swap_bytes_and_row, "the journal says another digest"),
        (drop_entry, "the journal knows nothing of it"),
    ],
)
def test_each_file_that_was_changed_is_named(kept, capsys, tamper, words):
    tamper(kept[1])

    with pytest.raises(CommandError, match="1 of 3 files"):
        call_command("verify_files")

    said = capsys.readouterr().out
    assert said.startswith(f"file {kept[1].pk} (accounts.user {kept[1].owner_id}): ")
    assert words in said
    assert said.count("\n") == 1


def test_journal_is_asked_once_for_many_files(kept, django_assert_num_queries):
    with django_assert_num_queries(3):  # the files, their entries, their number
        call_command("verify_files")
