"""Addresses of the public pages: each noun's file names its own."""

from django.urls import URLPattern, URLResolver

from faces.pages.public import check, draws, firms, home, publication, ratings, verify

urlpatterns: list[URLPattern | URLResolver] = [
    *home.urls,
    *ratings.urls,
    *draws.urls,
    *firms.urls,
    *publication.urls,
    *check.urls,
    *verify.urls,
]
