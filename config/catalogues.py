"""Catalogues: the translators' fragments become one compiled catalogue at start; no gettext tools needed."""

import os
import tempfile
from pathlib import Path

import polib

ROOT = Path(__file__).resolve().parents[1]
PARTS = ROOT / "locale" / "zh_Hans" / "parts"


def merged(parts: Path = PARTS) -> polib.POFile:
    """Return one catalogue of all fragments; the first translation of a message stands (a guard finds a second)."""
    whole = polib.POFile(check_for_duplicates=False)
    whole.metadata = {
        "Content-Type": "text/plain; charset=UTF-8",
        "Content-Transfer-Encoding": "8bit",
        "Plural-Forms": "nplurals=1; plural=0;",
        "Language": "zh_Hans",
    }
    seen: set[tuple[str | None, str]] = set()
    for path in sorted(parts.glob("*.po")):
        for entry in polib.pofile(str(path)):
            key = (entry.msgctxt, entry.msgid)
            if entry.translated() and key not in seen:
                seen.add(key)
                whole.append(entry)
    return whole


def target() -> Path:
    """Return where the settings look for the compiled catalogue."""
    var = Path(os.environ.get("GONGPING_VAR", ROOT / "var"))
    return var / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.mo"


def build() -> None:
    """Compile the catalogue where it is older than a fragment; a reader never sees half a file."""
    path = target()
    newest = max((part.stat().st_mtime_ns for part in [PARTS, *PARTS.glob("*.po")]), default=0)
    if path.exists() and path.stat().st_mtime_ns >= newest:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as half:
        half.write(merged().to_binary())
    Path(half.name).replace(path)
