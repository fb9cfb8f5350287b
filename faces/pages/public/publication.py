"""One published thing: a rating, or a draw that can be computed again on the page."""

from datetime import datetime

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path
from django.utils.dateparse import parse_datetime

from disclosure.selectors import (
    Publication,
    batch_summary,
    draw_summary,
    has_record,
    is_batch,
    is_draw,
    labels_of,
    latest,
    record_text,
    role_word,
    versions,
)
from faces.pages.public.frame import require_safe, shown

GONE = 410


def found(slug: str) -> Publication:
    """Return the newest version at the address; 404 for one that never was, whatever exists unpublished."""
    row = latest(slug)
    if row is None:
        raise Http404
    return row


@login_not_required
@require_safe
def publication(request: HttpRequest, slug: str) -> HttpResponse:
    """Show a copy; a withdrawn one answers 410 with its day and reason and nothing of its body."""
    row = found(slug)
    current = "public-draws" if has_record(row) else "public-ratings"
    earlier = versions(row) if row.version > 1 else []
    if row.withdrawn_at:
        return shown(request, "public/withdrawn.html", current, status=GONE, publication=row)
    if is_batch(row):
        return shown(
            request,
            "public/batch.html",
            current,
            publication=row,
            body=row.body,
            record=row.body["record"],
            summary=batch_summary(row.body),
            times={name: moment(row.body[name]) for name in ("frozen_at", "drawn_at")},
            parties=[(role_word(party["role"]), moment(party["revealed_at"])) for party in row.body["parties"]],
            earlier=earlier,
        )
    if is_draw(row):
        summary = draw_summary(row.body["record"])
        times = {name: moment(row.body[name]) for name in ("frozen_at", "drawn_at")}
        return shown(
            request,
            "public/draw.html",
            current,
            publication=row,
            body=row.body,
            record=row.body["record"],
            summary=summary,
            times=times,
            parties=[(role_word(party["role"]), moment(party["revealed_at"])) for party in row.body["parties"]],
            earlier=earlier,
        )
    words = labels_of(row.body)
    return shown(request, "public/rating.html", current, publication=row, body=row.body, words=words, earlier=earlier)


def moment(text: str) -> datetime | None:
    """Return the moment written in a copy."""
    return parse_datetime(text) if text else None


def _download(text: str, name: str) -> HttpResponse:
    response = HttpResponse(text.encode(), content_type="application/json; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@login_not_required
@require_safe
def copy_file(request: HttpRequest, slug: str) -> HttpResponse:  # noqa: ARG001 - Django's signature
    """Give the canonical text whose SHA-256 the page shows."""
    row = found(slug)
    if row.withdrawn_at:
        raise Http404
    return _download(row.text, f"{slug}-{row.version}.json")


@login_not_required
@require_safe
def record_file(request: HttpRequest, slug: str) -> HttpResponse:  # noqa: ARG001 - Django's signature
    """Give the record that verify_draw.py reads."""
    row = found(slug)
    if row.withdrawn_at or not has_record(row):
        raise Http404
    return _download(record_text(row), f"{slug}-record.json")


urls = [
    path("p/<slug:slug>/", publication, name="public-publication"),
    path("p/<slug:slug>/copy.json", copy_file, name="public-copy"),
    path("p/<slug:slug>/record.json", record_file, name="public-record"),
]
