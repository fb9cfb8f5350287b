"""The few verbs that touch all rooms."""

from desk.services.accounts import close_gone_accounts
from desk.services.drafts import drop_draft, save_draft
from desk.services.joining import join_persons
from desk.services.keys import rotate_keys
from desk.services.kin import declare_kin
from desk.services.leaving import leave_pool, record_death
from desk.services.reminders import remind
from desk.services.year_end import close_year, undo_closing

__all__ = [
    "close_gone_accounts",
    "close_year",
    "declare_kin",
    "drop_draft",
    "join_persons",
    "leave_pool",
    "record_death",
    "remind",
    "rotate_keys",
    "save_draft",
    "undo_closing",
]
