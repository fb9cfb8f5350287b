"""Taking back an import: what it created goes, what it changed becomes what it was, unless something depends on it."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from django.apps import apps
from django.db.models import Model, QuerySet
from django.utils.translation import gettext as _

from faces.exchange.models import ImportRun
from foundation.approvals.models import Approval
from foundation.audit.models import Entry
from foundation.core.errors import DomainError, Refusal
from foundation.files.models import StoredFile
from foundation.papers.models import Paper

Fields = Mapping[str, Sequence[Any]]
AT_ONCE: Final = 500
NAMED: Final = 5  # of what depends on the import, so many are named
ABOUT: Final = ((Approval, "subject"), (Paper, "subject"), (StoredFile, "owner"))  # they name a row by kind and key


class UndoRefused(DomainError):  # noqa: N818 - reads as a sentence
    """Something depends on what the import wrote."""


def take_back(trace: Mapping[str, Any], *, later: Sequence[ImportRun]) -> None:
    """Undo what ``trace`` says inside the caller's transaction, or raise ``UndoRefused`` and change nothing.

    ``later``: imports that stand and came after this one.
    """
    created: dict[str, set[int]] = defaultdict(set)
    for label, keys in trace["created"]:
        created[label].update(keys)
    changed = _merged(trace["changed"])
    found = [
        *_dependents(created),
        *_acted_on(created, since=trace["journal"]),
        *_changed_since(changed),
        *(str(one) for one in later if any(key in created.get(label, ()) for label, key, _f in one.trace["changed"])),
    ]
    if found:
        message = _("This import cannot be taken back, for later work rests on it: %(what)s.")
        words = "、".join(found[:NAMED]) + ("…" if len(found) > NAMED else "")
        raise UndoRefused(Refusal("depended_on", message % {"what": words}, {"what": found[:AT_ONCE]}))
    leaning = {row for row, fields in changed.items() if _leans_on(row[0], fields, created)}
    for row in leaning:
        _put_back(row, changed[row])
    for label, keys in reversed(trace["created"]):
        for some in _leaves_first(label, keys):
            rows(label, some).delete()
    for row, fields in changed.items():  # the place that a new row took in a unique key is free now
        if row not in leaning:
            _put_back(row, fields)


def _leans_on(label: str, fields: Fields, created: Mapping[str, set[int]]) -> bool:
    """Return whether a changed row points at one that goes, so that it must be put back first."""
    for one in apps.get_model(label)._meta.concrete_fields:
        if one.related_model is None or one.attname not in fields:
            continue
        other = one.related_model._meta.label_lower
        if fields[one.attname][1] in created.get(other, ()):
            return True
    return False


def _put_back(row: tuple[str, int], fields: Fields) -> None:
    rows(row[0], [row[1]]).update(**{name: old for name, (old, _new) in fields.items()})


def rows(label: str, keys: Sequence[int]) -> QuerySet[Any]:
    """Return the rows of a model by their keys."""
    model: type[Model] = apps.get_model(label)
    return model._base_manager.filter(pk__in=keys)


def _leaves_first(label: str, keys: Sequence[int]) -> Iterator[Sequence[int]]:
    """Yield the keys so that no row goes before the rows of its own kind that point at it."""
    model = apps.get_model(label)
    own = [one.attname for one in model._meta.concrete_fields if one.related_model is model]
    left = set(keys)
    while left and own:
        parents = {
            key for some in _chunks(sorted(left)) for pair in rows(label, some).values_list(*own) for key in pair
        }
        leaves = (left - parents) or left
        yield from _chunks(sorted(leaves))
        left -= leaves
    yield from _chunks(sorted(left))


def _chunks(keys: Sequence[int]) -> Iterator[Sequence[int]]:
    return (keys[start : start + AT_ONCE] for start in range(0, len(keys), AT_ONCE))


def _dependents(created: Mapping[str, set[int]]) -> Iterator[str]:
    """Yield what points at rows that would go, and would itself stay."""
    for label, keys in created.items():
        meta = apps.get_model(label)._meta
        pointers = [one for one in meta.get_fields(include_hidden=True) if one.auto_created and not one.concrete]
        for some in _chunks(sorted(keys)):
            for pointer in pointers:
                if not (pointer.one_to_many or pointer.one_to_one):
                    continue
                held: type[Model] = pointer.related_model
                found = held._base_manager.filter(**{f"{pointer.field.name}__in": some})
                yield from _named(found, created.get(held._meta.label_lower, set()))
            for about, name in ABOUT:
                found = about._base_manager.filter(**{f"{name}_kind": label, f"{name}_id__in": some})
                yield from _named(found, set())


def _named(found: QuerySet[Any], going: set[int]) -> Iterator[str]:
    for row in found.order_by("pk"):
        if row.pk not in going:
            yield f"{row._meta.verbose_name} {row}"


def _acted_on(created: Mapping[str, set[int]], *, since: int) -> Iterator[str]:
    """Yield what was done to rows that would go, after the journal's entry ``since``."""
    for label, keys in created.items():
        for some in _chunks(sorted(keys)):
            acts = Entry.objects.filter(subject_kind=label, subject_id__in=some, pk__gt=since).order_by("pk")
            yield from (f"{act.action} #{act.subject_id}" for act in acts)


def _merged(changed: Sequence[tuple[str, int, Fields]]) -> dict[tuple[str, int], Fields]:
    """Return each row's fields with what they held first and hold last: two sheets may change one row."""
    found: dict[tuple[str, int], dict[str, Sequence[Any]]] = defaultdict(dict)
    for label, key, fields in changed:
        held = found[label, key]
        for name, (old, new) in fields.items():
            held[name] = (held[name][0] if name in held else old, new)
    return dict(found)


def _changed_since(changed: Mapping[tuple[str, int], Fields]) -> Iterator[str]:
    """Yield rows that the import changed and that somebody changed again."""
    for (label, key), fields in changed.items():
        row = rows(label, [key]).first()
        if row is None:
            continue
        for name, (_old, new) in fields.items():
            field = row._meta.get_field(name)
            if getattr(row, field.attname) != (field.to_python(new) if new is not None else None):
                yield f"{row._meta.verbose_name} {row}"
                break
