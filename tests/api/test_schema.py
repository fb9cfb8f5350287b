"""The API describes itself: complete, valid, and without a warning."""

import io

import pytest
from django.core.management import call_command
from drf_spectacular.generators import SchemaGenerator

from faces.api.urls import router


def test_schema_is_valid_and_has_no_warnings():
    out = io.StringIO()

    call_command("spectacular", "--validate", "--fail-on-warn", stdout=out)

    assert "Gongping API" in out.getvalue()


@pytest.fixture(scope="module")
def schema():
    return SchemaGenerator().get_schema(public=True)


def test_every_operation_says_how_it_refuses_and_who_signs_in(schema):
    operations = [one for path in schema["paths"].values() for one in path.values()]

    assert len(operations) > 150
    assert all("default" in one["responses"] for one in operations)
    assert all({"token": []} in one["security"] for one in operations)
    assert all(one["description"] for one in operations)
    assert "Problem" in schema["components"]["schemas"]


def test_every_noun_and_reading_stands_in_it(schema):
    nouns = [name for name, _view, _basename in router.registry]

    assert [noun for noun in nouns if f"/api/v1/{noun}/" not in schema["paths"]] == []
    assert "/api/v1/years/{year}/summary/" in schema["paths"]
    assert "/api/v1/draws/{id}/record/" in schema["paths"]


def test_posts_take_an_idempotency_key(schema):
    without = [
        path
        for path, methods in schema["paths"].items()
        if "post" in methods
        and not any(one["name"] == "Idempotency-Key" for one in methods["post"].get("parameters", []))
    ]

    # a secret or a number in clear is shown once; a file, a preview and a look for doubles are no rows
    assert without == [
        "/api/v1/call-list/",
        "/api/v1/contacts/{id}/reveal/",
        "/api/v1/contacts/directory/reveal/",
        "/api/v1/credit-platform/",
        "/api/v1/draws/{id}/preview/",
        "/api/v1/invitations/",
        "/api/v1/persons/{id}/reveal/",
        "/api/v1/suspected-pairs/look/",
        "/api/v1/tokens/",
    ]
