"""Proposing a sanction: what runs is asked about, the party is told beforehand and heard, then approval decides."""

from collections.abc import Mapping, Sequence
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from appraisals.enums import RunningTasks, SanctionAction, SanctionKind, SanctionPaper, SanctionStatus
from appraisals.models import Sanction, SanctionReply, SanctionTask
from appraisals.models.sanctions import BEFORE_FORCE
from appraisals.permissions import may_sanction
from appraisals.rules import LADDER, missing_rung
from appraisals.selectors import party_name, running_of, unanswered, users_of_party, work_number
from appraisals.services.steps import SanctionRefused, draft, drop, kept_by, locked, move, own_page
from assignments.models import Assignment
from credit.enums import ReplyOutcome
from credit.permissions import may_decide
from credit.services import Evidence, settle_reply, take_reply
from evaluators.models import Firm
from experts.models import Expert
from foundation.accounts.models import User
from foundation.approvals.services import submit
from foundation.audit.services import record
from foundation.core.dates import years_after
from foundation.core.errors import NotAllowed, Refusal, TransitionRefused
from foundation.notices.services import notify
from foundation.rulesets.selectors import Rules, rules_for

IN_REGISTER = {"ACTIVE", "SUSPENDED"}
Choices = Mapping[int, RunningTasks | str]  # pk of an assignment → what happens to it


@transaction.atomic
def propose_sanction(
    *,
    kind: SanctionKind,
    reason: str,
    by: User,
    on: date,
    firm: Firm | None = None,
    expert: Expert | None = None,
    choices: Choices | None = None,
    months: int = 0,
    is_grave: bool = False,
    basis: str = "",
    talk_on: date | None = None,
    talk_place: str = "",
) -> Sanction:
    """Propose a sanction of one firm or one expert.

    ``choices`` says for each running task or seat what happens to it; a talk asks nothing. Kinds of R-56 are told to
    the party first: the notice is drafted, and the sanction waits for ``serve_paper``. Others go to approval at once.

    Raise ``SanctionRefused`` without a reason, for a running task without a choice, for a rung that was skipped
    (R-26), for a length that the rules do not know (R-26, R-27), and where another one waits.
    """
    party = _locked_party(firm, expert)
    firm, expert = (party, None) if isinstance(party, Firm) else (None, party)
    if not may_sanction(by, party.bureau):
        raise NotAllowed
    rules = rules_for(bureau=party.bureau, on=on)
    _check(party, kind, reason=reason, months=months, is_grave=is_grave, rules=rules, on=on)
    running = [] if kind == SanctionKind.TALK else running_of(firm=firm, expert=expert)
    _check_choices(running, choices or {}, rules)
    is_told = kind in rules.value("prior_notice_kinds")
    row = Sanction.objects.create(
        bureau=party.bureau,
        firm=firm,
        expert=expert,
        kind=kind,
        status=SanctionStatus.DRAFTED,
        months=months if kind == SanctionKind.SUSPENSION else 0,
        is_grave=is_grave,
        reason=reason.strip(),
        basis=basis.strip(),
        proposed_by=by,
        proposed_on=on,
        talk_on=talk_on,
        talk_place=talk_place.strip(),
    )
    SanctionTask.objects.bulk_create(
        [
            SanctionTask(sanction=row, assignment=seat, choice=(choices or {})[seat.pk], chosen_by=by, chosen_on=on)
            for seat in running
        ]
    )
    facts = {"kind": kind, "months": row.months, "choices": {str(pk): value for pk, value in (choices or {}).items()}}
    record(actor=by, action="appraisals.sanction_drafted", subject=row, facts=facts)
    if is_told:
        title = f"关于拟对{party_name(row)}作出处理的事先告知书"
        draft(row, SanctionPaper.NOTICE, title, by=by, on=on, reason=row.reason)
    else:
        _submit(row, by=by, on=on)
    return row


@transaction.atomic
def choose_for_tasks(*, sanction: Sanction, choices: Choices, by: User, on: date) -> Sanction:
    """Say what happens to running tasks that began after the proposal; raise as ``propose_sanction``."""
    row = locked(sanction.pk)
    kept_by(row, by)
    if row.status not in BEFORE_FORCE:
        message = _("The sanction is decided; nothing is chosen any more.")
        raise TransitionRefused(noun="sanction", status=row.status, action="CHOOSE", message=message)
    missing = unanswered(row)
    _check_choices(missing, choices, rules_for(bureau=row.bureau, on=on))
    SanctionTask.objects.bulk_create(
        [
            SanctionTask(sanction=row, assignment=seat, choice=choices[seat.pk], chosen_by=by, chosen_on=on)
            for seat in missing
        ]
    )
    facts = {"choices": {str(pk): value for pk, value in choices.items()}, "on": on}
    record(actor=by, action="appraisals.sanction_chosen", subject=row, facts=facts)
    return row


@transaction.atomic
def reply_to_sanction(
    *, sanction: Sanction, words: str, by: User, on: date, file: Evidence | None = None
) -> SanctionReply:
    """Keep the party's reply to what it was told beforehand, once and inside its term (R-56); raise as ``take_reply``.

    Raise ``TransitionRefused`` where nothing was told, or a reply stands already.
    """
    row = locked(sanction.pk)
    if row.status != SanctionStatus.TOLD or SanctionReply.objects.filter(sanction=row).exists():
        message = _("No reply is open here: nothing is told beforehand, or a reply stands already.")
        raise TransitionRefused(noun="sanction", status=row.status, action="REPLY", message=message)
    reply = SanctionReply(sanction=row)
    take_reply(
        reply,
        bureau=row.bureau,
        organisation_id=row.firm.organisation_id if row.firm else None,
        person_id=row.expert.person_id if row.expert else None,
        until=row.reply_until,
        words=words,
        file=file,
        by=by,
        on=on,
    )
    facts = {"on_behalf": reply.is_on_behalf, "sha256": reply.file.sha256 if reply.file else "", "on": on}
    record(actor=by, action="appraisals.sanction_replied", subject=row, facts=facts)
    notify(users=[row.proposed_by], code="sanction_reply", path=f"/bureau/sanctions/{row.pk}/")
    return reply


@transaction.atomic
def answer_sanction_reply(
    *, reply: SanctionReply, outcome: ReplyOutcome | str, words: str, by: User, on: date
) -> SanctionReply:
    """Answer the party's reply; where it is accepted, the sanction is dropped. Raise as ``settle_reply``."""
    row = locked(reply.sanction_id)
    found = SanctionReply.objects.select_for_update(of=("self",)).get(pk=reply.pk)
    if not may_decide(by, row.bureau):
        raise NotAllowed
    settle_reply(found, outcome=outcome, words=words, by=by, on=on)
    record(actor=by, action="appraisals.sanction_answered", subject=row, facts={"outcome": outcome, "on": on})
    if outcome == ReplyOutcome.ACCEPTED:
        drop(row, reason=words, by=by, on=on)
    else:
        notify(users=users_of_party(row), code="sanction_answered", path=own_page(row))
    return found


@transaction.atomic
def submit_sanction(*, sanction: Sanction, by: User, on: date) -> Sanction:
    """Put a sanction that was told on its way through approval, once the party was heard or its term has passed.

    Raise ``SanctionRefused`` while the term runs without a reply (R-56), for a reply without an answer, and for a
    running task without a choice.
    """
    row = locked(sanction.pk)
    kept_by(row, by)
    rules = rules_for(bureau=row.bureau, on=on)
    reply = SanctionReply.objects.filter(sanction=row).first()
    if row.status == SanctionStatus.TOLD and reply is None and row.reply_until is not None and on <= row.reply_until:
        message = _("The party may reply until %(day)s. Submit it after that day, or once its reply is answered.") % {
            "day": row.reply_until.isoformat()
        }
        facts = {"until": row.reply_until.isoformat()}
        raise SanctionRefused(Refusal("reply_open", message, facts, rules.source("reply_workdays")))
    if reply is not None and reply.answered_on is None:
        message = _("The party’s reply has no answer yet. Answer it first.")
        raise SanctionRefused(Refusal("reply_unanswered", message, {}, rules.source("reply_workdays")))
    if row.status == SanctionStatus.DRAFTED:
        message = _("The party was not told yet. Serve the notice first.")
        raise SanctionRefused(Refusal("not_told", message, {}, rules.source("prior_notice_kinds")))
    _check_choices(unanswered(row), {}, rules)
    _submit(row, by=by, on=on)
    return row


@transaction.atomic
def drop_sanction(*, sanction: Sanction, reason: str, by: User, on: date) -> Sanction:
    """Drop a sanction that is not under approval yet; whoever was told of it is told this, too."""
    row = locked(sanction.pk)
    kept_by(row, by)
    if not reason.strip():
        raise SanctionRefused(Refusal("reason_missing", _("Write the reason."), {"field": "reason"}))
    drop(row, reason=reason, by=by, on=on)
    return row


def _submit(row: Sanction, *, by: User, on: date) -> None:
    move(row, SanctionAction.SUBMIT)
    row.save(update_fields=["status"])
    kind = SanctionKind(row.kind)
    submit(
        bureau=row.bureau,
        kind="SANCTION",
        subject=row,
        title=_("%(kind)s: %(name)s") % {"kind": kind.label, "name": party_name(row)},
        facts={"kind": kind, "reason": row.reason, "months": row.months, "name": party_name(row)},
        by=by,
        on=on,
    )
    facts = {"kind": kind, "firm": row.firm_id, "expert": row.expert_id}
    record(actor=by, action="appraisals.sanction_proposed", subject=row, facts=facts)


def _locked_party(firm: Firm | None, expert: Expert | None) -> Firm | Expert:
    if firm is not None and expert is None:
        rows = Firm.objects.select_for_update(of=("self",)).select_related("bureau", "organisation")
        return rows.get(pk=firm.pk)
    if expert is not None and firm is None:
        people = Expert.objects.select_for_update(of=("self",)).select_related("bureau", "person")
        return people.get(pk=expert.pk)
    raise SanctionRefused(Refusal("one_party", _("Name one firm or one expert.")))


def _check(
    party: Firm | Expert, kind: SanctionKind, *, reason: str, months: int, is_grave: bool, rules: Rules, on: date
) -> None:
    if not reason.strip():
        raise SanctionRefused(Refusal("reason_missing", _("Write the reason."), {"field": "reason"}))
    if party.status not in IN_REGISTER:
        message = _("The standing is “%(state)s”; there is nothing to sanction in the register.") % {
            "state": party.get_status_display()
        }
        raise SanctionRefused(Refusal("not_in_register", message))
    own = Sanction.objects.filter(firm=party) if isinstance(party, Firm) else Sanction.objects.filter(expert=party)
    if own.filter(status__in=BEFORE_FORCE).exists():
        message = _("Another sanction of this party is on its way. Decide or drop that one first.")
        raise SanctionRefused(Refusal("under_approval", message))
    if kind == SanctionKind.SUSPENSION:
        _check_months(months, rules, is_firm=isinstance(party, Firm))
    after = years_after(on, -int(rules.value("removal_years")))
    earlier = set(
        own.filter(started_on__gt=after).exclude(status=SanctionStatus.REVOKED).values_list("kind", flat=True)
    )
    earlier |= set() if isinstance(party, Firm) else {LADDER[0]}  # an expert is suspended without a talk before
    if rung := missing_rung(kind, earlier, is_grave=is_grave):
        message = _("First comes: %(rung)s. Only a grave case may skip it; tick that it is one.") % {
            "rung": SanctionKind(rung).label
        }
        source = rules.source("removal_years")
        raise SanctionRefused(Refusal("rung_skipped", message, {"field": "kind", "rung": rung}, source))


def _check_months(months: int, rules: Rules, *, is_firm: bool) -> None:
    most, lengths = int(rules.value("suspension_months_most")), list(rules.value("expert_suspension_months"))
    if is_firm and not 1 <= months <= most:
        message, key = _("A suspension lasts 1 to %(most)s months.") % {"most": most}, "suspension_months_most"
    elif not is_firm and months not in lengths:
        words = {"months": "、".join(map(str, lengths))}
        message, key = _("A suspension lasts one of: %(months)s months.") % words, "expert_suspension_months"
    else:
        return
    raise SanctionRefused(Refusal("months_out_of_range", message, {"field": "months"}, rules.source(key)))


def _check_choices(running: Sequence[Assignment], choices: Choices, rules: Rules) -> None:
    """Raise ``SanctionRefused`` unless each running task or seat, and nothing else, has a choice that it can have."""
    source = rules.source("removal_years")
    missing = [work_number(seat) for seat in running if choices.get(seat.pk) not in RunningTasks.values]
    if missing:
        message = _("Choose for each running task what happens to it: %(tasks)s.") % {"tasks": "、".join(missing)}
        raise SanctionRefused(Refusal("choice_missing", message, {"field": "tasks", "tasks": missing}, source))
    if set(choices) - {seat.pk for seat in running}:
        message = _("One of the tasks does not run any more. Open the form anew.")
        raise SanctionRefused(Refusal("not_running", message, {"field": "tasks"}, source))
    seats = [seat for seat in running if seat.re_review_id is not None]
    if any(choices[seat.pk] == RunningTasks.STOP for seat in seats):
        message = _("A panel goes on without one expert: let him finish, or hand his seat over.")
        raise SanctionRefused(Refusal("panel_goes_on", message, {"field": "tasks"}, source))
