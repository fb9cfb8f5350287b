"""呈批表: one act, the chain that agreed to it, in their words, with places for wet signatures."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from reportlab.lib.units import mm
from reportlab.platypus import Flowable, Spacer

from faces.documents.dates import in_words
from faces.documents.kit import (
    BODY,
    CELL,
    NOTE,
    SAID,
    SMALL,
    Prose,
    Sheet,
    facts,
    heading,
    press,
    section,
    ten_thousands,
    three_line,
)

WORDS: Final = replace(SAID, size=9.5, leading=15)


@dataclass(frozen=True, slots=True)
class StepLine:
    """One step of the chain; ``decision`` is empty while it waits, ``deputy_for`` unless a delegate acted."""

    role: str
    person: str
    decision: str = ""
    words: str = ""
    decided_at: str = ""
    deputy_for: str = ""
    deputy_paper: str = ""
    way: str = ""


@dataclass(frozen=True, slots=True)
class ApprovalForm:
    """The facts of one approval. ``amount_cents`` in 分, ``None`` where no money moves."""

    bureau: str
    number: str
    kind: str
    subject: str
    matter: Sequence[str]
    section: str
    drafted_by: str
    drafted_on: date
    rule_source: str
    steps: Sequence[StepLine]
    amount_cents: int | None = None
    attachments: Sequence[str] = ()
    meeting: str = ""
    outcome: str = "办理中"


def build(form: ApprovalForm) -> bytes:
    """Return the form as PDF bytes; an undecided step leaves room to write and sign."""
    sheet = Sheet(
        title="呈批表", number=form.number, owner=form.bureau, top=15 * mm, note="任何人不得审批自己经办的事项"
    )
    amount = ten_thousands(form.amount_cents) if form.amount_cents is not None else "不涉及"
    attachments: list[Flowable] = [
        Prose(f"{index}. {name}", CELL) for index, name in enumerate(form.attachments, start=1)
    ]
    story: list[Flowable] = [
        *heading(sheet),
        facts([("事由", form.subject)], room=sheet.room, columns=1),
        facts(
            [
                ("事项类别", form.kind),
                ("涉及金额", amount),
                ("拟办科室", form.section),
                ("经办人", f"{form.drafted_by}  {in_words(form.drafted_on)}"),
                ("审批依据", form.rule_source or "本局设定"),
                ("办理结果", form.outcome),
            ],
            room=sheet.room,
        ),
        section("一、呈批内容"),
        *[Prose(words, replace(BODY, leading=17)) for words in form.matter],
        section("二、附件"),
        *(attachments or [Prose("无", CELL)]),
        section("三、审批意见"),
        three_line(
            ["环节", "意见", "签批人与时间", "签名"],
            [_step(step) for step in form.steps],
            widths=[17, 45, 23, 15],
            room=sheet.room,
            pad=6,
        ),
        Spacer(1, 4),
        Prose(f"局党组会：{form.meeting}" if form.meeting else "局党组会：不需要或尚未召开。", SMALL),
        Prose("纸面签批的，扫描件与本表摘要绑定后代录入系统；系统签批的，签名栏注明方式。", NOTE),
    ]
    return press(story, sheet)


def _step(step: StepLine) -> list[str | Prose]:
    person = step.person
    if step.deputy_for:
        person = f"{person}\n代 {step.deputy_for}\n{step.deputy_paper}"
    words = "\n".join(part for part in (step.decision, f"「{step.words}」" if step.words else "") if part)
    waiting = not step.decision
    opinion = Prose("\n \n " if waiting else words, WORDS)
    when = "年   月   日" if waiting else step.decided_at
    return [step.role, opinion, f"{person}\n{when}", step.way]


__all__ = ["ApprovalForm", "StepLine", "build"]
