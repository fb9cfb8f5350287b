"""Who acts in the story: the bureau's people, and accounts for firms, experts and units when they are first needed."""

from dataclasses import dataclass, field
from datetime import date, datetime, time
from functools import cached_property
from typing import Final
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Model

from assignments.models import EvaluationTask
from assignments.selectors.tasks import current_assignment
from evaluators.models import Firm, LeadEvaluator
from experts.enums import ExpertSource
from experts.models import Expert
from faces.exchange.nouns import known
from foundation.accounts.enums import Role
from foundation.accounts.models import User
from foundation.accounts.services import UserDraft, add_users
from foundation.approvals.enums import ApprovalStatus, StepStatus
from foundation.approvals.models import Approval
from foundation.approvals.selectors import running
from foundation.approvals.services import agree
from foundation.bureaus.models import Bureau
from foundation.notices.services import mark_read
from parties.models import BudgetUnit, Organisation
from parties.services import add_membership

SHANGHAI: Final = ZoneInfo("Asia/Shanghai")
DEMO_FIRM: Final = "JG007"
DEMO_UNIT: Final = "110002"
DECIDERS: Final = {
    Role.SECTION_HEAD: "head",
    Role.BUREAU_LEADER: "leader",
    Role.CLERK: "clerk2",
    Role.BUSINESS_SECTION: "business",
    Role.SUPERVISOR: "supervisor",
}


class StoryRefused(Exception):  # noqa: N818 - reads as a sentence
    """The story names something that the rosters do not have."""


@dataclass(slots=True)
class Cast:
    """Accounts by what they work for."""

    firms: dict[int, User] = field(default_factory=dict)
    experts: dict[int, User] = field(default_factory=dict)
    units: dict[int, User] = field(default_factory=dict)


class Stage:
    """The bureau with its people, the year's tasks by title, and everybody who has to act."""

    def __init__(self, bureau: Bureau, users: dict[str, User]) -> None:
        """Begin with the bureau's own people."""
        self.bureau, self.users = bureau, users
        self.cast = Cast()

    @cached_property
    def tasks(self) -> dict[str, int]:
        """The keys of the tasks by title."""
        return dict(EvaluationTask.objects.filter(bureau=self.bureau).values_list("title", "pk"))

    @cached_property
    def firms(self) -> dict[str, Firm]:
        """The firms by number."""
        return known.firms(self.bureau)

    def task(self, title: str) -> EvaluationTask:
        """Return the task as it stands now."""
        if title not in self.tasks:
            raise StoryRefused(f"no task is called {title}")
        rows = EvaluationTask.objects.select_related("bureau", "clerk", "unit__organisation", "unit__superior")
        return rows.select_related("project", "rule_set").get(pk=self.tasks[title])

    def firm(self, number: str) -> Firm:
        """Return the firm with this number in the register."""
        if number not in self.firms:
            raise StoryRefused(f"no firm has the number {number}")
        return self.firms[number]

    def firm_of(self, task: EvaluationTask) -> Firm:
        """Return the firm that carries the task out."""
        assignment = current_assignment(task)
        if assignment is None or assignment.firm is None:
            raise StoryRefused(f"no firm carries out {task.title}")
        return assignment.firm

    def lead_of(self, firm: Firm, place: int = 0) -> LeadEvaluator:
        """Return one of the firm's lead evaluators, in turn."""
        rows = list(firm.lead_evaluators.filter(ended_on__isnull=True).select_related("person").order_by("pk"))
        return rows[place % len(rows)]

    def agree_all(self, approval: Approval, *, on: date, words: str = "同意。") -> None:
        """Take every step of an approval with the person whose turn it is."""
        while Approval.objects.get(pk=approval.pk).status == ApprovalStatus.PENDING:
            step = approval.steps.filter(status=StepStatus.OPEN).select_related("named_user").order_by("pk").first()
            if step is None:
                raise StoryRefused(f"no step of {approval.title} is open")
            by = step.named_user or self.users[DECIDERS[Role(step.role)]]
            agree(approval=approval, by=by, on=on, words=words)

    def read_notices(self, on: date) -> None:
        """Let the people of the demonstration accounts read what came in."""
        for user in self.users.values():
            mark_read(user=user, at=moment(on, 8, 30))

    def waiting(self, kind: str, row: Model) -> Approval:
        """Return the approval of this kind that runs for ``row``."""
        approval = running(kind, row)
        if approval is None:
            raise StoryRefused(f"no approval {kind} runs for {row}")
        return approval

    def firm_user(self, firm: Firm, *, on: date) -> User:
        """Return who answers for the firm; the first question opens an account for every firm of the register."""
        if not self.cast.firms:
            others = [row for row in self.firms.values() if row.number != DEMO_FIRM]
            drafts = [
                UserDraft(row.number.lower(), _boss(row), (Role.FIRM_ADMIN,), password=_password()) for row in others
            ]
            users = [*self._open(drafts, on=on), self.users["firm"]]
            for row, user in zip([*others, self.firms[DEMO_FIRM]], users, strict=True):
                self._join(user, row.organisation, on=on)
                self.cast.firms[row.pk] = user
            self._join(self.users["firm_member"], self.firms[DEMO_FIRM].organisation, on=on)
        return self.cast.firms[firm.pk]

    def unit_user(self, unit: BudgetUnit, *, on: date) -> User:
        """Return who works for the unit; only the demonstration's own account can be signed in to."""
        if unit.pk not in self.cast.units:
            if unit.code == DEMO_UNIT:
                user = self.users["unit"]
            else:
                name = f"{unit.organisation.name}联络员"[-60:]
                user = self._open([UserDraft(f"unit{unit.code}", name, (Role.UNIT,))], on=on)[0]
            self._join(user, unit.organisation, on=on)
            self.cast.units[unit.pk] = user
        return self.cast.units[unit.pk]

    def expert_user(self, expert: Expert, *, on: date, account: str = "") -> User:
        """Return the expert's account; ``account`` names one of the bureau's demonstration accounts to be his.

        The first question without a name opens an account for everybody in the pool. Guests cannot sign in.
        """
        if account:
            user = self.users[account]
            user.name = expert.person.name
            user.save(update_fields=["name"])
            self._join_person(user, expert, on=on)
        elif expert.pk not in self.cast.experts:
            pool = [row for row in known.experts(self.bureau).values() if row.pk not in self.cast.experts]
            guests = [row for row in pool if row.source == ExpertSource.GUEST]
            wanted = guests if expert.source == ExpertSource.GUEST else [row for row in pool if row not in guests]
            drafts = [
                UserDraft(
                    row.number.lower(),
                    row.person.name,
                    (Role.EXPERT,),
                    password="" if row.source == ExpertSource.GUEST else _password(),
                )
                for row in wanted
            ]
            for row, user in zip(wanted, self._open(drafts, on=on), strict=True):
                self._join_person(user, row, on=on)
        return self.cast.experts[expert.pk]

    def _open(self, drafts: list[UserDraft], *, on: date) -> list[User]:
        return add_users(bureau=self.bureau, drafts=drafts, by="system", on=on)

    def _join(self, user: User, organisation: Organisation, *, on: date) -> None:
        add_membership(user=user, by=self.users["admin"], on=on, organisation=organisation)

    def _join_person(self, user: User, expert: Expert, *, on: date) -> None:
        add_membership(user=user, by=self.users["admin"], on=on, person=expert.person)
        self.cast.experts[expert.pk] = user


def _boss(firm: Firm) -> str:
    return firm.organisation.legal_person or firm.organisation.name[:20]


def _password() -> str:
    return str(settings.GONGPING_DEMO_PASSWORD)


def moment(day: date, hour: int = 10, minute: int = 0) -> datetime:
    """Return a time of that day in Asia/Shanghai."""
    return datetime.combine(day, time(hour, minute), tzinfo=SHANGHAI)
