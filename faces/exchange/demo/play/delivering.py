"""Steps from the letter to the accepted report."""

from datetime import date
from typing import Final

from assignments.enums import Executor, TaskAction
from assignments.models import EvaluationTask
from assignments.services.tasks import move_task, stop_task
from delivery.enums import SignatureWay, VersionKind
from delivery.models import Commission, ReportVersion
from delivery.selectors import commission_of, latest_version
from delivery.services.acceptance import accept_report, sign_off
from delivery.services.comments import answer_comment, comment
from delivery.services.commissions import accept_commission, commission, send_letter
from delivery.services.instalments import plan_by_percent
from delivery.services.versions import (
    ask_comments,
    keep_earlier_report,
    notify_unit,
    return_version,
    start_fieldwork,
    submit_version,
)
from faces.documents.evaluation_report import ReportFacts
from faces.documents.letters import commission_letter
from faces.exchange.demo.play import papers
from faces.exchange.demo.play.stage import Stage, StoryRefused, moment
from foundation.accounts.models import User
from foundation.workdays.selectors import add_workdays

DUE: Final = {2020: date(2020, 9, 30)}
SHORTEST_WORKDAYS: Final = 40
OWN_DRAFT: Final = papers.Told(8640, "良", "")
COMMENT: Final = "报告第12页引用的支付进度截至2020年6月，请更新为2019年决算数。"
REPLY: Final = "已按2019年决算数更新。"


class Delivering:
    """The steps between choice and acceptance."""

    def __init__(self, stage: Stage, reports: dict[tuple[str, str], papers.Told]) -> None:
        """Know the stage, and what each report says by task and version."""
        self.stage, self.reports = stage, reports
        self.fees: dict[str, int] = {}

    def draft_letter(self, title: str, on: date) -> None:
        """Draft the letter; from here it waits for its approval."""
        task = self.stage.task(title)
        firm = self.stage.firm_of(task)
        commission(
            task=task,
            lead_evaluator=self.stage.lead_of(firm, task.pk),
            fee_cents=self.fees[title],
            due_on=max(DUE[task.work_year], add_workdays(on, SHORTEST_WORKDAYS)),
            by=self.stage.users["clerk"],
            on=on,
        )

    def agree_letter(self, title: str, on: date) -> None:
        """Let the letter be agreed in its steps."""
        self.stage.agree_all(self.stage.waiting("LETTER", self._commission(title)), on=on)

    def send_letter(self, title: str, on: date) -> None:
        """Send the letter."""
        row = self._commission(title)
        send_letter(commission=row, content=commission_letter(row, on=on), by=self.stage.users["clerk"], on=on)
        self.stage.firm_user(row.firm, on=on)

    def accept_letter(self, title: str, on: date) -> None:
        """Let the firm accept, and plan its instalments."""
        row = self._commission(title)
        number = f"LCJX-2020-{row.pk:03d}（演示）"
        row = accept_commission(commission=row, by=self.stage.firm_user(row.firm, on=on), on=on, contract_number=number)
        plan_by_percent(commission=row, percents=[30, 40, 30], by=self.stage.users["clerk"], on=on)

    def work_plan(self, title: str, on: date) -> None:
        """Hand in the work plan."""
        task, row = self.stage.task(title), self._commission(title)
        content = papers.work_plan(task, firm=row.firm_name, lead=_lead(row))
        self._submit(task, VersionKind.WORK_PLAN, f"{task.title}工作方案.docx", content, on=on)

    def return_plan(self, title: str, on: date, words: str) -> None:
        """Return the work plan."""
        self._return(title, VersionKind.WORK_PLAN, words, on=on)

    def return_report(self, title: str, on: date, words: str) -> None:
        """Return the version for review."""
        self._return(title, VersionKind.SUBMITTED, words, on=on)

    def notify_unit(self, title: str, on: date) -> None:
        """Tell the unit that the evaluation comes."""
        task = self.stage.task(title)
        self.stage.unit_user(task.unit, on=on)
        notify_unit(task=task, by=self.stage.users["clerk"], on=on)

    def start(self, title: str, on: date) -> None:
        """Begin the fieldwork."""
        task = self.stage.task(title)
        start_fieldwork(task=task, by=self._author(task, on), on=on)

    def draft(self, title: str, on: date) -> None:
        """Hand in the draft."""
        self._report(title, VersionKind.DRAFT, "初稿", on=on)

    def ask_comments(self, title: str, on: date) -> None:
        """Put the draft before the unit."""
        ask_comments(task=self.stage.task(title), by=self.stage.users["clerk"], on=on)

    def unit_comment(self, title: str, on: date) -> None:
        """Let the unit comment, and the firm answer."""
        task = self.stage.task(title)
        version = self._latest(task, VersionKind.DRAFT)
        made = comment(version=version, words=COMMENT, by=self.stage.unit_user(task.unit, on=on), on=on)
        answer_comment(comment=made, is_adopted=True, reply=REPLY, by=self._author(task, on), on=on)

    def submit(self, title: str, on: date) -> None:
        """Hand in the version for review."""
        self._report(title, VersionKind.SUBMITTED, "送审稿", on=on)

    def final(self, title: str, on: date) -> None:
        """Hand in the final report; the lead evaluator signs its very bytes."""
        version = self._report(title, VersionKind.FINAL, "定稿", on=on)
        row = version.commission
        if row is None or row.lead_evaluator is None:
            return
        sign_off(
            version=version,
            lead_evaluator=row.lead_evaluator,
            sha256=version.sha256,
            way=SignatureWay.WET_SCAN,
            scan_name="签名页.png",
            scan_content=papers.signature(_lead(row)),
            by=self.stage.firm_user(row.firm, on=on),
            at=moment(on, 16),
        )

    def accept(self, title: str, on: date) -> None:
        """Accept the final report."""
        accept_report(task=self.stage.task(title), by=self.stage.users["clerk"], on=on, words="资料齐全，同意验收。")

    def archive(self, title: str, on: date) -> None:
        """File the task."""
        move_task(task=self.stage.task(title), action=TaskAction.ARCHIVE, by=self.stage.users["clerk"], on=on)

    def stop(self, title: str, on: date, words: str) -> None:
        """Stop the task."""
        stop_task(task=self.stage.task(title), reason=words, by=self.stage.users["clerk"], on=on)

    def _report(self, title: str, kind: VersionKind, word: str, *, on: date) -> ReportVersion:
        task = self.stage.task(title)
        row = commission_of(task)
        told = self.reports.get((title, word))
        author = row.firm_name if row else task.unit.organisation.name
        if task.executor == Executor.BUREAU:
            author = task.bureau.name
        lead = _lead(row) if row else "评价工作组"
        spoken = told or self.reports.get((title, "定稿")) or OWN_DRAFT
        facts = papers.report_facts(task, spoken, firm=author, lead=lead, version=word, dated=on)
        if spoken.fault == "沿用上年段落":
            self._keep_last_year(task, facts)
        if told is None:  # what the story does not name is a short Word file
            return self._submit(task, kind, f"{task.title}（{word}）.docx", papers.word_report(facts), on=on)
        return self._submit(task, kind, f"{task.title}报告（{word}）.pdf", papers.report(facts), on=on)

    def _keep_last_year(self, task: EvaluationTask, facts: ReportFacts) -> None:
        keep_earlier_report(
            bureau=task.bureau,
            unit=task.unit,
            title=f"{facts.project}绩效评价报告",
            budget_year=papers.LAST_YEAR,
            name=f"{facts.project}{papers.LAST_YEAR}年度绩效评价报告.pdf",
            content=papers.last_years_report(facts),
            by=self.stage.users["clerk"],
        )

    def _submit(self, task: EvaluationTask, kind: VersionKind, name: str, content: bytes, *, on: date) -> ReportVersion:
        row = commission_of(task)
        return submit_version(
            task=task,
            kind=kind,
            name=name,
            content=content,
            by=self._author(task, on),
            at=moment(on, 15, 20),
            internally_reviewed_by=self.stage.lead_of(row.firm, task.pk + 1).person.name if row else "",
        )

    def _return(self, title: str, kind: VersionKind, words: str, *, on: date) -> None:
        version = self._latest(self.stage.task(title), kind)
        return_version(version=version, words=words, by=self.stage.users["clerk"], on=on)

    def _author(self, task: EvaluationTask, on: date) -> User:
        if task.executor == Executor.FIRM:
            return self.stage.firm_user(self.stage.firm_of(task), on=on)
        if task.executor == Executor.UNIT:
            return self.stage.unit_user(task.unit, on=on)
        return self.stage.users["clerk2"]

    def _commission(self, title: str) -> Commission:
        row = commission_of(self.stage.task(title))
        if row is None:
            raise StoryRefused(f"nothing is commissioned for {title}")
        return row

    def _latest(self, task: EvaluationTask, kind: VersionKind) -> ReportVersion:
        version = latest_version(task, kind)
        if version is None:
            raise StoryRefused(f"{task.title} has no version {kind}")
        return version


def _lead(row: Commission) -> str:
    return row.lead_evaluator.person.name if row.lead_evaluator else ""
