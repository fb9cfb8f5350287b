"""The steps of a re-review: organise it, begin it, stop it."""

from __future__ import annotations

import re
from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any

from django import forms
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assignments.enums import ReReviewKind
from assignments.models import ReReviewTask
from assignments.rules.tasks import usual_review
from assignments.selectors import tasks
from assignments.selectors.assignments import re_reviews_visible_to
from assignments.services.re_reviews import begin, open_re_review, plan_field, stop
from faces.pages.bureau.re_reviews import re_review_url
from faces.pages.shared.actions import ActionForm, ActionView
from faces.pages.shared.choices import NodeField
from faces.pages.shared.delivery_forms import day, textarea
from foundation.accounts.enums import Capability
from foundation.taxonomy.enums import TreeKind
from foundation.taxonomy.models import Node
from foundation.taxonomy.selectors import tree

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.models import QuerySet
    from django_stubs_ext import StrOrPromise

    from assignments.models import EvaluationTask
    from foundation.bureaus.models import Bureau

DAYS_TO_MEET, DAYS_TO_END = 8, 14


class OpenForm(ActionForm):
    """What kind of re-review, how large a panel, when and where."""

    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=ReReviewKind.choices)
    panel_size = forms.TypedChoiceField(
        label=gettext_lazy("Members of the panel"), coerce=int, widget=forms.RadioSelect
    )
    office_members = forms.CharField(
        label=gettext_lazy("Of them from offices"),
        required=False,
        max_length=300,
        widget=textarea(2),
        help_text=gettext_lazy("Names, with commas between them. They sit but do not score; the others are experts."),
    )
    node = NodeField(
        label=gettext_lazy("Field of the experts"),
        queryset=Node.objects.none(),
        required=False,
        empty_label=gettext_lazy("not said yet"),
        help_text=gettext_lazy("The pool is planned by it; the draw or the batch may still divide the seats."),
    )
    meets_on = forms.DateField(label=gettext_lazy("Meets on"), widget=day(), required=False)
    place = forms.CharField(label=gettext_lazy("Meeting place"), required=False, max_length=100)
    by_correspondence = forms.BooleanField(label=gettext_lazy("By letter, without a meeting"), required=False)
    due_on = forms.DateField(label=gettext_lazy("Opinions are due on"), widget=day())

    def clean_office_members(self) -> list[str]:
        """Return the names."""
        return [name.strip() for name in re.split("[,，、;；\n]", self.cleaned_data["office_members"]) if name.strip()]


def offer_tree(form: forms.Form, bureau: Bureau) -> None:
    """Offer the living nodes of the bureau's tree as the field of the experts."""
    choice = form.fields["node"]
    if isinstance(choice, NodeField):
        choice.queryset = tree(bureau, TreeKind.SPECIALTY).select_related("parent__parent")


class ReReviewOpen(ActionView):
    """Organise a re-review of a task."""

    audience, needs, lookup = "bureau", Capability.COMMISSION, "number"
    title, submit_label = gettext_lazy("Organise an expert review"), gettext_lazy("Open the review")
    form_class = OpenForm

    def rows(self) -> QuerySet[EvaluationTask]:
        """Return the visible tasks."""
        return tasks.visible_to(self.user).select_related("bureau")

    @cached_property
    def sizes(self) -> list[int]:
        """The sizes of a panel that the rules of the task allow."""
        return [int(size) for size in tasks.rules_of_task(self.object, self.today).value("panel_sizes")]

    def get_form(self, form_class: Any = None) -> OpenForm:  # noqa: ANN401 - Django's signature
        """Offer the sizes."""
        form: OpenForm = super().get_form(form_class)
        choice = form.fields["panel_size"]
        if isinstance(choice, forms.TypedChoiceField):
            choice.choices = [(size, str(size)) for size in self.sizes]
        offer_tree(form, self.object.bureau)
        return form

    def get_initial(self) -> dict[str, Any]:
        """Propose the usual kind and days."""
        task: EvaluationTask = self.object
        return {
            "kind": usual_review(kind=task.kind, status=task.status),
            "panel_size": self.sizes[0],
            "meets_on": self.today + timedelta(days=DAYS_TO_MEET),
            "due_on": self.today + timedelta(days=DAYS_TO_END),
        }

    def object_url(self) -> str:
        """Return the newest re-review of the task, else the task."""
        row = self.object.re_reviews.order_by("-pk").first()
        return re_review_url(row) if row else reverse("pages:task", args=[self.object.number])

    def act(self, form: OpenForm) -> str:
        """Open it."""
        given = form.cleaned_data
        row = open_re_review(
            task=self.object,
            kind=ReReviewKind(given["kind"]),
            panel_size=given["panel_size"] - len(given["office_members"]),
            office_members=given["office_members"],
            due_on=given["due_on"],
            meets_on=given["meets_on"],
            place=given["place"],
            node=given["node"],
            by_correspondence=given["by_correspondence"],
            by=self.user,
            on=self.today,
        )
        return _("The review %(number)s is open. Seat its panel now.") % {"number": row.number}


class ReReviewStep(ActionView):
    """A step of a re-review; afterwards back to its page."""

    audience, needs, lookup = "bureau", Capability.COMMISSION, "number"

    def rows(self) -> QuerySet[ReReviewTask]:
        """Return the visible re-reviews."""
        return re_reviews_visible_to(self.user).select_related("evaluation", "bureau")

    def object_url(self) -> str:
        """Return the page."""
        return re_review_url(self.object)


class FieldForm(ActionForm):
    """Which field."""

    node = NodeField(
        label=gettext_lazy("Field of the experts"), queryset=Node.objects.none(), empty_label=gettext_lazy("Choose")
    )


class ReReviewField(ReReviewStep):
    """Say which field the experts of the panel should know."""

    title, submit_label, form_class = gettext_lazy("Plan the field of the experts"), gettext_lazy("Save"), FieldForm

    def get_form(self, form_class: Any = None) -> FieldForm:  # noqa: ANN401 - Django's signature
        """Offer the tree."""
        form: FieldForm = super().get_form(form_class)
        offer_tree(form, self.object.bureau)
        return form

    def get_initial(self) -> dict[str, Any]:
        """Begin with what was planned."""
        return {"node": self.object.node_id}

    def act(self, form: FieldForm) -> str:
        """Plan it."""
        node = form.cleaned_data["node"]
        plan_field(re_review=self.object, node=node, by=self.user, on=self.today)
        return _("Planned: experts of %(name)s.") % {"name": node.name}


class ReReviewBegin(ReReviewStep):
    """Begin the review."""

    title, submit_label = gettext_lazy("Begin the review"), gettext_lazy("Begin the review")

    def consequences(self) -> Sequence[StrOrPromise]:
        """Say what the members may do then."""
        words = _("Every member can read the report and write; nobody sees another’s opinion before his own is in.")
        return [words]

    def act(self, form: Any) -> str:  # noqa: ANN401, ARG002 - nothing to fill in
        """Begin."""
        begin(re_review=self.object, by=self.user, on=self.today)
        return _("The review has begun.")


class StopForm(ActionForm):
    """Why it is stopped."""

    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=300, widget=textarea(3))


class ReReviewStop(ReReviewStep):
    """Stop the review."""

    title, submit_label, danger = gettext_lazy("Stop the review"), gettext_lazy("Stop the review"), True
    form_class = StopForm

    def act(self, form: StopForm) -> str:
        """Stop it."""
        stop(re_review=self.object, reason=form.cleaned_data["reason"], by=self.user, on=self.today)
        return _("The review is stopped.")


urls = [
    path("tasks/<str:number>/re-review/", ReReviewOpen.as_view(), name="re-review-open"),
    path("re-reviews/<str:number>/field/", ReReviewField.as_view(), name="re-review-field"),
    path("re-reviews/<str:number>/begin/", ReReviewBegin.as_view(), name="re-review-begin"),
    path("re-reviews/<str:number>/stop/", ReReviewStop.as_view(), name="re-review-stop"),
]
