"""Half-written forms stay on the desk of their writer: the store behind every autosaved page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from desk.selectors import draft_of
from desk.services import drop_draft, save_draft

if TYPE_CHECKING:
    from collections.abc import Mapping

    from foundation.accounts.models import User


class DeskDrafts:
    """Keep drafts on the writer's desk, each under its key."""

    def load(self, *, user: User, key: str) -> Mapping[str, list[str]]:
        """Return the draft, empty when there is none."""
        return draft_of(user, key)

    def save(self, *, user: User, key: str, data: Mapping[str, list[str]]) -> None:
        """Keep the draft, replacing the one before."""
        save_draft(user=user, key=key, data=data)

    def drop(self, *, user: User, key: str) -> None:
        """Forget the draft."""
        drop_draft(user=user, key=key)
