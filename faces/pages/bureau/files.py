"""One download for every stored file: as an attachment, for who sees what owns it; otherwise it is not there."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from csp.decorators import csp
from django.http import FileResponse, Http404
from django.urls import path
from django.utils.decorators import method_decorator

from faces.pages.shared.access import SIGNED_IN, AudiencePage
from foundation.files.models import StoredFile
from foundation.files.permissions import may_read

if TYPE_CHECKING:
    from django.http import HttpRequest

SANDBOX = {"default-src": ["'none'"], "sandbox": [""]}


class FileDownload(AudiencePage):
    """Hand out a file; forbidden and missing look alike."""

    needs = SIGNED_IN

    @method_decorator(csp(SANDBOX))
    def get(self, request: HttpRequest, pk: int) -> FileResponse:  # noqa: ARG002 - the address names the file
        """Return the bytes as they were taken in, or 404."""
        file = StoredFile.objects.filter(pk=pk).first()
        if file is None or not may_read(self.user, file):
            raise Http404
        response = FileResponse(file.content.open("rb"), content_type=file.media_type)
        response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(file.original_name)}"
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Cache-Control"] = "private, no-store"
        response.headers["X-SHA-256"] = file.sha256
        return response


urls = [path("files/<int:pk>/", FileDownload.as_view(), name="file")]
