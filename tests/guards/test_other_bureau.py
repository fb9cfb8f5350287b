"""Each list begins at the reader's bureau: nobody of a second bureau sees a row of the first, on any list page."""

from datetime import date

import pytest
from django.urls import URLPattern, get_resolver, reverse
from django.utils.html import escape

from assignments.services.archive import file_papers
from faces.pages.shared.lists import ListPage
from faces.pages.shared.objects import OneObject
from foundation.audit.services import record, seal
from tests.api.world import EVERY_ROLE, more, new_world
from tests.factories.foundation import MeasureFactory, UserFactory

pytestmark = pytest.mark.django_db
SHARED = {"measures"}  # national texts belong to no bureau


def walk(resolver):
    for entry in resolver.url_patterns:
        if isinstance(entry, URLPattern):
            yield entry
        else:
            yield from walk(entry)


PAGES = [entry for entry in walk(get_resolver()) if hasattr(entry.callback, "view_class")]
LISTS = sorted(
    {
        entry.name
        for entry in PAGES
        if issubclass(entry.callback.view_class, ListPage)
        and entry.callback.view_class.audience in {"bureau", ""}
        and not entry.pattern.converters
    }
)
THINGS = sorted(
    {
        entry.name
        for entry in PAGES
        if issubclass(entry.callback.view_class, OneObject)
        and entry.callback.view_class.audience == "bureau"
        and list(entry.pattern.converters) == [entry.callback.view_class.lookup]
    }
)


@pytest.fixture
def worlds():
    """Give a bureau with a row of every noun, and somebody of another bureau who may read everything there."""
    world = new_world()
    row = more(world)
    MeasureFactory(bureau=world.bureau)
    file_papers(row.task, on=date(2020, 12, 31))
    record(actor=world.everybody, action="tests.did", subject=world.bureau)
    seal()
    return world, row, UserFactory(roles=EVERY_ROLE)


def shown(client, user, name):
    client.force_login(user)
    response = client.get(reverse(f"pages:{name}"), {"scope": "all", "year": "2020"})
    assert response.status_code == 200, name
    return {(type(row).__name__, row.pk) for row in response.context["object_list"] if not is_shared(name, row)}


def is_shared(name, row):
    return name in SHARED and row.bureau_id is None


def test_the_walk_finds_the_lists():
    assert {"tasks", "units", "projects", "firms", "experts", "rules", "measures", "accounts", "journal"} <= set(LISTS)


LINKED = [
    entry.name
    for entry in PAGES
    if entry.name in LISTS and any(column.link and not column.cut for column in entry.callback.view_class.columns)
]


@pytest.mark.parametrize("name", LINKED)
def test_list_leads_to_each_of_its_things(client, worlds, name):
    world, _row, _stranger = worlds
    client.force_login(world.everybody)

    page = client.get(reverse(f"pages:{name}"), {"scope": "all", "year": "2020"})

    columns = [column for column in page.context["columns"] if column.link and not column.cut]
    text = page.content.decode()
    wanted = {column.link(row) for row in page.context["object_list"] for column in columns}
    assert {url for url in wanted if url and f'href="{escape(url)}"' not in text} == set()


@pytest.mark.parametrize("name", LISTS)
def test_list_shows_nothing_of_another_bureau(client, worlds, name):
    world, _row, stranger = worlds

    own = shown(client, world.everybody, name)
    foreign = shown(client, stranger, name)

    assert own, f"{name}: the first bureau has no row here, so this test proves nothing; add one"
    assert own & foreign == set()


@pytest.mark.parametrize("name", THINGS)
def test_page_of_one_thing_looks_missing_to_another_bureau(client, worlds, name):
    world, _row, stranger = worlds
    view = next(entry.callback.view_class for entry in PAGES if entry.name == name)
    page = view()
    page.kwargs, page.user = {}, world.everybody
    thing = next((each for each in page.rows() if not is_shared(f"{name.split('-')[0]}s", each)), None)
    if thing is None:
        pytest.skip("the world has no such row")
    address = reverse(f"pages:{name}", args=[follow(thing, view.lookup)])
    client.force_login(stranger)

    response = client.get(address)
    if response.status_code == 405:
        response = client.post(address)

    assert response.status_code == 404


def follow(thing, lookup):
    for part in lookup.split("__"):
        thing = getattr(thing, part)
    return thing
