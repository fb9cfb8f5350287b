"""Panels of the story: opened, drawn or invited, called, declared, recused and replaced."""

from datetime import date, timedelta
from typing import Final

from assignments.enums import DeclineReason, ReReviewKind, TaskKind
from assignments.models import Assignment, Draw, ReReviewTask
from assignments.services.assignments import accept, declare, decline, log_call, notify, recuse, serve
from assignments.services.draws import SeatDraft, configure_panel_draw, replace
from assignments.services.re_reviews import add_guest, begin, open_re_review
from experts.enums import ExpertSource
from experts.services import ExpertDraft
from faces.exchange.demo.play.drawing import Drawing
from faces.exchange.demo.play.script import Guest
from faces.exchange.demo.play.stage import Stage, StoryRefused, moment
from faces.exchange.nouns import known
from foundation.accounts.models import User
from parties.enums import OrganisationKind
from parties.services import (
    EmploymentDraft,
    OrganisationDraft,
    PersonDraft,
    record_employments,
    register_organisations,
    register_persons,
)

PANEL_SIZE: Final = 3
PLACE: Final = "历城区财政局第二会议室"
DEMO_PANEL: Final = ("expert", "expert2", "expert3")
REASONS: Final = {"时间冲突": DeclineReason.BUSY, "身体原因": DeclineReason.ILLNESS}
WHY_GUEST: Final = "区级专家与辖区单位往来较多，由省级专家复评。"
WORK_BEGAN: Final = date(2008, 7, 1)


class Panels:
    """The panels by the title of their task; seats are numbered from 1."""

    def __init__(self, stage: Stage, guests: dict[str, list[Guest]], demo_task: str) -> None:
        """Know the stage, the guests, and whose panel signs in as the demonstration's experts."""
        self.stage, self.guests, self.demo_task = stage, guests, demo_task
        self.drawing = Drawing(stage)
        self.reviews: dict[str, ReReviewTask] = {}
        self.draws: dict[str, Draw] = {}
        self.seats: dict[str, list[Assignment]] = {}

    def open(self, title: str, on: date) -> None:
        """Open the re-review; it meets eight days later."""
        task = self.stage.task(title)
        is_early = task.kind == TaskKind.EX_ANTE
        self.reviews[title] = open_re_review(
            task=task,
            kind=ReReviewKind.EX_ANTE if is_early else ReReviewKind.REPORT,
            panel_size=PANEL_SIZE,
            due_on=on + timedelta(days=14),
            by=self.stage.users["clerk"],
            on=on,
            meets_on=on + timedelta(days=8),
            place=PLACE,
        )

    def draw(self, title: str, on: date, *, seats: str) -> None:
        """Draw the panel: ``seats`` names specialties with their counts, as A×2、I×1."""
        nodes = known.specialties(self.stage.bureau)
        drafts = []
        for part in seats.split("、"):
            code, _times, count = part.partition("×")
            drafts.append(SeatDraft(nodes[code].name, int(count), [nodes[code]]))
        draw = configure_panel_draw(
            re_review=self.reviews[title],
            seats=drafts,
            witness=self.stage.users["supervisor"],
            by=self.stage.users["clerk"],
            on=on,
        )
        self.draws[title] = self.drawing.play(draw, on)
        rows = Assignment.objects.filter(draw=draw).select_related("expert__person").order_by("pk")
        self.seats[title] = list(rows)
        for place, seat in enumerate(self.seats[title]):
            account = DEMO_PANEL[place] if title == self.demo_task else ""
            self._user(seat, on, account=account)

    def invite(self, title: str, on: date) -> None:
        """Ask the province's guests for this one task."""
        clerk = self.stage.users["clerk"]
        invited = self.guests[title]
        people = register_persons(
            bureau=self.stage.bureau,
            drafts=[PersonDraft(one.name, one.id_number, one.phone) for one in invited],
            by=clerk,
            on=on,
        )
        self.seats[title] = []
        for one, person in zip(invited, people, strict=True):
            body = register_organisations(
                bureau=self.stage.bureau,
                drafts=[OrganisationDraft(one.body, OrganisationKind.OTHER, uscc_absent_reason="省级单位，未登记代码")],
                by=clerk,
                on=on,
            )[0]
            record_employments(drafts=[EmploymentDraft(person, body, WORK_BEGAN)], by=clerk, on=on)
            draft = ExpertDraft(
                person, one.title, one.level, source=ExpertSource.GUEST, guest_for=title[:120], works_since=WORK_BEGAN
            )
            seat = add_guest(re_review=self.reviews[title], draft=draft, reason=WHY_GUEST, by=clerk, on=on)
            self.seats[title].append(seat)
            self._user(seat, on)

    def call(self, title: str, on: date) -> None:
        """Tell the panel: the first accepts himself, the others on the telephone, one at the second call."""
        for place, seat in enumerate(self.seats[title]):
            self._answer(seat, place, on)

    def decline(self, title: str, on: date, *, seat: int, word: str) -> None:
        """Let a member decline with a coded reason."""
        row = self._seat(title, seat)
        decline(assignment=row, reason=REASONS[word], words=word, by=self._user(row, on), at=moment(on, 17))

    def recuse(self, title: str, on: date, *, seat: int, words: str) -> None:
        """Let a member step back after the draw."""
        row = self._seat(title, seat)
        recuse(assignment=row, words=words, by=self._user(row, on), at=moment(on, 11))

    def replace(self, title: str, on: date, *, seat: int) -> None:
        """Call the next of the same permutation; he accepts, and declares where the others have."""
        made = replace(draw=self.draws[title], by=self.stage.users["clerk"], at=moment(on, 15))[0]
        self.seats[title][seat - 1] = made
        self._answer(made, 1, on)
        if any(hasattr(row, "declaration") for row in self._rows(title) if row.pk != made.pk):
            declare(assignment=made, has_conflict=False, words="", by=self._user(made, on), at=moment(on, 17))

    def declare(self, title: str, on: date) -> None:
        """Let everybody declare that nothing stands in the way."""
        for seat in self._rows(title):
            declare(assignment=seat, has_conflict=False, words="", by=self._user(seat, on), at=moment(on, 9))

    def begin(self, title: str, on: date) -> ReReviewTask:
        """Begin the review and return it."""
        review = begin(re_review=self.reviews[title], by=self.stage.users["clerk"], on=on)
        for seat in self._rows(title):
            serve(assignment=seat, by=self._user(seat, on), at=moment(on, 9))
        return review

    def members(self, title: str, on: date) -> list[tuple[Assignment, User]]:
        """Return who sits there now, in the order of the seats, with their accounts."""
        return [(row, self._user(row, on)) for row in self._rows(title)]

    def _answer(self, seat: Assignment, place: int, on: date) -> None:
        clerk = self.stage.users["clerk"]
        if place == 0:
            told = notify(assignment=seat, by=clerk, at=moment(on, 9))
            accept(assignment=told, by=self._user(seat, on), at=moment(on, 10))
            return
        if place == 2:
            log_call(assignment=seat, outcome="NO_ANSWER", words="无人接听", by=clerk, at=moment(on, 10, 5))
        log_call(assignment=seat, outcome="ACCEPTED", words="电话确认参加", by=clerk, at=moment(on, 10 + place, 20))

    def _rows(self, title: str) -> list[Assignment]:
        keys = [seat.pk for seat in self.seats[title]]
        rows = Assignment.objects.select_related("expert__person", "re_review", "declaration").in_bulk(keys)
        return [rows[key] for key in keys]

    def _seat(self, title: str, seat: int) -> Assignment:
        rows = self._rows(title)
        if not 1 <= seat <= len(rows):
            raise StoryRefused(f"{title} has no seat {seat}")
        return rows[seat - 1]

    def _user(self, seat: Assignment, on: date, *, account: str = "") -> User:
        if seat.expert is None:
            raise StoryRefused(f"{seat} is nobody's seat")
        return self.stage.expert_user(seat.expert, on=on, account=account)
