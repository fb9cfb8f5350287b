"""专家组意见: what the head of the panel drafted from the opinions, signed by all, dissent written on it."""

from collections.abc import Sequence
from dataclasses import dataclass

from reportlab.lib.units import mm
from reportlab.platypus import Flowable, Spacer

from faces.documents.kit import (
    BODY,
    PLAIN,
    SMALL,
    Prose,
    Sheet,
    SignPlaces,
    facts,
    heading,
    press,
    said,
    section,
    three_line,
    together,
)


@dataclass(frozen=True, slots=True)
class MemberLine:
    """One member: role in the panel, title, employer, how they attended."""

    name: str
    role: str
    title: str
    employer: str
    attended: str


@dataclass(frozen=True, slots=True)
class DissentLine:
    """One member's differing opinion, word for word."""

    name: str
    words: str


@dataclass(frozen=True, slots=True)
class PanelOpinion:
    """The facts of one panel opinion."""

    bureau: str
    number: str
    project: str
    unit: str
    material: str
    held_at: str
    place: str
    members: Sequence[MemberLine]
    overall: Sequence[str]
    problems: Sequence[str]
    suggestions: Sequence[str]
    conclusion: str
    votes: str
    dissent: Sequence[DissentLine] = ()


def build(opinion: PanelOpinion) -> bytes:
    """Return the opinion as PDF bytes; a member who refuses to sign is written down, not left out."""
    sheet = Sheet(title="专家组意见", number=opinion.number, owner=opinion.bureau, top=15 * mm)
    story: list[Flowable] = [
        *heading(sheet),
        facts(
            [
                ("项目", opinion.project),
                ("被评价单位", opinion.unit),
                ("评审材料", opinion.material),
                ("时间", opinion.held_at),
                ("地点", opinion.place),
                ("表决", opinion.votes),
            ],
            room=sheet.room,
        ),
        section("一、专家组成员"),
        three_line(
            ["姓名", "职责", "职称", "工作单位", "到会"],
            [[line.name, line.role, line.title, line.employer, line.attended] for line in opinion.members],
            widths=[14, 12, 20, 38, 16],
            room=sheet.room,
        ),
        section("二、总体评价"),
        *[Prose(words, BODY) for words in opinion.overall],
        section("三、主要问题"),
        *_numbered(opinion.problems),
        section("四、意见建议"),
        *_numbered(opinion.suggestions),
        section("五、结论"),
        Prose(opinion.conclusion, BODY),
        section("六、不同意见"),
    ]
    if opinion.dissent:
        for line in opinion.dissent:
            story += [Prose(f"{line.name}：", PLAIN), said(line.words)]
    else:
        story.append(Prose("无。", BODY))
    names = [f"{line.role} {line.name}（签字）：" for line in opinion.members]
    story.append(
        together(
            section("七、签字"),
            Prose("成员拒绝签字的，由组长在本人处注明，并将其不同意见列入第六项。", SMALL),
            SignPlaces(names, columns=2),
            Spacer(1, 4),
        )
    )
    return press(story, sheet)


def _numbered(parts: Sequence[str]) -> list[Flowable]:
    return [Prose(f"{index}. {words}", BODY) for index, words in enumerate(parts, start=1)] or [Prose("无。", BODY)]
