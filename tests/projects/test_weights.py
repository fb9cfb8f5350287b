"""The two dated frames of a self-evaluation's weights, and what parts they let pass."""

from datetime import date

import pytest

from faces.exchange.exporters import workbook
from faces.exchange.importing import NOUNS, Setting, dry_run
from foundation.accounts.enums import Role
from foundation.audit.models import Entry
from foundation.rulesets.rules import registered, value_problem
from foundation.rulesets.selectors import Rules
from projects.models import SelfEvaluation
from projects.rules import WEIGHTS, WEIGHTS_WITH_COST, parts_problem
from projects.selectors import weights_for
from projects.services import ProjectRefused, SelfEvaluationDraft, record_self_evaluations
from tests.factories.assignments import ProjectFactory
from tests.factories.foundation import RuleSetFactory, RuleValueFactory, UserFactory

ON = date(2020, 3, 1)
PARTS = {"execution": 950, "output": 4_800, "effect": 2_900, "satisfaction": 1_000}
HEADINGS = ["项目编码", "工作年度", "预算年度", "自评金额（万元）", "自评得分", "提交日期"]
PART_HEADINGS = ["预算执行率得分", "产出得分", "效益得分", "满意度得分"]


@pytest.mark.rule("R-08")
@pytest.mark.parametrize(
    ("frame", "weights"),
    [
        (WEIGHTS, {"execution": 10, "output": 50, "effect": 30, "satisfaction": 10}),
        (WEIGHTS_WITH_COST, {"cost": 20, "output": 40, "effect": 20, "satisfaction": 10, "execution": 10}),
    ],
)
def test_frame_is_the_official_one_and_adds_up(frame, weights):
    assert frame == weights
    assert sum(frame.values()) == 100


@pytest.mark.rule("R-08")
@pytest.mark.parametrize(
    ("parts", "score", "problem"),
    [
        ({}, 9_608, ("", "")),
        (PARTS, 9_650, ("", "")),
        (PARTS, 9_651, ("parts_not_score", "")),
        (PARTS | {"execution": 1_000}, 9_700, ("", "")),
        (PARTS | {"execution": 1_001}, 9_701, ("part_above_weight", "execution")),
        ({"execution": 950}, 950, ("part_missing", "output")),
        (PARTS | {"cost": 2_000, "output": 4_000, "effect": 2_000}, 9_950, ("", "")),
        (PARTS | {"cost": 0}, 9_650, ("part_above_weight", "output")),
    ],
)
def test_parts_keep_to_the_weights_of_their_frame(parts, score, problem):
    weights, _source = weights_for(parts, Rules(None, {}))

    assert parts_problem(parts, weights=weights, score_hundredths=score) == problem


@pytest.mark.rule("R-08")
def test_weights_of_a_frame_make_a_hundred():
    rule = registered()["self_evaluation_weights"]

    assert value_problem(rule, WEIGHTS | {"output": 40, "effect": 40}) == ""
    assert value_problem(rule, WEIGHTS | {"output": 40}) == "no_sense"


@pytest.fixture
def project(db):
    return ProjectFactory()


@pytest.fixture
def clerk(project):
    return UserFactory(bureau=project.bureau, role=Role.CLERK)


def recorded(project, clerk, parts):
    draft = SelfEvaluationDraft(project, 2020, 2019, 1_000_000, sum(parts.values()), ON, parts)
    return record_self_evaluations(bureau=project.bureau, drafts=[draft], by=clerk, on=ON)


@pytest.mark.rule("R-08")
def test_weights_in_force_on_the_day_of_the_self_evaluation_decide(project, clerk):
    rule_set = RuleSetFactory(bureau=project.bureau, effective_from=date(2020, 3, 1))
    own = {"execution": 5, "output": 55, "effect": 30, "satisfaction": 10}
    RuleValueFactory(rule_set=rule_set, key="self_evaluation_weights", value=own)
    entries = Entry.objects.count()

    with pytest.raises(ProjectRefused) as caught:
        recorded(project, clerk, PARTS)

    assert (caught.value.refusal.code, caught.value.refusal.facts["field"]) == ("part_above_weight", "execution")
    assert (SelfEvaluation.objects.count(), Entry.objects.count()) == (0, entries)
    recorded(project, clerk, PARTS | {"execution": 500, "output": 5_500})
    assert SelfEvaluation.objects.get().parts["output"] == 5_500


@pytest.mark.rule("R-08")
@pytest.mark.parametrize(
    ("score", "parts", "faults"),
    [
        ("96.5", ["9.5", "48", "29", "10"], []),
        ("96.5", ["", "", "", ""], []),
        ("97.5", ["10.5", "48", "29", "10"], [("G", "part_above_weight")]),
        ("96.6", ["9.5", "48", "29", "10"], [("E", "parts_not_score")]),
        ("86.5", ["9.5", "48", "29", ""], [("J", "part_missing")]),
    ],
)
def test_import_names_the_part_that_is_wrong(project, clerk, score, parts, faults):
    row = [project.code, "2020", "2019", "1", score, "2020-03-01", *parts]
    content = workbook([("自评", [*HEADINGS, *PART_HEADINGS], [row])])

    report = dry_run(
        noun=NOUNS["chain"], content=content, name="a.xlsx", setting=Setting(bureau=project.bureau, by=clerk, on=ON)
    )

    assert [(fault.column, fault.code) for fault in report.faults] == faults
