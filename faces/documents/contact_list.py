"""通讯录: who is to be called at which unit, firm or section on a day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from reportlab.platypus import Flowable

from faces.documents.dates import in_words
from faces.documents.kit import NOTE, Prose, Sheet, heading, press, section, three_line

MASKED: Final = "电话号码中间位数已隐去；需要完整号码的，由名录管理人员写明用途后另行打印。"
OPEN: Final = "本表载有完整电话号码，仅限所写用途使用，用毕收回销毁，不得翻拍转发。"


@dataclass(frozen=True, slots=True)
class ContactLine:
    """One contact: of what, for which duty, who, and the telephone as it is to be printed."""

    body: str
    duty: str
    name: str
    phone: str


@dataclass(frozen=True, slots=True)
class ContactGroup:
    """The contacts of one kind: 预算单位, 第三方机构, 科室."""

    title: str
    lines: Sequence[ContactLine]


@dataclass(frozen=True, slots=True)
class ContactList:
    """The facts of one directory. ``purpose`` empty: the telephones are masked."""

    bureau: str
    held_on: date
    groups: Sequence[ContactGroup]
    purpose: str = ""
    printed_by: str = ""


def build(directory: ContactList) -> bytes:
    """Return 通讯录 as PDF bytes."""
    sheet = Sheet(title="通讯录", owner=directory.bureau)
    under = f"截至{in_words(directory.held_on)}"
    if directory.purpose:
        under = f"{under}　用途：{directory.purpose}　打印人：{directory.printed_by}"
    story: list[Flowable] = [*heading(sheet, title="通讯录", under=under)]
    for group in directory.groups:
        story.append(section(group.title))
        rows = [[line.body, line.duty, line.name, line.phone] for line in group.lines]
        story.append(three_line(["单位", "职责", "姓名", "电话"], rows, widths=[40, 22, 16, 22], room=sheet.room))
    story.append(Prose(OPEN if directory.purpose else MASKED, NOTE))
    return press(story, sheet)
