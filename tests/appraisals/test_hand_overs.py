"""移送: facts go to another authority by approval and letter; what it answers stands beside it."""

from datetime import date, timedelta

import pytest

from appraisals.enums import AnswerOutcome, HandOverStatus
from appraisals.models import HandOver, HandOverAnswer
from appraisals.selectors import hand_over_answers_visible_to, hand_overs_visible_to, unanswered_hand_overs
from appraisals.services import SanctionRefused, propose_hand_over, record_answer, send_hand_over
from desk.selectors import today
from foundation.approvals.models import Approval
from foundation.approvals.services import agree, give_back
from foundation.audit.models import Entry
from foundation.core.errors import NotAllowed, TransitionRefused
from foundation.files.permissions import may_read
from foundation.files.services import FileRefused
from foundation.papers.enums import DeliveryWay
from tests.factories.assignments import ExpertFactory, firm_user
from tests.factories.disclosure import make_firm, office
from tests.factories.foundation import RuleSetFactory, RuleValueFactory
from tests.factories.sanctions import DAY, PAPER
from tests.foundation.files.test_uploads import pdf

pytestmark = pytest.mark.django_db
LATER = DAY + timedelta(days=20)


@pytest.fixture
def people():
    return office()


def refused(call, error=SanctionRefused, **facts):
    with pytest.raises(error) as caught:
        call(**facts)
    return caught.value.refusal


def handing(people, **facts):
    given = {
        "addressee": "区市场监督管理局", "words": "报告中引用的检测数据系伪造", "basis": "《反不正当竞争法》第八条",
        "evidence": ["检测报告原件", "", "询问笔录"], "by": people["clerk"], "on": DAY,
    }  # fmt: skip
    return propose_hand_over(**given | facts)


def sending(people, row):
    return {
        "hand_over": row,
        "content": PAPER,
        "way": DeliveryWay.HAND,
        "to": "收件室",
        "by": people["clerk"],
        "on": DAY,
    }


def agreed(people):
    approval = Approval.objects.get(subject_kind="appraisals.handover")
    for who in ("head", "leader"):
        agree(approval=approval, by=people[who], on=DAY)


def test_hand_over_is_agreed_numbered_and_sent(people):
    firm = make_firm(people["bureau"])
    row = handing(people, firm=firm)
    refused(send_hand_over, TransitionRefused, **sending(people, row))
    agreed(people)

    sent = send_hand_over(**sending(people, row))

    assert (sent.status, sent.sent_on, sent.evidence) == (HandOverStatus.SENT, DAY, ["检测报告原件", "询问笔录"])
    assert (sent.paper.kind, sent.paper.number, sent.paper.addressee) == ("HAND_OVER", 1, "区市场监督管理局")
    sent.paper.refresh_from_db()
    assert (sent.paper.status, sent.paper.signer) == ("ISSUED", people["leader"].name)
    assert sent.paper.deliveries.get().delivered_to == "收件室"
    assert not hand_overs_visible_to(firm_user(firm)).exists()
    assert list(hand_overs_visible_to(people["leader"])) == [row]


@pytest.mark.parametrize("field", ["addressee", "words", "basis", "evidence"])
def test_hand_over_needs_its_parts_and_one_party(people, field):
    expert = ExpertFactory(bureau=people["bureau"])
    empty = [" "] if field == "evidence" else " "

    assert refused(handing, people=people, expert=expert, **{field: empty}).code == f"{field}_missing"
    assert refused(handing, people=people).code == "one_party"
    with pytest.raises(NotAllowed):
        handing(people, expert=expert, by=people["leader"])
    assert not HandOver.objects.exists()


def test_hand_over_given_back_sends_nothing(people):
    row = handing(people, expert=ExpertFactory(bureau=people["bureau"]))
    give_back(approval=Approval.objects.get(), by=people["head"], on=DAY, words="事实不清")

    row.refresh_from_db()
    assert (row.status, row.paper) == (HandOverStatus.REFUSED, None)


@pytest.fixture
def letter(people):
    row = handing(people, firm=make_firm(people["bureau"]))
    agreed(people)
    return send_hand_over(**sending(people, row))


def answered(people, letter, **facts):
    given = {
        "outcome": AnswerOutcome.TAKEN_UP, "words": "已立案", "answered_on": LATER, "letter_number": "市监函〔2020〕8号",
        "by": people["clerk"], "on": LATER,
    }  # fmt: skip
    return record_answer(hand_over=letter, **given | facts)


def test_answers_stand_beside_the_letter_one_after_the_other(people, letter):
    first = answered(people, letter, file=("复函.pdf", pdf()))
    second = answered(people, letter, outcome=AnswerOutcome.DECIDED, words="罚款", letter_number="", on=LATER)

    assert list(letter.answers.order_by("pk")) == [first, second]
    assert (first.outcome, first.letter_number, first.entered_by) == ("TAKEN_UP", "市监函〔2020〕8号", people["clerk"])
    assert may_read(people["leader"], first.file)
    assert not may_read(firm_user(letter.firm), first.file)
    assert not hand_over_answers_visible_to(firm_user(letter.firm)).exists()
    assert Entry.objects.filter(action="appraisals.hand_over_answered").count() == 2


def test_answer_that_does_not_fit_is_refused_and_leaves_nothing(people, letter):
    before = Entry.objects.count()

    assert refused(answered, people=people, letter=letter, words=" ").code == "words_missing"
    for day in (DAY - timedelta(days=1), LATER + timedelta(days=1)):
        assert refused(answered, people=people, letter=letter, answered_on=day).code == "day_outside"
    refused(answered, FileRefused, people=people, letter=letter, file=("坏.exe", b"MZ"))
    for by in (people["leader"], office()["clerk"]):
        refused(answered, NotAllowed, people=people, letter=letter, by=by)

    assert (HandOverAnswer.objects.count(), Entry.objects.count()) == (0, before)


def test_letter_that_was_not_sent_has_no_answer(people):
    row = handing(people, firm=make_firm(people["bureau"]))

    refused(answered, TransitionRefused, people=people, letter=row)


@pytest.mark.rule("R-69")
def test_letter_without_an_answer_comes_up_on_the_day_of_the_rule(people, letter):
    def shown(day):
        return [line.key for line in today(people["clerk"], day).waiting if line.kind == "ASK_AUTHORITY"]

    early, due = DAY + timedelta(days=59), DAY + timedelta(days=60)
    assert (shown(early), shown(due)) == ([], [str(letter.pk)])
    assert unanswered_hand_overs(firm_user(letter.firm), due) == []

    answered(people, letter)

    assert shown(due) == []


@pytest.mark.rule("R-69")
def test_bureau_may_have_none_shown(people, letter):
    RuleValueFactory(
        rule_set=RuleSetFactory(bureau=people["bureau"], effective_from=date(2020, 1, 1)),
        key="hand_over_answer_days",
        value=0,
    )

    assert unanswered_hand_overs(people["clerk"], DAY + timedelta(days=400)) == []
