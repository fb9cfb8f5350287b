"""Import 50,000 rows of each of two rosters: checked and written, with the trace that lets them be taken back.

Run ``python -m bench.imports [ROWS]``. At most 60 s and 500 MB. The baseline is the same rows without batches: the
same import of one row at a time, measured on 40 rows and multiplied. The third and fourth roster raise questions: of
every tenth row a person of the name is known without a number, and of every hundredth firm the code under another
name; ``asked`` is how many questions, ``to ask`` the seconds of the check that finds them, ``seconds`` those of the
import with their answers, a fifth of them that it is the known one. ``again`` imports the file once more.

Each line is a process of its own, so that peak memory is its own. The database is a new one beside the one that
``DATABASE_URL`` names.
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
    return [sheet(LAYOUT, firms if start < 2 else ()), sheet(STAFF, people)]


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


def measured(kind, rows, path, asks, pipe):
    """Send what a line of the table says, in a new database."""
    set_up()
    from django.db import connection  # noqa: PLC0415

    connection.creation.create_test_db(verbosity=0)
    try:
        pipe.send(_measured(kind, rows, path.read_bytes(), asks=asks))
    finally:
        connection.creation.destroy_test_db(connection.settings_dict["NAME"], verbosity=0)


def _measured(kind, rows, large, *, asks):
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

    def bring(content, answers=None):
        before, busy = time.perf_counter(), time.process_time()
        run = import_file(bureau=bureau, noun=noun, name="a.xlsx", content=content, by=clerk, on=DAY, answers=answers)
        return time.perf_counter() - before, time.process_time() - busy, run.rows

    bring(book(kind, 0, 1))  # and what is loaded only once
    answers, to_ask, single, again = {}, 0.0, 0.0, 0.0
    if asks:
        make_known(bureau, clerk, rows)
        answers, to_ask = asked(bureau, clerk, noun, large)
    else:
        single = sum(bring(book(kind, rows + n, rows + n + 1))[0] for n in range(SAMPLE)) / SAMPLE
    seconds, busy, read = bring(large, answers)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    if asks:
        again = bring(large)[0]
    return seconds, busy, read, memory, single * rows, len(answers), to_ask, again


def make_known(bureau, clerk, rows):
    """Write who and what the questions are about: persons without a number, firms under another name."""
    from parties.models import Organisation  # noqa: PLC0415 - the same
    from parties.services import PersonDraft, register_persons  # noqa: PLC0415

    drafts = [PersonDraft(name(n), phone=f"198{n:08d}") for n in range(1, rows, 50)]  # five rows bear each name
    register_persons(bureau=bureau, drafts=drafts, by=clerk, on=DAY)
    for n in range(100, FIRMS + 1, 100):
        Organisation.objects.filter(bureau=bureau, uscc=uscc(n)).update(name=f"演示旧名{n}公司")


def asked(bureau, clerk, noun, content):
    """Return an answer to each question of the file, and how long it took to find them."""
    from faces.exchange.importing import NOUNS, dry_run  # noqa: PLC0415 - the same
    from faces.exchange.runs import setting_of  # noqa: PLC0415

    before = time.perf_counter()
    setting = setting_of(bureau=bureau, noun=noun, by=clerk, on=DAY)
    report = dry_run(noun=NOUNS[noun], content=content, name="a.xlsx", setting=setting)
    seconds = time.perf_counter() - before
    last = {one.choices[0].value: one.id for one in report.questions if one.kind == "person"}
    meant = set(last.values())  # of the rows that bear a name the last one is the known person
    answers = {
        one.id: one.choices[0].value if one.kind != "person" or one.id in meant else "new" for one in report.questions
    }
    return answers, seconds


def main():
    """Print one line per roster."""
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else ROWS
    heads = f"{'one by one':>12}{'asked':>8}{'to ask':>8}{'again':>7}"
    print(f"{'roster':12}{'rows':>8}{'seconds':>9}{'CPU':>7}{'MB':>6}{heads}")
    for kind, asks in ((experts, False), (staff, False), (experts, True), (staff, True)):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "roster.xlsx"
            fresh = multiprocessing.get_context("spawn")
            writing = fresh.Process(target=write_book, args=(kind, rows, path))
            writing.start()
            writing.join()
            receiving, sending = fresh.Pipe(duplex=False)
            process = fresh.Process(target=measured, args=(kind, rows, path, asks, sending))
            process.start()
            sending.close()
            seconds, busy, read, memory, single, count, to_ask, again = receiving.recv()
            process.join()
        line = f"{kind.__name__:12}{read:8}{seconds:9.1f}{busy:7.1f}{memory:6}"
        tail = f"{'':12}{count:8}{to_ask:8.1f}{again:7.1f}" if asks else f"{single:10.0f} s"
        print(line + tail, flush=True)


if __name__ == "__main__":
    main()
