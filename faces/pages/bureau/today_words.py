"""What the lines of Today say, and where each leads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from faces.pages.shared import formats
from foundation.approvals.enums import ApprovalKind

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from desk.selectors import Line

# kind → what is to be done, the word above the count, the word on the button
WORDS: Final[Mapping[str, tuple[Any, Any, Any]]] = {
    "REPORT_DUE": (gettext_lazy("Report due"), "", gettext_lazy("Open the task")),
    "REVIEW_DUE": (gettext_lazy("Expert review due"), "", gettext_lazy("Open the re-review")),
    "RECTIFICATION_DUE": (gettext_lazy("Rectification report due"), "", gettext_lazy("Open the task")),
    "PAYMENT_DUE": (gettext_lazy("Payment due"), "", gettext_lazy("To the payments")),
    "BOOKS_CLOSE": (
        gettext_lazy("The books of the year close soon; this is not paid"),
        gettext_lazy("unpaid"),
        gettext_lazy("To the payments"),
    ),
    "APPROVAL": (gettext_lazy("To approve"), gettext_lazy("approval"), gettext_lazy("Read and decide")),
    "APPEAL": (gettext_lazy("An appeal to decide"), gettext_lazy("appeal"), gettext_lazy("Decide")),
    "CONFIRM_RATING": (gettext_lazy("A rating to confirm"), gettext_lazy("rating"), gettext_lazy("Check the sums")),
    "FINALISE_RATING": (
        gettext_lazy("The appeal period has ended; the rating can become final"),
        gettext_lazy("rating"),
        gettext_lazy("Make it final"),
    ),
    "TELL_FIRM": (gettext_lazy("The firm waits for its rating"), gettext_lazy("rating"), gettext_lazy("Tell the firm")),
    "PUBLISH_RATING": (
        gettext_lazy("A final rating can be published"),
        gettext_lazy("publish"),
        gettext_lazy("Publish"),
    ),
    "PUBLISH_DRAW": (
        gettext_lazy("A draw's record can be published"),
        gettext_lazy("publish"),
        gettext_lazy("Publish"),
    ),
    "CONTINUE_DRAW": (gettext_lazy("A draw is under way"), gettext_lazy("draw"), gettext_lazy("To the draw room")),
    "CONTINUE_BATCH": (gettext_lazy("A batch is under way"), gettext_lazy("batch"), gettext_lazy("To the batch")),
    "RUN_BATCH_AGAIN": (
        gettext_lazy("A batch could not be solved: its job failed"),
        gettext_lazy("batch"),
        gettext_lazy("See why and run it again"),
    ),
    "SEAT_PANEL": (gettext_lazy("A panel has to be drawn"), gettext_lazy("panel"), gettext_lazy("Draw the experts")),
    "SEND_LETTER": (gettext_lazy("The letter is agreed; send it"), gettext_lazy("letter"), gettext_lazy("Send")),
    "CORRECT_LETTER": (gettext_lazy("The letter was given back"), gettext_lazy("letter"), gettext_lazy("Correct it")),
    "OPINIONS_MISSING": (gettext_lazy("Opinions are missing"), gettext_lazy("opinions"), gettext_lazy("Chase")),
    "LEAD_ASKED": (
        gettext_lazy("The firm asks for another lead evaluator"),
        gettext_lazy("lead evaluator"),
        gettext_lazy("Answer"),
    ),
    "CLOCK_STOP": (gettext_lazy("A clock-stop is asked for"), gettext_lazy("clock-stop"), gettext_lazy("Decide")),
    "CHECK_RECTIFICATION": (
        gettext_lazy("A unit reported on its rectification"),
        gettext_lazy("rectification"),
        gettext_lazy("Close or return"),
    ),
    "CHECK_APPLICATION": (
        gettext_lazy("An application to check"),
        gettext_lazy("applications"),
        gettext_lazy("Check it"),
    ),
    "ADMIT": (gettext_lazy("A public notice has run"), gettext_lazy("applications"), gettext_lazy("Admit")),
    "LIKENESS": (
        gettext_lazy("It resembles a removed firm"),
        gettext_lazy("firms"),
        gettext_lazy("Look at it"),
    ),
    "SETTLE_CHANGES": (
        gettext_lazy("Changes were declared"),
        gettext_lazy("confirmations"),
        gettext_lazy("Take over or not"),
    ),
    "DECIDE_RENEWAL": (
        gettext_lazy("A further term is applied for"),
        gettext_lazy("further terms"),
        gettext_lazy("Grant or refuse"),
    ),
    "ANSWER_END": (
        gettext_lazy("An expert asks that an employment be ended"),
        gettext_lazy("ends"),
        gettext_lazy("Accept or decline"),
    ),
    "SETTLE_STAFF": (
        gettext_lazy("A firm reports that somebody joined or left"),
        gettext_lazy("changes of people"),
        gettext_lazy("Take over or not"),
    ),
    "ACCEPT_QUALIFICATION": (
        gettext_lazy("A firm handed in a qualification"),
        gettext_lazy("papers"),
        gettext_lazy("Accept or return"),
    ),
    "ASK_AUTHORITY": (
        gettext_lazy("A hand-over has no answer"),
        gettext_lazy("hand-overs"),
        gettext_lazy("Ask, or enter the answer"),
    ),
    "CHOOSE_ROUTE": (gettext_lazy("Choose the route"), gettext_lazy("task"), gettext_lazy("Choose")),
    "CHOOSE_FIRM": (gettext_lazy("Choose the firm"), gettext_lazy("task"), gettext_lazy("Go on")),
    "START": (gettext_lazy("Begin the fieldwork"), gettext_lazy("task"), gettext_lazy("Go on")),
    "CONFIRM_RECUSAL": (gettext_lazy("Confirm recusal"), gettext_lazy("task"), gettext_lazy("Go on")),
    "COMMISSION": (gettext_lazy("Commission the firm"), gettext_lazy("task"), gettext_lazy("Write the letter")),
    "REVIEW_PLAN": (gettext_lazy("Review the work plan"), gettext_lazy("task"), gettext_lazy("Go on")),
    "ASK_COMMENTS": (gettext_lazy("Ask the unit for comments"), gettext_lazy("task"), gettext_lazy("Go on")),
    "OPEN_REVIEW": (gettext_lazy("Open the expert review"), gettext_lazy("task"), gettext_lazy("Go on")),
    "ACCEPT": (gettext_lazy("Accept the final report"), gettext_lazy("task"), gettext_lazy("Go on")),
    "RATE": (gettext_lazy("Rate the report"), gettext_lazy("task"), gettext_lazy("Go on")),
    "CONFIRM_REPORT": (gettext_lazy("Confirm the report"), gettext_lazy("task"), gettext_lazy("Go on")),
    "OPEN_PLAN": (gettext_lazy("This plan is not open yet"), gettext_lazy("plan"), gettext_lazy("Open the plan")),
    "CLOSE_YEAR": (
        gettext_lazy("Last year is not closed yet"),
        gettext_lazy("year"),
        gettext_lazy("To the year’s end"),
    ),
}
# kind → the list on which several of them stand together
LISTS: Final[Mapping[str, str]] = {
    "APPROVAL": "approvals",
    "APPEAL": "ratings",
    "CONFIRM_RATING": "ratings",
    "FINALISE_RATING": "ratings",
    "TELL_FIRM": "ratings",
    "PUBLISH_RATING": "publications-ready",
    "PUBLISH_DRAW": "publications-ready",
    "CONTINUE_DRAW": "draws",
    "CONTINUE_BATCH": "batches",
    "RUN_BATCH_AGAIN": "batches",
    "SEAT_PANEL": "re-reviews",
    "OPINIONS_MISSING": "re-reviews",
    "CHECK_RECTIFICATION": "results",
    "CHECK_APPLICATION": "applications",
    "ADMIT": "applications",
    "SETTLE_CHANGES": "confirmations",
    "DECIDE_RENEWAL": "renewals",
    "SETTLE_STAFF": "staff-changes",
    "ACCEPT_QUALIFICATION": "qualifications",
    "ASK_AUTHORITY": "hand-overs",
}
PAGES: Final[Mapping[str, str]] = {"rectification": "task-results"}  # where the noun is not the page's name
LONG_AGO_DAYS: Final = 366
EACH_SHOWN: Final = 3
OF_A_YEAR: Final = {"plan-of": "pages:plan-open", "end-of": "pages:year-end"}  # pages whose key is a year


def address_of(noun: str, key: str, *, year: int) -> str:
    """Return the page of a thing; empty where that page is not installed."""
    try:
        if noun == "tasks":
            return f"{reverse('pages:tasks')}?year={year}&status={key}"
        if noun in OF_A_YEAR:
            return f"{reverse(OF_A_YEAR[noun])}?year={key}"
        return reverse(f"pages:{PAGES.get(noun, noun)}", args=[key] if key else [])
    except NoReverseMatch:
        return ""


def dated(line: Line, today: date, *, year: int) -> dict[str, Any]:
    """Return a line with its day as the docket draws it."""
    what, _group, _step = WORDS[line.kind]
    day = line.on or today
    url = address_of(line.noun, line.key, year=year)
    about = " · ".join(part for part in (line.title, _about(line)) if part)
    return {
        "when": day.day,
        "under": pgettext("due", "today") if line.days == 0 else _under(day, today),
        "title": what,
        "url": url,
        "text": f"{about}{_late_words(line.days)}",
        "over": line.days < 0,
    }


def _under(day: date, today: date) -> str:
    if day.year != today.year:
        return f"{day.year}.{day.month}"
    return formats.weekday(day) if abs((day - today).days) < 7 else formats.month(day)  # noqa: PLR2004 - a week


def _late_words(days: int) -> str:
    if days >= 0:
        return ""
    if -days > LONG_AGO_DAYS:
        return _(". Long overdue.")
    return _(". %(n)s days overdue.") % {"n": -days}


def waiting(lines: Sequence[Line], *, year: int) -> list[dict[str, Any]]:
    """Return what waits for somebody as the docket draws it: things of one kind under one heading, in order."""
    groups: dict[tuple[str, str], list[Line]] = {}
    for line in lines:
        groups.setdefault((line.kind, _group_word(line)), []).append(line)
    return [
        _one(group[0], word, year=year) if len(group) == 1 else _several(group, word, year=year)
        for (_kind, word), group in groups.items()
    ]


def _group_word(line: Line) -> str:
    if line.kind == "APPROVAL" and line.status in ApprovalKind.values:
        return str(ApprovalKind(line.status).label)
    return str(WORDS[line.kind][1])


def _several(group: Sequence[Line], word: str, *, year: int) -> dict[str, Any]:
    """Return one heading for the things of a kind, each with its own address."""
    kind = group[0].kind
    each = [
        {
            "title": line.title,
            "text": _about(line),
            "url": address_of(line.noun, line.key, year=line.year or year),
        }
        for line in group
    ]
    return {
        "when": sum(line.count for line in group),
        "under": word,
        "title": WORDS[kind][0],
        "url": list_of(kind),
        "each": each[:EACH_SHOWN],
        "more": each[EACH_SHOWN:],
    }


def _about(line: Line) -> str:
    return _("%(count)s handed in") % {"count": line.text} if line.kind == "OPINIONS_MISSING" else line.text


def list_of(kind: str) -> str:
    """Return the list on which the things of a kind stand together; empty where there is none."""
    return reverse(f"pages:{LISTS[kind]}") if kind in LISTS else ""


def _one(line: Line, group: str, *, year: int) -> dict[str, Any]:
    what, _word, step = WORDS[line.kind]
    url = address_of(line.noun, line.key, year=line.year or year)
    text = " · ".join(part for part in (line.title, _about(line)) if part)
    if line.count > 1:
        text = _("%(title)s and %(n)s more") % {"title": line.title, "n": line.count - 1}
    return {"when": line.count, "under": group, "title": what, "url": url, "text": text, "step": step, "step_url": url}
