"""Texts of the undertaking (承诺书): every version with its first day; a new one is written, none is changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.http import Http404
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from admissions.enums import ApplicationKind
from faces.pages.bureau.confirmations import YearlyList
from faces.pages.shared import formats
from faces.pages.shared.actions import ActionForm, FormPage
from faces.pages.shared.application_words import UNDERTAKING_CODES, undertaking_lines
from faces.pages.shared.columns import Column
from faces.pages.shared.delivery_forms import day, textarea
from faces.pages.shared.facets import Facet
from faces.pages.shared.lists import Sort
from faces.pages.shared.sections import Layout, Section, SectionsPage
from foundation.accounts.enums import Capability
from foundation.accounts.permissions import may
from foundation.rulesets.models import Wording
from foundation.rulesets.selectors import wordings_visible_to
from foundation.rulesets.services import WORDING_LONGEST, put_wording

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.models import QuerySet
    from django_stubs_ext import StrOrPromise

WHOSE = {UNDERTAKING_CODES[kind.value]: kind.label for kind in ApplicationKind}


def text_url(row: Wording) -> str:
    """Return the page of a version."""
    return reverse("pages:undertaking-text", args=[row.pk])


def whose(row: Wording) -> StrOrPromise:
    """Return who accepts the text."""
    return WHOSE.get(row.code, row.code)


class TextList(YearlyList):
    """Every version of every text."""

    title = gettext_lazy("Texts of the undertaking")
    columns = (
        Column(gettext_lazy("Version"), "version", key=True, link=text_url),
        Column(pgettext_lazy("undertaking", "Accepted by"), whose),
        Column(gettext_lazy("In force from"), lambda row: formats.day(row.in_force_from, with_year=True)),
        Column(gettext_lazy("First sentence"), lambda row: row.lines[0] if row.lines else ""),
        Column(gettext_lazy("Written by"), "made_by.name"),
    )
    facets = (Facet("code", pgettext_lazy("undertaking", "Accepted by"), tuple(WHOSE.items())),)
    search_fields = ("text",)
    search_hint = gettext_lazy("A word of the text")
    sorts = (Sort("new", gettext_lazy("Latest first"), ("-in_force_from",)),)
    export_name = "undertaking-texts"
    empty_title = gettext_lazy("The shipped texts are in force")
    empty_text = gettext_lazy("Write a version of your own; it is accepted from its first day on.")

    def rows(self) -> QuerySet[Wording]:
        """Return the versions of the bureau."""
        return wordings_visible_to(self.user).filter(code__in=WHOSE).select_related("made_by")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:  # noqa: ANN401 - as in Django
        """Say whether this person may write one."""
        return super().get_context_data(**({"may_add": may(self.user, Capability.EDIT_RULES)} | kwargs))


class TextPage(SectionsPage):
    """One version, word by word."""

    audience, needs = "bureau", Capability.READ_ALL

    def rows(self) -> QuerySet[Wording]:
        """Return the versions of the bureau."""
        return wordings_visible_to(self.user).select_related("made_by")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:  # noqa: ANN401 - as in Django
        """Call the page after the version."""
        return super().get_context_data(
            **({"title": _("Version %(version)s") % {"version": self.object.version}} | kwargs)
        )

    def layout(self) -> Layout:
        """Return the text and its days."""
        row: Wording = self.object
        return Layout(
            crumbs=((_("Texts of the undertaking"), reverse("pages:undertaking-texts")), (row.version, "")),
            meta=(str(whose(row)),),
            main=(Section(_("Text"), said=row.text),),
            beside=(
                Section(
                    pgettext("application", "Days"),
                    pairs=(
                        (_("In force from"), formats.day(row.in_force_from, with_year=True)),
                        (_("Written by"), row.made_by.name),
                    ),
                    note=_(
                        "Whoever accepted an earlier version keeps it; the next acceptance shows the text in force."
                    ),
                ),
            ),
        )


class TextForm(ActionForm):
    """Who accepts it, from when, what it says."""

    kind = forms.ChoiceField(
        label=pgettext_lazy("undertaking", "Accepted by"), choices=ApplicationKind.choices, widget=forms.RadioSelect
    )
    in_force_from = forms.DateField(label=gettext_lazy("First day"), widget=day())
    text = forms.CharField(
        label=gettext_lazy("Text"),
        max_length=WORDING_LONGEST,
        widget=textarea(12),
        help_text=gettext_lazy("One sentence on a line."),
    )


class TextAdd(FormPage):
    """Write a new version."""

    audience, needs, title = "bureau", Capability.EDIT_RULES, gettext_lazy("Write a new version of an undertaking")
    form_class, submit_label = TextForm, gettext_lazy("Put it in force")
    made: Wording | None = None

    def get_initial(self) -> dict[str, Any]:
        """Begin from the text that firms accept today."""
        bureau = self.user.bureau
        lines = undertaking_lines(bureau, ApplicationKind.FIRM.value, self.today) if bureau else []
        begun = {"kind": ApplicationKind.FIRM.value, "in_force_from": self.today, "text": "\n".join(map(str, lines))}
        return {**super().get_initial(), **begun}

    def get_success_url(self) -> str:
        """Go to the new version."""
        return text_url(self.made) if self.made else reverse("pages:undertaking-texts")

    def consequences(self) -> Sequence[StrOrPromise]:
        """Say whom it binds."""
        return [
            _("Everybody who accepts from its first day on reads it; applications not yet handed in accept it anew."),
            _("Whoever has accepted this year keeps the version of then."),
        ]

    def act(self, form: TextForm) -> str:
        """Write it."""
        bureau, given = self.user.bureau, form.cleaned_data
        if bureau is None:
            raise Http404
        self.made = put_wording(
            bureau=bureau,
            code=UNDERTAKING_CODES[given["kind"]],
            text=given["text"],
            in_force_from=given["in_force_from"],
            by=self.user,
            on=self.today,
        )
        return _("The text is in force from its first day.")


urls = [
    path("undertaking-texts/", TextList.as_view(), name="undertaking-texts"),
    path("undertaking-texts/add/", TextAdd.as_view(), name="undertaking-text-add"),
    path("undertaking-texts/<int:pk>/", TextPage.as_view(), name="undertaking-text"),
]
