"""Demonstration reports: long enough, quick, small, readable by a program, and faulty only where a fault is planted."""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from io import BytesIO
from re import MULTILINE, findall, search
from time import perf_counter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfReader

from faces.documents.evaluation_report import HEADS, ReportFacts, build, indicators_for, passage
from faces.documents.evaluation_report.facts import RESULTS

TOTAL = Decimal("89.95")
SECONDS_A_PAGE = 0.25
MOST_BYTES = 400_000


def facts_of(project: str = "唐冶新区污水处理厂", kind: str = "工程类") -> ReportFacts:
    return ReportFacts(
        project=project,
        unit="区住房和城乡建设局",
        firm="泉衡绩效评价咨询有限公司（演示）",
        lead_evaluator="赵䶮",
        budget_year=2019,
        amount_wan=Decimal("9860.5"),
        spent_wan=Decimal("9848.16"),
        indicators=indicators_for(project, kind, TOTAL),
        total=TOTAL,
        grade="良",
        findings=("管护责任主体不明确。", "竣工资料移交滞后。"),
        suggestions=("明确管护责任主体，列入下一年度预算。",),
        kind=kind,
        team=("李静", "王川"),
        project_code="370112-2019-0147",
    )


def lines_of(facts: ReportFacts) -> list[str]:
    reader = PdfReader(BytesIO(build(facts)))
    return [line.strip() for page in reader.pages for line in page.extract_text().splitlines()]


@pytest.fixture(scope="module")
def honest() -> list[str]:
    return lines_of(facts_of())


@pytest.mark.parametrize("kind", RESULTS)
def test_report_is_long_small_and_quick(kind: str) -> None:
    facts = facts_of(f"某{kind}项目", kind)
    build(facts)
    began = perf_counter()

    paper = build(facts)
    pages = len(PdfReader(BytesIO(paper)).pages)

    assert pages >= 25
    assert len(paper) < MOST_BYTES
    assert (perf_counter() - began) / pages < SECONDS_A_PAGE


@pytest.mark.parametrize("gone", range(1, 8))
def test_report_stays_long_and_leaves_out_the_head_it_is_told_to(gone: int) -> None:
    lines = lines_of(replace(facts_of(), missing_head=gone))

    assert [head for head in HEADS if head in lines] == [head for head in HEADS if head != HEADS[gone - 1]]


def test_report_has_each_head_once_on_its_own_line_in_order(honest: list[str]) -> None:
    assert [line for line in honest if line in HEADS] == list(HEADS)


def test_report_prints_the_score_table_as_plain_rows(honest: list[str]) -> None:
    start, end = honest.index("指标名称 权重 得分"), honest.index("合计 100.00 89.95")
    rows = [line.split(" ") for line in honest[start + 1 : end] if search(r" \d+\.\d\d \d+\.\d\d$", line)]

    assert [tuple(row) for row in rows] == [
        (item.name, f"{item.weight:.2f}", f"{item.score:.2f}") for item in facts_of().indicators
    ]
    assert "评价等级：良" in honest
    assert "主评人（签字）：赵䶮" in honest


def test_report_has_no_second_table_that_looks_like_the_score_table(honest: list[str]) -> None:
    looking_alike = [line for line in honest if search(r"^\S+ \d+\.\d\d \d+\.\d\d$", line)]

    assert len(looking_alike) == len(facts_of().indicators) + 1


def test_report_vouchers_add_up_to_the_spending(honest: list[str]) -> None:
    amounts = [
        Decimal(found.replace(",", ""))
        for found in findall(r"^2019-\d\d-\d\d 记-\d{4} \S+ ([\d,]+\.\d\d)", "\n".join(honest), MULTILINE)
    ]

    assert sum(amounts) == Decimal("9848.16")


def planted() -> Iterator[tuple[ReportFacts, str]]:
    facts = facts_of()
    yield replace(facts, printed_total="90.0", grade="优"), "合计 100.00 90.0"
    yield (
        replace(facts, indicators=indicators_for(facts.project, facts.kind, TOTAL, weights_total=Decimal("99.99"))),
        "合计 99.99 89.95",
    )
    yield replace(facts, signer="孙若木"), "主评人（签字）：孙若木"


@pytest.mark.parametrize(("facts", "line"), list(planted()))
def test_report_prints_the_planted_line(facts: ReportFacts, line: str, honest: list[str]) -> None:
    assert line in lines_of(facts)
    assert line not in honest


def test_report_names_the_foreign_unit_only_when_planted(honest: list[str]) -> None:
    text = "".join(lines_of(replace(facts_of(), foreign_unit="区水务局")))

    assert text.count("区水务局") >= 3
    assert "区水务局" not in "".join(honest)


@pytest.mark.parametrize("gone", [None, 5])
def test_report_carries_last_years_passage_word_for_word(gone: int | None, honest: list[str]) -> None:
    old = passage(replace(facts_of(), budget_year=2018))

    text = "".join(lines_of(replace(facts_of(), last_year_passage=old, missing_head=gone)))

    assert old.startswith("2018年度，")
    assert old[:30] in text
    assert old[:30] not in "".join(honest)


def test_report_is_the_same_twice_and_differs_between_projects() -> None:
    first, again, other = build(facts_of()), build(facts_of()), facts_of("既有建筑节能改造")

    assert first == again
    assert alike(lines_of(facts_of()), lines_of(other)) < 0.5


def alike(first: list[str], second: list[str]) -> float:
    """Return the share of five-character strings two reports have in common (Jaccard)."""
    sets = [{text[at : at + 5] for at in range(len(text) - 4)} for text in ("".join(first), "".join(second))]
    return len(sets[0] & sets[1]) / len(sets[0] | sets[1])


def test_report_speaks_of_the_works_it_is_given() -> None:
    lines = lines_of(replace(facts_of(), works=("曝气池改造", "污泥脱水机房", "再生水回用")))

    assert any("曝气池改造" in line for line in lines)
    assert not any("外墙保温" in line for line in lines)


@given(st.integers(0, 10000), st.sampled_from(sorted(RESULTS)), st.text("甲乙丙丁", min_size=1, max_size=6))
def test_indicators_add_up_exactly(hundredths: int, kind: str, project: str) -> None:
    total = Decimal(hundredths) / 100

    indicators = indicators_for(project, kind, total)

    assert sum(item.score for item in indicators) == total
    assert sum(item.weight for item in indicators) == 100
    assert all(0 <= item.score <= item.weight for item in indicators)
    assert sum(item.weight for item in indicators if item.frame in {"产出", "效益"}) >= 60
