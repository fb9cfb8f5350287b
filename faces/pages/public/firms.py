"""The register of firms for everybody: a list with search, each firm's page, the same as .csv and as JSON."""

import csv
from collections.abc import Iterator
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from disclosure.selectors import (
    RegisterEntry,
    RegisterFilter,
    register_entry,
    register_facets,
    register_lines,
    register_page,
)
from faces.pages.public.frame import address, key_of, require_safe, shown
from foundation.core import clock
from foundation.core.cells import kept_text

LONGEST_TEXT = 60
MOST_VALUES = 40
HEADINGS = (
    gettext_lazy("Finance bureau"),
    gettext_lazy("Number"),
    gettext_lazy("Third-party firm"),
    gettext_lazy("Unified social credit code"),
    gettext_lazy("Kind"),
    gettext_lazy("Entered on"),
    gettext_lazy("Valid until"),
    gettext_lazy("State"),
    gettext_lazy("Former names"),
    pgettext_lazy("public register", "Published grades"),
)


def wanted_of(query: QueryDict) -> RegisterFilter:
    """Return what the address narrows the register to."""
    return RegisterFilter(
        kind=tuple(query.getlist("kind")[:MOST_VALUES]),
        bureau=tuple(query.getlist("bureau")[:MOST_VALUES]),
        text=query.get("q", "").replace("\0", "").strip()[:LONGEST_TEXT],
    )


def state_word(entry: RegisterEntry) -> str:
    """Return whether the term of the firm runs, in words."""
    return _("in the register") if entry.is_valid else _("the term has ended")


@login_not_required
@require_safe
def firms(request: HttpRequest) -> HttpResponse:
    """List the firms of the register."""
    wanted = wanted_of(request.GET)
    page = register_page(
        wanted=wanted, on=clock.today(), after=key_of(request, "after"), before=key_of(request, "before")
    )
    facets = register_facets(wanted)
    groups = [{"name": "kind", "label": _("Kind"), "options": facets["kind"]}]
    if len(facets["bureau"]) > 1 or wanted.bureau:
        groups.append({"name": "bureau", "label": _("Finance bureau"), "options": facets["bureau"]})
    return shown(
        request,
        "public/firms.html",
        "public-firms",
        page=page,
        groups=groups,
        wanted=wanted,
        several_bureaus=len(groups) > 1,
        csv_url=reverse("pages:public-firms-csv") + address(request.GET),
        json_url=reverse("pages:public-firms-json") + address(request.GET),
        next_url=address(request.GET, after=page.after) if page.after else "",
        previous_url=address(request.GET, before=page.before) if page.before else "",
    )


def entry_of(bureau: str, number: str) -> RegisterEntry:
    """Return a firm of the register; 404 for every other one, known or not."""
    found = register_entry(bureau_code=bureau, number=number, on=clock.today())
    if found is None:
        raise Http404
    return found


@login_not_required
@require_safe
def firm(request: HttpRequest, bureau: str, number: str) -> HttpResponse:
    """Show one firm: validity, former names, published ratings."""
    return shown(request, "public/firm.html", "public-firms", entry=entry_of(bureau, number))


@login_not_required
@require_safe
def firm_json(request: HttpRequest, bureau: str, number: str) -> JsonResponse:  # noqa: ARG001 - Django's signature
    """Give one firm as JSON."""
    return as_json(entry_of(bureau, number).as_json())


@login_not_required
@require_safe
def firms_json(request: HttpRequest) -> JsonResponse:
    """Give a page of the register as JSON; ``next`` is the address of the following one."""
    page = register_page(wanted=wanted_of(request.GET), on=clock.today(), after=key_of(request, "after"))
    following = None
    if page.after:
        following = request.build_absolute_uri(request.path + address(request.GET, after=page.after))
    return as_json({"next": following, "results": [row.as_json() for row in page.rows]})


def as_json(body: dict[str, Any]) -> JsonResponse:
    """Return a body that any site may read; Chinese stays Chinese."""
    response = JsonResponse(body, json_dumps_params={"ensure_ascii": False})
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response


class Line:
    """What a csv writer writes to: it gives each line back instead of keeping it."""

    def write(self, text: str) -> str:
        """Return the line."""
        return text


def csv_lines(wanted: RegisterFilter) -> Iterator[str]:
    """Yield the register as lines of a .csv that WPS and Excel open right."""
    writer = csv.writer(Line())
    yield "\ufeff" + writer.writerow([kept_text(str(word)) for word in HEADINGS])
    for row in register_lines(wanted=wanted, on=clock.today()):
        cells = (
            row.bureau,
            row.number,
            row.name,
            row.uscc,
            row.kind_word,
            row.admitted_on.isoformat() if row.admitted_on else "",
            row.valid_until.isoformat() if row.valid_until else "",
            state_word(row),
            "、".join(name for name, _until in row.former_names),
            "；".join(f"{one.work_year} {one.title} {one.grade_word} {one.printed}" for one in row.grades),
        )
        yield writer.writerow([kept_text(cell) for cell in cells])


@login_not_required
@require_safe
def firms_csv(request: HttpRequest) -> HttpResponse:
    """Give everything that the list shows as .csv, all pages of it."""
    text = "".join(csv_lines(wanted_of(request.GET)))
    response = HttpResponse(text, content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="register.csv"'
    return response


urls = [
    path("firms/", firms, name="public-firms"),
    path("firms.csv", firms_csv, name="public-firms-csv"),
    path("firms.json", firms_json, name="public-firms-json"),
    path("firms/<str:bureau>/<str:number>/", firm, name="public-firm"),
    path("firms/<str:bureau>/<str:number>/entry.json", firm_json, name="public-firm-json"),
]
