"""Make `.venv` from a lock: needs nothing but Python 3.11 or newer."""

import hashlib
import os
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
VENV = ROOT / ".venv"
PYTHON = VENV / ("Scripts" if os.name == "nt" else "bin") / "python"


def ready(lock_name: str) -> Path:
    """Return the Python of a `.venv` that holds what the lock names; installs only where the lock changed."""
    lock = ROOT / lock_name
    digest = hashlib.sha256(lock.read_bytes()).hexdigest()
    stamps = {name: VENV / f".{name}.stamp" for name in ("requirements.lock", "requirements-test.lock")}
    wider = ["requirements-test.lock"] if lock_name == "requirements.lock" else []
    for name in [lock_name, *wider]:
        wanted = hashlib.sha256((ROOT / name).read_bytes()).hexdigest()
        if PYTHON.exists() and stamps[name].exists() and stamps[name].read_text() == wanted:
            return PYTHON
    if not PYTHON.exists():
        print("Making .venv …", flush=True)
        venv.create(VENV, with_pip=True)
    print(f"Installing {lock_name} …", flush=True)
    _install(lock)
    stamps[lock_name].write_text(digest)
    return PYTHON


def _install(lock: Path) -> None:
    """Install the lock with uv, or with pip where uv cannot be had or fails."""
    pip = [str(PYTHON), "-m", "pip", "--disable-pip-version-check", "-q"]
    has_uv = subprocess.run([*pip, "install", "uv"], check=False).returncode == 0
    if has_uv:
        uv = [str(PYTHON), "-m", "uv", "pip", "install", "-q", "--python", str(PYTHON)]
        if subprocess.run([*uv, "--require-hashes", "-r", str(lock)], check=False).returncode == 0:
            return
        print("uv could not install the lock; trying pip.", flush=True)
    if subprocess.run([*pip, "install", "--no-deps", "--require-hashes", "-r", str(lock)], check=False).returncode:
        sys.exit("The packages could not be installed. Is a package index reachable?")
