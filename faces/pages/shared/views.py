"""Pages that belong to no audience: the choice of work year, the style book."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.generic.base import TemplateView

from faces.pages.shared import sample
from faces.pages.shared.access import PUBLIC, SIGNED_IN, AudiencePage
from faces.pages.shared.years import choose_work_year

if TYPE_CHECKING:
    from django.http import HttpRequest
    from django.http.response import HttpResponseBase


class WorkYearView(AudiencePage):
    """Keep the work year chosen in the strip and go back to where the person was."""

    needs = SIGNED_IN

    def post(self, request: HttpRequest) -> HttpResponse:
        """Keep the year; one that makes no sense changes nothing."""
        year = request.POST.get("year", "")
        try:
            choose_work_year(request, int(year))
        except ValueError:
            messages.warning(request, _("That is not a work year. The year stays as it was."))
        back = request.POST.get("next", "")
        safe = url_has_allowed_host_and_scheme(
            back, allowed_hosts={request.get_host()}, require_https=request.is_secure()
        )
        return HttpResponseRedirect(back if back and safe else "/")


class StyleBook(AudiencePage, TemplateView):
    """Every component on one page, for those who build pages. Only where DEBUG or GONGPING_STYLEBOOK is on."""

    template_name = "shared/stylebook.html"
    needs = PUBLIC

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:  # noqa: ANN401
        """Answer 404 unless DEBUG or GONGPING_STYLEBOOK is on."""
        if not (settings.DEBUG or getattr(settings, "GONGPING_STYLEBOOK", False)):
            raise Http404
        return super().dispatch(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:  # noqa: ANN401
        """Return sample values for every component."""
        found = sample.context(now=datetime(2020, 10, 19, 1, 0, tzinfo=UTC))
        return super().get_context_data(**(found | kwargs))
