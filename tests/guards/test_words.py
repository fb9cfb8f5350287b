"""Sanctions hold on the bureau's own register only: words that belong to other authorities stand in no text of ours."""

import re
from pathlib import Path

import polib
import pytest

ROOT = Path(__file__).parents[2]
WORDS = ("失信", "黑名单", "禁入")
CITED = "《关于进一步完善失信约束制度构建诚信建设长效机制的指导意见》"  # 国办发〔2020〕49号, by its title
SKIPPED = {".venv", "var", "tests", "bench", "node_modules", "mutants", ".git", "static"}
TEXTS = sorted(
    path.relative_to(ROOT)
    for pattern in ("*.py", "*.html", "*.txt", "*.js", "*.csv", "*.json", "*.po")
    for path in ROOT.rglob(pattern)
    if not SKIPPED & set(path.relative_to(ROOT).parts)
)


def found_in(text):
    """Return which of the words stand in ``text``, the title of the national document aside."""
    left = text.replace(CITED, "").replace(CITED[1:-1], "")
    return [word for word in WORDS if word in left]


def test_the_walk_finds_catalogue_templates_and_code():
    assert {"credit.po", "sanctions.py", "sanction_told.txt", "sections.html"} <= {path.name for path in TEXTS}


@pytest.mark.rule("R-26")
def test_no_text_uses_a_word_of_another_authority():
    assert {str(path): words for path in TEXTS if (words := found_in((ROOT / path).read_text("utf-8")))} == {}


def test_no_translation_uses_one():
    parts = (ROOT / "locale" / "zh_Hans" / "parts").glob("*.po")
    texts = {entry.msgid: entry.msgstr for part in parts for entry in polib.pofile(str(part))}

    assert {msgid: words for msgid, text in texts.items() if (words := found_in(text))} == {}


def test_english_says_neither_blacklist_nor_ban():
    said = re.compile(r"blacklist|black list|\bbanned\b|dishonest", re.IGNORECASE)
    parts = (ROOT / "locale" / "zh_Hans" / "parts").glob("*.po")

    wrong = [entry.msgid for part in parts for entry in polib.pofile(str(part)) if said.search(entry.msgid)]

    assert wrong == []


@pytest.mark.parametrize("word", WORDS)
def test_the_guard_sees_a_word_beside_the_cited_title(word):
    assert found_in(f"依据{CITED}列入{word}。") == [word]
    assert found_in(f"依据{CITED}办理。") == []
