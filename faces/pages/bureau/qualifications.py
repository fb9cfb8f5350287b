"""Qualifications of all firms and lead evaluators: what ends soon, what was handed in; accept, return, withdraw."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.db.models import Case, CharField, F, Value, When
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from evaluators import services
from evaluators.enums import QualificationStatus
from evaluators.models import Qualification
from evaluators.selectors import qualifications_visible_to, soon_until
from faces.pages.bureau.firm_sections import full_day
from faces.pages.bureau.firms import firm_url
from faces.pages.shared.actions import ActionForm, ActionView
from faces.pages.shared.as_of import DatedList
from faces.pages.shared.columns import Column
from faces.pages.shared.facets import Facet
from faces.pages.shared.lists import Sort
from faces.pages.shared.objects import OneObject
from faces.pages.shared.sections import Act, Cell, Layout, Section, SectionsPage
from faces.pages.shared.statuses import serve_shapes
from foundation.accounts.enums import Capability
from foundation.accounts.permissions import may
from parties.selectors import name_then, person_name_then

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.models import QuerySet
    from django_stubs_ext import StrOrPromise

serve_shapes(wait=("HANDED_IN",))
ENDS = (
    ("OVER", gettext_lazy("run out")),
    ("SOON", gettext_lazy("ends soon")),
    ("LATER", gettext_lazy("ends later")),
    ("NEVER", gettext_lazy("no end")),
)


def whose(row: Qualification) -> str:
    """Return the person whose it is, or the firm's own."""
    return row.lead.person.name if row.lead else _("the firm’s own")


class QualificationList(DatedList):
    """Every qualification; ``ends=SOON`` lists what is reminded of (R-53)."""

    audience, needs = "bureau", Capability.READ_ALL
    title = gettext_lazy("Qualifications")
    columns: ClassVar[Sequence[Column]] = (
        Column(
            gettext_lazy("Qualification"),
            "name",
            key=True,
            link=lambda row: reverse("pages:qualification", args=[row.pk]),
        ),
        Column(gettext_lazy("Firm"), "firm.organisation.name"),
        Column(gettext_lazy("Whose"), whose),
        Column(gettext_lazy("Number"), "number"),
        Column(gettext_lazy("Issued by"), "issuer", cut=True),
        Column(gettext_lazy("From"), lambda row: full_day(row.valid_from)),
        Column(gettext_lazy("Last day"), lambda row: full_day(row.valid_to)),
        Column(gettext_lazy("State"), "status", status=True),
    )
    facets: ClassVar[Sequence[Facet]] = (
        Facet("ends", gettext_lazy("Last day"), ENDS),
        Facet("status", gettext_lazy("State"), QualificationStatus.choices),
    )
    search_fields: ClassVar[Sequence[str]] = (
        "name",
        "number",
        "firm__organisation__name",
        "firm__organisation__sort_key",
        "lead__person__name",
    )
    search_hint = gettext_lazy("Name, number, firm, person")
    sorts = (
        Sort("ends", gettext_lazy("Ends first"), ("ends_on",)),
        Sort("new", gettext_lazy("Newest first"), ("-pk",)),
    )
    export_name = "qualifications"
    empty_title = gettext_lazy("No qualification is recorded")
    empty_text = gettext_lazy("They are entered on the page of a firm, imported with the firms, or handed in by them.")

    def rows(self) -> QuerySet[Qualification]:
        """Return the qualifications of visible firms, each with how near its last day is."""
        bureau = self.user.bureau
        soon = soon_until(bureau, self.day) if bureau else self.day  # who has none sees none
        near = Case(
            When(valid_to__isnull=True, then=Value("NEVER")),
            When(valid_to__lt=self.day, then=Value("OVER")),
            When(valid_to__lte=soon, then=Value("SOON")),
            default=Value("LATER"),
            output_field=CharField(),
        )
        rows = qualifications_visible_to(self.user).annotate(ends=near, ends_on=F("valid_to"))
        return rows.select_related("firm__organisation", "lead__person")


class QualificationsThen(QualificationList):
    """What the bureau had accepted by another day: what held then, ended soon, or had run out."""

    columns = (
        Column(
            gettext_lazy("Qualification"),
            "name",
            key=True,
            link=lambda row: reverse("pages:qualification", args=[row.pk]),
        ),
        Column(gettext_lazy("Firm"), "firm_then"),
        Column(gettext_lazy("Whose"), lambda row: row.lead_then or _("the firm’s own")),
        Column(gettext_lazy("Number"), "number"),
        Column(gettext_lazy("Issued by"), "issuer", cut=True),
        Column(gettext_lazy("From"), lambda row: full_day(row.valid_from)),
        Column(gettext_lazy("Last day"), lambda row: full_day(row.valid_to)),
    )
    facets = (Facet("ends", gettext_lazy("Last day"), ENDS),)
    search_fields = ("name", "number", "firm_then", "firm__organisation__sort_key", "lead_then")
    empty_title = gettext_lazy("No qualification was accepted by this day")
    empty_text = gettext_lazy("Ask about a later day, or go back to today.")
    then = None

    def rows(self) -> QuerySet[Qualification]:
        """Return what was accepted by the day and had begun, under the names of that day."""
        accepted = Qualification.objects.recognised_on(self.day).filter(valid_from__lte=self.day)
        names = {
            "firm_then": name_then("firm__organisation", self.day),
            "lead_then": person_name_then("lead__person", self.day),
        }
        found: QuerySet[Qualification] = super().rows().filter(pk__in=accepted.values("pk")).annotate(**names)
        return found


QualificationList.then = QualificationsThen


class OneQualification(OneObject):
    """A qualification of a visible firm."""

    audience = "bureau"

    def rows(self) -> QuerySet[Qualification]:
        """Return the qualifications of visible firms."""
        rows = qualifications_visible_to(self.user)
        return rows.select_related("firm__organisation", "firm__bureau", "lead__person", "accepted_by", "handed_in_by")


class QualificationPage(OneQualification, SectionsPage):
    """One qualification with its days, its scan, and who accepted it."""

    needs = Capability.READ_ALL

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:  # noqa: ANN401
        """Say what it is in the title."""
        return super().get_context_data(**({"title": self.object.name} | kwargs))

    def layout(self) -> Layout:
        """Return it, and what went before or follows."""
        row: Qualification = self.object
        proof = Cell(_("Scan"), reverse("pages:file", args=[row.proof_id])) if row.proof_id else Cell("—")
        pairs: list[tuple[StrOrPromise, Cell | object]] = [
            (_("Firm"), Cell(row.firm.organisation.name, f"{firm_url(row.firm)}?tab=people")),
            (_("Whose"), whose(row)),
            (_("Number"), row.number),
            (_("Issued by"), row.issuer or "—"),
            (_("From"), full_day(row.valid_from)),
            (_("Last day"), full_day(row.valid_to)),
            (_("Scan"), proof),
        ]
        if row.handed_in_by:
            pairs.append((_("Handed in by"), row.handed_in_by.name))
        if row.accepted_by:
            pairs.append((_("Recognised by"), f"{row.accepted_by.name} {full_day(row.accepted_on)}"))
        for spell in row.former_acceptances.order_by("started_on", "pk"):
            days = {"since": full_day(spell.started_on), "until": full_day(spell.ended_on)}
            pairs.append((_("Counted before"), _("from %(since)s until %(until)s (not included)") % days))
        if row.words:
            pairs.append((_("Why"), Cell(row.words, said=True)))
        return Layout(
            crumbs=((_("Qualifications"), reverse("pages:qualifications")), (row.number, "")),
            status=row,
            acts=tuple(self._acts()),
            main=(Section(_("Qualification"), pairs=pairs),),
        )

    def _acts(self) -> list[Act]:
        row: Qualification = self.object
        if not may(self.user, Capability.REGISTER):
            return []
        if row.status == QualificationStatus.HANDED_IN:
            return [
                Act(_("Accept"), reverse("pages:qualification-accept", args=[row.pk])),
                Act(_("Return"), reverse("pages:qualification-return", args=[row.pk])),
            ]
        if row.status == QualificationStatus.ACCEPTED:
            return [Act(_("Withdraw"), reverse("pages:qualification-withdraw", args=[row.pk]))]
        return []


class QualificationStep(OneQualification, ActionView):
    """A step of a qualification; afterwards back to its page."""

    needs = Capability.REGISTER

    def object_url(self) -> str:
        """Return its page."""
        return reverse("pages:qualification", args=[self.object.pk])


class QualificationAccept(QualificationStep):
    """Accept what a firm handed in."""

    title, submit_label = gettext_lazy("Accept the qualification"), gettext_lazy("Accept")

    def consequences(self) -> Sequence[StrOrPromise]:
        """Say what counts from then on."""
        row: Qualification = self.object
        found = [_("It counts from now on, in your name: compare the scan with number, issuer and days first.")]
        if row.is_certificate:
            found.append(_("The practising certificate of %(name)s is brought up to date.") % {"name": whose(row)})
        return found

    def act(self, form: Any) -> str:  # noqa: ANN401, ARG002 - nothing to fill in
        """Accept it."""
        services.accept_qualification(row=self.object, by=self.user, on=self.today)
        return _("Accepted; the firm is told.")


class WordsForm(ActionForm):
    """Why."""

    words = forms.CharField(label=gettext_lazy("Reason"), max_length=300, widget=forms.Textarea(attrs={"rows": 3}))


class QualificationReturn(QualificationStep):
    """Return what a firm handed in."""

    title, submit_label, form_class = gettext_lazy("Return the qualification"), gettext_lazy("Return"), WordsForm

    def consequences(self) -> Sequence[StrOrPromise]:
        """Say what the firm can do."""
        return [_("The firm reads the reason and may hand it in again.")]

    def act(self, form: WordsForm) -> str:
        """Return it."""
        services.return_qualification(row=self.object, words=form.cleaned_data["words"], by=self.user, on=self.today)
        return _("Returned; the firm is told.")


class QualificationWithdraw(QualificationStep):
    """Withdraw an accepted qualification."""

    title, submit_label, form_class = gettext_lazy("Withdraw the qualification"), gettext_lazy("Withdraw"), WordsForm
    danger = True

    def consequences(self) -> Sequence[StrOrPromise]:
        """Say what no longer counts."""
        return [_("It counts no more, as of today; the row stays with your reason. The firm is told.")]

    def act(self, form: WordsForm) -> str:
        """Withdraw it."""
        services.withdraw_qualification(row=self.object, words=form.cleaned_data["words"], by=self.user, on=self.today)
        return _("Withdrawn; the firm is told.")


urls = [
    path("qualifications/", QualificationList.as_view(), name="qualifications"),
    path("qualifications/<int:pk>/", QualificationPage.as_view(), name="qualification"),
    path("qualifications/<int:pk>/accept/", QualificationAccept.as_view(), name="qualification-accept"),
    path("qualifications/<int:pk>/return/", QualificationReturn.as_view(), name="qualification-return"),
    path("qualifications/<int:pk>/withdraw/", QualificationWithdraw.as_view(), name="qualification-withdraw"),
]
