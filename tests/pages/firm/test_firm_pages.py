"""The firm's pages: its own tasks only, files looked at before they are kept, half-written words found again."""

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from assignments.enums import AssignmentStatus, DrawStatus, TaskStatus
from assignments.models import DrawExclusion, EvaluationTask
from delivery.enums import CheckCode, ClockStatus
from delivery.models import ClockStop, ReportVersion, SignOff, UnitComment
from evaluators.models import FirmUndertaking, Qualification
from foundation.accounts.enums import Role
from foundation.audit.models import Entry
from foundation.core import clock
from foundation.files.models import StoredFile
from tests.delivery.test_versions import PNG, UNIT, report
from tests.factories.assignments import (
    TODAY,
    DrawFactory,
    FirmAssignmentFactory,
    FirmFactory,
    TaskFactory,
    firm_user,
)
from tests.factories.delivery import NOW, CommissionFactory, VersionFactory
from tests.factories.foundation import UserFactory
from tests.foundation.files.test_uploads import open_action, pdf

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _moment():
    with clock.standing_at(NOW):
        yield


@pytest.fixture
def work():
    return CommissionFactory(
        task__plan__bureau__name="济南市历城区财政局",
        task__unit__organisation__name=UNIT,
        task__title="唐冶新区污水处理厂",
        lead_evaluator__person__name="赵䶮",
    )


@pytest.fixture
def desk(client, work):
    client.force_login(firm_user(work.firm))
    return client


def at(name, *args):
    return reverse(f"pages:{name}", args=args)


def text(page):
    assert page.status_code == 200, page.status_code
    return page.content.decode()


def kept():
    return (ReportVersion.objects.count(), StoredFile.objects.count(), Entry.objects.count())


def handed(content, name="方案.pdf", **more):
    return {"kind": "WORK_PLAN", "file": SimpleUploadedFile(name, content), "internally_reviewed_by": "李静"} | more


@pytest.mark.edge("E58")
def test_another_firm_finds_nothing_of_a_task_and_changes_nothing(client, work):
    type(work.task).objects.filter(pk=work.task_id).update(status=TaskStatus.COMMENTS)
    version = VersionFactory(commission=work, task=work.task, kind="DRAFT", number=1)
    final = VersionFactory(commission=work, task=work.task, kind="FINAL", number=2)
    comment = UnitComment.objects.create(version=version, words="意见", entered_by=work.task.clerk)
    client.force_login(firm_user(FirmFactory(bureau=work.task.bureau)))
    number = work.task.number
    before = kept()

    for page in ("firm-task", "firm-deliver", "firm-accept", "firm-start", "firm-clock-stop", "firm-answer"):
        assert client.get(at(page, number)).status_code == 404, page
        assert client.post(at(page, number), {}).status_code in {404, 405}, page
    for page, pk in (("firm-sign", final.pk), ("firm-comment", comment.pk), ("file", version.file_id)):
        assert client.get(at(page, pk)).status_code == 404, page
    answer = client.post(at("firm-comment", comment.pk), {"is_adopted": "yes", "reply": "x"})
    assert answer.status_code == 404
    assert work.task.title not in text(client.get(at("firm-home")))
    comment.refresh_from_db()
    assert (comment.is_adopted, kept()) == (None, before)


@pytest.mark.parametrize("role", [Role.CLERK, Role.EXPERT, Role.UNIT])
def test_who_works_for_no_firm_does_not_enter(client, work, role):
    user = firm_user(work.firm, role)
    client.force_login(user)

    for page in (at("firm-home"), at("firm-task", work.task.number), at("firm-record")):
        assert client.get(page).status_code in {403, 404}, page


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("方案.pdf", b"MZ\x90\x00 this is a program", "文件内容与扩展名不符"),
        ("方案.pdf", b"", "空"),
        ("方案.exe", b"MZ\x90\x00", "此处不接受这种文件"),
        ("方案.pdf", pdf(open_action("/JavaScript", JS="app.alert(1)")), "脚本"),
        ("方案.pdf", pdf(password="geheim"), "密码"),
    ],
    ids=["not-a-pdf", "empty", "program", "script", "locked"],
)
@pytest.mark.parametrize("button", [{}, {"check": "1"}], ids=["hand-in", "only-check"])
def test_hostile_file_is_refused_with_its_reason_and_nothing_is_kept(desk, work, name, content, words, button):
    before = kept()

    page = desk.post(at("firm-deliver", work.task.number), handed(content, name, **button))

    assert page.status_code in {409, 422}
    assert words in page.content.decode()
    assert page.context["form"].errors["file"]
    assert kept() == before
    work.task.refresh_from_db()
    assert work.task.status == TaskStatus.COMMISSIONED


def test_only_checking_shows_what_would_be_found_and_keeps_nothing(desk, work):
    type(work.task).objects.filter(pk=work.task_id).update(status=TaskStatus.FIELDWORK)
    before = kept()

    page = text(
        desk.post(
            at("firm-deliver", work.task.number), handed(report(printed_total="90.0"), kind="DRAFT") | {"check": "1"}
        )
    )

    assert "方案.pdf" in page
    assert str(CheckCode.TOTAL_NOT_SUM.label) in page
    assert kept() == before


def test_firm_draft_without_internal_review_is_refused_at_its_field(desk, work):
    type(work.task).objects.filter(pk=work.task_id).update(status=TaskStatus.FIELDWORK)
    before = kept()

    page = desk.post(at("firm-deliver", work.task.number), handed(report(), kind="DRAFT", internally_reviewed_by=" "))

    assert page.status_code == 409
    assert page.context["form"].errors["internally_reviewed_by"]
    assert kept() == before


def test_firm_cannot_put_the_draft_before_the_unit(desk, work):
    type(work.task).objects.filter(pk=work.task_id).update(status=TaskStatus.DRAFT)
    before = kept()

    page = desk.post(at("firm-deliver", work.task.number), handed(report(), kind="COMMENTS"))

    assert page.status_code == 422
    assert kept() == before


def test_hand_in_page_offers_no_form_where_no_file_is_awaited(desk, work):
    url = at("firm-deliver", work.task.number)
    assert 'name="file"' in text(desk.get(url))

    type(work.task).objects.filter(pk=work.task_id).update(status=TaskStatus.ACCEPTED)

    page = text(desk.get(url))
    assert 'name="file"' not in page
    assert f'href="{at("firm-task", work.task.number)}"' in page


def test_signature_is_bound_to_the_digest_shown_and_a_program_is_no_proof(desk, work):
    type(work.task).objects.filter(pk=work.task_id).update(status=TaskStatus.EXPERT_REVIEW)
    desk.post(at("firm-deliver", work.task.number), handed(report(), kind="FINAL"))
    final = ReportVersion.objects.get()
    url = at("firm-sign", final.pk)
    assert final.sha256[:8] in text(desk.get(url))
    before = kept()

    bad = desk.post(url, {"way": "WET_SCAN", "scan": SimpleUploadedFile("签字.png", b"MZ")})
    assert (bad.status_code, SignOff.objects.count(), kept()) == (409, 0, before)

    assert desk.post(url, {"way": "WET_SCAN", "scan": SimpleUploadedFile("签字.png", PNG)}).status_code == 302
    assert SignOff.objects.get().sha256 == final.sha256
    again = desk.post(url, {"way": "WET_SCAN", "scan": SimpleUploadedFile("签字.png", PNG)})
    assert (again.status_code, SignOff.objects.count()) == (409, 1)


def test_clock_stop_is_asked_with_a_proof_and_never_without(desk, work):
    url = at("firm-clock-stop", work.task.number)
    given = {"started_on": "2020-06-03", "ended_on": "2020-06-05", "reason": "单位未提供资料"}

    assert desk.post(url, given).status_code == 422
    proof = {"proof": SimpleUploadedFile("函.png", PNG)}
    turned = desk.post(url, given | {"ended_on": "2020-06-01"} | proof)
    assert (turned.status_code, ClockStop.objects.count(), StoredFile.objects.count()) == (409, 0, 0)

    proof = {"proof": SimpleUploadedFile("函.png", PNG)}
    assert desk.post(url, given | proof).status_code == 302
    row = ClockStop.objects.get()
    assert (row.status, row.started_on, row.proof.owner_id) == (ClockStatus.ASKED, date(2020, 6, 3), row.pk)
    assert "单位未提供资料" in text(desk.get(at("firm-task", work.task.number) + "?tab=clock"))


@pytest.mark.parametrize(("status", "is_offered"), [(TaskStatus.FIELDWORK, True), (TaskStatus.ACCEPTED, False)])
def test_clock_stop_is_offered_only_while_the_work_runs(desk, work, status, is_offered):
    type(work.task).objects.filter(pk=work.task_id).update(status=status)

    page = text(desk.get(at("firm-task", work.task.number) + "?tab=clock"))

    assert (at("firm-clock-stop", work.task.number) in page) is is_offered


def test_strip_offers_the_firm_no_search_that_it_may_not_open(desk, client, work):
    own = text(desk.get(at("firm-home")))
    client.force_login(work.task.clerk)
    bureau = text(client.get(at("bureau-home")))

    assert 'role="search"' not in own
    assert at("work-year") not in own
    assert 'role="search"' in bureau
    assert at("work-year") in bureau


def test_half_written_reply_is_found_again_by_its_writer_alone_and_gone_once_sent(desk, client, work):
    type(work.task).objects.filter(pk=work.task_id).update(status=TaskStatus.COMMENTS)
    version = VersionFactory(commission=work, task=work.task, kind="DRAFT", number=1)
    comment = UnitComment.objects.create(version=version, words="意见", entered_by=work.task.clerk)
    url = at("firm-comment", comment.pk)
    draft = at("draft", f"comment-{comment.pk}")

    assert desk.post(draft, {"is_adopted": "no", "reply": "写到一半的答复"}).status_code < 300
    assert "写到一半的答复" in text(desk.get(url))
    empty = desk.post(url, {"is_adopted": "no", "reply": ""})
    assert empty.status_code == 409
    assert "写到一半的答复" in text(desk.get(url))  # a refusal loses nothing

    assert desk.post(url, {"is_adopted": "no", "reply": "与决算一致"}).status_code == 302
    assert "写到一半的答复" not in text(desk.get(url))
    comment.refresh_from_db()
    assert (comment.is_adopted, comment.reply) == (False, "与决算一致")

    desk.post(draft, {"reply": "只有我看得见"})
    client.force_login(firm_user(work.firm, Role.FIRM_MEMBER))
    assert "只有我看得见" not in text(client.get(url))


def test_member_of_the_firm_does_not_answer_for_it(client, work):
    member = firm_user(work.firm, Role.FIRM_MEMBER)
    type(work).objects.filter(pk=work.pk).update(status="SENT", accepted_on=None)
    client.force_login(member)

    assert client.post(at("firm-accept", work.task.number), {}).status_code == 403
    assert client.post(at("firm-undertaking"), {}).status_code == 403
    work.refresh_from_db()
    assert (work.status, FirmUndertaking.objects.count()) == ("SENT", 0)


def test_record_shows_the_register_and_takes_this_years_undertaking(desk, work):
    Qualification.objects.create(firm=work.firm, name="工程咨询资信", number="Q1", issuer="部门", valid_from=TODAY)
    page = text(desk.get(at("firm-record")))
    assert "工程咨询资信" in page
    assert work.lead_evaluator.person.name in page
    assert "制度库" not in page  # a sanction is no measure of the library
    assert at("firm-undertaking") in page

    assert desk.post(at("firm-undertaking"), {}).status_code == 302

    row = FirmUndertaking.objects.get()
    assert (row.firm, row.year, row.accepted_on) == (work.firm, 2020, TODAY)
    assert at("firm-undertaking") not in text(desk.get(at("firm-record")))


def test_home_costs_the_same_however_many_tasks_there_are(desk, work, django_assert_max_num_queries):
    url = at("firm-home")
    desk.get(url)
    with django_assert_max_num_queries(40) as one:
        desk.get(url)
    for _turn in range(4):
        task = TaskFactory(plan=work.task.plan, status=TaskStatus.COMMISSIONED, due_on=work.due_on)
        seat = FirmAssignmentFactory(task=task, firm=work.firm, status=AssignmentStatus.DECLARED)
        CommissionFactory(task=task, assignment=seat, lead_evaluator=work.lead_evaluator)

    with django_assert_max_num_queries(40) as five:
        page = desk.get(url)

    assert len(page.context["to_do"]) == 5
    assert len(five.captured_queries) == len(one.captured_queries)


def test_firm_reads_why_it_was_not_drawn_only_when_the_work_is_over(client):
    task = TaskFactory(status=TaskStatus.SELECTED, title="不该露出的任务", unit__organisation__name="不该露出的单位")
    firm, other = FirmFactory(bureau=task.bureau), FirmFactory(bureau=task.bureau)
    draw = DrawFactory(task=task, status=DrawStatus.DRAWN, commitment="0" * 64, frozen_at=NOW)
    for row, code, fact in (
        (firm, "untrained", "去年学时不足"), (firm, "prior_work", "曾为不该露出的单位提供咨询"), (other, "same_unit", "别家的事实"),
    ):  # fmt: skip
        DrawExclusion.objects.create(
            draw=draw, firm=row, code=code, facts={"message": fact}, source="济评〔2020〕3号", free_on=date(2021, 1, 1)
        )
    client.force_login(firm_user(firm))
    for status in set(TaskStatus) - {TaskStatus.ACCEPTED, TaskStatus.ARCHIVED}:
        EvaluationTask.objects.filter(pk=task.pk).update(status=status)
        assert "济评〔2020〕3号" not in text(client.get(at("firm-left-out"))), status

    for status in (TaskStatus.ACCEPTED, TaskStatus.ARCHIVED):
        EvaluationTask.objects.filter(pk=task.pk).update(status=status)
        shown = text(client.get(at("firm-left-out")))
        assert (shown.count("济评〔2020〕3号"), shown.count("2021年1月1日")) == (2, 2)
        assert "去年学时不足" in shown
        assert not [word for word in ("不该露出", "别家的事实", draw.number, task.number) if word in shown]


def test_nobody_but_firms_reads_why_a_firm_was_not_drawn(client):
    for role in (Role.CLERK, Role.EXPERT, Role.UNIT):
        client.force_login(UserFactory(role=role))
        assert client.get(at("firm-left-out")).status_code == 403
