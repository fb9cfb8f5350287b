"""The register of papers: numbers per kind and year, gaps shown as void, delivery written down."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django import forms
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from appraisals.enums import SanctionPaper
from faces.pages.bureau.facts import fact_pairs
from faces.pages.shared.actions import ActionForm, ActionView
from faces.pages.shared.columns import Column
from faces.pages.shared.facets import Facet
from faces.pages.shared.lists import ListPage, Sort
from faces.pages.shared.objects import ObjectPage
from foundation.accounts.enums import Capability
from foundation.files.services import SCANS, store
from foundation.papers.enums import DeliveryWay, PaperStatus
from foundation.papers.models import Paper
from foundation.papers.selectors import visible_to
from foundation.papers.services import record_delivery, void_paper

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from django.db.models import QuerySet
    from django_stubs_ext import StrOrPromise

KEEPERS: Final = (Capability.COMMISSION, Capability.PLAN)
KIND_WORDS: Final[Mapping[str, StrOrPromise]] = {
    "COMMISSION": gettext_lazy("commission letter"),
    "DRAW_RECORD": gettext_lazy("draw record"),
    "RATING_SHEET": gettext_lazy("rating sheet"),
    "FEEDBACK": gettext_lazy("feedback letter"),
    "NOTICE": gettext_lazy("notice of evaluation"),
    "ACCEPTANCE": gettext_lazy("acceptance"),
    "CERTIFICATE": gettext_lazy("certificate"),
    "APPROVAL": gettext_lazy("approval form"),
    **{kind.value: kind.label for kind in SanctionPaper},
}


def kind_word(paper: Paper) -> StrOrPromise:
    """Return the kind of a paper in words."""
    return KIND_WORDS.get(paper.kind, paper.kind)


def number_text(paper: Paper) -> str:
    """Return the own number 〔2020〕12号, beside the office's 文号 where there is one."""
    own = f"〔{paper.year}〕{paper.number}号" if paper.number is not None else ""
    return f"{paper.letter_number}　{own}" if paper.letter_number else own


def years_seen(rows: QuerySet[Paper]) -> list[tuple[int, str]]:
    """Return the years that occur, newest first."""
    return [(year, str(year)) for year in rows.order_by("-year").values_list("year", flat=True).distinct()[:20]]


class PaperList(ListPage):
    """Every paper that was entered, the void ones too."""

    audience, needs = "bureau", Capability.READ_ALL
    title = gettext_lazy("Register of papers")
    columns = (
        Column(gettext_lazy("Number"), number_text),
        Column(gettext_lazy("Title"), "title", key=True, link=lambda p: reverse("pages:paper", args=[p.pk])),
        Column(gettext_lazy("Kind"), kind_word),
        Column(gettext_lazy("To"), "addressee"),
        Column(gettext_lazy("Signed by"), "signer"),
        Column(gettext_lazy("Dated"), "written_on"),
        Column(gettext_lazy("State"), "status", status=True),
    )
    facets = (
        Facet("status", gettext_lazy("State"), PaperStatus.choices),
        Facet("kind", gettext_lazy("Kind"), tuple(KIND_WORDS.items())),
        Facet("year", gettext_lazy("Year"), years_seen),
    )
    search_fields = ("title", "addressee", "letter_number")
    sorts = (
        Sort("new", gettext_lazy("Newest first"), ("-pk",)),
        Sort("number", gettext_lazy("By number"), ("kind", "year", "number", "pk")),
    )
    export_name = "papers"
    empty_title = gettext_lazy("No paper was entered yet")
    empty_text = gettext_lazy("Letters, notices and records enter the register by themselves when they are drafted.")

    def rows(self) -> QuerySet[Paper]:
        """Return the papers of the own bureau."""
        return visible_to(self.user)


class PaperPage(ObjectPage):
    """One paper: its facts, its file, how it reached its addressee."""

    audience, needs = "bureau", Capability.READ_ALL
    template_name = "bureau/paper.html"

    def rows(self) -> QuerySet[Paper]:
        """Return the visible papers."""
        return visible_to(self.user).select_related("file", "scan", "created_by")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:  # noqa: ANN401 - as in Django
        """Return the facts and the deliveries."""
        paper: Paper = self.object
        more = {
            "title": paper.title,
            "kind": kind_word(paper),
            "number": number_text(paper),
            "pairs": fact_pairs(paper.facts),
            "deliveries": list(paper.deliveries.select_related("delivered_by", "proof").order_by("pk")),
        }
        return super().get_context_data(**(more | kwargs))


class VoidForm(ActionForm):
    """Why."""

    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=300, widget=forms.Textarea)


class PaperAction(ActionView):
    """What the acts share."""

    audience, needs = "bureau", KEEPERS

    def rows(self) -> QuerySet[Paper]:
        """Return the visible papers."""
        return visible_to(self.user)

    def object_url(self) -> str:
        """Return the paper's page."""
        return reverse("pages:paper", args=[self.object.pk])


class PaperVoid(PaperAction):
    """Void a paper."""

    title = gettext_lazy("Void the paper")
    form_class = VoidForm
    submit_label = gettext_lazy("Void it")
    danger = True

    def consequences(self) -> Sequence[StrOrPromise]:
        """Say what happens to the number."""
        return [_("The number %(number)s stays used and shows as void.") % {"number": number_text(self.object)}]

    def act(self, form: VoidForm) -> str:
        """Void it."""
        void_paper(paper=self.object, reason=form.cleaned_data["reason"], by=self.user, on=self.today)
        return _("The paper is void.")


class DeliveryForm(ActionForm):
    """How the paper reached whom."""

    way = forms.ChoiceField(label=gettext_lazy("Way"), choices=DeliveryWay.choices)
    to = forms.CharField(label=gettext_lazy("Received by"), max_length=120)
    delivered_on = forms.DateField(label=gettext_lazy("Day"), widget=forms.DateInput(attrs={"type": "date"}))
    file = forms.FileField(
        label=gettext_lazy("Proof of delivery (scan)"),
        required=False,
        widget=forms.FileInput(attrs={"accept": ".pdf,.png,.jpg,.jpeg"}),
    )


class PaperDeliver(PaperAction):
    """Write a delivery down."""

    title = gettext_lazy("Record the delivery")
    form_class = DeliveryForm
    submit_label = gettext_lazy("Record")

    def act(self, form: DeliveryForm) -> str:
        """Record it, with its proof."""
        given = form.cleaned_data
        upload, proof = given["file"], None
        if upload:
            paper = self.object
            content = upload.read()
            proof = store(
                bureau=paper.bureau, name=upload.name, content=content, owner=paper, by=self.user, accept=SCANS
            )
        record_delivery(
            paper=self.object,
            way=DeliveryWay(given["way"]),
            to=given["to"],
            on=given["delivered_on"],
            by=self.user,
            proof=proof,
        )
        return _("The delivery is recorded.")


urls = [
    path("papers/", PaperList.as_view(), name="papers"),
    path("papers/<int:pk>/", PaperPage.as_view(), name="paper"),
    path("papers/<int:pk>/void/", PaperVoid.as_view(), name="paper-void"),
    path("papers/<int:pk>/deliver/", PaperDeliver.as_view(), name="paper-deliver"),
]
