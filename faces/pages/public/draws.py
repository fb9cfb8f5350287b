"""Published draw records."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse

from disclosure.selectors import draw_of_commitment, draws_page
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


@login_not_required
@require_safe
def draw(request: HttpRequest, commitment: str) -> HttpResponse:
    """Lead from a commitment, as slip and paper record carry it, to its published record; 404 while there is none."""
    row = draw_of_commitment(commitment)
    if row is None:
        return shown(request, "public/no_draw.html", "public-draws", status=404, commitment=commitment[:64])
    return HttpResponseRedirect(reverse("pages:public-publication", args=[row.slug]))


urls = [
    path("draws/", draws, name="public-draws"),
    path("draws/<slug:commitment>/", draw, name="public-draw"),
]
