"""Notices in the system: what happened that concerns me; read once, kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import HttpResponseRedirect
from django.template import TemplateDoesNotExist
from django.template.loader import render_to_string
from django.urls import path, reverse
from django.utils.translation import gettext_lazy

from faces.pages.shared.access import SIGNED_IN
from faces.pages.shared.columns import Column
from faces.pages.shared.facets import Facet
from faces.pages.shared.lists import ListPage
from foundation.core import clock
from foundation.core.numbers import id_of
from foundation.notices.models import Notice
from foundation.notices.selectors import visible_to
from foundation.notices.services import mark_read

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.models import QuerySet
    from django.http import HttpRequest, HttpResponse
    from django_stubs_ext import StrOrPromise


def text_of(notice: Notice) -> str:
    """Return the notice in the reader's language; the texts name neither firm nor unit."""
    try:
        return render_to_string(
            f"notices/{notice.code}.txt", {**notice.facts, "facts": notice.facts, "notice": notice}
        ).strip()
    except TemplateDoesNotExist:
        return render_to_string("notices/other.txt", {"notice": notice}).strip()


class UnreadFacet(Facet):
    """Read or not, over a moment that may be empty."""

    def narrow(self, rows: QuerySet[Any], wanted: Sequence[str]) -> QuerySet[Any]:
        """Keep unread rows, read rows, or both."""
        if not wanted or len(wanted) > 1:
            return rows
        return rows.filter(read_at__isnull=wanted[0] == "True")


WHETHER: tuple[tuple[bool, StrOrPromise], ...] = ((True, gettext_lazy("unread")), (False, gettext_lazy("read")))


class NoticeList(ListPage):
    """My own notices, newest first."""

    needs = SIGNED_IN
    template_name = "bureau/notices.html"
    title = gettext_lazy("Notices")
    columns = (
        Column(gettext_lazy("Notice"), text_of, key=True),
        Column(gettext_lazy("When"), "created_at"),
    )
    facets = (UnreadFacet("unread", gettext_lazy("State"), WHETHER, lookup="read_at__isnull"),)
    export_name = "notices"
    empty_title = gettext_lazy("No notice yet")
    empty_text = gettext_lazy("When something waits for you or was decided, it stands here.")

    def rows(self) -> QuerySet[Notice]:
        """Return the own notices."""
        return visible_to(self.user)

    def post(self, request: HttpRequest) -> HttpResponse:
        """Mark one notice, or all, as read; then lead on to what it is about."""
        pk = id_of(request.POST.get("notice", ""))
        at = clock.now()
        if pk is None:
            mark_read(user=self.user, at=at)
            return HttpResponseRedirect(reverse("pages:notices"))
        notice = self.seen.filter(pk=pk).first()
        mark_read(user=self.user, at=at, pk=pk)
        path_on = notice.path if notice and notice.path.startswith("/") and not notice.path.startswith("//") else ""
        return HttpResponseRedirect(path_on or reverse("pages:notices"))


urls = [path("notices/", NoticeList.as_view(), name="notices")]
