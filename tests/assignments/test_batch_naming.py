"""Who is named for a re-review or kept from it is approved before the freeze, as it stands."""

import json

import pytest

from assignments.enums import BatchStatus, PairKind
from assignments.matching import read_freeze
from assignments.selectors.batches import naming_agreed, naming_running, pairs_of, tasks_of
from assignments.services import batches
from assignments.services.batches import BatchRefused
from foundation.approvals.enums import ApprovalStatus
from foundation.approvals.selectors import waiting_for
from foundation.approvals.services import agree, give_back
from foundation.audit.models import Entry
from foundation.core import clock
from foundation.core.errors import NotAllowed, TransitionRefused
from tests.assignments.test_batches import verified
from tests.factories.assigned import NOW, TODAY, agreed_pairs, batch_office, prepared, seated, solved
from tests.factories.foundation import UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.rule("R-48")]


@pytest.fixture(autouse=True)
def _in_2020():
    with clock.standing_at(NOW):
        yield


@pytest.fixture
def desk():
    return batch_office()


def name(desk, batch, number=0, kind=PairKind.PIN):
    facts = {"expert": desk.experts[number], "kind": kind, "reason": "熟悉工艺", "by": desk.clerk, "on": TODAY}
    return batches.name_pair(task=tasks_of(batch)[0], **facts)


def refused(call, **facts):
    """Return the code of the refusal, after a look that nothing was written."""
    before = Entry.objects.count()
    with pytest.raises(BatchRefused) as caught:
        call(**facts)
    assert Entry.objects.count() == before
    return caught.value.refusal.code


def freeze(desk, batch):
    return batches.start(batch=batch, by=desk.clerk, at=NOW, freezes=True)


@pytest.mark.parametrize("kind", list(PairKind))
def test_batch_with_a_naming_is_frozen_only_after_its_approval(desk, kind):
    batch = prepared(desk)
    name(desk, batch, kind=kind)
    facts = {"batch": batch, "by": desk.clerk, "at": NOW, "freezes": True}
    assert refused(batches.start, **facts) == "naming_not_agreed"
    assert solved(desk, batch, freezes=False).solved["status"] == "optimal", "looking is free"
    approval = batches.submit_pairs(batch=batch, by=desk.clerk, on=TODAY)
    agree(approval=approval, by=desk.people["head"], on=TODAY)
    assert refused(batches.start, **facts) == "naming_not_agreed"
    agree(approval=approval, by=desk.people["leader"], on=TODAY)

    batch = freeze(desk, batch)

    assert batch.status == BatchStatus.FROZEN
    assert json.loads(batch.freeze_text)["naming"] == {"agreed_on": TODAY.isoformat(), "approval": approval.pk}


def test_approval_waits_for_who_decides_and_says_who_is_named_and_why(desk):
    batch = prepared(desk)
    name(desk, batch)
    name(desk, batch, 1, PairKind.FORBID)

    approval = batches.submit_pairs(batch=batch, by=desk.clerk, on=TODAY)

    review = desk.reviews[0].number
    assert approval.facts["named"] == [f"{review} {desk.experts[0].person.name}：熟悉工艺"]
    assert approval.facts["kept_away"] == [f"{review} {desk.experts[1].person.name}：熟悉工艺"]
    assert list(waiting_for(desk.people["head"], TODAY)) == [approval]
    with pytest.raises(NotAllowed):
        agree(approval=approval, by=desk.clerk, on=TODAY)


def test_change_after_the_agreement_needs_a_new_approval(desk):
    batch = prepared(desk)
    first = name(desk, batch)
    agreed = agreed_pairs(desk, batch)
    assert naming_agreed(batch, pairs_of(batch)) == agreed

    second = name(desk, batch, 1)

    facts = {"batch": batch, "by": desk.clerk, "at": NOW, "freezes": True}
    assert refused(batches.start, **facts) == "naming_not_agreed"
    batches.drop_pair(pair=second, by=desk.clerk, on=TODAY)
    assert naming_agreed(batch, pairs_of(batch)) == agreed, "back to what was agreed"
    batches.drop_pair(pair=first, by=desk.clerk, on=TODAY)
    name(desk, batch)
    assert refused(batches.start, **facts) == "naming_not_agreed"


def test_approval_that_waits_lapses_when_what_it_asks_for_changes_or_the_batch_is_void(desk):
    batch = prepared(desk)
    name(desk, batch)
    states = []
    for change in (
        lambda: name(desk, batch, 1),
        lambda: batches.drop_pair(pair=pairs_of(batch)[0], by=desk.clerk, on=TODAY),
        lambda: batches.void(batch=batch, words="改期", by=desk.clerk, at=NOW),
    ):
        approval = batches.submit_pairs(batch=batch, by=desk.clerk, on=TODAY)
        change()
        approval.refresh_from_db()
        states.append((approval.status, naming_running(batch)))

    assert states == [(ApprovalStatus.WITHDRAWN, None)] * 3


def test_naming_that_is_given_back_may_be_submitted_again(desk):
    batch = prepared(desk)
    name(desk, batch)
    approval = batches.submit_pairs(batch=batch, by=desk.clerk, on=TODAY)
    give_back(approval=approval, by=desk.people["head"], on=TODAY, words="理由不足")

    batch.refresh_from_db()
    assert batch.status == BatchStatus.PREPARED
    assert agreed_pairs(desk, batch) == naming_agreed(batch, pairs_of(batch))
    assert freeze(desk, batch).status == BatchStatus.FROZEN


def test_submitting_is_refused_for_nobody_for_what_is_agreed_for_a_frozen_batch_and_by_strangers(desk):
    batch = prepared(desk)
    facts = {"batch": batch, "by": desk.clerk, "on": TODAY}
    assert refused(batches.submit_pairs, **facts) == "nobody_named"
    name(desk, batch)
    with pytest.raises(NotAllowed):
        batches.submit_pairs(**facts | {"by": UserFactory(role="CLERK")})
    agreed_pairs(desk, batch)
    assert refused(batches.submit_pairs, **facts) == "naming_agreed"
    freeze(desk, batch)
    with pytest.raises(TransitionRefused):
        batches.submit_pairs(**facts)


def test_batch_without_a_naming_needs_no_approval_and_its_freeze_names_none(desk):
    batch = freeze(desk, prepared(desk))

    assert batch.status == BatchStatus.FROZEN
    assert "naming" not in json.loads(batch.freeze_text)


def test_record_with_an_agreed_naming_is_verified(desk, tmp_path):
    batch = prepared(desk)
    name(desk, batch)
    agreed_pairs(desk, batch)

    batch = seated(desk, batch)

    assert read_freeze(batch.freeze_text)[0].problem.pins
    assert (answer := verified(batch, tmp_path)).returncode == 0, answer.stdout
