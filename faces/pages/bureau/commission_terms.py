"""The terms of a commission: the form, its checks, and the letter as it would look."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from django import forms
from django.http import Http404, HttpResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assignments.models import EvaluationTask
from assignments.selectors import tasks
from delivery import services
from delivery.models import Commission
from delivery.selectors import commission_of, fee_limit_cents, usual_due_day
from evaluators.models import LeadEvaluator
from evaluators.selectors import leads_of
from faces.documents.letters import Terms, commission_letter, preview_letter
from faces.pages.bureau.fields import WanField, wan_text
from faces.pages.shared.access import AudiencePage
from faces.pages.shared.actions import ActionForm, ActionView
from faces.pages.shared.delivery_forms import LeadField
from faces.pages.shared.objects import OneObject
from foundation.accounts.enums import Capability
from foundation.rulesets.selectors import rules_for
from rubrics.selectors import in_force

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.models import QuerySet
    from django.http import HttpRequest
    from django_stubs_ext import StrOrPromise


def commission_url(number: str) -> str:
    """Return the address of the commission page of a task."""
    return reverse("pages:commission", args=[number])


class Tasks(OneObject):
    """A task of the bureau, found by its number."""

    lookup = "number"

    def rows(self) -> QuerySet[EvaluationTask]:
        """Return the tasks this person may see."""
        return tasks.visible_to(self.user).select_related(
            "bureau", "unit__organisation", "unit__superior__organisation", "project", "clerk"
        )

    @cached_property
    def commission(self) -> Commission | None:
        """The commission that runs."""
        return commission_of(self.object)


class Running(Tasks):
    """A task that has a running commission."""

    def rows(self) -> QuerySet[EvaluationTask]:
        """Keep the tasks with a running commission."""
        running = Commission.objects.filter(ended_on__isnull=True)
        return super().rows().filter(pk__in=running.values("task_id"))

    @cached_property
    def running(self) -> Commission:
        """The commission that runs."""
        row = self.commission
        assert row is not None  # noqa: S101 - rows() keeps only tasks that have one
        return row


class TermsForm(ActionForm):
    """Who leads, for how much, until when."""

    lead_evaluator = LeadField(
        queryset=LeadEvaluator.objects.none(),
        label=gettext_lazy("Lead evaluator"),
        empty_label=gettext_lazy("Choose"),
    )
    fee = WanField(label=gettext_lazy("Fee (万元)"))
    due_on = forms.DateField(
        label=gettext_lazy("Final report due on"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=gettext_lazy("A working day."),
    )
    letter_number = forms.CharField(
        label=gettext_lazy("Letter number (文号)"),
        required=False,
        max_length=60,
        help_text=gettext_lazy("As the office’s own system gave it. Empty: our own running number."),
    )


class TermsPage(Tasks, ActionView):
    """A form with the terms of a commission."""

    audience, needs = "bureau", Capability.COMMISSION
    template_name = "bureau/commission/terms.html"
    form_class = TermsForm
    submit_label = gettext_lazy("Submit for approval")

    def object_url(self) -> str:
        """Return the commission page."""
        return commission_url(self.object.number)

    def get_form(self, form_class: Any = None) -> TermsForm:  # noqa: ANN401 - Django's signature
        """Offer the lead evaluators of the chosen firm and say what the fee may reach."""
        form: TermsForm = super().get_form(form_class)
        assignment = tasks.current_assignment(self.object)
        if assignment and assignment.firm:
            choice = form.fields["lead_evaluator"]
            if isinstance(choice, forms.ModelChoiceField):
                choice.queryset = leads_of(assignment.firm, self.today).select_related("person")
        limit = fee_limit_cents(
            self.object,
            procurement_limit_cents=rules_for(bureau=self.object.bureau, on=self.today).value(
                "procurement_limit_cents"
            ),
        )
        form.fields["fee"].help_text = _("At most %(limit)s 万元.") % {"limit": wan_text(limit)}
        return form

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:  # noqa: ANN401
        """Name the firm and the address of the preview."""
        found = {
            "assignment": tasks.current_assignment(self.object),
            "preview_url": reverse("pages:commission-preview", args=[self.object.number]),
        }
        return super().get_context_data(**(found | kwargs))

    def consequences(self) -> Sequence[StrOrPromise]:
        """Say who gets it and what is attached."""
        rubric = in_force(self.object.bureau, self.today)
        names = {"rubric": rubric.rubric.name, "n": rubric.number} if rubric else {}
        return [
            _("The rubric “%(rubric)s”, version %(n)s, is attached.") % names
            if rubric
            else _("The shipped rubric is attached, because the bureau has none of its own."),
            _("The letter goes to the section head, then to the bureau leader."),
            _("The firm learns of it only when it is sent."),
        ]


class CommissionNew(TermsPage):
    """Draft the letter and submit it."""

    title = gettext_lazy("Commission the firm")

    def get_initial(self) -> dict[str, Any]:
        """Begin with a due day in working days."""
        return {"due_on": usual_due_day(self.object.bureau, self.today)}

    def draft_key(self) -> str:
        """Keep half-written terms."""
        return f"commission-{self.object.pk}"

    def act(self, form: TermsForm) -> str:
        """Commission."""
        given = form.cleaned_data
        services.commission(
            task=self.object,
            lead_evaluator=given["lead_evaluator"],
            fee_cents=given["fee"],
            due_on=given["due_on"],
            letter_number=given["letter_number"],
            by=self.user,
            on=self.today,
        )
        return _("The letter is drafted and under approval.")


class CommissionRevise(Running, TermsPage):
    """Correct a letter that was given back."""

    title = gettext_lazy("Correct the letter")

    def get_initial(self) -> dict[str, Any]:
        """Begin with what stood."""
        row = self.running
        return {
            "lead_evaluator": row.lead_evaluator_id,
            "fee": wan_text(row.fee_cents),
            "due_on": row.due_on,
            "letter_number": row.letter.letter_number if row.letter else "",
        }

    def act(self, form: TermsForm) -> str:
        """Correct and submit again."""
        given = form.cleaned_data
        services.revise_commission(
            commission=self.running,
            lead_evaluator=given["lead_evaluator"],
            fee_cents=given["fee"],
            due_on=given["due_on"],
            letter_number=given["letter_number"],
            by=self.user,
            on=self.today,
        )
        return _("The corrected letter is under approval.")


class LetterPreview(Tasks, AudiencePage):
    """The letter as PDF: of the draft, or of terms that are still being written."""

    audience, needs = "bureau", Capability.READ_ALL

    def get(self, request: HttpRequest, *_args: Any, **_kwargs: Any) -> HttpResponse:  # noqa: ANN401, ARG002
        """Return the PDF of the draft; 404 where nothing is drafted."""
        row = self.commission
        if row is None:
            raise Http404
        return _pdf(commission_letter(row, on=row.sent_on or self.today))

    def post(self, request: HttpRequest, *_args: Any, **_kwargs: Any) -> HttpResponse:  # noqa: ANN401
        """Return the PDF of the terms in the form, keeping nothing of them; or the form's mistakes as words."""
        assignment = tasks.current_assignment(self.object)
        form = TermsForm(request.POST)
        choice = form.fields["lead_evaluator"]
        if assignment and assignment.firm and isinstance(choice, forms.ModelChoiceField):
            choice.queryset = leads_of(assignment.firm, self.today).select_related("person")
        if assignment is None or not form.is_valid():
            words = _("Fill in lead evaluator, fee and due day first; then the letter can be shown.")
            return HttpResponse(words, content_type="text/plain; charset=utf-8", status=422)
        given = form.cleaned_data
        terms = Terms(given["lead_evaluator"], given["fee"] or 0, given["due_on"])
        rubric = services.rubric_for(self.object, by=self.user, on=self.today)
        return _pdf(preview_letter(self.object, assignment, terms, rubric=rubric, on=self.today))


def _pdf(content: bytes) -> HttpResponse:
    response = HttpResponse(content, content_type="application/pdf")
    response.headers["Content-Disposition"] = "inline; filename=letter.pdf"
    response.headers["Cache-Control"] = "private, no-store"
    return response


urls = [
    path("tasks/<str:number>/commission/new/", CommissionNew.as_view(), name="commission-new"),
    path("tasks/<str:number>/commission/preview/", LetterPreview.as_view(), name="commission-preview"),
    path("tasks/<str:number>/commission/revise/", CommissionRevise.as_view(), name="commission-revise"),
]
