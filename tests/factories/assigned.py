"""A bureau with open re-reviews and a pool for them, and the steps of a batch over both."""

from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace

from assignments import draw as pure
from assignments.enums import PlanStatus, ReReviewStatus, SourceKind
from assignments.services import batches
from experts.models import ExpertSpecialty, ExpertUndertaking
from foundation.approvals.selectors import running
from foundation.approvals.services import agree
from foundation.taxonomy.enums import TreeKind
from foundation.taxonomy.models import Node
from parties.models import Employment
from tests.factories.assignments import ExpertFactory, OrganisationFactory, PlanFactory, ReReviewFactory, TaskFactory
from tests.factories.draws import nonce
from tests.factories.foundation import LONG_AGO, BureauFactory, RuleSetFactory, RuleValueFactory, UserFactory, office

TODAY = date(2020, 6, 1)
NOW = datetime(2020, 6, 1, 2, 0, tzinfo=UTC)


def pool_expert(bureau, node, *, employer=None):
    """Return an expert of the pool whom no rule keeps from a panel, perhaps employed somewhere."""
    expert = ExpertFactory(bureau=bureau, admitted_on=date(2020, 1, 1))
    ExpertUndertaking.objects.create(expert=expert, year=2020, text_version="1", accepted_on=TODAY)
    ExpertSpecialty.objects.create(expert=expert, node=node, is_main=True)
    if employer is not None:
        Employment.objects.create(person=expert.person, organisation=employer, started_on=LONG_AGO)
    return expert


def batch_office(*, reviews=2, experts=8, seats=3):
    """Return a bureau with its people, a field, open re-reviews of different units and experts of four employers."""
    bureau = BureauFactory()
    people = office(bureau)
    plan = PlanFactory(bureau=bureau)
    node = Node.objects.create(bureau=bureau, tree=TreeKind.SPECIALTY, level=1, code="01", name="财务", path="01")
    employers = [OrganisationFactory(bureau=bureau) for _ in range(4)]
    clerk = people["clerk"]
    return SimpleNamespace(
        bureau=bureau,
        people=people,
        clerk=clerk,
        witness=UserFactory(bureau=bureau, role="SUPERVISOR"),
        node=node,
        plan=plan,
        reviews=[
            ReReviewFactory(
                evaluation=TaskFactory(plan=plan, clerk=clerk), panel_size=seats, number=f"复2020-{one:03d}"
            )
            for one in range(reviews)
        ],
        experts=[pool_expert(bureau, node, employer=employers[one % 4]) for one in range(experts)],
    )


def one_unit_office():
    """Return a bureau whose two re-reviews are of one unit, with a field that only four of eight experts know well.

    Any pair may be certain, so that the four would take both re-reviews if they might.
    """
    desk = batch_office()
    tasks = type(desk.reviews[1].evaluation).objects.filter(pk=desk.reviews[1].evaluation_id)
    tasks.update(unit=desk.reviews[0].evaluation.unit)
    desk.node = Node.objects.create(
        bureau=desk.bureau, tree=TreeKind.SPECIALTY, level=2, code="11", name="成本", path="01/11", parent=desk.node
    )
    ExpertSpecialty.objects.filter(expert__in=desk.experts[:4]).update(node=desk.node)
    RuleValueFactory(rule_set=RuleSetFactory(bureau=desk.bureau), key="batch_chance_permille", value=1000)
    return desk


def issue(plan):
    """Let the plan be issued."""
    plan.status, plan.issued_on, plan.letter_number = PlanStatus.ISSUED, date(2020, 3, 1), "演示〔2020〕1号"
    plan.save()


def lottery(at=NOW + timedelta(hours=2), *later):
    """Return outside values known at these moments, the first with the others as fall-backs."""
    moments = enumerate((at, *later), 1)
    return [batches.SourceDraft(SourceKind.LOTTERY, f"双色球第{place}期", moment) for place, moment in moments]


def prepared(desk, **facts):
    """Return a batch of all re-reviews."""
    fields = dict.fromkeys(desk.reviews, desk.node)
    given = {"title": "全年复评", "fields": fields, "witness": desk.witness, "by": desk.clerk, "on": TODAY}
    return batches.prepare(**given | facts)


def solved(desk, batch, *, freezes):
    """Return the batch after its job has run."""
    return batches.start(batch=batch, by=desk.clerk, at=NOW, freezes=freezes)


def agreed_pairs(desk, batch):
    """Let who approves agree to everybody who is named or kept away."""
    approval = batches.submit_pairs(batch=batch, by=desk.clerk, on=TODAY)
    for who in ("head", "leader"):
        agree(approval=approval, by=desk.people[who], on=TODAY)
    return approval


def drawn(desk, batch):
    """Freeze, commit and reveal; return the drawn batch."""
    return revealed(desk, solved(desk, batch, freezes=True))


def revealed(desk, batch):
    """Commit to a frozen batch and reveal; return it drawn."""
    for role, user in (("operator", desk.clerk), ("witness", desk.witness)):
        value = pure.commitment(batch.commitment, role, nonce(role))
        batch = batches.commit(batch=batch, commitment=value, by=user, at=NOW)
    for role, user in (("operator", desk.clerk), ("witness", desk.witness)):
        batch = batches.reveal(batch=batch, nonce=nonce(role), by=user, at=NOW)
    return batch


def decided(desk, batch, numbers=("7", "3"), at=NOW + timedelta(hours=3)):
    """Let the clerk type the outside value of a batch and the witness confirm it; return it drawn."""
    reading = batches.Reading(words="中彩网公告", numbers=numbers)
    batches.type_value(batch=batch, reading=reading, by=desk.clerk, at=at)
    return batches.confirm_value(batch=batch, reading=reading, by=desk.witness, at=at)


def seated(desk, batch):
    """Draw, submit and approve; return the batch with everybody seated."""
    batch = drawn(desk, batch)
    batches.submit_batch(batch=batch, by=desk.clerk, on=TODAY)
    for who in ("head", "leader"):
        agree(approval=running("BATCH", batch), by=desk.people[who], on=TODAY)
    batch.refresh_from_db()
    return batch


def finish(desk):
    """Let every review be over."""
    for review in desk.reviews:
        review.status = ReReviewStatus.DONE
        review.save(update_fields=["status"])
