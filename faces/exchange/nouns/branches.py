"""Branches of firms: one without legal personality is a part of its head office, one with it stands in the register."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Final

from django.db.models import F, Q
from django.utils.translation import gettext as _

from evaluators.models import Branch, Firm
from evaluators.services import FirmRefused, add_branch, change_branch, end_branch
from faces.exchange import cells
from faces.exchange.faults import Ended, Fault
from faces.exchange.importing import Setting, Written, repeated, unknown
from faces.exchange.nouns import ends, known
from faces.exchange.tables import Column, Layout, Record
from faces.exchange.traces import Touched

COLUMNS: Final[Mapping[str, str]] = {  # what a refusal names, and the column in which that stands
    "name": "name",
    "own_firm": "own_number",
    "started_on": "since",
    "ended_on": "until",
}


def layout(number: Column) -> Layout:
    """Return the sheet; ``number`` is the column of the head office."""
    return Layout(
        "分支机构",
        (
            number,
            Column("name", "分支机构名称", cells.body_name),
            Column("is_legal", "是否独立法人", cells.yes_no),
            Column("own_number", "本机构名录编号", cells.code(20), required=False, default=""),
            Column("address", "地址", cells.text(200), required=False, default=""),
            Column("since", "设立日期", cells.day),
            Column("until", "撤销日期", cells.day, required=False, also=("撤销时间", "注销日期", "终止日期")),
        ),
    )


def check(rows: Sequence[Record], setting: Setting) -> Iterator[Fault]:
    """Yield faults: unknown firms, branches named twice, numbers of their own that do not fit, and ends that do not."""
    yield from repeated(rows, "name", "number", "since")
    yield from repeated([row for row in rows if row["own_number"] and not row["until"]], "own_number")
    numbers = known.firm_numbers(setting.bureau) | setting.brought.get("firm", set())
    for key in ("number", "own_number"):
        yield from unknown(rows, key, numbers, _("There is no firm %(code)s."))
    for row in rows:
        if row["is_legal"] and not row["own_number"]:
            words = _("A branch with legal personality stands in the register itself: write its own number there.")
            yield row.fault("own_number", words, "empty")
        elif row["own_number"] and not row["is_legal"]:
            words = _("Only a branch with legal personality has its own number; for this one its head office acts.")
            yield row.fault("own_number", words, "not_legal")
        elif row["own_number"] and row["own_number"] == row["number"]:
            yield row.fault("own_number", _("A firm is no branch of itself."), "own_branch")
        if row["until"] and row["until"] < row["since"]:
            yield row.fault("until", _("The last day lies before the first."), "turned")
        elif row["until"] and row["until"] > setting.on:
            yield row.fault("until", _("The day lies in the future."), "ends_later")


def touched(rows: Sequence[Record], setting: Setting) -> list[Touched]:
    """Return the branches of the firms."""
    numbers = [row["number"] for row in rows]
    words = {"has_legal_personality": "是否独立法人", "own_firm_id": "本机构名录编号", "ended_on": "撤销日期"}
    return [Touched(Branch.objects.filter(firm__bureau=setting.bureau, firm__number__in=numbers), "name", words)]


def write(rows: Sequence[Record], setting: Setting) -> Written:
    """Write the branches and what has changed; one that was closed since the same first day stays closed."""
    firms = known.firms(setting.bureau, {row[key] for row in rows for key in ("number", "own_number")})
    created = 0
    found: dict[int, Branch] = {}
    for place, row in sorted(enumerate(rows), key=lambda pair: pair[1]["since"]):
        firm, own_firm = firms[row["number"]], firms.get(row["own_number"])
        branch = _known(row, firm, own_firm)
        with _told_at(place):
            if branch is None:
                branch = add_branch(
                    firm=firm,
                    name=row["name"],
                    address=row["address"],
                    has_legal_personality=row["is_legal"],
                    own_firm=own_firm,
                    started_on=row["since"],
                    by=setting.by,
                    on=setting.on,
                )
                created += 1
            elif branch.ended_on is None:
                legal = {"has_legal_personality": row["is_legal"], "own_firm": own_firm}
                branch = change_branch(branch=branch, **legal, by=setting.by, on=setting.on)
            if row["until"] and branch.ended_on != row["until"]:
                branch = end_branch(branch=branch, ended_on=row["until"], by=setting.by, on=setting.on)
        found[place] = branch
    inorder = [found[place] for place in range(len(rows))]
    kept = ends.kept(Ended.BRANCH, rows, inorder, (row["name"] for row in rows))
    return Written(created, len(rows) - created, kept)


def _known(row: Record, firm: Firm, own_firm: Firm | None) -> Branch | None:
    """Return the branch that the row tells of: the one since the same day, else the one that runs."""
    called = Q(name=row["name"]) | (Q(own_firm=own_firm) if own_firm else Q(pk__in=[]))
    there = firm.branches.filter(called).order_by(F("ended_on").desc(nulls_first=True), "pk")
    same, running = there.filter(started_on=row["since"]), there.filter(ended_on__isnull=True)
    if row["until"]:
        return same.first() or running.filter(started_on__lte=row["until"]).first()
    return running.first() or same.first()


@contextmanager
def _told_at(place: int) -> Iterator[None]:
    """Let a refusal say at which row and column of the sheet it stands."""
    try:
        yield
    except FirmRefused as error:
        field = COLUMNS.get(str(error.refusal.facts.get("field", "ended_on")), "name")
        raise FirmRefused(
            replace(error.refusal, facts={**error.refusal.facts, "index": place, "field": field})
        ) from None
