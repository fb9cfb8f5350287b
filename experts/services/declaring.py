"""What an expert says of himself, or a clerk for him: employers, recusals, days away, undertakings, title."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from experts.enums import TitleLevel
from experts.models import (
    Expert,
    ExpertUndertaking,
    FormerTitle,
    StandingRecusal,
    Unavailability,
)
from experts.services.facts import ExpertRefused, own_or_clerk
from foundation.accounts.enums import Capability
from foundation.accounts.models import User
from foundation.accounts.permissions import may, require
from foundation.audit.services import record
from foundation.bureaus.models import Bureau
from foundation.core import clock
from foundation.core.errors import NotAllowed, Refusal
from foundation.rulesets.selectors import wording_on
from parties.enums import EmploymentKind
from parties.models import Employment, Organisation
from parties.services import body_by_name, declare_spell

UNDERTAKING_TEXT = "2020-1"
UNDERTAKING = "EXPERT_UNDERTAKING"
A_YEAR: Final = timedelta(days=366)


@transaction.atomic
def declare_employment(
    *,
    expert: Expert,
    employer: str,
    title: str,
    started_on: date,
    by: User,
    on: date,
    ended_on: date | None = None,
    kind: EmploymentKind = EmploymentKind.EMPLOYEE,
) -> Employment:
    """Write where the expert works or worked, or what he owns, advises or heads; raise as ``declare_spell``.

    He himself or a clerk may say so, and the row says who did. Each kind of tie counts in draws (R-07). Where he says
    himself that a known one ends earlier, it stays as it is and its end is asked for (``asked_end_on``).
    """
    own_or_clerk(expert, by)
    row = declare_spell(
        person=expert.person,
        employer=employer,
        kind=kind,
        title=title,
        started_on=started_on,
        ended_on=ended_on,
        by=by,
        on=on,
    )
    if row.asked_end_on is None:
        facts = {"organisation": row.organisation_id, "kind": kind, "on": on}
        record(actor=by, action="experts.employment_declared", subject=expert, facts=facts)
    return row


@transaction.atomic
def add_recusal(
    *, expert: Expert, organisation: Organisation, reason: str, by: User, on: date, started_on: date | None = None
) -> StandingRecusal:
    """Write that the expert always steps back from an organisation, from ``started_on`` (today unless told).

    He himself or a clerk may say so. A past day is what became known later, a coming one counts from that day; the
    journal says when it was written. Raise ``ExpertRefused`` without a reason, or more than a year ahead.
    """
    own_or_clerk(expert, by)
    begins = started_on or on
    if not reason.strip():
        raise ExpertRefused(Refusal("reason_missing", _("Say why."), {"field": "reason"}))
    if begins > on + A_YEAR:
        message = _("The first day lies more than a year ahead. Enter it nearer to the day.")
        raise ExpertRefused(Refusal("begins_too_late", message, {"field": "started_on"}))
    row = StandingRecusal.objects.create(expert=expert, organisation=organisation, reason=reason, started_on=begins)
    facts = {"organisation": organisation.pk, "from": begins, "on": on}
    record(actor=by, action="experts.recusal_added", subject=expert, facts=facts)
    return row


@transaction.atomic
def recuse_from(
    *, expert: Expert, body: str, reason: str, by: User, on: date, started_on: date | None = None
) -> StandingRecusal:
    """Write a standing recusal from the organisation of that name; an unknown one is written, too.

    Raise ``ExpertRefused`` as ``add_recusal``, without a name, and where one runs or is to come.
    """
    own_or_clerk(expert, by)
    if not body.strip():
        raise ExpertRefused(Refusal("body_missing", _("Name the organisation."), {"field": "body"}))
    organisation = body_by_name(bureau=expert.bureau, name=body, by=by, on=on)
    same = StandingRecusal.objects.filter(expert=expert, organisation=organisation)
    if same.filter(Q(ended_on__isnull=True) | Q(ended_on__gt=on)).exists():
        message = _("This recusal stands already.")
        raise ExpertRefused(Refusal("recusal_stands", message, {"field": "body"}))
    return add_recusal(expert=expert, organisation=organisation, reason=reason, by=by, on=on, started_on=started_on)


@transaction.atomic
def end_recusal(*, recusal: StandingRecusal, by: User, on: date) -> StandingRecusal:
    """End a standing recusal on ``on``; only who keeps the pool may, so that nobody opens a way for himself."""
    require(by, Capability.REGISTER)
    recusal = StandingRecusal.objects.select_for_update(of=("self",)).select_related("expert").get(pk=recusal.pk)
    if recusal.ended_on is not None:
        raise ExpertRefused(Refusal("recusal_ended", _("This recusal has ended already.")))
    recusal.ended_on = on
    recusal.save(update_fields=["ended_on"])
    facts = {"organisation": recusal.organisation_id, "on": on}
    record(actor=by, action="experts.recusal_ended", subject=recusal.expert, facts=facts)
    return recusal


@transaction.atomic
def add_unavailability(
    *, expert: Expert, started_on: date, ended_on: date, words: str, by: User, on: date
) -> Unavailability:
    """Write days on which the expert is not free, both ends included."""
    own_or_clerk(expert, by)
    if ended_on < started_on:
        message = _("The last day lies before the first.")
        raise ExpertRefused(Refusal("ends_before_start", message, {"field": "ended_on"}))
    row = Unavailability.objects.create(expert=expert, started_on=started_on, ended_on=ended_on, words=words)
    facts = {"from": started_on, "until": ended_on, "on": on}
    record(actor=by, action="experts.unavailable", subject=expert, facts=facts)
    return row


@transaction.atomic
def accept_undertakings(
    *, experts: Sequence[Expert], year: int, by: User, on: date, at: datetime | None = None
) -> None:
    """Write that experts accepted the undertaking (承诺书) of ``year`` in the text in force on ``on``. Rule R-41.

    Accepting again changes nothing: version, day and moment (``at``, now unless told) stay those of the first time.
    """
    if not may(by, Capability.REGISTER):
        for expert in experts:
            own_or_clerk(expert, by)
    bureaus = {expert.bureau_id: expert.bureau for expert in experts}
    versions = {pk: undertaking_version(bureau, on=on) for pk, bureau in bureaus.items()}
    rows = [
        ExpertUndertaking(
            expert=expert,
            year=year,
            text_version=versions[expert.bureau_id],
            accepted_on=on,
            accepted_at=at or clock.now(),
        )
        for expert in experts
    ]
    ExpertUndertaking.objects.bulk_create(rows, ignore_conflicts=True)
    for expert in experts:
        record(actor=by, action="experts.undertaking_accepted", subject=expert, facts={"year": year, "on": on})


def undertaking_version(bureau: Bureau, *, on: date) -> str:
    """Return the version of the undertaking that experts of ``bureau`` accept on ``on``: the shipped or its own."""
    own = wording_on(bureau=bureau, code=UNDERTAKING, on=on)
    return own.version if own else UNDERTAKING_TEXT


@transaction.atomic
def change_title(
    *, expert: Expert, title: str, level: TitleLevel, by: User, on: date, day: date | None = None, reason: str = ""
) -> Expert:
    """Write an expert's new professional title and its level from ``day`` (today unless told); the old one is kept.

    Who keeps the pool has seen the proof. The same title and level change nothing. Raise ``ExpertRefused`` for no
    title, for a day after ``on`` and for one before the last change.
    """
    require(by, Capability.REGISTER)
    row = Expert.objects.select_for_update(of=("self",)).get(pk=expert.pk)
    if by.bureau_id != row.bureau_id:
        raise NotAllowed
    if not title.strip():
        raise ExpertRefused(Refusal("title_missing", _("Name the title."), {"field": "title"}))
    since = day or on
    if since > on:
        raise ExpertRefused(Refusal("begins_later", _("The first day lies in the future."), {"field": "day"}))
    later = row.former_titles.filter(until_on__gt=since).order_by("-until_on").first()
    if later is not None:
        message = _("It was changed on %(day)s already; give that day or a later one.")
        raise ExpertRefused(Refusal("changed_later", message % {"day": later.until_on.isoformat()}, {"field": "day"}))
    if (row.title, row.title_level) == (title.strip()[:60], level):
        return row
    FormerTitle.objects.create(
        expert=row, title=row.title, title_level=row.title_level, until_on=since, reason=reason.strip()[:200]
    )
    facts = {"before": [row.title, row.title_level], "after": [title.strip(), level], "day": since, "on": on}
    row.title, row.title_level = title.strip()[:60], level
    row.save(update_fields=["title", "title_level"])
    record(actor=by, action="experts.title_changed", subject=row, facts=facts)
    return row
