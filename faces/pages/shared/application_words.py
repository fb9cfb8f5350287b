"""Applications in words: the admission items, the facts asked for, what is missing, the undertakings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from evaluators.enums import FirmKind
from evaluators.services import UNDERTAKING as FIRM_UNDERTAKING
from experts.enums import TitleLevel
from experts.services import UNDERTAKING as EXPERT_UNDERTAKING
from faces.pages.shared import formats
from faces.pages.shared.sections import Cell, Grid, Section
from foundation.rulesets.selectors import wording_on
from parties.enums import OrganisationKind

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from django_stubs_ext import StrOrPromise

    from admissions.models import Application, ApplicationItem
    from admissions.rules import Gap
    from foundation.bureaus.models import Bureau

ITEMS: Final[Mapping[str, StrOrPromise]] = {
    "legal_standing": gettext_lazy("legal standing"),
    "no_violation_3_years": gettext_lazy("no violation in 3 years"),
    "lead_evaluator": gettext_lazy("lead evaluator"),
    "proofs": gettext_lazy("proofs"),
    "title_certificate": gettext_lazy("certificate of the title"),
    "work_record": gettext_lazy("record of work"),
}
FACTS: Final[Mapping[str, StrOrPromise]] = {
    "name": gettext_lazy("Name of the firm"),
    "uscc": gettext_lazy("Unified social credit code"),
    "kind": gettext_lazy("Kind"),
    "form": gettext_lazy("Form"),
    "legal_person": gettext_lazy("Legal representative"),
    "address": gettext_lazy("Address"),
    "phone": gettext_lazy("Telephone"),
    "founded_on": gettext_lazy("Founded on"),
    "staff_count": gettext_lazy("Staff, as declared"),
    "title": gettext_lazy("Professional title"),
    "level": gettext_lazy("Level of the title"),
    "works_since": gettext_lazy("At work since"),
    "employer": gettext_lazy("Employer"),
    "employed_since": gettext_lazy("Employed since"),
    "main": gettext_lazy("Main specialty"),
    "others": gettext_lazy("Other specialties"),
    "email": gettext_lazy("E-mail"),
}
CODED: Final = {
    "kind": dict(FirmKind.choices), "form": dict(OrganisationKind.choices), "level": dict(TitleLevel.choices)
}  # fmt: skip
WHY: Final[Mapping[str, StrOrPromise]] = {
    "": gettext_lazy("missing"),
    "expired": gettext_lazy("the proof has run out"),
    "lead_unqualified": gettext_lazy("neither a title nor a practising certificate"),
    "lead_too_new": gettext_lazy("not enough years of work"),
    "expert_too_new": gettext_lazy("not enough years of work for this title"),
    "expert_too_old": gettext_lazy("the age limit of the pool is reached"),
}
PARTS: Final[Mapping[str, StrOrPromise]] = {
    "people": gettext_lazy("Persons"),
    "undertaking": gettext_lazy("Undertaking"),
}
UNDERTAKING_LINES: Final[Mapping[str, Sequence[StrOrPromise]]] = {
    "FIRM": (
        gettext_lazy("We evaluate independently, with our own people, and pass no task on."),
        gettext_lazy(
            "We report what we find, keep what we learn to ourselves, and accept nothing from anybody concerned."
        ),
        gettext_lazy("It holds until 31 December of this year."),
    ),
    "EXPERT": (
        gettext_lazy("I review independently and fairly, and say myself when I have a relation to a unit or a firm."),
        gettext_lazy("I keep to myself what I read, accept nothing from anybody concerned, and hand in on time."),
        gettext_lazy("It holds until 31 December of this year."),
    ),
}
UNDERTAKING_CODES: Final = {"FIRM": FIRM_UNDERTAKING, "EXPERT": EXPERT_UNDERTAKING}
TRUE: Final = gettext_lazy("Everything said in this application is true; the proofs are real.")


def undertaking_lines(bureau: Bureau, kind: str, on: date) -> list[StrOrPromise]:
    """Return what is promised on ``on``, sentence by sentence: the bureau's own text, or the shipped one."""
    own = wording_on(bureau=bureau, code=UNDERTAKING_CODES[kind], on=on)
    return [*own.lines] if own else [*UNDERTAKING_LINES[kind]]


def gap_lines(gaps: Sequence[Gap]) -> list[tuple[str, str]]:
    """Return what is missing in words: which part, and why."""
    return [(_what(gap), str(WHY.get(gap.why, gap.why))) for gap in gaps]


def _what(gap: Gap) -> str:
    words = {"profile": FACTS, "items": ITEMS}.get(gap.part)
    if words is not None:
        return str(words.get(gap.what, gap.what))
    return gap.what or str(PARTS.get(gap.part, gap.part))


def fact_pairs(application: Application, specialties: Mapping[int, str]) -> list[tuple[StrOrPromise, str]]:
    """Return the facts that are filled in, in words; ``specialties`` are the names of the nodes."""
    found = []
    for name, label in FACTS.items():
        value = application.profile.get(name)
        if value in (None, "", []):
            continue
        if name in CODED:
            value = CODED[name].get(value, value)
        elif name in {"main", "others"}:
            picked = value if isinstance(value, list) else [value]
            value = "、".join(specialties.get(pk, str(pk)) for pk in picked)
        found.append((label, str(value)))
    return found


def item_state(item: ApplicationItem | None) -> Cell:
    """Return whether the bureau found the item met."""
    if item is None or item.proof_id is None:
        return Cell(_("missing"), shape="wait")
    if item.is_met is None:
        return Cell(pgettext("proof", "not checked yet"), shape="run")
    return Cell(_("met"), shape="done") if item.is_met else Cell(_("not met"), shape="bad")


def day_or_dash(value: object) -> str:
    """Return a day with its year, or a dash."""
    return formats.day(value, with_year=True) if value else "—"  # type: ignore[arg-type] # the caller's dates only


def history(application: Application) -> Section:
    """Return every step with the words that were given for it."""
    lines = [
        (day_or_dash(one.moved_on), one.get_status_display(), Cell(one.reason or "—", said=bool(one.reason)))
        for one in application.moves.order_by("-pk")
    ]
    return Section(_("What happened"), grid=Grid((_("Day"), _("State"), _("Words")), lines))
