"""The team that a firm declares, and who signed on site. Edge case 29."""

from collections.abc import Sequence
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from assignments.services.assignments import Scan
from delivery.enums import CommissionStatus
from delivery.models import Commission, SiteVisit, TeamMember
from delivery.permissions import may_accept_commission, may_commission
from delivery.selectors import people_of, site_check, team_of
from delivery.services.commissions import CommissionRefused, locked_commission
from foundation.accounts.models import User
from foundation.audit.services import record
from foundation.core.errors import NotAllowed, Refusal
from foundation.files.services import DOCUMENTS, SCANS, store
from foundation.notices.services import notify
from parties.rules import same_name

NAME_MOST = 60


@transaction.atomic
def declare_team(*, commission: Commission, members: Sequence[tuple[str, str]], by: User, on: date) -> list[TeamMember]:
    """Declare who works on the task from ``on``, as (name, duty), beside the lead evaluator of the letter.

    Who is no longer named leaves the team that day and stays on record; nobody is declared for days gone by. Raise
    ``NotAllowed`` for who does not answer for the firm (or enters it for the bureau), ``CommissionRefused`` before the
    commission is accepted, without anybody, and for a name that is none.
    """
    row = locked_commission(commission)
    if not may_accept_commission(by, row, on):
        raise NotAllowed
    _require_accepted(row)
    named = _checked([name for name, _duty in members])
    duties = {same_name(name): duty.strip()[:NAME_MOST] for name, duty in members}
    wanted = {same_name(name): name for name in named}
    known = {same_name(one.name): one for one in row.team.select_for_update().filter(left_on__isnull=True)}
    gone = [one for key, one in known.items() if key not in wanted]
    for one in gone:
        one.left_on = on
        one.save(update_fields=["left_on"])
    for key, one in known.items():
        if key in wanted and one.duty != duties[key]:
            one.duty = duties[key]
            one.save(update_fields=["duty"])
    made = TeamMember.objects.bulk_create(
        [
            TeamMember(commission=row, name=name, duty=duties[key], joined_on=on, entered_by=by)
            for key, name in wanted.items()
            if key not in known
        ]
    )
    facts = {"joined": len(made), "left": len(gone), "on": on}
    private = {"joined": [one.name for one in made], "left": [one.name for one in gone]}
    record(actor=by, action="delivery.team.declared", subject=row, facts=facts, private=private)
    return list(team_of(row))


@transaction.atomic
def record_site_visit(
    *, commission: Commission, visited_on: date, names: Sequence[str], sheet: Scan, by: User, on: date, place: str = ""
) -> SiteVisit:
    """Write who signed for the firm on site, with the scan of the sheet; the firm is told of who was not declared.

    Raise ``NotAllowed`` for others than the bureau's clerk, ``CommissionRefused`` without names, for a day before the
    acceptance or to come, ``FileRefused`` for a scan that is none.
    """
    row = locked_commission(commission)
    if not may_commission(by, row.task):
        raise NotAllowed
    _require_accepted(row)
    named = _checked(names)
    if visited_on > on or (row.accepted_on is not None and visited_on < row.accepted_on):
        message = _("The day lies between the acceptance of the commission and today.")
        raise CommissionRefused(Refusal("day_out_of_range", message, {"field": "visited_on"}))
    visit = SiteVisit.objects.create(
        commission=row, visited_on=visited_on, place=place.strip()[:120], names=named, entered_by=by, entered_on=on
    )
    name, content = sheet
    visit.sheet = store(
        bureau=row.task.bureau, name=name, content=content, owner=visit, by=by, accept=DOCUMENTS | SCANS
    )
    visit.save(update_fields=["sheet"])
    strangers = next(line.compared.strangers for line in site_check(row).days if line.visit.pk == visit.pk)
    facts = {"day": visited_on, "people": len(named), "not_declared": len(strangers), "sheet": visit.sheet.sha256}
    record(actor=by, action="delivery.site.visited", subject=visit, facts=facts, private={"names": named})
    if strangers:
        notify(
            users=people_of(row.firm.organisation),
            code="site_strangers",
            facts={"number": row.task.number, "day": visited_on.isoformat()},
            path=f"/firm/tasks/{row.task.number}/",
        )
    return visit


@transaction.atomic
def void_site_visit(*, visit: SiteVisit, words: str, by: User, on: date) -> SiteVisit:
    """Take a wrong entry out of the comparison; it stays on record with the reason. Raise as ``record_site_visit``."""
    rows = SiteVisit.objects.select_for_update(of=("self",)).select_related("commission__task__bureau")
    visit = rows.get(pk=visit.pk)
    if not may_commission(by, visit.commission.task):
        raise NotAllowed
    if visit.voided_on is not None:
        raise CommissionRefused(Refusal("void_already", _("This sheet is void already.")))
    if not words.strip():
        raise CommissionRefused(Refusal("reason_missing", _("Say why."), {"field": "words"}))
    visit.voided_on, visit.void_words = on, words.strip()[:300]
    visit.save(update_fields=["voided_on", "void_words"])
    record(actor=by, action="delivery.site.voided", subject=visit, facts={"words": visit.void_words, "on": on})
    return visit


def _require_accepted(row: Commission) -> None:
    if row.status != CommissionStatus.ACCEPTED:
        message = _("The firm has not accepted the commission, or it has ended.")
        raise CommissionRefused(Refusal("not_accepted", message))


def _checked(names: Sequence[str]) -> list[str]:
    """Return the names without blanks around them, each once; raise ``CommissionRefused``."""
    found: dict[str, str] = {}
    for name in names:
        if plain := name.strip():
            found.setdefault(same_name(plain), plain)
    if not found:
        raise CommissionRefused(Refusal("names_missing", _("Name at least one person."), {"field": "names"}))
    if too_long := next((name for name in found.values() if len(name) > NAME_MOST), None):
        message = _("“%(name)s” is too long for a name. Write one person on a line.") % {"name": too_long[:NAME_MOST]}
        raise CommissionRefused(Refusal("name_too_long", message, {"field": "names"}))
    return list(found.values())
