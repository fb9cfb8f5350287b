"""Plans, tasks, re-reviews, draws and assignments; firms, experts, units and projects come with them."""

from datetime import date

import factory
from factory.django import DjangoModelFactory

from assignments.enums import Executor, Origin, PlanStatus, ReReviewKind, Route, TaskKind, TaskStatus
from assignments.models import Assignment, Draw, EvaluationPlan, EvaluationTask, ReReviewTask, TaskMove
from evaluators.enums import FirmKind, FirmStatus
from evaluators.models import Firm, FirmStanding, FirmUndertaking, LeadEvaluator
from experts.enums import ExpertStatus, TitleLevel
from experts.models import Expert, ExpertStanding
from foundation.accounts.enums import Role
from parties.enums import OrganisationKind
from parties.models import BudgetUnit, Membership, Organisation, Person
from projects.enums import ProjectKind
from projects.models import Project
from tests.factories.foundation import LONG_AGO, BureauFactory, UserFactory

TODAY = date(2020, 6, 1)


class OrganisationFactory(DjangoModelFactory):
    """A body, without a code."""

    class Meta:
        model = Organisation

    bureau = factory.SubFactory(BureauFactory)
    name = factory.Sequence(lambda n: f"演示机构{n}")
    kind = OrganisationKind.COMPANY


class UnitFactory(DjangoModelFactory):
    """A budget unit."""

    class Meta:
        model = BudgetUnit

    bureau = factory.SubFactory(BureauFactory)
    organisation = factory.SubFactory(
        OrganisationFactory, bureau=factory.SelfAttribute("..bureau"), kind=OrganisationKind.GOVERNMENT
    )
    code = factory.Sequence(lambda n: f"U{n:05d}")


class ProjectFactory(DjangoModelFactory):
    """A project of 100 万元."""

    class Meta:
        model = Project

    bureau = factory.SelfAttribute("unit.bureau")
    unit = factory.SubFactory(UnitFactory)
    code = factory.Sequence(lambda n: f"P{n:06d}")
    name = factory.Sequence(lambda n: f"演示项目{n}")
    kind = ProjectKind.WORKS
    amount_cents = 100_000_000


class FirmFactory(DjangoModelFactory):
    """A firm in the register since 2019."""

    class Meta:
        model = Firm
        skip_postgeneration_save = True

    bureau = factory.SubFactory(BureauFactory)
    organisation = factory.SubFactory(OrganisationFactory, bureau=factory.SelfAttribute("..bureau"))
    number = factory.Sequence(lambda n: f"J{n:04d}")
    kind = FirmKind.CONSULTANCY
    status = FirmStatus.ACTIVE
    status_since = LONG_AGO
    admitted_on = LONG_AGO
    term_ends_on = date(2031, 1, 1)

    @factory.post_generation
    def standing(self, create, extracted, **kwargs):
        """Write the spell of the standing, too."""
        FirmStanding.objects.create(firm=self, status=self.status, started_on=self.status_since)


def ready_firm(bureau, *, year=2020, **facts):
    """Return a firm that no rule keeps from a task of ``year``: in the register, undertaking accepted, with a lead."""
    firm = FirmFactory(bureau=bureau, **facts)
    FirmUndertaking.objects.create(firm=firm, year=year, text_version="1", accepted_on=TODAY, accepted_by="演示")
    person = PersonFactory(bureau=bureau)
    LeadEvaluator.objects.create(
        firm=firm, person=person, title="高级会计师", works_since=date(2010, 1, 1), started_on=LONG_AGO
    )
    return firm


class PersonFactory(DjangoModelFactory):
    """A person born in 1970."""

    class Meta:
        model = Person

    bureau = factory.SubFactory(BureauFactory)
    name = factory.Sequence(lambda n: f"演示人{n}")
    born_on = date(1970, 1, 1)


class ExpertFactory(DjangoModelFactory):
    """An expert in the pool since 2019."""

    class Meta:
        model = Expert
        skip_postgeneration_save = True

    bureau = factory.SubFactory(BureauFactory)
    person = factory.SubFactory(PersonFactory, bureau=factory.SelfAttribute("..bureau"))
    number = factory.Sequence(lambda n: f"{n:04d}")
    title = "高级会计师"
    title_level = TitleLevel.SENIOR
    status = ExpertStatus.ACTIVE
    status_since = LONG_AGO
    admitted_on = LONG_AGO
    term_ends_on = date(2031, 1, 1)

    @factory.post_generation
    def standing(self, create, extracted, **kwargs):
        """Write the spell of the standing, too."""
        ExpertStanding.objects.create(expert=self, status=self.status, started_on=self.status_since)


class PlanFactory(DjangoModelFactory):
    """A plan of 2020 that still collects."""

    class Meta:
        model = EvaluationPlan

    bureau = factory.SubFactory(BureauFactory)
    work_year = 2020
    status = PlanStatus.COLLECTING


class TaskFactory(DjangoModelFactory):
    """A firm's planned key-project task with a fee limit of 40 万元 and, by default, the route of a draw."""

    class Meta:
        model = EvaluationTask
        skip_postgeneration_save = True

    plan = factory.SubFactory(PlanFactory)
    bureau = factory.SelfAttribute("plan.bureau")
    number = factory.Sequence(lambda n: f"评〔2020〕{n + 1}号")
    kind = TaskKind.KEY_PROJECT
    unit = factory.SubFactory(UnitFactory, bureau=factory.SelfAttribute("..bureau"))
    title = factory.Sequence(lambda n: f"演示任务{n}")
    executor = Executor.FIRM
    budget_year = 2019
    work_year = factory.SelfAttribute("plan.work_year")
    assessment_year = factory.SelfAttribute("plan.work_year")
    amount_cents = 100_000_000
    fee_limit_cents = 40_000_000
    route = Route.DRAW
    status = TaskStatus.PLANNED
    clerk = factory.SubFactory(UserFactory, bureau=factory.SelfAttribute("..bureau"), role=Role.CLERK)

    @factory.post_generation
    def moves(self, create, extracted, **kwargs):
        """Write the move by which the task came into the plan."""
        TaskMove.objects.create(task=self, action="ADD", status=TaskStatus.PLANNED, moved_on=TODAY, moved_by=self.clerk)


class ReReviewFactory(DjangoModelFactory):
    """An expert review of a report by three."""

    class Meta:
        model = ReReviewTask

    evaluation = factory.SubFactory(TaskFactory, status=TaskStatus.SUBMITTED)
    bureau = factory.SelfAttribute("evaluation.bureau")
    number = factory.Sequence(lambda n: f"复评〔2020〕{n + 1}号")
    kind = ReReviewKind.REPORT
    panel_size = 3
    due_on = date(2020, 10, 30)
    created_by = factory.SelfAttribute("evaluation.clerk")


class FirmAssignmentFactory(DjangoModelFactory):
    """A firm drawn for a task."""

    class Meta:
        model = Assignment

    task = factory.SubFactory(TaskFactory, status=TaskStatus.SELECTED)
    bureau = factory.SelfAttribute("task.bureau")
    firm = factory.SubFactory(FirmFactory, bureau=factory.SelfAttribute("..bureau"))
    origin = Origin.DRAW
    assigned_on = TODAY


class ExpertAssignmentFactory(DjangoModelFactory):
    """An expert drawn for a re-review."""

    class Meta:
        model = Assignment

    re_review = factory.SubFactory(ReReviewFactory)
    bureau = factory.SelfAttribute("re_review.bureau")
    expert = factory.SubFactory(ExpertFactory, bureau=factory.SelfAttribute("..bureau"))
    person = factory.SelfAttribute("expert.person")
    origin = Origin.DRAW
    assigned_on = TODAY


class DrawFactory(DjangoModelFactory):
    """A draw of a firm, configured."""

    class Meta:
        model = Draw

    task = factory.SubFactory(TaskFactory)
    bureau = factory.SelfAttribute("task.bureau")
    number = factory.Sequence(lambda n: f"抽取〔2020〕{n + 1}号")
    created_by = factory.SelfAttribute("task.clerk")


class MembershipFactory(DjangoModelFactory):
    """A user who works for an organisation or is a person of the pool."""

    class Meta:
        model = Membership

    user = factory.SubFactory(UserFactory)
    organisation = None
    person = None
    started_on = LONG_AGO


def firm_user(firm, role=Role.FIRM_ADMIN):
    """Return a new user who works for ``firm``."""
    user = UserFactory(bureau=firm.bureau, role=role)
    MembershipFactory(user=user, organisation=firm.organisation)
    return user


def expert_user(expert):
    """Return a new user who is ``expert``."""
    user = UserFactory(bureau=expert.bureau, role=Role.EXPERT)
    MembershipFactory(user=user, person=expert.person)
    return user


def unit_user(unit):
    """Return a new user who works for the budget unit."""
    user = UserFactory(bureau=unit.bureau, role=Role.UNIT)
    MembershipFactory(user=user, organisation=unit.organisation)
    return user
