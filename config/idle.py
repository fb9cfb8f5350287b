"""A session that nobody uses for half an hour ends; half-written text is kept as a draft."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Final

from django.conf import settings
from django.contrib.auth import SESSION_KEY, user_logged_in
from django.dispatch import receiver

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse

SEEN: Final = "seen_at"
ENDED: Final = "ended_idle"
NOTED_EVERY: Final = 60  # seconds; not every request writes the session


@receiver(user_logged_in)
def begin(request: HttpRequest | None, **_facts: Any) -> None:  # noqa: ANN401 - Django's signal
    """Let the time run from the sign-in."""
    if request is not None and hasattr(request, "session"):
        request.session[SEEN] = int(time.time())


class IdleMiddleware:
    """End a signed-in session after ``SESSION_IDLE_SECONDS`` without a request; a page that renews itself is none."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        """Keep the next handler."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Serve the request; where the session was idle too long, as a stranger's."""
        session, now = request.session, int(time.time())
        if SESSION_KEY in session:
            idle = now - session.get(SEEN, now)
            renews_itself = request.method == "GET" and "HX-Request" in request.headers
            if idle > settings.SESSION_IDLE_SECONDS:
                session.flush()
                session[ENDED] = True
            elif (idle >= NOTED_EVERY or SEEN not in session) and not renews_itself:
                session[SEEN] = now
        return self.get_response(request)
