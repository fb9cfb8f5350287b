"""The front page: who publishes here, what is newest, and how to check it."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.urls import path

from disclosure.selectors import newest_draws, newest_ratings
from faces.pages.public.frame import require_safe, shown

NEWEST = 5


@login_not_required
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Show the newest ratings and draws."""
    return shown(
        request,
        "public/home.html",
        "public-home",
        ratings=newest_ratings(count=NEWEST),
        draws=newest_draws(count=NEWEST),
    )


urls = [path("", home, name="public-home")]
