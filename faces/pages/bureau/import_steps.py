"""What is done to one file of an import: columns and questions answered, imported, put aside, taken back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from faces.exchange.answers import given_by
from faces.exchange.importing import NOUNS
from faces.exchange.models import ImportRun, RunStatus
from faces.exchange.questions import NEW, RENAMED
from faces.exchange.runs import answer, confirm, name_columns, stop, undo, visible_to
from faces.pages.shared.actions import ActionForm, ActionView
from foundation.accounts.enums import Capability

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.models import QuerySet
    from django_stubs_ext import StrOrPromise

QUESTIONS_SHOWN = 200  # asked at a time; the rest follow once these are answered
KINDS = {
    "person": gettext_lazy("the persons"),
    "body": gettext_lazy("the bodies"),
    "unit": gettext_lazy("the units"),
    "project": gettext_lazy("the projects"),
    "name": gettext_lazy("the names"),
}
FOR_ALL = {"name": RENAMED}  # what all of a kind may be said to be at once; of other kinds: new


def columns_of(run: ImportRun) -> dict[str, dict[str, str]]:
    """Return the headings of the form by sheet and key of the column."""
    noun = NOUNS.get(run.noun)
    parts = noun.parts if noun else ()
    return {part.layout.name: {column.key: column.heading for column in part.layout.columns} for part in parts}


def questions_of(run: ImportRun) -> list[dict[str, Any]]:
    """Return each question once, with its rows, the words of its answer, and who gave it with which file."""
    asked: dict[str, dict[str, Any]] = {}
    for one in run.report.get("questions", []):
        held = asked.setdefault(one["id"], one | {"rows": [], "said": dict(one["choices"]).get(one["answer"], "")})
        held["rows"].append(one["row"])
    given = given_by(bureau=run.bureau, noun=run.noun, questions=asked)
    rows = [one | {"given": given.get(key), "run": run} for key, one in asked.items()]
    return sorted(rows, key=lambda one: (bool(one["answer"]), one["kind"]))


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


urls = [
    path("imports/<int:pk>/confirm/", ImportConfirm.as_view(), name="import-confirm"),
    path("imports/<int:pk>/stop/", ImportStop.as_view(), name="import-stop"),
    path("imports/<int:pk>/columns/", ImportColumns.as_view(), name="import-columns"),
    path("imports/<int:pk>/answers/", ImportAnswers.as_view(), name="import-answers"),
    path("imports/<int:pk>/undo/", ImportUndo.as_view(), name="import-undo"),
]
