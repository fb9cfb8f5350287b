"""Import 50,000 rows of each of two rosters: checked and written, with the trace that lets them be taken back.

Run ``python -m bench.imports [ROWS]``. At most 60 s and 500 MB. The baseline is the same rows without batches: the
same import of one row at a time, measured on 40 rows and multiplied. Each line is a process of its own, so that
peak memory is its own. The database is a new one beside the one that ``DATABASE_URL`` names.
"""

import multiprocessing
import os
import resource
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

ROWS, SAMPLE = 50_000, 40
DAY = date(2020, 6, 1)
FIRMS = 500


def uscc(number):
    """Return a valid code of an area that there is not."""
    from foundation.core.identifiers import uscc_check_character  # noqa: PLC0415 - after the spawn

    body = f"91379999MA{number:07d}"
    return body + uscc_check_character(body)


def id_number(number):
    """Return a valid number of an area that there is not; no two alike below 500,000."""
    from foundation.core.identifiers import ID_CHECK, ID_WEIGHTS  # noqa: PLC0415 - the same

    year, rest = 1966 + number // 27_000, number % 27_000
    body = f"379999{year}{1 + rest % 9:02d}{1 + rest // 9 % 3:02d}{rest // 27:03d}"
    return body + ID_CHECK[sum(int(char) * weight for char, weight in zip(body, ID_WEIGHTS, strict=True)) % 11]


def name(number):
    """Return an invented name; five in a row share it, as in a large roster."""
    return f"演{chr(0x4E00 + number // 5 % 200)}{chr(0x4F00 + number // 1000)}"


def experts(start, stop):
    """Return the sheets of a pool with one employer."""
    from faces.exchange.nouns.experts import BODIES, EXPERTS  # noqa: PLC0415 - the same

    post = ("高级工程师", "高级", "A0101", uscc(1), "")
    people = (
        [f"ZJ{n}", name(n), id_number(n), f"199{n:08d}", *post, "2010.3", "1995.7", "2020-05-06", "否"]
        for n in range(start, stop)
    )
    return [sheet(BODIES, [["演示大学", uscc(1), "高校"]]), sheet(EXPERTS, people)]


def staff(start, stop):
    """Return the sheets of firms and of their staff."""
    from faces.exchange.nouns.firms import FIRMS as LAYOUT  # noqa: PLC0415 - the same
    from faces.exchange.nouns.firms import STAFF  # noqa: PLC0415

    firms = ([f"JG{n}", f"演示{chr(0x4E00 + n)}公司", uscc(n), "咨询机构", "公司"] for n in range(1, FIRMS + 1))
    people = (
        [f"JG{1 + n % FIRMS}", name(n), id_number(n), f"199{n:08d}", "助理", "2019-01-07"] for n in range(start, stop)
    )
    return [sheet(LAYOUT, firms if start == 0 else ()), sheet(STAFF, people)]


def sheet(layout, rows):
    return layout.name, [column.heading for column in layout.columns], rows


def set_up():
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.test")
    import django  # noqa: PLC0415 - once per process

    django.setup()


def book(kind, start, stop):
    from faces.exchange.exporters import workbook  # noqa: PLC0415 - the same

    return workbook(kind(start, stop))


def write_book(kind, rows, path):
    """Write the large roster in a process of its own: making it takes memory, too."""
    set_up()
    path.write_bytes(book(kind, 1, rows))


def measured(kind, rows, path, pipe):
    """Send seconds, seconds of the processor, megabytes and the seconds of one row at a time, in a new database."""
    set_up()
    from django.db import connection  # noqa: PLC0415

    connection.creation.create_test_db(verbosity=0)
    try:
        pipe.send(_measured(kind, rows, path.read_bytes()))
    finally:
        connection.creation.destroy_test_db(connection.settings_dict["NAME"], verbosity=0)


def _measured(kind, rows, large):
    from faces.exchange.runs import import_file  # noqa: PLC0415 - the same
    from foundation.accounts.enums import Role  # noqa: PLC0415
    from foundation.taxonomy.enums import TreeKind  # noqa: PLC0415
    from foundation.taxonomy.services import NodeDraft, add_nodes  # noqa: PLC0415
    from tests.factories.foundation import BureauFactory, UserFactory  # noqa: PLC0415

    bureau = BureauFactory(is_demo=True)
    clerk = UserFactory(bureau=bureau, role=Role.CLERK)
    tree = [NodeDraft("A", "甲"), NodeDraft("A01", "乙", "A"), NodeDraft("A0101", "丙", "A01")]
    add_nodes(bureau=bureau, tree=TreeKind.SPECIALTY, drafts=tree, by=clerk, on=DAY)
    noun = {experts: "experts", staff: "firms"}[kind]

    def bring(content):
        before, busy = time.perf_counter(), time.process_time()
        run = import_file(bureau=bureau, noun=noun, name="a.xlsx", content=content, by=clerk, on=DAY)
        return time.perf_counter() - before, time.process_time() - busy, run.rows

    bring(book(kind, 0, 1))  # and what is loaded only once
    single = sum(bring(book(kind, rows + n, rows + n + 1))[0] for n in range(SAMPLE)) / SAMPLE
    seconds, busy, read = bring(large)
    return seconds, busy, read, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024, single * rows


def main():
    """Print one line per roster."""
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else ROWS
    print(f"{'roster':12}{'rows':>8}{'seconds':>9}{'CPU':>7}{'MB':>6}{'one by one':>12}")
    for kind in (experts, staff):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "roster.xlsx"
            fresh = multiprocessing.get_context("spawn")
            writing = fresh.Process(target=write_book, args=(kind, rows, path))
            writing.start()
            writing.join()
            receiving, sending = fresh.Pipe(duplex=False)
            process = fresh.Process(target=measured, args=(kind, rows, path, sending))
            process.start()
            sending.close()
            seconds, busy, read, memory, single = receiving.recv()
            process.join()
        print(f"{kind.__name__:12}{read:8}{seconds:9.1f}{busy:7.1f}{memory:6}{single:10.0f} s", flush=True)


if __name__ == "__main__":
    main()
