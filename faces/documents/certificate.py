"""培训证书: who learned what for how many hours; checked by its QR code, sealed by hand."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, Spacer, Table, TableStyle

from faces.documents.dates import in_words
from faces.documents.kit import NOTE, SMALL, Prose, SealPlace, Sheet, Square, Style, bare, press
from faces.documents.text import EDGE, RULE

NAME: Final = Style(size=30, leading=44, voice="title", bold=True, align="centre", before=26)
GREAT: Final = Style(size=34, leading=48, voice="title", bold=True, align="centre")
WORDS: Final = Style(size=14, leading=27, align="justify", indent=2, before=14)


@dataclass(frozen=True, slots=True)
class Certificate:
    """The facts of one certificate. ``hours`` as printed; ``masked_id`` shows the tail of the number, or nothing."""

    bureau: str
    number: str
    name: str
    employer: str
    masked_id: str
    course: str
    began_on: date
    ended_on: date
    hours: str
    result: str
    issued_on: date
    counts_for: str
    verify_url: str


def build(certificate: Certificate) -> bytes:
    """Return the certificate as PDF bytes, one landscape page."""
    sheet = Sheet(
        title="培训证书",
        number=certificate.number,
        owner=certificate.bureau,
        size=landscape(A4),
        left=38 * mm,
        right=38 * mm,
        top=26 * mm,
        bottom=26 * mm,
        note=f"证书编号 {certificate.number}",
        paint=_frame,
    )
    spell = in_words(certificate.began_on)
    if certificate.ended_on != certificate.began_on:
        spell = f"{spell}至{in_words(certificate.ended_on)}"
    identity = f"（{certificate.masked_id}）" if certificate.masked_id else ""
    words = (
        f"{certificate.employer} {certificate.name}{identity}于{spell}参加“{certificate.course}”，"
        f"完成 {certificate.hours} 学时，考核结果：{certificate.result}。特发此证。"
    )
    check = Square(
        certificate.verify_url,
        f"证书核验：{certificate.verify_url}\n学时计入：{certificate.counts_for}\n以核验页显示为准；涂改无效。",
        side=24 * mm,
    )
    seal = SealPlace(certificate.bureau, in_words(certificate.issued_on), side=32 * mm)
    story: list[Flowable] = [
        Spacer(1, 8),
        Prose(certificate.bureau, replace(SMALL, size=12, leading=18, align="centre")),
        Prose("培训证书", GREAT),
        Prose(certificate.number, replace(NOTE, size=9.5, leading=14, align="centre")),
        Prose(certificate.name, NAME),
        Prose(words, WORDS),
        Spacer(1, 30),
        Table(
            [[check, seal]],
            colWidths=[sheet.room * 0.56, sheet.room * 0.44],
            style=TableStyle([*bare(), ("VALIGN", (0, 0), (-1, -1), "BOTTOM")]),
        ),
    ]
    return press(story, sheet)


def _frame(canvas: Canvas, number: int, sheet: Sheet) -> None:  # noqa: ARG001 - one page
    """Draw the double frame, thick outside, thin inside."""
    wide, tall = sheet.size
    canvas.setStrokeColor(RULE)
    for inset, weight in ((12 * mm, 2.0), (12 * mm + 4.5, 0.6)):
        canvas.setLineWidth(weight)
        canvas.rect(inset, inset, wide - 2 * inset, tall - 2 * inset)
    canvas.setStrokeColor(EDGE)
    canvas.setLineWidth(0.4)
    middle = wide / 2
    canvas.line(middle - 70, tall - 65 * mm, middle + 70, tall - 65 * mm)
