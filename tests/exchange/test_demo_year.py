"""The demonstration year, loaded once through importers and services: its figures, its states, its faults, its proofs."""

import copy
import json
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
from django.apps import apps
from django.contrib.auth import authenticate
from django.core.management import CommandError, call_command
from django.db import transaction
from django.db.models import CharField, Max
from django.db.models.functions import Length
from django.test import override_settings

from assignments import verify_draw
from assignments.enums import (
    AssignmentStatus,
    DrawStatus,
    FirmTrack,
    Origin,
    PlanStatus,
    ReportTrack,
    TaskKind,
    TaskStatus,
)
from assignments.models import Assignment, Draw, DrawExclusion, EvaluationPlan, EvaluationTask, TaskMove
from assignments.selectors.eligibility import firm_eligibility
from delivery.enums import VersionKind
from delivery.models import ReportVersion
from desk.selectors import year_summary
from disclosure.models import Publication
from evaluators.models import Firm
from experts.models import Expert, ExpertSpecialty
from faces.exchange.demo import load as loading
from faces.exchange.demo.opening import CLOCK_DAY
from foundation.accounts.enums import Role
from foundation.accounts.models import User
from foundation.accounts.selectors import demo_accounts
from foundation.approvals.enums import ApprovalStatus, StepStatus
from foundation.approvals.models import ApprovalStep
from foundation.approvals.selectors import agreed
from foundation.audit.services import seal
from foundation.notices.selectors import unread
from foundation.rulesets.models import RuleSet
from projects.models import Monitoring, SelfEvaluation, Target, WholeDepartmentPilot
from reviews.models import Appeal, Finding, Opinion, PanelOpinion, QualityRating
from training.models import Certificate

pytestmark = [pytest.mark.django_db, pytest.mark.xdist_group("demo year")]
ROOT = Path(__file__).parents[2]
FAULTS = {
    "创建国家义务教育优质均衡区项目绩效评价": ["TOTAL_NOT_SUM"],
    "社区居家养老服务购买项目绩效评价": ["WEIGHTS_NOT_100"],
    "国有企业退休人员社会化管理项目绩效评价": ["OTHER_UNIT"],
    "农村饮水安全巩固提升工程项目绩效评价": ["COPIED_PASSAGE"],
    "农村公路养护工程项目绩效评价": ["HEAD_MISSING"],
    "城乡环卫一体化服务项目绩效评价": ["WRONG_SIGNER"],
}


@pytest.fixture(scope="module")
def year(django_db_setup, django_db_blocker, tmp_path_factory):
    """The bureau of the loaded year; taken back when the module ends."""
    files = tmp_path_factory.getbasetemp() / "files"
    with django_db_blocker.unblock(), override_settings(MEDIA_ROOT=files), transaction.atomic():
        yield loading.load(say=lambda _words: None)
        transaction.set_rollback(True)


def reports():
    return ReportVersion.objects.exclude(kind=VersionKind.WORK_PLAN).select_related("task", "file").order_by("pk")


def pdf_reports():
    return list(reports().filter(file__original_name__endswith=".pdf"))


def test_official_figures_come_out_of_the_rows(year):
    assert year_summary(year, 2020) == {
        "key_evaluations": {"tasks": 15, "amount_wan": "37630.00", "by_firms": 11, "by_bureau": 4},
        "ex_ante": {"tasks": 74, "amount_wan": "86104.00", "re_reviewed": 4},
        "self_evaluations": {"projects": 166, "amount_wan": "216974.00", "mean_score": "96.08"},
        "targets_published": 535,
        "whole_department_pilots": 14,
    }


def test_every_text_fits_its_column(year):
    """SQLite keeps what is too long; PostgreSQL refuses it."""
    columns = [
        field
        for model in apps.get_models()
        for field in model._meta.local_fields
        if isinstance(field, CharField) and field.max_length
    ]

    longest = {
        str(field): (field.model._base_manager.aggregate(most=Max(Length(field.name)))["most"], field.max_length)
        for field in columns
    }

    assert {name: sizes for name, sizes in longest.items() if (sizes[0] or 0) > sizes[1]} == {}


def test_register_and_pool_are_as_large_as_promised(year):
    fields = set(ExpertSpecialty.objects.values_list("node__code", flat=True))

    assert Firm.objects.count() == 30
    assert Expert.objects.exclude(source="GUEST").count() == 160
    assert len({code[0] for code in fields}) >= 8


def test_tasks_stand_in_every_state(year):
    tasks = EvaluationTask.objects.filter(bureau=year)

    assert set(TaskStatus.values) - set(tasks.values_list("status", flat=True)) == set()
    missing = set(ReportTrack.values) - set(tasks.values_list("report_track", flat=True))
    assert missing == {ReportTrack.SKIPPED}  # only help has no report
    missing = set(FirmTrack.values) - set(tasks.values_list("firm_track", flat=True))
    assert missing == {FirmTrack.TOLD}  # telling opens the appeal period in the same act


def test_every_state_of_both_tracks_was_passed(year):
    moves = set(TaskMove.objects.values_list("track", "status"))

    assert {("firm", value) for value in set(FirmTrack.values) - {FirmTrack.NONE, FirmTrack.SKIPPED}} <= moves
    assert {("report", value) for value in set(ReportTrack.values) - {ReportTrack.NONE, ReportTrack.SKIPPED}} <= moves


def test_something_waits_for_section_head_and_for_leader(year):
    waiting = ApprovalStep.objects.filter(approval__status=ApprovalStatus.PENDING, status=StepStatus.OPEN)

    assert set(waiting.values_list("approval__kind", "role")) == {
        ("LETTER", Role.SECTION_HEAD),
        ("RATING", Role.BUREAU_LEADER),
    }


@pytest.mark.edge("E11")
def test_years_keep_to_their_budget_years(year):
    tasks = EvaluationTask.objects.filter(bureau=year)

    assert set(tasks.values_list("work_year", flat=True)) == {2020}
    assert set(tasks.filter(kind=TaskKind.KEY_PROJECT).values_list("budget_year", flat=True)) == {2019}
    assert set(tasks.filter(kind=TaskKind.EX_ANTE).values_list("budget_year", flat=True)) == {2021}
    assert set(SelfEvaluation.objects.values_list("budget_year", flat=True)) == {2019}
    assert set(Target.objects.values_list("budget_year", flat=True)) == {2020}
    assert set(WholeDepartmentPilot.objects.values_list("budget_year", flat=True)) == {2020}
    assert set(Monitoring.objects.values_list("budget_year", flat=True)) == {2020}


def test_rule_sets_are_split_on_28_january_2021(year):
    assert list(
        RuleSet.objects.filter(bureau=year).order_by("effective_from").values_list("effective_to", "effective_from")
    ) == [(date(2021, 1, 27), date(2000, 1, 1)), (None, date(2021, 1, 28))]
    assert {task.rule_set.effective_to for task in EvaluationTask.objects.filter(rule_set__isnull=False)} == {
        date(2021, 1, 27)
    }


def test_plan_is_issued_with_its_letter_number_before_the_first_firm_is_chosen(year):
    plan = EvaluationPlan.objects.get(bureau=year, work_year=2020)
    first = Assignment.objects.filter(firm__isnull=False).earliest("assigned_on")

    assert (plan.status, bool(plan.letter_number)) == (PlanStatus.ISSUED, True)
    assert plan.issued_on < first.assigned_on
    assert [move.status for move in plan.moves.order_by("pk")] == [
        "COLLECTING", "DRAFTING", "CO_SIGNING", "MEETING", "ISSUED"
    ]  # fmt: skip


def test_some_firms_may_not_take_the_task_that_still_waits_and_it_says_why(year):
    task = EvaluationTask.objects.get(title="卫健系统2019年度自评抽查复核")
    answers = firm_eligibility(task, CLOCK_DAY)
    why = {answer.party.number: [one.code for one in answer.refusals] for answer in answers if answer.refusals}

    assert task.status == TaskStatus.PLANNED
    assert {number: why[number] for number in ("JG021", "JG024", "JG025")} == {
        "JG021": ["not_in_register"], "JG024": ["prior_work"], "JG025": ["close_watch"]
    }  # fmt: skip
    assert sum(answer.is_eligible for answer in answers) >= 20


def test_a_handful_of_notices_waits_for_whoever_signs_in(year):
    waiting = {name: unread(User.objects.get(username=name)).count() for name in ("clerk", "head", "leader")}

    assert all(0 < count <= 9 for count in waiting.values()), waiting


def test_every_role_has_an_account_that_signs_in(year, rf):
    accounts = demo_accounts(CLOCK_DAY)

    assert {account["role"].split(" · ")[0] for account in accounts} == {
        str(role.label) for role in Role if role != Role.APPLICANT
    }
    for account in accounts:
        given = {"username": account["username"], "password": account["password"]}
        assert authenticate(rf.post("/"), **given), account["username"]


def test_re_reviews_saved_what_the_panels_did_not_support(year):
    rows = PanelOpinion.objects.filter(asked_cents__isnull=False)

    assert all(0 < row.supported_cents < row.asked_cents for row in rows)
    assert set(rows.values_list("re_review__evaluation__kind", flat=True)) == {TaskKind.EX_ANTE}


def test_checks_find_the_six_planted_faults_and_nothing_else(year):
    found = {}
    for version in reports():
        for check in version.checks:
            found.setdefault(version.task.title, []).append(check["code"])

    assert found == FAULTS
    assert len(pdf_reports()) > 20
    assert reports().count() > 150


def test_delivered_reports_are_real(year):
    from pypdf import PdfReader

    for version in pdf_reports()[:3]:
        with version.file.content.open("rb") as opened:
            pages = PdfReader(opened).pages
            assert len(pages) >= 25
            assert "绩效评价" in pages[0].extract_text()


def test_experts_said_something_of_their_own(year):
    assert Opinion.objects.filter(status="SUBMITTED").count() >= 30
    assert Finding.objects.values("words").distinct().count() >= 30
    assert PanelOpinion.objects.filter(asked_cents__isnull=False).count() == 4


def test_conflicts_were_caught_and_a_recusal_after_the_draw_was_replaced(year):
    conflicts = DrawExclusion.objects.filter(code__in=["unit_employer", "firm_employer", "firm_tie", "prior_work"])
    assert conflicts.values("expert", "firm").distinct().count() >= 2

    gone = Assignment.objects.get(status=AssignmentStatus.VOID, re_review__isnull=False)
    replacement = Assignment.objects.get(replaces=gone)
    assert replacement.origin == Origin.REPLACEMENT
    assert replacement.draw_id == gone.draw_id


def test_one_report_is_late_and_one_appeal_was_upheld(year):
    late = QualityRating.objects.get(late_days__gt=0)
    appeal = Appeal.objects.get()

    assert (late.raw, late.adjusted) == ("254/3", "239/3")
    assert (appeal.status, appeal.rating.adjusted, appeal.rating.final) == ("UPHELD", "268/3", "539/6")


def test_published_copies_carry_the_days_of_the_year(year):
    rows = Publication.objects.filter(kind__in=["RATING", "DRAW"])

    assert {row.published_at.year for row in rows} == {2020}
    assert rows.filter(kind="RATING").count() >= 3
    assert Publication.objects.filter(kind="CERTIFICATE").count() == Certificate.objects.count() > 0


def test_nothing_was_published_without_its_own_approval(year):
    for row in QualityRating.objects.filter(pk__in=Publication.objects.filter(kind="RATING").values("subject_id")):
        words = agreed("PUBLICATION", row).steps.values_list("words", flat=True)
        assert all("保密审查" in said for said in words)


def records():
    return list(Draw.objects.filter(status=DrawStatus.DRAWN).order_by("pk").values_list("number", "record"))


def verified(record, folder):
    path = folder / "record.json"
    path.write_text(json.dumps(record, ensure_ascii=False))
    words = [sys.executable, str(ROOT / "assignments" / "verify_draw.py"), str(path)]
    return subprocess.run(words, capture_output=True, text=True, check=False)


def test_verifier_says_ok_for_every_draw(year, tmp_path):
    answers = {number: verified(record, tmp_path) for number, record in records()}

    assert len(answers) >= 20
    assert {number: done.stdout for number, done in answers.items() if done.returncode} == {}


def tampered(record, what):
    record = copy.deepcopy(record)
    if what == "seed":
        digit = record["seed"][0]
        record["seed"] = ("1" if digit != "1" else "2") + record["seed"][1:]
    elif what == "winner":
        seat = record["draw"]["seated"][0]
        seat["number"] = seat["number"] % len(record["order"]) + 1
    elif what == "candidate":
        record["freeze"] = record["freeze"].replace('"leaf":"', '"leaf":"0', 1)
    else:
        record["order"] = [*record["order"][1:], record["order"][0]]
    return record


def test_demonstration_draws_by_both_algorithms(year):
    assert set(Draw.objects.values_list("algorithm", flat=True)) == {"gongping-1", "rfc3797"}


@pytest.mark.parametrize("what", ["seed", "winner", "candidate", "order"])
def test_verifier_names_the_difference_in_every_record(year, what):
    for number, record in records():
        text = json.dumps(tampered(record, what), ensure_ascii=False)
        with pytest.raises(verify_draw.Difference) as caught:
            verify_draw.verify(text)
        assert str(caught.value), number


@pytest.mark.parametrize("what", ["seed", "winner", "candidate", "order"])
def test_verifier_on_the_command_line_ends_with_1(year, tmp_path, what):
    done = verified(tampered(records()[0][1], what), tmp_path)

    assert done.returncode == 1
    assert done.stdout.strip() not in {"", "OK"}


def test_journal_of_the_year_verifies(year, capsys):
    seal()

    call_command("verify_journal")

    assert "OK" in capsys.readouterr().out


def test_second_loading_is_refused(year):
    before = EvaluationTask.objects.count()

    with pytest.raises(CommandError, match="数据库中已有财政部门；演示年度只能载入空库"):
        call_command("load_demo")

    assert EvaluationTask.objects.count() == before
