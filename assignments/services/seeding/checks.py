"""The steps of a seed that a draw and a batch share: what a commitment, a nonce and a missing part must be."""

import enum
import re
from datetime import datetime

from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from assignments import draw as pure
from assignments.enums import DrawStatus, PartyRole
from assignments.models import BatchParty, DrawParty
from assignments.rules.draws import SOURCE, listeners_of_freezes, may_be_blamed_from
from assignments.selectors.seeding import REVEAL_ORDER, Attempt, is_at_table, missing_role, turn_began_at
from foundation.accounts.enums import Capability
from foundation.accounts.models import User
from foundation.accounts.permissions import may
from foundation.core.errors import DomainError, NotAllowed, Refusal
from foundation.rulesets.selectors import Rules

Refused = type[DomainError]


def tell_frozen(at: datetime) -> None:
    """Tell the rooms above that a list was frozen: its commitment leaves the system before a nonce is asked for."""
    for listener in listeners_of_freezes():
        import_string(listener)(at=at)


class Slip(enum.Enum):
    """What became of a reading of a slip; ``KNOWN`` changed nothing."""

    TYPED = "slip_typed"
    CONFIRMED = "slip_confirmed"
    KNOWN = "known"


def require_parties(by: User, witness: User, third: User | None, *, refused: Refused, source: str) -> None:
    """Raise ``refused`` unless the parties are distinct persons with sign-ins of this bureau, one of supervision. R-42.

    Somebody from outside, a notary say, takes part with a sign-in that the bureau opens for him.
    """
    people = [person for person in (by, witness, third) if person is not None]
    if len({person.pk for person in people}) != len(people):
        raise refused(Refusal("same_person", _("Nobody plays two parts in a draw."), {"field": "witness"}, source))
    if witness.bureau_id != by.bureau_id or not may(witness, Capability.WITNESS):
        message = _("The witness comes from supervision, not from the section that draws.")
        raise refused(Refusal("no_witness", message, {"field": "witness"}, source))
    if third is not None and third.bureau_id != by.bureau_id:
        message = _("The third party needs a sign-in of this bureau: let the administrator open one.")
        raise refused(Refusal("third_outside", message, {"field": "third"}, source))


def read_commitment(text: str, *, refused: Refused) -> str:
    """Return the 64 lower-case hex digits of a commitment; raise ``refused`` for anything else."""
    value = text.strip().lower()
    if not re.fullmatch(r"[0-9a-f]{64}", value):
        message = _("A commitment has 64 hexadecimal digits.")
        raise refused(Refusal("bad_commitment", message, {"field": "commitment"}))
    return value


def require_in_time(attempt: Attempt, at: datetime, rules: Rules, *, refused: Refused) -> None:
    """Raise ``refused`` for a commitment that comes after its time (R-62)."""
    until = attempt.commit_until
    if until is None or at <= until:
        return
    message = _("Commitments were due by %(at)s. This attempt is void; set up the next one.") % {"at": _spoken(until)}
    raise refused(Refusal("commit_too_late", message, {"until": until.isoformat()}, rules.source("draw_commit_hours")))


def require_turn(attempt: Attempt, party: DrawParty | BatchParty, *, refused: Refused) -> None:
    """Raise ``refused`` unless it is this party's turn to show its nonce."""
    open_roles = set(attempt.parties.filter(nonce="").values_list("role", flat=True))
    first = next((role for role in REVEAL_ORDER if role in open_roles), None)
    if first is not None and first != party.role:
        message = _("First comes: %(role)s.") % {"role": first.label}
        raise refused(Refusal("not_your_turn", message, {"role": first}))


def require_fit(attempt: Attempt, party: DrawParty | BatchParty, nonce: str, *, refused: Refused) -> None:
    """Raise ``refused`` for a nonce that is not the one its commitment was made from."""
    try:
        fits = pure.commitment(attempt.commitment, party.role.lower(), nonce) == party.commitment
    except ValueError:
        fits = False
    if not fits:
        message = _("This nonce does not fit the commitment.")
        raise refused(Refusal("wrong_nonce", message, {"field": "nonce"}))


def open_slip(attempt: Attempt, role: PartyRole, nonce: str, *, by: User, at: datetime, refused: Refused) -> Slip:
    """Take what somebody reads on the slip of a lost nonce; the second person's same reading shows it.

    Raise ``NotAllowed`` for who is not at the table, ``refused`` for a part whose nonce is not waited for and a nonce
    that does not fit. The same again changes nothing.
    """
    if not is_at_table(by, attempt):
        raise NotAllowed
    party = attempt.parties.select_for_update(of=("self",)).filter(role=role).first()
    value = nonce.strip().lower()
    if party is not None and value and party.nonce == value:
        return Slip.KNOWN
    if party is None or party.nonce or attempt.status != DrawStatus.COMMITTED:
        message = _("No nonce of this part is waited for.")
        raise refused(Refusal("no_slip_awaited", message, {"field": "role"}, SOURCE))
    require_fit(attempt, party, value, refused=refused)
    if party.slip_typed_by_id is None:
        party.slip_nonce, party.slip_typed_by = value, by
        party.save(update_fields=["slip_nonce", "slip_typed_by"])
        return Slip.TYPED
    if party.slip_typed_by_id == by.pk:
        return Slip.KNOWN
    party.nonce, party.revealed_at, party.slip_confirmed_by = value, at, by
    party.save(update_fields=["nonce", "revealed_at", "slip_confirmed_by"])
    return Slip.CONFIRMED


def require_missing(attempt: Attempt, role: PartyRole | None, at: datetime, rules: Rules, *, refused: Refused) -> None:
    """Raise ``refused`` unless a part is missing after its time, and it is the part of ``role`` where one is named.

    A commitment is due by the time in the freeze, a nonce some minutes after the turn of its party began (R-62).
    """
    until, source = attempt.commit_until, rules.source("draw_commit_hours")
    if attempt.status == DrawStatus.COMMITTED:
        began, minutes = turn_began_at(attempt), rules.value("draw_reveal_minutes")
        until = may_be_blamed_from(began, reveal_minutes=minutes) if began else None
        source = rules.source("draw_reveal_minutes")
    missing = PartyRole(missing_role(attempt))
    if role is not None and role != missing:
        message = _("Missing is the part of: %(role)s.") % {"role": missing.label}
        raise refused(Refusal("not_missing", message, {"field": "role", "role": str(missing)}, source))
    if until is not None and at <= until:
        message = _("%(role)s has time until %(at)s; the attempt may be declared void after that.")
        words = message % {"role": missing.label, "at": _spoken(until)}
        raise refused(Refusal("too_soon", words, {"until": until.isoformat()}, source))


def require_another_person(
    former: Attempt, people: dict[PartyRole, int | None], *, refused: Refused, source: str
) -> None:
    """Raise ``refused`` unless another person than in ``former`` plays the part whose nonce was refused there."""
    role = PartyRole(former.void_role)
    person, before = people.get(role), former.parties.get(role=role).user_id
    if person is None or person == before:
        field = "" if role == PartyRole.OPERATOR else role.lower()
        message = _("In %(number)s the nonce of this part was refused: another person plays it now: %(role)s.")
        words = message % {"number": former.number, "role": role.label}
        facts = {"attempt": former.number, "role": role, "field": field}
        raise refused(Refusal("another_person", words, facts, source))


def _spoken(moment: datetime) -> str:
    return timezone.localtime(moment).strftime("%Y-%m-%d %H:%M")
