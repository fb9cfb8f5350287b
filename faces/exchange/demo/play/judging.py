"""Steps of the experts and of the rating: opinions, the panel's opinion, scores, grade, appeal."""

from datetime import date
from typing import Final

from faces.exchange.demo.play import papers
from faces.exchange.demo.play.panels import Panels
from faces.exchange.demo.play.script import Script
from faces.exchange.demo.play.stage import Stage, StoryRefused, moment
from foundation.accounts.models import User
from reviews.enums import AppealStatus
from reviews.models import Appeal, QualityRating
from reviews.services import (
    FindingDraft,
    ScoreDraft,
    SectionDraft,
    appeal,
    compute_rating,
    confirm_rating,
    decide_appeal,
    draft_panel_opinion,
    enter_section_scores,
    finalise,
    open_opinion,
    save_opinion,
    sign_panel_opinion,
    submit_opinion,
    tell_firm,
)

ITEM_OF_WORD: Final = {"方案": "A1", "分析": "A3", "建议": "A4", "结构": "A5"}
UPHELD_HUNDREDTHS: Final = 50


class Judging:
    """Panels at work and what follows for the firm."""

    def __init__(self, stage: Stage, script: Script, panels: Panels) -> None:
        """Know the stage, the words and the panels."""
        self.stage, self.script, self.panels = stage, script, panels

    def review(self, title: str, on: date) -> None:
        """Begin the review; every member whose scores the story knows submits his opinion, signed."""
        self.panels.begin(title, on)
        for place, (seat, user) in enumerate(self.panels.members(title, on), start=1):
            if (title, place) not in self.script.scores:
                continue
            opinion = open_opinion(assignment=seat, by=user, at=moment(on, 9, 30))
            opinion = save_opinion(
                opinion=opinion,
                scores=[
                    ScoreDraft(row["item"], row["score"], reason=row["reason"], page=row["page"])
                    for row in self.script.scores[title, place]
                ],
                findings=[
                    FindingDraft(row["page"], row["severity"], row["words"], row["item"])
                    for row in self.script.findings[title, place]
                ],
                conclusion=self.script.opinions[title, place],
                by=user,
            )
            submit_opinion(
                opinion=opinion,
                signature_name="签名.png",
                signature=papers.signature(user.name),
                by=user,
                at=moment(on, 11, 10 * place),
            )

    def panel_opinion(self, title: str, on: date) -> None:
        """Let the leader draft the panel's opinion and everybody sign, one perhaps with dissent."""
        said = self.script.panels[title]
        members = self.panels.members(title, on)
        leader = next((user for seat, user in members if seat.is_leader), members[0][1])
        row = draft_panel_opinion(
            re_review=self.panels.reviews[title],
            words=said["words"],
            asked_cents=said["asked"],
            supported_cents=said["supported"],
            by=leader,
            at=moment(on, 14),
        )
        for place, (seat, user) in enumerate(members, start=1):
            dissent = said["dissent"] if place == said["dissenter"] else ""
            sign_panel_opinion(
                panel_opinion=row, assignment=seat, agrees=not dissent, dissent=dissent, by=user, at=moment(on, 15)
            )

    def section(self, title: str, on: date) -> None:
        """Enter what the bureau scores."""
        drafts = [SectionDraft(row["item"], row["score"], row["reason"]) for row in self.script.section[title]]
        enter_section_scores(task=self.stage.task(title), drafts=drafts, by=self._clerk, on=on)

    def compute(self, title: str, on: date) -> None:
        """Compute the rating."""
        compute_rating(task=self.stage.task(title), by=self._clerk, on=on)

    def confirm(self, title: str, on: date) -> None:
        """Confirm as section head; from here the rating waits for the leader."""
        confirm_rating(rating=self._rating(title), by=self.stage.users["head"], on=on)

    def agree(self, title: str, on: date) -> None:
        """Let the leader agree."""
        self.stage.agree_all(self.stage.waiting("RATING", self._rating(title)), on=on)

    def tell(self, title: str, on: date) -> None:
        """Tell the firm."""
        tell_firm(rating=self._rating(title), by=self._clerk, on=on)

    def appeal(self, title: str, on: date, *, word: str, words: str) -> None:
        """Let the firm contest one item."""
        rating = self._rating(title)
        item = rating.rubric_version.items.get(code=ITEM_OF_WORD[word])
        user = self.stage.firm_user(self.stage.firm_of(rating.task), on=on)
        appeal(
            rating=rating,
            item=item,
            ground=words,
            evidence_name="补测证书.png",
            evidence=papers.signature("补测证书"),
            by=user,
            on=on,
        )

    def decide(self, title: str, on: date, *, words: str) -> None:
        """Let the leader, who had no part in the rating, uphold the appeal."""
        row = Appeal.objects.get(rating=self._rating(title), status=AppealStatus.OPEN)
        decide_appeal(
            appeal=row,
            status=AppealStatus.UPHELD,
            decision=words,
            correction_hundredths=UPHELD_HUNDREDTHS,
            by=self.stage.users["leader"],
            on=on,
        )

    def finalise(self, title: str, on: date) -> None:
        """Make the rating final."""
        finalise(rating=self._rating(title), by=self._clerk, on=on)

    @property
    def _clerk(self) -> User:
        return self.stage.users["clerk"]

    def _rating(self, title: str) -> QualityRating:
        row = QualityRating.objects.filter(task=self.stage.task(title)).first()
        if row is None:
            raise StoryRefused(f"{title} has no rating yet")
        return row
