"""Notices: a code and facts, rendered from templates/notices/; and those that leave the system."""

from django.db import models
from django.db.models import Q

from foundation.accounts.models import User
from foundation.core import clock
from foundation.notices.enums import MessageStatus, Way


class Notice(models.Model):
    """One notice to one user; texts name neither firm nor unit (``code`` picks the template)."""

    user = models.ForeignKey(User, models.PROTECT, related_name="+")
    code = models.CharField(max_length=60)
    facts = models.JSONField(default=dict)
    path = models.CharField(max_length=200, blank=True)
    once = models.CharField(max_length=80, blank=True)  # names the occasion of a notice that is given only once
    created_at = models.DateTimeField(default=clock.now)
    read_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "once"], condition=~Q(once=""), name="notice_once_per_occasion")
        ]
        indexes = [models.Index(fields=["user", "read_at", "id"], name="notice_by_user")]

    def __str__(self) -> str:
        """Name the notice."""
        return f"{self.code} #{self.pk}"


class Message(models.Model):
    """A notice on its way out of the system. The address is asked for when it is sent; ``sent_to`` keeps it masked."""

    notice = models.ForeignKey(Notice, models.PROTECT, related_name="messages")
    way = models.CharField(max_length=4, choices=Way.choices)
    status = models.CharField(max_length=10, choices=MessageStatus.choices, default=MessageStatus.QUEUED)
    tries = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField(default=clock.now)
    sent_at = models.DateTimeField(null=True, blank=True)
    sent_to = models.CharField(max_length=120, blank=True)
    receipt = models.CharField(max_length=120, blank=True)
    fault = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["notice", "way"], name="one_message_per_notice_and_way"),
            models.CheckConstraint(
                condition=~Q(status="DELIVERED") | Q(sent_at__isnull=False), name="sent_at_a_moment"
            ),
        ]
        indexes = [models.Index(fields=["status", "due_at", "id"], name="message_that_is_due")]

    def __str__(self) -> str:
        """Name the message."""
        return f"{self.way} #{self.pk}"
