"""Batches made from a few numbers, their records, and the answers of a search through everything."""

import itertools
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from hypothesis import strategies as st

from assignments import draw as pure
from assignments.matching import (
    BatchTerms,
    Replacement,
    batch_record,
    freeze_document,
    read_problem,
    replace_expert,
    sample,
    solve,
)
from foundation.core.canon import digest
from tests.factories.draws import SECRET, nonce

SEED = "5e" * 32
SMALL: dict[str, Any] = {
    "seats": [2, 1, 2],
    "caps": [2, 2, 1, 2, 1],
    "edges": [[t, e, (7 * t + 5 * e) % 11 + 1] for t in range(3) for e in range(5)],
    "groups": ["甲", "甲", "乙", None, 7],
    "group_limit": 1,
    "q_permille": 500,
    "floor": "none",
    "seed": SEED,
    "pins": [],
    "forbids": [],
}
TYPED: dict[str, Any] = SMALL | {
    "q_permille": None,
    "seat_strata": [[[1, 1], [2, 1]], [], [[2, 2]]],
    "strata": [[1], [2], [1, 2], [2], [2]],
}
CROSSED: dict[
    str, Any
] = {  # each limit alone and any fractions could be kept: the two ways of every seat end in a circle
    "seats": [3, 1, 1],
    "caps": [1] * 6,
    "edges": [
        *([0, 0, 1], [0, 1, 1], [0, 2, 1], [0, 3, 1], [0, 4, 1], [0, 5, 1]),
        *([1, 0, 1], [1, 1, 1], [2, 3, 1], [2, 4, 1]),
    ],
    "groups": [1, None, 1, 2, None, 2],
    "q_permille": None,
    "seat_strata": [[[1, 1], [2, 1], [3, 1]], [], []],
    "strata": [[1], [2], [2], [1], [3], [3]],
}
FLOOR_BY_CASES: dict[str, Any] = {
    "seats": [2, 2],
    "caps": [3, 0, 1, 3],
    "edges": [[0, 0, 10], [0, 1, 13], [0, 2, 18], [0, 3, 13], [1, 0, 4], [1, 1, 11], [1, 2, 17], [1, 3, 12]],
    "groups": [None, 1, 1, 2],
    "group_limit": 0,
    "q_permille": None,
    "floor": "max-min",
}
TOTAL_BY_CASES: dict[str, Any] = {
    "seats": [2, 1],
    "caps": [3, 1, 3, 2, 0, 2],
    "edges": [
        *([0, 0, 4], [0, 1, 17], [0, 3, 11], [0, 4, 6], [0, 5, 0]),
        *([1, 0, 13], [1, 1, 16], [1, 2, 0], [1, 3, 2], [1, 4, 16], [1, 5, 14]),
    ],
    "groups": [1, None, 2, "x", 1, 1],
    "group_limit": 2,
    "q_permille": None,
    "floor": "max-min",
    "seat_strata": [[[1, 2]], [[1, 1]]],
    "strata": [[1, 2], [1, 2], [1], [1], [2], [1, 2]],
}


def batch(**changes: Any) -> dict[str, Any]:
    """Return a small problem file with other values."""
    return SMALL | changes


@dataclass
class BatchCase:
    """A batch with parties: frozen, drawn, its replacements and record."""

    changes: dict[str, Any] = field(default_factory=dict)
    tag: str = "a"

    def __post_init__(self) -> None:
        """Solve, freeze and draw."""
        self.problem = read_problem(batch(**self.changes))
        self.solution = solve(self.problem)
        people = [(f"E{number:04d}", f"演示 䶮 {number}") for number in range(len(self.problem.caps))]
        self.people = [(ref, name, pure.salt(SECRET, ref)) for ref, name in people]
        self.terms = BatchTerms(
            reasons=dict.fromkeys((*self.problem.pins, *self.problem.forbids), "经批准"),
            leaves=[pure.leaf(name, ref, None, salt) for ref, name, salt in self.people],
            protocol={
                "lineage": {"attempt": 1, "earlier": [], "kind": "batch", "work_year": 2020},
                "parties": [{"id": "operator", "role": "经办"}, {"id": "supervisor", "role": "监督"}],
                "profile": "I",
                "sources": [],
            },
        )
        self.h = digest(freeze_document(self.solution, self.terms))
        self.nonces: dict[str, str | None] = {one: nonce(self.tag + one) for one in ("operator", "supervisor")}
        self.commitments = {one: pure.commitment(self.h, one, nonce(self.tag + one)) for one in self.nonces}
        self.parts = [pure.nonce_part(one, value) for one, value in self.nonces.items()]
        self.seed = pure.seed(self.h, self.parts, use="batch")
        self.panels = [list(panel) for panel in sample(self.solution, self.seed).assignment]
        self.gone: dict[int, list[int]] = {}
        self.steps: list[Replacement] = []

    def again(self, task: int, *withdrawn: int, **facts: Any) -> "BatchCase":
        """Replace those who withdrew from the task."""
        gone = self.gone.setdefault(task, [])
        step = replace_expert(
            self.solution, self.seed.hex(), self.panels, task=task, withdrawn=withdrawn, gone=gone, **facts
        )
        gone += withdrawn
        self.panels[task] = list(step.panel)
        self.steps.append(step)
        return self

    def record(self, **more: Any) -> dict[str, Any]:
        """Publish."""
        facts = {
            "terms": self.terms,
            "commitments": self.commitments,
            "reveals": self.nonces,
            "parts": self.parts,
            "replacements": self.steps,
            "witness": {"at": "2026-11-24T09:30:00+08:00", "how": "slip", "who": "机关纪委"},
            "about": {"title": "演示批量分派"},
        }
        return batch_record(self.solution, **(facts | more))

    def opening(self, number: int) -> pure.Opening:
        """Open one leaf."""
        ref, name, salt = self.people[number]
        return pure.Opening(number, name, ref, salt)


@st.composite
def problems(draw: st.DrawFn, *, typed: bool = False, caps: Sequence[int | None] = (None,)) -> dict[str, Any]:
    """Draw a problem small enough to search through."""
    tasks, experts = draw(st.integers(1, 3)), draw(st.integers(2, 6))
    pairs = [(t, e) for t in range(tasks) for e in range(experts)]
    listed = draw(st.lists(st.sampled_from(pairs), min_size=len(pairs) // 2, unique=True))
    problem = batch(
        seats=draw(st.lists(st.integers(0, 2), min_size=tasks, max_size=tasks)),
        caps=draw(st.lists(st.integers(0, 3), min_size=experts, max_size=experts)),
        edges=[[t, e, draw(st.integers(0, 9))] for t, e in listed],
        groups=draw(st.lists(st.sampled_from([None, 1, 2, "丙"]), min_size=experts, max_size=experts)),
        group_limit=draw(st.integers(0, 2)),
        q_permille=draw(st.sampled_from(caps)),
        forbids=[list(pair) for pair in draw(st.lists(st.sampled_from(pairs), max_size=1))],
    )
    problem["pins"] = (
        [list(pair) for pair in draw(st.lists(st.sampled_from(listed), max_size=2, unique=True))] if listed else []
    )
    if draw(st.booleans()):
        problem["quotas"] = [[1, draw(st.integers(0, 3))]]
    if tasks > 1 and draw(st.booleans()):
        problem["task_groups"] = [sorted(draw(st.sets(st.integers(0, tasks - 1), min_size=2)))]
    if typed:
        kinds = {0: [[]], 1: [[], [[1, 1]]], 2: [[], [[1, 1], [2, 1]], [[2, 2]]]}
        problem["seat_strata"] = [draw(st.sampled_from(kinds[seats])) for seats in problem["seats"]]
        strata = st.sampled_from([[1], [2], [1, 2], []])
        problem["strata"] = draw(st.lists(strata, min_size=experts, max_size=experts))
    return problem


def every_assignment(problem: dict[str, Any]) -> Iterator[list[tuple[int, ...]]]:
    """Yield every assignment that keeps all limits."""
    fits = {(t, e) for t, e, _ in problem["edges"]} - {tuple(pair) for pair in problem["forbids"]}
    pins = [tuple(pair) for pair in problem["pins"]]
    choices = []
    for task, seats in enumerate(problem["seats"]):
        people = [e for e in range(len(problem["caps"])) if (task, e) in fits]
        must = {e for t, e in pins if t == task}
        panels = (panel for panel in itertools.combinations(people, seats) if must <= set(panel))
        choices.append([panel for panel in panels if _may_sit(problem, task, panel)])
    for panels in itertools.product(*choices):
        load = Counter(itertools.chain.from_iterable(panels))
        held = Counter(problem["groups"][e] for panel in panels for e in panel)
        apart = (Counter(e for task in group for e in panels[task]) for group in problem.get("task_groups", []))
        if (
            all(load[e] <= problem["caps"][e] for e in load)
            and all(held[name] <= most for name, most in problem.get("quotas", []))
            and all(max(seats.values(), default=0) <= 1 for seats in apart)
        ):
            yield list(panels)


def task_fits(problem: dict[str, Any], panels: Sequence[Sequence[int]]) -> list[int]:
    """Return the fit of each task."""
    fits = {(t, e): fit for t, e, fit in problem["edges"]}
    return [sum(fits[task, e] for e in panel) for task, panel in enumerate(panels)]


def _may_sit(problem: dict[str, Any], task: int, panel: tuple[int, ...]) -> bool:
    groups = Counter(problem["groups"][e] for e in panel if problem["groups"][e] is not None)
    if problem["group_limit"] and any(count > problem["group_limit"] for count in groups.values()):
        return False
    typed = problem.get("seat_strata", [[]] * len(problem["seats"]))[task]
    if not typed:
        return True
    wanted = [stratum for stratum, count in typed for _ in range(count)]
    return any(
        all(stratum in problem["strata"][e] for stratum, e in zip(wanted, order, strict=True))
        for order in itertools.permutations(panel)
    )
