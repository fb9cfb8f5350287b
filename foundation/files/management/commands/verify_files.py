"""Check the kept files against the journal; see ``--help``."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from foundation.files.models import StoredFile
from foundation.files.selectors import unsound


class Command(BaseCommand):
    """Exit 0 where every kept file is as it was taken in, 1 after naming each that is not."""

    help = "Read every kept file and compare size and SHA-256 with its row and with the journal."

    def handle(self, *_args: Any, **_options: Any) -> None:  # noqa: ANN401 - Django's signature
        """Read all, name what is wrong."""
        bad = 0
        for row, problem in unsound():
            bad += 1
            self.stdout.write(f"file {row.pk} ({row.owner_kind or 'nobody'} {row.owner_id or ''}): {problem}")
        if bad:
            raise CommandError(f"{bad} of {StoredFile.objects.count()} files are not as they were taken in")
        self.stdout.write(f"OK {StoredFile.objects.count()} files")
