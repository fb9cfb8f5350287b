"""Batches with an outside value and a third party: silent parties stop nothing, a misreading is recomputed."""

import json
from datetime import timedelta

import pytest

from assignments import draw as pure
from assignments.enums import AssignmentStatus, BatchStatus, DeclineReason, PartyRole
from assignments.models import Assignment, AssignmentBatch
from assignments.selectors.batches import turn_of
from assignments.services import assignments as life
from assignments.services import batches, draws
from assignments.transitions import GONE
from foundation.accounts.enums import Role
from foundation.approvals.selectors import running
from foundation.approvals.services import agree
from foundation.audit.models import Entry
from foundation.core.errors import DomainError, NotAllowed, TransitionRefused
from tests.assignments.test_batches import refused_by_witness, verified
from tests.factories.assigned import (
    NOW,
    TODAY,
    batch_office,
    decided,
    lottery,
    prepared,
    revealed,
    seated,
    solved,
)
from tests.factories.draws import nonce
from tests.factories.foundation import UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.rule("R-63")]
AT = NOW + timedelta(hours=3)


@pytest.fixture
def desk():
    return batch_office()


def reading(*numbers, words="中彩网公告", **facts):
    return batches.Reading(words=words, numbers=numbers, **facts)


def refused(call, **facts):
    with pytest.raises(DomainError) as caught:
        call(**facts)
    return caught.value.refusal.code


def frozen(desk, *later, **facts):
    return solved(desk, prepared(desk, sources=lottery(NOW + timedelta(hours=2), *later), **facts), freezes=True)


def committed(desk, batch, people=()):
    for role, user in (("operator", desk.clerk), ("witness", desk.witness), *people):
        value = pure.commitment(batch.commitment, role, nonce(role))
        batch = batches.commit(batch=batch, commitment=value, by=user, at=NOW)
    return batch


def panels_now(batch):
    rows = Assignment.objects.filter(batch=batch).exclude(status__in=GONE)
    numbers = {row["expert"]: number for number, row in enumerate(batch.pool)}
    found = {}
    for row in rows:
        found.setdefault(row.re_review_id, set()).add(numbers[row.expert_id])
    return [found.get(key, set()) for key in batch.tasks.order_by("place").values_list("re_review_id", flat=True)]


def test_the_value_decides_after_all_nonces_and_the_record_verifies(desk, tmp_path):
    batch = revealed(desk, frozen(desk))
    freeze = json.loads(batch.freeze_text)
    assert (batch.status, batch.seed, freeze["profile"]) == (BatchStatus.REVEALED, "", "O")
    assert freeze["sources"][0]["rule"].endswith("双色球第1期")
    assert (turn_of(batch, desk.clerk), turn_of(batch, desk.witness)) == ("type", "type")

    batch = decided(desk, batch)

    assert batch.status == BatchStatus.DRAWN
    assert [part["kind"] for part in batch.record["parts"]] == ["nonce", "nonce", "numbers"]
    assert batch.record["outside"][0]["state"] == "used"
    assert (answer := verified(batch, tmp_path)).returncode == 0, answer.stdout


def test_a_silent_party_enters_as_null_and_stops_nothing(desk, tmp_path):
    batch = committed(desk, frozen(desk))
    batches.reveal(batch=batch, nonce=nonce("witness"), by=desk.witness, at=NOW)  # no turns where a value decides
    with pytest.raises(DomainError):
        batches.void(batch=batch, words="未公开", by=desk.clerk, at=NOW + timedelta(days=2))
    assert batches.settle_due(at=batch.reveal_until) == 0

    assert batches.settle_due(at=batch.reveal_until + timedelta(seconds=1)) == 1

    batch.refresh_from_db()
    late = {"batch": batch, "nonce": nonce("operator"), "by": desk.clerk, "at": AT}
    with pytest.raises(TransitionRefused):
        batches.reveal(**late)
    batch = decided(desk, batch)
    assert batch.record["parts"][0] == {"id": "operator", "kind": "nonce", "value": None}
    assert (answer := verified(batch, tmp_path)).returncode == 0, answer.stdout


def test_a_nonce_after_its_time_is_refused(desk):
    batch = committed(desk, frozen(desk))
    late = batch.reveal_until + timedelta(seconds=1)

    assert refused(batches.reveal, batch=batch, nonce=nonce("operator"), by=desk.clerk, at=late) == "reveal_too_late"
    slip = {"batch": batch, "role": PartyRole.OPERATOR, "nonce": nonce("operator"), "by": desk.witness, "at": late}
    assert refused(batches.open_from_slip, **slip) == "reveal_too_late"


def test_what_is_no_value_is_refused(desk):
    batch = revealed(desk, frozen(desk))
    given = {"batch": batch, "by": desk.clerk, "at": AT}
    assert refused(batches.type_value, **given | {"at": NOW}, reading=reading("7")) == "value_not_yet"
    assert refused(batches.type_value, **given, reading=reading("七")) == "bad_value"
    assert refused(batches.type_value, **given, reading=reading("7", words=" ")) == "citation_missing"
    assert refused(batches.type_value, **given, reading=reading(is_unavailable=True)) == "no_fallback"
    assert refused(batches.confirm_value, **given, reading=reading("7")) == "nothing_typed"
    with pytest.raises(NotAllowed):
        batches.type_value(**given | {"by": UserFactory(bureau=desk.bureau, role=Role.EXPERT)}, reading=reading("7"))
    batches.type_value(**given, reading=reading("7"))
    with pytest.raises(NotAllowed):
        batches.confirm_value(**given, reading=reading("7"))
    assert refused(batches.confirm_value, **given | {"by": desk.witness}, reading=reading("8")) == "value_differs"
    second = UserFactory(bureau=desk.bureau, role=Role.CLERK)
    assert refused(batches.confirm_value, **given | {"by": second}, reading=reading("7")) == "no_independent_reader"


def test_a_value_that_is_not_to_be_had_gives_way_to_the_next(desk, tmp_path):
    batch = revealed(desk, frozen(desk, NOW + timedelta(hours=5)))
    gone = reading(words="停售公告", is_unavailable=True)
    batches.type_value(batch=batch, reading=gone, by=desk.clerk, at=AT)
    batch = batches.confirm_value(batch=batch, reading=gone, by=desk.witness, at=AT)
    assert batch.status == BatchStatus.REVEALED

    batch = decided(desk, batch, at=NOW + timedelta(hours=6))

    assert [row["state"] for row in batch.record["outside"]] == ["unavailable", "used"]
    assert (answer := verified(batch, tmp_path)).returncode == 0, answer.stdout


def test_a_misreading_before_the_approval_changes_the_panels_alone(desk, tmp_path):
    batch = decided(desk, revealed(desk, frozen(desk)), numbers=("7", "3"))
    before = batch.seed
    given = {"batch": batch, "at": AT}
    assert refused(batches.type_value, **given, by=desk.witness, reading=reading("3", "7")) == "same_value"

    batches.type_value(**given, by=desk.witness, reading=reading("7", "9"))
    batch = batches.confirm_value(**given, by=desk.clerk, reading=reading("7", "9"))

    assert (batch.status, batch.seed != before) == (BatchStatus.DRAWN, True)
    assert [row["state"] for row in batch.record["outside"]] == ["corrected", "used"]
    assert not Assignment.objects.exists()
    assert (answer := verified(batch, tmp_path)).returncode == 0, answer.stdout
    again = batches.confirm_value(**given, by=desk.clerk, reading=reading("7", "9"))
    assert again.seed == batch.seed
    assert Entry.objects.filter(action="batches.corrected").count() == 1


def approved(desk, batch):
    batches.submit_batch(batch=batch, by=desk.clerk, on=TODAY)
    for who in ("head", "leader"):
        agree(approval=running("BATCH", batch), by=desk.people[who], on=TODAY)
    batch.refresh_from_db()
    return batch


@pytest.mark.parametrize("number", [4, 5, 9])
def test_a_misreading_after_the_approval_moves_the_seats_and_keeps_who_sits_by_both(desk, tmp_path, number):
    batch = approved(desk, decided(desk, revealed(desk, frozen(desk)), numbers=("7", "3")))
    held = dict(Assignment.objects.values_list("pk", "expert_id"))
    before = panels_now(batch)
    quitter = Assignment.objects.filter(batch=batch).order_by("pk").first()
    life.notify(assignment=quitter, by=desk.clerk, at=NOW)
    quitter.refresh_from_db()
    life.decline(assignment=quitter, reason=DeclineReason.ILLNESS, words="病假", by=desk.clerk, at=NOW)

    given = {"batch": batch, "at": AT, "reading": reading("7", str(number))}
    batches.type_value(**given, by=desk.witness)
    batch = batches.confirm_value(**given, by=desk.clerk)

    after = panels_now(batch)
    assert [sorted(panel) for panel in after] == [sorted(panel) for panel in batch.panels]
    for was, now, review in zip(before, after, desk.reviews, strict=True):
        kept = Assignment.objects.filter(batch=batch, re_review=review, pk__in=held).exclude(status__in=GONE)
        assert kept.count() == len(was & now)
    assert quitter.expert_id not in {
        row.expert_id
        for row in Assignment.objects.filter(batch=batch, re_review=quitter.re_review).exclude(status__in=GONE)
    }
    assert (answer := verified(batch, tmp_path)).returncode == 0, answer.stdout


def test_nothing_is_computed_anew_once_somebody_works_or_the_batch_is_under_approval(desk):
    batch = decided(desk, revealed(desk, frozen(desk)))
    given = {"batch": batch, "by": desk.witness, "at": AT, "reading": reading("7", "9")}
    batches.submit_batch(batch=batch, by=desk.clerk, on=TODAY)
    assert refused(batches.type_value, **given) == "work_begun"
    for who in ("head", "leader"):
        agree(approval=running("BATCH", batch), by=desk.people[who], on=TODAY)
    Assignment.objects.filter(batch=batch).update(status=AssignmentStatus.SERVING)

    assert refused(batches.type_value, **given) == "work_begun"


def test_a_batch_by_the_parties_alone_has_no_value_to_correct(desk):
    batch = seated(desk, prepared(desk))

    with pytest.raises(TransitionRefused):
        batches.type_value(batch=batch, reading=reading("7"), by=desk.witness, at=AT)


def test_a_value_that_is_known_too_soon_is_told_before_the_job(desk):
    batch = prepared(desk, sources=lottery(NOW + timedelta(minutes=49)))

    assert refused(batches.start, batch=batch, by=desk.clerk, at=NOW, freezes=True) == "value_too_soon"
    assert AssignmentBatch.objects.get().status == BatchStatus.PREPARED


@pytest.mark.rule("R-42")
def test_a_third_party_shows_its_nonce_between_operator_and_witness(desk, tmp_path):
    third = UserFactory(bureau=desk.bureau, role=Role.BUSINESS_SECTION)
    batch = solved(desk, prepared(desk, third=third), freezes=True)
    assert [party["id"] for party in json.loads(batch.freeze_text)["parties"]] == ["operator", "third", "witness"]
    batch = committed(desk, batch, [("third", third)])
    batches.reveal(batch=batch, nonce=nonce("operator"), by=desk.clerk, at=NOW)
    early = {"batch": batch, "nonce": nonce("witness"), "by": desk.witness, "at": NOW}
    assert refused(batches.reveal, **early) == "not_your_turn"
    batches.reveal(batch=batch, nonce=nonce("third"), by=third, at=NOW)

    batch = batches.reveal(**early)

    assert batch.status == BatchStatus.DRAWN
    assert (answer := verified(batch, tmp_path)).returncode == 0, answer.stdout


@pytest.mark.rule("R-42")
def test_a_third_party_is_another_person_with_a_sign_in_of_this_bureau(desk):
    stranger = batch_office()

    assert refused(prepared, desk=desk, third=desk.witness) == "same_person"
    assert refused(prepared, desk=desk, third=stranger.clerk) == "third_outside"


def test_after_a_refused_nonce_of_a_batch_a_draw_of_one_of_its_panels_needs_a_value_too(desk):
    refused_by_witness(desk)
    seats = [draws.SeatDraft("财务", 3, [desk.node])]
    given = {"re_review": desk.reviews[0], "seats": seats, "witness": desk.witness, "by": desk.clerk, "on": TODAY}

    assert refused(draws.configure_panel_draw, **given) == "outside_value_needed"
    terms = draws.Terms(sources=lottery())
    assert draws.configure_panel_draw(**given, terms=terms).profile == "O"


def test_an_attempt_given_up_before_the_freeze_blames_no_commitment(desk):
    batch = prepared(desk)

    batch = batches.void(batch=batch, words="清单有误", by=desk.clerk, at=NOW)

    assert (batch.status, batch.void_ground, batch.void_role) == (BatchStatus.VOID, "given_up", "")
    again = solved(desk, prepared(desk), freezes=True)
    assert json.loads(again.freeze_text)["lineage"]["earlier"] == [{"ground": "given_up", "h": "", "role": ""}]
