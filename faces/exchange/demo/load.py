"""The demonstration year: rosters through the importers, then the story through the services."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Final

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from desk.selectors import year_summary
from faces.exchange.demo.opening import FOLDER, OPENED_ON, open_demo
from faces.exchange.demo.play.batching import Batching
from faces.exchange.demo.play.playing import Playing
from faces.exchange.demo.play.script import read_script
from faces.exchange.demo.play.stage import Stage, moment
from faces.exchange.importing import NOUNS, Setting, run
from foundation.bureaus.models import Bureau
from foundation.core import clock

YEAR: Final = 2020
# noun, book, the day on which the clerk imported it
ROSTERS: Final = (
    ("specialties", "specialties.xlsx", date(2019, 1, 7)),
    ("units", "units.xlsx", date(2019, 1, 8)),
    ("firms", "firms.xlsx", date(2020, 1, 6)),
    ("experts", "experts.xlsx", date(2020, 1, 7)),
    ("projects", "projects.xlsx", date(2020, 3, 2)),
    ("chain", "chain.xlsx", date(2020, 9, 30)),
    ("training", "training.xlsx", date(2020, 9, 30)),
    ("plan", "plan.xlsx", date(2020, 3, 16)),
)


class DemoRefused(Exception):  # noqa: N818 - reads as a sentence
    """The demonstration cannot be loaded here."""


def load(*, say: Callable[[str], object], with_story: bool = True, with_batch: bool = False) -> Bureau:
    """Build the demonstration year in an empty database, or raise ``DemoRefused`` and write nothing.

    ``with_batch`` plays, instead of the story, the scenario of one batch over all ex-ante evaluations.
    """
    if Bureau.objects.exists():
        raise DemoRefused(_("The database already holds a bureau; the demonstration needs an empty one."))
    with override("zh-hans"), _files_kept_only_whole(), transaction.atomic(), clock.standing_at(moment(OPENED_ON)):
        bureau, users = open_demo()
        say(_("%(bureau)s: %(n)d accounts") % {"bureau": bureau.name, "n": len(users)})
        for code, book, day in ROSTERS:
            setting = Setting(bureau=bureau, by=users["clerk"], on=day)
            report = run(noun=NOUNS[code], content=(FOLDER / book).read_bytes(), name=book, setting=setting)
            say(f"{book}: {', '.join(f'{sheet} {count}' for sheet, count in report.read.items())}")
        if with_batch:
            Batching(Stage(bureau, users)).play(say)
        elif with_story:
            Playing(Stage(bureau, users), read_script()).play(say)
        say(_told(bureau))
    return bureau


def _told(bureau: Bureau) -> str:
    """Say the official figures of the year as they come out of the rows."""
    year = year_summary(bureau, YEAR)
    key, early, own = year["key_evaluations"], year["ex_ante"], year["self_evaluations"]
    parts = (
        _("key evaluations %(tasks)s, %(amount_wan)s, firms %(by_firms)s, bureau %(by_bureau)s") % key,
        _("ex-ante evaluations %(tasks)s, %(amount_wan)s, re-reviewed %(re_reviewed)s") % early,
        _("self-evaluations %(projects)s, %(amount_wan)s, mean %(mean_score)s") % own,
        _("targets published %(n)s") % {"n": year["targets_published"]},
        _("whole-department pilots %(n)s") % {"n": year["whole_department_pilots"]},
    )
    return "\n".join(parts)


@contextmanager
def _files_kept_only_whole() -> Iterator[None]:
    """Take away the files that were stored on the way when the loading breaks off."""
    folder = Path(settings.MEDIA_ROOT)
    before = set(folder.rglob("*"))
    try:
        yield
    except BaseException:
        for path in set(folder.rglob("*")) - before:
            if path.is_file():
                path.unlink()
        raise
