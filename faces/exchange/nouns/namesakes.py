"""Who is known here and may be meant by a row: by a name of today or of before, by one written nearly so."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from django.db.models import QuerySet

from faces.exchange.importing import Setting
from faces.exchange.nouns import known
from faces.exchange.tables import Record
from foundation.core.crypto import blind_indexes
from foundation.core.identifiers import id_facts, plain_phone
from parties.models import Employment, FormerPersonName, Person
from parties.rules import near_name, sort_key_of

MOST_SOUNDING: Final = 5  # of those whose name only sounds the same so many are offered
AT_ONCE: Final = 5_000  # telephones that are looked up at a time

Named = Mapping[str, Mapping[int, Person]]


@dataclass(frozen=True, slots=True)
class Namesakes:
    """Those who may be meant, joined records led on to the one that stands.

    ``named``: by a name of today or of before; ``on_line``: by the index of a telephone, under nearly the name of a
    row; ``sounding``: by pinyin; ``said``: by the choice of an earlier answer; ``taken``: the ID
    number that an earlier row of the file gives a person, who cannot be meant by one with another number.
    """

    named: Named
    on_line: Named
    sounding: Named
    numbered: Mapping[str, Person]
    said: Mapping[str, Person]
    phones: Mapping[int, set[str]]
    works: Mapping[int, str]
    taken: dict[int, str] = field(default_factory=dict)

    def called(self, row: Record) -> Person | None:
        """Return whom name and telephone tell, unless two ID numbers say otherwise."""
        keys = _lines(row)
        bearing = (one for one in self._of(self.named, row["name"]) if self.is_free(one, row))
        alike = (one for one in bearing if not (row["id_number"] and one.id_index))
        return next((one for one in alike if self.phones[one.pk].intersection(keys)), None)

    def bears(self, person: Person, name: str) -> bool:
        """Return whether the person is called so, or was before."""
        return person.pk in self.named.get(name, ())

    def meant(self, row: Record, said: str) -> list[Person]:
        """Return who may be meant; who was named by an answer before is among them.

        Who only sounds the same is offered where something else tells of somebody known, and asks nothing alone.
        """
        keys = _lines(row)
        found = [*self._of(self.named, row["name"])]
        found += [one for key in keys for one in self._of(self.on_line, key) if near_name(one.name, row["name"])]
        found += [self.said[said]] if said in self.said else []
        likely = [one for one in found if _may_be(one, row)]
        if likely:
            sounding = [one for one in self._of(self.sounding, sort_key_of(row["name"])) if _may_be(one, row)]
            likely += sounding[:MOST_SOUNDING]
        return list({one.pk: one for one in likely}.values())

    def is_free(self, person: Person, row: Record) -> bool:
        """Return whether no earlier row of the file gives the person another number."""
        number = row["id_number"].upper()
        return not number or self.taken.get(person.pk, number) == number

    def _of(self, named: Named, key: str) -> Iterable[Person]:
        return named.get(key, {}).values()


def _lines(row: Record) -> tuple[str, ...]:
    return blind_indexes(plain_phone(row["phone"]), use="phone")


def _may_be(person: Person, row: Record) -> bool:
    """Return whether nothing stands against it: of two known ID numbers or birthdays equal ones are needed."""
    facts = id_facts(row["id_number"])
    if facts is None:
        return True
    return person.id_index is None and person.born_on in {None, facts.born_on}


def namesakes_of(rows: Sequence[Record], remembered: Iterable[str], setting: Setting) -> Namesakes:
    """Return who may be meant by the rows: a constant number of queries for a sheet of any size that people send."""
    every = Person.objects.filter(bureau=setting.bureau).select_related("joined_into").order_by("pk")
    keys: dict[int, list[str]] = defaultdict(list)
    for said in remembered:
        if said[:1] in {"p", "n"} and said[1:].isdigit():
            keys[int(said[1:])].append(said)
    there = every.filter(pk__in=list(keys)) if keys else ()
    before = {said: one.joined_into or one for one in there for said in keys[one.pk]}
    phones: dict[int, set[str]] = defaultdict(set)
    named = _by_name(rows, every, phones, setting)
    on_line = _on_line(rows, every)
    suspected = {
        row["id_number"]
        for row in rows
        if row["id_number"] and (before or row["name"] in named or not on_line.keys().isdisjoint(_lines(row)))
    }
    wanted = {sort_key_of(row["name"]) for row in rows if row["name"] in named}
    sounding = _grouped((one.sort_key, one) for one in (every.filter(sort_key__in=wanted) if wanted else ()))
    found = {pk for group in (named, on_line, sounding) for people in group.values() for pk in people}
    return Namesakes(
        named=named,
        on_line=on_line,
        sounding=sounding,
        numbered=known.persons(setting.bureau, suspected) if suspected else {},
        said=before,
        phones=phones,
        works=_works_at({*found, *(one.pk for one in before.values())}),
    )


def _by_name(
    rows: Sequence[Record], every: QuerySet[Person], phones: dict[int, set[str]], setting: Setting
) -> dict[str, dict[int, Person]]:
    """Return the persons by the names of the rows, and note their telephones; for an ID number only who has none."""
    bare = {row["name"] for row in rows if not row["id_number"]}
    names = {row["name"] for row in rows if row["id_number"]}
    found = [(one.name, one) for one in every.filter(id_index__isnull=True) if one.name in names] if names else []
    found += [(one.name, one) for one in every.filter(name__in=bare)] if bare else []
    former = FormerPersonName.objects.filter(person__bureau=setting.bureau).order_by("pk")
    borne = former.select_related("person__joined_into")
    found += [(one.name, one.person) for one in borne.filter(person__id_index__isnull=True) if one.name in names]
    found += [(one.name, one.person) for one in borne.filter(name__in=bare)] if bare else []
    for _name, one in found:
        stands = one.joined_into or one
        phones[stands.pk] |= {one.phone_index, stands.phone_index} - {""}
    return _grouped(found)


def _on_line(rows: Sequence[Record], every: QuerySet[Person]) -> dict[str, dict[int, Person]]:
    """Return by the index of a telephone who has it under another name, which is nearly that of a row with it."""
    names: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        for key in _lines(row):
            names[key].add(row["name"])
    near: list[int] = []
    ordered = list(names)
    for start in range(0, len(ordered), AT_ONCE):
        lines = every.filter(phone_index__in=ordered[start : start + AT_ONCE])
        for pk, name, key in lines.values_list("pk", "name", "phone_index"):
            if name not in names[key] and any(near_name(name, one) for one in names[key]):
                near.append(pk)
    return _grouped((one.phone_index, one) for one in (every.filter(pk__in=near) if near else ()))


def _grouped(pairs: Iterable[tuple[str, Person]]) -> dict[str, dict[int, Person]]:
    found: dict[str, dict[int, Person]] = defaultdict(dict)
    for key, one in pairs:
        stands = one.joined_into or one
        found[key][stands.pk] = stands
    return dict(found)


def _works_at(keys: Iterable[int]) -> dict[int, str]:
    spells = Employment.objects.filter(person__in=set(keys)).order_by("started_on", "pk")
    return dict(spells.values_list("person_id", "organisation__name"))
