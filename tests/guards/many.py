"""A thousand rows of every noun, cheaply: the last row of each table, copied with what must differ made different."""

from datetime import timedelta

from django.apps import apps
from django.db import models

REGISTERS = (
    "bureaus", "accounts", "rulesets", "files", "taxonomy", "notices", "papers", "approvals", "parties", "credit",
    "projects", "rubrics", "evaluators", "experts", "admissions", "training", "exchange", "api",
)  # fmt: skip
WORK = ("assignments", "delivery", "reviews", "appraisals", "results", "disclosure")
ONE_EACH = {"bureaus.Bureau", "bureaus.Section"}


def copy_all(numbers):
    """Copy the last row of every table once for each of ``numbers`` (never used before): who is who, then the work."""
    copies = {}
    for labels in (REGISTERS, WORK):
        fresh = {}
        for model in _in_order(labels):
            if model._meta.label in ONE_EACH or (last := model._base_manager.order_by("-pk").first()) is None:
                continue
            rows = {number: _copy(last, number, fresh, copies) for number in numbers}
            model._base_manager.bulk_create(rows.values(), batch_size=500)
            fresh[model] = (last.pk, rows)
        copies |= fresh


def _in_order(labels):
    """Return the models of these apps, each after those it points at."""
    left = [model for label in labels for model in apps.get_app_config(label).get_models()]
    done = []
    while left:
        ready = [model for model in left if not any(to in left and to is not model for to in _pointed(model))]
        assert ready, left
        done += ready
        left = [model for model in left if model not in ready]
    return done


def _pointed(model):
    return [field.related_model for field in model._meta.local_fields if field.is_relation]


def _copy(last, number, fresh, copies):
    row = type(last)()
    for field in last._meta.local_fields:
        setattr(row, field.attname, getattr(last, field.attname))
    row.pk = None
    row._state.adding = True
    told = {field.name for field in last._meta.local_fields if _to_own_copy(row, field, number, fresh)}
    for names in _unique_sets(last):
        fields = [last._meta.get_field(name) for name in names]
        if told & set(names) or any(getattr(last, field.attname) is None for field in fields):
            continue
        assert any(_differ(row, field, number, copies | fresh) for field in fields), (last, names)
        told |= set(names)
    return row


def _unique_sets(row):
    sets = [(field.name,) for field in row._meta.local_fields if field.unique and not field.primary_key]
    sets += row._meta.unique_together
    return [
        *sets,
        *(one.fields for one in row._meta.constraints if isinstance(one, models.UniqueConstraint) and one.fields),
    ]


def _to_own_copy(row, field, number, copies):
    """Point at the copy of the same number where the row pointed at was copied."""
    pk, rows = copies.get(field.related_model, (None, {}))
    if pk is None or getattr(row, field.attname) != pk:
        return False
    setattr(row, field.attname, rows[number].pk)
    return True


def _differ(row, field, number, copies):
    value = getattr(row, field.attname)
    if field.is_relation:
        found = copies.get(field.related_model)
        if found is None:
            return False
        setattr(row, field.attname, found[1][number].pk)
    elif isinstance(field, models.CharField) and not field.choices:
        mark = f"-{number}"
        setattr(row, field.attname, value[: field.max_length - len(mark)] + mark)
    elif isinstance(field, models.DateField):
        setattr(row, field.attname, value + timedelta(days=number))
    elif isinstance(field, models.IntegerField) and not field.choices:
        setattr(row, field.attname, value + number)
    else:
        return False
    return True
