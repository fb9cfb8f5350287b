"""The employers in a roster: a code is taken at once, a name only with a question."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from django.db.models import Q
from django.utils.translation import gettext as _

from faces.exchange.faults import Fault
from faces.exchange.importing import Setting
from faces.exchange.nouns import known
from faces.exchange.questions import MISTAKE, Choice
from faces.exchange.tables import Record
from foundation.bureaus.models import Bureau
from parties.models import FormerName, Organisation

EMPLOYER: Final = "employer"  # the kind of question


def name_employers(rows: Sequence[Record], setting: Setting) -> Iterator[Fault]:
    """Ask once of each employer that a file gives by name which known body it is; the answer becomes its code.

    A name of before counts as the name. Yield a fault for what is neither code nor name of anybody known.
    """
    codes = known.body_codes(setting.bureau) | setting.brought.get("body", set())
    named = _bodies_named({row["body"] for row in rows} - codes, setting.bureau)
    for row in rows:
        said = row["body"]
        if said in codes:
            continue
        if not (meant := named.get(said)):
            words = _("There is no body with the code or the name %(code)s; add it to the sheet 单位.")
            yield row.fault("body", words % {"code": said}, "unknown")
            continue
        choices = [Choice(code, f"{name}（{code}）") for code, name in meant]
        choices.append(Choice(MISTAKE, _("none of these: I give the code in the file")))
        words = _("The employer %(name)s is given by name, without its code. Which of these is it?") % {"name": said}
        answer = setting.questions.ask(row, "body", kind=EMPLOYER, message=words, choices=choices, cells=(said,))
        if answer == MISTAKE:
            yield row.fault("body", _("Give the code of this employer, and upload the file again."), "empty")
        elif answer:
            row.decide("body", answer)


def _bodies_named(names: Iterable[str], bureau: Bureau) -> dict[str, list[tuple[str, str]]]:
    """Return by name the (code, present name) of each body that bears it or bore it; two queries."""
    asked = set(names)
    if not asked:
        return {}
    former = FormerName.objects.filter(organisation__bureau=bureau, name__in=asked)
    before: dict[int, set[str]] = defaultdict(set)
    for key, name in former.values_list("organisation_id", "name"):
        before[key].add(name)
    rows = Organisation.objects.filter(Q(name__in=asked) | Q(pk__in=before), bureau=bureau).order_by("name", "pk")
    units = {unit.organisation_id: code for code, unit in known.units(bureau).items()}
    found: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for row in rows:
        if code := row.uscc or units.get(row.pk):
            for name in {row.name, *before[row.pk]} & asked:
                found[name].append((code, row.name))
    return found
