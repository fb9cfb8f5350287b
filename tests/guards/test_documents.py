"""What the documents name is there: links, pictures, the programs that are to run on old Pythons."""

import ast
import re
import subprocess
from pathlib import Path
from urllib.parse import unquote

import pytest

ROOT = Path(__file__).parents[2]
LINK = re.compile(r"""!?\[[^\]]*\]\(([^)\s]+)\)|<img src="([^"]+)" width="\d+" alt="[^"]+">""")
MOST_BYTES = 250_000
STAND_ALONE = ("assignments/verify_draw.py", "reviews/recompute.py")
OLDEST = (3, 8)


def documents():
    listing = subprocess.run(["git", "ls-files", "*.md"], cwd=ROOT, capture_output=True, text=True, check=False)
    names = listing.stdout.splitlines() or ["README.md", "README.zh-CN.md"]
    return [ROOT / name for name in names]


def links(path):
    """Return the targets inside this repository that a document names."""
    named = ("".join(groups) for groups in LINK.findall(path.read_text(encoding="utf-8")))
    found = (unquote(target.partition("#")[0]) for target in named)
    return [target for target in found if target and "://" not in target and not target.startswith("mailto:")]


def pictures(name):
    return [target for target in links(ROOT / name) if target.endswith(".png")]


@pytest.mark.parametrize("path", documents(), ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_and_picture_is_there(path):
    missing = [target for target in links(path) if not (path.parent / target).exists()]

    assert missing == []


def test_both_readmes_show_the_same_pictures_and_lead_to_the_same_documents():
    english, chinese = (links(ROOT / name) for name in ("README.md", "README.zh-CN.md"))

    assert len(pictures("README.md")) >= 3
    assert [target for target in english if target != "README.zh-CN.md"] == [
        target for target in chinese if target != "README.md"
    ]
    assert set(pictures("README.md")) == {str(path.relative_to(ROOT)) for path in (ROOT / "docs/pictures").iterdir()}


def test_pictures_are_light():
    sizes = {path.name: path.stat().st_size for path in (ROOT / "docs/pictures").glob("*.png")}

    assert {name: size for name, size in sizes.items() if size >= MOST_BYTES} == {}


@pytest.mark.parametrize("name", STAND_ALONE)
def test_stand_alone_program_runs_on_the_oldest_python_promised(name):
    tree = ast.parse((ROOT / name).read_text(encoding="utf-8"), feature_version=OLDEST)

    assert "Python 3.8 or later" in (ast.get_docstring(tree) or "")
