"""A decided sanction that was wrong is revoked by approval: the party stands again, the ladder forgets the rung."""

from datetime import date, timedelta

import pytest

from appraisals.enums import RevocationStatus, SanctionAction, SanctionKind, SanctionPaper, SanctionStatus
from appraisals.models import SanctionRevocation
from appraisals.rules import missing_rung
from appraisals.selectors import sanctions_visible_to
from appraisals.services import SanctionRefused, ask_lifting, end_due_sanctions, propose_revocation, propose_sanction
from appraisals.transitions import SANCTION
from evaluators.enums import FirmStatus
from evaluators.models import CarriedBar
from evaluators.selectors import standing_on as firm_standing_on
from experts.enums import ExpertStatus
from experts.selectors import standing_on
from foundation.approvals.models import Approval
from foundation.approvals.services import agree, give_back
from foundation.audit.models import Entry
from foundation.core.errors import NotAllowed, TransitionRefused
from foundation.notices.models import Notice
from foundation.papers.enums import PaperStatus
from foundation.papers.models import Paper
from tests.factories.assignments import ExpertFactory, expert_user, firm_user
from tests.factories.disclosure import make_firm, office
from tests.factories.sanctions import DAY, decide, propose

pytestmark = [pytest.mark.django_db, pytest.mark.rule("R-26")]
LATER = DAY + timedelta(days=20)


@pytest.fixture
def people():
    return office()


@pytest.fixture
def firm(people):
    return make_firm(people["bureau"])


@pytest.fixture
def expert(people):
    return ExpertFactory(bureau=people["bureau"])


def approval_of(found):
    return Approval.objects.get(subject_kind="appraisals.sanctionrevocation", subject_id=found.pk)


def revoke(people, row, on=LATER, **facts):
    given = {"sanction": row, "reason": "复核发现事实有误", "by": people["clerk"], "on": on} | facts
    found = propose_revocation(**given)
    agree(approval=approval_of(found), by=people["head"], on=on)
    agree(approval=approval_of(found), by=people["leader"], on=on)
    row.refresh_from_db()
    return found


def refused(error=SanctionRefused, **facts):
    with pytest.raises(error) as caught:
        propose_revocation(**facts)
    return caught.value.refusal


def test_a_running_suspension_of_a_firm_ends_on_the_day_of_the_agreement(people, firm):
    row = decide(people, propose(people, SanctionKind.SUSPENSION, firm=firm, months=6, is_grave=True))
    user = firm_user(firm)

    revoke(people, row)

    firm.refresh_from_db()
    assert (row.status, row.ended_on, firm.status) == (SanctionStatus.REVOKED, LATER, FirmStatus.ACTIVE)
    assert firm_standing_on(firm, DAY) == FirmStatus.SUSPENDED  # the past stays as it was
    assert firm_standing_on(firm, LATER) == FirmStatus.ACTIVE
    assert Notice.objects.filter(user=user, code="sanction_revoked").count() == 1
    assert Entry.objects.filter(action="appraisals.revocation_decided").count() == 1
    assert row in sanctions_visible_to(user)


def test_its_decision_is_a_paper_and_the_one_that_was_never_served_is_void(people, firm):
    row = decide(people, propose(people, SanctionKind.SUSPENSION, firm=firm, months=6, is_grave=True))

    revoke(people, row)

    drafted = dict(Paper.objects.filter(subject_id=row.pk).values_list("kind", "status"))
    assert drafted[SanctionPaper.REVOCATION] == PaperStatus.DRAFT
    assert drafted[SanctionPaper.DECISION] == PaperStatus.VOID


def test_a_removed_firm_stands_in_the_register_again(people, firm):
    row = decide(people, propose(people, SanctionKind.REMOVAL, firm=firm, is_grave=True))

    revoke(people, row)

    firm.refresh_from_db()
    assert firm.status == FirmStatus.ACTIVE


def test_a_removal_revoked_while_a_suspension_runs_leaves_the_firm_suspended(people, firm):
    first = decide(people, propose(people, SanctionKind.SUSPENSION, firm=firm, months=6, is_grave=True))
    row = decide(people, propose(people, SanctionKind.REMOVAL, firm=firm, is_grave=True), on=DAY + timedelta(days=10))

    revoke(people, row)

    firm.refresh_from_db()
    assert firm.status == FirmStatus.SUSPENDED
    end_due_sanctions(on=first.ends_on)
    firm.refresh_from_db()
    assert firm.status == FirmStatus.ACTIVE


def test_one_of_two_suspensions_of_an_expert_is_revoked_and_the_other_still_holds(people, expert):
    short = decide(people, propose(people, SanctionKind.SUSPENSION, expert=expert, months=3))
    long = decide(
        people, propose(people, SanctionKind.SUSPENSION, expert=expert, months=12), on=DAY + timedelta(days=9)
    )

    revoke(people, long)

    expert.refresh_from_db()
    assert expert.status == ExpertStatus.SUSPENDED
    before, after = short.ends_on - timedelta(days=1), short.ends_on
    assert standing_on(expert, before) == ExpertStatus.SUSPENDED
    assert standing_on(expert, after) == ExpertStatus.ACTIVE


def test_an_expert_without_another_one_is_back_at_once(people, expert):
    row = decide(people, propose(people, SanctionKind.SUSPENSION, expert=expert, months=12))

    revoke(people, row)

    expert.refresh_from_db()
    assert expert.status == ExpertStatus.ACTIVE
    assert standing_on(expert, row.ends_on + timedelta(days=400)) == ExpertStatus.ACTIVE


@pytest.mark.rule("R-57")
def test_application_to_lift_a_suspension_that_is_revoked_falls_away(people, expert):
    row = decide(people, propose(people, SanctionKind.SUSPENSION, expert=expert, months=6))
    asked = ask_lifting(
        sanction=row, words="申请恢复", accepts_undertaking=True, by=expert_user(expert), on=row.ends_on
    )

    revoke(people, row, on=row.ends_on)

    asked.refresh_from_db()
    assert (asked.status, asked.answered_on) == ("LAPSED", row.ends_on)
    assert standing_on(expert, row.ends_on) == ExpertStatus.ACTIVE


def test_a_removed_expert_comes_back_suspended_where_he_was(people, expert):
    first = decide(people, propose(people, SanctionKind.SUSPENSION, expert=expert, months=12))
    row = decide(people, propose(people, SanctionKind.REMOVAL, expert=expert), on=DAY + timedelta(days=9))

    revoke(people, row)

    expert.refresh_from_db()
    first.refresh_from_db()
    assert (expert.status, first.status) == (ExpertStatus.SUSPENDED, SanctionStatus.IN_FORCE)


def test_the_ladder_forgets_a_revoked_rung(people, firm):
    row = decide(people, propose(people, SanctionKind.TALK, firm=firm))
    revoke(people, row)

    with pytest.raises(SanctionRefused) as caught:
        propose(people, SanctionKind.SUSPENSION, firm=firm, months=3, on=LATER)

    assert caught.value.refusal.code == "rung_skipped"
    assert missing_rung(SanctionKind.SUSPENSION, {SanctionKind.TALK}, is_grave=False) in (None, "")


def test_an_ended_suspension_is_revoked_without_moving_anybody(people, firm):
    row = decide(people, propose(people, SanctionKind.SUSPENSION, firm=firm, months=1, is_grave=True))
    end_due_sanctions(on=row.ends_on)
    row.refresh_from_db()
    ended_on = row.ended_on

    revoke(people, row, on=row.ends_on + timedelta(days=5))

    firm.refresh_from_db()
    assert (row.status, row.ended_on, firm.status) == (SanctionStatus.REVOKED, ended_on, FirmStatus.ACTIVE)


def test_what_a_successor_carries_ends_too(people, firm):
    heir = make_firm(people["bureau"])
    row = decide(people, propose(people, SanctionKind.REMOVAL, firm=firm, is_grave=True))
    bar = CarriedBar.objects.create(
        firm=heir, predecessor=firm, status="REMOVED", started_on=DAY, ends_on=date(2023, 9, 20)
    )
    other = CarriedBar.objects.create(
        firm=heir, predecessor=firm, status="SUSPENDED", started_on=DAY, ends_on=date(2021, 9, 20)
    )

    revoke(people, row)

    bar.refresh_from_db()
    other.refresh_from_db()
    assert (bar.ends_on, other.ends_on) == (LATER, date(2021, 9, 20))


def test_a_revocation_that_is_not_agreed_changes_nothing(people, firm):
    row = decide(people, propose(people, SanctionKind.SUSPENSION, firm=firm, months=6, is_grave=True))
    found = propose_revocation(sanction=row, reason="复核", by=people["clerk"], on=LATER)

    give_back(approval=approval_of(found), words="事实清楚", by=people["head"], on=LATER)

    found.refresh_from_db()
    row.refresh_from_db()
    firm.refresh_from_db()
    assert (found.status, row.status) == (RevocationStatus.REFUSED, SanctionStatus.IN_FORCE)
    assert firm.status == FirmStatus.SUSPENDED
    propose_revocation(sanction=row, reason="补充材料", by=people["clerk"], on=LATER)  # may be proposed again


def test_what_is_refused(people, firm):
    waiting = propose(people, SanctionKind.SUSPENSION, firm=firm, months=6, is_grave=True)
    given = {"sanction": waiting, "reason": "复核", "by": people["clerk"], "on": LATER}
    with pytest.raises(TransitionRefused):
        propose_revocation(**given)
    row = decide(people, waiting)
    assert refused(**given | {"sanction": row, "reason": "  "}).code == "reason_missing"
    with pytest.raises(NotAllowed):
        propose_revocation(**given | {"sanction": row, "by": firm_user(firm)})
    propose_revocation(**given | {"sanction": row})
    assert refused(**given | {"sanction": row}).code == "under_approval"
    assert SanctionRevocation.objects.count() == 1


def test_a_revoked_sanction_is_revoked_once(people, firm):
    row = decide(people, propose(people, SanctionKind.TALK, firm=firm))
    revoke(people, row)

    with pytest.raises(TransitionRefused):
        propose_revocation(sanction=row, reason="再次", by=people["clerk"], on=LATER)


def test_the_expert_reads_it(people, expert):
    row = decide(people, propose(people, SanctionKind.SUSPENSION, expert=expert, months=3))
    revoke(people, row)

    assert list(sanctions_visible_to(expert_user(expert))) == [row]


@pytest.mark.parametrize("status", SanctionStatus)
def test_only_decided_sanctions_have_the_step(status):
    expected = status in {SanctionStatus.IN_FORCE, SanctionStatus.ENDED}

    assert ((status, SanctionAction.REVOKE) in SANCTION) is expected


def test_somebody_proposes_a_sanction_of_a_party_that_came_back(people, firm):
    row = decide(people, propose(people, SanctionKind.REMOVAL, firm=firm, is_grave=True))
    revoke(people, row)
    firm.refresh_from_db()

    again = propose_sanction(
        kind=SanctionKind.TALK, firm=firm, reason="另一事项", by=people["clerk"], on=LATER, choices={}
    )

    assert again.status in {SanctionStatus.DRAFTED, SanctionStatus.PROPOSED}
