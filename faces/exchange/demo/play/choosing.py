"""Steps that find the firm: route, draw, comparison, direct appointment, award, recusal."""

from datetime import date

from assignments.enums import Route
from assignments.services.routes import Quote, appoint_directly, choose_route, record_award, record_comparison
from faces.exchange.demo.play.stage import Stage

ROUTES = {
    "抽取": Route.DRAW,
    "比选": Route.COMPARISON,
    "直接委托": Route.DIRECT,
    "公开招标": Route.OPEN_TENDER,
}


class Choosing:
    """How a task comes to its firm, but for the draw."""

    def __init__(self, stage: Stage) -> None:
        """Know the stage."""
        self.stage = stage

    def route(self, title: str, on: date, *, word: str, fee_cents: int, reason: str) -> None:
        """Choose the route."""
        choose_route(
            task=self.stage.task(title),
            route=ROUTES[word],
            reason=reason,
            by=self.stage.users["clerk"],
            on=on,
            fee_limit_cents=fee_cents,
        )

    def compare(self, title: str, on: date, *, numbers: str, fee_cents: int) -> None:
        """Write down the compared offers; the first named wins."""
        firms = [self.stage.firm(number) for number in numbers.split("、")]
        quotes = [Quote(firm, fee_cents + place * 600_00, "报价及方案符合要求") for place, firm in enumerate(firms)]
        record_comparison(
            task=self.stage.task(title), quotes=quotes, chosen=firms[0], by=self.stage.users["clerk"], on=on
        )

    def appoint(self, title: str, on: date, *, number: str, reason: str) -> None:
        """Appoint directly; the approval runs its steps."""
        approval = appoint_directly(
            task=self.stage.task(title),
            firm=self.stage.firm(number),
            reason=reason,
            by=self.stage.users["clerk"],
            on=on,
        )
        self.stage.agree_all(approval, on=on, words="理由充分，同意直接委托。")

    def award(self, title: str, on: date, *, number: str, notice: str, fee_cents: int) -> None:
        """Write down who won the tender."""
        record_award(
            task=self.stage.task(title),
            firm=self.stage.firm(number),
            notice_number=notice,
            amount_cents=fee_cents,
            by=self.stage.users["clerk"],
            on=on,
        )
