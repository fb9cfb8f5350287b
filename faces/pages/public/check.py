"""Is this certificate valid? An unknown code and one that was never published get the same answer."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.urls import path

from disclosure.selectors import certificate
from faces.pages.public.frame import require_safe, shown

LONGEST_CODE = 60


@login_not_required
@require_safe
def check(request: HttpRequest) -> HttpResponse:
    """Answer about the code in the address."""
    code = request.GET.get("code", "").strip()[:LONGEST_CODE]
    answer = certificate(code) if code else None
    return shown(request, "public/check.html", "public-check", code=code, answer=answer)


urls = [path("check/", check, name="public-check")]
