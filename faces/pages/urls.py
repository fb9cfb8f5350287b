"""Addresses of the pages, by audience, and what everybody uses."""

from django.conf import settings
from django.urls import include, path

from faces.pages.shared.drafts import DraftView, serve_drafts
from faces.pages.shared.home import Home
from faces.pages.shared.kept_drafts import DeskDrafts
from faces.pages.shared.views import StyleBook, WorkYearView

serve_drafts(DeskDrafts())
app_name = "pages"
urlpatterns = [
    path("", Home.as_view(), name="home"),
    path("work-year/", WorkYearView.as_view(), name="work-year"),
    path("drafts/<path:key>/", DraftView.as_view(), name="draft"),
    path("bureau/", include("faces.pages.bureau.urls")),
    path("firm/", include("faces.pages.firm.urls")),
    path("expert/", include("faces.pages.expert.urls")),
    path("unit/", include("faces.pages.unit.urls")),
    path("supervisor/", include("faces.pages.supervisor.urls")),
    path("apply/", include("faces.pages.applicant.urls")),
    path("public/", include("faces.pages.public.urls")),
]
if settings.DEBUG or getattr(settings, "GONGPING_STYLEBOOK", False):
    urlpatterns.append(path("stylebook/", StyleBook.as_view(), name="stylebook"))
