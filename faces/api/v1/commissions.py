"""Commissions of firms: the letter's way from draft to acceptance, and the instalments of the fee."""

from typing import Any, ClassVar

from django.db.models import QuerySet
from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from assignments.selectors import tasks
from delivery import selectors as delivery
from delivery import services
from delivery.models import Commission, Instalment
from delivery.selectors import lead_asked
from evaluators import selectors as firms
from evaluators.models import LeadEvaluator
from faces.api.serializers import (
    EVERYBODY,
    INSIDE,
    MAKERS,
    Ask,
    Choice,
    NounSerializer,
    Only,
    ReasonAsk,
    Visible,
    cents,
    phrase,
    text,
)
from faces.api.v1.panels import DeclineAsk, with_scan
from faces.api.v1.site import SiteSerializer, TeamAsk, VisitAsk, VoidVisitAsk
from faces.api.views import NounView, make, verb
from faces.documents.letters import commission_letter
from foundation.accounts.enums import Capability
from foundation.accounts.models import User
from foundation.core import clock
from foundation.papers.enums import DeliveryWay

SIGNERS = (Capability.COMMISSION, Capability.FIRM_SIGN)


def leads(user: User) -> QuerySet[LeadEvaluator]:
    """Return the lead evaluators of the firms that somebody may see."""
    return LeadEvaluator.objects.filter(firm__in=firms.visible_to(user))


class CommissionSerializer(NounSerializer[Commission]):
    """A commission with its letter's number."""

    only: ClassVar[Only] = {"end_reason": INSIDE}
    task_number = text("task.number")
    lead_name = text("lead_evaluator.person.name")
    letter_number = text("letter.letter_number")

    class Meta:
        model = Commission
        fields = (
            "id", "task", "task_number", "assignment", "firm", "firm_name", "lead_evaluator", "lead_name",
            "rubric_version", "letter", "letter_number", "status", "contract_number", "payment_days", "fee_cents",
            "due_on", "sent_on", "accepted_on", "ended_on", "end_reason",
        )  # fmt: skip


class TermsAsk(Ask):
    """The terms of a letter."""

    lead_evaluator = Visible(leads)
    fee_cents = cents()
    due_on = serializers.DateField()
    letter_number = phrase(60, required=False)


class CommissionAsk(TermsAsk):
    """The task and the terms; without a due day the usual one."""

    due_on = serializers.DateField(required=False)
    task = Visible(tasks.visible_to)


class SendAsk(Ask):
    """How the letter reaches the firm."""

    way = Choice(DeliveryWay, required=False)
    to = phrase(120, required=False)


class AcceptAsk(Ask):
    """The contract, where it has a number."""

    contract_number = phrase(60, required=False)


class LeadAsk(Ask):
    """Another lead evaluator, and why."""

    lead_evaluator = Visible(leads)
    reason = phrase()


class LeadAnswerAsk(Ask):
    """Whether the firm's ask goes on to approval; if not, why."""

    is_passed_on = serializers.BooleanField()
    words = phrase(300, required=False)


class AbsenceAsk(Ask):
    """On which day the lead evaluator did not come, and how that is known."""

    happened_on = serializers.DateField()
    reason = phrase()


class PercentsAsk(Ask):
    """The instalments in percent of the fee, the last being the tail; the contract's days to pay one."""

    percents = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=100), allow_empty=False, max_length=20
    )
    payment_days = serializers.IntegerField(min_value=1, max_value=366, required=False, allow_null=True)


class CommissionView(NounView[Commission]):
    """Commissions of the bureau; a firm sees those sent to it."""

    needs = EVERYBODY
    make_needs = Capability.COMMISSION
    serializer_class = CommissionSerializer
    filterset_fields = ("task", "firm", "status", "lead_evaluator")

    def rows(self, user: User) -> QuerySet[Commission]:
        """Return the commissions that the reader may see."""
        joins = "task__bureau", "firm__organisation", "lead_evaluator__person", "letter", "assignment"
        return delivery.visible_to(user).select_related(*joins)

    @make(CommissionAsk)
    def create(self, given: dict[str, Any], by: User) -> Commission:
        """Draft the letter to the chosen firm and submit it for approval."""
        return services.commission(by=by, on=clock.today(), **given)

    @verb(TermsAsk, needs=Capability.COMMISSION)
    def revise(self, row: Commission, given: dict[str, Any], by: User) -> None:
        """Correct a letter that was given back."""
        services.revise_commission(commission=row, by=by, on=clock.today(), **given)

    @verb(SendAsk, needs=Capability.COMMISSION)
    def send(self, row: Commission, given: dict[str, Any], by: User) -> None:
        """Issue the agreed letter as PDF and send it."""
        today = clock.today()
        content = commission_letter(row, on=today)
        services.send_letter(commission=row, content=content, by=by, on=today, **given)

    @verb(AcceptAsk, needs=SIGNERS)
    def accept(self, row: Commission, given: dict[str, Any], by: User) -> None:
        """Accept the commission for the firm."""
        services.accept_commission(commission=row, by=by, on=clock.today(), **given)

    @verb(DeclineAsk, needs=SIGNERS)
    def decline(self, row: Commission, given: dict[str, Any], by: User) -> None:
        """Decline the commission for the firm; the task waits for another choice."""
        services.decline_commission(commission=row, by=by, at=clock.now(), **with_scan(given))

    @verb(LeadAsk, needs=Capability.COMMISSION)
    def change_lead(self, row: Commission, given: dict[str, Any], by: User) -> None:
        """Submit for approval that another lead evaluator takes over."""
        services.ask_lead_change(commission=row, by=by, on=clock.today(), **given)

    @verb(LeadAsk, needs=Capability.FIRM_SIGN)
    def request_lead(self, row: Commission, given: dict[str, Any], by: User) -> None:
        """Ask for the firm that another lead evaluator takes over; the bureau passes it on to approval, or not."""
        services.request_lead_change(commission=row, by=by, on=clock.today(), **given)

    @verb(LeadAnswerAsk, needs=Capability.COMMISSION)
    def answer_lead_request(self, row: Commission, given: dict[str, Any], by: User) -> None:
        """Pass the firm's ask for another lead evaluator on to approval, or decline it in words."""
        event = lead_asked(row)
        if event is None:
            raise Http404
        services.answer_lead_request(event=event, by=by, on=clock.today(), **given)

    @verb(AbsenceAsk, needs=Capability.COMMISSION)
    def record_lead_absence(self, row: Commission, given: dict[str, Any], by: User) -> None:
        """Write that the named lead evaluator did not come."""
        services.record_lead_absence(commission=row, by=by, on=clock.today(), **given)

    @extend_schema(responses=SiteSerializer, filters=False)
    @action(detail=True, methods=["get"], needs=MAKERS)
    def site(self, request: Request, **_names: str) -> Response:  # noqa: ARG002 - the address names the commission
        """Return who was on site against who was declared."""
        return Response(SiteSerializer(delivery.site_check(self.get_object())).data)

    @verb(TeamAsk, needs=SIGNERS)
    def declare_team(self, row: Commission, given: dict[str, Any], by: User) -> None:
        """Declare who works on the task from today."""
        members = [(one["name"], one.get("duty", "")) for one in given["members"]]
        services.declare_team(commission=row, members=members, by=by, on=clock.today())

    @verb(VisitAsk, needs=Capability.COMMISSION, takes_file=True)
    def record_visit(self, row: Commission, given: dict[str, Any], by: User) -> None:
        """Enter a sign-in sheet; the firm is told of who was not declared."""
        file = given.pop("sheet")
        services.record_site_visit(commission=row, sheet=(file.name, file.read()), by=by, on=clock.today(), **given)

    @verb(VoidVisitAsk, needs=Capability.COMMISSION)
    def void_visit(self, row: Commission, given: dict[str, Any], by: User) -> None:
        """Take a sheet that was entered wrongly out of the comparison."""
        if given["visit"].commission_id != row.pk:
            raise Http404
        services.void_site_visit(by=by, on=clock.today(), **given)

    @verb(ReasonAsk, needs=Capability.COMMISSION)
    def end(self, row: Commission, given: dict[str, Any], by: User) -> None:
        """End the commission before its report is accepted."""
        services.end_commission(commission=row, by=by, on=clock.today(), **given)

    @verb(PercentsAsk, needs=Capability.COMMISSION)
    def plan_instalments(self, row: Commission, given: dict[str, Any], by: User) -> None:
        """Plan the instalments of the fee."""
        services.plan_by_percent(commission=row, by=by, on=clock.today(), **given)


class InstalmentSerializer(NounSerializer[Instalment]):
    """One payment to a firm."""

    only: ClassVar[Only] = {"request_number": INSIDE, "held_from": INSIDE, "hold_reason": MAKERS}

    class Meta:
        model = Instalment
        fields = (
            "id", "commission", "position", "amount_cents", "is_tail", "status", "invoice_number", "request_number",
            "due_on", "paid_on", "held_from", "hold_reason",
        )  # fmt: skip


class InvoiceAsk(Ask):
    """The invoice's number."""

    invoice_number = phrase(60)


class RequestAsk(Ask):
    """The number of the payment request."""

    request_number = phrase(60)


class InstalmentView(NounView[Instalment]):
    """Instalments of visible commissions."""

    needs = EVERYBODY
    serializer_class = InstalmentSerializer
    filterset_fields = ("commission", "status", "is_tail")

    def rows(self, user: User) -> QuerySet[Instalment]:
        """Return the instalments that the reader may see."""
        return delivery.instalments_visible_to(user)

    @verb(needs=Capability.COMMISSION)
    def accept(self, row: Instalment, _given: dict[str, Any], by: User) -> None:
        """Confirm that the work it pays for is done."""
        services.accept_instalment(instalment=row, by=by, on=clock.today())

    @verb(InvoiceAsk, needs=Capability.COMMISSION)
    def invoice(self, row: Instalment, given: dict[str, Any], by: User) -> None:
        """Enter the invoice and submit the payment for approval."""
        services.enter_invoice(instalment=row, by=by, on=clock.today(), **given)

    @verb(RequestAsk, needs=Capability.COMMISSION)
    def request_payment(self, row: Instalment, given: dict[str, Any], by: User) -> None:
        """Enter the number of the payment request."""
        services.request_payment(instalment=row, by=by, on=clock.today(), **given)

    @verb(needs=Capability.COMMISSION)
    def pay(self, row: Instalment, _given: dict[str, Any], by: User) -> None:
        """Record the payment."""
        services.pay_instalment(instalment=row, by=by, on=clock.today())

    @verb(ReasonAsk, needs=Capability.COMMISSION)
    def hold(self, row: Instalment, given: dict[str, Any], by: User) -> None:
        """Hold a tail while an appeal is open."""
        services.hold_instalment(instalment=row, by=by, on=clock.today(), **given)

    @verb(needs=Capability.COMMISSION)
    def release(self, row: Instalment, _given: dict[str, Any], by: User) -> None:
        """Let a held instalment go on."""
        services.release_instalment(instalment=row, by=by, on=clock.today())
