"""What runs in the background."""

from datetime import date

from faces.exchange.background import check_sent, undo_sent, write_sent
from faces.exchange.models import ImportRun
from foundation.accounts.models import User


def check(*, run: int, by: int, on: str) -> None:
    """Check a large file."""
    check_sent(run_=ImportRun.objects.get(pk=run), by=User.objects.get(pk=by), on=date.fromisoformat(on))


def write(*, run: int, by: int, on: str) -> None:
    """Write a large file that was checked."""
    write_sent(run_=ImportRun.objects.get(pk=run), by=User.objects.get(pk=by), on=date.fromisoformat(on))


def undo(*, run: int, by: int, on: str) -> None:
    """Take back what a large file wrote."""
    undo_sent(run_=ImportRun.objects.get(pk=run), by=User.objects.get(pk=by), on=date.fromisoformat(on))
