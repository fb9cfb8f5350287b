"""Rosters in: the list, uploading, what a checked file would change and what is wrong with it, empty forms."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from faces.exchange.exporters import template_book
from faces.exchange.faults import Ended, Why
from faces.exchange.importing import NOUNS, OFFERED
from faces.exchange.models import RUNNING, ImportRun, RunStatus
from faces.exchange.progress import told
from faces.exchange.runs import check_file, visible_to
from faces.pages.bureau.import_steps import QUESTIONS_SHOWN, columns_of, questions_of
from faces.pages.bureau.import_steps import urls as step_urls
from faces.pages.shared.access import AudiencePage
from faces.pages.shared.actions import ActionForm, FormPage
from faces.pages.shared.columns import XLSX, Column
from faces.pages.shared.facets import Facet
from faces.pages.shared.lists import ListPage
from faces.pages.shared.objects import ObjectPage, OneObject
from faces.pages.shared.statuses import serve_shapes
from foundation.accounts.enums import Capability

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest
    from django_stubs_ext import StrOrPromise

FAULTS_SHOWN = 500
serve_shapes(
    run=("QUEUED", "WRITING", "UNDOING"),
    bad=("FAULTY",),
    wait=("CHECKED",),
    done=("IMPORTED",),
    void=("UNDONE", "STOPPED"),
)


def offered() -> list[tuple[str, StrOrPromise]]:
    """Return what people may import, in the order of the menu."""
    return [(code, NOUNS[code].label) for code in OFFERED if code in NOUNS]


def noun_word(run: ImportRun) -> StrOrPromise:
    """Return what a run imports, in words."""
    noun = NOUNS.get(run.noun)
    return noun.label if noun else run.noun


def is_traced(run: ImportRun) -> bool:
    """Return whether it was kept what the run created and changed."""
    return run.noun in NOUNS and NOUNS[run.noun].is_traced


def read_as(run: ImportRun) -> list[tuple[str, str, str, str]]:
    """Return for each heading its sheet, its letters, its words, and the column of the form that it is read as."""
    words = columns_of(run)
    return [
        (held, place, heading, words.get(sheet, {}).get(key, ""))
        for sheet, held, place, heading, key in run.report.get("columns", [])
    ]


def open_in(run: ImportRun) -> list[dict[str, Any]]:
    """Return the questions of the report that nobody has answered."""
    return [one for one in run.report.get("questions", []) if not one["answer"]]


class ImportList(ListPage):
    """Every file that was checked or imported."""

    audience, needs = "bureau", Capability.IMPORT
    template_name = "bureau/imports.html"
    title = gettext_lazy("Imports")
    columns = (
        Column(gettext_lazy("File"), "name", key=True, link=lambda run: reverse("pages:import", args=[run.pk])),
        Column(gettext_lazy("What it brings"), noun_word),
        Column(gettext_lazy("Rows"), "rows", num=True),
        Column(gettext_lazy("Faults"), "faults", num=True),
        Column(gettext_lazy("Uploaded by"), "uploaded_by.name"),
        Column(gettext_lazy("State"), "status", status=True),
    )
    facets = (Facet("status", gettext_lazy("State"), RunStatus.choices),)
    search_fields = ("name",)
    export_name = "imports"
    empty_title = gettext_lazy("No file was imported yet")
    empty_text = gettext_lazy("Upload a roster; it is checked first, and nothing changes before you confirm.")

    def rows(self) -> QuerySet[ImportRun]:
        """Return the runs of the own bureau."""
        return visible_to(self.user).select_related("uploaded_by")


class ImportForm(ActionForm):
    """What the file brings, and the file."""

    noun = forms.ChoiceField(choices=offered, label=gettext_lazy("What it brings"))
    file = forms.FileField(
        label=gettext_lazy("File (.xlsx, .xls or .csv)"),
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.xls,.csv"}),
        help_text=gettext_lazy(
            "At most 20 MB. The first rows may hold a title; the headings are found. A large file is checked in the "
            "background: you may leave its page and come back."
        ),
    )


class ImportNew(FormPage):
    """Upload and check; nothing changes yet."""

    audience, needs = "bureau", Capability.IMPORT
    template_name = "bureau/import_new.html"
    title = gettext_lazy("Import a roster")
    form_class = ImportForm
    submit_label = gettext_lazy("Check the file")
    made: ImportRun | None = None

    def act(self, form: ImportForm) -> str | None:
        """Check the file."""
        upload, bureau = form.cleaned_data["file"], self.user.bureau
        if bureau is None:
            raise Http404
        self.made = check_file(
            bureau=bureau,
            noun=form.cleaned_data["noun"],
            name=upload.name,
            content=upload.read(),
            by=self.user,
            on=self.today,
        )
        return None

    def get_success_url(self) -> str:
        """Return the page of the checked file."""
        return reverse("pages:import", args=[self.made.pk]) if self.made else reverse("pages:imports")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:  # noqa: ANN401 - as in Django
        """Add the empty forms that can be filled in."""
        blanks = [(label, reverse("pages:import-template", args=[code])) for code, label in offered()]
        return super().get_context_data(**({"blanks": blanks} | kwargs))


class ImportPage(ObjectPage):
    """One file: what is wrong with it, or what it would change."""

    audience, needs = "bureau", Capability.IMPORT
    template_name = "bureau/import.html"

    def rows(self) -> QuerySet[ImportRun]:
        """Return the runs of the own bureau."""
        return visible_to(self.user).select_related("uploaded_by", "bureau")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:  # noqa: ANN401 - as in Django
        """Add the report as tables."""
        run: ImportRun = self.object
        report = run.report
        sheets = [
            (name, count, report.get("created", {}).get(name, 0), report.get("updated", {}).get(name, 0))
            for name, count in report.get("read", {}).items()
        ]
        words = {
            RunStatus.QUEUED: _("The file is being checked"),
            RunStatus.WRITING: _("The rows are being written"),
            RunStatus.STOPPED: _("This file was put aside"),
            RunStatus.FAULTY: ngettext("%(n)d fault to correct", "%(n)d faults to correct", run.faults)
            % {"n": run.faults},
            RunStatus.CHECKED: ngettext("%(n)d row can be imported", "%(n)d rows can be imported", run.rows)
            % {"n": run.rows},
            RunStatus.IMPORTED: ngettext("%(n)d row imported", "%(n)d rows imported", run.rows) % {"n": run.rows},
            RunStatus.UNDOING: _("The import is being taken back"),
            RunStatus.UNDONE: _("This import was taken back"),
        }
        if run.status == RunStatus.FAULTY and not run.faults:
            asked = len(open_in(run))
            sentence = ngettext("%(n)d question to answer", "%(n)d questions to answer", asked)
            words[RunStatus.FAULTY] = sentence % {"n": asked}
        found = {
            "title": words[RunStatus(run.status)],
            "noun": noun_word(run),
            "sheets": sheets,
            "faults": report.get("faults", [])[:FAULTS_SHOWN],
            "hidden": max(0, run.faults - FAULTS_SHOWN),
            "skipped": [(sheet, row, text, Why(why).label) for sheet, row, text, why in report.get("skipped", [])],
            "unknown": report.get("unknown", []),
            "changes": report.get("changes", []),
            "kept": [
                (sheet, row, of, Ended(what).label, date.fromisoformat(day))
                for sheet, row, of, what, day in report.get("kept", [])
            ],
            "read_as": read_as(run),
            "not_undone": report.get("not_undone", "") if run.status == RunStatus.IMPORTED else "",
            "is_running": run.status in RUNNING,
            "progress": told(run.pk) if run.status in RUNNING else None,
            "can_confirm": run.status == RunStatus.CHECKED,
            "can_stop": run.status in {RunStatus.QUEUED, RunStatus.CHECKED},
            "can_name": run.status in {RunStatus.CHECKED, RunStatus.FAULTY} and bool(report.get("columns")),
            "questions": questions_of(run)[:QUESTIONS_SHOWN],
            "open_count": len(open_in(run)),
            "can_answer": run.status in {RunStatus.CHECKED, RunStatus.FAULTY} and bool(report.get("questions")),
            "can_undo": run.status == RunStatus.IMPORTED and is_traced(run),
        }
        return super().get_context_data(**(found | kwargs))


class ImportProgress(OneObject):
    """How far a file is that is checked or written in the background: a part of its page, asked for again and again."""

    audience, needs = "bureau", Capability.IMPORT

    def rows(self) -> QuerySet[ImportRun]:
        """Return the runs of the own bureau."""
        return visible_to(self.user)

    def get(self, request: HttpRequest, **_names: Any) -> HttpResponse:  # noqa: ANN401 - what the address names
        """Return the part; once the work is over, the word to load the page anew."""
        if self.object.status in RUNNING:
            context = {"object": self.object, "progress": told(self.object.pk)}
            return render(request, "bureau/import/progress.html", context)
        response = HttpResponse(status=200)
        response.headers["HX-Refresh"] = "true"
        return response


class ImportTemplate(AudiencePage):
    """An empty spreadsheet with the headings of an import."""

    audience, needs = "bureau", Capability.IMPORT

    def get(self, _request: HttpRequest, code: str) -> HttpResponse:
        """Return the workbook."""
        if code not in OFFERED or code not in NOUNS:
            raise Http404
        response = HttpResponse(template_book(NOUNS[code]), content_type=XLSX)
        response["Content-Disposition"] = f'attachment; filename="{code}.xlsx"'
        return response


urls = [
    *step_urls,
    path("imports/", ImportList.as_view(), name="imports"),
    path("imports/new/", ImportNew.as_view(), name="import-new"),
    path("imports/<int:pk>/", ImportPage.as_view(), name="import"),
    path("imports/<int:pk>/progress/", ImportProgress.as_view(), name="import-progress"),
    path("imports/templates/<slug:code>/", ImportTemplate.as_view(), name="import-template"),
]
