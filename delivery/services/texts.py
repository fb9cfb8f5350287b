"""Reading the words of a stored report once, and checking them."""

import io
import zipfile
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Final

from django.db.models import Q
from django.utils.translation import gettext as _
from docx import Document
from docx.opc.exceptions import PackageNotFoundError
from docx.table import Table
from docx.text.paragraph import Paragraph

from assignments.models import EvaluationTask
from delivery import outline
from delivery.enums import CheckCode, VersionKind, VersionStatus
from delivery.models import Commission, EarlierReport, ExtractedText, ReportVersion
from delivery.rules import COPIED_SENTENCES, unit_names
from delivery.similarity import SENTENCE_ENDS, copied_passages
from foundation.core.errors import DomainError, Refusal
from foundation.files.models import StoredFile
from foundation.files.rules import extension_of
from foundation.files.services import page_texts
from foundation.rulesets.selectors import Rules, rules_for, rules_of
from parties.models import BudgetUnit

GRADES: Final = ("优", "良", "中", "差")
REPORTS: Final = frozenset({VersionKind.DRAFT, VersionKind.COMMENTS, VersionKind.SUBMITTED, VersionKind.FINAL})
MOST_COMPARED: Final = 60
MOST_PAGES: Final = 2_000
SHORTEST_NAME: Final = 4
BUREAU_WORD: Final = "财政局"


class TextRefused(DomainError):  # noqa: N818 - reads as a sentence
    """The words of the file cannot be read."""


def pages_of(*, name: str, content: bytes) -> list[str]:
    """Return the text of each page of a PDF; a Word file is one page. Raise ``FileRefused`` or ``TextRefused``."""
    if extension_of(name) == "docx":
        return [_docx_text(content)]
    return page_texts(content)[:MOST_PAGES]


def pages_of_file(file: StoredFile) -> list[str]:
    """Return the text of a stored report, read at most once."""
    kept = ExtractedText.objects.filter(file=file).first()
    if kept is None:
        with file.content.open("rb") as opened:
            pages = pages_of(name=file.original_name, content=opened.read())
        kept, _made = ExtractedText.objects.get_or_create(file=file, defaults={"pages": pages})
    return list(kept.pages)


def findings_of(
    *, task: EvaluationTask, commission: Commission | None, kind: VersionKind, pages: Sequence[str]
) -> list[outline.Finding]:
    """Return everything that the checks find in a report for ``task``, in the order of its pages."""
    text = outline.ReportText(pages)
    if not text.flat:
        return [outline.Finding(CheckCode.NO_TEXT, 1, "", "")]
    if kind not in REPORTS:
        return []
    rules = rules_of(task.rule_set) if task.rule_set else rules_for(bureau=task.bureau, on=_day_of(task))
    lead = commission.lead_evaluator.person.name if commission and commission.lead_evaluator else ""
    found = outline.findings(
        text,
        grade_cuts=grade_cuts(rules),
        lead_evaluator=lead,
        own_names=_own_names(task, commission),
        other_units=_other_units(task),
    )
    found += _copied(text, task, commission, least=rules.value("copied_characters"))
    return sorted(found, key=lambda finding: finding.page)


def same_files(*, task: EvaluationTask, sha256: str) -> list[outline.Finding]:
    """Return a finding for each earlier report or version of the bureau with these very bytes."""
    found = [
        outline.Finding(CheckCode.SAME_FILE, 1, f"{row.task.number} {row.task.title}"[:60], f"v{row.number}")
        for row in ReportVersion.objects.filter(task__bureau=task.bureau, sha256=sha256)
        .select_related("task")
        .order_by("pk")[:3]
    ]
    earlier = EarlierReport.objects.filter(bureau=task.bureau, file__sha256=sha256).order_by("pk")[:3]
    return found + [outline.Finding(CheckCode.SAME_FILE, 1, row.title[:60], str(row.budget_year)) for row in earlier]


def grade_cuts(rules: Rules) -> list[tuple[str, Decimal]]:
    """Return the project grades with their lowest scores, best first. Rule R-04."""
    cuts = [Decimal(str(cut)) for cut in rules.value("project_grade_cuts")]
    return list(zip(GRADES, [*cuts, Decimal(0)], strict=True))


def score_text(pages: Sequence[str]) -> str:
    """Return the exact sum of the report's score table with two decimals; empty where it has none."""
    table = outline.score_table(outline.ReportText(pages))
    return f"{table.scores:.2f}" if table else ""


def _copied(
    text: outline.ReportText, task: EvaluationTask, commission: Commission | None, *, least: int
) -> list[outline.Finding]:
    found = []
    for title, file in _earlier(task, commission):
        old = outline.ReportText(pages_of_file(file))
        runs = copied_passages(text.flat, old.flat, least=least, sentences=COPIED_SENTENCES)
        for run in sorted(runs, key=lambda run: -run.length)[:1]:
            start = _sentence_start(text.flat, run.start, run.stop)
            excerpt = text.flat[start : start + outline.EXCERPT]
            page = old.page_at(run.old_start + (start - run.start))
            found.append(
                outline.Finding(CheckCode.COPIED_PASSAGE, text.page_at(start), excerpt, f"《{title}》第 {page} 页")
            )
    return found


def _sentence_start(flat: str, start: int, stop: int) -> int:
    """Return where the first whole sentence of a copied run begins."""
    if start == 0 or flat[start - 1] in SENTENCE_ENDS:
        return start
    return flat.find("。", start, stop) + 1


def _earlier(task: EvaluationTask, commission: Commission | None) -> Iterable[tuple[str, StoredFile]]:
    """Give earlier reports worth comparing: of the unit, of the firm, of this project; the newest of each task."""
    kept = EarlierReport.objects.filter(Q(unit=task.unit) | Q(unit__isnull=True), bureau=task.bureau)
    for earlier in kept.select_related("file").order_by("-budget_year", "-pk")[:MOST_COMPARED]:
        yield f"{earlier.title}（{earlier.budget_year}）", earlier.file
    near = Q(task__unit=task.unit)
    if task.project_id:
        near |= Q(task__project=task.project_id)
    if commission:
        near |= Q(commission__firm=commission.firm_id)
    rows = ReportVersion.objects.filter(near, task__bureau=task.bureau, kind__in=REPORTS).exclude(task=task)
    rows = rows.exclude(status=VersionStatus.RETURNED).select_related("task", "file").order_by("-task_id", "-number")
    seen: set[int] = set()
    for version in rows[: MOST_COMPARED * len(REPORTS)]:
        if version.task_id not in seen and len(seen) < MOST_COMPARED:
            seen.add(version.task_id)
            yield f"{version.task.title}（{version.task.budget_year}）", version.file


def _own_names(task: EvaluationTask, commission: Commission | None) -> list[str]:
    place = task.bureau.name.removesuffix(BUREAU_WORD)
    unit: BudgetUnit | None = task.unit
    names: list[str] = []
    while unit is not None:
        names += unit_names(unit.organisation.name, place)
        unit = unit.superior
    names += [*unit_names(task.bureau.name, place), task.bureau.short_name, task.title]
    if task.project:
        names.append(task.project.name)
    if commission:
        names.append(commission.firm_name)
    return names


def _other_units(task: EvaluationTask) -> list[str]:
    place = task.bureau.name.removesuffix(BUREAU_WORD)
    rows = BudgetUnit.objects.filter(bureau=task.bureau, is_bureau_itself=False).exclude(pk=task.unit_id)
    found = rows.values_list("organisation__name", flat=True)
    return [name for stored in found for name in unit_names(stored, place) if len(name) >= SHORTEST_NAME]


def _day_of(task: EvaluationTask) -> date:
    return task.commissioned_on or task.created_at.date()


def _docx_text(content: bytes) -> str:
    try:
        document = Document(io.BytesIO(content))
    except (PackageNotFoundError, KeyError, ValueError, zipfile.BadZipFile) as error:
        raise TextRefused(
            Refusal("unreadable", _("The file is damaged and cannot be read. Save it again."), {"field": "file"})
        ) from error
    lines: list[str] = []
    for block in document.iter_inner_content():
        if isinstance(block, Paragraph):
            lines.append(block.text)
        elif isinstance(block, Table):
            lines += [" ".join(_cells(row.cells)) for row in block.rows]
    return "\n".join(lines)


def _cells(cells: Iterable[object]) -> list[str]:
    """Return the words of a row, a merged cell once."""
    found: list[str] = []
    last: object = None
    for cell in cells:
        element = getattr(cell, "_tc", None)
        if element is not last:
            found.append(" ".join(str(getattr(cell, "text", "")).split()))
        last = element
    return found
