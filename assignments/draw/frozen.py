"""The frozen list: leaves that hide who is meant, numbers for one draw alone, and the document whose hash is H."""

import hashlib
import hmac
import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from assignments.draw.permutation import LARGEST_POOL
from assignments.draw.seating import Entry, InfeasibleError, Seat, check_seats, feasibility
from assignments.draw.seeds import NAME
from foundation.core.canon import digest, dumps, loads, sha256_hex

SECRET_BYTES: Final = 32
FEWEST_PARTIES: Final = 2
OUTSIDE_VALUE: Final = "O"
INSIDE_ONLY: Final = "I"
FREEZE_TYPE: Final = "gongping/freeze/1"


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody eligible. ``links`` are the employers (any hashable text) that tie him to others."""

    ref: str
    name: str
    links: frozenset[str]
    strata: tuple[int, ...]
    tier: int = 0


@dataclass(frozen=True, slots=True)
class Excluded:
    """Somebody of the pool who may not be drawn, with the code of the first rule that says so."""

    ref: str
    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class Source:
    """A public value: which, by what rule, at what moment (ISO 8601), and what takes its place if it fails."""

    id: str
    kind: str
    rule: str
    at: str
    as_drawn: bool = False
    fallbacks: tuple["Source", ...] = ()

    def document(self) -> dict[str, Any]:
        """Return the source as it stands in the freeze."""
        return {
            "as_drawn": self.as_drawn,
            "at": self.at,
            "fallbacks": [source.document() for source in self.fallbacks],
            "id": self.id,
            "kind": self.kind,
            "rule": self.rule,
        }

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> "Source":
        """Return the source that stands in a freeze."""
        fallbacks = tuple(cls.of(one) for one in document["fallbacks"])
        facts = {key: document[key] for key in ("id", "kind", "rule", "at", "as_drawn")}
        return cls(**facts, fallbacks=fallbacks)


@dataclass(frozen=True, slots=True)
class Party:
    """One who gives a nonce; ``role`` is published, the person is not."""

    id: str
    role: str


@dataclass(frozen=True, slots=True)
class Terms:
    """All that is fixed before anybody knows a seed, besides the list itself. Moments are ISO 8601 texts.

    ``profile`` O ends with an outside value from ``sources``, I has none. ``lineage`` names project, kind, work year
    and all earlier attempts; ``edits`` are those of eligibility facts in the last 30 days by kind and role.
    """

    seats: tuple[Seat, ...]
    group_max: int
    algorithm: str
    profile: str
    parties: tuple[Party, ...]
    lineage: Mapping[str, Any]
    rule_set: str
    deadlines: Mapping[str, str]
    journal_position: int
    journal_head: str
    sources: tuple[Source, ...] = ()
    tiers: tuple[str, ...] = ("",)
    opened: tuple[int, ...] = (0,)
    previews: int = 0
    edits: Sequence[Mapping[str, Any]] = field(default=())


@dataclass(frozen=True, slots=True)
class FrozenList:
    """The entries in ascending order of leaf, and the number that each ref has in this draw alone."""

    entries: tuple[Entry, ...]
    numbers: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Freeze:
    """The canonical text of the freeze and its SHA-256, the commitment H."""

    text: str
    hash: str


@dataclass(frozen=True, slots=True)
class FreezeView:
    """What a walk needs to know of a stored freeze; ``document`` is the whole."""

    hash: str
    algorithm: str
    seats: tuple[Seat, ...]
    group_max: int
    entries: tuple[Entry, ...]
    opened: tuple[int, ...]
    parties: tuple[str, ...]
    document: Mapping[str, Any]


def salt(secret: bytes, ref: str) -> str:
    """Return the salt of ``ref`` under the draw's 32-byte secret, as hex."""
    if len(secret) != SECRET_BYTES:
        message = f"the secret of a draw is {SECRET_BYTES} random bytes"
        raise ValueError(message)
    return hmac.new(secret, ref.encode(), hashlib.sha256).hexdigest()


def leaf(name: str, ref: str, reason: str | None, salt: str) -> str:
    """Return the hash that stands for a person in the list; ``reason`` is None for the eligible."""
    return digest({"person": {"name": name, "ref": ref}, "reason": reason, "salt": salt, "type": "gongping/leaf/1"})


def frozen_list(candidates: Collection[Candidate], secret: bytes) -> FrozenList:
    """Return the candidates numbered by ascending leaf, their groups by smallest leaf.

    People linked by a shared employer, also through others, are one group; without any employer the group is 0.
    """
    people = {person.ref: person for person in candidates}
    if len(people) != len(candidates):
        message = "a person stands on the list twice"
        raise ValueError(message)
    by_leaf = sorted((leaf(person.name, ref, None, salt(secret, ref)), ref) for ref, person in people.items())
    root = _linked(person.links for person in candidates)
    group_numbers: dict[str, int] = {}
    entries = []
    for number, (hidden, ref) in enumerate(by_leaf, 1):
        heads = {root[link] for link in people[ref].links}
        group = group_numbers.setdefault(heads.pop(), len(group_numbers) + 1) if heads else 0
        entries.append(Entry(number, group, tuple(sorted(set(people[ref].strata))), people[ref].tier, hidden))
    return FrozenList(tuple(entries), {ref: number for number, (_, ref) in enumerate(by_leaf, 1)})


def excluded_digest(leaves: Iterable[str]) -> str:
    """Return what stands in the freeze for the leaves of all who were kept off the list."""
    return digest({"leaves": sorted(leaves), "type": "gongping/excluded/1"})


def freeze(terms: Terms, entries: Sequence[Entry], excluded: Iterable[Excluded], secret: bytes) -> Freeze:
    """Return the freeze, or raise ``InfeasibleError`` if its seats cannot be filled, ``ValueError`` if it is malformed.

    Only the tiers open from the start count for the seats.
    """
    _check(terms, entries)
    answer = feasibility(terms.seats, terms.group_max, [entry for entry in entries if entry.tier in terms.opened])
    if answer.shortfall:
        raise InfeasibleError(answer.shortfall)
    return _frozen(terms, entries, _excluded(excluded, secret))


def freeze_again(text: str, terms: Terms) -> Freeze:
    """Return the freeze of the next attempt with the list, seats, tiers and exclusions of ``text`` under new terms.

    Raise ``ValueError`` if the terms are malformed or name other seats.
    """
    former = read_freeze(text)
    if (former.seats, former.group_max, list(terms.tiers)) != (
        terms.seats,
        terms.group_max,
        former.document["tiers"],
    ):
        message = "the next attempt keeps seats, group limit and tiers"
        raise ValueError(message)
    terms = with_opened(terms, former.opened)
    _check(terms, former.entries)
    return _frozen(terms, former.entries, former.document["excluded"])


def with_opened(terms: Terms, opened: Sequence[int]) -> Terms:
    """Return the terms with these tiers open from the start."""
    return replace(terms, opened=tuple(opened))


def _frozen(terms: Terms, entries: Sequence[Entry], left_out: Mapping[str, Any]) -> Freeze:
    document = {
        "algorithm": terms.algorithm,
        "deadlines": dict(terms.deadlines),
        "edits": [dict(edit) for edit in terms.edits],
        "entries": [
            {"group": entry.group, "leaf": entry.leaf, "strata": list(entry.strata), "tier": entry.tier}
            for entry in entries
        ],
        "excluded": dict(left_out),
        "group_max": terms.group_max,
        "journal": {"head": terms.journal_head, "position": terms.journal_position},
        "lineage": dict(terms.lineage),
        "opened": list(terms.opened),
        "parties": [{"id": party.id, "role": party.role} for party in terms.parties],
        "pool": len(entries) + left_out["total"],
        "previews": terms.previews,
        "profile": terms.profile,
        "rule_set": terms.rule_set,
        "seats": [{"count": seat.count, "name": seat.name, "stratum": seat.stratum} for seat in terms.seats],
        "sources": [source.document() for source in terms.sources],
        "tiers": list(terms.tiers),
        "type": FREEZE_TYPE,
    }
    data = dumps(document)
    return Freeze(data.decode(), sha256_hex(data))


def read_freeze(text: str) -> FreezeView:
    """Return what a walk needs from the stored text of a freeze; raise ``CanonError`` if it is not canonical."""
    data = text.encode()
    document: Any = loads(data)
    return FreezeView(
        hash=sha256_hex(data),
        algorithm=document["algorithm"],
        seats=tuple(Seat(seat["stratum"], seat["name"], seat["count"]) for seat in document["seats"]),
        group_max=document["group_max"],
        entries=tuple(
            Entry(number, entry["group"], tuple(entry["strata"]), entry["tier"], entry["leaf"])
            for number, entry in enumerate(document["entries"], 1)
        ),
        opened=tuple(document["opened"]),
        parties=tuple(party["id"] for party in document["parties"]),
        document=document,
    )


def _linked(links: Iterable[frozenset[str]]) -> dict[str, str]:
    """Return the head of each employer's group: employers that share a person are one."""
    head: dict[str, str] = {}

    def find(link: str) -> str:
        while head.setdefault(link, link) != link:
            head[link] = head[head[link]]
            link = head[link]
        return link

    for shared in links:
        heads = [find(link) for link in shared]
        for other in heads[1:]:
            head[find(other)] = find(heads[0])
    return {link: find(link) for link in list(head)}


def _excluded(excluded: Iterable[Excluded], secret: bytes) -> dict[str, Any]:
    people = list(excluded)
    leaves = [leaf(person.name, person.ref, person.reason, salt(secret, person.ref)) for person in people]
    counts = Counter(person.reason for person in people)
    return {
        "leaves": excluded_digest(leaves),
        "rules": [{"count": counts[rule], "rule": rule} for rule in sorted(counts)],
        "total": len(people),
    }


def _check(terms: Terms, entries: Sequence[Entry]) -> None:
    check_seats(terms.seats, terms.group_max)
    strata, tiers = {seat.stratum for seat in terms.seats}, range(len(terms.tiers))
    ids = [party.id for party in terms.parties]
    ids += [source.id for first in terms.sources for source in (first, *first.fallbacks)]
    faults = {
        f"unknown algorithm {terms.algorithm!r}": terms.algorithm not in LARGEST_POOL,
        "the profile is O (with an outside value) or I (without)": terms.profile not in {OUTSIDE_VALUE, INSIDE_ONLY},
        "profile O needs a source, profile I has none": bool(terms.sources) != (terms.profile == OUTSIDE_VALUE),
        "a draw needs at least two parties": len(terms.parties) < FEWEST_PARTIES,
        "parties and sources need different ids of a-z, 0-9, '.', '_' and '-'": len(set(ids)) != len(ids)
        or not all(map(NAME.fullmatch, ids)),
        "open tiers are the first ones, from 0 on": not terms.opened
        or terms.opened != tuple(tiers[: len(terms.opened)]),
        "entries stand in ascending order of leaf, numbered from 1": any(
            entry.number != number or not re.fullmatch(r"[0-9a-f]{64}", entry.leaf)
            for number, entry in enumerate(entries, 1)
        )
        or sorted({entry.leaf for entry in entries}) != [entry.leaf for entry in entries],
        "every entry has strata and a tier of this draw": any(
            not entry.strata or not strata.issuperset(entry.strata) or entry.tier not in tiers for entry in entries
        ),
    }
    for message, is_fault in faults.items():
        if is_fault:
            raise ValueError(message)
