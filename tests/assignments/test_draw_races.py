"""Draws at once on PostgreSQL: nobody over a cap, no seat twice, no deadlock that reaches a person."""

from collections import Counter
from datetime import UTC, date, datetime

import pytest

from assignments import draw as pure
from assignments.enums import AssignmentStatus
from assignments.models import Assignment, Draw
from assignments.services import draws
from experts.models import Expert, ExpertSpecialty, ExpertUndertaking
from experts.services import move_experts
from foundation.accounts.enums import Role
from foundation.audit.selectors import verify_chain
from foundation.taxonomy.enums import TreeKind
from foundation.taxonomy.models import Node
from parties.services import EmploymentDraft, record_employments
from tests.factories.assignments import TODAY, ExpertFactory, PlanFactory, ReReviewFactory, TaskFactory, UnitFactory
from tests.factories.draws import nonce
from tests.factories.foundation import RuleSetFactory, RuleValueFactory, UserFactory
from tests.races import at_once

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]
NOW = datetime(2020, 6, 1, 2, 0, tzinfo=UTC)
DRAWS, EXPERTS, CAP = 54, 34, 6


@pytest.fixture
def pool():
    """One pool of experts, and so many draws over it that all stand before their last nonce."""
    plan = PlanFactory()
    bureau = plan.bureau
    rules = RuleSetFactory(bureau=bureau)
    for key, value in (("expert_yearly_cap", CAP), ("training_hours", 0)):
        RuleValueFactory(rule_set=rules, key=key, value=value)
    clerk, witness = UserFactory(bureau=bureau, role=Role.CLERK), UserFactory(bureau=bureau, role=Role.SUPERVISOR)
    node = Node.objects.create(bureau=bureau, tree=TreeKind.SPECIALTY, level=1, code="01", name="财务", path="01")
    for expert in ExpertFactory.create_batch(EXPERTS, bureau=bureau, admitted_on=date(2020, 1, 1)):
        ExpertUndertaking.objects.create(expert=expert, year=2020, text_version="1", accepted_on=TODAY)
        ExpertSpecialty.objects.create(expert=expert, node=node, is_main=True)
    made = []
    for _number in range(DRAWS):
        task = TaskFactory(plan=plan, clerk=clerk, unit=UnitFactory(bureau=bureau), status="SUBMITTED")
        review = ReReviewFactory(evaluation=task)
        seats = [draws.SeatDraft("财务", 3, [node])]
        draw = draws.configure_panel_draw(re_review=review, seats=seats, witness=witness, by=clerk, on=TODAY)
        draw = draws.freeze(draw=draw, by=clerk, at=NOW)
        for party, user in (("operator", clerk), ("witness", witness)):
            value = pure.commitment(draw.commitment, party, nonce(party))
            draw = draws.commit(draw=draw, commitment=value, by=user, at=NOW)
        made.append(draws.reveal(draw=draw, nonce=nonce("operator"), by=clerk, at=NOW))
    return made, clerk, witness


def held():
    return Assignment.objects.exclude(status__in=["DECLINED", "NO_ANSWER", "VOID"])


@pytest.mark.edge("E52")
@pytest.mark.rule("R-17")
def test_draws_and_replacements_at_once_keep_every_cap_and_seat(pool):
    made, clerk, witness = pool

    def reveal(draw):
        return lambda: draws.reveal(draw=draw, nonce=nonce("witness"), by=witness, at=NOW)

    def replace(draw):
        return lambda: draws.replace(draw=draw, by=clerk, at=NOW)

    first = at_once([reveal(draw) for draw in made for _click in range(2)])  # every last nonce is sent twice
    after_draws = Counter(held().values_list("expert_id", flat=True))
    leavers = [Assignment.objects.filter(draw=draw).order_by("pk").first() for draw in made[::3]]
    for row in leavers:
        row.status = AssignmentStatus.DECLINED
        row.save(update_fields=["status"])
    second = at_once([replace(draw) for draw in made[::3]])

    load = Counter(held().values_list("expert_id", flat=True))
    seats = Counter(held().values_list("re_review_id", flat=True))
    assert (first, second) == ([], [])
    assert (sum(after_draws.values()), max(after_draws.values()) <= CAP) == (DRAWS * 3, True)
    assert (set(seats.values()), max(load.values()) <= CAP) == ({3}, True)
    assert Draw.objects.filter(status="DRAWN").count() == DRAWS
    assert verify_chain().first_bad == 0


@pytest.mark.edge("E52")
@pytest.mark.rule("R-17")
def test_who_is_barred_while_draws_run_is_seated_by_nothing_that_begins_after_it(pool):
    made, clerk, witness = pool
    head = UserFactory(bureau=clerk.bureau, role=Role.SECTION_HEAD)
    suspended, tied = Expert.objects.order_by("pk")[:2], Expert.objects.order_by("pk")[2:4]
    units = [draw.re_review.evaluation.unit.organisation for draw in made]

    def reveal(draw):
        return lambda: draws.reveal(draw=draw, nonce=nonce("witness"), by=witness, at=NOW)

    def suspend(expert):
        return lambda: move_experts(experts=[expert], action="SUSPEND", by=head, on=TODAY, reason="核查")

    def tie(expert):
        spells = [EmploymentDraft(person=expert.person, organisation=unit, started_on=TODAY) for unit in units]
        return lambda: record_employments(drafts=spells, by=clerk, on=TODAY)

    early, late = made[: DRAWS // 3], made[DRAWS // 3 : -12]
    first = at_once([reveal(draw) for draw in early])
    calls = [reveal(draw) for draw in late]
    calls[len(calls) // 2 : len(calls) // 2] = [*map(suspend, suspended), *map(tie, tied)]
    second = at_once(calls)
    before = set(Assignment.objects.values_list("pk", flat=True))
    leavers = [Assignment.objects.filter(draw=draw).order_by("pk").first() for draw in early]
    Assignment.objects.filter(pk__in=[row.pk for row in leavers]).update(status=AssignmentStatus.DECLINED)
    third = at_once(
        [reveal(draw) for draw in made[-12:]]
        + [lambda draw=draw: draws.replace(draw=draw, by=clerk, at=NOW) for draw in early]
    )

    after = Assignment.objects.exclude(pk__in=before)
    barred = {expert.pk for expert in [*suspended, *tied]}
    seats = Counter(held().values_list("re_review_id", flat=True))
    load = Counter(held().values_list("expert_id", flat=True))
    assert (first, second, third) == ([], [], [])
    assert (after.count(), after.filter(expert_id__in=barred).count()) == (len(early) + 12 * 3, 0)
    assert (len(seats), set(seats.values()), max(load.values()) <= CAP) == (DRAWS, {3}, True)
    assert verify_chain().first_bad == 0
