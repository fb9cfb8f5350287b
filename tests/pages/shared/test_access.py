"""Who gets in: nobody by default."""

import pytest
from django.test import override_settings

from faces.pages.shared.rail import RailGroup, RailItem, rail_of, serve_rail
from foundation.accounts.models import User

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.pages.shared.urls")]


def test_page_without_needs_lets_nobody_in(desk):
    assert desk.get("/undeclared/").status_code == 403


def test_stranger_is_sent_to_the_sign_in_page(client, bureau):
    response = client.get("/people/")

    assert response.status_code == 302
    assert response.url == "/accounts/login/?next=/people/"


def test_person_without_the_capability_is_refused_in_words(client, bureau):
    client.force_login(User.objects.create(username="nobody", name="x", bureau=bureau))

    response = client.get("/people/")

    assert response.status_code == 403
    assert "<h1>" in response.content.decode()


def test_public_page_opens_for_strangers_only_where_it_is_switched_on(client, bureau):
    closed = client.get("/stylebook/")
    with override_settings(DEBUG=True):
        opened = client.get("/stylebook/")

    assert (closed.status_code, opened.status_code) == (404, 200)


def test_object_outside_the_visible_rows_is_not_found(desk, bureau):
    User.objects.create(username="hidden", name="x", bureau=bureau)

    assert desk.get("/people/hidden/").status_code == 404
    assert desk.get("/people/clerk/").status_code == 200


def test_tabs_are_links_and_the_first_is_shown(desk):
    plain, second = desk.get("/people/clerk/"), desk.get("/people/clerk/?tab=b")

    assert [(tab.url, tab.current) for tab in plain.context["tabs"]] == [
        ("/people/clerk/?tab=a", True),
        ("/people/clerk/?tab=b", False),
    ]
    assert second.context["tab"].name == "b"
    assert "Nobody answered." in second.content.decode()


def test_rail_marks_the_deepest_line_above_the_page(rf):
    lines = (RailItem("Home", "/"), RailItem("People", "/people/"), RailItem("Clerk", "/people/clerk/", 2, over=True))
    serve_rail("test", lambda request: [RailGroup("Desk", lines), RailGroup("Empty", ())])

    groups = rail_of("test", rf.get("/people/clerk/rename/"))

    assert [(item.label, item.current) for item in groups[0].items] == [
        ("Home", False),
        ("People", False),
        ("Clerk", True),
    ]
    assert len(groups) == 1


def test_work_year_is_kept_and_goes_back_only_inside(desk):
    kept = desk.post("/work-year/", {"year": "2020", "next": "/people/?q=x"})
    outside = desk.post("/work-year/", {"year": "2019", "next": "//elsewhere.example/"})
    wrong = desk.post("/work-year/", {"year": "20x0", "next": "/people/"}, follow=True)

    assert kept.url == "/people/?q=x"
    assert outside.url == "/"
    assert desk.session["work_year"] == 2019
    assert len(wrong.context["messages"]) == 1
