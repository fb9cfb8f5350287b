"""A branch gets or loses legal personality: written once, journaled, refused where it contradicts what stands."""

from datetime import date

import pytest
from django.urls import reverse

from evaluators.services import FirmRefused, add_branch, change_branch, end_branch
from foundation.audit.models import Entry
from foundation.core.errors import NotAllowed
from tests.factories.assignments import FirmFactory
from tests.factories.foundation import office

pytestmark = [pytest.mark.django_db, pytest.mark.rule("R-49")]
ON = date(2020, 6, 1)


@pytest.fixture
def people():
    return office()


@pytest.fixture
def branch(people):
    head = FirmFactory(bureau=people["bureau"])
    given = {"address": "", "has_legal_personality": False, "by": people["clerk"], "on": ON}
    return add_branch(firm=head, name="某机构济南分所", **given)


def changed(people, branch, **facts):
    given = {"has_legal_personality": True, "own_firm": None, "by": people["clerk"], "on": ON}
    return change_branch(branch=branch, **given | facts)


def refused(people, branch, **facts):
    before = Entry.objects.count()
    with pytest.raises(FirmRefused) as caught:
        changed(people, branch, **facts)
    branch.refresh_from_db()
    assert Entry.objects.count() == before
    return caught.value.refusal.code


@pytest.fixture
def own(people):
    """The branch as it stands in the register itself."""
    return FirmFactory(bureau=people["bureau"])


def test_branch_gets_legal_personality_and_stands_as_a_firm_itself(people, branch, own):
    changed(people, branch, own_firm=own)

    branch.refresh_from_db()
    assert (branch.has_legal_personality, branch.own_firm) == (True, own)
    entry = Entry.objects.get(action="evaluators.branch_changed")
    assert entry.subject_id == branch.firm_id
    assert str(own.pk) in entry.text


def test_what_is_the_same_is_not_written_anew(people, branch, own):
    changed(people, branch, own_firm=own)
    before = Entry.objects.count()

    changed(people, branch, own_firm=own)

    assert Entry.objects.count() == before


def test_branch_loses_legal_personality(people, branch, own):
    changed(people, branch, own_firm=own)

    changed(people, branch, has_legal_personality=False)

    branch.refresh_from_db()
    assert (branch.has_legal_personality, branch.own_firm) == (False, None)


def test_what_contradicts_is_refused_and_leaves_nothing(people, branch, own):
    assert refused(people, branch) == "branch_registers_itself"
    assert refused(people, branch, has_legal_personality=False, own_firm=own) == "not_legal"
    taken, other = (FirmFactory(bureau=people["bureau"]) for _ in range(2))
    given = {"address": "", "has_legal_personality": True, "by": people["clerk"], "on": ON}
    add_branch(firm=other, name=taken.organisation.name, own_firm=taken, **given)
    assert refused(people, branch, own_firm=taken) == "branch_stands"
    end_branch(branch=branch, ended_on=ON, by=people["clerk"], on=ON)
    assert refused(people, branch, own_firm=own) == "ended_before"


def test_only_who_keeps_the_register_changes_it(people, branch, own):
    for by in (people["leader"], office()["clerk"]):
        with pytest.raises(NotAllowed):
            changed(people, branch, own_firm=own, by=by)


def test_page_and_interface_write_the_standing(client, people, branch, own):
    client.force_login(people["clerk"])
    page = reverse("pages:firm-branch-standing", args=[branch.pk])
    head = client.get(reverse("pages:firm", args=[branch.firm.number]), {"tab": "people"}).content.decode()
    assert page in head

    unknown = client.post(page, {"has_legal_personality": "on", "number": "没有"})
    done = client.post(page, {"has_legal_personality": "on", "number": own.number})

    branch.refresh_from_db()
    assert (unknown.status_code, done.status_code, branch.own_firm) == (409, 302, own)
    told = client.post(
        f"/api/v1/branches/{branch.pk}/standing/", {"has_legal_personality": False}, content_type="application/json"
    )
    assert (told.status_code, told.json()["has_legal_personality"], told.json()["own_firm"]) == (200, False, None)
