"""Load the demonstration year through the importers that users have, and play it through the services."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from faces.exchange.demo.load import DemoRefused, load
from faces.exchange.demo.play.stage import StoryRefused
from faces.exchange.faults import ImportRefused


class Command(BaseCommand):
    """``manage.py load_demo``: build the year 2020 of 济南市历城区 in an empty database."""

    help = "Build the demonstration year 2020 from the spreadsheets in faces/exchange/demo. Needs an empty database."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Offer to stop after the rosters."""
        parser.add_argument("--rosters-only", action="store_true", help="stop before the story of the year is played")
        parser.add_argument(
            "--batch", action="store_true", help="instead of the story: one batch over all 74 ex-ante evaluations"
        )

    def handle(self, *_args: Any, **options: Any) -> None:  # noqa: ANN401 - as in Django
        """Load, telling each step."""
        try:
            load(say=self.stdout.write, with_story=not options["rosters_only"], with_batch=options["batch"])
        except (DemoRefused, StoryRefused, ImportRefused) as error:
            raise CommandError(str(error)) from error
