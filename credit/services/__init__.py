"""Writing credit events, replies to them and their answers."""

from credit.services.events import (
    CreditRefused,
    Evidence,
    add_evidence,
    record_merit,
    record_violation,
    void_event,
)
from credit.services.replies import answer_reply, reply_to_event, settle_reply, take_reply

__all__ = [
    "CreditRefused",
    "Evidence",
    "add_evidence",
    "answer_reply",
    "record_merit",
    "record_violation",
    "reply_to_event",
    "settle_reply",
    "take_reply",
    "void_event",
]
