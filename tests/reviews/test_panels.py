"""The panel's opinion: drafted by its leader when all have written, signed by each, dissent kept, then closed."""

import pytest

from assignments.enums import AssignmentStatus, ReReviewStatus
from assignments.models import Assignment
from foundation.core.errors import NotAllowed
from reviews.models import PanelOpinion, PanelSignature
from reviews.selectors import complete_panels
from reviews.services import PanelRefused, draft_panel_opinion, sign_panel_opinion, step_back
from tests.factories.assignments import ExpertAssignmentFactory, expert_user
from tests.factories.panels import AT, Panel

pytestmark = pytest.mark.django_db


@pytest.fixture
def panel():
    return Panel()


def code_of(call, **facts):
    with pytest.raises(PanelRefused) as caught:
        call(**facts)
    return caught.value.refusal.code


def drafted(panel, words="报告基本可用。"):
    for place in range(3):
        panel.submit(place)
    return draft_panel_opinion(re_review=panel.review, words=words, by=panel.users[0], at=AT)


def signed(row, panel, place, **facts):
    given = {"agrees": True, "dissent": "", "by": panel.users[place], "at": AT}
    return sign_panel_opinion(panel_opinion=row, assignment=panel.seats[place], **(given | facts))


@pytest.mark.rule("R-15")
def test_panel_speaks_only_when_every_member_has_written(panel):
    panel.submit(0)
    panel.submit(1)
    panel.draft(2)
    given = {"re_review": panel.review, "words": "可用", "by": panel.users[0], "at": AT}
    assert code_of(draft_panel_opinion, **given) == "opinions_missing"
    assert complete_panels([panel.review.pk]) == set()
    assert not PanelOpinion.objects.exists()

    panel.submit(2)

    assert complete_panels([panel.review.pk]) == {panel.review.pk}
    assert code_of(draft_panel_opinion, **given | {"words": " "}) == "words_missing"
    assert draft_panel_opinion(**given).drafted_by == panel.seats[0]


def test_only_the_leader_or_a_clerk_drafts(panel):
    for place in range(3):
        panel.submit(place)
    given = {"re_review": panel.review, "words": "可用", "at": AT}
    for by in (panel.users[1], panel.people["leader"]):
        with pytest.raises(NotAllowed):
            draft_panel_opinion(**given, by=by)
    assert not PanelOpinion.objects.exists()

    assert draft_panel_opinion(**given, by=panel.clerk).words == "可用"


def test_text_stands_once_somebody_signed(panel):
    row = drafted(panel)
    draft_panel_opinion(re_review=panel.review, words="改一遍。", by=panel.users[0], at=AT)
    signed(row, panel, 1)

    code = code_of(draft_panel_opinion, re_review=panel.review, words="再改。", by=panel.users[0], at=AT)

    row.refresh_from_db()
    assert (code, row.words) == ("signed_already", "改一遍。")


@pytest.mark.edge("E45")
def test_last_signature_closes_the_review_and_dissent_is_kept(panel):
    row = drafted(panel)
    signed(row, panel, 0)
    assert code_of(signed, row=row, panel=panel, place=0) == "signed_already"
    assert code_of(signed, row=row, panel=panel, place=1, agrees=False, dissent=" ") == "dissent_missing"
    signed(row, panel, 1, agrees=False, dissent="建议部分不够具体")
    panel.review.refresh_from_db()
    assert (panel.review.status, PanelSignature.objects.count()) == (ReReviewStatus.REVIEWING, 2)

    signed(row, panel, 2)

    panel.review.refresh_from_db()
    row.refresh_from_db()
    assert (panel.review.status, row.closed_at) == (ReReviewStatus.DONE, AT)
    assert list(row.signatures.order_by("pk").values_list("agrees", "dissent")) == [
        (True, ""), (False, "建议部分不够具体"), (True, ""),
    ]  # fmt: skip
    assert set(Assignment.objects.filter(re_review=panel.review).values_list("status", flat=True)) == {
        AssignmentStatus.SIGNED
    }


def test_nobody_signs_for_another_but_the_clerk(panel):
    row = drafted(panel)
    for by in (panel.users[0], expert_user(ExpertAssignmentFactory().expert)):
        with pytest.raises(NotAllowed):
            signed(row, panel, 1, by=by)
    with pytest.raises(NotAllowed):
        sign_panel_opinion(
            panel_opinion=row, assignment=ExpertAssignmentFactory(), agrees=True, dissent="", by=panel.clerk, at=AT
        )
    assert not PanelSignature.objects.exists()

    signed(row, panel, 1, by=panel.clerk)

    assert PanelSignature.objects.get().assignment == panel.seats[1]


def test_signature_of_who_stepped_back_does_not_close_the_review(panel):
    row = drafted(panel)
    signed(row, panel, 1)
    step_back(assignment=panel.seats[1], words="配偶在该单位任职", by=panel.clerk, at=AT, is_decided=True)
    new = ExpertAssignmentFactory(re_review=panel.review, status=AssignmentStatus.DECLARED)
    panel.seats.append(new)
    panel.users.append(expert_user(new.expert))
    panel.submit(3)

    signed(row, panel, 0)
    signed(row, panel, 2)
    panel.review.refresh_from_db()
    assert panel.review.status == ReReviewStatus.REVIEWING
    assert code_of(signed, row=row, panel=panel, place=1) == "not_serving"

    signed(row, panel, 3)

    panel.review.refresh_from_db()
    assert panel.review.status == ReReviewStatus.DONE
