"""Spreadsheets on their way in: checked by a dry run, then imported as a whole."""

from typing import Any, ClassVar

from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request

from faces.api.serializers import Ask, NounSerializer, Only, phrase, several, text
from faces.api.views import XLSX, NounView, bureau_of, download, make, verb
from faces.exchange import runs
from faces.exchange.exporters import template_book
from faces.exchange.importing import NOUNS
from faces.exchange.models import RUNNING, ImportRun
from faces.exchange.progress import Phase, Progress, told
from foundation.accounts.enums import Capability
from foundation.accounts.models import User
from foundation.core import clock


class ProgressSerializer(serializers.Serializer[Progress]):
    """How far a file is that is checked or written in the background: rows done of all rows in this phase."""

    phase = serializers.ChoiceField(choices=Phase.choices)
    done = serializers.IntegerField()
    total = serializers.IntegerField()
    said_at = serializers.DateTimeField()


class ImportRunSerializer(NounSerializer[ImportRun]):
    """A file, how many rows it has, what is wrong with it, and how far it is.

    ``report`` holds faults (sheet, row, column, heading, text, message: what would be right), rows passed over with
    why, the columns as they are read, what would change or changed, and the questions (id, kind, place, message,
    choices as value and words, answer: empty while it is open).
    """

    only: ClassVar[Only] = {}
    uploaded_by_name = text("uploaded_by.name")
    progress = serializers.SerializerMethodField()

    class Meta:
        model = ImportRun
        fields = (
            "id", "noun", "name", "file", "sha256", "status", "report", "rows", "faults", "uploaded_by_name",
            "uploaded_at", "imported_on", "undone_on", "progress",
        )  # fmt: skip

    @extend_schema_field(ProgressSerializer(allow_null=True))
    def get_progress(self, row: ImportRun) -> dict[str, Any] | None:
        """Return how far the file is; nothing where no work is going on."""
        said = told(row.pk) if row.status in RUNNING else None
        return said.plain() if said else None


class ImportAsk(Ask):
    """A file and what stands in it."""

    noun = serializers.ChoiceField(choices=sorted(NOUNS))
    file = serializers.FileField(max_length=200)


class ColumnAsk(Ask):
    """A heading of the file, and the key of the column that it is; empty: it is not read."""

    sheet = phrase(40)
    heading = phrase(200)
    key = phrase(40, required=False)


class ColumnsAsk(Ask):
    """How headings are read; kept for the bureau's next files."""

    columns = several(ColumnAsk(), most=200, least=1)


class RowAnswerAsk(Ask):
    """A question of the file by its id, and one of its choices."""

    question = phrase(64)
    choice = phrase(40)


class RowAnswersAsk(Ask):
    """Answers; kept for the same cells in the bureau's later files."""

    answers = several(RowAnswerAsk(), most=2_000, least=1)


class ImportRunView(NounView[ImportRun]):
    """Imports of the bureau."""

    needs = make_needs = Capability.IMPORT
    serializer_class = ImportRunSerializer
    filterset_fields = ("noun", "status", "sha256")

    def rows(self, user: User) -> QuerySet[ImportRun]:
        """Return the imports that the reader may see."""
        return runs.visible_to(user).select_related("uploaded_by")

    def get_parsers(self) -> list[Any]:
        """Take a file with a new run, JSON with a confirmation."""
        return [MultiPartParser()] if getattr(self, "action_map", {}).get("post") == "create" else super().get_parsers()

    @make(ImportAsk)
    def create(self, given: dict[str, Any], by: User) -> ImportRun:
        """Keep a file and what a dry run says of it; a large one is checked in the background: ask it for progress."""
        file = given["file"]
        content = file.read()
        return runs.check_file(
            bureau=bureau_of(by), noun=given["noun"], name=file.name, content=content, by=by, on=clock.today()
        )

    @extend_schema(
        parameters=[OpenApiParameter("noun", str, OpenApiParameter.PATH, enum=sorted(NOUNS))],
        responses={(200, XLSX): OpenApiTypes.BINARY},
        filters=False,
    )
    @action(detail=False, methods=["get"], url_path="templates/<slug:noun>", pagination_class=None)
    def template(self, _request: Request, noun: str, **_names: str) -> HttpResponse:
        """Return the empty form of an import as .xlsx; ``*`` marks what must be filled."""
        if noun not in NOUNS:
            raise Http404
        return download(template_book(NOUNS[noun]), name=f"{noun}.xlsx", media_type=XLSX)

    @verb(needs=Capability.IMPORT)
    def confirm(self, row: ImportRun, _given: dict[str, Any], by: User) -> None:
        """Import a checked file as a whole; a large one is written in the background."""
        runs.confirm(run_=row, by=by, on=clock.today())

    @verb(ColumnsAsk, needs=Capability.IMPORT)
    def name_columns(self, row: ImportRun, given: dict[str, Any], by: User) -> None:
        """Say how headings are read, and check the file anew."""
        names = {(one["sheet"], one["heading"]): one.get("key", "") for one in given["columns"]}
        runs.name_columns(run_=row, names=names, by=by, on=clock.today())

    @verb(RowAnswersAsk, needs=Capability.IMPORT)
    def answer(self, row: ImportRun, given: dict[str, Any], by: User) -> None:
        """Answer questions of the report, and check the file anew."""
        answers = {one["question"]: one["choice"] for one in given["answers"]}
        runs.answer(run_=row, answers=answers, by=by, on=clock.today())

    @verb(needs=Capability.IMPORT)
    def stop(self, row: ImportRun, _given: dict[str, Any], by: User) -> None:
        """Put aside a file before it is written."""
        runs.stop(run_=row, by=by, on=clock.today())

    @verb(needs=Capability.IMPORT)
    def undo(self, row: ImportRun, _given: dict[str, Any], by: User) -> None:
        """Take back an import as a whole, unless later work rests on it."""
        runs.undo(run_=row, by=by, on=clock.today())
