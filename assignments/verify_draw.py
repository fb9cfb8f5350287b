"""Check the published record of a draw: ``python verify_draw.py record.json`` prints OK or the first difference.

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
from pathlib import Path
from typing import Any, Dict, NamedTuple, Tuple

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


def check_openings(record: Json, freeze: Json) -> None:
    """Check that every opened leaf is the one on the list."""
    for opening in record["openings"]:
        document = {
            "person": {"name": opening["name"], "ref": opening["ref"]},
            "reason": None,
            "salt": opening["salt"],
            "type": "gongping/leaf/1",
        }
        number = opening["number"]
        expect(
            1 <= number <= len(freeze["entries"])
            and freeze["entries"][number - 1]["leaf"] == sha256_hex(canon(document)),
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
    order = check_seed(record, freeze)
    draw, tiers = Draw(freeze), len(freeze["tiers"])
    panel = check_walk(draw, order, record["draw"], Start(freeze["opened"], tiers, [], [], ("the draw", "抽取")))
    check_replacements(record, draw, order, tiers)
    return [
        "seed and order ({})".format(freeze["algorithm"]),
        f"{len(panel)} seats",
        "{} replacements".format(len(record["replacements"])),
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
    whole = {key: record[key] for key in record if key != "sha256"}
    expect(
        sha256_hex(canon(whole)) == record["sha256"],
        "a stated fact (late, withdrawn, witness, texts) was changed after the record was sealed",
        "记录封存后，所载事实（失格、退出、见证、文字）被改动",
    )
    done.append("witness: %s" % ("UNWITNESSED" if record["witness"] is None else "stated"))
    return done


CHECKS = {"gongping/record/1": check_draw}  # a batch assignment has its own type of record


def verify(text: str) -> list[str]:
    """Return what was checked in the record, or raise ``Difference``."""
    try:
        record = json.loads(text, object_pairs_hook=unique_pairs)
        expect(record["type"] in CHECKS, "this is not the record of a draw", "这不是抽取记录")
        return CHECKS[record["type"]](record)
    except RecursionError:
        english, chinese = "the record is nested too deeply", "记录嵌套过深"
        raise Difference(english, chinese) from None
    except (ValueError, TypeError, KeyError, IndexError, AttributeError) as error:
        what = f"{type(error).__name__}: {str(error)[:200]}"
        english, chinese = f"the record is malformed ({what})", f"记录格式有误（{what}）"
        raise Difference(english, chinese) from None


def main(arguments: list[str]) -> int:
    """Check the file named by ``arguments`` and return the exit code."""
    paths = [argument for argument in arguments if not argument.startswith("-")]
    if len(paths) != 1:
        print("usage: python verify_draw.py [--zh] [-v] record.json")
        return 2
    try:
        text = Path(paths[0]).read_text(encoding="utf-8-sig")
    except OSError as error:
        print(error)
        return 2
    except ValueError:
        print("the record is not UTF-8 text")
        return 1
    try:
        done = verify(text)
    except Difference as difference:
        print(difference.chinese if "--zh" in arguments else difference.english)
        return 1
    print("OK")
    if "-v" in arguments:
        print("\n".join(done))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
