"""A field that takes several files at once."""

from __future__ import annotations

from typing import Any

from django import forms


class FilesInput(forms.ClearableFileInput):
    """A file input in which several may be chosen."""

    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Several files; each is checked as one would be."""

    def __init__(self, *, accept: str, **kwargs: Any) -> None:  # noqa: ANN401 - Django's arguments
        """Offer files of these endings."""
        super().__init__(widget=FilesInput(attrs={"accept": accept}), **kwargs)

    def clean(self, data: Any, initial: Any = None) -> list[Any]:  # noqa: ANN401 - what a browser sent
        """Return the files; raise ``ValidationError`` for the first that is none."""
        given = [one for one in (data if isinstance(data, list | tuple) else [data]) if one]
        if not given:
            super().clean(None, initial)
            return []
        return [super(FilesField, self).clean(one, initial) for one in given]


def contents(files: list[Any]) -> list[tuple[str, bytes]]:
    """Return name and content of each uploaded file."""
    return [(file.name, file.read()) for file in files]
