"""移送: facts that another law punishes are handed to the authority that decides them, by approval and letter."""

from collections.abc import Sequence
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from appraisals.enums import AnswerOutcome, HandOverAction, HandOverStatus, SanctionPaper
from appraisals.models import HandOver, HandOverAnswer
from appraisals.permissions import may_sanction
from appraisals.selectors import party_name
from appraisals.services.steps import SanctionRefused, draft
from appraisals.transitions import HAND_OVER
from credit.services import Evidence
from delivery.services.commissions import signer_of
from evaluators.models import Firm
from experts.models import Expert
from foundation.accounts.models import User
from foundation.approvals.selectors import agreed
from foundation.approvals.services import submit
from foundation.audit.services import record
from foundation.core.errors import NotAllowed, Refusal, TransitionRefused
from foundation.files.services import SCANS, store
from foundation.papers.enums import DeliveryWay
from foundation.papers.services import issue_paper, record_delivery

MOST_LINES = 50


@transaction.atomic
def propose_hand_over(
    *,
    addressee: str,
    words: str,
    basis: str,
    evidence: Sequence[str],
    by: User,
    on: date,
    firm: Firm | None = None,
    expert: Expert | None = None,
) -> HandOver:
    """Put a hand-over of one party's facts to another authority on its way through approval.

    Raise ``SanctionRefused`` without addressee, facts, legal basis or a line of evidence, or for more than one party.
    """
    party: Firm | Expert | None = firm or expert
    if party is None or (firm is not None and expert is not None):
        raise SanctionRefused(Refusal("one_party", _("Name one firm or one expert.")))
    if not may_sanction(by, party.bureau):
        raise NotAllowed
    lines = [line.strip()[:300] for line in evidence if line.strip()]
    wanted = (
        ("addressee", addressee, _("Name the authority that decides such facts.")),
        ("words", words, _("Write the facts.")),
        ("basis", basis, _("Name the law and the clause that the facts fall under.")),
        ("evidence", "".join(lines), _("List the evidence, one piece a line.")),
    )
    for field, given, message in wanted:
        if not given.strip():
            raise SanctionRefused(Refusal(f"{field}_missing", message, {"field": field}))
    if len(lines) > MOST_LINES:
        message = _("At most %(most)d lines. Sum further pieces up.") % {"most": MOST_LINES}
        raise SanctionRefused(Refusal("too_many_lines", message, {"field": "evidence"}))
    row = HandOver.objects.create(
        bureau=party.bureau,
        firm=firm,
        expert=expert,
        addressee=addressee.strip(),
        words=words.strip(),
        basis=basis.strip(),
        evidence=lines,
        proposed_by=by,
        proposed_on=on,
    )
    facts = {"name": party_name(row), "to": row.addressee, "basis": row.basis, "words": row.words}
    title = _("Hand-over to %(to)s: %(name)s") % {"to": row.addressee, "name": party_name(row)}
    submit(bureau=row.bureau, kind="SANCTION", subject=row, title=title[:200], facts=facts, by=by, on=on)
    record(actor=by, action="appraisals.hand_over_proposed", subject=row, facts={"to": row.addressee, "on": on})
    return row


def hand_over_decided(*, pk: int, is_agreed: bool, by: User, on: date) -> None:
    """Draft the letter of an agreed hand-over, or note that it was not agreed."""
    row = _locked(pk)
    _move(row, HandOverAction.DECIDE if is_agreed else HandOverAction.REFUSE)
    if is_agreed:
        title = f"关于移送{party_name(row)}有关问题线索的函"
        keeper = row.proposed_by
        row.paper = draft(row, SanctionPaper.HAND_OVER, title, addressee=row.addressee, by=keeper, on=on)
    row.save(update_fields=["status", "paper"])
    record(actor=by, action="appraisals.hand_over_decided", subject=row, facts={"agreed": is_agreed, "on": on})


@transaction.atomic
def send_hand_over(
    *,
    hand_over: HandOver,
    content: bytes,
    way: DeliveryWay,
    to: str,
    by: User,
    on: date,
    proof: Evidence | None = None,
) -> HandOver:
    """Issue the agreed letter as the PDF ``content`` and record its delivery; raise ``TransitionRefused`` before."""
    row = _locked(hand_over.pk)
    if not may_sanction(by, row.bureau):
        raise NotAllowed
    _move(row, HandOverAction.SEND)
    assert row.paper is not None  # noqa: S101 - drafted with the agreement
    approval = agreed("SANCTION", row)
    issue_paper(paper=row.paper, content=content, by=by, on=on, signer=signer_of(approval) if approval else "")
    file = None
    if proof is not None:
        file = store(bureau=row.bureau, name=proof[0], content=proof[1], owner=row.paper, by=by, accept=SCANS)
    record_delivery(paper=row.paper, way=way, to=to.strip() or row.addressee, on=on, by=by, proof=file)
    row.sent_on = on
    row.save(update_fields=["status", "sent_on"])
    record(actor=by, action="appraisals.handed_over", subject=row, facts={"paper": row.paper.pk, "way": way, "on": on})
    return row


@transaction.atomic
def record_answer(
    *,
    hand_over: HandOver,
    outcome: AnswerOutcome,
    words: str,
    answered_on: date,
    by: User,
    on: date,
    letter_number: str = "",
    file: Evidence | None = None,
) -> HandOverAnswer:
    """Write what the authority answered to a sent hand-over; earlier answers stay.

    Raise ``SanctionRefused`` without words, or for a day before the letter went out or after today,
    ``TransitionRefused`` for a letter that was not sent, ``FileRefused`` for what is no scan.
    """
    row = _locked(hand_over.pk)
    if not may_sanction(by, row.bureau):
        raise NotAllowed
    if row.status != HandOverStatus.SENT or row.sent_on is None:
        message = _("Only a letter that was sent can be answered.")
        raise TransitionRefused(noun="hand_over", status=row.status, action="ANSWER", message=message)
    if not words.strip():
        raise SanctionRefused(Refusal("words_missing", _("Write what it answers."), {"field": "words"}))
    if not row.sent_on <= answered_on <= on:
        message = _("The answer lies between the day of the letter, %(sent)s, and today.") % {
            "sent": row.sent_on.isoformat()
        }
        raise SanctionRefused(Refusal("day_outside", message, {"field": "answered_on"}))
    answer = HandOverAnswer.objects.create(
        hand_over=row,
        outcome=outcome,
        words=words.strip(),
        letter_number=letter_number.strip(),
        answered_on=answered_on,
        entered_by=by,
        entered_on=on,
    )
    if file is not None:
        answer.file = store(bureau=row.bureau, name=file[0], content=file[1], owner=answer, by=by, accept=SCANS)
        answer.save(update_fields=["file"])
    facts = {"outcome": outcome, "answered": answered_on, "letter": answer.letter_number, "on": on}
    record(actor=by, action="appraisals.hand_over_answered", subject=row, facts=facts)
    return answer


def _locked(pk: int) -> HandOver:
    rows = HandOver.objects.select_for_update(of=("self",))
    joins = "bureau", "firm__organisation", "expert__person", "proposed_by", "paper"
    return rows.select_related(*joins).get(pk=pk)


def _move(row: HandOver, action: HandOverAction) -> None:
    after = HAND_OVER.get((HandOverStatus(row.status), action))
    if after is None:
        message = _("The hand-over is in the state “%(state)s”; this step does not follow.") % {
            "state": row.get_status_display()
        }
        raise TransitionRefused(noun="hand_over", status=row.status, action=action, message=message)
    row.status = after
