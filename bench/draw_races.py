"""Make 1,000 draws and 200 replacements at once on PostgreSQL over one pool, and count what must not happen.

Run ``DATABASE_URL=postgresql://… python -m bench.draw_races``; it makes a database of its own beside that one and drops
it. Printed are the times, and how many people are over the yearly cap, seats held twice, seats missing, conflicts
seated, and errors that reached a person: all of them should be 0.
"""

import argparse
import os
import statistics
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from typing import Any

NOW = datetime(2020, 6, 1, 2, 0, tzinfo=UTC)
TODAY = date(2020, 6, 1)
CAP = 12
SEATS = 3


def at_once(calls: Sequence[Callable[[], object]], workers: int) -> tuple[list[Exception], list[float]]:
    """Make the calls from so many threads with a connection each; return what was raised, and each call's seconds."""
    from django.db import connections  # noqa: PLC0415

    waiting, raised, took = list(calls), [], []
    gate = threading.Barrier(workers)

    def work() -> None:
        gate.wait()
        try:
            while True:
                try:
                    call = waiting.pop()
                except IndexError:
                    return
                began = time.perf_counter()
                try:
                    call()
                except Exception as error:  # noqa: BLE001 - whatever escapes is what is counted
                    raised.append(error)
                took.append(time.perf_counter() - began)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work) for _worker in range(workers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return raised, took


def prepared(draws: int, experts: int) -> tuple[list[Any], Any, Any, set[int]]:
    """Return draws that wait for their last nonce, operator, witness, and the experts whom a conflict keeps out."""
    from assignments import draw as pure  # noqa: PLC0415
    from assignments.services import draws as services  # noqa: PLC0415
    from experts.models import ExpertSpecialty, ExpertUndertaking  # noqa: PLC0415
    from foundation.accounts.enums import Role  # noqa: PLC0415
    from foundation.taxonomy.enums import TreeKind  # noqa: PLC0415
    from foundation.taxonomy.models import Node  # noqa: PLC0415
    from parties.models import Employment  # noqa: PLC0415
    from tests.factories.assignments import ExpertFactory, PlanFactory, ReReviewFactory, TaskFactory, UnitFactory  # noqa: PLC0415
    from tests.factories.draws import nonce  # noqa: PLC0415
    from tests.factories.foundation import RuleSetFactory, RuleValueFactory, UserFactory  # noqa: PLC0415

    plan = PlanFactory()
    bureau = plan.bureau
    rules = RuleSetFactory(bureau=bureau)
    for key, value in (("expert_yearly_cap", CAP), ("training_hours", 0)):
        RuleValueFactory(rule_set=rules, key=key, value=value)
    clerk, witness = UserFactory(bureau=bureau, role=Role.CLERK), UserFactory(bureau=bureau, role=Role.SUPERVISOR)
    node = Node.objects.create(bureau=bureau, tree=TreeKind.SPECIALTY, level=1, code="01", name="财务", path="01")
    people = ExpertFactory.create_batch(experts, bureau=bureau, admitted_on=date(2020, 1, 1))
    for expert in people:
        ExpertUndertaking.objects.create(expert=expert, year=2020, text_version="1", accepted_on=TODAY)
        ExpertSpecialty.objects.create(expert=expert, node=node, is_main=True)
    units = [UnitFactory(bureau=bureau) for _number in range(draws)]
    barred = people[: max(1, experts // 20)]
    made = []
    for place, unit in enumerate(units):
        review = ReReviewFactory(evaluation=TaskFactory(plan=plan, clerk=clerk, unit=unit, status="SUBMITTED"))
        seats = [services.SeatDraft("财务", SEATS, [node])]
        draw = services.configure_panel_draw(re_review=review, seats=seats, witness=witness, by=clerk, on=TODAY)
        draw = services.freeze(draw=draw, by=clerk, at=NOW)
        for party, user in (("operator", clerk), ("witness", witness)):
            value = pure.commitment(draw.commitment, party, nonce(party))
            draw = services.commit(draw=draw, commitment=value, by=user, at=NOW)
        made.append(services.reveal(draw=draw, nonce=nonce("operator"), by=clerk, at=NOW))
        if (place + 1) % 100 == 0:
            print(f"  {place + 1} draws stand before their last nonce", flush=True)
    for expert in barred:  # a conflict with every unit that comes up only after the freeze
        Employment.objects.bulk_create(
            [Employment(person=expert.person, organisation=unit.organisation, started_on=TODAY) for unit in units]
        )
    return made, clerk, witness, {expert.pk for expert in barred}


def main() -> int:
    """Prepare, draw, replace, count."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--draws", type=int, default=1_000)
    parser.add_argument("--replacements", type=int, default=200)
    parser.add_argument("--experts", type=int, default=320)
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
    """Print the figures; return 1 where something happened that must not."""
    from assignments.models import Assignment  # noqa: PLC0415
    from assignments.services import draws as services  # noqa: PLC0415
    from assignments.transitions import GONE  # noqa: PLC0415
    from foundation.audit.selectors import verify_chain  # noqa: PLC0415
    from tests.factories.draws import nonce  # noqa: PLC0415

    began = time.perf_counter()
    made, clerk, witness, barred = prepared(options.draws, options.experts)
    print(f"prepared in {time.perf_counter() - began:.0f} s")

    def reveal(draw: Any) -> Callable[[], object]:
        return lambda: services.reveal(draw=draw, nonce=nonce("witness"), by=witness, at=NOW)

    def replace(draw: Any) -> Callable[[], object]:
        return lambda: services.replace(draw=draw, by=clerk, at=NOW)

    raised = timed("draws", [reveal(draw) for draw in made], options.connections)
    leaving = made[:: max(1, len(made) // options.replacements)][: options.replacements]
    for draw in leaving:
        row = Assignment.objects.filter(draw=draw).order_by("pk").first()
        Assignment.objects.filter(pk=row.pk if row else 0).update(status="DECLINED", decline_reason="CONFLICT")
    more = timed("replacements", [replace(draw) for draw in leaving], options.connections)
    held = list(Assignment.objects.exclude(status__in=GONE).values_list("re_review_id", "expert_id"))
    load, seats = Counter(expert for _review, expert in held), Counter(review for review, _expert in held)
    figures = {
        "over the cap": sum(count > CAP for count in load.values()),
        "held twice": len(held) - len(set(held)),
        "seats missing": options.draws * SEATS - len(held),
        "panels of another size": sum(count != SEATS for count in seats.values()),
        "conflicts seated": sum(expert in barred for _review, expert in held),
        "errors": len(raised) + len(more),
        "breaks of the journal": int(verify_chain().first_bad != 0),
    }
    for name, count in figures.items():
        print(f"{name:<24} {count}")
    for error in (raised + more)[:3]:
        print(f"  {type(error).__name__}: {error}")
    return int(any(figures.values()))


def timed(what: str, calls: Sequence[Callable[[], object]], workers: int) -> list[Exception]:
    """Make the calls at once, print how long that took, and return what was raised."""
    began = time.perf_counter()
    raised, took = at_once(calls, workers)
    whole = time.perf_counter() - began
    middle, last = statistics.median(took), max(took)
    print(f"{len(calls)} {what} over {workers} connections: {whole:.1f} s, each {middle:.2f} s (slowest {last:.2f} s)")
    return raised


if __name__ == "__main__":
    raise SystemExit(main())
