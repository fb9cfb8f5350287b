"""Nobody leaves a sanction by leaving the register, and nobody comes back before a suspension has ended."""

from datetime import timedelta

import pytest
from django.utils.translation import gettext

from appraisals.enums import SanctionKind, SanctionPaper, SanctionStatus
from appraisals.models import LiftingApplication
from appraisals.services import (
    SanctionRefused,
    answer_lifting,
    ask_lifting,
    drop_sanction,
    end_due_sanctions,
    submit_sanction,
)
from desk.selectors import today
from desk.services import leave_pool, record_death
from evaluators.enums import FirmAction, FirmStatus
from evaluators.models import CarriedBar
from evaluators.services import FirmRefused, Heir, move_firms, record_succession
from experts.enums import ExpertAction, ExpertStatus
from experts.services import ExpertRefused, move_experts
from foundation.approvals.enums import ApprovalStatus
from foundation.approvals.models import Approval
from foundation.audit.models import Entry
from foundation.core import clock
from foundation.core.errors import DomainError
from foundation.papers.enums import PaperStatus
from foundation.papers.models import Paper
from parties.enums import RelationshipKind
from parties.permissions import standing_refusal, standing_refusals
from tests.factories.assignments import ExpertFactory, expert_user
from tests.factories.delivery import CommissionFactory
from tests.factories.disclosure import make_firm, office
from tests.factories.sanctions import DAY, decide, propose, tell
from tests.foundation.files.test_uploads import pdf

pytestmark = [pytest.mark.django_db, pytest.mark.rule("R-26")]
NEXT = DAY + timedelta(days=1)


@pytest.fixture
def people():
    return office()


def moved(people, firm, action, on=NEXT):
    return move_firms(firms=[firm], action=action, by=people["clerk"], on=on, reason="演示")[0]


def shifted(people, expert, action, on=NEXT):
    return move_experts(experts=[expert], action=action, by=people["clerk"], on=on, reason="演示")[0]


def refused(call, *args, error=DomainError, **facts):
    with pytest.raises(error) as caught:
        call(*args, **facts)
    return caught.value.refusal


@pytest.mark.edge("E31")
def test_a_suspended_firm_that_left_comes_back_only_when_the_suspension_has_ended(people):
    firm = make_firm(people["bureau"])
    row = decide(people, propose(people, SanctionKind.SUSPENSION, firm=firm, months=6, is_grave=True))
    assert moved(people, firm, FirmAction.LEAVE).status == FirmStatus.LEFT

    refusal = refused(moved, people, firm, FirmAction.REAPPLY, error=FirmRefused)

    assert (refusal.code, refusal.facts["free_on"]) == ("suspension_in_force", row.ends_on.isoformat())
    end_due_sanctions(on=row.ends_on)
    firm.refresh_from_db()
    assert firm.status == FirmStatus.LEFT
    assert moved(people, firm, FirmAction.REAPPLY, on=row.ends_on).status == FirmStatus.APPLIED


@pytest.mark.edge("E31")
@pytest.mark.rule("R-57")
def test_an_expert_whose_suspension_needs_an_application_does_not_come_back_without_it(people):
    expert = ExpertFactory(bureau=people["bureau"])
    row = decide(people, propose(people, SanctionKind.SUSPENSION, expert=expert, months=6))
    leave_pool(expert=expert, reason="本人意愿", asks_erasure=False, by=expert_user(expert), on=NEXT)
    late = row.ends_on + timedelta(days=30)

    refusal = refused(shifted, people, expert, ExpertAction.REAPPLY, on=late, error=ExpertRefused)
    assert (refusal.code, refusal.facts["free_on"]) == ("suspension_in_force", None)

    asked = ask_lifting(sanction=row, words="已学习", accepts_undertaking=True, by=expert_user(expert), on=late)
    answer_lifting(application=asked, is_granted=True, words="同意", by=people["head"], on=late)
    expert.refresh_from_db()
    assert expert.status == ExpertStatus.LEFT
    assert shifted(people, expert, ExpertAction.REAPPLY, on=late).status == ExpertStatus.APPLIED


def test_nobody_leaves_while_a_sanction_is_on_its_way(people):
    firm, expert = make_firm(people["bureau"]), ExpertFactory(bureau=people["bureau"])
    told = propose(people, SanctionKind.SUSPENSION, firm=firm, months=3, is_grave=True)
    propose(people, SanctionKind.SUSPENSION, expert=expert, months=3)

    assert refused(moved, people, firm, FirmAction.LEAVE).code == "sanction_under_way"
    leaving = {"expert": expert, "reason": "本人意愿", "asks_erasure": False, "by": expert_user(expert), "on": NEXT}
    assert refused(leave_pool, **leaving).code == "sanction_under_way"
    drop_sanction(sanction=told, reason="证据不足", by=people["clerk"], on=NEXT)
    assert moved(people, firm, FirmAction.LEAVE).status == FirmStatus.LEFT


def test_a_firm_with_running_tasks_does_not_leave(people):
    work = CommissionFactory(task__bureau=people["bureau"], task__clerk=people["clerk"])

    refusal = refused(moved, people, work.firm, FirmAction.LEAVE)

    assert (refusal.code, refusal.facts["tasks"]) == ("open_tasks", [work.task.number])


@pytest.mark.edge("E19")
def test_a_record_does_not_close_into_another_while_a_sanction_is_on_its_way(people):
    old, heir = make_firm(people["bureau"]), make_firm(people["bureau"])
    propose(people, SanctionKind.REMOVAL, firm=old, is_grave=True)

    assert refused(moved, people, old, FirmAction.CLOSE).code == "sanction_under_way"
    assert heir.status == FirmStatus.ACTIVE


def test_who_was_suspended_and_left_is_not_entered_anew_by_an_application(people):
    expert = ExpertFactory(bureau=people["bureau"])
    decide(people, propose(people, SanctionKind.SUSPENSION, expert=expert, months=3))
    leave_pool(expert=expert, reason="本人意愿", asks_erasure=False, by=expert_user(expert), on=NEXT)

    assert standing_refusal("expert", expert.pk, "REAPPLY", NEXT).code == "suspension_in_force"
    assert standing_refusal("expert", expert.pk, "RESTORE", NEXT) is None


def succeeded(people, old, heir, *, kind, **facts):
    heirs = [Heir(heir)]
    return record_succession(kind=kind, predecessor=old, heirs=heirs, by=people["clerk"], on=NEXT, **facts)


@pytest.mark.edge("E19")
@pytest.mark.parametrize("closes", [True, False])
def test_no_successor_takes_a_place_while_a_sanction_is_on_its_way(people, closes):
    old, heir = make_firm(people["bureau"]), make_firm(people["bureau"])
    propose(people, SanctionKind.REMOVAL, firm=old, is_grave=True)

    refusal = refused(succeeded, people, old, heir, kind=RelationshipKind.SPLIT_FROM, closes=closes)

    assert refusal.code == "sanction_under_way"


@pytest.mark.edge("E19")
def test_a_firm_that_left_under_a_suspension_passes_it_on(people):
    old, heir = make_firm(people["bureau"]), make_firm(people["bureau"])
    row = decide(people, propose(people, SanctionKind.SUSPENSION, firm=old, months=6, is_grave=True))
    moved(people, old, FirmAction.LEAVE)

    succeeded(people, old, heir, kind=RelationshipKind.MERGED_INTO)

    bar = CarriedBar.objects.get()
    assert (bar.firm_id, bar.status, bar.ends_on) == (heir.pk, "SUSPENDED", row.ends_on)


@pytest.mark.edge("E37")
@pytest.mark.parametrize("stage", [SanctionStatus.DRAFTED, SanctionStatus.TOLD, SanctionStatus.PROPOSED])
def test_a_death_ends_what_is_on_its_way_with_its_approval_and_nothing_waits(people, stage):
    expert, other = ExpertFactory(bureau=people["bureau"]), ExpertFactory(bureau=people["bureau"])
    row, alive = (propose(people, SanctionKind.SUSPENSION, expert=one, months=3) for one in (expert, other))
    if stage != SanctionStatus.DRAFTED:
        tell(people, row)
    if stage == SanctionStatus.PROPOSED:
        submit_sanction(sanction=row, by=people["clerk"], on=DAY)
        assert [line.kind for line in today(people["head"], DAY).waiting] == ["APPROVAL"]

    record_death(person=expert.person, died_on=DAY, by=people["clerk"], on=NEXT, at=clock.now())

    row.refresh_from_db()
    alive.refresh_from_db()
    assert (row.status, row.dropped_on, bool(row.dropped_reason)) == (SanctionStatus.DROPPED, NEXT, True)
    assert not Approval.objects.filter(status=ApprovalStatus.PENDING).exists()
    assert not any(today(people[role], NEXT).waiting for role in ("head", "leader"))
    assert not Paper.objects.filter(status=PaperStatus.DRAFT, subject_id=row.pk).exists()
    assert Entry.objects.filter(action="appraisals.sanction_dropped").count() == 1
    assert alive.status == SanctionStatus.DRAFTED


@pytest.mark.edge("E37")
@pytest.mark.rule("R-57")
def test_a_death_closes_an_open_application_to_lift_a_suspension_in_words_and_without_a_paper(people):
    expert, other = ExpertFactory(bureau=people["bureau"]), ExpertFactory(bureau=people["bureau"])
    asked = []
    for one in (expert, other):
        row = decide(people, propose(people, SanctionKind.SUSPENSION, expert=one, months=6))
        words = {"words": "已学习，申请恢复", "accepts_undertaking": True, "on": row.ends_on}
        asked.append(ask_lifting(sanction=row, by=expert_user(one), **words))
    died = asked[0].asked_on

    record_death(person=expert.person, died_on=died, by=people["clerk"], on=died, at=clock.now())

    closed, alive = LiftingApplication.objects.order_by("pk")
    assert (closed.status, closed.answered_on, closed.answered_by) == ("LAPSED", died, people["clerk"])
    assert (closed.answer, alive.status) == (gettext("Has died."), "ASKED")
    assert closed.sanction.status == SanctionStatus.IN_FORCE
    assert not Paper.objects.filter(kind=SanctionPaper.LIFTING).exists()
    assert Entry.objects.get(action="appraisals.lifting_lapsed").subject_id == closed.sanction_id
    with pytest.raises(DomainError):
        answer_lifting(application=closed, is_granted=True, words="同意", by=people["head"], on=died)
    with pytest.raises(SanctionRefused) as caught:
        ask_lifting(sanction=closed.sanction, by=people["clerk"], file=("申请.pdf", pdf()), **words)
    assert caught.value.refusal.code == "has_died"


@pytest.mark.edge("E37")
def test_what_was_decided_before_a_death_stays(people):
    expert = ExpertFactory(bureau=people["bureau"])
    row = decide(people, propose(people, SanctionKind.SUSPENSION, expert=expert, months=3))

    record_death(person=expert.person, died_on=DAY, by=people["clerk"], on=NEXT, at=clock.now())

    row.refresh_from_db()
    assert (row.status, row.dropped_on) == (SanctionStatus.IN_FORCE, None)


def test_moving_many_asks_once_whether_a_sanction_is_in_the_way(people, django_assert_num_queries):
    experts = [ExpertFactory(bureau=people["bureau"]) for _ in range(5)]
    decide(people, propose(people, SanctionKind.SUSPENSION, expert=experts[0], months=6))
    keys = [one.pk for one in experts]

    with django_assert_num_queries(1):
        assert standing_refusals("expert", keys[1:], "ADMIT", NEXT) == {}
    found = standing_refusals("expert", keys, "ADMIT", NEXT)

    assert {key: refusal.code for key, refusal in found.items()} == {keys[0]: "suspension_in_force"}
