"""Lifting a longer suspension of an expert: application, undertaking, a passed test, the bureau's answer. Rule R-57."""

from datetime import date

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from appraisals.enums import LiftingStatus, SanctionKind, SanctionPaper, SanctionStatus
from appraisals.models import LiftingApplication, Sanction
from appraisals.selectors import party_name, returns_on, users_of_party
from appraisals.services.ending import end_due_sanctions
from appraisals.services.steps import SanctionRefused, draft, locked
from credit.permissions import may_decide, may_enter_reply, speaks_for
from credit.services import Evidence
from experts.rules import lifting_opens_on
from experts.services import foresee_return, undertaking_version
from foundation.accounts.models import User
from foundation.audit.services import record
from foundation.core.errors import NotAllowed, Refusal, TransitionRefused
from foundation.files.services import DOCUMENTS, SCANS, store
from foundation.notices.services import notify
from foundation.rulesets.selectors import Rules, rules_for
from training.models import Certificate


@transaction.atomic
def ask_lifting(
    *,
    sanction: Sanction,
    words: str,
    accepts_undertaking: bool,
    by: User,
    on: date,
    certificate_code: str = "",
    file: Evidence | None = None,
) -> LiftingApplication:
    """Keep an expert's application to lift a suspension that does not end by itself.

    Raise ``SanctionRefused`` for who has died, for a suspension that needs none, before the window opens, without the
    undertaking, and, where a test is needed, without a certificate of his own issued since the suspension began. A
    clerk enters a paper for the expert together with its scan.
    """
    row = locked(sanction.pk)
    expert = row.expert
    is_own = expert is not None and speaks_for(by, organisation_id=None, person_id=expert.person_id)
    if expert is None or (not is_own and not may_enter_reply(by, row.bureau)):
        raise NotAllowed
    if expert.person.died_on is not None:
        raise SanctionRefused(Refusal("has_died", _("Has died: nothing is lifted any more.")))
    rules = rules_for(bureau=row.bureau, on=row.started_on or on)
    _check(row, words, accepts_undertaking=accepts_undertaking, rules=rules, on=on)
    if not is_own and file is None:
        message = _("Add the scan of the expert’s paper: only then may his application be entered for him.")
        raise SanctionRefused(Refusal("scan_missing", message, {"field": "file"}))
    certificate = _certificate(row, certificate_code, rules) if row.needs_test or certificate_code.strip() else None
    application = LiftingApplication.objects.create(
        sanction=row,
        words=words.strip(),
        undertaking_version=undertaking_version(row.bureau, on=on),
        certificate=certificate,
        asked_by=by,
        asked_on=on,
        is_on_behalf=not is_own,
    )
    if file is not None:
        name, content = file
        application.file = store(
            bureau=row.bureau, name=name, content=content, owner=application, by=by, accept=DOCUMENTS | SCANS
        )
        application.save(update_fields=["file"])
    facts = {"certificate": certificate.code if certificate else "", "on_behalf": not is_own, "on": on}
    record(actor=by, action="appraisals.lifting_asked", subject=row, facts=facts)
    notify(users=[row.proposed_by], code="lifting_asked", path=f"/bureau/sanctions/{row.pk}/")
    return application


def _check(row: Sanction, words: str, *, accepts_undertaking: bool, rules: Rules, on: date) -> None:
    if row.kind != SanctionKind.SUSPENSION or row.status != SanctionStatus.IN_FORCE or row.ends_on is None:
        message = _("Only a suspension in force can be lifted.")
        raise TransitionRefused(noun="sanction", status=row.status, action="LIFT", message=message)
    if not row.needs_application:
        message = _("This suspension ends by itself on %(day)s; nothing needs to be applied for.") % {
            "day": row.ends_on.isoformat()
        }
        source = rules.source("lifting_application_months")
        raise SanctionRefused(Refusal("ends_by_itself", message, {"free_on": row.ends_on.isoformat()}, source))
    opens_on = lifting_opens_on(row.ends_on, days=rules.value("lifting_window_days"))
    if on < opens_on:
        message = _("The lifting may be asked for from %(day)s.") % {"day": opens_on.isoformat()}
        source = rules.source("lifting_window_days")
        raise SanctionRefused(Refusal("lifting_too_early", message, {"free_on": opens_on.isoformat()}, source))
    if not words.strip():
        raise SanctionRefused(Refusal("words_missing", _("Write what you ask for, and why."), {"field": "words"}))
    if not accepts_undertaking:
        message = _("Accept the undertaking: without it the suspension is not lifted.")
        source = rules.source("lifting_application_months")
        raise SanctionRefused(Refusal("undertaking_missing", message, {"field": "accepts_undertaking"}, source))
    if row.lifted_on is not None or row.liftings.filter(status=LiftingStatus.ASKED).exists():
        message = _("An application waits for its answer, or the lifting is granted already.")
        raise SanctionRefused(Refusal("asked_before", message))


def _certificate(row: Sanction, code: str, rules: Rules) -> Certificate:
    """Return the expert's own certificate with that code, issued since the suspension began."""
    found = Certificate.objects.filter(
        code=code.strip(), attendance__person=row.expert.person_id if row.expert else 0, issued_on__gte=row.started_on
    ).first()
    if found is None:
        message = _(
            "A passed test is needed: give the code of your own certificate, issued since the suspension began on "
            "%(day)s. The bureau’s training page lists the courses."
        ) % {"day": row.started_on.isoformat() if row.started_on else ""}
        source = rules.source("lifting_test_months")
        raise SanctionRefused(Refusal("test_missing", message, {"field": "certificate_code"}, source))
    return found


@transaction.atomic
def answer_lifting(
    *, application: LiftingApplication, is_granted: bool, words: str, by: User, on: date
) -> LiftingApplication:
    """Answer an application: granted, the suspension ends on its last day or today; refused, he may apply again.

    Raise ``NotAllowed`` for who entered it himself, ``SanctionRefused`` without words, ``TransitionRefused`` where it
    has its answer.
    """
    row = locked(application.sanction_id)
    found = LiftingApplication.objects.select_for_update(of=("self",)).get(pk=application.pk)
    if not may_decide(by, row.bureau) or found.asked_by_id == by.pk:
        raise NotAllowed
    if found.status != LiftingStatus.ASKED or row.status != SanctionStatus.IN_FORCE:
        message = _("This application has its answer already.")
        raise TransitionRefused(noun="lifting", status=found.status, action="ANSWER", message=message)
    if not words.strip():
        raise SanctionRefused(Refusal("words_missing", _("Answer in words."), {"field": "words"}))
    found.status = LiftingStatus.GRANTED if is_granted else LiftingStatus.REFUSED
    found.answer, found.answered_by, found.answered_on = words.strip(), by, on
    found.save(update_fields=["status", "answer", "answered_by", "answered_on"])
    record(actor=by, action="appraisals.lifting_answered", subject=row, facts={"granted": is_granted, "on": on})
    word = "解除暂停决定书" if is_granted else "不予解除暂停通知书"
    draft(row, SanctionPaper.LIFTING, f"关于{party_name(row)}的{word}", by=by, on=on, words=found.answer)
    notify(users=users_of_party(row), code="lifting_answered", path="/expert/credit/")
    if is_granted:
        row.lifted_on = on
        row.save(update_fields=["lifted_on"])
        if row.expert is not None:
            day = returns_on(firm=None, expert=row.expert)
            foresee_return(expert=row.expert, day=max(day, on) if day else None, by=by, on=on)
        end_due_sanctions(on=on)
    return found


@transaction.atomic
def lapse_liftings(*, sanctions: QuerySet[Sanction], reason: str, by: User, on: date) -> int:
    """Close, without a paper, what was asked for under ``sanctions``; return how many applications that were.

    Nobody can answer them any more: the expert has died, or his suspension was revoked.
    """
    found = LiftingApplication.objects.filter(sanction__in=sanctions, status=LiftingStatus.ASKED).order_by("pk")
    rows = list(found.values_list("sanction_id", "pk"))
    for sanction, pk in rows:
        row = locked(sanction)
        application = LiftingApplication.objects.select_for_update(of=("self",)).get(pk=pk)
        application.status, application.answer = LiftingStatus.LAPSED, reason[:500]
        application.answered_by, application.answered_on = by, on
        application.save(update_fields=["status", "answer", "answered_by", "answered_on"])
        record(actor=by, action="appraisals.lifting_lapsed", subject=row, facts={"application": pk, "on": on})
    return len(rows)
