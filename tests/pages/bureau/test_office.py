"""The office's pages: approvals, papers, notices, journal, files. What is forbidden looks like what is missing."""

from datetime import date
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from foundation.accounts.enums import Role
from foundation.approvals import rules
from foundation.approvals.enums import ApprovalStatus
from foundation.approvals.models import Approval, ApprovalStep, Delegation
from foundation.approvals.services import submit
from foundation.audit.services import record
from foundation.files.services import store_made
from foundation.notices.models import Notice
from foundation.notices.services import notify
from foundation.papers.enums import PaperStatus
from foundation.papers.services import draft_paper, issue_paper
from tests.factories.foundation import SectionFactory, UserFactory, office

pytestmark = pytest.mark.django_db
TODAY = date(2021, 3, 1)


@pytest.fixture
def people(monkeypatch):
    monkeypatch.setattr(rules, "_AGREED", {})
    monkeypatch.setattr(rules, "_RETURNED", {})
    return office()


@pytest.fixture
def approval(people):
    facts = {
        "task": "评2020-001",
        "firm_name": "泉衡演示",
        "fee_cents": 3_860_000,
        "due_on": "2021-05-01",
        "secret": "x",
    }
    return submit(
        bureau=people["bureau"],
        kind="LETTER",
        subject=people["bureau"],
        title="委托书 评2020-001",
        facts=facts,
        by=people["clerk"],
        on=TODAY,
        amount_cents=3_860_000,
    )


def signed_in(client, user):
    client.force_login(user)
    return client


def test_what_waits_is_listed_for_who_decides_it(client, people, approval):
    page = signed_in(client, people["head"]).get(reverse("pages:approvals")).content.decode()
    other = signed_in(client, people["leader"]).get(reverse("pages:approvals")).content.decode()

    assert approval.title in page
    assert approval.title not in other
    assert approval.title in client.get(reverse("pages:approvals"), {"scope": "all"}).content.decode()


def test_approval_page_shows_facts_in_words_and_hides_what_has_none(client, people, approval):
    page = signed_in(client, people["head"]).get(reverse("pages:approval", args=[approval.pk])).content.decode()

    assert "泉衡演示" in page
    assert "3.86 万元" in page
    assert "2021年5月1日" in page
    assert "secret" not in page


def test_two_steps_are_taken_on_the_pages(client, people, approval):
    for who in ("head", "leader"):
        response = signed_in(client, people[who]).post(
            reverse("pages:approval-agree", args=[approval.pk]), {"words": "同意"}
        )
        assert response.status_code == 302

    approval.refresh_from_db()
    assert approval.status == ApprovalStatus.AGREED
    assert set(approval.steps.values_list("words", flat=True)) == {"同意"}


def test_submitter_is_told_that_nobody_approves_his_own_entry(client, people, approval):
    desk = signed_in(client, people["clerk"])

    response = desk.post(reverse("pages:approval-agree", args=[approval.pk]))

    assert response.status_code == 403
    assert (
        reverse("pages:approval-withdraw", args=[approval.pk])
        in desk.get(reverse("pages:approval", args=[approval.pk])).content.decode()
    )


def test_giving_back_needs_words_and_withdrawing_ends_it(client, people, approval):
    desk = signed_in(client, people["head"])
    assert desk.post(reverse("pages:approval-give-back", args=[approval.pk]), {"words": ""}).status_code == 422
    assert desk.get(reverse("pages:approval-give-back", args=[approval.pk])).status_code == 200

    desk.post(reverse("pages:approval-give-back", args=[approval.pk]), {"words": "请补合同"})

    approval.refresh_from_db()
    assert approval.status == ApprovalStatus.RETURNED
    assert "请补合同" in desk.get(reverse("pages:approval", args=[approval.pk])).content.decode()
    response = signed_in(client, people["clerk"]).post(reverse("pages:approval-withdraw", args=[approval.pk]))
    assert response.status_code == 409


def test_approval_form_is_a_paper(client, people, approval):
    response = signed_in(client, people["head"]).get(reverse("pages:approval-form", args=[approval.pk]))

    assert response.content.startswith(b"%PDF-")
    assert response["Content-Type"] == "application/pdf"


def test_delegate_is_named_and_taken_back(client, people):
    desk = signed_in(client, people["head"])
    today = timezone.localdate()
    form = {"to": people["clerk"].pk, "started_on": today.isoformat(), "ended_on": today.isoformat()}

    assert desk.get(reverse("pages:delegation-add")).status_code == 200
    assert desk.post(reverse("pages:delegation-add"), form).status_code == 302
    row = Delegation.objects.get()
    assert people["clerk"].name in desk.get(reverse("pages:approvals")).content.decode()
    assert desk.get(reverse("pages:delegation-end", args=[row.pk])).status_code == 200
    desk.post(reverse("pages:delegation-end", args=[row.pk]))

    row.refresh_from_db()
    assert row.ended_on < today


def test_another_bureaus_things_look_missing(client, people, approval):
    paper = paper_of(people)
    stranger = UserFactory(role=Role.SECTION_HEAD)
    desk = signed_in(client, stranger)

    for name, pk in (
        ("approval", approval.pk),
        ("approval-form", approval.pk),
        ("paper", paper.pk),
        ("file", paper.file_id),
    ):
        forbidden = desk.get(reverse(f"pages:{name}", args=[pk]))
        missing = desk.get(reverse(f"pages:{name}", args=[999_999]))
        assert (forbidden.status_code, forbidden.content) == (404, missing.content)


def paper_of(people, *, issued=True):
    paper = draft_paper(
        bureau=people["bureau"],
        kind="LETTER",
        title="委托书",
        addressee="泉衡演示",
        subject=people["bureau"],
        facts={"task": "评2020-001"},
        by=people["clerk"],
        on=TODAY,
    )
    return issue_paper(paper=paper, content=b"%PDF-1.4", by=people["clerk"], on=TODAY) if issued else paper


def test_papers_are_listed_with_their_numbers_and_void_ones_stay(client, people):
    first, second = paper_of(people), paper_of(people)
    desk = signed_in(client, people["clerk"])

    assert desk.get(reverse("pages:paper-void", args=[first.pk])).status_code == 200
    desk.post(reverse("pages:paper-void", args=[first.pk]), {"reason": "打印错"})

    page = desk.get(reverse("pages:papers")).content.decode()
    assert "〔2021〕1号" in page
    assert "〔2021〕2号" in page
    first.refresh_from_db()
    assert first.status == PaperStatus.VOID
    assert "打印错" in desk.get(reverse("pages:paper", args=[first.pk])).content.decode()
    assert desk.post(reverse("pages:paper-void", args=[first.pk]), {"reason": "x"}).status_code == 409
    assert second.status == PaperStatus.ISSUED


def test_delivery_is_recorded_with_its_scan(client, people):
    paper = paper_of(people)
    desk = signed_in(client, people["clerk"])
    out = BytesIO()
    Image.new("RGB", (4, 4)).save(out, "PNG")
    form = {"way": "HAND", "to": "王某", "delivered_on": "2021-03-02"}
    address = reverse("pages:paper-deliver", args=[paper.pk])

    bad = desk.post(address, {**form, "file": SimpleUploadedFile("a.png", b"<html>")})
    desk.post(address, {**form, "file": SimpleUploadedFile("回证.png", out.getvalue())})

    assert bad.status_code == 409
    page = desk.get(reverse("pages:paper", args=[paper.pk])).content.decode()
    assert page.count("王某") == 1
    assert "回证.png" in page
    proof = paper.deliveries.get().proof
    assert desk.get(reverse("pages:file", args=[proof.pk])).status_code == 200


def test_who_keeps_no_papers_cannot_void_them(client, people):
    paper = paper_of(people)

    response = signed_in(client, people["leader"]).post(reverse("pages:paper-void", args=[paper.pk]), {"reason": "x"})

    paper.refresh_from_db()
    assert (response.status_code, paper.status) == (403, PaperStatus.ISSUED)


def test_file_is_handed_out_as_an_attachment_in_a_sandbox(client, people):
    paper = paper_of(people)

    response = signed_in(client, people["leader"]).get(reverse("pages:file", args=[paper.file_id]))

    assert b"".join(response.streaming_content) == b"%PDF-1.4"
    assert response["Content-Disposition"].startswith("attachment;")
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in response["Content-Security-Policy"]
    assert "script-src" not in response["Content-Security-Policy"]


def test_file_without_an_owner_is_its_uploaders_alone(client, people):
    clerk = people["clerk"]
    row = store_made(bureau=people["bureau"], name="a.pdf", content=b"%PDF-1.4", owner=None, by=clerk)
    address = reverse("pages:file", args=[row.pk])

    assert signed_in(client, clerk).get(address).status_code == 200
    assert signed_in(client, people["leader"]).get(address).status_code == 404


def test_notices_are_the_readers_own_and_are_read_once(client, people):
    notify(users=[people["clerk"]], code="approval_agreed", facts={}, path="/bureau/approvals/")
    notify(users=[people["clerk"]], code="no_such_text", facts={}, path="//evil.example/")
    desk = signed_in(client, people["clerk"])

    page = desk.get(reverse("pages:notices")).content.decode()
    assert "您提交的呈批已经同意" in page
    address = reverse("pages:notices")
    agreed, odd = Notice.objects.get(code="approval_agreed"), Notice.objects.get(code="no_such_text")
    assert desk.post(address, {"notice": agreed.pk})["Location"] == "/bureau/approvals/"
    assert desk.post(address, {"notice": odd.pk})["Location"] == address
    assert Notice.objects.filter(read_at__isnull=True).count() == 0
    assert "您提交" not in signed_in(client, people["head"]).get(address).content.decode()


def test_notice_of_somebody_else_stays_unread(client, people):
    notify(users=[people["clerk"]], code="approval_agreed")
    desk = signed_in(client, people["head"])

    desk.post(reverse("pages:notices"), {"notice": Notice.objects.get().pk})
    desk.post(reverse("pages:notices"), {"notice": "all"})

    assert Notice.objects.filter(read_at__isnull=True).count() == 1


def test_unread_notices_can_be_picked(client, people):
    notify(users=[people["clerk"]], code="approval_agreed")
    desk = signed_in(client, people["clerk"])

    assert "您提交的呈批已经同意" in desk.get(reverse("pages:notices"), {"unread": "True"}).content.decode()
    assert "您提交的呈批已经同意" not in desk.get(reverse("pages:notices"), {"unread": "False"}).content.decode()


def test_journal_is_for_the_supervisor_and_finds_by_act_and_number(client, people):
    section = SectionFactory(bureau=people["bureau"])
    record(actor=people["clerk"], action="test.done", subject=section, facts={"a": 1})
    record(actor="system", action="other.done", subject=people["clerk"])
    supervisor = UserFactory(bureau=people["bureau"], role=Role.SUPERVISOR)
    desk = signed_in(client, supervisor)

    page = desk.get(reverse("pages:journal")).content.decode()
    found = desk.get(reverse("pages:journal"), {"q": f"section {section.pk}"}).content.decode()

    assert "test.done" in page
    assert "other.done" in page
    assert "test.done" in found
    assert "other.done" not in found
    for who in ("clerk", "head", "leader"):
        assert signed_in(client, people[who]).get(reverse("pages:journal")).status_code == 403


def test_journal_of_another_bureau_is_not_seen(client, people):
    record(actor=people["clerk"], action="test.done", subject=SectionFactory(bureau=people["bureau"]))

    page = signed_in(client, UserFactory(role=Role.SUPERVISOR)).get(reverse("pages:journal")).content.decode()

    assert "test.done" not in page


@pytest.mark.parametrize("count", [1, 10, 1000])
def test_lists_ask_the_same_number_of_questions(client, people, count, django_assert_max_num_queries):
    sections = type(SectionFactory.build()).objects.bulk_create(
        SectionFactory.build(bureau=people["bureau"], name=f"s{n}") for n in range(count)
    )
    rows = Approval.objects.bulk_create(
        Approval(
            bureau=people["bureau"], kind="PLAN", subject_kind="bureaus.section", subject_id=each.pk, title="t",
            entered_by=people["clerk"],
        )
        for each in sections
    )  # fmt: skip
    ApprovalStep.objects.bulk_create(
        ApprovalStep(approval=row, position=1, role=Role.SECTION_HEAD, status="OPEN") for row in rows
    )
    notify(users=[people["head"]], code="approval_waiting")
    desk = signed_in(client, people["head"])

    for name in ("approvals", "papers", "notices"):
        with django_assert_max_num_queries(8):
            assert desk.get(reverse(f"pages:{name}")).status_code == 200


def test_who_may_not_void_or_deliver_is_not_offered_it(client, people):
    paper = draft_paper(
        bureau=people["bureau"], kind="COMMISSION", subject=people["bureau"], title="委托书", addressee="泉衡", facts={},
        by=people["clerk"], on=TODAY,
    )  # fmt: skip
    issue_paper(paper=paper, content=b"%PDF-1.4", by=people["clerk"], on=TODAY)
    address = reverse("pages:paper", args=[paper.pk])
    steps = [reverse(f"pages:paper-{step}", args=[paper.pk]) for step in ("void", "deliver")]

    clerks = signed_in(client, people["clerk"]).get(address).content.decode()
    supervisor = UserFactory(bureau=people["bureau"], role=Role.SUPERVISOR)
    supervisors = signed_in(client, supervisor).get(address).content.decode()

    assert all(step in clerks for step in steps)
    assert not any(step in supervisors for step in steps)


def test_empty_list_of_approvals_leads_to_all_of_them_and_narrowing_stays_there(client, people, approval):
    desk = signed_in(client, people["clerk"])
    everything = f"{reverse('pages:approvals')}?scope=all"

    assert f'<a class="btn" href="{everything}">' in desk.get(reverse("pages:approvals")).content.decode()
    assert '<input type="hidden" name="scope" value="all">' in desk.get(everything).content.decode()


@pytest.mark.parametrize(("language", "word"), [("zh-hans", "良好"), ("en", "good")])
def test_grade_of_an_approval_is_a_word_in_the_readers_language(client, people, language, word):
    row = submit(
        bureau=people["bureau"], kind="RATING", subject=people["bureau"], title="x", facts={"grade": "GOOD"},
        by=people["clerk"], on=TODAY,
    )  # fmt: skip
    client.cookies["gp_language"] = language

    page = signed_in(client, people["head"]).get(reverse("pages:approval", args=[row.pk])).content.decode()

    assert f"<dd>{word}" in page
    assert "GOOD" not in page
