"""From finding to money: rectifications, proposals and what was adopted of them."""

from typing import Any, ClassVar

from django.db.models import QuerySet
from rest_framework import serializers

from assignments.selectors import tasks
from faces.api.serializers import (
    EVERYBODY,
    INSIDE,
    Ask,
    Choice,
    NounSerializer,
    Only,
    Visible,
    WordsAsk,
    cents,
    phrase,
    text,
    year,
)
from faces.api.views import NounView, make, verb
from foundation.accounts.enums import Capability
from foundation.accounts.models import User
from foundation.core import clock
from results import selectors as results
from results import services
from results.enums import AdoptionOutcome
from results.models import Adoption, Proposal, Rectification


class RectificationSerializer(NounSerializer[Rectification]):
    """What a unit does about a finding."""

    only: ClassVar[Only] = {"asked_by_name": INSIDE}
    asked_by_name = text("asked_by.name")

    class Meta:
        model = Rectification
        fields = (
            "id", "task", "words", "due_on", "status", "report", "evidence", "reported_on", "closed_on",
            "return_words", "asked_by_name", "asked_on",
        )  # fmt: skip


class RectificationAsk(Ask):
    """What is to be put right, and until when."""

    task = Visible(tasks.visible_to)
    words = phrase(1_000)
    due_on = serializers.DateField()


class RectificationReportAsk(Ask):
    """What was done, with evidence where there is some."""

    report = phrase(20_000)
    file = serializers.FileField(max_length=200, required=False)


class RectificationView(NounView[Rectification]):
    """Rectifications of visible tasks; firms and experts see none."""

    needs = EVERYBODY
    make_needs = Capability.COMMISSION
    serializer_class = RectificationSerializer
    filterset_fields = ("task", "status")

    def rows(self, user: User) -> QuerySet[Rectification]:
        """Return the rectifications that the reader may see."""
        return results.visible_to(user).select_related("asked_by")

    @make(RectificationAsk)
    def create(self, given: dict[str, Any], by: User) -> Rectification:
        """Ask the evaluated unit to put something right."""
        return services.ask_rectification(by=by, on=clock.today(), **given)

    @verb(RectificationReportAsk, needs=Capability.UNIT_DESK, takes_file=True)
    def report(self, row: Rectification, given: dict[str, Any], by: User) -> None:
        """Report for the unit what was done."""
        file = given.pop("file", None)
        if file is not None:
            given |= {"name": file.name, "content": file.read()}
        services.report_rectification(rectification=row, by=by, on=clock.today(), **given)

    @verb(needs=Capability.COMMISSION)
    def close(self, row: Rectification, _given: dict[str, Any], by: User) -> None:
        """Accept what the unit reported."""
        services.close_rectification(rectification=row, by=by, on=clock.today())

    @verb(WordsAsk, needs=Capability.COMMISSION, path="return")
    def return_(self, row: Rectification, given: dict[str, Any], by: User) -> None:
        """Send the report back with words."""
        services.return_rectification(rectification=row, by=by, on=clock.today(), **given)


class ProposalSerializer(NounSerializer[Proposal]):
    """How a result is proposed to be used."""

    proposed_by_name = text("proposed_by.name")

    class Meta:
        model = Proposal
        fields = ("id", "task", "words", "amount_cents", "budget_year", "proposed_by_name", "proposed_on")


class ProposalAsk(Ask):
    """What is proposed for which year."""

    task = Visible(tasks.visible_to)
    words = phrase(1_000)
    amount_cents = cents()
    budget_year = year()


class AdoptAsk(Ask):
    """What became of a proposal, by whom, with letter or meeting."""

    outcome = Choice(AdoptionOutcome)
    decided_by_name = phrase(80)
    reference = phrase(100)
    amount_cents = cents()
    decided_on = serializers.DateField()


class ProposalView(NounView[Proposal]):
    """Proposals about visible tasks, for people of the bureau."""

    needs = Capability.READ_DESK
    make_needs = Capability.COMMISSION
    serializer_class = ProposalSerializer
    filterset_fields = ("task", "budget_year")

    def rows(self, user: User) -> QuerySet[Proposal]:
        """Return the proposals that the reader may see."""
        return results.proposals_visible_to(user).select_related("task__bureau", "proposed_by")

    @make(ProposalAsk)
    def create(self, given: dict[str, Any], by: User) -> Proposal:
        """Propose how a result is used."""
        return services.propose(by=by, on=clock.today(), **given)

    @verb(AdoptAsk, needs=Capability.COMMISSION)
    def adopt(self, row: Proposal, given: dict[str, Any], by: User) -> None:
        """Record what became of the proposal; it then stands among the adoptions."""
        services.record_adoption(proposal=row, by=by, on=clock.today(), **given)


class AdoptionSerializer(NounSerializer[Adoption]):
    """What was adopted; only this amount counts."""

    class Meta:
        model = Adoption
        fields = ("id", "proposal", "outcome", "decided_by_name", "reference", "amount_cents", "decided_on")


class AdoptionView(NounView[Adoption]):
    """Adoptions of visible proposals."""

    needs = Capability.READ_DESK
    serializer_class = AdoptionSerializer
    filterset_fields = ("proposal", "outcome")

    def rows(self, user: User) -> QuerySet[Adoption]:
        """Return the adoptions that the reader may see."""
        return Adoption.objects.filter(proposal__in=results.proposals_visible_to(user))
