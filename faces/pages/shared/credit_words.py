"""Credit and sanctions in words and sections, for the bureau and for whom they concern."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from appraisals.enums import SanctionKind, SanctionStatus
from appraisals.selectors import returns_on
from assignments.rules.eligibility import points_fall_below
from credit.enums import CreditKind
from credit.rules import LABELS, label_of, total_on
from credit.selectors import event_name, ledger_of
from faces.pages.shared.formats import full_day
from faces.pages.shared.sections import Cell, Grid, Section
from foundation.rulesets.selectors import rules_for

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from django_stubs_ext import StrOrPromise

    from appraisals.models import Sanction
    from credit.models import CreditEvent, Reply
    from foundation.bureaus.models import Bureau

STEPS: Final[Mapping[str, StrOrPromise]] = {"light": gettext_lazy("light"), "heavy": gettext_lazy("heavy")}
LABEL_WORDS: Final = {LABELS[0]: gettext_lazy("watch"), LABELS[1]: gettext_lazy("close watch")}


def event_state(event: CreditEvent, day: date) -> Cell:
    """Return whether an event runs on ``day``, and for how long; one that was voided later counts on no day."""
    if event.voided_on:
        is_later = event.voided_on > max(day, event.occurred_on)
        word = _("void since %(day)s") % {"day": full_day(event.voided_on)} if is_later else _("void")
        return Cell(word, shape="void")
    if event.occurred_on > day:
        return Cell(_("not yet"), shape="wait")
    if event.expires_on <= day:
        return Cell(_("run off"), shape="wait")
    left = (event.expires_on - day).days
    word = ngettext("runs, %(count)d day left", "runs, %(count)d days left", left) % {"count": left}
    return Cell(word, shape="done" if event.kind == CreditKind.MERIT else "run")


def points_word(event: CreditEvent) -> str:
    """Return an event's points as shown; a repeat says that it is doubled."""
    if event.kind == CreditKind.MERIT:
        return _("merit")
    shown = str(event.points).replace("-", "−")
    return _("%(points)s (doubled)") % {"points": shown} if event.is_repeat else shown


def whose(event: CreditEvent, own: int | None) -> str:
    """Return the name of the predecessor to whom an event happened; empty where it was the firm itself. Rule R-49."""
    body = event.organisation
    if body is None or own is None or body.pk == own:
        return ""
    return _("(at its predecessor %(name)s) ") % {"name": body.name}


def ledger(events: Sequence[CreditEvent], bureau: Bureau, day: date) -> Section:
    """Return the sum of running deductions from day to day, with the label of each spell. Rules R-26, R-28."""
    steps = ledger_of(events)
    cuts = rules_for(bureau=bureau, on=day).value("label_points")
    lines = []
    for place, (since, total) in enumerate(steps):
        ends = steps[place + 1][0] if place + 1 < len(steps) else None
        why = [event_name(one) for one in events if one.occurred_on == since and not one.voided_on]
        gone = [event_name(one) for one in events if one.expires_on == since and not one.voided_on]
        said = [*(f"＋{word}" for word in why), *(f"－{word}" for word in gone)]
        label = label_of(-total, cuts)
        is_now = since <= day and (ends is None or day < ends)
        lines.append(
            (
                full_day(since),
                full_day(ends),
                str(-total),
                Cell(LABEL_WORDS[label], shape="warn") if label else "—",
                "；".join(said) or "—",
                Cell(_("this day"), shape="run") if is_now else "",
            )
        )
    headings = (_("From"), _("Until, without"), _("Points running"), _("Label"), _("What changes"), _("Asked day"))
    return Section(
        _("Running total, day by day"),
        grid=Grid(headings, list(reversed(lines)), frozenset({2})),
        count=len(lines),
        empty=_("No deduction has ever run."),
        anchor="ledger",
    )


def summary(events: Sequence[CreditEvent], bureau: Bureau, day: date) -> list[tuple[StrOrPromise, Cell | object]]:
    """Return the points that run on ``day``, their label, and until when it stays."""
    cuts = [int(cut) for cut in rules_for(bureau=bureau, on=day).value("label_points")]
    points = -total_on(ledger_of(events), day)
    label = label_of(points, cuts)
    pairs: list[tuple[StrOrPromise, Cell | object]] = [
        (_("Points running on %(day)s") % {"day": full_day(day)}, _("%(points)d points") % {"points": points}),
        (_("Label"), Cell(LABEL_WORDS[label], shape="warn") if label else _("none")),
    ]
    if label:
        running = [
            (one.points, one.expires_on)
            for one in events
            if not one.voided_on and one.occurred_on <= day < one.expires_on
        ]
        pairs.append((_("No label any more from"), full_day(points_fall_below(min(cuts), running))))
    return pairs


def reply_words(reply: Reply | None, until: date | None, day: date) -> Cell:
    """Return where a reply stood on ``day``, in one cell."""
    if reply is None or reply.given_on > day:
        if until is None:
            return Cell("—")
        word = _("open until %(day)s") if day <= until else _("none came until %(day)s")
        return Cell(word % {"day": full_day(until)}, shape="wait" if day <= until else "void")
    if reply.answered_on is None or reply.answered_on > day:
        return Cell(_("waits for an answer"), shape="run")
    return Cell(reply.get_outcome_display(), shape="done")


def reply_section(reply: Reply | None, *, empty: str) -> Section:
    """Return what the party said and what the bureau answered, side by side."""
    title = _("Reply of the party")
    if reply is None:
        return Section(title, empty=empty)
    who = _("entered by %(name)s from paper") if reply.is_on_behalf else _("by %(name)s")
    pairs: list[tuple[StrOrPromise, Cell | object]] = [
        (_("Given on"), f"{full_day(reply.given_on)}，{who % {'name': reply.given_by.name}}"),
        (_("What the party says"), Cell(reply.words, said=True)),
    ]
    if reply.file is not None:
        pairs.append((_("File"), Cell(reply.file.original_name, reverse("pages:file", args=[reply.file.pk]))))
    if reply.answered_on is not None and reply.answered_by is not None:
        pairs += [
            (_("Answer"), Cell(reply.get_outcome_display(), shape="done")),
            (_("Reasons"), Cell(reply.answer, said=True)),
            (_("Answered on"), f"{full_day(reply.answered_on)}，{reply.answered_by.name}"),
        ]
    return Section(title, pairs=pairs)


def sanction_word(row: Sanction) -> str:
    """Return what a sanction is, a suspension with its months."""
    kind = SanctionKind(row.kind)
    if kind == SanctionKind.SUSPENSION:
        months = ngettext("%(count)d month", "%(count)d months", row.months) % {"count": row.months}
        return f"{kind.label}，{months}"
    return str(kind.label)


def end_word(row: Sanction, day: date) -> str:
    """Return until when a sanction holds, and what its end needs, as it was known on ``day``."""
    if row.ended_on is not None and row.ended_on <= day:
        return full_day(row.ended_on)
    if row.needs_application and (row.lifted_on is None or row.lifted_on > day):
        test = _("a passed test and an application") if row.needs_test else _("an application")
        return _("%(day)s at the earliest, on %(needs)s") % {"day": full_day(row.ends_on), "needs": test}
    return full_day(row.ends_on)


def sanction_state(row: Sanction, day: date) -> SanctionStatus:
    """Return whether a sanction that had begun still ran on ``day``."""
    over = row.ended_on or row.ends_on
    return SanctionStatus.ENDED if over is not None and over <= day else SanctionStatus.IN_FORCE


def free_word(row: Sanction) -> str:
    """Return the first free day of the party behind a suspension, of all that are in force the last."""
    day = returns_on(firm=row.firm, expert=row.expert)
    return full_day(day) if day else _("after a lifting that is granted")
