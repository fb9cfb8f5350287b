"""Assign a batch from a file: ``python -m assignments.matching problem.json --out result.json``.

Exit code 0 is an answer (also "infeasible", with reasons), 2 a problem that cannot be read.
"""

import argparse
import json
import re
import sys
from pathlib import Path
from typing import Any

from assignments.matching.engine import solve
from assignments.matching.problem import Problem, ProblemError, read_problem
from assignments.matching.record import result_document
from foundation.core.canon import dumps


def main(arguments: list[str]) -> int:
    """Read the problem, write the result and return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m assignments.matching", description="Assign a batch.")
    parser.add_argument("problem", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args(arguments)
    try:
        problem, seed = _read(options.problem)
        result = result_document(solve(problem), seed)
    except (OSError, ValueError, RecursionError) as error:
        sys.stderr.write(f"{options.problem}: {error}\n")
        return 2
    options.out.write_bytes(dumps(result) + b"\n")
    return 0


def _read(path: Path) -> tuple[Problem, str]:
    """Return problem and seed; the text is forgotten before anything is solved."""
    document: Any = json.loads(path.read_text(encoding="utf-8"))
    problem, seed = read_problem(document), document.get("seed")
    if not isinstance(seed, str) or not re.fullmatch(r"(?:[0-9a-f]{2})+", seed):
        message = "seed must be bytes in lower-case hexadecimal"
        raise ProblemError(message)
    return problem, seed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
