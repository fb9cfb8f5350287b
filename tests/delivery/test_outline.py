"""What a report must say: heads, sums, grade, names, signer; on the demonstration's reports and on made-up lines."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from delivery import outline
from delivery.outline import ReportText, findings, score_table
from faces.documents.evaluation_report import HEADS, ReportFacts, build, indicators_for
from foundation.files.services import page_texts

CUTS = [("优", Decimal(90)), ("良", Decimal(80)), ("中", Decimal(60)), ("差", Decimal(0))]
LEAD = "赵䶮"
UNIT = "区住房和城乡建设局"
OTHERS = ["区城乡水务局", "区民政局", "区园林绿化服务中心"]


def facts_of(total="89.95", **more):
    facts = ReportFacts(
        project="唐冶新区污水处理厂",
        unit=UNIT,
        firm="泉衡绩效评价咨询有限公司（演示）",
        lead_evaluator=LEAD,
        budget_year=2019,
        amount_wan=Decimal("9860.5"),
        indicators=indicators_for("唐冶新区污水处理厂", "工程类", Decimal(total)),
        total=Decimal(total),
        grade=outline.grade_of(Decimal(total), CUTS),
        kind="工程类",
    )
    return replace(facts, **more)


def found_in(facts):
    text = ReportText(page_texts(build(facts)))
    return findings(text, grade_cuts=CUTS, lead_evaluator=LEAD, own_names=[UNIT], other_units=OTHERS)


@pytest.mark.parametrize("total", ["96.08", "89.95", "80.00", "59.99"])
def test_clean_report_gives_no_finding(total):
    assert found_in(facts_of(total)) == []


@pytest.mark.parametrize("gone", range(1, 8))
def test_missing_head_is_the_one_finding_and_is_named(gone):
    found = found_in(facts_of(missing_head=gone))

    assert [(finding.code, finding.right) for finding in found] == [(outline.HEAD_MISSING, HEADS[gone - 1])]


@pytest.mark.parametrize("grade", ["优", "良"])
@pytest.mark.edge("E26")
def test_misprinted_total_is_the_one_finding_whatever_grade_stands_beside_it(grade):
    found = found_in(facts_of(printed_total="90.0", grade=grade))

    assert [(finding.code, finding.excerpt, finding.right) for finding in found] == [
        (outline.TOTAL_NOT_SUM, "合计 100.00 90.0", "89.95 良")
    ]


@pytest.mark.edge("E26")
def test_weights_of_99_99_are_the_one_finding():
    short = indicators_for("唐冶新区污水处理厂", "工程类", Decimal("89.95"), weights_total=Decimal("99.99"))

    found = found_in(facts_of(indicators=short))

    assert [(finding.code, finding.excerpt, finding.right) for finding in found] == [
        (outline.WEIGHTS_NOT_100, "合计 99.99 89.95", "100.00")
    ]


def test_other_units_name_is_the_one_finding_with_its_page_and_the_right_unit():
    facts = facts_of(foreign_unit="区城乡水务局")
    pages = page_texts(build(facts))

    [finding] = found_in(facts)

    assert (finding.code, finding.right) == (outline.OTHER_UNIT, UNIT)
    assert "区城乡水务局" in finding.excerpt
    assert "区城乡水务局" in "".join(pages[finding.page - 1].split())
    assert all("区城乡水务局" not in "".join(page.split()) for page in pages[: finding.page - 1])


def test_wrong_signer_is_the_one_finding():
    [finding] = found_in(facts_of(signer="孙若木"))

    assert (finding.code, finding.excerpt, finding.right) == (
        outline.WRONG_SIGNER,
        "主评人（签字）：孙若木",
        LEAD,
    )


def test_wrong_grade_word_is_found():
    [finding] = found_in(facts_of(grade="优"))

    assert (finding.code, finding.right) == (outline.GRADE_NOT_SCORE, "良")


@pytest.mark.rule("R-04")
@pytest.mark.parametrize(
    ("score", "word"),
    [
        ("100", "优"), ("90", "优"), ("89.995", "良"), ("89.99", "良"), ("80", "良"), ("79.99", "中"), ("60", "中"),
        ("59.99", "差"), ("0", "差"),
    ],
)  # fmt: skip
def test_grade_of_half_open_bands(score, word):
    assert outline.grade_of(Decimal(score), CUTS) == word


def test_a_line_of_the_contents_is_no_heading():
    pages = ["目录\n" + "\n".join(f"{head} ........ {at}" for at, head in enumerate(HEADS, 3)), "\n".join(HEADS[:6])]

    found = outline.missing_heads(ReportText(pages))

    assert [finding.right for finding in found] == [HEADS[6]]


def test_a_heading_may_break_over_two_lines_and_use_other_words():
    lines = [*HEADS[:4], "五、主要经验及做法、存在的问", "题及原因分析", "六、意见建议", "七、其他需要说明的事项"]
    lines[0] = "一、项目基本情况"

    assert outline.missing_heads(ReportText(["\n".join(lines)])) == []


def test_own_name_hides_a_shorter_foreign_name_inside_it():
    text = ReportText(["评价组进驻区教育局教学研究中心，听取汇报。"])

    assert outline.foreign_units(text, own_names=["区教育局教学研究中心"], other_units=["区教育局"]) == []


def test_name_broken_over_two_pages_is_found_on_the_first():
    text = ReportText(["评价组进驻区城乡", "水务局，听取汇报。"])

    [finding] = outline.foreign_units(text, own_names=[UNIT], other_units=OTHERS)

    assert finding.page == 1


def test_running_heads_and_feet_are_no_content():
    pages = [f"某报告\n正文{at}段落。\n第 {number} 页，共 9 页" for number, at in enumerate("甲乙丙丁")]

    assert ReportText(pages).flat == "正文甲段落。正文乙段落。正文丙段落。正文丁段落。"


def test_score_table_goes_on_over_a_page_and_its_repeated_top():
    pages = ["指标名称 权重 得分\n立项 40 35.5", "指标名称 权重 得分\n产出 60 50.25\n合计 100 85.75"]

    table = score_table(ReportText(pages))

    assert (len(table.rows), table.weights, table.scores) == (2, Decimal(100), Decimal("85.75"))


@pytest.mark.parametrize("pages", [[], [""], ["\n\n"], ["合计 1 2"], ["指标 权重 得分\n合计 100 90"]])
def test_empty_or_strange_text_gives_heads_only_and_never_fails(pages):
    found = findings(ReportText(pages), grade_cuts=CUTS, lead_evaluator=LEAD, own_names=[], other_units=OTHERS)

    assert {finding.code for finding in found} == {outline.HEAD_MISSING}


CENT = st.integers(0, 2_000).map(lambda cents: Decimal(cents) / 100)


@given(st.lists(st.tuples(CENT, CENT), min_size=1, max_size=30), st.integers(-300, 300))
def test_sums_are_exact_whatever_the_rows(rows, slip):
    weights, scores = (sum((row[at] for row in rows), Decimal(0)) for at in (0, 1))
    printed = max(scores + Decimal(slip) / 100, Decimal(0))
    lines = [f"指标{number} {weight:.2f} {score:.2f}" for number, (weight, score) in enumerate(rows)]
    text = ReportText(["\n".join(["指标名称 权重 得分", *lines, f"合计 {weights:.2f} {printed:.2f}"])])

    codes = [finding.code for finding in outline.score_faults(text, grade_cuts=CUTS)]

    assert (outline.WEIGHTS_NOT_100 in codes) == (weights != 100)
    assert (outline.TOTAL_NOT_SUM in codes) == (printed != scores)


@settings(max_examples=200)
@given(st.lists(st.text("一二、合计 100.权重得分主评人（签字）：\n良优评价等级", max_size=60), max_size=5))
def test_findings_never_fail_and_stay_inside_the_report(pages):
    found = findings(ReportText(pages), grade_cuts=CUTS, lead_evaluator=LEAD, own_names=[UNIT], other_units=OTHERS)

    assert all(1 <= finding.page <= max(len(pages), 1) for finding in found)
    assert all(len(finding.excerpt) <= outline.EXCERPT for finding in found)
