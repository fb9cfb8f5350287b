"""Telling people in the system, and sending on what they are waited for with."""

from foundation.notices.services.outbox import reach_by, send_again, send_due
from foundation.notices.services.telling import mark_read, notify

__all__ = ["mark_read", "notify", "reach_by", "send_again", "send_due"]
