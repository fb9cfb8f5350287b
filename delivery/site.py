"""Who was on site against who was declared: people, days and names only, no Django. Edge case 29."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from parties.rules import same_name


@dataclass(frozen=True, slots=True)
class Spell:
    """Somebody who belongs to the team from a day on, until another day (not included) or still."""

    name: str
    started_on: date
    ended_on: date | None = None

    def covers(self, on: date) -> bool:
        """Return whether the day lies in the spell."""
        return self.started_on <= on and (self.ended_on is None or on < self.ended_on)


@dataclass(frozen=True, slots=True)
class Compared:
    """The names of one sheet: of the team on that day, and not declared; whether the lead evaluator signed."""

    declared: tuple[str, ...]
    strangers: tuple[str, ...]
    lead_came: bool


def compare(names: Sequence[str], on: date, *, team: Collection[Spell], leads: Collection[Spell]) -> Compared:
    """Return how the names of a sheet stand to the team and the lead evaluator of that very day.

    Who was declared only later was not declared that day. Inner spaces and full-width brackets make no difference.
    """
    lead = {same_name(spell.name) for spell in leads if spell.covers(on)}
    known = lead | {same_name(spell.name) for spell in team if spell.covers(on)}
    came = [same_name(name) for name in names]
    return Compared(
        declared=tuple(name for name, plain in zip(names, came, strict=True) if plain in known),
        strangers=tuple(name for name, plain in zip(names, came, strict=True) if plain not in known),
        lead_came=bool(lead & set(came)),
    )


def never_seen(members: Iterable[str], sheets: Iterable[Sequence[str]]) -> tuple[str, ...]:
    """Return which of the members signed no sheet, in their order."""
    seen = {same_name(name) for names in sheets for name in names}
    return tuple(name for name in members if same_name(name) not in seen)


def typed_names(text: str) -> list[tuple[str, str]]:
    """Return (name, duty) of each line: the name, then after a comma or an enumeration mark what the person does.

    Empty lines are passed over; a name that comes twice stands once, with its first duty.
    """
    found: dict[str, tuple[str, str]] = {}
    for line in text.splitlines():
        plain = line.replace("，", ",").replace("、", ",")
        name, _comma, duty = (part.strip() for part in plain.partition(","))
        if name:
            found.setdefault(same_name(name), (name, duty))
    return list(found.values())
