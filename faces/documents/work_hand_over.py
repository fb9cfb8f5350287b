"""交接清单: the tasks that one clerk gave to another, and what stayed with him."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from reportlab.platypus import Flowable

from faces.documents.dates import in_words
from faces.documents.kit import BODY, NOTE, PLAIN, Prose, Sheet, heading, press, section, three_line

STAYS: Final = "正在进行的抽取和批次中，各方随机数存于本人设备，不得由他人代为履行，因此不随工作移交。"
SIGN: Final = "移交人（签字）：　　　　　　　　接收人（签字）：　　　　　　　　监交人（签字）：　　　　　　"


@dataclass(frozen=True, slots=True)
class HandedTask:
    """One task: number, title, where it stood."""

    number: str
    title: str
    state: str


@dataclass(frozen=True, slots=True)
class KeptPart:
    """One draw or batch under way, and the part that stays."""

    number: str
    role: str


@dataclass(frozen=True, slots=True)
class WorkList:
    """The facts of one hand-over."""

    bureau: str
    giver: str
    receiver: str
    made_on: date
    words: str
    tasks: Sequence[HandedTask]
    stays: Sequence[KeptPart]


def build(facts: WorkList) -> bytes:
    """Return 交接清单 as PDF bytes."""
    sheet = Sheet(title="工作交接清单", owner=facts.bureau)
    under = f"{in_words(facts.made_on)}　移交人：{facts.giver}　接收人：{facts.receiver}"
    story: list[Flowable] = [*heading(sheet, title="工作交接清单", under=under)]
    if facts.words:
        story.append(Prose(f"说明：{facts.words}", BODY))
    story.append(section(f"移交任务（{len(facts.tasks)}项）"))
    rows = [[str(place), one.number, one.title, one.state] for place, one in enumerate(facts.tasks, 1)]
    story.append(three_line(["序号", "编号", "任务", "状态"], rows, widths=[8, 22, 50, 20], room=sheet.room))
    if facts.stays:
        story.append(section("不移交事项"))
        kept = [[one.number, one.role] for one in facts.stays]
        story.append(three_line(["编号", "本人角色"], kept, widths=[50, 50], room=sheet.room))
        story.append(Prose(STAYS, NOTE))
    story.append(Prose(SIGN, PLAIN))
    return press(story, sheet)
