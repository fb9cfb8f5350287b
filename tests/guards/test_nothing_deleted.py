"""Nothing is deleted: things are void, ended or withdrawn. What may go is named here, with why."""

import ast
from pathlib import Path

ROOT = Path(__file__).parents[2]
SKIPPED = {".venv", "var", "tests", "bench", "node_modules", "mutants", "migrations"}
ALLOWED = {
    "admissions/services/filling.py": 1,  # a person of an application that is still being filled in
    "delivery/services/instalments.py": 1,  # instalments planned anew, of which none has begun
    "reviews/services/fees.py": 1,  # a draft sheet's lines, computed anew
    "reviews/services/opinions.py": 2,  # a draft opinion's scores and findings, saved anew
    "desk/services/drafts.py": 1,  # what was half typed in a form
    "desk/services/year_end.py": 2,  # the plan that closing the year opened, with the closing taken back
    "evaluators/services/papers.py": 1,  # the copy of an assessment, with the closing taken back
    "foundation/audit/services.py": 1,  # the queue of entries that are linked now
    "faces/api/once.py": 1,  # keys of requests, after their life
}


def test_rows_are_deleted_only_where_it_is_said_why():
    found = {}
    for path in ROOT.rglob("*.py"):
        name = path.relative_to(ROOT)
        if SKIPPED & set(name.parts):
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "delete":
                found[str(name)] = found.get(str(name), 0) + 1

    assert found == ALLOWED
