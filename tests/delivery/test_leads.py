"""Edge cases 22 and 23: the lead evaluator who goes, dies, expires, is swapped after the award, or never comes."""

from contextlib import nullcontext
from datetime import date, timedelta

import pytest

from delivery import services
from delivery.enums import LeadEventAction, LeadEventKind, LeadEventStatus, SignatureWay, VersionKind
from delivery.models import LeadEvent, SignOff
from delivery.selectors import lead_events_of, lead_events_of_year
from delivery.services.acceptance import SignOffRefused
from delivery.services.commissions import CommissionRefused
from delivery.services.leads import lead_change_agreed
from delivery.transitions import LEAD_EVENT
from evaluators.models import LeadEvaluator
from foundation.accounts.enums import Role
from foundation.approvals.models import Approval
from foundation.approvals.selectors import running
from foundation.approvals.services import agree, give_back, withdraw
from foundation.audit.models import Entry
from foundation.core.errors import NotAllowed, TransitionRefused
from foundation.notices.models import Notice
from parties.models import Person
from tests.factories.assignments import firm_user
from tests.factories.delivery import NOW, CommissionFactory, LeadEvaluatorFactory, VersionFactory
from tests.factories.disclosure import make_firm
from tests.factories.foundation import UserFactory
from tests.factories.reviews import PNG

pytestmark = pytest.mark.django_db
TODAY = date(2020, 6, 1)


@pytest.fixture
def work():
    """An accepted commission with two people above the clerk, another lead evaluator, somebody of the firm."""
    row = CommissionFactory()
    row.clerk = row.task.clerk
    row.head = UserFactory(bureau=row.task.bureau, role=Role.SECTION_HEAD)
    UserFactory(bureau=row.task.bureau, role=Role.BUREAU_LEADER)
    row.other = LeadEvaluatorFactory(firm=row.firm)
    row.user = firm_user(row.firm)
    return row


def asked(work, **facts):
    given = {"lead_evaluator": work.other, "reason": "调离本机构", "by": work.clerk, "on": TODAY}
    return services.ask_lead_change(commission=work, **(given | facts))


def requested(work, **facts):
    given = {"lead_evaluator": work.other, "reason": "原主评人调离", "by": work.user, "on": TODAY}
    return services.request_lead_change(commission=work, **(given | facts))


def leads(work):
    work.refresh_from_db()
    return work.lead_evaluator


def sign(work, version, at=NOW):
    return services.sign_off(
        version=version, lead_evaluator=work.lead_evaluator, sha256=version.sha256, way=SignatureWay.WET_SCAN,
        scan_name="签字.png", scan_content=PNG, by=work.clerk, at=at,
    )  # fmt: skip


@pytest.mark.edge("E23")
def test_swap_after_the_award_waits_for_its_approval_and_shows_with_its_reason(work):
    named = work.lead_evaluator
    event = asked(work)
    assert (leads(work), event.status) == (named, LeadEventStatus.IN_APPROVAL)
    with pytest.raises(NotAllowed):
        agree(approval=running("LEAD", event), by=work.clerk, on=TODAY)

    agree(approval=running("LEAD", event), by=work.head, on=TODAY + timedelta(days=1))

    assert leads(work) == work.other
    found = lead_events_of(work.task).get()
    assert (found.kind, found.status, found.before, found.after, found.reason, found.decided_on) == (
        LeadEventKind.CHANGE, LeadEventStatus.AGREED, named, work.other, "调离本机构", date(2020, 6, 2),
    )  # fmt: skip
    assert [one.pk for one in lead_events_of_year(work.firm, work.task.assessment_year)] == [event.pk]
    assert not lead_events_of_year(work.firm, work.task.assessment_year + 1).exists()
    assert Notice.objects.filter(user=work.user, code="lead_changed").exists()


@pytest.mark.edge("E23")
@pytest.mark.parametrize("by_whom", ["head", "clerk"])
def test_swap_that_is_given_back_or_withdrawn_changes_nothing_and_counts_in_no_year(work, by_whom):
    named, event = work.lead_evaluator, asked(work)
    approval = running("LEAD", event)
    if by_whom == "head":
        give_back(approval=approval, by=work.head, on=TODAY, words="理由不足")
    else:
        withdraw(approval=approval, by=work.clerk, on=TODAY)

    event.refresh_from_db()
    assert (leads(work), event.status) == (named, LeadEventStatus.GIVEN_BACK)
    assert not lead_events_of_year(work.firm, work.task.assessment_year).exists()
    assert asked(work).status == LeadEventStatus.IN_APPROVAL


@pytest.mark.edge("E23")
def test_changed_lead_evaluator_has_to_sign_anew(work):
    version = VersionFactory(task=work.task, commission=work, kind=VersionKind.FINAL)
    sign(work, version)
    assert services.is_signed(version, work)

    agree(approval=running("LEAD", asked(work)), by=work.head, on=TODAY)

    work.refresh_from_db()
    assert not services.is_signed(version, work)


ASKS = {
    "reason_missing": lambda w: asked(w, reason=" "),
    "lead_same": lambda w: asked(w, lead_evaluator=w.lead_evaluator),
    "lead_of_other_firm": lambda w: asked(w, lead_evaluator=LeadEvaluatorFactory(firm__bureau=w.task.bureau)),
    "certificate_expired": lambda w: asked(
        w, lead_evaluator=LeadEvaluatorFactory(firm=w.firm, certificate_valid_to=TODAY - timedelta(days=1))
    ),
    "lead_died": lambda w: asked(w, lead_evaluator=LeadEvaluatorFactory(firm=w.firm, person__died_on=TODAY)),
    "day_out_of_range": lambda w: services.record_lead_absence(
        commission=w, happened_on=TODAY + timedelta(days=1), reason="未到", by=w.clerk, on=TODAY
    ),
}


@pytest.mark.edge("E23")
@pytest.mark.parametrize("code", ASKS)
def test_what_cannot_be_asked_about_a_lead_evaluator_is_refused_and_nothing_is_written(work, code):
    entries = Entry.objects.count()

    with pytest.raises(CommissionRefused) as caught:
        ASKS[code](work)

    assert caught.value.refusal.code == code
    assert (LeadEvent.objects.count(), Entry.objects.count()) == (0, entries)


def test_one_change_at_a_time_and_not_by_the_firm_itself(work):
    with pytest.raises(NotAllowed):
        asked(work, by=work.user)
    with pytest.raises(NotAllowed):
        services.record_lead_absence(commission=work, happened_on=TODAY, reason="未到", by=work.user, on=TODAY)
    asked(work)

    with pytest.raises(CommissionRefused) as caught:
        asked(work)

    assert (caught.value.refusal.code, LeadEvent.objects.count()) == ("change_in_approval", 1)


@pytest.mark.edge("E22")
def test_who_became_unfit_while_the_change_was_under_approval_does_not_take_over(work):
    named, event = work.lead_evaluator, asked(work)
    LeadEvaluator.objects.filter(pk=work.other.pk).update(ended_on=TODAY)

    with pytest.raises(CommissionRefused) as caught:
        agree(approval=running("LEAD", event), by=work.head, on=TODAY)

    assert (caught.value.refusal.code, leads(work)) == ("lead_not_current", named)
    assert running("LEAD", event) is not None


@pytest.mark.edge("E23")
def test_named_lead_evaluator_who_never_came_is_on_record_and_the_firm_is_told(work):
    event = services.record_lead_absence(
        commission=work, happened_on=TODAY, reason="签到表无其签名", by=work.clerk, on=TODAY
    )

    assert (event.kind, event.status, event.before, event.after) == (
        LeadEventKind.ABSENCE, LeadEventStatus.RECORDED, work.lead_evaluator, None,
    )  # fmt: skip
    assert [one.pk for one in lead_events_of_year(work.firm, work.task.assessment_year)] == [event.pk]
    assert Notice.objects.filter(user=work.user, code="lead_absent").exists()
    assert Entry.objects.filter(action="delivery.commission.lead_absent").exists()


@pytest.mark.parametrize("status", list(LeadEventStatus))
@pytest.mark.parametrize("action", list(LeadEventAction))
def test_lead_change_moves_as_its_table_says(work, status, action):
    by_bureau = action in {LeadEventAction.PASS_ON, LeadEventAction.DECLINE}
    event = requested(work) if by_bureau else asked(work)
    approval = running("LEAD", event)
    kind = {"kind": "ABSENCE", "after": None} if status == LeadEventStatus.RECORDED else {}
    LeadEvent.objects.filter(pk=event.pk).update(status=status, decided_on=TODAY, **kind)
    after = LEAD_EVENT.get((status, action))

    if by_bureau:
        with nullcontext() if after else pytest.raises(TransitionRefused):
            passes = action == LeadEventAction.PASS_ON
            services.answer_lead_request(event=event, is_passed_on=passes, words="不改", by=work.clerk, on=TODAY)
    elif after is None:
        with pytest.raises(TransitionRefused):
            lead_change_agreed(approval=approval, by=work.head, on=TODAY)
    elif action == LeadEventAction.AGREE:
        agree(approval=approval, by=work.head, on=TODAY)
    else:
        give_back(approval=approval, by=work.head, on=TODAY, words="不同意")

    event.refresh_from_db()
    assert event.status == (after or status)


GONE = {
    "lead_died": lambda lead: Person.objects.filter(pk=lead.person_id).update(died_on=TODAY),
    "lead_not_current": lambda lead: LeadEvaluator.objects.filter(pk=lead.pk).update(ended_on=TODAY),
    "certificate_expired": lambda lead: LeadEvaluator.objects.filter(pk=lead.pk).update(
        certificate_valid_to=TODAY - timedelta(days=1)
    ),
}


@pytest.mark.edge("E22")
@pytest.mark.rule("R-10")
@pytest.mark.parametrize("code", GONE)
def test_who_died_left_or_expired_mid_task_signs_nothing_until_another_leads(work, code):
    version = VersionFactory(task=work.task, commission=work, kind=VersionKind.FINAL)
    GONE[code](work.lead_evaluator)
    work.lead_evaluator = LeadEvaluator.objects.select_related("person").get(pk=work.lead_evaluator_id)

    with pytest.raises(SignOffRefused) as caught:
        sign(work, version)
    assert (caught.value.refusal.code, SignOff.objects.count()) == (code, 0)
    assert work.lead_evaluator.person.name in caught.value.refusal.message

    agree(approval=running("LEAD", asked(work)), by=work.head, on=TODAY)
    work.refresh_from_db()
    assert sign(work, version).lead_evaluator == work.other


@pytest.mark.rule("R-10")
@pytest.mark.edge("E23")
def test_the_firm_asks_the_bureau_passes_on_and_the_approval_decides(work):
    event = requested(work)
    assert event.status == LeadEventStatus.ASKED
    assert not Approval.objects.filter(kind="LEAD").exists()
    assert Notice.objects.filter(user=work.task.clerk, code="lead_asked").count() == 1

    event = services.answer_lead_request(event=event, is_passed_on=True, by=work.clerk, on=TODAY)
    assert event.status == LeadEventStatus.IN_APPROVAL
    agree(approval=running("LEAD", event), by=work.head, on=TODAY)

    assert leads(work) == work.other


@pytest.mark.rule("R-10")
def test_an_ask_that_is_not_passed_on_needs_words_and_may_be_asked_anew(work):
    named, event = work.lead_evaluator, requested(work)
    with pytest.raises(CommissionRefused) as caught:
        services.answer_lead_request(event=event, is_passed_on=False, words=" ", by=work.clerk, on=TODAY)
    assert caught.value.refusal.code == "reason_missing"

    event = services.answer_lead_request(event=event, is_passed_on=False, words="人手不变", by=work.clerk, on=TODAY)

    assert (event.status, event.answer, leads(work)) == (LeadEventStatus.DECLINED, "人手不变", named)
    assert Notice.objects.filter(user=work.user, code="lead_declined").exists()
    assert not lead_events_of_year(work.firm, work.task.assessment_year).exists()
    with pytest.raises(TransitionRefused):
        services.answer_lead_request(event=event, is_passed_on=True, by=work.clerk, on=TODAY)
    assert requested(work).status == LeadEventStatus.ASKED


def test_one_change_waits_at_a_time_whoever_asked(work):
    requested(work)

    for ask in (requested, asked):
        with pytest.raises(CommissionRefused) as caught:
            ask(work)
        assert caught.value.refusal.code == "change_in_approval"


def test_who_asks_and_who_answers(work):
    with pytest.raises(NotAllowed):
        requested(work, by=firm_user(make_firm(work.task.bureau)))
    event = requested(work)
    with pytest.raises(NotAllowed):
        services.answer_lead_request(event=event, is_passed_on=True, by=work.user, on=TODAY)


def test_one_who_became_unfit_is_not_passed_on(work):
    event = requested(work)
    LeadEvaluator.objects.filter(pk=work.other.pk).update(ended_on=TODAY)

    with pytest.raises(CommissionRefused) as caught:
        services.answer_lead_request(event=event, is_passed_on=True, by=work.clerk, on=TODAY)

    event.refresh_from_db()
    assert (caught.value.refusal.code, event.status) == ("lead_not_current", LeadEventStatus.ASKED)


@pytest.mark.parametrize("ask", [requested, asked])
def test_what_waits_about_the_lead_ends_with_the_commission(work, ask):
    event = ask(work)

    services.end_commission(commission=work, reason="机构退出", by=work.clerk, on=TODAY)

    event.refresh_from_db()
    assert event.status in {LeadEventStatus.DECLINED, LeadEventStatus.GIVEN_BACK}
    assert running("LEAD", event) is None
    assert event.answer == ("机构退出" if ask is requested else "")
