"""A panel at work: a report that may be read, three who declared, and what each writes."""

from datetime import datetime
from io import BytesIO
from zoneinfo import ZoneInfo

import pypdfium2
from PIL import Image

from assignments.enums import AssignmentStatus, ReReviewStatus, TaskStatus
from delivery.enums import VersionKind
from foundation.files.services import store_made
from reviews.services import FindingDraft, ScoreDraft, open_opinion, save_opinion, submit_opinion
from rubrics.enums import Scorer
from tests.factories.assignments import ExpertAssignmentFactory, ReReviewFactory, expert_user
from tests.factories.delivery import CommissionFactory, VersionFactory
from tests.factories.foundation import office

AT = datetime(2020, 9, 10, 10, tzinfo=ZoneInfo("Asia/Shanghai"))


def picture():
    """Return the smallest PNG that passes for a signature."""
    made = BytesIO()
    Image.new("RGB", (2, 2), "white").save(made, "PNG")
    return made.getvalue()


def two_pages():
    """Return a PDF of two empty A4 pages."""
    document, made = pypdfium2.PdfDocument.new(), BytesIO()
    for _page in range(2):
        document.new_page(595, 842)
    document.save(made)
    return made.getvalue()


class Panel:
    """Three members of a panel that reviews a submitted report of two pages; the first one leads."""

    def __init__(self, status=AssignmentStatus.DECLARED, review_status=ReReviewStatus.REVIEWING):
        """Seat the panel."""
        self.commission = CommissionFactory(task__status=TaskStatus.EXPERT_REVIEW)
        self.task = self.commission.task
        self.people = office(self.task.bureau)
        self.clerk = self.people["clerk"]
        file = store_made(
            bureau=self.task.bureau, name="report.pdf", content=two_pages(), owner=None, by=self.task.clerk
        )
        self.version = VersionFactory(commission=self.commission, task=self.task, kind=VersionKind.SUBMITTED, file=file)
        self.review = ReReviewFactory(evaluation=self.task, status=review_status, created_by=self.clerk)
        self.seats = [
            ExpertAssignmentFactory(re_review=self.review, status=status, is_leader=place == 0) for place in range(3)
        ]
        self.users = [expert_user(seat.expert) for seat in self.seats]
        rubric = self.commission.rubric_version
        self.items = list(rubric.items.filter(scorer=Scorer.EXPERT).order_by("position"))

    def scores(self, share=1.0):
        """Return a score for each item."""
        return [
            ScoreDraft(item.code, int(item.weight_hundredths * share), reason="依据不足", page=2) for item in self.items
        ]

    def draft(self, place, share=0.9, by=None):
        """Keep the opinion of one member, complete but not submitted."""
        user = by or self.users[place]
        opinion = open_opinion(assignment=self.seats[place], by=user, at=AT)
        findings = [FindingDraft(2, "MINOR", f"问题{place}")]
        return save_opinion(
            opinion=opinion, scores=self.scores(share), findings=findings, conclusion=f"结论{place}", by=user
        )

    def submit(self, place, share=0.9, by=None):
        """Submit the opinion of one member."""
        opinion = self.draft(place, share, by)
        user = by or self.users[place]
        return submit_opinion(opinion=opinion, signature_name="签名.png", signature=picture(), by=user, at=AT)
