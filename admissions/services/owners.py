"""Whose an entry is: the firm's or expert's accounts, the page where they read about it, and its row, locked."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import Q

from admissions.models import Application
from evaluators.models import Firm
from experts.models import Expert
from foundation.accounts.models import User
from foundation.notices.services import notify
from parties.models import Membership

HOME = "/apply/mine/"
FIRM_RECORD = "/firm/record/"
EXPERT_RECORD = "/expert/record/"


def locked_entry(entry: Firm | Expert) -> Firm | Expert:
    """Return the entry, locked until the transaction ends."""
    if isinstance(entry, Firm):
        firms = Firm.objects.select_for_update(of=("self",)).select_related("bureau", "organisation")
        return firms.get(pk=entry.pk)
    return Expert.objects.select_for_update(of=("self",)).select_related("bureau", "person").get(pk=entry.pk)


def owners_of(entries: Iterable[Firm | Expert]) -> list[User]:
    """Return the active users who work for these firms or are these experts, in one query."""
    rows = list(entries)
    bodies = [row.organisation_id for row in rows if isinstance(row, Firm)]
    people = [row.person_id for row in rows if isinstance(row, Expert)]
    mine = Membership.objects.filter(Q(organisation__in=bodies) | Q(person__in=people), ended_on__isnull=True)
    return list(User.objects.filter(pk__in=mine.values("user_id"), is_active=True).order_by("pk"))


def record_page(entry: Firm | Expert) -> str:
    """Return the page on which the owner reads about the entry."""
    return FIRM_RECORD if isinstance(entry, Firm) else EXPERT_RECORD


def entry_of(application: Application) -> Firm | Expert:
    """Return the entry that the application became, or that its notice is about."""
    found = application.firm or application.expert
    assert found is not None, "a constraint keeps one of the two"  # noqa: S101 - for the type only
    return found


def applicant_of(application: Application) -> User:
    """Return the account that applies; a notice of what the bureau entered itself has none."""
    assert application.applicant is not None, "only who applied is entered"  # noqa: S101 - for the type only
    return application.applicant


def tell(application: Application, *, code: str, facts: Mapping[str, Any] | None = None) -> None:
    """Tell who applies, or the accounts of the entry that the bureau wrote itself."""
    if application.applicant is not None:
        notify(users=[application.applicant], code=code, facts=facts, path=HOME)
        return
    entry = entry_of(application)
    notify(users=owners_of([entry]), code=code, facts=facts, path=record_page(entry))
