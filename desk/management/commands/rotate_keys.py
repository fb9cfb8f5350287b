"""Seal and index every sealed field under the first of GONGPING_FIELD_KEYS; see ``--help``."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from desk.services.keys import BATCH, keys_in_use, rotate_keys
from foundation.core import clock
from foundation.core.errors import DomainError


class Command(BaseCommand):
    """Exit 0 where everything stands under the first key, 1 where something is left or a key is missing."""

    help = (
        "Seal and index every sealed field under the first key of GONGPING_FIELD_KEYS. Put the new key first, keep the "
        "old one behind it, restart every process, then run this; an interrupted run goes on where it stopped."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Offer to look only, and the size of a batch."""
        parser.add_argument("--check", action="store_true", help="only say how many texts stand under which key")
        parser.add_argument("--batch", type=int, default=BATCH, help="rows of one transaction")

    def handle(self, *_args: Any, **options: Any) -> None:  # noqa: ANN401 - Django's signature
        """Look, or rotate and say what was done."""
        if options["check"]:
            for name, counts in keys_in_use().items():
                said = ", ".join(f"{count} under {key}" for key, count in sorted(counts.items())) or "empty"
                self.stdout.write(f"{name}: {said}")
            return
        try:
            done = rotate_keys(on=clock.today(), batch=max(options["batch"], 1))
        except DomainError as error:
            raise CommandError(error.refusal.message) from error
        for row in done:
            said = f"{row.rows} rows, {row.resealed} sealed anew, {row.reindexed} indexed anew, {row.left} left"
            self.stdout.write(f"{row.column}: {said}")
        if left := sum(row.left for row in done):
            raise CommandError(
                f"{left} texts were sealed under another key meanwhile: restart every process, run again"
            )
        self.stdout.write("OK: every older key can be taken out of GONGPING_FIELD_KEYS")
