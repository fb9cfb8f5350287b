"""From answers about eligibility to the frozen list: who stands on it, in which tier, and who is left out."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from django.utils.translation import gettext as _

from assignments import draw as pure
from assignments.models import Draw, DrawEntry, DrawExclusion
from assignments.rules.draws import WIDER_FIELDS, relaxed_by
from assignments.selectors.eligibility import Eligibility, expert_eligibility, firm_eligibility
from evaluators.models import Firm
from experts.models import Expert
from foundation.core.errors import Refusal
from foundation.taxonomy.models import Node
from foundation.taxonomy.selectors import descendants

Strata = Mapping[int, set[int] | None]
OWN_LEAVING: Final = frozenset({"left_this_task", "left_this_panel"})  # a withdrawal, not lateness


@dataclass(frozen=True, slots=True)
class Placed:
    """Somebody on the list: in which tier, for which strata."""

    answer: Eligibility
    tier: int
    strata: tuple[int, ...]


def answers_for(draw: Draw, on: date) -> list[Eligibility]:
    """Return who is eligible for the draw on ``on`` and who is not and why."""
    if draw.task is not None:
        return firm_eligibility(draw.task, on)
    if draw.re_review is None:
        return []
    return expert_eligibility(draw.re_review, on)


def strata_of(draw: Draw, *, is_wider: bool = False) -> dict[int, set[int] | None]:
    """Return the nodes that serve each stratum; None: everybody serves. ``is_wider``: the field above serves, too."""
    found: dict[int, set[int] | None] = {}
    for item in draw.seats:
        nodes = list(Node.objects.filter(pk__in=item["nodes"]).select_related("parent"))
        above = [node.parent for node in nodes if node.parent is not None]
        if not nodes or (is_wider and len(above) < len(nodes)):
            found[item["stratum"]] = None
        else:
            found[item["stratum"]] = set(descendants(above if is_wider else nodes).values_list("pk", flat=True))
    return found


def strata_served(answer: Eligibility, strata: Strata) -> tuple[int, ...]:
    """Return the strata that somebody may serve in."""
    return tuple(number for number, nodes in strata.items() if nodes is None or nodes & answer.nodes)


def ref_of(answer: Eligibility) -> str:
    """Return the permanent number by which the leaf names somebody."""
    return str(answer.party.number)


def split(draw: Draw, answers: Iterable[Eligibility]) -> tuple[list[Placed], list[Eligibility]]:
    """Return (on the list, left out). Each stands in the first tier that lets him in; tier 0 relaxes nothing.

    Who has no specialty that is asked for is left out with that reason.
    """
    steps = tuple(draw.widening)
    plain = strata_of(draw)
    wide = strata_of(draw, is_wider=True) if WIDER_FIELDS in steps else plain
    placed, left_out = [], []
    for answer in answers:
        found = _placed(answer, steps, plain, wide)
        if found is not None:
            placed.append(found)
        elif answer.refusals:
            left_out.append(answer)
        else:
            refusal = Refusal("no_specialty", _("Has no specialty that is asked for."), {"rule": "", "free_on": None})
            left_out.append(Eligibility(answer.party, answer.name, (refusal,), None, answer.links, answer.nodes))
    return placed, left_out


def _placed(answer: Eligibility, steps: Sequence[str], plain: Strata, wide: Strata) -> Placed | None:
    codes = {refusal.code for refusal in answer.refusals}
    for tier in range(len(steps) + 1):
        relaxed = relaxed_by(steps, tier)
        if codes <= relaxed and (strata := strata_served(answer, wide if WIDER_FIELDS in relaxed else plain)):
            return Placed(answer, tier, strata)
    return None


def candidates(placed: Iterable[Placed]) -> list[pure.Candidate]:
    """Return those on the list as the pure part takes them."""
    return [
        pure.Candidate(ref_of(one.answer), one.answer.name, one.answer.links, one.strata, one.tier) for one in placed
    ]


def write_entries(
    draw: Draw, placed: Sequence[Placed], left_out: Sequence[Eligibility], frozen: pure.FrozenList, secret: bytes
) -> None:
    """Keep who stands on the list under which number, and who is not on it and why."""
    is_firm = draw.task_id is not None
    listed = {entry.number: entry for entry in frozen.entries}
    rows = []
    for one in placed:
        entry = listed[frozen.numbers[ref_of(one.answer)]]
        rows.append(
            DrawEntry(
                draw=draw,
                number=entry.number,
                firm=one.answer.party if is_firm else None,
                expert=None if is_firm else one.answer.party,
                leaf=entry.leaf,
                group=entry.group,
                strata=list(one.strata),
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
                leaf="" if turn else sealed_leaf(answer, secret),
            )
            for answer in left_out
            for turn, refusal in enumerate(answer.refusals)
        ]
    )


def sealed_leaf(answer: Eligibility, secret: bytes) -> str:
    """Return the leaf that stands in the sealed part for somebody kept off the list, under the first rule."""
    ref = ref_of(answer)
    return pure.leaf(answer.name, ref, answer.refusals[0].code, pure.salt(secret, ref))


def copy_entries(draw: Draw, former: Draw) -> None:
    """Keep the list of ``former`` as it stands, for the next attempt."""
    entries, exclusions = list(former.entries.order_by("pk")), list(former.exclusions.order_by("pk"))
    for entry in entries:
        entry.pk, entry.draw = None, draw
    for exclusion in exclusions:
        exclusion.pk, exclusion.draw = None, draw
    DrawEntry.objects.bulk_create(entries)
    DrawExclusion.objects.bulk_create(exclusions)


def lock_listed(entries: Iterable[DrawEntry]) -> None:
    """Lock the firms and experts of ``entries`` in the order of their keys until the transaction ends."""
    rows = list(entries)
    for noun, keys in ((Firm, [row.firm_id for row in rows]), (Expert, [row.expert_id for row in rows])):
        if wanted := [key for key in keys if key is not None]:
            list(
                noun.objects.select_for_update(no_key=True)
                .filter(pk__in=wanted)
                .order_by("pk")
                .values_list("pk", flat=True)
            )


def late_of(draw: Draw, on: date, seated: set[int] | None = None, *, locks: bool = True) -> list[int]:
    """Return the numbers on the list who became ineligible since the freeze; those who hold a seat are not asked.

    What the widening of a tier relaxes does not count against who stands in it. Everybody asked stays locked until the
    walk is stored, in the order of their keys, so that two draws at once see each other's seats.
    """
    entries = list(draw.entries.order_by("number"))
    kept = seated or set()
    asked = [row for row in entries if row.number not in kept]
    if locks:
        lock_listed(asked)
    by_key = {key: row for row in asked if (key := row.firm_id or row.expert_id) is not None}
    answers: list[Eligibility] = []
    if draw.task is not None:
        firms = list(Firm.objects.filter(pk__in=list(by_key)).select_related("organisation"))
        answers = firm_eligibility(draw.task, on, firms)
    elif draw.re_review is not None:
        experts = list(Expert.objects.filter(pk__in=list(by_key)).select_related("person"))
        answers = expert_eligibility(draw.re_review, on, experts)
    return sorted(
        by_key[answer.party.pk].number
        for answer in answers
        if {refusal.code for refusal in answer.refusals}
        - OWN_LEAVING
        - relaxed_by(draw.widening, by_key[answer.party.pk].tier)
    )
