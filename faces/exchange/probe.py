"""Open a workbook once in a process of its own: a damaged one can abort the reader, which no ``except`` catches."""

import subprocess
import sys
from typing import Final

SECONDS: Final = 60
MEMORY: Final = 2 * 1024**3
CODE: Final = """
import io, sys
memory, rows, columns = map(int, sys.argv[1:])
try:
    import resource
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
except ImportError:
    pass
from python_calamine import CalamineWorkbook
book = CalamineWorkbook.from_filelike(io.BytesIO(sys.stdin.buffer.read()))
for name in book.sheet_names:
    sheet = book.get_sheet_by_name(name)
    if sheet.total_height <= rows and sheet.total_width <= columns:
        sheet.to_python(skip_empty_area=False)
        sheet.merged_cell_ranges
"""


def survives(content: bytes, *, rows: int, columns: int) -> bool:
    """Return whether the workbook can be read through; a sheet beyond ``rows`` or ``columns`` is only measured."""
    words = [sys.executable, "-I", "-c", CODE, *map(str, (MEMORY, rows, columns))]
    try:
        done = subprocess.run(words, input=content, capture_output=True, timeout=SECONDS, check=False)  # noqa: S603 - our own program
    except subprocess.TimeoutExpired:
        return False
    return done.returncode == 0
