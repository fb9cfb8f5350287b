"""约谈通知、约谈记录、事先告知书、决定书、移送函: one plain letter with its parts, sealed and signed by hand."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from reportlab.lib.units import mm
from reportlab.platypus import Flowable, Spacer

from faces.documents.dates import in_words
from faces.documents.kit import (
    BODY,
    NOTE,
    Prose,
    SealPlace,
    Sheet,
    SignPlaces,
    facts,
    heading,
    press,
    said,
    section,
    together,
)


@dataclass(frozen=True, slots=True)
class Part:
    """One headed part: paragraphs as the bureau writes them, ``quoted`` what somebody said, ``listed`` numbered."""

    title: str
    paragraphs: Sequence[str] = ()
    quoted: str = ""
    listed: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class SanctionLetter:
    """The facts of one letter. ``signers`` leave places for wet signatures; ``receipt`` prints the 送达回证 below."""

    bureau: str
    kind: str
    number: str
    title: str
    addressee: str
    opening: Sequence[str]
    parts: Sequence[Part]
    signed_on: date
    pairs: Sequence[tuple[str, str]] = ()
    signers: Sequence[str] = ()
    receipt: bool = False
    note: str = ""


def build(letter: SanctionLetter) -> bytes:
    """Return the letter as PDF bytes."""
    sheet = Sheet(title=letter.kind, number=letter.number, owner=letter.bureau, left=24 * mm, right=24 * mm)
    story: list[Flowable] = [*heading(sheet, title=letter.title)]
    if letter.addressee:
        story.append(Prose(f"{letter.addressee}：", replace(BODY, indent=0)))
    if letter.pairs:
        story.append(facts(letter.pairs, room=sheet.room, columns=1))
    story += [Prose(words, BODY) for words in letter.opening]
    for part in letter.parts:
        story.append(section(part.title))
        story += [Prose(words, BODY) for words in part.paragraphs]
        if part.quoted:
            story.append(said(part.quoted))
        story += [Prose(f"{index}. {words}", BODY) for index, words in enumerate(part.listed, start=1)]
    end: list[Flowable] = [Spacer(1, 10)]
    if letter.signers:
        end.append(SignPlaces(letter.signers))
    else:
        end.append(SealPlace(letter.bureau, in_words(letter.signed_on)))
    if letter.note:
        end.append(Prose(letter.note, NOTE))
    story.append(together(*end))
    if letter.receipt:
        story.append(
            together(
                section("送达回证"),
                Prose("本件已收到，内容已知悉。受送达人拒绝签收的，由送达人记明情况并由见证人签名。", BODY),
                SignPlaces(["受送达人（签章）：", "送达人（签字）："]),
            )
        )
    return press(story, sheet)
