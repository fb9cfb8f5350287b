"""Spreadsheets on their way in: checked by a dry run, then imported as a whole."""

from typing import Any, ClassVar

from django.db.models import QuerySet
from rest_framework import serializers
from rest_framework.parsers import MultiPartParser

from faces.api.serializers import Ask, NounSerializer, Only, text
from faces.api.views import NounView, bureau_of, make, verb
from faces.exchange import runs
from faces.exchange.importing import NOUNS
from faces.exchange.models import ImportRun
from foundation.accounts.enums import Capability
from foundation.accounts.models import User
from foundation.core import clock


class ImportRunSerializer(NounSerializer[ImportRun]):
    """A file, how many rows it has and what is wrong with it."""

    only: ClassVar[Only] = {}
    uploaded_by_name = text("uploaded_by.name")

    class Meta:
        model = ImportRun
        fields = (
            "id", "noun", "name", "file", "sha256", "status", "report", "rows", "faults", "uploaded_by_name",
            "uploaded_at", "imported_on",
        )  # fmt: skip


class ImportAsk(Ask):
    """A file and what stands in it."""

    noun = serializers.ChoiceField(choices=sorted(NOUNS))
    file = serializers.FileField(max_length=200)


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
        """Keep a file and what a dry run says of it."""
        file = given["file"]
        content = file.read()
        return runs.check_file(
            bureau=bureau_of(by), noun=given["noun"], name=file.name, content=content, by=by, on=clock.today()
        )

    @verb(needs=Capability.IMPORT)
    def confirm(self, row: ImportRun, _given: dict[str, Any], by: User) -> None:
        """Import a checked file as a whole."""
        runs.confirm(run_=row, by=by, on=clock.today())
