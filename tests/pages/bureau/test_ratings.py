"""The bureau's pages of ratings: every number that went in, every step, and who may take it."""

from datetime import datetime
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from foundation.approvals.models import Approval
from foundation.approvals.services import agree
from foundation.core import clock
from reviews.enums import AppealStatus, RatingStatus
from reviews.models import Appeal, ProjectResult, QualityRating, SectionScore
from reviews.services import appeal
from rubrics.enums import Scorer
from tests.factories.foundation import UserFactory, office
from tests.factories.reviews import ON, World

pytestmark = pytest.mark.django_db
SHANGHAI = ZoneInfo("Asia/Shanghai")


@pytest.fixture(autouse=True)
def day():
    with clock.standing_at(datetime(ON.year, ON.month, ON.day, 10, tzinfo=SHANGHAI)):
        yield


@pytest.fixture(autouse=True)
def chinese(client):
    client.cookies["gp_language"] = "zh-hans"


@pytest.fixture
def world():
    return World()


def at(name, world):
    return reverse(f"pages:{name}", args=[world.task.number])


def text(response):
    return response.content.decode()


@pytest.mark.parametrize("count", [1, 3])
def test_list_costs_the_same_for_one_and_for_three(client, count):
    people = office()
    for _turn in range(count):
        World(people=people).computed()
    client.force_login(people["clerk"])
    client.get(reverse("pages:ratings"))

    with CaptureQueriesContext(connection) as seen:
        page = client.get(reverse("pages:ratings"))

    assert len(page.context["object_list"]) == count
    assert len(seen) <= 8, "\n".join(query["sql"][:200] for query in seen.captured_queries)


def test_page_shows_every_number_that_went_in_and_who_gave_it(client, world):
    row = world.computed()
    client.force_login(world.people["head"])

    page = client.get(at("rating", world))

    sums = page.context["sums"]
    experts = [item for item in world.items if item.scorer == Scorer.EXPERT]
    assert len(sums.grid) == len(world.items)
    assert [total.points for total in sums.totals] == ["56.00", "63.00", "70.00"]
    assert (sums.steps[0].out, sums.steps[1].out) == ("189.00", "63.00")
    assert sums.steps[-1].out == "93.00"
    assert sums.point == Fraction(row.adjusted)
    shown = text(page)
    for seat in world.seats:
        assert seat.expert.person.name in shown
    assert shown.count("依据不足") == 3 * len(experts)
    assert world.people["clerk"].name in shown
    assert "确认评级" in shown


def test_value_is_printed_as_the_grade_goes(client, world):
    row = world.computed()
    QualityRating.objects.filter(pk=row.pk).update(final="17999/200", grade="GOOD")
    ProjectResult.objects.create(
        task=world.task, score="17999/200", grade="B", version=world.version, confirmed_by=world.people["clerk"],
        confirmed_on=ON,
    )  # fmt: skip
    client.force_login(world.people["clerk"])

    page, listed = client.get(at("rating", world)), client.get(reverse("pages:ratings"))

    assert "89.995" in page.context["title"]
    assert "90.00" not in text(page).replace("90.00%", "")  # the place of a cut in the picture
    assert "89.995" in text(listed)


def test_empty_page_says_what_comes_first(client, world):
    client.force_login(world.people["clerk"])

    page = client.get(at("rating", world))

    assert "sums" not in page.context
    assert page.context["layout"].acts[0].url == at("rating-section", world)
    assert client.get(at("rating-document", world)).status_code == 404
    assert client.get(at("rating-sheet", world)).status_code == 404
    assert client.get(at("rating-confirm", world)).status_code in {403, 404}


def test_from_the_bureaus_points_to_the_final_rating(client, world):
    clerk, head = world.people["clerk"], world.people["head"]
    mine = [item for item in world.items if item.scorer != Scorer.EXPERT]
    points = {f"score-{item.code}": item.weight_hundredths / 100 for item in mine}

    client.force_login(clerk)
    wrong = client.post(at("rating-section", world), points | {f"score-{mine[0].code}": "1000"})
    assert wrong.status_code == 422
    assert not SectionScore.objects.exists()
    less = client.post(at("rating-section", world), points | {f"score-{mine[0].code}": "1"})
    assert less.status_code == 409
    assert not SectionScore.objects.exists()
    client.post(at("rating-section", world), points)
    client.post(at("rating-compute", world))
    assert QualityRating.objects.get().status == RatingStatus.ADJUSTED
    assert client.post(at("rating-confirm", world)).status_code == 403

    client.force_login(head)
    client.post(at("rating-confirm", world))
    assert QualityRating.objects.get().status == RatingStatus.CONFIRMED
    client.force_login(clerk)
    assert client.post(at("rating-tell", world)).status_code == 409
    agree(approval=Approval.objects.get(), by=world.people["leader"], on=ON)
    client.post(at("rating-tell", world))
    assert QualityRating.objects.get().status == RatingStatus.TOLD
    assert client.post(at("rating-finalise", world)).status_code == 409
    with clock.standing_at(datetime(2020, 12, 1, 10, tzinfo=SHANGHAI)):
        client.post(at("rating-finalise", world))

    row = QualityRating.objects.get()
    assert (row.status, row.final) == (RatingStatus.FINAL, row.adjusted)


def test_who_entered_the_points_does_not_confirm_them(client, world):
    world.computed()
    SectionScore.objects.update(entered_by=world.people["head"])
    client.force_login(world.people["head"])

    assert client.post(at("rating-confirm", world)).status_code == 403
    assert QualityRating.objects.get().status == RatingStatus.ADJUSTED


def test_appeal_is_decided_on_its_page_by_the_uninvolved_only(client, world):
    row = world.told()
    filed = appeal(rating=row, item=world.items[0], ground="第16页已更正", by=world.firm, on=ON)
    address = reverse("pages:appeal-decide", args=[filed.pk])
    given = {"status": "UPHELD", "correction": "0.5", "decision": "属实"}

    client.force_login(world.people["head"])
    assert client.post(address, given).status_code == 403
    assert Appeal.objects.get().status == AppealStatus.OPEN
    client.force_login(world.people["leader"])
    assert "第16页已更正" in text(client.get(address))
    assert client.post(address, given | {"status": "REJECTED"}).status_code == 409
    client.post(address, given)

    row.refresh_from_db()
    assert Fraction(row.final) == Fraction(row.adjusted) + Fraction(1, 2)
    page = client.get(at("rating", world))
    assert [step.out for step in page.context["sums"].steps][-2] == "+ 0.50"


def test_veto_is_proven_by_the_head(client, world):
    row = world.computed()
    code = row.rubric_version.vetoes.order_by("pk").first().code
    given = {"code": code, "reason": "第9至12页抄自他处"}

    client.force_login(world.people["clerk"])
    assert client.post(at("rating-veto", world), given).status_code == 403
    assert QualityRating.objects.get().veto_code == ""
    client.force_login(world.people["head"])
    client.post(at("rating-veto", world), given)

    row.refresh_from_db()
    assert (row.grade, row.veto_code, row.raw) == ("UNQUALIFIED", code, "93")


@pytest.mark.rule("R-04")
def test_grade_of_the_project_is_its_own_and_moves_no_rating(client, world):
    row = world.computed()
    client.force_login(world.people["clerk"])
    address = at("project-grade", world)

    assert client.post(address, {"points": "101"}).status_code == 422
    assert client.post(address, {"points": "89.995", "result_weight": "50"}).status_code == 409
    assert not ProjectResult.objects.exists()
    client.post(address, {"points": "89.995", "result_weight": "60"})

    assert ProjectResult.objects.get().grade == "B"
    before = (row.grade, row.adjusted)
    row.refresh_from_db()
    assert (row.grade, row.adjusted) == before


def test_project_is_not_graded_before_a_final_report(client, world):
    world.version.kind = "DRAFT"
    world.version.save(update_fields=["kind"])
    client.force_login(world.people["clerk"])

    assert client.post(at("project-grade", world), {"points": "88"}).status_code == 409
    assert not ProjectResult.objects.exists()


def test_document_and_sheet_can_be_taken_away(client, world):
    row = world.computed()
    client.force_login(world.people["clerk"])

    document = client.get(at("rating-document", world))
    sheet = client.get(at("rating-sheet", world))

    assert document.json() == row.document
    assert sheet.content.startswith(b"%PDF")


def test_other_bureaus_and_outsiders_find_nothing(client, world):
    row = world.told()
    filed = appeal(rating=row, item=world.items[0], ground="有误", by=world.firm, on=ON)
    stranger = UserFactory(bureau=office()["bureau"], role=world.people["leader"].grants.get().role)
    names = ["rating", "rating-document", "rating-sheet", "rating-compute", "rating-tell"]

    client.force_login(stranger)
    assert {client.get(at(name, world)).status_code for name in names} <= {403, 404}
    assert client.get(at("rating", world)).status_code == 404
    assert client.get(reverse("pages:appeal-decide", args=[filed.pk])).status_code == 404
    client.force_login(world.firm)
    assert {client.get(at(name, world)).status_code for name in names} <= {403, 404}


def test_no_fraction_is_shown_where_points_belong(client, world):
    row = world.computed()
    QualityRating.objects.filter(pk=row.pk).update(raw="239/3", adjusted="239/3", final="239/3")
    row.moves.update(before="250/3", after="239/3")
    client.force_login(world.people["head"])

    page = text(client.get(at("rating", world)))

    assert "239/3" not in page
    assert "250/3" not in page
    assert "79.67" in page
    assert "83.33" in page
