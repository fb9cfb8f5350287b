"""The page of publications: what is ready, and publishing many records of draws in one step."""

import pytest
from django.urls import reverse

from disclosure.models import Publication
from foundation.accounts.enums import Role
from tests.factories.disclosure import make_draw
from tests.factories.foundation import UserFactory, office

pytestmark = pytest.mark.django_db


@pytest.fixture
def people():
    return office()


def test_three_ready_draws_are_shown_the_rest_folded_and_all_offered_together(client, people):
    draws = [make_draw(people) for _turn in range(5)]
    client.force_login(people["clerk"])

    page = client.get(reverse("pages:publications-ready"))

    assert [len(page.context[name]) for name in ("draws", "more_draws")] == [3, 2]
    shown = page.content.decode()
    assert all(reverse("pages:publish-draw", args=[draw.number]) in shown for draw in draws)
    assert reverse("pages:publish-draws") in shown


def test_records_of_all_ready_draws_are_published_in_one_step(client, people):
    draws = [make_draw(people) for _turn in range(3)]
    client.force_login(people["clerk"])
    before = client.get(reverse("pages:publish-draws")).content.decode()

    answer = client.post(reverse("pages:publish-draws"), follow=True)

    assert all(draw.number in before for draw in draws)
    assert Publication.objects.filter(kind="DRAW", withdrawn_at=None).count() == 3
    assert [str(message) for message in answer.context["messages"]] == ["3次抽取的记录已经公开。"]
    assert client.get(reverse("pages:publications-ready")).context["draws"] == []


def test_who_may_not_publish_finds_the_step_closed(client, people):
    make_draw(people)
    client.force_login(UserFactory(bureau=people["bureau"], role=Role.SUPERVISOR))

    assert client.post(reverse("pages:publish-draws")).status_code == 403
    assert not Publication.objects.exists()
