"""Is the process able to work: database, migrations, queue."""

from datetime import timedelta
from typing import Final

from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from django_tasks_db.models import DBTaskResult

from foundation.audit.models import Pending

STALE: Final = timedelta(minutes=15)
UNLINKED: Final = timedelta(seconds=10)


@login_not_required
@never_cache
@require_safe
def healthz(_request: HttpRequest) -> JsonResponse:
    """Answer 200 with the state of database, queue and journal; 503 where the database does not answer."""
    now = timezone.now()
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        waiting = DBTaskResult.objects.filter(status="READY").count()
        stale = DBTaskResult.objects.filter(status="RUNNING", started_at__lt=now - STALE).count()
        unlinked = Pending.objects.filter(entry__recorded_at__lt=now - UNLINKED).count()
    except DatabaseError:
        return JsonResponse({"status": "failed", "database": {"status": "failed"}}, status=503)
    return JsonResponse(
        {
            "status": "ok" if not stale and not unlinked else "degraded",
            "database": {"status": "ok", "vendor": connection.vendor},
            "queue": {"status": "ok" if not stale else "stale", "waiting": waiting, "stale": stale},
            "journal": {"status": "ok" if not unlinked else "late", "unlinked": unlinked},
        }
    )
