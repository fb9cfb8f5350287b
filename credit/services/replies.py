"""陈述申辩: the party's reply within its term, the bureau's answer beside it. Rule R-56."""

from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from credit.enums import ReplyOutcome
from credit.models import CreditEvent, EventReply, Reply
from credit.permissions import may_decide, may_enter_reply, speaks_for
from credit.services.events import EVIDENCE, CreditRefused, Evidence, tell_party, void_event
from foundation.accounts.models import User
from foundation.audit.services import record
from foundation.bureaus.models import Bureau
from foundation.core.errors import NotAllowed, Refusal, TransitionRefused
from foundation.files.services import store
from foundation.notices.services import notify
from foundation.rulesets.selectors import rules_for


def take_reply(
    reply: Reply,
    *,
    bureau: Bureau,
    organisation_id: int | None,
    person_id: int | None,
    until: date | None,
    words: str,
    file: Evidence | None,
    by: User,
    on: date,
) -> None:
    """Fill in and keep a new reply of a party: its own, or its paper entered by a clerk together with the scan.

    Raise ``NotAllowed`` for others, ``CreditRefused`` without words, after ``until``, or for a paper without its scan.
    """
    is_own = speaks_for(by, organisation_id=organisation_id, person_id=person_id)
    if not is_own and not may_enter_reply(by, bureau):
        raise NotAllowed
    if not words.strip():
        raise CreditRefused(Refusal("words_missing", _("Write what you have to say."), {"field": "words"}))
    if until is None or on > until:
        _refuse_late(bureau, until, on)
    if not is_own and file is None:
        message = _("Add the scan of the party’s paper: only then may its reply be entered for it.")
        raise CreditRefused(Refusal("scan_missing", message, {"field": "file"}))
    reply.words, reply.given_by, reply.given_on, reply.is_on_behalf = words.strip(), by, on, not is_own
    reply.save()
    if file is not None:
        reply.file = store(bureau=bureau, name=file[0], content=file[1], owner=reply, by=by, accept=EVIDENCE)
        reply.save(update_fields=["file"])


def _refuse_late(bureau: Bureau, until: date | None, on: date) -> None:
    source = rules_for(bureau=bureau, on=on).source("reply_workdays")
    if until is None:
        raise CreditRefused(Refusal("no_term", _("No reply is asked for here. Write to the bureau."), {}, source))
    message = _("The term for a reply ended on %(day)s. Write to the bureau; it may still correct itself.") % {
        "day": until.isoformat()
    }
    raise CreditRefused(Refusal("reply_too_late", message, {"until": until.isoformat()}, source))


def settle_reply(reply: Reply, *, outcome: ReplyOutcome | str, words: str, by: User, on: date) -> None:
    """Write the bureau's answer to a locked reply; raise ``CreditRefused`` without words, or where it has one."""
    if outcome not in ReplyOutcome:
        raise CreditRefused(Refusal("outcome_missing", _("Choose what you answer."), {"field": "outcome"}))
    if not words.strip():
        raise CreditRefused(Refusal("words_missing", _("Answer in words."), {"field": "words"}))
    if reply.answered_on is not None:
        message = _("This reply has its answer already.")
        raise TransitionRefused(noun="reply", status=reply.outcome, action="ANSWER", message=message)
    reply.outcome, reply.answer, reply.answered_by, reply.answered_on = outcome, words.strip(), by, on
    reply.save(update_fields=["outcome", "answer", "answered_by", "answered_on"])


@transaction.atomic
def reply_to_event(*, event: CreditEvent, words: str, by: User, on: date, file: Evidence | None = None) -> EventReply:
    """Keep the party's reply to an event, once and inside its term; raise as ``take_reply``.

    Raise ``TransitionRefused`` for an event that is void or has its reply.
    """
    event = CreditEvent.objects.select_for_update(of=("self",)).select_related("bureau").get(pk=event.pk)
    if event.voided_on or EventReply.objects.filter(event=event).exists():
        message = _("This event is void, or a reply stands beside it already.")
        raise TransitionRefused(noun="credit_event", status="CLOSED", action="REPLY", message=message)
    row = EventReply(event=event)
    take_reply(
        row,
        bureau=event.bureau,
        organisation_id=event.organisation_id,
        person_id=event.person_id,
        until=event.reply_until,
        words=words,
        file=file,
        by=by,
        on=on,
    )
    facts = {"on_behalf": row.is_on_behalf, "sha256": row.file.sha256 if row.file else "", "on": on}
    record(actor=by, action="credit.replied", subject=event, facts=facts)
    notify(users=[event.recorded_by], code="credit_reply", path=f"/bureau/credit/{event.pk}/")
    return row


@transaction.atomic
def answer_reply(*, reply: EventReply, outcome: ReplyOutcome | str, words: str, by: User, on: date) -> EventReply:
    """Answer a reply; where it is accepted, the event is void with these words. Raise as ``settle_reply``."""
    row = EventReply.objects.select_for_update(of=("self",)).select_related("event__bureau").get(pk=reply.pk)
    if not may_decide(by, row.event.bureau):
        raise NotAllowed
    settle_reply(row, outcome=outcome, words=words, by=by, on=on)
    record(actor=by, action="credit.answered", subject=row.event, facts={"outcome": outcome, "on": on})
    if outcome == ReplyOutcome.ACCEPTED and row.event.voided_on is None:
        void_event(event=row.event, reason=words, by=by, on=on)
    else:
        tell_party(row.event, code="credit_answered")
    return row
