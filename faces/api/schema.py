"""What the description of the API says beyond the views: how programs sign in, and the shape of every refusal."""

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension

PROBLEM = {
    "type": "object",
    "description": "RFC 9457: ``code`` is stable, ``detail`` is for people, ``errors`` names fields.",
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string"},
        "detail": {"type": "string"},
        "errors": {"type": "object", "additionalProperties": True},
        "facts": {"type": "object", "additionalProperties": True},
        "source": {"type": "string"},
    },
    "required": ["type", "title", "status", "code", "detail"],
}


class TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call] # its registry is untyped
    """Describe ``Authorization: Token <secret>``."""

    target_class = "faces.api.authentication.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: object) -> dict[str, Any]:  # noqa: ARG002 - the extension's signature
        """Return the scheme."""
        return {"type": "apiKey", "in": "header", "name": "Authorization", "description": "Token <secret>"}


def problems(result: dict[str, Any], **_more: object) -> dict[str, Any]:
    """Add the one shape of refusals to every operation."""
    result["components"]["schemas"]["Problem"] = PROBLEM
    answer = {
        "description": "Refused: 400 names fields, 401 not signed in, 403 not allowed, 404 not there or out of sight, "
        "409 a rule says no, 429 too many.",
        "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
    for path in result["paths"].values():
        for operation in path.values():
            operation["responses"]["default"] = answer
    return result
