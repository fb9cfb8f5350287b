"""What the bureau has published, what it may publish now, and taking a copy back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext
from django.views.generic.base import TemplateView

from assignments.models import Draw
from assignments.selectors.tasks import visible_to as visible_tasks
from disclosure.enums import PublicationKind
from disclosure.models import Publication
from disclosure.selectors import (
    publishable_batches,
    publishable_certificates,
    publishable_draws,
    publishable_ratings,
    visible_to,
)
from disclosure.services import ask_publication, publish_certificate, publish_draw, publish_rating, withdraw
from disclosure.services.ratings import rating_body
from faces.pages.shared import formats
from faces.pages.shared.access import AudiencePage
from faces.pages.shared.actions import ActionForm, ActionView, FormPage
from faces.pages.shared.columns import Column
from faces.pages.shared.facets import Facet, count_text
from faces.pages.shared.lists import ListPage, Sort
from foundation.accounts.enums import Capability
from foundation.accounts.permissions import may
from reviews.enums import ReportGrade
from reviews.models import QualityRating

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.models import QuerySet
    from django_stubs_ext import StrOrPromise

    from assignments.models import EvaluationTask

READY_SHOWN = 20
DRAWS_SHOWN = 3


def public_url(row: Publication) -> str:
    """Return where strangers read the copy; a certificate is asked for by its code."""
    if row.kind == PublicationKind.CERTIFICATE:
        return f"{reverse('pages:public-check')}?code={row.slug}"
    return reverse("pages:public-publication", args=[row.slug])


def state_of(row: Publication) -> str:
    """Return whether the copy is live, and if not, since when and why."""
    if row.withdrawn_at is None:
        return _("public")
    return _("withdrawn on %(day)s: %(why)s") % {
        "day": formats.day(row.withdrawn_at, with_year=True),
        "why": row.withdrawn_reason,
    }


def years_of(rows: QuerySet[Publication]) -> list[tuple[int, str]]:
    """Return the years that have copies."""
    found = rows.order_by().values_list("work_year", flat=True).distinct()
    return [(year, str(year)) for year in sorted(found, reverse=True)]


class Publications(ListPage):
    """Every copy of the bureau, live and withdrawn."""

    audience, needs = "bureau", Capability.READ_ALL
    title = gettext_lazy("Publications")
    template_name = "bureau/publications.html"
    columns = (
        Column(gettext_lazy("Title"), "title", key=True, link=public_url),
        Column(gettext_lazy("Kind"), "kind"),
        Column(gettext_lazy("Grade of the report"), lambda row: grade_word(row.grade)),
        Column(gettext_lazy("Version"), "version", num=True),
        Column(gettext_lazy("Published"), lambda row: formats.day(row.published_at, with_year=True)),
        Column(gettext_lazy("State"), state_of),
        Column(gettext_lazy("Digest"), lambda row: formats.digest(row.sha256), plain=lambda row: row.sha256),
    )
    facets = (
        Facet("kind", gettext_lazy("Kind"), PublicationKind.choices),
        Facet("year", gettext_lazy("Work year"), years_of, lookup="work_year"),
    )
    search_fields = ("title", "slug", "unit_name", "firm_name")
    sorts = (Sort("new", gettext_lazy("Newest first"), ("-published_at",)),)
    export_name = "publications"
    empty_title = gettext_lazy("Nothing is published yet")
    empty_text = gettext_lazy("A final, approved rating and a finished draw can be published from here or from Today.")

    def rows(self) -> QuerySet[Publication]:
        """Return the copies of the bureau."""
        return visible_to(self.user).defer("text")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:  # noqa: ANN401
        """Say whether this person may publish and withdraw."""
        return super().get_context_data(**({"may_publish": may(self.user, Capability.PUBLISH)} | kwargs))


class ReadyToPublish(AudiencePage, TemplateView):
    """What may be published now."""

    audience, needs = "bureau", Capability.PUBLISH
    title = gettext_lazy("Ready to publish")
    template_name = "bureau/publications_ready.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:  # noqa: ANN401
        """Return approved ratings, finished draws, and whether certificates wait."""
        draws = list(publishable_draws(self.user).order_by("-pk")[: READY_SHOWN + 1])
        found = {
            "title": self.title,
            "ratings": list(publishable_ratings(self.user).order_by("-pk")[:READY_SHOWN]),
            "draws": draws[:DRAWS_SHOWN],
            "more_draws": draws[DRAWS_SHOWN:],
            "draw_count": count_text(len(draws), limit=READY_SHOWN),
            "batches": list(publishable_batches(self.user).only("number", "title").order_by("-pk")[:READY_SHOWN]),
            "certificates": publishable_certificates(self.user).exists(),
        }
        return super().get_context_data(**(found | kwargs))


def grade_word(code: str) -> StrOrPromise:
    """Return the grade of a report in words."""
    return ReportGrade(code).label if code in ReportGrade else ""


class PublishForm(ActionForm):
    """Where the government's own site shows it, if it does."""

    outside_address = forms.CharField(
        label=gettext_lazy("Address on the government's site"),
        required=False,
        max_length=300,
        help_text=gettext_lazy("Our page is a copy. Leave this empty where there is no other."),
    )


class PublishRating(ActionView):
    """Publish the final rating of a task."""

    audience, needs = "bureau", Capability.PUBLISH
    title = gettext_lazy("Publish this rating")
    template_name = "bureau/publish.html"
    form_class = PublishForm
    submit_label = gettext_lazy("Publish")
    lookup = "number"

    def rows(self) -> QuerySet[EvaluationTask]:
        """Return the visible tasks."""
        return visible_tasks(self.user).select_related("unit__organisation", "bureau")

    def rating(self) -> QualityRating | None:
        """Return the rating of the task."""
        return QualityRating.objects.filter(task=self.object).select_related("commission").first()

    def consequences(self) -> Sequence[StrOrPromise]:
        """Return who will read what."""
        return (
            _("Everybody can read the grade of the report and, apart from it, the grade of the project."),
            _("The firm is named. No expert is named, and nobody's single scores are shown."),
            _("The copy is frozen with its SHA-256. It can be withdrawn; its address then says when and why."),
        )

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:  # noqa: ANN401
        """Show what strangers will read."""
        rating = self.rating()
        found: dict[str, Any] = {"rating": rating}
        if rating is not None and rating.final:
            found["body"] = rating_body(rating, on=self.today)
        return super().get_context_data(**(found | kwargs))

    def act(self, form: PublishForm) -> str:
        """Publish it."""
        address = form.cleaned_data["outside_address"]
        row = publish_rating(task=self.object, by=self.user, on=self.today, outside_address=address)
        return _("%(title)s is public now.") % {"title": row.title}

    def object_url(self) -> str:
        """Return the list of publications."""
        return reverse("pages:publications")


class AskPublication(ActionView):
    """Put the publication through its own approval."""

    audience, needs = "bureau", Capability.PUBLISH
    title = gettext_lazy("Ask for approval of the publication")
    submit_label = gettext_lazy("Submit for approval")
    lookup = "number"

    def rows(self) -> QuerySet[EvaluationTask]:
        """Return the visible tasks."""
        return visible_tasks(self.user).select_related("bureau")

    def consequences(self) -> Sequence[StrOrPromise]:
        """Return who decides."""
        return (_("The approval goes through the bureau's chain for publications. Nothing is public before."),)

    def act(self, form: ActionForm) -> str:  # noqa: ARG002 - nothing to fill in
        """Submit it."""
        ask_publication(task=self.object, by=self.user, on=self.today)
        return _("The publication is under approval.")

    def object_url(self) -> str:
        """Return the list of publications."""
        return reverse("pages:publications")


class PublishDraw(ActionView):
    """Publish the record of a draw."""

    audience, needs = "bureau", Capability.PUBLISH
    title = gettext_lazy("Publish this draw's record")
    submit_label = gettext_lazy("Publish")
    lookup = "number"

    def rows(self) -> QuerySet[Draw]:
        """Return the draws of the bureau."""
        return Draw.objects.filter(bureau_id=self.user.bureau_id or 0)

    def consequences(self) -> Sequence[StrOrPromise]:
        """Return who will read what."""
        return (
            _("Everybody can read the record and compute the draw again."),
            _("It names those who were seated and those who were called; everybody can check that they are the ones.")
            if (self.object.record or {}).get("openings")
            else _("Names stay out of it until the review is over; numbers are labels of this draw alone."),
        )

    def act(self, form: ActionForm) -> str:  # noqa: ARG002 - nothing to fill in
        """Publish it."""
        row = publish_draw(draw=self.object, by=self.user, on=self.today)
        return _("The draw's record of %(title)s is public now.") % {"title": row.title}

    def object_url(self) -> str:
        """Return the list of publications."""
        return reverse("pages:publications")


class PublishDraws(FormPage):
    """Publish the records of all finished draws that are not public yet."""

    audience, needs = "bureau", Capability.PUBLISH
    title = gettext_lazy("Publish the records of the draws")
    submit_label = gettext_lazy("Publish all of them")

    def consequences(self) -> Sequence[StrOrPromise]:
        """Return which records, and who will read what."""
        numbers = publishable_draws(self.user).order_by("pk").values_list("number", flat=True)
        return (
            _("These become public: %(numbers)s.") % {"numbers": pgettext("between items", ", ").join(numbers)},
            _("Everybody can read the records and compute the draws again."),
            _("They name nobody, except where the review is over and the names were opened."),
        )

    def act(self, form: ActionForm) -> str:  # noqa: ARG002 - nothing to fill in
        """Publish them."""
        draws = list(publishable_draws(self.user).order_by("pk"))
        for draw in draws:
            publish_draw(draw=draw, by=self.user, on=self.today)
        return ngettext(
            "The record of %(n)s draw is public now.", "The records of %(n)s draws are public now.", len(draws)
        ) % {"n": len(draws)}

    def get_success_url(self) -> str:
        """Return the list of publications."""
        return reverse("pages:publications")


class PublishCertificates(FormPage):
    """Let the check page know every certificate that was issued."""

    audience, needs = "bureau", Capability.PUBLISH
    title = gettext_lazy("Publish the certificates")
    submit_label = gettext_lazy("Publish")

    def consequences(self) -> Sequence[StrOrPromise]:
        """Return who will read what."""
        return (
            _("%(n)s certificates can then be checked by their code.")
            % {"n": publishable_certificates(self.user).count()},
            _("The holder's name is masked."),
        )

    def act(self, form: ActionForm) -> str:  # noqa: ARG002 - nothing to fill in
        """Publish them."""
        rows = publishable_certificates(self.user).select_related(
            "attendance__person", "attendance__session__course__bureau"
        )
        count = 0
        for certificate in rows.order_by("pk"):
            publish_certificate(certificate=certificate, by=self.user, on=self.today)
            count += 1
        return _("%(n)s certificates can be checked now.") % {"n": count}

    def get_success_url(self) -> str:
        """Return the list of publications."""
        return reverse("pages:publications")


class WithdrawForm(ActionForm):
    """Why."""

    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Everybody reads it at the address of the copy."),
    )


class Withdraw(ActionView):
    """Take a copy back; its address keeps the trace."""

    audience, needs = "bureau", Capability.PUBLISH
    title = gettext_lazy("Withdraw this publication")
    form_class = WithdrawForm
    submit_label = gettext_lazy("Withdraw")
    danger = True

    def rows(self) -> QuerySet[Publication]:
        """Return the live copies of the bureau."""
        return visible_to(self.user).filter(withdrawn_at__isnull=True)

    def consequences(self) -> Sequence[StrOrPromise]:
        """Return what stays."""
        return (
            _("%(title)s: its content is no longer shown to anybody.") % {"title": self.object.title},
            _("Its address stays and says when and why it was withdrawn."),
            _("It can be published again as the next version."),
        )

    def act(self, form: WithdrawForm) -> str:
        """Withdraw it."""
        withdraw(publication=self.object, reason=form.cleaned_data["reason"], by=self.user, on=self.today)
        return _("The copy is withdrawn; its address says why.")

    def object_url(self) -> str:
        """Return the list of publications."""
        return reverse("pages:publications")


urls = [
    path("publications/", Publications.as_view(), name="publications"),
    path("publications/ready/", ReadyToPublish.as_view(), name="publications-ready"),
    path("publications/certificates/", PublishCertificates.as_view(), name="publish-certificates"),
    path("publications/draws/", PublishDraws.as_view(), name="publish-draws"),
    path("publications/<int:pk>/withdraw/", Withdraw.as_view(), name="publication-withdraw"),
    path("tasks/<str:number>/publish/", PublishRating.as_view(), name="publish-rating"),
    path("tasks/<str:number>/ask-publication/", AskPublication.as_view(), name="ask-publication"),
    path("draws/<str:number>/publish/", PublishDraw.as_view(), name="publish-draw"),
]
