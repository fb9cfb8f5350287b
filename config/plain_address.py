"""An address that no browser sends: refused before anybody looks for it in the database."""

from collections.abc import Callable
from typing import Final
from urllib.parse import unquote

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse

NUL: Final = "\x00"


class PlainAddressMiddleware:
    """Answer 400 to a NUL in path or query: PostgreSQL raises for it, SQLite finds nothing."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        """Keep the next handler."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Serve the request whose address is plain text."""
        if NUL in request.path_info or NUL in unquote(request.META.get("QUERY_STRING", "")):
            raise BadRequest
        return self.get_response(request)
