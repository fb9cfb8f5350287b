"""Forms: mistakes in place, refusals with their source, nothing lost, one redirect."""

import pytest

from faces.pages.shared import drafts
from foundation.accounts.models import User

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.pages.shared.urls")]
URL = "/people/clerk/rename/"


class Shelf:
    def __init__(self):
        self.kept = {}

    def load(self, *, user, key):
        return self.kept.get((user.pk, key), {})

    def save(self, *, user, key, data):
        self.kept[user.pk, key] = data

    def drop(self, *, user, key):
        self.kept.pop((user.pk, key), None)


@pytest.fixture
def shelf(monkeypatch):
    found = Shelf()
    monkeypatch.setattr(drafts, "_STORES", [found])
    return found


def test_action_does_it_says_so_and_leaves(desk, clerk):
    response = desk.post(URL, {"name": "New Name"}, follow=True)

    clerk.refresh_from_db()
    assert clerk.name == "New Name"
    assert response.redirect_chain == [("/people/", 302)]
    assert "Renamed to New Name." in response.content.decode()


def test_mistakes_stand_beside_their_fields_and_in_a_summary_that_leads_there(desk, clerk):
    response = desk.post(URL, {"name": "", "day": "yesterday"})

    html = response.content.decode()
    assert response.status_code == 422
    assert 'href="#id_name"' in html
    assert 'href="#id_day"' in html
    assert 'aria-invalid="true"' in html
    assert 'aria-describedby="id_name_hint id_name_error"' in html
    assert 'value="yesterday"' in html
    clerk.refresh_from_db()
    assert clerk.name == "王砚清"


def test_refusal_is_shown_with_the_source_of_its_rule_and_keeps_what_was_written(desk):
    response = desk.post(URL, {"name": "taken"})

    html = response.content.decode()
    assert response.status_code == 409
    assert "Taken until 2027-03-01." in html
    assert '<span class="src">财预〔2020〕10号</span>' in html
    assert 'value="taken"' in html


def test_refusal_about_a_field_stands_at_that_field(desk):
    response = desk.post(URL, {"name": "field"})

    assert response.context["form"].errors["name"] == ["Choose another."]


def test_what_a_person_may_not_do_is_forbidden_not_refused(desk):
    assert desk.post(URL, {"name": "forbidden"}).status_code == 403


@pytest.mark.parametrize(("asked", "goes"), [("/leave/", "/leave/"), ("https://elsewhere.example/", "/people/")])
def test_afterwards_it_goes_to_next_only_inside(desk, asked, goes):
    assert desk.post(f"/leave/?next={asked}").url == goes


def test_dangerous_step_says_what_will_happen_and_is_never_red(desk):
    plain, danger = desk.get(URL).content.decode(), desk.get("/leave/").content.decode()

    assert "Everybody sees the new name." in plain
    assert 'class="btn btn-ink"' in danger
    assert 'class="btn btn-1"' not in danger


def test_draft_is_kept_found_again_and_dropped_once_it_went_in(desk, clerk, shelf):
    key = f"rename-{clerk.pk}"
    kept = desk.post(f"/drafts/{key}/", {"name": "Half", "csrfmiddlewaretoken": "x"})
    again = desk.get(URL).content.decode()
    other = User.objects.create(username="other", name="x")

    assert set(kept.json()) == {"saved"}
    assert shelf.kept == {(clerk.pk, key): {"name": ["Half"]}}
    assert 'value="Half"' in again
    assert f'data-autosave="/drafts/{key}/"' in again
    assert shelf.load(user=other, key=key) == {}

    desk.post(URL, {"name": "Whole"})
    assert shelf.kept == {}


def test_draft_of_a_refused_form_stays(desk, clerk, shelf):
    shelf.kept[clerk.pk, f"rename-{clerk.pk}"] = {"name": ["taken"]}

    desk.post(URL, {"name": "taken"})

    assert shelf.kept != {}


def test_without_a_store_no_form_promises_to_keep_drafts(desk, monkeypatch):
    monkeypatch.setattr(drafts, "_STORES", [])

    assert "data-autosave" not in desk.get(URL).content.decode()
    assert desk.post("/drafts/x/", {"name": "a"}).status_code == 404


def test_step_without_fields_shows_no_empty_sheet(desk):
    assert 'class="leaf"' not in desk.get("/leave/").content.decode()
    assert 'class="leaf"' in desk.get("/people/clerk/rename/").content.decode()
