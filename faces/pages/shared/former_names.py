"""Lists in which people and bodies are found under names that they bore before."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Q

from parties.models import FormerName, FormerPersonName

if TYPE_CHECKING:
    from collections.abc import Callable


def person_once_named(path: str = "") -> Callable[[str], Q]:
    """Return what a word asks of the former names of the person at ``path``; empty: the rows are persons."""

    def fits(word: str) -> Q:
        former = FormerPersonName.objects.filter(Q(name__icontains=word) | Q(sort_key__icontains=word))
        return Q(**{f"{path or 'pk'}__in": former.values("person_id")})

    return fits


def body_once_named(path: str) -> Callable[[str], Q]:
    """Return what a word asks of the former names of the organisation at ``path``."""

    def fits(word: str) -> Q:
        return Q(**{f"{path}__in": FormerName.objects.filter(name__icontains=word).values("organisation_id")})

    return fits
