"""From a commission's rows to its letter: what the paper prints, in Chinese whatever the reader's language."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from django.conf import settings
from django.urls import reverse
from django.utils import translation

from assignments.enums import Origin
from assignments.models import Assignment, EvaluationTask
from delivery.models import Commission
from delivery.rules import draft_due
from evaluators.models import LeadEvaluator
from faces.documents.commission_letter import CommissionLetter, RubricLine, build
from foundation.rulesets.selectors import Rules, rules_for
from rubrics.models import RubricVersion

CHINESE: Final = "zh-hans"
BUDGET_LAW: Final = "《中华人民共和国预算法》"
EVALUATION_MEASURE: Final = "《项目支出绩效评价管理办法》（财预〔2020〕10号）"
FIRM_MEASURE: Final = "《关于委托第三方机构参与预算绩效管理的指导意见》（财预〔2021〕6号）"
FIRM_MEASURE_SINCE: Final = date(2021, 1, 28)
TEAM_SIZE: Final = 5
GRADES: Final = ("优秀", "良好", "合格", "不合格")
NOT_YET_NUMBERED: Final = "委托〔    〕  号（预览）"
UNKNOWN: Final = "另行告知"


@dataclass(frozen=True, slots=True)
class Terms:
    """What the clerk decides: who leads, for how much (分), until when."""

    lead_evaluator: LeadEvaluator
    fee_cents: int
    due_on: date


def commission_letter(commission: Commission, *, on: date) -> bytes:
    """Return the letter of a commission as PDF, dated ``on``."""
    lead = commission.lead_evaluator
    assert lead is not None  # noqa: S101 - a letter is drafted with its lead evaluator
    terms = Terms(lead, commission.fee_cents, commission.due_on)
    paper = commission.letter
    number = paper.letter_number or f"委托〔{paper.year}〕{paper.number}号" if paper else NOT_YET_NUMBERED
    return _letter(
        commission.task, commission.assignment, terms, rubric=commission.rubric_version, number=number, on=on
    )


def preview_letter(
    task: EvaluationTask, assignment: Assignment, terms: Terms, *, rubric: RubricVersion, on: date
) -> bytes:
    """Return what the letter would look like, without a number."""
    return _letter(task, assignment, terms, rubric=rubric, number=NOT_YET_NUMBERED, on=on)


def _letter(
    task: EvaluationTask, assignment: Assignment, terms: Terms, *, rubric: RubricVersion, number: str, on: date
) -> bytes:
    rules = rules_for(bureau=task.bureau, on=on)
    firm = assignment.firm
    assert firm is not None  # noqa: S101 - an assignment of a task has its firm
    project = task.project
    unit = task.unit
    with translation.override(CHINESE):
        letter = CommissionLetter(
            bureau=task.bureau.name,
            number=number,
            addressee=firm.organisation.name,
            addressee_code=firm.organisation.uscc or "无",
            project=project.name if project else task.title,
            project_code=project.code if project else "无",
            unit=unit.organisation.name,
            supervising_unit=(unit.superior or unit).organisation.name,
            task_kind=task.get_kind_display(),
            budget_year=task.budget_year,
            budget_kinds=_budgets(task),
            project_amount_cents=task.amount_cents,
            fee_cents=terms.fee_cents,
            route=_route(task, assignment),
            lead_evaluator=terms.lead_evaluator.person.name,
            lead_certificate=terms.lead_evaluator.certificate_number or terms.lead_evaluator.title,
            team_size=TEAM_SIZE,
            draft_due_on=draft_due(sent_on=on, due_on=terms.due_on),
            final_due_on=terms.due_on,
            rule_set=rules.rule_set.name if rules.rule_set else "系统默认规则",
            basis=_basis(on),
            rubric_name=rubric.rubric.name,
            rubric_version=f"第 {rubric.number} 版",
            rubric=[
                RubricLine(item.name, _points(item.weight_hundredths), str(item.get_scorer_display()), item.guide)
                for item in rubric.items.order_by("position")
            ],
            vetoes=[veto.name for veto in rubric.vetoes.order_by("pk")],
            bands=_bands(rules),
            signed_on=on,
            contact=task.clerk.name,
            telephone=UNKNOWN,
            copies=(unit.organisation.name,),
            address=f"{settings.GONGPING_PUBLIC_URL}{reverse('pages:firm-task', args=[task.number])}",
        )
        return build(letter)


def _budgets(task: EvaluationTask) -> list[str]:
    kinds = [row.get_kind_display() for row in task.project.budgets.order_by("pk")] if task.project else []
    return [str(kind) for kind in kinds] or ["财政资金"]


def _basis(on: date) -> list[str]:
    texts = [BUDGET_LAW, EVALUATION_MEASURE]
    return [*texts, FIRM_MEASURE] if on >= FIRM_MEASURE_SINCE else texts


def _route(task: EvaluationTask, assignment: Assignment) -> str:
    if assignment.draw is not None:
        return f"随机抽取（{assignment.draw.number}）"
    if assignment.origin == Origin.PROCUREMENT and hasattr(task, "award"):
        return f"政府采购（{task.award.notice_number}）"
    return str(assignment.get_origin_display())


def _points(hundredths: int) -> str:
    return f"{hundredths / 100:g}"


def _bands(rules: Rules) -> list[tuple[str, str]]:
    cuts = [int(cut) for cut in rules.value("report_grade_cuts")]
    best, *middle = cuts
    found = [(GRADES[0], f"{best} 分及以上")]
    above = best
    for word, cut in zip(GRADES[1:], middle, strict=False):
        found.append((word, f"{cut} 至 {above} 分"))
        above = cut
    return [*found, (GRADES[-1], f"{above} 分以下")]
