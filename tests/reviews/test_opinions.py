"""An expert's opinion: kept half-written, submitted complete, locked for everybody, back once for a formal defect."""

import hashlib
import json

import pytest

from assignments.enums import AssignmentStatus, ReReviewStatus
from assignments.models import Assignment, ReReviewTask
from foundation.accounts.enums import Role
from foundation.audit.models import Entry, Pending
from foundation.core.canon import sha256_hex
from foundation.core.errors import DomainError, NotAllowed, TransitionRefused
from foundation.files.models import StoredFile
from reviews.enums import FormalDefect, OpinionStatus
from reviews.models import CriterionScore, Finding, Opinion
from reviews.selectors import opinions_visible_to, submitted_opinions
from reviews.services import (
    FindingDraft,
    OpinionRefused,
    ScoreDraft,
    open_opinion,
    return_opinion,
    save_opinion,
    step_back,
    submit_opinion,
    void_opinion,
)
from reviews.services.opinions import opinion_text
from tests.factories.foundation import UserFactory
from tests.factories.panels import AT, Panel, picture

pytestmark = pytest.mark.django_db


@pytest.fixture
def panel():
    return Panel()


def code_of(call, **facts):
    with pytest.raises(OpinionRefused) as caught:
        call(**facts)
    return caught.value.refusal.code


def test_opinion_opens_after_the_declaration_on_the_version_handed_in(panel):
    Assignment.objects.filter(pk=panel.seats[1].pk).update(status=AssignmentStatus.ACCEPTED)
    assert code_of(open_opinion, assignment=panel.seats[1], by=panel.users[1], at=AT) == "not_declared"
    assert not Opinion.objects.exists()

    row = open_opinion(assignment=panel.seats[0], by=panel.users[0], at=AT)

    assert (row.version, row.status) == (panel.version, OpinionStatus.DRAFT)
    assert open_opinion(assignment=panel.seats[0], by=panel.users[0], at=AT) == row
    assert Assignment.objects.get(pk=panel.seats[0].pk).status == AssignmentStatus.SERVING


def test_closed_review_and_strangers_open_nothing(panel):
    for by in (panel.users[1], UserFactory(role=Role.CLERK)):
        with pytest.raises(NotAllowed):
            open_opinion(assignment=panel.seats[0], by=by, at=AT)
    ReReviewTask.objects.update(status=ReReviewStatus.STOPPED)

    assert code_of(open_opinion, assignment=panel.seats[0], by=panel.users[0], at=AT) == "review_closed"
    assert not Opinion.objects.exists()


def test_half_an_opinion_is_kept_and_replaced_by_the_next(panel):
    user = panel.users[0]
    row = open_opinion(assignment=panel.seats[0], by=user, at=AT)
    first = panel.items[0]

    save_opinion(
        opinion=row, by=user, conclusion="", scores=[ScoreDraft(first.code, None)],
        findings=[FindingDraft(1, "GRAVE", "总磷超标"), FindingDraft(2, "MINOR", "  ")],
    )  # fmt: skip
    save_opinion(
        opinion=row, by=user, conclusion="未完", scores=[ScoreDraft(first.code, 100)],
        findings=[FindingDraft(1, "GRAVE", "总磷超标", first.code)],
    )  # fmt: skip

    row.refresh_from_db()
    assert (row.conclusion, row.status) == ("未完", OpinionStatus.DRAFT)
    assert list(CriterionScore.objects.values_list("item__code", "score_hundredths")) == [(first.code, 100)]
    assert list(Finding.objects.values_list("page", "words", "item__code")) == [(1, "总磷超标", first.code)]


@pytest.mark.parametrize("points", [-1, 10_000])
def test_score_outside_its_weight_keeps_what_was(panel, points):
    row = panel.draft(0)
    before = list(CriterionScore.objects.order_by("pk").values_list("item", "score_hundredths"))
    drafts = [ScoreDraft(panel.items[0].code, points)]

    given = {"opinion": row, "scores": drafts, "findings": [], "conclusion": "改", "by": panel.users[0]}
    assert code_of(save_opinion, **given) == "out_of_range"
    given["scores"] = [ScoreDraft("no-such-item", 1)]
    assert code_of(save_opinion, **given) == "out_of_range"

    row.refresh_from_db()
    assert row.conclusion == "结论0"
    assert list(CriterionScore.objects.order_by("pk").values_list("item", "score_hundredths")) == before


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"score_hundredths": None}, "missing_item"),
        ({"score_hundredths": 10, "reason": ""}, "reason_missing"),
        ({"score_hundredths": 10, "page": None}, "missing_page"),
        ({"cannot_judge": True, "reason": " "}, "reason_missing"),
    ],
)
def test_incomplete_opinion_is_not_submitted(panel, change, code):
    user, row = panel.users[0], panel.draft(0)
    facts = {"code": panel.items[1].code, "score_hundredths": 10, "reason": "依据不足", "page": 2} | change
    drafts = [panel.scores()[0], ScoreDraft(**facts), *panel.scores()[2:]]
    save_opinion(opinion=row, scores=drafts, findings=[], conclusion="可用", by=user)
    files = StoredFile.objects.count()
    given = {"opinion": row, "signature_name": "签名.png", "signature": picture(), "by": user, "at": AT}

    assert code_of(submit_opinion, **given) == code

    row.refresh_from_db()
    assert (row.status, row.first_text, StoredFile.objects.count()) == (OpinionStatus.DRAFT, "", files)


def test_opinion_without_a_conclusion_or_with_a_false_scan_is_not_submitted(panel):
    user, row = panel.users[0], panel.draft(0)
    save_opinion(opinion=row, scores=panel.scores(), findings=[], conclusion=" ", by=user)
    given = {"opinion": row, "signature_name": "签名.png", "by": user, "at": AT}
    assert code_of(submit_opinion, **given, signature=picture()) == "conclusion_missing"
    save_opinion(opinion=row, scores=panel.scores(), findings=[], conclusion="可用", by=user)
    with pytest.raises(DomainError):
        submit_opinion(**given, signature=b"no picture")

    row.refresh_from_db()
    assert row.status == OpinionStatus.DRAFT


def test_item_that_cannot_be_judged_is_submitted_with_a_reason(panel):
    user, row = panel.users[0], panel.draft(0)
    drafts = [ScoreDraft(panel.items[0].code, None, cannot_judge=True, reason="未附底稿"), *panel.scores()[1:]]
    save_opinion(opinion=row, scores=drafts, findings=[], conclusion="可用", by=user)

    done = submit_opinion(opinion=row, signature_name="签名.png", signature=picture(), by=user, at=AT)

    assert done.status == OpinionStatus.SUBMITTED
    assert done.scores.get(item=panel.items[0]).score_hundredths is None


@pytest.mark.rule("R-36")
def test_submitted_opinion_is_locked_for_everybody(panel):
    row = panel.submit(0)
    text = opinion_text(row)
    administrator = UserFactory(bureau=panel.task.bureau, roles=[Role.ADMINISTRATOR, Role.CLERK])
    for by in (panel.users[0], panel.clerk, administrator):
        with pytest.raises(TransitionRefused):
            save_opinion(opinion=row, scores=[], findings=[], conclusion="改", by=by)
        with pytest.raises(TransitionRefused):
            submit_opinion(opinion=row, signature_name="签名.png", signature=picture(), by=by, at=AT)
    with pytest.raises(NotAllowed):
        save_opinion(opinion=row, scores=[], findings=[], conclusion="改", by=panel.people["leader"])

    row = Opinion.objects.get(pk=row.pk)
    assert opinion_text(row) == row.first_text == text
    assert row.submitted_sha256 == sha256_hex(text.encode())


def test_journal_is_sealed_with_the_opinion(panel):
    row = panel.submit(0)

    entries = Entry.objects.filter(text__contains="reviews.opinion_submitted")
    assert entries.get().text.count(row.submitted_sha256) == 1
    assert entries.get().text.count(row.signed_scan.sha256) == 1
    assert not Pending.objects.exists()


@pytest.mark.edge("E47")
def test_paper_opinion_says_who_entered_it_and_rests_on_the_signed_scan(panel):
    own, draft = panel.submit(0), panel.draft(1, by=panel.clerk)
    entry = {"opinion": draft, "by": panel.clerk, "at": AT}
    before = Entry.objects.count()
    with pytest.raises(DomainError):
        submit_opinion(**entry, signature_name="", signature=b"")
    draft.refresh_from_db()
    assert (draft.status, draft.signed_scan, Entry.objects.count()) == (OpinionStatus.DRAFT, None, before)

    entered = submit_opinion(**entry, signature_name="签名.png", signature=picture())

    assert (own.entered_by, entered.entered_by) == (None, panel.clerk)
    assert entered.signed_scan.sha256 == hashlib.sha256(picture()).hexdigest()
    told = [json.loads(row.text) for row in Entry.objects.filter(action="reviews.opinion_submitted").order_by("pk")]
    assert [(one["actor"]["id"], one["facts"]["entered_for"]) for one in told] == [
        (panel.users[0].pk, False),
        (panel.clerk.pk, True),
    ]


@pytest.mark.rule("R-36")
@pytest.mark.parametrize("defect", list(FormalDefect))
def test_opinion_goes_back_once_and_its_first_version_is_kept(panel, defect):
    row = panel.submit(0, 0.9)
    first = row.first_text
    for by in (panel.users[0], panel.people["leader"], UserFactory(role=Role.CLERK)):
        with pytest.raises(NotAllowed):
            return_opinion(opinion=row, defect=defect, by=by, at=AT)

    return_opinion(opinion=row, defect=defect, by=panel.clerk, at=AT)
    again = panel.submit(0, 0.8)

    assert (again.first_text, again.return_defect, again.return_count) == (first, defect, 1)
    assert opinion_text(again) != first
    assert code_of(return_opinion, opinion=again, defect=defect, by=panel.clerk, at=AT) == "returned_before"
    again.refresh_from_db()
    assert again.status == OpinionStatus.SUBMITTED


@pytest.mark.rule("R-36")
def test_defects_are_a_closed_list_without_scores():
    assert set(FormalDefect) == {"MISSING_ITEM", "MISSING_PAGE", "MISSING_SIGNATURE"}


def test_draft_does_not_go_back(panel):
    row = panel.draft(0)

    with pytest.raises(TransitionRefused):
        return_opinion(opinion=row, defect=FormalDefect.MISSING_PAGE, by=panel.clerk, at=AT)

    row.refresh_from_db()
    assert (row.status, row.return_count) == (OpinionStatus.DRAFT, 0)


def test_nobody_sees_another_opinion_before_his_own_is_in(panel):
    first, second = panel.submit(0), panel.draft(1)

    assert list(opinions_visible_to(panel.users[0])) == [first]
    assert list(opinions_visible_to(panel.users[1])) == [second]
    assert list(opinions_visible_to(panel.clerk)) == [first]

    panel.submit(1)

    assert set(opinions_visible_to(panel.users[1])) == {first, second}


@pytest.mark.parametrize("by_clerk", [True, False])
def test_who_steps_back_takes_his_opinion_out_of_the_count(panel, by_clerk):
    row, other = panel.submit(0), panel.submit(1)
    text = row.first_text
    by = panel.clerk if by_clerk else panel.users[0]

    step_back(assignment=panel.seats[0], words="发现曾任该单位顾问", by=by, at=AT, is_decided=True)

    row.refresh_from_db()
    assert (row.status, row.first_text) == (OpinionStatus.VOID, text)
    assert row.scores.count() == len(panel.items)
    assert list(submitted_opinions(panel.review)) == [other]
    assert Assignment.objects.get(pk=panel.seats[0].pk).status == AssignmentStatus.VOID
    assert Assignment.objects.get(pk=panel.seats[1].pk).status == AssignmentStatus.SERVING


def test_stepping_back_without_words_changes_nothing(panel):
    row = panel.submit(0)

    with pytest.raises(DomainError):
        step_back(assignment=panel.seats[0], words=" ", by=panel.users[0], at=AT)

    row.refresh_from_db()
    assert row.status == OpinionStatus.SUBMITTED


def test_opinion_is_voided_by_a_clerk_with_a_reason(panel):
    row = panel.submit(0)
    with pytest.raises(NotAllowed):
        void_opinion(opinion=row, reason="回避", by=panel.users[0], at=AT)
    assert code_of(void_opinion, opinion=row, reason=" ", by=panel.clerk, at=AT) == "reason_missing"
    row.refresh_from_db()
    assert row.status == OpinionStatus.SUBMITTED

    assert void_opinion(opinion=row, reason="回避", by=panel.clerk, at=AT).status == OpinionStatus.VOID
