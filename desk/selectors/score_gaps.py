"""What a unit gave itself beside what the evaluation found: shown, never levelled (edge case 15)."""

from dataclasses import dataclass
from fractions import Fraction

from assignments.enums import TaskKind, TaskStatus
from assignments.models import EvaluationTask
from delivery.enums import VersionKind, VersionStatus
from delivery.models import Commission, ReportVersion
from foundation.bureaus.models import Bureau
from projects.models import SelfEvaluation
from reviews.models import ProjectResult

REPORTS = (VersionKind.DRAFT, VersionKind.SUBMITTED, VersionKind.FINAL)


@dataclass(frozen=True, slots=True)
class ScoreGap:
    """A project's own score and the one of its evaluation, both of one budget year, in exact points.

    ``is_confirmed``: the section confirmed it; else it is the sum of the newest report's table. ``firm_name`` is empty
    where the bureau or the unit carries the task out.
    """

    task: EvaluationTask
    own: Fraction
    found: Fraction
    is_confirmed: bool
    firm_name: str

    @property
    def gap(self) -> Fraction:
        """How much more the unit gave itself; negative where it gave itself less."""
        return self.own - self.found


def score_gaps(bureau: Bureau, work_year: int) -> list[ScoreGap]:
    """Return the evaluations of a work year whose project evaluated itself for the same budget year, widest gap first.

    A task without a score yet is no gap. Five queries, whatever their number.
    """
    rows = EvaluationTask.objects.filter(bureau=bureau, work_year=work_year, project__isnull=False)
    rows = rows.exclude(kind=TaskKind.EX_ANTE).exclude(status=TaskStatus.STOPPED)
    tasks = list(rows.select_related("project", "unit__organisation").order_by("pk"))
    own = SelfEvaluation.objects.filter(project_id__in={task.project_id for task in tasks})
    selves = {(row.project_id, row.budget_year): Fraction(row.score_hundredths, 100) for row in own}
    results = ProjectResult.objects.filter(task__in=tasks).values_list("task_id", "score")
    confirmed = {task_id: Fraction(score) for task_id, score in results}
    versions = ReportVersion.objects.filter(task__in=tasks, kind__in=REPORTS).exclude(project_score_text="")
    versions = versions.exclude(status=VersionStatus.RETURNED).order_by("number")
    delivered = {
        task_id: Fraction(text) for task_id, text in versions.values_list("task_id", "project_score_text")
    }  # the newest stands last
    running = Commission.objects.filter(task__in=tasks, ended_on__isnull=True)
    firms = dict(running.values_list("task_id", "firm_name"))
    lines = []
    for task in tasks:
        self_score = selves.get((task.project_id or 0, task.budget_year))
        score = confirmed.get(task.pk, delivered.get(task.pk))
        if self_score is not None and score is not None:
            lines.append(ScoreGap(task, self_score, score, task.pk in confirmed, firms.get(task.pk, "")))
    return sorted(lines, key=lambda line: (-abs(line.gap), line.task.pk))
