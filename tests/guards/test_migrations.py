"""The tests build their tables from the models; here the migrations build theirs, and both are the same."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.apps import apps
from django.db import connection

from tests.conftest import own_database

ROOT = Path(__file__).parents[2]


def shape():
    """Give ``table: [columns, constraints]`` of our own rooms; names of constraints say nothing and are left out."""
    found = {}
    ours = {
        model._meta.db_table
        for model in apps.get_models(include_auto_created=True)
        if ROOT in Path(model._meta.app_config.path).parents and ".venv" not in model._meta.app_config.path
    }
    with connection.cursor() as cursor:
        for table in sorted(ours & set(connection.introspection.table_names(cursor))):
            columns = sorted(
                [row.name, str(row.type_code), bool(row.null_ok)]
                for row in connection.introspection.get_table_description(cursor, table)
            )
            constraints = sorted(
                json.dumps(
                    [row["columns"], row["unique"], row["primary_key"], row["foreign_key"], row["check"], row["index"]]
                )
                for row in connection.introspection.get_constraints(cursor, table).values()
            )
            found[table] = [columns, constraints]
    return found


MIGRATED = """
import json, django
django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
from tests.guards.test_migrations import shape
print(json.dumps(shape()))
"""


@pytest.mark.django_db
def test_migrations_build_the_tables_of_the_models(tmp_path):
    url = os.environ.get("DATABASE_URL") or f"sqlite:///{tmp_path / 'migrated.sqlite3'}"

    with own_database(url) as database:
        environ = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "config.settings.dev",
            "DATABASE_URL": database,
            "GONGPING_VAR": str(tmp_path),
        }
        run = subprocess.run(
            [sys.executable, "-c", MIGRATED], cwd=ROOT, env=environ, capture_output=True, text=True, check=False
        )

    assert run.returncode == 0, run.stderr
    migrated, modelled = json.loads(run.stdout), shape()
    assert sorted(migrated) == sorted(modelled)
    assert len(modelled) > 100
    for table in modelled:
        assert migrated[table] == modelled[table], table
