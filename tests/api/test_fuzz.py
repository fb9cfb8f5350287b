"""Whatever the schema allows, and what it does not, gets an answer: no 5xx for any operation."""

import json

import pytest
import schemathesis
from django.contrib.auth import get_user_model
from django.db import transaction
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import OpenApiJsonRenderer
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from rubrics.models import RubricItem
from tests.api.world import more, new_world
from training.models import Course, Session

pytestmark = pytest.mark.django_db
SCHEMA = json.loads(OpenApiJsonRenderer().render(SchemaGenerator().get_schema(public=True)))
OPERATIONS = {
    f"{found.ok().method.upper()} {found.ok().path}": found.ok()
    for found in schemathesis.openapi.from_dict(SCHEMA).get_all_operations()
}
EXAMPLES = 12


@pytest.fixture
def known():
    """Return a world and real ids for the names under which bodies ask for them."""
    world = new_world()
    row = more(world)
    ids = {
        "task": row.task.pk, "re_review": row.re_review.pk, "firm": row.firm.pk, "chosen": row.firm.pk, "unit": row.unit.pk,
        "project": row.project.pk, "plan": row.task.plan_id, "expert": row.expert.pk, "assignment": row.seat.pk,
        "version": row.version.pk, "lead_evaluator": row.lead.pk, "rating": row.rating.pk,
        "organisation": row.firm.organisation_id, "witness": get_user_model().objects.exclude(pk=world.everybody.pk).filter(bureau=world.bureau).first().pk,
        "to": world.everybody.pk, "session": Session.objects.get().pk, "person": row.expert.person_id, "course": Course.objects.get().pk, "item": RubricItem.objects.first().pk,
    }  # fmt: skip
    return world, row, ids


def with_ids(value, ids):
    """Put real ids where the body asks for rows, so that the call gets past the door."""
    if isinstance(value, dict):
        return {
            key: ids[key] if key in ids and isinstance(one, int) else with_ids(one, ids) for key, one in value.items()
        }
    return [with_ids(one, ids) for one in value] if isinstance(value, list) else value


def send(client, case, path, body):
    """Send one case through the whole stack."""
    query = {key: value for key, value in (case.query or {}).items() if isinstance(value, str | int | list)}
    headers = {
        key: value for key, value in (case.headers or {}).items() if key != "Authorization" and "\n" not in str(value)
    }
    more_ = {"query_params": query, "headers": headers}
    if case.method.upper() == "GET":
        return client.get(path, query, headers=headers)
    if case.media_type == "multipart/form-data":
        fields = body if isinstance(body, dict) else {}
        return getattr(client, case.method.lower())(
            path,
            {
                str(key): json.dumps(one) if isinstance(one, dict | list) or one is None else one
                for key, one in fields.items()
            },
            **more_,
        )
    text = json.dumps(body) if body is not schemathesis.core.NOT_SET else ""
    return client.generic(case.method, path, text, "application/json", **more_)


@pytest.mark.parametrize("name", sorted(OPERATIONS))
def test_no_operation_breaks(name, known, client):
    world, row, ids = known
    operation = OPERATIONS[name]
    client.force_login(world.everybody)
    client.raise_request_exception = False
    noun = operation.path.split("/")[3]
    listed = (
        client.get(f"/api/v1/{noun}/").json().get("results", [])
        if "{" in operation.path and noun not in {"files", "years"}
        else []
    )
    keys = [one["number"] if noun == "tasks" else one["id"] for one in listed] or [row.file.pk]

    @settings(
        max_examples=EXAMPLES, derandomize=True, database=None, deadline=None, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(case=operation.as_strategy(), is_known=st.integers(0, 3))
    def attack(case, is_known):
        path = operation.path
        for key, value in (case.path_parameters or {}).items():
            shown = keys[0] if is_known else str(value).replace("/", "").replace("%", "") or "0"
            path = path.replace(f"{{{key}}}", str(shown))
        with transaction.atomic():
            response = send(client, case, path, with_ids(case.body, ids))
            transaction.set_rollback(True)  # each case meets the same rows
        assert response.status_code < 500, (path, case.query, case.body, response.content[:500])

    attack()
