"""From a batch's rows to its papers: what they print, in Chinese whatever the reader's language."""

import json
from typing import Any, Final

from django.utils import translation

from assignments.models import AssignmentBatch
from assignments.selectors.batch_proofs import proof_left, proof_words
from assignments.selectors.batches import widened_tasks
from assignments.selectors.eligibility import reason_words
from faces.documents.batch_record import BatchRecord, PanelLine, build
from faces.documents.draw_record import ExclusionLine, PartyLine
from faces.documents.draws import CHINESE, GROUNDS, commitment_slip, public_values
from foundation.accounts.selectors import section_name

MILLIONTHS: Final = 1_000_000
KEPT: Final = frozenset({"open", "pinned"})


def batch_record(batch: AssignmentBatch, *, titles: list[str], verify_url: str) -> bytes:
    """Return the record of a batch as PDF; ``titles`` are those of its tasks in their order."""
    with translation.override(CHINESE):
        return build(_facts(batch, titles, verify_url))


def batch_slip(batch: AssignmentBatch) -> bytes:
    """Return the slip with the commitment that a witness takes away."""
    return commitment_slip(
        title="批量分派承诺值回执", number=batch.number, owner=batch.bureau.name, subject=batch.title,
        attempt=batch.attempt, frozen_at=batch.frozen_at, commitment=batch.commitment,
    )  # fmt: skip


def _facts(batch: AssignmentBatch, titles: list[str], verify_url: str) -> BatchRecord:
    record: dict[str, Any] = batch.record or {}
    freeze = json.loads(batch.freeze_text)
    problem = freeze["problem"]
    chance = {(task, expert): units for task, expert, units in freeze["marginals"]}
    panels = list((record["draw"] or {"assignment": [[] for _ in titles]})["assignment"])
    for step in record["replacements"]:
        panels[step["task"]] = step["panel"]
    listed = [0] * len(titles)
    for task, _expert, _fit in problem["edges"]:
        listed[task] += 1
    numbers = freeze["tasks"]
    expected_units, q_permille = freeze["totals"]["expected_units"], problem["q_permille"]
    proof = proof_left(freeze["certificate"], expected_units=expected_units, q_permille=q_permille)
    witness = record["witness"] or {}
    assert batch.frozen_at is not None  # noqa: S101 - a batch with a commitment was frozen
    return BatchRecord(
        bureau=batch.bureau.name,
        number=batch.number,
        title=batch.title,
        attempt=batch.attempt,
        rule_set=freeze["rule_set"] or "出厂设定",
        most_percent="100%" if problem["q_permille"] is None else f"{problem['q_permille'] / 10:g}%",
        group_limit=problem["group_limit"],
        experts=len(problem["caps"]),
        pairs=freeze["pairs"],
        open_pairs=len(problem["edges"]),
        excluded=[
            ExclusionLine(str(reason_words(row["rule"])), "", row["count"])
            for row in sorted(freeze["accounting"], key=lambda row: -row["count"])
            if row["rule"] not in KEPT
        ],
        previews=freeze["previews"],
        commitment=batch.commitment,
        frozen_at=batch.frozen_at,
        parties=[
            PartyLine(
                str(party.get_role_display()), party.user.name, section_name(party.user), party.commitment, party.nonce
            )
            for party in batch.parties.select_related("user").order_by("pk")
        ],
        public_values=public_values(freeze, record),
        seed=batch.seed,
        drawn_at=batch.drawn_at,
        panels=[
            PanelLine(
                numbers[place], title, problem["seats"][place], listed[place],
                [(str(one), f"{chance.get((place, one), 0) / 10:g}%") for one in panels[place]],
            )
            for place, title in enumerate(titles)
        ],
        fit=f"{freeze['totals']['expected_total'] / MILLIONTHS / max(1, sum(problem['seats'])):.3f}",
        proof=_proof(freeze),
        named=[
            f"{numbers[row['task']]} {way} {row['expert']} 号：{row['reason']}"
            for way, rows in (("指定", freeze["pins"]), ("排除", freeze["forbids"]))
            for row in rows
        ],
        solvers="、".join(f"{name} {version}" for name, version in sorted(freeze["solvers"].items())),
        verify_url=verify_url,
        left=proof_words(proof, record=record),
        replacements=len(record["replacements"]),
        widened=len(widened_tasks(record)),
        earlier_attempts="；".join(GROUNDS.get(row["ground"], row["ground"]) for row in record["voids"]) or "无",
        witness=witness.get("words", ""),
        void_reason=f"{GROUNDS.get(batch.void_ground, batch.void_ground)}：{batch.void_words}" if record["void"] else "",
    )  # fmt: skip


def _proof(freeze: dict[str, Any]) -> str:
    if freeze["certificate"]["kind"] == "flow":
        only = "，且为唯一最优" if freeze["certificate"]["unique"] else ""
        return f"附势值证明，无须求解器即可复核，名单所列组合中没有更优{only}"
    return "附对偶价格证明" if freeze["status"] == "optimal" else "附对偶价格，与上界之差如下"
