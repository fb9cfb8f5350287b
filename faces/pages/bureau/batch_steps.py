"""What is done to a batch: prepare it, name or keep away, look, freeze, commit, show, submit, tell, replace, void."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.http import Http404
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from assignments.enums import BatchStatus, PairKind, PartyRole
from assignments.models import BatchPair, BatchTask, ReReviewTask
from assignments.selectors.batches import free_re_reviews, pairs_of, pool_of, tasks_of, visible_to
from assignments.services import batches
from experts.models import Expert
from faces.pages.bureau.draw_setup import NO_NODE, NOBODY, NodeField, PersonField
from faces.pages.bureau.draw_steps import CommitForm, RevealForm
from faces.pages.shared.actions import ActionForm, ActionView, FormPage
from faces.pages.shared.choices import RowsField
from faces.pages.shared.delivery_forms import textarea
from faces.pages.shared.objects import OneObject
from foundation.accounts.enums import Capability
from foundation.accounts.selectors import colleagues_who_may
from foundation.core import clock
from foundation.taxonomy.enums import TreeKind
from foundation.taxonomy.selectors import tree

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from django.db.models import QuerySet
    from django_stubs_ext import StrOrPromise

    from assignments.models import AssignmentBatch
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


class NewBatchForm(ActionForm):
    """Which re-reviews, which field, who witnesses."""

    title = forms.CharField(label=gettext_lazy("Title"), max_length=120)
    re_reviews = ReviewsField(
        label=gettext_lazy("Re-reviews without a panel"),
        queryset=ReReviewTask.objects.none(),
        widget=forms.CheckboxSelectMultiple,
    )
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

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:  # noqa: ANN401 - Django's arguments
        """Offer what is free, the tree, and who may witness."""
        today = kwargs.pop("on")
        super().__init__(*args, **kwargs)
        offers: dict[str, QuerySet[Any]] = {
            "re_reviews": free_re_reviews(user),
            "witness": colleagues_who_may(user, Capability.WITNESS, on=today).prefetch_related("grants__section"),
        }
        if user.bureau is not None:
            offers["node"] = tree(user.bureau, TreeKind.SPECIALTY)
        for name, rows in offers.items():
            choice = self.fields[name]
            if isinstance(choice, forms.ModelChoiceField):
                choice.queryset = rows


class BatchNew(FormPage):
    """Prepare a batch; afterwards to its page."""

    audience, needs = "bureau", Capability.DRAW
    title, form_class = gettext_lazy("Prepare a batch assignment"), NewBatchForm
    template_name, submit_label = "bureau/batch_new.html", gettext_lazy("Prepare the batch")
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

    def act(self, form: NewBatchForm) -> str:
        """Prepare it."""
        given = form.cleaned_data
        batch = batches.prepare(
            title=given["title"],
            fields=dict.fromkeys(given["re_reviews"], given["node"]),
            witness=given["witness"],
            by=self.user,
            on=self.today,
        )
        self.made = batch.number
        return _("The batch %(number)s is prepared.") % {"number": batch.number}


class BatchObject(OneObject):
    """Find the batch that the address names."""

    audience, needs, lookup = "bureau", Capability.READ_DESK, "number"

    def rows(self) -> QuerySet[AssignmentBatch]:
        """Return the visible batches."""
        return visible_to(self.user).select_related("bureau")


class BatchStep(BatchObject, ActionView):
    """Something done to a batch; afterwards back to its page."""

    needs = Capability.DRAW

    def object_url(self) -> str:
        """Return the batch's page."""
        return reverse("pages:batch", args=[self.object.number])

    @property
    def now(self) -> datetime:
        """The moment of this request: ``at=`` of the domain call."""
        return clock.now()


class BatchLook(BatchStep):
    """Solve without freezing: the forecast."""

    title, submit_label = gettext_lazy("Look at the forecast"), gettext_lazy("Look now")
    freezes: ClassVar[bool] = False

    def consequences(self) -> Sequence[StrOrPromise]:
        """Say that looks are counted."""
        return [_("Each look is written to the journal, and their number stands in the frozen list.")]

    def act(self, _form: ActionForm) -> str:
        """Send it to the job."""
        batches.start(batch=self.object, by=self.user, at=self.now, freezes=self.freezes)
        return _("The batch is being solved.")


class BatchFreeze(BatchLook):
    """Solve and freeze: the commitment is fixed."""

    title, submit_label, danger = gettext_lazy("Solve and freeze"), gettext_lazy("Solve and freeze"), True
    freezes = True

    def consequences(self) -> Sequence[StrOrPromise]:
        """Say what cannot be changed afterwards."""
        return [
            _("Re-reviews, fields, who is named and every chance are fixed, before any seed is known."),
            _("If the seats cannot be filled, nothing is frozen and the page says why."),
        ]


class FieldForm(ActionForm):
    """The field of one re-review."""

    node = NodeField(label=gettext_lazy("Field of the experts"), queryset=NO_NODE)

    def __init__(self, *args: Any, nodes: QuerySet[Any], **kwargs: Any) -> None:  # noqa: ANN401 - Django's arguments
        """Offer the tree."""
        super().__init__(*args, **kwargs)
        choice = self.fields["node"]
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
        """Begin with the present field."""
        return {"node": self.task.node}

    def act(self, form: FieldForm) -> str:
        """Say it."""
        batches.ask_field(task=self.task, node=form.cleaned_data["node"], by=self.user, on=self.today)
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


class PartyStep(BatchStep):
    """A step of one party: the page knows which."""

    needs = Capability.READ_DESK

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:  # noqa: ANN401 - as in Django
        """Add the party's own row and the name under which it commits."""
        mine = self.object.parties.select_related("user").filter(user=self.user).first()
        found = {"batch": self.object, "mine": mine, "party_id": mine.role.lower() if mine else ""}
        return super().get_context_data(**(found | kwargs))


class BatchCommit(PartyStep):
    """Hand in the commitment of a nonce that stays with its maker."""

    title, form_class = gettext_lazy("Hand in the commitment"), CommitForm
    template_name, submit_label = "bureau/batch_commit.html", gettext_lazy("Hand in the commitment")

    def act(self, form: CommitForm) -> str:
        """Take it."""
        batches.commit(batch=self.object, commitment=form.cleaned_data["commitment"], by=self.user, at=self.now)
        return _("The commitment is taken. Keep the nonce until it is asked for.")


class BatchReveal(PartyStep):
    """Show the nonce; the last one draws."""

    title, form_class, danger = gettext_lazy("Show the nonce"), RevealForm, True
    template_name, submit_label = "bureau/batch_reveal.html", gettext_lazy("Show the nonce")

    def act(self, form: RevealForm) -> str:
        """Take it."""
        batch = batches.reveal(batch=self.object, nonce=form.cleaned_data["nonce"], by=self.user, at=self.now)
        return _("The batch is drawn.") if batch.status == BatchStatus.DRAWN else _("The nonce is shown.")


class BatchSubmit(BatchStep):
    """Put the drawn batch before who approves."""

    title, submit_label = gettext_lazy("Submit for approval"), gettext_lazy("Submit for approval")

    def consequences(self) -> Sequence[StrOrPromise]:
        """Say what the approval does."""
        return [
            _("When it is agreed, everybody is seated at once."),
            _("Whoever may not serve any more by then is replaced by the same record."),
        ]

    def act(self, _form: ActionForm) -> str:
        """Submit it."""
        batches.submit_batch(batch=self.object, by=self.user, on=self.today)
        return _("The batch is under approval.")


class BatchNotify(BatchStep):
    """Tell everybody together."""

    needs, title = Capability.COMMISSION, gettext_lazy("Tell everybody")
    submit_label = gettext_lazy("Tell everybody")

    def consequences(self) -> Sequence[StrOrPromise]:
        """Say what the notice tells."""
        return [_("The notice names neither firm nor unit; the task is told after accepting.")]

    def act(self, _form: ActionForm) -> str:
        """Tell them."""
        told = batches.notify(batch=self.object, by=self.user, at=self.now)
        return ngettext("%(n)s expert is told.", "%(n)s experts are told.", len(told)) % {"n": len(told)}


class BatchReplace(BatchStep):
    """Fill the seats of those who left, by the same record."""

    title, submit_label = gettext_lazy("Call the next"), gettext_lazy("Call the next")

    def consequences(self) -> Sequence[StrOrPromise]:
        """Say who comes."""
        return [_("Somebody left. The next of the same order is called; nobody who sits moves.")]

    def act(self, _form: ActionForm) -> str:
        """Call them."""
        made = batches.replace(batch=self.object, by=self.user, at=self.now)
        return ngettext("%(n)s seat is filled again.", "%(n)s seats are filled again.", len(made)) % {"n": len(made)}


class BatchVoidForm(ActionForm):
    """Who failed to do the part, and why."""

    role = forms.ChoiceField(
        label=gettext_lazy("Who did not do the part"),
        choices=[("", gettext_lazy("nobody")), *PartyRole.choices[:2]],
        required=False,
    )
    words = forms.CharField(label=gettext_lazy("Reason"), max_length=300, widget=textarea(3))


class BatchVoid(BatchStep):
    """End the attempt; it stays in the record of the next one."""

    title, danger = gettext_lazy("Declare the attempt void"), True
    form_class, submit_label = BatchVoidForm, gettext_lazy("Declare void")

    def consequences(self) -> Sequence[StrOrPromise]:
        """Say that it stays visible."""
        return [_("The attempt stays in the record with its ground and the part that failed.")]

    def act(self, form: BatchVoidForm) -> str:
        """Declare it."""
        given = form.cleaned_data
        role = PartyRole(given["role"]) if given["role"] else None
        batches.void(batch=self.object, role=role, words=given["words"], by=self.user, on=self.today)
        return _("The attempt is void.")


urls = [
    path("batches/new/", BatchNew.as_view(), name="batch-new"),
    path("batches/<str:number>/look/", BatchLook.as_view(), name="batch-look"),
    path("batches/<str:number>/freeze/", BatchFreeze.as_view(), name="batch-freeze"),
    path("batches/<str:number>/tasks/<int:place>/field/", BatchField.as_view(), name="batch-field"),
    path("batches/<str:number>/tasks/<int:place>/named/", BatchPairNew.as_view(), name="batch-pair"),
    path("batches/<str:number>/named/<int:pk>/drop/", BatchPairDrop.as_view(), name="batch-pair-drop"),
    path("batches/<str:number>/commit/", BatchCommit.as_view(), name="batch-commit"),
    path("batches/<str:number>/reveal/", BatchReveal.as_view(), name="batch-reveal"),
    path("batches/<str:number>/submit/", BatchSubmit.as_view(), name="batch-submit"),
    path("batches/<str:number>/notify/", BatchNotify.as_view(), name="batch-notify"),
    path("batches/<str:number>/replace/", BatchReplace.as_view(), name="batch-replace"),
    path("batches/<str:number>/void/", BatchVoid.as_view(), name="batch-void"),
]
