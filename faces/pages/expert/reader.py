"""The reader: the report on one side, the opinion on the other, kept while it is written."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.clickjacking import xframe_options_sameorigin

from experts.selectors import title_on
from faces.documents import opinion_form as paper
from faces.pages.expert.seats import READING, SeatPage, seats_of
from faces.pages.shared import formats
from faces.pages.shared.objects import OneObject
from faces.pages.shared.opinion_form import SignedOpinionForm, initial_of
from foundation.accounts.enums import Capability
from foundation.core import clock
from foundation.core.errors import DomainError
from foundation.files.services import page_picture
from parties.selectors import person_name_on
from reviews.models import Opinion
from reviews.services import open_opinion, save_opinion, submit_opinion
from rubrics.enums import Scorer

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest

    from assignments.models import Assignment
    from reviews.models import Finding
    from rubrics.models import RubricItem


MOST_PAGES = 400


def readable(seats: QuerySet[Assignment]) -> QuerySet[Assignment]:
    """Keep the seats whose report may be read now."""
    return seats.filter(status__in=READING, re_review__status__in=["REVIEWING", "DONE"])


def items_of(opinion: Opinion) -> list[RubricItem]:
    """Return the items that experts score, in order."""
    return list(opinion.rubric_version.items.filter(scorer=Scorer.EXPERT).order_by("position"))


class Reader(SeatPage):
    """The report on one side, the opinion on the other; saved at every press, handed in once."""

    title = gettext_lazy("Read and write")
    template_name = "expert/reader.html"
    form_class = SignedOpinionForm

    def rows(self) -> QuerySet[Assignment]:
        """Keep the seats whose report may be read."""
        return readable(super().rows())

    @cached_property
    def opinion(self) -> Opinion:
        """The expert's own opinion, opened on first use."""
        try:
            return open_opinion(assignment=self.object, by=self.user, at=clock.now())
        except DomainError as error:
            raise Http404(error.refusal.message) from error

    @property
    def is_open(self) -> bool:
        """Whether it can still be written."""
        return self.opinion.status in {"DRAFT", "RETURNED"}

    def get_form_kwargs(self) -> dict[str, Any]:
        """Give the items, and what was kept."""
        return {**super().get_form_kwargs(), "items": items_of(self.opinion), "initial": initial_of(self.opinion)}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:  # noqa: ANN401
        """Return the opinion, the report page by page, and what others wrote once the own opinion is in."""
        opinion, seat = self.opinion, self.object
        version = opinion.version
        found = {
            "title": seat.re_review.evaluation.title,
            "opinion": opinion,
            "version": version,
            "is_open": self.is_open,
            "sheets": self._sheets(),
            "report_url": reverse("pages:seat-report", args=[seat.pk]) if version else "",
            "keep_url": reverse("pages:seat-keep", args=[seat.pk]),
            "print_url": reverse("pages:seat-print", args=[seat.pk]),
            "recuse_url": reverse("pages:seat-recuse", args=[seat.pk]),
        }
        if not self.is_open:
            found["scores"] = list(opinion.scores.select_related("item").order_by("item__position"))
            found["findings"] = self._findings
        return super().get_context_data(**(found | kwargs))

    @cached_property
    def _findings(self) -> list[Finding]:
        return list(self.opinion.findings.select_related("item").order_by("page", "pk"))

    def _sheets(self) -> list[dict[str, object]]:
        """Return number, picture and findings of each page of a PDF; nothing for another file."""
        version = self.opinion.version
        pages = (version.file.pages or 0) if version else 0
        return [
            {
                "number": number,
                "url": reverse("pages:seat-picture", args=[self.object.pk, number]),
                "pins": [place for place, one in enumerate(self._findings, start=1) if one.page == number],
            }
            for number in range(1, min(pages, MOST_PAGES) + 1)
        ]

    def form_valid(self, form: SignedOpinionForm) -> HttpResponse:
        """Save; hand in where that button was pressed."""
        if not self.is_open:
            return HttpResponseRedirect(self.request.path)
        try:
            saved = save_opinion(
                opinion=self.opinion,
                scores=form.scores(),
                findings=form.findings(),
                conclusion=form.cleaned_data["conclusion"],
                by=self.user,
            )
        except DomainError as error:
            form.refuse(error.refusal)
            return self.refused(form)
        if "submit" not in self.request.POST:
            messages.success(self.request, _("Saved. You can go on at any time."))
            return HttpResponseRedirect(self.request.path)
        return self._hand_in(form, saved)

    def _hand_in(self, form: SignedOpinionForm, saved: Opinion) -> HttpResponse:
        scan = form.cleaned_data.get("scan")
        if scan is None:
            form.add_error("scan", _("Add a photograph or scan of the signed print to hand it in. It is saved so far."))
            return self.form_invalid(form)
        try:
            submit_opinion(opinion=saved, signature_name=scan.name, signature=scan.read(), by=self.user, at=clock.now())
        except DomainError as error:
            form.refuse(error.refusal)
            return self.refused(form)
        messages.success(self.request, _("Your opinion is in. Nobody can change it now."))
        return HttpResponseRedirect(self.object_url())


class Keep(SeatPage):
    """Keep what is written so far, valid or not yet; the page asks for it every few seconds."""

    form_class = SignedOpinionForm
    http_method_names = ("post",)

    def rows(self) -> QuerySet[Assignment]:
        """Keep the seats whose report may be read."""
        return readable(super().rows())

    @cached_property
    def opinion(self) -> Opinion:
        """The expert's own opinion; 404 before it was opened."""
        row = Opinion.objects.filter(assignment=self.object).select_related("rubric_version").first()
        if row is None:
            raise Http404
        return row

    def get_form_kwargs(self) -> dict[str, Any]:
        """Give the items."""
        return {**super().get_form_kwargs(), "items": items_of(self.opinion)}

    def form_valid(self, form: SignedOpinionForm) -> JsonResponse:
        """Keep it and answer with the time; 409 once it is submitted."""
        return self._keep(form, 200)

    def form_invalid(self, form: SignedOpinionForm) -> JsonResponse:
        """Keep what can be kept, and say that not everything was: the page holds the rest."""
        return self._keep(form, 422)

    def _keep(self, form: SignedOpinionForm, status: int) -> JsonResponse:
        opinion = self.opinion
        words = form.cleaned_data.get("conclusion", opinion.conclusion)
        try:
            save_opinion(
                opinion=opinion, scores=form.scores(), findings=form.findings(), conclusion=words, by=self.user
            )
        except DomainError as error:
            return JsonResponse({"saved": None, "code": error.refusal.code}, status=409)
        return JsonResponse({"saved": timezone.localtime(clock.now()).strftime("%H:%M")}, status=status)


class SeatFile(OneObject):
    """Something about a seat that is a file."""

    audience, needs = "expert", Capability.EXPERT_DESK

    def rows(self) -> QuerySet[Assignment]:
        """Return the expert's own seats whose report may be read."""
        return seats_of(self).filter(status__in=READING)

    @cached_property
    def opinion(self) -> Opinion:
        """The expert's opinion."""
        row = Opinion.objects.filter(assignment=self.object).select_related("version__file", "rubric_version").first()
        if row is None:
            raise Http404
        return row


@method_decorator(xframe_options_sameorigin, name="dispatch")
class SeatReport(SeatFile):
    """The report itself, for the browser's viewer."""

    def get(self, request: HttpRequest, pk: int) -> FileResponse:  # noqa: ARG002 - the address's argument
        """Give the very file that the opinion speaks of."""
        version = self.opinion.version
        if version is None:
            raise Http404
        is_pdf = version.file.original_name.lower().endswith(".pdf")
        name = f"report-{version.number}.{'pdf' if is_pdf else 'docx'}"
        answer = FileResponse(version.file.content.open("rb"), as_attachment=not is_pdf, filename=name)
        answer["Content-Type"] = "application/pdf" if is_pdf else version.file.media_type
        return answer


class SeatPicture(SeatFile):
    """One page of the report as a picture, for telephones that show no PDF."""

    def get(self, request: HttpRequest, pk: int, number: int) -> HttpResponse:  # noqa: ARG002 - the address's argument
        """Draw the page; 404 where there is none."""
        version = self.opinion.version
        if version is None or not 1 <= number <= (version.file.pages or 0):
            raise Http404
        with version.file.content.open("rb") as opened:
            content = opened.read()
        try:
            picture = page_picture(content, number=number)
        except DomainError as error:
            raise Http404 from error
        answer = HttpResponse(picture, content_type="image/jpeg")
        answer["Cache-Control"] = "private, max-age=900"
        return answer


class SeatPrint(SeatFile):
    """专家个人意见表 as a PDF to sign."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:  # noqa: ARG002 - the address's argument
        """Print what is saved."""
        return HttpResponse(paper.build(self._facts()), content_type="application/pdf")

    def _facts(self) -> paper.OpinionForm:
        opinion, seat = self.opinion, self.object
        told_on = formats.local_day(opinion.submitted_at) if opinion.submitted_at else self.today
        task = seat.re_review.evaluation
        scores = {row.item_id: row for row in opinion.scores.all()}
        items = items_of(opinion)
        total = sum(row.score_hundredths or 0 for row in scores.values())
        return paper.OpinionForm(
            bureau=seat.bureau.name,
            number=seat.re_review.number,
            project=task.title,
            unit=task.unit.organisation.name,
            report_title=task.title,
            report_version=f"第 {opinion.version.number} 版" if opinion.version else "",
            report_sha256=opinion.version.sha256 if opinion.version else "",
            rubric_version=f"第 {opinion.rubric_version.number} 版",
            expert=person_name_on(seat.expert.person, told_on) if seat.expert else "",
            title=title_on(seat.expert, told_on)[0] if seat.expert else "",
            specialty=seat.stratum,
            items=[self._item(item.name, item.weight_hundredths, scores.get(item.pk)) for item in items],
            total=formats.score(total) if scores else "",
            total_weight=formats.score(sum(item.weight_hundredths for item in items)),
            findings=[
                paper.FindingLine(
                    str(row.page), row.item.name if row.item else "", str(row.get_severity_display()), row.words
                )
                for row in opinion.findings.select_related("item").order_by("page", "pk")
            ],
            conclusion=opinion.conclusion,
            submitted_on=formats.local_day(opinion.submitted_at) if opinion.submitted_at else None,
        )

    def _item(self, name: str, weight: int, score: Any) -> paper.ItemScore:  # noqa: ANN401 - a row or nothing
        if score is None:
            return paper.ItemScore(name, formats.score(weight))
        said = "无法判断" if score.cannot_judge else formats.score(score.score_hundredths or 0)
        reason = f"第 {score.page} 页 {score.reason}" if score.page else score.reason
        return paper.ItemScore(name, formats.score(weight), said, reason)


urls = [
    path("seats/<int:pk>/read/", Reader.as_view(), name="reader"),
    path("seats/<int:pk>/keep/", Keep.as_view(), name="seat-keep"),
    path("seats/<int:pk>/report/", SeatReport.as_view(), name="seat-report"),
    path("seats/<int:pk>/report/<int:number>/", SeatPicture.as_view(), name="seat-picture"),
    path("seats/<int:pk>/print/", SeatPrint.as_view(), name="seat-print"),
]
