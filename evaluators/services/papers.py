"""Papers of a firm: qualifications, undertakings, branches, confirmed years."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from evaluators.enums import FirmStatus
from evaluators.models import AssessedYear, Branch, Firm, FirmUndertaking, Qualification
from evaluators.services.firms import FirmRefused
from foundation.accounts.enums import Capability
from foundation.accounts.models import User
from foundation.accounts.permissions import may, require
from foundation.audit.services import record
from foundation.core.errors import NotAllowed, Refusal
from foundation.core.identifiers import is_uscc
from foundation.files.services import SCANS, store
from foundation.rulesets.selectors import rules_for
from parties.selectors import memberships_of

UNDERTAKING_TEXT = "2020-1"


@dataclass(frozen=True, slots=True)
class QualificationDraft:
    """A qualification with its number and last day."""

    firm: Firm
    name: str
    number: str
    issuer: str
    valid_from: date
    valid_to: date | None = None


@transaction.atomic
def add_qualifications(*, drafts: Sequence[QualificationDraft], by: User, on: date) -> list[Qualification]:
    """Write qualifications; one known by firm, name and number gets its new dates."""
    rows = [
        Qualification(
            firm=draft.firm,
            name=draft.name,
            number=draft.number,
            issuer=draft.issuer,
            valid_from=draft.valid_from,
            valid_to=draft.valid_to,
        )
        for draft in drafts
    ]
    Qualification.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["firm", "name", "number"],
        update_fields=["issuer", "valid_from", "valid_to"],
    )
    for firm in {draft.firm.pk: draft.firm for draft in drafts}.values():
        record(actor=by, action="evaluators.qualifications_recorded", subject=firm, facts={"on": on})
    return rows


@transaction.atomic
def record_qualification(
    *, draft: QualificationDraft, by: User, on: date, proof: tuple[str, bytes] | None = None
) -> Qualification:
    """Write one qualification, with its scan (name, content) where there is one.

    Raise ``FirmRefused`` for one that ends before it begins, ``FileRefused`` for a bad file.
    """
    require(by, Capability.REGISTER)
    if draft.valid_to is not None and draft.valid_to < draft.valid_from:
        message = _("The last day lies before the first.")
        raise FirmRefused(Refusal("ends_before_start", message, {"field": "valid_to"}))
    add_qualifications(drafts=[draft], by=by, on=on)
    row = Qualification.objects.get(firm=draft.firm, name=draft.name, number=draft.number)
    if proof is not None:
        name, content = proof
        row.proof = store(bureau=draft.firm.bureau, name=name, content=content, owner=row, by=by, accept=SCANS)
        row.save(update_fields=["proof"])
    return row


@transaction.atomic
def accept_undertakings(*, firms: Sequence[Firm], year: int, accepted_by: str, by: User, on: date) -> None:
    """Write that firms accepted the undertaking (承诺书) of ``year``; accepting again changes nothing. Rule R-41.

    Raise ``NotAllowed`` for who neither keeps the register nor works for the firm.
    """
    mine = set(memberships_of(by).values_list("organisation_id", flat=True))
    if not may(by, Capability.REGISTER) and any(firm.organisation_id not in mine for firm in firms):
        raise NotAllowed
    rows = [
        FirmUndertaking(firm=f, year=year, text_version=UNDERTAKING_TEXT, accepted_on=on, accepted_by=accepted_by)
        for f in firms
    ]
    FirmUndertaking.objects.bulk_create(rows, ignore_conflicts=True)
    for firm in firms:
        record(actor=by, action="evaluators.undertaking_accepted", subject=firm, facts={"year": year, "on": on})


@transaction.atomic
def add_branch(
    *,
    firm: Firm,
    name: str,
    address: str,
    has_legal_personality: bool,
    by: User,
    on: date,
    own_firm: Firm | None = None,
    uscc: str = "",
) -> Branch:
    """Write a branch; with legal personality it registers itself as ``own_firm``.

    Raise ``FirmRefused`` for one without that stands in the register itself, or whose code is wrong.
    """
    require(by, Capability.REGISTER)
    if uscc and not is_uscc(uscc):
        message = _("The unified social credit code is wrong: a character does not fit its check.")
        raise FirmRefused(Refusal("uscc_wrong", message, {"field": "uscc"}, "GB 32100—2015"))
    if own_firm is not None and own_firm.pk == firm.pk:
        message = _("A firm is no branch of itself.")
        raise FirmRefused(Refusal("own_branch", message, {"field": "own_firm"}))
    if not has_legal_personality:
        _refuse_registered(firm, name, uscc, on=on)
    if has_legal_personality and own_firm is None:
        message = _("A branch with legal personality registers itself as a firm first.")
        raise FirmRefused(Refusal("branch_registers_itself", message, {"field": "own_firm"}))
    row = Branch.objects.create(
        firm=firm,
        name=name,
        address=address,
        uscc=uscc,
        has_legal_personality=has_legal_personality,
        own_firm=own_firm,
        started_on=on,
    )
    record(actor=by, action="evaluators.branch_added", subject=firm, facts={"name": name, "on": on})
    return row


def _refuse_registered(firm: Firm, name: str, uscc: str, *, on: date) -> None:
    """Raise ``FirmRefused`` where a branch without legal personality stands in the register alone. Rule R-49."""
    alike = Q(organisation__name=name) | (Q(organisation__uscc=uscc) if uscc else Q(pk__in=[]))
    rows = Firm.objects.filter(alike, bureau_id=firm.bureau_id).exclude(status=FirmStatus.CLOSED)
    if known := rows.order_by("pk").first():
        message = _("%(name)s stands in the register itself, number %(number)s: enter that number.") % {
            "name": name,
            "number": known.number,
        }
        source = rules_for(bureau=firm.bureau, on=on).source("one_of_a_family")
        raise FirmRefused(Refusal("branch_registered", message, {"field": "name", "firm": known.pk}, source))


@transaction.atomic
def record_assessed_years(*, points: Mapping[int, int | None], year: int, by: User, on: date) -> None:
    """Write the confirmed assessments of ``year`` into the register: {firm: hundredths, None for 未评定}. Rule R-46."""
    rows = [AssessedYear(firm_id=pk, year=year, points_hundredths=own, recorded_on=on) for pk, own in points.items()]
    AssessedYear.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["firm", "year"],
        update_fields=["points_hundredths", "recorded_on"],
    )
    for firm in Firm.objects.filter(pk__in=points).order_by("pk"):
        record(
            actor=by, action="evaluators.year_assessed", subject=firm, facts={"year": year, "points": points[firm.pk]}
        )


@transaction.atomic
def withdraw_assessed_years(*, firm_ids: Sequence[int], year: int, by: User, on: date) -> None:
    """Take the assessments of a reopened year out of the register."""
    AssessedYear.objects.filter(firm_id__in=firm_ids, year=year).delete()
    for firm in Firm.objects.filter(pk__in=firm_ids).order_by("pk"):
        record(actor=by, action="evaluators.year_reopened", subject=firm, facts={"year": year, "on": on})
