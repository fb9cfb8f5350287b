"""Choices among rows: several at once, and choices asked before a template shows them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from django import forms
from django.db.models import Model
from django.forms.models import ModelChoiceIterator

from foundation.core.numbers import id_of
from foundation.taxonomy.models import Node

if TYPE_CHECKING:
    from django.db.models import QuerySet

Row = TypeVar("Row", bound=Model)


class RowsField(forms.ModelMultipleChoiceField[Row]):
    """Several rows; an id that no row can have is a wrong choice (SQLite raises for what is beyond 64 bits)."""

    def clean(self, value: Any) -> QuerySet[Row]:  # noqa: ANN401 - what a browser sent
        """Return the rows; raise ``ValidationError`` naming the id that is none."""
        for one in value if isinstance(value, list | tuple) else ():
            if id_of(str(one)) is None:
                params = {"pk": one}
                raise forms.ValidationError(
                    self.error_messages["invalid_pk_value"], code="invalid_pk_value", params=params
                )
        return super().clean(value)


class NodeField(forms.ModelChoiceField[Node]):
    """A choice of specialties, each with the way down the tree."""

    def label_from_instance(self, obj: Node) -> str:
        """Show field, industry, specialty."""
        return way_of(obj)


class NodesField(RowsField[Node]):
    """Several specialties, each with the way down the tree."""

    def label_from_instance(self, obj: Node) -> str:
        """Show field, industry, specialty."""
        return way_of(obj)


def way_of(node: Node) -> str:
    """Return the way down the tree to a node of the third level."""
    names = [node.name]
    above = node.parent
    while above is not None:
        names.insert(0, above.name)
        above = above.parent if above.level > 1 else None
    return " / ".join(names)


def ask_choices(form: forms.BaseForm) -> None:
    """Ask the database for what the form offers, so that its template only shows it."""
    for field in form.fields.values():
        if isinstance(field, forms.ModelChoiceField):
            field.widget.choices = list(ModelChoiceIterator(field))
