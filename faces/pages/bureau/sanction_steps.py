"""Steps of a sanction: propose, serve, hear, submit, drop, talk, lift."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.db.models import QuerySet
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from appraisals.enums import RunningTasks, SanctionKind, SanctionPaper
from appraisals.models import LiftingApplication, Sanction, SanctionReply
from appraisals.selectors import (
    liftings_visible_to,
    replies_visible_to,
    running_of,
    unanswered,
    work_number,
    work_title,
)
from appraisals.services import (
    answer_lifting,
    answer_sanction_reply,
    ask_lifting,
    choose_for_tasks,
    drop_sanction,
    propose_sanction,
    record_talk,
    reply_to_sanction,
    serve_paper,
    submit_sanction,
)
from credit.enums import ReplyOutcome
from evaluators.models import Firm
from experts.models import Expert
from faces.documents.sanctions import sanction_paper
from faces.pages.bureau.credit import OutcomeForm, PaperReplyForm
from faces.pages.bureau.experts import OneExpert
from faces.pages.bureau.firms import OneFirm
from faces.pages.bureau.sanctions import OneSanction, draft_paper_of, sanction_url
from faces.pages.shared.actions import ActionForm, ActionView
from faces.pages.shared.delivery_forms import day, textarea, upload
from faces.pages.shared.formats import full_day
from foundation.accounts.enums import Capability
from foundation.papers.enums import DeliveryWay
from foundation.rulesets.selectors import rules_for

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django_stubs_ext import StrOrPromise

    from assignments.models import Assignment


class TasksForm(ActionForm):
    """One question for each task that runs."""

    def __init__(self, *args: Any, running: Sequence[Assignment] = (), **kwargs: Any) -> None:  # noqa: ANN401
        """Ask for each of ``running`` what happens to it; of a panel, only what can be."""
        super().__init__(*args, **kwargs)
        self.running = running
        for seat in running:
            choices = [
                (value, label)
                for value, label in RunningTasks.choices
                if seat.task_id is not None or value != RunningTasks.STOP
            ]
            self.fields[f"task_{seat.pk}"] = forms.ChoiceField(
                label=f"{work_number(seat)} {work_title(seat)}",
                choices=choices,
                required=False,
                widget=forms.RadioSelect,
            )

    def choices(self) -> dict[int, str]:
        """Return what was chosen, by assignment."""
        given = {seat.pk: self.cleaned_data.get(f"task_{seat.pk}", "") for seat in self.running}
        return {pk: value for pk, value in given.items() if value}


class SanctionForm(TasksForm):
    """The sanction, why, and what happens to each running task."""

    kind = forms.ChoiceField(label=gettext_lazy("Sanction"), choices=SanctionKind.choices, widget=forms.RadioSelect)
    months = forms.IntegerField(
        label=gettext_lazy("Months, for a suspension"), required=False, min_value=1, max_value=24
    )
    is_grave = forms.BooleanField(label=gettext_lazy("A grave case: rungs may be skipped"), required=False)
    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=500, widget=textarea(4))
    basis = forms.CharField(
        label=gettext_lazy("Basis"),
        max_length=300,
        required=False,
        help_text=gettext_lazy("文号 and clause. Empty: the bureau’s own setting."),
    )
    talk_on = forms.DateField(label=gettext_lazy("Day of the talk"), required=False, widget=day())
    talk_place = forms.CharField(label=gettext_lazy("Place of the talk"), required=False, max_length=120)


class Propose(ActionView):
    """Propose a sanction on the bureau's own register. Rules R-26, R-27, R-56."""

    needs = Capability.REGISTER
    title, submit_label, danger = gettext_lazy("Propose a sanction"), gettext_lazy("Propose it"), True
    form_class = SanctionForm
    made: Sanction | None = None

    def party(self) -> dict[str, Any]:
        """Return the party as the service names it."""
        row: Firm | Expert = self.object
        return {"firm": row, "expert": None} if isinstance(row, Firm) else {"firm": None, "expert": row}

    def get_form_kwargs(self) -> dict[str, Any]:
        """Give the form what runs."""
        return super().get_form_kwargs() | {"running": running_of(**self.party())}

    def get_success_url(self) -> str:
        """Return the new sanction's page."""
        return sanction_url(self.made) if self.made else super().get_success_url()

    def object_url(self) -> str:
        """Return the list of sanctions, as long as there is none."""
        return reverse("pages:sanctions")

    def consequences(self) -> Sequence[StrOrPromise]:
        """Say where it holds, who is heard, and how it ends."""
        rules = rules_for(bureau=self.object.bureau, on=self.today)
        count = len(running_of(**self.party()))
        lengths = "、".join(map(str, rules.value("expert_suspension_months")))
        facts = {
            "days": rules.value("reply_workdays"),
            "most": rules.value("suspension_months_most"),
            "lengths": lengths,
            "application": rules.value("lifting_application_months"),
            "test": rules.value("lifting_test_months"),
            "years": rules.value("removal_years"),
        }
        ends = (
            _(
                "A suspension lasts 1 to %(most)s months and ends by itself; a removed firm may apply again after "
                "%(years)s years."
            )
            if isinstance(self.object, Firm)
            else _(
                "A suspension lasts %(lengths)s months. From %(application)s months on it ends on an application with "
                "the undertaking, from %(test)s on with a passed test, too."
            )
        )
        return [
            _("It holds on this bureau’s own register only, once its approval is agreed."),
            _("A suspension or a removal is told beforehand: the party has %(days)s working days to reply.") % facts,
            ends % facts,
            ngettext(
                "%(count)d task runs. For a suspension or a removal, choose what happens to it.",
                "%(count)d tasks run. For a suspension or a removal, choose what happens to each.",
                count,
            )
            % {"count": count},
        ]

    def act(self, form: SanctionForm) -> str:
        """Propose it."""
        given = form.cleaned_data
        kind = SanctionKind(given["kind"])
        self.made = propose_sanction(
            kind=kind,
            reason=given["reason"],
            choices=form.choices() if kind != SanctionKind.TALK else {},
            months=given["months"] or 0,
            is_grave=given["is_grave"],
            basis=given["basis"],
            talk_on=given["talk_on"],
            talk_place=given["talk_place"],
            by=self.user,
            on=self.today,
            **self.party(),
        )
        if self.made.status == "DRAFTED":
            return _("The notice is drafted. Serve it: the party’s term for a reply runs from that day.")
        return _("The sanction is under approval.")


class FirmSanction(OneFirm, Propose):
    """A firm's sanction."""


class ExpertSanction(OneExpert, Propose):
    """An expert's sanction."""


class SanctionStep(OneSanction, ActionView):
    """Something done to a sanction; afterwards back to its page."""

    needs = Capability.REGISTER

    def object_url(self) -> str:
        """Return the sanction's page."""
        return sanction_url(self.object)


class ChooseTasks(SanctionStep):
    """Choose for tasks that began after the proposal."""

    title, submit_label = gettext_lazy("Choose for running tasks"), gettext_lazy("Keep the choice")
    form_class = TasksForm

    def get_form_kwargs(self) -> dict[str, Any]:
        """Give the form what nobody chose for yet."""
        return super().get_form_kwargs() | {"running": unanswered(self.object)}

    def act(self, form: TasksForm) -> str:
        """Keep it."""
        choose_for_tasks(sanction=self.object, choices=form.choices(), by=self.user, on=self.today)
        return _("Chosen for every running task.")


class ServeForm(ActionForm):
    """How the paper reached the party."""

    way = forms.ChoiceField(label=gettext_lazy("Way"), choices=DeliveryWay.choices)
    to = forms.CharField(label=gettext_lazy("Received by"), required=False, max_length=120)
    file = forms.FileField(
        label=gettext_lazy("Proof of delivery (scan)"), required=False, widget=upload(".pdf,.png,.jpg,.jpeg")
    )


class Serve(SanctionStep):
    """Issue a paper of the sanction and write down how it reached the party."""

    title, submit_label, danger = gettext_lazy("Serve the paper"), gettext_lazy("Issue and serve it"), True
    form_class = ServeForm

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:  # noqa: ANN401
        """Name the paper."""
        paper = draft_paper_of(self.object, self.kwargs["kind"])
        title = _("Serve: %(paper)s") % {"paper": SanctionPaper(paper.kind).label}
        return super().get_context_data(**({"title": title} | kwargs))

    def consequences(self) -> Sequence[StrOrPromise]:
        """Say what becomes fixed, and what begins."""
        said = [_("The paper is issued as PDF under its number and cannot be changed any more.")]
        if self.kwargs["kind"] == SanctionPaper.NOTICE:
            days = rules_for(bureau=self.object.bureau, on=self.today).value("reply_workdays")
            said.append(
                _("From today the party has %(days)s working days to reply; it is told at once.") % {"days": days}
            )
        return said

    def act(self, form: ServeForm) -> str:
        """Build the PDF, issue and serve it."""
        given = form.cleaned_data
        paper = draft_paper_of(self.object, self.kwargs["kind"])
        kind = SanctionPaper(paper.kind)
        file = given["file"]
        serve_paper(
            sanction=self.object,
            kind=kind,
            content=sanction_paper(self.object, kind, paper, on=self.today),
            way=DeliveryWay(given["way"]),
            to=given["to"],
            proof=(file.name, file.read()) if file else None,
            by=self.user,
            on=self.today,
        )
        return _("Issued and served; both stand in the register of papers.")


class SanctionReplyEntry(SanctionStep):
    """Enter the party's reply that came on paper. Rule R-56."""

    title, submit_label = gettext_lazy("Enter a reply on paper"), gettext_lazy("Enter it")
    form_class = PaperReplyForm

    def act(self, form: PaperReplyForm) -> str:
        """Enter it."""
        words = form.cleaned_data["words"]
        reply_to_sanction(sanction=self.object, words=words, file=form.scan(), by=self.user, on=self.today)
        return _("The reply stands beside the sanction, marked as entered by you.")


class SanctionAnswer(ActionView):
    """Answer the party's reply; accepted, the sanction is dropped."""

    audience, needs = "bureau", Capability.CONFIRM
    title, submit_label = gettext_lazy("Answer the reply"), gettext_lazy("Answer")
    form_class = OutcomeForm

    def rows(self) -> QuerySet[SanctionReply]:
        """Return the visible replies."""
        return replies_visible_to(self.user).select_related("sanction")

    def object_url(self) -> str:
        """Return the sanction's page."""
        return sanction_url(self.object.sanction)

    def consequences(self) -> Sequence[StrOrPromise]:
        """Show what was said, and what follows."""
        return [self.object.words, _("Where you accept the reply, the sanction is dropped with your words.")]

    def act(self, form: OutcomeForm) -> str:
        """Answer."""
        given = form.cleaned_data
        answer_sanction_reply(
            reply=self.object, outcome=ReplyOutcome(given["outcome"]), words=given["words"], by=self.user, on=self.today
        )
        return _("Answered. The party is told.")


class SanctionSubmit(SanctionStep):
    """Put the sanction on its way through approval."""

    title, submit_label = gettext_lazy("Submit for approval"), gettext_lazy("Submit for approval")

    def consequences(self) -> Sequence[StrOrPromise]:
        """Say who decides."""
        return [_("The approval chain of the bureau decides; nobody approves his own entry.")]

    def act(self, form: ActionForm) -> str:  # noqa: ARG002 - nothing to fill in
        """Submit it."""
        submit_sanction(sanction=self.object, by=self.user, on=self.today)
        return _("The sanction is under approval.")


class DropForm(ActionForm):
    """Why."""

    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=300, widget=textarea(3))


class SanctionDrop(SanctionStep):
    """Drop a sanction that is not under approval."""

    title, submit_label, danger = gettext_lazy("Drop the sanction"), gettext_lazy("Drop it"), True
    form_class = DropForm

    def consequences(self) -> Sequence[StrOrPromise]:
        """Say what stays."""
        return [_("It stays in the list as dropped. Whoever was told of it is told this, too.")]

    def act(self, form: DropForm) -> str:
        """Drop it."""
        drop_sanction(sanction=self.object, reason=form.cleaned_data["reason"], by=self.user, on=self.today)
        return _("The sanction is dropped.")


class TalkForm(ActionForm):
    """What was said."""

    held_on = forms.DateField(label=gettext_lazy("Held on"), widget=day())
    place = forms.CharField(label=gettext_lazy("Place"), max_length=120)
    present = forms.CharField(label=gettext_lazy("Who was there"), max_length=300)
    words = forms.CharField(label=gettext_lazy("What was said"), max_length=2000, widget=textarea(8))
    promised = forms.CharField(
        label=gettext_lazy("What was promised"), max_length=1000, required=False, widget=textarea(3)
    )


class SanctionTalk(SanctionStep):
    """Write the record of the talk: a paper to sign."""

    title, submit_label = gettext_lazy("Write the record of the talk"), gettext_lazy("Keep the record")
    form_class = TalkForm

    def get_initial(self) -> dict[str, Any]:
        """Begin from the call."""
        return {"held_on": self.object.talk_on or self.today, "place": self.object.talk_place}

    def act(self, form: TalkForm) -> str:
        """Keep it."""
        record_talk(sanction=self.object, by=self.user, on=self.today, **form.cleaned_data)
        return _("The record is kept; print it, have it signed, and serve it.")


class LiftForm(PaperReplyForm):
    """The application as it came on paper."""

    accepts_undertaking = forms.BooleanField(
        label=gettext_lazy("The paper holds the signed undertaking"), required=False
    )
    certificate_code = forms.CharField(
        label=gettext_lazy("Code of the certificate"),
        required=False,
        max_length=32,
        help_text=gettext_lazy("Where a passed test is needed."),
    )


class SanctionLift(SanctionStep):
    """Enter an expert's application for lifting that came on paper. Rule R-57."""

    title, submit_label = gettext_lazy("Enter an application on paper"), gettext_lazy("Enter it")
    form_class = LiftForm

    def act(self, form: LiftForm) -> str:
        """Enter it."""
        given = form.cleaned_data
        ask_lifting(
            sanction=self.object,
            words=given["words"],
            accepts_undertaking=given["accepts_undertaking"],
            certificate_code=given["certificate_code"],
            file=form.scan(),
            by=self.user,
            on=self.today,
        )
        return _("The application waits for its answer.")


class LiftingForm(ActionForm):
    """Granted or not, and why."""

    is_granted = forms.TypedChoiceField(
        label=gettext_lazy("Answer"),
        choices=(("yes", gettext_lazy("lift the suspension")), ("no", gettext_lazy("do not lift it"))),
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
    )
    words = forms.CharField(label=gettext_lazy("Reasons"), max_length=500, widget=textarea(4))


class LiftingAnswer(ActionView):
    """Answer an application for lifting."""

    audience, needs = "bureau", Capability.CONFIRM
    title, submit_label = gettext_lazy("Answer the application"), gettext_lazy("Answer")
    form_class = LiftingForm

    def rows(self) -> QuerySet[LiftingApplication]:
        """Return the visible applications."""
        return liftings_visible_to(self.user).select_related("sanction", "certificate")

    def object_url(self) -> str:
        """Return the sanction's page."""
        return sanction_url(self.object.sanction)

    def consequences(self) -> Sequence[StrOrPromise]:
        """Show what was asked, and from when a lifting holds."""
        row: LiftingApplication = self.object
        proof = _("Certificate: %(code)s") % {"code": row.certificate.code if row.certificate else "—"}
        return [
            row.words,
            proof,
            _("Granted, the suspension ends on %(day)s, or today where that day has passed.")
            % {"day": full_day(row.sanction.ends_on)},
            _("Refused, he may apply again."),
        ]

    def act(self, form: LiftingForm) -> str:
        """Answer."""
        given = form.cleaned_data
        answer_lifting(
            application=self.object, is_granted=given["is_granted"], words=given["words"], by=self.user, on=self.today
        )
        return _("Answered. The expert is told; the decision is drafted as a paper.")


urls = [
    path("firms/<str:number>/sanction/", FirmSanction.as_view(), name="firm-sanction"),
    path("experts/<str:number>/sanction/", ExpertSanction.as_view(), name="expert-sanction"),
    path("sanctions/<int:pk>/tasks/", ChooseTasks.as_view(), name="sanction-tasks"),
    path("sanctions/<int:pk>/papers/<str:kind>/serve/", Serve.as_view(), name="sanction-serve"),
    path("sanctions/<int:pk>/reply/", SanctionReplyEntry.as_view(), name="sanction-reply"),
    path("sanctions/<int:pk>/submit/", SanctionSubmit.as_view(), name="sanction-submit"),
    path("sanctions/<int:pk>/drop/", SanctionDrop.as_view(), name="sanction-drop"),
    path("sanctions/<int:pk>/talk/", SanctionTalk.as_view(), name="sanction-talk"),
    path("sanctions/<int:pk>/lift/", SanctionLift.as_view(), name="sanction-lift"),
    path("sanctions/replies/<int:pk>/", SanctionAnswer.as_view(), name="sanction-answer"),
    path("sanctions/liftings/<int:pk>/", LiftingAnswer.as_view(), name="lifting-answer"),
]
