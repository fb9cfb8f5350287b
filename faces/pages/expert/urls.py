"""Addresses of the expert pages: each noun's file names its own."""

from django.urls import URLPattern, URLResolver

from faces.pages.expert import conflicts, credit, letters, own_data, reader, record, seats, specialties, yearly
from faces.pages.expert.rail import build
from faces.pages.shared.rail import serve_rail

serve_rail("expert", build)
urlpatterns: list[URLPattern | URLResolver] = [
    *seats.urls,
    *letters.urls,
    *reader.urls,
    *record.urls,
    *own_data.urls,
    *specialties.urls,
    *yearly.urls,
    *conflicts.urls,
    *credit.urls,
]
