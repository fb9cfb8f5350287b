"""A string foreign key is an import that the import linter cannot see."""

import tomllib
from pathlib import Path

from django.apps import apps

ROOT = Path(__file__).parents[2]
ROOMS = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"][0]["layers"]


def test_relations_point_downwards_and_leave_no_way_back():
    wrong = []

    for model in apps.get_models(include_auto_created=False):
        for field in model._meta.get_fields():
            if not field.is_relation or field.auto_created or field.related_model is None:
                continue
            here, there = (m.__module__.split(".")[0] for m in (model, field.related_model))
            if {here, there} <= set(ROOMS) and here != there:
                is_upward = ROOMS.index(there) < ROOMS.index(here)
                if is_upward or not field.remote_field.hidden:
                    wrong.append(str(field))

    assert wrong == []
