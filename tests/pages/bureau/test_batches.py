"""The pages of batches: prepare, look, name, freeze, both nonces, approval, telling, the record; who may, and who not."""

import json
import subprocess
import sys
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pypdf import PdfReader

from assignments import draw as pure
from assignments.enums import BatchStatus, DeclineReason
from assignments.models import Assignment, AssignmentBatch, BatchPair
from assignments.selectors.batches import tasks_of
from assignments.services import assignments as life
from assignments.services import batches
from assignments.verify_draw import verify
from disclosure.models import Publication
from experts.models import ExpertSpecialty, ExpertUndertaking
from foundation.accounts.enums import Role
from foundation.approvals.selectors import running
from foundation.approvals.services import agree, give_back
from foundation.core import clock
from foundation.taxonomy.enums import TreeKind
from foundation.taxonomy.models import Node
from tests.factories.assigned import (
    NOW,
    TODAY,
    agreed_pairs,
    batch_office,
    drawn,
    finish,
    one_unit_office,
    pool_expert,
    prepared,
    seated,
    solved,
)
from tests.factories.draws import nonce
from tests.factories.foundation import RuleSetFactory, RuleValueFactory, UserFactory

pytestmark = pytest.mark.django_db
VERIFIER = Path(__file__).parents[3] / "assignments" / "verify_draw.py"
STEPS = ["look", "freeze", "commit", "reveal", "submit", "notify", "replace", "void"]


@pytest.fixture(autouse=True)
def _in_2020():
    with clock.standing_at(NOW):
        yield


@pytest.fixture
def desk():
    return batch_office()


def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


def at(name, batch, *more):
    return reverse(f"pages:{name}", args=[batch.number, *more])


def shown(client, batch):
    response = client.get(at("batch", batch))
    assert response.status_code == 200
    return response.content.decode()


def test_batch_runs_from_page_to_page_to_a_record_that_verifies(desk, tmp_path):
    clerk, witness = signed_in(desk.clerk), signed_in(desk.witness)
    form = clerk.get(reverse("pages:batch-new")).content.decode()
    assert all(review.number in form for review in desk.reviews)
    given = {
        "title": "全年复评",
        "re_reviews": [review.pk for review in desk.reviews],
        "node": desk.node.pk,
        "witness": desk.witness.pk,
        "profile": "I",
    }
    response = clerk.post(reverse("pages:batch-new"), given)
    batch = AssignmentBatch.objects.get()
    assert response["Location"] == at("batch", batch)

    assert at("batch-freeze", batch) not in shown(clerk, batch)
    clerk.post(at("batch-look", batch))
    page = shown(clerk, batch)
    assert at("batch-freeze", batch) in page
    assert sum(expert.person.name in page for expert in desk.experts) >= 6  # six seats
    clerk.post(at("batch-freeze", batch))
    batch.refresh_from_db()
    assert batch.commitment in shown(witness, batch)
    for role, client in (("operator", clerk), ("witness", witness)):
        assert batch.commitment in client.get(at("batch-commit", batch)).content.decode()
        client.post(at("batch-commit", batch), {"commitment": pure.commitment(batch.commitment, role, nonce(role))})
    for role, client in (("operator", clerk), ("witness", witness)):
        assert client.get(at("batch-reveal", batch)).status_code == 200
        client.post(at("batch-reveal", batch), {"nonce": nonce(role)})
    batch.refresh_from_db()
    assert batch.status == BatchStatus.DRAWN
    clerk.post(at("batch-submit", batch))
    approval = running("BATCH", batch)
    head = signed_in(desk.people["head"])
    page = head.get(reverse("pages:approval", args=[approval.pk])).content.decode()
    assert at("batch", batch) in page
    for who in ("head", "leader"):
        agree(approval=approval, by=desk.people[who], on=TODAY)
    clerk.post(at("batch-notify", batch))

    batch.refresh_from_db()
    assert (batch.status, Assignment.objects.filter(status="NOTIFIED").count()) == (BatchStatus.SENT, 6)
    page = shown(clerk, batch)
    assert all(row.expert.person.name in page for row in Assignment.objects.all())
    record = clerk.get(at("batch-record", batch))
    path = tmp_path / "record.json"
    path.write_bytes(record.content)
    answer = subprocess.run([sys.executable, str(VERIFIER), str(path)], capture_output=True, text=True, check=False)
    assert (answer.returncode, answer.stdout[:2]) == (0, "OK"), answer.stdout
    assert json.loads(record.content)["about"]["number"] == batch.number


def test_expert_is_named_and_the_naming_is_taken_back(desk):
    clerk, batch = signed_in(desk.clerk), prepared(desk)
    expert = desk.experts[0]
    assert expert.person.name in clerk.get(at("batch-pair", batch, 1)).content.decode()

    clerk.post(at("batch-pair", batch, 1), {"expert": expert.pk, "kind": "PIN", "reason": "熟悉工艺"})
    pair = BatchPair.objects.get()
    assert (pair.task.place, pair.reason) == (1, "熟悉工艺")
    assert "熟悉工艺" in shown(clerk, batch)
    assert at("batch-submit-pairs", batch) in shown(clerk, batch)
    assert clerk.post(at("batch-pair", batch, 9), {}).status_code == 404
    twice = clerk.post(at("batch-pair", batch, 1), {"expert": expert.pk, "kind": "FORBID", "reason": "熟"})
    assert twice.status_code == 409
    assert clerk.post(at("batch-pair-drop", batch, pair.pk)).status_code == 302
    assert clerk.post(at("batch-pair-drop", batch, pair.pk)).status_code == 404
    assert "熟悉工艺" not in shown(clerk, batch)


def test_naming_is_submitted_from_the_page_which_offers_the_freeze_once_it_is_agreed(desk):
    clerk, batch = signed_in(desk.clerk), prepared(desk)
    clerk.post(at("batch-pair", batch, 1), {"expert": desk.experts[0].pk, "kind": "PIN", "reason": "熟悉工艺"})
    clerk.post(at("batch-look", batch))
    assert at("batch-freeze", batch) not in shown(clerk, batch)

    assert clerk.post(at("batch-submit-pairs", batch)).status_code == 302

    approval = running("NAMING", batch)
    assert reverse("pages:approval", args=[approval.pk]) in shown(clerk, batch)
    assert at("batch-submit-pairs", batch) not in shown(clerk, batch)
    assert clerk.post(at("batch-freeze", batch)).status_code == 409
    give_back(approval=approval, by=desk.people["head"], on=TODAY, words="理由不足")
    assert "理由不足" in shown(clerk, batch)
    agreed_pairs(desk, batch)
    assert at("batch-freeze", batch) in shown(clerk, batch)


def test_field_of_one_re_review_is_changed(desk):
    clerk, batch = signed_in(desk.clerk), prepared(desk)
    other = Node.objects.create(bureau=desk.bureau, tree=TreeKind.SPECIALTY, level=1, code="02", name="污水", path="02")
    assert clerk.get(at("batch-field", batch, 0)).status_code == 200

    clerk.post(at("batch-field", batch, 0), {"node": other.pk})

    assert [task.node for task in tasks_of(batch)] == [other, desk.node]


@pytest.mark.parametrize(("language", "words"), [("zh-hans", "缺 "), ("en", "missing")])
def test_page_says_why_the_seats_cannot_be_filled(language, words):
    desk = batch_office(experts=5)
    batch = solved(desk, prepared(desk), freezes=True)

    client = signed_in(desk.clerk)
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    page = shown(client, batch)

    assert words in page
    assert at("batch-freeze", batch) not in page


@pytest.mark.rule("R-17")
def test_page_tells_what_it_costs_to_keep_the_re_reviews_of_a_unit_apart():
    desk = one_unit_office()
    batch = solved(desk, prepared(desk), freezes=False)

    page = shown(signed_in(desk.clerk), batch)

    assert "互斥代价" in page
    assert f"每席预期匹配度减少 {batch.solved['apart_cost'] / 6_000_000:.3f}" in page


@pytest.mark.rule("R-17")
def test_page_says_where_it_costs_nothing_to_keep_the_re_reviews_of_a_unit_apart():
    desk = one_unit_office()
    ExpertSpecialty.objects.update(node=desk.node)
    batch = solved(desk, prepared(desk), freezes=False)

    assert batch.solved["apart_cost"] == 0
    assert "预期匹配度不受影响" in shown(signed_in(desk.clerk), batch)


def test_page_names_the_rule_of_eligibility_that_would_do_and_offers_no_way_to_lift_it(desk):
    for expert in desk.experts[2:]:
        ExpertUndertaking.objects.filter(expert=expert).delete()
    batch = solved(desk, prepared(desk), freezes=True)

    page = shown(signed_in(desk.clerk), batch)

    assert "只要这一条资格规则不排除人员，全部席位即可坐满：未签订本年度承诺书。" in page
    assert at("batch-freeze", batch) not in page


@pytest.mark.rule("R-21")
def test_page_warns_which_re_reviews_meet_too_late_to_be_drawn_today_until_the_batch_is_frozen(desk):
    late, soon = desk.reviews
    for review, days in ((late, 20), (soon, 1)):
        review.meets_on = TODAY + timedelta(days=days)
        review.save()
    batch = prepared(desk)
    client = signed_in(desk.clerk)

    page = shown(client, batch)

    assert f"1 项复评的会期距今超过 2 个工作日：{late.number}。" in page
    assert "财库〔2016〕198号（R-21）" in page
    assert "会期距今超过" not in shown(client, drawn(desk, batch))


def test_page_renews_itself_only_while_the_job_runs(desk):
    clerk, batch = signed_in(desk.clerk), prepared(desk)
    assert 'http-equiv="refresh"' not in shown(clerk, batch)

    AssignmentBatch.objects.filter(pk=batch.pk).update(status=BatchStatus.SOLVING, surveyed=1)

    assert 'http-equiv="refresh"' in shown(clerk, batch)
    assert at("batch-look", batch) in shown(clerk, batch)


def test_void_batch_says_why_and_the_next_one_leads_to_it(desk):
    clerk, batch = signed_in(desk.clerk), prepared(desk)

    response = clerk.post(at("batch-void", batch), {"role": "", "words": "改期"})

    assert response.status_code == 302
    assert "改期" in shown(clerk, batch)
    assert at("batch", batch) in shown(clerk, prepared(desk))


def test_batch_that_was_given_back_can_be_submitted_again(desk):
    clerk, batch = signed_in(desk.clerk), drawn(desk, prepared(desk))
    approval = batches.submit_batch(batch=batch, by=desk.clerk, on=TODAY)
    assert at("batch-submit", batch) not in shown(clerk, batch)

    give_back(approval=approval, by=desk.people["head"], on=TODAY, words="请说明")

    assert at("batch-submit", batch) in shown(clerk, batch)


def test_empty_seat_is_called_for(desk):
    clerk, batch = signed_in(desk.clerk), drawn(desk, prepared(desk))
    batches.submit_batch(batch=batch, by=desk.clerk, on=TODAY)
    for who in ("head", "leader"):
        agree(approval=running("BATCH", batch), by=desk.people[who], on=TODAY)
    assert at("batch-replace", batch) not in shown(clerk, batch)
    Assignment.objects.filter(pk=Assignment.objects.first().pk).update(status="NO_ANSWER")
    assert at("batch-replace", batch) in shown(clerk, batch)

    assert clerk.post(at("batch-replace", batch)).status_code == 302

    assert Assignment.objects.exclude(status="NO_ANSWER").count() == 6
    assert at("batch-replace", batch) not in shown(clerk, batch)


def test_who_comes_in_after_the_telling_is_told_from_the_same_page(desk):
    clerk, batch = signed_in(desk.clerk), seated(desk, prepared(desk))
    clerk.post(at("batch-notify", batch))
    assert at("batch-notify", batch) not in shown(clerk, batch)
    Assignment.objects.filter(pk=Assignment.objects.first().pk).update(status="NO_ANSWER")
    clerk.post(at("batch-replace", batch))
    assert at("batch-notify", batch) in shown(clerk, batch)

    clerk.post(at("batch-notify", batch))

    assert not Assignment.objects.filter(status="DRAWN").exists()
    assert at("batch-notify", batch) not in shown(clerk, batch)


def test_record_is_missing_before_the_draw(desk):
    batch = solved(desk, prepared(desk), freezes=True)

    assert signed_in(desk.clerk).get(at("batch-record", batch)).status_code == 404


@pytest.mark.parametrize("step", STEPS)
def test_batch_looks_missing_to_another_bureau(desk, step):
    batch = drawn(desk, prepared(desk))
    stranger = UserFactory(roles=[Role.CLERK, Role.SECTION_HEAD, Role.SUPERVISOR])
    client = signed_in(stranger)

    assert client.get(at("batch", batch)).status_code == 404
    assert client.get(at("batch-record", batch)).status_code == 404
    assert client.post(at(f"batch-{step}", batch), {"words": "停"}).status_code == 404
    assert client.post(at("batch-field", batch, 0)).status_code == 404
    batch.refresh_from_db()
    assert batch.status == BatchStatus.DRAWN


def test_page_of_preparing_offers_nothing_of_another_bureau(desk):
    other = batch_office()

    page = signed_in(other.clerk).get(reverse("pages:batch-new")).content.decode()

    assert desk.reviews[0].evaluation.title not in page
    given = {"title": "批", "re_reviews": [desk.reviews[0].pk], "node": other.node.pk, "witness": other.witness.pk}
    assert signed_in(other.clerk).post(reverse("pages:batch-new"), given).status_code == 422
    assert not AssignmentBatch.objects.exists()


@pytest.mark.parametrize("role", [Role.EXPERT, Role.FIRM_ADMIN, Role.UNIT])
def test_outsider_sees_no_batch(desk, role):
    batch = prepared(desk)
    client = signed_in(UserFactory(bureau=desk.bureau, role=role))

    assert client.get(reverse("pages:batches")).status_code == 403
    assert client.get(at("batch", batch)).status_code in {403, 404}


def test_supervisor_reads_and_prepares_nothing(desk):
    batch = prepared(desk)
    client = signed_in(desk.witness)

    assert at("batch-look", batch) not in shown(client, batch)
    assert client.post(at("batch-look", batch)).status_code == 403
    assert client.get(reverse("pages:batch-new")).status_code == 403


def test_list_and_page_cost_the_same_with_more_rows():
    def cost(desk, count):
        batch = drawn(desk, prepared(desk))
        client = signed_in(desk.people["head"])
        found = []
        for address in (reverse("pages:batches"), at("batch", batch)):
            client.get(address)
            with CaptureQueriesContext(connection) as queries:
                assert client.get(address).status_code == 200
            found.append(len(queries))
        assert len(tasks_of(batch)) == count
        return found

    one, three = cost(batch_office(reviews=1), 1), cost(batch_office(reviews=3, experts=12), 3)

    assert one == three
    assert one[0] <= 8


def test_some_seats_of_a_re_review_are_for_a_second_field(desk):
    """Typed seats: two for one field, one for another; the record proves it without a solver."""
    clerk, batch = signed_in(desk.clerk), prepared(desk)
    other = Node.objects.create(bureau=desk.bureau, tree=TreeKind.SPECIALTY, level=1, code="02", name="污水", path="02")
    employers = [None, None, None]
    some = [pool_expert(desk.bureau, other, employer=employer) for employer in employers]
    refused = clerk.post(at("batch-field", batch, 0), {"node": desk.node.pk, "second": other.pk, "second_seats": 3})
    assert (refused.status_code, tasks_of(batch)[0].seats) == (409, [])

    clerk.post(at("batch-field", batch, 0), {"node": desk.node.pk, "second": other.pk, "second_seats": 1})

    assert "污水 × 1" in shown(clerk, batch)
    batch = drawn(desk, batch)
    sat = [batch.pool[number]["expert"] for number in batch.panels[0]]
    assert len(set(sat) & {row.pk for row in some}) == 1
    assert not {batch.pool[number]["expert"] for number in batch.panels[1]} & {row.pk for row in some}
    assert verify(json.dumps(batch.record))


def test_typed_seats_that_cross_a_chance_cap_are_refused_with_what_to_do(desk):
    clerk, batch = signed_in(desk.clerk), prepared(desk)
    other = Node.objects.create(bureau=desk.bureau, tree=TreeKind.SPECIALTY, level=1, code="02", name="污水", path="02")
    for expert in desk.experts[:4]:
        ExpertSpecialty.objects.create(expert=expert, node=other)
    clerk.post(at("batch-field", batch, 0), {"node": desk.node.pk, "second": other.pk, "second_seats": 1})

    batch = solved(desk, batch, freezes=True)

    assert (batch.status, batch.solved["status"]) == (BatchStatus.PREPARED, "infeasible")
    assert "R-48" in shown(clerk, batch)
    assert "docs/assignment.md" in shown(clerk, batch)
    rules = RuleSetFactory(bureau=desk.bureau)
    RuleValueFactory(rule_set=rules, key="batch_chance_permille", value=1000)
    batch = drawn(desk, batch)
    assert verify(json.dumps(batch.record))
    assert json.loads(batch.freeze_text)["certificate"]["kind"] == "program"


def test_batch_may_put_the_worst_fitted_re_review_first(desk):
    clerk, batch = signed_in(desk.clerk), prepared(desk)
    assert at("batch-floor", batch) in shown(clerk, batch)

    clerk.post(at("batch-floor", batch))

    batch.refresh_from_db()
    assert batch.evens_out
    batch = drawn(desk, batch)
    assert json.loads(batch.freeze_text)["problem"]["floor"] == "max-min"
    assert "下限：匹配度最低的一项复评" in shown(clerk, batch)
    assert verify(json.dumps(batch.record))


def test_parties_take_the_slip_and_note_the_receipt(desk):
    batch = solved(desk, prepared(desk), freezes=True)
    witness = signed_in(desk.witness)
    assert "未经外部见证" in shown(witness, batch)

    slip = witness.get(at("batch-slip", batch))
    witness.post(at("batch-receipt", batch), {"words": "纪委收执"})

    assert slip.content[:5] == b"%PDF-"
    assert "纪委收执" in shown(witness, batch)


def test_record_is_a_paper_with_the_address_of_this_very_record(desk):
    batch = seated(desk, prepared(desk))
    head = signed_in(desk.people["head"])

    head.post(at("publish-batch", batch))
    paper = head.get(at("batch-paper", batch))

    row = Publication.objects.get()
    text = "".join(page.extract_text() for page in PdfReader(BytesIO(paper.content)).pages)
    assert row.slug in text
    assert batch.commitment in text.replace("\n", "")
    assert all(review.evaluation.title in text.replace("\n", "") for review in desk.reviews)
    assert not [expert for expert in desk.experts if expert.person.name in text]
    assert at("publish-batch", batch) not in shown(head, batch)


def test_batch_is_among_what_is_ready_to_publish_and_names_are_opened_from_its_page(desk):
    batch = seated(desk, prepared(desk))
    head = signed_in(desk.people["head"])
    assert at("publish-batch", batch) in head.get(reverse("pages:publications-ready")).content.decode()
    assert at("batch-names", batch) not in shown(head, batch)
    finish(desk)
    assert at("batch-names", batch) in shown(head, batch)

    head.post(at("batch-names", batch))

    assert at("batch-names", batch) not in shown(head, batch)
    batch.refresh_from_db()
    assert batch.record["openings"]


def test_section_head_and_witness_order_a_new_attempt_from_the_page(desk):
    batch = drawn(desk, prepared(desk))
    head, witness, clerk = (signed_in(user) for user in (desk.people["head"], desk.witness, desk.clerk))
    approval = batches.submit_batch(batch=batch, by=desk.clerk, on=TODAY)
    give_back(approval=approval, by=desk.people["head"], on=TODAY, words="领域有误")
    order = at("batch-order-again", batch)
    assert [order in shown(who, batch) for who in (head, witness, clerk)] == [True, True, False]
    assert clerk.post(order, {"words": "重来"}).status_code == 403

    assert head.post(order, {"words": "领域有误"}).status_code == 302
    assert order not in shown(head, batch)
    assert desk.people["head"].name in shown(witness, batch)
    assert witness.post(order, {"words": "同意"}).status_code == 302

    batch.refresh_from_db()
    assert batch.status == BatchStatus.VOID


@pytest.mark.rule("R-63")
def test_a_batch_with_a_public_value_by_its_pages(desk, tmp_path):
    clerk, witness = signed_in(desk.clerk), signed_in(desk.witness)
    given = {
        "title": "全年复评",
        "re_reviews": [review.pk for review in desk.reviews],
        "node": desk.node.pk,
        "witness": desk.witness.pk,
        "profile": "O",
    }
    incomplete = clerk.post(reverse("pages:batch-new"), given)
    assert incomplete.status_code == 422
    value = {"source_kind_1": "LOTTERY", "source_name_1": "双色球2020061期", "source_at_1": "2020-06-01T13:15"}
    clerk.post(reverse("pages:batch-new"), given | value)
    batch = AssignmentBatch.objects.get()
    assert "双色球2020061期" in shown(clerk, batch)
    clerk.post(at("batch-look", batch))
    clerk.post(at("batch-freeze", batch))
    batch.refresh_from_db()
    for role, client in (("operator", clerk), ("witness", witness)):
        client.post(at("batch-commit", batch), {"commitment": pure.commitment(batch.commitment, role, nonce(role))})
    for role, client in (("witness", witness), ("operator", clerk)):  # no turns
        client.post(at("batch-reveal", batch), {"nonce": nonce(role)})
    batch.refresh_from_db()
    assert batch.status == "REVEALED"
    assert at("batch-value", batch) in shown(clerk, batch)

    with clock.standing_at(batch.reveal_until + timedelta(hours=6)):
        typed = {"numbers": "7 3", "words": "中彩网公告"}
        assert clerk.post(at("batch-value", batch), typed).status_code == 302
        assert at("batch-value-confirm", batch) in shown(witness, batch)
        assert clerk.post(at("batch-value-confirm", batch), typed).status_code in {403, 409}
        assert witness.post(at("batch-value-confirm", batch), typed).status_code == 302

        batch.refresh_from_db()
        assert batch.status == "DRAWN"
        assert "中彩网公告" in shown(clerk, batch)
        assert at("batch-value", batch) in shown(witness, batch)  # to correct it
        paper = clerk.get(at("batch-paper", batch))
    text = "".join(page.extract_text() for page in PdfReader(BytesIO(paper.content)).pages).replace("\n", "")
    assert "双色球2020061期" in text
    target = tmp_path / "record.json"
    target.write_text(json.dumps(batch.record), encoding="utf-8")
    run = subprocess.run([sys.executable, str(VERIFIER), str(target)], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout


def test_share_of_an_employer_is_limited_by_its_page(desk):
    batch = prepared(desk)
    clerk = signed_in(desk.clerk)
    assert at("batch-quota", batch) in shown(clerk, batch)

    assert clerk.post(at("batch-quota", batch), {"employer_quota": "0"}).status_code == 422
    assert clerk.post(at("batch-quota", batch), {"employer_quota": "2"}).status_code == 302

    batch.refresh_from_db()
    assert batch.employer_quota == 2
    assert "同一单位在整个批次中" in shown(clerk, batch)


def test_each_pair_opens_to_the_parts_of_its_fit(desk):
    clerk, batch = signed_in(desk.clerk), prepared(desk)
    page = reverse("pages:batch-candidates", args=[batch.number, 0])
    assert clerk.get(page).status_code == 200
    batch = solved(desk, batch, freezes=True)

    text = clerk.get(page).content.decode()

    assert page in shown(clerk, batch)
    assert all(expert.person.name in text for expert in desk.experts)
    assert text.count(" %</td>") + text.count(" %") >= len(desk.experts)
    assert clerk.get(reverse("pages:batch-candidates", args=[batch.number, 9])).status_code == 404
    assert signed_in(batch_office().clerk).get(page).status_code == 404


def test_exhausted_list_is_widened_from_the_page_of_its_batch(desk):
    clerk, batch = signed_in(desk.clerk), seated(desk, prepared(desk))
    page = at("batch-widen", batch)
    assert page not in shown(clerk, batch)  # every seat is held
    gone = Assignment.objects.filter(batch=batch).order_by("pk")[0]
    batches.notify(batch=batch, by=desk.clerk, at=NOW)
    life.decline(assignment=gone, reason=DeclineReason.ILLNESS, words="病假", by=desk.clerk, at=NOW)
    assert page in shown(clerk, batch)
    assert page not in shown(signed_in(desk.people["head"]), batch)
    assert clerk.post(page, {"reason": "名单用尽"}).status_code == 409  # others with a chance are left
    ExpertUndertaking.objects.all().delete()

    assert clerk.post(page, {"reason": ""}).status_code == 422
    assert clerk.post(page, {"reason": "名单用尽"}).status_code == 302

    approval = running("WIDENING", batch)
    text = shown(clerk, batch)
    assert (page in text, "呈批中" in text) == (False, True)
    text = signed_in(desk.people["head"]).get(reverse("pages:approval", args=[approval.pk])).content.decode()
    assert all(words in text for words in (at("batch", batch), gone.re_review.number, "名单用尽", "名单放宽"))
    agree(approval=approval, by=desk.people["head"], on=TODAY)
    assert "已批准" in shown(clerk, batch)
    assert signed_in(desk.witness).post(page, {"reason": "x"}).status_code == 403
