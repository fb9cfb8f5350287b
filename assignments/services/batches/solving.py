"""Phase 1 of a batch, in the background: who may sit where, how well, the best chances, the freeze. No seed is known.

One question of eligibility for each re-review, about the whole pool; everything else is asked once.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Count, Max
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.module_loading import import_string

from assignments import draw as pure
from assignments import matching
from assignments.enums import BatchAction, BatchStatus, PairKind
from assignments.matching.fit import FULL_MARKS, Fit, fit_of, turns_of
from assignments.models import Assignment, AssignmentBatch, BatchPair, BatchTask
from assignments.rules.batches import PERMILLE, kept_apart, quality_source, room_left
from assignments.selectors.batch_proofs import proof_left
from assignments.selectors.batches import earlier_attempts, naming_agreed, pairs_of, pool_of, tasks_of
from assignments.selectors.eligibility import Eligibility, expert_eligibility
from assignments.selectors.seeding import REVEAL_ORDER
from assignments.selectors.tasks import rules_of_task
from assignments.services.batches.facts import BatchRefused, locked, move
from assignments.services.batches.lifting import HeldBack
from assignments.services.batches.reasons import CROSSING, LIMITED_BY, names_of, told_lifting, told_reasons
from assignments.services.batches.refusals import NO_SPECIALTY, Refusals, copy_refusals, why_not
from assignments.services.draws.freezing import new_secret
from assignments.services.seeding import deadlines, tell_frozen, times_of
from assignments.transitions import GONE
from experts.models import Expert
from foundation.accounts.models import User
from foundation.audit.selectors import head
from foundation.audit.services import record, seal
from foundation.core.canon import dumps, sha256_hex
from foundation.core.crypto import decrypt, encrypt
from foundation.core.errors import Refusal
from foundation.rulesets.selectors import Rules
from foundation.taxonomy.enums import TreeKind
from foundation.taxonomy.models import Node
from parties.models import Organisation


@dataclass(frozen=True, slots=True)
class Limits:
    """The strictest of what the rules of the tasks say, and the source of each by what it limits in the problem.

    Tasks a year, people of an employer, chance of a pair, days between two meetings with a unit.
    """

    yearly_cap: int
    employer_max: int
    chance_permille: int
    cool_down_days: int
    sources: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Survey:
    """The pool, and by task what became of everybody: listed with a fit, or kept away by a rule (the first one)."""

    experts: list[Expert]
    links: Mapping[int, frozenset[str]]
    employers: Mapping[int, str]
    fits: list[dict[int, Fit]]
    strata: Mapping[int, set[int]]  # the fields that each may take a typed seat for
    removed: list[Counter[str]]
    refusals: Refusals
    held_back: HeldBack
    unlisted: Mapping[tuple[int, int], Refusal]  # why a named expert is not listed for the re-review at a place
    caps: Mapping[int, int]
    limits: Limits


@dataclass(frozen=True, slots=True)
class Aside:
    """What is solved beside the answer, before the batch is locked: what keeping apart costs, which rule would do."""

    apart_cost: int | None
    lifting: list[list[str | None]]


def run(*, batch: AssignmentBatch, by: User, at: datetime, freezes: bool) -> AssignmentBatch:
    """Solve the batch as of ``at``; freeze it if asked and if every seat can be filled, else show what was found.

    A batch that is no longer being solved is left alone, so the job may run twice.
    """
    if batch.status != BatchStatus.SOLVING:
        return batch
    on = timezone.localdate(at)
    tasks, pairs = tasks_of(batch), pairs_of(batch)
    survey = _survey(batch, tasks, pairs, on)
    secret = new_secret()
    listed = pure.frozen_list(
        [
            pure.Candidate(row.number, row.person.name, survey.links.get(row.pk, frozenset()), (1,))
            for row in survey.experts
        ],
        secret,
    )
    place = {row.pk: listed.numbers[row.number] - 1 for row in survey.experts}
    problem = _problem(batch, tasks, pairs, survey, listed, place)
    fields = [task.node_id for task in tasks]
    solution = _solved(problem, fields)
    aside = Aside(_apart_cost(problem, solution, fields), _lifting(survey, solution, place))
    with transaction.atomic():
        batch = locked(batch)
        if batch.status != BatchStatus.SOLVING:
            return batch
        _keep(batch, tasks, survey, problem, solution, aside, place)
        if freezes and solution is not None and solution.status != matching.INFEASIBLE:
            _freeze(batch, tasks, pairs, survey, solution, listed, secret, place, at=at, by=by)
        else:
            move(batch, BatchAction.SHOW)
            batch.looks += 1  # a freeze is no look: its number stands in what is frozen
            facts = {"status": solution.status if solution else matching.INFEASIBLE, "look": batch.looks, "on": on}
            record(actor=by, action="batches.looked", subject=batch, facts=facts)
        batch.save()
        if batch.status == BatchStatus.FROZEN:
            tell_frozen(at)
    if batch.status == BatchStatus.FROZEN:
        seal()
    return batch


def _solved(problem: matching.Problem, fields: Sequence[int]) -> matching.Solution | None:
    """Return the answer; None where a chance cap cannot be kept together with typed seats that cross."""
    try:
        return matching.solve(problem, fields)
    except matching.ProblemError:
        if problem.q_permille is None or not problem.seat_strata:
            raise
        return None


def _survey(batch: AssignmentBatch, tasks: Sequence[BatchTask], pairs: Sequence[BatchPair], on: date) -> Survey:
    experts = list(pool_of(batch))
    keys = [row.pk for row in experts]
    nodes = Node.objects.filter(bureau_id=batch.bureau_id, tree=TreeKind.SPECIALTY)
    paths = dict(nodes.values_list("pk", Coalesce("successor__path", "path")))  # merged ones as what they became
    scores = _scores(keys)
    every = [score for known in scores.values() for score in known]
    average = sum(every) // len(every) if every else FULL_MARKS
    seats = Assignment.objects.filter(expert__in=keys, re_review__isnull=False).exclude(status__in=GONE).order_by()
    last = dict(seats.values_list("expert_id").annotate(Max("assigned_on")))
    turns = turns_of({key: last.get(key) for key in keys})
    served = dict(seats.filter(assigned_on__year=on.year).values_list("expert_id").annotate(Count("pk")))
    limits = _limits(tasks, on)
    fits: list[dict[int, Fit]] = []
    strata: dict[int, set[int]] = defaultdict(set)
    removed: list[Counter[str]] = []
    refusals, held_back, unlisted = Refusals(), HeldBack(), dict[tuple[int, int], Refusal]()
    named = {(pair.task.place, pair.expert_id) for pair in pairs if pair.kind == PairKind.PIN}
    links: dict[int, frozenset[str]] = {}
    for number, task in enumerate(tasks, 1):
        answers = expert_eligibility(task.re_review, on, experts)
        here, gone = dict[int, Fit](), Counter[str]()
        for answer in answers:
            links[answer.party.pk] = answer.links
            fit = None
            for node in [seat["node"] for seat in task.seats] or [task.node_id]:
                found = _fit(paths[node], answer, paths, scores, average, turns)
                if found is not None:
                    strata[answer.party.pk].add(node)
                    fit = max(fit, found, key=lambda one: one.value) if fit else found
            if answer.refusals or fit is None:
                gone[answer.refusals[0].code if answer.refusals else NO_SPECIALTY] += 1
                refusals.note(answer)
                held_back.note(task.place, answer, fit)
                if (task.place, answer.party.pk) in named:
                    unlisted[task.place, answer.party.pk] = why_not(answer)
            else:
                here[answer.party.pk] = fit
        fits.append(here)
        removed.append(gone)
        AssignmentBatch.objects.filter(pk=batch.pk).update(surveyed=number)
    caps = {key: room_left(cap=limits.yearly_cap, served=served.get(key, 0)) for key in keys}
    employers = _employers(links)
    return Survey(experts, links, employers, fits, strata, removed, refusals, held_back, unlisted, caps, limits)


def _limits(tasks: Sequence[BatchTask], on: date) -> Limits:
    every = [rules_of_task(task.re_review.evaluation, on) for task in tasks]
    return Limits(
        yearly_cap=min(rules.value("expert_yearly_cap") for rules in every),
        employer_max=min(rules.value("employer_max") for rules in every),
        chance_permille=min(rules.value("batch_chance_permille") for rules in every),
        cool_down_days=max(rules.value("cool_down_days") for rules in every),
        sources={limit: every[0].source(key) for limit, key in LIMITED_BY.items()},
    )


def _scores(keys: Sequence[int]) -> dict[int, list[int]]:
    name = quality_source()
    found: dict[int, list[int]] = import_string(name)(keys) if name else {}
    return found


def _fit(
    task_path: str,
    answer: Eligibility,
    paths: Mapping[int, str],
    scores: Mapping[int, list[int]],
    average: int,
    turns: Mapping[int, int],
) -> Fit | None:
    key = answer.party.pk
    return fit_of(
        task_path=task_path,
        expert_paths=sorted(paths[node] for node in answer.nodes if node in paths),
        scores=scores.get(key, []),
        average=average,
        turn=turns[key],
        turns=max(turns.values()) + 1,
    )


def _employers(links: Mapping[int, frozenset[str]]) -> dict[int, str]:
    """Return the names of everybody's present employers, in one query."""
    keys = {int(link.rpartition("-")[2]) for own in links.values() for link in own}
    names = dict(Organisation.objects.filter(pk__in=keys).values_list("pk", "name"))
    return {
        key: "、".join(names[one] for one in sorted(int(link.rpartition("-")[2]) for link in own))
        for key, own in links.items()
    }


def _problem(
    batch: AssignmentBatch,
    tasks: Sequence[BatchTask],
    pairs: Sequence[BatchPair],
    survey: Survey,
    listed: pure.FrozenList,
    place: Mapping[int, int],
) -> matching.Problem:
    chance = survey.limits.chance_permille
    meetings = [(task.re_review.evaluation.unit_id, task.re_review.evaluation_id) for task in tasks]
    caps = {place[row.pk]: survey.caps[row.pk] for row in survey.experts}
    typed: dict[str, Any] = {}
    if any(task.seats for task in tasks):
        typed = {
            "seat_strata": [[[seat["node"], seat["count"]] for seat in task.seats] for task in tasks],
            "strata": [sorted(survey.strata.get(key, ())) for key in sorted(place, key=lambda key: place[key])],
        }
    return matching.read_problem(
        typed
        | {
            "floor": "max-min" if batch.evens_out else "none",
            "seats": [task.re_review.panel_size for task in tasks],
            "caps": [caps[number] for number in range(len(caps))],
            "edges": [
                [number, place[key], fit.value] for number, fits in enumerate(survey.fits) for key, fit in fits.items()
            ],
            "groups": [entry.group or None for entry in listed.entries],
            "group_limit": survey.limits.employer_max,
            "quotas": _quotas(batch, listed),
            "q_permille": chance if chance < PERMILLE else None,
            "pins": _numbers(pairs, PairKind.PIN, place),
            "forbids": _numbers(pairs, PairKind.FORBID, place),
            "task_groups": kept_apart(meetings, cool_down_days=survey.limits.cool_down_days),
        }
    )


def _quotas(batch: AssignmentBatch, listed: pure.FrozenList) -> list[list[int]]:
    """Return the quota of every employer; none where the batch sets none."""
    if batch.employer_quota is None:
        return []
    groups = {entry.group for entry in listed.entries if entry.group}
    return [[group, batch.employer_quota] for group in sorted(groups)]


def _numbers(pairs: Sequence[BatchPair], kind: PairKind, place: Mapping[int, int]) -> list[list[int]]:
    return [[pair.task.place, place[pair.expert_id]] for pair in pairs if pair.kind == kind]


def _keep(
    batch: AssignmentBatch,
    tasks: Sequence[BatchTask],
    survey: Survey,
    problem: matching.Problem,
    solution: matching.Solution | None,
    aside: Aside,
    place: Mapping[int, int],
) -> None:
    """Keep what pages show of a run: the pool, the fits and their parts, the expected loads, why there is no answer."""
    for task, fits, removed in zip(tasks, survey.fits, survey.removed, strict=True):
        task.eligible = len(fits)
        task.removed = sorted(removed.items(), key=lambda row: (-row[1], row[0]))
        task.fits = {
            str(key): [
                fit.value,
                fit.specialty,
                fit.missing_levels,
                fit.match_permille,
                fit.quality_hundredths,
                fit.opinions,
                fit.turn_permille,
            ]
            for key, fit in fits.items()
        }
    BatchTask.objects.bulk_update(tasks, ["eligible", "removed", "fits"])
    loads = [0] * len(survey.experts)
    for _task, expert, units in solution.marginals() if solution else ():
        loads[expert] += units
    rows = sorted(survey.experts, key=lambda row: place[row.pk])
    batch.pool = [
        {"expert": row.pk, "cap": survey.caps[row.pk], "employer": survey.employers.get(row.pk, ""), "load": load}
        for row, load in zip(rows, loads, strict=True)
    ]
    reasons = _reasons(batch, tasks, survey, solution) if solution is None or solution.reasons else []
    reasons += aside.lifting
    batch.solved = {
        "status": solution.status if solution else matching.INFEASIBLE,
        "reasons": reasons,
        "expected_total": solution.expected_units // matching.UNITS if solution else 0,
        "chance_permille": survey.limits.chance_permille,
        "employer_max": survey.limits.employer_max,
        "yearly_cap": survey.limits.yearly_cap,
        "task_groups": [list(places) for places in problem.task_groups],
        "apart_cost": aside.apart_cost,
        "proof": proof_left(solution.certificate, expected_units=solution.expected_units, q_permille=problem.q_permille)
        if solution and solution.status != matching.INFEASIBLE
        else None,
    }


def _apart_cost(problem: matching.Problem, solution: matching.Solution | None, fields: Sequence[int]) -> int | None:
    """Return how much expected fit, in millionths, it costs that nobody takes two re-reviews of one unit. Rule R-17.

    None where no two are of one unit, where there is no answer, and where the worst fitted re-review comes first.
    """
    if solution is None or solution.status == matching.INFEASIBLE:
        return None
    if not problem.task_groups or problem.floor == matching.MAX_MIN:
        return None
    free = _solved(matching.lifted(problem, "task_groups"), fields)
    return max(0, free.expected_units - solution.expected_units) // matching.UNITS if free else None


def _reasons(
    batch: AssignmentBatch, tasks: Sequence[BatchTask], survey: Survey, solution: matching.Solution | None
) -> list[list[str | None]]:
    """Return why there is no answer, by the names of re-reviews, people, employers and fields."""
    if solution is None:
        return [list(CROSSING)]
    people = {row.pk: row.person.name for row in survey.experts}
    names = names_of(
        tasks,
        experts=[people[row["expert"]] for row in batch.pool],
        employers={
            group: row["employer"]
            for group, row in zip(solution.problem.groups, batch.pool, strict=True)
            if group is not None
        },
    )
    numbers = {row["expert"]: number for number, row in enumerate(batch.pool)}
    unlisted = {(place, numbers[expert]): refusal for (place, expert), refusal in survey.unlisted.items()}
    return told_reasons(
        solution.reasons, names=names, removed=survey.removed, unlisted=unlisted, sources=survey.limits.sources
    )


def _lifting(survey: Survey, solution: matching.Solution | None, place: Mapping[int, int]) -> list[list[str | None]]:
    """Return which rule of eligibility alone would do; nothing where there is an answer or a named one may not sit."""
    if solution is None or not solution.reasons or solution.network is None:
        return []
    return told_lifting(survey.held_back.would_do(solution.problem, place), is_asked=bool(survey.held_back.pairs))


def _freeze(
    batch: AssignmentBatch,
    tasks: Sequence[BatchTask],
    pairs: Sequence[BatchPair],
    survey: Survey,
    solution: matching.Solution,
    listed: pure.FrozenList,
    secret: bytes,
    place: Mapping[int, int],
    *,
    at: datetime,
    by: User,
) -> None:
    seal()
    position, head_hash = head()
    unlisted: Counter[str] = sum(survey.removed, Counter[str]())
    terms = matching.BatchTerms(
        reasons={(pair.task.place, place[pair.expert_id]): pair.reason for pair in pairs},
        unlisted=unlisted,
        leaves=[entry.leaf for entry in listed.entries],
        protocol=_protocol(batch, tasks, at=at)
        | {"journal": {"head": head_hash, "position": position}}
        | _naming(batch, pairs),
    )
    text = dumps(matching.freeze_document(solution, terms))
    move(batch, BatchAction.FREEZE)
    _fix(batch, text, at=at, rules=_rules(tasks, at))
    batch.secret_sealed = encrypt(secret.hex())
    survey.refusals.keep(batch, pairs)
    facts = {"h": batch.commitment, "tasks": len(tasks), "experts": len(survey.experts), "pairs": len(pairs)}
    record(actor=by, action="batches.frozen", subject=batch, facts=facts)


def _naming(batch: AssignmentBatch, pairs: Sequence[BatchPair]) -> dict[str, Any]:
    """Return by which approval somebody is named or kept away; nothing where nobody is."""
    approval = naming_agreed(batch, pairs) if pairs else None
    if approval is None or approval.closed_at is None:
        return {}
    agreed_on = timezone.localdate(approval.closed_at).isoformat()
    return {"naming": {"agreed_on": agreed_on, "approval": approval.pk}}


@transaction.atomic
def freeze_again(batch: AssignmentBatch, former: AssignmentBatch, *, by: User, at: datetime) -> None:
    """Freeze the list, the chances and the leaves of ``former`` as they stand, under the terms of this attempt."""
    seal()
    position, head_hash = head()
    tasks = tasks_of(batch)
    protocol = _protocol(batch, tasks, at=at) | {"journal": {"head": head_hash, "position": position}}
    text = dumps(json.loads(former.freeze_text) | protocol)
    move(batch, BatchAction.FREEZE)
    _fix(batch, text, at=at, rules=_rules(tasks, at))
    batch.secret_sealed = encrypt(decrypt(former.secret_sealed))
    batch.save()
    copy_refusals(batch, former)
    facts = {"h": batch.commitment, "repeats": former.number, "tasks": len(tasks)}
    record(actor=by, action="batches.frozen", subject=batch, facts=facts)
    tell_frozen(at)
    seal()


def _rules(tasks: Sequence[BatchTask], at: datetime) -> Rules:
    return rules_of_task(tasks[0].re_review.evaluation, timezone.localdate(at))


def _fix(batch: AssignmentBatch, text: bytes, *, at: datetime, rules: Rules) -> None:
    times = times_of(batch, rules, at, refused=BatchRefused)
    batch.freeze_text, batch.commitment, batch.frozen_at = text.decode(), sha256_hex(text), at
    batch.commit_until, batch.reveal_until = times.commit_until, times.reveal_until


def _protocol(batch: AssignmentBatch, tasks: Sequence[BatchTask], *, at: datetime) -> dict[str, Any]:
    rules = _rules(tasks, at)
    held = set(batch.parties.values_list("role", flat=True))
    earlier = [
        {"ground": row.void_ground, "h": row.commitment, "role": row.void_role} for row in earlier_attempts(batch)
    ]
    return {
        "deadlines": dict(deadlines(rules, times_of(batch, rules, at, refused=BatchRefused), len(held))),
        "lineage": {"attempt": batch.attempt, "earlier": earlier, "kind": "batch", "work_year": batch.work_year},
        "parties": [{"id": role.lower(), "role": role.value} for role in REVEAL_ORDER if role in held],
        "previews": batch.looks,
        "profile": batch.profile,
        "rule_set": rules.rule_set.name if rules.rule_set else "",
        "sources": [batch.outside_source] if batch.outside_source else [],
        "tasks": [task.re_review.number for task in tasks],
    }
