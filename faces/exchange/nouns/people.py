"""The persons of a sheet: found by number or telephone, otherwise asked about, and written with what was answered."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from django.utils.translation import gettext as _

from faces.exchange.importing import Setting
from faces.exchange.nouns import known
from faces.exchange.questions import EARLIER, NEW, Choice
from faces.exchange.tables import Record
from foundation.core.crypto import blind_index, blind_indexes
from foundation.core.identifiers import id_facts, plain_phone
from parties.models import Employment, Person
from parties.selectors import masked
from parties.services import PersonDraft, register_persons

KIND: Final = "person"
PERSON: Final = "person"  # kept in a row: the key of the person whom an answer named
PHONE: Final = "person_phone"  # the telephone under which an earlier row of the file has the person
NUMBER: Final = "person_number"  # the ID number under which an earlier row of the file has the person
APART: Final = "apart"  # the keys of the persons from whom an answer told the row apart
ASKED: Final = "person_question"  # the question that was answered by somebody whom only writing makes known
DECIDED: Final = (PERSON, PHONE, NUMBER, APART, ASKED)
MOST_ROWS: Final = 5  # so many earlier rows of the file are offered as the person of a row


class Told(NamedTuple):
    """An earlier row of the file, and whom of those known here it is, if anybody; ``again``: a row before is he."""

    row: Record
    who: Person | None
    again: bool


@dataclass(frozen=True, slots=True)
class Stored:
    """Who is known here and may be meant by the rows, joined records led on to the one that stands."""

    named: Mapping[str, Sequence[Person]]
    numbered: Mapping[str, Person]
    said: Mapping[str, Person]  # by the choice that an earlier answer made
    phones: Mapping[int, set[str]]
    works: Mapping[int, str]

    def called(self, row: Record) -> Person | None:
        """Return whom the telephone tells, unless two ID numbers say otherwise."""
        keys = blind_indexes(plain_phone(row["phone"]), use="phone")
        alike = (one for one in self.named.get(row["name"], ()) if not (row["id_number"] and one.id_index))
        return next((one for one in alike if self.phones[one.pk].intersection(keys)), None)

    def meant(self, row: Record, said: str) -> list[Person]:
        """Return who may be meant; who was named by an answer before is among them."""
        before = self.said.get(said)
        found = [*self.named.get(row["name"], ()), *([before] if before else [])]
        return list({one.pk: one for one in found if _may_be(one, row)}.values())


def ask_people(rows: Sequence[Record], setting: Setting) -> None:
    """Ask about each row that neither number nor telephone, but its name tells of somebody known (edge case 5).

    Of two ID numbers equal ones are needed: a row with a number is asked about against people without one only. A row
    with name and telephone of an earlier row is that row's person; whom the file tells of twice keeps the first phone.
    """
    stored = _stored(rows, setting)
    told: dict[str, list[Told]] = defaultdict(list)
    numbers: set[str] = set()
    phone_of: dict[int, str] = {}
    for row in rows:
        before, number = told[row["name"]], row["id_number"].upper()
        who, again = stored.numbered.get(row["id_number"]), number in numbers
        if who is None and not again:
            who, again = _found(row, before, stored, setting)
        if who is not None:
            first = phone_of.setdefault(who.pk, row["phone"])
            if row.decided(PERSON):
                row.decide(PHONE, first)
        before.append(Told(row, who, again))
        numbers.update([number] if number else [])


def _found(row: Record, before: Sequence[Told], stored: Stored, setting: Setting) -> tuple[Person | None, bool]:
    """Return who a row is that no number tells, and whether an earlier row is the same: found, else asked."""
    like = next((one for one in before if _is_line_of(one, row)), None)
    if like is not None:
        _decide_as(row, like.row)
        return like.who, True
    who = stored.called(row)
    return (who, False) if who else _ask(row, before, stored, setting)


def _is_line_of(one: Told, row: Record) -> bool:
    """Return whether name and telephone are those of an earlier row, and no two ID numbers stand against it."""
    phone = plain_phone(row["phone"])
    if not phone or plain_phone(one.row["phone"]) != phone:
        return False
    return not row["id_number"] or not (one.row["id_number"] or (one.who and one.who.id_index))


def _decide_as(row: Record, other: Record) -> None:
    for key in DECIDED:
        if (value := other.decided(key)) is not None:
            row.decide(key, value)


def _may_be(person: Person, row: Record) -> bool:
    facts = id_facts(row["id_number"])
    if facts is None:
        return True
    return person.id_index is None and person.born_on in {None, facts.born_on}


def _ask(row: Record, before: Sequence[Told], stored: Stored, setting: Setting) -> tuple[Person | None, bool]:
    cells = _cells(row)
    said = setting.questions.remembered(KIND, cells)
    meant = stored.meant(row, said)
    earlier = {} if row["id_number"] else dict(_earlier(before))
    if not meant and not earlier:
        return None, False
    choices = [
        Choice(f"p{one.pk}", " ".join(filter(None, (one.name, *masked(one), stored.works.get(one.pk)))))
        for one in meant
    ]
    words = _("the person of row %(row)d of this file")
    choices += [Choice(value, words % {"row": one.row}) for value, one in earlier.items()]
    if row["id_number"] or row["phone"]:  # by the name alone a second import could not find a new person again
        choices.append(Choice(NEW, _("none of these: a new person")))
    words = _(
        "Somebody called %(name)s is known; neither ID number nor telephone tells whether this is the same person."
    )
    leads = {said: f"p{stored.said[said].pk}"} if said in stored.said else {}
    answer = setting.questions.ask(
        row, "name", kind=KIND, message=words % {"name": row["name"]}, choices=choices, cells=cells, leads=leads
    )
    return _decided(row, answer, meant, earlier, setting.questions.mark(KIND, cells))


def _decided(
    row: Record, answer: str, meant: Sequence[Person], earlier: Mapping[str, Record], mark: str
) -> tuple[Person | None, bool]:
    """Keep in the row what was answered, and return who that is here, and whether an earlier row is the same."""
    who = next((one for one in meant if f"p{one.pk}" == answer), None)
    if who is not None:
        row.decide(PERSON, who.pk)
    elif answer == NEW:
        row.decide(APART, tuple(one.pk for one in meant))
        row.decide(ASKED, mark)
    elif answer:
        other = earlier[answer]
        row.decide(PHONE, other["phone"])
        row.decide(NUMBER, other["id_number"])
        _decide_as(row, other)
        row.decide(ASKED, mark)
    return who, answer in earlier


def _earlier(before: Sequence[Told]) -> Iterator[tuple[str, Record]]:
    """Yield the earlier rows that are persons of their own, by the choice that names them by what stands in them."""
    offered = [one.row for one in before if not one.again and (one.who is None or one.row.decided(PERSON))]
    for row in offered[:MOST_ROWS]:
        yield EARLIER + blind_index("\x1f".join(_cells(row)), use="import")[:16], row


def _cells(row: Record) -> tuple[str, str, str]:
    return row["name"], row["id_number"].upper(), plain_phone(row["phone"])


def _stored(rows: Sequence[Record], setting: Setting) -> Stored:
    """Return who may be meant by the rows: a constant number of queries, whatever their number."""
    remembered = {setting.questions.remembered(KIND, _cells(row)) for row in rows} if setting.questions.answers else ()
    keys = {int(said[1:]): said for said in remembered if said.startswith("p")}
    every = Person.objects.filter(bureau=setting.bureau).select_related("joined_into").order_by("pk")
    said = {keys[one.pk]: one.joined_into or one for one in every.filter(pk__in=keys)} if keys else {}
    bare = {row["name"] for row in rows if not row["id_number"]}
    names = {row["name"] for row in rows if row["id_number"]}
    found = [one for one in every.filter(id_index__isnull=True) if one.name in names] if names else []
    found += every.filter(name__in=bare) if bare else ()
    named: dict[str, dict[int, Person]] = defaultdict(dict)
    phones: dict[int, set[str]] = defaultdict(set)
    for one in found:
        stands = one.joined_into or one
        named[one.name][stands.pk] = stands
        phones[stands.pk] |= {one.phone_index, stands.phone_index} - {""}
    suspected = [row["id_number"] for row in rows if row["id_number"] and (row["name"] in named or said)]
    return Stored(
        named={name: list(people.values()) for name, people in named.items()},
        numbered=known.persons(setting.bureau, suspected) if suspected else {},
        said=said,
        phones=phones,
        works=_works_at({*phones, *(one.pk for one in said.values())}),
    )


def _works_at(keys: Iterable[int]) -> dict[int, str]:
    spells = Employment.objects.filter(person__in=set(keys)).order_by("started_on", "pk")
    return dict(spells.values_list("person_id", "organisation__name"))


def register_people(rows: Sequence[Record], setting: Setting) -> list[Person]:
    """Write the persons of the rows with what was answered, and keep who came of it, so that an answer stays he."""
    drafts = [
        PersonDraft(
            row["name"],
            row.decided(NUMBER) or row["id_number"],
            row.decided(PHONE) or row["phone"],
            known=row.decided(PERSON),
            apart=row.decided(APART) or (),
        )
        for row in rows
    ]
    people = register_persons(bureau=setting.bureau, drafts=drafts, by=setting.by, on=setting.on)
    for row, person in zip(rows, people, strict=True):
        if mark := row.decided(ASKED):
            setting.questions.became[mark] = f"p{person.pk}"
    return people
