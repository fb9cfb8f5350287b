"""Firms of the register: their entry, the checklist, their standing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.db.models import F, Q
from django.utils.translation import gettext as _

from evaluators.enums import FirmAction, FirmKind, FirmStatus
from evaluators.models import (
    AdmissionCheck,
    Branch,
    CarriedBar,
    Firm,
    FirmStanding,
    FirmTerm,
    LeadEvaluator,
    Practitioner,
)
from evaluators.rules import may_reapply_from, renewable_from, renewed_until, term_ends_on
from evaluators.selectors import branch_refusal, dependent_branches
from evaluators.transitions import TRANSITIONS
from foundation.accounts.enums import Capability
from foundation.accounts.models import User
from foundation.accounts.permissions import require
from foundation.audit.services import record
from foundation.bureaus.models import Bureau
from foundation.core.errors import DomainError, Refusal, TransitionRefused
from foundation.files.models import StoredFile
from foundation.papers.services import next_number
from foundation.rulesets.selectors import Rules, rules_for
from parties.models import Organisation
from parties.permissions import standing_refusals
from parties.services import OrganisationDraft, register_organisations


class FirmRefused(DomainError):  # noqa: N818 - reads as a sentence
    """The firm or its people cannot be written."""


@dataclass(frozen=True, slots=True)
class FirmDraft:
    """An organisation's role as firm; ``number`` empty: the next one is given."""

    organisation: Organisation
    kind: FirmKind
    staff_count: int = 0
    number: str = ""


@dataclass(frozen=True, slots=True)
class AdmissionProof:
    """The proof of one admission item: its file, who issued it, its last day, what was remarked."""

    file: StoredFile | None = None
    source: str = ""
    valid_to: date | None = None
    remark: str = ""


def next_firm_number(*, bureau: Bureau, on: date) -> str:
    """Return the next number of the register that no firm bears; called in the transaction that uses it."""
    while True:
        number = f"机构{next_number(bureau=bureau, kind='FIRM', year=on.year):03d}"
        if not Firm.objects.filter(bureau=bureau, number=number).exists():
            return number


@transaction.atomic
def register_firms(*, bureau: Bureau, drafts: Sequence[FirmDraft], by: User, on: date) -> list[Firm]:
    """Write firms as applicants, in the order of ``drafts``; a known firm gets its new kind and staff.

    Raise ``NotAllowed`` without the capability.
    """
    require(by, Capability.REGISTER)
    known = {
        row.organisation_id: row
        for row in Firm.objects.select_for_update().filter(
            bureau=bureau, organisation_id__in=[draft.organisation.pk for draft in drafts]
        )
    }
    made, changed, result = [], [], []
    for draft in drafts:
        row = known.get(draft.organisation.pk)
        if row is None:
            number = draft.number or next_firm_number(bureau=bureau, on=on)
            row = Firm(bureau=bureau, organisation=draft.organisation, number=number, status_since=on)
            known[draft.organisation.pk] = row
            made.append(row)
        elif row.pk:
            changed.append(row)
        row.kind, row.staff_count = draft.kind, draft.staff_count
        result.append(row)
    _refuse_dependent(bureau, made, on=on)
    Firm.objects.bulk_create(made)
    Firm.objects.bulk_update(changed, ["kind", "staff_count"], batch_size=500)
    FirmStanding.objects.bulk_create([FirmStanding(firm=row, status=row.status, started_on=on) for row in made])
    facts = {"created": len(made), "updated": len(changed), "on": on}
    record(actor=by, action="evaluators.firms_registered", subject=bureau, facts=facts)
    return result


@transaction.atomic
def register_firm(
    *, bureau: Bureau, body: OrganisationDraft, kind: FirmKind, staff_count: int, by: User, on: date
) -> Firm:
    """Write one applicant with its organisation; raise ``FirmRefused`` with the known row's facts for a duplicate."""
    require(by, Capability.REGISTER)
    known = Firm.objects.filter(bureau=bureau, organisation__uscc=body.uscc).select_related("organisation").first()
    if known is not None and body.uscc:
        message = _("This code is registered already: %(name)s, number %(number)s, %(state)s since %(day)s.") % {
            "name": known.organisation.name,
            "number": known.number,
            "state": known.get_status_display(),
            "day": known.status_since.isoformat(),
        }
        facts = {"field": "uscc", "firm": known.pk, "number": known.number}
        raise FirmRefused(Refusal("firm_known", message, facts, "GB 32100—2015"))
    organisation = register_organisations(bureau=bureau, drafts=[body], by=by, on=on)[0]
    return register_firms(bureau=bureau, drafts=[FirmDraft(organisation, kind, staff_count)], by=by, on=on)[0]


def refuse_first_day(firm: Firm, day: date, *, on: date) -> None:
    """Raise ``FirmRefused`` where something of a firm would begin after ``on``, or before the firm was founded."""
    if day > on:
        raise FirmRefused(Refusal("begins_later", _("The first day lies in the future."), {"field": "started_on"}))
    founded_on = firm.organisation.founded_on
    if founded_on is not None and day < founded_on:
        message = _("%(name)s was founded on %(day)s: nothing of it begins before.") % {
            "name": firm.organisation.name,
            "day": founded_on.isoformat(),
        }
        raise FirmRefused(
            Refusal("before_founded", message, {"field": "started_on", "free_on": founded_on.isoformat()})
        )


def refuse_last_day(
    row: Branch | LeadEvaluator | Practitioner, day: date, *, on: date, field: str = "ended_on"
) -> None:
    """Raise ``FirmRefused`` where a spell of a firm has ended, or would end after ``on`` or before it began."""
    if row.ended_on is not None:
        raise FirmRefused(Refusal("ended_before", _("This ended before.")))
    if day > on:
        raise FirmRefused(Refusal("ends_later", _("The day lies in the future."), {"field": field}))
    if day < row.started_on:
        raise FirmRefused(Refusal("ends_before_start", _("The last day lies before the first."), {"field": field}))


@transaction.atomic
def move_firms(*, firms: Sequence[Firm], action: FirmAction, by: User, on: date, reason: str = "") -> list[Firm]:
    """Change the standing of firms from ``on``; raise ``TransitionRefused`` for the first that cannot.

    Suspending, removing and returning need a reason; a removed firm may apply again after its years (R-26). Raise
    ``FirmRefused`` where a sanction or running work stands in the way.
    """
    require(by, Capability.REGISTER)
    if action in {FirmAction.SUSPEND, FirmAction.REMOVE, FirmAction.RETURN} and not reason.strip():
        raise FirmRefused(Refusal("reason_missing", _("Say why."), {"field": "reason"}))
    rows = list(
        Firm.objects.select_for_update(of=("self",))
        .select_related("bureau", "organisation")
        .filter(pk__in=[firm.pk for firm in firms])
        .order_by("pk")
    )
    in_the_way = standing_refusals("firm", [row.pk for row in rows], action, on)
    for row in rows:
        if refusal := in_the_way.get(row.pk):
            raise FirmRefused(refusal)
        _move(row, action, on=on)
    Firm.objects.bulk_update(rows, ["status", "status_since", "admitted_on", "term_ends_on"], batch_size=500)
    spells = FirmStanding.objects.filter(firm__in=rows)
    spells.filter(started_on__gt=on).update(ended_on=F("started_on"))  # an earlier register is taken over
    spells.filter(Q(ended_on__isnull=True) | Q(ended_on__gt=on), started_on__lte=on).update(ended_on=on)
    FirmStanding.objects.bulk_create(
        [FirmStanding(firm=row, status=row.status, started_on=on, reason=reason[:300]) for row in rows]
    )
    if action == FirmAction.ADMIT:
        _give_terms(rows, on=on)
    for row in rows:
        facts = {"action": action, "status": row.status, "reason": reason, "on": on}
        record(actor=by, action="evaluators.firm_moved", subject=row, facts=facts)
    return rows


@transaction.atomic
def renew_firm(*, firm: Firm, by: User, on: date) -> Firm:
    """Renew the term of a firm of the register. Rule R-13.

    Raise ``FirmRefused`` outside the window before its end, and for who has not accepted this year's undertaking:
    that is the yearly confirmation (R-41).
    """
    require(by, Capability.REGISTER)
    row = Firm.objects.select_for_update(of=("self",)).select_related("bureau", "organisation").get(pk=firm.pk)
    rules = rules_for(bureau=row.bureau, on=on)
    if row.status != FirmStatus.ACTIVE or row.term_ends_on is None:
        raise FirmRefused(Refusal("not_in_register", _("Only who stands in the register can be renewed.")))
    opens_on = renewable_from(row.term_ends_on, days=rules.value("renewal_window_days"))
    if on < opens_on:
        message = _("The term can be renewed from %(day)s.") % {"day": opens_on.isoformat()}
        raise FirmRefused(Refusal("renewal_too_early", message, {"free_on": opens_on.isoformat()}))
    if not row.undertakings.filter(year=on.year).exists():
        message = _("The undertaking of %(year)s is not accepted yet.") % {"year": on.year}
        raise FirmRefused(Refusal("not_confirmed", message, {"year": on.year}))
    before = row.term_ends_on
    row.term_ends_on = renewed_until(before, on=on, years=rules.value("register_term_years"))
    row.save(update_fields=["term_ends_on"])
    _give_terms([row], on=on)
    facts = {"before": before, "after": row.term_ends_on, "on": on}
    record(actor=by, action="evaluators.firm_renewed", subject=row, facts=facts)
    return row


def _move(row: Firm, action: FirmAction, *, on: date) -> None:
    after = TRANSITIONS.get((FirmStatus(row.status), action))
    if after is None:
        message = _("%(name)s is in the state “%(state)s”; this step does not follow.") % {
            "name": row.organisation.name,
            "state": row.get_status_display(),
        }
        raise TransitionRefused(noun="firm", status=row.status, action=action, message=message)
    rules = rules_for(bureau=row.bureau, on=on)
    if action == FirmAction.REAPPLY and row.status == FirmStatus.REMOVED:
        free_on = may_reapply_from(row.status_since, years=rules.value("removal_years"))
        if on < free_on:
            message = _("A removed firm may apply again from %(day)s.") % {"day": free_on.isoformat()}
            facts = {"free_on": free_on.isoformat()}
            raise FirmRefused(Refusal("removed_too_recently", message, facts, rules.source("removal_years")))
    if action == FirmAction.ADMIT:
        _refuse_carried(row, rules, on=on)
        _refuse_unchecked(row, list(rules.value("firm_admission_items")), on=on)
        row.admitted_on = on
        row.term_ends_on = term_ends_on(on, years=rules.value("register_term_years"))
    row.status, row.status_since = after, on


def _refuse_dependent(bureau: Bureau, rows: Sequence[Firm], *, on: date) -> None:
    """Raise ``FirmRefused`` for a branch without legal personality, which belongs to its head office. Rule R-49."""
    if not rows or not dependent_branches(bureau, on).exists():
        return
    for row in rows:
        body = row.organisation
        if refusal := branch_refusal(bureau, name=body.name, uscc=body.uscc or "", on=on):
            raise FirmRefused(refusal)


def _give_terms(rows: Sequence[Firm], *, on: date) -> None:
    """Keep each firm's term as it is from ``on``: past days answer with the term that held then."""
    FirmTerm.objects.bulk_create(
        [FirmTerm(firm=row, decided_on=on, ends_on=row.term_ends_on) for row in rows if row.term_ends_on]
    )


def _refuse_carried(row: Firm, rules: Rules, *, on: date) -> None:
    """Raise ``FirmRefused`` while the removal of a predecessor runs: nobody comes back under a new code. R-49."""
    bars = CarriedBar.objects.filter(firm=row, status=FirmStatus.REMOVED, ends_on__gt=on)  # on an earlier day, too
    if bar := bars.select_related("predecessor__organisation").order_by("-ends_on", "pk").first():
        message = _("%(name)s took the place of %(before)s, which is removed; it may be admitted from %(day)s.") % {
            "name": row.organisation.name,
            "before": bar.predecessor.organisation.name,
            "day": bar.ends_on.isoformat(),
        }
        facts = {"free_on": bar.ends_on.isoformat(), "predecessor": bar.predecessor_id}
        raise FirmRefused(Refusal("predecessor_removed", message, facts, rules.source("removal_years")))


def _refuse_unchecked(row: Firm, items: Sequence[str], *, on: date) -> None:
    """Raise ``FirmRefused`` while an item of the checklist is not met or its proof has run out. Rule R-12."""
    holds = Q(valid_to__isnull=True) | Q(valid_to__gte=on)
    met = set(AdmissionCheck.objects.filter(holds, firm=row, is_met=True).values_list("code", flat=True))
    if missing := [code for code in items if code not in met]:
        message = _("%(name)s: %(count)d items of the admission checklist are not met yet.") % {
            "name": row.organisation.name,
            "count": len(missing),
        }
        raise FirmRefused(Refusal("not_checked", message, {"items": missing}))


@transaction.atomic
def record_admission_checks(
    *,
    firm: Firm,
    met: dict[str, bool],
    by: User,
    on: date,
    remark: str = "",
    proofs: Mapping[str, AdmissionProof] | None = None,
) -> None:
    """Write the outcome of the admission checklist, with the proofs of an application. Rule R-12."""
    require(by, Capability.REGISTER)
    files = proofs or {}
    nothing = AdmissionProof()
    rows = []
    for code, ok in met.items():
        proof = files.get(code, nothing)
        rows.append(
            AdmissionCheck(
                firm=firm,
                code=code,
                is_met=ok,
                remark=proof.remark or remark,
                proof=proof.file,
                source=proof.source,
                valid_to=proof.valid_to,
                checked_on=on,
            )
        )
    AdmissionCheck.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["firm", "code"],
        update_fields=["is_met", "remark", "checked_on", *(["proof", "source", "valid_to"] if files else [])],
    )
    record(actor=by, action="evaluators.checked", subject=firm, facts={"met": met, "on": on})
