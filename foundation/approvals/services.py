"""Submitting and deciding approvals. Rule R-37: nobody approves his own entry, and no step goes to nobody."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from django.db import models, transaction
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from foundation.accounts.enums import Role
from foundation.accounts.models import RoleGrant, User
from foundation.accounts.permissions import roles_of
from foundation.approvals.enums import ApprovalAction, ApprovalStatus, StepStatus
from foundation.approvals.models import Approval, ApprovalStep, Delegation
from foundation.approvals.rules import chain_for, handler_of, positions
from foundation.approvals.selectors import principals_of, running
from foundation.approvals.transitions import TRANSITIONS
from foundation.audit.services import record
from foundation.bureaus.models import Bureau
from foundation.core import clock
from foundation.core.errors import DomainError, NotAllowed, Refusal, TransitionRefused
from foundation.notices.services import notify
from foundation.rulesets.models import RuleChange, RuleSet
from foundation.rulesets.rules import registered
from foundation.rulesets.selectors import rules_for, rules_of
from foundation.rulesets.services import ValueDraft, apply_change, draft_change, refuse_change

PAGE = "/bureau/approvals/{}/"
STAND_INS = (Role.BUREAU_LEADER, Role.SECTION_HEAD)  # who may confirm or approve


class ApprovalRefused(DomainError):  # noqa: N818 - reads as a sentence
    """The approval cannot be submitted or decided."""


@transaction.atomic
def submit(
    *,
    bureau: Bureau,
    kind: str,
    subject: models.Model,
    title: str,
    facts: Mapping[str, Any],
    by: User,
    on: date,
    amount_cents: int | None = None,
) -> Approval:
    """Put ``subject`` on its way through the chain of ``kind`` in force on ``on``.

    Raise ``ApprovalRefused`` where one already runs, or where a step has nobody who could decide it.
    """
    if running(kind, subject):
        raise ApprovalRefused(Refusal("already_running", _("This is under approval already.")))
    approval = Approval.objects.create(
        bureau=bureau,
        kind=kind,
        subject_kind=subject._meta.label_lower,
        subject_id=subject.pk,
        title=title,
        facts=dict(facts),
        amount_cents=amount_cents,
        entered_by=by,
    )
    rules = rules_for(bureau=bureau, on=on)
    is_large = (amount_cents or 0) > rules.value("approval_large_cents")
    chain = chain_for(rules.value("approval_chain_large" if is_large else "approval_chain"), kind)
    steps = [
        ApprovalStep(approval=approval, position=position, role=role, named_user=_stand_in(bureau, role, by=by, on=on))
        for position, role in positions(chain)
    ]
    ApprovalStep.objects.bulk_create(steps)
    _open_next(approval, on=on)
    record(actor=by, action=f"approvals.{kind.lower()}.submitted", subject=approval, facts={"title": title})
    return approval


def _stand_in(bureau: Bureau, role: str, *, by: User, on: date) -> User | None:
    """Return a named person for a step that nobody but the submitter could take; None where its role has others."""
    holders = RoleGrant.objects.on(on).filter(bureau=bureau, user__is_active=True).exclude(user=by)
    if holders.filter(role=role).exists():
        return None
    for other in STAND_INS:
        grant = holders.filter(role=other).select_related("user").order_by("pk").first()
        if grant:
            return grant.user
    raise ApprovalRefused(
        Refusal(
            "nobody_decides",
            _("Nobody but you could decide this. Ask the administrator to give somebody else a role."),
            {"role": role},
        )
    )


def _open_next(approval: Approval, *, on: date) -> bool:
    """Open the steps of the next position and tell who may decide them; return False where none is left."""
    waiting = approval.steps.filter(status=StepStatus.WAITING)
    first = waiting.order_by("position").first()
    if first is None:
        return False
    now = list(waiting.filter(position=first.position).select_related("named_user"))
    approval.steps.filter(pk__in=[step.pk for step in now]).update(status=StepStatus.OPEN)
    notify(
        users=_deciders(approval, now, on=on),
        code="approval_waiting",
        facts={"kind": approval.kind},
        path=PAGE.format(approval.pk),
    )
    return True


def _deciders(approval: Approval, steps: list[ApprovalStep], *, on: date) -> list[User]:
    """Return who may take one of ``steps``, and their delegates; never the submitter."""
    named = [step.named_user for step in steps if step.named_user]
    roles = [step.role for step in steps if step.named_user is None]
    grants = RoleGrant.objects.on(on).filter(bureau=approval.bureau, role__in=roles).select_related("user")
    users = {user.pk: user for user in [*named, *(grant.user for grant in grants)]}
    running_now = Delegation.objects.filter(principal__in=users.values(), started_on__lte=on, ended_on__gte=on)
    users |= {row.delegate_id: row.delegate for row in running_now.select_related("delegate")}
    return [user for user in users.values() if user.pk != approval.entered_by_id]


@transaction.atomic
def agree(*, approval: Approval, by: User, on: date, words: str = "") -> Approval:
    """Take the open step of ``by``; the last step finishes the approval and runs its handler.

    Raise ``NotAllowed`` for the submitter and for who has no open step, ``TransitionRefused`` for a closed approval.
    """
    approval = Approval.objects.select_for_update().get(pk=approval.pk)
    _move(approval, ApprovalAction.AGREE)
    _decide(approval, StepStatus.AGREED, by=by, on=on, words=words)
    record(actor=by, action="approvals.agreed", subject=approval, facts={"kind": approval.kind, "words": words})
    if not approval.steps.filter(status=StepStatus.OPEN).exists() and not _open_next(approval, on=on):
        _close(approval, ApprovalAction.FINISH)
        _run(approval, is_agreed=True, by=by, on=on)
    return approval


@transaction.atomic
def give_back(*, approval: Approval, by: User, on: date, words: str) -> Approval:
    """Return the approval with words; raise as ``agree``, and ``ApprovalRefused`` without words."""
    if not words.strip():
        raise ApprovalRefused(Refusal("words_missing", _("Say why it goes back."), {"field": "words"}))
    approval = Approval.objects.select_for_update().get(pk=approval.pk)
    _move(approval, ApprovalAction.GIVE_BACK)
    _decide(approval, StepStatus.RETURNED, by=by, on=on, words=words)
    _close(approval, ApprovalAction.GIVE_BACK)
    record(actor=by, action="approvals.returned", subject=approval, facts={"kind": approval.kind, "words": words})
    _run(approval, is_agreed=False, by=by, on=on)
    return approval


@transaction.atomic
def withdraw(*, approval: Approval, by: User, on: date) -> Approval:
    """Take the own entry back before it is decided; raise ``NotAllowed`` for others."""
    approval = Approval.objects.select_for_update().get(pk=approval.pk)
    if approval.entered_by_id != by.pk:
        raise NotAllowed(_("Only who submitted it may withdraw it."))
    _close(approval, ApprovalAction.WITHDRAW)
    record(actor=by, action="approvals.withdrawn", subject=approval, facts={"kind": approval.kind})
    _run(approval, is_agreed=False, by=by, on=on)
    return approval


@transaction.atomic
def lapse(*, approval: Approval, reason: str, by: User, on: date) -> Approval:
    """Close a running approval whose subject fell away; called where that happened, whoever entered it."""
    approval = Approval.objects.select_for_update().get(pk=approval.pk)
    _close(approval, ApprovalAction.WITHDRAW)
    record(actor=by, action="approvals.lapsed", subject=approval, facts={"kind": approval.kind, "reason": reason})
    _run(approval, is_agreed=False, by=by, on=on)
    return approval


@transaction.atomic
def delegate(*, principal: User, to: User, started_on: date, ended_on: date, by: User) -> Delegation:
    """Let ``to`` decide in ``principal``'s place between two days, both included; only the principal may say so."""
    if by.pk != principal.pk:
        raise NotAllowed(_("You can only delegate your own decisions."))
    is_foreign = to.bureau_id != principal.bureau_id
    if principal.bureau is None or is_foreign or to.pk == principal.pk or ended_on < started_on:
        raise ApprovalRefused(
            Refusal(
                "bad_delegation", _("Name another person of your bureau and a last day that is not before the first.")
            )
        )
    row = Delegation.objects.create(
        bureau=principal.bureau, principal=principal, delegate=to, started_on=started_on, ended_on=ended_on
    )
    record(
        actor=by, action="approvals.delegated", subject=row, facts={"to": to.pk, "from": started_on, "until": ended_on}
    )
    return row


@transaction.atomic
def end_delegation(*, delegation: Delegation, by: User, on: date) -> Delegation:
    """Take the own delegation back: its last day is the day before ``on``."""
    row = Delegation.objects.select_for_update().get(pk=delegation.pk)
    if row.principal_id != by.pk:
        raise NotAllowed(_("You can only delegate your own decisions."))
    record(actor=by, action="approvals.delegation_ended", subject=row, facts={"on": on})
    row.ended_on = on - timedelta(days=1)
    row.started_on = min(row.started_on, row.ended_on)
    row.save(update_fields=["started_on", "ended_on"])
    return row


@transaction.atomic
def propose_value(*, rule_set: RuleSet, draft: ValueDraft, reason: str, by: User, on: date) -> Approval:
    """Propose a new value for a rule; once the approval is agreed it stands in the rule set."""
    change = draft_change(rule_set=rule_set, draft=draft, reason=reason, by=by, on=on)
    before = rules_of(rule_set).value(draft.key)
    facts = {"key": draft.key, "before": before, "after": draft.value, "rule_set": rule_set.name, "reason": reason}
    title = f"{rule_set.name}：{registered()[draft.key].number} {draft.key}"
    return submit(bureau=rule_set.bureau, kind="RULES", subject=change, title=title, facts=facts, by=by, on=on)


def value_agreed(*, approval: Approval, by: User, on: date) -> None:
    """Put the agreed value into its rule set."""
    apply_change(change=RuleChange.objects.get(pk=approval.subject_id), by=by, on=on)


def value_returned(*, approval: Approval, by: User, on: date) -> None:
    """Close the change that was not agreed."""
    refuse_change(change=RuleChange.objects.get(pk=approval.subject_id), by=by, on=on)


def _decide(approval: Approval, status: StepStatus, *, by: User, on: date, words: str) -> None:
    if approval.entered_by_id == by.pk:
        raise NotAllowed(_("Nobody approves his own entry."), code="own_entry")
    for actor in [by, *principals_of(by, on)]:
        if actor.pk == approval.entered_by_id or actor.bureau_id != approval.bureau_id:
            continue
        roles = [role.value for role in roles_of(actor, on=on)]
        own = models.Q(named_user=actor) | models.Q(named_user__isnull=True, role__in=roles)
        step = approval.steps.select_for_update().filter(own, status=StepStatus.OPEN).order_by("position", "pk").first()
        if step:
            step.status, step.decided_by, step.words = status, by, words
            step.on_behalf_of = actor if actor.pk != by.pk else None
            step.decided_at = clock.now()
            step.save(update_fields=["status", "decided_by", "on_behalf_of", "words", "decided_at"])
            return
    raise NotAllowed(_("No step of this approval waits for you."))


def _move(approval: Approval, action: ApprovalAction) -> ApprovalStatus:
    try:
        return TRANSITIONS[ApprovalStatus(approval.status), action]
    except KeyError as error:
        raise TransitionRefused(
            noun="approval",
            status=approval.status,
            action=action,
            message=_("This approval is closed: %(state)s.") % {"state": approval.get_status_display()},
        ) from error


def _close(approval: Approval, action: ApprovalAction) -> None:
    approval.status = _move(approval, action)
    approval.closed_at = clock.now()
    approval.save(update_fields=["status", "closed_at"])
    waiting = approval.steps.filter(status__in=[StepStatus.OPEN, StepStatus.WAITING])
    waiting.update(status=StepStatus.SKIPPED)
    if action != ApprovalAction.WITHDRAW:
        code = "approval_agreed" if approval.status == ApprovalStatus.AGREED else "approval_returned"
        facts, path = {"kind": approval.kind}, PAGE.format(approval.pk)
        notify(users=[approval.entered_by], code=code, facts=facts, path=path)


def _run(approval: Approval, *, is_agreed: bool, by: User, on: date) -> None:
    if name := handler_of(approval.kind, is_agreed=is_agreed):
        import_string(name)(approval=approval, by=by, on=on)
