"""A file is as visible as what owns it: rooms name the selector that answers for their objects."""

from typing import Final

from django.utils.module_loading import import_string

from foundation.accounts.models import User
from foundation.files.models import StoredFile

_OWNERS: Final[dict[str, list[str]]] = {}


def serve_owner(label: str, selector: str) -> None:
    """Let the dotted ``selector(user)``, a queryset of owners, decide who reads files owned by ``label``.

    Where several rooms answer for one label, a file may be read that one of them shows.
    """
    known = _OWNERS.setdefault(label, [])
    if selector not in known:
        known.append(selector)


def may_read(user: User, file: StoredFile) -> bool:
    """Return whether ``user`` sees the owner of ``file``; a file without a known owner is its uploader's alone."""
    selectors = _OWNERS.get(file.owner_kind)
    if not selectors or file.owner_id is None:
        return file.uploaded_by_id == user.pk
    return any(import_string(selector)(user).filter(pk=file.owner_id).exists() for selector in selectors)
