"""Hand-overs to other authorities: the list, one letter, propose it, send it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import Http404, HttpResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from appraisals.enums import AnswerOutcome, HandOverStatus, SanctionPaper
from appraisals.models import HandOver, HandOverAnswer
from appraisals.selectors import hand_overs_visible_to, party_name
from appraisals.services import propose_hand_over, record_answer, send_hand_over
from credit.selectors import event_name, events_of, evidence_of
from evaluators.models import Firm
from experts.models import Expert
from faces.documents.sanctions import hand_over_letter, number_of
from faces.pages.bureau.experts import OneExpert, expert_url
from faces.pages.bureau.firms import OneFirm, firm_url
from faces.pages.bureau.sanction_steps import ServeForm
from faces.pages.shared.actions import ActionForm, ActionView
from faces.pages.shared.columns import Column
from faces.pages.shared.delivery_forms import day, textarea
from faces.pages.shared.facets import Facet
from faces.pages.shared.formats import full_day
from faces.pages.shared.lists import ListPage, Sort
from faces.pages.shared.objects import OneObject
from faces.pages.shared.sections import Act, Cell, Grid, Layout, Section, SectionsPage
from foundation.accounts.enums import Capability
from foundation.accounts.permissions import may
from foundation.approvals.selectors import of_subject as approvals_of
from foundation.papers.enums import DeliveryWay

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.http import HttpRequest
    from django_stubs_ext import StrOrPromise


SCAN = ".pdf,.png,.jpg,.jpeg"


def answer_word(row: Any) -> str:  # noqa: ANN401 - a hand-over with its newest answer
    """Return what the authority answered last; empty before."""
    return str(AnswerOutcome(row.answer).label) if row.answer else ""


def hand_over_url(row: HandOver) -> str:
    """Return the page of a hand-over."""
    return reverse("pages:hand-over", args=[row.pk])


class HandOverList(ListPage):
    """Every hand-over, sent or not."""

    audience, needs = "bureau", Capability.READ_ALL
    title = gettext_lazy("Hand-overs")
    columns = (
        Column(gettext_lazy("Firm or expert"), party_name, key=True, link=hand_over_url),
        Column(gettext_lazy("To"), "addressee"),
        Column(gettext_lazy("Proposed on"), lambda row: full_day(row.proposed_on)),
        Column(gettext_lazy("Sent on"), lambda row: full_day(row.sent_on)),
        Column(gettext_lazy("State"), "status", status=True),
        Column(gettext_lazy("Answer"), answer_word),
    )
    facets = (
        Facet("status", gettext_lazy("State"), HandOverStatus.choices),
        Facet("answer", gettext_lazy("Answer"), AnswerOutcome.choices),
    )
    search_fields = ("addressee", "words", "firm__organisation__name", "expert__person__name")
    sorts = (Sort("new", gettext_lazy("Newest first"), ("-pk",)),)
    export_name = "hand-overs"
    empty_title = gettext_lazy("Nothing was handed over")
    empty_text = gettext_lazy("What another law punishes is handed over from the page of the firm or the expert.")

    def rows(self) -> QuerySet[HandOver]:
        """Return the visible hand-overs."""
        newest = HandOverAnswer.objects.filter(hand_over=OuterRef("pk")).order_by("-answered_on", "-pk")
        rows = hand_overs_visible_to(self.user).select_related("firm__organisation", "expert__person")
        return rows.annotate(answer=Subquery(newest.values("outcome")[:1]))


class OneHandOver(OneObject):
    """A visible hand-over."""

    audience = "bureau"

    def rows(self) -> QuerySet[HandOver]:
        """Return the visible hand-overs with their parties."""
        joins = "bureau", "firm__organisation", "expert__person", "proposed_by", "paper"
        return hand_overs_visible_to(self.user).select_related(*joins)


class HandOverPage(OneHandOver, SectionsPage):
    """One hand-over: facts, legal basis, list of evidence, its letter."""

    needs = Capability.READ_ALL

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:  # noqa: ANN401
        """Say what goes where."""
        row: HandOver = self.object
        title = _("Hand-over to %(to)s: %(name)s") % {"to": row.addressee, "name": party_name(row)}
        return super().get_context_data(**({"title": title} | kwargs))

    def layout(self) -> Layout:
        """Return the parts of the letter."""
        row: HandOver = self.object
        url = firm_url(row.firm) if row.firm else ""
        url = expert_url(row.expert) if row.expert else url
        pairs: list[tuple[StrOrPromise, Cell | object]] = [
            (_("Firm or expert"), Cell(party_name(row), url)),
            (_("To"), row.addressee),
            (_("Put forward"), f"{full_day(row.proposed_on)} {row.proposed_by.name}"),
            (_("Sent on"), full_day(row.sent_on)),
        ]
        if (approval := approvals_of(row).first()) is not None:
            pairs.append((_("Approval"), Cell(approval.title, reverse("pages:approval", args=[approval.pk]))))
        if row.paper is not None:
            number = number_of(SanctionPaper.HAND_OVER, row.paper)
            pairs.append((_("Paper"), Cell(number, reverse("pages:paper", args=[row.paper.pk]))))
        acts = []
        if row.status == HandOverStatus.AGREED and may(self.user, Capability.REGISTER):
            acts.append(Act(_("Send the letter"), reverse("pages:hand-over-send", args=[row.pk])))
        if row.status != HandOverStatus.SENT:
            acts.append(Act(_("Look at the letter"), reverse("pages:hand-over-letter", args=[row.pk])))
        if row.status == HandOverStatus.SENT and may(self.user, Capability.REGISTER):
            acts.append(Act(_("Enter an answer"), reverse("pages:hand-over-answer", args=[row.pk])))
        lines = [(str(place), Cell(line, said=True)) for place, line in enumerate(row.evidence, start=1)]
        return Layout(
            crumbs=((_("Hand-overs"), reverse("pages:hand-overs")), (f"#{row.pk}", "")),
            meta=(row.addressee,),
            status=row,
            acts=tuple(acts),
            main=(
                Section(_("Facts"), said=row.words),
                Section(_("Legal basis"), said=row.basis),
                Section(_("List of evidence"), grid=Grid((_("Serial number"), _("Piece")), lines), count=len(lines)),
                *self._answers(),
            ),
            beside=(Section(_("The hand-over"), pairs=pairs),),
        )

    def _answers(self) -> tuple[Section, ...]:
        """Return what the authority answered, the newest first; before the letter is sent nothing stands there."""
        row: HandOver = self.object
        if row.status != HandOverStatus.SENT:
            return ()
        lines = [
            (
                full_day(one.answered_on),
                one.get_outcome_display(),
                Cell(one.words, said=True),
                one.letter_number or "—",
                Cell(one.file.original_name, reverse("pages:file", args=[one.file.pk])) if one.file else "—",
                one.entered_by.name,
            )
            for one in row.answers.select_related("file", "entered_by").order_by("-answered_on", "-pk")
        ]
        headings = (_("Day"), _("Outcome"), _("In words"), _("Letter number"), _("Scan"), _("Entered by"))
        grid = Grid(headings, lines)
        return (Section(_("Answers"), grid=grid, count=len(lines), empty=_("No answer has come yet.")),)


class HandOverForm(ActionForm):
    """To whom, which facts, under which law, with which evidence."""

    addressee = forms.CharField(label=gettext_lazy("To which authority"), max_length=120)
    words = forms.CharField(label=gettext_lazy("Facts"), max_length=2000, widget=textarea(8))
    basis = forms.CharField(
        label=gettext_lazy("Legal basis"), max_length=500, help_text=gettext_lazy("Law and clause that punish it.")
    )
    evidence = forms.CharField(
        label=gettext_lazy("List of evidence"),
        widget=textarea(6),
        max_length=8000,
        help_text=gettext_lazy("One piece a line."),
    )


class HandOverPropose(ActionView):
    """Propose to hand facts over to the authority that decides them."""

    needs = Capability.REGISTER
    title, submit_label, danger = gettext_lazy("Hand facts over"), gettext_lazy("Submit for approval"), True
    form_class = HandOverForm
    made: HandOver | None = None

    def get_success_url(self) -> str:
        """Return the new hand-over's page."""
        return hand_over_url(self.made) if self.made else reverse("pages:hand-overs")

    def get_initial(self) -> dict[str, Any]:
        """Begin the list of evidence from the files of the party's violations."""
        row: Firm | Expert = self.object
        if isinstance(row, Firm):
            rows = events_of(organisation_id=row.organisation_id)
        else:
            rows = events_of(person_id=row.person_id)
        events = [one for one in rows if not one.voided_on and one.points]
        files = evidence_of([one.pk for one in events])
        lines = [
            f"{event_name(one)}（{full_day(one.occurred_on)}）：{file.original_name}，SHA-256 {file.sha256[:16]}"
            for one in events
            for file in files.get(one.pk, [])
        ]
        return {"evidence": "\n".join(lines)}

    def consequences(self) -> Sequence[StrOrPromise]:
        """Say what it is for, and who reads it."""
        return [
            _("This bureau punishes nothing that another law punishes: it hands the facts over."),
            _("The party is not told by the system. The letter goes out once its approval is agreed."),
        ]

    def act(self, form: HandOverForm) -> str:
        """Propose it."""
        given = form.cleaned_data
        row: Firm | Expert = self.object
        party = {"firm": row} if isinstance(row, Firm) else {"expert": row}
        self.made = propose_hand_over(
            addressee=given["addressee"],
            words=given["words"],
            basis=given["basis"],
            evidence=given["evidence"].splitlines(),
            by=self.user,
            on=self.today,
            **party,
        )
        return _("The hand-over is under approval.")


class FirmHandOver(OneFirm, HandOverPropose):
    """A firm's."""


class ExpertHandOver(OneExpert, HandOverPropose):
    """An expert's."""


class HandOverSend(OneHandOver, ActionView):
    """Issue the agreed letter and write down how it reached the authority."""

    needs = Capability.REGISTER
    title, submit_label, danger = gettext_lazy("Send the letter"), gettext_lazy("Issue and send it"), True
    form_class = ServeForm

    def object_url(self) -> str:
        """Return the hand-over's page."""
        return hand_over_url(self.object)

    def consequences(self) -> Sequence[StrOrPromise]:
        """Say what becomes fixed."""
        return [_("The paper is issued as PDF under its number and cannot be changed any more.")]

    def act(self, form: ServeForm) -> str:
        """Build the PDF and send it."""
        given, row = form.cleaned_data, self.object
        file = given["file"]
        send_hand_over(
            hand_over=row,
            content=hand_over_letter(row, on=self.today),
            way=DeliveryWay(given["way"]),
            to=given["to"],
            proof=(file.name, file.read()) if file else None,
            by=self.user,
            on=self.today,
        )
        return _("Issued and sent; both stand in the register of papers.")


class HandOverLetter(OneHandOver):
    """What the letter looks like before it is sent."""

    needs = Capability.READ_ALL

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:  # noqa: ANN401, ARG002 - as in Django
        """Build the letter and hand it out; 404 once it is sent: the paper itself is kept."""
        if self.object.status == HandOverStatus.SENT:
            raise Http404
        response = HttpResponse(hand_over_letter(self.object, on=self.today), content_type="application/pdf")
        response.headers["Content-Disposition"] = "inline; filename=letter.pdf"
        response.headers["Cache-Control"] = "private, no-store"
        return response


class AnswerForm(ActionForm):
    """What came back, when, under which number, and its scan."""

    outcome = forms.ChoiceField(label=gettext_lazy("Outcome"), choices=AnswerOutcome.choices, widget=forms.RadioSelect)
    answered_on = forms.DateField(label=gettext_lazy("Day of the answer"), widget=day())
    letter_number = forms.CharField(label=gettext_lazy("Letter number"), max_length=60, required=False)
    words = forms.CharField(label=gettext_lazy("In words"), max_length=2000, widget=textarea(4))
    file = forms.FileField(
        label=gettext_lazy("Scan"), required=False, widget=forms.ClearableFileInput(attrs={"accept": SCAN})
    )


class HandOverAnswered(OneHandOver, ActionView):
    """Write down what the authority answered."""

    needs = Capability.REGISTER
    title, submit_label = gettext_lazy("Enter an answer"), gettext_lazy("Enter it")
    form_class = AnswerForm

    def object_url(self) -> str:
        """Return the hand-over's page."""
        return hand_over_url(self.object)

    def consequences(self) -> Sequence[StrOrPromise]:
        """Say that it stays."""
        return [_("An answer stays; a later one is entered beside it. The party is not told by the system.")]

    def act(self, form: AnswerForm) -> str:
        """Write it."""
        given = form.cleaned_data
        file = given["file"]
        record_answer(
            hand_over=self.object,
            outcome=AnswerOutcome(given["outcome"]),
            words=given["words"],
            answered_on=given["answered_on"],
            letter_number=given["letter_number"],
            file=(file.name, file.read()) if file else None,
            by=self.user,
            on=self.today,
        )
        return _("The answer stands beside the letter.")


urls = [
    path("hand-overs/", HandOverList.as_view(), name="hand-overs"),
    path("hand-overs/<int:pk>/", HandOverPage.as_view(), name="hand-over"),
    path("hand-overs/<int:pk>/letter/", HandOverLetter.as_view(), name="hand-over-letter"),
    path("hand-overs/<int:pk>/answer/", HandOverAnswered.as_view(), name="hand-over-answer"),
    path("hand-overs/<int:pk>/send/", HandOverSend.as_view(), name="hand-over-send"),
    path("firms/<str:number>/hand-over/", FirmHandOver.as_view(), name="firm-hand-over"),
    path("experts/<str:number>/hand-over/", ExpertHandOver.as_view(), name="expert-hand-over"),
]
