"""What the wall of the draw room shows: the frozen list, the seeds, who sits, who was passed over, who waits."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from django.utils.translation import gettext as _

from assignments.enums import DrawProfile, DrawStatus, PartyRole
from assignments.models import Assignment
from assignments.selectors.draws import lineage_of, turn_of, visible_to
from assignments.selectors.eligibility import reason_words
from assignments.selectors.seeding import sources_of
from assignments.transitions import GONE
from faces.pages.bureau.outside_values import Source, told_sources
from faces.pages.shared import formats
from faces.pages.shared.draw_words import GROUNDS, SKIPS, step_words
from faces.pages.shared.steps import Step

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django_stubs_ext import StrOrPromise

    from assignments.models import Draw, DrawFault, DrawParty, EvaluationTask
    from foundation.accounts.models import User

SHOWN_OF_LIST: Final = 40
SHOWN_OF_ALTERNATES: Final = 24


def room_draws(user: User) -> QuerySet[Draw]:
    """Return the draws whose room ``user`` may enter, with what the wall names."""
    return visible_to(user).select_related(
        "bureau", "task__unit__organisation", "task__bureau", "re_review__evaluation__unit__organisation",
        "re_review__evaluation__bureau",
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Listed:
    """One line of the frozen list."""

    number: str
    fields: str
    words: str
    is_seated: bool


@dataclass(frozen=True, slots=True)
class Removed:
    """How many people one rule kept off the list."""

    people: int
    words: StrOrPromise
    source: str


@dataclass(frozen=True, slots=True)
class Seed:
    """One party: what it handed in and what it showed."""

    party: DrawParty
    state: StrOrPromise
    shape: str


@dataclass(frozen=True, slots=True)
class Chair:
    """One seat: empty before the draw, then the number that sits there."""

    turn: int
    field: StrOrPromise
    number: str = ""
    words: str = ""
    name: str = ""
    is_replacement: bool = False


@dataclass(frozen=True, slots=True)
class Passed:
    """Somebody whom the walk passed over, or who left."""

    number: str
    place: int
    words: StrOrPromise


class Room:
    """A draw as everybody in the room sees it. A firm's name is shown once it is drawn; an expert's never."""

    def __init__(self, draw: Draw) -> None:
        """Keep the draw; every part is read once, when it is shown."""
        self.draw = draw
        self.frozen: dict[str, Any] = json.loads(draw.freeze_text) if draw.freeze_text else {}
        record = draw.record or {}
        self.walks: list[dict[str, Any]] = [record["draw"], *record["replacements"]] if record.get("draw") else []
        self.place_of = {number: place for place, number in enumerate(draw.order, 1)}
        self.width = max(2, len(str(len(self.frozen.get("entries", [])))))

    @cached_property
    def base(self) -> EvaluationTask | None:
        """The task that the draw serves."""
        return self.draw.task or (self.draw.re_review.evaluation if self.draw.re_review else None)

    @cached_property
    def people(self) -> list[DrawParty]:
        """The parties in the order in which they show their nonces."""
        order = [PartyRole.OPERATOR, PartyRole.THIRD, PartyRole.WITNESS]
        rows = self.draw.parties.select_related("user").prefetch_related("user__grants__section")
        return sorted(rows, key=lambda row: order.index(PartyRole(row.role)))

    @cached_property
    def seated(self) -> set[int]:
        """The numbers that hold a seat now."""
        return {row["number"] for row in self.walks[-1]["panel"]} if self.walks else set()

    @cached_property
    def left(self) -> list[int]:
        """The numbers that hold a seat on the record but have left, so that the next may be called."""
        if not self.walks:
            return []
        gone = Assignment.objects.filter(draw=self.draw, status__in=GONE)
        keys = {(row.firm_id, row.expert_id) for row in gone}
        return sorted(number for number, key in self._keys.items() if number in self.seated and key in keys)

    @cached_property
    def _keys(self) -> dict[int, tuple[int | None, int | None]]:
        rows = self.draw.entries.values_list("number", "firm_id", "expert_id")
        return {number: (firm, expert) for number, firm, expert in rows}

    @cached_property
    def fields(self) -> dict[int, StrOrPromise]:
        """The words of each stratum."""
        return {
            seat["stratum"]: _("firm") if self.draw.task_id else seat["name"]
            for seat in self.draw.seats
        }  # fmt: skip

    def label(self, number: int) -> str:
        """Return a number of the list as it is called out."""
        return f"{number:0{self.width}d}"

    def group(self, number: int) -> str:
        """Return the group of a number in words; empty where it has none."""
        value = self.frozen["entries"][number - 1]["group"]
        return _("group %(n)s") % {"n": value} if value and self.draw.re_review_id else ""

    def listed(self) -> list[Listed]:
        """Return the frozen list, by number."""
        skipped = {row["number"] for walk in self.walks for row in walk["skipped"]}
        rows = []
        for number, entry in enumerate(self.frozen.get("entries", []), 1):
            place = self.place_of.get(number)
            words = [self.group(number)]
            if place:
                words.append(_("place %(n)s") % {"n": place})
            if number in self.seated:
                words.append(_("seated"))
            elif number in skipped:
                words.append(_("passed over"))
            fields = "" if self.draw.task_id else "、".join(str(self.fields[stratum]) for stratum in entry["strata"])
            text = "　".join(word for word in words if word)
            rows.append(Listed(self.label(number), fields, text, number in self.seated))
        return rows

    def removed(self) -> list[Removed]:
        """Return how many each rule kept off the list, most first."""
        sources: dict[str, str] = {}
        for code, source in self.draw.exclusions.order_by("code", "pk").values_list("code", "source").distinct():
            sources.setdefault(code, source)
        rules = self.frozen.get("excluded", {}).get("rules", [])
        ordered = sorted(rules, key=lambda row: (-row["count"], row["rule"]))
        return [Removed(row["count"], reason_words(row["rule"]), sources.get(row["rule"], "")) for row in ordered]

    def seeds(self) -> list[Seed]:
        """Return each party with what it has done."""
        found = []
        for party in self.people:
            if party.nonce:
                word, shape = _("fits"), "done"
            elif self.draw.status in {DrawStatus.REVEALED, DrawStatus.DRAWN}:
                word, shape = _("silent: enters as null"), "warn"
            elif self.draw.status == DrawStatus.VOID and party.role == self.draw.void_role:
                word, shape = _("nonce refused"), "bad"
            elif party.commitment:
                word, shape = _("committed"), "run"
            else:
                word, shape = _("not committed yet"), "wait"
            found.append(Seed(party, word, shape))
        return found

    def sources(self) -> list[Source]:
        """Return each outside value of the draw, in order, with what was read there."""
        return told_sources(self.draw)

    @property
    def is_outside(self) -> bool:
        """Whether a public value decides, too."""
        return self.draw.profile == DrawProfile.OUTSIDE

    def opened(self) -> list[tuple[int, StrOrPromise, StrOrPromise, str]]:
        """Return (step, whom it lets in, its state, shape) of each widening step."""
        found: list[tuple[int, StrOrPromise, StrOrPromise, str]] = []
        for n, step in enumerate(self.draw.widening, 1):
            if n in self.draw.opened_tiers:
                found.append((n, step_words(step), _("opened"), "done"))
            elif n <= self.draw.approved_steps:
                found.append((n, step_words(step), _("approved, not needed yet"), "run"))
            else:
                found.append((n, step_words(step), _("not opened"), "wait"))
        return found

    def chairs(self) -> list[Chair]:
        """Return the seats: empty ones before the draw."""
        if not self.walks:
            empty = [self.fields[seat["stratum"]] for seat in self.draw.seats for _n in range(seat["count"])]
            return [Chair(turn, word) for turn, word in enumerate(empty, 1)]
        names = self._names()
        called = {row["number"] for walk in self.walks[1:] for row in walk["seated"]}
        chairs = []
        for turn, row in enumerate(self.walks[-1]["panel"], 1):
            number = row["number"]
            words = [_("place %(n)s") % {"n": self.place_of[number]}, self.group(number)]
            text = "　".join(word for word in words if word)
            chairs.append(
                Chair(
                    turn, self.fields[row["stratum"]], self.label(number), text, names.get(number, ""), number in called
                )
            )
        return chairs

    def _names(self) -> dict[int, str]:
        if not self.draw.task_id:
            return {}
        rows = self.draw.entries.filter(number__in=self.seated).select_related("firm__organisation")
        return {row.number: row.firm.organisation.name for row in rows if row.firm}

    def passed(self) -> list[Passed]:
        """Return those whom the last walk passed over with the reason, and all who left."""
        if not self.walks:
            return []
        gone = {number for walk in self.walks[1:] for number in walk["withdrawn"]}
        rows = [Passed(self.label(n), self.place_of[n], _("left; replaced")) for n in gone]
        for row in self.walks[-1]["skipped"]:
            number = row["number"]
            rows.append(Passed(self.label(number), self.place_of[number], SKIPS[row["reason"]]))
        return sorted(rows, key=lambda row: row.place)

    def alternates(self) -> list[tuple[str, int, str]]:
        """Return (number, place, fields) of those who would be called next, in the order drawn."""
        if not self.walks:
            return []
        gone = {number for walk in self.walks[1:] for number in walk["withdrawn"]}
        waiting = [number for number in self.draw.order if number not in self.seated | gone]
        strata = [entry["strata"] for entry in self.frozen["entries"]]
        return [
            (
                self.label(number),
                self.place_of[number],
                "" if self.draw.task_id else "、".join(str(self.fields[one]) for one in strata[number - 1]),
            )
            for number in waiting
        ]

    def steps(self) -> list[Step]:
        """Return the course of the draw."""
        parties = self.people
        given = sum(1 for row in parties if row.commitment)
        shown = sum(1 for row in parties if row.nonce)
        states = [DrawStatus.CONFIGURED, DrawStatus.FROZEN, DrawStatus.COMMITTED, DrawStatus.DRAWN]
        if self.is_outside:
            states.insert(3, DrawStatus.REVEALED)
        at = states.index(DrawStatus(self.draw.status)) if self.draw.status in states else -1
        lines = [
            [formats.moment(self.draw.frozen_at)] if self.draw.frozen_at else [],
            [_("%(n)s of %(all)s") % {"n": given, "all": len(parties)}],
            [_("%(n)s of %(all)s") % {"n": shown, "all": len(parties)}],
            [formats.moment(self.draw.drawn_at)] if self.draw.drawn_at else [],
        ]
        words = [_("Freeze the list"), _("Commit"), _("Show the nonces"), _("Seats are drawn")]
        if self.is_outside:
            sources = sources_of(self.draw)
            words.insert(3, _("Read the public value"))
            lines.insert(3, [formats.moment(datetime.fromisoformat(sources[0]["at"]))] if sources else [])
        return [
            Step(word, tuple(said), "done" if place < at or at == len(states) - 1 else "now" if place == at else "")
            for place, (word, said) in enumerate(zip(words, lines, strict=True))
        ]

    def earlier(self) -> list[tuple[Draw, StrOrPromise]]:
        """Return the attempts before this one for the same project, kind and year, and how each ended."""
        rows = lineage_of(task=self.draw.task, re_review=self.draw.re_review).filter(pk__lt=self.draw.pk)
        return [(row, GROUNDS.get(row.void_ground, row.get_status_display())) for row in rows.order_by("pk")]

    def faults(self) -> list[DrawFault]:
        """Return who was noted as wrongly left off the list."""
        rows = self.draw.faults.select_related("firm__organisation", "expert__person", "noted_by", "head", "witness")
        return list(rows.order_by("pk"))

    def turn(self, user: User) -> str:
        """Return what waits for ``user`` here: ``prepare``, ``commit``, ``reveal``, ``replace`` or nothing."""
        return turn_of(self.draw, user)

    def stamp(self) -> str:
        """Return a short text that changes whenever the wall does."""
        given = sum(1 for row in self.people if row.commitment)
        shown = sum(1 for row in self.people if row.nonce)
        read = [int(bool(row.confirmed_at)) for row in self.draw.values.order_by("pk")] if self.is_outside else []
        parts = [self.draw.status, given, shown, len(self.walks), len(self.left), int(bool(self.draw.outside_receipt))]
        parts += [len(read), sum(read), self.draw.approved_steps]
        return "-".join(str(part) for part in parts)
