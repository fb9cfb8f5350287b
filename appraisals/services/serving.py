"""送达: a paper of a sanction is issued and reaches its party; the notice before it opens the term for a reply."""

from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from appraisals.enums import RevocationStatus, SanctionAction, SanctionKind, SanctionPaper, SanctionStatus
from appraisals.models import Sanction, TalkRecord
from appraisals.selectors import party_name, users_of_party
from appraisals.services.steps import SanctionRefused, draft, draft_of, kept_by, locked, move, own_page
from credit.services import Evidence
from delivery.services.commissions import signer_of
from foundation.accounts.models import User
from foundation.approvals.selectors import agreed
from foundation.audit.services import record
from foundation.core.errors import Refusal, TransitionRefused
from foundation.files.services import SCANS, store
from foundation.notices.services import notify
from foundation.papers.enums import DeliveryWay
from foundation.papers.models import Paper
from foundation.papers.services import issue_paper, record_delivery
from foundation.rulesets.selectors import rules_for
from foundation.workdays.selectors import add_workdays


@transaction.atomic
def serve_paper(
    *,
    sanction: Sanction,
    kind: SanctionPaper,
    content: bytes,
    way: DeliveryWay,
    by: User,
    on: date,
    to: str = "",
    proof: Evidence | None = None,
) -> Paper:
    """Issue the drafted paper of ``kind`` as the PDF ``content`` and record how it reached the party.

    The notice before a sanction opens the term for a reply from this day (R-56), and its party is told. Raise
    ``SanctionRefused`` where no such paper waits.
    """
    row = locked(sanction.pk)
    kept_by(row, by)
    paper = draft_of(row, kind)
    if paper is None:
        raise SanctionRefused(Refusal("no_paper", _("No such paper of this sanction waits to be served.")))
    decided = (
        row.revocations.filter(status=RevocationStatus.AGREED).first() if kind == SanctionPaper.REVOCATION else row
    )
    approval = agreed("SANCTION", decided) if decided is not None else None
    paper = issue_paper(paper=paper, content=content, by=by, on=on, signer=signer_of(approval) if approval else "")
    file = None
    if proof is not None:
        file = store(bureau=row.bureau, name=proof[0], content=proof[1], owner=paper, by=by, accept=SCANS)
    record_delivery(paper=paper, way=way, to=to.strip() or party_name(row), on=on, by=by, proof=file)
    if kind == SanctionPaper.NOTICE:
        move(row, SanctionAction.TELL)
        days = int(rules_for(bureau=row.bureau, on=on).value("reply_workdays"))
        row.told_on, row.reply_until = on, add_workdays(on, days)
        row.save(update_fields=["status", "told_on", "reply_until"])
        facts = {"until": str(row.reply_until)}
        notify(users=users_of_party(row), code="sanction_told", facts=facts, path=own_page(row))
    elif kind in {SanctionPaper.DECISION, SanctionPaper.TALK}:
        row.served_on = on
        row.save(update_fields=["served_on"])
    served = {"kind": kind, "paper": paper.pk, "way": way, "on": on}
    record(actor=by, action="appraisals.sanction_served", subject=row, facts=served)
    return paper


@transaction.atomic
def record_talk(
    *,
    sanction: Sanction,
    held_on: date,
    place: str,
    present: str,
    words: str,
    by: User,
    on: date,
    promised: str = "",
) -> TalkRecord:
    """Write down the talk that was held: its record becomes a paper, and the talk is over.

    Raise ``TransitionRefused`` for what is no agreed talk, ``SanctionRefused`` for a gap or a day that has not come.
    """
    row = locked(sanction.pk)
    kept_by(row, by)
    if row.kind != SanctionKind.TALK or row.status != SanctionStatus.IN_FORCE:
        message = _("Only a talk that was agreed and not held yet has a record.")
        raise TransitionRefused(noun="sanction", status=row.status, action="TALK", message=message)
    for field, given, message in (
        ("place", place, _("Write where the talk was held.")),
        ("present", present, _("Write who was there.")),
        ("words", words, _("Write what was said.")),
    ):
        if not given.strip():
            raise SanctionRefused(Refusal(f"{field}_missing", message, {"field": field}))
    if held_on > on or (row.started_on is not None and held_on < row.started_on):
        message = _("The talk was held between the day of its approval and today.")
        raise SanctionRefused(Refusal("day_out_of_range", message, {"field": "held_on"}))
    talk = TalkRecord.objects.create(
        sanction=row,
        held_on=held_on,
        place=place.strip(),
        present=present.strip(),
        words=words.strip(),
        promised=promised.strip(),
        recorded_by=by,
    )
    move(row, SanctionAction.END)
    row.ended_on = held_on
    row.save(update_fields=["status", "ended_on"])
    draft(row, SanctionPaper.TALK_RECORD, f"{party_name(row)}约谈记录", by=by, on=on)
    record(actor=by, action="appraisals.talk_held", subject=row, facts={"held_on": held_on, "on": on})
    return talk
