"""One seat of a panel: the call, the declaration, the recusal, the leader, the guest."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from django import forms
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assignments.enums import DeclineReason, PresenceState
from assignments.models import Assignment
from assignments.selectors.assignments import visible_to
from assignments.services.assignments import declare, log_call, notify, notify_panel
from assignments.services.re_reviews import add_guest, name_leader
from experts.enums import ExpertSource, TitleLevel
from experts.services import ExpertDraft
from faces.pages.bureau.re_review_steps import ReReviewStep
from faces.pages.bureau.re_reviews import OUTCOMES, re_review_url
from faces.pages.shared.actions import ActionForm, ActionView
from faces.pages.shared.delivery_forms import day, textarea, upload
from faces.pages.shared.own_credit import FILES
from foundation.accounts.enums import Capability
from foundation.core import clock
from parties.enums import OrganisationKind
from parties.services import (
    EmploymentDraft,
    OrganisationDraft,
    PersonDraft,
    record_employments,
    register_organisations,
    register_persons,
)
from reviews.services import note_member, step_back
from reviews.services.reopening import rests_on

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from django.db.models import QuerySet
    from django_stubs_ext import StrOrPromise


class SeatStep(ActionView):
    """Something about one seat; afterwards back to the re-review, or to the task of a firm."""

    audience, needs = "bureau", Capability.COMMISSION

    def rows(self) -> QuerySet[Assignment]:
        """Return the visible assignments."""
        rows = visible_to(self.user)
        return rows.select_related("expert__person", "firm__organisation", "re_review__evaluation", "task", "draw")

    def object_url(self) -> str:
        """Return the page it belongs to."""
        seat: Assignment = self.object
        if seat.re_review is not None:
            return re_review_url(seat.re_review)
        return reverse("pages:task", args=[seat.task.number]) if seat.task else reverse("pages:tasks")

    @cached_property
    def name(self) -> str:
        """Who sits there."""
        seat: Assignment = self.object
        if seat.expert is not None:
            return seat.expert.person.name
        return seat.firm.organisation.name if seat.firm else ""

    @cached_property
    def now(self) -> datetime:
        """The moment of this request."""
        return clock.now()


class Notify(SeatStep):
    """Tell a firm or an expert of the assignment, in the application and by mail."""

    title, submit_label = gettext_lazy("Notify"), gettext_lazy("Send the notice")

    def consequences(self) -> Sequence[StrOrPromise]:
        """Say who is told, and what the notice leaves out."""
        return [_("%(name)s is asked to answer. The notice names neither firm nor unit.") % {"name": self.name}]

    def act(self, form: Any) -> str:  # noqa: ANN401, ARG002 - nothing to fill in
        """Tell."""
        notify(assignment=self.object, by=self.user, at=self.now)
        return _("%(name)s is notified and asked to answer.") % {"name": self.name}


class PanelNotify(ReReviewStep):
    """Tell the whole panel at once."""

    title, submit_label = gettext_lazy("Notify the panel"), gettext_lazy("Send the notices")

    def consequences(self) -> Sequence[StrOrPromise]:
        """Say what the notice leaves out."""
        return [_("Everybody who was not told yet is asked to answer. The notice names neither firm nor unit.")]

    def act(self, form: Any) -> str:  # noqa: ANN401, ARG002 - nothing to fill in
        """Tell all."""
        told = notify_panel(re_review=self.object, by=self.user, at=clock.now())
        return _("Notified: %(count)d.") % {"count": len(told)}


class OwnActForm(ActionForm):
    """The scan of what the person himself wrote, without which a clerk lets nobody go who has accepted. Rule R-68."""

    act = forms.FileField(
        label=gettext_lazy("Scan of their own letter"),
        required=False,
        widget=upload(FILES),
        help_text=gettext_lazy("Needed where somebody who has accepted leaves after all."),
    )

    def scan(self) -> tuple[str, bytes] | None:
        """Return name and content of the scan; None without any."""
        file = self.cleaned_data["act"]
        return (file.name, file.read()) if file else None


class CallForm(OwnActForm):
    """How a call ended."""

    outcome = forms.ChoiceField(
        label=gettext_lazy("Outcome"), choices=tuple(OUTCOMES.items()), widget=forms.RadioSelect, initial="ACCEPTED"
    )
    reason = forms.ChoiceField(
        label=gettext_lazy("Reason for declining"),
        required=False,
        choices=(("", "—"), *DeclineReason.choices),
        help_text=gettext_lazy("Conflict and illness cost nothing; everything else counts."),
    )
    words = forms.CharField(label=gettext_lazy("Remark"), required=False, max_length=300, widget=textarea(2))
    gives_up = forms.BooleanField(
        label=gettext_lazy("Give up: nobody answered twice, call the next one"), required=False
    )


class Call(SeatStep):
    """Log a telephone call; accepting or declining is entered in the same step (代录)."""

    title, submit_label = gettext_lazy("Log a call"), gettext_lazy("Log the call")
    form_class = CallForm

    def consequences(self) -> Sequence[StrOrPromise]:
        """Say who is called, and that neither firm nor unit is named."""
        return [_("%(name)s is called. Name neither the firm nor the unit before he accepts.") % {"name": self.name}]

    def act(self, form: CallForm) -> str:
        """Log it."""
        given = form.cleaned_data
        reason = DeclineReason(given["reason"]) if given["reason"] else None
        seat = self.object
        log_call(
            assignment=seat,
            outcome=given["outcome"],
            words=given["words"],
            reason=reason,
            gives_up=given["gives_up"],
            act=form.scan(),
            by=self.user,
            at=self.now,
        )
        return _("The call is logged.")


class DeclareForm(OwnActForm):
    """What was declared."""

    has_conflict = forms.TypedChoiceField(
        label=gettext_lazy("Declared"),
        choices=(("no", gettext_lazy("no conflict of interest")), ("yes", gettext_lazy("a conflict of interest"))),
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
        initial="no",
    )
    words = forms.CharField(label=gettext_lazy("Which conflict"), required=False, max_length=500, widget=textarea(3))


class DeclareFor(SeatStep):
    """Enter a declaration that came on paper or by telephone (代录)."""

    title, submit_label = gettext_lazy("Enter the declaration"), gettext_lazy("Enter the declaration")
    form_class = DeclareForm

    def consequences(self) -> Sequence[StrOrPromise]:
        """Say what a conflict does."""
        return [_("A conflict gives the seat free; the next of the same list is called.")]

    def act(self, form: DeclareForm) -> str:
        """Enter it."""
        given = form.cleaned_data
        declare(
            assignment=self.object,
            has_conflict=given["has_conflict"],
            words=given["words"],
            by=self.user,
            at=self.now,
            act=form.scan(),
        )
        return _("The declaration is entered.")


class RecuseForm(OwnActForm):
    """Which conflict was found."""

    words = forms.CharField(label=gettext_lazy("Which conflict"), max_length=300, widget=textarea(3))


class Recuse(SeatStep):
    """Enter that somebody steps back for a conflict, at any moment, by the scan of his own letter."""

    title, submit_label, danger = gettext_lazy("Recuse"), gettext_lazy("Recuse, and give the seat free"), True
    form_class = RecuseForm

    def consequences(self) -> Sequence[StrOrPromise]:
        """Say what happens to the opinion."""
        return [
            _("%(name)s leaves the panel. What he has written is kept and no longer counts.") % {"name": self.name},
            _("He must say so himself. A conflict that others found is reported instead; it is heard and decided."),
            _("The next of the same list is called; everybody else keeps his seat."),
            *self._of_the_rating(),
        ]

    def _of_the_rating(self) -> list[StrOrPromise]:
        """Say what becomes of a rating that was computed from his opinion, and of its published copy."""
        seat: Assignment = self.object
        if seat.re_review is None or not rests_on(seat.re_review):
            return []
        return [
            _("The confirmed rating rests on his opinion: it is kept as it stands, opened again and computed anew."),
            _("Where it is published, a notice of correction takes the place of the copy at once; it names nobody."),
        ]

    def act(self, form: RecuseForm) -> str:
        """Take him off."""
        words = form.cleaned_data["words"]
        step_back(assignment=self.object, words=words, by=self.user, at=self.now, act=form.scan())
        return _("The seat is free. Call the next of the list.")


class PresenceForm(ActionForm):
    """How the member came, by the sheet."""

    state = forms.ChoiceField(
        label=gettext_lazy("How the member came"), choices=PresenceState.choices, widget=forms.RadioSelect
    )
    words = forms.CharField(
        label=gettext_lazy("Remark"),
        required=False,
        max_length=300,
        widget=textarea(2),
        help_text=gettext_lazy("When, and why; who came instead. Not needed for who came in time."),
    )
    is_excused = forms.BooleanField(label=gettext_lazy("Excused: costs nothing"), required=False)
    sheet = forms.FileField(
        label=gettext_lazy("Scan of the signed sheet"),
        required=False,
        widget=upload(FILES),
        help_text=gettext_lazy("Needed where somebody stayed away or sent somebody else."),
    )


class NotePresence(SeatStep):
    """Note how a member came to the meeting."""

    title, submit_label = gettext_lazy("Note who came"), gettext_lazy("Note it")
    form_class = PresenceForm

    def consequences(self) -> Sequence[StrOrPromise]:
        """Say what staying away does."""
        return [
            _("Whoever stayed away or sent somebody else loses the seat; the next of the list is called."),
            _("It counts as a decline unless it is excused. Nobody sits for another."),
        ]

    def act(self, form: PresenceForm) -> str:
        """Note it."""
        given = form.cleaned_data
        file = given["sheet"]
        note_member(
            assignment=self.object,
            state=PresenceState(given["state"]),
            words=given["words"],
            is_excused=given["is_excused"],
            sheet=(file.name, file.read()) if file else None,
            by=self.user,
            at=self.now,
        )
        return _("Noted.")


class Leader(SeatStep):
    """Make a member the leader of his panel."""

    title, submit_label = gettext_lazy("Name the leader of the panel"), gettext_lazy("Name the leader")

    def consequences(self) -> Sequence[StrOrPromise]:
        """Say who leads from now on."""
        return [_("%(name)s leads the panel and drafts its opinion.") % {"name": self.name}]

    def act(self, form: Any) -> str:  # noqa: ANN401, ARG002 - nothing to fill in
        """Name him."""
        name_leader(assignment=self.object, by=self.user, on=self.today)
        return _("%(name)s leads the panel.") % {"name": self.name}


class GuestForm(ActionForm):
    """A guest for this one review."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=40)
    id_number = forms.CharField(label=gettext_lazy("ID number"), max_length=18)
    phone = forms.CharField(label=gettext_lazy("Telephone"), max_length=20)
    expert_title = forms.CharField(label=gettext_lazy("Title"), max_length=60)
    level = forms.ChoiceField(label=gettext_lazy("Level of the title"), choices=TitleLevel.choices, initial="SENIOR")
    body = forms.CharField(label=gettext_lazy("Works for"), max_length=120)
    works_since = forms.DateField(label=gettext_lazy("Works there since"), widget=day())
    reason = forms.CharField(label=gettext_lazy("Why a guest is needed"), max_length=300, widget=textarea(2))


class GuestAdd(ReReviewStep):
    """Ask an expert from outside the pool for this one review."""

    title, submit_label = gettext_lazy("Ask a guest expert"), gettext_lazy("Seat the guest")
    form_class = GuestForm

    def consequences(self) -> Sequence[StrOrPromise]:
        """Say what a guest is."""
        return [_("The guest sits on this panel only, declares like everybody, and does not enter the pool.")]

    def act(self, form: GuestForm) -> str:
        """Seat the guest with his employment."""
        given, review = form.cleaned_data, self.object
        person = register_persons(
            bureau=review.bureau,
            drafts=[PersonDraft(given["name"], given["id_number"], given["phone"])],
            by=self.user,
            on=self.today,
        )[0]
        body = register_organisations(
            bureau=review.bureau,
            drafts=[OrganisationDraft(given["body"], OrganisationKind.OTHER, uscc_absent_reason=_("guest’s employer"))],
            by=self.user,
            on=self.today,
        )[0]
        record_employments(drafts=[EmploymentDraft(person, body, given["works_since"])], by=self.user, on=self.today)
        draft = ExpertDraft(
            person,
            given["expert_title"],
            TitleLevel(given["level"]),
            source=ExpertSource.GUEST,
            guest_for=review.number,
            works_since=given["works_since"],
        )
        add_guest(re_review=review, draft=draft, reason=given["reason"], by=self.user, on=self.today)
        return _("The guest is seated. Call him now.")


urls = [
    path("seats/<int:pk>/notify/", Notify.as_view(), name="seat-notify"),
    path("re-reviews/<str:number>/notify/", PanelNotify.as_view(), name="re-review-notify"),
    path("seats/<int:pk>/call/", Call.as_view(), name="call"),
    path("seats/<int:pk>/declaration/", DeclareFor.as_view(), name="declare-for"),
    path("seats/<int:pk>/recuse/", Recuse.as_view(), name="recuse"),
    path("seats/<int:pk>/presence/", NotePresence.as_view(), name="note-presence"),
    path("seats/<int:pk>/leader/", Leader.as_view(), name="panel-leader"),
    path("re-reviews/<str:number>/guest/", GuestAdd.as_view(), name="guest-add"),
]
