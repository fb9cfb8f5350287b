"""Rows named by their keys, however many: one parameter instead of one for each."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from django.db.models import F
from django.db.models.lookups import Lookup

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.backends.base.base import BaseDatabaseWrapper
    from django.db.models import QuerySet
    from django.db.models.sql.compiler import SQLCompiler


def among(rows: QuerySet[Any], keys: Sequence[int]) -> QuerySet[Any]:
    """Keep the rows whose primary key, a number, is among ``keys``.

    A list of parameters is built, sent and parsed again by every query that holds it, and SQLite takes 250,000 at most.
    """
    return rows.filter(_Among(F("pk"), json.dumps(list(keys))))


class _Among(Lookup[Any]):
    """Whether a number is in a list, which is one text: PostgreSQL reads it as an array, SQLite as JSON."""

    prepare_rhs = False

    def as_sql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> tuple[str, tuple[str | int, ...]]:
        """Return the question as the database asks it."""
        column, params = self.process_lhs(compiler, connection)
        if connection.vendor == "postgresql":
            return f"{column} = ANY((SELECT %s::bigint[])::bigint[])", (*params, f"{{{self.rhs[1:-1]}}}")
        return f"{column} IN (SELECT value FROM json_each(%s))", (*params, self.rhs)  # noqa: S608 - no text from outside
