"""A sanction from the proposal to its end by the pages of everybody it concerns; credit events, codes, hand-overs."""

from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from appraisals.models import HandOver, LiftingApplication, Sanction, SanctionReply
from assignments.enums import TaskStatus
from assignments.models import Assignment
from credit.models import CreditEvent, EventReply
from credit.services import record_violation
from evaluators.models import FirmStanding
from faces.pages.shared.formats import full_day
from foundation.accounts.enums import Role
from foundation.approvals.models import Approval
from foundation.approvals.services import agree
from foundation.core import clock
from foundation.files.services import page_texts
from foundation.papers.models import Paper
from foundation.rulesets.models import RuleChange
from foundation.rulesets.services import create_rule_set
from parties.enums import RelationshipKind
from parties.models import Relationship
from tests.factories.assignments import ExpertFactory, expert_user, firm_user
from tests.factories.delivery import NOW
from tests.factories.disclosure import make_firm, make_rating, make_task, office
from tests.factories.foundation import UserFactory
from tests.factories.sanctions import decide, propose
from tests.foundation.files.test_uploads import pdf

pytestmark = pytest.mark.django_db
TODAY = NOW.date()


@pytest.fixture(autouse=True)
def _moment():
    with clock.standing_at(NOW):
        yield


@pytest.fixture
def people():
    return office()


@pytest.fixture
def firm(people):
    firm = make_firm(people["bureau"])
    FirmStanding.objects.create(firm=firm, status=firm.status, started_on=date(2019, 1, 1))
    return firm


def at(name, *args):
    return reverse(f"pages:{name}", args=args)


def look(client, user, url):
    client.force_login(user)
    page = client.get(url)
    assert page.status_code == 200, (url, page.status_code)
    return page.content.decode()


def press(client, user, url, data=None, status=302):
    """Open the form, send it, and return the answer."""
    client.force_login(user)
    assert client.get(url).status_code == 200, url
    answer = client.post(url, data or {})
    assert answer.status_code == status, (url, answer.status_code, getattr(answer, "context", None) and answer.content)
    return answer


def scan(name="说明.pdf"):
    return SimpleUploadedFile(name, pdf(), "application/pdf")


def proposal(**facts):
    return {
        "kind": "SUSPENSION",
        "months": "3",
        "is_grave": "on",
        "reason": "两次逾期",
        "basis": "本局办法第九条",
    } | facts


@pytest.mark.edge("E31")
def test_sanction_of_a_firm_by_its_pages(client, people, firm):
    task = make_rating(people, task=make_task(people), firm=firm).task
    task.status = TaskStatus.FIELDWORK
    task.save()
    seat, user = Assignment.objects.get(task=task), firm_user(firm)
    clerk, head, leader = people["clerk"], people["head"], people["leader"]
    assert at("firm-sanction", firm.number) in look(client, clerk, at("firm", firm.number))

    refused = press(client, clerk, at("firm-sanction", firm.number), proposal(), status=409)
    assert task.number in refused.content.decode()
    assert not Sanction.objects.exists()
    press(client, clerk, at("firm-sanction", firm.number), proposal(**{f"task_{seat.pk}": "STOP"}))
    row = Sanction.objects.get()
    notice = at("sanction-serve", row.pk, "SANCTION_NOTICE")
    assert notice in look(client, clerk, at("sanction", row.pk))
    assert client.get(at("sanction-paper", row.pk, "SANCTION_NOTICE"))["Content-Type"] == "application/pdf"
    press(client, clerk, notice, {"way": "HAND", "to": "办公室", "file": scan("回证.pdf")})
    assert client.get(notice).status_code == 404
    paper = Paper.objects.get(kind="SANCTION_NOTICE")
    text = "".join(page_texts(paper.file.content.read()))
    assert all(
        words in text for words in ("两次逾期", "本局办法第九条", "暂停承接本局委托的绩效评价任务3个月", task.number)
    )
    assert paper.deliveries.get().proof.original_name == "回证.pdf"

    own = look(client, user, at("firm-credit"))
    assert "两次逾期" in own
    assert at("firm-sanction-reply", row.pk) in own
    assert client.get(at("file", paper.file_id)).status_code == 200
    press(client, user, at("firm-sanction-reply", row.pk), {"words": "单位迟交资料", "file": scan()})
    reply = SanctionReply.objects.get()
    press(client, user, at("firm-sanction-reply", row.pk), {"words": "再说"}, status=409)
    press(client, clerk, at("sanction-submit", row.pk), status=409)
    page = look(client, head, at("sanction", row.pk))
    assert "单位迟交资料" in page
    assert at("sanction-answer", reply.pk) in page
    press(client, head, at("sanction-answer", reply.pk), {"outcome": "UPHELD", "words": "资料按时送达"})
    press(client, clerk, at("sanction-submit", row.pk))

    approval = Approval.objects.get(kind="SANCTION")
    for by in (head, leader):
        press(client, by, at("approval-agree", approval.pk), {"words": "同意"})
    task.refresh_from_db()
    assert task.status == TaskStatus.STOPPED
    assert at("sanction", row.pk) in look(client, clerk, at("task", task.number))
    press(client, clerk, at("sanction-serve", row.pk, "SANCTION_DECISION"), {"way": "POST"})
    decision = Paper.objects.get(kind="SANCTION_DECISION")
    text = "".join(page_texts(decision.file.content.read())).replace("\r\n", "")
    assert "资料按时送达" in text
    assert "期满自动恢复" in text
    assert "资料按时送达" in look(client, user, at("firm-credit"))
    stranger = firm_user(make_firm(people["bureau"]))
    assert "两次逾期" not in look(client, stranger, at("firm-credit"))
    assert client.get(at("file", decision.file_id)).status_code == 404


def test_clerk_drops_a_sanction_and_supervisor_reads_the_lists(client, people, firm):
    row = propose(people, "SUSPENSION", firm=firm, months=1, is_grave=True, on=TODAY)
    press(client, people["clerk"], at("sanction-drop", row.pk), {"reason": "证据不足"})
    supervisor = UserFactory(bureau=people["bureau"], role=Role.SUPERVISOR)

    for name in ("sanctions", "credit-events", "hand-overs", "credit-codes", "supervisor-home"):
        page = look(client, supervisor, at(name))
        assert name != "sanctions" or firm.organisation.name in page
    assert client.get(at("sanctions") + "?export=csv").content.decode("utf-8-sig").count("证据不足") == 0
    assert "逾期三次" in client.get(at("sanctions") + "?export=csv").content.decode("utf-8-sig")


@pytest.mark.rule("R-26")
def test_a_removal_is_revoked_by_its_pages(client, people, firm):
    row = decide(people, propose(people, "REMOVAL", firm=firm, is_grave=True, on=TODAY - timedelta(days=14)), on=TODAY)
    clerk, user = people["clerk"], firm_user(firm)
    assert at("sanction-revoke", row.pk) in look(client, clerk, at("sanction", row.pk))
    assert at("sanction-revoke", row.pk) not in look(client, people["leader"], at("sanction", row.pk))

    press(
        client, clerk, at("sanction-revoke", row.pk), {"reason": "复议机关认定事实不清", "basis": "济政复决〔2020〕3号"}
    )
    assert at("sanction-revoke", row.pk) not in look(client, clerk, at("sanction", row.pk))
    approval = Approval.objects.get(subject_kind="appraisals.sanctionrevocation")
    assert at("sanction", row.pk) in look(client, people["head"], at("approval", approval.pk))
    for by in (people["head"], people["leader"]):
        agree(approval=approval, by=by, on=TODAY)

    firm.refresh_from_db()
    assert firm.status == "ACTIVE"
    page = look(client, clerk, at("sanction", row.pk))
    assert "复议机关认定事实不清" in page
    press(client, clerk, at("sanction-serve", row.pk, "REVOCATION_DECISION"), {"way": "HAND"})
    paper = Paper.objects.get(kind="REVOCATION_DECISION")
    text = "".join(page_texts(paper.file.content.read()))
    assert "撤销处理决定书" in text
    assert "济政复决〔2020〕3号" in text
    assert "地位自即日起恢复" in text
    assert at("file", paper.file_id) in look(client, user, at("firm-credit"))


def test_talk_by_its_pages(client, people, firm):
    given = {"kind": "TALK", "reason": "逾期", "talk_on": "2020-06-05", "talk_place": "四楼"}
    press(client, people["clerk"], at("firm-sanction", firm.number), given)
    row = Sanction.objects.get()
    for by in (people["head"], people["leader"]):
        agree(approval=Approval.objects.get(), by=by, on=TODAY)
    press(client, people["clerk"], at("sanction-serve", row.pk, "TALK_NOTICE"), {"way": "HAND"})
    talk = {"held_on": TODAY.isoformat(), "place": "四楼", "present": "甲、乙", "words": "说明原因", "promised": "整改"}

    press(client, people["clerk"], at("sanction-talk", row.pk), talk)

    assert "说明原因" in look(client, people["head"], at("sanction", row.pk))
    press(client, people["clerk"], at("sanction-serve", row.pk, "TALK_RECORD"), {"way": "HAND"})
    text = "".join(page_texts(Paper.objects.get(kind="TALK_RECORD").file.content.read()))
    assert "被约谈人（签字）" in text


@pytest.mark.rule("R-57")
def test_expert_applies_for_lifting_and_the_head_answers(client, people):
    expert = ExpertFactory(bureau=people["bureau"])
    user, began = expert_user(expert), TODAY - timedelta(days=183)
    row = decide(
        people, propose(people, "SUSPENSION", expert=expert, months=6, on=began - timedelta(days=14)), on=began
    )
    assert at("expert-lifting", row.pk) in look(client, user, at("expert-credit"))

    press(client, user, at("expert-lifting", row.pk), {"words": "申请恢复"}, status=409)
    press(client, user, at("expert-lifting", row.pk), {"words": "申请恢复", "accepts_undertaking": "on"})
    application = LiftingApplication.objects.get()
    assert at("lifting-answer", application.pk) in look(client, people["head"], at("sanction", row.pk))
    press(client, people["head"], at("lifting-answer", application.pk), {"is_granted": "yes", "words": "同意恢复"})

    expert.refresh_from_db()
    assert expert.status == "ACTIVE"
    press(client, people["clerk"], at("sanction-serve", row.pk, "LIFTING_DECISION"), {"way": "HAND"})
    assert "同意解除暂停" in "".join(page_texts(Paper.objects.get(kind="LIFTING_DECISION").file.content.read()))


def test_event_with_its_reply_by_pages(client, people, firm):
    user, head = firm_user(firm), people["head"]
    event = {"code": "LATE_REPORT", "occurred_on": TODAY.isoformat(), "step": "", "words": "逾期十日"}
    press(client, head, at("firm-violation", firm.number), event | {"evidence": [scan("一.pdf"), scan("二.pdf")]})
    row = CreditEvent.objects.get()
    page = look(client, head, at("credit-event", row.pk))
    assert "一.pdf" in page
    assert "二.pdf" in page
    assert firm.organisation.name in look(client, head, at("credit-events"))
    press(client, head, at("credit-evidence", row.pk), {"evidence": scan("三.pdf"), "shows": "签收单"})
    assert "三.pdf" in look(client, head, at("credit-event", row.pk))
    assert at("credit-evidence", row.pk) not in look(client, people["clerk"], at("credit-event", row.pk))
    assert at("firm-credit-reply", row.pk) in look(client, user, at("firm-credit"))

    press(client, user, at("firm-credit-reply", row.pk), {"words": "资料迟交"})
    reply = EventReply.objects.get()
    press(client, head, at("credit-answer", reply.pk), {"outcome": "ACCEPTED", "words": "属实"})

    row.refresh_from_db()
    assert row.voided_on == TODAY
    assert "属实" in look(client, user, at("firm-credit"))
    assert "0" in look(client, user, at("firm-credit") + f"?on={TODAY.isoformat()}")


@pytest.mark.rule("R-49")
def test_successor_reads_the_deductions_that_passed_to_it_and_replies_to_none_of_them(client, people, firm):
    former = make_firm(people["bureau"])
    row = record_violation(
        bureau=people["bureau"], organisation=former.organisation, code="LATE_REPORT", words="逾期十日",
        by=people["head"], on=TODAY,
    )  # fmt: skip
    Relationship.objects.create(
        subject=former.organisation, kind=RelationshipKind.MERGED_INTO, other=firm.organisation, started_on=TODAY,
        passes_sanctions=True,
    )  # fmt: skip

    page = look(client, firm_user(firm), at("firm-credit"))

    assert former.organisation.name in page
    assert "10分" in page.replace("\xa0", "").replace(" ", "").replace("\u2009", "")
    assert at("firm-credit-reply", row.pk) not in page
    assert "逾期十日" not in look(client, firm_user(make_firm(people["bureau"])), at("firm-credit"))


def test_paper_replies_are_entered_with_their_scan(client, people):
    expert = ExpertFactory(bureau=people["bureau"])
    event = {"code": "NO_SHOW", "occurred_on": TODAY.isoformat(), "step": "heavy", "words": "未到会"}
    press(client, people["head"], at("expert-violation", expert.number), event)
    row = CreditEvent.objects.get()
    press(client, people["clerk"], at("credit-reply", row.pk), {"words": "已请假"}, status=422)

    press(client, people["clerk"], at("credit-reply", row.pk), {"words": "已请假", "file": scan()})

    assert (row.points, EventReply.objects.get().is_on_behalf) == (-15, True)
    press(client, people["head"], at("credit-void", row.pk), {"reason": "误记"})
    assert "误记" in look(client, expert_user(expert), at("expert-credit"))


def test_merit_is_entered_with_the_day_on_which_it_happened(client, people):
    firm = make_firm(people["bureau"])
    happened, later = TODAY - timedelta(days=40), TODAY + timedelta(days=300)
    merit = {"code": "PRAISED", "words": "通报表扬", "expires_on": later.isoformat()}
    address = at("firm-merit", firm.number)

    press(client, people["head"], address, merit, status=422)
    press(client, people["head"], address, merit | {"occurred_on": later.isoformat()}, status=409)
    press(client, people["head"], address, merit | {"occurred_on": happened.isoformat()})

    row = CreditEvent.objects.get()
    assert (row.occurred_on, row.recorded_on) == (happened, TODAY)
    page = look(client, people["clerk"], at("credit-event", row.pk))
    assert all(full_day(day) in page for day in (happened, TODAY, later))


@pytest.mark.rule("R-55")
def test_catalogue_is_changed_in_a_coming_rule_set(client, people):
    coming = create_rule_set(
        bureau=people["bureau"], name="下半年", effective_from=TODAY + timedelta(days=30), by=people["head"], on=TODAY
    )
    code = {
        "rule_set": coming.pk, "code": "SITE", "name": "未到现场", "kind": "VIOLATION", "party": "FIRM", "step": "heavy",
        "reason": "补充",
    }  # fmt: skip
    press(client, people["head"], at("credit-code-change"), code | {"step": ""}, status=409)

    press(client, people["head"], at("credit-code-change"), code)

    assert [line["name"] for line in RuleChange.objects.get().value if line["code"] == "SITE"] == ["未到现场"]
    assert "未到现场" not in look(client, people["head"], at("credit-codes"))
    client.force_login(people["clerk"])
    assert client.get(at("credit-code-change")).status_code == 403


def test_hand_over_by_its_pages(client, people, firm):
    given = {"addressee": "区市场监管局", "words": "数据不实", "basis": "某法第八条", "evidence": "原件\n笔录"}
    press(client, people["clerk"], at("firm-hand-over", firm.number), given)
    row = HandOver.objects.get()
    assert client.get(at("hand-over-letter", row.pk))["Content-Type"] == "application/pdf"
    press(client, people["clerk"], at("hand-over-send", row.pk), {"way": "HAND"}, status=409)
    for by in (people["head"], people["leader"]):
        agree(approval=Approval.objects.get(), by=by, on=TODAY)

    press(client, people["clerk"], at("hand-over-send", row.pk), {"way": "HAND", "file": scan("回执.pdf")})

    row.refresh_from_db()
    text = "".join(page_texts(row.paper.file.content.read()))
    assert all(words in text for words in ("区市场监管局", "数据不实", "某法第八条", "1. 原件", "2. 笔录"))
    assert row.paper.title in look(client, people["clerk"], at("papers"))
    assert client.get(at("hand-over-letter", row.pk)).status_code == 404

    day = TODAY.isoformat()
    answer = {"outcome": "TAKEN_UP", "answered_on": day, "letter_number": "市监函〔2020〕8号", "words": "已立案"}
    press(client, people["clerk"], at("hand-over-answer", row.pk), answer | {"file": scan("复函.pdf")})
    page = look(client, people["clerk"], at("hand-over", row.pk))
    assert all(words in page for words in ("已受理", "市监函〔2020〕8号", "已立案", "复函.pdf"))
    assert at("hand-over-answer", row.pk) not in look(client, people["leader"], at("hand-over", row.pk))
    assert row.addressee in look(client, people["clerk"], at("hand-overs") + "?answer=TAKEN_UP")
    assert row.addressee not in look(client, people["clerk"], at("hand-overs") + "?answer=DECIDED")


def test_standing_moves_offer_no_sanction(client, people):
    expert = ExpertFactory(bureau=people["bureau"])

    page = look(client, people["clerk"], at("expert-move", expert.number))

    assert 'value="SUSPEND"' not in page
    assert 'value="REMOVE"' not in page
    assert 'value="LEAVE"' not in page  # a page of its own, which masks the contact data
