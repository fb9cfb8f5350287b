"""My own credit: events, running total, sanctions, what I reply, and how a suspension is lifted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from appraisals.selectors import sanctions_visible_to
from appraisals.services import ask_lifting
from experts.models import Expert
from experts.selectors import expert_of
from faces.pages.shared.application_words import undertaking_lines
from faces.pages.shared.as_of import DatedPage
from faces.pages.shared.own_credit import Own, ReplyForm, layout_of
from faces.pages.shared.own_replies import EventReply, OwnStep, SanctionReply
from faces.pages.shared.sections import Layout, SectionsPage
from foundation.accounts.enums import Capability

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.models import QuerySet
    from django_stubs_ext import StrOrPromise

    from appraisals.models import Sanction


class ExpertCredit(DatedPage, SectionsPage):
    """My credit on a day (``?on=``)."""

    audience, needs = "expert", Capability.EXPERT_DESK
    title = gettext_lazy("My credit")

    def setup(self, request: Any, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - as in Django
        """Look the reader's own role up."""
        super().setup(request, *args, **kwargs)
        expert = expert_of(request.user) if request.user.is_authenticated else None
        self.kwargs["pk"] = expert.pk if expert else 0

    def rows(self) -> QuerySet[Expert]:
        """Return the expert behind the reader."""
        expert = expert_of(self.user)
        return Expert.objects.filter(pk=expert.pk if expert else 0).select_related("person", "bureau")

    def layout(self) -> Layout:
        """Return the page."""
        return layout_of(
            Own(
                user=self.user,
                firm=None,
                expert=self.object,
                day=self.day,
                today=self.today,
                answers=self.is_now,
                prefix="expert",
            )
        )


class ExpertEventReply(EventReply):
    """Reply to an event of mine."""

    audience, needs = "expert", Capability.EXPERT_DESK
    title, back = gettext_lazy("My reply"), "expert-credit"


class ExpertSanctionReply(SanctionReply):
    """Reply to what I was told beforehand."""

    audience, needs = "expert", Capability.EXPERT_DESK
    title, back = gettext_lazy("My reply"), "expert-credit"


class LiftForm(ReplyForm):
    """Why, the undertaking, the certificate."""

    accepts_undertaking = forms.BooleanField(label=gettext_lazy("I accept the undertaking below anew"), required=False)
    certificate_code = forms.CharField(
        label=gettext_lazy("Code of my certificate"),
        required=False,
        max_length=32,
        help_text=gettext_lazy("Where a passed test is needed: a certificate issued since the suspension began."),
    )


class AskLifting(OwnStep):
    """Apply for the lifting of a suspension that does not end by itself. Rule R-57."""

    audience, needs, back = "expert", Capability.EXPERT_DESK, "expert-credit"
    title, submit_label = gettext_lazy("Apply for lifting"), gettext_lazy("Send the application")
    form_class = LiftForm

    def rows(self) -> QuerySet[Sanction]:
        """Return my sanctions."""
        return sanctions_visible_to(self.user)

    def consequences(self) -> Sequence[StrOrPromise]:
        """Say what is needed, and show what is promised."""
        row: Sanction = self.object
        needs = _("Needed: the application and the undertaking.")
        if row.needs_test:
            needs = _("Needed: the application, the undertaking, and a certificate of a passed test.")
        return [needs, *undertaking_lines(row.bureau, "EXPERT", self.today)]

    def act(self, form: LiftForm) -> str:
        """Apply."""
        given = form.cleaned_data
        ask_lifting(
            sanction=self.object,
            words=given["words"],
            accepts_undertaking=given["accepts_undertaking"],
            certificate_code=given["certificate_code"],
            file=form.proof(),
            by=self.user,
            on=self.today,
        )
        return _("Your application is with the bureau; it answers in words.")


urls = [
    path("credit/", ExpertCredit.as_view(), name="expert-credit"),
    path("credit/<int:pk>/reply/", ExpertEventReply.as_view(), name="expert-credit-reply"),
    path("credit/sanctions/<int:pk>/reply/", ExpertSanctionReply.as_view(), name="expert-sanction-reply"),
    path("credit/sanctions/<int:pk>/lifting/", AskLifting.as_view(), name="expert-lifting"),
]
