"""Who may write about whom, and what stands in the way of a change of standing."""

from collections.abc import Collection
from datetime import date
from typing import Final

from django.utils.module_loading import import_string

from foundation.accounts.enums import Capability
from foundation.accounts.models import User
from foundation.accounts.permissions import may
from foundation.bureaus.models import Section
from foundation.core.errors import Refusal
from parties.models import Membership, Organisation, Person


def may_keep_person(user: User, person: Person) -> bool:
    """Return whether ``user`` keeps the register of the person's bureau, or is this person."""
    if user.bureau_id == person.bureau_id and may(user, Capability.REGISTER):
        return True
    return user.is_active and Membership.objects.filter(user=user, person=person, ended_on__isnull=True).exists()


def may_keep_contacts(user: User, of: Organisation | Section) -> bool:
    """Return whether ``user`` keeps the register of this bureau, or answers for this firm or unit."""
    if user.bureau_id != of.bureau_id:
        return False
    if may(user, Capability.REGISTER) or may(user, Capability.IMPORT):
        return True
    if isinstance(of, Section) or not (may(user, Capability.UNIT_DESK) or may(user, Capability.FIRM_SIGN)):
        return False
    return Membership.objects.filter(user=user, organisation=of, ended_on__isnull=True).exists()


_ASKED: Final[list[str]] = []


def ask_before_moving(source: str) -> None:
    """Let the dotted ``source(party, keys, action, on)`` of a higher room say whose standing may not be changed."""
    if source not in _ASKED:
        _ASKED.append(source)


def standing_refusal(party: str, pk: int, action: str, on: date) -> Refusal | None:
    """Return why the standing of one ``party`` may not be changed by ``action`` on ``on``, or None."""
    return standing_refusals(party, [pk], action, on).get(pk)


def standing_refusals(party: str, keys: Collection[int], action: str, on: date) -> dict[int, Refusal]:
    """Return by key why the standing of a ``party`` ("firm" or "expert") may not be changed by ``action`` on ``on``.

    Higher rooms answer, each for all of them at once: a sanction that is on its way or in force, work that still runs.
    """
    found: dict[int, Refusal] = {}
    for source in _ASKED:
        found = import_string(source)(party, keys, action, on) | found
    return found
