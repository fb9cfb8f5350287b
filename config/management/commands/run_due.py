"""Do what is due: run it every minute from cron or a timer; running it twice does no harm."""

from datetime import timedelta
from typing import Any, Final

from django.core.management.base import BaseCommand
from django.db import transaction
from django.utils import timezone
from django.utils.module_loading import import_string
from django_tasks_db.models import DBTaskResult

from foundation.audit.services import seal
from foundation.core import clock

STALE: Final = timedelta(minutes=15)
DAILY: Final[tuple[str, ...]] = (
    "admissions.services.remind_entries",
    "appraisals.services.end_due_sanctions",
    "desk.services.close_gone_accounts",
    "desk.services.remind",
    "evaluators.services.remind_expiring",
    "experts.services.end_due_suspensions",
)  # dotted names called as job(on=today); each is idempotent

EVERY_TIME: Final[tuple[str, ...]] = (
    "assignments.services.draws.settle_due",
    "assignments.services.batches.settle_due",
    "disclosure.services.publish_commitments",
    "foundation.notices.services.outbox.send_due",
)  # called as job(at=now); idempotent


class Command(BaseCommand):
    """Return killed jobs to the queue, link the journal, end what has run out of time, and run every daily job."""

    help = __doc__ or ""

    def handle(self, *_args: Any, **_options: Any) -> None:  # noqa: ANN401 - Django's signature
        """Do these steps and say what was done."""
        now = timezone.now()
        with transaction.atomic():
            killed = DBTaskResult.objects.select_for_update().filter(status="RUNNING", started_at__lt=now - STALE)
            returned = killed.update(status="READY", started_at=None)
        head = seal()
        for name in EVERY_TIME:
            import_string(name)(at=clock.now())
        for name in DAILY:
            import_string(name)(on=clock.today())
        self.stdout.write(f"{returned} killed jobs returned; journal at {head.number}; {len(DAILY)} daily jobs done")
