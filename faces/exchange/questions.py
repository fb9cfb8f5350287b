"""What a file leaves open: whether a row is somebody or something that is known here, asked and never guessed."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from faces.exchange.tables import Record
from foundation.core.crypto import blind_index

NEW: Final = "new"  # none of those that are known
RENAMED: Final = "renamed"  # the known one, which bears the name of the file now
MISTAKE: Final = "mistake"  # the file is wrong there
EARLIER: Final = "row-"  # who stands in an earlier row of the same file; a digest of that row follows


class Choice(NamedTuple):
    """One of the answers to a question: what is kept, and how people read it."""

    value: str
    label: str


@dataclass(frozen=True, slots=True)
class Question:
    """One question: where it stands, what is asked, the answers there are, and the one that was given or nothing.

    ``id`` is a keyed hash of the kind and the cells asked about: the same content is the same question in any file.
    """

    id: str
    kind: str
    sheet: str
    row: int
    column: str
    heading: str
    text: str
    message: str
    choices: Sequence[Choice]
    answer: str = ""

    @property
    def is_open(self) -> bool:
        """Return whether nobody has answered."""
        return not self.answer

    def plain(self) -> dict[str, Any]:
        """Return the question as plain values."""
        return {
            "id": self.id,
            "kind": self.kind,
            "sheet": self.sheet,
            "row": self.row,
            "column": self.column,
            "heading": self.heading,
            "text": self.text,
            "message": self.message,
            "choices": [list(one) for one in self.choices],
            "answer": self.answer,
        }


@dataclass(slots=True)
class Questions:
    """The questions of one reading of a file, and the answers that were given, by the question's id.

    ``offered``: the choices among which an answer was given, where it came with an earlier file. ``became``: the
    choice that an answer is from now on, once what was new is written.
    """

    answers: Mapping[str, str] = field(default_factory=dict)
    offered: Mapping[str, Sequence[str]] = field(default_factory=dict)
    asked: list[Question] = field(default_factory=list)
    became: dict[str, str] = field(default_factory=dict)

    @staticmethod
    def mark(kind: str, cells: Sequence[str]) -> str:
        """Return the id of the question about ``cells``."""
        return blind_index("\x1f".join((kind, *cells)), use="import")

    def remembered(self, kind: str, cells: Sequence[str]) -> str:
        """Return what was answered about ``cells``, whether it is offered now or not."""
        return self.answers.get(self.mark(kind, cells), "") if self.answers else ""

    def ask(
        self,
        row: Record,
        key: str,
        *,
        kind: str,
        message: str,
        choices: Sequence[Choice],
        cells: Sequence[str],
        leads: Mapping[str, str] | None = None,
    ) -> str:
        """Return the answer about the row's cell ``key``, nothing while it is open; an answer not offered is none.

        ``cells`` is the content that the question is about; ``leads`` says which choice a former one is now. "None of
        these" holds among those who were offered: with somebody else it is asked anew.
        """
        mark = self.mark(kind, cells)
        given = self.answers.get(mark, "")
        given = (leads or {}).get(given, given)
        values = {one.value for one in choices}
        answer = given if given in values and not (given == NEW and is_outgrown(self.offered.get(mark), values)) else ""
        place = row.fault(key, message)
        self.asked.append(
            Question(
                mark, kind, place.sheet, place.row, place.column, place.heading, place.text, message, choices, answer
            )
        )
        return answer


def is_outgrown(offered: Sequence[str] | None, values: Iterable[str]) -> bool:
    """Return whether somebody is among the choices now who was not when the answer was given; unknown: no.

    Earlier rows do not count: they are of one file.
    """
    return any(one not in offered for one in values if not one.startswith(EARLIER)) if offered else False
