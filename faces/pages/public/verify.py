"""The programs with which a stranger recomputes draws and ratings: the very files that run here."""

from pathlib import Path
from typing import Final

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path

from faces.pages.public.frame import require_safe

FILES: Final = {"verify_draw.py": "assignments/verify_draw.py", "recompute.py": "reviews/recompute.py"}


@login_not_required
@require_safe
def verify_file(request: HttpRequest, name: str = "verify_draw.py") -> HttpResponse:  # noqa: ARG001 - Django's signature
    """Give one of the two files; any other name is unknown."""
    if name not in FILES or not (source := Path(settings.BASE_DIR) / FILES[name]).is_file():
        raise Http404
    response = HttpResponse(source.read_bytes(), content_type="text/x-python; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


urls = [
    path("verify/", verify_file, name="public-verify-file"),
    path("verify/<str:name>", verify_file, name="public-verify-file"),
]
