"""Configuring, previewing and freezing a draw. Rules R-01, R-16, R-38, R-42."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from assignments import draw as pure
from assignments.enums import (
    DrawAction,
    DrawProfile,
    PartyRole,
    ReReviewStatus,
)
from assignments.models import Draw, DrawEntry, DrawExclusion, DrawParty, EvaluationTask, ReReviewTask
from assignments.selectors.batches import batch_refusal
from assignments.selectors.draws import live_draw_of, looks_since
from assignments.selectors.eligibility import Eligibility, expert_eligibility, firm_eligibility
from assignments.selectors.routes import draw_refusal
from assignments.selectors.tasks import rules_of_task
from assignments.services.draws.facts import (
    DrawRefused,
    base_of,
    infeasible,
    locked,
    move,
    ref_of,
    require_operator,
    roles_in_order,
    seats_of,
    strata_of,
    strata_served,
)
from foundation.accounts.enums import Capability
from foundation.accounts.models import User
from foundation.accounts.permissions import may
from foundation.audit.selectors import head
from foundation.audit.services import record, seal
from foundation.core.crypto import encrypt
from foundation.core.errors import NotAllowed, Refusal
from foundation.papers.services import next_number
from foundation.taxonomy.models import Node

COMMIT_HOURS: Final = 24
REVEAL_MINUTES: Final = 30
FIRM_STRATUM: Final = "firm"


@dataclass(frozen=True, slots=True)
class SeatDraft:
    """Seats of one kind on a panel: any of ``nodes`` of the specialty tree, or below, serves; none: everybody does."""

    name: str
    count: int
    nodes: Sequence[Node] = ()


@dataclass(frozen=True, slots=True)
class Preview:
    """What a freeze would hold now: counts per rule, how amply each seat is covered, and what is short.

    ``blockers`` are the codes of the rules of which one alone, were it not, would let every seat be filled.
    """

    eligible: list[Eligibility]
    excluded: list[Eligibility]
    feasibility: pure.Feasibility
    blockers: tuple[str, ...] = ()


@transaction.atomic
def configure_firm_draw(
    *,
    task: EvaluationTask,
    witness: User,
    by: User,
    on: date,
    third: User | None = None,
    algorithm: str = pure.GONGPING_1,
) -> Draw:
    """Set up the draw of one firm for ``task``; raise ``DrawRefused`` where the route forbids a draw. Rule R-01."""
    task = EvaluationTask.objects.select_for_update(of=("self",)).select_related("bureau", "unit").get(pk=task.pk)
    if refusal := draw_refusal(task, on):
        raise DrawRefused(refusal)
    seats = [{"stratum": 1, "name": FIRM_STRATUM, "count": 1, "nodes": []}]
    return _configure(
        task=task, re_review=None, seats=seats, witness=witness, third=third, algorithm=algorithm, by=by, on=on
    )


@transaction.atomic
def configure_panel_draw(
    *,
    re_review: ReReviewTask,
    seats: Sequence[SeatDraft],
    witness: User,
    by: User,
    on: date,
    third: User | None = None,
    algorithm: str = pure.GONGPING_1,
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
    listed = [
        {"stratum": number, "name": draft.name, "count": draft.count, "nodes": [node.pk for node in draft.nodes]}
        for number, draft in enumerate(seats, 1)
    ]
    return _configure(
        task=None, re_review=re_review, seats=listed, witness=witness, third=third, algorithm=algorithm, by=by, on=on
    )


def _configure(
    *,
    task: EvaluationTask | None,
    re_review: ReReviewTask | None,
    seats: list[dict[str, Any]],
    witness: User,
    third: User | None,
    algorithm: str,
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
    _check_parties(by, witness, third, source=rules.source("draw_parties"))
    if live_draw_of(task=task, re_review=re_review) is not None:
        raise DrawRefused(Refusal("draw_exists", _("A draw for this is under way or done already.")))
    if algorithm not in pure.LARGEST_POOL:
        message = _("Unknown algorithm: %(name)s.") % {"name": algorithm}
        raise DrawRefused(Refusal("algorithm_unknown", message, {"field": "algorithm"}))
    earlier = Draw.objects.filter(task=task, re_review=re_review).count()
    draw = Draw.objects.create(
        bureau=subject.bureau,
        number=f"抽{base.work_year}-{next_number(bureau=subject.bureau, kind='DRAW', year=base.work_year):03d}",
        task=task,
        re_review=re_review,
        attempt=earlier + 1,
        algorithm=algorithm,
        profile=DrawProfile.INSIDE,
        seats=seats,
        group_max=rules.value("employer_max"),
        previews=looks_since(task=task, re_review=re_review),
        created_by=by,
    )
    parties = [(PartyRole.OPERATOR, by), (PartyRole.WITNESS, witness)]
    if third is not None:
        parties.append((PartyRole.THIRD, third))
    DrawParty.objects.bulk_create([DrawParty(draw=draw, role=role, user=user) for role, user in parties])
    record(actor=by, action="draws.configured", subject=draw, facts={"seats": seats, "attempt": draw.attempt, "on": on})
    return draw


def _check_parties(by: User, witness: User, third: User | None, *, source: str) -> None:
    """Rule R-42: distinct persons; the witness has the capability to witness."""
    people = [person.pk for person in (by, witness, third) if person is not None]
    if len(set(people)) != len(people):
        raise DrawRefused(Refusal("same_person", _("Nobody plays two parts in a draw."), {"field": "witness"}, source))
    if not may(witness, Capability.WITNESS):
        message = _("The witness comes from supervision, not from the section that draws.")
        raise DrawRefused(Refusal("no_witness", message, {"field": "witness"}, source))


def answers_for(draw: Draw, on: date) -> list[Eligibility]:
    """Return who is eligible for the draw on ``on`` and who is not and why."""
    if draw.task is not None:
        return firm_eligibility(draw.task, on)
    if draw.re_review is None:
        return []
    return expert_eligibility(draw.re_review, on)


@transaction.atomic
def preview(*, draw: Draw, by: User, on: date) -> Preview:
    """Return what a freeze would hold now. Each look is journaled as counts and numbered in the freeze."""
    draw = locked(draw)
    require_operator(draw, by)
    answers = answers_for(draw, on)
    strata = strata_of(draw)
    chosen, left_out = _split(answers, strata)
    entries = pure.frozen_list(_candidates(chosen, strata), new_secret()).entries
    answer = pure.feasibility(seats_of(draw), draw.group_max, entries)
    draw.previews += 1
    draw.save(update_fields=["previews"])
    facts = {"eligible": len(chosen), "excluded": len(left_out), "on": on}
    record(actor=by, action="draws.previewed", subject=draw, facts=facts)
    blockers = _blockers(draw, chosen, left_out, strata) if answer.shortfall else ()
    return Preview(chosen, left_out, answer, blockers)


def _blockers(
    draw: Draw,
    chosen: Sequence[Eligibility],
    left_out: Sequence[Eligibility],
    strata: Mapping[int, set[int] | None],
) -> tuple[str, ...]:
    found = []
    for code in sorted({refusal.code for answer in left_out for refusal in answer.refusals}):
        freed = [answer for answer in left_out if {refusal.code for refusal in answer.refusals} == {code}]
        candidates = _candidates([*chosen, *(one for one in freed if strata_served(one, strata))], strata)
        entries = pure.frozen_list(candidates, new_secret()).entries
        if pure.feasibility(seats_of(draw), draw.group_max, entries).is_feasible:
            found.append(code)
    return tuple(found)


def new_secret() -> bytes:
    """Return 32 random bytes: the secret under which the leaves of one draw are salted."""
    return secrets.token_bytes(32)


@transaction.atomic
def freeze(*, draw: Draw, by: User, at: datetime, ratio_confirmed: bool = False) -> Draw:
    """Freeze the list and fix the commitment H; the journal is sealed before this returns.

    Raise ``DrawRefused`` where the seats cannot be filled (with the strata that are short), or where a seat has fewer
    than three candidates and nobody confirmed that (R-16).
    """
    on = timezone.localdate(at)
    draw = locked(draw)
    require_operator(draw, by)
    move(draw, DrawAction.FREEZE)
    strata = strata_of(draw)
    chosen, left_out = _split(answers_for(draw, on), strata)
    secret = new_secret()
    frozen = pure.frozen_list(_candidates(chosen, strata), secret)
    answer = pure.feasibility(seats_of(draw), draw.group_max, frozen.entries)
    if answer.shortfall:
        raise infeasible(answer.shortfall)
    thin = [ratio.name for ratio in answer.ratios if ratio.is_thin]
    if thin and not ratio_confirmed:
        message = _("Fewer than three candidates for a seat: %(names)s. Confirm to go on.") % {"names": ", ".join(thin)}
        source = rules_of_task(base_of(draw), on).source("candidate_ratio")
        raise DrawRefused(Refusal("ratio_thin", message, {"field": "ratio_confirmed"}, source))
    seal()
    position, head_hash = head()
    terms = _terms(draw, at=at, position=position, head_hash=head_hash)
    excluded = [pure.Excluded(ref_of(a), a.name, a.refusals[0].code) for a in left_out]
    result = pure.freeze(terms, frozen.entries, excluded, secret)
    draw.freeze_text, draw.commitment, draw.frozen_at = result.text, result.hash, at
    draw.secret_sealed = encrypt(secret.hex())
    draw.opened_tiers, draw.ratio_confirmed = [0], bool(thin)
    draw.save()
    _write_entries(draw, chosen, left_out, frozen, strata)
    facts = {"h": result.hash, "eligible": len(chosen), "excluded": len(left_out)}
    record(actor=by, action="draws.frozen", subject=draw, facts=facts)
    seal()
    return draw


def _terms(draw: Draw, *, at: datetime, position: int, head_hash: str) -> pure.Terms:
    base = base_of(draw)
    rules = rules_of_task(base, timezone.localdate(at))
    earlier = Draw.objects.filter(task=draw.task, re_review=draw.re_review).exclude(pk=draw.pk).order_by("attempt")
    lineage = {
        "attempt": draw.attempt,
        "earlier": [{"ground": row.void_ground, "h": row.commitment, "role": row.void_role} for row in earlier],
        "kind": "firm" if draw.task_id else "panel",
        "project": base.title,
        "work_year": base.work_year,
    }
    parties = {row.role: row for row in draw.parties.all()}
    return pure.Terms(
        seats=seats_of(draw),
        group_max=draw.group_max,
        algorithm=draw.algorithm,
        profile=draw.profile,
        parties=tuple(pure.Party(role.lower(), str(role)) for role in roles_in_order(parties)),
        lineage=lineage,
        rule_set=rules.rule_set.name if rules.rule_set else "",
        deadlines={
            "commit": (at + timedelta(hours=COMMIT_HOURS)).isoformat(),
            "reveal": (at + timedelta(hours=COMMIT_HOURS, minutes=REVEAL_MINUTES)).isoformat(),
        },
        journal_position=position,
        journal_head=head_hash,
        previews=draw.previews,
    )


def _split(
    answers: Sequence[Eligibility], strata: Mapping[int, set[int] | None]
) -> tuple[list[Eligibility], list[Eligibility]]:
    """Return (on the list, left out); who has no specialty that is asked for is left out with that reason."""
    chosen, left_out = [], []
    for answer in answers:
        if answer.refusals:
            left_out.append(answer)
        elif strata_served(answer, strata):
            chosen.append(answer)
        else:
            refusal = Refusal("no_specialty", _("Has no specialty that is asked for."), {"rule": "", "free_on": None})
            left_out.append(Eligibility(answer.party, answer.name, (refusal,), None, answer.links, answer.nodes))
    return chosen, left_out


def _candidates(chosen: Sequence[Eligibility], strata: Mapping[int, set[int] | None]) -> list[pure.Candidate]:
    return [
        pure.Candidate(ref_of(answer), answer.name, answer.links, strata_served(answer, strata)) for answer in chosen
    ]


def _write_entries(
    draw: Draw,
    chosen: Sequence[Eligibility],
    left_out: Sequence[Eligibility],
    frozen: pure.FrozenList,
    strata: Mapping[int, set[int] | None],
) -> None:
    is_firm = draw.task_id is not None
    listed = {entry.number: entry for entry in frozen.entries}
    rows = []
    for answer in chosen:
        entry = listed[frozen.numbers[ref_of(answer)]]
        rows.append(
            DrawEntry(
                draw=draw,
                number=entry.number,
                firm=answer.party if is_firm else None,
                expert=None if is_firm else answer.party,
                leaf=entry.leaf,
                group=entry.group,
                strata=list(strata_served(answer, strata)),
                tier=entry.tier,
            )
        )
    DrawEntry.objects.bulk_create(rows)
    DrawExclusion.objects.bulk_create(
        [
            DrawExclusion(
                draw=draw,
                firm=answer.party if is_firm else None,
                expert=None if is_firm else answer.party,
                code=refusal.code,
                source=refusal.source[:120],
                facts={**refusal.facts, "message": refusal.message},
                free_on=date.fromisoformat(refusal.facts["free_on"]) if refusal.facts.get("free_on") else None,
            )
            for answer in left_out
            for refusal in answer.refusals
        ]
    )
