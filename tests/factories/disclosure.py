"""Published copies, and the smallest world in which a rating or a draw may be published."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import factory
from factory.django import DjangoModelFactory

from assignments.enums import (
    AssignmentStatus,
    DrawStatus,
    Executor,
    FirmTrack,
    Origin,
    ReReviewKind,
    ReReviewStatus,
    Route,
    TaskKind,
    TaskStatus,
)
from assignments.models import Assignment, Draw, EvaluationPlan, EvaluationTask, ReReviewTask
from delivery.enums import CommissionStatus
from delivery.models import Commission
from disclosure.enums import PublicationKind
from disclosure.models import Publication
from evaluators.enums import FirmKind, FirmStatus
from evaluators.models import Firm
from foundation.approvals.enums import ApprovalStatus
from foundation.approvals.models import Approval
from foundation.core.canon import digest, dumps
from parties.enums import OrganisationKind
from parties.models import BudgetUnit, Organisation
from reviews.enums import RatingStatus, ReportGrade
from reviews.models import QualityRating
from rubrics.enums import RubricStatus
from rubrics.models import Rubric, RubricItem, RubricVersion
from tests.factories.draws import DrawCase
from tests.factories.foundation import office

SHANGHAI = ZoneInfo("Asia/Shanghai")
DAY = date(2020, 11, 20)


class PublicationFactory(DjangoModelFactory):
    """A live copy of a rating."""

    class Meta:
        model = Publication

    bureau_code = "370112"
    bureau_name = "演示区财政局"
    slug = factory.Sequence(lambda n: f"r-370112-2020-{n}")
    kind = PublicationKind.RATING
    subject_kind = "reviews.qualityrating"
    subject_id = factory.Sequence(lambda n: n + 1)
    title = factory.Sequence(lambda n: f"演示项目{n}")
    work_year = 2020
    grade = ReportGrade.GOOD
    unit_name = "演示单位"
    firm_name = "演示机构"
    body = factory.LazyAttribute(
        lambda row: {
            "type": "gongping/rating-publication/1",
            "bureau": row.bureau_name,
            "task": "2020-001",
            "title": row.title,
            "kind": TaskKind.KEY_PROJECT.value,
            "unit": row.unit_name,
            "firm": row.firm_name,
            "work_year": row.work_year,
            "budget_year": row.work_year - 1,
            "amount_wan": "100.00",
            "report_quality": {
                "grade": str(row.grade), "score": "245/3", "printed": "81.67", "raw": "245/3", "adjusted": "", "formula": "mean",
                "panel_size": 3, "late_days": 0, "is_vetoed": False, "had_appeal": False,
                "rubric": [{"code": "A1", "name": "工作方案与指标体系", "weight": "20"}],
            },
            "project_performance": {"grade": "B", "score": "2153/25", "printed": "86.12"},
            "report_sha256": "ab" * 32,
            "final_on": "2020-11-10",
            "published_on": "2020-11-20",
        }
    )  # fmt: skip
    text = factory.LazyAttribute(lambda row: dumps(row.body).decode())
    sha256 = factory.LazyAttribute(lambda row: digest(row.body))
    published_at = factory.LazyFunction(lambda: datetime(2020, 11, 20, 10, 0, tzinfo=SHANGHAI))


_unit_number = iter(range(1, 1_000_000))


def make_unit(bureau, name="", **facts):
    """Return a budget unit."""
    number = next(_unit_number)
    organisation = Organisation.objects.create(
        bureau=bureau, name=name or f"演示预算单位{number}", kind=OrganisationKind.GOVERNMENT, is_demo=True
    )
    return BudgetUnit.objects.create(bureau=bureau, organisation=organisation, code=f"{number:06d}", **facts)


def make_firm(bureau, name="", status=FirmStatus.ACTIVE, **facts):
    """Return a firm in the register since 2019."""
    number = next(_unit_number)
    organisation = Organisation.objects.create(
        bureau=bureau, name=name or f"演示机构{number}", kind=OrganisationKind.COMPANY, is_demo=True
    )
    return Firm.objects.create(
        bureau=bureau,
        organisation=organisation,
        number=f"J{number:04d}",
        kind=FirmKind.CONSULTANCY,
        status=status,
        status_since=date(2019, 1, 1),
        admitted_on=date(2019, 1, 1),
        term_ends_on=date(2024, 1, 1),
        **facts,
    )


def make_task(people, *, year=2020, **facts):
    """Return a task of a firm, accepted, with its plan."""
    bureau = people["bureau"]
    plan, _new = EvaluationPlan.objects.get_or_create(bureau=bureau, work_year=year)
    number = next(_unit_number)
    facts = {
        "kind": TaskKind.KEY_PROJECT, "executor": Executor.FIRM, "route": Route.DRAW, "status": TaskStatus.ACCEPTED,
        "title": f"演示项目{number}", "amount_cents": 100_000_000, "budget_year": year - 1, "work_year": year,
        "assessment_year": year,
    } | facts  # fmt: skip
    unit = facts.pop("unit", None) or make_unit(bureau)
    return EvaluationTask.objects.create(
        bureau=bureau, plan=plan, number=f"{year}-{number:03d}", unit=unit, clerk=people["clerk"], **facts
    )


def make_rubric(bureau):
    """Return a rubric version of two items."""
    rubric, _new = Rubric.objects.get_or_create(bureau=bureau, code="QUALITY", defaults={"name": "报告质量评分标准"})
    version, new = RubricVersion.objects.get_or_create(
        rubric=rubric, number=1, defaults={"status": RubricStatus.IN_FORCE, "in_force_from": date(2019, 1, 1)}
    )
    if new:
        RubricItem.objects.create(
            version=version, position=1, code="A1", name="工作方案与指标体系", weight_hundredths=6_000, scorer="EXPERT"
        )
        RubricItem.objects.create(
            version=version, position=2, code="A2", name="实施与证据", weight_hundredths=4_000, scorer="SECTION"
        )
    return version


def make_rating(people, *, task=None, firm=None, status=RatingStatus.FINAL, score="245/3", approved=True, **facts):
    """Return the rating of a task by a firm: final and approved unless told."""
    bureau = people["bureau"]
    task = task or make_task(people, firm_track=FirmTrack.FINAL)
    firm = firm or make_firm(bureau)
    version = make_rubric(bureau)
    assignment = Assignment.objects.create(
        bureau=bureau, task=task, firm=firm, origin=Origin.DRAW, status=AssignmentStatus.ACCEPTED,
        assigned_on=date(task.work_year, 5, 6),
    )  # fmt: skip
    commission = Commission.objects.create(
        task=task, assignment=assignment, firm=firm, firm_name=firm.organisation.name, rubric_version=version,
        status=CommissionStatus.ACCEPTED, fee_cents=10_000_000, due_on=date(task.work_year, 9, 30),
        sent_on=date(task.work_year, 6, 1), accepted_on=date(task.work_year, 6, 2),
    )  # fmt: skip
    re_review = ReReviewTask.objects.create(
        bureau=bureau, number=f"F{task.number}", evaluation=task, kind=ReReviewKind.REPORT, panel_size=3,
        due_on=date(task.work_year, 10, 30), status=ReReviewStatus.DONE, created_by=people["clerk"],
    )  # fmt: skip
    is_final = status == RatingStatus.FINAL
    rating = QualityRating.objects.create(
        task=task, commission=commission, re_review=re_review, rubric_version=version, formula="mean", status=status,
        raw=score, final=score if is_final else "", final_on=date(task.work_year, 11, 10) if is_final else None,
        grade=facts.pop("grade", ReportGrade.GOOD), **facts,
    )  # fmt: skip
    if approved:
        approve(rating, people)
    return rating


def approve(rating, people, kind="RATING"):
    """Return an agreed approval about the rating."""
    return Approval.objects.create(
        bureau=people["bureau"],
        kind=kind,
        subject_kind="reviews.qualityrating",
        subject_id=rating.pk,
        title="评级",
        status=ApprovalStatus.AGREED,
        entered_by=people["clerk"],
    )


def make_draw(people, *, status=DrawStatus.DRAWN, record=None, re_review_status=ReReviewStatus.REVIEWING, **facts):
    """Return a draw of experts whose record is real: drawn from a frozen list."""
    task = facts.pop("task", None) or make_task(people, status=TaskStatus.EXPERT_REVIEW)
    re_review = ReReviewTask.objects.create(
        bureau=people["bureau"], number=f"F{task.number}", evaluation=task, kind=ReReviewKind.REPORT, panel_size=3,
        due_on=date(2020, 10, 30), status=re_review_status, created_by=people["clerk"],
    )  # fmt: skip
    found = record or DrawCase(size=12).draw().record()
    return Draw.objects.create(
        bureau=people["bureau"], number=f"C{task.number}", re_review=re_review, status=status, commitment=found["h"],
        record=found, freeze_text=found["freeze"], created_by=people["clerk"],
        frozen_at=datetime(2020, 10, 13, 10, 1, tzinfo=SHANGHAI),
        drawn_at=datetime(2020, 10, 13, 10, 6, tzinfo=SHANGHAI), **facts,
    )  # fmt: skip


__all__ = [
    "DAY", "PublicationFactory", "approve", "make_draw", "make_firm", "make_rating", "make_rubric", "make_task",
    "make_unit", "office",
]  # fmt: skip
