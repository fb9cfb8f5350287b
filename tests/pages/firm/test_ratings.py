"""The firm's pages of ratings: nothing before it is told, never a name, one round of appeal."""

import io
import re
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from PIL import Image
from PIL.PngImagePlugin import PngInfo
from pypdf import PdfReader

from foundation.accounts.enums import Role
from foundation.core import clock
from foundation.core.canon import sha256_hex
from foundation.notices.models import Notice
from reviews.enums import AppealStatus, FormalDefect, RatingStatus
from reviews.models import Appeal, QualityRating
from reviews.services import decide_appeal, return_opinion, submit_opinion
from rubrics.enums import Scorer
from tests.factories.assignments import firm_user
from tests.factories.reviews import AT, ON, PNG, World

pytestmark = pytest.mark.django_db
SHANGHAI = ZoneInfo("Asia/Shanghai")
CANARY = "金丝雀"


@pytest.fixture(autouse=True)
def day():
    with clock.standing_at(datetime(ON.year, ON.month, ON.day, 10, tzinfo=SHANGHAI)):
        yield


@pytest.fixture
def world(client):
    found = World()
    for place, (seat, user) in enumerate(zip(found.seats, found.users, strict=True)):
        seat.expert.person.name = f"{CANARY}{place}"
        seat.expert.person.save(update_fields=["name"])
        user.name = f"{CANARY}{place}"
        user.save(update_fields=["name"])
    client.cookies["gp_language"] = "zh-hans"
    client.force_login(found.firm)
    return found


def at(name, world):
    return reverse(f"pages:{name}", args=[world.task.number])


@pytest.mark.edge("E46")
def test_file_that_holds_its_authors_name_is_kept_as_delivered_and_never_reaches_the_firm(client, world):
    """Bytes are not rewritten: their hash and signature stand for them. The firm gets papers that we draw."""
    author = PngInfo()
    author.add_text("Author", f"{CANARY}0")
    made = io.BytesIO()
    Image.new("RGB", (40, 20), "white").save(made, "PNG", pnginfo=author)
    back = {"defect": FormalDefect.MISSING_SIGNATURE, "by": world.people["clerk"], "at": AT}
    opinion = return_opinion(opinion=world.opinions[0], **back)
    signed = {"signature_name": f"{CANARY}0签名.png", "signature": made.getvalue(), "by": world.users[0], "at": AT}
    opinion = submit_opinion(opinion=opinion, **signed)
    scan = opinion.signed_scan

    world.told()

    kept = scan.content.read()
    assert (kept, scan.sha256) == (made.getvalue(), sha256_hex(made.getvalue()))
    assert Image.open(io.BytesIO(kept)).text == {"Author": f"{CANARY}0"}
    assert client.get(reverse("pages:file", args=[scan.pk])).status_code == 404
    for address in ("firm-rating", "firm-rating-document", "firm-rating-sheet"):
        taken = client.get(at(address, world)).content
        assert not any(text.encode() in taken for text in (CANARY, scan.sha256, scan.original_name)), address
    sheet = PdfReader(io.BytesIO(client.get(at("firm-rating-sheet", world)).content))
    assert (sheet.metadata.author, sheet.xmp_metadata) == (world.task.bureau.name, None)
    assert CANARY not in "".join(page.extract_text() for page in sheet.pages)
    client.force_login(world.people["clerk"])
    handed_out = client.get(reverse("pages:file", args=[scan.pk]))
    assert b"".join(handed_out.streaming_content) == made.getvalue()


def test_firm_finds_nothing_before_it_is_told(client, world):
    world.computed()

    assert not client.get(reverse("pages:firm-ratings")).context["object_list"]
    for name in ("firm-rating", "firm-rating-document", "firm-rating-sheet", "firm-rating-accept", "firm-appeal"):
        assert client.get(at(name, world)).status_code == 404, name


def test_notice_leads_to_the_rating(client, world):
    world.told()

    path = Notice.objects.get(code="rating_told", user=world.firm).path

    assert path == f"/firm/ratings/{world.task.number}/"
    assert client.get(path).status_code == 200


def test_no_byte_that_the_firm_gets_names_a_rater(client, world):
    world.told()
    addresses = [reverse("pages:firm-ratings"), *(at(n, world) for n in ("firm-rating", "firm-rating-document"))]

    for address in addresses:
        assert CANARY not in client.get(address).content.decode(), address
    paper = PdfReader(io.BytesIO(client.get(at("firm-rating-sheet", world)).content))
    printed = "".join(page.extract_text() for page in paper.pages)
    assert "评分表" in printed
    assert CANARY not in printed
    for language in ("zh-hans", "en"):
        client.cookies["gp_language"] = language
        page = client.get(at("firm-rating", world)).content.decode()
        assert "依据不足" in page
        assert not [word for word in (CANARY, "9月10日", "10 Sep") if word in page]


def test_sheet_adds_up_and_writes_no_bare_fraction(client, world):
    world.told()
    most = sum(item.weight_hundredths for item in world.items if item.scorer == Scorer.EXPERT)

    paper = PdfReader(io.BytesIO(client.get(at("firm-rating-sheet", world)).content))
    printed = "".join(page.extract_text() for page in paper.pages)

    assert re.search(rf"评分人合计\s*{most / 100:.2f}", printed)
    assert re.findall(r"\d+/\d+", printed) == []
    assert "/public/ratings/" in printed  # beside the square that leads there


def test_bureau_reads_the_names_where_the_firm_does_not(client, world):
    world.told()
    client.force_login(world.people["head"])

    assert CANARY in client.get(at("rating", world)).content.decode()


def test_raters_stand_in_an_order_that_tells_no_seat(client):
    first, second = World(shares=(1.0, 0.9, 0.8)), World(shares=(0.8, 1.0, 0.9))

    assert first.computed().document["raters"] == second.computed().document["raters"]


@pytest.mark.parametrize("count", [1, 3])
def test_page_costs_the_same_for_few_and_many_appeals(client, world, count):
    row = world.told()
    Appeal.objects.bulk_create(
        Appeal(rating=row, item=item, ground="有误", filed_by=world.firm, filed_on=ON) for item in world.items[:count]
    )
    client.get(at("firm-rating", world))

    with CaptureQueriesContext(connection) as seen:
        page = client.get(at("firm-rating", world))

    assert page.status_code == 200
    assert len(seen) <= 20, "\n".join(query["sql"][:200] for query in seen.captured_queries)


def test_other_firm_finds_nothing(client, world):
    world.told()
    client.force_login(World().firm)

    assert not client.get(reverse("pages:firm-ratings")).context["object_list"]
    for name in ("firm-rating", "firm-rating-document", "firm-rating-sheet", "firm-appeal"):
        assert client.get(at(name, world)).status_code == 404, name


def test_firm_accepts_and_the_rating_can_be_final_at_once(client, world):
    row = world.told()

    client.post(at("firm-rating-accept", world))

    assert row.moves.filter(action="WAIVE").count() == 1
    assert client.post(at("firm-rating-accept", world)).status_code == 409
    assert row.moves.filter(action="WAIVE").count() == 1


@pytest.mark.edge("E53")
@pytest.mark.rule("R-23")
def test_last_day_of_a_term_ends_at_midnight_of_shanghai_whatever_the_day_is_in_utc(client, world):
    world.told()
    day = date(2020, 12, 31)
    QualityRating.objects.update(appeal_until=day)
    given = {"item": world.items[0].code, "ground": "第16页已更正"}
    midnight = datetime(2020, 12, 31, 16, tzinfo=UTC)  # of Shanghai: the year 2021 begins, in UTC it is still 2020
    with clock.standing_at(midnight):
        assert client.post(at("firm-appeal", world), given).status_code == 409
    assert not Appeal.objects.exists()

    with clock.standing_at(midnight - timedelta(seconds=1)):
        assert client.post(at("firm-appeal", world), given).status_code == 302

    assert Appeal.objects.get().filed_on == day


@pytest.mark.rule("R-23")
def test_firm_appeals_against_one_item_once(client, world):
    row = world.told()
    item = world.items[0]
    given = {"item": item.code, "ground": "第16页已更正"}
    assert client.post(at("firm-appeal", world), {"item": item.code}).status_code == 422
    with clock.standing_at(datetime(2021, 1, 4, 10, tzinfo=SHANGHAI)):
        assert client.post(at("firm-appeal", world), given).status_code == 409
    assert not Appeal.objects.exists()

    client.post(at("firm-appeal", world), given | {"evidence": SimpleUploadedFile("更正.png", PNG)})

    filed = Appeal.objects.get()
    assert (filed.item, filed.ground, filed.status) == (item, "第16页已更正", AppealStatus.OPEN)
    assert filed.evidence.original_name == "更正.png"
    assert QualityRating.objects.get().status == RatingStatus.APPEALED
    assert client.post(at("firm-appeal", world), given).status_code == 409
    decide_appeal(
        appeal=filed, status=AppealStatus.REJECTED, decision="不予采纳", correction_hundredths=0,
        by=world.people["leader"], on=ON,
    )  # fmt: skip
    assert "不予采纳" in client.get(at("firm-rating", world)).content.decode()
    assert client.post(at("firm-appeal", world), given).status_code == 409
    client.post(at("firm-appeal", world), given | {"new_facts": "新取得的验收单"})
    assert row.appeals.count() == 2


def test_who_does_not_sign_for_the_firm_reads_only(client, world):
    world.told()
    client.force_login(firm_user(world.row.firm, role=Role.FIRM_MEMBER))

    assert client.get(at("firm-rating", world)).status_code == 200
    assert client.post(at("firm-rating-accept", world)).status_code == 403
    assert client.post(at("firm-appeal", world), {"item": world.items[0].code, "ground": "x"}).status_code == 403
    assert not Appeal.objects.exists()
