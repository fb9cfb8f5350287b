"""Branches of firms: one without legal personality is a part of its head office, one with it stands in the register."""

from collections.abc import Iterator, Sequence

from django.db.models import F, Q
from django.utils.translation import gettext as _

from evaluators.models import Branch
from evaluators.services import add_branch
from faces.exchange import cells
from faces.exchange.faults import Ended, Fault
from faces.exchange.importing import Setting, Written, unknown
from faces.exchange.nouns import ends, known
from faces.exchange.tables import Column, Layout, Record
from faces.exchange.traces import Touched


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
        ),
    )


def check(rows: Sequence[Record], setting: Setting) -> Iterator[Fault]:
    """Yield faults: unknown firms, and a number of its own where there is none to have, or none where one is needed."""
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


def touched(rows: Sequence[Record], setting: Setting) -> list[Touched]:
    """Return the branches of the firms."""
    numbers = [row["number"] for row in rows]
    return [Touched(Branch.objects.filter(firm__bureau=setting.bureau, firm__number__in=numbers))]


def write(rows: Sequence[Record], setting: Setting) -> Written:
    """Write the branches that are not there yet; one that was closed since the same first day stays closed."""
    firms = known.firms(setting.bureau, {row[key] for row in rows for key in ("number", "own_number")})
    created = 0
    found: list[Branch] = []
    for row in rows:
        firm, own_firm = firms[row["number"]], firms.get(row["own_number"])
        same = Q(ended_on__isnull=True) | Q(started_on=row["since"])
        called = Q(name=row["name"]) | (Q(own_firm=own_firm) if own_firm else Q(pk__in=[]))
        branch = firm.branches.filter(same, called).order_by(F("ended_on").desc(nulls_first=True), "pk").first()
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
        found.append(branch)
    kept = ends.kept(Ended.BRANCH, rows, found, (row["name"] for row in rows))
    return Written(created, len(rows) - created, kept)
