"""A year that was confirmed on paper: entered by a clerk with the scan and the day that stands on it."""

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from admissions.enums import ConfirmationStatus
from admissions.models import Confirmation
from admissions.selectors import unconfirmed_experts, unconfirmed_firms
from admissions.services import ConfirmationRefused, SignedPaper, confirm_year, enter_year, settle_changes
from evaluators.enums import FirmStatus
from evaluators.models import Firm, FirmUndertaking
from experts.models import Expert, ExpertUndertaking
from foundation.audit.models import Entry
from foundation.core import clock
from foundation.core.errors import NotAllowed
from foundation.files.permissions import may_read
from foundation.files.services import FileRefused
from foundation.notices.models import Notice
from foundation.rulesets.services import put_wording
from tests.factories.admissions import picture
from tests.factories.assignments import ExpertFactory, FirmFactory, expert_user, firm_user
from tests.factories.foundation import UserFactory, office

pytestmark = pytest.mark.django_db
SIGNED_ON, ON = date(2021, 1, 12), date(2021, 2, 3)
SCAN = ("承诺书.png", picture())
PAPER = SignedPaper("法人演示", SIGNED_ON, SCAN)
KINDS = pytest.mark.parametrize("make", [FirmFactory, ExpertFactory])


@pytest.fixture
def people():
    return office()


def owner(entry):
    return firm_user(entry) if isinstance(entry, Firm) else expert_user(entry)


def undertakings():
    return [
        (one.year, one.accepted_on) for model in (FirmUndertaking, ExpertUndertaking) for one in model.objects.all()
    ]


@pytest.mark.rule("R-41")
@KINDS
def test_clerk_enters_the_paper_and_the_entry_counts_as_confirmed(people, make):
    entry = make(bureau=people["bureau"])
    me, other = owner(entry), owner(make(bureau=people["bureau"]))

    row = enter_year(entry=entry, given={}, paper=PAPER, by=people["clerk"], on=ON)

    assert (row.year, row.confirmed_on, row.status) == (2021, SIGNED_ON, ConfirmationStatus.CONFIRMED)
    assert (row.signed_by, row.confirmed_by, row.paper.original_name) == ("法人演示", people["clerk"], "承诺书.png")
    assert undertakings() == [(2021, SIGNED_ON)]
    assert not unconfirmed_firms(Firm.objects.filter(pk=entry.pk if make is FirmFactory else 0), 2021).exists()
    assert not unconfirmed_experts(Expert.objects.filter(pk=entry.pk if make is ExpertFactory else 0), 2021).exists()
    assert (Notice.objects.get().user, Notice.objects.get().code) == (me, "year_entered")
    assert [may_read(user, row.paper) for user in (people["clerk"], me, other, UserFactory())] == [
        True, True, False, False,
    ]  # fmt: skip
    facts = Entry.objects.get(action="admissions.year_entered").text
    assert row.paper.sha256 in facts
    assert SIGNED_ON.isoformat() in facts


@pytest.mark.rule("R-41")
def test_text_in_force_on_the_day_of_the_paper_is_the_one_that_was_signed(people):
    put_wording(
        bureau=people["bureau"], code="FIRM_UNDERTAKING", text="新", in_force_from=date(2021, 1, 13),
        by=people["head"], on=date(2021, 1, 1),
    )  # fmt: skip

    enter_year(entry=FirmFactory(bureau=people["bureau"]), given={}, paper=PAPER, by=people["clerk"], on=ON)

    assert FirmUndertaking.objects.get().text_version == "2020-1"


def test_what_the_paper_says_has_changed_waits_to_be_taken_over(people):
    firm = FirmFactory(bureau=people["bureau"], staff_count=10)

    row = enter_year(entry=firm, given={"staff_count": 31}, paper=PAPER, by=people["clerk"], on=ON)

    assert (row.status, row.changes) == (ConfirmationStatus.CHANGED, {"staff_count": 31})
    firm.refresh_from_db()
    assert firm.staff_count == 10


def test_year_that_was_declined_is_entered_again_from_another_paper(people):
    firm = FirmFactory(bureau=people["bureau"], staff_count=10)
    given = {"entry": firm, "by": people["clerk"], "on": ON}
    row = enter_year(**given, given={"staff_count": 31}, paper=PAPER)
    settle_changes(confirmation=row, takes_over=False, words="缺证明", by=people["clerk"], on=ON)

    again = enter_year(**given, given={}, paper=SignedPaper("法人演示", ON, ("再.png", picture(1))))

    assert (again.pk, again.status, again.paper.original_name) == (row.pk, ConfirmationStatus.CONFIRMED, "再.png")
    assert undertakings() == [(2021, SIGNED_ON)]


@KINDS
@pytest.mark.parametrize(("paper", "code"), [
    (SignedPaper("法人", date(2021, 2, 4), SCAN), "signed_later"), (SignedPaper(" ", SIGNED_ON, SCAN), "signer_missing"),
    (SignedPaper("法人", date(2001, 1, 1), SCAN), "not_in_register"),
])  # fmt: skip
def test_paper_that_cannot_be_is_refused_and_nothing_is_written(people, make, paper, code):
    entry = make(bureau=people["bureau"])

    with pytest.raises(ConfirmationRefused) as caught:
        enter_year(entry=entry, given={}, paper=paper, by=people["clerk"], on=ON)

    assert caught.value.refusal.code == code
    assert (Confirmation.objects.count(), undertakings()) == (0, [])


def test_bad_scan_and_second_confirmation_are_refused(people):
    firm = FirmFactory(bureau=people["bureau"])
    with pytest.raises(FileRefused):
        enter_year(
            entry=firm, given={}, paper=SignedPaper("法人", SIGNED_ON, ("a.png", b"x")), by=people["clerk"], on=ON
        )
    assert not Confirmation.objects.exists()
    confirm_year(entry=firm, given={}, by=firm_user(firm), on=SIGNED_ON)

    with pytest.raises(ConfirmationRefused) as caught:
        enter_year(entry=firm, given={}, paper=PAPER, by=people["clerk"], on=ON)

    assert caught.value.refusal.code == "confirmed_already"
    assert Confirmation.objects.get().paper is None


@KINDS
def test_only_who_keeps_the_register_enters_a_paper(people, make):
    entry = make(bureau=people["bureau"])
    for user in (owner(entry), office()["clerk"]):
        with pytest.raises(NotAllowed):
            enter_year(entry=entry, given={}, paper=PAPER, by=user, on=ON)

    assert not Confirmation.objects.exists()


def test_firm_that_has_left_signs_no_paper(people):
    firm = FirmFactory(bureau=people["bureau"], status=FirmStatus.LEFT)
    with pytest.raises(ConfirmationRefused):
        enter_year(entry=firm, given={}, paper=PAPER, by=people["clerk"], on=ON)


# pages and API


def given_paper(**more):
    today = clock.today()
    scan = SimpleUploadedFile("承诺书.png", picture(), "image/png")
    return {"paper": scan, "signed_on": today.isoformat(), "signed_by": "法人演示", **more}


@pytest.mark.parametrize(("make", "noun"), [(FirmFactory, "firm"), (ExpertFactory, "expert")])
def test_clerk_uploads_the_scan_on_the_page_of_the_entry(client, people, make, noun):
    entry = make(bureau=people["bureau"])
    client.force_login(people["clerk"])
    page = reverse(f"pages:{noun}-year", args=[entry.number])
    tab = "years" if noun == "firm" else "standing"
    assert page in client.get(reverse(f"pages:{noun}", args=[entry.number]) + f"?tab={tab}").content.decode()
    assert client.post(page, given_paper(paper="")).status_code == 422

    response = client.post(page, given_paper())

    row = Confirmation.objects.get()
    assert (response.status_code, row.entry, row.confirmed_on) == (302, entry, clock.today())
    shown = client.get(reverse("pages:confirmation", args=[row.pk])).content.decode()
    assert reverse("pages:file", args=[row.paper_id]) in shown
    assert "法人演示" in shown
    assert page not in client.get(response["Location"]).content.decode()


def test_paper_over_the_api(client, people):
    expert = ExpertFactory(bureau=people["bureau"])
    client.force_login(people["clerk"])
    asked = given_paper(expert=expert.pk, title="研究员")

    made = client.post("/api/v1/confirmations/", asked)

    assert (made.status_code, made.json()["changes"], made.json()["signed_by"]) == (
        201,
        {"title": "研究员"},
        "法人演示",
    )
    assert made.json()["paper"] == Confirmation.objects.get().paper_id
    without = client.post("/api/v1/confirmations/", {"expert": expert.pk}, content_type="application/json")
    assert (without.status_code, without.json()["code"]) == (409, "paper_missing")
    client.force_login(expert_user(ExpertFactory(bureau=people["bureau"])))
    assert client.post("/api/v1/confirmations/", given_paper()).status_code == 403
