"""A report that was accepted, its panel of three with their opinions, and the bureau around."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from assignments.enums import AssignmentStatus, ReReviewStatus, TaskStatus
from assignments.models import EvaluationPlan
from foundation.approvals.services import agree
from reviews.models import QualityRating
from reviews.services import (
    FindingDraft,
    ScoreDraft,
    SectionDraft,
    compute_rating,
    confirm_rating,
    enter_section_scores,
    open_opinion,
    save_opinion,
    submit_opinion,
    tell_firm,
)
from rubrics.enums import Scorer
from tests.factories.assignments import ExpertAssignmentFactory, PlanFactory, ReReviewFactory, expert_user, firm_user
from tests.factories.delivery import CommissionFactory, VersionFactory
from tests.factories.foundation import office

ON = date(2020, 9, 30)
AT = datetime(2020, 9, 10, 10, tzinfo=ZoneInfo("Asia/Shanghai"))
PNG = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x02\x00\x00\x00\x90wS\xde"
    b"\x00\x00\x00\x0cIDATx\x9cc\xf8\xcf\xc0\x00\x00\x03\x01\x01\x00\xc9\xfe\x92\xef\x00\x00\x00\x00IEND\xaeB`\x82"
)


class World:
    """An accepted report, its panel of three with opinions, and the bureau around."""

    def __init__(self, shares=(1.0, 0.9, 0.8), people=None):
        plans = EvaluationPlan.objects.filter(bureau=people["bureau"]) if people else EvaluationPlan.objects.none()
        there = {"task__plan": plans.first() or PlanFactory(bureau=people["bureau"])} if people else {}
        self.row = CommissionFactory(task__status=TaskStatus.ACCEPTED, task__due_on=None, **there)
        self.task = self.row.task
        self.people = people or office(self.task.bureau)
        self.version = VersionFactory(commission=self.row, task=self.task)
        self.firm = firm_user(self.row.firm)
        self.review = ReReviewFactory(
            evaluation=self.task,
            status=ReReviewStatus.REVIEWING,
            created_by=self.people["clerk"],
            panel_size=len(shares),
        )
        self.items = list(self.row.rubric_version.items.order_by("position"))
        self.seats = [
            ExpertAssignmentFactory(re_review=self.review, status=AssignmentStatus.DECLARED) for _seat in shares
        ]
        self.users = [expert_user(seat.expert) for seat in self.seats]
        self.opinions = [self.write(place, share) for place, share in enumerate(shares)]

    def write(self, place, share, *, submit=True):
        user = self.users[place]
        opinion = open_opinion(assignment=self.seats[place], by=user, at=AT)
        scores = [
            ScoreDraft(item.code, int(item.weight_hundredths * share), reason="依据不足", page=3)
            for item in self.items
            if item.scorer == Scorer.EXPERT
        ]
        findings = [FindingDraft(3, "MINOR", f"问题{place}")]
        opinion = save_opinion(opinion=opinion, scores=scores, findings=findings, conclusion="可用", by=user)
        if submit:
            opinion = submit_opinion(opinion=opinion, signature_name="签名.png", signature=PNG, by=user, at=AT)
        return opinion

    def section(self, share=1.0):
        drafts = [
            SectionDraft(item.code, int(item.weight_hundredths * share), "" if share == 1.0 else "底稿不全")
            for item in self.items
            if item.scorer != Scorer.EXPERT
        ]
        enter_section_scores(task=self.task, drafts=drafts, by=self.people["clerk"], on=ON)

    def computed(self):
        self.section()
        return compute_rating(task=self.task, by=self.people["clerk"], on=ON)

    def told(self):
        approval = confirm_rating(rating=self.computed(), by=self.people["head"], on=ON)
        agree(approval=approval, by=self.people["leader"], on=ON)
        return tell_firm(rating=QualityRating.objects.get(task=self.task), by=self.people["clerk"], on=ON)
