"""Steps in the register of firms: a talk, a suspension, a relation to a unit, a deduction."""

from datetime import date
from typing import Final

from appraisals.enums import RunningTasks, SanctionKind, SanctionPaper, SanctionStatus
from appraisals.models import Sanction
from appraisals.selectors import running_tasks_of
from appraisals.services import propose_sanction, record_talk, serve_paper, submit_sanction
from credit.services import record_violation
from faces.documents.sanctions import sanction_paper
from faces.exchange.demo.play.stage import Stage, StoryRefused
from faces.exchange.nouns import known
from foundation.papers.enums import DeliveryWay, PaperStatus
from foundation.papers.selectors import of_subject
from foundation.rulesets.selectors import rules_for
from foundation.workdays.selectors import add_workdays
from parties.enums import RelationshipKind
from parties.services import record_relationship

SANCTIONS: Final = {"约谈机构": SanctionKind.TALK, "暂停机构": SanctionKind.SUSPENSION}
TALK: Final = SanctionKind.TALK
SENT_UNREGISTERED: Final = "LEAD_SWAPPED"  # somebody who is not registered worked on the spot


class Registering:
    """What happens to firms beside their tasks."""

    def __init__(self, stage: Stage) -> None:
        """Know the stage."""
        self.stage = stage

    def sanction(self, step: str, on: date, *, number: str, months: str, words: str) -> None:
        """Propose a sanction, let the party's term for a reply pass where it is told, and have it agreed.

        Running tasks are finished; the papers are served as they are drafted.
        """
        firm, clerk = self.stage.firm(number), self.stage.users["clerk"]
        days = int(rules_for(bureau=self.stage.bureau, on=on).value("reply_workdays"))
        told_on = add_workdays(on, -days - 1)
        kind = SANCTIONS[step]
        sanction = propose_sanction(
            firm=firm,
            kind=kind,
            months=int(months or 0),
            reason=words,
            choices={seat.pk: RunningTasks.FINISH for seat in running_tasks_of(firm)} if kind != TALK else {},
            by=clerk,
            on=told_on if kind != TALK else on,
        )
        if sanction.status == SanctionStatus.DRAFTED:
            self._serve(sanction, SanctionPaper.NOTICE, told_on)
            submit_sanction(sanction=sanction, by=clerk, on=on)
        self.stage.agree_all(self.stage.waiting("SANCTION", sanction), on=on, words="情况属实，同意。")
        self._serve(sanction, SanctionPaper.TALK if kind == TALK else SanctionPaper.DECISION, on)
        if kind == TALK:
            record_talk(
                sanction=sanction,
                held_on=on,
                place="局四楼会议室",
                present="机构负责人、项目负责人，绩效科二人",
                words="机构说明逾期原因，承认执笔人员未登记。",
                promised="一个月内补登记人员，按月报送进度。",
                by=clerk,
                on=on,
            )

    def _serve(self, sanction: Sanction, kind: SanctionPaper, on: date) -> None:
        """Issue a drafted paper and hand it over."""
        row = Sanction.objects.get(pk=sanction.pk)
        paper = of_subject(row).get(kind=kind, status=PaperStatus.DRAFT)
        serve_paper(
            sanction=row,
            kind=kind,
            content=sanction_paper(row, kind, paper, on=on),
            way=DeliveryWay.HAND,
            by=self.stage.users["clerk"],
            on=on,
        )

    def relate(self, on: date, *, number: str, unit: str, words: str) -> None:
        """Write that the firm advises a unit."""
        units = known.units(self.stage.bureau)
        if unit not in units:
            raise StoryRefused(f"no unit has the code {unit}")
        record_relationship(
            subject=self.stage.firm(number).organisation,
            kind=RelationshipKind.ADVISED,
            other=units[unit].organisation,
            note=words,
            by=self.stage.users["clerk"],
            on=on,
        )

    def deduct(self, on: date, *, number: str, words: str) -> None:
        """Record a heavy violation; a repeat inside the running period counts double."""
        organisation = self.stage.firm(number).organisation
        record_violation(
            bureau=self.stage.bureau, code=SENT_UNREGISTERED, words=words, organisation=organisation,
            by=self.stage.users["head"], on=on,
        )  # fmt: skip
