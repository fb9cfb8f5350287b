"""Copied passages: found where planted, exact, and nothing else."""

from dataclasses import replace
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from delivery.outline import ReportText
from delivery.rules import COPIED_SENTENCES
from delivery.similarity import copied_passages, copied_runs, share_copied
from faces.documents.evaluation_report import build, passage
from foundation.files.services import page_texts
from tests.delivery.test_outline import facts_of

LEAST = 160
WORDS = st.text("甲乙丙丁戊己庚辛，。 \n", max_size=120)


def text_of(facts):
    return ReportText(page_texts(build(facts)))


def test_last_years_passage_is_found_once_and_whole():
    last = replace(facts_of(), budget_year=2018)
    old_words = passage(last)

    new = text_of(facts_of(last_year_passage=old_words))
    old = text_of(replace(last, last_year_passage=old_words))
    [run] = copied_passages(new.flat, old.flat, least=LEAST, sentences=COPIED_SENTENCES)

    assert old_words[:30] in new.flat[run.start : run.stop + 1]
    assert old_words[-30:] in new.flat[run.start : run.stop + 1]
    assert old.flat[run.old_start] == new.flat[run.start]


@pytest.mark.parametrize(
    "other",
    [
        replace(facts_of(), budget_year=2018),
        replace(facts_of(), project="既有建筑节能改造"),
        replace(facts_of(), unit="区教育和体育局", kind="政策类"),
    ],
)
def test_honest_reports_of_one_hand_share_no_passage(other):
    new, old = text_of(facts_of()), text_of(other)

    assert copied_passages(new.flat, old.flat, least=LEAST, sentences=COPIED_SENTENCES) == []


def test_a_table_is_no_passage():
    table = "".join(f"指标{number}权重{number}得分{number}" for number in range(60))

    assert copied_runs(table, table, least=100) != []
    assert copied_passages(table, table, least=100, sentences=1) == []


def content(text):
    return "".join(char for char in text if char.isalnum())


@given(WORDS, WORDS, WORDS, WORDS, st.integers(2, 12))
def test_planted_piece_is_always_found(before, after, other, piece, least):
    new, old = before + piece + after, other + "壬" + piece + "癸"
    found = copied_runs(new, old, least=least)

    covered = set().union(*(range(run.start, run.stop) for run in found)) if found else set()
    if len(content(piece)) >= 2 * least:
        start = len(before)
        letters = [at for at in range(start, start + len(piece)) if new[at].isalnum()]
        assert covered & set(letters)


@given(WORDS, WORDS, st.integers(2, 12))
def test_every_run_stands_in_both_texts_long_enough_and_none_overlap(new, old, least):
    runs = copied_runs(new, old, least=least)

    for run in runs:
        piece = content(new[run.start : run.stop])
        assert len(piece) == run.length >= least
        assert piece in content(old)
        assert old[run.old_start] == piece[0]
    assert all(first.stop <= second.start for first, second in pairwise(runs))


@given(WORDS, st.integers(2, 12))
@pytest.mark.edge("E25")
def test_a_text_is_wholly_copied_from_itself(text, least):
    runs = copied_runs(text, text, least=least)

    assert sum(run.length for run in runs) == (len(content(text)) if len(content(text)) >= least else 0)


@given(WORDS, WORDS)
def test_line_breaks_hide_nothing(new, old):
    broken = "\n".join(new)

    assert [run.length for run in copied_runs(broken, old, least=4)] == [
        run.length for run in copied_runs(new, old, least=4)
    ]
    assert share_copied(broken, old) == share_copied(new, old)


@given(WORDS, WORDS)
def test_share_is_a_share(new, old):
    assert 0 <= share_copied(new, old) <= 1
    assert share_copied(new, new) == (1 if len(content(new)) >= 5 else 0)


def test_share_counts_exactly():
    assert share_copied("甲乙丙丁戊己", "甲乙丙丁戊") == Fraction(1, 2)


def test_text_of_one_letter_costs_no_square_of_its_length():
    assert copied_runs("甲" * 200_000, "甲" * 200_000, least=LEAST)[0].length == 200_000


def test_run_of_one_character_is_refused():
    with pytest.raises(ValueError, match="two characters"):
        copied_runs("甲", "甲", least=1)
