"""Rosters in: upload, look at every fault by sheet, row and column, then import as a whole or not at all."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from faces.exchange.answers import given_by
from faces.exchange.exporters import template_book
from faces.exchange.faults import Ended, Why
from faces.exchange.importing import NOUNS, OFFERED
from faces.exchange.models import RUNNING, ImportRun, RunStatus
from faces.exchange.progress import told
from faces.exchange.questions import NEW, RENAMED
from faces.exchange.runs import answer, check_file, confirm, name_columns, stop, undo, visible_to
from faces.pages.shared.access import AudiencePage
from faces.pages.shared.actions import ActionForm, ActionView, FormPage
from faces.pages.shared.columns import XLSX, Column
from faces.pages.shared.facets import Facet
from faces.pages.shared.lists import ListPage
from faces.pages.shared.objects import ObjectPage, OneObject
from faces.pages.shared.statuses import serve_shapes
from foundation.accounts.enums import Capability

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.models import QuerySet
    from django.http import HttpRequest
    from django_stubs_ext import StrOrPromise

FAULTS_SHOWN = 500
QUESTIONS_SHOWN = 200  # asked at a time; the rest follow once these are answered
KINDS = {
    "person": gettext_lazy("the persons"),
    "body": gettext_lazy("the bodies"),
    "unit": gettext_lazy("the units"),
    "project": gettext_lazy("the projects"),
    "name": gettext_lazy("the names"),
}
FOR_ALL = {"name": RENAMED}  # what all of a kind may be said to be at once; of other kinds: new

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


def columns_of(run: ImportRun) -> dict[str, dict[str, str]]:
    """Return the headings of the form by sheet and key of the column."""
    noun = NOUNS.get(run.noun)
    parts = noun.parts if noun else ()
    return {part.layout.name: {column.key: column.heading for column in part.layout.columns} for part in parts}


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


def questions_of(run: ImportRun) -> list[dict[str, Any]]:
    """Return each question once, with its rows, the words of its answer, and who gave it with which file."""
    asked: dict[str, dict[str, Any]] = {}
    for one in run.report.get("questions", []):
        held = asked.setdefault(one["id"], one | {"rows": [], "said": dict(one["choices"]).get(one["answer"], "")})
        held["rows"].append(one["row"])
    given = given_by(bureau=run.bureau, noun=run.noun, questions=asked)
    rows = [one | {"given": given.get(key), "run": run} for key, one in asked.items()]
    return sorted(rows, key=lambda one: (bool(one["answer"]), one["kind"]))


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


class RunAction(ActionView):
    """Something that is done to one file of the own bureau."""

    audience, needs = "bureau", Capability.IMPORT

    def rows(self) -> QuerySet[ImportRun]:
        """Return the runs of the own bureau."""
        return visible_to(self.user)

    def object_url(self) -> str:
        """Return the file's page."""
        return reverse("pages:import", args=[self.object.pk])


class ImportConfirm(RunAction):
    """Import a checked file as a whole."""

    title = gettext_lazy("Import this file")
    submit_label = gettext_lazy("Import all rows")
    danger = True

    def consequences(self) -> Sequence[StrOrPromise]:
        """Say what will be written."""
        report = self.object.report
        created, updated = sum(report.get("created", {}).values()), sum(report.get("updated", {}).values())
        return [
            _("%(n)d new entries are written.") % {"n": created},
            _("%(n)d known entries are brought up to date.") % {"n": updated},
            _("Either all rows are imported, or none."),
        ]

    def act(self, _form: forms.Form) -> str:
        """Import."""
        done = confirm(run_=self.object, by=self.user, on=self.today)
        words = {
            RunStatus.WRITING: _("The rows are being written. You may leave; the file’s page says how far it is."),
            RunStatus.FAULTY: _("Something changed since the check; nothing was written. See the faults."),
        }
        return words.get(RunStatus(done.status), _("%(n)d rows were imported.") % {"n": done.rows})


class ImportStop(RunAction):
    """Put aside a file before it is written."""

    title = gettext_lazy("Do not import this file")
    submit_label = gettext_lazy("Stop, and write nothing")

    def consequences(self) -> Sequence[StrOrPromise]:
        """Say what stays."""
        return [
            _("Nothing of the file is written; its check ends where it stands."),
            _("The file stays in the list. To import it later, upload it again."),
        ]

    def act(self, _form: forms.Form) -> str:
        """Stop it."""
        stop(run_=self.object, by=self.user, on=self.today)
        return _("The file was put aside; nothing was written.")


class ImportColumns(RunAction):
    """How each heading of the file is read; what is chosen here is kept for the bureau's next files."""

    title = gettext_lazy("Columns")
    submit_label = gettext_lazy("Keep and check again")
    form_class = ActionForm

    def get_form(self, form_class: Any = None) -> Any:  # noqa: ANN401 - as in Django
        """Return the form with one choice for each heading."""
        form = super().get_form(form_class)
        words = columns_of(self.object)
        for number, (sheet, _held, place, heading, key) in enumerate(self.object.report.get("columns", [])):
            form.fields[f"column_{number}"] = forms.ChoiceField(
                choices=[("", _("not read")), *words.get(sheet, {}).items()],
                required=False,
                initial=key,
                label=f"{sheet} {place} {heading}",
            )
        return form

    def act(self, form: ActionForm) -> str:
        """Keep what differs from the guess."""
        names = {
            (sheet, heading): form.cleaned_data[f"column_{number}"]
            for number, (sheet, _held, _place, heading, key) in enumerate(self.object.report.get("columns", []))
            if form.cleaned_data[f"column_{number}"] != key
        }
        done = name_columns(run_=self.object, names=names, by=self.user, on=self.today)
        if done.status == RunStatus.QUEUED:
            return _("The columns are kept; the file is being checked again.")
        return _("The file was checked again.")


class ImportAnswers(RunAction):
    """The questions of the file, with their choices; what is answered here holds for the same cells in later files."""

    title = gettext_lazy("Questions")
    submit_label = gettext_lazy("Keep the answers and check again")
    template_name = "bureau/import_answers.html"
    form_class = ActionForm

    def get_form(self, form_class: Any = None) -> Any:  # noqa: ANN401 - as in Django
        """Return the form with one choice for each question, and one for all of a kind where that is sound."""
        form = super().get_form(form_class)
        asked = questions_of(self.object)[:QUESTIONS_SHOWN]
        for kind, words in KINDS.items():
            like = [one for one in asked if one["kind"] == kind and not one["answer"]]
            if len(like) > 1 and all(FOR_ALL.get(kind, NEW) in dict(one["choices"]) for one in like):
                form.fields[f"all_{kind}"] = forms.BooleanField(required=False, label=_all_words(kind, words))
        for one in asked:
            form.fields[f"q_{one['id']}"] = forms.ChoiceField(
                choices=one["choices"],
                required=False,
                initial=one["answer"],
                widget=forms.RadioSelect,
                label=one["message"],
                help_text=_("Sheet %(sheet)s, row %(rows)s: %(text)s")
                % {"sheet": one["sheet"], "rows": "、".join(map(str, one["rows"][:10])), "text": one["text"]},
            )
        return form

    def act(self, form: ActionForm) -> str:
        """Keep the answers that were given."""
        answers = {}
        for one in questions_of(self.object)[:QUESTIONS_SHOWN]:
            chosen = form.cleaned_data.get(f"q_{one['id']}")
            if not chosen and not one["answer"] and form.cleaned_data.get(f"all_{one['kind']}"):
                chosen = FOR_ALL.get(one["kind"], NEW)
            if chosen:
                answers[one["id"]] = chosen
        done = answer(run_=self.object, answers=answers, by=self.user, on=self.today)
        if done.status == RunStatus.QUEUED:
            return _("The answers are kept; the file is being checked again.")
        return _("The answers are kept; the file was checked again.")


def _all_words(kind: str, what: StrOrPromise) -> str:
    """Return what is said of all open questions of a kind at once."""
    if kind in FOR_ALL:
        return _("All names that I leave open below are the new ones of what is known here")
    return _("All %(what)s that I leave open below are new ones, not known here") % {"what": what}


class ImportUndo(RunAction):
    """Take back an import as a whole."""

    title = gettext_lazy("Take back this import")
    submit_label = gettext_lazy("Take back all of it")
    danger = True

    def consequences(self) -> Sequence[StrOrPromise]:
        """Say what will go and what will come back."""
        created, changed = (self.object.trace.get(name, []) for name in ("created", "changed"))
        return [
            _("%(n)d entries that it wrote go away.") % {"n": sum(len(keys) for _label, keys in created)},
            _("%(n)d entries that it changed become what they were.") % {"n": len(changed)},
            _("If later work rests on it, nothing happens, and you are told what."),
        ]

    def act(self, _form: forms.Form) -> str:
        """Take it back."""
        done = undo(run_=self.object, by=self.user, on=self.today)
        if done.status == RunStatus.UNDONE:
            return _("The import was taken back.")
        return _("The import is being taken back. The file’s page says how it ended.")


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
    path("imports/", ImportList.as_view(), name="imports"),
    path("imports/new/", ImportNew.as_view(), name="import-new"),
    path("imports/<int:pk>/", ImportPage.as_view(), name="import"),
    path("imports/<int:pk>/confirm/", ImportConfirm.as_view(), name="import-confirm"),
    path("imports/<int:pk>/progress/", ImportProgress.as_view(), name="import-progress"),
    path("imports/<int:pk>/stop/", ImportStop.as_view(), name="import-stop"),
    path("imports/<int:pk>/columns/", ImportColumns.as_view(), name="import-columns"),
    path("imports/<int:pk>/answers/", ImportAnswers.as_view(), name="import-answers"),
    path("imports/<int:pk>/undo/", ImportUndo.as_view(), name="import-undo"),
    path("imports/templates/<slug:code>/", ImportTemplate.as_view(), name="import-template"),
]
