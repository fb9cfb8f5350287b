"""The persons of a sheet: found by number or telephone, otherwise asked about, and written with what was answered."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from django.utils.translation import gettext as _

from faces.exchange.importing import Setting
from faces.exchange.nouns.namesakes import Namesakes, namesakes_of
from faces.exchange.questions import EARLIER, NEW, Choice
from faces.exchange.tables import Record
from foundation.core.crypto import blind_index, blind_indexes
from foundation.core.identifiers import plain_phone
from parties.models import Person
from parties.rules import near_keys, near_name
from parties.selectors import masked
from parties.services import PersonDraft, register_persons

KIND: Final = "person"
PERSON: Final = "person"  # kept in a row: the key of the person whom an answer named
PHONE: Final = "person_phone"  # the telephone under which an earlier row of the file has the person
NUMBER: Final = "person_number"  # the ID number under which an earlier row of the file has the person
APART: Final = "apart"  # the keys of the persons from whom an answer told the row apart
ASKED: Final = "person_question"  # the question that was answered by somebody whom only writing makes known
NAME: Final = "person_name"  # the name that the person is to bear, if it is not the row's
RENAMED: Final = "n"  # before a key: the person, who bears the row's name now
DECIDED: Final = (PERSON, PHONE, NUMBER, NAME, APART, ASKED)
MOST_ROWS: Final = 5  # so many earlier rows of the file are offered as the person of a row


class Told(NamedTuple):
    """An earlier row of the file, and whom of those known here it is, if anybody; ``again``: a row before is he."""

    row: Record
    who: Person | None
    again: bool


class Nearby:
    """The persons of earlier rows by telephone and the keys of their names: near ones are found without all pairs.

    Only telephones that stand in several rows are looked at.
    """

    def __init__(self, rows: Sequence[Record]) -> None:
        """Note which telephones stand in several rows."""
        counts = Counter(plain_phone(row["phone"]) for row in rows)
        self.shared: Final = {line for line, count in counts.items() if line and count > 1}
        self._told: Final[dict[tuple[str, str], list[Told]]] = defaultdict(list)

    def add(self, one: Told) -> None:
        """Keep a row that is a person of its own."""
        for block in self._blocks(one.row):
            self._told[block].append(one)

    def of(self, row: Record) -> list[Told]:
        """Return the first rows that may be the person of ``row``; of two ID numbers no near name makes one."""
        found: dict[int, Told] = {}
        for block in self._blocks(row):
            for one in self._told.get(block, ()):
                if len(found) == MOST_ROWS:
                    break
                if not _is_numbered_apart(one, row) and near_name(one.row["name"], row["name"]):
                    found[id(one)] = one
        return sorted(found.values(), key=lambda one: one.row.row)

    def _blocks(self, row: Record) -> Iterator[tuple[str, str]]:
        line = plain_phone(row["phone"])
        if line in self.shared:
            yield from ((line, key) for key in sorted(near_keys(row["name"])))


def ask_people(rows: Sequence[Record], setting: Setting) -> None:
    """Ask about each row that neither number nor telephone, but its name tells of somebody known (edge case 5).

    A name of before counts as the name; one that is written nearly so asks where the telephone is the same, here or in
    an earlier row, and is offered besides where something else asks. Of two ID numbers equal ones are needed: a row
    with a number is asked about against people without one only. A row with name and telephone of an earlier row is
    that row's person; whom the file tells of twice keeps the first telephone.
    """
    answers = setting.questions.answers
    remembered = {setting.questions.remembered(KIND, _cells(row)) for row in rows} if answers else set()
    stored = namesakes_of(rows, remembered, setting)
    told: dict[str, list[Told]] = defaultdict(list)
    nearby = Nearby(rows)
    numbers: set[str] = set()
    phone_of: dict[int, str] = {}
    for row in rows:
        before, number = told[row["name"]], row["id_number"].upper()
        who, again = stored.numbered.get(row["id_number"]), number in numbers
        if who is None and not again:
            who, again = _found(row, before, nearby, stored, setting)
        if who is not None:
            stored.taken.update({who.pk: number} if number else {})
            first = phone_of.setdefault(who.pk, row["phone"])
            if row.decided(PERSON):
                row.decide(PHONE, first)
        one = Told(row, who, again)
        before.append(one)
        if not again:
            nearby.add(one)
        numbers.update([number] if number else [])


def _found(
    row: Record, before: Sequence[Told], nearby: Nearby, stored: Namesakes, setting: Setting
) -> tuple[Person | None, bool]:
    """Return who a row is that no number tells, and whether an earlier row is the same: found, else asked."""
    like = next((one for one in before if _is_line_of(one, row)), None)
    if like is not None:
        _decide_as(row, like.row)
        return like.who, True
    who = stored.called(row)
    if who is None:
        return _ask(row, before, nearby.of(row), stored, setting)
    if who.name != row["name"] or who.phone_index not in blind_indexes(plain_phone(row["phone"]), use="phone"):
        row.decide(PERSON, who.pk)  # known by a name of before, or by a record that was joined into this one
        row.decide(NAME, who.name)
    return who, False


def _is_line_of(one: Told, row: Record) -> bool:
    """Return whether name and telephone are those of an earlier row, and no two ID numbers stand against it."""
    phone = plain_phone(row["phone"])
    return bool(phone) and plain_phone(one.row["phone"]) == phone and not _is_numbered_apart(one, row)


def _is_numbered_apart(one: Told, row: Record) -> bool:
    """Return whether the row and the earlier one have an ID number each."""
    return bool(row["id_number"] and (one.row["id_number"] or (one.who and one.who.id_index)))


def _decide_as(row: Record, other: Record) -> None:
    for key in DECIDED:
        if (value := other.decided(key)) is not None:
            row.decide(key, value)


def _ask(
    row: Record, before: Sequence[Told], near: Sequence[Told], stored: Namesakes, setting: Setting
) -> tuple[Person | None, bool]:
    cells = _cells(row)
    said = setting.questions.remembered(KIND, cells)
    meant = stored.meant(row, said)
    earlier = ({} if row["id_number"] else dict(_earlier(before))) | dict(_earlier(near))
    if not meant and not earlier:
        return None, False
    free = {f"p{one.pk}": one for one in meant if stored.is_free(one, row)}
    choices = [choice for one in free.values() for choice in _choices(row, one, stored)]
    words = _("%(name)s, the person of row %(row)d of this file")
    choices += [Choice(value, words % {"name": one["name"], "row": one.row}) for value, one in earlier.items()]
    if row["id_number"] or row["phone"]:  # by the name alone a second import could not find a new person again
        choices.append(Choice(NEW, _("none of these: a new person")))
    words = _(
        "Somebody called %(name)s, or nearly so, is known; neither ID number nor telephone tells whether this is the "
        "same person."
    )
    answer = setting.questions.ask(
        row,
        "name",
        kind=KIND,
        message=words % {"name": row["name"]},
        choices=choices,
        cells=cells,
        leads=_leads(row, said, stored),
    )
    return _decided(row, answer, free, earlier, setting.questions.mark(KIND, cells))


def _choices(row: Record, one: Person, stored: Namesakes) -> Iterator[Choice]:
    """Yield that a person is meant; of a name that is not his also that he bears it now."""
    who = " ".join(filter(None, (one.name, *masked(one), stored.works.get(one.pk))))
    facts = {"who": who, "name": row["name"]}
    if one.name == row["name"]:
        yield Choice(f"p{one.pk}", who)
    elif stored.bears(one, row["name"]):
        yield Choice(f"p{one.pk}", _("%(who)s, called %(name)s before") % facts)
    else:
        yield Choice(f"p{one.pk}", _("%(who)s: the same person, the name stays as it is here") % facts)
        yield Choice(f"{RENAMED}{one.pk}", _("%(who)s: the same person, called %(name)s now") % facts)


def _leads(row: Record, said: str, stored: Namesakes) -> dict[str, str]:
    """Return what an earlier answer is now: of the record that stands, and of a name that is his by now."""
    one = stored.said.get(said)
    if one is None:
        return {}
    is_his = one.name == row["name"] or stored.bears(one, row["name"])
    return {said: f"{'p' if is_his else said[0]}{one.pk}"}


def _decided(
    row: Record, answer: str, meant: Mapping[str, Person], earlier: Mapping[str, Record], mark: str
) -> tuple[Person | None, bool]:
    """Keep in the row what was answered, and return who that is here, and whether an earlier row is the same."""
    if answer in earlier:
        other = earlier[answer]
        for key, value in ((PHONE, other["phone"]), (NUMBER, other["id_number"]), (NAME, other["name"])):
            row.decide(key, value)
        _decide_as(row, other)
        row.decide(ASKED, mark)
        return None, True
    if answer == NEW:
        row.decide(APART, tuple(one.pk for one in meant.values()))
        row.decide(ASKED, mark)
        return None, False
    who = meant.get("p" + answer[1:])
    if who is not None:
        row.decide(PERSON, who.pk)
        row.decide(NAME, row["name"] if answer[0] == RENAMED else who.name)
    return who, False


def _earlier(before: Sequence[Told]) -> Iterator[tuple[str, Record]]:
    """Yield the earlier rows that are persons of their own, by the choice that names them by what stands in them."""
    apart = [one for one in before if not one.again and (one.who is None or one.row.decided(PERSON))]
    for one in apart[:MOST_ROWS]:
        yield EARLIER + blind_index("\x1f".join(_cells(one.row)), use="import")[:16], one.row


def _cells(row: Record) -> tuple[str, str, str]:
    return row["name"], row["id_number"].upper(), plain_phone(row["phone"])


def register_people(rows: Sequence[Record], setting: Setting) -> list[Person]:
    """Write the persons of the rows with what was answered, and keep who came of it, so that an answer stays he."""
    drafts = [
        PersonDraft(
            row.decided(NAME) or row["name"],
            row.decided(NUMBER) or row["id_number"],
            row.decided(PHONE) or row["phone"],
            known=row.decided(PERSON),
            apart=row.decided(APART) or (),
        )
        for row in rows
    ]
    people = register_persons(bureau=setting.bureau, drafts=drafts, by=setting.by, on=setting.on, file=setting.file)
    for row, person in zip(rows, people, strict=True):
        if mark := row.decided(ASKED):
            setting.questions.became[mark] = f"p{person.pk}"
    return people
