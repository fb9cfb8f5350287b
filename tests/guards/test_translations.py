"""The Chinese is complete: every message of the source has one translation, with the same placeholders."""

import ast
import contextlib
import re
import string
from collections import defaultdict
from pathlib import Path

import polib
import pytest
from django.utils.translation.template import templatize

ROOT = Path(__file__).parents[2]
PARTS = sorted((ROOT / "locale" / "zh_Hans" / "parts").glob("*.po"))
SKIPPED = {".venv", "var", "tests", "bench", "node_modules", "mutants", "migrations", "bin"}
CALLS = {
    "_": (0, None), "gettext": (0, None), "gettext_lazy": (0, None), "gettext_noop": (0, None),
    "ngettext": (0, None), "ngettext_lazy": (0, None),
    "pgettext": (1, 0), "pgettext_lazy": (1, 0), "npgettext": (1, 0), "npgettext_lazy": (1, 0),
}  # fmt: skip


def sources(pattern):
    return [path for path in sorted(ROOT.rglob(pattern)) if not SKIPPED & set(path.relative_to(ROOT).parts)]


def calls_of(tree):
    """Yield (context, message) of every gettext call with literal arguments."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
        place, context = CALLS.get(name, (None, None))
        if place is None or len(node.args) <= place:
            continue
        words = [arg.value if isinstance(arg, ast.Constant) else None for arg in node.args]
        if isinstance(words[place], str) and words[place]:
            yield (words[context] if context is not None else None, words[place])


def messages():
    """Return {(context, message): a file that uses it}."""
    found = {}
    for path in sources("*.py"):
        text = path.read_text()
        if "gettext" in text:
            found |= dict.fromkeys(calls_of(ast.parse(text)), path.relative_to(ROOT))
    for path in [*(ROOT / "templates").rglob("*.html"), *(ROOT / "templates").rglob("*.txt")]:
        code = templatize(path.read_text())
        for call in re.findall(
            r"\b(?:n?p?gettext|_)\((?:u?'(?:[^'\\]|\\.)*'|u?\"(?:[^\"\\]|\\.)*\"|[^()'\"])*\)", code
        ):
            try:
                tree = ast.parse(call)
            except SyntaxError:
                pytest.fail(f"{path}: cannot read {call}")
            found |= dict.fromkeys(calls_of(tree), path.relative_to(ROOT))
    return found


def catalogue():
    found = defaultdict(set)
    for path in PARTS:
        for entry in polib.pofile(str(path)):
            if entry.translated() and not entry.obsolete:
                found[entry.msgctxt, entry.msgid].add(entry.msgstr or entry.msgstr_plural.get(0, ""))
    return found


def placeholders(text):
    percent = re.findall(r"%(?:\((\w+)\))?[sdif]", text)
    braces = []
    with contextlib.suppress(ValueError):
        braces = [name for _, name, _, _ in string.Formatter().parse(text) if name is not None]
    return sorted(percent), sorted(braces)


def test_every_message_has_its_chinese():
    known = catalogue()

    missing = {
        f"{path}: {message!r}" for (context, message), path in messages().items() if (context, message) not in known
    }

    assert sorted(missing) == []


def test_no_message_has_two_chinese():
    twice = {key: sorted(texts) for key, texts in catalogue().items() if len(texts) > 1}

    assert twice == {}


def test_chinese_keeps_the_placeholders():
    wrong = {
        message: text
        for (_context, message), texts in catalogue().items()
        for text in texts
        if placeholders(message) != placeholders(text) and "%(" + message != text
    }
    plural = {entry.msgid for path in PARTS for entry in polib.pofile(str(path)) if entry.msgid_plural}

    assert {message: text for message, text in wrong.items() if message not in plural} == {}
