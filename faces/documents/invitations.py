"""From the letters of a batch to paper, one by one or all as one file, in Chinese whatever the reader's language."""

from collections.abc import Iterable
from datetime import date
from io import BytesIO
from typing import Any, Final

from django.utils import translation
from pypdf import PdfReader, PdfWriter

from assignments.enums import ReReviewKind
from assignments.models import BatchLetter
from faces.documents import invitation
from faces.documents.dates import in_words
from parties.selectors import person_name_on

CHINESE: Final = "zh-hans"
LATER: Final = "另行通知"
BY_LETTER: Final = "函审"


def invitation_letter(letter: BatchLetter) -> bytes:
    """Return one letter as PDF, as it was written."""
    with translation.override(CHINESE):
        return invitation.build(
            invitation.Invitation(
                bureau=letter.batch.bureau.name,
                number=letter.number,
                addressee=person_name_on(letter.expert.person, letter.written_on),
                seats=[_seat(seat) for seat in letter.seats],
                contact=letter.contact,
                signed_on=letter.written_on,
            )
        )


def invitation_letters(letters: Iterable[BatchLetter]) -> bytes:
    """Return many letters as one PDF, in their order, so that they are printed and sent together."""
    whole = PdfWriter()
    for letter in letters:
        whole.append(PdfReader(BytesIO(invitation_letter(letter))))
    out = BytesIO()
    whole.write(out)
    return out.getvalue()


def _seat(seat: dict[str, Any]) -> invitation.InvitedSeat:
    is_met = not seat["by_correspondence"]
    held = _day(seat["meets_on"]) if seat["meets_on"] else LATER
    if is_met and seat["meets_on"] and seat["half_days"]:
        held = f"{held}，{seat['half_days']} 个半天"
    return invitation.InvitedSeat(
        number=seat["re_review"],
        kind=str(ReReviewKind(seat["kind"]).label),
        held_at=held if is_met else BY_LETTER,
        place=(seat["place"] or LATER) if is_met else "—",
        due_on=_day(seat["due_on"]),
    )


def _day(text: str) -> str:
    return in_words(date.fromisoformat(text))
