"""Papers of a firm: undertakings, confirmed years. Qualifications stand in a file of their own."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from django.db import transaction

from evaluators.models import AssessedYear, Firm, FirmUndertaking
from foundation.accounts.enums import Capability
from foundation.accounts.models import User
from foundation.accounts.permissions import may
from foundation.audit.services import record
from foundation.bureaus.models import Bureau
from foundation.core import clock
from foundation.core.errors import NotAllowed
from foundation.rulesets.selectors import wording_on
from parties.selectors import memberships_of

UNDERTAKING_TEXT = "2020-1"
UNDERTAKING = "FIRM_UNDERTAKING"


@transaction.atomic
def accept_undertakings(
    *, firms: Sequence[Firm], year: int, accepted_by: str, by: User, on: date, at: datetime | None = None
) -> None:
    """Write that firms accepted the undertaking (承诺书) of ``year`` in the text in force on ``on``. Rule R-41.

    Accepting again changes nothing: version, day and moment (``at``, now unless told) stay those of the first time.
    Raise ``NotAllowed`` for who neither keeps the register nor works for the firm.
    """
    mine = set(memberships_of(by).values_list("organisation_id", flat=True))
    if not may(by, Capability.REGISTER) and any(firm.organisation_id not in mine for firm in firms):
        raise NotAllowed
    bureaus = {firm.bureau_id: firm.bureau for firm in firms}
    versions = {pk: undertaking_version(bureau, on=on) for pk, bureau in bureaus.items()}
    rows = [
        FirmUndertaking(
            firm=firm,
            year=year,
            text_version=versions[firm.bureau_id],
            accepted_on=on,
            accepted_at=at or clock.now(),
            accepted_by=accepted_by,
        )
        for firm in firms
    ]
    FirmUndertaking.objects.bulk_create(rows, ignore_conflicts=True)
    for firm in firms:
        record(actor=by, action="evaluators.undertaking_accepted", subject=firm, facts={"year": year, "on": on})


def undertaking_version(bureau: Bureau, *, on: date) -> str:
    """Return the version of the undertaking that firms of ``bureau`` accept on ``on``: the shipped one or its own."""
    own = wording_on(bureau=bureau, code=UNDERTAKING, on=on)
    return own.version if own else UNDERTAKING_TEXT


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
