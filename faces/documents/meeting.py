"""评审会通知 and 签到表: when, where, what; and the sheet that proves who came."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from reportlab.lib.units import mm
from reportlab.platypus import Flowable, Spacer

from faces.documents.dates import in_words
from faces.documents.kit import (
    BODY,
    NOTE,
    SMALL,
    Prose,
    SealPlace,
    Sheet,
    SignPlaces,
    facts,
    heading,
    press,
    section,
    three_line,
    together,
)

ROOMY: Final = 9
WALK_IN_ROWS: Final = 3


@dataclass(frozen=True, slots=True)
class AgendaLine:
    """One point of the agenda: time, what, who leads."""

    time: str
    matter: str
    leader: str


@dataclass(frozen=True, slots=True)
class MeetingNotice:
    """The facts of one notice. It may go to firm and unit, so it names no expert."""

    bureau: str
    number: str
    addressees: Sequence[str]
    project: str
    material: str
    held_at: str
    place: str
    attendees: Sequence[str]
    agenda: Sequence[AgendaLine]
    requirements: Sequence[str]
    contact: str
    signed_on: date
    copies: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Attendee:
    """One expected person: name, employer, role at the meeting."""

    name: str
    employer: str
    role: str


@dataclass(frozen=True, slots=True)
class SignInSheet:
    """The facts of one sign-in sheet."""

    bureau: str
    number: str
    project: str
    held_at: str
    place: str
    attendees: Sequence[Attendee]


def build_notice(notice: MeetingNotice) -> bytes:
    """Return 评审会通知 as PDF bytes."""
    sheet = Sheet(title="评审会通知", number=notice.number, owner=notice.bureau, left=24 * mm, right=24 * mm)
    copies = f"抄送：{'，'.join(notice.copies)}。" if notice.copies else "抄送：无。"
    story: list[Flowable] = [
        *heading(sheet, title=f"关于召开“{notice.project}”专家评审会的通知"),
        Prose(f"{'、'.join(notice.addressees)}：", replace(BODY, indent=0)),
        Prose(
            f"为做好“{notice.project}”绩效评价质量控制，定于{notice.held_at}召开专家评审会。现将有关事项通知如下：",
            BODY,
        ),
        section("一、时间、地点与材料"),
        facts(
            [("时间", notice.held_at), ("地点", notice.place), ("评审材料", notice.material)],
            room=sheet.room,
            columns=1,
        ),
        section("二、参会人员"),
        *[Prose(f"{index}. {words}", BODY) for index, words in enumerate(notice.attendees, start=1)],
        section("三、议程"),
        three_line(
            ["时间", "议程", "主持或汇报"],
            [[line.time, line.matter, line.leader] for line in notice.agenda],
            widths=[20, 56, 24],
            room=sheet.room,
        ),
        section("四、有关要求"),
        *[Prose(f"{index}. {words}", BODY) for index, words in enumerate(notice.requirements, start=1)],
        Prose(f"联系人：{notice.contact}", BODY),
        together(
            Spacer(1, 8), SealPlace(notice.bureau, in_words(notice.signed_on)), Spacer(1, 4), Prose(copies, SMALL)
        ),
    ]
    return press(story, sheet)


def build_sign_in(sign_in: SignInSheet) -> bytes:
    """Return 签到表 as PDF bytes, with empty rows for people who were not expected."""
    sheet = Sheet(title="签到表", number=sign_in.number, owner=sign_in.bureau, top=15 * mm)
    rows = [
        [str(index), person.name, person.employer, person.role, "", "", ""]
        for index, person in enumerate(sign_in.attendees, start=1)
    ]
    first = len(rows) + 1
    rows += [[str(number), "", "", "", "", "", ""] for number in range(first, first + WALK_IN_ROWS)]
    story: list[Flowable] = [
        *heading(sheet, under=sign_in.project),
        facts([("时间", sign_in.held_at), ("地点", sign_in.place)], room=sheet.room),
        three_line(
            ["序号", "姓名", "单位", "身份", "本人签名", "到会时间", "离会时间"],
            rows,
            widths=[7, 12, 27, 14, 18, 11, 11],
            room=sheet.room,
            pad=ROOMY,
        ),
        Prose("须本人到场签名，不得代签；承办机构到场人员与报备的评价工作组名单核对。电话参会的注明“电话”。", NOTE),
        SignPlaces(["核对人（签字）："], columns=1),
    ]
    return press(story, sheet)
