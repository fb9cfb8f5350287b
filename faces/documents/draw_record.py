"""抽取记录表: what was frozen, who brought which chance, and whom the order seated; one page for usual sizes."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from reportlab.lib.units import mm
from reportlab.platypus import Flowable, Spacer

from faces.documents.dates import to_the_minute
from faces.documents.kit import (
    CELL,
    CODE,
    SMALL,
    Prose,
    Sheet,
    SignPlaces,
    Square,
    Style,
    facts,
    heading,
    press,
    three_line,
    together,
)

CODES: Final = replace(CODE, size=8.4, leading=12.5)
TIGHT: Final = replace(CELL, size=8.2, leading=11.4)
HEAD: Final = Style(size=10, leading=14, voice="title", bold=True, align="left", before=4, after=1)
WARNING: Final = Style(size=10.5, leading=16, bold=True, align="left", before=3)
SHOWN_OF_ORDER: Final = 200
THREE_IN_A_ROW: Final = 3


@dataclass(frozen=True, slots=True)
class SeatLine:
    """One stratum: how many seats, how many eligible people stood for it."""

    stratum: str
    seats: int
    eligible: int


@dataclass(frozen=True, slots=True)
class ExclusionLine:
    """How many people one rule kept out; ``source`` is its document, empty for the bureau's own setting."""

    rule: str
    source: str
    people: int


@dataclass(frozen=True, slots=True)
class PartyLine:
    """One party to the seed: hex commitment, hex nonce or empty when it was never revealed."""

    role: str
    name: str
    section: str
    commitment: str
    nonce: str


@dataclass(frozen=True, slots=True)
class PublicValue:
    """A value from outside, as cited: 'SSQ 2026135', '2 5 8 9 10 12 34', where it was printed."""

    name: str
    value: str
    citation: str


@dataclass(frozen=True, slots=True)
class SeatedLine:
    """Who took a seat: place in the order, the label within this draw, stratum, group."""

    place: int
    label: str
    stratum: str
    group: str


@dataclass(frozen=True, slots=True)
class SkippedLine:
    """Who was passed over: place in the order, label, the reason in words."""

    place: int
    label: str
    reason: str


@dataclass(frozen=True, slots=True)
class DrawRecord:
    """The facts of one draw. Hashes are lower-case hex; labels are this draw's own, never a permanent number."""

    bureau: str
    number: str
    task: str
    unit: str
    attempt: int
    algorithm: str
    rule_set: str
    group_limit: int
    seats: Sequence[SeatLine]
    pool: int
    eligible: int
    excluded: Sequence[ExclusionLine]
    previews: int
    commitment: str
    frozen_at: datetime
    parties: Sequence[PartyLine]
    public_values: Sequence[PublicValue]
    seed: str
    order: Sequence[int]
    drawn_at: datetime
    seated: Sequence[SeatedLine]
    skipped: Sequence[SkippedLine]
    sealed_alternates: int
    verify_url: str
    earlier_attempts: str = "无"
    witness: str = ""
    collusion: str = ""
    void_reason: str = ""


def build(draw: DrawRecord) -> bytes:
    """Return the record as PDF bytes."""
    sheet = Sheet(
        title="抽取记录表",
        number=draw.number,
        owner=draw.bureau,
        note=f"冻结摘要 {draw.commitment[:16]}…  核验工具 verify_draw.py（只用标准库）",
        top=13 * mm,
        bottom=17 * mm,
        left=17 * mm,
        right=17 * mm,
    )
    story: list[Flowable] = [
        *heading(sheet, under=f"第 {draw.attempt} 次抽取  {to_the_minute(draw.drawn_at)}"),
        *_warnings(draw),
        facts(
            [
                ("任务", draw.task),
                ("被评价单位", draw.unit),
                ("算法", f"{draw.algorithm}，同一单位至多 {draw.group_limit} 人"),
                ("规则集", draw.rule_set),
                ("冻结时间", to_the_minute(draw.frozen_at)),
                ("冻结前查看名单", f"{draw.previews} 次；此前各次：{draw.earlier_attempts}"),
            ],
            room=sheet.room,
            label=54,
        ),
        *_list(draw, sheet),
        *_seed(draw, sheet),
        *_result(draw, sheet),
        *_close(draw),
    ]
    return press(story, sheet)


def _warnings(draw: DrawRecord) -> list[Flowable]:
    parts: list[Flowable] = []
    if draw.void_reason:
        parts.append(Prose(f"作废  VOID：{draw.void_reason}", WARNING))
    if not draw.witness:
        parts.append(Prose("▲ 未经外部见证  UNWITNESSED：冻结摘要没有外部收据，时间先后只有本局日志为证。", WARNING))
    return parts


def _list(draw: DrawRecord, sheet: Sheet) -> list[Flowable]:
    seats = [[line.stratum, f"{line.seats} 席", f"{line.eligible} 人"] for line in draw.seats]
    out = [[line.rule, line.source or "本局设定", f"{line.people} 人"] for line in draw.excluded]
    kept_out = sum(line.people for line in draw.excluded)
    return [
        Prose(f"一、冻结名单  库内 {draw.pool} 人 = 入围 {draw.eligible} 人 + 排除 {kept_out} 人", HEAD),
        three_line(
            ["层（专业）", "席位", "入围"],
            seats,
            widths=[60, 20, 20],
            align="lrr",
            room=sheet.room,
            cell=TIGHT,
            pad=1.6,
        ),
        three_line(
            ["排除规则", "来源", "人数"],
            out or [["无人被排除", "", "0 人"]],
            widths=[44, 42, 14],
            align="llr",
            room=sheet.room,
            cell=TIGHT,
            pad=1.6,
        ),
        Prose(f"冻结摘要 H（SHA-256）  {draw.commitment}", CODES),
    ]


def _seed(draw: DrawRecord, sheet: Sheet) -> list[Flowable]:
    rows: list[list[str | Prose]] = [
        [
            f"{party.role}\n{party.name}\n{party.section}",
            Prose(f"承诺 {party.commitment}\n随机数 {party.nonce or '未揭示'}", CODES),
        ]
        for party in draw.parties
    ]
    rows += [[f"外部值\n{value.name}", f"{value.value}\n{value.citation}"] for value in draw.public_values]
    parts: list[Flowable] = [
        Prose("二、种子  先各自承诺，名单冻结后揭示", HEAD),
        three_line(["来源", "承诺与揭示"], rows, widths=[22, 78], room=sheet.room, cell=TIGHT, pad=1.6),
        Prose(f"种子（SHA-256）  {draw.seed}" if draw.seed else "种子  未形成", CODES),
    ]
    if draw.witness:
        parts.append(Prose(f"外部见证：{draw.witness}", replace(SMALL, leading=12)))
    if draw.collusion:
        parts.append(Prose(f"操纵本次结果须下列各方合谋：{draw.collusion}", replace(SMALL, leading=12)))
    return parts


def _result(draw: DrawRecord, sheet: Sheet) -> list[Flowable]:
    shown = " ".join(str(number) for number in draw.order[:SHOWN_OF_ORDER])
    rest = len(draw.order) - SHOWN_OF_ORDER
    tail = f" …… 其余 {rest} 位见公开记录（JSON）" if rest > 0 else ""
    walked: list[tuple[int, list[str]]] = [
        (line.place, [f"第 {line.place} 位", line.label, f"入席  {line.stratum}", f"组 {line.group}"])
        for line in draw.seated
    ]
    walked += [(line.place, [f"第 {line.place} 位", line.label, "跳过", line.reason]) for line in draw.skipped]
    rows = [row for _, row in sorted(walked, key=lambda pair: pair[0])]
    return [
        Prose("三、排列与入席  沿排列依次入席，不合者跳过并写明", HEAD),
        Prose(f"排列（{len(draw.order)} 位）  {shown}{tail}", CODES),
        three_line(
            ["位次", "抽取代号", "结果", "组别或跳过的理由"],
            rows,
            widths=[14, 18, 28, 40],
            room=sheet.room,
            cell=TIGHT,
            pad=1.6,
        ),
        Prose(
            f"入席 {len(draw.seated)} 人，跳过 {len(draw.skipped)} 人；候补 {draw.sealed_alternates} 人封存，"
            "递补时沿同一排列逐位启封，不再取新种子。",
            replace(SMALL, leading=12),
        ),
    ]


def _close(draw: DrawRecord) -> list[Flowable]:
    labels = [f"{party.role}（签字）：" for party in draw.parties]
    three = len(labels) == THREE_IN_A_ROW
    words = (
        f"公开核验页：{draw.verify_url}\n"
        "扫码可在浏览器中重新计算；也可下载公开记录，用 verify_draw.py 离线核验，结果为一致或首个不一致处。\n"
        "代号只在本次抽取内有效，与库内编号无关。"
    )
    return [
        together(
            Spacer(1, 2),
            SignPlaces(labels, columns=3 if three else 2, dated=not three, row=22),
            Spacer(1, 4),
            Square(draw.verify_url, words, side=20 * mm),
        )
    ]


__all__ = [
    "DrawRecord", "ExclusionLine", "PartyLine", "PublicValue", "SeatLine", "SeatedLine", "SkippedLine", "build",
]  # fmt: skip
