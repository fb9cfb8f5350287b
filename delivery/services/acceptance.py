"""The lead evaluator's signature, bound to the bytes, and the acceptance of the signed final version (履约验收)."""

import hashlib
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from assignments.enums import Executor, TaskAction, TaskStatus
from assignments.models import EvaluationTask
from assignments.permissions import may_commission
from assignments.services.tasks import move_task
from delivery.enums import SignatureWay, VersionKind, VersionStatus
from delivery.models import Acceptance, Commission, ReportVersion, SignOff
from delivery.permissions import may_sign
from delivery.selectors import commission_of, late_days, latest_version, people_of
from evaluators.models import LeadEvaluator
from foundation.accounts.models import User
from foundation.audit.services import record, seal
from foundation.core.errors import DomainError, NotAllowed, Refusal, TransitionRefused
from foundation.files.services import SCANS, give_owner, store
from foundation.notices.services import notify

SIGNED_KINDS = (VersionKind.SUBMITTED, VersionKind.FINAL)


class SignOffRefused(DomainError):  # noqa: N818 - reads as a sentence
    """The signature does not count; nothing was stored."""


class AcceptanceRefused(DomainError):  # noqa: N818 - reads as a sentence
    """The report cannot be accepted."""


@transaction.atomic
def sign_off(
    *,
    version: ReportVersion,
    lead_evaluator: LeadEvaluator,
    sha256: str,
    way: SignatureWay,
    scan_name: str,
    scan_content: bytes,
    by: User,
    at: datetime,
) -> SignOff:
    """Bind the lead evaluator's signature to the bytes whose SHA-256 is ``sha256``.

    What counts is a scan of the wet signature, a certificate or a finger on the screen, each with its proof; a typed
    name never counts. Raise ``SignOffRefused`` for another signer than the commission's lead, another hash than the
    version's, a version that is not the newest of its kind, or a second signature.
    """
    rows = ReportVersion.objects.select_for_update(of=("self",))
    row = rows.select_related("task__bureau", "commission__firm__organisation").get(pk=version.pk)
    commission = row.commission
    if commission is None:
        raise SignOffRefused(Refusal("no_commission", _("No lead evaluator signs a report without a commission.")))
    if not may_sign(by, commission, timezone.localdate(at)):
        raise NotAllowed
    refusal = _sign_refusal(row, commission, lead_evaluator, sha256)
    if refusal := refusal or _unfit_to_sign(lead_evaluator, on=timezone.localdate(at)):
        raise SignOffRefused(refusal)
    scan = store(bureau=row.task.bureau, name=scan_name, content=scan_content, owner=None, by=by, accept=SCANS)
    signature = SignOff.objects.create(
        version=row,
        lead_evaluator=lead_evaluator,
        sha256=row.sha256,
        way=way,
        scan=scan,
        signed_at=at,
        entered_by=by,
    )
    give_owner(file=scan, owner=signature)
    facts = {"version": row.number, "lead_evaluator": lead_evaluator.pk, "sha256": row.sha256, "way": way}
    record(actor=by, action="delivery.version.signed", subject=signature, facts=facts)
    return signature


@transaction.atomic
def accept_report(*, task: EvaluationTask, by: User, on: date, words: str = "") -> Acceptance:
    """Accept the final version, whose signature must hold and whose bytes must still be those that were signed.

    Both tracks begin; a task without a firm skips the firm's. Lateness is counted and kept. Raise
    ``AcceptanceRefused`` without a signed final version, ``TransitionRefused`` before the final report.
    """
    task = EvaluationTask.objects.select_for_update(of=("self",)).select_related("bureau", "clerk").get(pk=task.pk)
    if not may_commission(by, task):
        raise NotAllowed
    version = latest_version(task, VersionKind.FINAL)
    if version is None or task.status != TaskStatus.FINAL:
        message = _("There is no final report to accept yet.")
        raise TransitionRefused(noun="task", status=task.status, action=TaskAction.ACCEPT, message=message)
    commission = commission_of(task)
    if task.executor == Executor.FIRM and not is_signed(version, commission):
        message = _("The lead evaluator has not signed this very file. A later file makes an earlier signature void.")
        raise AcceptanceRefused(Refusal("not_signed", message, {"version": version.number}))
    if not _bytes_hold(version):
        message = _("The stored file is not the one that was handed in: its SHA-256 differs. Tell the administrator.")
        raise AcceptanceRefused(Refusal("bytes_differ", message, {"version": version.number}))
    days = late_days(task, on)
    ReportVersion.objects.filter(pk=version.pk).update(status=VersionStatus.ACCEPTED)
    row = Acceptance.objects.create(
        task=task, version=version, accepted_on=on, accepted_by=by, late_days=days, words=words.strip()
    )
    move_task(task=task, action=TaskAction.ACCEPT, by=by, on=on, words=words.strip()[:300])
    if commission:
        users = people_of(commission.firm.organisation)
        notify(users=users, code="report_accepted", facts={"number": task.number})
    facts = {"version": version.number, "sha256": version.sha256, "late_days": days}
    record(actor=by, action="delivery.report.accepted", subject=row, facts=facts)
    seal()
    return row


def is_signed(version: ReportVersion, commission: Commission | None) -> bool:
    """Return whether the commission's lead evaluator signed this very file and the signature is not void."""
    signature = SignOff.objects.filter(version=version, is_void=False).first()
    return (
        signature is not None
        and commission is not None
        and signature.sha256 == version.sha256
        and signature.lead_evaluator_id == commission.lead_evaluator_id
    )


def _unfit_to_sign(lead: LeadEvaluator, *, on: date) -> Refusal | None:
    """Return why the named lead evaluator cannot sign on ``on`` any more: dead, gone from the firm, expired. Rule R-10.

    The way on is a change of the lead evaluator, with its approval.
    """
    person, field = lead.person, {"field": "lead_evaluator"}
    if person.died_on is not None and person.died_on <= on:
        message = _("%(name)s has died. Ask the bureau for a change of the lead evaluator.")
        return Refusal("lead_died", message % {"name": person.name}, field)
    if lead.ended_on is not None and lead.ended_on <= on:
        message = _("%(name)s left the firm on %(day)s. Ask the bureau for a change of the lead evaluator.")
        return Refusal("lead_not_current", message % {"name": person.name, "day": lead.ended_on.isoformat()}, field)
    if lead.certificate_valid_to is not None and lead.certificate_valid_to < on:
        message = _("The certificate of %(name)s ran out on %(day)s. Hand in the new one, or ask for another lead.")
        facts = {"name": person.name, "day": lead.certificate_valid_to.isoformat()}
        return Refusal("certificate_expired", message % facts, field)
    return None


def _sign_refusal(
    row: ReportVersion, commission: Commission, lead_evaluator: LeadEvaluator, sha256: str
) -> Refusal | None:
    if lead_evaluator.pk != commission.lead_evaluator_id:
        message = _("Only the lead evaluator named in the commission signs.")
        return Refusal("not_the_lead", message, {"field": "lead_evaluator"})
    if sha256.strip().lower() != row.sha256:
        message = _("The signature is for another file: its SHA-256 is not that of this version.")
        return Refusal("other_file", message, {"field": "sha256", "sha256": row.sha256})
    if row.kind not in SIGNED_KINDS or row.status != VersionStatus.RECEIVED:
        return Refusal("not_to_sign", _("Only the newest version for review or final report is signed."))
    if ReportVersion.objects.filter(task=row.task, number__gt=row.number).exists():
        return Refusal("later_version", _("A later file came in; sign that one."))
    if SignOff.objects.filter(version=row).exists():
        return Refusal("signed_already", _("This version is signed already."))
    return None


def _bytes_hold(version: ReportVersion) -> bool:
    digest = hashlib.sha256()
    with version.file.content.open("rb") as opened:
        for chunk in iter(lambda: opened.read(1 << 20), b""):
            digest.update(chunk)
    return digest.hexdigest() == version.sha256 == version.file.sha256
