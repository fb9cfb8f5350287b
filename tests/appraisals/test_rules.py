"""The points of a firm's year, in exact fractions, and the ladder."""

from fractions import Fraction

import pytest

from appraisals.enums import SanctionAction, SanctionKind, SanctionStatus
from appraisals.rules import (
    LADDER,
    compliance_part,
    feedback_part,
    hundredths,
    missing_rung,
    score_part,
    standing,
    total,
    training_part,
)
from appraisals.transitions import SANCTION

KEPT = {"undertaking": True, "qualifications": True, "answers": True}


@pytest.mark.rule("R-30")
def test_full_marks_make_one_hundred():
    parts = [
        score_part([Fraction(100)], weight=60),
        compliance_part(KEPT, weight=15),
        training_part([200, 200], needed_hours=20, weight=10),
        feedback_part([100], weight=15),
    ]

    assert [part.earned for part in parts] == [60, 15, 10, 15]
    assert total(parts, deduction=0) == 100
    assert total(parts, deduction=-25) == 75


@pytest.mark.rule("R-30")
def test_mean_is_exact_and_printed_half_up():
    part = score_part([Fraction(245, 3), Fraction(90)], weight=60)

    assert part.earned == Fraction(103, 2)
    assert part.plain()["exact"] == "103/2"
    assert hundredths(Fraction(8166666, 100000)) == 8167
    assert hundredths(Fraction(1, 200)) == 1


def test_part_without_anything_to_measure_leaves_the_denominator():
    parts = [
        score_part([Fraction(80)], weight=60),
        compliance_part(KEPT | {"answers": False}, weight=15),
        training_part([], needed_hours=20, weight=10),
        feedback_part([], weight=15),
    ]

    assert total(parts, deduction=0) == Fraction(48 + 10) * 100 / 75
    assert parts[3].plain()["hundredths"] is None
    assert total([score_part([], weight=60)], deduction=0) == 0


def test_points_never_fall_below_zero():
    assert total([score_part([Fraction(10)], weight=60)], deduction=-50) == 0


@pytest.mark.parametrize(("hours", "met"), [([199], 0), ([200], 1), ([200, 0, 400], 2)])
def test_training_counts_people_who_reached_the_hours(hours, met):
    part = training_part(hours, needed_hours=20, weight=10)

    assert part.facts["met"] == met
    assert part.earned == Fraction(10 * met, len(hours))


@pytest.mark.rule("R-30")
@pytest.mark.parametrize(
    ("tasks", "reports", "window", "wanted"),
    [
        (0, 0, 5, "NOT_ASSESSED"),
        (2, 0, 5, "NOT_ASSESSED"),
        (1, 1, 1, "SMALL_SAMPLE"),
        (1, 1, 2, "SMALL_SAMPLE"),
        (1, 1, 3, "ASSESSED"),
    ],
)
def test_standing(tasks, reports, window, wanted):
    assert standing(tasks=tasks, reports=reports, reports_in_window=window, small_sample=3) == wanted


@pytest.mark.rule("R-26")
@pytest.mark.parametrize(
    ("kind", "earlier", "grave", "wanted"),
    [
        ("TALK", [], False, ""),
        ("SUSPENSION", [], False, "TALK"),
        ("SUSPENSION", ["TALK"], False, ""),
        ("SUSPENSION", [], True, ""),
        ("REMOVAL", ["TALK"], False, "SUSPENSION"),
        ("REMOVAL", ["TALK", "SUSPENSION"], False, ""),
        ("REMOVAL", [], True, ""),
    ],
)
def test_ladder(kind, earlier, grave, wanted):
    assert missing_rung(kind, earlier, is_grave=grave) == wanted


def test_ladder_is_the_enum():
    assert [*LADDER] == [kind.value for kind in SanctionKind]


@pytest.mark.parametrize("status", SanctionStatus)
@pytest.mark.parametrize("action", SanctionAction)
def test_every_pair_of_the_sanction(status, action):
    known = {
        (SanctionStatus.DRAFTED, SanctionAction.TELL): SanctionStatus.TOLD,
        (SanctionStatus.DRAFTED, SanctionAction.SUBMIT): SanctionStatus.PROPOSED,
        (SanctionStatus.DRAFTED, SanctionAction.DROP): SanctionStatus.DROPPED,
        (SanctionStatus.TOLD, SanctionAction.SUBMIT): SanctionStatus.PROPOSED,
        (SanctionStatus.TOLD, SanctionAction.DROP): SanctionStatus.DROPPED,
        (SanctionStatus.DRAFTED, SanctionAction.LAPSE): SanctionStatus.DROPPED,
        (SanctionStatus.TOLD, SanctionAction.LAPSE): SanctionStatus.DROPPED,
        (SanctionStatus.PROPOSED, SanctionAction.LAPSE): SanctionStatus.DROPPED,
        (SanctionStatus.PROPOSED, SanctionAction.DECIDE): SanctionStatus.IN_FORCE,
        (SanctionStatus.PROPOSED, SanctionAction.REFUSE): SanctionStatus.REFUSED,
        (SanctionStatus.IN_FORCE, SanctionAction.END): SanctionStatus.ENDED,
        (SanctionStatus.IN_FORCE, SanctionAction.REVOKE): SanctionStatus.REVOKED,
        (SanctionStatus.ENDED, SanctionAction.REVOKE): SanctionStatus.REVOKED,
    }

    assert SANCTION.get((status, action)) == known.get((status, action))
