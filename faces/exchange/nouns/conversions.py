"""A roster's firm that was converted from one of the register: the old record closes, what it carries passes. R-49."""

from collections.abc import Iterator, Mapping, Sequence

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from appraisals.selectors import running_tasks_of, work_number
from evaluators.enums import FirmStatus
from evaluators.models import Branch, CarriedBar, Firm, FirmStanding, LeadEvaluator, Practitioner
from evaluators.services import Heir, record_succession
from faces.exchange.faults import Fault
from faces.exchange.importing import Setting
from faces.exchange.nouns import asked
from faces.exchange.tables import Record
from faces.exchange.traces import Touched
from parties.enums import RelationshipKind
from parties.models import Membership, Organisation
from parties.selectors import members_of
from parties.services import record_relationship

KIND = RelationshipKind.CONVERTED_FROM


def check_conversions(rows: Sequence[Record], setting: Setting) -> Iterator[Fault]:
    """Yield faults: a predecessor whose tasks still run; what becomes of them is asked on its page."""
    before = predecessors(rows, setting)
    for row in rows:
        firm = before.get(row.decided(asked.BODY) or 0)
        if firm is not None and (numbers := [work_number(seat) for seat in running_tasks_of(firm)]):
            words = _(
                "%(number)s still carries out %(tasks)s. Import this firm as another one, then enter the conversion on "
                "the page of %(number)s: there you say what becomes of each task."
            )
            yield row.fault("uscc", words % {"number": firm.number, "tasks": "、".join(numbers)}, "tasks_run")


def predecessors(rows: Sequence[Record], setting: Setting) -> dict[int, Firm]:
    """Return by body the firms of the register that rows were converted from and whose record is open."""
    keys = {row.decided(asked.BODY) for row in rows} - {None}
    found = Firm.objects.filter(bureau=setting.bureau, organisation__in=keys).exclude(status=FirmStatus.CLOSED)
    return {row.organisation_id: row for row in found.select_related("bureau", "organisation")}


def convert(rows: Sequence[Record], firms: Sequence[Firm], before: Mapping[int, Firm], setting: Setting) -> None:
    """Let each firm take the place of what it was converted from: scores, sanctions, people and sign-ins go along.

    A body that is no firm here, or whose record is closed, is linked alone.
    """
    bodies = Organisation.objects.in_bulk({row.decided(asked.BODY) for row in rows} - {None})
    for row, firm in zip(rows, firms, strict=True):
        old = bodies.get(row.decided(asked.BODY))
        if old is None:
            continue
        if predecessor := before.get(old.pk):
            record_succession(
                kind=KIND,
                predecessor=predecessor,
                heirs=[Heir(firm)],
                accounts={member.user_id: firm for member in members_of(old.pk)},
                by=setting.by,
                on=setting.on,
            )
        else:
            record_relationship(
                subject=firm.organisation, kind=KIND, other=old, by=setting.by, on=setting.on, passes_scores=True,
                passes_sanctions=True,
            )  # fmt: skip


def touched_predecessors(
    rows: Sequence[Record], firms: QuerySet[Firm], own: QuerySet[Organisation], setting: Setting
) -> list[Touched]:
    """Return what a conversion changes besides the new ``firms`` with their bodies; nothing where there is none."""
    old = list(predecessors(rows, setting).values())
    if not old:
        return []
    either = Q(firm__in=old) | Q(firm__in=firms)
    bodies = [row.organisation_id for row in old]
    return [
        Touched(Organisation.objects.filter(pk__in=bodies), "name"),
        Touched(Firm.objects.filter(pk__in=[row.pk for row in old]), "organisation__name"),
        Touched(FirmStanding.objects.filter(firm__in=old)),
        Touched(CarriedBar.objects.filter(either)),
        Touched(LeadEvaluator.objects.filter(either), "person__name"),
        Touched(Practitioner.objects.filter(either), "person__name"),
        Touched(Branch.objects.filter(either), "name"),
        Touched(Membership.objects.filter(Q(organisation__in=bodies) | Q(organisation__in=own))),
    ]
