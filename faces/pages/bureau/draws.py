"""Draws: the list, the draw room that hangs on the wall, and the piece of it that renews itself."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.http import HttpResponse
from django.template.loader import render_to_string
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy
from django.views.generic.base import TemplateView

from assignments.enums import DrawProfile, DrawStatus
from assignments.models import Draw
from assignments.rules.draws import may_be_blamed_from
from assignments.selectors.assignments import untold
from assignments.selectors.draws import base_of, meeting_warning, nameable, visible_to
from assignments.selectors.seeding import awaited_source, is_at_table, is_overdue, turn_began_at, waiting_value
from assignments.selectors.tasks import rules_of_task
from assignments.services.draws import settle
from disclosure.selectors import publishable_draws
from faces.pages.bureau.draw_faults import urls as fault_urls
from faces.pages.bureau.draw_room import (
    SHOWN_OF_ALTERNATES,
    SHOWN_OF_LIST,
    Room,
    room_draws,
)
from faces.pages.bureau.draw_steps import CommitForm, ReceiptForm, RevealForm, kept_preview
from faces.pages.bureau.draw_steps import urls as step_urls
from faces.pages.bureau.draw_values import urls as value_urls
from faces.pages.bureau.outside_values import Source, source_words
from faces.pages.bureau.task_steps import address
from faces.pages.shared import formats
from faces.pages.shared.columns import Column
from faces.pages.shared.draw_words import GROUNDS
from faces.pages.shared.facets import Facet
from faces.pages.shared.lists import ListPage, Sort
from faces.pages.shared.objects import OneObject
from faces.pages.shared.statuses import serve_shapes
from foundation.accounts.enums import Capability
from foundation.accounts.permissions import may
from foundation.approvals.selectors import running
from foundation.core import clock

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest

serve_shapes(wait=("CONFIGURED",))
KINDS = (("firm", gettext_lazy("draw of a firm")), ("panel", gettext_lazy("draw of experts")))


def subject_of(draw: Draw) -> str:
    """Return what the draw is for: the title of its task."""
    task = draw.task or (draw.re_review.evaluation if draw.re_review else None)
    return task.title if task else draw.number


def kind_of(draw: Draw) -> str:
    """Return whom the draw chooses."""
    return str(dict(KINDS)["firm" if draw.task_id else "panel"])


def moment_of(draw: Draw) -> str:
    """Return when it was drawn, or else frozen."""
    at = draw.drawn_at or draw.frozen_at
    return formats.moment(at) if at else ""


LIVE = frozenset({DrawStatus.CONFIGURED, DrawStatus.FROZEN, DrawStatus.COMMITTED, DrawStatus.REVEALED})


class Draws(ListPage):
    """All draws this person may see, void attempts among them."""

    audience, needs = "bureau", Capability.READ_DESK
    template_name = "bureau/draws.html"
    title = gettext_lazy("Draws")
    columns = (
        Column(gettext_lazy("Number"), "number", key=True, link=lambda row: reverse("pages:draw", args=[row.number])),
        Column(gettext_lazy("Drawn for"), subject_of),
        Column(gettext_lazy("Kind"), kind_of),
        Column(gettext_lazy("Attempt"), "attempt", num=True),
        Column(gettext_lazy("When"), moment_of),
        Column(gettext_lazy("State"), "status", status=True),
    )
    facets = (Facet("status", gettext_lazy("State"), DrawStatus.choices),)
    search_fields = ("number", "task__title", "re_review__evaluation__title", "commitment")
    search_hint = gettext_lazy("Number, title, commitment")
    sorts = (
        Sort("new", gettext_lazy("Newest first"), ("-pk",)),
        Sort("old", gettext_lazy("Oldest first"), ("pk",)),
    )
    export_name = "draws"
    empty_title = gettext_lazy("Nothing has been drawn yet")
    empty_text = gettext_lazy("A draw begins on its task: choose the route “draw”, then prepare the draw there.")

    def rows(self) -> QuerySet[Draw]:
        """Return the visible draws with what they are for."""
        rows = visible_to(self.user).select_related("task", "re_review__evaluation")
        return rows.defer("freeze_text", "record", "steps", "order")


class DrawObject(OneObject):
    """Find the draw that the address names, for who may be in the room."""

    audience, needs, lookup = "bureau", Capability.READ_DESK, "number"

    def rows(self) -> QuerySet[Draw]:
        """Return the visible draws."""
        return room_draws(self.user)

    def settled(self) -> Draw:
        """Return the draw as its times leave it: what is overdue ends when somebody looks."""
        draw: Draw = self.object
        now = clock.now()
        if is_overdue(draw, now):
            settle(draw=draw, at=now)
            draw.refresh_from_db()
        return draw

    def wall(self, room: Room) -> dict[str, Any]:
        """Return what the renewing piece of the wall needs."""
        listed, alternates = room.listed(), room.alternates()
        return {
            "draw": room.draw,
            "room": room,
            "listed": listed[:SHOWN_OF_LIST],
            "listed_more": listed[SHOWN_OF_LIST:],
            "listed_count": len(listed),
            "removed": room.removed(),
            "removed_count": room.frozen.get("excluded", {}).get("total", 0),
            "seeds": room.seeds(),
            "chairs": room.chairs(),
            "passed": room.passed(),
            "alternates": alternates[:SHOWN_OF_ALTERNATES],
            "alternates_count": len(alternates),
            "turn": room.turn(self.user),
            "stamp": room.stamp(),
            "is_live": room.draw.status in LIVE,
            "sources": room.sources(),
            "widening": room.opened(),
        }


class DrawPage(DrawObject, TemplateView):
    """The draw room: commitment, list, seeds, seats, alternates; and the step that waits for the reader."""

    template_name = "bureau/draw.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:  # noqa: ANN401 - as in Django
        """Show the room as it is now, also to who comes back to it."""
        response: HttpResponse = super().get(request, *args, **kwargs)
        response.headers["Cache-Control"] = "private, no-store"
        return response

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:  # noqa: ANN401 - as in Django
        """Return the wall and what the reader may do."""
        draw = self.settled()
        room = Room(draw)
        is_operator = may(self.user, Capability.DRAW) and draw.bureau_id == self.user.bureau_id
        mine = next((party for party in room.people if party.user_id == self.user.pk), None)
        found = self.wall(room) | {
            "title": subject_of(draw),
            "kind": kind_of(draw),
            "base": room.base,
            "earlier": room.earlier(),
            "ground": GROUNDS.get(draw.void_ground, ""),
            "steps": room.steps(),
            "mine": mine,
            "others": [party for party in room.people if party.user_id != self.user.pk],
            "party_id": mine.role.lower() if mine else "",
            "is_operator": is_operator,
            "preview": kept_preview(self.request, draw),
            "early": meeting_warning(draw, self.today) if draw.status == DrawStatus.CONFIGURED else None,
            "rule_set": room.frozen.get("rule_set", ""),
            "home_url": self._home(draw),
            "notify_url": self._notify(draw),
            "names_url": self._names(draw),
            "publish_url": self._publish(draw),
            "leaves_url": self._leaves(draw),
            "again_url": self._again(draw) if is_operator and draw.status == DrawStatus.VOID else "",
            "eligible_url": self._eligible(draw),
            "pool_url": self._pool(draw),
            "commit_form": CommitForm(),
            "reveal_form": RevealForm(),
            "receipt_form": ReceiptForm(initial={"words": draw.outside_receipt}),
            "deadline": draw.commit_until,
            "reveal_deadline": self._reveal_deadline(draw),
            "asked": self._asked(draw),
            "typed": waiting_value(draw),
            "correct_url": self._correct(draw),
            "slip_url": self._slip(draw),
            "calls_url": self._calls(draw),
            "widen_url": self._widen(draw) if is_operator else "",
            "fault_url": self._fault(draw),
            "faults": room.faults(),
            "may_order": draw.status == DrawStatus.DRAWN,
        }
        return super().get_context_data(**(found | kwargs))

    def _reveal_deadline(self, draw: Draw) -> datetime | None:
        """Return until when the nonce that is asked for may be shown: a moment, or the spell of the party's turn."""
        if draw.status != DrawStatus.COMMITTED or draw.reveal_until is not None:
            return draw.reveal_until
        began = turn_began_at(draw)
        minutes = rules_of_task(base_of(draw), self.today).value("draw_reveal_minutes")
        return may_be_blamed_from(began, reveal_minutes=minutes) if began else None

    def _asked(self, draw: Draw) -> Source | None:
        source = awaited_source(draw) if draw.status == DrawStatus.REVEALED else None
        return source_words(source) if source else None

    def _calls(self, draw: Draw) -> str:
        is_made = draw.status == DrawStatus.DRAWN and may(self.user, Capability.COMMISSION)
        return f"{address('calls', [])}?draw={draw.number}" if is_made else ""

    def _slip(self, draw: Draw) -> str:
        is_waited_for = draw.status == DrawStatus.COMMITTED and is_at_table(self.user, draw)
        return address("draw-from-slip", [draw.number]) if is_waited_for else ""

    def _correct(self, draw: Draw) -> str:
        is_made = draw.status == DrawStatus.DRAWN and draw.profile == DrawProfile.OUTSIDE
        return address("draw-value", [draw.number]) if is_made and is_at_table(self.user, draw) else ""

    def _widen(self, draw: Draw) -> str:
        """Return where the next widening step is asked for; empty where none is left or one is under approval."""
        is_left = draw.approved_steps < len(draw.widening) and draw.status != DrawStatus.VOID
        return address("draw-widen", [draw.number]) if is_left and not running("WIDENING", draw) else ""

    def _fault(self, draw: Draw) -> str:
        may_note = any(may(self.user, one) for one in (Capability.DRAW, Capability.WITNESS, Capability.CONFIRM))
        return address("draw-fault", [draw.number]) if may_note and draw.status == DrawStatus.DRAWN else ""

    def _home(self, draw: Draw) -> str:
        if draw.re_review_id:
            return address("re-review", [draw.re_review.number]) if draw.re_review else ""
        return address("task", [draw.task.number]) if draw.task else ""

    def _notify(self, draw: Draw) -> str:
        """Return where those whom the draw chose are told; empty where nobody waits for it, or for who may not."""
        if draw.status != DrawStatus.DRAWN or not may(self.user, Capability.COMMISSION):
            return ""
        waiting = untold(draw)
        if waiting is None:
            return ""
        if draw.re_review is not None:
            return address("re-review-notify", [draw.re_review.number])
        return address("seat-notify", [waiting.pk])

    def _names(self, draw: Draw) -> str:
        """Return where the names are opened in the record; empty before the review is over, and once they are."""
        return address("draw-names", [draw.number]) if nameable(self.user).filter(pk=draw.pk).exists() else ""

    def _publish(self, draw: Draw) -> str:
        """Return where the record is published; empty where it was, cannot be yet, or for who may not."""
        if not may(self.user, Capability.PUBLISH) or not publishable_draws(self.user).filter(pk=draw.pk).exists():
            return ""
        return address("publish-draw", [draw.number])

    def _eligible(self, draw: Draw) -> str:
        if not may(self.user, Capability.READ_ALL):
            return ""
        if draw.re_review_id:
            return address("eligibility-panel", [draw.re_review_id])
        return address("eligibility-firm", [draw.task.number]) if draw.task else ""

    def _pool(self, draw: Draw) -> str:
        """Return the register or the pool as of the day of the freeze; empty before it, and for who may not read it."""
        if draw.frozen_at is None or not may(self.user, Capability.READ_ALL):
            return ""
        url = address("experts" if draw.re_review_id else "firms", [])
        return f"{url}?on={timezone.localdate(draw.frozen_at).isoformat()}" if url else ""

    def _leaves(self, draw: Draw) -> str:
        is_over = draw.status in {DrawStatus.DRAWN, DrawStatus.VOID} and draw.commitment
        return address("supervisor-leaves", [draw.number]) if is_over and may(self.user, Capability.WITNESS) else ""

    def _again(self, draw: Draw) -> str:
        if Draw.objects.filter(task=draw.task, re_review=draw.re_review, pk__gt=draw.pk).exists():
            return ""
        if draw.re_review_id:
            return address("draw-panel", [draw.re_review_id])
        return address("draw-firm", [draw.task.number]) if draw.task else ""


class DrawLive(DrawObject):
    """The renewing piece: nothing while nothing changed; the whole page where the reader's own turn begins or ends."""

    def get(self, request: HttpRequest, number: str) -> HttpResponse:  # noqa: ARG002 - the address names the draw
        """Return the piece, 204, or an order to load the page anew."""
        wall = self.wall(Room(self.settled()))
        if request.GET.get("stamp") == wall["stamp"]:
            return HttpResponse(status=204)
        was = request.GET.get("stamp", "").split("-")[0]
        if request.GET.get("turn", "") != wall["turn"] or was != self.object.status:
            response = HttpResponse(status=200)
            response.headers["HX-Refresh"] = "true"
            return response
        return HttpResponse(render_to_string("bureau/draw/room.html", wall, request=request))


urls = [
    path("draws/", Draws.as_view(), name="draws"),
    *step_urls,
    *value_urls,
    *fault_urls,
    path("draws/<str:number>/live/", DrawLive.as_view(), name="draw-live"),
    path("draws/<str:number>/", DrawPage.as_view(), name="draw"),
]
