"""A commission from its letter to the last payment, clicked through by everybody who has a part in it.

Every step is taken from a page that shows the way to it, so that a step nobody can find fails here.
"""

from datetime import UTC, date, datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from assignments.enums import AssignmentStatus, FirmTrack, TaskStatus
from assignments.models import Assignment, EvaluationTask
from delivery.enums import ClockStatus, CommissionStatus, InstalmentStatus, VersionStatus
from delivery.models import (
    Acceptance,
    ClockStop,
    Commission,
    Instalment,
    LeadEvent,
    ReportVersion,
    SignOff,
    UnitComment,
)
from delivery.selectors import due_net
from foundation.accounts.enums import Role
from foundation.approvals.selectors import running
from foundation.audit.models import Entry
from foundation.core import clock
from foundation.files.models import StoredFile
from tests.delivery.test_versions import PNG, UNIT, report
from tests.factories.assignments import FirmAssignmentFactory, TaskFactory, firm_user, ready_firm, unit_user
from tests.factories.foundation import BureauFactory, UserFactory, office

pytestmark = pytest.mark.django_db
MOMENT = datetime(2020, 6, 2, 2, 0, tzinfo=UTC)
DUE = date(2020, 9, 30)


@pytest.fixture(autouse=True)
def _moment():
    with clock.standing_at(MOMENT):
        yield


class Case:
    """A task whose firm was just told, and a browser for everybody who has a part in it."""

    def __init__(self):
        people = office(BureauFactory(name="济南市历城区财政局"))
        bureau = people["bureau"]
        self.task = TaskFactory(
            plan__bureau=bureau, status=TaskStatus.SELECTED, unit__organisation__name=UNIT, title="唐冶新区污水处理厂",
            clerk=people["clerk"],
        )  # fmt: skip
        self.firm = ready_firm(bureau)
        self.lead = self.firm.lead_evaluators.get()
        self.lead.person.name = "赵䶮"
        self.lead.person.save()
        self.seat = FirmAssignmentFactory(task=self.task, firm=self.firm, status=AssignmentStatus.NOTIFIED)
        people |= {
            "firm": firm_user(self.firm),
            "member": firm_user(self.firm, Role.FIRM_MEMBER),
            "unit": unit_user(self.task.unit),
            "other": firm_user(ready_firm(bureau)),
        }
        self.people = people
        self.at = {}
        for name, user in people.items():
            if name != "bureau":
                self.at[name] = Client()
                self.at[name].force_login(user)

    def url(self, name, *args, tab=""):
        return reverse(f"pages:{name}", args=args) + (f"?tab={tab}" if tab else "")

    def see(self, who, url):
        """Open a page and return its words."""
        page = self.at[who].get(url)
        assert page.status_code == 200, (who, url, page.status_code)
        return page.content.decode()

    def press(self, who, where, step, data=None, *, status=302):
        """Find ``step`` on the page ``where``, open it, and hand its form in."""
        words = self.see(who, where)
        assert f'href="{step}' in words or f'action="{step}' in words, f"{who} finds no way from {where} to {step}"
        self.see(who, step)
        answer = self.at[who].post(step, data or {})
        errors = answer.context["form"].errors if answer.status_code in {409, 422} else ""
        assert answer.status_code == status, (step, answer.status_code, errors)
        return answer

    def agreed(self, kind, subject):
        """Let head and leader agree, each from the page of the approval."""
        for who in ("head", "leader"):
            approval = running(kind, subject)
            self.press(who, self.url("approval", approval.pk), self.url("approval-agree", approval.pk))

    def commissioned(self):
        """Have the letter drafted, agreed, sent and accepted."""
        number = self.task.number
        page = self.url("commission", number)
        self.press("firm", self.url("firm-home"), self.url("firm-answer", number), {"answer": "yes"})
        self.press("firm", self.url("firm-home"), self.url("firm-declare", number), {"has_conflict": "no"})
        self.press("clerk", page, self.url("commission-new", number), self.terms())
        row = Commission.objects.get(task=self.task)
        self.agreed("LETTER", row)
        self.press("clerk", page, self.url("commission-send", number), {"way": "ELECTRONIC"})
        self.press("firm", self.url("firm-home"), self.url("firm-accept", number), {"contract_number": "LCJX-1"})
        row.refresh_from_db()
        return row

    def terms(self, **more):
        return {
            "lead_evaluator": self.lead.pk, "fee": "14", "due_on": DUE.isoformat(), "letter_number": "历财评〔2020〕1号",
        } | more  # fmt: skip

    def deliver(self, kind, *, who="member", where="", content=None, **more):
        """Hand a version in through the firm's page."""
        number = self.task.number
        data = {
            "kind": kind,
            "file": SimpleUploadedFile("报告.pdf", content or report()),
            "internally_reviewed_by": "李静",
        }
        self.press(who, where or self.url("firm-home"), self.url("firm-deliver", number), data | more)
        return ReportVersion.objects.get(task=self.task, kind=kind, status=VersionStatus.RECEIVED)

    def state(self):
        self.task.refresh_from_db()
        return self.task.status


@pytest.fixture
def case():
    return Case()


def test_whole_path_from_the_letter_to_the_last_payment_can_be_clicked(case):
    number = case.task.number
    commission_page = case.url("commission", number)
    task_page = case.url("firm-task", number)

    row = case.commissioned()
    assert (row.status, row.contract_number, case.state()) == (
        CommissionStatus.ACCEPTED, "LCJX-1", TaskStatus.COMMISSIONED,
    )  # fmt: skip
    assert (row.letter.letter_number, row.letter.signer) == ("历财评〔2020〕1号", case.people["leader"].name)

    plan = case.deliver("WORK_PLAN")
    case.press("clerk", case.url("version", plan.pk), case.url("version-return", plan.pk), {"words": "写明访谈对象"})
    assert (case.state(), "写明访谈对象" in case.see("firm", task_page)) == (TaskStatus.PLAN_RETURNED, True)
    plan = case.deliver("WORK_PLAN", content=report(total="96.08"))
    case.press("clerk", case.url("version", plan.pk), case.url("unit-notify", number))
    case.press("firm", case.url("firm-home"), case.url("firm-start", number))

    draft = case.deliver("DRAFT", content=report(total="80.00"))
    case.press("clerk", case.url("version", draft.pk), case.url("comments-ask", number))
    assert f'href="{case.url("unit-task", number)}"' in case.see("unit", case.url("unit-home"))
    case.press(
        "unit", case.url("unit-task", number), case.url("unit-comment", number), {"words": "第3页的人数应为12。"}
    )
    comment = UnitComment.objects.get()
    answer = {"is_adopted": "yes", "reply": "已改"}
    case.press("member", task_page, case.url("firm-comment", comment.pk), answer)
    assert "已改" in case.see("unit", case.url("unit-task", number))

    submitted = case.deliver("SUBMITTED", where=task_page)
    assert f'href="{case.url("re-review-open", number)}' in case.see("clerk", case.url("version", submitted.pk))
    EvaluationTask.objects.filter(pk=case.task.pk).update(status=TaskStatus.EXPERT_REVIEW)  # the panel has its own path

    final = case.deliver("FINAL", where=task_page, content=report(total="59.99"))
    scan = SimpleUploadedFile("签字.png", PNG)
    sign = case.url("firm-sign", final.pk)
    case.press("member", case.url("firm-deliver", number), sign, {"way": "WET_SCAN", "scan": scan})
    assert SignOff.objects.get(is_void=False).sha256 == final.sha256
    case.press("clerk", commission_page, case.url("report-accept", number))
    assert (case.state(), Acceptance.objects.get().late_days) == (TaskStatus.ACCEPTED, 0)

    payments = case.url("commission", number, tab="payments")
    case.press("clerk", payments, case.url("instalments-plan", number), {"percents": "70 30"})
    first, tail = Instalment.objects.order_by("position")
    case.press("clerk", payments, case.url("instalment-step", tail.pk, "accept"), status=409)
    EvaluationTask.objects.filter(pk=case.task.pk).update(firm_track=FirmTrack.FINAL)  # the rating has its own path
    for instalment in (first, tail):
        step = [case.url("instalment-step", instalment.pk, word) for word in ("accept", "invoice", "request", "pay")]
        case.press("clerk", payments, step[0])
        case.press("clerk", payments, step[1], {"text": f"3700{instalment.position}"})
        case.agreed("PAYMENT", instalment)
        case.press("clerk", payments, step[2], {"text": f"ZF{instalment.position}"})
        case.press("clerk", payments, step[3])
    assert set(Instalment.objects.values_list("status", flat=True)) == {InstalmentStatus.PAID}
    case.task.refresh_from_db()
    assert case.task.firm_track == FirmTrack.TAIL_PAID


def test_letter_can_be_looked_at_before_it_is_drafted_and_corrected_after_it_was_given_back(case):
    Assignment.objects.update(status=AssignmentStatus.DECLARED)
    EvaluationTask.objects.update(status=TaskStatus.RECUSAL_CONFIRMED)
    number = case.task.number
    page, new = case.url("commission", number), case.url("commission-new", number)
    preview = case.url("commission-preview", number)

    shown = case.at["clerk"].post(preview, case.terms())
    empty = case.at["clerk"].post(preview, case.terms(fee=""))
    assert (shown.status_code, shown.content[:5], empty.status_code) == (200, b"%PDF-", 422)
    assert not Commission.objects.exists()

    refused = case.press("clerk", page, new, case.terms(fee="41"), status=409)
    assert "fee" in refused.context["form"].errors
    weekend = case.press("clerk", page, new, case.terms(due_on="2020-09-26"), status=409)
    assert "due_on" in weekend.context["form"].errors
    assert not Commission.objects.exists()

    case.press("clerk", page, new, case.terms())
    row = Commission.objects.get()
    approval = running("LETTER", row)
    back = case.url("approval-give-back", approval.pk)
    case.press("head", case.url("approval", approval.pk), back, {"words": "费用偏高"})
    case.press("clerk", page, case.url("commission-revise", number), case.terms(fee="12"))
    row.refresh_from_db()
    assert (row.status, row.fee_cents) == (CommissionStatus.IN_APPROVAL, 12_000_000)


def test_nobody_sends_a_letter_that_is_not_agreed(case):
    Assignment.objects.update(status=AssignmentStatus.DECLARED)
    EvaluationTask.objects.update(status=TaskStatus.RECUSAL_CONFIRMED)
    number = case.task.number
    case.press("clerk", case.url("commission", number), case.url("commission-new", number), case.terms())

    answer = case.at["clerk"].post(case.url("commission-send", number), {"way": "ELECTRONIC"})

    assert answer.status_code == 409
    assert Commission.objects.get().sent_on is None
    assert case.at["firm"].get(case.url("firm-accept", number)).status_code == 404


def sent(case):
    """Bring the letter before the firm."""
    Assignment.objects.update(status=AssignmentStatus.DECLARED)
    EvaluationTask.objects.update(status=TaskStatus.RECUSAL_CONFIRMED)
    number = case.task.number
    page = case.url("commission", number)
    case.press("clerk", page, case.url("commission-new", number), case.terms())
    case.agreed("LETTER", Commission.objects.get())
    case.press("clerk", page, case.url("commission-send", number), {"way": "ELECTRONIC"})
    return Commission.objects.get()


@pytest.mark.rule("R-18")
def test_firm_declines_the_letter_and_the_task_waits_for_another_choice(case):
    row = sent(case)
    number = case.task.number

    case.press("firm", case.url("firm-task", number), case.url("firm-decline", number), {"reason": ""}, status=422)
    case.press("firm", case.url("firm-task", number), case.url("firm-decline", number), {"reason": "BUSY"})

    row.refresh_from_db()
    case.seat.refresh_from_db()
    assert (row.status, row.ended_on, case.state()) == (CommissionStatus.ENDED, date(2020, 6, 2), TaskStatus.PLANNED)
    assert (case.seat.status, case.seat.decline_counts) == (AssignmentStatus.DECLINED, True)
    assert case.at["firm"].get(case.url("firm-task", number)).status_code == 404


def test_only_who_answers_for_the_firm_accepts_or_declines(case):
    row = sent(case)
    number = case.task.number

    pages = [case.url("firm-accept", number), case.url("firm-decline", number)]
    assert [case.at["member"].post(page, {"reason": "BUSY"}).status_code for page in pages] == [403, 403]

    assert not any(f'href="{page}' in case.see("member", case.url("firm-home")) for page in pages)
    row.refresh_from_db()
    assert row.status == CommissionStatus.SENT


def test_other_firms_find_nothing_of_the_task(case):
    row = case.commissioned()
    number = case.task.number
    version = case.deliver("WORK_PLAN")
    names = ["firm-task", "firm-deliver", "firm-accept", "firm-decline", "firm-start", "firm-clock-stop"]
    pages = [case.url(name, number) for name in names]
    pages += [case.url("firm-answer", number), case.url("firm-declare", number), case.url("firm-sign", version.pk)]
    pages += [case.url("file", version.file_id), case.url("file", row.letter.file_id)]

    answers = {page: case.at["other"].get(page).status_code for page in pages}

    assert set(answers.values()) == {404}, answers
    assert case.task.title not in case.see("other", case.url("firm-home"))
    assert case.at["member"].get(case.url("file", version.file_id)).status_code == 200


def test_outsiders_cannot_open_the_pages_of_the_bureau(case):
    case.commissioned()
    number = case.task.number
    version = case.deliver("WORK_PLAN")
    pages = [case.url("commission", number), case.url("commission-end", number), case.url("version", version.pk)]

    answers = [case.at[who].get(page).status_code for who in ("firm", "unit", "other") for page in pages]

    assert set(answers) == {403}


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("报告.pdf", b"MZ\x90\x00 not a report"),
        ("报告.exe", b"MZ\x90\x00"),
        ("报告.pdf", b""),
        ("报告.docx", b"PK\x03\x04 torn"),
        ("../../报告.html", b"<script>alert(1)</script>"),
    ],
    ids=["other bytes", "program", "empty", "torn archive", "page"],
)
def test_hostile_file_is_refused_through_the_page_and_nothing_is_kept(case, name, content):
    case.commissioned()
    deliver = case.url("firm-deliver", case.task.number)
    before = (StoredFile.objects.count(), Entry.objects.count())

    data = {"kind": "WORK_PLAN", "file": SimpleUploadedFile(name, content), "words": "请收"}
    answer = case.at["member"].post(deliver, data)

    assert answer.status_code in {409, 422}
    assert answer.context["form"].errors
    assert "请收" in answer.content.decode()
    assert (StoredFile.objects.count(), Entry.objects.count()) == before
    assert (ReportVersion.objects.count(), case.state()) == (0, TaskStatus.COMMISSIONED)


def test_firm_looks_at_the_checks_before_it_hands_anything_in(case):
    case.commissioned()
    deliver = case.url("firm-deliver", case.task.number)
    before = Entry.objects.count()
    faulty = SimpleUploadedFile("报告.pdf", report(printed_total="90.0"))

    answer = case.at["member"].post(deliver, {"kind": "DRAFT", "file": faulty, "check": "1"})

    assert answer.status_code == 200
    assert [code.value for code, _found in answer.context["looked"]] == ["TOTAL_NOT_SUM"]
    assert (ReportVersion.objects.count(), Entry.objects.count()) == (0, before)


def test_bureau_reads_page_and_words_of_what_the_checks_found(case):
    case.commissioned()
    EvaluationTask.objects.update(status=TaskStatus.FIELDWORK)
    draft = case.deliver("DRAFT", content=report(printed_total="90.0"))

    words = case.see("clerk", case.url("version", draft.pk))

    assert "合计 100.00 90.0" in words
    assert "89.95" in words


def test_draft_without_the_internal_review_is_refused_beside_its_field(case):
    case.commissioned()
    EvaluationTask.objects.update(status=TaskStatus.FIELDWORK)
    data = {"kind": "DRAFT", "file": SimpleUploadedFile("报告.pdf", report())}

    answer = case.press("member", case.url("firm-home"), case.url("firm-deliver", case.task.number), data, status=409)

    assert "internally_reviewed_by" in answer.context["form"].errors
    assert (ReportVersion.objects.count(), case.state()) == (0, TaskStatus.FIELDWORK)


@pytest.mark.parametrize(
    ("status", "kind"), [(TaskStatus.FIELDWORK, "DRAFT"), (TaskStatus.EXPERT_REVIEW, "FINAL")], ids=["draft", "final"]
)
def test_returned_version_leads_the_firm_to_the_next_one(case, status, kind):
    case.commissioned()
    EvaluationTask.objects.update(status=status)
    version = case.deliver(kind, where=case.url("firm-task", case.task.number))
    waits = case.see("firm", case.url("firm-home"))

    case.press("clerk", case.url("version", version.pk), case.url("version-return", version.pk), {"words": "补充附件"})

    deliver = f'href="{case.url("firm-deliver", case.task.number)}"'
    assert (deliver in waits, deliver in case.see("firm", case.url("firm-home"))) == (False, True)
    assert "补充附件" in case.see("firm", case.url("firm-task", case.task.number))


def test_unit_reads_only_the_draft_and_only_when_asked(case):
    case.commissioned()
    number = case.task.number
    plan = case.deliver("WORK_PLAN")
    EvaluationTask.objects.update(status=TaskStatus.FIELDWORK)
    draft = case.deliver("DRAFT")
    files = [case.url("file", row.file_id) for row in (plan, draft)]

    before = [case.at["unit"].get(file).status_code for file in files]
    early = case.at["unit"].get(case.url("unit-comment", number)).status_code
    case.press("clerk", case.url("version", draft.pk), case.url("comments-ask", number))
    after = [case.at["unit"].get(file).status_code for file in files]
    empty = case.at["unit"].post(case.url("unit-comment", number), {"words": "  "})

    assert (before, early, after) == ([404, 404], 404, [404, 200])
    assert (empty.status_code, UnitComment.objects.count()) == (422, 0)
    page = case.see("unit", case.url("unit-task", number))
    assert case.people["clerk"].name in page
    assert case.firm.organisation.name in page


@pytest.mark.parametrize(
    ("decision", "status"), [("grant", ClockStatus.GRANTED), ("deny", ClockStatus.DENIED)], ids=["granted", "denied"]
)
def test_clock_stop_is_asked_with_proof_and_decided_by_another(case, decision, status):
    case.commissioned()
    number = case.task.number
    asked = {"started_on": "2020-09-01", "ended_on": "2020-09-07", "reason": "单位未提供账册"}
    clock_tab, ask = case.url("firm-task", number) + "?tab=clock", case.url("firm-clock-stop", number)

    case.press("firm", clock_tab, ask, asked, status=422)
    hostile = SimpleUploadedFile("证明.png", b"<svg onload=alert(1)>")
    case.press("firm", clock_tab, ask, asked | {"proof": hostile}, status=409)
    assert not ClockStop.objects.exists()
    case.press("firm", clock_tab, ask, asked | {"proof": SimpleUploadedFile("证明.png", PNG)})
    stop = ClockStop.objects.get()
    page = case.url("commission", number, tab="clock")
    case.press("clerk", page, case.url("clock-stop", stop.pk), {"decision": decision, "words": "已核"})

    stop.refresh_from_db()
    assert (stop.status, stop.decided_by) == (status, case.people["clerk"])
    case.task.refresh_from_db()
    day = due_net(case.task)
    assert (day > DUE) == (decision == "grant")
    assert f"{day.year}年{day.month}月{day.day}日" in case.see("firm", case.url("firm-task", number))


def test_nobody_decides_the_clock_stop_that_he_entered(case):
    case.commissioned()
    number = case.task.number
    asked = {"started_on": "2020-09-01", "ended_on": "2020-09-07", "reason": "单位未提供账册"}
    page, proof = case.url("commission", number, tab="clock"), SimpleUploadedFile("证明.png", PNG)
    case.press("clerk", page, case.url("clock-stop-ask", number), asked | {"proof": proof})
    stop = ClockStop.objects.get()

    answer = case.at["clerk"].post(case.url("clock-stop", stop.pk), {"decision": "grant"})

    stop.refresh_from_db()
    assert (answer.status_code, stop.status) == (403, ClockStatus.ASKED)


def test_report_signed_for_another_file_is_not_accepted(case):
    case.commissioned()
    number = case.task.number
    EvaluationTask.objects.update(status=TaskStatus.EXPERT_REVIEW)
    first = case.deliver("FINAL", where=case.url("firm-task", number))
    sign = {"way": "WET_SCAN", "scan": SimpleUploadedFile("签字.png", PNG)}
    case.press("member", case.url("firm-deliver", number), case.url("firm-sign", first.pk), sign)
    case.deliver("FINAL", where=case.url("firm-task", number), content=report(total="59.99"))

    answer = case.at["clerk"].post(case.url("report-accept", number))

    assert (answer.status_code, case.state()) == (409, TaskStatus.FINAL)
    assert not Acceptance.objects.exists()
    assert f'href="{case.url("firm-deliver", number)}#sign"' in case.see("firm", case.url("firm-home"))


def test_returned_payment_is_entered_again_and_a_tail_can_be_held(case):
    row = case.commissioned()
    number = case.task.number
    EvaluationTask.objects.update(status=TaskStatus.ACCEPTED, firm_track=FirmTrack.FINAL)
    payments = case.url("commission", number, tab="payments")
    plan = case.url("instalments-plan", number)
    case.press("clerk", payments, plan, {"percents": "七十 三十"}, status=422)
    case.press("clerk", payments, plan, {"percents": "70 20"}, status=409)
    assert not row.instalments.exists()
    case.press("clerk", payments, plan, {"percents": "70 30"})
    first, tail = row.instalments.order_by("position")

    case.press("clerk", payments, case.url("instalment-step", first.pk, "accept"))
    case.press("clerk", payments, case.url("instalment-step", first.pk, "invoice"), {"text": "1"})
    approval = running("PAYMENT", first)
    back = case.url("approval-give-back", approval.pk)
    case.press("head", case.url("approval", approval.pk), back, {"words": "发票号有误"})
    case.press("clerk", payments, case.url("instalment-step", first.pk, "invoice"), {"text": "2"})
    case.agreed("PAYMENT", first)
    case.press("clerk", payments, case.url("instalment-step", tail.pk, "hold"), {"text": "机构申诉"})
    case.press("clerk", payments, case.url("instalment-step", tail.pk, "release"))

    first.refresh_from_db()
    tail.refresh_from_db()
    assert (first.status, first.invoice_number) == (InstalmentStatus.APPROVED, "2")
    assert (tail.status, tail.hold_reason) == (InstalmentStatus.PLANNED, "")
    assert case.at["clerk"].get(case.url("instalment-step", tail.pk, "steal")).status_code == 404


def test_firm_asks_for_another_lead_and_the_clerk_answers(case):
    case.commissioned()
    number, other = case.task.number, ready_firm(case.people["bureau"]).lead_evaluators.get()
    other.firm = case.firm
    other.save()
    terms = f"{case.url('firm-task', number)}?tab=terms"
    ask, answer = case.url("firm-task-lead", number), case.url("commission-lead-answer", number)
    assert case.at["clerk"].get(answer).status_code == 404

    case.press("firm", terms, ask, {"lead_evaluator": other.pk, "reason": "原主评人病假"})
    assert "机构已申请" in case.see("firm", terms)
    case.press("clerk", case.url("commission", number), answer, {"is_passed_on": "no", "words": "已近终稿"})
    assert "已近终稿" in case.see("firm", terms)
    case.press("firm", terms, ask, {"lead_evaluator": other.pk, "reason": "原主评人离职"})
    case.press("clerk", case.url("commission", number), answer, {"is_passed_on": "yes", "words": ""})

    approval = running("LEAD", LeadEvent.objects.get(status="IN_APPROVAL"))
    case.press("head", case.url("approval", approval.pk), case.url("approval-agree", approval.pk))
    assert other.person.name in case.see("firm", terms)


def test_lead_is_changed_and_the_commission_ended_from_its_page(case):
    row = case.commissioned()
    number = case.task.number
    page = case.url("commission", number)
    other = ready_firm(case.people["bureau"]).lead_evaluators.get()
    wrong = {"lead_evaluator": other.pk, "reason": "病假"}
    case.press("clerk", page, case.url("commission-lead", number), wrong, status=422)
    other.firm = case.firm
    other.save()
    case.press("clerk", page, case.url("commission-lead", number), wrong)
    absence = {"happened_on": row.accepted_on.isoformat(), "reason": "签到表无其签名"}
    case.press("clerk", page, case.url("commission-absence", number), absence)
    change = LeadEvent.objects.get(kind="CHANGE")
    approval = running("LEAD", change)
    case.press("head", case.url("approval", approval.pk), case.url("approval-agree", approval.pk))
    words = case.see("clerk", page)
    assert f"{other.person.name} 接替 {case.lead.person.name}" in words
    assert f"{case.lead.person.name} 于" in words
    case.press("clerk", page, case.url("commission-end", number), {"reason": ""}, status=422)
    case.press("clerk", page, case.url("commission-end", number), {"reason": "项目取消"})

    row.refresh_from_db()
    assert (row.lead_evaluator, row.status, row.end_reason) == (other, CommissionStatus.ENDED, "项目取消")
    assert case.at["firm"].get(case.url("firm-deliver", number)).status_code == 404


def test_a_person_of_another_bureau_finds_no_commission(case):
    case.commissioned()
    stranger = Client()
    stranger.force_login(UserFactory(role=Role.CLERK))

    pages = [case.url(name, case.task.number) for name in ("commission", "commission-end", "deliver", "report-accept")]

    assert {stranger.get(page).status_code for page in pages} == {404}
