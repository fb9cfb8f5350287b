"""From a draw's rows to its papers: what they print, in Chinese whatever the reader's language."""

import json
from datetime import datetime
from typing import Any, Final

from django.utils import timezone, translation
from reportlab.lib.pagesizes import A5, landscape
from reportlab.lib.units import mm
from reportlab.platypus import Spacer

from assignments.enums import PartyRole
from assignments.models import Draw, EvaluationTask
from assignments.selectors.eligibility import reason_words
from faces.documents.dates import to_the_minute
from faces.documents.draw_record import (
    DrawRecord,
    ExclusionLine,
    PartyLine,
    PublicValue,
    SeatedLine,
    SeatLine,
    SkippedLine,
    build,
)
from faces.documents.kit import Sheet, Square, facts, heading, press
from foundation.accounts.selectors import section_name
from parties.selectors import name_on

CHINESE: Final = "zh-hans"
FIRM: Final = "第三方机构"
SKIPS: Final = {
    "late": "冻结后已不合格",
    "group": "同一单位已有人入席",
    "seat": "其专业席位已满",
    "ahead": "若其入席，其余席位无法坐满",
}
GROUNDS: Final = {
    "given_up": "冻结前放弃",
    "missing_commitment": "缺少承诺",
    "refused_reveal": "拒不揭示",
    "ordered_again": "经批准重新抽取",
}


STATES: Final = {"used": "", "corrected": "（误读，已更正）", "unavailable": "取不到"}


def draw_record(draw: Draw, *, verify_url: str) -> bytes:
    """Return the record of a draw that is over as PDF."""
    with translation.override(CHINESE):
        return build(_facts(draw, verify_url))


def draw_slip(draw: Draw) -> bytes:
    """Return the slip with the commitment that a witness takes away."""
    return commitment_slip(
        title="抽取承诺值回执", number=draw.number, owner=draw.bureau.name, subject=_task(draw).title,
        attempt=draw.attempt, frozen_at=draw.frozen_at, commitment=draw.commitment,
    )  # fmt: skip


def commitment_slip(
    *, title: str, number: str, owner: str, subject: str, attempt: int, frozen_at: datetime | None, commitment: str
) -> bytes:
    """Return the slip that a witness takes away: the commitment in large digits and as a QR code."""
    sheet = Sheet(
        title=title, number=number, owner=owner, size=landscape(A5),
        left=15 * mm, right=15 * mm, top=12 * mm, bottom=14 * mm,
    )  # fmt: skip
    blocks = [commitment[at : at + 16] for at in range(0, 64, 16)]
    frozen = to_the_minute(frozen_at) if frozen_at else ""
    with translation.override(CHINESE):
        story = [
            *heading(sheet, under=f"第 {attempt} 次抽取  冻结于 {frozen}"),
            facts([("任务", subject), ("承诺值 H", "\n".join(blocks))], room=sheet.room, label=60),
            Spacer(1, 8),
            Square(
                commitment,
                "二维码即承诺值本身。承诺值是冻结内容的 SHA-256，先于任何随机数离开本机；\n"
                "抽取结束后，公开记录中的 H 应与本条一致。请由监督人当场收执并保存。\n\n"
                "收执人（签字）：                    时间：",
                side=32 * mm,
            ),
        ]
        return press(story, sheet)


def _task(draw: Draw) -> EvaluationTask:
    task = draw.task or (draw.re_review.evaluation if draw.re_review else None)
    assert task is not None  # noqa: S101 - a constraint of the table
    return task


def _facts(draw: Draw, verify_url: str) -> DrawRecord:
    task, frozen = _task(draw), json.loads(draw.freeze_text)
    record: dict[str, Any] = draw.record or {}
    walks = [record["draw"], *record["replacements"]] if record.get("draw") else []
    place_of = {number: place for place, number in enumerate(draw.order, 1)}
    names = {row["stratum"]: FIRM if draw.task_id else row["name"] for row in frozen["seats"]}
    sources = dict(draw.exclusions.order_by("-pk").values_list("code", "source"))
    panel = walks[-1]["panel"] if walks else []
    gone = {number for walk in walks[1:] for number in walk["withdrawn"]}
    passed = [SkippedLine(place_of[n], str(n), "退出，已由后位递补") for n in sorted(gone)]
    passed += [
        SkippedLine(place_of[row["number"]], str(row["number"]), SKIPS[row["reason"]])
        for row in (walks[-1]["skipped"] if walks else [])
    ]
    entries = frozen["entries"]
    voids = [
        f"第 {row['attempt']} 次作废（{GROUNDS[row['ground']]}{_role(row['role'])}）" for row in record.get("voids", [])
    ]
    assert draw.frozen_at is not None  # noqa: S101 - what has a record was frozen
    return DrawRecord(
        bureau=draw.bureau.name,
        number=draw.number,
        task=task.title,
        unit=name_on(task.unit.organisation, timezone.localdate(draw.frozen_at)),
        attempt=draw.attempt,
        algorithm=draw.algorithm,
        rule_set=frozen["rule_set"] or "出厂规则",
        group_limit=draw.group_max,
        seats=[
            SeatLine(names[row["stratum"]], row["count"], sum(row["stratum"] in one["strata"] for one in entries))
            for row in frozen["seats"]
        ],
        pool=frozen["pool"],
        eligible=len(entries),
        excluded=[
            ExclusionLine(str(reason_words(row["rule"])), sources.get(row["rule"], ""), row["count"])
            for row in frozen["excluded"]["rules"]
        ],
        previews=frozen["previews"],
        commitment=draw.commitment,
        frozen_at=draw.frozen_at,
        parties=[
            PartyLine(
                row.get_role_display(), row.user.name, section_name(row.user),
                row.commitment or "未提交", row.nonce,
            )
            for row in draw.parties.select_related("user").prefetch_related("user__grants__section").order_by("pk")
        ],
        public_values=public_values(frozen, record),
        seed=draw.seed,
        order=draw.order,
        drawn_at=draw.drawn_at or draw.frozen_at,
        seated=[
            SeatedLine(
                place_of[row["number"]], str(row["number"]), names[row["stratum"]],
                str(entries[row["number"] - 1]["group"] or "无"),
            )
            for row in panel
        ],
        skipped=passed,
        sealed_alternates=max(0, len(draw.order) - len(panel) - len(gone)),
        verify_url=verify_url,
        earlier_attempts="；".join(voids) or "无",
        witness=draw.outside_receipt,
        collusion="、".join(
            [*(row.get_role_display() for row in draw.parties.order_by("pk")), *(["事先知道公开值的人"] if frozen["sources"] else [])]
        ),
        void_reason="".join(filter(None, (
            GROUNDS.get(draw.void_ground, ""), f"（{draw.get_void_role_display()}）" if draw.void_role else "",
        ))),
    )  # fmt: skip


def _role(role: str) -> str:
    return f"：{PartyRole(role.upper()).label}" if role.upper() in PartyRole else ""


def public_values(frozen: dict[str, Any], record: dict[str, Any]) -> list[PublicValue]:
    """Return every outside value that the freeze names, with what was found there."""
    told = record.get("outside") or []
    found = []
    for source in (one for first in frozen["sources"] for one in (first, *first["fallbacks"])):
        name = source["rule"].partition(": ")[2] or source["rule"]
        at = to_the_minute(datetime.fromisoformat(source["at"]))
        rows = [row for row in told if row["id"] == source["id"]]
        for row in rows:
            value = STATES[row["state"]] + (_value(row["part"]) if row["part"] else "")
            found.append(PublicValue(f"{name}（{at}）", value, row["words"]))
        if not rows:
            found.append(PublicValue(f"{name}（{at}）", "未用到" if told else "未形成", ""))
    return found


def _value(part: dict[str, Any]) -> str:
    if part["kind"] == "beacon":
        return f"第 {part['round']} 轮 {part['value']}"
    return " ".join(part["value"])
