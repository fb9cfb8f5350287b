"""Steps in the register of firms: a talk, a suspension, a relation to a unit, a deduction."""

from datetime import date
from typing import Final

from appraisals.enums import RunningTasks, SanctionKind
from appraisals.services import propose_sanction
from credit.services import record_violation
from faces.exchange.demo.play.stage import Stage, StoryRefused
from faces.exchange.nouns import known
from parties.enums import RelationshipKind
from parties.services import record_relationship

SANCTIONS: Final = {"约谈机构": SanctionKind.TALK, "暂停机构": SanctionKind.SUSPENSION}
HEAVY: Final = "heavy"


class Registering:
    """What happens to firms beside their tasks."""

    def __init__(self, stage: Stage) -> None:
        """Know the stage."""
        self.stage = stage

    def sanction(self, step: str, on: date, *, number: str, months: str, words: str) -> None:
        """Propose a sanction and have it agreed; running tasks are finished."""
        sanction = propose_sanction(
            firm=self.stage.firm(number),
            kind=SANCTIONS[step],
            months=int(months or 0),
            reason=words,
            running_tasks=RunningTasks.FINISH,
            by=self.stage.users["clerk"],
            on=on,
        )
        self.stage.agree_all(self.stage.waiting("SANCTION", sanction), on=on, words="情况属实，同意。")

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
            bureau=self.stage.bureau, code=HEAVY, words=words, organisation=organisation,
            by=self.stage.users["head"], on=on,
        )  # fmt: skip
