"""Grades of other bureaus count in a firm's year, with their document, as long as the rule of that year says so."""

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from appraisals.enums import Standing
from appraisals.models import FirmAppraisal, RecognisedGrade
from appraisals.services import (
    GradeDraft,
    compute_year,
    confirm_appraisal,
    recognise_grade,
    withdraw_recognition,
)
from appraisals.services.recognition import RecognitionRefused
from foundation.audit.models import Entry
from foundation.core.errors import NotAllowed
from foundation.files.models import StoredFile
from foundation.files.services import FileRefused
from tests.delivery.test_versions import PNG
from tests.factories.disclosure import make_firm, make_rating, make_task, office
from tests.factories.foundation import RuleSetFactory, RuleValueFactory

pytestmark = [pytest.mark.django_db, pytest.mark.rule("R-30")]
DAY = date(2020, 12, 20)


@pytest.fixture
def people():
    return office()


@pytest.fixture
def firm(people):
    return make_firm(people["bureau"])


def draft(firm, **more):
    facts = {
        "issuer": "济南市财政局",
        "letter_number": "济财绩〔2020〕8号",
        "report_title": "市级道路养护",
        "points_hundredths": 9_000,
        "final_on": date(2020, 6, 1),
    }
    return GradeDraft(firm=firm, **(facts | more))


def recognised(people, firm, **more):
    return recognise_grade(
        draft=draft(firm, **more), document_name="a.png", document_content=PNG, by=people["clerk"], on=DAY
    )


def year_of(people, firm):
    compute_year(bureau=people["bureau"], year=2020, by=people["clerk"], on=DAY)
    return FirmAppraisal.objects.get(firm=firm, year=2020)


def score(row):
    return next(part for part in row.parts if part["code"] == "score")


def test_grades_of_others_fill_the_sample_and_count_in_their_year(people, firm):
    make_rating(people, task=make_task(people), firm=firm, score="80")
    assert year_of(people, firm).standing == Standing.SMALL_SAMPLE
    recognised(people, firm)
    recognised(people, firm, letter_number="济财绩〔2018〕3号", final_on=date(2018, 5, 1), points_hundredths=1_000)

    row = year_of(people, firm)

    assert row.standing == Standing.ASSESSED
    assert score(row)["facts"] == {"reports": 2, "scores": ["80", "90"], "recognised": 1}
    assert score(row)["exact"] == "51"


def test_grade_before_the_window_counts_nowhere(people, firm):
    recognised(people, firm, final_on=date(2017, 12, 31))

    assert year_of(people, firm).standing == Standing.NOT_ASSESSED


def test_year_whose_rule_recognises_none_counts_none_and_takes_none(people, firm):
    recognised(people, firm)
    rule_set = RuleSetFactory(bureau=people["bureau"])
    RuleValueFactory(rule_set=rule_set, key="mutual_recognition", value=False)

    assert year_of(people, firm).standing == Standing.NOT_ASSESSED
    with pytest.raises(RecognitionRefused) as caught:
        recognised(people, firm, letter_number="另一号")
    assert caught.value.refusal.code == "recognition_off"
    assert RecognisedGrade.objects.count() == 1


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"issuer": " "}, "incomplete"),
        ({"letter_number": ""}, "incomplete"),
        ({"report_title": ""}, "incomplete"),
        ({"points_hundredths": 10_001}, "bad_points"),
        ({"points_hundredths": -1}, "bad_points"),
        ({"final_on": date(2020, 12, 21)}, "day_to_come"),
    ],
)
def test_half_a_grade_is_refused_and_stores_nothing(people, firm, more, code):
    entries = Entry.objects.count()

    with pytest.raises(RecognitionRefused) as caught:
        recognised(people, firm, **more)

    assert caught.value.refusal.code == code
    assert (RecognisedGrade.objects.count(), StoredFile.objects.count()) == (0, 0)
    assert Entry.objects.count() == entries


def test_document_is_needed_and_checked(people, firm):
    with pytest.raises(FileRefused):
        recognise_grade(draft=draft(firm), document_name="a.pdf", document_content=b"hello", by=people["clerk"], on=DAY)

    assert not RecognisedGrade.objects.exists()


def test_same_grade_counts_once_until_it_is_withdrawn(people, firm):
    row = recognised(people, firm)
    with pytest.raises(RecognitionRefused) as caught:
        recognised(people, firm)
    assert caught.value.refusal.code == "recognised_before"

    with pytest.raises(RecognitionRefused):
        withdraw_recognition(grade=row, reason=" ", by=people["clerk"], on=DAY)
    withdraw_recognition(grade=row, reason="文件已撤销", by=people["clerk"], on=DAY)
    with pytest.raises(RecognitionRefused):
        withdraw_recognition(grade=row, reason="再撤", by=people["clerk"], on=DAY)

    assert year_of(people, firm).standing == Standing.NOT_ASSESSED
    recognised(people, firm)
    assert year_of(people, firm).standing == Standing.SMALL_SAMPLE


def test_confirmed_year_takes_nothing_and_gives_nothing_back(people, firm):
    row = recognised(people, firm)
    confirm_appraisal(appraisal=year_of(people, firm), by=people["head"], on=DAY)

    with pytest.raises(RecognitionRefused) as more:
        recognised(people, firm, letter_number="另一号")
    with pytest.raises(RecognitionRefused) as less:
        withdraw_recognition(grade=row, reason="撤", by=people["clerk"], on=DAY)

    assert (more.value.refusal.code, less.value.refusal.code) == ("year_confirmed", "year_confirmed")


def test_others_recognise_nothing(people, firm):
    row = recognised(people, firm)
    for person in (people["leader"], office()["clerk"]):
        with pytest.raises(NotAllowed):
            recognise_grade(
                draft=draft(firm, letter_number="另一号"),
                document_name="a.png",
                document_content=PNG,
                by=person,
                on=DAY,
            )
        with pytest.raises(NotAllowed):
            withdraw_recognition(grade=row, reason="撤", by=person, on=DAY)


def test_pages_take_a_grade_show_it_and_take_it_back(client, people, firm):
    client.force_login(people["clerk"])
    form = {
        "issuer": "济南市财政局", "letter_number": "济财绩〔2020〕8号", "report_title": "市级道路养护", "points": "88.5",
        "final_on": "2020-06-01",
    }  # fmt: skip
    url = reverse("pages:firm-recognise", args=[firm.number])
    assert client.post(url, form).status_code == 422
    sent = client.post(url, form | {"document": SimpleUploadedFile("a.png", PNG)})
    assert sent.status_code == 302
    row = RecognisedGrade.objects.get()
    assert row.points_hundredths == 8_850

    page = client.get(sent["Location"]).content.decode()
    assert "济财绩〔2020〕8号" in page
    assert "88.50" in page
    file = reverse("pages:file", args=[row.document_id])
    assert client.get(file).status_code == 200
    back = client.post(reverse("pages:recognition-withdraw", args=[row.pk]), {"reason": "文件已撤销"})
    assert "文件已撤销" in client.get(back["Location"]).content.decode()

    client.force_login(office()["clerk"])
    assert client.get(file).status_code == 404
    assert client.get(reverse("pages:recognition-withdraw", args=[row.pk])).status_code == 404
