"""Opinions of experts and of the panel: read, returned once, entered from paper (代录)."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from django import forms
from django.db import transaction
from django.http import Http404
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from faces.pages.bureau.fields import WanField
from faces.pages.bureau.re_review_steps import ReReviewStep
from faces.pages.bureau.re_reviews import re_review_url
from faces.pages.bureau.seats import SeatStep
from faces.pages.shared import formats
from faces.pages.shared.actions import ActionForm, ActionView
from faces.pages.shared.delivery_forms import textarea
from faces.pages.shared.opinion_form import SignedOpinionForm, initial_of
from faces.pages.shared.sections import Act, Cell, Grid, Layout, Section, SectionsPage
from foundation.accounts.enums import Capability
from foundation.accounts.permissions import may
from foundation.core import clock
from foundation.core.errors import DomainError
from reviews.enums import FormalDefect
from reviews.models import Opinion, PanelOpinion
from reviews.selectors import opinions_visible_to
from reviews.services import (
    draft_panel_opinion,
    open_opinion,
    return_opinion,
    save_opinion,
    sign_panel_opinion,
    submit_opinion,
)
from rubrics.enums import Scorer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.models import QuerySet
    from django_stubs_ext import StrOrPromise


class OpinionPage(SectionsPage):
    """A submitted opinion, with its scores and findings."""

    audience, needs = "bureau", Capability.READ_ALL

    def rows(self) -> QuerySet[Opinion]:
        """Return the submitted opinions of the bureau."""
        return opinions_visible_to(self.user).select_related("assignment__expert__person", "re_review__evaluation")

    def layout(self) -> Layout:
        """Return scores, findings and conclusion."""
        row: Opinion = self.object
        review = row.re_review
        scores = [
            (
                one.item.name,
                _("cannot judge") if one.cannot_judge else formats.score(one.score_hundredths or 0),
                formats.score(one.item.weight_hundredths),
                str(one.page or "—"),
                Cell(one.reason, said=True),
            )
            for one in row.scores.select_related("item").order_by("item__position")
        ]
        findings = [
            (str(one.page), one.get_severity_display(), one.item.name if one.item else "—", Cell(one.words, said=True))
            for one in row.findings.select_related("item").order_by("page", "pk")
        ]
        acts = []
        if row.status == "SUBMITTED" and not row.return_count and may(self.user, Capability.COMMISSION):
            acts = [Act(_("Return for a formal defect"), reverse("pages:opinion-return", args=[row.pk]))]
        pairs = (
            (_("Submitted"), formats.moment(row.submitted_at) if row.submitted_at else "—"),
            (_("Digest"), formats.digest(row.submitted_sha256)),
            (_("Signature"), Cell(_("scan"), reverse("pages:file", args=[row.signed_scan_id])))
            if row.signed_scan_id
            else (_("Signature"), "—"),
        )
        return Layout(
            crumbs=((review.number, re_review_url(review)), (_("Opinion"), "")),
            meta=(review.evaluation.title,),
            status=row,
            main=(
                Section(
                    _("Scores"),
                    grid=Grid((_("Item"), _("Points"), _("Of"), _("Page"), _("Why")), scores, frozenset({1, 2, 3})),
                ),
                Section(
                    _("Findings"),
                    grid=Grid((_("Page"), _("How grave"), _("Item"), _("What was found")), findings),
                    empty=_("No finding."),
                    count=len(findings),
                ),
                Section(_("Conclusion"), said=row.conclusion),
            ),
            beside=(Section(_("About this"), pairs=pairs, acts=tuple(acts)),),
        )

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:  # noqa: ANN401
        """Name the expert in the title."""
        expert = self.object.assignment.expert
        title = _("Opinion of %(name)s") % {"name": expert.person.name if expert else ""}
        return super().get_context_data(**({"title": title} | kwargs))


class ReturnForm(ActionForm):
    """The formal defect."""

    defect = forms.ChoiceField(label=gettext_lazy("Formal defect"), choices=FormalDefect.choices)


class OpinionReturn(ActionView):
    """Return an opinion once, for a formal defect of the closed list. Rule R-36."""

    audience, needs = "bureau", Capability.COMMISSION
    title, submit_label = gettext_lazy("Return the opinion"), gettext_lazy("Return it")
    form_class = ReturnForm

    def rows(self) -> QuerySet[Opinion]:
        """Return the opinions of the bureau."""
        return opinions_visible_to(self.user).select_related("re_review")

    def object_url(self) -> str:
        """Return the re-review."""
        return re_review_url(self.object.re_review)

    def consequences(self) -> Sequence[StrOrPromise]:
        """Say that scores are never a reason."""
        return [_("An opinion goes back once only, never for a score or a conclusion. Its first version is kept.")]

    def act(self, form: ReturnForm) -> str:
        """Return it."""
        defect = FormalDefect(form.cleaned_data["defect"])
        return_opinion(opinion=self.object, defect=defect, by=self.user, at=clock.now())
        return _("The opinion went back to its writer.")


class OpinionFor(SeatStep):
    """Enter an opinion that was written and signed on paper (代录)."""

    title, submit_label = gettext_lazy("Enter the paper opinion"), gettext_lazy("Enter and hand in")
    template_name = "bureau/opinion_for.html"
    form_class = SignedOpinionForm

    @cached_property
    def opinion(self) -> Opinion:
        """The opinion, opened on first use."""
        try:
            return open_opinion(assignment=self.object, by=self.user, at=self.now)
        except DomainError as error:
            raise Http404(error.refusal.message) from error

    def get_form_kwargs(self) -> dict[str, Any]:
        """Give the items, and what was kept."""
        items = list(self.opinion.rubric_version.items.filter(scorer=Scorer.EXPERT).order_by("position"))
        found = super().get_form_kwargs()
        return {**found, "items": items, "initial": initial_of(self.opinion)}

    def act(self, form: SignedOpinionForm) -> str:
        """Save and hand in with the scan of the paper."""
        scan = form.cleaned_data.get("scan")
        with transaction.atomic():  # a scan that is refused takes back what was typed with it; the page still shows it
            saved = save_opinion(
                opinion=self.opinion,
                scores=form.scores(),
                findings=form.findings(),
                conclusion=form.cleaned_data["conclusion"],
                by=self.user,
            )
            if scan is None:
                return _("Saved. Add the scan of the signed paper to hand it in.")
            submit_opinion(opinion=saved, signature_name=scan.name, signature=scan.read(), by=self.user, at=self.now)
        return _("The opinion of %(name)s is in.") % {"name": self.name}


class PanelForm(ActionForm):
    """What the panel says."""

    words = forms.CharField(label=gettext_lazy("Opinion of the panel"), max_length=4000, widget=textarea(8))
    asked = WanField(label=gettext_lazy("Asked for, 万元"), required=False)
    supported = WanField(label=gettext_lazy("Supported, 万元"), required=False)


class PanelDraft(ReReviewStep):
    """Draft the panel's opinion for its leader (代录)."""

    title, submit_label = gettext_lazy("Draft the panel’s opinion"), gettext_lazy("Put it before the panel")
    form_class = PanelForm

    def draft_key(self) -> str:
        """Keep half-written words."""
        return f"panel-{self.object.pk}"

    def act(self, form: PanelForm) -> str:
        """Draft it."""
        given = form.cleaned_data
        draft_panel_opinion(
            re_review=self.object,
            words=given["words"],
            asked_cents=given["asked"],
            supported_cents=given["supported"],
            by=self.user,
            at=clock.now(),
        )
        return _("The opinion waits for the signatures of the panel.")


class SignForm(ActionForm):
    """Whether the member agrees."""

    agrees = forms.TypedChoiceField(
        label=gettext_lazy("The member"),
        choices=(("yes", gettext_lazy("agrees")), ("no", gettext_lazy("dissents"))),
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
        initial="yes",
    )
    dissent = forms.CharField(label=gettext_lazy("Dissent"), required=False, max_length=500, widget=textarea(3))


class PanelSignFor(SeatStep):
    """Enter a member's signature on the panel's opinion (代录)."""

    title, submit_label = gettext_lazy("Enter the signature"), gettext_lazy("Enter the signature")
    form_class = SignForm

    def act(self, form: SignForm) -> str:
        """Enter it."""
        given = form.cleaned_data
        row = PanelOpinion.objects.get(re_review=self.object.re_review)
        sign_panel_opinion(
            panel_opinion=row,
            assignment=self.object,
            agrees=given["agrees"],
            dissent=given["dissent"],
            by=self.user,
            at=self.now,
        )
        return _("The signature is entered.")


urls = [
    path("seats/<int:pk>/opinion/", OpinionFor.as_view(), name="opinion-for"),
    path("seats/<int:pk>/signature/", PanelSignFor.as_view(), name="panel-sign-for"),
    path("re-reviews/<str:number>/panel-opinion/", PanelDraft.as_view(), name="panel-draft"),
    path("opinions/<int:pk>/", OpinionPage.as_view(), name="opinion"),
    path("opinions/<int:pk>/return/", OpinionReturn.as_view(), name="opinion-return"),
]
