"""The rail of the bureau pages: every page that stands on its own, for who may open it.

Add a line to ``LINES``. A page that is not installed leaves no line.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from django.db.models import Count, OuterRef, Subquery
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _

from faces.pages.shared.access import signed_in_user, today
from faces.pages.shared.rail import RailGroup, RailItem
from foundation.accounts.enums import Capability as Can
from foundation.accounts.models import User
from foundation.accounts.permissions import may
from foundation.approvals.selectors import waiting_for
from foundation.notices.models import Notice

if TYPE_CHECKING:
    from django.http import HttpRequest
    from django_stubs_ext import StrOrPromise


@dataclass(frozen=True, slots=True)
class Line:
    """One line: the page's name, its word, who may open it (any one; none: everybody signed in).

    ``under`` names further addresses below ``/bureau/`` whose pages belong to the line.
    """

    page: str
    label: StrOrPromise
    needs: tuple[Can, ...] = ()
    under: tuple[str, ...] = ()


GROUPS: Final[tuple[tuple[StrOrPromise, tuple[Line, ...]], ...]] = (
    (
        _("Desk"),
        (
            Line("bureau-home", _("Today"), (Can.READ_DESK,)),
            Line("approvals", _("Approvals"), (Can.READ_DESK,)),
            Line("notices", _("Notices")),
        ),
    ),
    (
        _("The year"),
        (
            Line("plan", _("Plan"), (Can.READ_DESK,)),
            Line(
                "tasks",
                _("Tasks"),
                (Can.READ_DESK,),
                ("versions", "comments", "clock-stops", "instalments", "site-visits"),
            ),
            Line("draws", _("Draws"), (Can.READ_ALL,)),
            Line("batches", _("Batch assignments"), (Can.READ_ALL,)),
            Line("re-reviews", _("Re-reviews"), (Can.READ_ALL,), ("seats", "opinions", "fees")),
            Line("calls", _("Call list"), (Can.COMMISSION,)),
            Line("ratings", _("Ratings"), (Can.READ_ALL,), ("appeals",)),
            Line("publications", _("Publications"), (Can.READ_ALL,)),
            Line("payments", _("Payments to firms"), (Can.READ_ALL,)),
            Line("results", _("Results"), (Can.READ_ALL,), ("rectifications",)),
            Line("proposals", _("Use of results"), (Can.READ_ALL,), ("proposals",)),
            Line("year-end", _("Year’s end"), (Can.READ_ALL,)),
        ),
    ),
    (
        _("Who is who"),
        (
            Line(
                "firms",
                _("Firms"),
                (Can.READ_ALL,),
                ("leads", "qualifications", "practitioners", "branches", "staff-changes"),
            ),
            Line("experts", _("Experts"), (Can.READ_ALL,)),
            Line("persons", _("People"), (Can.READ_ALL,), ("employments",)),
            Line("specialties", _("Specialties"), (Can.READ_ALL,), ("pool-health",)),
            Line("applications", _("Applications"), (Can.READ_ALL,), ("objections",)),
            Line(
                "confirmations",
                _("Confirmations and terms"),
                (Can.READ_ALL,),
                ("renewals", "undertaking-texts"),
            ),
            Line("credit-events", _("Credit events"), (Can.READ_ALL,), ("credit",)),
            Line("conflicts", _("Reported conflicts"), (Can.READ_ALL,)),
            Line("sanctions", _("Sanctions"), (Can.READ_ALL,), ("hand-overs",)),
            Line("units", _("Budget units"), (Can.READ_DESK,)),
            Line("contacts", _("Directory of contacts"), (Can.READ_DESK,)),
            Line("projects", _("Projects"), (Can.READ_DESK,)),
            Line("courses", _("Training"), (Can.READ_ALL,), ("sessions",)),
            Line("appraisals", _("Yearly assessments"), (Can.READ_ALL,)),
        ),
    ),
    (
        _("Office"),
        (
            Line("papers", _("Register of papers"), (Can.READ_ALL,)),
            Line("archive", _("Archive"), (Can.READ_ALL,)),
            Line("work-hand-overs", _("Hand work over"), (Can.PLAN, Can.CONFIRM)),
            Line("imports", _("Imports"), (Can.IMPORT,)),
            Line("rules", _("Rules"), (Can.READ_DESK,), ("roles",)),
            Line("measures", _("Measures"), (Can.READ_DESK,)),
            Line("journal", _("Journal"), (Can.AUDIT,)),
            Line("accounts", _("Accounts"), (Can.MANAGE_ACCOUNTS,)),
            Line("outbox", _("Outgoing messages"), (Can.MANAGE_ACCOUNTS,)),
        ),
    ),
)


def build(request: HttpRequest) -> list[RailGroup]:
    """Return the groups of lines this person may open, with what waits for him: one query."""
    user = signed_in_user(request)
    counts = dict(zip(("notices", "approvals"), _waiting(user), strict=True))
    groups = []
    for title, lines in GROUPS:
        items = (_item(user, line, counts) for line in lines)
        groups.append(RailGroup(title, tuple(item for item in items if item)))
    return groups


def _item(user: User, line: Line, counts: dict[str, int]) -> RailItem | None:
    if line.needs and not any(may(user, capability) for capability in line.needs):
        return None
    try:
        home = reverse("pages:bureau-home")
        return RailItem.to(
            f"pages:{line.page}",
            line.label,
            count=counts.get(line.page) or None,
            under=tuple(f"{home}{name}/" for name in line.under),
            is_leaf=line.page == "bureau-home",
        )
    except NoReverseMatch:
        return None


def _waiting(user: User) -> tuple[int, int]:
    """Return how many notices are unread and how many approvals wait."""
    unread = Notice.objects.filter(user=OuterRef("pk"), read_at__isnull=True).order_by().values("user")
    waiting = waiting_for(user, today()).order_by().values("bureau")
    row = (
        User.objects.filter(pk=user.pk)
        .annotate(
            unread=Subquery(unread.annotate(n=Count("pk")).values("n")),
            waiting=Subquery(waiting.annotate(n=Count("pk")).values("n")),
        )
        .values_list("unread", "waiting")
        .first()
    )
    return (row[0] or 0, row[1] or 0) if row else (0, 0)
