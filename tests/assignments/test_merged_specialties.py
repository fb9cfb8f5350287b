"""Edge case 55: a specialty in use that is merged or ended loses nobody, and cannot be chosen anew."""

from datetime import date

import pytest

from assignments.enums import BatchStatus
from assignments.models import BatchTask, Draw
from assignments.selectors.eligibility import expert_eligibility
from assignments.services import batches, draws
from assignments.services.batches import BatchRefused
from assignments.services.draws.listing import strata_of
from experts.enums import TitleLevel
from experts.models import Expert
from experts.selectors import specialties_of, with_first_specialties, with_specialty
from experts.services import ExpertDraft, ExpertRefused, register_experts
from foundation.core import clock
from foundation.taxonomy.enums import TreeKind
from foundation.taxonomy.models import Node
from foundation.taxonomy.services import NodeDraft, add_nodes, merge_node, retire_node
from tests.factories.assigned import NOW, TODAY, batch_office, pool_expert
from tests.factories.assignments import PersonFactory

pytestmark = [pytest.mark.django_db, pytest.mark.edge("E55")]


@pytest.fixture(autouse=True)
def _in_2020():
    with clock.standing_at(NOW):
        yield


@pytest.fixture
def desk():
    """A bureau whose experts know two specialties of different fields, four each."""
    found = batch_office(reviews=1, experts=0, seats=3)
    drafts = [NodeDraft("A", "农业"), NodeDraft("A1", "水利", "A"), NodeDraft("A11", "灌溉", "A1"),
              NodeDraft("B", "工程"), NodeDraft("B1", "水工", "B"), NodeDraft("B11", "渠系", "B1")]  # fmt: skip
    found.nodes = {
        node.code: node
        for node in add_nodes(bureau=found.bureau, tree=TreeKind.SPECIALTY, drafts=drafts, by=found.clerk, on=TODAY)
    }
    found.old = [pool_expert(found.bureau, found.nodes["A11"]) for _ in range(2)]
    found.new = [pool_expert(found.bureau, found.nodes["B11"]) for _ in range(2)]
    return found


def fresh(node):
    return Node.objects.get(pk=node.pk)


def merged(desk):
    merge_node(node=desk.nodes["A11"], into=desk.nodes["B11"], by=desk.clerk, on=TODAY)


def test_experts_of_a_merged_specialty_are_found_under_its_successor(desk):
    merged(desk)
    everybody, heir = {*desk.old, *desk.new}, fresh(desk.nodes["B11"])

    pool = Expert.objects.filter(bureau=desk.bureau)
    assert set(with_specialty(pool, [heir], TODAY)) == everybody
    assert set(with_specialty(pool, [fresh(desk.nodes["B"])], TODAY)) == everybody
    assert set(with_specialty(pool, [fresh(desk.nodes["A"])], TODAY)) == set()
    assert specialties_of([desk.old[0].pk], TODAY) == {desk.old[0].pk: {heir.pk}}
    assert with_first_specialties(pool, TODAY).get(pk=desk.old[0].pk).main_specialty == "渠系"
    assert desk.old[0].specialties.get().node == desk.nodes["A11"]


def test_draw_set_up_before_the_merger_lists_the_experts_of_both(desk):
    seats = [draws.SeatDraft("灌溉", 3, [desk.nodes["A11"]])]
    draw = draws.configure_panel_draw(
        re_review=desk.reviews[0], seats=seats, witness=desk.witness, by=desk.clerk, on=TODAY
    )
    merged(desk)

    strata = strata_of(Draw.objects.get(pk=draw.pk))
    answers = expert_eligibility(desk.reviews[0], TODAY)
    assert {answer.party for answer in answers if answer.nodes & strata[1]} == {*desk.old, *desk.new}
    assert len(draws.preview(draw=draw, by=desk.clerk, on=TODAY).eligible) == 4


def test_batch_set_up_before_the_merger_gives_both_the_full_fit(desk):
    batch = batches.prepare(
        title="复评", fields={desk.reviews[0]: desk.nodes["A11"]}, witness=desk.witness, by=desk.clerk, on=TODAY
    )
    merged(desk)

    batch = batches.start(batch=batch, by=desk.clerk, at=NOW, freezes=False)

    fits = BatchTask.objects.get(batch=batch).fits
    assert batch.status == BatchStatus.PREPARED
    assert {int(pk): fit[2] for pk, fit in fits.items()} == {row.pk: 0 for row in (*desk.old, *desk.new)}


def test_ended_specialty_is_chosen_for_no_draw_no_batch_and_no_new_expert(desk):
    gone = retire_node(node=desk.nodes["A11"], by=desk.clerk, on=TODAY)
    draft = ExpertDraft(PersonFactory(bureau=desk.bureau), "高级工程师", TitleLevel.SENIOR, nodes=[gone])

    with pytest.raises(draws.DrawRefused) as by_draw:
        draws.configure_panel_draw(
            re_review=desk.reviews[0], seats=[draws.SeatDraft("灌溉", 3, [gone])], witness=desk.witness, by=desk.clerk,
            on=TODAY,
        )  # fmt: skip
    with pytest.raises(BatchRefused) as by_batch:
        batches.prepare(title="复评", fields={desk.reviews[0]: gone}, witness=desk.witness, by=desk.clerk, on=TODAY)
    with pytest.raises(ExpertRefused) as by_pool:
        register_experts(bureau=desk.bureau, drafts=[draft], by=desk.clerk, on=TODAY)

    assert {caught.value.refusal.code for caught in (by_draw, by_batch, by_pool)} == {"node_retired"}
    assert (Draw.objects.count(), BatchTask.objects.count(), Expert.objects.filter(title="高级工程师").count()) == (
        0,
        0,
        0,
    )


def test_who_has_an_ended_specialty_keeps_it_when_written_again(desk):
    gone = retire_node(node=desk.nodes["A11"], by=desk.clerk, on=TODAY)
    row = desk.old[0]
    draft = ExpertDraft(row.person, "教授级高工", TitleLevel.SENIOR, nodes=[gone], works_since=date(2000, 1, 1))

    again = register_experts(bureau=desk.bureau, drafts=[draft], by=desk.clerk, on=TODAY)[0]

    assert (again.pk, again.title, again.specialties.get().node) == (row.pk, "教授级高工", gone)
