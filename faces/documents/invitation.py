"""评审邀请函: an expert is asked to his seats on panels; firm, unit and title are told only after he accepts."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from reportlab.lib.units import mm
from reportlab.platypus import Flowable, Spacer

from faces.documents.dates import in_words
from faces.documents.kit import BODY, Prose, SealPlace, Sheet, heading, press, section, three_line, together


@dataclass(frozen=True, slots=True)
class InvitedSeat:
    """One seat: number and kind of the review, when and where, until when the opinion is due."""

    number: str
    kind: str
    held_at: str
    place: str
    due_on: str


@dataclass(frozen=True, slots=True)
class Invitation:
    """The facts of one letter: its reader and all his seats. It names no firm, unit, task or other expert."""

    bureau: str
    number: str
    addressee: str
    seats: Sequence[InvitedSeat]
    contact: str
    signed_on: date


def build(letter: Invitation) -> bytes:
    """Return 评审邀请函 as PDF bytes."""
    sheet = Sheet(title="评审邀请函", number=letter.number, owner=letter.bureau, left=24 * mm, right=24 * mm)
    story: list[Flowable] = [
        *heading(sheet),
        Prose(f"{letter.addressee}：", replace(BODY, indent=0)),
        Prose(f"经公开可核验的批量分派，现邀请您担任下列 {len(letter.seats)} 项评审的专家组成员：", BODY),
        three_line(
            ["编号", "评审种类", "时间", "地点", "意见截止"],
            [[seat.number, seat.kind, seat.held_at, seat.place, seat.due_on] for seat in letter.seats],
            widths=[18, 24, 20, 20, 18],
            room=sheet.room,
        ),
        section("有关事项"),
        Prose("1. 请尽快在系统中或电话答复能否参加；因利益关系或患病不能参加的，不影响今后参加。", BODY),
        Prose("2. 接受后告知任务名称、被评价单位和承办机构，请如实作出利益关系声明，有关系的应当回避。", BODY),
        Prose("3. 评审独立进行，请勿向他人透露受邀情况和评审内容。", BODY),
        Prose(f"联系人：{letter.contact}", BODY),
        together(Spacer(1, 8), SealPlace(letter.bureau, in_words(letter.signed_on))),
    ]
    return press(story, sheet)
