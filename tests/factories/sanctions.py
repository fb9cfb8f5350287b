"""Sanctions from the proposal to the day on which they hold, by the services that pages use."""

from datetime import date, timedelta

from appraisals.enums import RunningTasks, SanctionPaper, SanctionStatus
from appraisals.selectors import running_of
from appraisals.services import propose_sanction, serve_paper, submit_sanction
from foundation.approvals.models import Approval
from foundation.approvals.services import agree
from foundation.papers.enums import DeliveryWay

DAY = date(2020, 12, 20)
TERM = timedelta(days=14)  # longer than five working days
PAPER = b"%PDF-1.4 demo"


def propose(people, kind, *, firm=None, expert=None, choice=RunningTasks.FINISH, **facts):
    """Propose a sanction long enough before ``DAY``; every running task gets the same choice."""
    facts = {"reason": "逾期三次", "by": people["clerk"], "on": DAY - TERM} | facts
    if "choices" not in facts and kind != "TALK":
        facts["choices"] = {seat.pk: choice for seat in running_of(firm=firm, expert=expert)}
    return propose_sanction(kind=kind, firm=firm, expert=expert, **facts)


def tell(people, sanction, on=DAY - TERM):
    """Serve the notice before the sanction."""
    serve_paper(
        sanction=sanction, kind=SanctionPaper.NOTICE, content=PAPER, way=DeliveryWay.HAND, by=people["clerk"], on=on
    )
    sanction.refresh_from_db()
    return sanction


def decide(people, sanction, on=DAY):
    """Tell the party where it must be told, let the term pass, and have the approval agreed."""
    if sanction.status == SanctionStatus.DRAFTED:
        tell(people, sanction, on=on - TERM)
    if sanction.status == SanctionStatus.TOLD:
        submit_sanction(sanction=sanction, by=people["clerk"], on=on)
    approval = Approval.objects.get(subject_kind="appraisals.sanction", subject_id=sanction.pk)
    agree(approval=approval, by=people["head"], on=on)
    agree(approval=approval, by=people["leader"], on=on)
    sanction.refresh_from_db()
    return sanction
