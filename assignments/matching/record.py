"""What is hashed and published: the freeze of phase 1, the result of a seed, the record, and its replacements."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Final

import numpy as np

from assignments.draw import (
    GONGPING_1,
    Entry,
    Finding,
    Opening,
    Part,
    Seat,
    Void,
    finding_document,
    order,
    seed,
    walk,
)
from assignments.matching.engine import INFEASIBLE, Sample, Solution, sample, solvers
from assignments.matching.network import UNLISTED, build_network
from assignments.matching.problem import UNITS, Pair, ProblemError, read_problem
from foundation.core.canon import digest, dumps, sha256_hex

FREEZE_TYPE: Final = "gongping/batch-freeze/1"
RESULT_TYPE: Final = "gongping/batch-result/1"
RECORD_TYPE: Final = "gongping/batch-record/1"
REPLACE_TYPE: Final = "gongping/replace/1"
ORDERED_AGAIN: Final = "ordered_again"
ANY_STRATUM: Final = 0


@dataclass(frozen=True, slots=True)
class BatchTerms:
    """What a freeze fixes besides the problem: all of it is free of the seed.

    ``reasons`` are those of pins and forbids; ``unlisted`` says how many pairs each rule kept from being listed;
    ``leaves`` hide the experts in their order; ``protocol`` holds parties, sources, profile, lineage, deadlines and the
    like, as in the freeze of a draw.
    """

    reasons: Mapping[Pair, str] = field(default_factory=dict)
    unlisted: Mapping[str, int] = field(default_factory=dict)
    leaves: Sequence[str] = ()
    protocol: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Replacement:
    """One walk over the people of a task: who left, who was late, what came out. People are expert numbers."""

    task: int
    withdrawn: tuple[int, ...]
    late: tuple[int, ...]
    opened: tuple[int, ...]
    seated: tuple[int, ...]
    skipped: tuple[tuple[int, str], ...]
    panel: tuple[int, ...]


def freeze_document(solution: Solution, terms: BatchTerms | None = None) -> dict[str, Any]:
    """Return the document whose SHA-256 is H, the commitment of phase 1."""
    terms = terms or BatchTerms()
    problem = solution.problem
    accounting = solution.accounting()
    if terms.unlisted:
        if sum(terms.unlisted.values()) != accounting.pop(UNLISTED, 0):
            message = "the pairs that the rules removed are not those that are unlisted"
            raise ProblemError(message)
        accounting |= terms.unlisted
    protocol = {"parties": [], "profile": None, "sources": []} | dict(terms.protocol)
    return protocol | {
        "accounting": [{"count": count, "rule": rule} for rule, count in sorted(accounting.items())],
        "certificate": dict(solution.certificate),
        "forbids": _noted(problem.forbids, terms.reasons),
        "leaves": list(terms.leaves),
        "marginals": [list(row) for row in solution.marginals()],
        "pairs": len(problem.seats) * len(problem.caps),
        "pins": _noted(problem.pins, terms.reasons),
        "problem": problem.document(),
        "solvers": solvers(),
        "status": solution.status,
        "totals": {"expected_total": solution.expected_units // UNITS, "expected_units": solution.expected_units},
        "type": FREEZE_TYPE,
    }


def read_freeze(text: str) -> tuple[Solution, BatchTerms]:
    """Return what a stored freeze fixes, without solving again: enough to sample, to replace and to tell the record.

    Of the terms only the parties come back.
    """
    document = json.loads(text)
    pairs = {name: [[one["task"], one["expert"]] for one in document[name]] for name in ("pins", "forbids")}
    problem = read_problem(document["problem"] | pairs)
    seating = tuple((task, expert, one) for task, expert, one in document["certificate"].get("pin_strata", []))
    problem = replace(problem, pin_strata=seating)
    network = build_network(problem)
    chance = np.zeros(len(problem.tasks), np.int64)
    listed = [(task, expert) for task, expert, _ in document["marginals"]]
    chance[problem.places(listed)] = [units for _, _, units in document["marginals"]]
    pair_units = chance[network.pair_edge]
    if taken := document["certificate"].get("strata"):
        row_of = {(task, expert): stratum for task, expert, stratum in taken}
        held = [
            row_of.get((int(network.row_task[row]), expert)) == network.row_stratum[row]
            for row, expert in zip(network.pair_row.tolist(), network.pair_expert.tolist(), strict=True)
        ]
        pair_units = np.where(held, pair_units, 0)
    solution = Solution(
        problem,
        document["status"],
        document["certificate"],
        network,
        pair_units,
        document["totals"]["expected_units"],
    )
    return solution, BatchTerms(protocol={"parties": document["parties"]})


def result_document(solution: Solution, seed_hex: str) -> dict[str, Any]:
    """Return the result of a problem file: phase 1, and what its seed draws."""
    is_infeasible = solution.status == INFEASIBLE
    drawn = Sample((), 0, 0) if is_infeasible else sample(solution, bytes.fromhex(seed_hex))
    frozen = freeze_document(solution)
    document = {name: frozen[name] for name in ("accounting", "certificate", "marginals", "solvers", "status")} | {
        "assignment": [list(panel) for panel in drawn.assignment],
        "codes": [reason.code for reason in solution.reasons],
        "expected_total": frozen["totals"]["expected_total"],
        "expected_units": frozen["totals"]["expected_units"],
        "h": digest(frozen),
        "min_task": drawn.min_task,
        "pins": [list(pair) for pair in solution.problem.pins],
        "reasons": [reason.english for reason in solution.reasons],
        "reasons_zh": [reason.chinese for reason in solution.reasons],
        "seed": seed_hex,
        "total": drawn.total,
        "type": RESULT_TYPE,
        "units": UNITS,
    }
    return document | {"sha256": digest(document)}


def batch_record(
    solution: Solution,
    *,
    terms: BatchTerms,
    commitments: Mapping[str, str],
    reveals: Mapping[str, str | None],
    parts: Sequence[Part] = (),
    replacements: Sequence[Replacement] = (),
    openings: Sequence[Opening] = (),
    voids: Sequence[Void] = (),
    void: Void | None = None,
    outside: Sequence[Finding] = (),
    witness: Mapping[str, Any] | None = None,
    about: Mapping[str, Any] | None = None,
    freeze_text: str = "",
) -> dict[str, Any]:
    """Return the published record of a batch; without ``parts`` it tells of an attempt that is ``void``.

    The numbers of ``openings`` are those of the experts in the problem, from 0. ``freeze_text`` is the stored freeze
    that ``read_freeze`` gave ``solution`` and ``terms`` of; without it they are frozen now.
    """
    if bool(parts) == (void is not None and void.ground != ORDERED_AGAIN):
        message = "a record tells a draw, or why there was none; a draw is void only by an order to draw again"
        raise ValueError(message)
    data = freeze_text.encode() or dumps(freeze_document(solution, terms))
    h = sha256_hex(data)
    parties = [party["id"] for party in terms.protocol["parties"]]
    drawn: dict[str, Any] = {"draw": None, "parts": [], "seed": None}
    if parts:
        key = seed(h, parts, use="batch")
        result = sample(solution, key)
        panels = [list(panel) for panel in result.assignment]
        drawn = {
            "draw": {"assignment": panels, "min_task": result.min_task, "total": result.total},
            "parts": list(parts),
            "seed": key.hex(),
        }
    document = {
        **drawn,
        "about": dict(about or {}),
        "commitments": [{"hash": commitments[one], "party": one} for one in parties if one in commitments],
        "freeze": data.decode(),
        "h": h,
        "openings": [asdict(opening) for opening in openings],
        "outside": [finding_document(finding) for finding in outside],
        "replacements": [_step(step) for step in replacements],
        "reveals": [{"nonce": reveals[one], "party": one} for one in parties if one in reveals],
        "type": RECORD_TYPE,
        "void": _void(void) if void else None,
        "voids": [_void(attempt) for attempt in voids],
        "witness": None if witness is None else dict(witness),
    }
    return document | {"sha256": digest(document)}


def replace_expert(
    solution: Solution,
    seed_hex: str,
    panels: Sequence[Sequence[int]],
    *,
    task: int,
    withdrawn: Sequence[int],
    gone: Sequence[int] = (),
    late: Sequence[int] = (),
    opened: Sequence[int] = (0,),
) -> Replacement:
    """Return who takes the seats that ``withdrawn`` leave on ``task``, by the walk of a draw over its listed people.

    ``panels`` are the experts of every task now, ``gone`` those who left this task earlier, ``late`` who has become
    ineligible for it. Whoever is at his load cap, whose employer is at its quota or who sits on a task of the same
    group counts as late too. Tier 0 are those who had a chance, tier 1 the others. Raise ``InfeasibleError`` if the
    opened tiers cannot fill the seats.
    """
    problem = solution.problem
    if not withdrawn or not set(withdrawn) <= set(panels[task]):
        message = "only somebody who holds a seat can be replaced"
        raise ValueError(message)
    if problem.quotas and len(withdrawn) > 1:
        message = "where employers have quotas, replace one expert at a time"
        raise ValueError(message)
    begin, end = problem.tasks.searchsorted([task, task + 1])
    forbidden = set(problem.forbids)
    typed = problem.seat_strata[task] if problem.seat_strata else ()
    strata = {
        one: tuple(stratum for stratum, _ in typed if stratum in problem.strata[one]) if typed else (ANY_STRATUM,)
        for one in problem.experts[begin:end].tolist()
        if (task, one) not in forbidden
    }
    people = [one for one in strata if strata[one]]
    number = {expert: place for place, expert in enumerate(people, 1)}
    chances = {expert for row, expert, _ in solution.marginals() if row == task}
    employers = problem.group_numbers()
    entries = [Entry(number[one], int(employers[one]) + 1, strata[one], 0 if one in chances else 1) for one in people]
    staying = [one for one in panels[task] if one not in withdrawn]
    full = _full(solution, [panel if row != task else staying for row, panel in enumerate(panels)], task)
    result = walk(
        order=order(GONGPING_1, replacement_key(seed_hex, task), len(people)),
        entries=entries,
        seats=[Seat(stratum, "", count) for stratum, count in typed or [(ANY_STRATUM, problem.seats[task])]],
        group_max=problem.group_limit,
        opened=tuple(opened),
        late=sorted(number[one] for one in {*late, *full} & set(people)),
        seated=[number[one] for one in staying],
        withdrawn=[number[one] for one in {*withdrawn, *gone}],
    )
    seated = tuple(people[place - 1] for place in result.seated)
    return Replacement(
        task=task,
        withdrawn=tuple(sorted(withdrawn)),
        late=tuple(sorted(late)),
        opened=tuple(opened),
        seated=seated,
        skipped=tuple((people[skip.number - 1], str(skip.reason)) for skip in result.skipped),
        panel=tuple(sorted([*staying, *seated])),
    )


def replacement_key(seed_hex: str, task: int) -> bytes:
    """Return the key of the order in which the people of a task come in as replacements."""
    return bytes.fromhex(digest({"seed": seed_hex, "task": task, "type": REPLACE_TYPE}))


def _full(solution: Solution, panels: Sequence[Sequence[int]], task: int) -> set[int]:
    """Return who is at his load cap, whose employer is at its quota, and who sits on a task of the same group."""
    problem = solution.problem
    load = [0] * len(problem.caps)
    held: dict[int | str, int] = {}
    for panel in panels:
        for expert in panel:
            load[expert] += 1
            if (name := problem.groups[expert]) is not None:
                held[name] = held.get(name, 0) + 1
    quotas = {name for name, most in problem.quotas if held.get(name, 0) >= most}
    group = next((tasks for tasks in problem.task_groups if task in tasks), ())
    sits = {expert for one in group if one != task for expert in panels[one]}
    return sits | {
        expert for expert, cap in enumerate(problem.caps) if load[expert] >= cap or problem.groups[expert] in quotas
    }


def _noted(pairs: Sequence[Pair], reasons: Mapping[Pair, str]) -> list[dict[str, Any]]:
    return [{"expert": expert, "reason": reasons.get((task, expert), ""), "task": task} for task, expert in pairs]


def _step(step: Replacement) -> dict[str, Any]:
    return {
        "late": list(step.late),
        "opened": list(step.opened),
        "panel": list(step.panel),
        "seated": list(step.seated),
        "skipped": [{"expert": expert, "reason": reason} for expert, reason in step.skipped],
        "task": step.task,
        "withdrawn": list(step.withdrawn),
    }


def _void(attempt: Void) -> dict[str, Any]:
    return {"attempt": attempt.attempt, "ground": attempt.ground, "h": attempt.freeze, "role": attempt.role}
