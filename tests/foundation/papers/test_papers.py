"""Numbers are given once and in order; papers are issued or void, never deleted."""

from datetime import date

import pytest

from foundation.audit.models import Entry
from foundation.core.errors import TransitionRefused
from foundation.papers.enums import DeliveryWay, PaperStatus
from foundation.papers.models import NumberSeries, Paper, PaperDelivery
from foundation.papers.selectors import of_subject, visible_to
from foundation.papers.services import (
    PaperRefused,
    draft_paper,
    issue_paper,
    next_number,
    record_delivery,
    void_paper,
)
from tests.factories.foundation import office

pytestmark = pytest.mark.django_db
DAY = date(2020, 6, 1)
PDF = b"%PDF-1.4 test"


@pytest.fixture
def people():
    return office()


def draft(people, **facts):
    given = {
        "bureau": people["bureau"], "kind": "COMMISSION", "title": "委托书", "addressee": "演示机构",
        "subject": people["bureau"], "facts": {}, "by": people["clerk"], "on": DAY, **facts,
    }  # fmt: skip
    return draft_paper(**given)


def test_numbers_begin_with_one_in_each_kind_year_and_bureau(people):
    bureau, other = people["bureau"], office()["bureau"]

    given = [
        next_number(bureau=owner, kind=kind, year=year)
        for owner, kind, year in (
            (bureau, "A", 2020), (bureau, "A", 2020), (bureau, "B", 2020), (bureau, "A", 2021), (other, "A", 2020),
            (bureau, "A", 2020),
        )
    ]  # fmt: skip

    assert given == [1, 2, 1, 1, 1, 3]


def test_paper_takes_the_next_number_and_a_void_one_keeps_its_own(people):
    first = draft(people)
    void_paper(paper=first, reason="填错", by=people["clerk"], on=DAY)
    second = draft(people)

    first.refresh_from_db()
    assert (first.number, second.number) == (1, 2)
    assert (first.status, first.void_reason) == (PaperStatus.VOID, "填错")
    assert NumberSeries.objects.get(kind="COMMISSION").last_number == 2
    assert list(of_subject(people["bureau"])) == [second, first]


def test_letter_number_is_used_once(people):
    draft(people, letter_number="演示财〔2020〕1号")
    before = (Paper.objects.count(), NumberSeries.objects.get().last_number, Entry.objects.count())

    with pytest.raises(PaperRefused) as refused:
        draft(people, letter_number="演示财〔2020〕1号")

    assert refused.value.refusal.code == "letter_number_taken"
    assert (Paper.objects.count(), NumberSeries.objects.get().last_number, Entry.objects.count()) == before


def test_issued_paper_holds_its_file_and_is_issued_once(people):
    paper = issue_paper(paper=draft(people), content=PDF, by=people["clerk"], on=DAY, signer="局长")

    assert (paper.status, paper.signer, paper.written_on) == (PaperStatus.ISSUED, "局长", DAY)
    with paper.file.content.open() as stored:
        assert stored.read() == PDF
    with pytest.raises(TransitionRefused):
        issue_paper(paper=paper, content=b"%PDF-1.4 other", by=people["clerk"], on=DAY)
    paper.refresh_from_db()
    with paper.file.content.open() as stored:
        assert stored.read() == PDF


def test_void_needs_a_reason_and_ends_it(people):
    paper = draft(people)
    with pytest.raises(PaperRefused):
        void_paper(paper=paper, reason="  ", by=people["clerk"], on=DAY)
    paper.refresh_from_db()
    assert paper.status == PaperStatus.DRAFT

    void_paper(paper=paper, reason="重复", by=people["clerk"], on=DAY)

    for act in (
        lambda: void_paper(paper=paper, reason="又", by=people["clerk"], on=DAY),
        lambda: issue_paper(paper=paper, content=PDF, by=people["clerk"], on=DAY),
    ):
        with pytest.raises(TransitionRefused):
            act()
    paper.refresh_from_db()
    assert (paper.status, paper.void_reason, paper.file) == (PaperStatus.VOID, "重复", None)


def test_delivery_is_recorded_of_an_issued_paper_only(people):
    paper = draft(people)
    facts = {"way": DeliveryWay.HAND, "to": "演示机构", "on": DAY, "by": people["clerk"]}
    with pytest.raises(TransitionRefused):
        record_delivery(paper=paper, **facts)
    assert not PaperDelivery.objects.exists()

    row = record_delivery(paper=issue_paper(paper=paper, content=PDF, by=people["clerk"], on=DAY), **facts)

    assert (row.way, row.delivered_to, row.delivered_on) == (DeliveryWay.HAND, "演示机构", DAY)


def test_register_is_the_bureaus_own(people):
    paper = draft(people)

    assert list(visible_to(people["clerk"])) == [paper]
    assert list(visible_to(office()["clerk"])) == []
