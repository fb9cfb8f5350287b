"""The library of measures (制度库): texts by 文号, from when to when they hold, and which rules cite them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.db.models import Q
from django.http import Http404
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from faces.pages.bureau.rule_words import label_of, value_text
from faces.pages.bureau.rules import MeasureField
from faces.pages.shared import formats
from faces.pages.shared.actions import ActionForm, ActionView, FormPage
from faces.pages.shared.columns import Column
from faces.pages.shared.facets import Facet
from faces.pages.shared.lists import ListPage, Sort
from faces.pages.shared.objects import ObjectPage
from foundation.accounts.enums import Capability
from foundation.accounts.permissions import may
from foundation.rulesets.models import Measure, RuleValue
from foundation.rulesets.rules import cited, registered
from foundation.rulesets.selectors import measures_visible_to, visible_to
from foundation.rulesets.services import MeasureDraft, add_measure, end_measure

if TYPE_CHECKING:
    from django.db.models import QuerySet


def issuers_of(rows: QuerySet[Measure]) -> list[tuple[str, str]]:
    """Return who issued one of the measures."""
    return [(name, name) for name in rows.order_by("issuer").values_list("issuer", flat=True).distinct()]


class MeasureList(ListPage):
    """National texts and those of the bureau."""

    audience, needs = "bureau", Capability.READ_DESK
    template_name = "bureau/measures.html"
    title = gettext_lazy("Library of measures")
    columns = (
        Column(
            gettext_lazy("Letter number"),
            "letter_number",
            key=True,
            link=lambda row: reverse("pages:measure", args=[row.pk]),
        ),
        Column(gettext_lazy("Title"), "title"),
        Column(gettext_lazy("Issued by"), "issuer"),
        Column(gettext_lazy("In force from"), "in_force_from"),
        Column(gettext_lazy("Last day"), "in_force_to"),
        Column(gettext_lazy("Kept by"), lambda row: _("this bureau") if row.bureau_id else _("national text")),
    )
    facets = (Facet("issuer", gettext_lazy("Issued by"), issuers_of),)
    search_fields = ("letter_number", "title", "issuer", "text")
    search_hint = gettext_lazy("Letter number, title or a word of the text")
    sorts = (
        Sort("new", gettext_lazy("Latest first"), ("-in_force_from",)),
        Sort("number", gettext_lazy("By letter number"), ("letter_number",)),
    )
    export_name = "measures"
    empty_title = gettext_lazy("The library is empty")
    empty_text = gettext_lazy("Add the first measure with its letter number; rules can cite it then.")

    def rows(self) -> QuerySet[Measure]:
        """Return national measures and those of the bureau."""
        return measures_visible_to(self.user)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:  # noqa: ANN401 - as in Django
        """Say whether this person may add one."""
        return super().get_context_data(**({"may_edit": may(self.user, Capability.EDIT_RULES)} | kwargs))


class MeasurePage(ObjectPage):
    """One measure: its text, its days, what replaced it, and the rules that cite it."""

    audience, needs = "bureau", Capability.READ_DESK
    template_name = "bureau/measure.html"

    def rows(self) -> QuerySet[Measure]:
        """Return national measures and those of the bureau."""
        return measures_visible_to(self.user).select_related("replaced_by")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:  # noqa: ANN401 - as in Django
        """Return state and citing rules: the shipped ones, and the bureau's own values."""
        measure: Measure = self.object
        if measure.in_force_from > self.today:
            state = ("wait", _("begins later"))
        elif measure.in_force_to and measure.in_force_to < self.today:
            state = ("void", _("ended"))
        else:
            state = ("done", _("in force"))
        shipped = [
            (rule.number, label_of(rule.key), value_text(rule.key, rule.default))
            for rule in sorted(registered().values(), key=lambda rule: (rule.number, rule.key))
            if measure.letter_number in {text.letter_number for text in cited(rule.source)}
        ]
        own = RuleValue.objects.filter(measure=measure, rule_set__in=visible_to(self.user))
        found = {
            "title": measure.title,
            "shape": state[0],
            "word": state[1],
            "shipped": shipped,
            "own": [
                (row.rule_set, label_of(row.key), value_text(row.key, row.value), row.clause)
                for row in own.select_related("rule_set").order_by("-rule_set__effective_from", "key")
            ],
            "before": list(measures_visible_to(self.user).filter(replaced_by=measure).order_by("in_force_from")),
            "may_end": measure.bureau_id is not None and may(self.user, Capability.EDIT_RULES),
        }
        return super().get_context_data(**(found | kwargs))


class MeasureForm(ActionForm):
    """A measure as it was issued."""

    letter_number = forms.CharField(label=gettext_lazy("Letter number"), max_length=60)
    title = forms.CharField(label=gettext_lazy("Title"), max_length=200)
    issuer = forms.CharField(label=gettext_lazy("Issued by"), max_length=100)
    in_force_from = forms.DateField(label=gettext_lazy("In force from"), widget=forms.DateInput({"type": "date"}))
    in_force_to = forms.DateField(
        label=gettext_lazy("Last day"), required=False, widget=forms.DateInput({"type": "date"})
    )
    text = forms.CharField(
        label=gettext_lazy("Text"), required=False, max_length=200_000, widget=forms.Textarea({"rows": 12})
    )


class MeasureAdd(FormPage):
    """Add a measure of the bureau to the library."""

    audience, needs, title = "bureau", Capability.EDIT_RULES, gettext_lazy("Add a measure")
    form_class, submit_label = MeasureForm, gettext_lazy("Add the measure")
    made: Measure | None = None

    def get_success_url(self) -> str:
        """Go to the new measure."""
        return reverse("pages:measure", args=[self.made.pk]) if self.made else reverse("pages:measures")

    def act(self, form: MeasureForm) -> str:
        """Add it."""
        bureau = self.user.bureau
        if bureau is None:
            raise Http404
        draft = MeasureDraft(**form.cleaned_data)
        self.made = add_measure(bureau=bureau, draft=draft, by=self.user, on=self.today)
        return _("The measure is in the library.")


class EndForm(ActionForm):
    """The last day, and what replaced it."""

    in_force_to = forms.DateField(label=gettext_lazy("Last day"), widget=forms.DateInput({"type": "date"}))
    replaced_by = MeasureField(label=gettext_lazy("Replaced by"), queryset=Measure.objects.none(), required=False)


class MeasureEnd(ActionView):
    """Write the last day of a measure; national texts are the product's."""

    audience, needs, title = "bureau", Capability.EDIT_RULES, gettext_lazy("End a measure")
    form_class, submit_label = EndForm, gettext_lazy("Write the last day")

    def rows(self) -> QuerySet[Measure]:
        """Return the bureau's own measures."""
        return measures_visible_to(self.user).filter(Q(bureau__isnull=False))

    def object_url(self) -> str:
        """Return the measure's page."""
        return reverse("pages:measure", args=[self.object.pk])

    def get_form(self, form_class: type[EndForm] | None = None) -> EndForm:
        """Offer the other measures of the library."""
        form: EndForm = super().get_form(form_class)
        field = form.fields["replaced_by"]
        if isinstance(field, MeasureField):
            field.queryset = measures_visible_to(self.user).exclude(pk=self.object.pk).order_by("-in_force_from")
        return form

    def act(self, form: EndForm) -> str:
        """Write it."""
        facts = form.cleaned_data
        row = end_measure(measure=self.object, by=self.user, on=self.today, **facts)
        day = formats.day(row.in_force_to, with_year=True) if row.in_force_to else ""
        return _("The last day of the measure is %(day)s.") % {"day": day}


urls = [
    path("measures/", MeasureList.as_view(), name="measures"),
    path("measures/add/", MeasureAdd.as_view(), name="measure-add"),
    path("measures/<int:pk>/", MeasurePage.as_view(), name="measure"),
    path("measures/<int:pk>/end/", MeasureEnd.as_view(), name="measure-end"),
]
