"""A batch is prepared: its re-reviews and their fields, what it aims at, who is named or kept away."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.http import Http404
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assignments.enums import PairKind
from assignments.models import BatchPair, BatchTask, ReReviewTask
from assignments.selectors.batches import free_re_reviews, pairs_of, pool_of, tasks_of
from assignments.services import batches
from experts.models import Expert
from faces.pages.bureau.batch_steps import BatchStep
from faces.pages.bureau.draw_setup import NO_NODE, NOBODY, NodeField, PersonField
from faces.pages.bureau.draw_terms import SourcesForm
from faces.pages.shared.actions import ActionForm, FormPage
from faces.pages.shared.choices import RowsField
from faces.pages.shared.delivery_forms import textarea
from foundation.accounts.enums import Capability
from foundation.accounts.selectors import colleagues_of, colleagues_who_may
from foundation.taxonomy.enums import TreeKind
from foundation.taxonomy.selectors import tree

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.models import QuerySet
    from django_stubs_ext import StrOrPromise

    from foundation.accounts.models import User


class ReviewsField(RowsField[ReReviewTask]):
    """Re-reviews to tick, by number, title and size."""

    def label_from_instance(self, obj: ReReviewTask) -> str:
        """Show number, title and seats."""
        words = _("%(number)s %(title)s, %(seats)d seats")
        return words % {"number": obj.number, "title": obj.evaluation.title, "seats": obj.panel_size}


class ExpertField(forms.ModelChoiceField[Expert]):
    """An expert of the pool, by name and number."""

    def label_from_instance(self, obj: Expert) -> str:
        """Show name and number."""
        return f"{obj.person.name}（{obj.number}）"


class MakingForm(SourcesForm):
    """What every new batch needs: a title, the field, who takes part, what decides."""

    title = forms.CharField(label=gettext_lazy("Title"), max_length=120)
    node = NodeField(
        label=gettext_lazy("Field of the experts"),
        queryset=NO_NODE,
        empty_label=gettext_lazy("Choose"),
        help_text=gettext_lazy("For all of them at first; each can be given its own on the next page."),
    )
    witness = PersonField(
        label=gettext_lazy("Witness"),
        queryset=NOBODY,
        empty_label=gettext_lazy("Choose"),
        help_text=gettext_lazy("A person of supervision: makes the second nonce on a device of its own."),
    )

    third = PersonField(
        label=gettext_lazy("Third party"),
        queryset=NOBODY,
        required=False,
        empty_label=gettext_lazy("nobody"),
        help_text=gettext_lazy("Somebody of another section, who then would have to collude, too."),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:  # noqa: ANN401 - Django's arguments
        """Offer the tree, and who may take part."""
        today = kwargs.pop("on")
        super().__init__(*args, **kwargs)
        offers: dict[str, QuerySet[Any]] = {
            "witness": colleagues_who_may(user, Capability.WITNESS, on=today).prefetch_related("grants__section"),
            "third": colleagues_of(user, on=today).prefetch_related("grants__section"),
        }
        if user.bureau is not None:
            offers["node"] = tree(user.bureau, TreeKind.SPECIALTY)
        for name, rows in offers.items():
            choice = self.fields[name]
            if isinstance(choice, forms.ModelChoiceField):
                choice.queryset = rows


class NewBatchForm(MakingForm):
    """The same, and which re-reviews."""

    re_reviews = ReviewsField(
        label=gettext_lazy("Re-reviews without a panel"),
        queryset=ReReviewTask.objects.none(),
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:  # noqa: ANN401 - Django's arguments
        """Offer what is free."""
        super().__init__(*args, user=user, **kwargs)
        choice = self.fields["re_reviews"]
        if isinstance(choice, forms.ModelChoiceField):
            choice.queryset = free_re_reviews(user)


class BatchMaking(FormPage):
    """Prepare a batch; afterwards to its page."""

    audience: ClassVar[str] = "bureau"
    needs: ClassVar[Capability | tuple[Capability, ...]] = Capability.DRAW
    made = ""

    def get_form_kwargs(self) -> dict[str, Any]:
        """Say who asks, and when."""
        return super().get_form_kwargs() | {"user": self.user, "on": self.today}

    def get_initial(self) -> dict[str, Any]:
        """Begin with the only witness there is."""
        people = list(colleagues_who_may(self.user, Capability.WITNESS, on=self.today)[:2])
        return {"witness": people[0] if len(people) == 1 else None}

    def consequences(self) -> Sequence[StrOrPromise]:
        """Say what follows."""
        return [
            _("You are the operator. Nothing is decided yet: first look at the forecast, then freeze."),
            _("While the batch is not void, these panels are filled by it alone."),
        ]

    def get_success_url(self) -> str:
        """Go to the batch, or back to the list."""
        return reverse("pages:batch", args=[self.made]) if self.made else reverse("pages:batches")


class BatchNew(BatchMaking):
    """Prepare a batch of re-reviews that are open."""

    title, form_class = gettext_lazy("Prepare a batch assignment"), NewBatchForm
    template_name, submit_label = "bureau/batch_new.html", gettext_lazy("Prepare the batch")

    def act(self, form: NewBatchForm) -> str:
        """Prepare it."""
        given = form.cleaned_data
        batch = batches.prepare(
            title=given["title"],
            fields=dict.fromkeys(given["re_reviews"], given["node"]),
            witness=given["witness"],
            third=given["third"],
            sources=form.sources(),
            by=self.user,
            on=self.today,
        )
        self.made = batch.number
        return _("The batch %(number)s is prepared.") % {"number": batch.number}


class BatchFloor(BatchStep):
    """Say whether the worst fitted re-review comes before the total fit; each call turns it over."""

    title, submit_label = gettext_lazy("What the batch aims at"), gettext_lazy("Change it")

    def consequences(self) -> Sequence[StrOrPromise]:
        """Say what changes."""
        if self.object.evens_out:
            return [_("Now the worst fitted re-review comes first. After this only the total fit counts.")]
        return [
            _("Now only the total fit counts. After this the worst fitted re-review gets as much as possible first."),
            _("With a chance cap this holds for the expectation; the record says which floor holds for every sample."),
        ]

    def act(self, _form: ActionForm) -> str:
        """Turn it over."""
        batches.choose_floor(batch=self.object, evens_out=not self.object.evens_out, by=self.user, on=self.today)
        return _("It is changed. Look at the forecast again.")


class QuotaForm(ActionForm):
    """How many seats one employer takes at most."""

    employer_quota = forms.IntegerField(
        label=gettext_lazy("Seats of one employer in the whole batch, at most"),
        required=False,
        min_value=1,
        max_value=999,
        help_text=gettext_lazy("Empty: no limit besides the one on each panel."),
    )


class BatchQuota(BatchStep):
    """Say how many seats of the whole batch the people of one employer take at most."""

    title, form_class = gettext_lazy("Limit an employer’s share"), QuotaForm
    submit_label = gettext_lazy("Change it")

    def get_initial(self) -> dict[str, Any]:
        """Begin with what holds."""
        return {"employer_quota": self.object.employer_quota}

    def consequences(self) -> Sequence[StrOrPromise]:
        """Say when it holds."""
        return [_("The limit holds in every sample and in later replacements, and stands in the record.")]

    def act(self, form: QuotaForm) -> str:
        """Keep it."""
        quota = form.cleaned_data["employer_quota"]
        batches.choose_quota(batch=self.object, employer_quota=quota, by=self.user, on=self.today)
        return _("It is changed. Look at the forecast again.")


class FieldForm(ActionForm):
    """The field of one re-review; perhaps some of its seats are for a second one."""

    node = NodeField(label=gettext_lazy("Field of the experts"), queryset=NO_NODE)
    second = NodeField(
        label=gettext_lazy("Second field"),
        queryset=NO_NODE,
        required=False,
        empty_label=gettext_lazy("none: every seat is for the first"),
    )
    second_seats = forms.IntegerField(
        label=gettext_lazy("Seats for the second field"), required=False, min_value=0, max_value=50
    )

    def __init__(self, *args: Any, nodes: QuerySet[Any], **kwargs: Any) -> None:  # noqa: ANN401 - Django's arguments
        """Offer the tree."""
        super().__init__(*args, **kwargs)
        for name in ("node", "second"):
            choice = self.fields[name]
            if isinstance(choice, forms.ModelChoiceField):
                choice.queryset = nodes


class TaskStep(BatchStep):
    """Something said of one re-review of a batch."""

    @cached_property
    def task(self) -> BatchTask:
        """The re-review that the address names; 404 for none of the batch."""
        found = next((row for row in tasks_of(self.object) if row.place == self.kwargs["place"]), None)
        if found is None:
            raise Http404
        found.batch = self.object
        return found

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:  # noqa: ANN401 - as in Django
        """Name the re-review in the title."""
        review = self.task.re_review
        title = f"{self.title}：{review.number} {review.evaluation.title}"
        return super().get_context_data(**({"title": title} | kwargs))


class BatchField(TaskStep):
    """Say which field the experts of one re-review should know."""

    title, form_class = gettext_lazy("Change the field"), FieldForm

    def get_form_kwargs(self) -> dict[str, Any]:
        """Offer the tree."""
        return super().get_form_kwargs() | {"nodes": tree(self.object.bureau, TreeKind.SPECIALTY)}

    def get_initial(self) -> dict[str, Any]:
        """Begin with the present fields."""
        second = self.task.seats[1] if self.task.seats else {"node": None, "count": None}
        return {"node": self.task.node, "second": second["node"], "second_seats": second["count"]}

    def consequences(self) -> Sequence[StrOrPromise]:
        """Say what typed seats mean."""
        return [
            _("%(n)d seats. With a second field each seat is for one field; an expert who knows both takes either.")
            % {"n": self.task.re_review.panel_size},
            _("The forecast says so if such seats and the greatest chance of a pair (R-48) cannot both be promised."),
        ]

    def act(self, form: FieldForm) -> str:
        """Say it."""
        given = form.cleaned_data
        batches.ask_field(
            task=self.task, node=given["node"], second=given["second"], second_seats=given["second_seats"] or 0,
            by=self.user, on=self.today,
        )  # fmt: skip
        return _("The field is changed.")


class PairForm(ActionForm):
    """Whom, how and why."""

    expert = ExpertField(label=gettext_lazy("Expert"), queryset=Expert.objects.none())
    kind = forms.ChoiceField(label=gettext_lazy("How"), choices=PairKind.choices, widget=forms.RadioSelect)
    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=300, widget=textarea(3))

    def __init__(self, *args: Any, pool: QuerySet[Expert], **kwargs: Any) -> None:  # noqa: ANN401 - Django's arguments
        """Offer the pool."""
        super().__init__(*args, **kwargs)
        choice = self.fields["expert"]
        if isinstance(choice, forms.ModelChoiceField):
            choice.queryset = pool


class BatchPairNew(TaskStep):
    """Name an expert for a re-review, or keep him from it."""

    title, form_class = gettext_lazy("Name or keep away"), PairForm

    def get_form_kwargs(self) -> dict[str, Any]:
        """Offer the pool."""
        return super().get_form_kwargs() | {"pool": pool_of(self.object)}

    def consequences(self) -> Sequence[StrOrPromise]:
        """Say what it counts as."""
        return [
            _("Who is named counts as a direct appointment; the reason is approved and stands in the record."),
            _("No rule is set aside: if one says no, the batch cannot be solved and says so."),
        ]

    def act(self, form: PairForm) -> str:
        """Write it."""
        given = form.cleaned_data
        batches.name_pair(
            task=self.task, expert=given["expert"], kind=PairKind(given["kind"]), reason=given["reason"],
            by=self.user, on=self.today,
        )  # fmt: skip
        return _("It is noted.")


class BatchPairDrop(BatchStep):
    """Take back what was said of an expert and a re-review."""

    title, submit_label = gettext_lazy("Take back"), gettext_lazy("Take back")

    def act(self, _form: ActionForm) -> str:
        """Take it back."""
        pair: BatchPair | None = next((row for row in pairs_of(self.object) if row.pk == self.kwargs["pk"]), None)
        if pair is None:
            raise Http404
        batches.drop_pair(pair=pair, by=self.user, on=self.today)
        return _("It is taken back.")


urls = [
    path("batches/new/", BatchNew.as_view(), name="batch-new"),
    path("batches/<str:number>/aim/", BatchFloor.as_view(), name="batch-floor"),
    path("batches/<str:number>/quota/", BatchQuota.as_view(), name="batch-quota"),
    path("batches/<str:number>/tasks/<int:place>/field/", BatchField.as_view(), name="batch-field"),
    path("batches/<str:number>/tasks/<int:place>/named/", BatchPairNew.as_view(), name="batch-pair"),
    path("batches/<str:number>/named/<int:pk>/drop/", BatchPairDrop.as_view(), name="batch-pair-drop"),
]
