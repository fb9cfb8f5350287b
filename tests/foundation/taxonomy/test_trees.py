"""Three-level trees: nothing in use disappears."""

from contextlib import suppress
from datetime import date, timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from foundation.accounts.enums import Role
from foundation.audit.models import Entry
from foundation.core.errors import NotAllowed
from foundation.taxonomy.enums import TreeKind
from foundation.taxonomy.models import FormerNode, Node
from foundation.taxonomy.selectors import descendants, retired_refusal, tree, tree_on, visible_to
from foundation.taxonomy.services import (
    NodeDraft,
    NodeRefused,
    add_node,
    add_nodes,
    merge_node,
    move_node,
    rename_node,
    retire_node,
    revive_node,
)
from tests.factories.foundation import BureauFactory, UserFactory, office

pytestmark = pytest.mark.django_db
DAY = date(2020, 6, 1)
DAYS = timedelta(days=1)
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

    merge_node(node=nodes[2], into=nodes[1], by=people["clerk"], on=DAY)

    nodes[2].refresh_from_db()
    assert (nodes[2].retired_on, nodes[2].merged_into) == (DAY, nodes[1])
    assert nodes[2] not in tree(people["bureau"], TreeKind.SPECIALTY)
    assert nodes[2] in visible_to(people["clerk"])


def test_node_with_living_ones_below_or_a_bad_merge_stays(people):
    nodes = add(people, THREE)
    finding = add(people, [NodeDraft("F", "问题")], TreeKind.FINDING)[0]

    with pytest.raises(NodeRefused):
        retire_node(node=nodes[0], by=people["clerk"], on=DAY)
    for into in (nodes[3], finding):
        with pytest.raises(NodeRefused):
            merge_node(node=nodes[3], into=into, by=people["clerk"], on=DAY)

    assert not Node.objects.filter(retired_on__isnull=False).exists()


def test_tree_is_the_bureaus_own(people):
    add(people, THREE)

    assert not visible_to(office()["clerk"]).exists()


def places(people):
    return {
        code: (path, name, retired is not None)
        for code, path, name, retired in Node.objects.filter(bureau=people["bureau"]).values_list(
            "code", "path", "name", "retired_on"
        )
    }


def test_moved_node_takes_what_is_below_it_and_is_found_at_its_old_place_on_past_days(people):
    nodes = add(people, THREE)

    move_node(node=nodes[1], parent=nodes[3], by=people["clerk"], on=DAY)

    assert places(people)["A11"][0] == "AB/A1/A11"
    before, after = (tree_on(people["bureau"], TreeKind.SPECIALTY, day) for day in (DAY - DAYS, DAY))
    assert (before.way(nodes[2].pk), after.way(nodes[2].pk)) == ("农业 / 水利 / 灌溉", "林业 / 水利 / 灌溉")


def test_renamed_node_keeps_its_name_of_each_day(people):
    node = add(people, THREE)[1]
    for turn, name in enumerate(("水务", "水利水务", "水")):
        rename_node(node=node, name=name, by=people["clerk"], on=DAY + turn * DAYS)

    found = [
        tree_on(people["bureau"], TreeKind.SPECIALTY, DAY + turn * DAYS).places[node.pk].name for turn in (-1, 0, 1, 2)
    ]
    assert found == ["水利", "水务", "水利水务", "水"]


def test_two_changes_of_one_day_tell_the_evening_of_that_day_and_the_morning_before(people):
    node = add(people, THREE)[1]
    rename_node(node=node, name="一", by=people["clerk"], on=DAY)
    rename_node(node=node, name="二", by=people["clerk"], on=DAY)

    assert [tree_on(people["bureau"], TreeKind.SPECIALTY, day).places[node.pk].name for day in (DAY - DAYS, DAY)] == [
        "水利", "二",
    ]  # fmt: skip


@pytest.mark.edge("E55")
def test_merged_node_counts_as_its_successor_through_every_later_merger(people):
    nodes = add(people, [*THREE, NodeDraft("AB1", "造林", "AB"), NodeDraft("AB11", "育苗", "AB1")])
    merge_node(node=nodes[2], into=nodes[5], by=people["clerk"], on=DAY)
    merge_node(node=nodes[4], into=nodes[1], by=people["clerk"], on=DAY + DAYS)

    for node in nodes:
        node.refresh_from_db()
    assert nodes[2].successor == nodes[5]
    assert (nodes[4].successor, nodes[5].parent) == (nodes[1], nodes[1])
    assert places(people)["A11"] == ("A/A1/A11", "灌溉", True)
    assert set(descendants([nodes[5]])) == {nodes[2], nodes[5]}
    assert set(descendants([nodes[2]])) == {nodes[2], nodes[5]}
    assert set(descendants([nodes[4]])) == {nodes[1], nodes[2], nodes[4], nodes[5]}
    assert tree_on(people["bureau"], TreeKind.SPECIALTY, DAY - DAYS).way(nodes[5].pk) == "林业 / 造林 / 育苗"


@pytest.mark.edge("E55")
def test_ended_node_cannot_be_chosen_and_names_its_successor(people):
    nodes = add(people, THREE)
    retire_node(node=nodes[2], by=people["clerk"], on=DAY)
    merge_node(node=nodes[3], into=nodes[0], by=people["clerk"], on=DAY)

    living, retired, merged = (retired_refusal([Node.objects.get(pk=nodes[at].pk)]) for at in (0, 2, 3))
    assert living is None
    assert (retired.code, retired.facts["successor"]) == ("node_retired", None)
    assert (merged.code, merged.facts["successor"]) == ("node_retired", nodes[0].pk)
    assert "农业" in merged.message


def test_revived_node_is_offered_again_and_its_absence_stays_on_record(people):
    nodes = add(people, THREE)
    merge_node(node=nodes[2], into=nodes[1], by=people["clerk"], on=DAY)

    node = revive_node(node=nodes[2], by=people["clerk"], on=DAY + 9 * DAYS)

    assert (node.retired_on, node.merged_into, node.successor) == (None, None, None)
    ended = [tree_on(people["bureau"], TreeKind.SPECIALTY, DAY + days * DAYS).places[node.pk] for days in (-1, 0, 8, 9)]
    assert [(place.has_ended, place.merged_into) for place in ended] == [
        (False, None), (True, nodes[1].pk), (True, nodes[1].pk), (False, None),
    ]  # fmt: skip
    assert node in tree(people["bureau"], TreeKind.SPECIALTY)


def test_roster_renames_moves_revives_and_ends_what_it_does_not_name(people):
    nodes = add(people, THREE)
    retire_node(node=nodes[3], by=people["clerk"], on=DAY)

    add_nodes(
        bureau=people["bureau"], tree=TreeKind.SPECIALTY, by=people["clerk"], on=DAY + DAYS, ends_missing=True,
        drafts=[NodeDraft("A", "农林"), NodeDraft("AB", "林业"), NodeDraft("A1", "水务", "AB")],
    )  # fmt: skip

    assert places(people) == {
        "A": ("A", "农林", False), "A1": ("AB/A1", "水务", False), "A11": ("AB/A1/A11", "灌溉", True),
        "AB": ("AB", "林业", False),
    }  # fmt: skip


REFUSALS = {
    "name_same": lambda n, by: rename_node(node=n[1], name=" 水利 ", by=by, on=DAY),
    "name_taken": lambda n, by: rename_node(node=n[0], name="林业", by=by, on=DAY),
    "wrong_level": lambda n, by: move_node(node=n[2], parent=n[0], by=by, on=DAY),
    "place_same": lambda n, by: move_node(node=n[2], parent=n[1], by=by, on=DAY),
    "not_retired": lambda n, by: revive_node(node=n[2], by=by, on=DAY),
    "bad_merge": lambda n, by: merge_node(node=n[2], into=n[0], by=by, on=DAY),
    "code_taken": lambda n, by: add_node(
        bureau=n[0].bureau, tree=TreeKind.SPECIALTY, draft=NodeDraft("A1", "新"), by=by, on=DAY
    ),
    "node_retired": lambda n, by: (
        retire_node(node=n[3], by=by, on=DAY),
        add_node(bureau=n[0].bureau, tree=TreeKind.SPECIALTY, draft=NodeDraft("AB1", "新", "AB"), by=by, on=DAY),
    ),
    "has_children": lambda n, by: merge_node(node=n[1], into=n[0], by=by, on=DAY),
}


@pytest.mark.parametrize("code", REFUSALS)
def test_what_cannot_be_done_to_a_tree_is_refused_and_changes_nothing(people, code):
    nodes = add(people, THREE)
    entries = Entry.objects.count()

    with pytest.raises(NodeRefused) as refused, transaction.atomic():
        REFUSALS[code](nodes, people["clerk"])

    assert refused.value.refusal.code == code
    assert (FormerNode.objects.count(), Entry.objects.count(), len(places(people))) == (0, entries, 4)
    assert not Node.objects.filter(retired_on__isnull=False).exists()


def test_who_keeps_no_register_or_another_bureaus_changes_no_tree(people):
    nodes = add(people, THREE)

    for stranger in (people["leader"], office()["clerk"]):
        with pytest.raises(NotAllowed):
            rename_node(node=nodes[0], name="新", by=stranger, on=DAY)
        with pytest.raises(NotAllowed):
            add_node(bureau=people["bureau"], tree=TreeKind.SPECIALTY, draft=NodeDraft("Z", "新"), by=stranger, on=DAY)

    assert places(people)["A"][1] == "农业"


def snapshot(bureau):
    names = dict(Node.objects.filter(bureau=bureau).values_list("pk", "name"))
    found = tree_on(bureau, TreeKind.SPECIALTY, date(2100, 1, 1))
    return {pk: (found.way(pk), found.places[pk].has_ended, found.places[pk].merged_into) for pk in names}


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=st.lists(st.tuples(st.sampled_from("nmxyr"), st.integers(0, 7), st.integers(0, 7)), max_size=8))
def test_tree_of_any_past_day_is_what_stood_on_that_day(people, acts):
    """Whatever is done, one act a day, the tree asked for a past day is the one that was there that evening."""
    with transaction.atomic():
        bureau = BureauFactory()
        by = UserFactory(bureau=bureau, role=Role.CLERK)
        drafts = [*THREE, NodeDraft("AB1", "造林", "AB"), NodeDraft("AB11", "育苗", "AB1"), NodeDraft("A2", "渔", "A"),
                  NodeDraft("A21", "捕捞", "A2")]  # fmt: skip
        nodes = add_nodes(bureau=bureau, tree=TreeKind.SPECIALTY, drafts=drafts, by=by, on=DAY)
        seen = {DAY: snapshot(bureau)}
        for turn, (act, one, other) in enumerate(acts, 1):
            day, node, to = DAY + turn * DAYS, nodes[one], nodes[other]
            with suppress(NodeRefused), transaction.atomic():
                match act:
                    case "n":
                        rename_node(node=node, name=f"名{turn}", by=by, on=day)
                    case "m":
                        move_node(node=node, parent=to, by=by, on=day)
                    case "x":
                        retire_node(node=node, by=by, on=day)
                    case "y":
                        merge_node(node=node, into=to, by=by, on=day)
                    case _:
                        revive_node(node=node, by=by, on=day)
            seen[day] = snapshot(bureau)

        for day, was in seen.items():
            found = tree_on(bureau, TreeKind.SPECIALTY, day)
            assert {pk: (found.way(pk), p.has_ended, p.merged_into) for pk, p in found.places.items()} == was
        for node in Node.objects.filter(bureau=bureau).select_related("parent", "successor"):
            assert node.path == (f"{node.parent.path}/{node.code}" if node.parent else node.code)
            assert node.successor is None or node.successor.merged_into_id is None
        transaction.set_rollback(True)
