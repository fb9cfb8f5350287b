"""Draws with their people round the table: operator, witness, sometimes a third, and what each does."""

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

from assignments import draw as pure
from assignments.enums import SourceKind
from assignments.models import Draw
from assignments.services import draws
from assignments.verify_draw import Difference, verify
from evaluators.models import Firm, FirmUndertaking, LeadEvaluator
from experts.models import Expert, ExpertSpecialty, ExpertUndertaking
from foundation.accounts.enums import Role
from foundation.accounts.models import User
from foundation.taxonomy.enums import TreeKind
from foundation.taxonomy.models import Node
from tests.factories.assignments import ExpertFactory, FirmFactory, PersonFactory, ReReviewFactory, TaskFactory
from tests.factories.draws import nonce
from tests.factories.foundation import UserFactory

TODAY = date(2020, 6, 1)
NOW = datetime(2020, 6, 1, 2, 0, tzinfo=UTC)
VALUE_AT = NOW + timedelta(hours=10)


def ready_firm(bureau: Any, **more: Any) -> Firm:
    """Make a firm that every rule lets in."""
    firm: Firm = FirmFactory(bureau=bureau, **more)
    FirmUndertaking.objects.create(firm=firm, year=2020, text_version="1", accepted_on=TODAY, accepted_by="演示")
    LeadEvaluator.objects.create(
        firm=firm,
        person=PersonFactory(bureau=bureau),
        title="高级会计师",
        works_since=date(2010, 1, 1),
        started_on=date(2019, 1, 1),
    )
    return firm


def ready_expert(bureau: Any, node: Node) -> Expert:
    """Make an expert of the field whom every rule lets in."""
    expert: Expert = ExpertFactory(bureau=bureau, admitted_on=date(2020, 1, 1))
    ExpertUndertaking.objects.create(expert=expert, year=2020, text_version="1", accepted_on=TODAY)
    ExpertSpecialty.objects.create(expert=expert, node=node, is_main=True)
    return expert


def outside(*, at: datetime = VALUE_AT, fallbacks: int = 1) -> list[draws.SourceDraft]:
    """Name a lottery, then beacons an hour apart."""
    beacons = [
        draws.SourceDraft(SourceKind.BEACON, f"drand {place}", at + timedelta(hours=place))
        for place in range(1, fallbacks + 1)
    ]
    return [draws.SourceDraft(SourceKind.LOTTERY, "双色球 2020052 期", at), *beacons]


class Table:
    """A draw with its people; ``run`` goes through the whole protocol without an outside value."""

    draw: Draw
    third: User | None = None

    def __init__(self, task: Any) -> None:
        """Sit the task's clerk and a supervisor down."""
        self.task = task
        self.operator: User = task.clerk
        self.witness: User = UserFactory(bureau=task.bureau, role=Role.SUPERVISOR)

    def people(self) -> dict[str, User]:
        """Name each party in the order of the nonces."""
        third = {"third": self.third} if self.third else {}
        return {"operator": self.operator, **third, "witness": self.witness}

    def set_up(self, **terms: Any) -> Draw:
        """Configure the draw of a firm."""
        self.draw = draws.configure_firm_draw(
            task=self.task, witness=self.witness, third=self.third, by=self.operator, on=TODAY,
            terms=draws.Terms(**terms),
        )  # fmt: skip
        return self.draw

    def freeze(self, at: datetime = NOW, **more: Any) -> Draw:
        """Freeze the list."""
        self.draw = draws.freeze(draw=self.draw, by=self.operator, at=at, **({"ratio_confirmed": True} | more))
        return self.draw

    def commit(self, party: str, at: datetime = NOW) -> Draw:
        """Hand in one commitment."""
        value = pure.commitment(self.draw.commitment, party, nonce(party))
        self.draw = draws.commit(draw=self.draw, commitment=value, by=self.people()[party], at=at)
        return self.draw

    def reveal(self, party: str, at: datetime = NOW) -> Draw:
        """Show one nonce."""
        self.draw = draws.reveal(draw=self.draw, nonce=nonce(party), by=self.people()[party], at=at)
        return self.draw

    def commit_all(self, at: datetime = NOW) -> None:
        """Hand in every commitment."""
        for party in self.people():
            self.commit(party, at)

    def reveal_all(self, at: datetime = NOW) -> None:
        """Show every nonce."""
        for party in self.people():
            self.reveal(party, at)

    def read(self, *numbers: str, at: datetime = VALUE_AT, **more: Any) -> Draw:
        """Type the public value as operator and confirm it as witness."""
        reading = draws.Reading(words="中国福利彩票网公告", numbers=numbers, **more)
        draws.type_value(draw=self.draw, reading=reading, by=self.operator, at=at)
        self.draw = draws.confirm_value(draw=self.draw, reading=reading, by=self.witness, at=at)
        return self.draw

    def run(self, **freeze: Any) -> Draw:
        """Freeze, commit, show."""
        self.draw = draws.freeze(draw=self.draw, by=self.operator, at=NOW, **freeze)
        self.commit_all()
        self.reveal_all()
        return self.draw


class FirmTable(Table):
    """Four firms, one task."""

    def __init__(self, firms: int = 4) -> None:
        """Make them."""
        super().__init__(TaskFactory())
        self.firms = [ready_firm(self.task.bureau) for _number in range(firms)]


class PanelTable(Table):
    """Experts of two fields under one branch, and a panel of two of the first and one of the second."""

    def __init__(self, experts: int = 14) -> None:
        """Make them, field by field in turn."""
        self.review = ReReviewFactory()
        super().__init__(self.review.evaluation)
        bureau = self.review.bureau
        facts = {"bureau": bureau, "tree": TreeKind.SPECIALTY}
        self.branch = Node.objects.create(**facts, level=1, code="1", name="经济", path="1")
        self.node = Node.objects.create(**facts, level=2, code="01", name="财务", path="1/01", parent=self.branch)
        self.other = Node.objects.create(**facts, level=2, code="02", name="污水", path="1/02", parent=self.branch)
        self.beside = Node.objects.create(**facts, level=2, code="03", name="审计", path="1/03", parent=self.branch)
        self.experts = [ready_expert(bureau, self.node if index % 2 else self.other) for index in range(experts)]

    def set_up(self, counts: tuple[int, int] = (2, 1), **terms: Any) -> Draw:
        """Configure the draw of the panel."""
        seats = [draws.SeatDraft("财务", counts[0], [self.node]), draws.SeatDraft("污水", counts[1], [self.other])]
        self.draw = draws.configure_panel_draw(
            re_review=self.review, seats=seats, witness=self.witness, third=self.third, by=self.operator, on=TODAY,
            terms=draws.Terms(**terms),
        )  # fmt: skip
        return self.draw


def checked(record: dict[str, Any]) -> str:
    """Return OK, or the first difference that verify_draw.py finds in the record."""
    try:
        verify(json.dumps(record, ensure_ascii=False))
    except Difference as difference:
        return difference.english
    return "OK"
