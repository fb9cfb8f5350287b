"""Acts take their time from foundation.core.clock, so that the demonstration and a story can live in their own year."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
REAL_TIME = {  # what must not follow the demonstration's clock, and the clock itself
    "config/health.py",
    "config/management/commands/run_due.py",
    "desk/models.py",
    "faces/api/authentication.py",
    "faces/api/models.py",
    "faces/api/once.py",
    "faces/api/tokens.py",
    "foundation/audit/services.py",
    "foundation/bureaus/models.py",
    "foundation/core/clock.py",
    "reviews/models.py",
}
ASKS = re.compile(
    r"timezone\.now\(\)|timezone\.localdate\(\)|timezone\.localtime\(\)|date\.today\(\)|datetime\.now\(|auto_now"
)


def test_nobody_else_asks_for_the_time():
    skipped = {".venv", "var", "tests", "bench", "bin", "mutants", "node_modules"}
    paths = (path.relative_to(ROOT) for path in ROOT.rglob("*.py"))
    asking = {
        str(path)
        for path in paths
        if not skipped & set(path.parts)
        and "migrations" not in path.parts
        and ASKS.search((ROOT / path).read_text())
        and str(path) != "config/settings/dev.py"
    }

    assert asking <= REAL_TIME
