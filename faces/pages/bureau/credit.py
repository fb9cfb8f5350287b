"""Credit of firms and experts: violations, merits, what was wrong; sanctions on the bureau's own register."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.db.models import QuerySet
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from appraisals.enums import RunningTasks, SanctionKind
from appraisals.selectors import running_tasks_of
from appraisals.services import propose_sanction
from credit.models import CreditEvent
from credit.selectors import visible_to as events_visible_to
from credit.services import record_merit, record_violation, void_event
from evaluators.models import Firm
from experts.models import Expert
from faces.pages.bureau.experts import OneExpert, expert_url
from faces.pages.bureau.firm_sections import full_day
from faces.pages.bureau.firms import OneFirm, firm_url
from faces.pages.shared.actions import ActionForm, ActionView
from faces.pages.shared.delivery_forms import day, textarea, upload
from foundation.accounts.enums import Capability
from foundation.rulesets.selectors import rules_for

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from django_stubs_ext import StrOrPromise

    from foundation.bureaus.models import Bureau

EVIDENCE = ".pdf,.docx,.png,.jpg,.jpeg"


def steps_in_words(bureau: Bureau, on: date) -> list[tuple[str, StrOrPromise]]:
    """Return the steps of the deductions in force with their points and months. Rule R-28."""
    words = {"light": gettext_lazy("light"), "heavy": gettext_lazy("heavy")}
    steps = rules_for(bureau=bureau, on=on).value("deduction_steps")
    return [
        (
            code,
            _("%(word)s: %(points)s points, %(months)s months")
            % {"word": words.get(code, code), "points": step["points"], "months": step["months"]},
        )
        for code, step in steps.items()
    ]


class EventForm(ActionForm):
    """What happened, and the evidence."""

    words = forms.CharField(label=gettext_lazy("What happened"), max_length=500, widget=textarea(4))
    evidence = forms.FileField(
        label=gettext_lazy("Evidence"),
        required=False,
        widget=upload(EVIDENCE),
        help_text=gettext_lazy("PDF, DOCX, PNG or JPG. Only the bureau can open it."),
    )

    def proof(self) -> tuple[str, bytes] | None:
        """Return name and content of the evidence; None without any."""
        file = self.cleaned_data["evidence"]
        return (file.name, file.read()) if file else None


class ViolationForm(EventForm):
    """How grave, what happened, evidence."""

    code = forms.ChoiceField(label=gettext_lazy("How grave"), choices=(), widget=forms.RadioSelect)
    field_order = ("code", "words", "evidence")


class MeritForm(EventForm):
    """What was done well, until when it is shown."""

    expires_on = forms.DateField(label=gettext_lazy("Shown until"), widget=day())
    field_order = ("words", "expires_on", "evidence")


class EventStep(ActionView):
    """Write an event into the record of the page's party; whom it concerns is told."""

    needs = Capability.CONFIRM

    def party(self) -> dict[str, Any]:
        """Return the party as the service names it."""
        row: Firm | Expert = self.object
        return {"organisation": row.organisation} if isinstance(row, Firm) else {"person": row.person}

    def object_url(self) -> str:
        """Return the party's page."""
        row: Firm | Expert = self.object
        return firm_url(row) if isinstance(row, Firm) else expert_url(row)


class Violation(EventStep):
    """Record a violation; a repeat inside a running period doubles. Rule R-28."""

    title, submit_label, danger = gettext_lazy("Record a violation"), gettext_lazy("Record it"), True
    form_class = ViolationForm

    def get_form(self, form_class: Any = None) -> ViolationForm:  # noqa: ANN401 - Django's signature
        """Offer the steps in force."""
        form: ViolationForm = super().get_form(form_class)
        field = form.fields["code"]
        if isinstance(field, forms.ChoiceField):
            field.choices = steps_in_words(self.object.bureau, self.today)
        return form

    def consequences(self) -> Sequence[StrOrPromise]:
        """Say what follows, and who is told."""
        return [
            _("The deduction runs off by itself; a repeat inside a running period doubles it."),
            _("Whom it concerns is told today and reads your words."),
        ]

    def act(self, form: ViolationForm) -> str:
        """Record it."""
        given = form.cleaned_data
        row = record_violation(
            bureau=self.object.bureau,
            code=given["code"],
            words=given["words"],
            evidence=form.proof(),
            by=self.user,
            on=self.today,
            **self.party(),
        )
        facts = {"points": row.points, "day": full_day(row.expires_on)}
        return _("Recorded: %(points)d points until %(day)s.") % facts


class Merit(EventStep):
    """Record a merit: shown until a day, without points."""

    title, submit_label = gettext_lazy("Record a merit"), gettext_lazy("Record it")
    form_class = MeritForm

    def consequences(self) -> Sequence[StrOrPromise]:
        """Say what it is worth."""
        return [_("A merit has no points: it never offsets a deduction. Whom it concerns is told today.")]

    def act(self, form: MeritForm) -> str:
        """Record it."""
        given = form.cleaned_data
        row = record_merit(
            bureau=self.object.bureau,
            words=given["words"],
            expires_on=given["expires_on"],
            evidence=form.proof(),
            by=self.user,
            on=self.today,
            **self.party(),
        )
        return _("The merit is shown until %(day)s.") % {"day": full_day(row.expires_on)}


class FirmViolation(OneFirm, Violation):
    """A firm's violation."""


class FirmMerit(OneFirm, Merit):
    """A firm's merit."""


class ExpertViolation(OneExpert, Violation):
    """An expert's violation."""


class ExpertMerit(OneExpert, Merit):
    """An expert's merit."""


class VoidForm(ActionForm):
    """Why it was wrong."""

    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=300, widget=textarea(3))


class CreditVoid(ActionView):
    """End an event that was wrong; its row stays."""

    audience, needs = "bureau", Capability.CONFIRM
    title, submit_label, danger = gettext_lazy("Void an event"), gettext_lazy("Void it"), True
    form_class = VoidForm

    def rows(self) -> QuerySet[CreditEvent]:
        """Return the visible events."""
        return events_visible_to(self.user).select_related("person")

    def object_url(self) -> str:
        """Return the page of whom it concerned."""
        row: CreditEvent = self.object
        if row.organisation_id is not None:
            firm = Firm.objects.filter(organisation_id=row.organisation_id).first()
            return firm_url(firm) if firm else reverse("pages:firms")
        expert = Expert.objects.filter(person=row.person).first() if row.person else None
        return expert_url(expert) if expert else reverse("pages:experts")

    def consequences(self) -> Sequence[StrOrPromise]:
        """Show the event and say what becomes of it."""
        facts = {"points": self.object.points, "words": self.object.words}
        return [
            _("%(points)d points: %(words)s") % facts,
            _("It counts no more from today; row, words and evidence stay. Whom it concerned is told."),
        ]

    def act(self, form: VoidForm) -> str:
        """Void it."""
        void_event(event=self.object, reason=form.cleaned_data["reason"], by=self.user, on=self.today)
        return _("The event is void.")


class SanctionForm(ActionForm):
    """The sanction, and what happens to running tasks."""

    kind = forms.ChoiceField(label=gettext_lazy("Sanction"), choices=SanctionKind.choices, widget=forms.RadioSelect)
    months = forms.IntegerField(
        label=gettext_lazy("Months, for a suspension"), required=False, min_value=1, max_value=24
    )
    running_tasks = forms.ChoiceField(
        label=gettext_lazy("Running tasks"), choices=RunningTasks.choices, widget=forms.RadioSelect
    )
    is_grave = forms.BooleanField(label=gettext_lazy("A grave case: rungs may be skipped"), required=False)
    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=500, widget=textarea(4))


class FirmSanction(OneFirm, ActionView):
    """Propose a sanction on the bureau's own register. Rule R-26."""

    needs = Capability.REGISTER
    title, submit_label, danger = gettext_lazy("Propose a sanction"), gettext_lazy("Submit for approval"), True
    form_class = SanctionForm

    def object_url(self) -> str:
        """Return the firm's page, where the sanction is listed."""
        return f"{firm_url(self.object)}?tab=years"

    def consequences(self) -> Sequence[StrOrPromise]:
        """Say where it holds, and which tasks run."""
        running = [seat.task for seat in running_tasks_of(self.object) if seat.task]
        said: list[StrOrPromise] = [
            _("It holds on this bureau’s own register only, once its approval is agreed."),
            ngettext(
                "%(count)d task of the firm runs; choose what happens to it.",
                "%(count)d tasks of the firm run; choose what happens to them.",
                len(running),
            )
            % {"count": len(running)},
        ]
        return said + [f"{task.number} {task.title}" for task in running]

    def act(self, form: SanctionForm) -> str:
        """Propose it."""
        given = form.cleaned_data
        propose_sanction(
            firm=self.object,
            kind=SanctionKind(given["kind"]),
            reason=given["reason"],
            running_tasks=given["running_tasks"],
            months=given["months"] or 0,
            is_grave=given["is_grave"],
            by=self.user,
            on=self.today,
        )
        return _("The sanction is under approval.")


urls = [
    path("firms/<str:number>/violation/", FirmViolation.as_view(), name="firm-violation"),
    path("firms/<str:number>/merit/", FirmMerit.as_view(), name="firm-merit"),
    path("firms/<str:number>/sanction/", FirmSanction.as_view(), name="firm-sanction"),
    path("experts/<str:number>/violation/", ExpertViolation.as_view(), name="expert-violation"),
    path("experts/<str:number>/merit/", ExpertMerit.as_view(), name="expert-merit"),
    path("credit/<int:pk>/void/", CreditVoid.as_view(), name="credit-void"),
]
