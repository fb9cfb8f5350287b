"""The outside value: typed by one, confirmed by another; not to be had; corrected. Rule R-63."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from assignments import draw as pure
from assignments.enums import DrawStatus, PartyRole
from assignments.models.seeding import SeedValue
from assignments.rules.draws import SOURCE
from assignments.selectors.seeding import (
    Attempt,
    awaited_source,
    confirmed_values,
    is_at_table,
    is_outside,
    sources_of,
    used_value,
    waiting_value,
)
from assignments.services.seeding.protocol import Noun, Row
from foundation.accounts.enums import Capability
from foundation.accounts.models import User
from foundation.accounts.permissions import may
from foundation.audit.services import record
from foundation.core.errors import DomainError, NotAllowed, Refusal


@dataclass(frozen=True, slots=True)
class Reading:
    """What somebody read at the outside source, and where: ``numbers``, or round and bytes of a beacon.

    ``is_unavailable``: there is no such value, and ``words`` say how that is known.
    """

    words: str
    numbers: Sequence[str] = ()
    beacon_round: int | None = None
    beacon_value: str = ""
    is_unavailable: bool = False


@transaction.atomic
def type_value(noun: Noun[Row], row: Row, *, reading: Reading, by: User, at: datetime) -> SeedValue:
    """Write what ``by`` read at the source that is asked for; another confirms it. What was typed before gives way.

    After the draw this begins a correction. Raise ``noun.refused`` before the value's time, for what is no value,
    without citation, or for the last fall-back as unavailable.
    """
    row, source = _asked(noun, row, by)
    part = _part(source, reading, refused=noun.refused)
    due = datetime.fromisoformat(source["at"])
    if at < due:
        moment = timezone.localtime(due).strftime("%Y-%m-%d %H:%M")
        message = _("This value is known from %(at)s on; type it then.") % {"at": moment}
        raise noun.refused(Refusal("value_not_yet", message, {"at": source["at"]}, SOURCE))
    is_correction = row.status != DrawStatus.REVEALED
    if part is None and (is_correction or source["id"] == sources_of(row)[-1]["id"]):
        message = _("Nothing stands in for this value; wait until it is known, then type it.")
        raise noun.refused(Refusal("no_fallback", message, {"field": "is_unavailable"}, SOURCE))
    if is_correction:
        _check_correction(noun, row, part)
    row.values.filter(confirmed_at__isnull=True, dropped_at__isnull=True).update(dropped_at=at)
    found: SeedValue = row.values.create(
        source=source["id"], part=part, words=reading.words.strip()[:300], typed_by=by, typed_at=at
    )
    record(actor=by, action=f"{noun.acts}.value_typed", subject=row, facts={"source": found.source, "part": part})
    return found


@transaction.atomic
def confirm_value(noun: Noun[Row], row: Row, *, reading: Reading, by: User, at: datetime) -> Row:
    """Confirm what another typed by reading it anew; the value then draws, a fall-back follows, or all is recomputed.

    Raise ``NotAllowed`` for who typed it, ``noun.refused`` where both readings differ or neither reader stands outside
    the operator's part. The same confirmation again changes nothing.
    """
    row, source = _asked(noun, row, by)
    value = waiting_value(row)
    part = _part(source, reading, refused=noun.refused)
    if value is None:
        if confirmed_values(row).filter(confirmed_by=by, source=source["id"], part=part).exists():
            return row
        raise noun.refused(Refusal("nothing_typed", _("Nobody has typed the value yet; type it first.")))
    _check_confirmation(noun, row, value, part, by)
    value.confirmed_by, value.confirmed_at, value.confirmed_words = by, at, reading.words.strip()[:300]
    is_correction = row.status != DrawStatus.REVEALED
    if is_correction:
        _check_correction(noun, row, part)
        confirmed_values(row).filter(source=value.source, is_wrong=False).update(is_wrong=True)
    value.save(update_fields=["confirmed_by", "confirmed_at", "confirmed_words"])
    facts = {"source": value.source, "part": value.part}
    record(actor=by, action=f"{noun.acts}.value_confirmed", subject=row, facts=facts)
    if is_correction:
        noun.draw_again(row, by=by, at=at)
    elif part is not None:
        noun.draw_now(row, by=by, at=at)
    return row


def _check_confirmation(noun: Noun[Row], row: Row, value: SeedValue, part: pure.Part | None, by: User) -> None:
    if value.typed_by_id == by.pk:
        raise NotAllowed(_("Nobody confirms the value that he typed himself."), code="own_entry")
    if value.part != part:
        message = _("This differs from what %(name)s typed. Read it again, both of you; who was wrong types it anew.")
        field = {"field": "is_unavailable" if None in (part, value.part) else "numbers"}
        raise noun.refused(Refusal("value_differs", message % {"name": value.typed_by.name}, field, SOURCE))
    if not any(_is_independent(row, user) for user in (by, value.typed_by)):
        message = _("One of the two who read the value is the witness, the third party, or of supervision.")
        raise noun.refused(Refusal("no_independent_reader", message, {}, SOURCE))


def _asked(noun: Noun[Row], row: Row, by: User) -> tuple[Row, dict[str, Any]]:
    """Return the attempt, locked, and the source whose value is asked for."""
    row = noun.locked(row)
    if not is_at_table(by, row):
        raise NotAllowed
    source = awaited_source(row)
    if source is None or not (row.status == DrawStatus.REVEALED or row.seed) or row.status == DrawStatus.VOID:
        raise noun.does_not_follow(row, noun.action("CORRECT"))
    return row, source


def _part(source: dict[str, Any], reading: Reading, *, refused: type[DomainError]) -> pure.Part | None:
    if not reading.words.strip():
        message = _("Cite where it was read: address, paper or screen, and when.")
        raise refused(Refusal("citation_missing", message, {"field": "words"}, SOURCE))
    if reading.is_unavailable:
        return None
    is_beacon = source["kind"] == "beacon"
    try:
        if is_beacon:
            number = reading.beacon_round if reading.beacon_round is not None else -1
            return pure.beacon_part(source["id"], number, reading.beacon_value.strip().lower())
        return pure.numbers_part(source["id"], reading.numbers, as_drawn=source["as_drawn"])
    except ValueError as error:
        message = (
            _("A beacon has a round and 16 to 128 bytes in hexadecimal digits.")
            if is_beacon
            else _("Type the numbers as printed, with a blank between them, such as 2 5 8 or 3315.42.")
        )
        facts = {"field": "beacon_value" if is_beacon else "numbers"}
        raise refused(Refusal("bad_value", message, facts, SOURCE)) from error


def _is_independent(attempt: Attempt, user: User) -> bool:
    if may(user, Capability.WITNESS):
        return True
    return attempt.parties.filter(user=user).exclude(role=PartyRole.OPERATOR).exists()


def _check_correction(noun: Noun[Row], row: Row, part: pure.Part | None) -> None:
    used = used_value(row)
    if not is_outside(row) or used is None:
        raise noun.does_not_follow(row, noun.action("CORRECT"))
    if used.part == part:
        message = _("This is the value that the draw was made of; there is nothing to correct.")
        raise noun.refused(Refusal("same_value", message, {"field": "numbers"}))
    if noun.has_begun(row):
        message = _("Who was drawn has begun to work. Section head and witness may order a new attempt.")
        raise noun.refused(Refusal("work_begun", message, {}, SOURCE))
