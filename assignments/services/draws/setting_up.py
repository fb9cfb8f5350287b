"""Configuring a draw: what is drawn, by whom, from which seed. Rules R-01, R-38, R-42, R-62."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.db import transaction
from django.utils.translation import gettext as _

from assignments import draw as pure
from assignments.enums import (
    DrawProfile,
    PartyRole,
    ReReviewStatus,
)
from assignments.models import Draw, DrawParty, EvaluationTask, ReReviewTask
from assignments.rules.draws import SOURCE, STEPS
from assignments.selectors.batches import batch_refusal
from assignments.selectors.draws import lineage_of, list_to_repeat, live_draw_of, looks_since, was_refused
from assignments.selectors.routes import draw_refusal
from assignments.selectors.tasks import rules_of_task
from assignments.services.draws.facts import DrawRefused
from assignments.services.seeding import (
    SourceDraft,
    refused_sources,
    require_another_person,
    require_parties,
    source_document,
)
from foundation.accounts.enums import Capability
from foundation.accounts.models import User
from foundation.accounts.permissions import may
from foundation.audit.services import record
from foundation.core.errors import NotAllowed, Refusal
from foundation.papers.services import next_number
from foundation.taxonomy.models import Node
from foundation.taxonomy.selectors import retired_refusal

FIRM_STRATUM: Final = "firm"


@dataclass(frozen=True, slots=True)
class SeatDraft:
    """Seats of one kind on a panel: any of ``nodes`` of the specialty tree, or below, serves; none: everybody does."""

    name: str
    count: int
    nodes: Sequence[Node] = ()


@dataclass(frozen=True, slots=True)
class Terms:
    """How a draw is made besides its seats and parties.

    ``sources`` are the outside value and its fall-backs in order (profile O); none: the parties alone (profile I).
    ``widening`` are the steps that may be opened later, with approval.
    """

    algorithm: str = pure.GONGPING_1
    sources: Sequence[SourceDraft] = ()
    widening: Sequence[str] = ()


@transaction.atomic
def configure_firm_draw(
    *,
    task: EvaluationTask,
    witness: User,
    by: User,
    on: date,
    third: User | None = None,
    terms: Terms = Terms(),
) -> Draw:
    """Set up the draw of one firm for ``task``; raise ``DrawRefused`` where the route forbids a draw. Rule R-01."""
    task = EvaluationTask.objects.select_for_update(of=("self",)).select_related("bureau", "unit").get(pk=task.pk)
    if refusal := draw_refusal(task, on):
        raise DrawRefused(refusal)
    seats = [{"stratum": 1, "name": FIRM_STRATUM, "count": 1, "nodes": []}]
    return _configure(task=task, re_review=None, seats=seats, witness=witness, third=third, terms=terms, by=by, on=on)


@transaction.atomic
def configure_panel_draw(
    *,
    re_review: ReReviewTask,
    seats: Sequence[SeatDraft],
    witness: User,
    by: User,
    on: date,
    third: User | None = None,
    terms: Terms = Terms(),
) -> Draw:
    """Set up the draw of a panel; the seats add up to the panel's size, or ``DrawRefused`` is raised.

    A re-review that is over is not drawn for any more.
    """
    rows = ReReviewTask.objects.select_for_update(of=("self",)).select_related("bureau", "evaluation__unit")
    re_review = rows.get(pk=re_review.pk)
    if re_review.status in {ReReviewStatus.DONE, ReReviewStatus.STOPPED}:
        message = _("The re-review is in the state “%(state)s”; this step does not follow.")
        raise DrawRefused(Refusal("wrong_state", message % {"state": re_review.get_status_display()}))
    if refusal := batch_refusal(re_review):
        raise DrawRefused(refusal)
    if sum(draft.count for draft in seats) != re_review.panel_size or any(draft.count < 1 for draft in seats):
        message = _("The seats add up to the size of the panel, %(size)d.") % {"size": re_review.panel_size}
        raise DrawRefused(Refusal("seats_do_not_add_up", message, {"field": "seats"}))
    if refusal := retired_refusal(node for draft in seats for node in draft.nodes):
        raise DrawRefused(refusal)
    listed = [
        {"stratum": number, "name": draft.name, "count": draft.count, "nodes": [node.pk for node in draft.nodes]}
        for number, draft in enumerate(seats, 1)
    ]
    return _configure(
        task=None, re_review=re_review, seats=listed, witness=witness, third=third, terms=terms, by=by, on=on
    )


def _configure(
    *,
    task: EvaluationTask | None,
    re_review: ReReviewTask | None,
    seats: list[dict[str, Any]],
    witness: User,
    third: User | None,
    terms: Terms,
    by: User,
    on: date,
) -> Draw:
    subject = task or re_review
    if subject is None or by.bureau_id != subject.bureau_id or not may(by, Capability.DRAW):
        raise NotAllowed
    base = task or (re_review.evaluation if re_review else None)
    if base is None:
        raise NotAllowed
    rules = rules_of_task(base, on)
    require_parties(by, witness, third, refused=DrawRefused, source=rules.source("draw_parties"))
    if live_draw_of(task=task, re_review=re_review) is not None:
        raise DrawRefused(Refusal("draw_exists", _("A draw for this is under way or done already.")))
    _check_terms(terms, kind="firm" if task else "panel")
    former = list_to_repeat(task=task, re_review=re_review)
    if former is not None:
        seats = _repeated(former, seats, by=by, witness=witness, third=third)
    has_refused = was_refused(task=task, re_review=re_review)
    if refusal := refused_sources(terms.sources, was_refused=has_refused, rules=rules):
        raise DrawRefused(refusal)
    earlier = lineage_of(task=task, re_review=re_review).count()
    draw = Draw.objects.create(
        bureau=subject.bureau,
        number=f"抽{base.work_year}-{next_number(bureau=subject.bureau, kind='DRAW', year=base.work_year):03d}",
        task=task,
        re_review=re_review,
        attempt=earlier + 1,
        algorithm=terms.algorithm,
        profile=DrawProfile.OUTSIDE if terms.sources else DrawProfile.INSIDE,
        outside_source=source_document(terms.sources),
        widening=list(former.widening if former else terms.widening),
        approved_steps=len(former.opened_tiers) - 1 if former else 0,
        seats=seats,
        group_max=former.group_max if former else rules.value("employer_max"),
        previews=looks_since(task=task, re_review=re_review),
        created_by=by,
    )
    parties = [(PartyRole.OPERATOR, by), (PartyRole.WITNESS, witness)]
    if third is not None:
        parties.append((PartyRole.THIRD, third))
    DrawParty.objects.bulk_create([DrawParty(draw=draw, role=role, user=user) for role, user in parties])
    facts = {"seats": seats, "attempt": draw.attempt, "profile": draw.profile, "widening": draw.widening, "on": on}
    record(actor=by, action="draws.configured", subject=draw, facts=facts)
    return draw


def _check_terms(terms: Terms, *, kind: str) -> None:
    if terms.algorithm not in pure.LARGEST_POOL:
        message = _("Unknown algorithm: %(name)s.") % {"name": terms.algorithm}
        raise DrawRefused(Refusal("algorithm_unknown", message, {"field": "algorithm"}))
    if set(terms.widening) - set(STEPS[kind]) or len(set(terms.widening)) != len(terms.widening):
        message = _("A widening relaxes each thing once, and never a conflict or a law.")
        raise DrawRefused(Refusal("widening_unknown", message, {"field": "widening_1"}, SOURCE))


def _repeated(
    former: Draw, seats: list[dict[str, Any]], *, by: User, witness: User, third: User | None
) -> list[dict[str, Any]]:
    """Return the seats of an attempt that a refused nonce ended; another person plays the part of who refused."""
    facts: dict[str, Any] = {"draw": former.number}
    told = [(seat["count"], seat["nodes"]) for seat in seats]
    if told != [(seat["count"], seat["nodes"]) for seat in former.seats]:
        message = _("After a refused nonce the next attempt keeps the list and the seats of %(number)s.")
        raise DrawRefused(Refusal("seats_kept", message % {"number": former.number}, facts, SOURCE))
    people = {PartyRole.OPERATOR: by.pk, PartyRole.WITNESS: witness.pk, PartyRole.THIRD: third.pk if third else None}
    require_another_person(former, people, refused=DrawRefused, source=SOURCE)
    return list(former.seats)
