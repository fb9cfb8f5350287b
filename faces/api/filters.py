"""Filtering by an allow-list: what a view does not name, or the reader may not see, is refused, never ignored."""

from typing import TYPE_CHECKING, Any, ClassVar, Final

from django import forms
from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django_filters import rest_framework as filters
from rest_framework.exceptions import ValidationError

from foundation.core.numbers import MOST_ID

if TYPE_CHECKING:
    from rest_framework.views import APIView

PAGE_KEYS: Final = frozenset({"after", "page_size", "format"})


class IdFilter(filters.Filter):
    """Rows that point at an id; whether a row of that id exists is not told."""

    field_class = forms.IntegerField

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - django-filter's signature
        """Take no number that no id can be."""
        super().__init__(*args, **({"min_value": 1, "max_value": MOST_ID} | kwargs))


class CountFilter(IdFilter):
    """Rows with a whole number."""


class NounFilter(filters.FilterSet):
    """Filters of a noun: ids and numbers are plain, so that nothing is told of rows out of sight."""

    FILTER_DEFAULTS: ClassVar[dict[Any, Any]] = {
        **filters.FilterSet.FILTER_DEFAULTS,
        models.ForeignKey: {"filter_class": IdFilter},
        models.OneToOneField: {"filter_class": IdFilter},
        models.PositiveSmallIntegerField: {"filter_class": CountFilter},
        models.BigIntegerField: {"filter_class": CountFilter},
    }


class StrictFilterBackend(filters.DjangoFilterBackend):
    """Refuse with 400 every query parameter that is no filter of the view for this reader."""

    filterset_base = NounFilter

    def get_filterset_class(self, view: "APIView", queryset: models.QuerySet[Any] | None = None) -> Any:  # noqa: ANN401 - django-filter's
        """Return the filters of the view, on the base that it names, else on ``NounFilter``."""
        self.filterset_base = getattr(view, "filterset_base", NounFilter)
        return super().get_filterset_class(view, queryset)

    def filter_queryset(
        self, request: HttpRequest, queryset: models.QuerySet[Any], view: "APIView"
    ) -> models.QuerySet[Any]:
        """Return the narrowed rows; raise ``ValidationError`` naming each unknown parameter."""
        filterset = self.get_filterset(request, queryset, view)
        hidden: set[str] = view.hidden() if hasattr(view, "hidden") else set()
        known = set(PAGE_KEYS)
        if filterset is not None:
            known |= {
                name
                for name, one in filterset.filters.items()
                if name not in hidden and str(one.field_name).split("__")[0] not in hidden
            }
        unknown = sorted(set(request.GET) - known)
        if unknown:
            raise ValidationError({name: [_("There is no such filter.")] for name in unknown}, code="unknown_filter")
        result: models.QuerySet[Any] = super().filter_queryset(request, queryset, view)
        return result
