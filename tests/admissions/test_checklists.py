"""The admission checklist of those who stand: kept at admission, looked at again, read as it held on a day."""

from datetime import date

import pytest

from admissions.enums import ApplicationKind
from admissions.models import EntryCheck
from admissions.selectors import checks_as_of, checks_on, checks_visible_to
from admissions.services import CheckDraft, CheckRefused, admit, record_checks
from evaluators.enums import FirmAction, FirmStatus
from evaluators.models import AdmissionCheck, Firm
from evaluators.rules import ADMISSION_ITEMS
from evaluators.services import FirmRefused, move_firms, record_admission_checks
from experts.models import Expert
from experts.rules import work_years
from foundation.audit.models import Entry
from foundation.core.errors import NotAllowed
from foundation.files.permissions import may_read
from foundation.files.services import FileRefused
from tests.factories.admissions import handed_in, in_notice, picture
from tests.factories.assignments import ExpertFactory, FirmFactory, expert_user, firm_user
from tests.factories.foundation import UserFactory, office

pytestmark = pytest.mark.django_db
ON, LATER = date(2020, 6, 9), date(2021, 2, 1)
KINDS = pytest.mark.parametrize("make", [FirmFactory, ExpertFactory])
ITEM = "no_violation_3_years"


@pytest.fixture
def people():
    return office()


def held(entry, day):
    return {code: (one.is_met, one.source, one.valid_to) for code, one in checks_on(entry, day).items()}


@pytest.mark.rule("R-14")
def test_experts_checklist_is_kept_at_the_admission_with_its_proofs(people):
    row = in_notice(handed_in(people["bureau"], ApplicationKind.EXPERT), people["clerk"])

    admit(application=row, by=people["clerk"], on=ON)

    expert = Expert.objects.get()
    found = checks_on(expert, ON)
    assert sorted(found) == sorted(row.items.values_list("code", flat=True))
    assert held(expert, ON)[ITEM] == (True, "演示部门", date(2030, 1, 1))
    assert found[ITEM].proof_id == row.items.get(code=ITEM).proof_id
    assert checks_on(expert, date(2020, 6, 8)) == {}
    assert expert.works_since == date(2000, 7, 1)


@KINDS
def test_answer_of_before_holds_for_the_days_until_the_item_is_looked_at_again(people, make):
    entry = make(bureau=people["bureau"])
    given = {"entry": entry, "by": people["clerk"]}
    first = CheckDraft(is_met=True, source="甲", valid_to=date(2021, 1, 31), file=("a.png", picture()))
    record_checks(**given, answers={ITEM: first}, on=ON)

    record_checks(**given, answers={ITEM: CheckDraft(is_met=False, source="乙", remark="复核")}, on=LATER)

    assert held(entry, date(2021, 1, 31)) == {ITEM: (True, "甲", date(2021, 1, 31))}
    assert held(entry, LATER) == {ITEM: (False, "乙", None)}
    rows = checks_visible_to(people["clerk"])
    assert [one.source for one in checks_as_of(rows, ON)] == ["甲"]
    assert [one.source for one in checks_as_of(rows, LATER)] == ["乙"]
    assert not checks_as_of(rows, date(2020, 6, 8)).exists()


@KINDS
def test_same_answer_is_not_written_anew_and_the_proof_of_before_stays(people, make):
    entry = make(bureau=people["bureau"])
    given = {"entry": entry, "by": people["clerk"]}
    one = record_checks(**given, answers={ITEM: CheckDraft(is_met=True, file=("a.png", picture()))}, on=ON)[ITEM]

    again = record_checks(**given, answers={ITEM: CheckDraft(is_met=True)}, on=LATER)[ITEM]
    more = record_checks(**given, answers={ITEM: CheckDraft(is_met=True, remark="仍在")}, on=LATER)[ITEM]

    assert (again, more.proof) == (one, one.proof)
    assert EntryCheck.objects.count() == 2


def test_what_a_taken_over_register_ticked_answers_until_it_is_looked_at(people):
    firm = FirmFactory(bureau=people["bureau"])
    record_admission_checks(firm=firm, met={ITEM: True}, by=people["clerk"], on=ON, remark="随名录导入")
    assert held(firm, ON) == {ITEM: (True, "", None)}

    record_checks(entry=firm, answers={ITEM: CheckDraft(is_met=False, source="丙")}, by=people["clerk"], on=LATER)

    assert held(firm, ON) == {ITEM: (True, "", None)}
    assert held(firm, LATER) == {ITEM: (False, "丙", None)}
    assert AdmissionCheck.objects.get().is_met is False


@pytest.mark.rule("R-12")
def test_firm_is_not_admitted_by_a_proof_that_has_run_out(people):
    firm = FirmFactory(bureau=people["bureau"], status=FirmStatus.NOTICE, admitted_on=None, term_ends_on=None)
    answers = dict.fromkeys(ADMISSION_ITEMS, CheckDraft(is_met=True, valid_to=ON))
    record_checks(entry=firm, answers=answers, by=people["clerk"], on=ON)
    move = {"firms": [firm], "action": FirmAction.ADMIT, "by": people["clerk"]}

    with pytest.raises(FirmRefused) as caught:
        move_firms(**move, on=date(2020, 6, 10))

    assert caught.value.refusal.code == "not_checked"
    assert Firm.objects.get().status == FirmStatus.NOTICE
    assert move_firms(**move, on=ON)[0].status == FirmStatus.ACTIVE


@KINDS
@pytest.mark.parametrize(("code", "answer", "refused"), [
    ("title_or_else", CheckDraft(is_met=True), "item_unknown"),
    (ITEM, CheckDraft(is_met=True, valid_to=date(2020, 6, 8)), "proof_expired"),
    (ITEM, CheckDraft(is_met=True, file=("a.png", b"x" * (20 * 1024 * 1024 + 1))), "too_large"),
])  # fmt: skip
def test_bad_answer_is_refused_and_nothing_is_written(people, make, code, answer, refused):
    entry = make(bureau=people["bureau"])
    before = Entry.objects.count()

    with pytest.raises(CheckRefused) as caught:
        record_checks(entry=entry, answers={code: answer}, by=people["clerk"], on=ON)

    assert caught.value.refusal.code == refused
    assert (EntryCheck.objects.count(), Entry.objects.count()) == (0, before)


@KINDS
def test_file_that_is_no_scan_is_refused(people, make):
    answers = {ITEM: CheckDraft(is_met=True, file=("a.png", b"no picture"))}
    with pytest.raises(FileRefused):
        record_checks(entry=make(bureau=people["bureau"]), answers=answers, by=people["clerk"], on=ON)

    assert not EntryCheck.objects.exists()


@KINDS
def test_only_who_keeps_the_register_of_this_bureau_fills_it_in(people, make):
    entry = make(bureau=people["bureau"])
    own = firm_user(entry) if make is FirmFactory else expert_user(entry)
    for user in (own, office()["clerk"]):
        with pytest.raises(NotAllowed):
            record_checks(entry=entry, answers={ITEM: CheckDraft(is_met=True)}, by=user, on=ON)

    assert not EntryCheck.objects.exists()


@KINDS
def test_own_answers_and_their_proofs_are_read_by_the_owner_and_by_nobody_else(people, make):
    entry, other = make(bureau=people["bureau"]), make(bureau=people["bureau"])
    users = [firm_user(one) if make is FirmFactory else expert_user(one) for one in (entry, other)]
    answers = {ITEM: CheckDraft(is_met=True, file=("a.png", picture()))}

    one = record_checks(entry=entry, answers=answers, by=people["clerk"], on=ON)[ITEM]

    assert [list(checks_visible_to(user)) for user in users] == [[one], []]
    assert [may_read(user, one.proof) for user in (*users, UserFactory())] == [True, False, False]


@pytest.mark.parametrize(("since", "on", "years"), [
    (date(2000, 7, 1), date(2020, 6, 30), 19), (date(2000, 7, 1), date(2020, 7, 1), 20),
    (date(2004, 2, 29), date(2005, 2, 28), 0), (date(2004, 2, 29), date(2005, 3, 1), 1),
    (date(2020, 7, 1), date(2020, 6, 1), 0),
])  # fmt: skip
@pytest.mark.rule("R-14")
def test_years_of_work_are_full_years(since, on, years):
    assert work_years(since, on=on) == years
