"""The protocol of a draw beyond its plain course: times, refusals, outside values, widening, faults."""

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assignments.enums import AssignmentStatus, DrawStatus, PartyRole, SourceKind, TaskStatus
from assignments.models import Assignment, Draw, DrawFault, DrawValue
from assignments.rules import draws as rule
from assignments.selectors.draws import lineage_of, recent_edits, record_of
from assignments.services import draws
from disclosure.services import publish_draw
from experts.models import ExpertSpecialty, ExpertUndertaking
from foundation.accounts.enums import Role
from foundation.approvals.models import Approval
from foundation.approvals.services import agree
from foundation.audit.models import Entry
from foundation.audit.selectors import verify_chain
from foundation.core.errors import NotAllowed, TransitionRefused
from tests.factories.assignments import ExpertAssignmentFactory, ReReviewFactory
from tests.factories.draw_tables import (
    NOW,
    TODAY,
    VALUE_AT,
    FirmTable,
    PanelTable,
    checked,
    outside,
    ready_expert,
    ready_firm,
)
from tests.factories.draws import nonce
from tests.factories.foundation import RuleSetFactory, RuleValueFactory, UserFactory

DB = pytest.mark.django_db
DAY_LATER = NOW + timedelta(hours=24, seconds=1)
HALF_AN_HOUR = timedelta(minutes=30)


def refused(call, **facts):
    """Return the code of the refusal; nothing that the call began may stay in the journal."""
    before = Entry.objects.count()
    with pytest.raises((draws.DrawRefused, TransitionRefused, NotAllowed)) as caught:
        call(**facts)
    assert Entry.objects.count() == before
    return caught.value.refusal.code


# --- times ------------------------------------------------------------------------------------------------------------


@DB
@pytest.mark.rule("R-62")
def test_commitment_after_its_time_is_refused_and_the_attempt_ends_by_itself():
    table = FirmTable()
    table.set_up()
    table.freeze()
    table.commit("operator", NOW + timedelta(hours=24))

    assert refused(table.commit, party="witness", at=DAY_LATER) == "commit_too_late"
    assert draws.settle(draw=table.draw, at=NOW + timedelta(hours=24)).status == DrawStatus.FROZEN
    assert (draws.settle_due(at=DAY_LATER), draws.settle_due(at=DAY_LATER)) == (1, 0)

    draw = Draw.objects.get(pk=table.draw.pk)
    assert (draw.status, draw.void_ground, draw.void_role) == (DrawStatus.VOID, "missing_commitment", "WITNESS")
    assert checked(record_of(draw)) == "OK"
    assert (table.set_up().attempt, verify_chain().first_bad) == (2, 0)


@DB
@pytest.mark.rule("R-62")
def test_bureau_sets_the_time_to_commit():
    table = FirmTable()
    rules = RuleSetFactory(bureau=table.task.bureau)
    for key, value in (("draw_commit_hours", 2), ("draw_reveal_minutes", 5)):
        RuleValueFactory(rule_set=rules, key=key, value=value)
    table.set_up()
    draw = table.freeze()
    table.commit_all()

    assert draw.commit_until == NOW + timedelta(hours=2)
    facts = {"draw": draw, "ground": "refused_reveal", "role": None, "by": table.operator}
    assert refused(draws.void, **facts, at=NOW + timedelta(minutes=5)) == "too_soon"
    assert draws.void(**facts, at=NOW + timedelta(minutes=5, seconds=1)).void_role == "OPERATOR"


@DB
@pytest.mark.rule("R-62")
def test_operator_declares_void_only_after_the_time_and_only_who_is_missing():
    table = FirmTable()
    table.third = UserFactory(bureau=table.task.bureau, role=Role.CLERK)
    table.set_up()
    draw = table.freeze()
    facts = {"draw": draw, "by": table.operator}
    assert refused(draws.void, **facts, ground="missing_commitment", role=None, at=NOW) == "too_soon"
    table.commit_all()
    table.reveal("operator", NOW + timedelta(minutes=20))

    def void(role, minutes):
        return {**facts, "ground": "refused_reveal", "role": role, "at": NOW + timedelta(minutes=minutes)}

    assert refused(draws.void, **void(PartyRole.THIRD, 50)) == "too_soon"  # its turn began after 20 minutes
    assert refused(draws.void, **void(PartyRole.WITNESS, 51)) == "not_missing"
    assert refused(draws.void, **void(PartyRole.OPERATOR, 51)) == "not_missing"
    assert refused(draws.void, **{**void(None, 51), "ground": "ordered_again"}) == "no_ground"
    assert draws.void(**void(PartyRole.THIRD, 51)).void_role == "THIRD"


@DB
def test_late_nonce_still_counts_while_nobody_declared_the_attempt_void():
    table = FirmTable()
    table.set_up()
    table.freeze()
    table.commit_all()

    table.reveal_all(NOW + timedelta(hours=5))

    assert table.draw.status == DrawStatus.DRAWN


@settings(max_examples=50, deadline=None)
@given(minutes=st.integers(0, 5000), hours=st.integers(1, 72), spell=st.integers(1, 240), gap=st.integers(1, 120))
def test_times_before_a_value_leave_the_gaps_or_there_are_none(minutes, hours, spell, gap):
    value_at = NOW + timedelta(minutes=minutes)

    times = rule.times_before(value_at, NOW, commit_hours=hours, reveal_minutes=spell, gap_minutes=gap)

    soonest = rule.soonest_value(NOW, reveal_minutes=spell, gap_minutes=gap)
    assert (times is not None) == (value_at >= soonest)
    if times is not None and times.reveal_until is not None:
        assert NOW + timedelta(minutes=gap) <= times.commit_until
        assert times.commit_until <= NOW + max(timedelta(hours=hours), timedelta(minutes=gap))
        assert times.reveal_until - times.commit_until >= timedelta(minutes=spell)
        assert value_at - times.reveal_until == timedelta(minutes=gap)


# --- a refused nonce --------------------------------------------------------------------------------------------------


def refuse_as_witness(table):
    """Run a draw up to a witness who does not show the nonce."""
    table.freeze()
    table.commit_all()
    table.reveal("operator")
    later = NOW + HALF_AN_HOUR + timedelta(seconds=1)
    return draws.void(draw=table.draw, ground="refused_reveal", role=PartyRole.WITNESS, by=table.operator, at=later)


@DB
@pytest.mark.edge("E7")
@pytest.mark.rule("R-42")
def test_next_attempt_after_a_refused_nonce_keeps_list_and_seats_with_another_person_and_a_public_value():
    table = PanelTable()
    table.set_up()
    first = refuse_as_witness(table)
    assert refused(table.set_up) == "another_person"
    table.witness = UserFactory(bureau=first.bureau, role=Role.SUPERVISOR)
    assert refused(table.set_up) == "outside_value_needed"
    assert refused(table.set_up, counts=(1, 2), sources=outside()) == "seats_kept"
    newcomer = table.experts[0]
    ExpertSpecialty.objects.filter(expert=newcomer).delete()  # the list of today would be another

    second = table.set_up(sources=outside(), widening=["cool_down"])
    second = table.freeze()
    table.commit_all()
    table.reveal_all()
    second = table.read("2", "5", "8")

    old, new = record_of(first), record_of(second)
    kept = ("entries", "excluded", "seats", "group_max", "pool", "tiers")
    lists = [{key: value for key, value in dumped(one).items() if key in kept} for one in (old, new)]
    assert lists[0] == lists[1]
    assert (second.attempt, second.widening, new["voids"][0]["h"]) == (2, [], old["h"])
    assert [checked(one) for one in (old, new)] == ["OK", "OK"]


def dumped(record):
    import json

    return json.loads(record["freeze"])


@DB
def test_lineage_counts_attempts_of_the_same_project_kind_and_year():
    table = PanelTable()
    table.set_up()
    refuse_as_witness(table)
    again = ReReviewFactory(evaluation=table.review.evaluation, kind=table.review.kind)
    same = table.review.evaluation
    assert lineage_of(task=None, re_review=again).count() == (1 if same.project_id else 0)

    table.review = again
    table.witness = UserFactory(bureau=again.bureau, role=Role.SUPERVISOR)
    facts = {} if same.project_id is None else {"sources": outside()}

    assert table.set_up(**facts).attempt == (2 if same.project_id else 1)


# --- the outside value ------------------------------------------------------------------------------------------------


def outside_table(*, fallbacks=1, **terms):
    table = FirmTable()
    table.set_up(sources=outside(fallbacks=fallbacks), **terms)
    table.freeze()
    table.commit_all()
    return table


@DB
@pytest.mark.rule("R-63")
@pytest.mark.parametrize("algorithm", ["gongping-1", "rfc3797"])
def test_public_value_read_by_two_draws_and_a_stranger_confirms_it(algorithm):
    table = outside_table(algorithm=algorithm)
    table.reveal("witness", NOW + timedelta(hours=1))  # any order: nobody can gain by waiting
    table.reveal("operator", NOW + timedelta(hours=2))
    assert table.draw.status == DrawStatus.REVEALED
    assert not Assignment.objects.exists()

    draw = table.read("05", "2", "12", "33.50")

    record = record_of(draw)
    assert record["parts"][-1] == {"id": "value-1", "kind": "numbers", "value": ["2", "5", "12", "33.50"]}
    assert (draw.status, checked(record)) == (DrawStatus.DRAWN, "OK")
    assert Assignment.objects.get(task=table.task).status == AssignmentStatus.DRAWN
    assert record["outside"][0]["state"] == "used"


@DB
@pytest.mark.rule("R-63")
def test_silent_party_enters_as_null_and_nothing_is_void():
    table = outside_table()
    table.reveal("operator")
    until = table.draw.reveal_until
    facts = {"draw": table.draw, "ground": "refused_reveal", "role": PartyRole.WITNESS, "by": table.operator}
    assert refused(draws.void, **facts, at=DAY_LATER) == "no_ground"
    assert until == VALUE_AT - timedelta(minutes=10)
    assert refused(table.reveal, party="witness", at=until + timedelta(seconds=1)) == "reveal_too_late"

    assert draws.settle_due(at=until) == 0
    assert draws.settle_due(at=until + timedelta(seconds=1)) == 1
    draw = table.read("7")

    assert [row["nonce"] for row in record_of(draw)["reveals"]] == [nonce("operator"), None]
    assert checked(record_of(draw)) == "OK"


@DB
@pytest.mark.rule("R-63")
@pytest.mark.parametrize(("minutes", "code"), [(49, "value_too_soon"), (50, "")])
def test_public_value_is_not_known_soon_after_the_freeze(minutes, code):
    table = FirmTable()
    table.set_up(sources=outside(at=NOW + timedelta(minutes=minutes)))

    if code:
        assert refused(table.freeze) == code
        assert Draw.objects.get().commitment == ""
    else:
        draw = table.freeze()
        assert (draw.commit_until, draw.reveal_until) == (NOW + timedelta(minutes=10), NOW + timedelta(minutes=40))


@DB
@pytest.mark.parametrize(
    ("sources", "code"),
    [
        ([draws.SourceDraft(SourceKind.LOTTERY, " ", VALUE_AT)], "source_unnamed"),
        (outside(fallbacks=4), "source_unnamed"),
        ([outside()[1], outside()[0]], "fallback_too_early"),
        ([outside()[0], outside()[0]], "fallback_too_early"),
    ],
)
def test_outside_values_that_make_no_sense_are_refused(sources, code):
    assert refused(FirmTable().set_up, sources=sources) == code
    assert not Draw.objects.exists()


@DB
def test_value_is_typed_only_when_known_and_read_by_two_persons_one_of_them_independent():
    table = outside_table()
    table.reveal_all()
    colleague = UserFactory(bureau=table.task.bureau, role=Role.CLERK)
    stranger = UserFactory(role=Role.CLERK)
    good = draws.Reading(words="公告", numbers=["2", "5"])
    typed = {"draw": table.draw, "reading": good, "by": table.operator}
    early = VALUE_AT - timedelta(seconds=1)

    assert refused(draws.type_value, **typed, at=early) == "value_not_yet"
    assert refused(draws.confirm_value, **typed, at=VALUE_AT) == "nothing_typed"
    for reading, code in (
        (draws.Reading(words=" ", numbers=["2"]), "citation_missing"),
        (draws.Reading(words="公告"), "bad_value"),
        (draws.Reading(words="公告", numbers=["2,5"]), "bad_value"),
    ):
        assert refused(draws.type_value, **{**typed, "reading": reading}, at=VALUE_AT) == code
    assert refused(draws.type_value, **{**typed, "by": stranger}, at=VALUE_AT) == "not_allowed"

    draws.type_value(**typed, at=VALUE_AT)
    assert refused(draws.confirm_value, **typed, at=VALUE_AT) == "own_entry"
    other = draws.Reading(words="公告", numbers=["2", "6"])
    assert (
        refused(draws.confirm_value, draw=table.draw, reading=other, by=table.witness, at=VALUE_AT) == "value_differs"
    )
    assert refused(draws.confirm_value, **{**typed, "by": colleague}, at=VALUE_AT) == "no_independent_reader"
    assert not Assignment.objects.exists()
    draws.type_value(draw=table.draw, reading=other, by=table.operator, at=VALUE_AT)  # typed anew: the first gives way
    draw = draws.confirm_value(draw=table.draw, reading=other, by=table.witness, at=VALUE_AT)
    again = draws.confirm_value(draw=table.draw, reading=other, by=table.witness, at=VALUE_AT)

    assert (draw.status, again.record) == (DrawStatus.DRAWN, draw.record)
    assert DrawValue.objects.filter(dropped_at__isnull=False).count() == 1
    assert Assignment.objects.count() == 1


@DB
def test_value_that_is_not_to_be_had_gives_way_to_the_next_fall_back():
    table = outside_table(fallbacks=1)
    table.reveal_all()
    none = draws.Reading(words="停售公告", is_unavailable=True)
    draws.type_value(draw=table.draw, reading=none, by=table.witness, at=VALUE_AT)
    draw = draws.confirm_value(draw=table.draw, reading=none, by=table.operator, at=VALUE_AT)
    assert draw.status == DrawStatus.REVEALED
    later = VALUE_AT + timedelta(hours=1)
    assert refused(draws.type_value, draw=draw, reading=none, by=table.witness, at=later) == "no_fallback"
    beacon = draws.Reading(words="drand", beacon_round=77, beacon_value="AB" * 32)
    assert refused(draws.type_value, draw=draw, reading=beacon, by=table.witness, at=VALUE_AT) == "value_not_yet"
    short = draws.Reading(words="drand", beacon_round=77, beacon_value="ab")
    assert refused(draws.type_value, draw=draw, reading=short, by=table.witness, at=later) == "bad_value"

    draws.type_value(draw=draw, reading=beacon, by=table.witness, at=later)
    draw = draws.confirm_value(draw=draw, reading=beacon, by=table.operator, at=later)

    record = record_of(draw)
    assert [(row["id"], row["state"]) for row in record["outside"]] == [("value-1", "unavailable"), ("value-2", "used")]
    assert checked(record) == "OK"


def numbers_that_change(table, before):
    """Return numbers that seat other people than ``before`` does: computed, not tried."""
    from assignments import draw as pure

    def panel(value):
        parts = [*draws.parts_of(table.draw)[:-1], pure.numbers_part("value-1", [str(value)])]
        return {place.number for place in pure.draw(table.draw.freeze_text, parts).result.panel}

    return next(str(value) for value in range(1, 200) if not panel(value) & panel(before))


@DB
def test_misread_value_is_corrected_and_everything_computed_anew():
    table = PanelTable()
    table.set_up(sources=outside())
    table.freeze()
    table.commit_all()
    table.reveal_all()
    draw = table.read("1")
    wrong = {row.expert_id for row in Assignment.objects.filter(draw=draw)}
    right = numbers_that_change(table, "1")
    same = draws.Reading(words="公告", numbers=["1"])
    assert refused(draws.type_value, draw=draw, reading=same, by=table.operator, at=VALUE_AT) == "same_value"

    draw = table.read(right)

    record = record_of(draw)
    live = Assignment.objects.filter(draw=draw).exclude(status="VOID")
    seated = {row["number"] for row in record["draw"]["seated"]}
    assert {row.number for row in draw.entries.filter(expert__in=live.values("expert"))} == seated
    assert (live.count(), live.filter(is_leader=True).count()) == (3, 1)
    assert {row.expert_id for row in Assignment.objects.filter(status="VOID")} == wrong
    assert [row["state"] for row in record["outside"]] == ["corrected", "used"]
    assert checked(record) == "OK"
    assert verify_chain().first_bad == 0


@DB
def test_correction_keeps_whom_both_values_seat_and_leaves_out_who_left_by_himself():
    table = FirmTable(firms=3)
    table.set_up(sources=outside())
    table.freeze()
    table.commit_all()
    table.reveal_all()
    draw = table.read("1")
    left = Assignment.objects.get(draw=draw)
    Assignment.objects.filter(pk=left.pk).update(status=AssignmentStatus.DECLINED, decline_reason="BUSY")
    draws.replace(draw=draw, by=table.operator, at=VALUE_AT)
    held = Assignment.objects.exclude(pk=left.pk).get(draw=draw)

    draw = table.read(seating_first(table, left.firm_id, then=held.firm_id))

    record = record_of(draw)
    assert Assignment.objects.filter(draw=draw).exclude(status="DECLINED").get().pk == held.pk
    assert len(record["replacements"]) == 1
    assert checked(record) == "OK"


def seating_first(table, firm, then):
    """Return a number that draws ``firm`` first and ``then`` second."""
    from assignments import draw as pure

    wanted = [table.draw.entries.get(firm_id=pk).number for pk in (firm, then)]

    def order(value):
        parts = [*draws.parts_of(table.draw)[:-1], pure.numbers_part("value-1", [str(value)])]
        return pure.positions(table.draw.freeze_text, parts)

    return next(str(value) for value in range(2, 300) if order(value)[:2] == wanted)


@DB
def test_nothing_is_corrected_once_somebody_works():
    table = outside_table()
    table.reveal_all()
    draw = table.read("1")
    table.task.refresh_from_db()
    table.task.status = TaskStatus.COMMISSIONED
    table.task.save(update_fields=["status"])

    reading = draws.Reading(words="公告", numbers=["2"])
    assert refused(draws.type_value, draw=draw, reading=reading, by=table.operator, at=VALUE_AT) == "work_begun"


# --- widening ---------------------------------------------------------------------------------------------------------


def agreed_by_head(approval):
    head = UserFactory(bureau=approval.bureau, role=Role.SECTION_HEAD)
    agree(approval=approval, by=head, on=TODAY)


@DB
@pytest.mark.edge("E39")
@pytest.mark.edge("E8")
def test_exhausted_list_is_widened_step_by_step_with_approval_and_never_shuffled_anew():
    table = PanelTable(experts=6)  # three of each field
    met = table.experts[1]
    beside = ready_expert(table.task.bureau, table.beside)
    earlier = ReReviewFactory(evaluation__unit=table.task.unit, evaluation__plan=table.task.plan)
    ExpertAssignmentFactory(re_review=earlier, expert=met, assigned_on=TODAY - timedelta(days=30), status="SIGNED")
    table.set_up(counts=(2, 1), widening=["cool_down", "wider_fields"])
    UserFactory(bureau=table.task.bureau, role=Role.SECTION_HEAD)
    draw = table.run(ratio_confirmed=True)
    order = draw.order
    assert [draw.entries.get(expert=one).tier for one in (met, beside)] == [1, 2]
    ask = {"draw": draw, "reason": "财务专家已用尽", "by": table.operator, "on": TODAY}
    assert refused(draws.ask_widening, **ask) == "not_exhausted"

    def leave(stratum):
        row = Assignment.objects.filter(draw=draw, status="DRAWN", stratum=stratum).order_by("pk").first()
        Assignment.objects.filter(pk=row.pk).update(status=AssignmentStatus.DECLINED, decline_reason="CONFLICT")

    leave("财务")
    assert refused(draws.replace, draw=draw, by=table.operator, at=NOW) == "infeasible"
    assert refused(draws.ask_widening, **{**ask, "reason": " "}) == "reason_missing"
    approval = draws.ask_widening(**ask)
    assert refused(draws.replace, draw=draw, by=table.operator, at=NOW) == "infeasible"
    agreed_by_head(approval)
    made = draws.replace(draw=draw, by=table.operator, at=NOW)
    assert [row.expert_id for row in made] == [met.pk]

    leave("财务")
    agreed_by_head(draws.ask_widening(**ask))
    made = draws.replace(draw=draw, by=table.operator, at=NOW)
    draw.refresh_from_db()
    assert (draw.opened_tiers, draw.approved_steps) == ([0, 1, 2], 2)
    assert [row.expert_id for row in made] == [beside.pk]
    assert refused(draws.ask_widening, **ask) == "no_step_left"
    record = record_of(draw)
    assert (record["order"], [step["opened"] for step in record["replacements"]]) == (order, [[0, 1], [0, 1, 2]])
    assert checked(record) == "OK"


@DB
def test_widening_approved_before_the_freeze_opens_its_tier_from_the_start():
    table = PanelTable(experts=4)
    ExpertSpecialty.objects.filter(node=table.node).update(node=table.beside)
    UserFactory(bureau=table.task.bureau, role=Role.SECTION_HEAD)
    table.set_up(counts=(2, 1), widening=["wider_fields"])
    assert refused(table.freeze) == "infeasible"
    preview = draws.preview(draw=table.draw, by=table.operator, on=TODAY)
    assert (preview.feasibility.shortfall.names, preview.waiting) == (("财务",), 2)

    agreed_by_head(draws.ask_widening(draw=table.draw, reason="无财务专家", by=table.operator, on=TODAY))
    draw = table.run(ratio_confirmed=True)

    assert draw.opened_tiers == [0, 1]
    assert Assignment.objects.filter(draw=draw, stratum="财务").count() == 2


@DB
@pytest.mark.parametrize("steps", [["unit_employer"], ["cool_down", "cool_down"], ["over_share"]])
def test_widening_never_lets_a_conflict_pass(steps):
    assert refused(PanelTable().set_up, widening=steps) == "widening_unknown"
    assert not Approval.objects.exists()


# --- faults -----------------------------------------------------------------------------------------------------------


@DB
@pytest.mark.rule("R-42")
def test_fault_leaves_the_draw_and_only_head_and_witness_together_order_it_anew():
    table = FirmTable()
    forgotten = ready_firm(table.task.bureau)
    forgotten.undertakings.all().delete()
    table.set_up()
    draw = table.run()
    head = UserFactory(bureau=draw.bureau, role=Role.SECTION_HEAD)
    other_witness = UserFactory(bureau=draw.bureau, role=Role.SUPERVISOR)
    note = {"draw": draw, "words": "承诺书已交，漏登", "by": table.operator, "at": NOW}
    listed = draw.entries.first().firm
    assert refused(draws.note_fault, **note, party=listed) == "not_left_out"
    assert refused(draws.note_fault, **{**note, "words": ""}, party=forgotten) == "words_missing"
    assert refused(draws.note_fault, **{**note, "by": other_firm_user()}, party=forgotten) == "not_allowed"

    fault = draws.note_fault(**note, party=forgotten)
    assert refused(draws.note_fault, **note, party=forgotten) == "fault_noted"
    for nobody in (table.operator, other_witness):
        assert refused(draws.order_again, fault=fault, by=nobody, at=NOW) == "not_allowed"
    draws.order_again(fault=fault, by=head, at=NOW)
    draws.order_again(fault=fault, by=head, at=NOW)
    draw.refresh_from_db()
    assert (draw.status, Assignment.objects.get().status) == (DrawStatus.DRAWN, AssignmentStatus.DRAWN)
    draws.order_again(fault=fault, by=table.witness, at=NOW)

    draw.refresh_from_db()
    table.task.refresh_from_db()
    assert (draw.status, draw.void_ground, table.task.status) == (DrawStatus.VOID, "ordered_again", TaskStatus.PLANNED)
    assert Assignment.objects.get().status == AssignmentStatus.VOID
    assert checked(record_of(draw)) == "OK"
    table.set_up()
    second = table.run()
    assert (second.attempt, second.entries.count()) == (2, 4)  # who was taken back stands on the next list
    assert record_of(second)["voids"][0]["ground"] == "ordered_again"


def other_firm_user():
    return UserFactory(role=Role.CLERK)


@DB
def test_new_attempt_is_not_ordered_once_somebody_works():
    table = PanelTable()
    left_out = table.experts[0]
    ExpertUndertaking.objects.filter(expert=left_out).delete()
    table.set_up()
    draw = table.run()
    fault = draws.note_fault(draw=draw, party=left_out, words="漏登", by=table.witness, at=NOW)
    Assignment.objects.filter(pk=Assignment.objects.first().pk).update(status=AssignmentStatus.SERVING)

    assert refused(draws.order_again, fault=fault, by=table.witness, at=NOW) == "work_begun"
    assert DrawFault.objects.get().witness is None


# --- what is told -----------------------------------------------------------------------------------------------------


@DB
def test_void_attempt_is_published_with_role_and_ground():
    from django.test import Client
    from django.urls import reverse

    table = FirmTable()
    table.set_up()
    draw = refuse_as_witness(table)

    copy = publish_draw(draw=draw, by=table.operator, on=TODAY)

    page = Client().get(reverse("pages:public-publication", args=[copy.slug])).content.decode()
    assert copy.body["record"]["void"] == {
        "attempt": 1, "ground": "refused_reveal", "h": draw.commitment, "role": "witness",
    }  # fmt: skip
    assert str(PartyRole.WITNESS.label) in page
    assert "UNWITNESSED" in page
    led = Client().get(reverse("pages:public-draw", args=[draw.commitment]))
    assert led.headers["Location"] == reverse("pages:public-publication", args=[copy.slug])
    assert Client().get(reverse("pages:public-draw", args=["0" * 64])).status_code == 404


@DB
def test_freeze_tells_how_often_facts_of_eligibility_were_edited_lately_and_by_which_role():
    from experts.services import add_recusal
    from tests.factories.assignments import OrganisationFactory

    table = PanelTable()
    body = OrganisationFactory(bureau=table.task.bureau)
    add_recusal(expert=table.experts[0], organisation=body, reason="亲属", by=table.operator, on=TODAY)
    entry = Entry.objects.get(action="experts.recusal_added")

    found = recent_edits(table.set_up(), entry.recorded_at + timedelta(days=29))

    assert found == [{"count": 1, "kind": "experts.recusal_added", "role": "clerk"}]
    assert recent_edits(table.draw, entry.recorded_at + timedelta(days=31)) == []
