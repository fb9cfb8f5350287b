"""陈述申辩 beside a deduction: once, within its term, answered in words; voiding and the doubling it takes back."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from credit.enums import CreditCode, CreditKind, ReplyOutcome
from credit.models import CreditEvent, EventReply
from credit.rules import CATALOGUE, STEPS, codes_for, deduction, is_catalogue, label_of, total_on, totals
from credit.selectors import event_name, events_of, evidence_of, ledger_of, running_points, running_points_of_persons
from credit.services import CreditRefused, answer_reply, record_merit, record_violation, reply_to_event, void_event
from credit.services.catalogue import propose_code, propose_without_code
from foundation.approvals.models import Approval
from foundation.approvals.services import agree
from foundation.core.errors import NotAllowed, TransitionRefused
from foundation.files.permissions import may_read
from foundation.notices.models import Notice
from foundation.rulesets.services import create_rule_set
from tests.factories.assignments import ExpertFactory, FirmFactory, expert_user, firm_user
from tests.factories.foundation import office
from tests.foundation.files.test_uploads import pdf

ON = date(2020, 3, 2)  # a Monday; five working days later is the next one
TERM = date(2020, 3, 9)


@pytest.fixture
def people():
    return office()


@pytest.fixture
def firm(people):
    return FirmFactory(bureau=people["bureau"])


def violation(people, party, code="LATE_REPORT", on=ON, **facts):
    key = {"person": party.person} if hasattr(party, "person") else {"organisation": party.organisation}
    given_ = {"words": "逾期十日", "by": people["head"], "on": on} | facts
    return record_violation(bureau=people["bureau"], code=code, **key, **given_)


def refusal(call, error=CreditRefused, **facts):
    with pytest.raises(error) as caught:
        call(**facts)
    return caught.value.refusal


DAYS = st.dates(min_value=date(2020, 1, 1), max_value=date(2021, 12, 31))


@pytest.mark.rule("R-28")
@settings(max_examples=50)
@given(st.lists(st.tuples(DAYS, st.sampled_from(sorted(STEPS)), st.sampled_from(["A", "B"])), max_size=8), DAYS)
def test_total_of_any_day_is_what_a_naive_replay_sums(acts, asked):
    spells, known = [], []
    for day, step, code in sorted(acts):
        is_repeat = any(name == code and begins <= day < ends for name, begins, ends in known)
        points, ends = deduction(STEPS, step, occurred_on=day, is_repeat=is_repeat)
        known.append((code, day, ends))
        spells.append((day, ends, points))

    naive = sum(points for begins, ends, points in spells if begins <= asked < ends)

    assert total_on(totals(spells), asked) == naive
    assert all(total <= 0 for _day, total in totals(spells))
    assert [day for day, _total in totals(spells)] == sorted({day for day, _total in totals(spells)})
    assert totals(spells) == [] or totals(spells)[-1][1] == 0


@pytest.mark.rule("R-28")
@settings(max_examples=30)
@given(st.lists(st.tuples(DAYS, st.sampled_from(sorted(STEPS)), st.booleans()), min_size=1, max_size=6))
def test_what_is_void_leaves_no_trace_in_the_total(acts):
    def spell(day, step):
        points, ends = deduction(STEPS, step, occurred_on=day, is_repeat=False)
        return day, ends, points

    left = [spell(day, step) for day, step, is_void in acts if not is_void]

    rows = [
        CreditEvent(occurred_on=day, expires_on=ends, points=points, voided_on=day if is_void else None)
        for (day, step, is_void), (_day, ends, points) in ((act, spell(act[0], act[1])) for act in acts)
    ]

    assert ledger_of(rows) == totals(left)


@pytest.mark.django_db
@pytest.mark.rule("R-28")
def test_running_total_from_rows_is_the_ledgers_for_firm_and_expert(people, firm):
    expert = ExpertFactory(bureau=people["bureau"])
    for party, code in ((firm, "LATE_REPORT"), (expert, "NO_SHOW")):
        violation(people, party, code=code)
        violation(people, party, code=code, on=date(2020, 4, 1))
        violation(people, party, code="LEAK", on=date(2020, 4, 1))

    days = [date(2020, 3, 1), ON, date(2020, 4, 1), date(2020, 6, 2), date(2020, 7, 1), date(2020, 10, 1)]
    firms = [running_points([firm.organisation_id], day).get(firm.organisation_id, 0) for day in days]
    persons = [running_points_of_persons([expert.person_id], day).get(expert.person_id, 0) for day in days]

    assert firms == persons == [0, -10, -45, -35, -15, 0]
    ledger = ledger_of(events_of(person_id=expert.person_id))
    assert [total_on(ledger, day) for day in days] == persons
    assert [label_of(-points, [15, 30]) for points in persons] == ["", "", "CLOSE_WATCH", "CLOSE_WATCH", "WATCH", ""]


@pytest.mark.rule("R-55")
def test_shipped_catalogue_is_whole_and_each_code_has_its_words():
    assert is_catalogue(CATALOGUE)
    assert [line["code"] for line in CATALOGUE] == list(CreditCode.values)
    assert "NO_SHOW" not in [line["code"] for line in codes_for(CATALOGUE, kind="VIOLATION", party="FIRM")]
    assert [line["code"] for line in codes_for(CATALOGUE, kind="MERIT", party="EXPERT")] == ["PRAISED", "merit"]


@pytest.mark.rule("R-55")
@pytest.mark.parametrize(
    "change",
    [
        {"step": ""}, {"step": "grave"}, {"party": "UNIT"}, {"kind": "OTHER"}, {"code": "LEAK"}, {"code": ""},
        {"code": "有代码"}, {"code": "X" * 21}, {"name": 7}, {"kind": "MERIT"},
    ],
)  # fmt: skip
def test_line_that_is_not_whole_makes_no_catalogue(change):
    line = {"code": "OWN", "name": "本局事项", "kind": "VIOLATION", "party": "BOTH", "step": "light", "clause": ""}
    assert is_catalogue([*CATALOGUE, line])

    assert not is_catalogue([*CATALOGUE, line | change])
    assert not is_catalogue([*CATALOGUE, {**line, "more": ""}])
    assert not is_catalogue([*CATALOGUE, line | {"name": " "}])


@pytest.mark.django_db
@pytest.mark.rule("R-55")
def test_own_code_counts_from_the_first_day_of_its_rule_set(people, firm):
    begins = date(2020, 6, 1)
    rules = create_rule_set(bureau=people["bureau"], name="下半年", effective_from=begins, by=people["head"], on=ON)
    line = {"code": "SITE", "name": "未到现场", "kind": "VIOLATION", "party": "FIRM", "step": "heavy", "clause": "三"}
    change = {"rule_set": rules, "reason": "补充", "by": people["head"], "on": ON}
    assert refusal(propose_code, line=line | {"name": " "}, **change).code == "name_missing"
    assert refusal(propose_code, line=line | {"step": ""}, **change).code == "bad_code"
    approval = propose_code(line=line, **change)
    agree(approval=approval, by=people["leader"], on=ON)
    agreed = Approval.objects.get(pk=approval.pk)
    while agreed.status == "PENDING":
        agreed = agree(approval=agreed, by=people["leader"], on=ON)

    assert refusal(violation, people=people, party=firm, code="SITE", on=date(2020, 5, 31)).code == "code_unknown"
    row = violation(people, firm, code="SITE", on=begins)
    assert (row.points, row.step, event_name(row)) == (-15, "heavy", "未到现场")
    assert refusal(propose_without_code, code="NOTHING", **change).code == "code_unknown"


@pytest.mark.django_db
@pytest.mark.rule("R-55")
def test_code_of_the_other_party_a_coming_day_and_a_foreign_bureau_are_refused(people, firm):
    assert refusal(violation, people=people, party=firm, code="NO_SHOW").code == "code_unknown"
    assert refusal(violation, people=people, party=firm, code="PRAISED").code == "code_unknown"
    assert refusal(violation, people=people, party=firm, step="grave").code == "step_unknown"
    assert refusal(violation, people=people, party=firm, occurred_on=date(2020, 3, 3)).code == "not_yet"
    many = [("a.pdf", b"")] * 11
    assert refusal(violation, people=people, party=firm, evidence=many).code == "too_many_files"
    with pytest.raises(NotAllowed):
        violation(people, firm, by=office()["head"])
    assert not CreditEvent.objects.exists()


@pytest.mark.django_db
def test_step_may_depart_from_the_code_and_the_day_lie_before_the_record(people, firm):
    row = violation(people, firm, step="heavy", occurred_on=date(2020, 1, 6))

    assert (row.points, row.occurred_on, row.recorded_on, row.expires_on) == (
        -15, date(2020, 1, 6), ON, date(2020, 7, 6),
    )  # fmt: skip


@pytest.mark.django_db
def test_several_files_of_evidence_are_read_inside_the_bureau_only(people, firm):
    user = firm_user(firm)
    row = violation(people, firm, evidence=[("一.pdf", pdf()), ("二.pdf", pdf())])

    files = evidence_of([row.pk])[row.pk]

    assert [file.original_name for file in files] == ["一.pdf", "二.pdf"]
    assert row.evidence == files[0]
    assert [may_read(people["clerk"], file) for file in files] == [True, True]
    assert [may_read(user, file) for file in files] == [False, False]


@pytest.mark.django_db
@pytest.mark.rule("R-28")
def test_voiding_the_first_takes_the_doubling_of_the_second_back(people, firm):
    user = firm_user(firm)
    first, second = violation(people, firm), violation(people, firm, on=date(2020, 4, 1))
    third = violation(people, firm, on=date(2020, 5, 1))
    assert [first.points, second.points, third.points] == [-10, -20, -20]
    assert refusal(void_event, event=first, reason=" ", by=people["head"], on=TERM).code == "reason_missing"

    void_event(event=first, reason="单位误报", by=people["head"], on=TERM)

    rows = list(CreditEvent.objects.order_by("pk"))
    assert [(row.points, row.is_repeat) for row in rows] == [(-10, False), (-10, False), (-20, True)]
    assert (rows[0].void_reason, rows[0].voided_by) == ("单位误报", people["head"])
    told = ["credit_lowered", "credit_recorded", "credit_recorded", "credit_recorded", "credit_voided"]
    assert sorted(Notice.objects.filter(user=user).values_list("code", flat=True)) == told
    refusal(void_event, TransitionRefused, event=first, reason="再", by=people["head"], on=TERM)


@pytest.mark.django_db
@pytest.mark.rule("R-56")
def test_party_replies_once_within_the_term_and_nobody_else(people, firm):
    row, user = violation(people, firm), firm_user(firm)
    given_ = {"event": row, "words": "资料迟交", "on": TERM}
    assert row.reply_until == TERM
    with pytest.raises(NotAllowed):
        reply_to_event(by=firm_user(FirmFactory(bureau=people["bureau"])), **given_)
    late = refusal(reply_to_event, by=user, **given_ | {"on": date(2020, 3, 10)})
    assert (late.code, late.facts) == ("reply_too_late", {"until": "2020-03-09"})
    assert refusal(reply_to_event, by=user, **given_ | {"words": " "}).code == "words_missing"
    assert refusal(reply_to_event, by=people["clerk"], **given_).code == "scan_missing"
    assert not EventReply.objects.exists()

    reply = reply_to_event(by=user, file=("说明.pdf", pdf()), **given_)

    assert (reply.is_on_behalf, may_read(people["clerk"], reply.file), may_read(user, reply.file)) == (
        False,
        True,
        True,
    )
    refusal(reply_to_event, TransitionRefused, by=user, **given_)
    assert Notice.objects.filter(user=people["head"], code="credit_reply").exists()


@pytest.mark.django_db
@pytest.mark.rule("R-55")
def test_merit_bears_the_day_on_which_it_happened_beside_the_day_of_recording(people, firm):
    given = {
        "bureau": people["bureau"], "organisation": firm.organisation, "code": "PRAISED", "words": "通报表扬",
        "expires_on": date(2021, 3, 2), "by": people["head"], "on": ON,
    }  # fmt: skip

    earlier = record_merit(**given, occurred_on=date(2020, 1, 15))
    today = record_merit(**given)
    early = refusal(record_merit, **given, occurred_on=ON + timedelta(days=1))

    assert [(row.occurred_on, row.recorded_on) for row in (earlier, today)] == [(date(2020, 1, 15), ON), (ON, ON)]
    assert (early.code, CreditEvent.objects.count()) == ("not_yet", 2)


@pytest.mark.django_db
@pytest.mark.rule("R-56")
def test_merit_and_old_event_ask_for_no_reply(people, firm):
    merit = record_merit(
        bureau=people["bureau"], organisation=firm.organisation, code="PRAISED", words="通报表扬",
        expires_on=date(2021, 3, 2), by=people["head"], on=ON,
    )  # fmt: skip
    assert (merit.kind, merit.points) == (CreditKind.MERIT, 0)

    assert refusal(reply_to_event, event=merit, words="谢谢", by=firm_user(firm), on=ON).code == "no_term"


@pytest.mark.django_db
@pytest.mark.rule("R-56")
@pytest.mark.parametrize(("outcome", "is_void"), [(ReplyOutcome.UPHELD, False), (ReplyOutcome.ACCEPTED, True)])
def test_answer_stands_beside_and_an_accepted_reply_voids(people, outcome, is_void):
    expert = ExpertFactory(bureau=people["bureau"])
    user, row = expert_user(expert), violation(people, expert, code="NO_SHOW")
    reply = reply_to_event(event=row, words="已请假", by=user, on=TERM)
    answer = {"reply": reply, "outcome": outcome, "words": "经核实", "on": TERM}
    with pytest.raises(NotAllowed):
        answer_reply(by=people["clerk"], **answer)
    assert refusal(answer_reply, by=people["head"], **answer | {"words": " "}).code == "words_missing"
    assert refusal(answer_reply, by=people["head"], **answer | {"outcome": ""}).code == "outcome_missing"

    answer_reply(by=people["head"], **answer)

    row.refresh_from_db()
    reply.refresh_from_db()
    assert (row.voided_on is not None, row.void_reason) == (is_void, "经核实" if is_void else "")
    assert (reply.outcome, reply.answer, reply.answered_by) == (outcome, "经核实", people["head"])
    code = "credit_voided" if is_void else "credit_answered"
    assert Notice.objects.filter(user=user, code=code).count() == 1
    refusal(answer_reply, TransitionRefused, by=people["head"], **answer)
