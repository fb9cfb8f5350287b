"""Published draw records."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse

from disclosure.selectors import commitment_of, draw_of_commitment, draws_page, newest_commitments
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
        commitments=[] if page.before else [line for line in newest_commitments() if not line.slug],
        next_url=f"?after={page.after}" if page.after else "",
        previous_url=f"?before={page.before}" if page.before else "",
    )


@login_not_required
@require_safe
def draw(request: HttpRequest, commitment: str) -> HttpResponse:
    """Lead from a commitment, as slip and paper record carry it, to its published record.

    While there is none, say since when the commitment stands here; 404 for one that nobody published.
    """
    row = draw_of_commitment(commitment)
    if row is None:
        fixed = commitment_of(commitment[:64])
        status = 404 if fixed is None else 200
        facts = {"commitment": commitment[:64], "fixed": fixed}
        return shown(request, "public/no_draw.html", "public-draws", status=status, **facts)
    return HttpResponseRedirect(reverse("pages:public-publication", args=[row.slug]))


urls = [
    path("draws/", draws, name="public-draws"),
    path("draws/<slug:commitment>/", draw, name="public-draw"),
]
