"""Check the published record of a draw or of a batch assignment: OK, or the first difference.

``python verify_draw.py record.json``, or for the result of a problem file: ``verify_draw.py problem.json result.json``.
``--leaf leaf.json`` also checks that the person of that file stands on the frozen list, under the number it says.

One file, Python 3.8 or later, standard library only, no network: read it, then run it. It recomputes from the frozen
list and the seed parts everything the record claims, and takes as given only what no arithmetic can know: who had
become ineligible ("late"), who withdrew, what a lottery showed. Exit code 0 is OK, 1 a difference, 2 no such file.
``--zh`` gives the answer in Chinese, ``-v`` lists what was checked.
"""

from __future__ import annotations

import hashlib
import json
import re
import sys
from fractions import Fraction
from math import gcd
from pathlib import Path
from typing import Any, Callable, Dict, NamedTuple, Tuple

Json = Dict[str, Any]
Node = Tuple[str, int]

HEX_64 = re.compile(r"[0-9a-f]{64}")
BEACON_VALUE = re.compile(r"(?:[0-9a-f]{2}){16,128}")
NUMBER = re.compile(r"(?:0|[1-9][0-9]{0,399})(?:\.[0-9]{1,40})?")
KEY = re.compile(r"[a-z0-9_]{1,64}")
LARGEST_INTEGER = 2**53 - 1
DEEPEST = 64
LARGEST_POOL = {"rfc3797": 65535, "gongping-1": 1000000}
VOID_GROUNDS = ("missing_commitment", "refused_reveal", "ordered_again")


class NotCanonical(ValueError):  # noqa: N818 - it is a finding, not an error
    """The value has no canonical form."""


class Difference(Exception):  # noqa: N818 - it is a finding, not an error
    """The first thing that does not agree, in English and Chinese."""

    def __init__(self, english: str, chinese: str) -> None:
        """Keep the sentence in both languages."""
        super().__init__(english)
        self.english = english
        self.chinese = chinese


def expect(holds: object, english: str, chinese: str) -> None:
    """Go on if ``holds``, otherwise stop with the difference."""
    if not holds:
        raise Difference(english, chinese)


# --- canonical JSON ---------------------------------------------------------------------------------------------------


def check_value(value: object, depth: int = DEEPEST) -> None:
    """Raise ``NotCanonical`` unless ``value`` has a canonical form."""
    if value is None or isinstance(value, bool):
        return
    if isinstance(value, str):
        value.encode()  # half a surrogate pair fails here, with a ValueError too
    elif isinstance(value, int):
        if abs(value) > LARGEST_INTEGER:
            raise NotCanonical(value)
    elif isinstance(value, (dict, list)) and depth:
        for key in value if isinstance(value, dict) else ():
            if not KEY.fullmatch(key):
                raise NotCanonical(key)
        for inner in value.values() if isinstance(value, dict) else value:
            check_value(inner, depth - 1)
    else:
        raise NotCanonical(type(value).__name__)


def canon(value: object) -> bytes:
    """Return the canonical bytes of ``value``."""
    check_value(value)
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def sha256_hex(data: bytes) -> str:
    """Return the SHA-256 of ``data`` in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def unique_pairs(pairs: list[tuple[str, Any]]) -> Json:
    """Return the object, refusing a key that stands twice (two readers would see two records)."""
    result = dict(pairs)
    if len(result) != len(pairs):
        raise NotCanonical(pairs)
    return result


# --- seed and order ---------------------------------------------------------------------------------------------------


def seed_of(freeze_hash: str, parts: list[Json], use: str) -> bytes:
    """Return the 32 bytes of the seed."""
    document = {"freeze": freeze_hash, "parts": parts, "type": "gongping/seed/1", "use": use}
    return hashlib.sha256(canon(document)).digest()


def rfc3797_key(freeze_hash: str, parts: list[Json]) -> bytes:
    """Return the key string of RFC 3797: the numbers of each source ascending, each with its period, then a slash."""
    sources = [[str(int(freeze_hash, 16))]]
    for part in parts:
        if part["kind"] == "numbers":
            sources.append(sorted(part["value"], key=Fraction))
        else:
            sources.append([] if part["value"] is None else [str(int(part["value"], 16))])
    text = ""
    for source in sources:
        for number in source:
            whole, _, decimals = number.partition(".")
            text += whole + "." + decimals.rstrip("0")
        text += "/"
    return text.encode()


def order_of(algorithm: str, key: bytes, size: int) -> list[int]:
    """Return the permutation of 1..size: in turn i take the one at (hash of i, key, i) modulo those that remain."""
    digest, width = (hashlib.md5, 2) if algorithm == "rfc3797" else (hashlib.sha256, 4)
    pool = list(range(1, size + 1))
    result = []
    for turn in range(size):
        index = turn.to_bytes(width, "big")
        number = int.from_bytes(digest(index + key + index).digest(), "big")
        result.append(pool.pop(number % (size - turn)))
    return result


# --- who can sit together ---------------------------------------------------------------------------------------------


class Draw:
    """The frozen list as the walk sees it; people are their numbers."""

    def __init__(self, freeze: Json) -> None:
        """Take the seats, the group limit and the entries."""
        self.seats = {seat["stratum"]: seat["count"] for seat in freeze["seats"]}
        self.total = sum(self.seats.values())
        self.limit = freeze["group_max"]
        self.group: dict[int, int] = {}
        self.strata: dict[int, tuple[int, ...]] = {}
        self.tier: dict[int, int] = {}
        for number, entry in enumerate(freeze["entries"], 1):
            self.group[number] = entry["group"]
            self.strata[number] = tuple(entry["strata"])
            self.tier[number] = entry["tier"]

    def together(self, people: list[int], room: dict[int, int] | None = None) -> bool:
        """Say whether ``people`` can sit together, one stratum each, groups aside."""
        room = self.seats if room is None else room
        taken: dict[int, list[int]] = {stratum: [] for stratum in room}

        def sits(person: int, tried: set[int]) -> bool:
            for stratum in self.strata[person]:
                if stratum in tried:
                    continue
                tried.add(stratum)
                if len(taken[stratum]) < room[stratum]:
                    taken[stratum].append(person)
                    return True
                for place, other in enumerate(taken[stratum]):
                    if sits(other, tried):
                        taken[stratum][place] = person
                        return True
            return False

        return all(sits(person, set()) for person in people)

    def placing(self, people: list[int]) -> list[dict[str, int]]:
        """Return who sits where: in turn, each in the first stratum that leaves all who follow a seat."""
        room = dict(self.seats)
        result = []
        for turn, person in enumerate(people):
            for stratum in [one for one in room if room[one] and one in self.strata[person]]:
                room[stratum] -= 1
                if self.together(people[turn + 1 :], room):
                    result.append({"number": person, "stratum": stratum})
                    break
                room[stratum] += 1
        return result

    def complete(self, seated: list[int], rest: list[int]) -> set[int] | None:
        """Return the people of a full panel: all of ``seated``, the others from ``rest``; None if there is none."""
        panel = Panel(self, seated, rest)
        for person in seated:
            if not panel.bring(person):
                return None
        while len(panel.place) < self.total:
            if not panel.bring(None):
                return None
        return set(panel.place)

    def walk(
        self, order: list[int], opened: list[int], late: list[int], seated: list[int], withdrawn: list[int]
    ) -> tuple[list[int], list[Json]] | None:
        """Return who comes in and who is skipped by which reason, or None if the opened tiers cannot fill the seats."""
        gone = set(seated) | set(withdrawn)
        is_late = set(late)
        path = [n for tier in sorted(opened) for n in order if self.tier[n] == tier and n not in gone]
        panel = list(seated)
        came_in: list[int] = []
        skipped: list[Json] = []
        known = self.complete(panel, [n for n in path if n not in is_late])
        if known is None:
            return None
        fits: dict[tuple[int, ...], bool] = {}  # by strata, until the panel changes
        blocked: set[tuple[tuple[int, ...], int]] = (
            set()
        )  # strata and group: who comes later leaves fewer people, so what failed once fails again
        for place, number in enumerate(path):
            if len(panel) == self.total:
                break
            kind = (self.strata[number], self.group[number])
            reason = "late" if number in is_late else self.plain_reason(number, panel, fits)
            if reason is None and number not in known:  # whoever is in the known full panel can be seated
                later = [n for n in path[place + 1 :] if n not in is_late]
                full = None if kind in blocked else self.complete([*panel, number], later)
                if full is None:
                    blocked.add(kind)
                    reason = "ahead"
                else:
                    known = full
            if reason:
                skipped.append({"number": number, "reason": reason})
            else:
                panel.append(number)
                came_in.append(number)
                fits = {}
        return came_in, skipped

    def plain_reason(self, number: int, panel: list[int], fits: dict[tuple[int, ...], bool]) -> str | None:
        """Say whether the group is full or no seat is left beside ``panel``; ``fits`` remembers answers by strata."""
        group, strata = self.group[number], self.strata[number]
        if self.limit and group and sum(self.group[n] == group for n in panel) >= self.limit:
            return "group"
        if strata not in fits:
            fits[strata] = self.together([*panel, number])
        return None if fits[strata] else "seat"


class Panel:
    """A growing panel: a flow source -> group -> person -> stratum in which those already seated never leave."""

    def __init__(self, draw: Draw, seated: list[int], rest: list[int]) -> None:
        """Begin with empty seats."""
        self.draw = draw
        self.stays = set(seated)
        self.members: dict[int, list[int]] = {}
        for person in rest:
            self.members.setdefault(draw.group[person] if draw.limit else 0, []).append(person)
        self.place: dict[int, int] = {}
        self.used: dict[int, int] = {}
        self.came_from: dict[Node, Node | None] = {}
        self.stack: list[Node] = []

    def bring(self, entrant: int | None) -> bool:
        """Bring in ``entrant`` (None: anybody of the rest), others moving or changing places; say whether it can be."""
        self.came_from, self.stack = {}, []
        if entrant is not None:
            self.reach(("person", entrant), None)
        else:
            for group in self.members:
                if group == 0 or self.used.get(group, 0) < self.draw.limit:
                    self.reach(("group", group), None)
        while self.stack:
            node = self.stack.pop()
            if node[0] != "stratum":
                for following in self.onward(node):
                    self.reach(following, node)
            elif self.has_room(node):
                self.carry_out(node)
                return True
        return False

    def onward(self, node: Node) -> list[Node]:
        """Return the strata of a person, or the people of a group who have no place yet."""
        kind, which = node
        if kind == "person":
            return [("stratum", stratum) for stratum in self.draw.strata[which]]
        return [("person", person) for person in self.members.get(which, ()) if person not in self.place]

    def reach(self, node: Node, origin: Node | None) -> None:
        """Note where ``node`` was reached from, the first time."""
        if node not in self.came_from:
            self.came_from[node] = origin
            self.stack.append(node)

    def has_room(self, node: Node) -> bool:
        """Say whether the stratum has a free seat; if not, let its people move on or, if they may, leave."""
        sitting = [person for person in self.place if self.place[person] == node[1]]
        if len(sitting) < self.draw.seats[node[1]]:
            return True
        for person in sitting:
            self.reach(("person", person), node)
            if person not in self.stays and self.draw.limit and self.draw.group[person]:
                self.reach(("group", self.draw.group[person]), ("leaver", person))
        return False

    def carry_out(self, reached: Node) -> None:
        """Make the moves that lead to the free seat, last one first."""
        node: Node | None = reached
        while node is not None:
            origin = self.came_from[node]
            if node[0] == "stratum" and origin is not None:
                person = origin[1]
                if person not in self.place:
                    self.used[self.draw.group[person]] = self.used.get(self.draw.group[person], 0) + 1
                self.place[person] = node[1]
            elif origin is not None and origin[0] == "leaver":
                leaver = origin[1]
                origin = ("stratum", self.place.pop(leaver))
                self.used[self.draw.group[leaver]] -= 1
            node = origin


class Start(NamedTuple):
    """Where a walk starts: tiers open and named so far, who sits, who ever withdrew, its title in both languages."""

    opened: list[int]
    tiers: int
    seated: list[int]
    withdrawn: list[int]
    title: tuple[str, str]


# --- the checks, in the order in which they are made ------------------------------------------------------------------


def check_freeze(record: Json) -> Json:
    """Check the frozen text and its hash; return the document."""
    text = record["freeze"]
    try:
        freeze: Json = json.loads(text, object_pairs_hook=unique_pairs)
        canonical = canon(freeze) == text.encode()
    except (ValueError, RecursionError):
        canonical = False
    expect(canonical, "the freeze is not canonical JSON", "冻结名单不是规范 JSON")
    expect(freeze["type"] == "gongping/freeze/1", "the freeze has another type", "冻结名单的 type 不对")
    actual = sha256_hex(text.encode())
    expect(
        actual == record["h"],
        "the frozen list was changed (a candidate, a seat or a term): its SHA-256 is {}, the commitment H is {}".format(
            actual, record["h"]
        ),
        "冻结名单被改动（候选、席位或条件）：其 SHA-256 为 {}，承诺值 H 为 {}".format(actual, record["h"]),
    )
    check_list(freeze)
    return freeze


def check_list(freeze: Json) -> None:
    """Check that the frozen list keeps the rules of its making."""
    entries, strata = freeze["entries"], [seat["stratum"] for seat in freeze["seats"]]
    limit = LARGEST_POOL.get(freeze["algorithm"], 0)
    expect(limit, "unknown algorithm {}".format(freeze["algorithm"]), "未知算法 {}".format(freeze["algorithm"]))
    expect(1 <= len(entries) <= limit, "the list is empty or too long", "名单为空或过长")
    expect(
        strata and len(set(strata)) == len(strata) and all(seat["count"] > 0 for seat in freeze["seats"]),
        "the seats are malformed",
        "席位设置有误",
    )
    groups = 0
    for number, entry in enumerate(entries, 1):
        expect(
            HEX_64.fullmatch(entry["leaf"])
            and (number == 1 or entries[number - 2]["leaf"] < entry["leaf"])
            and 0 <= entry["group"] <= groups + 1
            and entry["strata"]
            and set(entry["strata"]) <= set(strata)
            and 0 <= entry["tier"] < len(freeze["tiers"]),
            f"entry {number} of the frozen list is out of order or malformed",
            f"冻结名单第 {number} 号次序有误或内容不合规",
        )
        groups = max(groups, entry["group"])
    excluded = freeze["excluded"]
    expect(
        sum(rule["count"] for rule in excluded["rules"]) == excluded["total"]
        and freeze["pool"] == len(entries) + excluded["total"],
        "eligible and excluded do not add up to the pool",
        "合格人数与排除人数之和不等于库内人数",
    )
    expect(
        freeze["opened"] and freeze["opened"] == list(range(len(freeze["opened"])))[: len(freeze["tiers"])],
        "the open tiers are malformed",
        "开放层级设置有误",
    )
    expect(
        len(freeze["parties"]) > 1 and (freeze["profile"], bool(freeze["sources"])) in (("O", True), ("I", False)),
        "parties, sources and profile do not fit together",
        "种子提供方、来源与模式不相符",
    )


def check_parties(record: Json, freeze: Json) -> Json:
    """Check every revealed nonce against its commitment; return the nonces by party."""
    parties = [party["id"] for party in freeze["parties"]]
    hashes = {row["party"]: row["hash"] for row in record["commitments"]}
    nonces = {row["party"]: row["nonce"] for row in record["reveals"]}
    for rows, found in ((record["commitments"], hashes), (record["reveals"], nonces)):
        listed = [row["party"] for row in rows]
        expect(
            listed == [party for party in parties if party in found],
            "commitments or reveals do not follow the parties of the freeze",
            "承诺或公开与冻结名单中的各方不一致",
        )
    for party, nonce in nonces.items():
        expect(party in hashes, f"{party} revealed without a commitment", f"{party} 未作承诺即公开")
        if nonce is None:
            continue
        expect(HEX_64.fullmatch(nonce), f"the nonce of {party} is malformed", f"{party} 的随机数格式不对")
        document = {"freeze": record["h"], "nonce": nonce, "party": party, "type": "gongping/commit/1"}
        expect(
            sha256_hex(canon(document)) == hashes[party],
            f"the nonce of {party} does not match the commitment",
            f"{party} 公开的随机数与其承诺不符",
        )
    return nonces


def check_parts(record: Json, freeze: Json, nonces: Json) -> None:
    """Check the parts of the seed: every party, then every source, as the freeze names them."""
    parts = record["parts"]
    count = len(freeze["parties"]) + len(freeze["sources"])
    expect(len(parts) == count, f"the seed has {len(parts)} parts, the freeze names {count}", "种子部分的数目不对")
    for party, part in zip(freeze["parties"], parts):
        name = party["id"]
        expect(
            name in nonces and part == {"id": name, "kind": "nonce", "value": nonces[name]},
            f"the seed part of {name} is not the revealed nonce",
            f"{name} 的种子部分不是其公开的随机数",
        )
        expect(
            part["value"] is not None or freeze["profile"] == "O",
            f"{name} revealed nothing, so this draw would be void",
            f"{name} 未公开随机数，此次抽取应作废",
        )
    for source, part in zip(freeze["sources"], parts[len(freeze["parties"]) :]):
        named = {one["id"]: one for one in [source, *source["fallbacks"]]}
        holds = part["id"] in named and part["kind"] == named[part["id"]]["kind"]
        expect(
            holds and check_public_value(part, named[part["id"]]),
            "the public value {} is not the one named in the freeze, or malformed".format(part["id"]),
            "公开数值 {} 与冻结时约定不符，或格式不对".format(part["id"]),
        )


def check_public_value(part: Json, source: Json) -> bool:
    """Say whether a lottery, an index or a beacon round is written as it must be."""
    if part["kind"] == "numbers" and set(part) == {"id", "kind", "value"}:
        value = part["value"]
        if not value or not all(NUMBER.fullmatch(number) for number in value):
            return False
        return bool(source["as_drawn"]) or value == sorted(value, key=Fraction)
    return (
        part["kind"] == "beacon"
        and set(part) == {"id", "kind", "round", "value"}
        and isinstance(part["round"], int)
        and bool(BEACON_VALUE.fullmatch(part["value"]))
    )


def check_outside(record: Json, freeze: Json) -> None:
    """Check that each public value is told with its citation, and each fall-back with what was not to be had."""
    rows = list(record.get("outside", []))
    for source, part in zip(freeze["sources"], record["parts"][len(freeze["parties"]) :]):
        for named in [source, *source["fallbacks"]]:
            name, wrong = named["id"], []
            while rows and rows[0]["id"] == name and rows[0]["state"] == "corrected":
                wrong.append(rows.pop(0)["part"])
            is_used = name == part["id"]
            wanted = "used" if is_used else "unavailable"
            expect(
                rows and rows[0]["id"] == name and rows[0]["state"] == wanted and rows[0]["words"],
                "the record does not say where the public value {} was read".format(part["id"])
                if is_used
                else "{} stands before {}, but the record does not say why it was not to be had".format(
                    name, part["id"]
                ),
                "记录未载明公开数值 {} 的出处".format(part["id"])
                if is_used
                else "{} 在 {} 之前，记录却未说明其为何取不到".format(name, part["id"]),
            )
            told = rows.pop(0)["part"]
            expect(
                told == (part if is_used else None)
                and (is_used or not wrong)
                and all(one and one["id"] == name and one != part and check_public_value(one, named) for one in wrong),
                f"what the record tells of the public value {name} is not what the seed was made of",
                f"记录所载公开数值 {name} 与形成种子的数值不符",
            )
            if is_used:
                break
    expect(
        not rows,
        "the record tells of a public value that this draw does not have",
        "记录载有本次抽取并不存在的公开数值",
    )


def check_seed(record: Json, freeze: Json) -> list[int]:
    """Check seed and order; return the order."""
    if freeze["algorithm"] == "rfc3797":
        key = rfc3797_key(record["h"], record["parts"])
        seed = key.decode()
    else:
        key = seed_of(record["h"], record["parts"], "draw")
        seed = key.hex()
    expect(
        seed == record["seed"],
        "the seed is {}, the record says {}".format(seed, record["seed"]),
        "种子应为 {}，记录为 {}".format(seed, record["seed"]),
    )
    order = order_of(freeze["algorithm"], key, len(freeze["entries"]))
    told = record["order"]
    expect(
        isinstance(told, list) and len(told) == len(order),
        "the order does not hold every number once",
        "抽取次序的号码数目不对",
    )
    for place, (number, said) in enumerate(zip(order, told), 1):
        expect(
            number == said,
            f"place {place} of the order is {number}, the record says {said}",
            f"抽取次序第 {place} 位应为 {number} 号，记录为 {said}",
        )
    return order


def check_walk(draw: Draw, order: list[int], step: Json, start: Start) -> list[int]:
    """Check one walk; return the panel after it."""
    english, chinese = start.title
    check_tiers(draw, step, start)
    opened, late = step["opened"], step["late"]
    if len(opened) > len(start.opened):
        expect(
            draw.walk(order, opened[:-1], late, start.seated, start.withdrawn) is None,
            f"{english}: tier {opened[-1]} was opened although the seats could be filled without it",
            f"{chinese}：无须开放第 {opened[-1]} 层即可坐满，却开放了",
        )
    outcome = draw.walk(order, opened, late, start.seated, start.withdrawn)
    expect(outcome is not None, f"{english}: the seats cannot be filled", f"{chinese}：席位无法坐满")
    came_in, skipped = outcome or ([], [])
    for turn in range(max(len(came_in), len(step["seated"]))):
        number = came_in[turn] if turn < len(came_in) else None
        said = step["seated"][turn]["number"] if turn < len(step["seated"]) else None
        expect(
            number == said,
            f"{english}: seat {turn + 1} goes to number {number}, the record says {said}",
            f"{chinese}：第 {turn + 1} 个席位应为 {number} 号，记录为 {said}",
        )
    expect(skipped == step["skipped"], *skip_difference(skipped, step["skipped"], start.title))
    panel = draw.placing([*start.seated, *came_in])
    expect(
        panel == step["panel"] and [row for row in panel if row["number"] in came_in] == step["seated"],
        f"{english}: the panel or its fields differ",
        f"{chinese}：组成人员或其专业席位不一致",
    )
    return [row["number"] for row in panel]


def check_tiers(draw: Draw, step: Json, start: Start) -> None:
    """Check that the stated tiers and late numbers can be."""
    english, chinese = start.title
    opened, late = step["opened"], step["late"]
    expect(
        len(opened) >= len(start.opened)
        and opened == list(range(len(opened)))
        and len(opened) <= max(start.tiers, len(start.opened)),
        f"{english}: the opened tiers are malformed",
        f"{chinese}：开放层级有误",
    )
    expect(
        late == sorted(set(late)) and set(late) <= set(draw.group),
        f"{english}: the late numbers are malformed",
        f"{chinese}：失格号码有误",
    )


def skip_difference(skipped: list[Json], told: list[Json], title: tuple[str, str]) -> tuple[str, str]:
    """Name the first skip that differs, in both languages."""
    for turn in range(max(len(skipped), len(told))):
        own = skipped[turn] if turn < len(skipped) else None
        said = told[turn] if turn < len(told) else None
        if own != said:
            shown = tuple(json.dumps(row) for row in (own, said))
            return (
                "{}: skip {} is {}, the record says {}".format(title[0], turn + 1, *shown),
                "{}：第 {} 个跳过应为 {}，记录为 {}".format(title[1], turn + 1, *shown),
            )
    return ("", "")


def check_void(record: Json, freeze: Json, nonces: Json) -> None:
    """Check the ground on which this attempt is void, and those of earlier ones."""
    void = record["void"]
    for attempt in [*record["voids"], *([void] if void else [])]:
        expect(
            attempt["ground"] in VOID_GROUNDS,
            "an attempt may not be void for {}".format(attempt["ground"]),
            "不得以 {} 为由作废".format(attempt["ground"]),
        )
    if void is None:
        return
    missing = len(record["commitments"]) < len(freeze["parties"])
    silent = [party["id"] for party in freeze["parties"] if nonces.get(party["id"]) is None]
    holds = {
        "missing_commitment": missing,
        "refused_reveal": not missing and bool(silent) and freeze["profile"] == "I",
        "ordered_again": record["draw"] is not None,
    }[void["ground"]]
    expect(
        holds and void["h"] == record["h"] and (record["draw"] is not None) == (void["ground"] == "ordered_again"),
        "the record does not bear out the ground {}".format(void["ground"]),
        "记录不支持作废理由 {}".format(void["ground"]),
    )
    there = [row["party"] for row in record["commitments"]] if missing else [one for one in nonces if nonces[one]]
    expect(
        void["ground"] == "ordered_again" or void["role"] not in there,
        "the record blames {}, who did the part".format(void["role"]),
        "记录归咎于 {}，而其已履行".format(void["role"]),
    )


def leaf_hash(opening: Json) -> str:
    """Return the leaf that stands for an opened person of the list."""
    document = {
        "person": {"name": opening["name"], "ref": opening["ref"]},
        "reason": None,
        "salt": opening["salt"],
        "type": "gongping/leaf/1",
    }
    return sha256_hex(canon(document))


def check_openings(record: Json, freeze: Json) -> None:
    """Check that every opened leaf is the one on the list."""
    for opening in record["openings"]:
        number = opening["number"]
        expect(
            1 <= number <= len(freeze["entries"]) and freeze["entries"][number - 1]["leaf"] == leaf_hash(opening),
            f"the person shown for number {number} is not the one on the frozen list",
            f"{number} 号公开的人员不是冻结名单中的那一位",
        )


def check_replacements(record: Json, draw: Draw, order: list[int], tiers: int) -> None:
    """Check every replacement in turn, starting from the panel of the draw."""
    panel = [row["number"] for row in record["draw"]["panel"]]
    opened = record["draw"]["opened"]
    gone: list[int] = []
    called: list[int] = []
    for turn, step in enumerate(record["replacements"], 1):
        title = (f"replacement {turn}", f"第 {turn} 次替补")
        out = step["withdrawn"]
        expect(
            out and out == sorted(set(out)) and set(out) <= set(panel),
            f"{title[0]}: only somebody who holds a seat can withdraw",
            f"{title[1]}：只有在席人员可以退出",
        )
        gone += out
        seated = [number for number in panel if number not in out]
        panel = check_walk(draw, order, step, Start(opened, tiers, seated, gone, title))
        opened = step["opened"]
        called += [row["number"] for row in step["seated"]]
    expect(called == record["called"], "the list of alternates called differs", "已启用的候补名单不一致")


def check_result(record: Json, freeze: Json, nonces: Json) -> list[str]:
    """Check seed, order, seats and replacements; return what was checked."""
    expect(
        len(record["commitments"]) == len(freeze["parties"]) == len(record["reveals"]),
        "a commitment or a reveal is missing",
        "缺少承诺或公开",
    )
    check_parts(record, freeze, nonces)
    check_outside(record, freeze)
    order = check_seed(record, freeze)
    draw, tiers = Draw(freeze), len(freeze["tiers"])
    panel = check_walk(draw, order, record["draw"], Start(freeze["opened"], tiers, [], [], ("the draw", "抽取")))
    check_replacements(record, draw, order, tiers)
    return [
        "seed and order ({})".format(freeze["algorithm"]),
        f"{len(panel)} seats",
        "{} replacements".format(len(record["replacements"])),
        "to steer it, all of these would have had to agree: {}".format(
            ", ".join(part["id"] for part in record["parts"])
        ),
    ]


def check_draw(record: Json) -> list[str]:
    """Check the record of a draw; return what was checked."""
    freeze = check_freeze(record)
    done = ["H {}, {} candidates".format(record["h"], len(freeze["entries"]))]
    nonces = check_parties(record, freeze)
    done.append("{} commitments, {} reveals".format(len(record["commitments"]), len(nonces)))
    check_void(record, freeze, nonces)
    if record["draw"] is not None:
        done += check_result(record, freeze, nonces)
    else:
        expect(record["void"] is not None, "there is neither a draw nor a void", "既无抽取结果也无作废说明")
        expect(
            record["seed"] is None
            and record["order"] is None
            and not (record["parts"] or record["replacements"] or record["called"]),
            "a void attempt has no seed and no result",
            "作废的抽取不应有种子和结果",
        )
    check_openings(record, freeze)
    check_seal(record)
    done.append("witness: %s" % ("UNWITNESSED" if record["witness"] is None else "stated"))
    return done


# --- batch assignment: the network, rebuilt from the problem alone ----------------------------------------------------

UNITS = 1000
TIE_BITS = 16
FAMILIES = ("rows", "experts", "limits", "twice", "quotas", "apart")
PROBLEM_DEFAULTS: Json = {"group_limit": 1, "q_permille": None, "floor": "none"}
FROZEN_FOR_A_FILE: Json = {"leaves": [], "parties": [], "profile": None, "sources": []}


class Row(NamedTuple):
    """Seats of a task that are filled from one kind of people."""

    task: int
    stratum: int | None
    seats: int


class Seating(NamedTuple):
    """A pair of expert and task as one row sees it; ``limit`` is the employer limit it falls under, or -1.

    ``apart`` is the number of the expert and the group of tasks of which he may take one, or -1.
    """

    row: int
    expert: int
    fit: int
    limit: int
    apart: int


class Batch:
    """The network of a batch: rows, employers, task groups, experts, quotas, sink; nodes and arcs in that order."""

    def __init__(
        self, problem: Json, pins: list[list[int]], forbids: list[list[int]], seating: list[list[int]]
    ) -> None:
        """Let the pins take their seats, then list what stays open; ``seating`` chooses among kinds of seats."""
        self.problem = problem
        self.limit = problem["group_limit"] or 0
        self.most = UNITS if problem["q_permille"] is None else problem["q_permille"]
        self.fit = {(task, expert): fit for task, expert, fit in problem["edges"]}
        self.pins = [(task, expert) for task, expert in pins]
        self.forbidden = {(task, expert) for task, expert in forbids}
        numbers: dict[Any, int] = {}
        self.group = [-1 if one is None else numbers.setdefault(one, len(numbers)) for one in problem["groups"]]
        self.caps = list(problem["caps"])
        self.quotas = {row[0]: row[1] for row in problem.get("quotas") or []}
        self.closed: dict[tuple[int, int], int] = {}
        self.count = {"open": 0, "forbidden": 0, "pinned": 0, "employer_of_pin": 0, "no_such_seat": 0}
        self.count["group_of_pin"] = 0
        self.group_of_task = {
            task: number for number, tasks in enumerate(problem.get("task_groups") or []) for task in tasks
        }
        self.taken: set[tuple[int, int]] = set()
        self.seating = {(task, expert): stratum for task, expert, stratum in seating}
        self.contradicts = not set(self.seating) <= set(self.pins)
        self.rows: list[Row] = []
        self.rows_of: list[list[int]] = []
        self.seat_pins()
        self.pairs: list[Seating] = []
        self.limits: list[tuple[int, int, int, int]] = []  # row, group, task, room
        self.apart: list[tuple[int, int]] = []  # expert, group of tasks
        self.list_pairs()
        self.twice = self.several()
        self.quota_names = list(self.quotas)

    def typed(self, task: int) -> list[list[int]]:
        """Return the typed seats of a task, empty where anybody may take any seat."""
        seats: list[list[int]] = self.problem["seat_strata"][task] if self.problem.get("seat_strata") else []
        return seats

    def seat_pins(self) -> None:
        """Take the seats, loads and rooms of the pins."""
        by_task: dict[int, list[int]] = {}
        for task, expert in self.pins:
            self.contradicts |= (task, expert) not in self.fit or (task, expert) in self.forbidden
            by_task.setdefault(task, []).append(expert)
            self.caps[expert] -= 1
            if task in self.group_of_task:
                both = (expert, self.group_of_task[task])
                self.contradicts |= both in self.taken
                self.taken.add(both)
            name = self.problem["groups"][expert]
            if name is not None:
                key = (task, self.group[expert])
                self.closed[key] = self.closed.get(key, 0) + 1
                if name in self.quotas:
                    self.quotas[name] -= 1
        for task, seats in enumerate(self.problem["seats"]):
            room: dict[int | None, int] = {None: seats}
            if self.typed(task):
                room = {seat[0]: seat[1] for seat in self.typed(task)}
            for expert in by_task.get(task, ()):
                mine = [one for one in room if room[one] and (one is None or one in self.problem["strata"][expert])]
                if (task, expert) in self.seating:
                    mine = [one for one in mine if one == self.seating[task, expert]]
                if mine:
                    room[mine[0]] -= 1
                else:
                    self.contradicts = True
            self.rows_of.append(list(range(len(self.rows), len(self.rows) + len(room))))
            self.rows += [Row(task, stratum, count) for stratum, count in room.items()]
        self.contradicts |= min([0, *self.caps, *self.quotas.values()]) < 0
        self.contradicts |= bool(self.limit) and any(count > self.limit for count in self.closed.values())

    def list_pairs(self) -> None:
        """List the open pairs by row and expert, and the employer limits that can bind."""
        pinned, found = set(self.pins), []
        people: dict[tuple[int, int], int] = {}
        tasks: dict[tuple[int, int], int] = {}
        for task, expert, fit in self.problem["edges"]:
            key = (task, self.group[expert])
            both = (expert, self.group_of_task.get(task, -1))
            if (task, expert) in self.forbidden:
                self.count["forbidden"] += 1
            elif (task, expert) in pinned:
                self.count["pinned"] += 1
            elif self.limit and key[1] >= 0 and self.closed and self.closed.get(key, 0) >= self.limit:
                self.count["employer_of_pin"] += 1
            elif both in self.taken:
                self.count["group_of_pin"] += 1
            else:
                rows = self.rows_of[task]
                if self.typed(task):
                    rows = [row for row in rows if self.rows[row].stratum in self.problem["strata"][expert]]
                self.count["open" if rows else "no_such_seat"] += 1
                if rows and key[1] >= 0:
                    people[key] = people.get(key, 0) + 1
                if rows and both[1] >= 0:
                    tasks[both] = tasks.get(both, 0) + 1
                found += [(row, expert, fit) for row in rows]
        found.sort()
        first: dict[tuple[int, int], int] = {}
        for row, expert, _ in found:
            key = (self.rows[row].task, self.group[expert])
            if self.limit and key[1] >= 0 and people[key] > self.limit - self.closed.get(key, 0):
                first.setdefault(key, row)
        self.limits = sorted(
            (row, group, task, self.limit - self.closed.get((task, group), 0)) for (task, group), row in first.items()
        )
        place = {(task, group): number for number, (_, group, task, _) in enumerate(self.limits)}
        self.apart = sorted(both for both, several in tasks.items() if several > 1)
        parted = {both: number for number, both in enumerate(self.apart)}
        for row, expert, fit in found:
            task = self.rows[row].task
            apart = parted.get((expert, self.group_of_task.get(task, -1)), -1)
            self.pairs.append(Seating(row, expert, fit, place.get((task, self.group[expert]), -1), apart))

    def several(self) -> dict[tuple[int, int], int]:
        """Give a number to each pair that could take one of several rows of their task."""
        seen: set[tuple[int, int]] = set()
        twice: set[tuple[int, int]] = set()
        for pair in self.pairs if self.problem.get("seat_strata") else ():
            key = (self.rows[pair.row].task, pair.expert)
            (twice if key in seen else seen).add(key)
        return {key: number for number, key in enumerate(sorted(twice))}

    def is_crossing(self) -> bool:
        """Say whether the limits do not nest."""
        return bool(self.twice) or any(
            pair.limit >= 0 and self.limits[pair.limit][0] != pair.row for pair in self.pairs
        )

    def arcs(self, units: list[int]) -> list[tuple[int, int, int, int]]:
        """Return tail, head, capacity and units of every arc, given the units of the pairs."""
        first_apart = len(self.rows) + len(self.limits)
        first_expert = first_apart + len(self.apart)
        first_quota = first_expert + len(self.caps)
        sink = first_quota + len(self.quota_names)
        quota_of = {name: first_quota + number for number, name in enumerate(self.quota_names)}
        limited, held, counted = [0] * len(self.limits), [0] * len(self.caps), dict.fromkeys(quota_of.values(), 0)
        parted = [0] * len(self.apart)
        for pair, amount in zip(self.pairs, units):
            held[pair.expert] += amount
            if pair.limit >= 0:
                limited[pair.limit] += amount
            if pair.apart >= 0:
                parted[pair.apart] += amount
        arcs = [
            (row, len(self.rows) + number, room * UNITS, limited[number])
            for number, (row, _, _, room) in enumerate(self.limits)
        ]
        arcs += [
            (
                len(self.rows) + pair.limit if pair.limit >= 0 else pair.row,
                first_apart + pair.apart if pair.apart >= 0 else first_expert + pair.expert,
                self.most,
                amount,
            )
            for pair, amount in zip(self.pairs, units)
        ]
        arcs += [
            (first_apart + number, first_expert + expert, UNITS, parted[number])
            for number, (expert, _) in enumerate(self.apart)
        ]
        for expert, cap in enumerate(self.caps):
            head = quota_of.get(self.problem["groups"][expert], sink)
            arcs.append((first_expert + expert, head, cap * UNITS, held[expert]))
            if head != sink:
                counted[head] += held[expert]
        return arcs + [(node, sink, self.quotas[name] * UNITS, counted[node]) for name, node in quota_of.items()]

    def worth(self, prices: Json, fits: list[int], fixed: dict[int, int] | None = None) -> int:
        """Return the bound on all units, each at weight times fit, that the prices prove.

        Of the pairs that are ``fixed`` it is given that they are not seated (0), or seated (1).
        """
        rooms = {
            "rows": [row.seats for row in self.rows],
            "experts": self.caps,
            "limits": [limit[3] for limit in self.limits],
            "twice": [1] * len(self.twice),
            "quotas": [self.quotas[name] for name in self.quota_names],
            "apart": [1] * len(self.apart),
        }
        total = 0
        parted = prices.get("apart", [])
        for family in FAMILIES:
            row = parted if family == "apart" else prices[family]
            expect(
                len(row) == len(rooms[family]) and (family == "rows" or min(row, default=0) >= 0),
                f"the prices of {family} are malformed",
                f"{family} 的价格有误",
            )
            total += UNITS * sum(room * price for room, price in zip(rooms[family], row))
        quota_of = {name: number for number, name in enumerate(self.quota_names)}
        earned, given = 0, fixed or {}
        for place, (pair, fit) in enumerate(zip(self.pairs, fits)):
            task = self.rows[pair.row].task
            paid = prices["rows"][pair.row] + prices["experts"][pair.expert]
            paid += prices["limits"][pair.limit] if pair.limit >= 0 else 0
            paid += parted[pair.apart] if pair.apart >= 0 else 0
            if self.twice and (task, pair.expert) in self.twice:
                paid += prices["twice"][self.twice[task, pair.expert]]
            quota = quota_of.get(self.problem["groups"][pair.expert])
            paid += 0 if quota is None else prices["quotas"][quota]
            gain = fit * prices["weights"][task] - paid
            if place in given:
                total += UNITS * gain * given[place]
            elif gain > 0:
                earned += gain
        return total + self.most * earned

    def sums(self, units: list[int]) -> list[int]:
        """Return units times fit of each task, pins included."""
        sums = [0] * len(self.problem["seats"])
        for pair, amount in zip(self.pairs, units):
            sums[self.rows[pair.row].task] += amount * pair.fit
        for task, expert in self.pins:
            sums[task] += UNITS * self.fit[task, expert]
        return sums

    def seated(self, sums: list[int]) -> list[int]:
        """Keep the sums of the tasks that have seats."""
        return [amount for amount, seats in zip(sums, self.problem["seats"]) if seats]


def tie_of(salt: bytes, task: int, expert: int) -> int:
    """Return the top 16 bits of SHA-256(salt, task, expert)."""
    digest = hashlib.sha256(salt + task.to_bytes(4, "big") + expert.to_bytes(4, "big")).digest()
    return int.from_bytes(digest[:2], "big")


def is_unique(both: list[tuple[int, int]], one_way: list[tuple[int, int]]) -> bool:
    """Say whether the two-way arcs make a forest and the one-way arcs between its trees no circle."""
    up: dict[int, int] = {}

    def find(node: int) -> int:
        while up.setdefault(node, node) != node:
            up[node] = up[up[node]]
            node = up[node]
        return node

    for one, other in both:
        first, second = find(one), find(other)
        if first == second:
            return False
        up[first] = second
    onward: dict[int, list[int]] = {}
    waiting: dict[int, int] = {}
    for one, other in one_way:
        first, second = find(one), find(other)
        if first == second:
            return False
        onward.setdefault(first, []).append(second)
        waiting[second] = waiting.get(second, 0) + 1
    ready = [node for node in onward if not waiting.get(node)]
    left = len(one_way)
    while ready:
        for node in onward.get(ready.pop(), ()):
            left -= 1
            waiting[node] -= 1
            if not waiting[node]:
                ready.append(node)
    return left == 0


def sampled(batch: Batch, units: list[int], seed: bytes) -> list[int]:
    """Return the units of each pair after the draw: cycles of fractional arcs, cancelled one after the other."""
    arcs = batch.arcs(units)
    held = [arc[3] for arc in arcs]
    turn = {arc: place for place, arc in enumerate(arc for arc in range(len(arcs)) if held[arc])}
    fractional = [arc for arc in turn if held[arc] % UNITS]
    fractional.sort(key=lambda arc: hashlib.sha256(seed + b"arc" + turn[arc].to_bytes(4, "big")).digest(), reverse=True)
    at: dict[int, list[int]] = {}
    for arc in fractional:
        at.setdefault(arcs[arc][0], []).append(arc)
        at.setdefault(arcs[arc][1], []).append(arc)
    coins = 0

    def lowest(node: int, last: int) -> int:
        stack = at[node]
        while stack and held[stack[-1]] % UNITS == 0:
            stack.pop()
        if not stack or stack[-1] != last:
            return stack[-1] if stack else -1
        return next((arc for arc in reversed(stack) if arc != last and held[arc] % UNITS), -1)

    for start in sorted(at):
        path: list[int] = []
        nodes, seen = [start], {start: 0}
        while True:
            arc = lowest(nodes[-1], path[-1] if path else -1)
            if arc < 0:
                break
            node = arcs[arc][1] if arcs[arc][0] == nodes[-1] else arcs[arc][0]
            path.append(arc)
            nodes.append(node)
            if node not in seen:
                seen[node] = len(nodes) - 1
                continue
            begin = seen[node]
            cycle = [(arc, 1 if arcs[arc][0] == where else -1) for arc, where in zip(path[begin:], nodes[begin:])]
            rest = [held[arc] % UNITS if sign > 0 else UNITS - held[arc] % UNITS for arc, sign in cycle]
            forward, backward = UNITS - max(rest), min(rest)
            coin = int.from_bytes(hashlib.sha256(seed + coins.to_bytes(8, "big")).digest(), "big")
            shift = forward if coin % (forward + backward) < backward else -backward
            coins += 1
            for arc, sign in cycle:
                held[arc] += sign * shift
            for gone in nodes[begin + 1 : -1]:
                del seen[gone]
            del path[begin:], nodes[begin + 1 :]
        expect(not path, "the fractions at a node do not add up", "某节点的分数单位之和不是整数")
    return held[len(batch.limits) : len(batch.limits) + len(units)]


# --- batch assignment: the checks -------------------------------------------------------------------------------------


def check_batch_problem(problem: Json) -> None:
    """Check that the listed problem is in its one order."""
    seats, caps = problem["seats"], problem["caps"]
    before = (-1, -1)
    for number, (task, expert, fit) in enumerate(problem["edges"]):
        if not (before < (task, expert) and 0 <= task < len(seats) and 0 <= expert < len(caps) and type(fit) is int):
            english = f"edge {number} is out of order or malformed"
            raise Difference(english, f"第 {number} 个组合次序有误或内容不合规")
        before = (task, expert)
    expect(
        len(problem["groups"]) == len(caps)
        and min([0, *seats, *caps]) >= 0
        and problem["floor"] in ("none", "max-min"),
        "the problem is malformed",
        "问题内容不合规",
    )
    groups = problem.get("task_groups") or []
    grouped = [task for group in groups for task in group]
    expect(
        groups == sorted(sorted(group) for group in groups)
        and all(len(group) > 1 for group in groups)
        and len(set(grouped)) == len(grouped)
        and all(type(task) is int and 0 <= task < len(seats) for task in grouped),
        "the groups of tasks are malformed",
        "互斥任务组有误",
    )


def check_accounting(batch: Batch, freeze: Json) -> None:
    """Check that every pair of task and expert is accounted for."""
    told = {row["rule"]: row["count"] for row in freeze["accounting"]}
    pairs = len(batch.problem["seats"]) * len(batch.problem["caps"])
    expect(
        freeze["pairs"] == pairs == sum(told.values()),
        f"the pairs of the rules do not add up to {pairs}, tasks times experts",
        f"各规则的组合数之和不等于任务数乘专家数 {pairs}",
    )
    for rule, count in batch.count.items():
        expect(
            told.get(rule, 0) == count,
            "{} pairs are {}, the record says {}".format(count, rule, told.get(rule, 0)),
            "{} 的组合应为 {} 个，记录为 {}".format(rule, count, told.get(rule, 0)),
        )


def check_marginals(batch: Batch, freeze: Json) -> list[int]:
    """Check the chances against every limit; return the units of each pair of the network."""
    certificate, pinned = freeze["certificate"], set(batch.pins)
    chance: dict[tuple[int, int], int] = {}
    before = (-1, -1)
    for task, expert, amount in freeze["marginals"]:
        expect(
            before < (task, expert) and isinstance(amount, int) and amount > 0,
            f"the chances are out of order at task {task}, expert {expert}",
            f"概率表在任务 {task}、专家 {expert} 处次序有误",
        )
        before = (task, expert)
        if before in pinned:
            expect(amount == UNITS, f"the pin of expert {expert} is not whole", f"专家 {expert} 的指定不是整席")
            pinned.discard(before)
        else:
            chance[before] = amount
    expect(not pinned, "a pin is missing among the chances", "概率表缺少指定的组合")
    rows = {(task, expert): stratum for task, expert, stratum in certificate.get("strata", [])}
    units = []
    for pair in batch.pairs:
        row = batch.rows[pair.row]
        key = (row.task, pair.expert)
        if key in chance and (not rows or (key in rows and rows[key] == row.stratum)):
            units.append(chance.pop(key))
        else:
            units.append(0)
    for task, expert in sorted(chance):
        raise Difference(
            f"expert {expert} has a chance on task {task}, but may not take it",
            f"专家 {expert} 不得承担任务 {task}，却有概率",
        )
    check_limits(batch, units)
    return units


def check_limits(batch: Batch, units: list[int]) -> None:
    """Check seats, probability cap, employers, loads and quotas."""
    filled = [0] * len(batch.rows)
    for pair, amount in zip(batch.pairs, units):
        filled[pair.row] += amount
        if amount > batch.most:
            task = batch.rows[pair.row].task
            english = f"task {task}, expert {pair.expert}: {amount} units are over the cap of {batch.most}"
            raise Difference(english, f"任务 {task}、专家 {pair.expert}：{amount} 个单位超过上限 {batch.most}")
    for row, amount in zip(batch.rows, filled):
        expect(
            amount == row.seats * UNITS,
            f"task {row.task} fills {amount} units of its {row.seats * UNITS}",
            f"任务 {row.task} 只坐满 {amount}／{row.seats * UNITS} 个单位",
        )
    arcs, apart = batch.arcs(units), len(batch.limits) + len(units)
    experts = apart + len(batch.apart)
    for number, (_, _, capacity, amount) in enumerate(arcs):
        if amount > capacity:
            if number < len(batch.limits):
                task = batch.limits[number][2]
                english, chinese = f"an employer is over its limit on task {task}", f"任务 {task} 上有单位超限"
            elif number < experts:
                expert = batch.apart[number - apart][0]
                english = f"expert {expert} sits on two tasks that keep apart"
                chinese = f"专家 {expert} 承担了两项互斥的任务"
            elif number < experts + len(batch.caps):
                expert = number - experts
                english, chinese = f"expert {expert} is over the load cap", f"专家 {expert} 超过任务上限"
            else:
                english, chinese = "an employer is over its quota", "有单位超过名额"
            raise Difference(english, chinese)


def check_flow(batch: Batch, units: list[int], certificate: Json) -> str:
    """Check by complementary slackness that no other flow is better, and by tight circles that none is as good."""
    potentials, salt = certificate["potentials"], certificate["tie"]
    arcs = batch.arcs(units)
    nodes = 1 + len(batch.rows) + len(batch.limits) + len(batch.apart) + len(batch.caps) + len(batch.quota_names)
    expect(
        len(potentials) == nodes
        and all(type(one) is int for one in potentials)
        and re.fullmatch("tie[0-9]*", salt)
        and certificate["tie_bits"] in range(1, TIE_BITS + 1),
        "the potentials are malformed",
        "势值格式有误",
    )
    first, last = len(batch.limits), len(batch.limits) + len(units)
    both, one_way = [], []
    bits = certificate["tie_bits"]
    steps = sum(batch.problem["seats"]) * (1000 // gcd(1000, batch.problem["q_permille"] or 1000))
    shift = bits + steps.bit_length()  # all ties together weigh less than one unit of fit
    salt = salt.encode()
    for number, (tail, head, capacity, held) in enumerate(arcs):
        reduced = potentials[tail] - potentials[head]
        if first <= number < last:
            pair = batch.pairs[number - first]
            reduced -= pair.fit << shift
            if held == 0 and reduced >= 2**bits:
                continue
            reduced -= tie_of(salt, batch.rows[pair.row].task, pair.expert) >> (TIE_BITS - bits)
        if reduced < 0 and held < capacity:
            english = "the potentials do not prove that nothing is better: arc {} could take more".format(number)
            raise Difference(english, f"势值不能证明最优：弧 {number} 仍可增加")
        if reduced > 0 and held > 0:
            english = "the potentials do not prove that nothing is better: arc {} should take less".format(number)
            raise Difference(english, f"势值不能证明最优：弧 {number} 应当减少")
        if reduced == 0 and capacity > 0:
            if 0 < held < capacity:
                both.append((tail, head))
            else:
                one_way.append((tail, head) if held == 0 else (head, tail))
    unique = is_unique(both, one_way)
    expect(
        certificate["unique"] is unique,
        "the record says that the optimum is {}, it is {}".format(*tell_unique(certificate["unique"], unique)),
        "关于最优解是否唯一的说法不实",
    )
    return "optimal, %s under %s" % ("the only one" if unique else "one of several", certificate["tie"])


def tell_unique(told: object, found: bool) -> tuple[str, str]:
    """Say both in words."""
    return ("unique" if told else "not unique", "unique" if found else "not unique")


def check_cases(batch: Batch, cases: list[Json]) -> None:
    """Check that the cases leave nothing out: at each pair there is one way where it is seated, one where it is not."""
    fixed = [case["fixed"] for case in cases]
    whole = batch.problem["q_permille"] is None and all(
        0 <= pair < len(batch.pairs) for way in fixed for pair, _ in way
    )

    def is_all(ways: list[list[list[int]]], depth: int) -> bool:
        if any(len(way) == depth for way in ways):
            return len(ways) == 1
        sides = [[way for way in ways if way[depth] == [ways[0][depth][0], value]] for value in (0, 1)]
        return sum(map(len, sides)) == len(ways) and all(side and is_all(side, depth + 1) for side in sides)

    expect(whole and fixed and is_all(fixed, 0), "the cases of the proof leave something out", "证明的情形有遗漏")


def check_program(batch: Batch, units: list[int], freeze: Json) -> str:
    """Check by weak duality how much better anything else could be."""
    certificate, sums = freeze["certificate"], batch.sums(units)
    fits = [pair.fit for pair in batch.pairs]
    floor, total = min(batch.seated(sums), default=0), sum(sums)
    pins = [0] * len(batch.problem["seats"])
    for task, expert in batch.pins:
        pins[task] += UNITS * batch.fit[task, expert]
    step = 1
    if batch.problem["q_permille"] is None:
        step = 0
        for fit in [*fits, *(batch.fit[pair] for pair in batch.pins)]:
            step = gcd(step, fit)
        step = UNITS * (step or 1)

    def bound(prices: Json, fixed: dict[int, int] | None = None) -> int:
        weights: list[int] = prices["weights"]
        expect(len(weights) == len(pins) and min(weights, default=0) >= 0, "the weights are malformed", "权重有误")
        return batch.worth(prices, fits, fixed) + sum(weight * pin for weight, pin in zip(weights, pins))

    def room(case: Json, floor: int) -> int:
        """Return the most that all can have in this case, times its scale, while every task has the floor."""
        scale: int = case["scale"]
        weights = case["prices"]["weights"]
        expect(scale >= 0 and min(weights, default=scale) >= scale, "the scale is malformed", "比例有误")
        extra: int = sum(weight - scale for weight, seats in zip(weights, batch.problem["seats"]) if seats)
        return bound(case["prices"], dict(case.get("fixed", []))) - extra * floor

    expect(certificate["scale"] >= 1, "the scale is malformed", "比例有误")
    best = room(certificate, floor) // certificate["scale"] // step * step
    told = [("bound_units", best)]
    gap = best - total
    if "cases" in certificate:
        check_cases(batch, certificate["cases"])
        for case in certificate["cases"]:
            most = room(case, floor)
            holds = most // case["scale"] // step * step < total + UNITS if case["scale"] else most < 0
            expect(holds, "a case of the proof may hold something better", "证明中有一种情形可能更优")
        gap = 0
    if batch.problem["floor"] == "max-min" and any(batch.problem["seats"]):
        prices = certificate["floor_prices"]
        expect(sum(prices["weights"]) > 0, "the weights are malformed", "权重有误")
        highest = bound(prices) // sum(prices["weights"]) // step * step
        told += [("floor_bound_units", highest), ("floor_units", floor)]
        if "floor_cases" in certificate:
            check_cases(batch, certificate["floor_cases"])
            holds = all(not case["scale"] and room(case, floor + step) < 0 for case in certificate["floor_cases"])
            expect(holds, "a case of the proof may hold a higher floor", "证明中有一种情形可能有更高的下限")
        else:
            gap = max(gap, highest - floor)
    for name, value in told:
        expect(
            certificate[name] == value,
            "{} is {}, the record says {}".format(name, value, certificate[name]),
            "{} 应为 {}，记录为 {}".format(name, value, certificate[name]),
        )
    status = "optimal" if gap < UNITS else "feasible"
    expect(freeze["status"] == status, f"the status should be {status}", f"状态应为 {status}")
    return f"{status}: nothing is better by more than {max(0, gap)} units of fit"


def check_infeasible(batch: Batch, freeze: Json) -> str:
    """Check that the seats cannot all be filled."""
    certificate = freeze["certificate"]
    kind = certificate["kind"]
    needed = UNITS * sum(row.seats for row in batch.rows)
    expect(not freeze["marginals"], "an infeasible batch has chances", "无解的分派不应有概率表")
    if kind == "pins":
        expect(batch.contradicts, "the pins contradict nothing", "指定的组合与规则并不矛盾")
        return "infeasible: the pins contradict the limits"
    expect(not batch.contradicts, "the pins contradict the limits", "指定的组合与规则矛盾")
    if kind == "cut":
        inside = set(certificate["nodes"])
        room = sum(UNITS * row.seats for number, row in enumerate(batch.rows) if number not in inside)
        for tail, head, capacity, _ in batch.arcs([0] * len(batch.pairs)):
            room += capacity if tail in inside and head not in inside else 0
        sink = len(batch.rows) + len(batch.limits) + len(batch.apart) + len(batch.caps) + len(batch.quota_names)
        expect(sink not in inside, "the cut holds the sink", "割集含有汇点")
    elif kind == "seats":
        prices, scale = certificate["prices"], certificate["scale"]
        weights = prices["weights"]
        expect(scale >= 1 and min([scale, *weights]) >= scale, "the scale is malformed", "比例有误")
        expect(min([0, *prices["rows"]]) >= 0, "the prices of rows are malformed", "rows 的价格有误")
        room = batch.worth(prices, [1] * len(batch.pairs)) // scale
    elif kind == "cases":
        check_cases(batch, certificate["cases"])
        fits = [pair.fit for pair in batch.pairs]
        for case in certificate["cases"]:
            expect(
                min(case["prices"]["weights"], default=0) == 0 == max(case["prices"]["weights"], default=0)
                and batch.worth(case["prices"], fits, dict(case["fixed"])) < 0,
                "a case of the proof may hold an assignment",
                "证明中有一种情形可能有解",
            )
        return "infeasible: shown by %d cases" % len(certificate["cases"])
    else:
        expect(kind == "solver", f"unknown certificate {kind}", f"未知证书 {kind}")
        return "infeasible by the solver's word alone"
    expect(
        needed - room == certificate["missing_units"] and needed > room,
        f"the certificate shows room for {room} of {needed} units, the record says otherwise",
        f"证书表明 {needed} 个单位中可容纳 {room} 个，与记录不符",
    )
    return "infeasible: %d of %d units find no place" % (needed - room, needed)


def check_phase_one(freeze: Json) -> tuple[Batch, list[int], list[str]]:
    """Check what was fixed before any seed; return the network and the units of each pair."""
    problem = freeze["problem"]
    check_batch_problem(problem)
    pins, forbids = ([[row["task"], row["expert"]] for row in freeze[name]] for name in ("pins", "forbids"))
    batch = Batch(problem, pins, forbids, freeze["certificate"].get("pin_strata", []))
    kind = freeze["certificate"]["kind"]
    if not (batch.contradicts and kind == "pins"):
        check_accounting(batch, freeze)
    if freeze["status"] == "infeasible":
        return batch, [], [check_infeasible(batch, freeze)]
    expect(not batch.contradicts, "the pins contradict the limits", "指定的组合与规则矛盾")
    units = check_marginals(batch, freeze)
    expected = sum(batch.sums(units))
    expect(
        freeze["totals"] == {"expected_total": expected // UNITS, "expected_units": expected},
        f"the expected total is {expected} units, the record says otherwise",
        f"期望总匹配度应为 {expected} 个单位，与记录不符",
    )
    needs_program = batch.is_crossing() or problem["floor"] == "max-min"
    expect(kind == ("program" if needs_program else "flow"), "the certificate is of the wrong kind", "证书的种类不对")
    if needs_program:
        proof = check_program(batch, units, freeze)
    else:
        expect(freeze["status"] == "optimal", "the status should be optimal", "状态应为 optimal")
        proof = check_flow(batch, units, freeze["certificate"])
    return batch, units, ["{} pairs, {} with a chance".format(len(batch.pairs), len(freeze["marginals"])), proof]


def check_assignment(batch: Batch, units: list[int], seed: bytes, told: Json) -> None:
    """Draw again from the chances by the seed and compare; then look at every limit of what came out."""
    whole = sampled(batch, units, seed)
    panels: list[list[int]] = [[] for _ in batch.problem["seats"]]
    for task, expert in batch.pins:
        panels[task].append(expert)
    for pair, amount in zip(batch.pairs, whole):
        if amount:
            panels[batch.rows[pair.row].task].append(pair.expert)
    said = told["assignment"]
    expect(len(said) == len(panels), "the assignment has another number of tasks", "分派结果的任务数不对")
    for task, panel in enumerate(panels):
        expect(
            sorted(panel) == said[task],
            "task {}: the seed seats experts {}, the record says {}".format(task, sorted(panel), said[task]),
            "任务 {}：按种子应为专家 {}，记录为 {}".format(task, sorted(panel), said[task]),
        )
    expect(
        all(amount in (0, UNITS) for amount in whole),
        "somebody holds a part of a seat",
        "有人只占部分席位",
    )
    most = batch.most
    batch.most = UNITS
    check_limits(batch, whole)
    batch.most = most
    sums = batch.sums(whole)
    for name, value in (("total", sum(sums) // UNITS), ("min_task", min(batch.seated(sums), default=0) // UNITS)):
        expect(
            told[name] == value,
            "{} is {}, the record says {}".format(name, value, told[name]),
            "{} 应为 {}，记录为 {}".format(name, value, told[name]),
        )


def check_batch_replacements(record: Json, batch: Batch, freeze: Json) -> None:
    """Check every replacement in turn: the walk of a draw over the people of the task."""
    panels = [list(panel) for panel in record["draw"]["assignment"]]
    chances: dict[int, set[int]] = {}
    for task, expert, _ in freeze["marginals"]:
        chances.setdefault(task, set()).add(expert)
    gone: dict[int, list[int]] = {}
    opened: dict[int, list[int]] = {}
    for turn, step in enumerate(record["replacements"], 1):
        title = (f"replacement {turn}", f"第 {turn} 次替补")
        task, out = step["task"], step["withdrawn"]
        expect(
            isinstance(task, int) and 0 <= task < len(panels) and out and out == sorted(set(out) & set(panels[task])),
            f"{title[0]}: only somebody who holds a seat can withdraw",
            f"{title[1]}：只有在席人员可以退出",
        )
        typed = batch.typed(task)
        strata = {
            expert: [one for one, _ in typed if one in batch.problem["strata"][expert]] if typed else [0]
            for of, expert, _ in batch.problem["edges"]
            if of == task and (task, expert) not in batch.forbidden
        }
        people = [expert for expert in strata if strata[expert]]
        number = {expert: place for place, expert in enumerate(people, 1)}
        draw = Draw(
            {
                "seats": [
                    {"stratum": one, "count": count} for one, count in typed or [[0, batch.problem["seats"][task]]]
                ],
                "group_max": batch.limit,
                "entries": [
                    {
                        "group": batch.group[expert] + 1,
                        "strata": strata[expert],
                        "tier": 0 if expert in chances.get(task, ()) else 1,
                    }
                    for expert in people
                ],
            }
        )
        document = {"seed": record["seed"], "task": task, "type": "gongping/replace/1"}
        order = order_of("gongping-1", hashlib.sha256(canon(document)).digest(), len(people))
        gone.setdefault(task, []).extend(out)
        panels[task] = [expert for expert in panels[task] if expert not in out]
        expect(
            step["late"] == sorted(set(step["late"])),
            f"{title[0]}: the late numbers are malformed",
            f"{title[1]}：失格号码有误",
        )
        full = {*step["late"], *fully_loaded(batch, panels), *sitting(batch, panels, task)}
        late = [number[expert] for expert in full if expert in number]
        seated = [number[expert] for expert in panels[task]]
        withdrawn = [number[expert] for expert in gone[task]]
        tiers = step["opened"]
        expect(
            tiers in ([0], [0, 1]) and len(tiers) >= len(opened.get(task, [0])),
            f"{title[0]}: the opened tiers are malformed",
            f"{title[1]}：开放层级有误",
        )
        if len(tiers) > len(opened.get(task, [0])):
            expect(
                draw.walk(order, [0], late, seated, withdrawn) is None,
                f"{title[0]}: tier 1 was opened although the seats could be filled without it",
                f"{title[1]}：无须开放第 1 层即可坐满，却开放了",
            )
        opened[task] = tiers
        outcome = draw.walk(order, tiers, late, seated, withdrawn)
        expect(outcome is not None, f"{title[0]}: the seats cannot be filled", f"{title[1]}：席位无法坐满")
        came_in, skipped = outcome or ([], [])
        newcomers = [people[place - 1] for place in came_in]
        expect(
            newcomers == step["seated"],
            "{}: experts {} come in, the record says {}".format(title[0], newcomers, step["seated"]),
            "{}：应由专家 {} 递补，记录为 {}".format(title[1], newcomers, step["seated"]),
        )
        passed = [{"expert": people[skip["number"] - 1], "reason": skip["reason"]} for skip in skipped]
        expect(passed == step["skipped"], *skip_difference(passed, step["skipped"], title))
        panels[task] = sorted([*panels[task], *newcomers])
        expect(panels[task] == step["panel"], f"{title[0]}: the panel differs", f"{title[1]}：组成人员不一致")


def fully_loaded(batch: Batch, panels: list[list[int]]) -> list[int]:
    """Return the experts who are at their load cap, or whose employer is at its quota."""
    load = [0] * len(batch.caps)
    held: Json = {}
    for panel in panels:
        for expert in panel:
            load[expert] += 1
            name = batch.problem["groups"][expert]
            held[name] = held.get(name, 0) + 1
    quotas = {name for name, most in batch.problem.get("quotas") or [] if held.get(name, 0) >= most}
    caps, groups = batch.problem["caps"], batch.problem["groups"]
    return [expert for expert, cap in enumerate(caps) if load[expert] >= cap or groups[expert] in quotas]


def sitting(batch: Batch, panels: list[list[int]], task: int) -> set[int]:
    """Return the experts who sit on a task of the same group."""
    group = batch.group_of_task.get(task)
    others = [other for other, number in batch.group_of_task.items() if number == group and other != task]
    return {expert for other in others for expert in panels[other]}


def check_batch(record: Json) -> list[str]:
    """Check the record of a batch assignment; return what was checked."""
    text = record["freeze"]
    try:
        freeze: Json = json.loads(text, object_pairs_hook=unique_pairs)
        canonical = canon(freeze) == text.encode()
    except (ValueError, RecursionError):
        canonical = False
    expect(canonical, "the freeze is not canonical JSON", "冻结文件不是规范 JSON")
    expect(freeze["type"] == "gongping/batch-freeze/1", "the freeze has another type", "冻结文件的 type 不对")
    actual = sha256_hex(text.encode())
    expect(
        actual == record["h"],
        "phase 1 was changed: its SHA-256 is {}, the commitment H is {}".format(actual, record["h"]),
        "第一阶段被改动：其 SHA-256 为 {}，承诺值 H 为 {}".format(actual, record["h"]),
    )
    done = ["H {}".format(actual)]
    nonces = check_parties(record, freeze)
    check_void(record, freeze, nonces)
    seed = None
    if record["draw"] is not None:
        expect(
            len(record["commitments"]) == len(freeze["parties"]) == len(record["reveals"]) > 1,
            "a commitment or a reveal is missing",
            "缺少承诺或公开",
        )
        check_parts(record, freeze, nonces)
        check_outside(record, freeze)
        seed = seed_of(record["h"], record["parts"], "batch")
        expect(
            seed.hex() == record["seed"],
            "the seed is {}, the record says {}".format(seed.hex(), record["seed"]),
            "种子应为 {}，记录为 {}".format(seed.hex(), record["seed"]),
        )
        done.append("{} commitments, {} reveals, seed".format(len(record["commitments"]), len(nonces)))
    else:
        expect(record["void"] is not None, "there is neither a draw nor a void", "既无抽取结果也无作废说明")
        expect(
            record["seed"] is None and not (record["parts"] or record["replacements"]),
            "a void attempt has no seed and no result",
            "作废的抽取不应有种子和结果",
        )
    batch, units, said = check_phase_one(freeze)
    done += said
    if seed is not None:
        check_assignment(batch, units, seed, record["draw"])
        check_batch_replacements(record, batch, freeze)
        done.append("{} tasks, {} replacements".format(len(batch.problem["seats"]), len(record["replacements"])))
    check_batch_openings(record, freeze)
    check_seal(record)
    done.append("witness: %s" % ("UNWITNESSED" if record["witness"] is None else "stated"))
    return done


def check_batch_openings(record: Json, freeze: Json) -> None:
    """Check that every opened leaf is the one that stands for this expert."""
    for opening in record["openings"]:
        number = opening["number"]
        expect(
            0 <= number < len(freeze["leaves"]) and freeze["leaves"][number] == leaf_hash(opening),
            f"the person shown for expert {number} is not the one in the freeze",
            f"专家 {number} 公开的人员不是冻结文件中的那一位",
        )


def check_seal(record: Json) -> None:
    """Check the hash over everything else."""
    whole = {key: record[key] for key in record if key != "sha256"}
    expect(
        sha256_hex(canon(whole)) == record["sha256"],
        "a stated fact (late, withdrawn, witness, texts) was changed after the record was sealed",
        "记录封存后，所载事实（失格、退出、见证、文字）被改动",
    )


def frozen_problem(problem: Json) -> Json:
    """Return the problem of a file as its freeze states it: every key, pairs in order, no seed, no pins, no forbids."""
    frozen = {key: problem.get(key, default) for key, default in PROBLEM_DEFAULTS.items()}
    frozen["group_limit"] = frozen["group_limit"] or 0
    frozen["groups"] = problem.get("groups") or [None] * len(problem["caps"])
    frozen["edges"] = sorted(list(edge) for edge in problem["edges"])
    frozen.update(seats=problem["seats"], caps=problem["caps"])
    if problem.get("seat_strata"):
        frozen["seat_strata"] = problem["seat_strata"]
        frozen["strata"] = [sorted(set(row)) for row in problem.get("strata") or [[]] * len(problem["caps"])]
    if problem.get("quotas"):
        frozen["quotas"] = problem["quotas"]
    if groups := sorted(sorted(group) for group in problem.get("task_groups") or [] if len(group) > 1):
        frozen["task_groups"] = groups
    return frozen


def check_result_file(problem: Json, result: Json) -> list[str]:
    """Check the result of a problem file, whose seed is stated and not committed to; return what was checked."""
    expect(result["type"] == "gongping/batch-result/1", "this is not the result of a batch", "这不是批量分派的结果")
    noted = {
        name: [{"expert": expert, "reason": "", "task": task} for task, expert in sorted(problem.get(name) or [])]
        for name in ("pins", "forbids")
    }
    freeze = {
        **FROZEN_FOR_A_FILE,
        **noted,
        **{name: result[name] for name in ("accounting", "certificate", "marginals", "solvers", "status")},
        "pairs": len(problem["seats"]) * len(problem["caps"]),
        "problem": frozen_problem(problem),
        "totals": {name: result[name] for name in ("expected_total", "expected_units")},
        "type": "gongping/batch-freeze/1",
    }
    actual = sha256_hex(canon(freeze))
    expect(
        actual == result["h"],
        "problem and phase 1 have the SHA-256 {}, the result says {}".format(actual, result["h"]),
        "问题与第一阶段的 SHA-256 为 {}，结果所载为 {}".format(actual, result["h"]),
    )
    batch, units, said = check_phase_one(freeze)
    expect(
        result["seed"] == problem["seed"]
        and result["units"] == UNITS
        and result["pins"] == sorted(problem.get("pins") or []),
        "seed, units or pins are not those of the problem",
        "种子、单位或指定组合与问题不符",
    )
    if freeze["status"] == "infeasible":
        expect(
            (result["assignment"], result["total"], result["min_task"]) == ([], 0, 0) and result["reasons"],
            "an infeasible batch has an assignment, or no reason",
            "无解的分派不应有结果，且应说明理由",
        )
    else:
        check_assignment(batch, units, bytes.fromhex(problem["seed"]), result)
    check_seal(result)
    return ["H {}".format(actual), *said, "seed: stated, nobody committed to it (UNWITNESSED)"]


CHECKS = {"gongping/record/1": check_draw, "gongping/batch-record/1": check_batch}


def check_record(record: Json) -> list[str]:
    """Check a record by its type."""
    expect(record["type"] in CHECKS, "this is not the record of a draw", "这不是抽取记录")
    return CHECKS[record["type"]](record)


def check_leaf(record: Json, own: Json) -> list[str]:
    """Check a record, and that the person of an opened leaf stands on its frozen list."""
    done = check_record(record)
    expect(own["type"] == "gongping/own-leaf/1", "this is not an opened leaf", "这不是公开的名单条目")
    expect(own["h"] == record["h"], "the leaf is of another frozen list", "该条目属于另一份冻结名单")
    freeze = json.loads(record["freeze"])
    if "entries" in freeze:
        leaves, first = [entry["leaf"] for entry in freeze["entries"]], 1
    else:
        leaves, first = freeze["leaves"], 0
    number = own["number"]
    expect(
        first <= number < first + len(leaves) and leaves[number - first] == leaf_hash(own),
        f"number {number} of the frozen list is somebody else",
        f"冻结名单 {number} 号不是此人",
    )
    return [*done, f"leaf: this person stands on the frozen list as number {number}"]


def checked(check: Callable[..., list[str]], *texts: str) -> list[str]:
    """Return what was checked in the texts, or raise ``Difference``, whatever they hold."""
    try:
        return check(*(json.loads(text, object_pairs_hook=unique_pairs) for text in texts))
    except RecursionError:
        english, chinese = "the record is nested too deeply", "记录嵌套过深"
        raise Difference(english, chinese) from None
    except (ValueError, TypeError, KeyError, IndexError, AttributeError, ArithmeticError) as error:
        what = f"{type(error).__name__}: {str(error)[:200]}"
        english, chinese = f"the record is malformed ({what})", f"记录格式有误（{what}）"
        raise Difference(english, chinese) from None


def verify(text: str) -> list[str]:
    """Return what was checked in the record, or raise ``Difference``."""
    return checked(check_record, text)


def verify_result(problem: str, result: str) -> list[str]:
    """Return what was checked in the result of a problem file, or raise ``Difference``."""
    return checked(check_result_file, problem, result)


def verify_leaf(record: str, own: str) -> list[str]:
    """Return what was checked in the record and the opened leaf, or raise ``Difference``."""
    return checked(check_leaf, record, own)


def main(arguments: list[str]) -> int:
    """Check the files named by ``arguments`` and return the exit code."""
    paths = [argument for argument in arguments if not argument.startswith("-")]
    with_leaf = "--leaf" in arguments
    if len(paths) not in ((2,) if with_leaf else (1, 2)):
        print("usage: python verify_draw.py [--zh] [-v] record.json [--leaf leaf.json] | problem.json result.json")
        return 2
    try:
        texts = [Path(path).read_text(encoding="utf-8-sig") for path in paths]
    except OSError as error:
        print(error)
        return 2
    except ValueError:
        print("the record is not UTF-8 text")
        return 1
    try:
        check = verify_leaf if with_leaf else verify if len(texts) == 1 else verify_result
        done = check(*texts)
    except Difference as difference:
        print(difference.chinese if "--zh" in arguments else difference.english)
        return 1
    print("OK")
    if "-v" in arguments:
        print("\n".join(done))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
