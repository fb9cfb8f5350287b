"""Commissions, versions and signatures; the task, its firm and its lead evaluator come with them."""

from datetime import UTC, date, datetime

import factory
from factory.django import DjangoModelFactory

from assignments.enums import AssignmentStatus, TaskStatus
from delivery.enums import CommissionStatus, VersionKind
from delivery.models import Commission, ReportVersion
from evaluators.models import LeadEvaluator
from foundation.files.services import store_made
from rubrics.services import ensure_default
from tests.factories.assignments import (
    TODAY,
    FirmAssignmentFactory,
    FirmFactory,
    PersonFactory,
    TaskFactory,
)
from tests.factories.foundation import LONG_AGO

NOW = datetime(2020, 6, 1, 2, 0, tzinfo=UTC)  # ten o'clock in Shanghai
DUE = date(2020, 8, 31)


class LeadEvaluatorFactory(DjangoModelFactory):
    """A lead evaluator of a firm since 2019."""

    class Meta:
        model = LeadEvaluator

    firm = factory.SubFactory(FirmFactory)
    person = factory.SubFactory(PersonFactory, bureau=factory.SelfAttribute("..firm.bureau"))
    title = "高级会计师"
    certificate_number = factory.Sequence(lambda n: f"SD-ZP-{n:04d}")
    works_since = date(2010, 1, 1)
    started_on = LONG_AGO


class CommissionFactory(DjangoModelFactory):
    """An accepted commission of a task that waits for its work plan."""

    class Meta:
        model = Commission

    task = factory.SubFactory(TaskFactory, status=TaskStatus.COMMISSIONED, due_on=DUE)
    assignment = factory.SubFactory(
        FirmAssignmentFactory, task=factory.SelfAttribute("..task"), status=AssignmentStatus.DECLARED
    )
    firm = factory.SelfAttribute("assignment.firm")
    firm_name = factory.SelfAttribute("firm.organisation.name")
    lead_evaluator = factory.SubFactory(LeadEvaluatorFactory, firm=factory.SelfAttribute("..firm"))
    rubric_version = factory.LazyAttribute(lambda row: ensure_default(bureau=row.task.bureau, by=row.task.clerk))
    status = CommissionStatus.ACCEPTED
    fee_cents = 10_000_000
    due_on = DUE
    sent_on = TODAY
    accepted_on = TODAY


class VersionFactory(DjangoModelFactory):
    """A final report of a commission; its bytes are not those of a real PDF."""

    class Meta:
        model = ReportVersion

    commission = factory.SubFactory(CommissionFactory, task__status=TaskStatus.FINAL)
    task = factory.SelfAttribute("commission.task")
    kind = VersionKind.FINAL
    number = factory.Sequence(lambda n: n + 1)
    file = factory.LazyAttribute(
        lambda row: store_made(
            bureau=row.task.bureau,
            name="report.docx",
            content=f"{row.task.pk} {row.number}".encode(),
            owner=None,
            by=row.task.clerk,
        )
    )
    sha256 = factory.SelfAttribute("file.sha256")
    submitted_by = factory.SelfAttribute("task.clerk")
    submitted_at = NOW
