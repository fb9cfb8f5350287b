"""From submitted opinions to a final rating: every step in order, appeals once, formal returns once."""

import copy
import json
import subprocess
import sys
from datetime import date, datetime
from fractions import Fraction
from pathlib import Path

import pytest

from foundation.core import clock
from foundation.core.errors import NotAllowed, TransitionRefused
from foundation.workdays.models import WorkdayOverride
from reviews.enums import AppealStatus, FormalDefect, OpinionStatus, RatingStatus
from reviews.models import Opinion, QualityRating, SectionScore
from reviews.selectors import opinions_visible_to, visible_to
from reviews.services import (
    AppealRefused,
    OpinionRefused,
    RatingRefused,
    SectionDraft,
    appeal,
    compute_rating,
    confirm_rating,
    decide_appeal,
    enter_section_scores,
    finalise,
    prove_veto,
    return_opinion,
    save_opinion,
    set_project_result,
    step_back,
    tell_firm,
)
from rubrics.enums import Scorer
from tests.factories.reviews import AT, ON, World

pytestmark = pytest.mark.django_db


def code_of(error, call, **facts):
    with pytest.raises(error) as caught:
        call(**facts)
    return caught.value.refusal.code


def test_rating_is_the_mean_of_the_panel_and_what_the_bureau_scored():
    world = World()
    expert = sum(item.weight_hundredths for item in world.items if item.scorer == Scorer.EXPERT)

    row = world.computed()

    assert Fraction(row.raw) == Fraction(expert, 100) * Fraction(9, 10) + (100 - Fraction(expert, 100))
    assert (row.status, row.formula) == (RatingStatus.ADJUSTED, "gongping-rating-1/mean")


def test_member_who_steps_back_does_not_change_the_formula():
    world = World(shares=(1.0, 0.9, 0.8, 0.7, 0.2))
    step_back(assignment=world.seats[0], words="与项目负责人是亲属", by=world.people["clerk"], at=AT, is_decided=True)
    expert = sum(item.weight_hundredths for item in world.items if item.scorer == Scorer.EXPERT)

    row = world.computed()

    assert row.formula == "gongping-rating-1/trimmed"
    assert Fraction(row.raw) == Fraction(expert, 100) * Fraction(3, 4) + (100 - Fraction(expert, 100))


def test_nothing_is_computed_while_something_is_missing():
    world = World()
    given = {"task": world.task, "by": world.people["clerk"], "on": ON}
    assert code_of(RatingRefused, compute_rating, **given) == "section_missing"
    world.section()
    Opinion.objects.filter(pk=world.opinions[0].pk).update(status=OpinionStatus.DRAFT, submitted_at=None)

    assert code_of(RatingRefused, compute_rating, **given) == "opinions_missing"
    assert not QualityRating.objects.exists()


def test_steps_follow_one_another_and_nobody_confirms_his_own_points():
    world = World()
    row = world.computed()
    with pytest.raises(TransitionRefused):
        finalise(rating=row, by=world.people["clerk"], on=ON)
    assert code_of(RatingRefused, tell_firm, rating=row, by=world.people["clerk"], on=ON) == "not_approved"
    assert not visible_to(world.firm).exists()

    enter_section_scores(
        task=world.task, by=world.people["head"], on=ON,
        drafts=[SectionDraft(i.code, i.weight_hundredths) for i in world.items if i.scorer != Scorer.EXPERT],
    )  # fmt: skip
    with pytest.raises(NotAllowed):
        confirm_rating(rating=row, by=world.people["head"], on=ON)


@pytest.mark.rule("R-23")
def test_period_of_appeal_is_ten_working_days():
    world = World()
    WorkdayOverride.objects.bulk_create(
        WorkdayOverride(day=date(2020, 10, day), is_workday=False, name="国庆节") for day in (1, 2, 5, 6, 7, 8)
    )

    row = world.told()

    assert row.appeal_until == date(2020, 10, 22)
    early = {"rating": row, "by": world.people["clerk"]}
    assert code_of(RatingRefused, finalise, **early, on=date(2020, 10, 22)) == "appeal_period"
    assert finalise(**early, on=date(2020, 10, 23)).status == RatingStatus.FINAL


@pytest.mark.rule("R-23")
@pytest.mark.edge("E30")
def test_appeal_is_decided_by_the_uninvolved_once_and_moves_the_value():
    world = World()
    row = world.told()
    item = world.items[0]
    given = {"rating": row, "item": item, "by": world.firm}
    assert code_of(AppealRefused, appeal, **given, ground=" ", on=ON) == "ground_missing"
    assert code_of(AppealRefused, appeal, **given, ground="有误", on=date(2021, 1, 1)) == "appeal_late"
    filed = appeal(**given, ground="第16页已更正", on=ON)
    decide = {
        "appeal": filed, "status": AppealStatus.UPHELD, "decision": "属实", "correction_hundredths": 50, "on": ON,
    }  # fmt: skip
    with pytest.raises(NotAllowed):
        decide_appeal(**decide, by=world.people["head"])

    decide_appeal(**decide, by=world.people["leader"])

    row.refresh_from_db()
    assert Fraction(row.final) == Fraction(row.adjusted) + Fraction(1, 2)
    assert code_of(AppealRefused, appeal, **given, ground="再诉", on=ON) == "one_round"
    assert code_of(AppealRefused, decide_appeal, **decide, by=world.people["leader"]) == "decided"


@pytest.mark.rule("R-34")
def test_proven_veto_makes_the_report_unqualified():
    world = World()
    row = world.computed()
    code = row.rubric_version.vetoes.order_by("pk").first().code
    incomplete = {"rating": row, "code": code, "by": world.people["head"], "on": ON}
    assert code_of(RatingRefused, prove_veto, reason=" ", **incomplete) == "veto_incomplete"

    found = prove_veto(reason="第9至12页抄自他处", **incomplete)

    assert (found.grade, found.adjusted) == ("UNQUALIFIED", row.adjusted)


@pytest.mark.rule("R-36")
def test_opinion_is_locked_and_goes_back_once_for_a_formal_defect_only():
    world = World()
    opinion, user = world.opinions[0], world.users[0]
    first = opinion.first_text
    change = {"opinion": opinion, "scores": [], "findings": [], "conclusion": "改"}
    for by in (user, world.people["clerk"]):
        with pytest.raises(TransitionRefused):
            save_opinion(**change, by=by)

    return_opinion(opinion=opinion, defect=FormalDefect.MISSING_PAGE, by=world.people["clerk"], at=AT)
    world.write(0, 0.7)

    opinion.refresh_from_db()
    assert (opinion.status, opinion.first_text, opinion.return_count) == (OpinionStatus.SUBMITTED, first, 1)
    again = {"opinion": opinion, "defect": FormalDefect.MISSING_ITEM, "by": world.people["clerk"], "at": AT}
    assert code_of(OpinionRefused, return_opinion, **again) == "returned_before"


def test_expert_sees_no_other_opinion_before_his_own_is_in():
    world = World()
    Opinion.objects.filter(pk=world.opinions[0].pk).update(status=OpinionStatus.DRAFT, submitted_at=None)

    assert list(opinions_visible_to(world.users[0])) == [world.opinions[0]]
    assert opinions_visible_to(world.users[1]).count() == 2
    assert opinions_visible_to(world.people["head"]).count() == 2


@pytest.mark.rule("R-06")
def test_small_share_of_output_and_effect_asks_for_a_reason():
    world = World()
    given = {
        "task": world.task, "score": Fraction("84.2"), "version": world.version, "by": world.people["clerk"], "on": ON,
    }  # fmt: skip

    assert code_of(RatingRefused, set_project_result, result_weight=Fraction("59.99"), **given) == "share_low"
    row = set_project_result(result_weight=Fraction("59.99"), reason="政策类项目以过程为主", **given)
    assert (row.grade, row.score) == ("B", "421/5")
    set_project_result(result_weight=Fraction(60), **given)
    set_project_result(**given)


def recomputed(document, folder):
    path = folder / "rating.json"
    path.write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")
    program = Path(__file__).parents[2] / "reviews" / "recompute.py"
    return subprocess.run([sys.executable, str(program), str(path)], capture_output=True, text=True, check=False)


def test_stand_alone_program_says_the_same_digits(tmp_path):
    world = World()
    row = world.computed()

    done = recomputed(row.document, tmp_path)

    assert (done.returncode, done.stdout.strip()) == (0, f"OK {expected(row)} {row.grade}")


def expected(row):
    from reviews.scoring import printed

    return printed(Fraction(row.adjusted))


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("raw", lambda d: d.update(raw="99")),
        ("adjusted", lambda d: d.update(adjusted="99")),
        ("grade", lambda d: d.update(grade="EXCELLENT" if d["grade"] != "EXCELLENT" else "GOOD")),
        ("score", lambda d: d["raters"][0]["scores"].update({d["items"][0]["code"]: 1})),
        ("rater", lambda d: d["raters"].pop()),
        ("late", lambda d: d["late"].update(days=4)),
        ("formula", lambda d: d.update(formula="gongping-rating-1/trimmed")),
        ("digest", lambda d: d.update(sha256="0" * 64)),
    ],
)
@pytest.mark.parametrize("with_digest", [False, True])
def test_stand_alone_program_finds_any_change(tmp_path, name, change, with_digest):
    from foundation.core.canon import sha256_hex

    document = copy.deepcopy(World().computed().document)
    change(document)
    if with_digest and name != "digest":
        plain = {key: value for key, value in document.items() if key != "sha256"}
        text = json.dumps(plain, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        document["sha256"] = sha256_hex(text.encode())

    done = recomputed(document, tmp_path)

    assert done.returncode == 1
    assert done.stdout.startswith("DIFFERENCE")


@pytest.mark.rule("R-29")
@pytest.mark.parametrize(("due", "days"), [(date(2020, 9, 18), 0), (date(2020, 9, 17), 1), (date(2020, 9, 14), 4)])
def test_each_working_day_late_takes_a_point_in_the_rating(due, days):
    world = World()
    world.task.due_on = due
    world.task.save(update_fields=["due_on"])
    world.version.submitted_at = datetime(2020, 9, 18, 17, tzinfo=AT.tzinfo)
    world.version.save(update_fields=["submitted_at"])

    row = world.computed()

    assert (row.late_days, Fraction(row.raw) - Fraction(row.adjusted)) == (days, days)


@pytest.mark.edge("E44")
def test_spread_is_stored_with_the_rating_and_stands():
    first = World()
    row = first.computed()
    stored = row.document["spread"]
    assert stored == {"freedom": 2, "sd": "7.000000"}

    second = World(shares=(1.0, 0.5, 0.2), people=first.people).computed()

    row.refresh_from_db()
    assert row.document["spread"] == stored
    assert second.document["spread"]["freedom"] == 4


def test_moment_of_an_entry_is_that_of_the_clock():
    world = World()
    with clock.standing_at(AT):
        world.section()

    assert set(SectionScore.objects.values_list("entered_at", flat=True)) == {AT}
