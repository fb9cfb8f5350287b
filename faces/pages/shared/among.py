"""Rows named by their keys, however many: one parameter instead of one for each."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from django.db import connections
from django.db.models.expressions import RawSQL

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.models import QuerySet


def among(rows: QuerySet[Any], keys: Sequence[int]) -> QuerySet[Any]:
    """Keep the rows whose primary key, a number, is among ``keys``.

    A list of parameters is built, sent and parsed again by every query that holds it, and SQLite takes 250,000 at most.
    """
    if connections[rows.db].vendor == "postgresql":
        return rows.filter(pk__in=RawSQL("SELECT unnest(%s::bigint[])", [list(keys)]))
    return rows.filter(pk__in=RawSQL("SELECT value FROM json_each(%s)", [json.dumps(list(keys))]))
