"""Check the journal's chain; see ``--help``."""

import re
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from foundation.audit.models import Link
from foundation.audit.selectors import ChainReport, ancestor_hash, verify_chain
from foundation.audit.services import anchor, record, seal

PLACE = re.compile(r"[0-9]{1,18}")
HASH = re.compile(r"[0-9a-f]{64}")


class Command(BaseCommand):
    """Exit 0 where every entry is in place, 1 naming the first bad or missing one."""

    help = "Recompute the journal's hash chain."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Offer to print a head and to check an earlier one."""
        parser.add_argument("--anchor", action="store_true", help="print the head as NUMBER:HASH, to be kept outside")
        parser.add_argument(
            "--against", metavar="HEAD", help="check that this earlier NUMBER:HASH is still an ancestor"
        )
        parser.add_argument(
            "--restored",
            metavar="WORDS",
            help="say in the journal which backup was restored; with --against how many entries are lost",
        )

    def handle(self, *_args: Any, **options: Any) -> None:  # noqa: ANN401 - Django's signature
        """Verify, then anchor or compare."""
        report = verify_chain()
        if report.first_bad:
            raise CommandError(report.problem)
        earlier, restored = options["against"], options["restored"]
        if restored is not None:
            self._say_restored(report, restored, earlier)
            return
        if earlier is not None:  # an empty one is wrong, not absent: a script's variable may be empty
            number, _colon, digest = str(earlier).partition(":")
            if not PLACE.fullmatch(number) or ancestor_hash(int(number)) != digest:
                raise CommandError(f"{earlier} is no ancestor: the chain was cut or rebuilt before entry {number}")
        if options["anchor"]:
            kept = anchor(handed_to="command line")
            self.stdout.write(f"{kept.number}:{kept.hash}")
            return
        self.stdout.write(f"OK {report.number} entries, {report.pending} waiting, head {report.number}:{report.hash}")

    def _say_restored(self, report: ChainReport, words: str, outside: str | None) -> None:
        """Write the restore into the chain it brought back; an outside head beyond its end tells what is lost."""
        if not report.number:
            raise CommandError("the journal is empty: nothing was restored")
        if not words.strip():
            raise CommandError("say which backup was restored, of which day")
        number, _colon, digest = str(outside or f"{report.number}:{report.hash}").partition(":")
        if not PLACE.fullmatch(number) or not HASH.fullmatch(digest):
            raise CommandError(f"{outside} is no head")
        lost = max(int(number) - report.number, 0)
        if not lost and ancestor_hash(int(number)) != digest:
            raise CommandError(f"{outside} is no ancestor: what was restored is another chain")
        facts = {
            "backup": words.strip(),
            "head": f"{report.number}:{report.hash}",
            "outside": f"{number}:{digest}",
            "lost": lost,
        }
        with transaction.atomic():
            record(actor="system", action="audit.restored", subject=Link.objects.get(number=report.number), facts=facts)
            kept = seal()
        self.stdout.write(f"OK restored at entry {report.number}, {lost} lost, head {kept.number}:{kept.hash}")
