"""Published ratings, by year, grade and unit."""

import re

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, QueryDict
from django.urls import path
from django.utils.translation import gettext as _

from disclosure.selectors import RatingFilter, rating_facets, ratings_page
from faces.pages.public.frame import address, key_of, require_safe, shown

LONGEST_TEXT = 60
YEAR = re.compile(r"20[0-9]{2}")


def wanted_of(query: QueryDict) -> RatingFilter:
    """Return what the address narrows the list to; years that are no numbers are left out."""
    return RatingFilter(
        work_year=tuple(int(year) for year in query.getlist("year") if YEAR.fullmatch(year)),
        grade=tuple(query.getlist("grade")),
        unit_name=tuple(query.getlist("unit")),
        text=query.get("q", "").strip()[:LONGEST_TEXT],
    )


@login_not_required
@require_safe
def ratings(request: HttpRequest) -> HttpResponse:
    """List the published ratings."""
    wanted = wanted_of(request.GET)
    page = ratings_page(wanted=wanted, after=key_of(request, "after"), before=key_of(request, "before"))
    facets = rating_facets(wanted)
    groups = [
        {"name": "year", "label": _("Work year"), "options": facets["work_year"]},
        {"name": "grade", "label": _("Grade of the report"), "options": facets["grade"]},
        {"name": "unit", "label": _("Evaluated unit"), "options": facets["unit_name"]},
    ]
    return shown(
        request,
        "public/ratings.html",
        "public-ratings",
        page=page,
        groups=groups,
        wanted=wanted,
        next_url=address(request.GET, after=page.after) if page.after else "",
        previous_url=address(request.GET, before=page.before) if page.before else "",
    )


urls = [path("ratings/", ratings, name="public-ratings")]
