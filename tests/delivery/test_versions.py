"""Versions: who hands in what when, what the checks keep, what a return does; signature, comments, acceptance."""

import io
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from docx import Document
from PIL import Image

from assignments.enums import Executor, FirmTrack, TaskStatus
from delivery import services
from delivery.enums import CheckCode, SignatureWay, VersionKind, VersionStatus
from delivery.models import Acceptance, ClockStop, EarlierReport, ExtractedText, ReportVersion, SignOff, UnitComment
from delivery.selectors import due_net, late_days, versions_visible_to, visible_to
from delivery.services.acceptance import AcceptanceRefused, SignOffRefused
from delivery.services.clock import ClockStopRefused
from delivery.services.comments import CommentRefused
from delivery.services.versions import VersionRefused
from faces.documents.evaluation_report import build, indicators_for, passage
from foundation.accounts.enums import Role
from foundation.audit.models import Entry
from foundation.core.errors import NotAllowed, TransitionRefused
from foundation.files.models import StoredFile
from foundation.files.permissions import may_read
from foundation.files.services import FileRefused
from tests.delivery.test_outline import facts_of
from tests.factories.assignments import (
    TODAY,
    ExpertAssignmentFactory,
    ReReviewFactory,
    TaskFactory,
    UnitFactory,
    expert_user,
    firm_user,
    unit_user,
)
from tests.factories.delivery import NOW, CommissionFactory, LeadEvaluatorFactory, VersionFactory
from tests.factories.foundation import UserFactory

pytestmark = pytest.mark.django_db
UNIT = "区住房和城乡建设局"


def scanned():
    """Return a small real picture."""
    kept = io.BytesIO()
    Image.new("L", (40, 20), 255).save(kept, "PNG")
    return kept.getvalue()


PNG = scanned()
REPORTS = {}


def report(**more):
    """Return the bytes of a demonstration report, built once."""
    key = repr(sorted(more.items()))
    if key not in REPORTS:
        REPORTS[key] = build(facts_of(**more))
    return REPORTS[key]


@pytest.fixture
def work():
    """A commission whose lead, unit and firm are those of the demonstration report."""
    return CommissionFactory(
        task__plan__bureau__name="济南市历城区财政局",
        task__unit__organisation__name=UNIT,
        task__title="唐冶新区污水处理厂",
        lead_evaluator__person__name="赵䶮",
    )


def hand_in(commission, kind, *, status=None, content=None, by=None, at=NOW, **more):
    if status:
        type(commission.task).objects.filter(pk=commission.task_id).update(status=status)
    facts = {"internally_reviewed_by": "李静"} | more
    return services.submit_version(
        task=commission.task,
        kind=kind,
        name="报告.pdf",
        content=report() if content is None else content,
        by=by or commission.task.clerk,
        at=at,
        **facts,
    )


def signed(commission, **more):
    version = hand_in(commission, VersionKind.FINAL, status=TaskStatus.EXPERT_REVIEW, **more)
    services.sign_off(
        version=version,
        lead_evaluator=commission.lead_evaluator,
        sha256=version.sha256,
        way=SignatureWay.WET_SCAN,
        scan_name="签字.png",
        scan_content=PNG,
        by=commission.task.clerk,
        at=NOW,
    )
    return version


STEPS = [
    (VersionKind.WORK_PLAN, TaskStatus.COMMISSIONED, TaskStatus.PLAN_REVIEW),
    (VersionKind.WORK_PLAN, TaskStatus.PLAN_RETURNED, TaskStatus.PLAN_REVIEW),
    (VersionKind.DRAFT, TaskStatus.FIELDWORK, TaskStatus.DRAFT),
    (VersionKind.DRAFT, TaskStatus.DRAFT, TaskStatus.DRAFT),
    (VersionKind.COMMENTS, TaskStatus.DRAFT, TaskStatus.COMMENTS),
    (VersionKind.SUBMITTED, TaskStatus.COMMENTS, TaskStatus.SUBMITTED),
    (VersionKind.SUBMITTED, TaskStatus.REVISION, TaskStatus.SUBMITTED),
    (VersionKind.FINAL, TaskStatus.EXPERT_REVIEW, TaskStatus.FINAL),
    (VersionKind.FINAL, TaskStatus.REVISION, TaskStatus.FINAL),
    (VersionKind.FINAL, TaskStatus.FINAL, TaskStatus.FINAL),
]


@pytest.mark.parametrize(("kind", "before", "after"), STEPS)
def test_version_is_stored_numbered_and_takes_its_step(work, kind, before, after):
    user = firm_user(work.firm)

    version = hand_in(work, kind, status=before, by=work.task.clerk if kind == VersionKind.COMMENTS else user)

    work.task.refresh_from_db()
    assert (work.task.status, version.number, version.commission) == (after, 1, work)
    assert version.sha256 == version.file.sha256
    assert (version.file.owner_kind, version.file.owner_id) == ("delivery.reportversion", version.pk)
    assert ExtractedText.objects.filter(file=version.file).exists()
    assert may_read(user, version.file)


@pytest.mark.parametrize("kind", VersionKind)
def test_version_is_refused_wherever_the_task_does_not_wait_for_it_and_nothing_is_kept(work, kind):
    allowed = {before for of, before, _after in STEPS if of == kind}
    wrong = []
    for status in set(TaskStatus) - allowed:
        try:
            hand_in(work, kind, status=status, content=b"%PDF-1.4")
        except (TransitionRefused, FileRefused):
            pass
        else:
            wrong.append(status)
    for status in set(TaskStatus) - allowed:
        with pytest.raises(TransitionRefused):
            hand_in(work, kind, status=status)

    assert wrong == []
    assert not ReportVersion.objects.exists()
    assert not StoredFile.objects.exists()


def test_version_of_the_same_kind_supersedes_and_the_number_goes_on(work):
    first = hand_in(work, VersionKind.DRAFT, status=TaskStatus.FIELDWORK)
    second = hand_in(work, VersionKind.DRAFT, content=report(version="初稿"))

    first.refresh_from_db()
    assert (first.status, second.status, second.number) == (VersionStatus.SUPERSEDED, VersionStatus.RECEIVED, 2)


def test_draft_needs_the_firms_internal_review(work):
    with pytest.raises(VersionRefused) as caught:
        hand_in(work, VersionKind.DRAFT, status=TaskStatus.FIELDWORK, internally_reviewed_by=" ")

    assert caught.value.refusal.facts["field"] == "internally_reviewed_by"
    assert not StoredFile.objects.exists()


@pytest.mark.parametrize("who", ["other firm", "unit", "expert", "leader"])
def test_others_hand_in_nothing(work, who):
    user = {
        "other firm": lambda: firm_user(LeadEvaluatorFactory(firm__bureau=work.task.bureau).firm),
        "unit": lambda: unit_user(work.task.unit),
        "expert": lambda: UserFactory(bureau=work.task.bureau, role=Role.EXPERT),
        "leader": lambda: UserFactory(bureau=work.task.bureau, role=Role.BUREAU_LEADER),
    }[who]()

    with pytest.raises(NotAllowed):
        hand_in(work, VersionKind.DRAFT, status=TaskStatus.FIELDWORK, by=user)


def test_only_the_bureau_puts_a_version_before_the_unit(work):
    with pytest.raises(NotAllowed):
        hand_in(work, VersionKind.COMMENTS, status=TaskStatus.DRAFT, by=firm_user(work.firm))


@pytest.mark.parametrize("content", [b"", b"hello", b"%PDF-1.4 broken", b"PK\x03\x04"])
@pytest.mark.edge("E57")
def test_hostile_file_is_refused_and_leaves_nothing(work, content):
    with pytest.raises(FileRefused):
        hand_in(work, VersionKind.DRAFT, status=TaskStatus.FIELDWORK, content=content)

    work.task.refresh_from_db()
    assert work.task.status == TaskStatus.FIELDWORK
    assert not StoredFile.objects.exists()


def test_clean_report_gives_no_check(work):
    UnitFactory(bureau=work.task.bureau, organisation__name="济南市历城区城乡水务局")

    version = hand_in(work, VersionKind.DRAFT, status=TaskStatus.FIELDWORK)

    assert (version.checks, version.project_score_text) == ([], "89.95")


PLANTED = {
    "total": ({"printed_total": "90.0"}, CheckCode.TOTAL_NOT_SUM),
    "weights": (
        {
            "indicators": indicators_for(
                "唐冶新区污水处理厂", "工程类", Decimal("89.95"), weights_total=Decimal("99.99")
            )
        },
        CheckCode.WEIGHTS_NOT_100,
    ),
    "unit": ({"foreign_unit": "区城乡水务局"}, CheckCode.OTHER_UNIT),
    "passage": ({"last_year_passage": passage(replace(facts_of(), budget_year=2018))}, CheckCode.COPIED_PASSAGE),
    "head": ({"missing_head": 5}, CheckCode.HEAD_MISSING),
    "signer": ({"signer": "孙若木"}, CheckCode.WRONG_SIGNER),
}


@pytest.mark.rule("R-44")
@pytest.mark.parametrize("fault", PLANTED)
def test_each_planted_fault_is_found_and_nothing_else(work, fault):
    facts, code = PLANTED[fault]
    UnitFactory(bureau=work.task.bureau, organisation__name="济南市历城区城乡水务局")
    last = replace(facts_of(), budget_year=2018)
    services.keep_earlier_report(
        bureau=work.task.bureau,
        unit=work.task.unit,
        title="唐冶新区污水处理厂绩效评价报告",
        budget_year=2018,
        name="2018.pdf",
        content=build(replace(last, last_year_passage=passage(last))),
        by=work.task.clerk,
    )

    version = hand_in(work, VersionKind.DRAFT, status=TaskStatus.FIELDWORK, content=report(**facts))

    assert [check["code"] for check in version.checks] == [code]
    if fault == "passage":
        [check] = version.checks
        assert check["excerpt"].startswith("2018年度")
        assert "唐冶新区污水处理厂绩效评价报告（2018）" in check["right"]


def test_passage_of_a_report_of_the_same_firm_on_another_task_is_found(work):
    words = passage(replace(facts_of(), budget_year=2018))
    other = CommissionFactory(
        task__plan=work.task.plan,
        assignment__firm=work.firm,
        lead_evaluator=work.lead_evaluator,
        task__title="另一任务",
    )
    old = replace(facts_of(), project="既有建筑节能改造", last_year_passage=words)
    hand_in(other, VersionKind.DRAFT, status=TaskStatus.FIELDWORK, content=build(old))

    version = hand_in(work, VersionKind.DRAFT, status=TaskStatus.FIELDWORK, content=report(last_year_passage=words))

    assert [(check["code"], check["right"][:12]) for check in version.checks] == [
        (CheckCode.COPIED_PASSAGE, "《另一任务（2019）》第 "[:12])
    ]


def test_same_bytes_as_an_earlier_version_are_told(work):
    hand_in(work, VersionKind.DRAFT, status=TaskStatus.FIELDWORK)

    version = hand_in(work, VersionKind.SUBMITTED, status=TaskStatus.COMMENTS)

    assert [(check["code"], check["right"]) for check in version.checks] == [(CheckCode.SAME_FILE, "v1")]


def test_check_before_handing_in_says_the_same_and_keeps_nothing(work):
    facts, code = PLANTED["signer"]

    found = services.check_version(
        task=work.task,
        kind=VersionKind.DRAFT,
        name="报告.pdf",
        content=report(**facts),
        by=firm_user(work.firm),
        on=TODAY,
    )

    assert [finding.code for finding in found] == [code]
    assert not StoredFile.objects.exists()


def word_file(*, total="100"):
    document = Document()
    for head in (
        "一、基本情况",
        "二、绩效评价工作开展情况",
        "三、综合评价情况及评价结论（附评分表）",
        "四、绩效评价指标分析",
        "五、主要经验及做法、存在的问题及原因分析",
        "六、有关建议",
    ):
        document.add_paragraph(head)
        document.add_paragraph("正文一段。")
    table = document.add_table(rows=4, cols=3)
    rows = (("指标名称", "权重", "得分"), ("立项", "40", "35.5"), ("产出", "60", "50"), ("合计", total, "85.5"))
    for row, cells in zip(table.rows, rows, strict=True):
        for cell, words in zip(row.cells, cells, strict=True):
            cell.text = words
    kept = io.BytesIO()
    document.save(kept)
    return kept.getvalue()


def test_word_file_is_read_with_its_tables(work):
    type(work.task).objects.filter(pk=work.task_id).update(status=TaskStatus.FIELDWORK)

    version = services.submit_version(
        task=work.task,
        kind=VersionKind.DRAFT,
        name="报告.docx",
        content=word_file(total="99"),
        by=work.task.clerk,
        at=NOW,
        internally_reviewed_by="李静",
    )

    assert [(check["code"], check["right"]) for check in version.checks] == [
        (CheckCode.HEAD_MISSING, "七、其他需要说明的问题"),
        (CheckCode.WEIGHTS_NOT_100, "100.00"),
    ]
    assert version.project_score_text == "85.50"


def test_file_without_words_is_told(work):
    empty = Document()
    kept = io.BytesIO()
    empty.save(kept)
    type(work.task).objects.filter(pk=work.task_id).update(status=TaskStatus.FIELDWORK)

    found = services.check_version(
        task=work.task, kind=VersionKind.DRAFT, name="a.docx", content=kept.getvalue(), by=work.task.clerk, on=TODAY
    )

    assert [finding.code for finding in found] == [CheckCode.NO_TEXT]


RETURNS = [
    (VersionKind.WORK_PLAN, TaskStatus.COMMISSIONED, None, TaskStatus.PLAN_RETURNED),
    (VersionKind.DRAFT, TaskStatus.FIELDWORK, None, TaskStatus.DRAFT),
    (VersionKind.SUBMITTED, TaskStatus.COMMENTS, TaskStatus.EXPERT_REVIEW, TaskStatus.REVISION),
    (VersionKind.FINAL, TaskStatus.EXPERT_REVIEW, None, TaskStatus.FINAL),
]


@pytest.mark.parametrize(("kind", "before", "then", "after"), RETURNS)
def test_returned_version_sends_the_task_back_to_wait_for_the_next(work, kind, before, then, after):
    version = hand_in(work, kind, status=before)
    if then:
        type(work.task).objects.filter(pk=work.task_id).update(status=then)

    services.return_version(version=version, words="请补充样本说明。", by=work.task.clerk, on=TODAY)

    version.refresh_from_db()
    work.task.refresh_from_db()
    assert (version.status, version.return_words) == (VersionStatus.RETURNED, "请补充样本说明。")
    assert work.task.status == after
    with pytest.raises(TransitionRefused):
        services.return_version(version=version, words="再退", by=work.task.clerk, on=TODAY)


def test_return_needs_words_and_the_bureau(work):
    version = hand_in(work, VersionKind.DRAFT, status=TaskStatus.FIELDWORK)

    with pytest.raises(VersionRefused):
        services.return_version(version=version, words=" ", by=work.task.clerk, on=TODAY)
    with pytest.raises(NotAllowed):
        services.return_version(version=version, words="退", by=firm_user(work.firm), on=TODAY)


def test_work_plan_agreed_unit_told_fieldwork_begun(work):
    plan = hand_in(work, VersionKind.WORK_PLAN)

    services.notify_unit(task=work.task, by=work.task.clerk, on=TODAY)
    services.start_fieldwork(task=work.task, by=firm_user(work.firm), on=TODAY)

    plan.refresh_from_db()
    work.task.refresh_from_db()
    assert (plan.status, work.task.status) == (VersionStatus.ACCEPTED, TaskStatus.FIELDWORK)


def test_unit_comments_while_asked_and_the_firm_answers_each(work):
    draft = hand_in(work, VersionKind.DRAFT, status=TaskStatus.FIELDWORK)
    unit, firm = unit_user(work.task.unit), firm_user(work.firm)
    assert not versions_visible_to(unit).exists()
    with pytest.raises(TransitionRefused):
        services.comment(version=draft, words="第 5 页数据有误。", by=unit, on=TODAY)

    services.ask_comments(task=work.task, by=work.task.clerk, on=TODAY)
    made = services.comment(version=draft, words="第 5 页数据有误。", by=unit, on=TODAY)

    assert list(versions_visible_to(unit)) == [draft]
    assert not visible_to(unit).exists()
    with pytest.raises(VersionRefused) as caught:
        hand_in(work, VersionKind.SUBMITTED, by=firm, content=report(version="送审稿"))
    assert caught.value.refusal.code == "comments_unanswered"
    with pytest.raises(CommentRefused):
        services.answer_comment(comment=made, is_adopted=False, reply=" ", by=firm, on=TODAY)
    with pytest.raises(NotAllowed):
        services.answer_comment(comment=made, is_adopted=True, reply="", by=unit, on=TODAY)
    services.answer_comment(comment=made, is_adopted=False, reply="数据来自决算批复。", by=firm, on=TODAY)
    hand_in(work, VersionKind.SUBMITTED, by=firm, content=report(version="送审稿"))
    with pytest.raises(TransitionRefused):
        services.answer_comment(comment=made, is_adopted=True, reply="", by=firm, on=TODAY)
    made.refresh_from_db()
    assert (made.is_adopted, made.answered_by) == (False, firm)


@pytest.mark.parametrize("who", ["other unit", "firm", "expert"])
def test_nobody_else_comments(work, who):
    draft = hand_in(work, VersionKind.DRAFT, status=TaskStatus.FIELDWORK)
    services.ask_comments(task=work.task, by=work.task.clerk, on=TODAY)
    user = {
        "other unit": lambda: unit_user(UnitFactory(bureau=work.task.bureau)),
        "firm": lambda: firm_user(work.firm),
        "expert": lambda: UserFactory(bureau=work.task.bureau, role=Role.EXPERT),
    }[who]()

    with pytest.raises(NotAllowed):
        services.comment(version=draft, words="意见", by=user, on=TODAY)

    assert not UnitComment.objects.exists()


def test_returned_draft_is_not_put_before_the_unit(work):
    draft = hand_in(work, VersionKind.DRAFT, status=TaskStatus.FIELDWORK)
    services.return_version(version=draft, words="补", by=work.task.clerk, on=TODAY)

    with pytest.raises(VersionRefused):
        services.ask_comments(task=work.task, by=work.task.clerk, on=TODAY)


def test_comment_needs_words(work):
    draft = hand_in(work, VersionKind.DRAFT, status=TaskStatus.FIELDWORK)
    services.ask_comments(task=work.task, by=work.task.clerk, on=TODAY)

    with pytest.raises(CommentRefused):
        services.comment(version=draft, words="  ", by=work.task.clerk, on=TODAY)


def test_signature_binds_the_bytes_and_a_later_file_makes_it_void(work):
    version = signed(work)
    assert services.is_signed(version, work)

    later = hand_in(work, VersionKind.FINAL, content=report(version="定稿二"))

    assert SignOff.objects.get(version=version).is_void
    assert not services.is_signed(version, work)
    assert not services.is_signed(later, work)
    with pytest.raises(AcceptanceRefused) as caught:
        services.accept_report(task=work.task, by=work.task.clerk, on=TODAY)
    assert caught.value.refusal.code == "not_signed"


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ("other signer", "not_the_lead"),
        ("other hash", "other_file"),
        ("draft", "not_to_sign"),
        ("superseded", "not_to_sign"),
        ("returned", "not_to_sign"),
        ("twice", "signed_already"),
    ],
)
def test_signature_that_does_not_count_is_refused_and_stores_nothing(work, fault, code):
    kind, status = (
        (VersionKind.DRAFT, TaskStatus.FIELDWORK) if fault == "draft" else (VersionKind.FINAL, TaskStatus.EXPERT_REVIEW)
    )
    version = hand_in(work, kind, status=status)
    if fault == "superseded":
        hand_in(work, VersionKind.FINAL, content=report(version="定稿二"))
    if fault == "returned":
        services.return_version(version=version, words="补", by=work.task.clerk, on=TODAY)
    facts = {
        "version": version,
        "lead_evaluator": LeadEvaluatorFactory(firm=work.firm) if fault == "other signer" else work.lead_evaluator,
        "sha256": "0" * 64 if fault == "other hash" else version.sha256,
        "way": SignatureWay.FINGER,
        "scan_name": "签字.png",
        "scan_content": PNG,
        "by": firm_user(work.firm),
        "at": NOW,
    }
    if fault == "twice":
        services.sign_off(**facts)
    before = (SignOff.objects.count(), StoredFile.objects.count(), Entry.objects.count())

    with pytest.raises(SignOffRefused) as caught:
        services.sign_off(**facts)

    assert caught.value.refusal.code == code
    assert (SignOff.objects.count(), StoredFile.objects.count(), Entry.objects.count()) == before


def test_typed_name_never_counts():
    assert set(SignatureWay.values) == {"WET_SCAN", "CERTIFICATE", "FINGER"}


def test_signature_needs_its_proof(work):
    version = hand_in(work, VersionKind.FINAL, status=TaskStatus.EXPERT_REVIEW)

    with pytest.raises(FileRefused):
        services.sign_off(
            version=version,
            lead_evaluator=work.lead_evaluator,
            sha256=version.sha256,
            way=SignatureWay.WET_SCAN,
            scan_name="签字.png",
            scan_content=b"",
            by=work.task.clerk,
            at=NOW,
        )


def test_acceptance_begins_both_tracks_and_keeps_the_lateness(work):
    type(work.task).objects.filter(pk=work.task_id).update(due_on=date(2020, 5, 28))  # a Thursday; 1 June is a Monday
    version = signed(work)

    row = services.accept_report(task=work.task, by=work.task.clerk, on=date(2020, 6, 10))

    work.task.refresh_from_db()
    version.refresh_from_db()
    assert (row.late_days, row.version, version.status) == (2, version, VersionStatus.ACCEPTED)
    assert (work.task.status, work.task.firm_track) == (TaskStatus.ACCEPTED, FirmTrack.NONE)


def test_acceptance_refuses_bytes_that_are_no_longer_those_signed(work):
    version = signed(work)
    with version.file.content.open("wb") as stored:
        stored.write(b"other")

    with pytest.raises(AcceptanceRefused) as caught:
        services.accept_report(task=work.task, by=work.task.clerk, on=TODAY)

    assert caught.value.refusal.code == "bytes_differ"
    assert not Acceptance.objects.exists()


def test_acceptance_needs_a_final_report_and_the_bureau(work):
    with pytest.raises(TransitionRefused):
        services.accept_report(task=work.task, by=work.task.clerk, on=TODAY)
    signed(work)
    with pytest.raises(NotAllowed):
        services.accept_report(task=work.task, by=firm_user(work.firm), on=TODAY)


def test_bureau_delivers_its_own_report_without_commission_or_signature():
    task = TaskFactory(executor=Executor.BUREAU, status=TaskStatus.FIELDWORK, unit__organisation__name=UNIT)
    at = {"by": task.clerk, "at": NOW, "name": "报告.pdf"}

    services.submit_version(task=task, kind=VersionKind.DRAFT, content=report(), **at)
    services.ask_comments(task=task, by=task.clerk, on=TODAY)
    services.submit_version(task=task, kind=VersionKind.SUBMITTED, content=report(version="送审稿"), **at)
    services.submit_version(task=task, kind=VersionKind.FINAL, content=report(version="定稿二"), **at)
    row = services.accept_report(task=task, by=task.clerk, on=TODAY)

    task.refresh_from_db()
    assert (row.version.commission, task.status, task.firm_track) == (None, TaskStatus.ACCEPTED, FirmTrack.SKIPPED)


def test_unit_delivers_where_it_executes_the_task():
    task = TaskFactory(executor=Executor.UNIT, status=TaskStatus.FIELDWORK)
    user = unit_user(task.unit)

    version = services.submit_version(
        task=task, kind=VersionKind.DRAFT, name="报告.pdf", content=report(), by=user, at=NOW
    )

    assert list(versions_visible_to(user)) == [version]


@pytest.mark.rule("R-29")
@pytest.mark.edge("E24")
def test_clock_stop_granted_by_another_moves_the_due_day(work):
    task = work.task
    task.due_on = date(2020, 5, 28)
    task.save()
    firm = firm_user(work.firm)
    stop = services.ask_clock_stop(
        task=task,
        started_on=date(2020, 5, 25),
        ended_on=date(2020, 5, 26),
        reason="数据须向运营方调取",
        proof_name="证明.png",
        proof_content=PNG,
        by=firm,
        on=TODAY,
    )
    assert (late_days(task, TODAY), due_net(task)) == (2, date(2020, 5, 28))

    with pytest.raises(NotAllowed):
        services.grant_clock_stop(stop=stop, by=firm, on=TODAY)
    services.grant_clock_stop(stop=stop, by=task.clerk, on=TODAY)

    assert (late_days(task, TODAY), due_net(task)) == (0, TODAY)
    for act in (services.grant_clock_stop, services.deny_clock_stop):
        with pytest.raises(TransitionRefused):
            act(stop=stop, by=task.clerk, on=TODAY, words="晚了")


def test_clock_stop_is_denied_with_words_and_never_by_who_asked(work):
    facts = {"started_on": TODAY, "ended_on": TODAY, "reason": "停电", "proof_name": "a.png", "proof_content": PNG}
    stop = services.ask_clock_stop(task=work.task, by=work.task.clerk, on=TODAY, **facts)
    other = UserFactory(bureau=work.task.bureau, role=Role.SECTION_HEAD)

    with pytest.raises(NotAllowed):
        services.grant_clock_stop(stop=stop, by=work.task.clerk, on=TODAY)
    with pytest.raises(ClockStopRefused):
        services.deny_clock_stop(stop=stop, by=other, on=TODAY, words=" ")
    services.deny_clock_stop(stop=stop, by=other, on=TODAY, words="证明不足")

    stop.refresh_from_db()
    assert (stop.status, stop.words) == ("DENIED", "证明不足")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"ended_on": TODAY - timedelta(days=1)}, "days_in_wrong_order"),
        ({"reason": ""}, "reason_missing"),
        ({"proof_content": b""}, "empty"),
    ],
)
def test_clock_stop_is_refused_and_leaves_nothing(work, change, code):
    facts = {"started_on": TODAY, "ended_on": TODAY, "reason": "停电", "proof_name": "a.png", "proof_content": PNG}

    with pytest.raises((ClockStopRefused, FileRefused)) as caught:
        services.ask_clock_stop(task=work.task, by=work.task.clerk, on=TODAY, **(facts | change))

    assert caught.value.refusal.code == code
    assert not ClockStop.objects.exists()


def test_clock_no_longer_runs_after_acceptance():
    done = CommissionFactory(task__status=TaskStatus.ACCEPTED)
    facts = {"started_on": TODAY, "ended_on": TODAY, "reason": "停电", "proof_name": "a.png", "proof_content": PNG}

    with pytest.raises(ClockStopRefused):
        services.ask_clock_stop(task=done.task, by=done.task.clerk, on=TODAY, **facts)


def test_late_days_counts_to_the_first_final_that_was_not_returned(work):
    work.task.due_on = date(2020, 5, 28)
    first = VersionFactory(commission=work, number=1, status=VersionStatus.RETURNED, return_words="补")
    second = VersionFactory(commission=work, number=2, submitted_at=datetime(2020, 6, 3, 2, tzinfo=UTC))

    assert late_days(work.task, date(2020, 7, 1)) == 4
    assert late_days(work.task, date(2020, 5, 29)) == 1
    work.task.due_on = None
    assert late_days(work.task, date(2020, 7, 1)) == 0
    assert due_net(work.task) is None
    assert first.number < second.number


def test_expert_reads_what_his_panel_looks_at_once_he_accepted(work):
    draft = hand_in(work, VersionKind.DRAFT, status=TaskStatus.FIELDWORK)
    submitted = hand_in(work, VersionKind.SUBMITTED, status=TaskStatus.COMMENTS, content=report(version="送审稿"))
    seat = ExpertAssignmentFactory(re_review=ReReviewFactory(evaluation=work.task))
    user = expert_user(seat.expert)
    stranger = expert_user(ExpertAssignmentFactory(bureau=work.task.bureau).expert)

    assert not versions_visible_to(user).exists()
    for status in ("ACCEPTED", "DECLARED", "SERVING", "SIGNED"):
        type(seat).objects.filter(pk=seat.pk).update(status=status)
        assert list(versions_visible_to(user)) == [submitted]
    assert draft not in versions_visible_to(user)
    assert not versions_visible_to(stranger).exists()


def test_other_bureau_and_other_firm_see_nothing(work):
    hand_in(work, VersionKind.DRAFT, status=TaskStatus.FIELDWORK)
    other_bureau = UserFactory(role=Role.CLERK)
    other_firm = firm_user(LeadEvaluatorFactory(firm__bureau=work.task.bureau).firm)

    for user in (other_bureau, other_firm):
        assert not versions_visible_to(user).exists()
        assert not visible_to(user).exists()


def test_earlier_report_is_kept_once(work):
    facts = {
        "bureau": work.task.bureau,
        "unit": None,
        "title": "旧报告",
        "budget_year": 2018,
        "name": "a.pdf",
        "content": report(),
        "by": work.task.clerk,
    }

    row = services.keep_earlier_report(**facts)

    assert EarlierReport.objects.get() == row
    assert len(ExtractedText.objects.get(file=row.file).pages) >= 25
