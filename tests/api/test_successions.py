"""Who takes a firm's place, over the API: what has to be answered, all or nothing; relations, names, likenesses."""

import pytest
from django.test import Client

from assignments.models import Assignment
from evaluators.enums import FirmAction, FirmStatus
from evaluators.models import Firm, LikenessSetAside
from evaluators.services import move_firms
from foundation.core import clock
from parties.models import Membership, Organisation, Relationship
from tests.factories.assigned import NOW, TODAY
from tests.factories.assignments import FirmFactory, firm_user, ready_firm
from tests.factories.delivery import CommissionFactory
from tests.factories.foundation import office

pytestmark = [pytest.mark.django_db, pytest.mark.rule("R-49")]


@pytest.fixture(autouse=True)
def _in_2020():
    with clock.standing_at(NOW):
        yield


@pytest.fixture
def people():
    return office()


@pytest.fixture
def pair(people):
    return ready_firm(people["bureau"]), ready_firm(people["bureau"])


def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


def posted(client, path, **given):
    return client.post(f"/api/v1/{path}", given, content_type="application/json")


def test_merger_answers_for_every_task_and_sign_in(people, pair):
    old, heir = pair
    commission = CommissionFactory(
        task__plan__bureau=people["bureau"], task__clerk=people["clerk"], assignment__firm=old,
        lead_evaluator=old.lead_evaluators.get(),
    )  # fmt: skip
    task, user = commission.task, firm_user(old)
    clerk, address = signed_in(people["clerk"]), f"firms/{old.pk}/succeed/"
    asked = {"kind": "MERGED_INTO", "heirs": [{"firm": heir.pk}], "accounts": [{"user": user.pk, "heir": heir.pk}]}

    to_answer = clerk.get(f"/api/v1/firms/{old.pk}/succession/").json()
    silent = posted(clerk, address, **asked)
    answer = posted(
        clerk, address, **asked, tasks=[{"task": task.pk, "fate": "TAKE_OVER", "heir": heir.pk}], note="登记机关通知"
    )

    assert to_answer == {
        "tasks": [{"task": task.pk, "number": task.number, "title": task.title}],
        "accounts": [{"user": user.pk, "username": user.username, "name": user.name}],
    }
    assert (silent.status_code, silent.json()["code"]) == (409, "choice_missing")
    assert (answer.status_code, answer.json()["status"]) == (200, "CLOSED")
    (row,) = clerk.get("/api/v1/relations/?kind=MERGED_INTO").json()["results"]
    assert (row["subject_name"], row["other_name"]) == (old.organisation.name, heir.organisation.name)
    assert (row["passes_scores"], row["passes_sanctions"], row["note"]) == (True, True, "登记机关通知")
    assert Membership.objects.get(user=user, ended_on__isnull=True).organisation == heir.organisation
    assert Assignment.objects.filter(task=task).order_by("pk").last().firm == heir


def test_split_leaves_the_record_open_and_shares_what_passes(people, pair):
    old, heir = pair
    heirs = [{"firm": heir.pk, "takes_sanctions": False}]

    answer = posted(
        signed_in(people["clerk"]), f"firms/{old.pk}/succeed/", kind="SPLIT_FROM", heirs=heirs, closes=False
    )

    assert (answer.status_code, answer.json()["status"]) == (200, old.status)
    row = Relationship.objects.get(kind="SPLIT_FROM")
    assert (row.subject, row.passes_scores, row.passes_sanctions) == (heir.organisation, True, False)


@pytest.mark.parametrize("asked", [{"kind": "ADVISED"}, {"heirs": []}, {"heirs": [{"firm": 987654}]}, {"extra": 1}])
def test_what_is_no_succession_is_refused_by_its_field(people, pair, asked):
    old, heir = pair
    whole = {"kind": "MERGED_INTO", "heirs": [{"firm": heir.pk}]} | asked

    answer = posted(signed_in(people["clerk"]), f"firms/{old.pk}/succeed/", **whole)

    assert (answer.status_code, list(answer.json()["errors"])) == (400, list(asked))
    assert not Relationship.objects.exists()


def test_only_the_register_enters_a_succession(people, pair):
    old, heir = pair
    asked = {"kind": "MERGED_INTO", "heirs": [{"firm": heir.pk}]}

    for user in (people["leader"], firm_user(old)):
        assert posted(signed_in(user), f"firms/{old.pk}/succeed/", **asked).status_code == 403
        assert signed_in(user).get(f"/api/v1/firms/{old.pk}/succession/").status_code == 403

    assert Firm.objects.get(pk=old.pk).status == old.status


def test_relation_is_entered_and_a_firm_reads_its_own_interests_only(people, pair):
    one, other = (firm.organisation for firm in pair)
    clerk, own = signed_in(people["clerk"]), signed_in(firm_user(pair[0]))

    made = posted(clerk, "relations/", subject=one.pk, kind="SUPPLIER_OF", other=other.pk, note="合同")
    posted(clerk, "relations/", subject=one.pk, kind="BRANCH_OF", other=other.pk)
    itself = posted(clerk, "relations/", subject=one.pk, kind="ADVISED", other=one.pk)
    succession = posted(clerk, "relations/", subject=one.pk, kind="MERGED_INTO", other=other.pk)

    assert (made.status_code, made.json()["started_on"]) == (201, TODAY.isoformat())
    assert (itself.status_code, itself.json()["code"]) == (409, "same_party")
    assert (succession.status_code, list(succession.json()["errors"])) == (400, ["kind"])
    assert len(clerk.get("/api/v1/relations/").json()["results"]) == 2
    assert [row["kind"] for row in own.get("/api/v1/relations/").json()["results"]] == ["SUPPLIER_OF"]
    assert posted(own, "relations/", subject=one.pk, kind="ADVISED", other=other.pk).status_code == 403


def test_new_name_leaves_the_old_one_to_the_past(people, pair):
    body, clerk = pair[0].organisation, signed_in(people["clerk"])
    old = body.name

    answer = posted(clerk, f"organisations/{body.pk}/rename/", name="新名评价有限公司")

    assert answer.json()["name"] == "新名评价有限公司"
    assert clerk.get(f"/api/v1/organisations/{body.pk}/?on=2020-05-31").json()["name"] == old
    same = posted(clerk, f"organisations/{body.pk}/rename/", name="新名评价有限公司")
    assert (same.status_code, same.json()["code"]) == (409, "name_unchanged")
    assert posted(signed_in(people["leader"]), f"organisations/{body.pk}/rename/", name="旁人").status_code == 403


@pytest.mark.rule("R-50")
def test_likeness_is_told_and_set_aside_with_a_reason(people):
    removed, new = (FirmFactory(bureau=people["bureau"]) for _turn in range(2))
    Organisation.objects.filter(pk__in=[removed.organisation_id, new.organisation_id]).update(legal_person="张三")
    move_firms(firms=[removed], action=FirmAction.REMOVE, by=people["clerk"], on=TODAY, reason="造假")
    leader, clerk, address = signed_in(people["leader"]), signed_in(people["clerk"]), f"firms/{new.pk}/"

    (hint,) = leader.get(f"/api/v1/{address}likenesses/").json()
    refused = posted(leader, f"{address}set-likeness-aside/", removed=removed.pk, reason="同名同姓")
    answer = posted(clerk, f"{address}set-likeness-aside/", removed=removed.pk, reason="同名同姓")

    assert (hint["removed"], hint["name"], hint["marks"]) == (removed.pk, removed.organisation.name, ["legal_person"])
    assert (refused.status_code, answer.status_code) == (403, 200)
    assert leader.get(f"/api/v1/{address}likenesses/").json() == []
    again = posted(clerk, f"{address}set-likeness-aside/", removed=removed.pk, reason="再")
    assert (again.status_code, again.json()["code"]) == (409, "no_likeness")
    assert LikenessSetAside.objects.count() == 1
    assert Firm.objects.get(pk=removed.pk).status == FirmStatus.REMOVED
