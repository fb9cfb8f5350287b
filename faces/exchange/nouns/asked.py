"""The questions of the sheets: whether a row is the person, the thing or the body that is known under its name."""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from django.utils.translation import gettext as _

from faces.exchange.faults import Fault
from faces.exchange.importing import Setting
from faces.exchange.nouns import known
from faces.exchange.questions import EARLIER, MISTAKE, NEW, Choice
from faces.exchange.tables import Record
from foundation.core.crypto import blind_indexes
from foundation.core.identifiers import id_facts, plain_phone
from parties.models import Employment, FormerName, Organisation, Person
from parties.rules import same_name
from parties.selectors import masked
from parties.services import PersonDraft

PERSON: Final = "person"  # kept in a row: the key of the person whom an answer named
PHONE: Final = "person_phone"  # the telephone under which an earlier row of the file has the person
APART: Final = "apart"  # the keys of the persons from whom an answer told the row apart
BODY: Final = "body_before"  # the key of the body that the row's body was converted from
FILLED: Final = "body_known"  # the key of the body without a code that gets the row's code
TWIN: Final = "twin"  # the key of the unit or project that gets the row's code


def ask_people(rows: Sequence[Record], setting: Setting) -> None:
    """Ask about each row that neither number nor telephone, but its name tells of somebody known (edge case 5).

    Of two ID numbers equal ones are needed: a row with a number is asked about against people without one only.
    """
    alike = _namesakes(rows, setting)
    suspected = [row for row in rows if alike.get(row["name"])]
    numbered = known.persons(setting.bureau, (row["id_number"] for row in suspected if row["id_number"]))
    works = _works_at({one.pk for row in suspected for one in alike[row["name"]]})
    first: dict[str, Record] = {}
    for row in rows:
        phones = blind_indexes(plain_phone(row["phone"]), use="phone")
        there = alike.get(row["name"], [])
        earlier = None if row["id_number"] else first.setdefault(row["name"], row)
        if row["id_number"] in numbered or any(_is_called(one, row, phones) for one in there):
            continue
        meant = [one for one in there if _may_be(one, row)]
        if earlier is row or (earlier and plain_phone(earlier["phone"]) == plain_phone(row["phone"])):
            earlier = None
        if meant or earlier:
            _ask_person(row, meant, earlier, works, setting)


def _namesakes(rows: Sequence[Record], setting: Setting) -> dict[str, list[Person]]:
    """Return who is known by the names of the rows: two queries, whatever their number."""
    stands = Person.objects.filter(bureau=setting.bureau, joined_into__isnull=True).order_by("pk")
    found: dict[str, list[Person]] = defaultdict(list)
    names = {row["name"] for row in rows if row["id_number"]}
    if names:
        for person in stands.filter(id_index__isnull=True):
            if person.name in names:
                found[person.name].append(person)
    bare = {row["name"] for row in rows if not row["id_number"]}
    for person in stands.filter(name__in=bare) if bare else ():
        if person not in found[person.name]:
            found[person.name].append(person)
    return found


def _is_called(person: Person, row: Record, phones: Sequence[str]) -> bool:
    """Return whether the telephone tells who it is: unless two ID numbers say otherwise."""
    return person.phone_index in phones and not (row["id_number"] and person.id_index)


def _may_be(person: Person, row: Record) -> bool:
    facts = id_facts(row["id_number"])
    if facts is None:
        return True
    return person.id_index is None and person.born_on in {None, facts.born_on}


def _works_at(keys: Iterable[int]) -> dict[int, str]:
    spells = Employment.objects.filter(person__in=set(keys)).order_by("started_on", "pk")
    return dict(spells.values_list("person_id", "organisation__name"))


def _ask_person(
    row: Record, meant: Sequence[Person], earlier: Record | None, works: Mapping[int, str], setting: Setting
) -> None:
    choices = [
        Choice(f"p{one.pk}", " ".join(filter(None, (one.name, *masked(one), works.get(one.pk))))) for one in meant
    ]
    if earlier is not None:
        choices.append(Choice(EARLIER, _("the person of row %(row)d of this file") % {"row": earlier.row}))
    if row["id_number"] or row["phone"]:  # by the name alone a second import could not find a new person again
        choices.append(Choice(NEW, _("none of these: a new person")))
    words = _(
        "Somebody called %(name)s is known; neither ID number nor telephone tells whether this is the same person."
    )
    cells = (row["name"], row["id_number"].upper(), plain_phone(row["phone"]))
    answer = setting.questions.ask(
        row, "name", kind="person", message=words % {"name": row["name"]}, choices=choices, cells=cells
    )
    if answer == EARLIER and earlier is not None:
        row.decide(PHONE, earlier["phone"])
        row.decide(PERSON, earlier.decided(PERSON))
    elif answer == NEW:
        row.decide(APART, tuple(one.pk for one in meant))
    elif answer:
        row.decide(PERSON, int(answer[1:]))


def draft_of(row: Record) -> PersonDraft:
    """Return the person of a row, with what was answered."""
    draft = PersonDraft(row["name"], row["id_number"], row.decided(PHONE) or row["phone"])
    return replace(draft, known=row.decided(PERSON), apart=row.decided(APART) or ())


def fill_codes(
    rows: Sequence[Record],
    there: Mapping[str, known.Named],
    name_of: Callable[[known.Named], Hashable],
    named: Callable[[Record], Hashable],
    setting: Setting,
) -> Iterator[Fault]:
    """Ask which known thing a row without a code is; a name that nothing resembles is a fault: it needs its code."""
    by_name: dict[Hashable, list[tuple[str, known.Named]]] = {}
    if any(not row["code"] for row in rows):
        for code, one in there.items():
            by_name.setdefault(name_of(one), []).append((code, one))
    for row in rows:
        if row["code"]:
            continue
        meant = by_name.get(named(row), [])
        if not meant:
            yield row.fault("name", _("There is no code, and nothing of this name is known; give the code."), "empty")
            continue
        choices = [Choice(f"k{one.pk}", f"{code} {one}".split(" #")[0]) for code, one in meant]
        choices.append(Choice(MISTAKE, _("none of these: I give the code in the file")))
        words = _("%(name)s comes without a code. Which of these is it?") % {"name": row["name"]}
        cells = tuple(str(part) for part in (named(row), row["name"]))
        answer = setting.questions.ask(row, "name", kind="code", message=words, choices=choices, cells=cells)
        if answer == MISTAKE:
            yield row.fault("name", _("Give the code of this row, and upload the file again."), "empty")
        elif answer:
            row.decide("code", next(code for code, one in meant if f"k{one.pk}" == answer))


def ask_names(
    rows: Sequence[Record], twins: Mapping[str, Sequence[Any]], sentence: str, noun: str, setting: Setting
) -> None:
    """Ask about each row whose name is known under another code; the column 同名答复 answers for one known thing."""
    for row in rows:
        found = twins.get(row["code"], ())
        if not found or row["same"] == known.OTHER or (row["same"] == known.SAME and len(found) == 1):
            continue
        choices = [
            Choice(f"k{one.pk}", _("the same: %(code)s gets the new code") % {"code": one.code}) for one in found
        ]
        choices.append(Choice(NEW, _("another one of the same name")))
        facts = {"name": row["name"], "codes": "、".join(one.code for one in found), "column": known.ANSWER}
        answer = setting.questions.ask(
            row,
            "name",
            kind=noun,
            message=sentence % facts,
            choices=choices,
            cells=(row["code"], same_name(row["name"])),
        )
        if answer == NEW:
            row.decide("same", known.OTHER)
        elif answer:
            row.decide("same", known.SAME)
            row.decide(TWIN, int(answer[1:]))


def twin_of(row: Record, found: Sequence[known.Named]) -> known.Named:
    """Return which of the known things the row was said to be."""
    return next((one for one in found if one.pk == row.decided(TWIN)), found[0])


def ask_bodies(rows: Sequence[Record], setting: Setting) -> Iterator[Fault]:
    """Ask about each row whose USCC is new and whose name a body bears or bore: converted, another, or a mistake."""
    codes = {row["uscc"] for row in rows}
    bodies = Organisation.objects.filter(bureau=setting.bureau)
    stored = set(bodies.filter(uscc__in=codes).values_list("uscc", flat=True))
    fresh = [row for row in rows if row["uscc"] not in stored]
    if not fresh:
        return
    by_name: dict[str, dict[int, tuple[str, str]]] = defaultdict(dict)
    for pk, name, uscc in bodies.order_by("pk").values_list("pk", "name", "uscc"):
        by_name[same_name(name)][pk] = (name, uscc or "")
    former = FormerName.objects.filter(organisation__bureau=setting.bureau).order_by("pk")
    facts = former.values_list("name", "organisation", "organisation__name", "organisation__uscc")
    for before, pk, name, uscc in facts:
        by_name[same_name(before)].setdefault(pk, (name, uscc or ""))
    for row in fresh:
        meant = by_name.get(same_name(row["name"]))
        if meant:
            yield from _ask_body(row, meant, setting)


def _ask_body(row: Record, meant: Mapping[int, tuple[str, str]], setting: Setting) -> Iterator[Fault]:
    choices = []
    for pk, (name, uscc) in meant.items():
        if uscc:
            words = _("converted from %(name)s (%(code)s), which stays linked as its predecessor")
            choices.append(Choice(f"c{pk}", words % {"name": name, "code": uscc}))
        elif same_name(name) == same_name(row["name"]):
            choices.append(Choice(f"k{pk}", _("the same as %(name)s, whose code was not known") % {"name": name}))
    choices.append(Choice(NEW, _("another body of the same name")))
    choices.append(Choice(MISTAKE, _("the code in the file is wrong")))
    words = _("The name %(name)s is known, or was borne before, but this code is new. What is it?")
    answer = setting.questions.ask(
        row, "uscc", kind="body", message=words % {"name": row["name"]}, choices=choices,
        cells=(row["uscc"], same_name(row["name"])),
    )  # fmt: skip
    if answer == MISTAKE:
        codes = "、".join(uscc for _name, uscc in meant.values() if uscc)
        sentence = _("Correct the code in the file, and upload it again. Known under this name: %(codes)s")
        yield row.fault("uscc", sentence % {"codes": codes}, "code_wrong")
    elif answer.startswith("c"):
        row.decide(BODY, int(answer[1:]))
    elif answer.startswith("k"):
        row.decide(FILLED, int(answer[1:]))
