"""Publishing frozen copies, and withdrawing them with trace."""

from disclosure.services.batches import publish_batch
from disclosure.services.certificates import publish_certificate
from disclosure.services.commitments import publish_commitments
from disclosure.services.copies import PublicationRefused, withdraw
from disclosure.services.draws import publish_draw
from disclosure.services.ratings import ask_publication, publish_rating

__all__ = [
    "PublicationRefused",
    "ask_publication",
    "publish_batch",
    "publish_certificate",
    "publish_commitments",
    "publish_draw",
    "publish_rating",
    "withdraw",
]
