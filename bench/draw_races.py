"""Draw, replace and bar people at once on PostgreSQL over one pool, and count what must not happen.

Run ``DATABASE_URL=postgresql://… python -m bench.draw_races``; it makes a database of its own beside that one and drops
it. 1,000 draws, 200 replacements in panels that were drawn before, and some experts who are suspended or turn out to
have a conflict, all in one queue that 64 connections empty. Beside it, in the same run, the usual way: look who is
eligible, pick by chance, insert, each in a transaction and with the same rules, but without a lock and a list.
"""

import argparse
import json
import os
import random
import statistics
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import partial
from typing import Any

NOW = datetime(2020, 6, 1, 2, 0, tzinfo=UTC)
TODAY = date(2020, 6, 1)
CAP = 12
SEATS = 3
VERIFIED = 50
Act = tuple[tuple[str, int], Callable[[], object]]


@dataclass
class Pool:
    """A bureau with its experts and reviews; ``draws`` stand before their last nonce, by re-review."""

    bureau: Any
    clerk: Any
    witness: Any
    head: Any
    people: list[Any]
    reviews: list[Any]
    draws: dict[int, Any] = field(default_factory=dict)
    conflicted: set[int] = field(default_factory=set)


@dataclass
class Ran:
    """What a column did: when each act began and ended, and what was raised, in seconds of one clock."""

    began: dict[tuple[str, int], float] = field(default_factory=dict)
    ended: dict[tuple[str, int], float] = field(default_factory=dict)
    raised: list[Exception] = field(default_factory=list)
    seconds: float = 0.0

    def took(self, kind: str) -> list[float]:
        """Return the seconds of each act of a kind."""
        return [self.ended[key] - start for key, start in self.began.items() if key[0] == kind]


def at_once(acts: Sequence[Act], workers: int, ran: Ran) -> None:
    """Do the acts from so many threads with a connection each."""
    from django.db import connections  # noqa: PLC0415

    waiting = list(acts)
    gate = threading.Barrier(workers + 1)

    def work() -> None:
        gate.wait()
        try:
            while True:
                try:
                    key, call = waiting.pop()
                except IndexError:
                    return
                ran.began[key] = time.perf_counter()
                try:
                    call()
                except Exception as error:  # noqa: BLE001 - whatever escapes is what is counted
                    ran.raised.append(error)
                ran.ended[key] = time.perf_counter()
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work) for _worker in range(workers)]
    for thread in threads:
        thread.start()
    gate.wait()
    began = time.perf_counter()
    for thread in threads:
        thread.join()
    ran.seconds += time.perf_counter() - began


def pool_of(reviews: int, experts: int) -> Pool:
    """Make a bureau, its experts of one field, and a re-review for each unit."""
    from experts.models import ExpertSpecialty, ExpertUndertaking  # noqa: PLC0415
    from foundation.accounts.enums import Role  # noqa: PLC0415
    from foundation.taxonomy.enums import TreeKind  # noqa: PLC0415
    from foundation.taxonomy.models import Node  # noqa: PLC0415
    from tests.factories.assignments import ExpertFactory, PlanFactory, ReReviewFactory, TaskFactory, UnitFactory  # noqa: PLC0415
    from tests.factories.foundation import RuleSetFactory, RuleValueFactory, UserFactory  # noqa: PLC0415

    plan = PlanFactory()
    bureau = plan.bureau
    rules = RuleSetFactory(bureau=bureau)
    for key, value in (("expert_yearly_cap", CAP), ("training_hours", 0)):
        RuleValueFactory(rule_set=rules, key=key, value=value)
    clerk, witness, head = (
        UserFactory(bureau=bureau, role=role) for role in (Role.CLERK, Role.SUPERVISOR, Role.SECTION_HEAD)
    )
    node = Node.objects.create(bureau=bureau, tree=TreeKind.SPECIALTY, level=1, code="01", name="财务", path="01")
    people = ExpertFactory.create_batch(experts, bureau=bureau, admitted_on=date(2020, 1, 1))
    for expert in people:
        ExpertUndertaking.objects.create(expert=expert, year=2020, text_version="1", accepted_on=TODAY)
        ExpertSpecialty.objects.create(expert=expert, node=node, is_main=True)
    made = [
        ReReviewFactory(
            evaluation=TaskFactory(plan=plan, clerk=clerk, unit=UnitFactory(bureau=bureau), status="SUBMITTED")
        )
        for _number in range(reviews)
    ]
    return Pool(bureau, clerk, witness, head, people, made)


def freeze_all(pool: Pool) -> None:
    """Take a draw of every re-review to the point where only the last nonce is missing."""
    from assignments import draw as pure  # noqa: PLC0415
    from assignments.services import draws as services  # noqa: PLC0415
    from foundation.taxonomy.models import Node  # noqa: PLC0415
    from tests.factories.draws import nonce  # noqa: PLC0415

    node = Node.objects.get(bureau=pool.bureau)
    for place, review in enumerate(pool.reviews, 1):
        seats = [services.SeatDraft("财务", SEATS, [node])]
        draw = services.configure_panel_draw(
            re_review=review, seats=seats, witness=pool.witness, by=pool.clerk, on=TODAY
        )
        draw = services.freeze(draw=draw, by=pool.clerk, at=NOW)
        for party, user in (("operator", pool.clerk), ("witness", pool.witness)):
            value = pure.commitment(draw.commitment, party, nonce(party))
            draw = services.commit(draw=draw, commitment=value, by=user, at=NOW)
        pool.draws[review.pk] = services.reveal(draw=draw, nonce=nonce("operator"), by=pool.clerk, at=NOW)
        if place % 200 == 0:
            print(f"  {place} draws stand before their last nonce", flush=True)


def conflict(pool: Pool, expert: Any) -> object:
    """Enter that the expert works for every unit."""
    from parties.services import EmploymentDraft, record_employments  # noqa: PLC0415

    spells = [
        EmploymentDraft(person=expert.person, organisation=review.evaluation.unit.organisation, started_on=TODAY)
        for review in pool.reviews
    ]
    return record_employments(drafts=spells, by=pool.clerk, on=TODAY)


def suspend(pool: Pool, expert: Any) -> object:
    """Take the expert out of the pool for a while."""
    from experts.enums import ExpertAction  # noqa: PLC0415
    from experts.services import move_experts  # noqa: PLC0415

    return move_experts(experts=[expert], action=ExpertAction.SUSPEND, by=pool.head, on=TODAY, reason="核查")


def gongping(pool: Pool) -> tuple[Callable[[Any], object], Callable[[Any], object]]:
    """Return how our product draws a panel, and how it replaces one."""
    from assignments.services import draws as services  # noqa: PLC0415
    from tests.factories.draws import nonce  # noqa: PLC0415

    def draw(review: Any) -> object:
        return services.reveal(draw=pool.draws[review.pk], nonce=nonce("witness"), by=pool.witness, at=NOW)

    def replace(review: Any) -> object:
        return services.replace(draw=pool.draws[review.pk], by=pool.clerk, at=NOW)

    return draw, replace


def plain(pool: Pool) -> tuple[Callable[[Any], object], Callable[[Any], object]]:
    """Return the usual way: ask who is eligible, pick, insert; in a transaction, without a lock."""
    from django.db import transaction  # noqa: PLC0415

    from assignments.models import Assignment  # noqa: PLC0415
    from assignments.selectors.eligibility import expert_eligibility  # noqa: PLC0415

    chance = random.SystemRandom()

    @transaction.atomic
    def pick(review: Any, count: int, origin: str) -> object:
        before = set(Assignment.objects.filter(re_review=review).values_list("expert_id", flat=True))
        answers = expert_eligibility(review, TODAY, pool.people)
        free = [answer.party for answer in answers if answer.is_eligible and answer.party.pk not in before]
        rows = [
            Assignment(bureau=pool.bureau, re_review=review, expert=one, person_id=one.person_id, origin=origin,
                       assigned_on=TODAY)
            for one in chance.sample(free, count)
        ]  # fmt: skip
        return Assignment.objects.bulk_create(rows)

    return lambda review: pick(review, SEATS, "DRAW"), lambda review: pick(review, 1, "REPLACEMENT")


def column(pool: Pool, way: Callable[[Pool], Any], options: argparse.Namespace) -> dict[str, Any]:
    """Draw, replace and bar at once; return the figures by name."""
    from assignments.models import Assignment  # noqa: PLC0415

    known, barred = pool.people[: options.barred], pool.people[options.barred : 2 * options.barred]
    for expert in known:  # they are on the frozen lists, and their conflict comes up before the first draw
        conflict(pool, expert)
    draw, replace = way(pool)
    earlier, later = pool.reviews[: options.replacements], pool.reviews[options.replacements :]
    ran, broken = Ran(), deadlocks()
    at_once([(("earlier", row.pk), partial(draw, row)) for row in earlier], options.connections, ran)
    for review in earlier:
        seat = Assignment.objects.filter(re_review=review).order_by("pk").first()
        Assignment.objects.filter(pk=seat.pk if seat else 0).update(status="DECLINED", decline_reason="CONFLICT")
    ran.seconds = 0.0
    acts: list[Act] = [(("draw", row.pk), partial(draw, row)) for row in later]
    acts += [(("replacement", row.pk), partial(replace, row)) for row in earlier]
    for place, expert in enumerate(barred):
        acts.append((("bar", expert.pk), partial(conflict if place % 2 else suspend, pool, expert)))
    random.Random(7).shuffle(acts)
    at_once(acts, options.connections, ran)
    return figures(pool, ran, {expert.pk for expert in known}, deadlocks() - broken)


def deadlocks() -> int:
    """Return how many deadlocks PostgreSQL has broken in this database."""
    from django.db import connection  # noqa: PLC0415

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
        return int(cursor.fetchone()[0])


def figures(pool: Pool, ran: Ran, known: set[int], broken: int) -> dict[str, Any]:
    """Count what must not have happened; then the times, as text."""
    from assignments.models import Assignment  # noqa: PLC0415
    from assignments.transitions import GONE  # noqa: PLC0415

    rows = list(Assignment.objects.filter(bureau=pool.bureau, re_review__isnull=False))
    held = [(row.re_review_id, row.expert_id) for row in rows if row.status not in GONE]
    load, sizes = Counter(expert for _review, expert in held), Counter(review for review, _expert in held)
    return {
        "people over the cap": sum(count > CAP for count in load.values()),
        "seats above a cap": sum(max(count - CAP, 0) for count in load.values()),
        "seats held twice": len(held) - len(set(held)),
        "seats missing": len(pool.reviews) * SEATS - len(held),
        "panels of another size": sum(count != SEATS for count in sizes.values()),
        "seats with a conflict known before": sum(row.expert_id in known for row in rows),
        "seats of people barred before the act": sum(seated_though_barred(row, ran) for row in rows),
        "errors that reached a person": len(ran.raised),
        "deadlocks in the database": broken,
        "people barred while it ran": str(len(ran.took("bar"))),
        "most seats of one person": f"{max(load.values(), default=0)} of {CAP}",
        "all at once, s": f"{ran.seconds:.1f}",
        "a draw, s: middle, slowest": spread(ran.took("draw")),
        "a replacement, s: middle, slowest": spread(ran.took("replacement")),
        "a bar, s: middle, slowest": spread(ran.took("bar")),
        "raised": [f"{type(error).__name__}: {error}" for error in ran.raised[:3]],
    }


def seated_though_barred(row: Any, ran: Ran) -> bool:
    """Return whether the act that gave this seat began after its holder was barred for everybody to see."""
    first = "earlier" if ("earlier", row.re_review_id) in ran.began else "draw"
    kind = "replacement" if row.origin == "REPLACEMENT" else first
    barred = ran.ended.get(("bar", row.expert_id))
    return barred is not None and ran.began[kind, row.re_review_id] > barred


def spread(seconds: Sequence[float]) -> str:
    """Return the middle one and the largest."""
    return f"{statistics.median(seconds):.2f}, {max(seconds):.2f}" if seconds else "—"


def differing(pool: Pool) -> int:
    """Return how many of a sample of the published records a stranger's program does not accept."""
    from assignments.models import Draw  # noqa: PLC0415
    from assignments.selectors.draws import record_of  # noqa: PLC0415
    from assignments.verify_draw import Difference, verify  # noqa: PLC0415

    found = 0
    draws = list(Draw.objects.filter(bureau=pool.bureau).order_by("pk"))
    for draw in draws[:: max(1, len(draws) // VERIFIED)]:
        try:
            verify(json.dumps(record_of(draw), ensure_ascii=False))
        except Difference:
            found += 1
    return found


def main() -> int:
    """Prepare, draw, replace, bar, count."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--draws", type=int, default=1_000)
    parser.add_argument("--replacements", type=int, default=200)
    parser.add_argument("--experts", type=int, default=400)
    parser.add_argument("--barred", type=int, default=20, help="so many before the first draw, as many while it runs")
    parser.add_argument("--connections", type=int, default=64)
    options = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.test")
    import django  # noqa: PLC0415

    django.setup()
    from django.db import connection  # noqa: PLC0415

    if connection.vendor != "postgresql":
        parser.error("DATABASE_URL must name a PostgreSQL database")
    connection.creation.create_test_db(verbosity=0, autoclobber=True)
    try:
        return run(options)
    finally:
        connection.creation.destroy_test_db(connection.settings_dict["NAME"], verbosity=0)


def run(options: argparse.Namespace) -> int:
    """Print the figures of both columns; return 1 where ours did what must not happen."""
    from foundation.audit.selectors import verify_chain  # noqa: PLC0415

    began = time.perf_counter()
    reviews = options.draws + options.replacements
    ours, usual = pool_of(reviews, options.experts), pool_of(reviews, options.experts)
    freeze_all(ours)
    print(f"prepared in {time.perf_counter() - began:.0f} s: {options.experts} people, at most {CAP} seats each")
    print(
        f"{options.draws} draws of {SEATS} and {options.replacements} replacements, {options.connections} connections"
    )
    left, right = column(ours, gongping, options), column(usual, plain, options)
    left["records that do not verify"], right["records that do not verify"] = differing(ours), "no record"
    left["breaks of the journal"], right["breaks of the journal"] = int(verify_chain().first_bad != 0), "no journal"
    said = left.pop("raised"), right.pop("raised")
    print(f"{'':<40}{'Gongping':>14}{'plain':>14}")
    for name, value in left.items():
        print(f"{name:<40}{value!s:>14}{right[name]!s:>14}")
    for errors in said:
        for text in errors:
            print(f"  {text}")
    return int(any(value for value in left.values() if isinstance(value, int)))


if __name__ == "__main__":
    raise SystemExit(main())
