"""A running commission passes to the firm that takes the place of the commissioned one. Rule R-49."""

from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from assignments.models import Assignment
from delivery.models import Commission
from delivery.selectors import people_of
from delivery.services.commissions import KIND, CommissionRefused
from evaluators.models import Firm, LeadEvaluator
from foundation.accounts.models import User
from foundation.approvals.selectors import running
from foundation.audit.services import record
from foundation.core.errors import Refusal
from foundation.notices.services import notify


@transaction.atomic
def carry_commission(*, commission: Commission, assignment: Assignment, heir: Firm, by: User, on: date) -> Commission:
    """Let the commission go on with the successor and its new assignment; letter, contract and versions stay.

    The letter keeps the name it was written to. Raise ``CommissionRefused`` while a letter is under approval, and
    where the lead evaluator does not lead for the successor: somebody has to answer for the report.
    """
    rows = Commission.objects.select_for_update(of=("self",)).select_related("task", "lead_evaluator__person")
    row = rows.get(pk=commission.pk)
    facts = {"task": row.task.number}
    if running(KIND, row):
        message = _("The letter of %(task)s is under approval. Withdraw or decide that first.") % facts
        raise CommissionRefused(Refusal("letter_in_approval", message, facts))
    lead = _lead_at(heir, row.lead_evaluator)
    if row.lead_evaluator is not None and lead is None:
        message = _(
            "%(lead)s, lead evaluator of %(task)s, does not lead for %(heir)s. Enter that first, or give the task anew."
        ) % {"lead": row.lead_evaluator.person.name, "heir": heir.organisation.name, **facts}
        raise CommissionRefused(Refusal("lead_of_other_firm", message, facts))
    before = {"firm": row.firm_id, "firm_name": row.firm_name, "lead": row.lead_evaluator_id}
    row.firm, row.firm_name, row.assignment, row.lead_evaluator = heir, heir.organisation.name, assignment, lead
    row.save(update_fields=["firm", "firm_name", "assignment", "lead_evaluator"])
    after = {"firm": heir.pk, "firm_name": row.firm_name, "lead": row.lead_evaluator_id}
    record(
        actor=by,
        action="delivery.commission.passed_on",
        subject=row,
        facts={"before": before, "after": after, "on": on},
    )
    notify(users=people_of(heir.organisation), code="commission_passed_on", facts={"number": row.task.number})
    return row


def _lead_at(heir: Firm, lead: LeadEvaluator | None) -> LeadEvaluator | None:
    """Return the running row of the same person at the successor."""
    if lead is None:
        return None
    return LeadEvaluator.objects.filter(firm=heir, person=lead.person_id, ended_on__isnull=True).first()
