"""A known code under another name: the code decides what it is, and a question what the name means."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final

from django.utils.translation import gettext as _

from faces.exchange.faults import Fault
from faces.exchange.importing import Setting
from faces.exchange.questions import MISTAKE, RENAMED, Choice
from faces.exchange.tables import Record
from parties.models import Organisation
from parties.rules import same_name
from parties.services import rename_organisation

KIND: Final = "name"
KEPT: Final = "kept"  # the same thing, which stays called as it is here
NAMED: Final = "renamed"  # kept in a row: its name, if it is the new one of what is known

Alike = Callable[[Record], Sequence[tuple[int, str]]]  # key and code of what is known under a row's name


def ask_renamed(
    rows: Sequence[Record], key: str, held: Mapping[str, str], alike: Alike, setting: Setting
) -> Iterator[Fault]:
    """Ask about each row whose code in ``key`` stands here with another name, ``held`` by code.

    Renamed, the same under its old name, another known thing whose code the file has wrong, or a mistake of the file,
    which is a fault. What the file lists by its own code is not offered for another row.
    """
    listed = {row[key] for row in rows}
    for row in rows:
        before = held.get(row[key] or "", "")
        if before and same_name(before) != same_name(row["name"]):
            others = [(pk, code) for pk, code in alike(row) if code not in listed]
            yield from _ask(row, key, before, others, setting)


def _ask(row: Record, key: str, before: str, others: Sequence[tuple[int, str]], setting: Setting) -> Iterator[Fault]:
    facts = {"name": row["name"], "before": before, "code": row[key]}
    choices = [
        Choice(RENAMED, _("renamed: %(before)s is called %(name)s now") % facts),
        Choice(KEPT, _("the same: it stays %(before)s here") % facts),
    ]
    words = _("the one known as %(name)s, whose code is %(code)s")
    choices += [Choice(f"k{pk}", words % {"name": row["name"], "code": code}) for pk, code in others]
    choices.append(Choice(MISTAKE, _("another one, or a wrong code: I correct the file")))
    sentence = _("The code %(code)s is of %(before)s here; the file calls it %(name)s. What is it?")
    cells = (str(row[key]), same_name(row["name"]), same_name(before))  # a third name is another question
    answer = setting.questions.ask(row, "name", kind=KIND, message=sentence % facts, choices=choices, cells=cells)
    if answer == MISTAKE:
        words = _("The code %(code)s is of %(before)s. Write that name, or the right code, and upload the file again.")
        yield row.fault(key, words % facts, "name_differs")
    elif answer == RENAMED:
        row.decide(NAMED, row["name"])
    elif answer == KEPT:
        row.decide("name", before)
    elif answer:
        row.decide(key, next(code for pk, code in others if f"k{pk}" == answer))


def ask_renamed_bodies(rows: Sequence[Record], setting: Setting) -> Iterator[Fault]:
    """Ask about each row whose USCC stands here with another name."""
    bodies = Organisation.objects.filter(bureau=setting.bureau)
    stored = bodies.filter(uscc__in={row["uscc"] for row in rows if row["uscc"]})
    held = {uscc: name for uscc, name in stored.values_list("uscc", "name") if uscc}
    if all(same_name(held.get(row["uscc"], row["name"])) == same_name(row["name"]) for row in rows):
        return
    by_name: dict[str, list[tuple[int, str]]] = defaultdict(list)
    for pk, name, uscc in bodies.filter(uscc__isnull=False).order_by("pk").values_list("pk", "name", "uscc"):
        by_name[same_name(name)].append((pk, uscc or ""))
    yield from ask_renamed(rows, "uscc", held, lambda row: by_name.get(same_name(row["name"]), ()), setting)


def rename_bodies(rows: Sequence[Record], setting: Setting) -> None:
    """Give the bodies of the rows the names that were said to be their new ones; the old ones stay on record."""
    wanted = {row["uscc"]: row["name"] for row in rows if row.decided(NAMED) and row["uscc"]}
    for body in Organisation.objects.filter(bureau=setting.bureau, uscc__in=wanted) if wanted else ():
        if body.uscc and same_name(body.name) != same_name(wanted[body.uscc]):
            rename_organisation(organisation=body, name=wanted[body.uscc], by=setting.by, on=setting.on)
