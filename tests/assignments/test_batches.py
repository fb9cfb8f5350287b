"""A batch from the open re-reviews to the panels, and the record that a stranger verifies."""

import json
import subprocess
import sys
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from assignments import draw as pure
from assignments import matching
from assignments.enums import (
    AssignmentStatus,
    BatchAction,
    BatchStatus,
    DeclineReason,
    Origin,
    PairKind,
    PartyRole,
    ReReviewStatus,
)
from assignments.jobs import solve_batch
from assignments.matching import read_freeze
from assignments.models import Assignment, AssignmentBatch, BatchTask, ReReviewTask
from assignments.rules.batches import is_chance, kept_apart, quality_source, room_left
from assignments.selectors.batches import (
    batch_refusal,
    earlier_attempts,
    free_re_reviews,
    named_ratios,
    pairs_of,
    record_of,
    seats_of,
    tasks_of,
    turn_of,
    visible_to,
    waiting_for,
)
from assignments.selectors.exclusions import own_exclusions
from assignments.services import assignments as life
from assignments.services import batches, draws
from assignments.services.batches import BatchRefused, solving
from assignments.services.batches.facts import locked, move
from assignments.services.batches.seating import STEPS
from assignments.services.re_reviews import ReReviewRefused, add_guest, stop
from assignments.transitions import BATCH
from experts.enums import ExpertSource, TitleLevel
from experts.models import ExpertUndertaking, Unavailability
from experts.services import ExpertDraft
from foundation.accounts.enums import Role
from foundation.approvals.selectors import running
from foundation.approvals.services import agree, give_back
from foundation.audit.models import Entry
from foundation.audit.selectors import verify_chain
from foundation.core import clock
from foundation.core.canon import dumps
from foundation.core.errors import NotAllowed, TransitionRefused
from foundation.notices.models import Notice
from foundation.taxonomy.enums import TreeKind
from foundation.taxonomy.models import Node
from parties.models import Employment
from parties.services import rename_person
from reviews.models import ExpertFeedback
from tests.factories.assigned import (
    NOW,
    TODAY,
    agreed_pairs,
    batch_office,
    decided,
    drawn,
    finish,
    lottery,
    one_unit_office,
    pool_expert,
    prepared,
    revealed,
    solved,
)
from tests.factories.assignments import (
    ExpertAssignmentFactory,
    OrganisationFactory,
    PersonFactory,
    ReReviewFactory,
    expert_user,
)
from tests.factories.draws import nonce
from tests.factories.foundation import RuleSetFactory, RuleValueFactory, UserFactory

pytestmark = pytest.mark.django_db
VERIFIER = Path(__file__).parents[2] / "assignments" / "verify_draw.py"
LATER = date(2020, 6, 2)


@pytest.fixture(autouse=True)
def _in_2020():
    with clock.standing_at(NOW):
        yield


@pytest.fixture
def desk():
    return batch_office()


def verified(batch, tmp_path):
    path = tmp_path / "record.json"
    path.write_bytes(dumps(record_of(batch)))
    return subprocess.run([sys.executable, str(VERIFIER), str(path)], capture_output=True, text=True, check=False)


def refused(call, **facts):
    """Return the code of the refusal, after a look that nothing was written."""
    before = Entry.objects.count()
    with pytest.raises(BatchRefused) as caught:
        call(**facts)
    assert Entry.objects.count() == before
    return caught.value.refusal.code


def approved(desk, batch, on=TODAY):
    batches.submit_batch(batch=batch, by=desk.clerk, on=on)
    approval = running("BATCH", batch)
    agree(approval=approval, by=desk.people["head"], on=on)
    agree(approval=approval, by=desk.people["leader"], on=on)
    batch.refresh_from_db()
    return batch


def panels(batch):
    """Return the keys of the experts on each re-review as the record has it."""
    return [{batch.pool[number]["expert"] for number in panel} for panel in batch.panels]


def seated(review):
    rows = Assignment.objects.filter(re_review=review).exclude(status__in=["DECLINED", "NO_ANSWER", "VOID"])
    return set(rows.values_list("expert_id", flat=True))


def test_batch_moves_as_its_table_says():
    wrong = []
    for state in BatchStatus:
        for action in BatchAction:
            batch = AssignmentBatch(status=state)
            try:
                move(batch, action)
                found = batch.status
            except TransitionRefused:
                found = None
            if found != BATCH.get((state, action)):
                wrong.append((state, action))

    assert wrong == []


def test_batch_goes_from_open_re_reviews_to_told_panels_and_a_stranger_recomputes_it(desk, tmp_path):
    batch = drawn(desk, prepared(desk))
    assert batch.status == BatchStatus.DRAWN
    assert not Assignment.objects.exists()

    batch = approved(desk, batch)
    told = batches.notify(batch=batch, by=desk.clerk, at=NOW)

    batch.refresh_from_db()
    assert (batch.status, len(told)) == (BatchStatus.SENT, 6)
    assert [seated(review) for review in desk.reviews] == panels(batch)
    assert {row.origin for row in seats_of(batch)} == {Origin.BATCH}
    assert {row.status for row in seats_of(batch)} == {AssignmentStatus.NOTIFIED}
    for review in desk.reviews:
        review.refresh_from_db()
        assert review.status == ReReviewStatus.PANEL_READY
        assert Assignment.objects.filter(re_review=review, is_leader=True).count() == 1
    answer = verified(batch, tmp_path)
    assert (answer.returncode, answer.stdout.split()[:1]) == (0, ["OK"]), answer.stdout
    assert verify_chain().problem == ""


@pytest.mark.edge("E19")
def test_renamed_expert_is_opened_under_the_name_that_was_frozen(desk, tmp_path):
    batch = approved(desk, drawn(desk, prepared(desk)))
    batches.notify(batch=batch, by=desk.clerk, at=NOW)
    frozen = {row.number: row.person.name for row in desk.experts}
    for turn, row in enumerate(desk.experts):
        rename_person(person=row.person, name=f"改名{turn}", reason="户籍", by=desk.clerk, on=TODAY)
    ReReviewTask.objects.update(status=ReReviewStatus.DONE)

    batch = batches.open_names(batch=AssignmentBatch.objects.get(), by=desk.people["head"], on=TODAY)

    named = {one["ref"]: one["name"] for one in batch.record["openings"]}
    assert (named, len(named) > 0) == ({ref: frozen[ref] for ref in named}, True)
    assert (answer := verified(batch, tmp_path)).returncode == 0, answer.stdout


def test_record_that_was_changed_is_not_ok(desk, tmp_path):
    batch = drawn(desk, prepared(desk))
    batch.record["draw"]["assignment"][0] = batch.record["draw"]["assignment"][0][::-1]

    assert verified(batch, tmp_path).returncode == 1


@pytest.mark.rule("R-48")
def test_no_pair_gets_more_than_the_chance_of_the_rule_set_unless_named(desk):
    rules = RuleSetFactory(bureau=desk.bureau)
    RuleValueFactory(rule_set=rules, key="batch_chance_permille", value=600)
    batch = prepared(desk)
    named = desk.experts[0]
    batches.name_pair(
        task=tasks_of(batch)[0], expert=named, kind=PairKind.PIN, reason="唯一熟悉该工艺", by=desk.clerk, on=TODAY
    )
    agreed_pairs(desk, batch)

    batch = solved(desk, batch, freezes=True)

    solution, _terms = read_freeze(batch.freeze_text)
    place = next(number for number, row in enumerate(batch.pool) if row["expert"] == named.pk)
    chances = {(task, expert): units for task, expert, units in solution.marginals()}
    assert chances.pop((0, place)) == 1000
    assert max(chances.values()) == 600


@pytest.mark.parametrize(("value", "holds"), [(0, False), (1, True), (1000, True), (1001, False)])
def test_chance_is_one_to_a_thousand_thousandths(value, holds):
    assert is_chance(value) is holds


@pytest.mark.parametrize(("served", "left"), [(0, 12), (11, 1), (12, 0), (13, 0)])
@pytest.mark.rule("R-17")
def test_room_left_is_what_the_cap_leaves(served, left):
    assert room_left(cap=12, served=served) == left


@pytest.mark.rule("R-17")
def test_cap_of_an_expert_is_less_what_he_served_this_year(desk):
    for on in (date(2019, 12, 31), date(2020, 2, 1), date(2020, 2, 2)):
        ExpertAssignmentFactory(
            re_review=ReReviewFactory(evaluation__plan=desk.plan), expert=desk.experts[0], assigned_on=on
        )

    batch = solved(desk, prepared(desk), freezes=False)

    caps = {row["expert"]: row["cap"] for row in batch.pool}
    assert (caps[desk.experts[0].pk], caps[desk.experts[1].pk]) == (10, 12)


@pytest.mark.rule("R-38")
def test_nobody_sits_with_somebody_of_his_employer(desk):
    batch = approved(desk, drawn(desk, prepared(desk)))

    for review in desk.reviews:
        people = Employment.objects.filter(person__in=[one.person_id for one in desk.experts])
        employer = dict(people.values_list("person_id", "organisation_id"))
        persons = Assignment.objects.filter(re_review=review).values_list("expert__person_id", flat=True)
        assert len({employer[person] for person in persons}) == 3
    assert batch.solved["employer_max"] == 1


def test_look_shows_the_forecast_and_freezes_nothing(desk):
    ExpertUndertaking.objects.filter(expert=desk.experts[0]).delete()

    batch = solved(desk, prepared(desk), freezes=False)

    tasks = tasks_of(batch)
    assert (batch.status, batch.looks, batch.commitment, batch.surveyed) == (BatchStatus.PREPARED, 1, "", 2)
    assert [task.eligible for task in tasks] == [7, 7]
    assert [task.removed for task in tasks] == [[["no_undertaking", 1]]] * 2
    assert sum(row["load"] for row in batch.pool) == 6000
    assert str(desk.experts[0].pk) not in tasks[0].fits


def test_seats_that_cannot_be_filled_are_told_and_nothing_is_frozen():
    desk = batch_office(experts=5)
    batch = solved(desk, prepared(desk), freezes=True)

    assert (batch.status, batch.commitment, batch.solved["status"]) == (BatchStatus.PREPARED, "", "infeasible")
    first, second = (f"{review.number} {review.evaluation.title}" for review in desk.reviews)
    english, chinese, sources = zip(*batch.solved["reasons"], strict=True)
    assert english == (
        f"{first}, {second}: seats needed 6, at most 5 can be filled under all rules, 1 missing",
        *english[1:3],
        "it would do to lift one of these rules alone: the greatest chance of a pair (R-48)",
        f"it would do to have more people, without employer and 12 tasks each: 1 who know {desk.node.name}",
    )
    assert [word.partition(" binds")[0] for word in english[1:3]] == [
        "the most people of one employer on a task (R-38)",
        "the greatest chance of a pair (R-48)",
    ]
    assert chinese[0] == f"{first}、{second}：共需 6 个席位，在全部规则下最多可坐 5 个，缺 1 个"
    assert chinese[4] == f"再增加下列人员即可（无单位冲突、每人 12 项）：懂{desk.node.name}的 1 人"
    assert sources == (None, "财库〔2016〕198号", "docs/assignment.md", None, None)


def test_seats_that_cannot_be_filled_tell_which_rules_of_eligibility_cost_most(desk):
    for expert in desk.experts[2:]:
        ExpertUndertaking.objects.filter(expert=expert).delete()

    batch = solved(desk, prepared(desk), freezes=False)

    assert batch.solved["reasons"][1] == [
        "Rules that kept most people off them: this year's undertaking has not been accepted 12.",
        "这些复评排除人数最多的规则：未签订本年度承诺书 12。",
        None,
    ]


WOULD_DO = "Every seat could be filled if this rule of eligibility alone kept nobody away: "


def test_infeasible_batch_names_the_one_rule_that_stands_in_the_way(desk):
    for expert in desk.experts[2:]:
        ExpertUndertaking.objects.filter(expert=expert).delete()

    batch = solved(desk, prepared(desk), freezes=False)

    assert batch.solved["reasons"][-1] == [
        WOULD_DO + "this year's undertaking has not been accepted.",
        "只要这一条资格规则不排除人员，全部席位即可坐满：未签订本年度承诺书。",
        None,
    ]


def test_infeasible_batch_says_that_no_rule_alone_would_do(desk):
    for expert in desk.experts[2:]:
        ExpertUndertaking.objects.filter(expert=expert).delete()
    for expert in desk.experts[3:]:  # a second rule for all but one
        for review in desk.reviews:
            Employment.objects.create(
                person=expert.person, organisation=review.evaluation.unit.organisation, started_on=date(2019, 1, 1)
            )

    batch = solved(desk, prepared(desk), freezes=False)

    assert batch.solved["reasons"][-1] == [
        "No single rule of eligibility, were it lifted, would let every seat be filled.",
        "单独放开任何一条资格规则，都不能坐满全部席位。",
        None,
    ]


@pytest.mark.rule("R-17")
def test_cap_that_is_lifted_lets_who_had_reached_it_take_a_seat(desk):
    for expert in desk.experts[2:]:
        for day in range(1, 13):
            ExpertAssignmentFactory(
                re_review=ReReviewFactory(evaluation__plan=desk.plan), expert=expert, assigned_on=date(2020, 1, day)
            )

    batch = solved(desk, prepared(desk), freezes=False)

    assert [row["cap"] for row in batch.pool].count(0) == 6
    assert batch.solved["reasons"][-1][0] == WOULD_DO + "has the year's most assignments."


def test_lifting_asks_once_for_each_rule_that_alone_keeps_somebody_away(desk, monkeypatch):
    asked = []
    monkeypatch.setattr(matching, "is_fillable", lambda problem: asked.append("a rule") or False)
    monkeypatch.setattr(solving, "locked", lambda batch: asked.append("the lock") or locked(batch))
    for expert in desk.experts[2:5]:
        ExpertUndertaking.objects.filter(expert=expert).delete()
    for expert in desk.experts[5:7]:
        for review in desk.reviews:
            body = review.evaluation.unit.organisation
            Employment.objects.create(person=expert.person, organisation=body, started_on=date(2019, 1, 1))
    Unavailability.objects.create(expert=desk.experts[7], started_on=TODAY, ended_on=TODAY)  # no rule: nobody lifts it

    batch = solved(desk, prepared(desk), freezes=False)

    assert batch.solved["status"] == "infeasible"
    assert asked == ["a rule", "a rule", "the lock"], "once a rule, not of each re-review; nobody waits for it"
    assert not Assignment.objects.filter(re_review__in=desk.reviews).exists(), "told, never done"
    assert batch.status == BatchStatus.PREPARED


def test_nothing_is_said_of_lifting_where_nobody_was_kept_away():
    desk = batch_office(experts=5)

    reasons = solved(desk, prepared(desk), freezes=False).solved["reasons"]

    assert not any("rule of eligibility" in english for english, _chinese, _source in reasons)


def test_infeasible_batch_names_the_rule_of_a_named_expert_who_may_not_sit(desk):
    batch = prepared(desk)
    Employment.objects.create(
        person=desk.experts[0].person,
        organisation=desk.reviews[0].evaluation.unit.organisation,
        started_on=date(2019, 1, 1),
    )
    task = tasks_of(batch)[0]
    batches.name_pair(task=task, expert=desk.experts[0], kind=PairKind.PIN, reason="熟", by=desk.clerk, on=TODAY)

    batch = solved(desk, batch, freezes=False)

    name, review = desk.experts[0].person.name, f"{desk.reviews[0].number} {desk.reviews[0].evaluation.title}"
    assert batch.status == BatchStatus.PREPARED
    assert batch.solved["reasons"] == [
        [
            f"{name} is named for {review}, but may not sit there: works or worked for the evaluated side (R-07).",
            f"{name}被指定到{review}，但按规则不得参加：在被评价方任职或曾任职 (R-07)。",
            "财库〔2016〕198号",
        ]
    ]


def test_field_decides_who_is_listed_and_how_well_he_fits(desk):
    other = Node.objects.create(bureau=desk.bureau, tree=TreeKind.SPECIALTY, level=1, code="02", name="污水", path="02")
    deep = Node.objects.create(
        bureau=desk.bureau, tree=TreeKind.SPECIALTY, level=2, code="0101", name="预算", path="01/0101", parent=desk.node
    )
    stranger = pool_expert(desk.bureau, other)
    batch = prepared(desk)
    batches.ask_field(task=tasks_of(batch)[1], node=deep, by=desk.clerk, on=TODAY)

    batch = solved(desk, batch, freezes=False)

    first, second = tasks_of(batch)
    assert (first.eligible, second.eligible) == (8, 8)
    assert str(stranger.pk) not in first.fits
    assert ["no_specialty", 1] in first.removed
    assert {fit[3] for fit in first.fits.values()} == {1000}
    assert {fit[3] for fit in second.fits.values()} == {700}


def test_fit_knows_the_feedback_and_who_was_used_last(desk):
    used = desk.experts[0]
    seat = ExpertAssignmentFactory(
        re_review=ReReviewFactory(evaluation__plan=desk.plan), expert=used, assigned_on=date(2020, 1, 1)
    )
    ExpertFeedback.objects.create(
        assignment=seat, points=60, due_on=TODAY, given_by=desk.clerk, given_on=date(2020, 1, 9)
    )

    batch = solved(desk, prepared(desk), freezes=False)

    fits = tasks_of(batch)[0].fits
    value, *_parts, quality, opinions, turn = fits[str(used.pk)]
    assert (quality, opinions, turn) == (6000, 1, 800)
    assert value < min(fit[0] for key, fit in fits.items() if key != str(used.pk))
    assert quality_source() == "reviews.selectors.feedback_of_experts"


def test_named_expert_counts_as_a_direct_appointment_and_forbidden_one_does_not_sit(desk, tmp_path):
    batch = prepared(desk)
    first = tasks_of(batch)[0]
    named, kept = desk.experts[0], desk.experts[1]
    for expert, kind, reason in ((named, PairKind.PIN, "熟悉工艺"), (kept, PairKind.FORBID, "本人请求")):
        batches.name_pair(task=first, expert=expert, kind=kind, reason=reason, by=desk.clerk, on=TODAY)
    agreed_pairs(desk, batch)

    batch = approved(desk, drawn(desk, batch))

    seat = Assignment.objects.get(re_review=first.re_review, expert=named)
    assert (seat.origin, seat.reason) == (Origin.DIRECT, "熟悉工艺")
    assert named_ratios(desk.bureau, [2020]) == {2020: (1, 6)}
    assert kept.pk not in seated(first.re_review)
    assert verified(batch, tmp_path).returncode == 0


def test_approval_shows_who_was_named_and_why(desk):
    batch = prepared(desk)
    task = tasks_of(batch)[0]
    batches.name_pair(task=task, expert=desk.experts[0], kind=PairKind.PIN, reason="熟", by=desk.clerk, on=TODAY)
    agreed_pairs(desk, batch)
    batch = drawn(desk, batch)

    approval = batches.submit_batch(batch=batch, by=desk.clerk, on=TODAY)

    assert approval.facts["named"] == [f"{task.re_review.number} {desk.experts[0].person.name}：熟"]
    assert approval.facts["seats"] == 6
    with pytest.raises(NotAllowed):
        agree(approval=approval, by=desk.clerk, on=TODAY)


def test_pair_needs_a_reason_is_said_once_and_can_be_taken_back(desk):
    batch = solved(desk, prepared(desk), freezes=False)
    task = tasks_of(batch)[0]
    facts = {"task": task, "expert": desk.experts[0], "kind": PairKind.PIN, "by": desk.clerk, "on": TODAY}

    assert refused(batches.name_pair, **facts, reason=" ") == "reason_missing"
    pair = batches.name_pair(**facts, reason="熟")
    assert refused(batches.name_pair, **facts, reason="熟") == "pair_exists"
    batch.refresh_from_db()
    assert batch.solved is None
    batches.drop_pair(pair=pair, by=desk.clerk, on=TODAY)
    again = batches.drop_pair(pair=pair, by=desk.clerk, on=LATER)
    assert (again.withdrawn_on, pairs_of(batch)) == (TODAY, [])
    assert batches.name_pair(**facts, reason="仍需").pk != pair.pk


def test_guest_and_stranger_are_not_named(desk):
    batch = prepared(desk)
    task = tasks_of(batch)[0]
    guest = pool_expert(desk.bureau, desk.node)
    guest.source = ExpertSource.GUEST
    guest.save()
    facts = {"task": task, "kind": PairKind.PIN, "reason": "熟", "by": desk.clerk, "on": TODAY}

    assert refused(batches.name_pair, **facts, expert=guest) == "guest"
    with pytest.raises(NotAllowed):
        batches.name_pair(**facts, expert=batch_office().experts[0])


@pytest.mark.rule("R-42")
def test_batch_is_prepared_with_a_witness_from_supervision_and_free_re_reviews_only(desk):
    facts = {"title": "批", "by": desk.clerk, "on": TODAY}
    fields = dict.fromkeys(desk.reviews, desk.node)
    other = batch_office()

    assert refused(batches.prepare, **facts, fields=fields, witness=desk.clerk) == "same_person"
    assert refused(batches.prepare, **facts, fields=fields, witness=desk.people["head"]) == "no_witness"
    assert refused(batches.prepare, **facts, fields=fields, witness=other.witness) == "no_witness"
    assert refused(batches.prepare, **facts, fields={}, witness=desk.witness) == "not_free"
    foreign = dict.fromkeys(other.reviews, desk.node)
    assert refused(batches.prepare, **facts, fields=foreign, witness=desk.witness) == "not_free"
    strange = dict.fromkeys(desk.reviews, other.node)
    with pytest.raises(BatchRefused):
        batches.prepare(**facts, fields=strange, witness=desk.witness)
    prepared(desk)
    assert refused(batches.prepare, **facts, fields=fields, witness=desk.witness) == "not_free"
    with pytest.raises(NotAllowed):
        batches.prepare(title="批", fields=fields, witness=desk.witness, by=desk.witness, on=TODAY)


def test_re_review_of_a_batch_is_filled_no_other_way_until_it_is_void(desk):
    batch = prepared(desk)
    review = desk.reviews[0]
    seats = [draws.SeatDraft("财务", 3, [desk.node])]
    person = PersonFactory(bureau=desk.bureau)
    guest = ExpertDraft(person=person, title="教授", title_level=TitleLevel.SENIOR, source=ExpertSource.GUEST)

    with pytest.raises(draws.DrawRefused) as caught:
        draws.configure_panel_draw(re_review=review, seats=seats, witness=desk.witness, by=desk.clerk, on=TODAY)
    assert caught.value.refusal.code == "in_batch"
    with pytest.raises(ReReviewRefused) as caught:
        add_guest(re_review=review, draft=guest, by=desk.clerk, on=TODAY, reason="外地")
    assert caught.value.refusal.code == "in_batch"
    assert list(free_re_reviews(desk.clerk)) == []

    batches.void(batch=batch, words="改为单独抽取", by=desk.clerk, at=NOW)

    assert batch_refusal(review) is None
    assert list(free_re_reviews(desk.clerk)) == desk.reviews


def test_job_that_runs_twice_or_late_changes_nothing(desk):
    batch = solved(desk, prepared(desk), freezes=True)
    before = batch.commitment

    solve_batch(batch=batch.pk, by=desk.clerk.pk, at=NOW.isoformat(), freezes=True)

    batch.refresh_from_db()
    assert (batch.commitment, batch.looks) == (before, 0)


def test_batch_that_turned_void_while_it_was_solved_stays_void(desk, monkeypatch):
    from assignments import matching

    batch = prepared(desk)
    AssignmentBatch.objects.filter(pk=batch.pk).update(status=BatchStatus.SOLVING)
    batch.refresh_from_db()
    solve = matching.solve

    def meanwhile(problem, fields):
        batches.void(batch=batch, words="改期", by=desk.clerk, at=NOW)
        return solve(problem, fields)

    monkeypatch.setattr(matching, "solve", meanwhile)
    batches.run(batch=batch, by=desk.clerk, at=NOW, freezes=True)

    batch.refresh_from_db()
    assert (batch.status, batch.commitment) == (BatchStatus.VOID, "")


def test_eligibility_is_asked_once_a_re_review(desk):
    larger = batch_office(reviews=2, experts=16)

    def cost(desk):
        batch = prepared(desk)
        with CaptureQueriesContext(connection) as found:
            solved(desk, batch, freezes=False)
        return len(found)

    assert cost(desk) == cost(larger)


def test_commitment_and_reveal_keep_to_their_party_order_and_form(desk):
    batch = solved(desk, prepared(desk), freezes=True)
    facts = {"batch": batch, "at": NOW}
    own = {role: pure.commitment(batch.commitment, role, nonce(role)) for role in ("operator", "witness")}

    assert refused(batches.commit, **facts, by=desk.clerk, commitment="abc") == "bad_commitment"
    with pytest.raises(NotAllowed):
        batches.commit(**facts, by=desk.people["head"], commitment=own["operator"])
    with pytest.raises(TransitionRefused):
        batches.reveal(**facts, by=desk.clerk, nonce=nonce("operator"))
    for _again in range(2):
        assert batches.commit(**facts, by=desk.clerk, commitment=own["operator"]).status == BatchStatus.FROZEN
    with pytest.raises(TransitionRefused):
        batches.commit(**facts, by=desk.clerk, commitment=own["witness"])
    assert turn_of(batch, desk.clerk) == ""
    assert turn_of(batch, desk.witness) == "commit"
    assert waiting_for(desk.witness) == [batch]
    batch = batches.commit(**facts, by=desk.witness, commitment=own["witness"])
    assert batch.status == BatchStatus.COMMITTED

    assert refused(batches.reveal, **facts, by=desk.witness, nonce=nonce("witness")) == "not_your_turn"
    assert refused(batches.reveal, **facts, by=desk.clerk, nonce=nonce("other")) == "wrong_nonce"
    assert refused(batches.reveal, **facts, by=desk.clerk, nonce="zz") == "wrong_nonce"
    assert (turn_of(batch, desk.clerk), turn_of(batch, desk.witness)) == ("reveal", "")
    for _again in range(2):
        assert batches.reveal(**facts, by=desk.clerk, nonce=nonce("operator")).status == BatchStatus.COMMITTED
    assert batches.reveal(**facts, by=desk.witness, nonce=nonce("witness")).status == BatchStatus.DRAWN


def test_turn_follows_the_batch(desk):
    batch = prepared(desk)
    assert (turn_of(batch, desk.clerk), turn_of(batch, desk.witness)) == ("prepare", "")
    batch = drawn(desk, batch)
    assert (turn_of(batch, desk.clerk), turn_of(batch, desk.witness)) == ("submit", "")
    batch = approved(desk, batch)
    assert (turn_of(batch, desk.clerk), turn_of(batch, desk.witness)) == ("notify", "")
    batches.notify(batch=batch, by=desk.clerk, at=NOW)
    batch.refresh_from_db()
    assert turn_of(batch, desk.clerk) == ""
    batch.status = BatchStatus.FROZEN
    assert turn_of(batch, desk.people["head"]) == ""


def committed(desk, batch):
    for role, user in (("operator", desk.clerk), ("witness", desk.witness)):
        value = pure.commitment(batch.commitment, role, nonce(role))
        batch = batches.commit(batch=batch, commitment=value, by=user, at=NOW)
    return batch


def refused_by_witness(desk):
    """Return an attempt that ended because the witness did not show his nonce."""
    batch = committed(desk, solved(desk, prepared(desk), freezes=True))
    batches.reveal(batch=batch, nonce=nonce("operator"), by=desk.clerk, at=NOW)
    return batches.void(batch=batch, words="拒绝公开", by=desk.clerk, at=NOW + timedelta(minutes=31))


@pytest.mark.rule("R-62")
def test_operator_ends_a_frozen_batch_only_for_a_part_that_is_missing_after_its_time(desk, tmp_path):
    batch = solved(desk, prepared(desk), freezes=True)
    given = {"batch": batch, "words": "不合意", "by": desk.clerk}
    assert batch.commit_until == NOW + timedelta(hours=24)
    assert refused(batches.void, **given, at=NOW + timedelta(hours=24)) == "too_soon"
    assert refused(batches.void, **given, at=NOW, role=PartyRole.WITNESS) == "not_missing"
    assert refused(batches.void, **(given | {"words": " "}), at=NOW + timedelta(hours=25)) == "reason_missing"
    committed(desk, batch)
    assert refused(batches.void, **given, at=NOW + timedelta(minutes=30)) == "too_soon"
    batches.reveal(batch=batch, nonce=nonce("operator"), by=desk.clerk, at=NOW + timedelta(minutes=20))
    assert refused(batches.void, **given, at=NOW + timedelta(minutes=50)) == "too_soon"
    assert refused(batches.void, **given, at=NOW + timedelta(hours=1), role=PartyRole.OPERATOR) == "not_missing"

    batch = batches.void(**given, at=NOW + timedelta(minutes=51))

    assert (batch.status, batch.void_ground, batch.void_role) == (BatchStatus.VOID, "refused_reveal", "WITNESS")
    assert verified(batch, tmp_path).returncode == 0


@pytest.mark.rule("R-62")
def test_missing_commitment_ends_the_batch_by_itself_and_a_late_one_is_refused(desk, tmp_path):
    batch = solved(desk, prepared(desk), freezes=True)
    value = pure.commitment(batch.commitment, "operator", nonce("operator"))
    batches.commit(batch=batch, commitment=value, by=desk.clerk, at=NOW)
    late = NOW + timedelta(hours=24, seconds=1)
    own = pure.commitment(batch.commitment, "witness", nonce("witness"))
    assert refused(batches.commit, batch=batch, commitment=own, by=desk.witness, at=late) == "commit_too_late"
    assert batches.settle_due(at=batch.commit_until) == 0

    assert (batches.settle_due(at=late), batches.settle_due(at=late)) == (1, 0)

    batch.refresh_from_db()
    assert (batch.status, batch.void_ground, batch.void_role) == (BatchStatus.VOID, "missing_commitment", "WITNESS")
    assert verified(batch, tmp_path).returncode == 0
    assert list(free_re_reviews(desk.clerk)) == desk.reviews


def test_after_a_refused_nonce_another_person_draws_from_the_same_list(desk, tmp_path):
    former = refused_by_witness(desk)
    fields = dict.fromkeys(desk.reviews, desk.node)
    given = {"title": "全年复评", "by": desk.clerk, "on": TODAY}
    other = UserFactory(bureau=desk.bureau, role=Role.SUPERVISOR)
    assert refused(batches.prepare, **given, fields=fields, witness=desk.witness) == "another_person"
    assert refused(batches.prepare, **given, fields={desk.reviews[0]: desk.node}, witness=other) == "list_kept"

    assert refused(batches.prepare, **given, fields=fields, witness=other) == "outside_value_needed"
    again = batches.prepare(**given, fields=fields, witness=other, sources=lottery())
    (first, *_rest) = tasks_of(again)
    assert refused(batches.ask_field, task=first, node=desk.node, by=desk.clerk, on=TODAY) == "list_kept"
    assert refused(batches.choose_floor, batch=again, evens_out=True, by=desk.clerk, on=TODAY) == "list_kept"
    assert refused(batches.start, batch=again, by=desk.clerk, at=NOW, freezes=False) == "list_kept"
    ExpertUndertaking.objects.all().delete()  # nobody would be eligible today: the list is that of the former attempt
    again = batches.start(batch=again, by=desk.clerk, at=NOW, freezes=True)

    old, new = json.loads(former.freeze_text), json.loads(again.freeze_text)
    changed = {key for key in old if old[key] != new[key]}
    assert changed == {"journal", "lineage", "profile", "sources", "deadlines"}
    assert again.commitment != former.commitment
    desk.witness = other
    again = decided(desk, revealed(desk, again))
    assert (again.attempt, earlier_attempts(again)) == (2, [former])
    assert [row["h"] for row in again.record["voids"]] == [former.commitment]
    assert (answer := verified(again, tmp_path)).returncode == 0, answer.stdout
    assert again.pool == former.pool


def test_list_is_not_repeated_once_one_of_its_re_reviews_is_stopped(desk):
    refused_by_witness(desk)
    ReReviewTask.objects.filter(pk=desk.reviews[0].pk).update(status=ReReviewStatus.STOPPED)

    again = batches.prepare(
        title="其余",
        fields={desk.reviews[1]: desk.node},
        witness=desk.witness,
        by=desk.clerk,
        on=TODAY,
        sources=lottery(),
    )

    assert [task.re_review for task in tasks_of(again)] == [desk.reviews[1]]


def test_drawn_batch_is_drawn_anew_only_by_section_head_and_witness_after_it_was_given_back(desk, tmp_path):
    batch = drawn(desk, prepared(desk))
    head, facts = desk.people["head"], {"batch": batch, "words": "领域有误", "at": NOW}
    assert refused(batches.void, **facts, by=desk.clerk) == "not_ordered"
    assert refused(batches.order_again, **facts, by=head) == "not_given_back"
    approval = batches.submit_batch(batch=batch, by=desk.clerk, on=TODAY)
    with pytest.raises(TransitionRefused):
        batches.order_again(**facts, by=head)
    give_back(approval=approval, by=head, on=TODAY, words="领域有误")
    for by in (desk.clerk, desk.people["leader"], UserFactory(bureau=desk.bureau, role=Role.SUPERVISOR)):
        with pytest.raises(NotAllowed):
            batches.order_again(**facts, by=by)
    assert refused(batches.void, **facts, by=desk.clerk) == "not_ordered"
    assert refused(batches.order_again, **(facts | {"words": " "}), by=head) == "reason_missing"

    for _again in range(2):
        assert batches.order_again(**facts, by=head).status == BatchStatus.DRAWN
    batch = batches.order_again(**(facts | {"words": "同意重新分派"}), by=desk.witness)

    assert (batch.status, batch.void_ground, batch.void_role) == (BatchStatus.VOID, "ordered_again", "")
    assert batch.void_words == "领域有误；同意重新分派"
    assert Entry.objects.filter(action="batches.ordered_again").count() == 2
    assert not Assignment.objects.exists()
    assert verified(batch, tmp_path).returncode == 0
    assert verified(drawn(desk, prepared(desk)), tmp_path).returncode == 0


def test_whoever_became_ineligible_before_the_approval_is_replaced_by_the_record(desk, tmp_path):
    batch = drawn(desk, prepared(desk))
    lost = next(iter(panels(batch)[0]))
    ExpertUndertaking.objects.filter(expert_id=lost).delete()

    batch = approved(desk, batch)

    assert lost not in panels(batch)[0] | panels(batch)[1]
    assert [seated(review) for review in desk.reviews] == panels(batch)
    assert {row.origin for row in seats_of(batch)} == {Origin.BATCH, Origin.REPLACEMENT}
    assert batch.record["replacements"]
    assert verified(batch, tmp_path).returncode == 0


def test_seat_that_nobody_may_take_stays_empty_until_somebody_may(desk, tmp_path):
    batch = drawn(desk, prepared(desk))
    first = desk.reviews[0]
    keys = panels(batch)[0]
    lost = next(iter(keys))
    others = [one.pk for one in desk.experts if one.pk not in keys]
    ExpertUndertaking.objects.filter(expert_id__in=[lost, *others]).delete()

    batch = approved(desk, batch)
    first.refresh_from_db()
    assert (seated(first), first.status) == (keys - {lost}, ReReviewStatus.OPEN)
    assert refused(batches.replace, batch=batch, by=desk.clerk, at=NOW) == "list_exhausted"
    for key in others:
        ExpertUndertaking.objects.create(expert_id=key, year=2020, text_version="1", accepted_on=TODAY)

    made = batches.replace(batch=batch, by=desk.clerk, at=NOW)

    batch.refresh_from_db()
    first.refresh_from_db()
    assert [row.replaces for row in made if row.re_review_id == first.pk] == [None]
    assert (seated(first), first.status) == (panels(batch)[0], ReReviewStatus.PANEL_READY)
    assert verified(batch, tmp_path).returncode == 0


def test_who_leaves_is_replaced_by_the_same_record_and_nobody_else_moves(desk, tmp_path):
    batch = approved(desk, drawn(desk, prepared(desk)))
    batches.notify(batch=batch, by=desk.clerk, at=NOW)
    assert refused(batches.replace, batch=batch, by=desk.clerk, at=NOW) == "nobody_left"
    left = seats_of(batch)[0]
    before = {row.pk for row in seats_of(batch)} - {left.pk}
    life.decline(assignment=left, reason=DeclineReason.ILLNESS, words="", by=expert_user(left.expert), at=NOW)

    made = batches.replace(batch=batch, by=desk.clerk, at=NOW)

    batch.refresh_from_db()
    assert [(row.origin, row.replaces, row.status) for row in made] == [
        (Origin.REPLACEMENT, left, AssignmentStatus.DRAWN)
    ]
    assert {row.pk for row in seats_of(batch)} == before | {left.pk, made[0].pk}
    assert [seated(review) for review in desk.reviews] == panels(batch)
    answer = verified(batch, tmp_path)
    assert (answer.returncode, "1 replacements" in answer.stdout or answer.stdout[:2]) == (0, "OK"), answer.stdout


def test_re_review_that_was_stopped_gets_nobody(desk):
    batch = drawn(desk, prepared(desk))
    stop(re_review=desk.reviews[0], reason="项目取消", by=desk.clerk, on=TODAY)

    batch = approved(desk, batch)

    assert [len(seated(review)) for review in desk.reviews] == [0, 3]
    assert refused(batches.replace, batch=batch, by=desk.clerk, at=NOW) == "list_exhausted"


@pytest.mark.rule("R-17")
def test_two_re_reviews_of_one_unit_do_not_share_an_expert(tmp_path):
    desk = batch_office(experts=12)
    unit = desk.reviews[0].evaluation.unit
    type(desk.reviews[1].evaluation).objects.filter(pk=desk.reviews[1].evaluation_id).update(unit=unit)

    batch = approved(desk, drawn(desk, prepared(desk)))

    first, second = (seated(review) for review in desk.reviews)
    assert (first & second, len(first)) == (set(), 3)
    assert json.loads(batch.freeze_text)["problem"]["task_groups"] == [[0, 1]]
    assert batch.steps == [], "nobody had to be replaced for it"
    assert verified(batch, tmp_path).returncode == 0


@pytest.mark.rule("R-17")
def test_what_it_costs_that_nobody_takes_two_re_reviews_of_a_unit_is_told():
    desk = one_unit_office()

    batch = solved(desk, prepared(desk), freezes=False)

    fits = BatchTask.objects.filter(batch=batch).first().fits
    well, fairly = (fits[str(desk.experts[place].pk)][0] for place in (0, 4))
    assert (
        batch.solved["apart_cost"] == 2 * (well - fairly) > 0
    )  # two of the six seats fall to who knows the field less


@pytest.mark.rule("R-17")
def test_nothing_is_told_to_cost_where_nothing_is_kept_apart_or_the_worst_fitted_comes_first(desk):
    plain = solved(desk, prepared(desk), freezes=False)
    together = one_unit_office()
    batch = prepared(together)
    batches.choose_floor(batch=batch, evens_out=True, by=together.clerk, on=TODAY)
    even = solved(together, batch, freezes=False)

    assert [one.solved["status"] for one in (plain, even)] == ["optimal", "optimal"]
    assert [one.solved["apart_cost"] for one in (plain, even)] == [None, None]


@pytest.mark.rule("R-17")
def test_replacement_passes_over_who_sits_on_another_re_review_of_the_unit(tmp_path):
    desk = batch_office(experts=12)
    unit = desk.reviews[0].evaluation.unit
    type(desk.reviews[1].evaluation).objects.filter(pk=desk.reviews[1].evaluation_id).update(unit=unit)
    batch = approved(desk, drawn(desk, prepared(desk)))
    others = seated(desk.reviews[1])
    leaver = Assignment.objects.filter(batch=batch, re_review=desk.reviews[0]).order_by("pk")[0]
    life.notify(assignment=leaver, by=desk.clerk, at=NOW)
    life.decline(assignment=leaver, reason=DeclineReason.ILLNESS, words="病假", by=desk.clerk, at=NOW)

    batch.tasks.update(approved_steps=STEPS)  # as after an approved widening: everybody may be asked

    made = batches.replace(batch=batch, by=desk.clerk, at=NOW)

    batch.refresh_from_db()
    assert [row.expert_id in others for row in made] == [False]
    assert seated(desk.reviews[1]) == others
    assert verified(batch, tmp_path).returncode == 0


@pytest.mark.rule("R-17")
@pytest.mark.parametrize(
    ("days", "groups"), [(90, [[0, 1, 3]]), (1, [[0, 1, 3]]), (0, [[0, 3]])], ids=["of a unit", "a day", "of a task"]
)
def test_re_reviews_of_one_unit_are_kept_apart_as_long_as_days_must_lie_between(days, groups):
    assert kept_apart([(5, 50), (5, 51), (6, 60), (5, 50)], cool_down_days=days) == groups


@pytest.mark.rule("R-17")
def test_unit_with_more_seats_than_people_is_told_before_anything_is_frozen(desk):
    unit = desk.reviews[0].evaluation.unit
    type(desk.reviews[1].evaluation).objects.filter(pk=desk.reviews[1].evaluation_id).update(unit=unit)
    RuleValueFactory(rule_set=RuleSetFactory(bureau=desk.bureau), key="batch_chance_permille", value=1000)
    for expert in desk.experts[5:]:
        Unavailability.objects.create(expert=expert, started_on=TODAY, ended_on=TODAY)

    batch = solved(desk, prepared(desk), freezes=True)

    assert (batch.status, batch.solved["status"]) == (BatchStatus.PREPARED, "infeasible")
    assert any("one task of a unit" in english for english, _chinese, _source in batch.solved["reasons"])


def test_who_is_away_on_the_day_of_the_meeting_is_not_listed(desk):
    review = desk.reviews[0]
    review.meets_on = date(2020, 6, 10)
    review.save()
    away = desk.experts[0]
    Unavailability.objects.create(expert=away, started_on=date(2020, 6, 9), ended_on=date(2020, 6, 11))

    batch = solved(desk, prepared(desk), freezes=False)

    first, second = BatchTask.objects.filter(batch=batch).order_by("place")
    assert (str(away.pk) in first.fits, str(away.pk) in second.fits) == (False, True)


def test_notices_name_nobody(desk):
    batch = approved(desk, drawn(desk, prepared(desk)))
    person = expert_user(seats_of(batch)[0].expert)

    batches.notify(batch=batch, by=desk.clerk, at=NOW)

    notice = Notice.objects.get(user=person)
    assert notice.code == "assignment_waits"
    assert desk.reviews[0].evaluation.title not in str(notice.facts)


@pytest.mark.parametrize("role", [Role.SUPERVISOR, Role.BUREAU_LEADER])
def test_who_runs_no_draws_takes_no_step(desk, role):
    batch = prepared(desk)
    other = UserFactory(bureau=desk.bureau, role=role)
    task = tasks_of(batch)[0]

    for call in (
        lambda: batches.start(batch=batch, by=other, at=NOW, freezes=True),
        lambda: batches.ask_field(task=task, node=desk.node, by=other, on=TODAY),
        lambda: batches.void(batch=batch, words="停", by=other, at=NOW),
        lambda: batches.replace(batch=batch, by=other, at=NOW),
        lambda: batches.notify(batch=batch, by=other, at=NOW),
        lambda: batches.submit_batch(batch=batch, by=batch_office().clerk, on=TODAY),
    ):
        with pytest.raises(NotAllowed):
            call()

    batch.refresh_from_db()
    assert batch.status == BatchStatus.PREPARED


def test_batch_is_seen_by_its_bureau_and_its_parties_only(desk):
    batch = prepared(desk)
    expert = expert_user(desk.experts[0])

    assert list(visible_to(desk.people["head"])) == [batch]
    assert list(visible_to(batch_office().clerk)) == []
    assert list(visible_to(expert)) == []
    with pytest.raises(ValueError, match="no record"):
        record_of(batch)


def test_moment_of_the_job_is_the_moment_of_the_request(desk):
    batch = prepared(desk)
    at = datetime.fromisoformat("2020-06-02T02:00:00+00:00")

    batch = batches.start(batch=batch, by=desk.clerk, at=at, freezes=True)

    assert batch.frozen_at == at


def test_employer_of_the_pool_is_kept_for_the_page(desk):
    organisation = OrganisationFactory(bureau=desk.bureau, name="演示大学")
    expert = pool_expert(desk.bureau, desk.node, employer=organisation)

    batch = solved(desk, prepared(desk), freezes=False)

    assert next(row["employer"] for row in batch.pool if row["expert"] == expert.pk) == "演示大学"


def test_who_was_kept_off_a_batch_reads_why_once_all_its_reviews_are_over(desk):
    lost, barred = desk.experts[0], desk.experts[1]
    ExpertUndertaking.objects.filter(expert=lost).delete()
    batch = prepared(desk)
    first = tasks_of(batch)[0]
    batches.name_pair(task=first, expert=barred, kind="FORBID", reason="曾受该单位委托", by=desk.clerk, on=TODAY)
    agreed_pairs(desk, batch)
    batch = drawn(desk, batch)
    batches.submit_batch(batch=batch, by=desk.clerk, on=TODAY)
    for who in ("head", "leader"):
        agree(approval=running("BATCH", batch), by=desk.people[who], on=TODAY)
    own = [expert_user(one) for one in (lost, barred, desk.experts[2])]
    assert [own_exclusions(user) for user in own] == [[], [], []]

    finish(desk)

    told = [[(row.code, row.tasks, row.of) for row in own_exclusions(user)] for user in own]
    assert told == [[("no_undertaking", 2, 2)], [("kept_away", 1, 2)], []]
    assert "曾受" not in str(own_exclusions(own[1]))
