"""Keyset pages: the cost of a page does not grow with its depth."""

from django.utils.translation import gettext as _
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.pagination import Cursor, CursorPagination
from rest_framework.request import Request

from foundation.core.numbers import MOST_ID


class KeysetPagination(CursorPagination):
    """Pages of 50 by descending id; ``?page_size=`` up to 200."""

    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = 200
    ordering = "-pk"
    cursor_query_param = "after"

    def decode_cursor(self, request: Request) -> Cursor | None:
        """Return the place to go on from; raise ``ValidationError`` for one that no page ever gave."""
        try:
            cursor = super().decode_cursor(request)
        except NotFound as error:
            raise ValidationError({"after": [_("This is no page.")]}) from error
        if cursor is not None and cursor.position is not None:
            place = str(cursor.position)
            if not (place.isascii() and place.isdigit() and int(place) <= MOST_ID):
                raise ValidationError({"after": [_("This is no page.")]})
        return cursor
