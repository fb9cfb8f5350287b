"""The life of a draw from the configured list to the record that a stranger verifies, and the replacement."""

import json
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from assignments.enums import (
    AssignmentStatus,
    DeclineReason,
    DrawStatus,
    Origin,
    PartyRole,
    ReReviewStatus,
    Route,
    TaskStatus,
)
from assignments.models import Assignment, Draw, EvaluationTask, ReReviewTask
from assignments.selectors.draws import nameable, record_of
from assignments.services import assignments as life
from assignments.services import draws
from assignments.services.draws.records import keep_record
from disclosure.selectors import publishable_draws
from disclosure.services import publish_draw
from evaluators.enums import FirmAction
from evaluators.models import Firm, FirmUndertaking
from evaluators.selectors import as_of
from evaluators.services import move_firms
from experts.models import ExpertSpecialty
from foundation.accounts.enums import Role
from foundation.audit.models import Entry
from foundation.audit.selectors import verify_chain
from foundation.core.errors import NotAllowed, TransitionRefused
from parties.services import rename_organisation, rename_person
from tests.factories.assignments import (
    TaskFactory,
    expert_user,
    firm_user,
)
from tests.factories.draw_tables import FirmTable, PanelTable, outside
from tests.factories.draws import nonce
from tests.factories.foundation import UserFactory

pytestmark = pytest.mark.django_db
TODAY = date(2020, 6, 1)
NOW = datetime(2020, 6, 1, 2, 0, tzinfo=UTC)
LATER = datetime(2020, 6, 1, 2, 31, tzinfo=UTC)
VERIFIER = Path(__file__).parents[2] / "assignments" / "verify_draw.py"


@pytest.fixture
def firm_table():
    table = FirmTable()
    table.set_up()
    return table


@pytest.fixture
def panel_table():
    table = PanelTable()
    table.set_up()
    return table


def verified(record, tmp_path):
    path = tmp_path / "record.json"
    path.write_text(json.dumps(record, ensure_ascii=False), encoding="utf-8")
    return subprocess.run([sys.executable, str(VERIFIER), str(path)], capture_output=True, text=True, check=False)


def canonical(record, tmp_path):
    from foundation.core.canon import dumps

    path = tmp_path / "record.json"
    path.write_bytes(dumps(record))
    return subprocess.run([sys.executable, str(VERIFIER), str(path)], capture_output=True, text=True, check=False)


@pytest.mark.rule("R-42")
def test_firm_draw_chooses_a_firm_that_a_stranger_recomputes(firm_table, tmp_path):
    draw = firm_table.run()

    assignment = Assignment.objects.get(task=firm_table.task)
    firm_table.task.refresh_from_db()
    assert (draw.status, assignment.origin, firm_table.task.status) == (
        DrawStatus.DRAWN,
        Origin.DRAW,
        TaskStatus.SELECTED,
    )
    done = canonical(record_of(draw), tmp_path)
    assert (done.returncode, done.stdout.split()[0]) == (0, "OK")
    assert verify_chain().first_bad == 0


def test_panel_draw_fills_its_seats_by_specialty(panel_table, tmp_path):
    draw = panel_table.run()

    seats = Assignment.objects.filter(re_review=panel_table.review).order_by("stratum")
    assert [row.stratum for row in seats] == ["污水", "财务", "财务"]
    assert sum(row.is_leader for row in seats) == 1
    panel_table.review.refresh_from_db()
    assert panel_table.review.status == "PANEL_READY"
    assert canonical(record_of(draw), tmp_path).returncode == 0


@pytest.mark.parametrize("change", ["seed", "winner", "candidate", "order"])
def test_verifier_names_what_was_changed(panel_table, tmp_path, change):
    record = record_of(panel_table.run())
    if change == "seed":
        record["seed"] = "0" * 64
    elif change == "winner":
        record["draw"]["seated"][0]["number"] = record["order"][-1]
    elif change == "candidate":
        record["freeze"] = record["freeze"].replace('"leaf":"', '"leaf":"0', 1)
    else:
        record["order"] = record["order"][::-1]

    done = canonical(record, tmp_path)

    assert done.returncode == 1
    assert done.stdout.strip() != "OK"


@pytest.mark.rule("R-01")
@pytest.mark.parametrize("route", [Route.DIRECT, Route.OPEN_TENDER, Route.FRAMEWORK, ""])
def test_draw_is_refused_where_the_route_forbids_it(route):
    task = TaskFactory(route=route)
    witness = UserFactory(bureau=task.bureau, role=Role.SUPERVISOR)

    with pytest.raises(draws.DrawRefused):
        draws.configure_firm_draw(task=task, witness=witness, by=task.clerk, on=TODAY)

    assert not Draw.objects.exists()


@pytest.mark.rule("R-42")
def test_nobody_plays_two_parts_and_the_witness_witnesses():
    task = TaskFactory()
    colleague = UserFactory(bureau=task.bureau, role=Role.CLERK)

    with pytest.raises(draws.DrawRefused) as twice:
        draws.configure_firm_draw(task=task, witness=task.clerk, by=task.clerk, on=TODAY)
    with pytest.raises(draws.DrawRefused) as none:
        draws.configure_firm_draw(task=task, witness=colleague, by=task.clerk, on=TODAY)

    assert (twice.value.refusal.code, none.value.refusal.code) == ("same_person", "no_witness")


def test_infeasible_list_is_not_frozen(panel_table):
    ExpertSpecialty.objects.filter(node=panel_table.node).delete()

    with pytest.raises(draws.DrawRefused) as caught:
        draws.freeze(draw=panel_table.draw, by=panel_table.operator, at=NOW)

    panel_table.draw.refresh_from_db()
    assert caught.value.refusal.code == "infeasible"
    assert (panel_table.draw.status, panel_table.draw.commitment) == (DrawStatus.CONFIGURED, "")
    assert not Entry.objects.filter(action="draws.frozen").exists()


@pytest.mark.rule("R-16")
def test_thin_list_must_be_confirmed(firm_table):
    FirmUndertaking.objects.filter(pk__in=FirmUndertaking.objects.values("pk")[:2]).delete()

    with pytest.raises(draws.DrawRefused) as caught:
        draws.freeze(draw=firm_table.draw, by=firm_table.operator, at=NOW)
    draw = draws.freeze(draw=firm_table.draw, by=firm_table.operator, at=NOW, ratio_confirmed=True)

    assert caught.value.refusal.code == "ratio_thin"
    assert draw.ratio_confirmed


def test_nonce_is_refused_before_all_are_committed_and_out_of_turn(firm_table):
    table = firm_table
    table.draw = draws.freeze(draw=table.draw, by=table.operator, at=NOW)
    with pytest.raises(TransitionRefused):
        draws.reveal(draw=table.draw, nonce=nonce("operator"), by=table.operator, at=NOW)
    table.commit_all()

    with pytest.raises(draws.DrawRefused) as turn:
        draws.reveal(draw=table.draw, nonce=nonce("witness"), by=table.witness, at=NOW)
    with pytest.raises(draws.DrawRefused) as wrong:
        draws.reveal(draw=table.draw, nonce=nonce("other"), by=table.operator, at=NOW)

    assert (turn.value.refusal.code, wrong.value.refusal.code) == ("not_your_turn", "wrong_nonce")
    assert not table.draw.parties.exclude(nonce="").exists()


def test_double_click_is_one_draw(firm_table):
    draw = firm_table.run()
    record = draw.record

    again = draws.reveal(draw=draw, nonce=nonce("witness"), by=firm_table.witness, at=NOW)

    assert Assignment.objects.filter(task=firm_table.task).count() == 1
    assert again.record == record


def test_stranger_is_no_party(firm_table):
    draw = draws.freeze(draw=firm_table.draw, by=firm_table.operator, at=NOW)

    with pytest.raises(NotAllowed):
        draws.commit(draw=draw, commitment="0" * 64, by=UserFactory(bureau=draw.bureau, role=Role.CLERK), at=NOW)


def test_refused_reveal_voids_the_attempt_on_the_record(firm_table, tmp_path):
    firm_table.draw = draws.freeze(draw=firm_table.draw, by=firm_table.operator, at=NOW)
    firm_table.commit_all()

    firm_table.reveal("operator")

    draw = draws.void(
        draw=firm_table.draw, ground="refused_reveal", role=PartyRole.WITNESS, by=firm_table.operator, at=LATER
    )
    firm_table.witness = UserFactory(bureau=draw.bureau, role=Role.SUPERVISOR)
    again = firm_table.set_up(sources=outside())

    assert (draw.status, again.attempt) == (DrawStatus.VOID, 2)
    assert canonical(record_of(draw), tmp_path).returncode == 0
    firm_table.freeze()
    firm_table.commit_all()
    firm_table.reveal_all()
    assert record_of(firm_table.read("2", "5", "8"))["voids"][0]["role"] == "witness"


@pytest.mark.edge("E38")
def test_recusal_calls_the_next_of_the_same_order_and_moves_nobody(panel_table, tmp_path):
    draw = panel_table.run()
    before = list(Assignment.objects.filter(draw=draw).order_by("pk"))
    leaver = before[0]
    user = expert_user(leaver.expert)
    life.notify(assignment=leaver, by=panel_table.operator, at=NOW)
    life.accept(assignment=leaver, by=user, at=NOW)
    life.declare(assignment=leaver, has_conflict=True, words="曾任该单位顾问", by=user, at=NOW)

    made = draws.replace(draw=draw, by=panel_table.operator, at=NOW)

    leaver.refresh_from_db()
    draw.refresh_from_db()
    assert leaver.status == AssignmentStatus.VOID
    assert [(row.origin, row.stratum, row.replaces_id) for row in made] == [
        (Origin.REPLACEMENT, leaver.stratum, leaver.pk)
    ]
    kept = set(Assignment.objects.filter(draw=draw).exclude(status="VOID").values_list("pk", flat=True))
    assert {row.pk for row in before[1:]} <= kept
    assert canonical(record_of(draw), tmp_path).returncode == 0


@pytest.mark.edge("E39")
def test_replacement_who_declines_himself_is_followed_by_the_next_of_the_same_order(panel_table, tmp_path):
    draw = panel_table.run()
    order = record_of(draw)["order"]
    row = Assignment.objects.filter(draw=draw, stratum="财务").order_by("pk").first()
    others = {one.pk: one.status for one in Assignment.objects.filter(draw=draw).exclude(pk=row.pk)}
    asked = [row]

    for _turn in range(2):  # the one who was drawn, then his replacement
        life.notify(assignment=row, by=panel_table.operator, at=NOW)
        life.decline(assignment=row, reason=DeclineReason.BUSY, words="", by=expert_user(row.expert), at=NOW)
        (row,) = draws.replace(draw=draw, by=panel_table.operator, at=NOW)
        asked.append(row)

    draw.refresh_from_db()
    record = record_of(draw)
    assert [one.replaces_id for one in asked] == [None, asked[0].pk, asked[1].pk]
    assert [Assignment.objects.get(pk=one.pk).status for one in asked] == ["DECLINED", "DECLINED", "DRAWN"]
    assert [one.position for one in asked] == sorted(one.position for one in asked)
    assert len({one.expert_id for one in asked}) == 3
    assert {pk: Assignment.objects.get(pk=pk).status for pk in others} == others
    assert (record["order"], len(record["replacements"])) == (order, 2)
    assert canonical(record, tmp_path).returncode == 0


def test_declined_firm_is_followed_by_the_next_of_the_order(firm_table, tmp_path):
    draw = firm_table.run()
    first = Assignment.objects.get(task=firm_table.task)
    life.notify(assignment=first, by=firm_table.operator, at=NOW)
    life.decline(assignment=first, reason=DeclineReason.BUSY, words="", by=firm_user(first.firm), at=NOW)

    made = draws.replace(draw=draw, by=firm_table.operator, at=NOW)

    draw.refresh_from_db()
    assert made[0].firm_id != first.firm_id
    assert made[0].position == 2
    assert canonical(record_of(draw), tmp_path).returncode == 0


def test_public_record_names_nobody(panel_table):
    record = json.dumps(record_of(panel_table.run()), ensure_ascii=False)

    for row in Assignment.objects.filter(re_review=panel_table.review).select_related("expert__person"):
        assert row.expert.person.name not in record
        assert f'"{row.expert.number}"' not in record


def over(draw):
    ReReviewTask.objects.filter(pk=draw.re_review_id).update(status=ReReviewStatus.DONE)
    EvaluationTask.objects.filter(pk=draw.task_id).update(status=TaskStatus.ACCEPTED)


def names_of(draw, numbers):
    rows = draw.entries.filter(number__in=numbers).select_related("expert__person", "firm__organisation")
    return {row.number: row.expert.person.name if row.expert else row.firm.organisation.name for row in rows}


@pytest.mark.rule("R-45")
def test_names_of_a_panel_are_opened_when_the_review_is_over_and_a_stranger_confirms_them(panel_table, tmp_path):
    draw = panel_table.run(ratio_confirmed=True)
    seated = {place["number"] for place in draw.record["draw"]["seated"]}
    assert draw.record["openings"] == []
    over(draw)

    draw = draws.open_names(draw=draw, by=panel_table.operator, on=TODAY)

    record = Draw.objects.get(pk=draw.pk).record
    assert {one["number"]: one["name"] for one in record["openings"]} == names_of(draw, seated)
    assert len(seated) == 3
    done = verified(record, tmp_path)
    assert (done.returncode, done.stdout.split()[0]) == (0, "OK")
    unseated = names_of(draw, set(range(1, 15)) - seated).values()
    assert len(unseated) == 11
    assert not [name for name in unseated if f'"{name}"' in json.dumps(record, ensure_ascii=False)]
    assert Entry.objects.filter(action="draws.names_opened", subject_id=draw.pk).count() == 1
    assert draws.open_names(draw=draw, by=panel_table.operator, on=TODAY).record == record
    assert Entry.objects.filter(action="draws.names_opened", subject_id=draw.pk).count() == 1


@pytest.mark.parametrize("what", ["name", "ref", "salt", "number"])
def test_a_changed_opening_is_the_difference_that_the_verifier_names(panel_table, tmp_path, what):
    draw = panel_table.run(ratio_confirmed=True)
    over(draw)
    record = draws.open_names(draw=draw, by=panel_table.operator, on=TODAY).record
    one = record["openings"][0]
    one[what] = one["number"] % 14 + 1 if what == "number" else one[what][:-1] + ("0" if one[what][-1] != "0" else "1")

    done = verified(record, tmp_path)

    assert done.returncode == 1
    assert f"the person shown for number {one['number']} is not the one on the frozen list" in done.stdout


def test_called_alternate_and_the_one_he_replaced_are_opened_and_stay_so(panel_table, tmp_path):
    draw = panel_table.run(ratio_confirmed=True)
    leaving = Assignment.objects.filter(draw=draw).order_by("pk").first()
    Assignment.objects.filter(pk=leaving.pk).update(status=AssignmentStatus.DECLINED)
    draws.replace(draw=draw, by=panel_table.operator, at=NOW)
    draw.refresh_from_db()
    walked = {place["number"] for place in draw.record["draw"]["seated"]} | set(draw.record["called"])
    over(draw)

    draw = draws.open_names(draw=draw, by=panel_table.operator, on=TODAY)
    named = draw.record["openings"]
    keep_record(draw)

    assert len(walked) == 4
    assert {one["number"]: one["name"] for one in named} == names_of(draw, walked)
    assert draw.record["openings"] == named
    assert verified(draw.record, tmp_path).returncode == 0


def clerk_of(firm):
    return UserFactory(bureau=firm.bureau, role=Role.CLERK)


@pytest.mark.edge("E19")
def test_renamed_firm_is_opened_under_the_name_that_was_frozen(firm_table, tmp_path):
    draw = firm_table.run()
    firm = Assignment.objects.get(task=firm_table.task).firm
    frozen = firm.organisation.name
    over(draw)
    rename_organisation(organisation=firm.organisation, name="改过的名字", by=clerk_of(firm), on=TODAY)

    draw = draws.open_names(draw=draw, by=firm_table.operator, on=TODAY)

    assert [one["name"] for one in draw.record["openings"]] == [frozen]
    assert verified(draw.record, tmp_path).returncode == 0


@pytest.mark.edge("E19")
def test_renamed_expert_is_opened_under_the_name_that_was_frozen_and_a_stranger_confirms_it(panel_table, tmp_path):
    draw = panel_table.run(ratio_confirmed=True)
    seated = {place["number"] for place in draw.record["draw"]["seated"]}
    frozen, by = names_of(draw, seated), UserFactory(bureau=draw.bureau, role=Role.CLERK)
    over(draw)
    for turn, row in enumerate(draw.entries.filter(number__in=seated)):
        for word in ("改名", "再改名"):
            rename_person(person=row.expert.person, name=f"{word}{turn}", reason="户籍", by=by, on=TODAY)

    draw = draws.open_names(draw=draw, by=panel_table.operator, on=TODAY)

    assert {one["number"]: one["name"] for one in draw.record["openings"]} == frozen
    assert not set(frozen.values()) & set(names_of(draw, seated).values())
    assert (done := verified(draw.record, tmp_path)).returncode == 0, done.stdout


@pytest.mark.edge("E13")
@pytest.mark.edge("E19")
def test_register_and_exclusions_of_the_day_of_a_draw_are_told_later(firm_table):
    draw = firm_table.run()
    entered = {row.firm_id for row in draw.entries.all()}
    left_out = {row.firm_id: row.code for row in draw.exclusions.all()}
    day = timezone.localdate(draw.frozen_at)
    later = day + timedelta(days=30)
    busy = set(Assignment.objects.values_list("firm_id", flat=True))  # who won may not leave
    gone = Firm.objects.filter(pk__in=entered - busy).order_by("pk").first()
    name = gone.organisation.name
    rename_organisation(organisation=gone.organisation, name="改过的名字", by=clerk_of(gone), on=later)
    move_firms(firms=[gone], action=FirmAction.LEAVE, by=clerk_of(gone), on=later)

    pool = {row.pk: (row.status_then, row.name_then) for row in as_of(Firm.objects.all(), day)}
    after = {row.pk: (row.status_then, row.name_then) for row in as_of(Firm.objects.all(), later)}

    assert pool[gone.pk] == ("ACTIVE", name)
    assert after[gone.pk] == ("LEFT", "改过的名字")
    assert entered | set(left_out) == {pk for pk, (status, _name) in pool.items() if status == "ACTIVE"} | set(left_out)


def test_firm_is_opened_when_its_work_is_accepted(firm_table, tmp_path):
    draw = firm_table.run()
    with pytest.raises(draws.DrawRefused) as caught:
        draws.open_names(draw=draw, by=firm_table.operator, on=TODAY)
    over(draw)

    draw = draws.open_names(draw=draw, by=firm_table.operator, on=TODAY)

    firm = Assignment.objects.get(task=firm_table.task).firm
    assert caught.value.refusal.code == "names_too_early"
    assert [(one["name"], one["ref"]) for one in draw.record["openings"]] == [(firm.organisation.name, firm.number)]
    assert verified(draw.record, tmp_path).returncode == 0


def test_names_are_not_opened_too_early_nor_by_others_and_nothing_changes(panel_table):
    draw = panel_table.run(ratio_confirmed=True)
    before = draw.record
    for status in set(ReReviewStatus) - {ReReviewStatus.DONE}:
        ReReviewTask.objects.filter(pk=draw.re_review_id).update(status=status)
        with pytest.raises(draws.DrawRefused) as caught:
            draws.open_names(draw=draw, by=panel_table.operator, on=TODAY)
        assert caught.value.refusal.code == "names_too_early"
    over(draw)
    for other in (panel_table.witness, UserFactory(role=Role.CLERK)):
        with pytest.raises(NotAllowed):
            draws.open_names(draw=draw, by=other, on=TODAY)

    draw.refresh_from_db()

    assert draw.record == before
    assert not Entry.objects.filter(action="draws.names_opened").exists()


def test_published_copy_gets_a_next_version_with_names(panel_table):
    draw = panel_table.run(ratio_confirmed=True)
    clerk = panel_table.operator
    first = publish_draw(draw=draw, by=clerk, on=TODAY)
    over(draw)
    assert not publishable_draws(clerk).exists()
    assert list(nameable(clerk)) == [draw]

    draw = draws.open_names(draw=draw, by=clerk, on=TODAY)
    assert list(publishable_draws(clerk)) == [draw]
    second = publish_draw(draw=draw, by=clerk, on=TODAY)

    assert (second.slug, second.version) == (first.slug, 2)
    assert not publishable_draws(clerk).exists()
    assert not nameable(clerk).exists()
    seated = {place["number"] for place in draw.record["draw"]["seated"]}
    shown = Client().get(reverse("pages:public-publication", args=[second.slug])).content.decode()
    assert all(name in shown for name in names_of(draw, seated).values())


@pytest.mark.edge("E28")
def test_record_of_a_firms_draw_says_by_number_that_it_left_for_a_conflict(
    firm_table, tmp_path, django_capture_on_commit_callbacks
):
    draw, clerk = firm_table.run(), firm_table.task.clerk
    before, row = draw.record["sha256"], Assignment.objects.get(draw=draw)
    life.notify(assignment=row, by=clerk, at=NOW)
    with django_capture_on_commit_callbacks(execute=True):
        life.decline(assignment=row, reason=DeclineReason.CONFLICT, words="曾为该单位记账", by=clerk, at=NOW)

    draw.refresh_from_db()
    number = draw.entries.get(firm=row.firm).number
    assert draw.record["about"]["left"] == [{"ground": "conflict", "number": number}]
    assert draw.record["sha256"] != before
    assert "记账" not in str(draw.record)
    assert canonical(record_of(draw), tmp_path).returncode == 0
