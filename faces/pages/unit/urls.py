"""Addresses of the unit pages: each noun's file names its own."""

from django.urls import URLPattern, URLResolver

from faces.pages.shared.rail import serve_rail
from faces.pages.unit import contacts, home, tasks
from faces.pages.unit.rail import build

serve_rail("unit", build)
urlpatterns: list[URLPattern | URLResolver] = [*home.urls, *tasks.urls, *contacts.urls]
