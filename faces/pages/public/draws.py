"""Published draw records."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.urls import path

from disclosure.selectors import draws_page
from faces.pages.public.frame import key_of, require_safe, shown


@login_not_required
@require_safe
def draws(request: HttpRequest) -> HttpResponse:
    """List the published draw records."""
    page = draws_page(after=key_of(request, "after"), before=key_of(request, "before"))
    return shown(
        request,
        "public/draws.html",
        "public-draws",
        page=page,
        next_url=f"?after={page.after}" if page.after else "",
        previous_url=f"?before={page.before}" if page.before else "",
    )


urls = [path("draws/", draws, name="public-draws")]
