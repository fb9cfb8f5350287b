"""Addresses of the firm pages: each noun's file names its own."""

from django.urls import URLPattern, URLResolver

from faces.pages.firm import (
    conflicts,
    contacts,
    credit,
    deliveries,
    home,
    lead_change,
    ratings,
    record,
    staff_changes,
    tasks,
    team,
    yearly,
)
from faces.pages.firm.rail import build
from faces.pages.shared.rail import serve_rail

serve_rail("firm", build)
urlpatterns: list[URLPattern | URLResolver] = [
    *home.urls,
    *tasks.urls,
    *lead_change.urls,
    *team.urls,
    *deliveries.urls,
    *ratings.urls,
    *record.urls,
    *staff_changes.urls,
    *yearly.urls,
    *contacts.urls,
    *conflicts.urls,
    *credit.urls,
]
