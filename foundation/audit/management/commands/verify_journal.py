"""Check the journal's chain; see ``--help``."""

import re
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from foundation.audit.selectors import ancestor_hash, verify_chain
from foundation.audit.services import anchor

PLACE = re.compile(r"[0-9]{1,18}")


class Command(BaseCommand):
    """Exit 0 where every entry is in place, 1 naming the first bad or missing one."""

    help = "Recompute the journal's hash chain."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Offer to print a head and to check an earlier one."""
        parser.add_argument("--anchor", action="store_true", help="print the head as NUMBER:HASH, to be kept outside")
        parser.add_argument(
            "--against", metavar="HEAD", help="check that this earlier NUMBER:HASH is still an ancestor"
        )

    def handle(self, *_args: Any, **options: Any) -> None:  # noqa: ANN401 - Django's signature
        """Verify, then anchor or compare."""
        report = verify_chain()
        if report.first_bad:
            raise CommandError(report.problem)
        earlier = options["against"]
        if earlier is not None:  # an empty one is wrong, not absent: a script's variable may be empty
            number, _colon, digest = str(earlier).partition(":")
            if not PLACE.fullmatch(number) or ancestor_hash(int(number)) != digest:
                raise CommandError(f"{earlier} is no ancestor: the chain was cut or rebuilt before entry {number}")
        if options["anchor"]:
            kept = anchor(handed_to="command line")
            self.stdout.write(f"{kept.number}:{kept.hash}")
            return
        self.stdout.write(f"OK {report.number} entries, {report.pending} waiting, head {report.number}:{report.hash}")
