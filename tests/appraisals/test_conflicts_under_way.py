"""A conflict found while work runs: before the work plan of a commissioned firm, and amid an expert's marking."""

from datetime import datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest

from appraisals.enums import ConflictOutcome
from appraisals.services import report_conflict, uphold_conflict
from assignments.enums import AssignmentStatus, Origin, ReReviewKind, Route, TaskAction, TaskStatus
from assignments.models import Assignment, EvaluationTask, ReReviewTask
from assignments.selectors.draws import record_of
from assignments.selectors.eligibility import firm_eligibility
from assignments.services import assignments as life
from assignments.services import draws
from assignments.services.re_reviews import begin
from assignments.services.routes import RouteRefused, appoint_directly, choose_route
from delivery import services as delivery
from delivery.enums import CommissionStatus, VersionKind
from delivery.models import Commission
from delivery.selectors import commission_of
from foundation.accounts.enums import Role
from foundation.approvals.enums import ApprovalStatus
from foundation.approvals.models import Approval
from foundation.approvals.selectors import running
from foundation.approvals.services import agree
from foundation.audit.models import Entry
from foundation.core.errors import DomainError, TransitionRefused
from foundation.papers.enums import PaperStatus
from reviews.enums import OpinionStatus
from reviews.models import CriterionScore, Opinion
from reviews.selectors import submitted_opinions
from reviews.services import (
    OpinionRefused,
    RatingRefused,
    ScoreDraft,
    SectionDraft,
    compute_rating,
    enter_section_scores,
    open_opinion,
    save_opinion,
    step_back,
    submit_opinion,
)
from reviews.services.ratings import rubric_of
from rubrics.enums import Scorer
from tests.factories.assignments import TODAY, TaskFactory, expert_user, firm_user, ready_firm
from tests.factories.delivery import DUE, LeadEvaluatorFactory
from tests.factories.draw_tables import NOW, PanelTable, checked
from tests.factories.foundation import UserFactory, office
from tests.factories.reviews import PNG

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.4 letter"
AT = datetime(2020, 6, 2, 10, tzinfo=ZoneInfo("Asia/Shanghai"))
DECIDED = TODAY + timedelta(days=20)
WORDS = "为被评价单位代理记账"


@pytest.fixture
def desk():
    return office()


def appointed(task, firm, desk):
    """Give the task to the firm by approval and take it to the point where the letter may be drafted."""
    task = choose_route(task=task, route=Route.DIRECT, reason="唯一熟悉", by=desk["clerk"], on=TODAY)
    approval = appoint_directly(task=task, firm=firm, reason="唯一熟悉", by=desk["clerk"], on=TODAY)
    for person in ("head", "leader"):
        agree(approval=approval, by=desk[person], on=TODAY)
    seat = Assignment.objects.get(task=task, firm=firm)
    life.notify(assignment=seat, by=desk["clerk"], at=NOW)
    user = firm_user(firm)
    life.accept(assignment=seat, by=user, at=NOW)
    seat = life.declare(assignment=seat, has_conflict=False, words="", by=user, at=NOW)
    return seat, user


def letter(task, firm, desk):
    lead = LeadEvaluatorFactory(firm=firm)
    terms = {"lead_evaluator": lead, "fee_cents": 9_000_000, "due_on": DUE, "by": desk["clerk"], "on": TODAY}
    return delivery.commission(task=EvaluationTask.objects.get(pk=task.pk), **terms)


def commissioned(task, firm, desk):
    """Take the task to COMMISSIONED: letter approved, sent, accepted by the firm."""
    seat, user = appointed(task, firm, desk)
    row = letter(task, firm, desk)
    for person in ("head", "leader"):
        agree(approval=running("LETTER", row), by=desk[person], on=TODAY)
    row = delivery.send_letter(commission=Commission.objects.get(pk=row.pk), content=PDF, by=desk["clerk"], on=TODAY)
    row = delivery.accept_commission(commission=row, by=user, on=TODAY)
    return seat, row, user


def upheld(seat, desk, on=DECIDED, **way):
    row = report_conflict(assignment=seat, words=WORDS, by=desk["clerk"], on=TODAY)
    return uphold_conflict(report=row, reason="查实", by=desk["head"], on=on, **way)


@pytest.fixture
def task(desk):
    return TaskFactory(bureau=desk["bureau"], plan__bureau=desk["bureau"], route="", clerk=desk["clerk"])


@pytest.mark.edge("E28")
def test_commissioned_task_goes_to_another_firm_and_its_record_says_why(task, desk):
    first, second = ready_firm(desk["bureau"]), ready_firm(desk["bureau"])
    seat, commission, user = commissioned(task, first, desk)
    task.refresh_from_db()
    assert task.status == TaskStatus.COMMISSIONED

    done = upheld(seat, desk, way=ConflictOutcome.HANDED_OVER)

    task.refresh_from_db()
    seat.refresh_from_db()
    commission.refresh_from_db()
    assert (done.outcome, task.status, task.route) == (ConflictOutcome.HANDED_OVER, TaskStatus.PLANNED, "")
    assert (task.commissioned_on, task.due_on) == (None, None)
    assert (commission.status, commission.ended_on) == (CommissionStatus.ENDED, DECIDED)
    assert commission.letter.status == PaperStatus.ISSUED  # what was sent stays what it is
    assert seat.status == AssignmentStatus.VOID
    said = (commission.end_reason, seat.void_words, task.moves.get(action=TaskAction.RECOMMISSION).words)
    assert all("查实" in words for words in said)
    with pytest.raises(DomainError):
        delivery.submit_version(
            task=task, kind=VersionKind.WORK_PLAN, name="方案.pdf", content=PDF, by=user, at=NOW + timedelta(days=20)
        )
    assert [case.code for case in firm_eligibility(task, DECIDED, [first])[0].refusals] == ["left_this_task"]
    task = choose_route(task=task, route=Route.DIRECT, reason="改派", by=desk["clerk"], on=DECIDED)
    with pytest.raises(RouteRefused) as caught:  # the same firm does not come back by the side door
        appoint_directly(task=task, firm=first, reason="仍由其承担", by=desk["clerk"], on=DECIDED)
    assert caught.value.refusal.code == "left_this_task"
    _seat, other, _user = commissioned(task, second, desk)
    assert (commission_of(task), other.firm) == (other, second)
    assert list(task.assignments.order_by("pk").values_list("status", flat=True)) == ["VOID", "DECLARED"]


@pytest.mark.edge("E28")
def test_commissioned_task_stops_where_nobody_else_is_to_go_on(task, desk):
    seat, commission, _user = commissioned(task, ready_firm(desk["bureau"]), desk)

    done = upheld(seat, desk, way=ConflictOutcome.TASK_STOPPED)

    task.refresh_from_db()
    commission.refresh_from_db()
    assert (done.outcome, task.status) == (ConflictOutcome.TASK_STOPPED, TaskStatus.STOPPED)
    assert (commission.status, commission_of(task)) == (CommissionStatus.ENDED, None)
    assert "查实" in task.moves.get(action=TaskAction.STOP).words
    with pytest.raises(TransitionRefused):
        choose_route(task=task, route=Route.DIRECT, reason="再来", by=desk["clerk"], on=DECIDED)


@pytest.mark.edge("E28")
def test_letter_under_approval_falls_away_with_the_firm_that_has_the_conflict(task, desk):
    firm = ready_firm(desk["bureau"])
    seat, _user = appointed(task, firm, desk)
    row = letter(task, firm, desk)
    agree(approval=running("LETTER", row), by=desk["head"], on=TODAY)

    done = upheld(seat, desk, way=ConflictOutcome.HANDED_OVER)

    row.refresh_from_db()
    task.refresh_from_db()
    assert (done.outcome, task.status, row.status) == (
        ConflictOutcome.HANDED_OVER,
        TaskStatus.PLANNED,
        CommissionStatus.ENDED,
    )
    assert row.letter.status == PaperStatus.VOID
    assert Approval.objects.get(kind="LETTER").status == ApprovalStatus.WITHDRAWN
    assert Entry.objects.filter(action="approvals.lapsed").count() == 1


class Marking:
    """A panel that was drawn, at its marking."""

    def __init__(self):
        self.table = PanelTable()
        self.table.set_up()
        self.draw = self.table.run()
        self.review = self.table.review
        self.task = self.table.task
        ReReviewTask.objects.filter(pk=self.review.pk).update(kind=ReReviewKind.REPORT)
        EvaluationTask.objects.filter(pk=self.task.pk).update(status=TaskStatus.ACCEPTED)
        self.clerk = self.table.operator
        self.head = UserFactory(bureau=self.task.bureau, role=Role.SECTION_HEAD)
        self.rubric = rubric_of(self.task, by=self.clerk)
        self.items = list(self.rubric.items.order_by("position"))
        self.users = {}
        for seat in Assignment.objects.filter(draw=self.draw).order_by("pk"):
            self.sit(seat)
        self.review.refresh_from_db()
        begin(re_review=self.review, by=self.clerk, on=TODAY)

    def sit(self, seat):
        """Take a member to the table."""
        user = self.users[seat.pk] = expert_user(seat.expert)
        life.notify(assignment=seat, by=self.clerk, at=NOW)
        life.accept(assignment=seat, by=user, at=NOW)
        life.declare(assignment=seat, has_conflict=False, words="", by=user, at=NOW)

    def marks(self, seat, share, *, submit):
        """Write an opinion, whole or half."""
        user = self.users[seat.pk]
        opinion = open_opinion(assignment=seat, by=user, at=AT)
        own = [item for item in self.items if item.scorer == Scorer.EXPERT]
        scores = [
            ScoreDraft(item.code, int(item.weight_hundredths * share), reason="依据不足", page=3)
            for item in (own if submit else own[:2])
        ]
        opinion = save_opinion(opinion=opinion, scores=scores, findings=[], conclusion="可用", by=user)
        if submit:
            opinion = submit_opinion(opinion=opinion, signature_name="签名.png", signature=PNG, by=user, at=AT)
        return opinion

    def compute(self):
        """Add the section's full scores, and rate."""
        drafts = [SectionDraft(i.code, i.weight_hundredths) for i in self.items if i.scorer != Scorer.EXPERT]
        enter_section_scores(task=self.task, drafts=drafts, by=self.clerk, on=TODAY)
        return compute_rating(task=self.task, by=self.clerk, on=TODAY)

    def report_upheld(self, seat):
        """Let the conflict be heard and decided."""
        row = report_conflict(assignment=seat, words="其配偶在被评价单位任职", by=self.clerk, on=TODAY)
        return uphold_conflict(report=row, reason="查实", by=self.head, on=DECIDED).outcome

    def step_back(self, seat):
        """Let the member himself go."""
        step_back(assignment=seat, words="配偶在被评价单位任职", by=self.users[seat.pk], at=AT)


@pytest.mark.edge("E38")
@pytest.mark.parametrize("way", ["report_upheld", "step_back"])
@pytest.mark.parametrize("submitted", [False, True])
def test_marks_of_who_leaves_amid_the_marking_are_kept_and_the_next_of_the_same_order_marks_instead(way, submitted):
    marking = Marking()
    leaver, *others = Assignment.objects.filter(draw=marking.draw).order_by("pk")
    half = marking.marks(leaver, 0.1, submit=submitted)
    written = list(CriterionScore.objects.filter(opinion=half).order_by("pk").values())
    first = marking.marks(others[0], 0.8, submit=True)
    order = record_of(marking.draw)["order"]

    outcome = getattr(marking, way)(leaver)

    half.refresh_from_db()
    leaver.refresh_from_db()
    assert outcome in {None, ConflictOutcome.OPINION_VOID if submitted else ConflictOutcome.STOPPED_REVIEW}
    assert (half.status, leaver.status) == (OpinionStatus.VOID, AssignmentStatus.VOID)
    assert list(CriterionScore.objects.filter(opinion=half).order_by("pk").values()) == written != []
    assert list(submitted_opinions(ReReviewTask.objects.get(pk=marking.review.pk))) == [first]
    with pytest.raises(DomainError):  # nor does he go on writing
        save_opinion(opinion=half, scores=[], findings=[], conclusion="再改", by=marking.users[leaver.pk])

    (made,) = draws.replace(draw=marking.draw, by=marking.clerk, at=AT)

    marking.draw.refresh_from_db()
    record = record_of(marking.draw)
    assert (made.origin, made.stratum, made.replaces_id) == (Origin.REPLACEMENT, leaver.stratum, leaver.pk)
    assert (record["order"], checked(record)) == (order, "OK")
    assert [Assignment.objects.get(pk=seat.pk).status for seat in others] == ["SERVING", "DECLARED"]
    marking.marks(others[1], 0.8, submit=True)
    with pytest.raises(RatingRefused) as caught:  # his marks do not stand in for those of the next
        marking.compute()
    assert caught.value.refusal.code == "opinions_missing"
    marking.sit(made)
    marking.marks(made, 0.8, submit=True)

    rating = marking.compute()

    expert = sum(Fraction(int(i.weight_hundredths * 0.8), 100) for i in marking.items if i.scorer == Scorer.EXPERT)
    section = sum(Fraction(i.weight_hundredths, 100) for i in marking.items if i.scorer != Scorer.EXPERT)
    assert Fraction(rating.adjusted) == expert + section
    assert Opinion.objects.filter(re_review=marking.review).count() == 4


def test_opinion_of_who_left_is_not_opened_again():
    marking = Marking()
    leaver = Assignment.objects.filter(draw=marking.draw).order_by("pk").first()
    marking.step_back(leaver)

    with pytest.raises(OpinionRefused) as caught:
        open_opinion(assignment=leaver, by=marking.users[leaver.pk], at=AT)

    assert caught.value.refusal.code == "not_declared"
    assert not Opinion.objects.exists()
