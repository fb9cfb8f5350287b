"""Sign-ins of firms that are gone: they close some days after, once no task runs any more. Rule R-67."""

from datetime import date, timedelta

from django.db import transaction

from appraisals.selectors import running_tasks_of
from evaluators.enums import FirmStatus
from evaluators.models import Firm
from foundation.audit.services import record
from foundation.bureaus.models import Bureau
from foundation.rulesets.selectors import rules_for
from parties.models import BudgetUnit, Membership
from parties.selectors import members_of
from parties.services import end_membership


@transaction.atomic
def close_gone_accounts(*, on: date) -> int:
    """End who signs in for a firm that was removed, has left or is closed, and return how many; run daily.

    The days of the rule are for reading the decision and handing papers over; a task that runs on keeps the door open.
    A body that is a budget unit, too, keeps its sign-ins. Running it twice does no harm.
    """
    return sum(_close_of(bureau, on) for bureau in Bureau.objects.order_by("pk"))


def _close_of(bureau: Bureau, on: date) -> int:
    days = int(rules_for(bureau=bureau, on=on).value("gone_account_days"))
    signing_in = Membership.objects.filter(ended_on__isnull=True, organisation__isnull=False)
    gone = Firm.objects.filter(
        bureau=bureau,
        status__in=[FirmStatus.REMOVED, FirmStatus.LEFT, FirmStatus.CLOSED],
        status_since__lte=on - timedelta(days=days),
        organisation__in=signing_in.values("organisation"),
    ).exclude(organisation__in=BudgetUnit.objects.values("organisation"))
    count = 0
    for firm in gone.select_for_update(of=("self",)).order_by("pk"):
        if running_tasks_of(firm).exists():
            continue
        rows = list(members_of(firm.organisation_id))
        for row in rows:
            end_membership(membership=row, by="system", on=on)
        facts = {"accounts": len(rows), "status": firm.status, "since": firm.status_since, "on": on}
        record(actor="system", action="desk.gone_accounts_closed", subject=firm, facts=facts)
        count += len(rows)
    return count
