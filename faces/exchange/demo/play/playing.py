"""The story from its first step to its last, in the order of the days."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Final

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from assignments.draw import GONGPING_1
from assignments.selectors.tasks import current_assignment
from assignments.services.assignments import accept, declare, notify
from assignments.services.draws import Terms, configure_firm_draw
from faces.exchange.demo.play.choosing import Choosing
from faces.exchange.demo.play.concluding import Concluding
from faces.exchange.demo.play.delivering import Delivering
from faces.exchange.demo.play.drawing import Drawing
from faces.exchange.demo.play.judging import Judging
from faces.exchange.demo.play.panels import Panels
from faces.exchange.demo.play.planning import STEPS, Planning
from faces.exchange.demo.play.registering import SANCTIONS, Registering
from faces.exchange.demo.play.script import Script
from faces.exchange.demo.play.stage import Stage, StoryRefused, moment
from faces.exchange.tables import Record
from foundation.core import clock
from foundation.core.errors import DomainError

DEMO_TASK: Final = "国有企业退休人员社会化管理项目绩效评价"
A_WEEK: Final = timedelta(days=7)
LAST_READ_ON: Final = date(2020, 12, 4)  # what came later is unread when the demonstration opens
Step = Callable[[str, Record], None]


class Playing:
    """One handler per step of the story."""

    def __init__(self, stage: Stage, script: Script) -> None:
        """Know the stage and the script."""
        self.stage, self.script = stage, script
        self.planning = Planning(stage)
        self.registering = Registering(stage)
        self.choosing = Choosing(stage)
        self.delivering = Delivering(stage, script.reports)
        self.panels = Panels(stage, script.guests, DEMO_TASK)
        self.drawing = Drawing(stage)
        self.judging = Judging(stage, script, self.panels)
        self.concluding = Concluding(stage, script)
        self.steps: dict[str, Step] = {
            **self._of_plan(),
            **self._of_register(),
            **self._of_choice(),
            **self._of_delivery(),
            **self._of_panels(),
            **self._of_judging(),
            **self._of_conclusion(),
        }

    def play(self, say: Callable[[str], object]) -> None:
        """Take every step; tell each month. Once a week everybody reads his notices; those of the last days wait."""
        month, read_on = 0, date.min
        for step in self.script.steps:
            if step["day"] - read_on >= A_WEEK and step["day"] <= LAST_READ_ON:
                read_on = step["day"]
                self.stage.read_notices(read_on)
            if step["day"].month != month:
                month = step["day"].month
                say(date_format(step["day"], "YEAR_MONTH_FORMAT"))
            self._take(step)

    def _take(self, step: Record) -> None:
        """Take one step; whatever refuses it is told with the row of the story."""
        place = _("Story, row %(row)s, %(step)s, %(task)s") % {
            "row": step.row,
            "step": step["step"],
            "task": step["task"],
        }
        handler = self.steps.get(step["step"])
        if handler is None:
            raise StoryRefused(_("%(place)s: nobody knows this step.") % {"place": place})
        try:
            with clock.standing_at(moment(step["day"], 16, 30)):
                handler(step["task"], step)
        except (DomainError, KeyError) as error:
            raise StoryRefused(f"{place}: {error}") from error

    def _of_plan(self) -> dict[str, Step]:
        do = self.planning
        moves: dict[str, Step] = dict.fromkeys(STEPS, lambda _t, s: do.move(s["step"], s["day"], words=s["words"]))
        return moves | {
            "呈批计划": lambda _t, s: do.submit(s["day"]),
            "审批计划": lambda _t, s: do.agree(s["day"], words=s["words"]),
            "印发计划": lambda _t, s: do.issue(s["day"], number=s["number"]),
        }

    def _of_register(self) -> dict[str, Step]:
        do = self.registering
        sanctions: dict[str, Step] = dict.fromkeys(
            SANCTIONS,
            lambda _t, s: do.sanction(s["step"], s["day"], number=s["whom"], months=s["number"], words=s["words"]),
        )
        return sanctions | {
            "登记关系": lambda _t, s: do.relate(s["day"], number=s["whom"], unit=s["number"], words=s["words"]),
            "登记扣分": lambda _t, s: do.deduct(s["day"], number=s["whom"], words=s["words"]),
        }

    def _of_choice(self) -> dict[str, Step]:
        choosing = self.choosing
        return {
            "选定方式": self._route,
            "抽取机构": self._draw_firm,
            "比选机构": lambda t, s: choosing.compare(t, s["day"], numbers=s["whom"], fee_cents=s["amount"]),
            "直接委托": lambda t, s: choosing.appoint(t, s["day"], number=s["whom"], reason=s["words"]),
            "中标": lambda t, s: choosing.award(
                t, s["day"], number=s["whom"], notice=s["number"], fee_cents=s["amount"]
            ),
            "确认回避": self._confirm_recusal,
        }

    def _of_delivery(self) -> dict[str, Step]:
        do = self.delivering
        return {
            "呈批委托书": lambda t, s: do.draft_letter(t, s["day"]),
            "审批委托书": lambda t, s: do.agree_letter(t, s["day"]),
            "发出委托书": lambda t, s: do.send_letter(t, s["day"]),
            "接受委托": lambda t, s: do.accept_letter(t, s["day"]),
            "提交工作方案": lambda t, s: do.work_plan(t, s["day"]),
            "退回工作方案": lambda t, s: do.return_plan(t, s["day"], s["words"]),
            "进点通知": lambda t, s: do.notify_unit(t, s["day"]),
            "实施": lambda t, s: do.start(t, s["day"]),
            "提交初稿": lambda t, s: do.draft(t, s["day"]),
            "征求意见": lambda t, s: do.ask_comments(t, s["day"]),
            "单位意见": lambda t, s: do.unit_comment(t, s["day"]),
            "提交送审稿": lambda t, s: do.submit(t, s["day"]),
            "退回修改": lambda t, s: do.return_report(t, s["day"], s["words"]),
            "提交定稿": lambda t, s: do.final(t, s["day"]),
            "验收": lambda t, s: do.accept(t, s["day"]),
            "归档": lambda t, s: do.archive(t, s["day"]),
            "中止任务": lambda t, s: do.stop(t, s["day"], s["words"]),
        }

    def _of_panels(self) -> dict[str, Step]:
        panels = self.panels
        return {
            "组织评审": lambda t, s: panels.open(t, s["day"]),
            "抽取专家": lambda t, s: panels.draw(t, s["day"], seats=s["whom"]),
            "邀请专家": lambda t, s: panels.invite(t, s["day"]),
            "通知专家": lambda t, s: panels.call(t, s["day"]),
            "专家谢绝": lambda t, s: panels.decline(t, s["day"], seat=int(s["whom"]), word=s["words"]),
            "专家回避": lambda t, s: panels.recuse(t, s["day"], seat=int(s["whom"]), words=s["words"]),
            "递补专家": lambda t, s: panels.replace(t, s["day"], seat=int(s["whom"])),
            "专家声明": lambda t, s: panels.declare(t, s["day"]),
        }

    def _of_judging(self) -> dict[str, Step]:
        do = self.judging
        return {
            "专家评审": lambda t, s: do.review(t, s["day"]),
            "专家组意见": lambda t, s: do.panel_opinion(t, s["day"]),
            "科室评分": lambda t, s: do.section(t, s["day"]),
            "计算评级": lambda t, s: do.compute(t, s["day"]),
            "呈批评级": lambda t, s: do.confirm(t, s["day"]),
            "审批评级": lambda t, s: do.agree(t, s["day"]),
            "告知评级": lambda t, s: do.tell(t, s["day"]),
            "申诉": lambda t, s: do.appeal(t, s["day"], word=s["whom"], words=s["words"]),
            "裁定申诉": lambda t, s: do.decide(t, s["day"], words=s["words"]),
            "定级": lambda t, s: do.finalise(t, s["day"]),
        }

    def _of_conclusion(self) -> dict[str, Step]:
        do = self.concluding
        return {
            "审定": lambda t, s: do.confirm(t, s["day"]),
            "反馈整改": lambda t, s: do.feed_back(t, s["day"]),
            "报送": lambda t, s: do.report(t, s["day"]),
            "公开": lambda t, s: do.publish(t, s["day"]),
            "结果应用": lambda t, s: do.use(t, s["day"]),
            "报告整改": lambda t, s: do.report_rectified(t, s["day"]),
            "支付尾款": lambda t, s: do.pay(t, s["day"]),
            "公布证书": lambda _title, s: do.publish_certificates(s["whom"], s["day"]),
            "整改销号": lambda t, s: do.close(t, s["day"]),
        }

    def _route(self, title: str, step: Record) -> None:
        self.delivering.fees[title] = step["amount"]
        self.choosing.route(title, step["day"], word=step["whom"], fee_cents=step["amount"], reason=step["words"])

    def _draw_firm(self, title: str, step: Record) -> None:
        clerk, witness, on = self.stage.users["clerk"], self.stage.users["supervisor"], step["day"]
        algorithm = step["number"] or GONGPING_1
        draw = configure_firm_draw(
            task=self.stage.task(title), witness=witness, terms=Terms(algorithm=algorithm), by=clerk, on=on
        )
        self.drawing.play(draw, on)

    def _confirm_recusal(self, title: str, step: Record) -> None:
        task, on = self.stage.task(title), step["day"]
        assignment = current_assignment(task)
        if assignment is None or assignment.firm is None:
            raise StoryRefused(f"{title} has no firm yet")
        user = self.stage.firm_user(assignment.firm, on=on)
        told = notify(assignment=assignment, by=self.stage.users["clerk"], at=moment(on, 9))
        accepted = accept(assignment=told, by=user, at=moment(on, 10))
        declare(assignment=accepted, has_conflict=False, words="", by=user, at=moment(on, 10, 30))
