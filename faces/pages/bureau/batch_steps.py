"""What is done to a prepared batch: look, freeze, commit, show, submit, tell, replace, void, open the names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from assignments.enums import BatchStatus, PartyRole
from assignments.selectors.batches import nameable, visible_to
from assignments.services import batches
from faces.pages.bureau.draw_steps import (
    CommitForm,
    ReceiptForm,
    RevealForm,
    SlipForm,
    slip_answer,
    slip_consequences,
)
from faces.pages.shared.actions import ActionForm, ActionView
from faces.pages.shared.delivery_forms import textarea
from faces.pages.shared.objects import OneObject
from foundation.accounts.enums import Capability
from foundation.core import clock

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from django.db.models import QuerySet
    from django_stubs_ext import StrOrPromise

    from assignments.models import AssignmentBatch


class BatchObject(OneObject):
    """Find the batch that the address names."""

    audience, lookup = "bureau", "number"
    needs: ClassVar[Capability | tuple[Capability, ...]] = Capability.READ_DESK

    def rows(self) -> QuerySet[AssignmentBatch]:
        """Return the visible batches."""
        return visible_to(self.user).select_related("bureau")


class BatchStep(BatchObject, ActionView):
    """Something done to a batch; afterwards back to its page."""

    needs: ClassVar[Capability | tuple[Capability, ...]] = Capability.DRAW

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
        return _("The batch is drawn.") if batch.seed else _("The nonce is shown.")


class BatchReceipt(BatchStep):
    """Note that the commitment left the machine."""

    needs = Capability.READ_DESK
    title, form_class = gettext_lazy("Note the receipt"), ReceiptForm
    submit_label = gettext_lazy("Note the receipt")

    def get_initial(self) -> dict[str, Any]:
        """Begin with what stands."""
        return {"words": self.object.outside_receipt}

    def act(self, form: ReceiptForm) -> str:
        """Note it."""
        batches.note_receipt(batch=self.object, words=form.cleaned_data["words"], by=self.user, at=self.now)
        return _("The receipt is noted.")


class BatchNames(BatchStep):
    """Open the names of everybody whom the batch seated."""

    needs, title, danger = Capability.PUBLISH, gettext_lazy("Open the names in the record"), True
    submit_label = gettext_lazy("Open the names")

    def rows(self) -> QuerySet[AssignmentBatch]:
        """Return the batches whose reviews are over and whose record names nobody yet."""
        return nameable(self.user)

    def consequences(self) -> Sequence[StrOrPromise]:
        """Say who is named."""
        return [
            _("Everybody whom the batch seated is named in its record; nobody else is."),
            _("The public copy names them once its next version is published."),
        ]

    def act(self, _form: ActionForm) -> str:
        """Open them."""
        batches.open_names(batch=self.object, by=self.user, on=self.today)
        return _("The names stand in the record. Publish it again so that the public page shows them.")


class BatchSubmitPairs(BatchStep):
    """Put who is named and kept away before who approves."""

    title, submit_label = gettext_lazy("Submit who is named"), gettext_lazy("Submit for approval")

    def consequences(self) -> Sequence[StrOrPromise]:
        """Say what the approval is for."""
        return [
            _("Nothing is frozen before it is agreed. Who is named counts as a direct appointment."),
            _("Whoever is named, kept away or taken back afterwards needs a new approval."),
        ]

    def act(self, _form: ActionForm) -> str:
        """Submit it."""
        batches.submit_pairs(batch=self.object, by=self.user, on=self.today)
        return _("Who is named and kept away is under approval.")


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
        return [
            _("The notice names neither firm nor unit; the task is told after accepting."),
            _("In the same act each expert gets one letter about all his seats; it is printed from the batch’s page."),
        ]

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


class BatchFromSlip(BatchStep):
    """Show a nonce whose device is lost: two people read it from the slip, one after the other."""

    needs = (Capability.DRAW, Capability.WITNESS)
    title, form_class, danger = gettext_lazy("Show a nonce from its slip"), SlipForm, True
    submit_label = gettext_lazy("I have read it from the slip")

    def consequences(self) -> Sequence[StrOrPromise]:
        """Say that one alone cannot, and that it is told."""
        return slip_consequences(self.object)

    def act(self, form: SlipForm) -> str:
        """Take the reading."""
        given = form.cleaned_data
        batch: AssignmentBatch = self.object
        role = PartyRole(given["role"])
        batches.open_from_slip(batch=batch, role=role, nonce=given["nonce"], by=self.user, at=self.now)
        return slip_answer(batch, role)


class BatchVoidForm(ActionForm):
    """Who failed to do the part, and why."""

    role = forms.ChoiceField(
        label=gettext_lazy("Who did not do the part"),
        choices=[("", gettext_lazy("nobody")), *PartyRole.choices],
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
        batches.void(batch=self.object, role=role, words=given["words"], by=self.user, at=self.now)
        return _("The attempt is void.")


class BatchOrderForm(ActionForm):
    """Why the batch is drawn anew."""

    words = forms.CharField(label=gettext_lazy("Reason"), max_length=300, widget=textarea(3))


class BatchOrder(BatchStep):
    """Order a new attempt: section head and witness together."""

    needs = (Capability.CONFIRM, Capability.WITNESS)
    title, danger = gettext_lazy("Order a new attempt"), True
    form_class, submit_label = BatchOrderForm, gettext_lazy("Order it")

    def consequences(self) -> Sequence[StrOrPromise]:
        """Say who else must order it, and that both stand in the journal."""
        return [
            _("A new attempt is ordered by the section head and the witness of this batch; both stand in the journal."),
            _("With the second order this attempt is void; it stays visible, with its ground."),
        ]

    def act(self, form: BatchOrderForm) -> str:
        """Order it."""
        row = batches.order_again(batch=self.object, words=form.cleaned_data["words"], by=self.user, at=self.now)
        if row.status == BatchStatus.VOID:
            return _("The attempt is void.")
        return _("Noted. The other one must order it too.")


urls = [
    path("batches/<str:number>/look/", BatchLook.as_view(), name="batch-look"),
    path("batches/<str:number>/freeze/", BatchFreeze.as_view(), name="batch-freeze"),
    path("batches/<str:number>/commit/", BatchCommit.as_view(), name="batch-commit"),
    path("batches/<str:number>/reveal/", BatchReveal.as_view(), name="batch-reveal"),
    path("batches/<str:number>/from-slip/", BatchFromSlip.as_view(), name="batch-from-slip"),
    path("batches/<str:number>/receipt/", BatchReceipt.as_view(), name="batch-receipt"),
    path("batches/<str:number>/names/", BatchNames.as_view(), name="batch-names"),
    path("batches/<str:number>/submit-pairs/", BatchSubmitPairs.as_view(), name="batch-submit-pairs"),
    path("batches/<str:number>/submit/", BatchSubmit.as_view(), name="batch-submit"),
    path("batches/<str:number>/notify/", BatchNotify.as_view(), name="batch-notify"),
    path("batches/<str:number>/replace/", BatchReplace.as_view(), name="batch-replace"),
    path("batches/<str:number>/void/", BatchVoid.as_view(), name="batch-void"),
    path("batches/<str:number>/order-again/", BatchOrder.as_view(), name="batch-order-again"),
]
