"""Every error of the API in one shape: type, title, status, code, detail, errors (RFC 9457)."""

from typing import Any, Final

from django.core.exceptions import PermissionDenied
from django.http import Http404, JsonResponse
from django.utils.translation import gettext as _
from rest_framework import exceptions, status
from rest_framework.response import Response
from rest_framework.views import exception_handler

from foundation.core.errors import DomainError, NotAllowed

MEDIA_TYPE: Final = "application/problem+json"
CODES: Final = {
    400: "invalid",
    401: "not_signed_in",
    403: "not_allowed",
    404: "not_found",
    405: "method_not_allowed",
    415: "unsupported_media_type",
    429: "too_many",
}


def handle(error: Exception, context: dict[str, Any]) -> Response | None:
    """Return the problem for ``error``; None for a bug, which stays a 500."""
    if isinstance(error, DomainError):
        is_forbidden = isinstance(error, NotAllowed)
        number = status.HTTP_403_FORBIDDEN if is_forbidden else status.HTTP_409_CONFLICT
        refusal = error.refusal
        words = str(refusal.message)
        return _problem(number, code=refusal.code, detail=words, facts=refusal.facts, source=refusal.source)
    response = exception_handler(error, context)
    if response is None:
        return None
    if isinstance(error, exceptions.ValidationError):
        body = _problem(
            response.status_code, code="invalid", detail=_("Some values are not valid."), errors=response.data
        )
    else:
        known = isinstance(error, exceptions.APIException | Http404 | PermissionDenied)
        detail = str(getattr(error, "detail", "")) if known else ""
        body = _problem(response.status_code, code=CODES.get(response.status_code, "error"), detail=detail)
    for name in ("WWW-Authenticate", "Retry-After", "Allow"):
        if response.has_header(name):
            body[name] = response[name]
    return body


def plain_problem(number: int, detail: str) -> JsonResponse:
    """Return the problem for what no view of the API answers."""
    body = _body(number, code=CODES.get(number, "error"), detail=detail)
    return JsonResponse(body, status=number, content_type=MEDIA_TYPE, json_dumps_params={"ensure_ascii": False})


def _problem(number: int, *, code: str, detail: str, **more: Any) -> Response:  # noqa: ANN401 - plain JSON values
    return Response(_body(number, code=code, detail=detail, **more), status=number, content_type=MEDIA_TYPE)


def _body(number: int, *, code: str, detail: str, **more: Any) -> dict[str, Any]:  # noqa: ANN401 - plain JSON values
    body = {"type": f"urn:gongping:{code}", "title": code, "status": number, "code": code, "detail": detail}
    return body | {key: value for key, value in more.items() if value}
