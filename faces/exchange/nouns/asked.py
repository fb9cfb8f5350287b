"""The questions of the sheets: whether a row is the thing or the body that is known under its name."""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from typing import Any, Final

from django.utils.translation import gettext as _

from faces.exchange.faults import Fault
from faces.exchange.importing import Setting
from faces.exchange.nouns import known
from faces.exchange.questions import MISTAKE, NEW, Choice
from faces.exchange.tables import Record
from parties.models import FormerName, Organisation
from parties.rules import same_name

BODY: Final = "body_before"  # the key of the body that the row's body was converted from
FILLED: Final = "body_known"  # the key of the body without a code that gets the row's code
TWIN: Final = "twin"  # the key of the unit or project that gets the row's code


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
            code, one = next((code, one) for code, one in meant if f"k{one.pk}" == answer)
            row.decide("code", code)
            row.decide("name", known.called(one))


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
