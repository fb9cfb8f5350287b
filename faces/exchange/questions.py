"""What a file leaves open: whether a row is somebody or something that is known here, asked and never guessed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from faces.exchange.tables import Record
from foundation.core.crypto import blind_index

NEW: Final = "new"  # none of those that are known
MISTAKE: Final = "mistake"  # the file is wrong there
EARLIER: Final = "row"  # who stands in an earlier row of the same file


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
    """The questions of one reading of a file, and the answers that were given, by the question's id."""

    answers: Mapping[str, str] = field(default_factory=dict)
    asked: list[Question] = field(default_factory=list)

    def ask(
        self, row: Record, key: str, *, kind: str, message: str, choices: Sequence[Choice], cells: Sequence[str]
    ) -> str:
        """Return the answer about the row's cell ``key``, nothing while it is open; an answer not offered is none.

        ``cells`` is the content that the question is about.
        """
        mark = blind_index("\x1f".join((kind, *cells)), use="import")
        given = self.answers.get(mark, "")
        answer = given if given in {one.value for one in choices} else ""
        place = row.fault(key, message)
        self.asked.append(
            Question(
                mark, kind, place.sheet, place.row, place.column, place.heading, place.text, message, choices, answer
            )
        )
        return answer
