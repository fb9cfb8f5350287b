"""Whatever is typed into an address or a form: no page breaks, and what is refused leaves nothing."""

import base64

import pytest
from django.urls import resolve

from assignments.models import Draw
from faces.pages.shared.lists import ListPage
from tests.api.world import more, new_world
from tests.hostile.attack import (
    HUGE,
    NUL,
    PLACES,
    QUERY,
    QUERY_OF_ONE,
    TOO_MANY_BITS,
    Attacker,
    addresses,
    attacks,
    names_in,
)

pytestmark = [pytest.mark.django_db, pytest.mark.filterwarnings("ignore")]
PARTS = 4  # of the bureau's pages, so that every worker gets some
CASES = [("everybody", part, PARTS) for part in range(PARTS)]
CASES += [(reader, 0, 1) for reader in ("firm_user", "expert_user", "second_user", "unit_user", "applicant")]


@pytest.fixture
def attacker(request):
    world = new_world()
    row = more(world)
    Draw.objects.update(freeze_text="")  # the world's canary is no frozen list
    name = request.param
    return Attacker(world.everybody if name == "everybody" else getattr(row, name))


def each_address(attacker, part=0, parts=1):
    return sorted(set(addresses(attacker.user)))[part::parts]


@pytest.mark.parametrize(("attacker", "part", "parts"), CASES, indirect=["attacker"])
def test_no_form_breaks_and_no_refusal_leaves_a_row(attacker, part, parts):
    for path in each_address(attacker, part, parts):
        form = attacker.form_at(path)
        for data in attacks(form) if form is not None else ({}, {"x": NUL, "row": HUGE, "notice": "²"}):
            attacker.send("post", path, data)

    assert attacker.faults == []
    assert attacker.statuses[422] > 0


@pytest.mark.parametrize(("attacker", "part", "parts"), CASES, indirect=["attacker"])
def test_no_address_breaks(attacker, part, parts):
    for path in each_address(attacker, part, parts):
        page = resolve(path).func.view_class
        names = names_in(page)
        for value in QUERY if issubclass(page, ListPage) else QUERY_OF_ONE:
            attacker.send("get", path, query=dict.fromkeys(names, value))
        if issubclass(page, ListPage):
            for place in PLACES:
                key = base64.urlsafe_b64encode(place.encode()).decode().rstrip("=")
                attacker.send("get", path, query={"after": key})
                attacker.send("get", path, query={"before": key})
            for facet in page.facets:
                for value in QUERY[1:]:
                    attacker.send("get", path, query={facet.name: value})

    assert attacker.faults == []


@pytest.mark.parametrize("attacker", ["everybody"], indirect=True)
def test_ticked_rows_that_are_none_break_nothing(attacker):
    lists = [path for path in each_address(attacker) if issubclass(resolve(path).func.view_class, ListPage)]
    for path in lists:
        actions = [each.name for each in resolve(path).func.view_class.bulk_actions] or ["x"]
        for action in actions:
            for value in (HUGE, "²", "-1", NUL, TOO_MANY_BITS):
                attacker.send("post", path, {"action": action, "row": value, "notice": value})

    assert lists
    assert attacker.faults == []


@pytest.mark.parametrize("value", [NUL, "x" * 3000, HUGE, "²", "<b>", "../../etc/passwd"])
@pytest.mark.parametrize("path", ["ratings/", "draws/", "check/", "p/x/", "p/x/copy.json", "verify/x", ""])
def test_no_public_page_breaks(client, path, value):
    more(new_world())
    names = ("q", "year", "grade", "unit", "after", "before", "code")

    answers = [client.get(f"/public/{path}", dict.fromkeys(names, value)), client.get(f"/public/p/{value}/")]

    assert {answer.status_code for answer in answers} <= {200, 400, 404}


@pytest.mark.parametrize("value", [NUL, "x" * 3000, "<b>", "\u202ex", ""])
def test_sign_in_takes_no_nonsense(client, value):
    response = client.post("/accounts/login/", {"login": value, "password": value})

    assert response.status_code in {200, 403, 429}
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize("key", ["x", "x" * 500, HUGE, "甲/乙"])
@pytest.mark.parametrize("value", ["x", NUL, "\u202e甲", "x" * 300_000])
def test_drafts_keep_any_words(client, key, value):
    attacker = Attacker(new_world().everybody)

    response = attacker.send("post", f"/drafts/{key}/", {"words": value})

    assert attacker.faults == []
    assert response.status_code == (400 if NUL in value else 413 if len(value) > 200_000 else 200)
