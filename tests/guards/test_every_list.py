"""Every list, of pages and of the API: as many queries for a thousand rows as for one, at most ten, none from a template."""

from contextlib import contextmanager
from typing import NamedTuple

import pytest
from django.db import connection
from django.template.base import Template
from django.test import Client
from django.urls import get_resolver, reverse

from faces.api.urls import router
from faces.pages.shared.access import AudiencePage
from faces.pages.shared.lists import ListPage
from foundation.accounts.models import User
from foundation.notices.models import Notice
from tests.api.world import more, new_world
from tests.guards.many import copy_all
from tests.guards.test_policies import walk

pytestmark = pytest.mark.django_db
MOST = 10
PUBLIC = ("pages:public-ratings", "pages:public-draws", "pages:public-firms")
PAGES = {
    "/" + route: entry.callback.view_class
    for route, entry in walk(get_resolver())
    if issubclass(getattr(entry.callback, "view_class", AudiencePage), ListPage)
}
COLLECTIONS = [f"/api/v1/{name}/" for name, _view, _basename in router.registry]


class Cost(NamedTuple):
    """What one look at a list took, and how many rows it showed."""

    queries: int
    in_template: int
    rows: int


@contextmanager
def counting(monkeypatch):
    """Count queries, and apart those that run while nodes of a template render."""
    depth, all_, inside = [0], [], []
    render = Template._render

    def deeper(template, context):
        depth[0] += 1
        try:
            return render(template, context)
        finally:
            depth[0] -= 1

    def note(execute, sql, params, many, context):
        all_.append(sql)
        if depth[0]:
            inside.append(sql)
        return execute(sql, params, many, context)

    with monkeypatch.context() as patch, connection.execute_wrapper(note):
        patch.setattr(Template, "_render", deeper)
        yield all_, inside


def cost(monkeypatch, reader, address):
    client = Client()
    if reader is not None:
        client.force_login(User.objects.get(pk=reader.pk))
    with counting(monkeypatch) as (all_, inside):
        response = client.get(address)
    if response.status_code in {302, 403}:
        return None
    assert response.status_code == 200, (address, response.status_code)
    shown = response.json()["results"] if address.startswith("/api/") else rows_of(response.context)
    return Cost(len(all_), len(inside), len(shown))


def rows_of(context):
    return context["object_list"] if "object_list" in context else context["page"].rows


def costs(monkeypatch, readers):
    """Return what each list costs each reader who may open it."""
    addresses = [*PAGES, *(reverse(name) for name in PUBLIC), *COLLECTIONS]
    found = {
        (name, address): cost(monkeypatch, reader, address)
        for name, reader in readers.items()
        for address in addresses
        if name or address.startswith("/public/")
    }
    return {key: value for key, value in found.items() if value is not None}


def test_every_list_costs_the_same_with_one_row_with_ten_and_with_a_thousand(monkeypatch):
    world = new_world()
    row = more(world)
    readers = {
        "": None, "bureau": world.everybody, "firm": row.firm_user, "expert": row.expert_user, "unit": row.unit_user,
    }  # fmt: skip
    grow_notices(readers, 1)
    one = costs(monkeypatch, readers)
    copy_all(range(1, 10))
    grow_notices(readers, 9)
    ten = costs(monkeypatch, readers)
    copy_all(range(10, 1000))
    grow_notices(readers, 990)
    thousand = costs(monkeypatch, readers)

    assert {key: found for key, found in thousand.items() if found.in_template} == {}
    assert {key: found for key, found in thousand.items() if found.queries > MOST} == {}
    assert {
        key: (one[key], ten[key], found)
        for key, found in thousand.items()
        if not one[key].queries == ten[key].queries == found.queries
    } == {}


def grow_notices(readers, count):
    Notice.objects.bulk_create(
        Notice(user=reader, code="task_given", path="/") for reader in readers.values() if reader for _ in range(count)
    )
