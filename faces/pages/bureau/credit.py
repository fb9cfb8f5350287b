"""Steps of credit: a violation by its code, a merit, voiding what was wrong, the reply on paper, the answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.db.models import QuerySet
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from credit.enums import CreditKind, ReplyOutcome
from credit.models import CreditEvent, EventReply
from credit.rules import EXPERT, FIRM, codes_for
from credit.selectors import code_name, replies_visible_to
from credit.selectors import visible_to as events_visible_to
from credit.services import add_evidence, answer_reply, record_merit, record_violation, reply_to_event, void_event
from evaluators.models import Firm
from experts.models import Expert
from faces.pages.bureau.experts import OneExpert, expert_url
from faces.pages.bureau.firms import OneFirm, firm_url
from faces.pages.shared.actions import ActionForm, ActionView
from faces.pages.shared.credit_words import STEPS
from faces.pages.shared.delivery_forms import day, textarea
from faces.pages.shared.formats import full_day
from faces.pages.shared.many_files import FilesField, contents
from foundation.accounts.enums import Capability
from foundation.rulesets.selectors import rules_for

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from django_stubs_ext import StrOrPromise

    from foundation.bureaus.models import Bureau

EVIDENCE = ".pdf,.docx,.png,.jpg,.jpeg"


def step_in_words(step: dict[str, Any], code: str) -> str:
    """Return a step of the deductions with its points and months. Rule R-28."""
    facts = {"word": STEPS.get(code, code), "points": step["points"], "months": step["months"]}
    return _("%(word)s: %(points)s points, %(months)s months") % facts


def steps_in_words(bureau: Bureau, on: date) -> list[tuple[str, StrOrPromise]]:
    """Return the steps of the deductions in force with their points and months. Rule R-28."""
    steps = rules_for(bureau=bureau, on=on).value("deduction_steps")
    return [(code, step_in_words(step, code)) for code, step in steps.items()]


def codes_in_words(bureau: Bureau, on: date, kind: CreditKind, party: str) -> list[tuple[str, StrOrPromise]]:
    """Return the codes of the catalogue for a party, a violation's with its step. Rule R-55."""
    lines = codes_for(rules_for(bureau=bureau, on=on).value("credit_codes"), kind=kind, party=party)
    steps = {line["code"]: f"（{STEPS.get(line['step'], line['step'])}）" if line["step"] else "" for line in lines}
    return [(line["code"], f"{code_name(line)}{steps[line['code']]}") for line in lines]


class EventForm(ActionForm):
    """Which code, when, what happened, and the evidence."""

    code = forms.ChoiceField(label=gettext_lazy("Code"), choices=())
    occurred_on = forms.DateField(label=gettext_lazy("Day on which it happened"), widget=day())
    words = forms.CharField(label=gettext_lazy("What happened"), max_length=500, widget=textarea(4))
    evidence = FilesField(
        label=gettext_lazy("Evidence"),
        required=False,
        accept=EVIDENCE,
        help_text=gettext_lazy("PDF, DOCX, PNG or JPG, several at once. Only the bureau can open them."),
    )


class ViolationForm(EventForm):
    """How grave it is, too."""

    step = forms.ChoiceField(
        label=gettext_lazy("How grave"),
        choices=(),
        required=False,
        help_text=gettext_lazy("As the code says, unless you choose otherwise."),
    )
    field_order = ("code", "occurred_on", "step", "words", "evidence")


class MeritForm(EventForm):
    """Until when what was done well is shown, too."""

    expires_on = forms.DateField(label=gettext_lazy("Shown until"), widget=day())
    field_order = ("code", "occurred_on", "words", "expires_on", "evidence")


class EventStep(ActionView):
    """Write an event into the record of the page's party; whom it concerns is told."""

    needs = Capability.CONFIRM
    kind = CreditKind.VIOLATION

    def party(self) -> dict[str, Any]:
        """Return the party as the service names it."""
        row: Firm | Expert = self.object
        return {"organisation": row.organisation} if isinstance(row, Firm) else {"person": row.person}

    def object_url(self) -> str:
        """Return the party's page, where the event is listed."""
        row: Firm | Expert = self.object
        return firm_url(row) if isinstance(row, Firm) else f"{expert_url(row)}?tab=work"

    def get_form(self, form_class: Any = None) -> Any:  # noqa: ANN401 - Django's signature
        """Offer the codes and steps in force."""
        form = super().get_form(form_class)
        party = FIRM if isinstance(self.object, Firm) else EXPERT
        form.fields["code"].choices = codes_in_words(self.object.bureau, self.today, self.kind, party)
        form.fields["occurred_on"].initial = self.today
        if "step" in form.fields:
            form.fields["step"].choices = [("", _("as the code says")), *steps_in_words(self.object.bureau, self.today)]
        return form


class Violation(EventStep):
    """Record a violation; a repeat inside a running period doubles. Rule R-28."""

    title, submit_label, danger = gettext_lazy("Record a violation"), gettext_lazy("Record it"), True
    form_class = ViolationForm

    def consequences(self) -> Sequence[StrOrPromise]:
        """Say what follows, and who is told."""
        days = rules_for(bureau=self.object.bureau, on=self.today).value("reply_workdays")
        return [
            _("The deduction runs off by itself; a repeat of the code inside a running period doubles it."),
            _("Whom it concerns is told today, reads your words, and may reply for %(days)d working days.")
            % {"days": days},
        ]

    def act(self, form: ViolationForm) -> str:
        """Record it."""
        given = form.cleaned_data
        row = record_violation(
            bureau=self.object.bureau,
            code=given["code"],
            step=given["step"],
            words=given["words"],
            occurred_on=given["occurred_on"],
            evidence=contents(given["evidence"]),
            by=self.user,
            on=self.today,
            **self.party(),
        )
        facts = {"points": row.points, "day": full_day(row.expires_on)}
        return _("Recorded: %(points)d points until %(day)s.") % facts


class Merit(EventStep):
    """Record a merit: shown until a day, without points."""

    title, submit_label = gettext_lazy("Record a merit"), gettext_lazy("Record it")
    form_class, kind = MeritForm, CreditKind.MERIT

    def consequences(self) -> Sequence[StrOrPromise]:
        """Say what it is worth."""
        return [_("A merit has no points: it never offsets a deduction. Whom it concerns is told today.")]

    def act(self, form: MeritForm) -> str:
        """Record it."""
        given = form.cleaned_data
        row = record_merit(
            bureau=self.object.bureau,
            code=given["code"],
            words=given["words"],
            occurred_on=given["occurred_on"],
            expires_on=given["expires_on"],
            evidence=contents(given["evidence"]),
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


def event_url(row: CreditEvent) -> str:
    """Return the page of an event."""
    return reverse("pages:credit-event", args=[row.pk])


class OneEvent(ActionView):
    """Something done to an event; afterwards back to its page."""

    audience, needs = "bureau", Capability.CONFIRM

    def rows(self) -> QuerySet[CreditEvent]:
        """Return the visible events."""
        return events_visible_to(self.user)

    def object_url(self) -> str:
        """Return the event's page."""
        return event_url(self.object)


class VoidForm(ActionForm):
    """Why it was wrong."""

    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=300, widget=textarea(3))


class CreditVoid(OneEvent):
    """End an event that was wrong; its row stays."""

    title, submit_label, danger = gettext_lazy("Void an event"), gettext_lazy("Void it"), True
    form_class = VoidForm

    def consequences(self) -> Sequence[StrOrPromise]:
        """Show the event and say what becomes of it."""
        facts = {"points": self.object.points, "words": self.object.words}
        return [
            _("%(points)d points: %(words)s") % facts,
            _("It counts on no day any more; row, words and evidence stay. Whom it concerned is told."),
            _("A later event that was doubled only because of it counts once again."),
        ]

    def act(self, form: VoidForm) -> str:
        """Void it."""
        void_event(event=self.object, reason=form.cleaned_data["reason"], by=self.user, on=self.today)
        return _("The event is void.")


class EvidenceForm(ActionForm):
    """The files, and what they show."""

    evidence = FilesField(
        label=gettext_lazy("Evidence"),
        accept=EVIDENCE,
        help_text=gettext_lazy("PDF, DOCX, PNG or JPG, several at once. Only the bureau can open them."),
    )
    shows = forms.CharField(label=gettext_lazy("What the files show"), max_length=300, widget=textarea(3))


class CreditEvidence(OneEvent):
    """Add evidence to an event that stands."""

    title, submit_label = gettext_lazy("Add evidence"), gettext_lazy("Add it")
    form_class = EvidenceForm

    def consequences(self) -> Sequence[StrOrPromise]:
        """Say that it stays, and who is told."""
        return [
            _("What is there stays; nothing is replaced. Your words stand in the journal."),
            _("Whom the event concerns is told that evidence was added, and cannot open it."),
        ]

    def act(self, form: EvidenceForm) -> str:
        """Add it."""
        given = form.cleaned_data
        files = contents(given["evidence"])
        add_evidence(event=self.object, evidence=files, shows=given["shows"], by=self.user, on=self.today)
        return _("The evidence is added.")


class PaperReplyForm(ActionForm):
    """The words of a paper, and its scan."""

    words = forms.CharField(label=gettext_lazy("What the party says"), max_length=2000, widget=textarea(6))
    file = forms.FileField(
        label=gettext_lazy("Scan of the paper"), widget=forms.ClearableFileInput(attrs={"accept": EVIDENCE})
    )

    def scan(self) -> tuple[str, bytes]:
        """Return name and content of the scan."""
        file = self.cleaned_data["file"]
        return file.name, file.read()


class CreditReply(OneEvent):
    """Enter the party's reply that came on paper. Rule R-56."""

    needs = Capability.REGISTER
    title, submit_label = gettext_lazy("Enter a reply on paper"), gettext_lazy("Enter it")
    form_class = PaperReplyForm

    def act(self, form: PaperReplyForm) -> str:
        """Enter it."""
        words = form.cleaned_data["words"]
        reply_to_event(event=self.object, words=words, file=form.scan(), by=self.user, on=self.today)
        return _("The reply stands beside the event, marked as entered by you.")


class OutcomeForm(ActionForm):
    """What is answered, and in which words."""

    outcome = forms.ChoiceField(label=gettext_lazy("Answer"), choices=ReplyOutcome.choices, widget=forms.RadioSelect)
    words = forms.CharField(label=gettext_lazy("Reasons"), max_length=1000, widget=textarea(4))


class CreditAnswer(ActionView):
    """Answer a reply to an event; accepted, the event is void."""

    audience, needs = "bureau", Capability.CONFIRM
    title, submit_label = gettext_lazy("Answer the reply"), gettext_lazy("Answer")
    form_class = OutcomeForm

    def rows(self) -> QuerySet[EventReply]:
        """Return the visible replies."""
        return replies_visible_to(self.user).select_related("event")

    def object_url(self) -> str:
        """Return the event's page."""
        return event_url(self.object.event)

    def consequences(self) -> Sequence[StrOrPromise]:
        """Show what was said, and what follows."""
        return [self.object.words, _("Where you accept the reply, the event is void with your words as the reason.")]

    def act(self, form: OutcomeForm) -> str:
        """Answer."""
        given = form.cleaned_data
        answer_reply(
            reply=self.object, outcome=ReplyOutcome(given["outcome"]), words=given["words"], by=self.user, on=self.today
        )
        return _("Answered. The party is told.")


urls = [
    path("firms/<str:number>/violation/", FirmViolation.as_view(), name="firm-violation"),
    path("firms/<str:number>/merit/", FirmMerit.as_view(), name="firm-merit"),
    path("experts/<str:number>/violation/", ExpertViolation.as_view(), name="expert-violation"),
    path("experts/<str:number>/merit/", ExpertMerit.as_view(), name="expert-merit"),
    path("credit/<int:pk>/void/", CreditVoid.as_view(), name="credit-void"),
    path("credit/<int:pk>/evidence/", CreditEvidence.as_view(), name="credit-evidence"),
    path("credit/<int:pk>/reply/", CreditReply.as_view(), name="credit-reply"),
    path("credit/replies/<int:pk>/", CreditAnswer.as_view(), name="credit-answer"),
]
