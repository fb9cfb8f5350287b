"""The daily reminders of those who stand: the year is not confirmed, the term ends. Rule R-59."""

from datetime import date

from django.db import transaction

from admissions.rules import is_reminded_of_year, terms_reminded_of
from admissions.selectors import unconfirmed_experts, unconfirmed_firms
from admissions.services.owners import EXPERT_RECORD, FIRM_RECORD, owners_of
from evaluators.enums import FirmStatus
from evaluators.models import Firm
from experts.models import Expert
from foundation.bureaus.models import Bureau
from foundation.notices.services import notify
from foundation.rulesets.selectors import rules_for


@transaction.atomic
def remind_entries(*, on: date) -> int:
    """Give the reminders of ``on`` and return how many; a second run on the same day gives none."""
    return sum(_remind(bureau, on) for bureau in Bureau.objects.order_by("pk"))


def _remind(bureau: Bureau, on: date) -> int:
    rules = rules_for(bureau=bureau, on=on)
    firms, experts = Firm.objects.filter(bureau=bureau), Expert.objects.filter(bureau=bureau)
    told = 0
    if rules.value("undertaking_yearly") and is_reminded_of_year(on, days=rules.value("confirmation_reminder_days")):
        once, facts = f"confirm:{on.isoformat()}", {"year": on.year}
        for entries, path in (
            (unconfirmed_firms(firms, on.year), FIRM_RECORD),
            (unconfirmed_experts(experts, on.year), EXPERT_RECORD),
        ):
            told += notify(users=owners_of(entries), code="confirmation_due", facts=facts, path=path, once=once)
    for ends_on, before in terms_reminded_of(on, days=rules.value("renewal_reminder_days")).items():
        once, day = f"renew:{ends_on.isoformat()}:{before}", ends_on.isoformat()
        running = {"status": FirmStatus.ACTIVE, "term_ends_on": ends_on}
        for entries, path in ((firms.filter(**running), FIRM_RECORD), (experts.filter(**running), EXPERT_RECORD)):
            told += notify(users=owners_of(entries), code="renewal_due", facts={"ends_on": day}, path=path, once=once)
    return told
