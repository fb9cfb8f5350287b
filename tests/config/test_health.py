"""Health, due jobs, and production that refuses to start half-configured."""

import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import call_command
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from foundation.audit.models import Head, Link
from foundation.audit.services import record
from tests.factories.foundation import UserFactory

ROOT = Path(__file__).parents[2]
NEEDED = {
    "GONGPING_SECRET_KEY": "x" * 50,
    "GONGPING_FIELD_KEYS": "key",
    "GONGPING_HOSTS": "gongping.test",
    "GONGPING_PUBLIC_URL": "https://gongping.test",
    "DATABASE_URL": "sqlite:///nowhere.sqlite3",
    "REDIS_URL": "redis://127.0.0.1:6379/9",
}


@pytest.mark.django_db
def test_health_answers_strangers(client):
    response = client.get("/healthz")

    assert response.status_code == 200
    assert response.json()["database"]["status"] == "ok"
    assert response.json()["queue"] == {"status": "ok", "waiting": 0, "stale": 0}


@pytest.mark.django_db
def test_run_due_returns_killed_jobs_and_links_the_journal():
    started = timezone.now() - timedelta(hours=1)
    job = DBTaskResult.objects.create(
        status="RUNNING", started_at=started, args_kwargs={"args": [], "kwargs": {}}, priority=0,
        task_path="foundation.core.queue.run", queue_name="default", backend_name="default",
    )  # fmt: skip
    user = UserFactory()
    record(actor=user, action="tests.did", subject=user)

    call_command("run_due")

    job.refresh_from_db()
    assert job.status == "READY"
    assert Head.objects.get().number == Link.objects.count() >= 1


@pytest.mark.parametrize("missing", NEEDED)
def test_production_refuses_to_start_and_names_the_missing_variable(missing):
    environ = {key: value for key, value in os.environ.items() if key not in NEEDED}
    environ |= {key: value for key, value in NEEDED.items() if key != missing}
    environ["DJANGO_SETTINGS_MODULE"] = "config.settings.prod"

    done = subprocess.run(
        [sys.executable, "-c", "import config.settings.prod"],
        cwd=ROOT,
        env=environ,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode != 0
    assert missing in done.stderr


def test_production_starts_when_nothing_is_missing():
    environ = {**os.environ, **NEEDED, "DJANGO_SETTINGS_MODULE": "config.settings.prod"}

    done = subprocess.run(
        [sys.executable, "-c", "import config.settings.prod"],
        cwd=ROOT,
        env=environ,
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stderr) == (0, "")
