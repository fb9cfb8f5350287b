"""Credit events of firms and experts: the list, one event with its reply, the catalogue of codes."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.db.models import QuerySet, Value
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic.base import TemplateView

from credit.enums import CreditKind, CreditParty
from credit.models import CreditEvent
from credit.selectors import code_name, event_name, events_on, evidence_of
from credit.selectors import visible_to as events_visible_to
from credit.services.catalogue import propose_code, propose_without_code
from evaluators.models import Firm
from experts.models import Expert
from faces.pages.bureau.credit import event_url, steps_in_words
from faces.pages.bureau.experts import expert_url
from faces.pages.bureau.firms import firm_url
from faces.pages.shared.access import today
from faces.pages.shared.actions import ActionForm, FormPage
from faces.pages.shared.as_of import DatedList, DatedPage
from faces.pages.shared.columns import Column
from faces.pages.shared.credit_words import STEPS, event_state, points_word, reply_section, reply_words
from faces.pages.shared.delivery_forms import textarea
from faces.pages.shared.facets import Facet
from faces.pages.shared.formats import full_day
from faces.pages.shared.lists import Sort
from faces.pages.shared.sections import Act, Cell, Grid, Layout, Section, SectionsPage
from foundation.accounts.enums import Capability
from foundation.accounts.permissions import may
from foundation.rulesets.models import RuleSet
from foundation.rulesets.selectors import rules_for
from foundation.rulesets.selectors import visible_to as rule_sets_visible_to

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django_stubs_ext import StrOrPromise


def party_of(row: CreditEvent) -> str:
    """Return the name of the firm or the expert."""
    if row.organisation is not None:
        return row.organisation.name
    return row.person.name if row.person is not None else ""


def years_of(rows: QuerySet[CreditEvent]) -> list[tuple[int, str]]:
    """Return the years in which events happened, newest first."""
    years = rows.order_by("-occurred_on__year").values_list("occurred_on__year", flat=True).distinct()[:20]
    return [(year, str(year)) for year in years]


def reply_of(row: CreditEvent) -> Cell:
    """Return where the reply to an event stands today."""
    return reply_words(getattr(row, "reply", None), row.reply_until, today())


class CreditList(DatedList):
    """Every event of firms and experts, void ones too."""

    audience, needs = "bureau", Capability.READ_ALL
    title = gettext_lazy("Credit events")
    template_name = "bureau/credit_events.html"
    columns: ClassVar[Sequence[Column]] = (
        Column(gettext_lazy("Firm or expert"), party_of, key=True, link=event_url),
        Column(gettext_lazy("Code"), event_name),
        Column(gettext_lazy("Points"), points_word, num=True),
        Column(gettext_lazy("Day"), lambda row: full_day(row.occurred_on)),
        Column(gettext_lazy("Recorded on"), lambda row: full_day(row.recorded_on) if row.recorded_on else "—"),
        Column(gettext_lazy("Runs until"), lambda row: full_day(row.expires_on)),
        Column(gettext_lazy("Today"), lambda row: event_state(row, today()).text),
        Column(gettext_lazy("Party’s reply"), lambda row: reply_of(row).text),
        Column(gettext_lazy("What happened"), "words", cut=True),
    )
    facets: ClassVar[Sequence[Facet]] = (
        Facet("kind", gettext_lazy("Kind"), CreditKind.choices),
        Facet("step", gettext_lazy("How grave"), tuple(STEPS.items())),
        Facet("year", gettext_lazy("Year"), years_of, lookup="occurred_on__year"),
    )
    search_fields: ClassVar[Sequence[str]] = (
        "organisation__name",
        "organisation__sort_key",
        "person__name",
        "person__sort_key",
        "words",
        "code",
    )
    search_hint = gettext_lazy("Name, initials, words, code")
    sorts = (
        Sort("new", gettext_lazy("Newest first"), ("-occurred_on", "-pk")),
        Sort("end", gettext_lazy("Runs longest first"), ("-expires_on", "-pk")),
    )
    export_name = "credit-events"
    empty_title = gettext_lazy("No event is recorded")
    empty_text = gettext_lazy("A violation or a merit is recorded on the page of the firm or the expert.")

    def rows(self) -> QuerySet[CreditEvent]:
        """Return the visible events with their parties."""
        return events_visible_to(self.user).select_related("organisation", "person", "reply")


def asked(row: Any) -> date:  # noqa: ANN401 - an event with the asked day
    """Return the day that the list shows."""
    return date.fromisoformat(row.day)


def reply_then(row: Any) -> str:  # noqa: ANN401 - an event with the asked day
    """Return where the reply stood on the day that the list shows."""
    return str(reply_words(getattr(row, "reply", None), row.reply_until, asked(row)).text)


class EventsThen(CreditList):
    """What had happened by another day, whether it ran then, and how far the reply had come."""

    columns = (
        Column(gettext_lazy("Firm or expert"), "party_then", key=True, link=event_url),
        Column(gettext_lazy("Code"), event_name),
        Column(gettext_lazy("Points"), points_word, num=True),
        Column(gettext_lazy("Day"), lambda row: full_day(row.occurred_on)),
        Column(gettext_lazy("Runs until"), lambda row: full_day(row.expires_on)),
        Column(gettext_lazy("On this day"), lambda row: event_state(row, asked(row)).text),
        Column(gettext_lazy("Party’s reply"), reply_then),
        Column(gettext_lazy("What happened"), "words", cut=True),
    )
    search_fields = ("party_then", "organisation__sort_key", "person__sort_key", "words", "code")
    empty_title = gettext_lazy("No event had happened by this day")
    empty_text = gettext_lazy("Ask about a later day, or go back to today.")
    then = None

    def rows(self) -> QuerySet[CreditEvent]:
        """Return the events of the day."""
        rows: QuerySet[CreditEvent] = events_on(super().rows(), self.day)
        return rows.annotate(day=Value(self.day.isoformat()))


CreditList.then = EventsThen


class EventPage(SectionsPage):
    """One event: what happened, the evidence, the party's reply and the answer beside it."""

    audience, needs = "bureau", Capability.READ_ALL

    def rows(self) -> QuerySet[CreditEvent]:
        """Return the visible events."""
        joins = "bureau", "organisation", "person", "recorded_by", "voided_by", "reply__given_by", "reply__answered_by"
        return events_visible_to(self.user).select_related(*joins, "reply__file")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:  # noqa: ANN401
        """Say whom it concerns, and which code."""
        row: CreditEvent = self.object
        return super().get_context_data(**({"title": f"{party_of(row)}：{event_name(row)}"} | kwargs))

    def layout(self) -> Layout:
        """Return the event, its evidence, its reply."""
        row: CreditEvent = self.object
        reply = getattr(row, "reply", None)
        files = evidence_of([row.pk]).get(row.pk, [])
        lines = [
            (
                Cell(file.original_name, reverse("pages:file", args=[file.pk])),
                full_day(timezone.localdate(file.uploaded_at)),
                file.sha256[:16],
            )
            for file in files
        ]
        empty = _("No reply came.")
        if row.reply_until and reply is None and self.today <= row.reply_until:
            empty = _("The party may reply until %(day)s.") % {"day": full_day(row.reply_until)}
        return Layout(
            crumbs=((_("Credit events"), reverse("pages:credit-events")), (f"#{row.pk}", "")),
            meta=(row.get_kind_display(), full_day(row.occurred_on)),
            acts=tuple(self._acts()),
            main=(
                Section(_("What happened"), said=row.words),
                Section(
                    _("Evidence"),
                    grid=Grid((_("File"), _("Added on"), _("SHA-256")), lines),
                    count=len(lines),
                    empty=_("No file was given."),
                ),
                reply_section(reply, empty=empty),
            ),
            beside=(Section(_("In the record"), pairs=self._pairs()),),
        )

    def _pairs(self) -> list[tuple[StrOrPromise, Cell | object]]:
        row: CreditEvent = self.object
        pairs: list[tuple[StrOrPromise, Cell | object]] = [
            (_("Firm or expert"), Cell(party_of(row), self._party_url())),
            (_("Day on which it happened"), full_day(row.occurred_on)),
            (_("Points"), points_word(row)),
            (_("Runs until"), full_day(row.expires_on)),
            (_("Today"), event_state(row, self.today)),
            (_("Recorded by"), f"{row.recorded_by.name} {full_day(row.recorded_on) if row.recorded_on else ''}"),
        ]
        if row.voided_on is not None:
            by = row.voided_by.name if row.voided_by else ""
            pairs += [
                (_("Void since"), f"{full_day(row.voided_on)} {by}"),
                (_("Reason"), Cell(row.void_reason, said=True)),
            ]
        return pairs

    def _party_url(self) -> str:
        row: CreditEvent = self.object
        if row.organisation_id is not None:
            firm = Firm.objects.filter(organisation_id=row.organisation_id).first()
            return firm_url(firm) if firm else ""
        expert = Expert.objects.filter(person_id=row.person_id or 0).first()
        return f"{expert_url(expert)}?tab=work" if expert else ""

    def _acts(self) -> list[Act]:
        row: CreditEvent = self.object
        reply, found = getattr(row, "reply", None), []
        decides = may(self.user, Capability.CONFIRM)
        is_open = row.reply_until is not None and self.today <= row.reply_until and not row.voided_on
        if decides and reply is not None and reply.answered_on is None:
            found.append(Act(_("Answer the reply"), reverse("pages:credit-answer", args=[reply.pk])))
        if reply is None and is_open and may(self.user, Capability.REGISTER):
            found.append(Act(_("Enter a reply on paper"), reverse("pages:credit-reply", args=[row.pk])))
        if decides and not row.voided_on:
            found.append(Act(_("Add evidence"), reverse("pages:credit-evidence", args=[row.pk])))
            found.append(Act(_("Void"), reverse("pages:credit-void", args=[row.pk])))
        return found


class CodeCatalogue(DatedPage, TemplateView):
    """The codes in force on a day, with their steps and where they come from. Rule R-55."""

    audience, needs = "bureau", Capability.READ_ALL
    template_name = "bureau/credit_codes.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:  # noqa: ANN401
        """Return the catalogue of the day that is asked about."""
        bureau = self.user.bureau
        day = self.day
        rules = rules_for(bureau=bureau, on=day) if bureau else None
        steps = dict(steps_in_words(bureau, day)) if bureau else {}
        source = rules.source("credit_codes") if rules else ""
        lines = [
            (
                Cell(code_name(line)),
                line["code"],
                CreditKind(line["kind"]).label,
                CreditParty(line["party"]).label,
                steps.get(line["step"], "—"),
                line["clause"] or source or _("bureau’s own setting"),
            )
            for line in (rules.value("credit_codes") if rules else ())
        ]
        headings = (_("Code in words"), _("Code"), _("Kind"), _("For"), _("Step of the deduction"), _("Source"))
        acts: tuple[Act, ...] = ()
        if may(self.user, Capability.EDIT_RULES):
            acts = (
                Act(_("Add or change a code"), reverse("pages:credit-code-change")),
                Act(_("Take a code out"), reverse("pages:credit-code-drop")),
            )
        set_name = rules.rule_set.name if rules and rules.rule_set else _("the shipped rules")
        layout = Layout(
            acts=acts,
            main=(
                Section(
                    _("Codes on %(day)s") % {"day": full_day(day)},
                    grid=Grid(headings, lines),
                    count=len(lines),
                    note=_("From %(set)s. A change begins with a coming rule set; events keep the code of their day.")
                    % {"set": set_name},
                ),
            ),
        )
        found = {"title": _("Catalogue of codes"), "layout": layout}
        return super().get_context_data(**(found | kwargs))


class ComingSets(forms.ModelChoiceField[RuleSet]):
    """A choice of the rule sets that have not begun."""

    def label_from_instance(self, obj: RuleSet) -> str:
        """Show the name and the first day."""
        return _("%(name)s, from %(day)s") % {"name": obj.name, "day": full_day(obj.effective_from)}


class SetForm(ActionForm):
    """In which rule set, and why."""

    rule_set = ComingSets(
        label=gettext_lazy("Rule set"),
        queryset=RuleSet.objects.none(),
        help_text=gettext_lazy("Only sets that have not begun can change. Open one on the page of rules first."),
    )
    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=300, widget=textarea(3))


class CodeForm(SetForm):
    """One line of the catalogue."""

    code = forms.CharField(
        label=gettext_lazy("Code"),
        max_length=20,
        help_text=gettext_lazy("Letters, digits, underscores. A code that is there already is changed."),
    )
    name = forms.CharField(
        label=gettext_lazy("Code in words"),
        max_length=60,
        required=False,
        help_text=gettext_lazy("A shipped code may keep its own words."),
    )
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=CreditKind.choices, widget=forms.RadioSelect)
    party = forms.ChoiceField(label=gettext_lazy("For"), choices=CreditParty.choices, widget=forms.RadioSelect)
    step = forms.ChoiceField(
        label=gettext_lazy("Step of the deduction"),
        choices=(("", "—"), *STEPS.items()),
        required=False,
        help_text=gettext_lazy("For a violation only."),
    )
    clause = forms.CharField(
        label=gettext_lazy("Source"), max_length=120, required=False, help_text=gettext_lazy("文号 and clause.")
    )
    field_order = ("rule_set", "code", "name", "kind", "party", "step", "clause", "reason")


class CatalogueStep(FormPage):
    """A change of the catalogue, in a coming rule set."""

    audience, needs = "bureau", Capability.EDIT_RULES
    submit_label = gettext_lazy("Submit for approval")

    def get_success_url(self) -> str:
        """Return the catalogue."""
        return reverse("pages:credit-codes")

    def get_form(self, form_class: Any = None) -> Any:  # noqa: ANN401 - Django's signature
        """Offer the rule sets that have not begun."""
        form = super().get_form(form_class)
        coming = rule_sets_visible_to(self.user).filter(effective_from__gte=self.today)
        form.fields["rule_set"].queryset = coming.order_by("effective_from", "pk")
        return form

    def consequences(self) -> Sequence[StrOrPromise]:
        """Say who decides, and what keeps the old code."""
        return [
            _("The approval chain of the bureau decides; nobody approves his own entry."),
            _("Events of the past keep their code and their points."),
        ]


class CodeChange(CatalogueStep):
    """Add a code, or change one."""

    title, form_class = gettext_lazy("Add or change a code"), CodeForm

    def act(self, form: CodeForm) -> str:
        """Propose it."""
        given = form.cleaned_data
        line = {name: given[name] for name in ("code", "name", "kind", "party", "step", "clause")}
        propose_code(rule_set=given["rule_set"], line=line, reason=given["reason"], by=self.user, on=self.today)
        return _("The change is under approval.")


class DropForm(SetForm):
    """Which code."""

    code = forms.ChoiceField(label=gettext_lazy("Code"), choices=())
    field_order = ("rule_set", "code", "reason")


class CodeDrop(CatalogueStep):
    """Take a code out of the catalogue; events that carry it keep it."""

    title, form_class, danger = gettext_lazy("Take a code out"), DropForm, True

    def get_form(self, form_class: Any = None) -> Any:  # noqa: ANN401 - Django's signature
        """Offer the codes."""
        form = super().get_form(form_class)
        bureau = self.user.bureau
        lines = rules_for(bureau=bureau, on=self.today).value("credit_codes") if bureau else ()
        form.fields["code"].choices = [(line["code"], code_name(line)) for line in lines]
        return form

    def act(self, form: DropForm) -> str:
        """Propose it."""
        given = form.cleaned_data
        propose_without_code(
            rule_set=given["rule_set"], code=given["code"], reason=given["reason"], by=self.user, on=self.today
        )
        return _("The change is under approval.")


urls = [
    path("credit/", CreditList.as_view(), name="credit-events"),
    path("credit/codes/", CodeCatalogue.as_view(), name="credit-codes"),
    path("credit/codes/change/", CodeChange.as_view(), name="credit-code-change"),
    path("credit/codes/drop/", CodeDrop.as_view(), name="credit-code-drop"),
    path("credit/<int:pk>/", EventPage.as_view(), name="credit-event"),
]
