"""Whether the pool is enough for the year, specialty by specialty: asked, there, left by the rules, what blocks.

A constant number of queries, however large pool, tree and year are.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Final

from django.db.models import Q

from assignments import draw as pure
from assignments.enums import BatchStatus, DrawStatus, Executor, ReReviewKind, ReReviewStatus, TaskStatus
from assignments.models import BatchTask, Draw, EvaluationTask, ReReviewTask
from assignments.rules.people import smallest_panel
from assignments.selectors.eligibility.cases import Eligibility, RuleCount, Supply, counts_by_rule, supply
from assignments.selectors.eligibility.general import OUT, general_eligibility
from assignments.selectors.tasks import FIRM_LINE
from foundation.bureaus.models import Bureau
from foundation.core.errors import Refusal
from foundation.rulesets.selectors import Rules, rules_for
from foundation.taxonomy.enums import TreeKind
from foundation.taxonomy.models import Node

COOL_DOWN: Final = "cool_down"
EMPLOYER: Final = "employer_max"
STATES: Final = ("LACKING", "THIN", "ENOUGH", "SETTLED", "IDLE")
REVIEW_AHEAD: Final = (*FIRM_LINE[: FIRM_LINE.index(TaskStatus.EXPERT_REVIEW) + 1], TaskStatus.PLAN_RETURNED)


@dataclass(slots=True)
class Asked:
    """What the re-reviews of a year ask of one node itself: seats in all, seats still open, by whom.

    ``planned`` are those of the open seats whose panel is to come. ``panels`` are the open seats of each panel,
    ``units`` whose evaluations the open ones are.
    """

    seats: int = 0
    open_seats: int = 0
    planned: int = 0
    reviews: set[int] = field(default_factory=set)
    panels: list[int] = field(default_factory=list)
    units: set[int] = field(default_factory=set)

    def add(self, other: "Asked") -> None:
        """Count what another node asks, too."""
        self.seats += other.seats
        self.open_seats += other.open_seats
        self.planned += other.planned
        self.reviews |= other.reviews
        self.panels += other.panels
        self.units |= other.units


@dataclass(frozen=True, slots=True)
class Plan:
    """What a year asks: by node (a merged one counts as its successor), and the open seats that have no living field.

    ``unnamed`` are the numbers of the re-reviews that name none, or one that ended without a successor; ``to_come``
    of the tasks whose panel is not opened and which nothing ties to a field, with ``seats_to_come``.
    """

    by_node: Mapping[int, Asked]
    unnamed_seats: int
    unnamed: Collection[str]
    seats_to_come: int
    to_come: Collection[str]

    @property
    def open_seats(self) -> int:
        """How many seats are open in the year, with a field or without."""
        return sum(one.open_seats for one in self.by_node.values()) + self.unnamed_seats + self.seats_to_come


def asked_of_pool(bureau: Bureau, work_year: int, rules: Rules) -> Plan:
    """Return what the re-reviews of a work year ask of the pool, those to come among them, in six queries.

    A live draw says its own fields, a live batch says the field of each of its re-reviews; else, and for seats that
    name none, counts the field that was planned when the re-review was opened. A re-review is open until its panel is
    ready. A firm's report passes experts before it is final: where no panel is opened for it yet, the smallest one of
    R-15 counts.
    """
    reviews = {
        pk: (number, status, size, node, unit)
        for pk, number, status, size, node, unit in ReReviewTask.objects.filter(
            bureau=bureau, evaluation__work_year=work_year
        )
        .exclude(status=ReReviewStatus.STOPPED)
        .order_by("number", "pk")
        .values_list("pk", "number", "status", "panel_size", "node_id", "evaluation__unit_id")
    }
    ended = dict(Node.objects.filter(bureau=bureau, retired_on__isnull=False).values_list("pk", "successor_id"))
    fields = _fields({pk: (size, node) for pk, (_number, _status, size, node, _unit) in reviews.items()})
    found: dict[int, Asked] = defaultdict(Asked)
    unnamed, seats_unnamed = [], 0
    for pk, (number, status, _size, _node, unit) in reviews.items():
        is_open = status == ReReviewStatus.OPEN
        homeless = 0
        for key, count in fields[pk].items():
            still = count if is_open else 0
            if (living := _living(key, ended)) is None:
                homeless += still
            else:
                found[living].add(
                    Asked(count, still, 0, {pk}, [count] if is_open else [], {unit} if is_open else set())
                )
        if homeless:
            unnamed.append(number)
            seats_unnamed += homeless
    size, to_come = smallest_panel(rules.value("panel_sizes")), []
    for number, unit, field_ in _panels_to_come(bureau, work_year):
        if (living := _living(field_, ended)) is None:
            to_come.append(number)
        else:
            found[living].add(Asked(size, size, size, set(), [size], {unit}))
    return Plan(found, seats_unnamed, unnamed, size * len(to_come), to_come)


def _fields(reviews: Mapping[int, tuple[int, int | None]]) -> dict[int, dict[int | None, int]]:
    """Return how many seats each re-review (size, planned field) asks of which field, None for none. Two queries."""
    found: dict[int, dict[int | None, int]] = {pk: {node: size} for pk, (size, node) in reviews.items()}
    batches = BatchTask.objects.filter(re_review__in=reviews).exclude(batch__status=BatchStatus.VOID)
    for review, node in batches.order_by("pk").values_list("re_review_id", "node_id"):
        found[review] = {node: reviews[review][0]}
    draws = Draw.objects.filter(re_review__in=reviews).exclude(status=DrawStatus.VOID)
    for review, seats in draws.order_by("pk").values_list("re_review_id", "seats"):
        if review is None or not seats:
            continue
        counts: Counter[int | None] = Counter()
        for seat in seats:
            counts[(seat.get("nodes") or [reviews[review][1]])[0]] += seat["count"]
        found[review] = counts
    return found


def _living(node: int | None, ended: Mapping[int, int | None]) -> int | None:
    """Return the node that counts in place of one today; None where none does, or where the last one ended, too."""
    heir = node if node is None else ended.get(node, node)
    return heir if heir is None else ended.get(heir, heir)


def _panels_to_come(bureau: Bureau, work_year: int) -> list[tuple[str, int, int | None]]:
    """Return (number, unit, field) of each task whose report needs a panel that is not opened yet; two queries.

    The field is that of another panel of the task, else of the last panel that looked at its project; None for none.
    """
    opened = ReReviewTask.objects.filter(kind=ReReviewKind.REPORT).exclude(status=ReReviewStatus.STOPPED)
    tasks = EvaluationTask.objects.filter(
        bureau=bureau, work_year=work_year, executor=Executor.FIRM, is_assistance=False, status__in=REVIEW_AHEAD
    ).exclude(pk__in=opened.values("evaluation_id"))
    succeeded = Q(node__successor__isnull=False, node__successor__retired_on__isnull=True)
    alive = Q(node__isnull=False) & (Q(node__retired_on__isnull=True) | succeeded)
    about = Q(evaluation__in=tasks) | Q(evaluation__project__in=tasks.exclude(project=None).values("project_id"))
    by_task: dict[int, int | None] = {}
    by_project: dict[int | None, int | None] = {}
    looked = ReReviewTask.objects.filter(alive, about).order_by("created_at", "pk")
    for task, project, node in looked.values_list("evaluation_id", "evaluation__project_id", "node_id"):
        by_task[task] = node
        by_project[project] = node
    by_project.pop(None, None)
    return [
        (number, unit, by_task.get(pk, by_project.get(project)))
        for pk, number, unit, project in tasks.order_by("pk").values_list("pk", "number", "unit_id", "project_id")
    ]


@dataclass(frozen=True, slots=True)
class NodeHealth:
    """One node with everything below it: what is asked, who is there, whom each rule takes away, what blocks.

    ``in_pool`` stand in the pool with a valid term. ``supply`` judges the open seats, of which ``planned`` belong to
    panels that are to come; ``per_panel`` is how many seats of one panel the eligible can fill at most, for no more
    than a few of one employer may sit together.
    """

    node: Node
    seats: int
    open_seats: int
    planned: int
    reviews: int
    known: int
    in_pool: int
    rules: tuple[RuleCount, ...]
    supply: Supply
    largest_panel: int
    per_panel: int
    is_asked_itself: bool = False

    @property
    def eligible(self) -> int:
        """How many the rules leave."""
        return self.supply.eligible

    @property
    def missing(self) -> int:
        """How many people more the open seats need."""
        return max(self.open_seats - self.eligible, self.largest_panel - self.per_panel, 0)

    @property
    def is_blocked_by_employers(self) -> bool:
        """Whether people enough are left, but too many of them work for one employer."""
        return not self.supply.is_short and self.per_panel < self.largest_panel

    @property
    def blockers(self) -> tuple[str, ...]:
        """The rules of which one alone stands in the way."""
        return (EMPLOYER,) if self.is_blocked_by_employers else self.supply.blockers

    @property
    def state(self) -> str:
        """LACKING where the open seats cannot be filled, THIN below the ratio of R-16, else ENOUGH.

        SETTLED where every seat has its panel, IDLE where none is asked.
        """
        if not self.open_seats:
            return "SETTLED" if self.seats else "IDLE"
        if self.missing:
            return "LACKING"
        return "THIN" if self.supply.is_thin else "ENOUGH"


@dataclass(frozen=True, slots=True)
class PoolHealth:
    """The pool of a bureau against the plan of a work year, on a day; ``eligible`` are all whom the rules leave."""

    rows: list[NodeHealth]
    plan: Plan
    eligible: int
    ratio: int

    @property
    def short(self) -> list[NodeHealth]:
        """The nodes whose open seats cannot be filled: those that ask themselves, not what stands above them."""
        return [row for row in self.rows if row.state == "LACKING" and row.is_asked_itself]


def pool_health(bureau: Bureau, work_year: int, on: date) -> PoolHealth:
    """Return every living node of the tree with its health, in the order of the tree.

    An expert counts for a node who has it or something below it, as a draw takes him. Whom cool-down keeps from every
    unit that asks for the node counts as removed by it.
    """
    rules = rules_for(bureau=bureau, on=on)
    ratio, most = int(rules.value("candidate_ratio")), int(rules.value("employer_max"))
    plan, answered = asked_of_pool(bureau, work_year, rules), general_eligibility(bureau, on)
    nodes = list(
        Node.objects.filter(bureau=bureau, tree=TreeKind.SPECIALTY, retired_on__isnull=True).order_by("path", "pk")
    )
    above = {node.pk: node.parent_id for node in Node.objects.filter(bureau=bureau, tree=TreeKind.SPECIALTY)}
    asked: dict[int, Asked] = defaultdict(Asked)
    for pk, one in plan.by_node.items():
        for place in _up(pk, above):
            asked[place].add(one)
    people: dict[int, dict[int, Eligibility]] = defaultdict(dict)
    for answer in answered.answers:
        for pk in answer.nodes:
            for place in _up(pk, above):
                people[place][answer.party.pk] = answer
    source = rules.source("cool_down_days")
    rows = []
    for node in nodes:
        wanted = asked.get(node.pk, Asked())
        answers = [
            _cooled(answer, wanted.units, answered.cooling.get(pk, {}), source)
            for pk, answer in people.get(node.pk, {}).items()
        ]
        largest = max(wanted.panels, default=0)
        rows.append(
            NodeHealth(
                node=node,
                seats=wanted.seats,
                open_seats=wanted.open_seats,
                planned=wanted.planned,
                reviews=len(wanted.reviews),
                known=len(answers),
                in_pool=sum(not OUT & {refusal.code for refusal in answer.refusals} for answer in answers),
                rules=tuple(counts_by_rule(answers)),
                supply=supply(answers, seats=wanted.open_seats, ratio=ratio),
                largest_panel=largest,
                is_asked_itself=bool(plan.by_node.get(node.pk, Asked()).open_seats),
                per_panel=_per_panel((one for one in answers if one.is_eligible), largest, most),
            )
        )
    return PoolHealth(rows, plan, sum(answer.is_eligible for answer in answered.answers), ratio)


def _up(pk: int, above: Mapping[int, int | None]) -> list[int]:
    """Return a node and what stands above it."""
    found: list[int] = []
    key: int | None = pk
    while key is not None:
        found.append(key)
        key = above.get(key)
    return found


def _cooled(answer: Eligibility, units: set[int], cooling: Mapping[int, date], source: str) -> Eligibility:
    """Return the answer, refused by cool-down where every unit that asks was met too recently. Rule R-17."""
    if not units or not units <= cooling.keys():
        return answer
    free_on = min(cooling[unit] for unit in units)
    facts: dict[str, Any] = {"rule": "cool_down_days", "free_on": free_on.isoformat()}
    return replace(answer, refusals=(*answer.refusals, Refusal(COOL_DOWN, "", facts, source)))


def _per_panel(eligible: Iterable[Eligibility], seats: int, most: int) -> int:
    """Return how many of ``seats`` of one panel can be filled with at most ``most`` of one employer. Rule R-38."""
    if not seats:
        return 0
    candidates = [pure.Candidate(str(answer.party.number), answer.name, answer.links, (1,)) for answer in eligible]
    entries = pure.frozen_list(candidates, b"\0" * 32).entries
    answer = pure.feasibility((pure.Seat(1, "", seats),), most, entries)
    return answer.shortfall.possible if answer.shortfall else seats
