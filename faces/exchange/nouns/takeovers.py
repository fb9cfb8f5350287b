"""A day of admission in a roster: who stood in an earlier register is taken over from it without a public notice."""

from collections.abc import Iterator, Sequence

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from admissions.models import Application, ApplicationMove
from admissions.selectors import entries_with_notice
from admissions.services import drop_notice
from evaluators.enums import FirmStatus
from evaluators.models import Firm
from experts.models import Expert
from faces.exchange.faults import Fault
from faces.exchange.importing import Setting
from faces.exchange.tables import Record
from faces.exchange.traces import Touched


def check_days(rows: Sequence[Record], setting: Setting, entries: QuerySet[Firm] | QuerySet[Expert]) -> Iterator[Fault]:
    """Yield faults: a day of admission that does not lie before the import, so that no earlier register tells of it.

    ``entries``: firms or experts; a row of one of them that no roster admits any more says nothing new. Rule R-47.
    """
    told = [row for row in rows if row["admitted_on"] is not None and row["admitted_on"] >= setting.on]
    known = entries.filter(bureau=setting.bureau, number__in=[row["number"] for row in told])
    standing = {entry.number for entry in known if not is_admitted_by_roster(entry)}
    for row in told:
        if row["number"] not in standing:
            words = _(
                "Only a day before the import, %(day)s, tells that somebody stood in an earlier register. Write that "
                "day, or leave the cell empty: then the public notice is opened here."
            )
            yield row.fault("admitted_on", words % {"day": setting.on.isoformat()}, "not_earlier")


def end_notices(entries: Sequence[Firm] | Sequence[Expert], setting: Setting) -> None:
    """End the notices that were returned of those whom a roster takes over: nobody will correct them any more."""
    waiting = entries_with_notice(entries)
    for entry in entries:
        if entry.pk in waiting:
            drop_notice(entry=entry, reason=str(_("Taken over by a roster.")), by=setting.by, on=setting.on)


def touched_notices(entries: QuerySet[Firm] | QuerySet[Expert]) -> list[Touched]:
    """Return the notices of the rows, which a taking over ends."""
    own = "firm__in" if entries.model is Firm else "expert__in"
    notices = Application.objects.filter(applicant__isnull=True, **{own: entries})
    return [Touched(notices), Touched(ApplicationMove.objects.filter(application__in=notices))]


def is_admitted_by_roster(entry: Firm | Expert) -> bool:
    """Return whether a day of admission in a roster admits this entry: an applicant that never stood before."""
    return entry.status == FirmStatus.APPLIED and entry.admitted_on is None
