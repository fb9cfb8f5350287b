"""The steps from one year into the next, as the pages of the year's end and of the plan show them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from desk.permissions import may_close_year
from desk.selectors import year_end_steps
from foundation.accounts.enums import Capability
from foundation.accounts.permissions import may

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django_stubs_ext import StrOrPromise

    from desk.selectors import YearEndStep
    from foundation.accounts.models import User
    from foundation.bureaus.models import Bureau

WORDS: Final[Mapping[str, StrOrPromise]] = {
    "TASKS": gettext_lazy("Tasks finished or stopped"),
    "ASSESSMENTS": gettext_lazy("Firms’ years confirmed"),
    "NEXT_PLAN": gettext_lazy("Next year’s plan open"),
    "CLOSING": gettext_lazy("Year closed"),
    "FIRM_UNDERTAKINGS": gettext_lazy("New undertakings: firms"),
    "EXPERT_UNDERTAKINGS": gettext_lazy("New undertakings: experts"),
}
PAGES: Final = {  # the page of a step, and whether it is narrowed to the year
    "TASKS": ("pages:tasks", True),
    "ASSESSMENTS": ("pages:appraisals", True),
    "FIRM_UNDERTAKINGS": ("pages:firms", False),
    "EXPERT_UNDERTAKINGS": ("pages:experts", False),
}
YES_OR_NO: Final = frozenset({"NEXT_PLAN", "CLOSING"})


@dataclass(frozen=True, slots=True)
class StepLine:
    """One step: what it is, how far it is, and the page on which it is taken or looked up."""

    label: StrOrPromise
    state: StrOrPromise
    is_done: bool
    url: str


def year_end_url(year: int, page: str = "year-end") -> str:
    """Return a page of the end of ``year``."""
    return f"{reverse(f'pages:{page}')}?year={year}"


def step_lines(bureau: Bureau, year: int, user: User) -> list[StepLine]:
    """Return the steps from ``year`` into the next, each with where ``user`` goes on."""
    return [_line(step, bureau, year, user) for step in year_end_steps(bureau, year)]


def _line(step: YearEndStep, bureau: Bureau, year: int, user: User) -> StepLine:
    if step.code in YES_OR_NO:
        state = _("done") if step.is_done else _("still to do")
    else:
        state = _("%(done)s of %(of)s") % {"done": step.done, "of": step.of}
    return StepLine(WORDS[step.code], state, step.is_done, _url(step, bureau, year, user))


def _url(step: YearEndStep, bureau: Bureau, year: int, user: User) -> str:
    if step.code == "NEXT_PLAN":
        may_open = not step.is_done and may(user, Capability.PLAN)
        return f"{reverse('pages:plan-open')}?year={year + 1}" if may_open else ""
    if step.code == "CLOSING":
        return year_end_url(year, "year-close") if not step.is_done and may_close_year(user, bureau) else ""
    page, query = PAGES[step.code]
    return reverse(page) + (f"?year={year}" if query else "")
