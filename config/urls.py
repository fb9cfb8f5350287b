"""The addresses of the whole site."""

from django.contrib.auth.decorators import login_not_required
from django.urls import include, path
from django.views.i18n import set_language

from config.health import healthz

handler400 = "config.errors.bad_request"
urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("i18n/setlang/", login_not_required(set_language), name="set_language"),
    path("accounts/", include("allauth.urls")),
    path("api/v1/", include("faces.api.urls")),
    path("", include("faces.pages.urls")),
]
