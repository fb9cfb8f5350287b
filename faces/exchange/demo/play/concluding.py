"""Steps after acceptance: confirmed, fed back, reported, published, used, rectified, paid."""

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Final

from appraisals.services import give_feedback
from assignments.enums import DrawStatus, Executor, ReportTrackAction
from assignments.models import Draw, EvaluationTask
from assignments.selectors.draws import is_over
from assignments.services.draws import open_names
from assignments.services.tasks import move_report_by_hand
from delivery.enums import InstalmentStatus, VersionKind
from delivery.models import Instalment
from delivery.selectors import commission_of, latest_version
from delivery.services.instalments import (
    accept_instalment,
    enter_invoice,
    pay_instalment,
    request_payment,
)
from disclosure.selectors import publishable_certificates
from disclosure.services import ask_publication, publish_certificate, publish_draw, publish_rating
from faces.exchange.demo.play import papers
from faces.exchange.demo.play.script import Script
from faces.exchange.demo.play.stage import Stage, StoryRefused
from foundation.accounts.models import User
from results.models import Rectification
from results.services import ask_rectification, close_rectification, propose, report_rectification
from reviews.services import set_project_result

ADDRESS: Final = "http://www.licheng.example/czj/jxpj/2020/"
DAYS_TO_RECTIFY: Final = 48
USED: Final = "评价结果作为2021年预算安排的依据：核减低效支出，未完成整改的暂缓安排。"
CUT_PERCENT: Final = 5
CLEARED: Final = "保密审查通过，不含涉密内容和个人信息，同意主动公开。"
FEEDBACK: Final = {"既有建筑节能改造项目绩效评价": (70, "报告逾期提交，影响反馈安排。")}


class Concluding:
    """Both tracks, each to where the story takes it."""

    def __init__(self, stage: Stage, script: Script) -> None:
        """Know the stage and the words."""
        self.stage, self.script = stage, script

    def confirm(self, title: str, on: date) -> None:
        """Confirm the report, and the project's own grade as it stands there."""
        task = self._track(title, ReportTrackAction.CONFIRM, on)
        version = latest_version(task, VersionKind.FINAL)
        told = self.script.reports.get((title, "定稿"))
        if version is not None and told is not None:
            score = Fraction(Decimal(told.hundredths)) / 100
            set_project_result(task=task, score=score, version=version, by=self._clerk, on=on)
        if task.executor == Executor.FIRM:
            points, words = FEEDBACK.get(title, (90, ""))
            give_feedback(task=task, points=points, would_commission_again=True, words=words, by=self._clerk, on=on)

    def feed_back(self, title: str, on: date) -> None:
        """Send the findings to the unit and ask it to put them right."""
        task = self._track(title, ReportTrackAction.FEED_BACK, on)
        row = self.script.rectified.get(title)
        if row is not None:
            due_on = max(row["due"], on + timedelta(days=DAYS_TO_RECTIFY))
            ask_rectification(task=task, words=row["asked"], due_on=due_on, by=self._clerk, on=on)

    def report(self, title: str, on: date) -> None:
        """Report to government and congress."""
        self._track(title, ReportTrackAction.REPORT, on)

    def publish(self, title: str, on: date) -> None:
        """Publish the rating and the task's draws, with names where they are over; one without a firm is only noted."""
        task = self.stage.task(title)
        if task.executor != Executor.FIRM:
            self._track(title, ReportTrackAction.PUBLISH, on)
            return
        approval = ask_publication(task=task, by=self._clerk, on=on)
        self.stage.agree_all(approval, on=on, words=CLEARED)
        publish_rating(task=task, by=self._clerk, on=on, outside_address=f"{ADDRESS}{task.pk}.html")
        draws = Draw.objects.filter(task=task) | Draw.objects.filter(re_review__evaluation=task)
        for draw in draws.filter(status=DrawStatus.DRAWN).order_by("pk"):
            if is_over(draw):
                open_names(draw=draw, by=self._clerk, on=on)
            publish_draw(draw=draw, by=self._clerk, on=on)

    def publish_certificates(self, course: str, on: date) -> None:
        """Let the check page answer for every certificate of a course."""
        rows = publishable_certificates(self._clerk).filter(attendance__session__course__title=course)
        for row in rows.select_related("attendance__person", "attendance__session__course__bureau").order_by("pk"):
            publish_certificate(certificate=row, by=self._clerk, on=on)

    def use(self, title: str, on: date) -> None:
        """Propose how the result is used; adopted it is not yet."""
        task = self._track(title, ReportTrackAction.APPLY, on)
        cents = task.amount_cents * CUT_PERCENT // 100 // 1_000_000 * 1_000_000
        row = propose(task=task, words=USED, amount_cents=cents, budget_year=2021, by=self._clerk, on=on)
        self.stage.agree_all(self.stage.waiting("PROPOSAL", row), on=on)

    def report_rectified(self, title: str, on: date) -> None:
        """Let the unit report what it did, where the story knows it."""
        said = self.script.rectified.get(title)
        row = Rectification.objects.filter(task=self.stage.task(title)).first()
        if said is None or row is None or not said["told"]:
            return
        content = papers.rectification_report(row, said["told"], on=on)
        user = self.stage.unit_user(row.task.unit, on=on)
        report_rectification(
            rectification=row, report=said["told"], name="整改报告.docx", content=content, by=user, on=on
        )

    def close(self, title: str, on: date) -> None:
        """Accept what the unit reported and close the track."""
        for row in Rectification.objects.filter(task=self.stage.task(title)).order_by("pk"):
            close_rectification(rectification=row, by=self._clerk, on=on)
        self._track(title, ReportTrackAction.RECTIFY, on)

    def pay(self, title: str, on: date) -> None:
        """Pay every instalment in its steps; the paid tail ends the firm's track."""
        row = commission_of(self.stage.task(title))
        if row is None:
            raise StoryRefused(f"nothing is commissioned for {title}")
        for instalment in row.instalments.filter(status=InstalmentStatus.PLANNED).order_by("position"):
            self._pay(instalment, on)

    def _pay(self, instalment: Instalment, on: date) -> None:
        clerk = self._clerk
        accept_instalment(instalment=instalment, by=clerk, on=on)
        enter_invoice(instalment=instalment, invoice_number=f"3700{instalment.pk:08d}", by=clerk, on=on)
        self.stage.agree_all(self.stage.waiting("PAYMENT", instalment), on=on)
        request_payment(instalment=instalment, request_number=f"ZF2020{instalment.pk:05d}", by=clerk, on=on)
        pay_instalment(instalment=instalment, by=clerk, on=on)

    def _track(self, title: str, action: ReportTrackAction, on: date) -> EvaluationTask:
        return move_report_by_hand(task=self.stage.task(title), action=action, by=self._clerk, on=on)

    @property
    def _clerk(self) -> User:
        return self.stage.users["clerk"]
