"""Lines break where Chinese lines may, and what is printed can be copied out again."""

from collections.abc import Callable
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path
from sys import modules

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest_django.fixtures import Settings

from faces.documents import fonts
from faces.documents.kit import Prose, Sheet, press
from faces.documents.text import NEVER_FIRST, NEVER_LAST, Style, break_lines, units

NARROW = Style(size=10, leading=15)
SHEET = Sheet(title="试验")


def test_break_lines_keeps_codes_and_numbers_whole() -> None:
    text = "统一社会信用代码91350100M000100Y43，项目编码370112-2019-0147，金额9,860.50万元。"

    lines = [line.text for line in break_lines(text, NARROW, 150)]

    for whole in ("91350100M000100Y43", "370112-2019-0147", "9,860.50"):
        assert sum(whole in line for line in lines) == 1


def test_break_lines_cuts_a_word_wider_than_the_line() -> None:
    lines = break_lines("f" * 64, NARROW, 100)

    assert "".join(line.text for line in lines) == "f" * 64
    assert all(line.width <= 100 for line in lines)


def test_a_cut_word_does_not_begin_a_line_with_a_closing_mark() -> None:
    lines = [line.text for line in break_lines("““““00”””””", NARROW, 90)]

    assert "".join(lines) == "““““00”””””"
    assert lines[1][0] == "0"


@given(st.text(alphabet="评价报告绩效，。、；：《》（）“”〔〕20a. ", min_size=1, max_size=120))
def test_break_lines_loses_nothing_and_respects_line_ends(text: str) -> None:
    lines = break_lines(text, NARROW, 90)

    assert "".join("".join(line.text for line in lines).split()) == "".join(text.split())
    singles = {unit for unit in units(text) if len(unit) == 1}
    for before, line in pairwise(lines):
        is_free = not line.text or line.text[0] not in NEVER_FIRST or line.text[0] in singles
        has_no_other_place = NEVER_FIRST.issuperset(before.text[1:])  # a word of closing marks, wider than the line
        assert is_free or has_no_other_place or len(units(line.text)[0]) > 1


def test_units_keep_punctuation_with_its_word() -> None:
    assert units("见《办法》第〔3〕条。") == ["见", "《办", "法》", "第", "〔3〕", "条。"]
    assert not NEVER_FIRST & NEVER_LAST


def test_centred_lines_are_balanced() -> None:
    lines = break_lines("关于委托开展重点项目绩效评价工作的函告知", Style(size=10, align="centre"), 190)

    assert len(lines) == 2
    assert abs(lines[0].width - lines[1].width) <= 30


@pytest.mark.parametrize("character", ["䶮", "㛃", "𬭎", "𠅤", "龑", "〇"])
def test_rare_characters_have_a_glyph_and_can_be_copied_out(character: str, words: Callable[[bytes], str]) -> None:
    paper = press([Prose(f"姓名：王{character}（演示）", NARROW)], SHEET)

    assert fonts.shipped_font().knows(character)
    assert f"王{character}（演示）" in words(paper)


@pytest.mark.parametrize("character", ["🀀", "ꡀ", "☑"])
def test_character_without_a_glyph_still_copies_as_itself(character: str, words: Callable[[bytes], str]) -> None:
    paper = press([Prose(f"姓名：王{character}", NARROW)], SHEET)

    assert not fonts.shipped_font().knows(character)
    assert f"王{character}" in words(paper)


def test_unicode_map_writes_utf_16_in_blocks_of_a_hundred() -> None:
    written = fonts.unicode_map("X", [0, 0x41, 0x2B84E, *range(0x4E00, 0x4E00 + 150)])

    assert "<01> <0041>" in written
    assert "<02> <D86EDC4E>" in written
    assert "<00> <" not in written.replace("<00> <FF>", "")
    assert "100 beginbfchar" in written
    assert "52 beginbfchar" in written


def test_shipped_face_is_found_and_its_package_never_imported() -> None:
    assert fonts.shipped_file().is_file()
    assert find_spec("zhplot") is not None
    assert "zhplot" not in modules


def test_shipped_file_missing_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fonts, "find_spec", lambda _name: None)

    with pytest.raises(fonts.PaperFontMissingError):
        fonts.shipped_file()


def test_setting_names_another_face_and_missing_glyphs_fall_back(
    settings: Settings, words: Callable[[bytes], str]
) -> None:
    other = Path(find_spec("reportlab").origin).parent / "fonts" / "Vera.ttf"  # type: ignore[union-attr,arg-type]
    settings.GONGPING_PAPER_FONTS = {"title": str(other)}
    style = Style(size=10, leading=15, voice="title")

    runs = [(font is fonts.shipped_font(), run) for font, run in fonts.pieces("A1公评B", "title")]
    paper = press([Prose("A1公评B", style)], SHEET)

    assert runs == [(False, "A1"), (True, "公评"), (False, "B")]
    assert "A1公评B" in words(paper)
    assert fonts.measure("公", "title", 10) == fonts.measure("公", "body", 10)
