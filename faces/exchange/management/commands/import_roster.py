"""Import a roster from the command line: as on the page, with the same checks and the same list of imports."""

import json
from argparse import ArgumentParser
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from faces.exchange.answers import answered_by
from faces.exchange.faults import Ended, ImportRefused, Report, Why, open_words
from faces.exchange.importing import NOUNS, dry_run
from faces.exchange.runs import import_file, setting_of
from foundation.accounts.enums import Capability
from foundation.accounts.models import User
from foundation.accounts.permissions import may
from foundation.bureaus.models import Bureau
from foundation.core import clock
from foundation.core.errors import DomainError

UNUSABLE = 2  # exit code for an account or a file that is not there


class Command(BaseCommand):
    """``manage.py import_roster KIND FILE``: exit 0 written, 1 with faults and nothing written."""

    help = "Import a roster. Exit 0: all rows are written. Exit 1: every fault is listed and nothing is written."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take what the file brings, the file, and in whose name it comes."""
        parser.add_argument("kind", choices=sorted(NOUNS))
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--by", default="", help="the account in whose name it comes; may be left out if only one may"
        )
        parser.add_argument("--dry-run", action="store_true", help="check and write nothing")
        parser.add_argument(
            "--answers",
            type=Path,
            help="a JSON object: for each question of --format json its id, and the choice taken",
        )
        parser.add_argument("--format", choices=("text", "json"), default="text")

    def handle(self, *_args: Any, **options: Any) -> None:  # noqa: ANN401 - as in Django
        """Check, import, and say what was found."""
        answers = _answers(options["answers"])
        account = _account(options["by"])
        plain = _plain(account, options["kind"], options["file"], answers, is_dry=options["dry_run"])
        still_open = [one for one in plain["questions"] if not one["answer"]]
        if options["format"] == "json":
            written = not options["dry_run"] and not plain["faults"] and not still_open
            self.stdout.write(json.dumps(plain | {"written": written}, ensure_ascii=False, indent=1))
        else:
            self.stdout.write("\n".join(_lines(plain)))
        if plain["faults"]:
            words = _("%(n)d faults; nothing was written.") % {"n": len(plain["faults"])}
            raise CommandError(words, returncode=1)
        if still_open:
            raise CommandError(open_words(still_open), returncode=1)


def _account(username: str) -> User:
    found = User.objects.select_related("bureau").filter(bureau__isnull=False)
    able = [one for one in (found.filter(username=username) if username else found) if may(one, Capability.IMPORT)]
    if len(able) != 1:
        names = "、".join(one.username for one in able)
        words = _("Name with --by one account that may import: %(names)s") % {"names": names}
        raise CommandError(words, returncode=UNUSABLE)
    return able[0]


def _bureau(by: User) -> Bureau:
    if by.bureau is None:
        raise CommandError(_("The account belongs to no bureau."), returncode=UNUSABLE)
    return by.bureau


def _answers(path: Path | None) -> dict[str, str]:
    """Return the answers of a file; what is no object of words is refused."""
    if path is None:
        return {}
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise CommandError(_("The file cannot be read: %(file)s") % {"file": path}, returncode=UNUSABLE) from error
    if not isinstance(found, dict) or not all(isinstance(choice, str) for choice in found.values()):
        words = _("The answers must be one JSON object: a question’s id, and the choice taken.")
        raise CommandError(words, returncode=UNUSABLE)
    return found


def _plain(by: User, kind: str, path: Path, answers: Mapping[str, str], *, is_dry: bool) -> dict[str, Any]:
    """Return the report of the file as plain values; a file that is no spreadsheet is one fault."""
    on = clock.today()
    try:
        content = path.read_bytes()
    except OSError as error:
        raise CommandError(_("The file cannot be read: %(file)s") % {"file": path}, returncode=UNUSABLE) from error
    report = Report()
    try:
        if is_dry:
            setting = setting_of(bureau=_bureau(by), noun=kind, by=by, on=on)
            setting.questions = answered_by(setting.questions, answers)
            report = dry_run(noun=NOUNS[kind], content=content, name=path.name, setting=setting)
        else:
            run = import_file(
                bureau=_bureau(by), noun=kind, name=path.name, content=content, by=by, on=on,
                answers=answers,
            )  # fmt: skip
            return dict(run.report)
    except ImportRefused as refused:
        report = refused.report
    except DomainError as error:
        report.refuse(error.refusal.message, error.refusal.code)
    return report.plain()


def _lines(plain: dict[str, Any]) -> Iterator[str]:
    for fault in plain["faults"]:
        place = f"{fault['sheet']}!{fault['column']}{fault['row'] or ''}"
        yield f"{place} {fault['heading']} “{fault['text']}” {fault['message']}"
    for one in plain["questions"]:
        place = f"{one['sheet']}!{one['column']}{one['row'] or ''}"
        yield f"{place} {one['heading']} “{one['text']}” {one['message']} [{one['id']}]"
        for value, label in one["choices"]:
            yield f"    {'→' if value == one['answer'] else ' '} {value}: {label}"
    for sheet, row, text, why in plain["skipped"]:
        yield f"{sheet}!{row} {Why(why).label} {text}".rstrip()
    for sheet, of, heading, before, after in plain["changes"]:
        yield f"{sheet} {of} {heading}: {before} → {after}"
    for sheet, row, of, what, ended_on in plain["kept"]:
        facts = {"what": Ended(what).label, "day": ended_on}
        yield f"{sheet}!{row} {of} " + _("%(what)s: ended on %(day)s, stays so") % facts
    for sheet, count in plain["read"].items():
        new, known = plain["created"].get(sheet, 0), plain["updated"].get(sheet, 0)
        facts = {"sheet": sheet, "read": count, "new": new, "known": known}
        yield _("%(sheet)s: %(read)d rows read, %(new)d new, %(known)d brought up to date") % facts
