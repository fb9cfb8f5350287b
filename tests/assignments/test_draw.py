"""The pure part of the draw: the published vectors, and what must hold for every list."""

import hashlib
import itertools
import subprocess
import sys
from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assignments.draw import (
    Candidate,
    Entry,
    Excluded,
    InfeasibleError,
    Party,
    Place,
    Seat,
    Shortfall,
    Skip,
    SkipReason,
    Source,
    Void,
    beacon_part,
    commitment,
    draw_key,
    feasibility,
    feasible,
    freeze,
    frozen_list,
    leaf,
    nonce_part,
    numbers_part,
    order,
    placing,
    read_freeze,
    rfc3797_key,
    salt,
    seed,
    seed_text,
    walk,
)
from assignments.draw import record as publish
from assignments.draw import replace as replace_withdrawn
from foundation.core.canon import digest, dumps, sha256_hex
from tests.factories.draws import SEATS, SECRET, DrawCase

V2_FREEZE = '{"attempt":1,"empty":null,"n":25,"task":"事前/7 \\"䶮\\"\\n","type":"gongping/freeze/1"}'
V2_HASH = "deecea8f300b18e7211fd45d27a7e43b40f67d71de5153fffb15bb242c550df5"
V2_SEED = "404ff06794c7fc2f3d3e5810a4816ebb395484591a6c5ab53787a2fcb196d751"
NONCE_1 = "00" * 31 + "01"
NONCE_2 = "ff" * 32
LOTTERY = ["2", "5", "8", "9", "10", "12", "34"]
V3_PEOPLE = [((1,), 2), ((2,), 1), ((1, 2), 1), ((1, 2), 1), ((2,), 2), ((2,), 0), ((1, 2), 1), ((2,), 3)]
V3_ENTRIES = [Entry(number, group, strata) for number, (strata, group) in enumerate(V3_PEOPLE, 1)]


# --- vectors ----------------------------------------------------------------------------------------------------------


def test_order_rfc3797_reproduces_the_worked_example():
    key = rfc3797_key([["9319"], ["2", "5", "12", "8", "10"], ["9", "18", "26", "34", "41", "45"]])

    assert key == b"9319./2.5.8.10.12./9.18.26.34.41.45./"
    assert (
        hashlib.md5(b"\0\0" + key + b"\0\0", usedforsecurity=False).hexdigest().upper()
        == "990DD0A5692A029A98B5E01AA28F3459"
    )
    assert order("rfc3797", key, 25)[:10] == [17, 7, 2, 16, 25, 23, 8, 24, 19, 13]


def test_order_gongping_reproduces_v1():
    key = bytes(range(32))

    assert order("gongping-1", key, 10) == [6, 3, 9, 10, 7, 2, 5, 8, 1, 4]
    assert sha256_hex(bytes(4) + key + bytes(4)) == "6abc62415f00820c3f1277c5d54488aac36224561cc618f4c5adcd35e0c766e1"
    assert order("gongping-1", b"a", 10) == [5, 7, 9, 1, 8, 2, 10, 3, 4, 6]


def test_seed_reproduces_v2():
    document = {"attempt": 1, "empty": None, "n": 25, "task": '事前/7 "䶮"\n', "type": "gongping/freeze/1"}
    parts = [nonce_part("operator", NONCE_1), nonce_part("supervisor", NONCE_2), numbers_part("ssq-2026135", LOTTERY)]

    assert (dumps(document), len(dumps(document))) == (V2_FREEZE.encode(), 88)
    assert digest(document) == V2_HASH
    assert commitment(V2_HASH, "operator", NONCE_1) == (
        "1e2b7fe96ff374c0a92c3d9af7847d4986968754becf3a6abcade302e1f73536"
    )
    assert commitment(V2_HASH, "supervisor", NONCE_2) == (
        "02290e3ef32d402faf466449806d0edfbd6714abc3cd7d4794dcb86925882392"
    )
    assert seed(V2_HASH, parts).hex() == V2_SEED
    assert order("gongping-1", seed(V2_HASH, parts), 25) == [
        *(7, 1, 3, 22, 18, 11, 5, 19, 9, 6, 16, 14, 25, 15, 10, 21, 4, 24, 23, 13, 17, 20, 8, 12, 2)
    ]


def test_walk_reproduces_v3():
    places = order("gongping-1", bytes.fromhex(V2_SEED), 8)
    seats = [Seat(1, "一", 2), Seat(2, "二", 1)]

    first = walk(order=places, entries=V3_ENTRIES, seats=seats, group_max=1)
    second = walk(order=places, entries=V3_ENTRIES, seats=seats, group_max=1, seated=[8, 1], withdrawn=[4])

    assert places == [5, 4, 7, 8, 6, 1, 2, 3]
    assert first.seated == (4, 8, 1)
    assert first.skipped == (Skip(5, SkipReason.AHEAD), Skip(7, SkipReason.GROUP), Skip(6, SkipReason.SEAT))
    assert first.panel == (Place(4, 1), Place(8, 2), Place(1, 1))
    assert first.alternates == (5, 7, 6, 2, 3)
    assert (second.seated, second.skipped) == ((7,), (Skip(5, SkipReason.GROUP),))


# --- order ------------------------------------------------------------------------------------------------------------


@given(st.sampled_from(["rfc3797", "gongping-1"]), st.binary(min_size=1, max_size=40), st.integers(1, 400))
def test_order_is_a_whole_permutation(algorithm, key, size):
    assert sorted(order(algorithm, key, size)) == list(range(1, size + 1))


@pytest.mark.parametrize(
    ("algorithm", "key", "size", "says"),
    [
        ("md5", b"k", 5, "unknown algorithm 'md5'"),
        ("", b"k", 5, "unknown algorithm"),
        ("gongping-1", b"", 5, "at least one byte"),
        ("gongping-1", "k", 5, "at least one byte"),
        ("gongping-1", b"k", 0, "1 to 1000000"),
        ("gongping-1", b"k", -1, "1 to 1000000"),
        ("gongping-1", b"k", 1_000_001, "1 to 1000000"),
        ("gongping-1", b"k", True, "not True"),
        ("gongping-1", b"k", "5", "not '5'"),
        ("rfc3797", b"k", 65_536, "1 to 65535"),
    ],
)
def test_order_refuses_bad_input_in_words(algorithm, key, size, says):
    with pytest.raises(ValueError, match=says):
        order(algorithm, key, size)


def test_order_takes_the_largest_pool_of_the_rfc():
    assert len(set(order("rfc3797", b"9319./", 65_535))) == 65_535


# --- seed parts -------------------------------------------------------------------------------------------------------


def test_numbers_part_sorts_by_number_and_drops_leading_zeros():
    assert numbers_part("ssq", [" 10", "02", "3.50", "00"])["value"] == ["0", "2", "3.50", "10"]
    assert numbers_part("3d", ["7", "0", "7"], as_drawn=True)["value"] == ["7", "0", "7"]


def test_rfc3797_key_writes_decimals_as_the_rfc_says():
    assert rfc3797_key([["3315.420", "7", "0.10"], []]) == b"0.17.3315.42//"


def test_draw_key_rfc3797_begins_with_the_freeze_in_decimal():
    parts = [
        nonce_part("operator", NONCE_1),
        nonce_part("supervisor", None),
        numbers_part("ssq", ["12", "2"]),
        beacon_part("drand", 77, "0a" * 16),
    ]

    key = draw_key("rfc3797", V2_HASH, parts)

    assert key.decode() == f"{int(V2_HASH, 16)}./1.//2.12./{int('0a' * 16, 16)}./"
    assert seed_text("rfc3797", key) == key.decode()


def test_draw_key_gongping_is_the_seed():
    parts = [nonce_part("operator", NONCE_1), nonce_part("supervisor", None)]

    assert draw_key("gongping-1", V2_HASH, parts) == seed(V2_HASH, parts) != seed(V2_HASH, parts, use="batch")
    assert seed_text("gongping-1", b"\x01\xff") == "01ff"


@pytest.mark.parametrize(
    "call",
    [
        lambda: numbers_part("ssq", []),
        lambda: numbers_part("ssq", ["1e3"]),
        lambda: numbers_part("ssq", ["-1"]),
        lambda: numbers_part("ssq", ["１２"]),
        lambda: numbers_part("SSQ", ["1"]),
        lambda: rfc3797_key([["01"]]),
        lambda: nonce_part("operator", "ff"),
        lambda: nonce_part("operator", "FF" * 32),
        lambda: nonce_part("", NONCE_1),
        lambda: beacon_part("drand", -1, "00" * 32),
        lambda: beacon_part("drand", round_number=True, value="00" * 32),
        lambda: beacon_part("drand", 1, "0" * 33),
        lambda: commitment("beef", "operator", NONCE_1),
        lambda: seed(V2_HASH, [], use="lunch"),
        lambda: draw_key("md5", V2_HASH, []),
    ],
)
def test_seed_parts_refuse_what_is_malformed(call):
    with pytest.raises(ValueError, match=r"."):
        call()


# --- walk -------------------------------------------------------------------------------------------------------------


def sit_together(people, seats):
    room = [seat.stratum for seat in seats for _ in range(seat.count)]
    return any(
        all(stratum in person.strata for person, stratum in zip(people, strata, strict=True))
        for strata in set(itertools.permutations(room, len(people)))
    )


def within_groups(people, group_max):
    counts = Counter(person.group for person in people if person.group)
    return not group_max or all(count <= group_max for count in counts.values())


def feasible_by_force(seats, group_max, rest, seated=()):
    free = sum(seat.count for seat in seats) - len(seated)
    return free >= 0 and any(
        within_groups(panel := (*seated, *more), group_max) and sit_together(panel, seats)
        for more in itertools.combinations(rest, free)
    )


def walk_by_definition(path, seats, group_max, late, seated=()):
    """Walk as docs/draws.md says it, with every question answered by trying everything."""
    panel, skipped = list(seated), []
    total = sum(seat.count for seat in seats)
    for place, person in enumerate(path):
        if len(panel) == total:
            break
        later = [other for other in path[place + 1 :] if other.number not in late]
        if person.number in late:
            skipped.append(Skip(person.number, SkipReason.LATE))
        elif not within_groups([*panel, person], group_max):
            skipped.append(Skip(person.number, SkipReason.GROUP))
        elif not sit_together([*panel, person], seats):
            skipped.append(Skip(person.number, SkipReason.SEAT))
        elif not feasible_by_force(seats, group_max, later, [*panel, person]):
            skipped.append(Skip(person.number, SkipReason.AHEAD))
        else:
            panel.append(person)
    return [person.number for person in panel[len(seated) :]], skipped


@st.composite
def small_draws(draw):
    strata = draw(st.integers(1, 3))
    seats = [Seat(number, str(number), draw(st.integers(1, 2))) for number in range(1, strata + 1)]
    some = st.lists(st.integers(1, strata), min_size=1, max_size=strata, unique=True).map(lambda s: tuple(sorted(s)))
    people = draw(st.lists(st.tuples(st.integers(0, 3), some, st.integers(0, 1)), min_size=1, max_size=8))
    entries = [Entry(number, *person) for number, person in enumerate(people, 1)]
    places = draw(st.permutations([entry.number for entry in entries]))
    late = draw(st.sets(st.sampled_from(places), max_size=2))
    opened = draw(st.sampled_from([(0,), (0, 1)]))
    return seats, draw(st.integers(0, 2)), entries, places, late, opened


@settings(max_examples=400, deadline=None)
@given(small_draws(), st.data())
def test_walk_is_the_definition_never_dead_ends_and_replacement_keeps_everybody(case, data):
    seats, group_max, entries, places, late, opened = case
    listed = {entry.number: entry for entry in entries}
    path = sorted((listed[n] for n in places if listed[n].tier in opened), key=lambda entry: entry.tier)
    able = [entry for entry in path if entry.number not in late]
    total = sum(seat.count for seat in seats)
    facts = {"order": places, "entries": entries, "seats": seats, "group_max": group_max, "opened": opened}

    possible = feasible_by_force(seats, group_max, able)
    assert feasible(seats, group_max, able) == possible
    if not possible:
        with pytest.raises(InfeasibleError):
            walk(**facts, late=late)
        return
    result = walk(**facts, late=late)

    assert (list(result.seated), list(result.skipped)) == walk_by_definition(path, seats, group_max, late)
    panel = [listed[number] for number in result.seated]
    assert len(panel) == total
    assert within_groups(panel, group_max)
    assert not late & set(result.seated)
    assert Counter(place.stratum for place in result.panel) == {seat.stratum: seat.count for seat in seats}
    assert all(place.stratum in listed[place.number].strata for place in result.panel)
    assert sorted((*result.seated, *result.alternates)) == sorted(places)

    gone = data.draw(st.sets(st.sampled_from(result.seated), min_size=1))
    stay = [number for number in result.seated if number not in gone]
    onward = [entry for entry in path if entry.number not in result.seated]
    if not feasible_by_force(seats, group_max, onward, [listed[n] for n in stay]):
        with pytest.raises(InfeasibleError):
            walk(**facts, seated=stay, withdrawn=gone)
        return
    again = walk(**facts, seated=stay, withdrawn=gone)
    expected = walk_by_definition(onward, seats, group_max, set(), [listed[n] for n in stay])
    assert (list(again.seated), list(again.skipped)) == expected
    assert [place.number for place in again.panel] == [*stay, *again.seated]
    assert sorted((*stay, *gone, *again.seated, *again.alternates)) == sorted(places)


def test_walk_makes_a_chain_of_changes_for_a_person_whose_group_is_planned_full():
    seats = [Seat(1, "一", 1), Seat(2, "二", 1), Seat(3, "三", 1)]
    strata = [(1, 2), (3,), (2,), (1,), (2, 3)]
    entries = [
        Entry(number, group, s) for number, (s, group) in enumerate(zip(strata, (1, 1, 2, 3, 4), strict=True), 1)
    ]

    result = walk(order=[1, 2, 3, 4, 5], entries=entries, seats=seats, group_max=1)

    assert (list(result.seated), list(result.skipped)) == walk_by_definition(entries, seats, 1, set())


@pytest.mark.parametrize(
    "change",
    [
        {"order": [1, 2, 3]},
        {"order": [1, 1, 2, 3, 4, 5, 6, 7]},
        {"late": [9]},
        {"withdrawn": [0]},
        {"seats": []},
        {"seats": [Seat(1, "一", 0)]},
        {"seats": [Seat(1, "一", 1), Seat(1, "一", 1)]},
        {"group_max": -1},
        {"seated": [3, 4]},
        {"seated": [2, 8]},
    ],
)
def test_walk_refuses_numbers_that_do_not_fit(change):
    facts = {
        "order": list(range(1, 9)),
        "entries": V3_ENTRIES,
        "seats": [Seat(1, "一", 2), Seat(2, "二", 1)],
        "group_max": 1,
    }

    with pytest.raises(ValueError, match=r"."):
        walk(**(facts | change))


def test_placing_refuses_people_who_cannot_sit_together():
    with pytest.raises(ValueError, match="number 1 has no seat beside the others"):
        placing([Seat(1, "一", 1)], [Entry(1, 0, (1,)), Entry(2, 0, (1, 9))])


def test_placing_leaves_later_people_their_only_stratum():
    seats = [Seat(1, "一", 1), Seat(2, "二", 1)]

    assert placing(seats, [Entry(1, 0, (1, 2)), Entry(2, 0, (1,))]) == (2, 1)


# --- feasibility ------------------------------------------------------------------------------------------------------


def test_feasibility_names_the_short_stratum_and_the_thin_ones():
    entries = [Entry(n, 0, (1,)) for n in range(1, 7)]

    answer = feasibility(SEATS, 1, entries)

    assert not answer.is_feasible
    assert answer.shortfall == Shortfall((2,), ("财务",), 1, 0, "stratum")
    assert [(ratio.candidates, ratio.is_thin) for ratio in answer.ratios] == [(6, False), (0, True)]


def test_feasibility_names_the_group_limit_when_that_alone_blocks():
    entries = [Entry(1, 1, (1,)), Entry(2, 1, (1,)), Entry(3, 2, (2,))]

    answer = feasibility(SEATS, 1, entries)

    assert answer.shortfall == Shortfall((1,), ("污水处理",), 2, 1, "group")
    assert feasibility(SEATS, 2, entries).is_feasible
    assert str(InfeasibleError(answer.shortfall)) == "污水处理: 2 seats, at most 1 can be filled under the group limit"


def test_feasibility_ignores_strata_without_seats():
    assert feasible([Seat(1, "一", 1)], 0, [Entry(1, 0, (9,)), Entry(2, 0, (9, 1))])


# --- frozen list ------------------------------------------------------------------------------------------------------


def person(ref, *links, strata=(1,), tier=0):
    return Candidate(ref, f"演示{ref}", frozenset(links), strata, tier)


def test_frozen_list_numbers_by_leaf_and_links_people_through_others():
    people = [person("a", "甲"), person("b", "甲", "乙"), person("c", "乙"), person("d", "丙"), person("e")]

    frozen = frozen_list(people, SECRET)

    leaves = {p.ref: leaf(p.name, p.ref, None, salt(SECRET, p.ref)) for p in people}
    assert [entry.leaf for entry in frozen.entries] == sorted(leaves.values())
    assert [entry.number for entry in frozen.entries] == [1, 2, 3, 4, 5]
    group = {ref: frozen.entries[number - 1].group for ref, number in frozen.numbers.items()}
    assert group["a"] == group["b"] == group["c"] != group["d"]
    assert group["e"] == 0
    assert [g for g in dict.fromkeys(entry.group for entry in frozen.entries) if g] == [1, 2]


def test_frozen_list_refuses_a_person_twice_and_a_short_secret():
    with pytest.raises(ValueError, match="twice"):
        frozen_list([person("a"), person("a")], SECRET)
    with pytest.raises(ValueError, match="32 random bytes"):
        frozen_list([person("a")], b"short")


def test_leaf_is_the_documented_document():
    hidden = leaf("张三", "E1", "cooling_off", "00" * 32)

    assert hidden == digest(
        {
            "person": {"name": "张三", "ref": "E1"},
            "reason": "cooling_off",
            "salt": "00" * 32,
            "type": "gongping/leaf/1",
        }
    )


def test_freeze_is_canonical_counts_the_pool_and_reads_back():
    case = DrawCase()

    view = read_freeze(case.freeze.text)

    assert (view.hash, view.entries, view.seats) == (case.freeze.hash, case.frozen.entries, SEATS)
    assert (view.algorithm, view.opened, view.parties) == ("gongping-1", (0,), ("operator", "supervisor"))
    assert view.document["pool"] == 32
    assert view.document["excluded"]["rules"] == [
        {"count": 1, "rule": "cooling_off"},
        {"count": 1, "rule": "load_cap"},
    ]
    assert sha256_hex(case.freeze.text.encode()) == case.freeze.hash


@pytest.mark.parametrize(
    "change",
    [
        {"algorithm": "md5"},
        {"profile": "X"},
        {"profile": "I"},
        {"sources": ()},
        {"parties": (Party("operator", "经办"),)},
        {"parties": (Party("operator", "经办"), Party("operator", "监督"))},
        {"parties": (Party("operator", "经办"), Party("Super Visor", "监督"))},
        {"sources": (Source("operator", "numbers", "r", "t"),)},
        {"opened": ()},
        {"opened": (1,)},
        {"opened": (0, 1, 2)},
        {"tiers": ("本市",)},
        {"seats": (Seat(1, "一", 1), Seat(3, "三", 1))},
    ],
)
def test_freeze_refuses_malformed_terms(change):
    case = DrawCase()

    with pytest.raises(ValueError, match=r"."):
        freeze(replace(case.terms, **change), case.frozen.entries, [], SECRET)


def test_freeze_refuses_entries_out_of_order():
    case = DrawCase()

    with pytest.raises(ValueError, match="ascending order of leaf"):
        freeze(case.terms, case.frozen.entries[::-1], [], SECRET)
    with pytest.raises(ValueError, match="ascending order of leaf"):
        freeze(case.terms, [replace(entry, leaf="00" * 32) for entry in case.frozen.entries], [], SECRET)


def test_freeze_refuses_what_only_a_closed_tier_could_fill():
    people = [person(f"p{n}", strata=(1,)) for n in range(5)] + [person("f", strata=(2,), tier=1)]
    case = DrawCase()
    frozen = frozen_list(people, SECRET)

    with pytest.raises(InfeasibleError, match="财务: 1 seats, at most 0"):
        freeze(case.terms, frozen.entries, [Excluded("x", "演示", "load_cap")], SECRET)
    assert freeze(replace(case.terms, opened=(0, 1)), frozen.entries, [], SECRET).hash


# --- record -----------------------------------------------------------------------------------------------------------


def test_draw_is_the_same_however_often_it_is_asked():
    assert DrawCase().draw().record() == DrawCase().draw().record()


def test_replace_refuses_somebody_without_a_seat():
    case = DrawCase().draw()
    outside = case.steps[0].result.alternates[0]

    for withdrawn in ([outside], []):
        with pytest.raises(ValueError, match="holds a seat"):
            replace_withdrawn(case.freeze.text, case.parts, case.steps, withdrawn=withdrawn)


def test_record_lists_replacements_and_those_called():
    case = DrawCase().draw()
    first = case.panel[0]
    record = case.again(first).record(openings=[case.opening(first)])

    step = record["replacements"][0]
    assert step["withdrawn"] == [first]
    assert record["called"] == [row["number"] for row in step["seated"]] == [case.panel[-1]]
    assert record["openings"][0]["number"] == first


@pytest.mark.parametrize("ground", [None, "changed_mind", "ordered_again"])
def test_record_needs_a_draw_or_a_ground_to_be_void(ground):
    case = DrawCase()
    void = Void(1, ground, "third", case.freeze.hash) if ground else None

    with pytest.raises(ValueError, match="void"):
        case.record(void=void)


def test_record_of_a_draw_is_void_only_by_order():
    case = DrawCase().draw()

    with pytest.raises(ValueError, match="draw again"):
        case.record(void=Void(1, "refused_reveal", "third", case.freeze.hash))
    assert case.record(void=Void(1, "ordered_again", "head", case.freeze.hash))["draw"] is not None
    with pytest.raises(ValueError, match="not by 'mood'"):
        case.record(voids=[Void(1, "mood", "head", case.freeze.hash)])


def test_record_of_a_void_attempt_holds_no_result():
    case = DrawCase()
    void = Void(1, "missing_commitment", "supervisor", case.freeze.hash)

    record = publish(
        freeze_text=case.freeze.text, commitments={"operator": case.commitments["operator"]}, reveals={}, void=void
    )

    assert (record["draw"], record["seed"], record["order"], record["parts"]) == (None, None, None, [])


def test_draw_loads_no_django():
    code = "import sys, assignments.draw; sys.exit('django' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@settings(max_examples=200, deadline=None)
@given(small_draws())
def test_feasibility_is_right_about_what_is_short(case):
    seats, group_max, entries, *_ = case

    short = feasibility(seats, group_max, entries).shortfall

    assert (short is None) == feasible_by_force(seats, group_max, entries)
    if short:
        named = [seat for seat in seats if seat.stratum in short.strata]
        assert short.possible < short.needed == sum(seat.count for seat in named)
        fills = [
            size
            for size in range(short.needed + 1)
            if any(
                within_groups(panel, group_max) and sit_together(panel, named)
                for panel in itertools.combinations(entries, size)
            )
        ]
        assert short.possible == max(fills)
        assert (short.rule == "group") == feasible_by_force(seats, 0, entries)
