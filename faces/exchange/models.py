"""The face's own traffic: files that were checked and imported."""

from typing import Final

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from foundation.accounts.models import User
from foundation.bureaus.models import Bureau
from foundation.core import clock
from foundation.files.models import StoredFile


class RunStatus(models.TextChoices):
    """Where an import stands."""

    QUEUED = "QUEUED", _("is being checked")
    FAULTY = "FAULTY", _("has faults or open questions")
    CHECKED = "CHECKED", _("checked, not yet imported")
    WRITING = "WRITING", _("is being written")
    STOPPED = "STOPPED", _("stopped, nothing written")
    IMPORTED = "IMPORTED", _("imported")
    UNDOING = "UNDOING", _("is being taken back")
    UNDONE = "UNDONE", _("taken back")


RUNNING: Final = frozenset({RunStatus.QUEUED, RunStatus.WRITING, RunStatus.UNDOING})


class ImportRun(models.Model):
    """One file on its way in: checked by a dry run, then imported as a whole or not at all."""

    bureau = models.ForeignKey(Bureau, models.PROTECT, related_name="+")
    noun = models.CharField(max_length=30)
    name = models.CharField(max_length=200)
    file = models.ForeignKey(StoredFile, models.PROTECT, null=True, blank=True, related_name="+")
    sha256 = models.CharField(max_length=64)
    status = models.CharField(max_length=10, choices=RunStatus.choices)
    report = models.JSONField(default=dict)
    trace = models.JSONField(default=dict, encoder=DjangoJSONEncoder)  # what was created and changed: the way back
    rows = models.PositiveIntegerField(default=0)
    faults = models.PositiveIntegerField(default=0)
    uploaded_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField(default=clock.now)
    imported_on = models.DateField(null=True, blank=True)
    undone_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(status="IMPORTED") | Q(imported_on__isnull=False), name="imported_run_has_day"
            ),
            models.CheckConstraint(
                condition=~Q(status="UNDONE") | Q(imported_on__isnull=False, undone_on__isnull=False),
                name="undone_run_has_days",
            ),
        ]

    def __str__(self) -> str:
        """Name the run."""
        return f"{self.name} #{self.pk}"


class ColumnName(models.Model):
    """How the bureau reads a heading of its own files; ``key`` empty: the column is not read."""

    bureau = models.ForeignKey(Bureau, models.PROTECT, related_name="+")
    noun = models.CharField(max_length=30)
    sheet = models.CharField(max_length=40)
    heading = models.CharField(max_length=200)
    key = models.CharField(max_length=40, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["bureau", "noun", "sheet", "heading"], name="column_named_once")]

    def __str__(self) -> str:
        """Name the heading."""
        return f"{self.heading} #{self.pk}"


class ImportAnswer(models.Model):
    """What somebody answered to a question of an import; it holds for the same cells in later files until it ends.

    ``became``: the choice that "a new one" is since it was written: from then on it names who was made.
    """

    bureau = models.ForeignKey(Bureau, models.PROTECT, related_name="+")
    noun = models.CharField(max_length=30)
    question = models.CharField(max_length=64)  # keyed hash of the cells asked about
    choice = models.CharField(max_length=40)
    offered = models.JSONField(default=list)  # the choices among which it was chosen
    became = models.CharField(max_length=40, blank=True)
    run = models.ForeignKey(ImportRun, models.PROTECT, related_name="answers")
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=clock.now)
    ended_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["bureau", "noun", "question"], condition=Q(ended_on__isnull=True), name="import_answered_once"
            )
        ]

    def __str__(self) -> str:
        """Name the answer."""
        return f"{self.choice} #{self.pk}"
