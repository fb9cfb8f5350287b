"""Steps of a sanction: serve, hear, submit, drop, talk."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.db.models import QuerySet
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from appraisals.enums import SanctionPaper
from appraisals.models import SanctionReply
from appraisals.selectors import (
    replies_visible_to,
)
from appraisals.services import (
    answer_sanction_reply,
    drop_sanction,
    propose_revocation,
    record_talk,
    reply_to_sanction,
    serve_paper,
    submit_sanction,
)
from credit.enums import ReplyOutcome
from faces.documents.sanctions import sanction_paper
from faces.pages.bureau.credit import OutcomeForm, PaperReplyForm
from faces.pages.bureau.sanctions import OneSanction, draft_paper_of, sanction_url
from faces.pages.shared.actions import ActionForm, ActionView
from faces.pages.shared.delivery_forms import day, textarea, upload
from foundation.accounts.enums import Capability
from foundation.papers.enums import DeliveryWay
from foundation.rulesets.selectors import rules_for

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django_stubs_ext import StrOrPromise


class SanctionStep(OneSanction, ActionView):
    """Something done to a sanction; afterwards back to its page."""

    needs = Capability.REGISTER

    def object_url(self) -> str:
        """Return the sanction's page."""
        return sanction_url(self.object)


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


class RevokeForm(ActionForm):
    """Why it was wrong, and what says so."""

    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=500, widget=textarea(4))
    basis = forms.CharField(
        label=gettext_lazy("Basis"),
        max_length=300,
        required=False,
        help_text=gettext_lazy("A review decision or a judgement with its number; empty: the bureau corrects itself."),
    )


class SanctionRevoke(SanctionStep):
    """Propose to take a decided sanction back."""

    title, submit_label, danger = gettext_lazy("Revoke the sanction"), gettext_lazy("Submit for approval"), True
    form_class = RevokeForm

    def consequences(self) -> Sequence[StrOrPromise]:
        """Say who decides, and what comes back."""
        return [
            _("The approval chain of the bureau decides; nobody approves his own entry."),
            _("Once agreed, the party stands in the register again, unless another sanction still holds."),
            _("Tasks that went to others or were stopped stay so; the decision is drafted as a paper."),
        ]

    def act(self, form: RevokeForm) -> str:
        """Submit it."""
        propose_revocation(sanction=self.object, by=self.user, on=self.today, **form.cleaned_data)
        return _("The revocation is under approval.")


urls = [
    path("sanctions/<int:pk>/papers/<str:kind>/serve/", Serve.as_view(), name="sanction-serve"),
    path("sanctions/<int:pk>/reply/", SanctionReplyEntry.as_view(), name="sanction-reply"),
    path("sanctions/<int:pk>/submit/", SanctionSubmit.as_view(), name="sanction-submit"),
    path("sanctions/<int:pk>/drop/", SanctionDrop.as_view(), name="sanction-drop"),
    path("sanctions/<int:pk>/revoke/", SanctionRevoke.as_view(), name="sanction-revoke"),
    path("sanctions/<int:pk>/talk/", SanctionTalk.as_view(), name="sanction-talk"),
    path("sanctions/replies/<int:pk>/", SanctionAnswer.as_view(), name="sanction-answer"),
]
