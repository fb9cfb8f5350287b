"""Addresses of the supervisor pages: each noun's file names its own."""

from django.urls import URLPattern, URLResolver

from faces.pages.shared.rail import serve_rail
from faces.pages.supervisor import checks, home, reveals, statistics
from faces.pages.supervisor.rail import build

serve_rail("supervisor", build)
urlpatterns: list[URLPattern | URLResolver] = [*home.urls, *checks.urls, *statistics.urls, *reveals.urls]
