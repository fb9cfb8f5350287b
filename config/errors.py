"""Errors that no view answers: a problem in JSON for programs, a page for people."""

from typing import Final

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.views import defaults

from faces.api.errors import plain_problem

API: Final = "/api/"
TOO_LARGE: Final = 413


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer 413: a form is too long to send; else 400: the address or what was sent cannot be read."""
    is_long = isinstance(exception, RequestDataTooBig)
    if request.path_info.startswith(API):
        if is_long:
            return plain_problem(TOO_LARGE, _("What was sent is too long."))
        return plain_problem(400, _("The address or what was sent with it cannot be read."))
    if is_long:
        return HttpResponse(render_to_string("413.html"), status=TOO_LARGE)
    return defaults.bad_request(request, exception)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer 404: nobody's address."""
    if request.path_info.startswith(API):
        return plain_problem(404, _("There is nothing at this address."))
    return defaults.page_not_found(request, exception)


def broken(request: HttpRequest) -> HttpResponse:
    """Answer 500: a bug."""
    if request.path_info.startswith(API):
        return plain_problem(500, _("Something broke here. Nothing was changed."))
    return defaults.server_error(request)
