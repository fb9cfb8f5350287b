"""What is known of an entry's admission and what its owner does every year: checklist, confirmations, terms."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from admissions.enums import ConfirmationStatus, RenewalStatus
from admissions.models import Confirmation, Renewal
from admissions.selectors import (
    checklist_items,
    checklist_source,
    checks_on,
    facts_of,
    kind_of,
    notice_of_entry,
    of_entry,
)
from evaluators.enums import FirmStatus
from experts.rules import work_years
from faces.pages.shared.application_words import CODED, FACTS, ITEMS, day_or_dash
from faces.pages.shared.sections import Act, Cell, Grid, Section
from faces.pages.shared.statuses import serve_shapes
from foundation.rulesets.selectors import rules_for

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from django_stubs_ext import StrOrPromise

    from admissions.models import EntryCheck
    from evaluators.models import AdmissionCheck, Firm
    from experts.models import Expert

serve_shapes(wait=("CHANGED",), done=("TAKEN_OVER", "GRANTED"))


def fact_text(name: str, value: object) -> str:
    """Return a fact's value in words."""
    if value in (None, ""):
        return "—"
    return str(CODED[name].get(str(value), value)) if name in CODED else str(value)


def change_pairs(changes: Mapping[str, object], entry: Firm | Expert) -> list[tuple[StrOrPromise, str, str]]:
    """Return each declared change: the fact, what stands in the register today, what was declared."""
    now = facts_of(entry)
    return [(FACTS[name], fact_text(name, now.get(name)), fact_text(name, value)) for name, value in changes.items()]


def changes_text(row: Confirmation) -> str:
    """Return which facts were declared changed, in one line."""
    if not row.changes:
        return "—"
    parts = (f"{FACTS[name]}: {fact_text(name, value)}" for name, value in row.changes.items())
    return pgettext("between parts", "; ").join(parts)


def checklist(entry: Firm | Expert, day: date, *acts: Act) -> Section:
    """Return the admission checklist as it held on ``day``, item by item with its proof. Rules R-12, R-14."""
    known = checks_on(entry, day)
    asked = (entry.bureau, kind_of(entry), min(day, entry.status_since))
    lines = []
    for code in dict.fromkeys([*checklist_items(*asked), *known]):
        one = known.get(code)
        if one is None:
            lines.append((str(ITEMS.get(code, code)), Cell(_("not looked at"), shape="wait"), *["—"] * 5))
            continue
        lines.append(
            (
                str(ITEMS.get(code, code)),
                _check_state(one, day),
                Cell(_("file"), reverse("pages:file", args=[one.proof_id])) if one.proof_id else Cell("—"),
                one.source or "—",
                day_or_dash(one.valid_to) if one.valid_to or not one.proof_id else _("no end"),
                day_or_dash(one.checked_on),
                Cell(one.remark or "—", said=bool(one.remark)),
            )
        )
    headings = (
        _("Item"), _("Result"), pgettext("application", "Proof"), _("Issued by"), _("Valid to"), _("Day"), _("Remark"),
    )  # fmt: skip
    return Section(
        _("Admission checklist"),
        grid=Grid(headings, lines),
        count=len(lines),
        note=checklist_source(*asked) or _("bureau's own setting"),
        acts=acts,
    )


def work_text(expert: Expert, day: date) -> str:
    """Return since when he is at work, and how many full years that is on ``day``."""
    if expert.works_since is None:
        return "—"
    facts = {"day": day_or_dash(expert.works_since), "years": work_years(expert.works_since, on=day)}
    return _("%(day)s, %(years)d years") % facts


def _check_state(one: EntryCheck | AdmissionCheck, day: date) -> Cell:
    if not one.is_met:
        return Cell(_("not met"), shape="bad")
    if one.valid_to and one.valid_to < day:
        return Cell(_("the proof has run out"), shape="over")
    return Cell(_("met"), shape="done")


def entered_acts(entry: Firm | Expert, *, pages: str) -> list[Act]:
    """Return what comes next for who was entered by a clerk; ``pages`` is firm or expert."""
    if entry.status == FirmStatus.APPLIED and entry.admitted_on is not None:
        return []
    if entry.status == FirmStatus.APPLIED:
        address = reverse(f"pages:{pages}-take-over", args=[entry.number])
        return [Act(_("Take over from the earlier register"), address)]
    notice = notice_of_entry(entry)
    return [Act(_("To the public notice"), reverse("pages:application", args=[notice.pk]))] if notice else []


def notice_lines(entry: Firm | Expert, day: date) -> list[str]:
    """Return how long the public notice of who was entered by a clerk will run or runs. Rule R-47."""
    if entry.status == FirmStatus.APPLIED:
        days = rules_for(bureau=entry.bureau, on=day).value("admission_notice_workdays")
        return [_("The public notice runs for %(days)s working days; nobody is admitted before.") % {"days": days}]
    notice = notice_of_entry(entry)
    if notice is None or notice.notice_until is None:
        return []
    until = notice.notice_until.isoformat()
    return [_("The public notice runs until %(day)s, that day included.") % {"day": until}]


def confirmations_section(entry: Firm | Expert, day: date, *acts: Act) -> Section:
    """Return what was confirmed by ``day``, year by year, and what the bureau had answered."""
    versions = {one.year: one for one in entry.undertakings.filter(accepted_on__lte=day)}
    lines = []
    for row in Confirmation.objects.filter(**of_entry(entry), confirmed_on__lte=day).order_by("-year"):
        accepted = versions.get(row.year)
        waits = row.decided_on is not None and row.decided_on > day
        lines.append(
            (
                str(row.year),
                day_or_dash(row.confirmed_on),
                accepted.text_version if accepted else "—",
                changes_text(row),
                Cell(status=ConfirmationStatus.CHANGED if waits else row),
                Cell("—") if waits else Cell(row.answer or "—", said=bool(row.answer)),
            )
        )
    headings = (
        _("Year"), _("Confirmed on"), _("Version of the undertaking"), _("Declared changes"), _("State"),
        _("The bureau’s words"),
    )  # fmt: skip
    return Section(
        _("Yearly confirmations"),
        grid=Grid(headings, lines) if lines else None,
        count=len(lines),
        empty=_("No year is confirmed on these pages yet."),
        acts=acts,
    )


def renewals_section(entry: Firm | Expert, day: date, *acts: Act) -> Section:
    """Return the applications for a further term that were made by ``day``, and what had become of them."""
    lines: list[tuple[Cell | object, ...]] = []
    for row in Renewal.objects.filter(**of_entry(entry), asked_on__lte=day).order_by("-pk"):
        said = day_or_dash(row.asked_on), Cell(row.words or "—", said=bool(row.words))
        if row.decided_on is not None and row.decided_on > day:
            lines.append((*said, Cell(status=RenewalStatus.ASKED), "—", "—"))
            continue
        answer = Cell(row.answer or "—", said=bool(row.answer))
        lines.append((*said, Cell(status=row), day_or_dash(row.decided_on), answer))
    headings = (_("Applied on"), _("Remark"), _("State"), _("Decided on"), _("The bureau’s words"))
    return Section(
        _("Further terms"),
        grid=Grid(headings, lines) if lines else None,
        count=len(lines),
        empty=_("No further term was applied for."),
        acts=acts,
    )
