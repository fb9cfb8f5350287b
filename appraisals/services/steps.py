"""What every step of a sanction shares: the lock, the move by the table, the draft of a paper."""

from datetime import date

from django.utils.translation import gettext as _

from appraisals.enums import SanctionAction, SanctionPaper, SanctionStatus
from appraisals.models import HandOver, Sanction
from appraisals.permissions import may_sanction
from appraisals.selectors import party_name, users_of_party
from appraisals.transitions import SANCTION
from foundation.accounts.enums import Capability
from foundation.accounts.models import RoleGrant, User
from foundation.accounts.rules import CAPABILITIES
from foundation.audit.services import record
from foundation.core.errors import DomainError, NotAllowed, TransitionRefused
from foundation.notices.services import notify
from foundation.papers.enums import PaperStatus
from foundation.papers.models import Paper
from foundation.papers.selectors import of_subject
from foundation.papers.services import draft_paper, void_paper


class SanctionRefused(DomainError):  # noqa: N818 - reads as a sentence
    """The sanction, or a step of it, cannot be taken."""


def locked(pk: int) -> Sanction:
    """Return the sanction, locked, with its party."""
    rows = Sanction.objects.select_for_update(of=("self",))
    joins = "bureau", "firm__organisation", "firm__bureau", "expert__person", "expert__bureau", "proposed_by"
    return rows.select_related(*joins).get(pk=pk)


def kept_by(row: Sanction, by: User) -> None:
    """Raise ``NotAllowed`` for who does not keep the register of the sanction's bureau."""
    if not may_sanction(by, row.bureau):
        raise NotAllowed


def registrar(row: Sanction) -> User:
    """Return who proposed the sanction while he keeps the register, else another who does."""
    if may_sanction(row.proposed_by, row.bureau):
        return row.proposed_by
    roles = [role for role, can in CAPABILITIES.items() if Capability.REGISTER in can]
    grants = RoleGrant.objects.filter(
        bureau=row.bureau, role__in=roles, ended_on__isnull=True, user__is_active=True
    ).select_related("user")
    grant = grants.order_by("pk").first()
    return grant.user if grant else row.proposed_by


def move(row: Sanction, action: SanctionAction) -> None:
    """Change the state by the table; raise ``TransitionRefused`` for a step that does not follow."""
    after = SANCTION.get((SanctionStatus(row.status), action))
    if after is None:
        message = _("The sanction is in the state “%(state)s”; this step does not follow.") % {
            "state": row.get_status_display()
        }
        raise TransitionRefused(noun="sanction", status=row.status, action=action, message=message)
    row.status = after


def draft(
    row: Sanction | HandOver, kind: SanctionPaper, title: str, *, addressee: str = "", by: User, on: date, **facts: str
) -> Paper:
    """Enter a paper of the sanction into the register; it is issued when it is served."""
    return draft_paper(
        bureau=row.bureau,
        kind=kind,
        title=title[:200],
        addressee=(addressee or party_name(row))[:120],
        subject=row,
        facts={"name": party_name(row), **facts},
        by=by,
        on=on,
    )


def draft_of(row: Sanction | HandOver, kind: SanctionPaper) -> Paper | None:
    """Return the paper of that kind that waits to be issued."""
    return of_subject(row).filter(kind=kind, status=PaperStatus.DRAFT).first()


def own_page(row: Sanction) -> str:
    """Return the address where the party reads its own sanctions."""
    return "/firm/credit/" if row.firm_id else "/expert/credit/"


def drop(row: Sanction, *, reason: str, by: User, on: date, action: SanctionAction = SanctionAction.DROP) -> None:
    """Let a locked sanction end before it is decided; its notice is void, and who was told of it is told this, too."""
    move(row, action)
    row.dropped_on, row.dropped_reason = on, reason.strip()[:300]
    row.save(update_fields=["status", "dropped_on", "dropped_reason"])
    if paper := draft_of(row, SanctionPaper.NOTICE):
        void_paper(paper=paper, reason=row.dropped_reason, by=by, on=on)
    record(actor=by, action="appraisals.sanction_dropped", subject=row, facts={"reason": reason, "on": on})
    if row.told_on is not None:
        notify(users=users_of_party(row), code="sanction_dropped", path=own_page(row))
