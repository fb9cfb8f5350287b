"""The scenario 演示: one batch assignment over all ex-ante evaluations of the year, to its public record."""

import secrets
from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from typing import Final

from django.utils.translation import gettext as _

from assignments.draw import commitment
from assignments.enums import PairKind, PlanStatus, TaskKind
from assignments.models import AssignmentBatch, EvaluationPlan, EvaluationTask
from assignments.selectors.batches import candidates_of, tasks_of
from assignments.services import batches
from disclosure.services import publish_batch
from experts.models import ExpertSpecialty
from faces.exchange.demo.play.drawing import RECEIPT
from faces.exchange.demo.play.planning import STEPS, Planning
from faces.exchange.demo.play.stage import Stage, StoryRefused, moment
from foundation.core import clock
from foundation.taxonomy.enums import TreeKind
from foundation.taxonomy.models import Node

DAY: Final = date(2020, 11, 16)
ISSUED: Final = date(2020, 3, 25)
PANEL_SIZE: Final = 3
TITLE: Final = "2021 年预算事前绩效评估复评批量分派（演示）"
NAMED: Final = "唯一参加过该项目前期论证的专家（演示）"
KEPT_AWAY: Final = "本人书面申请不参加该项目（演示）"
FEWEST: Final = 12  # people of a field that is asked for


class Batching:
    """All ex-ante evaluations get a panel of three at once: a scenario of its own, the year had four re-reviews."""

    def __init__(self, stage: Stage) -> None:
        """Know the stage."""
        self.stage = stage

    def play(self, say: Callable[[str], object]) -> AssignmentBatch:
        """Issue the plan, open the re-reviews, solve, freeze, draw, approve, tell, publish."""
        self._issue_plan()
        clerk, witness = self.stage.users["clerk"], self.stage.users["supervisor"]
        with clock.standing_at(moment(DAY, 9)):
            openings = self._openings()
            batch = batches.open_batch(
                title=TITLE,
                openings=openings,
                due_on=DAY + timedelta(days=21),
                by_correspondence=True,
                witness=witness,
                by=clerk,
                on=DAY,
            )
            batch = batches.start(batch=batch, by=clerk, at=moment(DAY, 9, 5), freezes=False)
            self._name(batch)
            batch = batches.start(batch=batch, by=clerk, at=moment(DAY, 9, 30), freezes=True)
            if not batch.commitment:
                raise StoryRefused(str(batch.solved))
            batches.note_receipt(batch=batch, words=RECEIPT, by=witness, at=moment(DAY, 9, 35))
            parties = (("operator", clerk), ("witness", witness))
            nonces = {role: secrets.token_hex(32) for role, _user in parties}
            for minute, (role, user) in enumerate(parties, start=40):
                sealed = commitment(batch.commitment, role, nonces[role])
                batch = batches.commit(batch=batch, commitment=sealed, by=user, at=moment(DAY, 9, minute))
            for minute, (role, user) in enumerate(parties, start=50):
                batch = batches.reveal(batch=batch, nonce=nonces[role], by=user, at=moment(DAY, 9, minute))
            approval = batches.submit_batch(batch=batch, by=clerk, on=DAY)
            self.stage.agree_all(approval, on=DAY)
            batches.notify(batch=batch, by=clerk, at=moment(DAY, 15))
            publish_batch(batch=batch, by=self.stage.users["head"], on=DAY)
        batch.refresh_from_db()
        say(_("%(n)d re-reviews, one batch: %(number)s") % {"n": len(openings), "number": batch.number})
        return batch

    def _name(self, batch: AssignmentBatch) -> None:
        """Name the best fitted expert for the first re-review and keep another from it; both are approved first."""
        task = tasks_of(batch)[0]
        best, *_others, last = candidates_of(batch, task)
        by = self.stage.users["clerk"]
        for candidate, kind, reason in ((best, PairKind.PIN, NAMED), (last, PairKind.FORBID, KEPT_AWAY)):
            batches.name_pair(task=task, expert=candidate.expert, kind=kind, reason=reason, by=by, on=DAY)
        self.stage.agree_all(batches.submit_pairs(batch=batch, by=by, on=DAY), on=DAY)

    def _issue_plan(self) -> None:
        plan = EvaluationPlan.objects.get(bureau=self.stage.bureau, work_year=DAY.year)
        if plan.status == PlanStatus.ISSUED:
            return
        planning = Planning(self.stage)
        with clock.standing_at(moment(ISSUED, 9)):
            for step in STEPS:
                planning.move(step, ISSUED, words="")
            planning.submit(ISSUED)
            planning.agree(ISSUED, words="同意。")
            planning.issue(ISSUED, number="济历城财绩〔2020〕1号")

    def _openings(self) -> list[batches.Opening]:
        """Ask each task for a field that many know, in turn: the invented projects have no field of their own."""
        tasks = EvaluationTask.objects.filter(bureau=self.stage.bureau, kind=TaskKind.EX_ANTE).order_by("number")
        people: Counter[str] = Counter()
        for path in (
            ExpertSpecialty.objects.filter(expert__bureau=self.stage.bureau)
            .running()
            .values_list("node__path", flat=True)
        ):
            people[path.split("/")[0]] += 1
        roots = Node.objects.filter(bureau=self.stage.bureau, tree=TreeKind.SPECIALTY, level=1).order_by("path")
        known = [node for node in roots if people[node.path] >= FEWEST]
        if not known:
            raise StoryRefused("no field is known by enough experts")
        return [batches.Opening(task, PANEL_SIZE, known[place % len(known)]) for place, task in enumerate(tasks)]
