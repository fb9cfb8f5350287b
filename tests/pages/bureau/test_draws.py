"""The draw's pages: set up, look, freeze, commit, show, the wall that renews itself, papers, eligibility."""

import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from assignments import draw as pure
from assignments.enums import AssignmentStatus, DrawStatus, Origin, Route, TaskStatus
from assignments.models import Assignment, Draw, DrawParty, EvaluationTask
from assignments.selectors.eligibility import reason_words
from assignments.services import draws as services
from disclosure.models import Publication
from evaluators.models import Firm, FirmUndertaking, LeadEvaluator
from experts.models import ExpertSpecialty, ExpertUndertaking
from foundation.accounts.enums import Role
from foundation.approvals.models import Approval
from foundation.audit.models import Entry
from foundation.core import clock
from foundation.taxonomy.enums import TreeKind
from foundation.taxonomy.models import Node
from tests.factories.assignments import (
    TODAY,
    DrawFactory,
    ExpertFactory,
    ReReviewFactory,
    TaskFactory,
    firm_user,
    ready_firm,
)
from tests.factories.draws import nonce
from tests.factories.foundation import UserFactory

pytestmark = pytest.mark.django_db
NOW = datetime(2020, 6, 1, 2, 0, tzinfo=UTC)
VERIFIER = Path(__file__).parents[3] / "assignments" / "verify_draw.py"


@pytest.fixture(autouse=True)
def _in_2020():
    with clock.standing_at(NOW):
        yield


def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


class Room:
    """A task whose firm is to be drawn, with its two parties signed in on their own browsers."""

    def __init__(self, firms=4):
        self.task = TaskFactory()
        self.bureau = self.task.bureau
        for _number in range(firms):
            ready_firm(self.bureau)
        self.witness_user = UserFactory(bureau=self.bureau, role=Role.SUPERVISOR)
        self.clerk, self.witness = signed_in(self.task.clerk), signed_in(self.witness_user)

    @property
    def draw(self):
        return Draw.objects.get(task=self.task)

    def at(self, page):
        return reverse(f"pages:{page}", args=[self.draw.number])

    def set_up(self, **facts):
        data = {"witness": self.witness_user.pk, "algorithm": "gongping-1", "profile": "I"} | facts
        return self.clerk.post(reverse("pages:draw-firm", args=[self.task.number]), data)

    def freeze(self):
        self.set_up()
        return self.clerk.post(self.at("draw-freeze"))

    def commit(self, party):
        value = pure.commitment(self.draw.commitment, party, nonce(party))
        return self.client_of(party).post(self.at("draw-commit"), {"commitment": value})

    def reveal(self, party, text=""):
        return self.client_of(party).post(self.at("draw-reveal"), {"nonce": text or nonce(party)})

    def client_of(self, party):
        return self.clerk if party == "operator" else self.witness

    def run(self):
        self.freeze()
        for step in (self.commit, self.reveal):
            for party in ("operator", "witness"):
                step(party)
        return self.draw


@pytest.fixture
def room():
    return Room()


def test_draw_is_made_by_two_people_in_their_browsers_and_a_stranger_verifies_it(room, tmp_path):
    assert room.set_up().status_code == 302
    looked = room.clerk.post(room.at("draw-preview"), follow=True)
    assert looked.context["preview"]["eligible"] == 4
    assert room.clerk.post(room.at("draw-freeze")).status_code == 302
    assert room.witness.post(room.at("draw-receipt"), {"words": "机关纪委 10:05"}).status_code == 302
    assert [room.commit(party).status_code for party in ("operator", "witness")] == [302, 302]
    assert [room.reveal(party).status_code for party in ("operator", "witness")] == [302, 302]

    page = room.witness.get(room.at("draw"))
    file = tmp_path / "record.json"
    file.write_bytes(room.clerk.get(room.at("draw-record")).content)
    done = subprocess.run([sys.executable, str(VERIFIER), str(file)], capture_output=True, text=True, check=False)

    chosen = Assignment.objects.get(task=room.task)
    assert (done.returncode, done.stdout.split()[0]) == (0, "OK")
    assert chosen.firm.organisation.name in page.content.decode()
    assert (json.loads(file.read_text())["witness"]["words"], room.draw.previews) == ("机关纪委 10:05", 1)


def test_both_algorithms_can_be_asked_for(room, tmp_path):
    room.set_up(algorithm="rfc3797")
    room.clerk.post(room.at("draw-freeze"))
    for party in ("operator", "witness"):
        room.commit(party)
    for party in ("operator", "witness"):
        room.reveal(party)

    file = tmp_path / "record.json"
    file.write_bytes(room.clerk.get(room.at("draw-record")).content)
    done = subprocess.run([sys.executable, str(VERIFIER), str(file)], capture_output=True, text=True, check=False)
    assert (room.draw.algorithm, room.draw.status, done.returncode) == ("rfc3797", DrawStatus.DRAWN, 0)


def test_names_are_opened_by_a_click_once_the_work_is_over_and_then_published_again(room):
    draw = room.run()
    link, publish = room.at("draw-names"), reverse("pages:publish-draw", args=[draw.number])
    assert room.clerk.post(publish).status_code == 302
    assert link not in room.clerk.get(room.at("draw")).content.decode()
    assert room.clerk.post(link).status_code == 409
    EvaluationTask.objects.filter(pk=room.task.pk).update(status=TaskStatus.ACCEPTED)
    assert link in room.clerk.get(room.at("draw")).content.decode()
    assert room.witness.post(link).status_code == 403

    assert room.clerk.post(link).status_code == 302

    page = room.clerk.get(room.at("draw")).content.decode()
    assert (link in page, publish in page) == (False, True)
    assert room.clerk.post(publish).status_code == 302
    copy = Publication.objects.get(withdrawn_at=None)
    firm = Assignment.objects.get(task=room.task).firm.organisation.name
    assert copy.version == 2
    assert firm in Client().get(reverse("pages:public-publication", args=[copy.slug])).content.decode()


@pytest.mark.rule("R-42")
def test_two_clicks_on_show_are_one_draw(room):
    draw = room.run()

    again = room.reveal("witness")

    assert again.status_code == 302
    assert Assignment.objects.filter(task=room.task).count() == 1
    assert room.draw.record == draw.record
    assert Entry.objects.filter(action="draws.drawn").count() == 1


def test_two_clicks_on_set_up_and_on_freeze_are_one_draw(room):
    room.freeze()
    commitment = room.draw.commitment

    answers = [room.set_up().status_code, room.clerk.post(room.at("draw-freeze")).status_code]

    assert answers == [409, 409]
    assert (Draw.objects.count(), room.draw.commitment) == (1, commitment)


def test_wrong_nonce_is_refused_beside_its_field_and_nothing_is_kept(room):
    room.freeze()
    for party in ("operator", "witness"):
        room.commit(party)

    page = room.reveal("operator", nonce("other"))

    assert page.status_code == 409
    assert page.context["form"].errors["nonce"]
    assert not DrawParty.objects.exclude(nonce="").exists()
    assert not Entry.objects.filter(action="draws.revealed").exists()


@pytest.mark.rule("R-42")
def test_no_nonce_is_taken_while_a_commitment_is_missing(room):
    room.freeze()
    room.commit("operator")

    page = room.reveal("operator")

    assert page.status_code == 409
    assert not DrawParty.objects.exclude(nonce="").exists()


@pytest.mark.parametrize("text", ["", "abc", "g" * 64, "a" * 81])
def test_commitment_that_is_none_is_refused(room, text):
    room.freeze()

    page = room.clerk.post(room.at("draw-commit"), {"commitment": text})

    assert page.status_code in {409, 422}
    assert page.context["form"].errors["commitment"]
    assert not DrawParty.objects.exclude(commitment="").exists()


@pytest.mark.rule("R-42")
def test_parties_are_distinct_people_and_the_witness_is_of_supervision(room):
    colleague = UserFactory(bureau=room.bureau, role=Role.CLERK)

    answers = [
        room.set_up(witness=room.task.clerk.pk),
        room.set_up(witness=colleague.pk),
        room.set_up(third=room.witness_user.pk),
    ]

    assert [page.status_code for page in answers] == [422, 422, 409]
    assert not Draw.objects.exists()


@pytest.mark.rule("R-01")
@pytest.mark.parametrize("route", [Route.DIRECT, Route.OPEN_TENDER, Route.COMPARISON])
def test_route_that_forbids_a_draw_refuses_it_with_its_source(room, route):
    room.task.route = route
    room.task.save(update_fields=["route"])

    page = room.set_up()

    assert page.status_code == 409
    assert room.task.get_route_display() in page.content.decode()
    assert not Draw.objects.exists()


@pytest.mark.rule("R-16")
def test_thin_list_asks_for_a_yes_before_the_freeze():
    room = Room(firms=2)
    room.set_up()

    looked = room.clerk.post(room.at("draw-preview"), follow=True)
    refused = room.clerk.post(room.at("draw-freeze"))
    done = room.clerk.post(room.at("draw-freeze"), {"ratio_confirmed": "on"})

    assert looked.context["preview"]["is_thin"]
    assert (refused.status_code, done.status_code, room.draw.status) == (409, 302, DrawStatus.FROZEN)


def test_preview_names_the_one_rule_that_stands_in_the_way():
    room = Room(firms=3)
    FirmUndertaking.objects.all().delete()
    room.set_up()

    preview = room.clerk.post(room.at("draw-preview"), follow=True).context["preview"]

    assert (preview["eligible"], preview["pool"], preview["short"]) == (0, 3, ["第三方机构"])
    assert [str(words) for words in preview["blockers"]] == [str(reason_words("no_undertaking"))]
    assert [(row["code"], row["people"], row["left"]) for row in preview["rules"]] == [("no_undertaking", 3, 0)]


def test_wall_renews_itself_only_when_something_changed(room):
    room.freeze()
    address = room.at("draw-live")
    page = room.witness.get(room.at("draw"))
    stamp, turn = page.context["stamp"], page.context["turn"]

    same = room.witness.get(address, {"stamp": stamp, "turn": turn})
    room.commit("operator")
    piece = room.witness.get(address, {"stamp": stamp, "turn": turn})
    room.commit("witness")
    whole = room.witness.get(address, {"stamp": piece.context["stamp"], "turn": turn})

    assert (turn, same.status_code, same.content) == ("commit", 204, b"")
    assert (piece.status_code, b'id="room"' in piece.content, "HX-Refresh" in piece.headers) == (200, True, False)
    assert whole.headers["HX-Refresh"] == "true"


def test_page_never_holds_a_nonce_before_all_are_shown(room):
    room.freeze()
    for party in ("operator", "witness"):
        room.commit(party)
    room.reveal("operator")

    page = room.witness.get(room.at("draw")).content.decode()

    assert nonce("witness") not in page
    assert room.draw.parties.get(role="WITNESS").nonce == ""


@pytest.mark.rule("R-62")
def test_void_attempt_stays_visible_and_the_next_one_counts_two(room):
    room.freeze()
    for party in ("operator", "witness"):
        room.commit(party)
    room.reveal("operator")
    first = Draw.objects.get()
    assert room.clerk.post(room.at("draw-void"), {"role": "WITNESS"}).status_code == 409
    with clock.standing_at(NOW + timedelta(minutes=31)):
        assert room.clerk.post(room.at("draw-void"), {"role": "OPERATOR"}).status_code == 409
        room.clerk.post(room.at("draw-void"), {"role": "WITNESS"})
    first.refresh_from_db()
    page = room.clerk.get(reverse("pages:draw", args=[first.number]))
    assert room.set_up().status_code == 409
    set_up = room.clerk.get(reverse("pages:draw-firm", args=[room.task.number]))
    assert (set_up.context["former"], set_up.context["attempt"]) == (first, 2)
    other = UserFactory(bureau=room.bureau, role=Role.SUPERVISOR)
    assert room.set_up(witness=other.pk, **LOTTERY).status_code == 302
    second = Draw.objects.exclude(pk=first.pk).get()
    later = room.clerk.get(reverse("pages:draw", args=[second.number]))

    assert (first.status, first.void_ground, first.void_role) == (DrawStatus.VOID, "refused_reveal", "WITNESS")
    assert page.context["again_url"]
    assert (second.attempt, [row.pk for row, _why in later.context["earlier"]]) == (2, [first.pk])


LOTTERY = {
    "profile": "O", "source_kind_1": "LOTTERY", "source_name_1": "双色球 2020052 期",
    "source_at_1": "2020-06-01T21:15", "source_kind_2": "BEACON", "source_name_2": "drand 100 轮",
    "source_at_2": "2020-06-01T22:00",
}  # fmt: skip
KNOWN = datetime(2020, 6, 1, 13, 15, tzinfo=UTC)


def outside_room():
    room = Room()
    assert room.set_up(**LOTTERY).status_code == 302
    room.clerk.post(room.at("draw-freeze"))
    for step in (room.commit, room.reveal):
        for party in ("operator", "witness"):
            step(party)
    return room


@pytest.mark.rule("R-63")
def test_public_value_is_typed_by_one_confirmed_by_another_and_corrected_on_the_pages(tmp_path):
    room = outside_room()
    value, confirm = room.at("draw-value"), room.at("draw-value-confirm")
    waits = room.witness.get(room.at("draw"))
    assert (room.draw.status, waits.context["turn"]) == (DrawStatus.REVEALED, "type")
    assert "双色球 2020052 期" in waits.content.decode()
    assert room.clerk.post(value, {"numbers": "2 5", "words": "公告"}).status_code == 409  # not known yet
    with clock.standing_at(KNOWN):
        assert room.clerk.post(value, {"numbers": "2 5", "words": ""}).status_code == 422
        assert room.clerk.post(value, {"numbers": "2 5", "words": "公告"}).status_code == 302
        assert [client.get(room.at("draw")).context["turn"] for client in (room.clerk, room.witness)] == ["", "confirm"]
        assert room.clerk.post(confirm, {"numbers": "2 5", "words": "公告"}).status_code == 403
        assert room.witness.post(confirm, {"numbers": "2 6", "words": "公告"}).status_code == 409
        assert room.witness.post(confirm, {"numbers": "02，5", "words": "公告"}).status_code == 302
        made = room.draw
        assert made.status == DrawStatus.DRAWN
        page = room.clerk.get(room.at("draw"))
        assert page.context["correct_url"] == value
        room.clerk.post(value, {"numbers": "3 5", "words": "公告"})
        assert room.witness.post(confirm, {"numbers": "3 5", "words": "公告"}).status_code == 302
        paper = room.clerk.get(room.at("draw-paper"))
        shown = room.witness.get(room.at("draw")).content.decode()

    file = tmp_path / "record.json"
    file.write_bytes(room.clerk.get(room.at("draw-record")).content)
    done = subprocess.run([sys.executable, str(VERIFIER), str(file)], capture_output=True, text=True, check=False)
    assert (done.returncode, room.draw.record["parts"][-1]["value"]) == (0, ["3", "5"])
    assert paper.content[:5] == b"%PDF-"
    assert "误读，已更正" in shown


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"source_name_1": ""}, "source_name_1"),
        ({"source_at_1": ""}, "source_at_1"),
        ({"source_kind_1": "", "source_name_1": "", "source_at_1": ""}, "source_kind_1"),
        ({"profile": "I"}, "source_kind_1"),
        ({"source_at_2": ""}, "source_at_2"),
    ],
)
def test_half_a_public_value_is_sent_back_beside_its_field(room, change, field):
    page = room.set_up(**LOTTERY | change)

    assert page.status_code == 422
    assert field in page.context["form"].errors
    assert not Draw.objects.exists()


def test_value_that_is_not_to_be_had_is_said_by_two_and_the_fall_back_is_asked_for():
    room = outside_room()
    none = {"words": "停售公告", "is_unavailable": "on"}
    with clock.standing_at(KNOWN):
        room.clerk.post(room.at("draw-value"), none)
        room.witness.post(room.at("draw-value-confirm"), none)
        form = room.clerk.get(room.at("draw-value")).context["form"]
        page = room.clerk.get(room.at("draw"))

    assert set(form.fields) == {"beacon_round", "beacon_value", "words"}
    assert page.context["asked"].name == "drand 100 轮"


@pytest.mark.rule("R-62")
def test_who_opens_an_overdue_draw_sees_it_void(room):
    room.freeze()
    room.commit("operator")

    with clock.standing_at(NOW + timedelta(hours=24, seconds=1)):
        live = room.witness.get(room.at("draw-live"), {"stamp": "FROZEN-1", "turn": "commit"})
        page = room.clerk.get(room.at("draw"))

    assert (room.draw.status, room.draw.void_ground) == (DrawStatus.VOID, "missing_commitment")
    assert live.headers["HX-Refresh"] == "true"
    assert page.context["again_url"]
    assert Entry.objects.filter(action="draws.void", actor_kind="system").count() == 1


def test_list_that_ran_out_is_widened_from_its_room(room):
    room.set_up(widening_1="assessed_low", widening_2="same_unit")
    head = UserFactory(bureau=room.bureau, role=Role.SECTION_HEAD)
    FirmUndertaking.objects.all().delete()
    page = room.clerk.get(room.at("draw"))
    assert page.context["widen_url"] == room.at("draw-widen")
    assert room.clerk.post(room.at("draw-widen"), {"reason": ""}).status_code == 422

    assert room.clerk.post(room.at("draw-widen"), {"reason": "名单用尽"}).status_code == 302

    approval = Approval.objects.get()
    assert room.clerk.get(room.at("draw")).context["widen_url"] == ""
    assert signed_in(head).post(reverse("pages:approval-agree", args=[approval.pk]), {}).status_code == 302
    assert room.draw.approved_steps == 1
    assert room.witness.post(room.at("draw-widen"), {"reason": "x"}).status_code == 403


def test_fault_is_noted_and_a_new_attempt_ordered_by_head_and_witness_in_the_room(room):
    left_out = ready_firm(room.bureau)
    FirmUndertaking.objects.filter(firm=left_out).delete()
    room.run()
    head = signed_in(UserFactory(bureau=room.bureau, role=Role.SECTION_HEAD))
    given = {"party": left_out.pk, "words": "承诺书已交，漏登"}
    assert room.clerk.get(room.at("draw")).context["fault_url"] == room.at("draw-fault")
    listed = room.draw.entries.first().firm
    assert room.clerk.post(room.at("draw-fault"), {**given, "party": listed.pk}).status_code == 422

    assert room.clerk.post(room.at("draw-fault"), given).status_code == 302
    fault = room.draw.faults.get()
    order = reverse("pages:draw-order-again", args=[fault.pk])
    assert order in head.get(room.at("draw")).content.decode()
    assert room.clerk.post(order).status_code == 403
    assert [client.post(order).status_code for client in (room.witness, head)] == [302, 302]

    page = room.clerk.get(room.at("draw"))
    assert (room.draw.status, room.draw.void_ground) == (DrawStatus.VOID, "ordered_again")
    assert page.context["again_url"]
    assert signed_in(UserFactory(role=Role.SECTION_HEAD)).get(order).status_code == 404


@pytest.mark.edge("E17")
def test_browser_back_after_the_draw_shows_the_draw_and_changes_nothing(room):
    draw = room.run()

    back = [room.clerk.post(room.at(page)).status_code for page in ("draw-preview", "draw-freeze")]
    page = room.clerk.get(room.at("draw"))

    assert back == [409, 409]
    assert "no-store" in page.headers["Cache-Control"]
    assert (room.draw.record, room.draw.commitment) == (draw.record, draw.commitment)


def test_next_of_the_same_order_is_called_when_the_firm_declined(room):
    draw = room.run()
    first = Assignment.objects.get(draw=draw)
    Assignment.objects.filter(pk=first.pk).update(status=AssignmentStatus.DECLINED)
    room.task.refresh_from_db()
    room.task.status = "PLANNED"
    room.task.save(update_fields=["status"])

    page = room.clerk.get(room.at("draw"))
    done = room.clerk.post(room.at("draw-replace"))

    made = Assignment.objects.exclude(pk=first.pk).get(draw=draw)
    assert (page.context["turn"], done.status_code) == ("replace", 302)
    assert (made.origin, made.position, made.replaces_id) == (Origin.REPLACEMENT, 2, first.pk)


@pytest.mark.parametrize("role", [Role.FIRM_ADMIN, Role.EXPERT, Role.UNIT, Role.ADMINISTRATOR])
def test_outsiders_enter_no_room(room, role):
    room.freeze()
    client = signed_in(UserFactory(bureau=room.bureau, role=role))

    answers = {client.get(room.at(page)).status_code for page in ("draw", "draw-live", "draw-slip", "draw-commit")}
    answers |= {client.get(reverse("pages:draws")).status_code}

    assert answers == {403}


def test_drawn_firm_stays_outside(room):
    draw = room.run()
    user = firm_user(Assignment.objects.get(draw=draw).firm)

    assert signed_in(user).get(room.at("draw")).status_code == 403


@pytest.mark.parametrize("page", ["draw-preview", "draw-freeze", "draw-void", "draw-replace"])
def test_only_who_runs_draws_prepares_and_ends_them(room, page):
    room.set_up()
    head = signed_in(UserFactory(bureau=room.bureau, role=Role.SECTION_HEAD))

    assert [client.post(room.at(page)).status_code for client in (head, room.witness)] == [403, 403]
    assert room.draw.status == DrawStatus.CONFIGURED


@pytest.mark.parametrize(("page", "field"), [("draw-commit", "commitment"), ("draw-reveal", "nonce")])
def test_colleague_who_is_no_party_plays_no_part(room, page, field):
    room.freeze()
    colleague = signed_in(UserFactory(bureau=room.bureau, role=Role.CLERK))

    assert colleague.post(room.at(page), {field: "0" * 64}).status_code == 403
    assert not DrawParty.objects.exclude(commitment="").exists()


def test_other_bureau_sees_no_draw(room):
    room.freeze()
    foreign = signed_in(UserFactory(role=Role.CLERK))

    assert {foreign.get(room.at(page)).status_code for page in ("draw", "draw-live", "draw-slip")} == {404}
    assert not foreign.get(reverse("pages:draws")).context["object_list"]


def test_stranger_finds_the_commitment_alone_before_publication(room):
    draw = room.run()

    page = Client().get(reverse("pages:public-draws")).content.decode()

    assert draw.commitment in page
    assert not [word for word in (draw.seed, draw.task.title, draw.task.unit.organisation.name) if word in page]
    assert Client().get(room.at("draw")).status_code == 302


def test_papers_are_there_when_there_is_something_to_print(room):
    room.set_up()
    early = [room.clerk.get(room.at(page)).status_code for page in ("draw-slip", "draw-paper", "draw-record")]
    room.clerk.post(room.at("draw-freeze"))
    slip = room.clerk.get(room.at("draw-slip"))
    for step in (room.commit, room.reveal):
        for party in ("operator", "witness"):
            step(party)
    paper = room.clerk.get(room.at("draw-paper"))

    assert early == [404, 404, 404]
    assert [page.content[:5] for page in (slip, paper)] == [b"%PDF-", b"%PDF-"]


@pytest.mark.parametrize("count", [1, 3, 60])
def test_list_costs_at_most_eight_queries(count):
    user = UserFactory(role=Role.CLERK)
    task = TaskFactory(plan__bureau=user.bureau)
    facts = {"task": None, "bureau": user.bureau, "created_by": user, "status": DrawStatus.VOID}
    DrawFactory.create_batch(count, re_review=ReReviewFactory(evaluation=task), **facts)
    client, address = signed_in(user), reverse("pages:draws")
    client.get(address)

    with CaptureQueriesContext(connection) as seen:
        page = client.get(address)

    assert len(page.context["object_list"]) == min(count, 50)
    assert len(seen) <= 8


def ready_panel(review, nodes, experts=12):
    for index in range(experts):
        expert = ExpertFactory(bureau=review.bureau, admitted_on=datetime(2020, 1, 1, tzinfo=UTC).date())
        ExpertUndertaking.objects.create(expert=expert, year=2020, text_version="1", accepted_on=TODAY)
        ExpertSpecialty.objects.create(expert=expert, node=nodes[index % len(nodes)], is_main=True)


@pytest.fixture
def panel():
    review = ReReviewFactory()
    nodes = [
        Node.objects.create(bureau=review.bureau, tree=TreeKind.SPECIALTY, level=1, code=code, name=name, path=code)
        for code, name in (("01", "财务"), ("02", "污水"))
    ]
    ready_panel(review, nodes)
    return review, nodes


def test_panel_is_set_up_by_fields_and_names_nobody_on_the_wall(panel):
    review, nodes = panel
    clerk = signed_in(review.evaluation.clerk)
    witness = UserFactory(bureau=review.bureau, role=Role.SUPERVISOR)
    lines = {"node_1": nodes[0].pk, "count_1": 2, "node_2": nodes[1].pk, "count_2": 1}
    people = {"witness": witness.pk, "algorithm": "gongping-1", "profile": "I"}

    done = clerk.post(reverse("pages:draw-panel", args=[review.pk]), lines | people)
    draw = Draw.objects.get()
    draw = services.freeze(draw=draw, by=review.evaluation.clerk, at=NOW)
    for user, party in ((review.evaluation.clerk, "operator"), (witness, "witness")):
        value = pure.commitment(draw.commitment, party, nonce(party))
        draw = services.commit(draw=draw, commitment=value, by=user, at=NOW)
    for user, party in ((review.evaluation.clerk, "operator"), (witness, "witness")):
        draw = services.reveal(draw=draw, nonce=nonce(party), by=user, at=NOW)
    page = clerk.get(reverse("pages:draw", args=[draw.number])).content.decode()

    assert done.status_code == 302
    assert [(seat["name"], seat["count"]) for seat in draw.seats] == [("财务", 2), ("污水", 1)]
    for seat in Assignment.objects.filter(draw=draw).select_related("expert__person"):
        assert seat.expert.person.name not in page
        assert f">{seat.expert.number}<" not in page


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"count_1": 5}, 409),
        ({"count_2": ""}, 422),
        ({"node_2": "same"}, 422),
        ({"witness": ""}, 422),
        ({"node_1": "999999"}, 422),
    ],
)
def test_seats_that_make_no_sense_are_refused(panel, change, status):
    review, nodes = panel
    witness = UserFactory(bureau=review.bureau, role=Role.SUPERVISOR)
    data = {
        "node_1": nodes[0].pk, "count_1": 2, "node_2": nodes[1].pk, "count_2": 1, "witness": witness.pk,
        "algorithm": "gongping-1", "profile": "I",
    } | {key: nodes[0].pk if value == "same" else value for key, value in change.items()}  # fmt: skip

    page = signed_in(review.evaluation.clerk).post(reverse("pages:draw-panel", args=[review.pk]), data)

    assert page.status_code == status
    assert not Draw.objects.exists()


def test_explorer_says_who_is_out_by_which_rule_and_narrows_to_it(room):
    out = ready_firm(room.bureau)
    FirmUndertaking.objects.filter(firm=out).delete()
    address = reverse("pages:eligibility-firm", args=[room.task.number])

    page = room.clerk.get(address)
    narrowed = room.clerk.get(address, {"rule": "no_undertaking"})
    nonsense = room.clerk.get(address, {"rule": "x", "state": "y", "page": "-1", "on": "never"})

    assert (page.context["eligible"], page.context["pool"]) == (4, 5)
    assert [(row.code, row.people, row.alone, row.left) for row, *_more in page.context["rules"]] == [
        ("no_undertaking", 1, 1, 4)
    ]
    assert [line.number for line in narrowed.context["lines"]] == [out.number]
    assert (nonsense.status_code, nonsense.context["shown"]) == (200, 5)


def test_explorer_names_the_one_rule_that_blocks_when_too_few_remain(room):
    firms = list(Firm.objects.filter(bureau=room.bureau).order_by("pk"))
    address = reverse("pages:eligibility-firm", args=[room.task.number])
    FirmUndertaking.objects.filter(firm__in=firms[:2]).delete()
    LeadEvaluator.objects.filter(firm=firms[0]).delete()

    thin = room.clerk.get(address).context
    FirmUndertaking.objects.all().delete()
    none = room.clerk.get(address)
    LeadEvaluator.objects.all().delete()
    several = room.clerk.get(address).context

    assert (thin["supply"].eligible, thin["supply"].needed, thin["supply"].wanted) == (2, 1, 3)
    assert (thin["supply"].is_thin, thin["supply"].is_short) == (True, False)
    assert thin["supply"].blockers == ("no_undertaking",)
    assert (none.context["supply"].is_short, none.context["supply"].blockers) == (True, ("no_undertaking",))
    assert "人选不足" in none.content.decode()
    assert (several["supply"].is_short, several["supply"].blockers) == (True, ())


@pytest.mark.parametrize("experts", [2, 12])
def test_explorer_costs_the_same_for_many(panel, experts):
    review, nodes = panel
    ready_panel(review, nodes, experts)
    client, address = signed_in(review.evaluation.clerk), reverse("pages:eligibility-panel", args=[review.pk])
    client.get(address)

    with CaptureQueriesContext(connection) as few:
        client.get(address)
    ready_panel(review, nodes, 5)
    with CaptureQueriesContext(connection) as many:
        client.get(address)

    assert len(few) == len(many)
