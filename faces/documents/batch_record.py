"""批量分派记录表: what was frozen, who brought which chance, and whom the sample seated on which task."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from reportlab.lib.units import mm
from reportlab.platypus import Flowable, Spacer

from faces.documents.dates import to_the_minute
from faces.documents.draw_record import CODES, HEAD, TIGHT, WARNING, ExclusionLine, PartyLine, PublicValue
from faces.documents.kit import SMALL, Prose, Sheet, SignPlaces, Square, facts, heading, press, three_line, together

PAD: Final = 1.6


@dataclass(frozen=True, slots=True)
class PanelLine:
    """One task: its number and title, how many might sit on it, the labels of those seated with their chances in %."""

    number: str
    title: str
    seats: int
    listed: int
    seated: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class BatchRecord:
    """The facts of one batch. Hashes are lower-case hex; labels are numbers of this batch alone.

    ``pairs`` is tasks × experts, of which ``open_pairs`` could be seated; ``excluded`` counts pairs, not people.
    ``fit`` is the expected fit of a seat as printed, ``proof`` what the certificate shows, ``left`` the sentences of
    what it leaves open, what a floor promises and what the draw came to; ``named`` each naming with its reason,
    ``widened`` the tasks where replacements came from outside the chances. ``drawn_at`` and ``seed`` are empty for a
    void attempt.
    """

    bureau: str
    number: str
    title: str
    attempt: int
    rule_set: str
    most_percent: str
    group_limit: int
    experts: int
    pairs: int
    open_pairs: int
    excluded: Sequence[ExclusionLine]
    previews: int
    commitment: str
    frozen_at: datetime
    parties: Sequence[PartyLine]
    public_values: Sequence[PublicValue]
    seed: str
    drawn_at: datetime | None
    panels: Sequence[PanelLine]
    fit: str
    proof: str
    named: Sequence[str]
    solvers: str
    verify_url: str
    left: Sequence[str] = ()
    replacements: int = 0
    widened: int = 0
    earlier_attempts: str = "无"
    witness: str = ""
    void_reason: str = ""


def build(batch: BatchRecord) -> bytes:
    """Return the record as PDF bytes; the table of tasks runs over as many pages as it needs."""
    sheet = Sheet(
        title="批量分派记录表", number=batch.number, owner=batch.bureau,
        note=f"冻结摘要 {batch.commitment[:16]}…  核验工具 verify_draw.py（只用标准库）",
        top=13 * mm, bottom=17 * mm, left=17 * mm, right=17 * mm,
    )  # fmt: skip
    seats = sum(line.seats for line in batch.panels)
    drawn = f"  抽定 {to_the_minute(batch.drawn_at)}" if batch.drawn_at else ""
    story: list[Flowable] = [
        *heading(sheet, under=f"第 {batch.attempt} 次  冻结 {to_the_minute(batch.frozen_at)}{drawn}"),
        *_warnings(batch),
        facts(
            [
                ("批次", batch.title),
                ("规模", f"{len(batch.panels)} 项任务，{seats} 席，库内专家 {batch.experts} 人"),
                ("规则集", f"{batch.rule_set}；同一单位在一项任务上至多 {batch.group_limit or '不限'} 人"),
                ("机会上限", f"任一专家坐任一席位的机会不超过 {batch.most_percent}"),
                ("预测次数", f"{batch.previews} 次；此前各次：{batch.earlier_attempts}"),
            ],
            room=sheet.room,
            label=54,
        ),
        *_frozen(batch, sheet),
        *_seed(batch, sheet),
        *_result(batch, sheet),
        *_close(batch),
    ]
    return press(story, sheet)


def _warnings(batch: BatchRecord) -> list[Flowable]:
    parts: list[Flowable] = []
    if batch.void_reason:
        parts.append(Prose(f"作废  VOID：{batch.void_reason}", WARNING))
    if not batch.witness:
        parts.append(Prose("▲ 未经外部见证  UNWITNESSED：冻结摘要没有外部收据，时间先后只有本局日志为证。", WARNING))
    return parts


def _frozen(batch: BatchRecord, sheet: Sheet) -> list[Flowable]:
    rows = [[line.rule, line.source or "本局设定", f"{line.people} 对"] for line in batch.excluded]
    parts: list[Flowable] = [
        Prose(f"一、冻结内容  任务×专家 {batch.pairs} 对，其中可坐 {batch.open_pairs} 对", HEAD),
        three_line(
            ["排除规则", "来源", "组合数"],
            rows or [["无组合被排除", "", "0 对"]],
            widths=[44, 42, 14],
            align="llr",
            room=sheet.room,
            cell=TIGHT,
            pad=PAD,
        ),
        Prose(f"最优性：{batch.proof}；每席期望匹配度 {batch.fit}。求解器 {batch.solvers}，此步不读种子。", TIGHT),
        *(Prose(words, TIGHT) for words in batch.left),
        Prose(f"冻结摘要 H（SHA-256）  {batch.commitment}", CODES),
    ]
    if batch.named:
        parts.append(Prose("指定与禁止（经批准，计入直接指定）：" + "；".join(batch.named), TIGHT))
    return parts


def _seed(batch: BatchRecord, sheet: Sheet) -> list[Flowable]:
    rows: list[list[str | Prose]] = [
        [
            f"{party.role}\n{party.name}\n{party.section}",
            Prose(f"承诺 {party.commitment or '未提交'}\n随机数 {party.nonce or '未揭示'}", CODES),
        ]
        for party in batch.parties
    ]
    rows += [[f"外部值\n{value.name}", f"{value.value}\n{value.citation}"] for value in batch.public_values]
    parts: list[Flowable] = [
        Prose("二、种子  先各自承诺，全部承诺封存后揭示", HEAD),
        three_line(["来源", "承诺与揭示"], rows, widths=[22, 78], room=sheet.room, cell=TIGHT, pad=PAD),
        Prose(f"种子（SHA-256）  {batch.seed}" if batch.seed else "种子  未形成", CODES),
    ]
    if batch.witness:
        parts.append(Prose(f"外部见证：{batch.witness}", replace(SMALL, leading=12)))
    return parts


def _result(batch: BatchRecord, sheet: Sheet) -> list[Flowable]:
    rows = [
        [
            line.number,
            line.title,
            f"{line.listed} 人",
            "  ".join(f"{label}（{chance}）" for label, chance in line.seated),
        ]
        for line in batch.panels
    ]
    words = "三、任务  本次未抽取"
    if batch.seed:
        widened = f"，其中 {batch.widened} 项任务经批准放宽" if batch.widened else ""
        words = f"三、结果  各席位后为抽取前的机会；替补 {batch.replacements} 次{widened}"
    return [
        Prose(words, HEAD),
        three_line(
            ["复评", "任务", "可坐", "入席代号（机会）"],
            rows,
            widths=[16, 40, 10, 34],
            align="llrl",
            room=sheet.room,
            cell=TIGHT,
            pad=PAD,
        ),
    ]


def _close(batch: BatchRecord) -> list[Flowable]:
    words = (
        f"公开核验页：{batch.verify_url}\n"
        "扫码可在浏览器中重新计算；也可下载公开记录，用 verify_draw.py 离线核验，结果为一致或首个不一致处。\n"
        "代号只在本批次内有效，与库内编号无关。单个组合的机会有上限，两个组合合在一起没有。"
    )
    return [
        together(
            Spacer(1, 2),
            SignPlaces([f"{party.role}（签字）：" for party in batch.parties], columns=2, dated=True, row=22),
            Spacer(1, 4),
            Square(batch.verify_url, words, side=20 * mm),
        )
    ]


__all__ = ["BatchRecord", "PanelLine", "build"]
