"""The rail marks the line whose pages are open; a link is offered only to those whom its page lets in."""

import pytest
from django.test import RequestFactory
from django.urls import reverse

from faces.pages.shared.access import open_url
from faces.pages.shared.rail import RailItem, rail_of
from foundation.accounts.enums import Role
from tests.factories.foundation import UserFactory


@pytest.mark.parametrize(
    ("item", "path", "length"),
    [
        (RailItem("x", "/bureau/tasks/"), "/bureau/tasks/1/", 14),
        (RailItem("x", "/bureau/tasks/"), "/bureau/draws/", 0),
        (RailItem("x", "/bureau/tasks/", under=("/bureau/versions/",)), "/bureau/versions/3/", 17),
        (RailItem("x", "/bureau/", is_leaf=True), "/bureau/", 8),
        (RailItem("x", "/bureau/", is_leaf=True), "/bureau/tasks/", 0),
        (RailItem("x", "/"), "/bureau/", 0),
    ],
)
def test_line_holds_its_own_pages_and_those_below(item, path, length):
    assert item.holds(path) == length


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("path", "current"),
    [
        ("/bureau/", "bureau-home"),
        ("/bureau/versions/12/", "tasks"),
        ("/bureau/opinions/16/", "re-reviews"),
        ("/bureau/tasks/1/", "tasks"),
        ("/bureau/sessions/4/attendance/", "courses"),
    ],
)
def test_page_without_a_line_of_its_own_marks_the_one_it_belongs_to(path, current):
    expected = reverse(f"pages:{current}")  # reading the addresses serves the rail
    request = RequestFactory().get(path)
    request.user = UserFactory(role=Role.CLERK)

    marked = [item.url for group in rail_of("bureau", request) for item in group.items if item.current]

    assert marked == [expected]


@pytest.mark.django_db
def test_address_is_given_only_to_those_the_page_lets_in():
    clerk, business = UserFactory(role=Role.CLERK), UserFactory(role=Role.BUSINESS_SECTION)

    assert open_url(clerk, "firm", "JG001") == "/bureau/firms/JG001/"
    assert open_url(business, "firm", "JG001") == ""
    assert open_url(business, "task", "T1") == "/bureau/tasks/T1/"
    assert open_url(clerk, "no-such-page") == ""
    assert open_url(business, "public-home") == reverse("pages:public-home")
