"""What an expert does for one task: answer, declare, read, write, hand in, sign. Large type, few steps."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from django import forms
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.generic.base import TemplateView

from assignments.enums import AssignmentStatus, DeclineReason
from assignments.models import Assignment
from assignments.selectors.assignments import own_of
from assignments.selectors.batches import own_letters
from assignments.services.assignments import accept, declare, decline
from assignments.transitions import GONE
from faces.pages.shared import formats
from faces.pages.shared.access import AudiencePage
from faces.pages.shared.actions import ActionForm, ActionView
from faces.pages.shared.delivery_forms import textarea
from foundation.accounts.enums import Capability
from foundation.core import clock
from reviews.models import ExpertFeedback, Opinion, PanelOpinion
from reviews.selectors import complete_panels
from reviews.services import (
    answer_feedback,
    draft_panel_opinion,
    sign_panel_opinion,
    step_back,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.models import QuerySet
    from django_stubs_ext import StrOrPromise

HUNDRED = 100
READING = frozenset({AssignmentStatus.DECLARED, AssignmentStatus.SERVING, AssignmentStatus.SIGNED})


def seats_of(page: AudiencePage) -> QuerySet[Assignment]:
    """Return the seats of the expert behind the page, told ones only."""
    rows = own_of(page.user).filter(re_review__isnull=False)
    return rows.select_related("re_review__evaluation__unit__organisation", "expert__person", "bureau")


class ExpertHome(AudiencePage, TemplateView):
    """What waits for the expert."""

    audience, needs = "expert", Capability.EXPERT_DESK
    template_name = "expert/home.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:  # noqa: ANN401
        """Return what is to answer, to write, to sign, and what is done."""
        seats = list(seats_of(self).exclude(status__in=GONE).order_by("re_review__due_on", "pk"))
        reviews = [seat.re_review_id for seat in seats]
        opinions = {
            row.assignment_id: row for row in Opinion.objects.filter(assignment__in=[seat.pk for seat in seats])
        }
        drafted = set(PanelOpinion.objects.filter(re_review__in=reviews).values_list("re_review_id", flat=True))
        signed = set(
            PanelOpinion.objects.filter(signatures__assignment__in=[seat.pk for seat in seats]).values_list(
                "re_review_id", flat=True
            )
        )
        feedback = ExpertFeedback.objects.filter(assignment__in=[seat.pk for seat in seats], answered_on=None)
        complete = complete_panels(reviews)
        letters = {seat["assignment"]: letter.pk for letter in own_letters(self.user) for seat in letter.seats}
        lines = [
            self._line(seat, opinions.get(seat.pk), drafted, signed, complete) | {"letter": letters.get(seat.pk)}
            for seat in seats
        ]
        found = {
            "title": self._title(sum(1 for line in lines if line["url"])),
            "waiting": [line for line in lines if line["url"]],
            "others": [line for line in lines if not line["url"]],
            "feedback": list(feedback.select_related("assignment__re_review")),
        }
        return super().get_context_data(**(found | kwargs))

    def _title(self, count: int) -> str:
        if not count:
            return _("%(name)s, nothing waits for you") % {"name": self.user.name}
        words = ngettext("%(name)s, %(count)d thing waits for you", "%(name)s, %(count)d things wait for you", count)
        return words % {"name": self.user.name, "count": count}

    def _line(
        self, seat: Assignment, opinion: Opinion | None, drafted: set[int], signed: set[int], complete: set[int]
    ) -> dict[str, object]:
        review = seat.re_review
        assert review is not None  # noqa: S101 - seats_of() keeps only seats of reviews
        is_open = seat.status in {AssignmentStatus.NOTIFIED, AssignmentStatus.ACCEPTED}
        title = review.get_kind_display() if is_open else review.evaluation.title
        url, word = "", _("Nothing to do at the moment.")
        if seat.status == AssignmentStatus.NOTIFIED:
            url, word = reverse("pages:seat-answer", args=[seat.pk]), _("Say whether you come")
        elif seat.status == AssignmentStatus.ACCEPTED:
            url, word = reverse("pages:seat-declare", args=[seat.pk]), _("Declare your interests")
        elif seat.status in READING and review.status in {"REVIEWING", "DONE"}:
            if opinion is None or opinion.status in {"DRAFT", "RETURNED"}:
                url, word = reverse("pages:reader", args=[seat.pk]), _("Read the report and write your opinion")
            elif review.pk in drafted and review.pk not in signed:
                url, word = reverse("pages:panel-sign", args=[seat.pk]), _("Sign the opinion of the panel")
            elif seat.is_leader and review.status == "REVIEWING" and review.pk not in drafted:
                if review.pk in complete:
                    url, word = reverse("pages:panel-write", args=[seat.pk]), _("Draft the opinion of the panel")
                else:
                    word = _("Your opinion is in. The panel waits for its other members.")
            elif review.pk not in drafted:
                word = _("Your opinion is in. The panel waits for its other members.")
        elif seat.status == AssignmentStatus.DECLARED:
            word = _("The review has not begun yet.")
        own = reverse("pages:reader", args=[seat.pk]) if opinion is not None and seat.status in READING else ""
        over = review.due_on < self.today
        due = {"when": review.due_on.day, "under": formats.month(review.due_on), "is_over": over}
        return {"seat": seat, "review": review, "title": title, "url": url, "word": word, "own": own, **due}


class SeatPage(ActionView):
    """A step about one's own seat; afterwards home."""

    audience, needs = "expert", Capability.EXPERT_DESK

    def rows(self) -> QuerySet[Assignment]:
        """Return the expert's own seats."""
        return seats_of(self).exclude(status__in=GONE)

    def object_url(self) -> str:
        """Return the expert's home."""
        return reverse("pages:expert-home")


class AnswerForm(ActionForm):
    """Come or not, and why not."""

    answer = forms.ChoiceField(
        label=gettext_lazy("Your answer"),
        choices=(("yes", gettext_lazy("I come")), ("no", gettext_lazy("I cannot come"))),
        widget=forms.RadioSelect,
        initial="yes",
    )
    reason = forms.ChoiceField(
        label=gettext_lazy("Why not"),
        required=False,
        choices=(("", "—"), *DeclineReason.choices),
        help_text=gettext_lazy("A conflict of interest or illness costs nothing."),
    )
    words = forms.CharField(label=gettext_lazy("Remark"), required=False, max_length=300, widget=textarea(2))


class SeatAnswer(SeatPage):
    """Accept or decline."""

    title, submit_label = gettext_lazy("Say whether you come"), gettext_lazy("Send the answer")
    form_class = AnswerForm
    template_name = "expert/step.html"

    def consequences(self) -> Sequence[StrOrPromise]:
        """Say when and where, and that the names follow."""
        review = self.object.re_review
        when = formats.day(review.meets_on, with_year=True) if review.meets_on else ""
        found = [_("Due on %(day)s.") % {"day": formats.day(review.due_on, with_year=True)}]
        if when:
            found.insert(0, _("The panel meets on %(day)s, %(place)s.") % {"day": when, "place": review.place})
        return [*found, _("Firm and unit are named after you have accepted; then you declare your interests.")]

    def act(self, form: AnswerForm) -> str:
        """Answer."""
        given = form.cleaned_data
        if given["answer"] == "yes":
            accept(assignment=self.object, by=self.user, at=clock.now())
            return _("Thank you. Please declare your interests now.")
        decline(
            assignment=self.object,
            reason=DeclineReason(given["reason"] or DeclineReason.OTHER),
            words=given["words"],
            by=self.user,
            at=clock.now(),
        )
        return _("Your answer is with the bureau.")


class DeclareForm(ActionForm):
    """Whether there is a conflict."""

    has_conflict = forms.TypedChoiceField(
        label=gettext_lazy("I declare"),
        choices=(
            ("no", gettext_lazy("no relation to the unit, the firm or their people")),
            ("yes", gettext_lazy("a relation, and I step back")),
        ),
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
    )
    words = forms.CharField(label=gettext_lazy("Which relation"), required=False, max_length=500, widget=textarea(3))


class SeatDeclare(SeatPage):
    """Declare interests, knowing unit and firm."""

    title, submit_label = gettext_lazy("Declare your interests"), gettext_lazy("Declare")
    form_class = DeclareForm
    template_name = "expert/step.html"

    def consequences(self) -> Sequence[StrOrPromise]:
        """Name the task, the unit and the firm."""
        task = self.object.re_review.evaluation
        found = [_("Task: %(title)s") % {"title": task.title}]
        found.append(_("Evaluated unit: %(name)s") % {"name": task.unit.organisation.name})
        seats = Assignment.objects.filter(task=task).exclude(status__in=GONE)
        seat = seats.select_related("firm__organisation").first()
        if seat is not None and seat.firm is not None:
            found.append(_("Evaluating firm: %(name)s") % {"name": seat.firm.organisation.name})
        return found

    def act(self, form: DeclareForm) -> str:
        """Declare."""
        given = form.cleaned_data
        declare(
            assignment=self.object,
            has_conflict=given["has_conflict"],
            words=given["words"],
            by=self.user,
            at=clock.now(),
        )
        return _("Thank you. You are told when the report can be read.")


class RecuseForm(ActionForm):
    """Which relation was found."""

    words = forms.CharField(label=gettext_lazy("Which relation"), max_length=300, widget=textarea(3))


class SeatRecuse(SeatPage):
    """Step back at any moment."""

    title, submit_label, danger = gettext_lazy("Step back"), gettext_lazy("Step back"), True
    form_class = RecuseForm
    template_name = "expert/step.html"

    def consequences(self) -> Sequence[StrOrPromise]:
        """Say what happens."""
        return [_("You leave this panel. What you wrote is kept and no longer counts; it costs you nothing.")]

    def act(self, form: RecuseForm) -> str:
        """Step back."""
        step_back(assignment=self.object, words=form.cleaned_data["words"], by=self.user, at=clock.now())
        return _("You have stepped back. The bureau calls somebody else.")


class PanelForm(ActionForm):
    """What the panel says."""

    words = forms.CharField(label=gettext_lazy("Opinion of the panel"), max_length=4000, widget=textarea(8))


class PanelWrite(SeatPage):
    """The leader drafts the panel's opinion."""

    title, submit_label = gettext_lazy("Draft the opinion of the panel"), gettext_lazy("Put it before the panel")
    form_class = PanelForm
    template_name = "expert/step.html"

    def rows(self) -> QuerySet[Assignment]:
        """Keep the seats of leaders."""
        return super().rows().filter(is_leader=True, status__in=READING)

    def draft_key(self) -> str:
        """Keep half-written words."""
        return f"panel-{self.object.re_review_id}"

    def act(self, form: PanelForm) -> str:
        """Draft it."""
        words = form.cleaned_data["words"]
        draft_panel_opinion(re_review=self.object.re_review, words=words, by=self.user, at=clock.now())
        return _("The opinion waits for the signatures of the panel.")


class SignForm(ActionForm):
    """Agree or dissent."""

    agrees = forms.TypedChoiceField(
        label=gettext_lazy("I"),
        choices=(("yes", gettext_lazy("agree")), ("no", gettext_lazy("dissent"))),
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
        initial="yes",
    )
    dissent = forms.CharField(label=gettext_lazy("Dissent"), required=False, max_length=500, widget=textarea(3))


class PanelSign(SeatPage):
    """Read and sign the panel's opinion."""

    title, submit_label = gettext_lazy("Sign the opinion of the panel"), gettext_lazy("Sign")
    form_class = SignForm
    template_name = "expert/panel_sign.html"

    def rows(self) -> QuerySet[Assignment]:
        """Keep the seats whose panel has an opinion."""
        drafted = PanelOpinion.objects.values("re_review_id")
        return super().rows().filter(status__in=READING, re_review__in=drafted)

    @cached_property
    def panel_opinion(self) -> PanelOpinion:
        """The opinion to sign."""
        return PanelOpinion.objects.get(re_review=self.object.re_review)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:  # noqa: ANN401
        """Return the words."""
        return super().get_context_data(**({"panel_opinion": self.panel_opinion} | kwargs))

    def act(self, form: SignForm) -> str:
        """Sign."""
        given = form.cleaned_data
        sign_panel_opinion(
            panel_opinion=self.panel_opinion,
            assignment=self.object,
            agrees=given["agrees"],
            dissent=given["dissent"],
            by=self.user,
            at=clock.now(),
        )
        return _("You have signed. Thank you.")


class FeedbackForm(ActionForm):
    """The answer."""

    words = forms.CharField(label=gettext_lazy("Your answer"), max_length=500, widget=textarea(3))


class FeedbackAnswer(ActionView):
    """Answer the bureau's feedback, once."""

    audience, needs = "expert", Capability.EXPERT_DESK
    title, submit_label = gettext_lazy("Answer the feedback"), gettext_lazy("Answer")
    form_class = FeedbackForm
    template_name = "expert/step.html"

    def rows(self) -> QuerySet[ExpertFeedback]:
        """Return the feedback on this expert."""
        return ExpertFeedback.objects.filter(assignment__in=seats_of(self))

    def object_url(self) -> str:
        """Return the expert's home."""
        return reverse("pages:expert-home")

    def consequences(self) -> Sequence[StrOrPromise]:
        """Show what was said."""
        row: ExpertFeedback = self.object
        return [_("%(points)d of 100 points. %(words)s") % {"points": row.points, "words": row.words}]

    def act(self, form: FeedbackForm) -> str:
        """Answer."""
        answer_feedback(feedback=self.object, words=form.cleaned_data["words"], by=self.user, on=self.today)
        return _("Your answer stands beside the feedback.")


urls = [
    path("", ExpertHome.as_view(), name="expert-home"),
    path("seats/<int:pk>/answer/", SeatAnswer.as_view(), name="seat-answer"),
    path("seats/<int:pk>/declare/", SeatDeclare.as_view(), name="seat-declare"),
    path("seats/<int:pk>/recuse/", SeatRecuse.as_view(), name="seat-recuse"),
    path("seats/<int:pk>/panel/", PanelWrite.as_view(), name="panel-write"),
    path("seats/<int:pk>/sign/", PanelSign.as_view(), name="panel-sign"),
    path("feedback/<int:pk>/", FeedbackAnswer.as_view(), name="feedback-answer"),
]
