"""A batch as files and in public: the record as JSON and as paper, the slip with the commitment, its publication."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.http import HttpResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assignments.enums import BatchStatus
from assignments.selectors.batches import record_of, tasks_of
from disclosure.selectors import of_subject, publishable_batches
from disclosure.services import publish_batch
from faces.documents.batches import batch_record, batch_slip
from faces.documents.meetings import batch_letters
from faces.pages.bureau.batch_steps import BatchObject
from faces.pages.shared.access import today
from faces.pages.shared.actions import ActionForm, ActionView
from foundation.accounts.enums import Capability
from foundation.core.canon import dumps

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.models import QuerySet
    from django.http import HttpRequest
    from django_stubs_ext import StrOrPromise

    from assignments.models import AssignmentBatch


class BatchFile(BatchObject):
    """Something of a batch to take away."""

    needs = Capability.READ_ALL

    def given(self, body: bytes, name: str, kind: str) -> HttpResponse:
        """Return ``body`` as a download that no cache keeps."""
        response = HttpResponse(body, content_type=kind)
        response.headers["Content-Disposition"] = f'attachment; filename="batch-{self.object.pk}-{name}"'
        response.headers["Cache-Control"] = "private, no-store"
        return response


class BatchRecordFile(BatchFile):
    """The record as JSON, for verify_draw.py; 404 before there is one."""

    def rows(self) -> QuerySet[AssignmentBatch]:
        """Return the batches that have a record."""
        return super().rows().filter(record__isnull=False)

    def get(self, request: HttpRequest, number: str) -> HttpResponse:  # noqa: ARG002 - the address names the batch
        """Return the record."""
        return self.given(dumps(record_of(self.object)), "record.json", "application/json")


class BatchPaper(BatchRecordFile):
    """批量分派记录表 as PDF; its square leads to the public record, or to the list of them before it is published."""

    def get(self, request: HttpRequest, number: str) -> HttpResponse:  # noqa: ARG002 - the address names the batch
        """Return the paper."""
        batch: AssignmentBatch = self.object
        copy = of_subject(batch).filter(withdrawn_at__isnull=True).first()
        address = reverse("pages:public-publication", args=[copy.slug]) if copy else reverse("pages:public-draws")
        titles = [task.re_review.evaluation.title for task in tasks_of(batch)]
        paper = batch_record(batch, titles=titles, verify_url=f"{settings.GONGPING_PUBLIC_URL}{address}")
        return self.given(paper, "record.pdf", "application/pdf")


class BatchSlip(BatchFile):
    """The commitment on a slip that leaves the machine; 404 before the freeze. A party may take it, too."""

    needs = Capability.READ_DESK

    def rows(self) -> QuerySet[AssignmentBatch]:
        """Return the batches that are frozen."""
        return super().rows().exclude(commitment="")

    def get(self, request: HttpRequest, number: str) -> HttpResponse:  # noqa: ARG002 - the address names the batch
        """Return the slip."""
        return self.given(batch_slip(self.object), "commitment.pdf", "application/pdf")


class BatchLetters(BatchFile):
    """The notices of every panel's meeting in one file, once the batch is approved: they go out together."""

    needs = Capability.COMMISSION

    def rows(self) -> QuerySet[AssignmentBatch]:
        """Return the batches that were approved."""
        return super().rows().filter(status__in=[BatchStatus.SEATED, BatchStatus.SENT])

    def get(self, request: HttpRequest, number: str) -> HttpResponse:  # noqa: ARG002 - the address names the batch
        """Return the file."""
        reviews = [task.re_review for task in tasks_of(self.object)]
        return self.given(batch_letters(reviews, on=today()), "letters.pdf", "application/pdf")


class PublishBatch(BatchObject, ActionView):
    """Publish the record of a batch."""

    needs = Capability.PUBLISH
    title, submit_label = gettext_lazy("Publish this batch's record"), gettext_lazy("Publish")

    def rows(self) -> QuerySet[AssignmentBatch]:
        """Return what may be published now."""
        return publishable_batches(self.user).select_related("bureau")

    def consequences(self) -> Sequence[StrOrPromise]:
        """Return who will read what."""
        record = self.object.record or {}
        named = [
            _("It names those who were seated; everybody can check that they are the ones.")
            if record.get("openings")
            else _("Names stay out of it until every review is over; numbers are labels of this batch alone.")
        ]
        if self.object.tasks.filter(pairs__withdrawn_on__isnull=True, pairs__isnull=False).exists():
            named.append(_("The reasons for naming and keeping away stand in it word by word."))
        return [_("Everybody can read the record, prove the optimum and draw again."), *named]

    def act(self, form: ActionForm) -> str:  # noqa: ARG002 - nothing to fill in
        """Publish it."""
        row = publish_batch(batch=self.object, by=self.user, on=self.today)
        return _("The record of %(title)s is public now.") % {"title": row.title}

    def object_url(self) -> str:
        """Return the list of publications."""
        return reverse("pages:publications")


urls = [
    path("batches/<str:number>/record.json", BatchRecordFile.as_view(), name="batch-record"),
    path("batches/<str:number>/record.pdf", BatchPaper.as_view(), name="batch-paper"),
    path("batches/<str:number>/commitment.pdf", BatchSlip.as_view(), name="batch-slip"),
    path("batches/<str:number>/letters.pdf", BatchLetters.as_view(), name="batch-letters"),
    path("batches/<str:number>/publish/", PublishBatch.as_view(), name="publish-batch"),
]
