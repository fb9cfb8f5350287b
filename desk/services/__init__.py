"""The few verbs that touch all rooms."""

from desk.services.drafts import drop_draft, save_draft
from desk.services.reminders import remind
from desk.services.year_end import close_year, undo_closing

__all__ = ["close_year", "drop_draft", "remind", "save_draft", "undo_closing"]
