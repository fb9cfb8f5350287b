"""The letters of a batch as papers: all as one file, each alone, the expert's own."""

from io import BytesIO

import pytest
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader

from assignments.selectors.batches import letters_of
from assignments.services import batches
from foundation.core import clock
from tests.factories.assigned import NOW, batch_office, prepared, seated
from tests.factories.assignments import expert_user

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _in_2020():
    with clock.standing_at(NOW):
        yield


@pytest.fixture
def desk():
    return batch_office()


def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


def pages(answer):
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
    assert answer["Cache-Control"] == "private, no-store"
    return [page.extract_text().replace("\n", "") for page in PdfReader(BytesIO(answer.content)).pages]


def test_letters_are_handed_out_together_and_alone_and_name_only_their_reader(desk):
    batch, clerk = seated(desk, prepared(desk)), signed_in(desk.clerk)
    every = reverse("pages:batch-invitations", args=[batch.number])
    assert clerk.get(every).status_code == 404
    clerk.post(reverse("pages:batch-notify", args=[batch.number]))
    letters = list(letters_of(batch))
    page = clerk.get(reverse("pages:batch", args=[batch.number])).content.decode()
    alone = [reverse("pages:batch-invitation", args=[batch.number, letter.pk]) for letter in letters]
    assert all(url in page for url in (every, *alone))

    together = pages(clerk.get(every))

    assert len(together) == len(letters)
    for letter, url, text in zip(letters, alone, together, strict=True):
        assert pages(clerk.get(url)) == [text]
        assert (letter.expert.person.name in text, letter.number in text) == (True, True)
        assert all(seat["re_review"] in text for seat in letter.seats)
        others = [row.expert.person.name for row in letters if row != letter]
        secret = [row.evaluation.title for row in desk.reviews]
        secret += [row.evaluation.unit.organisation.name for row in desk.reviews]
        assert not [word for word in (*others, *secret) if word in text]


def test_letters_are_no_business_of_who_does_not_commission(desk):
    batch = seated(desk, prepared(desk))
    batches.notify(batch=batch, by=desk.clerk, at=NOW)
    letter = letters_of(batch)[0]
    urls = [
        reverse("pages:batch-invitations", args=[batch.number]),
        reverse("pages:batch-invitation", args=[batch.number, letter.pk]),
    ]

    assert [signed_in(desk.witness).get(url).status_code for url in urls] == [403, 403]
    assert [signed_in(batch_office().clerk).get(url).status_code for url in urls] == [404, 404]
    assert urls[0] not in signed_in(desk.witness).get(reverse("pages:batch", args=[batch.number])).content.decode()
    wrong = reverse("pages:batch-invitation", args=[batch.number, letter.pk + 99])
    assert signed_in(desk.clerk).get(wrong).status_code == 404


def test_expert_reads_the_own_letter_and_no_other(desk):
    batch = seated(desk, prepared(desk))
    batches.notify(batch=batch, by=desk.clerk, at=NOW)
    mine, other = letters_of(batch)[:2]
    expert = signed_in(expert_user(mine.expert))
    url = reverse("pages:own-letter", args=[mine.pk])

    assert url in expert.get(reverse("pages:expert-home")).content.decode()
    (text,) = pages(expert.get(url))
    assert mine.number in text
    assert expert.get(reverse("pages:own-letter", args=[other.pk])).status_code == 404
    assert signed_in(desk.clerk).get(url).status_code in {403, 404}
