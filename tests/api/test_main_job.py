"""The main job through the API alone: each verb ends in the service that the page calls."""

import io

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from docx import Document
from PIL import Image

from assignments import draw as pure
from assignments.enums import AssignmentStatus, TaskStatus
from assignments.models import EvaluationTask
from delivery.models import ReportVersion
from evaluators.models import FirmUndertaking, LeadEvaluator
from foundation.accounts.enums import Role
from foundation.audit.models import Entry
from foundation.files.models import StoredFile
from reviews.models import Opinion, QualityRating
from rubrics.services import ensure_default
from tests.factories.assignments import (
    ExpertAssignmentFactory,
    ExpertFactory,
    FirmFactory,
    PersonFactory,
    ReReviewFactory,
    UnitFactory,
    expert_user,
    firm_user,
)
from tests.factories.delivery import CommissionFactory, VersionFactory
from tests.factories.draws import nonce
from tests.factories.foundation import LONG_AGO, UserFactory, office

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_on_the_day")]
JSON = "application/json"


@pytest.fixture
def _on_the_day():
    with time_machine.travel("2020-06-01T10:00:00+08:00"):
        yield


@pytest.fixture
def act(client):
    """Give a function that posts as somebody and returns the body, expecting success unless told."""

    def act_(user, address, body=None, *, status=None, files=None):
        client.force_login(type(user).objects.get(pk=user.pk))
        if files is not None:
            response = client.post(f"/api/v1/{address}", {**(body or {}), **files})
        else:
            response = client.post(f"/api/v1/{address}", body or {}, content_type=JSON)
        assert response.status_code in ({status} if status else {200, 201}), response.content.decode()
        return response.json() if response.content else None

    return act_


def firm_ready(bureau):
    firm = FirmFactory(bureau=bureau)
    FirmUndertaking.objects.create(firm=firm, year=2020, text_version="1", accepted_on=LONG_AGO, accepted_by="演示")
    person = PersonFactory(bureau=bureau)
    LeadEvaluator.objects.create(
        firm=firm, person=person, title="高级会计师", works_since=LONG_AGO, started_on=LONG_AGO
    )
    return firm


def agree_all(act, client, *deciders):
    """Take the open steps of the newest approval, one after the other."""
    for who in deciders:
        client.force_login(who)
        rows = client.get("/api/v1/approvals/?status=PENDING").json()["results"]
        act(who, f"approvals/{rows[0]['id']}/agree/")


def test_from_an_empty_plan_to_an_accepted_commission(act, client):
    people = office()
    clerk, bureau = people["clerk"], people["bureau"]
    witness = UserFactory(bureau=bureau, role=Role.SUPERVISOR)
    for _firm in range(4):
        firm_ready(bureau)
    unit = UnitFactory(bureau=bureau)

    plan = act(clerk, "plans/", {"work_year": 2020})
    task = act(clerk, "tasks/", {
        "plan": plan["id"], "kind": "KEY_PROJECT", "title": "演示任务", "executor": "FIRM", "unit": unit.pk,
        "budget_year": 2019, "amount_cents": 100_000_000,
    })  # fmt: skip
    number = task["number"]
    act(clerk, "draws/", {"task": task["id"], "witness": witness.pk}, status=409)
    act(clerk, f"tasks/{number}/route/", {"route": "DRAW", "fee_limit_cents": 20_000_000, "reason": ""})
    draw = act(clerk, "draws/", {"task": task["id"], "witness": witness.pk})
    seen = act(clerk, f"draws/{draw['id']}/preview/")
    assert (seen["eligible"], seen["excluded"], seen["rules"]) == (4, 0, [])
    client.force_login(clerk)
    assert client.get(f"/api/v1/draws/{draw['id']}/record/").json()["code"] == "no_record"
    draw = act(clerk, f"draws/{draw['id']}/freeze/", {"ratio_confirmed": True})
    assert draw["status"] == "FROZEN"
    for party, user in (("operator", clerk), ("witness", witness)):
        value = pure.commitment(draw["commitment"], party, nonce(party))
        act(user, f"draws/{draw['id']}/commit/", {"commitment": value})
    for party, user in (("operator", clerk), ("witness", witness)):
        drawn = act(user, f"draws/{draw['id']}/reveal/", {"nonce": nonce(party)})
    assert drawn["status"] == "DRAWN"
    client.force_login(witness)
    assert client.get(f"/api/v1/draws/{draw['id']}/record/").json()["type"] == "gongping/record/1"

    seat = client.get(f"/api/v1/assignments/?draw={draw['id']}").json()["results"][0]
    firm = FirmFactory._meta.model.objects.get(pk=seat["firm"])
    people["firm"] = firm_user(firm)
    act(people["firm"], f"assignments/{seat['id']}/accept/", status=404)  # nobody has told the firm yet
    act(clerk, f"assignments/{seat['id']}/notify/")
    act(people["firm"], f"assignments/{seat['id']}/accept/")
    answered = act(people["firm"], f"assignments/{seat['id']}/declare/", {"has_conflict": False})
    assert answered["status"] == AssignmentStatus.DECLARED
    lead = LeadEvaluator.objects.get(firm=firm)
    commission = act(clerk, "commissions/", {
        "task": task["id"], "lead_evaluator": lead.pk, "fee_cents": 10_000_000, "due_on": "2020-09-30",
    })  # fmt: skip
    act(clerk, f"commissions/{commission['id']}/send/", status=409)
    agree_all(act, client, people["head"], people["leader"])
    assert act(clerk, f"commissions/{commission['id']}/send/", {"way": "ELECTRONIC"})["status"] == "SENT"
    accepted = act(people["firm"], f"commissions/{commission['id']}/accept/", {"contract_number": "H-1"})

    assert accepted["status"] == "ACCEPTED"
    assert EvaluationTask.objects.get(number=number).status == TaskStatus.COMMISSIONED
    actions = set(Entry.objects.values_list("action", flat=True))
    assert {"draws.frozen", "draws.drawn"} <= actions


def test_firm_uploads_and_a_hostile_file_leaves_nothing(act):
    commission = CommissionFactory()
    user = firm_user(commission.firm)
    stranger = firm_user(FirmFactory(bureau=commission.firm.bureau))
    good = {"file": SimpleUploadedFile("方案.docx", docx_bytes())}
    body = {"task": commission.task_id, "kind": "WORK_PLAN"}

    act(stranger, "versions/", body, files={"file": SimpleUploadedFile("x.docx", docx_bytes())}, status=400)
    act(user, "versions/", body, files={"file": SimpleUploadedFile("x.pdf", b"MZ no pdf")}, status=409)
    assert not ReportVersion.objects.exists()
    version = act(user, "versions/", body, files=good)

    assert (version["number"], version["status"], version["file_name"]) == (1, "RECEIVED", "方案.docx")
    assert StoredFile.objects.count() == 1


def docx_bytes():
    out, document = io.BytesIO(), Document()
    document.add_paragraph("工作方案")
    document.save(out)
    return out.getvalue()


def png():
    out = io.BytesIO()
    Image.new("RGB", (40, 20), "white").save(out, "PNG")
    return out.getvalue()


def test_three_experts_write_and_the_rating_is_confirmed_approved_and_told(act, client):
    people = office()
    clerk, bureau = people["clerk"], people["bureau"]
    commission = CommissionFactory(task__plan__bureau=bureau, task__clerk=clerk, task__status=TaskStatus.EXPERT_REVIEW)
    task = commission.task
    VersionFactory(commission=commission, task=task, kind="SUBMITTED", number=1)
    review = ReReviewFactory(evaluation=task, created_by=clerk, status="REVIEWING", due_on="2020-10-30")
    rubric = ensure_default(bureau=bureau, by=clerk)
    weights = list(rubric.items.values_list("code", "weight_hundredths", "scorer"))
    for _turn in range(3):
        seat = ExpertAssignmentFactory(
            re_review=review, expert=ExpertFactory(bureau=bureau), status=AssignmentStatus.DECLARED
        )
        user = expert_user(seat.expert)
        opinion = act(user, "opinions/", {"assignment": seat.pk})
        address = f"opinions/{opinion['id']}"
        scores = [{"code": code, "score_hundredths": weight} for code, weight, scorer in weights if scorer == "EXPERT"]
        act(user, f"{address}/submit/", files={"signature": SimpleUploadedFile("s.png", png())}, status=409)
        act(
            user,
            f"{address}/save/",
            {
                "scores": scores,
                "findings": [{"page": 3, "severity": "MINOR", "words": "缺少依据"}],
                "conclusion": "通过",
            },
        )
        done = act(user, f"{address}/submit/", files={"signature": SimpleUploadedFile("s.png", png())})
        assert (done["status"], len(done["findings"])) == ("SUBMITTED", 1)
        act(user, f"{address}/save/", {"scores": [], "findings": [], "conclusion": ""}, status=409)
    assert Opinion.objects.filter(status="SUBMITTED").count() == 3

    act(clerk, "ratings/", {"task": task.pk}, status=409)  # the section has not scored yet
    own = [{"code": code, "score_hundredths": weight} for code, weight, scorer in weights if scorer != "EXPERT"]
    act(clerk, f"tasks/{task.number}/section-scores/", {"scores": own})
    type(task).objects.filter(pk=task.pk).update(status=TaskStatus.ACCEPTED, due_on=None)
    rating = act(clerk, "ratings/", {"task": task.pk})
    assert rating["raw"] == "100"
    act(clerk, f"ratings/{rating['id']}/confirm/", status=403)
    act(people["head"], f"ratings/{rating['id']}/confirm/")
    agree_all(act, client, people["leader"])
    act(people["leader"], f"ratings/{rating['id']}/tell/", status=403)
    told = act(people["head"], f"ratings/{rating['id']}/tell/")

    assert told["status"] == "TOLD"
    firm = firm_user(commission.firm)
    client.force_login(firm)
    assert client.get(f"/api/v1/ratings/{rating['id']}/").json()["final"] in {"", "100"}
    assert act(firm, f"ratings/{rating['id']}/waive/")["status"] in {"TOLD", "FINAL"}
    assert QualityRating.objects.get().grade == "EXCELLENT"
