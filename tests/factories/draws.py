"""Whole draws made from a few numbers: a frozen list, its seed parts, its walks and the record of them."""

import hashlib
from dataclasses import dataclass, field
from typing import Any

from assignments import draw as pure

SECRET = bytes(range(32))
SEATS = (pure.Seat(1, "污水处理", 2), pure.Seat(2, "财务", 1))


def nonce(text: str) -> str:
    """Return 64 hex digits that look random."""
    return hashlib.sha256(text.encode()).hexdigest()


@dataclass
class DrawCase:
    """A draw to be; ``step`` and ``again`` add walks, ``record`` publishes."""

    size: int = 30
    seats: tuple[pure.Seat, ...] = SEATS
    group_max: int = 1
    algorithm: str = "gongping-1"
    profile: str = "O"
    tag: str = "a"
    tiers: tuple[str, ...] = ("本市", "全省")
    candidates: list[pure.Candidate] = field(default_factory=list)
    numbers: tuple[str, ...] = ("12", "2", "5", "8", "9", "10", "34")
    silent: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Freeze the list."""
        if not self.candidates:
            self.candidates = [
                pure.Candidate(
                    ref=f"E{self.tag}{i:04d}",
                    name=f"演示 䶮 {i}",
                    links=frozenset({f"单位{i % 7}"} if i % 5 else set()),
                    strata=((1,), (2,), (1, 2))[i % 3],
                    tier=1 if i % 6 == 5 else 0,
                )
                for i in range(self.size)
            ]
        self.frozen = pure.frozen_list(self.candidates, SECRET)
        self.parties = ("operator", "supervisor")
        outside = (
            pure.Source(
                "ssq-2026135",
                "numbers",
                "双色球 2026135 期",
                "2026-11-24T21:15:00+08:00",
                fallbacks=(pure.Source("drand-77", "beacon", "drand 77", "2026-11-24T22:00:00+08:00"),),
            ),
        )
        self.terms = pure.Terms(
            seats=self.seats,
            group_max=self.group_max,
            algorithm=self.algorithm,
            profile=self.profile,
            parties=(pure.Party("operator", "经办"), pure.Party("supervisor", "监督")),
            lineage={"attempt": 1, "earlier": [], "kind": "re_review", "project": "演示项目", "work_year": 2020},
            rule_set="2020-01-01",
            deadlines={"commit": "2026-11-24T10:00:00+08:00", "reveal": "2026-11-24T21:00:00+08:00"},
            journal_position=7,
            journal_head=nonce("head"),
            sources=outside if self.profile == "O" else (),
            tiers=self.tiers,
            previews=2,
            edits=({"count": 1, "kind": "employment", "role": "clerk"},),
        )
        excluded = [pure.Excluded("X1", "演示甲", "cooling_off"), pure.Excluded("X2", "演示乙", "load_cap")]
        self.freeze = pure.freeze(self.terms, self.frozen.entries, excluded, SECRET)
        self.nonces = {party: None if party in self.silent else nonce(self.tag + party) for party in self.parties}
        self.commitments = {
            party: pure.commitment(self.freeze.hash, party, nonce(self.tag + party)) for party in self.parties
        }
        self.parts = [pure.nonce_part(party, self.nonces[party]) for party in self.parties]
        if self.profile == "O":
            self.parts.append(pure.numbers_part("ssq-2026135", self.numbers))
        self.steps: list[pure.Step] = []

    def draw(self, **facts: Any) -> "DrawCase":
        """Make the draw."""
        self.steps = [pure.draw(self.freeze.text, self.parts, **facts)]
        return self

    def again(self, *withdrawn: int, **facts: Any) -> "DrawCase":
        """Replace those who withdrew."""
        self.steps.append(pure.replace(self.freeze.text, self.parts, self.steps, withdrawn=withdrawn, **facts))
        return self

    @property
    def panel(self) -> list[int]:
        """Give the numbers that hold seats now."""
        return [place.number for place in self.steps[-1].result.panel]

    def record(self, **more: Any) -> dict[str, Any]:
        """Publish."""
        facts = {
            "freeze_text": self.freeze.text,
            "commitments": self.commitments,
            "reveals": self.nonces,
            "parts": self.parts if self.steps else (),
            "steps": self.steps,
            "outside": self.findings(),
            "witness": {"at": "2026-11-24T09:30:00+08:00", "how": "slip", "who": "机关纪委"},
            "about": {"title": "演示抽取"},
        }
        return pure.record(**(facts | more))

    def findings(self) -> list[pure.Finding]:
        """Cite the public value, and say why the one before it was not to be had."""
        if self.profile != "O" or not self.steps:
            return []
        used = self.parts[-1]
        before = [] if used["kind"] == "numbers" else [pure.Finding("ssq-2026135", "开奖取消公告")]
        return [*before, pure.Finding(used["id"], "中国福利彩票网 2026135 期公告", used)]

    def opening(self, number: int) -> pure.Opening:
        """Open one leaf."""
        people = {self.frozen.numbers[person.ref]: person for person in self.candidates}
        person = people[number]
        return pure.Opening(number, person.name, person.ref, pure.salt(SECRET, person.ref))
