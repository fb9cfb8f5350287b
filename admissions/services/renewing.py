"""A further term: its owner applies for it before the present one ends, the bureau grants or refuses. Rule R-13."""

from dataclasses import replace
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from admissions.enums import RenewalStatus
from admissions.models import Renewal
from admissions.permissions import may_keep, speaks_for
from admissions.selectors import of_entry, open_renewal_of
from admissions.services.owners import locked_entry, owners_of, record_page
from evaluators.enums import FirmStatus
from evaluators.models import Firm
from evaluators.rules import renewable_from
from evaluators.services import renew_firm
from experts.models import Expert
from experts.rules import age_refusal
from experts.services import WORDS as EXPERT_WORDS
from experts.services import renew_expert
from foundation.accounts.models import User
from foundation.audit.services import record
from foundation.core.errors import DomainError, NotAllowed, Refusal
from foundation.notices.services import notify
from foundation.rulesets.selectors import rules_for


class RenewalRefused(DomainError):  # noqa: N818 - reads as a sentence
    """The further term cannot be applied for, or decided about, like this."""


@transaction.atomic
def ask_renewal(*, entry: Firm | Expert, words: str, by: User, on: date) -> Renewal:
    """Apply for a further term; raise ``RenewalRefused`` for what would keep the bureau from granting it.

    That is: no standing, too early (R-13), the year not confirmed (R-41), the age limit (R-14), or one running already.
    """
    row = locked_entry(entry)
    if not speaks_for(by, row):
        raise NotAllowed
    _refuse_unrenewable(row, on=on)
    if (known := open_renewal_of(row)) is not None:
        message = _("A further term was applied for on %(day)s already. The bureau answers it.") % {
            "day": known.asked_on.isoformat()
        }
        raise RenewalRefused(Refusal("asked_already", message))
    made = Renewal.objects.create(
        bureau=row.bureau, words=words.strip()[:300], asked_on=on, asked_by=by, **of_entry(row)
    )
    record(actor=by, action="admissions.renewal_asked", subject=row, facts={"renewal": made.pk, "on": on})
    return made


def _refuse_unrenewable(row: Firm | Expert, *, on: date) -> None:
    rules = rules_for(bureau=row.bureau, on=on)
    if row.status != FirmStatus.ACTIVE or row.term_ends_on is None:
        message = _("Only who stands in the register can be renewed.")
        raise RenewalRefused(Refusal("not_in_register", message, {}, rules.source("register_term_years")))
    opens_on = renewable_from(row.term_ends_on, days=rules.value("renewal_window_days"))
    if on < opens_on:
        message = _("The term can be renewed from %(day)s.") % {"day": opens_on.isoformat()}
        facts = {"free_on": opens_on.isoformat()}
        raise RenewalRefused(Refusal("renewal_too_early", message, facts, rules.source("renewal_window_days")))
    if isinstance(row, Expert):
        age, source = rules.value("expert_age_limit"), rules.source("expert_age_limit")
        if refusal := age_refusal(born_on=row.person.born_on, on=on, age=age, source=source):
            raise RenewalRefused(replace(refusal, message=str(EXPERT_WORDS[refusal.code])))
    if not row.undertakings.filter(year=on.year).exists():
        message = _("Confirm %(year)s first: without it no term is renewed.") % {"year": on.year}
        raise RenewalRefused(Refusal("not_confirmed", message, {"year": on.year}, rules.source("undertaking_yearly")))


@transaction.atomic
def withdraw_renewal(*, renewal: Renewal, by: User, on: date) -> Renewal:
    """Take an application for a further term back, as long as it runs."""
    entry = locked_entry(renewal.entry)
    if not speaks_for(by, entry):
        raise NotAllowed
    return _close(renewal, RenewalStatus.WITHDRAWN, "", by=by, on=on)


@transaction.atomic
def grant_renewal(*, renewal: Renewal, by: User, on: date) -> Renewal:
    """Renew the term that was applied for; raise as ``renew_firm`` and ``renew_expert``."""
    if not may_keep(by, renewal.entry):
        raise NotAllowed
    entry = locked_entry(renewal.entry)
    row = _close(renewal, RenewalStatus.GRANTED, "", by=by, on=on)
    _renew(entry, by=by, on=on)
    notify(users=owners_of([entry]), code="renewal_decided", path=record_page(entry))
    return row


@transaction.atomic
def refuse_renewal(*, renewal: Renewal, answer: str, by: User, on: date) -> Renewal:
    """Refuse a further term, with words; the present term runs to its end, and it may be applied for again."""
    if not may_keep(by, renewal.entry):
        raise NotAllowed
    entry = locked_entry(renewal.entry)
    if not answer.strip():
        raise RenewalRefused(Refusal("reason_missing", _("Say why."), {"field": "answer"}))
    row = _close(renewal, RenewalStatus.REFUSED, answer, by=by, on=on)
    notify(users=owners_of([entry]), code="renewal_decided", path=record_page(entry))
    return row


@transaction.atomic
def renew_entry(*, entry: Firm | Expert, by: User, on: date) -> Firm | Expert:
    """Renew a term without an application, or grant the one that runs; raise as ``grant_renewal``."""
    known = open_renewal_of(entry)
    if known is not None:
        return grant_renewal(renewal=known, by=by, on=on).entry
    return _renew(entry, by=by, on=on)


def _renew(entry: Firm | Expert, *, by: User, on: date) -> Firm | Expert:
    return renew_firm(firm=entry, by=by, on=on) if isinstance(entry, Firm) else renew_expert(expert=entry, by=by, on=on)


def _close(renewal: Renewal, status: RenewalStatus, answer: str, *, by: User, on: date) -> Renewal:
    row = Renewal.objects.select_for_update(of=("self",)).get(pk=renewal.pk)
    if row.status != RenewalStatus.ASKED:
        message = _("This application for a further term does not run any more: %(state)s.") % {
            "state": row.get_status_display()
        }
        raise RenewalRefused(Refusal("closed_already", message))
    row.status, row.answer, row.decided_on = status, answer.strip()[:300], on
    row.save(update_fields=["status", "answer", "decided_on"])
    facts = {"renewal": row.pk, "status": status, "on": on}
    record(actor=by, action="admissions.renewal_closed", subject=row.entry, facts=facts)
    return row
