"""Three-level trees: nothing in use disappears."""

from datetime import date

import pytest

from foundation.taxonomy.enums import TreeKind
from foundation.taxonomy.models import Node
from foundation.taxonomy.selectors import descendants, tree, visible_to
from foundation.taxonomy.services import NodeDraft, NodeRefused, add_nodes, retire_node
from tests.factories.foundation import office

pytestmark = pytest.mark.django_db
DAY = date(2020, 6, 1)
THREE = [NodeDraft("A", "农业"), NodeDraft("A1", "水利", "A"), NodeDraft("A11", "灌溉", "A1"), NodeDraft("AB", "林业")]


@pytest.fixture
def people():
    return office()


def add(people, drafts, kind=TreeKind.SPECIALTY):
    return add_nodes(bureau=people["bureau"], tree=kind, drafts=drafts, by=people["clerk"], on=DAY)


def test_nodes_stand_below_their_parents_in_order(people):
    add(people, THREE)

    found = tree(people["bureau"], TreeKind.SPECIALTY).values_list("path", "level", "name")
    assert list(found) == [("A", 1, "农业"), ("A/A1", 2, "水利"), ("A/A1/A11", 3, "灌溉"), ("AB", 1, "林业")]


def test_known_code_is_renamed_and_stays_the_same_node(people):
    node = add(people, THREE)[1]

    add(people, [NodeDraft("A1", "水利工程", "A")])

    node.refresh_from_db()
    assert (node.name, Node.objects.count()) == ("水利工程", 4)


@pytest.mark.parametrize(
    ("bad", "code"), [(NodeDraft("X", "无", "NO"), "parent_unknown"), (NodeDraft("A111", "太深", "A11"), "too_deep")]
)
def test_a_list_with_one_bad_node_writes_none(people, bad, code):
    add(people, THREE)

    with pytest.raises(NodeRefused) as refused:
        add(people, [NodeDraft("C", "文化"), bad])

    assert refused.value.refusal.code == code
    assert Node.objects.count() == 4


def test_descendants_are_those_below_and_no_namesake(people):
    nodes = add(people, THREE)
    other = add(office(), THREE)

    assert set(descendants([nodes[0]])) == set(nodes[:3])  # AB begins with the same letter
    assert set(descendants([nodes[2]])) == {nodes[2]}
    assert set(descendants([])) == set()
    assert not set(descendants([nodes[0]])) & set(other)


def test_ended_node_stays_and_is_not_offered(people):
    nodes = add(people, THREE)

    retire_node(node=nodes[2], by=people["clerk"], on=DAY, merged_into=nodes[1])

    nodes[2].refresh_from_db()
    assert (nodes[2].retired_on, nodes[2].merged_into) == (DAY, nodes[1])
    assert nodes[2] not in tree(people["bureau"], TreeKind.SPECIALTY)
    assert nodes[2] in visible_to(people["clerk"])


def test_node_with_living_ones_below_or_a_bad_merge_stays(people):
    nodes = add(people, THREE)
    finding = add(people, [NodeDraft("F", "问题")], TreeKind.FINDING)[0]

    for node, into in ((nodes[0], None), (nodes[3], nodes[3]), (nodes[3], finding)):
        with pytest.raises(NodeRefused):
            retire_node(node=node, by=people["clerk"], on=DAY, merged_into=into)

    assert not Node.objects.filter(retired_on__isnull=False).exists()


def test_tree_is_the_bureaus_own(people):
    add(people, THREE)

    assert not visible_to(office()["clerk"]).exists()
