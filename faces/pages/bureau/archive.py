"""The archive: papers of archived tasks with the day from which they need not be kept, and their disposal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import forms
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assignments.enums import PaperClass
from assignments.selectors.archive import visible_to
from assignments.services.archive import dispose_papers
from faces.pages.shared import formats
from faces.pages.shared.actions import ActionForm, ActionView
from faces.pages.shared.columns import Column
from faces.pages.shared.facets import Facet
from faces.pages.shared.lists import ListPage, Sort
from foundation.accounts.enums import Capability

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.models import QuerySet
    from django_stubs_ext import StrOrPromise

    from assignments.models import ArchiveTerm


def papers_url(term: ArchiveTerm) -> str:
    """Return the papers of the term's task."""
    return reverse("pages:task", args=[term.task.number]) + "?tab=papers"


class ArchiveList(ListPage):
    """Papers of archived tasks, by class."""

    audience, needs = "bureau", Capability.READ_ALL
    title = gettext_lazy("Archive")
    columns = (
        Column(gettext_lazy("Task"), "task.title", key=True, link=papers_url),
        Column(gettext_lazy("Number"), "task.number"),
        Column(gettext_lazy("Papers"), "kind"),
        Column(gettext_lazy("Archived on"), "closed_on"),
        Column(gettext_lazy("Term ends"), "free_from"),
        Column(gettext_lazy("Destroyed on"), "disposed_on"),
    )
    facets = (Facet("kind", gettext_lazy("Papers"), PaperClass.choices),)
    search_fields = ("task__title", "task__number")
    sorts = (
        Sort("free", gettext_lazy("First to be free first"), ("free_from",)),
        Sort("new", gettext_lazy("Newest first"), ("-pk",)),
    )
    export_name = "archive"
    empty_title = gettext_lazy("No task is archived yet")
    empty_text = gettext_lazy("A task is archived once both its tracks have ended; then it says here until when.")

    def rows(self) -> QuerySet[ArchiveTerm]:
        """Return the terms of the bureau."""
        return visible_to(self.user).select_related("task")


class DisposalForm(ActionForm):
    """By which document."""

    document = forms.CharField(label=gettext_lazy("Approved list of destruction, its number"), max_length=120)


class ArchiveDispose(ActionView):
    """Record that papers were destroyed after their term. Rule R-25."""

    audience, needs, danger = "bureau", Capability.CONFIRM, True
    title, submit_label = gettext_lazy("Record the destruction of papers"), gettext_lazy("Record it")
    form_class = DisposalForm

    def rows(self) -> QuerySet[ArchiveTerm]:
        """Return the terms of the bureau."""
        return visible_to(self.user).select_related("task")

    def object_url(self) -> str:
        """Return the task's papers."""
        return papers_url(self.object)

    def consequences(self) -> Sequence[StrOrPromise]:
        """Say which papers, from when on, and that the rows stay."""
        row: ArchiveTerm = self.object
        facts = {"kind": row.get_kind_display(), "day": formats.day(row.free_from, with_year=True)}
        return [
            row.task.title,
            _("%(kind)s: need not be kept from %(day)s on.") % facts,
            _("This records what was done with the paper; nothing in this system is deleted."),
        ]

    def act(self, form: DisposalForm) -> str:
        """Record it."""
        dispose_papers(term=self.object, document=form.cleaned_data["document"], by=self.user, on=self.today)
        return _("The destruction is on record.")


urls = [
    path("archive/", ArchiveList.as_view(), name="archive"),
    path("archive/<int:pk>/dispose/", ArchiveDispose.as_view(), name="archive-dispose"),
]
