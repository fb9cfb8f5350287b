"""The share of one employer in a whole batch: it holds in the sample, in replacements, and says when it cannot."""

import json
from collections import Counter

import pytest

from assignments.enums import DeclineReason
from assignments.models import Assignment
from assignments.services import assignments as life
from assignments.services import batches
from foundation.core.errors import DomainError
from tests.assignments.test_batches import verified
from tests.factories.assigned import NOW, TODAY, batch_office, prepared, seated, solved

pytestmark = pytest.mark.django_db


def refused(call, **facts):
    with pytest.raises(DomainError) as caught:
        call(**facts)
    return caught.value.refusal.code


def shares(batch):
    return Counter(batch.pool[number]["employer"] for panel in batch.panels for number in panel)


def test_quota_of_an_employer_holds_over_the_whole_batch_and_for_replacements(tmp_path):
    desk = batch_office(reviews=2, experts=16, seats=3)
    batch = prepared(desk)
    assert refused(batches.choose_quota, batch=batch, employer_quota=0, by=desk.clerk, on=TODAY) == "quota_too_small"
    for quota, status in ((1, "infeasible"), (2, "optimal")):
        batches.choose_quota(batch=batch, employer_quota=quota, by=desk.clerk, on=TODAY)
        batch = solved(desk, batch, freezes=False)
        assert batch.solved["status"] == status  # four employers, six seats

    batch = seated(desk, batch)
    assert max(shares(batch).values()) <= 2
    gone = list(Assignment.objects.filter(batch=batch, re_review=desk.reviews[0]).order_by("pk")[:2])
    for row in gone:
        life.notify(assignment=row, by=desk.clerk, at=NOW)
        life.decline(assignment=row, reason=DeclineReason.ILLNESS, words="病假", by=desk.clerk, at=NOW)

    assert len(batches.replace(batch=batch, by=desk.clerk, at=NOW)) == 2

    batch.refresh_from_db()
    assert max(shares(batch).values()) <= 2
    assert json.loads(batch.freeze_text)["problem"]["quotas"]
    assert (answer := verified(batch, tmp_path)).returncode == 0, answer.stdout
