"""What a commit must never hold, and what the tree must always say."""

import re
import subprocess
from pathlib import Path

import pytest
from django.utils.module_loading import import_string

ROOT = Path(__file__).parents[2]
LOCKS = ("requirements.lock", "requirements-test.lock")


def tracked():
    listing = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listing.returncode:
        pytest.skip("not a git checkout")
    return [ROOT / name for name in listing.stdout.splitlines() if (ROOT / name).is_file()]


@pytest.mark.parametrize("name", LOCKS)
def test_lock_pins_with_hashes_and_names_no_address(name):
    text = (ROOT / name).read_text()
    pins = re.findall(r"^[a-z0-9][\w.-]*(?:\[[\w,-]+\])?==\S+", text, flags=re.MULTILINE)

    assert len(pins) > 20
    assert "://" not in text
    for block in re.split(r"\n(?=[a-z0-9])", text.strip()):
        assert "--hash=sha256:" in block, block.splitlines()[0]


def test_no_commit_holds_a_machine_path_or_a_registry():
    wanted = re.compile(r"/(?:work|root|home/\w+)/[\w.-]+|pypi\.\w+[/.]|/simple/|index-url\s*=|registry\.npm")
    wrong = []
    for path in tracked():
        if path.suffix in {".png", ".xlsx", ".xls", ".pdf", ".docx", ".zip", ".woff2"} or path == Path(__file__):
            continue
        for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), 1):
            if wanted.search(line):
                wrong.append(f"{path.relative_to(ROOT)}:{number}: {line.strip()[:80]}")

    assert wrong == []


def test_every_job_named_in_a_call_exists():
    names = set()
    for path in tracked():
        if path.suffix == ".py" and "tests" not in path.relative_to(ROOT).parts:
            names |= set(
                re.findall(
                    r"""(?:enqueue|when_agreed|when_returned|serve_owner)\(\s*["'][\w.]+["'],?\s*["'](\w[\w.]+)["']""",
                    path.read_text(),
                )
            )
            names |= set(re.findall(r"""enqueue\(\s*["'](\w[\w.]+)["']""", path.read_text()))

    for name in sorted(names):
        assert callable(import_string(name)), name


def test_every_room_has_a_readme():
    rooms = {path.parent for path in ROOT.rglob("apps.py") if ".venv" not in path.parts} | {ROOT / "bench"}

    assert {str(room.relative_to(ROOT)) for room in rooms if not (room / "README.md").exists()} == set()


def test_every_benchmark_stands_in_its_readme_and_can_be_run():
    listed = set(re.findall(r"^\| `(\w+)` \|", (ROOT / "bench" / "README.md").read_text(), re.MULTILINE))
    files = [path for path in (ROOT / "bench").glob("*.py") if path.stem != "__init__"]

    assert listed == {path.stem for path in files}
    assert {path.name for path in files if "__main__" not in path.read_text()} == set()
