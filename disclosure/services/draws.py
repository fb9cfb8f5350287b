"""Publishing the record of a draw: everything that a stranger needs to walk it again."""

from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from assignments.enums import DrawStatus
from assignments.models import Draw
from assignments.selectors.draws import is_over
from disclosure.enums import PublicationKind
from disclosure.models import Publication
from disclosure.permissions import may_publish
from disclosure.services.copies import Copy, PublicationRefused, freeze_copy, supersede
from foundation.accounts.models import User
from foundation.core.errors import NotAllowed, Refusal
from parties.selectors import name_on

BODY_TYPE = "gongping/draw-publication/1"


@transaction.atomic
def publish_draw(*, draw: Draw, by: User, on: date) -> Publication:
    """Freeze and publish the record of a draw, made or void; a changed record replaces the copy and leaves its trace.

    Raise ``PublicationRefused`` before it is drawn, where the record would name somebody before the review is over, and
    where the same record is public already.
    """
    draw = Draw.objects.select_for_update(of=("self",)).select_related("bureau").get(pk=draw.pk)
    if not may_publish(by, draw.bureau):
        raise NotAllowed
    if draw.status not in {DrawStatus.DRAWN, DrawStatus.VOID}:
        message = _("The draw is not finished: %(state)s.") % {"state": draw.get_status_display()}
        raise PublicationRefused(Refusal("not_drawn", message, {"status": draw.status}))
    found = _record(draw)
    if found.get("openings") and not is_over(draw):
        message = _("Names are published only after the review is over.")
        raise PublicationRefused(Refusal("names_too_early", message))
    body = draw_body(draw, found)
    task = draw.task or (draw.re_review.evaluation if draw.re_review else None)
    copy = Copy(
        kind=PublicationKind.DRAW,
        subject=draw,
        title=body["title"],
        work_year=task.work_year if task else on.year,
        body=body,
        unit_name=name_on(task.unit.organisation, timezone.localdate(draw.frozen_at) if draw.frozen_at else on)
        if task
        else "",
        is_demo=bool(task and task.is_demo),
    )
    supersede(copy, by=by, on=on)
    return freeze_copy(copy, bureau=draw.bureau, by=by, on=on)


def _record(draw: Draw) -> dict[str, Any]:
    if draw.record is None:
        raise PublicationRefused(Refusal("no_record", _("The draw has no record yet.")))
    return dict(draw.record)


def draw_body(draw: Draw, found: dict[str, Any]) -> dict[str, Any]:
    """Return everything that strangers will read of a draw."""
    task = draw.task or (draw.re_review.evaluation if draw.re_review else None)
    return {
        "type": BODY_TYPE,
        "bureau": draw.bureau.name,
        "number": draw.number,
        "title": task.title if task else draw.number,
        "is_for_firm": draw.task_id is not None,
        "attempt": draw.attempt,
        "frozen_at": draw.frozen_at.isoformat() if draw.frozen_at else "",
        "drawn_at": draw.drawn_at.isoformat() if draw.drawn_at else "",
        "parties": [
            {
                "role": party.role,
                "committed_at": party.committed_at.isoformat() if party.committed_at else "",
                "revealed_at": party.revealed_at.isoformat() if party.revealed_at else "",
            }
            for party in draw.parties.order_by("pk")
        ],
        "record": found,
    }
