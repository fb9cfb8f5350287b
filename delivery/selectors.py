"""What was commissioned and delivered, who may read it, and how late it is."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db import models
from django.db.models import Q
from django.utils import timezone

from assignments.enums import AssignmentStatus, TaskStatus
from assignments.models import Assignment, Award, EvaluationTask
from assignments.selectors import tasks as task_selectors
from assignments.selectors.tasks import rules_of_task
from assignments.transitions import GONE
from delivery.enums import (
    ClockStatus,
    CommissionStatus,
    InstalmentStatus,
    LeadEventStatus,
    VersionKind,
    VersionStatus,
)
from delivery.models import (
    Acceptance,
    ClockStop,
    Commission,
    EarlierReport,
    Instalment,
    LeadEvent,
    ReportVersion,
    SignOff,
    SiteVisit,
    TeamMember,
    UnitComment,
)
from delivery.rules import due_after_stops
from delivery.rules import late_days as net_late_days
from delivery.site import Compared, Spell, compare, never_seen
from evaluators.models import Firm, LeadEvaluator, Practitioner
from foundation.accounts.enums import Capability, Role
from foundation.accounts.models import User
from foundation.accounts.permissions import may, roles_of
from foundation.bureaus.models import Bureau
from foundation.papers.models import Paper
from foundation.papers.selectors import visible_to as bureau_papers
from foundation.rulesets.selectors import rules_for
from foundation.workdays.selectors import add_workdays, overrides
from parties.models import Membership, Organisation
from parties.selectors import memberships_of, users_of_organisation

WORK_ENDS: frozenset[str] = frozenset({TaskStatus.ACCEPTED, TaskStatus.ARCHIVED, TaskStatus.STOPPED})
TOLD = (CommissionStatus.SENT, CommissionStatus.ACCEPTED, CommissionStatus.ENDED)
SHOWN_TO_UNIT = (VersionKind.DRAFT, VersionKind.COMMENTS)
OUT_FOR_COMMENTS = (
    TaskStatus.COMMENTS, TaskStatus.SUBMITTED, TaskStatus.EXPERT_REVIEW, TaskStatus.REVISION, TaskStatus.FINAL,
    TaskStatus.ACCEPTED, TaskStatus.ARCHIVED,
)  # fmt: skip
SHOWN_TO_EXPERTS = (VersionKind.WORK_PLAN, VersionKind.SUBMITTED, VersionKind.FINAL)


def visible_to(user: User) -> models.QuerySet[Commission]:
    """Return the commissions that ``user`` may see: the bureau's, or those sent to his firm."""
    if may(user, Capability.READ_ALL):
        return Commission.objects.filter(task__bureau_id=user.bureau_id or 0)
    if roles_of(user) & {Role.FIRM_ADMIN, Role.FIRM_MEMBER}:
        return Commission.objects.filter(
            firm__organisation_id__in=_organisations_of(user), status__in=TOLD, sent_on__isnull=False
        )
    return Commission.objects.none()


def versions_visible_to(user: User) -> models.QuerySet[ReportVersion]:
    """Return the versions that ``user`` may read.

    The bureau all of its own; a firm its own commission's; a unit the draft once comments are asked, and its own
    report where it executes the task; an expert what a panel on which he sits looks at.
    """
    if may(user, Capability.READ_ALL):
        return ReportVersion.objects.filter(task__bureau_id=user.bureau_id or 0)
    rows = ReportVersion.objects.filter(task__bureau_id=user.bureau_id or 0)
    wanted = Q(pk__in=[])
    roles = roles_of(user)
    if may(user, Capability.READ_UNIT_TASKS):
        wanted |= Q(task__in=task_selectors.visible_to(user))
    if roles & {Role.FIRM_ADMIN, Role.FIRM_MEMBER}:
        wanted |= Q(commission__in=visible_to(user))
    if Role.UNIT in roles:
        mine = Q(task__unit__organisation_id__in=_organisations_of(user))
        asked = Q(kind__in=SHOWN_TO_UNIT, task__status__in=OUT_FOR_COMMENTS) & ~Q(status=VersionStatus.RETURNED)
        wanted |= mine & (asked | Q(task__executor="UNIT"))
    if Role.EXPERT in roles:
        wanted |= Q(kind__in=SHOWN_TO_EXPERTS, task__in=_tasks_read_by(user)) & ~Q(status=VersionStatus.RETURNED)
    return rows.filter(wanted)


def papers_visible_to(user: User) -> models.QuerySet[Paper]:
    """Return the papers of the reader's bureau, and the letters sent to the reader's firm."""
    letters = visible_to(user).filter(letter__isnull=False).values("letter_id")
    return Paper.objects.filter(Q(pk__in=letters) | Q(pk__in=bureau_papers(user).values("pk")))


def sign_offs_visible_to(user: User) -> models.QuerySet[SignOff]:
    """Return the signatures under versions of the bureau or of the reader's firm."""
    return SignOff.objects.filter(Q(version__commission__in=visible_to(user)) | Q(version__in=_bureau_versions(user)))


def clock_stops_visible_to(user: User) -> models.QuerySet[ClockStop]:
    """Return the clock-stops of the bureau's tasks, or of those commissioned to the reader's firm."""
    if may(user, Capability.READ_ALL):
        return ClockStop.objects.filter(task__bureau_id=user.bureau_id or 0)
    return ClockStop.objects.filter(task__in=visible_to(user).values("task_id"))


def instalments_visible_to(user: User) -> models.QuerySet[Instalment]:
    """Return the instalments of the commissions that ``user`` may see."""
    return Instalment.objects.filter(commission__in=visible_to(user))


def unpaid_of(bureau_id: int) -> models.QuerySet[Instalment]:
    """Return the instalments of a bureau that are not paid, held ones aside, of commissions that were accepted."""
    done = [InstalmentStatus.PAID, InstalmentStatus.HELD]
    rows = Instalment.objects.filter(
        commission__task__bureau_id=bureau_id, commission__status=CommissionStatus.ACCEPTED
    )
    return rows.exclude(status__in=done).select_related("commission__task")


def payment_terms(commission: Commission, on: date) -> tuple[int, str]:
    """Return the days from acceptance in which an instalment is paid, and where they come from. Rule R-32."""
    rules = rules_of_task(commission.task, on)
    if commission.payment_days is not None:
        return commission.payment_days, rules.source("payment_days_most")
    return rules.value("payment_days"), rules.source("payment_days")


def earlier_reports_visible_to(user: User) -> models.QuerySet[EarlierReport]:
    """Return the reports of earlier years that the bureau keeps."""
    rows = EarlierReport.objects.filter(bureau_id=user.bureau_id or 0)
    return rows if may(user, Capability.READ_ALL) else rows.none()


def comments_visible_to(user: User) -> models.QuerySet[UnitComment]:
    """Return the comments on versions that ``user`` may read."""
    if Role.EXPERT in roles_of(user) and not may(user, Capability.READ_ALL):
        return UnitComment.objects.none()
    return UnitComment.objects.filter(version__in=versions_visible_to(user))


def commission_of(task: EvaluationTask) -> Commission | None:
    """Return the commission that runs, with its firm, lead evaluator and letter."""
    rows = Commission.objects.filter(task=task, ended_on__isnull=True)
    return rows.select_related(
        "firm__organisation", "lead_evaluator__person", "letter__file", "rubric_version__rubric"
    ).first()


def versions_of(task: EvaluationTask) -> models.QuerySet[ReportVersion]:
    """Return the versions of a task, newest first."""
    return (
        ReportVersion.objects.filter(task=task).select_related("file", "submitted_by", "sign_off").order_by("-number")
    )


def latest_version(task: EvaluationTask, *kinds: VersionKind) -> ReportVersion | None:
    """Return the newest version of these kinds that was not returned; any kind where none is named."""
    rows = versions_of(task).exclude(status=VersionStatus.RETURNED)
    return (rows.filter(kind__in=kinds) if kinds else rows).first()


def granted_stops(task: EvaluationTask) -> list[tuple[date, date]]:
    """Return the first and last day of every granted clock-stop."""
    rows = ClockStop.objects.filter(task=task, status=ClockStatus.GRANTED).order_by("started_on", "pk")
    return list(rows.values_list("started_on", "ended_on"))


def delivered_on(task: EvaluationTask) -> date | None:
    """Return the day of the first final report that was not returned; None before."""
    row = (
        ReportVersion.objects.filter(task=task, kind=VersionKind.FINAL)
        .exclude(status=VersionStatus.RETURNED)
        .order_by("number")
        .first()
    )
    return timezone.localdate(row.submitted_at) if row else None


def late_days(task: EvaluationTask, on: date) -> int:
    """Return how many working days, net of clock-stops, the final report is late on ``on``; 0 without a due day.

    Once the final report is in, the day it came counts. Rule R-29.
    """
    if task.due_on is None:
        return 0
    day = min(delivered_on(task) or on, on)
    stops = granted_stops(task)
    table = overrides(min([task.due_on, *(first for first, _last in stops)]), max(day, task.due_on))
    return net_late_days(due_on=task.due_on, delivered_on=day, stops=stops, overrides=table)


def due_net(task: EvaluationTask, *, granting: ClockStop | None = None) -> date | None:
    """Return the day until which the final report is in time, granted clock-stops counted. Rule R-29.

    With ``granting``: the day it would be if that clock-stop were granted, too.
    """
    if task.due_on is None:
        return None
    stops = granted_stops(task)
    if granting is not None and granting.status != ClockStatus.GRANTED:
        stops = sorted([*stops, (granting.started_on, granting.ended_on)])
    if not stops:
        return task.due_on
    last = max([task.due_on, *(end for _start, end in stops)])
    reach = date(last.year + 2, 1, 1)
    table = overrides(min(start for start, _end in stops), reach)
    return due_after_stops(due_on=task.due_on, stops=stops, overrides=table)


def usual_due_day(bureau: Bureau, on: date) -> date:
    """Return the day on which a report commissioned on ``on`` is due unless the letter says otherwise. Rule R-43."""
    return add_workdays(on, rules_for(bureau=bureau, on=on).value("commission_workdays"))


def fee_limit_cents(task: EvaluationTask, *, procurement_limit_cents: int) -> int:
    """Return the most the fee may be, in 分: the award, the task's own limit, else what needs no procurement."""
    award = Award.objects.filter(task=task).first()
    if award:
        return award.amount_cents
    return task.fee_limit_cents if task.fee_limit_cents is not None else procurement_limit_cents - 1


def running_tasks_of(lead: LeadEvaluator, *, besides: EvaluationTask | None = None) -> int:
    """Return how many commissions of a lead evaluator are under way. Rule R-10."""
    rows = Commission.objects.filter(lead_evaluator__person=lead.person, ended_on__isnull=True)
    rows = rows.exclude(task__status__in=WORK_ENDS)
    return (rows.exclude(task=besides) if besides else rows).count()


def lead_events_of(task: EvaluationTask) -> models.QuerySet[LeadEvent]:
    """Return what happened about the lead evaluators of a task after the award, in order. Edge case 23."""
    rows = LeadEvent.objects.filter(commission__task=task)
    return rows.select_related("before__person", "after__person", "entered_by").order_by("entered_on", "pk")


def lead_asked(commission: Commission) -> LeadEvent | None:
    """Return the change of the lead evaluator that the firm asks for and nobody has answered."""
    rows = LeadEvent.objects.filter(commission=commission, status=LeadEventStatus.ASKED)
    return rows.select_related("before__person", "after__person", "commission__task").first()


def lead_events_of_year(firm: Firm, year: int) -> models.QuerySet[LeadEvent]:
    """Return what counts of that in a firm's assessment year: agreed changes, and absences."""
    rows = LeadEvent.objects.filter(
        commission__firm=firm, commission__task__assessment_year=year,
        status__in=[LeadEventStatus.AGREED, LeadEventStatus.RECORDED],
    )  # fmt: skip
    return rows.select_related("before__person", "after__person", "commission__task").order_by("entered_on", "pk")


def site_visits_visible_to(user: User) -> models.QuerySet[SiteVisit]:
    """Return the days on site of the commissions that ``user`` may see."""
    return SiteVisit.objects.filter(commission__in=visible_to(user))


def team_of(commission: Commission) -> models.QuerySet[TeamMember]:
    """Return who is declared for the commission now, beside the lead evaluator."""
    return TeamMember.objects.filter(commission=commission, left_on__isnull=True).order_by("pk")


@dataclass(frozen=True, slots=True)
class SiteDay:
    """One sheet and how its names stand to the team of that day."""

    visit: SiteVisit
    compared: Compared


@dataclass(frozen=True, slots=True)
class SiteCheck:
    """The declared team, every valid sheet compared with it, and who never came; void sheets apart."""

    team: list[TeamMember]
    former: list[TeamMember]
    days: list[SiteDay]
    void: list[SiteVisit]
    never_seen: tuple[str, ...]
    not_staff: frozenset[str]

    @property
    def is_doubtful(self) -> bool:
        """Whether somebody signed who was not declared, or the lead evaluator signed no sheet."""
        no_lead = bool(self.days) and not any(day.compared.lead_came for day in self.days)
        return no_lead or any(day.compared.strangers for day in self.days)


def site_check(commission: Commission) -> SiteCheck:
    """Return who was on site against who was declared (edge case 29).

    ``not_staff`` are the declared whom the register does not know as people of the firm on the day they joined: a
    question of subcontracting, not an answer. A constant number of queries.
    """
    members = list(TeamMember.objects.filter(commission=commission).order_by("pk"))
    visits = list(
        SiteVisit.objects.filter(commission=commission).select_related("sheet", "entered_by").order_by(
            "visited_on", "pk"
        )
    )  # fmt: skip
    leads = _lead_spells(commission)
    spells = [Spell(row.name, row.joined_on, row.left_on) for row in members]
    valid = [row for row in visits if row.voided_on is None]
    days = [SiteDay(row, compare(row.names, row.visited_on, team=spells, leads=leads)) for row in valid]
    team = [row for row in members if row.left_on is None]
    lead = [leads[-1].name] if leads else []
    staff = _staff_spells(commission)
    unknown = (row.name for row in team if not compare([row.name], row.joined_on, team=staff, leads=()).declared)
    return SiteCheck(
        team=team,
        former=[row for row in members if row.left_on is not None],
        days=days,
        void=[row for row in visits if row.voided_on is not None],
        never_seen=never_seen([*lead, *(row.name for row in team)], [row.names for row in valid]) if valid else (),
        not_staff=frozenset(unknown),
    )


def _lead_spells(commission: Commission) -> list[Spell]:
    """Return who led the commission from when until when, by the agreed changes."""
    changes = LeadEvent.objects.filter(commission=commission, status=LeadEventStatus.AGREED)
    spells, since = [], date.min
    for event in changes.select_related("before__person").order_by("decided_on", "pk"):
        spells.append(Spell(event.before.person.name, since, event.decided_on))
        since = event.decided_on or since
    if commission.lead_evaluator is not None:
        spells.append(Spell(commission.lead_evaluator.person.name, since))
    return spells


def _staff_spells(commission: Commission) -> list[Spell]:
    """Return the people of the firm in the register, leads and practitioners, as dated there."""
    found = []
    for rows in (
        LeadEvaluator.objects.filter(firm_id=commission.firm_id),
        Practitioner.objects.filter(firm_id=commission.firm_id),
    ):
        found += list(rows.values_list("person__name", "started_on", "ended_on"))
    return [Spell(*row) for row in found]


def acceptance_of(task: EvaluationTask) -> Acceptance | None:
    """Return the acceptance of a task's final report."""
    return Acceptance.objects.filter(task=task).select_related("version", "accepted_by").first()


def people_of(organisation: Organisation) -> list[User]:
    """Return the users who work here for an organisation."""
    return list(users_of_organisation(organisation.pk))


def _organisations_of(user: User) -> models.QuerySet[Membership, int | None]:
    return memberships_of(user).filter(organisation__isnull=False).values_list("organisation_id", flat=True)


def _bureau_versions(user: User) -> models.QuerySet[ReportVersion]:
    rows = ReportVersion.objects.filter(task__bureau_id=user.bureau_id or 0)
    return rows if may(user, Capability.READ_ALL) else rows.none()


def _tasks_read_by(user: User) -> models.QuerySet[Assignment, int | None]:
    persons = memberships_of(user).values("person_id")
    hidden: Iterable[str] = [AssignmentStatus.DRAWN, AssignmentStatus.NOTIFIED, *GONE]
    seats = Assignment.objects.filter(expert__person_id__in=persons, re_review__isnull=False)
    return seats.exclude(status__in=hidden).values_list("re_review__evaluation_id", flat=True)
