"""The register: admitted when checked, one firm a person, a term, every pair of the table of standings."""

from datetime import date

import pytest

from evaluators.enums import FirmAction, FirmStatus
from evaluators.models import AdmissionCheck, Firm
from evaluators.rules import ADMISSION_ITEMS, lead_refusal, may_reapply_from, renewed_until, term_ends_on
from evaluators.selectors import standing_on
from evaluators.services import (
    FirmRefused,
    PractitionerDraft,
    accept_undertakings,
    add_practitioners,
    move_firms,
    record_admission_checks,
    renew_firm,
)
from evaluators.transitions import TRANSITIONS
from foundation.core.errors import TransitionRefused
from tests.factories.assignments import FirmFactory, PersonFactory
from tests.factories.foundation import office

pytestmark = pytest.mark.django_db
ON = date(2020, 6, 1)


@pytest.fixture
def people():
    return office()


def applicant(people, status=FirmStatus.NOTICE):
    return FirmFactory(bureau=people["bureau"], status=status, admitted_on=None, term_ends_on=None)


@pytest.mark.rule("R-12")
def test_firm_is_admitted_only_when_every_item_is_met(people):
    firm = applicant(people)
    given = {"firms": [firm], "action": FirmAction.ADMIT, "by": people["clerk"], "on": ON}
    met = dict.fromkeys(ADMISSION_ITEMS, True)
    record_admission_checks(firm=firm, met={**met, "proofs": False}, by=people["clerk"], on=ON)

    with pytest.raises(FirmRefused) as caught:
        move_firms(**given)

    firm.refresh_from_db()
    assert (caught.value.refusal.code, caught.value.refusal.facts["items"]) == ("not_checked", ["proofs"])
    assert (firm.status, firm.admitted_on) == (FirmStatus.NOTICE, None)
    record_admission_checks(firm=firm, met=met, by=people["clerk"], on=ON)
    assert AdmissionCheck.objects.count() == len(ADMISSION_ITEMS)
    assert move_firms(**given)[0].status == FirmStatus.ACTIVE


@pytest.mark.rule("R-13")
def test_term_is_three_years_from_the_day_of_admission(people):
    firm = applicant(people)
    record_admission_checks(firm=firm, met=dict.fromkeys(ADMISSION_ITEMS, True), by=people["clerk"], on=ON)

    row = move_firms(firms=[firm], action=FirmAction.ADMIT, by=people["clerk"], on=ON)[0]

    assert (row.admitted_on, row.term_ends_on) == (ON, date(2023, 6, 1))
    assert term_ends_on(date(2020, 2, 29), years=3) == date(2023, 3, 1)


@pytest.mark.rule("R-11")
@pytest.mark.edge("E22")
def test_nobody_practises_in_two_firms(people):
    first, second = FirmFactory(bureau=people["bureau"]), FirmFactory(bureau=people["bureau"])
    person = PersonFactory(bureau=people["bureau"])
    add_practitioners(drafts=[PractitionerDraft(first, person, ON)], by=people["clerk"], on=ON)

    with pytest.raises(FirmRefused) as caught:
        add_practitioners(drafts=[PractitionerDraft(second, person, ON)], by=people["clerk"], on=ON)

    assert caught.value.refusal.code == "two_firms"
    assert second.practitioners.count() == 0
    add_practitioners(drafts=[PractitionerDraft(first, person, ON)], by=people["clerk"], on=ON)
    assert first.practitioners.count() == 1


@pytest.mark.rule("R-10")
@pytest.mark.parametrize(
    ("title", "certificate", "works_since", "code"),
    [
        ("高级会计师", "", date(2015, 6, 1), None),
        ("", "CPA-1", date(2015, 6, 1), None),
        ("", "", date(2000, 1, 1), "lead_unqualified"),
        ("高级会计师", "", date(2015, 6, 2), "lead_too_new"),
    ],
)
def test_lead_evaluator_has_title_or_certificate_and_five_years(title, certificate, works_since, code):
    found = lead_refusal(
        title=title, certificate_number=certificate, works_since=works_since, on=ON, years=5, source="财预〔2021〕6号"
    )

    assert (found.code if found else None) == code


@pytest.mark.rule("R-26")
def test_removed_firm_may_apply_again_after_three_years(people):
    firm = FirmFactory(bureau=people["bureau"])
    move_firms(firms=[firm], action=FirmAction.REMOVE, by=people["clerk"], on=ON, reason="转包")
    again = {"firms": [firm], "action": FirmAction.REAPPLY, "by": people["clerk"]}

    with pytest.raises(FirmRefused) as caught:
        move_firms(**again, on=date(2023, 5, 31))

    assert caught.value.refusal.facts == {"free_on": "2023-06-01"}
    assert may_reapply_from(ON, years=3) == date(2023, 6, 1)
    assert move_firms(**again, on=date(2023, 6, 1))[0].status == FirmStatus.APPLIED


def test_standing_of_every_past_day_is_kept(people):
    firm = FirmFactory(bureau=people["bureau"])
    move_firms(firms=[firm], action=FirmAction.SUSPEND, by=people["clerk"], on=ON, reason="约谈后未改")
    move_firms(firms=[firm], action=FirmAction.RESTORE, by=people["clerk"], on=date(2020, 9, 1))

    days = [date(2018, 12, 31), date(2020, 5, 31), ON, date(2020, 8, 31), date(2020, 9, 1)]

    assert [standing_on(firm, day) for day in days] == [None, "ACTIVE", "SUSPENDED", "SUSPENDED", "ACTIVE"]


@pytest.mark.parametrize("status", list(FirmStatus))
@pytest.mark.parametrize("action", list(FirmAction))
def test_every_pair_moves_as_the_table_says(people, status, action):
    needs_term = status in {FirmStatus.ACTIVE, FirmStatus.SUSPENDED} or action == FirmAction.REINSTATE
    facts = {} if needs_term else {"admitted_on": None, "term_ends_on": None}
    firm = FirmFactory(bureau=people["bureau"], status=status, **facts)
    record_admission_checks(firm=firm, met=dict.fromkeys(ADMISSION_ITEMS, True), by=people["clerk"], on=ON)
    given = {"firms": [firm], "action": action, "by": people["clerk"], "on": date(2030, 1, 1), "reason": "演示"}

    if after := TRANSITIONS.get((status, action)):
        assert move_firms(**given)[0].status == after
    else:
        with pytest.raises(TransitionRefused):
            move_firms(**given)
        assert Firm.objects.get(pk=firm.pk).status == status


@pytest.mark.rule("R-13")
def test_term_is_renewed_in_its_window_and_follows_the_old_one(people):
    firm = FirmFactory(bureau=people["bureau"], term_ends_on=date(2020, 8, 30))
    given = {"firm": firm, "by": people["clerk"]}

    with pytest.raises(FirmRefused) as caught:
        renew_firm(**given, on=date(2020, 5, 31))
    assert (caught.value.refusal.code, caught.value.refusal.facts) == ("renewal_too_early", {"free_on": "2020-06-01"})
    with pytest.raises(FirmRefused) as caught:
        renew_firm(**given, on=ON)
    assert caught.value.refusal.code == "not_confirmed"

    accept_undertakings(firms=[firm], year=2020, accepted_by="负责人", by=people["clerk"], on=ON)
    assert renew_firm(**given, on=ON).term_ends_on == date(2023, 8, 30)
    assert renewed_until(date(2020, 5, 1), on=ON, years=3) == date(2023, 6, 1)


@pytest.mark.parametrize("status", [status for status in FirmStatus if status != FirmStatus.ACTIVE])
def test_only_who_stands_in_the_register_is_renewed(people, status):
    firm = FirmFactory(bureau=people["bureau"], status=status, term_ends_on=ON)

    with pytest.raises(FirmRefused) as caught:
        renew_firm(firm=firm, by=people["clerk"], on=ON)

    firm.refresh_from_db()
    assert (caught.value.refusal.code, firm.term_ends_on) == ("not_in_register", ON)
