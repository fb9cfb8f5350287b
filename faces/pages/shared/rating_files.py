"""What of a rating can be taken away: the document that recompute.py reads, and the sheet."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from django.conf import settings
from django.http import Http404, HttpResponse
from django.urls import reverse

from faces.documents.ratings import rating_sheet

if TYPE_CHECKING:
    from reviews.models import QualityRating


def document_response(rating: QualityRating) -> HttpResponse:
    """Give the rating document as a file; 404 before it is computed."""
    if not rating.document:
        raise Http404
    text = json.dumps(rating.document, ensure_ascii=False, sort_keys=True, indent=1)
    return _file(text.encode(), "application/json; charset=utf-8", f"rating-{rating.pk}.json")


def sheet_response(rating: QualityRating) -> HttpResponse:
    """Give the rating sheet as PDF, its square leading to the published ratings; 404 before it is computed."""
    if not rating.document:
        raise Http404
    verify = f"{settings.GONGPING_PUBLIC_URL}{reverse('pages:public-ratings')}"
    return _file(rating_sheet(rating, verify_url=verify), "application/pdf", f"rating-{rating.pk}.pdf")


def _file(content: bytes, kind: str, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=kind)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
