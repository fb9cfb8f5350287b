"""Addresses of the applicants' pages: each noun's file names its own."""

from django.urls import URLPattern, URLResolver

from faces.pages.applicant import claim, door, mine, steps
from faces.pages.applicant.rail import build
from faces.pages.shared.rail import serve_rail

serve_rail("applicant", build)
urlpatterns: list[URLPattern | URLResolver] = [*door.urls, *claim.urls, *mine.urls, *steps.urls]
