"""The admission checklist of an entry: what was found about each item, on which day, by which proof."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from admissions.models import EntryCheck
from admissions.permissions import may_keep
from admissions.rules import PROOF_LIMIT_BYTES
from admissions.selectors import checklist_items, checks_on, kind_of, of_entry
from admissions.services.owners import locked_entry
from evaluators.models import AdmissionCheck, Firm
from evaluators.services import AdmissionProof, record_admission_checks
from experts.models import Expert
from foundation.accounts.models import User
from foundation.audit.services import record
from foundation.core.errors import DomainError, NotAllowed, Refusal
from foundation.files.models import StoredFile
from foundation.files.services import SCANS, store


class CheckRefused(DomainError):  # noqa: N818 - reads as a sentence
    """The checklist cannot be filled in like this."""


@dataclass(frozen=True, slots=True)
class CheckDraft:
    """What was found about one item; ``file`` (name, content) is a new proof, ``proof`` one that is stored already.

    Without either the proof that is known stays.
    """

    is_met: bool
    source: str = ""
    valid_to: date | None = None
    remark: str = ""
    file: tuple[str, bytes] | None = None
    proof: StoredFile | None = None


@transaction.atomic
def record_checks(
    *, entry: Firm | Expert, answers: Mapping[str, CheckDraft], by: User, on: date
) -> dict[str, EntryCheck]:
    """Write what was found about items of the checklist on ``on`` and return the answers that hold now, by code.

    The answer of before stays for the days until then; what is the same is not written anew. Rules R-12, R-14. Raise
    ``CheckRefused`` for an item that is not asked for, one that is met by a proof whose last day is past, and a proof
    that is too large; ``FileRefused`` for a bad file.
    """
    if not may_keep(by, entry):
        raise NotAllowed
    row = locked_entry(entry)
    wanted = checklist_items(row.bureau, kind_of(row), on)
    known = checks_on(row, on)
    held: dict[str, EntryCheck] = {}
    made: list[EntryCheck] = []
    for code, answer in answers.items():
        if code not in wanted:
            raise CheckRefused(Refusal("item_unknown", _("This item is not asked for."), {"field": "code"}))
        _refuse_bad(code, answer, on=on)
        before = known.get(code)
        if isinstance(before, EntryCheck) and _is_same(before, answer):
            held[code] = before
            continue
        held[code] = _written(row, code, answer, before, by=by, on=on)
        made.append(held[code])
    if not made:
        return held
    if isinstance(row, Firm):
        met = {one.code: one.is_met for one in made}
        proofs = {one.code: AdmissionProof(one.proof, one.source, one.valid_to, one.remark) for one in made}
        record_admission_checks(firm=row, met=met, proofs=proofs, by=by, on=on)
    facts = {"met": {one.code: one.is_met for one in made}, "on": on}
    record(actor=by, action="admissions.checked", subject=row, facts=facts)
    return held


@transaction.atomic
def tick_roster(*, firms: Sequence[Firm], met: Mapping[str, bool], remark: str, by: User, on: date) -> None:
    """Write the checklist of firms that a roster brings from an earlier register, which had looked at them (R-12).

    One insert for all answers. Of experts a roster says no more than their day: their items stay to be looked at.
    """
    for firm in firms:
        record_admission_checks(firm=firm, met=dict(met), by=by, on=on, remark=remark)
    EntryCheck.objects.bulk_create(
        [
            EntryCheck(bureau=firm.bureau, firm=firm, code=code, is_met=is_met, remark=remark, checked_on=on)
            for firm in firms
            for code, is_met in met.items()
        ],
        batch_size=1_000,
    )


def _refuse_bad(code: str, answer: CheckDraft, *, on: date) -> None:
    """Raise ``CheckRefused`` for a proof that has run out or is too large."""
    if answer.is_met and answer.valid_to is not None and answer.valid_to < on:
        message = _("This proof has run out. Upload one that is valid.")
        raise CheckRefused(Refusal("proof_expired", message, {"field": "valid_to", "item": code}))
    if answer.file is not None and len(answer.file[1]) > PROOF_LIMIT_BYTES:
        message = _("A proof has at most 20 MB.")
        raise CheckRefused(Refusal("too_large", message, {"field": "file", "item": code}))


def _is_same(before: EntryCheck, answer: CheckDraft) -> bool:
    """Return whether the answer says nothing new; a proof that is not named is the one of before."""
    if answer.file is not None:
        return False
    proof = answer.proof.pk if answer.proof else before.proof_id
    given = (answer.is_met, answer.source.strip(), answer.valid_to, answer.remark.strip(), proof)
    return given == (before.is_met, before.source, before.valid_to, before.remark, before.proof_id)


def _written(
    row: Firm | Expert,
    code: str,
    answer: CheckDraft,
    before: EntryCheck | AdmissionCheck | None,
    *,
    by: User,
    on: date,
) -> EntryCheck:
    if isinstance(before, AdmissionCheck):
        _keep(row, before)
    made = EntryCheck.objects.create(
        bureau=row.bureau,
        **of_entry(row),
        code=code,
        is_met=answer.is_met,
        source=answer.source.strip()[:100],
        valid_to=answer.valid_to,
        remark=answer.remark.strip()[:300],
        proof=answer.proof or (before.proof if before else None),
        checked_on=on,
    )
    if answer.file is not None:
        made.proof = store(
            bureau=row.bureau, name=answer.file[0], content=answer.file[1], owner=made, by=by, accept=SCANS
        )
        made.save(update_fields=["proof"])
    return made


def _keep(row: Firm | Expert, before: AdmissionCheck) -> None:
    """Keep what a roster of former days had ticked at the firm only: it answers until the item is looked at again."""
    EntryCheck.objects.create(
        bureau=row.bureau,
        **of_entry(row),
        code=before.code,
        is_met=before.is_met,
        source=before.source,
        valid_to=before.valid_to,
        remark=before.remark,
        proof=before.proof,
        checked_on=before.checked_on,
    )
