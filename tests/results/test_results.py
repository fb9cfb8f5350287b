"""From finding to money: every step, who takes it, and what only counts when adopted."""

import io
from datetime import date

import pytest
from pypdf import PdfWriter

from foundation.accounts.enums import Role
from foundation.approvals.models import Approval
from foundation.approvals.services import agree
from foundation.core.errors import NotAllowed, TransitionRefused
from foundation.files.services import FileRefused
from parties.models import Membership
from results.enums import AdoptionOutcome, RectificationAction, RectificationStatus
from results.models import Adoption, Rectification
from results.rules import adoption_problem
from results.selectors import adopted_cents, proposals_visible_to, visible_to
from results.services import (
    ResultRefused,
    ask_rectification,
    close_rectification,
    propose,
    record_adoption,
    report_rectification,
    return_rectification,
)
from results.transitions import RECTIFICATION
from tests.factories.disclosure import make_task, make_unit, office
from tests.factories.foundation import UserFactory

DAY, DUE = date(2020, 11, 2), date(2020, 12, 1)


@pytest.fixture
def people():
    return office()


@pytest.fixture
def task(people):
    return make_task(people)


@pytest.fixture
def unit_user(people, task):
    user = UserFactory(bureau=people["bureau"], role=Role.UNIT)
    Membership.objects.create(user=user, organisation=task.unit.organisation, started_on=date(2019, 1, 1))
    return user


def asked(people, task):
    return ask_rectification(task=task, words="补齐验收资料", due_on=DUE, by=people["clerk"], on=DAY)


def one_page():
    writer, out = PdfWriter(), io.BytesIO()
    writer.add_blank_page(width=200, height=200)
    writer.write(out)
    return out.getvalue()


def code_of(call, error=ResultRefused, **facts):
    with pytest.raises(error) as caught:
        call(**facts)
    return caught.value.refusal.code


@pytest.mark.parametrize("status", RectificationStatus)
@pytest.mark.parametrize("action", RectificationAction)
def test_every_pair(status, action):
    known = {
        ("ASKED", "REPORT"): "REPORTED",
        ("RETURNED", "REPORT"): "REPORTED",
        ("REPORTED", "CLOSE"): "CLOSED",
        ("REPORTED", "RETURN"): "RETURNED",
    }

    assert RECTIFICATION.get((status, action)) == known.get((status.value, action.value))


@pytest.mark.django_db
def test_asked_reported_returned_reported_closed(people, task, unit_user):
    row = asked(people, task)
    report_rectification(rectification=row, report="已补一半", by=unit_user, on=DAY)
    return_rectification(rectification=row, words="还缺照片", by=people["clerk"], on=DAY)
    with pytest.raises(FileRefused):
        report_rectification(rectification=row, report="x", by=unit_user, on=DAY, name="a.exe", content=b"MZ")
    row.refresh_from_db()
    assert row.status == RectificationStatus.RETURNED
    report_rectification(rectification=row, report="已补齐", by=unit_user, on=DAY, name="照片.pdf", content=one_page())
    close_rectification(rectification=row, by=people["head"], on=DUE)

    row.refresh_from_db()
    assert (row.status, row.closed_on, row.report) == (RectificationStatus.CLOSED, DUE, "已补齐")
    assert row.evidence.original_name == "照片.pdf"
    with pytest.raises(TransitionRefused):
        report_rectification(rectification=row, report="再来", by=unit_user, on=DAY)


@pytest.mark.django_db
def test_wrong_input_writes_nothing(people, unit_user, task):
    running = make_task(people, status="FIELDWORK")
    facts = {"words": "x", "due_on": DUE, "by": people["clerk"], "on": DAY}
    assert code_of(ask_rectification, task=running, **facts) == "not_accepted"
    assert code_of(ask_rectification, task=task, **facts | {"words": " "}) == "words_missing"
    assert code_of(ask_rectification, task=task, **facts | {"due_on": DAY}) == "due_too_early"
    assert not Rectification.objects.exists()
    row = asked(people, task)
    assert code_of(report_rectification, rectification=row, report="", by=unit_user, on=DAY) == "words_missing"
    report_rectification(rectification=row, report="好", by=unit_user, on=DAY)
    assert code_of(return_rectification, rectification=row, words="", by=people["clerk"], on=DAY) == "words_missing"


@pytest.mark.django_db
def test_who_may(people, task, unit_user):
    row = asked(people, task)
    stranger = UserFactory(bureau=people["bureau"], role=Role.UNIT)
    Membership.objects.create(
        user=stranger, organisation=make_unit(people["bureau"]).organisation, started_on=date(2019, 1, 1)
    )
    for user in (stranger, people["clerk"], office()["clerk"]):
        with pytest.raises(NotAllowed):
            report_rectification(rectification=row, report="x", by=user, on=DAY)
    with pytest.raises(NotAllowed):
        ask_rectification(task=task, words="x", due_on=DUE, by=unit_user, on=DAY)
    with pytest.raises(NotAllowed):
        close_rectification(rectification=row, by=unit_user, on=DAY)
    with pytest.raises(NotAllowed):
        return_rectification(rectification=row, words="x", by=unit_user, on=DAY)
    with pytest.raises(NotAllowed):
        propose(task=task, words="x", amount_cents=1, budget_year=2021, by=people["leader"], on=DAY)
    assert list(visible_to(unit_user)) == [row]
    assert not visible_to(stranger).exists()
    assert not visible_to(UserFactory(bureau=people["bureau"], role=Role.EXPERT)).exists()


def proposal_of(people, task, cents=1_000_000):
    row = propose(task=task, words="调减下年预算", amount_cents=cents, budget_year=2021, by=people["clerk"], on=DAY)
    agree(approval=Approval.objects.get(kind="PROPOSAL", subject_id=row.pk), by=people["head"], on=DAY)
    return row


def adopt(people, proposal, outcome, cents, **facts):
    facts = {"decided_by_name": "局党组会", "reference": "2020年第9次", "decided_on": DAY, "on": DAY} | facts
    return record_adoption(proposal=proposal, outcome=outcome, amount_cents=cents, by=people["clerk"], **facts)


@pytest.mark.django_db
def test_only_adopted_amounts_count(people, task, unit_user):
    proposal = proposal_of(people, task)
    assert Approval.objects.get().kind == "PROPOSAL"
    assert adopted_cents(people["bureau"], 2021) == 0

    adopt(people, proposal, AdoptionOutcome.PARTLY, 400_000)

    assert adopted_cents(people["bureau"], 2021) == 400_000
    assert adopted_cents(people["bureau"], 2020) == 0
    assert code_of(adopt, people=people, proposal=proposal, outcome="NOT", cents=0) == "recorded_before"
    assert list(proposals_visible_to(people["leader"])) == [proposal]
    assert not proposals_visible_to(unit_user).exists()


@pytest.mark.django_db
def test_nothing_is_adopted_before_the_proposal_is_approved(people, task):
    row = propose(task=task, words="x", amount_cents=1, budget_year=2021, by=people["clerk"], on=DAY)

    assert code_of(adopt, people=people, proposal=row, outcome="FULLY", cents=1) == "not_agreed"
    assert not Adoption.objects.exists()


@pytest.mark.django_db
def test_refused_proposals_and_adoptions(people, task):
    facts = {"words": "x", "amount_cents": 1, "budget_year": 2021, "by": people["clerk"], "on": DAY}
    assert code_of(propose, task=make_task(people, status="DRAFT"), **facts) == "not_accepted"
    assert code_of(propose, task=task, **facts | {"words": ""}) == "words_missing"
    assert code_of(propose, task=task, **facts | {"amount_cents": -1}) == "amount_negative"
    proposal = proposal_of(people, task)
    bad = {"people": people, "proposal": proposal, "outcome": "NOT", "cents": 0}
    assert code_of(adopt, **bad | {"reference": ""}) == "reference_missing"
    assert code_of(adopt, **bad | {"decided_on": DUE}) == "day_to_come"
    assert code_of(adopt, **bad | {"cents": 1}) == "not_zero"
    assert code_of(adopt, **bad | {"outcome": "FULLY"}) == "not_full"
    assert code_of(adopt, **bad | {"outcome": "PARTLY"}) == "not_between"
    with pytest.raises(NotAllowed):
        record_adoption(
            proposal=proposal, outcome="NOT", amount_cents=0, decided_by_name="x", reference="y", decided_on=DAY,
            by=people["leader"], on=DAY,
        )  # fmt: skip


@pytest.mark.parametrize(
    ("outcome", "proposed", "adopted", "wanted"),
    [
        ("FULLY", 5, 5, ""),
        ("FULLY", 5, 4, "not_full"),
        ("PARTLY", 5, 4, ""),
        ("PARTLY", 5, 5, "not_between"),
        ("PARTLY", 0, 0, ""),
        ("PARTLY", 5, 0, "not_between"),
        ("NOT", 5, 0, ""),
        ("NOT", 5, 1, "not_zero"),
    ],
)
def test_amount_fits_the_outcome(outcome, proposed, adopted, wanted):
    assert adoption_problem(outcome, proposed_cents=proposed, adopted_cents=adopted) == wanted
