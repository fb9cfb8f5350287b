"""Liftings, hand-overs, evidence and papers over the API: the same services, the same refusals."""

import io
from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pypdf import PdfReader

from appraisals.enums import SanctionKind, SanctionStatus
from appraisals.models import HandOver, LiftingApplication, Sanction, TalkRecord
from credit.models import CreditEvent
from foundation.approvals.models import Approval
from foundation.approvals.services import agree
from foundation.core import clock
from foundation.files.models import StoredFile
from foundation.papers.models import Paper
from tests.factories.assignments import ExpertFactory, expert_user, firm_user
from tests.factories.delivery import NOW
from tests.factories.disclosure import make_firm, office
from tests.factories.sanctions import DAY, TERM, decide, propose
from tests.foundation.files.test_uploads import pdf

pytestmark = pytest.mark.django_db
END = date(2021, 6, 20)  # six months after ``DAY``


@pytest.fixture
def people():
    return office()


@pytest.fixture
def expert(people):
    return ExpertFactory(bureau=people["bureau"])


def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


def posted(client, path, **given):
    return client.post(f"/api/v1/{path}", given, content_type="application/json")


def sent(client, path, key="", **given):
    return client.post(f"/api/v1/{path}", given, headers={"Idempotency-Key": key} if key else {})


def scan(name="扫描.pdf", words=""):
    return SimpleUploadedFile(name, pdf() + words.encode())


def printed(response):
    assert response.status_code == 200, response.content
    assert (response["Content-Type"], response["Cache-Control"]) == ("application/pdf", "private, no-store")
    return "".join(page.extract_text() for page in PdfReader(io.BytesIO(response.content)).pages)


def at(day):
    return clock.standing_at(NOW.replace(year=day.year, month=day.month, day=day.day))


@pytest.mark.rule("R-57")
def test_expert_applies_for_the_lifting_of_his_suspension_and_the_head_answers(people, expert):
    row = decide(people, propose(people, SanctionKind.SUSPENSION, expert=expert, months=6))
    own, clerk, head = (signed_in(user) for user in (expert_user(expert), people["clerk"], people["head"]))
    asked = {"sanction": row.pk, "words": "已学习，申请恢复", "accepts_undertaking": True}
    with at(END - timedelta(days=40)):
        early = posted(own, "liftings/", **asked)
    with at(END):
        silent = posted(own, "liftings/", **asked | {"accepts_undertaking": False})
        unproved = posted(clerk, "liftings/", **asked)
        stranger = posted(signed_in(expert_user(ExpertFactory(bureau=people["bureau"]))), "liftings/", **asked)
        made = posted(own, "liftings/", **asked)
        address = f"liftings/{made.json()['id']}/answer/"
        refused = posted(clerk, address, is_granted=True, words="同意")
        granted = posted(head, address, is_granted=True, words="同意恢复")
        again = posted(head, address, is_granted=False, words="再答")

    assert [(one.status_code, one.json()["code"]) for one in (early, silent, unproved)] == [
        (409, "lifting_too_early"), (409, "undertaking_missing"), (409, "scan_missing"),
    ]  # fmt: skip
    assert early.json()["facts"]["free_on"] == (END - timedelta(days=30)).isoformat()
    assert (stranger.status_code, list(stranger.json()["errors"])) == (400, ["sanction"])
    assert (made.status_code, made.json()["status"], "asked_by_name" in made.json()) == (201, "ASKED", False)
    assert (refused.status_code, granted.json()["status"], again.status_code) == (403, "GRANTED", 409)
    assert own.get("/api/v1/liftings/").json()["results"][0]["answer"] == "同意恢复"
    row.refresh_from_db()
    assert row.status == SanctionStatus.ENDED


@pytest.mark.rule("R-57")
def test_clerk_enters_an_experts_application_with_its_scan(people, expert):
    row = decide(people, propose(people, SanctionKind.SUSPENSION, expert=expert, months=6))
    with at(END):
        made = sent(
            signed_in(people["clerk"]),
            "liftings/",
            sanction=row.pk,
            words="申请",
            accepts_undertaking=True,
            file=scan(),
        )

    application = LiftingApplication.objects.get()
    assert (made.status_code, made.json()["is_on_behalf"]) == (201, True)
    assert made.json()["file"] == application.file_id
    assert signed_in(expert_user(expert)).get(f"/api/v1/files/{application.file_id}/").status_code == 200


def test_hand_over_goes_by_approval_and_letter(people):
    firm, clerk = make_firm(people["bureau"]), signed_in(people["clerk"])
    asked = {
        "firm": firm.pk, "addressee": "市公安局", "words": "伪造印章", "basis": "刑法第二百八十条",
        "evidence": ["报告原件", "印鉴卡"],
    }  # fmt: skip
    with at(DAY):
        both = posted(clerk, "hand-overs/", **asked, expert=ExpertFactory(bureau=people["bureau"]).pk)
        made = posted(clerk, "hand-overs/", **asked)
        address = f"hand-overs/{made.json()['id']}/"
        early = posted(clerk, f"{address}send/", way="HAND")
        draft = printed(clerk.get(f"/api/v1/{address}letter/"))
        approval = Approval.objects.get(subject_kind="appraisals.handover")
        agree(approval=approval, by=people["head"], on=DAY)
        agree(approval=approval, by=people["leader"], on=DAY)
        leader = posted(signed_in(people["leader"]), f"{address}send/", way="HAND")
        gone = sent(clerk, f"{address}send/", way="HAND", to="值班室", proof=scan("回执.pdf"))
        answer = {"outcome": "TAKEN_UP", "words": "已立案", "answered_on": DAY.isoformat()}
        answered = sent(clerk, f"{address}answer/", **answer, file=scan("复函.pdf"))

    assert (both.status_code, made.status_code, made.json()["evidence"]) == (400, 201, asked["evidence"])
    assert (early.status_code, early.json()["code"], leader.status_code) == (409, "wrong_state", 403)
    assert ("市公安局" in draft, "伪造印章" in draft, "印鉴卡" in draft) == (True, True, True)
    assert (gone.json()["status"], gone.json()["sent_on"]) == ("SENT", DAY.isoformat())
    assert Paper.objects.get(pk=gone.json()["paper"]).status == "ISSUED"
    assert clerk.get(f"/api/v1/{address}letter/").status_code == 404
    assert signed_in(firm_user(firm)).get("/api/v1/hand-overs/").status_code == 403
    assert HandOver.objects.count() == 1
    (told,) = clerk.get(f"/api/v1/{address}answers/").json()
    assert (answered.status_code, told["outcome"], told["words"]) == (200, "TAKEN_UP", "已立案")
    assert clerk.get(f"/api/v1/files/{told['file']}/").status_code == 200


def test_event_is_recorded_with_its_evidence_and_only_the_bureau_reads_that(people):
    firm, head = make_firm(people["bureau"]), signed_in(people["head"])
    given = {"code": "LATE_REPORT", "words": "迟交", "organisation": firm.organisation_id}
    with at(DAY):
        made = sent(head, "credit-events/", **given, evidence=[scan("一.pdf"), scan("二.pdf", "%2")])
        bad = sent(head, "credit-events/", **given, evidence=[SimpleUploadedFile("坏.exe", b"MZ")])

    assert (made.status_code, bad.status_code) == (201, 409)
    row = CreditEvent.objects.get()
    files = signed_in(people["clerk"]).get(f"/api/v1/credit-events/{row.pk}/evidence/").json()
    assert [file["original_name"] for file in files] == ["一.pdf", "二.pdf"]
    assert made.json()["evidence"] == files[0]["id"]
    own = signed_in(firm_user(firm))
    assert own.get(f"/api/v1/credit-events/{row.pk}/evidence/").status_code == 403
    assert own.get(f"/api/v1/files/{files[1]['id']}/").status_code == 404
    assert head.get(f"/api/v1/files/{files[1]['id']}/").status_code == 200


def test_evidence_is_added_to_an_event_that_stands(people):
    firm, head = make_firm(people["bureau"]), signed_in(people["head"])
    with at(DAY):
        made = sent(head, "credit-events/", code="LATE_REPORT", words="迟交", organisation=firm.organisation_id).json()
        address = f"credit-events/{made['id']}/"
        done = sent(head, f"{address}add-evidence/", shows="签收单", evidence=[scan("一.pdf"), scan("二.pdf", "%2")])
        empty = sent(head, f"{address}add-evidence/", shows="签收单")
        clerk = sent(signed_in(people["clerk"]), f"{address}add-evidence/", shows="签收单", evidence=[scan("三.pdf")])

    files = head.get(f"/api/v1/{address}evidence/").json()
    assert (done.status_code, empty.status_code, clerk.status_code) == (200, 400, 403)
    assert [file["original_name"] for file in files] == ["一.pdf", "二.pdf"]


def test_a_key_tells_two_forms_apart_by_every_file(people):
    firm, head = make_firm(people["bureau"]), signed_in(people["head"])
    given = {"code": "LATE_REPORT", "words": "迟交", "organisation": firm.organisation_id}
    with at(DAY):
        first = sent(head, "credit-events/", "k", **given, evidence=[scan("一.pdf", "%1"), scan("二.pdf")])
        again = sent(head, "credit-events/", "k", **given, evidence=[scan("一.pdf", "%1"), scan("二.pdf")])
        other = sent(head, "credit-events/", "k", **given, evidence=[scan("一.pdf", "%x"), scan("二.pdf")])

    assert (first.status_code, again.json()) == (201, first.json())
    assert (other.status_code, other.json()["code"]) == (409, "key_reused")
    assert (CreditEvent.objects.count(), StoredFile.objects.count()) == (1, 2)


@pytest.mark.rule("R-56")
def test_notice_is_looked_at_served_and_replied_to_on_paper(people):
    firm, clerk = make_firm(people["bureau"]), signed_in(people["clerk"])
    row = propose(people, SanctionKind.SUSPENSION, firm=firm, months=3, is_grave=True)
    address = f"sanctions/{row.pk}/"
    with at(DAY - TERM):
        draft = printed(clerk.get(f"/api/v1/{address}papers/SANCTION_NOTICE/"))
        refused = posted(signed_in(people["leader"]), f"{address}serve/", kind="SANCTION_NOTICE", way="HAND")
        served = posted(clerk, f"{address}serve/", kind="SANCTION_NOTICE", way="HAND", to="前台")
        unproved = posted(clerk, f"{address}reply/", words="不同意")
        replied = sent(clerk, f"{address}reply/", words="不同意", file=scan())

    assert firm.organisation.name in draft
    assert (refused.status_code, served.json()["status"]) == (403, "TOLD")
    (paper,) = clerk.get(f"/api/v1/{address}papers/").json()
    assert (paper["kind"], paper["status"]) == ("SANCTION_NOTICE", "ISSUED")
    assert clerk.get(f"/api/v1/{address}papers/SANCTION_NOTICE/").status_code == 404
    assert signed_in(firm_user(firm)).get(f"/api/v1/{address}papers/").status_code == 403
    assert (unproved.status_code, unproved.json()["code"]) == (409, "scan_missing")
    assert replied.json()["reply_words"] == "不同意"


def test_record_of_a_talk_becomes_a_paper(people):
    firm, clerk = make_firm(people["bureau"]), signed_in(people["clerk"])
    row = decide(people, propose(people, SanctionKind.TALK, firm=firm))
    said = {"place": "会议室", "present": "负责人", "words": "已说明", "held_on": DAY.isoformat()}
    with at(DAY):
        refused = posted(signed_in(people["leader"]), f"sanctions/{row.pk}/talk/", **said)
        answer = posted(clerk, f"sanctions/{row.pk}/talk/", **said)

    assert (refused.status_code, answer.status_code) == (403, 200)
    assert TalkRecord.objects.get().words == "已说明"
    assert Sanction.objects.get().status == answer.json()["status"]
